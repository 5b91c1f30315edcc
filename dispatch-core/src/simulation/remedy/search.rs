//! Searching for the smallest change that closes a gap.
//!
//! Invariant: what comes out was tried and closes; and nothing smaller of the same sort that was tried does.

use super::Change;

/// Tries changes and counts how often.
pub(crate) struct Attempts<'a> {
    closes: &'a dyn Fn(&[Change]) -> bool,
    left: usize,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(closes: &'a dyn Fn(&[Change]) -> bool) -> Self {
        Self {
            closes,
            left: MOST_ATTEMPTS,
        }
    }

    /// Whether the changes close the gap; no, when too much was tried already.
    pub(crate) fn close(&mut self, changes: &[Change]) -> bool {
        if changes.is_empty() || self.left == 0 {
            return false;
        }
        self.left -= 1;
        (self.closes)(changes)
    }

    /// The smallest number from 1 to `most` whose changes close; with more of it, they close too.
    pub(crate) fn least(
        &mut self,
        most: u64,
        changes: &dyn Fn(u64) -> Vec<Change>,
    ) -> Option<(u64, Vec<Change>)> {
        let mut enough = 1;
        let mut too_few = 0;
        while !self.close(&changes(enough)) {
            too_few = enough;
            if enough >= most {
                return None;
            }
            enough = enough.saturating_mul(2).min(most);
        }
        while enough - too_few > 1 {
            let middle = too_few + (enough - too_few) / 2;
            if self.close(&changes(middle)) {
                enough = middle;
            } else {
                too_few = middle;
            }
        }
        Some((enough, changes(enough)))
    }

    /// Leaves out every part that is not needed, halves first, then single parts. A part is all that
    /// is done to one person.
    pub(crate) fn fewest(&mut self, mut parts: Vec<Vec<Change>>) -> Option<Vec<Change>> {
        if !self.close(&parts.concat()) {
            return None;
        }
        // Often one person is enough.
        if let Some(one) = parts.iter().take(SINGLES).find(|part| self.close(part)) {
            return Some(one.clone());
        }
        let mut size = parts.len().div_ceil(2);
        loop {
            let mut at = 0;
            while at < parts.len() && parts.len() > 1 {
                let end = (at + size).min(parts.len());
                let mut without = parts.clone();
                without.drain(at..end);
                if self.close(&without.concat()) {
                    parts = without;
                } else {
                    at = end;
                }
            }
            if size == 1 {
                return Some(parts.concat());
            }
            size = size.div_ceil(2);
        }
    }
}

/// More attempts at one sort of remedy are not made.
const MOST_ATTEMPTS: usize = 160;
/// So many persons are tried alone first.
const SINGLES: usize = 24;
