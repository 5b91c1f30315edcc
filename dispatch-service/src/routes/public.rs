//! What everybody may read: draws, their steps and public files, entries of the log, annual plans.
//!
//! Invariant: all of it comes from the register, which the log alone fills, and from files that are not
//! sealed.

pub mod draw;
pub mod entries;
pub mod plans;

use dispatch_core::syntax::{shown_time, unix_time};
use http::Method;
use http::header::LINK;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::draw::DrawDetailView;
use self::entries::{EntriesView, EntryView};
use self::plans::PlansView;
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Handler, Parameter, Request,
    schema,
};
use crate::problem::Problem;
use crate::register::draws::{self, DrawRow, Wanted};

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        read(
            "/api/v1/draws",
            ("listDraws", "已公告的抽查，从新到旧"),
            &[
                Parameter {
                    name: "state",
                    about: "状态：已公告、已抽取、已公开、已作废",
                    form: Form::OneOf(&["announced", "drawn", "disclosed", "voided"]),
                },
                Parameter {
                    name: "body",
                    about: "机关全称",
                    form: Form::Text(200),
                },
                Parameter {
                    name: "year",
                    about: "抽取时间所在年份（北京时间）",
                    form: Form::Number(9998),
                },
                Parameter {
                    name: "text",
                    about: "编号或名称中的文字",
                    form: Form::Text(100),
                },
                AFTER,
                LIMIT,
            ],
            &[AnswerKind {
                status: 200,
                about: "内容",
                content: Content::Json(schema::<DrawsView>),
            }],
            |context, request| Box::pin(list(context, request)),
        ),
        read(
            "/api/v1/draws/{commitment}",
            (
                "getDraw",
                "一次抽查：登记内容、各步骤、公开文件、见证与逾期情况",
            ),
            &[],
            &[AnswerKind {
                status: 200,
                about: "内容",
                content: Content::Json(schema::<DrawDetailView>),
            }],
            |context, request| Box::pin(draw::get(context, request)),
        ),
        read(
            "/api/v1/draws/{commitment}/files/{name}",
            ("getDrawFile", "一次抽查的公开文件"),
            &[],
            &[AnswerKind {
                status: 200,
                about: "文件内容",
                content: Content::Media("*/*"),
            }],
            |context, request| Box::pin(draw::file(context, request)),
        ),
        read(
            "/api/v1/entries",
            ("listEntries", "公开日志的条目，按序号"),
            &[
                Parameter {
                    name: "after",
                    about: "从该序号之后开始",
                    form: Form::Number(MOST_INDEX),
                },
                LIMIT,
            ],
            &[AnswerKind {
                status: 200,
                about: "内容",
                content: Content::Json(schema::<EntriesView>),
            }],
            |context, request| Box::pin(entries::list(context, request)),
        ),
        read(
            "/api/v1/entries/{index}",
            ("getEntry", "公开日志的一条"),
            &[],
            &[AnswerKind {
                status: 200,
                about: "内容",
                content: Content::Json(schema::<EntryView>),
            }],
            |context, request| Box::pin(entries::get(context, request)),
        ),
        read(
            "/api/v1/entries/{index}/proof",
            (
                "getEntryProof",
                "该条在日志中的证明（C2SP tlog-proof），可离线验证",
            ),
            &[],
            &[AnswerKind {
                status: 200,
                about: ".tlog-proof 文件",
                content: Content::Media("text/plain; charset=utf-8"),
            }],
            |context, request| Box::pin(entries::proof(context, request)),
        ),
        read(
            "/api/v1/plans",
            ("listPlans", "年度抽查计划及其变更，从新到旧"),
            &[
                Parameter {
                    name: "body",
                    about: "机关全称",
                    form: Form::Text(200),
                },
                Parameter {
                    name: "year",
                    about: "年度",
                    form: Form::Number(9998),
                },
                AFTER,
                LIMIT,
            ],
            &[AnswerKind {
                status: 200,
                about: "内容",
                content: Content::Json(schema::<PlansView>),
            }],
            |context, request| Box::pin(plans::list(context, request)),
        ),
    ]
}

/// An endpoint that everybody may read.
pub(super) const fn read(
    path: &'static str,
    (id, summary): (&'static str, &'static str),
    query: &'static [Parameter],
    answers: &'static [AnswerKind],
    handler: Handler,
) -> Endpoint {
    Endpoint {
        method: Method::GET,
        path,
        id,
        summary,
        access: Access::Public,
        query,
        body: BodyKind::None,
        answers,
        handler,
    }
}

