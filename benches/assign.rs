//! The second random at a province's size: one department and six, with regions apart, with regions that overlap, and with
//! everybody's own list.
//!
//! `cargo bench --bench assign [-- NAME]`; without threads by `--no-default-features`. Benches report, tests never time.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_types, reason = "a bench needs a clock")]
#![allow(clippy::disallowed_methods, reason = "a bench is told what to do, and how much memory it took")]

use std::time::Instant;
use yaohao::assign::{Place, Problem, Task, assign};
use yaohao::encoding::Digest;
use yaohao::ident::Id;
use yaohao::seed::Lots;

/// A made-up department, so many times over.
struct Case {
    name: &'static str,
    departments: u32,
    tasks: u32,
    inspectors: u32,
    capacity: u32,
    /// Who may go to a task; where only some may lead, those who may.
    group: fn(task: u32, inspectors: u32) -> Vec<u32>,
}

const CASES: [Case; 13] = [
    Case {
        name: "1,000 × 6 × 2 × 500, all eligible",
        departments: 6,
        tasks: 1_000,
        inspectors: 500,
        capacity: 8,
        group: everybody,
    },
    Case {
        name: "1,000 × 6 × 2 × 500, 20 regions",
        departments: 6,
        tasks: 1_000,
        inspectors: 500,
        capacity: 8,
        group: twenty,
    },
    Case {
        name: "100,000 × 2 × 10,000, regions apart",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 30,
        group: apart,
    },
    Case {
        name: "100,000 × 2 × 10,000, regions overlap",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 30,
        group: overlapping,
    },
    Case {
        name: "100,000 × 2 × 10,000, lists of their own",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 30,
        group: scattered,
    },
    Case {
        name: "99,000 × 2 × 10,000, tight and scattered",
        departments: 1,
        tasks: 99_000,
        inspectors: 10_000,
        capacity: 20,
        group: scattered,
    },
    Case {
        name: "100,000 × 2 × 10,000, ring of 7 each",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 30,
        group: ring,
    },
    Case {
        name: "100,000 × 2 × 10,000, ring, room for all but 100",
        departments: 1,
        tasks: 99_950,
        inspectors: 10_000,
        capacity: 20,
        group: ring,
    },
    Case {
        name: "100,000 × 2 × 10,000, slope",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 200,
        group: slope,
    },
    Case {
        name: "100,000 × 2 × 10,000, regions and floaters",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 30,
        group: floaters,
    },
    Case {
        name: "100,000 × 2 × 10,000, one in twenty leads",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 250,
        group: leaders,
    },
    Case {
        name: "100,000 × 2 × 10,000, crossing stations",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 30,
        group: stations,
    },
    Case {
        name: "100,000 × 6 × 2 × 10,000, regions overlap",
        departments: 6,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 30,
        group: overlapping,
    },
];

/// Departments that have not people enough: how long it takes to say so, and of whom.
const SHORT: [Case; 3] = [
    Case {
        name: "8 officers for 11,259 firms",
        departments: 1,
        tasks: 11_259,
        inspectors: 8,
        capacity: 200,
        group: everybody,
    },
    Case {
        name: "100,000 × 2 × 10,000, overlap, 19 each",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 19,
        group: overlapping,
    },
    Case {
        name: "100,000 × 2 × 10,000, own lists, 19 each",
        departments: 1,
        tasks: 100_000,
        inspectors: 10_000,
        capacity: 19,
        group: scattered,
    },
];

fn everybody(_: u32, inspectors: u32) -> Vec<u32> {
    (0..inspectors).collect()
}

fn twenty(task: u32, inspectors: u32) -> Vec<u32> {
    (0..inspectors).filter(|inspector| inspector % 20 == task % 20).collect()
}

/// Seventy inspectors work in each of 142 regions, and nowhere else.
fn apart(task: u32, inspectors: u32) -> Vec<u32> {
    let region = task % (inspectors / 70);
    (region * 70..region * 70 + 70).collect()
}

/// Every region has seventy, most of whom work in the next ones too.
fn overlapping(task: u32, inspectors: u32) -> Vec<u32> {
    let first = task % (inspectors / 10) * 10;
    let mut group: Vec<u32> = (first..first + 70).map(|inspector| inspector % inspectors).collect();
    group.sort_unstable();
    group
}

/// Seven for each task, each the neighbour of the last: one long chain of small groups, closed to a ring.
fn ring(task: u32, inspectors: u32) -> Vec<u32> {
    let mut group: Vec<u32> = (task..task + 7).map(|inspector| inspector % inspectors).collect();
    group.sort_unstable();
    group
}

