//! The auditor's files: the roster key and the open values of sealed columns.
//!
//! Source: docs/spec.md 2.3, section 10, checks A09, E01 and E02.

use crate::bundle::{self, Files};
use crate::disclosure::AuditKey;
use crate::evidence::{Part, at, check, read_document, read_lines};
use crate::language::Message;
use crate::plan::Plan;
use crate::roster::{CellLine, Cells, Recusals, Roster, RosterKey, RowRules, check_row, pair_id};
use crate::syntax::{is_id, is_text};

/// The auditor's files, well formed.
#[derive(Debug)]
pub struct AuditParts {
    /// `audit.json`.
    pub key: AuditKey,
    /// Lines of `cells.jsonl` of the officers, in order of id.
    pub officers: Vec<CellLine>,
    /// Lines of `cells.jsonl` of the recusals, in order of pair id.
    pub recusals: Vec<CellLine>,
    /// Lines of `cells.jsonl` of the subjects, in order of id.
    pub subjects: Vec<CellLine>,
}

impl AuditParts {
    /// The roster key.
    #[must_use]
    pub fn roster_key(&self) -> RosterKey {
        RosterKey::new(*self.key.roster_key.as_bytes())
    }

    /// The open values of a roster's sealed columns, after checking each against its hash.
    ///
    /// # Errors
    /// The first row that lacks its line, has a line too many, or does not open.
    pub fn open(&self, roster: &Roster, rules: &RowRules<'_>) -> Result<Cells, Message> {
        let name = rules.kind.name();
        let lines = if name == "subjects" {
            &self.subjects
        } else {
            &self.officers
        };
        let mut cells = Cells::new(rules.sealed);
        if rules.sealed.is_empty() {
            check(
                lines.is_empty(),
                "cells.jsonl opens a roster without sealed columns",
                "cells.jsonl 打开了没有封存列的名录",
            )?;
            return Ok(cells);
        }
        let key = self.roster_key();
        for row in 0..roster.len().max(lines.len()) {
            let (id, Some(line)) = (roster.id(row), lines.get(row)) else {
                return Err(row_message(
                    name,
                    roster.id(row),
                    "no line in cells.jsonl",
                    "cells.jsonl 缺少该行",
                ));
            };
            if line.id != id {
                return Err(row_message(
                    name,
                    &line.id,
                    "line missing, or not a row of the roster",
                    "缺行，或不属于该名录",
                ));
            }
            let mut fields = roster.fields(row);
            for (column, value) in &line.cells {
                let sealed = crate::row::value(&fields, column);
                if key.seal(name, id, column, value).to_string() != sealed {
                    return Err(row_message(
                        name,
                        id,
                        &format!("the open value of {column} is not what was sealed"),
                        &format!("“{column}”的公开值与封存的不符"),
                    ));
                }
                fields.retain(|(field, _)| field != column);
                if !value.is_empty() {
                    fields.push((column.into(), value.into()));
                }
            }
            let open_rules = RowRules {
                kind: rules.kind,
                sealed: &[],
            };
            check_row(&fields, &open_rules)
                .map_err(|fault| row_message(name, id, &fault.to_string(), &fault.to_string()))?;
            cells
                .push(line.cells.values().map(String::as_str))
                .map_err(|error| row_message(name, id, &error.to_string(), "封存列不全"))?;
        }
        Ok(cells)
    }

    /// Checks that reasons and salts of all recusals follow from the roster key.
    ///
    /// # Errors
    /// The first recusal that does not.
    pub fn check_recusals(&self, recusals: &Recusals) -> Result<(), Message> {
        let key = self.roster_key();
        check(
            recusals.lines.len() == self.recusals.len(),
            "cells.jsonl does not have one line for every recusal",
            "cells.jsonl 的回避记录数不符",
        )?;
        for (open, line) in recusals.opened().zip(&self.recusals) {
            let pair = pair_id(&open.subject, &open.officer);
            let reason = line.cells.get("reason").map_or("", String::as_str);
            if line.id != pair
                || open.salt != key.row_salt(&pair)
                || open.reason != key.seal("recusals", &pair, "reason", reason)
            {
                return Err(row_message(
                    "recusals",
                    &pair,
                    "reason or salt is not what was sealed",
                    "事由或盐值与封存的不符",
                ));
            }
        }
        Ok(())
    }
}

/// Reads `audit.json` and `cells.jsonl`; absent unless both are there.
pub(super) fn read_audit(files: &Files, plan: Option<&Plan>) -> Part<AuditParts> {
    let parts = (files.get(bundle::AUDIT), files.get(bundle::CELLS), plan);
    let (Some(audit), Some(cells), Some(plan)) = parts else {
        return Part::Absent;
    };
    match read(audit, cells, plan) {
        Ok(parts) => Part::Good(parts),
        Err(message) => Part::Bad(message),
    }
}

fn read(audit: &[u8], cells: &[u8], plan: &Plan) -> Result<AuditParts, Message> {
    let key: AuditKey = read_document(audit)?;
    check(
        key.format == AuditKey::FORMAT,
        "format is not dispatch/audit/1",
        "格式不是 dispatch/audit/1",
    )?;
    let mut parts = AuditParts {
        key,
        officers: Vec::new(),
        recusals: Vec::new(),
        subjects: Vec::new(),
    };
    let reason = ["reason".to_owned()];
    let mut last: Option<(String, String)> = None;
    for (index, line) in read_lines::<CellLine>(bundle::CELLS, cells)?
        .into_iter()
        .enumerate()
    {
        let fault = |english, chinese| Err(at(bundle::CELLS, index, english, chinese));
        let (columns, list): (&[String], _) = match line.roster.as_str() {
            "officers" => (&plan.officers.sealed, &mut parts.officers),
            "recusals" => (&reason, &mut parts.recusals),
            "subjects" => (&plan.subjects.sealed, &mut parts.subjects),
            _ => return fault("unknown roster", "名录名称不符"),
        };
        let id = match line.id.split_once(' ') {
            Some((subject, officer)) if line.roster == "recusals" => {
                is_id(subject) && is_id(officer)
            }
            _ => line.roster != "recusals" && is_id(&line.id),
        };
        if !id
            || !line
                .cells
                .values()
                .all(|value| value.is_empty() || is_text(value))
        {
            return fault("not an id, or not a text", "编号或文本格式不符");
        }
        if plan.is_child() && line.roster == "subjects" {
            return fault(
                "opens the subjects, which are the parent's",
                "打开了检查对象名录，而该名录属于发起方",
            );
        }
        if columns.is_empty() || !line.cells.keys().eq(columns) {
            return fault(
                "does not open exactly the sealed columns",
                "打开的列与封存列不一致",
            );
        }
        let place = (line.roster.clone(), line.id.clone());
        if last.as_ref().is_some_and(|last| *last >= place) {
            return fault("not in order, or repeated", "未排序或有重复");
        }
        last = Some(place);
        list.push(line);
    }
    Ok(parts)
}

fn row_message(roster: &str, id: &str, english: &str, chinese: &str) -> Message {
    Message::new(
        format!("{roster}, {id}: {english}"),
        format!("{roster}“{id}”：{chinese}"),
    )
}
