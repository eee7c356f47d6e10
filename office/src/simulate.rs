//! Trial draws: what chance does with a campaign. Their lots come from no seed text, so no record can be made of them.

use crate::campaign::derive;
use crate::watch::{Watch, Work};
use std::collections::BTreeMap;
use yaohao::announcement::{Announcement, CellSize, Method};
use yaohao::fault::{Fault, Result};
use yaohao::ident::Id;
use yaohao::outcome::Outcome;
use yaohao::seed::Lots;
use yaohao::verify::Evidence;

/// What many trial draws gave.
#[derive(Debug, Default)]
pub struct Trials {
    /// How many draws were made.
    pub draws: u64,
    /// How many of them could not fill all seats, and the first reason.
    pub infeasible: u64,
    /// The first such draw's fault.
    pub first_infeasible: Option<Fault>,
    /// Cell by cell: how often its entries were drawn.
    pub cells: Vec<CellTrials>,
    /// Department by department: seats and loads.
    pub departments: Vec<DepartmentTrials>,
}

/// How often the entries of a cell were drawn.
#[derive(Debug)]
pub struct CellTrials {
    /// The stratum.
    pub stratum: Id,
    /// The part.
    pub part: Option<String>,
    /// Entries.
    pub population: u64,
    /// Expected size in ten-thousandths of an entry.
    pub expected: u128,
    /// Whether weights decide, so that entries have different odds.
    pub weighted: bool,
    /// Times drawn by id; entries that were never drawn are missing.
    pub hits: BTreeMap<String, u64>,
}

/// Seats and loads of a department.
#[derive(Debug)]
pub struct DepartmentTrials {
    /// The department.
    pub id: Id,
    /// Least and most seats in one draw.
    pub seats: (u64, u64),
    /// Greatest difference between two inspectors' loads in one draw.
    pub widest: u64,
    /// Targets in all draws together, by inspector.
    pub loads: BTreeMap<Id, u64>,
    /// Seats of all draws for which one inspector only was possible.
    pub one_possible: u64,
}

/// How many trial draws look whether all seats can be filled; of large registers fewer, since each reads all rows.
#[must_use]
pub fn trial_draws(rows: u64) -> u64 {
    (2_000_000 / rows.max(1)).clamp(2, 20)
}

/// Makes `draws` trial draws.
///
/// # Errors
/// What makes every draw impossible: the codes of registers and strata.
pub fn simulate(announcement: &Announcement, evidence: &dyn Evidence, draws: u64, watch: &dyn Watch) -> Result<Trials> {
    let mut trials = Trials { cells: cells(announcement), departments: departments(announcement), ..Trials::default() };
    watch.begin(Work::Trials, "", Some(draws));
    for draw in 0..draws {
        watch.advance(1);
        trials.draws += 1;
        match derive(announcement, evidence, &Lots::trial(draw)) {
            Ok(outcome) => trials.count(&outcome),
            Err(fault) if fault.code() == yaohao::fault::Code::AssignInfeasible => {
                trials.infeasible += 1;
                trials.first_infeasible.get_or_insert(fault);
            }
            Err(fault) => {
                watch.end();
                return Err(fault);
            }
        }
    }
    watch.end();
    Ok(trials)
}

fn cells(announcement: &Announcement) -> Vec<CellTrials> {
    let of = |stratum: &yaohao::announcement::Stratum| {
        let weighted = matches!(stratum.method, Method::Weighted(_));
        let name = stratum.name.clone();
        let cells = stratum.cells.iter().map(move |cell| CellTrials {
            stratum: name.clone(),
            part: cell.part.clone(),
            population: cell.population,
            expected: match cell.size {
                CellSize::Fixed(size) => u128::from(size) * 10_000,
                CellSize::Lottery { floor, fraction } => u128::from(floor) * 10_000 + u128::from(fraction),
            },
            weighted,
            hits: BTreeMap::new(),
        });
        cells.collect::<Vec<_>>()
    };
    announcement.strata.iter().flat_map(of).collect()
}

fn departments(announcement: &Announcement) -> Vec<DepartmentTrials> {
    let of = |id: &Id| DepartmentTrials {
        id: id.clone(),
        seats: (u64::MAX, 0),
        widest: 0,
        loads: BTreeMap::new(),
        one_possible: 0,
    };
    announcement.departments.iter().map(|department| of(&department.id)).collect()
}

impl Trials {
    fn count(&mut self, outcome: &Outcome) {
        for (trials, cell) in self.cells.iter_mut().zip(&outcome.selection.cells) {
            for entry in &cell.drawn {
                *trials.hits.entry(entry.id.clone()).or_default() += 1;
            }
        }
        for (trials, department) in self.departments.iter_mut().zip(&outcome.departments) {
            let seats = u64::try_from(department.seats.len()).unwrap_or(u64::MAX);
            trials.seats = (trials.seats.0.min(seats), trials.seats.1.max(seats));
            trials.one_possible += department.one_possible();
            let loads = || department.loads.iter().map(|(_, load)| *load);
            trials.widest = trials.widest.max(loads().max().unwrap_or(0) - loads().min().unwrap_or(0));
            for (inspector, load) in &department.loads {
                *trials.loads.entry(inspector.clone()).or_default() += load;
            }
        }
    }
}
