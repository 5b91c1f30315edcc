//! Checks G01 to G09: was every stage frozen first, and does its list follow?
//!
//! Source: docs/spec.md section 15. Every stage starts from the list before it as the files give it,
//! so that a fault is told where it is and not again at every later stage.

use std::collections::{BTreeMap, HashSet};

use super::children::Parent;
use super::{OpenCells, Outcome, Run, gone, number};
use crate::beacon::{self, round_at_or_after};
use crate::bundle;
use crate::digest::Digest;
use crate::evidence::{Evidence, StageParts};
use crate::json::to_canonical;
use crate::language::Message;
use crate::plan::{Mode, Plan};
use crate::result::ResultKey;
use crate::roster::Roster;
use crate::seed::pulse_of;
use crate::selection::{Selected, Stratification, SubjectKey};
use crate::stage::{
    DropOut, Given, List, StageLine, StageRecord, drop_fault, new_subjects, previous_hash,
    staff_stage, stage_seed, summarise, too_many_drops,
};
use crate::syntax::unix_time;
use crate::team::Workforce;

/// G01 to G09.
pub(super) fn run(run: &mut Run<'_>, evidence: &Evidence, cells: &OpenCells) {
    let none = StageParts::default();
    let stages = evidence.stages.good().unwrap_or(&none);
    run.held_stages = !stages.lines.is_empty();
    run.check("G01", || order(evidence, stages));
    run.check("G02", || in_time(evidence, stages));
    run.check("G03", || frozen(evidence, stages));
    run.check("G04", || {
        for line in &stages.lines {
            let pulse = pulse_of(line.stage.round, &line.signature);
            let verified = pulse.map(|pulse| beacon::verify(&pulse).is_ok());
            if verified != Some(true) {
                let (number, round) = (line.stage.number, line.stage.round);
                return Err(Message::new(
                    format!("stage {number}: the signature of round {round} does not verify"),
                    format!("第{number}次补抽：第{round}轮随机信标的签名验证失败"),
                ));
            }
        }
        Ok(number(
            stages.lines.len(),
            "pulses verify",
            "个随机信标验证通过",
        ))
    });
    let found = if run.has_stages && run.passed("A07") && run.passed("A10") {
        walk_through(run, evidence, cells)
    } else {
        Found::default()
    };
    let checks = [
        ("G05", found.drops),
        ("G06", found.tickets),
        ("G07", found.new),
        ("G08", found.teams),
        ("G09", found.results),
    ];
    for (id, found) in checks {
        let count = stages.lines.len();
        run.check(id, || match found {
            Some(fault) => Err(fault),
            None => Ok(number(count, "stages recomputed", "次补抽已重新计算")),
        });
    }
}

/// The subjects of the list after every stage, 0 being the draw; empty where the files are bad.
pub(super) fn lists(evidence: &Evidence) -> BTreeMap<u64, HashSet<String>> {
    let mut lists = BTreeMap::new();
    let subjects = |list: &List| {
        list.records()
            .map(|record| record.subject.clone())
            .collect()
    };
    if let (Some(records), Some(stages)) = (evidence.records.good(), evidence.stages.good()) {
        lists.insert(0, subjects(&List::new(records)));
        walk(evidence, stages, None, &mut |step| {
            lists.insert(step.line.stage.number, subjects(step.after));
        });
    }
    lists
}

/// The subjects of the last list.
pub(super) fn last_list(
    evidence: &Evidence,
    parent: Option<(&Parent<'_>, &Roster)>,
) -> HashSet<String> {
    let subjects = |list: &List| {
        list.records()
            .map(|record| record.subject.clone())
            .collect()
    };
    let (Some(records), Some(stages)) = (evidence.records.good(), evidence.stages.good()) else {
        return HashSet::new();
    };
    let mut last = subjects(&List::new(records));
    walk(evidence, stages, parent, &mut |step| {
        last = subjects(step.after)
    });
    last
}

/// One stage and the lists around it, as the files give them.
struct Step<'s> {
    line: &'s StageLine,
    drops: &'s [&'s DropOut],
    records: &'s [&'s StageRecord],
    falling: &'s HashSet<String>,
    /// Of a child draw: the subjects of the parent's list.
    due: Option<&'s HashSet<&'s str>>,
    before: &'s List,
    /// The list before, with the stage's drops taken out.
    kept: &'s List,
    after: &'s List,
}

