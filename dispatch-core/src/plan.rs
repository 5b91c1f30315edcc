//! The plan 抽查任务: one draw's rules, frozen inside the announcement.
//!
//! Source: docs/spec.md section 3. These types are the canonical form that is hashed; people write
//! the friendlier TOML of [`source`]. [`Plan::faults`] finds everything that is against the rules,
//! [`steering`] what is allowed but could steer a draw.

mod child;
mod condition;
mod entropy;
mod fault;
mod mode;
mod quota;
mod rules;
mod schedule;
mod seed_source;
pub mod source;
pub mod spreadsheet;
pub mod steering;
mod team;

pub use self::child::{Child, Parent};
pub use self::condition::{Condition, Op, matches};
pub use self::fault::Fault;
pub use self::mode::{Mode, share};
pub use self::quota::{Quota, Rounding};
pub use self::schedule::Schedule;
pub use self::seed_source::{NumberShape, SeedSource};
pub use self::team::{ExpandedSlot, FieldPair, MatchKind, MatchRule, Role, Slot, Team};

use serde::{Deserialize, Serialize};

/// One draw's rules in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Where the annual plan names this draw; empty for a draw outside the annual plan.
    pub annual_plan: String,
    /// The body that holds the draw.
    pub authority: String,
    /// Who else draws officers for the subjects drawn here.
    pub children: Vec<Child>,
    /// Id of the draw, unique for the authority.
    pub draw: String,
    /// Who is left out, and why, in order of precedence.
    pub exclusions: Vec<Exclusion>,
    /// [`Plan::FORMAT`].
    pub format: String,
    /// What is inspected.
    pub matters: Vec<Matter>,
    /// Whether everything is drawn at once.
    pub mode: Mode,
    /// About the officer roster.
    pub officers: OfficerColumns,
    /// At most one: the draw of which this is a child draw.
    pub parent: Vec<Parent>,
    /// Empty, or the commitment of the draw that this one repeats.
    pub repeats: String,
    /// When things happen.
    pub schedule: Schedule,
    /// The ingredients of the seed, in order.
    pub seed: Vec<SeedSource>,
    /// Number of the draw in the authority's sequence, without gaps.
    pub sequence: u64,
    /// Disjoint parts of the subject roster, in order of precedence.
    pub strata: Vec<Stratum>,
    /// About the subject roster.
    pub subjects: SubjectColumns,
    /// Who inspects each subject.
    pub team: Team,
    /// Why a draw outside the annual plan is held; empty otherwise.
    pub temporary_reason: String,
    /// Title in words.
    pub title: String,
}

impl Plan {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/plan/1";

    /// Everything in the plan that is against docs/spec.md sections 1, 3 and 5.1.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        rules::plan_faults(self)
    }

    /// The drand source, if the plan has one.
    #[must_use]
    pub fn uses_drand(&self) -> bool {
        self.seed
            .iter()
            .any(|source| matches!(source, SeedSource::Drand { .. }))
    }

    /// Whether this is the plan of a child draw.
    #[must_use]
    pub fn is_child(&self) -> bool {
        !self.parent.is_empty()
    }

    /// Number of batches in which the quotas are taken (docs/spec.md section 6).
    #[must_use]
    pub fn batches(&self) -> u64 {
        match self.mode {
            Mode::Order => self.schedule.stages.len() as u64 + 1,
            Mode::Sample => 1,
        }
    }

    /// The drand round that the draw time fixes (docs/spec.md 5.2); 0 without a drand source.
    #[must_use]
    pub fn round(&self) -> u64 {
        if !self.uses_drand() {
            return 0;
        }
        crate::beacon::round_at_or_after(self.schedule.draw_unix())
    }

    /// Whether which stratum a subject belongs to depends on a sealed column.
    #[must_use]
    pub fn strata_are_sealed(&self) -> bool {
        let sealed = |field: &String| self.subjects.sealed.contains(field);
        let conditions = |list: &[Condition]| list.iter().any(|c| sealed(&c.field));
        self.exclusions
            .iter()
            .any(|e| conditions(&e.conditions) || sealed(&e.reference))
            || self.strata.iter().any(|s| conditions(&s.conditions))
    }

    /// Whether who may fill a slot depends on a sealed column.
    #[must_use]
    pub fn team_is_sealed(&self) -> bool {
        let subject = |field: &String| self.subjects.sealed.contains(field);
        let officer = |field: &String| self.officers.sealed.contains(field);
        let matched = self.team.slots.iter().flat_map(|slot| &slot.matching);
        self.officers
            .sealed
            .iter()
            .any(|field| OFFICER_RULE_FIELDS.contains(&field.as_str()))
            || self
                .team
                .group
                .iter()
                .any(|pair| subject(&pair.subject) || officer(&pair.officer))
            || { matched }.any(|rule| subject(&rule.subject) || officer(&rule.officer))
    }
}

/// What is inspected 随机抽查事项, and on what legal basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// Law, article, document number.
    pub basis: String,
    /// Highest allowed rate; at most one.
    pub ceiling: Vec<Fraction>,
    /// Code in the published list of matters.
    pub code: String,
    /// General matters have a strictly limited rate, key matters may exceed it.
    pub kind: MatterKind,
    /// Name in the published list.
    pub name: String,
}

/// 一般检查事项 or 重点检查事项 (国市监信〔2019〕38号).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatterKind {
    /// 一般检查事项.
    General,
    /// 重点检查事项.
    Key,
}

/// An exact fraction; never a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fraction {
    /// Denominator, at least 1.
    pub denominator: u64,
    /// Numerator.
    pub numerator: u64,
}

/// Rules about the subject roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectColumns {
    /// What subject ids are.
    pub ids: SubjectIds,
    /// Columns whose cells are committed but not published.
    pub sealed: Vec<String>,
}

/// What subject ids are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectIds {
    /// Unified social credit codes (GB 32100-2015), check character verified.
    #[default]
    CreditCode,
    /// Any other ids: products, projects, sites.
    Other,
}

/// Rules about the officer roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerColumns {
    /// Columns whose cells are committed but not published.
    pub sealed: Vec<String>,
}

/// Subjects that are left out of the draw, by a published rule and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Legal basis.
    pub basis: String,
    /// Code of the reason.
    pub code: String,
    /// The reason in words.
    pub label: String,
    /// Field that must name the completed and disclosed visit, or empty.
    pub reference: String,
    /// Which subjects.
    #[serde(rename = "where")]
    pub conditions: Vec<Condition>,
}

/// A part 分层 of the subject roster with its own quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// Name, unique in the plan.
    pub name: String,
    /// How many are drawn.
    pub quota: Quota,
    /// Which subjects; the first stratum that matches takes a subject.
    #[serde(rename = "where")]
    pub conditions: Vec<Condition>,
}

/// Fields of an officer that the team rules read (docs/spec.md 7.2).
const OFFICER_RULE_FIELDS: &[&str] = &[
    "department",
    "expert",
    "expires",
    "lead",
    "leave",
    "limit",
    "matters",
    "skills",
];
