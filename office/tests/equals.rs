//! The comparison of equals that `simulate` makes: it sees a lottery that is bent, and suspects none that is fair.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

mod support;

use std::fmt::Write as _;
use support::{Small, time};
use yaohao::announcement::Announcement;
use yaohao::fault::{Code, Fault};
use yaohao::ident::Id;
use yaohao::outcome::Trial;
use yaohao::seed::Lots;
use yaohao_office::files::Folder;
use yaohao_office::simulate::{Equals, simulate_by};
use yaohao_office::watch::Silent;

const DRAWS: u64 = 1_500;

/// Twenty firms, of which seven are drawn; eight officers of three kinds, of different capacities, some recused.
fn base() -> Small {
    let mut targets = "id,class,items,region,staff,status\n".to_owned();
    (1..=20).for_each(|n| {
        let _ = writeln!(targets, "F{n:02},A,guandao,{},10,", if n % 2 == 0 { 3301 } else { 3302 });
    });
    let strata =
        "[[strata]]\nname = \"all\"\nrule = { and = [] }\nmethod = \"equal\"\nsize = { count = 7 }\nreserves = 0";
    let head = "id,department,qualifications,regions,lead,capacity,carried,from,to,status,crew,station\n";
    let officers: String = [
        "weihua,*,yes,8",
        "weihua,*,yes,9",
        "weihua;dianqi,*,yes,20",
        "weihua,*,yes,20",
        "weihua,*,,4",
        "weihua,*,,7",
        ",*,yes,7",
        "weihua,3301,,7",
    ]
    .iter()
    .zip(1..)
    .map(|(facts, n)| {
        let (facts, capacity) = facts.rsplit_once(',').unwrap();
        format!("A{n},yingji,{facts},{capacity},0,2020-01-01,2030-01-01,,,\n")
    })
    .collect();
    let inspectors = format!("{head}{officers}B1,gongan,,*,,8,0,2020-01-01,2030-01-01,,,\n");
    let recusals =
        "target,inspector,category\nF02,A1,kinship\nF03,A1,kinship\nF03,A2,rotation\nF07,A5,kinship\n".to_owned();
    Small { targets, inspectors, recusals, ..Small::default() }.strata(strata)
}

/// What the comparison says of draws that are bent by `bend`, from trial `first` on.
fn judged(small: &Small, first: u64, bend: impl Fn(u64, &mut Trial) + Sync) -> Equals {
    let folder = tempfile::tempdir().unwrap();
    let (campaign, mut entropy) = small.lay(folder.path());
    campaign.announce(&time("2024-10-14T08:00:00Z"), &mut entropy).unwrap();
    let statement = campaign.announcement().unwrap();
    let announcement: &Announcement = statement.body();
    let lottery = |draw: u64, trials: &yaohao::outcome::Trials<'_>| {
        let mut trial = trials.draw(&Lots::trial(first + draw))?;
        bend(draw, &mut trial);
        Ok(trial)
    };
    simulate_by(announcement, &Folder::new(&campaign.public()), DRAWS, false, &Silent, lottery).unwrap().equals
}

fn fair(_: u64, _: &mut Trial) {}

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

/// One takes the seats of the other, and the other way round.
fn exchange(trial: &mut Trial, one: &str, other: &str) {
    let (one, other) = (id(one), id(other));
    for department in &mut trial.departments {
        for seat in &mut department.seats {
            if seat.inspector == one {
                seat.inspector = other.clone();
            } else if seat.inspector == other {
                seat.inspector = one.clone();
            }
        }
        let load = |who: &Id, department: &yaohao::assign::DepartmentOutcome| {
            u64::try_from(department.seats.iter().filter(|seat| seat.inspector == *who).count()).unwrap()
        };
        let loads: Vec<u64> = department.loads.iter().map(|(id, _)| load(id, department)).collect();
        department.loads.iter_mut().zip(loads).for_each(|((_, to), load)| *to = load);
    }
}

