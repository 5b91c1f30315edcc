//! Gaps: what cannot be staffed, in what part of the runs, why, and what would mend it.
//!
//! Invariant: a remedy is only told after it was tried: with it, no kept failing run has an open slot
//! left in its load group. Remedies only add places or take away demand, so runs that were whole stay whole.

use serde::Serialize;

use super::Phase;
use super::impossible::{Impossible, impossible};
use super::kind::Kinds;
use super::remedy::case::Case;
use super::remedy::{Change, Remedy, candidates};
use super::tally::Tally;
use super::trial::Trials;
use crate::language::Message;
use crate::team::GroupName;

/// Everything that cannot be staffed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gaps {
    /// Subjects that could never get a whole team, whatever is drawn.
    pub impossible: Vec<Impossible>,
    /// Load groups with open slots, the most frequent first.
    pub groups: Vec<Gap>,
    /// Failing runs that remedies were tried on.
    pub tried: usize,
    /// Of these the runs that still fail with the first remedy of every group, all together.
    pub still_short: usize,
}

/// A load group with open slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Department, then the values of the grouping columns.
    pub group: GroupName,
    /// Runs in which slots of it stayed open.
    pub runs: u32,
    /// Places that stayed open in all runs.
    pub places: u64,
    /// The same by slot of the plan.
    pub slots: Vec<OpenSlot>,
    /// The bottleneck of the first such run.
    pub bottleneck: Message,
    /// What would mend it, each by itself, the one that touches the fewest first.
    pub remedies: Vec<Remedy>,
}

/// A slot that stayed open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenSlot {
    /// Name of the slot.
    pub slot: String,
    /// Runs in which it stayed open for some subject.
    pub runs: u32,
    /// For how many subjects, in all runs.
    pub places: u64,
    /// For how many in one run at most.
    pub most: u32,
}

pub(crate) fn gaps(
    trials: &Trials<'_>,
    kinds: &Kinds,
    tally: &Tally,
    text: &str,
    progress: &(dyn Fn(Phase) + Sync),
) -> Gaps {
    let impossible = impossible(trials, kinds);
    let mut short: Vec<_> = { tally.groups.iter() }
        .filter(|(_, group)| group.short_runs > 0)
        .collect();
    short.sort_by_key(|(_, group)| core::cmp::Reverse(group.short_runs));
    let mut groups = Vec::new();
    for (index, (name, counts)) in short.into_iter().enumerate() {
        // The worst groups are mended; where all of them lack people, a list of all would be no help.
        let remedies = if index < MENDED {
            progress(Phase::Remedies(index + 1));
            let case = Case::new(trials, kinds, &tally.failing, name, text);
            candidates(&case, &impossible)
        } else {
            Vec::new()
        };
        let slots = counts
            .open_slots
            .iter()
            .map(|(slot, (runs, places, most))| {
                let slot = trials.inputs.plan.team.slots.get(*slot);
                OpenSlot {
                    slot: slot.map_or_else(String::new, |slot| slot.name.clone()),
                    runs: *runs,
                    places: *places,
                    most: *most,
                }
            });
        let shortage = counts.shortage.as_ref().map(|(_, message)| message.clone());
        groups.push(Gap {
            group: name.clone(),
            runs: counts.short_runs,
            places: counts.open,
            slots: slots.collect(),
            bottleneck: shortage.unwrap_or_else(|| Message::new("", "")),
            remedies,
        });
    }
    let first: Vec<Change> = { groups.iter() }
        .filter_map(|gap| gap.remedies.first())
        .flat_map(|remedy| remedy.changes.iter().cloned())
        .collect();
    Gaps {
        impossible,
        tried: tally.failing.len(),
        still_short: Case::still_short(trials, kinds, &tally.failing, &first, text),
        groups,
    }
}

/// So many load groups get remedies.
const MENDED: usize = 30;
