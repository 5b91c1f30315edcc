//! The self-test: shows that this build computes what the specification says and finds tampering.
//!
//! Source: docs/spec.md, RFC 8439, RFC 6962, drand. Built-in vectors first, then a small draw that is
//! made in memory, verified, and put through the whole tamper matrix. Invariant: nothing outside the
//! program is read, and the expected values were not made by it.

mod small;
mod vectors;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::beacon;
use crate::bundle::Files;
use crate::language::Message;
use crate::tamper::{Expected, expectations, missed, tamperings};
use crate::verify::{Expectations, Grade, Verdict, verify};

/// What one part of the self-test came to.
#[derive(Clone, Debug)]
pub struct SelftestResult {
    /// The part.
    pub name: Message,
    /// Number of cases passed, or what is wrong.
    pub outcome: Result<usize, Message>,
}

/// Runs the self-test. `progress` sees the number of tampered bundles verified so far, now and then.
pub fn selftest(progress: &(dyn Fn(usize) + Sync)) -> Vec<SelftestResult> {
    let mut results = vectors::run();
    let pulse = beacon::self_test().map(|()| 3);
    results.push(SelftestResult {
        name: Message::new(
            "drand quicknet: chain hash, a real pulse, a wrong round",
            "drand quicknet:链哈希、真实信标、错误轮次",
        ),
        outcome: pulse.map_err(|error| Message::new(error.to_string(), error.to_string())),
    });
    let name = Message::new("a small draw, verified", "小型抽取并核验");
    let (draw, other) = match (small::bundles("A"), small::bundles("B")) {
        (Ok(draw), Ok(other)) => (draw, other),
        (Err(fault), _) | (_, Err(fault)) => {
            results.push(SelftestResult {
                name,
                outcome: Err(fault),
            });
            return results;
        }
    };
    results.push(SelftestResult {
        name,
        outcome: good(&draw),
    });
    let done = AtomicUsize::new(0);
    for (form, files, other) in [
        (("public form", "公开版"), &draw.public, &other.public),
        (
            ("auditor's form", "审计版"),
            &draw.auditors,
            &other.auditors,
        ),
    ] {
        results.extend(matrix(form, files, other, &|| {
            let done = done.fetch_add(1, Ordering::Relaxed);
            if done.is_multiple_of(64) {
                progress(done);
            }
        }));
    }
    results
}

/// Both forms of the small draw pass every check.
fn good(draw: &small::Draw) -> Result<usize, Message> {
    let expectations = Expectations {
        commitment: Some(draw.commitment),
        ..Expectations::default()
    };
    for (files, auditor) in [
        (&draw.public, Verdict::Hidden),
        (&draw.auditors, Verdict::Pass),
    ] {
        let report = verify("", files.clone(), &expectations, &mut |_| {});
        // A real pulse of the past was used, so the grade can be nothing but a replay.
        if report.public != Verdict::Pass
            || report.auditor != auditor
            || report.grade != Grade::Replay
        {
            let failed = report.failed().join(", ");
            return Err(Message::new(
                format!("a good draw does not pass; failed: {failed}"),
                format!("正确的抽取未通过核验:{failed}"),
            ));
        }
    }
    Ok(2)
}

/// Runs the tamper matrix on one bundle: one result for every file and kind of attack.
fn matrix(
    form: (&str, &str),
    files: &Files,
    other: &Files,
    tick: &(dyn Fn() + Sync),
) -> Vec<SelftestResult> {
    let expectations = expectations(files);
    let found: Vec<(&'static str, bool, Option<String>)> = tamperings(files, other)
        .par_bridge()
        .map(|tampering| {
            let miss = missed(&tampering, &expectations);
            tick();
            (
                tampering.group,
                matches!(tampering.expected, Expected::Unseen { .. }),
                miss,
            )
        })
        .collect();
    let mut groups: BTreeMap<(&str, bool), (usize, Option<String>)> = BTreeMap::new();
    for (group, unseen, miss) in found {
        let group = groups.entry((group, unseen)).or_default();
        group.0 += 1;
        group.1 = group.1.take().or(miss);
    }
    let result = |((group, unseen), (count, miss)): ((&str, bool), (usize, Option<String>))| {
        let (english, chinese) = if unseen {
            ("not to be seen, by the specification", "按规范不可见")
        } else {
            ("tampering found", "篡改均被发现")
        };
        SelftestResult {
            name: Message::new(
                format!("{}, {group}: {english}", form.0),
                format!("{},{group}:{chinese}", form.1),
            ),
            outcome: miss.map_or(Ok(count), |miss| Err(Message::new(miss.clone(), miss))),
        }
    };
    groups.into_iter().map(result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_passes_and_the_matrix_is_large() {
        let results = selftest(&|_| {});
        let failed: Vec<_> = results
            .iter()
            .filter_map(|r| r.outcome.as_ref().err())
            .collect();
        assert!(failed.is_empty(), "{failed:#?}");
        let cases: usize = results.iter().filter_map(|r| r.outcome.as_ref().ok()).sum();
        assert!(cases > 3000, "{cases}");
    }

    #[test]
    fn a_miss_is_reported() {
        // A good bundle put in for a tampered one.
        let tampering = crate::tamper::Tampering {
            name: "nothing changed".to_owned(),
            group: "test",
            expected: Expected::one_of(&["B01"]),
            files: small::bundles("A")
                .map(|draw| draw.public)
                .unwrap_or_default(),
        };
        assert!(missed(&tampering, &Expectations::default()).is_some());
    }
}
