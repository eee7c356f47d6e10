//! Second random: tasks choose their inspectors in turn, among the even assignments only (SPEC §10.2–§10.4).
//!
//! An even assignment is a flow of least cost. Costs are convex, so two of them differ by cycles of the residual
//! network that cost nothing: `k` can sit at `s` if it does, or if the arc by which `s` goes to `k` lies on such a
//! cycle. A simple cycle goes through the end at most once, where `a` keeps one more and `b` one less, and is free
//! only if `load(b) = load(a) + 1`; the levels of [`Flow::build_levels`] stand for exactly these passages. A cycle
//! through two different levels would split into one that costs and one that saves, and in a flow of least cost
//! nothing saves. So every cycle is free, and an arc lies on one if and only if its ends are in one component.

use std::collections::BinaryHeap;

use super::deficit::{Deficit, fill, fill_all};
use super::flow::{Flow, NONE, Problem, at, index};
use super::parts::{Part, parts};
use super::scc::Search;
use crate::join;

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
    list: impl Fn(u32, &mut Vec<u32>) + Sync,
) -> Result<Vec<Vec<Seating>>, Deficit> {
    let Some(parts) = parts(problem) else { return solve(problem, order, &list) };
    let mut place = vec![(0_u32, 0_u32); problem.tasks.len()];
    for (part, number) in parts.iter().zip(0..) {
        for (&task, position) in part.tasks.iter().zip(0..) {
            place.get_mut(at(task)).into_iter().for_each(|place| *place = (number, position));
        }
    }
    let mut orders = vec![Vec::new(); parts.len()];
    for &(part, position) in order.iter().filter_map(|&task| place.get(at(task))) {
        orders.get_mut(at(part)).into_iter().for_each(|order| order.push(position));
    }
    let solved = join::map(parts.into_iter().zip(orders).collect(), |(part, order)| {
        let seatings = part.solve(&order, &list);
        (part.tasks, seatings)
    });
    let mut whole = vec![Vec::new(); problem.tasks.len()];
    for (tasks, seatings) in solved {
        // of several parts that cannot be filled the first is told
        for (task, seating) in tasks.into_iter().zip(seatings?) {
            whole.get_mut(at(task)).into_iter().for_each(|whole| whole.clone_from(&seating));
        }
    }
    Ok(whole)
}

impl Part {
    /// Draws this part; inspectors and tasks are told by their positions in the whole.
    fn solve(&self, order: &[u32], list: &(impl Fn(u32, &mut Vec<u32>) + Sync)) -> Result<Vec<Vec<Seating>>, Deficit> {
        let of = |all: &[u32], position: u32| all.get(at(position)).copied().unwrap_or(NONE);
        let own_list = |task: u32, candidates: &mut Vec<u32>| {
            candidates.iter_mut().for_each(|k| *k = of(&self.inspectors, *k));
            list(of(&self.tasks, task), candidates);
            // both ascend, so a position is found by looking
            let inside = |k: &u32| self.inspectors.binary_search(k).ok().map(index);
            *candidates = candidates.iter().filter_map(inside).collect();
        };
        let mut seatings = solve(&self.problem, order, &own_list).map_err(|deficit| Deficit {
            tasks: deficit.tasks.iter().map(|&task| of(&self.tasks, task)).collect(),
            inspectors: deficit.inspectors.iter().map(|&k| of(&self.inspectors, k)).collect(),
            ..deficit
        })?;
        for seating in seatings.iter_mut().flatten() {
            seating.inspector = of(&self.inspectors, seating.inspector);
        }
        Ok(seatings)
    }
}

