//! Evidence: the files of a draw, read strictly, each with what is wrong with it.
//!
//! Source: docs/spec.md sections 2 to 10 (the forms) and checks A02 to A11. Verifying, drawing,
//! disclosing and explaining all read through here, so they all refuse the same things.

mod cells;
mod log;
mod recusals;
mod stages;

pub use self::cells::AuditParts;
pub use self::log::{LogLine, LogParts, TimeLockDocument, read_log_lines};
pub use self::stages::StageParts;

use std::collections::HashSet;

use rayon::prelude::*;
use serde::de::DeserializeOwned;

use crate::announcement::{Announcement, commitment};
use crate::bundle::{self, Files, lines};
use crate::digest::Digest;
use crate::disclosure::Disclosure;
use crate::json::{JsonError, from_canonical};
use crate::language::Message;
use crate::plan::Plan;
use crate::result::{Record, ResultDocument};
use crate::roster::{Recusals, Roster, RosterKind, RowRules};
use crate::row::ROW_LIMIT;
use crate::seed::SourceValue;
use crate::syntax::{is_hex48, is_id};

/// A part of the evidence.
#[derive(Debug)]
pub enum Part<T> {
    /// Read and well formed.
    Good(T),
    /// There, but not as it must be.
    Bad(Message),
    /// Not there, or not readable because something it depends on is bad.
    Absent,
}

impl<T> Part<T> {
    /// The part, if it is good.
    pub const fn good(&self) -> Option<&T> {
        match self {
            Self::Good(part) => Some(part),
            _ => None,
        }
    }

    fn from(result: Option<Result<T, Message>>) -> Self {
        match result {
            Some(Ok(part)) => Self::Good(part),
            Some(Err(message)) => Self::Bad(message),
            None => Self::Absent,
        }
    }
}

/// An announcement with the commitment of its bytes.
#[derive(Clone, Debug)]
pub struct Announced {
    /// The document.
    pub document: Announcement,
    /// The commitment of its bytes.
    pub commitment: Digest,
}

/// The files of a draw, read.
#[derive(Debug)]
pub struct Evidence {
    /// The files that are not rosters, and rosters that could not be read.
    pub files: Files,
    /// Check A02.
    pub announcement: Part<Announced>,
    /// Check A03.
    pub subjects: Part<Roster>,
    /// Check A04.
    pub officers: Part<Roster>,
    /// Check A05.
    pub recusals: Part<Recusals>,
    /// Check A06.
    pub result: Part<ResultDocument>,
    /// Check A07.
    pub records: Part<Vec<Record>>,
    /// Check A08.
    pub disclosure: Part<Disclosure>,
    /// Check A09.
    pub audit: Part<AuditParts>,
    /// Check A10; without anything in it when the plan has no stages.
    pub stages: Part<StageParts>,
    /// Check A11; without anything in it when the draw was not logged and its time lock not opened.
    pub log: Part<LogParts>,
}

/// Where the subject roster of a child draw comes from.
enum Subjects {
    /// Nowhere: the bundle stands alone.
    Nowhere,
    /// The operator's folder, where it lies with the rest.
    Folder,
    /// The parent's bundle, if that has it.
    Parent(Option<Vec<u8>>),
}

impl Evidence {
    /// Reads every file of a bundle that stands alone.
    #[must_use]
    pub fn read(files: Files) -> Self {
        Self::read_with(files, Subjects::Nowhere)
    }

    /// Reads the files of an operator's folder: a child draw's too has its `subjects.jsonl` in it.
    #[must_use]
    pub fn read_folder(files: Files) -> Self {
        Self::read_with(files, Subjects::Folder)
    }

    /// Reads every file of a bundle that stands in another, whose `subjects.jsonl` is given.
    #[must_use]
    pub fn read_within(files: Files, subjects: Option<Vec<u8>>) -> Self {
        Self::read_with(files, Subjects::Parent(subjects))
    }

