//! Annual plans, as the log has them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{linked, next, number, page};
use crate::context::Context;
use crate::http::endpoint::{Answer, Request};
use crate::problem::Problem;

/// A plan, or a change of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    /// 日志序号
    pub index: u64,
    /// 机关
    pub body: String,
    /// 年度
    pub year: u64,
    /// 变更原因；首次公布为空
    pub reason: String,
    /// 时间，UTC
    pub time: String,
    /// 计划文件的SHA-256
    pub document: String,
    /// 计划文件的网址
    pub url: String,
    /// 以本条为最后依据的抽查
    pub draws: Vec<PlannedDrawView>,
}

/// A draw that was planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedDrawView {
    /// 抽查编号
    pub draw: String,
    /// 名称
    pub title: String,
    /// 最迟日期
    pub latest: String,
}

/// A page of plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlansView {
    /// 计划
    pub plans: Vec<PlanView>,
    /// 下一页的 after；没有下一页时为空
    pub next: Option<String>,
}

pub(super) async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let body = request.query.get("body").cloned().unwrap_or_default();
    let year = number(&request, "year");
    let (before, limit) = page(&request)?;
    let plans = context.store.read(move |sql| {
        let rows = sql.query(
            "SELECT idx, body, year, reason, time, document FROM register_plan WHERE idx < ?1 AND (?2 = '' OR body = ?2) AND year >= ?3 AND year <= ?4 ORDER BY idx DESC LIMIT ?5",
            &[
                before.into(),
                body.into(),
                year.unwrap_or(0).into(),
                year.unwrap_or(MOST_YEAR).into(),
                limit.into(),
            ],
        )?;
        let mut plans = Vec::with_capacity(rows.len());
        for row in rows {
            let index = row.count(0)?;
            let planned = sql.query(
                "SELECT draw, title, latest FROM register_planned WHERE body = ?1 AND idx = ?2 ORDER BY draw",
                &[row.text(1)?.into(), index.into()],
            )?;
            let planned = planned.iter().map(|row| {
                Ok::<_, Problem>(PlannedDrawView {
                    draw: row.text(0)?.to_owned(),
                    title: row.text(1)?.to_owned(),
                    latest: row.text(2)?.to_owned(),
                })
            });
            let document = row.digest(5)?;
            plans.push(PlanView {
                index,
                body: row.text(1)?.to_owned(),
                year: row.count(2)?,
                reason: row.text(3)?.to_owned(),
                time: row.text(4)?.to_owned(),
                url: format!("/log/documents/{document}"),
                document: document.to_string(),
                draws: planned.collect::<Result<_, _>>()?,
            });
        }
        Ok(plans)
    });
    let plans = plans.await?;
    let next = next(&plans, limit, |plan| plan.index);
    let view = PlansView {
        plans,
        next: next.clone(),
    };
    Ok(linked(Answer::json(200, &view)?, &request, next))
}

const MOST_YEAR: u64 = 9999;
