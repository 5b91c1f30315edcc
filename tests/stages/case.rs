//! Random campaigns with stages at real pulses: both modes, standing teams, two departments.

use dispatch_core::plan::{
    Exclusion, FieldPair, MatchKind, MatchRule, Mode, Op, Quota, Role, Rounding, SeedSource,
};
use dispatch_tests::campaign::{
    Campaign, DEPARTMENT, Row, condition, count, officer, plan, row, slot, stratum, subject_id,
};
use dispatch_tests::chance::Dice;

use crate::eligible::{WINDOW_END, WINDOW_START};

/// What a case is made of.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) campaign: Campaign,
    /// Rounds of the draw and of every announced stage.
    pub(crate) rounds: Vec<u64>,
    /// Chooses what falls out, and everything else that is left to chance.
    pub(crate) seed: u64,
}

/// Rounds of tests/vectors/drand-quicknet.tsv before the end of the window.
pub(crate) const ROUNDS: [u64; 11] = [
    2, 3, 123, 255, 256, 1000, 1001, 1002, 65_535, 65_536, 657_413,
];

/// The case of this number.
pub(crate) fn case(number: u64) -> Case {
    let mut dice = Dice::new(number);
    // One in four is no replay: pulses far enough apart to announce stages in time.
    let replay = !one_in(&mut dice, 4);
    let rounds = if replay {
        let mut rounds = ROUNDS.to_vec();
        dice.shuffle(&mut rounds);
        rounds.truncate(2 + below(&mut dice, 4));
        rounds.sort_unstable();
        rounds
    } else {
        [
            vec![1000],
            vec![[65_535, 65_536][below(&mut dice, 2)]],
            vec![657_413],
        ][..2 + below(&mut dice, 2)]
            .concat()
    };
    let mut campaign = campaign(&mut dice);
    campaign.replay = replay;
    set_rounds(&mut campaign, &rounds);
    if one_in(&mut dice, 2) {
        campaign.plan.mode = Mode::Order;
    }
    Case {
        campaign,
        rounds,
        seed: dice.word(),
    }
}

/// Fixes draw time and stages.
pub(crate) fn set_rounds(campaign: &mut Campaign, rounds: &[u64]) {
    let schedule = &mut campaign.plan.schedule;
    schedule.draw_time = time(rounds[0]);
    schedule.stages = rounds[1..].iter().map(|round| time(*round)).collect();
    schedule.lead_minutes = 60;
    schedule.stage_lead_minutes = 60;
    schedule.window_start = WINDOW_START.to_owned();
    schedule.window_end = WINDOW_END.to_owned();
    schedule.disclosure_time = "2023-09-23T00:00:00Z".to_owned();
    campaign.created = before(rounds[0]);
}

/// The time of a round (docs/spec.md 5.2).
pub(crate) fn time(round: u64) -> String {
    text(1_692_803_367 + 3 * (round - 1))
}

/// Two hours before a round.
pub(crate) fn before(round: u64) -> String {
    text(1_692_803_367 + 3 * (round - 1) - 7200)
}

fn text(unix: u64) -> String {
    jiff::Timestamp::from_second(unix.try_into().unwrap())
        .unwrap()
        .to_string()
}

fn campaign(dice: &mut Dice) -> Campaign {
    let subjects: Vec<Row> = (0..6 + below(dice, 30))
        .map(|at| subject(dice, at))
        .collect();
    let officers = (0..5 + below(dice, 14))
        .map(|at| one_officer(dice, at))
        .collect();
    let mut campaign = Campaign::new(subjects, officers, count(1)).with_drand();
    if one_in(dice, 3) {
        let mut numbers = plan(Vec::new()).seed.remove(0);
        if let SeedSource::PublicNumbers { time, .. } = &mut numbers {
            "2023-09-20T00:00:00Z".clone_into(time);
        }
        campaign.plan.seed.push(numbers);
    }
    // The last stratum takes what is left of three classes; class 3 stays outside.
    let strata = 1 + below(dice, 3);
    campaign.plan.strata = (0..strata)
        .map(|at| {
            let classes = [["0", "1", "2"][at..].to_vec(), vec![["0", "1", "2"][at]]];
            let classes = &classes[usize::from(at + 1 < strata)];
            stratum(
                &format!("分层{at}"),
                one_quota(dice),
                vec![condition("risk", Op::In, classes)],
            )
        })
        .collect();
    campaign.plan.exclusions = vec![Exclusion {
        basis: "国办发〔2024〕54号".to_owned(),
        code: "visited".to_owned(),
        label: "已检查".to_owned(),
        reference: "last_visit_ref".to_owned(),
        conditions: vec![condition("last_visit", Op::AtLeast, &["2026-01-01"])],
    }];
    if one_in(dice, 4) {
        campaign.plan.subjects.sealed = vec!["risk".to_owned()];
        campaign.plan.officers.sealed = vec!["leave".to_owned(), "name".to_owned()];
    }
    campaign.secret = core::array::from_fn(|_| dice.word().to_be_bytes()[0]);
    team(dice, &mut campaign);
    recuse(dice, &mut campaign);
    campaign
}

