//! What outside bodies bring for the log: cosignatures that were carried by hand, time-stamp tokens.
//!
//! Whoever brings them, they verify or they are refused, so nobody has to log in for it.

use dispatch_core::log::SignedCheckpoint;
use dispatch_core::log::view::LogView;
use dispatch_core::syntax::time_text;
use dispatch_core::timestamp::Token;
use dispatch_core::witness::asking;
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context::Context;
use crate::http::endpoint::{
    Access, Answer, AnswerKind, BodyKind, Content, Endpoint, Request, RequestBody, schema,
};
use crate::log::witness::{StoreFiles, bring};
use crate::log::{Held, StoredLog};
use crate::problem::Problem;
use crate::settings::PublishedPolicy;
use crate::store::Sql;

/// Endpoints of witnesses and time-stamp authorities.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            method: Method::GET,
            path: "/api/v1/log",
            id: "getLog",
            summary: "公开日志的状态：规模、最新检查点、各见证方最近一次联署",
            access: Access::Public,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "日志状态",
                content: Content::Json(schema::<LogStateView>),
            }],
            handler: |context, _| Box::pin(state(context)),
        },
        Endpoint {
            method: Method::GET,
            path: "/api/v1/log/requests/{witness}",
            id: "getWitnessRequest",
            summary: "致某见证方的联署请求，供人工递送（dispatch witness cosign）",
            access: Access::Public,
            query: &[],
            body: BodyKind::None,
            answers: &[AnswerKind {
                status: 200,
                about: "C2SP tlog-witness 的 add-checkpoint 请求",
                content: Content::Media("text/plain; charset=utf-8"),
            }],
            handler: |context, request| Box::pin(carry(context, request)),
        },
        Endpoint {
            method: Method::POST,
            path: "/api/v1/log/cosignatures",
            id: "bringCosignature",
            summary: "提交人工带回的见证方联署；验证不通过则拒绝",
            access: Access::Public,
            query: &[],
            body: BodyKind::Text("见证方作答的联署行"),
            answers: &[AnswerKind {
                status: 200,
                about: "已保存",
                content: Content::Json(schema::<CosignedView>),
            }],
            handler: |context, request| Box::pin(cosigned(context, request)),
        },
        Endpoint {
            method: Method::PUT,
            path: "/api/v1/log/checkpoints/{number}/token",
            id: "bringToken",
            summary: "提交检查点的时间戳（RFC 3161）；须由服务认可的时间戳机构签发，先到者保留",
            access: Access::Public,
            query: &[],
            body: BodyKind::File("时间戳应答或令牌（DER）"),
            answers: &[AnswerKind {
                status: 200,
                about: "已保存",
                content: Content::Json(schema::<StampedView>),
            }],
            handler: |context, request| Box::pin(stamped(context, request)),
        },
    ]
}

/// The state of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogStateView {
    /// 日志名称
    pub origin: String,
    /// 日志公钥（C2SP vkey）
    pub key: String,
    /// 条目数
    pub size: u64,
    /// 最新检查点编号
    pub checkpoint: u64,
    /// 目前是否可以签署；与见证方所见核对之前、或发现不一致时不签署
    pub signing: bool,
    /// 不签署的原因，中文；可以签署时为空
    pub reason: String,
    /// 不签署的原因，英文
    pub reason_english: String,
    /// 信任策略中的见证方
    pub witnesses: Vec<WitnessView>,
}

/// A witness of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WitnessView {
    /// 策略中的名称
    pub name: String,
    /// 公钥（C2SP vkey）
    pub key: String,
    /// 最近一次联署的检查点编号
    pub checkpoint: Option<u64>,
    /// 该检查点的条目数
    pub size: Option<u64>,
    /// 联署时间，UTC
    pub time: Option<String>,
}

/// Which checkpoint was cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CosignedView {
    /// 检查点编号
    pub checkpoint: u64,
}

/// Which checkpoint existed when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StampedView {
    /// 检查点编号
    pub checkpoint: u64,
    /// 时间戳所证明的时间，UTC
    pub time: String,
    /// 签发机构
    pub authority: String,
}

async fn state(context: Context) -> Result<Answer, Problem> {
    let (signing, why) = match context.signer.guard().held() {
        Held::Open => (true, None),
        Held::Closed(why) => (false, Some(why)),
    };
    let key = context.signer.key().verifier();
    let policy = context.settings.policy.clone();
    let view = context
        .store
        .read(move |sql| {
            let row = sql.query_one("SELECT size, checkpoint FROM log_head WHERE id = 1", &[])?;
            let row = row.ok_or_else(Problem::not_found)?;
            Ok(LogStateView {
                origin: key.name.clone(),
                key: key.to_string(),
                size: row.count(0)?,
                checkpoint: row.count(1)?,
                signing,
                reason: why
                    .as_ref()
                    .map_or_else(String::new, |why| why.chinese.clone()),
                reason_english: why.map_or_else(String::new, |why| why.english),
                witnesses: witnesses(sql, policy.as_ref())?,
            })
        })
        .await?;
    Answer::json(200, &view)
}

