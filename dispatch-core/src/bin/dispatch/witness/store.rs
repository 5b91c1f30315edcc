//! The folder of a witness.
//!
//! `secret/key` is its private key. `logs/<SHA-256 of the origin>/` has for every log its trusted
//! keys (`keys`), what was cosigned last (`checkpoint`) and `evidence/`. Everything is written beside
//! its place, flushed to the disk and renamed.
//! Invariant: what is held is read, decided on and replaced under one exclusive lock on the file
//! `lock`, which holds between threads and between processes, and a cosignature is returned only
//! after the checkpoint it is for has reached the disk. A missing or damaged `checkpoint` is an error
//! and never a fresh start.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use dispatch_core::language::Message;
use dispatch_core::log::{KeyKind, SignerKey, VerifierKey};
use dispatch_core::witness::{AddCheckpoint, Cosigned, Held, Refusal, Submission, origin_name};

use super::evidence;
use crate::commands::sample::now;
use crate::failure::{Done, Failure};
use crate::folder::{self, NewFolder, SECRET};

/// A witness.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    signer: SignerKey,
}

/// A log that a witness knows.
#[derive(Debug)]
pub(crate) struct Log {
    /// Trusted keys; all have the origin for their name.
    pub(crate) keys: Vec<VerifierKey>,
    /// What was cosigned last.
    pub(crate) held: Option<Held>,
    /// Its folder.
    pub(crate) dir: PathBuf,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The log, the size the request starts from and that of its checkpoint, if a trusted key signed it.
    pub(crate) about: Option<(String, u64, u64)>,
    /// The cosignature, or why there is none.
    pub(crate) answer: Result<Cosigned, Refusal>,
    /// Exactly the offered checkpoint was cosigned last: its cosignature line, to be handed out again.
    pub(crate) again: Option<String>,
    /// What the operator must hear about evidence.
    pub(crate) notice: Option<Message>,
}

impl Store {
    /// Makes the folder of a new witness.
    pub(crate) fn create(dir: &Path, signer: &SignerKey) -> Done {
        let new = NewFolder::create_private(dir)?;
        let secret = folder::create_secret(new.path())?;
        let text = format!("{}\n", *signer.to_text());
        folder::write(&secret.join(KEY), text.as_bytes(), true)?;
        let logs = new.path().join(LOGS);
        fs::create_dir(&logs).map_err(|error| Failure::file(&logs, &error))?;
        folder::sync(&secret)?;
        folder::sync(new.path())?;
        new.finish()?;
        folder::sync(dir.parent().unwrap_or(dir))
    }

    /// Reads the key.
    pub(crate) fn open(dir: &Path) -> Done<Self> {
        let path = dir.join(SECRET).join(KEY);
        let unfit = |fault: String| {
            let path = path.display();
            Failure::new(
                format!("{path}: {fault}; restore it from your copy"),
                format!("{path}：{fault}；请用备份恢复"),
            )
        };
        let bytes = folder::read(&path)?;
        let text = str::from_utf8(&bytes).map_err(|error| unfit(error.to_string()))?;
        let signer: SignerKey = { text.trim_end().parse() }
            .map_err(|error: dispatch_core::log::KeyError| unfit(error.to_string()))?;
        if signer.kind() != KeyKind::Cosignature {
            return Err(unfit("not a key of a witness (type 0x04)".to_owned()));
        }
        let dir = dir.to_owned();
        Ok(Self { dir, signer })
    }

    /// The public key.
    pub(crate) fn verifier(&self) -> VerifierKey {
        self.signer.verifier()
    }

