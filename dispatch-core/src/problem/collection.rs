//! All problems of one run, in the order found.
//!
//! Nothing is capped: a clerk who mends a file wants every bad row at once. For the screen there
//! is a summary by code.
//!
//! Invariant: the counts always agree with the list.

use std::collections::BTreeMap;

use super::Problem;
use super::Severity;

/// Every problem of one run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Problems {
    list: Vec<Problem>,
    notes: usize,
    warnings: usize,
    errors: usize,
}

/// How often one kind of problem occurs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CodeSummary {
    /// Stable identifier of the kind.
    pub code: &'static str,
    /// The gravest severity among them.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
    /// Index of the first of them in the list, for an example.
    pub first: usize,
}

impl Problems {
    /// No problems yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one problem at the end.
    pub fn push(&mut self, problem: Problem) {
        match problem.severity {
            Severity::Note => self.notes += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Error => self.errors += 1,
        }
        self.list.push(problem);
    }

    /// Adds all problems of another run at the end.
    pub fn append(&mut self, other: Self) {
        for problem in other.list {
            self.push(problem);
        }
    }

    /// Whether anything must be mended.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many problems of this severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        match severity {
            Severity::Note => self.notes,
            Severity::Warning => self.warnings,
            Severity::Error => self.errors,
        }
    }

    /// How many problems there are in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problem at this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Problem> {
        self.list.get(index)
    }

    /// The problems in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// One line per kind: the gravest first, then the most frequent, then by code.
    #[must_use]
    pub fn summary(&self) -> Vec<CodeSummary> {
        let mut by_code: BTreeMap<&'static str, CodeSummary> = BTreeMap::new();
        for (first, problem) in self.list.iter().enumerate() {
            let code = problem.code();
            let severity = problem.severity;
            let entry = by_code.entry(code).or_insert(CodeSummary {
                code,
                severity,
                count: 0,
                first,
            });
            entry.count += 1;
            entry.severity = entry.severity.max(severity);
        }
        let mut summary: Vec<CodeSummary> = by_code.into_values().collect();
        summary.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.count.cmp(&a.count)));
        summary
    }
}

impl Extend<Problem> for Problems {
    fn extend<T: IntoIterator<Item = Problem>>(&mut self, problems: T) {
        for problem in problems {
            self.push(problem);
        }
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ProblemKind;

    #[test]
    fn counts_and_summary_agree_with_the_list() {
        let mut problems = Problems::new();
        assert!(!problems.has_errors());
        for row in [5, 9] {
            problems.push(Problem::new("a", ProblemKind::PersonalColumn {}).at_row(row));
        }
        assert!(!problems.has_errors());
        problems.push(Problem::new("a", ProblemKind::EmptyFile {}));
        assert!(problems.has_errors());
        assert_eq!(
            [Severity::Note, Severity::Warning, Severity::Error].map(|s| problems.count(s)),
            [2, 0, 1]
        );
        let summary: Vec<_> = problems
            .summary()
            .iter()
            .map(|line| (line.code, line.count, line.first))
            .collect();
        assert_eq!(
            summary,
            [("file.empty", 1, 2), ("import.personal-column", 2, 0)]
        );
    }
}
