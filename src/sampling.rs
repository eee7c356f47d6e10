//! Exact sampling in integers: sizes, rounding by lottery, and weighted systematic sampling (SPEC §8, §9.2).

use crate::announcement::{CellSize, Rounding, Size};
use crate::encoding::count;
use crate::seed::KeyStream;

/// Ten-thousandths: the unit of rates and fractions.
pub const WHOLE: u64 = 10_000;

/// The sizes of a stratum's cells from their populations. `None` when a fixed count is more than there are.
///
/// ```
/// use yaohao::{announcement::{CellSize, Rounding, Size}, sampling::cell_sizes};
/// let up = Size::Rate { rate: 700, rounding: Rounding::Up, minimum: None, maximum: None };
/// assert_eq!(cell_sizes(&up, &[100, 101]), Some(vec![CellSize::Fixed(7), CellSize::Fixed(8)]));
/// assert_eq!(cell_sizes(&Size::Count(4), &[1, 1, 1]), None);
/// ```
#[must_use]
pub fn cell_sizes(size: &Size, populations: &[u64]) -> Option<Vec<CellSize>> {
    match size {
        Size::All => Some(populations.iter().copied().map(CellSize::Fixed).collect()),
        Size::Count(wanted) => {
            share(*wanted, populations).map(|sizes| sizes.into_iter().map(CellSize::Fixed).collect())
        }
        Size::Rate { rate, rounding, minimum, maximum } => Some(
            populations
                .iter()
                .map(|population| {
                    rated(*population, *rate, *rounding, minimum.unwrap_or(0), maximum.unwrap_or(u64::MAX))
                })
                .collect(),
        ),
    }
}

fn rated(population: u64, rate: u64, rounding: Rounding, minimum: u64, maximum: u64) -> CellSize {
    let scaled = u128::from(population).saturating_mul(u128::from(rate));
    let whole = u128::from(WHOLE);
    let rounded = match rounding {
        Rounding::Up => scaled.div_ceil(whole),
        Rounding::Down | Rounding::Lottery => scaled / whole,
        Rounding::Nearest => scaled.saturating_add(whole / 2) / whole,
    };
    let rounded = u64::try_from(rounded).unwrap_or(u64::MAX);
    if rounding == Rounding::Lottery {
        return CellSize::Lottery { floor: rounded, fraction: u64::try_from(scaled % whole).unwrap_or(0) };
    }
    CellSize::Fixed(rounded.max(minimum).min(maximum).min(population))
}

/// Shares a count over cells by largest remainder, ties to the earlier cell.
fn share(wanted: u64, populations: &[u64]) -> Option<Vec<u64>> {
    let total: u128 = populations.iter().copied().map(u128::from).sum();
    if u128::from(wanted) > total {
        return None;
    }
    let part = |population: &u64| u128::from(wanted).saturating_mul(u128::from(*population));
    let mut sizes: Vec<u64> = populations
        .iter()
        .map(|population| u64::try_from(part(population).checked_div(total).unwrap_or(0)).unwrap_or(0))
        .collect();
    let mut order: Vec<(u128, usize)> =
        populations.iter().map(|population| part(population).checked_rem(total).unwrap_or(0)).zip(0..).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let given: u64 = sizes.iter().sum();
    for (_, index) in order.iter().take(usize::try_from(wanted.saturating_sub(given)).unwrap_or(0)) {
        if let Some(size) = sizes.get_mut(*index) {
            *size = size.saturating_add(1);
        }
    }
    Some(sizes)
}

/// Settles all cells that round by lottery, in order, with one uniform offset (SPEC §8.2); other cells keep their size.
pub fn settle<'a>(cells: impl IntoIterator<Item = &'a CellSize>, stream: &mut KeyStream) -> Vec<u64> {
    let mut offset = None;
    let mut before = 0_u64;
    cells
        .into_iter()
        .map(|cell| match *cell {
            CellSize::Fixed(size) => size,
            CellSize::Lottery { floor, fraction } => {
                // a campaign without such cells takes nothing from the stream
                let offset = *offset.get_or_insert_with(|| stream.uniform(WHOLE));
                let passed = |sum: u64| sum.saturating_add(offset) / WHOLE;
                let after = before.saturating_add(fraction);
                let extra = passed(after).saturating_sub(passed(before));
                before = after;
                floor.saturating_add(extra)
            }
        })
        .collect()
}

