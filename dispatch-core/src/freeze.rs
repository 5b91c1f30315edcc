//! Freezing: from rosters, recusals and a plan to an announcement and its commitment.
//!
//! Source: docs/spec.md sections 2 to 4. Entropy and the time are arguments. Invariant: what is
//! frozen has no faults, and the public files hold no open value of a sealed column and no recusal.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::announcement::{
    Announcement, PulseText, RecusalSummary, RosterSummary, commitment, secret_hash,
};
use crate::beacon::Pulse;
use crate::bundle::{self, Files};
use crate::custody::Custody;
use crate::digest::{Digest, hex};
use crate::disclosure::AuditKey;
use crate::json::to_canonical;
use crate::language::Message;
use crate::plan::Plan;
use crate::roster::{
    CellLine, Cells, DiffSummary, Recusal, Recusals, Roster, RosterBuilder, RosterKey, RosterKind,
    RowRules, diff_lines, summarise,
};
use crate::row;
use crate::selection::Stratification;
use crate::syntax::is_text;

/// Everything that is to be frozen.
#[derive(Debug)]
pub struct Draft {
    /// The plan.
    pub plan: Plan,
    /// Subjects, with the sealed columns still open; of a child draw the parent's roster as it stands.
    pub subjects: Roster,
    /// Officers, with the sealed columns still open.
    pub officers: Roster,
    /// Forbidden pairs.
    pub recusals: Vec<Recusal>,
    /// Earlier rosters to compare with.
    pub earlier: Earlier,
    /// A pulse that exists already.
    pub recent_pulse: Option<Pulse>,
    /// SHA-256 of the trust policy that the authority announces.
    pub policy: Option<Digest>,
    /// The present time, as a time of docs/spec.md 1.6.
    pub created: String,
    /// A rehearsal with randomness that is already known.
    pub replay: bool,
}

/// Earlier rosters, and why rows changed since.
#[derive(Debug, Default)]
pub struct Earlier {
    /// The subject roster of an earlier announcement.
    pub subjects: Option<Roster>,
    /// The officer roster of an earlier announcement.
    pub officers: Option<Roster>,
    /// Reason of the change, by id.
    pub reasons: HashMap<String, String>,
}

/// 64 bytes of entropy from the operating system.
#[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Entropy {
    /// The operator's secret.
    pub secret: [u8; 32],
    /// The roster key.
    pub roster_key: [u8; 32],
}

/// The document `secret.json`: what the operator keeps to itself until disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretDocument {
    /// Commitment of the announcement.
    pub commitment: Digest,
    /// [`SecretDocument::FORMAT`].
    pub format: String,
    /// The roster key.
    pub roster_key: Digest,
    /// The operator's secret.
    pub secret: Digest,
}

impl SecretDocument {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/secret/1";
    /// Name of the file.
    pub const NAME: &'static str = "secret.json";
}

/// A frozen draw.
#[derive(Debug)]
pub struct Frozen {
    /// The announcement.
    pub announcement: Announcement,
    /// Its commitment.
    pub commitment: Digest,
    /// Files for everybody.
    pub public: Files,
    /// Files for the operator: the secret, open cells, open recusals.
    pub secret: Files,
}

/// Freezes a draft.
///
/// # Errors
/// Everything that keeps it from being announced.
pub fn freeze(draft: Draft, entropy: &Entropy) -> Result<Frozen, Vec<Message>> {
    freeze_with(draft, entropy, |_| Ok(Custody::default()))
}

