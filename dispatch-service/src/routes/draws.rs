//! What a draw that was announced is given, and what its operators see of its way.

use dispatch_core::held::read_pulse;
use dispatch_core::syntax::time_text;
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Role;
use crate::answer;
use crate::audit;
use crate::campaign::drawing::Outcome;
use crate::campaign::{disclosure, due, heavy, pulse, registered, sources};
use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request, schema,
};
use crate::problem::Problem;
use crate::scheduler;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::POST,
            path: "/api/v1/draws/{commitment}/pulse",
            id: "bringPulse",
            summary: "提交随机信标：抽取、补抽或时间锁的，由轮次决定（任何人均可提交，重复提交无妨）",
            access: Access::Public,
            query: &[],
            body: BodyKind::Json(schema::<RelayAnswerView>),
            answers: &[AnswerKind {
                status: 200,
                about: "已验证并保存；其余随机源齐备时即行抽取",
                content: Content::Json(schema::<PulseView>),
            }],
            handler: |context, request| Box::pin(bring(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/draws/{commitment}/numbers",
            id: "bringNumbers",
            summary: "录入公开号码（如彩票开奖号码）；抽取前可更正，更正记入审计（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::Json(schema::<NumbersView>),
            answers: &[AnswerKind {
                status: 200,
                about: "已录入",
                content: Content::Json(schema::<NumbersView>),
            }],
            handler: |context, request| Box::pin(numbers(context, request)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/draws/{commitment}/work",
            id: "getWork",
            summary: "下一步是什么、何时、因何等待（经办人、审批人、监督人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "待办",
                content: Content::Json(schema::<WorkView>),
            }],
            handler: |context, request| Box::pin(work(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/draws/{commitment}/disclosure",
            id: "discloseReplay",
            summary: "公开一次演练；正式抽取到公开时间自动公开（经办人）",
            access: Access::Staff,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "已公开",
                content: Content::Json(schema::<StateView>),
            }],
            handler: |context, request| Box::pin(disclose(context, request)),
        },
    ]
}

/// A pulse as a drand relay gives it, or as it is typed from paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelayAnswerView {
    /// 轮次
    pub round: u64,
    /// 签名：96位十六进制
    pub signature: String,
    /// 随机数：签名的SHA-256，可不填
    #[serde(default)]
    pub randomness: Option<String>,
    /// quicknet 没有此项；有而为空亦可
    #[serde(default)]
    pub previous_signature: Option<String>,
}

/// A pulse that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PulseView {
    /// 用途：draw、stage 或 timelock
    pub purpose: String,
    /// 补抽次数；其他用途为0
    pub stage: u64,
    /// 轮次
    pub round: u64,
    /// 随机数：签名的SHA-256
    pub randomness: String,
}

/// The numbers of a public event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumbersView {
    /// 名称，与抽查任务中的完全一致
    pub name: String,
    /// 号码
    pub values: Vec<u64>,
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkView {
    /// 状态
    pub state: String,
    /// 下一步：draw、stage、batch、disclosure、children；没有时为空
    pub next: String,
    /// 补抽次数；不是补抽时为0
    pub stage: u64,
    /// 何时处理，UTC；没有时为空
    pub due: String,
    /// 已尝试次数
    pub attempts: u64,
    /// 因何等待；没有时为空
    pub fault: String,
}

/// The state of a draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StateView {
    /// 状态
    pub state: String,
}

async fn bring(context: Context, request: Request) -> Result<Answer, Problem> {
    let commitment = registered::commitment(request.part("commitment"))?;
    let body = request.text()?.as_bytes().to_vec();
    let id = request.id.clone();
    let view = heavy::run_public(move || {
        let given = read_pulse(&body)
            .map_err(|message| Problem::new(422, "pulse", message.english, message.chinese))?;
        let (purpose, new) = context.store.write_blocking(move |change| {
            let (purpose, new) = pulse::bring(change, &commitment, &given)?;
            if new {
                let detail = given.round.to_string();
                audit::record(
                    change,
                    PUBLIC,
                    "pulse",
                    &commitment.to_string(),
                    &detail,
                    &id,
                )?;
            }
            Ok((purpose, new))
        })?;
        // At once, where it was all that was missing; whatever keeps it from being done is noted by
        // the scheduler, which comes again.
        if new && purpose != pulse::Purpose::Lock {
            match scheduler::attempt_now(&context, &commitment) {
                Ok(Outcome::Done) => {}
                Ok(Outcome::Waits(message)) => {
                    tracing::info!(%commitment, reason = %message.english, "the draw waits");
                }
                Err(problem) => {
                    tracing::warn!(%commitment, reason = %problem.message.english, "the draw could not be made");
                }
            }
        }
        Ok(PulseView {
            purpose: purpose.word().to_owned(),
            stage: purpose.stage(),
            round: given.round,
            randomness: given.randomness().to_string(),
        })
    });
    Answer::json(200, &view.await?)
}

