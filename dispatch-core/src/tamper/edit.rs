//! Edits of one JSON value: everything about it that could be changed, one thing at a time.
//!
//! Invariant: an edit changes exactly the place it names; applying it never fails on the value it
//! was made from.

use serde_json::Value;

use super::value::{others, spoilt};

/// One change of a JSON value.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    path: Vec<Step>,
    /// What happens there.
    pub(super) op: Op,
}

/// A step from a value into a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// What an edit does with the value at its path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Op {
    /// Replaces it by a plausible other value of the same type.
    Set(Value),
    /// Replaces it by a value that is malformed wherever it stands.
    Spoil(Value),
    /// Takes the field out of its object, or the item out of its list.
    Remove,
    /// Adds an unknown field to it, an object.
    Add,
    /// Repeats it, a list item.
    Repeat,
    /// Exchanges it, a list item, with the next one.
    Swap,
}

/// All edits of a value.
pub(super) fn edits(value: &Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    collect(value, &mut Vec::new(), &mut edits);
    edits
}

impl Edit {
    /// The value after the edit; `None` if nothing would change.
    pub(super) fn apply(&self, value: &Value) -> Option<Value> {
        let mut changed = value.clone();
        let (last, parents) = match self.path.split_last() {
            Some((last, parents)) if self.op != Op::Add => (Some(last), parents),
            _ => (None, self.path.as_slice()),
        };
        let mut place = &mut changed;
        for step in parents {
            place = match step {
                Step::Key(key) => place.get_mut(key)?,
                Step::Index(index) => place.get_mut(*index)?,
            };
        }
        match (&self.op, last, place) {
            (Op::Add, None, Value::Object(fields)) => {
                fields.insert(UNKNOWN_FIELD.to_owned(), Value::String("x".to_owned()));
            }
            (Op::Set(to) | Op::Spoil(to), Some(Step::Key(key)), Value::Object(fields)) => {
                fields.insert(key.clone(), to.clone());
            }
            (Op::Set(to) | Op::Spoil(to), Some(Step::Index(index)), Value::Array(items)) => {
                *items.get_mut(*index)? = to.clone();
            }
            (Op::Remove, Some(Step::Key(key)), Value::Object(fields)) => {
                fields.remove(key)?;
            }
            (Op::Remove, Some(Step::Index(index)), Value::Array(items)) => {
                (*index < items.len()).then(|| items.remove(*index))?;
            }
            (Op::Repeat, Some(Step::Index(index)), Value::Array(items)) => {
                let item = items.get(*index)?.clone();
                items.insert(*index, item);
            }
            (Op::Swap, Some(Step::Index(index)), Value::Array(items)) => {
                (index + 1 < items.len()).then(|| items.swap(*index, index + 1))?;
            }
            _ => return None,
        }
        (changed != *value).then_some(changed)
    }

    /// Path with positions and what happens, for people.
    pub(super) fn describe(&self) -> String {
        let path = self.path(true);
        match &self.op {
            Op::Set(to) => format!("{path} = {to}"),
            Op::Spoil(to) => format!("{path} = {to} (malformed)"),
            Op::Remove => format!("{path} removed"),
            Op::Add => format!("{path} with an unknown field"),
            Op::Repeat => format!("{path} repeated"),
            Op::Swap => format!("{path} exchanged with the next"),
        }
    }

    /// Path without positions, like `plan.strata[].quota.count`.
    pub(super) fn pattern(&self) -> String {
        self.path(false)
    }

    /// Whether the edit breaks the form of every closed object or scalar it can stand in.
    pub(super) fn is_malformed(&self) -> bool {
        match self.op {
            Op::Spoil(_) | Op::Add => true,
            Op::Remove => matches!(self.path.last(), Some(Step::Key(_))),
            Op::Set(_) | Op::Repeat | Op::Swap => false,
        }
    }

    fn path(&self, positions: bool) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => text.extend([".", key]),
                Step::Index(index) if positions => text.push_str(&format!("[{index}]")),
                Step::Index(_) => text.push_str("[]"),
            }
        }
        text
    }
}

fn collect(value: &Value, path: &mut Vec<Step>, edits: &mut Vec<Edit>) {
    let mut add = |path: &[Step], op| {
        edits.push(Edit {
            path: path.to_vec(),
            op,
        });
    };
    match value {
        Value::Object(fields) => {
            add(path, Op::Add);
            for (key, field) in fields {
                path.push(Step::Key(key.clone()));
                edits.push(Edit {
                    path: path.clone(),
                    op: Op::Remove,
                });
                collect(field, path, edits);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                for op in [Op::Remove, Op::Repeat, Op::Swap] {
                    edits.push(Edit {
                        path: path.clone(),
                        op,
                    });
                }
                collect(item, path, edits);
                path.pop();
            }
        }
        scalar => {
            let key = path.iter().rev().find_map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Index(_) => None,
            });
            for other in others(key.unwrap_or_default(), scalar) {
                add(path, Op::Set(other));
            }
            for other in spoilt(scalar) {
                add(path, Op::Spoil(other));
            }
        }
    }
}

const UNKNOWN_FIELD: &str = "zz_unknown";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use serde_json::json;

    #[test]
    fn every_leaf_field_and_item_has_its_edits() {
        let value = json!({"a": 1, "b": [true, "x"], "c": {"d": "2023-01-05"}});
        let all = edits(&value);
        let count = |pattern: &str, found: fn(&Op) -> bool| {
            let here = all.iter().filter(|edit| edit.pattern() == pattern);
            here.filter(|edit| found(&edit.op)).count()
        };
        for field in ["a", "b", "c", "c.d"] {
            assert_eq!(count(field, |op| *op == Op::Remove), 1, "{field}");
        }
        assert_eq!(count("b[]", |op| *op == Op::Remove), 2);
        assert_eq!(count("b[]", |op| *op == Op::Repeat), 2);
        assert_eq!(count("b[]", |op| matches!(op, Op::Set(_))), 2);
        assert_eq!(
            count("", |op| *op == Op::Add) + count("c", |op| *op == Op::Add),
            2
        );
        assert!(count("c.d", |op| matches!(op, Op::Set(_))) >= 1);
        for edit in &all {
            let changed = edit.apply(&value);
            // Only the last item has no next one to be exchanged with.
            assert_eq!(
                changed.is_none(),
                edit.describe() == "b[1] exchanged with the next"
            );
            assert_ne!(changed.as_ref(), Some(&value));
        }
        let swap = all.iter().find(|edit| edit.op == Op::Swap).unwrap();
        assert_eq!(swap.apply(&value).unwrap()["b"], json!(["x", true]));
    }
}
