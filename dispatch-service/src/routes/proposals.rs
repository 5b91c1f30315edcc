//! Proposals: made by one person, decided by another.

use std::sync::Arc;

use dispatch_core::digest::Digest;
use dispatch_core::syntax::shown_time;
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer;
use crate::audit;
use crate::campaign::heavy;
use crate::campaign::proposal::{self, Kind, NewProposal, Proposal};
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Form, Parameter, Request, schema,
};
use crate::problem::Problem;
use crate::routes::page::{AFTER, LIMIT, Page};

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::GET,
            path: "/api/v1/proposals",
            id: "listProposals",
            summary: "列出提议（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[STATE, AFTER, LIMIT],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "提议，新的在前",
                content: Content::Json(schema::<ProposalsView>),
            }],
            handler: |context, request| Box::pin(list(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/proposals",
            id: "propose",
            summary: "提出公告、作废、补抽或提前查看，由他人审批（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<NewProposalView>),
            answers: &[AnswerKind {
                status: 201,
                about: "已提出",
                content: Content::Json(schema::<ProposalView>),
            }],
            handler: |context, request| Box::pin(propose(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/proposals/{id}",
            id: "getProposal",
            summary: "查看提议（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[PROPOSAL],
            handler: |context, request| Box::pin(get(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/proposals/{id}/approve",
            id: "approve",
            summary: "批准并执行（审批人，不得为提出人本人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "已批准并执行",
                content: Content::Json(schema::<ApprovedView>),
            }],
            handler: |context, request| Box::pin(approve(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/proposals/{id}/reject",
            id: "reject",
            summary: "驳回（审批人，不得为提出人本人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[PROPOSAL],
            handler: |context, request| Box::pin(reject(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/proposals/{id}/withdraw",
            id: "withdrawProposal",
            summary: "撤回（提出人本人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[PROPOSAL],
            handler: |context, request| Box::pin(withdraw(context, request)),
        },
    ]
}

/// What is proposed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposalView {
    /// 事项
    pub kind: Kind,
    /// 草案编号（公告）；承诺（作废、补抽、提前查看）；未公告的计划抽取的编号（作废）
    pub target: String,
    /// 理由；公告可不填
    #[serde(default)]
    pub reason: String,
    /// 作废未公告的计划抽取时，为其机关；其他情形为空
    #[serde(default)]
    pub detail: String,
    /// 所核对内容的摘要（草案或检查结果的 digest）；填写后，内容已变则拒绝
    #[serde(default)]
    pub digest: Option<String>,
}

/// A proposal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProposalView {
    /// 提议编号
    pub id: String,
    /// 事项
    pub kind: Kind,
    /// 针对什么
    pub target: String,
    /// 全部内容的摘要；批准时须与之一致
    pub digest: String,
    /// 补充内容
    pub detail: String,
    /// 理由
    pub reason: String,
    /// 部门
    pub department: String,
    /// 地区
    pub region: String,
    /// 提出人
    pub proposer: String,
    /// 提出时间
    pub proposed: String,
    /// 状态：open、approved、rejected、withdrawn
    pub state: String,
    /// 处理人
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decider: Option<String>,
    /// 处理时间
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
}

/// Proposals.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProposalsView {
    /// 提议
    pub proposals: Vec<ProposalView>,
    /// 下一页的 after；没有则已是最后一页
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What came of an approval.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovedView {
    /// 提议
    pub proposal: ProposalView,
    /// 抽取的承诺
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commitment: Option<String>,
    /// 日志条目的序号
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
}

impl From<Proposal> for ProposalView {
    fn from(proposal: Proposal) -> Self {
        Self {
            id: proposal.id,
            kind: proposal.kind,
            target: proposal.target,
            digest: proposal.digest.to_string(),
            detail: proposal.detail,
            reason: proposal.reason,
            department: proposal.department,
            region: proposal.region,
            proposer: proposal.proposer,
            proposed: shown_time(proposal.proposed),
            state: proposal.state,
            decider: proposal.decider,
            decided: proposal.decided.map(shown_time),
        }
    }
}

async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let page = Page::of(&request)?;
    let state = request.query.get("state").cloned().unwrap_or_default();
    let view = context.store.read(move |sql| {
        let proposals = proposal::list(sql, &actor, &state, page.after(), page.limit)?;
        let next = page.next(&proposals, |proposal| (proposal.proposed, &proposal.id));
        Ok(ProposalsView {
            proposals: proposals.into_iter().map(ProposalView::from).collect(),
            next,
        })
    });
    Answer::json(200, &view.await?)
}

async fn propose(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let given: NewProposalView = request.json()?;
    let digest = { given.digest.as_deref() }
        .map(Digest::from_hex)
        .transpose()
        .map_err(|_| {
            Problem::new(
                422,
                "invalid",
                "digest: is not 64 hexadecimal characters",
                "digest：不是64位十六进制",
            )
        })?;
    let new = NewProposal {
        kind: given.kind,
        target: given.target,
        reason: given.reason,
        detail: given.detail,
        digest,
    };
    let id = request.id.clone();
    answer::once(&context, &request, move |change| {
        let proposal = proposal::propose(change, &actor, &new)?;
        let word = proposal.kind.word();
        audit::record(change, &actor.name, "propose", &proposal.target, word, &id)?;
        Ok((201, ProposalView::from(proposal)))
    })
    .await
}

async fn get(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let id = request.part("id").to_owned();
    let found = context
        .store
        .read(move |sql| proposal::find(sql, &actor, &id));
    Answer::json(200, &ProposalView::from(found.await?))
}

/// On a task of its own: it is carried through even if whoever asked hangs up, and a repetition of the
/// request is then given the stored answer.
async fn approve(context: Context, request: Request) -> Result<Answer, Problem> {
    let done = tokio::spawn(carry_out(context, request));
    done.await
        .unwrap_or_else(|error| Err(Problem::internal(&error)))
}

async fn carry_out(context: Context, request: Request) -> Result<Answer, Problem> {
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let actor = request.actor()?.clone();
    let (shared, who) = (context.clone(), actor.clone());
    let asked = request.part("id").to_owned();
    let ready = match heavy::run(move || proposal::prepare(&shared, &who, &asked)).await {
        Ok(ready) => Arc::new(ready),
        Err(problem) => return refused(&context, &request, problem).await,
    };
    let (held, id) = (Arc::clone(&ready), request.id.clone());
    let done = answer::once(&context, &request, move |change| {
        let done = proposal::commit(change, &actor, &held)?;
        let commitment = done.commitment.map(|commitment| commitment.to_string());
        let target = commitment.as_ref().unwrap_or(&done.proposal.target);
        let word = done.proposal.kind.word();
        audit::record(change, &actor.name, "approve", target, word, &id)?;
        let view = ApprovedView {
            proposal: done.proposal.into(),
            commitment,
            index: done.index,
        };
        Ok((200, view))
    })
    .await;
    // Of a refusal it is known that nothing was done; of a database that is gone it is not.
    if done.as_ref().is_err_and(|problem| problem.status < 500) {
        let forgotten = heavy::run(move || {
            proposal::forget(&context, &ready);
            Ok(())
        });
        if let Err(problem) = forgotten.await {
            tracing::warn!(reason = %problem.message.english, "what a refused approval stored is still there; it opens nothing");
        }
    }
    done
}

/// An approval whose heavy part was refused. The first of two that were sent at once may have been done
/// meanwhile: then the answer is its. Faults of lists show rows of them, so that they are a look.
async fn refused(
    context: &Context,
    request: &Request,
    problem: Problem,
) -> Result<Answer, Problem> {
    if let Some(answer) = answer::known(context, request).await? {
        return Ok(answer);
    }
    if problem.kind == "draft-errors" {
        let (actor, id) = (request.actor()?.name.clone(), request.id.clone());
        let target = request.part("id").to_owned();
        let recorded = context
            .store
            .write(move |change| audit::record(change, &actor, "look", &target, "faults", &id));
        recorded.await?;
    }
    Err(problem)
}

async fn reject(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let (asked, id) = (request.part("id").to_owned(), request.id.clone());
    answer::once(&context, &request, move |change| {
        let proposal = proposal::reject(change, &actor, &asked)?;
        let word = proposal.kind.word();
        audit::record(change, &actor.name, "reject", &proposal.target, word, &id)?;
        Ok((200, ProposalView::from(proposal)))
    })
    .await
}

async fn withdraw(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    let (asked, id) = (request.part("id").to_owned(), request.id.clone());
    answer::once(&context, &request, move |change| {
        let proposal = proposal::withdraw(change, &actor, &asked)?;
        let (target, word) = (&proposal.target, proposal.kind.word());
        audit::record(change, &actor.name, "proposal-withdraw", target, word, &id)?;
        Ok((200, ProposalView::from(proposal)))
    })
    .await
}

const STATE: Parameter = Parameter {
    name: "state",
    about: "只列此状态的提议",
    form: Form::OneOf(&["open", "approved", "rejected", "withdrawn"]),
};
const PROPOSAL: AnswerKind = AnswerKind {
    status: 200,
    about: "提议",
    content: Content::Json(schema::<ProposalView>),
};
