//! Fairness over seeds: what should be equally likely is, within bounds that a fair lottery breaks once in a million.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that cannot go on must stop")]

use std::collections::BTreeMap;
use yaohao::announcement::{Cell, CellSize, Method, Rounding, Size, Stratum};
use yaohao::assign::{Place, Problem, Task, assign};
use yaohao::encoding::{Digest, parse_canonical};
use yaohao::ident::Id;
use yaohao::rule::Rule;
use yaohao::sampling::settle;
use yaohao::seed::{Lots, Tickets};

/// Chi-square times the expected count, in integers: Σ(observed − expected)². `limit` is the bound on chi-square.
fn within(counts: impl Iterator<Item = u64>, cells: u64, draws: u64, limit: u64) -> bool {
    // Σ(cells·o − draws)² ≤ limit · draws · cells, multiplied out so that nothing is rounded
    let sum: i128 = counts.map(|o| (i128::from(cells * o) - i128::from(draws)).pow(2)).sum();
    sum <= i128::from(limit) * i128::from(draws) * i128::from(cells)
}

/// All 35 subsets of 3 out of 7, over 14,000 seeds: chi-square with 34 degrees of freedom stays below 90
/// (its one-in-a-million quantile is about 89.6).
#[test]
fn every_subset_is_equally_likely() {
    let ids = ["A", "B", "C", "D", "E", "F", "G"];
    let mut counts: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
    let draws = 14_000;
    for draw in 0..draws {
        let tickets = Lots::trial(draw).tickets("targets");
        let mut order: Vec<(Digest, &str)> = ids.iter().map(|id| (tickets.ticket(id), *id)).collect();
        order.sort();
        let mut drawn: Vec<&str> = order.iter().take(3).map(|(_, id)| *id).collect();
        drawn.sort_unstable();
        *counts.entry(drawn).or_default() += 1;
    }
    assert_eq!(counts.len(), 35, "some subset can never be drawn");
    assert!(within(counts.values().copied(), 35, draws, 90), "{counts:?}");
}

/// The old platforms' skip sampling left the last third of the list without a chance: here every place of the list has
/// the same. 299 entries, 100 drawn, 3,000 seeds; chi-square with 298 degrees of freedom stays below 430. (A hit count's
/// variance is smaller than Poisson's by 1 − 100/299, which makes the bound easier, not harder, for a fair lottery.)
#[test]
fn no_place_in_the_list_is_without_chance() {
    let ids: Vec<String> = (0..299).map(|i| format!("T{i:03}")).collect();
    let mut hits = vec![0_u64; ids.len()];
    for draw in 0..3_000 {
        let tickets = Lots::trial(draw).tickets("targets");
        let mut order: Vec<(Digest, usize)> = ids.iter().enumerate().map(|(at, id)| (tickets.ticket(id), at)).collect();
        order.sort();
        order.iter().take(100).for_each(|(_, at)| *hits.get_mut(*at).unwrap() += 1);
    }
    assert!(hits.iter().all(|hit| *hit > 0));
    assert!(within(hits.into_iter(), 299, 300_000, 430));
}

/// The stratum is not in the ticket: whoever moves an entry to another stratum, or changes the order of the file, cannot
/// roll again.
#[test]
fn a_ticket_depends_on_seed_and_id_alone() {
    let tickets = Lots::trial(1).tickets("targets");
    assert_eq!(tickets.ticket("A"), Tickets::new(&Lots::trial(1).sub_seed("targets")).ticket("A"));
    assert_ne!(tickets.ticket("A"), Lots::trial(2).tickets("targets").ticket("A"));
}

