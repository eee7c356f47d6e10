//! Second random: which inspectors visit which target (SPEC §10).

mod crew_shortage;
mod crews;
mod deficit;
mod facts;
pub(crate) mod filling;
mod flow;
mod lottery;
mod obstacles;
mod parts;
mod scc;
mod shortage;
#[cfg(test)]
mod tests;
mod unfilled;

pub use crews::Crew;
pub(crate) use crews::seated;
pub use deficit::Deficit;
pub(crate) use facts::Visit;
pub use facts::{Group, Spot, Spots, TaskSeats, each_seat, fits, groups_of, lasts, may_go, may_sit, seats_of};
pub use flow::{Inspector as Place, Problem, Task};
pub use lottery::{Seating, assign};
pub use obstacles::{Obstacle, obstacles, obstacles_to_crew};
pub use unfilled::{Filled, More, Side};

use crate::announcement::{Announcement, CrewKind};
use crate::draw::{Binding, Entry};
use crate::encoding::{Digest, count};
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use crate::join;
use crate::register::{Inspector, Recusals, format_row};
use crate::seed::{Lots, Tickets};
use crew_shortage::CrewShortage;
use facts::pooled;
use shortage::Shortage;

/// Most seats and inspectors of one department; the engine numbers both together in 32 bits.
const MOST: u64 = 1 << 30;

/// One seat of one target, and who sits there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The target.
    pub target: Id,
    /// The seat's number in the department, from 1.
    pub number: u64,
    /// Whether its holder leads.
    pub leader: bool,
    /// Who sits there.
    pub inspector: Id,
    /// How many could have (SPEC §10.4).
    pub possible: u64,
}

/// The assignment of one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentOutcome {
    /// The department.
    pub id: Id,
    /// Its seats, ascending by target, then number.
    pub seats: Vec<Seat>,
    /// Its inspectors who are not excluded, with the number of targets that each got, ascending by id.
    pub loads: Vec<(Id, u64)>,
    /// Its crews, if it sends crews; members are positions in `loads`.
    pub crews: Vec<Crew>,
}

/// Assigns inspectors to all drawn targets, department by department.
///
/// # Errors
/// [`Code::AssignInfeasible`] and [`Code::AssignCrews`] name the targets and the inspectors that show why;
/// [`Code::LimitInspectors`].
pub fn assign_all(
    announcement: &Announcement,
    binding: &Binding,
    drawn: &[&Entry],
    inspectors: &[Inspector],
    recusals: &Recusals<'_>,
    lots: &Lots,
) -> Result<Vec<DepartmentOutcome>> {
    let spots = Spots::of(announcement)?;
    let departments: Vec<&Id> = announcement.departments.iter().map(|department| &department.id).collect();
    let one = |department: &Id| {
        let visits = facts::visits(announcement, binding, &spots, department, drawn)?;
        let pool = pool_of(inspectors, department);
        let table = Table { announcement, department, visits: &visits, pool: &pool, recusals, lots };
        match announcement.team.crews_of(department) {
            None => table.persons(),
            Some(kind) => table.crews(kind),
        }
    };
    join::map(departments, one).into_iter().collect()
}

/// The inspectors of a department, ascending by id as they all are.
#[must_use]
pub fn pool_of<'a>(inspectors: &'a [Inspector], department: &Id) -> Vec<&'a Inspector> {
    inspectors.iter().filter(|inspector| inspector.department == *department).collect()
}

/// One department's side of the lottery.
struct Table<'a> {
    announcement: &'a Announcement,
    department: &'a Id,
    visits: &'a [Visit<'a>],
    pool: &'a [&'a Inspector],
    recusals: &'a Recusals<'a>,
    lots: &'a Lots,
}

