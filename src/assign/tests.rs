//! The definition itself as the judge: all assignments of small instances, and forced seats in larger ones.
#![expect(clippy::indexing_slicing, reason = "a test that indexes out of bounds fails, as it should")]

use std::collections::{BTreeSet, VecDeque};

use super::deficit::Deficit;
use super::flow::{Inspector, Problem, Task, at, index};
use super::lottery::{Seating, assign};

/// Xorshift: the tests are the same on every run.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 20) % u64::from(bound.max(1))).unwrap_or(0)
    }

    fn shuffle(&mut self, list: &mut [u32]) {
        for i in (1..list.len()).rev() {
            list.swap(i, at(self.below(index(i + 1))));
        }
    }
}

/// A problem, the order of its tasks, and for every task the order of all inspectors.
#[derive(Debug)]
struct Instance {
    problem: Problem,
    order: Vec<u32>,
    lists: Vec<Vec<u32>>,
}

impl Instance {
    fn new(problem: Problem, dice: &mut Dice) -> Self {
        let mut order: Vec<u32> = (0..index(problem.tasks.len())).collect();
        dice.shuffle(&mut order);
        let mut everybody: Vec<u32> = (0..index(problem.inspectors.len())).collect();
        let list = |_: &u32| {
            dice.shuffle(&mut everybody);
            everybody.clone()
        };
        Self { lists: order.iter().map(list).collect(), problem, order }
    }

    fn assign(&self) -> Result<Vec<Vec<Seating>>, Deficit> {
        assign(&self.problem, &self.order, |task, inspectors| {
            assert!(inspectors.is_sorted_by(|a, b| a < b));
            let rank = |&k: &u32| self.lists[at(task)].iter().position(|&other| other == k);
            inspectors.sort_by_key(rank);
        })
    }

    /// For every seat in ascending order: its task, and who may sit there.
    fn seats(&self) -> Vec<(usize, Vec<u32>)> {
        let mut seats = Vec::new();
        for (t, task) in self.problem.tasks.iter().enumerate() {
            seats.extend(task.seats.iter().map(|&group| (t, task.groups[at(group)].clone())));
        }
        seats
    }

    fn squares(&self, seated: &[u32]) -> u64 {
        let carried = self.problem.inspectors.iter().map(|i| u64::from(i.carried));
        let loads = (0..).zip(carried).map(|(k, carried)| carried + count(seated.iter().filter(|&&h| h == k).count()));
        loads.map(|load| load * load).sum()
    }
}

fn count(n: usize) -> u64 {
    u64::from(index(n))
}

fn random_problem(dice: &mut Dice, tasks: u32, seats: u32, inspectors: u32, capacity: u32, chance: u32) -> Problem {
    let person = |dice: &mut Dice| Inspector { capacity: dice.below(capacity + 1), carried: dice.below(3) };
    let task = |dice: &mut Dice| {
        let groups = 1 + dice.below(2);
        let seats = (0..=dice.below(seats)).map(|_| dice.below(groups)).collect();
        let group = |dice: &mut Dice| (0..inspectors).filter(|_| dice.below(10) < chance).collect();
        Task { seats, groups: (0..groups).map(|_| group(dice)).collect() }
    };
    Problem {
        inspectors: (0..inspectors).map(|_| person(dice)).collect(),
        tasks: (0..tasks).map(|_| task(dice)).collect(),
    }
}

