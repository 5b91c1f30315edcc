//! `dispatch papers`: the official papers of a draw, to be printed.

use std::path::{Path, PathBuf};

use dispatch_core::announcement::Announcement;
use dispatch_core::bundle::{self, Files};
use dispatch_core::child::child_of;
use dispatch_core::disclosure::Disclosure;
use dispatch_core::evidence::{Announced, Evidence};
use dispatch_core::held;
use dispatch_core::json::from_canonical;
use dispatch_core::language::Message;
use dispatch_core::papers::{Campaign, Load, Opened, Reader, StageEntry, Supplement, VisitCounts};
use dispatch_core::plan::Plan;
use dispatch_core::stage::{DropSummary, StageLine};

use dispatch_core::visit::{Numbers, Source, Visit};

use crate::args::papers::Papers;
use crate::commands::sample::now;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, Folder, NewFolder};
use crate::{history, lists};

/// The paper for everybody.
const RECORD: &str = "record.html";

pub(crate) fn run(console: &Console, options: &Papers) -> Done {
    if let Some(out) = &options.out {
        folder::must_not_exist(out)?;
    }
    let supplement = supplement(options)?;
    let held = history::read(console, &options.dir)?;
    let sealed = default_folder(&options.dir, held.history.last());
    if options.out.is_none() {
        folder::must_not_exist(&sealed)?;
    }
    let (prepared, values, draw) = (&held.prepared, &held.values, &held.draw);
    let step = console.step("writing papers", "正在生成文书");
    let files = prepared.disclose_with(draw, &held.history, values);
    held::check_published(&Folder(&options.dir), &held)?;
    let announcement = &prepared.announced.document;
    // Secret and seed are looked at only when everybody may know them.
    let open = now() >= announcement.plan.schedule.disclosure_unix();
    let opened = open.then(|| files.get(bundle::DISCLOSURE)).flatten();
    let opened = opened
        .and_then(|bytes| from_canonical::<Disclosure>(bytes).ok())
        .map(|disclosure| Opened {
            secret: disclosure.secret,
            seed: draw.seed,
        });
    let children = { options.joint.iter() }
        .map(|dir| child(&prepared.announced, dir))
        .collect::<Done<Vec<_>>>()?;
    let joint: Vec<Source<'_>> = { children.iter() }.filter_map(source).collect();
    let plans: Vec<&Plan> = joint.iter().map(|source| source.plan).collect();
    let list: Vec<_> = held.history.list().records().cloned().collect();
    let stages = stage_entries(announcement, draw.result.count, held.history.stages());
    let mut visits = lists::of(prepared, &list, &joint);
    Numbers::new(&draw.records, held.history.records()).give(&mut visits);
    let campaign = Campaign {
        announced: &prepared.announced,
        visits,
        loads: Load::all(announcement, &draw.teams),
        values,
        result: &draw.result,
        joint: &plans,
        stages: &stages,
        opened,
    };
    let faults = supplement.faults(&campaign);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    drop(step);
    let count = match &options.out {
        Some(out) => {
            let folder = NewFolder::create(out)?;
            let secret = folder::create_secret(folder.path())?;
            let count = write_sealed(console, options, &campaign, &supplement, &secret)?;
            write_record(&campaign, folder.path())?;
            folder.finish()?;
            count
        }
        None => {
            let folder = NewFolder::create_private(&sealed)?;
            let count = write_sealed(console, options, &campaign, &supplement, folder.path())?;
            folder.finish()?;
            write_record(&campaign, &options.dir)?;
            count
        }
    };
    let (public, secret) = match &options.out {
        Some(out) => (out, &out.join(folder::SECRET)),
        None => (&options.dir, &sealed),
    };
    report(console, (public, secret), &campaign, &supplement, count);
    if let Some(number) = held.pending(&Folder(&options.dir))? {
        console.complain(&not_final(number));
    }
    Ok(())
}

/// Where papers with names go: those after a stage stand beside those before it.
fn default_folder(dir: &Path, stage: u64) -> PathBuf {
    let secret = dir.join(folder::SECRET);
    match stage {
        0 => secret.join("papers"),
        number => secret.join(folder::stage_file(number, "-papers")),
    }
}

/// A stage is frozen that these papers do not know of.
fn not_final(number: u64) -> Message {
    Message::new(
        format!(
            "stage {number} is published and not drawn yet: papers of subjects and officers that fall out in it must not be served; after `dispatch draw --stage {number}` make the papers again"
        ),
        format!(
            "第{number}次补抽已公布、尚未抽取：其中退出的对象和人员，文书不得送达；dispatch draw --stage {number} 之后请重新生成文书"
        ),
    )
}

/// What a child of this draw has given for the papers.
fn child(parent: &Announced, dir: &Path) -> Done<Evidence> {
    let mut files = Files::default();
    for name in [bundle::ANNOUNCEMENT, bundle::OFFICERS, bundle::ASSIGNMENTS] {
        files.insert(name, folder::read(&dir.join(name))?);
    }
    let evidence = Evidence::read(files);
    let dir = dir.display();
    if source(&evidence).is_none() {
        return Err(Failure::new(
            format!(
                "{dir}: announcement, officers or assignments are not as they were written; get them again from the child"
            ),
            format!("{dir}：公告、人员名录或派员名单已改动或不完整，请向参与部门重新索取"),
        ));
    }
    if let Some(plan) = evidence.plan() {
        child_of(parent, plan).map_err(|message| {
            Failure::new(
                format!("{dir}: {}", message.english),
                format!("{dir}：{}", message.chinese),
            )
        })?;
    }
    Ok(evidence)
}

