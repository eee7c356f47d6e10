//! Crews: inspectors who go together (SPEC §10.7). A crew is drawn as one person would be; who makes it, the register or
//! the lottery, was announced.

use super::facts::{Group, Spot, Visit, each_seat, fits, may_go, place, pooled, seats_of};
use super::filling::fill;
use super::flow::{Inspector as Place, Problem, Task, index};
use super::lottery::assign;
use crate::announcement::{Announcement, CrewKind};
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use crate::register::{Inspector, Recusals};
use crate::seed::{Lots, Tickets};
use std::collections::BTreeMap;

/// Inspectors who go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crew {
    /// Its name: the register's, or its number where the lottery made it.
    pub name: String,
    /// Who is in it: positions in the department's pool.
    pub members: Vec<u32>,
}

/// The crews of a department, ascending by name or number, given or drawn.
///
/// # Errors
/// [`Code::IdForm`] cannot happen.
pub(super) fn crews(
    announcement: &Announcement,
    kind: CrewKind,
    department: &Id,
    pool: &[&Inspector],
    lots: &Lots,
) -> Result<Vec<Crew>> {
    match kind {
        CrewKind::Given => Ok(given(pool)),
        CrewKind::Drawn => drawn(announcement, department, pool, lots),
    }
}

fn given(pool: &[&Inspector]) -> Vec<Crew> {
    let mut crews: BTreeMap<&String, Vec<u32>> = BTreeMap::new();
    for (inspector, index) in pool.iter().zip(0_u32..).filter(|(inspector, _)| !inspector.crew.is_empty()) {
        crews.entry(&inspector.crew).or_default().push(index);
    }
    crews.into_iter().map(|(name, members)| Crew { name: name.clone(), members }).collect()
}

/// As many crews as can be made of those who work in the same regions, and where stations decide at the same station, one
/// part after the other.
fn drawn(announcement: &Announcement, department: &Id, pool: &[&Inspector], lots: &Lots) -> Result<Vec<Crew>> {
    let layout = layout(announcement, department);
    let tickets = lots.tickets(&format!("crews/{department}"));
    let by_station = announcement.team.stations.iter().any(|stations| stations.department == *department);
    let mut parts: BTreeMap<(String, &str), Vec<u32>> = BTreeMap::new();
    let anywhere = Spot { region: None, station: None };
    for (inspector, index) in pool.iter().zip(0_u32..) {
        if inspector.capacity > 0 && may_go(announcement, inspector, &anywhere) {
            let station = if by_station { inspector.station.as_str() } else { "" };
            parts.entry((inspector.regions.to_string(), station)).or_default().push(index);
        }
    }
    let mut crews = Vec::new();
    for people in parts.into_values() {
        form(&layout, pool, &people, &tickets, &mut crews)?;
    }
    Ok(crews)
}

/// The kinds of a crew's seats, in the order of seats: every item asks for the same (SPEC §6.1).
fn layout(announcement: &Announcement, department: &Id) -> Vec<Group> {
    let seats = announcement.items.iter().map(|item| seats_of(department, [item]));
    let groups = seats.into_iter().find(|groups| !groups.is_empty()).unwrap_or_default();
    each_seat(&groups).collect()
}

/// Makes crews of some people, the greatest number that can be made, and numbers them on.
fn form(layout: &[Group], pool: &[&Inspector], people: &[u32], tickets: &Tickets, crews: &mut Vec<Crew>) -> Result<()> {
    let first = index(crews.len()).saturating_add(1);
    let number = |crew: u32| Id::parse(&first.saturating_add(crew).to_string());
    let problem = |crews: u32| formation(layout, pool, people, crews);
    // what can be made of some can be made of fewer
    let (mut most, mut too_many) = (0, index(people.len() / layout.len().max(1)).saturating_add(1));
    while too_many.saturating_sub(most) > 1 {
        let middle = most.midpoint(too_many);
        match assign(&problem(middle), &[], |_, _| ()) {
            Ok(_) => most = middle,
            Err(_) => too_many = middle,
        }
    }
    let order: Vec<u32> = (0..most).collect();
    let id_of = |person: &u32| {
        let index = usize::try_from(*person).ok().and_then(|position| people.get(position));
        index.and_then(|index| pooled(pool, *index)).map(|inspector| &inspector.id)
    };
    let list = |crew: u32, candidates: &mut Vec<u32>| {
        let Ok(crew) = number(crew) else { return };
        candidates.sort_by_cached_key(|person| id_of(person).map(|id| (tickets.pair(&crew, id), id)));
    };
    let formed = assign(&problem(most), &order, list).map_err(|_| Fault::new(Code::AssignInfeasible))?;
    for (seats, crew) in formed.into_iter().zip(0..) {
        let members = seats.iter().filter_map(|seat| people.get(usize::try_from(seat.inspector).ok()?).copied());
        crews.push(Crew { name: number(crew)?.to_string(), members: members.collect() });
    }
    Ok(())
}

