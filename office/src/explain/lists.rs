//! Whose turn it was at each seat of a target, and who stood before on the target's own list (SPEC §10.3).

use super::Desk;
use crate::loads::crew_of;
use std::collections::{BTreeMap, BTreeSet};
use yaohao::assign::{
    Crew, DepartmentOutcome, Group, Obstacle, Spot, each_seat, groups_of, obstacles, obstacles_to_crew, pool_of,
};
use yaohao::draw::Entry;
use yaohao::encoding::Digest;
use yaohao::ident::Id;
use yaohao::register::Inspector;
use yaohao::seed::Tickets;

/// One seat, or one crew for all seats of a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The department.
    pub department: Id,
    /// The seat's number; none where a crew goes.
    pub seat: Option<u64>,
    /// Who sits there, or the name of the crew.
    pub holder: String,
    /// The holder's place on the target's own list, from 1.
    pub rank: u64,
    /// How many are on that list.
    pub of: u64,
    /// Who stood before, in the order of the list.
    pub before: Vec<Before>,
}

/// Somebody before the holder on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// An inspector, or the name of a crew.
    pub who: String,
    /// Why the seat is another's.
    pub why: Why,
}

/// Why somebody before the holder does not sit there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// May not.
    Unable(BTreeSet<Obstacle>),
    /// Sits in this team already.
    InTeam,
    /// Goes to as many targets as it can take, all of them targets whose turn came before.
    Full,
    /// Everything could not have been completed with this one: other seats unfilled, or loads less even.
    Passed,
}

impl Turn {
    /// How many before the holder may not sit there at all.
    #[must_use]
    pub fn unable(&self) -> usize {
        self.before.iter().filter(|before| matches!(before.why, Why::Unable(_))).count()
    }
}

/// The turns at a target, department by department; none if it was not drawn.
pub(super) fn turns(desk: &Desk<'_>, id: &Id, cells: &[String]) -> Vec<Turn> {
    let here = |department: &&DepartmentOutcome| department.seats.iter().any(|seat| seat.target == *id);
    let of = |department: &DepartmentOutcome| List::of(desk, department, id, cells).turns(department);
    desk.outcome.departments.iter().filter(here).flat_map(of).collect()
}

/// One target's list of a department.
struct List<'a> {
    desk: &'a Desk<'a>,
    id: &'a Id,
    pool: Vec<&'a Inspector>,
    tickets: Tickets,
    groups: Vec<(Group, u64)>,
    spot: Spot<'a>,
    /// How many targets whose turn came before each inspector goes to.
    earlier: BTreeMap<&'a Id, u64>,
}

impl<'a> List<'a> {
    fn of(desk: &'a Desk<'a>, department: &'a DepartmentOutcome, id: &'a Id, cells: &'a [String]) -> Self {
        let tickets = desk.lots.tickets("tasks");
        let turn = |target: &'a Id| (tickets.ticket(target.as_str()), target);
        let mine = turn(id);
        let mut earlier: BTreeMap<&Id, u64> = BTreeMap::new();
        for seat in department.seats.iter().filter(|seat| turn(&seat.target) < mine) {
            let count = earlier.entry(&seat.inspector).or_default();
            *count = count.saturating_add(1);
        }
        Self {
            desk,
            id,
            pool: pool_of(desk.registers.inspectors, &department.id),
            tickets: desk.lots.tickets(&format!("assign/{}", department.id)),
            groups: groups_at(desk, &department.id, cells),
            spot: desk.spots.spot(&department.id, cells),
            earlier,
        }
    }

    fn turns(&self, department: &DepartmentOutcome) -> Vec<Turn> {
        match self.desk.announcement.team.crews_of(&department.id) {
            None => self.persons(department),
            Some(_) => self.crew(department).into_iter().collect(),
        }
    }

    fn persons(&self, department: &DepartmentOutcome) -> Vec<Turn> {
        let mut list = self.pool.clone();
        list.sort_by_cached_key(|one| (self.tickets.pair(self.id, &one.id), &one.id));
        let seats = department.seats.iter().filter(|seat| seat.target == *self.id);
        let mut team: Vec<&Id> = Vec::new();
        let mut turns = Vec::new();
        for (seat, group) in seats.zip(each_seat(&self.groups)) {
            let before = list.iter().take_while(|one| one.id != seat.inspector);
            let before = before.map(|one| {
                let recused = self.desk.registers.recusals.bar(self.id.as_str(), one.id.as_str());
                let found = obstacles(self.desk.announcement, one, &group, &self.spot, recused);
                let why = match () {
                    () if !found.is_empty() => Why::Unable(found),
                    () if team.contains(&&one.id) => Why::InTeam,
                    () if self.is_full(one) => Why::Full,
                    () => Why::Passed,
                };
                Before { who: one.id.to_string(), why }
            });
            let before: Vec<Before> = before.collect();
            turns.push(Turn {
                department: department.id.clone(),
                seat: Some(seat.number),
                holder: seat.inspector.to_string(),
                rank: count(before.len()).saturating_add(1),
                of: count(list.len()),
                before,
            });
            team.push(&seat.inspector);
        }
        turns
    }

    fn crew(&self, department: &DepartmentOutcome) -> Option<Turn> {
        let crews = crew_list(department, self.id, &self.tickets);
        let seat = department.seats.iter().find(|seat| seat.target == *self.id)?;
        let holder = crew_of(department, &seat.inspector)?;
        let recused = |one: &Inspector| self.desk.registers.recusals.bar(self.id.as_str(), one.id.as_str());
        let before = crews.iter().take_while(|crew| crew.name != holder.name).map(|crew| {
            let found = obstacles_to_crew(self.desk.announcement, crew, &self.pool, &self.groups, &self.spot, recused);
            // a crew has room for as many targets as the one of its people who has least
            let is_full = || members(crew, &self.pool).any(|one| self.is_full(one));
            let why = match () {
                () if !found.is_empty() => Why::Unable(found),
                () if is_full() => Why::Full,
                () => Why::Passed,
            };
            Before { who: crew.name.clone(), why }
        });
        let before: Vec<Before> = before.collect();
        Some(Turn {
            department: department.id.clone(),
            seat: None,
            holder: holder.name.clone(),
            rank: count(before.len()).saturating_add(1),
            of: count(crews.len()),
            before,
        })
    }

    fn is_full(&self, one: &Inspector) -> bool {
        self.earlier.get(&one.id).copied().unwrap_or(0) >= u64::from(one.capacity)
    }
}

/// The seats of a department at a target with these cells.
pub(super) fn groups_at(desk: &Desk<'_>, department: &Id, cells: &[String]) -> Vec<(Group, u64)> {
    // only its cells are asked
    let entry = Entry { id: String::new(), cells: cells.to_vec(), ticket: Digest([0; 32]), weight: 1 };
    groups_of(desk.announcement, desk.registers.binding, department, &entry)
}

/// A department's crews in the order of a target's own list.
pub(super) fn crew_list<'a>(department: &'a DepartmentOutcome, target: &Id, tickets: &Tickets) -> Vec<&'a Crew> {
    let mut crews: Vec<&Crew> = department.crews.iter().collect();
    crews.sort_by_cached_key(|crew| (tickets.pair(target, crew.name.as_str()), &crew.name));
    crews
}

fn members<'a>(crew: &'a Crew, pool: &'a [&'a Inspector]) -> impl Iterator<Item = &'a Inspector> + 'a {
    crew.members.iter().filter_map(|index| usize::try_from(*index).ok().and_then(|index| pool.get(index)).copied())
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