/// Freezes a draft whose secret others hold too. `custody` is given what only the operator has
/// besides the secret and the roster key, `cells.jsonl` and `recusals.jsonl` opened, encrypts it
/// and says what the announcement tells of it (docs/spec.md section 18).
///
/// # Errors
/// Everything that keeps it from being announced, and what `custody` says.
pub fn freeze_with(
    draft: Draft,
    entropy: &Entropy,
    custody: impl FnOnce(&Files) -> Result<Custody, Message>,
) -> Result<Frozen, Vec<Message>> {
    let plan = draft.plan;
    let strata = Stratification::new(&plan, &draft.subjects, None);
    let mut faults = strata.faults(&plan, &draft.subjects);
    let ids = draft.recusals.iter();
    faults.extend(
        ids.filter(|r| !is_text(&r.reason) && !r.reason.is_empty())
            .map(|r| {
                Message::new(
                    format!(
                        "recusal {} {}: the reason has control characters or is too long",
                        r.subject, r.officer
                    ),
                    format!("回避记录{} {}：事由含控制字符或过长", r.subject, r.officer),
                )
            }),
    );
    if !faults.is_empty() {
        return Err(faults);
    }
    let key = RosterKey::new(entropy.roster_key);
    let subject_rules = RowRules {
        kind: RosterKind::Subjects(plan.subjects.ids),
        sealed: &plan.subjects.sealed,
    };
    let officer_rules = RowRules {
        kind: RosterKind::Officers,
        sealed: &plan.officers.sealed,
    };
    let (subjects, subject_cells) = if plan.is_child() {
        (draft.subjects, Cells::new(&[]))
    } else {
        seal(draft.subjects, &subject_rules, &key).map_err(|m| vec![m])?
    };
    let (officers, officer_cells) =
        seal(draft.officers, &officer_rules, &key).map_err(|m| vec![m])?;
    let (recusals, open_recusals) = Recusals::seal(draft.recusals, &key);

    let mut public = Files::default();
    let earlier = &draft.earlier;
    let mut difference = |name, previous: &Option<Roster>, current: &Roster, sealed: &[String]| {
        let previous = previous.as_ref()?;
        let lines = diff_lines(previous, current, sealed, &earlier.reasons, UNSTATED);
        public.insert(name, json_lines(&lines));
        Some(summarise(&lines, previous.len() as u64, previous.root()))
    };
    let subject_diff = difference(
        bundle::SUBJECTS_DIFF,
        &earlier.subjects,
        &subjects,
        &plan.subjects.sealed,
    );
    let officer_diff = difference(
        bundle::OFFICERS_DIFF,
        &earlier.officers,
        &officers,
        &plan.officers.sealed,
    );
    let mut secret = Files::default();
    secret.insert(bundle::RECUSALS, json_lines(&recusals.lines));
    secret.insert(
        bundle::CELLS,
        cell_lines(
            &subjects,
            &subject_cells,
            &officers,
            &officer_cells,
            &open_recusals,
        ),
    );
    let custody = custody(&secret).map_err(|fault| vec![fault])?;
    let summary = |roster: &Roster, diff: Option<DiffSummary>| RosterSummary {
        count: roster.len() as u64,
        diff: diff.into_iter().collect(),
        root: roster.root(),
    };
    let announcement = Announcement {
        created: draft.created,
        custody,
        excluded: strata.excluded,
        format: Announcement::FORMAT.to_owned(),
        officers: summary(&officers, officer_diff),
        outside_strata: strata.outside,
        policy: draft
            .policy
            .map_or_else(String::new, |digest| digest.to_string()),
        recent_pulse: draft
            .recent_pulse
            .iter()
            .map(|pulse| PulseText {
                round: pulse.round,
                signature: hex(&pulse.signature),
            })
            .collect(),
        recusals: RecusalSummary {
            count: recusals.lines.len() as u64,
            root: recusals.root(),
        },
        replay: draft.replay,
        round: plan.round(),
        secret_hash: secret_hash(&entropy.secret),
        strata: strata.strata,
        subjects: summary(&subjects, subject_diff),
        suite: Announcement::SUITE.to_owned(),
        plan,
    };
    let faults = announcement.faults();
    if !faults.is_empty() {
        let message = |fault: crate::plan::Fault| {
            Message::new(
                format!("{}: {}", fault.path, fault.message.english),
                format!("{}：{}", fault.path, fault.message.chinese),
            )
        };
        return Err(faults.into_iter().map(message).collect());
    }
    let bytes = to_canonical(&announcement)
        .map_err(|error| vec![Message::new(error.to_string(), error.to_string())])?;
    let commitment = commitment(&bytes);
    let closed: Vec<_> = recusals
        .lines
        .iter()
        .map(crate::roster::RecusalLine::closed)
        .collect();
    public.insert(bundle::RECUSALS, json_lines(&closed));
    public.insert(bundle::ANNOUNCEMENT, bytes);

    let roster_key = Digest::new(entropy.roster_key);
    let audit = AuditKey {
        commitment,
        format: AuditKey::FORMAT.to_owned(),
        roster_key,
    };
    secret.insert(bundle::AUDIT, to_canonical(&audit).unwrap_or_default());
    let document = SecretDocument {
        commitment,
        format: SecretDocument::FORMAT.to_owned(),
        roster_key,
        secret: Digest::new(entropy.secret),
    };
    secret.insert(
        SecretDocument::NAME,
        to_canonical(&document).unwrap_or_default(),
    );
    public.insert(bundle::SUBJECTS, subjects.into_bytes());
    public.insert(bundle::OFFICERS, officers.into_bytes());
    Ok(Frozen {
        announcement,
        commitment,
        public,
        secret,
    })
}

