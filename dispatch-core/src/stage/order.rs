//! What a stage orders: which new subjects, and who fills the slots that are free.
//!
//! Source: docs/spec.md 15.3 and 15.4. Drawing and verifying both read it here.
//! Invariant: a slot that nobody left keeps its officer.

use std::collections::{HashMap, HashSet};

use super::{DropKind, DropOut, List, StageRecord};
use crate::digest::Digest;
use crate::plan::{Mode, Plan};
use crate::result::Record;
use crate::roster::{Cells, Roster};
use crate::selection::{Place, Selected, Stratification, SubjectKey, select_among};
use crate::team::{GroupOutcome, Staffing, Workforce, fill, staff};

/// The new subjects of a stage, in ascending order of stage ticket: the next batch, and as many
/// more of each stratum as fall out of it.
#[must_use]
pub fn new_subjects(
    plan: &Plan,
    roster: &Roster,
    strata: &Stratification,
    list: &List,
    falling: &HashSet<String>,
    (number, seed): (u64, &Digest),
) -> Vec<Selected> {
    let mut wanted = match plan.mode {
        Mode::Order => strata.batch(number.saturating_add(1)),
        Mode::Sample => vec![0; strata.strata.len()],
    };
    for row in falling.iter().filter_map(|subject| roster.find(subject)) {
        if let Some(Place::Stratum(at)) = strata.places.get(row)
            && let Some(wanted) = wanted.get_mut(*at)
        {
            *wanted = wanted.saturating_add(1);
        }
    }
    let may = |row: usize| !list.was_drawn(roster.id(row));
    select_among(roster, strata, SubjectKey::new(seed), &wanted, &may)
}

/// What the teams of a stage are made from.
#[derive(Clone, Copy, Debug)]
pub struct Given<'d> {
    /// The plan.
    pub plan: &'d Plan,
    /// The subject roster.
    pub subjects: &'d Roster,
    /// Open values of its sealed columns, where they are known.
    pub subject_cells: Option<&'d Cells>,
    /// All officers.
    pub workforce: &'d Workforce,
    /// Pairs of subject id and officer id that must not meet.
    pub recusals: &'d HashSet<(&'d str, &'d str)>,
}

/// What a stage came to.
#[derive(Debug)]
pub struct Outcome {
    /// The stage records, in order of subject.
    pub records: Vec<StageRecord>,
    /// What every load group came to.
    pub groups: Vec<GroupOutcome>,
}

/// Fills the slots of a stage. `list` has taken the stage's drops out already; `drops` are those of
/// this stage; `new` are its new subjects.
///
/// # Errors
/// The kept or new subject that is not in the roster.
pub fn staff_stage(
    given: &Given<'_>,
    list: &List,
    drops: &[&DropOut],
    new: &[Selected],
    (number, seed): (u64, &Digest),
) -> Result<Outcome, String> {
    let tickets = SubjectKey::new(seed).tickets();
    let left: HashSet<(&str, &str)> = drops
        .iter()
        .filter(|drop| drop.kind() == Some(DropKind::Visit))
        .map(|drop| (drop.subject.as_str(), drop.officer.as_str()))
        .collect();
    let rows: HashMap<&str, usize> = given
        .workforce
        .officers
        .iter()
        .enumerate()
        .map(|(row, officer)| (officer.id.as_str(), row))
        .collect();
    let mut earlier = vec![0u32; rows.len()];
    let mut barred: HashSet<(&str, &str)> = given.recusals.clone();
    barred.extend(list.apart());
    // Kept subjects with slots to fill, each with its record as it stands without who left.
    let mut kept: Vec<(Selected, Vec<usize>, Record)> = Vec::new();
    for record in list.records() {
        let subject = record.subject.as_str();
        let row = given.subjects.find(subject).ok_or(subject)?;
        let mut stays = record.clone();
        for officer in &mut stays.officers {
            if left.contains(&(subject, officer.as_str())) {
                officer.clear();
            }
        }
        let filled = stays.officers.iter().filter(|officer| !officer.is_empty());
        for row in filled.filter_map(|officer| rows.get(officer.as_str())) {
            if let Some(load) = earlier.get_mut(*row) {
                *load = load.saturating_add(1);
            }
        }
        let vacant: Vec<usize> = (0..stays.officers.len())
            .filter(|at| stays.officers.get(*at).is_some_and(String::is_empty))
            .collect();
        if vacant.is_empty() {
            continue;
        }
        let holders = record.officers.iter().filter(|officer| !officer.is_empty());
        barred.extend(holders.map(|officer| (subject, officer.as_str())));
        let ticket = tickets.of(subject);
        kept.push((
            Selected {
                ticket,
                row,
                stratum: 0,
            },
            vacant,
            stays,
        ));
    }
    let gone = list.gone().filter_map(|id| rows.get(id).copied()).collect();
    let workforce = given.workforce.without(&gone);
    let players = Players {
        given,
        workforce: &workforce,
        barred: &barred,
        seed,
        number,
    };
    Ok(players.play(list, kept, new, earlier))
}