/// All lawful assignments of least squares, as the inspectors of all seats.
fn even_assignments(instance: &Instance) -> Vec<Vec<u32>> {
    fn go(seats: &[(usize, Vec<u32>)], free: &mut [u32], seated: &mut Vec<u32>, judge: &mut impl FnMut(&[u32])) {
        let Some((task, eligible)) = seats.get(seated.len()) else { return judge(seated) };
        for &k in eligible {
            let in_task = seated.iter().zip(seats).any(|(&h, (t, _))| h == k && t == task);
            if free[at(k)] > 0 && !in_task {
                free[at(k)] -= 1;
                seated.push(k);
                go(seats, free, seated, judge);
                seated.pop();
                free[at(k)] += 1;
            }
        }
    }
    let mut free: Vec<u32> = instance.problem.inspectors.iter().map(|i| i.capacity).collect();
    let (mut best, mut least) = (Vec::new(), u64::MAX);
    go(&instance.seats(), &mut free, &mut Vec::new(), &mut |seated| {
        let squares = instance.squares(seated);
        if squares < least {
            best.clear();
            least = squares;
        }
        if squares == least {
            best.push(seated.to_vec());
        }
    });
    best
}

/// The lottery and the numbers of possible inspectors, as SPEC §10.3 and §10.4 say it.
fn draw_by_definition(instance: &Instance, mut even: Vec<Vec<u32>>) -> Vec<Vec<Seating>> {
    let seats = instance.seats();
    let possible: Vec<u32> =
        (0..seats.len()).map(|s| index(even.iter().map(|e| e[s]).collect::<BTreeSet<u32>>().len())).collect();
    for &task in &instance.order {
        for s in (0..seats.len()).filter(|&s| seats[s].0 == at(task)) {
            let first = instance.lists[at(task)].iter().find(|&&k| even.iter().any(|e| e[s] == k));
            even.retain(|e| Some(&e[s]) == first);
        }
    }
    assert_eq!(even.len(), 1);
    let mut seatings = (0..).zip(&possible).map(|(s, &possible)| Seating { inspector: even[0][s], possible });
    instance.problem.tasks.iter().map(|t| seatings.by_ref().take(t.seats.len()).collect()).collect()
}

/// The most of these seats that can be filled, by trying everything.
fn most(seats: &[(usize, Vec<u32>)], free: &mut [u32], team: &mut Vec<(usize, u32)>) -> u64 {
    let Some(((task, eligible), rest)) = seats.split_first() else { return 0 };
    let mut best = most(rest, free, team);
    for &k in eligible {
        if best < count(seats.len()) && free[at(k)] > 0 && !team.contains(&(*task, k)) {
            free[at(k)] -= 1;
            team.push((*task, k));
            best = best.max(1 + most(rest, free, team));
            team.pop();
            free[at(k)] += 1;
        }
    }
    best
}

fn check_deficit(instance: &Instance, deficit: &Deficit) {
    assert!(deficit.tasks.is_sorted_by(|a, b| a < b) && deficit.inspectors.is_sorted_by(|a, b| a < b));
    let mut seats = instance.seats();
    seats.retain(|(task, eligible)| {
        deficit.tasks.contains(&index(*task)) && eligible.iter().all(|k| deficit.inspectors.contains(k))
    });
    let everybody: BTreeSet<u32> = seats.iter().flat_map(|(_, eligible)| eligible).copied().collect();
    assert_eq!(deficit.inspectors, Vec::from_iter(everybody));
    assert_eq!(deficit.seats, count(seats.len()));
    let mut free: Vec<u32> = instance.problem.inspectors.iter().map(|i| i.capacity).collect();
    assert_eq!(deficit.places, most(&seats, &mut free, &mut Vec::new()));
    assert!(deficit.places < deficit.seats);
    // and none of its tasks can be left out: the seats of the others can all be filled
    for &left_out in &deficit.tasks {
        let others: Vec<_> = seats.iter().filter(|(task, _)| index(*task) != left_out).cloned().collect();
        let mut free: Vec<u32> = instance.problem.inspectors.iter().map(|i| i.capacity).collect();
        let filled = most(&others, &mut free, &mut Vec::new());
        assert_eq!(filled, count(others.len()), "task {left_out} is not needed: {deficit:?}");
    }
}

