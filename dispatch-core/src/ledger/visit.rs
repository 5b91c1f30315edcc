//! One visit of a subject.
//!
//! Source: 司法部's answers of April 2025 name the kinds 日常, 个案 and 专项. Invariant: a visit was read
//! from an imported row, so its texts are canonical; a disclosed visit took place on that day or earlier.

use jiff::civil::Date;

use super::Days;
use crate::import::ImportedRow;
use crate::problem::ProblemKind;
use crate::syntax::{date, list_items};

/// Why a body inspects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VisitKind {
    /// 日常: no object was named beforehand; draws bring these.
    Routine,
    /// 个案: a lead, complaint or referral about this subject.
    Case,
    /// 专项: a campaign.
    Campaign,
}

/// How far a visit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VisitState {
    /// 计划.
    Planned,
    /// 完成.
    Completed,
}

/// A visit, planned or completed. The order of the fields is the order of visits: by day first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Visit {
    /// The day of the visit, or the day it is planned for.
    pub date: Date,
    /// The number under which the visit is on record.
    pub reference: String,
    /// Id of the subject.
    pub subject: String,
    /// Certificate numbers of the officers, sorted.
    pub officers: Vec<String>,
    /// Why.
    pub kind: VisitKind,
    /// The cause in words, which rules may exempt; may be empty.
    pub cause: String,
    /// The department that visits; may be empty.
    pub department: String,
    /// Id of the draw that brought the visit; empty for one that no draw brought.
    pub draw: String,
    /// How far it is.
    pub state: VisitState,
    /// When the draw, or the result of a visit without a draw, was disclosed.
    pub disclosed: Option<Date>,
    /// Results, sorted; none for a visit without a recorded result.
    pub results: Vec<String>,
    /// Where; may be empty.
    pub premises: String,
}

impl Visit {
    /// Reads a row of [`crate::import::import_visits`].
    ///
    /// # Errors
    /// Every problem of the row as a whole, with the field it stands in; with an error among them
    /// there is no visit, with warnings alone there is one.
    pub fn from_row(row: &ImportedRow<'_>) -> (Option<Self>, Vec<(&'static str, ProblemKind)>) {
        let text = |field| row.get(field).unwrap_or_default();
        let mut problems = Vec::new();
        let Some(day) = visit_day(text("date")) else {
            let value = text("date").to_owned();
            return (None, vec![("date", ProblemKind::VisitDay { value })]);
        };
        let disclosed = match row.get("disclosed") {
            None => None,
            Some(written) => match visit_day(written) {
                Some(disclosed) if disclosed >= day => Some(disclosed),
                Some(_) => {
                    let kind = ProblemKind::VisitDisclosedEarly {
                        date: day.to_string(),
                        disclosed: written.to_owned(),
                    };
                    return (None, vec![("disclosed", kind)]);
                }
                None => {
                    let value = written.to_owned();
                    return (None, vec![("disclosed", ProblemKind::VisitDay { value })]);
                }
            },
        };
        let list = |field| list_items(text(field)).map(str::to_owned).collect();
        let visit = Self {
            date: day,
            reference: text("reference").to_owned(),
            subject: text("subject").to_owned(),
            officers: list("officers"),
            kind: match text("kind") {
                "case" => VisitKind::Case,
                "campaign" => VisitKind::Campaign,
                _ => VisitKind::Routine,
            },
            cause: text("cause").to_owned(),
            department: text("department").to_owned(),
            draw: text("draw").to_owned(),
            state: match text("state") {
                "completed" => VisitState::Completed,
                _ => VisitState::Planned,
            },
            disclosed,
            results: list("result"),
            premises: text("premises").to_owned(),
        };
        if visit.state == VisitState::Completed {
            if visit.results.is_empty() {
                problems.push(("result", ProblemKind::VisitWithoutResult {}));
            }
            if visit.officers.is_empty() {
                problems.push(("officers", ProblemKind::VisitWithoutOfficers {}));
            }
        }
        (Some(visit), problems)
    }

    /// Whether it may have consequences for a draw: completed, and disclosed by the present day.
    #[must_use]
    pub fn is_settled(&self, days: Days) -> bool {
        self.state == VisitState::Completed && self.is_disclosed(days) && self.date <= days.on
    }

    /// Whether nobody outside its draw may know of it yet.
    #[must_use]
    pub fn is_sealed(&self, days: Days) -> bool {
        !self.draw.is_empty() && !self.is_disclosed(days)
    }

    fn is_disclosed(&self, days: Days) -> bool {
        self.disclosed.is_some_and(|day| day <= days.known)
    }
}

/// A day of the years 2000 to 9998: "without end" is no day of a visit.
fn visit_day(text: &str) -> Option<Date> {
    date(text).filter(|day| day.year() < 9999)
}
