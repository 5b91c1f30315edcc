//! Verification: every numbered check of docs/spec.md section 11, never stopping at the first fault.
//!
//! A check gets a status and says what was found and where; verdicts and the evidence grade are
//! derived from the statuses. Invariant: for every input there is a report, and each check of the
//! table stands in it exactly once, in order.

mod drawn;
mod frozen;
mod report;
mod table;

pub use self::report::{CheckResult, Form, Grade, Report, Status, Verdict};
pub use self::table::{CHECKS, Check, Mark, check};

use crate::beacon;
use crate::bundle::{self, Files};
use crate::digest::Digest;
use crate::evidence::{Evidence, Part};
use crate::language::Message;
use crate::plan::SeedSource;
use crate::policy::Policy;
use crate::roster::Cells;
use crate::seed::{check_contributions, check_numbers, check_pulse, seed};
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
    let container = container(&files);
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
        container.and_then(|_| entries(&names, &evidence, form)),
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

    /// Records a check of a file: absent files skip it.
    fn part<T>(&mut self, id: &'static str, part: &Part<T>, found: impl FnOnce(&T) -> Message) {
        match part {
            Part::Good(part) => self.record(id, Ok(found(part))),
            Part::Bad(message) => self.record(id, Err(message.clone())),
            Part::Absent => self.put(
                id,
                Status::Skipped,
                Message::new(
                    "the file is missing, or the announcement it depends on did not pass",
                    "缺少该文件，或其所依赖的公告未通过核验",
                ),
            ),
        }
    }

    pub(crate) fn passed(&self, id: &str) -> bool {
        self.results
            .iter()
            .any(|result| result.id == id && result.status == Status::Pass)
    }

    fn record(&mut self, id: &'static str, outcome: Outcome) {
        match outcome {
            Ok(found) => self.put(id, Status::Pass, found),
            Err(fault) => self.put(id, Status::Fail, fault),
        }
    }

    fn skip(&mut self, id: &'static str, missing: &str) {
        self.put(
            id,
            Status::Skipped,
            Message::new(
                format!("not run: it needs {missing}, which did not pass"),
                format!("未执行：需要先通过{missing}"),
            ),
        );
    }

    fn put(&mut self, id: &'static str, status: Status, detail: Message) {
        let result = CheckResult { id, status, detail };
        (self.observer)(&result);
        self.results.push(result);
    }

    /// A02 to A09.
    fn forms(&mut self, evidence: &Evidence) {
        self.part("A02", &evidence.announcement, |a| {
            let plan = &a.document.plan;
            Message::new(
                format!("{}: {} by {}", plan.draw, plan.title, plan.authority),
                format!("{}：{}，{}", plan.draw, plan.title, plan.authority),
            )
        });
        if let Some(plan) = evidence.plan() {
            self.sealed_strata = plan.strata_are_sealed();
            self.sealed_team = plan.team_is_sealed();
        }
        self.part("A03", &evidence.subjects, |r| {
            number(r.len(), "subjects", "户检查对象")
        });
        self.part("A04", &evidence.officers, |r| {
            number(r.len(), "officers", "名执法检查人员")
        });
        self.part("A05", &evidence.recusals, |r| {
            number(r.lines.len(), "recusals", "条回避记录")
        });
        self.part("A06", &evidence.result, |_| {
            Message::new("well formed", "格式正确")
        });
        self.part("A07", &evidence.records, |r| {
            number(r.len(), "records", "条派员记录")
        });
        self.part("A08", &evidence.disclosure, |_| {
            Message::new("well formed", "格式正确")
        });
        if self.form == Form::Public {
            self.put("A09", Status::Hidden, hidden());
        } else {
            self.part("A09", &evidence.audit, |_| {
                Message::new("well formed", "格式正确")
            });
        }
    }

    /// E01 and E02; gives the open values if they are what was sealed.
    fn sealed(&mut self, evidence: &Evidence) -> OpenCells {
        if self.form == Form::Public {
            self.put("E01", Status::Hidden, hidden());
            self.put("E02", Status::Hidden, hidden());
            return OpenCells::default();
        }
        let mut cells = OpenCells::default();
        self.check("E01", || {
            let (Some(audit), Some(plan)) = (evidence.audit.good(), evidence.plan()) else {
                return Err(gone());
            };
            let (Some(subjects), Some(officers)) =
                (evidence.subjects.good(), evidence.officers.good())
            else {
                return Err(gone());
            };
            cells.subjects =
                Some(audit.open(subjects, &crate::evidence::roster_rules(plan, true))?);
            cells.officers =
                Some(audit.open(officers, &crate::evidence::roster_rules(plan, false))?);
            Ok(Message::new(
                "every sealed cell opens",
                "所有封存单元格均已核对",
            ))
        });
        self.check("E02", || {
            let (Some(audit), Some(recusals)) = (evidence.audit.good(), evidence.recusals.good())
            else {
                return Err(gone());
            };
            audit.check_recusals(recusals)?;
            Ok(Message::new("every recusal opens", "所有回避记录均已核对"))
        });
        cells
    }

    /// C01 to C06.
    fn sources(&mut self, evidence: &Evidence) {
        let announced = evidence.announcement.good();
        let values = evidence
            .disclosure
            .good()
            .map(|d| d.sources.as_slice())
            .unwrap_or_default();
        let Some(announcement) = announced.map(|announced| &announced.document) else {
            for id in ["C01", "C02", "C03", "C04", "C05", "C06"] {
                self.skip(id, "A02");
            }
            return;
        };
        let plan = &announcement.plan;
        self.check("C01", || {
            match seed(plan, &Digest::new([0; 32]), &[0; 32], values) {
                Some(_) => Ok(number(
                    values.len(),
                    "sources, as announced",
                    "个随机源，与公告一致",
                )),
                None => Err(Message::new(
                    "the disclosed sources are not the plan's, in number, kind and order",
                    "公开的随机源与抽查任务规定的（数量、种类、顺序）不一致",
                )),
            }
        });
        self.check("C02", || {
            let due = plan.round();
            if announcement.round == due {
                Ok(Message::new(format!("round {due}"), format!("第{due}轮")))
            } else {
                Err(Message::new(
                    format!(
                        "the announcement says round {}; the draw time fixes {due}",
                        announcement.round
                    ),
                    format!(
                        "公告写明第{}轮，按抽取时间应为第{due}轮",
                        announcement.round
                    ),
                ))
            }
        });
        let declared = |kind: fn(&SeedSource) -> bool| plan.seed.iter().any(kind);
        let holds =
            |fault: Option<Message>, declared: bool, english: &str, chinese: &str| match fault {
                Some(fault) => Err(fault),
                None if declared => Ok(Message::new(english, chinese)),
                None => Ok(Message::new("none declared", "未规定此类随机源")),
            };
        let drand = declared(|source| matches!(source, SeedSource::Drand { .. }));
        let numbers = declared(|source| matches!(source, SeedSource::PublicNumbers { .. }));
        let contributions = declared(|source| matches!(source, SeedSource::Contribution { .. }));
        self.check("C03", || {
            holds(
                check_pulse(plan, values),
                drand,
                "the signature verifies",
                "签名验证通过",
            )
        });
        self.check("C04", || {
            holds(
                check_numbers(plan, values),
                numbers,
                "number, range and shape are right",
                "数量、范围和形式相符",
            )
        });
        self.check("C05", || {
            holds(
                check_contributions(plan, values),
                contributions,
                "every hash is opened",
                "各方承诺均已打开",
            )
        });
        self.check("C06", || {
            let Some(text) = announcement.recent_pulse.first() else {
                return Ok(Message::new("none given", "未提供"));
            };
            let verified = text.pulse().map(|pulse| beacon::verify(&pulse).is_ok());
            let time = beacon::time_of_round(text.round).unwrap_or(u64::MAX);
            if verified != Some(true) {
                return Err(Message::new(
                    "its signature does not verify",
                    "其签名验证失败",
                ));
            }
            if !announcement.replay && time > plan.schedule.draw_unix() {
                return Err(Message::new(
                    "it is later than the draw time",
                    "晚于抽取时间",
                ));
            }
            Ok(Message::new(
                format!("the announcement was made after round {}", text.round),
                format!("公告作出于第{}轮之后", text.round),
            ))
        });
    }

    /// F01 and F02.
    fn outside(&mut self, evidence: &Evidence, expectations: &Expectations) {
        let not_asked = || Message::new("not asked for", "未要求");
        let announced = evidence.announcement.good();
        match expectations.commitment {
            None => self.put("F01", Status::Skipped, not_asked()),
            Some(expected) => self.check("F01", || match announced.map(|a| a.commitment) {
                Some(found) if found == expected => {
                    Ok(Message::new("it is the one you hold", "与您持有的承诺一致"))
                }
                _ => Err(Message::new(
                    "this bundle is of another announcement than the commitment you hold",
                    "本证据包与您持有的承诺不是同一公告",
                )),
            }),
        }
        match &expectations.policy {
            None => self.put("F02", Status::Skipped, not_asked()),
            Some(policy) => self.check("F02", || {
                let Some(announced) = announced else {
                    return Err(gone());
                };
                frozen::slips(policy, announced)
            }),
        }
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

fn container(files: &Files) -> Outcome {
    match files.faults().first() {
        Some(fault) => Err(fault.clone()),
        None => Ok(Message::new("", "")),
    }
}

/// Whether the entries are exactly those that this bundle must have.
fn entries(names: &[String], evidence: &Evidence, form: Form) -> Outcome {
    let has = |name: &str| names.iter().any(|entry| entry == name);
    let mut due: Vec<&str> = bundle::REQUIRED.to_vec();
    if form == Form::Auditor {
        due.extend([bundle::AUDIT, bundle::CELLS]);
    }
    let mut optional = vec![bundle::SUBJECTS_DIFF, bundle::OFFICERS_DIFF];
    if let Some(announced) = evidence.announcement.good() {
        optional.clear();
        let document = &announced.document;
        let diffs = [
            (bundle::SUBJECTS_DIFF, &document.subjects),
            (bundle::OFFICERS_DIFF, &document.officers),
        ];
        due.extend(
            diffs
                .iter()
                .filter(|(_, roster)| !roster.diff.is_empty())
                .map(|(name, _)| *name),
        );
    }
    if let Some(name) = due.iter().find(|name| !has(name)) {
        return Err(Message::new(
            format!("entry {name} is missing"),
            format!("缺少条目{name}"),
        ));
    }
    let extra = names
        .iter()
        .find(|name| !due.contains(&name.as_str()) && !optional.contains(&name.as_str()));
    match extra {
        Some(name) => Err(Message::new(
            format!("entry {name} does not belong here"),
            format!("多余的条目{name}"),
        )),
        None => Ok(number(names.len(), "entries", "个条目")),
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

fn hidden() -> Message {
    Message::new(
        "only an auditor's bundle shows this",
        "只有审计版证据包才能核验",
    )
}
