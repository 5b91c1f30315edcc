//! `dispatch disclose`: the evidence bundle.

use std::io::BufWriter;
use std::path::Path;

use dispatch_core::bundle::{self, Files};

use crate::args::Disclose;
use crate::commands::draw::{drawn_with, prepare};
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;

pub(crate) fn run(console: &Console, options: &Disclose) -> Done {
    folder::must_not_exist(&options.out)?;
    let prepared = prepare(console, &options.dir)?;
    let document = &prepared.announced.document;
    let schedule = &document.plan.schedule;
    if !document.replay && now() < schedule.disclosure_unix() {
        let time = &schedule.disclosure_time;
        return Err(Failure::new(
            format!(
                "sealed until {time}: disclosing earlier would warn those who are still to be visited"
            ),
            format!("公开时间为{time}，此前公开会向尚未检查的对象泄露名单"),
        ));
    }
    let values = drawn_with(&options.dir)?.ok_or_else(|| {
        Failure::new(
            "not drawn yet: run `dispatch draw` first",
            "尚未抽取：请先运行 dispatch draw",
        )
    })?;
    let step = console.step("drawing again and packing", "正在重新计算并打包");
    let draw = prepared.draw(&values)?;
    let mut files = prepared.disclose(&draw, &values);
    check_published(&options.dir, &files)?;
    let dir = &options.dir;
    files.insert(
        bundle::ANNOUNCEMENT,
        folder::read(&dir.join(bundle::ANNOUNCEMENT))?,
    );
    for name in [bundle::SUBJECTS_DIFF, bundle::OFFICERS_DIFF] {
        if dir.join(name).exists() {
            files.insert(name, folder::read(&dir.join(name))?);
        }
    }
    if options.auditor {
        for name in [bundle::AUDIT, bundle::CELLS, bundle::RECUSALS] {
            files.insert(name, folder::read(&dir.join(folder::SECRET).join(name))?);
        }
    }
    let commitment = prepared.announced.commitment;
    // The rosters just checked, without reading them again.
    drop(draw);
    files.insert(bundle::SUBJECTS, prepared.subjects.into_bytes());
    files.insert(bundle::OFFICERS, prepared.officers.into_bytes());
    folder::write_with(&options.out, options.auditor, |file| {
        let out = files.pack(BufWriter::new(file))?;
        out.into_inner()
            .map_err(std::io::IntoInnerError::into_error)
    })?;
    drop(step);
    let out = options.out.display();
    console.say(
        format!("{out}: anybody can check it with `dispatch verify {out} --expect {commitment}`"),
        format!("{out}：任何人都可以核验：dispatch verify {out} --expect {commitment}"),
    );
    if options.auditor {
        console.say(
            "this is the auditor's form: it opens sealed columns and recusals; do not publish it",
            "这是审计版：含封存列和回避事由，不得对外公布",
        );
    }
    Ok(())
}

/// The result computed again must be the one that was published at the draw.
pub(crate) fn check_published(dir: &Path, files: &Files) -> Done {
    let path = dir.join(bundle::RESULT);
    if folder::read(&path)? == files.get(bundle::RESULT).unwrap_or_default() {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::new(
        format!(
            "{path} is not the result of this draw: it was changed after it was published; restore it from your copy"
        ),
        format!("{path}与重新计算的结果不同，公布后被改动；请用备份恢复"),
    ))
}
