//! `dispatch timestamp`, with tokens that OpenSSL made (`tests/vectors/timestamp`).

use std::fs;
use std::path::Path;

use crate::desk::Desk;

/// A desk with the stored tokens on it, and the checkpoint as a log keeps it.
fn desk() -> Desk {
    let desk = Desk::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/timestamp");
    for name in [
        "message.txt",
        "rsa.tsr",
        "rsa-root.der",
        "p256-root.der",
        "p384.token",
        "p384-signer.der",
    ] {
        fs::copy(folder.join(name), desk.path(name)).unwrap();
    }
    let signature = "A".repeat(91);
    let text = desk.read("message.txt");
    desk.write(
        "checkpoint",
        &format!("{text}\n\u{2014} log.example/gz {signature}=\n"),
    );
    desk
}

#[test]
fn a_request_is_written_once_and_is_that_of_openssl() {
    let desk = desk();
    let stored = include_bytes!("../../../tests/vectors/timestamp/request.tsq");
    // By `sha256sum message.txt`.
    let digest = "6c4affc3c518bffea7018ad234defc93ddbf835436907ef68588b395d9e2784e";
    desk.run(&["timestamp", "request", "message.txt", "--out", "a.tsq"])
        .done()
        .says(&[digest]);
    assert_eq!(fs::read(desk.path("a.tsq")).unwrap(), stored);
    let checkpoint = [
        "timestamp",
        "request",
        "checkpoint",
        "--checkpoint",
        "--out",
    ];
    desk.run(&[&checkpoint[..], &["b.tsq"]].concat()).done();
    assert_eq!(fs::read(desk.path("b.tsq")).unwrap(), stored);
    desk.run(&[&checkpoint[..], &["b.tsq"]].concat())
        .refused(&["b.tsq exists already"]);
    desk.run(&[
        "timestamp",
        "request",
        "message.txt",
        "--checkpoint",
        "--out",
        "c.tsq",
    ])
    .refused(&["message.txt", "without --checkpoint"]);
    assert!(!desk.path("c.tsq").exists());
}

#[test]
fn a_token_holds_for_its_file_and_its_authority() {
    let desk = desk();
    let verify = |file: &str, token: &str, authority: &str| {
        desk.run(&["timestamp", "verify", file, token, "--authority", authority])
    };
    verify("message.txt", "rsa.tsr", "rsa-root.der")
        .done()
        .says(&[
            "message.txt existed at 2026-11-25T19:50:38Z",
            "1 s",
            "时间戳 rsa root",
        ]);
    verify("message.txt", "p384.token", "p384-signer.der")
        .done()
        .says(&["2026-11-25T19:50:39Z"]);
    verify("checkpoint", "rsa.tsr", "rsa-root.der").refused(&["rsa.tsr", "another message"]);
    let command = [
        "timestamp",
        "verify",
        "checkpoint",
        "rsa.tsr",
        "--authority",
    ];
    desk.run(&[&command[..], &["rsa-root.der", "--checkpoint"]].concat())
        .done()
        .says(&["checkpoint existed at 2026-11-25T19:50:38Z"]);
    verify("message.txt", "rsa.tsr", "p256-root.der").refused(&["not the pinned authority"]);
    verify("message.txt", "rsa.tsr", "message.txt").refused(&["message.txt: the certificate"]);
    verify("message.txt", "message.txt", "rsa-root.der").refused(&["message.txt: the"]);
    verify("message.txt", "rsa.tsr", "nowhere.pem").refused(&["nowhere.pem"]);
    desk.run(&[
        "--language",
        "zh",
        "timestamp",
        "verify",
        "message.txt",
        "rsa.tsr",
        "--authority",
        "p384-signer.der",
    ])
    .refused(&["不是所信任的时间戳服务机构"]);
}
