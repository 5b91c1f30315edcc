//! What every row of a roster must obey.
//!
//! Source: docs/spec.md 2.1 and 2.3.

use crate::credit_code::CreditCode;
use crate::plan::SubjectIds;
use crate::row::RowError;
use crate::syntax::{TEXT_LIMIT, date, is_field_name, is_hex32, is_id, list_items};

/// Which roster, and how its rows look.
#[derive(Clone, Copy, Debug)]
pub struct RowRules<'r> {
    /// Which roster.
    pub kind: RosterKind,
    /// Sealed columns, sorted. Empty to check open values.
    pub sealed: &'r [String],
}

/// Which roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterKind {
    /// Subjects, with what their ids are.
    Subjects(SubjectIds),
    /// Officers.
    Officers,
}

impl RosterKind {
    /// The name that goes into cell salts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subjects(_) => "subjects",
            Self::Officers => "officers",
        }
    }
}

/// Checks one row.
///
/// # Errors
/// The first [`RowFault`] found.
pub fn check_row<K: AsRef<str>, V: AsRef<str>>(
    fields: &[(K, V)],
    rules: &RowRules<'_>,
) -> Result<(), RowFault> {
    let all = || {
        fields
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    };
    let value = |wanted: &str| {
        all()
            .find(|(name, _)| *name == wanted)
            .map_or("", |field| field.1)
    };
    for (name, value) in all() {
        if !is_field_name(name) {
            return Err(RowFault::FieldName {
                found: name.to_owned(),
            });
        }
        if value.len() > TEXT_LIMIT && value.chars().count() > TEXT_LIMIT {
            return Err(RowFault::Value {
                field: name.to_owned(),
            });
        }
    }
    for column in rules.sealed {
        if !is_hex32(value(column)) {
            return Err(RowFault::Unsealed {
                column: column.clone(),
            });
        }
    }
    let id = value("id");
    let id_fits = match rules.kind {
        RosterKind::Subjects(SubjectIds::CreditCode) => id.parse::<CreditCode>().is_ok(),
        _ => true,
    };
    if !is_id(id) || !id_fits {
        return Err(RowFault::Id {
            found: id.to_owned(),
        });
    }
    let required: &[&str] = match rules.kind {
        RosterKind::Subjects(_) => &["name"],
        RosterKind::Officers => &["name", "department", "expires"],
    };
    if let Some(field) = required.iter().find(|field| value(field).is_empty()) {
        return Err(RowFault::Missing { field });
    }
    if rules.kind == RosterKind::Officers {
        for (name, value) in all() {
            let sealed = rules.sealed.iter().any(|column| column == name);
            if !sealed && !officer_value_fits(name, value) {
                return Err(RowFault::Officer {
                    field: name.to_owned(),
                    found: value.to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn officer_value_fits(name: &str, value: &str) -> bool {
    match name {
        "expires" => date(value).is_some(),
        "lead" => value == "yes" || value == "no",
        "limit" => {
            let canonical = value == "0" || !value.starts_with('0');
            let digits = value.bytes().all(|b| b.is_ascii_digit());
            canonical && digits && value.parse::<u32>().is_ok_and(|limit| limit < u32::MAX)
        }
        "leave" => list_items(value).all(|range| match range.split_once('/') {
            Some((first, last)) => match (date(first), date(last)) {
                (Some(first), Some(last)) => first <= last,
                _ => false,
            },
            None => false,
        }),
        _ => true,
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// Not a canonical row.
    #[error("{0}")]
    Row(#[from] RowError),
    /// The file does not end with a line feed.
    #[error("the last line has no line feed; the file was cut off")]
    NoLineFeed,
    /// Rows are not in ascending order of id.
    #[error("the id is not greater than the one before it")]
    Order,
    /// An id stands more than once.
    #[error("id {id} stands more than once")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// Not an id, or not a credit code where the plan asks for one.
    #[error("{found:?} is not a valid id")]
    Id {
        /// What was found.
        found: String,
    },
    /// A field name is not a field name.
    #[error("{found:?} is not a field name")]
    FieldName {
        /// What was found.
        found: String,
    },
    /// A value is too long.
    #[error("field {field} has more than 2000 characters")]
    Value {
        /// The field.
        field: String,
    },
    /// A required field is missing.
    #[error("field {field} is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field of an officer does not have its form.
    #[error(
        "field {field} of the officer is {found:?}, which does not have the form the draw needs"
    )]
    Officer {
        /// The field.
        field: String,
        /// What was found.
        found: String,
    },
    /// A sealed column does not hold a hash.
    #[error("sealed column {column} does not hold a hash")]
    Unsealed {
        /// The column.
        column: String,
    },
}
