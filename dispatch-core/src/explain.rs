//! "Why me?" 为什么抽到我: everything a bundle shows about one subject.
//!
//! Source: docs/spec.md 2.2, 3.2 and section 6. Invariant: every figure here follows from the bundle
//! and can be checked by hand: the odds are an exact fraction, the ticket has a shell line.

use crate::bundle::{Files, Limits, child_name};
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::merkle::InclusionProof;
use crate::plan::{Mode, Plan};
use crate::seed::{pulse_of, seed};
use crate::selection::{OpenRow, Place, Stratification, SubjectKey};
use crate::stage::stage_seed;
use crate::verify::OpenCells;

/// What a bundle shows about one subject.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Id of the subject.
    pub id: String,
    /// Its row as committed.
    pub row: String,
    /// Proof that this row is in the committed roster.
    pub proof: InclusionProof,
    /// What the plan made of it; `None` if that depends on sealed columns.
    pub standing: Option<Standing>,
    /// Its ticket.
    pub ticket: Digest,
    /// The shell line that shows the ticket.
    pub shell_line: String,
    /// Whether it is in the last list.
    pub drawn: bool,
    /// Where it was drawn, also if it fell out since: 0 is the draw itself, otherwise the stage; `None`
    /// if it never was.
    pub drawn_in: Option<u64>,
    /// The stage in which it was drawn and fell out; `None` while it is in the list or never was.
    pub fell_out: Option<u64>,
    /// Whether every stage draws a batch 批 of its own (mode `order`): stage N is batch N + 1.
    pub batches: bool,
    /// What stages did to it, in order.
    pub events: Vec<Event>,
    /// Its team, in order of slots.
    pub team: Vec<Member>,
    /// The same of every child draw that the bundle holds and that staffs it, with the child's name.
    pub joint: Vec<(String, Vec<Member>)>,
}

/// A place in a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Name of the slot.
    pub slot: String,
    /// Id of the officer; empty for an open slot.
    pub officer: String,
    /// The officer's name, where the roster tells it.
    pub name: String,
}

/// What a stage 补抽 did to a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of the stage.
    pub stage: u64,
    /// What it did.
    pub kind: EventKind,
}

/// Kinds of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It was drawn in the stage, with the ticket and the shell line that shows it.
    Drawn {
        /// The ticket under the stage's key.
        ticket: Digest,
        /// The shell line that shows the ticket.
        shell_line: String,
    },
    /// It fell out, for a coded reason.
    FellOut {
        /// Code of docs/spec.md 15.2.
        reason: String,
    },
    /// Its team was changed.
    TeamChanged,
}

/// What the plan made of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Excluded, with code and label of the reason.
    Excluded {
        /// Code of the exclusion.
        code: String,
        /// The reason in words.
        label: String,
    },
    /// In no stratum.
    Outside,
    /// In a stratum.
    Stratum {
        /// Name of the stratum.
        name: String,
        /// Number of subjects in it.
        pool: u64,
        /// Number drawn from it.
        quota: u64,
        /// The largest ticket that was drawn, if any was.
        cut_off: Option<Digest>,
        /// Place of this ticket among the stratum's, from 1.
        rank: u64,
    },
}

/// The fraction in lowest terms.
#[must_use]
pub fn reduced(numerator: u64, denominator: u64) -> (u64, u64) {
    let (mut a, mut b) = (numerator, denominator);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (numerator / a.max(1), denominator / a.max(1))
}

