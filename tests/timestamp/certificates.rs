//! Certificates that may not stamp, or not then, or are not those of the authority.

use dispatch_core::timestamp::{Authority, TimestampError, Whose, request};

use crate::MESSAGE;
use crate::bench::Bench;

/// The content of a good token of some other signer, to be signed by anybody.
fn content(bench: &Bench) -> Vec<u8> {
    bench.root("root", "测试根证书", "P-256", "root");
    bench.issue("root", "signer", "P-256", "tsa", &[]);
    let reply = bench.reply(&request(MESSAGE, None), "signer", "first", &["-sha256"]);
    bench.content(&reply)
}

#[test]
fn only_a_certificate_for_time_stamping_alone_may_stamp() {
    let Some(bench) = Bench::open() else { return };
    let content = content(&bench);
    let unknown = "1.2.3.4.5".to_owned();
    for (extensions, due) in [
        ("tsa", None),
        ("no_usage", Some(TimestampError::Purpose)),
        ("lax_usage", Some(TimestampError::Purpose)),
        ("two_usages", Some(TimestampError::Purpose)),
        ("wrong_key_usage", Some(TimestampError::Purpose)),
        ("unknown", Some(TimestampError::CriticalExtension(unknown))),
    ] {
        bench.issue("root", "holder", "P-256", extensions, &[]);
        let token = bench.sign(&content, "holder", &["-cades"]);
        for pinned in ["root", "holder"] {
            let judged = bench.judge(MESSAGE, &token, pinned).err();
            assert_eq!(judged, due, "{extensions}, {pinned}");
        }
        let accepted = bench.accepts(MESSAGE, &token, "root", &[]);
        assert_eq!(accepted, due.is_none(), "{extensions}");
    }
}

#[test]
fn the_certificate_has_to_be_valid_at_the_time_of_the_stamp() {
    let Some(bench) = Bench::open() else { return };
    let mut content = content(&bench);
    let validity = [
        "-startdate",
        "20200101000000Z",
        "-enddate",
        "20210101000000Z",
    ];
    bench.issue("root", "past", "P-256", "tsa", &validity);
    let reply = bench.reply(&request(MESSAGE, None), "past", "first", &["-sha256"]);
    assert!(!bench.accepts(MESSAGE, &reply, "root", &[]));
    let expired = |judged| {
        matches!(
            judged,
            Err(TimestampError::NotValid {
                whose: Whose::Signer,
                until: LAST,
                ..
            })
        )
    };
    assert!(expired(bench.judge(MESSAGE, &reply, "root")));
    assert!(expired(bench.judge(MESSAGE, &reply, "past")));

    // Stamped in its time it holds for ever. The root is half a year younger.
    let at = content
        .windows(2)
        .position(|pair| pair == [0x18, 15])
        .unwrap()
        + 2;
    for (time, unix, with_root) in [
        ("20191231235959Z", None, false),
        ("20200101000000Z", Some(1_577_836_800), false),
        ("20200601120000Z", Some(1_591_012_800), false),
        ("20200701000000Z", Some(1_593_561_600), true),
        ("20201231235959Z", Some(1_609_459_199), true),
        ("20210101000000Z", Some(LAST), true),
        ("20210101000001Z", None, false),
    ] {
        content[at..at + 15].copy_from_slice(time.as_bytes());
        let token = bench.sign(&content, "past", &["-cades"]);
        assert_eq!(bench.judge(MESSAGE, &token, "past").ok(), unix, "{time}");
        let judged = bench.judge(MESSAGE, &token, "root");
        assert_eq!(judged.is_ok(), with_root, "{time}");
        // RFC 5280 counts the last second, OpenSSL does not.
        if let Some(unix) = unix.filter(|unix| *unix != LAST) {
            let now = unix.to_string();
            let accepts = |pinned| bench.accepts(MESSAGE, &token, pinned, &["-attime", &now]);
            assert_eq!(
                (accepts("past"), accepts("root")),
                (true, with_root),
                "{time}"
            );
            if !with_root {
                let due = Whose::Authority;
                let fits =
                    matches!(judged, Err(TimestampError::NotValid { whose, .. }) if whose == due);
                assert!(fits);
            }
        }
    }
}

/// The end of the year 2020.
const LAST: u64 = 1_609_459_200;

