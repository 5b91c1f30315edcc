//! Joint visits: officers of several authorities on one notice; replaced records; open slots.

use dispatch_core::papers::Supplement;
use dispatch_core::visit::{Source, visits};
use dispatch_tests::campaign::{self, slot};

use crate::desk::{Desk, campaign};

/// A draw of another department with one officer fewer than the plan has places.
fn other() -> Desk {
    let mut other = campaign();
    other.plan.authority = "广州市消防救援支队".to_owned();
    other.plan.draw = "440100-2026-0002".to_owned();
    // One matter that both draws have, and one of the fire service alone.
    let mut own = other.plan.matters[0].clone();
    own.code = "XF-01".to_owned();
    own.basis = "《中华人民共和国消防法》".to_owned();
    other.plan.matters.push(own);
    other.plan.team.slots = vec![slot("消防检查人员", 3)];
    let officers = (0..2).map(|at| campaign::officer(at, &[("name", ["消一", "消二"][at])]));
    other.officers = officers.collect();
    Desk::new(&other)
}

#[test]
fn one_notice_names_the_whole_team() {
    let (first, second) = (Desk::new(&campaign()), other());
    // The other department's officers, for half of the subjects that were drawn here.
    let mut records = second.draw.records.clone();
    assert!(
        records
            .iter()
            .all(|record| record.officers.iter().any(String::is_empty))
    );
    records.truncate(5);
    let chosen = first.draw.records.iter().take(5);
    for (record, due) in records.iter_mut().zip(chosen) {
        record.subject.clone_from(&due.subject);
    }
    let joint = Source {
        records: &records,
        ..second.source()
    };
    let all = visits(
        &first.prepared.subjects,
        Some(first.prepared.strata()),
        first.source(),
        &[joint],
    );
    let mut papers = first.papers(all, false);
    let joint_plans = [second.source().plan];
    papers.joint = &joint_plans;
    let sheets = papers.visit_records(0, 100);
    let sheets: Vec<&str> = sheets.split("<main ").skip(1).collect();
    let page = papers.notices(&Supplement::default(), 0, 100);
    let parts: Vec<&str> = page.split("<main ").skip(1).collect();
    let mut together = 0;
    for ((visit, part), sheet) in papers.visits.iter().zip(parts).zip(sheets) {
        let record = records
            .iter()
            .find(|record| record.subject == visit.subject.value("id"));
        assert_eq!(record.is_some(), part.contains("广州市消防救援支队"));
        assert_eq!(record.is_some(), part.contains("空缺"));
        assert_eq!(part.matches("GS-02").count(), 1);
        assert_eq!(record.is_some(), part.contains("《中华人民共和国消防法》"));
        assert_eq!(record.is_some(), sheet.contains("XF-01"));
        let seals = part.matches("（印章）").count();
        let Some(record) = record else {
            assert_eq!((visit.team.len(), seals), (2, 1));
            continue;
        };
        together += 1;
        assert_eq!((visit.team.len(), seals), (5, 2));
        assert!(part.contains("广州市市场监督管理局　广州市消防救援支队"));
        for id in record.officers.iter().filter(|id| !id.is_empty()) {
            let name = ["消一", "消二"][id[1..].parse::<usize>().unwrap()];
            assert!(part.contains(name), "{name}");
        }
    }
    assert_eq!(together, 5);
    // Officers of the two bodies have the same certificate numbers and sheets of their own.
    let own: usize = {
        let mut ids: Vec<&String> = first
            .draw
            .records
            .iter()
            .flat_map(|r| &r.officers)
            .collect();
        ids.sort();
        ids.dedup();
        ids.len()
    };
    assert_eq!(papers.duties().len(), own + 2);
}

#[test]
fn later_records_replace_the_earlier_ones() {
    let desk = Desk::new(&campaign());
    let mut records = desk.draw.records.clone();
    records[0].officers[0].clear();
    let subject = records[0].subject.clone();
    records.truncate(3);
    let source = Source {
        records: &records,
        ..desk.source()
    };
    let visits = visits(&desk.prepared.subjects, None, source, &[]);
    assert_eq!(visits.len(), 3);
    let changed = visits
        .iter()
        .find(|visit| visit.subject.value("id") == subject);
    assert!(changed.unwrap().team[0].officer.is_none());
    let page = desk.papers(visits, false).drawn_list();
    assert_eq!(page.matches("空缺").count(), 1);
}
