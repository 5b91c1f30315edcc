//! Tokens that somebody changed or put together: the signed attributes and what they bind.

use dispatch_core::timestamp::{Attribute, Part, TimestampError, request};
use sha2::{Digest as _, Sha256};

use crate::MESSAGE;
use crate::bench::Bench;

/// A signer, and the content of a good token.
fn content(bench: &Bench, kind: &str) -> Vec<u8> {
    bench.root("root", "测试根证书", kind, "root");
    bench.issue("root", "signer", kind, "tsa", &[]);
    let reply = bench.reply(&request(MESSAGE, None), "signer", "first", &["-sha256"]);
    bench.content(&reply)
}

/// Puts `new` in the place of `old`, which stands there exactly once and is as long.
fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at..].starts_with(old))
        .collect();
    assert_eq!((places.len(), old.len()), (1, new.len()));
    let mut changed = bytes.to_vec();
    changed[places[0]..places[0] + new.len()].copy_from_slice(new);
    changed
}

#[test]
fn another_time_is_noticed_at_every_level() {
    let Some(bench) = Bench::open() else { return };
    for kind in ["rsa", "P-256"] {
        let content = content(&bench, kind);
        let token = bench.sign(&content, "signer", &["-cades"]);
        assert!(bench.accepts(MESSAGE, &token, "root", &[]));
        bench.judge(MESSAGE, &token, "root").unwrap();
        let at = content
            .windows(2)
            .position(|pair| pair == [0x18, 15])
            .unwrap()
            + 2;
        let mut earlier = content.clone();
        // One minute or ten.
        let digit = &mut earlier[at + 11];
        *digit = if *digit == b'0' { b'1' } else { *digit - 1 };
        let changed = replace(&token, &content, &earlier);
        assert!(!bench.accepts(MESSAGE, &changed, "root", &[]));
        let due = TimestampError::Mismatch(Attribute::MessageDigest);
        assert_eq!(bench.judge(MESSAGE, &changed, "root"), Err(due));
        let (old, new) = (Sha256::digest(&content), Sha256::digest(&earlier));
        let changed = replace(&changed, &old, &new);
        assert!(!bench.accepts(MESSAGE, &changed, "root", &[]));
        let judged = bench.judge(MESSAGE, &changed, "root");
        assert_eq!(judged, Err(TimestampError::Signature));
    }
}

#[test]
fn attributes_are_needed_and_have_to_fit() {
    let Some(bench) = Bench::open() else { return };
    let content = content(&bench, "P-256");
    let missing = |attribute| Some(TimestampError::Missing(attribute));
    bench.issue("root", "twin", "P-256", "tsa", &[]);
    for (options, due) in [
        (&["-cades"][..], None),
        (&["-cades", "-md", "sha384"], None),
        (&["-cades", "-md", "sha512"], None),
        (&["-cades", "-keyid"], None),
        (&["-cades", "-certfile", "twin.pem"], None),
        (&["-noattr"], missing(Attribute::All)),
        (&[], missing(Attribute::SigningCertificate)),
        (
            &["-cades", "-signer", "twin.pem", "-inkey", "twin.key"],
            Some(TimestampError::Signers),
        ),
        (&["-cades", "-nocerts"], Some(TimestampError::NoCertificate)),
        (
            &["-cades", "-econtent_type", "1.2.3.4"],
            Some(TimestampError::NotATimestamp("1.2.3.4".to_owned())),
        ),
        (
            &["-cades", "-econtent_type", "pkcs7-data"],
            Some(TimestampError::Version(Part::SignedData)),
        ),
        (
            &["-cades", "-md", "sha1"],
            Some(TimestampError::Unsupported(
                "SHA-1 (1.3.14.3.2.26)".to_owned(),
            )),
        ),
    ] {
        let token = bench.sign(&content, "signer", options);
        assert_eq!(
            bench.judge(MESSAGE, &token, "root").err(),
            due,
            "{options:?}"
        );
        // OpenSSL's time-stamps know no signer by key, and it takes SHA-1.
        if !options.contains(&"-keyid") && !options.contains(&"sha1") {
            let accepted = bench.accepts(MESSAGE, &token, "root", &[]);
            assert_eq!(accepted, due.is_none(), "{options:?}");
        }
    }
}

