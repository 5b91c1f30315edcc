//! A log written out from the specifications, and the check of a cosignature.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

pub(crate) type Hash = [u8; 32];

/// A log with as many entries as are asked for.
#[derive(Clone)]
pub(crate) struct TestLog {
    pub(crate) origin: String,
    key: SigningKey,
    leaves: Vec<Hash>,
}

impl TestLog {
    /// Entry n is `<kind> <n>`: logs of another kind have other entries throughout.
    pub(crate) fn new(origin: &str, kind: &str, entries: usize) -> Self {
        let leaf = |n| sha(&[b"\0", format!("{kind} {n}").as_bytes()]);
        Self {
            origin: origin.to_owned(),
            key: SigningKey::from_bytes(&sha(&[origin.as_bytes()])),
            leaves: (0..entries).map(leaf).collect(),
        }
    }

    /// With another key of the same name.
    pub(crate) fn rekeyed(&self, seed: u8) -> Self {
        let key = SigningKey::from_bytes(&[seed; 32]);
        Self {
            key,
            ..self.clone()
        }
    }

    /// The same up to `size`, then other entries: a second history.
    pub(crate) fn forked(&self, size: usize) -> Self {
        let mut fork = self.clone();
        for leaf in fork.leaves.iter_mut().skip(size) {
            *leaf = sha(&[leaf]);
        }
        fork
    }

    pub(crate) fn vkey(&self) -> String {
        vkey(&self.origin, 1, &self.key.verifying_key().to_bytes())
    }

    /// Where a witness serves it.
    pub(crate) fn path(&self) -> String {
        format!("/{}/checkpoint", hex(&sha(&[self.origin.as_bytes()])))
    }

    pub(crate) fn root(&self, size: usize) -> Hash {
        tree_hash(&self.leaves[..size])
    }

    /// What the log signs.
    pub(crate) fn body(&self, size: usize) -> String {
        let root = STANDARD.encode(self.root(size));
        format!("{}\n{size}\n{root}\n", self.origin)
    }

    pub(crate) fn line(&self, body: &str) -> String {
        let signature = self.key.sign(body.as_bytes()).to_bytes();
        let id = key_id(&self.origin, 1, &self.key.verifying_key().to_bytes());
        format!(
            "— {} {}\n",
            self.origin,
            STANDARD.encode([&id[..], &signature].concat())
        )
    }

    pub(crate) fn checkpoint(&self, size: usize) -> String {
        let body = self.body(size);
        let line = self.line(&body);
        format!("{body}\n{line}")
    }

    /// The public folder of the log at this size: tiles after C2SP tlog-tiles, for at most 65,535
    /// entries, and the checkpoint.
    pub(crate) fn write(&self, dir: &Path, size: usize) {
        let _ = fs::remove_dir_all(dir.join("tile"));
        let mut hashes = self.leaves[..size].to_vec();
        for level in 0.. {
            for (index, tile) in hashes.chunks(256).enumerate() {
                let width = match tile.len() {
                    256 => String::new(),
                    width => format!(".p/{width}"),
                };
                let path = dir.join(format!("tile/{level}/{index:03}{width}"));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, tile.concat()).unwrap();
            }
            hashes = hashes.chunks_exact(256).map(tree_hash).collect();
            if hashes.is_empty() {
                break;
            }
        }
        fs::write(dir.join("checkpoint"), self.checkpoint(size)).unwrap();
    }

    pub(crate) fn request(&self, old: usize, size: usize) -> String {
        request(old, &self.proof(old, size), &self.checkpoint(size))
    }

    /// PROOF(m, D[n]) of RFC 6962 2.1.2; empty from 0, of which the RFC says nothing.
    pub(crate) fn proof(&self, old: usize, size: usize) -> Vec<Hash> {
        match old {
            0 => Vec::new(),
            old => subproof(old, &self.leaves[..size], true),
        }
    }
}

/// The body of add-checkpoint, in parts.
pub(crate) fn request(old: usize, proof: &[Hash], checkpoint: &str) -> String {
    let lines: String = { proof.iter() }
        .map(|hash| format!("{}\n", STANDARD.encode(hash)))
        .collect();
    format!("old {old}\n{lines}\n{checkpoint}")
}

/// The time of a cosignature line over this checkpoint body, if it is right in every way.
#[track_caller]
pub(crate) fn cosigned_at(line: &str, body: &str, witness: &str) -> u64 {
    let mut parts = witness.splitn(3, '+');
    let (name, id, material) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    let material = STANDARD.decode(material).unwrap();
    let key: Hash = material[1..].try_into().unwrap();
    assert_eq!(material[0], 4);
    assert_eq!(witness, vkey(name, 4, &key));
    assert_eq!(id, hex(&key_id(name, 4, &key)));
    let signature = line
        .strip_prefix(&format!("— {name} "))
        .unwrap()
        .strip_suffix('\n')
        .unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    assert_eq!(signature.len(), 4 + 8 + 64);
    assert_eq!(signature[..4], key_id(name, 4, &key));
    let time = u64::from_be_bytes(signature[4..12].try_into().unwrap());
    let message = format!("cosignature/v1\ntime {time}\n{body}");
    let key = VerifyingKey::from_bytes(&key).unwrap();
    let signature = Signature::from_slice(&signature[12..]).unwrap();
    key.verify_strict(message.as_bytes(), &signature).unwrap();
    time
}

/// A cosignature line made with the witness's private key, as no witness would make it.
pub(crate) fn cosignature(private: &str, body: &str, time: u64) -> String {
    let text = private.trim_end().strip_prefix("PRIVATE+KEY+").unwrap();
    let name = text.split('+').next().unwrap();
    let seed = STANDARD
        .decode(text.splitn(3, '+').nth(2).unwrap())
        .unwrap();
    let key = SigningKey::from_bytes(seed[1..].try_into().unwrap());
    let message = format!("cosignature/v1\ntime {time}\n{body}");
    let signature = key.sign(message.as_bytes()).to_bytes();
    let id = key_id(name, 4, &key.verifying_key().to_bytes());
    let blob = [&id[..], &time.to_be_bytes(), &signature].concat();
    format!("— {name} {}\n", STANDARD.encode(blob))
}

/// MTH(D[n]) of RFC 6962 2.1 over leaf hashes.
fn tree_hash(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            sha(&[b"\x01", &tree_hash(left), &tree_hash(right)])
        }
    }
}

/// SUBPROOF(m, D[n], b) of RFC 6962 2.1.2.
fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    let size = leaves.len();
    if old == size {
        return if whole {
            Vec::new()
        } else {
            vec![tree_hash(leaves)]
        };
    }
    let k = split(size);
    let (left, right) = leaves.split_at(k);
    if old <= k {
        let mut proof = subproof(old, left, whole);
        proof.push(tree_hash(right));
        proof
    } else {
        let mut proof = subproof(old - k, right, false);
        proof.push(tree_hash(left));
        proof
    }
}

/// The largest power of two smaller than n.
fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

fn vkey(name: &str, kind: u8, key: &Hash) -> String {
    let id = hex(&key_id(name, kind, key));
    format!(
        "{name}+{id}+{}",
        STANDARD.encode([&[kind], &key[..]].concat())
    )
}

fn key_id(name: &str, kind: u8, key: &Hash) -> [u8; 4] {
    let hash = sha(&[name.as_bytes(), b"\n", &[kind], key]);
    hash[..4].try_into().unwrap()
}

pub(crate) fn sha(parts: &[&[u8]]) -> Hash {
    Sha256::digest(parts.concat()).into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
