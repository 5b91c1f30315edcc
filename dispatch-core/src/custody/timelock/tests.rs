//! Locks of other programs, wrong pulses, and every way in which a lock can be no lock.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::digest::from_hex;

/// The bytes 00…1f, locked to round 1000 with the entropy 20…4f, and the same as drand's tlock-js
/// 0.9.0 locked them with entropy of its own. tlock-js opens the first one too, and a script with
/// py_ecc has computed file key and sigma from it.
const OURS: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHRsb2NrIDEwMDAgNTJkYjliYTcwZTBjYzBmNmVhZjc4MDNkZDA3NDQ3YTFmNTQ3NzczNWZkM2Y2NjE3OTJiYTk0NjAwYzg0ZTk3MQpoN3RDL21KSnlMSWJPd0dnalVxZlhDVDZYeVVLdmVvZmFlNDdRR0o2a094cWR2eHVxUlJCM0V1VTRHTVNrT2JRCkdDVXcwZnJQeUJFL3JXSW9UMlBwR3A1U1ZHK3EyK0ZMbXFKWnhCS0VQU0dRNHZBRkt2TjJ1cWxvY0lPZGJvWjAKWVd0UUQzbEc2NDdaZjhuM0NleDJWNCtaRG4yWXJqNHczQTEvdUNrQzZhTQotLS0gLy9adTNpcHZoSkRzNTdTTVJUVHFEZU9YZGIxOXdMTmhTT2c5MkxmcEJLYwpAQUJDREVGR0hJSktMTU5PlnxzFDMO1VC+OljpBnz2ilnxta524qI6qDBW9A8nqWqMnFmX1mLAa483X8+nP2PB";
const OF_TLOCK_JS: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHRsb2NrIDEwMDAgNTJkYjliYTcwZTBjYzBmNmVhZjc4MDNkZDA3NDQ3YTFmNTQ3NzczNWZkM2Y2NjE3OTJiYTk0NjAwYzg0ZTk3MQpqclpwdnpURXF0ejVmeFFsblJMUFZkQmdkY0pOZDFpc0xqZFVlSlpldVY3YS82WHdySXdYYkhGWjVhd0RkYzBGCkNjQmtaamp2RzhNdExrSTcyOWJRT3hFWS9Zd1l6cjNhTzlpU2lxRk54elNqY25hdFlwdUFSc05JbVRjK1pBNWQKWVp1aHZ6eVk3RmRvMnZEZ2dyWmk1K2lRTWFiczZWRWdOTXdFZnJYbHNuYwotLS0gSXByeTI3NndsaWthdlZiaHd5WkpyUzE3R0RtTlhXNi85aWpvTG53SEJxawrbmLR2VW9AFcaIZWOQtD19sEvakjyx/AnlQJmsQgyxcjs+bW65jrbb+K8HrpO0r0JnAwo9+35Cmb+xdHTIw64y";
const OF_TLOCK_JS_LATER: &str = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHRsb2NrIDMwNjYyOTgyIDUyZGI5YmE3MGUwY2MwZjZlYWY3ODAzZGQwNzQ0N2ExZjU0Nzc3MzVmZDNmNjYxNzkyYmE5NDYwMGM4NGU5NzEKbVBZSzYvcHpLRFFlZXdwU0R0Q2V5Y0kvSHY3RkE2Q2xYeEs2TklKU0ErMkhrNzNSY0lNallrVFRsTmJLSTBpdgpGdnBqL1ZYdmgzY3g3OWVDYTNZL3hnN09HTUJVWVVjeGo3dHZsekVsYmV4Zk1jRzVYb0l5RHVlTnhRQ05pVXp3Cmw1Z3B1cDZDSTdoZnppMGY5Z1hoQnlDU0ZoV0h6U2pQQmtyVkpvTGtSQ1UKLS0tIEE2ektUN2hKenlRbmhEblBiekxkSVNZK0Y1MUdCWDk0Nnd5UlM3RDhhTUUKAeSLBaRWH1Ldmt5ukwskw9SuuHqK51vcn/+T8bJhLO0dn41lbaMi5++R27NLpWbaw7JYIXzrUSB6Hk9DawniWQ==";

const PULSES: &str = include_str!("../../../../tests/vectors/drand-quicknet.tsv");

fn pulses() -> Vec<Pulse> {
    let lines = PULSES.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut columns = line.split('\t');
            let round = columns.next().unwrap().parse().unwrap();
            let signature = from_hex(columns.next().unwrap()).unwrap();
            Pulse {
                round,
                signature: signature.try_into().unwrap(),
            }
        })
        .collect()
}

fn pulse(round: u64) -> Pulse {
    let pulses = pulses();
    *pulses.iter().find(|pulse| pulse.round == round).unwrap()
}

fn secret() -> [u8; 32] {
    core::array::from_fn(|i| u8::try_from(i).unwrap())
}

fn entropy(from: u8) -> LockEntropy {
    let bytes = |start: u8| core::array::from_fn(|i| start.wrapping_add(u8::try_from(i).unwrap()));
    LockEntropy {
        file_key: bytes(from),
        sigma: bytes(from.wrapping_add(16)),
        nonce: bytes(from.wrapping_add(32)),
    }
}

fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

#[test]
fn opens_what_others_lock_and_what_others_open() {
    let ours = seal(&secret(), 1000, &entropy(0x20)).unwrap();
    assert_eq!(STANDARD.encode(&ours), OURS);
    for (lock, round) in [
        (OURS, 1000),
        (OF_TLOCK_JS, 1000),
        (OF_TLOCK_JS_LATER, 30_662_982),
    ] {
        assert_eq!(open(&decoded(lock), &pulse(round)), Ok(secret()));
    }
}

#[test]
fn every_known_pulse_opens_a_lock_of_its_round() {
    let pulses = pulses();
    assert!(pulses.len() >= 18);
    for (index, pulse) in pulses.iter().enumerate() {
        // A file key that ends in zero bytes, too.
        let mut entropy = entropy(u8::try_from(index).unwrap());
        entropy.file_key[12..].fill(0);
        let secret = [u8::try_from(index).unwrap(); 32];
        let lock = seal(&secret, pulse.round, &entropy).unwrap();
        assert_eq!(open(&lock, pulse), Ok(secret), "{}", pulse.round);
    }
}

#[test]
fn wrong_pulses_are_refused_before_decrypting() {
    let lock = decoded(OURS);
    let expected = TimeLockError::OtherRound {
        locked: 1000,
        pulse: 2,
    };
    assert_eq!(open(&lock, &pulse(2)), Err(expected));
    // The signature of another round under this one's number.
    let false_pulse = Pulse {
        round: 1000,
        ..pulse(2)
    };
    let refused = open(&lock, &false_pulse);
    assert!(
        matches!(refused, Err(TimeLockError::Pulse(_))),
        "{refused:?}"
    );
    for byte in 0..Pulse::SIGNATURE_LENGTH {
        let mut flipped = pulse(1000);
        flipped.signature[byte] ^= 1;
        let refused = open(&lock, &flipped);
        assert!(matches!(refused, Err(TimeLockError::Pulse(_))), "{byte}");
    }
}

#[test]
fn every_flipped_bit_of_a_lock_is_noticed() {
    let lock = decoded(OURS);
    let pulse = pulse(1000);
    for byte in 0..lock.len() {
        // All bits of the header, whose spelling is strict; one bit of what is only decrypted.
        let bits = if byte < 320 {
            0..8
        } else {
            byte % 8..byte % 8 + 1
        };
        for bit in bits {
            let mut flipped = lock.clone();
            flipped[byte] ^= 1 << bit;
            assert!(open(&flipped, &pulse).is_err(), "bit {bit} of byte {byte}");
        }
    }
    for length in 0..lock.len() {
        let cut = TimeLock::read(&lock[..length]);
        assert!(matches!(cut, Err(TimeLockError::Form { .. })), "{length}");
    }
    for rest in [&b"\0"[..], b"\n", &[0; 64]] {
        let longer = TimeLock::read(&[&lock, rest].concat());
        assert!(matches!(longer, Err(TimeLockError::Form { .. })));
    }
}

#[test]
fn other_spellings_are_no_locks() {
    let lock = String::from_utf8_lossy(&decoded(OURS)[..250]).into_owned();
    let rest = &decoded(OURS)[250..];
    let chain = beacon::QUICKNET.hash.to_string();
    for (from, to) in [
        ("tlock 1000", "tlock 01000"),
        ("tlock 1000", "tlock +1000"),
        ("tlock 1000", "tlock 0"),
        ("tlock 1000", "tlock 18446744073709551616"),
        ("tlock 1000", "tlock  1000"),
        ("tlock", "X25519"),
        ("v1\n", "v1\r\n"),
        ("v1\n", "v2\n"),
        (&chain, &chain.to_uppercase()),
        (" 52db", " "),
        // A second stanza, as Rust's age crate adds it.
        ("-> tlock", "-> a-grease b\n\n-> tlock"),
    ] {
        assert!(lock.contains(from), "{from}");
        let changed = [lock.replacen(from, to, 1).as_bytes(), rest].concat();
        let read = TimeLock::read(&changed);
        assert!(matches!(read, Err(TimeLockError::Form { .. })), "{to}");
    }
    let other = lock.replacen(&chain, &"ab".repeat(32), 1);
    let read = TimeLock::read(&[other.as_bytes(), rest].concat());
    assert!(matches!(read, Err(TimeLockError::OtherChain { .. })));
}

#[test]
fn a_lock_that_cannot_open_says_so() {
    let pulse = pulse(1000);
    // The stanza of another file key under this header's MAC, and a point that is not r·G.
    let ours = decoded(OURS);
    let other = seal(&secret(), 1000, &entropy(0x77)).unwrap();
    let at = ours.len() - 64;
    let mixed = [&ours[..at], &other[at..]].concat();
    assert_eq!(open(&mixed, &pulse), Err(TimeLockError::DoesNotOpen));
    let header = ours.iter().rposition(|b| *b == b'-').unwrap() - 3;
    let mixed = [&other[..header], &ours[header..]].concat();
    assert_eq!(open(&mixed, &pulse), Err(TimeLockError::DoesNotOpen));
}
