//! What would help where seats stay empty: one thing is changed, all seats are filled again, and what still stays empty is
//! counted. Nothing here decides anything; an officer reads it and mends the plan or the tables.

use crate::simulate::with_trials;
use std::collections::BTreeSet;
use yaohao::announcement::{Announcement, Beyond, CrewKind, Item};
use yaohao::assign::{Filled, More, Side, groups_of, pool_of};
use yaohao::draw::Entry;
use yaohao::fault::{Fault, Result};
use yaohao::ident::{Id, Text};
use yaohao::register::{Expert, Inspector, Recusals, Regions};
use yaohao::seed::Lots;
use yaohao::verify::Evidence;

/// What would help one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The department.
    pub department: Id,
    /// Whether it sends crews: then seats are targets, and people are crews.
    pub crews: bool,
    /// How many each crew has, where lots form the crews: then people are wanted, not crews.
    pub drawn: Option<u64>,
    /// All seats, and those that stay empty at best.
    pub filled: Filled,
    /// What would help, the first the plainest.
    pub helps: Vec<Help>,
    /// Whether nothing was tried, since the department has more than [`MANY`] seats.
    pub coarse: bool,
}

/// One change that fills all seats, or some more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Help {
    /// So many more people, who may sit at every seat: with one less, seats stay empty.
    More(More),
    /// Fewer people more than these are not enough; whether these are was not tried.
    Least(More),
    /// So many more targets for everybody who is there: with one less, seats stay empty.
    Capacity(u32),
    /// People of one region in another: the plan may allow it by naming the law.
    Beyond {
        /// Region of the inspectors.
        from: Id,
        /// Region of the targets.
        to: Id,
        /// Seats that would still stay empty.
        left: u64,
    },
    /// One obstacle away, for everybody.
    Lift {
        /// The obstacle.
        lift: Lift,
        /// Seats that would still stay empty.
        left: u64,
    },
}

/// An obstacle that might be lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lift {
    /// Everybody works in all regions.
    Regions,
    /// Stations do not decide.
    Stations,
    /// Everybody is qualified for this.
    Qualification(Id),
    /// Everybody may lead.
    Lead,
    /// Certificates last through the window.
    Validity,
    /// No rule of rotation keeps off who was there before.
    Rotation,
    /// Nobody is recused: it cannot be lifted, but shows what else is needed.
    Recusals,
}

/// Seats of a department up to which changes are tried; of more, each trial would take seconds.
pub const MANY: u64 = 20_000;

/// Seats that are filled in all trials of pairs of regions together, about a second's work; and pairs that are told.
const WORK: u64 = 4_000_000;
const TOLD: usize = 3;

/// What would help in a trial draw that could not fill all seats, department by department; those without want are left
/// out.
///
/// # Errors
/// The codes of the registers.
pub fn advice(announcement: &Announcement, evidence: &dyn Evidence, trial: u64) -> Result<Vec<Advice>> {
    let lots = Lots::trial(trial);
    with_trials(announcement, evidence, |trials| {
        let selection = trials.select(&lots);
        let drawn: Vec<&Entry> = selection.drawn().collect();
        let mut all = Vec::new();
        for department in &announcement.departments {
            let side = trials.side(&department.id, &drawn, &lots);
            let filled = side.fill(More::default())?;
            if filled.empty > 0 {
                let tried = Tried { side, filled };
                let coarse = filled.seats > MANY;
                let kind = announcement.team.crews_of(&department.id);
                let drawn =
                    kind.filter(|kind| *kind == CrewKind::Drawn).and_then(|_| size(announcement, &department.id));
                let crews = kind.is_some();
                let helps = tried.helps(coarse)?;
                all.push(Advice { department: department.id.clone(), crews, drawn, filled, helps, coarse });
            }
        }
        Ok(all)
    })
}

/// How many a department sends to each target; where lots form crews, they are as many everywhere.
fn size(announcement: &Announcement, department: &Id) -> Option<u64> {
    let of = |item: &Item| item.seats_of(department).iter().map(|seat| seat.count).sum::<u64>();
    announcement.items.iter().map(of).find(|seats| *seats > 0)
}

