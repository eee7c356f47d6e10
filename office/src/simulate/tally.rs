//! Counting trial draws. Everything is kept by number, in rows that are added up: how draws were dealt to threads changes
//! no sum, and merging what threads have counted costs little beside counting.

use super::classes::{Classes, Crew};
use super::equals::{Equals, Sum, limit};
use super::firms;
use super::lone::Finder;
use super::{CellTrials, CrewTrials, DepartmentTrials, LoneSeat, Trials};
use crate::loads::CrewsMade;
use std::collections::BTreeMap;
use yaohao::announcement::{Announcement, CellSize, Method};
use yaohao::assign::{DepartmentOutcome, pool_of};
use yaohao::fault::{Fault, Result};
use yaohao::ident::Id;
use yaohao::outcome::{self, Trial};

/// More pairs of an inspector and a firm than this are not compared.
const PAIRS: usize = 1_000_000;

/// What does not change from draw to draw.
pub(super) struct Ready<'a> {
    pub(super) announcement: &'a Announcement,
    /// Ids of all targets that can be drawn, cell by cell with their weights, and all of them ascending; of a department's inspectors, ascending.
    pub(super) cells: Vec<Vec<(&'a str, u64)>>,
    targets: Vec<&'a str>,
    people: Vec<Vec<&'a Id>>,
    classes: Vec<Classes>,
    finder: Finder<'a>,
    /// Whether to count, and whether to compare, who meets whom.
    count_pairs: bool,
    compare_pairs: bool,
}

impl<'a> Ready<'a> {
    pub(super) fn new(
        announcement: &'a Announcement,
        trials: &'a outcome::Trials<'a>,
        count_pairs: bool,
    ) -> Result<Self> {
        let cells: Vec<Vec<(&str, u64)>> = trials.targets().collect();
        let mut targets: Vec<&str> = cells.iter().flatten().map(|(id, _)| *id).collect();
        targets.sort_unstable();
        let of = |department: &Id| -> Vec<&'a Id> {
            pool_of(trials.inspectors(), department).into_iter().map(|inspector| &inspector.id).collect()
        };
        let people: Vec<Vec<&Id>> = announcement.departments.iter().map(|department| of(&department.id)).collect();
        let classes = Classes::all(announcement, trials);
        let pairs = classes.iter().map(Classes::positions).sum::<usize>().saturating_mul(targets.len());
        let finder = Finder::of(announcement)?;
        let compare_pairs = pairs <= PAIRS;
        Ok(Self { announcement, cells, targets, people, classes, finder, count_pairs, compare_pairs })
    }

    pub(super) fn tally(&self) -> Tally {
        let department = |((people, classes), id): ((&Vec<&Id>, &Classes), &Id)| {
            let (people, positions) = (people.len(), classes.positions());
            let met = if self.compare_pairs { positions * self.targets.len() } else { 0 };
            Counted {
                seats: (u64::MAX, 0),
                least: u64::MAX,
                crews: self.announcement.team.crews_of(id).map(|_| CrewTrials::default()),
                loads: vec![0; people],
                alone: vec![0; people],
                carried: vec![Sum::default(); positions],
                led: vec![Sum::default(); positions],
                met: vec![Sum::default(); met],
                ..Counted::default()
            }
        };
        let ids = self.announcement.departments.iter().map(|department| &department.id);
        Tally {
            hits: vec![0; self.targets.len()],
            departments: self.people.iter().zip(&self.classes).zip(ids).map(department).collect(),
            ..Tally::default()
        }
    }

    fn target(&self, id: &str) -> Option<usize> {
        self.targets.binary_search(&id).ok()
    }
}

/// What some draws gave.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) draws: u64,
    pub(super) infeasible: u64,
    pub(super) first_infeasible: Option<(u64, Fault)>,
    hits: Vec<u64>,
    departments: Vec<Counted>,
    /// Target, department, inspector.
    pairs: BTreeMap<(usize, usize, usize), u64>,
}

/// What some draws gave in a department, by positions of inspectors; what is compared, of crews too.
#[derive(Default)]
struct Counted {
    seats: (u64, u64),
    widest: u64,
    least: u64,
    most: u64,
    one_possible: u64,
    loads: Vec<u64>,
    alone: Vec<u64>,
    lone: BTreeMap<LoneSeat, u64>,
    crews: Option<CrewTrials>,
    carried: Vec<Sum>,
    led: Vec<Sum>,
    /// Of inspector i and target t at place i · targets + t; empty where pairs are not compared.
    met: Vec<Sum>,
}