/// A draw as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawView {
    /// 承诺值，即抽查的标识
    pub commitment: String,
    /// 公告在日志中的序号
    pub index: u64,
    /// 机关
    pub body: String,
    /// 抽查编号
    pub draw: String,
    /// 该机关的抽查序号
    pub sequence: u64,
    /// 名称
    pub title: String,
    /// announced 已公告，drawn 已抽取，disclosed 已公开，voided 已作废
    pub state: String,
    /// 公告时间，UTC
    pub announced: String,
    /// 抽取时间，UTC
    pub draw_time: String,
    /// 公开时间，UTC
    pub disclosure_time: String,
    /// 检查截止日期
    pub window_end: String,
    /// drand轮次
    pub round: u64,
    /// 是否演练
    pub replay: bool,
    /// 重做的是哪一次抽查；空为不是重做
    pub repeats: String,
    /// 承接哪一次抽查的对象；空为不是
    pub parent: String,
    /// 抽取结果的条数；抽取前为空
    pub records: Option<u64>,
    /// 抽取结果的Merkle根；抽取前为空
    pub root: Option<String>,
    /// 公开文件的SHA-256；公开前为空
    pub disclosure: Option<String>,
    /// 作废原因；未作废为空
    pub void_reason: String,
}

/// A page of draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawsView {
    /// 抽查
    pub draws: Vec<DrawView>,
    /// 下一页的 after；没有下一页时为空
    pub next: Option<String>,
}

impl From<&DrawRow> for DrawView {
    fn from(row: &DrawRow) -> Self {
        Self {
            commitment: row.commitment.to_string(),
            index: row.index,
            body: row.body.clone(),
            draw: row.draw.clone(),
            sequence: row.sequence,
            title: row.title.clone(),
            state: row.state.clone(),
            announced: shown_time(row.announced),
            draw_time: shown_time(row.draw_time),
            disclosure_time: shown_time(row.disclosure_time),
            window_end: row.window_end.clone(),
            round: row.round,
            replay: row.replay,
            repeats: row.repeats.clone(),
            parent: row.parent.clone(),
            records: row.records,
            root: row.root.map(|root| root.to_string()),
            disclosure: row.disclosure.map(|digest| digest.to_string()),
            void_reason: row.void_reason.clone(),
        }
    }
}

async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let asked = |name: &str| request.query.get(name).cloned().unwrap_or_default();
    let mut wanted = Wanted {
        state: asked("state"),
        body: asked("body"),
        text: asked("text"),
        ..Wanted::default()
    };
    if let Some(year) = number(&request, "year") {
        let begin = |year: u64| unix_time(&format!("{year:04}-01-01T00:00:00Z"));
        // Beijing is eight hours ahead; a year before all draws has none.
        let from = begin(year).unwrap_or(0).saturating_sub(EIGHT_HOURS);
        wanted.until = begin(year.saturating_add(1))
            .unwrap_or(0)
            .saturating_sub(EIGHT_HOURS);
        wanted.from = from;
    }
    let (before, limit) = page(&request)?;
    let rows = context
        .store
        .read(move |sql| Ok(draws::newest(sql, &wanted, before, limit)?))
        .await?;
    let next = next(&rows, limit, |row| row.index);
    let view = DrawsView {
        draws: rows.iter().map(DrawView::from).collect(),
        next: next.clone(),
    };
    Ok(linked(Answer::json(200, &view)?, &request, next))
}

/// Where a page from new to old begins, and its length.
fn page(request: &Request) -> Result<(u64, u64), Problem> {
    let before = match request.query.get("after") {
        None => MOST_INDEX,
        Some(text) => text
            .parse()
            .ok()
            .filter(|at| *at <= MOST_INDEX)
            .ok_or_else(|| {
                Problem::new(
                    400,
                    "query",
                    "after: give what `next` of the page before says",
                    "after：请填写上一页的 next",
                )
            })?,
    };
    Ok((before, limit(request)))
}

fn limit(request: &Request) -> u64 {
    number(request, "limit").unwrap_or(50).max(1)
}

fn number(request: &Request, name: &str) -> Option<u64> {
    request.query.get(name).and_then(|text| text.parse().ok())
}

fn next<T>(rows: &[T], limit: u64, index: impl Fn(&T) -> u64) -> Option<String> {
    let full = rows.len() as u64 >= limit;
    rows.last()
        .filter(|_| full)
        .map(|row| index(row).to_string())
}

/// The answer with a link to the next page (RFC 8288).
fn linked(answer: Answer, request: &Request, next: Option<String>) -> Answer {
    let Some(next) = next else {
        return answer;
    };
    let mut query = format!("after={next}");
    let mut others: Vec<_> = request
        .query
        .iter()
        .filter(|(name, _)| *name != "after")
        .collect();
    others.sort();
    for (name, value) in others {
        query.push_str(&format!("&{name}={}", crate::http::percent::encode(value)));
    }
    let target = &request.target;
    answer.with(LINK, &format!("<{target}?{query}>; rel=\"next\""))
}

const AFTER: Parameter = Parameter {
    name: "after",
    about: "上一页的 next",
    form: Form::Text(20),
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    about: "每页条数，默认50，至多500",
    form: Form::Number(500),
};
/// What no index reaches.
const MOST_INDEX: u64 = 1 << 62;
const EIGHT_HOURS: u64 = 8 * 3600;
