//! The slip of an announcement or of a stage: which of its values a slip says.

use super::SlipFields;
use crate::announcement::Announcement;
use crate::digest::Digest;
use crate::plan::Plan;
use crate::stage::FrozenStage;
use crate::syntax::{time_text, unix_time};

impl SlipFields {
    /// The slip of an announcement.
    #[must_use]
    pub fn of(announcement: &Announcement, commitment: Digest) -> Self {
        let plan = &announcement.plan;
        let latest = time_text(plan.schedule.latest_announcement());
        Self {
            title: plan.title.clone(),
            authority: plan.authority.clone(),
            draw: plan.draw.clone(),
            commitment,
            stage: 0,
            draw_commitment: None,
            receive_by: local_time(&latest.unwrap_or_default()),
            draw_time: local_time(&plan.schedule.draw_time),
            disclosure_time: local_time(&plan.schedule.disclosure_time),
            round: plan.uses_drand().then_some(announcement.round),
            subjects: announcement.subjects.count,
            officers: announcement.officers.count,
            visits: 0,
            replay: announcement.replay,
        }
    }

    /// The slip of a stage.
    #[must_use]
    pub fn of_stage(plan: &Plan, stage: &FrozenStage, replay: bool) -> Self {
        let number = stage.document.number;
        let times = &plan.schedule.stages;
        let place = number.checked_sub(1);
        let place = place.and_then(|place| usize::try_from(place).ok());
        let time = place.and_then(|place| times.get(place));
        let latest = plan.schedule.latest_stage(number).and_then(time_text);
        Self {
            title: plan.title.clone(),
            authority: plan.authority.clone(),
            draw: plan.draw.clone(),
            commitment: stage.commitment,
            stage: number,
            draw_commitment: Some(stage.document.commitment),
            receive_by: local_time(&latest.unwrap_or_default()),
            draw_time: local_time(time.map_or("", String::as_str)),
            disclosure_time: local_time(&plan.schedule.disclosure_time),
            round: Some(stage.document.round),
            subjects: stage.document.drops.subjects,
            officers: stage.document.drops.officers,
            visits: stage.document.drops.visits,
            replay,
        }
    }
}

/// A time as people in China read it, with the committed form beside it.
#[must_use]
pub fn local_time(utc: &str) -> String {
    let local = unix_time(utc)
        .and_then(|unix| time_text(unix.saturating_add(8 * 3600)))
        .map(|text| text.replace('T', " ").trim_end_matches('Z').to_owned());
    local.map_or_else(|| utc.to_owned(), |local| format!("{local} (UTC+8; {utc})"))
}