/// Explains one subject; `None` if the roster does not have it, or the bundle cannot be read so far.
#[must_use]
pub fn explain(evidence: &Evidence, cells: &OpenCells, id: &str) -> Option<Explanation> {
    let announced = evidence.announcement.good()?;
    let plan = &announced.document.plan;
    let roster = evidence.subjects.good()?;
    let disclosure = evidence.disclosure.good()?;
    let records = evidence.records.good()?;
    let index = roster.find(id)?;
    let seed = seed(
        plan,
        &announced.commitment,
        disclosure.secret.as_bytes(),
        &disclosure.sources,
    )?;
    let key = SubjectKey::new(&seed);
    let tickets = key.tickets();
    let ticket = tickets.of(id);
    let visible = !plan.strata_are_sealed() || cells.subjects.is_some();
    let standing = visible.then(|| {
        let strata = Stratification::new(plan, roster, cells.subjects.as_ref());
        match strata.places.get(index) {
            Some(Place::Excluded(at)) => Standing::Excluded {
                code: plan.exclusions[*at].code.clone(),
                label: plan.exclusions[*at].label.clone(),
            },
            Some(Place::Stratum(at)) => {
                let own = Place::Stratum(*at);
                let pool = strata
                    .places
                    .iter()
                    .enumerate()
                    .filter(|(_, place)| **place == own);
                let mut all: Vec<Digest> =
                    pool.map(|(row, _)| tickets.of(roster.id(row))).collect();
                all.sort_unstable();
                let count = &strata.strata[*at];
                // The draw itself takes the first batch; of mode sample that is all.
                let first = strata.batch(1).get(*at).copied().unwrap_or(0);
                let last = usize::try_from(first)
                    .ok()
                    .and_then(|quota| quota.checked_sub(1));
                Standing::Stratum {
                    name: count.name.clone(),
                    pool: count.pool,
                    quota: count.quota,
                    cut_off: last.and_then(|last| all.get(last).copied()),
                    rank: all.iter().filter(|other| **other < ticket).count() as u64 + 1,
                }
            }
            _ => Standing::Outside,
        }
    });
    let record = records.iter().find(|record| record.subject == id);
    let events = events(evidence, id, record.is_some());
    let drawn_in = match record {
        Some(_) => Some(0),
        None => { events.iter() }
            .find(|event| matches!(event.kind, EventKind::Drawn { .. }))
            .map(|event| event.stage),
    };
    let last = events.last();
    let fell_out = last.filter(|event| matches!(event.kind, EventKind::FellOut { .. }));
    let fell_out = fell_out.map(|event| event.stage);
    Some(Explanation {
        id: id.to_owned(),
        row: String::from_utf8_lossy(roster.line(index)).into_owned(),
        proof: InclusionProof::new(&roster.leaves(), index as u64).ok()?,
        standing,
        ticket,
        shell_line: key.shell_line(id),
        drawn: (record.is_some() || !events.is_empty()) && fell_out.is_none(),
        drawn_in,
        fell_out: fell_out.filter(|_| drawn_in.is_some()),
        batches: plan.mode == Mode::Order,
        events,
        team: team(evidence, cells, id),
        joint: joint(evidence, plan, id),
    })
}

/// What the stages did to a subject.
fn events(evidence: &Evidence, id: &str, drawn: bool) -> Vec<Event> {
    let (Some(stages), Some(disclosure)) = (evidence.stages.good(), evidence.disclosure.good())
    else {
        return Vec::new();
    };
    let mut drawn = drawn;
    let mut events = Vec::new();
    for line in &stages.lines {
        let stage = line.stage.number;
        let fell = { stages.drops.iter() }
            .find(|drop| drop.stage == stage && drop.subject == id && drop.officer.is_empty());
        if let Some(drop) = fell {
            let reason = drop.reason.clone();
            events.push(Event {
                stage,
                kind: EventKind::FellOut { reason },
            });
            drawn = false;
        }
        let mut own = { stages.records.iter() }.filter(|r| r.stage == stage && r.subject == id);
        let Some(record) = own.next() else {
            continue;
        };
        let pulse = pulse_of(line.stage.round, &line.signature);
        let kind = match pulse.filter(|_| !drawn) {
            Some(pulse) => {
                let secret = disclosure.secret.as_bytes();
                let key = SubjectKey::new(&stage_seed(&line.commitment(), secret, &pulse));
                EventKind::Drawn {
                    ticket: record.ticket,
                    shell_line: key.shell_line(id),
                }
            }
            None => EventKind::TeamChanged,
        };
        events.push(Event { stage, kind });
        drawn = true;
    }
    events
}

/// The team of a subject as the last stage that changed it has left it.
fn team(evidence: &Evidence, cells: &OpenCells, id: &str) -> Vec<Member> {
    let of_draw = evidence.records.good().into_iter().flatten();
    let first = of_draw.filter(|r| r.subject == id).map(|r| &r.officers);
    let of_stages = evidence.stages.good().into_iter().flat_map(|s| &s.records);
    let later = of_stages.filter(|r| r.subject == id).map(|r| &r.officers);
    let (Some(plan), Some(members)) = (evidence.plan(), first.chain(later).last()) else {
        return Vec::new();
    };
    let officers = evidence.officers.good();
    let slots = plan.team.expanded().zip(members);
    slots
        .map(|(slot, officer)| {
            let row = officers.and_then(|roster| Some((roster, roster.find(officer)?)));
            let name = row.map(|(roster, row)| {
                OpenRow::new(roster, cells.officers.as_ref(), row)
                    .value("name")
                    .to_owned()
            });
            let name = name.unwrap_or_default();
            Member {
                slot: slot.slot.name.clone(),
                officer: officer.clone(),
                name,
            }
        })
        .collect()
}

/// The officers that child draws in the bundle send to the subject.
fn joint(evidence: &Evidence, plan: &Plan, id: &str) -> Vec<(String, Vec<Member>)> {
    let children = (1..).zip(&plan.children);
    let teams = children.filter_map(|(number, child)| {
        let bytes = evidence.files.get(&child_name(number))?;
        let limits = Limits {
            nested: true,
            ..Limits::default()
        };
        let files = Files::unpack(std::io::Cursor::new(bytes), limits);
        // Subjects are not asked for: the records name those that it staffs.
        let own = Evidence::read_within(files, None);
        let team = team(&own, &OpenCells::default(), id);
        (!team.is_empty()).then(|| (child.name.clone(), team))
    });
    teams.collect()
}