#[test]
fn the_signer_signs_for_its_certificate() {
    let Some(bench) = Bench::open() else { return };
    let content = content(&bench, "P-256");
    let token = bench.sign(&content, "signer", &["-cades"]);
    bench.must(&[
        "x509",
        "-in",
        "signer.pem",
        "-outform",
        "DER",
        "-out",
        "der",
    ]);
    let digest = Sha256::digest(bench.read("der"));
    let changed = replace(&token, &digest, &Sha256::digest(b"another certificate"));
    assert!(!bench.accepts(MESSAGE, &changed, "root", &[]));
    let judged = bench.judge(MESSAGE, &changed, "root");
    assert_eq!(judged, Err(TimestampError::OtherCertificate));
    // The content type among the attributes stands behind its own type.
    let kind = [6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 0x10, 1, 4];
    let inside = [&[0x31, 13][..], &kind].concat();
    let mut other = inside.clone();
    other[14] = 5;
    let changed = replace(&token, &inside, &other);
    assert!(!bench.accepts(MESSAGE, &changed, "root", &[]));
    let judged = bench.judge(MESSAGE, &changed, "root");
    assert_eq!(
        judged,
        Err(TimestampError::Mismatch(Attribute::ContentType))
    );
}

#[test]
fn pss_is_read_with_its_parameters() {
    let Some(bench) = Bench::open() else { return };
    let content = content(&bench, "rsa");
    let pss = ["-cades", "-keyopt", "rsa_padding_mode:pss"];
    for (hash, salt) in [
        ("sha256", "-1"),
        ("sha384", "-1"),
        ("sha512", "0"),
        ("sha256", "-3"),
    ] {
        let salt = format!("rsa_pss_saltlen:{salt}");
        let options = [&pss[..], &["-keyopt", &salt, "-md", hash]].concat();
        let token = bench.sign(&content, "signer", &options);
        bench.must(&[
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "token",
            "-CAfile",
            "root.pem",
            "-purpose",
            "timestampsign",
            "-out",
            "content",
        ]);
        bench.judge(MESSAGE, &token, "root").unwrap();
        let last = token.len() - 1;
        let mut changed = token.clone();
        changed[last] ^= 1;
        let judged = bench.judge(MESSAGE, &changed, "root");
        assert_eq!(judged, Err(TimestampError::Signature));
    }
    // The mask of another hash than the signature's.
    let options = [
        &pss[..],
        &["-keyopt", "rsa_mgf1_md:sha512", "-md", "sha256"],
    ]
    .concat();
    let token = bench.sign(&content, "signer", &options);
    let judged = bench.judge(MESSAGE, &token, "root");
    assert!(
        matches!(judged, Err(TimestampError::Unsupported(_))),
        "{judged:?}"
    );
}

#[test]
fn the_authoritys_own_name_is_one_of_its_certificate() {
    let Some(bench) = Bench::open() else { return };
    bench.root("root", "测试根证书", "P-256", "root");
    bench.issue("root", "signer", "P-256", "tsa", &[]);
    let reply = bench.reply(&request(MESSAGE, None), "signer", "second", &["-sha256"]);
    let content = bench.content(&reply);
    bench
        .judge(
            MESSAGE,
            &bench.sign(&content, "signer", &["-cades"]),
            "root",
        )
        .unwrap();
    let other = replace(&content, b"signer", b"singer");
    let token = bench.sign(&other, "signer", &["-cades"]);
    assert!(!bench.accepts(MESSAGE, &token, "root", &[]));
    let judged = bench.judge(MESSAGE, &token, "root");
    assert_eq!(judged, Err(TimestampError::OtherName));
}

#[test]
fn open_lengths_are_told_from_broken_bytes() {
    let Some(bench) = Bench::open() else { return };
    let content = content(&bench, "P-256");
    // Streamed output is BER.
    let token = bench.sign(&content, "signer", &["-cades", "-stream"]);
    let judged = bench.judge(MESSAGE, &token, "root");
    assert_eq!(judged, Err(TimestampError::Indefinite));
    // The remedy that the message names.
    bench.must(&[
        "ts",
        "-reply",
        "-in",
        "token",
        "-token_in",
        "-token_out",
        "-out",
        "reply",
    ]);
    bench.judge(MESSAGE, &bench.read("reply"), "root").unwrap();
}
