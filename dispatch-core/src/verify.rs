//! Verification: every numbered check of docs/spec.md section 11, never stopping at the first fault.
//!
//! A check gets a status and says what was found and where; verdicts and the evidence grade are
//! derived from the statuses. Invariant: for every input there is a report, and each check of the
//! table stands in it exactly once, in order.

mod drawn;
mod forms;
mod frozen;
mod outside;
mod report;
mod table;

pub use self::report::{CheckResult, Form, Grade, Report, Status, Verdict};
pub use self::table::{CHECKS, Check, Mark, check};

use crate::bundle::Files;
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::language::Message;
use crate::policy::Policy;
use crate::roster::Cells;
use crate::selection::Stratification;

/// What the verifier brings along; nothing of it comes from the bundle.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// The commitment that the verifier holds.
    pub commitment: Option<Digest>,
    /// The verifier's policy.
    pub policy: Option<Policy>,
}

/// What a check came to: passed, failed, or could not be run, with words.
pub(crate) type Outcome = Result<Message, Message>;

/// Runs every check. `observer` sees each as it is done, in order of work, not of the table.
pub fn verify(
    name: &str,
    files: Files,
    expectations: &Expectations,
    observer: &mut dyn FnMut(&CheckResult),
) -> Report {
    let form = if files.is_auditors() {
        Form::Auditor
    } else {
        Form::Public
    };
    let container = forms::container(&files);
    let unreadable = files.is_unreadable();
    let mut run = Run {
        form,
        results: Vec::new(),
        observer,
        sealed_strata: false,
        sealed_team: false,
        strata: None,
    };
    if unreadable {
        run.record("A01", container);
        for check in CHECKS.iter().skip(1) {
            run.put(
                check.id,
                Status::Skipped,
                Message::new("there is no bundle to check", "没有可核验的证据包"),
            );
        }
        return run.report(name, None, false);
    }
    // Whether a diff is due is known from the announcement only, so A01 is decided after A02.
    let names: Vec<String> = files.names().map(str::to_owned).collect();
    let evidence = Evidence::read(files);
    run.record(
        "A01",
        container.and_then(|_| forms::entries(&names, &evidence, form)),
    );
    run.forms(&evidence);
    let cells = run.sealed(&evidence);
    frozen::run(&mut run, &evidence, &cells);
    run.sources(&evidence);
    drawn::run(&mut run, &evidence, &cells);
    run.outside(&evidence, expectations);
    let announced = evidence.announcement.good();
    let replay = announced.is_some_and(|announced| announced.document.replay);
    run.report(
        name,
        announced.map(|announced| announced.commitment),
        replay,
    )
}

/// Checks what is frozen, before the draw: A02 to A05, A09, B02 to B07, C02, E01 and E02. Needs the
/// auditor's files.
#[must_use]
pub fn check_frozen(evidence: &Evidence) -> (Vec<CheckResult>, OpenCells) {
    let (results, cells, _) = check_and_place(evidence);
    (results, cells)
}

/// The same, with the places of all subjects if B07 came to compute them.
pub(crate) fn check_and_place(
    evidence: &Evidence,
) -> (Vec<CheckResult>, OpenCells, Option<Stratification>) {
    let mut run = Run {
        form: Form::Auditor,
        results: Vec::new(),
        observer: &mut |_| {},
        sealed_strata: false,
        sealed_team: false,
        strata: None,
    };
    run.forms(evidence);
    let cells = run.sealed(evidence);
    frozen::run(&mut run, evidence, &cells);
    let before = [
        "A02", "A03", "A04", "A05", "A09", "B02", "B03", "B04", "B05", "B06", "B07", "E01", "E02",
    ];
    run.results.retain(|result| before.contains(&result.id));
    (run.results, cells, run.strata)
}

/// The open values of a bundle's sealed columns, as far as they are there and what was sealed.
#[must_use]
pub fn open_cells(evidence: &Evidence) -> OpenCells {
    check_frozen(evidence).1
}

/// Open values of both rosters' sealed columns, where they are known.
#[derive(Debug, Default)]
pub struct OpenCells {
    /// Of the subjects.
    pub subjects: Option<Cells>,
    /// Of the officers.
    pub officers: Option<Cells>,
}

/// The state of one verification.
pub(crate) struct Run<'o> {
    pub(crate) form: Form,
    pub(crate) sealed_strata: bool,
    pub(crate) sealed_team: bool,
    /// The places of all subjects, once B07 has computed them.
    pub(crate) strata: Option<Stratification>,
    results: Vec<CheckResult>,
    observer: &'o mut dyn FnMut(&CheckResult),
}

impl Run<'_> {
    /// Runs a check unless it is hidden or something it needs did not pass.
    pub(crate) fn check(&mut self, id: &'static str, run: impl FnOnce() -> Outcome) {
        let check = check(id);
        if let Some(missing) = check
            .needs
            .iter()
            .find(|need| **need == "A02" && !self.passed(need))
        {
            return self.skip(id, missing);
        }
        let marked = match check.mark {
            Mark::None | Mark::Auditor => false,
            Mark::Strata => self.sealed_strata,
            Mark::Team => self.sealed_team,
        };
        if marked && self.form == Form::Public {
            return self.put(
                id,
                Status::Hidden,
                Message::new(
                    "depends on sealed columns, which only an auditor's bundle opens",
                    "涉及封存列，只有审计版证据包才能核验",
                ),
            );
        }
        if let Some(missing) = check.needs.iter().find(|need| !self.passed(need)) {
            return self.skip(id, missing);
        }
        if marked && !self.passed("E01") {
            return self.skip(id, "E01");
        }
        self.record(id, run());
    }

    pub(crate) fn passed(&self, id: &str) -> bool {
        self.results
            .iter()
            .any(|result| result.id == id && result.status == Status::Pass)
    }

    pub(super) fn record(&mut self, id: &'static str, outcome: Outcome) {
        match outcome {
            Ok(found) => self.put(id, Status::Pass, found),
            Err(fault) => self.put(id, Status::Fail, fault),
        }
    }

    pub(super) fn skip(&mut self, id: &'static str, missing: &str) {
        self.put(
            id,
            Status::Skipped,
            Message::new(
                format!("not run: it needs {missing}, which did not pass"),
                format!("未执行：需要先通过{missing}"),
            ),
        );
    }

    pub(super) fn put(&mut self, id: &'static str, status: Status, detail: Message) {
        let result = CheckResult { id, status, detail };
        (self.observer)(&result);
        self.results.push(result);
    }

    fn report(self, name: &str, commitment: Option<Digest>, replay: bool) -> Report {
        report::derive(
            name,
            self.form,
            self.results,
            commitment,
            replay,
            self.sealed_strata,
            self.sealed_team,
        )
    }
}

pub(crate) fn number(count: usize, english: &str, chinese: &str) -> Message {
    Message::new(format!("{count} {english}"), format!("{count}{chinese}"))
}

pub(crate) fn gone() -> Message {
    Message::new(
        "what this check needs is not there",
        "缺少该项核验所需的内容",
    )
}
