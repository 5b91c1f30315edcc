//! `dispatch draw`: the draw, once.

use std::collections::BTreeMap;
use std::path::Path;

use dispatch_core::bundle;
use dispatch_core::digest::Digest;
use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::freeze::json_lines;
use dispatch_core::held::{self, Held, names};
use dispatch_core::json::to_canonical;
use dispatch_core::plan::{Plan, SeedSource};
use dispatch_core::seed::SourceValue;

use crate::args;
use crate::commands::announce::pulse;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, Folder, stage_file};
use crate::history;
use crate::lists::{self, List};

pub(crate) fn run(console: &Console, options: &args::Draw) -> Done {
    if let Some(number) = options.stage {
        return stage(console, options, number);
    }
    let prepared = prepare(console, &options.dir)?;
    let plan = &prepared.announced.document.plan;
    let given = Given {
        pulse: options.pulse.as_deref(),
        numbers: options.numbers.as_deref(),
        contributions: options.contributions.as_deref(),
    };
    let values = values(plan, &given)?;
    let handed = { options.handover.as_deref() }
        .map(history::read_handover)
        .transpose()?;
    let step = console.step("drawing", "正在抽取");
    let folder = Folder(&options.dir);
    let draw = held::draw(&folder, &prepared, &values, handed.as_ref())?;
    drop(step);
    let secret = options.dir.join(folder::SECRET);
    keep_handover(console, &options.dir, 0, options.handover.as_deref())?;
    // The values come first: from then on every repetition is held against them.
    let bytes = to_canonical(&values).map_err(|e| Failure::new(e.to_string(), e.to_string()))?;
    let again = !folder::write_once(&secret.join(names::SOURCES), &bytes, true)?;
    if held::drawn_with(&folder)?.is_none_or(|known| known != values) {
        return Err(drawn_otherwise());
    }
    let files = prepared.disclose(&draw, &values);
    folder::write(
        &secret.join(bundle::ASSIGNMENTS),
        files.get(bundle::ASSIGNMENTS).unwrap_or_default(),
        true,
    )?;
    let list = List {
        prepared: &prepared,
        records: &draw.records,
        result: &draw.result,
    };
    lists::write(&secret, "", &list)?;
    folder::write(
        &options.dir.join(bundle::RESULT),
        files.get(bundle::RESULT).unwrap_or_default(),
        false,
    )?;
    report(console, &options.dir, &draw, again);
    Ok(())
}

