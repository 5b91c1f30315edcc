//! What lies outside: the policy with the witnesses, and the relays.

use std::path::Path;

use dispatch_core::beacon::round_at_or_after;
use dispatch_core::language::Message;
use dispatch_core::log::{LogPolicy, VerifierKey};

use super::{Finding, State};
use crate::campaign::relay;

pub(super) fn policy(path: Option<&Path>, key: Option<&VerifierKey>) -> Finding {
    let write = Message::new(
        "write a policy with witnesses that are not under your own authority, see docs/log.md, and give it to serve and to doctor by --policy",
        "请编写含外部见证方的策略（见 docs/log.md），并用 --policy 提供给 serve 和 doctor",
    );
    let Some(path) = path else {
        let none = Message::new(
            "none is set: a log without witnesses proves little",
            "未设置：没有见证方的日志证明力有限",
        );
        return Finding::warning("policy", none, write);
    };
    let shown = path.display();
    let read = std::fs::read(path)
        .map_err(|error| Message::new(format!("{shown}: {error}"), format!("{shown}：{error}")));
    let policy = match read.and_then(LogPolicy::read) {
        Ok(policy) => policy,
        Err(why) => return Finding::failed("policy", why, write),
    };
    if let Some(key) = key
        && !policy.logs().iter().any(|log| log.key == *key)
    {
        return Finding::failed(
            "policy",
            Message::new(
                format!("{shown} has no line for this log's key"),
                format!("{shown}中没有本日志的密钥"),
            ),
            Message::new(
                format!("put in the line: log {key}"),
                format!("请加入一行：log {key}"),
            ),
        );
    }
    if !policy.has_quorum() {
        let none = Message::new(
            format!("{shown} asks for no witness"),
            format!("{shown}不要求见证方"),
        );
        return Finding::warning("policy", none, write);
    }
    let witnesses = policy.witnesses().len();
    Finding::ok(
        "policy",
        format!("{shown} names this log and {witnesses} witnesses"),
        format!("{shown}含本日志和{witnesses}个见证方"),
    )
}

/// Each is asked for a round that was due half a minute ago.
pub(super) fn relays(relays: &[String], now: u64, findings: &mut Vec<Finding>) {
    let others = Message::new(
        "look at the network and the address; anybody can bring a pulse: POST /api/v1/draws/COMMITMENT/pulse",
        "请检查网络和网址；任何人都可提交脉冲：POST /api/v1/draws/COMMITMENT/pulse",
    );
    if relays.is_empty() {
        let none = Message::new(
            "none is set: somebody has to bring each pulse",
            "未设置：须由人提交每一脉冲",
        );
        findings.push(Finding::warning("relay", none, others));
        return;
    }
    let round = round_at_or_after(now.saturating_sub(30));
    let mut asked: Vec<Finding> = { relays.iter() }
        .map(|url| match relay::fetch(std::slice::from_ref(url), round) {
            Ok(_) => Finding::ok(
                "relay",
                format!("{url} gave round {round}, and it verifies"),
                format!("{url}提供了第{round}轮，验证通过"),
            ),
            Err(why) => Finding::warning("relay", why, others.clone()),
        })
        .collect();
    // One is enough; none is not.
    if asked.iter().all(|one| one.state != State::Ok) {
        for one in &mut asked {
            one.state = State::Failed;
        }
    }
    findings.extend(asked);
}
