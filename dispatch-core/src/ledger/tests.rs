//! Every rule on the days where it begins and ends; the calendar against Python's.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn days(on: &str) -> Days {
    Days {
        on: day(on),
        known: day(on),
    }
}

/// A settled routine visit of S by officers A and B that found nothing, disclosed a day later.
fn visit(reference: &str, on: &str) -> Visit {
    Visit {
        date: day(on),
        reference: reference.to_owned(),
        subject: "S".to_owned(),
        officers: vec!["A".to_owned(), "B".to_owned()],
        kind: VisitKind::Routine,
        cause: String::new(),
        department: "市监".to_owned(),
        draw: "D-1".to_owned(),
        state: VisitState::Completed,
        disclosed: Some(day(on).tomorrow().unwrap()),
        results: vec!["未发现问题".to_owned()],
        premises: String::new(),
    }
}

fn with(mut visit: Visit, change: impl FnOnce(&mut Visit)) -> Visit {
    change(&mut visit);
    visit
}

fn rules(text: &str) -> Rules {
    source::read(text).unwrap()
}

fn pause(months: u32) -> Rules {
    rules(&format!(
        "[[pauses]]\ncode = \"p\"\nlabel = \"l\"\nbasis = \"b\"\nmonths = {months}\n"
    ))
}

fn cap(at_most: u32, more: &str) -> Rules {
    rules(&format!(
        "[[caps]]\ncode = \"c\"\nlabel = \"l\"\nbasis = \"b\"\nat_most = {at_most}\n{more}\n"
    ))
}

/// The references that exclude S.
fn excluded(visits: &[Visit], rules: &Rules, days: Days) -> String {
    let ledger = Ledger::new(visits.to_vec());
    ledger.standing("S", "路1号", rules, days).references()
}

#[test]
fn periods_and_weeks_are_those_of_python() {
    let rows = include_str!("tests/periods.tsv").lines();
    let mut seen = 0;
    for row in rows.filter(|row| !row.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let start = day(cells[0]);
        let months = cells[1].parse().unwrap();
        let last = day(cells[2]);
        assert_eq!(calendar::last_day(start, months), Some(last), "{row}");
        assert_eq!(calendar::week(start), Some((day(cells[3]), day(cells[4]))));
        assert_eq!(calendar::month(start).1, day(cells[5]), "{row}");
        assert!(calendar::is_within(start, months, last), "{row}");
        assert!(!calendar::is_within(
            start,
            months,
            last.tomorrow().unwrap()
        ));
        seen += 1;
    }
    assert_eq!(seen, 200);
    assert_eq!(calendar::last_day(day("9999-12-01"), 1), None);
    assert_eq!(
        calendar::first_of(day("2026-03-02"), 7),
        Some(day("2026-02-24"))
    );
}

#[test]
fn a_pause_ends_with_the_corresponding_day() {
    let leap = [with(visit("R", "2024-02-29"), |v| {
        v.disclosed = Some(v.date)
    })];
    let year = pause(12);
    for (on, due) in [
        ("2024-02-28", ""),
        ("2024-02-29", "R"),
        ("2025-02-28", "R"),
        ("2025-03-01", ""),
    ] {
        assert_eq!(excluded(&leap, &year, days(on)), due, "{on}");
    }
    // Four years later there is a corresponding day.
    let four = pause(48);
    assert_eq!(excluded(&leap, &four, days("2028-02-29")), "R");
    assert_eq!(excluded(&leap, &four, days("2028-03-01")), "");
    // The last of several visits counts.
    let two = [visit("old", "2025-01-10"), visit("new", "2025-06-10")];
    assert_eq!(excluded(&two, &pause(6), days("2025-12-10")), "new");
    assert_eq!(excluded(&two, &pause(6), days("2025-12-11")), "");
}

#[test]
fn a_cap_is_of_the_calendar_year_and_names_the_visit_that_reached_it() {
    let visits = [
        visit("R1", "2025-12-31"),
        visit("R2", "2026-01-01"),
        visit("R3", "2026-06-01"),
        visit("R4", "2026-12-30"),
    ];
    let two = cap(2, "");
    assert_eq!(excluded(&visits, &two, days("2026-06-01")), "");
    assert_eq!(excluded(&visits, &two, days("2026-06-02")), "R3");
    assert_eq!(excluded(&visits, &two, days("2026-12-31")), "R3");
    assert_eq!(excluded(&visits, &two, days("2027-01-01")), "");
    assert_eq!(excluded(&visits, &cap(1, ""), days("2026-01-02")), "R2");
    // Of 2026 with three visits, of 2025 with one.
    let ledger = Ledger::new(visits.to_vec());
    let of = |on| ledger.standing("S", "", &two, days(on)).visits_this_year;
    assert_eq!(
        [of("2026-12-31"), of("2026-01-01"), of("2027-05-05")],
        [3, 0, 0]
    );
}

