//! The report: statuses, verdicts and the derived evidence grade.
//!
//! Source: docs/spec.md sections 11 to 13. Invariant: verdicts and grade are functions of the
//! statuses; nothing in a bundle declares them.

use serde::Serialize;

use super::Run;
use super::table::{CHECKS, Mark, check};
use crate::digest::Digest;
use crate::evidence::Announced;
use crate::language::{Language, Message};

/// Status of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// The public form does not show what is needed.
    Hidden,
    /// It was not run.
    Skipped,
}

/// What a check came to.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// Id of the check.
    pub id: &'static str,
    /// Its status.
    pub status: Status,
    /// What was found, and where.
    pub detail: Message,
}

/// Form of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// What everybody may see.
    Public,
    /// With the auditor's key.
    Auditor,
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything visible holds.
    Pass,
    /// Something does not hold.
    Fail,
    /// Nothing failed, but something could not be checked.
    Incomplete,
    /// Not to be seen in this form.
    Hidden,
}

/// How strong the evidence is that the draw was frozen before its randomness existed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// A rehearsal with known randomness: no evidence.
    Replay,
    /// Some check failed.
    Failed,
    /// Nothing failed, but something could not be checked.
    Incomplete,
    /// The pinned witnesses saw the draw before its randomness existed, and its result.
    Witnessed,
    /// The verifier's own record shows that the commitment came in time.
    FrozenFirst,
    /// Tokens of a pinned authority show that it existed in time.
    Timestamped,
    /// The bundle belongs to the commitment the verifier holds.
    Expected,
    /// Consistent with itself, and no more.
    Consistent,
}

impl Grade {
    /// The grade in words.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::Replay => Message::new(
                "a replay with randomness that was already known: it proves nothing about a real draw",
                "演练：使用的是过去的随机数，不能证明任何真实抽取",
            ),
            Self::Failed => Message::new("at least one check failed", "至少有一项核验未通过"),
            Self::Incomplete => Message::new("something could not be checked", "有核验项未能执行"),
            Self::Witnessed => Message::new(
                "the witnesses of your log policy saw it in the log before the randomness existed, and the result is the one that was logged",
                "您固定的见证方表明：随机数产生之前它已记入日志，结果与当时入日志的一致",
            ),
            Self::Timestamped => Message::new(
                "tokens of a time-stamping authority that you pinned show that it existed in time; that there was no other, only witnesses can show",
                "您固定的时间戳机构表明它按期存在；是否另有一份，只有见证方才能说明",
            ),
            Self::FrozenFirst => Message::new(
                "your own record shows that the commitment was received in time, before the randomness existed",
                "您自己的记录表明：承诺在随机数产生之前按期收到",
            ),
            Self::Expected => Message::new(
                "it belongs to the commitment you hold; whether you received that in time, only you know",
                "与您持有的承诺一致；该承诺是否按期收到，以您的记录为准",
            ),
            Self::Consistent => Message::new(
                "consistent with itself, and no more: give --log-policy, --policy, or --expect with the commitment slip, to know that it was frozen first",
                "仅内部一致：请用 --log-policy 或 --policy 提供信任策略，或用 --expect 提供承诺单上的承诺，才能确认抽取前已经冻结",
            ),
        }
    }
}

/// What a verification found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Name of the bundle.
    pub bundle: String,
    /// Every check, in the order of the table.
    pub checks: Vec<CheckResult>,
    /// The commitment, if the announcement is well formed.
    pub commitment: Option<Digest>,
    /// Form of the bundle.
    pub form: Form,
    /// Evidence grade.
    pub grade: Grade,
    /// The public's verdict.
    pub public: Verdict,
    /// The auditor's verdict.
    pub auditor: Verdict,
    /// The reports of its children's bundles, each with the child's name.
    pub children: Vec<(String, Self)>,
}

