//! `dispatch disclose`: the evidence bundle.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use dispatch_core::bundle::{self, Files};
use dispatch_core::evidence::Announced;
use dispatch_core::held::{self, Held, missing_children, whole_bundle};

use crate::args::Disclose;
use crate::commands::draw::prepare;
use crate::commands::sample::now;
use crate::console::Console;
use crate::custody;
use crate::failure::{Done, Failure};
use crate::folder::{self, Folder};
use crate::log_folder::evidence::evidence;

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
    let folder = Folder(&options.dir);
    let held = Held::again(&folder, prepared, u64::MAX)?;
    held::complete(&folder, &held)?;
    held::check_all_published(&folder, &held)?;
    let prepared = &held.prepared;
    let document = &prepared.announced.document;
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
    let children = children(&prepared.announced, &options.child)?;
    let mut files = whole_bundle(&folder, held, &auditors, children, opening.as_ref())?;
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

/// Writes a bundle, that of auditors for its owner only.
pub(crate) fn pack(out: &Path, auditor: bool, files: &Files) -> Done {
    folder::write_with(out, auditor, |file| {
        let out = files.pack(BufWriter::new(file))?;
        out.into_inner()
            .map_err(std::io::IntoInnerError::into_error)
    })
}

/// The children's bundles by their numbers.
pub(crate) fn children(parent: &Announced, paths: &[PathBuf]) -> Done<Vec<(usize, Vec<u8>)>> {
    let numbered = paths.iter().map(|path| {
        let bytes = folder::read(path)?;
        let number = held::child_bundle(parent, &bytes).map_err(|fault| {
            let name = path.display();
            Failure::new(
                format!("{name}: {}", fault.english),
                format!("{name}：{}", fault.chinese),
            )
        })?;
        Ok((number, bytes))
    });
    numbered.collect()
}