/// Slots, groups, standing teams, room for drops.
pub(crate) fn team(dice: &mut Dice, campaign: &mut Campaign) {
    let team = &mut campaign.plan.team;
    team.slack = dice.below(3);
    team.max_drops = dice.below(7);
    team.standing = [0, 0, 1, 2, 3][below(dice, 5)];
    if one_in(dice, 3) {
        let field = "region".to_owned();
        team.group = vec![FieldPair {
            officer: field.clone(),
            subject: field,
        }];
    }
    let mut first = slot("组长", 1);
    first.lead = one_in(dice, 2);
    let mut others = slot("检查人员", 1 + dice.below(2));
    if one_in(dice, 3) {
        others.skills = vec!["计量".to_owned()];
    }
    if one_in(dice, 3) {
        let rule = [
            MatchKind::Differ,
            MatchKind::Differ,
            MatchKind::Covers,
            MatchKind::Same,
        ][below(dice, 4)];
        let field = "area".to_owned();
        others.matching = vec![MatchRule {
            officer: field.clone(),
            rule,
            subject: field,
        }];
    }
    team.slots = vec![first, others];
    if one_in(dice, 4) {
        let mut expert = slot("专家", 1);
        "检测院".clone_into(&mut expert.department);
        "食品检验".clone_into(&mut expert.expert);
        expert.role = Role::Expert;
        team.slots.insert(below(dice, 3), expert);
    }
}

/// Some pairs that must not meet.
pub(crate) fn recuse(dice: &mut Dice, campaign: &mut Campaign) {
    for _ in 0..below(dice, 20) {
        let id = |dice: &mut Dice, rows: &[Row]| rows[below(dice, rows.len())][0].1.clone();
        let (subject, officer) = (id(dice, &campaign.subjects), id(dice, &campaign.officers));
        campaign.recusals.push((subject, officer));
    }
    campaign.recusals.sort();
    campaign.recusals.dedup();
}

fn subject(dice: &mut Dice, at: usize) -> Row {
    let risk = ["0", "1", "2", "3", "0", "1"][below(dice, 6)];
    let region = ["区0", "区1", "区2"][below(dice, 3)];
    let area = ["", "片1", "片2"][below(dice, 3)];
    let (last, reference) = if one_in(dice, 10) {
        ("2026-03-01", "J-1")
    } else {
        ("2025-03-01", "")
    };
    row(&[
        ("id", &subject_id(at)),
        ("name", "某店"),
        ("risk", risk),
        ("region", region),
        ("area", area),
        ("last_visit", last),
        ("last_visit_ref", reference),
    ])
}

/// An officer, or one of four an expert of the other department.
pub(crate) fn one_officer(dice: &mut Dice, at: usize) -> Row {
    let limit = if one_in(dice, 3) {
        dice.below(7).to_string()
    } else {
        String::new()
    };
    let expires = ["2023-09-21", "2023-09-22", "2030-12-31"]
        [if one_in(dice, 8) { below(dice, 2) } else { 2 }];
    // Free of leave: 4 days, 5 days, all.
    let leaves = [
        "2023-08-24/2023-09-18",
        "2023-08-24/2023-09-01;2023-08-30/2023-09-17",
        "",
    ];
    let leave = leaves[if one_in(dice, 5) { below(dice, 2) } else { 2 }];
    let expert = one_in(dice, 4);
    officer(
        at,
        &[
            ("department", if expert { "检测院" } else { DEPARTMENT }),
            ("region", ["区0", "区1", "区2"][below(dice, 3)]),
            ("area", ["片1", "片2", "片1;片2"][below(dice, 3)]),
            ("lead", ["yes", "no"][below(dice, 2)]),
            ("limit", &limit),
            ("expires", expires),
            ("leave", leave),
            (
                "skills",
                ["计量", "计量;食品安全", "食品安全"][below(dice, 3)],
            ),
            ("expert", if expert { "食品检验" } else { "" }),
        ],
    )
}

fn one_quota(dice: &mut Dice) -> Quota {
    if one_in(dice, 5) {
        return count(1 + dice.below(4));
    }
    let rounding = [Rounding::Down, Rounding::Nearest, Rounding::Up][below(dice, 3)];
    Quota::Ratio {
        denominator: 60 + dice.below(60),
        minimum: dice.below(4),
        numerator: 10 + dice.below(50),
        rounding,
    }
}

/// A number below `n`.
pub(crate) fn below(dice: &mut Dice, n: usize) -> usize {
    usize::try_from(dice.below(n as u64)).unwrap()
}

/// Once in `n` times.
pub(crate) fn one_in(dice: &mut Dice, n: u64) -> bool {
    dice.below(n) == 0
}