fn walk(
    evidence: &Evidence,
    stages: &StageParts,
    parent: Option<(&Parent<'_>, &Roster)>,
    visit: &mut dyn FnMut(&Step<'_>),
) {
    let Some(records) = evidence.records.good() else {
        return;
    };
    let mut before = List::new(records);
    for line in &stages.lines {
        let drops = stages.drops_of(line.stage.number);
        let records = stages.records_of(line.stage.number);
        let due = parent.map(|(parent, roster)| parent.list(line.stage.parent_stage, roster));
        let falling = before.falling(&drops, due.as_ref());
        let mut kept = before.clone();
        kept.take_out(&drops, &falling);
        let mut after = kept.clone();
        after.put_in(records.iter().copied());
        visit(&Step {
            line,
            drops: &drops,
            records: &records,
            falling: &falling,
            due: due.as_ref(),
            before: &before,
            kept: &kept,
            after: &after,
        });
        before = after;
    }
}

/// The first fault of every check that walks through the stages.
#[derive(Default)]
struct Found {
    drops: Option<Message>,
    tickets: Option<Message>,
    new: Option<Message>,
    teams: Option<Message>,
    results: Option<Message>,
}

fn walk_through(run: &mut Run<'_>, evidence: &Evidence, cells: &OpenCells) -> Found {
    let mut found = Found::default();
    let (Some(plan), Some(stages)) = (evidence.plan(), evidence.stages.good()) else {
        return found;
    };
    let parent = if plan.is_child() {
        run.parent.zip(evidence.subjects.good())
    } else {
        None
    };
    let known = run.strata.take();
    let walker = Walker {
        evidence,
        plan,
        cells,
        workforce: evidence
            .officers
            .good()
            .map(|roster| Workforce::new(plan, roster, cells.officers.as_ref())),
        recusals: evidence
            .recusals
            .good()
            .map(|recusals| recusals.pairs())
            .unwrap_or_default(),
        strata: evidence.subjects.good().map(|roster| {
            let again = || Stratification::new(plan, roster, cells.subjects.as_ref());
            known.unwrap_or_else(again)
        }),
    };
    walk(evidence, stages, parent, &mut |step| {
        let number = step.line.stage.number;
        let told = |message: Message| {
            Message::new(
                format!("stage {number}: {}", message.english),
                format!("第{number}次补抽：{}", message.chinese),
            )
        };
        let note = |place: &mut Option<Message>, check: &dyn Fn() -> Result<(), Message>| {
            if place.is_none() {
                *place = check().err().map(told);
            }
        };
        note(&mut found.drops, &|| walker.drops(step));
        note(&mut found.tickets, &|| walker.tickets(step));
        note(&mut found.new, &|| walker.new_subjects(step));
        note(&mut found.teams, &|| walker.teams(step));
        note(&mut found.results, &|| walker.result(step));
    });
    run.strata = walker.strata;
    found
}

struct Walker<'e> {
    evidence: &'e Evidence,
    plan: &'e Plan,
    cells: &'e OpenCells,
    workforce: Option<Workforce>,
    recusals: HashSet<(&'e str, &'e str)>,
    strata: Option<Stratification>,
}

impl Walker<'_> {
    fn seed(&self, line: &StageLine) -> Option<Digest> {
        let disclosure = self.evidence.disclosure.good()?;
        let pulse = pulse_of(line.stage.round, &line.signature)?;
        Some(stage_seed(
            &line.commitment(),
            disclosure.secret.as_bytes(),
            &pulse,
        ))
    }

    /// Check G05.
    fn drops(&self, step: &Step<'_>) -> Result<(), Message> {
        let officers = self.evidence.officers.good().ok_or_else(gone)?;
        let number = step.line.stage.number;
        let stages = self.evidence.stages.good().ok_or_else(gone)?;
        let so_far = stages.drops.iter().filter(|drop| drop.stage <= number);
        if let Some(fault) = too_many_drops(self.plan, so_far) {
            return Err(fault);
        }
        let drops = step.drops.iter();
        let mut faults =
            drops.filter_map(|drop| drop_fault(self.plan, officers, step.before, drop));
        faults.next().map_or(Ok(()), Err)
    }

    /// Check G06.
    fn tickets(&self, step: &Step<'_>) -> Result<(), Message> {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let tickets = SubjectKey::new(&seed).tickets();
        for record in step.records {
            let id = &record.subject;
            let kept = step.kept.get(id).map(|kept| kept.ticket);
            let due = kept.unwrap_or_else(|| tickets.of(id));
            if roster.find(id).is_none() || record.ticket != due {
                return Err(Message::new(
                    format!("subject {id}: not in the roster, or its ticket is not {due}"),
                    format!("检查对象{id}：不在名录中，或号码应为{due}"),
                ));
            }
        }
        Ok(())
    }

    /// Check G07.
    fn new_subjects(&self, step: &Step<'_>) -> Result<(), Message> {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let strata = self.strata.as_ref().ok_or_else(gone)?;
        if !strata.short.is_empty() {
            return Err(Message::new(
                "a quota exceeds its pool",
                "抽取数量超过分层户数",
            ));
        }
        let is_new = |subject: &&str| step.kept.get(subject).is_none();
        let listed = step.records.iter().map(|record| record.subject.as_str());
        let due: HashSet<&str> = match step.due {
            Some(due) => due.iter().copied().filter(is_new).collect(),
            None => {
                let number = step.line.stage.number;
                let stage = (number, &seed);
                let new = new_subjects(self.plan, roster, strata, step.before, step.falling, stage);
                new.iter().map(|subject| roster.id(subject.row)).collect()
            }
        };
        super::drawn::same_subjects(due, listed.filter(is_new)).map(|_| ())
    }

    /// Check G08.
    fn teams(&self, step: &Step<'_>) -> Result<(), Message> {
        let roster = self.evidence.subjects.good().ok_or_else(gone)?;
        let workforce = self.workforce.as_ref().ok_or_else(gone)?;
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let tickets = SubjectKey::new(&seed).tickets();
        let unknown = |id: &str| {
            Message::new(
                format!("subject {id}: is not in the roster"),
                format!("检查对象{id}：不在名录中"),
            )
        };
        let mut new = Vec::new();
        for record in step.records {
            let row = roster
                .find(&record.subject)
                .ok_or_else(|| unknown(&record.subject))?;
            if step.kept.get(&record.subject).is_none() {
                new.push(Selected {
                    ticket: tickets.of(&record.subject),
                    row,
                    stratum: 0,
                });
            }
        }
        let given = Given {
            plan: self.plan,
            subjects: roster,
            subject_cells: self.cells.subjects.as_ref(),
            workforce,
            recusals: &self.recusals,
        };
        let stage = (step.line.stage.number, &seed);
        let due =
            staff_stage(&given, step.kept, step.drops, &new, stage).map_err(|id| unknown(&id))?;
        let teams = |records: &[&StageRecord]| -> BTreeMap<String, Vec<String>> {
            let pair = |r: &&StageRecord| (r.subject.clone(), r.officers.clone());
            records.iter().map(pair).collect()
        };
        let due = teams(&due.records.iter().collect::<Vec<_>>());
        let listed = teams(step.records);
        let subjects: HashSet<&String> = due.keys().chain(listed.keys()).collect();
        match subjects.iter().find(|id| due.get(**id) != listed.get(**id)) {
            Some(id) => {
                let (due, listed) = (due.get(*id), listed.get(*id));
                Err(Message::new(
                    format!("subject {id}: team is {listed:?}; by the rule it is {due:?}"),
                    format!("检查对象{id}：派员为{listed:?}，按规则应为{due:?}"),
                ))
            }
            None => Ok(()),
        }
    }

    /// Check G09.
    fn result(&self, step: &Step<'_>) -> Result<(), Message> {
        let seed = self.seed(step.line).ok_or_else(gone)?;
        let due = step
            .after
            .result(step.line.commitment(), &ResultKey::new(&seed));
        let found = &step.line.result;
        if due.count == found.count && due.root == found.root {
            return Ok(());
        }
        Err(Message::new(
            format!(
                "{} records with root {}; the result published at the stage has {} with {}",
                due.count, due.root, found.count, found.root
            ),
            format!(
                "共{}条、根值{}；补抽时公布的结果为{}条、根值{}",
                due.count, due.root, found.count, found.root
            ),
        ))
    }
}

