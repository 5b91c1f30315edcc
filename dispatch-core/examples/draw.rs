//! A whole draw in memory, from rows to a verified bundle, as another system would embed it:
//! `cargo run -p dispatch-core --example draw`.
//!
//! Entropy and the present time are arguments of the library; a real system takes them from the
//! operating system. The pulse is a real one of the past, so this is a replay.

use std::error::Error;

use dispatch_core::beacon::parse_relay_json;
use dispatch_core::bundle::{self, Files};
use dispatch_core::draw::Prepared;
use dispatch_core::freeze::{Draft, Earlier, Entropy, SecretDocument, freeze};
use dispatch_core::json::from_canonical;
use dispatch_core::plan::{SubjectIds, source};
use dispatch_core::roster::{Recusal, RosterBuilder, RosterKind, RowRules};
use dispatch_core::seed::SourceValue;
use dispatch_core::verify::{Expectations, verify};

const PLAN: &str = r#"
draw = "440106-2023-0001"
sequence = 1
title = "示例抽查"
authority = "示例市场监督管理局"
temporary_reason = "示例"
subjects = { ids = "other" }
matters = [{ code = "M1", name = "公示信息检查", basis = "《企业公示信息抽查办法》", kind = "general" }]
strata = [{ name = "全部", quota = "20%", rounding = "up", where = [] }]
seed = [{ kind = "drand" }]
[schedule]
draw_time = "2023-08-23T23:59:24+08:00"
lead = "24h"
window_start = 2023-08-24
window_end = 2023-08-31
disclosure_time = "2023-09-01T09:00:00+08:00"
[team]
slots = [{ name = "检查人员", department = "市场监管局", count = 2 }]
"#;

const PULSE: &[u8] = br#"{"round":1000,"signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let plan = source::read(PLAN)
        .map_err(|faults| faults[0].to_string())?
        .plan;

    // Freeze: rosters, recusals and rules, before the randomness exists.
    let kind = RosterKind::Subjects(SubjectIds::Other);
    let mut subjects = RosterBuilder::new(RowRules { kind, sealed: &[] });
    for number in 1..=30 {
        subjects.push(&[
            ("id", format!("S{number:02}")),
            ("name", format!("企业{number}")),
        ])?;
    }
    let mut officers = RosterBuilder::new(RowRules {
        kind: RosterKind::Officers,
        sealed: &[],
    });
    for number in 1..=6 {
        officers.push(&[
            ("id", format!("YA{number:03}")),
            ("name", format!("人员{number}")),
            ("department", "市场监管局".to_owned()),
            ("expires", "2029-12-31".to_owned()),
        ])?;
    }
    let draft = Draft {
        plan,
        subjects: subjects.finish()?,
        officers: officers.finish()?,
        recusals: vec![Recusal {
            subject: "S07".to_owned(),
            officer: "YA001".to_owned(),
            reason: "亲属关系".to_owned(),
        }],
        earlier: Earlier::default(),
        recent_pulse: None,
        policy: None,
        created: "2023-08-22T10:00:00Z".to_owned(),
        replay: true,
    };
    let entropy = Entropy {
        secret: [1; 32],
        roster_key: [2; 32],
    };
    let frozen = freeze(draft, &entropy).map_err(|faults| faults[0].to_string())?;
    println!("commitment {}", frozen.commitment);

    // Draw: from what was frozen and the pulse that the draw time fixed.
    let secret = |name| frozen.secret.get(name).unwrap_or_default();
    let mut files = frozen.public.clone();
    for name in [bundle::RECUSALS, bundle::CELLS, bundle::AUDIT] {
        files.insert(name, secret(name).to_vec());
    }
    let document: SecretDocument = from_canonical(secret(SecretDocument::NAME))?;
    let prepared =
        Prepared::open(files, &document).map_err(|failed| failed[0].detail.to_string())?;
    let values = [SourceValue::pulse(&parse_relay_json(PULSE)?)];
    let draw = prepared
        .draw(&values)
        .map_err(|message| message.to_string())?;
    println!("result root {}", draw.result.root);

    // Disclose: the bundle that anybody can check.
    let mut evidence: Files = prepared.disclose(&draw, &values);
    for name in [bundle::ANNOUNCEMENT, bundle::SUBJECTS, bundle::OFFICERS] {
        evidence.insert(name, frozen.public.get(name).unwrap_or_default().to_vec());
    }
    let expectations = Expectations {
        commitment: Some(frozen.commitment),
        ..Expectations::default()
    };
    let report = verify("evidence.zip", evidence, &expectations, &mut |_| {});
    for record in &draw.records {
        println!("{} {}", record.subject, record.officers.join(" "));
    }
    println!(
        "no check failed: {}; evidence: {}",
        report.holds(),
        report.grade.message()
    );
    Ok(())
}
