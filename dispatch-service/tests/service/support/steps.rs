//! Steps for the log, of every kind, as small as they can be.
//!
//! They are well formed and follow the rules of admission; what they refer to does not exist.

use dispatch_core::digest::Digest;
use dispatch_core::entry::{
    Acknowledgement, AnnouncedStep, Announcing, Contributing, Disclosing, Holder, KeyChange,
    PlannedDraw, Planning, Pulsing, Resulting, Staging, Step, Voiding,
};
use dispatch_core::result::ResultDocument;
use dispatch_core::seed::SourceValue;

/// Plans draws of 2026; the reason is empty for the first plan of the year.
pub(crate) fn plan(draws: &[&str], reason: &str) -> Step {
    let planned = |draw: &&str| PlannedDraw {
        draw: (*draw).to_owned(),
        latest: "2026-12-31".to_owned(),
        title: format!("抽查 {draw} {reason}"),
    };
    Step::Plan(Planning {
        document: Digest::of(reason.as_bytes()),
        draws: draws.iter().map(planned).collect(),
        reason: reason.to_owned(),
        year: 2026,
    })
}

/// The commitment of a draw of these tests.
pub(crate) fn commitment(draw: &str) -> Digest {
    Digest::of(draw.as_bytes())
}

/// Announces a draw.
pub(crate) fn announcement(draw: &str, sequence: u64) -> Step {
    let hash = commitment(draw);
    Step::Announcement(Announcing {
        announcement: AnnouncedStep {
            annual_plan: String::new(),
            children: Vec::new(),
            created: "2026-07-22T01:00:00Z".to_owned(),
            custodians: 0,
            custody: String::new(),
            disclosure_time: "2026-08-07T02:39:45Z".to_owned(),
            document: Digest::of(hash.as_bytes()),
            draw: draw.to_owned(),
            draw_time: "2026-07-23T07:38:30Z".to_owned(),
            lead_minutes: 60,
            parent: String::new(),
            policy: String::new(),
            repeats: String::new(),
            replay: true,
            round: 30_662_982,
            secret_hash: hash,
            sequence,
            stage_lead_minutes: 30,
            stages: Vec::new(),
            temporary_reason: String::new(),
            timelock: false,
            title: format!("<b>{draw}</b> '双随机'"),
            window_end: "2026-09-30".to_owned(),
        },
        commitment: hash,
    })
}

/// Everything that can follow an announcement up to the result.
pub(crate) fn until_result(draw: &str) -> [Step; 4] {
    let commitment = commitment(draw);
    [
        Step::Acknowledgement(Acknowledgement {
            commitment,
            note: "opened".to_owned(),
        }),
        Step::Contribution(Contributing {
            commitment,
            contributor: "某市消费者协会".to_owned(),
            value: commitment,
        }),
        pulse(draw, 0),
        result(draw, 0, 12),
    ]
}

/// The values of the seed sources.
pub(crate) fn pulse(draw: &str, stage: u64) -> Step {
    Step::Pulse(Pulsing {
        commitment: commitment(draw),
        sources: vec![SourceValue::Drand {
            round: 30_662_982,
            signature: "ab".repeat(48),
        }],
        stage,
    })
}

/// The result of the draw or of a stage.
pub(crate) fn result(draw: &str, stage: u64, count: u64) -> Step {
    let commitment = commitment(draw);
    Step::Result(Resulting {
        commitment,
        result: ResultDocument {
            commitment,
            count,
            format: ResultDocument::FORMAT.to_owned(),
            root: Digest::of(&[u8::try_from(stage).unwrap()]),
        },
        stage,
    })
}

/// Freezes a stage; the document is of the library's own making.
pub(crate) fn stage(draw: &str, document: dispatch_core::stage::StageDocument) -> Step {
    Step::Stage(Staging {
        commitment: commitment(draw),
        stage: document,
    })
}

/// Discloses a draw.
pub(crate) fn disclosure(draw: &str) -> Step {
    let commitment = commitment(draw);
    Step::Disclosure(Disclosing {
        bundle: "c".repeat(64),
        commitment,
        document: Digest::of(b"disclosure"),
        secret: commitment,
    })
}

/// Voids a draw, announced or only planned.
pub(crate) fn void(draw: &str, announced: bool) -> Step {
    let commitment = if announced {
        commitment(draw).to_string()
    } else {
        String::new()
    };
    Step::Void(Voiding {
        approver: "乙".to_owned(),
        commitment,
        draw: draw.to_owned(),
        proposer: "甲".to_owned(),
        reason: "名录有误".to_owned(),
    })
}

/// Withdraws a key.
pub(crate) fn key_change(key: &str) -> Step {
    Step::Key(KeyChange {
        compromised: true,
        holder: Holder::Witness,
        new: String::new(),
        old: key.to_owned(),
        reason: "遗失".to_owned(),
    })
}
