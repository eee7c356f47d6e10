//! Who sits where, and what can move: a flow with convex costs over seats and inspectors (SPEC §10.1, §10.2).
//!
//! The residual network is never stored. Its nodes are numbers: seat `s` is node `s` and means "s has lost its
//! inspector and looks for another"; inspector `k` is node `seats + k` and means "k has one task too many":
//!
//! - seat `s` → inspector `k`, who may sit at `s` and holds no seat of its task;
//! - seat `s` → seat `y` of the same task, whose holder may sit at `s` and moves there (unless `y` is fixed);
//! - inspector `k` → every seat that `k` holds and that is not fixed;
//! - inspector `k` → end, if k's tasks are below its capacity, at the cost 2·load + 1 of one more square.
//!
//! A cycle through the end lets `a` keep one more and `b` one less: it is free if and only if
//! `load(b) = load(a) + 1`, and saves something if and only if `load(b) ≥ load(a) + 2`.
#![expect(
    clippy::indexing_slicing,
    reason = "every index is a seat, inspector, task, group or level numbered by this module, below its vector's length"
)]

use std::collections::BTreeMap;

/// One department's facts: who may sit where (SPEC §10.1). Seats and inspectors together must be fewer than 2³¹.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// The department's inspectors; their positions are the indices used everywhere else.
    pub inspectors: Vec<Inspector>,
    /// The tasks in which the department has seats; their positions are the tasks' indices.
    pub tasks: Vec<Task>,
}

/// What one inspector can take on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inspector {
    /// The most tasks it may get.
    pub capacity: u32,
    /// Tasks of earlier campaigns that count in its load (SPEC §10.2), 0 if none do.
    pub carried: u32,
}

/// One task's seats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// For every seat the position in `groups` of its group; nobody may sit at a seat whose group does not exist.
    pub seats: Vec<u32>,
    /// For every group the indices of the inspectors who may sit at its seats, ascending and without repetition.
    pub groups: Vec<Vec<u32>>,
}

/// No node, no inspector, no level.
pub(super) const NONE: u32 = u32::MAX;

/// An index as a position. Lossless wherever a `usize` has 32 bits or more.
pub(super) fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// A position as an index; the bound on [`Problem`] keeps it below [`NONE`].
pub(super) fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(NONE)
}

/// A problem made ready, and a (partial) assignment for it.
pub(super) struct Flow {
    inspectors: Vec<Inspector>,
    /// Seats of task `t`: `first[t]..first[t + 1]`.
    first: Vec<u32>,
    task: Vec<u32>,
    group: Vec<u32>,
    /// Equal groups are stored once: searches look at each of them once.
    groups: Vec<Vec<u32>>,
    /// For every inspector the groups that it is in, ascending: the same the other way round.
    of_inspector: Vec<Vec<u32>>,
    holder: Vec<u32>,
    fixed: Vec<bool>,
    /// For every inspector, the number of seats it holds.
    count: Vec<u32>,
    /// For every inspector, those of its seats that are not fixed, and where each stands in that list.
    held: Vec<Vec<u32>>,
    place: Vec<u32>,
    levels: Levels,
    /// Seats that were given to somebody else since the journal was begun, and who sat there.
    journal: Option<Vec<(u32, u32)>>,
}

/// Inspectors that can give up a seat, by load. No zero-cost cycle changes the set of loads, so it is made once.
#[derive(Default)]
struct Levels {
    loads: Vec<u64>,
    members: Vec<Vec<u32>>,
    /// For every inspector its level, or [`NONE`], and where it stands among the members.
    of: Vec<u32>,
    place: Vec<u32>,
}