/// Check G01.
fn order(evidence: &Evidence, stages: &StageParts) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let plan = &announced.document.plan;
    let mut previous = previous_hash(evidence.files.get(bundle::RESULT).ok_or_else(gone)?);
    for line in &stages.lines {
        let number = line.stage.number;
        let fault = |english: &str, chinese: &str| {
            Err(Message::new(
                format!("stage {number}: {english}"),
                format!("第{number}次补抽：{chinese}"),
            ))
        };
        let Some(time) = plan.schedule.stage_unix(number) else {
            return fault("was not announced", "未经公告");
        };
        if line.stage.commitment != announced.commitment {
            return fault("is of another announcement", "属于另一份公告");
        }
        if line.stage.previous != previous {
            return fault("does not follow the result before it", "与此前的结果不衔接");
        }
        if line.stage.round != round_at_or_after(time) {
            return fault(
                "names a round other than its time fixes",
                "轮次与其时间不符",
            );
        }
        if line.result.commitment != line.commitment() {
            return fault("its result is of another stage", "结果属于另一次补抽");
        }
        if line.stage.parent_stage != 0 && !plan.is_child() {
            return fault(
                "names a stage of a parent; there is none",
                "写明了发起方的补抽，但没有发起方",
            );
        }
        previous = previous_hash(&to_canonical(&line.result).unwrap_or_default());
    }
    if plan.mode == Mode::Order && stages.lines.len() != plan.schedule.stages.len() {
        return Err(Message::new(
            format!(
                "{} of {} batches are there; none may be left out",
                stages.lines.len() + 1,
                plan.batches()
            ),
            format!(
                "应有{}批，实有{}批，不得省略",
                plan.batches(),
                stages.lines.len() + 1
            ),
        ));
    }
    Ok(number(
        stages.lines.len(),
        "stages, in order",
        "次补抽，前后衔接",
    ))
}

