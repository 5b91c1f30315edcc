//! Policies that are refused, and what accepted ones say about checkpoints.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use crate::digest::Digest;
use crate::log::{
    Checkpoint, KeyKind, LogPolicy, NoteSignature, SignedCheckpoint, SignerKey, cosign,
};

fn log_key() -> SignerKey {
    SignerKey::new("log.example/gz", KeyKind::Signature, [1; 32]).unwrap()
}

/// Witness `name`, whose body is what stands before its `/`.
fn witness(name: &str) -> SignerKey {
    let seed = *Digest::of(name.as_bytes()).as_bytes();
    SignerKey::new(name, KeyKind::Cosignature, seed).unwrap()
}

/// Writes keys for `@name` (a witness) and `@log`.
fn filled(template: &str) -> String {
    let mut text = template.to_owned();
    for name in [
        "x1/w",
        "x2/w",
        "x3/w",
        "y1/w",
        "y2/w",
        "y3/w",
        "a/1",
        "a/2",
        "a/3",
        "a",
        "b/1",
        "c/1",
        "log.example/w",
        "log.example",
    ] {
        let key = witness(name).verifier().to_string();
        text = text.replace(&format!("@{name} "), &format!("{key} "));
        text = text.replace(&format!("@{name}\n"), &format!("{key}\n"));
    }
    text.replace("@log", &log_key().verifier().to_string())
}

fn read(template: &str) -> Result<LogPolicy, String> {
    LogPolicy::read(filled(template)).map_err(|problem| problem.english)
}

fn checkpoint() -> SignedCheckpoint {
    let checkpoint = Checkpoint {
        origin: "log.example/gz".into(),
        size: 3,
        root: Digest::of(b"root"),
        extensions: vec![],
    };
    SignedCheckpoint::sign(checkpoint, &log_key()).unwrap()
}

fn cosigned(by: &[(&str, u64)]) -> SignedCheckpoint {
    let mut signed = checkpoint();
    for (name, time) in by {
        let line = cosign(&signed, &witness(name), *time).unwrap();
        signed.note.add(line).unwrap();
    }
    signed
}

/// The example of C2SP tlog-policy.
const EXAMPLE: &str = "log @log\n\nwitness X1 @x1/w\nwitness X2 @x2/w\nwitness X3 @x3/w\ngroup X-witnesses 2 X1 X2 X3\n\nwitness Y1 @y1/w\nwitness Y2 @y2/w\nwitness Y3 @y3/w\ngroup Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";

#[test]
fn published_example() {
    let policy = read(EXAMPLE).unwrap();
    assert_eq!(policy.logs().len(), 1);
    assert_eq!(policy.witnesses().len(), 6);
    let names = ["x1/w", "x2/w", "x3/w", "y1/w", "y2/w", "y3/w"];
    for set in 0_u32..64 {
        let mut by = Vec::new();
        for (place, name) in names.iter().enumerate() {
            if set >> place & 1 == 1 {
                by.push((
                    *name,
                    100 + u64::from(set * 37 % 64) * 7 % 61 + (place as u64 * 29) % 31,
                ));
            }
        }
        // What the document says: two of X and one of Y; until when, by looking at every time.
        let enough = |until: u64| {
            let seen = |letter: char| {
                by.iter()
                    .filter(|(name, time)| name.starts_with(letter) && *time <= until)
                    .count()
            };
            seen('x') >= 2 && seen('y') >= 1
        };
        let expected = (0..300).find(|until| enough(*until));
        let judged = policy.judge(&cosigned(&by));
        assert_eq!(
            judged.ok().map(|witnessed| witnessed.quorum.unwrap()),
            expected,
            "{by:?}"
        );
    }
}

#[test]
fn layout_is_free_and_urls_are_kept() {
    let policy = read(
        "# 信任策略\n\t# comment with log and quorum\n \t\n  log\t@log \thttps://log.example/gz  \nwitness 甲 @a/1 https://a.example/\nquorum 甲\ngroup later any 甲\n",
    )
    .unwrap();
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some("https://log.example/gz")
    );
    assert_eq!(policy.logs()[0].key, log_key().verifier());
    assert_eq!(policy.witnesses()[0].name, "甲");
    assert_eq!(
        policy.witnesses()[0].url.as_deref(),
        Some("https://a.example/")
    );
    assert!(policy.has_quorum());
    assert_eq!(
        policy.judge(&cosigned(&[("a/1", 7)])).unwrap().quorum,
        Some(7)
    );
}

#[test]
fn nobody_asked_for_and_no_log() {
    let policy = read("log @log\nwitness w @a/1\nquorum none\n").unwrap();
    let judged = policy.judge(&cosigned(&[("a/1", 7)])).unwrap();
    assert_eq!(judged.quorum, None);
    assert_eq!(judged.log, log_key().verifier());
    assert!(!policy.has_quorum());
}

