//! Joint campaigns: a parent and one to three children who staff its subjects through handovers.

use std::collections::{BTreeMap, BTreeSet};

use dispatch_core::bundle::{self, Files, child_name};
use dispatch_core::child::{child_of, misfit};
use dispatch_core::freeze::{Draft, Earlier, Entropy, Frozen, freeze};
use dispatch_core::handover::Handover;
use dispatch_core::plan::{Child, Condition, Mode, Op, Parent, Role, Slot};
use dispatch_core::result::ResultKey;
use dispatch_tests::campaign::{Row, condition, slot};
use dispatch_tests::chance::Dice;

use crate::case::{self, Case, ROUNDS, below, one_in};
use crate::held::{Handed, Held};
use crate::oracle::field;
use crate::refusals;

/// A parent's case and those of its children, whose plans do not yet name the parent's commitment.
pub(crate) fn cases(number: u64) -> (Case, Vec<Case>) {
    let mut parent = case::case(1_000_000 + number);
    let mut dice = Dice::new(2_000_000 + number);
    let replay = parent.campaign.replay;
    parent.rounds = if replay {
        subset(&mut dice, &ROUNDS[..8], 3)
    } else {
        vec![1000, 65_535]
    };
    if parent.rounds.len() == 1 {
        parent.campaign.plan.mode = Mode::Sample;
    }
    case::set_rounds(&mut parent.campaign, &parent.rounds);
    let slots = &mut parent.campaign.plan.team.slots;
    // All, those of the first kind, or none.
    slots.truncate([9, 1, 0][below(&mut dice, 3)]);
    let own = parent.campaign.plan.team.own_officers();
    let mut children = Vec::new();
    for at in 1..=1 + below(&mut dice, 3) {
        let (child, case) = child(&mut dice, &parent, at, own);
        parent.campaign.plan.children.push(child);
        children.push(case);
    }
    (parent, children)
}

fn child(dice: &mut Dice, parent: &Case, at: usize, own: u64) -> (Child, Case) {
    let mut campaign = parent.campaign.clone();
    campaign.plan.children.clear();
    campaign.plan.exclusions.clear();
    campaign.plan.strata.clear();
    campaign.plan.mode = Mode::Sample;
    campaign.plan.draw = format!("440100-2026-0001-{at}");
    campaign.plan.officers.sealed.clear();
    campaign.secret = core::array::from_fn(|_| dice.word().to_be_bytes()[0]);
    campaign.officers = (0..8 + below(dice, 16))
        .map(|officer| case::one_officer(dice, 100 * at + officer))
        .collect();
    case::team(dice, &mut campaign);
    if own > 0 && one_in(dice, 2) {
        campaign.plan.team.slots.truncate(1);
        campaign
            .plan
            .team
            .slots
            .retain(|slot| slot.role == Role::Officer);
    }
    if campaign.plan.team.own_officers() == 0 {
        campaign.plan.team.slots = parent_slots(dice);
    }
    campaign.recusals.clear();
    case::recuse(dice, &mut campaign);
    let last = *parent.rounds.last().unwrap();
    let later: Vec<u64> = { ROUNDS.iter().copied() }
        .filter(|round| *round > parent.rounds[0])
        .collect();
    let rounds = if parent.campaign.replay {
        loop {
            let rounds = subset(dice, &later, 4);
            let after = rounds.len() > 1 && rounds.last().is_some_and(|round| *round > last);
            if parent.rounds.len() == 1 || after {
                break rounds;
            }
        }
    } else {
        [vec![1001, 65_536], vec![1002, 657_413]][below(dice, 2)].clone()
    };
    case::set_rounds(&mut campaign, &rounds);
    // The first takes what the parent has too few officers for.
    let everywhere = (at == 1 && own < 2) || one_in(dice, 3);
    let regions = [vec!["区0"], vec!["区0", "区1"], vec!["区2"]];
    let conditions = if everywhere {
        Vec::new()
    } else {
        vec![condition("region", Op::In, &regions[below(dice, 3)])]
    };
    let child = Child {
        draw: campaign.plan.draw.clone(),
        name: format!("部门{at}"),
        officers: campaign.plan.team.own_officers(),
        conditions,
    };
    let seed = dice.word();
    let case = Case {
        campaign,
        rounds,
        seed,
    };
    (child, case)
}

