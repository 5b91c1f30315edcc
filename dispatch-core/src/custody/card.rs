//! The card `custodian.json`, which a custodian gives to bureaus.
//!
//! Invariant: a card that was read names a key and a recipient that work.

use serde::{Deserialize, Serialize};

use super::Custodian;
use crate::json::from_canonical;
use crate::language::Message;
use crate::syntax::is_text;

/// What a custodian tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    format: String,
    /// Its key for acknowledgements, a text of docs/spec.md 17.2.
    pub key: String,
    /// Its name, for people.
    pub name: String,
    /// Its age recipient.
    pub recipient: String,
}

impl Card {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/custodian/1";

    /// A card.
    #[must_use]
    pub fn new(key: String, name: String, recipient: String) -> Self {
        Self {
            format: Self::FORMAT.to_owned(),
            key,
            name,
            recipient,
        }
    }

    /// As an announcement names it.
    #[must_use]
    pub fn custodian(&self) -> Custodian {
        Custodian {
            key: self.key.clone(),
            name: self.name.clone(),
            recipient: self.recipient.clone(),
        }
    }

    /// Reads a card that a custodian has given.
    ///
    /// # Errors
    /// If it is something else, or its key or recipient cannot work.
    pub fn read(bytes: &[u8]) -> Result<Self, Message> {
        let read = from_canonical::<Self>(bytes);
        read.ok().filter(Self::works).ok_or_else(|| {
            Message::new(
                "is not the custodian.json that `dispatch custodian new` wrote; ask the custodian for it again",
                "不是 dispatch custodian new 生成的 custodian.json，请向密钥保管方重新索取",
            )
        })
    }

    fn works(&self) -> bool {
        let custodian = self.custodian();
        self.format == Self::FORMAT
            && is_text(&self.name)
            && custodian.verifier_key().is_some()
            && custodian.has_recipient()
    }
}
