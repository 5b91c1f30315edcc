//! Other pulses in the disclosure and in the announcement: real ones of another round or chain, and
//! the right one with a bit changed.
//!
//! Source: docs/spec.md 5.2 and 5.3; the pulses are published ones (tests/vectors).

use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::Facts;
use super::{Expected, Tampering, Variants};
use crate::bundle;
use crate::digest::{from_hex, hex};
use crate::json::to_canonical;

/// Variants of the pulses.
pub(super) fn tamperings(facts: Arc<Facts>) -> Variants {
    let mut all = Vec::new();
    for name in [bundle::DISCLOSURE, bundle::ANNOUNCEMENT] {
        let Some(document) = facts.value(name) else {
            continue;
        };
        let (list, good) = if name == bundle::DISCLOSURE {
            ("sources", "C03")
        } else {
            ("recent_pulse", "C06")
        };
        let items = document
            .get(list)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for (index, item) in items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.get("signature").is_some())
        {
            for (what, check, pulse) in pulses(item, good) {
                let mut changed = document.clone();
                changed[list][index] = pulse;
                all.extend(variant(
                    &facts,
                    name,
                    &format!("{list}[{index}]: {what}"),
                    check,
                    &changed,
                ));
            }
        }
    }
    Box::new(all.into_iter())
}

fn variant(
    facts: &Facts,
    name: &str,
    what: &str,
    check: &'static str,
    document: &Value,
) -> Option<Tampering> {
    let bytes = to_canonical(document).ok()?;
    let form = super::table::form(name);
    // "form" stands for the check of the file's form, which differs between the two documents.
    let check = if check == "form" { form } else { check };
    let expected = Expected::one_of(&[check])
        .without(&[check])
        .without(super::table::bound(name));
    facts.with("pulse", format!("{name}: {what}"), expected, name, bytes)
}

fn pulses(item: &Value, good: &'static str) -> Vec<(String, &'static str, Value)> {
    let with = |key: &str, value: Value| {
        let mut item = item.clone();
        item[key] = value;
        item
    };
    let signature = |text: String| with("signature", Value::from(text));
    let mut both = with("round", json!(OTHER_ROUND));
    both["signature"] = json!(OTHER_SIGNATURE);
    let old = item
        .get("signature")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut pulses = vec![
        (
            "the signature of another round".to_owned(),
            good,
            signature(OTHER_SIGNATURE.to_owned()),
        ),
        (
            "a signature of another chain".to_owned(),
            "form",
            signature(OTHER_CHAIN.to_owned()),
        ),
        (
            "a signature of another chain, cut".to_owned(),
            good,
            signature(OTHER_CHAIN.chars().take(96).collect()),
        ),
        ("all bits zero".to_owned(), good, signature("0".repeat(96))),
        (
            "the point at infinity".to_owned(),
            good,
            signature(format!("c{}", "0".repeat(95))),
        ),
        ("no signature".to_owned(), "form", signature(String::new())),
        (
            "round 0".to_owned(),
            if good == "C06" { "form" } else { good },
            with("round", json!(0)),
        ),
    ];
    if good == "C03" {
        // In the announcement a recent pulse of another round is a good recent pulse.
        pulses.push(("a real pulse of another round".to_owned(), good, both));
    }
    let bytes = from_hex(old).unwrap_or_default();
    for bit in FLIPPED {
        let mut bytes = bytes.clone();
        if let Some(byte) = bytes.get_mut(bit / 8) {
            *byte ^= 0x80 >> (bit % 8);
        }
        pulses.push((
            format!("bit {bit} of the signature changed"),
            good,
            signature(hex(&bytes)),
        ));
    }
    pulses
}

/// The three flags of the encoding, the first and the last bits of x, and one between.
const FLIPPED: [usize; 7] = [0, 1, 2, 3, 200, 376, 383];
/// A real pulse of quicknet, but of another round than any draw of the tests fixes.
pub(super) const OTHER_ROUND: u64 = 1001;
/// Its signature.
pub(super) const OTHER_SIGNATURE: &str = "b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41";
/// Round 1 of drand's default chain, which signs in the other group.
const OTHER_CHAIN: &str = "8d61d9100567de44682506aea1a7a6fa6e5491cd27a0a0ed349ef6910ac5ac20ff7bc3e09d7c046566c9f7f3c6f3b10104990e7cb424998203d8f7de586fb7fa5f60045417a432684f85093b06ca91c769f0e7ca19268375e659c2a2352b4655";
