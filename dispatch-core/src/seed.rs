//! The seed: what nobody controls, bound to what was frozen.
//!
//! Source: docs/spec.md 5.4 and section 9. The pure functions here take the disclosed values as
//! they stand; whether they are the right ones is checked apart, by [`check_sources`].

use serde::{Deserialize, Serialize};

use crate::announcement::PulseText;
use crate::beacon::{self, Pulse, QUICKNET};
use crate::digest::{Digest, from_hex, tagged};
use crate::json::to_canonical;
use crate::language::Message;
use crate::plan::{NumberShape, Plan, SeedSource};
use crate::syntax::is_hex48;

/// A disclosed value of a seed source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SourceValue {
    /// A drand pulse.
    Drand {
        /// Round.
        round: u64,
        /// Signature, 96 hexadecimal characters.
        signature: String,
    },
    /// Numbers of a public event.
    PublicNumbers {
        /// The numbers; of a set, ascending.
        values: Vec<u64>,
    },
    /// The value of a contribution.
    Contribution {
        /// 32 bytes.
        value: Digest,
    },
}

impl SourceValue {
    /// The value of a pulse.
    #[must_use]
    pub fn pulse(pulse: &Pulse) -> Self {
        Self::Drand {
            round: pulse.round,
            signature: crate::digest::hex(&pulse.signature),
        }
    }
}

/// The pulse that a document's text describes.
#[must_use]
pub fn pulse_of(round: u64, signature: &str) -> Option<Pulse> {
    if !is_hex48(signature) {
        return None;
    }
    let signature = from_hex(signature).ok()?.try_into().ok()?;
    Some(Pulse { round, signature })
}

impl PulseText {
    /// The pulse, if the text is well formed.
    #[must_use]
    pub fn pulse(&self) -> Option<Pulse> {
        pulse_of(self.round, &self.signature)
    }
}

/// The hash by which a body commits to its contribution.
#[must_use]
pub fn contribution_hash(draw: &str, body: &str, value: &Digest) -> Digest {
    tagged(
        "dispatch/v1/contribution",
        &[draw.as_bytes(), body.as_bytes(), value.as_bytes()],
    )
}

/// The seed (docs/spec.md 5.4). `None` when the values are not those of the plan's sources in
/// number, kind and order (check C01).
#[must_use]
pub fn seed(
    plan: &Plan,
    commitment: &Digest,
    secret: &[u8; 32],
    values: &[SourceValue],
) -> Option<Digest> {
    if values.len() != plan.seed.len() {
        return None;
    }
    let mut parts: Vec<Vec<u8>> = vec![commitment.as_bytes().to_vec(), secret.to_vec()];
    for (source, value) in plan.seed.iter().zip(values) {
        parts.push(match (source, value) {
            (SeedSource::Drand { .. }, SourceValue::Drand { round, signature }) => {
                let mut part = QUICKNET.hash.as_bytes().to_vec();
                part.extend_from_slice(&round.to_be_bytes());
                part.extend_from_slice(&from_hex(signature).ok()?);
                part
            }
            (SeedSource::PublicNumbers { shape, .. }, SourceValue::PublicNumbers { values }) => {
                let mut values = values.clone();
                if *shape == NumberShape::Set {
                    values.sort_unstable();
                }
                to_canonical(&values).ok()?
            }
            (SeedSource::Contribution { .. }, SourceValue::Contribution { value }) => {
                value.as_bytes().to_vec()
            }
            _ => return None,
        });
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Some(tagged("dispatch/v1/seed", &parts))
}

/// What is wrong with the drand value, if the plan has a drand source (check C03).
#[must_use]
pub fn check_pulse(plan: &Plan, values: &[SourceValue]) -> Option<Message> {
    let (round, signature) = values.iter().find_map(|value| match value {
        SourceValue::Drand { round, signature } => Some((*round, signature)),
        _ => None,
    })?;
    let due = plan.round();
    if round != due {
        return Some(Message::new(
            format!(
                "the pulse is of round {round}; the draw time fixes round {due}: bring that one"
            ),
            format!("随机信标为第{round}轮，按抽取时间应为第{due}轮：请使用该轮"),
        ));
    }
    let verified = pulse_of(round, signature).ok_or_else(|| "not 48 bytes".to_owned());
    verified
        .and_then(|pulse| beacon::verify(&pulse).map_err(|error| error.to_string()))
        .err()
        .map(|error| {
            Message::new(
                format!("the signature of round {round} does not verify: {error}"),
                format!("第{round}轮随机信标的签名验证失败（{error}）"),
            )
        })
}

/// What is wrong with the public numbers (check C04).
#[must_use]
pub fn check_numbers(plan: &Plan, values: &[SourceValue]) -> Option<Message> {
    plan.seed.iter().zip(values).find_map(|(source, value)| {
        let (SeedSource::PublicNumbers { count, from, name, shape, to, .. }, SourceValue::PublicNumbers { values }) =
            (source, value)
        else {
            return None;
        };
        let number = values.len() as u64 == *count;
        let range = values.iter().all(|value| (*from..=*to).contains(value));
        let ascending = *shape == NumberShape::Sequence || values.is_sorted_by(|a, b| a < b);
        (!(number && range && ascending)).then(|| {
            Message::new(
                format!("{name}: {count} numbers from {from} to {to} are needed; of a set, distinct and ascending"),
                format!("{name}：须为{count}个{from}至{to}之间的号码；无序号码须互不相同并按升序排列"),
            )
        })
    })
}

/// What is wrong with the contributions (check C05).
#[must_use]
pub fn check_contributions(plan: &Plan, values: &[SourceValue]) -> Option<Message> {
    plan.seed.iter().zip(values).find_map(|(source, value)| {
        let (SeedSource::Contribution { body, hash, .. }, SourceValue::Contribution { value }) =
            (source, value)
        else {
            return None;
        };
        (contribution_hash(&plan.draw, body, value).to_string() != *hash).then(|| {
            Message::new(
                format!("the contribution of {body} does not open its hash"),
                format!("“{body}”提供的数值与其承诺的哈希值不符"),
            )
        })
    })
}

/// Whether the values fit the plan's sources in number, kind and order, and every one verifies.
///
/// # Errors
/// What is wrong with the first that does not.
pub fn check_sources(plan: &Plan, values: &[SourceValue]) -> Result<(), Message> {
    if seed(plan, &Digest::new([0; 32]), &[0; 32], values).is_none() {
        return Err(Message::new(
            "the values are not those of the plan's seed sources, in number, kind and order",
            "提供的数值与抽查任务规定的随机源（数量、种类、顺序）不一致",
        ));
    }
    let wrong = check_pulse(plan, values)
        .or_else(|| check_numbers(plan, values))
        .or_else(|| check_contributions(plan, values));
    wrong.map_or(Ok(()), Err)
}