impl Table<'_> {
    /// Persons are drawn one by one.
    fn persons(&self) -> Result<DepartmentOutcome> {
        self.must_fit()?;
        let problem = facts::problem(self.announcement, self.visits, self.pool, self.recusals);
        let name = |index| pooled(self.pool, index).map(|inspector| inspector.id.as_str());
        let seatings = self.draw(&problem, name)?.map_err(|deficit| self.infeasible(&deficit))?;
        let teams = seatings.into_iter().map(|seats| seats.into_iter().map(|seat| (seat.inspector, seat.possible)));
        Ok(self.outcome(teams.map(Iterator::collect), Vec::new()))
    }

    /// Crews are drawn, and each goes as a whole.
    fn crews(&self, kind: CrewKind) -> Result<DepartmentOutcome> {
        self.must_fit()?;
        let crews = crews::crews(self.announcement, kind, self.department, self.pool, self.lots)?;
        let problem = crews::problem(self.announcement, self.visits, &crews, self.pool, self.recusals);
        let crew = |index: u32| usize::try_from(index).ok().and_then(|index| crews.get(index));
        let seatings = self.draw(&problem, |index| crew(index).map(|crew| crew.name.as_str()))?;
        let seatings = seatings.map_err(|deficit| self.too_few_crews(&deficit, &crews))?;
        let tickets = self.tickets();
        let teams = self.visits.iter().zip(seatings).map(|(visit, seats)| {
            let Some((crew, possible)) = seats.first().and_then(|seat| Some((crew(seat.inspector)?, seat.possible)))
            else {
                return Vec::new();
            };
            let name = |index: u32| pooled(self.pool, index).map(|inspector| inspector.id.as_str());
            let sort = |list: &mut Vec<u32>| by_ticket(&tickets, &visit.seats.id, list, name);
            let seated = crews::seated(self.announcement, crew, visit, self.pool, sort).unwrap_or_default();
            seated.into_iter().map(|index| (index, possible)).collect()
        });
        let teams: Vec<Vec<(u32, u32)>> = teams.collect();
        Ok(self.outcome(teams.into_iter(), crews))
    }

    /// Refuses what cannot be numbered before anything of that size is made.
    fn must_fit(&self) -> Result<()> {
        let groups = self.visits.iter().flat_map(|visit| &visit.seats.groups);
        must_fit(groups.map(|(_, seats)| *seats), count(self.pool.len()))
    }

    /// Draws who goes where: inspectors, or crews; `name` is what their tickets are made of.
    fn draw<'n>(&self, problem: &Problem, name: impl Fn(u32) -> Option<&'n str> + Sync) -> Result<Drawn> {
        let task_tickets = self.lots.tickets("tasks");
        let ids = self.visits.iter().map(|visit| &visit.seats.id).zip(0..);
        let mut order: Vec<(Digest, &Id, u32)> =
            ids.map(|(id, index)| (task_tickets.ticket(id.as_str()), id, index)).collect();
        order.sort();
        let order: Vec<u32> = order.into_iter().map(|(_, _, index)| index).collect();
        let tickets = self.tickets();
        let list = |task: u32, candidates: &mut Vec<u32>| {
            let visit = usize::try_from(task).ok().and_then(|index| self.visits.get(index));
            visit.into_iter().for_each(|visit| by_ticket(&tickets, &visit.seats.id, candidates, &name));
        };
        Ok(assign(problem, &order, list))
    }

    /// The tickets of the department's lists (SPEC §10.3).
    fn tickets(&self) -> Tickets {
        self.lots.tickets(&format!("assign/{}", self.department))
    }

    /// The outcome from the teams of all tasks: who sits in each seat, and how many could.
    fn outcome(&self, teams: impl Iterator<Item = Vec<(u32, u32)>>, crews: Vec<Crew>) -> DepartmentOutcome {
        let mut loads: Vec<(Id, u64)> = self.pool.iter().map(|inspector| (inspector.id.clone(), 0)).collect();
        let mut seats = Vec::new();
        for (visit, team) in self.visits.iter().zip(teams) {
            // a crew may have more people than seats were asked for
            let leaders = visit.seats.leaders().chain(std::iter::repeat(false));
            for (((index, possible), number), leader) in team.into_iter().zip(1_u64..).zip(leaders) {
                let index = usize::try_from(index).unwrap_or(usize::MAX);
                let Some((inspector, load)) = loads.get_mut(index) else { continue };
                *load = load.saturating_add(1);
                seats.push(Seat {
                    target: visit.seats.id.clone(),
                    number,
                    leader,
                    inspector: inspector.clone(),
                    possible: u64::from(possible),
                });
            }
        }
        DepartmentOutcome { id: self.department.clone(), seats, loads, crews }
    }

    fn infeasible(&self, deficit: &Deficit) -> Fault {
        let Self { announcement, visits, pool, recusals, .. } = *self;
        let fault = self.short(Code::AssignInfeasible, deficit);
        Shortage { announcement, visits, pool, recusals, deficit }.tell(fault)
    }

    fn too_few_crews(&self, deficit: &Deficit, crews: &[Crew]) -> Fault {
        let Self { announcement, visits, pool, recusals, .. } = *self;
        let fault = self.short(Code::AssignCrews, deficit);
        CrewShortage { announcement, visits, crews, pool, recusals }.tell(fault, deficit)
    }

    /// What is short, and where.
    fn short(&self, code: Code, deficit: &Deficit) -> Fault {
        const NAMED: usize = 5;
        let names: Vec<&str> = deficit
            .tasks
            .iter()
            .filter_map(|index| self.visits.get(usize::try_from(*index).ok()?))
            .map(|visit| visit.seats.id.as_str())
            .collect();
        let mut which = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        if names.len() > NAMED {
            which.push_str(", …");
        }
        Fault::new(code)
            .fact("department", self.department)
            .fact("tasks", names.len())
            .fact("which", which)
            .fact("seats", deficit.seats)
            .fact("inspectors", deficit.inspectors.len())
            .fact("places", deficit.places)
    }
}

