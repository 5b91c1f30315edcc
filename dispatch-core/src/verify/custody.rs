//! Checks K01 and K02: could the draw be opened without the operator?
//!
//! Source: docs/spec.md section 18.

use super::log::{Logged, in_time};
use super::{Expectations, Outcome, Run, Status, gone};
use crate::announcement::secret_hash;
use crate::beacon;
use crate::custody::{acknowledges, timelock};
use crate::entry::Step;
use crate::evidence::Evidence;
use crate::language::Message;
use crate::log::{VerifierKey, from_base64};
use crate::policy::Policy;

/// K01 and K02.
pub(super) fn run(
    run: &mut Run<'_>,
    evidence: &Evidence,
    expectations: &Expectations,
    logged: &Logged,
) {
    let custody = evidence.announcement.good().map(|a| &a.document.custody);
    if custody.is_some_and(|custody| custody.custodians.is_empty()) {
        let none = Message::new("no custodian announced", "公告未设密钥保管方");
        run.put("K01", Status::Pass, none);
    } else {
        let policy = expectations.policy.as_ref();
        run.check("K01", || acknowledged(evidence, policy, logged));
    }
    if custody.is_some_and(|custody| custody.timelock.is_empty()) {
        let none = Message::new("no time lock announced", "公告未设时间锁");
        return run.put("K02", Status::Pass, none);
    }
    let opened = evidence
        .log
        .good()
        .is_some_and(|parts| parts.timelock.is_some());
    if run.passed("A02") && run.passed("A11") && !opened {
        let missing = Message::new(
            "timelock.json, the pulse of the disclosure time, is not in the bundle",
            "证据包中没有 timelock.json（公开时间的随机信标）",
        );
        return run.put("K02", Status::Skipped, missing);
    }
    run.check("K02", || locked(evidence));
}

/// Check K01.
fn acknowledged(evidence: &Evidence, policy: Option<&Policy>, logged: &Logged) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let document = &announced.document;
    let pinned = policy
        .map(|policy| policy.custodians.as_slice())
        .unwrap_or_default();
    let counts = |key: &str| pinned.is_empty() || pinned.iter().any(|known| known == key);
    let custodians = document.custody.custodians.iter();
    let keys: Vec<VerifierKey> = custodians
        .filter(|custodian| counts(&custodian.key))
        .filter_map(|custodian| custodian.key.parse().ok())
        .collect();
    let mut late = None;
    for (line, time) in logged.lines(evidence) {
        let Step::Acknowledgement(step) = &line.entry.step else {
            continue;
        };
        if step.commitment != announced.commitment {
            continue;
        }
        let note = step.note.as_bytes();
        let signer = keys
            .iter()
            .find(|key| acknowledges(note, &announced.commitment, &document.custody.file, key));
        let Some(key) = signer else { continue };
        let latest = Some(document.plan.schedule.draw_unix());
        let (english, chinese) = (
            format!("the acknowledgement of {}", key.name),
            format!("{}的确认", key.name),
        );
        match in_time(&english, &chinese, time, latest, document.replay) {
            Ok(found) => return Ok(found),
            Err(fault) => late = Some(fault),
        }
    }
    Err(late.unwrap_or_else(|| {
        Message::new(
            "no custodian has acknowledged that what it holds opens",
            "没有密钥保管方确认其保管的内容可以打开",
        )
    }))
}

/// Check K02.
fn locked(evidence: &Evidence) -> Outcome {
    let announced = evidence.announcement.good().ok_or_else(gone)?;
    let parts = evidence.log.good().ok_or_else(gone)?;
    let opening = parts.timelock.as_ref().ok_or_else(gone)?;
    let document = &announced.document;
    let due = document.plan.schedule.lock_round();
    let fault = |english: &str, chinese: &str| Err(Message::new(english, chinese));
    if opening.commitment != announced.commitment {
        return fault(
            "timelock.json is of another announcement",
            "timelock.json 属于另一份公告",
        );
    }
    if opening.round != due {
        return Err(Message::new(
            format!(
                "timelock.json has round {}; the disclosure time fixes {due}",
                opening.round
            ),
            format!(
                "timelock.json 为第{}轮，按公开时间应为第{due}轮",
                opening.round
            ),
        ));
    }
    let Some(pulse) = opening
        .pulse()
        .filter(|pulse| beacon::verify(pulse).is_ok())
    else {
        return fault(
            "the signature of the pulse does not verify",
            "随机信标的签名验证失败",
        );
    };
    let lock = from_base64(&document.custody.timelock).ok_or_else(gone)?;
    match timelock::open(&lock, &pulse) {
        Ok(secret) if secret_hash(&secret) == document.secret_hash => Ok(Message::new(
            format!("it opens with round {due} to the frozen secret"),
            format!("用第{due}轮随机信标打开，内为冻结的密钥"),
        )),
        Ok(_) => fault(
            "it holds something else than the frozen secret: the bureau has sabotaged it",
            "时间锁内不是冻结的密钥：操作方破坏了时间锁",
        ),
        Err(error) => Err(Message::new(
            format!("it does not open: {error}: the bureau has sabotaged it"),
            format!("时间锁打不开（{error}）：操作方破坏了时间锁"),
        )),
    }
}
