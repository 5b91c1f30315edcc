//! A draw held through the library, step by step beside the model, which must say the same.

use std::collections::{BTreeSet, HashSet};

use dispatch_core::bundle::{self, Files};
use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::freeze::Frozen;
use dispatch_core::plan::Mode;
use dispatch_core::result::{Record, ResultDocument};
use dispatch_core::seed::SourceValue;
use dispatch_core::stage::{FrozenStage, History, StageDraft};
use dispatch_core::team::{GroupOutcome, Step};
use dispatch_tests::campaign::{Campaign, numbers, prepare, vector_pulse};
use dispatch_tests::chance::Dice;

use crate::case::{Case, before, one_in};
use crate::direct::{Change, Listed, shares};
use crate::drops::{Used, admissible, assert_refused};
use crate::eligible::district;
use crate::hash::{self, Hash, tagged};
use crate::model::Model;

/// A draw and what has been held of it.
pub(crate) struct Held<'c> {
    pub(crate) case: &'c Case,
    pub(crate) frozen: Frozen,
    pub(crate) prepared: Prepared,
    pub(crate) values: Vec<SourceValue>,
    pub(crate) draw: Draw,
    pub(crate) history: History,
    pub(crate) model: Model<'c>,
    pub(crate) used: Used,
    pub(crate) seen: Seen,
    /// New subjects of the last step.
    new: BTreeSet<String>,
    dice: Dice,
}

/// What happened, for the counts at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) stages: usize,
    pub(crate) drops: usize,
    pub(crate) refused: usize,
    pub(crate) replaced: usize,
    pub(crate) refilled: usize,
    pub(crate) open: usize,
}

/// What a parent gives a child for one step.
pub(crate) struct Handed<'h> {
    /// From the handover.
    pub(crate) subjects: HashSet<&'h str>,
    /// The parent's stage.
    pub(crate) stage: u64,
}

impl Handed<'_> {
    pub(crate) fn set(&self) -> BTreeSet<String> {
        self.subjects.iter().map(|id| (*id).to_owned()).collect()
    }
}

impl<'c> Held<'c> {
    /// Draws. `frozen` is the case's campaign, frozen.
    pub(crate) fn new(case: &'c Case, frozen: Frozen, handed: Option<&Handed<'_>>) -> Self {
        let campaign: &Campaign = &case.campaign;
        let prepared = prepare(&frozen).unwrap();
        let pulse = vector_pulse(case.rounds[0]);
        let mut values = vec![SourceValue::pulse(&pulse)];
        if campaign.plan.seed.len() > 1 {
            values.extend(numbers(case.seed));
        }
        let draw = match handed {
            Some(handed) => prepared.draw_handed(&values, &handed.subjects),
            None => prepared.draw(&values),
        }
        .unwrap();
        let announcement = frozen.public.get(bundle::ANNOUNCEMENT).unwrap();
        let commitment = tagged("dispatch/v1/commitment", &[announcement]);
        let drawn: &[u64] = match values.get(1) {
            Some(SourceValue::PublicNumbers { values }) => values,
            _ => &[],
        };
        let seed = hash::seed(&commitment, &campaign.secret, &pulse, drawn);
        let history = History::new(&draw);
        let mut held = Self {
            case,
            frozen,
            prepared,
            values,
            draw,
            history,
            model: Model::new(campaign),
            used: Used::default(),
            seen: Seen::default(),
            new: BTreeSet::new(),
            dice: Dice::new(case.seed),
        };
        assert_eq!(*held.draw.seed.as_bytes(), seed);
        let handed = handed.map(Handed::set);
        held.compare(1, &Listed::new(), &[], handed.as_ref(), &seed);
        held.assert_result(&commitment, &seed, &held.draw.result);
        held.assert_formed(&held.draw.teams.groups);
        held
    }

    /// Holds a stage, or leaves it out where it may be.
    pub(crate) fn stage(&mut self, number: u64, handed: Option<&Handed<'_>>) {
        let Some(frozen) = self.freeze(number, handed.map_or(0, |handed| handed.stage)) else {
            return;
        };
        let campaign = &self.case.campaign;
        let round = self.case.rounds[usize::try_from(number).unwrap()];
        assert_eq!(frozen.document.round, round);
        let root = hash::drop_root(&campaign.secret, &frozen.drops);
        assert_eq!(*frozen.document.drops.root.as_bytes(), root);
        let commitment = tagged("dispatch/v1/stage", &[&frozen.bytes]);
        let pulse = vector_pulse(round);
        let seed = hash::stage_seed(&commitment, &campaign.secret, &pulse);
        let before = self.listed();
        let given = handed.map(|handed| &handed.subjects);
        let drawn = self
            .prepared
            .draw_stage(&mut self.history, &frozen, given, &pulse);
        let drawn = drawn.unwrap();
        let handed = handed.map(Handed::set);
        self.seen.stages += 1;
        self.seen.drops += frozen.drops.len();
        self.compare(number + 1, &before, &frozen.drops, handed.as_ref(), &seed);
        self.assert_result(&commitment, &seed, &drawn.result);
        self.assert_formed(&drawn.groups);
    }

