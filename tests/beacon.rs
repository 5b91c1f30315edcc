//! The beacon against published pulses, crafted bad ones, and a second BLS implementation.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use blst::BLST_ERROR;
use blst::min_sig::{PublicKey, Signature};
use dispatch_core::beacon::{
    BeaconError, Pulse, QUICKNET, RELAY_JSON_LIMIT, RelayError, parse_relay_json,
    round_at_or_after, self_test, time_of_round, verify,
};
use dispatch_core::digest::{Digest, HexError, from_hex, hex};
use sha2::Digest as _;

const QUICKNET_PULSES: &str = include_str!("vectors/drand-quicknet.tsv");
const NEGATIVES: &str = include_str!("vectors/drand-quicknet-negative.tsv");
const DEFAULT_PULSES: &str = include_str!("vectors/drand-default.tsv");

fn rows(table: &str) -> Vec<Vec<&str>> {
    let lines = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').collect()).collect()
}

fn quicknet() -> Vec<(Pulse, Digest)> {
    let pulse = |row: Vec<&str>| {
        let signature = from_hex(row[1]).unwrap().try_into().unwrap();
        (
            Pulse {
                round: row[0].parse().unwrap(),
                signature,
            },
            row[2].parse().unwrap(),
        )
    };
    let pulses: Vec<_> = rows(QUICKNET_PULSES).into_iter().map(pulse).collect();
    assert_eq!(pulses.len(), 18);
    pulses
}

/// The same check by another implementation, with nothing of the core but the pinned key.
fn second_opinion(round: u64, signature: &[u8]) -> bool {
    const DST: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
    let key = PublicKey::key_validate(&QUICKNET.public_key).unwrap();
    let message = sha2::Sha256::digest(round.to_be_bytes());
    Signature::uncompress(signature).is_ok_and(|signature| {
        signature.verify(true, &message, DST, b"", &key, true) == BLST_ERROR::BLST_SUCCESS
    })
}

