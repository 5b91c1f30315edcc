//! What papers need and no draw knows: earlier visits this year, the frequency cap, the wording of
//! the rules that officers must keep.
//!
//! Source: 国办发〔2024〕54号 and the Ministry of Justice's templates ask that notices name the
//! frequency, its cap and those rules.
//! Invariant: a subject that the list of visits does not name has no known number, which is not 0.

use std::borrow::Cow;
use std::collections::HashMap;

use encoding_rs::GB18030;

use super::Campaign;
use crate::language::Message;
use crate::visit::Party;

/// What is added to the papers from outside.
#[derive(Clone, Debug, Default)]
pub struct Supplement {
    /// Wording of the rules for officers (五个严禁、八个不得), line by line as it is to be printed.
    pub rules: Option<String>,
    /// Visits this year, from a list.
    pub visits: Option<VisitCounts>,
    /// Column of the subject roster with the visits this year.
    pub visits_column: Option<String>,
    /// Published yearly cap of visits to one enterprise.
    pub cap: Option<u64>,
}

impl Supplement {
    /// Reads the wording of the rules from a text file in UTF-8 or GB18030.
    ///
    /// # Errors
    /// When it is not text in these encodings, or is empty.
    pub fn read_rules(bytes: &[u8], file: &str) -> Result<String, Message> {
        match decoded(bytes) {
            Some(text) if !text.trim().is_empty() => Ok(text.into_owned()),
            Some(_) => Err(Message::new(
                format!(
                    "{file}: empty; it holds the wording of the rules, one paragraph on each line"
                ),
                format!("{file}：为空，应为规定的原文，每行一段"),
            )),
            None => Err(not_text(file)),
        }
    }

    /// What keeps the visits this year from being printed: a column that no drawn subject has, that
    /// is sealed, or that holds something else than whole numbers.
    #[must_use]
    pub fn faults(&self, campaign: &Campaign<'_>) -> Vec<Message> {
        let Some(column) = &self.visits_column else {
            return Vec::new();
        };
        let values = campaign.visits.iter().map(|visit| {
            let subject = &visit.subject;
            (subject.value("id"), subject.value(column))
        });
        let known: Vec<(&str, &str)> = values.filter(|(_, value)| !value.is_empty()).collect();
        if known.is_empty() {
            return vec![Message::new(
                format!(
                    "--visits-column: no drawn subject has a column {column} that may be shown; it must be kept by the plan (columns of [subjects]) and not be sealed"
                ),
                format!(
                    "--visits-column：没有一个被抽中的对象有可列示的“{column}”列；该列须由抽查任务的 columns 保留，且不得封存"
                ),
            )];
        }
        known
            .into_iter()
            .filter(|(_, value)| value.parse::<u64>().is_err())
            .map(|(id, value)| {
                Message::new(
                    format!("subject {id}, column {column}: “{value}” is not a whole number; use --visits with a list instead"),
                    format!("检查对象{id}“{column}”列：“{value}”不是整数，请改用 --visits 提供清单"),
                )
            })
            .collect()
    }

    /// For how many visits the number of earlier visits is not known, so that a blank is printed.
    #[must_use]
    pub fn unknown(&self, campaign: &Campaign<'_>) -> usize {
        let visits = campaign.visits.iter();
        visits
            .filter(|visit| self.visits(&visit.subject).is_none())
            .count()
    }

    /// Visits this year of a subject: from the list if there is one, else from the roster's column.
    /// `None` where neither knows.
    #[must_use]
    pub(super) fn visits(&self, subject: &Party<'_>) -> Option<u64> {
        if let Some(visits) = &self.visits {
            return visits.of(subject.value("id"));
        }
        let column = self.visits_column.as_ref()?;
        subject.value(column).parse().ok()
    }
}

/// How often subjects were visited this year, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitCounts(HashMap<String, u64>);

