//! Other teams and other tickets than the rule gives, with and without a result root to match.
//!
//! Source: docs/spec.md sections 7 and 8. An attacker who knows the seed can recompute the root of
//! any records, so only D01 to D05 stand between such records and a pass.

use std::collections::HashMap;
use std::sync::Arc;

use super::facts::Facts;
use super::{Expected, Tampering, Variants};
use crate::bundle;
use crate::digest::Digest;
use crate::evidence::roster_rules;
use crate::freeze::json_lines;
use crate::json::to_canonical;
use crate::result::{Record, ResultDocument, ResultKey};
use crate::roster::{RecusalLine, Recusals, Roster};
use crate::row;

/// Variants of the records.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    let changes = changes(&facts);
    let all = changes.into_iter().flat_map(move |change| {
        let bare = change.variant(&facts, false);
        let matched = change.variant(&facts, true);
        bare.into_iter().chain(matched)
    });
    Box::new(all.chain(core::iter::empty()))
}

/// Other records, and what names them besides the root.
struct Change {
    name: String,
    records: Vec<Record>,
    fail: Vec<&'static str>,
}

impl Change {
    fn variant(&self, facts: &Facts, root_matches: bool) -> Option<Tampering> {
        if self.records == facts.records {
            return None;
        }
        let mut files = facts.files.clone();
        let mut records = self.records.clone();
        let key = ResultKey::new(&facts.seed);
        let mut expected = Expected::Caught {
            fail: self.fail.clone(),
            void: Vec::new(),
        };
        if root_matches {
            key.sort(&mut records);
            let result = ResultDocument {
                commitment: facts.announced.commitment,
                count: records.len() as u64,
                format: ResultDocument::FORMAT.to_owned(),
                root: key.root(&records),
            };
            files.insert(bundle::RESULT, to_canonical(&result).ok()?);
            if facts.held_stages() {
                // The first stage names the result that it follows.
                let mut fail = self.fail.clone();
                fail.push("G01");
                expected = Expected::Caught {
                    fail,
                    void: vec!["G01"],
                };
            }
        } else {
            let mut fail = self.fail.clone();
            fail.push("D06");
            expected = Expected::Caught {
                fail,
                void: vec!["D06"],
            };
        }
        if let Expected::Caught { fail, .. } = &expected
            && fail.is_empty()
        {
            expected = Expected::Unseen {
                why: "whether a team follows from sealed columns only the auditor's form shows (● of section 11)",
                or: Vec::new(),
            };
        }
        files.insert(bundle::ASSIGNMENTS, json_lines(&records));
        let root = if root_matches {
            ", with a result root to match"
        } else {
            ""
        };
        Some(Tampering {
            name: format!("{}{root}", self.name),
            group: "team",
            expected,
            files,
        })
    }
}

fn changes(facts: &Facts) -> Vec<Change> {
    let records = &facts.records;
    let team: &[&'static str] = if facts.teams_show() { &["D05"] } else { &[] };
    let barred: &[&'static str] = if facts.teams_show() { &["D04"] } else { &[] };
    let mut changes = Vec::new();
    let mut change = |name: String, fail: &[&'static str], apply: &dyn Fn(&mut Vec<Record>)| {
        let mut records = records.clone();
        apply(&mut records);
        changes.push(Change {
            name,
            records,
            fail: fail.to_vec(),
        });
    };
    let officers = officers(facts);
    let ids: Vec<&str> = officers.iter().map(|officer| officer.id.as_str()).collect();
    let departments: HashMap<&str, &str> = officers
        .iter()
        .map(|officer| (officer.id.as_str(), officer.department.as_str()))
        .collect();
    let window_end = facts.document().plan.schedule.window_end.as_str();
    let recused = recused(facts);
    for (at, record) in records.iter().enumerate() {
        let subject = &record.subject;
        for (slot, officer) in record
            .officers
            .iter()
            .enumerate()
            .filter(|(_, id)| !id.is_empty())
        {
            change(format!("{subject}: slot {slot} emptied"), team, &|r| {
                r[at].officers[slot].clear()
            });
            let other = ids.iter().find(|id| {
                departments.get(*id) == departments.get(officer.as_str())
                    && !record.officers.iter().any(|o| o == *id)
            });
            if let Some(other) = other {
                change(
                    format!("{subject}: slot {slot} given to a colleague"),
                    team,
                    &|r| {
                        r[at].officers[slot] = (*other).to_owned();
                    },
                );
            }
            if let Some(next) = records.get(at + 1) {
                change(
                    format!("{subject}: slot {slot} exchanged with {}", next.subject),
                    team,
                    &|r| {
                        let theirs = r[at + 1].officers[slot].clone();
                        r[at + 1].officers[slot] =
                            core::mem::replace(&mut r[at].officers[slot], theirs);
                    },
                );
            }
        }
        let expired = officers
            .iter()
            .find(|o| !o.expires.is_empty() && o.expires.as_str() < window_end);
        if let Some(expired) = expired {
            change(
                format!("{subject}: an officer whose certificate expires"),
                barred,
                &|r| {
                    r[at].officers[0].clone_from(&expired.id);
                },
            );
        }
        if let Some((_, officer)) = recused.iter().find(|(of, _)| of == subject) {
            change(format!("{subject}: a recused officer"), barred, &|r| {
                r[at].officers[0].clone_from(officer)
            });
        }
        change(
            format!("{subject}: an officer who is not in the roster"),
            barred,
            &|r| {
                "NOBODY".clone_into(&mut r[at].officers[0]);
            },
        );
        change(format!("{subject}: another ticket"), &["D01"], &|r| {
            r[at].ticket = Digest::of(r[at].ticket.as_bytes());
        });
        change(
            format!("{subject}: left out"),
            super::table::left_out(facts),
            &|r| drop(r.remove(at)),
        );
    }
    changes
}

pub(super) struct Officer {
    pub(super) id: String,
    department: String,
    expires: String,
}

/// The officers as the bundle shows them; sealed cells hold hashes, which no date is later than.
pub(super) fn officers(facts: &Facts) -> Vec<Officer> {
    let plan = &facts.document().plan;
    let bytes = facts
        .files
        .get(bundle::OFFICERS)
        .unwrap_or_default()
        .to_vec();
    let roster = Roster::read(bytes, &roster_rules(plan, false)).unwrap_or_default();
    let sealed = plan
        .officers
        .sealed
        .iter()
        .any(|column| column == "expires");
    let officer = |index| {
        let fields = roster.fields(index);
        let text = |name| row::value(&fields, name).to_owned();
        Officer {
            id: text("id"),
            department: text("department"),
            expires: if sealed {
                String::new()
            } else {
                text("expires")
            },
        }
    };
    (0..roster.len()).map(officer).collect()
}

/// Subject and officer of the recusals that the bundle opens.
fn recused(facts: &Facts) -> Vec<(String, String)> {
    let (lines, _) = bundle::lines(facts.files.get(bundle::RECUSALS).unwrap_or_default());
    let lines = lines
        .into_iter()
        .filter_map(|line| serde_json::from_slice::<RecusalLine>(line).ok());
    let recusals = Recusals {
        lines: lines.collect(),
    };
    let pairs = recusals.pairs();
    let mut pairs: Vec<_> = pairs
        .into_iter()
        .map(|(s, o)| (s.to_owned(), o.to_owned()))
        .collect();
    pairs.sort();
    pairs
}
