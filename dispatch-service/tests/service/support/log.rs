//! A log checked from its files, without the code under test.
//!
//! Hashes are computed here, after RFC 6962, from the entries alone.

use dispatch_core::digest::Digest;
use dispatch_core::entry::Entry;
use dispatch_core::log::view::LogView;
use dispatch_core::log::{LogFiles, SignerKey};
use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

/// Everything that a log says has to fit together: numbers of bodies without a gap, times that do not
/// go back, and every checkpoint that was ever signed over the root of that many entries. Gives the
/// entries.
pub(crate) fn verified(files: &dyn LogFiles, key: &SignerKey) -> Vec<Entry> {
    let view = LogView(files);
    let checkpoints = view.checkpoints().unwrap();
    let latest = view.checkpoint().unwrap();
    assert_eq!(checkpoints.last(), Some(&latest), "the latest one is shown");
    let size = latest.checkpoint.size;
    let mut leaves = Vec::new();
    view.for_each_bundle::<dispatch_core::language::Message>(0..size, size, |_, entries| {
        leaves.extend(entries);
        Ok(())
    })
    .unwrap();
    assert_eq!(leaves.len() as u64, size);

    let mut signed = checkpoints.iter().peekable();
    let mut tree = Tree::default();
    for number in 0..=leaves.len() {
        if let Some(checkpoint) = signed.next_if(|one| one.checkpoint.size == number as u64) {
            let head = &checkpoint.checkpoint;
            assert_eq!(head.root, tree.root(), "checkpoint over {number}");
            assert_eq!(head.origin, key.name());
            assert!(checkpoint.verify(&key.verifier()).unwrap());
        }
        if let Some(leaf) = leaves.get(number) {
            tree.push(leaf);
        }
    }
    assert_eq!(signed.next(), None, "sizes ascend");

    let entries: Vec<Entry> = leaves
        .iter()
        .map(|leaf| Entry::read(leaf).unwrap())
        .collect();
    let mut numbers = HashMap::new();
    for entry in &entries {
        let last = numbers.entry(&entry.body).or_insert(0);
        assert_eq!(entry.number, *last + 1, "{}", entry.body);
        *last = entry.number;
    }
    assert!(
        entries.is_sorted_by(|a, b| a.time <= b.time),
        "times go back"
    );
    entries
}

/// The root of a log with these entries.
pub(crate) fn root(leaves: &[Vec<u8>]) -> Digest {
    let mut tree = Tree::default();
    for leaf in leaves {
        tree.push(leaf);
    }
    tree.root()
}

/// A Merkle tree of RFC 6962, as the hashes of its complete subtrees from left to right.
#[derive(Default)]
struct Tree(Vec<(u32, [u8; 32])>);

impl Tree {
    fn push(&mut self, leaf: &[u8]) {
        let mut hash = hash(&[&[0], leaf]);
        let mut height = 0;
        while let Some((_, left)) = self.0.pop_if(|(other, _)| *other == height) {
            hash = self::hash(&[&[1], &left, &hash]);
            height += 1;
        }
        self.0.push((height, hash));
    }

    fn root(&self) -> Digest {
        let subtrees = self.0.iter().rev().map(|(_, hash)| *hash);
        let root = subtrees.reduce(|right, left| hash(&[&[1], &left, &right]));
        Digest::new(root.unwrap_or_else(|| hash(&[])))
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}
