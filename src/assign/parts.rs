//! A problem in parts that have nothing to do with each other: tasks and inspectors that no chain of "may sit" joins. Each
//! part is solved by itself, so parts can be solved at once, and none can look at what another decides.
#![expect(
    clippy::indexing_slicing,
    reason = "every index is a task or inspector of the problem that the vectors were made for"
)]

use super::flow::{NONE, Problem, Task, at, index};

/// A part of a problem: the positions of its tasks and inspectors in the whole, ascending, and the part as a problem of
/// its own.
pub(super) struct Part {
    pub(super) tasks: Vec<u32>,
    pub(super) inspectors: Vec<u32>,
    pub(super) problem: Problem,
}

/// The parts of a problem in the order of their first tasks; `None` if it is one whole. A task at which nobody may sit is
/// a part of its own; inspectors who may sit nowhere are in none.
pub(super) fn parts(problem: &Problem) -> Option<Vec<Part>> {
    let people = problem.inspectors.len();
    let mut joined = Joined { above: (0..index(people)).collect() };
    for task in &problem.tasks {
        let mut known = task.groups.iter().flatten().copied().filter(|&k| at(k) < people);
        let Some(first) = known.next() else { continue };
        known.for_each(|k| joined.join(first, k));
    }
    // numbers of parts by their first task
    let mut number = vec![NONE; people];
    let mut of_task = Vec::with_capacity(problem.tasks.len());
    let mut count = 0;
    for task in &problem.tasks {
        let root = task.groups.iter().flatten().find(|&&k| at(k) < people).map(|&k| joined.root(k));
        let known = root.map_or(NONE, |root| number[at(root)]);
        if known == NONE {
            root.into_iter().for_each(|root| number[at(root)] = count);
            of_task.push(count);
            count += 1;
        } else {
            of_task.push(known);
        }
    }
    if count < 2 {
        return None;
    }
    let mut parts: Vec<Part> = Vec::new();
    parts.resize_with(at(count), || Part { tasks: Vec::new(), inspectors: Vec::new(), problem: Problem::default() });
    let mut place = vec![NONE; people];
    for k in 0..index(people) {
        let root = joined.root(k);
        if let Some(part) = parts.get_mut(at(number[at(root)])) {
            place[at(k)] = index(part.inspectors.len());
            part.inspectors.push(k);
            part.problem.inspectors.push(problem.inspectors[at(k)]);
        }
    }
    for ((task, part), position) in problem.tasks.iter().zip(&of_task).zip(0..) {
        let part = &mut parts[at(*part)];
        let inside = |k: &u32| place.get(at(*k)).copied().filter(|&k| k != NONE);
        let groups = task.groups.iter().map(|group| group.iter().filter_map(inside).collect()).collect();
        part.tasks.push(position);
        part.problem.tasks.push(Task { seats: task.seats.clone(), groups });
    }
    Some(parts)
}

/// Inspectors that belong together, each below another or at the top.
struct Joined {
    above: Vec<u32>,
}

impl Joined {
    fn root(&mut self, mut k: u32) -> u32 {
        while self.above[at(k)] != k {
            let next = self.above[at(k)];
            self.above[at(k)] = self.above[at(next)];
            k = next;
        }
        k
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.above[at(a.max(b))] = a.min(b);
    }
}
