//! Trial draws: what chance does with a campaign. Their lots come from no seed text, so no record can be made of them.

mod equals;
mod heat;
mod lone;

pub use equals::{Equals, equals};
pub use heat::{Words, heat_map};
pub use lone::LoneSeat;

use crate::campaign::derive;
use crate::loads::CrewsMade;
use crate::watch::{Watch, Work};
use rayon::prelude::*;
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
    /// The first such draw: its number, and the fault.
    pub first_infeasible: Option<(u64, Fault)>,
    /// Cell by cell: how often its entries were drawn.
    pub cells: Vec<CellTrials>,
    /// Department by department: seats and loads.
    pub departments: Vec<DepartmentTrials>,
    /// How often each firm and inspector met, where that was asked for; pairs that never met are missing.
    pub pairs: BTreeMap<(String, Id), u64>,
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
    /// The least load of an inspector in one draw; the greatest number before there is any draw.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// Targets in all draws together, by inspector.
    pub loads: BTreeMap<Id, u64>,
    /// The squares of the loads of single draws in all draws together, by inspector.
    pub squares: BTreeMap<Id, u64>,
    /// Seats of all draws for which one inspector only was possible.
    pub one_possible: u64,
    /// The same by that inspector.
    pub alone: BTreeMap<Id, u64>,
    /// The same seat by seat, each with the number of draws.
    pub lone: BTreeMap<LoneSeat, u64>,
    /// Its crews, if it sends crews.
    pub crews: Option<CrewTrials>,
}

/// The crews of a department. How many there are, and how large, is the same in every draw.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CrewTrials {
    /// How many crews have so many people.
    pub sizes: BTreeMap<usize, u64>,
    /// In how many draws somebody was in no crew; who never was is missing.
    pub left_over: BTreeMap<Id, u64>,
}

impl DepartmentTrials {
    /// Who was sent nowhere in any draw, ascending.
    pub fn never(&self) -> impl Iterator<Item = &Id> {
        self.loads.iter().filter(|(_, load)| **load == 0).map(|(id, _)| id)
    }
}

/// How many trial draws look whether all seats can be filled; of large registers fewer, since each reads all rows.
#[must_use]
pub fn trial_draws(rows: u64) -> u64 {
    (2_000_000 / rows.max(1)).clamp(2, 20)
}

/// Trial draws that one thread makes before it is told of.
const BATCH: u64 = 16;

/// Makes `draws` trial draws; with `pairs` counts who meets whom. What comes out is the same with any number of threads.
///
/// # Errors
/// What makes every draw impossible: the codes of registers and strata.
pub fn simulate(
    announcement: &Announcement,
    evidence: &(dyn Evidence + Sync),
    draws: u64,
    pairs: bool,
    watch: &dyn Watch,
) -> Result<Trials> {
    let fresh = || Trials { cells: cells(announcement), departments: departments(announcement), ..Trials::default() };
    watch.begin(Work::Trials, "", Some(draws));
    let batches: Vec<u64> = (0..draws.div_ceil(BATCH)).collect();
    let finder = lone::Finder::of(announcement)?;
    let made = batches.into_par_iter().map(|batch| {
        let mut trials = fresh();
        for draw in batch * BATCH..draws.min((batch + 1) * BATCH) {
            watch.advance(1);
            trials.draws += 1;
            match derive(announcement, evidence, &Lots::trial(draw)) {
                Ok(outcome) => trials.count(&outcome, &finder, pairs),
                Err(fault) if fault.code().is_infeasible() => {
                    trials.infeasible += 1;
                    trials.first_infeasible.get_or_insert((draw, fault));
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(trials)
    });
    let made = made.try_reduce(fresh, |one, other| Ok(one.and(other)));
    watch.end();
    made
}

/// The table of pairs: firm, inspector, how often the firm was drawn, how often the inspector came.
#[must_use]
pub fn pairs_csv(trials: &Trials) -> String {
    let times: BTreeMap<&String, u64> =
        trials.cells.iter().flat_map(|cell| &cell.hits).map(|(firm, hits)| (firm, *hits)).collect();
    let mut out = String::from("target,inspector,drawn,met\n");
    for ((firm, inspector), met) in &trials.pairs {
        let drawn = times.get(firm).copied().unwrap_or(0);
        out.push_str(&format!("{firm},{inspector},{drawn},{met}\n"));
    }
    out
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
        least: u64::MAX,
        most: 0,
        loads: BTreeMap::new(),
        squares: BTreeMap::new(),
        one_possible: 0,
        alone: BTreeMap::new(),
        lone: BTreeMap::new(),
        crews: announcement.team.crews_of(id).map(|_| CrewTrials::default()),
    };
    announcement.departments.iter().map(|department| of(&department.id)).collect()
}

impl Trials {
    fn count(&mut self, outcome: &Outcome, finder: &lone::Finder<'_>, pairs: bool) {
        let rows = finder.rows(outcome);
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
            let (least, most) = (loads().min().unwrap_or(0), loads().max().unwrap_or(0));
            trials.widest = trials.widest.max(most - least);
            (trials.least, trials.most) = (trials.least.min(least), trials.most.max(most));
            for (inspector, load) in &department.loads {
                *trials.loads.entry(inspector.clone()).or_default() += load;
                *trials.squares.entry(inspector.clone()).or_default() += load * load;
            }
            for seat in department.seats.iter().filter(|seat| seat.possible == 1) {
                *trials.alone.entry(seat.inspector.clone()).or_default() += 1;
            }
            for seat in finder.lone(department, &rows) {
                *trials.lone.entry(seat).or_default() += 1;
            }
            if let Some(crews) = &mut trials.crews {
                let made = CrewsMade::of(department);
                crews.sizes = made.sizes;
                made.left_over.into_iter().for_each(|id| *crews.left_over.entry(id).or_default() += 1);
            }
            for seat in department.seats.iter().filter(|_| pairs) {
                *self.pairs.entry((seat.target.to_string(), seat.inspector.clone())).or_default() += 1;
            }
        }
    }

    /// Both together.
    fn and(mut self, other: Self) -> Self {
        self.draws += other.draws;
        self.infeasible += other.infeasible;
        self.first_infeasible = self.first_infeasible.or(other.first_infeasible);
        for (own, cell) in self.cells.iter_mut().zip(other.cells) {
            add(&mut own.hits, cell.hits);
        }
        for (own, department) in self.departments.iter_mut().zip(other.departments) {
            own.seats = (own.seats.0.min(department.seats.0), own.seats.1.max(department.seats.1));
            own.widest = own.widest.max(department.widest);
            (own.least, own.most) = (own.least.min(department.least), own.most.max(department.most));
            own.one_possible += department.one_possible;
            add(&mut own.loads, department.loads);
            add(&mut own.squares, department.squares);
            add(&mut own.alone, department.alone);
            add(&mut own.lone, department.lone);
            if let (Some(own), Some(crews)) = (&mut own.crews, department.crews) {
                // of draws that could not fill all seats nothing is known
                own.sizes = if own.sizes.is_empty() { crews.sizes } else { std::mem::take(&mut own.sizes) };
                add(&mut own.left_over, crews.left_over);
            }
        }
        add(&mut self.pairs, other.pairs);
        self
    }
}

fn add<K: Ord>(into: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
    from.into_iter().for_each(|(key, count)| *into.entry(key).or_default() += count);
}
