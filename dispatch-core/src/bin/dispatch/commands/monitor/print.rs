//! Findings for people, grouped by draw, and for programs.

use std::collections::BTreeMap;

use dispatch_core::monitor::{Finding, KINDS, Report, Severity, State};
use serde_json::json;

use crate::console::Console;
use crate::failure::{Done, Failure};

/// One line each, grouped by draw, the newest last.
pub(super) fn text(console: &Console, report: &Report, state: &State, known: &[Finding]) {
    // A draw stands where its latest finding does.
    let mut newest: BTreeMap<(&str, &str), Option<u64>> = BTreeMap::new();
    for finding in &report.findings {
        let at = newest.entry((&finding.body, &finding.draw)).or_default();
        *at = (*at).max(finding.index);
    }
    let mut groups: Vec<_> = newest.into_iter().collect();
    groups.sort_by_key(|(_, index)| *index);
    for ((body, draw), _) in groups {
        match (body, draw) {
            ("", "") => console.say("the log", "日志"),
            (body, "") => console.line(body),
            (body, draw) => console.line(&format!("{body}  {draw}")),
        }
        let of_it = report.findings.iter();
        for finding in of_it.filter(|f| (f.body.as_str(), f.draw.as_str()) == (body, draw)) {
            line(console, finding, known);
        }
    }
    if report.left_out > 0 {
        let more = report.left_out;
        console.say(
            format!("and {more} more findings that were not kept"),
            format!("另有{more}项发现未保留"),
        );
    }
    if report.claims {
        console.say(
            "times are the entries' own claims: the policy asks for no witness, and no token holds",
            "时间为条目自述：策略不要求见证，也没有成立的时间戳",
        );
    }
    let (alarms, all) = (report.alarms(), report.findings.len());
    let notices = all.saturating_sub(alarms);
    let (size, new) = (state.size, state.size.saturating_sub(report.before));
    console.say(
        format!("{size} entries judged, {new} of them new: {alarms} alarms, {notices} notices"),
        format!("已判断{size}条（新增{new}条）：警报{alarms}项，提示{notices}项"),
    );
}

fn line(console: &Console, finding: &Finding, known: &[Finding]) {
    let severity = match finding.severity {
        Severity::Alarm => console.pick("ALARM ", "警报"),
        Severity::Notice => console.pick("notice", "提示"),
    };
    let new = if known.contains(finding) { ' ' } else { '*' };
    let index = finding
        .index
        .map_or_else(|| "-".to_owned(), |i| i.to_string());
    let detail = finding.detail();
    let (id, detail) = (&finding.id, detail.text(console.language()));
    console.line(&format!("  {new} {severity} {id} {index:>7}  {detail}"));
}

/// The same for programs: one JSON object.
pub(super) fn json(console: &Console, report: &Report, state: &State, known: &[Finding]) -> Done {
    let findings = report.findings.iter().map(|finding| {
        let kind = KINDS.iter().find(|kind| kind.id == finding.id);
        let title = kind.map(|kind| kind.title().text(console.language()).to_owned());
        json!({
            "id": finding.id, "severity": finding.severity, "title": title,
            "index": finding.index, "body": finding.body, "draw": finding.draw,
            "english": finding.english, "chinese": finding.chinese,
            "new": !known.contains(finding),
        })
    });
    let findings: Vec<_> = findings.collect();
    let latest = report.latest.as_ref().map(|latest| latest.to_text());
    let document = json!({
        "format": "dispatch/monitor-report/1", "origin": state.origin,
        "size": state.size, "root": state.root.to_string(), "before": report.before,
        "claims": report.claims, "alarms": report.alarms(), "left_out": report.left_out,
        "checkpoint": latest, "findings": findings,
    });
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Failure::new(error.to_string(), error.to_string()))?;
    console.line(&text);
    Ok(())
}
