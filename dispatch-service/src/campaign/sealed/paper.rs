//! Papers 文书 of the visits that somebody sees: the same that `dispatch papers` writes.

use dispatch_core::papers::{Campaign, Load, Supplement};

use super::SealedList;
use crate::problem::Problem;

/// Which papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 抽查名单.
    DrawnList,
    /// 检查通知书.
    Notices,
    /// 检查情况记录表.
    VisitRecords,
    /// 派员单.
    Duties,
}

impl Paper {
    /// The papers of a word.
    ///
    /// # Errors
    /// 404.
    pub fn of(word: &str) -> Result<Self, Problem> {
        match word {
            "drawn-list" => Ok(Self::DrawnList),
            "notices" => Ok(Self::Notices),
            "visit-records" => Ok(Self::VisitRecords),
            "duties" => Ok(Self::Duties),
            _ => Err(Problem::not_found()),
        }
    }
}

impl SealedList {
    /// The papers, as one HTML page to print, of `count` visits or officers from that with index `first`
    /// on. What is not known, as the rules for officers, is a blank to be filled in.
    #[must_use]
    pub fn paper(&self, paper: Paper, first: usize, count: usize) -> String {
        let held = &self.held;
        let announced = &held.prepared.announced;
        self.with(|visits| {
            let campaign = Campaign {
                announced,
                visits: visits.to_vec(),
                loads: Load::all(&announced.document, &held.draw.teams),
                values: &held.values,
                result: &held.draw.result,
                joint: &[],
                stages: &[],
                opened: None,
            };
            let supplement = Supplement::default();
            match paper {
                Paper::DrawnList => campaign.drawn_list(),
                Paper::Notices => campaign.notices(&supplement, first, count),
                Paper::VisitRecords => campaign.visit_records(first, count),
                Paper::Duties => campaign.duties().html(&campaign, first, count),
            }
        })
    }
}