impl Report {
    /// Whether no check failed.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.public != Verdict::Fail && self.auditor != Verdict::Fail
    }

    /// Status of a check.
    #[must_use]
    pub fn status(&self, id: &str) -> Option<Status> {
        self.checks
            .iter()
            .find(|result| result.id == id)
            .map(|result| result.status)
    }

    /// Ids of the checks that failed, its children's not among them.
    #[must_use]
    pub fn failed(&self) -> Vec<&'static str> {
        let failed = self
            .checks
            .iter()
            .filter(|result| result.status == Status::Fail);
        failed.map(|result| result.id).collect()
    }

    /// The same with those of the children's reports, as `child-1.zip H02`.
    #[must_use]
    pub fn failed_anywhere(&self) -> Vec<String> {
        let own = self.failed().into_iter().map(str::to_owned);
        let inside = self.children.iter().flat_map(|(_, report)| {
            let failed = report.failed().into_iter();
            failed.map(move |id| format!("{} {id}", report.bundle))
        });
        own.chain(inside).collect()
    }

    /// The grade in words, with what would raise it.
    #[must_use]
    pub fn grade_message(&self) -> Message {
        let holds = self.status("F01") == Some(Status::Pass);
        if self.grade == Grade::Consistent && holds {
            return Message::new(
                "it belongs to the commitment you hold, which binds neither stages nor child draws: their own slips in your --policy are missing",
                "与您持有的承诺一致，但该承诺不约束补抽和参与部门的抽取：请用 --policy 补充它们各自的承诺单",
            );
        }
        self.grade.message()
    }

    /// The report as docs/spec.md section 13 has it, details in `language`.
    #[must_use]
    pub fn to_json(&self, language: Language) -> String {
        self.to_value(language).to_string()
    }

    fn to_value(&self, language: Language) -> serde_json::Value {
        let children: Vec<_> = self
            .children
            .iter()
            .map(|(name, report)| {
                serde_json::json!({"name": name, "report": report.to_value(language)})
            })
            .collect();
        let checks: Vec<_> = self
            .checks
            .iter()
            .map(|result| {
                serde_json::json!({
                    "detail": result.detail.text(language),
                    "id": result.id,
                    "section": check(result.id).section,
                    "status": result.status,
                })
            })
            .collect();
        serde_json::json!({
            "bundle": self.bundle,
            "checks": checks,
            "children": children,
            "commitment": self.commitment.map_or_else(String::new, |digest| digest.to_string()),
            "form": self.form,
            "grade": self.grade,
            "verdicts": { "auditor": self.auditor, "public": self.public },
        })
    }
}

/// Derives verdicts and grade from the statuses.
pub(super) fn derive(name: &str, run: Run<'_>, announced: Option<&Announced>) -> Report {
    let Run {
        form,
        mut results,
        sealed_strata,
        sealed_team,
        held_stages,
        has_quorum,
        children,
        ..
    } = run;
    let commitment = announced.map(|announced| announced.commitment);
    let replay = announced.is_some_and(|announced| announced.document.replay);
    results.sort_by_key(|result| CHECKS.iter().position(|check| check.id == result.id));
    let public_sees = |result: &&CheckResult| match check(result.id).mark {
        Mark::None => true,
        Mark::Auditor => false,
        Mark::Strata => !sealed_strata,
        Mark::Team => !sealed_team,
    };
    let own = verdict(results.iter().filter(public_sees));
    let public = children
        .iter()
        .fold(own, |worst, (_, report)| worse(worst, report.public));
    let auditor = match form {
        Form::Public => Verdict::Hidden,
        Form::Auditor => verdict(results.iter()),
    };
    let passed = |id| {
        results
            .iter()
            .any(|result| result.id == id && result.status == Status::Pass)
    };
    let has = |status: Status| {
        let of_children = children.iter().map(|(_, report)| &report.checks);
        core::iter::once(&results)
            .chain(of_children)
            .any(|checks| any_has(checks, status))
    };
    let children_are = |grades: &[Grade]| {
        let mut children = children.iter();
        children.all(|(_, report)| grades.contains(&report.grade))
    };
    let staged = |id| !held_stages || passed(id);
    let logged = passed("L02") && passed("L03") && staged("L04");
    let first = passed("F02") || (passed("L02") && has_quorum);
    let stages_first = staged("F03") || (passed("L04") && has_quorum);
    let (witnessed, frozen_first) = (Grade::Witnessed, Grade::FrozenFirst);
    let from_outside = [witnessed, frozen_first, Grade::Timestamped];
    let grade = match () {
        () if commitment.is_none() => Grade::Failed,
        () if replay => Grade::Replay,
        () if has(Status::Fail) => Grade::Failed,
        () if has(Status::Skipped) => Grade::Incomplete,
        () if logged && has_quorum && children_are(&[witnessed]) => witnessed,
        () if first && stages_first && children_are(&[witnessed, frozen_first]) => frozen_first,
        () if logged && children_are(&from_outside) => Grade::Timestamped,
        () if passed("F01") && (staged("F03") || passed("L04")) && children_are(&from_outside) => {
            Grade::Expected
        }
        () => Grade::Consistent,
    };
    Report {
        bundle: name.to_owned(),
        checks: results,
        commitment,
        form,
        grade,
        public,
        auditor,
        children,
    }
}

/// Whether a check has this status; what the verifier did not ask for may be skipped.
fn any_has(checks: &[CheckResult], status: Status) -> bool {
    checks
        .iter()
        .any(|r| r.status == status && (status == Status::Fail || !is_asked_for(r.id)))
}

/// Whether a check needs something that the verifier brings along.
fn is_asked_for(id: &str) -> bool {
    id.starts_with(['F', 'L']) || id == "K01"
}

/// The worse of two public verdicts.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
        (Verdict::Incomplete, _) | (_, Verdict::Incomplete) => Verdict::Incomplete,
        _ => Verdict::Pass,
    }
}

fn verdict<'r>(results: impl Iterator<Item = &'r CheckResult>) -> Verdict {
    results.fold(Verdict::Pass, |verdict, result| match result.status {
        Status::Fail => Verdict::Fail,
        Status::Skipped if !is_asked_for(result.id) && verdict == Verdict::Pass => {
            Verdict::Incomplete
        }
        _ => verdict,
    })
}
