//! Conditions: which rows an exclusion or a stratum means.
//!
//! Source: docs/spec.md 3.1. Invariant: whether a row matches depends on that row alone.

use serde::{Deserialize, Serialize};

use crate::syntax::list_items;

/// One test of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Field of the row; absent fields are "".
    pub field: String,
    /// The test.
    pub op: Op,
    /// What the field is compared with.
    pub values: Vec<String>,
}

impl Condition {
    /// Whether a row with this value of the field passes.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        let mut values = self.values.iter().map(String::as_str);
        match self.op {
            Op::In => values.any(|v| v == value),
            Op::NotIn => values.all(|v| v != value),
            Op::Prefix => values.any(|v| value.starts_with(v)),
            Op::AtLeast => !value.is_empty() && values.all(|v| value >= v),
            Op::AtMost => !value.is_empty() && values.all(|v| value <= v),
            Op::HasAny => values.any(|v| list_items(value).any(|item| item == v)),
        }
    }
}

/// The tests of docs/spec.md 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// Not empty and not smaller, compared bytewise.
    AtLeast,
    /// Not empty and not greater, compared bytewise.
    AtMost,
    /// As a list value, shares an item.
    HasAny,
    /// Is one of the values.
    In,
    /// Is none of the values.
    NotIn,
    /// Begins with one of the values.
    Prefix,
}

/// Whether a row, given as a function from field to value, passes every condition.
pub fn matches<'r>(conditions: &[Condition], value: impl Fn(&str) -> &'r str) -> bool {
    conditions
        .iter()
        .all(|condition| condition.holds(value(&condition.field)))
}
