//! Asking relays for a round of the beacon.
//!
//! Several are asked at once, each within limits of time and length. Invariant: the first answer that
//! verifies against the pinned key for exactly this round counts, whichever relay gave it; one that
//! lies, is late or gives another round changes nothing, and there is no other source.

use std::io::Read as _;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use dispatch_core::beacon::{Pulse, QUICKNET, RELAY_JSON_LIMIT};
use dispatch_core::held::read_pulse;
use dispatch_core::language::Message;
use ureq::Agent;

/// Asks all relays; the first right answer.
///
/// # Errors
/// Why none of them gave it: the draw goes on waiting.
pub fn fetch(relays: &[String], round: u64) -> Result<Pulse, Message> {
    if relays.is_empty() {
        return Err(Message::new(
            format!(
                "waiting for drand round {round}: no relay is set, so somebody has to bring it"
            ),
            format!("等待 drand 第{round}轮：未配置转发节点，须由人提交"),
        ));
    }
    let (answers, arriving) = mpsc::channel();
    for relay in relays {
        let (relay, answers) = (relay.clone(), answers.clone());
        // Not waited for: a relay that hangs ends by its timeout.
        let asked = thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || {
                let answer = ask(&relay, round);
                let _ = answers.send((relay, answer));
            });
        if let Err(error) = asked {
            tracing::warn!(%error, "a relay could not be asked");
        }
    }
    drop(answers);
    let mut faults = Vec::new();
    for (relay, answer) in arriving {
        match answer {
            Ok(pulse) => return Ok(pulse),
            Err(fault) => {
                tracing::warn!(%relay, round, fault = %fault.english, "a relay did not give the pulse");
                faults.push(fault);
            }
        }
    }
    let english: Vec<&str> = faults.iter().map(|fault| fault.english.as_str()).collect();
    let chinese: Vec<&str> = faults.iter().map(|fault| fault.chinese.as_str()).collect();
    Err(Message::new(
        format!(
            "waiting for drand round {round}; no relay gave it ({})",
            english.join("; ")
        ),
        format!(
            "等待 drand 第{round}轮；转发节点均未提供（{}）",
            chinese.join("；")
        ),
    ))
}

fn ask(relay: &str, round: u64) -> Result<Pulse, Message> {
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .user_agent("dispatch-service")
        .build();
    let agent = Agent::new_with_config(config);
    let url = format!(
        "{}/{}/public/{round}",
        relay.trim_end_matches('/'),
        QUICKNET.hash
    );
    let failed = |error: &dyn std::fmt::Display| {
        Message::new(format!("{relay}: {error}"), format!("{relay}：{error}"))
    };
    let mut response = agent.get(&url).call().map_err(|error| failed(&error))?;
    let mut body = Vec::new();
    let reader = response.body_mut().as_reader();
    let most = RELAY_JSON_LIMIT as u64;
    { reader.take(most.saturating_add(1)).read_to_end(&mut body) }
        .map_err(|error| failed(&error))?;
    let pulse = read_pulse(&body).map_err(|fault| {
        Message::new(
            format!("{relay}: {}", fault.english),
            format!("{relay}：{}", fault.chinese),
        )
    })?;
    if pulse.round == round {
        return Ok(pulse);
    }
    let given = pulse.round;
    Err(Message::new(
        format!("{relay}: gave round {given}"),
        format!("{relay}：给出的是第{given}轮"),
    ))
}

/// How long a relay may take for all of its answer.
const TIMEOUT: Duration = Duration::from_secs(6);
