//! `dispatch witness trust`: one more log, one more key of a log, or a later start.

use dispatch_core::log::KeyKind;

use super::key;
use crate::args::witness::Trust;
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder;
use crate::witness::Store;

pub(super) fn run(console: &Console, options: &Trust) -> Done {
    let store = Store::open(&options.dir)?;
    let log = key(&options.key, KeyKind::Signature)?;
    let own = store.verifier();
    let name = &log.name;
    if own.key == log.key {
        return Err(Failure::new(
            format!(
                "{name}: the log has the same key as this witness: whoever runs the log would be its own witness"
            ),
            format!("{name}：该日志与本见证方使用同一密钥：等于自己见证自己"),
        ));
    }
    if own.hierarchy() == log.hierarchy() {
        console.say(
            format!("note: {name} and {} have the same name up to the first slash: verifiers do not count this witness for that log", own.name),
            format!("提示：{name}与{}第一个斜杠之前的名称相同：核验者不会把本见证方计入该日志", own.name),
        );
    }
    if store.trust(&log)? {
        console.say(format!("trusted: {name}"), format!("已信任：{name}"));
    } else {
        console.say(
            format!("trusted already: {name}"),
            format!("已在信任之列：{name}"),
        );
    }
    if let Some(path) = &options.latest {
        let bytes = folder::read(path)?;
        let (before, after) = store.adopt(&log, &bytes)?;
        let size = after.size();
        let before = before.map_or(0, |held| held.size());
        console.say(
            format!("size before {before}, now {size}: it goes on from there"),
            format!("原规模{before}，现规模{size}：今后从此继续"),
        );
    }
    Ok(())
}
