//! Which parts of a tree a proof consists of, told without looking at any hash.
//!
//! Source: RFC 6962 sections 2.1.1 (`PATH`) and 2.1.2 (`PROOF`, `SUBPROOF`). Whoever stores hashes
//! in another way than [`super::Tree`], as a tiled log does, asks here which ranges of leaves it
//! has to give the roots of. Invariant: every range starts at a multiple of the smallest power of
//! two that is not below its length, so it is made of complete subtrees that are stored.

use std::ops::Range;

use super::{ConsistencyError, MerkleError};

/// Ranges whose roots are the path of the leaf at `index` in a tree of `size` leaves, from the
/// leaf's own sibling upwards.
///
/// # Errors
/// [`MerkleError::Index`] if there is no such leaf.
pub fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range<u64>>, MerkleError> {
    if index >= size {
        return Err(MerkleError::Index { index, size });
    }
    let mut path = Vec::new();
    let mut range = 0..size;
    while let Some(middle) = middle_of(&range) {
        if index < middle {
            path.push(middle..range.end);
            range.end = middle;
        } else {
            path.push(range.start..middle);
            range.start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Ranges whose roots prove that the tree of `old` leaves is the beginning of the tree of `new`
/// leaves, in the order of RFC 6962. None are needed from an empty tree or between equal sizes.
///
/// # Errors
/// [`ConsistencyError::Sizes`] if `old` is above `new`.
pub fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range<u64>>, ConsistencyError> {
    if old > new {
        return Err(ConsistencyError::Sizes { old, new });
    }
    let mut path = Vec::new();
    if old == 0 {
        return Ok(path);
    }
    let mut range = 0..new;
    // The root of the old tree itself is known to the verifier and left out.
    let mut whole_old_tree = true;
    while range.end != old {
        let Some(middle) = middle_of(&range) else {
            break;
        };
        if old <= middle {
            path.push(middle..range.end);
            range.end = middle;
        } else {
            path.push(range.start..middle);
            range.start = middle;
            whole_old_tree = false;
        }
    }
    if !whole_old_tree {
        path.push(range);
    }
    path.reverse();
    Ok(path)
}

/// A complete subtree: the leaves from `index` · 2^`height` on, 2^`height` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// Levels above the leaves; 0 is a leaf itself. At most 63.
    pub height: u32,
    /// Place among the subtrees of this height, counted from 0.
    pub index: u64,
}

/// Complete subtrees that a range of a proof is made of, from the left, largest first. The root
/// of the range is `node(a, node(b, c))` for subtrees a, b, c.
#[must_use]
pub fn subtrees(range: &Range<u64>) -> Vec<Subtree> {
    let mut found = Vec::new();
    let mut start = range.start;
    while let Some(height) = range.end.saturating_sub(start).checked_ilog2() {
        found.push(Subtree {
            height,
            index: start >> height,
        });
        // No overflow: the power is at most what is left of the range.
        start = start.saturating_add(1 << height);
    }
    found
}

/// Where a range splits: its start plus the largest power of two below its length.
fn middle_of(range: &Range<u64>) -> Option<u64> {
    let length = range.end.checked_sub(range.start)?;
    let exponent = length.checked_sub(1)?.checked_ilog2()?;
    range.start.checked_add(1 << exponent)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    /// The examples of RFC 6962 section 2.1.3, a tree of seven leaves.
    #[test]
    fn examples_of_the_rfc() {
        assert_eq!(inclusion_ranges(0, 7).unwrap(), [1..2, 2..4, 4..7]);
        assert_eq!(inclusion_ranges(3, 7).unwrap(), [2..3, 0..2, 4..7]);
        assert_eq!(inclusion_ranges(4, 7).unwrap(), [5..6, 6..7, 0..4]);
        assert_eq!(inclusion_ranges(6, 7).unwrap(), [4..6, 0..4]);
        assert_eq!(consistency_ranges(3, 7).unwrap(), [2..3, 3..4, 0..2, 4..7]);
        assert_eq!(
            consistency_ranges(4, 7).unwrap(),
            [Range { start: 4, end: 7 }]
        );
        assert_eq!(consistency_ranges(6, 7).unwrap(), [4..6, 6..7, 0..4]);
    }

    #[test]
    fn the_largest_numbers_neither_overflow_nor_loop() {
        assert!(inclusion_ranges(u64::MAX, u64::MAX).is_err());
        assert_eq!(inclusion_ranges(u64::MAX - 1, u64::MAX).unwrap().len(), 63);
        assert_eq!(inclusion_ranges(0, u64::MAX).unwrap().len(), 64);
        assert!(consistency_ranges(u64::MAX, u64::MAX - 1).is_err());
        assert!(consistency_ranges(u64::MAX, u64::MAX).unwrap().is_empty());
        assert!(consistency_ranges(0, u64::MAX).unwrap().is_empty());
        assert_eq!(consistency_ranges(1, u64::MAX).unwrap().len(), 64);
        assert_eq!(subtrees(&(0..u64::MAX)).len(), 64);
        assert!(subtrees(&Range { start: 5, end: 5 }).is_empty());
        assert!(subtrees(&Range { start: 6, end: 5 }).is_empty());
    }

    #[test]
    fn a_range_is_made_of_powers_of_two() {
        let made = subtrees(&(8..15));
        let expected = [(2, 2), (1, 6), (0, 14)];
        assert_eq!(
            made,
            expected.map(|(height, index)| Subtree { height, index })
        );
    }
}
