//! Visits 检查: drawn subjects with their whole teams, as papers and lists show them.
//!
//! Source: docs/spec.md sections 2.3 and 8. A team may come from several draws: the authority that
//! drew the subjects, and others that drew their officers for the same subjects (国发〔2019〕5号,
//! joint inspection). Invariant: no value of a sealed column is in a visit, open or as its hash.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::digest::Digest;
use crate::plan::{Plan, Role};
use crate::result::Record;
use crate::roster::Roster;
use crate::row::{Field, value};
use crate::selection::{Place, Stratification};
use crate::stage::StageRecord;

/// The open fields of one row of a roster.
#[derive(Clone, Debug, Default)]
pub struct Party<'d>(Vec<Field<'d>>);

impl<'d> Party<'d> {
    /// The row with this index, without the columns in `sealed`.
    #[must_use]
    pub fn new(roster: &'d Roster, sealed: &[String], index: usize) -> Self {
        let mut fields = roster.fields(index);
        fields.retain(|(name, _)| !sealed.iter().any(|column| column == name));
        Self(fields)
    }

    /// The value of a field; "" where the row has none or the column is sealed.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        value(&self.0, field)
    }
}

/// One place 席位 in a team.
#[derive(Clone, Debug)]
pub struct Member<'d> {
    /// The body that draws this officer.
    pub authority: &'d str,
    /// Department that the slot asks for.
    pub department: &'d str,
    /// Name of the slot.
    pub slot: &'d str,
    /// Officer proper, or expert on top.
    pub role: Role,
    /// The officer; `None` where the slot is open 空缺.
    pub officer: Option<Arc<Party<'d>>>,
}

/// A drawn subject and its team.
#[derive(Clone, Debug)]
pub struct Visit<'d> {
    /// 编号, from 1: the place in order of ticket, unless [`Numbers`] gave it another.
    pub number: u64,
    /// The subject.
    pub subject: Party<'d>,
    /// Name of its stratum, where it is known and follows from no sealed column.
    pub stratum: Option<&'d str>,
    /// Its ticket.
    pub ticket: Digest,
    /// The places, source by source in the order given, each in plan order.
    pub team: Vec<Member<'d>>,
}

/// Where places of the teams come from: a draw's plan, its officers, its records.
#[derive(Clone, Copy, Debug)]
pub struct Source<'d> {
    /// Plan of the draw.
    pub plan: &'d Plan,
    /// Its officer roster.
    pub officers: &'d Roster,
    /// Who inspects whom, in any order.
    pub records: &'d [Record],
}

/// The visits of `first`'s records, in ascending order of ticket; `joint` adds officers of other
/// draws to the same subjects. A record of `joint` for another subject adds nothing.
///
/// `strata` gives every visit its stratum; without it, or where the stratum follows from a sealed
/// column, the stratum is unknown.
#[must_use]
pub fn visits<'d>(
    subjects: &'d Roster,
    strata: Option<&'d Stratification>,
    first: Source<'d>,
    joint: &[Source<'d>],
) -> Vec<Visit<'d>> {
    let mut records: Vec<&Record> = first.records.iter().collect();
    records.sort_unstable_by(|a, b| (a.ticket, &a.subject).cmp(&(b.ticket, &b.subject)));
    let mut teams = Teams::new(first);
    let strata = strata.filter(|_| !first.plan.strata_are_sealed());
    let mut visits: Vec<Visit<'d>> = (1..)
        .zip(records)
        .map(|(number, record)| {
            // A subject that is not in the roster keeps its place, with nothing but empty fields.
            let row = subjects.find(&record.subject).unwrap_or(usize::MAX);
            let place = strata.and_then(|strata| match strata.places.get(row) {
                Some(Place::Stratum(at)) => strata.strata.get(*at),
                _ => None,
            });
            Visit {
                number,
                subject: Party::new(subjects, &first.plan.subjects.sealed, row),
                stratum: place.map(|stratum| stratum.name.as_str()),
                ticket: record.ticket,
                team: teams.of(record),
            }
        })
        .collect();
    for source in joint {
        let by_subject: HashMap<&str, &Record> = source
            .records
            .iter()
            .map(|record| (record.subject.as_str(), record))
            .collect();
        let mut teams = Teams::new(*source);
        for visit in &mut visits {
            if let Some(record) = by_subject.get(visit.subject.value("id")) {
                let members = teams.of(record);
                visit.team.extend(members);
            }
        }
    }
    visits
}

/// Numbers 编号 of visits that no later stage changes, since papers that were served bear them.
///
/// Subjects of the draw have their place in the draw's list, in order of ticket; those that stages
/// drew follow in order of stage, then ticket. What fell out leaves a gap.
#[derive(Clone, Debug, Default)]
pub struct Numbers<'d>(HashMap<&'d str, u64>);

impl<'d> Numbers<'d> {
    /// The numbers after a draw with these records and the stages with those, each in any order.
    #[must_use]
    pub fn new(draw: &'d [Record], stages: &'d [StageRecord]) -> Self {
        let first = draw.iter().map(|r| (0, r.ticket, r.subject.as_str()));
        let later = stages
            .iter()
            .map(|r| (r.stage, r.ticket, r.subject.as_str()));
        let mut order: Vec<(u64, Digest, &str)> = first.chain(later).collect();
        order.sort_unstable();
        let mut numbers = HashMap::new();
        let mut next = 1;
        for (_, _, subject) in order {
            // A stage has records of kept subjects too, whose officers changed.
            if let Entry::Vacant(free) = numbers.entry(subject) {
                free.insert(next);
                next += 1;
            }
        }
        Self(numbers)
    }

    /// Gives every visit its number and sorts by it; a subject that was never drawn keeps what it has.
    pub fn give(&self, visits: &mut [Visit<'_>]) {
        for visit in visits.iter_mut() {
            if let Some(number) = self.0.get(visit.subject.value("id")) {
                visit.number = *number;
            }
        }
        visits.sort_by_key(|visit| visit.number);
    }
}

/// Makes the places of one source; every officer's row is read once.
struct Teams<'d> {
    source: Source<'d>,
    known: HashMap<&'d str, Option<Arc<Party<'d>>>>,
}

impl<'d> Teams<'d> {
    fn new(source: Source<'d>) -> Self {
        Self {
            source,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, record: &'d Record) -> Vec<Member<'d>> {
        let Source { plan, officers, .. } = self.source;
        let slots = plan.team.expanded().zip(&record.officers);
        slots
            .map(|(slot, id)| {
                let party = self.known.entry(id.as_str()).or_insert_with(|| {
                    let row = officers.find(id)?;
                    Some(Arc::new(Party::new(officers, &plan.officers.sealed, row)))
                });
                Member {
                    authority: &plan.authority,
                    department: &slot.slot.department,
                    slot: &slot.slot.name,
                    role: slot.slot.role,
                    officer: party.clone(),
                }
            })
            .collect()
    }
}
