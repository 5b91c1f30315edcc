//! The history of a draw: its list, and the stages held so far.
//!
//! Source: docs/spec.md section 15. Invariant: a stage can only be added behind the one that its
//! document names by hash, so the history has one order.

use std::collections::HashSet;

use super::{
    DropOut, Given, List, StageDocument, StageLine, StageRecord, drop_fault, new_subjects,
    previous_hash, staff_stage, stage_commitment, stage_seed, summarise, too_many_drops,
};
use crate::beacon::{self, Pulse, round_at_or_after};
use crate::bundle::{self, Files};
use crate::digest::{Digest, hex};
use crate::draw::{Draw, Prepared};
use crate::evidence::{read_document, read_lines};
use crate::freeze::json_lines;
use crate::json::to_canonical;
use crate::language::Message;
use crate::plan::Mode;
use crate::result::{ResultDocument, ResultKey};
use crate::seed::pulse_of;
use crate::selection::{Selected, SubjectKey};
use crate::team::{GroupOutcome, Workforce};

/// The list of a draw and the stages that made it what it is.
#[derive(Clone, Debug, Default)]
pub struct History {
    list: List,
    lines: Vec<StageLine>,
    drops: Vec<DropOut>,
    records: Vec<StageRecord>,
    result: Vec<u8>,
}

/// What is to be frozen for a stage.
#[derive(Clone, Debug)]
pub struct StageDraft {
    /// Which of the announced stages.
    pub number: u64,
    /// The present time, as a time of docs/spec.md 1.6.
    pub created: String,
    /// What fell out, in any order; the stage's number is filled in.
    pub drops: Vec<DropOut>,
    /// Of a child draw: the parent's stage whose list is staffed.
    pub parent_stage: u64,
}

/// A stage whose drops are frozen.
#[derive(Clone, Debug)]
pub struct FrozenStage {
    /// The document.
    pub document: StageDocument,
    /// Its bytes, which are published.
    pub bytes: Vec<u8>,
    /// Its commitment.
    pub commitment: Digest,
    /// What fell out, in order; sealed until disclosure.
    pub drops: Vec<DropOut>,
}

/// What a stage came to.
#[derive(Clone, Debug)]
pub struct DrawnStage {
    /// Its stage records, in order of subject.
    pub records: Vec<StageRecord>,
    /// The result document of the list after it, which is published at once.
    pub result: ResultDocument,
    /// What every load group came to.
    pub groups: Vec<GroupOutcome>,
}

