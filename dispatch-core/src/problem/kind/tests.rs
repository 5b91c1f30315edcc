//! What problems say.

use super::*;

#[test]
fn codes_are_unique() {
    let mut sorted = CODES.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), CODES.len());
}

#[test]
fn values_appear_in_both_languages() {
    let kind = ProblemKind::DuplicateId {
        id: "A1".to_owned(),
        first_row: 12,
    };
    assert_eq!(
        kind.message(Language::English),
        "A1 already stands in row 12"
    );
    assert_eq!(kind.message(Language::Chinese), "A1与第12行重复");
    assert_eq!(kind.severity(), Severity::Error);
}