async fn numbers(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    actor.must_be(&[Role::Operator])?;
    let commitment = registered::commitment(request.part("commitment"))?;
    let given: NumbersView = request.json()?;
    let id = request.id.clone();
    answer::once(&context, &request, move |change| {
        let draw = registered::get(change.sql, &commitment)?;
        draw.must_be_of(&actor)?;
        sources::bring_numbers(change, &draw, &given.name, given.values.clone())?;
        let detail = format!("{} {:?}", given.name, given.values);
        let target = commitment.to_string();
        audit::record(change, &actor.name, "numbers", &target, &detail, &id)?;
        Ok((200, given))
    })
    .await
}

async fn work(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    actor.must_be(&[Role::Operator, Role::Approver, Role::Supervisor])?;
    let commitment = registered::commitment(request.part("commitment"))?;
    let now = context.clock.now();
    let view = context.store.read(move |sql| {
        let draw = registered::get(sql, &commitment)?;
        draw.must_be_of(&actor)?;
        let (next, stage) = match due::next(sql, &commitment, now)? {
            None => ("", 0),
            Some((due::Task::Draw, _)) => ("draw", 0),
            Some((due::Task::Stage(number), _)) => ("stage", number),
            Some((due::Task::Batch(number), _)) => ("batch", number),
            Some((due::Task::Disclosure, _)) => ("disclosure", 0),
            Some((due::Task::Children, _)) => ("children", 0),
        };
        let row = sql.query_one(
            "SELECT due, attempts, fault FROM work WHERE commitment = ?1",
            &[(&commitment).into()],
        )?;
        let row = row.ok_or_else(Problem::not_found)?;
        Ok(WorkView {
            state: draw.state,
            next: next.to_owned(),
            stage,
            // Of a rehearsal nothing is due by itself.
            due: { row.optional_count(0)? }
                .and_then(time_text)
                .unwrap_or_default(),
            attempts: row.count(1)?,
            fault: row.text(2)?.to_owned(),
        })
    });
    Answer::json(200, &view.await?)
}

async fn disclose(context: Context, request: Request) -> Result<Answer, Problem> {
    let actor = request.actor()?.clone();
    actor.must_be(&[Role::Operator])?;
    if let Some(answer) = answer::known(&context, &request).await? {
        return Ok(answer);
    }
    let commitment = registered::commitment(request.part("commitment"))?;
    let (who, shared) = (actor.clone(), context.clone());
    heavy::run(move || {
        shared.store.read_blocking(move |sql| {
            let draw = registered::get(sql, &commitment)?;
            draw.must_be_of(&who)?;
            if draw.state != "disclosed" {
                draw.must_be("drawn")?;
            }
            if draw.replay {
                return Ok(());
            }
            Err(Problem::conflict(
                "this is no rehearsal: it is disclosed by itself at its disclosure time",
                "这不是演练：到公开时间自动公开",
            ))
        })?;
        match disclosure::disclose(&shared, &commitment)? {
            Outcome::Done => Ok(()),
            Outcome::Waits(message) => Err(Problem::conflict(message.english, message.chinese)),
        }
    })
    .await?;
    let id = request.id.clone();
    answer::once(&context, &request, move |change| {
        let state = registered::get(change.sql, &commitment)?.state;
        let target = commitment.to_string();
        audit::record(change, &actor.name, "disclose-replay", &target, "", &id)?;
        Ok((200, StateView { state }))
    })
    .await
}

/// Who it was is not known.
const PUBLIC: &str = "(public)";
