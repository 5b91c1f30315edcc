//! The entries of the log 公开日志: one small document for every step of every draw.
//!
//! Source: docs/spec.md 17.4. An entry names documents by hash and never a person or a drawn
//! subject. Invariant: an entry that was read or made is well formed; whether it is true is for
//! the checks of `verify` and the findings of `monitor`.

pub mod admission;
mod announced;
mod form;
mod made;
mod step;

pub use self::announced::AnnouncedStep;
pub use self::step::{
    Acknowledgement, Announcing, Contributing, Disclosing, Holder, KeyChange, PlannedDraw,
    Planning, Pulsing, Resulting, Staging, Step, Voiding,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::digest::Digest;
use crate::evidence::json_message;
use crate::json::{JsonError, from_canonical, to_canonical};
use crate::language::Message;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Value", try_from = "Value")]
pub struct Entry {
    /// The authority whose step it is.
    pub body: String,
    /// Its place among the entries of that authority, counted from 1.
    pub number: u64,
    /// When it was made, as the operator's clock told it: a claim, not evidence.
    pub time: String,
    /// The step.
    pub step: Step,
}

impl Entry {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/entry/1";
    /// Most bytes of an entry (C2SP tlog-tiles).
    pub const SIZE_LIMIT: usize = 65_535;

    /// Reads an entry as it stands in the log.
    ///
    /// # Errors
    /// What is wrong with it: not canonical, not closed, or a field against its form.
    pub fn read(bytes: &[u8]) -> Result<Self, Message> {
        if bytes.len() > Self::SIZE_LIMIT {
            return Err(too_large());
        }
        let entry: Self = from_canonical(bytes).map_err(|error| json_message(&error))?;
        entry.well_formed(bytes)
    }

    /// The entry, if it is well formed; `bytes` are its canonical form.
    ///
    /// # Errors
    /// The field that is against its form.
    pub fn well_formed(self, bytes: &[u8]) -> Result<Self, Message> {
        if bytes.len() > Self::SIZE_LIMIT {
            return Err(too_large());
        }
        match form::fault(&self) {
            Some(field) => Err(Message::new(
                format!("{}: the field {field} is malformed", self.step.kind()),
                format!("{}：字段{field}格式不符", self.step.kind()),
            )),
            None => Ok(self),
        }
    }

    /// The leaf data of the entry.
    ///
    /// # Errors
    /// If it is malformed or larger than the log takes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Message> {
        let bytes = to_canonical(self).map_err(|error: JsonError| json_message(&error))?;
        self.clone().well_formed(&bytes)?;
        Ok(bytes)
    }

    /// The commitment of the draw that the entry belongs to, if it belongs to an announced one.
    #[must_use]
    pub fn commitment(&self) -> Option<Digest> {
        match &self.step {
            Step::Announcement(step) => Some(step.commitment),
            Step::Acknowledgement(step) => Some(step.commitment),
            Step::Contribution(step) => Some(step.commitment),
            Step::Pulse(step) => Some(step.commitment),
            Step::Stage(step) => Some(step.commitment),
            Step::Result(step) => Some(step.commitment),
            Step::Disclosure(step) => Some(step.commitment),
            Step::Void(step) => Digest::from_hex(&step.commitment).ok(),
            Step::Plan(_) | Step::Key(_) => None,
        }
    }
}

impl From<Entry> for Value {
    fn from(entry: Entry) -> Self {
        // Steps are structures of texts, integers and lists: they always have a JSON form.
        let mut fields = match serde_json::to_value(&entry.step) {
            Ok(Self::Object(fields)) => fields,
            _ => Map::new(),
        };
        fields.insert("body".to_owned(), entry.body.into());
        fields.insert("format".to_owned(), Entry::FORMAT.into());
        fields.insert("number".to_owned(), entry.number.into());
        fields.insert("time".to_owned(), entry.time.into());
        Self::Object(fields)
    }
}

impl TryFrom<Value> for Entry {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let Value::Object(mut fields) = value else {
            return Err("not an object".to_owned());
        };
        let mut text = |name: &str| match fields.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(format!("the field {name} is missing or no string")),
        };
        let (body, format, time) = (text("body")?, text("format")?, text("time")?);
        if format != Self::FORMAT {
            return Err("format is not dispatch/entry/1; this version reads no other".to_owned());
        }
        let number = fields.remove("number").and_then(|number| number.as_u64());
        let number = number.ok_or("the field number is missing or no integer")?;
        let step: Step =
            serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())?;
        Ok(Self {
            body,
            number,
            time,
            step,
        })
    }
}

fn too_large() -> Message {
    Message::new(
        "larger than 65,535 bytes; the log takes hashes of large documents, not the documents",
        "超过65,535字节：日志只收录大文件的哈希值",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    const VOID: &str = r#"{"approver":"乙","body":"某市市场监督管理局","commitment":"","draw":"D-1","format":"dispatch/entry/1","kind":"void","number":3,"proposer":"甲","reason":"名录有误","time":"2026-07-22T01:00:00Z"}"#;

    #[test]
    fn one_spelling_and_a_closed_schema() {
        let entry = Entry::read(VOID.as_bytes()).unwrap();
        assert_eq!(entry.number, 3);
        assert_eq!(entry.to_bytes().unwrap(), VOID.as_bytes());
        for (from, to) in [
            ("\"number\":3", "\"more\":1,\"number\":3"),
            ("\"number\":3", "\"number\":0"),
            ("\"kind\":\"void\"", "\"kind\":\"nothing\""),
            ("dispatch/entry/1", "dispatch/entry/2"),
            ("\"proposer\":\"甲\",", ""),
            ("\"proposer\":\"甲\"", "\"proposer\":\"乙\""),
            ("\"draw\":\"D-1\"", "\"draw\":\"D 1\""),
            ("2026-07-22T01:00:00Z", "2026-07-22T01:00:00"),
            ("\"commitment\":\"\"", "\"commitment\":\"00\""),
        ] {
            let changed = VOID.replacen(from, to, 1);
            assert_ne!(changed, VOID, "{from}");
            assert!(Entry::read(changed.as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn the_largest_announcement_fits() {
        // Every text at its limit of 2000 code points of four bytes each.
        let text = "\u{1f600}".repeat(2000);
        let id = "\u{1f600}".repeat(64);
        let time = "2026-07-22T01:00:00Z".to_owned();
        let step = AnnouncedStep {
            annual_plan: text.clone(),
            children: vec![id.clone(); 100],
            created: time.clone(),
            custodians: 20,
            custody: "0".repeat(64),
            disclosure_time: time.clone(),
            document: Digest::new([0; 32]),
            draw: id,
            draw_time: time.clone(),
            lead_minutes: 1,
            parent: String::new(),
            policy: "0".repeat(64),
            repeats: "0".repeat(64),
            replay: false,
            round: 1,
            secret_hash: Digest::new([0; 32]),
            sequence: 1,
            stage_lead_minutes: 1,
            stages: vec![time.clone(); 100],
            temporary_reason: String::new(),
            timelock: true,
            title: text.clone(),
            window_end: "2026-07-22".to_owned(),
        };
        let entry = Entry {
            body: text,
            number: 1,
            time,
            step: Step::Announcement(Announcing {
                announcement: step,
                commitment: Digest::new([0; 32]),
            }),
        };
        // 2000 code points are 8000 bytes, so three texts and a hundred ids fit.
        assert!(entry.to_bytes().is_ok());
    }
}
