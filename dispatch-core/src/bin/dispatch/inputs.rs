//! The files of what a draw is made of: where they lie, and showing what the library says of them.

use std::path::Path;

use dispatch_core::bundle;
use dispatch_core::material::{Material, PlanFault, Reader, Source};
use dispatch_core::problem::{Problems, Severity};

use crate::args::Inputs;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::list::locate;
use crate::{folder, history};

/// Reads everything. Problems of rosters are collected; a plan that cannot be read, or a file that
/// is not there, ends the reading.
pub(crate) fn read(console: &Console, inputs: &Inputs) -> Done<Material> {
    let mut reader = reader(inputs)?;
    match (&inputs.subjects, &inputs.parent) {
        (Some(path), _) if !reader.plan().is_child() => {
            list(console, path, |source, progress| {
                reader.subjects(source, progress);
            })?;
        }
        (None, Some(dir)) if reader.plan().is_child() => {
            let parent = history::announced(&dir.join(bundle::ANNOUNCEMENT))?;
            let path = dir.join(bundle::SUBJECTS);
            let bytes = folder::read(&path)?;
            reader.parent(parent, &path.display().to_string(), bytes)?;
        }
        _ => {
            return Err(Failure::new(
                "a child draw takes --parent, the folder that its parent published, and every other draw --subjects",
                "分级抽取须用 --parent 提供发起方公布的目录，其他抽取须用 --subjects 提供检查对象名录",
            )
            .usage());
        }
    }
    list(console, &inputs.officers, |source, progress| {
        reader.officers(source, progress);
    })?;
    if let Some(path) = &inputs.recusals {
        list(console, path, |source, progress| {
            reader.recusals(source, progress);
        })?;
    }
    Ok(reader.finish())
}

fn reader(inputs: &Inputs) -> Done<Reader> {
    let plan = folder::read(&inputs.plan)?;
    let name = inputs.plan.display().to_string();
    let columns = match &inputs.columns {
        Some(path) => Some((path.display().to_string(), folder::read(path)?)),
        None => None,
    };
    let columns = { columns.as_ref() }.map(|(name, bytes)| Source::new(name, bytes));
    Reader::new(&Source::new(&name, &plan), columns.as_ref()).map_err(|faults| {
        let messages: Vec<_> = faults.iter().map(PlanFault::told).collect();
        Failure::from(messages)
    })
}

/// Reads one list with a progress bar.
fn list(
    console: &Console,
    path: &Path,
    read: impl FnOnce(&Source<'_>, &mut dyn FnMut(u64)),
) -> Done {
    let (path, sheet) = locate(path);
    let bytes = folder::read(&path)?;
    let name = path.display().to_string();
    let step = console.bytes(&name, bytes.len() as u64);
    let source = Source {
        name: &name,
        sheet: sheet.as_deref(),
        bytes: &bytes,
    };
    read(&source, &mut |done| step.at(done));
    Ok(())
}

/// Prints errors and warnings, and notes if asked; a summary of what is left out.
pub(crate) fn print_problems(console: &Console, problems: &Problems, notes: bool) {
    let language = console.language();
    for problem in problems
        .iter()
        .filter(|p| notes || p.severity != Severity::Note)
    {
        console.line(&format!(
            "{} [{}] {}",
            problem.severity.name(language),
            problem.code(),
            problem.render(language)
        ));
    }
    if notes {
        return;
    }
    for summary in problems
        .summary()
        .iter()
        .filter(|s| s.severity == Severity::Note)
    {
        let Some(first) = problems.get(summary.first) else {
            continue;
        };
        let (code, count, first) = (summary.code, summary.count, first.render(language));
        console.say(
            format!("note [{code}] {count} times, first: {first}"),
            format!("提示 [{code}] 共{count}处，第一处：{first}"),
        );
    }
}