impl History {
    /// The history of a draw without stages.
    #[must_use]
    pub fn new(draw: &Draw) -> Self {
        Self {
            list: List::new(&draw.records),
            result: to_canonical(&draw.result).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The list as it is now.
    #[must_use]
    pub fn list(&self) -> &List {
        &self.list
    }

    /// The stages held so far.
    #[must_use]
    pub fn stages(&self) -> &[StageLine] {
        &self.lines
    }

    /// Every drop so far.
    #[must_use]
    pub fn drops(&self) -> &[DropOut] {
        &self.drops
    }

    /// Every stage record so far, in order of stage.
    #[must_use]
    pub fn records(&self) -> &[StageRecord] {
        &self.records
    }

    /// The number of the last stage, 0 before the first.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.lines.last().map_or(0, |line| line.stage.number)
    }

    /// Whether the subject was ever in the list.
    #[must_use]
    pub fn was_drawn(&self, subject: &str) -> bool {
        self.list.was_drawn(subject)
    }

    /// The three files of the stages for a bundle (docs/spec.md section 10).
    #[must_use]
    pub fn files(&self) -> Files {
        let mut files = Files::default();
        files.insert(bundle::STAGES, json_lines(&self.lines));
        files.insert(bundle::DROPS, json_lines(&self.drops));
        files.insert(bundle::STAGE_RECORDS, json_lines(&self.records));
        files
    }
}

impl Prepared {
    /// Freezes what fell out before a stage (docs/spec.md 15.1 and 15.2).
    ///
    /// # Errors
    /// Everything that keeps the stage from being held.
    pub fn freeze_stage(
        &self,
        history: &History,
        draft: StageDraft,
    ) -> Result<FrozenStage, Vec<Message>> {
        let plan = &self.announced.document.plan;
        let number = draft.number;
        let Some(time) = plan.schedule.stage_unix(number) else {
            let most = plan.schedule.stages.len();
            return Err(vec![Message::new(
                format!(
                    "stage {number} was not announced: the plan has {most}, and no more can be added"
                ),
                format!("第{number}次补抽未经公告：抽查任务规定了{most}次，不得增加"),
            )]);
        };
        let mut faults = Vec::new();
        let next = history.last() + 1;
        if number < next || (plan.mode == Mode::Order && number != next) {
            faults.push(Message::new(
                format!(
                    "stage {number} cannot follow stage {}: the next is {next}",
                    next - 1
                ),
                format!(
                    "第{number}次补抽不能接在第{}次之后：下一次应为第{next}次",
                    next - 1
                ),
            ));
        }
        let mut drops = draft.drops;
        for drop in &mut drops {
            drop.stage = number;
        }
        drops.sort_by(|a, b| a.key().cmp(&b.key()));
        for pair in drops.windows(2) {
            if let [a, b] = pair
                && a.key() == b.key()
            {
                faults.push(Message::new(
                    format!("{} {} is named twice", a.subject, a.officer),
                    format!("“{} {}”重复", a.subject, a.officer),
                ));
            }
        }
        for drop in &drops {
            let found = if drop.is_well_formed() {
                drop_fault(plan, &self.officers, &history.list, drop)
            } else {
                Some(drop.misfit())
            };
            faults.extend(found);
        }
        faults.extend(too_many_drops(plan, history.drops.iter().chain(&drops)));
        if plan.mode == Mode::Sample && drops.is_empty() && !plan.is_child() {
            faults.push(Message::new(
                "nothing fell out, so there is nothing to draw again",
                "没有需要补抽的对象或人员",
            ));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let document = StageDocument {
            commitment: self.announced.commitment,
            created: draft.created,
            drops: summarise(self.secret().as_bytes(), &drops),
            format: StageDocument::FORMAT.to_owned(),
            number,
            parent_stage: draft.parent_stage,
            previous: previous_hash(&history.result),
            round: round_at_or_after(time),
        };
        let bytes = to_canonical(&document)
            .map_err(|error| vec![Message::new(error.to_string(), error.to_string())])?;
        Ok(FrozenStage {
            commitment: stage_commitment(&bytes),
            document,
            bytes,
            drops,
        })
    }

    /// Reads a frozen stage back.
    ///
    /// # Errors
    /// When the document is malformed, or the drops are not those that it froze.
    pub fn open_stage(&self, document: &[u8], drops: &[u8]) -> Result<FrozenStage, Message> {
        let stage: StageDocument = read_document(document)?;
        let drops: Vec<DropOut> = read_lines(bundle::DROPS, drops)?;
        if summarise(self.secret().as_bytes(), &drops) != stage.drops {
            return Err(Message::new(
                "what fell out is not what the stage's document froze",
                "退出名单与补抽文件冻结的不一致",
            ));
        }
        Ok(FrozenStage {
            commitment: stage_commitment(document),
            document: stage,
            bytes: document.to_vec(),
            drops,
        })
    }

    /// Draws a frozen stage and adds it to the history.
    ///
    /// # Errors
    /// When the pulse is not the stage's, or the stage is not of this history.
    pub fn draw_stage(
        &self,
        history: &mut History,
        stage: &FrozenStage,
        parent: Option<&HashSet<&str>>,
        pulse: &Pulse,
    ) -> Result<DrawnStage, Message> {
        let number = stage.document.number;
        let round = stage.document.round;
        if stage.document.previous != previous_hash(&history.result)
            || stage.document.commitment != self.announced.commitment
        {
            return Err(Message::new(
                format!("stage {number} does not follow what was drawn before it"),
                format!("第{number}次补抽与此前的抽取结果不衔接"),
            ));
        }
        if pulse.round != round {
            let given = pulse.round;
            return Err(Message::new(
                format!(
                    "the pulse is of round {given}; the time of stage {number} fixes round {round}: bring that one"
                ),
                format!("随机信标为第{given}轮，第{number}次补抽应为第{round}轮：请使用该轮"),
            ));
        }
        beacon::verify(pulse).map_err(|error| {
            Message::new(
                format!("the signature of round {round} does not verify: {error}"),
                format!("第{round}轮随机信标的签名验证失败（{error}）"),
            )
        })?;
        let seed = stage_seed(&stage.commitment, self.secret().as_bytes(), pulse);
        let drops: Vec<&DropOut> = stage.drops.iter().collect();
        let falling = history.list.falling(&drops, parent);
        let plan = &self.announced.document.plan;
        let new = match parent {
            Some(parent) => self.handed(&seed, parent.iter().copied(), &history.list),
            None => new_subjects(
                plan,
                &self.subjects,
                self.strata(),
                &history.list,
                &falling,
                (number, &seed),
            ),
        };
        history.list.take_out(&drops, &falling);
        let workforce = Workforce::new(plan, &self.officers, self.cells().officers.as_ref());
        let given = Given {
            plan,
            subjects: &self.subjects,
            subject_cells: self.cells().subjects.as_ref(),
            workforce: &workforce,
            recusals: &self.recusals.pairs(),
        };
        let outcome =
            staff_stage(&given, &history.list, &drops, &new, (number, &seed)).map_err(|id| {
                Message::new(
                    format!("subject {id} is not in the roster"),
                    format!("检查对象{id}不在名录中"),
                )
            })?;
        history.list.put_in(&outcome.records);
        let result = history
            .list
            .result(stage.commitment, &ResultKey::new(&seed));
        history.result = to_canonical(&result).unwrap_or_default();
        history.lines.push(StageLine {
            result: result.clone(),
            signature: hex(&pulse.signature),
            stage: stage.document.clone(),
        });
        history.drops.extend(stage.drops.iter().cloned());
        history.records.extend(outcome.records.iter().cloned());
        Ok(DrawnStage {
            records: outcome.records,
            result,
            groups: outcome.groups,
        })
    }

    /// The list after the draw's every stage, with its number, result document and result key; of a
    /// draw that is nobody's child.
    #[must_use]
    pub fn lists(
        &self,
        draw: &Draw,
        history: &History,
    ) -> Vec<(u64, List, ResultDocument, ResultKey)> {
        let mut list = List::new(&draw.records);
        let mut lists = Vec::new();
        for line in &history.lines {
            let number = line.stage.number;
            let drops: Vec<&DropOut> = { history.drops.iter() }
                .filter(|drop| drop.stage == number)
                .collect();
            let records = history.records.iter();
            list.go_on(&drops, records.filter(|record| record.stage == number));
            let Some(pulse) = pulse_of(line.stage.round, &line.signature) else {
                continue;
            };
            let seed = stage_seed(&line.commitment(), self.secret().as_bytes(), &pulse);
            let key = ResultKey::new(&seed);
            lists.push((number, list.clone(), line.result.clone(), key));
        }
        lists
    }

    /// Subjects that a parent has handed over, with tickets under a seed of this draw; without those
    /// that the list has already.
    pub(crate) fn handed<'s>(
        &self,
        seed: &Digest,
        subjects: impl Iterator<Item = &'s str>,
        list: &List,
    ) -> Vec<Selected> {
        let tickets = SubjectKey::new(seed).tickets();
        let new = subjects.filter(|subject| list.get(subject).is_none());
        let mut selected: Vec<Selected> = new
            .filter_map(|subject| {
                Some(Selected {
                    ticket: tickets.of(subject),
                    row: self.subjects.find(subject)?,
                    stratum: 0,
                })
            })
            .collect();
        selected.sort_unstable_by_key(|subject| (subject.ticket, subject.row));
        selected
    }
}
