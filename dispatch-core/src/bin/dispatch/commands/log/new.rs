//! `dispatch log new`, `dispatch log policy`: an empty log, and the policy it publishes.

use std::path::Path;

use dispatch_core::log::view::{CHECKPOINT, CHECKPOINTS, DOCUMENTS, POLICY, numbered_path};
use dispatch_core::log::{Checkpoint, LogPolicy, SignedCheckpoint, VerifierKey};
use dispatch_core::merkle::empty_root;

use crate::args::log::{New, PublishPolicy};
use crate::console::Console;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder};
use crate::log_folder::{LogFolder, documents, key_file, read_policy};

pub(super) fn run(console: &Console, options: &New) -> Done {
    folder::must_not_exist(&options.dir)?;
    if options.keys.starts_with(&options.dir) {
        return Err(Failure::new(
            "the log's folder is public: choose a folder outside of it for the private key",
            "日志目录是公开的：请在其外另选私钥目录",
        )
        .usage());
    }
    let (path, key) = key_file::read_or_make(&options.keys, &options.origin)?;
    let verifier = key.verifier();
    if let Some(path) = &options.policy {
        names(&read_policy(path)?, &verifier, path)?;
    }
    let checkpoint = Checkpoint {
        origin: options.origin.clone(),
        size: 0,
        root: empty_root(),
        extensions: Vec::new(),
    };
    let signed = SignedCheckpoint::sign(checkpoint, &key);
    let signed = signed.map_err(|error| Failure::new(error.to_string(), error.to_string()))?;
    let text = signed.to_text();
    let new = NewFolder::create(&options.dir)?;
    for name in [CHECKPOINTS, DOCUMENTS, "tile"] {
        let dir = new.path().join(name);
        std::fs::create_dir(&dir).map_err(|error| Failure::file(&dir, &error))?;
    }
    folder::write(&new.path().join(numbered_path(0)), text.as_bytes(), false)?;
    folder::write(&new.path().join(CHECKPOINT), text.as_bytes(), false)?;
    folder::sync(&new.path().join(CHECKPOINTS))?;
    folder::sync(new.path())?;
    new.finish()?;
    if let Some(path) = &options.policy {
        publish(&LogFolder::open(&options.dir)?, path)?;
    }
    let (dir, path) = (options.dir.display(), path.display());
    console.say(
        format!("log made in {dir}; its private key is {path}: back it up on separate media, whoever has it can sign for this log"),
        format!("日志已建立：{dir}；私钥为 {path}，请另行备份，持有者可以本日志的名义签名"),
    );
    console.say(
        "public key, to give to the witnesses and to those who verify:",
        "公钥，交给见证方和核验者：",
    );
    console.line(&format!("  {verifier}"));
    console.say("line for a policy:", "信任策略中的一行：");
    console.line(&format!("  log {verifier}"));
    console.say(
        format!("next: write the policy (docs/log.md) and publish it with `dispatch log policy {dir} FILE`"),
        format!("下一步：写好信任策略（见 docs/log.md），用 dispatch log policy {dir} 文件 公布"),
    );
    Ok(())
}

/// `dispatch log policy`
pub(super) fn policy(console: &Console, options: &PublishPolicy) -> Done {
    let folder = LogFolder::open(&options.dir)?;
    let _lock = folder.lock()?;
    let policy = read_policy(&options.file)?;
    let (_, latest) = folder.latest()?;
    let signed = policy.logs().iter().any(|log| {
        log.key.name == latest.checkpoint.origin && matches!(latest.verify(&log.key), Ok(true))
    });
    if !signed {
        return Err(missing_key(&options.file, &latest.checkpoint.origin));
    }
    let hash = publish(&folder, &options.file)?;
    let asked = policy.witnesses().len();
    console.say(
        format!("published as log.policy: {asked} witnesses, SHA-256 {hash}; announce it with `dispatch announce --policy`"),
        format!("已公布为 log.policy：见证方{asked}个，SHA-256 {hash}；公告时请用 dispatch announce --policy 一并承诺"),
    );
    if !policy.has_quorum() {
        console.say(
            "it asks for no witness: nothing but time-stamp tokens then shows when something was logged",
            "该策略不要求见证：届时只有时间戳能说明记录时间",
        );
    }
    Ok(())
}

/// The file's bytes stay available under their hash when a later policy takes their place.
fn publish(folder: &LogFolder, path: &Path) -> Done<dispatch_core::digest::Digest> {
    let bytes = folder::read(path)?;
    let hash = documents::publish(folder, &bytes)?;
    folder.put(POLICY, &bytes)?;
    Ok(hash)
}

fn names(policy: &LogPolicy, key: &VerifierKey, path: &Path) -> Done {
    if policy.logs().iter().any(|log| log.key == *key) {
        return Ok(());
    }
    Err(missing_key(path, &key.name))
}

fn missing_key(path: &Path, origin: &str) -> Failure {
    let path = path.display();
    Failure::new(
        format!(
            "{path}: does not name the present key of {origin}; add its line \"log <key>\", as `dispatch log new` prints it"
        ),
        format!(
            "{path}：没有{origin}现用公钥的一行；请加上 dispatch log new 显示的 \"log <公钥>\""
        ),
    )
}
