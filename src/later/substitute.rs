//! Who steps in (SPEC §10.6): the lists of the draw say it in advance, and nobody chooses.

use super::bodies::{Change, NewSeat};
use super::matching::fill;
use super::state::{State, TeamSeat, Visit};
use crate::assign::{Group, may_sit};
use crate::draw::Entry;
use crate::encoding::count;
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use crate::register::Inspector;

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
    region: Option<&'s str>,
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
        let entry = self.entry(visit.cell, target);
        let place = Place { target, region: entry.and_then(|entry| self.region_of(entry)), ended: None };
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
        let seats = self.empty_seats(entry);
        let place = Place { target, region: self.region_of(entry), ended: Some(ended) };
        let mut team = Vec::with_capacity(seats.len());
        for of_department in seats.chunk_by(|a, b| a.department == b.department) {
            let Some(TeamSeat { department, .. }) = of_department.first() else { continue };
            let list = self.list(target, department);
            let mut groups: Vec<&Group> = Vec::new();
            let mut group_of = Vec::with_capacity(of_department.len());
            for seat in of_department {
                let known = groups.iter().position(|group| **group == seat.group);
                group_of.push(known.unwrap_or(groups.len()));
                if known.is_none() {
                    groups.push(&seat.group);
                }
            }
            let lists: Vec<Vec<usize>> = groups
                .iter()
                .map(|group| {
                    let can = |(_, inspector): &(usize, &&Inspector)| self.can_take(inspector, group, &place);
                    list.iter().enumerate().filter(can).map(|(index, _)| index).collect()
                })
                .collect();
            let Some(filled) = fill(&group_of, &lists, list.len()) else {
                let fault = Fault::new(Code::SubstituteInfeasible).fact("reserve", target);
                return Err(fault.fact("department", department).fact("seats", count(of_department.len())));
            };
            for (seat, index) in of_department.iter().zip(filled) {
                let inspector = list.get(index).map(|inspector| inspector.id.clone());
                team.extend(inspector.map(|inspector| NewSeat {
                    department: department.clone(),
                    seat: seat.number,
                    inspector,
                }));
            }
        }
        Ok(team)
    }

    /// A target's own list of a department's inspectors, from its beginning (SPEC §10.3).
    fn list(&self, target: &Id, department: &Id) -> Vec<&'a Inspector> {
        let tickets = self.facts.lots.tickets(&format!("assign/{department}"));
        let of_department = |inspector: &&Inspector| inspector.department == *department;
        let mut list: Vec<&Inspector> = self.facts.inspectors.iter().filter(of_department).collect();
        list.sort_by_cached_key(|inspector| (tickets.pair(target, &inspector.id), &inspector.id));
        list
    }

    /// Whether an inspector may sit at such a seat, has capacity left, and was never taken out.
    fn can_take(&self, inspector: &Inspector, group: &Group, place: &Place<'_>) -> bool {
        let load = self.loads.get(&inspector.id).copied().unwrap_or(0);
        let freed = u64::from(place.ended.is_some_and(|visit| visit.has(&inspector.id)));
        may_sit(self.facts.announcement, inspector, group, place.region)
            && !self.facts.recusals.bar(place.target.as_str(), inspector.id.as_str())
            && load.saturating_sub(freed) < u64::from(inspector.capacity)
            && !self.taken_out.contains(&inspector.id)
    }

    /// The row of a target of a cell.
    fn entry(&self, cell: usize, target: &Id) -> Option<&'a Entry> {
        let cell = self.facts.outcome.selection.cells.get(cell)?;
        cell.drawn.iter().chain(&cell.reserves).find(|entry| entry.id == target.as_str())
    }

    /// Where a target is, if the team asks for it.
    fn region_of<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        self.region.map(|column| entry.cells.get(column).map_or("", String::as_str))
    }
}

/// Who comes in, for a fault.
fn who_comes(change: &Change) -> String {
    let nobody = || "nobody".to_owned();
    match change {
        Change::Inspector { replacement, .. } => replacement.as_ref().map_or_else(nobody, ToString::to_string),
        Change::Target { replacement: None, .. } => nobody(),
        Change::Target { replacement: Some((id, team)), .. } => {
            let seat = |seat: &NewSeat| format!("{} {} {}", seat.department, seat.seat, seat.inspector);
            format!("{id} ({})", team.iter().map(seat).collect::<Vec<_>>().join(", "))
        }
    }
}
