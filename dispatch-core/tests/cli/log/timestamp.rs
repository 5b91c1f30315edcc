//! Time-stamp tokens, from an authority that OpenSSL is.

use std::process::Command;

use super::entries;
use crate::desk::Desk;

const CONFIGURATION: &str = "[tsa]\ndefault_tsa = here\n[here]\nserial = serial\nsigner_digest = sha256\ndefault_policy = 1.3.6.1.4.1.1\ndigests = sha256\ness_cert_id_alg = sha256\n";

fn openssl(desk: &Desk, arguments: &str) {
    let mut command = Command::new("openssl");
    command
        .current_dir(desk.path("."))
        .args(arguments.split(' '));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments}: {output:?}");
}

#[test]
fn a_token_is_kept_for_its_checkpoint() {
    let version = Command::new("openssl").arg("version").output();
    if !version.is_ok_and(|output| output.stdout.starts_with(b"OpenSSL 3")) {
        println!("skipped: there is no `openssl` of version 3");
        return;
    }
    let desk = Desk::new();
    let key = desk.new_log();
    desk.policy(&key, "quorum none\n");
    desk.write("ts.cnf", CONFIGURATION);
    desk.write("serial", "01");
    let make = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -addext extendedKeyUsage=critical,timeStamping -addext keyUsage=critical,digitalSignature";
    for name in ["tsa", "other"] {
        openssl(
            &desk,
            &format!("req -x509 {make} -subj /CN={name} -keyout {name}.key -out {name}.pem"),
        );
    }
    for first in [1, 2] {
        desk.write("next.jsonl", &entries("甲局", first, 1));
        desk.log("append", &["next.jsonl"]).done();
    }
    // Without a token the earliest checkpoint shows the entry.
    let prove = |out: &str| desk.run(&["log", "prove", "log", "--index", "0", "--out", out]);
    prove("before").done().says(&["by checkpoint 1"]);
    desk.run(&["log", "timestamp", "log", "--request", "2.tsq"])
        .done()
        .says(&["checkpoint 2"]);
    openssl(
        &desk,
        "ts -reply -config ts.cnf -queryfile 2.tsq -signer tsa.pem -inkey tsa.key -out 2.tsr",
    );
    let keep = |token: &str, authority: &str, more: &[&str]| {
        let start = [
            "log",
            "timestamp",
            "log",
            "--token",
            token,
            "--authority",
            authority,
        ];
        desk.run(&[&start[..], more].concat())
    };
    keep("2.tsr", "other.pem", &[]).refused(&["2.tsr"]);
    keep("2.tsr", "tsa.pem", &["--checkpoint", "1"]).refused(&["2.tsr", "another message"]);
    keep("2.tsr", "tsa.pem", &["--checkpoint", "3"]).refused(&["no checkpoint 3"]);
    keep("2.tsr", "tsa.pem", &[])
        .done()
        .says(&["checkpoint 2 existed at 20"]);
    keep("2.tsr", "tsa.pem", &[])
        .done()
        .says(&["is there already"]);
    let kept = std::fs::read(desk.path("log/checkpoints/2.tsr")).unwrap();
    assert!(kept == std::fs::read(desk.path("2.tsr")).unwrap());
    // Without a quorum only a token tells a time.
    prove("after").done().says(&["by checkpoint 2"]);
    desk.check().done();
}
