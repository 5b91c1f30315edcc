#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use super::*;

#[test]
fn the_sample_rules_read() {
    let rules = read(crate::sample::SAMPLE_RULES).unwrap();
    assert_eq!(rules.caps[1].unit, CapUnit::Premises);
    assert_eq!(rules.caps[1].scope.kinds, [VisitKind::Routine]);
    assert_eq!(rules.pauses[0].months, 6);
    let windows: Vec<_> = rules
        .warnings
        .iter()
        .map(|w| (w.window, w.more_than))
        .collect();
    assert_eq!(
        windows,
        [(Window::Day, 1), (Window::Week, 2), (Window::Month, 3)]
    );
    assert_eq!(rules.streak.unwrap().checks, 3);
}

#[test]
fn every_fault_is_named_with_its_line() {
    let text = "[[caps]]\ncode = \"a b\"\nlabel = \"l\"\nbasis = \"b\"\nat_most = 0\nkinds = [\"巡查\"]\n\
                [[pauses]]\ncode = \"p\"\nlabel = \"l\"\nmonth = 3\n\
                [[warnings]]\ncode = \"p\"\nmore_than = \"2\"\n\
                [streak]\nchecks = 1\nclean = []\nreason = \"r\"\n\
                [[explanations]]\nsubject = \"S\"\nofficer = \"A\"\nreason = \"r\"\ndate = 2026-02-30x\n";
    // Not TOML: only the syntax.
    assert_eq!(read(text).unwrap_err().len(), 1);
    let faults = read(&text.replace("2026-02-30x", "\"2026-02-30\"")).unwrap_err();
    let found: Vec<(Option<u64>, &str)> =
        faults.iter().map(|f| (f.line, f.path.as_str())).collect();
    for due in [
        (Some(2), "caps[0].code"),
        (Some(5), "caps[0].at_most"),
        (Some(6), "caps[0].kinds[0]"),
        (Some(7), "pauses[0].basis"),
        (Some(7), "pauses[0].months"),
        (Some(10), "pauses[0].month"),
        (Some(11), "warnings[0].window"),
        (Some(12), "warnings[0].code"),
        (Some(13), "warnings[0].more_than"),
        (Some(15), "streak.checks"),
        (Some(22), "explanations[0].date"),
    ] {
        assert!(found.contains(&due), "{due:?} is not in {faults:#?}");
    }
    assert!(read("").unwrap_err()[0].message.english.contains("no rule"));
}
