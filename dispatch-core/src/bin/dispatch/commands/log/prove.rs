//! `dispatch log prove`, `dispatch log evidence`: proofs to carry elsewhere.

use dispatch_core::digest::Digest;
use dispatch_core::syntax::time_text;

use crate::args::log::{LogEvidence, LogProve};
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::log_folder::LogFolder;
use crate::log_folder::evidence::{self, prover};

pub(super) fn run(console: &Console, options: &LogProve) -> Done {
    folder::must_not_exist(&options.out)?;
    let folder = LogFolder::open(&options.dir)?;
    let policy = folder.needed_policy(options.policy.as_deref())?;
    let (_, latest) = folder.latest()?;
    let entry = folder.view().entry(options.index, latest.checkpoint.size)?;
    let (number, proof) = prover(&folder, &policy)?.prove(options.index, &entry)?;
    folder::write(&options.out, proof.to_text().as_bytes(), false)?;
    let (index, out) = (options.index, options.out.display());
    let seen = policy.judge(&proof.checkpoint)?.quorum.and_then(time_text);
    match seen {
        Some(time) => console.say(
            format!("{out}: entry {index} by checkpoint {number}, witnessed at {time}"),
            format!("{out}：第{index}号条目，检查点{number}，见证时间{time}"),
        ),
        None => console.say(
            format!("{out}: entry {index} by checkpoint {number}; the policy asks for no witness"),
            format!("{out}：第{index}号条目，检查点{number}；策略不要求见证"),
        ),
    }
    Ok(())
}

pub(super) fn evidence(console: &Console, options: &LogEvidence) -> Done {
    folder::must_not_exist(&options.out)?;
    let commitment = Digest::from_hex(&options.commitment).map_err(|error| {
        Failure::new(
            format!("--commitment: {error}; it is the 64 characters on the slip"),
            format!("--commitment：{error}；应为承诺单上的64位十六进制"),
        )
        .usage()
    })?;
    let policy = options.policy.as_deref();
    let lines = evidence::evidence(console, &options.dir, &commitment, policy)?;
    folder::write(&options.out, &lines, false)?;
    let count = lines.iter().filter(|byte| **byte == b'\n').count();
    let out = options.out.display();
    console.say(
        format!("{out}: {count} entries with proofs"),
        format!("{out}：{count}条，均附证明"),
    );
    Ok(())
}
