//! Trial draws: what chance does with a campaign. Their lots come from no seed text, and their outcome is of a type of its
//! own: no record can be made of it.

mod classes;
mod equals;
mod firms;
mod heat;
mod lone;
mod tally;

pub use equals::{Equals, limit};
pub use heat::{Words, heat_map, shown};
pub use lone::LoneSeat;

use crate::watch::{Watch, Work};
use rayon::prelude::*;
use std::collections::BTreeMap;
use tally::{Ready, Tally};
use yaohao::announcement::Announcement;
use yaohao::draw::{Binding, Pool};
use yaohao::fault::{Fault, Result};
use yaohao::ident::Id;
use yaohao::outcome::{self, Trial};
use yaohao::register::{Recusals, scan};
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
    /// What equals got.
    pub equals: Equals,
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
#[derive(Debug, Default, Clone, PartialEq, Eq)]
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

/// Makes a few trial draws, to see whether all seats can be filled; of large registers fewer. Where the first two cannot, no
/// more are made: a plan that fails each time is told at once.
///
/// # Errors
/// As [`simulate`].
pub fn look(announcement: &Announcement, evidence: &dyn Evidence, pairs: bool, watch: &dyn Watch) -> Result<Trials> {
    const FIRST: u64 = 2;
    let first = simulate(announcement, evidence, FIRST, pairs, watch)?;
    let draws = (2_000_000 / announcement.targets.commitment.rows.max(1)).clamp(FIRST, 20);
    match first.infeasible < FIRST && draws > FIRST {
        true => simulate(announcement, evidence, draws, pairs, watch),
        false => Ok(first),
    }
}

/// Makes `draws` trial draws; with `pairs` counts who meets whom. What comes out is the same with any number of threads.
///
/// # Errors
/// What makes every draw impossible: the codes of registers and strata.
pub fn simulate(
    announcement: &Announcement,
    evidence: &dyn Evidence,
    draws: u64,
    pairs: bool,
    watch: &dyn Watch,
) -> Result<Trials> {
    simulate_by(announcement, evidence, draws, pairs, watch, |draw, trials| trials.draw(&Lots::trial(draw)))
}

/// The same with draws that somebody else makes, from number 0 on: another lottery is counted and judged like this one.
///
/// # Errors
/// As [`simulate`], and those of `lottery`.
pub fn simulate_by(
    announcement: &Announcement,
    evidence: &dyn Evidence,
    draws: u64,
    pairs: bool,
    watch: &dyn Watch,
    lottery: impl Fn(u64, &outcome::Trials<'_>) -> Result<Trial> + Sync,
) -> Result<Trials> {
    with_trials(announcement, evidence, |trials| count(announcement, trials, (draws, pairs), watch, lottery))
}

/// Reads the registers once and makes them ready for trial draws: they borrow from each other.
pub(crate) fn with_trials<T>(
    announcement: &Announcement,
    evidence: &dyn Evidence,
    work: impl FnOnce(&outcome::Trials<'_>) -> Result<T>,
) -> Result<T> {
    let binding = Binding::for_trials(announcement)?;
    let open = |name: &str| evidence.open(name);
    let targets = announcement.targets_schema();
    let (_, pool) = scan(&targets, u64::MAX, open("targets.csv")?.as_mut(), Pool::new(&binding))?;
    let visitor = announcement.inspectors_visitor()?;
    let inspectors = announcement.inspectors_schema();
    let (_, inspectors) = scan(&inspectors, u64::MAX, open("inspectors.csv")?.as_mut(), visitor)?;
    let make = Recusals::new(&inspectors.ids);
    let (_, recusals) = scan(&announcement.recusals_schema(), u64::MAX, open("recusals.csv")?.as_mut(), make)?;
    work(&outcome::Trials::new(announcement, &binding, pool, &inspectors.present, &recusals)?)
}

/// Counts trial draws of registers that are ready.
fn count(
    announcement: &Announcement,
    trials: &outcome::Trials<'_>,
    (draws, pairs): (u64, bool),
    watch: &dyn Watch,
    lottery: impl Fn(u64, &outcome::Trials<'_>) -> Result<Trial> + Sync,
) -> Result<Trials> {
    let ready = Ready::new(announcement, trials, pairs)?;
    watch.begin(Work::Trials, "", Some(draws));
    let count = |mut tally: Tally, draw: u64| {
        watch.advance(1);
        tally.draws += 1;
        match lottery(draw, trials) {
            Ok(trial) => tally.count(&ready, &trial),
            Err(fault) if fault.code().is_infeasible() => {
                tally.infeasible += 1;
                tally.first_infeasible.get_or_insert((draw, fault));
            }
            Err(fault) => return Err(fault),
        }
        Ok(tally)
    };
    // a thread counts on into one tally as long as it finds draws; the parts are added in their order
    let made = (0..draws).into_par_iter().try_fold(|| ready.tally(), count);
    let made = made.try_reduce(|| ready.tally(), |one, other| Ok(one.and(other)));
    watch.end();
    Ok(made?.named(&ready))
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