/// Rounding by lottery over real key streams: 20,000 seeds, fraction 0.25 twice and 0.5 once: the total is always one
/// more than the floors or equal, and each cell's share is within five standard deviations.
#[test]
fn rounding_by_lottery_over_seeds() {
    let cells = [2_500, 5_000, 2_500].map(|fraction| CellSize::Lottery { floor: 0, fraction });
    let mut gains = [0_u64; 3];
    for draw in 0..20_000 {
        let sizes = settle(&cells, &mut Lots::trial(draw).stream("sizes"));
        assert_eq!(sizes.iter().sum::<u64>(), 1, "the fractions add up to one exactly");
        gains.iter_mut().zip(sizes).for_each(|(gain, size)| *gain += size);
    }
    for (gain, (mean, deviation)) in gains.iter().zip([(5_000, 62), (10_000, 71), (5_000, 62)]) {
        assert!(u64::abs_diff(*gain, mean) < 5 * deviation, "{gains:?}");
    }
}

fn lottery(problem: &Problem, ids: &[&str], draw: u64) -> Vec<Vec<u32>> {
    let tickets = Lots::trial(draw).tickets("assign/d");
    let tasks: Vec<Id> = (0..problem.tasks.len()).map(|task| Id::parse(&format!("T{task}")).unwrap()).collect();
    let order: Vec<u32> = (0..u32::try_from(tasks.len()).unwrap()).collect();
    let list = |task: u32, candidates: &mut Vec<u32>| {
        let task = &tasks[usize::try_from(task).unwrap()];
        candidates.sort_by_key(|candidate| {
            tickets.pair(task, &Id::parse(ids[usize::try_from(*candidate).unwrap()]).unwrap())
        });
    };
    let seatings = assign(problem, &order, list).unwrap();
    seatings.into_iter().map(|task| task.into_iter().map(|seat| seat.inspector).collect()).collect()
}

/// Four inspectors who may all sit everywhere, two tasks of two seats: each pair at the first task comes equally often
/// (12 ordered pairs; chi-square with 11 degrees of freedom below 50), and loads are even in every draw.
#[test]
fn equals_are_treated_equally() {
    let everyone = Task { seats: vec![0, 0], groups: vec![vec![0, 1, 2, 3]] };
    let problem =
        Problem { inspectors: vec![Place { capacity: 4, carried: 0 }; 4], tasks: vec![everyone.clone(), everyone] };
    let mut counts: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    let draws = 6_000;
    for draw in 0..draws {
        let seats = lottery(&problem, &["P1", "P2", "P3", "P4"], draw);
        let mut loads = [0; 4];
        seats.iter().flatten().for_each(|inspector| loads[usize::try_from(*inspector).unwrap()] += 1);
        assert_eq!(loads, [1; 4]);
        *counts.entry(seats[0].clone()).or_default() += 1;
    }
    assert_eq!(counts.len(), 12);
    assert!(within(counts.values().copied(), 12, draws, 50), "{counts:?}");
}

/// Other names give the same distribution: the number of times that inspector 0 meets task 0 is that of a fair coin with
/// either set of names (one seat, two inspectors), five standard deviations.
#[test]
fn names_do_not_matter() {
    let task = Task { seats: vec![0], groups: vec![vec![0, 1]] };
    let problem = Problem { inspectors: vec![Place { capacity: 1, carried: 0 }; 2], tasks: vec![task] };
    for names in [["A", "B"], ["Z9", "A"], ["longer-name", "x"]] {
        let hits = (0..10_000).filter(|draw| lottery(&problem, &names, *draw)[0][0] == 0).count();
        assert!(hits.abs_diff(5_000) < 250, "{names:?}: {hits}");
    }
}

/// A stratum's announced cells are part of its form: a check that the example of the docs parses keeps this file honest
/// about the types it builds by hand.
#[test]
fn a_stratum_reads_what_it_writes() {
    let stratum = Stratum {
        name: Id::parse("a").unwrap(),
        rule: Rule::And(Vec::new()),
        size: Size::Rate { rate: 500, rounding: Rounding::Up, minimum: None, maximum: None },
        method: Method::Equal,
        reserves: 1,
        split: None,
        never: None,
        cells: vec![Cell { part: None, population: 100, size: CellSize::Fixed(5) }],
    };
    let value = parse_canonical(stratum.to_value().to_file().as_bytes()).unwrap();
    assert_eq!(Stratum::from_value(value, "strata[0]").unwrap(), stratum);
}
