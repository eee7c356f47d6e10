//! Departments made up by a fixed rule, and what the lottery answers: JSON for solvers that others wrote.
//!
//! `cargo run --example instances`; `reference/solver_check.py` reads it.
#![allow(missing_docs, reason = "an example is no library")]

use yaohao::assign::{Deficit, Place, Problem, Seating, Task, assign};
use yaohao::encoding::{Value, object};

/// Xorshift: the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 20) % u64::from(bound.max(1))).unwrap_or(0)
    }

    fn shuffle(&mut self, list: &mut [u32]) {
        for last in (1..u32::try_from(list.len()).unwrap_or(0)).rev() {
            let (a, b) = (usize::try_from(last), usize::try_from(self.below(last.saturating_add(1))));
            if let (Ok(a), Ok(b)) = (a, b) {
                list.swap(a, b);
            }
        }
    }
}

/// Tasks, inspectors, most capacity, and of ten inspectors how many may sit at a seat.
const SIZES: [(u32, u32, u32, u32); 10] = [
    (30, 20, 6, 5),
    (40, 25, 7, 4),
    (50, 24, 9, 6),
    (60, 30, 8, 3),
    (80, 40, 9, 4),
    (45, 30, 5, 5),
    // too few places, or too few who may sit
    (60, 20, 4, 5),
    (40, 30, 3, 2),
    (50, 8, 9, 8),
    (30, 25, 4, 1),
];

fn main() {
    let instances = SIZES.iter().zip(1..).map(|(size, seed)| instance(size, seed)).collect();
    print!("{}", object([("instances", Value::Array(instances))]).to_file());
}

fn instance(&(tasks, people, capacity, chance): &(u32, u32, u32, u32), seed: u64) -> Value {
    let dice = &mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let inspectors: Vec<Place> = (0..people)
        .map(|_| Place { capacity: capacity.saturating_sub(dice.below(3)), carried: dice.below(4) })
        .collect();
    let tasks: Vec<Task> = (0..tasks)
        .map(|_| {
            // one seat of a kind of its own beside one or two others
            let group = |dice: &mut Dice| (0..people).filter(|_| dice.below(10) < chance).collect::<Vec<u32>>();
            let groups = vec![group(dice), group(dice)];
            let seats = if dice.below(3) == 0 { vec![0, 1, 1] } else { vec![0, 1] };
            Task { seats, groups }
        })
        .collect();
    let problem = Problem { inspectors, tasks };
    let mut order: Vec<u32> = (0..).take(problem.tasks.len()).collect();
    dice.shuffle(&mut order);
    let everybody: Vec<u32> = (0..people).collect();
    let lists: Vec<Vec<u32>> = problem
        .tasks
        .iter()
        .map(|_| {
            let mut list = everybody.clone();
            dice.shuffle(&mut list);
            list
        })
        .collect();
    let answer = assign(&problem, &order, |task, candidates| {
        let list = usize::try_from(task).ok().and_then(|task| lists.get(task));
        candidates.sort_by_key(|k| list.and_then(|list| list.iter().position(|other| other == k)));
    });
    object([
        ("answer", answer.map_or_else(|deficit| short(&deficit), |seatings| seated(&seatings))),
        ("inspectors", Value::Array(problem.inspectors.iter().map(place).collect())),
        ("lists", Value::Array(lists.iter().map(|list| numbers(list)).collect())),
        ("order", numbers(&order)),
        ("tasks", Value::Array(problem.tasks.iter().map(task).collect())),
    ])
}

fn numbers(list: &[u32]) -> Value {
    Value::Array(list.iter().map(|&number| u64::from(number).into()).collect())
}

fn place(place: &Place) -> Value {
    object([("capacity", u64::from(place.capacity).into()), ("carried", u64::from(place.carried).into())])
}

fn task(task: &Task) -> Value {
    let groups = task.groups.iter().map(|group| numbers(group)).collect();
    object([("groups", Value::Array(groups)), ("seats", numbers(&task.seats))])
}

fn seated(seatings: &[Vec<Seating>]) -> Value {
    let of_task = |seats: &Vec<Seating>| numbers(&seats.iter().map(|seat| seat.inspector).collect::<Vec<u32>>());
    let possible = |seats: &Vec<Seating>| numbers(&seats.iter().map(|seat| seat.possible).collect::<Vec<u32>>());
    object([
        ("possible", Value::Array(seatings.iter().map(possible).collect())),
        ("seats", Value::Array(seatings.iter().map(of_task).collect())),
    ])
}

fn short(deficit: &Deficit) -> Value {
    object([
        ("inspectors", numbers(&deficit.inspectors)),
        ("places", deficit.places.into()),
        ("short", deficit.seats.into()),
        ("tasks", numbers(&deficit.tasks)),
    ])
}
