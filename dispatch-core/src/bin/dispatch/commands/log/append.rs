//! `dispatch log append`: many ready-made entries under one checkpoint.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use dispatch_core::entry::Entry;
use dispatch_core::language::Message;
use rayon::prelude::*;

use super::{commit, in_file, open};
use crate::args::log::LogAppend;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::log_folder::known::Known;

pub(super) fn run(console: &Console, options: &LogAppend) -> Done {
    let path = &options.entries;
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let file = File::open(path).map_err(failed)?;
    let total = file.metadata().map_err(failed)?.len();
    let (folder, mut writer) = open(console, &options.log)?;
    let mut known = Known::read(console, &folder, writer.size(), None)?;
    let progress = console.bytes(console.pick("appending", "正在追加"), total);
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let (mut row, mut read): (u64, u64) = (0, 0);
    loop {
        let lines = lines(path, &mut reader, row)?;
        if lines.is_empty() {
            break;
        }
        let entries: Vec<_> = lines.par_iter().map(|line| Entry::read(line)).collect();
        for (entry, line) in entries.into_iter().zip(&lines) {
            row = row.saturating_add(1);
            let admitted = entry.and_then(|entry| known.admit(&entry).map(|()| entry));
            let entry = admitted.map_err(|fault| in_row(path, row, &fault))?;
            writer.push(&entry, line)?;
            // Lossless: a line has at most 65,536 bytes.
            read = read.saturating_add(line.len() as u64).saturating_add(1);
        }
        progress.at(read);
    }
    progress.doing(console.pick("waiting for the disk", "正在写入磁盘"));
    if writer.size() == writer.latest().checkpoint.size {
        console.say("no entries in the file", "文件中没有条目");
        return Ok(());
    }
    commit(console, &folder, writer)
}

/// Some lines, without their line feeds; none at the end of the file.
fn lines(path: &Path, reader: &mut BufReader<File>, before: u64) -> Done<Vec<Vec<u8>>> {
    let mut lines = Vec::new();
    let mut row = before;
    while lines.len() < AT_ONCE {
        let mut line = Vec::new();
        let most = Entry::SIZE_LIMIT.saturating_add(2);
        let read = reader
            .by_ref()
            .take(most as u64)
            .read_until(b'\n', &mut line);
        if read.map_err(|error| Failure::file(path, &error))? == 0 {
            break;
        }
        row = row.saturating_add(1);
        if line.pop() != Some(b'\n') {
            let fault = Message::new(
                "is longer than 65,535 bytes or does not end in a line feed; the file may be cut off",
                "超过65,535字节或缺少行末换行符，文件可能不完整",
            );
            return Err(in_row(path, row, &fault));
        }
        lines.push(line);
    }
    Ok(lines)
}

fn in_row(path: &Path, row: u64, fault: &Message) -> Failure {
    in_file(
        path,
        &Message::new(
            format!("line {row}: {}; nothing was logged", fault.english),
            format!("第{row}行：{}；未作任何记录", fault.chinese),
        ),
    )
}

/// Lines that are judged together, on all processors.
const AT_ONCE: usize = 4096;
