//! The columns of the open data, with what explains them.

use dispatch_core::syntax::shown_time;
use serde_json::Value;

use crate::register::draws::{DrawRow, StepRow};

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it is, English.
    pub english: &'static str,
    /// What it is, Chinese.
    pub chinese: &'static str,
    /// Whether it is a number in JSON.
    number: bool,
}

impl Column {
    pub(super) const fn text(
        name: &'static str,
        english: &'static str,
        chinese: &'static str,
    ) -> Self {
        Self {
            name,
            english,
            chinese,
            number: false,
        }
    }

    pub(super) const fn number(
        name: &'static str,
        english: &'static str,
        chinese: &'static str,
    ) -> Self {
        Self {
            name,
            english,
            chinese,
            number: true,
        }
    }

    /// A cell in JSON; an empty number is null.
    pub(super) fn value(&self, cell: &str) -> Value {
        if !self.number {
            return Value::from(cell);
        }
        cell.parse::<u64>().map_or(Value::Null, Value::from)
    }
}

/// The cells of a draw, one for each of [`COLUMNS_OF_DRAWS`].
#[must_use]
pub(super) fn draw_cells(row: &DrawRow) -> [String; 20] {
    let digest = |digest: Option<dispatch_core::digest::Digest>| {
        digest.map(|digest| digest.to_string()).unwrap_or_default()
    };
    [
        row.commitment.to_string(),
        row.index.to_string(),
        row.body.clone(),
        row.draw.clone(),
        row.sequence.to_string(),
        row.title.clone(),
        row.state.clone(),
        shown_time(row.announced),
        shown_time(row.draw_time),
        shown_time(row.disclosure_time),
        row.window_end.clone(),
        row.round.to_string(),
        u64::from(row.replay).to_string(),
        row.repeats.clone(),
        row.parent.clone(),
        row.records
            .map(|records| records.to_string())
            .unwrap_or_default(),
        digest(row.root),
        digest(row.disclosure),
        row.bundle.clone(),
        row.void_reason.clone(),
    ]
}

/// The cells of a step, one for each of [`COLUMNS_OF_STEPS`].
#[must_use]
pub(super) fn step_cells(row: &StepRow) -> [String; 5] {
    [
        row.index.to_string(),
        row.commitment.to_string(),
        row.kind.clone(),
        row.stage.to_string(),
        shown_time(row.time),
    ]
}

/// Columns of the draws.
pub const COLUMNS_OF_DRAWS: &[Column] = &[
    Column::text(
        "commitment",
        "the draw's commitment, by which everything names it",
        "承诺值，即抽查的标识",
    ),
    Column::number(
        "index",
        "index of the entry that announced it",
        "公告条目在日志中的序号",
    ),
    Column::text("body", "the authority", "机关"),
    Column::text(
        "draw",
        "id of the draw, unique for the authority",
        "抽查编号，在该机关内唯一",
    ),
    Column::number(
        "sequence",
        "number of the draw; a gap is a draw that was not announced",
        "该机关的抽查序号；缺号即有抽查未公告",
    ),
    Column::text("title", "title", "名称"),
    Column::text(
        "state",
        "announced, drawn, disclosed or voided",
        "announced 已公告，drawn 已抽取，disclosed 已公开，voided 已作废",
    ),
    Column::text("announced", "when it was announced", "公告时间"),
    Column::text("draw_time", "draw time, told before", "事先公告的抽取时间"),
    Column::text(
        "disclosure_time",
        "disclosure time, told before",
        "事先公告的公开时间",
    ),
    Column::text("window_end", "last day of the inspections", "检查截止日期"),
    Column::number(
        "round",
        "round of drand whose pulse is used",
        "所用drand脉冲的轮次",
    ),
    Column::number(
        "replay",
        "1 for a rehearsal with a past pulse",
        "1为用过去的脉冲演练",
    ),
    Column::text(
        "repeats",
        "commitment of the voided draw that it repeats",
        "重做的是哪一次已作废的抽查（承诺值）",
    ),
    Column::text(
        "parent",
        "commitment of the draw whose subjects it takes over",
        "承接哪一次抽查的对象（承诺值）",
    ),
    Column::number(
        "records",
        "drawn records; empty before the draw",
        "抽取结果的条数；抽取前为空",
    ),
    Column::text(
        "root",
        "Merkle root of the drawn records; empty before the draw",
        "抽取结果的Merkle根；抽取前为空",
    ),
    Column::text(
        "disclosure",
        "SHA-256 of the disclosure; empty before it",
        "公开文件的SHA-256；公开前为空",
    ),
    Column::text(
        "bundle",
        "where the evidence bundle is; empty before the disclosure",
        "证据包的网址；公开前为空",
    ),
    Column::text("void_reason", "why it was voided", "作废原因"),
];

/// Columns of the steps.
pub const COLUMNS_OF_STEPS: &[Column] = &[
    Column::number("index", "index of the entry", "条目在日志中的序号"),
    Column::text("commitment", "the draw's commitment", "抽查的承诺值"),
    Column::text(
        "kind",
        "announcement, acknowledgement, contribution, pulse, result, stage, disclosure or void",
        "步骤：announcement 公告，acknowledgement 保管方确认，contribution 贡献，pulse 脉冲，result 结果，stage 补抽，disclosure 公开，void 作废",
    ),
    Column::number(
        "stage",
        "the stage; 0 for the draw itself",
        "补抽次数；0为首次抽取",
    ),
    Column::text(
        "time",
        "when, by the clock of the service",
        "时间，以服务的时钟为准",
    ),
];
