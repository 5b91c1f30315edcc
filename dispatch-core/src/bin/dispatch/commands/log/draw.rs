//! `dispatch log draw`: what a draw's folder has that the log has not.
//!
//! Invariant: an entry is made of a published document or of values that are public by then, never of
//! the drawn list; what the log has already is compared and never logged twice.

use std::path::{Path, PathBuf};

use dispatch_core::announcement::{Announcement, commitment, secret_hash};
use dispatch_core::bundle::{self, Files, Limits};
use dispatch_core::custody::Custody;
use dispatch_core::digest::Digest;
use dispatch_core::disclosure::Disclosure;
use dispatch_core::entry::{
    Acknowledgement, Announcing, Contributing, Disclosing, Pulsing, Resulting, Staging, Step,
};
use dispatch_core::held;
use dispatch_core::plan::SeedSource;
use dispatch_core::result::ResultDocument;
use dispatch_core::seed::SourceValue;
use dispatch_core::stage::StageDocument;

use super::{Steps, add, document};
use crate::args::log::LogDraw;
use crate::commands::announce::pulse;
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, Folder, SECRET, stage_file};
use crate::log_folder::known::Known;
use crate::log_folder::{LogFolder, documents};

pub(super) fn run(console: &Console, options: &LogDraw) -> Done {
    let path = options.draw.join(bundle::ANNOUNCEMENT);
    let bytes = folder::read(&path)?;
    let announced = Announced {
        document: document(&path, &bytes)?,
        commitment: commitment(&bytes),
        bytes,
        dir: &options.draw,
    };
    let mut files = Vec::new();
    let mut steps = announced.steps(&mut files)?;
    for path in &options.acknowledgement {
        steps.push(announced.acknowledgement(path)?);
        files.push(path.clone());
    }
    if let Some(path) = &options.bundle {
        steps.push(announced.disclosure(path)?);
        files.push(path.clone());
    }
    if options.rosters {
        let names = [
            bundle::SUBJECTS,
            bundle::OFFICERS,
            bundle::RECUSALS,
            bundle::SUBJECTS_DIFF,
            bundle::OFFICERS_DIFF,
        ];
        let paths = names.map(|name| options.draw.join(name));
        files.extend(paths.into_iter().filter(|path| path.exists()));
    }
    let plan = &announced.document.plan;
    add(
        console,
        &options.log,
        Some(announced.commitment),
        |log, known| {
            let new = news(known, steps)?;
            if new.iter().any(|step| matches!(step, Step::Announcement(_))) {
                announced.in_time(options.late)?;
            }
            publish(console, log, &files)?;
            Ok(Steps {
                body: plan.authority.clone(),
                steps: new,
            })
        },
    )
}

struct Announced<'d> {
    document: Announcement,
    commitment: Digest,
    bytes: Vec<u8>,
    dir: &'d Path,
}

