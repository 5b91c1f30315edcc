//! The announcement 公告 and its commitment 承诺: everything frozen before the seed exists.
//!
//! Source: docs/spec.md section 4. Invariant: the commitment is a hash of the announcement's bytes
//! as they stand; nothing is normalised on the way.

use serde::{Deserialize, Serialize};

use crate::custody::Custody;
use crate::digest::{Digest, tagged};
use crate::json::INTEGER_LIMIT;
use crate::language::Message;
use crate::plan::{Fault, Plan, share};
use crate::roster::{Change, DiffSummary};
use crate::syntax::{is_hex32, is_hex48, unix_time};

/// Everything that is frozen, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// When it was made, as the operator's clock told it: a claim, not evidence.
    pub created: String,
    /// Who can open the draw without the operator.
    pub custody: Custody,
    /// Number of excluded subjects by exclusion, in plan order.
    pub excluded: Vec<ExcludedCount>,
    /// [`Announcement::FORMAT`].
    pub format: String,
    /// The officer roster.
    pub officers: RosterSummary,
    /// Subjects that no stratum takes.
    pub outside_strata: u64,
    /// The plan.
    pub plan: Plan,
    /// Empty, or SHA-256 of the trust policy that the authority announces.
    pub policy: String,
    /// At most one pulse that existed when the announcement was made.
    pub recent_pulse: Vec<PulseText>,
    /// The recusals.
    pub recusals: RecusalSummary,
    /// A rehearsal or demonstration with randomness that was already known.
    pub replay: bool,
    /// The drand round, 0 without a drand source.
    pub round: u64,
    /// Hash of the operator's secret.
    pub secret_hash: Digest,
    /// Pool and quota of every stratum, in plan order.
    pub strata: Vec<StratumCount>,
    /// The subject roster.
    pub subjects: RosterSummary,
    /// [`Announcement::SUITE`].
    pub suite: String,
}

/// Count, root and changes of a roster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterSummary {
    /// Number of rows.
    pub count: u64,
    /// At most one comparison with an earlier roster.
    pub diff: Vec<DiffSummary>,
    /// Merkle root.
    pub root: Digest,
}

/// Count and root of the recusals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecusalSummary {
    /// Number of recusals.
    pub count: u64,
    /// Merkle root.
    pub root: Digest,
}

/// Number of subjects that an exclusion leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcludedCount {
    /// Code of the exclusion.
    pub code: String,
    /// Number of subjects.
    pub count: u64,
}

/// Pool and quota of a stratum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StratumCount {
    /// Name of the stratum.
    pub name: String,
    /// Number of subjects in it.
    pub pool: u64,
    /// Number drawn from it.
    pub quota: u64,
}

/// A drand pulse in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseText {
    /// Round.
    pub round: u64,
    /// Signature, 96 hexadecimal characters.
    pub signature: String,
}

impl Announcement {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/announcement/1";
    /// Value of `suite`: SHA-256 throughout, ChaCha20 for permutations.
    pub const SUITE: &'static str = "sha256-chacha20";

    /// Number of subjects drawn, all batches together.
    #[must_use]
    pub fn selected(&self) -> u64 {
        self.strata
            .iter()
            .fold(0, |sum, stratum| sum.saturating_add(stratum.quota))
    }

    /// Number of subjects that the draw itself takes, its first batch.
    #[must_use]
    pub fn first_batch(&self) -> u64 {
        let batches = self.plan.batches();
        let parts = self.strata.iter().map(|s| share(s.quota, 1, batches));
        parts.fold(0, u64::saturating_add)
    }

