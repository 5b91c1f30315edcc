//! What is sealed stays sealed: columns for ever, secret, seed and figures until disclosure.

use dispatch_core::digest::hex;
use dispatch_core::papers::Reader;
use dispatch_core::plan::{FieldPair, Op};
use dispatch_core::row::value;
use dispatch_tests::campaign::{condition, count, stratum};

use crate::desk::{Desk, campaign};

/// The strata follow from the column `risk`; officers and subjects are grouped by `region`.
fn by_risk(sealed: bool) -> Desk {
    let mut campaign = campaign();
    for row in campaign.subjects.iter_mut().chain(&mut campaign.officers) {
        row.push(("region".to_owned(), "机密片区".to_owned()));
        row.push(("note".to_owned(), "机密备注".to_owned()));
    }
    campaign.plan.strata = vec![
        stratum("甲层", count(5), vec![condition("risk", Op::In, &["一级"])]),
        stratum("乙层", count(5), Vec::new()),
    ];
    campaign.plan.team.group = vec![FieldPair {
        officer: "region".to_owned(),
        subject: "region".to_owned(),
    }];
    if sealed {
        let columns = ["note", "region", "risk"].map(str::to_owned);
        campaign.plan.subjects.sealed = columns.to_vec();
        campaign.plan.officers.sealed = vec!["note".to_owned(), "region".to_owned()];
    }
    Desk::new(&campaign)
}

#[test]
fn sealed_columns_are_on_no_paper() {
    let desk = by_risk(true);
    // The sealed cells as committed, of both rosters.
    let mut hidden = vec!["机密片区".to_owned(), "机密备注".to_owned()];
    for (roster, columns) in [
        (&desk.prepared.subjects, &["note", "region", "risk"][..]),
        (&desk.prepared.officers, &["note", "region"][..]),
    ] {
        for index in 0..roster.len() {
            let fields = roster.fields(index);
            hidden.extend(
                columns
                    .iter()
                    .map(|column| value(&fields, column).to_owned()),
            );
        }
    }
    assert_eq!(hidden.len(), 2 + 40 * 3 + 8 * 2);
    assert!(hidden.iter().skip(2).all(|cell| cell.len() == 64));
    for open in [false, true] {
        for (name, page) in desk.all(open) {
            for text in &hidden {
                assert!(!page.contains(text.as_str()), "{name} shows {text}");
            }
            for text in ["一级", "二级"] {
                assert!(!page.contains(text), "{name} shows {text}");
            }
            // The record says how many of each stratum, but nobody's own stratum is anywhere.
            let counts = name.ends_with("record");
            assert_eq!(page.contains("甲层"), counts, "{name}");
        }
    }
}

#[test]
fn open_columns_are_shown_where_they_belong() {
    let desk = by_risk(false);
    let shows = |name: &str, text: &str| {
        let pages = desk.all(true);
        let page = pages.iter().find(|(found, _)| *found == name).unwrap();
        page.1.contains(text)
    };
    assert!(shows("drawn list", "甲层") && shows("drawn list", "机密片区"));
    assert!(shows("sealed record", "市场监管局 / 机密片区"));
    // Nobody has to know a stratum or a note to be inspected, or to inspect.
    for name in ["notices", "visit records", "duties"] {
        assert!(!shows(name, "甲层") && !shows(name, "机密备注"), "{name}");
    }
}

#[test]
fn secret_and_seed_are_printed_after_disclosure_only() {
    let desk = Desk::new(&campaign());
    let (secret, seed) = (hex(&desk.secret), desk.draw.seed.to_string());
    for (name, page) in desk.all(false) {
        assert!(!page.contains(&secret) && !page.contains(&seed), "{name}");
        let marked = page.contains("前不得公开");
        let sealed = ["sealed record", "drawn list", "duties"].contains(&name);
        assert_eq!(marked, sealed, "{name}");
    }
    for (name, page) in desk.all(true) {
        let shown = page.contains(&secret) && page.contains(&seed);
        assert_eq!(shown, name.ends_with("record"), "{name}");
        assert!(!page.contains("前不得公开"), "{name}");
    }
}

#[test]
fn the_public_record_tells_nothing_of_the_list_before_disclosure() {
    let desk = Desk::new(&campaign());
    let papers = desk.papers(desk.visits(), false);
    let page = papers.record(Reader::Public);
    let load = &papers.loads[0];
    assert_eq!((load.slots, load.officers), (20, 8));
    let row = format!("<td data-head=\"每人上限\">{}</td>", load.cap);
    assert!(!page.contains("每人上限") && !page.contains("检查员") && !page.contains("号企业"));
    assert!(papers.record(Reader::Sealed).contains(&row));
    assert!(
        desk.papers(desk.visits(), true)
            .record(Reader::Public)
            .contains(&row)
    );
    // What it does tell: commitment, roots, counts, result.
    let announcement = &desk.prepared.announced.document;
    for text in [
        desk.prepared.announced.commitment.to_string(),
        announcement.subjects.root.to_string(),
        announcement.officers.root.to_string(),
        announcement.recusals.root.to_string(),
        desk.draw.result.root.to_string(),
        "2026年7月23日 15:38:30（北京时间）".to_owned(),
        "尚无补抽".to_owned(),
    ] {
        assert!(page.contains(&text), "{text}");
    }
}