impl Announced<'_> {
    /// Everything in the folder, in the order in which it came to be; the files that are published
    /// are added to `files`.
    fn steps(&self, files: &mut Vec<PathBuf>) -> Done<Vec<Step>> {
        let commitment = self.commitment;
        files.push(self.dir.join(bundle::ANNOUNCEMENT));
        if self.dir.join(Custody::FILE).exists() {
            files.push(self.dir.join(Custody::FILE));
        }
        let announcing = Announcing::of(&self.document, &self.bytes);
        let mut steps = vec![Step::Announcement(announcing)];
        if let Some(values) = held::drawn_with(&Folder(self.dir))? {
            for (source, value) in self.document.plan.seed.iter().zip(&values) {
                if let (
                    SeedSource::Contribution { body, .. },
                    SourceValue::Contribution { value },
                ) = (source, value)
                {
                    steps.push(Step::Contribution(Contributing {
                        commitment,
                        contributor: body.clone(),
                        value: *value,
                    }));
                }
            }
            steps.push(Step::Pulse(Pulsing {
                commitment,
                sources: values,
                stage: 0,
            }));
            steps.extend(self.result(0, bundle::RESULT, files)?);
        }
        for stage in (1..).take(self.document.plan.schedule.stages.len()) {
            steps.extend(self.stage(stage, files)?);
        }
        Ok(steps)
    }

    fn stage(&self, number: u64, files: &mut Vec<PathBuf>) -> Done<Vec<Step>> {
        let commitment = self.commitment;
        let path = self.dir.join(stage_file(number, ".json"));
        if !path.exists() {
            return Ok(Vec::new());
        }
        let stage: StageDocument = document(&path, &folder::read(&path)?)?;
        let mut steps = vec![Step::Stage(Staging { commitment, stage })];
        files.push(path);
        // What fell out, encrypted to the custodians.
        files.extend(Some(self.dir.join(stage_file(number, ".age"))).filter(|path| path.exists()));
        let path = { self.dir.join(SECRET) }.join(stage_file(number, "-pulse.json"));
        if path.exists() {
            steps.push(Step::Pulse(Pulsing {
                commitment,
                sources: vec![SourceValue::pulse(&pulse(&path)?)],
                stage: number,
            }));
            steps.extend(self.result(number, &stage_file(number, "-result.json"), files)?);
        }
        Ok(steps)
    }

    fn result(&self, stage: u64, name: &str, files: &mut Vec<PathBuf>) -> Done<Option<Step>> {
        let path = self.dir.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let result: ResultDocument = document(&path, &folder::read(&path)?)?;
        files.push(path);
        Ok(Some(Step::Result(Resulting {
            commitment: self.commitment,
            result,
            stage,
        })))
    }

    fn acknowledgement(&self, path: &Path) -> Done<Step> {
        let bytes = folder::read(path)?;
        let step = Acknowledgement::of(&self.document, self.commitment, &bytes);
        step.map(Step::Acknowledgement).map_err(|fault| {
            let path = path.display();
            Failure::new(
                format!("{path}: {}", fault.english),
                format!("{path}：{}", fault.chinese),
            )
        })
    }

    fn disclosure(&self, path: &Path) -> Done<Step> {
        let schedule = &self.document.plan.schedule;
        if !self.document.replay && now() < schedule.disclosure_unix() {
            let time = &schedule.disclosure_time;
            return Err(Failure::new(
                format!("sealed until {time}: the log is public, and so is what it names"),
                format!("公开时间为{time}，此前不得记录公开：日志及其所载均为公开"),
            ));
        }
        let name = path.display();
        let refused = |english: &str, chinese: &str| {
            Failure::new(format!("{name}: {english}"), format!("{name}：{chinese}"))
        };
        let file = std::fs::File::open(path).map_err(|error| Failure::file(path, &error))?;
        let files = Files::unpack(std::io::BufReader::new(file), Limits::default());
        if files.is_auditors() {
            return Err(refused(
                "is the auditor's form, which is not published; give the public bundle",
                "是审计版，不得公布；请提供公开版证据包",
            ));
        }
        let bytes = files.get(bundle::DISCLOSURE).unwrap_or_default();
        let disclosure: Disclosure = document(path, bytes)?;
        let opens = secret_hash(disclosure.secret.as_bytes()) == self.document.secret_hash;
        if disclosure.commitment != self.commitment || !opens {
            return Err(refused(
                "does not disclose this draw",
                "不是本次抽取的证据包",
            ));
        }
        Ok(Step::Disclosure(Disclosing {
            bundle: documents::hash_file(path)?.to_string(),
            commitment: self.commitment,
            document: Digest::of(bytes),
            secret: disclosure.secret,
        }))
    }

    /// Announced too late is not announced.
    fn in_time(&self, late: bool) -> Done {
        let schedule = &self.document.plan.schedule;
        if self.document.replay || late || now() <= schedule.latest_announcement() {
            return Ok(());
        }
        let lead = schedule.lead_minutes;
        Err(Failure::new(
            format!(
                "too late: an announcement has to be logged {lead} minutes before the draw time, and check L02 will fail; choose a later draw time and announce anew, or log it as late with --late"
            ),
            format!(
                "已逾期：公告须在抽取时间前{lead}分钟记入日志，否则检查L02不通过；请推迟抽取时间重新公告，或用 --late 按逾期记录"
            ),
        ))
    }
}

/// The steps that the log has not, after comparing those that it has.
fn news(known: &Known, steps: Vec<Step>) -> Done<Vec<Step>> {
    let mut new = Vec::new();
    for step in steps {
        let logged = known
            .steps()
            .iter()
            .find(|logged| same_place(logged, &step));
        match logged {
            None => new.push(step),
            Some(logged) if *logged == step => {}
            Some(_) => {
                let kind = step.kind();
                return Err(Failure::new(
                    format!(
                        "the log has another {kind} of this draw than its folder; what is logged stays: restore the folder from your copy"
                    ),
                    format!(
                        "日志中本次抽取的{kind}与目录中的不同；已记录的不可更改：请用备份恢复该目录"
                    ),
                ));
            }
        }
    }
    Ok(new)
}

/// Whether two steps of one draw are the same step of it.
fn same_place(one: &Step, other: &Step) -> bool {
    match (one, other) {
        (Step::Announcement(_), Step::Announcement(_))
        | (Step::Disclosure(_), Step::Disclosure(_)) => true,
        (Step::Acknowledgement(one), Step::Acknowledgement(other)) => one == other,
        (Step::Contribution(one), Step::Contribution(other)) => {
            one.contributor == other.contributor
        }
        (Step::Pulse(one), Step::Pulse(other)) => one.stage == other.stage,
        (Step::Result(one), Step::Result(other)) => one.stage == other.stage,
        (Step::Stage(one), Step::Stage(other)) => one.stage.number == other.stage.number,
        _ => false,
    }
}

fn publish(console: &Console, log: &LogFolder, files: &[PathBuf]) -> Done {
    let step = console.step("publishing the documents", "正在公布文件");
    for path in files {
        documents::publish_file(log, path)?;
    }
    drop(step);
    Ok(())
}