#[test]
fn malformed_policies_are_refused() {
    for (template, part) in [
        ("", "no quorum line"),
        ("quorum none\n", "no log line"),
        ("# \u{85}\nlog @log\nquorum none\n", "control"),
        ("log @log\n", "no quorum line"),
        (
            "quorum none\nquorum none\n",
            "line 2 of the policy: there is a second",
        ),
        ("quorum none\r\n", "Unix line ends"),
        ("quorum\u{b}none\n", "control"),
        ("# \u{7f}\nquorum none\n", "control"),
        ("Quorum none\n", "a line is"),
        ("quorum none # nobody\n", "a line is"),
        ("quorum\n", "a line is"),
        ("quorum\u{a0}none\n", "a line is"),
        ("quorum w\n", "no witness or group w"),
        ("quorum w\nwitness w @a/1\n", "no witness or group w"),
        ("log\nquorum none\n", "a line is"),
        ("log @log u more\nquorum none\n", "a line is"),
        ("log @a/1\nquorum none\n", "type 0x04"),
        (
            "log @log x\nlog @log y\nquorum none\n",
            "line 2 of the policy: the public key of log.example/gz",
        ),
        ("log x\nquorum none\n", "the key is not one"),
        ("witness w @log\nquorum none\n", "type 0x01"),
        ("witness w @a/1\nwitness w @b/1\nquorum none\n", "is taken"),
        ("witness none @a/1\nquorum none\n", "is taken"),
        (
            "witness v @a/1\nwitness w @a/1\nquorum none\n",
            "the public key of a/1",
        ),
        ("witness w @a/1\ngroup w any w\nquorum none\n", "is taken"),
        (
            "witness w @a/1\ngroup none any w\nquorum none\n",
            "is taken",
        ),
        ("group g any\nquorum none\n", "has 0 members"),
        ("group g all\nquorum none\n", "has 0 members"),
        ("group g\nquorum none\n", "a line is"),
        (
            "group g any none\nquorum none\n",
            "no witness or group none",
        ),
        ("group g any g\nquorum none\n", "no witness or group g"),
        ("witness w @a/1\ngroup g 0 w\nquorum none\n", "from 1 to 1"),
        ("witness w @a/1\ngroup g 2 w\nquorum none\n", "from 1 to 1"),
        ("witness w @a/1\ngroup g 01 w\nquorum none\n", "from 1 to 1"),
        ("witness w @a/1\ngroup g +1 w\nquorum none\n", "from 1 to 1"),
        (
            "witness w @a/1\ngroup g ANY w\nquorum none\n",
            "from 1 to 1",
        ),
        (
            "witness w @a/1\ngroup g 18446744073709551616 w\nquorum none\n",
            "from 1 to 1",
        ),
        (
            "witness w @a/1\ngroup g any w w\nquorum none\n",
            "every name counts once",
        ),
        (
            "witness w @a/1\ngroup g any w\ngroup h any w\nquorum none\n",
            "every name counts once",
        ),
        (
            "witness w @a/1\ngroup g any w\ngroup h any g\ngroup i any g\nquorum none\n",
            "every name counts once",
        ),
    ] {
        let problem = read(template).unwrap_err();
        assert!(problem.contains(part), "{template:?}: {problem}");
    }
    assert!(LogPolicy::read(b"# \xff\nquorum none\n").is_err());
    assert!(LogPolicy::read("\n".repeat((1 << 20) + 1)).is_err());
    // The same key under another name is the same witness.
    let renamed = SignerKey::new("b/1", KeyKind::Cosignature, *Digest::of(b"a/1").as_bytes());
    let renamed = renamed.unwrap().verifier();
    let text = format!("witness v @a/1\nwitness w {renamed}\nquorum none\n");
    assert!(
        read(&text)
            .unwrap_err()
            .contains("stands in the policy already")
    );
}

#[test]
fn a_hundred_of_each_and_no_more() {
    let mut text = String::new();
    for place in 0..100 {
        let log = SignerKey::new(format!("l{place}"), KeyKind::Signature, [100 + place; 32]);
        text.push_str(&format!("log {}\n", log.unwrap().verifier()));
        let key = witness(&format!("w{place}")).verifier();
        text.push_str(&format!("witness w{place} {key}\n"));
        let before = if place > 0 {
            format!("g{}", place - 1)
        } else {
            String::new()
        };
        text.push_str(&format!("group g{place} all w{place} {before}\n"));
    }
    text.push_str("quorum g99\n");
    let policy = LogPolicy::read(&text).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (100, 100));
    let one_more = |line: String| LogPolicy::read(format!("{line}\n{text}"));
    let log = SignerKey::new("l", KeyKind::Signature, [250; 32]).unwrap();
    for line in [
        format!("log {}", log.verifier()),
        format!("witness w {}", witness("w").verifier()),
    ] {
        assert!(one_more(line).unwrap_err().english.contains("at most 100"));
    }
    let group = text.replace("quorum", "group g any g99\nquorum");
    let problem = LogPolicy::read(group).unwrap_err();
    assert!(problem.english.contains("at most 100"));
}

