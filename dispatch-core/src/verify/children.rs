//! Checks H01 to H05, and the reports of the children's bundles.
//!
//! Source: docs/spec.md section 16. Invariant: a bundle inside another one holds no further bundle
//! that anybody opens, so there is no bottom to fall through.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::drawn::same_subjects;
use super::stages::lists;
use super::{CheckResult, Expectations, Outcome, Report, Run, Status, gone, number, verify_within};
use crate::beacon::round_at_or_after;
use crate::bundle::{self, Files, Limits, child_name};
use crate::child::{child_of, misfit};
use crate::evidence::{Announced, Evidence};
use crate::language::Message;
use crate::plan::{Child, Plan};
use crate::roster::Roster;
use crate::selection::OpenRow;

/// The bundle that a child's bundle stands in.
pub(crate) struct Parent<'p> {
    pub(super) evidence: &'p Evidence,
    announced: &'p Announced,
    passed: &'p HashSet<&'static str>,
    /// The child's position among the parent's children, from 1.
    number: usize,
    /// Subjects of the list after each stage; 0 is the draw.
    lists: &'p BTreeMap<u64, HashSet<String>>,
    /// Ids of officers of the parent and of children before this one, with whose they are.
    officers: &'p HashMap<String, String>,
}

impl Parent<'_> {
    /// Whether a check of the parent's bundle passed.
    pub(super) fn passed(&self, id: &str) -> bool {
        self.passed.contains(id)
    }

    /// The parent's draw time in seconds since 1970.
    pub(super) fn draw_unix(&self) -> u64 {
        self.plan().schedule.draw_unix()
    }

    /// The parent's list after a stage, of the child's subjects (docs/spec.md 16.2).
    pub(super) fn list<'s>(&'s self, stage: u64, roster: &Roster) -> HashSet<&'s str> {
        let list = self.lists.range(..=stage).next_back();
        let subjects = list.into_iter().flat_map(|(_, list)| list);
        let of_child = |subject: &&str| {
            let row = roster.find(subject);
            row.zip(self.child()).is_some_and(|(row, child)| {
                let row = OpenRow::new(roster, None, row);
                child.takes(|field| row.value(field))
            })
        };
        subjects.map(String::as_str).filter(of_child).collect()
    }

    fn plan(&self) -> &Plan {
        &self.announced.document.plan
    }

    fn child(&self) -> Option<&Child> {
        self.plan().children.get(self.number.checked_sub(1)?)
    }
}

/// H01 to H05.
pub(super) fn run(run: &mut Run<'_>, evidence: &Evidence, names: &[String]) {
    let parent = run.parent;
    if run.is_child && parent.is_none() {
        let alone = Message::new(
            "the bundle stands alone: verify the parent's bundle, which holds it",
            "本证据包单独存在：请核验包含它的发起方证据包",
        );
        run.put("H01", Status::Skipped, alone);
    } else {
        run.check("H01", || belongs(parent, evidence));
    }
    run.check("H02", || fits(parent, evidence));
    run.check("H03", || follows(parent, evidence));
    if run.has_children && run.passed("A02") {
        let children = evidence.plan().map_or(0, |plan| plan.children.len());
        let missing = (1..=children)
            .map(child_name)
            .find(|name| !names.contains(name));
        if let Some(name) = missing {
            let detail = Message::new(
                format!("{name} is missing: not disclosed yet, or it cannot be unpacked"),
                format!("缺少{name}：尚未公开，或无法解压"),
            );
            run.put("H04", Status::Skipped, detail);
        } else {
            run.check("H04", || Ok(number(children, "children", "个分级抽取")));
        }
    } else {
        run.check("H04", || Err(gone()));
    }
    let roster_passed = parent.is_none_or(|parent| parent.passed("A04"));
    if run.passed("H01") && run.is_child && run.passed("A04") && !roster_passed {
        run.skip("H05", "A04");
    } else {
        run.check("H05", || once(parent, evidence));
    }
}

/// What unpacking left for the bundles inside.
pub(super) struct Inner {
    /// Numbers of children whose entry could not be unpacked.
    pub(super) unreadable: Vec<usize>,
    /// Bytes of the limit.
    pub(super) left: u64,
}

