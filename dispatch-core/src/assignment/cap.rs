//! Which slots can be filled at all, and the smallest uniform load cap that fills them.
//!
//! Source: steps 0 and 1 of the officer assignment of docs/spec.md. Both answers are defined by
//! what is possible, not by how the network is searched: the covered slots are the first base of a
//! matroid in slot order, and raising the cap never makes a slot impossible.
//!
//! Invariant: after [`find_base`] every covered slot is held within `min(own limit, base)`.

use super::Group;
use super::network::Network;

/// Fills every slot that can be filled beside the earlier covered ones, under the officers' own
/// limits; the answer lists the covered and the open slots, both in order.
pub(super) fn cover(network: &mut Network, group: &Group) -> (Vec<usize>, Vec<usize>) {
    network.set_cap(group, u32::MAX);
    (0..network.demand.slots()).partition(|&slot| network.augment(slot))
}

/// The smallest cap under which all covered slots can be filled: 0 when there are none. The
/// network is left filled under it.
pub(super) fn find_base(network: &mut Network, group: &Group, covered: &[usize]) -> u32 {
    if covered.is_empty() {
        return 0;
    }
    // Nothing below the average load can be enough.
    let average = covered.len().div_ceil(network.demand.officers().max(1));
    let mut enough = u32::try_from(average).unwrap_or(u32::MAX);
    let mut too_small = enough.saturating_sub(1);
    let mut step = 1;
    // Slots keep their officers from one cap to the next, so most checks have little to do. At
    // u32::MAX the covered slots fit by definition.
    while !fill(network, group, covered, enough) && enough < u32::MAX {
        too_small = enough;
        enough = enough.saturating_add(step);
        step = step.saturating_mul(2);
    }
    while enough - too_small > 1 {
        let middle = too_small + (enough - too_small) / 2;
        if fill(network, group, covered, middle) {
            enough = middle;
        } else {
            too_small = middle;
        }
    }
    fill(network, group, covered, enough);
    enough
}

/// Whether all covered slots fit under the cap; they are then held under it.
fn fill(network: &mut Network, group: &Group, covered: &[usize], cap: u32) -> bool {
    network.set_cap(group, cap);
    covered
        .iter()
        .all(|&slot| network.officer_of(slot).is_some() || network.augment(slot))
}