fn parent_slots(dice: &mut Dice) -> Vec<Slot> {
    vec![slot("检查人员", 2 + dice.below(2))]
}

/// At least one and at most `most` of these rounds, in order.
fn subset(dice: &mut Dice, rounds: &[u64], most: usize) -> Vec<u64> {
    let mut rounds = rounds.to_vec();
    dice.shuffle(&mut rounds);
    rounds.truncate(1 + below(dice, most));
    rounds.sort_unstable();
    rounds
}

/// A joint campaign that was held.
pub(crate) struct Joint<'c> {
    pub(crate) parent: Held<'c>,
    pub(crate) children: Vec<Held<'c>>,
}

/// Freezes a child's case under the parent's commitment.
pub(crate) fn freeze_child(parent: &Held<'_>, case: &mut Case, at: usize) -> Frozen {
    let name = parent.case.campaign.plan.children[at].name.clone();
    case.campaign.plan.parent = vec![Parent {
        child: name,
        commitment: parent.frozen.commitment,
    }];
    let campaign = &case.campaign;
    let draft = Draft {
        plan: campaign.plan.clone(),
        subjects: parent.prepared.subjects.clone(),
        officers: campaign.officer_roster(),
        recusals: campaign.recusal_list(),
        earlier: Earlier::default(),
        recent_pulse: None,
        policy: None,
        created: campaign.created.clone(),
        replay: campaign.replay,
    };
    let entropy = Entropy {
        secret: campaign.secret,
        roster_key: [33; 32],
    };
    let frozen = freeze(draft, &entropy).unwrap();
    let found = child_of(&parent.prepared.announced, &campaign.plan).unwrap();
    assert_eq!(found.0, at + 1);
    let misfit = misfit(&parent.frozen.announcement, &frozen.announcement);
    assert!(misfit.is_none(), "{misfit:?}");
    frozen
}

/// Holds the parent; gives its list after the draw and after every stage that was held.
pub(crate) fn hold_parent(
    case: &Case,
    frozen: Frozen,
) -> (Held<'_>, BTreeMap<u64, BTreeSet<String>>) {
    let mut held = Held::new(case, frozen, None);
    let ids = |held: &Held<'_>| held.model.list.keys().cloned().collect();
    let mut lists = BTreeMap::from([(0, ids(&held))]);
    for stage in 1..case.rounds.len() as u64 {
        held.stage(stage, None);
        if held.history.last() == stage {
            lists.insert(stage, ids(&held));
        }
    }
    (held, lists)
}

/// The handover of a child's part of the parent's list after a stage, or the draw.
pub(crate) fn handover(parent: &Held<'_>, at: usize, stage: u64) -> Handover {
    let child = &parent.prepared.announced.document.plan.children[at];
    handover_where(parent, at, stage, child.conditions.clone())
}

/// The same for other conditions than were announced.
pub(crate) fn handover_where(
    parent: &Held<'_>,
    at: usize,
    stage: u64,
    conditions: Vec<Condition>,
) -> Handover {
    let child = &Child {
        conditions,
        ..parent.prepared.announced.document.plan.children[at].clone()
    };
    let subjects = &parent.prepared.subjects;
    if stage == 0 {
        let list = (0, &parent.draw.records[..], &parent.draw.result);
        return Handover::new(child, subjects, list, &ResultKey::new(&parent.draw.seed));
    }
    let lists = parent.prepared.lists(&parent.draw, &parent.history);
    let (_, list, result, key) = lists.iter().find(|list| list.0 == stage).unwrap();
    Handover::new(child, subjects, (stage, &list.sorted(key), result), key)
}

