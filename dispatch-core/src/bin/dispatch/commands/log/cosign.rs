//! `dispatch log cosign`: the witnesses' cosignatures, over HTTP or by hand.

use std::path::Path;

use dispatch_core::language::Message;
use dispatch_core::log::{LogPolicy, NoteSignature, SignedCheckpoint, cosigned_at};
use dispatch_core::syntax::time_text;
use dispatch_core::witness::asking;

use super::in_file;
use crate::args::log::LogCosign;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::log_folder::{LogFolder, witnesses};

pub(super) fn run(console: &Console, options: &LogCosign) -> Done {
    let folder = LogFolder::open(&options.dir)?;
    let policy = folder.needed_policy(options.policy.as_deref())?;
    let _lock = folder.lock()?;
    let (number, latest) = folder.latest()?;
    if let (Some(name), Some(out)) = (&options.request_for, &options.out) {
        return request(console, &folder, &policy, options, name, out);
    }
    if let Some(path) = &options.answer {
        return answer(console, &folder, &policy, path);
    }
    if latest.checkpoint.size == 0 {
        return Err(Failure::new(
            "the log has no entries yet; there is nothing to cosign",
            "日志尚无条目，无需联署",
        ));
    }
    let mut checkpoint = latest;
    let mut refused = false;
    let mut asked = 0;
    for witness in policy.witnesses() {
        let Some(url) = &witness.url else {
            continue;
        };
        asked += 1;
        let name = &witness.name;
        if matches!(cosigned_at(&checkpoint, &witness.key), Ok(Some(_))) {
            console.say(
                format!("{name}: has cosigned already"),
                format!("{name}：此前已联署"),
            );
            continue;
        }
        let step = console.step(url, url);
        let lines = witnesses::ask(&folder, witness, url, number, &checkpoint);
        drop(step);
        match lines {
            Ok(lines) => {
                put(&folder, number, &mut checkpoint, lines)?;
                console.say(format!("{name}: cosigned"), format!("{name}：已联署"));
            }
            Err(fault) => {
                console.complain(&fault);
                refused = true;
            }
        }
    }
    if asked == 0 {
        console.say(
            "no witness of the policy has an address; carry a request by hand: --request-for WITNESS --out FILE",
            "信任策略中的见证方均未注明网址；请人工递送：--request-for 见证方 --out 文件",
        );
    }
    report(console, &policy, number, &checkpoint, refused)
}

/// Adds lines to a checkpoint and keeps it.
fn put(
    folder: &LogFolder,
    number: u64,
    checkpoint: &mut SignedCheckpoint,
    lines: Vec<NoteSignature>,
) -> Done {
    for line in lines {
        let added = checkpoint.note.add(line);
        added.map_err(|error| Failure::new(error.to_string(), error.to_string()))?;
    }
    folder.replace(number, checkpoint)
}

/// Whether what is there is enough.
fn report(
    console: &Console,
    policy: &LogPolicy,
    number: u64,
    checkpoint: &SignedCheckpoint,
    refused: bool,
) -> Done {
    match policy.judge(checkpoint) {
        Ok(witnessed) => {
            let time = witnessed.quorum.and_then(time_text).unwrap_or_default();
            console.say(
                format!("checkpoint {number} reaches the quorum since {time}"),
                format!("检查点{number}自{time}起达到法定数"),
            );
            // A witness that refuses has its reasons, which somebody must look into.
            if refused {
                Err(Failure::said())
            } else {
                Ok(())
            }
        }
        Err(fault) => Err(Message::new(
            format!("checkpoint {number}: {}", fault.english),
            format!("检查点{number}：{}", fault.chinese),
        )
        .into()),
    }
}

/// A request that is carried by hand.
fn request(
    console: &Console,
    folder: &LogFolder,
    policy: &LogPolicy,
    options: &LogCosign,
    name: &str,
    out: &Path,
) -> Done {
    folder::must_not_exist(out)?;
    let witness = { policy.witnesses().iter() }.find(|witness| witness.name == name);
    let witness = witness.ok_or_else(|| {
        let names: Vec<_> = { policy.witnesses().iter() }
            .map(|witness| witness.name.as_str())
            .collect();
        let names = names.join(", ");
        Failure::new(
            format!("the policy has no witness {name}; it has: {names}"),
            format!("信任策略中没有见证方{name}；现有：{names}"),
        )
    })?;
    let (number, latest) = folder.latest()?;
    let old = match options.old {
        Some(old) => old,
        None => asking::last_cosigned(&folder.view(), &witness.key, number)?,
    };
    let request = asking::request(&folder.view(), &latest, old)?;
    folder::write(out, request.to_text().as_bytes(), false)?;
    let (out, size, dir) = (
        out.display(),
        latest.checkpoint.size,
        folder.dir().display(),
    );
    console.say(
        format!("{out}: request for {name}, from size {old} to {size}; carry it there, have it answered with `dispatch witness cosign`, and bring the answer back: `dispatch log cosign {dir} --answer FILE`"),
        format!("{out}：致{name}的请求，规模由{old}到{size}；送交后由其运行 dispatch witness cosign 作答，带回应答：dispatch log cosign {dir} --answer 文件"),
    );
    Ok(())
}

/// What was brought back.
fn answer(console: &Console, folder: &LogFolder, policy: &LogPolicy, path: &Path) -> Done {
    let bytes = folder::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    if text.starts_with("refused ") {
        let size = text.lines().find_map(|line| line.strip_prefix("size "));
        let remedy = size.map_or_else(String::new, |size| format!(" --old {size}"));
        return Err(Failure::new(
            format!(
                "{}: the witness refused:\n{text}make a new request{remedy}",
                path.display()
            ),
            format!(
                "{}：见证方拒绝联署：\n{text}请重新制作请求{remedy}",
                path.display()
            ),
        ));
    }
    let (last, _) = folder.latest()?;
    for witness in policy.witnesses() {
        // A later checkpoint may have been signed while the request was on its way.
        for number in (0..=last).rev() {
            let Some(mut checkpoint) = folder.view().numbered(number)? else {
                continue;
            };
            if let Ok(lines) = asking::lines(&bytes, &witness.key, &checkpoint) {
                put(folder, number, &mut checkpoint, lines)?;
                let name = &witness.name;
                console.say(
                    format!("{name}: cosigned checkpoint {number}"),
                    format!("{name}：已联署检查点{number}"),
                );
                let judged = report(console, policy, number, &checkpoint, false);
                if let Err(missing) = judged {
                    missing
                        .messages
                        .iter()
                        .for_each(|message| console.message(message));
                }
                return Ok(());
            }
        }
    }
    Err(in_file(
        path,
        &Message::new(
            "is no cosignature of a witness of the policy over a checkpoint of this log",
            "不是信任策略中的见证方对本日志检查点的联署",
        ),
    ))
}
