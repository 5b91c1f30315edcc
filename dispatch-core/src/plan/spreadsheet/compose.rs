//! From sheets to the lines of a plan text, each knowing its cell.
//!
//! Source: docs/plan.md. Invariant: line n of the text comes from origin n.

use std::collections::BTreeMap;

use super::fault::SheetFault;
use super::form::{Field, Kind, TABLES, TASK, TASK_SHEET, Table};
use super::value::{Content, toml};
use crate::import::folded_header;
use crate::language::Message;
use crate::workbook::cell_name;

/// A sheet as it was read, without empty rows.
#[derive(Debug, Default)]
pub(super) struct Grid {
    pub(super) sheet: String,
    pub(super) rows: Vec<Line>,
}

/// A row of it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) row: u32,
    pub(super) is_hidden: bool,
    /// The first cell that holds an error value such as #N/A.
    pub(super) has_error: Option<usize>,
    pub(super) contents: Vec<Content>,
}

/// Where a line of the plan text comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    pub(super) sheet: String,
    pub(super) row: Option<u32>,
    /// From 0.
    pub(super) column: Option<u32>,
    pub(super) header: String,
    /// Which column of the sheet holds which key.
    pub(super) columns: BTreeMap<&'static str, u32>,
}

impl Origin {
    pub(super) fn of_sheet(sheet: &str) -> Self {
        Self {
            sheet: sheet.to_owned(),
            ..Self::default()
        }
    }
}

/// The plan text as it grows.
#[derive(Debug)]
pub(super) struct Composer {
    /// Lines of each section of the sheet 任务, by section.
    sections: BTreeMap<&'static str, Vec<(String, Origin)>>,
    items: Vec<(String, Origin)>,
    faults: Vec<SheetFault>,
}