struct Players<'d> {
    given: &'d Given<'d>,
    workforce: &'d Workforce,
    barred: &'d HashSet<(&'d str, &'d str)>,
    seed: &'d Digest,
    number: u64,
}

impl Players<'_> {
    fn play(
        &self,
        list: &List,
        mut kept: Vec<(Selected, Vec<usize>, Record)>,
        new: &[Selected],
        mut earlier: Vec<u32>,
    ) -> Outcome {
        let size = self.given.plan.team.size();
        let fresh = |subject: &Selected| {
            let record = Record {
                officers: vec![String::new(); size],
                subject: self.given.subjects.id(subject.row).to_owned(),
                ticket: subject.ticket,
            };
            (*subject, (0..size).collect::<Vec<usize>>(), record)
        };
        let mut fresh: Vec<_> = new.iter().map(fresh).collect();
        let mut outcome = Outcome {
            records: Vec::new(),
            groups: Vec::new(),
        };
        if self.given.plan.team.standing == 0 {
            kept.append(&mut fresh);
            self.fill(&mut kept, &earlier, &mut outcome);
        } else {
            self.fill(&mut kept, &earlier, &mut outcome);
            for officer in outcome.just_filled(&kept) {
                if let Some(load) = self.row(officer).and_then(|row| earlier.get_mut(row)) {
                    *load = load.saturating_add(1);
                }
            }
            fresh.sort_unstable_by_key(|(subject, ..)| (subject.ticket, subject.row));
            let subjects: Vec<Selected> = fresh.iter().map(|(subject, ..)| *subject).collect();
            let teams = staff(&self.staffing(&earlier), &subjects, self.seed);
            for ((.., record), members) in fresh.iter_mut().zip(&teams.members) {
                for (officer, member) in record.officers.iter_mut().zip(members) {
                    *officer = self.id(*member);
                }
            }
            outcome.groups.extend(teams.groups);
            kept.append(&mut fresh);
        }
        let changed = kept
            .into_iter()
            .map(|(.., record)| record)
            .filter(|record| {
                let before = list.get(&record.subject);
                before.is_none_or(|before| before.officers != record.officers)
            });
        outcome.records = changed
            .map(|record| StageRecord {
                officers: record.officers,
                stage: self.number,
                subject: record.subject,
                ticket: record.ticket,
            })
            .collect();
        outcome.records.sort_by(|a, b| a.subject.cmp(&b.subject));
        outcome
    }

    /// Section 7.4 on these subjects' vacant slots.
    fn fill(
        &self,
        visits: &mut [(Selected, Vec<usize>, Record)],
        earlier: &[u32],
        outcome: &mut Outcome,
    ) {
        visits.sort_unstable_by_key(|(subject, ..)| (subject.ticket, subject.row));
        let subjects: Vec<Selected> = visits.iter().map(|(subject, ..)| *subject).collect();
        let vacant: Vec<Vec<usize>> = visits.iter().map(|(_, vacant, _)| vacant.clone()).collect();
        let teams = fill(&self.staffing(earlier), &subjects, Some(&vacant), self.seed);
        for ((_, vacant, record), members) in visits.iter_mut().zip(&teams.members) {
            for slot in vacant {
                let member = members.get(*slot).copied().flatten();
                if let Some(officer) = record.officers.get_mut(*slot) {
                    *officer = self.id(member);
                }
            }
        }
        outcome.groups.extend(teams.groups);
    }

    fn staffing<'s>(&'s self, earlier: &'s [u32]) -> Staffing<'s> {
        Staffing {
            plan: self.given.plan,
            subjects: self.given.subjects,
            subject_cells: self.given.subject_cells,
            workforce: self.workforce,
            recusals: self.barred,
            earlier,
        }
    }

    fn id(&self, member: Option<usize>) -> String {
        let officer = member.and_then(|row| self.workforce.officers.get(row));
        officer.map_or_else(String::new, |officer| officer.id.clone())
    }

    fn row(&self, id: &str) -> Option<usize> {
        let officers = &self.workforce.officers;
        // Officers are in roster order, which is that of their ids.
        officers
            .binary_search_by(|officer| officer.id.as_str().cmp(id))
            .ok()
    }
}

impl Outcome {
    /// The officers of slots that were vacant and are filled now.
    fn just_filled<'v>(
        &self,
        visits: &'v [(Selected, Vec<usize>, Record)],
    ) -> impl Iterator<Item = &'v str> {
        visits.iter().flat_map(|(_, vacant, record)| {
            let officers = vacant.iter().filter_map(|slot| record.officers.get(*slot));
            officers
                .map(String::as_str)
                .filter(|officer| !officer.is_empty())
        })
    }
}
