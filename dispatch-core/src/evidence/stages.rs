//! The files of the stages: their documents, what fell out, and the teams made or changed.
//!
//! Source: docs/spec.md 15.1, 15.2, 15.6 and check A10. Invariant: stages are in order of number,
//! and every drop and record belongs to one of them.

use std::collections::BTreeSet;

use crate::bundle::{self, Files};
use crate::evidence::{Evidence, Part, at, check_result, is_record, read_lines};
use crate::language::Message;
use crate::plan::Plan;
use crate::result::Record;
use crate::stage::{DropOut, List, StageLine, StageRecord};
use crate::syntax::is_hex48;

/// The files of the stages, well formed.
#[derive(Debug, Default)]
pub struct StageParts {
    /// `stages.jsonl`.
    pub lines: Vec<StageLine>,
    /// `drops.jsonl`.
    pub drops: Vec<DropOut>,
    /// `stage-records.jsonl`.
    pub records: Vec<StageRecord>,
}

impl StageParts {
    /// The drops of a stage.
    #[must_use]
    pub fn drops_of(&self, number: u64) -> Vec<&DropOut> {
        let drops = self.drops.iter();
        drops.filter(|drop| drop.stage == number).collect()
    }

    /// The records of a stage.
    #[must_use]
    pub fn records_of(&self, number: u64) -> Vec<&StageRecord> {
        let records = self.records.iter();
        records.filter(|record| record.stage == number).collect()
    }
}

impl Evidence {
    /// The records of the last list: those of the draw, as its stages have left them (docs/spec.md
    /// 15.5). Of a child draw nothing falls out here, as only the parent's bundle says what does.
    #[must_use]
    pub fn last_list(&self) -> Option<Vec<Record>> {
        let (records, stages) = (self.records.good()?, self.stages.good()?);
        let mut list = List::new(records);
        for line in &stages.lines {
            let number = line.stage.number;
            list.go_on(&stages.drops_of(number), stages.records_of(number));
        }
        Some(list.records().cloned().collect())
    }
}

/// Reads the three files; a plan without stages has none of them.
pub(super) fn read_stages(files: &Files, plan: Option<&Plan>) -> Part<StageParts> {
    let Some(plan) = plan else {
        return Part::Absent;
    };
    if plan.schedule.stages.is_empty() {
        return Part::Good(StageParts::default());
    }
    let (Some(lines), Some(drops), Some(records)) = (
        files.get(bundle::STAGES),
        files.get(bundle::DROPS),
        files.get(bundle::STAGE_RECORDS),
    ) else {
        return Part::Absent;
    };
    Part::from(Some(read(lines, drops, records, plan)))
}

fn read(lines: &[u8], drops: &[u8], records: &[u8], plan: &Plan) -> Result<StageParts, Message> {
    let parts = StageParts {
        lines: read_lines(bundle::STAGES, lines)?,
        drops: read_lines(bundle::DROPS, drops)?,
        records: read_lines(bundle::STAGE_RECORDS, records)?,
    };
    let mut numbers = BTreeSet::new();
    for (index, line) in parts.lines.iter().enumerate() {
        check_result(&line.result)
            .map_err(|m| at(bundle::STAGES, index, &m.english, &m.chinese))?;
        if !is_stage(line) {
            return Err(at(bundle::STAGES, index, MALFORMED.0, MALFORMED.1));
        }
        if numbers
            .last()
            .is_some_and(|last| *last >= line.stage.number)
        {
            return Err(at(bundle::STAGES, index, UNSORTED.0, UNSORTED.1));
        }
        numbers.insert(line.stage.number);
    }
    for (index, drop) in parts.drops.iter().enumerate() {
        if !drop.is_well_formed() {
            return Err(at(
                bundle::DROPS,
                index,
                "not as a drop must be: ids, or a reason that its kind does not have",
                "格式不符：编号有误，或事由不适用于该类情形",
            ));
        }
        if !numbers.contains(&drop.stage) {
            return Err(at(bundle::DROPS, index, NO_STAGE.0, NO_STAGE.1));
        }
    }
    for (index, record) in parts.records.iter().enumerate() {
        if !is_record(&record.officers, &record.subject, plan) {
            return Err(at(bundle::STAGE_RECORDS, index, MALFORMED.0, MALFORMED.1));
        }
        if !numbers.contains(&record.stage) {
            return Err(at(bundle::STAGE_RECORDS, index, NO_STAGE.0, NO_STAGE.1));
        }
    }
    let drops = &parts.drops;
    if let Some(index) = unsorted(drops, |a, b| a.key() < b.key()) {
        return Err(at(bundle::DROPS, index, UNSORTED.0, UNSORTED.1));
    }
    let key = |record: &StageRecord| (record.stage, record.subject.clone());
    if let Some(index) = unsorted(&parts.records, |a, b| key(a) < key(b)) {
        return Err(at(bundle::STAGE_RECORDS, index, UNSORTED.0, UNSORTED.1));
    }
    Ok(parts)
}

fn is_stage(line: &StageLine) -> bool {
    is_hex48(&line.signature) && line.stage.is_well_formed()
}

/// The first line that is not behind the one before it.
fn unsorted<T>(lines: &[T], before: impl Fn(&T, &T) -> bool) -> Option<usize> {
    let mut pairs = lines.windows(2);
    let found = pairs.position(|pair| !matches!(pair, [a, b] if before(a, b)));
    found.map(|index| index + 1)
}

const MALFORMED: (&str, &str) = ("not as it must be", "格式不符");
const UNSORTED: (&str, &str) = ("not in order, or repeated", "未排序或有重复");
const NO_STAGE: (&str, &str) = (
    "belongs to no stage of stages.jsonl",
    "不属于 stages.jsonl 中的任何一次补抽",
);
