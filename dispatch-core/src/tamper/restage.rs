//! Stages held otherwise, by an operator who has the auditor's files and recomputes what follows.
//!
//! Source: docs/spec.md section 15. A stage comes after the commitment of the draw, so F01 says
//! nothing about it: whoever holds one again with other drops makes a bundle that is consistent with
//! itself, and only the slip of the stage (F03) tells. What the rules forbid is caught without slips.

use std::sync::Arc;

use super::facts::Facts;
use super::pulse::{OTHER_ROUND, OTHER_SIGNATURE};
use super::redraw::{forms_with, prepare};
use super::{Expected, Tampering, Variants};
use crate::beacon::Pulse;
use crate::digest::Digest;
use crate::draw::{Draw, Prepared};
use crate::json::to_canonical;
use crate::plan::Mode;
use crate::seed::pulse_of;
use crate::stage::{
    DropKind, DropOut, FrozenStage, History, StageDocument, drop_fault, previous_hash,
    stage_commitment, summarise,
};
use crate::syntax::time_text;

/// Variants of whole stages.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    if !facts.auditors() || facts.is_child() || !facts.held_stages() {
        return Box::new(core::iter::empty());
    }
    let Some(prepared) = prepare(&facts.files, facts.secret) else {
        return Box::new(core::iter::empty());
    };
    let attacker = Attacker {
        draw: prepared.follow(facts.seed, prepared.select(&facts.seed)),
        held: held(&facts),
        facts: &facts,
        prepared: &prepared,
    };
    Box::new(attacker.all().into_iter())
}

/// The stages of the good bundle, held again after another draw, as far as what fell out was drawn.
pub(super) fn history(facts: &Facts, prepared: &Prepared, draw: &Draw) -> History {
    hold(prepared, draw, &held(facts), usize::MAX)
}

/// What a stage is held with.
#[derive(Clone)]
struct Held {
    created: String,
    drops: Vec<DropOut>,
    number: u64,
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
            pulse: pulse_of(line.stage.round, &line.signature)?,
        })
    });
    held.collect()
}

/// Holds stages after a draw; that at `as_given` with its drops as they are, the others with those of
/// their drops that can fall out.
fn hold(prepared: &Prepared, draw: &Draw, stages: &[Held], as_given: usize) -> History {
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
            parent_stage: 0,
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
        // A stage that cannot be held is left out.
        let _ = prepared.draw_stage(&mut history, &frozen, None, &held.pulse);
    }
    history
}

struct Attacker<'f> {
    facts: &'f Facts,
    prepared: &'f Prepared,
    draw: Draw,
    held: Vec<Held>,
}

