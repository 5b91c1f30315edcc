//! The policy 信任策略: what a verifier pins by itself, never taken from the bundle it verifies.
//!
//! Source: docs/spec.md section 12. It holds the commitment slips that were received, with the time
//! of receipt, and whom the verifier knows: time-stamping authorities and custodians. Which log and
//! which witnesses count is a file of its own, [`crate::log::LogPolicy`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::language::Message;
use crate::log::{KeyKind, VerifierKey, from_base64};
use crate::stage::StageDocument;
use crate::syntax::{is_id, is_text, unix_time};
use crate::timestamp::Authority;

/// A verifier's own record of received slips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Time-stamping authorities.
    #[serde(default)]
    pub authorities: Vec<KnownAuthority>,
    /// Keys of custodians; with none, every announced custodian counts.
    #[serde(default)]
    pub custodians: Vec<String>,
    /// [`Policy::FORMAT`].
    pub format: String,
    /// The slips, if the verifier keeps any.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub slips: Option<Vec<ReceivedSlip>>,
}

/// A time-stamping authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAuthority {
    /// Base64 of the DER form of its certificate, or of that of its direct issuer.
    pub certificate: String,
    /// Its name, for people.
    pub name: String,
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
        for slip in policy.slips.iter().flatten() {
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
        let authority = |known: &KnownAuthority| {
            is_text(&known.name)
                && from_base64(&known.certificate).is_some_and(|c| !c.is_empty())
                && known.certificate.len() <= CERTIFICATE_LIMIT
        };
        if policy.authorities.len() > MOST || !policy.authorities.iter().all(authority) {
            return Err(fault(
                "authorities: not at most 100 of a name and a certificate in base64".to_owned(),
                "时间戳机构应不超过100个，每个含名称和base64证书",
            ));
        }
        let key = |text: &String| {
            let key = text.parse::<VerifierKey>();
            key.is_ok_and(|key| key.kind == KeyKind::Signature)
        };
        if policy.custodians.len() > MOST || !policy.custodians.iter().all(key) {
            return Err(fault(
                "custodians: not at most 100 keys".to_owned(),
                "密钥保管方应不超过100个，每个为一个公钥",
            ));
        }
        Ok(policy)
    }

    /// The authorities, ready to judge tokens.
    #[must_use]
    pub fn time_authorities(&self) -> Vec<Authority> {
        let known = self.authorities.iter();
        known
            .filter_map(|known| {
                let certificate = from_base64(&known.certificate)?;
                // What is no certificate has signed no token: a policy may keep it all the same.
                Authority::read(&known.name, &certificate).ok()
            })
            .collect()
    }

    /// The slips of a stage of a draw (0: the draw itself) by commitment, each with the earliest
    /// time it was received.
    #[must_use]
    pub fn slips_of(&self, draw: &str, stage: u64) -> BTreeMap<Digest, u64> {
        let mut slips = BTreeMap::new();
        let of_it = |slip: &&ReceivedSlip| slip.draw == draw && slip.stage == stage;
        for slip in self.slips.iter().flatten().filter(of_it) {
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
            .flatten()
            .filter(later)
            .map(|slip| slip.stage)
            .collect()
    }
}

/// A field that is there has a value: `null` is none.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Longest certificate in base64.
const CERTIFICATE_LIMIT: usize = 40_000;
/// Most authorities and custodians.
const MOST: usize = 100;
const EXAMPLE: &str = "{\"format\":\"dispatch/policy/1\",\"slips\":[{\"commitment\":\"<64 hex>\",\"draw\":\"440106-2026-0007\",\"received\":\"2026-07-22T01:00:00Z\"}]}";
