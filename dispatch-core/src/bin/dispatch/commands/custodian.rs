//! `dispatch custodian`: the keys of a custodian, and the acknowledgement that what it holds opens.

use std::path::Path;

use dispatch_core::bundle;
use dispatch_core::custody::acknowledgement_text;
use dispatch_core::language::Message;
use dispatch_core::log::Note;
use dispatch_core::syntax::time_text;
use dispatch_core::verify::CheckResult;

use crate::args::custody::{Acknowledge, Custodian, CustodianCommand, NewCustodian};
use crate::commands::sample::now;
use crate::console::Console;
use crate::custody::{self, keys};
use crate::failure::{Done, Failure};
use crate::{folder, history};

pub(crate) fn run(console: &Console, options: &Custodian) -> Done {
    match &options.command {
        CustodianCommand::New(options) => new(console, options),
        CustodianCommand::Acknowledge(options) => acknowledge(console, options),
    }
}

fn new(console: &Console, options: &NewCustodian) -> Done {
    let keys = keys::create(&options.name, options.key_name.as_deref(), &options.out)?;
    let card = options.out.join(keys::CARD);
    let (card, out, key) = (card.display(), options.out.display(), &keys.card.key);
    console.say(
        format!("give {card} to the bureau; keep the rest of {out} to yourself, with a copy on separate media: without it nothing opens"),
        format!("请把 {card} 交给抽查机关；{out}中的其余文件须自行保密，并另存备份：丢失即无法打开"),
    );
    console.say(
        format!("tell whoever verifies your key, {key}, by a way of your own"),
        format!("请自行把公钥告知核验方：{key}"),
    );
    Ok(())
}

fn acknowledge(console: &Console, options: &Acknowledge) -> Done {
    folder::must_not_exist(&options.out)?;
    let keys = keys::read(&options.keys)?;
    let announced = history::announced(&options.dir.join(bundle::ANNOUNCEMENT))?;
    let package = custody::package(&options.dir, &announced, &keys)?;
    let step = console.step("checking all that is held", "正在核对全部内容");
    let opened = package.open(custody::public_files(&options.dir)?);
    drop(step);
    opened.map_err(|failed| not_as_announced(&options.dir, failed))?;
    let document = &announced.document;
    let time = now();
    let text = acknowledgement_text(
        &announced.commitment,
        &document.custody.file,
        &time_text(time).unwrap_or_default(),
    );
    let fault = |error: &dyn std::fmt::Display| {
        Failure::new(
            format!("not signed: {error}"),
            format!("未能签名（{error}）"),
        )
    };
    let mut note = Note::new(text).map_err(|error| fault(&error))?;
    note.sign(&keys.signer).map_err(|error| fault(&error))?;
    folder::write(&options.out, note.to_text().as_bytes(), false)?;
    let (out, commitment) = (options.out.display(), announced.commitment);
    console.say(
        format!("{out}: it opens, and all of it is what was announced; publish this acknowledgement and have it logged"),
        format!("{out}：可以打开，内容与公告全部一致；请公布本确认书并记入日志"),
    );
    console.say(
        format!("commitment {commitment}"),
        format!("承诺 {commitment}"),
    );
    if !document.replay && time > document.plan.schedule.draw_unix() {
        console.say(
            "but it comes after the draw time, and so counts for nothing in K01",
            "但确认时间晚于抽取时间，不能通过核验 K01",
        );
    }
    if !document.custody.timelock.is_empty() {
        console.say(
            "what the time lock holds nobody can check before the disclosure time; this says nothing of it",
            "时间锁的内容在公开时间之前谁也无法核对，本确认不涉及时间锁",
        );
    }
    Ok(())
}

/// What does not hold, each with the number of its check.
pub(crate) fn not_as_announced(dir: &Path, failed: Vec<CheckResult>) -> Failure {
    let dir = dir.display();
    let mut failure = Failure::new(
        format!(
            "{dir}: what is held is not what was announced; nothing was signed or written. Tell the bureau and whoever supervises it"
        ),
        format!("{dir}：保管内容与公告不一致，未签名、未写出任何文件。请告知抽查机关及其监督机关"),
    );
    failure.messages.extend(failed.into_iter().map(|result| {
        Message::new(
            format!("{} {}", result.id, result.detail.english),
            format!("{} {}", result.id, result.detail.chinese),
        )
    }));
    failure
}
