//! Forced pairs: where few officers can reach a subject, the draw hardly chooses.
//!
//! Source: docs/design.md: editing skills, leave or recusals must not force an officer onto a subject.
//! Two things are found: exactly, how many officers may fill each slot of a subject; and by trials,
//! how probable it is that a certain officer goes to a certain subject *if that subject is drawn*.
//!
//! Subjects of a kind without recusals are alike, so all of them in all runs are one sample. For one
//! with recusals, or a kind seldom drawn, the runs are held again under that condition: a random
//! selected subject of its stratum gives way to it, which makes the selection that of a draw in which
//! it was selected. Invariant: every probability is a count of trials over a number of trials.

mod given;

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::Serialize;

use self::given::held_again;
use super::funnel::Funnel;
use super::kind::{Kinds, group_name};
use super::load::Who;
use super::tally::{Tally, parts};
use super::trial::Trials;
use crate::language::Message;
use crate::row::value;
use crate::selection::OpenRow;

/// A subject, or a kind of subjects, and an officer who goes there often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForcedPair {
    /// Id of the subject, or of one of its kind.
    pub subject: String,
    /// Its name.
    pub subject_name: String,
    /// What the team rules read of it.
    pub kind: String,
    /// How many subjects this holds for: 1, or all of a kind without recusals.
    pub subjects: u64,
    /// The officer.
    pub officer: Who,
    /// Trials in which the officer went there …
    pub times: u64,
    /// … of so many in which the subject was drawn.
    pub of: u64,
    /// Two standard deviations of that part, in thousandths.
    pub margin: u64,
    /// The slot with the smallest choice among those that the officer may fill there.
    pub slot: String,
    /// How many officers may fill that slot.
    pub reach: usize,
    /// What narrows the choice.
    pub why: Message,
    /// Whether the probability is as high, or the choice as small, as this module warns about.
    pub warned: bool,
}

/// How many officers can reach the subjects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Subjects that may be drawn, by how many officers may fill the narrowest slot of theirs.
    pub subjects: BTreeMap<usize, u64>,
    /// Those with fewer than [`FEW`].
    pub few: u64,
}

/// Fewer officers than this for one slot are warned about.
pub const FEW: usize = 3;
/// So many per cent for one officer and one subject are warned about.
pub const HIGH_PERCENT: u64 = 50;

