//! Verification: every numbered check of docs/spec.md section 11, never stopping at the first fault.
//!
//! A check gets a status and says what was found and where; verdicts and the evidence grade are
//! derived from the statuses. Invariant: for every input there is a report, and each check of the
//! table stands in it exactly once, in order.

mod children;
mod custody;
mod drawn;
mod forms;
mod frozen;
mod log;
mod outside;
mod report;
mod stages;
mod table;

pub use self::report::{CheckResult, Form, Grade, Report, Status, Verdict};
pub use self::table::{CHECKS, Check, Mark, check};

use self::children::Parent;
use self::table::{CHILD_NEEDS, OF_CHILDREN};

use crate::bundle::{self, Files};
use crate::digest::Digest;
use crate::evidence::Evidence;
use crate::language::Message;
use crate::log::LogPolicy;
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
    /// Which log and which witnesses count.
    pub log_policy: Option<LogPolicy>,
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
    verify_within(name, files, expectations, None, observer)
}

/// The same for a bundle that stands alone, or in another one.
fn verify_within(
    name: &str,
    files: Files,
    expectations: &Expectations,
    parent: Option<&Parent<'_>>,
    observer: &mut dyn FnMut(&CheckResult),
) -> Report {
    let form = if files.is_auditors() {
        Form::Auditor
    } else {
        Form::Public
    };
    let container = forms::container(&files);
    let unreadable = files.is_unreadable();
    let mut run = Run::new(form, parent, observer);
    if unreadable {
        run.record("A01", container);
        for check in CHECKS.iter().skip(1) {
            run.put(
                check.id,
                Status::Skipped,
                Message::new("there is no bundle to check", "没有可核验的证据包"),
            );
        }
        return report::derive(name, run, None);
    }
    // Whether a diff is due is known from the announcement only, so A01 is decided after A02.
    let names: Vec<String> = files.names().map(str::to_owned).collect();
    let unreadable: Vec<usize> = (1..=bundle::MOST_CHILDREN)
        .filter(|number| files.is_listed_unreadable(&bundle::child_name(*number)))
        .collect();
    let left = files.left();
    let mut evidence = match parent {
        Some(parent) => {
            Evidence::read_within(files, parent.evidence.subject_bytes().map(<[u8]>::to_vec))
        }
        None => Evidence::read(files),
    };
    run.record(
        "A01",
        container.and_then(|_| forms::entries(&names, &evidence, form)),
    );
    run.forms(&evidence);
    let cells = run.sealed(&evidence);
    // Other checks of a child draw need H01.
    children::run(&mut run, &evidence, &names);
    frozen::run(&mut run, &evidence, &cells);
    run.sources(&evidence);
    drawn::run(&mut run, &evidence, &cells);
    stages::run(&mut run, &evidence, &cells);
    run.outside(&evidence, expectations);
    let logged = log::run(&mut run, &evidence, expectations);
    custody::run(&mut run, &evidence, expectations, &logged);
    run.has_quorum = logged.has_quorum;
    if parent.is_none() {
        let inner = children::Inner { unreadable, left };
        run.children = children::reports(&mut run, &mut evidence, inner, expectations);
    }
    report::derive(name, run, evidence.announcement.good())
}

/// Checks what is frozen, before the draw: A02 to A05, A09, B02 to B07, C02, E01 and E02. Needs the
/// auditor's files.
#[must_use]
pub fn check_frozen(evidence: &Evidence) -> (Vec<CheckResult>, OpenCells) {
    let (results, cells, _) = check_and_place(evidence, Form::Auditor);
    (results, cells)
}

/// The same for either form, with the places of all subjects if B07 came to compute them.
pub(crate) fn check_and_place(
    evidence: &Evidence,
    form: Form,
) -> (Vec<CheckResult>, OpenCells, Option<Stratification>) {
    let mut silent = |_: &CheckResult| {};
    let mut run = Run::new(form, None, &mut silent);
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
    is_child: bool,
    has_stages: bool,
    has_children: bool,
    /// Whether the bundle has a stage.
    held_stages: bool,
    /// Whether witnesses have to cosign under the verifier's log policy.
    has_quorum: bool,
    /// The bundle that this one stands in.
    parent: Option<&'o Parent<'o>>,
    children: Vec<(String, Report)>,
    /// The places of all subjects, once B07 has computed them.
    pub(crate) strata: Option<Stratification>,
    results: Vec<CheckResult>,
    observer: &'o mut dyn FnMut(&CheckResult),
}

impl<'o> Run<'o> {
    fn new(
        form: Form,
        parent: Option<&'o Parent<'o>>,
        observer: &'o mut dyn FnMut(&CheckResult),
    ) -> Self {
        Self {
            form,
            sealed_strata: false,
            sealed_team: false,
            is_child: false,
            has_stages: false,
            has_children: false,
            held_stages: false,
            has_quorum: false,
            parent,
            children: Vec::new(),
            strata: None,
            results: Vec::new(),
            observer,
        }
    }

    /// Whether the check has nothing to look at in a draw of this kind.
    fn is_void(&self, id: &str) -> bool {
        match id {
            "H04" => !self.has_children,
            "H01" | "H02" | "H03" | "H05" => !self.is_child && self.parent.is_none(),
            _ => id.starts_with('G') && !self.has_stages,
        }
    }

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
        if self.is_void(id) {
            let nothing = Message::new("nothing of that kind in this draw", "本次抽取无此情形");
            return self.put(id, Status::Pass, nothing);
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
        if self.is_child && OF_CHILDREN.contains(&id) {
            let (own, parents) = CHILD_NEEDS;
            if let Some(missing) = own.iter().find(|need| !self.passed(need)) {
                return self.skip(id, missing);
            }
            let parent = self.parent;
            let passed = |need: &&&str| !parent.is_some_and(|parent| parent.passed(need));
            if let Some(missing) = parents.iter().find(passed) {
                return self.put(
                    id,
                    Status::Skipped,
                    Message::new(
                        format!(
                            "not run: it needs {missing} of the parent's bundle, which did not pass"
                        ),
                        format!("未执行：需要发起方证据包先通过{missing}"),
                    ),
                );
            }
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
