//! `dispatch log plan`, `void`, `key`: steps that no draw's folder has.

use std::path::Path;

use dispatch_core::digest::Digest;
use dispatch_core::entry::{Holder, KeyChange, PlannedDraw, Planning, Step, Voiding};
use dispatch_core::log::VerifierKey;

use super::{Steps, add, in_file};
use crate::args::log::{KeyHolder, LogKey, LogPlan, LogVoid};
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::log_folder::documents;
use crate::log_folder::known::Known;

pub(super) fn plan(console: &Console, options: &LogPlan) -> Done {
    let draws = read_draws(&options.draws)?;
    add(console, &options.log, None, |log, _| {
        let step = Step::Plan(Planning {
            document: documents::publish_file(log, &options.document)?,
            draws,
            reason: options.reason.clone(),
            year: options.year,
        });
        Ok(Steps {
            body: options.body.clone(),
            steps: vec![step],
        })
    })
}

pub(super) fn void(console: &Console, options: &LogVoid) -> Done {
    if options.proposer == options.approver {
        return Err(Failure::new(
            "proposer and approver are the same person; two people void a draw",
            "提出人与批准人相同；作废须由两人分别提出和批准",
        ));
    }
    add(console, &options.log, None, |_, known| {
        let (body, commitment) = which(known, &options.draw, options.body.as_deref())?;
        if let Some(draw) = commitment.and_then(|commitment| known.draw(&commitment))
            && now() >= draw.draw_unix
            && !draw.replay
        {
            let name = &draw.draw;
            return Err(Failure::new(
                format!(
                    "the draw time of {name} is past: whoever voids a draw then may know its result; it cannot be voided any more"
                ),
                format!("{name}的抽取时间已过：此时作废者可能已知结果，不得再作废"),
            ));
        }
        let commitment = commitment.as_ref().map(Digest::to_string);
        let step = Step::Void(Voiding {
            approver: options.approver.clone(),
            commitment: commitment.unwrap_or_default(),
            draw: options.draw.clone(),
            proposer: options.proposer.clone(),
            reason: options.reason.clone(),
        });
        Ok(Steps {
            body,
            steps: vec![step],
        })
    })
}

/// The one draw of this id.
fn which(known: &Known, draw: &str, body: Option<&str>) -> Done<(String, Option<Digest>)> {
    let mut found = known.draws_named(draw);
    found.retain(|(name, _)| body.is_none_or(|body| body == name));
    let several = found.len() > 1;
    match found.pop() {
        Some(one) if !several => Ok(one),
        Some(_) => Err(Failure::new(
            format!("several bodies have a draw {draw}; say with --body which one is meant"),
            format!("多个机关有编号为{draw}的抽取；请用 --body 指明"),
        )),
        None => Err(Failure::new(
            format!("no draw {draw} is planned or announced in this log; check the id"),
            format!("本日志中没有计划或公告过编号为{draw}的抽取，请核对编号"),
        )),
    }
}

pub(super) fn key(console: &Console, options: &LogKey) -> Done {
    for (text, name) in [(&options.old, "--old"), (&options.new, "--new")] {
        if !text.is_empty() {
            text.parse::<VerifierKey>().map_err(|error| {
                Failure::new(
                    format!("{name}: {error}; copy it as its owner publishes it"),
                    format!("{name}：{error}；请按其所有者公布的内容复制"),
                )
                .usage()
            })?;
        }
    }
    if options.old.is_empty() && options.new.is_empty() {
        return Err(
            Failure::new("give --old, --new, or both", "请提供 --old、--new 或两者").usage(),
        );
    }
    add(console, &options.log, None, |_, _| {
        let step = Step::Key(KeyChange {
            compromised: options.compromised,
            holder: match options.holder {
                KeyHolder::Custodian => Holder::Custodian,
                KeyHolder::Log => Holder::Log,
                KeyHolder::Witness => Holder::Witness,
            },
            new: options.new.clone(),
            old: options.old.clone(),
            reason: options.reason.clone(),
        });
        Ok(Steps {
            body: options.body.clone(),
            steps: vec![step],
        })
    })
}

/// The draws of a plan, from CSV, in the order that the entry has.
fn read_draws(path: &Path) -> Done<Vec<PlannedDraw>> {
    let bytes = folder::read(path)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text);
    let failed = |error: csv::Error| {
        in_file(
            path,
            &dispatch_core::language::Message::new(
                format!("{error}; it is a CSV file in UTF-8 with the columns draw, latest, title"),
                format!("{error}；应为UTF-8编码的CSV文件，含 draw、latest、title 三列"),
            ),
        )
    };
    let headers = reader.headers().map_err(failed)?.clone();
    let column = |names: [&str; 2]| {
        let place = headers.iter().position(|header| names.contains(&header));
        place.ok_or_else(|| {
            let [english, chinese] = names;
            in_file(
                path,
                &dispatch_core::language::Message::new(
                    format!("has no column {english}; it needs draw, latest (a date like 2026-09-30) and title"),
                    format!("没有“{chinese}”列；应有“抽取编号”“最迟日期”（如2026-09-30）“名称”三列"),
                ),
            )
        })
    };
    let draw = column(["draw", "抽取编号"])?;
    let latest = column(["latest", "最迟日期"])?;
    let title = column(["title", "名称"])?;
    let mut draws = Vec::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let cell = |place: usize| record.get(place).unwrap_or_default().to_owned();
        draws.push(PlannedDraw {
            draw: cell(draw),
            latest: cell(latest),
            title: cell(title),
        });
    }
    draws.sort_by(|one, other| one.draw.cmp(&other.draw));
    if let Some(pair) = draws.windows(2).find(|pair| pair[0].draw == pair[1].draw) {
        let draw = &pair[0].draw;
        return Err(in_file(
            path,
            &dispatch_core::language::Message::new(
                format!("the draw {draw} is there twice; every draw has one row"),
                format!("抽取{draw}出现两次，每次抽取一行"),
            ),
        ));
    }
    Ok(draws)
}
