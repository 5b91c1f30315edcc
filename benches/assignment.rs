//! How long the officer assignment takes at the size of a province.
//!
//! Districts are load groups of their own, so the first cases run 100 groups one after the other
//! in one thread. Classes are nested: everybody, three quarters, half, a quarter of the officers.

#![allow(
    missing_docs,
    reason = "the criterion macros make undocumented functions"
)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use dispatch_core::assignment::{Group, GroupSubject, OfficerSet, assign};
use dispatch_core::stream::WordStream;

fn bench_assignment(criterion: &mut Criterion) {
    let mut runs = criterion.benchmark_group("assignment");
    runs.sample_size(10);
    runs.warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    // 500 slots over 200 officers need loads of 3: 600 places, 83 %.
    let even = groups(100, 250, 200, |_| u32::MAX);
    // With 90 officers limited to 2 there are 510 places, 98 %.
    let tight = groups(
        100,
        250,
        200,
        |officer| if officer % 20 < 9 { 2 } else { u32::MAX },
    );
    // 1,920 slots over 100 officers need loads of 20: 96 %.
    let heavy = groups(100, 960, 100, |_| u32::MAX);
    // 10,000 slots over 2,000 officers, every place taken.
    let pool = groups(1, 5_000, 2_000, |_| u32::MAX);
    // Half of the places that are needed.
    let short = groups(
        1,
        5_000,
        2_000,
        |officer| if officer % 2 == 0 { 2 } else { 3 },
    );
    for (name, groups, slack) in [
        ("25000x2 of 20000 in 100 groups, slack 1", &even, 1),
        ("25000x2 of 20000 in 100 groups, 83 % load", &even, 0),
        ("25000x2 of 20000 in 100 groups, 98 % load", &tight, 0),
        ("96000x2 of 10000 in 100 groups, 96 % load", &heavy, 0),
        ("5000x2 of 2000 in one group, 100 % load", &pool, 0),
        ("5000x2 of 2000 in one group, half of them open", &short, 0),
    ] {
        let answers: Vec<_> = groups.iter().map(|group| assign(group, slack)).collect();
        let open: usize = answers
            .iter()
            .map(|answer| answer.coverage.open.len())
            .sum();
        println!(
            "{name}: cap {}, open {open}",
            answers.iter().map(|a| a.cap).max().unwrap_or(0)
        );
        runs.bench_function(name, |bencher| {
            bencher.iter(|| {
                for group in groups {
                    black_box(assign(black_box(group), slack));
                }
            });
        });
    }
    runs.finish();
}

/// Groups that differ in keys, recusals and demand; each subject has 3 recusals, a lead of class
/// 0 to 3 (40, 30, 20 and 10 in a hundred) and one more officer of any class.
fn groups(count: u32, subjects: u32, officers: u32, limit: fn(u32) -> u32) -> Vec<Group> {
    (0..count)
        .map(|number| {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&number.to_le_bytes());
            let mut words = WordStream::new(key);
            let mut pick = |n: u32| u32::try_from(words.next_below(u64::from(n))).unwrap_or(0);
            let classes = (0..4).map(|rank| OfficerSet::from_fn(officers, |o| o % 4 >= rank));
            Group {
                limits: (0..officers).map(limit).collect(),
                earlier: Vec::new(),
                classes: classes.collect(),
                subjects: (0..subjects)
                    .map(|_| GroupSubject {
                        key: std::array::from_fn(|_| u8::try_from(pick(256)).unwrap_or(0)),
                        slots: vec![[0, 0, 0, 0, 1, 1, 1, 2, 2, 3][pick(10) as usize], 0],
                        barred: (0..3).map(|_| pick(officers)).collect(),
                    })
                    .collect(),
            }
        })
        .collect()
}

criterion_group!(benches, bench_assignment);
criterion_main!(benches);