impl Flow {
    /// Makes the problem ready, with all seats empty. Unknown inspectors in groups are dropped.
    pub(super) fn new(problem: &Problem) -> Self {
        let people = problem.inspectors.len();
        let (mut first, mut task, mut group) = (vec![0], Vec::new(), Vec::new());
        let mut shared = BTreeMap::from([(Vec::new(), 0)]);
        for (t, each) in problem.tasks.iter().enumerate() {
            let own: Vec<u32> = each.groups.iter().map(|g| share(&mut shared, g, people)).collect();
            for &seat in &each.seats {
                task.push(index(t));
                group.push(own.get(at(seat)).copied().unwrap_or(0));
            }
            first.push(index(task.len()));
        }
        let mut groups = vec![Vec::new(); shared.len()];
        for (list, number) in shared {
            groups[at(number)] = list;
        }
        let mut of_inspector = vec![Vec::new(); people];
        for (list, group) in groups.iter().zip(0..) {
            list.iter().for_each(|&k| of_inspector[at(k)].push(group));
        }
        let seats = task.len();
        Self {
            inspectors: problem.inspectors.clone(),
            first,
            task,
            group,
            groups,
            of_inspector,
            holder: vec![NONE; seats],
            fixed: vec![false; seats],
            count: vec![0; people],
            held: vec![Vec::new(); people],
            place: vec![0; seats],
            levels: Levels::default(),
            journal: None,
        }
    }

    /// Number of seats: inspector `k` is node `seats() + k`.
    pub(super) fn seats(&self) -> u32 {
        index(self.task.len())
    }

    /// Number of seats and inspectors: level `j` is node `nodes() + j`.
    pub(super) fn nodes(&self) -> u32 {
        self.seats() + index(self.inspectors.len())
    }

    /// Number of nodes and of arcs that leave seats, roughly.
    pub(super) fn size(&self) -> u64 {
        let arcs: u64 = (0..self.seats()).map(|seat| u64::from(index(self.eligible(seat).len()))).sum();
        u64::from(self.nodes()) + arcs
    }

    /// Number of different groups.
    pub(super) fn group_count(&self) -> u32 {
        index(self.groups.len())
    }

    /// Number of levels, 0 before [`Flow::build_levels`].
    pub(super) fn level_count(&self) -> u32 {
        index(self.levels.loads.len())
    }

    /// The seats of a task; none if there is no such task.
    pub(super) fn seats_of(&self, task: u32) -> std::ops::Range<u32> {
        match self.first.get(at(task)..).unwrap_or_default() {
            [from, to, ..] => *from..*to,
            _ => 0..0,
        }
    }

    /// The task of a seat.
    pub(super) fn task_of(&self, seat: u32) -> u32 {
        self.task[at(seat)]
    }

    /// The number of a seat's group; seats with the same eligible inspectors have the same.
    pub(super) fn group_of(&self, seat: u32) -> u32 {
        self.group[at(seat)]
    }

    /// Who may sit at a seat, ascending.
    pub(super) fn eligible(&self, seat: u32) -> &[u32] {
        &self.groups[at(self.group_of(seat))]
    }

    /// Whether an inspector may sit at a seat.
    pub(super) fn may_sit(&self, inspector: u32, seat: u32) -> bool {
        self.eligible(seat).binary_search(&inspector).is_ok()
    }

    /// The same, for asking of one inspector and many seats: its groups stay at hand.
    fn may_have(&self, inspector: u32, seat: u32) -> bool {
        self.of_inspector[at(inspector)].binary_search(&self.group_of(seat)).is_ok()
    }

    /// Who sits at a seat, or [`NONE`].
    pub(super) fn holder(&self, seat: u32) -> u32 {
        self.holder[at(seat)]
    }

    /// Whether the inspector of a seat stays.
    pub(super) fn is_fixed(&self, seat: u32) -> bool {
        self.fixed[at(seat)]
    }

    /// Number of tasks of an inspector, with those carried.
    pub(super) fn load(&self, inspector: u32) -> u64 {
        u64::from(self.inspectors[at(inspector)].carried) + u64::from(self.count[at(inspector)])
    }

    /// Whether an inspector can take one more task.
    pub(super) fn is_open(&self, inspector: u32) -> bool {
        self.count[at(inspector)] < self.inspectors[at(inspector)].capacity
    }

    /// Where `seat` goes in the residual network if `inspector`, who may sit there, takes it; `None` if it cannot.
    pub(super) fn step(&self, seat: u32, inspector: u32) -> Option<u32> {
        let mut team = self.seats_of(self.task_of(seat));
        match team.find(|&y| self.holder(y) == inspector) {
            None => Some(self.seats() + inspector),
            Some(y) => (y != seat && !self.fixed[at(y)]).then_some(y),
        }
    }

