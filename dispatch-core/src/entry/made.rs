//! Steps that come from outside, made only if they are what they have to be.
//!
//! Source: docs/spec.md 5.1, 17.4 and 18.2. Invariant: what is made here would pass K01 and C05.

use super::{Acknowledgement, AnnouncedStep, Announcing, Contributing};
use crate::announcement::{Announcement, commitment};
use crate::custody::acknowledges;
use crate::digest::Digest;
use crate::language::Message;
use crate::plan::SeedSource;
use crate::seed::contribution_hash;

impl Announcing {
    /// The step of an announcement; `bytes` are those of `document`.
    #[must_use]
    pub fn of(document: &Announcement, bytes: &[u8]) -> Self {
        Self {
            announcement: AnnouncedStep::new(document, bytes),
            commitment: commitment(bytes),
        }
    }
}

impl Acknowledgement {
    /// The step of a signed note, if it is the acknowledgement of one of the draw's custodians.
    ///
    /// # Errors
    /// If it is not.
    pub fn of(document: &Announcement, commitment: Digest, note: &[u8]) -> Result<Self, Message> {
        let custody = &document.custody;
        let holds = { custody.custodians.iter() }
            .filter_map(|custodian| custodian.key.parse().ok())
            .any(|key| acknowledges(note, &commitment, &custody.file, &key));
        match str::from_utf8(note) {
            Ok(note) if holds => Ok(Self {
                commitment,
                note: note.to_owned(),
            }),
            _ => Err(Message::new(
                "is not the acknowledgement of a custodian of this draw; ask for it again",
                "不是本次抽取的密钥保管方的确认，请重新索取",
            )),
        }
    }
}

impl Contributing {
    /// The step of a body's value, if it opens the hash that was announced for the body.
    ///
    /// # Errors
    /// If the body contributes nothing to this draw, or the value does not open its hash.
    pub fn of(
        document: &Announcement,
        commitment: Digest,
        contributor: &str,
        value: Digest,
    ) -> Result<Self, Message> {
        let plan = &document.plan;
        let announced = plan.seed.iter().find_map(|source| match source {
            SeedSource::Contribution { body, hash, .. } if body == contributor => Some(hash),
            _ => None,
        });
        let Some(announced) = announced else {
            return Err(Message::new(
                format!(
                    "{contributor} contributes nothing to this draw; use the name as the plan spells it"
                ),
                format!("“{contributor}”不是本次抽取的随机数提供方，名称须与抽查任务完全一致"),
            ));
        };
        if contribution_hash(&plan.draw, contributor, &value).to_string() != *announced {
            return Err(Message::new(
                format!(
                    "the value does not open the hash that {contributor} committed to; give the 32 bytes that were hashed, as 64 hexadecimal characters"
                ),
                format!(
                    "数值与“{contributor}”承诺的哈希值不符；请提供当初取哈希的32字节（64位十六进制）"
                ),
            ));
        }
        Ok(Self {
            commitment,
            contributor: contributor.to_owned(),
            value,
        })
    }
}
