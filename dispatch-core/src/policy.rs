//! The policy 信任策略: what a verifier pins by itself, never taken from the bundle it verifies.
//!
//! Source: docs/spec.md section 12. In this version it holds the commitment slips that were
//! received, with the time of receipt; log and witness keys come with the log.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::language::Message;
use crate::stage::StageDocument;
use crate::syntax::{is_id, unix_time};

/// A verifier's own record of received slips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// [`Policy::FORMAT`].
    pub format: String,
    /// The slips.
    pub slips: Vec<ReceivedSlip>,
}

/// A commitment slip and when it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivedSlip {
    /// The commitment on it.
    pub commitment: Digest,
    /// The draw it is for.
    pub draw: String,
    /// When it was received, UTC.
    pub received: String,
    /// The stage it is for; 0, the draw itself, where it is left out.
    #[serde(default)]
    pub stage: u64,
}

impl Policy {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/policy/1";
    /// Largest policy file in bytes.
    pub const SIZE_LIMIT: usize = 1 << 20;

    /// Reads a policy file; white space is allowed, unknown fields and repeated keys are not.
    ///
    /// # Errors
    /// What is wrong with it, and what it should look like.
    pub fn read(bytes: &[u8]) -> Result<Self, Message> {
        let fault = |english: String, chinese: &str| {
            Message::new(
                format!("policy: {english}; it looks like {EXAMPLE}"),
                format!("信任策略文件：{chinese}；格式示例：{EXAMPLE}"),
            )
        };
        if bytes.len() > Self::SIZE_LIMIT {
            return Err(fault("larger than 1 MiB".to_owned(), "超过1 MiB"));
        }
        let policy: Self =
            serde_json::from_slice(bytes).map_err(|e| fault(e.to_string(), &e.to_string()))?;
        if policy.format != Self::FORMAT {
            return Err(fault(
                "format is not dispatch/policy/1".to_owned(),
                "格式不是 dispatch/policy/1",
            ));
        }
        for slip in &policy.slips {
            let stage = slip.stage <= StageDocument::MOST;
            if unix_time(&slip.received).is_none() || !is_id(&slip.draw) || !stage {
                return Err(fault(
                    format!(
                        "slip of draw {:?}: not an id, not a time, or not a stage",
                        slip.draw
                    ),
                    "承诺单的编号、收到时间或补抽次数格式不符",
                ));
            }
        }
        Ok(policy)
    }

    /// The slips of a stage of a draw (0: the draw itself) by commitment, each with the earliest
    /// time it was received.
    #[must_use]
    pub fn slips_of(&self, draw: &str, stage: u64) -> BTreeMap<Digest, u64> {
        let mut slips = BTreeMap::new();
        let of_it = |slip: &&ReceivedSlip| slip.draw == draw && slip.stage == stage;
        for slip in self.slips.iter().filter(of_it) {
            let time = unix_time(&slip.received).unwrap_or(u64::MAX);
            let earliest = slips.entry(slip.commitment).or_insert(time);
            *earliest = time.min(*earliest);
        }
        slips
    }
}

impl Policy {
    /// The numbers of the later stages of a draw for which there are slips.
    #[must_use]
    pub fn stages_of(&self, draw: &str) -> BTreeSet<u64> {
        let later = |slip: &&ReceivedSlip| slip.draw == draw && slip.stage > 0;
        self.slips
            .iter()
            .filter(later)
            .map(|slip| slip.stage)
            .collect()
    }
}

const EXAMPLE: &str = "{\"format\":\"dispatch/policy/1\",\"slips\":[{\"commitment\":\"<64 hex>\",\"draw\":\"440106-2026-0007\",\"received\":\"2026-07-22T01:00:00Z\"}]}";
