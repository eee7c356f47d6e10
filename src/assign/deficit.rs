//! Filling all seats lawfully, or showing some seats that need more than their inspectors can give (SPEC §10.1).

use super::flow::{Flow, NONE, Problem, index};
use super::scc::Search;

/// Tasks that cannot all be served, as few as can be: without any one of them, all seats of the others can be filled (up
/// to the bound of work of this module, which only departments of many ten thousand tasks reach).
///
/// The *seats in question* are the seats of `tasks` at which nobody may sit except `inspectors`. They are more than
/// `inspectors` can fill: `seats > places`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deficit {
    /// The tasks' indices, ascending.
    pub tasks: Vec<u32>,
    /// The number of seats in question.
    pub seats: u64,
    /// The inspectors' indices, ascending: all who may sit at a seat in question.
    pub inspectors: Vec<u32>,
    /// The most seats in question that these inspectors can fill, within their capacities and at most one per task.
    pub places: u64,
}

/// Seats and inspectors that may be entered while looking for fewer tasks, all attempts together: less than a second's work.
/// Until then the tasks are as few as can be: none can be left out.
const WORK: u64 = 8_000_000;

/// Makes an empty flow a lawful assignment, and already fairly even.
pub(super) fn fill_all(flow: &mut Flow, search: &mut Search) -> Result<(), Deficit> {
    for seat in 0..flow.seats() {
        if !fill(flow, search, seat) {
            return Err(explain(flow, search));
        }
    }
    Ok(())
}

/// The most seats that can be filled at once. A seat that cannot be filled beside those before it cannot be filled beside
/// more either, so it is passed over for good.
pub(super) fn most_filled(problem: &Problem) -> u64 {
    let mut flow = Flow::new(problem);
    let mut search = Search::new(&flow);
    let seats: Vec<u32> = (0..flow.seats()).collect();
    places(&mut flow, &mut search, &seats)
}

/// Fills one more seat, if possible with the inspector of least load and without moving anybody.
///
/// If it is impossible, nothing changes, and the search has reached everything that could have helped. No arc leaves
/// that set, nobody in it has room, and filling other seats changes neither; so it need not be entered again.
pub(super) fn fill(flow: &mut Flow, search: &mut Search, seat: u32) -> bool {
    let seats = flow.seats();
    let mut best: Option<(u64, u32)> = None;
    for &k in flow.eligible(seat) {
        let better = flow.is_open(k) && best.is_none_or(|(load, _)| flow.load(k) < load);
        if better && flow.step(seat, k) == Some(seats + k) {
            best = Some((flow.load(k), k));
        }
    }
    let walk = match best {
        Some((_, k)) => vec![seat, seats + k],
        None => match search.find(flow, seat, |node| node >= seats && flow.is_open(node - seats)) {
            Some(walk) => walk,
            None => return false,
        },
    };
    flow.apply(&walk);
    if best.is_none() {
        search.renew();
    }
    true
}

/// Explains why the search for the last seat failed. Uses up the assignment.
///
/// Seats that can be filled together are the independent sets of a matroid (they are linked to places by a flow), and what
/// the failed search reached is the circuit that this seat closes: without any one of these seats, all others can be filled.
/// So if no other seat of their tasks is empty, no task can be left out, and nothing is to be tried.
fn explain(flow: &mut Flow, search: &mut Search) -> Deficit {
    let mut tasks = tasks_of(flow, search);
    let mut empty = keep_only(flow, search, &tasks);
    if empty.len() > 1 {
        shrink(flow, search, &mut tasks, &mut empty);
    }
    // what the search from an empty seat reaches is closed: its seats have nobody but its inspectors
    search.renew();
    let filled = empty.first().is_some_and(|&seat| fill(flow, search, seat));
    debug_assert!(!filled, "tasks that cannot be filled are filled");
    let reached = search.reached().iter().filter(|&&node| node < flow.seats());
    let mut inspectors: Vec<u32> = reached.flat_map(|&seat| flow.eligible(seat)).copied().collect();
    inspectors.sort_unstable();
    inspectors.dedup();
    let within = |&seat: &u32| flow.eligible(seat).iter().all(|k| inspectors.binary_search(k).is_ok());
    let seats: Vec<u32> = tasks.iter().flat_map(|&task| flow.seats_of(task)).filter(within).collect();
    tasks.retain(|&task| flow.seats_of(task).any(|seat| within(&seat)));
    let places = places(flow, search, &seats);
    Deficit { tasks, seats: count(seats.len()), inspectors, places }
}

/// The tasks whose seats the last search has reached, ascending.
fn tasks_of(flow: &Flow, search: &Search) -> Vec<u32> {
    let seats = search.reached().iter().copied().filter(|&node| node < flow.seats());
    let mut tasks: Vec<u32> = seats.map(|seat| flow.task_of(seat)).collect();
    tasks.sort_unstable();
    tasks.dedup();
    tasks
}

/// Empties the seats of all other tasks, and fills as many of these as can be: gives the seats that stay empty.
fn keep_only(flow: &mut Flow, search: &mut Search, tasks: &[u32]) -> Vec<u32> {
    let other = |&seat: &u32| tasks.binary_search(&flow.task_of(seat)).is_err();
    let others: Vec<u32> = (0..flow.seats()).filter(other).collect();
    flow.empty(&others);
    fill_rest(flow, search, tasks.iter().flat_map(|&task| flow.seats_of(task)).collect())
}

/// Fills as many of these seats as can be: gives those that stay empty.
fn fill_rest(flow: &mut Flow, search: &mut Search, mut seats: Vec<u32>) -> Vec<u32> {
    seats.retain(|&seat| flow.holder(seat) == NONE);
    search.renew();
    seats.retain(|&seat| !fill(flow, search, seat));
    seats
}

/// Leaves out task after task, as long as the others cannot all be filled. What can be filled can be filled with less
/// beside it, so a task that was needed once is needed for good, and one pass is enough. Of the others only those stay
/// that the failed search has reached; when none fails, the seats are as they were.
fn shrink(flow: &mut Flow, search: &mut Search, tasks: &mut Vec<u32>, empty: &mut Vec<u32>) {
    let (mut work, mut next) = (0_u64, 0_u32);
    while let Some(&task) = tasks.iter().find(|&&task| task >= next) {
        if work >= WORK {
            return;
        }
        next = task.saturating_add(1);
        let own: Vec<u32> = flow.seats_of(task).collect();
        flow.begin_journal();
        flow.empty(&own);
        search.renew();
        let mut others = empty.iter().filter(|seat| !own.contains(seat));
        let entered = search.entered();
        let failed = others.any(|&seat| !fill(flow, search, seat));
        work = work.saturating_add(search.entered().saturating_sub(entered)).saturating_add(1);
        if failed {
            flow.end_journal(false);
            *tasks = tasks_of(flow, search);
            *empty = keep_only(flow, search, tasks);
        } else {
            flow.end_journal(true);
        }
    }
}

/// The most of these seats that can be filled at once.
fn places(flow: &mut Flow, search: &mut Search, seats: &[u32]) -> u64 {
    let others: Vec<u32> = (0..flow.seats()).filter(|seat| seats.binary_search(seat).is_err()).collect();
    flow.empty(&others);
    let empty = fill_rest(flow, search, seats.to_vec());
    count(seats.len().saturating_sub(empty.len()))
}

fn count(length: usize) -> u64 {
    u64::from(index(length))
}
