//! What a draw is made of, read from the files that people bring: plan, rosters, recusals.
//!
//! Source: docs/plan.md, docs/input.md. Files come one after another as bytes with a name, so that no
//! two of them have to be in memory at once; where they lie is the caller's. Invariant: everything that
//! is wrong with a list is collected, and only a plan that cannot be read ends the reading.

mod assessment;
mod columns;
mod earlier;
mod list;
mod parent;
mod plan_file;
mod reader;

pub use self::assessment::Assessment;
pub use self::earlier::{earlier, reasons};
pub use self::list::List;
pub use self::parent::{announced, published};
pub use self::plan_file::{PlanFault, read_plan};
pub use self::reader::Reader;

use crate::child::trial_plan;
use crate::evidence::Announced;
use crate::language::Message;
use crate::plan::Plan;
use crate::problem::Problems;
use crate::rehearsal::{Rehearsal, rehearse};
use crate::roster::{Recusal, Roster};

/// A file: its bytes, and how people call it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The name that problems say.
    pub name: &'a str,
    /// The sheet of a workbook, where one is meant.
    pub sheet: Option<&'a str>,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Source<'a> {
    /// A file, of a workbook the only sheet that fits.
    #[must_use]
    pub const fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            name,
            sheet: None,
            bytes,
        }
    }
}

/// Everything read.
#[derive(Debug)]
pub struct Material {
    /// The plan.
    pub plan: Plan,
    /// Subjects, sealed columns open; of a child draw the parent's roster.
    pub subjects: Roster,
    /// Officers, sealed columns open.
    pub officers: Roster,
    /// Forbidden pairs.
    pub recusals: Vec<Recusal>,
    /// What is wrong with the lists.
    pub problems: Problems,
    /// What was read, file by file.
    pub summaries: Vec<Message>,
    /// Where the lists stand in their files.
    pub lists: Vec<List>,
    /// Of a child draw, the parent's announcement.
    pub parent: Option<Announced>,
}

impl Material {
    /// The plan to hold trial draws with.
    #[must_use]
    pub fn trial_plan(&self) -> Plan {
        match &self.parent {
            Some(parent) => trial_plan(parent, &self.plan, &self.subjects),
            None => self.plan.clone(),
        }
    }

    /// All that can be said of it without trial draws.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        Assessment::of(self)
    }

    /// Trial draws, fewer of them where each takes seconds; `progress` is told how many are held, and
    /// out of how many.
    pub fn rehearse(&self, progress: &mut dyn FnMut(u32, u32)) -> Rehearsal {
        let trials = if self.subjects.len() > MANY_SUBJECTS {
            2
        } else {
            16
        };
        rehearse(
            &self.trial_plan(),
            &self.subjects,
            &self.officers,
            &self.recusals,
            trials,
            &mut |done| progress(done, trials),
        )
    }
}

/// From here on a trial draw takes seconds.
const MANY_SUBJECTS: usize = 500_000;