#[test]
fn small_instances_agree_with_the_definition() {
    let (mut drawn, mut failed) = (0, 0);
    for seed in 0..5_000 {
        let dice = &mut Dice::new(seed);
        let (tasks, inspectors, chance) = (1 + dice.below(4), 1 + dice.below(5), 4 + dice.below(7));
        let problem = random_problem(dice, tasks, 3, inspectors, 3, chance);
        let instance = Instance::new(problem, dice);
        let even = even_assignments(&instance);
        match instance.assign() {
            Ok(found) => {
                drawn += 1;
                assert!(!even.is_empty(), "{seed}");
                assert_eq!(found, draw_by_definition(&instance, even), "{seed} {instance:?}");
            }
            Err(deficit) => {
                failed += 1;
                assert!(even.is_empty(), "{seed}");
                check_deficit(&instance, &deficit);
            }
        }
    }
    assert!(drawn >= 1_000 && failed >= 1_000, "{drawn} {failed}");
}

/// The shapes of `benches/assign.rs`, made small: what each task asks of whom. Tasks and inspectors are few enough to try
/// everything.
fn shaped(shape: &str, dice: &mut Dice) -> Problem {
    let (tasks, people) = (2 + dice.below(3), 4 + dice.below(2));
    let all = || 0..people;
    // two neighbouring regions of the three there are, closed to a ring
    let overlapping = |t: u32| all().filter(|k| k % 3 == t % 3 || k % 3 == (t + 1) % 3).collect::<Vec<u32>>();
    let task = |t: u32| {
        let group = match shape {
            "ring" => all().filter(|k| (k + people - t % people) % people < 3).collect(),
            "slope" => all().take(at(2 + t)).collect(),
            "floaters" => all().filter(|k| *k == people - 1 || k % 2 == t % 2).collect(),
            "stations" => all().filter(|k| k % 3 != t % 3).collect(),
            _ => overlapping(t).into_iter().filter(|k| k % 2 == 0).collect(),
        };
        match shape {
            "leaders" => Task { seats: vec![0, 1], groups: vec![group, overlapping(t)] },
            _ => Task { seats: vec![0; at(1 + dice.below(2))], groups: vec![group] },
        }
    };
    let tasks = (0..tasks).map(task).collect();
    let person = |dice: &mut Dice| Inspector { capacity: dice.below(4), carried: dice.below(2) };
    Problem { inspectors: (0..people).map(|_| person(dice)).collect(), tasks }
}

#[test]
fn small_shapes_of_the_bench_agree_with_the_definition() {
    for shape in ["ring", "slope", "floaters", "stations", "leaders"] {
        let (mut drawn, mut failed) = (0, 0);
        for seed in 0..300 {
            let dice = &mut Dice::new(seed);
            let problem = shaped(shape, dice);
            let instance = Instance::new(problem, dice);
            let even = even_assignments(&instance);
            match instance.assign() {
                Ok(found) => {
                    drawn += 1;
                    assert!(!even.is_empty(), "{shape} {seed}");
                    let plain = draw_by_definition(&instance, even);
                    assert_eq!(digest(&found), digest(&plain), "{shape} {seed} {instance:?}");
                }
                Err(deficit) => {
                    failed += 1;
                    assert!(even.is_empty(), "{shape} {seed}");
                    check_deficit(&instance, &deficit);
                }
            }
        }
        assert!(drawn >= 100 && failed >= 5, "{shape}: {drawn} {failed}");
    }
}

/// Of who sits where, and how many might have.
fn digest(seatings: &[Vec<Seating>]) -> String {
    let text: String =
        seatings.iter().flatten().map(|seat| format!("{} {}\n", seat.inspector, seat.possible)).collect();
    crate::encoding::Digest::of(text.as_bytes()).to_string()
}

