//! One draw, as everybody may see it.

use dispatch_core::digest::Digest;
use dispatch_core::syntax::shown_time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DrawView;
use crate::campaign::files;
use crate::context::Context;
use crate::http::endpoint::{Answer, Request};
use crate::http::percent;
use crate::log::witnessed::{self, Reached};
use crate::problem::Problem;
use crate::register::draws::{self, DrawRow};
use crate::routes::stream;

/// One draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawDetailView {
    /// 登记内容
    pub register: DrawView,
    /// 公告文件 announcement.json 的SHA-256
    pub document: String,
    /// 日志中属于本次抽查的各步骤
    pub steps: Vec<StepView>,
    /// 公开文件
    pub files: Vec<FileView>,
    /// 公告首次达到见证策略要求的检查点；未设策略或尚未达到为空
    pub witnessed: Option<WitnessedView>,
    /// 已到时间而未完成的步骤：draw 抽取，disclosure 公开；没有逾期为空
    pub late: Option<LateView>,
    /// 证据包的网址；公开前为空
    pub bundle: String,
}

/// A step in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// 日志序号
    pub index: u64,
    /// 步骤
    pub kind: String,
    /// 补抽次数；0为首次抽取
    pub stage: u64,
    /// 时间，UTC
    pub time: String,
}

/// A public file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileView {
    /// 文件名
    pub name: String,
    /// SHA-256
    pub digest: String,
    /// 字节数
    pub length: u64,
    /// 类型
    pub media: String,
    /// 网址
    pub url: String,
}

/// When the announcement was witnessed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WitnessedView {
    /// 检查点编号
    pub checkpoint: u64,
    /// 达到要求的时间，UTC
    pub time: String,
}

/// A step that is late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LateView {
    /// 步骤：draw 或 disclosure
    pub step: String,
    /// 应完成的时间，UTC
    pub due: String,
    /// 已逾期的秒数
    pub seconds: u64,
}

pub(super) async fn get(context: Context, request: Request) -> Result<Answer, Problem> {
    let commitment = commitment(&request)?;
    let policy = context.settings.policy.clone();
    let now = context.clock.now();
    let view = context.store.read(move |sql| {
        let row = draws::find(sql, &commitment)?.ok_or_else(Problem::not_found)?;
        let steps = draws::steps(sql, &commitment)?;
        let held = files::list(sql, &commitment.to_string())?;
        let reached = match &policy {
            Some(told) => witnessed::first(sql, &told.policy, row.index)?,
            None => None,
        };
        let steps = steps.into_iter().map(|step| StepView {
            index: step.index,
            kind: step.kind,
            stage: step.stage,
            time: shown_time(step.time),
        });
        let public = held.into_iter().filter(|file| !file.sealed);
        let files = public.map(|file| FileView {
            url: format!(
                "/api/v1/draws/{commitment}/files/{}",
                percent::encode(&file.name)
            ),
            name: file.name,
            digest: file.digest.to_string(),
            length: file.length,
            media: file.media,
        });
        Ok(DrawDetailView {
            document: row.document.to_string(),
            steps: steps.collect(),
            files: files.collect(),
            witnessed: reached.map(|Reached { checkpoint, time }| WitnessedView {
                checkpoint,
                time: shown_time(time),
            }),
            late: late(&row, now),
            bundle: row.bundle.clone(),
            register: DrawView::from(&row),
        })
    });
    Answer::json(200, &view.await?)
}

/// What should have been done by now. A rehearsal is never late.
fn late(row: &DrawRow, now: u64) -> Option<LateView> {
    let (step, due) = match row.state.as_str() {
        "announced" => ("draw", row.draw_time),
        "drawn" => ("disclosure", row.disclosure_time),
        _ => return None,
    };
    let seconds = now.saturating_sub(due);
    (seconds > 0 && !row.replay).then(|| LateView {
        step: step.to_owned(),
        due: shown_time(due),
        seconds,
    })
}

pub(super) async fn file(context: Context, request: Request) -> Result<Answer, Problem> {
    let commitment = commitment(&request)?;
    let name = request.part("name").to_owned();
    let file = context.store.read(move |sql| {
        // Only of a draw that the log knows: drafts have no public files.
        draws::find(sql, &commitment)?.ok_or_else(Problem::not_found)?;
        let file = files::find(sql, &commitment.to_string(), &name)?;
        file.filter(|file| !file.sealed)
            .ok_or_else(Problem::not_found)
    });
    let file = file.await?;
    stream::blob(&context.store, file.digest, &file.media).await
}

fn commitment(request: &Request) -> Result<Digest, Problem> {
    Digest::from_hex(request.part("commitment")).map_err(|_| Problem::not_found())
}
