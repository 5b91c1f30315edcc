//! Checks A01 to A11, E01 and E02: is every file there, well formed, and opened as it was sealed?

use super::{Form, OpenCells, Outcome, Run, Status, gone, number};
use crate::bundle::{self, Files, child_number};
use crate::evidence::{Evidence, Part};
use crate::language::Message;

impl Run<'_> {
    /// Records a check of a file: absent files skip it.
    fn part<T>(&mut self, id: &'static str, part: &Part<T>, found: impl FnOnce(&T) -> Message) {
        match part {
            Part::Good(part) => self.record(id, Ok(found(part))),
            Part::Bad(message) => self.record(id, Err(message.clone())),
            Part::Absent => self.put(
                id,
                Status::Skipped,
                Message::new(
                    "the file is missing, or the announcement it depends on did not pass",
                    "缺少该文件，或其所依赖的公告未通过核验",
                ),
            ),
        }
    }

    /// A02 to A11.
    pub(super) fn forms(&mut self, evidence: &Evidence) {
        self.part("A02", &evidence.announcement, |a| {
            let plan = &a.document.plan;
            Message::new(
                format!("{}: {} by {}", plan.draw, plan.title, plan.authority),
                format!("{}：{}，{}", plan.draw, plan.title, plan.authority),
            )
        });
        if let Some(plan) = evidence.plan() {
            self.sealed_strata = plan.strata_are_sealed();
            self.sealed_team = plan.team_is_sealed();
            self.is_child = plan.is_child();
            self.has_stages = !plan.schedule.stages.is_empty();
            self.has_children = !plan.children.is_empty();
        }
        self.part("A03", &evidence.subjects, |r| {
            number(r.len(), "subjects", "户检查对象")
        });
        self.part("A04", &evidence.officers, |r| {
            number(r.len(), "officers", "名执法检查人员")
        });
        self.part("A05", &evidence.recusals, |r| {
            number(r.lines.len(), "recusals", "条回避记录")
        });
        self.part("A06", &evidence.result, |_| {
            Message::new("well formed", "格式正确")
        });
        self.part("A07", &evidence.records, |r| {
            number(r.len(), "records", "条派员记录")
        });
        self.part("A08", &evidence.disclosure, |_| {
            Message::new("well formed", "格式正确")
        });
        if self.form == Form::Public {
            self.put("A09", Status::Hidden, hidden());
        } else {
            self.part("A09", &evidence.audit, |_| {
                Message::new("well formed", "格式正确")
            });
        }
        self.part("A10", &evidence.stages, |s| {
            number(s.lines.len(), "stages", "次补抽")
        });
        self.part("A11", &evidence.log, |parts| match &parts.lines {
            Some(lines) => number(lines.len(), "entries of the log", "条日志条目"),
            None => Message::new("not logged", "未附日志"),
        });
    }

    /// E01 and E02; gives the open values if they are what was sealed.
    pub(super) fn sealed(&mut self, evidence: &Evidence) -> OpenCells {
        if self.form == Form::Public {
            self.put("E01", Status::Hidden, hidden());
            self.put("E02", Status::Hidden, hidden());
            return OpenCells::default();
        }
        let mut cells = OpenCells::default();
        self.check("E01", || {
            let (Some(audit), Some(plan)) = (evidence.audit.good(), evidence.plan()) else {
                return Err(gone());
            };
            let (Some(subjects), Some(officers)) =
                (evidence.subjects.good(), evidence.officers.good())
            else {
                return Err(gone());
            };
            // The subjects of a child draw are the parent's; only the parent opens them.
            if !plan.is_child() {
                let rules = crate::evidence::roster_rules(plan, true);
                cells.subjects = Some(audit.open(subjects, &rules)?);
            }
            cells.officers =
                Some(audit.open(officers, &crate::evidence::roster_rules(plan, false))?);
            Ok(Message::new(
                "every sealed cell opens",
                "所有封存单元格均已核对",
            ))
        });
        self.check("E02", || {
            let (Some(audit), Some(recusals)) = (evidence.audit.good(), evidence.recusals.good())
            else {
                return Err(gone());
            };
            audit.check_recusals(recusals)?;
            Ok(Message::new("every recusal opens", "所有回避记录均已核对"))
        });
        cells
    }
}

pub(super) fn container(files: &Files) -> Outcome {
    match files.faults().first() {
        Some(fault) => Err(fault.clone()),
        None => Ok(Message::new("", "")),
    }
}

/// Whether the entries are exactly those that this bundle must have.
pub(super) fn entries(names: &[String], evidence: &Evidence, form: Form) -> Outcome {
    let has = |name: &str| names.iter().any(|entry| entry == name);
    let mut due: Vec<&str> = bundle::REQUIRED.to_vec();
    if form == Form::Auditor {
        due.extend([bundle::AUDIT, bundle::CELLS]);
    }
    let unjudged = evidence.announcement.good().is_none();
    let mut children = 0;
    let mut has_lock = false;
    if let Some(announced) = evidence.announcement.good() {
        let document = &announced.document;
        let diffs = [
            (bundle::SUBJECTS_DIFF, &document.subjects),
            (bundle::OFFICERS_DIFF, &document.officers),
        ];
        due.extend(
            diffs
                .iter()
                .filter(|(_, roster)| !roster.diff.is_empty())
                .map(|(name, _)| *name),
        );
        let plan = &document.plan;
        if plan.is_child() {
            due.retain(|name| *name != bundle::SUBJECTS);
        }
        if !plan.schedule.stages.is_empty() {
            due.extend([bundle::DROPS, bundle::STAGE_RECORDS, bundle::STAGES]);
        }
        children = plan.children.len();
        has_lock = !document.custody.timelock.is_empty();
    }
    if let Some(name) = due.iter().find(|name| !has(name)) {
        return Err(Message::new(
            format!("entry {name} is missing"),
            format!("缺少条目{name}"),
        ));
    }
    // Without an announcement nobody knows what else is due.
    let allowed = |name: &str| {
        let conditional = [
            bundle::DROPS,
            bundle::OFFICERS_DIFF,
            bundle::STAGE_RECORDS,
            bundle::STAGES,
            bundle::SUBJECTS_DIFF,
        ];
        due.contains(&name)
            || name == bundle::LOG
            || (name == bundle::TIMELOCK && (unjudged || has_lock))
            || child_number(name).is_some_and(|number| unjudged || number <= children)
            || (unjudged && conditional.contains(&name))
    };
    let extra = names.iter().find(|name| !allowed(name));
    match extra {
        Some(name) => Err(Message::new(
            format!("entry {name} does not belong here"),
            format!("多余的条目{name}"),
        )),
        None => Ok(number(names.len(), "entries", "个条目")),
    }
}

fn hidden() -> Message {
    Message::new(
        "only an auditor's bundle shows this",
        "只有审计版证据包才能核验",
    )
}
