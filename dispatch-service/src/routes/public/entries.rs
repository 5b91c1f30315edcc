//! Entries of the log, for whoever reads JSON rather than tiles.

use dispatch_core::digest::Digest;
use dispatch_core::merkle::leaf_hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{limit, linked, next, number};
use crate::context::Context;
use crate::http::endpoint::{Answer, Request};
use crate::problem::Problem;
use crate::register::{self, draws};

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// 序号，从0起
    pub index: u64,
    /// 叶哈希（RFC 6962）
    pub leaf: String,
    /// 条目，格式见规范第17章
    #[schema(value_type = Object)]
    pub entry: Value,
}

/// A page of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntriesView {
    /// 条目
    pub entries: Vec<EntryView>,
    /// 下一页的 after；没有下一页时为空
    pub next: Option<String>,
}

impl EntryView {
    pub(super) fn of(index: u64, bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self {
            index,
            leaf: leaf_hash(bytes).to_string(),
            entry: serde_json::from_slice(bytes).map_err(|error| Problem::internal(&error))?,
        })
    }
}

pub(super) async fn list(context: Context, request: Request) -> Result<Answer, Problem> {
    let from = number(&request, "after").map_or(0, |after| after.saturating_add(1));
    let limit = limit(&request);
    let rows = context
        .store
        .read(move |sql| Ok(draws::entries(sql, from, limit)?))
        .await?;
    let next = next(&rows, limit, |(index, _)| *index);
    let entries = rows
        .iter()
        .map(|(index, bytes)| EntryView::of(*index, bytes));
    let view = EntriesView {
        entries: entries.collect::<Result<_, _>>()?,
        next: next.clone(),
    };
    Ok(linked(Answer::json(200, &view)?, &request, next))
}

pub(super) async fn get(context: Context, request: Request) -> Result<Answer, Problem> {
    let index = index(&request)?;
    let rows = context
        .store
        .read(move |sql| Ok(draws::entries(sql, index, 1)?))
        .await?;
    let found = rows.first().filter(|(at, _)| *at == index);
    let (index, bytes) = found.ok_or_else(Problem::not_found)?;
    let answer = Answer::json(200, &EntryView::of(*index, bytes)?)?;
    Ok(answer.immutable(&Digest::of(bytes)))
}

pub(super) async fn proof(context: Context, request: Request) -> Result<Answer, Problem> {
    let index = index(&request)?;
    let text = context
        .store
        .read(move |sql| register::proof(sql, index))
        .await?;
    Ok(Answer::bytes(200, "text/plain; charset=utf-8", text))
}

fn index(request: &Request) -> Result<u64, Problem> {
    let text = request.part("index");
    let index = text.parse::<u64>().ok();
    let index = index.filter(|index| index.to_string() == text && i64::try_from(*index).is_ok());
    index.ok_or_else(Problem::not_found)
}
