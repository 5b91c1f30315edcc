//! What the same file takes otherwise: as a bare pass, by a plain shuffle, by a short script.
//!
//! None of them decodes, validates, stratifies, commits officers, assigns teams or proves anything.

use std::path::Path;

use dispatch_core::digest::Digest;
use dispatch_core::merkle::{leaf_hash, root_of_parallel};
use dispatch_core::selection::SubjectKey;
use rayon::prelude::*;

use crate::measure::{Outcome, Step};

/// The argument with which the runner starts itself.
pub(crate) const PROTOTYPE: &str = "prototype";
/// How the prototype is called in the table.
pub(crate) const PROTOTYPE_NAME: &str = "prototype: row hashes, root, tickets, selection";

/// The peers that this machine has.
pub(crate) fn steps(dir: &Path, count: u64) -> Outcome<Vec<Step>> {
    let file = dir.join("subjects.csv");
    let mut prototype = Step::new(PROTOTYPE_NAME, &std::env::current_exe()?);
    prototype.arguments = vec![PROTOTYPE.into(), file.clone().into()];
    let mut steps = vec![prototype];
    if let Some(program) = find("shuf") {
        let mut step = Step::new("shuf -n (not verifiable)", &program);
        step.arguments = vec!["-n".into(), count.to_string().into(), file.clone().into()];
        steps.push(step);
    }
    if let Some(program) = find("python3") {
        let mut step = Step::new("Python, hashlib and a heap", &program);
        let arguments = [
            "-c".into(),
            SCRIPT.into(),
            file.into(),
            count.to_string().into(),
        ];
        step.arguments = arguments.into();
        steps.push(step);
    }
    Ok(steps)
}

/// One pass over the bytes as they stand: a root over all rows and 3 % of them by ticket.
pub(crate) fn prototype(file: &Path) -> Outcome<()> {
    let bytes = std::fs::read(file)?;
    let tickets = SubjectKey::new(&Digest::of(b"seed")).tickets();
    let rows: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').skip(1).collect();
    let hashed: Vec<(Digest, Digest)> = rows
        .par_iter()
        .map(|row| {
            let id = row.split(|byte| *byte == b',').next().unwrap_or_default();
            let ticket = tickets.of(core::str::from_utf8(id).unwrap_or_default());
            (leaf_hash(row), ticket)
        })
        .collect();
    let (leaves, mut drawn): (Vec<_>, Vec<_>) = hashed.into_iter().unzip();
    let root = root_of_parallel(&leaves);
    let count = drawn.len() * 3 / 100;
    if count > 0 {
        drawn.select_nth_unstable(count - 1);
    }
    drawn.truncate(count);
    drawn.sort_unstable();
    println!("{root} {count} {:?}", drawn.first());
    Ok(())
}

fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

const SCRIPT: &str = r#"
import hashlib, heapq, sys
seed = b"0" * 64
def tickets():
    with open(sys.argv[1], "rb") as file:
        next(file)
        for line in file:
            id = line.split(b",", 1)[0]
            yield hashlib.sha256(seed + id).digest(), id
for ticket, id in heapq.nsmallest(int(sys.argv[2]), tickets()):
    print(ticket.hex(), id.decode("latin-1"))
"#;
