//! Good tokens of every kind, and the same with another message or another authority.

use dispatch_core::timestamp::{TimestampError, Token, request};

use crate::MESSAGE;
use crate::bench::Bench;

#[test]
fn a_request_is_the_one_that_openssl_makes() {
    let Some(bench) = Bench::open() else { return };
    bench.write("message", MESSAGE);
    bench.must(&[
        "ts",
        "-query",
        "-data",
        "message",
        "-sha256",
        "-cert",
        "-no_nonce",
        "-out",
        "query",
    ]);
    assert_eq!(request(MESSAGE, None), bench.read("query"));
    for nonce in [
        0,
        1,
        0x7f,
        0x80,
        0xff,
        0x100,
        0x7fff_ffff_ffff_ffff,
        u64::MAX,
    ] {
        bench.write("query", &request(MESSAGE, Some(nonce)));
        let text = bench.must(&["ts", "-query", "-in", "query", "-text"]);
        let said = text.lines().find_map(|line| line.strip_prefix("Nonce: 0x"));
        let read = u64::from_str_radix(said.unwrap(), 16).unwrap();
        assert_eq!(read, nonce, "{text}");
    }
}

#[test]
fn tokens_of_every_algorithm_hold_with_both_pins_and_with_nothing_else() {
    let Some(bench) = Bench::open() else { return };
    bench.root("other", "测试根证书", "rsa", "root");
    for kind in ["rsa", "P-256", "P-384"] {
        bench.root("root", "测试根证书", kind, "root");
        bench.issue("root", "signer", kind, "tsa", &[]);
        for (hash, section) in [
            ("-sha256", "first"),
            ("-sha256", "second"),
            ("-sha384", "second"),
            ("-sha512", "longer"),
        ] {
            let what = format!("{kind} {hash} {section}");
            let query = request(MESSAGE, Some(7));
            let more = if section == "longer" {
                vec![hash, "-chain", "root.pem"]
            } else {
                vec![hash]
            };
            let reply = bench.reply(&query, "signer", section, &more);
            let time = bench.time(&reply);
            for pinned in ["root", "signer"] {
                assert!(bench.accepts(MESSAGE, &reply, pinned, &[]), "{what}");
                let judged = bench.judge(MESSAGE, &reply, pinned).unwrap();
                assert_eq!(judged, time, "{what}");
            }
            assert!(!bench.accepts(b"another", &reply, "root", &[]), "{what}");
            let judged = bench.judge(b"another", &reply, "root");
            assert!(
                matches!(judged, Err(TimestampError::OtherMessage { .. })),
                "{what}"
            );
            // It has the same name and another key.
            assert!(!bench.accepts(MESSAGE, &reply, "other", &[]), "{what}");
            let judged = bench.judge(MESSAGE, &reply, "other");
            assert_eq!(judged, Err(TimestampError::IssuerSignature), "{what}");
        }
    }
}

#[test]
fn what_a_token_says_is_read() {
    let Some(bench) = Bench::open() else { return };
    bench.root("root", "测试根证书", "P-256", "root");
    bench.issue("root", "signer", "P-256", "tsa", &[]);
    let reply = bench.reply(
        &request(MESSAGE, Some(0x80)),
        "signer",
        "second",
        &["-sha256"],
    );
    let token = Token::read(&reply).unwrap();
    assert_eq!(token.accuracy(), Some(2));
    assert_eq!(token.nonce(), Some(&[0, 0x80][..]));
    assert_eq!(token.imprint(), dispatch_core::digest::Digest::of(MESSAGE));
    let reply = bench.reply(&request(MESSAGE, None), "signer", "first", &["-sha256"]);
    let token = Token::read(&reply).unwrap();
    assert_eq!((token.accuracy(), token.nonce()), (None, None));
    assert_eq!(bench.authority("signer").common_name(), "signer");
    assert_eq!(bench.authority("root").common_name(), "测试根证书");
    assert_eq!(bench.authority("root").name(), "root");
}

#[test]
fn without_certificates_only_the_signer_itself_can_be_pinned() {
    let Some(bench) = Bench::open() else { return };
    bench.root("root", "测试根证书", "rsa", "root");
    bench.issue("root", "signer", "rsa", "tsa", &[]);
    bench.issue("root", "stranger", "rsa", "tsa", &[]);
    bench.write("message", MESSAGE);
    bench.must(&[
        "ts", "-query", "-data", "message", "-sha256", "-out", "query",
    ]);
    let reply = bench.reply(&bench.read("query"), "signer", "second", &["-sha256"]);
    assert!(bench.accepts(MESSAGE, &reply, "root", &["-untrusted", "signer.pem"]));
    bench.judge(MESSAGE, &reply, "signer").unwrap();
    for pinned in ["root", "stranger"] {
        assert!(!bench.accepts(MESSAGE, &reply, pinned, &[]));
        let judged = bench.judge(MESSAGE, &reply, pinned);
        assert_eq!(judged, Err(TimestampError::NoCertificate));
    }
}

#[test]
fn a_refusal_of_the_authority_is_told() {
    let Some(bench) = Bench::open() else { return };
    bench.root("root", "测试根证书", "P-256", "root");
    bench.issue("root", "signer", "P-256", "tsa", &[]);
    bench.write("message", MESSAGE);
    // The authority takes SHA-256 alone.
    bench.must(&[
        "ts", "-query", "-data", "message", "-sha512", "-cert", "-out", "query",
    ]);
    let reply = bench.reply(&bench.read("query"), "signer", "first", &["-sha256"]);
    match Token::read(&reply) {
        Err(TimestampError::Rejected { status: 2, text }) => {
            assert!(
                text.contains("not supported") && text.ends_with("badAlg"),
                "{text}"
            );
        }
        other => panic!("{other:?}"),
    }
    // This one takes others too, and we do not.
    for hash in ["-sha384", "-sha1"] {
        bench.must(&[
            "ts", "-query", "-data", "message", hash, "-cert", "-out", "query",
        ]);
        let reply = bench.reply(&bench.read("query"), "signer", "second", &["-sha256"]);
        assert!(bench.accepts(MESSAGE, &reply, "root", &[]));
        let refused = Token::read(&reply).map(|_| ());
        assert!(
            matches!(refused, Err(TimestampError::Imprint(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn bytes_that_are_no_token_are_refused() {
    let Some(bench) = Bench::open() else { return };
    bench.root("root", "测试根证书", "P-256", "root");
    for bytes in [
        &b""[..],
        b"0",
        b"\x30\x00",
        b"\x30\x80\x00\x00",
        MESSAGE,
        &request(MESSAGE, None),
        &bench.read("root.pem"),
        &[0x30; 1 << 17],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
    ] {
        Token::read(bytes).unwrap_err();
    }
}