/// The digest of who sits where in a department of many parts, large and small: the same with one thread and with many,
/// and the same as the engine gave before it knew of parts.
#[test]
fn thousands_of_tasks_give_one_digest() {
    let dice = &mut Dice::new(7);
    let (mut tasks, people) = (Vec::new(), 600);
    for t in 0..4_000 {
        // ten regions apart, ten that overlap, and some who go anywhere
        let first = if t % 2 == 0 { t % 20 * 15 } else { 300 + t % 19 * 15 };
        let mut group: Vec<u32> = (first..first + if t % 2 == 0 { 15 } else { 30 }).collect();
        let own = group[at(dice.below(15))];
        group.retain(|&k| k != own && k < people);
        tasks.push(Task { seats: vec![0, 0], groups: vec![group] });
    }
    let person = |carried| Inspector { capacity: 40, carried };
    let inspectors = (0..people).map(|_| person(dice.below(3))).collect();
    let instance = Instance::new(Problem { inspectors, tasks }, dice);
    let seatings = instance.assign().unwrap_or_default();
    assert_eq!(digest(&seatings), "2faecfedf4141675e1ef462a8dc71ce50a2ffb2edea0d6dbc2f5fac2f664f9ec");
}

#[test]
fn when_all_may_sit_everywhere_loads_differ_by_at_most_one() {
    for seed in 0..200 {
        let dice = &mut Dice::new(seed);
        let (tasks, inspectors, seats) = (dice.below(60), 3 + dice.below(15), 1 + dice.below(3));
        let task = Task { seats: vec![0; at(seats)], groups: vec![(0..inspectors).collect()] };
        let person = Inspector { capacity: tasks, carried: 7 };
        let problem = Problem { inspectors: vec![person; at(inspectors)], tasks: vec![task; at(tasks)] };
        let found = Instance::new(problem, dice).assign().unwrap_or_default();
        assert_eq!(found.len(), at(tasks));
        let load = |k| found.iter().flatten().filter(|s| s.inspector == k).count();
        let loads: Vec<usize> = (0..inspectors).map(load).collect();
        assert!(loads.iter().max() <= loads.iter().min().map(|least| least + 1).as_ref());
        assert!(found.iter().flatten().all(|s| s.possible == inspectors));
    }
}

#[test]
fn other_numbers_for_inspectors_and_tasks_change_nothing() {
    let mut drawn = 0;
    for seed in 0..300 {
        let dice = &mut Dice::new(seed);
        let problem = random_problem(dice, 12, 2, 9, 7, 6);
        let instance = Instance::new(problem, dice);
        let (mut people, mut tasks): (Vec<u32>, Vec<u32>) = ((0..9).collect(), (0..12).collect());
        dice.shuffle(&mut people);
        dice.shuffle(&mut tasks);
        // New number `i` is old number `people[i]`, so old `k` is new `new(k)`.
        let new = |map: &[u32], old: u32| index(map.iter().position(|&k| k == old).unwrap_or(usize::MAX));
        let renamed = |list: &Vec<u32>| list.iter().map(|&k| new(&people, k)).collect::<Vec<u32>>();
        let task = |&t: &u32| {
            let mut task = instance.problem.tasks[at(t)].clone();
            task.groups = task.groups.iter().map(renamed).collect();
            task.groups.iter_mut().for_each(|group| group.sort_unstable());
            task
        };
        let other = Instance {
            problem: Problem {
                inspectors: people.iter().map(|&k| instance.problem.inspectors[at(k)]).collect(),
                tasks: tasks.iter().map(task).collect(),
            },
            order: instance.order.iter().map(|&t| new(&tasks, t)).collect(),
            lists: tasks.iter().map(|&t| renamed(&instance.lists[at(t)])).collect(),
        };
        let (one, two) = (instance.assign(), other.assign());
        assert_eq!(one.is_ok(), two.is_ok());
        if let (Ok(one), Ok(two)) = (one, two) {
            drawn += 1;
            let back = |s: &Seating| Seating { inspector: people[at(s.inspector)], ..*s };
            for (t, seatings) in two.iter().enumerate() {
                assert_eq!(seatings.iter().map(back).collect::<Vec<_>>(), one[at(tasks[t])]);
            }
        }
    }
    assert!(drawn >= 100, "{drawn}");
}

