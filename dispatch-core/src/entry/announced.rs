//! What the log tells of an announcement: small, whatever the plan's size.
//!
//! Source: docs/spec.md 17.4. Invariant: it is a function of the bytes of announcement.json.

use serde::{Deserialize, Serialize};

use crate::announcement::Announcement;
use crate::digest::Digest;

/// What of announcement.json stands in its entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncedStep {
    /// Where the annual plan names the draw.
    pub annual_plan: String,
    /// Draw ids of its child draws.
    pub children: Vec<String>,
    /// When it was made: a claim.
    pub created: String,
    /// Number of custodians.
    pub custodians: u64,
    /// Empty, or SHA-256 of custody.age.
    pub custody: String,
    /// Disclosure time.
    pub disclosure_time: String,
    /// SHA-256 of announcement.json.
    pub document: Digest,
    /// The draw.
    pub draw: String,
    /// Draw time.
    pub draw_time: String,
    /// Lead time in minutes.
    pub lead_minutes: u64,
    /// Empty, or the commitment of the parent.
    pub parent: String,
    /// Empty, or SHA-256 of the announced log policy.
    pub policy: String,
    /// Empty, or the commitment of the draw that this one repeats.
    pub repeats: String,
    /// Whether it is a rehearsal.
    pub replay: bool,
    /// The drand round, or 0.
    pub round: u64,
    /// Hash of the operator's secret.
    pub secret_hash: Digest,
    /// The authority's number of the draw.
    pub sequence: u64,
    /// Lead time of stages in minutes.
    pub stage_lead_minutes: u64,
    /// Times of the stages.
    pub stages: Vec<String>,
    /// Why a draw outside the annual plan is held.
    pub temporary_reason: String,
    /// Whether there is a time lock.
    pub timelock: bool,
    /// Title.
    pub title: String,
    /// Last day of the visits.
    pub window_end: String,
}

impl AnnouncedStep {
    /// What the entry of an announcement says; `bytes` are those of `document`.
    #[must_use]
    pub fn new(document: &Announcement, bytes: &[u8]) -> Self {
        let plan = &document.plan;
        let schedule = &plan.schedule;
        let custody = &document.custody;
        let parent = plan.parent.first();
        Self {
            annual_plan: plan.annual_plan.clone(),
            children: plan.children.iter().map(|c| c.draw.clone()).collect(),
            created: document.created.clone(),
            custodians: custody.custodians.len() as u64,
            custody: custody.file.clone(),
            disclosure_time: schedule.disclosure_time.clone(),
            document: Digest::of(bytes),
            draw: plan.draw.clone(),
            draw_time: schedule.draw_time.clone(),
            lead_minutes: schedule.lead_minutes,
            parent: parent.map_or_else(String::new, |parent| parent.commitment.to_string()),
            policy: document.policy.clone(),
            repeats: plan.repeats.clone(),
            replay: document.replay,
            round: document.round,
            secret_hash: document.secret_hash,
            sequence: plan.sequence,
            stage_lead_minutes: schedule.stage_lead_minutes,
            stages: schedule.stages.clone(),
            temporary_reason: plan.temporary_reason.clone(),
            timelock: !custody.timelock.is_empty(),
            title: plan.title.clone(),
            window_end: schedule.window_end.clone(),
        }
    }
}
