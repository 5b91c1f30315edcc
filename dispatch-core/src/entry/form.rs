//! The form of every field of an entry.
//!
//! Source: docs/spec.md 17.4, and the sections it refers to. Invariant: judges form only, never
//! whether a value is true or fits another entry.

use super::{AnnouncedStep, Entry, PlannedDraw, Step};
use crate::log::VerifierKey;
use crate::result::ResultDocument;
use crate::seed::SourceValue;
use crate::stage::StageDocument;
use crate::syntax::{date, is_hex32, is_hex48, is_id, is_text, unix_time};

/// The first field that is against its form.
pub(super) fn fault(entry: &Entry) -> Option<&'static str> {
    let common = first(&[
        ("body", is_text(&entry.body)),
        ("number", entry.number >= 1),
        ("time", unix_time(&entry.time).is_some()),
    ]);
    common.or_else(|| step(&entry.step))
}

fn step(step: &Step) -> Option<&'static str> {
    match step {
        Step::Plan(step) => first(&[
            ("draws", planned(&step.draws)),
            ("reason", is_text_or_empty(&step.reason)),
            ("year", (2000..=9999).contains(&step.year)),
        ]),
        Step::Announcement(step) => announced(&step.announcement),
        // The note itself is judged where it counts (K01): a custodian's key is not known here.
        Step::Acknowledgement(_) => None,
        Step::Contribution(step) => first(&[("contributor", is_text(&step.contributor))]),
        Step::Pulse(step) => first(&[
            (
                "sources",
                (1..=100).contains(&step.sources.len()) && step.sources.iter().all(is_source),
            ),
            ("stage", step.stage <= StageDocument::MOST),
        ]),
        Step::Stage(step) => first(&[("stage", step.stage.is_well_formed())]),
        Step::Result(step) => first(&[
            ("result", step.result.format == ResultDocument::FORMAT),
            ("stage", step.stage <= StageDocument::MOST),
        ]),
        Step::Disclosure(step) => first(&[("bundle", is_hash_or_empty(&step.bundle))]),
        Step::Void(step) => first(&[
            ("approver", is_text(&step.approver)),
            ("commitment", is_hash_or_empty(&step.commitment)),
            ("draw", is_id(&step.draw)),
            (
                "proposer",
                is_text(&step.proposer) && step.proposer != step.approver,
            ),
            ("reason", is_text(&step.reason)),
        ]),
        Step::Key(step) => first(&[
            ("new", is_key_or_empty(&step.new)),
            ("old", is_key_or_empty(&step.old)),
            ("new", !(step.new.is_empty() && step.old.is_empty())),
            ("reason", is_text(&step.reason)),
        ]),
    }
}

fn announced(step: &AnnouncedStep) -> Option<&'static str> {
    first(&[
        ("annual_plan", is_text_or_empty(&step.annual_plan)),
        (
            "children",
            step.children.len() <= 100 && step.children.iter().all(|id| is_id(id)),
        ),
        ("created", unix_time(&step.created).is_some()),
        ("custodians", step.custodians <= 20),
        ("custody", is_hash_or_empty(&step.custody)),
        (
            "disclosure_time",
            unix_time(&step.disclosure_time).is_some(),
        ),
        ("draw", is_id(&step.draw)),
        ("draw_time", unix_time(&step.draw_time).is_some()),
        ("lead_minutes", is_lead(step.lead_minutes)),
        ("parent", is_hash_or_empty(&step.parent)),
        ("policy", is_hash_or_empty(&step.policy)),
        ("repeats", is_hash_or_empty(&step.repeats)),
        ("sequence", step.sequence >= 1),
        ("stage_lead_minutes", is_lead(step.stage_lead_minutes)),
        (
            "stages",
            step.stages.len() <= 100 && step.stages.iter().all(|t| unix_time(t).is_some()),
        ),
        ("temporary_reason", is_text_or_empty(&step.temporary_reason)),
        ("title", is_text(&step.title)),
        ("window_end", date(&step.window_end).is_some()),
    ])
}

fn planned(draws: &[PlannedDraw]) -> bool {
    let formed = |planned: &PlannedDraw| {
        is_id(&planned.draw) && date(&planned.latest).is_some() && is_text(&planned.title)
    };
    (1..=400).contains(&draws.len())
        && draws.iter().all(formed)
        && draws.is_sorted_by(|a, b| a.draw < b.draw)
}

fn is_source(value: &SourceValue) -> bool {
    match value {
        SourceValue::Drand { signature, .. } => is_hex48(signature),
        SourceValue::PublicNumbers { .. } | SourceValue::Contribution { .. } => true,
    }
}

fn is_text_or_empty(text: &str) -> bool {
    text.is_empty() || is_text(text)
}

fn is_hash_or_empty(text: &str) -> bool {
    text.is_empty() || is_hex32(text)
}

fn is_key_or_empty(text: &str) -> bool {
    text.is_empty() || text.parse::<VerifierKey>().is_ok()
}

fn is_lead(minutes: u64) -> bool {
    (1..=525_600).contains(&minutes)
}

fn first(fields: &[(&'static str, bool)]) -> Option<&'static str> {
    let broken = fields.iter().find(|(_, holds)| !holds);
    broken.map(|(field, _)| *field)
}
