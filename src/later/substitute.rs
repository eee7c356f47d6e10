//! Who steps in (SPEC §10.6): the lists of the draw say it in advance, and nobody chooses.

use super::bodies::{Change, NewSeat};

use super::state::{State, Visit};
use crate::announcement::Department;
use crate::assign::{
    Group, Spot, TaskSeats, Visit as Task, each_seat, filling::fill, fits, groups_of, may_go, pool_of, seated,
};
use crate::draw::Entry;
use crate::encoding::count;
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use crate::register::Inspector;
use crate::seed::Tickets;

/// Who sits in a seat, and who would step in, in this order, as long as nothing else changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitutes {
    /// Who sits there now.
    pub out: Id,
    /// The first comes in; if that one is taken out too, the next.
    pub chain: Vec<Id>,
}

/// A target, where it is, and the visit that ends for it.
struct Place<'s> {
    target: &'s Id,
    spot: Spot<'s>,
    ended: Option<&'s Visit>,
}

impl<'a> State<'a> {
    /// Who would step in at a seat, in order.
    ///
    /// # Errors
    /// [`Code::SubstituteTarget`], [`Code::SubstituteFinished`], [`Code::SubstituteSeat`].
    pub fn substitutes(&self, target: &Id, department: &Id, seat: u64) -> Result<Substitutes> {
        let visit = self.open_visit(target)?;
        let found = visit.seats.iter().find(|found| (&found.department, found.number) == (department, seat));
        let Some((group, out)) = found.and_then(|found| Some((&found.group, found.inspector.clone()?))) else {
            let fault = Fault::new(Code::SubstituteSeat).fact("target", target);
            return Err(fault.fact("department", department).fact("seat", seat));
        };
        let cells = self.entry(visit.cell, target).map_or(&[][..], |entry| &entry.cells);
        let place = Place { target, spot: self.spots.spot(department, cells), ended: None };
        let list = self.list(target, department).into_iter();
        let chain = list.filter(|inspector| self.can_take(inspector, group, &place) && !visit.has(&inspector.id));
        Ok(Substitutes { out, chain: chain.map(|inspector| inspector.id.clone()).collect() })
    }

    /// The change that the lists give for a seat.
    ///
    /// # Errors
    /// As [`State::substitutes`].
    pub fn replace_inspector(&self, target: &Id, department: &Id, seat: u64) -> Result<Change> {
        let Substitutes { out, chain } = self.substitutes(target, department, seat)?;
        let replacement = chain.into_iter().next();
        Ok(Change::Inspector { target: target.clone(), department: department.clone(), seat, out, replacement })
    }

    /// The change that the reserves give for a target.
    ///
    /// # Errors
    /// [`Code::SubstituteTarget`], [`Code::SubstituteFinished`], [`Code::SubstituteInfeasible`].
    pub fn replace_target(&self, target: &Id) -> Result<Change> {
        let visit = self.open_visit(target)?;
        let replacement = match self.reserve(visit.cell) {
            None => None,
            Some(entry) => {
                let id = Id::parse(&entry.id)?;
                let team = self.team(&id, entry, visit).map_err(|fault| fault.fact("target", target))?;
                Some((id, team))
            }
        };
        Ok(Change::Target { target: target.clone(), replacement })
    }

    /// Makes a change that is claimed, if it is the one that the lists give.
    ///
    /// # Errors
    /// [`Code::SubstituteDiffers`], [`Code::SubstituteOut`], and as [`State::replace_inspector`] and
    /// [`State::replace_target`].
    pub fn apply(&mut self, claimed: &Change) -> Result<()> {
        let right = match claimed {
            Change::Inspector { target, department, seat, .. } => self.replace_inspector(target, department, *seat)?,
            Change::Target { target, .. } => self.replace_target(target)?,
        };
        if let (Change::Inspector { out: found, .. }, Change::Inspector { out: expected, .. }) = (claimed, &right)
            && found != expected
        {
            return Err(Fault::new(Code::SubstituteOut).fact("found", found).fact("expected", expected));
        }
        if *claimed != right {
            let (found, expected) = (who_comes(claimed), who_comes(&right));
            return Err(Fault::new(Code::SubstituteDiffers).fact("found", found).fact("expected", expected));
        }
        self.make(&right);
        Ok(())
    }

    /// The team of a target that comes in while another's visit ends.
    fn team(&self, target: &Id, entry: &Entry, ended: &Visit) -> Result<Vec<NewSeat>> {
        let mut team = Vec::new();
        for Department { id: department, .. } in &self.facts.announcement.departments {
            let groups = groups_of(self.facts.announcement, self.facts.binding, department, entry);
            if groups.is_empty() {
                continue;
            }
            let place = Place { target, spot: self.spots.spot(department, &entry.cells), ended: Some(ended) };
            let comes = match self.facts.announcement.team.crews_of(department) {
                None => self.persons(department, &groups, &place),
                Some(_) => self.crew(department, groups.clone(), &place),
            };
            let Some(comes) = comes else {
                let seats = count(each_seat(&groups).count());
                let fault = Fault::new(Code::SubstituteInfeasible).fact("reserve", target);
                return Err(fault.fact("department", department).fact("seats", seats));
            };
            let comes = comes.into_iter().zip(1..);
            team.extend(comes.map(|(inspector, seat)| NewSeat { department: department.clone(), seat, inspector }));
        }
        Ok(team)
    }

