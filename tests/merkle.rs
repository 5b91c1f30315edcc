//! Merkle roots and inclusion proofs against an independent implementation of RFC 6962.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use dispatch_core::digest::Digest;
use dispatch_core::merkle::{
    InclusionProof, MerkleError, RootBuilder, Tree, leaf_hash, root_of, root_of_parallel,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::Sha256;

type Oracle = MemoryBackedTree<Sha256, Vec<u8>>;

/// Leaf data of different lengths, the empty one included.
fn data(index: usize) -> Vec<u8> {
    format!("{index}").repeat(index % 7).into_bytes()
}

fn hashes(size: usize) -> Vec<Digest> {
    (0..size).map(|index| leaf_hash(&data(index))).collect()
}

fn oracle(size: usize) -> Oracle {
    let mut tree = Oracle::new();
    for index in 0..size {
        tree.push(data(index));
    }
    tree
}

fn number(value: usize) -> u64 {
    u64::try_from(value).unwrap()
}

/// Our proof is byte for byte the oracle's, and each accepts the other's.
fn compare_proof(tree: &Oracle, leaves: &[Digest], proof: &InclusionProof, index: usize) {
    let root = tree.root();
    let theirs = tree.prove_inclusion(index);
    assert_eq!(
        proof.path.concat_bytes(),
        theirs.as_bytes(),
        "{index} of {}",
        leaves.len()
    );
    root.verify_inclusion(&data(index), number(index), &theirs)
        .unwrap();
    let ours = Digest::new((*root.as_bytes()).into());
    assert_eq!(
        proof.verify(&leaves[index], &ours, number(leaves.len())),
        Ok(())
    );
}

trait ConcatBytes {
    fn concat_bytes(&self) -> Vec<u8>;
}

impl ConcatBytes for Vec<Digest> {
    fn concat_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }
}

#[test]
fn every_root_and_proof_of_small_trees() {
    let mut builder = RootBuilder::new();
    for size in 0..=130 {
        let leaves = hashes(size);
        let reference = oracle(size);
        let root: RootHash<Sha256> = reference.root();
        let expected = Digest::new((*root.as_bytes()).into());
        assert_eq!(builder.root(), expected, "{size}");
        assert_eq!(root_of(&leaves), expected, "{size}");
        assert_eq!(root_of_parallel(&leaves), expected, "{size}");
        let tree = Tree::new(leaves.clone());
        assert_eq!(tree.root(), expected, "{size}");
        assert_eq!(tree.size(), number(size));
        for index in 0..size {
            let proof = InclusionProof::new(&leaves, number(index)).unwrap();
            compare_proof(&reference, &leaves, &proof, index);
            assert_eq!(tree.prove(number(index)), Ok(proof));
        }
        let outside = MerkleError::Index {
            index: number(size),
            size: number(size),
        };
        assert_eq!(tree.prove(number(size)), Err(outside.clone()));
        assert_eq!(InclusionProof::new(&leaves, number(size)), Err(outside));
        builder.push(leaf_hash(&data(size)));
    }
}

#[test]
fn roots_and_proofs_of_random_sizes() {
    let mut rng = ChaCha20Rng::seed_from_u64(6962);
    for round in 0..12 {
        // The last ones lie beyond the size from which the parallel root really splits.
        let low = if round < 9 { 131 } else { 4200 };
        let size = low + usize::try_from(rng.next_u32()).unwrap() % (5001 - low);
        let leaves = hashes(size);
        let reference = oracle(size);
        let expected = Digest::new((*reference.root().as_bytes()).into());
        assert_eq!(root_of(&leaves), expected, "{size}");
        assert_eq!(root_of_parallel(&leaves), expected, "{size}");
        let tree = Tree::new(leaves.clone());
        assert_eq!(tree.root(), expected, "{size}");
        for index in [
            0,
            size / 2,
            size - 1,
            usize::try_from(rng.next_u32()).unwrap() % size,
        ] {
            let proof = InclusionProof::new(&leaves, number(index)).unwrap();
            compare_proof(&reference, &leaves, &proof, index);
            assert_eq!(tree.prove(number(index)), Ok(proof));
        }
    }
}

#[test]
fn altered_proofs_are_refused() {
    let stranger = leaf_hash(b"stranger");
    for size in [1, 2, 3, 5, 7, 8, 9, 33, 64, 65, 100] {
        let leaves = hashes(size);
        let root = root_of(&leaves);
        let count = number(size);
        for index in 0..size {
            let leaf = &leaves[index];
            let good = InclusionProof::new(&leaves, number(index)).unwrap();
            assert_eq!(good.verify(leaf, &root, count), Ok(()));

            for position in 0..good.path.len() {
                for bit in [0, 255] {
                    let mut bytes = *good.path[position].as_bytes();
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    let mut bad = good.clone();
                    bad.path[position] = Digest::new(bytes);
                    assert!(matches!(
                        bad.verify(leaf, &root, count),
                        Err(MerkleError::Root { .. })
                    ));
                }
                let mut bad = good.clone();
                bad.path.remove(position);
                let refused = bad.verify(leaf, &root, count);
                assert!(
                    matches!(refused, Err(MerkleError::PathLength { .. })),
                    "{refused:?}"
                );
            }
            for position in 0..=good.path.len() {
                let mut bad = good.clone();
                bad.path.insert(position, stranger);
                let refused = bad.verify(leaf, &root, count);
                assert!(
                    matches!(refused, Err(MerkleError::PathLength { .. })),
                    "{refused:?}"
                );
            }
            for other in (0..count + 3).filter(|other| *other != number(index)) {
                let bad = InclusionProof {
                    index: other,
                    ..good.clone()
                };
                assert!(
                    bad.verify(leaf, &root, count).is_err(),
                    "{index} as {other} of {size}"
                );
            }
            for other in (0..2 * count + 3).filter(|other| *other != count) {
                let bad = InclusionProof {
                    size: other,
                    ..good.clone()
                };
                assert_eq!(
                    bad.verify(leaf, &root, count),
                    Err(MerkleError::Size {
                        expected: count,
                        found: other
                    })
                );
            }
            assert!(good.verify(&stranger, &root, count).is_err());
            assert!(good.verify(leaf, &stranger, count).is_err());
        }
    }
}

/// Where proof and verifier agree on a wrong size, only a different path shape betrays it.
#[test]
fn a_path_alone_does_not_fix_the_size() {
    let leaves = hashes(8);
    let root = root_of(&leaves);
    let good = InclusionProof::new(&leaves, 0).unwrap();
    for size in 0..40 {
        let same_shape = (5..=8).contains(&size);
        let claimed = InclusionProof {
            size,
            ..good.clone()
        };
        assert_eq!(
            claimed.verify(&leaves[0], &root, size).is_ok(),
            same_shape,
            "{size}"
        );
    }
}