/// A JSON-lines file of documents that always have a canonical form.
#[must_use]
pub fn json_lines<T: Serialize + Sync>(lines: &[T]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = lines
        .par_chunks(LINES_PER_TASK)
        .map(|lines| {
            let mut bytes = Vec::new();
            for line in lines {
                bytes.extend(to_canonical(line).unwrap_or_default());
                bytes.push(b'\n');
            }
            bytes
        })
        .collect();
    parts.concat()
}

/// Replaces the sealed columns of every row by hashes and keeps their open values.
fn seal(open: Roster, rules: &RowRules<'_>, key: &RosterKey) -> Result<(Roster, Cells), Message> {
    let mut cells = Cells::new(rules.sealed);
    if rules.sealed.is_empty() {
        return Ok((open, cells));
    }
    let name = rules.kind.name();
    let fault = |id: &str, error: String| {
        Message::new(
            format!("{name}, {id}: {error}"),
            format!("{name}“{id}”:{error}"),
        )
    };
    let mut builder = RosterBuilder::new(*rules);
    for index in 0..open.len() {
        let id = open.id(index);
        let mut fields = open.fields(index);
        let values: Vec<String> = rules
            .sealed
            .iter()
            .map(|column| row::value(&fields, column).to_owned())
            .collect();
        if let Some(value) = values
            .iter()
            .find(|value| !value.is_empty() && !is_text(value))
        {
            return Err(fault(
                id,
                format!("{value:?} has control characters; remove them"),
            ));
        }
        fields.retain(|(field, _)| !rules.sealed.iter().any(|column| column == field));
        for (column, value) in rules.sealed.iter().zip(&values) {
            fields.push((
                column.into(),
                key.seal(name, id, column, value).to_string().into(),
            ));
        }
        builder
            .push(&fields)
            .map_err(|error| fault(id, error.to_string()))?;
        cells
            .push(values.iter().map(String::as_str))
            .map_err(|error| fault(id, error.to_string()))?;
    }
    let sealed = builder
        .finish()
        .map_err(|error| fault("", error.to_string()))?;
    Ok((sealed, cells))
}

/// `cells.jsonl`: officers, recusals, subjects, each in order of id.
fn cell_lines(
    subjects: &Roster,
    subject_cells: &Cells,
    officers: &Roster,
    officer_cells: &Cells,
    recusals: &[Recusal],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut add = |line: &CellLine| {
        bytes.extend(to_canonical(line).unwrap_or_default());
        bytes.push(b'\n');
    };
    let rows = |cells: &Cells, roster: &Roster| {
        if cells.columns().is_empty() {
            0
        } else {
            roster.len()
        }
    };
    for row in 0..rows(officer_cells, officers) {
        add(&officer_cells.line("officers", officers.id(row), row));
    }
    for recusal in recusals {
        add(&CellLine {
            cells: [("reason".to_owned(), recusal.reason.clone())].into(),
            id: crate::roster::pair_id(&recusal.subject, &recusal.officer),
            roster: "recusals".to_owned(),
        });
    }
    for row in 0..rows(subject_cells, subjects) {
        add(&subject_cells.line("subjects", subjects.id(row), row));
    }
    bytes
}

/// Fewer lines than this are not worth a task of their own.
const LINES_PER_TASK: usize = 1024;
/// Reason of a change that nobody gave a reason for.
const UNSTATED: &str = "unstated 未说明";

impl core::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Entropy(..)")
    }
}
