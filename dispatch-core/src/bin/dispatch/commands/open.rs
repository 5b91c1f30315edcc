//! `dispatch open`: the evidence bundle without the bureau, from what it has published.
//!
//! A custodian opens everything. The time lock opens the secret alone: recusals stay closed, and what
//! fell out before stages, so the draw is opened as far as these had no effect.

use std::path::Path;

use dispatch_core::beacon::Pulse;
use dispatch_core::bundle::{self, Files};
use dispatch_core::custody::opening::locked_secret;
use dispatch_core::draw::Prepared;
use dispatch_core::evidence::{Announced, TimeLockDocument};
use dispatch_core::held::{Held, missing_children, whole_bundle};
use dispatch_core::json::to_canonical;
use dispatch_core::language::Message;
use dispatch_core::stage::History;

use self::parent::Lists;
use crate::args::custody::Open;
use crate::commands::announce::pulse;
use crate::commands::custodian::not_as_announced;
use crate::commands::disclose::{children, pack};
use crate::commands::draw::{Given, values};
use crate::commands::sample::now;
use crate::console::Console;
use crate::custody::{self, keys, keys::Keys};
use crate::failure::{Done, Failure};
use crate::folder::{self, Folder, stage_file};
use crate::history;
use crate::log_folder::evidence::evidence;

mod parent;

pub(crate) fn run(console: &Console, options: &Open) -> Done {
    folder::must_not_exist(&options.out)?;
    let dir = &options.dir;
    let announced = history::announced(&dir.join(bundle::ANNOUNCEMENT))?;
    let keys = { options.custodian.as_deref() }
        .map(keys::read)
        .transpose()?;
    if keys.is_some() {
        not_before_disclosure(&announced)?;
    }
    let opening = { options.timelock.as_deref() }
        .map(|path| custody::lock_opening(&announced, path))
        .transpose()?;
    let step = console.step("opening and checking", "正在打开并核对");
    let (prepared, auditors) = opened(dir, &announced, keys.as_ref(), opening.as_ref())?;
    let pulses = options
        .pulse
        .iter()
        .map(|path| Ok((path.as_path(), pulse(path)?)));
    let pulses = pulses.collect::<Done<Vec<_>>>()?;
    let lists = Lists::read(options.parent.as_deref(), &announced.document.plan)?;
    let mut short = Vec::new();
    let held = hold(
        options,
        prepared,
        &pulses,
        &lists,
        keys.as_ref(),
        &mut short,
    )?;
    drop(step);

    let step = console.step("packing", "正在打包");
    let auditors = if options.auditor {
        auditors
    } else {
        Files::default()
    };
    let computed = to_canonical(&held.draw.result).unwrap_or_default();
    let children = children(&announced, &options.child)?;
    let mut files = whole_bundle(&Folder(dir), held, &auditors, children, opening.as_ref())?;
    let path = dir.join(bundle::RESULT);
    if !path.exists() {
        console.say(
            "the bureau has published no result.json; the one in the bundle was computed",
            "抽查机关没有公布 result.json，证据包中的为重新计算所得",
        );
    } else if folder::read(&path)? != computed {
        // What was published stands in the bundle, so that its check fails.
        files.insert(bundle::RESULT, folder::read(&path)?);
        short.push(other_result(keys.is_some()));
    }
    if let Some(dir) = &options.log {
        let commitment = &announced.commitment;
        files.insert(bundle::LOG, evidence(console, dir, commitment, None)?);
    }
    pack(&options.out, options.auditor, &files)?;
    drop(step);
    report(console, options, &announced, &files);
    if short.is_empty() {
        return Ok(());
    }
    Err(short.into())
}

/// As a bureau must not disclose before its time, so must a custodian not.
fn not_before_disclosure(announced: &Announced) -> Done {
    let document = &announced.document;
    let schedule = &document.plan.schedule;
    if document.replay || now() >= schedule.disclosure_unix() {
        return Ok(());
    }
    let time = &schedule.disclosure_time;
    Err(Failure::new(
        format!(
            "sealed until {time}: opening earlier would warn those who are still to be visited"
        ),
        format!("公开时间为{time}，此前打开会向尚未检查的对象泄露名单"),
    ))
}

/// What was frozen, and of a custodian what the auditor's form has besides.
fn opened(
    dir: &Path,
    announced: &Announced,
    keys: Option<&Keys>,
    opening: Option<&TimeLockDocument>,
) -> Done<(Prepared, Files)> {
    let public = custody::public_files(dir)?;
    if let Some(keys) = keys {
        let package = custody::package(dir, announced, keys)?;
        let auditors = package.auditors_files(announced.commitment);
        let prepared = { package.open(public) }.map_err(|failed| not_as_announced(dir, failed))?;
        return Ok((prepared, auditors));
    }
    let missing = || {
        Failure::new(
            "give --custodian or --timelock",
            "请用 --custodian 或 --timelock",
        )
    };
    let opening = opening.ok_or_else(missing)?;
    let plan = &announced.document.plan;
    if (plan.strata_are_sealed() && !plan.is_child()) || plan.team_is_sealed() {
        return Err(Failure::new(
            "strata or teams of this draw depend on sealed columns, which the time lock does not open: only a custodian can open it",
            "本次抽取的分层或派员取决于封存列，时间锁不能打开封存列，须由密钥保管方打开",
        ));
    }
    let secret = locked_secret(&announced.document, opening)?;
    let prepared = Prepared::open_public(public, secret).map_err(|failed| {
        if failed.iter().any(|result| result.id == "B08") {
            return Failure::new(
                "the time lock holds something else than the announced secret: whoever announced it has sabotaged it, and only a custodian can open this draw",
                "时间锁内不是公告时冻结的密钥：公告方破坏了时间锁，须由密钥保管方打开",
            );
        }
        not_as_announced(dir, failed)
    })?;
    Ok((prepared, Files::default()))
}

