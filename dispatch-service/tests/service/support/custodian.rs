//! A custodian, who acknowledges what was entrusted.

use dispatch_core::custody::acknowledgement_text;
use dispatch_core::digest::Digest;
use dispatch_core::log::{Note, SignerKey};
use dispatch_core::syntax::time_text;
use serde_json::{Value, json};

/// The recipient of the age README: nobody here can open what is encrypted to it.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// What the custodian with this key gives to whoever plans.
pub(crate) fn card(key: &SignerKey) -> Value {
    json!({
        "format": "dispatch/custodian/1", "key": key.verifier().to_string(), "name": "市公证处",
        "recipient": RECIPIENT,
    })
}

/// An acknowledgement of a file of this hash.
pub(crate) fn note(key: &SignerKey, commitment: &str, file: &str, time: u64) -> String {
    let commitment = Digest::from_hex(commitment).unwrap();
    let text = acknowledgement_text(&commitment, file, &time_text(time).unwrap());
    let mut note = Note::new(text).unwrap();
    note.sign(key).unwrap();
    note.to_text()
}
