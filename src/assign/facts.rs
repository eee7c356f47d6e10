//! The facts before the lottery: which seats a target has, and who may sit there (SPEC §10, §10.1).

use super::flow::{Inspector as Place, Problem, Task};
use crate::announcement::{Announcement, Beyond, Item, SeatEntry, StationMode, Team};
use crate::draw::{Binding, Entry};
use crate::fault::Result;
use crate::ident::Id;
use crate::register::{Expert, Inspector, Recusals};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Seats of one kind in one target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Whether the holder leads.
    pub leader: bool,
    /// What the holder must be qualified for.
    pub qualifications: Vec<Id>,
    /// Whether it is an expert's.
    pub expert: bool,
}

impl Group {
    /// What a seat entry asks for.
    #[must_use]
    pub fn of(entry: &SeatEntry) -> Self {
        Self { leader: entry.leader, qualifications: entry.qualifications.clone(), expert: entry.expert }
    }

    /// A seat that asks for nothing: of those whom a crew has beyond the seats.
    #[must_use]
    pub fn any() -> Self {
        Self { leader: false, qualifications: Vec::new(), expert: false }
    }
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
        each_seat(&self.groups).map(|group| group.leader)
    }
}

/// What each seat asks for, in the order of seats.
///
/// ```
/// # use yaohao::assign::{Group, each_seat};
/// assert_eq!(each_seat(&[(Group::any(), 2)]).count(), 2);
/// ```
pub fn each_seat(groups: &[(Group, u64)]) -> impl Iterator<Item = Group> + '_ {
    groups.iter().flat_map(|(group, seats)| (0..*seats).map(move |_| group.clone()))
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
            let group = Group::of(entry);
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

/// Where a target is, as far as the team asks: what decides who may go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot<'a> {
    /// Its region.
    pub region: Option<&'a str>,
    /// Its station, and whose inspectors go there.
    pub station: Option<(&'a str, StationMode)>,
}

/// The columns of targets that say where one is.
#[derive(Debug, Clone)]
pub struct Spots {
    region: Option<usize>,
    stations: BTreeMap<Id, (usize, StationMode)>,
}

impl Spots {
    /// Finds the columns that the announcement's team names.
    ///
    /// # Errors
    /// [`crate::fault::Code::ColumnUnknown`].
    pub fn of(announcement: &Announcement) -> Result<Self> {
        let schema = announcement.targets_schema();
        let team = &announcement.team;
        let stations = team.stations.iter().map(|stations| {
            let column = schema.column(stations.column.as_str())?;
            Ok((stations.department.clone(), (column, stations.mode)))
        });
        Ok(Self {
            region: team.region.as_ref().map(|column| schema.column(column.as_str())).transpose()?,
            stations: stations.collect::<Result<_>>()?,
        })
    }

    /// Where a target with these cells is, for a department.
    #[must_use]
    pub fn spot<'e>(&self, department: &Id, cells: &'e [impl AsRef<str>]) -> Spot<'e> {
        let cell = |column: usize| cells.get(column).map_or("", AsRef::as_ref);
        let station = self.stations.get(department).map(|(column, mode)| (cell(*column), *mode));
        Spot { region: self.region.map(cell), station }
    }
}

/// Whether an inspector's certificate lasts through the window.
#[must_use]
pub fn lasts(announcement: &Announcement, inspector: &Inspector) -> bool {
    inspector.valid_from <= announcement.window_from && inspector.valid_to >= announcement.window_to
}

/// Whether an inspector of the right department may go to such a target, whatever the seat, apart from recusals.
#[must_use]
pub fn may_go(announcement: &Announcement, inspector: &Inspector, spot: &Spot<'_>) -> bool {
    lasts(announcement, inspector)
        && spot.region.is_none_or(|region| works_in(&announcement.team, inspector, region))
        && spot.station.is_none_or(|station| serves(inspector, station))
}

/// Whether an inspector goes to targets of a station, by what stations decide there.
pub(super) fn serves(inspector: &Inspector, (station, mode): (&str, StationMode)) -> bool {
    let known = !station.is_empty() && !inspector.station.is_empty();
    known && (inspector.station == station) == (mode == StationMode::Own)
}