fn source(evidence: &Evidence) -> Option<Source<'_>> {
    Some(Source {
        plan: evidence.plan()?,
        officers: evidence.officers.good()?,
        records: evidence.records.good()?,
    })
}

/// The stages in words, from what was published of them.
fn stage_entries(announcement: &Announcement, first: u64, lines: &[StageLine]) -> Vec<StageEntry> {
    let times = &announcement.plan.schedule.stages;
    let mut before = first;
    let entries = lines.iter().map(|line| {
        let (stage, count) = (&line.stage, line.result.count);
        let DropSummary {
            officers,
            subjects,
            visits,
            ..
        } = stage.drops;
        let index = usize::try_from(stage.number.saturating_sub(1)).unwrap_or(usize::MAX);
        let entry = StageEntry {
            time: times.get(index).cloned().unwrap_or_default(),
            reason: format!("退出对象{subjects}户，逐户退出人员{visits}人次，停派人员{officers}名"),
            drawn: count.saturating_add(subjects).saturating_sub(before),
            root: line.result.root,
        };
        before = count;
        entry
    });
    entries.collect()
}

/// What is added from outside.
fn supplement(options: &Papers) -> Done<Supplement> {
    let rules = options.rules.as_deref().map(|path| {
        Supplement::read_rules(&folder::read(path)?, &path.display().to_string())
            .map_err(Failure::from)
    });
    let visits = options.visits.as_deref().map(|path| {
        VisitCounts::read(&folder::read(path)?, &path.display().to_string()).map_err(Failure::from)
    });
    Ok(Supplement {
        rules: rules.transpose()?,
        visits: visits.transpose()?,
        visits_column: options.visits_column.clone(),
        cap: options.cap,
    })
}

fn write_record(campaign: &Campaign<'_>, dir: &Path) -> Done {
    let record = campaign.record(Reader::Public);
    folder::write(&dir.join(RECORD), record.as_bytes(), false)
}

/// Writes every paper that names subjects or officers; tells how many files.
fn write_sealed(
    console: &Console,
    options: &Papers,
    campaign: &Campaign<'_>,
    supplement: &Supplement,
    dir: &Path,
) -> Done<usize> {
    let step = console.step("writing papers", "正在生成文书");
    let mut files = 0usize;
    let mut save = |name: String, html: String| {
        step.doing(&name);
        files = files.saturating_add(1);
        folder::write(&dir.join(name), html.as_bytes(), true)
    };
    save(RECORD.to_owned(), campaign.record(Reader::Sealed))?;
    save("drawn-list.html".to_owned(), campaign.drawn_list())?;
    let per_file = usize::from(options.per_file);
    for (at, part) in campaign.visits.chunks(per_file).enumerate() {
        let first = at.saturating_mul(per_file);
        let number = |visit: Option<&Visit<'_>>| visit.map_or(0, |visit| visit.number);
        let (from, to) = (number(part.first()), number(part.last()));
        let name = |what: &str| format!("{what}-{from:04}-{to:04}.html");
        let notices = campaign.notices(supplement, first, per_file);
        save(name("notices"), notices)?;
        let records = campaign.visit_records(first, per_file);
        save(name("visit-records"), records)?;
    }
    let duties = campaign.duties();
    for first in (0..duties.len()).step_by(per_file) {
        let last = first.saturating_add(per_file).min(duties.len());
        save(
            format!("duties-{:04}-{last:04}.html", first.saturating_add(1)),
            duties.html(campaign, first, per_file),
        )?;
    }
    Ok(files)
}

fn report(
    console: &Console,
    (public, sealed): (&Path, &Path),
    campaign: &Campaign<'_>,
    supplement: &Supplement,
    count: usize,
) {
    let public = public.join(RECORD);
    let (public, sealed) = (public.display(), sealed.display());
    console.say(
        format!("{public}: the record of the draw, for everybody"),
        format!("{public}：随机抽取记录，可以公开"),
    );
    console.say(
        format!("{sealed}: {count} files with names; keep them sealed until disclosure"),
        format!("{sealed}：共{count}个文件，载有名单，公开时间前须保密"),
    );
    if supplement.rules.is_none() {
        console.say(
            "the notices lack the wording of the rules for officers (国办发〔2024〕54号): give it with --rules before they are served",
            "检查通知书尚缺“五个严禁”“八个不得”原文（国办发〔2024〕54号）：请用 --rules 提供，否则不得送达",
        );
    }
    let unknown = supplement.unknown(campaign);
    if unknown > 0 {
        console.say(
            format!("{unknown} notices have a blank for the visits this year: fill it in, or give --visits or --visits-column"),
            format!("{unknown}份检查通知书的本年度检查次数为空白：请补填，或用 --visits、--visits-column 提供"),
        );
    }
}