    /// The other end of arc number `i` of a node, among the arcs that cost nothing; [`NONE`] if there is no arc of this
    /// number, `None` after the last.
    pub(super) fn arc(&self, node: u32, i: usize) -> Option<u32> {
        if node < self.seats() {
            let inspector = self.eligible(node).get(i).filter(|_| !self.fixed[at(node)])?;
            return Some(self.step(node, *inspector).unwrap_or(NONE));
        }
        if node >= self.nodes() {
            let members = self.levels.members.get(at(node - self.nodes()))?;
            return members.get(i).map(|&k| self.seats() + k);
        }
        let held = &self.held[at(node - self.seats())];
        if i == held.len() {
            return Some(self.relief(node - self.seats()).map_or(NONE, |level| self.nodes() + level));
        }
        held.get(i).copied()
    }

    /// For a node from which it is at most two arcs (or a level and two arcs) to `seat`: the last node before `seat`
    /// on that way, which is `seat` itself if there is none. Asking this of every node saves a search the outermost
    /// and largest of its layers.
    pub(super) fn way_back(&self, node: u32, seat: u32) -> Option<u32> {
        let holder = self.holder(seat);
        let holder_node = self.seats() + holder;
        if node == seat {
            return Some(seat);
        }
        if node < self.seats() {
            let step = if self.may_have(holder, node) { self.step(node, holder)? } else { return None };
            return (step == holder_node || step == seat).then_some(step);
        }
        let relieves = |inspector| self.relief(inspector).is_some_and(|level| level == self.levels.of[at(holder)]);
        let near = node == holder_node || node < self.nodes() && relieves(node - self.seats());
        near.then_some(holder_node)
    }

    /// Seats an inspector at a seat for good.
    pub(super) fn fix(&mut self, seat: u32) {
        let inspector = self.holder(seat);
        if inspector != NONE && !self.fixed[at(seat)] {
            self.fixed[at(seat)] = true;
            self.unlist(inspector, seat);
            self.relevel(inspector);
        }
    }

    /// Moves inspectors along a walk of the residual network: every seat on it (but the last node) gets the
    /// inspector it went to, or the one who left the seat it went to.
    pub(super) fn apply(&mut self, walk: &[u32]) {
        let seats = self.seats();
        let taker = |next: u32| if next < seats { self.holder(next) } else { next - seats };
        let arcs = walk.iter().zip(walk.iter().skip(1));
        let moves: Vec<(u32, u32)> =
            arcs.filter(|&(&from, _)| from < seats).map(|(&from, &next)| (from, taker(next))).collect();
        let left: Vec<u32> = moves.iter().map(|&(seat, _)| self.holder(seat)).collect();
        for &(seat, inspector) in &moves {
            self.seat(seat, inspector);
        }
        for k in left.into_iter().chain(moves.into_iter().map(|(_, k)| k)).filter(|&k| k != NONE) {
            self.relevel(k);
        }
    }

    /// Every inspector's number of seats becomes the most that it may have; gives what that was before.
    pub(super) fn hold_loads(&mut self) -> Vec<Inspector> {
        let before = self.inspectors.clone();
        for (inspector, &count) in self.inspectors.iter_mut().zip(&self.count) {
            inspector.capacity = count;
        }
        before
    }

    /// What inspectors can take on is this again.
    pub(super) fn restore(&mut self, inspectors: Vec<Inspector>) {
        self.inspectors = inspectors;
    }

    /// Seats an inspector who has room at an empty seat, if it may sit there and holds no seat of the task.
    pub(super) fn try_seat(&mut self, seat: u32, inspector: u32) -> bool {
        let free = self.is_open(inspector) && self.step(seat, inspector) == Some(self.seats() + inspector);
        if free && self.may_sit(inspector, seat) {
            self.seat(seat, inspector);
            return true;
        }
        false
    }

    /// Empties all seats.
    pub(super) fn clear(&mut self) {
        self.holder.fill(NONE);
        self.fixed.fill(false);
        self.count.fill(0);
        self.held.iter_mut().for_each(Vec::clear);
        self.levels = Levels::default();
    }