/// The exact reach of every subject, and the pairs to be looked at first.
pub(crate) fn look(
    trials: &Trials<'_>,
    kinds: &Kinds,
    tally: &Tally,
    text: &str,
    most: usize,
) -> (Reach, Vec<ForcedPair>) {
    let spaces: Vec<Space> = { kinds.list.par_iter() }
        .map(|kind| Space::new(trials, kind.row))
        .collect();
    let mut reach = Reach::default();
    for (space, kind) in spaces.iter().zip(&kinds.list) {
        if kind.plain > 0 {
            *reach.subjects.entry(space.narrowest()).or_default() += kind.plain;
        }
    }
    let recused: Vec<(usize, usize, Space)> = { kinds.recused.par_iter() }
        .filter_map(|(row, officers)| {
            let kind = kinds.of(*row)?;
            Some((*row, kind, spaces.get(kind)?.without(officers)))
        })
        .collect();
    for (_, _, space) in &recused {
        *reach.subjects.entry(space.narrowest()).or_default() += 1;
    }
    reach.few = reach.subjects.range(..FEW).map(|(_, count)| count).sum();

    let mut sent: Vec<Vec<(usize, u64)>> = vec![Vec::new(); kinds.list.len()];
    for (pair, times) in &tally.sent {
        let (kind, officer) = parts(*pair);
        if let Some(list) = sent.get_mut(kind) {
            list.push((officer, *times));
        }
    }
    let mut found: Vec<Found> = Vec::new();
    let mut doubtful: Vec<(u64, usize)> = Vec::new();
    for (at, kind) in kinds.list.iter().enumerate().filter(|(_, k)| k.plain > 0) {
        let of = tally.kinds[at];
        if of >= SEEN_OFTEN {
            let pairs = sent[at].iter();
            found.extend(pairs.map(|(officer, times)| Found {
                kind: at,
                row: kind.row,
                subjects: kind.plain,
                officer: *officer,
                times: *times,
                of,
            }));
        } else {
            doubtful.push((spaces[at].guess(&[], 0), kind.row));
        }
    }
    for (row, kind, space) in &recused {
        let guess = |space: &Space| space.guess(&sent[*kind], tally.kinds[*kind]);
        // Where the recusals change nothing, the line of the kind says all.
        if guess(space) > guess(&spaces[*kind]) {
            doubtful.push((guess(space), *row));
        }
    }
    doubtful.sort_unstable_by_key(|(guess, row)| (core::cmp::Reverse(*guess), *row));
    doubtful.truncate(LOOKED_AT);
    let rows: Vec<usize> = doubtful.iter().map(|(_, row)| *row).collect();
    let again = if rows.is_empty() {
        0
    } else {
        tally.runs.min(TRIALS)
    };
    for (row, times) in rows
        .iter()
        .zip(held_again(trials, kinds, &rows, text, again))
    {
        let Some(kind) = kinds.of(*row) else { continue };
        found.extend(times.into_iter().map(|(officer, times)| Found {
            kind,
            row: *row,
            subjects: if kinds.recused.contains_key(row) {
                1
            } else {
                kinds.list[kind].plain
            },
            officer,
            times,
            of: u64::from(again),
        }));
    }
    let pairs = rank(found, trials.inputs.plan.team.size(), most);
    let pairs = pairs.iter().map(|pair| pair.tell(trials, kinds));
    (reach, pairs.collect())
}

/// How many officers may fill the narrowest slot of a subject, recusals apart.
pub(crate) fn narrowest(trials: &Trials<'_>, row: usize) -> usize {
    Space::new(trials, row).narrowest()
}

/// Who may fill which slot of a subject.
struct Space {
    /// For every slot of the plan the rows of the officers, ascending.
    slots: Vec<Vec<usize>>,
}

impl Space {
    fn new(trials: &Trials<'_>, row: usize) -> Self {
        let plan = trials.inputs.plan;
        let subject = OpenRow::new(trials.inputs.subjects, None, row);
        let workforce = &trials.workforce;
        let slots = plan.team.slots.iter().map(|slot| {
            let name = group_name(plan, slot, &subject);
            let own = workforce.group(&name).iter().copied();
            own.filter(|officer| {
                workforce
                    .officers
                    .get(*officer)
                    .is_some_and(|o| o.limit > 0)
                    && workforce.may_fill(plan, *officer, slot, &subject)
            })
            .collect()
        });
        Self {
            slots: slots.collect(),
        }
    }

    fn without(&self, recused: &[usize]) -> Self {
        let slots = self.slots.iter().map(|slot| {
            let left = slot.iter().copied();
            left.filter(|officer| recused.binary_search(officer).is_err())
                .collect()
        });
        Self {
            slots: slots.collect(),
        }
    }

