//! `dispatch sample`: realistic synthetic input.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use dispatch_core::sample::{
    SAMPLE_RULES, SampleOptions, write_officers, write_recusals, write_subjects, write_visits,
};
use dispatch_core::sample_plan::{SamplePlan, sample_plan};
use dispatch_core::template::plan_workbook;

use crate::args::Sample;
use crate::commands::ledger::days;
use crate::commands::template::refused;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};

pub(crate) fn run(console: &Console, options: &Sample) -> Done {
    let folder = NewFolder::create(&options.out)?;
    // Far enough ahead to be announced in time: the day after tomorrow, on the hour.
    let draw_time = (now() / 3600 + 48) * 3600;
    write(console, options, folder.path(), draw_time)?;
    folder.finish()?;
    let out = options.out.display();
    console.say(
        format!("{out}: subjects.csv (GB18030), officers.csv, recusals.csv, visits.csv (UTF-8), plan.toml, the same as plan.xlsx, ledger.toml"),
        format!(
            "{out}:subjects.csv(GB18030编码)、officers.csv、recusals.csv、visits.csv(UTF-8编码)、plan.toml、内容相同的plan.xlsx、ledger.toml"
        ),
    );
    Ok(())
}

/// Writes the seven files.
pub(crate) fn write(console: &Console, options: &Sample, dir: &Path, draw_unix: u64) -> Done {
    let recusals = options.recusals.unwrap_or((options.subjects / 100).max(1));
    let sample = SampleOptions {
        subjects: options.subjects,
        officers: options.officers,
        recusals,
        seed: options.seed,
        messy: true,
    };
    let step = console.step("writing the sample", "正在生成示例数据");
    save(&dir.join("subjects.csv"), |out| {
        write_subjects(&sample, out)
    })?;
    save(&dir.join("officers.csv"), |out| {
        write_officers(&sample, out)
    })?;
    save(&dir.join("recusals.csv"), |out| {
        write_recusals(&sample, out)
    })?;
    let today = days(None, draw_unix.saturating_sub(48 * 3600))?.on;
    save(&dir.join("visits.csv"), |out| {
        write_visits(&sample, today, out)
    })?;
    folder::write(&dir.join("ledger.toml"), SAMPLE_RULES.as_bytes(), false)?;
    drop(step);
    let plan = SamplePlan::around(draw_unix).map(|plan| sample_plan(options.subjects, &plan));
    let plan = plan.ok_or_else(|| {
        Failure::new(
            "the clock of this computer is wrong; set it",
            "本机时间不正确,请先校正",
        )
    })?;
    folder::write(&dir.join("plan.toml"), plan.as_bytes(), false)?;
    let workbook = plan_workbook(&plan).map_err(|error| refused(&error))?;
    folder::write(&dir.join("plan.xlsx"), &workbook, false)
}

/// The present time in seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs())
}

fn save(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) -> Done {
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        write(&mut out)?;
        out.flush()
    });
    written.map_err(|error| Failure::file(path, &error))
}
