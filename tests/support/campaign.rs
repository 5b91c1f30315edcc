//! A whole campaign in memory: plan and rosters, frozen, drawn, packed and verified.
//!
//! Everything goes through the public interface of the library. Two kinds of seed are at hand: a real
//! drand pulse, and public numbers, which may be any and so give as many draws of one frozen campaign
//! as a count needs.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may panic"
)]

use dispatch_core::beacon::{Pulse, QUICKNET};
use dispatch_core::bundle::{self, Files, Limits};
use dispatch_core::digest::from_hex;
use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::freeze::{Draft, Earlier, Entropy, Frozen, SecretDocument, freeze};
use dispatch_core::json::from_canonical;
use dispatch_core::language::Message;
use dispatch_core::plan::{
    Condition, Matter, MatterKind, Mode, NumberShape, OfficerColumns, Op, Plan, Quota, Role,
    Schedule, SeedSource, Slot, Stratum, SubjectColumns, SubjectIds, Team,
};
use dispatch_core::roster::{Recusal, Roster, RosterBuilder, RosterKind, RowRules};
use dispatch_core::seed::SourceValue;
use dispatch_core::verify::{CheckResult, Expectations, Report, verify};

use crate::chance::Dice;

/// A row of a roster, in any order of fields.
pub type Row = Vec<(String, String)>;

/// Everything a draw is made of.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The plan.
    pub plan: Plan,
    /// The subject roster.
    pub subjects: Vec<Row>,
    /// The officer roster.
    pub officers: Vec<Row>,
    /// Pairs of subject and officer.
    pub recusals: Vec<(String, String)>,
    /// The subject roster of an earlier announcement.
    pub earlier: Option<Vec<Row>>,
    /// What the operator's clock says.
    pub created: String,
    /// A pulse that exists already.
    pub recent_pulse: Option<Pulse>,
    /// Marked as a rehearsal.
    pub replay: bool,
    /// The operator's secret.
    pub secret: [u8; 32],
}

impl Campaign {
    /// One stratum of all subjects, teams of two from one department, seeded by public numbers.
    #[must_use]
    pub fn new(subjects: Vec<Row>, officers: Vec<Row>, quota: Quota) -> Self {
        Self {
            plan: plan(vec![stratum("all", quota, Vec::new())]),
            subjects,
            officers,
            recusals: Vec::new(),
            earlier: None,
            created: "2026-07-20T00:00:00Z".to_owned(),
            recent_pulse: None,
            replay: false,
            secret: [11; 32],
        }
    }

    /// The same, seeded by the drand pulse of [`pulse`].
    #[must_use]
    pub fn with_drand(mut self) -> Self {
        self.plan.seed = vec![SeedSource::Drand {
            chain: QUICKNET.hash.to_string(),
        }];
        self
    }

    /// The subject roster as it is frozen when no column is sealed.
    #[must_use]
    pub fn subject_roster(&self) -> Roster {
        roster(&self.subjects, RosterKind::Subjects(self.plan.subjects.ids))
    }

    /// The officer roster as it is frozen when no column is sealed.
    #[must_use]
    pub fn officer_roster(&self) -> Roster {
        roster(&self.officers, RosterKind::Officers)
    }

    /// The recusals as the library wants them.
    #[must_use]
    pub fn recusal_list(&self) -> Vec<Recusal> {
        let one = |(subject, officer): &(String, String)| Recusal {
            subject: subject.clone(),
            officer: officer.clone(),
            reason: "亲属关系".to_owned(),
        };
        self.recusals.iter().map(one).collect()
    }

    /// Freezes.
    ///
    /// # Errors
    /// What the library finds wrong.
    pub fn try_freeze(&self) -> Result<Frozen, Vec<Message>> {
        let kind = RosterKind::Subjects(self.plan.subjects.ids);
        let draft = Draft {
            plan: self.plan.clone(),
            subjects: self.subject_roster(),
            officers: self.officer_roster(),
            recusals: self.recusal_list(),
            earlier: Earlier {
                subjects: self.earlier.as_ref().map(|rows| roster(rows, kind)),
                ..Earlier::default()
            },
            recent_pulse: self.recent_pulse,
            policy: None,
            created: self.created.clone(),
            replay: self.replay,
        };
        freeze(
            draft,
            &Entropy {
                secret: self.secret,
                roster_key: [22; 32],
            },
        )
    }

