//! Answers to changes: one that is sent twice is done once, and answered the same.
//!
//! A change carries an `Idempotency-Key`. Its answer is stored under the person and the key in the same
//! transaction as the change, encrypted, because it may show a secret once. Invariant: there is no
//! change without its answer, and no answer without its change; what was refused may be tried again.

use dispatch_core::digest::{Digest, TaggedHasher};
use serde::Serialize;

use crate::context::Context;
use crate::http::endpoint::{Answer, Request, RequestBody};
use crate::keys::Envelope;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// Makes a change once: for a repetition of the request it gives the stored answer.
///
/// # Errors
/// What the change says, and then nothing is stored; 400 without a key; 422 if the key came with
/// another request before.
pub async fn once<T: Serialize + Send + 'static>(
    ctx: &Context,
    request: &Request,
    change: impl FnOnce(&mut Transaction<'_>) -> Result<(u16, T), Problem> + Send + 'static,
) -> Result<Answer, Problem> {
    let asked = Asked::of(ctx, request)?;
    let envelope = ctx.envelope.clone();
    let stored = ctx.store.write(move |transaction| {
        if let Some(stored) = find(&mut *transaction.sql, &envelope, &asked)? {
            return Ok(stored);
        }
        let (status, value) = change(transaction)?;
        let body = serde_json::to_vec(&value).map_err(|error| Problem::internal(&error))?;
        let stored = Stored { status, body };
        let now = transaction.now;
        keep(&mut *transaction.sql, &envelope, &asked, &stored, now)?;
        Ok(stored)
    });
    Ok(stored.await?.answer())
}

/// The stored answer to this request, if it was made before: to be asked before heavy work.
///
/// # Errors
/// 400 without a key; 422 if the key came with another request before.
pub async fn known(ctx: &Context, request: &Request) -> Result<Option<Answer>, Problem> {
    let asked = Asked::of(ctx, request)?;
    let envelope = ctx.envelope.clone();
    let stored = ctx.store.read(move |sql| find(sql, &envelope, &asked));
    Ok(stored.await?.map(Stored::answer))
}

/// Who asked for what, under which key.
struct Asked {
    person: String,
    key: String,
    request: Digest,
}

impl Asked {
    fn of(ctx: &Context, request: &Request) -> Result<Self, Problem> {
        // A body may hold a password, which a plain hash would let somebody guess.
        let digest = ctx.envelope.fingerprint(LABEL, digest(request).as_bytes());
        Ok(Self {
            person: request.actor()?.name.clone(),
            key: request.idempotency_key()?,
            request: digest,
        })
    }

    fn place(&self) -> String {
        format!("answer/{}/{}", self.person, self.key)
    }
}

/// What was answered.
struct Stored {
    status: u16,
    body: Vec<u8>,
}

impl Stored {
    fn answer(self) -> Answer {
        if self.status == 204 {
            return Answer::empty();
        }
        Answer::bytes(self.status, "application/json", self.body)
    }
}

/// What makes two requests the same: method, path, query and body.
fn digest(request: &Request) -> Digest {
    let mut hasher = TaggedHasher::new(LABEL);
    hasher.part(request.method.as_str().as_bytes());
    hasher.part(request.target.as_bytes());
    let mut query: Vec<_> = request.query.iter().collect();
    query.sort();
    hasher.part(&(query.len() as u64).to_be_bytes());
    for (name, value) in query {
        hasher.part(name.as_bytes()).part(value.as_bytes());
    }
    let body = match &request.body {
        RequestBody::None => Digest::of(b""),
        RequestBody::Bytes(bytes) => Digest::of(bytes),
        RequestBody::File { digest, .. } => *digest,
    };
    hasher.part(body.as_bytes());
    hasher.finish()
}

fn find(sql: &mut dyn Sql, envelope: &Envelope, asked: &Asked) -> Result<Option<Stored>, Problem> {
    let row = sql.query_one(
        "SELECT request, status, body FROM answer WHERE person = ?1 AND key = ?2",
        &[asked.person.as_str().into(), asked.key.as_str().into()],
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.digest(0)? != asked.request {
        return Err(Problem::new(
            422,
            "idempotency-key-reused",
            "this Idempotency-Key came with another request before; use a new key for every change",
            "该 Idempotency-Key 已用于另一请求，每次变更请使用新值",
        ));
    }
    let status = u16::try_from(row.integer(1)?).map_err(|error| Problem::internal(&error))?;
    let opened = envelope.open(&asked.place(), row.bytes(2)?);
    // A key that is lost is no fault of who asks.
    let body = opened.map_err(|message| Problem::internal(&message.english))?;
    Ok(Some(Stored {
        status,
        body: body.to_vec(),
    }))
}

fn keep(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    asked: &Asked,
    stored: &Stored,
    now: u64,
) -> Result<(), Problem> {
    sql.execute(
        "DELETE FROM answer WHERE created < ?1",
        &[now.saturating_sub(KEPT).into()],
    )?;
    let sealed = envelope.seal(&asked.place(), &stored.body);
    let sealed = sealed.map_err(|message| Problem::internal(&message.english))?;
    sql.execute(
        "INSERT INTO answer (person, key, request, status, body, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            asked.person.as_str().into(),
            asked.key.as_str().into(),
            (&asked.request).into(),
            u64::from(stored.status).into(),
            sealed.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// How long an answer is kept: 30 days.
const KEPT: u64 = 30 * 24 * 60 * 60;
const LABEL: &str = "dispatch-service/request";