    /// Everything in it that is against docs/spec.md sections 1 to 5, the plan included.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.plan.faults();
        let mut check = |holds: bool, path: &str, english: &str, chinese: &str| {
            if !holds {
                faults.push(Fault {
                    path: path.to_owned(),
                    message: Message::new(english, chinese),
                });
            }
        };
        check(
            self.format == Self::FORMAT,
            "format",
            "is not dispatch/announcement/1; this version reads no other",
            "不是 dispatch/announcement/1，本版本不识别",
        );
        check(
            self.suite == Self::SUITE,
            "suite",
            "is not sha256-chacha20; this version reads no other",
            "不是 sha256-chacha20，本版本不识别",
        );
        check(
            unix_time(&self.created).is_some(),
            "created",
            "is not a time",
            "不是时间",
        );
        check(
            self.custody.is_well_formed(),
            "custody",
            "names a custodian twice, or a key, recipient, hash or time lock is malformed",
            "密钥保管方重复，或公钥、接收地址、哈希值、时间锁格式不符",
        );
        check(
            self.policy.is_empty() || is_hex32(&self.policy),
            "policy",
            "is not a SHA-256 hash",
            "不是SHA-256哈希值",
        );
        check(
            self.recent_pulse.len() <= 1
                && self
                    .recent_pulse
                    .iter()
                    .all(|p| p.round >= 1 && is_hex48(&p.signature)),
            "recent_pulse",
            "is not one pulse",
            "不是一个随机信标",
        );
        let plan = &self.plan;
        check(
            self.excluded
                .iter()
                .map(|e| &e.code)
                .eq(plan.exclusions.iter().map(|e| &e.code)),
            "excluded",
            "does not list the plan's exclusions in order",
            "与抽查任务的排除项不一致",
        );
        check(
            self.strata
                .iter()
                .map(|s| &s.name)
                .eq(plan.strata.iter().map(|s| &s.name)),
            "strata",
            "does not list the plan's strata in order",
            "与抽查任务的分层不一致",
        );
        let parts = self
            .excluded
            .iter()
            .map(|e| e.count)
            .chain(self.strata.iter().map(|s| s.pool));
        let sum = parts.fold(self.outside_strata, u64::saturating_add);
        check(
            sum == self.subjects.count,
            "strata",
            "pools, exclusions and subjects outside the strata do not add up to the roster",
            "各分层、排除和分层之外的户数之和与名录总数不符",
        );
        let quotas = self.strata.iter().map(|s| Some(s.quota));
        let due = plan
            .strata
            .iter()
            .zip(&self.strata)
            .map(|(rule, s)| rule.quota.of(s.pool));
        check(
            quotas.eq(due) && (self.selected() >= 1 || plan.is_child()),
            "strata",
            "a quota does not follow from its pool, or nobody is drawn",
            "抽取数量与分层户数不符，或抽取总数为0",
        );
        check(
            !plan.is_child()
                || (self.outside_strata == self.subjects.count && self.subjects.diff.is_empty()),
            "subjects",
            "of a child draw are all outside the strata, and are compared with no earlier roster",
            "分级抽取的对象均在分层之外，且不与此前名录比较",
        );
        for (path, roster) in [("subjects", &self.subjects), ("officers", &self.officers)] {
            check(
                roster.diff.len() <= 1 && roster.diff.iter().all(|d| diff_adds_up(d, roster.count)),
                &format!("{path}.diff"),
                "does not add up",
                "变动数不平",
            );
        }
        faults
    }
}

/// The commitment of an announcement's bytes.
#[must_use]
pub fn commitment(announcement: &[u8]) -> Digest {
    tagged("dispatch/v1/commitment", &[announcement])
}

/// The hash of the operator's secret that the announcement carries.
#[must_use]
pub fn secret_hash(secret: &[u8; 32]) -> Digest {
    tagged("dispatch/v1/secret", &[secret])
}

fn diff_adds_up(diff: &DiffSummary, count: u64) -> bool {
    let order = |change| match change {
        Change::Added => 0,
        Change::Changed => 1,
        Change::Removed => 2,
    };
    let sorted = diff
        .reasons
        .is_sorted_by(|a, b| (order(a.change), &a.reason) < (order(b.change), &b.reason));
    let sum = |change| {
        let parts = diff.reasons.iter().filter(|r| r.change == change);
        parts.fold(0u64, |sum, part| sum.saturating_add(part.count))
    };
    let texts = diff
        .reasons
        .iter()
        .all(|r| crate::syntax::is_text(&r.reason) && r.count >= 1);
    sorted
        && texts
        && sum(Change::Added) == diff.added
        && sum(Change::Changed) == diff.changed
        && sum(Change::Removed) == diff.removed
        && diff.previous_count <= INTEGER_LIMIT
        && diff.removed <= diff.previous_count
        && diff.previous_count - diff.removed + diff.added == count
}