/// Holds a child, every stage of it; gives the number of false handovers that were refused.
pub(crate) fn hold_child<'c>(
    (parent, lists): (&Held<'_>, &BTreeMap<u64, BTreeSet<String>>),
    (case, frozen): (&'c Case, Frozen),
    at: usize,
) -> (Held<'c>, usize) {
    let mut dice = Dice::new(case.seed ^ 5);
    let takes = |id: &&String| {
        let child = &parent.case.campaign.plan.children[at];
        let row: &Row = parent.model.subjects[id.as_str()];
        let mut conditions = child.conditions.iter();
        conditions.all(|c| c.values.iter().any(|value| value == field(row, &c.field)))
    };
    let mut held: Option<Held<'c>> = None;
    let (mut frozen, mut parent_stage, mut refused) = (Some(frozen), 0, 0);
    for number in 0..case.rounds.len() {
        let round = case.rounds[number];
        let drawn = |stage: &u64| parent.case.rounds[usize::try_from(*stage).unwrap()] < round;
        let latest = lists.keys().copied().filter(drawn).max().unwrap();
        if number > 0 && (number + 1 == case.rounds.len() || one_in(&mut dice, 2)) {
            parent_stage = latest;
        }
        let handover = handover(parent, at, parent_stage);
        let expected: BTreeSet<String> =
            lists[&parent_stage].iter().filter(takes).cloned().collect();
        let announced = &parent.prepared.announced;
        let subjects = handover.subjects(announced, &case.campaign.plan, &parent.prepared.subjects);
        let handed = Handed {
            subjects: subjects.unwrap(),
            stage: parent_stage,
        };
        assert_eq!(handed.set(), expected);
        refused += refusals::assert_refused(&mut dice, parent, (&case.campaign, at), &handover);
        match &mut held {
            None => held = Some(Held::new(case, frozen.take().unwrap(), Some(&handed))),
            Some(held) => held.stage(number as u64, Some(&handed)),
        }
        let listed = held.as_ref().unwrap().listed();
        assert_eq!(listed.into_keys().collect::<BTreeSet<_>>(), expected);
    }
    (held.unwrap(), refused)
}

impl Joint<'_> {
    /// At least two officers are due for every visit, and where no slot is open two come; who comes
    /// to a visit is that many people. Gives the number of visits without an open slot.
    pub(crate) fn assert_two_officers(&self) -> usize {
        let mut whole = 0;
        for id in self.parent.model.list.keys() {
            let (mut due, mut open) = (0, 0);
            let mut officers = Vec::new();
            for held in core::iter::once(&self.parent).chain(&self.children) {
                let listed = held.listed();
                let Some((_, team)) = listed.get(id) else {
                    continue;
                };
                for (slot, officer) in held.model.slots().iter().zip(team) {
                    due += usize::from(slot.role == Role::Officer);
                    open += usize::from(officer.is_empty());
                    if !officer.is_empty() && slot.role == Role::Officer {
                        officers.push(officer.clone());
                    }
                }
            }
            assert!(due >= 2, "{id}: {due} officers are due");
            let different: BTreeSet<&String> = officers.iter().collect();
            assert_eq!(different.len(), officers.len(), "{id}: {officers:?}");
            assert!(open > 0 || officers.len() >= 2, "{id}: {officers:?}");
            whole += usize::from(open == 0);
        }
        whole
    }

    /// The bundle with its children's in it; forms as told.
    pub(crate) fn files(&self, auditor: bool, children: bool) -> Files {
        let mut files = self.parent.files(auditor);
        for (at, child) in self.children.iter().enumerate() {
            let own = child.files(children);
            let mut without = Files::default();
            for name in own.names().filter(|name| *name != bundle::SUBJECTS) {
                without.insert(name, own.get(name).unwrap().to_vec());
            }
            files.insert(&child_name(at + 1), without.to_zip().unwrap());
        }
        files
    }
}