#[test]
fn kinds_causes_departments_and_premises_decide_what_counts() {
    let on = days("2026-12-31");
    let one = |more: &str, change: fn(&mut Visit)| {
        let visits = [with(visit("R", "2026-05-05"), change)];
        !excluded(&visits, &cap(1, more), on).is_empty()
    };
    assert!(one("", |v| v.kind = VisitKind::Case));
    assert!(!one("kinds = [\"日常\", \"专项\"]", |v| v.kind =
        VisitKind::Case));
    assert!(one("kinds = \"case\"", |v| v.kind = VisitKind::Case));
    assert!(!one("exempt_causes = \"上级部署\"", |v| v.cause =
        "上级部署".to_owned()));
    assert!(one("exempt_causes = \"上级部署\"", |v| v.cause =
        "投诉".to_owned()));
    assert!(!one("departments = [\"消防\"]", |_| {}));
    assert!(one("departments = [\"消防\", \"市监\"]", |_| {}));
    assert!(!one("per = \"premises\"", |v| v.premises = "路2号".to_owned()));
    assert!(one("per = \"premises\"", |v| v.premises = "路1号".to_owned()));
    assert!(one("per = \"premises\"", |_| {}));
}

#[test]
fn what_is_not_completed_and_disclosed_excludes_nobody() {
    let on = days("2026-06-30");
    let both = rules(
        "[[pauses]]\ncode = \"p\"\nlabel = \"l\"\nbasis = \"b\"\nmonths = 12\n\
         [[caps]]\ncode = \"c\"\nlabel = \"l\"\nbasis = \"b\"\nat_most = 1\n\
         [streak]\nchecks = 2\nclean = [\"未发现问题\"]\nreason = \"r\"\n\
         [[warnings]]\ncode = \"w\"\nwindow = \"month\"\nmore_than = 1\n",
    );
    let undisclosed: fn(&mut Visit) = |v| v.disclosed = None;
    let changes: [fn(&mut Visit); 3] = [
        undisclosed,
        |v| v.disclosed = Some(day("2026-07-01")),
        |v| v.state = VisitState::Planned,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let visits = [
            with(visit("R1", "2026-06-01"), change),
            with(visit("R2", "2026-06-03"), change),
        ];
        let ledger = Ledger::new(visits.to_vec());
        assert_eq!(ledger.standing("S", "", &both, on), Standing::default());
        assert_eq!(ledger.forbidden_pairs(&both, on), []);
        // Nor do sealed ones bring a warning; the planned ones here are disclosed.
        assert_eq!(ledger.warnings(&both, on).len(), usize::from(index == 2));
    }
    // Disclosed in the future of the person who asks, though before the day the rules are for.
    let later = Days {
        on: day("2026-06-30"),
        known: day("2026-06-10"),
    };
    let visits = [with(visit("R", "2026-06-01"), |v| {
        v.disclosed = Some(day("2026-06-11"));
    })];
    assert_eq!(excluded(&visits, &both, later), "");
    assert_eq!(excluded(&visits, &both, on), "R");
    // On the day of disclosure itself it is disclosed.
    let same = Days {
        known: day("2026-06-11"),
        ..later
    };
    assert_eq!(excluded(&visits, &both, same), "R");
}

fn streak(more: &str) -> Rules {
    rules(&format!(
        "[streak]\nchecks = 3\nmonths = 12\nclean = [\"未发现问题\"]\nreason = \"r\"\n{more}"
    ))
}

/// Officers who must not meet S.
fn kept_apart(visits: &[Visit], rules: &Rules, on: &str) -> Vec<String> {
    let ledger = Ledger::new(visits.to_vec());
    let pairs = ledger.forbidden_pairs(rules, days(on));
    pairs.into_iter().map(|pair| pair.officer).collect()
}

#[test]
fn three_clean_checks_in_a_row_within_a_year_keep_a_pair_apart() {
    let three = |last: &str| {
        [
            visit("R1", "2025-03-01"),
            visit("R2", "2025-09-01"),
            visit("R3", last),
        ]
    };
    let rules = streak("");
    assert_eq!(
        kept_apart(&three("2026-03-01"), &rules, "2026-06-01"),
        ["A", "B"]
    );
    assert_eq!(
        kept_apart(&three("2026-03-02"), &rules, "2026-06-01"),
        [""; 0]
    );
    // It lasts until explained, however long.
    assert_eq!(
        kept_apart(&three("2026-03-01"), &rules, "2031-01-01"),
        ["A", "B"]
    );
    // Only those who took part in all three.
    let mut visits = three("2025-12-01");
    visits[1].officers = vec!["A".to_owned(), "C".to_owned()];
    assert_eq!(kept_apart(&visits, &rules, "2026-06-01"), ["A"]);
    // A finding interrupts, also one beside a clean result.
    let mut visits = three("2025-12-01");
    visits[1].results.push("责令改正".to_owned());
    assert_eq!(kept_apart(&visits, &rules, "2026-06-01"), [""; 0]);
    // A check without a result neither counts nor interrupts.
    visits[1].results.clear();
    assert_eq!(kept_apart(&visits, &rules, "2026-06-01"), [""; 0]);
    let mut four = visits.to_vec();
    four.push(visit("R4", "2025-11-11"));
    assert_eq!(kept_apart(&four, &rules, "2026-06-01"), ["A", "B"]);
}

