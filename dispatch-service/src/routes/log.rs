//! The public log as files: `/log` is a log for everybody who reads one by C2SP tlog-tiles.
//!
//! Source: docs/spec.md 17.8. Invariant: a file with a fixed content may be kept by caches for ever, and
//! nothing else may.

use dispatch_core::digest::Digest;
use dispatch_core::log::tile::TilePath;
use dispatch_core::log::view::{CHECKPOINT, CHECKPOINTS};
use http::Method;

use super::stream;
use crate::context::Context;
use crate::http::endpoint::{Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request};
use crate::log::StoredLog;
use crate::problem::Problem;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        file(
            "/log/checkpoint",
            "logCheckpoint",
            "日志最新检查点，附见证方联署",
            &[NOTE],
            |context, _| Box::pin(checkpoint(context)),
        ),
        file(
            "/log/checkpoints/{number}",
            "logNumberedCheckpoint",
            "历次检查点，按编号；{编号}.tsr 为其时间戳（RFC 3161）",
            &[NOTE, OCTETS],
            |context, request| Box::pin(numbered(context, request)),
        ),
        file(
            "/log/tile/{path*}",
            "logTile",
            "日志的哈希块与条目块（C2SP tlog-tiles）",
            &[OCTETS],
            |context, request| Box::pin(tile(context, request)),
        ),
        file(
            "/log/documents/{sha256}",
            "logDocument",
            "日志条目所指的文件，按其SHA-256",
            &[DOCUMENT],
            |context, request| Box::pin(document(context, request)),
        ),
        file(
            "/log/log.policy",
            "logPolicy",
            "日志的信任策略（C2SP tlog-policy）；未设见证方时仅含日志公钥",
            &[NOTE],
            |context, _| Box::pin(policy(context)),
        ),
    ]
}

const fn file(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    answers: &'static [AnswerKind],
    handler: crate::http::endpoint::Handler,
) -> Endpoint {
    Endpoint {
        method: Method::GET,
        path,
        id,
        summary,
        access: Access::Public,
        query: &[],
        body: BodyKind::None,
        answers,
        handler,
    }
}

const NOTE: AnswerKind = AnswerKind {
    status: 200,
    about: "内容",
    content: Content::Media(TEXT),
};
const OCTETS: AnswerKind = AnswerKind {
    status: 200,
    about: "内容",
    content: Content::Media(BYTES),
};
const DOCUMENT: AnswerKind = AnswerKind {
    status: 200,
    about: "内容",
    content: Content::Media("*/*"),
};

async fn checkpoint(context: Context) -> Result<Answer, Problem> {
    let bytes = read(&context, CHECKPOINT.to_owned()).await?;
    Ok(Answer::bytes(200, TEXT, bytes).cached(NEWEST))
}

async fn numbered(context: Context, request: Request) -> Result<Answer, Problem> {
    let name = request.part("number");
    let bytes = read(&context, format!("{CHECKPOINTS}/{name}")).await?;
    if name.ends_with(".tsr") {
        let digest = Digest::of(&bytes);
        return Ok(Answer::bytes(200, BYTES, bytes).immutable(&digest));
    }
    // Witnesses add their lines for a while.
    Ok(Answer::bytes(200, TEXT, bytes).cached(COSIGNED))
}

async fn tile(context: Context, request: Request) -> Result<Answer, Problem> {
    let path = format!("tile/{}", request.part("path"));
    if path.parse::<TilePath>().is_err() {
        return Err(Problem::not_found());
    }
    let bytes = read(&context, path).await?;
    let digest = Digest::of(&bytes);
    Ok(Answer::bytes(200, BYTES, bytes).immutable(&digest))
}

async fn read(context: &Context, path: String) -> Result<Vec<u8>, Problem> {
    let file = context
        .store
        .read(move |sql| Ok(StoredLog::new(sql).file(&path)?));
    file.await?.ok_or_else(Problem::not_found)
}

async fn document(context: Context, request: Request) -> Result<Answer, Problem> {
    let digest = Digest::from_hex(request.part("sha256")).map_err(|_| Problem::not_found())?;
    let media = context.store.read(move |sql| {
        let row = sql.query_one(
            "SELECT media FROM document WHERE digest = ?1",
            &[(&digest).into()],
        )?;
        let row = row.ok_or_else(Problem::not_found)?;
        Ok(row.text(0)?.to_owned())
    });
    let media = media.await?;
    stream::blob(&context.store, digest, &media).await
}

#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
async fn policy(context: Context) -> Result<Answer, Problem> {
    let text = match &context.settings.policy {
        Some(told) => told.text.clone(),
        None => {
            let key = context.signer.key().verifier();
            format!("log {key}\nquorum none\n").into_bytes()
        }
    };
    Ok(Answer::bytes(200, TEXT, text).cached(COSIGNED))
}

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// Seconds that the newest checkpoint may be kept.
const NEWEST: u64 = 2;
/// Seconds that a checkpoint to which lines may be added may be kept.
const COSIGNED: u64 = 60;
