//! From a pool to the strata as announced, and back: the freeze fills them, the verifier compares (SPEC §8, V9).

use super::{CellPool, Pool};
use crate::announcement::{Announcement, CELLS, Cell, CellSize, Method, Size, Stratum, Why, WithoutChance};
use crate::encoding::{Value, count};
use crate::fault::{Code, Fault, Result};
use crate::sampling::{cell_sizes, certain};
use std::collections::BTreeMap;

/// Fills the cells of strata from a pool, and lists where there is no chance.
///
/// # Errors
/// What rows could not be taken; [`Code::StratumSize`] when a count is more than there are, [`Code::StratumParts`].
pub fn fill_strata(strata: &[Stratum], pool: &Pool<'_>) -> Result<(Vec<Stratum>, Vec<WithoutChance>)> {
    if let Some(fault) = &pool.fault {
        return Err(fault.clone().file("targets.csv"));
    }
    // an unsplit stratum has its one cell even when nobody is in it
    if pool.strata.iter().map(|cells| cells.len().max(1)).sum::<usize>() > CELLS {
        return Err(Fault::new(Code::StratumParts));
    }
    let mut filled = Vec::new();
    let mut without_chance = Vec::new();
    for (stratum, pools) in strata.iter().zip(&pool.strata) {
        let stratum = fill_stratum(stratum, pools)?;
        for cell in &stratum.cells {
            let weights = pools.get(cell.part.as_deref().unwrap_or("")).map_or(&[][..], |pool| &pool.weights);
            without_chance.extend(look(&stratum, cell, weights));
        }
        filled.push(stratum);
    }
    Ok((filled, without_chance))
}

/// Checks that an announcement's strata are those of its register.
///
/// # Errors
/// [`Code::StratumCells`], [`Code::StratumUnowned`], [`Code::WithoutChance`], and those of [`fill_strata`].
pub fn check_strata(announcement: &Announcement, pool: &Pool<'_>) -> Result<()> {
    if pool.unowned != announcement.unowned {
        let first = pool.first_unowned.as_deref().unwrap_or("-");
        return Err(Fault::new(Code::StratumUnowned)
            .fact("count", pool.unowned)
            .fact("expected", announcement.unowned)
            .fact("id", first));
    }
    let (filled, without_chance) = fill_strata(&announcement.strata, pool)?;
    for (found, announced) in filled.iter().zip(&announcement.strata) {
        if found.cells != announced.cells {
            let text = |stratum: &Stratum| stratum.cells.iter().map(describe).collect::<Vec<_>>().join("; ");
            return Err(Fault::new(Code::StratumCells)
                .fact("stratum", &announced.name)
                .fact("found", text(found))
                .fact("expected", text(announced)));
        }
    }
    if without_chance != announcement.without_chance {
        let text =
            |list: &[WithoutChance]| Value::Array(list.iter().map(WithoutChance::to_value).collect()).to_canonical();
        return Err(Fault::new(Code::WithoutChance)
            .fact("found", text(&announcement.without_chance))
            .fact("expected", text(&without_chance)));
    }
    Ok(())
}

fn fill_stratum(stratum: &Stratum, pools: &BTreeMap<String, CellPool>) -> Result<Stratum> {
    let parts: Vec<(Option<String>, u64)> = if stratum.split.is_some() {
        pools.iter().map(|(part, pool)| (Some(part.clone()), pool.population)).collect()
    } else {
        vec![(None, pools.values().map(|pool| pool.population).sum())]
    };
    let populations: Vec<u64> = parts.iter().map(|(_, population)| *population).collect();
    let sizes = cell_sizes(&stratum.size, &populations).ok_or_else(|| {
        let size = if let Size::Count(count) = stratum.size { count } else { 0 };
        Fault::new(Code::StratumSize)
            .fact("stratum", &stratum.name)
            .fact("size", size)
            .fact("population", populations.iter().sum::<u64>())
    })?;
    let cells =
        parts.into_iter().zip(sizes).map(|((part, population), size)| Cell { part, population, size }).collect();
    Ok(Stratum { cells, ..stratum.clone() })
}

/// What must not be overlooked in one cell (SPEC §8.4).
fn look(stratum: &Stratum, cell: &Cell, weights: &[u64]) -> Vec<WithoutChance> {
    let entry = |why, count| WithoutChance { stratum: stratum.name.clone(), part: cell.part.clone(), why, count };
    let (CellSize::Fixed(least) | CellSize::Lottery { floor: least, .. }) = cell.size;
    let population = cell.population;
    let mut list = Vec::new();
    match () {
        () if population == 0 => {}
        () if least == population => list.push(entry(Why::AllDrawn, population)),
        () if cell.size.is_never() => list.push(entry(Why::Never, population)),
        () if population == 1 => list.push(entry(Why::OneEntry, 1)),
        () => {}
    }
    if matches!(stratum.method, Method::Weighted(_)) && least < population {
        let sure = count(certain(weights, least).into_iter().filter(|sure| *sure).count());
        if sure > 0 {
            list.push(entry(Why::Certain, sure));
        }
    }
    list
}

fn describe(cell: &Cell) -> String {
    let size = match cell.size {
        CellSize::Fixed(size) => size.to_string(),
        CellSize::Lottery { floor, fraction } => format!("{floor}+{fraction}/10000"),
    };
    format!("{} {size} of {}", cell.part.as_deref().unwrap_or("all"), cell.population)
}
