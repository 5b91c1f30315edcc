//! Having the latest checkpoint cosigned by the witnesses of the policy.
//!
//! Source: C2SP tlog-witness. Invariant: a line is stored only after it verified against the witness's
//! key, and no answer of a witness is waited for by anybody who uses the service.

use std::io::Read as _;
use std::time::Duration;

use dispatch_core::language::Message;
use dispatch_core::log::view::LogView;
use dispatch_core::log::{
    LogFiles, LogPolicy, NoteSignature, PolicyWitness, SignedCheckpoint, VerifierKey, cosigned_at,
};
use dispatch_core::witness::asking::{self, NotCosigned, Reply, WitnessLink};
use ureq::http::Response;
use ureq::{Agent, Body};

use super::StoredLog;
use crate::problem::Problem;
use crate::store::{Sql, Store};

/// Reaches witnesses by HTTP, bounded in time and length, following nobody elsewhere.
#[derive(Clone, Debug)]
pub struct HttpLink(Agent);

impl Default for HttpLink {
    fn default() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent("dispatch-service")
            .build();
        Self(Agent::new_with_config(config))
    }
}

impl WitnessLink for HttpLink {
    fn submit(&self, prefix: &str, request: &[u8]) -> Result<Reply, Message> {
        let url = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
        read(&url, self.0.post(&url).send(request))
    }

    fn latest(&self, prefix: &str, origin: &str) -> Result<Option<Vec<u8>>, Message> {
        let name = dispatch_core::witness::origin_name(origin);
        let url = format!("{}/{name}/checkpoint", prefix.trim_end_matches('/'));
        let reply = read(&url, self.0.get(&url).call())?;
        match reply.status {
            200 => Ok(Some(reply.body)),
            404 => Ok(None),
            status => Err(Message::new(
                format!("{url}: answered with status {status}"),
                format!("{url}：应答状态为{status}"),
            )),
        }
    }
}

fn read(url: &str, sent: Result<Response<Body>, ureq::Error>) -> Result<Reply, Message> {
    let failed = |error: &dyn std::fmt::Display| {
        Message::new(format!("{url}: {error}"), format!("{url}：{error}"))
    };
    let mut response = sent.map_err(|error| failed(&error))?;
    let content_type = response.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let mut body = Vec::new();
    let reader = response.body_mut().as_reader();
    let bounded = reader.take(MOST_ANSWER).read_to_end(&mut body);
    bounded.map_err(|error| failed(&error))?;
    Ok(Reply {
        status: response.status().as_u16(),
        body,
        content_type,
    })
}

/// The log for a plain thread: each file is one read of the store.
#[derive(Clone, Debug)]
pub struct StoreFiles(pub Store);

impl LogFiles for StoreFiles {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        let path = path.to_owned();
        let file = self
            .0
            .read_blocking(move |sql| Ok(StoredLog::new(sql).file(&path)?));
        file.map_err(|problem| problem.message)
    }
}

/// Has the latest checkpoint cosigned by every witness that has not done so; how many it lacks still.
/// A witness that has seen another history closes the guard.
///
/// # Errors
/// If the database is gone.
pub fn cosign_latest(
    store: &Store,
    guard: &super::Guard,
    policy: &LogPolicy,
    link: &impl WitnessLink,
) -> Result<usize, Problem> {
    let mut lacking = 0_usize;
    for witness in policy.witnesses() {
        let Some(url) = &witness.url else {
            continue;
        };
        match cosign(store, link, (witness, url), false)? {
            Ok(()) => {}
            Err(NotCosigned::Other(fault)) => {
                lacking = lacking.saturating_add(1);
                tracing::warn!(witness = %witness.name, fault = %fault.english, "a witness did not cosign");
            }
            Err(NotCosigned::Disagrees(fault)) => guard.close(fault),
        }
    }
    Ok(lacking)
}

