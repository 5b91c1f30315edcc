//! The report: statuses, verdicts and the derived evidence grade.
//!
//! Source: docs/spec.md sections 11 to 13. Invariant: verdicts and grade are functions of the
//! statuses; nothing in a bundle declares them.

use serde::Serialize;

use super::table::{CHECKS, Mark, check};
use crate::digest::Digest;
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
    /// The verifier's own record shows that the commitment came in time.
    FrozenFirst,
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
            Self::FrozenFirst => Message::new(
                "your own record shows that the commitment was received in time, before the randomness existed",
                "您自己的记录表明：承诺在随机数产生之前按期收到",
            ),
            Self::Expected => Message::new(
                "it belongs to the commitment you hold; whether you received that in time, only you know",
                "与您持有的承诺一致；该承诺是否按期收到，以您的记录为准",
            ),
            Self::Consistent => Message::new(
                "consistent with itself, and no more: give --expect with the commitment slip, or --policy, to know that it was frozen first",
                "仅内部一致：请用 --expect 提供承诺单上的承诺，或用 --policy 提供信任策略，才能确认抽取前已经冻结",
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

    /// Ids of the checks that failed.
    #[must_use]
    pub fn failed(&self) -> Vec<&'static str> {
        let failed = self
            .checks
            .iter()
            .filter(|result| result.status == Status::Fail);
        failed.map(|result| result.id).collect()
    }

    /// The report as docs/spec.md section 13 has it, details in `language`.
    #[must_use]
    pub fn to_json(&self, language: Language) -> String {
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
            "commitment": self.commitment.map_or_else(String::new, |digest| digest.to_string()),
            "form": self.form,
            "grade": self.grade,
            "verdicts": { "auditor": self.auditor, "public": self.public },
        })
        .to_string()
    }
}

/// Derives verdicts and grade from the statuses.
pub(super) fn derive(
    name: &str,
    form: Form,
    mut results: Vec<CheckResult>,
    commitment: Option<Digest>,
    replay: bool,
    sealed_strata: bool,
    sealed_team: bool,
) -> Report {
    results.sort_by_key(|result| CHECKS.iter().position(|check| check.id == result.id));
    let public_sees = |result: &&CheckResult| match check(result.id).mark {
        Mark::None => true,
        Mark::Auditor => false,
        Mark::Strata => !sealed_strata,
        Mark::Team => !sealed_team,
    };
    let public = verdict(results.iter().filter(public_sees));
    let auditor = match form {
        Form::Public => Verdict::Hidden,
        Form::Auditor => verdict(results.iter()),
    };
    let passed = |id| {
        results
            .iter()
            .any(|result| result.id == id && result.status == Status::Pass)
    };
    let failed = results.iter().any(|result| result.status == Status::Fail);
    let grade = match () {
        () if commitment.is_none() => Grade::Failed,
        () if replay => Grade::Replay,
        () if failed => Grade::Failed,
        () if public == Verdict::Incomplete || auditor == Verdict::Incomplete => Grade::Incomplete,
        () if passed("F02") => Grade::FrozenFirst,
        () if passed("F01") => Grade::Expected,
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
    }
}

fn verdict<'r>(results: impl Iterator<Item = &'r CheckResult>) -> Verdict {
    results.fold(Verdict::Pass, |verdict, result| match result.status {
        Status::Fail => Verdict::Fail,
        Status::Skipped if !result.id.starts_with('F') && verdict == Verdict::Pass => {
            Verdict::Incomplete
        }
        _ => verdict,
    })
}
