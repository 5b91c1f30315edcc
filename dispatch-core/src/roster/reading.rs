//! Checking a roster file, part by part on all threads.
//!
//! Source: docs/spec.md 2.1 and 2.2. The file is cut behind line feeds; every part is checked on
//! its own, and then only the order across the cuts is left to check.
//! Invariant: the fault found is the first of the file, as if it were read from its beginning.

use rayon::prelude::*;

use super::span::Span;
use super::{RosterFault, RowFault, RowRules, check_row};
use crate::row;

/// The rows of a file, or the first line that is not as it must be.
pub(super) fn check(bytes: &[u8], rules: &RowRules<'_>) -> Result<Vec<Span>, RosterFault> {
    let parts: Vec<Part> = cuts(bytes)
        .into_par_iter()
        .map(|(start, end)| read(bytes, start, end, rules))
        .collect();
    let mut rows: Vec<Span> = Vec::with_capacity(parts.iter().map(|part| part.rows.len()).sum());
    for part in parts {
        let before = rows.len() as u64;
        let fault = |line, fault| RosterFault { line, fault };
        if let (Some(last), Some(next)) = (rows.last(), part.rows.first())
            && last.id(bytes) >= next.id(bytes)
        {
            return Err(fault(before + 1, RowFault::Order));
        }
        if let Some(found) = part.fault {
            return Err(fault(before + part.rows.len() as u64 + 1, found));
        }
        rows.extend(part.rows);
    }
    Ok(rows)
}

/// What a part of the file holds.
struct Part {
    rows: Vec<Span>,
    /// What is wrong with the line behind those rows.
    fault: Option<RowFault>,
}

fn read(bytes: &[u8], from: usize, end: usize, rules: &RowRules<'_>) -> Part {
    let mut rows: Vec<Span> = Vec::new();
    let mut fields = Vec::new();
    let mut start = from;
    while start < end {
        let rest = bytes.get(start..end).unwrap_or_default();
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
            return Part {
                rows,
                fault: Some(RowFault::NoLineFeed),
            };
        };
        let line = rest.get(..length).unwrap_or_default();
        let span = row::read(line, &mut fields)
            .map_err(RowFault::Row)
            .and_then(|()| check_row(&fields, rules))
            .and_then(|()| {
                let id = row::value(&fields, "id");
                let none = || RowFault::Id {
                    found: String::new(),
                };
                Span::of_part(start, line, id).ok_or_else(none)
            })
            .and_then(|span| match rows.last() {
                Some(last) if last.id(bytes) >= span.id(bytes) => Err(RowFault::Order),
                _ => Ok(span),
            });
        match span {
            Ok(span) => rows.push(span),
            Err(fault) => {
                return Part {
                    rows,
                    fault: Some(fault),
                };
            }
        }
        start += length + 1;
    }
    Part { rows, fault: None }
}

/// Cuts a file into parts of whole lines.
fn cuts(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let middle = start.saturating_add(PART);
        let rest = bytes.get(middle..).unwrap_or_default();
        let feed = rest.iter().position(|byte| *byte == b'\n');
        let end = feed.map_or(bytes.len(), |feed| middle + feed + 1);
        cuts.push((start, end));
        start = end;
    }
    cuts
}

/// Bytes of a part: few enough to share the work evenly, many enough to make it worth while.
const PART: usize = if cfg!(test) { 100 } else { 1 << 20 };

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;
    use crate::plan::SubjectIds;
    use crate::roster::RosterKind;

    /// The rule word for word, from the first line on.
    fn one_by_one(bytes: &[u8], rules: &RowRules<'_>) -> Result<usize, u64> {
        let mut last = String::new();
        let mut count = 0;
        let text = bytes.strip_suffix(b"\n");
        let complete = text.is_some() || bytes.is_empty();
        for line in text.unwrap_or(bytes).split(|byte| *byte == b'\n') {
            if bytes.is_empty() {
                break;
            }
            let mut fields = Vec::new();
            let good = row::read(line, &mut fields).is_ok() && check_row(&fields, rules).is_ok();
            let id = row::value(&fields, "id").to_owned();
            if !good || id <= last {
                return Err(count + 1);
            }
            (last, count) = (id, count + 1);
        }
        if complete {
            Ok(usize::try_from(count).unwrap())
        } else {
            Err(count)
        }
    }

    #[test]
    fn parts_find_what_reading_line_by_line_finds() {
        let rules = RowRules {
            kind: RosterKind::Subjects(SubjectIds::Other),
            sealed: &[],
        };
        let lines: Vec<String> = (0..40)
            .map(|n| {
                format!(
                    "{{\"id\":\"A{n:02}\",\"name\":\"{}\"}}\n",
                    "x".repeat(n % 7 + 1)
                )
            })
            .collect();
        let whole = lines.concat();
        assert_eq!(check(whole.as_bytes(), &rules).unwrap().len(), 40);
        assert_eq!(check(b"", &rules).unwrap().len(), 0);
        assert!(cuts(whole.as_bytes()).len() > 5);
        for at in 0..40 {
            for other in [
                "{}\n",
                "\n",
                "{\"id\":\"A00\",\"name\":\"x\"}\n",
                "{\"id\":\"Z\",\"name\":\"y\"}\n",
            ] {
                let mut changed = lines.clone();
                changed[at] = other.to_owned();
                let changed = changed.concat();
                let found = check(changed.as_bytes(), &rules).map(|rows| rows.len());
                let due = one_by_one(changed.as_bytes(), &rules);
                assert_eq!(
                    found.map_err(|fault| fault.line),
                    due,
                    "line {at} as {other:?}"
                );
            }
            let cut_off = whole.len() - lines[at..].concat().len() + lines[at].len() - 1;
            let found = check(&whole.as_bytes()[..cut_off], &rules).unwrap_err();
            assert_eq!(
                (found.line, found.fault),
                (at as u64 + 1, RowFault::NoLineFeed)
            );
        }
    }
}
