//! Stored tokens: they hold, and however a byte is changed, none of them says anything else.

use std::fs;
use std::path::Path;

use dispatch_core::timestamp::{Authority, TimestampError, Token};

/// Token, pinned certificate, and the time of `tests/vectors/timestamp/README.md`.
const VECTORS: [(&str, &str, u64); 5] = [
    ("rsa.tsr", "rsa-root.der", 1_795_636_238),
    ("rsa.tsr", "rsa-signer.der", 1_795_636_238),
    ("p256.tsr", "p256-root.der", 1_795_636_238),
    ("p256.tsr", "p256-signer.der", 1_795_636_238),
    ("p384.token", "p384-signer.der", 1_795_636_239),
];

fn vector(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/timestamp");
    fs::read(folder.join(name)).unwrap()
}

fn judge(token: &[u8], message: &[u8], authority: &Authority) -> Result<u64, TimestampError> {
    Token::read(token)?.verify(message, authority)
}

#[test]
fn stored_tokens_hold() {
    let message = vector("message.txt");
    assert_eq!(message, crate::MESSAGE);
    for (token, pinned, time) in VECTORS {
        let authority = Authority::read(pinned, &vector(pinned)).unwrap();
        let judged = judge(&vector(token), &message, &authority);
        assert_eq!(judged, Ok(time), "{token}, {pinned}");
        for (_, other, _) in VECTORS {
            if other.split('-').next() != pinned.split('-').next() {
                let other = Authority::read(other, &vector(other)).unwrap();
                judge(&vector(token), &message, &other).unwrap_err();
            }
        }
    }
}

/// A public authority's token, made by a program that is not OpenSSL. The digest is the one OpenSSL
/// accepts it for.
#[test]
fn a_token_of_a_public_authority_holds() {
    let digest = "be47583f1c2441ca5a6210e458bd5369117b5f60304b959c6bb4b2fee8f5ab79";
    let authority = Authority::read("sigstore", &vector("sigstore-signer.der")).unwrap();
    let token = Token::read(&vector("sigstore.tsr")).unwrap();
    let judged = token.verify_digest(digest.parse().unwrap(), &authority);
    assert_eq!(judged, Ok(1_772_216_383));
    let other = Authority::read("p384", &vector("p384-signer.der")).unwrap();
    token.verify_digest(token.imprint(), &other).unwrap_err();
}

/// Every byte in turn becomes another one in several ways. What is then still accepted says the same
/// time of the same message: bytes that nobody signed, such as other certificates.
#[test]
fn a_changed_token_never_says_anything_else() {
    let message = vector("message.txt");
    for (name, pinned, time) in VECTORS {
        let authority = Authority::read(pinned, &vector(pinned)).unwrap();
        let token = vector(name);
        let (mut refused, mut accepted) = (0, 0);
        for at in 0..token.len() {
            let mut changed = token.clone();
            for byte in [0x00, 0xff]
                .into_iter()
                .chain((0..8).map(|bit| token[at] ^ 1 << bit))
            {
                changed[at] = byte;
                match judge(&changed, &message, &authority) {
                    Ok(said) => {
                        assert_eq!(said, time, "{name}, {pinned}, byte {at}: {byte}");
                        accepted += usize::from(changed != token);
                    }
                    Err(_) => refused += 1,
                }
                judge(&changed, b"another message", &authority).unwrap_err();
            }
        }
        // Nobody needs the certificate in it when the signer's own is pinned. All the rest is bound, but
        // for the words of the status and a NULL that may be missing.
        let spare = match pinned.split_once("-signer") {
            Some(_) if name.ends_with(".tsr") => vector(pinned).len(),
            _ => 0,
        };
        let most = 10 * spare + 16;
        println!("{name}, {pinned}: {refused} refused, {accepted} still the same");
        assert!(
            refused > 1000 && accepted <= most,
            "{accepted} accepted, {refused} refused"
        );
    }
}

#[test]
fn a_token_cut_short_or_made_longer_is_refused() {
    let message = vector("message.txt");
    for (name, pinned, _) in VECTORS {
        let authority = Authority::read(pinned, &vector(pinned)).unwrap();
        let token = vector(name);
        for length in 0..token.len() {
            judge(&token[..length], &message, &authority).unwrap_err();
        }
        let longer = [&token[..], &[0]].concat();
        judge(&longer, &message, &authority).unwrap_err();
    }
}

/// A pinned certificate is the verifier's own, but a damaged one must not crash anything either.
#[test]
fn a_damaged_certificate_is_refused_or_vouches_for_the_same() {
    let message = vector("message.txt");
    for (name, pinned, time) in VECTORS {
        let (token, certificate) = (vector(name), vector(pinned));
        for at in 0..certificate.len() {
            let mut changed = certificate.clone();
            for bit in [1, 0x10, 0x80] {
                changed[at] = certificate[at] ^ bit;
                let judged = Authority::read(pinned, &changed)
                    .and_then(|authority| judge(&token, &message, &authority));
                assert!(judged.is_err() || judged == Ok(time), "{name}, byte {at}");
            }
        }
    }
}
