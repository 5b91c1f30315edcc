//! Sealed lists and the auditor's bundle. Every look is recorded before anything is shown.

use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use dispatch_core::visit::Visit;

use crate::access::Role;
use crate::audit;
use crate::campaign::sealed::{Paper, SealedList, record};
use crate::campaign::{disclosure, heavy, registered};
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, schema,
};
use crate::problem::Problem;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::GET,
            path: "/api/v1/draws/{commitment}/list",
            id: "getSealedList",
            summary: "抽查名单：派发人看本部门本地区的，执法人员看自己的，监督人看全部；每次查看记入审计",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "名单，公开时间前须保密",
                content: Content::Json(schema::<ListView>),
            }],
            handler: |context, request| Box::pin(list(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/draws/{commitment}/list.xlsx",
            id: "getSealedWorkbook",
            summary: "同上，XLSX工作簿",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "名单，公开时间前须保密",
                content: Content::Media(XLSX),
            }],
            handler: |context, request| Box::pin(workbook(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/draws/{commitment}/papers/{paper}",
            id: "getPapers",
            summary: "所见名单的文书，供打印：drawn-list、notices、visit-records、duties；每次查看记入审计",
            access: Access::Staff,
            query: &[
                Parameter {
                    name: "first",
                    about: "从第几户（派员单为第几人）起，第一户为0",
                    form: Form::Number(10_000_000),
                },
                Parameter {
                    name: "count",
                    about: "多少户（人），默认50",
                    form: Form::Number(500),
                },
            ],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "文书，公开时间前须保密",
                content: Content::Media(HTML),
            }],
            handler: |context, request| Box::pin(papers(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/draws/{commitment}/auditor.zip",
            id: "getAuditorsBundle",
            summary: "审计版证据包，含封存列和回避事由，不得公布；每次取用记入审计（监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "审计版证据包",
                content: Content::Media(ZIP),
            }],
            handler: |context, request| Box::pin(auditors(context, request)),
        },
    ]
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListView {
    /// 截至第几次补抽；0为抽取时
    pub stage: u64,
    /// 检查
    pub visits: Vec<VisitView>,
}

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitView {
    /// 编号
    pub number: u64,
    /// 统一社会信用代码或其他编号
    pub subject: String,
    /// 名称
    pub name: String,
    /// 地区
    pub region: String,
    /// 地址
    pub address: String,
    /// 分层；取决于封存列时为空
    pub stratum: String,
    /// 席位
    pub team: Vec<MemberView>,
}

/// A place in a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// 席位名称
    pub slot: String,
    /// 执法证号；空缺时为空
    pub officer: String,
    /// 姓名
    pub name: String,
    /// 部门
    pub department: String,
    /// 工作单位
    pub unit: String,
}

async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let looked = look(context, request, "list", |list| {
        let visits = list.with(|visits| visits.iter().map(view).collect());
        let stage = list.stage();
        Answer::json(200, &ListView { stage, visits })
    });
    looked.await
}

async fn workbook(context: Context, request: Request) -> Result<Answer, Problem> {
    let looked = look(context, request, "list.xlsx", |list| {
        Ok(Answer::bytes(200, XLSX, list.workbook()?))
    });
    looked.await
}

async fn papers(context: Context, request: Request) -> Result<Answer, Problem> {
    let paper = Paper::of(request.part("paper"))?;
    let number = |name: &str, default: usize| {
        let given = request.query.get(name).and_then(|text| text.parse().ok());
        given.unwrap_or(default)
    };
    let (first, count) = (number("first", 0), number("count", 50));
    let looked = look(context, request, "papers", move |list| {
        Ok(Answer::bytes(200, HTML, list.paper(paper, first, count)))
    });
    looked.await
}

/// Makes what is asked for, records the look, and only then gives it out.
async fn look(
    context: Context,
    request: Request,
    what: &'static str,
    make: impl FnOnce(&SealedList) -> Result<Answer, Problem> + Send + 'static,
) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let commitment = registered::commitment(request.part("commitment"))?;
    let id = request.id.clone();
    heavy::run(move || {
        let list = SealedList::read(&context, &actor, &commitment)?;
        let answer = make(&list)?;
        // No numbers: administrators read the trail too.
        let detail = what;
        let reach = list.reach().clone();
        context.store.write_blocking(move |change| {
            record(change, &actor, (&commitment, &reach), (detail, &id))
        })?;
        Ok(answer)
    })
    .await
}

async fn auditors(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    actor.must_be(&[Role::Supervisor])?;
    let commitment = registered::commitment(request.part("commitment"))?;
    let id = request.id.clone();
    heavy::run(move || {
        let who = actor.clone();
        context
            .store
            .read_blocking(move |sql| registered::get(sql, &commitment)?.must_be_of(&who))?;
        let file = disclosure::auditors(&context, &commitment)?;
        let bytes = { file.bytes() }.map_err(|error| Problem::internal(&error))?;
        let target = commitment.to_string();
        context.store.write_blocking(move |change| {
            audit::record(change, &actor.name, "look", &target, "auditor.zip", &id)
        })?;
        Ok(Answer::bytes(200, ZIP, bytes))
    })
    .await
}

fn view(visit: &Visit<'_>) -> VisitView {
    let subject = |field| visit.subject.value(field).to_owned();
    let team = visit.team.iter().map(|member| {
        let officer = |field| {
            let officer = member.officer.as_ref();
            officer.map_or_else(String::new, |officer| officer.value(field).to_owned())
        };
        MemberView {
            slot: member.slot.to_owned(),
            officer: officer("id"),
            name: officer("name"),
            department: officer("department"),
            unit: officer("unit"),
        }
    });
    VisitView {
        number: visit.number,
        subject: subject("id"),
        name: subject("name"),
        region: subject("region"),
        address: subject("address"),
        stratum: visit.stratum.unwrap_or_default().to_owned(),
        team: team.collect(),
    }
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const HTML: &str = "text/html; charset=utf-8";
const ZIP: &str = "application/zip";
