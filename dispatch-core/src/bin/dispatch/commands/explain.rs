//! `dispatch explain`: "why me?"

use std::fs::File;
use std::io::BufReader;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::credit_code::CreditCode;
use dispatch_core::evidence::Evidence;
use dispatch_core::explain::{EventKind, Explanation, Member, Standing, explain, reduced};
use dispatch_core::language::Message;
use dispatch_core::plan::SubjectIds;
use dispatch_core::stage::DropKind;
use dispatch_core::verify::{Expectations, open_cells};

use crate::args::Explain;
use crate::commands::verify::{hidden_rules, report};
use crate::console::Console;
use crate::failure::{Done, Failure};

pub(crate) fn run(console: &Console, options: &Explain) -> Done {
    // An answer from a bundle that does not hold would be worse than none.
    let report = report(
        console,
        &options.bundle,
        Limits::default().total,
        &Expectations::default(),
    )?;
    let file =
        File::open(&options.bundle).map_err(|error| Failure::file(&options.bundle, &error))?;
    let evidence = Evidence::read(Files::unpack(BufReader::new(file), Limits::default()));
    let readable = evidence.announcement.good().is_some()
        && evidence.subjects.good().is_some()
        && evidence.records.good().is_some()
        && evidence.disclosure.good().is_some();
    if !readable {
        return Err(Failure::new(
            "this bundle cannot be read; run `dispatch verify` on it to see why",
            "无法读取该证据包：请先运行 dispatch verify 查看原因",
        ));
    }
    if !report.holds() {
        let failed = report.failed_anywhere().join(", ");
        console.complain(&Message::new(
            format!("do not rely on what follows: the bundle fails {failed}"),
            format!("以下内容不可信：证据包未通过{failed}"),
        ));
    }
    let cells = open_cells(&evidence);
    let id = plain_id(&options.id);
    let Some(found) = explain(&evidence, &cells, &id) else {
        return Err(not_there(&evidence, &id));
    };
    if options.json {
        console.line(&format!("{}", json(&found, &evidence)));
    } else {
        print(console, &found);
    }
    if !report.holds() {
        return Err(Failure::said());
    }
    let hidden = hidden_rules(&report).join(", ");
    if options.json {
        return Ok(());
    }
    if !hidden.is_empty() {
        console.say(
            format!("hidden    {hidden} depend on sealed columns: the public cannot check whether this draw was right about you"),
            format!("不可见         {hidden}涉及封存列，公众无法核验是否应当抽中"),
        );
    }
    console.say(
        "bundle    no check fails; run `dispatch verify` to know how much that proves",
        "证据包         各项核验均未发现问题；证明力请用 dispatch verify 查看",
    );
    Ok(())
}

/// An id as it stands in rosters: without spaces, half width, in capitals where it is a credit code.
fn plain_id(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let id: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(half)
        .collect();
    let capitals = id.to_ascii_uppercase();
    if capitals.parse::<CreditCode>().is_ok() {
        capitals
    } else {
        id
    }
}

/// Why there is nothing to explain: no such row, or no such code.
fn not_there(evidence: &Evidence, id: &str) -> Failure {
    let codes = evidence
        .plan()
        .is_some_and(|plan| plan.subjects.ids == SubjectIds::CreditCode);
    if let (true, Err(error)) = (codes, id.parse::<CreditCode>()) {
        return Failure::new(
            format!("{id} is not a credit code ({error}); check it and try again"),
            format!("“{id}”不是有效的统一社会信用代码，请核对18位代码后重试"),
        );
    }
    Failure::new(
        format!(
            "{id} is not in the roster of this draw: it could not be drawn, and nobody may come on the strength of it"
        ),
        format!("“{id}”不在本次抽取的检查对象名录中：不可能被抽中，也不得以本次抽取为由上门检查"),
    )
}

/// The explanation for people.
pub(crate) fn print(console: &Console, found: &Explanation) {
    console.say(
        format!("row       {}", found.row),
        format!("名录中的记录   {}", found.row),
    );
    let (number, count) = (found.proof.index + 1, found.proof.size);
    console.say(
        format!("          row {number} of {count} in the committed roster"),
        format!("               已承诺名录共{count}行，位于第{number}行"),
    );
    match &found.standing {
        None => console.say(
            "stratum   depends on sealed columns: only an auditor's bundle shows it",
            "分层           涉及封存列，只有审计版证据包才能显示",
        ),
        Some(Standing::Excluded { code, label }) => console.say(
            format!("excluded  {code}: {label}"),
            format!("已排除         {code}：{label}"),
        ),
        Some(Standing::Outside) => console.say(
            "stratum   none: it could not be drawn",
            "分层           不在任何分层中，不会被抽中",
        ),
        Some(Standing::Stratum {
            name,
            pool,
            quota,
            cut_off,
            rank,
        }) => {
            let (numerator, denominator) = reduced(*quota, *pool);
            console.say(
                format!("stratum   {name}"),
                format!("分层           {name}"),
            );
            console.say(
                format!("odds      {quota} of {pool}, that is {numerator}/{denominator}"),
                format!("中签概率       {pool}户中抽{quota}户，即{numerator}/{denominator}"),
            );
            console.say(
                format!("rank      {rank} of {pool}"),
                format!("名次           {pool}户中第{rank}名（号码从小到大）"),
            );
            if let Some(cut_off) = cut_off {
                console.say(
                    format!("cut-off   {cut_off} (tickets up to this one are drawn)"),
                    format!("入选线         {cut_off}（号码不大于它的入选）"),
                );
            }
        }
    }
    console.say(
        format!("ticket    {}", found.ticket),
        format!("摇号号码       {}", found.ticket),
    );
    console.say(
        format!("check it  {}", found.shell_line),
        format!("自行核验       {}", found.shell_line),
    );
    print_events(console, found);
    print_result(console, found);
    if !found.drawn {
        return;
    }
    print_team(console, &found.team);
    for (child, team) in &found.joint {
        console.say(
            format!("joint     {child}"),
            format!("联合派员       {child}"),
        );
        print_team(console, team);
    }
}

