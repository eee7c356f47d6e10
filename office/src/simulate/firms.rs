//! Whether firms are drawn as often as their odds say: in a cell without weights all have the same, in one with weights
//! each has its own (SPEC §9.2). Hits of independent draws are binomial, so their variance is known.

use super::CellTrials;
use super::equals::usual;
use super::tally::Ready;
use yaohao::announcement::{CellSize, Method};
use yaohao::sampling::{WHOLE, certain};

/// Chances are in parts of this: fine enough for weights that sum to it, and small enough that squares fit.
const ONE: u128 = 1 << 40;

/// What the firms of a cell can expect.
pub(super) struct Chances<'a>(Vec<(&'a str, u128)>);

/// The chances in all cells, in the order of the announcement.
pub(super) fn chances<'a>(ready: &'a Ready<'_>) -> Vec<Chances<'a>> {
    let strata = &ready.announcement.strata;
    let cells = strata.iter().flat_map(|stratum| stratum.cells.iter().map(move |cell| (&stratum.method, cell.size)));
    let cells = cells.zip(&ready.cells);
    cells.map(|((method, size), firms)| of_cell(matches!(method, Method::Weighted(_)), size, firms)).collect()
}

fn of_cell<'a>(weighted: bool, size: CellSize, firms: &[(&'a str, u64)]) -> Chances<'a> {
    let weights: Vec<u64> = firms.iter().map(|(_, weight)| if weighted { *weight } else { 1 }).collect();
    let each = match size {
        CellSize::Fixed(size) => of_size(&weights, size),
        CellSize::Lottery { floor, fraction } => {
            let (fewer, more) = (of_size(&weights, floor), of_size(&weights, floor.saturating_add(1)));
            let (whole, fraction) = (u128::from(WHOLE), u128::from(fraction));
            let mixed =
                fewer.iter().zip(&more).map(|(fewer, more)| (fewer * (whole - fraction) + more * fraction) / whole);
            mixed.collect()
        }
    };
    Chances(firms.iter().zip(each).map(|((id, _), chance)| (*id, chance)).collect())
}

/// The chance of each in a cell of which `n` are drawn. What can happen is never nought, and what need not never certain.
fn of_size(weights: &[u64], n: u64) -> Vec<u128> {
    let sure = certain(weights, n);
    let left = u128::from(n) - sure.iter().filter(|sure| **sure).map(|_| 1).sum::<u128>().min(u128::from(n));
    let rest = weights.iter().zip(&sure).filter(|(_, sure)| !**sure).map(|(weight, _)| u128::from(*weight));
    let total: u128 = rest.sum();
    let chance = |(weight, sure): (&u64, &bool)| match () {
        () if *sure => ONE,
        () if left == 0 || total == 0 => 0,
        () => (left * u128::from(*weight) * ONE / total).clamp(1, ONE - 1),
    };
    weights.iter().zip(&sure).map(chance).collect()
}

impl Chances<'_> {
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Those that lots decide.
    pub(super) fn open(&self) -> impl Iterator<Item = &u128> {
        self.0.iter().map(|(_, chance)| chance).filter(|chance| **chance > 0 && **chance < ONE)
    }

    /// Firms that were drawn more or less often than chance explains. Those that never were are told together.
    pub(super) fn unusual(&self, cell: &CellTrials, draws: u64, limit: u64) -> Vec<String> {
        let draws = u128::from(draws);
        let fair = |chance: u128, hits: u64| {
            let rest = ONE - chance.min(ONE);
            let deviation = (u128::from(hits) * ONE).abs_diff(draws * chance);
            // where no lot decides, nothing may deviate
            let largest = if chance == 0 || rest == 0 { 0 } else { chance.max(rest) };
            usual(deviation, draws * chance * rest, largest, limit)
        };
        let firms = self.0.iter().map(|(id, chance)| (*id, *chance, cell.hits.get(*id).copied().unwrap_or(0)));
        let unusual: Vec<(&str, u64)> =
            firms.filter(|(_, chance, hits)| !fair(*chance, *hits)).map(|(id, _, hits)| (id, hits)).collect();
        let never = unusual.iter().filter(|(_, hits)| *hits == 0).count();
        let mut out: Vec<String> =
            unusual.iter().filter(|(_, hits)| *hits > 0).map(|(id, _)| (*id).to_owned()).collect();
        if never > 0 {
            let part = cell.part.as_ref().map(|part| format!("/{part}")).unwrap_or_default();
            out.push(format!("{}{part}: {never} × 0", cell.stratum));
        }
        out
    }
}
