//! A file with ten kinds of error among a hundred rows, all reported in one pass.

use super::*;

#[test]
fn a_hundred_rows_with_ten_kinds_of_error_in_one_pass() {
    let bad: [(&str, &str, &str); 10] = [
        (
            "91350100M000100Y4X,甲,2020-01-01",
            "代码",
            "roster.credit-code-check",
        ),
        (
            "9135O100M000100Y43,甲,2020-01-01",
            "代码",
            "roster.credit-code-character",
        ),
        (
            "91350100M000,甲,2020-01-01",
            "代码",
            "roster.credit-code-length",
        ),
        (
            "440101000123456,甲,2020-01-01",
            "代码",
            "roster.old-registration-number",
        ),
        ("9.1440E+17,甲,2020-01-01", "代码", "roster.lost-digits"),
        (",甲,2020-01-01", "代码", "roster.empty-cell"),
        (
            "914403001922038216,甲,2020-02-30",
            "成立日期",
            "roster.bad-date",
        ),
        ("9144030071526726XG,甲", "", "import.too-few-cells"),
        (
            "91330100716105852F,甲,2020-01-01,x",
            "",
            "import.too-many-cells",
        ),
        (
            "91350100M000100Y43,甲\u{1},2020-01-01",
            "企业名称",
            "import.control-character",
        ),
    ];
    // Rows 2 to 101: every tenth is bad, the others have codes made with a second check routine.
    let mut text = "代码,企业名称,成立日期\r\n".to_owned();
    let mut expected = Vec::new();
    for index in 0..100_usize {
        if index % 10 == 4 {
            let (row, column, code) = bad[index / 10];
            text.push_str(row);
            expected.push((u64::try_from(index).unwrap() + 2, column, code));
        } else {
            text.push_str(&format!("{},乙,2020/1/1", independent_code(index)));
        }
        text.push_str("\r\n");
    }
    let (report, rows) = subjects(&text);
    assert_eq!(found(&report, Severity::Error), expected);
    assert_eq!((report.rows_read, rows.len()), (100, 90));
    // Once more: every good row is now a duplicate of one a hundred rows above.
    let again = text.split_once("\r\n").unwrap().1.to_owned();
    let (report, rows) = subjects(&(text + &again));
    assert_eq!(rows.len(), 90);
    let duplicates: Vec<_> = report
        .problems
        .iter()
        .filter(|p| p.code() == "roster.duplicate-id")
        .collect();
    // Rows 7 to 10 of the bad ones have readable codes; of these only 7 and 10 have the right width.
    assert_eq!(duplicates.len(), 92);
    assert_eq!(
        duplicates[0]
            .message(Language::English)
            .split(' ')
            .next_back(),
        Some("2")
    );
    assert_eq!(duplicates[0].row, Some(102));
}

/// A code whose check character is found by trial: with it the weighted sum is 0 mod 31.
fn independent_code(index: usize) -> String {
    let value = |c: char| {
        "0123456789ABCDEFGHJKLMNPQRTUWXY"
            .find(c)
            .unwrap_or_default()
    };
    let body = format!("91440106MA5{index:06}");
    // Horner's rule from the last character, whose weight is highest.
    let sum = body
        .chars()
        .rev()
        .fold(0, |sum, c| (sum * 3 + value(c)) % 31);
    let check = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .find(|c| (sum + value(*c)) % 31 == 0);
    body + &check.map(String::from).unwrap_or_default()
}