/// Draws a stage that was frozen.
fn stage(console: &Console, options: &args::Draw, number: u64) -> Done {
    let dir = &options.dir;
    let secret = dir.join(folder::SECRET);
    let path = options.pulse.as_deref().ok_or_else(|| {
        Failure::new(
            "a stage is drawn with its own pulse: give --pulse",
            "补抽使用其自己的随机信标：请用 --pulse 提供",
        )
        .usage()
    })?;
    let pulse = pulse(path)?;
    let folder = Folder(dir);
    let mut held = Held::again(&folder, prepare(console, dir)?, number)?;
    let kept = secret.join(stage_file(number, "-pulse.json"));
    let again = kept.exists();
    let stage = held::frozen(&folder, &held.prepared, number)?.ok_or_else(|| {
        Failure::new(
            format!("stage {number} is not frozen: run `dispatch stage` first"),
            format!("第{number}次补抽尚未冻结：请先运行 dispatch stage"),
        )
    })?;
    if pulse.round != stage.document.round {
        let (given, round) = (pulse.round, stage.document.round);
        return Err(Failure::new(
            format!(
                "the pulse is of round {given}; the time of stage {number} fixes round {round}: bring that one"
            ),
            format!("随机信标为第{given}轮，第{number}次补抽应为第{round}轮：请使用该轮"),
        ));
    }
    let handed = match &options.handover {
        Some(path) => Some(history::read_handover(path)?),
        None => held::handover(&folder, number)?,
    };
    let step = console.step("drawing", "正在抽取");
    let (prepared, history) = (&held.prepared, &mut held.history);
    let drawn = held::draw_stage(&folder, prepared, history, &stage, &pulse, handed.as_ref())?;
    drop(step);
    keep_handover(console, dir, number, options.handover.as_deref())?;
    // The pulse comes first: from then on every repetition is held against it.
    folder::write_once(&kept, held::pulse_text(&pulse).as_bytes(), true)?;
    if crate::commands::announce::pulse(&kept)? != pulse {
        return Err(drawn_otherwise());
    }
    if again {
        console.say(
            "already drawn with the same pulse; the result is the same",
            "此前已用相同的随机信标抽取，结果相同",
        );
    }
    let records: Vec<_> = history.list().records().cloned().collect();
    let list = List {
        prepared,
        records: &records,
        result: &drawn.result,
    };
    lists::write(&secret, &stage_file(number, "-"), &list)?;
    let whole = stage_file(number, &format!("-{}", bundle::ASSIGNMENTS));
    folder::write(&secret.join(whole), &json_lines(&records), true)?;
    let result =
        to_canonical(&drawn.result).map_err(|e| Failure::new(e.to_string(), e.to_string()))?;
    folder::write(
        &dir.join(stage_file(number, "-result.json")),
        &result,
        false,
    )?;
    let (count, root) = (records.len(), drawn.result.root);
    let changed = drawn.records.len();
    console.say(
        format!("stage {number} drawn: {changed} teams made or changed, {count} subjects in the list; publish stage-{number}-result.json now (root {root})"),
        format!("第{number}次补抽完成：新增或调整{changed}户，名单现有{count}户；请立即公布 stage-{number}-result.json（根值 {root}）"),
    );
    for shortage in drawn.groups.iter().flat_map(|group| &group.shortages) {
        console.message(&shortage.message);
    }
    Ok(())
}

/// Keeps what the parent handed over beside what was drawn from it.
fn keep_handover(console: &Console, dir: &Path, number: u64, given: Option<&Path>) -> Done {
    let Some(given) = given else {
        return Ok(());
    };
    let kept = dir.join(folder::SECRET).join(held::handover_file(number));
    let bytes = folder::read(given)?;
    if !folder::write_once(&kept, &bytes, true)? && folder::read(&kept)? != bytes {
        return Err(drawn_otherwise());
    }
    let handover = history::read_handover(given)?;
    let (stage, root) = (handover.stage, handover.result.root);
    let published = match stage {
        0 => "result.json".to_owned(),
        stage => stage_file(stage, "-result.json"),
    };
    let (count, whole) = (handover.records.len(), handover.result.count);
    console.say(
        format!("{count} of the parent's {whole} subjects were handed over; its {published} must have the root {root}: compare it with what was published"),
        format!("移交{count}户（发起方共{whole}户）；发起方公布的 {published} 的根值应为 {root}，请与公布的文件核对"),
    );
    Ok(())
}

fn drawn_otherwise() -> Failure {
    Failure::new(
        "this draw was already made with other inputs; a draw is made once and is never repeated: nothing was changed",
        "本次抽取已用其他输入完成；一次公告只能抽取一次，未作任何改动",
    )
}

/// Reads a draw's folder and makes sure that it is what was announced.
pub(crate) fn prepare(console: &Console, dir: &Path) -> Done<Prepared> {
    let step = console.step("checking what was frozen", "正在核对冻结内容");
    let prepared = held::open(&Folder(dir));
    drop(step);
    prepared
}

