//! False handovers: of another child or draw, or with one thing changed. All must be refused. And an
//! officer who stands in two rosters of a campaign, which nothing refuses but verification.

use dispatch_core::digest::Digest;
use dispatch_core::handover::Handover;
use dispatch_core::plan::{Plan, Role};
use dispatch_core::verify::{Expectations, Status, Verdict};
use dispatch_tests::campaign::{Campaign, report};
use dispatch_tests::chance::Dice;

use crate::case::below;
use crate::held::Held;
use crate::joint::{self, Joint};

#[test]
fn an_officer_in_two_rosters_fails_the_child() {
    let possible = |number: &u64| crate::is_possible(&joint::cases(*number).0.campaign);
    let (parent, mut children) = joint::cases((0..).find(possible).unwrap());
    let (held, lists) = joint::hold_parent(&parent, parent.campaign.freeze());
    let campaign = &mut children[0].campaign;
    campaign.recusals.clear();
    // The id is the first field.
    campaign.officers[0][0] = parent.campaign.officers[0][0].clone();
    let frozen = joint::freeze_child(&held, &mut children[0], 0);
    let (child, _) = joint::hold_child((&held, &lists), (&children[0], frozen), 0);
    let joint = Joint {
        parent: held,
        children: vec![child],
    };
    let report = report(&joint.files(false, false), &Expectations::default());
    let (_, child) = &report.children[0];
    let failed: Vec<&str> = { child.checks.iter() }
        .filter(|check| check.status == Status::Fail)
        .map(|check| check.id)
        .collect();
    assert_eq!((failed, report.public), (vec!["H05"], Verdict::Fail));
}

/// Tries every kind; gives how many there were.
pub(crate) fn assert_refused(
    dice: &mut Dice,
    parent: &Held<'_>,
    (child, at): (&Campaign, usize),
    right: &Handover,
) -> usize {
    let mut tried = 0;
    let mut refuse = |what: &str, handover: &Handover, plan: &Plan| {
        let announced = &parent.prepared.announced;
        let found = handover.subjects(announced, plan, &parent.prepared.subjects);
        assert!(found.is_err(), "{what}: {found:?}");
        tried += 1;
    };
    let plan = &child.plan;
    for other in 0..parent.case.campaign.plan.children.len() {
        let other = joint::handover(parent, other, right.stage);
        if other.draw != right.draw {
            refuse("another child's handover", &other, plan);
        }
    }
    // Records of the right list, with their proofs, that are not this child's.
    let all = joint::handover_where(parent, at, right.stage, Vec::new());
    if all.records.len() > right.records.len() {
        refuse("subjects of others", &all, plan);
    }
    let mut elsewhere = plan.clone();
    elsewhere.parent[0].commitment = Digest::new([9; 32]);
    refuse("another parent", right, &elsewhere);
    let mut more = plan.clone();
    let officers = { more.team.slots.iter_mut() }.find(|slot| slot.role == Role::Officer);
    officers.unwrap().count += 1;
    refuse("more officers than announced", right, &more);
    let mut change = |what: &str, with: &dyn Fn(&mut Handover)| {
        let mut handover = right.clone();
        with(&mut handover);
        refuse(what, &handover, plan);
    };
    change("format", &|h| h.format.push('1'));
    change("child", &|h| h.child.push('1'));
    change("draw", &|h| h.draw.push('1'));
    if right.stage == 0 {
        change("result of another draw", &|h| {
            h.result.commitment = Digest::new([9; 32])
        });
    }
    if right.records.is_empty() {
        return tried;
    }
    let one = below(dice, right.records.len());
    change("root", &|h| h.result.root = Digest::new([9; 32]));
    change("count", &|h| h.result.count += 1);
    change("ticket", &|h| {
        h.records[one].record.ticket = Digest::new([9; 32])
    });
    change("salt", &|h| h.records[one].salt = Digest::new([9; 32]));
    change("place", &|h| h.records[one].proof.index += 1);
    change("officers", &|h| {
        h.records[one].record.officers.push("E000".to_owned())
    });
    change("twice", &|h| h.records.push(h.records[one].clone()));
    // A subject of the roster that was not drawn, one that there is not, and one of another child.
    let listed = |id: &&&str| right.records.iter().any(|r| r.record.subject == ***id);
    let ids = parent.model.subjects.keys();
    let strangers: Vec<&str> = ids.filter(|id| !listed(id)).copied().collect();
    for id in strangers.iter().chain(&["S999999"]) {
        change("subject", &|h| {
            (*id).clone_into(&mut h.records[one].record.subject)
        });
    }
    tried
}
