//! The rosters of an earlier draw, and why rows changed since.

use std::collections::HashMap;

use super::Source;
use crate::bundle::Files;
use crate::evidence::{Evidence, Part};
use crate::freeze::Earlier;
use crate::language::Message;
use crate::syntax::is_text;

/// Reads `announcement.json`, `subjects.jsonl` and `officers.jsonl` of an earlier draw; `name` is how
/// people call it.
///
/// # Errors
/// If a roster is not the announced one.
pub fn earlier(
    name: &str,
    files: Files,
    reasons: HashMap<String, String>,
) -> Result<Earlier, Message> {
    let evidence = Evidence::read(files);
    let (Part::Good(subjects), Part::Good(officers)) = (evidence.subjects, evidence.officers)
    else {
        return Err(Message::new(
            format!("{name}: its rosters are not as they were announced; use the untouched folder"),
            format!("{name}：名录与公告时不一致，请使用未改动的目录"),
        ));
    };
    Ok(Earlier {
        subjects: Some(subjects),
        officers: Some(officers),
        reasons,
    })
}

/// Reads a CSV in UTF-8 with the columns id and reason.
///
/// # Errors
/// The row that is something else.
pub fn reasons(source: &Source<'_>) -> Result<HashMap<String, String>, Message> {
    let name = source.name;
    let fault = |row: u64, what: &str| {
        Message::new(
            format!("{name}, row {row}: {what}; the columns are id and reason, in UTF-8"),
            format!("{name}第{row}行：应为“编号，原因”两列，UTF-8编码（{what}）"),
        )
    };
    let bytes = source.bytes;
    let mut reader =
        csv::ReaderBuilder::new().from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let mut reasons = HashMap::new();
    for (row, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|error| fault(row, &error.to_string()))?;
        let (id, reason) = (
            record.get(0).unwrap_or("").trim(),
            record.get(1).unwrap_or("").trim(),
        );
        if id.is_empty() || !is_text(reason) {
            return Err(fault(row, "empty cell"));
        }
        reasons.insert(id.to_owned(), reason.to_owned());
    }
    Ok(reasons)
}