/// Whether it is in the list, and if not, whether it ever was.
fn print_result(console: &Console, found: &Explanation) {
    match (found.drawn, found.fell_out) {
        (true, _) => console.say("result    drawn", "结果           抽中"),
        (false, Some(stage)) => console.say(
            format!("result    drawn, then fell out in stage {stage}: it is not to be visited"),
            format!("结果           曾抽中，后在第{stage}次补抽中退出，不再检查"),
        ),
        (false, None) => console.say("result    not drawn", "结果           未抽中"),
    }
}

/// What stages did.
fn print_events(console: &Console, found: &Explanation) {
    for event in &found.events {
        let stage = event.stage;
        match &event.kind {
            EventKind::Drawn { ticket, shell_line } => {
                let batch = stage.saturating_add(1);
                let (english, chinese) = if found.batches {
                    (format!("batch {batch}"), format!("第{batch}批        "))
                } else {
                    (format!("stage {stage}"), format!("第{stage}次补抽      "))
                };
                console.say(
                    format!("{english}   drawn with ticket {ticket}\ncheck it  {shell_line}"),
                    format!("{chinese}抽中，号码{ticket}\n自行核验       {shell_line}"),
                );
                if matches!(found.standing, Some(Standing::Stratum { .. })) {
                    console.say(
                        "          ticket, rank and cut-off further up are those of the draw itself, in which it was not drawn",
                        "               前面的号码、名次和入选线属于首次抽取，当时未抽中",
                    );
                }
            }
            EventKind::FellOut { reason } => {
                let reasons = DropKind::Subject.reasons().iter();
                let mut named = reasons
                    .filter(|(code, _)| code == reason)
                    .map(|(_, name)| *name);
                let name = named.next().unwrap_or(reason);
                console.say(
                    format!("stage {stage}   fell out: {reason}"),
                    format!("第{stage}次补抽      退出：{name}"),
                );
            }
            EventKind::TeamChanged => console.say(
                format!("stage {stage}   its team was changed"),
                format!("第{stage}次补抽      调整派员"),
            ),
        }
    }
}

fn print_team(console: &Console, team: &[Member]) {
    for Member {
        slot,
        officer,
        name,
    } in team
    {
        if officer.is_empty() {
            console.say(
                format!("team      {slot}: open, nobody could fill it"),
                format!("派员           {slot}：空缺，无人可派"),
            );
        } else {
            console.say(
                format!("team      {slot}: {name} {officer}"),
                format!("派员           {slot}：{name}（{officer}）"),
            );
        }
    }
}

/// Everything, with the proof that the row is in the committed roster (RFC 6962).
fn json(found: &Explanation, evidence: &Evidence) -> serde_json::Value {
    let root = evidence
        .announcement
        .good()
        .map(|announced| announced.document.subjects.root);
    let standing = match &found.standing {
        None => serde_json::json!({ "kind": "hidden" }),
        Some(Standing::Outside) => serde_json::json!({ "kind": "outside" }),
        Some(Standing::Excluded { code, label }) => {
            serde_json::json!({ "kind": "excluded", "code": code, "label": label })
        }
        Some(Standing::Stratum {
            name,
            pool,
            quota,
            cut_off,
            rank,
        }) => serde_json::json!({
            "kind": "stratum", "name": name, "pool": pool, "quota": quota, "cut_off": cut_off, "rank": rank,
        }),
    };
    let events: Vec<_> = { found.events.iter() }
        .map(|event| match &event.kind {
            EventKind::Drawn { ticket, shell_line } => serde_json::json!({
                "stage": event.stage, "kind": "drawn", "ticket": ticket, "shell_line": shell_line,
            }),
            EventKind::FellOut { reason } => serde_json::json!({
                "stage": event.stage, "kind": "fell-out", "reason": reason,
            }),
            EventKind::TeamChanged => serde_json::json!({
                "stage": event.stage, "kind": "team-changed",
            }),
        })
        .collect();
    let members = |team: &[Member]| -> Vec<serde_json::Value> {
        let member = |member: &Member| {
            serde_json::json!({
                "slot": member.slot, "officer": member.officer, "name": member.name,
            })
        };
        team.iter().map(member).collect()
    };
    let joint: Vec<_> = { found.joint.iter() }
        .map(|(child, team)| serde_json::json!({ "child": child, "team": members(team) }))
        .collect();
    let team = members(&found.team);
    serde_json::json!({
        "id": found.id, "row": found.row, "proof": found.proof, "root": root, "standing": standing,
        "ticket": found.ticket, "shell_line": found.shell_line, "drawn": found.drawn, "drawn_in": found.drawn_in,
        "fell_out": found.fell_out, "team": team, "events": events, "joint": joint,
    })
}