    /// Empties these seats.
    pub(super) fn empty(&mut self, seats: &[u32]) {
        seats.iter().for_each(|&seat| self.seat(seat, NONE));
    }

    /// From here on it can be taken back who sits where.
    pub(super) fn begin_journal(&mut self) {
        self.journal = Some(Vec::new());
    }

    /// Ends the journal, and takes back what it holds if that is wanted.
    pub(super) fn end_journal(&mut self, take_back: bool) {
        let journal = self.journal.take().unwrap_or_default();
        for (seat, before) in journal.into_iter().rev().filter(|_| take_back) {
            self.seat(seat, before);
        }
    }

    /// Lists the inspectors by load; from now on the residual network has its zero-cost arcs through the end, as
    /// inspector with room and load L → level of load L + 1 → its inspectors that hold a seat that is not fixed.
    pub(super) fn build_levels(&mut self) {
        let people = index(self.inspectors.len());
        let mut loads: Vec<u64> = (0..people).map(|k| self.load(k)).collect();
        loads.sort_unstable();
        loads.dedup();
        let none = vec![NONE; at(people)];
        self.levels = Levels { members: vec![Vec::new(); loads.len()], loads, of: none.clone(), place: none };
        (0..people).for_each(|k| self.relevel(k));
    }

    /// The level whose members can give up a seat for free if this inspector keeps one more.
    fn relief(&self, inspector: u32) -> Option<u32> {
        let level = self.levels.loads.binary_search(&(self.load(inspector) + 1)).ok()?;
        self.is_open(inspector).then(|| index(level))
    }

    /// Seats `inspector` at `seat`, instead of whoever sits there.
    fn seat(&mut self, seat: u32, inspector: u32) {
        let before = self.holder(seat);
        self.journal.iter_mut().for_each(|journal| journal.push((seat, before)));
        if before != NONE {
            self.unlist(before, seat);
            self.count[at(before)] -= 1;
        }
        self.holder[at(seat)] = inspector;
        if inspector != NONE {
            self.count[at(inspector)] += 1;
            self.place[at(seat)] = index(self.held[at(inspector)].len());
            self.held[at(inspector)].push(seat);
        }
    }

    /// Takes a seat out of its holder's list.
    fn unlist(&mut self, inspector: u32, seat: u32) {
        let (held, place) = (&mut self.held[at(inspector)], self.place[at(seat)]);
        held.swap_remove(at(place));
        if let Some(&moved) = held.get(at(place)) {
            self.place[at(moved)] = place;
        }
    }

    /// Puts an inspector into the level where it belongs, if there are levels.
    fn relevel(&mut self, k: u32) {
        let load = self.load(k);
        let Levels { loads, members, of, place } = &mut self.levels;
        let Some(before) = of.get(at(k)).copied() else { return };
        let listed = !self.held[at(k)].is_empty();
        let now = loads.binary_search(&load).ok().filter(|_| listed).map_or(NONE, index);
        if before == now {
            return;
        }
        if let Some(list) = members.get_mut(at(before)) {
            list.swap_remove(at(place[at(k)]));
            if let Some(&moved) = list.get(at(place[at(k)])) {
                place[at(moved)] = place[at(k)];
            }
        }
        if let Some(list) = members.get_mut(at(now)) {
            place[at(k)] = index(list.len());
            list.push(k);
        }
        of[at(k)] = now;
    }
}

/// The number of a group in the shared list.
fn share(shared: &mut BTreeMap<Vec<u32>, u32>, group: &[u32], people: usize) -> u32 {
    let next = index(shared.len());
    let proper = group.iter().zip(group.iter().skip(1)).all(|(a, b)| a < b);
    if proper && group.last().is_none_or(|&k| at(k) < people) {
        if let Some(&number) = shared.get(group) {
            return number;
        }
        shared.insert(group.to_vec(), next);
        return next;
    }
    let mut list: Vec<u32> = group.iter().copied().filter(|&k| at(k) < people).collect();
    list.sort_unstable();
    list.dedup();
    *shared.entry(list).or_insert(next)
}
