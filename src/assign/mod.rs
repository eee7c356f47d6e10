//! Second random: which inspectors visit which target (SPEC §10).

mod deficit;
mod facts;
mod flow;
mod lottery;
mod scc;
#[cfg(test)]
mod tests;

pub use deficit::Deficit;
pub use facts::{Group, TaskSeats, groups_of, may_sit, seats_of};
pub use flow::{Inspector as Place, Problem, Task};
pub use lottery::{Seating, assign};

use crate::announcement::Announcement;
use crate::draw::{Binding, Entry};
use crate::encoding::{Digest, count};
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use crate::join;
use crate::register::{Inspector, Recusals, format_row};
use crate::seed::Lots;

/// Most seats and inspectors of one department; the engine numbers both together in 32 bits.
const MOST: usize = 1 << 30;

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
}

/// Assigns inspectors to all drawn targets, department by department.
///
/// # Errors
/// [`Code::AssignInfeasible`] names the targets and the inspectors that show why; [`Code::LimitInspectors`].
pub fn assign_all(
    announcement: &Announcement,
    binding: &Binding,
    drawn: &[&Entry],
    inspectors: &[Inspector],
    recusals: &Recusals<'_>,
    lots: &Lots,
) -> Result<Vec<DepartmentOutcome>> {
    let region = region_column(announcement)?;
    let departments: Vec<&Id> = announcement.departments.iter().map(|department| &department.id).collect();
    let one = |department: &Id| {
        let pool: Vec<&Inspector> = inspectors.iter().filter(|inspector| inspector.department == *department).collect();
        let (tasks, problem) = facts::problem(announcement, binding, region, department, drawn, &pool, recusals)?;
        draw_department(department, &tasks, &problem, &pool, lots)
    };
    join::map(departments, one).into_iter().collect()
}

/// The column of targets that decides where inspectors go, if the team asks for one.
///
/// # Errors
/// [`Code::ColumnUnknown`].
pub fn region_column(announcement: &Announcement) -> Result<Option<usize>> {
    let column = announcement.team.region.as_ref();
    column.map(|column| announcement.targets_schema().column(column.as_str())).transpose()
}

fn draw_department(
    department: &Id,
    tasks: &[TaskSeats],
    problem: &Problem,
    pool: &[&Inspector],
    lots: &Lots,
) -> Result<DepartmentOutcome> {
    let seats: usize = problem.tasks.iter().map(|task| task.seats.len()).sum();
    if seats.max(pool.len()).saturating_add(pool.len()) > MOST {
        return Err(Fault::new(Code::LimitInspectors).fact("limit", MOST));
    }
    let task_tickets = lots.tickets("tasks");
    let pair_tickets = lots.tickets(&format!("assign/{department}"));
    let mut order: Vec<(Digest, &Id, u32)> =
        tasks.iter().zip(0..).map(|(task, index)| (task_tickets.ticket(task.id.as_str()), &task.id, index)).collect();
    order.sort();
    let order: Vec<u32> = order.into_iter().map(|(_, _, index)| index).collect();
    let list = |task: u32, candidates: &mut Vec<u32>| sort_list(&pair_tickets, tasks, pool, task, candidates);
    let seatings = assign(problem, &order, list).map_err(|deficit| infeasible(department, tasks, &deficit))?;
    let mut loads: Vec<(Id, u64)> = pool.iter().map(|inspector| (inspector.id.clone(), 0)).collect();
    let mut out = Vec::with_capacity(seats);
    for (task, seating) in tasks.iter().zip(seatings) {
        for ((seat, number), leader) in seating.iter().zip(1_u64..).zip(task.leaders()) {
            let index = usize::try_from(seat.inspector).unwrap_or(usize::MAX);
            let Some((inspector, load)) = loads.get_mut(index) else { continue };
            *load = load.saturating_add(1);
            out.push(Seat {
                target: task.id.clone(),
                number,
                leader,
                inspector: inspector.clone(),
                possible: u64::from(seat.possible),
            });
        }
    }
    Ok(DepartmentOutcome { id: department.clone(), seats: out, loads })
}

/// Puts candidates in the order of the task's own list (SPEC §10.3).
fn sort_list(
    tickets: &crate::seed::Tickets,
    tasks: &[TaskSeats],
    pool: &[&Inspector],
    task: u32,
    candidates: &mut [u32],
) {
    let Some(task) = usize::try_from(task).ok().and_then(|index| tasks.get(index)) else { return };
    let id = |candidate: &u32| {
        usize::try_from(*candidate).ok().and_then(|index| pool.get(index)).map(|inspector| &inspector.id)
    };
    candidates.sort_by_cached_key(|candidate| id(candidate).map(|id| (tickets.pair(&task.id, id), id)));
}

fn infeasible(department: &Id, tasks: &[TaskSeats], deficit: &Deficit) -> Fault {
    const NAMED: usize = 5;
    let names: Vec<&str> = deficit
        .tasks
        .iter()
        .filter_map(|index| tasks.get(usize::try_from(*index).ok()?))
        .map(|task| task.id.as_str())
        .collect();
    let mut which = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        which.push_str(", …");
    }
    Fault::new(Code::AssignInfeasible)
        .fact("department", department)
        .fact("tasks", names.len())
        .fact("which", which)
        .fact("seats", deficit.seats)
        .fact("inspectors", deficit.inspectors.len())
        .fact("places", deficit.places)
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
