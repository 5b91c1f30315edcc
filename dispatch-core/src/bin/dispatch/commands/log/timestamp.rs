//! `dispatch log timestamp`: an authority's word when a checkpoint existed.

use std::path::Path;

use dispatch_core::log::SignedCheckpoint;
use dispatch_core::log::view::token_path;
use dispatch_core::syntax::time_text;
use dispatch_core::timestamp::{Authority, TimestampError, Token, request};

use super::in_file;
use crate::args::log::LogTimestamp;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::log_folder::LogFolder;

pub(super) fn run(console: &Console, options: &LogTimestamp) -> Done {
    let folder = LogFolder::open(&options.dir)?;
    let (number, checkpoint) = match options.checkpoint {
        None => folder.latest()?,
        Some(number) => {
            let checkpoint = folder.view().numbered(number)?;
            let checkpoint = checkpoint.ok_or_else(|| {
                Failure::new(
                    format!("the log has no checkpoint {number}"),
                    format!("日志没有检查点{number}"),
                )
            })?;
            (number, checkpoint)
        }
    };
    if let Some(out) = &options.request {
        return ask(console, number, &checkpoint, out);
    }
    let (Some(token), Some(authority)) = (&options.token, &options.authority) else {
        return Ok(());
    };
    keep(console, &folder, number, &checkpoint, token, authority)
}

fn ask(console: &Console, number: u64, checkpoint: &SignedCheckpoint, out: &Path) -> Done {
    folder::must_not_exist(out)?;
    let text = checkpoint.note.text.as_bytes();
    folder::write(out, &request(text, None), false)?;
    let out = out.display();
    console.say(
        format!("{out}: request for checkpoint {number}; send it to the authority (`curl -H 'Content-Type: application/timestamp-query' --data-binary @{out} URL -o token.tsr`), then keep the answer with --checkpoint {number} --token token.tsr --authority CERT"),
        format!("{out}：检查点{number}的时间戳请求；送交时间戳机构（curl -H 'Content-Type: application/timestamp-query' --data-binary @{out} 网址 -o token.tsr），再用 --checkpoint {number} --token token.tsr --authority 证书 保存应答"),
    );
    Ok(())
}

fn keep(
    console: &Console,
    log: &LogFolder,
    number: u64,
    checkpoint: &SignedCheckpoint,
    token: &Path,
    authority: &Path,
) -> Done {
    let failed = |path: &Path, error: &TimestampError| in_file(path, &error.message());
    let bytes = folder::read(token)?;
    let certificate = folder::read(authority)?;
    let name = authority.display().to_string();
    let pinned = Authority::read(name, &certificate).map_err(|error| failed(authority, &error))?;
    let read = Token::read(&bytes).map_err(|error| failed(token, &error))?;
    let time = { read.verify(checkpoint.note.text.as_bytes(), &pinned) }
        .map_err(|error| failed(token, &error))?;
    let _lock = log.lock()?;
    let path = token_path(number);
    if !log.dir().join(&path).exists() {
        log.put(&path, &bytes)?;
    } else {
        console.say(
            format!("{path} is there already and stays: the earlier token says more"),
            format!("{path}已存在，予以保留：较早的时间戳更有力"),
        );
        return Ok(());
    }
    let time = time_text(time).unwrap_or_default();
    console.say(
        format!("{path}: checkpoint {number} existed at {time}"),
        format!("{path}：检查点{number}在{time}已存在"),
    );
    Ok(())
}