fn witnesses(
    sql: &mut dyn Sql,
    policy: Option<&PublishedPolicy>,
) -> Result<Vec<WitnessView>, Problem> {
    let mut views = Vec::new();
    for witness in policy.map_or(&[][..], |policy| policy.policy.witnesses()) {
        let row = sql.query_one(
            "SELECT s.number, c.size, s.time FROM log_cosignature s JOIN log_checkpoint c ON c.number = s.number WHERE s.witness = ?1 ORDER BY s.number DESC LIMIT 1",
            &[witness.key.name.as_str().into()],
        )?;
        let last = row.map(|row| Ok::<_, Problem>((row.count(0)?, row.count(1)?, row.count(2)?)));
        let last = last.transpose()?;
        views.push(WitnessView {
            name: witness.name.clone(),
            key: witness.key.to_string(),
            checkpoint: last.map(|last| last.0),
            size: last.map(|last| last.1),
            time: last.and_then(|last| time_text(last.2)),
        });
    }
    Ok(views)
}

async fn carry(context: Context, request: Request) -> Result<Answer, Problem> {
    let name = request.part("witness").to_owned();
    let policy = context.settings.policy.clone().ok_or_else(no_policy)?;
    let witnesses = policy.policy.witnesses();
    let witness = witnesses.iter().find(|witness| witness.name == name);
    let witness = witness.ok_or_else(Problem::not_found)?.key.clone();
    let text = blocking(move || {
        let files = StoreFiles(context.store.clone());
        let view = LogView(&files);
        let row = context.store.read_blocking(move |sql| {
            let row = sql.query_one(
                "SELECT c.size FROM log_cosignature s JOIN log_checkpoint c ON c.number = s.number WHERE s.witness = ?1 ORDER BY s.number DESC LIMIT 1",
                &[witness.name.as_str().into()],
            )?;
            Ok(row.map_or(Ok(0), |row| row.count(0))?)
        })?;
        let checkpoint = view.checkpoint()?;
        Ok(asking::request(&view, &checkpoint, row)?.to_text())
    });
    Ok(Answer::bytes(200, "text/plain; charset=utf-8", text.await?))
}

async fn cosigned(context: Context, request: Request) -> Result<Answer, Problem> {
    let policy = context.settings.policy.clone().ok_or_else(no_policy)?;
    let text = request.text()?.to_owned();
    let number = blocking(move || bring(&context.store, &policy.policy, text.as_bytes()));
    Answer::json(
        200,
        &CosignedView {
            checkpoint: number.await?,
        },
    )
}

async fn stamped(context: Context, request: Request) -> Result<Answer, Problem> {
    let number = request.part("number").parse::<u32>();
    let number = u64::from(number.map_err(|_| Problem::not_found())?);
    let RequestBody::File { file, length, .. } = &request.body else {
        return Err(unread());
    };
    if *length > MOST_TOKEN {
        return Err(unread());
    }
    let file = file.clone();
    let authorities = context.settings.authorities.clone();
    let store = context.store.clone();
    let view = blocking(move || {
        let bytes = file.bytes().map_err(|error| Problem::internal(&error))?;
        let token = Token::read(&bytes).map_err(|error| error.message())?;
        let checkpoint = store.read_blocking(move |sql| {
            let file = StoredLog::new(sql).file(&format!("checkpoints/{number}"))?;
            file.ok_or_else(Problem::not_found)
        })?;
        let checkpoint =
            SignedCheckpoint::read(&checkpoint).map_err(|error| Problem::internal(&error))?;
        let message = checkpoint.note.text.as_bytes();
        let mut fault = None;
        for authority in &authorities {
            match token.verify(message, authority) {
                Ok(time) => {
                    keep(&store, number, bytes)?;
                    return Ok(StampedView {
                        checkpoint: number,
                        time: time_text(time).unwrap_or_default(),
                        authority: authority.name().to_owned(),
                    });
                }
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        Err(fault.map_or_else(no_authority, |fault| fault.message().into()))
    });
    Answer::json(200, &view.await?)
}

/// The first token stays: the earlier says more.
fn keep(store: &crate::store::Store, number: u64, bytes: Vec<u8>) -> Result<(), Problem> {
    store.write_blocking(move |change| {
        change.sql.execute(
            "INSERT INTO log_token (number, token) VALUES (?1, ?2) ON CONFLICT (number) DO NOTHING",
            &[number.into(), bytes.into()],
        )?;
        Ok(())
    })
}

async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(job).await;
    done.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

fn no_policy() -> Problem {
    Problem::conflict(
        "the service was started without a policy, so its log has no witnesses; see docs/operations.md",
        "服务未配置信任策略，其日志没有见证方，见 docs/operations.md",
    )
}

fn no_authority() -> Problem {
    Problem::conflict(
        "the service was started without time-stamp authorities; see docs/operations.md",
        "服务未配置时间戳机构，见 docs/operations.md",
    )
}

fn unread() -> Problem {
    Problem::new(
        422,
        "invalid",
        "the body is no time-stamp token: those have at most 65536 bytes",
        "内容不是时间戳：时间戳不超过65536字节",
    )
}

const MOST_TOKEN: u64 = 64 << 10;
