//! Second random: tasks choose their inspectors in turn, among the even assignments only (SPEC §10.2–§10.4).
//!
//! An even assignment is a flow of least cost. By convexity of the costs two of them differ by zero-cost cycles of
//! the residual network, so `k` can sit at `s` if it does, or if the arc `s` → `k` lies on such a cycle. A simple
//! cycle goes through the end at most once, keeping one more at `a` and one less at `b`, and is free only if
//! `load(b) = load(a) + 1`; the levels of [`Flow::build_levels`] stand for exactly these passages. A cycle through
//! two different levels would split into one that costs and one that saves, and in a flow of least cost nothing
//! saves; so every cycle is free, and an arc lies on one if and only if its ends are in the same component.

use super::deficit::{self, Deficit};
use super::flow::{Flow, Problem, index};
use super::scc::{Search, components};

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
/// out come last, ascending; a seat whose list has nobody for it takes one of the inspectors possible for it.
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
    for seat in 0..flow.seats() {
        if !flow.fill(&mut search, seat) {
            return Err(deficit::explain(&mut flow, &mut search));
        }
    }
    flow.even_out(&mut search);
    flow.build_levels();
    let zones = components(flow.nodes() + flow.level_count(), |node, i| flow.arc(node, i));
    let mut search = Search::new(&flow);
    search.set_zones(zones);
    let possible: Vec<u32> = (0..flow.seats()).map(|seat| possible(&flow, &mut search, seat)).collect();
    for task in order.iter().copied().chain(0..index(problem.tasks.len())) {
        choose(&mut flow, &mut search, task, &list);
    }
    let seating = |(seat, &possible): (u32, &u32)| Seating { inspector: flow.holder(seat), possible };
    let mut seatings = (0..).zip(&possible).map(seating);
    Ok(problem.tasks.iter().map(|task| seatings.by_ref().take(task.seats.len()).collect()).collect())
}

/// The number of inspectors who hold the seat in some even assignment.
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
        take_first(flow, search, seat, &inspectors);
        flow.fix(seat);
    }
}

/// Gives a seat to the first in the list for whom some even assignment has all seats fixed so far and this one.
fn take_first(flow: &mut Flow, search: &mut Search, seat: u32, list: &[u32]) {
    let holder = flow.holder(seat);
    let holder_node = flow.seats() + holder;
    search.renew();
    search.stay_with(seat);
    for &k in list.iter().filter(|&&k| flow.may_sit(k, seat)) {
        if k == holder {
            return;
        }
        // Components were made before anything was fixed. Moves along cycles keep them, and fixing only splits
        // them: who is not in the seat's component now cannot come to sit there, and others have to be tried.
        let Some(start) = flow.step(seat, k).filter(|&node| search.may_enter(node)) else { continue };
        if let Some(mut walk) = search.find(flow, start, |node| node == seat || node == holder_node) {
            walk.insert(0, seat);
            if walk.last() == Some(&holder_node) {
                walk.push(seat);
            }
            flow.apply(&walk);
            return;
        }
    }
}
