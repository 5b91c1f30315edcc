//! Official papers 文书 of a draw, each as one HTML page for A4: the record of the draw, the drawn
//! list, and for every visit the notice and the record sheet; a duty sheet for every officer.
//!
//! Source: what the rules ask of such papers: 国办发〔2015〕58号, 国发〔2019〕5号, 国办发〔2024〕54号
//! and the Ministry of Justice's 行政检查文书基本格式文本（试行）. Chinese, since they are Chinese papers.
//! Invariant: a paper states nothing that is not in the [`Campaign`] or the [`Supplement`]; what is not
//! known is a blank line to be filled in by hand. Pages have no script and load nothing.

mod drawn_list;
mod duty;
mod moment;
mod notice;
mod record;
mod sheet;
mod supplement;
mod visit_record;

pub use self::duty::Duties;
pub use self::supplement::{Supplement, VisitCounts};

use crate::announcement::Announcement;
use crate::digest::Digest;
use crate::evidence::Announced;
use crate::plan::{Matter, Plan, Role};
use crate::result::ResultDocument;
use crate::seed::SourceValue;
use crate::team::Teams;
use crate::visit::{Member, Visit};

/// Everything that the papers of one draw are made of.
#[derive(Clone, Debug)]
pub struct Campaign<'d> {
    /// The announcement and its commitment.
    pub announced: &'d Announced,
    /// The visits, in ascending order of number, without anything sealed.
    pub visits: Vec<Visit<'d>>,
    /// What every load group of officers came to.
    pub loads: Vec<Load>,
    /// The values of the seed sources, in plan order.
    pub values: &'d [SourceValue],
    /// The published result.
    pub result: &'d ResultDocument,
    /// Plans of the other draws whose officers are in the teams, for their matters.
    pub joint: &'d [&'d Plan],
    /// Later stages 补抽, in order; none if there were none.
    pub stages: &'d [StageEntry],
    /// Secret and seed, from the disclosure time on; before it they must not be given.
    pub opened: Option<Opened>,
}

/// What the disclosure opens.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// The operator's secret.
    pub secret: Digest,
    /// The seed that follows from it.
    pub seed: Digest,
}

/// What a load group of officers came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The body that drew these officers.
    pub authority: String,
    /// Department, then the grouping fields, without sealed ones.
    pub group: String,
    /// Officers in the group, drawable or not.
    pub officers: u64,
    /// Slots to be filled.
    pub slots: u64,
    /// Most subjects of one officer.
    pub cap: u64,
    /// Slots that nobody could fill.
    pub open: u64,
}

impl Load {
    /// The load groups of a draw's teams, as far as they may be shown.
    #[must_use]
    pub fn all(announcement: &Announcement, teams: &Teams) -> Vec<Self> {
        let plan = &announcement.plan;
        let sealed = |columns: &[String], field: &String| columns.contains(field);
        let shown = plan.team.group.iter().map(|pair| {
            !sealed(&plan.subjects.sealed, &pair.subject)
                && !sealed(&plan.officers.sealed, &pair.officer)
        });
        // The department stands first; the plan itself publishes it with every slot.
        let shown: Vec<bool> = core::iter::once(true).chain(shown).collect();
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let one = |group: &crate::team::GroupOutcome| Self {
            authority: plan.authority.clone(),
            group: { group.name.iter().zip(&shown) }
                .map(|(part, shown)| {
                    if *shown {
                        part.as_str()
                    } else {
                        "（封存）"
                    }
                })
                .collect::<Vec<_>>()
                .join(" / "),
            officers: number(group.officers),
            slots: number(group.slots),
            cap: u64::from(group.cap),
            open: number(group.open),
        };
        teams.groups.iter().map(one).collect()
    }
}

/// One later stage 补抽, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageEntry {
    /// Time of the stage, as a time of docs/spec.md 1.6.
    pub time: String,
    /// What fell out, and why.
    pub reason: String,
    /// Subjects drawn in it.
    pub drawn: u64,
    /// Its published root.
    pub root: Digest,
}

/// Who may read a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Everybody, at any time.
    Public,
    /// The operator and whoever supervises, until disclosure.
    Sealed,
}

impl Campaign<'_> {
    /// 抽取记录: how the draw was made. For [`Reader::Public`] it holds, before disclosure, no figure
    /// that follows from who was drawn.
    #[must_use]
    pub fn record(&self, reader: Reader) -> String {
        record::html(self, reader)
    }

    /// 抽查名单: every drawn subject with its team. Sealed until disclosure.
    #[must_use]
    pub fn drawn_list(&self) -> String {
        drawn_list::html(self)
    }

    /// 检查通知书 of `count` visits from the visit with index `first` on, each on pages of its own.
    #[must_use]
    pub fn notices(&self, supplement: &Supplement, first: usize, count: usize) -> String {
        notice::html(self, supplement, self.numbered(first, count))
    }

    /// 检查情况记录表 of the same visits.
    #[must_use]
    pub fn visit_records(&self, first: usize, count: usize) -> String {
        visit_record::html(self, self.numbered(first, count))
    }

    /// 派员单: for every officer who was drawn, what to do.
    #[must_use]
    pub fn duties(&self) -> Duties<'_> {
        Duties::new(self)
    }

    const fn announcement(&self) -> &Announcement {
        &self.announced.document
    }

    /// Visits with their numbers.
    fn numbered(&self, first: usize, count: usize) -> impl Iterator<Item = (u64, &Visit<'_>)> {
        let visits = self.visits.iter().skip(first).take(count);
        visits.map(|visit| (visit.number, visit))
    }

    /// 编号 of the papers of one visit.
    fn visit_number(&self, number: u64) -> String {
        format!("{}-{number:04}", self.announcement().plan.draw)
    }

    /// What is inspected at one visit: the matters of the draw, then those that other authorities in
    /// the team bring, each once.
    fn matters(&self, visit: &Visit<'_>) -> Vec<&Matter> {
        let authorities = self.authorities(visit);
        let joint = self.joint.iter();
        let joint = joint.filter(|plan| authorities.contains(&plan.authority.as_str()));
        let mut matters: Vec<&Matter> = self.announcement().plan.matters.iter().collect();
        for matter in joint.flat_map(|plan| &plan.matters) {
            if !matters.contains(&matter) {
                matters.push(matter);
            }
        }
        matters
    }

    /// The authorities of a team, the one that drew the subjects first.
    fn authorities<'v>(&'v self, visit: &'v Visit<'_>) -> Vec<&'v str> {
        let mut authorities = vec![self.announcement().plan.authority.as_str()];
        for member in &visit.team {
            if !authorities.contains(&member.authority) {
                authorities.push(member.authority);
            }
        }
        authorities
    }
}

/// What a slot is called on papers.
fn slot_name(member: &Member<'_>) -> String {
    match member.role {
        Role::Officer => member.slot.to_owned(),
        Role::Expert => format!("{}（专家，协助检查）", member.slot),
    }
}
