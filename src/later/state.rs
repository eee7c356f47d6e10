//! Who goes where now: the outcome of the draw, with all substitutions so far (SPEC §10.6).

use super::bodies::{Change, NewSeat, Visited};
use crate::announcement::{Announcement, Department};
use crate::assign::{Group, Spots, each_seat, groups_of};
use crate::draw::{Binding, Entry};
use crate::encoding::{Digest, count};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Date, Id, Time};
use crate::outcome::Outcome;
use crate::register::{Inspector, Recusals};
use crate::seed::Lots;
use std::collections::{BTreeMap, BTreeSet};

/// What the state is derived from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The announcement.
    pub announcement: &'a Announcement,
    /// Its rules, bound to the register of targets.
    pub binding: &'a Binding,
    /// The inspectors who are not excluded, ascending.
    pub inspectors: &'a [Inspector],
    /// Who never visits whom.
    pub recusals: &'a Recusals<'a>,
    /// The lots of the draw.
    pub lots: &'a Lots,
    /// What was drawn.
    pub outcome: &'a Outcome,
}

/// One seat of a target that is drawn now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamSeat {
    /// The department.
    pub department: Id,
    /// The seat's number in the department, from 1.
    pub number: u64,
    /// What its holder must be.
    pub group: Group,
    /// Who sits there; nobody, when it became vacant.
    pub inspector: Option<Id>,
}

/// A target that is drawn now.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    /// The cell that it was drawn from, as the outcome counts them.
    pub(super) cell: usize,
    /// Its seats: departments in announced order, then numbers.
    pub(super) seats: Vec<TeamSeat>,
}

impl Visit {
    pub(super) fn has(&self, inspector: &Id) -> bool {
        self.seats.iter().any(|seat| seat.inspector.as_ref() == Some(inspector))
    }
}

/// How many statements of each kind there were, and what they left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Happened {
    /// Substitutions.
    pub substitutions: u64,
    /// Targets that have a result.
    pub results: u64,
    /// Of these, how many were finished after the announced window.
    pub late: u64,
    /// Amendments.
    pub amendments: u64,
    /// Seats in which nobody sits.
    pub vacant: u64,
    /// Targets that went out, and no reserve was left to come in.
    pub dropped: u64,
}

/// The state of a campaign after its record and the statements that followed it.
#[derive(Debug, Clone)]
pub struct State<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) spots: Spots,
    pub(super) visits: BTreeMap<Id, Visit>,
    /// Number of visits of every inspector.
    pub(super) loads: BTreeMap<Id, u64>,
    pub(super) taken_out: BTreeSet<Id>,
    /// How many reserves of each cell have come in.
    pub(super) used: Vec<usize>,
    drawn_on: Date,
    results: BTreeMap<Id, Visited>,
    pub(super) known: Vec<Digest>,
    pub(super) substitutions: u64,
    dropped: u64,
    pub(super) amendments: u64,
}

impl<'a> State<'a> {
    /// The state when nothing has followed the record yet.
    ///
    /// # Errors
    /// [`Code::ColumnUnknown`], [`Code::IdForm`]: the facts do not belong together.
    pub fn new(facts: Facts<'a>, record: Digest, drawn_at: &Time) -> Result<Self> {
        let mut state = Self {
            facts,
            spots: Spots::of(facts.announcement)?,
            visits: BTreeMap::new(),
            loads: BTreeMap::new(),
            taken_out: BTreeSet::new(),
            used: vec![0; facts.outcome.selection.cells.len()],
            drawn_on: drawn_at.date(),
            results: BTreeMap::new(),
            known: vec![record],
            substitutions: 0,
            dropped: 0,
            amendments: 0,
        };
        let departments = &facts.outcome.departments;
        state.loads = departments.iter().flat_map(|department| department.loads.iter().cloned()).collect();
        let seated: BTreeMap<(&Id, &Id, u64), &Id> = departments
            .iter()
            .flat_map(|department| department.seats.iter().map(move |seat| (department, seat)))
            .map(|(department, seat)| ((&seat.target, &department.id, seat.number), &seat.inspector))
            .collect();
        for (cell, drawn) in facts.outcome.selection.cells.iter().enumerate() {
            for entry in &drawn.drawn {
                let target = Id::parse(&entry.id)?;
                let seats = state.seats(entry, |department, number| {
                    seated.get(&(&target, department, number)).map(|id| (*id).clone())
                });
                state.visits.insert(target, Visit { cell, seats });
            }
        }
        Ok(state)
    }

    /// The targets that are drawn now, ascending, with their seats.
    pub fn visits(&self) -> impl Iterator<Item = (&Id, &[TeamSeat])> {
        self.visits.iter().map(|(target, visit)| (target, visit.seats.as_slice()))
    }

    /// The results that count, ascending by target.
    pub fn results(&self) -> impl Iterator<Item = &Visited> {
        self.results.values()
    }

    /// What happened so far, in numbers.
    #[must_use]
    pub fn happened(&self) -> Happened {
        let late = |visited: &&Visited| visited.finished > self.facts.announcement.window_to;
        let seats = self.visits.values().flat_map(|visit| &visit.seats);
        Happened {
            substitutions: self.substitutions,
            results: count(self.results.len()),
            late: count(self.results.values().filter(late).count()),
            amendments: self.amendments,
            dropped: self.dropped,
            vacant: count(seats.filter(|seat| seat.inspector.is_none()).count()),
        }
    }

