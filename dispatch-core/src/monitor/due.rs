//! What is missing at the present time.
//!
//! Invariant: a function of the state and the time; it is not kept, since what is missing today may
//! come tomorrow, and is then found late by its entry.

use super::Options;
use super::finding::{Findings, Place};
use super::judge::stage_time;
use super::state::{Body, Draw, State};
use crate::syntax::shown_time;

/// Everything that is due and not there.
pub(super) fn missing(state: &State, options: &Options, now: u64) -> Findings {
    let mut found = Findings::default();
    for (name, body) in &state.bodies {
        sequences(&mut found, name, body);
        for (id, planned) in &body.planned {
            if !planned.settled && now >= planned.end {
                let at = Place {
                    index: Some(planned.index),
                    body: name.clone(),
                    draw: id.clone(),
                };
                let latest = &planned.latest;
                found.alarm(
                    "M16",
                    &at,
                    &format!(
                        "planned for {latest} at the latest, and neither announced nor voided"
                    ),
                    &format!("计划最迟{latest}抽取，至今既未公告也未作废"),
                );
            }
        }
    }
    for draw in state.draws.values() {
        if draw.voided.is_none() && !draw.replay {
            of_draw(&mut found, draw, options, now);
        }
    }
    if let (Some(hours), Some(last)) = (options.silence, state.last_time) {
        let limit = last.saturating_add(hours.saturating_mul(3600));
        if now > limit {
            found.alarm(
                "M22",
                &Place::default(),
                &format!("nothing new was witnessed since {}", shown_time(last)),
                &format!("自{}以来没有新的见证", shown_time(last)),
            );
        }
    }
    found
}

fn sequences(found: &mut Findings, name: &str, body: &Body) {
    let mut last: Option<u64> = None;
    for number in &body.sequences {
        if let Some(before) = last
            && before.saturating_add(1) != *number
        {
            let at = Place {
                body: name.to_owned(),
                ..Place::default()
            };
            let (from, to) = (before.saturating_add(1), number.saturating_sub(1));
            let range = if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            };
            found.alarm(
                "M10",
                &at,
                &format!("no draw has the sequence number {range}"),
                &format!("缺少抽取序号{range}"),
            );
        }
        last = Some(*number);
    }
}

fn of_draw(found: &mut Findings, draw: &Draw, options: &Options, now: u64) {
    let at = Place {
        index: Some(draw.index),
        body: draw.body.clone(),
        draw: draw.draw.clone(),
    };
    let over = |time: u64| now > time.saturating_add(options.grace);
    if over(draw.draw_time) && !draw.results.contains_key(&0) {
        found.alarm(
            "M11",
            &at,
            &format!(
                "no result since the draw time {}",
                shown_time(draw.draw_time)
            ),
            &format!("自抽取时间{}至今没有结果", shown_time(draw.draw_time)),
        );
    }
    for (number, _) in (1..).zip(&draw.stages) {
        let Some(time) = stage_time(draw, number).filter(|time| over(*time)) else {
            continue;
        };
        let published = draw.published.contains_key(&number);
        if published && !draw.results.contains_key(&number) {
            found.alarm(
                "M11",
                &at,
                &format!("stage {number} was published and has no result"),
                &format!("第{number}次补抽已公布，没有结果"),
            );
        }
        match draw.order {
            _ if published => {}
            Some(true) => found.alarm(
                "M12",
                &at,
                &format!("batch of stage {number}, due at {}, was not held", shown_time(time)),
                &format!("第{number}次补抽（批次）应于{}进行，未见公布", shown_time(time)),
            ),
            Some(false) => {}
            None => found.notice(
                "M12",
                &at,
                &format!(
                    "stage {number} passed unused; whether it had to be held cannot be told without announcement.json"
                ),
                &format!("第{number}次补抽未使用；没有 announcement.json，无法判断是否必须进行"),
            ),
        }
    }
    if draw.custodians > 0 && now >= draw.draw_time && !draw.acknowledged {
        if draw.said && !draw.read {
            found.notice(
                "M13",
                &at,
                "acknowledged in time; who signed cannot be checked without announcement.json",
                "已按期确认；没有 announcement.json，无法核对签名",
            );
        } else {
            found.alarm(
                "M13",
                &at,
                "no valid acknowledgement by the draw time",
                "抽取时间之前没有有效的保管方确认",
            );
        }
    }
    if over(draw.disclosure_time) && !draw.disclosed {
        found.alarm(
            "M14",
            &at,
            &format!("not disclosed; due at {}", shown_time(draw.disclosure_time)),
            &format!("应于{}公开，至今没有", shown_time(draw.disclosure_time)),
        );
    }
}
