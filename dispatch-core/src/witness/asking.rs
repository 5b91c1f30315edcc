//! Asking the witnesses of a log: for cosignatures, and for what they saw last.
//!
//! Source: C2SP tlog-witness. How a witness is reached is the caller's: a [`WitnessLink`]. Invariant: a
//! line is given back only after it verified against the key that the policy has for the witness.

use super::{AddCheckpoint, Held};
use crate::language::Message;
use crate::log::view::{LogView, tree_message};
use crate::log::{
    LogFiles, LogPolicy, NoteSignature, PolicyWitness, SignedCheckpoint, VerifierKey, cosigned_at,
};

/// How witnesses are reached.
pub trait WitnessLink {
    /// Sends an add-checkpoint request to the witness with this submission prefix.
    ///
    /// # Errors
    /// When there is no answer, in words for the operator of the log.
    fn submit(&self, prefix: &str, request: &[u8]) -> Result<Reply, Message>;

    /// Asks which checkpoint of a log a witness cosigned last; none if it knows of none, or does not
    /// tell.
    ///
    /// # Errors
    /// When there is no answer, in words for the operator of the log.
    fn latest(&self, prefix: &str, origin: &str) -> Result<Option<Vec<u8>>, Message>;
}

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status: 200 with signature lines; 409 perhaps with the witness's size, see [`Self::size`];
    /// 400, 403, 404, 422, 5xx with a reason.
    pub status: u16,
    /// Bounded by whoever fetched it.
    pub body: Vec<u8>,
    /// The `Content-Type`, empty if there is none.
    pub content_type: String,
}

impl Reply {
    /// The size at which the witness is, if that is what it answered: make the request from there.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        if self.status != 409 || self.content_type != "text/x.tlog.size" {
            return None;
        }
        let digits = str::from_utf8(&self.body).ok()?.strip_suffix('\n')?;
        let size: u64 = digits.parse().ok()?;
        (size.to_string() == digits).then_some(size)
    }
}

/// Why a witness did not cosign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCosigned {
    /// It has cosigned something that this log does not continue.
    Disagrees(Message),
    /// Anything else: it cannot be reached, does not know the log, or answers with something else.
    Other(Message),
}

impl From<Message> for NotCosigned {
    fn from(message: Message) -> Self {
        Self::Other(message)
    }
}

impl From<NotCosigned> for Message {
    fn from(reason: NotCosigned) -> Self {
        match reason {
            NotCosigned::Disagrees(message) | NotCosigned::Other(message) => message,
        }
    }
}

/// Has a witness cosign a checkpoint; gives its lines. `old` is the size at which the witness was, as
/// far as is known.
///
/// # Errors
/// Why it did not, and what that means.
pub fn ask<F: LogFiles + ?Sized>(
    link: &impl WitnessLink,
    view: &LogView<'_, F>,
    (witness, url): (&PolicyWitness, &str),
    mut old: u64,
    checkpoint: &SignedCheckpoint,
) -> Result<Vec<NoteSignature>, NotCosigned> {
    let size = checkpoint.checkpoint.size;
    // The second time from where the witness says it is; a third time would only chase it.
    for _ in 0..2 {
        let request = request(view, checkpoint, old)?;
        let reply = link.submit(url, request.to_text().as_bytes())?;
        match (reply.status, reply.size()) {
            (200, _) => return Ok(lines(&reply.body, &witness.key, checkpoint)?),
            (_, Some(held)) if held > size => {
                return Err(NotCosigned::Disagrees(larger(witness, held, size)));
            }
            (_, Some(held)) if held != old => old = held,
            (409 | 422, _) => return Err(NotCosigned::Disagrees(other(witness, old))),
            _ => return Err(refused(witness, &reply).into()),
        }
    }
    Err(Message::new(
        format!(
            "{}: names another size each time; somebody else has this log cosigned at the same moment: try again",
            witness.name
        ),
        format!(
            "{}：每次返回的规模不同，可能有人同时为本日志请求联署，请重试",
            witness.name
        ),
    )
    .into())
}

/// The request for a witness that is at size `old`.
///
/// # Errors
/// If a tile cannot be read.
pub fn request<F: LogFiles + ?Sized>(
    view: &LogView<'_, F>,
    checkpoint: &SignedCheckpoint,
    old: u64,
) -> Result<AddCheckpoint, Message> {
    let head = &checkpoint.checkpoint;
    let mut tree = view.tree(head.size);
    let proof = tree.consistency(old).map_err(tree_message)?;
    let mut checkpoint = checkpoint.clone();
    let origin = checkpoint.checkpoint.origin.clone();
    checkpoint
        .note
        .signatures
        .retain(|line| line.name == origin);
    Ok(AddCheckpoint {
        old,
        proof,
        checkpoint,
    })
}

