//! What must hold, read from docs/spec.md 3.2 and 7 and computed the slow way, without the library.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use dispatch_core::plan::{Quota, Rounding};
use dispatch_tests::campaign::{Campaign, DEPARTMENT, Row};

/// A field of a row.
pub(crate) fn field<'r>(row: &'r Row, name: &str) -> &'r str {
    row.iter()
        .find(|(field, _)| field == name)
        .map_or("", |(_, value)| value)
}

/// The stratum of a subject of properties/case.rs; `None` if it is excluded or outside.
pub(crate) fn stratum_of(campaign: &Campaign, row: &Row) -> Option<usize> {
    if field(row, "last_visit") >= "2026-01-01" {
        return None;
    }
    campaign.plan.strata.iter().position(|stratum| {
        stratum.conditions[0]
            .values
            .iter()
            .any(|value| value == field(row, "risk"))
    })
}

/// The number drawn from a pool, by counting up: no division. `None` if there are not enough.
pub(crate) fn quota(quota: &Quota, pool: u64) -> Option<u64> {
    match *quota {
        Quota::Count { count } => (count <= pool).then_some(count),
        Quota::Ratio {
            denominator,
            minimum,
            numerator,
            rounding,
        } => {
            let enough = |drawn: &u64| match rounding {
                Rounding::Up => drawn * denominator >= pool * numerator,
                Rounding::Down => (drawn + 1) * denominator > pool * numerator,
                // Halves up: drawn + 1/2 lies above the ratio.
                Rounding::Nearest => (2 * drawn + 1) * denominator > 2 * pool * numerator,
            };
            let rounded = (0..).find(enough)?;
            Some(pool.min(minimum.max(rounded)))
        }
    }
}

/// Whether an officer may fill an expanded slot for a subject.
pub(crate) fn may_fill(campaign: &Campaign, officer: &Row, slot: usize, subject: &Row) -> bool {
    let team = &campaign.plan.team;
    let wanted = &team.slots[usize::from(slot > 0)];
    let free = (0..30).filter(|day| {
        // Days of the window: 24 to 31 July, 1 to 22 August.
        let date = if *day < 8 {
            format!("2026-07-{}", 24 + day)
        } else {
            format!("2026-08-{:02}", day - 7)
        };
        let leave = field(officer, "leave")
            .split(';')
            .filter_map(|range| range.split_once('/'));
        !{ leave }.any(|(first, last)| (first..=last).contains(&&*date))
    });
    let recused = (
        field(subject, "id").to_owned(),
        field(officer, "id").to_owned(),
    );
    field(officer, "department") == DEPARTMENT
        && (team.group.is_empty() || field(officer, "region") == field(subject, "region"))
        && field(officer, "expires") >= "2026-08-22"
        && free.count() >= 5
        && (!wanted.lead || field(officer, "lead") == "yes")
        && wanted
            .skills
            .iter()
            .all(|skill| field(officer, "skills").split(';').any(|s| s == skill))
        && (wanted.matching.is_empty()
            || field(subject, "area").is_empty()
            || field(officer, "area") != field(subject, "area"))
        && !campaign.recusals.contains(&recused)
}

/// Most slots that can be filled when an officer fills at most its capacity, and one of a subject.
///
/// `visits` has for every subject and slot the officers that may fill it. Augmenting paths.
pub(crate) fn most(visits: &[Vec<Vec<usize>>], capacity: &[u64]) -> usize {
    // Nodes: 0 source, 1 sink, then officers, subject-officer pairs, slots.
    let mut edges: HashMap<(usize, usize), u64> = HashMap::new();
    let mut next: BTreeMap<usize, HashSet<usize>> = BTreeMap::new();
    let mut size = 2 + capacity.len();
    let mut join = |from: usize, to: usize, most: u64| {
        edges.insert((from, to), most);
        next.entry(from).or_default().insert(to);
        next.entry(to).or_default().insert(from);
    };
    for (officer, most) in capacity.iter().enumerate() {
        join(2 + officer, 1, *most);
    }
    for visit in visits {
        let pairs = size;
        size += capacity.len();
        for officer in 0..capacity.len() {
            join(pairs + officer, 2 + officer, 1);
        }
        for officers in visit {
            join(0, size, 1);
            for officer in officers {
                join(size, pairs + officer, 1);
            }
            size += 1;
        }
    }
    let mut filled = 0;
    loop {
        let mut from: HashMap<usize, usize> = HashMap::from([(0, 0)]);
        let mut queue = VecDeque::from([0]);
        while let Some(node) = queue.pop_front() {
            for &other in next.get(&node).into_iter().flatten() {
                if !from.contains_key(&other)
                    && edges.get(&(node, other)).is_some_and(|left| *left > 0)
                {
                    from.insert(other, node);
                    queue.push_back(other);
                }
            }
        }
        if !from.contains_key(&1) {
            return filled;
        }
        let mut node = 1;
        while node != 0 {
            let before = from[&node];
            *edges.entry((before, node)).or_default() -= 1;
            *edges.entry((node, before)).or_default() += 1;
            node = before;
        }
        filled += 1;
    }
}
