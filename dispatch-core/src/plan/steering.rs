//! Rules that a plan may have but that could steer a draw, said before anything is frozen.
//!
//! Source: docs/plan.md, "What is warned about"; docs/spec.md section 3. A rule can name an
//! enterprise without naming it, so that its draw is no draw. Invariant: warnings depend on the plan
//! and the sizes of its parts alone; the same plan always gets the same warnings, in the same order.

mod condition;
mod procedure;
mod rate;
mod staff;

use super::Plan;
use crate::language::Message;
use crate::selection::Stratification;

/// One thing that is allowed but could steer a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Which kind of warning; stable, like `steering.tiny-pool`.
    pub code: &'static str,
    /// Where in the plan, as a path like `strata[2].quota`.
    pub path: String,
    /// What could happen and what to do.
    pub message: Message,
    /// Whether announcing must be refused, not only reconsidered.
    pub is_error: bool,
}

impl core::fmt::Display for Warning {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let word = if self.is_error { "error" } else { "warning" };
        write!(f, "{word} {}: {}: {}", self.code, self.path, self.message)
    }
}

/// Everything in a plan that could steer its draw.
///
/// `strata` are the plan's strata over the subject roster, which has `subjects` rows; without them
/// (`None`, and `subjects` is not read) only what the plan alone shows is found.
#[must_use]
pub fn warnings(plan: &Plan, strata: Option<&Stratification>, subjects: usize) -> Vec<Warning> {
    let mut warnings = Warnings(Vec::new());
    procedure::warn(plan, &mut warnings);
    condition::warn(plan, &mut warnings);
    rate::warn(plan, strata, subjects, &mut warnings);
    staff::warn(plan, &mut warnings);
    warnings.0
}

/// Collects warnings.
struct Warnings(Vec<Warning>);

impl Warnings {
    fn add(
        &mut self,
        code: &'static str,
        path: impl Into<String>,
        english: impl Into<String>,
        chinese: impl Into<String>,
    ) {
        self.0.push(Warning {
            code,
            path: path.into(),
            message: Message::new(english, chinese),
            is_error: false,
        });
    }

    fn refuse(
        &mut self,
        code: &'static str,
        path: impl Into<String>,
        english: impl Into<String>,
        chinese: impl Into<String>,
    ) {
        self.add(code, path, english, chinese);
        if let Some(last) = self.0.last_mut() {
            last.is_error = true;
        }
    }
}

#[cfg(test)]
mod tests;