/// Crews as tasks that want everybody once.
fn formation(layout: &[Group], pool: &[&Inspector], people: &[u32], crews: u32) -> Problem {
    let fitting = |group: &Group| -> Vec<u32> {
        let people = people.iter().zip(0_u32..);
        let fitting = people.filter(|(person, _)| pooled(pool, **person).is_some_and(|one| fits(one, group)));
        fitting.map(|(_, index)| index).collect()
    };
    let task = Task { seats: (0..index(layout.len())).collect(), groups: layout.iter().map(fitting).collect() };
    Problem {
        inspectors: people.iter().map(|_| Place { capacity: 1, carried: 0 }).collect(),
        tasks: (0..crews).map(|_| task.clone()).collect(),
    }
}

/// What a task asks of a crew: seats, and the place.
type Asked<'a> = (&'a [(Group, u64)], Spot<'a>);

/// The problem of a department that sends crews: each stands for one inspector, each task has one seat.
pub(super) fn problem(
    announcement: &Announcement,
    visits: &[Visit<'_>],
    crews: &[Crew],
    pool: &[&Inspector],
    recusals: &Recusals<'_>,
) -> Problem {
    // a crew that nobody is barred from serves all targets of one kind and place, or none
    let mut known: BTreeMap<Asked<'_>, Vec<u32>> = BTreeMap::new();
    let tasks = visits.iter().map(|visit| {
        let find = || {
            let able =
                crews.iter().zip(0_u32..).filter(|(crew, _)| seated(announcement, crew, visit, pool, |_| ()).is_some());
            able.map(|(_, index)| index).collect()
        };
        let able: &Vec<u32> = known.entry((&visit.seats.groups, visit.spot)).or_insert_with(find);
        let barred = recusals.of(visit.seats.id.as_str());
        let free = |index: &&u32| {
            let crew = usize::try_from(**index).ok().and_then(|index| crews.get(index));
            let is_barred = |one: &Inspector| barred.is_some_and(|barred| barred.contains(&one.id));
            crew.is_some_and(|crew| !crew.members.iter().filter_map(|index| pooled(pool, *index)).any(is_barred))
        };
        Task { seats: vec![0], groups: vec![able.iter().filter(free).copied().collect()] }
    });
    let tasks = tasks.collect();
    let places = |crew: &Crew| -> Place {
        let members =
            || crew.members.iter().filter_map(|index| pooled(pool, *index)).map(|one| place(announcement, one));
        Place {
            capacity: members().map(|place| place.capacity).min().unwrap_or(0),
            carried: members().map(|place| place.carried).max().unwrap_or(0),
        }
    };
    Problem { inspectors: crews.iter().map(places).collect(), tasks }
}

/// Who of a crew sits where at a task, recusals apart: first the seats that the task asks for, then one for everybody else
/// of the crew. `None` if somebody may not go there, or if not all seats can be filled. `sort` puts people in the order of
/// the task's own list.
pub(crate) fn seated(
    announcement: &Announcement,
    crew: &Crew,
    visit: &Visit<'_>,
    pool: &[&Inspector],
    sort: impl Fn(&mut Vec<u32>),
) -> Option<Vec<u32>> {
    let may = |index: &u32| pooled(pool, *index).is_some_and(|one| may_go(announcement, one, &visit.spot));
    if !crew.members.iter().all(may) {
        return None;
    }
    let mut list = crew.members.clone();
    sort(&mut list);
    fills(&list, &visit.seats.groups, pool)
}

/// The people of a list in the order of the seats that they fill, then everybody else; `None` if they do not fill them.
pub(super) fn fills(list: &[u32], groups: &[(Group, u64)], pool: &[&Inspector]) -> Option<Vec<u32>> {
    let groups: Vec<Group> = each_seat(groups).collect();
    if list.len() < groups.len() {
        return None;
    }
    let fitting = |group: &Group| {
        let people = list.iter().enumerate();
        let fitting = people.filter(|(_, index)| pooled(pool, **index).is_some_and(|one| fits(one, group)));
        fitting.map(|(position, _)| position).collect::<Vec<usize>>()
    };
    let lists: Vec<Vec<usize>> = groups.iter().map(fitting).collect();
    let seats: Vec<usize> = (0..groups.len()).collect();
    let filled = fill(&seats, &lists, list.len())?;
    let rest = (0..list.len()).filter(|position| !filled.contains(position));
    filled.iter().copied().chain(rest).map(|position| list.get(position).copied()).collect()
}