impl Attacker<'_> {
    fn all(&self) -> Vec<Tampering> {
        let mut all = Vec::new();
        for at in 0..self.held.len() {
            self.grind(at, &mut all);
            self.forbidden(at, &mut all);
        }
        all
    }

    fn attack(
        &self,
        all: &mut Vec<Tampering>,
        at: usize,
        what: &str,
        expected: &Expected,
        change: &dyn Fn(&mut Held),
    ) {
        let mut stages = self.held.clone();
        if let Some(held) = stages.get_mut(at) {
            change(held);
        }
        self.push(all, at, what, expected, &stages);
    }

    fn push(
        &self,
        all: &mut Vec<Tampering>,
        at: usize,
        what: &str,
        expected: &Expected,
        stages: &[Held],
    ) {
        let number = self.held.get(at).map_or(0, |held| held.number);
        let history = hold(self.prepared, &self.draw, stages, at);
        let (facts, draw) = (self.facts, (&self.draw, &history));
        let forms = forms_with(
            &facts.files,
            self.prepared,
            draw,
            facts.secret,
            &facts.values,
        );
        let names = ["auditor's form", "public form"];
        for (form, files) in names.iter().zip(forms.into_iter().flatten()) {
            all.push(Tampering {
                name: format!("stage {number} held again {what} ({form})"),
                group: "stage held again",
                expected: expected.clone(),
                files,
            });
        }
    }

    /// What an operator would try until the result pleases.
    fn grind(&self, at: usize, all: &mut Vec<Tampering>) {
        let slip = &Expected::BySlip;
        let drops = self.held.get(at).map_or(0, |held| held.drops.len());
        for index in 0..drops {
            let drop = format!("drop {}", index + 1);
            self.attack(all, at, &format!("without {drop}"), slip, &|held| {
                held.drops.remove(index);
            });
            self.attack(
                all,
                at,
                &format!("with {drop} of another paper"),
                slip,
                &|held| {
                    held.drops[index].evidence = Digest::of(b"another paper");
                },
            );
        }
        // Seconds from the first to the last that is early enough change nothing but the seed.
        self.attack(all, at, "a second later", slip, &|held| {
            let time = crate::syntax::unix_time(&held.created).unwrap_or_default();
            held.created = time_text(time + 1).unwrap_or_default();
        });
        if let Some(subject) = self.listed(at) {
            self.attack(
                all,
                at,
                "with another subject that falls out",
                slip,
                &|held| {
                    let number = held.number;
                    held.drops.push(drop_out(number, &subject, "", "moved-out"));
                },
            );
        }
        let mut without = self.held.clone();
        without.remove(at);
        let expected = match self.facts.document().plan.mode {
            Mode::Order => Expected::one_of(&["G01"]).without(&["G01"]),
            Mode::Sample => Expected::BySlip,
        };
        // Every stage that is left has drops that can fall out.
        self.push(
            all,
            usize::MAX,
            &format!("without stage {}", at + 1),
            &expected,
            &without,
        );
    }

    /// What the rules forbid, as consistent as it can be made.
    fn forbidden(&self, at: usize, all: &mut Vec<Tampering>) {
        let bound = |check| Expected::one_of(&[check]).without(&[check]);
        let signature = crate::digest::from_hex(OTHER_SIGNATURE).ok();
        if let Some(signature) = signature.and_then(|bytes| bytes.try_into().ok())
            && self
                .held
                .get(at)
                .is_some_and(|held| held.pulse.round != OTHER_ROUND)
        {
            let pulse = Pulse {
                round: OTHER_ROUND,
                signature,
            };
            let what = "with a real pulse of another round";
            self.attack(all, at, what, &bound("G01"), &|held| held.pulse = pulse);
        }
        let schedule = &self.facts.document().plan.schedule;
        let in_time = if self.facts.document().replay {
            Expected::BySlip
        } else {
            bound("G02")
        };
        let number = self.held.get(at).map_or(0, |held| held.number);
        let late = schedule.latest_stage(number).unwrap_or(0) + 1;
        let early = schedule.draw_unix() - 1;
        for (what, time) in [("a second late", late), ("before the draw", early)] {
            self.attack(all, at, what, &in_time, &|held| {
                held.created = time_text(time).unwrap_or_default();
            });
        }
        let listed = self.listed(at).unwrap_or_default();
        for (what, subject, officer, reason) in [
            ("with a subject that was not drawn", "NOBODY", "", "revoked"),
            ("with an officer of no roster", "", "NOBODY", "transferred"),
            (
                "with an officer of another team",
                &listed,
                "NOBODY",
                "recusal",
            ),
        ] {
            self.attack(all, at, what, &bound("G05"), &|held| {
                let number = held.number;
                held.drops.push(drop_out(number, subject, officer, reason));
            });
        }
        let most = self.facts.document().plan.team.max_drops;
        let ids: Vec<&str> = { 0..self.prepared.officers.len() }
            .map(|row| self.prepared.officers.id(row))
            .collect();
        if ids.len() as u64 > most {
            let what = "with every officer taken out";
            self.attack(all, at, what, &bound("G05"), &|held| {
                let number = held.number;
                held.drops
                    .retain(|drop| drop.kind() != Some(DropKind::Officer));
                let gone = ids.iter().map(|id| drop_out(number, "", id, "other-duty"));
                held.drops.extend(gone);
            });
        }
    }

    /// A subject of the list before a stage that no drop of it names.
    fn listed(&self, at: usize) -> Option<String> {
        let held = self.held.get(at)?;
        let before = hold(self.prepared, &self.draw, self.held.get(..at)?, usize::MAX);
        let named = |subject: &str| held.drops.iter().any(|drop| drop.subject == subject);
        let mut records = before.list().records();
        let found = records.find(|record| !named(&record.subject))?;
        Some(found.subject.clone())
    }
}

fn drop_out(stage: u64, subject: &str, officer: &str, reason: &str) -> DropOut {
    DropOut {
        approver: "x".to_owned(),
        evidence: Digest::of(b"a paper"),
        officer: officer.to_owned(),
        reason: reason.to_owned(),
        stage,
        subject: subject.to_owned(),
    }
}
