//! Stages held otherwise, by an operator who has the auditor's files and recomputes what follows.
//!
//! Source: docs/spec.md section 15. A stage comes after the commitment of the draw, so F01 says
//! nothing about it: whoever holds one again with other drops makes a bundle that is consistent with
//! itself, and only the slip of the stage (F03) tells. What the rules forbid is caught without slips.

mod attacker;

use std::sync::Arc;

use super::Variants;
use super::facts::Facts;
use super::redraw::prepare;
use crate::beacon::Pulse;
use crate::bundle;
use crate::draw::{Draw, Prepared};
use crate::json::to_canonical;
use crate::seed::pulse_of;
use crate::stage::{
    DropOut, FrozenStage, History, List, StageDocument, drop_fault, previous_hash,
    stage_commitment, summarise,
};

/// Variants of whole stages.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    if !facts.auditors() || !facts.held_stages() {
        return Box::new(core::iter::empty());
    }
    let mut files = facts.files.clone();
    if let Some(subjects) = &facts.parents_subjects {
        files.insert(bundle::SUBJECTS, subjects.clone());
    }
    let Some(prepared) = prepare(&files, facts.secret) else {
        return Box::new(core::iter::empty());
    };
    let seed = facts.seed;
    let selected = match facts.due(0) {
        Some(due) => prepared.handed(&seed, due.into_iter(), &List::default()),
        None => prepared.select(&seed),
    };
    let draw = prepared.follow(seed, selected);
    let all = attacker::Attacker::new(&facts, &prepared, draw, held(&facts)).all();
    Box::new(all.into_iter())
}

/// The stages of the good bundle, held again after another draw, as far as what fell out was drawn.
pub(super) fn history(facts: &Facts, prepared: &Prepared, draw: &Draw) -> History {
    hold(facts, prepared, draw, &held(facts), usize::MAX)
}

/// What a stage is held with.
#[derive(Clone)]
struct Held {
    created: String,
    drops: Vec<DropOut>,
    number: u64,
    parent_stage: u64,
    pulse: Pulse,
}

fn held(facts: &Facts) -> Vec<Held> {
    let lines = facts.stages.lines.iter();
    let held = lines.filter_map(|line| {
        let drops = facts.stages.drops_of(line.stage.number);
        Some(Held {
            created: line.stage.created.clone(),
            drops: drops.into_iter().cloned().collect(),
            number: line.stage.number,
            parent_stage: line.stage.parent_stage,
            pulse: pulse_of(line.stage.round, &line.signature)?,
        })
    });
    held.collect()
}

/// Holds stages after a draw; that at `as_given` with its drops as they are, the others with those of
/// their drops that can fall out.
fn hold(
    facts: &Facts,
    prepared: &Prepared,
    draw: &Draw,
    stages: &[Held],
    as_given: usize,
) -> History {
    let plan = &prepared.announced.document.plan;
    let mut history = History::new(draw);
    for (at, held) in stages.iter().enumerate() {
        let mut drops = held.drops.clone();
        if at != as_given {
            let list = history.list().clone();
            drops.retain(|drop| drop_fault(plan, &prepared.officers, &list, drop).is_none());
        }
        drops.sort_by(|a, b| a.key().cmp(&b.key()));
        let last = history.stages().last().map(|line| &line.result);
        let document = StageDocument {
            commitment: prepared.announced.commitment,
            created: held.created.clone(),
            drops: summarise(prepared.secret().as_bytes(), &drops),
            format: StageDocument::FORMAT.to_owned(),
            number: held.number,
            parent_stage: held.parent_stage,
            previous: previous_hash(
                &to_canonical(last.unwrap_or(&draw.result)).unwrap_or_default(),
            ),
            round: held.pulse.round,
        };
        let bytes = to_canonical(&document).unwrap_or_default();
        let frozen = FrozenStage {
            commitment: stage_commitment(&bytes),
            document,
            bytes,
            drops,
        };
        let due = facts.due(held.parent_stage);
        // A stage that cannot be held is left out.
        let _ = prepared.draw_stage(&mut history, &frozen, due.as_ref(), &held.pulse);
    }
    history
}
