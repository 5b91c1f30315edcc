//! Cosignatures: a witness says when it saw a checkpoint and that the log only grew until then.
//!
//! Source: C2SP tlog-cosignature, the Ed25519 kind. What is signed is `cosignature/v1`, a line with
//! the time, and the whole text of the checkpoint; the time stands before the signature. Invariant:
//! a time is from 1 to 2^63 - 1 seconds since 1970-01-01T00:00:00Z.

use super::checkpoint::SignedCheckpoint;
use super::key::{KeyKind, SignerKey, VerifierKey};
use super::note::{NoteError, NoteSignature};

/// The signature line by which the witness with this key says that it saw the checkpoint at
/// `time` (seconds since 1970). [`super::Note::add`] puts it under the note.
///
/// Whether the witness may say so, since nothing it saw before contradicts, is its own to decide.
///
/// # Errors
/// [`NoteError::Kind`] if the key does not cosign, [`NoteError::Time`] for a time outside 1 to
/// 2^63 - 1.
pub fn cosign(
    checkpoint: &SignedCheckpoint,
    key: &SignerKey,
    time: u64,
) -> Result<NoteSignature, NoteError> {
    if key.kind() != KeyKind::Cosignature {
        return Err(NoteError::Kind(key.name().to_owned()));
    }
    if !is_time(time) {
        return Err(NoteError::Time(time));
    }
    let signature = key.sign(message(&checkpoint.note.text, time).as_bytes());
    Ok(NoteSignature {
        name: key.name().to_owned(),
        id: key.verifier().id(),
        bytes: [time.to_be_bytes().as_slice(), &signature].concat(),
    })
}

/// When the witness with this key saw the checkpoint, in seconds since 1970: the earliest time if
/// it cosigned more than once, none if it did not.
///
/// # Errors
/// [`NoteError::Signature`] if a line of this key does not verify or has a time that cannot be,
/// [`NoteError::Kind`] if the key is not one that cosigns.
pub fn cosigned_at(
    checkpoint: &SignedCheckpoint,
    key: &VerifierKey,
) -> Result<Option<u64>, NoteError> {
    if key.kind != KeyKind::Cosignature {
        return Err(NoteError::Kind(key.name.clone()));
    }
    let mut earliest = None;
    for signature in checkpoint.note.of_key(key) {
        let time = time_of(&checkpoint.note.text, signature, key)
            .ok_or_else(|| NoteError::Signature(key.name.clone()))?;
        earliest = Some(earliest.map_or(time, |earlier: u64| earlier.min(time)));
    }
    Ok(earliest)
}

/// The time of a cosignature over `text`; none if it does not verify.
pub(super) fn time_of(text: &str, signature: &NoteSignature, key: &VerifierKey) -> Option<u64> {
    let (time, signature) = signature.bytes.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    let verified = is_time(time) && key.verifies(message(text, time).as_bytes(), signature);
    verified.then_some(time)
}

fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

const fn is_time(time: u64) -> bool {
    time != 0 && time <= u64::MAX >> 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// C2SP tlog-cosignature: the example and the message that its witness signed.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    const MESSAGE: &str = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn witness(seed: u8) -> SignerKey {
        let name = format!("witness.example/{seed}");
        SignerKey::new(name, KeyKind::Cosignature, [seed; 32]).unwrap()
    }

    /// The example's public key is not published: its framing is what can be compared.
    #[test]
    fn published_framing() {
        let signed = SignedCheckpoint::read(EXAMPLE.as_bytes()).unwrap();
        let line = &signed.note.signatures[1];
        assert_eq!(line.id, [0x8d, 0x66, 0xcf, 0x3f]);
        assert_eq!(line.bytes.len(), 72);
        assert_eq!(line.bytes[..8], 1_679_315_147_u64.to_be_bytes());
        assert_eq!(message(&signed.note.text, 1_679_315_147), MESSAGE);
        assert_eq!(signed.to_text(), EXAMPLE);
    }

    #[test]
    fn the_earliest_time_counts() {
        let mut signed = SignedCheckpoint::read(EXAMPLE.as_bytes()).unwrap();
        let (one, two) = (witness(1), witness(2));
        assert_eq!(cosigned_at(&signed, &one.verifier()), Ok(None));
        for time in [300, 200, 400] {
            let line = cosign(&signed, &one, time).unwrap();
            signed.note.add(line).unwrap();
        }
        let again = SignedCheckpoint::read(signed.to_text().as_bytes()).unwrap();
        assert_eq!(cosigned_at(&again, &one.verifier()), Ok(Some(200)));
        assert_eq!(cosigned_at(&again, &two.verifier()), Ok(None));
        assert_eq!(again.verify(&one.verifier()), Ok(true));
    }

    #[test]
    fn times_that_cannot_be() {
        let mut signed = SignedCheckpoint::read(EXAMPLE.as_bytes()).unwrap();
        let key = witness(1);
        for time in [0, 1 << 63, u64::MAX] {
            assert_eq!(cosign(&signed, &key, time), Err(NoteError::Time(time)));
            // A witness that signs them all the same is not believed.
            let signature = key.sign(message(&signed.note.text, time).as_bytes());
            let line = NoteSignature {
                name: key.name().to_owned(),
                id: key.verifier().id(),
                bytes: [time.to_be_bytes().as_slice(), &signature].concat(),
            };
            signed.note.signatures = vec![line];
            let refused = Err(NoteError::Signature(key.name().to_owned()));
            assert_eq!(cosigned_at(&signed, &key.verifier()), refused);
        }
        assert!(cosign(&signed, &key, (1 << 63) - 1).is_ok());
    }

    #[test]
    fn another_time_text_or_kind_does_not_verify() {
        let mut signed = SignedCheckpoint::read(EXAMPLE.as_bytes()).unwrap();
        let key = witness(1);
        let line = cosign(&signed, &key, 100).unwrap();
        let mut later = line.clone();
        later.bytes[7] += 1;
        let mut short = line.clone();
        short.bytes.truncate(7);
        for bad in [later, short] {
            signed.note.signatures = vec![line.clone(), bad];
            assert!(cosigned_at(&signed, &key.verifier()).is_err());
        }
        let other = EXAMPLE.replacen("20852163", "20852164", 1);
        let mut other = SignedCheckpoint::read(other.as_bytes()).unwrap();
        other.note.signatures = vec![line];
        assert!(cosigned_at(&other, &key.verifier()).is_err());
        let signer = SignerKey::new("o", KeyKind::Signature, [1; 32]).unwrap();
        assert!(cosign(&other, &signer, 100).is_err());
        assert!(cosigned_at(&other, &signer.verifier()).is_err());
    }
}
