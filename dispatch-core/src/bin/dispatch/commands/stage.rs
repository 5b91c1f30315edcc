//! `dispatch stage`: freeze what fell out, before the pulse that chooses instead exists.

use std::path::Path;

use dispatch_core::custody::{Custodian, sealing};
use dispatch_core::digest::Digest;
use dispatch_core::freeze::json_lines;
use dispatch_core::held::Held;
use dispatch_core::json::from_canonical;
use dispatch_core::language::Message;
use dispatch_core::plan::{Mode, Plan};
use dispatch_core::problem::Severity;
use dispatch_core::slip::SlipFields;
use dispatch_core::stage::{DropList, DropOut, FrozenStage, StageDocument, StageDraft};
use dispatch_core::syntax::time_text;

use crate::args::Stage;
use crate::commands::announce::write_slip;
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, Folder, SECRET, stage_file};
use crate::{history, inputs};

pub(crate) fn run(console: &Console, options: &Stage) -> Done {
    let held = history::read(console, &options.dir)?;
    let document = &held.prepared.announced.document;
    let plan = &document.plan;
    if let Some(number) = held.pending(&Folder(&options.dir))? {
        return Err(Failure::new(
            format!(
                "stage {number} was published and is not drawn yet: run `dispatch draw --stage {number}` first; a published stage is never withdrawn"
            ),
            format!(
                "第{number}次补抽已公布、尚未抽取：请先运行 dispatch draw --stage {number}；已公布的补抽不得撤回"
            ),
        ));
    }
    let time = now();
    let number = match options.number {
        Some(number) => number,
        None => next(plan, held.history.last(), document.replay, time)?,
    };
    // A clock that was set back would make evidence that fails for ever.
    let early = plan.schedule.draw_unix();
    if !document.replay && time < early {
        return Err(Failure::new(
            "the clock of this computer says that the draw has not taken place yet: set it right",
            "本机时间早于抽取时间：请先校正时钟",
        ));
    }
    let late = { plan.schedule.latest_stage(number) }.is_some_and(|latest| time > latest);
    if late && !document.replay {
        let lead = plan.schedule.stage_lead_minutes;
        return Err(Failure::new(
            format!(
                "too late for stage {number}: it must be published {lead} minutes before its time"
            ),
            format!("已来不及进行第{number}次补抽：须提前{lead}分钟公布"),
        ));
    }
    let drops = match &options.drops {
        Some(path) => read_drops(console, path, plan)?,
        None => Vec::new(),
    };
    let parent_stage = parent_stage(console, plan, options.parent_stage.as_deref(), &held)?;
    let draft = StageDraft {
        number,
        created: time_text(time).unwrap_or_default(),
        drops,
        parent_stage,
    };
    let stage = { held.prepared.freeze_stage(&held.history, draft) }.map_err(|faults| {
        let name = options.drops.as_deref().unwrap_or(&options.dir).display();
        let told = |fault: Message| {
            Message::new(
                format!("{name}: {}", fault.english),
                format!("{name}：{}", fault.chinese),
            )
        };
        Failure::from(faults.into_iter().map(told).collect::<Vec<_>>())
    })?;
    let custodians = &document.custody.custodians;
    write(&options.dir, plan, custodians, &stage, document.replay)?;
    report(console, &options.dir, plan, &stage);
    Ok(())
}

/// After which stage of the parent a child's stage staffs the list.
fn parent_stage(console: &Console, plan: &Plan, path: Option<&Path>, held: &Held) -> Done<u64> {
    let Some(path) = path else {
        let last = held.history.stages().last();
        let last = last.map_or(0, |line| line.stage.parent_stage);
        if plan.is_child() {
            console.say(
                format!("it staffs the parent's list as of stage {last} (0: the draw); when the parent has held a later stage, give its stage-N.json with --parent-stage"),
                format!("按发起方第{last}次补抽后的名单派员（0为抽取时）；发起方又有补抽的，请用 --parent-stage 提供其公布的 stage-N.json"),
            );
        }
        return Ok(last);
    };
    let name = path.display();
    let stage: StageDocument = from_canonical(&folder::read(path)?).map_err(|error| {
        Failure::new(
            format!("{name}: {error}; give the stage-N.json that the parent has published"),
            format!("{name}：{error}；应为发起方公布的 stage-N.json"),
        )
    })?;
    let parent = plan.parent.first().map(|parent| parent.commitment);
    if parent != Some(stage.commitment) {
        return Err(Failure::new(
            format!("{name}: is not a stage of this draw's parent"),
            format!("{name}：不是本抽取发起方的补抽"),
        ));
    }
    Ok(stage.number)
}

