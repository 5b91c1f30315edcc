//! Standing teams as docs/spec.md 7.5 orders them.

use std::collections::{BTreeMap, BTreeSet};

use crate::eligible::{NO_LIMIT, district, limit, may_fill, may_join, officer_group};
use crate::hash::{Hash, tagged};
use crate::model::Model;
use crate::oracle::field;
use crate::rule::{Players, Visit, answer};

/// Staffs new subjects, in ascending order of ticket, and puts their teams into the list.
pub(crate) fn staff(model: &mut Model<'_>, subjects: &[String], seed: &Hash) {
    if model.slots().is_empty() {
        return;
    }
    let mut districts: BTreeMap<Vec<String>, Vec<&String>> = BTreeMap::new();
    for id in subjects {
        let name = district(model.campaign, model.subjects[&**id]);
        districts.entry(name).or_default().push(id);
    }
    let loads = model.loads();
    for (name, own) in districts {
        let per_team = usize::try_from(model.campaign.plan.team.standing).unwrap();
        // The least number of teams that is enough: rounding up without division.
        let count = (0..).find(|teams| teams * per_team >= own.len()).unwrap();
        let teams = form(model, &name, count, &loads, seed);
        let dealt = deal(model, &name, &own, &teams, &loads, seed);
        for (id, team) in own.into_iter().zip(dealt) {
            let Some(team) = team else { continue };
            let members = teams[team].iter().map(|at| model.officers[at.unwrap()]);
            let members = members.map(|row| field(row, "id").to_owned()).collect();
            model.list.get_mut(id).unwrap().1 = members;
        }
    }
}

/// For every team and expanded slot the officer.
fn form(
    model: &Model<'_>,
    name: &[String],
    count: usize,
    loads: &BTreeMap<String, u64>,
    seed: &Hash,
) -> Vec<Vec<Option<usize>>> {
    let slots = model.slots();
    let mut teams = vec![vec![None; slots.len()]; count];
    let departments: BTreeSet<&String> = slots.iter().map(|slot| &slot.department).collect();
    for department in departments {
        let group: Vec<String> = core::iter::once(department).chain(name).cloned().collect();
        let own: Vec<usize> = (0..model.officers.len())
            .filter(|at| officer_group(model.campaign, model.officers[*at]) == group)
            .collect();
        let here: Vec<usize> = (0..slots.len())
            .filter(|slot| slots[*slot].department == *department)
            .collect();
        let group = serde_json::to_string(&group).unwrap();
        let visits = (0..count as u64).map(|team| {
            let able = here.iter().map(|slot| {
                let may = |at: &usize| {
                    let row = model.officers[own[*at]];
                    may_join(model.campaign, row, slots[*slot])
                        && !model.gone.contains(field(row, "id"))
                };
                (0..own.len()).filter(may).collect()
            });
            let key = [&seed[..], group.as_bytes(), &team.to_be_bytes()];
            Visit {
                key: tagged("dispatch/v1/standing", &key),
                slots: able.collect(),
            }
        });
        let visits: Vec<Visit> = visits.collect();
        let players = Players {
            limits: own
                .iter()
                .map(|at| u64::from(room(model, *at, loads) > 0))
                .collect(),
            earlier: vec![0; own.len()],
            slack: 0,
        };
        let answer = answer(&visits, &players);
        for (team, filled) in teams.iter_mut().zip(&answer.filled) {
            for (slot, player) in here.iter().zip(filled) {
                team[*slot] = player.map(|player| own[player]);
            }
        }
    }
    teams
}

/// For every subject its team.
fn deal(
    model: &Model<'_>,
    name: &[String],
    own: &[&String],
    teams: &[Vec<Option<usize>>],
    loads: &BTreeMap<String, u64>,
    seed: &Hash,
) -> Vec<Option<usize>> {
    let slots = model.slots();
    let name = serde_json::to_string(name).unwrap();
    let may = |team: &usize, id: &str| {
        teams[*team].iter().zip(&slots).all(|(member, slot)| {
            member.is_some_and(|at| {
                let row = model.officers[at];
                let pair = (id.to_owned(), field(row, "id").to_owned());
                may_fill(model.campaign, row, slot, model.subjects[id])
                    && !model.apart.contains(&pair)
            })
        })
    };
    let visits: Vec<Visit> = { own.iter() }
        .map(|id| Visit {
            key: tagged("dispatch/v1/deal", &[seed, name.as_bytes(), id.as_bytes()]),
            slots: vec![(0..teams.len()).filter(|team| may(team, id)).collect()],
        })
        .collect();
    let least = |team: &Vec<Option<usize>>| {
        let rooms = team.iter().flatten().map(|at| room(model, *at, loads));
        rooms.min().unwrap_or(NO_LIMIT)
    };
    let players = Players {
        limits: teams.iter().map(least).collect(),
        earlier: vec![0; teams.len()],
        slack: model.campaign.plan.team.slack,
    };
    let filled = answer(&visits, &players).filled;
    filled.into_iter().map(|slots| slots[0]).collect()
}

/// How many more slots an officer may fill.
fn room(model: &Model<'_>, officer: usize, loads: &BTreeMap<String, u64>) -> u64 {
    let row = model.officers[officer];
    let limit = limit(row);
    if limit == NO_LIMIT {
        return NO_LIMIT;
    }
    limit.saturating_sub(loads[field(row, "id")])
}