/// Who sits where, task by task, or what shows that not all seats can be filled.
type Drawn = std::result::Result<Vec<Vec<Seating>>, Deficit>;

/// Whether so many inspectors, and seats group by group, can be numbered.
fn must_fit(seats: impl IntoIterator<Item = u64>, people: u64) -> Result<()> {
    let seats = seats.into_iter().fold(0_u64, u64::saturating_add);
    if seats.max(people).saturating_add(people) > MOST {
        return Err(Fault::new(Code::LimitInspectors).fact("limit", MOST));
    }
    Ok(())
}

/// Puts candidates in the order of a task's own list (SPEC §10.3).
fn by_ticket<'n>(tickets: &Tickets, task: &Id, candidates: &mut [u32], name: impl Fn(u32) -> Option<&'n str>) {
    candidates.sort_by_cached_key(|candidate| name(*candidate).map(|name| (tickets.pair(task, name), name)));
}

/// assignments.csv (SPEC §10.5).
#[must_use]
pub fn to_csv(departments: &[DepartmentOutcome]) -> String {
    let mut rows: Vec<(&Id, &Id, &Seat)> = departments
        .iter()
        .flat_map(|department| department.seats.iter().map(|seat| (&seat.target, &department.id, seat)))
        .collect();
    rows.sort_by_key(|(target, department, seat)| (*target, *department, seat.number));
    let mut out = String::from("target,department,seat,inspector,possible\n");
    for (target, department, seat) in rows {
        let (number, possible) = (seat.number.to_string(), seat.possible.to_string());
        out.push_str(&format_row([target.as_str(), department.as_str(), &number, seat.inspector.as_str(), &possible]));
        out.push('\n');
    }
    out
}

impl DepartmentOutcome {
    /// Number of seats whose holder no lot could change.
    #[must_use]
    pub fn one_possible(&self) -> u64 {
        count(self.seats.iter().filter(|seat| seat.possible == 1).count())
    }
}
