//! Exact odds of a small draw, by going through every selection, order and permutation.

/// A draw of `quota` of some subjects, each with the same slots.
pub(crate) struct Small {
    pub(crate) officers: usize,
    pub(crate) limits: Vec<usize>,
    /// For every slot the officers who may fill it.
    pub(crate) slots: Vec<Vec<usize>>,
    /// For every subject the officers recused.
    pub(crate) recused: Vec<Vec<usize>>,
    pub(crate) quota: usize,
    pub(crate) slack: usize,
}

/// Parts of all equally likely cases.
#[derive(Debug)]
pub(crate) struct Exact {
    cases: u64,
    /// By subject: cases in which it is selected.
    selected: Vec<u64>,
    /// By subject and officer.
    sent: Vec<Vec<u64>>,
    /// By two officers, the lower first.
    together: Vec<Vec<u64>>,
}

impl Small {
    /// Counts everything. All slots must be fillable.
    pub(crate) fn count(&self) -> Exact {
        let subjects = self.recused.len();
        let mut exact = Exact {
            cases: 0,
            selected: vec![0; subjects],
            sent: vec![vec![0; self.officers]; subjects],
            together: vec![vec![0; self.officers]; self.officers],
        };
        let permutations = arrangements(self.officers, self.officers);
        for order in arrangements(subjects, self.quota) {
            let cap = (1..)
                .find(|cap| self.completable(&order, &[], *cap))
                .unwrap()
                + self.slack;
            // One permutation for each selected subject: count in base |permutations|.
            for code in 0..permutations.len().pow(u32::try_from(order.len()).unwrap()) {
                let mut rest = code;
                let own: Vec<&Vec<usize>> = order
                    .iter()
                    .map(|_| {
                        let one = &permutations[rest % permutations.len()];
                        rest /= permutations.len();
                        one
                    })
                    .collect();
                exact.add(&order, &self.teams(&order, &own, cap), self.slots.len());
            }
        }
        exact
    }

    /// Slot by slot the first officer of the permutation with whom all can still be completed.
    fn teams(&self, order: &[usize], permutations: &[&Vec<usize>], cap: usize) -> Vec<usize> {
        let mut chosen = Vec::new();
        for permutation in permutations {
            for _ in &self.slots {
                let officer = permutation.iter().find(|officer| {
                    let tried = [&chosen[..], &[**officer]].concat();
                    self.allowed(order, &tried, cap) && self.completable(order, &tried, cap)
                });
                chosen.push(*officer.unwrap());
            }
        }
        chosen
    }

    fn completable(&self, order: &[usize], chosen: &[usize], cap: usize) -> bool {
        if chosen.len() == order.len() * self.slots.len() {
            return true;
        }
        (0..self.officers).any(|officer| {
            let tried = [chosen, &[officer]].concat();
            self.allowed(order, &tried, cap) && self.completable(order, &tried, cap)
        })
    }

    /// Whether the last officer fits where it stands.
    fn allowed(&self, order: &[usize], chosen: &[usize], cap: usize) -> bool {
        let (last, before) = chosen.split_last().unwrap();
        let size = self.slots.len();
        let (subject, slot) = (before.len() / size, before.len() % size);
        let load = chosen.iter().filter(|officer| *officer == last).count();
        self.slots[slot].contains(last)
            && !self.recused[order[subject]].contains(last)
            && !before[subject * size..].contains(last)
            && load <= self.limits[*last].min(cap)
    }
}

impl Exact {
    fn add(&mut self, order: &[usize], chosen: &[usize], size: usize) {
        self.cases += 1;
        for (subject, team) in order.iter().zip(chosen.chunks(size)) {
            self.selected[*subject] += 1;
            for (at, officer) in team.iter().enumerate() {
                self.sent[*subject][*officer] += 1;
                for other in &team[..at] {
                    self.together[*officer.min(other)][*officer.max(other)] += 1;
                }
            }
        }
    }

    /// The odds that an officer goes to a subject if that is selected.
    pub(crate) fn given(&self, subject: usize, officer: usize) -> f64 {
        self.sent[subject][officer] as f64 / self.selected[subject] as f64
    }

    /// Mean number of subjects of an officer in a draw.
    pub(crate) fn load(&self, officer: usize) -> f64 {
        let all: u64 = self.sent.iter().map(|subject| subject[officer]).sum();
        all as f64 / self.cases as f64
    }

    /// How many pairs ever go together.
    pub(crate) fn pairs(&self) -> usize {
        self.together
            .iter()
            .flatten()
            .filter(|times| **times > 0)
            .count()
    }

    /// Mean number of subjects to which two officers go together.
    pub(crate) fn pair(&self, first: usize, second: usize) -> f64 {
        self.together[first.min(second)][first.max(second)] as f64 / self.cases as f64
    }
}

/// All ordered choices of `length` out of `0..count`.
fn arrangements(count: usize, length: usize) -> Vec<Vec<usize>> {
    if length == 0 {
        return vec![Vec::new()];
    }
    let shorter = arrangements(count, length - 1);
    shorter
        .iter()
        .flat_map(|start| {
            (0..count)
                .filter(|next| !start.contains(next))
                .map(|next| [&start[..], &[next]].concat())
        })
        .collect()
}
