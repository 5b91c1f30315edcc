//! Monitoring a log 监测: what no single bundle can show, found from outside.
//!
//! Source: docs/spec.md 17.8; the findings are in docs/log.md. One pass over what is new since the
//! last state, checkpoint by checkpoint. Invariant: an entry counts only once a checkpoint that holds
//! under the pinned policy covers it and the entries have the root that it signs; a state is never
//! replaced by one that does not continue it.

mod compare;
mod due;
mod finding;
mod judge;
mod run;
mod state;
mod table;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

pub use self::compare::{Difference, compare, continues};
pub use self::finding::{Finding, Findings, Severity};
pub use self::judge::Seen;
pub use self::state::{Body, Draw, Planned, State};
pub use self::table::{KINDS, Kind};

use self::run::Run;
use crate::digest::Digest;
use crate::language::Message;
use crate::log::{LogFiles, LogPolicy, LogView, SignedCheckpoint};
use crate::merkle::RootBuilder;
use crate::timestamp::Authority;

/// Gives a published document by its hash: none if there is none, an error if it has another hash.
pub type Documents<'a> = dyn FnMut(&Digest) -> Result<Option<Vec<u8>>, Message> + 'a;

/// What a monitor is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seconds that results and disclosures may take to reach the log.
    pub grace: u64,
    /// Hours after which a log without news is an alarm.
    pub silence: Option<u64>,
    /// Whether plans, custody files, disclosures and bundles are fetched too.
    pub documents: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            grace: 86_400,
            silence: None,
            documents: false,
        }
    }
}

/// What a monitor saw.
#[derive(Clone, Debug)]
pub struct Report {
    /// The latest checkpoint, if there is a readable one.
    pub latest: Option<SignedCheckpoint>,
    /// Entries that were read before.
    pub before: u64,
    /// Whether times are the entries' own claims.
    pub claims: bool,
    /// Everything that was found, now and earlier, by entry.
    pub findings: Vec<Finding>,
    /// Findings that were too many to keep.
    pub left_out: u64,
}

impl Report {
    /// Number of alarms.
    #[must_use]
    pub fn alarms(&self) -> usize {
        let findings = self.findings.iter();
        findings.filter(|f| f.severity == Severity::Alarm).count()
    }
}

/// Reads what is new in a log into `state`, and says what is wrong at the time `now`.
///
/// # Errors
/// When the log cannot be reached; nothing is changed then.
pub fn watch(
    files: &dyn LogFiles,
    policy: &LogPolicy,
    authorities: &[Authority],
    state: &mut State,
    options: &Options,
    now: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<Report, Message> {
    let before = state.size;
    let files = Reached {
        files,
        failed: RefCell::new(None),
    };
    let mut run = Run {
        view: LogView(&files),
        files: &files,
        policy,
        authorities,
        options,
        now,
        work: state.clone(),
        tree: RootBuilder::resume(state.size, state.edge.clone()).unwrap_or_default(),
        pending: BTreeMap::new(),
        newest: None,
        found: Findings::default(),
        claims: false,
        uncovered: None,
        seen: state.size,
        progress,
    };
    let (latest, sound) = run.all(state)?;
    let Run {
        work,
        found,
        claims,
        ..
    } = run;
    if sound {
        *state = work;
    } else {
        // Only what was found is remembered, never a history that does not continue ours.
        for finding in &found.list {
            let known = &mut state.findings.list;
            if finding.severity == Severity::Alarm && !known.contains(finding) {
                known.push(finding.clone());
            }
        }
    }
    let due = due::missing(state, options, now);
    let mut findings = state.findings.list.clone();
    let mut shown = found.list;
    shown.extend(due.list);
    let known: BTreeSet<&Finding> = findings.iter().collect();
    shown.retain(|finding| !known.contains(finding));
    findings.extend(shown.iter().cloned());
    state.shown = shown;
    findings.sort_by(|a, b| (a.index, &a.id).cmp(&(b.index, &b.id)));
    Ok(Report {
        latest,
        before,
        claims,
        findings,
        left_out: state.findings.left_out.saturating_add(due.left_out),
    })
}

/// Files that remember whether they could not be reached, as apart from not being there.
struct Reached<'f> {
    files: &'f dyn LogFiles,
    failed: RefCell<Option<Message>>,
}

impl LogFiles for Reached<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        self.files.read(path).inspect_err(|fault| {
            self.failed.borrow_mut().get_or_insert(fault.clone());
        })
    }
}