/// Size of the latest checkpoint up to this number that a witness cosigned; 0 if there is none.
///
/// # Errors
/// If a checkpoint cannot be read.
pub fn last_cosigned<F: LogFiles + ?Sized>(
    view: &LogView<'_, F>,
    witness: &VerifierKey,
    number: u64,
) -> Result<u64, Message> {
    for number in (0..=number).rev() {
        let checkpoint = view.numbered(number)?;
        let cosigned =
            checkpoint.filter(|checkpoint| matches!(cosigned_at(checkpoint, witness), Ok(Some(_))));
        if let Some(checkpoint) = cosigned {
            return Ok(checkpoint.checkpoint.size);
        }
    }
    Ok(0)
}

/// The lines of an answer that are this witness's over this checkpoint.
///
/// # Errors
/// If there are none that verify.
pub fn lines(
    answer: &[u8],
    witness: &VerifierKey,
    checkpoint: &SignedCheckpoint,
) -> Result<Vec<NoteSignature>, Message> {
    let malformed = || {
        let name = &witness.name;
        Message::new(
            format!(
                "{name}: answered with no cosignature of its key over this checkpoint; check the address, and that the policy has its present key"
            ),
            format!("{name}：应答中没有其公钥对本检查点的联署；请核对地址和信任策略中的公钥"),
        )
    };
    let text = core::str::from_utf8(answer).map_err(|_| malformed())?;
    let mut found = Vec::new();
    for line in text.lines() {
        let line = NoteSignature::read(line).map_err(|_| malformed())?;
        if line.name == witness.name && line.id == witness.id() {
            found.push(line);
        }
    }
    let mut alone = checkpoint.clone();
    alone.note.signatures.clone_from(&found);
    match cosigned_at(&alone, witness) {
        Ok(Some(_)) => Ok(found),
        _ => Err(malformed()),
    }
}

/// What a witness saw, if both it and this log vouch for it.
#[must_use]
pub fn seen(
    bytes: &[u8],
    witness: &PolicyWitness,
    policy: &LogPolicy,
    latest: &SignedCheckpoint,
) -> Option<SignedCheckpoint> {
    let held = Held::read(bytes, &witness.key).ok()?.checkpoint().clone();
    let origin = &held.checkpoint.origin;
    let mut keys = policy.logs().iter().map(|log| &log.key);
    let signed = keys.any(|key| key.name == *origin && matches!(held.verify(key), Ok(true)));
    (signed && *origin == latest.checkpoint.origin).then_some(held)
}

/// Refuses if what a witness saw is not the beginning of this log.
///
/// # Errors
/// What that means, and what to do.
pub fn continues<F: LogFiles + ?Sized>(
    view: &LogView<'_, F>,
    witness: &PolicyWitness,
    held: &SignedCheckpoint,
    latest: &SignedCheckpoint,
) -> Result<(), Message> {
    let (seen, own) = (&held.checkpoint, &latest.checkpoint);
    if seen.size > own.size {
        return Err(larger(witness, seen.size, own.size));
    }
    let root = { view.tree(own.size) }.root_at(seen.size);
    if root.map_err(tree_message)? != seen.root {
        return Err(other(witness, seen.size));
    }
    Ok(())
}

fn refused(witness: &PolicyWitness, reply: &Reply) -> Message {
    let name = &witness.name;
    let (status, reason) = (reply.status, String::from_utf8_lossy(&reply.body));
    let reason: String = reason.chars().take(SHOWN).collect();
    let reason = reason.trim();
    match status {
        404 => Message::new(
            format!(
                "{name}: does not know this log; its operator adds it with `dispatch witness trust`"
            ),
            format!("{name}：不认识本日志；须由其运行方用 dispatch witness trust 加入"),
        ),
        403 => Message::new(
            format!(
                "{name}: does not trust the key that signed; after a change of keys its operator adds the new one with `dispatch witness trust`"
            ),
            format!(
                "{name}：不信任签名所用密钥；更换密钥后须由其运行方用 dispatch witness trust 加入新公钥"
            ),
        ),
        _ => Message::new(
            format!("{name}: refused with status {status}: {reason}"),
            format!("{name}：拒绝联署，状态{status}：{reason}"),
        ),
    }
}

fn larger(witness: &PolicyWitness, held: u64, own: u64) -> Message {
    let name = &witness.name;
    Message::new(
        format!(
            "{name}: has cosigned this log at size {held}, it has only {own} here: was it restored from an old backup? put back the latest copy, from the published log or another witness"
        ),
        format!(
            "{name}：已联署过本日志规模{held}的检查点，而此处仅有{own}条：是否误用了旧备份？请从已公布的日志或其他副本恢复最新状态"
        ),
    )
}

fn other(witness: &PolicyWitness, size: u64) -> Message {
    let name = &witness.name;
    Message::new(
        format!(
            "{name}: has cosigned another history of this log (at size {size}): was it restored from an old backup and continued differently? stop, and keep both copies: two signed histories convict the log"
        ),
        format!(
            "{name}：已联署过本日志的另一种历史（规模{size}）：是否由旧备份恢复后另行续写？请停止操作并保留两份副本：两种经签名的历史足以证明日志被改写"
        ),
    )
}

/// Characters of a reason that are shown.
const SHOWN: usize = 300;