/// A department with empty seats, and what is tried with it.
struct Tried<'a> {
    side: Side<'a>,
    filled: Filled,
}

impl Tried<'_> {
    fn helps(&self, coarse: bool) -> Result<Vec<Help>> {
        let least = self.least();
        if coarse {
            return Ok(vec![Help::Least(least)]);
        }
        let mut helps = vec![Help::More(self.more(least)?)];
        helps.extend(self.capacity()?.map(Help::Capacity));
        helps.extend(self.beyond()?);
        helps.extend(self.lifts()?);
        Ok(helps)
    }

    fn own(&self) -> Vec<Inspector> {
        pool_of(self.side.inspectors, self.side.department).into_iter().cloned().collect()
    }

    /// Fewer people more can never be enough, each with what most of the department can take: nobody fills more seats than a
    /// capacity has.
    fn least(&self) -> More {
        let mut capacities: Vec<u32> = self.own().iter().map(|one| one.capacity).filter(|one| *one > 0).collect();
        capacities.sort_unstable();
        let capacity = capacities.get(capacities.len() / 2).copied().unwrap_or(1);
        let count = u32::try_from(self.filled.empty.div_ceil(u64::from(capacity))).unwrap_or(u32::MAX);
        More { count, capacity }
    }

    /// The fewest people more that are enough.
    fn more(&self, least: More) -> Result<More> {
        let enough = |count: u32| Ok(self.side.fill(More { count, ..least })?.empty == 0);
        let most = u32::try_from(self.filled.seats).unwrap_or(u32::MAX);
        Ok(More { count: smallest(least.count, most, enough)?.unwrap_or(most), ..least })
    }

    /// The fewest targets more for everybody, if that helps at all.
    fn capacity(&self) -> Result<Option<u32>> {
        let own = self.own();
        let most = u32::try_from(self.side.drawn.len()).unwrap_or(u32::MAX);
        let enough = |more: u32| {
            let mut inspectors = own.clone();
            inspectors.iter_mut().for_each(|one| one.capacity = one.capacity.saturating_add(more));
            Ok(Side { inspectors: &inspectors, ..self.side }.fill(More::default())?.empty == 0)
        };
        let people = u64::try_from(own.len().max(1)).unwrap_or(u64::MAX);
        let least = u32::try_from(self.filled.empty.div_ceil(people)).unwrap_or(u32::MAX);
        smallest(least, most, enough)
    }

    /// People of one region in another, where that helps: those first after which fewest seats stay empty.
    fn beyond(&self) -> Result<Vec<Help>> {
        let Side { announcement, drawn, .. } = self.side;
        let Some(column) = &announcement.team.region else { return Ok(Vec::new()) };
        let column = announcement.targets_schema().column(column.as_str())?;
        let cells = drawn.iter().filter_map(|entry| entry.cells.get(column));
        let to: BTreeSet<Id> = cells.filter_map(|cell| Id::parse(cell).ok()).collect();
        let own = self.own();
        let regions = own.iter().filter_map(|one| match &one.regions {
            Regions::Prefixes(prefixes) => Some(prefixes),
            Regions::Everywhere => None,
        });
        let from: BTreeSet<&Id> = regions.flatten().collect();
        let mut trials = usize::try_from(WORK / self.filled.seats.max(1)).unwrap_or(usize::MAX);
        let mut left_with = |change: &dyn Fn(&mut Announcement)| -> Result<u64> {
            if trials == 0 {
                return Ok(self.filled.empty);
            }
            trials -= 1;
            let mut changed = announcement.clone();
            change(&mut changed);
            Ok(Side { announcement: &changed, ..self.side }.fill(More::default())?.empty)
        };
        let basis = Text::parse("trial")?;
        let rule = |from: &Id, to: &Id| Beyond { from: from.clone(), to: to.clone(), basis: basis.clone() };
        let mut found = Vec::new();
        for to in &to {
            let elsewhere = || from.iter().filter(|from| !to.as_str().starts_with(from.as_str()));
            // where everybody is no help, nobody is
            let everybody =
                |changed: &mut Announcement| changed.team.beyond.extend(elsewhere().map(|from| rule(from, to)));
            if left_with(&everybody)? == self.filled.empty {
                continue;
            }
            for from in elsewhere() {
                let left = left_with(&|changed| changed.team.beyond.push(rule(from, to)))?;
                if left < self.filled.empty {
                    found.push((left, (*from).clone(), to.clone()));
                }
            }
        }
        found.sort();
        Ok(found.into_iter().take(TOLD).map(|(left, from, to)| Help::Beyond { from, to, left }).collect())
    }

    /// Obstacles that keep somebody off: what is left without each.
    fn lifts(&self) -> Result<Vec<Help>> {
        let Side { announcement, binding, department, drawn, .. } = self.side;
        let mut lifts: Vec<(Lift, Filled)> = Vec::new();
        let people = |change: &dyn Fn(&mut Inspector)| {
            let mut inspectors = self.own();
            inspectors.iter_mut().for_each(change);
            Side { inspectors: &inspectors, ..self.side }.fill(More::default())
        };
        lifts.push((Lift::Regions, people(&|one| one.regions = Regions::Everywhere)?));
        if !announcement.team.stations.is_empty() {
            let mut changed = announcement.clone();
            changed.team.stations.retain(|stations| stations.department != *department);
            let filled = Side { announcement: &changed, ..self.side }.fill(More::default())?;
            lifts.push((Lift::Stations, filled));
        }
        let groups = drawn.iter().flat_map(|entry| groups_of(announcement, binding, department, entry));
        let asked: BTreeSet<Id> = groups.flat_map(|(group, _)| group.qualifications).collect();
        for qualification in asked {
            let learn = |one: &mut Inspector| {
                // an expert knows what an expert knows
                if one.expert != Expert::Only && !one.qualifications.contains(&qualification) {
                    one.qualifications.push(qualification.clone());
                    one.qualifications.sort();
                }
            };
            let filled = people(&learn)?;
            lifts.push((Lift::Qualification(qualification), filled));
        }
        lifts.push((Lift::Lead, people(&|one| one.lead = one.lead || one.expert != Expert::Only)?));
        let (from, to) = (&announcement.window_from, &announcement.window_to);
        let last = |one: &mut Inspector| {
            one.valid_from = one.valid_from.min(*from);
            one.valid_to = one.valid_to.max(*to);
        };
        lifts.push((Lift::Validity, people(&last)?));
        let mut without = |lift: Lift, recusals: &Recusals<'_>| {
            let filled = Side { recusals, ..self.side }.fill(More::default())?;
            lifts.push((lift, filled));
            Ok::<(), Fault>(())
        };
        // rotation is the office's own rule, and no recusal: it is tried by itself
        let own = self.side.recusals.without_rotation();
        if self.side.recusals.has_rotation() {
            without(Lift::Rotation, &own)?;
        }
        if own.targets().next().is_some() {
            without(Lift::Recusals, &Recusals::new(&[]))?;
        }
        let helping = lifts.into_iter().filter(|(_, filled)| filled.empty < self.filled.empty);
        Ok(helping.map(|(lift, filled)| Help::Lift { lift, left: filled.empty }).collect())
    }
}

/// The smallest number from `least` up that is enough, if `most` is: what is enough stays so with more.
fn smallest(least: u32, most: u32, enough: impl Fn(u32) -> Result<bool>) -> Result<Option<u32>> {
    let (mut below, mut step) = (least.saturating_sub(1), 1_u32);
    let mut found = least.max(1);
    while !enough(found)? {
        if found >= most {
            return Ok(None);
        }
        below = found;
        found = found.saturating_add(step).min(most);
        step = step.saturating_mul(2);
    }
    while found - below > 1 {
        let middle = below.midpoint(found);
        if enough(middle)? {
            found = middle;
        } else {
            below = middle;
        }
    }
    Ok(Some(found))
}
