//! What an operator could try with a stage: hold it again until it pleases, or against the rules.
//!
//! Source: docs/spec.md 15.1, 15.2 and 16.2. Invariant: everything that follows is recomputed, so a
//! check that fails is the one that the attack is about.

use super::super::facts::Facts;
use super::super::pulse::{OTHER_ROUND, OTHER_SIGNATURE};
use super::super::redraw::forms_with;
use super::super::{Expected, Tampering};
use super::{Held, hold};
use crate::beacon::Pulse;
use crate::digest::Digest;
use crate::draw::{Draw, Prepared};
use crate::plan::Mode;
use crate::stage::{DropKind, DropOut};
use crate::syntax::time_text;

/// An operator with the good bundle's draw and stages.
pub(super) struct Attacker<'f> {
    facts: &'f Facts,
    prepared: &'f Prepared,
    draw: Draw,
    held: Vec<Held>,
}

impl<'f> Attacker<'f> {
    pub(super) fn new(
        facts: &'f Facts,
        prepared: &'f Prepared,
        draw: Draw,
        held: Vec<Held>,
    ) -> Self {
        Self {
            facts,
            prepared,
            draw,
            held,
        }
    }

    /// Everything that can be tried with every stage.
    pub(super) fn all(&self) -> Vec<Tampering> {
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
        let number = self.held.get(at).map_or(0, |held| held.number);
        let name = format!("stage {number} held again {what}");
        self.push(all, at, &name, expected, &stages);
    }

    fn push(
        &self,
        all: &mut Vec<Tampering>,
        as_given: usize,
        name: &str,
        expected: &Expected,
        stages: &[Held],
    ) {
        let history = hold(self.facts, self.prepared, &self.draw, stages, as_given);
        if history.stages().len() != stages.len() {
            return;
        }
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
                name: format!("{name} ({form})"),
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
        // Of a child draw only the parent's stages let subjects fall out.
        let listed = self.listed(at).filter(|_| !self.facts.is_child());
        if let Some(subject) = listed {
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
        // What the last stage left of a child draw staffs must be the parent's last list.
        let last = without.last().map_or(0, |held| held.parent_stage);
        let expected = match self.facts.document().plan.mode {
            Mode::Order => bound("G01"),
            Mode::Sample if self.facts.due(last) != self.facts.due(u64::MAX) => bound("H03"),
            Mode::Sample => Expected::BySlip,
        };
        let name = format!("stages held again without the one at {}", at + 1);
        self.push(all, usize::MAX, &name, &expected, &without);
    }

    /// What the rules forbid, as consistent as it can be made.
    fn forbidden(&self, at: usize, all: &mut Vec<Tampering>) {
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
        let parents = if self.facts.is_child() { "H03" } else { "G01" };
        let what = "naming a stage that no parent held";
        self.attack(all, at, what, &bound(parents), &|held| {
            held.parent_stage = 100
        });
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
        let earlier = self.held.get(..at)?;
        let before = hold(self.facts, self.prepared, &self.draw, earlier, usize::MAX);
        let named = |subject: &str| held.drops.iter().any(|drop| drop.subject == subject);
        let mut records = before.list().records();
        let found = records.find(|record| !named(&record.subject))?;
        Some(found.subject.clone())
    }
}

fn bound(check: &'static str) -> Expected {
    Expected::one_of(&[check]).without(&[check])
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