fn load(trial: &Trial, who: &str) -> u64 {
    trial
        .departments
        .iter()
        .flat_map(|department| &department.loads)
        .find(|(found, _)| *found == id(who))
        .map_or(0, |(_, load)| *load)
}

fn meets(trial: &Trial, who: &str, firm: &str) -> bool {
    let seats = trial.departments.iter().flat_map(|department| &department.seats);
    seats.into_iter().any(|seat| seat.inspector == id(who) && seat.target == id(firm))
}

fn leads(trial: &Trial, who: &str) -> usize {
    let seats = trial.departments.iter().flat_map(|department| &department.seats);
    seats.filter(|seat| seat.leader && seat.inspector == id(who)).count()
}

#[test]
fn who_is_compared_with_whom() {
    let equals = judged(&base(), 0, fair);
    // A1 to A4 whatever their capacity and what no seat asks for, A5 with A6; A7 and A8 are like nobody, and B1 has no seats
    assert_eq!((equals.compared, equals.classes, equals.alone, equals.cells, equals.met), (6, 2, 3, 1, true));
    // six carry, four lead, and they meet firms: of these A1 is alone where F02 is drawn, A5 and A6 where F07 is, and A1 and
    // A2 never come to F03; twenty firms are drawn
    assert_eq!(equals.comparisons, 6 + 4 + (4 * 20 - 3) + (2 * 20 - 2) + 20);
}

#[test]
fn fair_lotteries_are_not_suspected() {
    let tight = Small { inspectors: base().inspectors.replace(",20,0,", ",3,0,").replace(",9,0,", ",2,0,"), ..base() };
    let leader = base().plan("leader = false, qualifications = [\"weihua\"]", "leader = false, qualifications = []");
    let rounded = "split = \"region\"\nsize = { rate = 3300, rounding = \"lottery\" }";
    let lottery = base().plan("size = { count = 7 }", rounded);
    for small in [base(), tight, leader, lottery] {
        for first in [0, 1_000_000] {
            let equals = judged(&small, first, fair);
            assert!(equals.comparisons > 100, "{equals:?}");
            assert!(equals.inspectors.is_empty() && equals.firms.is_empty() && equals.pairs.is_empty(), "{equals:?}");
        }
    }
}

#[test]
fn who_always_carries_less_is_seen() {
    let equals = judged(&base(), 0, |_, trial| {
        if load(trial, "A3") > load(trial, "A4") {
            exchange(trial, "A3", "A4");
        }
    });
    assert!(equals.inspectors.contains(&id("A3")), "{equals:?}");
}

#[test]
fn who_leads_more_often_is_seen() {
    let equals = judged(&base(), 0, |draw, trial| {
        if draw % 2 == 0 && load(trial, "A3") == load(trial, "A4") && leads(trial, "A3") < leads(trial, "A4") {
            exchange(trial, "A3", "A4");
        }
    });
    assert!(equals.inspectors.contains(&id("A3")), "{equals:?}");
}

#[test]
fn who_gets_the_firm_of_a_friend_is_seen() {
    let equals = judged(&base(), 0, |_, trial| {
        if meets(trial, "A3", "F10") && load(trial, "A3") == load(trial, "A4") {
            exchange(trial, "A3", "A4");
        }
    });
    assert!(equals.pairs.contains(&("F10".to_owned(), "A4".to_owned())), "{equals:?}");
    assert!(equals.inspectors.is_empty() && equals.firms.is_empty(), "{equals:?}");
}

/// A firm that is spared most of the time: another of its cell is visited in its place.
#[test]
fn a_firm_that_is_spared_is_seen() {
    let equals = judged(&base(), 0, |draw, trial| {
        if draw % 8 != 0 {
            let drawn = |trial: &Trial, firm: &str| trial.selection.drawn().any(|entry| entry.id == firm);
            if drawn(trial, "F05") && !drawn(trial, "F09") {
                for entry in trial.selection.cells.iter_mut().flat_map(|cell| &mut cell.drawn) {
                    if entry.id == "F05" {
                        "F09".clone_into(&mut entry.id);
                    }
                }
            }
        }
    });
    assert!(equals.firms.contains(&"F05".to_owned()) && equals.firms.contains(&"F09".to_owned()), "{equals:?}");
}

