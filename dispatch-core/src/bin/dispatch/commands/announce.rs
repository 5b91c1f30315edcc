//! `dispatch announce`: freeze, commit, print the slip.

use std::collections::HashMap;
use std::path::Path;

use dispatch_core::beacon::{self, Pulse, parse_relay_json};
use dispatch_core::bundle::{self, Files};
use dispatch_core::child;
use dispatch_core::custody::Custody;
use dispatch_core::custody::sealing::{self, Entrusted};
use dispatch_core::digest::Digest;
use dispatch_core::freeze::{Draft, Earlier, Frozen, freeze_with};
use dispatch_core::material::{self, Source};
use dispatch_core::randomness;
use dispatch_core::slip::SlipFields;
use dispatch_core::syntax::time_text;

use crate::args::Announce;
use crate::commands::check;
use crate::commands::sample::now;
use crate::console::Console;
use crate::custody::keys;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};
use crate::inputs;

pub(crate) fn run(console: &Console, options: &Announce) -> Done {
    folder::must_not_exist(&options.out)?;
    beacon::self_test().map_err(|error| {
        Failure::new(
            format!("the pinned beacon keys fail their self-test ({error}): this program is damaged, install it anew"),
            format!("内置信标密钥自检失败（{error}）：程序已损坏，请重新安装"),
        )
    })?;
    let material = inputs::read(console, &options.inputs)?;
    let errors = check::report(console, &material, false);
    if errors > 0 {
        return Err(Failure::new(
            format!("{errors} errors: nothing was announced"),
            format!("共{errors}处错误，未公告"),
        ));
    }
    let time = now();
    let latest = material.plan.schedule.latest_announcement();
    if !options.replay && time > latest {
        let draw = &material.plan.schedule.draw_time;
        let lead = material.plan.schedule.lead_minutes;
        return Err(Failure::new(
            format!(
                "too late: the draw is at {draw} and must be announced {lead} minutes before; set a later draw time (or --replay for a rehearsal, which is no evidence)"
            ),
            format!(
                "已过公告期限：抽取时间为{draw}，须提前{lead}分钟公告。请推迟抽取时间（演练可用 --replay，但不能作为证据）"
            ),
        ));
    }
    let draft = Draft {
        plan: material.plan,
        subjects: material.subjects,
        officers: material.officers,
        recusals: material.recusals,
        earlier: earlier(options)?,
        recent_pulse: options.recent_pulse.as_deref().map(pulse).transpose()?,
        policy: options
            .policy
            .as_deref()
            .map(folder::read)
            .transpose()?
            .map(|bytes| Digest::of(&bytes)),
        created: time_text(time).unwrap_or_default(),
        replay: options.replay,
    };
    let cards = options.custodian.iter().map(|path| keys::read_card(path));
    let custodians = cards
        .map(|card| card.map(|card| card.custodian()))
        .collect::<Done<Vec<_>>>()?;
    let locked = options.timelock || !(options.no_timelock || options.replay);
    let lock_round = locked.then(|| draft.plan.schedule.lock_round());
    let step = console.step("freezing", "正在冻结");
    let entropy = randomness::entropy()?;
    let lock_entropy = randomness::lock_entropy()?;
    let mut entrusted = Entrusted::default();
    let frozen = freeze_with(draft, &entropy, |sealed| {
        let lock = lock_round.map(|round| (round, &lock_entropy));
        entrusted = sealing::entrust(custodians, lock, &entropy, sealed)?;
        Ok(entrusted.custody.clone())
    });
    let frozen = frozen.map_err(Failure::from)?;
    drop(step);
    let parent = options.inputs.parent.as_deref();
    if let Some(parent) = parent {
        fits(parent, &frozen)?;
    }
    write(&options.out, &frozen, entrusted.file.as_deref(), parent)?;
    let out = options.out.display();
    let commitment = frozen.commitment;
    console.say(
        format!("announced in {out}; hand slip.html (or slip.txt) to whoever supervises, and keep {out}/secret safe and to yourself"),
        format!("已公告，文件在{out}。请把承诺单 slip.html（或 slip.txt）交给监督方；{out}/secret 须妥善保密"),
    );
    console.say(
        format!("commitment {commitment}"),
        format!("承诺 {commitment}"),
    );
    tell_custody(console, &frozen.announcement.custody, options.replay);
    Ok(())
}