fn json(round: &str, signature: &str) -> String {
    format!(r#"{{"round":{round},"signature":"{signature}"}}"#)
}

#[test]
fn this_build_checks_pulses() {
    assert_eq!(self_test(), Ok(()));
}

#[test]
fn published_pulses_verify() {
    for (pulse, randomness) in quicknet() {
        assert_eq!(verify(&pulse), Ok(()), "{}", pulse.round);
        assert_eq!(pulse.randomness(), randomness, "{}", pulse.round);
        assert!(
            second_opinion(pulse.round, &pulse.signature),
            "{}",
            pulse.round
        );
    }
}

#[test]
fn other_rounds_and_altered_signatures_are_refused() {
    for (pulse, _) in quicknet() {
        for round in [pulse.round - 1, pulse.round + 1, pulse.round << 8, u64::MAX] {
            let moved = Pulse { round, ..pulse };
            let expected = match round {
                0 => BeaconError::RoundZero,
                _ => BeaconError::WrongSignature { round },
            };
            assert_eq!(verify(&moved), Err(expected));
            assert!(!second_opinion(round, &pulse.signature));
        }
        for bit in [0, 1, 2, 3, 77, 383] {
            let mut altered = pulse;
            altered.signature[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(verify(&altered).is_err(), "{} bit {bit}", pulse.round);
            assert!(!second_opinion(pulse.round, &altered.signature));
        }
    }
}

#[test]
fn crafted_signatures_are_refused_by_both() {
    let negatives = rows(NEGATIVES);
    assert_eq!(negatives.len(), 15);
    for row in negatives {
        let (name, round, signature) = (row[0], row[1], from_hex(row[2]).unwrap());
        let round: u64 = round.parse().unwrap();
        assert!(!second_opinion(round, &signature), "{name}");
        if let Ok(fixed) = <[u8; 48]>::try_from(signature.as_slice()) {
            assert!(
                verify(&Pulse {
                    round,
                    signature: fixed
                })
                .is_err(),
                "{name}"
            );
        }
        let read = parse_relay_json(json(row[1], row[2]).as_bytes());
        match name {
            "round-zero" => assert_eq!(read, Err(RelayError::RoundZero)),
            "uncompressed96" => assert_eq!(read, Err(RelayError::DefaultChain)),
            "onebyte" => assert_eq!(read, Err(RelayError::SignatureLength { found: 1 })),
            "trunc47" => assert_eq!(read, Err(RelayError::SignatureLength { found: 47 })),
            "appended49" => assert_eq!(read, Err(RelayError::SignatureLength { found: 49 })),
            _ => assert!(verify(&read.unwrap()).is_err(), "{name}"),
        }
    }
}

#[test]
fn the_default_chain_is_refused_by_its_shape() {
    let pulses = rows(DEFAULT_PULSES);
    assert_eq!(pulses.len(), 8);
    for row in pulses {
        let (round, signature, previous, randomness) = (row[0], row[1], row[2], row[3]);
        let full = format!(
            r#"{{"round":{round},"randomness":"{randomness}","signature":"{signature}","previous_signature":"{previous}"}}"#
        );
        assert_eq!(
            parse_relay_json(full.as_bytes()),
            Err(RelayError::Chained),
            "{round}"
        );
        let bare = parse_relay_json(json(round, signature).as_bytes());
        assert_eq!(bare, Err(RelayError::DefaultChain), "{round}");
        assert!(
            bare.unwrap_err()
                .to_string()
                .contains("the draw needs quicknet")
        );
        // Even half of it, which has quicknet's length, is no pulse.
        let half = parse_relay_json(json(round, &signature[..96]).as_bytes()).unwrap();
        assert!(verify(&half).is_err());
    }
}

/// Times are `date -u -d … +%s`; rounds are published or counted by hand from the genesis.
#[test]
fn rounds_and_times() {
    // 2026-07-23T07:38:30Z
    assert_eq!(time_of_round(30_662_982), Some(1_784_792_310));
    assert_eq!(round_at_or_after(1_784_792_310), 30_662_982);
    assert_eq!(round_at_or_after(1_784_792_309), 30_662_982);
    assert_eq!(round_at_or_after(1_784_792_307), 30_662_981);
    assert_eq!(round_at_or_after(1_784_792_311), 30_662_983);
    // 2026-04-20T00:00:00Z
    assert_eq!(round_at_or_after(1_776_643_200), 27_946_612);
    // 2023-08-23T15:09:27Z, the genesis
    assert_eq!(time_of_round(1), Some(1_692_803_367));
    for (pulse, _) in quicknet() {
        let due = time_of_round(pulse.round).unwrap();
        let around = [due - 2, due - 1, due, due + 1].map(round_at_or_after);
        let round = pulse.round;
        assert_eq!(around, [round, round, round, round + 1], "{round}");
    }
}

#[test]
fn relay_answers_of_both_shapes() {
    for (pulse, randomness) in quicknet() {
        let (round, signature) = (pulse.round, hex(&pulse.signature));
        let upper = signature.to_uppercase();
        let upper_randomness = randomness.to_string().to_uppercase();
        for answer in [
            json(&round.to_string(), &signature),
            json(&round.to_string(), &upper),
            format!("\u{feff}{}\r\n", json(&round.to_string(), &signature)),
            format!(r#"{{"round":{round},"randomness":"{randomness}","signature":"{signature}"}}"#),
            format!(
                r#"{{"round":{round},"randomness":"{upper_randomness}","signature":"{upper}","previous_signature":""}}"#
            ),
        ] {
            assert_eq!(parse_relay_json(answer.as_bytes()), Ok(pulse), "{answer}");
        }
    }
}

#[test]
fn unclear_answers_are_refused() {
    let (pulse, _) = quicknet().remove(6);
    assert_eq!(pulse.round, 1000);
    let signature = hex(&pulse.signature);
    let refused = |text: &str| parse_relay_json(text.as_bytes()).unwrap_err();

    for round in [
        "1.0",
        "1e3",
        "-1",
        "\"1000\"",
        "null",
        "18446744073709551616",
    ] {
        assert_eq!(
            refused(&json(round, &signature)),
            RelayError::Round,
            "{round}"
        );
    }
    let other = format!(
        r#"{{"round":1000,"randomness":"{}","signature":"{signature}"}}"#,
        Digest::of(b"")
    );
    let computed = pulse.randomness();
    assert_eq!(refused(&other), RelayError::Randomness { computed });
    for randomness in ["", "00"] {
        let short =
            format!(r#"{{"round":1000,"randomness":"{randomness}","signature":"{signature}"}}"#);
        assert_eq!(refused(&short), RelayError::Randomness { computed });
    }
    let twice = format!(r#"{{"round":1000,"round":1000,"signature":"{signature}"}}"#);
    assert_eq!(
        refused(&twice),
        RelayError::DuplicateField {
            name: "round".into()
        }
    );
    let escaped = format!(r#"{{"round":1000,"\u0072ound":1001,"signature":"{signature}"}}"#);
    assert_eq!(
        refused(&escaped),
        RelayError::DuplicateField {
            name: "round".into()
        }
    );
    let extra = format!(r#"{{"round":1000,"signature":"{signature}","chain":"x"}}"#);
    assert_eq!(
        refused(&extra),
        RelayError::UnknownField {
            name: "chain".into()
        }
    );
    let case = format!(r#"{{"Round":1000,"signature":"{signature}"}}"#);
    assert_eq!(
        refused(&case),
        RelayError::UnknownField {
            name: "Round".into()
        }
    );
    assert_eq!(
        refused(r#"{"round":1000}"#),
        RelayError::MissingField { name: "signature" }
    );
    assert_eq!(refused("{}"), RelayError::MissingField { name: "round" });
    assert_eq!(
        refused(r#"{"round":1000,"signature":7}"#),
        RelayError::NotText { name: "signature" }
    );
    assert_eq!(
        refused(&json("1000", &signature.replacen('4', "x", 1))),
        RelayError::Hex {
            name: "signature",
            reason: HexError::Digit {
                position: 2,
                found: 'x'
            }
        }
    );
    assert_eq!(
        refused(&json("1000", &signature[1..])),
        RelayError::Hex {
            name: "signature",
            reason: HexError::OddLength { found: 95 }
        }
    );

    let good = json("1000", &signature);
    for text in [
        "",
        "[]",
        "1",
        "null",
        "\"x\"",
        &good[..40],
        &format!("{good}{good}"),
    ] {
        assert!(matches!(refused(text), RelayError::Json(_)), "{text}");
    }
    assert!(matches!(
        parse_relay_json(&[0xff, 0xfe, b'{', 0]),
        Err(RelayError::Json(_))
    ));
    let deep = format!(r#"{{"round":{}"#, "[".repeat(60_000));
    assert!(matches!(refused(&deep), RelayError::Json(_)));
}

#[test]
fn long_answers_are_not_read() {
    let (pulse, _) = quicknet().remove(0);
    let mut answer = json("1", &hex(&pulse.signature));
    answer.extend(std::iter::repeat_n(' ', RELAY_JSON_LIMIT - answer.len()));
    assert_eq!(parse_relay_json(answer.as_bytes()), Ok(pulse));
    answer.push(' ');
    assert_eq!(
        parse_relay_json(answer.as_bytes()),
        Err(RelayError::TooLarge {
            found: RELAY_JSON_LIMIT + 1
        })
    );
}
