//! The audit trail, for supervisors and administrators.

use dispatch_core::syntax::shown_time;
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LIMIT, READERS, limit};
use crate::audit::{self, Filter, Record};
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, schema,
};
use crate::problem::Problem;

/// Endpoints of this group.
pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint {
        method: Method::GET,
        path: "/api/v1/audit",
        id: "listAudit",
        summary: "审计记录（管理员、监督人）",
        access: Access::Staff,
        query: &[
            Parameter {
                name: "target",
                about: "仅此对象：登录名、草稿编号、承诺等",
                form: Form::Text(128),
            },
            Parameter {
                name: "person",
                about: "仅此登录名所为",
                form: Form::Text(64),
            },
            Parameter {
                name: "before",
                about: "仅编号小于此数的记录",
                form: Form::Number(1 << 53),
            },
            LIMIT,
        ],
        body: BodyKind::None,
        answers: &[AnswerKind {
            status: 200,
            about: "审计记录，最新的在前",
            content: Content::Json(schema::<AuditView>),
        }],
        handler: |context, request| Box::pin(list(context, request)),
    }]
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordView {
    /// 编号，从1起连续
    pub number: u64,
    /// 时间
    pub time: String,
    /// 行为人的登录名；括号内为服务、命令或未登录者
    pub person: String,
    /// 行为
    pub action: String,
    /// 对象
    pub target: String,
    /// 说明
    pub detail: String,
    /// 请求编号
    pub request: String,
    /// 至本条为止的哈希链；记下编号与此值，日后可证明此前记录未被改动
    pub chain: String,
}

impl From<Record> for RecordView {
    fn from(record: Record) -> Self {
        Self {
            number: record.number,
            time: shown_time(record.time),
            person: record.person,
            action: record.action,
            target: record.target,
            detail: record.detail,
            request: record.request,
            chain: record.chain.to_string(),
        }
    }
}

/// Records, page by page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditView {
    /// 记录
    pub records: Vec<RecordView>,
    /// 下一页的 before；没有下一页时不列
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?;
    actor.must_be(READERS)?;
    // The trail is that of all departments.
    actor.must_cover("", "")?;
    let query = |name: &str| request.query.get(name).cloned();
    let filter = Filter {
        target: query("target").unwrap_or_default(),
        person: query("person").unwrap_or_default(),
        before: query("before").and_then(|text| text.parse().ok()),
    };
    let limit = limit(&request);
    let records = context.store.read(move |sql| {
        // One more than is shown tells whether there is a next page.
        Ok(audit::list(sql, &filter, limit.saturating_add(1))?)
    });
    let mut records = records.await?;
    let more = records.len() as u64 > limit;
    records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = records.last().filter(|_| more).map(|last| last.number);
    let records = records.into_iter().map(RecordView::from).collect();
    Answer::json(200, &AuditView { records, next })
}
