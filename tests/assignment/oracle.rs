//! The assignment rule carried out by trying every assignment of a small group.
//!
//! Source: the rule in docs/spec.md, read literally: what is covered, the smallest heaviest load,
//! the first in lexicographic order.
//!
//! Invariant: nothing of the library but its input and output types is used.

use dispatch_core::assignment::{Group, GroupAssignment};

use crate::words::Words;

/// The rule, spelled out by trying everything. An assignment is a list of officers over all slots
/// of the group in order; slots that are not in question have none.
pub(crate) struct Oracle<'a> {
    group: &'a Group,
    slots: Vec<(usize, usize)>,
    permutations: Vec<Vec<u32>>,
}

pub(crate) type Filling = Vec<Option<u32>>;

impl<'a> Oracle<'a> {
    pub(crate) fn new(group: &'a Group) -> Self {
        let subjects = &group.subjects;
        let slots = (0..subjects.len())
            .flat_map(|subject| (0..subjects[subject].slots.len()).map(move |slot| (subject, slot)))
            .collect();
        let size = u32::try_from(group.limits.len()).unwrap();
        let permutations = subjects
            .iter()
            .map(|s| Words::new(s.key).permutation(size))
            .collect();
        Self {
            group,
            slots,
            permutations,
        }
    }

    /// Officers that the slot's class and the recusals allow.
    fn allowed(&self, index: usize) -> Vec<u32> {
        let (subject, slot) = self.slots[index];
        let subject = &self.group.subjects[subject];
        let class = &self.group.classes[subject.slots[slot]];
        class
            .iter()
            .filter(|o| !subject.barred.contains(o))
            .collect()
    }

    fn may_add(&self, filling: &Filling, index: usize, officer: u32) -> bool {
        let on_team = (0..self.slots.len())
            .any(|i| self.slots[i].0 == self.slots[index].0 && filling[i] == Some(officer));
        !on_team && self.load(filling, officer) < self.group.limits[officer as usize]
    }

    fn fill(
        &self,
        wanted: &[usize],
        filling: &mut Filling,
        found: &mut dyn FnMut(&Filling) -> bool,
    ) -> bool {
        let Some((&index, rest)) = wanted.split_first() else {
            return found(filling);
        };
        for officer in self.allowed(index) {
            if self.may_add(filling, index, officer) {
                filling[index] = Some(officer);
                let stop = self.fill(rest, filling, found);
                filling[index] = None;
                if stop {
                    return true;
                }
            }
        }
        false
    }

    fn nobody(&self) -> Filling {
        vec![None; self.slots.len()]
    }

    pub(crate) fn covered(&self) -> Vec<usize> {
        let mut covered = Vec::new();
        for index in 0..self.slots.len() {
            covered.push(index);
            if !self.fill(&covered, &mut self.nobody(), &mut |_| true) {
                covered.pop();
            }
        }
        covered
    }

    pub(crate) fn open(&self, covered: &[usize]) -> Vec<(usize, usize)> {
        (0..self.slots.len())
            .filter(|i| !covered.contains(i))
            .map(|i| self.slots[i])
            .collect()
    }

    pub(crate) fn complete_assignments(&self, covered: &[usize]) -> Vec<Filling> {
        let mut all = Vec::new();
        self.fill(covered, &mut self.nobody(), &mut |filling| {
            all.push(filling.clone());
            false
        });
        all
    }

    pub(crate) fn heaviest(&self, filling: &Filling) -> u32 {
        filling
            .iter()
            .flatten()
            .map(|&officer| self.load(filling, officer))
            .max()
            .unwrap_or(0)
    }

    /// For each filled slot how far down its subject's permutation the officer stands.
    pub(crate) fn ranks(&self, filling: &Filling) -> Vec<usize> {
        let rank = |(index, officer): (usize, &Option<u32>)| {
            let permutation = &self.permutations[self.slots[index].0];
            officer.map(|officer| permutation.iter().position(|&o| o == officer).unwrap())
        };
        filling.iter().enumerate().filter_map(rank).collect()
    }

    /// What taking the first officer with a free place, without looking ahead, would give.
    pub(crate) fn short_sighted(&self, covered: &[usize], cap: u32) -> Filling {
        let mut filling = self.nobody();
        for &index in covered {
            let allowed = self.allowed(index);
            let first = self.permutations[self.slots[index].0]
                .iter()
                .copied()
                .find(|&officer| {
                    allowed.contains(&officer)
                        && self.may_add(&filling, index, officer)
                        && self.load(&filling, officer) < cap
                });
            filling[index] = first;
        }
        filling
    }

    /// The slots that an officer fills in all, earlier ones included.
    fn load(&self, filling: &Filling, officer: u32) -> u32 {
        let earlier = self.group.earlier.get(officer as usize);
        earlier.copied().unwrap_or(0) + load(filling, officer)
    }

    pub(crate) fn flat(&self, answer: &GroupAssignment) -> Filling {
        answer.officers.iter().flatten().copied().collect()
    }
}

fn load(filling: &Filling, officer: u32) -> u32 {
    filling
        .iter()
        .flatten()
        .map(|&other| u32::from(other == officer))
        .sum()
}
