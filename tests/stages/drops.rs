//! What falls out: random admissible drops, and drops that must be refused.

use std::collections::BTreeSet;

use dispatch_core::digest::Digest;
use dispatch_core::draw::Prepared;
use dispatch_core::stage::{DropOut, History, StageDraft};
use dispatch_tests::chance::Dice;

use crate::case::{below, one_in};
use crate::model::Model;
use crate::oracle::field;

/// A drop of either kind; an empty id says which.
fn drop_out(dice: &mut Dice, subject: &str, officer: &str, reasons: &[&str]) -> DropOut {
    DropOut {
        approver: "王五".to_owned(),
        evidence: Digest::new(core::array::from_fn(|_| dice.word().to_be_bytes()[7])),
        officer: officer.to_owned(),
        reason: reasons[below(dice, reasons.len())].to_owned(),
        stage: 1,
        subject: subject.to_owned(),
    }
}

/// Drops that are admissible, in no order; `used` counts those that `max_drops` bounds.
pub(crate) fn admissible(dice: &mut Dice, model: &Model<'_>, used: &mut Used) -> Vec<DropOut> {
    let plan = &model.campaign.plan;
    let mut drops = Vec::new();
    for (id, (_, team)) in &model.list {
        if plan.parent.is_empty() && one_in(dice, 7) {
            drops.push(drop_out(dice, id, "", &SUBJECT));
        }
        for officer in team.iter().filter(|officer| !officer.is_empty()) {
            if !one_in(dice, 9) {
                continue;
            }
            let again = u64::from(used.subjects.contains(id));
            if used.count + again <= plan.team.max_drops {
                used.count += again;
                used.subjects.insert(id.clone());
                drops.push(drop_out(dice, id, officer, &VISIT));
            }
        }
    }
    for officer in &model.officers {
        let id = field(officer, "id");
        if one_in(dice, 8) && !model.gone.contains(id) && used.count < plan.team.max_drops {
            used.count += 1;
            drops.push(drop_out(dice, "", id, &OFFICER));
        }
    }
    dice.shuffle(&mut drops);
    drops
}

/// How much of `max_drops` is used, and the subjects whose first change of officers has been.
#[derive(Clone, Debug, Default)]
pub(crate) struct Used {
    pub(crate) count: u64,
    pub(crate) subjects: BTreeSet<String>,
}

/// Every kind of inadmissible drop is refused beside good ones; gives how many were tried.
pub(crate) fn assert_refused(
    dice: &mut Dice,
    (prepared, history): (&Prepared, &History),
    model: &Model<'_>,
    used: &Used,
    good: &StageDraft,
) -> usize {
    let mut bad: Vec<Vec<DropOut>> = Vec::new();
    let child = !model.campaign.plan.parent.is_empty();
    let listed = model.list.keys().next();
    if let Some(subject) = listed {
        bad.push(vec![drop_out(dice, subject, "", &["not-found"])]);
        bad.push(vec![drop_out(dice, subject, "", &["recusal"])]);
        bad.push(vec![drop_out(dice, subject, "E999", &VISIT)]);
        if child {
            bad.push(vec![drop_out(dice, subject, "", &SUBJECT)]);
        }
        let team = &model.list[subject].1;
        let stranger =
            |row: &&&dispatch_tests::campaign::Row| !team.iter().any(|id| id == field(row, "id"));
        if let Some(row) = model.officers.iter().find(stranger) {
            bad.push(vec![drop_out(dice, subject, field(row, "id"), &VISIT)]);
        }
    }
    let out = |id: &&&str| !model.list.contains_key(**id);
    if let Some(subject) = model.subjects.keys().find(out) {
        bad.push(vec![drop_out(dice, subject, "", &SUBJECT)]);
    }
    bad.extend(
        model
            .gone
            .iter()
            .take(1)
            .map(|id| vec![drop_out(dice, "", id, &OFFICER)]),
    );
    bad.push(vec![drop_out(dice, "", "E999", &OFFICER)]);
    bad.extend(good.drops.first().map(|drop| vec![drop.clone()]));
    // One officer more than may be taken out.
    let dropped = |id: &str| {
        good.drops
            .iter()
            .any(|drop| drop.subject.is_empty() && drop.officer == id)
    };
    let free = model.officers.iter().map(|row| field(row, "id"));
    let free: Vec<&str> = free
        .filter(|id| !model.gone.contains(*id) && !dropped(id))
        .collect();
    let more = usize::try_from(model.campaign.plan.team.max_drops - used.count).unwrap() + 1;
    if free.len() >= more {
        bad.push(
            free[..more]
                .iter()
                .map(|id| drop_out(dice, "", id, &OFFICER))
                .collect(),
        );
    }
    for added in &bad {
        let mut draft = good.clone();
        draft.drops.extend(added.iter().cloned());
        let answer = prepared.freeze_stage(history, draft);
        assert!(answer.is_err(), "{added:?}");
    }
    bad.len()
}

const SUBJECT: [&str; 7] = [
    "deregistered",
    "revoked",
    "cancelled",
    "moved-out",
    "out-of-scope",
    "under-investigation",
    "force-majeure",
];
const VISIT: [&str; 3] = ["recusal", "recusal-requested", "unavailable"];
const OFFICER: [&str; 4] = [
    "unavailable",
    "transferred",
    "certificate-invalid",
    "other-duty",
];
