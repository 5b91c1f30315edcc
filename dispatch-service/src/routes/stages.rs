//! What is staged before a stage is proposed.

use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::answer;
use crate::audit;
use crate::campaign::{heavy, registered, stage};
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, RequestBody,
    schema,
};
use crate::problem::Problem;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::PUT,
            path: "/api/v1/draws/{commitment}/stages/{number}/drops",
            id: "putDrops",
            summary: "上传或替换补抽的退出名单；冻结前封存，冻结须另行提议（经办人）",
            access: Access::Staff,
            query: &[Parameter {
                name: "name",
                about: "文件名，错误提示中用它称呼",
                form: Form::Text(200),
            }],
            body: BodyKind::File("XLSX，或UTF-8、GB18030编码的CSV"),
            answers: &[STAGED],
            handler: |context, request| Box::pin(put_drops(context, request)),
        },
        Endpoint {
            method: Method::PUT,
            path: "/api/v1/draws/{commitment}/stages/{number}/evidence/{name}",
            id: "putEvidence",
            summary: "上传或替换证明材料，名称与退出名单“证据”列一致；封存，只有哈希值进入退出名单（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::File("证明材料"),
            answers: &[AnswerKind {
                status: 200,
                about: "已保存",
                content: Content::Json(schema::<EvidenceView>),
            }],
            handler: |context, request| Box::pin(put_evidence(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/draws/{commitment}/stages/{number}/drops",
            id: "getDrops",
            summary: "已上传的退出名单的数目（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[STAGED],
            handler: |context, request| Box::pin(get_drops(context, request)),
        },
    ]
}

/// How much is staged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StagedView {
    /// 退出对象户数
    pub subjects: u64,
    /// 逐户退出人次
    pub visits: u64,
    /// 停派人数
    pub officers: u64,
}

impl From<stage::Staged> for StagedView {
    fn from(staged: stage::Staged) -> Self {
        Self {
            subjects: staged.subjects,
            visits: staged.visits,
            officers: staged.officers,
        }
    }
}

/// A paper that shows a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// 名称
    pub name: String,
    /// SHA-256
    pub digest: String,
}

async fn put_drops(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let commitment = registered::commitment(request.part("commitment"))?;
    let number = stage::number(request.part("number"))?;
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let name = request.query.get("name").cloned();
    let name = name.unwrap_or_else(|| "drops".to_owned());
    let (shared, who) = (context.clone(), actor.clone());
    let (list, request) = heavy::run(move || {
        let bytes = body(&request)?;
        let list = stage::read_list(&shared, &who, &commitment, number, (&name, &bytes))?;
        Ok((list, request))
    })
    .await?;
    let (id, envelope) = (request.id.clone(), context.envelope.clone());
    answer::once(&context, &request, move |change| {
        stage::put_list(change, &envelope, &actor, (&commitment, number), &list)?;
        let (target, detail) = (commitment.to_string(), number.to_string());
        audit::record(change, &actor.name, "stage-drops", &target, &detail, &id)?;
        Ok((200, StagedView::from(list.staged)))
    })
    .await
}

async fn put_evidence(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let commitment = registered::commitment(request.part("commitment"))?;
    let number = stage::number(request.part("number"))?;
    let name = request.part("name").to_owned();
    if !dispatch_core::syntax::is_text(&name) || name.contains('/') || name.chars().count() > 200 {
        return Err(Problem::new(
            422,
            "invalid",
            "name: at most 200 characters, without / and control characters",
            "name：不超过200个字符，不含/和控制字符",
        ));
    }
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let (bytes, request) = heavy::run(move || {
        if matches!(&request.body, RequestBody::File { length, .. } if *length > MOST_EVIDENCE) {
            return Err(Problem::new(
                413,
                "too-large",
                "a paper has at most 16 MiB here; name its SHA-256 in the list instead",
                "证明材料不超过16MiB；更大的请在退出名单中填写其SHA-256",
            ));
        }
        Ok((body(&request)?, request))
    })
    .await?;
    let (id, envelope) = (request.id.clone(), context.envelope.clone());
    answer::once(&context, &request, move |change| {
        let of = (&commitment, number);
        let put = stage::put_evidence(change, &envelope, &actor, of, (&name, &bytes))?;
        let (target, detail) = (commitment.to_string(), number.to_string());
        audit::record(change, &actor.name, "stage-evidence", &target, &detail, &id)?;
        let view = EvidenceView {
            name: put.name,
            digest: put.digest.to_string(),
        };
        Ok((200, view))
    })
    .await
}

async fn get_drops(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let commitment = registered::commitment(request.part("commitment"))?;
    let number = stage::number(request.part("number"))?;
    let envelope = context.envelope.clone();
    let staged = context
        .store
        .read(move |sql| stage::staged(sql, &envelope, &actor, (&commitment, number)));
    let staged = staged.await?.ok_or_else(Problem::not_found)?;
    Answer::json(200, &StagedView::from(staged))
}

fn body(request: &Request) -> Result<Zeroizing<Vec<u8>>, Problem> {
    match &request.body {
        RequestBody::File { file, .. } => {
            let bytes = file.bytes().map_err(|error| Problem::internal(&error))?;
            Ok(Zeroizing::new(bytes))
        }
        RequestBody::Bytes(bytes) => Ok(Zeroizing::new(bytes.to_vec())),
        RequestBody::None => Ok(Zeroizing::new(Vec::new())),
    }
}

const STAGED: AnswerKind = AnswerKind {
    status: 200,
    about: "退出的数目",
    content: Content::Json(schema::<StagedView>),
};
const MOST_EVIDENCE: u64 = 16 << 20;
