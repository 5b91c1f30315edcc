//! The draw of the platform of 2017, from its description: what the statistics must reject.
//!
//! With stride ⌊N/n⌋ at least 2, one start below the stride and then every stride-th row until n are
//! taken; above N/2 the same chooses the N − n rows to leave out. Pages are not re-implemented.

use dispatch_tests::chance::Dice;

/// Rows that one start chooses.
pub(crate) fn list(pool: usize, wanted: usize, start: usize) -> Vec<usize> {
    if 2 * wanted <= pool {
        return every(pool / wanted, start, wanted);
    }
    let left_out = every(stride(pool, wanted), start, pool - wanted);
    (0..pool).filter(|row| !left_out.contains(row)).collect()
}

/// Number of possible starts.
pub(crate) fn stride(pool: usize, wanted: usize) -> usize {
    pool / wanted.min(pool - wanted)
}

/// One draw.
pub(crate) fn draw(pool: usize, wanted: usize, dice: &mut Dice) -> Vec<usize> {
    let starts = u64::try_from(stride(pool, wanted)).unwrap();
    list(pool, wanted, usize::try_from(dice.below(starts)).unwrap())
}

fn every(stride: usize, start: usize, count: usize) -> Vec<usize> {
    (0..count).map(|step| start + step * stride).collect()
}