/// The stage that can be held next.
fn next(plan: &Plan, last: u64, replay: bool, time: u64) -> Done<u64> {
    let announced = plan.schedule.stages.len() as u64;
    let in_time = |number: &u64| {
        plan.mode == Mode::Order || replay || { plan.schedule.latest_stage(*number) }
            .is_some_and(|latest| time <= latest)
    };
    let mut left = last.saturating_add(1)..=announced;
    left.find(in_time).ok_or_else(|| {
        Failure::new(
            format!("no stage is left: the plan announced {announced}, and their times are past; no other can be added"),
            format!("没有可用的补抽：抽查任务公告了{announced}次，时间均已过，不得增加"),
        )
    })
}

fn read_drops(console: &Console, path: &Path, plan: &Plan) -> Done<Vec<DropOut>> {
    let name = path.display().to_string();
    let bytes = folder::read(path)?;
    let beside = path.parent().unwrap_or(Path::new("."));
    let list = DropList::read(&bytes, &name, plan, |paper| {
        let bytes = folder::read(&beside.join(paper)).ok()?;
        Some(Digest::of(&bytes))
    });
    inputs::print_problems(console, &list.problems, false);
    let errors = list.problems.count(Severity::Error);
    if errors > 0 {
        return Err(Failure::new(
            format!("{errors} errors: nothing was frozen"),
            format!("共{errors}处错误，未冻结"),
        ));
    }
    match list.faults.into_iter().next() {
        Some(fault) => Err(fault.into()),
        None => Ok(list.drops),
    }
}

/// The sealed drops come first: the document without them could never be drawn.
fn write(
    dir: &Path,
    plan: &Plan,
    custodians: &[Custodian],
    stage: &FrozenStage,
    replay: bool,
) -> Done {
    let number = stage.document.number;
    let lines = json_lines(&stage.drops);
    let drops = dir.join(SECRET).join(stage_file(number, "-drops.jsonl"));
    folder::write(&drops, &lines, true)?;
    if !custodians.is_empty() {
        let held = sealing::seal(&lines, custodians)?;
        folder::write(&dir.join(stage_file(number, ".age")), &held, false)?;
    }
    let slip = SlipFields::of_stage(plan, stage, replay);
    write_slip(dir, &stage_file(number, "-slip"), &slip)?;
    let document = dir.join(stage_file(number, ".json"));
    if !folder::write_once(&document, &stage.bytes, false)? {
        return Err(Failure::new(
            format!(
                "{} exists already; a published stage is never changed",
                document.display()
            ),
            format!("{}已存在，已公布的补抽不得更改", document.display()),
        ));
    }
    Ok(())
}

fn report(console: &Console, dir: &Path, plan: &Plan, stage: &FrozenStage) {
    let dir = dir.display();
    let (number, round) = (stage.document.number, stage.document.round);
    let drops = &stage.document.drops;
    let (subjects, visits, officers) = (drops.subjects, drops.visits, drops.officers);
    console.say(
        format!("stage {number}: {subjects} subjects fell out, {visits} officers left one visit, {officers} get no further ones; publish stage-{number}.json and hand out stage-{number}-slip.html now"),
        format!("第{number}次补抽：退出对象{subjects}户，逐户退出人员{visits}人次，停派人员{officers}名。请立即公布 stage-{number}.json，并把 stage-{number}-slip.html 交给监督方"),
    );
    if plan.is_child() {
        console.say(
            "send stage-N.json to the parent: it hands over its list once the pulse is out",
            "请把补抽文件发给发起方：随机信标产生后由其移交名单",
        );
    }
    let commitment = stage.commitment;
    console.say(
        format!("wait for drand quicknet round {round}, then run `dispatch draw {dir} --stage {number} --pulse FILE`"),
        format!("请等待 drand quicknet 第{round}轮，然后运行 dispatch draw {dir} --stage {number} --pulse 文件"),
    );
    console.say(
        format!("commitment {commitment}"),
        format!("承诺 {commitment}"),
    );
}
