//! Cells of every kind, as people write them.

use super::*;

fn value(raw: &str, kind: CellKind) -> Result<String, ProblemKind> {
    read(raw, kind, SubjectIds::CreditCode).map(|cell| cell.value.into_owned())
}

#[test]
fn ids_are_folded_and_capital() {
    for raw in [
        "91350100M000100Y43",
        " 91350100m000100y43\u{3000}",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "\u{feff}91350100M0001\u{200b}00Y43\u{a0}",
        "'91350100M000100Y43",
        "\t91350100M000100Y43",
    ] {
        assert_eq!(
            value(raw, CellKind::SubjectId).as_deref(),
            Ok("91350100M000100Y43"),
            "{raw}"
        );
    }
    let other = read("冷库-3", CellKind::SubjectId, SubjectIds::Other);
    assert_eq!(other.map(|cell| cell.value), Ok(Cow::Borrowed("冷库-3")));
    assert!(matches!(
        value("粤A 1", CellKind::OfficerId),
        Err(ProblemKind::BadId { .. })
    ));
    assert!(matches!(
        value("1.9E+10", CellKind::OfficerId),
        Err(ProblemKind::LostDigits { .. })
    ));
}

#[test]
fn free_text_keeps_its_brackets() {
    for raw in [
        "甲 乙  ",
        "甲\u{3000}",
        "\u{3000}甲",
        "甲  ",
        "甲\t\t",
        "é甲",
        "",
    ] {
        assert_eq!(trim(raw), raw.trim(), "{raw:?}");
    }
    let name = "广州某某（集团）有限公司";
    assert_eq!(
        value(&format!("\u{3000}{name} "), CellKind::Text).as_deref(),
        Ok(name)
    );
    assert_eq!(value("'=甲", CellKind::Text).as_deref(), Ok("=甲"));
    for raw in ["甲\n乙", "甲\u{85}乙", "甲\u{202e}乙", "甲\u{7}"] {
        let found = value(raw, CellKind::Text);
        assert!(
            matches!(found, Err(ProblemKind::ControlCharacter { .. })),
            "{raw:?}"
        );
    }
    assert_eq!(
        value("甲\u{fffd}", CellKind::Text),
        Err(ProblemKind::DamagedText {})
    );
}

#[test]
fn lists_are_sorted_sets() {
    assert_eq!(
        value("b；a、b, c|a\nd", CellKind::List).as_deref(),
        Ok("a;b;c;d")
    );
    assert_eq!(value("是", CellKind::Expert).as_deref(), Ok("专家"));
    assert_eq!(value("否", CellKind::Expert).as_deref(), Ok(""));
    assert_eq!(
        value("药品GSP、医疗器械", CellKind::Expert).as_deref(),
        Ok("医疗器械;药品GSP")
    );
    assert_eq!(
        value("2026-08-01/2026-08-02；2026/7/1", CellKind::Leave).as_deref(),
        Ok("2026-07-01/2026-07-01;2026-08-01/2026-08-02")
    );
}

#[test]
fn numbers_and_answers() {
    assert_eq!(value("０１２", CellKind::Limit).as_deref(), Ok("12"));
    assert_eq!(value("0", CellKind::Limit).as_deref(), Ok("0"));
    assert!(value("3.5", CellKind::Limit).is_err());
    assert!(value("-1", CellKind::Limit).is_err());
    assert_eq!(value("是", CellKind::YesNo).as_deref(), Ok("yes"));
    assert!(value("也许", CellKind::YesNo).is_err());
}

#[test]
fn words_of_a_closed_set() {
    const WORDS: Choice = &[("planned", &["计划", "待查"]), ("completed", &["已完成"])];
    let kind = CellKind::Choice(WORDS);
    assert_eq!(value(" 待查", kind).as_deref(), Ok("planned"));
    assert_eq!(value("Completed", kind).as_deref(), Ok("completed"));
    assert_eq!(value("", kind).as_deref(), Ok(""));
    let refused = value("完", kind);
    assert!(
        matches!(&refused, Err(ProblemKind::BadChoice { accepted, .. }) if accepted == "计划、已完成"),
        "{refused:?}"
    );
    assert_eq!(
        value("ya2、ＹＡ1；ya2", CellKind::OfficerIds).as_deref(),
        Ok("YA1;YA2")
    );
}
