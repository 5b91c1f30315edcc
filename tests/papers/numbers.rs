//! 编号 of visits stay what they are when stages change the list.

use dispatch_core::digest::Digest;
use dispatch_core::papers::Supplement;
use dispatch_core::result::Record;
use dispatch_core::stage::StageRecord;
use dispatch_core::visit::{Numbers, Source, visits};

use crate::desk::{Desk, campaign};

fn stage_record(stage: u64, subject: &str, ticket: Digest) -> StageRecord {
    StageRecord {
        officers: vec!["P000001".to_owned(), "P000002".to_owned()],
        stage,
        subject: subject.to_owned(),
        ticket,
    }
}

#[test]
fn stages_leave_numbers_alone_and_count_on() {
    let desk = Desk::new(&campaign());
    let mut first = desk.draw.records.clone();
    first.sort_by_key(|record| record.ticket);
    let drawn: Vec<&str> = first.iter().map(|record| record.subject.as_str()).collect();
    let mut others = (0..40)
        .map(dispatch_tests::campaign::subject_id)
        .filter(|id| !drawn.contains(&id.as_str()));
    let [a, b, c] = [(); 3].map(|()| others.next().unwrap());
    // The smallest ticket of all comes in the second stage; in the first, b's is before a's.
    let stages = [
        stage_record(1, &a, Digest::new([0x60; 32])),
        stage_record(1, &b, Digest::new([0x50; 32])),
        stage_record(1, drawn[4], first[4].ticket),
        stage_record(2, &b, Digest::new([0x50; 32])),
        stage_record(2, &c, Digest::new([0x00; 32])),
    ];
    // The first, third and last of the draw fell out, and a, too.
    let kept = [1, 3, 4, 5, 6, 7, 8].map(|at: usize| first[at].clone());
    let new = [&stages[1], &stages[4]].map(StageRecord::record);
    let list: Vec<Record> = new.into_iter().chain(kept).collect();
    let source = Source {
        records: &list,
        ..desk.source()
    };
    let mut after = visits(&desk.prepared.subjects, None, source, &[]);
    Numbers::new(&desk.draw.records, &stages).give(&mut after);
    let told: Vec<(u64, &str)> = { after.iter() }
        .map(|visit| (visit.number, visit.subject.value("id")))
        .collect();
    let due = [2, 4, 5, 6, 7, 8, 9].map(|number: u64| {
        let at = usize::try_from(number).unwrap() - 1;
        (number, drawn[at])
    });
    let due: Vec<(u64, &str)> = { due.into_iter() }.chain([(11, &*b), (13, &*c)]).collect();
    assert_eq!(told, due);

    // The papers bear them, and the subject of the gap is on none.
    let papers = desk.papers(after, false);
    let notices = papers.notices(&Supplement::default(), 0, 1000);
    for (number, _) in &due {
        assert!(notices.contains(&format!("440100-2026-0001-{number:04}")));
    }
    for number in [1, 3, 10, 12] {
        assert!(!notices.contains(&format!("440100-2026-0001-{number:04}")));
    }
    assert!(
        papers
            .drawn_list()
            .contains("<td data-head=\"编号\">13</td>")
    );
}

#[test]
fn without_stages_the_number_is_the_place() {
    let desk = Desk::new(&campaign());
    let mut all = desk.visits();
    let places: Vec<u64> = all.iter().map(|visit| visit.number).collect();
    assert_eq!(places, (1..=10).collect::<Vec<u64>>());
    Numbers::new(&desk.draw.records, &[]).give(&mut all);
    assert!(all.iter().map(|visit| visit.number).eq(1..=10));
}
