//! Random campaigns with stages, in both modes and with standing teams, and joint ones with child draws,
//! against the specification, computed independently.
//!
//! Every step is made twice: by the library, and by a model written from docs/spec.md 5 to 8, 15 and 16
//! that shares nothing with it (stages/model.rs, standing.rs, rule.rs, hash.rs); lists, roots and caps
//! must be the same. Beside that, what must hold whatever the rule is, is counted in the lists
//! (stages/direct.rs). Every bundle verifies; one in ten is given to the independent verifier too.
//! Cases are numbered, and the same every time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;

use case::case;
use dispatch_core::bundle::Files;
use dispatch_core::plan::Mode;
use dispatch_core::verify::{Expectations, Report, Status, Verdict};
use dispatch_tests::campaign::{Campaign, report};
use dispatch_tests::independent::{self, compare};
use held::Held;
use oracle::{quota, stratum_of};

#[path = "stages/again.rs"]
mod again;
#[path = "stages/case.rs"]
mod case;
#[path = "stages/direct.rs"]
mod direct;
#[path = "stages/drops.rs"]
mod drops;
#[path = "stages/eligible.rs"]
mod eligible;
#[path = "stages/hash.rs"]
mod hash;
#[path = "stages/held.rs"]
mod held;
#[path = "stages/joint.rs"]
mod joint;
#[path = "stages/model.rs"]
mod model;
#[path = "properties/oracle.rs"]
#[allow(dead_code, reason = "eligible.rs has more rules than its may_fill")]
mod oracle;
#[path = "stages/refusals.rs"]
mod refusals;
#[path = "stages/rule.rs"]
mod rule;
#[path = "stages/standing.rs"]
mod standing;
#[path = "assignment/words.rs"]
mod words;

#[test]
fn random_campaigns_with_stages_keep_the_rules() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut others = Vec::new();
    for number in 0..CASES {
        let case = case(number);
        let possible = is_possible(&case.campaign);
        let frozen = case.campaign.try_freeze();
        assert_eq!(
            frozen.is_ok(),
            possible,
            "case {number}: {:?}",
            frozen.err()
        );
        let Ok(frozen) = case.campaign.try_freeze() else {
            *kinds.entry("refused").or_default() += 1;
            continue;
        };
        println!("case {number}");
        let mut held = Held::new(&case, frozen, None);
        for stage in 1..case.rounds.len() as u64 {
            held.stage(stage, None);
        }
        let forms = [false, true].map(|auditor| held.files(auditor));
        let reports = assert_verified(&forms, number);
        if number % 10 == 0 {
            others.extend(for_others(&forms, reports, &format!("case {number}")));
        }
        let plan = &case.campaign.plan;
        for (kind, count) in [
            ("order", usize::from(plan.mode == Mode::Order)),
            ("standing", usize::from(plan.team.standing > 0)),
            ("sealed", usize::from(!plan.subjects.sealed.is_empty())),
            ("no replay", usize::from(!case.campaign.replay)),
            ("stages", held.seen.stages),
            ("drops", held.seen.drops),
            ("refused drops", held.seen.refused),
            ("new in stages", held.seen.replaced),
            ("teams changed", held.seen.refilled),
            ("open slots", held.seen.open),
        ] {
            *kinds.entry(kind).or_default() += count;
        }
    }
    println!("{kinds:?}");
    // The cases are fixed, so that each kind is there is a fact, not a chance.
    for (kind, count) in &kinds {
        assert!(*count >= 10, "{kind}: {kinds:?}");
    }
    compare(&others, &[]);
}

#[test]
fn joint_campaigns_keep_the_rules() {
    let (mut held, mut whole, mut refused, mut stages) = (0, 0, 0, 0);
    let mut others = Vec::new();
    for number in 0..JOINT_CASES {
        let (parent_case, mut child_cases) = joint::cases(number);
        let frozen = parent_case.campaign.try_freeze();
        let possible = is_possible(&parent_case.campaign);
        assert_eq!(
            frozen.is_ok(),
            possible,
            "case {number}: {:?}",
            frozen.err()
        );
        let Ok(frozen) = frozen else { continue };
        println!("joint case {number}");
        let (parent, lists) = joint::hold_parent(&parent_case, frozen);
        let announced: Vec<_> = { child_cases.iter_mut().enumerate() }
            .map(|(at, case)| joint::freeze_child(&parent, case, at))
            .collect();
        let mut children = Vec::new();
        for (at, (case, frozen)) in child_cases.iter().zip(announced).enumerate() {
            let (child, tried) = joint::hold_child((&parent, &lists), (case, frozen), at);
            refused += tried;
            stages += child.seen.stages;
            children.push(child);
        }
        let joint = joint::Joint { parent, children };
        whole += joint.assert_two_officers();
        held += 1;
        let mixed = number % 2 == 0;
        let forms = [joint.files(false, mixed), joint.files(true, !mixed)];
        let reports = assert_verified(&forms, number);
        for report in &reports {
            assert_eq!(report.children.len(), joint.children.len());
            for (name, child) in &report.children {
                assert_eq!(
                    child.public,
                    Verdict::Pass,
                    "case {number}, {name}: {child:?}"
                );
                for id in ["H01", "H02", "H03", "H05"] {
                    let found = child.checks.iter().find(|check| check.id == id);
                    assert_eq!(found.map(|check| check.status), Some(Status::Pass), "{id}");
                }
            }
        }
        if number % 10 == 0 {
            others.extend(for_others(&forms, reports, &format!("joint case {number}")));
        }
    }
    println!("{held} held, {stages} stages of children, {whole} whole visits, {refused} refused");
    assert!(held >= 80 && stages >= 100 && whole >= 100 && refused >= 1000);
    compare(&others, &[]);
}

/// What the independent verifier is to judge.
fn for_others(forms: &[Files; 2], reports: [Report; 2], what: &str) -> Vec<independent::Case> {
    { forms.iter().zip(reports) }
        .map(|(files, report)| independent::Case {
            what: format!("{what}, {:?}", report.form),
            zip: files.to_zip().unwrap(),
            report,
        })
        .collect()
}

/// Verifies the public and the auditor's form.
fn assert_verified(forms: &[Files; 2], number: u64) -> [Report; 2] {
    let [public, audit] = forms
        .each_ref()
        .map(|files| report(files, &Expectations::default()));
    let verdicts = [&public, &audit].map(|report| (report.public, report.auditor));
    assert_eq!(
        verdicts[0],
        (Verdict::Pass, Verdict::Hidden),
        "case {number}: {public:?}"
    );
    assert_eq!(
        verdicts[1],
        (Verdict::Pass, Verdict::Pass),
        "case {number}: {audit:?}"
    );
    [public, audit]
}

/// Whether the quotas can be met and take at least one subject.
fn is_possible(campaign: &Campaign) -> bool {
    let quotas: Vec<Option<u64>> = { campaign.plan.strata.iter().enumerate() }
        .map(|(at, stratum)| {
            let here = campaign
                .subjects
                .iter()
                .filter(|row| stratum_of(campaign, row) == Some(at));
            quota(&stratum.quota, here.count() as u64)
        })
        .collect();
    quotas.iter().all(Option::is_some) && quotas.iter().any(|quota| *quota != Some(0))
}

/// Number of campaigns.
const CASES: u64 = 300;
/// Number of joint campaigns.
const JOINT_CASES: u64 = 100;
