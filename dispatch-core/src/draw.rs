//! The draw 抽取: from what is frozen, the secret and the seed sources to subjects and teams.
//!
//! Source: docs/spec.md sections 5 to 9. Invariant: the draw is a function of its arguments; it has
//! no clock and no randomness of its own, and from a frozen draw and its sources it cannot fail.

use std::collections::HashSet;

use crate::bundle::{self, Files};
use crate::digest::Digest;
use crate::disclosure::Disclosure;
use crate::evidence::{Announced, Evidence};
use crate::freeze::{SecretDocument, json_lines};
use crate::json::to_canonical;
use crate::language::Message;
use crate::result::{Record, ResultDocument, ResultKey};
use crate::roster::{Recusals, Roster};
use crate::seed::{SourceValue, check_sources, seed};
use crate::selection::{Selected, Stratification, SubjectKey, select};
use crate::stage::{History, List};
use crate::team::{Staffing, Teams, Workforce, staff};
use crate::verify::{CheckResult, Form, OpenCells, Status, check_and_place};

/// A frozen draw, read back and found to be what was announced.
#[derive(Debug)]
pub struct Prepared {
    /// The announcement.
    pub announced: Announced,
    /// The subject roster, sealed cells as committed.
    pub subjects: Roster,
    /// The officer roster, sealed cells as committed.
    pub officers: Roster,
    /// All recusals, opened.
    pub recusals: Recusals,
    cells: OpenCells,
    secret: Digest,
    strata: Stratification,
}

/// What a draw came to.
#[derive(Debug)]
pub struct Draw {
    /// The seed.
    pub seed: Digest,
    /// The selected subjects, in ascending order of ticket.
    pub selected: Vec<Selected>,
    /// Their teams, in the same order.
    pub teams: Teams,
    /// The records, in the keyed order.
    pub records: Vec<Record>,
    /// The result document.
    pub result: ResultDocument,
}

impl Prepared {
    /// Reads the public files together with `audit.json`, `cells.jsonl` and the opened recusals,
    /// and checks that they are what was announced.
    ///
    /// # Errors
    /// Every check that did not pass.
    pub fn open(files: Files, secret: &SecretDocument) -> Result<Self, Vec<CheckResult>> {
        let evidence = Evidence::read_folder(files);
        let same = { evidence.announcement.good() }
            .is_some_and(|announced| announced.commitment == secret.commitment);
        Self::checked(evidence, secret.secret, same, Form::Auditor)
    }

    /// The same from the public files and the secret alone, as a time lock gives it: recusals stay
    /// closed, so its teams are the drawn ones only if no recusal had an effect on them.
    ///
    /// # Errors
    /// Every check that did not pass; B07 or D05 when strata or teams depend on sealed columns.
    pub fn open_public(files: Files, secret: Digest) -> Result<Self, Vec<CheckResult>> {
        let evidence = Evidence::read_folder(files);
        let sealed = |id, status: bool| {
            status.then(|| CheckResult {
                id,
                status: Status::Hidden,
                detail: Message::new(
                    "depends on sealed columns, which only the bureau and its custodians can open",
                    "取决于封存列，只有抽查机关和密钥保管方能够打开",
                ),
            })
        };
        if let Some(plan) = evidence.plan() {
            let hidden: Vec<CheckResult> = [
                sealed("B07", plan.strata_are_sealed() && !plan.is_child()),
                sealed("D05", plan.team_is_sealed()),
            ]
            .into_iter()
            .flatten()
            .collect();
            if !hidden.is_empty() {
                return Err(hidden);
            }
        }
        Self::checked(evidence, secret, true, Form::Public)
    }

    fn checked(
        evidence: Evidence,
        secret: Digest,
        same: bool,
        form: Form,
    ) -> Result<Self, Vec<CheckResult>> {
        let (results, cells, strata) = check_and_place(&evidence, form);
        let passed = |result: &CheckResult| {
            result.status == Status::Pass
                || (form == Form::Public && result.status == Status::Hidden)
        };
        let mut failed: Vec<CheckResult> = results
            .into_iter()
            .filter(|result| !passed(result))
            .collect();
        let announced = evidence.announcement.good().cloned();
        let secret_fits = announced.as_ref().is_some_and(|announced| {
            let hash = crate::announcement::secret_hash(secret.as_bytes());
            same && hash == announced.document.secret_hash
        });
        if !secret_fits {
            failed.push(CheckResult {
                id: "B08",
                status: Status::Fail,
                detail: Message::new("the secret is not of this announcement", "密钥不属于本公告"),
            });
        }
        let parts = (
            announced,
            evidence.subjects,
            evidence.officers,
            evidence.recusals,
        );
        use crate::evidence::Part::Good;
        match parts {
            (Some(announced), Good(subjects), Good(officers), Good(recusals))
                if failed.is_empty() =>
            {
                let plan = &announced.document.plan;
                let again = || Stratification::new(plan, &subjects, cells.subjects.as_ref());
                let strata = strata.unwrap_or_else(again);
                Ok(Self {
                    announced,
                    subjects,
                    officers,
                    recusals,
                    cells,
                    secret,
                    strata,
                })
            }
            _ => Err(failed),
        }
    }

