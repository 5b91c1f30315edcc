//! The history of a draw's folder: the draw made again, then every stage that was drawn.
//!
//! Nothing is taken from an earlier run but inputs: pulses, drops, what a parent handed over.

use std::collections::HashSet;
use std::path::Path;

use dispatch_core::beacon::Pulse;
use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::evidence::Announced;
use dispatch_core::handover::Handover;
use dispatch_core::json::from_canonical;
use dispatch_core::material::{self, Source};
use dispatch_core::seed::SourceValue;
use dispatch_core::stage::{FrozenStage, History};

use crate::commands::announce::pulse;
use crate::commands::draw::{drawn_with, prepare};
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, SECRET, stage_file};

/// A draw that was made, and its stages.
pub(crate) struct Held {
    pub(crate) prepared: Prepared,
    pub(crate) values: Vec<SourceValue>,
    pub(crate) draw: Draw,
    pub(crate) history: History,
}

/// Reads a folder and does again what was drawn in it.
pub(crate) fn read(console: &Console, dir: &Path) -> Done<Held> {
    again(dir, prepare(console, dir)?, u64::MAX)
}

/// Does again what was drawn in a folder that has been read, stages from `before` on left out.
pub(crate) fn again(dir: &Path, prepared: Prepared, before: u64) -> Done<Held> {
    let values = drawn_with(dir)?.ok_or_else(|| {
        Failure::new(
            "not drawn yet: run `dispatch draw` first",
            "尚未抽取：请先运行 dispatch draw",
        )
    })?;
    let handed = handover(dir, 0)?;
    let draw = draw(dir, &prepared, &values, handed.as_ref())?;
    let mut history = History::new(&draw);
    let stages = prepared.announced.document.plan.schedule.stages.len() as u64;
    for number in 1..=stages.min(before.saturating_sub(1)) {
        let path = dir.join(SECRET).join(stage_file(number, "-pulse.json"));
        if !path.exists() {
            continue;
        }
        let Some(stage) = frozen(dir, &prepared, number)? else {
            continue;
        };
        let pulse = pulse(&path)?;
        let handed = handover(dir, number)?;
        draw_stage(
            dir,
            &prepared,
            &mut history,
            &stage,
            &pulse,
            handed.as_ref(),
        )?;
    }
    Ok(Held {
        prepared,
        values,
        draw,
        history,
    })
}

/// Draws, a child draw for the subjects that were handed over.
pub(crate) fn draw(
    dir: &Path,
    prepared: &Prepared,
    values: &[SourceValue],
    handed: Option<&Handover>,
) -> Done<Draw> {
    if !prepared.announced.document.plan.is_child() {
        return Ok(prepared.draw(values)?);
    }
    let handed = handed.ok_or_else(missing_handover)?;
    Ok(prepared.draw_handed(values, &subjects(dir, prepared, handed)?)?)
}

/// Draws a stage and adds it to the history.
pub(crate) fn draw_stage(
    dir: &Path,
    prepared: &Prepared,
    history: &mut History,
    stage: &FrozenStage,
    pulse: &Pulse,
    handed: Option<&Handover>,
) -> Done<dispatch_core::stage::DrawnStage> {
    if !prepared.announced.document.plan.is_child() {
        return Ok(prepared.draw_stage(history, stage, None, pulse)?);
    }
    let handed = handed.ok_or_else(missing_handover)?;
    if handed.stage != stage.document.parent_stage {
        let (handed, due) = (handed.stage, stage.document.parent_stage);
        return Err(Failure::new(
            format!(
                "the handover is of the parent's stage {handed}; this stage staffs the list after its stage {due}"
            ),
            format!("移交的是发起方第{handed}次补抽后的名单，本次补抽对应的是第{due}次"),
        ));
    }
    let parent = subjects(dir, prepared, handed)?;
    Ok(prepared.draw_stage(history, stage, Some(&parent), pulse)?)
}

/// A stage that was frozen in this folder.
pub(crate) fn frozen(dir: &Path, prepared: &Prepared, number: u64) -> Done<Option<FrozenStage>> {
    let path = dir.join(stage_file(number, ".json"));
    if !path.exists() {
        return Ok(None);
    }
    let drops = dir.join(SECRET).join(stage_file(number, "-drops.jsonl"));
    let stage = prepared.open_stage(&folder::read(&path)?, &folder::read(&drops)?);
    stage.map(Some).map_err(|message| {
        let path = path.display();
        Failure::new(
            format!("{path}: {}; restore it from your copy", message.english),
            format!("{path}：{}；请用备份恢复", message.chinese),
        )
    })
}

/// The number of a stage that is frozen and not drawn, if there is one.
pub(crate) fn pending(dir: &Path, held: &Held) -> Option<u64> {
    let stages = held.prepared.announced.document.plan.schedule.stages.len() as u64;
    let drawn: HashSet<u64> = { held.history.stages().iter() }
        .map(|line| line.stage.number)
        .collect();
    (1..=stages)
        .find(|number| !drawn.contains(number) && dir.join(stage_file(*number, ".json")).exists())
}

/// Where a handover lies: 0 is that for the draw.
pub(crate) fn handover_file(number: u64) -> String {
    match number {
        0 => "handover.json".to_owned(),
        number => stage_file(number, "-handover.json"),
    }
}

/// What a parent handed over for a stage; 0 is the draw.
pub(crate) fn handover(dir: &Path, number: u64) -> Done<Option<Handover>> {
    let path = dir.join(SECRET).join(handover_file(number));
    if path.exists() {
        read_handover(&path).map(Some)
    } else {
        Ok(None)
    }
}

pub(crate) fn read_handover(path: &Path) -> Done<Handover> {
    from_canonical(&folder::read(path)?).map_err(|error| {
        let path = path.display();
        Failure::new(
            format!("{path}: {error}; it is the file that the parent's `dispatch handover` wrote"),
            format!("{path}：{error}；应为发起方用 dispatch handover 生成的文件"),
        )
    })
}

/// The subjects of a handover, each checked against the parent's result.
pub(crate) fn subjects<'h>(
    dir: &Path,
    prepared: &Prepared,
    handed: &'h Handover,
) -> Done<HashSet<&'h str>> {
    let parent = announced(&dir.join(folder::PARENT))?;
    let plan = &prepared.announced.document.plan;
    Ok(handed.subjects(&parent, plan, &prepared.subjects)?)
}

/// Reads an announcement.
pub(crate) fn announced(path: &Path) -> Done<Announced> {
    let name = path.display().to_string();
    let bytes = folder::read(path)?;
    Ok(material::announced(&Source::new(&name, &bytes))?)
}

fn missing_handover() -> Failure {
    Failure::new(
        "this is a child draw: give --handover with the file that the parent's `dispatch handover` wrote",
        "这是分级抽取：请用 --handover 提供发起方移交的文件",
    )
}
