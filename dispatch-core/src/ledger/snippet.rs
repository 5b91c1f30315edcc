//! The exclusions that a plan needs for the rules of a ledger, as a text to paste into it.
//!
//! Source: docs/plan.md. Invariant: every exclusion asks for a reference.

use super::rule::Rules;
use crate::sample_plan::quoted;

/// `[[exclusions]]` for every cap and pause, reading the columns that the ledger adds to a roster.
#[must_use]
pub fn plan_exclusions(rules: &Rules) -> String {
    let caps = rules.caps.iter();
    let caps = caps.map(|rule| (&rule.code, &rule.label, &rule.basis));
    let pauses = rules.pauses.iter();
    let pauses = pauses.map(|rule| (&rule.code, &rule.label, &rule.basis));
    let mut text = String::new();
    for (code, label, basis) in caps.chain(pauses) {
        let (code, label, basis) = (quoted(code), quoted(label), quoted(basis));
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!(
            "[[exclusions]]\ncode = {code}\nlabel = {label}\nbasis = {basis}\n\
             reference = \"exclusion_ref\"\n\
             where = [{{ field = \"exclusion\", has_any = [{code}] }}]\n"
        ));
    }
    text
}