    /// Draws.
    ///
    /// # Errors
    /// When a value is not what the plan's seed sources ask for, or this is a child draw.
    pub fn draw(&self, values: &[SourceValue]) -> Result<Draw, Message> {
        if self.announced.document.plan.is_child() {
            return Err(Message::new(
                "this is a child draw: its subjects come from the parent's handover",
                "这是分级抽取：须先取得发起方移交的对象",
            ));
        }
        let seed = self.seed(values)?;
        Ok(self.follow(seed, self.select(&seed)))
    }

    /// Draws the officers of a child draw for the subjects that the parent has handed over.
    ///
    /// # Errors
    /// When a value is not what the plan's seed sources ask for.
    pub fn draw_handed(
        &self,
        values: &[SourceValue],
        subjects: &HashSet<&str>,
    ) -> Result<Draw, Message> {
        let seed = self.seed(values)?;
        let selected = self.handed(&seed, subjects.iter().copied(), &List::default());
        Ok(self.follow(seed, selected))
    }

    fn seed(&self, values: &[SourceValue]) -> Result<Digest, Message> {
        let plan = &self.announced.document.plan;
        check_sources(plan, values)?;
        seed(
            plan,
            &self.announced.commitment,
            self.secret.as_bytes(),
            values,
        )
        .ok_or_else(|| Message::new("a seed source is missing", "缺少随机源"))
    }

    pub(crate) fn secret(&self) -> &Digest {
        &self.secret
    }

    pub(crate) fn cells(&self) -> &OpenCells {
        &self.cells
    }

    /// The subjects that a seed selects, in ascending order of ticket.
    pub(crate) fn select(&self, seed: &Digest) -> Vec<Selected> {
        select(&self.subjects, &self.strata, SubjectKey::new(seed))
    }

    /// Teams, records and result for a seed and selected subjects, right or not.
    pub(crate) fn follow(&self, seed: Digest, selected: Vec<Selected>) -> Draw {
        let plan = &self.announced.document.plan;
        let commitment = self.announced.commitment;
        let workforce = Workforce::new(plan, &self.officers, self.cells.officers.as_ref());
        let recusals = self.recusals.pairs();
        let staffing = Staffing {
            plan,
            subjects: &self.subjects,
            subject_cells: self.cells.subjects.as_ref(),
            workforce: &workforce,
            recusals: &recusals,
            earlier: &[],
        };
        let teams = staff(&staffing, &selected, &seed);
        let mut records: Vec<Record> = selected
            .iter()
            .zip(&teams.members)
            .map(|(subject, members)| Record {
                officers: members
                    .iter()
                    .map(|member| {
                        member.map_or_else(String::new, |row| self.officers.id(row).to_owned())
                    })
                    .collect(),
                subject: self.subjects.id(subject.row).to_owned(),
                ticket: subject.ticket,
            })
            .collect();
        let key = ResultKey::new(&seed);
        key.sort(&mut records);
        let result = ResultDocument {
            commitment,
            count: records.len() as u64,
            format: ResultDocument::FORMAT.to_owned(),
            root: key.root(&records),
        };
        Draw {
            seed,
            selected,
            teams,
            records,
            result,
        }
    }

    /// Pool and quota of every stratum, and the place of every subject.
    #[must_use]
    pub fn strata(&self) -> &Stratification {
        &self.strata
    }

    /// [`Prepared::disclose_with`] for a draw of which no stage was held.
    #[must_use]
    pub fn disclose(&self, draw: &Draw, values: &[SourceValue]) -> Files {
        self.disclose_with(draw, &History::new(draw), values)
    }

    /// The files that a disclosure adds to the public ones: `result.json`, `assignments.jsonl`,
    /// `disclosure.json`, the files of the stages where the plan has some, and the recusals of the
    /// selected subjects opened.
    #[must_use]
    pub fn disclose_with(&self, draw: &Draw, history: &History, values: &[SourceValue]) -> Files {
        let recusals: Vec<_> = self
            .recusals
            .lines
            .iter()
            .map(|line| match line {
                crate::roster::RecusalLine::Open(open) if history.was_drawn(&open.subject) => {
                    line.clone()
                }
                _ => line.closed(),
            })
            .collect();
        let disclosure = Disclosure {
            commitment: self.announced.commitment,
            format: Disclosure::FORMAT.to_owned(),
            secret: self.secret,
            sources: values.to_vec(),
        };
        let mut files = if self.announced.document.plan.schedule.stages.is_empty() {
            Files::default()
        } else {
            history.files()
        };
        files.insert(bundle::RECUSALS, json_lines(&recusals));
        files.insert(bundle::ASSIGNMENTS, json_lines(&draw.records));
        // Documents of texts and integers always have a canonical form.
        files.insert(
            bundle::RESULT,
            to_canonical(&draw.result).unwrap_or_default(),
        );
        files.insert(
            bundle::DISCLOSURE,
            to_canonical(&disclosure).unwrap_or_default(),
        );
        files
    }
}
