//! Too few people, in every way that happens: a clear word, and nothing written.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::fmt::Write as _;
use support::{Small, time};
use yaohao::fault::Code;

/// Eight firms are drawn, each with a leader and another of yingji.
fn base() -> Small {
    let strata =
        "[[strata]]\nname = \"all\"\nrule = { and = [] }\nmethod = \"order\"\nsize = { all = true }\nreserves = 0";
    let items = "id,class,items,region,staff,status\n".to_owned()
        + &(1..=8).map(|n| format!("F{n},A,guandao,{},10,\n", if n > 6 { 3309 } else { 3301 })).collect::<String>();
    let small = Small { targets: items, recusals: "target,inspector,category\n".to_owned(), ..Small::default() };
    small.plan("basis = \"random\"", "basis = \"full-coverage\"").strata(strata)
}

fn people(rows: &[&str]) -> String {
    let head = "id,department,qualifications,regions,lead,capacity,carried,from,to,status,crew,station\n".to_owned();
    // somebody of the other department, so that the register is never empty
    let others = "B1,gongan,,*,,8,0,2020-01-01,2030-01-01,,,\n";
    rows.iter().fold(head + others, |text, row| text + row + "\n")
}

/// What announcing says, with the facts filled into a template: nothing is announced that cannot be drawn.
fn refused(small: &Small, template: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (campaign, mut entropy) = small.lay(folder.path());
    let refused = campaign.announce(&time("2024-10-14T08:00:00Z"), &mut entropy).unwrap_err();
    let written = std::fs::read_dir(campaign.public()).map_or(0, Iterator::count);
    assert_eq!(written, 0, "something was written");
    let fault = refused.faults.iter().find(|fault| fault.code() == Code::AssignInfeasible);
    fault.unwrap_or_else(|| panic!("{:?}", refused.faults)).fill(template)
}

const SHORT: &str = "{tasks} targets, {seats} seats, {inspectors} {who}, {places} places, {short} short: {kinds}";
const OFF: &str = "{pool}: {elsewhere} {stations} {unqualified} {no_lead} {experts} {expired} {recused} {spent}";

#[test]
fn nobody_and_one() {
    let none = Small { inspectors: people(&[]), ..base() };
    assert_eq!(
        refused(&none, SHORT),
        "1 targets, 2 seats, 0 officers, 0 places, 2 short: 3301 1→1 [lead], 3301 1→1 [weihua]"
    );
    assert_eq!(refused(&none, OFF), "0: 0 0 0 0 0 0 0 0");
    let one = Small { inspectors: people(&["A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,"]), ..base() };
    assert_eq!(
        refused(&one, SHORT),
        "1 targets, 2 seats, 1 officers, 1 places, 1 short: 3301 1→1 [lead], 3301 1→1 [weihua]"
    );
}

#[test]
fn each_obstacle_is_counted() {
    let rows = [
        "A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,",
        "A2,yingji,weihua,3302,,9,0,2020-01-01,2030-01-01,,,",
        "A3,yingji,,*,,9,0,2020-01-01,2030-01-01,,,",
        "A4,yingji,weihua,*,,9,0,2020-01-01,2024-11-15,,,",
        "A5,yingji,weihua,*,,0,0,2020-01-01,2030-01-01,,,",
    ];
    let small = Small { inspectors: people(&rows), ..base() };
    // A1 must lead; of the others one lacks the qualification, one works elsewhere, one's certificate ends, one has no capacity
    assert_eq!(
        refused(&small, SHORT),
        "1 targets, 2 seats, 2 officers, 1 places, 1 short: 3301 1→1 [lead], 3301 1→1 [weihua]"
    );
    let qualified = Small { inspectors: people(&rows).replace("A1,yingji,weihua", "A1,yingji,"), ..base() };
    assert_eq!(refused(&qualified, SHORT), "1 targets, 1 seats, 1 officers, 0 places, 1 short: 3301 1→1 [weihua]");
    assert_eq!(refused(&qualified, OFF), "5: 1 0 2 0 0 1 0 1");
    // A2 would do if it worked there, A1 and A3 with the qualification, A4 with a longer certificate
    assert_eq!(refused(&qualified, "{lone_region} {lone_qualification} {lone_validity} {lone_lead}"), "1 2 1 0");
    let no_leader = Small { inspectors: people(&rows).replace(",yes,", ",,"), ..base() };
    assert_eq!(refused(&no_leader, "{kinds}; {no_lead} of {pool}"), "3301 1→1 [lead]; 5 of 5");
    let all = Small {
        inspectors: people(&[
            "A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,",
            "A2,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,",
        ]),
        recusals: "target,inspector,category\nF3,A1,kinship\nF3,A2,kinship\n".to_owned(),
        ..base()
    };
    assert_eq!(refused(&all, "{which}: {recused} of {pool}"), "F3: 2 of 2");
}

#[test]
fn one_station_and_nobody_from_another() {
    let own = "stations = [{ department = \"yingji\", column = \"class\", mode = \"cross\" }]";
    let small = Small {
        inspectors: people(&[
            "A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,A",
            "A2,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,A",
        ]),
        ..base().plan("[team]\n", &format!("[team]\n{own}\n"))
    };
    assert_eq!(refused(&small, "{kinds}; {stations} of {pool}"), "3301/A 1→1 [lead], 3301/A 1→1 [weihua]; 2 of 2");
}

#[test]
fn crews_that_do_not_fit() {
    let crews = "crews = [{ department = \"yingji\", kind = \"given\" }]";
    let small = Small {
        inspectors: people(&[
            "A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,甲组,",
            "A2,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,乙组,",
        ]),
        ..base().plan("[team]\n", &format!("[team]\n{crews}\n"))
    };
    assert_eq!(refused(&small, "{seats} {who}, {inspectors} can, {short} short"), "1 crews, 0 can, 1 short");
}

#[test]
fn eight_officers_for_eleven_thousand_firms() {
    let mut targets = "id,class,items,region,staff,status\n".to_owned();
    (1..=11_259).for_each(|n| {
        let _ = writeln!(targets, "F{n:05},A,guandao,3301,10,");
    });
    let rows: Vec<String> =
        (1..=8).map(|n| format!("A{n},yingji,weihua,*,yes,200,0,2020-01-01,2030-01-01,,,")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let small = Small { targets, inspectors: people(&rows), ..base() };
    let words = refused(&small, "{tasks} targets, {seats} seats, {inspectors} officers, {places} places");
    assert_eq!(words, "801 targets, 1602 seats, 8 officers, 1600 places");
}
