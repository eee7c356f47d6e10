//! 1,000 tasks × 6 departments × 2 seats × 500 inspectors (of each department), all eligible and by region.
//!
//! `cargo bench --bench assign`. Benches report, tests never time.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_types, reason = "a bench needs a clock")]

use std::time::Instant;
use yaohao::assign::{Place, Problem, Task, assign};
use yaohao::encoding::Digest;
use yaohao::ident::Id;
use yaohao::seed::Lots;

fn main() {
    for (name, regions) in [("all eligible", 1), ("20 regions", 20)] {
        let start = Instant::now();
        let digests: Vec<Digest> = (0..6).map(|department| one(department, 1_000, 500, regions)).collect();
        let all: String = digests.iter().map(Digest::to_string).collect();
        println!(
            "1,000 tasks × 6 × 2 seats × 500 inspectors, {name:<14} {:>10.2?}  {}",
            start.elapsed(),
            Digest::of(all.as_bytes())
        );
    }
}

fn one(department: u32, tasks: u32, inspectors: u32, regions: u32) -> Digest {
    let id = |prefix: &str, number: u32| Id::parse(&format!("{prefix}{number:017}")).unwrap();
    let targets: Vec<Id> = (0..tasks).map(|task| id("T", task)).collect();
    let people: Vec<Id> = (0..inspectors).map(|inspector| id("P", inspector)).collect();
    let near =
        |task: u32| (0..inspectors).filter(|inspector| inspector % regions == task % regions).collect::<Vec<u32>>();
    let problem = Problem {
        inspectors: vec![Place { capacity: 8, carried: 0 }; usize::try_from(inspectors).unwrap()],
        tasks: (0..tasks).map(|task| Task { seats: vec![0, 0], groups: vec![near(task)] }).collect(),
    };
    let lots = Lots::trial(1);
    let tickets = lots.tickets(&format!("assign/{department}"));
    let order: Vec<u32> = (0..tasks).collect();
    let list = |task: u32, candidates: &mut Vec<u32>| {
        let task = &targets[usize::try_from(task).unwrap()];
        candidates.sort_by_cached_key(|candidate| tickets.pair(task, &people[usize::try_from(*candidate).unwrap()]));
    };
    let seatings = assign(&problem, &order, list).unwrap();
    let text: String =
        seatings.iter().flatten().map(|seat| format!("{} {}\n", seat.inspector, seat.possible)).collect();
    Digest::of(text.as_bytes())
}
