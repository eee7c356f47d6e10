//! The drawn and the reserves of every cell (SPEC §9).

use super::{Entry, Pool};
use crate::announcement::{Announcement, Cell, Method, Stratum};
use crate::encoding::{Digest, count};
use crate::ident::Id;
use crate::register::format_row;
use crate::sampling::{Weighted, settle, weighted};
use crate::seed::Lots;

/// The outcome of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellOutcome {
    /// The stratum.
    pub stratum: Id,
    /// The part, with a split.
    pub part: Option<String>,
    /// How many there were.
    pub population: u64,
    /// The drawn, in lottery order.
    pub drawn: Vec<Entry>,
    /// The reserves, in lottery order.
    pub reserves: Vec<Entry>,
    /// The last drawn's ticket, where lottery order alone decides.
    pub cutoff: Option<Digest>,
    /// Number of certain entries and the offset, where weights decide.
    pub weights: Option<(u64, Option<u64>)>,
}

/// The outcome of all cells, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The cells.
    pub cells: Vec<CellOutcome>,
}

/// Draws the targets. The pool was made with the tickets of the same lots, and fits the announcement
/// ([`super::check_strata`]).
#[must_use]
pub fn select(announcement: &Announcement, pool: Pool<'_>, lots: &Lots) -> Selection {
    let all = announcement.strata.iter().flat_map(|stratum| &stratum.cells);
    let mut sizes = settle(all.map(|cell| &cell.size), &mut lots.stream("sizes")).into_iter();
    let mut cells = Vec::new();
    for (stratum, mut pools) in announcement.strata.iter().zip(pool.strata) {
        for cell in &stratum.cells {
            let entries = pools.remove(cell.part.as_deref().unwrap_or("")).unwrap_or_default().into_lottery_order();
            cells.push(draw_cell(stratum, cell, entries, sizes.next().unwrap_or(0), lots));
        }
    }
    Selection { cells }
}

fn draw_cell(stratum: &Stratum, cell: &Cell, entries: Vec<Entry>, size: u64, lots: &Lots) -> CellOutcome {
    let (flags, weights) = match &stratum.method {
        Method::Equal | Method::Order => (first(entries.len(), size), None),
        Method::Weighted(_) => {
            let purpose = match &cell.part {
                Some(part) => format!("weights/{}/{part}", stratum.name),
                None => format!("weights/{}", stratum.name),
            };
            let list: Vec<u64> = entries.iter().map(|entry| entry.weight).collect();
            let Weighted { drawn, certain, offset } =
                weighted(&list, size, |total| lots.stream(&purpose).uniform(total));
            (drawn, Some((certain, offset)))
        }
    };
    let (mut drawn, mut reserves) = (Vec::new(), Vec::new());
    for (entry, is_drawn) in entries.into_iter().zip(flags) {
        if is_drawn {
            drawn.push(entry);
        } else if count(reserves.len()) < stratum.reserves {
            reserves.push(entry);
        }
    }
    let cutoff = if weights.is_none() { drawn.last().map(|entry| entry.ticket) } else { None };
    CellOutcome {
        stratum: stratum.name.clone(),
        part: cell.part.clone(),
        population: cell.population,
        drawn,
        reserves,
        cutoff,
        weights,
    }
}

fn first(entries: usize, size: u64) -> Vec<bool> {
    (0..entries).map(|index| count(index) < size).collect()
}

impl Selection {
    /// selected.csv (SPEC §9.4).
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = String::from("stratum,part,rank,role,id,ticket\n");
        for cell in &self.cells {
            let drawn = cell.drawn.iter().map(|entry| ("drawn", entry));
            let reserves = cell.reserves.iter().map(|entry| ("reserve", entry));
            for (index, (role, entry)) in drawn.chain(reserves).enumerate() {
                let rank = count(index).saturating_add(1).to_string();
                let part = cell.part.as_deref().unwrap_or("");
                out.push_str(&format_row([
                    cell.stratum.as_str(),
                    part,
                    &rank,
                    role,
                    &entry.id,
                    &entry.ticket.to_string(),
                ]));
                out.push('\n');
            }
        }
        out
    }

    /// All drawn entries, in order.
    pub fn drawn(&self) -> impl Iterator<Item = &Entry> {
        self.cells.iter().flat_map(|cell| &cell.drawn)
    }

    /// Rows of selected.csv.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.cells.iter().map(|cell| count(cell.drawn.len()).saturating_add(count(cell.reserves.len()))).sum()
    }
}
