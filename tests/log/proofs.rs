//! Inclusion and consistency proofs made from tiles.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use dispatch_core::digest::Digest;
use dispatch_core::log::{Checkpoint, KeyKind, LogProof, LogView, SignedCheckpoint, SignerKey};
use dispatch_core::merkle::{ConsistencyProof, leaf_hash};
use sha2::Sha256;
use tlog_tiles::{
    Hash, check_record, check_tree, prove_record, prove_tree, record_hash, tree_hash,
};

use crate::{Files, Oracle, entry};

fn hashes(path: &[Digest]) -> Vec<Hash> {
    path.iter().map(|hash| Hash(*hash.as_bytes())).collect()
}

fn bytes(path: &[Digest]) -> Vec<u8> {
    path.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn inclusion(files: &Files, oracle: &Oracle, size: u64, index: u64) {
    let root = tree_hash(size, oracle).unwrap();
    let proof = LogView(files).tree(size).inclusion(index).unwrap();
    assert_eq!(
        hashes(&proof.path),
        prove_record(size, index, oracle).unwrap()
    );
    let leaf = record_hash(&entry(index));
    check_record(&hashes(&proof.path), size, root, index, leaf).unwrap();
    let root = Digest::new(root.0);
    proof
        .verify(&leaf_hash(&entry(index)), &root, size)
        .unwrap();
    let other = leaf_hash(b"another entry");
    assert!(proof.verify(&other, &root, size).is_err());
}

fn consistency(files: &Files, oracle: &Oracle, old: u64, new: u64) {
    let (before, after) = (
        tree_hash(old, oracle).unwrap(),
        tree_hash(new, oracle).unwrap(),
    );
    let proof = LogView(files).tree(new).consistency(old).unwrap();
    assert_eq!(hashes(&proof.path), prove_tree(new, old, oracle).unwrap());
    check_tree(&hashes(&proof.path), new, after, old, before).unwrap();
    let (before, after) = (Digest::new(before.0), Digest::new(after.0));
    proof.verify(old, &before, new, &after).unwrap();
    for place in 0..proof.path.len() {
        let mut changed = proof.path.clone();
        changed[place] = Digest::of(b"something else");
        let changed = ConsistencyProof { path: changed };
        assert!(changed.verify(old, &before, new, &after).is_err());
    }
}

#[test]
fn every_proof_of_small_logs() {
    let oracle = Oracle::of(130);
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=130 {
        theirs.push(entry(size - 1));
        let files = Files::of(size);
        for index in 0..size {
            inclusion(&files, &oracle, size, index);
            let proof = LogView(&files).tree(size).inclusion(index).unwrap();
            let expected = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(bytes(&proof.path), expected.as_bytes());
        }
        for old in 1..=size {
            consistency(&files, &oracle, old, size);
            let proof = LogView(&files).tree(size).consistency(old).unwrap();
            let added = usize::try_from(size - old).unwrap();
            assert_eq!(
                bytes(&proof.path),
                theirs.prove_consistency(added).as_bytes()
            );
        }
    }
}

#[test]
fn proofs_around_the_edges_of_tiles() {
    let oracle = Oracle::of(65_537);
    for size in [255, 256, 257, 511, 512, 513, 600, 65_535, 65_536, 65_537] {
        let files = Files::of(size);
        for index in [
            0, 1, 127, 254, 255, 256, 257, 511, 512, 65_279, 65_280, 65_535, 65_536,
        ] {
            if index < size {
                inclusion(&files, &oracle, size, index);
            }
            if index > 0 && index <= size {
                consistency(&files, &oracle, index, size);
            }
        }
        inclusion(&files, &oracle, size, size - 1);
        assert!(LogView(&files).tree(size).inclusion(size).is_err());
        assert!(LogView(&files).tree(size).consistency(size + 1).is_err());
    }
}

#[test]
fn a_proof_as_one_file() {
    let files = Files::of(600);
    let key = SignerKey::new("log.example/gz", KeyKind::Signature, [3; 32]).unwrap();
    let checkpoint = Checkpoint {
        origin: "log.example/gz".into(),
        size: 600,
        root: Digest::new(tree_hash(600, &Oracle::of(600)).unwrap().0),
        extensions: vec![],
    };
    let signed = SignedCheckpoint::sign(checkpoint, &key).unwrap();
    let proof = LogView(&files).prove(513, signed).unwrap();
    let read = LogProof::read(proof.to_text().as_bytes()).unwrap();
    assert_eq!(read, proof);
    read.verify(&leaf_hash(&entry(513))).unwrap();
    assert!(read.verify(&leaf_hash(&entry(514))).is_err());
}
