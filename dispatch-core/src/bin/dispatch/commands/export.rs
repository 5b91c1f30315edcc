//! `dispatch export`: the lists of a public bundle as open data.

use std::fs::File;
use std::io::BufReader;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::evidence::Evidence;
use dispatch_core::listing::Listing;
use dispatch_core::selection::Stratification;
use dispatch_core::verify::Expectations;
use dispatch_core::visit::{Source, visits};

use crate::args::Export;
use crate::commands::verify::report;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};
use crate::lists;

pub(crate) fn run(console: &Console, options: &Export) -> Done {
    folder::must_not_exist(&options.out)?;
    if let Some(csv) = &options.csv {
        folder::must_not_exist(csv)?;
    }
    // Lists from a bundle that does not hold would carry its faults on, without the evidence.
    let report = report(
        console,
        &options.bundle,
        Limits::default().total,
        &Expectations::default(),
    )?;
    let unusable = || {
        let failed = report.failed_anywhere().join(", ");
        Failure::new(
            format!("the bundle fails {failed}: nothing was exported; `dispatch verify` says more"),
            format!("证据包未通过{failed}，未导出任何内容；详情请运行 dispatch verify"),
        )
    };
    if !report.holds() {
        return Err(unusable());
    }
    let file =
        File::open(&options.bundle).map_err(|error| Failure::file(&options.bundle, &error))?;
    let evidence = Evidence::read(Files::unpack(BufReader::new(file), Limits::default()));
    let (Some(announced), Some(subjects), Some(officers), Some(records), Some(result)) = (
        evidence.announcement.good(),
        evidence.subjects.good(),
        evidence.officers.good(),
        evidence.last_list(),
        evidence.result.good(),
    ) else {
        return Err(unusable());
    };
    let step = console.step("writing the lists", "正在导出");
    let plan = &announced.document.plan;
    let open = !plan.strata_are_sealed();
    let strata = open.then(|| Stratification::new(plan, subjects, None));
    let source = Source {
        plan,
        officers,
        records: &records,
    };
    // The list that the last stage has left is what was visited.
    let stages = evidence.stages.good().map(|stages| &stages.lines);
    let last = stages.and_then(|lines| lines.last());
    let listing = Listing {
        announcement: &announced.document,
        commitment: announced.commitment,
        result: last.map_or(result.root, |line| line.result.root),
        officers,
        visits: &visits(subjects, strata.as_ref(), source, &[]),
        sealed: false,
    };
    let workbook = listing.xlsx().map_err(|error| lists::no_workbook(&error))?;
    if let Some(csv) = &options.csv {
        let folder = NewFolder::create(csv)?;
        for (name, bytes) in listing.csv() {
            folder::write(&folder.path().join(name), &bytes, false)?;
        }
        folder.finish()?;
    }
    folder::write(&options.out, &workbook, false)?;
    drop(step);
    let out = options.out.display();
    let (visits, stages) = (records.len(), stages.map_or(0, Vec::len));
    console.say(
        format!(
            "{out}: {visits} visits, as {stages} stages have left them; nothing sealed is in it"
        ),
        format!("{out}：共{visits}户（经{stages}次补抽后的名单），不含封存内容"),
    );
    Ok(())
}