/// What weighted sampling gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighted {
    /// For each entry, whether it is drawn.
    pub drawn: Vec<bool>,
    /// How many were certain.
    pub certain: u64,
    /// The uniform offset, if one was taken.
    pub offset: Option<u64>,
}

/// Draws `n` entries with probability exactly in proportion to their weights (SPEC §9.2). `weights` are in lottery order,
/// each from 1 to 2^32−1; `uniform` gives a uniform integer below its argument.
#[must_use]
pub fn weighted(weights: &[u64], n: u64, uniform: impl FnOnce(u64) -> u64) -> Weighted {
    let mut drawn = certain(weights, n);
    let taken = count(drawn.iter().filter(|drawn| **drawn).count());
    let left = u128::from(n.saturating_sub(taken));
    let total: u128 =
        weights.iter().zip(&drawn).filter(|(_, drawn)| !**drawn).map(|(weight, _)| u128::from(*weight)).sum();
    if left == 0 || total == 0 {
        return Weighted { drawn, certain: taken, offset: None };
    }
    let offset = uniform(u64::try_from(total).unwrap_or(u64::MAX));
    let (mut point, mut sum) = (u128::from(offset), 0_u128);
    for (weight, drawn) in weights.iter().zip(&mut drawn).filter(|(_, drawn)| !**drawn) {
        sum = sum.saturating_add(u128::from(*weight));
        // an uncertain entry's interval is shorter than the step, so at most one point lies in it
        if point < left.saturating_mul(sum) {
            *drawn = true;
            point = point.saturating_add(total);
        }
    }
    Weighted { drawn, certain: taken, offset: Some(offset) }
}

