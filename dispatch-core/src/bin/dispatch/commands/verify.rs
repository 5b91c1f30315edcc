//! `dispatch verify`: every numbered check on a bundle.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use dispatch_core::bundle::{Files, Limits};
use dispatch_core::digest::Digest;
use dispatch_core::policy::Policy;
use dispatch_core::verify::{self, Expectations, Mark, Report, Status, Verdict, check};

use crate::args::Verify;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::log_folder::read_policy;

pub(crate) fn run(console: &Console, options: &Verify) -> Done {
    let mut expectations = Expectations::default();
    if let Some(text) = &options.expect {
        let digest = Digest::from_hex(&plain_hex(text)).map_err(|error| {
            Failure::new(
                format!("--expect: {error}; copy the commitment from the slip"),
                format!("--expect：{error}；请照承诺单填写64位承诺"),
            )
            .usage()
        })?;
        expectations.commitment = Some(digest);
    }
    if let Some(path) = &options.policy {
        let policy = Policy::read(&folder::read(path).map_err(Failure::usage)?);
        expectations.policy = Some(policy.map_err(|message| Failure::from(message).usage())?);
    }
    if let Some(path) = &options.log_policy {
        expectations.log_policy = Some(read_policy(path).map_err(Failure::usage)?);
    }
    let report = report(console, &options.bundle, options.limit, &expectations)?;
    if options.json {
        console.line(&report.to_json(console.language()));
    } else {
        print(console, &report);
    }
    if report.holds() {
        Ok(())
    } else {
        Err(Failure::said())
    }
}

/// A commitment as people copy it: in groups, perhaps in capitals.
fn plain_hex(text: &str) -> String {
    text.split_whitespace()
        .collect::<String>()
        .to_ascii_lowercase()
}

/// Unpacks and verifies a bundle.
pub(crate) fn report(
    console: &Console,
    path: &Path,
    limit: u64,
    expectations: &Expectations,
) -> Done<Report> {
    let step = console.step("unpacking", "正在解压");
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    let files = Files::unpack(
        BufReader::new(file),
        Limits {
            total: limit,
            ..Limits::default()
        },
    );
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let language = console.language();
    Ok(verify::verify(&name, files, expectations, &mut |result| {
        step.doing(&format!(
            "{} {}",
            result.id,
            check(result.id).title().text(language)
        ));
    }))
}

/// The report for people: every check, the children's behind, then what it comes to.
pub(crate) fn print(console: &Console, report: &Report) {
    print_checks(console, report);
    for (name, child) in &report.children {
        console.line("");
        let bundle = &child.bundle;
        console.say(
            format!("{bundle}: the child draw of {name}"),
            format!("{bundle}：参与部门“{name}”的分级抽取"),
        );
        print_checks(console, child);
        let grade = child.grade_message();
        console.say(
            format!("evidence         {}", grade.english),
            format!("证据等级   {}", grade.chinese),
        );
    }
    print_conclusion(console, report);
}

fn print_checks(console: &Console, report: &Report) {
    let language = console.language();
    for result in &report.checks {
        let check = check(result.id);
        let status = match result.status {
            Status::Pass => console.pick("pass   ", "通过"),
            Status::Fail => console.pick("FAIL   ", "失败"),
            Status::Hidden => console.pick("hidden ", "不可见"),
            Status::Skipped => console.pick("skipped", "未执行"),
        };
        let title = check.title();
        let separator = console.pick(": ", "：");
        console.line(&format!(
            "{status} {} (§{}) {}{separator}{}",
            result.id,
            check.section,
            title.text(language),
            result.detail.text(language)
        ));
    }
}

fn print_conclusion(console: &Console, report: &Report) {
    console.line("");
    if let Some(commitment) = report.commitment {
        console.say(
            format!("commitment       {commitment}"),
            format!("承诺       {commitment}"),
        );
    }
    let word = |verdict| match verdict {
        Verdict::Pass => console.pick("pass", "通过"),
        Verdict::Fail => console.pick("FAIL", "未通过"),
        Verdict::Incomplete => console.pick("incomplete", "未完成"),
        Verdict::Hidden => {
            console.pick("hidden: this is the public form", "不可见（公开版证据包）")
        }
    };
    let (public, auditor) = (word(report.public), word(report.auditor));
    console.say(
        format!("public verdict   {public}"),
        format!("公众结论   {public}"),
    );
    console.say(
        format!("auditor verdict  {auditor}"),
        format!("审计结论   {auditor}"),
    );
    let hidden = hidden_rules(report);
    if !hidden.is_empty() {
        let hidden = hidden.join(", ");
        console.say(
            format!("not visible      {hidden}: they depend on sealed columns; only an auditor can check them"),
            format!("公众不可见  {hidden}：涉及封存列，只有审计方可以核验"),
        );
    }
    let grade = report.grade_message();
    console.say(
        format!("evidence         {}", grade.english),
        format!("证据等级   {}", grade.chinese),
    );
    let failed = report.failed_anywhere();
    if !failed.is_empty() {
        let failed = failed.join(", ");
        console.say(
            format!("failed checks    {failed}"),
            format!("未通过项   {failed}"),
        );
    }
}

/// Checks that this draw hides from the public because of sealed columns.
pub(crate) fn hidden_rules(report: &Report) -> Vec<&'static str> {
    let hidden = report
        .checks
        .iter()
        .filter(|result| result.status == Status::Hidden && check(result.id).mark != Mark::Auditor);
    hidden.map(|result| result.id).collect()
}
