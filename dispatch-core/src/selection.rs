//! The first random: strata, tickets 摇号号码 and the selection of subjects.
//!
//! Source: docs/spec.md 3.2 and section 6. Invariant: a ticket depends on the subject key and the id
//! alone, and a row's stratum on that row alone, so no row can influence another.

mod due;
mod place;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::announcement::{ExcludedCount, StratumCount};
use crate::digest::{Digest, hex, tagged};
use crate::language::Message;
use crate::plan::{Plan, share};
use crate::roster::{Cells, Roster};
use crate::row::{Field, value};

/// What the plan makes of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Left out by the exclusion with this index.
    Excluded(usize),
    /// In the stratum with this index.
    Stratum(usize),
    /// In no stratum.
    Outside,
}

/// A row's fields together with the open values of its sealed columns.
#[derive(Debug)]
pub struct OpenRow<'r> {
    fields: Vec<Field<'r>>,
    index: usize,
    cells: Option<&'r Cells>,
}

impl<'r> OpenRow<'r> {
    /// The row with this index.
    #[must_use]
    pub fn new(roster: &'r Roster, cells: Option<&'r Cells>, index: usize) -> Self {
        Self {
            fields: roster.fields(index),
            index,
            cells,
        }
    }

    /// The open value of a field, "" if the row does not have it.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        let open = self.cells.and_then(|cells| cells.value(self.index, field));
        open.unwrap_or_else(|| value(&self.fields, field))
    }

    /// The names of the row's fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_ref())
    }
}

/// Which place every subject has, and how many have each.
#[derive(Clone, Debug)]
pub struct Stratification {
    /// For every row of the roster.
    pub places: Vec<Place>,
    /// By exclusion, in plan order.
    pub excluded: Vec<ExcludedCount>,
    /// By stratum, in plan order.
    pub strata: Vec<StratumCount>,
    /// In no stratum.
    pub outside: u64,
    /// Excluded rows without the reference that the exclusion asks for, by index.
    pub missing_references: Vec<usize>,
    /// Strata whose fixed quota exceeds the pool, by index.
    pub short: Vec<usize>,
    /// Subjects in a stratum that are due fewer than two officers, by index.
    pub understaffed: Vec<usize>,
    /// In how many batches the quotas are taken.
    pub batches: u64,
}

impl Stratification {
    /// Places every subject of the roster.
    #[must_use]
    pub fn new(plan: &Plan, roster: &Roster, cells: Option<&Cells>) -> Self {
        let (places, missing) = place::all(plan, roster, cells);
        let mut excluded = vec![0u64; plan.exclusions.len()];
        let mut pools = vec![0u64; plan.strata.len()];
        let mut outside = 0;
        for place in &places {
            match place {
                Place::Excluded(at) => excluded[*at] += 1,
                Place::Stratum(at) => pools[*at] += 1,
                Place::Outside => outside += 1,
            }
        }
        let missing = missing.iter().enumerate().filter(|(_, missing)| **missing);
        let quotas: Vec<_> = plan
            .strata
            .iter()
            .zip(&pools)
            .map(|(s, pool)| s.quota.of(*pool))
            .collect();
        Self {
            understaffed: due::understaffed(plan, roster, &places),
            batches: plan.batches(),
            missing_references: missing.map(|(index, _)| index).collect(),
            places,
            excluded: plan
                .exclusions
                .iter()
                .zip(excluded)
                .map(|(exclusion, count)| ExcludedCount {
                    code: exclusion.code.clone(),
                    count,
                })
                .collect(),
            short: (0..quotas.len())
                .filter(|at| quotas[*at].is_none())
                .collect(),
            strata: plan
                .strata
                .iter()
                .zip(pools)
                .zip(quotas)
                .map(|((stratum, pool), quota)| StratumCount {
                    name: stratum.name.clone(),
                    pool,
                    quota: quota.unwrap_or(pool),
                })
                .collect(),
            outside,
        }
    }

    /// Number of subjects drawn, all batches together.
    #[must_use]
    pub fn selected(&self) -> u64 {
        self.strata.iter().map(|stratum| stratum.quota).sum()
    }

    /// How many of each stratum a batch takes, batches counted from 1 (docs/spec.md section 6).
    #[must_use]
    pub fn batch(&self, number: u64) -> Vec<u64> {
        let quotas = self.strata.iter().map(|stratum| stratum.quota);
        quotas
            .map(|quota| share(quota, number, self.batches))
            .collect()
    }

    /// What keeps a draw from being announced with these rosters.
    #[must_use]
    pub fn faults(&self, plan: &Plan, roster: &Roster) -> Vec<Message> {
        let mut faults = Vec::new();
        for at in &self.short {
            let (name, pool) = (&self.strata[*at].name, self.strata[*at].pool);
            faults.push(Message::new(
                format!("stratum {name}: the pool has {pool} subjects, fewer than the quota; lower the count or widen the stratum"),
                format!("分层“{name}”只有{pool}户，少于抽取数量：请减少数量或扩大分层范围"),
            ));
        }
        for index in &self.missing_references {
            let id = roster.id(*index);
            let exclusion = match self.places.get(*index) {
                Some(Place::Excluded(at)) => plan.exclusions.get(*at),
                _ => None,
            };
            let (code, field) =
                exclusion.map_or(("", ""), |e| (e.code.as_str(), e.reference.as_str()));
            faults.push(Message::new(
                format!("subject {id}: excluded by {code}, but its column {field} names no completed visit; fill it in, or the subject stays in the draw"),
                format!("检查对象{id}因“{code}”被排除，但“{field}”列没有填写已完成检查的编号：请补填，否则不得排除"),
            ));
        }
        if let Some(first) = self.understaffed.first() {
            let (count, id) = (self.understaffed.len(), roster.id(*first));
            faults.push(Message::new(
                format!("{count} subjects, {id} the first, are due fewer than two officers; add slots, or children that take them, or leave them outside the strata"),
                format!("有{count}户（如{id}）应派执法检查人员不足两名：请增加席位或由参与部门派员，或将其移出分层"),
            ));
        }
        if self.selected() == 0 && !plan.is_child() {
            faults.push(Message::new(
                "no subject would be drawn: every quota is 0",
                "所有分层的抽取数量均为0，没有对象会被抽中",
            ));
        }
        faults
    }
}

