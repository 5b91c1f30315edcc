//! Whether the service runs, and whether it can serve; what is counted; the document of the interface.

use std::sync::LazyLock;

use bytes::Bytes;
use http::Method;
use http::header::CACHE_CONTROL;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context::Context;
use crate::http::endpoint::{Access, Answer, AnswerKind, BodyKind, Content, Endpoint, schema};
use crate::http::openapi;
use crate::log::Held;
use crate::metrics::Present;
use crate::problem::Problem;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            answers: &[AnswerKind {
                status: 200,
                about: "在运行",
                content: Content::Media(TEXT),
            }],
            handler: |_, _| Box::pin(async { Ok(fresh(Answer::bytes(200, TEXT, "live\n"))) }),
            ..read("/health/live", "healthLive", "进程是否在运行")
        },
        Endpoint {
            answers: &[
                AnswerKind {
                    status: 200,
                    about: "可以提供服务",
                    content: Content::Json(schema::<ReadyView>),
                },
                AnswerKind {
                    status: 503,
                    about: "数据库不可用",
                    content: Content::Json(schema::<ReadyView>),
                },
            ],
            handler: |context, _| Box::pin(ready(context)),
            ..read("/health/ready", "healthReady", "能否提供服务")
        },
        Endpoint {
            answers: &[AnswerKind {
                status: 200,
                about: "Prometheus指标（OpenMetrics文本）",
                content: Content::Media(METRICS),
            }],
            handler: |context, _| Box::pin(metrics(context)),
            ..read("/metrics", "metrics", "运行指标，不含任何未公开的抽查信息")
        },
        Endpoint {
            answers: &[AnswerKind {
                status: 200,
                about: "OpenAPI 3.1",
                content: Content::Media("application/json"),
            }],
            handler: |_, _| Box::pin(async { Ok(document()) }),
            ..read("/openapi.json", "openapi", "本接口的文档")
        },
    ]
}

const fn read(path: &'static str, id: &'static str, summary: &'static str) -> Endpoint {
    Endpoint {
        method: Method::GET,
        path,
        id,
        summary,
        access: Access::Public,
        query: &[],
        body: BodyKind::None,
        answers: &[],
        handler: |_, _| Box::pin(async { Err(Problem::not_found()) }),
    }
}

/// Whether the service can serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadyView {
    /// 数据库是否可用
    pub store: bool,
    /// 日志目前是否可以签署；不可签署时只能读取
    pub log: bool,
}

async fn ready(context: Context) -> Result<Answer, Problem> {
    let read = context
        .store
        .read(|sql| Ok(sql.query_one("SELECT size FROM log_head WHERE id = 1", &[])?));
    let store = matches!(read.await, Ok(Some(_)));
    let log = context.signer.guard().held() == Held::Open;
    let status = if store { 200 } else { 503 };
    Answer::json(status, &ReadyView { store, log }).map(fresh)
}

async fn metrics(context: Context) -> Result<Answer, Problem> {
    let (now, policy) = (context.clock.now(), context.settings.policy.clone());
    let read = context
        .store
        .read(move |sql| Present::read(sql, policy.as_ref(), now))
        .await;
    // Without a database the counts are still worth having.
    let present = read.ok();
    let open = context.signer.guard().held() == Held::Open;
    let text = context
        .metrics
        .text(present.as_ref(), context.store.waiting(), open)?;
    Ok(fresh(Answer::bytes(200, METRICS, text)))
}

fn document() -> Answer {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| text().into());
    Answer::bytes(200, "application/json", DOCUMENT.clone()).cached(300)
}

/// The OpenAPI document as a text.
#[must_use]
pub fn text() -> String {
    let document = openapi::document(&super::endpoints());
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn fresh(answer: Answer) -> Answer {
    answer.with(CACHE_CONTROL, "no-store")
}

const TEXT: &str = "text/plain; charset=utf-8";
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
