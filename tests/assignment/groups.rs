//! Random small groups, to hold the assignment against its definition.

use dispatch_core::assignment::{Group, GroupSubject, OfficerSet};

use crate::words::Words;

/// 1 to 4 subjects of 1 to 3 slots, 1 to 5 officers that can do anything at all; in half of the
/// groups these stand scattered among up to 150 officers who are in no class.
pub(crate) fn small_group(numbers: &mut Words) -> (Group, u32) {
    let able = 1 + numbers.pick(5);
    let size = if numbers.pick(2) == 0 {
        able
    } else {
        able + numbers.pick(150)
    };
    let mut seats: Vec<u32> = Vec::new();
    while seats.len() < able as usize {
        let seat = numbers.pick(size);
        if !seats.contains(&seat) {
            seats.push(seat);
        }
    }
    let tight = numbers.pick(3);
    let limits = (0..size)
        .map(|_| match (tight, numbers.pick(8)) {
            (0, _) => u32::MAX,
            (1, n) => n,
            (_, n) => 1 + n.min(3),
        })
        .collect();
    // In a third of the groups officers have filled slots before, perhaps more than they may.
    let earlier = match numbers.pick(3) {
        0 => (0..size).map(|_| numbers.pick(3)).collect(),
        _ => Vec::new(),
    };
    let density = 3 + numbers.pick(3);
    let classes: Vec<OfficerSet> = (0..1 + numbers.pick(3))
        .map(|_| OfficerSet::from_fn(size, |o| seats.contains(&o) && numbers.pick(5) < density))
        .collect();
    let mut slots_left = 8;
    let subjects = (0..1 + numbers.pick(4))
        .map(|_| {
            let count = (1 + numbers.pick(3)).min(slots_left);
            slots_left -= count;
            let class_count = u32::try_from(classes.len()).unwrap();
            let barred_share = numbers.pick(2);
            GroupSubject {
                key: std::array::from_fn(|_| u8::try_from(numbers.pick(256)).unwrap()),
                slots: (0..count)
                    .map(|_| numbers.pick(class_count) as usize)
                    .collect(),
                barred: seats
                    .iter()
                    .copied()
                    .filter(|_| numbers.pick(6) < barred_share)
                    .collect(),
            }
        })
        .collect();
    (
        Group {
            limits,
            earlier,
            classes,
            subjects,
        },
        numbers.pick(3),
    )
}