/// The reports of the children's bundles, in order of number.
pub(super) fn reports(
    run: &mut Run<'_>,
    evidence: &mut Evidence,
    inner: Inner,
    expectations: &Expectations,
) -> Vec<(String, Report)> {
    let names: Vec<String> = evidence.plan().map_or_else(Vec::new, |plan| {
        plan.children
            .iter()
            .map(|child| child.name.clone())
            .collect()
    });
    if names.is_empty() || !run.passed("A02") {
        return Vec::new();
    }
    let mut packed: BTreeMap<usize, Option<Vec<u8>>> = BTreeMap::new();
    for number in 1..=names.len() {
        if inner.unreadable.contains(&number) {
            packed.insert(number, None);
        } else if let Some(bytes) = evidence.files.take(&child_name(number)) {
            packed.insert(number, Some(bytes));
        }
    }
    let evidence = &*evidence;
    let Some(announced) = evidence.announcement.good() else {
        return Vec::new();
    };
    let passed: HashSet<&'static str> = run
        .results
        .iter()
        .filter(|result| result.status == Status::Pass)
        .map(|result| result.id)
        .collect();
    let lists = lists(evidence);
    let mut officers = HashMap::new();
    claim(
        &mut officers,
        evidence.officers.good(),
        &announced.document.plan.authority,
    );
    let expectations = Expectations {
        commitment: None,
        policy: expectations.policy.clone(),
        log_policy: expectations.log_policy.clone(),
    };
    let mut left = inner.left;
    let mut reports = Vec::new();
    for (number, bytes) in packed {
        let name = child_name(number);
        let limits = Limits {
            total: left,
            nested: true,
            ..Limits::default()
        };
        let files = match bytes {
            Some(bytes) => Files::unpack(std::io::Cursor::new(bytes), limits),
            None => Files::unreadable(left),
        };
        left = files.left();
        let parent = Parent {
            evidence,
            announced,
            passed: &passed,
            number,
            lists: &lists,
            officers: &officers,
        };
        // What the child's officers are read from once more, if they turn out well formed.
        let mut roster = Files::default();
        for name in [bundle::ANNOUNCEMENT, bundle::OFFICERS] {
            roster.insert(name, files.get(name).unwrap_or_default().to_vec());
        }
        let child = names.get(number - 1).cloned().unwrap_or_default();
        let mut observer = |result: &CheckResult| (run.observer)(result);
        let report = verify_within(&name, files, &expectations, Some(&parent), &mut observer);
        if report.status("A04") == Some(Status::Pass) {
            claim(
                &mut officers,
                Evidence::read(roster).officers.good(),
                &child,
            );
        }
        reports.push((child, report));
    }
    reports
}

/// Notes whose the officers of a roster are.
fn claim(officers: &mut HashMap<String, String>, roster: Option<&Roster>, of: &str) {
    let Some(roster) = roster else {
        return;
    };
    for row in 0..roster.len() {
        let id = roster.id(row).to_owned();
        officers.entry(id).or_insert_with(|| of.to_owned());
    }
}

/// Check H01.
fn belongs(parent: Option<&Parent<'_>>, evidence: &Evidence) -> Outcome {
    let (Some(parent), Some(plan)) = (parent, evidence.plan()) else {
        return Err(gone());
    };
    let (number, child) = child_of(parent.announced, plan)?;
    if number != parent.number {
        let entry = child_name(parent.number);
        return Err(Message::new(
            format!("{} is child {number}, not {entry}", child.name),
            format!("“{}”是第{number}个参与部门，不应为{entry}", child.name),
        ));
    }
    Ok(Message::new(child.name.clone(), child.name.clone()))
}

/// Check H02.
fn fits(parent: Option<&Parent<'_>>, evidence: &Evidence) -> Outcome {
    let (Some(parent), Some(announced)) = (parent, evidence.announcement.good()) else {
        return Err(gone());
    };
    match misfit(&parent.announced.document, &announced.document) {
        Some(fault) => Err(fault),
        None => Ok(Message::new("they fit", "相互衔接")),
    }
}

/// Check H03.
fn follows(parent: Option<&Parent<'_>>, evidence: &Evidence) -> Outcome {
    let (Some(parent), Some(plan), Some(stages), Some(roster)) = (
        parent,
        evidence.plan(),
        evidence.stages.good(),
        evidence.subjects.good(),
    ) else {
        return Err(gone());
    };
    let mut last = 0;
    for line in &stages.lines {
        let (number, of) = (line.stage.number, line.stage.parent_stage);
        let theirs = match of {
            0 => Some(0),
            of if parent.lists.contains_key(&of) => parent.plan().schedule.stage_unix(of),
            _ => None,
        };
        let own = plan.schedule.stage_unix(number);
        let before = theirs.zip(own).is_some_and(|(theirs, own)| {
            of == 0 || round_at_or_after(theirs) < round_at_or_after(own)
        });
        if !before || of < last {
            return Err(Message::new(
                format!(
                    "stage {number}: staffs the list after the parent's stage {of}, which was not held before it, or goes back"
                ),
                format!("第{number}次补抽：对应的发起方第{of}次补抽不存在、不在其之前，或次序倒退"),
            ));
        }
        last = of;
    }
    let due = parent.list(u64::MAX, roster);
    let own = super::stages::last_list(evidence, Some((parent, roster)));
    same_subjects(due, own.iter().map(String::as_str))
}

/// Check H05.
fn once(parent: Option<&Parent<'_>>, evidence: &Evidence) -> Outcome {
    let (Some(parent), Some(roster)) = (parent, evidence.officers.good()) else {
        return Err(gone());
    };
    let mut ids = (0..roster.len()).map(|row| roster.id(row));
    match ids.find_map(|id| Some((id, parent.officers.get(id)?))) {
        Some((id, of)) => Err(Message::new(
            format!("officer {id}: stands in the roster of {of} too"),
            format!("“{id}”：也在“{of}”的名录中"),
        )),
        None => Ok(number(
            roster.len(),
            "officers, in no other roster",
            "名，未列入其他名录",
        )),
    }
}
