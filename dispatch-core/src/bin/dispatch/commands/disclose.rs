//! `dispatch disclose`: the evidence bundle.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use dispatch_core::bundle::{self, Files, Limits};
use dispatch_core::child::child_of;
use dispatch_core::evidence::{Announced, Evidence, TimeLockDocument};
use dispatch_core::json::to_canonical;
use dispatch_core::plan::{Mode, Plan};

use crate::args::Disclose;
use crate::commands::draw::prepare;
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::history::{self, Held};
use crate::log_folder::evidence::evidence;
use crate::{custody, folder};

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
    let step = console.step("drawing again and packing", "正在重新计算并打包");
    let held = history::again(&options.dir, prepared, u64::MAX)?;
    whole(&options.dir, &held)?;
    let (prepared, values) = (&held.prepared, &held.values);
    let document = &prepared.announced.document;
    let files = prepared.disclose_with(&held.draw, &held.history, values);
    check_published(&options.dir, &files)?;
    check_stages(&options.dir, &held)?;
    let mut auditors = Files::default();
    if options.auditor {
        for name in [bundle::AUDIT, bundle::CELLS, bundle::RECUSALS] {
            let path = options.dir.join(folder::SECRET).join(name);
            auditors.insert(name, folder::read(&path)?);
        }
    }
    let opening = { options.timelock.as_deref() }
        .map(|path| custody::lock_opening(&prepared.announced, path))
        .transpose()?;
    let unopened = opening.is_none() && !document.custody.timelock.is_empty();
    let lock = (document.plan.schedule.lock_round(), unopened);
    let commitment = prepared.announced.commitment;
    let is_child = document.plan.is_child();
    let staged = !held.history.stages().is_empty() || !document.plan.children.is_empty();
    let plan = document.plan.clone();
    let mut files = whole_bundle(&options.dir, held, auditors, &options.child, opening)?;
    if let Some(dir) = &options.log {
        files.insert(bundle::LOG, evidence(console, dir, &commitment, None)?);
    }
    let missing = missing_children(&plan, &files);
    pack(&options.out, options.auditor, &files)?;
    drop(step);
    if let (round, true) = lock {
        console.say(
            format!("without timelock.json check K02 cannot be made: give the pulse of drand quicknet round {round} with --timelock"),
            format!("尚缺 timelock.json，无法核验 K02：请用 --timelock 提供 drand quicknet 第{round}轮的随机信标"),
        );
    }
    let out = options.out.display();
    if staged {
        console.say(
            "who received slips of stages and child draws puts them into a --policy file: --expect binds only the first announcement",
            "收到过补抽或参与部门承诺单的人，应写入信任策略用 --policy 核验：--expect 只约束最初的公告",
        );
    }
    console.say(
        format!("{out}: anybody can check it with `dispatch verify {out} --expect {commitment}`"),
        format!("{out}：任何人都可以核验：dispatch verify {out} --expect {commitment}"),
    );
    if !missing.is_empty() {
        let missing = missing.join("、");
        console.say(
            format!("without the draws of {missing}: the verdict stays incomplete until their bundles are put inside with --child"),
            format!("尚缺“{missing}”的证据包：用 --child 放入之前，核验结论为“未完成”"),
        );
    }
    if is_child {
        console.say(
            "give it to the parent's operator: it is verified inside the parent's bundle",
            "请交给发起方放入其证据包：分级抽取须在发起方证据包中核验",
        );
    }
    if options.auditor {
        console.say(
            "this is the auditor's form: it opens sealed columns and recusals; do not publish it",
            "这是审计版：含封存列和回避事由，不得对外公布",
        );
    }
    Ok(())
}

