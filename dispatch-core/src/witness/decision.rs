//! What a witness answers: the checks of C2SP tlog-witness in its order, and the cosignature.
//!
//! Two steps, because only the second needs the state: [`Submission::new`] looks at the request and
//! the trusted keys, [`Submission::decide`] at what is held and the time. Whoever keeps state must
//! read it, decide and store the outcome as one step that nothing else can come between, and store
//! it before the cosignature leaves the house.
//! Invariant: a cosignature is made only for a root that the held root is consistent with.

use super::{AddCheckpoint, Evidence, Held, Refusal};
use crate::log::{Note, NoteError, SignedCheckpoint, SignerKey, VerifierKey, cosign};
use crate::merkle::empty_root;

/// A request whose checkpoint a trusted key of the log has signed.
#[derive(Clone, Debug)]
pub struct Submission {
    request: AddCheckpoint,
    /// Only the log's own lines, which verified.
    signed: SignedCheckpoint,
}

impl Submission {
    /// Checks the signatures; `trusted` are all keys that this witness trusts for any log.
    ///
    /// # Errors
    /// [`Refusal::UnknownOrigin`], [`Refusal::Signature`] or [`Refusal::OldAbove`], in this order.
    pub fn new(request: AddCheckpoint, trusted: &[VerifierKey]) -> Result<Self, Refusal> {
        let checkpoint = &request.checkpoint;
        let origin = &checkpoint.checkpoint.origin;
        let mut keys = trusted.iter().filter(|key| key.name == *origin).peekable();
        if keys.peek().is_none() {
            let origin = origin.clone();
            return Err(Refusal::UnknownOrigin { origin });
        }
        let mut signatures = Vec::new();
        for key in keys {
            let signed = checkpoint.verify(key).map_err(|error| Refusal::Signature {
                fault: error.to_string(),
            })?;
            if signed {
                let lines = checkpoint.note.signatures.iter();
                let own = lines.filter(|line| line.name == key.name && line.id == key.id());
                // One line of a key is enough, however often it stands there.
                signatures.extend(own.take(1).cloned());
            }
        }
        if signatures.is_empty() {
            return Err(Refusal::Signature {
                fault: "no signature line of a trusted key".to_owned(),
            });
        }
        let size = checkpoint.checkpoint.size;
        if request.old > size {
            let old = request.old;
            return Err(Refusal::OldAbove { old, size });
        }
        let signed = SignedCheckpoint {
            checkpoint: checkpoint.checkpoint.clone(),
            note: Note {
                text: checkpoint.note.text.clone(),
                signatures,
            },
        };
        Ok(Self { request, signed })
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.signed.checkpoint.origin
    }

    /// The checkpoint with the log's own signatures.
    #[must_use]
    pub const fn checkpoint(&self) -> &SignedCheckpoint {
        &self.signed
    }

    /// Cosigns, or says why not. `held` is what this witness cosigned last for this log, `now` the
    /// time in seconds since 1970.
    ///
    /// # Errors
    /// [`Refusal::Stale`], [`Refusal::Proof`], [`Refusal::Fork`] or [`Refusal::Clock`], in this order;
    /// [`Refusal::Unable`] if `signer` is not a key that cosigns.
    pub fn decide(
        &self,
        held: Option<&Held>,
        signer: &SignerKey,
        now: u64,
    ) -> Result<Cosigned, Refusal> {
        let offered = &self.signed.checkpoint;
        // Nothing is the tree of size 0, whose root everybody knows.
        let held_size = held.map_or(0, Held::size);
        let held_root = held.map_or_else(empty_root, |held| held.checkpoint().checkpoint.root);
        let old = self.request.old;
        if old != held_size {
            let fork = offered.size == held_size && offered.root != held_root;
            return Err(Refusal::Stale {
                held: held_size,
                fork,
            });
        }
        let proof = &self.request.proof;
        if offered.size == held_size || old == 0 {
            let fork = offered.size == held_size && offered.root != held_root;
            if !proof.path.is_empty() {
                let evidence = fork.then_some(Evidence::Fork);
                return Err(Refusal::Proof { evidence });
            }
            if fork {
                return Err(Refusal::Fork { size: held_size });
            }
        } else {
            proof
                .verify(held_size, &held_root, offered.size, &offered.root)
                .map_err(|_| Refusal::Proof {
                    evidence: Some(Evidence::Unproven),
                })?;
        }
        let last = held.map_or(0, Held::time);
        // Time 0 would mean "no statement about time"; C2SP allows nothing above 2^63 - 1.
        if now < last || now == 0 || i64::try_from(now).is_err() {
            return Err(Refusal::Clock { last, now });
        }
        let unable = |error: NoteError| Refusal::Unable {
            fault: error.to_string(),
        };
        let mut checkpoint = self.signed.clone();
        let signature = cosign(&checkpoint, signer, now).map_err(unable)?;
        let line = format!("{}\n", signature.to_line());
        checkpoint.note.add(signature).map_err(unable)?;
        Ok(Cosigned {
            line,
            held: Held::new(checkpoint, now),
        })
    }
}

