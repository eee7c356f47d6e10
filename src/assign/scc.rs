//! Walks and strongly connected components of the residual network (SPEC §10.3, §10.4).
#![expect(
    clippy::indexing_slicing,
    reason = "every index is a node, group or inspector of the flow the vectors were made for, below their lengths"
)]

use super::flow::{Flow, NONE, at, index};

/// Breadth-first search, with what it needs to know about earlier ones.
pub(super) struct Search {
    /// A node was visited if it carries the current round.
    seen: Vec<u64>,
    round: u64,
    parent: Vec<u32>,
    /// All nodes that the last search entered, and the inspectors and levels among them that are still to be followed.
    queue: Vec<u32>,
    people: Vec<u32>,
    /// Nodes of other zones are not entered.
    zone: Vec<u32>,
    here: u32,
    /// Whom of a group this round has not visited yet, once it has looked at the group.
    rest: Vec<Vec<u32>>,
    rest_round: Vec<u64>,
    /// Inspectors that carry the current number hold a seat of the task at hand.
    team: Vec<u64>,
    team_number: u64,
    /// Nodes and inspectors looked at in failed searches since the zones were made, and how many are too many.
    wasted: u64,
    patience: u64,
    /// Nodes entered in all searches.
    entered: u64,
}

impl Search {
    /// A search for this flow as it is: levels must be built before if they are to be used.
    pub(super) fn new(flow: &Flow) -> Self {
        let nodes = at(flow.nodes() + flow.level_count());
        let groups = at(flow.group_count());
        Self {
            seen: vec![0; nodes],
            round: 1,
            parent: vec![NONE; nodes],
            queue: Vec::new(),
            people: Vec::new(),
            zone: vec![0; nodes],
            here: 0,
            rest: vec![Vec::new(); groups],
            rest_round: vec![0; groups],
            team: vec![0; at(flow.nodes() - flow.seats())],
            team_number: 0,
            wasted: 0,
            patience: u64::MAX,
            entered: 0,
        }
    }

    /// Forgets which nodes were visited. Until then a node is entered once, so that a search which failed is not
    /// repeated by the next one; the flow must not change in between.
    pub(super) fn renew(&mut self) {
        self.round += 1;
    }

    /// Closes the nodes of the last search for all searches to come.
    pub(super) fn wall_off(&mut self) {
        for &node in &self.queue {
            self.zone[at(node)] = NONE;
        }
    }

    /// Makes the strongly connected components of the flow as it is the zones: no cycle leaves its zone.
    pub(super) fn divide(&mut self, flow: &Flow) {
        self.zone = components(flow.nodes() + flow.level_count(), |node, i| flow.arc(node, i));
        self.wasted = 0;
        self.patience = flow.size();
    }

    /// Divides again once failed searches have cost as much as that: what was fixed since then splits zones, and
    /// searches stop at their borders.
    pub(super) fn divide_if_wasteful(&mut self, flow: &Flow) {
        if self.wasted > self.patience {
            self.divide(flow);
        }
    }

    /// Confines searches to the zone of this node.
    pub(super) fn stay_with(&mut self, node: u32) {
        self.here = self.zone[at(node)];
    }

    /// Whether a search may still enter this node.
    pub(super) fn may_enter(&self, node: u32) -> bool {
        self.zone[at(node)] == self.here && self.seen[at(node)] != self.round
    }

    /// The number of nodes entered in all searches.
    pub(super) fn entered(&self) -> u64 {
        self.entered
    }

    /// The nodes of the last search.
    pub(super) fn reached(&self) -> &[u32] {
        &self.queue
    }

    /// A walk from `start` to a node that is a goal. Seats wait until the inspectors behind the seat before them have been
    /// looked through, so that a search which can go almost anywhere sees many seats before it has seen everybody.
    pub(super) fn find(&mut self, flow: &Flow, start: u32, goal: impl Fn(u32) -> bool) -> Option<Vec<u32>> {
        let (seats, wasted) = (flow.seats(), self.wasted);
        self.queue.clear();
        self.people.clear();
        self.enter(start, NONE);
        let (mut checked, mut next_seat, mut next_person) = (0, 0, 0);
        loop {
            for &node in &self.queue[checked..] {
                if goal(node) {
                    self.wasted = wasted;
                    return Some(self.walk_to(node));
                }
                if node >= seats {
                    self.people.push(node);
                }
            }
            checked = self.queue.len();
            self.wasted += 1;
            if let Some(&node) = self.people.get(next_person) {
                next_person += 1;
                self.follow(flow, node);
                continue;
            }
            // seats in the order in which they were found
            while self.queue.get(next_seat).is_some_and(|&node| node >= seats) {
                next_seat += 1;
            }
            let seat = *self.queue.get(next_seat)?;
            next_seat += 1;
            self.look_for_inspector(flow, seat);
        }
    }

    fn enter(&mut self, node: u32, parent: u32) {
        if self.may_enter(node) {
            self.seen[at(node)] = self.round;
            self.parent[at(node)] = parent;
            self.queue.push(node);
            self.entered += 1;
        }
    }

    fn walk_to(&self, found: u32) -> Vec<u32> {
        let mut walk: Vec<u32> =
            std::iter::successors(Some(found), |&node| Some(self.parent[at(node)]).filter(|&p| p != NONE)).collect();
        walk.reverse();
        walk
    }

