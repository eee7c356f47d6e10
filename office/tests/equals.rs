//! The comparison of equals that `simulate` makes: it sees a lottery that is bent, and suspects none that is fair.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

mod support;

use std::fmt::Write as _;
use support::{Small, time};
use yaohao::announcement::Announcement;
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
    assert!(equals.pairs.contains(&("F10".to_owned(), id("A4"))), "{equals:?}");
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