#[test]
fn only_an_issuer_that_signed_it_vouches_for_a_signer() {
    let Some(bench) = Bench::open() else { return };
    let content = content(&bench);
    bench.root("stranger", "别的根证书", "P-256", "root");
    bench.root("plain", "不是签发机构", "P-256", "not_an_issuer");
    let reply = bench.sign(&content, "signer", &["-cades"]);
    let judged = bench.judge(MESSAGE, &reply, "stranger");
    let due = TimestampError::OtherAuthority {
        signer: "signer".to_owned(),
    };
    assert_eq!(judged, Err(due));
    assert!(!bench.accepts(MESSAGE, &reply, "stranger", &[]));
    // A holder of an ordinary certificate issues one.
    bench.issue("plain", "child", "P-256", "tsa", &[]);
    let reply = bench.sign(&content, "child", &["-cades"]);
    let judged = bench.judge(MESSAGE, &reply, "plain");
    assert_eq!(judged, Err(TimestampError::NotAnIssuer));
    assert!(!bench.accepts(MESSAGE, &reply, "plain", &[]));
    // Trust goes one step and no further.
    bench.issue("root", "middle", "P-256", "root", &[]);
    bench.issue("middle", "child", "P-256", "tsa", &[]);
    let reply = bench.sign(&content, "child", &["-cades", "-certfile", "middle.pem"]);
    bench.judge(MESSAGE, &reply, "middle").unwrap();
    let judged = bench.judge(MESSAGE, &reply, "root");
    assert!(matches!(judged, Err(TimestampError::OtherAuthority { .. })));
}

#[test]
fn certificates_signed_with_pss_hold_and_short_keys_do_not() {
    let Some(bench) = Bench::open() else { return };
    bench.root("root", "测试根证书", "rsa", "root");
    for hash in ["sha256", "sha384", "sha512"] {
        let options = [
            "-md",
            hash,
            "-sigopt",
            "rsa_padding_mode:pss",
            "-sigopt",
            "rsa_pss_saltlen:digest",
        ];
        bench.issue("root", "signer", "rsa", "tsa", &options);
        let reply = bench.reply(&request(MESSAGE, None), "signer", "second", &["-sha256"]);
        assert!(bench.accepts(MESSAGE, &reply, "root", &[]), "{hash}");
        bench.judge(MESSAGE, &reply, "root").unwrap();
    }
    bench.issue("root", "short", "rsa-1024", "tsa", &[]);
    let reply = bench.reply(&request(MESSAGE, None), "short", "second", &["-sha256"]);
    let judged = bench.judge(MESSAGE, &reply, "root");
    assert_eq!(judged, Err(TimestampError::Key));
    bench.issue("root", "curve", "secp256k1", "tsa", &[]);
    let reply = bench.reply(&request(MESSAGE, None), "curve", "second", &["-sha256"]);
    let judged = bench.judge(MESSAGE, &reply, "root");
    assert!(
        matches!(judged, Err(TimestampError::Unsupported(_))),
        "{judged:?}"
    );
}

#[test]
fn a_pinned_certificate_may_be_pem_or_der() {
    let Some(bench) = Bench::open() else { return };
    bench.root("root", "测试根证书", "P-256", "root");
    bench.must(&[
        "x509", "-in", "root.pem", "-outform", "DER", "-out", "root.der",
    ]);
    let der = bench.read("root.der");
    let with_words = bench.must(&["x509", "-in", "root.pem", "-text"]);
    let windows = String::from_utf8(bench.read("root.pem"))
        .unwrap()
        .replace('\n', "\r\n");
    for file in [
        der.clone(),
        bench.read("root.pem"),
        with_words.into(),
        windows.into(),
    ] {
        assert_eq!(Authority::read("根", &file).unwrap().certificate(), der);
    }
    let text = String::from_utf8(bench.read("root.pem")).unwrap();
    for file in [
        text.replace("END", "BEND").into_bytes(),
        text.replacen('M', "!", 1).into_bytes(),
        bench.read("root.key"),
        der[..der.len() - 1].to_vec(),
        [&der[..], &[0]].concat(),
        vec![0; 1 << 17],
        Vec::new(),
    ] {
        Authority::read("根", &file).unwrap_err();
    }
}