/// Check G02.
fn in_time(evidence: &Evidence, stages: &StageParts) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let schedule = &announced.document.plan.schedule;
    if announced.document.replay {
        return Ok(Message::new("a replay: not asked for", "演练，不作要求"));
    }
    let mut before = schedule.draw_unix();
    for line in &stages.lines {
        let number = line.stage.number;
        let created = unix_time(&line.stage.created).unwrap_or(u64::MAX);
        let latest = schedule.latest_stage(number);
        let lead = schedule.stage_lead_minutes.saturating_mul(60);
        let time = schedule.stage_unix(number);
        let early = time.is_some_and(|time| created.saturating_add(lead) <= time);
        if latest.is_none() || !early || created < before {
            return Err(Message::new(
                format!(
                    "stage {number}: published {}, less than {} minutes before its time, or before the stage before it",
                    line.stage.created, schedule.stage_lead_minutes
                ),
                format!(
                    "第{number}次补抽：{}公布，距其时间不足{}分钟，或早于前一次",
                    line.stage.created, schedule.stage_lead_minutes
                ),
            ));
        }
        before = time.unwrap_or(before);
    }
    Ok(number(
        stages.lines.len(),
        "stages, in time",
        "次补抽，按期公布",
    ))
}

/// Check G03.
fn frozen(evidence: &Evidence, stages: &StageParts) -> Outcome {
    let disclosure = evidence.disclosure.good().ok_or_else(gone)?;
    for line in &stages.lines {
        let number = line.stage.number;
        let drops = stages.drops_of(number);
        let found = summarise(disclosure.secret.as_bytes(), drops.iter().copied());
        if found != line.stage.drops {
            return Err(Message::new(
                format!("stage {number}: what fell out is not what was frozen"),
                format!("第{number}次补抽：退出名单与冻结时不一致"),
            ));
        }
    }
    Ok(number(
        stages.drops.len(),
        "drops, as frozen",
        "项退出，与冻结时一致",
    ))
}
