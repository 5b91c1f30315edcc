//! A row as a line of JSON: `["RUNNING HASH",[VALUES]]`, bytes as `{"base64":"…"}`.
//!
//! Invariant: the running hash is over all rows of the table up to this one, so the first line that was
//! changed, lost or put in shows.

use dispatch_core::log::{from_base64, to_base64};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use dispatch_core::digest::Digest;

use crate::store::{Row, Value};

/// The hash over no row.
pub(super) const NOTHING: Digest = Digest::new([0; 32]);

/// The line of a row, and the running hash after it.
pub(super) fn write(before: &Digest, row: &Row) -> (String, Digest) {
    let values: Vec<Json> = row.0.iter().map(told).collect();
    let values = Json::Array(values).to_string();
    let after = chained(before, &values);
    (format!("[\"{after}\",{values}]\n"), after)
}

/// The row of a line and the running hash after it; none if it is not such a line, or not what was
/// written after the lines before.
pub(super) fn read(before: &Digest, line: &str) -> Option<(Row, Digest)> {
    let rest = line.strip_prefix("[\"")?.strip_suffix("]\n")?;
    let (hash, values) = rest.split_once("\",")?;
    let after = chained(before, values);
    if Digest::from_hex(hash).ok()? != after {
        return None;
    }
    let values: Vec<Json> = serde_json::from_str(values).ok()?;
    let values: Option<Vec<Value>> = values.into_iter().map(meant).collect();
    Some((Row(values?), after))
}

fn chained(before: &Digest, values: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update(before.as_bytes());
    hash.update(values.as_bytes());
    Digest::new(hash.finalize().into())
}

fn told(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => json!({ "base64": to_base64(bytes) }),
    }
}

fn meant(value: Json) -> Option<Value> {
    match value {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        Json::String(text) => Some(Value::Text(text)),
        Json::Object(object) if object.len() == 1 => {
            let text = object.get("base64")?.as_str()?;
            from_base64(text).map(Value::Bytes)
        }
        _ => None,
    }
}
