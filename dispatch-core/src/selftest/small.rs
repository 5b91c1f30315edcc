//! A small draw with everything in it: sealed column, groups, recusals, leave, limits, an exclusion.
//!
//! It replays quicknet's round 1000, and in a stage round 1001, so it can be drawn at once and proves
//! nothing. The two draws that can be made differ in every document.

use crate::beacon::Pulse;
use crate::bundle::Files;
use crate::credit_code::{ALPHABET, check_character};
use crate::digest::{Digest, from_hex};
use crate::draw::Prepared;
use crate::evidence::roster_rules;
use crate::freeze::{Draft, Earlier, Entropy, SecretDocument, freeze};
use crate::json::from_canonical;
use crate::language::Message;
use crate::plan::Plan;
use crate::result::Record;
use crate::roster::{Recusal, Roster, RosterBuilder};
use crate::seed::SourceValue;
use crate::stage::{DropOut, History, StageDraft};

/// A draw in both forms.
#[derive(Debug)]
pub(super) struct Draw {
    pub(super) commitment: Digest,
    pub(super) public: Files,
    pub(super) auditors: Files,
}

/// Makes a draw; `name` tells one from another.
pub(super) fn bundles(name: &str) -> Result<Draw, Message> {
    let fault = |error: &dyn core::fmt::Display| Message::new(error.to_string(), error.to_string());
    let plan: Plan =
        serde_json::from_str(&PLAN.replace("@NAME@", name)).map_err(|error| fault(&error))?;
    // Sealing is part of freezing: the columns are still open here.
    let mut open = plan.clone();
    open.subjects.sealed.clear();
    let subjects = subjects(&open, name).map_err(|error| fault(&error))?;
    let officers = officers(&open, name).map_err(|error| fault(&error))?;
    let recusal = |(subject, officer): (usize, usize)| Recusal {
        subject: subjects.id(subject).to_owned(),
        officer: officers.id(officer).to_owned(),
        reason: format!("{name} 近亲属"),
    };
    let recusals = (0..subjects.len())
        .step_by(3)
        .map(|row| recusal((row, row % officers.len())))
        .collect();
    let pulse = pulse(1000, SIGNATURE);
    let draft = Draft {
        plan,
        subjects,
        officers,
        recusals,
        earlier: Earlier::default(),
        recent_pulse: Some(pulse),
        policy: None,
        created: "2023-08-20T00:00:00Z".to_owned(),
        replay: true,
    };
    let fixed = |what: &str| *Digest::of(format!("self-test {what} {name}").as_bytes()).as_bytes();
    let entropy = Entropy {
        secret: fixed("secret"),
        roster_key: fixed("roster key"),
    };
    let first = |mut faults: Vec<Message>| {
        faults
            .pop()
            .unwrap_or_else(|| Message::new("not frozen", "未能冻结"))
    };
    let frozen = freeze(draft, &entropy).map_err(first)?;
    let mut auditors = frozen.public.clone();
    let mut secret = frozen.secret;
    let document = secret.take(SecretDocument::NAME).unwrap_or_default();
    let document: SecretDocument = from_canonical(&document).map_err(|error| fault(&error))?;
    add(&mut auditors, &secret);
    let prepared = Prepared::open(auditors.clone(), &document)
        .map_err(|faults| first(faults.into_iter().map(|fault| fault.detail).collect()))?;
    let values = [SourceValue::pulse(&pulse)];
    let draw = prepared.draw(&values)?;
    let mut history = History::new(&draw);
    let stage = prepared
        .freeze_stage(&history, stage(&draw.records))
        .map_err(first)?;
    prepared.draw_stage(&mut history, &stage, None, &pulse_of_stage())?;
    let disclosed = prepared.disclose_with(&draw, &history, &values);
    let mut public = frozen.public;
    add(&mut public, &disclosed);
    add(&mut auditors, &disclosed);
    add(&mut auditors, &secret);
    Ok(Draw {
        commitment: frozen.commitment,
        public,
        auditors,
    })
}

/// One subject falls out, one officer leaves one visit, and another all further ones.
fn stage(records: &[Record]) -> StageDraft {
    let drop_out = |subject: &str, officer: &str, reason: &str| DropOut {
        approver: "分管局长".to_owned(),
        evidence: Digest::of(subject.as_bytes()),
        officer: officer.to_owned(),
        reason: reason.to_owned(),
        stage: 1,
        subject: subject.to_owned(),
    };
    let named = |record: &Record| record.officers.iter().find(|id| !id.is_empty()).cloned();
    let mut drops = Vec::new();
    if let [first, second, third, ..] = records {
        drops.push(drop_out(&first.subject, "", "moved-out"));
        if let Some(officer) = named(second) {
            drops.push(drop_out(&second.subject, &officer, "recusal-requested"));
        }
        if let Some(officer) = named(third) {
            drops.push(drop_out("", &officer, "transferred"));
        }
    }
    StageDraft {
        number: 1,
        created: "2023-08-23T15:59:25Z".to_owned(),
        drops,
        parent_stage: 0,
    }
}