    fn read_with(mut files: Files, from: Subjects) -> Self {
        let announcement = Part::from(files.get(bundle::ANNOUNCEMENT).map(read_announcement));
        let plan = announcement
            .good()
            .map(|announced| announced.document.plan.clone());
        let auditors = files.is_auditors();
        if plan.as_ref().is_some_and(Plan::is_child) {
            match from {
                Subjects::Folder => {}
                Subjects::Nowhere | Subjects::Parent(None) => {
                    files.take(bundle::SUBJECTS);
                }
                Subjects::Parent(Some(bytes)) => files.insert(bundle::SUBJECTS, bytes),
            }
        }
        let subjects = read_roster(&mut files, bundle::SUBJECTS, plan.as_ref());
        let officers = read_roster(&mut files, bundle::OFFICERS, plan.as_ref());
        let with_plan = |name: &str| Some((files.get(name)?, plan.as_ref()?));
        Self {
            subjects,
            officers,
            recusals: Part::from(
                with_plan(bundle::RECUSALS).map(|(b, _)| recusals::read_recusals(b, auditors)),
            ),
            result: Part::from(files.get(bundle::RESULT).map(read_result)),
            records: Part::from(
                with_plan(bundle::ASSIGNMENTS).map(|(b, plan)| read_records(b, plan)),
            ),
            disclosure: Part::from(files.get(bundle::DISCLOSURE).map(read_disclosure)),
            audit: cells::read_audit(&files, plan.as_ref()),
            stages: stages::read_stages(&files, plan.as_ref()),
            log: log::read_log(&files),
            announcement,
            files,
        }
    }

    /// The bytes of the subject roster, well formed or not.
    #[must_use]
    pub fn subject_bytes(&self) -> Option<&[u8]> {
        let good = self.subjects.good().map(Roster::bytes);
        good.or_else(|| self.files.get(bundle::SUBJECTS))
    }

    /// The plan, if the announcement is good.
    #[must_use]
    pub fn plan(&self) -> Option<&Plan> {
        self.announcement
            .good()
            .map(|announced| &announced.document.plan)
    }
}

/// Reads a document, with a message in both languages.
pub(crate) fn read_document<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Message> {
    from_canonical(bytes).map_err(|error| json_message(&error))
}

pub(crate) fn json_message(error: &JsonError) -> Message {
    let chinese = match error {
        JsonError::Syntax(detail) => format!("不是JSON：{detail}"),
        JsonError::NotCanonical { position } => {
            format!("自第{position}字节起不是规范格式：请逐字节使用公布的原文件")
        }
        JsonError::Shape(detail) => format!("字段不符：{detail}"),
        JsonError::Value(detail) => format!("值不符：{detail}"),
    };
    Message::new(error.to_string(), chinese)
}

fn read_announcement(bytes: &[u8]) -> Result<Announced, Message> {
    let document: Announcement = read_document(bytes)?;
    match document.faults().first() {
        Some(fault) => Err(Message::new(
            format!("{}: {}", fault.path, fault.message.english),
            format!("{}：{}", fault.path, fault.message.chinese),
        )),
        None => Ok(Announced {
            commitment: commitment(bytes),
            document,
        }),
    }
}

fn read_roster(files: &mut Files, name: &str, plan: Option<&Plan>) -> Part<Roster> {
    let Some(plan) = plan else {
        return Part::Absent;
    };
    let Some(bytes) = files.get(name) else {
        return Part::Absent;
    };
    let rules = roster_rules(plan, name == bundle::SUBJECTS);
    // The roster keeps the bytes; they are put back only if they could not be read.
    match Roster::check(bytes, &rules) {
        Ok(rows) => match files.take(name) {
            Some(bytes) => Part::Good(rows.with(bytes)),
            None => Part::Absent,
        },
        Err(fault) => Part::Bad(Message::new(
            format!("{name}, {fault}"),
            format!("{name}第{}行：{}", fault.line, fault.fault),
        )),
    }
}

/// The rules of a roster of this plan.
#[must_use]
pub fn roster_rules(plan: &Plan, subjects: bool) -> RowRules<'_> {
    if subjects {
        RowRules {
            kind: RosterKind::Subjects(plan.subjects.ids),
            sealed: &plan.subjects.sealed,
        }
    } else {
        RowRules {
            kind: RosterKind::Officers,
            sealed: &plan.officers.sealed,
        }
    }
}

