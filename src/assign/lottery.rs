//! Second random: tasks choose their inspectors in turn, among the even assignments only (SPEC §10.2–§10.4).
//!
//! An even assignment is a flow of least cost. Costs are convex, so two of them differ by cycles of the residual
//! network that cost nothing: `k` can sit at `s` if it does, or if the arc by which `s` goes to `k` lies on such a
//! cycle. A simple cycle goes through the end at most once, where `a` keeps one more and `b` one less, and is free
//! only if `load(b) = load(a) + 1`; the levels of [`Flow::build_levels`] stand for exactly these passages. A cycle
//! through two different levels would split into one that costs and one that saves, and in a flow of least cost
//! nothing saves. So every cycle is free, and an arc lies on one if and only if its ends are in one component.

use std::collections::BinaryHeap;

use super::deficit::{Deficit, fill_all};
use super::flow::{Flow, Problem, index};
use super::scc::Search;

/// Who sits at a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seating {
    /// The inspector's index.
    pub inspector: u32,
    /// How many inspectors hold this seat in some even assignment (SPEC §10.4), at least 1.
    pub possible: u32,
}

/// Draws one department's assignment (SPEC §10.2, §10.3): for every task, for every seat, who sits there.
///
/// `order` lists the tasks in the order in which they choose. `list(task, inspectors)` gets those who may sit at
/// any seat of the task, ascending, and puts them in the order of the task's own list. Tasks that `order` leaves
/// out come last, ascending; a seat whose list has nobody for it keeps one of the inspectors possible for it.
///
/// # Errors
///
/// No lawful assignment exists; the [`Deficit`] shows why.
pub fn assign(
    problem: &Problem,
    order: &[u32],
    list: impl Fn(u32, &mut Vec<u32>),
) -> Result<Vec<Vec<Seating>>, Deficit> {
    let mut flow = Flow::new(problem);
    let mut search = Search::new(&flow);
    fill_all(&mut flow, &mut search)?;
    even_out(&mut flow, &mut search);
    flow.build_levels();
    let mut search = Search::new(&flow);
    search.divide(&flow);
    let possible: Vec<u32> = (0..flow.seats()).map(|seat| possible(&flow, &mut search, seat)).collect();
    for task in order.iter().copied().chain(0..index(problem.tasks.len())) {
        choose(&mut flow, &mut search, task, &list);
    }
    let mut seatings = (0..).zip(possible).map(|(seat, possible)| Seating { inspector: flow.holder(seat), possible });
    Ok(problem.tasks.iter().map(|task| seatings.by_ref().take(task.seats.len()).collect()).collect())
}

/// Lowers the sum of squared loads to its least (SPEC §10.2): wherever the residual network leads from `b` to some
/// `a` with room and `load(b) ≥ load(a) + 2`, a task's worth of load goes that way, largest `load(b)` first.
///
/// Where a search from load H fails, it has seen a set that no arc leaves and in which nobody with room has a load
/// below H − 1. Later searches start at H or lower and look for less, so they need not enter this set, so it never
/// changes, and every node is part of at most one failed search.
fn even_out(flow: &mut Flow, search: &mut Search) {
    let seats = flow.seats();
    let mut heap: BinaryHeap<(u64, u32)> = (0..flow.nodes() - seats).map(|k| (flow.load(k), k)).collect();
    search.renew();
    while let Some((load, b)) = heap.pop() {
        if flow.load(b) != load {
            continue;
        }
        let lower = |node: u32| node >= seats && flow.is_open(node - seats) && flow.load(node - seats) + 2 <= load;
        let Some(walk) = search.find(flow, seats + b, lower) else {
            search.wall_off();
            continue;
        };
        flow.apply(&walk);
        search.renew();
        let ends = walk.first().into_iter().chain(walk.last());
        heap.extend(ends.map(|&node| (flow.load(node - seats), node - seats)));
    }
}

/// The number of inspectors who hold the seat in some even assignment (SPEC §10.4).
fn possible(flow: &Flow, search: &mut Search, seat: u32) -> u32 {
    search.stay_with(seat);
    let holder = flow.holder(seat);
    let can = |&&k: &&u32| k == holder || flow.step(seat, k).is_some_and(|node| search.may_enter(node));
    index(flow.eligible(seat).iter().filter(can).count())
}

/// Lets a task choose for all its seats; nothing happens if it has chosen before.
fn choose(flow: &mut Flow, search: &mut Search, task: u32, list: &impl Fn(u32, &mut Vec<u32>)) {
    let seats = flow.seats_of(task);
    if seats.clone().all(|seat| flow.is_fixed(seat)) {
        return;
    }
    let mut groups: Vec<(u32, u32)> = seats.clone().map(|seat| (flow.group_of(seat), seat)).collect();
    groups.sort_unstable();
    groups.dedup_by_key(|&mut (group, _)| group);
    let mut inspectors: Vec<u32> = groups.iter().flat_map(|&(_, seat)| flow.eligible(seat)).copied().collect();
    inspectors.sort_unstable();
    inspectors.dedup();
    list(task, &mut inspectors);
    for seat in seats {
        search.divide_if_wasteful(flow);
        take_first(flow, search, seat, &inspectors);
        flow.fix(seat);
    }
}

/// Gives a seat to the first in the list for whom some even assignment has all seats fixed so far and this one.
///
/// The components may be older than what is fixed by now: moves along cycles keep them, and fixing only splits them.
/// So who is not in the seat's component cannot come to sit there, and for the others a search has to show it.
fn take_first(flow: &mut Flow, search: &mut Search, seat: u32, list: &[u32]) {
    let holder = flow.holder(seat);
    search.renew();
    search.stay_with(seat);
    for &k in list.iter().filter(|&&k| flow.may_sit(k, seat)) {
        if k == holder {
            return;
        }
        let Some(start) = flow.step(seat, k).filter(|&node| search.may_enter(node)) else { continue };
        if let Some(walk) = search.find(flow, start, |node| flow.way_back(node, seat).is_some()) {
            let via = walk.last().and_then(|&node| flow.way_back(node, seat));
            let mut cycle: Vec<u32> = [seat].into_iter().chain(walk).chain(via).chain([seat]).collect();
            cycle.dedup();
            flow.apply(&cycle);
            return;
        }
    }
}
