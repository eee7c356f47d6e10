//! Filling all seats lawfully, or showing some seats that need more than their inspectors can give (SPEC §10.1).

use super::flow::{Flow, Problem, index};
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

/// Inspectors that may be looked at while looking for fewer tasks, all attempts together: less than a second's work. Until
/// then the tasks are as few as can be: none can be left out.
const WORK: usize = 16_000_000;

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
fn explain(flow: &mut Flow, search: &mut Search) -> Deficit {
    let mut tasks = tasks_of(flow, search);
    shrink(flow, search, &mut tasks);
    // what the search of these tasks alone reaches is closed: its seats have nobody but its inspectors
    let all_filled = try_all(flow, search, &tasks).0;
    debug_assert!(!all_filled, "tasks that cannot be filled are filled");
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

/// Leaves out tasks, many at once and then fewer, as long as the others cannot all be filled. What can be filled can be
/// filled with less beside it, so a task that was needed once is needed for good, and one pass over single tasks is enough.
fn shrink(flow: &mut Flow, search: &mut Search, tasks: &mut Vec<u32>) {
    let (mut work, mut size) = (0_usize, tasks.len().div_ceil(2));
    while size > 0 {
        let mut kept: Vec<u32> = Vec::new();
        let mut left: &[u32] = &std::mem::take(tasks);
        while let Some(chunk) = left.get(..size.min(left.len())).filter(|chunk| !chunk.is_empty()) {
            let rest = left.get(chunk.len()..).unwrap_or_default();
            let without = [kept.as_slice(), rest].concat();
            let needed = work >= WORK || {
                let (filled, tried) = try_all(flow, search, &without);
                work = work.saturating_add(tried);
                filled
            };
            if needed {
                kept.extend_from_slice(chunk);
            }
            left = rest;
        }
        *tasks = kept;
        size = if size == 1 { 0 } else { size.div_ceil(2).min(tasks.len()) };
    }
}

/// Begins anew and fills the seats of these tasks, until one cannot be filled: whether all could, and how many
/// inspectors were looked at for that.
fn try_all(flow: &mut Flow, search: &mut Search, tasks: &[u32]) -> (bool, usize) {
    start_over(flow, search);
    let mut tried = 0_usize;
    for seat in tasks.iter().flat_map(|&task| flow.seats_of(task)).collect::<Vec<u32>>() {
        tried = tried.saturating_add(flow.eligible(seat).len());
        if !fill(flow, search, seat) {
            return (false, tried);
        }
    }
    (true, tried)
}

/// The most of these seats that can be filled at once.
fn places(flow: &mut Flow, search: &mut Search, seats: &[u32]) -> u64 {
    start_over(flow, search);
    count(seats.iter().filter(|&&seat| fill(flow, search, seat)).count())
}

fn start_over(flow: &mut Flow, search: &mut Search) {
    flow.clear();
    search.renew();
}

fn count(length: usize) -> u64 {
    u64::from(index(length))
}
