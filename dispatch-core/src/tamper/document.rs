//! Every field of every JSON document changed, removed or added, and every other encoding.

use std::sync::Arc;

use super::edit::edits;
use super::encoding::encodings;
use super::facts::{Facts, group};
use super::{Expected, Variants, table};
use crate::bundle;
use crate::json::to_canonical;

/// Variants of the documents.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    let names = [
        bundle::ANNOUNCEMENT,
        bundle::RESULT,
        bundle::DISCLOSURE,
        bundle::AUDIT,
    ];
    Box::new(
        names
            .into_iter()
            .flat_map(move |name| fields(facts.clone(), name).chain(forms(&facts, name))),
    )
}

fn fields(facts: Arc<Facts>, name: &'static str) -> Variants {
    let Some(value) = facts.value(name) else {
        return Box::new(core::iter::empty());
    };
    Box::new(edits(&value).into_iter().filter_map(move |edit| {
        let bytes = to_canonical(&edit.apply(&value)?).ok()?;
        let expected = table::document(name, &edit, &facts);
        facts.with(
            group(name),
            format!("{name}: {}", edit.describe()),
            expected,
            name,
            bytes,
        )
    }))
}

fn forms(facts: &Arc<Facts>, name: &'static str) -> Variants {
    let Some(bytes) = facts.files.get(name) else {
        return Box::new(core::iter::empty());
    };
    let mut forms = encodings(bytes);
    let mut ended = bytes.to_vec();
    ended.push(b'\n');
    forms.push(("a line feed after it", ended));
    forms.push(("nothing", Vec::new()));
    forms.push(("an empty object", b"{}".to_vec()));
    forms.push(("itself in a list", [b"[", bytes, b"]"].concat()));
    let facts = facts.clone();
    Box::new(forms.into_iter().filter_map(move |(form, bytes)| {
        let check = table::form(name);
        let expected = Expected::one_of(&[check])
            .without(&[check])
            .without(table::bound(name));
        facts.with(
            group(name),
            format!("{name}: {form}"),
            expected,
            name,
            bytes,
        )
    }))
}