impl Tally {
    pub(super) fn count(&mut self, ready: &Ready<'_>, trial: &Trial) {
        for entry in trial.selection.drawn() {
            bump(&mut self.hits, ready.target(&entry.id).unwrap_or(usize::MAX));
        }
        let rows = ready.finder.rows(trial);
        let departments = self.departments.iter_mut().zip(&trial.departments).zip(&ready.classes);
        for (number, ((counted, outcome), classes)) in departments.enumerate() {
            let seats = seats_of(ready, outcome);
            counted.count(outcome, &seats);
            for seat in ready.finder.lone(outcome, &rows) {
                *counted.lone.entry(seat).or_default() += 1;
            }
            counted.compare(ready.targets.len(), classes, trial, outcome, &seats);
            if ready.count_pairs {
                for seat in &seats {
                    *self.pairs.entry((seat.target, number, seat.inspector)).or_default() += 1;
                }
            }
        }
    }

    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.draws += other.draws;
        self.infeasible += other.infeasible;
        self.first_infeasible = self.first_infeasible.or(other.first_infeasible);
        add(&mut self.hits, &other.hits);
        for (own, mut other) in self.departments.iter_mut().zip(other.departments) {
            own.seats = (own.seats.0.min(other.seats.0), own.seats.1.max(other.seats.1));
            own.widest = own.widest.max(other.widest);
            (own.least, own.most) = (own.least.min(other.least), own.most.max(other.most));
            own.one_possible += other.one_possible;
            add(&mut own.loads, &other.loads);
            add(&mut own.alone, &other.alone);
            merge(&mut own.lone, std::mem::take(&mut other.lone));
            if let (Some(own), Some(crews)) = (&mut own.crews, other.crews.take()) {
                // of draws that could not fill all seats nothing is known
                own.sizes = if own.sizes.is_empty() { crews.sizes } else { std::mem::take(&mut own.sizes) };
                merge(&mut own.left_over, crews.left_over);
            }
            for (own, other) in
                [(&mut own.carried, &other.carried), (&mut own.led, &other.led), (&mut own.met, &other.met)]
            {
                own.iter_mut().zip(other).for_each(|(own, other)| own.and(other));
            }
        }
        merge(&mut self.pairs, other.pairs);
        self
    }

    /// By names.
    pub(super) fn named(self, ready: &Ready<'_>) -> Trials {
        let hits: BTreeMap<&str, u64> = ready
            .targets
            .iter()
            .zip(&self.hits)
            .filter(|(_, hits)| **hits > 0)
            .map(|(id, hits)| (*id, *hits))
            .collect();
        let mut trials = Trials {
            draws: self.draws,
            infeasible: self.infeasible,
            first_infeasible: self.first_infeasible,
            cells: empty_cells(ready.announcement),
            ..Trials::default()
        };
        for (cell, ids) in trials.cells.iter_mut().zip(&ready.cells) {
            cell.hits = ids.iter().filter_map(|(id, _)| Some(((*id).to_owned(), *hits.get(id)?))).collect();
        }
        let departments = ready.announcement.departments.iter().zip(&self.departments).zip(&ready.people);
        trials.departments =
            departments.map(|((department, counted), people)| counted.named(&department.id, people)).collect();
        for ((target, department, inspector), met) in &self.pairs {
            let inspector = ready.people.get(*department).and_then(|people| people.get(*inspector));
            if let (Some(target), Some(inspector)) = (ready.targets.get(*target), inspector) {
                trials.pairs.insert(((*target).to_owned(), (*inspector).clone()), *met);
            }
        }
        trials.equals = equals(ready, &self.departments, &trials);
        trials
    }
}

/// A seat by numbers.
struct Taken {
    target: usize,
    inspector: usize,
    leads: bool,
    alone: bool,
}

fn seats_of(ready: &Ready<'_>, outcome: &DepartmentOutcome) -> Vec<Taken> {
    let seats = outcome.seats.iter().filter_map(|seat| {
        let inspector = outcome.loads.binary_search_by(|(id, _)| id.cmp(&seat.inspector)).ok()?;
        let target = ready.target(seat.target.as_str())?;
        Some(Taken { target, inspector, leads: seat.leader, alone: seat.possible == 1 })
    });
    seats.collect()
}

