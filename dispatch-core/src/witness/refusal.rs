//! Why a witness does not cosign, with the HTTP status that C2SP tlog-witness asks for.
//!
//! Invariant: only a refusal of something that a trusted log key signed can be evidence.

use crate::language::Message;

/// Why a checkpoint was not cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Not an add-checkpoint request.
    Malformed {
        /// What is wrong.
        fault: String,
    },
    /// The request says an old size above that of its own checkpoint.
    OldAbove {
        /// The old size.
        old: u64,
        /// That of the checkpoint.
        size: u64,
    },
    /// No key is trusted for this origin.
    UnknownOrigin {
        /// As the checkpoint says it.
        origin: String,
    },
    /// No trusted key signed it, or a line of a trusted key does not verify.
    Signature {
        /// What is wrong.
        fault: String,
    },
    /// The old size is not that of the checkpoint cosigned last.
    Stale {
        /// Size cosigned last; 0 if none was.
        held: u64,
        /// Whether the log signed another root for that very size.
        fork: bool,
    },
    /// The log signed another root for the size cosigned last.
    Fork {
        /// That size.
        size: u64,
    },
    /// The consistency proof does not verify, or there is one where none belongs.
    Proof {
        /// What this shows.
        evidence: Option<Evidence>,
    },
    /// The clock of the witness is behind its own last cosignature, or shows no time at all.
    Clock {
        /// Time of the last cosignature.
        last: u64,
        /// Time of the clock.
        now: u64,
    },
    /// The key of the witness cannot make this cosignature.
    Unable {
        /// What is wrong.
        fault: String,
    },
}

/// What a refusal shows about the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Two roots of one size, both signed by the log: it has shown two histories.
    Fork,
    /// A signed checkpoint that was not shown to continue what is held: a fork, unless somebody can
    /// still bring a proof.
    Unproven,
}

impl Refusal {
    /// HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed { .. } | Self::OldAbove { .. } => 400,
            Self::Signature { .. } => 403,
            Self::UnknownOrigin { .. } => 404,
            Self::Stale { .. } | Self::Fork { .. } => 409,
            Self::Proof { .. } => 422,
            Self::Unable { .. } => 500,
            Self::Clock { .. } => 503,
        }
    }

    /// The size that the client has to start from; it is the whole answer then.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        match self {
            Self::Stale { held, .. } => Some(*held),
            _ => None,
        }
    }

    /// What is to be kept as evidence.
    #[must_use]
    pub const fn evidence(&self) -> Option<Evidence> {
        match self {
            Self::Stale { fork: true, .. } | Self::Fork { .. } => Some(Evidence::Fork),
            Self::Proof { evidence } => *evidence,
            _ => None,
        }
    }

    /// For a person.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Malformed { fault } => Message::new(
                format!("not an add-checkpoint request: {fault}"),
                format!("不是合格的见证请求：{fault}"),
            ),
            Self::OldAbove { old, size } => Message::new(
                format!("the old size {old} is above the size of the checkpoint, {size}"),
                format!("原规模{old}大于检查点的规模{size}"),
            ),
            Self::UnknownOrigin { origin } => Message::new(
                format!(
                    "the log {origin} is not one that this witness knows; its operator adds it with `dispatch witness trust`"
                ),
                format!("本见证方不认识日志{origin}；须由见证方用 dispatch witness trust 加入"),
            ),
            Self::Signature { fault } => Message::new(
                format!("not signed by a trusted key of this log: {fault}"),
                format!("没有本日志受信任密钥的有效签名：{fault}"),
            ),
            Self::Stale { held, .. } => Message::new(
                format!("this witness is at size {held}: make the request from there (old {held})"),
                format!("本见证方目前的规模为{held}：请从该规模起制作请求（old {held}）"),
            ),
            Self::Fork { size } => Message::new(
                format!(
                    "the log has signed two different roots for size {size}: it shows two histories; both are kept as evidence"
                ),
                format!("该日志对规模{size}签了两个不同的根：给出了两种历史；两者均已留存为证据"),
            ),
            Self::Proof { .. } => Message::new(
                "the consistency proof does not show that this checkpoint continues what was cosigned last",
                "一致性证明不能表明该检查点是上次联署内容的延续",
            ),
            Self::Unable { fault } => Message::new(
                format!("this witness cannot cosign: {fault}"),
                format!("本见证方无法联署：{fault}"),
            ),
            Self::Clock { last, now } => Message::new(
                format!(
                    "the clock of this witness shows {now} and its last cosignature is of {last} (seconds since 1970): set the clock right; nothing is cosigned until then"
                ),
                format!(
                    "见证方的时钟为{now}，而上次联署的时间为{last}（自1970年起的秒数）：请校正时钟；在此之前不联署"
                ),
            ),
        }
    }
}