/// Has one witness cosign the latest checkpoint. One that did is not asked again, unless `anew`: what the
/// database holds of a witness does not tell what the witness has seen since.
pub(super) fn cosign(
    store: &Store,
    link: &impl WitnessLink,
    (witness, url): (&PolicyWitness, &str),
    anew: bool,
) -> Result<Result<(), NotCosigned>, Problem> {
    let name = witness.key.name.clone();
    let (number, size, note, old, done) = store.read_blocking(move |sql| latest(sql, &name))?;
    if !anew && (done || size == 0) {
        return Ok(Ok(()));
    }
    let checkpoint = match SignedCheckpoint::read(note.as_bytes()) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Err(Problem::internal(&error)),
    };
    let files = StoreFiles(store.clone());
    let view = LogView(&files);
    match asking::ask(link, &view, (witness, url), old, &checkpoint) {
        Ok(lines) => {
            keep(store, number, &checkpoint, &witness.key, lines)?;
            Ok(Ok(()))
        }
        Err(refused) => Ok(Err(refused)),
    }
}

type Latest = (u64, u64, String, u64, bool);

/// The latest checkpoint, the size at which a witness cosigned last, and whether that is the same.
fn latest(sql: &mut dyn Sql, witness: &str) -> Result<Latest, Problem> {
    let row = sql.query_one(
        "SELECT number, size, note FROM log_checkpoint ORDER BY number DESC LIMIT 1",
        &[],
    )?;
    let row = row.ok_or_else(Problem::not_found)?;
    let old = sql.query_one(
        "SELECT c.number, c.size FROM log_cosignature s JOIN log_checkpoint c ON c.number = s.number WHERE s.witness = ?1 ORDER BY s.number DESC LIMIT 1",
        &[witness.into()],
    )?;
    let number = row.count(0)?;
    let old = old.map(|row| Ok::<_, Problem>((row.count(0)?, row.count(1)?)));
    let old = old.transpose()?;
    Ok((
        number,
        row.count(1)?,
        row.text(2)?.to_owned(),
        old.map_or(0, |(_, size)| size),
        old.is_some_and(|(cosigned, _)| cosigned == number),
    ))
}

/// Stores the lines of a witness over a checkpoint; the first that it gave stays.
///
/// # Errors
/// If the database is gone.
fn keep(
    store: &Store,
    number: u64,
    checkpoint: &SignedCheckpoint,
    key: &VerifierKey,
    lines: Vec<NoteSignature>,
) -> Result<(), Problem> {
    let mut alone = checkpoint.clone();
    alone.note.signatures.clone_from(&lines);
    let time = cosigned_at(&alone, key).ok().flatten().unwrap_or(0);
    let (name, text) = (
        key.name.clone(),
        lines
            .iter()
            .map(|line| format!("{}\n", line.to_line().trim_end_matches('\n')))
            .collect::<String>(),
    );
    store.write_blocking(move |change| {
        change.sql.execute(
            "INSERT INTO log_cosignature (number, witness, line, time) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (number, witness) DO NOTHING",
            &[number.into(), name.as_str().into(), text.as_str().into(), time.into()],
        )?;
        Ok(())
    })
}

/// Stores a cosignature that was carried by hand, over whichever checkpoint it is; the number of that.
///
/// # Errors
/// 422 if it is none of a witness of the policy over a checkpoint of this log.
pub fn bring(store: &Store, policy: &LogPolicy, answer: &[u8]) -> Result<u64, Problem> {
    if answer.len() as u64 > MOST_BROUGHT {
        return Err(brought_otherwise());
    }
    let notes = store.read_blocking(|sql| {
        let rows = sql.query(
            "SELECT number, note FROM log_checkpoint ORDER BY number DESC LIMIT 1000",
            &[],
        )?;
        let notes = rows
            .iter()
            .map(|row| Ok((row.count(0)?, row.text(1)?.to_owned())));
        notes.collect::<Result<Vec<_>, Problem>>()
    })?;
    for (number, note) in notes {
        let Ok(checkpoint) = SignedCheckpoint::read(note.as_bytes()) else {
            continue;
        };
        for witness in policy.witnesses() {
            if let Ok(lines) = asking::lines(answer, &witness.key, &checkpoint) {
                keep(store, number, &checkpoint, &witness.key, lines)?;
                return Ok(number);
            }
        }
    }
    Err(brought_otherwise())
}

fn brought_otherwise() -> Problem {
    Problem::invalid(Message::new(
        "this is no cosignature of a witness of the policy over one of the last 1000 checkpoints of this log",
        "不是信任策略中的见证方对本日志最近1000个检查点的联署",
    ))
}

const TIMEOUT: Duration = Duration::from_secs(30);
const MOST_ANSWER: u64 = 64 << 10;
/// A line has some 200 bytes.
const MOST_BROUGHT: u64 = 4 << 10;
