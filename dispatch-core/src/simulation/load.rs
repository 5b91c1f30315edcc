//! Loads: how many subjects each officer was sent to, load group by load group.
//!
//! Invariant: in every group the officers of `loads` add up to able officers × runs of the group.

use std::collections::BTreeMap;

use serde::Serialize;

use super::tally::{OfficerTally, Tally};
use super::trial::Trials;
use crate::language::Message;
use crate::plan::Slot;
use crate::row::value;
use crate::team::GroupName;

/// A person of the officer roster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Who {
    /// Certificate number.
    pub id: String,
    /// Name.
    pub name: String,
}

impl Who {
    pub(crate) fn officer(trials: &Trials<'_>, row: usize) -> Self {
        let fields = trials.inputs.officers.fields(row);
        Self {
            id: value(&fields, "id").to_owned(),
            name: value(&fields, "name").to_owned(),
        }
    }
}

/// One load group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupLoad {
    /// Department, then the values of the grouping columns.
    pub name: GroupName,
    /// Officers in it.
    pub officers: usize,
    /// Those who could be drawn for some slot of the plan.
    pub able: usize,
    /// Runs in which the group had slots.
    pub runs: u32,
    /// Slots in all runs.
    pub slots: u64,
    /// Fewest slots in a run.
    pub fewest_slots: usize,
    /// Most slots in a run.
    pub most_slots: usize,
    /// Slots that stayed open in all runs.
    pub open: u64,
    /// Runs by base: the smallest cap that is enough.
    pub bases: BTreeMap<u32, u32>,
    /// Runs by cap: base and slack.
    pub caps: BTreeMap<u32, u32>,
    /// Able officers, run by run, by how many places they filled.
    pub loads: BTreeMap<u32, u64>,
    /// Able officers, run by run, who filled as many places as the cap.
    pub at_cap: u64,
    /// Places of the able officer who got the fewest in all runs together.
    pub fewest_places: u64,
    /// Places of the able officer who got the most in all runs together.
    pub most_places: u64,
    /// Able officers drawn in every run.
    pub always: usize,
    /// Officers drawn in no run, able or not.
    pub never: usize,
}

/// One officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfficerLoad {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// The load group.
    pub group: GroupName,
    /// Places filled in all runs.
    pub places: u64,
    /// Runs in which the officer was drawn.
    pub drawn: u32,
    /// Fewest places in a run.
    pub fewest: u32,
    /// Most places in a run.
    pub most: u32,
    /// Runs at the cap.
    pub at_cap: u32,
    /// Different partners in each run, added up over the runs.
    pub partners: u64,
    /// Why the officer cannot be drawn at all, if so.
    pub unable: Option<Message>,
}

pub(crate) fn officers(trials: &Trials<'_>, tally: &Tally) -> Vec<OfficerLoad> {
    let plan = trials.inputs.plan;
    let rows = tally.officers.iter().enumerate();
    rows.filter_map(|(row, counts)| {
        let officer = trials.workforce.officers.get(row)?;
        let values = plan.team.group.iter();
        let values = values.map(|pair| officer.value(&pair.officer).to_owned());
        let group: GroupName = core::iter::once(officer.department.clone())
            .chain(values)
            .collect();
        let unable = unable(trials, row).or_else(|| {
            let idle = !tally.groups.contains_key(&group);
            idle.then(|| Message::new("no subject of this group was drawn", "本组没有对象被抽中"))
        });
        Some(OfficerLoad {
            who: Who::officer(trials, row),
            places: counts.places,
            drawn: counts.drawn,
            fewest: fewest(counts, tally.runs),
            most: counts.most,
            at_cap: counts.at_cap,
            partners: counts.partners,
            unable,
            group,
        })
    })
    .collect()
}

pub(crate) fn groups(
    trials: &Trials<'_>,
    tally: &Tally,
    officers: &[OfficerLoad],
) -> Vec<GroupLoad> {
    let groups = tally.groups.iter();
    groups
        .map(|(name, counts)| {
            let own = trials.workforce.group(name).iter();
            let own: Vec<&OfficerLoad> = own.filter_map(|row| officers.get(*row)).collect();
            let able: Vec<&&OfficerLoad> = own.iter().filter(|o| o.unable.is_none()).collect();
            let mut loads = counts.loads.clone();
            let drawn: u64 = loads.values().sum();
            let turns = able.len() as u64 * u64::from(counts.runs);
            if turns > drawn {
                loads.insert(0, turns - drawn);
            }
            let places = || able.iter().map(|officer| officer.places);
            GroupLoad {
                name: name.clone(),
                officers: own.len(),
                able: able.len(),
                runs: counts.runs,
                slots: counts.slots,
                fewest_slots: counts.fewest_slots,
                most_slots: counts.most_slots,
                open: counts.open,
                bases: counts.bases.clone(),
                caps: counts.caps.clone(),
                loads,
                at_cap: able.iter().map(|officer| u64::from(officer.at_cap)).sum(),
                fewest_places: places().min().unwrap_or(0),
                most_places: places().max().unwrap_or(0),
                always: able.iter().filter(|o| o.drawn == tally.runs).count(),
                never: own.iter().filter(|o| o.drawn == 0).count(),
            }
        })
        .collect()
}

fn fewest(counts: &OfficerTally, runs: u32) -> u32 {
    if counts.drawn < runs {
        0
    } else {
        counts.fewest
    }
}

/// Why an officer cannot be drawn for any slot of the plan, whoever the subject is.
fn unable(trials: &Trials<'_>, row: usize) -> Option<Message> {
    let plan = trials.inputs.plan;
    let officer = trials.workforce.officers.get(row)?;
    let slots: Vec<&Slot> = { plan.team.slots.iter() }
        .filter(|slot| slot.department == officer.department)
        .collect();
    let (english, chinese) = if slots.is_empty() {
        ("no slot asks for this department", "没有该部门的席位")
    } else if !officer.is_certified(&plan.schedule) {
        (
            "certificate not valid through the window",
            "证件有效期不足至检查期限末日",
        )
    } else if !officer.is_present(&plan.schedule, plan.team.min_days) {
        (
            "on leave for too much of the window",
            "检查期限内请假，可用天数不足",
        )
    } else if officer.limit == 0 {
        ("own limit 0", "任务上限为0")
    } else if !slots.iter().any(|slot| officer.has(slot)) {
        ("has not what any slot asks for", "不具备任何席位要求的条件")
    } else {
        return None;
    };
    Some(Message::new(english, chinese))
}