/// The least sum of squares if every seat has only these inspectors, or `None`: an explicit network, solved by
/// cheapest paths (Bellman and Ford) that carry one seat each.
fn least_squares(instance: &Instance, seats: &[(usize, Vec<u32>)]) -> Option<u64> {
    let (mut arcs, mut nodes) = (Vec::<(usize, usize, i64, bool)>::new(), 2 + seats.len());
    let mut arc = |from, to, cost: i64| arcs.extend([(from, to, cost, true), (to, from, -cost, false)]);
    let first_person = nodes;
    for person in &instance.problem.inspectors {
        for load in (i64::from(person.carried)..).take(at(person.capacity)) {
            arc(0, nodes, 2 * load + 1);
        }
        nodes += 1;
    }
    let mut pairs = BTreeSet::new();
    for (task, eligible) in seats {
        pairs.extend(eligible.iter().map(|&k| (*task, k)));
    }
    for &(task, k) in &pairs {
        arc(first_person + at(k), nodes, 0);
        for (s, _) in seats.iter().enumerate().filter(|(_, (t, eligible))| *t == task && eligible.contains(&k)) {
            arc(nodes, 2 + s, 0);
        }
        nodes += 1;
    }
    (0..seats.len()).for_each(|s| arc(2 + s, 1, 0));
    let mut leaving = vec![Vec::new(); nodes];
    (0..arcs.len()).for_each(|number| leaving[arcs[number].0].push(number));
    for _ in seats {
        let mut way: Vec<Option<(i64, usize)>> = vec![None; nodes];
        way[0] = Some((0, usize::MAX));
        let mut queue = VecDeque::from([0]);
        while let Some(node) = queue.pop_front() {
            let so_far = way[node].map_or(0, |(cost, _)| cost);
            for &number in &leaving[node] {
                let (_, to, cost, open) = arcs[number];
                if open && way[to].is_none_or(|(known, _)| so_far + cost < known) {
                    way[to] = Some((so_far + cost, number));
                    queue.push_back(to);
                }
            }
        }
        let mut node = 1;
        while node != 0 {
            let (_, number) = way[node]?;
            arcs[number].3 = false;
            arcs[number ^ 1].3 = true;
            node = arcs[number].0;
        }
    }
    let pairs = || arcs.chunks_exact(2).filter(|pair| !pair[0].3);
    let carried: u64 = instance.problem.inspectors.iter().map(|i| u64::from(i.carried).pow(2)).sum();
    Some(carried + pairs().map(|pair| u64::try_from(pair[0].2).unwrap_or(0)).sum::<u64>())
}

/// Checks an instance that is too large for trying everything, by solving it again with forced seats, at every
/// `nth` seat. `None` if it has no lawful assignment.
fn check_by_force(instance: &Instance, nth: usize) -> Option<()> {
    let mut seats = instance.seats();
    let least = least_squares(instance, &seats);
    let Ok(found) = instance.assign() else {
        assert_eq!(least, None);
        return None;
    };
    assert!(least.is_some());
    let seatings: Vec<Seating> = found.into_iter().flatten().collect();
    let forced = |seats: &[(usize, Vec<u32>)], s: usize, k: u32| {
        let mut seats = seats.to_vec();
        seats[s].1 = vec![k];
        least_squares(instance, &seats) == least
    };
    for (s, seating) in seatings.iter().enumerate().step_by(nth) {
        let possible = seats[s].1.iter().filter(|&&k| forced(&seats, s, k)).count();
        assert_eq!(at(seating.possible), possible);
    }
    for &task in &instance.order {
        for s in (0..seats.len()).filter(|&s| seats[s].0 == at(task)).collect::<Vec<_>>() {
            if seatings[s].possible > 1 && s % nth == 0 {
                let mut list = instance.lists[at(task)].iter().filter(|k| seats[s].1.contains(k));
                let first = list.find(|&&k| forced(&seats, s, k));
                assert_eq!(Some(&seatings[s].inspector), first);
            }
            seats[s].1 = vec![seatings[s].inspector];
        }
    }
    assert_eq!(least_squares(instance, &seats), least);
    Some(())
}