/// Which entries are certain. Taking the heaviest while n'·w ≥ W gives the same set as the rounds of SPEC §9.2: an entry
/// that is certain stays so when a heavier one is taken.
#[must_use]
pub fn certain(weights: &[u64], n: u64) -> Vec<bool> {
    let mut order: Vec<(u64, usize)> = weights.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut certain = vec![false; weights.len()];
    let mut total: u128 = weights.iter().copied().map(u128::from).sum();
    let mut left = u128::from(n);
    for (weight, index) in order {
        let weight = u128::from(weight);
        if left == 0 || left.saturating_mul(weight) < total {
            break;
        }
        if let Some(flag) = certain.get_mut(index) {
            *flag = true;
        }
        left = left.saturating_sub(1);
        total = total.saturating_sub(weight);
    }
    certain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::encoding::Digest;
    use proptest::prelude::*;

    fn rate(rate: u64, rounding: Rounding) -> Size {
        Size::Rate { rate, rounding, minimum: None, maximum: None }
    }

    /// `ceil(N * ratio)` in floats gave 8, 15 and 56 here.
    #[test]
    fn seven_percent_of_a_hundred_is_seven() {
        for (bp, expected) in [(700, 7), (1400, 14), (5500, 55)] {
            assert_eq!(cell_sizes(&rate(bp, Rounding::Up), &[100]), Some(vec![CellSize::Fixed(expected)]));
        }
        assert_eq!(cell_sizes(&rate(1, Rounding::Up), &[1]), Some(vec![CellSize::Fixed(1)]));
        assert_eq!(cell_sizes(&rate(5000, Rounding::Nearest), &[3]), Some(vec![CellSize::Fixed(2)]));
        assert_eq!(cell_sizes(&rate(5000, Rounding::Down), &[3]), Some(vec![CellSize::Fixed(1)]));
        let bounded = Size::Rate { rate: 1000, rounding: Rounding::Up, minimum: Some(3), maximum: Some(5) };
        assert_eq!(
            cell_sizes(&bounded, &[2, 10, 40, 90]),
            Some(vec![CellSize::Fixed(2), CellSize::Fixed(3), CellSize::Fixed(4), CellSize::Fixed(5)])
        );
    }

    proptest! {
        #[test]
        fn shares_sum_and_stay_within(populations in prop::collection::vec(0_u64..50, 1..8), part in 0_u64..=100) {
            let total: u64 = populations.iter().sum();
            let wanted = total * part / 100;
            let sizes = share(wanted, &populations).unwrap();
            prop_assert_eq!(sizes.iter().sum::<u64>(), wanted);
            for (size, population) in sizes.iter().zip(&populations) {
                prop_assert!(size <= population);
                prop_assert!(total == 0 || (size * total + total > wanted * population && size * total < wanted * population + total));
            }
            prop_assert!(share(total + 1, &populations).is_none());
        }

        #[test]
        fn certain_equals_the_rounds_of_the_spec(weights in prop::collection::vec(1_u64..60, 1..12), part in 0_usize..12) {
            let n = part.min(weights.len()) as u64;
            let mut flags = vec![false; weights.len()];
            let mut left = u128::from(n);
            loop {
                let total: u128 = (0..weights.len()).filter(|i| !flags[*i]).map(|i| u128::from(weights[i])).sum();
                let new: Vec<usize> = (0..weights.len()).filter(|i| !flags[*i] && left > 0 && left * u128::from(weights[*i]) >= total).collect();
                if new.is_empty() { break; }
                for i in &new { flags[*i] = true; }
                left -= new.len() as u128;
            }
            prop_assert_eq!(certain(&weights, n), flags);
        }

        /// Over every u the chance of each entry is exactly n'·w/W, and n are always drawn.
        #[test]
        fn inclusion_is_exact(weights in prop::collection::vec(1_u64..12, 1..8), part in 1_usize..8) {
            let n = part.min(weights.len()) as u64;
            let sure = certain(&weights, n);
            let total: u64 = (0..weights.len()).filter(|i| !sure[*i]).map(|i| weights[i]).sum();
            let left = n - sure.iter().filter(|sure| **sure).count() as u64;
            let mut hits = vec![0_u64; weights.len()];
            for u in 0..total.max(1) {
                let result = weighted(&weights, n, |_| u);
                prop_assert_eq!(result.drawn.iter().filter(|drawn| **drawn).count() as u64, n);
                for (hit, drawn) in hits.iter_mut().zip(&result.drawn) { *hit += u64::from(*drawn); }
            }
            for i in 0..weights.len() {
                // hits/total = left·w/total for entries that are not certain
                prop_assert_eq!(hits[i], if sure[i] { total.max(1) } else { left * weights[i] });
            }
        }
    }

    /// Known from outside (see the notes beside `weighted_exact`): weights 1,2,3,4 and n = 2 give 1/5, 2/5, 3/5, 4/5.
    #[test]
    fn weights_one_to_four() {
        let mut hits = [0; 4];
        for u in 0..10 {
            for (hit, drawn) in hits.iter_mut().zip(weighted(&[1, 2, 3, 4], 2, |_| u).drawn) {
                *hit += i32::from(drawn);
            }
        }
        assert_eq!(hits, [2, 4, 6, 8]);
    }

    /// Over all 10,000 offsets every cell gains exactly its fraction, and the total is always within one.
    #[test]
    fn rounding_by_lottery_is_exact() {
        let cells: Vec<CellSize> =
            [0, 1, 9_999, 3_333, 5_000, 2_500].map(|fraction| CellSize::Lottery { floor: 2, fraction }).to_vec();
        let expected: u64 = 1 + 9_999 + 3_333 + 5_000 + 2_500;
        let mut gains = vec![0; cells.len()];
        for offset in 0..WHOLE {
            let mut before = 0;
            let sizes: Vec<u64> = settle_with(&cells, offset, &mut before);
            let extra: u64 = sizes.iter().map(|size| size - 2).sum();
            assert!(extra == expected / WHOLE || extra == expected / WHOLE + 1);
            gains.iter_mut().zip(&sizes).for_each(|(gain, size)| *gain += size - 2);
        }
        assert_eq!(gains, [0, 1, 9_999, 3_333, 5_000, 2_500]);
        // and the stream's offset is what `settle` uses
        let mut stream = KeyStream::new(&Digest::of(b"offset"));
        let offset = KeyStream::new(&Digest::of(b"offset")).uniform(WHOLE);
        assert_eq!(settle(&cells, &mut stream), settle_with(&cells, offset, &mut 0));
    }

    /// SPEC §8.2 written out a second time.
    fn settle_with(cells: &[CellSize], offset: u64, sum: &mut u64) -> Vec<u64> {
        cells
            .iter()
            .map(|cell| {
                let CellSize::Lottery { floor, fraction } = cell else { unreachable!() };
                let before = (*sum + offset) / WHOLE;
                *sum += fraction;
                floor + (*sum + offset) / WHOLE - before
            })
            .collect()
    }
}
