//! What others vouch for about a checkpoint: tokens, the witnesses' clocks, keys in other hands.
//!
//! Source: docs/spec.md 17.6; findings M20 to M22.

use super::Run;
use crate::language::Message;
use crate::log::{SignedCheckpoint, VerifierKey, cosigned_at};
use crate::monitor::finding::Place;
use crate::syntax::shown_time;
use crate::timestamp::Token;

impl Run<'_, '_> {
    /// The time of the token of a checkpoint.
    pub(super) fn token(
        &mut self,
        signed: &SignedCheckpoint,
        number: Option<u64>,
    ) -> Result<Option<u64>, Message> {
        let (Some(number), false) = (number, self.authorities.is_empty()) else {
            return Ok(None);
        };
        let Some(bytes) = self.view.token(number)? else {
            return Ok(None);
        };
        let text = signed.note.text.as_bytes();
        let fault = match Token::read(&bytes) {
            Ok(token) => {
                let mut times = self.authorities.iter().map(|a| token.verify(text, a));
                match times.find(Result::is_ok) {
                    Some(Ok(time)) => return Ok(Some(time)),
                    _ => "not of an authority of your policy".to_owned(),
                }
            }
            Err(error) => error.to_string(),
        };
        self.keep(
            "M20",
            &format!("checkpoints/{number}.tsr: {fault}"),
            &format!("checkpoints/{number}.tsr 不成立：{fault}"),
        );
        Ok(None)
    }

    /// Whether the witnesses' clocks agree.
    pub(super) fn times(&mut self, signed: &SignedCheckpoint) {
        let witnesses = self.policy.witnesses().iter();
        let times = witnesses.filter_map(|w| cosigned_at(signed, &w.key).ok().flatten());
        let times: Vec<u64> = times.collect();
        let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) else {
            return;
        };
        let size = signed.checkpoint.size;
        if *last > self.now.saturating_add(3600) {
            self.keep(
                "M22",
                &format!(
                    "size {size}: a witness's time {} lies in the future",
                    shown_time(*last)
                ),
                &format!("规模{size}：见证时间{}在未来", shown_time(*last)),
            );
        }
        if last.saturating_sub(*first) > 86_400 {
            self.found.notice(
                "M22",
                &Place::default(),
                &format!(
                    "size {size}: witnessed at {} and at {}",
                    shown_time(*first),
                    shown_time(*last)
                ),
                &format!(
                    "规模{size}：各见证方时间相差超过一天（{}、{}）",
                    shown_time(*first),
                    shown_time(*last)
                ),
            );
        }
    }

    /// Whether a key signs that was given up before.
    pub(super) fn compromised(&mut self, signed: &SignedCheckpoint) {
        let size = signed.checkpoint.size;
        let keys = self.work.compromised.iter();
        let used = keys.filter(|(key, _)| {
            let key = key.parse::<VerifierKey>();
            key.is_ok_and(|key| signed.verify(&key) == Ok(true))
        });
        let used: Vec<String> = used.map(|(key, _)| key.clone()).collect();
        for key in used {
            self.work.findings.alarm(
                "M21",
                &Place::default(),
                &format!("size {size} is signed with a key whose compromise was logged: {key}"),
                &format!("规模{size}的检查点由已宣布泄露的密钥签署：{key}"),
            );
        }
    }
}