/// A cosignature, and what must be stored before it is given away.
#[derive(Clone, Debug)]
pub struct Cosigned {
    /// Signature line with its final LF: the whole answer.
    pub line: String,
    /// What the witness holds from now on.
    pub held: Held,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;
    use crate::digest::Digest;
    use crate::log::{Checkpoint, KeyKind, cosigned_at};
    use crate::merkle::{ConsistencyProof, leaf_hash, root_of};

    fn request(old: u64, size: u64, extension: Option<&str>) -> (AddCheckpoint, VerifierKey) {
        let log = SignerKey::new("log.example/gz", KeyKind::Signature, [1; 32]).unwrap();
        let leaves: Vec<Digest> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let checkpoint = Checkpoint {
            origin: log.name().to_owned(),
            size,
            root: root_of(&leaves),
            extensions: extension.map(str::to_owned).into_iter().collect(),
        };
        let request = AddCheckpoint {
            old,
            proof: ConsistencyProof::new(&leaves, old).unwrap(),
            checkpoint: SignedCheckpoint::sign(checkpoint, &log).unwrap(),
        };
        (request, log.verifier())
    }

    fn witness() -> SignerKey {
        SignerKey::new("supervisor.example/1", KeyKind::Cosignature, [2; 32]).unwrap()
    }

    #[test]
    fn times_never_go_back_and_are_never_none() {
        let submit = |old, size| {
            let (request, key) = request(old, size, None);
            Submission::new(request, &[key]).unwrap()
        };
        let first = submit(0, 3);
        for now in [0, 1 << 63, u64::MAX] {
            let refused = first.decide(None, &witness(), now).unwrap_err();
            assert_eq!(refused, Refusal::Clock { last: 0, now });
            assert_eq!((refused.status(), refused.evidence()), (503, None));
        }
        let held = first.decide(None, &witness(), 1_000).unwrap().held;
        let later = submit(3, 5);
        let refused = later.decide(Some(&held), &witness(), 999).unwrap_err();
        assert_eq!(
            refused,
            Refusal::Clock {
                last: 1_000,
                now: 999
            }
        );
        // What is wrong with the request comes first: the clock is the operator's affair.
        let stale = submit(0, 5).decide(Some(&held), &witness(), 999);
        assert_eq!(stale.unwrap_err().size(), Some(3));
        for now in [1_000, (1 << 63) - 1] {
            let cosigned = later.decide(Some(&held), &witness(), now).unwrap();
            assert_eq!((cosigned.held.size(), cosigned.held.time()), (5, now));
        }
    }

    #[test]
    fn what_is_stored_is_what_was_given() {
        let (request, key) = request(0, 3, Some("an extension line"));
        let submission = Submission::new(request.clone(), &[key]).unwrap();
        let cosigned = submission.decide(None, &witness(), 1_000).unwrap();
        let text = cosigned.held.to_text();
        assert_eq!(
            text,
            format!("{}{}", request.checkpoint.to_text(), cosigned.line)
        );
        let read = Held::read(text.as_bytes(), &witness().verifier()).unwrap();
        assert_eq!((read.size(), read.time()), (3, 1_000));
        let at = cosigned_at(read.checkpoint(), &witness().verifier());
        assert_eq!(at, Ok(Some(1_000)));
        let other = SignerKey::new("other.example/1", KeyKind::Cosignature, [2; 32]).unwrap();
        let refused = Held::read(text.as_bytes(), &other.verifier()).unwrap_err();
        assert_eq!(refused, super::super::HeldError::NotCosigned);
    }

    #[test]
    fn a_key_that_does_not_cosign_is_refused() {
        let (request, key) = request(0, 3, None);
        let submission = Submission::new(request, &[key]).unwrap();
        let log = SignerKey::new("log.example/gz", KeyKind::Signature, [1; 32]).unwrap();
        let refused = submission.decide(None, &log, 1_000).unwrap_err();
        assert_eq!(refused.status(), 500);
    }

    #[test]
    fn an_old_size_above_the_new_one_is_refused_before_the_state_is_looked_at() {
        let (mut request, key) = request(0, 3, None);
        request.old = 4;
        let refused = Submission::new(request, &[key]).unwrap_err();
        assert_eq!(refused, Refusal::OldAbove { old: 4, size: 3 });
        assert_eq!(refused.status(), 400);
    }
}
