//! Where a target stood in the first random: its cell, its chance, its place in lottery order.

use super::{CellStory, Desk, Fate, Odds};
use std::borrow::Cow;
use yaohao::announcement::{CellSize, Method};
use yaohao::draw::Binding;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::register::{Row, Visit, scan};
use yaohao::sampling::certain;
use yaohao::verify::Evidence as _;

/// The story of a target in the part of the stratum that owns its row; `None` if no stratum does.
pub(super) fn cell_story(desk: &Desk<'_>, id: &Id, cells: &[String]) -> Result<Option<CellStory>> {
    let row: Vec<Cow<'_, str>> = cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect();
    let Some((index, part)) = desk.registers.binding.owner(&row) else { return Ok(None) };
    let Desk { announcement, files, lots, outcome, .. } = *desk;
    let binding = desk.registers.binding;
    let unknown = || Fault::new(Code::IdUnknown).fact("id", id);
    let stratum = announcement.strata.get(index).ok_or_else(unknown)?;
    let here = |other: &Option<String>| other.as_deref().unwrap_or("") == part;
    let cell = stratum.cells.iter().find(|cell| here(&cell.part)).ok_or_else(unknown)?;
    let result = outcome
        .selection
        .cells
        .iter()
        .find(|found| found.stratum == stratum.name && here(&found.part))
        .ok_or_else(unknown)?;
    let ticket = lots.tickets("targets").ticket(id.as_str());
    let weight = match &stratum.method {
        Method::Weighted(column) => Some(announcement.targets_schema().column(column.as_str())?),
        _ => None,
    };
    let make = Rank {
        binding,
        tickets: lots.tickets("targets"),
        cell: (index, part.to_owned()),
        mine: (ticket, id.as_str().to_owned()),
        weight,
        before: 0,
        weights: Vec::new(),
        at: None,
    };
    let (_, rank) = scan(&announcement.targets_schema(), u64::MAX, files.open("targets.csv")?.as_mut(), make)?;
    let odds = match (weight, cell.size) {
        (Some(_), CellSize::Fixed(size)) => weighted_odds(&rank.weights, rank.at, size),
        (_, CellSize::Fixed(size)) => Odds { numerator: u128::from(size), denominator: u128::from(cell.population) },
        (_, CellSize::Lottery { floor, fraction }) => Odds {
            numerator: u128::from(floor) * 10_000 + u128::from(fraction),
            denominator: u128::from(cell.population) * 10_000,
        },
    };
    let reserve =
        result.reserves.iter().position(|entry| entry.id == id.as_str()).and_then(|at| u64::try_from(at).ok());
    let drawn = result.drawn.iter().any(|entry| entry.id == id.as_str());
    Ok(Some(CellStory {
        stratum: stratum.name.clone(),
        part: cell.part.clone(),
        population: cell.population,
        drawn: u64::try_from(result.drawn.len()).unwrap_or(u64::MAX),
        odds,
        rank: rank.before + 1,
        cutoff: result.cutoff,
        fate: match reserve {
            _ if drawn => Fate::Drawn,
            Some(at) => Fate::Reserve(at + 1),
            None => Fate::NotDrawn,
        },
    }))
}

/// The chance of the entry at `at`: one if it is certain, n'·w/W if not (SPEC §9.2).
fn weighted_odds(weights: &[u64], at: Option<usize>, size: u64) -> Odds {
    let sure = certain(weights, size);
    let is_sure = at.and_then(|at| sure.get(at)).copied().unwrap_or(false);
    if is_sure {
        return Odds { numerator: 1, denominator: 1 };
    }
    let taken = sure.iter().filter(|sure| **sure).count();
    let left = size.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
    let total: u128 =
        weights.iter().zip(&sure).filter(|(_, sure)| !**sure).map(|(weight, _)| u128::from(*weight)).sum();
    let weight = at.and_then(|at| weights.get(at)).copied().unwrap_or(0);
    Odds { numerator: u128::from(left) * u128::from(weight), denominator: total }
}

/// The cells of one row.
pub(super) struct Find {
    id: String,
    pub(super) cells: Option<Vec<String>>,
}

impl Find {
    pub(super) fn new(id: &Id) -> Self {
        Self { id: id.as_str().to_owned(), cells: None }
    }
}

impl Visit for Find {
    fn fork(&self) -> Self {
        Self { id: self.id.clone(), cells: None }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if row.cell(0) == self.id {
            self.cells = Some(row.cells.iter().map(ToString::to_string).collect());
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.cells = self.cells.take().or(later.cells);
        Ok(())
    }
}

/// Counts the entries of one cell that come before mine in lottery order, and keeps the cell's weights.
struct Rank<'a> {
    binding: &'a Binding,
    tickets: yaohao::seed::Tickets,
    cell: (usize, String),
    mine: (Digest, String),
    weight: Option<usize>,
    before: u64,
    weights: Vec<u64>,
    at: Option<usize>,
}

impl Visit for Rank<'_> {
    fn fork(&self) -> Self {
        let (cell, mine) = (self.cell.clone(), self.mine.clone());
        Self { cell, mine, tickets: self.tickets.clone(), before: 0, weights: Vec::new(), at: None, ..*self }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        let cells = row.cells;
        let excluded = self.binding.is_excluded(cells);
        let Some((index, part)) = self.binding.owner(cells).filter(|_| !excluded) else { return Ok(()) };
        if index != self.cell.0 || part != self.cell.1 {
            return Ok(());
        }
        let id = row.cell(0);
        if id == self.mine.1 {
            self.at = Some(self.weights.len());
        } else if (self.tickets.ticket(id), id) < (self.mine.0, self.mine.1.as_str()) {
            self.before += 1;
        }
        self.weights
            .push(self.weight.and_then(|column| cells.get(column)).and_then(|cell| cell.parse().ok()).unwrap_or(1));
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.at = self.at.or(later.at.map(|at| at + self.weights.len()));
        self.before += later.before;
        self.weights.extend(later.weights);
        Ok(())
    }
}
