//! The same inputs give the same bytes: with 1, 2 and 7 threads, and for any order of the input.

use dispatch_core::freeze::Frozen;
use dispatch_tests::chance::Dice;

use crate::case::{Case, case};
use crate::held::Held;
use crate::joint::{self, Joint};

#[test]
fn neither_threads_nor_the_order_of_the_input_change_a_byte() {
    let pools = [1, 2, 7].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap()
    });
    let (mut held, mut stages) = (0, 0);
    for number in 0..CASES {
        let joint = number % 5 == 4;
        let one = |shuffle: bool| {
            if joint {
                joint_files(number, shuffle)
            } else {
                files(number, shuffle)
            }
        };
        let first = one(false);
        for pool in &pools {
            assert_eq!(pool.install(|| one(false)), first, "case {number}");
        }
        assert_eq!(one(true), first, "case {number}, shuffled");
        held += usize::from(first.is_some());
        stages += first.map_or(0, |(_, stages)| stages);
    }
    println!("{held} held, {stages} stages");
    assert!(held >= 50 && stages >= 80, "{held}, {stages}");
}

/// Both bundles, and how many stages were held.
fn files(number: u64, shuffled: bool) -> Option<(Vec<Vec<u8>>, usize)> {
    let mut case = case(3_000_000 + number);
    if shuffled {
        shuffle(&mut case);
    }
    let frozen = case.campaign.try_freeze().ok()?;
    let mut held = Held::new(&case, frozen, None);
    for stage in 1..case.rounds.len() as u64 {
        held.stage(stage, None);
    }
    let forms = [false, true].map(|auditor| held.files(auditor).to_zip().unwrap());
    Some((forms.to_vec(), held.seen.stages))
}

/// The same of a joint campaign.
fn joint_files(number: u64, shuffled: bool) -> Option<(Vec<Vec<u8>>, usize)> {
    let (mut case, mut child_cases) = joint::cases(3_000_000 + number);
    if shuffled {
        shuffle(&mut case);
        child_cases.iter_mut().for_each(shuffle);
    }
    let frozen = case.campaign.try_freeze().ok()?;
    let (parent, lists) = joint::hold_parent(&case, frozen);
    let announced: Vec<Frozen> = { child_cases.iter_mut().enumerate() }
        .map(|(at, case)| joint::freeze_child(&parent, case, at))
        .collect();
    let parts = child_cases.iter().zip(announced).enumerate();
    let children: Vec<Held<'_>> = parts
        .map(|(at, part)| joint::hold_child((&parent, &lists), part, at).0)
        .collect();
    let stages = { children.iter() }.map(|child| child.seen.stages).sum();
    let joint = Joint { parent, children };
    let forms = [false, true].map(|auditor| joint.files(auditor, auditor).to_zip().unwrap());
    Some((forms.to_vec(), stages))
}

/// Another order of all rows, and of the fields of every row.
fn shuffle(case: &mut Case) {
    let mut dice = Dice::new(case.seed);
    let campaign = &mut case.campaign;
    dice.shuffle(&mut campaign.subjects);
    dice.shuffle(&mut campaign.officers);
    dice.shuffle(&mut campaign.recusals);
    for row in campaign.subjects.iter_mut().chain(&mut campaign.officers) {
        dice.shuffle(row);
    }
}

/// Number of campaigns, one in five a joint one.
const CASES: u64 = 80;
