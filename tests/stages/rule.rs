//! The rule of docs/spec.md 7.4, read literally: coverage, cap, choice, each asked of a flow.
//!
//! Slow and short. Players are officers, or standing teams. Nothing of the library is used.

use std::collections::HashSet;

use dispatch_tests::chance::Dice;

use crate::case::{below, one_in};
use crate::oracle::most;
use crate::words::Words;

/// A subject, or a team that is being formed.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    /// Key of its permutation of the players.
    pub(crate) key: [u8; 32],
    /// For every slot the players who may fill it.
    pub(crate) slots: Vec<Vec<usize>>,
}

/// Who plays.
#[derive(Clone, Debug)]
pub(crate) struct Players {
    /// Most slots of each in all.
    pub(crate) limits: Vec<u64>,
    /// Slots that each fills already.
    pub(crate) earlier: Vec<u64>,
    /// Slack of the cap.
    pub(crate) slack: u64,
}

/// What the rule says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// For every visit and slot the player.
    pub(crate) filled: Vec<Vec<Option<usize>>>,
    /// The smallest cap.
    pub(crate) base: u64,
}

impl Players {
    /// How many slots each may still fill under a cap.
    pub(crate) fn room(&self, cap: u64) -> Vec<u64> {
        let both = self.limits.iter().zip(&self.earlier);
        both.map(|(limit, earlier)| cap.min(*limit).saturating_sub(*earlier))
            .collect()
    }
}

/// Carries out the rule for one load group.
pub(crate) fn answer(visits: &[Visit], players: &Players) -> Answer {
    let slots = (0..visits.len()).flat_map(|v| (0..visits[v].slots.len()).map(move |s| (v, s)));
    let all: Vec<Vec<Vec<usize>>> = visits.iter().map(|visit| visit.slots.clone()).collect();
    let mut flow = Flow::new(&all, players.room(u64::MAX));
    let covered: Vec<(usize, usize)> = slots.filter(|slot| flow.fill(*slot)).collect();
    let fits = |able: &[Vec<Vec<usize>>], cap: u64| {
        let mut flow = Flow::new(able, players.room(cap));
        covered.iter().all(|slot| flow.fill(*slot))
    };
    let base = (0..).find(|cap| fits(&all, *cap)).unwrap();
    let mut decided = all.clone();
    let mut filled: Vec<Vec<Option<usize>>> =
        visits.iter().map(|v| vec![None; v.slots.len()]).collect();
    for &(visit, slot) in &covered {
        let size = u32::try_from(players.limits.len()).unwrap();
        let order = Words::new(visits[visit].key).permutation(size);
        let mut wanted = order.into_iter().map(|player| player as usize);
        let first = wanted.find(|player| {
            if !all[visit][slot].contains(player) || filled[visit].contains(&Some(*player)) {
                return false;
            }
            decided[visit][slot] = vec![*player];
            fits(&decided, base + players.slack)
        });
        filled[visit][slot] = Some(first.unwrap());
    }
    Answer { filled, base }
}

/// Slots being filled one after the other; each may push others aside, never out.
struct Flow<'v> {
    able: &'v [Vec<Vec<usize>>],
    room: Vec<u64>,
    /// Who fills a slot at present.
    held: Vec<Vec<Option<usize>>>,
}

/// What one search has been at: slots, pairs of visit and player, players.
type Seen = (
    HashSet<(usize, usize)>,
    HashSet<(usize, usize)>,
    HashSet<usize>,
);

impl<'v> Flow<'v> {
    fn new(able: &'v [Vec<Vec<usize>>], room: Vec<u64>) -> Self {
        let held = able.iter().map(|visit| vec![None; visit.len()]).collect();
        Self { able, room, held }
    }

    /// Whether this slot can be filled beside those that are.
    fn fill(&mut self, slot: (usize, usize)) -> bool {
        self.place(slot, &mut Seen::default())
    }

    fn place(&mut self, (visit, slot): (usize, usize), seen: &mut Seen) -> bool {
        seen.0.insert((visit, slot));
        for &player in &self.able[visit][slot] {
            if !seen.1.insert((visit, player)) {
                continue;
            }
            let beside = self.held[visit].iter().position(|p| *p == Some(player));
            let makes_way = if let Some(other) = beside {
                !seen.0.contains(&(visit, other)) && self.place((visit, other), seen)
            } else {
                seen.2.insert(player) && self.free(player, seen)
            };
            if makes_way {
                self.held[visit][slot] = Some(player);
                return true;
            }
        }
        false
    }

    /// Whether the player has room, or some slot of it can go elsewhere.
    fn free(&mut self, player: usize, seen: &mut Seen) -> bool {
        let visits =
            (0..self.held.len()).flat_map(|v| (0..self.held[v].len()).map(move |s| (v, s)));
        let holds: Vec<_> = { visits }
            .filter(|(v, s)| self.held[*v][*s] == Some(player))
            .collect();
        (holds.len() as u64) < self.room[player] || { holds.into_iter() }
            .any(|slot| !seen.0.contains(&slot) && self.place(slot, seen))
    }
}

#[test]
fn the_rule_covers_as_many_slots_as_can_be_filled() {
    // The other oracle, a plain largest flow, knows no order and no choice.
    let mut dice = Dice::new(74);
    let mut open = 0;
    for _ in 0..300 {
        let players = 1 + below(&mut dice, 6);
        let visits: Vec<Visit> = (0..1 + below(&mut dice, 7))
            .map(|visit| Visit {
                key: [u8::try_from(visit).unwrap(); 32],
                slots: (0..1 + below(&mut dice, 3))
                    .map(|_| (0..players).filter(|_| one_in(&mut dice, 2)).collect())
                    .collect(),
            })
            .collect();
        let number = |dice: &mut Dice, n| (0..players).map(|_| dice.below(n)).collect();
        let rules = Players {
            limits: number(&mut dice, 5),
            earlier: number(&mut dice, 3),
            slack: dice.below(2),
        };
        let answer = answer(&visits, &rules);
        let slots: Vec<Option<usize>> = answer.filled.concat();
        let filled = slots.iter().flatten().count();
        let able: Vec<Vec<Vec<usize>>> = visits.into_iter().map(|visit| visit.slots).collect();
        assert_eq!(filled, most(&able, &rules.room(u64::MAX)));
        for (player, room) in rules.room(answer.base + rules.slack).iter().enumerate() {
            let load = slots.iter().filter(|by| **by == Some(player)).count();
            assert!(load as u64 <= *room);
        }
        open += slots.len() - filled;
    }
    assert!(open > 100, "{open}");
}
