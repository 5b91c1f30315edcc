//! Handing over 移交: what a child draw's operator is given once the child's pulse is out.
//!
//! Source: docs/spec.md 16.4. Every record comes with its salt and an inclusion proof, so that the
//! child can check it against the result that the parent published. Invariant: only the records of
//! the child's subjects are handed over.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::child::child_of;
use crate::digest::{Digest, tagged};
use crate::evidence::Announced;
use crate::json::to_canonical;
use crate::language::Message;
use crate::merkle::{InclusionProof, Tree, leaf_hash};
use crate::plan::{Child, Plan};
use crate::result::{Record, ResultDocument, ResultKey};
use crate::roster::Roster;
use crate::selection::OpenRow;

/// The document that is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// Name of the child.
    pub child: String,
    /// Id of the child's draw.
    pub draw: String,
    /// [`Handover::FORMAT`].
    pub format: String,
    /// The records of the child's subjects.
    pub records: Vec<HandedRecord>,
    /// The result document of the list that they are from.
    pub result: ResultDocument,
    /// The parent's stage after which that is the list; 0: its draw.
    pub stage: u64,
}

/// One record, with what proves that it is in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedRecord {
    /// Its place among the leaves.
    pub proof: InclusionProof,
    /// The record.
    pub record: Record,
    /// Its salt.
    pub salt: Digest,
}

impl Handover {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/handover/1";

    /// Hands over the child's part of a list, whose records are in the keyed order of `key`.
    #[must_use]
    pub fn new(
        child: &Child,
        subjects: &Roster,
        (stage, records, result): (u64, &[Record], &ResultDocument),
        key: &ResultKey,
    ) -> Self {
        let tree = Tree::new(key.leaves(records));
        let of_child = records
            .iter()
            .enumerate()
            .filter(|(_, record)| takes(child, subjects, &record.subject));
        let handed = of_child.filter_map(|(index, record)| {
            Some(HandedRecord {
                proof: tree.prove(index as u64).ok()?,
                record: record.clone(),
                salt: key.salt(&record.subject),
            })
        });
        Self {
            child: child.name.clone(),
            draw: child.draw.clone(),
            format: Self::FORMAT.to_owned(),
            records: handed.collect(),
            result: result.clone(),
            stage,
        }
    }

    /// The subjects that are handed over, after checking every record against the result document.
    ///
    /// # Errors
    /// What is wrong with the first that is not of this child or not in the list.
    pub fn subjects(
        &self,
        parent: &Announced,
        plan: &Plan,
        subjects: &Roster,
    ) -> Result<HashSet<&str>, Message> {
        let (_, child) = child_of(parent, plan)?;
        if self.format != Self::FORMAT || self.child != child.name || self.draw != child.draw {
            return Err(Message::new(
                format!("the handover is for {} ({})", self.child, self.draw),
                format!("移交文件是给“{}”（{}）的", self.child, self.draw),
            ));
        }
        if self.stage == 0 && self.result.commitment != parent.commitment {
            return Err(Message::new(
                "the handover is of another draw than the parent named in the plan",
                "移交文件不属于抽查任务写明的发起方抽取",
            ));
        }
        let (count, whole) = (self.records.len() as u64, self.result.count);
        if child.conditions.is_empty() && count != whole {
            return Err(Message::new(
                format!(
                    "{count} subjects are handed over; the published result has {whole}, and this child inspects all: ask for the whole list"
                ),
                format!("移交{count}户，而公布的结果为{whole}户，本部门应检查全部：请索取完整名单"),
            ));
        }
        let mut handed = HashSet::new();
        for HandedRecord {
            proof,
            record,
            salt,
        } in &self.records
        {
            let subject = record.subject.as_str();
            if !takes(child, subjects, subject) || !handed.insert(subject) {
                return Err(Message::new(
                    format!(
                        "subject {subject}: is not one that this child inspects, or stands twice"
                    ),
                    format!("检查对象{subject}：不属于本部门的检查范围，或重复"),
                ));
            }
            // A record of strings always has a canonical form.
            let bytes = to_canonical(record).unwrap_or_default();
            let data = tagged("dispatch/v1/assignment", &[salt.as_bytes(), &bytes]);
            let leaf = leaf_hash(data.as_bytes());
            let size = self.result.count;
            if proof.verify(&leaf, &self.result.root, size).is_err() {
                return Err(Message::new(
                    format!("subject {subject}: its proof does not lead to the published root"),
                    format!("检查对象{subject}：其证明与公布的根值不符"),
                ));
            }
        }
        Ok(handed)
    }
}

fn takes(child: &Child, subjects: &Roster, id: &str) -> bool {
    subjects.find(id).is_some_and(|row| {
        let row = OpenRow::new(subjects, None, row);
        child.takes(|field| row.value(field))
    })
}
