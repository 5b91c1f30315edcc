//! Open data: the whole register in files that spreadsheets and programs read, at addresses that stay.
//!
//! Every file is made while it is sent. Invariant: a column that a file has is explained in
//! `/open/README`, and columns are only ever added at the end.

pub mod table;

use dispatch_core::export::{MARK, append_row};
use serde_json::{Value, json};

use self::table::{COLUMNS_OF_DRAWS, COLUMNS_OF_STEPS, Column, draw_cells, step_cells};
use super::public::read;
use super::stream;
use crate::context::Context;
use crate::http::endpoint::{Answer, AnswerKind, Content, Endpoint};
use crate::problem::Problem;
use crate::register::draws;
use crate::store::Sql;

/// Endpoints of this group.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        read(
            "/open/draws.csv",
            ("openDrawsCsv", "全部抽查，CSV，可直接用电子表格打开"),
            &[],
            &[CSV_FILE],
            |context, _| Box::pin(async move { Ok(draws_csv(&context)) }),
        ),
        read(
            "/open/draws.jsonl",
            ("openDrawsJsonl", "全部抽查，每行一个JSON"),
            &[],
            &[LINES_FILE],
            |context, _| Box::pin(async move { Ok(draws_jsonl(&context)) }),
        ),
        read(
            "/open/steps.csv",
            ("openStepsCsv", "全部步骤，CSV，可直接用电子表格打开"),
            &[],
            &[CSV_FILE],
            |context, _| Box::pin(async move { Ok(steps_csv(&context)) }),
        ),
        read(
            "/open/entries.jsonl",
            ("openEntriesJsonl", "公开日志的全部条目，每行一条"),
            &[],
            &[LINES_FILE],
            |context, _| Box::pin(async move { Ok(entries_jsonl(&context)) }),
        ),
        read(
            "/open/README",
            ("openReadme", "开放数据各文件各列的说明"),
            &[],
            &[AnswerKind {
                status: 200,
                about: "说明",
                content: Content::Media(TEXT),
            }],
            |_, _| Box::pin(async { Ok(Answer::bytes(200, TEXT, readme()).cached(3600)) }),
        ),
    ]
}

fn draws_csv(context: &Context) -> Answer {
    let head = header(COLUMNS_OF_DRAWS);
    let answer = stream::pages(&context.store, CSV, head, |sql, from: u64| {
        let rows = draws::in_order(sql, from, PAGE)?;
        let mut text = String::new();
        for row in &rows {
            let cells = draw_cells(row);
            append_row(&mut text, cells.iter().map(String::as_str));
        }
        Ok((text, after(&rows, |row| row.index)))
    });
    file(answer, "draws.csv")
}

fn draws_jsonl(context: &Context) -> Answer {
    let answer = stream::pages(&context.store, LINES, String::new(), |sql, from: u64| {
        let rows = draws::in_order(sql, from, PAGE)?;
        let mut text = String::new();
        for row in &rows {
            let cells = COLUMNS_OF_DRAWS.iter().zip(draw_cells(row));
            let object: serde_json::Map<String, Value> = cells
                .map(|(column, cell)| (column.name.to_owned(), column.value(&cell)))
                .collect();
            line(&mut text, &Value::Object(object));
        }
        Ok((text, after(&rows, |row| row.index)))
    });
    file(answer, "draws.jsonl")
}

fn steps_csv(context: &Context) -> Answer {
    let head = header(COLUMNS_OF_STEPS);
    let answer = stream::pages(&context.store, CSV, head, |sql, from: u64| {
        let rows = draws::all_steps(sql, from, PAGE)?;
        let mut text = String::new();
        for row in &rows {
            let cells = step_cells(row);
            append_row(&mut text, cells.iter().map(String::as_str));
        }
        Ok((text, after(&rows, |row| row.index)))
    });
    file(answer, "steps.csv")
}

fn entries_jsonl(context: &Context) -> Answer {
    let answer = stream::pages(&context.store, LINES, String::new(), entries_page);
    file(answer, "entries.jsonl")
}

fn entries_page(sql: &mut dyn Sql, from: u64) -> Result<(String, Option<u64>), Problem> {
    let rows = draws::entries(sql, from, PAGE)?;
    let mut text = String::new();
    for (index, bytes) in &rows {
        let entry: Value =
            serde_json::from_slice(bytes).map_err(|error| Problem::internal(&error))?;
        line(&mut text, &json!({ "index": index, "entry": entry }));
    }
    Ok((text, after(&rows, |(index, _)| *index)))
}

/// What explains every column.
#[must_use]
pub fn readme() -> String {
    let mut text = String::from(ABOUT);
    for (name, columns) in [
        ("draws.csv / draws.jsonl", COLUMNS_OF_DRAWS),
        ("steps.csv", COLUMNS_OF_STEPS),
        ("entries.jsonl", COLUMNS_OF_ENTRIES),
    ] {
        text.push_str(&format!("\n{name}\n"));
        for column in columns {
            let Column {
                name,
                english,
                chinese,
                ..
            } = column;
            text.push_str(&format!("  {name}\n    {chinese}\n    {english}\n"));
        }
    }
    text
}

fn header(columns: &[Column]) -> String {
    let mut text = String::from(MARK);
    append_row(&mut text, columns.iter().map(|column| column.name));
    text
}

fn line(text: &mut String, value: &Value) {
    text.push_str(&value.to_string());
    text.push('\n');
}

/// Where the page after these rows begins.
fn after<T>(rows: &[T], index: impl Fn(&T) -> u64) -> Option<u64> {
    let full = rows.len() as u64 >= PAGE;
    rows.last()
        .filter(|_| full)
        .map(|row| index(row).saturating_add(1))
}

fn file(answer: Answer, name: &str) -> Answer {
    let disposition = format!("attachment; filename=\"{name}\"");
    answer
        .cached(60)
        .with(http::header::CONTENT_DISPOSITION, &disposition)
}

const CSV_FILE: AnswerKind = AnswerKind {
    status: 200,
    about: "UTF-8，带BOM；以=、+、-、@开头的单元格前有撇号，长数字前有制表符",
    content: Content::Media(CSV),
};
const LINES_FILE: AnswerKind = AnswerKind {
    status: 200,
    about: "UTF-8，每行一个JSON对象",
    content: Content::Media(LINES),
};
const COLUMNS_OF_ENTRIES: &[Column] = &[
    Column::number(
        "index",
        "place of the entry in the log, counted from 0",
        "条目在日志中的序号，从0起",
    ),
    Column::text(
        "entry",
        "the entry, as docs/spec.md 17.4 describes it",
        "条目，格式见 docs/spec.md 17.4",
    ),
];
const TEXT: &str = "text/plain; charset=utf-8";
const CSV: &str = "text/csv; charset=utf-8";
const LINES: &str = "application/jsonl; charset=utf-8";
/// Rows that are read at once.
const PAGE: u64 = 500;
const ABOUT: &str = "\
双随机抽查开放数据 / Open data of the draws

文件均由公开日志生成，网址不变，列只在末尾增加。时间为协调世界时（UTC）。
Every file is made from the public log (/log), addresses stay, columns are only added at the end.
Times are UTC. Cells of CSV files that would start a formula have an apostrophe in front, numbers of
twelve or more digits a tab: a spreadsheet then shows them as they are.
";
