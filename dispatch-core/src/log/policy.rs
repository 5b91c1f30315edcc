//! Policies: which logs a reader believes, and which witnesses must have seen a checkpoint.
//!
//! Source: C2SP tlog-policy. Two rules are ours (`hierarchy`): witnesses of one body count once,
//! and a log does not witness itself. Invariant: a policy comes from whoever verifies, never from
//! beside what is verified; a policy that was read has exactly one quorum, made of keys that are
//! all different.

mod hierarchy;
mod read;

use super::checkpoint::SignedCheckpoint;
use super::cosignature::cosigned_at;
use super::key::VerifierKey;
use super::line;
use super::note::NoteError;
use crate::language::Message;

/// Logs, witnesses and the rule which of them are enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPolicy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log that the policy believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is the log's origin.
    pub key: VerifierKey,
    /// Where it is reached, if the policy tells.
    pub url: Option<String>,
}

/// A witness that the policy knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it is reached, if the policy tells.
    pub url: Option<String>,
}

/// A checkpoint that a policy accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// The log that signed it.
    pub log: VerifierKey,
    /// The earliest time, in seconds since 1970, such that the cosignatures made until then reach
    /// the quorum: from then on the checkpoint was public. None if the policy asks for no witness.
    pub quorum: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<Member>,
}

/// A witness or a group by its place; a group's members stand before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Group(usize),
    Witness(usize),
}

impl LogPolicy {
    /// Reads a policy file: UTF-8 without control characters but tab and line feed. (C2SP lets
    /// octets above 0x7F be anything.) The last line need not end.
    ///
    /// # Errors
    /// What is wrong, in which line, and what to do.
    pub fn read(text: impl AsRef<[u8]>) -> Result<Self, Message> {
        let policy = read::read(text.as_ref())?;
        hierarchy::check(&policy)?;
        Ok(policy)
    }

    /// Logs in the order of their lines.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// Witnesses in the order of their lines, also those that the quorum does not use.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether any witness is asked for; not so after `quorum none`.
    #[must_use]
    pub const fn has_quorum(&self) -> bool {
        self.quorum.is_some()
    }

    /// Whether these witnesses alone, told by their places, could reach the quorum; false where no
    /// witness is asked for.
    #[must_use]
    pub fn is_reached_by(&self, witnesses: impl Fn(usize) -> bool) -> bool {
        let places = 0..self.witnesses.len();
        let times: Vec<_> = places.map(|place| witnesses(place).then_some(0)).collect();
        self.quorum
            .is_some_and(|member| self.reached(member, &times).is_some())
    }

    /// Judges a checkpoint by this policy.
    ///
    /// # Errors
    /// Why it is not to be believed: no log of the policy signed it, a signature of a key that the
    /// policy knows does not verify, or the cosignatures do not reach the quorum.
    pub fn judge(&self, checkpoint: &SignedCheckpoint) -> Result<Witnessed, Message> {
        let mut signed = None;
        for log in &self.logs {
            let verified = checkpoint
                .verify(&log.key)
                .map_err(|error| refused(&error))?;
            if verified && log.key.name == checkpoint.checkpoint.origin {
                signed = signed.or(Some(&log.key));
            }
        }
        let log = signed.ok_or_else(|| self.unsigned(checkpoint))?;
        let mut times = Vec::new();
        for witness in &self.witnesses {
            let time = cosigned_at(checkpoint, &witness.key).map_err(|error| refused(&error))?;
            times.push(time);
        }
        let quorum = match self.quorum {
            None => None,
            Some(member) => {
                let time = self.reached(member, &times);
                Some(time.ok_or_else(|| self.no_quorum(&times))?)
            }
        };
        Ok(Witnessed {
            log: log.clone(),
            quorum,
        })
    }

    /// When a member had witnessed the checkpoint: a group as soon as enough of its members had.
    fn reached(&self, member: Member, times: &[Option<u64>]) -> Option<u64> {
        match member {
            Member::Witness(place) => times.get(place).copied().flatten(),
            Member::Group(place) => {
                let group = self.groups.get(place)?;
                let members = group.members.iter();
                let mut reached: Vec<_> = members
                    .filter_map(|member| self.reached(*member, times))
                    .collect();
                reached.sort_unstable();
                reached.get(group.threshold.checked_sub(1)?).copied()
            }
        }
    }

    fn unsigned(&self, checkpoint: &SignedCheckpoint) -> Message {
        let origin = &checkpoint.checkpoint.origin;
        let known: Vec<_> = self.logs.iter().map(|log| log.key.name.as_str()).collect();
        let known = known.join(", ");
        Message::new(
            format!(
                "the checkpoint of {origin} is signed by no log of the policy (it has: {known}); \
                 check that the policy is for this log and has its present key"
            ),
            format!(
                "{origin} 的检查点没有信任策略中任何日志的签名（策略中有：{known}）；请核对策略是否针对此日志、公钥是否为现用公钥"
            ),
        )
    }

    fn no_quorum(&self, times: &[Option<u64>]) -> Message {
        let named = |present: bool| {
            let all = self.witnesses.iter().zip(times);
            let names: Vec<_> = all
                .filter(|(_, time)| time.is_some() == present)
                .map(|(witness, _)| witness.name.as_str())
                .collect();
            if names.is_empty() {
                "-".to_owned()
            } else {
                names.join(", ")
            }
        };
        let (present, missing) = (named(true), named(false));
        Message::new(
            format!(
                "the cosignatures do not reach the quorum of the policy; cosigned: {present}; \
                 missing: {missing}"
            ),
            format!("见证方的联署未达到信任策略要求的法定数；已联署：{present}；未联署：{missing}"),
        )
    }
}

fn refused(error: &NoteError) -> Message {
    Message::new(
        format!("the checkpoint is refused: {error}"),
        match error {
            NoteError::Signature(name) => {
                format!("检查点不予采信：{name} 的签名验证不通过")
            }
            other => format!("检查点不予采信：{other}"),
        },
    )
}

#[cfg(test)]
mod tests;
