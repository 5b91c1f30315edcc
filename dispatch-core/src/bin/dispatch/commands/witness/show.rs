//! `dispatch witness show`: the key, the logs, what was cosigned last, evidence.

use dispatch_core::slip::local_time;
use dispatch_core::syntax::time_text;

use crate::args::witness::Show;
use crate::console::Console;
use crate::failure::Done;
use crate::witness::{Log, Store, evidence_names};

pub(super) fn run(console: &Console, options: &Show) -> Done {
    let store = Store::open(&options.dir)?;
    let logs = store.logs()?;
    describe(console, &store, &logs);
    for log in &logs {
        let names = evidence_names(&log.dir)?;
        let (origin, dir) = (log.origin(), log.dir.display());
        for name in names {
            console.say(
                format!("evidence about {origin}: {dir}/evidence/{name}"),
                format!("关于{origin}的证据：{dir}/evidence/{name}"),
            );
        }
    }
    Ok(())
}

/// The key, and one line for every log.
pub(super) fn describe(console: &Console, store: &Store, logs: &[Log]) {
    console.say(
        format!("witness {}", store.verifier()),
        format!("见证方 {}", store.verifier()),
    );
    if logs.is_empty() {
        console.say(
            "no log is trusted yet: `dispatch witness trust`",
            "尚未信任任何日志：dispatch witness trust",
        );
    }
    for log in logs {
        for key in &log.keys {
            console.say(format!("log {key}"), format!("日志 {key}"));
        }
        let Some(held) = &log.held else {
            console.say("  nothing cosigned yet", "  尚未联署");
            continue;
        };
        let (size, root) = (held.size(), held.checkpoint().checkpoint.root);
        let time = local_time(&time_text(held.time()).unwrap_or_default());
        console.say(
            format!("  size {size}, root {root}, cosigned {time}"),
            format!("  规模{size}，根{root}，联署时间{time}"),
        );
    }
}
