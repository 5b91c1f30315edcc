//! What a monitor remembers from one run to the next.
//!
//! Invariant: `size`, `edge` and `root` are of one tree, that of a checkpoint that held under the
//! monitor's policy; everything else was read from the first `size` entries and nothing later.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Findings};
use crate::digest::Digest;
use crate::language::Message;

/// The state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// [`State::FORMAT`].
    pub format: String,
    /// Name of the log.
    pub origin: String,
    /// Entries that were read.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// Roots of the complete subtrees at the right edge, largest first.
    pub edge: Vec<Digest>,
    /// Checkpoints of `checkpoints/` that are done with.
    pub checkpoints: u64,
    /// The first checkpoint that was ever seen here, whole.
    pub first: String,
    /// The last checkpoint that held, whole: what convicts a log that shows another history.
    pub last: String,
    /// When the last checkpoint was witnessed.
    pub last_time: Option<u64>,
    /// Entries of authorities.
    pub bodies: BTreeMap<String, Body>,
    /// Announced draws by commitment.
    pub draws: BTreeMap<Digest, Draw>,
    /// Compromised keys, with the size of the tree that first said so.
    pub compromised: BTreeMap<String, u64>,
    /// Findings about what was read.
    pub findings: Findings,
    /// What else the last run found: what was missing then, and what could not be judged.
    pub shown: Vec<Finding>,
}

/// What is known of an authority.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Highest entry number.
    pub number: u64,
    /// Sequence numbers of its draws.
    pub sequences: BTreeSet<u64>,
    /// Years that have a plan.
    pub years: BTreeSet<u64>,
    /// Planned draws.
    pub planned: BTreeMap<String, Planned>,
    /// Commitments of its announced draws by id; the first of each.
    pub announced: BTreeMap<String, Digest>,
}

/// A planned draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Entry that says so.
    pub index: u64,
    /// The last day, as the plan has it.
    pub latest: String,
    /// First second after that day.
    pub end: u64,
    /// Title.
    pub title: String,
    /// Whether it was announced or voided.
    pub settled: bool,
}

/// An announced draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// Entry that announced it.
    pub index: u64,
    /// The authority.
    pub body: String,
    /// The draw.
    pub draw: String,
    /// Draw time.
    pub draw_time: u64,
    /// Disclosure time.
    pub disclosure_time: u64,
    /// Drand round, or 0.
    pub round: u64,
    /// Whether it is a rehearsal.
    pub replay: bool,
    /// Hash of the secret.
    pub secret_hash: Digest,
    /// Children that the plan names.
    pub children: BTreeSet<String>,
    /// Number of custodians.
    pub custodians: u64,
    /// SHA-256 of custody.age, or empty.
    pub custody: String,
    /// Keys of the custodians; none if the announcement could not be read.
    pub keys: Vec<String>,
    /// Contributors with the hashes of their values.
    pub contributions: BTreeMap<String, String>,
    /// Whether stages are batches that all have to be held; none if the announcement could not be read.
    pub order: Option<bool>,
    /// Whether announcement.json was read and fits.
    pub read: bool,
    /// Times of the stages.
    pub stages: Vec<u64>,
    /// Stages that were published, and lead time.
    pub stage_lead: u64,
    /// SHA-256 of the stage documents by number.
    pub published: BTreeMap<u64, Digest>,
    /// SHA-256 of the results by stage.
    pub results: BTreeMap<u64, Digest>,
    /// Whether a custodian acknowledged in time.
    pub acknowledged: bool,
    /// Whether somebody said so, unverified.
    pub said: bool,
    /// When it was voided: the entry.
    pub voided: Option<u64>,
    /// Whether it was disclosed.
    pub disclosed: bool,
}

impl State {
    /// Value of `format`.
    pub const FORMAT: &'static str = "dispatch/monitor/1";

    /// Nothing seen yet.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self {
            format: Self::FORMAT.to_owned(),
            origin: origin.to_owned(),
            size: 0,
            root: crate::merkle::empty_root(),
            edge: Vec::new(),
            checkpoints: 0,
            first: String::new(),
            last: String::new(),
            last_time: None,
            bodies: BTreeMap::new(),
            draws: BTreeMap::new(),
            compromised: BTreeMap::new(),
            findings: Findings::default(),
            shown: Vec::new(),
        }
    }

    /// Reads a state.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, Message> {
        let fault = |why: String| {
            Message::new(
                format!(
                    "the state is not one of this monitor: {why}; restore it from a copy (without it, what was seen before is forgotten)"
                ),
                format!("监测状态文件不可用：{why}；请用备份恢复（没有它，就不知道以前见过什么）"),
            )
        };
        let state: Self = serde_json::from_slice(bytes).map_err(|e| fault(e.to_string()))?;
        if state.format != Self::FORMAT {
            return Err(fault("format".to_owned()));
        }
        let tree = crate::merkle::RootBuilder::resume(state.size, state.edge.clone());
        if tree.is_none_or(|tree| tree.root() != state.root) {
            return Err(fault("edge".to_owned()));
        }
        Ok(state)
    }

    /// The bytes that [`Self::read`] reads.
    ///
    /// # Errors
    /// Never, for what this crate makes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Message> {
        serde_json::to_vec(self).map_err(|e| Message::new(e.to_string(), e.to_string()))
    }
}
