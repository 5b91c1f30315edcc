//! What is held 保存 of a draw: its files by name, the draw made again from them, then every stage.
//!
//! Names are those of the folder that the tool `dispatch` keeps, and of docs/spec.md. Where the files
//! lie, on a disk or in a database, is the caller's: [`HeldFiles`]. Invariant: nothing is taken from an
//! earlier run but inputs: pulses, drops, what a parent handed over.

mod disclosing;
mod files;

pub use self::disclosing::{
    check_all_published, check_published, child_bundle, complete, missing_children, whole_bundle,
};
pub use self::files::{HeldFault, HeldFiles, handover_file, names, sealed, stage_file};

use std::collections::{BTreeMap, HashSet};

use crate::beacon::{self, Pulse, parse_relay_json};
use crate::bundle::{self, Files};
use crate::disclosure::AuditKey;
use crate::draw::{Draw, Prepared};
use crate::evidence::{Announced, read_document};
use crate::freeze::SecretDocument;
use crate::handover::Handover;
use crate::json::to_canonical;
use crate::language::Message;
use crate::material::{self, Source};
use crate::result::{Record, ResultDocument, ResultKey};
use crate::seed::SourceValue;
use crate::stage::{DrawnStage, FrozenStage, History, List};

/// A draw that was made, and its stages.
#[derive(Debug)]
pub struct Held {
    /// What was frozen.
    pub prepared: Prepared,
    /// The values of the seed sources that it was made with.
    pub values: Vec<SourceValue>,
    /// The draw.
    pub draw: Draw,
    /// The stages that were drawn.
    pub history: History,
}

impl Held {
    /// Does again what was drawn, stages from `before` on left out.
    ///
    /// # Errors
    /// If it was not drawn yet, or a file is missing or was changed.
    pub fn again<F: HeldFiles + ?Sized>(
        files: &F,
        prepared: Prepared,
        before: u64,
    ) -> Result<Self, F::Error> {
        let values = drawn_with(files)?.ok_or_else(|| {
            files.fault(HeldFault::Refused(Message::new(
                "not drawn yet: run `dispatch draw` first",
                "尚未抽取：请先运行 dispatch draw",
            )))
        })?;
        let handed = handover(files, 0)?;
        let draw = draw(files, &prepared, &values, handed.as_ref())?;
        let mut history = History::new(&draw);
        let stages = prepared.announced.document.plan.schedule.stages.len() as u64;
        for number in 1..=stages.min(before.saturating_sub(1)) {
            let Some(pulse) = stage_pulse(files, number)? else {
                continue;
            };
            let Some(stage) = frozen(files, &prepared, number)? else {
                continue;
            };
            let handed = handover(files, number)?;
            draw_stage(
                files,
                &prepared,
                &mut history,
                &stage,
                &pulse,
                handed.as_ref(),
            )?;
        }
        Ok(Self {
            prepared,
            values,
            draw,
            history,
        })
    }