/// Reads every line of a JSON-lines file.
pub(crate) fn read_lines<T: DeserializeOwned + Send>(
    name: &str,
    bytes: &[u8],
) -> Result<Vec<T>, Message> {
    read_lines_within(name, bytes, ROW_LIMIT)
}

/// The same with lines of at most `limit` bytes.
pub(crate) fn read_lines_within<T: DeserializeOwned + Send>(
    name: &str,
    bytes: &[u8],
    limit: usize,
) -> Result<Vec<T>, Message> {
    let (lines, complete) = lines(bytes);
    // Every line is tried, so that the fault told is the first of the file.
    let read: Vec<Result<T, Message>> = lines
        .par_iter()
        .enumerate()
        .with_min_len(LINES_PER_TASK)
        .map(|(index, line)| {
            if line.len() > limit {
                return Err(at(name, index, "the line is too long", "该行过长"));
            }
            read_document(line).map_err(|m| at(name, index, &m.english, &m.chinese))
        })
        .collect();
    let read: Vec<T> = read.into_iter().collect::<Result<_, _>>()?;
    if complete {
        Ok(read)
    } else {
        Err(at(
            name,
            lines.len(),
            "the last line has no line feed; the file was cut off",
            "末行没有换行符，文件被截断",
        ))
    }
}

pub(crate) fn at(name: &str, index: usize, english: &str, chinese: &str) -> Message {
    let line = index + 1;
    Message::new(
        format!("{name}, line {line}: {english}"),
        format!("{name}第{line}行：{chinese}"),
    )
}

fn read_result(bytes: &[u8]) -> Result<ResultDocument, Message> {
    let result: ResultDocument = read_document(bytes)?;
    check_result(&result)?;
    Ok(result)
}

/// Whether a result document, by itself or in a line of `stages.jsonl`, is of this version.
pub(crate) fn check_result(result: &ResultDocument) -> Result<(), Message> {
    check(
        result.format == ResultDocument::FORMAT,
        "format is not dispatch/result/1",
        "格式不是 dispatch/result/1",
    )
}

/// Whether a record names one id or nobody for every slot of the plan, and a subject.
pub(crate) fn is_record(officers: &[String], subject: &str, plan: &Plan) -> bool {
    let ids = officers.iter().all(|id| id.is_empty() || is_id(id));
    ids && officers.len() == plan.team.size() && is_id(subject)
}

fn read_records(bytes: &[u8], plan: &Plan) -> Result<Vec<Record>, Message> {
    let records: Vec<Record> = read_lines(bundle::ASSIGNMENTS, bytes)?;
    let mut subjects = HashSet::new();
    for (index, record) in records.iter().enumerate() {
        if !is_record(&record.officers, &record.subject, plan) {
            return Err(at(
                bundle::ASSIGNMENTS,
                index,
                "not one id or empty string for every slot",
                "席位数或编号格式不符",
            ));
        }
        if !subjects.insert(record.subject.as_str()) {
            return Err(at(
                bundle::ASSIGNMENTS,
                index,
                "the subject stands more than once",
                "检查对象重复",
            ));
        }
    }
    Ok(records)
}

fn read_disclosure(bytes: &[u8]) -> Result<Disclosure, Message> {
    let disclosure: Disclosure = read_document(bytes)?;
    check(
        disclosure.format == Disclosure::FORMAT,
        "format is not dispatch/disclosure/1",
        "格式不是 dispatch/disclosure/1",
    )?;
    for source in &disclosure.sources {
        if let SourceValue::Drand { signature, .. } = source {
            check(
                is_hex48(signature),
                "a signature is not 96 hexadecimal characters",
                "签名不是96位十六进制",
            )?;
        }
    }
    Ok(disclosure)
}

pub(crate) fn check(holds: bool, english: &str, chinese: &str) -> Result<(), Message> {
    if holds {
        Ok(())
    } else {
        Err(Message::new(english, chinese))
    }
}

/// Fewer lines than this are not worth a task of their own.
const LINES_PER_TASK: usize = 256;