    fn narrowest(&self) -> usize {
        self.slots.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// How probable the likeliest officer may be, in millionths, from what its kind showed. Only the
    /// order of these guesses matters: it decides what is looked at closely.
    fn guess(&self, sent: &[(usize, u64)], of: u64) -> u64 {
        let widest = MILLION / (self.narrowest().max(1) as u64);
        let slots = self.slots.iter().map(|slot| {
            let mut all = 0;
            let mut most = 0;
            for (officer, times) in sent {
                if slot.binary_search(officer).is_ok() {
                    all += times;
                    most = most.max(*times);
                }
            }
            if of == 0 || all == 0 {
                return MILLION / (slot.len().max(1) as u64);
            }
            MILLION * most / all
        });
        slots.max().unwrap_or(0).max(widest)
    }
}

/// A pair with its counts.
#[derive(Clone, Debug)]
struct Found {
    kind: usize,
    row: usize,
    subjects: u64,
    officer: usize,
    times: u64,
    of: u64,
}

/// The most probable pairs; of one subject not more than its team has places.
fn rank(mut found: Vec<Found>, size: usize, most: usize) -> Vec<Found> {
    found.retain(|pair| pair.of > 0);
    // By what the probability is at least, so that few trials do not put chance at the top.
    found.sort_unstable_by(|a, b| {
        let least = |pair: &Found| permille(pair).saturating_sub(margin(pair.times, pair.of));
        (least(b), b.subjects, b.times)
            .cmp(&(least(a), a.subjects, a.times))
            .then_with(|| (a.row, a.officer).cmp(&(b.row, b.officer)))
    });
    // A subject with recusals is told where it stands out from its kind by more than chance explains.
    let of_kind: HashMap<(usize, usize), u64> = { found.iter() }
        .filter(|pair| pair.subjects > 1)
        .map(|pair| {
            (
                (pair.kind, pair.officer),
                permille(pair) + margin(pair.times, pair.of),
            )
        })
        .collect();
    found.retain(|pair| {
        let usual = of_kind.get(&(pair.kind, pair.officer));
        let least = permille(pair).saturating_sub(margin(pair.times, pair.of) * 3 / 2);
        pair.subjects > 1 || usual.is_none_or(|usual| least > *usual)
    });
    let mut told: HashMap<usize, usize> = HashMap::new();
    found.retain(|pair| {
        let times = told.entry(pair.row).or_default();
        *times += 1;
        *times <= size
    });
    found.truncate(most);
    found
}

fn permille(pair: &Found) -> u64 {
    1000 * pair.times / pair.of.max(1)
}

/// Two standard deviations of an observed part, in thousandths, rounded up.
fn margin(times: u64, of: u64) -> u64 {
    let (times, of) = (u128::from(times.min(of)), u128::from(of.max(1)));
    let squared = 4_000_000 * times * (of - times) / (of * of * of);
    let root = u64::try_from(squared.isqrt()).unwrap_or(0);
    root + u64::from(u128::from(root) * u128::from(root) < squared)
}

impl Found {
    fn tell(&self, trials: &Trials<'_>, kinds: &Kinds) -> ForcedPair {
        let fields = trials.inputs.subjects.fields(self.row);
        let recused = kinds.recused.get(&self.row).map_or(&[][..], Vec::as_slice);
        let slots = trials.inputs.plan.team.slots.iter();
        let funnels = slots.map(|slot| (slot, Funnel::new(trials, slot, self.row, recused)));
        let narrowest = funnels
            .filter(|(_, funnel)| funnel.left.contains(&self.officer))
            .min_by_key(|(_, funnel)| funnel.left.len());
        let (slot, reach, why) = narrowest.map_or_else(
            || (String::new(), 0, Message::new("", "")),
            |(slot, funnel)| (slot.name.clone(), funnel.left.len(), funnel.message()),
        );
        ForcedPair {
            subject: value(&fields, "id").to_owned(),
            subject_name: value(&fields, "name").to_owned(),
            kind: kinds.describe(trials, self.row),
            subjects: self.subjects,
            officer: Who::officer(trials, self.officer),
            times: self.times,
            of: self.of,
            margin: margin(self.times, self.of),
            warned: reach < FEW || 100 * self.times >= HIGH_PERCENT * self.of,
            slot,
            reach,
            why,
        }
    }
}

const MILLION: u64 = 1_000_000;
/// A kind drawn so often tells enough about its pairs.
const SEEN_OFTEN: u64 = 400;
/// So many subjects are looked at closely …
const LOOKED_AT: usize = 30;
/// … in so many runs.
const TRIALS: u32 = 400;