    /// All logs, by origin.
    pub(crate) fn logs(&self) -> Done<Vec<Log>> {
        let dir = self.dir.join(LOGS);
        let failed = |error: std::io::Error| Failure::file(&dir, &error);
        let mut logs = Vec::new();
        for entry in fs::read_dir(&dir).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            // What a crash left half made.
            if path.extension().is_none() && path.is_dir() {
                logs.push(self.read(path)?);
            }
        }
        logs.sort_by(|one, other| one.origin().cmp(other.origin()));
        Ok(logs)
    }

    /// Trusts one more key; tells whether it was new.
    pub(crate) fn trust(&self, key: &VerifierKey) -> Done<bool> {
        let _lock = self.lock()?;
        let dir = self.log_dir(&key.name);
        if dir.exists() {
            let mut log = self.read(dir)?;
            if log.keys.contains(key) {
                return Ok(false);
            }
            log.keys.push(key.clone());
            folder::write_durably(&log.dir.join(KEYS), key_lines(&log.keys).as_bytes(), true)?;
            return Ok(true);
        }
        let new = NewFolder::create(&dir)?;
        folder::write(
            &new.path().join(KEYS),
            key_lines(std::slice::from_ref(key)).as_bytes(),
            true,
        )?;
        folder::write(&new.path().join(CHECKPOINT), NONE.as_bytes(), true)?;
        folder::sync(new.path())?;
        new.finish()?;
        folder::sync(&self.dir.join(LOGS))?;
        Ok(true)
    }

    /// Starts from a later checkpoint that this witness has cosigned itself; tells what was held and
    /// what is held now.
    pub(crate) fn adopt(&self, key: &VerifierKey, bytes: &[u8]) -> Done<(Option<Held>, Held)> {
        let refuse = |english: String, chinese: String| Err(Failure::new(english, chinese));
        let own = match Held::read(bytes, &self.verifier()) {
            Ok(held) => held,
            Err(error) => {
                return refuse(
                    format!(
                        "{error}; only a checkpoint with a cosignature of this very witness can be started from"
                    ),
                    format!("{error}；只能从本见证方自己联署过的检查点开始"),
                );
            }
        };
        let signed = own.checkpoint().verify(key).unwrap_or(false);
        if own.checkpoint().checkpoint.origin != key.name || !signed {
            return refuse(
                format!("the checkpoint is not signed by the key of {}", key.name),
                format!("该检查点没有{}的有效签名", key.name),
            );
        }
        let _lock = self.lock()?;
        let log = self.read(self.log_dir(&key.name))?;
        let (root, size) = (own.checkpoint().checkpoint.root, own.size());
        if let Some(held) = &log.held {
            if held.size() == size && held.checkpoint().checkpoint.root != root {
                return refuse(
                    format!(
                        "this witness holds another root for size {size}: its key has signed two histories; stop it and make a new key"
                    ),
                    format!(
                        "本见证方对规模{size}持有另一个根：其密钥已为两种历史签名；请停用并更换密钥"
                    ),
                );
            }
            if held.size() > size || (held.size() == size && held.time() >= own.time()) {
                return Ok((log.held.clone(), held.clone()));
            }
        }
        folder::write_durably(&log.dir.join(CHECKPOINT), own.to_text().as_bytes(), true)?;
        Ok((log.held, own))
    }

    /// Answers an add-checkpoint request; what was cosigned is on the disk when this returns.
    ///
    /// An error means that nothing was cosigned that anybody has heard of.
    pub(crate) fn answer(&self, request: &[u8]) -> Done<Outcome> {
        let refused = |answer| Outcome {
            about: None,
            answer: Err(answer),
            again: None,
            notice: None,
        };
        let request_read = match AddCheckpoint::read(request) {
            Ok(read) => read,
            Err(error) => {
                let fault = error.to_string();
                return Ok(refused(Refusal::Malformed { fault }));
            }
        };
        let dir = self.log_dir(&request_read.checkpoint.checkpoint.origin);
        let keys = match dir.exists() {
            true => read_keys(&dir)?,
            false => Vec::new(),
        };
        let old = request_read.old;
        let submission = match Submission::new(request_read, &keys) {
            Ok(submission) => submission,
            Err(refusal) => return Ok(refused(refusal)),
        };
        let offered = &submission.checkpoint().checkpoint;
        let about = Some((offered.origin.clone(), old, offered.size));

        let _lock = self.lock()?;
        let log = self.read(dir)?;
        // The time is taken under the lock: who comes later is not earlier.
        let answer = submission.decide(log.held.as_ref(), &self.signer, now());
        let mut notice = None;
        let mut again = None;
        match &answer {
            Ok(cosigned) => {
                folder::write_durably(
                    &log.dir.join(CHECKPOINT),
                    cosigned.held.to_text().as_bytes(),
                    true,
                )?;
                evidence::clear(&log.dir, &cosigned.held.checkpoint().checkpoint);
            }
            Err(refusal) => {
                let held = log.held.as_ref();
                if let Some(kind) = refusal.evidence() {
                    notice = Some(evidence::keep(&log.dir, kind, held, offered, request));
                }
                let text = &submission.checkpoint().note.text;
                let same = held.filter(|held| held.checkpoint().note.text == *text);
                again = same.and_then(|held| self.line(held));
            }
        }
        Ok(Outcome {
            about,
            answer,
            again,
            notice,
        })
    }

    /// What was cosigned last, by the name under which it is asked for; none if there is none.
    pub(crate) fn latest(&self, name: &str) -> Done<Option<Vec<u8>>> {
        let hash = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let path = self.dir.join(LOGS).join(name).join(CHECKPOINT);
        if !hash || !path.exists() {
            return Ok(None);
        }
        let bytes = folder::read(&path)?;
        Ok((bytes != NONE.as_bytes()).then_some(bytes))
    }

    /// The witness's own signature line under what it holds.
    fn line(&self, held: &Held) -> Option<String> {
        let key = self.verifier();
        let mut lines = held.checkpoint().note.signatures.iter();
        let own = lines.find(|line| line.name == key.name && line.id == key.id())?;
        Some(format!("{}\n", own.to_line()))
    }

    fn log_dir(&self, origin: &str) -> PathBuf {
        self.dir.join(LOGS).join(origin_name(origin))
    }

    fn read(&self, dir: PathBuf) -> Done<Log> {
        let keys = read_keys(&dir)?;
        let path = dir.join(CHECKPOINT);
        let bytes = folder::read(&path)?;
        let held = if bytes == NONE.as_bytes() {
            None
        } else {
            let held = Held::read(&bytes, &self.verifier());
            Some(held.map_err(|error| damaged(&path, &error.to_string()))?)
        };
        let log = Log { keys, held, dir };
        let held_origin = log
            .held
            .as_ref()
            .map(|held| &held.checkpoint().checkpoint.origin);
        if held_origin.is_some_and(|origin| origin != log.origin()) {
            return Err(damaged(&path, "it is of another log"));
        }
        Ok(log)
    }

    /// Waits until nobody else works on the state.
    fn lock(&self) -> Done<File> {
        let path = self.dir.join(LOCK);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let locked = file.and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| Failure::file(&path, &error))
    }
}