#[test]
fn an_explanation_frees_the_pair_for_what_came_before() {
    let visits = [
        visit("R1", "2025-03-01"),
        visit("R2", "2025-05-01"),
        visit("R3", "2025-07-01"),
        visit("R4", "2025-09-01"),
    ];
    let explained = |date: &str| {
        streak(&format!(
            "[[explanations]]\nsubject = \"S\"\nofficer = \"A\"\ndate = {date}\nreason = \"x\"\n"
        ))
    };
    assert_eq!(
        kept_apart(&visits, &explained("2025-02-28"), "2026-01-01"),
        ["A", "B"]
    );
    // From the second on there are three more.
    assert_eq!(
        kept_apart(&visits, &explained("2025-03-01"), "2026-01-01"),
        ["A", "B"]
    );
    assert_eq!(
        kept_apart(&visits, &explained("2025-05-01"), "2026-01-01"),
        ["B"]
    );
    let pair = &Ledger::new(visits.to_vec()).forbidden_pairs(&streak(""), days("2026-01-01"))[0];
    assert_eq!(pair.recusal().reason, "r（R2、R3、R4）");
}

/// Windows with more visits than the threshold.
fn warned(window: &str, more_than: u32, dates: &[&str], on: &str) -> Vec<(String, String, usize)> {
    let rules = rules(&format!(
        "[[warnings]]\ncode = \"w\"\n{window}\nmore_than = {more_than}\n"
    ));
    let visits = dates
        .iter()
        .enumerate()
        .map(|(n, d)| visit(&format!("R{n}"), d));
    let warnings = Ledger::new(visits.collect()).warnings(&rules, days(on));
    let plain = |w: LedgerWarning| (w.from.to_string(), w.to.to_string(), w.references.len());
    warnings.into_iter().map(plain).collect()
}

#[test]
fn warnings_say_which_days_hold_too_many_visits() {
    let span = |from: &str, to: &str, count| (from.to_owned(), to.to_owned(), count);
    let on = "2026-12-31";
    // 2026-03-01 is a Sunday, 2026-03-02 a Monday (Python: weekday() 6 and 0).
    let turn = ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"];
    assert_eq!(
        warned("window = \"week\"", 2, &turn, on),
        [span("2026-02-23", "2026-03-01", 3)]
    );
    assert_eq!(warned("window = \"month\"", 2, &turn, on), []);
    assert_eq!(
        warned("window = \"month\"", 1, &turn, on),
        [
            span("2026-02-01", "2026-02-28", 2),
            span("2026-03-01", "2026-03-31", 2)
        ]
    );
    assert_eq!(
        warned("days = 4", 3, &turn, on),
        [span("2026-02-27", "2026-03-02", 4)]
    );
    assert_eq!(warned("window = \"day\"", 1, &turn, on), []);
    assert_eq!(
        warned("window = \"day\"", 1, &["2026-03-01", "2026-03-01"], on),
        [span("2026-03-01", "2026-03-01", 2)]
    );
    // A week over the turn of the year belongs to both; what ended last year is history.
    let year = ["2026-12-30", "2026-12-31", "2027-01-01"];
    assert_eq!(warned("window = \"week\"", 2, &year, "2027-02-01").len(), 1);
    assert_eq!(warned("window = \"month\"", 1, &year, "2027-02-01"), []);
}

#[test]
fn the_exclusions_for_the_plan_read_and_ask_for_references() {
    let rules = rules(crate::sample::SAMPLE_RULES);
    let options = crate::sample_plan::SamplePlan::around(1_784_792_310).unwrap();
    let mut text = crate::sample_plan::sample_plan(100, &options);
    text.push_str(&plan_exclusions(&rules));
    let plan = crate::plan::source::read(&text).unwrap().plan;
    let added = &plan.exclusions[1..];
    assert_eq!(added.len(), rules.caps.len() + rules.pauses.len());
    assert!(added.iter().all(|e| e.reference == "exclusion_ref"));
    assert_eq!(crate::plan::steering::warnings(&plan, None, 0), []);
}
