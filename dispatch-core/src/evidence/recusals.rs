//! The file of recusals: closed lines and opened ones.
//!
//! Source: docs/spec.md 2.4, 10 and check A05. Invariant: opened pairs are in order and unique; in an
//! auditor's bundle every line is opened.

use super::{at, read_lines};
use crate::bundle;
use crate::language::Message;
use crate::roster::{OpenRecusal, RecusalLine, Recusals, pair_id};
use crate::syntax::is_id;

pub(super) fn read_recusals(bytes: &[u8], auditors: bool) -> Result<Recusals, Message> {
    let lines: Vec<RecusalLine> = read_lines(bundle::RECUSALS, bytes)?;
    let mut last = String::new();
    for (index, line) in lines.iter().enumerate() {
        match line {
            RecusalLine::Open(OpenRecusal {
                officer, subject, ..
            }) => {
                if !is_id(officer) || !is_id(subject) {
                    return Err(at(bundle::RECUSALS, index, "not an id", "不是编号"));
                }
                let pair = pair_id(subject, officer);
                if pair <= last {
                    return Err(at(
                        bundle::RECUSALS,
                        index,
                        "not in order, or repeated",
                        "未排序或有重复",
                    ));
                }
                last = pair;
            }
            RecusalLine::Closed(_) if auditors => {
                return Err(at(
                    bundle::RECUSALS,
                    index,
                    "not opened, in an auditor's bundle",
                    "审计版证据包中未打开",
                ));
            }
            RecusalLine::Closed(_) => {}
        }
    }
    Ok(Recusals { lines })
}