/// Draws, and then every stage that was published, as far as it can be opened; `short` gets what
/// could not.
fn hold(
    options: &Open,
    prepared: Prepared,
    pulses: &[(&Path, Pulse)],
    lists: &Lists,
    keys: Option<&Keys>,
    short: &mut Vec<Message>,
) -> Done<Held> {
    let dir = &options.dir;
    let plan = &prepared.announced.document.plan;
    let of_round = |round: u64| pulses.iter().find(|(_, pulse)| pulse.round == round);
    let given = Given {
        pulse: of_round(prepared.announced.document.round).map(|(path, _)| *path),
        numbers: options.numbers.as_deref(),
        contributions: options.contributions.as_deref(),
    };
    let values = values(plan, &given)?;
    let draw = match lists.after(0) {
        None => prepared.draw(&values)?,
        Some(subjects) => prepared.draw_handed(&values, &subjects)?,
    };
    let mut history = History::new(&draw);
    for number in 1..=plan.schedule.stages.len() as u64 {
        let path = dir.join(stage_file(number, ".json"));
        if !path.exists() {
            continue;
        }
        let Some(keys) = keys else {
            short.push(Message::new(
                format!("stage {number} was held: what fell out before it is sealed, and only a custodian can open it. The bundle ends with the draw, and is not the whole"),
                format!("已进行第{number}次补抽：退出名单仍封存，须由密钥保管方打开。证据包止于首次抽取，并不完整"),
            ));
            break;
        };
        let held = dir.join(stage_file(number, ".age"));
        let drops = custody::unseal(&held, &folder::read(&held)?, &keys.identity)?;
        let stage = { prepared.open_stage(&folder::read(&path)?, &drops) }.map_err(|message| {
            let held = held.display();
            Failure::new(
                format!("{held}: {}", message.english),
                format!("{held}：{}", message.chinese),
            )
        })?;
        let round = stage.document.round;
        let (_, pulse) = of_round(round).ok_or_else(|| {
            Failure::new(
                format!("stage {number} needs drand quicknet round {round}: give it with --pulse"),
                format!("第{number}次补抽需要 drand quicknet 第{round}轮：请用 --pulse 提供"),
            )
        })?;
        let parent = lists.after(stage.document.parent_stage);
        let drawn = prepared.draw_stage(&mut history, &stage, parent.as_ref(), pulse)?;
        let published = dir.join(stage_file(number, "-result.json"));
        let computed = to_canonical(&drawn.result).unwrap_or_default();
        if published.exists() && folder::read(&published)? != computed {
            let name = published.display();
            short.push(Message::new(
                format!("{name}: is not the result of this stage; the bureau has published another one. The bundle has the computed one"),
                format!("{name}：与重新计算的结果不同，抽查机关公布的结果有误。证据包中的为计算所得"),
            ));
        }
    }
    Ok(Held {
        prepared,
        values,
        draw,
        history,
    })
}

fn other_result(custodian: bool) -> Message {
    if custodian {
        return Message::new(
            "the published result.json is not what follows from what was frozen: the bureau has published another result. The bundle holds what it published, so check D06 fails",
            "公布的 result.json 与冻结内容得出的结果不同：抽查机关公布的结果有误。证据包中保留公布的文件，故核验 D06 不通过",
        );
    }
    Message::new(
        "the published result.json is not what follows without recusals: a recusal had an effect on the teams, which only a custodian can open, or the bureau has published another result. Who was drawn and every ticket in the bundle hold all the same (D01 to D03); teams may differ, and check D06 fails",
        "不计回避时得出的结果与公布的 result.json 不同：或有回避影响了派员（须由密钥保管方打开），或抽查机关公布的结果有误。证据包中抽中的对象和摇号号码仍然有效（D01至D03），派员可能不同，核验 D06 不通过",
    )
}

fn report(console: &Console, options: &Open, announced: &Announced, files: &Files) {
    let (out, commitment) = (options.out.display(), announced.commitment);
    console.say(
        format!("{out}: anybody can check it with `dispatch verify {out} --expect {commitment}`"),
        format!("{out}：任何人都可以核验：dispatch verify {out} --expect {commitment}"),
    );
    let missing = missing_children(&announced.document.plan, files);
    if !missing.is_empty() {
        let missing = missing.join("、");
        console.say(
            format!(
                "without the draws of {missing}: open them too, and put them inside with --child"
            ),
            format!("尚缺“{missing}”的证据包：请一并打开，并用 --child 放入"),
        );
    }
    if options.auditor {
        console.say(
            "this is the auditor's form: it opens sealed columns and recusals; do not publish it",
            "这是审计版：含封存列和回避事由，不得对外公布",
        );
    }
}