fn pulse(round: u64, signature: &str) -> Pulse {
    let bytes = from_hex(signature).ok();
    Pulse {
        round,
        signature: bytes.and_then(|b| b.try_into().ok()).unwrap_or([0; 48]),
    }
}

fn pulse_of_stage() -> Pulse {
    pulse(1001, STAGE_SIGNATURE)
}

fn add(files: &mut Files, more: &Files) {
    for name in more.names() {
        files.insert(name, more.get(name).unwrap_or_default().to_vec());
    }
}

fn subjects(plan: &Plan, name: &str) -> Result<Roster, crate::roster::RowFault> {
    let mut builder = RosterBuilder::new(roster_rules(plan, true));
    for number in 0..20_usize {
        let place = char::from(ALPHABET[number % 31]);
        let stem = format!("91440106M0{name}00{}{place}0{}", number % 10, number / 10);
        let id = format!("{stem}{}", check_character(&stem).unwrap_or('0'));
        let title = format!("示例企业{name}{number}");
        let mut row = vec![
            ("id", id.as_str()),
            ("name", title.as_str()),
            ("region", REGIONS[number % 2]),
        ];
        row.push(("risk", RISKS[number % RISKS.len()]));
        if number == 12 {
            row.push(("case", "立案〔2023〕7号"));
        }
        row.retain(|(_, value)| !value.is_empty());
        builder.push(&row)?;
    }
    builder.finish()
}

fn officers(plan: &Plan, name: &str) -> Result<Roster, crate::roster::RowFault> {
    let mut builder = RosterBuilder::new(roster_rules(plan, false));
    for number in 0..12_usize {
        let id = format!("粤{name}{number:04}");
        let title = format!("示例人员{number}");
        let mut row = vec![
            ("department", DEPARTMENTS[usize::from(number >= 8)]),
            (
                "expires",
                if number == 5 {
                    "2023-09-10"
                } else {
                    "2025-12-31"
                },
            ),
            ("id", id.as_str()),
            ("lead", if number % 4 < 2 { "yes" } else { "no" }),
            ("name", title.as_str()),
            ("region", REGIONS[number % 2]),
        ];
        match number {
            2 => row.push(("leave", "2023-09-01/2023-09-15")),
            3 => row.push(("limit", "2")),
            _ => {}
        }
        builder.push(&row)?;
    }
    builder.finish()
}

const REGIONS: [&str; 2] = ["东", "西"];
const RISKS: [&str; 5] = ["A", "B", "C", "D", ""];
const DEPARTMENTS: [&str; 2] = ["市场监管局", "消防救援局"];
/// The signature of round 1000 (tests/vectors).
const SIGNATURE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
/// The signature of round 1001 (tests/vectors), three seconds later.
const STAGE_SIGNATURE: &str = "b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41";
const PLAN: &str = r#"{
"annual_plan":"年度计划第三项","authority":"示范市市场监督管理局","children":[],"draw":"selftest-@NAME@","format":"dispatch/plan/1",
"exclusions":[{"basis":"办法第六条","code":"CASE","label":"已立案","reference":"case",
  "where":[{"field":"case","op":"prefix","values":["立案"]}]}],
"matters":[{"basis":"食品安全法第一百一十条","ceiling":[{"denominator":100,"numerator":5}],"code":"SC-01","kind":"general","name":"食品经营检查"},
  {"basis":"特种设备安全法","ceiling":[],"code":"TZ-02","kind":"key","name":"特种设备检查"}],
"mode":"sample","officers":{"sealed":[]},"parent":[],"repeats":"",
"schedule":{"disclosure_time":"2023-09-16T00:00:00Z","draw_time":"2023-08-23T15:59:24Z","lead_minutes":1440,
  "stage_lead_minutes":60,"stages":["2023-08-23T15:59:27Z","2023-09-01T01:00:00Z"],"window_end":"2023-09-15","window_start":"2023-09-01"},
"seed":[{"chain":"52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971","kind":"drand"}],
"sequence":1,
"strata":[{"name":"高风险","quota":{"denominator":2,"kind":"ratio","minimum":1,"numerator":1,"rounding":"up"},
  "where":[{"field":"risk","op":"in","values":["C","D"]}]},
  {"name":"其他","quota":{"count":3,"kind":"count"},"where":[{"field":"risk","op":"not-in","values":["C","D",""]}]}],
"subjects":{"ids":"credit-code","sealed":["risk"]},
"team":{"group":[{"officer":"region","subject":"region"}],"max_drops":5,"min_days":5,"slack":1,
  "slots":[{"count":2,"department":"市场监管局","expert":"","lead":false,"match":[],"matters":[],"name":"执法人员","role":"officer","skills":[]},
  {"count":1,"department":"消防救援局","expert":"","lead":true,
   "match":[{"officer":"name","rule":"differ","subject":"name"}],"matters":[],"name":"消防","role":"officer","skills":[]}],"standing":0},
"temporary_reason":"","title":"自检抽查 @NAME@"}"#;
