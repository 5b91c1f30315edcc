//! What of a draft stands in no file: custodians, the draw before, a recent pulse, the time lock.

use dispatch_core::beacon;
use dispatch_core::custody::{Card, Custodian};
use dispatch_core::digest::{Digest, from_hex};
use dispatch_core::json::to_canonical;
use serde::{Deserialize, Serialize};

use super::{Draft, find_open, place_within, touch};
use crate::access::Actor;
use crate::campaign::{files, registered};
use crate::keys::Envelope;
use crate::problem::Problem;
use crate::store::{Sql, Transaction};

/// Settings of a draft. What is left out is as in a new draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DraftSettings {
    /// Cards of the custodians (密钥保管方), as `dispatch custodian new` makes them.
    pub custodians: Vec<CustodianCard>,
    /// Commitment of an earlier draw of this service: changes of the rosters since are published.
    pub previous: Option<String>,
    /// A pulse that exists already: the announcement was made after it.
    pub recent_pulse: Option<PulseGiven>,
    /// Whether the secret is locked to the disclosure time; by default it is, but in rehearsals.
    pub timelock: Option<bool>,
}

/// The card `custodian.json` of a custodian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustodianCard {
    /// `dispatch/custodian/1`.
    pub format: String,
    /// Its key for acknowledgements.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its age recipient.
    pub recipient: String,
}

/// A pulse of drand quicknet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PulseGiven {
    /// Its round.
    pub round: u64,
    /// Its signature: 96 hexadecimal characters.
    pub signature: String,
}

impl DraftSettings {
    /// The custodians as an announcement names them.
    ///
    /// # Errors
    /// 422, with the card that is none.
    pub fn custodians(&self) -> Result<Vec<Custodian>, Problem> {
        let read = self.custodians.iter().map(|card| {
            let bytes = to_canonical(card).map_err(|error| Problem::internal(&error))?;
            let card = Card::read(&bytes).map_err(|fault| {
                let name = &card.name;
                Problem::new(
                    422,
                    "invalid",
                    format!("custodian {name}: {}", fault.english),
                    format!("密钥保管方“{name}”：{}", fault.chinese),
                )
            })?;
            Ok(card.custodian())
        });
        read.collect()
    }

    /// The recent pulse, verified.
    ///
    /// # Errors
    /// 422 if it does not verify.
    pub fn pulse(&self) -> Result<Option<beacon::Pulse>, Problem> {
        let Some(given) = &self.recent_pulse else {
            return Ok(None);
        };
        let wrong = |reason: &dyn std::fmt::Display| {
            Problem::new(
                422,
                "invalid",
                format!("recent_pulse: {reason}; copy round and signature as a relay gives them"),
                format!("recent_pulse：随机信标不成立（{reason}），请按转发节点的原文填写"),
            )
        };
        let signature = from_hex(&given.signature).ok();
        let signature = signature.and_then(|bytes| bytes.try_into().ok());
        let signature =
            signature.ok_or_else(|| wrong(&"the signature is not 96 hexadecimal characters"))?;
        let pulse = beacon::Pulse {
            round: given.round,
            signature,
        };
        beacon::verify(&pulse).map_err(|error| wrong(&error))?;
        Ok(Some(pulse))
    }

    /// The commitment of the earlier draw.
    ///
    /// # Errors
    /// 422 if it is none.
    pub fn previous(&self) -> Result<Option<Digest>, Problem> {
        let Some(text) = &self.previous else {
            return Ok(None);
        };
        Digest::from_hex(text).map(Some).map_err(|_| {
            Problem::new(
                422,
                "invalid",
                "previous: is no commitment of 64 hexadecimal characters",
                "previous：不是64位十六进制的承诺",
            )
        })
    }
}

/// The settings of a draft.
///
/// # Errors
/// If they cannot be opened.
pub fn settings(
    sql: &mut dyn Sql,
    envelope: &Envelope,
    id: &str,
) -> Result<DraftSettings, Problem> {
    let Some(bytes) = files::read(sql, envelope, id, SETTINGS)? else {
        return Ok(DraftSettings::default());
    };
    serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))
}

/// Sets all settings of a draft, and moves it to another department or region, if any is given.
///
/// # Errors
/// 403, 404, 409 as the draft has it; 422 with the setting that is wrong.
pub fn change_settings(
    change: &mut Transaction<'_>,
    envelope: &Envelope,
    actor: &Actor,
    id: &str,
    settings: &DraftSettings,
    place: (Option<&str>, Option<&str>),
) -> Result<Draft, Problem> {
    let mut draft = find_open(change.sql, actor, id)?;
    settings.custodians()?;
    settings.pulse()?;
    if let Some(previous) = settings.previous()? {
        registered::find(change.sql, &previous)?.ok_or_else(|| {
            Problem::new(
                422,
                "invalid",
                "previous: no draw with this commitment was announced here",
                "previous：本系统没有公告过承诺为此值的抽取",
            )
        })?;
    }
    draft.department = place.0.unwrap_or(&draft.department).to_owned();
    draft.region = place.1.unwrap_or(&draft.region).to_owned();
    place_within(actor, &draft.department, &draft.region)?;
    change.sql.execute(
        "UPDATE draft SET department = ?2, region = ?3 WHERE id = ?1",
        &[
            id.into(),
            draft.department.as_str().into(),
            draft.region.as_str().into(),
        ],
    )?;
    let bytes = serde_json::to_vec(settings).map_err(|error| Problem::internal(&error))?;
    let now = change.now;
    files::replace_sealed(change.sql, envelope, id, SETTINGS, &bytes, now)?;
    touch(change, id)?;
    draft.changed = now;
    Ok(draft)
}

/// A sealed file of the draft.
const SETTINGS: &str = "settings.json";