fn report(console: &Console, dir: &Path, draw: &Draw, again: bool) {
    if again {
        console.say(
            "already drawn with the same inputs; the result is the same",
            "此前已用相同输入抽取，结果相同",
        );
    }
    let (count, open, root) = (draw.records.len(), draw.teams.open(), draw.result.root);
    console.say(
        format!("drawn: {count} subjects; publish result.json now (root {root})"),
        format!("已抽取{count}户；请立即公布 result.json（根值 {root}）"),
    );
    for shortage in draw.teams.groups.iter().flat_map(|group| &group.shortages) {
        console.message(&shortage.message);
    }
    if open > 0 {
        console.say(
            format!("{open} places stay open; fill them by a stage, never by hand"),
            format!("有{open}个席位空缺，只能通过补抽填补，不得指定"),
        );
    }
    let secret = dir.join(folder::SECRET);
    let secret = secret.display();
    console.say(
        format!(
            "sealed until disclosure: {secret}/drawn.csv, {secret}/teams.csv, {secret}/lists.xlsx"
        ),
        format!("公开前须保密：{secret}/drawn.csv、{secret}/teams.csv、{secret}/lists.xlsx"),
    );
}

/// The files that values of seed sources are given in.
pub(crate) struct Given<'p> {
    pub(crate) pulse: Option<&'p Path>,
    pub(crate) numbers: Option<&'p Path>,
    pub(crate) contributions: Option<&'p Path>,
}

/// The values of the plan's seed sources, from the files given.
pub(crate) fn values(plan: &Plan, given: &Given<'_>) -> Done<Vec<SourceValue>> {
    let numbers: BTreeMap<String, Vec<u64>> =
        mapping(given.numbers, "{\"name of the event\": [1, 2, 3]}")?;
    let contributions: BTreeMap<String, Digest> = mapping(
        given.contributions,
        "{\"name of the body\": \"64 hexadecimal characters\"}",
    )?;
    let mut pulses = given.pulse;
    let missing = |what: &str, chinese: &str| {
        Failure::new(
            format!("the plan needs {what}; the draw waits for it: there is no other source"),
            format!("抽查任务需要{chinese}；尚未公布的须等待，没有替代来源"),
        )
    };
    let mut used = 0;
    let mut values = Vec::new();
    for source in &plan.seed {
        values.push(match source {
            SeedSource::Drand { .. } => {
                let path = pulses.take().ok_or_else(|| {
                    missing(
                        &format!("--pulse with drand quicknet round {}", plan.round()),
                        &format!(
                            "用 --pulse 提供 drand quicknet 第{}轮的随机信标",
                            plan.round()
                        ),
                    )
                })?;
                SourceValue::pulse(&pulse(path)?)
            }
            SeedSource::PublicNumbers { name, .. } => {
                used += 1;
                let values = numbers.get(name).cloned();
                SourceValue::PublicNumbers {
                    values: values.ok_or_else(|| {
                        missing(
                            &format!("--numbers with \"{name}\""),
                            &format!("用 --numbers 提供“{name}”（名称须与抽查任务完全一致）"),
                        )
                    })?,
                }
            }
            SeedSource::Contribution { body, .. } => {
                used += 1;
                let value = contributions.get(body).copied();
                SourceValue::Contribution {
                    value: value.ok_or_else(|| {
                        missing(
                            &format!("--contributions with \"{body}\""),
                            &format!(
                                "用 --contributions 提供“{body}”的数值（名称须与抽查任务完全一致）"
                            ),
                        )
                    })?,
                }
            }
        });
    }
    if pulses.is_some() || used < numbers.len() + contributions.len() {
        return Err(Failure::new(
            "a value was given that the plan does not ask for; nothing may be added after the announcement",
            "提供了抽查任务未规定的随机源；公告之后不得增加任何来源",
        ));
    }
    Ok(values)
}

fn mapping<T: serde::de::DeserializeOwned>(
    path: Option<&Path>,
    example: &str,
) -> Done<BTreeMap<String, T>> {
    let Some(path) = path else {
        return Ok(BTreeMap::new());
    };
    let bytes = folder::read(path)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let path = path.display();
        Failure::new(
            format!("{path}: {error}; it looks like {example}"),
            format!("{path}：{error}；格式示例：{example}"),
        )
    })
}
