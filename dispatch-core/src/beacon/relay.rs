//! What a drand HTTP relay answers, read strictly.
//!
//! Source: drand HTTP API, v1 {round, randomness, signature[, previous_signature]} and v2 {round,
//! signature}. Invariant: an answer that is read is a pulse of quicknet's shape, with every field
//! it carries consistent; whether it is genuine only [`super::verify`] says. Hexadecimal may be in
//! either case here, because the answer is a message and not a document that is hashed.

use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::Pulse;
use crate::digest::{Digest, from_hex};

/// Largest relay answer that is read, in bytes; a real one has about 300.
pub const RELAY_JSON_LIMIT: usize = 64 * 1024;

/// Reads the answer of a relay (v1 or v2 API), with or without a UTF-8 byte order mark.
///
/// # Errors
/// [`RelayError`] names the field and what to do.
pub fn parse_relay_json(bytes: &[u8]) -> Result<Pulse, RelayError> {
    if bytes.len() > RELAY_JSON_LIMIT {
        return Err(RelayError::TooLarge { found: bytes.len() });
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let Fields(fields) =
        serde_json::from_slice(bytes).map_err(|error| RelayError::Json(error.to_string()))?;

    let mut answer = Answer::default();
    for (name, value) in fields {
        let slot = match name.as_str() {
            "round" => &mut answer.round,
            "signature" => &mut answer.signature,
            "randomness" => &mut answer.randomness,
            "previous_signature" => &mut answer.previous_signature,
            _ => {
                return Err(RelayError::UnknownField {
                    name: shortened(&name),
                });
            }
        };
        if slot.replace(value).is_some() {
            return Err(RelayError::DuplicateField { name });
        }
    }
    answer.into_pulse()
}

/// The fields a relay may send, each at most once.
#[derive(Default)]
struct Answer {
    round: Option<Value>,
    signature: Option<Value>,
    randomness: Option<Value>,
    previous_signature: Option<Value>,
}

impl Answer {
    fn into_pulse(self) -> Result<Pulse, RelayError> {
        let round = self
            .round
            .ok_or(RelayError::MissingField { name: "round" })?;
        let round = round.as_u64().ok_or(RelayError::Round)?;
        if round == 0 {
            return Err(RelayError::RoundZero);
        }
        if let Some(previous) = self.previous_signature
            && !text("previous_signature", previous)?.is_empty()
        {
            return Err(RelayError::Chained);
        }
        let signature = self
            .signature
            .ok_or(RelayError::MissingField { name: "signature" })?;
        let signature = bytes("signature", signature)?;
        let found = signature.len();
        let signature = signature.try_into().map_err(|_| match found {
            DEFAULT_SIGNATURE_LENGTH => RelayError::DefaultChain,
            _ => RelayError::SignatureLength { found },
        })?;
        let pulse = Pulse { round, signature };
        if let Some(randomness) = self.randomness {
            let randomness = bytes("randomness", randomness)?;
            let computed = pulse.randomness();
            if randomness != computed.as_bytes() {
                return Err(RelayError::Randomness { computed });
            }
        }
        Ok(pulse)
    }
}

/// Why a relay's answer is not read as a pulse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// Longer than [`RELAY_JSON_LIMIT`].
    #[error(
        "{found} bytes are more than the {RELAY_JSON_LIMIT} a relay's answer may have: \
         give the JSON answer alone"
    )]
    TooLarge {
        /// Length in bytes.
        found: usize,
    },
    /// Not one JSON object.
    #[error("not the JSON object of a relay: {0}; save the relay's answer unchanged, as UTF-8")]
    Json(String),
    /// A field that no relay sends.
    #[error(
        "unknown field {name:?}: a relay's answer has round, signature, randomness and \
         previous_signature only"
    )]
    UnknownField {
        /// Name of the field, shortened.
        name: String,
    },
    /// The same field twice.
    #[error("field {name:?} stands there twice: save the relay's answer unchanged")]
    DuplicateField {
        /// Name of the field.
        name: String,
    },
    /// A field that every answer has.
    #[error("field {name:?} is missing: fetch the pulse by its round number")]
    MissingField {
        /// Name of the field.
        name: &'static str,
    },
    /// The round is not a whole number.
    #[error("field \"round\" is not a whole number between 1 and 2^64 - 1, without quotes")]
    Round,
    /// Round 0.
    #[error("round 0 does not exist: fetch the round that the draw time fixes, by its number")]
    RoundZero,
    /// A field that must be a text is not.
    #[error("field {name:?} is not a text in quotes")]
    NotText {
        /// Name of the field.
        name: &'static str,
    },
    /// A field that must be hexadecimal is not.
    #[error("field {name:?} is not hexadecimal: {reason}")]
    Hex {
        /// Name of the field.
        name: &'static str,
        /// What is wrong with it.
        reason: crate::digest::HexError,
    },
    /// The signature is as long as the default chain's.
    #[error(
        "a signature of 96 bytes: this pulse is of another chain (default, 30 s); \
         the draw needs quicknet"
    )]
    DefaultChain,
    /// The pulse builds on a previous one, which quicknet's never do.
    #[error(
        "previous_signature is not empty: this pulse is of another, chained network; \
         the draw needs quicknet"
    )]
    Chained,
    /// The signature has any other length.
    #[error(
        "a signature of {found} bytes; quicknet's have 48: \
         a part is missing or the pulse is of another chain"
    )]
    SignatureLength {
        /// Length in bytes.
        found: usize,
    },
    /// The randomness is not SHA-256 of the signature.
    #[error(
        "field \"randomness\" does not belong to the signature, whose SHA-256 is {computed}: \
         a digit is wrong in one of them; fetch the pulse again"
    )]
    Randomness {
        /// SHA-256 of the signature given.
        computed: Digest,
    },
}

/// A JSON object as it stands, duplicates included.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

fn text(name: &'static str, value: Value) -> Result<String, RelayError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(RelayError::NotText { name }),
    }
}

fn bytes(name: &'static str, value: Value) -> Result<Vec<u8>, RelayError> {
    let text = text(name, value)?;
    from_hex(&text.to_ascii_lowercase()).map_err(|reason| RelayError::Hex { name, reason })
}

/// An unknown name may be anything; a message shows its beginning.
fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Signatures of the default chain are points of G2.
const DEFAULT_SIGNATURE_LENGTH: usize = 96;