/// All files of a bundle of what was held: what the disclosure adds, the public ones, `auditors`,
/// the children's bundles, and the pulse that opens the time lock.
pub(crate) fn whole_bundle(
    dir: &Path,
    held: Held,
    auditors: Files,
    children: &[PathBuf],
    opening: Option<TimeLockDocument>,
) -> Done<Files> {
    let prepared = held.prepared;
    let mut files = prepared.disclose_with(&held.draw, &held.history, &held.values);
    files.insert(
        bundle::ANNOUNCEMENT,
        folder::read(&dir.join(bundle::ANNOUNCEMENT))?,
    );
    for name in [bundle::SUBJECTS_DIFF, bundle::OFFICERS_DIFF] {
        if dir.join(name).exists() {
            files.insert(name, folder::read(&dir.join(name))?);
        }
    }
    for name in auditors.names() {
        files.insert(name, auditors.get(name).unwrap_or_default().to_vec());
    }
    if let Some(opening) = opening {
        // A document of texts and integers always has a canonical form.
        files.insert(bundle::TIMELOCK, to_canonical(&opening).unwrap_or_default());
    }
    for path in children {
        let (number, bytes) = child(&prepared.announced, path)?;
        files.insert(&bundle::child_name(number), bytes);
    }
    // The rosters just checked, without reading them again.
    if !prepared.announced.document.plan.is_child() {
        files.insert(bundle::SUBJECTS, prepared.subjects.into_bytes());
    }
    files.insert(bundle::OFFICERS, prepared.officers.into_bytes());
    Ok(files)
}

/// Writes a bundle, that of auditors for its owner only.
pub(crate) fn pack(out: &Path, auditor: bool, files: &Files) -> Done {
    folder::write_with(out, auditor, |file| {
        let out = files.pack(BufWriter::new(file))?;
        out.into_inner()
            .map_err(std::io::IntoInnerError::into_error)
    })
}

/// Every stage that was published must have been drawn; of batches none may be left out.
fn whole(dir: &Path, held: &Held) -> Done {
    let plan = &held.prepared.announced.document.plan;
    if let Some(number) = history::pending(dir, held) {
        return Err(Failure::new(
            format!(
                "stage {number} was published and is not drawn: run `dispatch draw --stage {number}` first"
            ),
            format!("第{number}次补抽已公布、尚未抽取：请先运行 dispatch draw --stage {number}"),
        ));
    }
    let (held, due) = (held.history.stages().len(), plan.schedule.stages.len());
    if plan.mode == Mode::Order && held < due {
        return Err(Failure::new(
            format!("{held} of {due} later batches are drawn; none may be left out"),
            format!("后续{due}个批次中已抽取{held}个，不得省略"),
        ));
    }
    Ok(())
}

/// A child's bundle and its number.
fn child(parent: &Announced, path: &Path) -> Done<(usize, Vec<u8>)> {
    let bytes = folder::read(path)?;
    let limits = Limits {
        nested: true,
        ..Limits::default()
    };
    let files = Files::unpack(std::io::Cursor::new(&bytes), limits);
    let evidence = Evidence::read(files);
    let name = path.display();
    let plan = evidence.plan().ok_or_else(|| {
        Failure::new(
            format!("{name}: is not the bundle of a child draw"),
            format!("{name}：不是分级抽取的证据包"),
        )
    })?;
    let (number, _) = child_of(parent, plan).map_err(|message| {
        Failure::new(
            format!("{name}: {}", message.english),
            format!("{name}：{}", message.chinese),
        )
    })?;
    Ok((number, bytes))
}

/// Names of the children whose bundles are not there.
pub(crate) fn missing_children(plan: &Plan, files: &Files) -> Vec<String> {
    let children = (1..).zip(&plan.children);
    let missing = children.filter(|(number, _)| files.get(&bundle::child_name(*number)).is_none());
    missing.map(|(_, child)| child.name.clone()).collect()
}

/// So must the results of the stages.
fn check_stages(dir: &Path, held: &Held) -> Done {
    for line in held.history.stages() {
        let path = dir.join(folder::stage_file(line.stage.number, "-result.json"));
        if folder::read(&path)? != to_canonical(&line.result).unwrap_or_default() {
            return Err(changed(&path));
        }
    }
    Ok(())
}

/// The result computed again must be the one that was published at the draw.
pub(crate) fn check_published(dir: &Path, files: &Files) -> Done {
    let path = dir.join(bundle::RESULT);
    if folder::read(&path)? == files.get(bundle::RESULT).unwrap_or_default() {
        return Ok(());
    }
    Err(changed(&path))
}

fn changed(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(
        format!(
            "{path} is not the result of this draw: it was changed after it was published; restore it from your copy"
        ),
        format!("{path}与重新计算的结果不同，公布后被改动；请用备份恢复"),
    )
}