impl VisitCounts {
    /// Reads a CSV file in UTF-8 or GB18030 with a column of ids (统一社会信用代码 or id) and a column
    /// of visits this year (本年度检查次数 or visits). Other columns are left aside.
    ///
    /// # Errors
    /// Every row that does not hold an id and a number, with its row, column and remedy; a file
    /// without these columns.
    pub fn read(bytes: &[u8], file: &str) -> Result<Self, Vec<Message>> {
        let text = decoded(bytes).ok_or_else(|| vec![not_text(file)])?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let head = records.next().and_then(Result::ok).unwrap_or_default();
        let find = |names: [&str; 2]| head.iter().position(|cell| names.contains(&plain(cell)));
        let (Some(id_at), Some(count_at)) = (find(IDS), find(COUNTS)) else {
            return Err(vec![Message::new(
                format!(
                    "{file}, row 1: needs the columns 统一社会信用代码 (or id) and 本年度检查次数 (or visits); write them in the first line, with commas between"
                ),
                format!(
                    "{file}第1行：须有“统一社会信用代码”（或id）和“本年度检查次数”（或visits）两列，以逗号分隔"
                ),
            )]);
        };
        let mut counts = HashMap::new();
        let mut faults = Vec::new();
        for (index, record) in records.enumerate() {
            let row = index.saturating_add(2);
            let record = record.unwrap_or_default();
            let cell = |at: usize| plain(record.get(at).unwrap_or_default());
            let (id, count) = (cell(id_at), cell(count_at));
            if id.is_empty() && count.is_empty() {
                continue;
            }
            match count.parse::<u64>() {
                Ok(count) if !id.is_empty() => {
                    if counts.insert(id.to_owned(), count).is_some() {
                        faults.push(Message::new(
                            format!("{file}, row {row}, column {}: {id} stands twice; keep one row", IDS[0]),
                            format!("{file}第{row}行“{}”列：{id}重复，请只保留一行", IDS[0]),
                        ));
                    }
                }
                Ok(_) => faults.push(Message::new(
                    format!("{file}, row {row}, column {}: empty; fill in the id or delete the row", IDS[0]),
                    format!("{file}第{row}行“{}”列：为空，请补填或删除该行", IDS[0]),
                )),
                Err(_) => faults.push(Message::new(
                    format!("{file}, row {row}, column {}: “{count}” is not a whole number; write 0, 1, 2, …", COUNTS[0]),
                    format!("{file}第{row}行“{}”列：“{count}”不是整数，请填写0、1、2……", COUNTS[0]),
                )),
            }
        }
        if faults.is_empty() {
            Ok(Self(counts))
        } else {
            Err(faults)
        }
    }

    /// Visits of the subject with this id, if the list names it.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<u64> {
        self.0.get(id).copied()
    }
}

/// A text file in UTF-8, with or without its mark, or in GB18030.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match core::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
    }
}

fn not_text(file: &str) -> Message {
    Message::new(
        format!("{file}: neither UTF-8 nor GB18030; save it as UTF-8"),
        format!("{file}：既不是UTF-8也不是GB18030编码，请另存为UTF-8"),
    )
}

/// A cell without the guards that exported lists have.
fn plain(cell: &str) -> &str {
    cell.trim().trim_start_matches('\'')
}

const IDS: [&str; 2] = ["统一社会信用代码", "id"];
const COUNTS: [&str; 2] = ["本年度检查次数", "visits"];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn a_list_is_read_in_either_encoding() {
        // "统一社会信用代码,本年度检查次数\nA,2\n" by Python's str.encode("gb18030").
        let gb = b"\xcd\xb3\xd2\xbb\xc9\xe7\xbb\xe1\xd0\xc5\xd3\xc3\xb4\xfa\xc2\xeb,\xb1\xbe\xc4\xea\xb6\xc8\xbc\xec\xb2\xe9\xb4\xce\xca\xfd\nA,2\n";
        let utf = "\u{feff}visits,备注,id\r\n0,,\"\tB\"\r\n,,\r\n";
        assert_eq!(VisitCounts::read(gb, "x").unwrap().of("A"), Some(2));
        let counts = VisitCounts::read(utf.as_bytes(), "x").unwrap();
        assert_eq!((counts.of("B"), counts.of("A")), (Some(0), None));
    }

    #[test]
    fn every_wrong_row_is_named() {
        let faults = VisitCounts::read("id,visits\nA,1\nA,2\nB,一\n,3\n".as_bytes(), "v.csv");
        let faults: Vec<String> = faults.unwrap_err().into_iter().map(|m| m.english).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
        for (fault, row) in faults.iter().zip(["row 3", "row 4", "row 5"]) {
            assert!(
                fault.starts_with(&format!("v.csv, {row}, column ")),
                "{fault}"
            );
        }
        assert!(VisitCounts::read(b"code,number\n", "v.csv").is_err());
        assert!(VisitCounts::read(b"\xff\xff\xff", "v.csv").is_err());
    }
}