/// `base` with a crew for each of yingji, and somebody else's crews in the register.
fn with_crews(crews: &str, cells: &[(&str, &str)]) -> Small {
    let cell = |line: &str| match cells.iter().find(|(id, _)| line.starts_with(&format!("{id},"))) {
        Some((_, crew)) => format!("{},{crew},\n", line.trim_end_matches(",,")),
        None => format!("{line}\n"),
    };
    Small { inspectors: base().inspectors.lines().map(cell).collect(), ..base() }
        .plan("[team]\n", &format!("[team]\ncrews = [{crews}]\n"))
}

/// Drawn crews ask for the same in every item.
const YANHUA: &str = "  { department = \"yingji\", count = 1, leader = true, qualifications = [] },
  { department = \"gongan\"";
const SAME: &str = "  { department = \"yingji\", count = 1, leader = true, qualifications = [] },
  { department = \"yingji\", count = 1, leader = false, qualifications = [\"weihua\"] },
  { department = \"gongan\"";

const OWN_CREWS: [(&str, &str); 9] = [
    ("A1", "a"),
    ("A2", "b"),
    ("A3", "c"),
    ("A4", "d"),
    ("A5", "e"),
    ("A6", "f"),
    ("A7", "g"),
    ("A8", "h"),
    ("B1", "i"),
];

/// A cell that decides nothing tells nobody apart: in a department that sends no crews, or makes them by lot.
#[test]
fn crew_cells_of_other_departments_tell_nobody_apart() {
    let none = judged(&with_crews("{ department = \"gongan\", kind = \"given\" }", &OWN_CREWS), 0, fair);
    let plain = judged(&base(), 0, fair);
    assert_eq!((none.compared, none.classes, none.comparisons), (plain.compared, plain.classes, plain.comparisons));
    assert_eq!(none.crews, (1, 0));
    // of those who can make crews by lot all but capacity is alike in A3 and A4, A5 and A6
    let both = "{ department = \"gongan\", kind = \"given\" }, { department = \"yingji\", kind = \"drawn\" }";
    let two = |cells: &[(&str, &str)]| {
        let small = with_crews(both, cells).plan("size = { count = 7 }", "size = { count = 4 }");
        let small = small.plan(YANHUA, SAME);
        Small { inspectors: small.inspectors.replace("weihua,*,,7,", "weihua,*,,4,"), ..small }
    };
    let by_lot = judged(&two(&OWN_CREWS), 0, fair);
    assert_eq!((by_lot.compared, by_lot.classes), (4, 2), "{by_lot:?}");
    assert_eq!(by_lot, Equals { crews: (1, 0), ..judged(&two(&OWN_CREWS[8..]), 0, fair) });
}

/// Four crews: two of two equal leaders, one of a leader and another, one that is barred from F02 as A1 is.
fn crews_of_two() -> Small {
    let cells =
        [("A1", "1"), ("A2", "1"), ("A3", "2"), ("A4", "2"), ("A5", "3"), ("A6", "4"), ("A7", "3"), ("A8", "4")];
    with_crews("{ department = \"yingji\", kind = \"given\" }", &cells)
}

#[test]
fn crews_of_the_register_are_compared_as_one() {
    let equals = judged(&crews_of_two(), 0, fair);
    // 1 and 2 have two who may lead; 3 and 4 cannot go, or have nobody like them
    assert_eq!((equals.crews, equals.inspectors.len(), equals.unusual_crews.len()), ((4, 2), 0, 0), "{equals:?}");
    // within a crew only who leads is open; capacity is that of the crew's least, 8 and 20
    assert_eq!((equals.compared, equals.classes), (2, 1));
    // A3 and A4 lead; crews have loads, and meet F01 to F20 but not F02, F03 and F07, which only one of the two may go to
    assert!(equals.comparisons > 2 + 2 + 2 * 10 + 20, "{equals:?}");
    assert!(equals.firms.is_empty() && equals.pairs.is_empty());
}

#[test]
fn a_crew_that_is_spared_is_seen() {
    let swap = |trial: &mut Trial| {
        exchange(trial, "A1", "A3");
        exchange(trial, "A2", "A4");
    };
    let equals = judged(&crews_of_two(), 0, |_, trial| {
        if load(trial, "A1") > load(trial, "A3") {
            swap(trial);
        }
    });
    assert!(equals.unusual_crews.contains(&"yingji/1".to_owned()), "{equals:?}");
    let friend = judged(&crews_of_two(), 0, |_, trial| {
        if meets(trial, "A1", "F10") {
            swap(trial);
        }
    });
    assert!(friend.pairs.contains(&("F10".to_owned(), "yingji/2".to_owned())), "{friend:?}");
}

/// Weights 1 to 20, and one that makes F20 certain.
fn weighted(size: &str) -> Small {
    let mut small = Small { plan: Small::default().plan, ..base() }.strata(&format!(
        "[[strata]]\nname = \"all\"\nrule = {{ and = [] }}\nmethod = \"weighted\"\nweight = \"staff\"\nsize = {size}\nreserves = 0"
    ));
    let staff = |(line, n): (&str, u64)| match n {
        0 => format!("{line}\n"),
        n => line.replace(",10,", &format!(",{},", if n == 20 { 400 } else { n })) + "\n",
    };
    small.targets = small.targets.lines().zip(0..).map(staff).collect();
    small
}

#[test]
fn firms_with_weights_are_compared_with_their_own_odds() {
    for size in ["{ count = 6 }", "{ rate = 3300, rounding = \"up\" }"] {
        let equals = judged(&weighted(size), 0, fair);
        assert_eq!((equals.cells, equals.firms.len()), (1, 0), "{equals:?}");
    }
    // what the lightest gets is nothing unusual among all; beside its own odds it is
    let bent = judged(&weighted("{ count = 6 }"), 0, |draw, trial| {
        let drawn = |firm: &str| trial.selection.drawn().any(|entry| entry.id == firm);
        if draw % 4 == 0 && drawn("F15") && !drawn("F01") {
            rename(trial, "F15", "F01");
        }
    });
    assert!(bent.firms.contains(&"F01".to_owned()), "{bent:?}");
    // one draw without a firm that is certain is enough
    let bent = judged(&weighted("{ count = 6 }"), 0, |draw, trial| {
        if draw == 700 {
            let other = (1..20).map(|n| format!("F{n:02}"));
            let drawn = |firm: &String| trial.selection.drawn().any(|entry| entry.id == *firm);
            let other = other.into_iter().find(|firm| !drawn(firm)).unwrap();
            rename(trial, "F20", &other);
        }
    });
    assert_eq!(bent.firms, ["F20"]);
}

/// Another firm is drawn in the place of one.
fn rename(trial: &mut Trial, from: &str, to: &str) {
    let drawn = trial.selection.cells.iter_mut().flat_map(|cell| &mut cell.drawn);
    drawn.filter(|entry| entry.id == from).for_each(|entry| to.clone_into(&mut entry.id));
}

#[test]
fn nothing_is_said_of_draws_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    let (campaign, mut entropy) = base().lay(folder.path());
    campaign.announce(&time("2024-10-14T08:00:00Z"), &mut entropy).unwrap();
    let statement = campaign.announcement().unwrap();
    let failing = |_: u64, _: &yaohao::outcome::Trials<'_>| Err(Fault::new(Code::AssignInfeasible));
    let evidence = Folder::new(&campaign.public());
    let trials = simulate_by(statement.body(), &evidence, 9, false, &Silent, failing).unwrap();
    assert_eq!((trials.draws, trials.infeasible), (9, 9));
    assert_eq!(trials.equals, Equals { met: true, ..Equals::default() });
}