impl Counted {
    fn count(&mut self, outcome: &DepartmentOutcome, taken: &[Taken]) {
        let seats = u64::try_from(outcome.seats.len()).unwrap_or(u64::MAX);
        self.seats = (self.seats.0.min(seats), self.seats.1.max(seats));
        self.one_possible += outcome.one_possible();
        let loads = || outcome.loads.iter().map(|(_, load)| *load);
        let (least, most) = (loads().min().unwrap_or(0), loads().max().unwrap_or(0));
        self.widest = self.widest.max(most - least);
        (self.least, self.most) = (self.least.min(least), self.most.max(most));
        if let Some(crews) = &mut self.crews {
            let made = CrewsMade::of(outcome);
            crews.sizes = made.sizes;
            made.left_over.into_iter().for_each(|id| *crews.left_over.entry(id).or_default() += 1);
        }
        self.loads.iter_mut().zip(loads()).for_each(|(sum, load)| *sum += load);
        taken.iter().filter(|seat| seat.alone).for_each(|seat| bump(&mut self.alone, seat.inspector));
    }

    /// Compares equals in one draw.
    fn compare(
        &mut self,
        targets: usize,
        classes: &Classes,
        trial: &Trial,
        outcome: &DepartmentOutcome,
        taken: &[Taken],
    ) {
        let mut loads: Vec<u64> = outcome.loads.iter().map(|(_, load)| *load).collect();
        let first = loads.len();
        let of_crews = classes.crews.iter().map(|crew| loads.get(crew.first()).copied().unwrap_or(0));
        loads.extend(of_crews.collect::<Vec<u64>>());
        let mut led = vec![0_u64; loads.len()];
        taken.iter().filter(|seat| seat.leads).for_each(|seat| bump(&mut led, seat.inspector));
        let parts = classes.parts(trial.selection.drawn().map(|entry| entry.id.as_str()), &loads);
        for part in &parts {
            compare(&mut self.carried, part, &loads);
            compare(&mut self.led, part, &led);
        }
        if self.met.is_empty() {
            return;
        }
        let mut part_of = vec![usize::MAX; loads.len()];
        for (number, part) in parts.iter().enumerate() {
            for position in part {
                part_of.get_mut(*position).into_iter().for_each(|part| *part = number);
            }
        }
        // who of a part came to a target
        let mut came: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for seat in taken {
            let part = part_of.get(seat.inspector).copied().unwrap_or(usize::MAX);
            came.entry((part, seat.target)).or_default().push(seat.inspector);
            let crews = classes.crews.iter().zip(first..).filter(|(crew, _)| crew.first() == seat.inspector);
            for (_, position) in crews {
                let part = part_of.get(position).copied().unwrap_or(usize::MAX);
                came.entry((part, seat.target)).or_default().push(position);
            }
        }
        for ((number, target), came) in came {
            let Some(part) = parts.get(number) else { continue };
            let (members, sum) = (whole(part.len()), whole(came.len()));
            for position in part {
                if let Some(met) = self.met.get_mut(position * targets + target) {
                    let own = u64::from(came.contains(position));
                    met.add(members, sum, sum, own, (members - sum).max(sum));
                }
            }
        }
    }

    fn named(&self, id: &Id, people: &[&Id]) -> DepartmentTrials {
        let by_name = |counts: &[u64]| people.iter().zip(counts.to_vec()).map(|(id, count)| ((*id).clone(), count));
        DepartmentTrials {
            id: id.clone(),
            seats: self.seats,
            widest: self.widest,
            least: self.least,
            most: self.most,
            lone: self.lone.clone(),
            crews: self.crews.clone(),
            loads: by_name(&self.loads).collect(),
            one_possible: self.one_possible,
            alone: by_name(&self.alone).filter(|(_, count)| *count > 0).collect(),
        }
    }
}

/// Adds one draw's amounts of a part of equals.
fn compare(sums: &mut [Sum], part: &[usize], amounts: &[u64]) {
    let own = |position: &usize| amounts.get(*position).copied().unwrap_or(0);
    let (members, sum) = (whole(part.len()), part.iter().map(own).sum::<u64>());
    let squares = part.iter().map(|position| own(position) * own(position)).sum();
    let largest = part.iter().map(|position| (members * own(position)).abs_diff(sum)).max().unwrap_or(0);
    for position in part {
        if let Some(to) = sums.get_mut(*position) {
            to.add(members, sum, squares, own(position), largest);
        }
    }
}