    /// Makes a change that was derived from this very state.
    pub(super) fn make(&mut self, change: &Change) {
        match change {
            Change::Inspector { target, department, seat, out, replacement } => {
                self.relieve(out);
                self.taken_out.insert(out.clone());
                replacement.iter().for_each(|id| self.engage(id));
                let seats = self.visits.get_mut(target).into_iter().flat_map(|visit| &mut visit.seats);
                for found in seats.filter(|found| (&found.department, found.number) == (department, *seat)) {
                    found.inspector.clone_from(replacement);
                }
            }
            Change::Target { target, replacement } => {
                let Some(ended) = self.visits.remove(target) else { return };
                ended.seats.iter().filter_map(|seat| seat.inspector.as_ref()).for_each(|id| self.relieve(id));
                match replacement {
                    None => self.dropped = self.dropped.saturating_add(1),
                    Some((id, team)) => self.come_in(id, team, ended.cell),
                }
            }
        }
        self.substitutions = self.substitutions.saturating_add(1);
    }

    /// The next reserve of a cell comes in with its team.
    fn come_in(&mut self, id: &Id, team: &[NewSeat], cell: usize) {
        team.iter().for_each(|seat| self.engage(&seat.inspector));
        let comes = |department: &Id, number| {
            let mut seats = team.iter();
            let seat = seats.find(|seat| (&seat.department, seat.seat) == (department, number));
            seat.map(|seat| seat.inspector.clone())
        };
        let seats = self.reserve(cell).map(|entry| self.seats(entry, comes)).unwrap_or_default();
        self.used.get_mut(cell).into_iter().for_each(|used| *used = used.saturating_add(1));
        self.visits.insert(id.clone(), Visit { cell, seats });
    }

    /// The next reserve of a cell that has not come in yet.
    pub(super) fn reserve(&self, cell: usize) -> Option<&'a Entry> {
        let used = self.used.get(cell).copied()?;
        self.facts.outcome.selection.cells.get(cell)?.reserves.get(used)
    }

    /// The seats of a target, and who sits in them: those that its items ask for, and those of a crew's other people.
    fn seats(&self, entry: &Entry, seated: impl Fn(&Id, u64) -> Option<Id>) -> Vec<TeamSeat> {
        let Facts { announcement, binding, .. } = self.facts;
        let mut seats = Vec::new();
        for Department { id: department, .. } in &announcement.departments {
            let groups = groups_of(announcement, binding, department, entry);
            let wanted = each_seat(&groups).map(Some).chain(std::iter::repeat_with(|| None));
            for (group, number) in wanted.zip(1_u64..) {
                let inspector = seated(department, number);
                let Some(group) = group.or_else(|| inspector.is_some().then(Group::any)) else { break };
                seats.push(TeamSeat { department: department.clone(), number, group, inspector });
            }
        }
        seats
    }

    /// A target that is drawn now and has no result yet.
    pub(super) fn open_visit(&self, target: &Id) -> Result<&Visit> {
        match self.visits.get(target) {
            None => Err(Fault::new(Code::SubstituteTarget).fact("target", target)),
            Some(_) if self.results.contains_key(target) => {
                Err(Fault::new(Code::SubstituteFinished).fact("target", target))
            }
            Some(visit) => Ok(visit),
        }
    }

    /// Takes results that were published at a time (SPEC §11.4).
    pub(super) fn take_results(&mut self, visits: &[Visited], at: &Time) -> Result<()> {
        for visited in visits {
            self.check_result(visited, at)?;
            self.results.insert(visited.target.clone(), visited.clone());
        }
        Ok(())
    }

    /// Whether a result can be published now.
    ///
    /// # Errors
    /// [`Code::ResultTarget`], [`Code::ResultTwice`], [`Code::ResultFinished`].
    pub fn check_result(&self, visited: &Visited, at: &Time) -> Result<()> {
        let target = &visited.target;
        match () {
            () if !self.visits.contains_key(target) => Err(Fault::new(Code::ResultTarget).fact("target", target)),
            () if self.results.contains_key(target) => Err(Fault::new(Code::ResultTwice).fact("target", target)),
            () => self.check_day(visited, at),
        }
    }

    /// Takes results that stand in the place of earlier ones (SPEC §11.5).
    pub(super) fn take_amended(&mut self, visits: &[Visited], at: &Time) -> Result<()> {
        for visited in visits {
            self.check_amended(visited, at)?;
            self.results.insert(visited.target.clone(), visited.clone());
        }
        Ok(())
    }

    /// Whether a result can take the place of an earlier one.
    ///
    /// # Errors
    /// [`Code::ResultNone`], [`Code::ResultFinished`].
    pub fn check_amended(&self, visited: &Visited, at: &Time) -> Result<()> {
        match self.results.contains_key(&visited.target) {
            false => Err(Fault::new(Code::ResultNone).fact("target", &visited.target)),
            true => self.check_day(visited, at),
        }
    }

    /// No visit ends before its window or the draw, nor later than its result is published, wherever the clock stands.
    fn check_day(&self, visited: &Visited, at: &Time) -> Result<()> {
        let from = self.facts.announcement.window_from.max(self.drawn_on);
        let to = at.plus(86_400).unwrap_or_else(|| at.clone()).date();
        if (from..=to).contains(&visited.finished) {
            return Ok(());
        }
        let fault = Fault::new(Code::ResultFinished).fact("target", &visited.target);
        Err(fault.fact("found", visited.finished).fact("from", from).fact("to", to))
    }

    fn relieve(&mut self, inspector: &Id) {
        self.loads.get_mut(inspector).into_iter().for_each(|load| *load = load.saturating_sub(1));
    }

    fn engage(&mut self, inspector: &Id) {
        self.loads.get_mut(inspector).into_iter().for_each(|load| *load = load.saturating_add(1));
    }
}
