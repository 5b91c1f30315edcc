//! What a header means, before its place is looked at.
//!
//! Headers are compared without blanks, width and case, and without the star of required columns.
//!
//! Invariant: a mapping goes before the headers of the schema.

use super::ImportOptions;
use super::cell;
use super::header::public_name;
use super::mapping::Meaning;
use super::personal;
use super::schema::Schema;

/// Whether a header means something: a field, or a column that is left out on purpose.
pub(super) fn is_known(header: &str, schema: &Schema, options: &ImportOptions) -> bool {
    let folded = folded_header(header);
    let listed = [personal::SERIAL, personal::PERSONAL];
    let extra = || {
        options
            .extra_columns
            .iter()
            .any(|extra| cell::trim(extra) == cell::trim(header))
    };
    options.mapping.meaning(&folded).is_some()
        || schema.field(&folded).is_some()
        || listed.iter().any(|list| list.contains(&folded.as_str()))
        || extra()
}

/// The field a header stands for, by the mapping or by the schema.
pub(super) fn known_field<'a>(
    header: &str,
    schema: &'static Schema,
    options: &'a ImportOptions,
) -> Option<&'a str> {
    let folded = folded_header(header);
    match options.mapping.meaning(&folded) {
        Some(Meaning::Field(field)) => Some(field),
        Some(_) => None,
        None => schema.field(&folded).map(|field| public_name(field.name)),
    }
}

/// A header without blanks, full width, capitals and star.
pub(crate) fn folded_header(header: &str) -> String {
    let folded = cell::folded(header);
    let kept = folded
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{feff}'));
    let plain: String = kept.collect::<String>().to_lowercase();
    plain.trim_matches('*').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_compared_loosely() {
        assert_eq!(
            folded_header("\u{feff}* 配备专家（组长） "),
            "配备专家(组长)"
        );
        assert_eq!(folded_header("Last_Visit"), "last_visit");
    }
}