    /// The number of a stage that is frozen and not drawn, if there is one.
    ///
    /// # Errors
    /// If the files cannot be read.
    pub fn pending<F: HeldFiles + ?Sized>(&self, files: &F) -> Result<Option<u64>, F::Error> {
        let stages = self.prepared.announced.document.plan.schedule.stages.len() as u64;
        let drawn: HashSet<u64> = { self.history.stages().iter() }
            .map(|line| line.stage.number)
            .collect();
        for number in (1..=stages).filter(|number| !drawn.contains(number)) {
            if files.has(&stage_file(number, ".json"))? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// The list after a stage (0: the draw), in its keyed order, with what was published of it.
    #[must_use]
    pub fn list(&self, stage: u64) -> Option<(Vec<Record>, ResultDocument, ResultKey)> {
        if stage == 0 {
            let key = ResultKey::new(&self.draw.seed);
            return Some((self.draw.records.clone(), self.draw.result.clone(), key));
        }
        let lists = self.prepared.lists(&self.draw, &self.history);
        let (_, list, result, key): (u64, List, ResultDocument, ResultKey) =
            lists.into_iter().find(|(number, ..)| *number == stage)?;
        Some((list.sorted(&key), result, key))
    }
}

/// Reads what was frozen and makes sure that it is what was announced.
///
/// # Errors
/// The file that is missing, or every check that did not pass.
pub fn open<F: HeldFiles + ?Sized>(files: &F) -> Result<Prepared, F::Error> {
    let secret: SecretDocument = files.document(&sealed(SecretDocument::NAME))?;
    let mut held = BTreeMap::new();
    for name in [bundle::ANNOUNCEMENT, bundle::SUBJECTS, bundle::OFFICERS] {
        held.insert(name.to_owned(), files.needed(name)?);
    }
    for name in [bundle::SUBJECTS_DIFF, bundle::OFFICERS_DIFF] {
        if let Some(bytes) = files.read(name)? {
            held.insert(name.to_owned(), bytes);
        }
    }
    for name in [bundle::RECUSALS, bundle::CELLS] {
        held.insert(name.to_owned(), files.needed(&sealed(name))?);
    }
    // The auditor's key says nothing that the secret does not say.
    let audit = match files.read(&sealed(bundle::AUDIT))? {
        Some(bytes) => bytes,
        None => audit_key(&secret),
    };
    held.insert(bundle::AUDIT.to_owned(), audit);
    Prepared::open(Files::new(held), &secret)
        .map_err(|failed| files.fault(HeldFault::NotAnnounced(failed)))
}

/// The document `audit.json` of a secret.
#[must_use]
pub fn audit_key(secret: &SecretDocument) -> Vec<u8> {
    let key = AuditKey {
        commitment: secret.commitment,
        format: AuditKey::FORMAT.to_owned(),
        roster_key: secret.roster_key,
    };
    // A document of texts always has a canonical form.
    to_canonical(&key).unwrap_or_default()
}

/// The values that the draw was made with, if it was made.
///
/// # Errors
/// If the file cannot be read.
pub fn drawn_with<F: HeldFiles + ?Sized>(files: &F) -> Result<Option<Vec<SourceValue>>, F::Error> {
    files.optional_document(&sealed(names::SOURCES))
}

/// Draws, a child draw for the subjects that were handed over.
///
/// # Errors
/// If a value is not what the plan asks for, or the handover does not hold.
pub fn draw<F: HeldFiles + ?Sized>(
    files: &F,
    prepared: &Prepared,
    values: &[SourceValue],
    handed: Option<&Handover>,
) -> Result<Draw, F::Error> {
    let refused = |message| files.fault(HeldFault::Refused(message));
    if !prepared.announced.document.plan.is_child() {
        return prepared.draw(values).map_err(refused);
    }
    let handed = handed.ok_or_else(|| refused(missing_handover()))?;
    let subjects = subjects(files, prepared, handed)?;
    prepared.draw_handed(values, &subjects).map_err(refused)
}

/// Draws a stage and adds it to the history.
///
/// # Errors
/// If the pulse is not the stage's, or the stage or the handover does not fit.
pub fn draw_stage<F: HeldFiles + ?Sized>(
    files: &F,
    prepared: &Prepared,
    history: &mut History,
    stage: &FrozenStage,
    pulse: &Pulse,
    handed: Option<&Handover>,
) -> Result<DrawnStage, F::Error> {
    let refused = |message| files.fault(HeldFault::Refused(message));
    if !prepared.announced.document.plan.is_child() {
        return { prepared.draw_stage(history, stage, None, pulse) }.map_err(refused);
    }
    let handed = handed.ok_or_else(|| refused(missing_handover()))?;
    if handed.stage != stage.document.parent_stage {
        let (handed, due) = (handed.stage, stage.document.parent_stage);
        return Err(refused(Message::new(
            format!(
                "the handover is of the parent's stage {handed}; this stage staffs the list after its stage {due}"
            ),
            format!("移交的是发起方第{handed}次补抽后的名单，本次补抽对应的是第{due}次"),
        )));
    }
    let parent = subjects(files, prepared, handed)?;
    { prepared.draw_stage(history, stage, Some(&parent), pulse) }.map_err(refused)
}

/// A stage that was frozen.
///
/// # Errors
/// If its files cannot be read, or the drops are not those that it froze.
pub fn frozen<F: HeldFiles + ?Sized>(
    files: &F,
    prepared: &Prepared,
    number: u64,
) -> Result<Option<FrozenStage>, F::Error> {
    let name = stage_file(number, ".json");
    let Some(document) = files.read(&name)? else {
        return Ok(None);
    };
    let drops = files.needed(&sealed(&stage_file(number, "-drops.jsonl")))?;
    let stage = prepared.open_stage(&document, &drops);
    stage
        .map(Some)
        .map_err(|message| files.fault(damaged(&name, &message)))
}

/// The pulse that a stage was drawn with, if it was drawn.
///
/// # Errors
/// If the file cannot be read or the pulse does not verify.
pub fn stage_pulse<F: HeldFiles + ?Sized>(
    files: &F,
    number: u64,
) -> Result<Option<Pulse>, F::Error> {
    let name = sealed(&stage_file(number, "-pulse.json"));
    let Some(bytes) = files.read(&name)? else {
        return Ok(None);
    };
    let pulse = read_pulse(&bytes);
    pulse
        .map(Some)
        .map_err(|message| files.fault(HeldFault::File { name, message }))
}

/// Reads a pulse as a relay gives it, and checks it against the pinned key.
///
/// # Errors
/// What it is not.
pub fn read_pulse(bytes: &[u8]) -> Result<Pulse, Message> {
    let pulse = parse_relay_json(bytes).map_err(|error| {
        Message::new(
            error.to_string(),
            format!("不是 drand 转发节点返回的随机信标，应形如 {{\"round\":轮次,\"signature\":\"96位十六进制\"}}，请重新获取（{error}）"),
        )
    })?;
    beacon::verify(&pulse).map_err(|error| {
        Message::new(
            error.to_string(),
            format!("随机信标签名验证失败，可能有错字、轮次不符或属于其他链，请与转发节点的原文核对（{error}）"),
        )
    })?;
    Ok(pulse)
}

/// A pulse as it is kept; [`read_pulse`] reads it.
#[must_use]
pub fn pulse_text(pulse: &Pulse) -> String {
    let signature = crate::digest::hex(&pulse.signature);
    format!(
        "{{\"round\":{},\"signature\":\"{signature}\"}}",
        pulse.round
    )
}

/// What a parent handed over for a stage; 0 is the draw.
///
/// # Errors
/// If the file cannot be read.
pub fn handover<F: HeldFiles + ?Sized>(
    files: &F,
    number: u64,
) -> Result<Option<Handover>, F::Error> {
    let name = sealed(&handover_file(number));
    let Some(bytes) = files.read(&name)? else {
        return Ok(None);
    };
    let handover = read_handover(&bytes);
    handover
        .map(Some)
        .map_err(|message| files.fault(HeldFault::File { name, message }))
}

/// Reads a handover.
///
/// # Errors
/// If it is none.
pub fn read_handover(bytes: &[u8]) -> Result<Handover, Message> {
    read_document(bytes).map_err(|error| {
        Message::new(
            format!(
                "{}; it is the file that the parent's `dispatch handover` wrote",
                error.english
            ),
            format!(
                "{}；应为发起方用 dispatch handover 生成的文件",
                error.chinese
            ),
        )
    })
}

/// The subjects of a handover, each checked against the parent's result.
///
/// # Errors
/// If the parent's announcement is missing, or the handover does not hold.
pub fn subjects<'h, F: HeldFiles + ?Sized>(
    files: &F,
    prepared: &Prepared,
    handed: &'h Handover,
) -> Result<HashSet<&'h str>, F::Error> {
    let parent = announced(files, names::PARENT)?;
    let plan = &prepared.announced.document.plan;
    { handed.subjects(&parent, plan, &prepared.subjects) }
        .map_err(|message| files.fault(HeldFault::Refused(message)))
}

/// Reads an announcement: this draw's own, or its parent's.
///
/// # Errors
/// If it is not there or malformed.
pub fn announced<F: HeldFiles + ?Sized>(files: &F, name: &str) -> Result<Announced, F::Error> {
    let bytes = files.needed(name)?;
    material::announced(&Source::new(name, &bytes))
        .map_err(|message| files.fault(HeldFault::Refused(message)))
}

fn damaged(name: &str, message: &Message) -> HeldFault {
    HeldFault::File {
        name: name.to_owned(),
        message: Message::new(
            format!("{}; restore it from your copy", message.english),
            format!("{}；请用备份恢复", message.chinese),
        ),
    }
}

fn missing_handover() -> Message {
    Message::new(
        "this is a child draw: give --handover with the file that the parent's `dispatch handover` wrote",
        "这是分级抽取：请用 --handover 提供发起方移交的文件",
    )
}