/// Whether an inspector works in a region, or may go there by a law that the team names.
pub(super) fn works_in(team: &Team, inspector: &Inspector, region: &str) -> bool {
    let beyond = |beyond: &Beyond| region.starts_with(beyond.to.as_str()) && inspector.regions.begin_with(&beyond.from);
    inspector.regions.cover(region) || team.beyond.iter().any(beyond)
}

/// Whether an inspector is what such a seat asks for.
#[must_use]
pub fn fits(inspector: &Inspector, group: &Group) -> bool {
    let right = match inspector.expert {
        Expert::No => !group.expert,
        Expert::Only => group.expert,
        Expert::Also => true,
    };
    right
        && (!group.leader || inspector.lead)
        && group.qualifications.iter().all(|wanted| inspector.qualifications.binary_search(wanted).is_ok())
}

/// Whether an inspector of the right department may sit at a seat of this kind, apart from recusals (SPEC §10.1).
#[must_use]
pub fn may_sit(announcement: &Announcement, inspector: &Inspector, group: &Group, spot: &Spot<'_>) -> bool {
    may_go(announcement, inspector, spot) && fits(inspector, group)
}

/// A task of one department: its seats, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Visit<'a> {
    pub(crate) seats: TaskSeats,
    pub(crate) spot: Spot<'a>,
}

/// The tasks of a department, ascending by id.
pub(super) fn visits<'a>(
    announcement: &Announcement,
    binding: &Binding,
    spots: &Spots,
    department: &Id,
    drawn: &[&'a Entry],
) -> Result<Vec<Visit<'a>>> {
    let mut visits: Vec<Visit<'a>> = Vec::new();
    for entry in drawn {
        let groups = groups_of(announcement, binding, department, entry);
        if !groups.is_empty() {
            let seats = TaskSeats { id: Id::parse(&entry.id)?, groups };
            visits.push(Visit { seats, spot: spots.spot(department, &entry.cells) });
        }
    }
    visits.sort_by(|a, b| a.seats.id.cmp(&b.seats.id));
    Ok(visits)
}

/// The problem of a department that sends single inspectors.
pub(super) fn problem(
    announcement: &Announcement,
    visits: &[Visit<'_>],
    pool: &[&Inspector],
    recusals: &Recusals<'_>,
) -> Problem {
    let mut eligible = Eligible { announcement, pool, known: BTreeMap::new() };
    let tasks = visits.iter().map(|visit| {
        let barred = recusals.of(visit.seats.id.as_str());
        let groups = visit.seats.groups.iter().map(|(group, _)| {
            let mut candidates = eligible.of(group, visit.spot);
            if let Some(barred) = barred {
                candidates.retain(|index| !pooled(pool, *index).is_some_and(|one| barred.contains(&one.id)));
            }
            candidates
        });
        Task { groups: groups.collect(), seats: visit.seats.seats() }
    });
    let tasks = tasks.collect();
    Problem { inspectors: pool.iter().map(|inspector| place(announcement, inspector)).collect(), tasks }
}

/// What an inspector can take on.
pub(super) fn place(announcement: &Announcement, inspector: &Inspector) -> Place {
    let carried = if announcement.team.carried { inspector.carried } else { 0 };
    Place { capacity: inspector.capacity, carried }
}

/// An inspector by its index in a pool.
pub(super) fn pooled<'a>(pool: &[&'a Inspector], index: u32) -> Option<&'a Inspector> {
    usize::try_from(index).ok().and_then(|index| pool.get(index)).copied()
}

/// Who may sit at seats of one kind in one place, apart from recusals. Tasks of one place share the answer.
struct Eligible<'a> {
    announcement: &'a Announcement,
    pool: &'a [&'a Inspector],
    known: BTreeMap<(Group, Spot<'a>), Vec<u32>>,
}

impl<'a> Eligible<'a> {
    fn of(&mut self, group: &Group, spot: Spot<'a>) -> Vec<u32> {
        let Self { announcement, pool, known } = self;
        let find = || {
            let pool = pool.iter().zip(0_u32..);
            let may = pool.filter(|(inspector, _)| may_sit(announcement, inspector, group, &spot));
            may.map(|(_, index)| index).collect()
        };
        known.entry((group.clone(), spot)).or_insert_with(find).clone()
    }
}
