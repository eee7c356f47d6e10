//! The facts before the lottery: which seats a target has, and who may sit there (SPEC §10, §10.1).

use super::flow::{Inspector as Place, Problem, Task};
use crate::announcement::{Announcement, Item};
use crate::draw::{Binding, Entry};
use crate::fault::Result;
use crate::ident::Id;
use crate::register::{Inspector, Recusals};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Seats of one kind in one target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Whether the holder leads.
    pub leader: bool,
    /// What the holder must be qualified for.
    pub qualifications: Vec<Id>,
}

/// The seats of one department in one target: groups with their counts, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSeats {
    /// The target.
    pub id: Id,
    /// Groups in order of seats.
    pub groups: Vec<(Group, u64)>,
}

impl TaskSeats {
    /// For each seat in order, the index of its group.
    fn seats(&self) -> Vec<u32> {
        let runs = self.groups.iter().zip(0_u32..);
        runs.flat_map(|((_, seats), group)| (0..*seats).map(move |_| group)).collect()
    }

    /// For each seat in order, whether its holder leads.
    pub fn leaders(&self) -> impl Iterator<Item = bool> + '_ {
        self.groups.iter().flat_map(|(group, seats)| (0..*seats).map(move |_| group.leader))
    }
}

/// The seats of a department in a target to which these items apply: seat entries of one kind are one group, as large as
/// the largest among the items.
#[must_use]
pub fn seats_of<'a>(department: &Id, items: impl IntoIterator<Item = &'a Item>) -> Vec<(Group, u64)> {
    let mut groups: Vec<(Group, u64)> = Vec::new();
    for item in items {
        // within one item entries of one kind add up; between items the larger counts
        let mut of_item: Vec<(Group, u64)> = Vec::new();
        for entry in item.seats.iter().filter(|entry| entry.department == *department) {
            let group = Group { leader: entry.leader, qualifications: entry.qualifications.clone() };
            match of_item.iter_mut().find(|(other, _)| *other == group) {
                Some((_, seats)) => *seats = seats.saturating_add(entry.count),
                None => of_item.push((group, entry.count)),
            }
        }
        for (group, seats) in of_item {
            match groups.iter_mut().find(|(other, _)| *other == group) {
                Some((_, most)) => *most = seats.max(*most),
                None => groups.push((group, seats)),
            }
        }
    }
    groups
}

/// The seats of a department in a target.
#[must_use]
pub fn groups_of(announcement: &Announcement, binding: &Binding, department: &Id, entry: &Entry) -> Vec<(Group, u64)> {
    let cells: Vec<Cow<'_, str>> = entry.cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect();
    seats_of(department, binding.items_of(&cells).filter_map(|index| announcement.items.get(index)))
}

/// Whether an inspector of the right department may sit at a seat of this kind, apart from recusals (SPEC §10.1).
/// `place` is the target's region, where the team asks for one.
#[must_use]
pub fn may_sit(announcement: &Announcement, inspector: &Inspector, group: &Group, place: Option<&str>) -> bool {
    inspector.valid_from <= announcement.window_from
        && inspector.valid_to >= announcement.window_to
        && (!group.leader || inspector.lead)
        && group.qualifications.iter().all(|wanted| inspector.qualifications.binary_search(wanted).is_ok())
        && place.is_none_or(|place| inspector.regions.cover(place))
}

/// One department's problem: its tasks with seats, ascending by id, and who may sit where. `pool` are its inspectors.
pub(super) fn problem(
    announcement: &Announcement,
    binding: &Binding,
    region: Option<usize>,
    department: &Id,
    drawn: &[&Entry],
    pool: &[&Inspector],
    recusals: &Recusals<'_>,
) -> Result<(Vec<TaskSeats>, Problem)> {
    let mut tasks: Vec<(TaskSeats, &str)> = Vec::new();
    for entry in drawn {
        let groups = groups_of(announcement, binding, department, entry);
        if !groups.is_empty() {
            let place = region.and_then(|column| entry.cells.get(column)).map_or("", String::as_str);
            tasks.push((TaskSeats { id: Id::parse(&entry.id)?, groups }, place));
        }
    }
    tasks.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let mut eligible = Eligible { announcement, region: region.is_some(), pool, known: BTreeMap::new() };
    let solved = tasks.iter().map(|(task, place)| {
        let groups = task.groups.iter().map(|(group, _)| {
            let candidates = eligible.of(group, place);
            let barred =
                |index: &u32| eligible_id(pool, *index).is_some_and(|id| recusals.bar(task.id.as_str(), id.as_str()));
            candidates.into_iter().filter(|index| !barred(index)).collect()
        });
        Task { groups: groups.collect(), seats: task.seats() }
    });
    let solved = solved.collect();
    let carried = |inspector: &Inspector| if announcement.team.carried { inspector.carried } else { 0 };
    let inspectors =
        pool.iter().map(|inspector| Place { capacity: inspector.capacity, carried: carried(inspector) }).collect();
    Ok((tasks.into_iter().map(|(task, _)| task).collect(), Problem { inspectors, tasks: solved }))
}

fn eligible_id<'a>(pool: &[&'a Inspector], index: u32) -> Option<&'a Id> {
    usize::try_from(index).ok().and_then(|index| pool.get(index)).map(|inspector| &inspector.id)
}

/// Who may sit at seats of one kind in one place, apart from recusals. Tasks of one place share the answer.
struct Eligible<'a> {
    announcement: &'a Announcement,
    region: bool,
    pool: &'a [&'a Inspector],
    known: BTreeMap<(Group, String), Vec<u32>>,
}

impl Eligible<'_> {
    fn of(&mut self, group: &Group, place: &str) -> Vec<u32> {
        let region = self.region.then_some(place);
        let key = (group.clone(), place.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found: Vec<u32> = self
            .pool
            .iter()
            .zip(0_u32..)
            .filter(|(inspector, _)| may_sit(self.announcement, inspector, group, region))
            .map(|(_, index)| index)
            .collect();
        self.known.insert(key, found.clone());
        found
    }
}