    /// Freezes what has no faults.
    #[must_use]
    pub fn freeze(&self) -> Frozen {
        self.try_freeze().unwrap()
    }
}

/// What the operator needs to draw, read back.
///
/// # Errors
/// Every check that does not pass.
pub fn prepare(frozen: &Frozen) -> Result<Prepared, Vec<CheckResult>> {
    let mut files = frozen.public.clone();
    for name in [bundle::RECUSALS, bundle::CELLS, bundle::AUDIT] {
        files.insert(name, frozen.secret.get(name).unwrap().to_vec());
    }
    Prepared::open(files, &secret_document(frozen))
}

/// The operator's secret file.
#[must_use]
pub fn secret_document(frozen: &Frozen) -> SecretDocument {
    from_canonical(frozen.secret.get(SecretDocument::NAME).unwrap()).unwrap()
}

/// The files of the public or the auditor's bundle.
#[must_use]
pub fn bundle(
    frozen: &Frozen,
    prepared: &Prepared,
    draw: &Draw,
    values: &[SourceValue],
    auditor: bool,
) -> Files {
    let mut files = frozen.public.clone();
    let added = prepared.disclose(draw, values);
    for name in added.names() {
        files.insert(name, added.get(name).unwrap().to_vec());
    }
    if auditor {
        for name in [bundle::RECUSALS, bundle::CELLS, bundle::AUDIT] {
            files.insert(name, frozen.secret.get(name).unwrap().to_vec());
        }
    }
    files
}

/// Freezes, draws with these values and packs the public bundle's files.
#[must_use]
pub fn public_bundle(campaign: &Campaign, values: &[SourceValue]) -> (Frozen, Files) {
    let frozen = campaign.freeze();
    let prepared = prepare(&frozen).unwrap();
    let draw = prepared.draw(values).unwrap();
    let files = bundle(&frozen, &prepared, &draw, values, false);
    (frozen, files)
}

/// Packs, unpacks and verifies.
#[must_use]
pub fn report(files: &Files, expectations: &Expectations) -> Report {
    let zip = files.to_zip().unwrap();
    let files = Files::unpack(std::io::Cursor::new(zip), Limits::default());
    verify("evidence.zip", files, expectations, &mut |_| {})
}

/// A plan of these strata: public numbers, a window of 30 days, teams of two, slack 1.
#[must_use]
pub fn plan(strata: Vec<Stratum>) -> Plan {
    Plan {
        annual_plan: "2026年度计划第1项".to_owned(),
        authority: "广州市市场监督管理局".to_owned(),
        children: Vec::new(),
        draw: "440100-2026-0001".to_owned(),
        exclusions: Vec::new(),
        format: Plan::FORMAT.to_owned(),
        matters: vec![Matter {
            basis: "《企业信息公示暂行条例》".to_owned(),
            ceiling: Vec::new(),
            code: "GS-02".to_owned(),
            kind: MatterKind::General,
            name: "公示信息检查".to_owned(),
        }],
        mode: Mode::Sample,
        officers: OfficerColumns { sealed: Vec::new() },
        parent: Vec::new(),
        repeats: String::new(),
        schedule: Schedule {
            disclosure_time: "2026-08-23T01:00:00Z".to_owned(),
            draw_time: "2026-07-23T07:38:30Z".to_owned(),
            lead_minutes: 1440,
            stage_lead_minutes: 1440,
            stages: Vec::new(),
            window_end: "2026-08-22".to_owned(),
            window_start: "2026-07-24".to_owned(),
        },
        seed: vec![SeedSource::PublicNumbers {
            bits: 128,
            count: NUMBERS,
            from: 0,
            name: "示例公开号码".to_owned(),
            published: "示例公报".to_owned(),
            shape: NumberShape::Sequence,
            time: "2026-07-24T00:00:00Z".to_owned(),
            to: MOST,
        }],
        sequence: 1,
        strata,
        subjects: SubjectColumns {
            ids: SubjectIds::Other,
            sealed: Vec::new(),
        },
        team: Team {
            group: Vec::new(),
            max_drops: 5,
            min_days: 5,
            slack: 1,
            slots: vec![slot("检查人员", 2)],
            standing: 0,
        },
        temporary_reason: String::new(),
        title: "2026年度抽查".to_owned(),
    }
}