/// Judges all sums by one limit.
fn equals(ready: &Ready<'_>, counted: &[Counted], trials: &Trials) -> Equals {
    let mut equals = Equals { met: ready.compare_pairs, ..Equals::default() };
    let draws = trials.draws - trials.infeasible;
    if draws == 0 {
        return equals;
    }
    let sums = counted.iter().flat_map(|counted| counted.carried.iter().chain(&counted.led).chain(&counted.met));
    let firms = firms::chances(ready);
    let open = |chances: &firms::Chances<'_>| whole(chances.open().count());
    equals.comparisons = whole(sums.filter(|sum| sum.is_open()).count()) + firms.iter().map(open).sum::<u64>();
    let limit = limit(equals.comparisons);
    let departments = ready.announcement.departments.iter().map(|department| &department.id);
    for (((counted, classes), people), id) in counted.iter().zip(&ready.classes).zip(&ready.people).zip(departments) {
        judge(&mut equals, &Side { counted, classes, people, id, targets: &ready.targets, limit });
    }
    for (cell, chances) in trials.cells.iter().zip(&firms) {
        equals.cells += usize::from(chances.any());
        equals.firms.extend(chances.unusual(cell, draws, limit));
    }
    equals
}

/// A department and what was counted of it.
struct Side<'a> {
    counted: &'a Counted,
    classes: &'a Classes,
    people: &'a [&'a Id],
    id: &'a Id,
    targets: &'a [&'a str],
    limit: u64,
}

impl Side<'_> {
    fn met(&self, position: usize) -> &[Sum] {
        let from = position * self.targets.len();
        self.counted.met.get(from..from + self.targets.len()).unwrap_or_default()
    }

    /// Targets in all, and as leader.
    fn amounts(&self, position: usize) -> [Sum; 2] {
        [&self.counted.carried, &self.counted.led].map(|sums| sums.get(position).copied().unwrap_or_default())
    }

    fn is_compared(&self, position: usize) -> bool {
        self.amounts(position).iter().chain(self.met(position)).any(Sum::is_open)
    }
}

fn judge(equals: &mut Equals, side: &Side<'_>) {
    let (people, crews) = (side.people.len(), &side.classes.crews);
    let compared: Vec<bool> = (0..side.classes.positions()).map(|position| side.is_compared(position)).collect();
    let is_compared = |position: &usize| compared.get(*position).copied().unwrap_or(false);
    let of_people = side.classes.classes.iter().filter(|class| class.iter().all(|position| *position < people));
    equals.classes += of_people.filter(|class| class.iter().any(is_compared)).count();
    equals.compared += (0..people).filter(is_compared).count();
    let crews_compared: Vec<&Crew> =
        crews.iter().zip(people..).filter(|(_, position)| is_compared(position)).map(|(crew, _)| crew).collect();
    let goes_with = |position: &usize| crews_compared.iter().any(|crew| crew.members.contains(position));
    equals.alone += (0..people).filter(|position| !is_compared(position) && !goes_with(position)).count();
    equals.crews = (equals.crews.0 + crews.len(), equals.crews.1 + crews_compared.len());
    let named = crews.iter().map(|crew| format!("{}/{}", side.id, crew.name));
    let names = side.people.iter().map(ToString::to_string).chain(named);
    for (position, name) in names.enumerate() {
        if side.amounts(position).iter().any(|sum| !sum.is_usual(side.limit)) {
            match side.people.get(position) {
                Some(id) => equals.inspectors.push((*id).clone()),
                None => equals.unusual_crews.push(name.clone()),
            }
        }
        let met = side.met(position).iter().zip(side.targets);
        let unusual = met.filter(|(met, _)| !met.is_usual(side.limit));
        equals.pairs.extend(unusual.map(|(_, target)| ((*target).to_owned(), name.clone())));
    }
}

fn empty_cells(announcement: &Announcement) -> Vec<CellTrials> {
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

fn add(into: &mut [u64], from: &[u64]) {
    into.iter_mut().zip(from).for_each(|(into, from)| *into += from);
}

fn merge<K: Ord>(into: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
    from.into_iter().for_each(|(key, count)| *into.entry(key).or_default() += count);
}

fn bump(counts: &mut [u64], position: usize) {
    counts.get_mut(position).into_iter().for_each(|count| *count += 1);
}

fn whole(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
