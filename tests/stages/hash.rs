//! The hashes of docs/spec.md 1.2, 1.8, 5.4, 6, 8, 15.2 and 15.3, written again with `sha2` alone.

use dispatch_core::beacon::Pulse;
use dispatch_core::stage::DropOut;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// 32 bytes.
pub(crate) type Hash = [u8; 32];

/// SHA-256.
pub(crate) fn sha(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// `enc` of 1.2.
fn enc(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = label.as_bytes().to_vec();
    bytes.push(0);
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(*part);
    }
    bytes
}

/// `H` of 1.2.
pub(crate) fn tagged(label: &str, parts: &[&[u8]]) -> Hash {
    sha(&enc(label, parts))
}

/// `M` of 1.2; the key is 32 bytes, shorter than a block.
fn keyed(key: &Hash, label: &str, parts: &[&[u8]]) -> Hash {
    let pad = |with: u8| -> Vec<u8> {
        let mut block = [with; 64];
        block.iter_mut().zip(key).for_each(|(a, b)| *a ^= b);
        block.to_vec()
    };
    let inner = sha(&[pad(0x36), enc(label, parts)].concat());
    sha(&[pad(0x5c), inner.to_vec()].concat())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes of hexadecimal.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Chain hash, round and signature, as they go into a seed.
fn value(pulse: &Pulse) -> Vec<u8> {
    let chain = unhex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971");
    [
        chain,
        pulse.round.to_be_bytes().to_vec(),
        pulse.signature.to_vec(),
    ]
    .concat()
}

/// The seed of a draw whose first source is a pulse and whose second, if any, are public numbers.
pub(crate) fn seed(commitment: &[u8], secret: &Hash, pulse: &Pulse, numbers: &[u64]) -> Hash {
    let (value, numbers_text) = (value(pulse), format!("{numbers:?}").replace(' ', ""));
    let mut parts: Vec<&[u8]> = vec![commitment, secret, &value];
    if !numbers.is_empty() {
        parts.push(numbers_text.as_bytes());
    }
    tagged("dispatch/v1/seed", &parts)
}

/// The seed of a stage.
pub(crate) fn stage_seed(commitment: &Hash, secret: &Hash, pulse: &Pulse) -> Hash {
    let value = value(pulse);
    tagged("dispatch/v1/stage-seed", &[commitment, secret, &value])
}

/// The ticket of a subject under a seed.
pub(crate) fn ticket(seed: &Hash, subject: &str) -> Hash {
    let key = hex(&tagged("dispatch/v1/subject-key", &[seed]));
    sha(format!("{key}{subject}").as_bytes())
}

/// The root of section 8 over records of (subject, ticket, officers).
pub(crate) fn result_root(seed: &Hash, records: &[(&String, &Hash, &Vec<String>)]) -> Hash {
    let key = tagged("dispatch/v1/result-key", &[seed]);
    let mut leaves: Vec<(Hash, Hash)> = { records.iter() }
        .map(|(subject, ticket, officers)| {
            let id = subject.as_bytes();
            let line = json!({"officers": officers, "subject": subject, "ticket": hex(*ticket)});
            let salt = keyed(&key, "dispatch/v1/salt", &[id]);
            let data = tagged(
                "dispatch/v1/assignment",
                &[&salt, line.to_string().as_bytes()],
            );
            (keyed(&key, "dispatch/v1/order", &[id]), data)
        })
        .collect();
    leaves.sort_unstable();
    merkle(&leaves.into_iter().map(|(_, data)| data).collect::<Vec<_>>())
}

/// The root of 15.2 over drops in file order.
pub(crate) fn drop_root(secret: &Hash, drops: &[DropOut]) -> Hash {
    let leaf = |drop: &DropOut| {
        let line = json!({
            "approver": drop.approver, "evidence": hex(drop.evidence.as_bytes()),
            "officer": drop.officer, "reason": drop.reason,
            "stage": drop.stage, "subject": drop.subject,
        });
        let line = line.to_string();
        let salt = keyed(secret, "dispatch/v1/drop-salt", &[line.as_bytes()]);
        tagged("dispatch/v1/drop", &[&salt, line.as_bytes()])
    };
    merkle(&drops.iter().map(leaf).collect::<Vec<_>>())
}

/// RFC 6962, 2.1.
fn merkle(data: &[Hash]) -> Hash {
    match data {
        [] => sha(&[]),
        [one] => sha(&[&[0], &one[..]].concat()),
        _ => {
            let mut split = 1;
            while 2 * split < data.len() {
                split *= 2;
            }
            let (left, right) = data.split_at(split);
            sha(&[&[1], &merkle(left)[..], &merkle(right)[..]].concat())
        }
    }
}