#[test]
fn sixty_tasks_agree_with_solving_again() {
    let dice = &mut Dice::new(3);
    let mut problem = random_problem(dice, 60, 2, 16, 9, 3);
    problem.inspectors.iter_mut().for_each(|i| i.capacity += 5);
    assert_eq!(check_by_force(&Instance::new(problem, dice), 3), Some(()));
}

#[test]
fn medium_instances_agree_with_solving_again() {
    let checked = (0..60).filter_map(|seed| {
        let dice = &mut Dice::new(seed);
        let (tasks, inspectors, chance) = (5 + dice.below(8), 4 + dice.below(6), 2 + dice.below(7));
        let problem = random_problem(dice, tasks, 2, inspectors, 6, chance);
        check_by_force(&Instance::new(problem, dice), 1)
    });
    assert!(checked.count() >= 10);
}

#[test]
fn nonsense_is_answered_without_panic() {
    let person = Inspector { capacity: 2, carried: u32::MAX };
    let groups = vec![vec![1, 0, 1, 9, u32::MAX], vec![]];
    let mut problem = Problem {
        inspectors: vec![person, Inspector { capacity: u32::MAX, carried: 0 }],
        tasks: vec![Task { seats: vec![0, 0], groups: groups.clone() }, Task::default()],
    };
    let nobody = |_: u32, inspectors: &mut Vec<u32>| *inspectors = vec![7, u32::MAX];
    let found = assign(&problem, &[5, 1, 1, u32::MAX], nobody).unwrap_or_default();
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0]);
    assert!(found.iter().flatten().all(|s| s.possible == 2));
    for missing in [1, 2, u32::MAX] {
        problem.tasks[1] = Task { seats: vec![0, missing], groups: groups.clone() };
        let nobody_there = Deficit { tasks: vec![1], seats: 1, inspectors: vec![], places: 0 };
        assert_eq!(assign(&problem, &[], nobody), Err(nobody_there));
    }
    assert_eq!(assign(&Problem::default(), &[], nobody), Ok(vec![]));
}

#[test]
fn a_deficit_names_the_seats_that_lack_places() {
    let person = Inspector { capacity: 2, carried: 0 };
    let task = Task { seats: vec![0, 1], groups: vec![vec![0, 1], vec![2, 3, 4, 5]] };
    let mut tasks = vec![task.clone(); 6];
    tasks[3].groups[0] = vec![0, 6];
    let problem = Problem { inspectors: vec![person; 7], tasks };
    let found = assign(&problem, &[], |_, _| {});
    assert_eq!(found, Err(Deficit { tasks: vec![0, 1, 2, 4, 5], seats: 5, inspectors: vec![0, 1], places: 4 }));
}

/// Nothing of such a size is made: the sum alone refuses it.
#[test]
fn more_seats_than_can_be_numbered_are_refused() {
    let code = |seats: &[u64], people| super::must_fit(seats.iter().copied(), people).map_err(|fault| fault.code());
    let refused = Err(crate::fault::Code::LimitInspectors);
    let most = 1 << 30;
    assert_eq!(code(&[most], 0), Ok(()));
    assert_eq!(code(&[most - 8, 3], 5), Ok(()));
    assert_eq!(code(&[most - 8, 4], 5), refused);
    assert_eq!(code(&[], most / 2), Ok(()));
    assert_eq!(code(&[], most / 2 + 1), refused);
    for absurd in [1_000_000_000_000, u64::MAX] {
        assert_eq!(code(&[absurd, absurd, 1], 8), refused);
        assert_eq!(code(&[2], absurd), refused);
    }
}
