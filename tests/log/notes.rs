//! Keys, notes and checkpoints.

use dispatch_core::digest::Digest;
use dispatch_core::log::{Checkpoint, KeyKind, Note, SignedCheckpoint, SignerKey, VerifierKey};
use signed_note::{Signer as _, StandardSigner, StandardVerifier, Verifier as _, VerifierList};

const TEXT: &str = "log.example/gz\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

fn key(name: &str, seed: u8) -> SignerKey {
    SignerKey::new(name, KeyKind::Signature, [seed; 32]).unwrap()
}

/// Whether signed_note takes a note to be signed by this key.
fn theirs(note: &[u8], key: &VerifierKey) -> bool {
    let verifier = StandardVerifier::new(&key.to_string()).unwrap();
    let known = VerifierList::new(vec![Box::new(verifier)]);
    signed_note::Note::from_bytes(note).is_ok_and(|note| note.verify(&known).is_ok())
}

fn ours(note: &[u8], key: &VerifierKey) -> bool {
    Note::read(note).is_ok_and(|note| note.verify(key) == Ok(true))
}

#[test]
fn keys_are_theirs() {
    for (name, seed) in [("log.example/gz", 1), ("广州市/日志", 2), ("a", 255)] {
        let key = key(name, seed);
        let signer = StandardSigner::new(&key.to_text()).unwrap();
        let verifier = StandardVerifier::new(&key.verifier().to_string()).unwrap();
        let id = u32::from_be_bytes(key.verifier().id());
        assert_eq!((signer.name(), signer.key_id()), (name, id));
        assert_eq!((verifier.name(), verifier.key_id()), (name, id));
    }
}

#[test]
fn notes_are_theirs() {
    for seed in 1..=20 {
        let key = key("log.example/gz", seed);
        let mut note = Note::new(TEXT).unwrap();
        note.sign(&key).unwrap();
        let mut other = signed_note::Note::new(TEXT.as_bytes(), &[]).unwrap();
        let signer = StandardSigner::new(&key.to_text()).unwrap();
        other.add_sigs(&[&signer]).unwrap();
        assert_eq!(note.to_text().into_bytes(), other.to_bytes());
        assert!(theirs(note.to_text().as_bytes(), &key.verifier()));
        assert!(ours(&other.to_bytes(), &key.verifier()));
        assert!(!ours(
            &other.to_bytes(),
            &self::key("log.example/gz", 99).verifier()
        ));
    }
}

/// Whatever is changed in a note, nothing is believed that signed_note does not believe.
#[test]
fn nothing_is_believed_that_they_do_not_believe() {
    let key = key("log.example/gz", 7);
    let mut note = Note::new(TEXT).unwrap();
    note.sign(&key).unwrap();
    let good = note.to_text().into_bytes();
    let verifier = key.verifier();
    let mut changed = 0;
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[place] ^= 1 << bit;
            assert!(
                !ours(&bytes, &verifier) || theirs(&bytes, &verifier),
                "{place} {bit}"
            );
            changed += u32::from(!ours(&bytes, &verifier));
        }
        for bytes in [&good[..place], &good[place..]] {
            assert!(
                !ours(bytes, &verifier) || theirs(bytes, &verifier),
                "{place}"
            );
        }
    }
    assert_eq!(changed, u32::try_from(good.len() * 8).unwrap());
}

#[test]
fn checkpoints_are_theirs() {
    for (size, extensions) in [(0, vec![]), (1, vec!["x".to_owned(), "y".to_owned()])] {
        let ours = Checkpoint {
            origin: "log.example/gz".into(),
            size,
            root: Digest::of(b"root"),
            extensions,
        };
        let theirs = tlog_tiles::Checkpoint::from_bytes(ours.to_text().as_bytes()).unwrap();
        assert_eq!((theirs.origin(), theirs.size()), ("log.example/gz", size));
        assert_eq!(theirs.hash().0, *Digest::of(b"root").as_bytes());
        assert_eq!(theirs.to_bytes(), ours.to_text().into_bytes());
        let signed = SignedCheckpoint::sign(ours.clone(), &key("log.example/gz", 1)).unwrap();
        assert_eq!(
            SignedCheckpoint::read(signed.to_text().as_bytes())
                .unwrap()
                .checkpoint,
            ours
        );
    }
}