/// The key of all tickets of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectKey(Digest);

impl SubjectKey {
    /// The key that follows from the seed.
    #[must_use]
    pub fn new(seed: &Digest) -> Self {
        Self(tagged("dispatch/v1/subject-key", &[seed.as_bytes()]))
    }

    /// The key in hexadecimal, as it stands in front of the id.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(self.0.as_bytes())
    }

    /// Prepares to compute many tickets: the key fills exactly one SHA-256 block.
    #[must_use]
    pub fn tickets(self) -> Tickets {
        Tickets(Sha256::new_with_prefix(self.to_hex()))
    }

    /// The shell line that shows a subject's ticket.
    #[must_use]
    pub fn shell_line(self, id: &str) -> String {
        format!("printf '%s' '{}{id}' | sha256sum", self.to_hex())
    }
}

/// Computes tickets.
#[derive(Clone, Debug)]
pub struct Tickets(Sha256);

impl Tickets {
    /// The ticket of a subject.
    #[must_use]
    pub fn of(&self, id: &str) -> Digest {
        Digest::new(self.0.clone().chain_update(id).finalize().into())
    }
}

/// A selected subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Its ticket.
    pub ticket: Digest,
    /// Its row in the roster.
    pub row: usize,
    /// Its stratum, as an index into the plan.
    pub stratum: usize,
}

/// The selected subjects of all strata, in ascending order of ticket: those of the first batch.
#[must_use]
pub fn select(roster: &Roster, strata: &Stratification, key: SubjectKey) -> Vec<Selected> {
    select_among(roster, strata, key, &strata.batch(1), &|_| true)
}

/// As many subjects of each stratum as `wanted` says (all, where there are fewer), among the rows
/// for which `may` answers true, in ascending order of ticket (docs/spec.md section 6 and 15.3).
///
/// The number is found on the first eight bytes of the tickets; whole tickets are computed again for
/// those few that may be among the selected.
#[must_use]
pub fn select_among(
    roster: &Roster,
    strata: &Stratification,
    key: SubjectKey,
    wanted: &[u64],
    may: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Selected> {
    let tickets = key.tickets();
    let drawable = |stratum: usize| wanted.get(stratum).is_some_and(|wanted| *wanted > 0);
    let heads: Vec<u64> = strata
        .places
        .par_iter()
        .enumerate()
        .with_min_len(ROWS_PER_TASK)
        .map(|(row, place)| match place {
            Place::Stratum(stratum) if drawable(*stratum) && may(row) => {
                tickets.of(roster.id(row)).head()
            }
            _ => 0,
        })
        .collect();
    let mut pools: Vec<Vec<(u64, usize)>> = strata
        .strata
        .iter()
        .enumerate()
        .map(|(stratum, count)| match drawable(stratum) {
            false => Vec::new(),
            true => Vec::with_capacity(usize::try_from(count.pool).unwrap_or(0).min(heads.len())),
        })
        .collect();
    for (row, (place, head)) in strata.places.iter().zip(&heads).enumerate() {
        if let Place::Stratum(stratum) = place
            && drawable(*stratum)
            && may(row)
            && let Some(pool) = pools.get_mut(*stratum)
        {
            pool.push((*head, row));
        }
    }
    drop(heads);
    let mut selected: Vec<Selected> = pools
        .into_par_iter()
        .zip(wanted)
        .enumerate()
        .flat_map_iter(|(stratum, (pool, wanted))| {
            let quota = usize::try_from(*wanted).unwrap_or(usize::MAX);
            let candidates = smallest(pool, quota).into_iter().map(|(_, row)| Selected {
                ticket: tickets.of(roster.id(row)),
                row,
                stratum,
            });
            let mut candidates: Vec<Selected> = candidates.collect();
            // Rows are in order of id, so (ticket, row) is the order of the rule.
            candidates.sort_unstable_by_key(|subject| (subject.ticket, subject.row));
            candidates.truncate(quota);
            candidates
        })
        .collect();
    selected.par_sort_unstable_by_key(|subject| (subject.ticket, subject.row));
    selected
}

/// The entries among which the `count` smallest are, whatever follows their heads.
fn smallest(mut pool: Vec<(u64, usize)>, count: usize) -> Vec<(u64, usize)> {
    if count == 0 {
        return Vec::new();
    }
    if count < pool.len() {
        let (_, (last, _), _) = pool.select_nth_unstable(count - 1);
        let last = *last;
        pool.retain(|(head, _)| *head <= last);
    }
    pool
}

/// Fewer rows than this are not worth a task of their own.
const ROWS_PER_TASK: usize = 1024;