#[test]
fn one_body_counts_once() {
    let three = "log @log\nwitness a1 @a/1\nwitness a2 @a/2\nwitness b1 @b/1\nwitness c1 @c/1\n";
    for (rest, accepted) in [
        ("group g 2 a1 b1 c1\nquorum g\n", true),
        ("group g any a1 a2\nquorum g\n", true),
        ("group a any a1 a2\ngroup g 2 a b1 c1\nquorum g\n", true),
        ("group a 1 a2 a1\ngroup g all a b1\nquorum g\n", true),
        // The second witness of the body does not count, so there is nothing to count twice.
        ("group a all a1 a2\nquorum none\n", true),
        ("group a all a1 a2\nquorum b1\n", true),
        ("quorum a1\n", true),
        ("group g 2 a1 a2 b1\nquorum g\n", false),
        ("group g all a1 a2\nquorum g\n", false),
        ("group g 2 a1 a2\nquorum g\n", false),
        ("group g any a1 a2 b1\nquorum g\n", false),
        ("group h any a1 b1\ngroup g all h a2\nquorum g\n", false),
        (
            "group h any a1\ngroup i any a2\ngroup g all h i\nquorum g\n",
            false,
        ),
        (
            "group h any a1\ngroup i any a2\ngroup g any h i\nquorum g\n",
            false,
        ),
    ] {
        let judged = read(&format!("{three}{rest}"));
        assert_eq!(judged.is_ok(), accepted, "{rest}: {judged:?}");
        if let Err(problem) = judged {
            assert!(problem.contains("group <name> any a1 a2"), "{problem}");
        }
    }
    // A name without a slash is the body itself.
    let problem =
        read("log @log\nwitness p @a\nwitness q @a/1\ngroup g all p q\nquorum g\n").unwrap_err();
    assert!(problem.contains("both belong to a "), "{problem}");
}

#[test]
fn a_log_does_not_witness_itself() {
    for name in ["log.example/w", "log.example"] {
        let lines = format!("log @log\nwitness w @{name}\nwitness v @a/1\ngroup g any w v\n");
        let problem = read(&format!("{lines}quorum g\n")).unwrap_err();
        assert!(problem.contains("does not witness itself"), "{problem}");
        // One that cannot count harms nobody.
        for quorum in ["none", "v"] {
            let lines = format!("log @log\nwitness w @{name}\nwitness v @a/1\nquorum {quorum}\n");
            assert!(read(&lines).is_ok());
        }
    }
    let key = SignerKey::new("elsewhere", KeyKind::Cosignature, [1; 32])
        .unwrap()
        .verifier();
    for lines in [
        format!("log @log\nwitness w {key}\nquorum none\n"),
        format!("witness w {key}\nlog @log\nquorum none\n"),
    ] {
        let problem = read(&lines).unwrap_err();
        assert!(
            problem.contains("stands in the policy already"),
            "{problem}"
        );
    }
}

#[test]
fn the_last_line_may_end_the_text() {
    assert!(read("log @log\nquorum none").is_ok());
    assert!(read("quorum none\nlog @log").is_ok());
}

#[test]
fn checkpoints_that_are_not_believed() {
    let policy = read("log @log\nwitness a @a/1\nwitness b @b/1\ngroup g any a b\nquorum g\n");
    let policy = policy.unwrap();
    let refusal = |signed: &SignedCheckpoint| policy.judge(signed).unwrap_err().english;
    assert!(refusal(&checkpoint()).contains("missing: a, b"));
    assert!(refusal(&cosigned(&[("c/1", 5)])).contains("cosigned: -"));

    // Another key of the same name, and the policy's key under another origin.
    let stranger = SignerKey::new("log.example/gz", KeyKind::Signature, [9; 32]).unwrap();
    let other = checkpoint().checkpoint;
    let signed = SignedCheckpoint::sign(other.clone(), &stranger).unwrap();
    assert!(refusal(&signed).contains("signed by no log of the policy"));
    let renamed = Checkpoint {
        origin: "other".into(),
        ..other
    };
    let signed = SignedCheckpoint::sign(renamed, &log_key()).unwrap();
    assert!(refusal(&signed).contains("signed by no log of the policy"));

    // A known key whose line does not verify spoils the rest, though the quorum is reached.
    let mut signed = cosigned(&[("a/1", 5)]);
    let bad = cosign(&cosigned(&[]), &witness("b/1"), 6).unwrap();
    let mut bytes = bad.bytes.clone();
    bytes[20] ^= 1;
    signed.note.add(NoteSignature { bytes, ..bad }).unwrap();
    assert!(refusal(&signed).contains("b/1 does not verify"));
    let mut signed = cosigned(&[("a/1", 5)]);
    signed.note.signatures[0].bytes[3] ^= 1;
    assert!(refusal(&signed).contains("log.example/gz does not verify"));
}
