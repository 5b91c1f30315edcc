//! `dispatch demo`: everything at district size, offline, replaying a real past pulse.

use std::path::{Path, PathBuf};

use dispatch_core::beacon;
use dispatch_core::bundle::Limits;
use dispatch_core::digest::Digest;
use dispatch_core::verify::Expectations;

use crate::args::{Announce, Demo, Disclose, Draw, Explain, Inputs, Sample};
use crate::commands::{announce, disclose, draw, explain, sample, verify};
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;

/// A real quicknet pulse of 2026-07-23T07:38:30Z, as a relay returned it.
const PULSE: &str = "{\"round\":30662982,\"randomness\":\"ae76da5137c6d0a0d3b50d325948b26cc3ff1f804cd7bbca29b9250c2bfe8d67\",\"signature\":\"8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a\"}\n";
const ROUND: u64 = 30_662_982;

pub(crate) fn run(console: &Console, options: &Demo) -> Done {
    let out = options.out.clone().map_or_else(free_name, Ok)?;
    folder::must_not_exist(&out)?;
    std::fs::create_dir_all(&out).map_err(|error| Failure::file(&out, &error))?;
    console.say(
        "This is a replay: it uses a drand pulse of 2026-07-23 that was known before, so it proves nothing about a real draw.",
        "这是演练：使用2026年7月23日已公布的随机信标，不能证明任何真实抽取。",
    );

    heading(console, "1 sample input", "一、示例数据");
    let input = out.join("input");
    let synthetic = Sample {
        subjects: options.subjects,
        officers: options.officers,
        recusals: None,
        seed: 7,
        out: input.clone(),
    };
    std::fs::create_dir_all(&input).map_err(|error| Failure::file(&input, &error))?;
    let draw_time = beacon::time_of_round(ROUND).unwrap_or_default();
    sample::write(console, &synthetic, &input, draw_time)?;
    folder::write(&out.join("pulse.json"), PULSE.as_bytes(), false)?;
    tell(console, &input);

    heading(console, "2 check and announce", "二、检查并公告");
    let dir = out.join("draw");
    announce::run(
        console,
        &Announce {
            inputs: Inputs {
                plan: input.join("plan.toml"),
                subjects: Some(input.join("subjects.csv")),
                officers: input.join("officers.csv"),
                recusals: Some(input.join("recusals.csv")),
                parent: None,
                columns: None,
            },
            out: dir.clone(),
            replay: true,
            recent_pulse: None,
            policy: None,
            custodian: Vec::new(),
            no_timelock: false,
            timelock: false,
            previous: None,
            reasons: None,
        },
    )?;

    heading(console, "3 draw with the pulse", "三、用随机信标抽取");
    let pulse = Some(out.join("pulse.json"));
    draw::run(
        console,
        &Draw {
            dir: dir.clone(),
            pulse,
            numbers: None,
            contributions: None,
            stage: None,
            handover: None,
        },
    )?;

    heading(console, "4 disclose", "四、公开");
    let bundle = out.join("evidence.zip");
    disclose::run(
        console,
        &Disclose {
            dir: dir.clone(),
            out: bundle.clone(),
            auditor: false,
            child: Vec::new(),
            log: None,
            timelock: None,
        },
    )?;
    disclose::run(
        console,
        &Disclose {
            dir: dir.clone(),
            out: out.join("auditor.zip"),
            auditor: true,
            child: Vec::new(),
            log: None,
            timelock: None,
        },
    )?;

    heading(console, "5 verify, as a stranger would", "五、任何人核验");
    let commitment = draw::prepare(console, &dir)?.announced.commitment;
    let expectations = Expectations {
        commitment: Some(commitment),
        ..Expectations::default()
    };
    let report = verify::report(console, &bundle, Limits::default().total, &expectations)?;
    verify::print(console, &report);
    if !report.holds() {
        return Err(Failure::said());
    }

    heading(console, "6 why me?", "六、为什么抽到我");
    let id = first_drawn(&dir)?;
    explain::run(
        console,
        &Explain {
            bundle: bundle.clone(),
            id,
            json: false,
        },
    )?;

    heading(console, "files", "文件");
    for name in [
        "input",
        "pulse.json",
        "draw",
        "draw/slip.html",
        "draw/secret",
        "evidence.zip",
        "auditor.zip",
    ] {
        tell(console, &out.join(name));
    }
    finish(console, &bundle, commitment);
    Ok(())
}

fn finish(console: &Console, bundle: &Path, commitment: Digest) {
    let bundle = bundle.display();
    console.say(
        format!("check it yourself: dispatch verify {bundle} --expect {commitment}"),
        format!("请自行核验：dispatch verify {bundle} --expect {commitment}"),
    );
}

fn heading(console: &Console, english: &str, chinese: &str) {
    console.line("");
    console.say(format!("== {english}"), format!("== {chinese}"));
}

fn tell(console: &Console, path: &Path) {
    let path = path.display().to_string();
    console.say(&path, &path);
}

fn free_name() -> Done<PathBuf> {
    let names = (1..1000).map(|number| match number {
        1 => PathBuf::from("dispatch-demo"),
        _ => PathBuf::from(format!("dispatch-demo-{number}")),
    });
    names
        .into_iter()
        .find(|name| !name.exists())
        .ok_or_else(|| {
            Failure::new(
                "too many dispatch-demo folders; delete some",
                "dispatch-demo 目录过多，请清理",
            )
        })
}

/// Id of the first subject of the drawn list.
fn first_drawn(dir: &Path) -> Done<String> {
    let list = folder::read(&dir.join(folder::SECRET).join("drawn.csv"))?;
    let mut reader = csv::Reader::from_reader(list.as_slice());
    let first = reader.records().next().and_then(Result::ok);
    let id = first.and_then(|record| {
        record
            .get(1)
            .map(|id| id.trim_start_matches(['\t', '\'']).to_owned())
    });
    id.ok_or_else(|| Failure::new("nobody was drawn", "没有抽中任何对象"))
}
