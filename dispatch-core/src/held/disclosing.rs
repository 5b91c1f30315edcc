//! The bundle of what is held: whether it is whole, and its files.
//!
//! Source: docs/spec.md section 10. Invariant: what was published at the draw and at every stage is
//! what is computed again, or nothing is disclosed.

use std::io::Cursor;

use super::{Held, HeldFault, HeldFiles, stage_file};
use crate::bundle::{self, Files, Limits};
use crate::child::child_of;
use crate::evidence::{Announced, Evidence, TimeLockDocument};
use crate::json::to_canonical;
use crate::language::Message;
use crate::plan::{Mode, Plan};

/// Every stage that was published must have been drawn, and of batches none may be left out.
///
/// # Errors
/// What is missing.
pub fn complete<F: HeldFiles + ?Sized>(files: &F, held: &Held) -> Result<(), F::Error> {
    let plan = &held.prepared.announced.document.plan;
    let refused = |english: String, chinese: String| {
        files.fault(HeldFault::Refused(Message::new(english, chinese)))
    };
    if let Some(number) = held.pending(files)? {
        return Err(refused(
            format!(
                "stage {number} was published and is not drawn: run `dispatch draw --stage {number}` first"
            ),
            format!("第{number}次补抽已公布、尚未抽取：请先运行 dispatch draw --stage {number}"),
        ));
    }
    let (count, due) = (held.history.stages().len(), plan.schedule.stages.len());
    if plan.mode == Mode::Order && count < due {
        return Err(refused(
            format!("{count} of {due} later batches are drawn; none may be left out"),
            format!("后续{due}个批次中已抽取{count}个，不得省略"),
        ));
    }
    Ok(())
}

/// The results computed again, of the draw and of every stage, must be those that were published.
///
/// # Errors
/// The one that is another.
pub fn check_all_published<F: HeldFiles + ?Sized>(files: &F, held: &Held) -> Result<(), F::Error> {
    check_published(files, held)?;
    for line in held.history.stages() {
        let name = stage_file(line.stage.number, "-result.json");
        if files.needed(&name)? != to_canonical(&line.result).unwrap_or_default() {
            return Err(files.fault(changed(&name)));
        }
    }
    Ok(())
}

/// The result computed again must be the one that was published at the draw.
///
/// # Errors
/// If it is another.
pub fn check_published<F: HeldFiles + ?Sized>(files: &F, held: &Held) -> Result<(), F::Error> {
    // A document of texts and integers always has a canonical form.
    let computed = to_canonical(&held.draw.result).unwrap_or_default();
    if files.needed(bundle::RESULT)? == computed {
        return Ok(());
    }
    Err(files.fault(changed(bundle::RESULT)))
}

/// All files of a bundle of what is held: what the disclosure adds, the public ones, `auditors`,
/// the children's bundles by number, and the pulse that opens the time lock.
///
/// # Errors
/// If a public file is missing.
pub fn whole_bundle<F: HeldFiles + ?Sized>(
    from: &F,
    held: Held,
    auditors: &Files,
    children: Vec<(usize, Vec<u8>)>,
    opening: Option<&TimeLockDocument>,
) -> Result<Files, F::Error> {
    let prepared = held.prepared;
    let mut files = prepared.disclose_with(&held.draw, &held.history, &held.values);
    files.insert(bundle::ANNOUNCEMENT, from.needed(bundle::ANNOUNCEMENT)?);
    for name in [bundle::SUBJECTS_DIFF, bundle::OFFICERS_DIFF] {
        if let Some(bytes) = from.read(name)? {
            files.insert(name, bytes);
        }
    }
    for name in auditors.names() {
        files.insert(name, auditors.get(name).unwrap_or_default().to_vec());
    }
    if let Some(opening) = opening {
        files.insert(bundle::TIMELOCK, to_canonical(opening).unwrap_or_default());
    }
    for (number, bytes) in children {
        files.insert(&bundle::child_name(number), bytes);
    }
    // The rosters just checked, without reading them again.
    if !prepared.announced.document.plan.is_child() {
        files.insert(bundle::SUBJECTS, prepared.subjects.into_bytes());
    }
    files.insert(bundle::OFFICERS, prepared.officers.into_bytes());
    Ok(files)
}

/// The number of the child whose bundle this is.
///
/// # Errors
/// If it is none of this parent.
pub fn child_bundle(parent: &Announced, bytes: &[u8]) -> Result<usize, Message> {
    let limits = Limits {
        nested: true,
        ..Limits::default()
    };
    let evidence = Evidence::read(Files::unpack(Cursor::new(bytes), limits));
    let plan = evidence
        .plan()
        .ok_or_else(|| Message::new("is not the bundle of a child draw", "不是分级抽取的证据包"))?;
    child_of(parent, plan).map(|(number, _)| number)
}

/// Names of the children whose bundles are not there.
#[must_use]
pub fn missing_children(plan: &Plan, files: &Files) -> Vec<String> {
    let children = (1..).zip(&plan.children);
    let missing = children.filter(|(number, _)| files.get(&bundle::child_name(*number)).is_none());
    missing.map(|(_, child)| child.name.clone()).collect()
}

fn changed(name: &str) -> HeldFault {
    HeldFault::File {
        name: name.to_owned(),
        message: Message::new(
            "is not the result of this draw: it was changed after it was published; restore it from your copy",
            "与重新计算的结果不同，公布后被改动；请用备份恢复",
        ),
    }
}
