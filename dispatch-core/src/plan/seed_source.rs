//! Seed sources: the declared ingredients of the seed.
//!
//! Source: docs/spec.md 5.1. Invariant after the plan's faults are empty: at least 128 bits come from
//! outside the operator.

use serde::{Deserialize, Serialize};

use super::Plan;
use super::entropy::has_entropy;
use super::fault::Faults;
use super::rules::BILLION;
use crate::beacon::QUICKNET;
use crate::syntax::{is_hex32, unix_time};

/// One declared ingredient of the seed (docs/spec.md 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SeedSource {
    /// The quicknet pulse that the draw time fixes.
    Drand {
        /// Chain hash, pinned.
        chain: String,
    },
    /// Numbers of a named future public event, as RFC 3797 uses them.
    PublicNumbers {
        /// Declared min-entropy in bits.
        bits: u64,
        /// How many numbers.
        count: u64,
        /// Smallest possible number.
        from: u64,
        /// Name of the event.
        name: String,
        /// Where the numbers are published.
        published: String,
        /// Whether their order means anything.
        shape: NumberShape,
        /// When the event takes place, not before the draw time.
        time: String,
        /// Largest possible number.
        to: u64,
    },
    /// A value that a named body has committed to.
    Contribution {
        /// The body.
        body: String,
        /// Hash of its value.
        hash: String,
        /// Whether the body is outside the operator; others count for nothing.
        outside: bool,
    },
}

/// Whether the order of public numbers means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberShape {
    /// Distinct numbers without order.
    Set,
    /// Numbers in order, repetition possible.
    Sequence,
}

/// What is against docs/spec.md 5.1.
pub(super) fn seed_faults(plan: &Plan, faults: &mut Faults) {
    faults.length("seed", plan.seed.len(), 1, 100);
    let draw = unix_time(&plan.schedule.draw_time);
    let (mut bits, mut outside, mut chains) = (0u64, 0u64, 0);
    for (index, source) in plan.seed.iter().enumerate() {
        let path = format!("seed[{index}]");
        match source {
            SeedSource::Drand { chain } => {
                chains += 1;
                bits = bits.saturating_add(128);
                if *chain != QUICKNET.hash.to_string() {
                    faults.add(
                        &format!("{path}.chain"),
                        "is not the quicknet chain",
                        "不是 quicknet 链",
                    );
                }
            }
            SeedSource::PublicNumbers {
                bits: declared,
                count,
                from,
                name,
                published,
                shape,
                time,
                to,
            } => {
                bits = bits.saturating_add(*declared);
                faults.text(&format!("{path}.name"), name);
                faults.text(&format!("{path}.published"), published);
                if let (Some(time), Some(draw)) = (faults.time(&format!("{path}.time"), time), draw)
                    && time < draw
                {
                    faults.add(
                        &format!("{path}.time"),
                        "lies before the draw time",
                        "早于抽取时间",
                    );
                }
                faults.range(&format!("{path}.count"), *count, 1, 100);
                faults.range(&format!("{path}.to"), *to, *from, BILLION);
                if *count <= 100
                    && from <= to
                    && *to <= BILLION
                    && !has_entropy(*shape, to - from + 1, *count, *declared)
                {
                    faults.add(
                        &format!("{path}.bits"),
                        "is 0 or more than the event can have",
                        "为0或超过该事件可能的熵",
                    );
                }
            }
            SeedSource::Contribution {
                body,
                hash,
                outside: is_outside,
            } => {
                outside += u64::from(*is_outside);
                faults.text(&format!("{path}.body"), body);
                if !is_hex32(hash) {
                    faults.add(
                        &format!("{path}.hash"),
                        "is not a hash (64 hexadecimal characters)",
                        "不是哈希值（64位十六进制）",
                    );
                }
            }
        }
    }
    if chains > 1 {
        faults.add("seed", "names drand more than once", "重复指定 drand");
    }
    faults.once(
        "seed",
        plan.seed.iter().filter_map(|s| match s {
            SeedSource::PublicNumbers { name, .. } => Some(name.as_str()),
            _ => None,
        }),
    );
    faults.once(
        "seed",
        plan.seed.iter().filter_map(|s| match s {
            SeedSource::Contribution { body, .. } => Some(body.as_str()),
            _ => None,
        }),
    );
    if outside >= 2 {
        bits = bits.saturating_add(256);
    }
    if bits < OUTSIDE_BITS {
        faults.add(
            "seed",
            &format!("brings {bits} bits from outside; 128 are needed: add drand, more public numbers, or a second outside contribution"),
            &format!("外部随机性只有{bits}比特，至少需要128比特：请加入 drand、更多公开号码，或第二个外部单位的承诺"),
        );
    }
}

/// Least entropy from outside the operator, in bits.
const OUTSIDE_BITS: u64 = 128;
