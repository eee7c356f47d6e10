//! Filling all seats lawfully, or showing some seats that need more than their inspectors can give (SPEC §10.1).

use super::flow::{Flow, index};
use super::scc::Search;

/// Tasks that cannot all be served.
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

/// More parts, or parts of more seats, are not tried one by one.
const PARTS: usize = 200;
const SEATS: usize = 2_000;

/// Makes an empty flow a lawful assignment, and already fairly even.
pub(super) fn fill_all(flow: &mut Flow, search: &mut Search) -> Result<(), Deficit> {
    for seat in 0..flow.seats() {
        if !fill(flow, search, seat) {
            return Err(explain(flow, search));
        }
    }
    Ok(())
}

/// Fills one more seat, if possible with the inspector of least load and without moving anybody.
///
/// If it is impossible, nothing changes, and the search has reached everything that could have helped. No arc leaves
/// that set, nobody in it has room, and filling other seats changes neither; so it need not be entered again.
fn fill(flow: &mut Flow, search: &mut Search, seat: u32) -> bool {
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
    let mut seats: Vec<u32> = search.reached().iter().copied().filter(|&node| node < flow.seats()).collect();
    seats.sort_unstable();
    shrink(flow, search, &mut seats, |flow, seat| (flow.task_of(seat), 0));
    shrink(flow, search, &mut seats, |flow, seat| (flow.task_of(seat), flow.group_of(seat)));
    let mut tasks: Vec<u32> = seats.iter().map(|&seat| flow.task_of(seat)).collect();
    tasks.dedup();
    let mut inspectors: Vec<u32> = seats.iter().flat_map(|&seat| flow.eligible(seat)).copied().collect();
    inspectors.sort_unstable();
    inspectors.dedup();
    let within = |&seat: &u32| flow.eligible(seat).iter().all(|k| inspectors.binary_search(k).is_ok());
    let seats: Vec<u32> = tasks.iter().flat_map(|&task| flow.seats_of(task)).filter(within).collect();
    let places = places(flow, search, &seats);
    Deficit { tasks, seats: count(seats.len()), inspectors, places }
}

/// Leaves out part after part as long as the rest still lacks places.
fn shrink(flow: &mut Flow, search: &mut Search, seats: &mut Vec<u32>, part: impl Fn(&Flow, u32) -> (u32, u32)) {
    let mut parts: Vec<(u32, u32)> = seats.iter().map(|&seat| part(flow, seat)).collect();
    parts.sort_unstable();
    parts.dedup();
    if parts.len() > PARTS || seats.len() > SEATS {
        return;
    }
    for each in parts {
        let rest: Vec<u32> = seats.iter().copied().filter(|&seat| part(flow, seat) != each).collect();
        start_over(flow, search);
        if !rest.iter().all(|&seat| fill(flow, search, seat)) {
            *seats = rest;
        }
    }
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