    /// The persons who fill these seats, each the first of the list who leaves the rest fillable.
    fn persons(&self, department: &Id, groups: &[(Group, u64)], place: &Place<'_>) -> Option<Vec<Id>> {
        let list = self.list(place.target, department);
        let lists: Vec<Vec<usize>> = groups
            .iter()
            .map(|(group, _)| {
                let can = |(_, inspector): &(usize, &&Inspector)| self.can_take(inspector, group, place);
                list.iter().enumerate().filter(can).map(|(index, _)| index).collect()
            })
            .collect();
        let seats = groups.iter().zip(0..).flat_map(|((_, seats), group)| (0..*seats).map(move |_| group));
        let filled = fill(&seats.collect::<Vec<usize>>(), &lists, list.len())?;
        filled.into_iter().map(|index| list.get(index).map(|inspector| inspector.id.clone())).collect()
    }

    /// The first crew on the target's list of which everybody can come.
    fn crew(&self, department: &Id, groups: Vec<(Group, u64)>, place: &Place<'_>) -> Option<Vec<Id>> {
        let announcement = self.facts.announcement;
        let outcome = self.facts.outcome.departments.iter().find(|outcome| outcome.id == *department)?;
        let tickets = self.tickets(department);
        let mut crews: Vec<_> = outcome.crews.iter().collect();
        crews.sort_by_cached_key(|crew| (tickets.pair(place.target, crew.name.as_str()), &crew.name));
        let pool = pool_of(self.facts.inspectors, department);
        let one = |index: u32| usize::try_from(index).ok().and_then(|index| pool.get(index)).copied();
        let task = Task { seats: TaskSeats { id: place.target.clone(), groups }, spot: place.spot };
        let by_ticket = |list: &mut Vec<u32>| {
            list.sort_by_cached_key(|index| one(*index).map(|one| (tickets.pair(place.target, &one.id), &one.id)));
        };
        crews.into_iter().find_map(|crew| {
            let all_can = crew.members.iter().all(|index| one(*index).is_some_and(|one| self.can_come(one, place)));
            let seated = seated(announcement, crew, &task, &pool, by_ticket).filter(|_| all_can)?;
            seated.into_iter().map(|index| one(index).map(|one| one.id.clone())).collect()
        })
    }

    /// A target's own list of a department's inspectors, from its beginning (SPEC §10.3).
    fn list(&self, target: &Id, department: &Id) -> Vec<&'a Inspector> {
        let tickets = self.tickets(department);
        let mut list = pool_of(self.facts.inspectors, department);
        list.sort_by_cached_key(|inspector| (tickets.pair(target, &inspector.id), &inspector.id));
        list
    }

    /// The tickets of a department's lists.
    fn tickets(&self, department: &Id) -> Tickets {
        self.facts.lots.tickets(&format!("assign/{department}"))
    }

    /// Whether an inspector may sit at such a seat, has capacity left, and was never taken out.
    fn can_take(&self, inspector: &Inspector, group: &Group, place: &Place<'_>) -> bool {
        fits(inspector, group) && self.can_come(inspector, place)
    }

    /// The same, whatever the seat.
    fn can_come(&self, inspector: &Inspector, place: &Place<'_>) -> bool {
        let load = self.loads.get(&inspector.id).copied().unwrap_or(0);
        let freed = u64::from(place.ended.is_some_and(|visit| visit.has(&inspector.id)));
        may_go(self.facts.announcement, inspector, &place.spot)
            && !self.facts.recusals.bar(place.target.as_str(), inspector.id.as_str())
            && load.saturating_sub(freed) < u64::from(inspector.capacity)
            && !self.taken_out.contains(&inspector.id)
    }

    /// The row of a target of a cell.
    fn entry(&self, cell: usize, target: &Id) -> Option<&'a Entry> {
        let cell = self.facts.outcome.selection.cells.get(cell)?;
        cell.drawn.iter().chain(&cell.reserves).find(|entry| entry.id == target.as_str())
    }
}

/// Who comes in, for a fault.
fn who_comes(change: &Change) -> String {
    let nobody = || "(nobody)".to_owned();
    match change {
        Change::Inspector { replacement, .. } => replacement.as_ref().map_or_else(nobody, ToString::to_string),
        Change::Target { replacement: None, .. } => nobody(),
        Change::Target { replacement: Some((id, team)), .. } => {
            let seat = |seat: &NewSeat| format!("{} {} {}", seat.department, seat.seat, seat.inspector);
            format!("{id} ({})", team.iter().map(seat).collect::<Vec<_>>().join(", "))
        }
    }
}