impl Log {
    /// Its name.
    pub(crate) fn origin(&self) -> &str {
        self.keys.first().map_or("", |key| &key.name)
    }
}

fn read_keys(dir: &Path) -> Done<Vec<VerifierKey>> {
    let path = dir.join(KEYS);
    let bytes = folder::read(&path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut keys: Vec<VerifierKey> = Vec::new();
    for line in text.lines() {
        let key = line.parse::<VerifierKey>();
        keys.push(key.map_err(|error| damaged(&path, &error.to_string()))?);
    }
    let named = |key: &VerifierKey| dir.ends_with(origin_name(&key.name));
    if keys.is_empty() || !keys.iter().all(named) {
        return Err(damaged(&path, "a key of another log, or no key"));
    }
    Ok(keys)
}

fn key_lines(keys: &[VerifierKey]) -> String {
    keys.iter().map(|key| format!("{key}\n")).collect()
}

fn damaged(path: &Path, fault: &str) -> Failure {
    let path = path.display();
    Failure::new(
        format!(
            "{path}: {fault}; nothing is cosigned for this log until it is mended: see docs/witness.md, loss of state"
        ),
        format!("{path}：{fault}；修复之前不为该日志联署：见 docs/witness.md“状态丢失”"),
    )
}

const CHECKPOINT: &str = "checkpoint";
const KEY: &str = "key";
const KEYS: &str = "keys";
const LOCK: &str = "lock";
const LOGS: &str = "logs";
/// What stands in `checkpoint` before the first cosignature.
const NONE: &str = "none\n";
