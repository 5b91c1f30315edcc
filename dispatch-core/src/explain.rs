//! "Why me?" 为什么抽到我: everything a bundle shows about one subject.
//!
//! Source: docs/spec.md 2.2, 3.2 and section 6. Invariant: every figure here follows from the bundle
//! and can be checked by hand: the odds are an exact fraction, the ticket has a shell line.

use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::merkle::InclusionProof;
use crate::seed::seed;
use crate::selection::{OpenRow, Place, Stratification, SubjectKey};
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
    /// Whether it was drawn.
    pub drawn: bool,
    /// Slot and officer (id and name), in order; empty id for an open slot.
    pub team: Vec<(String, String, String)>,
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
                let last = usize::try_from(count.quota)
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
    let officers = evidence.officers.good();
    let team = record.map(|record| {
        let slots = plan.team.expanded();
        slots
            .zip(&record.officers)
            .map(|(slot, officer)| {
                let row = officers.and_then(|roster| Some((roster, roster.find(officer)?)));
                let name = row.map(|(roster, row)| {
                    OpenRow::new(roster, cells.officers.as_ref(), row)
                        .value("name")
                        .to_owned()
                });
                (
                    slot.slot.name.clone(),
                    officer.clone(),
                    name.unwrap_or_default(),
                )
            })
            .collect()
    });
    Some(Explanation {
        id: id.to_owned(),
        row: String::from_utf8_lossy(roster.line(index)).into_owned(),
        proof: InclusionProof::new(&roster.leaves(), index as u64).ok()?,
        standing,
        ticket,
        shell_line: key.shell_line(id),
        drawn: record.is_some(),
        team: team.unwrap_or_default(),
    })
}