impl Composer {
    pub(super) fn new() -> Self {
        // These must be there, so that what they lack is said key by key.
        let sections = ["", "schedule", "team"].map(|section| (section, Vec::new()));
        Self {
            sections: BTreeMap::from(sections),
            items: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Text, origins of its lines, and what could not be read.
    pub(super) fn finish(self) -> (String, Vec<Origin>, Vec<SheetFault>) {
        let (mut text, mut origins) = (String::new(), Vec::new());
        let mut push = |line: &str, origin: Origin| {
            text.push_str(line);
            text.push('\n');
            origins.push(origin);
        };
        // The keys of the plan itself come first: the empty name sorts before all others.
        for (section, lines) in self.sections {
            if !section.is_empty() {
                push(&format!("[{section}]"), Origin::of_sheet(TASK_SHEET));
            }
            for (line, origin) in lines {
                push(&line, origin);
            }
        }
        for (line, origin) in self.items {
            push(&line, origin);
        }
        (text, origins, self.faults)
    }

    pub(super) fn unknown_sheet(&mut self, sheet: &str) {
        let tables = TABLES.iter().map(|table| table.sheet);
        let known: Vec<&str> = std::iter::once(TASK_SHEET).chain(tables).collect();
        let known = known.join("、");
        let message = Message::new(
            format!(
                "is not a sheet of a plan, and would be ignored; rename it or delete it. Known: {known}"
            ),
            format!("不是抽查任务的工作表，其内容不会生效；请改名或删除。可用：{known}"),
        );
        self.faults.push(SheetFault::on(sheet, message));
    }

    /// The sheet with a label and a value in every row.
    pub(super) fn task(&mut self, grid: Grid) {
        let mut seen: Vec<&str> = Vec::new();
        for line in &grid.rows {
            let label = line
                .contents
                .first()
                .map_or("", |content| content.text.trim());
            let empty = Content::default();
            let content = line.contents.get(1).unwrap_or(&empty);
            let folded = folded_header(label);
            if TASK_HEADINGS.contains(&folded.as_str()) || !self.is_sound(&grid.sheet, line) {
                continue;
            }
            let Some(field) = TASK.iter().find(|field| field.header == folded) else {
                if !label.is_empty() || !content.text.trim().is_empty() {
                    let known: Vec<&str> = TASK.iter().map(|field| field.header).collect();
                    let known = known.join("、");
                    self.complain(
                        (&grid.sheet, line.row, 0, ""),
                        format!("unknown item \"{label}\"; known here: {known}"),
                        format!("不认识的项目“{label}”；可用：{known}"),
                    );
                }
                continue;
            };
            if seen.contains(&field.key) {
                self.complain(
                    (&grid.sheet, line.row, 0, field.header),
                    "is given twice; keep one of the rows",
                    "重复；只保留一行",
                );
                continue;
            }
            seen.push(field.key);
            if content.text.trim().is_empty() {
                continue;
            }
            let (section, key) = field.key.split_once('.').unwrap_or(("", field.key));
            match toml(content, field.kind) {
                Ok(value) => {
                    let origin = Origin {
                        row: Some(line.row),
                        column: Some(1),
                        header: field.header.to_owned(),
                        ..Origin::of_sheet(&grid.sheet)
                    };
                    let lines = self.sections.entry(section).or_default();
                    lines.push((format!("{key} = {value}"), origin));
                }
                Err(message) => self.refuse((&grid.sheet, line.row, 1, field.header), message),
            }
        }
    }

    /// A sheet with an item in every row; rows that fill only repeatable parts belong to the one above.
    pub(super) fn table(&mut self, table: &'static Table, grid: Grid) {
        let mut rows = grid.rows.iter();
        let Some(heading) = rows.next() else { return };
        let columns = self.heading(table, &grid.sheet, heading);
        let keys: BTreeMap<&'static str, u32> = { columns.iter() }
            .filter_map(|(index, field)| Some((field.key, u32::try_from(*index).ok()?)))
            .collect();
        let mut has_item = false;
        for line in rows {
            if !self.is_sound(&grid.sheet, line) {
                continue;
            }
            let origin = Origin {
                row: Some(line.row),
                columns: keys.clone(),
                ..Origin::of_sheet(&grid.sheet)
            };
            let filled: Vec<(usize, &Field, &Content)> = { columns.iter() }
                .filter_map(|(index, field)| Some((*index, *field, line.contents.get(*index)?)))
                .filter(|(_, _, content)| !content.text.trim().is_empty())
                .collect();
            let is_part = |(_, field, _): &(usize, &Field, &Content)| field.key.contains('.');
            let (parts, own): (Vec<_>, Vec<_>) = filled.into_iter().partition(is_part);
            if !own.is_empty() {
                has_item = true;
                self.items
                    .push((format!("[[{}]]", table.path), origin.clone()));
                for (index, field, content) in own {
                    self.value(field.key, field, content, (index, &origin));
                }
            } else if !parts.is_empty() && !has_item {
                self.complain(
                    (&grid.sheet, line.row, 0, ""),
                    "belongs to no item; fill in the cells on the left",
                    "不属于任何一项；请填写左边的单元格",
                );
                continue;
            }
            self.parts(table, &parts, &origin);
        }
    }

    /// The repeatable part of a row, such as a condition.
    fn parts(&mut self, table: &Table, parts: &[(usize, &Field, &Content)], origin: &Origin) {
        let Some((name, _)) = parts
            .first()
            .and_then(|(_, field, _)| field.key.split_once('.'))
        else {
            return;
        };
        // The test of a condition is the key of its values.
        let of_kind = |kind| parts.iter().find(|(_, field, _)| field.kind == kind);
        let row = origin.row.unwrap_or_default();
        let test = match (of_kind(Kind::Test), of_kind(Kind::Values)) {
            (Some((index, field, content)), Some(_)) => match toml(content, field.kind) {
                Ok(key) => key,
                Err(message) => {
                    self.refuse((&origin.sheet, row, *index, field.header), message);
                    return;
                }
            },
            (Some((index, field, _)), None) => {
                let place = (&*origin.sheet, row, *index, field.header);
                self.complain(
                    place,
                    "has no value to compare with; fill in 条件值",
                    "没有可比较的值；请填写“条件值”",
                );
                return;
            }
            (None, Some((index, field, _))) => {
                let place = (&*origin.sheet, row, *index, field.header);
                self.complain(
                    place,
                    "has no test; fill in 判断",
                    "没有判断方式；请填写“判断”",
                );
                return;
            }
            (None, None) => String::new(),
        };
        self.items
            .push((format!("[[{}.{name}]]", table.path), origin.clone()));
        for (index, field, content) in parts {
            let key = field.key.split_once('.').map_or("", |(_, key)| key);
            match field.kind {
                Kind::Test => {}
                Kind::Values => self.value(&test, field, content, (*index, origin)),
                _ => self.value(key, field, content, (*index, origin)),
            }
        }
    }

    fn value(
        &mut self,
        key: &str,
        field: &Field,
        content: &Content,
        (index, of): (usize, &Origin),
    ) {
        match toml(content, field.kind) {
            Ok(value) => {
                let origin = Origin {
                    column: u32::try_from(index).ok(),
                    header: field.header.to_owned(),
                    ..of.clone()
                };
                self.items.push((format!("{key} = {value}"), origin));
            }
            Err(message) => {
                let row = of.row.unwrap_or_default();
                self.refuse((&of.sheet, row, index, field.header), message);
            }
        }
    }

    /// Which columns hold which fields.
    fn heading(
        &mut self,
        table: &'static Table,
        sheet: &str,
        line: &Line,
    ) -> Vec<(usize, &'static Field)> {
        let mut columns: Vec<(usize, &'static Field)> = Vec::new();
        for (index, content) in line.contents.iter().enumerate() {
            let folded = folded_header(&content.text);
            if folded.is_empty() {
                continue;
            }
            let field = table.fields.iter().find(|field| field.header == folded);
            match field {
                Some(field) if columns.iter().any(|(_, other)| other.key == field.key) => self
                    .complain(
                        (sheet, line.row, index, field.header),
                        "is there twice; delete one of the columns",
                        "列重复；只保留一列",
                    ),
                Some(field) => columns.push((index, field)),
                None => {
                    let known: Vec<&str> = table.fields.iter().map(|f| f.header).collect();
                    let known = known.join("、");
                    let shown: String = content.text.chars().take(40).collect();
                    self.complain(
                        (sheet, line.row, index, ""),
                        format!("unknown column \"{shown}\"; known here: {known}"),
                        format!("不认识的列“{shown}”；可用：{known}"),
                    );
                }
            }
        }
        columns
    }

    /// Hidden rows and error values are refused: nobody would look for them.
    fn is_sound(&mut self, sheet: &str, line: &Line) -> bool {
        if let Some(index) = line.has_error {
            self.complain(
                (sheet, line.row, index, ""),
                "holds an error value; correct the formula or type the value",
                "单元格为错误值；请更正公式或直接填写内容",
            );
            return false;
        }
        if line.is_hidden && line.contents.iter().any(|c| !c.text.trim().is_empty()) {
            self.complain(
                (sheet, line.row, 0, ""),
                "is hidden; show the row or sheet, or delete it",
                "该行已隐藏；请取消隐藏或删除",
            );
            return false;
        }
        true
    }

    fn complain(
        &mut self,
        place: (&str, u32, usize, &str),
        english: impl Into<String>,
        chinese: impl Into<String>,
    ) {
        self.refuse(place, Message::new(english, chinese));
    }

    fn refuse(&mut self, (sheet, row, index, header): (&str, u32, usize, &str), message: Message) {
        let column = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        self.faults.push(SheetFault {
            cell: Some(cell_name(column, row.into())),
            row: Some(row),
            header: header.to_owned(),
            ..SheetFault::on(sheet, message)
        });
    }
}

/// The heading of the sheet 任务.
const TASK_HEADINGS: &[&str] = &["项目"];
