//! The input: a synthetic sample, a plan with four strata at 3 %, and a pulse of the past.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use dispatch_core::sample::{SampleOptions, write_officers, write_recusals, write_subjects};

use crate::measure::Outcome;

/// Writes everything that the steps read.
pub(crate) fn write(dir: &Path, subjects: u64, officers: u64) -> Outcome<()> {
    let recusals = (subjects / 100).max(1);
    let sample = SampleOptions {
        subjects,
        officers,
        recusals,
        seed: 7,
        messy: true,
    };
    let create = |name: &str| File::create(dir.join(name)).map(BufWriter::new);
    let mut file = create("subjects.csv")?;
    write_subjects(&sample, &mut file)?;
    file.flush()?;
    let mut file = create("officers.csv")?;
    write_officers(&sample, &mut file)?;
    file.flush()?;
    let mut file = create("recusals.csv")?;
    write_recusals(&sample, &mut file)?;
    file.flush()?;
    std::fs::write(dir.join("plan.toml"), plan())?;
    std::fs::write(dir.join("pulse.json"), PULSE)?;
    Ok(())
}

fn plan() -> String {
    let stratum = |risk| {
        format!(
            "[[strata]]\nname = \"{risk}\"\nquota = \"3%\"\nrounding = \"up\"\n\
             where = [{{ field = \"risk\", in = [\"{risk}\"] }}]\n"
        )
    };
    let strata: String = ["A", "B", "C", "D"].map(stratum).concat();
    format!("{PLAN}{strata}{TEAM}")
}

/// The pulse of round 30662982, which belongs to the draw time below.
const PULSE: &str = "{\"round\":30662982,\"randomness\":\"ae76da5137c6d0a0d3b50d325948b26cc3ff1f804cd7bbca29b9250c2bfe8d67\",\"signature\":\"8b3edd0d42a2fa36ac15641a2dea2e4f4895acec2ef72ef39e5b6138f0346fb6b046dde1b4b3d09ff5fe8a6a7acd674a\"}\n";

const PLAN: &str = r#"draw = "440100-2026-0001"
sequence = 1
title = "双随机抽查"
authority = "广州市市场监督管理局"
annual_plan = "2026年度抽查工作计划 第1项"
[subjects]
ids = "credit-code"
[schedule]
draw_time = "2026-07-23T15:38:30+08:00"
lead = "24h"
window_start = "2026-07-24"
window_end = "2026-08-22"
disclosure_time = "2026-08-23T09:00:00+08:00"
[[matters]]
code = "GS-01"
name = "登记事项检查"
basis = "《中华人民共和国市场主体登记管理条例》"
kind = "general"
ceiling = "20%"
"#;

const TEAM: &str = r#"[team]
group_by = "region"
slack = 1
min_days = 5
[[team.slots]]
name = "组长"
department = "市场监管局"
lead = true
[[team.slots]]
name = "检查人员"
department = "市场监管局"
[[seed]]
kind = "drand"
"#;
