//! What an announcement says of custodians and the time lock.
//!
//! Source: docs/spec.md 18.1. Invariant: forms only; whether anything opens, K01 and K02 judge.

use std::collections::BTreeSet;

use bech32::{FromBase32 as _, Variant};
use serde::{Deserialize, Serialize};

use crate::log::{KeyKind, VerifierKey, from_base64};
use crate::syntax::{is_hex32, is_text};

/// Who can open the draw without the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// The custodians.
    pub custodians: Vec<Custodian>,
    /// Empty without custodians, otherwise SHA-256 of `custody.age`.
    pub file: String,
    /// Empty, or base64 of the time lock.
    pub timelock: String,
}

/// An outside body that holds the operator's secret, encrypted to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custodian {
    /// Its key for acknowledgements, as a text of docs/spec.md 17.2 of type 01.
    pub key: String,
    /// Its name, for people.
    pub name: String,
    /// Its age recipient, `age1…`.
    pub recipient: String,
}

impl Custody {
    /// Name of the file that is encrypted to the custodians.
    pub const FILE: &'static str = "custody.age";
    /// Most custodians.
    pub const MOST: usize = 20;
    /// Most bytes of a time lock.
    pub const LOCK_LIMIT: usize = 1500;

    /// Whether everything in it has its form.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let custodians = &self.custodians;
        let keys: Vec<VerifierKey> = custodians
            .iter()
            .filter_map(Custodian::verifier_key)
            .collect();
        let distinct = |count: usize| count == custodians.len();
        let names: BTreeSet<&str> = custodians.iter().map(|c| c.name.as_str()).collect();
        let recipients: BTreeSet<&str> = custodians.iter().map(|c| c.recipient.as_str()).collect();
        let public: BTreeSet<[u8; 32]> = keys.iter().map(|key| key.key).collect();
        custodians.len() <= Self::MOST
            && custodians
                .iter()
                .all(|c| is_text(&c.name) && c.has_recipient())
            && distinct(keys.len())
            && distinct(public.len())
            && distinct(names.len())
            && distinct(recipients.len())
            && if custodians.is_empty() {
                self.file.is_empty()
            } else {
                is_hex32(&self.file)
            }
            && self.has_lock_form()
    }

    fn has_lock_form(&self) -> bool {
        let lock = from_base64(&self.timelock);
        self.timelock.is_empty()
            || (is_text(&self.timelock)
                && lock.is_some_and(|lock| (1..=Self::LOCK_LIMIT).contains(&lock.len())))
    }
}

impl Custodian {
    /// Its key, if the text is one of type 01 with a name that people can type.
    #[must_use]
    pub fn verifier_key(&self) -> Option<VerifierKey> {
        let key: VerifierKey = self.key.parse().ok()?;
        let plain = key.name.bytes().all(|byte| byte.is_ascii_graphic());
        let fits = key.kind == KeyKind::Signature && plain && key.name.len() <= 200;
        fits.then_some(key)
    }

    /// Whether `recipient` is that of an X25519 key of age: Bech32, lower case, 32 bytes.
    #[must_use]
    pub fn has_recipient(&self) -> bool {
        let text = &self.recipient;
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let Ok((prefix, data, Variant::Bech32)) = bech32::decode(text) else {
            return false;
        };
        // `from_base32` refuses padding bits that are not 0.
        let bytes = Vec::<u8>::from_base32(&data);
        lower && prefix == "age" && bytes.is_ok_and(|bytes| bytes.len() == 32)
    }
}
