//! The policy 信任策略: what a verifier pins by itself, never taken from the bundle it verifies.
//!
//! Source: docs/spec.md section 12. In this version it holds the commitment slips that were
//! received, with the time of receipt; log and witness keys come with the log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::language::Message;
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
            if unix_time(&slip.received).is_none() || !is_id(&slip.draw) {
                return Err(fault(
                    format!("slip of draw {:?}: not an id, or not a time", slip.draw),
                    "承诺单的编号或收到时间格式不符",
                ));
            }
        }
        Ok(policy)
    }

    /// The slips of a draw by commitment, each with the earliest time it was received.
    #[must_use]
    pub fn slips_of(&self, draw: &str) -> BTreeMap<Digest, u64> {
        let mut slips = BTreeMap::new();
        for slip in self.slips.iter().filter(|slip| slip.draw == draw) {
            let time = unix_time(&slip.received).unwrap_or(u64::MAX);
            let earliest = slips.entry(slip.commitment).or_insert(time);
            *earliest = time.min(*earliest);
        }
        slips
    }
}

const EXAMPLE: &str = "{\"format\":\"dispatch/policy/1\",\"slips\":[{\"commitment\":\"<64 hex>\",\"draw\":\"440106-2026-0007\",\"received\":\"2026-07-22T01:00:00Z\"}]}";