/// Draws a problem as one.
fn solve(
    problem: &Problem,
    order: &[u32],
    list: &(impl Fn(u32, &mut Vec<u32>) + Sync),
) -> Result<Vec<Vec<Seating>>, Deficit> {
    let mut flow = Flow::new(problem);
    let mut search = Search::new(&flow);
    fill_all(&mut flow, &mut search)?;
    even_out(&mut flow, &mut search);
    let lists = Lists::new(&flow, index(problem.tasks.len()), list);
    prefer(&mut flow, order, &lists);
    flow.build_levels();
    let mut search = Search::new(&flow);
    search.divide(&flow);
    let possible: Vec<u32> = (0..flow.seats()).map(|seat| possible(&flow, &mut search, seat)).collect();
    for task in order.iter().copied().chain(0..index(problem.tasks.len())) {
        choose(&mut flow, &mut search, task, lists.of(task));
    }
    let mut seatings = (0..).zip(possible).map(|(seat, possible)| Seating { inspector: flow.holder(seat), possible });
    Ok(problem.tasks.iter().map(|task| seatings.by_ref().take(task.seats.len()).collect()).collect())
}

/// The lists of all tasks: everybody who may sit at some seat of a task, in the task's own order.
struct Lists {
    /// List of task `t`: `all[first[t]..first[t + 1]]`.
    all: Vec<u32>,
    first: Vec<usize>,
}

/// Tasks whose lists one thread makes at a time.
const CHUNK: u32 = 1_024;

impl Lists {
    fn new(flow: &Flow, tasks: u32, list: &(impl Fn(u32, &mut Vec<u32>) + Sync)) -> Self {
        let chunks: Vec<u32> = (0..tasks.div_ceil(CHUNK)).collect();
        let pieces = join::map(chunks, |chunk| {
            let (mut piece, mut lengths) = (Vec::new(), Vec::new());
            for task in chunk * CHUNK..tasks.min((chunk + 1) * CHUNK) {
                let mut inspectors = everybody(flow, task);
                list(task, &mut inspectors);
                lengths.push(inspectors.len());
                piece.append(&mut inspectors);
            }
            (piece, lengths)
        });
        let mut all = Vec::with_capacity(pieces.iter().map(|(piece, _)| piece.len()).sum());
        let mut first = vec![0_usize];
        for (mut piece, lengths) in pieces {
            all.append(&mut piece);
            for length in lengths {
                first.push(first.last().copied().unwrap_or(0).saturating_add(length));
            }
        }
        Self { all, first }
    }

    fn of(&self, task: u32) -> &[u32] {
        match self.first.get(at(task)..).unwrap_or_default() {
            [from, to, ..] => self.all.get(*from..*to).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// Everybody who may sit at some seat of a task, ascending.
fn everybody(flow: &Flow, task: u32) -> Vec<u32> {
    let mut groups: Vec<(u32, u32)> = flow.seats_of(task).map(|seat| (flow.group_of(seat), seat)).collect();
    groups.sort_unstable();
    groups.dedup_by_key(|&mut (group, _)| group);
    let mut inspectors: Vec<u32> = groups.iter().flat_map(|&(_, seat)| flow.eligible(seat)).copied().collect();
    if groups.len() > 1 {
        inspectors.sort_unstable();
        inspectors.dedup();
    }
    inspectors
}

/// Begins anew, with the same loads: every task in its turn takes whom it likes best of those who have room. Any even
/// assignment is a beginning for the lottery; in this one most seats have whom they will choose, and need no search.
fn prefer(flow: &mut Flow, order: &[u32], lists: &Lists) {
    let before = flow.hold_loads();
    flow.clear();
    for &task in order {
        for seat in flow.seats_of(task) {
            let _ = flow.holder(seat) == NONE && lists.of(task).iter().any(|&k| flow.try_seat(seat, k));
        }
    }
    let rest = (0..flow.seats()).filter(|&seat| flow.holder(seat) == NONE).collect::<Vec<u32>>();
    let mut search = Search::new(flow);
    for seat in rest {
        // nobody is moved out of the loads that are held, and they fill all seats: so these can be filled
        let _ = fill(flow, &mut search, seat);
    }
    flow.restore(before);
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
fn choose(flow: &mut Flow, search: &mut Search, task: u32, list: &[u32]) {
    for seat in flow.seats_of(task).filter(|&seat| !flow.is_fixed(seat)).collect::<Vec<u32>>() {
        search.divide_if_wasteful(flow);
        take_first(flow, search, seat, list);
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
