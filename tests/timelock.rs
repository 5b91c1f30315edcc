//! The time lock against `tlock_age`, an independent implementation in Rust: what Dispatch locks it
//! opens to the same bytes, at every round of which a real pulse is known.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Cursor;

use dispatch_core::beacon::{Pulse, QUICKNET};
use dispatch_core::custody::timelock::{LockEntropy, TimeLock, TimeLockError, seal};
use dispatch_core::digest::from_hex;

const PULSES: &str = include_str!("vectors/drand-quicknet.tsv");

fn pulses() -> impl Iterator<Item = Pulse> {
    let lines = PULSES.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let (round, rest) = line.split_once('\t').unwrap();
        let (signature, _) = rest.split_once('\t').unwrap();
        Pulse {
            round: round.parse().unwrap(),
            signature: from_hex(signature).unwrap().try_into().unwrap(),
        }
    })
}

#[test]
fn another_implementation_opens_what_is_locked() {
    for (index, pulse) in pulses().enumerate() {
        let byte = u8::try_from(index).unwrap();
        // Bytes of zero at the end of the file key are a known trap of the other one.
        let mut file_key = [byte; 16];
        file_key[15] = 0;
        let entropy = LockEntropy {
            file_key,
            sigma: [byte ^ 0x5a; 16],
            nonce: [byte ^ 0xa5; 16],
        };
        let secret = [byte.wrapping_mul(7); 32];
        let lock = seal(&secret, pulse.round, &entropy).unwrap();
        assert!(lock.len() <= TimeLock::MOST_BYTES);
        let header = tlock_age::decrypt_header(Cursor::new(&lock)).unwrap();
        assert_eq!(header.round(), pulse.round);
        assert_eq!(header.hash(), QUICKNET.hash.as_bytes());
        let mut opened = Vec::new();
        let chain = QUICKNET.hash.as_bytes();
        tlock_age::decrypt(&mut opened, Cursor::new(&lock), chain, &pulse.signature).unwrap();
        assert_eq!(opened, secret, "round {}", pulse.round);
    }
}

#[test]
fn a_second_stanza_is_refused() {
    // The other one adds a stanza of chance to every file.
    let pulse = pulses().next().unwrap();
    let mut lock = Vec::new();
    let chain = QUICKNET.hash.as_bytes();
    let secret = [7u8; 32];
    tlock_age::encrypt(
        &mut lock,
        secret.as_slice(),
        chain,
        &QUICKNET.public_key,
        pulse.round,
    )
    .unwrap();
    let text = String::from_utf8_lossy(&lock);
    assert_eq!(text.matches("\n-> ").count(), 2);
    let refused = TimeLock::read(&lock);
    assert!(matches!(refused, Err(TimeLockError::Form { .. })));
}