    /// Freezes what falls out before a stage; nothing where nothing did and nothing need be drawn.
    fn freeze(&mut self, number: u64, parent_stage: u64) -> Option<FrozenStage> {
        let plan = &self.case.campaign.plan;
        let may_be_left_out = plan.mode == Mode::Sample && plan.parent.is_empty();
        if may_be_left_out && one_in(&mut self.dice, 4) {
            return None;
        }
        let drops = admissible(&mut self.dice, &self.model, &mut self.used);
        let draft = StageDraft {
            number,
            created: before(self.case.rounds[usize::try_from(number).unwrap()]),
            drops,
            parent_stage,
        };
        let so_far = (&self.prepared, &self.history);
        self.seen.refused +=
            assert_refused(&mut self.dice, so_far, &self.model, &self.used, &draft);
        let frozen = self.prepared.freeze_stage(&self.history, draft.clone());
        if may_be_left_out && draft.drops.is_empty() {
            assert!(frozen.is_err());
            return None;
        }
        let frozen = frozen.unwrap();
        // What was written can be read back.
        let lines: Vec<Vec<u8>> = { frozen.drops.iter() }
            .map(|drop| {
                [
                    dispatch_core::json::to_canonical(drop).unwrap(),
                    vec![b'\n'],
                ]
                .concat()
            })
            .collect();
        let read = self.prepared.open_stage(&frozen.bytes, &lines.concat());
        assert_eq!(read.unwrap().drops, frozen.drops);
        Some(frozen)
    }

    /// Lets the model make the same step, and compares, after what holds whatever the rule is.
    fn compare(
        &mut self,
        batch: u64,
        before: &Listed,
        drops: &[dispatch_core::stage::DropOut],
        handed: Option<&BTreeSet<String>>,
        seed: &Hash,
    ) {
        let ever = self.model.ever.clone();
        self.model.step(batch, drops, handed, seed);
        let after = self.listed();
        let shares = handed
            .is_none()
            .then(|| shares(&self.case.campaign, &self.model, batch));
        let change = Change {
            before,
            after: &after,
            drops,
            ever: &ever,
            seed,
            shares: shares.as_deref(),
        };
        change.assert_subjects(&self.model);
        change.assert_teams(&self.model);
        assert_eq!(after, self.model.list);
        self.new = after
            .keys()
            .filter(|id| !before.contains_key(*id))
            .cloned()
            .collect();
        let changed = |(id, (_, team)): &(&String, &(Hash, Vec<String>))| {
            before.get(*id).is_some_and(|(_, before)| before != team)
        };
        self.seen.refilled += after.iter().filter(changed).count();
        self.seen.replaced += if before.is_empty() { 0 } else { self.new.len() };
        let open = after
            .values()
            .flat_map(|(_, team)| team)
            .filter(|id| id.is_empty());
        self.seen.open += open.count();
    }

    /// Count and root of the result document.
    fn assert_result(&self, commitment: &Hash, seed: &Hash, found: &ResultDocument) {
        let records: Vec<_> = { self.model.list.iter() }
            .map(|(id, (ticket, team))| (id, ticket, team))
            .collect();
        assert_eq!(found.commitment.as_bytes(), commitment);
        assert_eq!(found.count, records.len() as u64);
        assert_eq!(*found.root.as_bytes(), hash::result_root(seed, &records));
    }

    /// Caps, and numbers of standing teams and of visits, as the outcome tells them.
    fn assert_formed(&self, groups: &[GroupOutcome]) {
        let campaign = &self.case.campaign;
        let slots = self.model.slots();
        for group in groups {
            let here = |name: &[String]| {
                let own = { self.new.iter() }
                    .filter(|id| district(campaign, self.model.subjects[id.as_str()]) == name);
                own.count()
            };
            match group.step {
                Step::Visits => {
                    let step = self
                        .model
                        .steps
                        .iter()
                        .find(|step| step.group == group.name);
                    assert!(
                        step.is_none_or(|step| step.cap == u64::from(group.cap)),
                        "{group:?}"
                    );
                }
                Step::Forming => {
                    let own = { slots.iter() }
                        .filter(|slot| slot.department == group.name[0])
                        .count();
                    let subjects = here(&group.name[1..]) as u64;
                    let teams = subjects.div_ceil(campaign.plan.team.standing);
                    assert_eq!(group.slots as u64, teams * own as u64, "{group:?}");
                }
                Step::Dealing => assert_eq!(group.slots, here(&group.name)),
            }
        }
    }

    /// The list as the library has it now.
    pub(crate) fn listed(&self) -> Listed {
        let one = |record: &Record| {
            let team = record.officers.clone();
            (record.subject.clone(), (*record.ticket.as_bytes(), team))
        };
        self.history.list().records().map(one).collect()
    }

    /// The files of the public or the auditor's bundle.
    pub(crate) fn files(&self, auditor: bool) -> Files {
        let mut files = self.frozen.public.clone();
        let added = self
            .prepared
            .disclose_with(&self.draw, &self.history, &self.values);
        for name in added.names() {
            files.insert(name, added.get(name).unwrap().to_vec());
        }
        if auditor {
            for name in [bundle::RECUSALS, bundle::CELLS, bundle::AUDIT] {
                files.insert(name, self.frozen.secret.get(name).unwrap().to_vec());
            }
        }
        files
    }
}