/// A stratum.
#[must_use]
pub fn stratum(name: &str, quota: Quota, conditions: Vec<Condition>) -> Stratum {
    Stratum {
        name: name.to_owned(),
        quota,
        conditions,
    }
}

/// A condition.
#[must_use]
pub fn condition(field: &str, op: Op, values: &[&str]) -> Condition {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Condition {
        field: field.to_owned(),
        op,
        values,
    }
}

/// A fixed quota.
#[must_use]
pub fn count(count: u64) -> Quota {
    Quota::Count { count }
}

/// A slot for officers of [`DEPARTMENT`] that asks for nothing else.
#[must_use]
pub fn slot(name: &str, count: u64) -> Slot {
    Slot {
        count,
        department: DEPARTMENT.to_owned(),
        expert: String::new(),
        lead: false,
        matching: Vec::new(),
        matters: Vec::new(),
        name: name.to_owned(),
        role: Role::Officer,
        skills: Vec::new(),
    }
}

/// A row of these fields.
#[must_use]
pub fn row(fields: &[(&str, &str)]) -> Row {
    let filled = fields.iter().filter(|(_, value)| !value.is_empty());
    filled
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Subjects `S000000`, `S000001`, … of one kind.
#[must_use]
pub fn subjects(count: usize) -> Vec<Row> {
    (0..count)
        .map(|at| row(&[("id", &subject_id(at)), ("name", "某店")]))
        .collect()
}

/// Id of a subject.
#[must_use]
pub fn subject_id(at: usize) -> String {
    format!("S{at:06}")
}

/// Officers `E000`, `E001`, … of one kind, with certificates long valid.
#[must_use]
pub fn officers(count: usize) -> Vec<Row> {
    (0..count).map(|at| officer(at, &[])).collect()
}

/// Id of an officer.
#[must_use]
pub fn officer_id(at: usize) -> String {
    format!("E{at:03}")
}

/// One officer with some fields more, or other than usual.
#[must_use]
pub fn officer(at: usize, fields: &[(&str, &str)]) -> Row {
    let id = officer_id(at);
    let mut all = vec![
        ("id", &*id),
        ("name", "张三"),
        ("department", DEPARTMENT),
        ("expires", "2030-12-31"),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields);
    row(&all)
}

/// Numbers of the public event; every `draw` has its own.
#[must_use]
pub fn numbers(draw: u64) -> Vec<SourceValue> {
    let mut dice = Dice::new(draw);
    let values = (0..NUMBERS).map(|_| dice.below(MOST + 1)).collect();
    vec![SourceValue::PublicNumbers { values }]
}

/// The real quicknet pulse of 2026-07-23T07:38:30Z (tests/vectors/drand-quicknet.tsv).
#[must_use]
pub fn pulse() -> Pulse {
    vector_pulse(30_662_982)
}

/// The real quicknet pulse of a round of tests/vectors/drand-quicknet.tsv.
#[must_use]
pub fn vector_pulse(round: u64) -> Pulse {
    let name = format!("{round}\t");
    let line = VECTORS
        .lines()
        .find(|line| line.starts_with(&name))
        .unwrap();
    let signature = from_hex(line.split('\t').nth(1).unwrap()).unwrap();
    Pulse {
        round,
        signature: signature.try_into().unwrap(),
    }
}

/// Department of all officers here.
pub const DEPARTMENT: &str = "市场监管局";

fn roster(rows: &[Row], kind: RosterKind) -> Roster {
    let mut builder = RosterBuilder::new(RowRules { kind, sealed: &[] });
    for row in rows {
        builder.push(row).unwrap();
    }
    builder.finish().unwrap()
}

const VECTORS: &str = include_str!("../vectors/drand-quicknet.tsv");
const NUMBERS: u64 = 16;
const MOST: u64 = 999_999_999;