/// Who may go to a task may go to all after it: from two for the first to more than a thousand.
fn slope(task: u32, _: u32) -> Vec<u32> {
    (0..2 + task / 90).collect()
}

/// Sixty-four work in each of 150 regions, and four hundred go to any ten of them.
fn floaters(task: u32, _: u32) -> Vec<u32> {
    let region = task % 150;
    let floating = (0..27).map(|n| 9_600 + (region / 10 * 27 + n) % 400);
    let mut group: Vec<u32> = (region * 64..region * 64 + 64).chain(floating).collect();
    group.sort_unstable();
    group
}

/// Regions that overlap, where one in twenty may lead. The first seat is a leader's.
fn leaders(task: u32, inspectors: u32) -> Vec<u32> {
    overlapping(task, inspectors).into_iter().filter(|inspector| inspector % 20 == 0).collect()
}

/// Ten stations of seven in each of 142 regions: whoever is of another station may go.
fn stations(task: u32, inspectors: u32) -> Vec<u32> {
    let station = task / (inspectors / 70) % 10;
    apart(task, inspectors).into_iter().filter(|inspector| inspector % 70 / 7 != station).collect()
}

/// Seventy for each task, anywhere: qualifications and recusals that no two tasks share.
fn scattered(task: u32, inspectors: u32) -> Vec<u32> {
    let mut state = u64::from(task).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut group: Vec<u32> = (0..75)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u32::try_from((state >> 20) % u64::from(inspectors)).unwrap()
        })
        .collect();
    group.sort_unstable();
    group.dedup();
    group
}

fn main() {
    let asked = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    println!("feature parallel: {}", cfg!(feature = "parallel"));
    let wanted = |case: &&Case| asked.as_ref().is_none_or(|asked| case.name.contains(asked.as_str()));
    for case in SHORT.iter().filter(wanted) {
        let problem = problem(case);
        let start = Instant::now();
        let deficit = assign(&problem, &[], |_, _| ()).unwrap_err();
        println!(
            "{:<42} {:>9.2?}  {} tasks, {} seats, {} inspectors, {} places",
            case.name,
            start.elapsed(),
            deficit.tasks.len(),
            deficit.seats,
            deficit.inspectors.len(),
            deficit.places
        );
    }
    for case in CASES.iter().filter(wanted) {
        let start = Instant::now();
        let digests: Vec<String> = (0..case.departments).map(|department| one(case, department).to_string()).collect();
        let (time, digest) = (start.elapsed(), Digest::of(digests.concat().as_bytes()).to_string());
        println!("{:<42} {time:>9.2?}  peak {:>5} MB  {}", case.name, peak(), digest.split_at(16).0);
    }
}

/// The most memory that this process has had, in megabytes; 0 where the system does not tell.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn problem(case: &Case) -> Problem {
    let group = |task: u32| (case.group)(task, case.inspectors);
    Problem {
        inspectors: (0..case.inspectors).map(|_| Place { capacity: case.capacity, carried: 0 }).collect(),
        tasks: (0..case.tasks).map(|task| team(group(task), task, case)).collect(),
    }
}

/// Two seats of one kind, or a leader and one more.
fn team(group: Vec<u32>, task: u32, case: &Case) -> Task {
    if case.name.ends_with("leads") {
        return Task { seats: vec![0, 1], groups: vec![group, overlapping(task, case.inspectors)] };
    }
    Task { seats: vec![0, 0], groups: vec![group] }
}

fn one(case: &Case, department: u32) -> Digest {
    let id = |prefix: &str, number: u32| Id::parse(&format!("{prefix}{number:017}")).unwrap();
    let targets: Vec<Id> = (0..case.tasks).map(|task| id("T", task)).collect();
    let people: Vec<Id> = (0..case.inspectors).map(|inspector| id("P", inspector)).collect();
    let problem = problem(case);
    let lots = Lots::trial(1);
    let tickets = lots.tickets(&format!("assign/{department}"));
    let order: Vec<u32> = (0..case.tasks).collect();
    let list = |task: u32, candidates: &mut Vec<u32>| {
        let task = &targets[usize::try_from(task).unwrap()];
        candidates.sort_by_cached_key(|candidate| tickets.pair(task, &people[usize::try_from(*candidate).unwrap()]));
    };
    let seatings = assign(&problem, &order, list).unwrap();
    let text: String =
        seatings.iter().flatten().map(|seat| format!("{} {}\n", seat.inspector, seat.possible)).collect();
    Digest::of(text.as_bytes())
}