/// Who can open the draw without the bureau, and what they have to do.
fn tell_custody(console: &Console, custody: &Custody, replay: bool) {
    for custodian in &custody.custodians {
        let name = &custodian.name;
        console.say(
            format!("publish the files and have {name} run `dispatch custodian acknowledge` before the draw time"),
            format!("请公布上述文件，并请“{name}”在抽取时间之前运行 dispatch custodian acknowledge 确认"),
        );
    }
    if !replay && custody.custodians.is_empty() {
        console.say(
            "no custodian was named: if the secret is lost, the draw cannot be made; see docs/custody.md",
            "未指定密钥保管方：密钥一旦丢失便无法抽取，见 docs/custody.md",
        );
    }
    if !custody.timelock.is_empty() {
        console.say(
            "the secret is locked to the disclosure time: from then on anybody can open it with `dispatch open --timelock`",
            "密钥已用时间锁锁至公开时间，届时任何人都可以用 dispatch open --timelock 打开",
        );
    }
}

/// Reads and verifies a pulse that a relay returned.
pub(crate) fn pulse(path: &Path) -> Done<Pulse> {
    let name = path.display();
    let pulse = parse_relay_json(&folder::read(path)?).map_err(|error| {
        Failure::new(
            format!("{name}: {error}"),
            format!("{name}：不是 drand 转发节点返回的随机信标，应形如 {{\"round\":轮次,\"signature\":\"96位十六进制\"}}，请重新获取（{error}）"),
        )
    })?;
    beacon::verify(&pulse).map_err(|error| {
        Failure::new(
            format!("{name}: {error}"),
            format!("{name}：随机信标签名验证失败，可能有错字、轮次不符或属于其他链，请与转发节点的原文核对（{error}）"),
        )
    })?;
    Ok(pulse)
}

fn write(dir: &Path, frozen: &Frozen, held: Option<&[u8]>, parent: Option<&Path>) -> Done {
    let folder = NewFolder::create(dir)?;
    if let Some(held) = held {
        folder::write(&folder.path().join(Custody::FILE), held, false)?;
    }
    for name in frozen.public.names() {
        folder::write(
            &folder.path().join(name),
            frozen.public.get(name).unwrap_or_default(),
            false,
        )?;
    }
    let secret = folder::create_secret(folder.path())?;
    for name in frozen.secret.names() {
        folder::write(
            &secret.join(name),
            frozen.secret.get(name).unwrap_or_default(),
            true,
        )?;
    }
    if let Some(parent) = parent {
        let path = folder.path().join(folder::PARENT);
        folder::write(
            &path,
            &folder::read(&parent.join(bundle::ANNOUNCEMENT))?,
            false,
        )?;
    }
    let slip = SlipFields::of(&frozen.announcement, frozen.commitment);
    write_slip(folder.path(), "slip", &slip)?;
    folder.finish()
}

/// Writes a slip as text and as a page.
pub(crate) fn write_slip(dir: &Path, name: &str, slip: &SlipFields) -> Done {
    let fault = |error: dispatch_core::slip::SlipError| {
        Failure::new(format!("slip: {error}"), format!("承诺单：{error}"))
    };
    let (text, page) = (slip.text().map_err(fault)?, slip.html().map_err(fault)?);
    folder::write(&dir.join(format!("{name}.txt")), text.as_bytes(), false)?;
    folder::write(&dir.join(format!("{name}.html")), page.as_bytes(), false)
}

/// A child draw must fit its parent's before it is announced: afterwards nothing can be mended.
fn fits(dir: &Path, frozen: &Frozen) -> Done {
    let parent = crate::history::announced(&dir.join(bundle::ANNOUNCEMENT))?;
    Ok(child::fits(
        &parent,
        &crate::parent::officers(dir)?,
        frozen,
    )?)
}

/// The rosters of an earlier draw, and the reasons of changes since.
fn earlier(options: &Announce) -> Done<Earlier> {
    let Some(dir) = &options.previous else {
        return Ok(Earlier::default());
    };
    let mut files = Files::default();
    for name in [bundle::ANNOUNCEMENT, bundle::SUBJECTS, bundle::OFFICERS] {
        files.insert(name, folder::read(&dir.join(name))?);
    }
    let reasons = match &options.reasons {
        Some(path) => {
            let name = path.display().to_string();
            material::reasons(&Source::new(&name, &folder::read(path)?))?
        }
        None => HashMap::new(),
    };
    let name = dir.display().to_string();
    Ok(material::earlier(&name, files, reasons)?)
}