    /// Enters all nodes behind an inspector or a level.
    fn follow(&mut self, flow: &Flow, node: u32) {
        for next in (0..).map_while(|i| flow.arc(node, i)).filter(|&next| next != NONE) {
            self.enter(next, node);
        }
    }

    /// Enters all nodes behind a seat. The first seat of a group visits everybody in it except the team of its own
    /// task, so that for all later seats of the group only these few are left to look at.
    fn look_for_inspector(&mut self, flow: &Flow, seat: u32) {
        self.team_number += 1;
        for other in flow.seats_of(flow.task_of(seat)) {
            let holder = flow.holder(other);
            if holder != NONE {
                self.team[at(holder)] = self.team_number;
                if flow.may_sit(holder, seat)
                    && let Some(node) = flow.step(seat, holder)
                {
                    self.enter(node, seat);
                }
            }
        }
        let group = at(flow.group_of(seat));
        let mut rest = std::mem::take(&mut self.rest[group]);
        if self.rest_round[group] != self.round {
            self.rest_round[group] = self.round;
            rest.clear();
            rest.extend_from_slice(flow.eligible(seat));
        }
        self.wasted += u64::from(index(rest.len()));
        rest.retain(|&k| {
            let in_team = self.team[at(k)] == self.team_number;
            if !in_team {
                self.enter(flow.seats() + k, seat);
            }
            in_team
        });
        self.rest[group] = rest;
    }
}

/// The strongly connected component of every node (Tarjan's algorithm with a stack of its own). `arc(node, i)` is
/// the other end of arc number `i` of the node, [`NONE`] if there is none of this number, `None` after the last.
fn components(nodes: u32, arc: impl Fn(u32, usize) -> Option<u32>) -> Vec<u32> {
    let mut tarjan = Tarjan {
        order: vec![NONE; at(nodes)],
        low: vec![NONE; at(nodes)],
        component: vec![NONE; at(nodes)],
        open: Vec::new(),
        trail: Vec::new(),
        visited: 0,
        closed: 0,
    };
    for root in 0..nodes {
        if tarjan.order[at(root)] == NONE {
            tarjan.enter(root);
            tarjan.run(&arc);
        }
    }
    tarjan.component
}

struct Tarjan {
    /// When a node was visited, and the earliest open node known to be reachable from it.
    order: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    /// Nodes whose component is not complete.
    open: Vec<u32>,
    /// The way from the root to here: nodes, and the number of the next arc to follow.
    trail: Vec<(u32, usize)>,
    visited: u32,
    closed: u32,
}

impl Tarjan {
    fn enter(&mut self, node: u32) {
        self.order[at(node)] = self.visited;
        self.low[at(node)] = self.visited;
        self.visited += 1;
        self.open.push(node);
        self.trail.push((node, 0));
    }

    fn run(&mut self, arc: &impl Fn(u32, usize) -> Option<u32>) {
        while let Some((node, i)) = self.trail.last_mut() {
            let node = *node;
            let next = arc(node, *i);
            *i += 1;
            match next {
                Some(NONE) => {}
                Some(next) if self.order[at(next)] == NONE => self.enter(next),
                Some(next) => {
                    if self.component[at(next)] == NONE {
                        self.low[at(node)] = self.low[at(node)].min(self.order[at(next)]);
                    }
                }
                None => self.leave(node),
            }
        }
    }

    /// Goes back from a node; closes its component if it is the component's first node.
    fn leave(&mut self, node: u32) {
        self.trail.pop();
        if let Some(&(before, _)) = self.trail.last() {
            self.low[at(before)] = self.low[at(before)].min(self.low[at(node)]);
        }
        if self.low[at(node)] == self.order[at(node)] {
            while let Some(member) = self.open.pop() {
                self.component[at(member)] = self.closed;
                if member == node {
                    break;
                }
            }
            self.closed += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_mutual_reachability() {
        let mut state = 0x9e37_79b9_u32;
        let mut random = move |below: u32| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state % below
        };
        for _ in 0..500 {
            let nodes = 1 + random(9);
            let mut arcs = vec![Vec::new(); at(nodes)];
            for _ in 0..random(3 * nodes) {
                let to = random(nodes + 1);
                arcs[at(random(nodes))].push(if to < nodes { to } else { NONE });
            }
            let found = components(nodes, |v, i| arcs[at(v)].get(i).copied());
            let mut reach: Vec<Vec<bool>> = (0..nodes).map(|v| (0..nodes).map(|w| v == w).collect()).collect();
            for _ in 0..nodes {
                for v in 0..at(nodes) {
                    for &w in arcs[v].iter().filter(|&&w| w != NONE) {
                        let further = reach[at(w)].clone();
                        reach[v].iter_mut().zip(further).for_each(|(to, further)| *to |= further);
                    }
                }
            }
            for v in 0..at(nodes) {
                for w in 0..at(nodes) {
                    assert_eq!(found[v] == found[w], reach[v][w] && reach[w][v]);
                }
            }
        }
    }

    #[test]
    fn a_million_nodes_in_a_ring_need_no_recursion() {
        let nodes = 1_000_000;
        let ring = components(nodes, |v, i| (i == 0).then_some((v + 1) % nodes));
        assert!(ring.iter().all(|&c| c == 0));
        let line = components(nodes, |v, i| (i == 0 && v + 1 < nodes).then_some(v + 1));
        assert_eq!(line.first().copied(), Some(nodes - 1));
    }
}
