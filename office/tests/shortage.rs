//! Too few people, in every way that happens: a clear word, and nothing written.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::fmt::Write as _;
use support::{Small, time};
use yaohao::ident::Id;
use yaohao_office::advice::{Advice, Help, Lift, advice};
use yaohao_office::strays::{Stray, strays};

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
    let fault = refused.faults.iter().find(|fault| fault.code().is_infeasible());
    fault.unwrap_or_else(|| panic!("{:?}", refused.faults)).fill(template)
}

const SHORT: &str = "{tasks} targets, {seats} seats, {inspectors} officers, {places} places, {short} short: {kinds}";
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
    assert_eq!(refused(&all, "{which}: {recused} of {pool}, {rotated} by rotation"), "F3: 2 of 2, 0 by rotation");
    // who may go but has no capacity is told there, not among those who may not
    let spent = Small { inspectors: people(&["A1,yingji,weihua,*,yes,0,0,2020-01-01,2030-01-01,,,"]), ..base() };
    assert_eq!(refused(&spent, "{inspectors} can, {idle} of them idle, {off} off"), "1 can, 1 of them idle, 0 off");
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

const CREWS: &str =
    "{seats} of {pool} crews, {inspectors} can, {short} short, {left} left; {small} {away} {unfit} {recused} {spent}";

#[test]
fn crews_that_do_not_fit() {
    let given = "crews = [{ department = \"yingji\", kind = \"given\" }]";
    let with =
        |rows: &[&str]| Small { inspectors: people(rows), ..base() }.plan("[team]\n", &format!("[team]\n{given}\n"));
    // one member each, where two are wanted; nobody barred, so the least that cannot be served is one target
    let small = with(&[
        "A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,甲组,",
        "A2,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,乙组,",
        "A3,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,,",
    ]);
    assert_eq!(refused(&small, CREWS), "1 of 2 crews, 0 can, 1 short, 1 left; 2 0 0 0 0");
    // large enough, but one works elsewhere, one has no leader, one no capacity
    let unfit = with(&[
        "A1,yingji,weihua,3302,yes,9,0,2020-01-01,2030-01-01,,甲组,",
        "A2,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,甲组,",
        "A3,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,乙组,",
        "A4,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,乙组,",
        "A5,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,丙组,",
        "A6,yingji,weihua,*,,0,0,2020-01-01,2030-01-01,,丙组,",
    ]);
    assert_eq!(refused(&unfit, CREWS), "1 of 3 crews, 1 can, 1 short, 0 left; 0 1 1 0 1");
    let all = advised(&unfit);
    assert!(all.len() == 1 && all[0].crews && (all[0].filled.seats, all[0].filled.empty) == (8, 8), "{all:?}");
    // 丙组 alone would take them all with capacity 8, 乙组 if its people might lead
    // 甲组 would do anywhere if its first member might go there, region by region or in all
    let beyond = |to: &str, left| Help::Beyond { from: Id::parse("3302").unwrap(), to: Id::parse(to).unwrap(), left };
    let lift = |lift| Help::Lift { lift, left: 0 };
    let expected = [Help::Capacity(8), beyond("3301", 2), beyond("3309", 6), lift(Lift::Regions), lift(Lift::Lead)];
    assert_eq!(all[0].helps[1..], expected);
    let Help::More(more) = all[0].helps[0] else { panic!("{all:?}") };
    assert_eq!((more.count, more.capacity), (1, 9));
    let recused = Small {
        recusals: "target,inspector,category\nF3,A1,kinship\n".to_owned(),
        ..with(&[
            "A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,甲组,",
            "A2,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,甲组,",
        ])
    };
    assert_eq!(
        refused(&recused, &format!("{{which}}: {CREWS}")),
        "F3: 1 of 1 crews, 0 can, 1 short, 0 left; 0 0 0 1 0"
    );
    assert_eq!(advised(&recused)[0].helps[1..], [Help::Lift { lift: Lift::Recusals, left: 0 }]);
}

#[test]
fn a_reserved_category_is_told_with_its_row() {
    let recusals = "target,inspector,category\nF3,A1,kinship\nF4,A1,last-visitor\n".to_owned();
    let small = Small { recusals, ..Small::default() };
    let folder = tempfile::tempdir().unwrap();
    let (campaign, _) = small.lay(folder.path());
    let refused = campaign.look(&time("2024-10-14T08:00:00Z")).map(|_| ()).unwrap_err();
    let fault = &refused.faults[0];
    assert_eq!(fault.code(), yaohao::fault::Code::RecusalReserved);
    assert_eq!(fault.place().1, Some(3), "{fault}");
    assert!(fault.to_string().contains("F4 and A1"), "{fault}");
}

#[test]
fn crews_that_lots_form_want_people() {
    let drawn = "crews = [{ department = \"yingji\", kind = \"drawn\" }]";
    let rows = ["A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,"];
    let gongan = "  { department = \"gongan\", count = 1";
    let second = "  { department = \"yingji\", count = 1, leader = false, qualifications = [\"weihua\"] },\n";
    let small = Small { inspectors: people(&rows), ..base() }.plan("[team]\n", &format!("[team]\n{drawn}\n"));
    // lots form crews only where every item has the same seats
    let small = small.plan(gongan, &format!("{second}{gongan}"));
    assert_eq!(refused(&small, "{formed?people}{given?crews}, {members} each"), "people, 2 each");
    assert_eq!(advised(&small)[0].drawn, Some(2));
}

/// What would help in the first trial draw.
fn advised(small: &Small) -> Vec<Advice> {
    let folder = tempfile::tempdir().unwrap();
    let (campaign, _) = small.lay(folder.path());
    let frozen = campaign.look(&time("2024-10-14T08:00:00Z")).unwrap();
    advice(&frozen.announcement, &frozen, 0).unwrap()
}

/// What would help yingji, in few words.
fn helps(small: &Small) -> Vec<String> {
    let all = advised(small);
    assert!(all.len() == 1 && all[0].department.as_str() == "yingji" && !all[0].coarse, "{all:?}");
    let words = all[0].helps.iter().map(|help| match help {
        Help::More(more) => format!("{} more with {}", more.count, more.capacity),
        Help::Least(more) => format!("at least {} more", more.count),
        Help::Capacity(more) => format!("capacity +{more}"),
        Help::Beyond { from, to, left } => format!("{from} in {to}: {left}"),
        Help::Lift { lift, left } => format!("{lift:?}: {left}"),
    });
    std::iter::once(format!("{} of {}", all[0].filled.empty, all[0].filled.seats)).chain(words).collect()
}

#[test]
fn what_would_help_is_told_and_is_just_enough() {
    // eight targets, six in 3301 and two in 3309, each with a leader and somebody for weihua
    let of = |rows: &[&str]| Small { inspectors: people(rows), ..base() };
    assert_eq!(helps(&of(&[])), ["16 of 16", "16 more with 1"]);
    // capacity alone: 3 + 3 places for 16 seats
    let few = of(&[
        "A1,yingji,weihua,*,yes,3,0,2020-01-01,2030-01-01,,,",
        "A2,yingji,weihua,*,yes,3,0,2020-01-01,2030-01-01,,,",
    ]);
    assert_eq!(helps(&few), ["10 of 16", "4 more with 3", "capacity +5"]);
    // a region that nobody works in: capacity is no help, another region's people are
    let elsewhere = of(&[
        "A1,yingji,weihua,3301,yes,9,0,2020-01-01,2030-01-01,,,",
        "A2,yingji,weihua,3301,,9,0,2020-01-01,2030-01-01,,,",
    ]);
    let expected = ["4 of 16", "2 more with 9", "3301 in 3309: 0", "Regions: 0"];
    assert_eq!(helps(&elsewhere), expected);
    // it is true: the plan that names a law can be drawn
    let beyond = "beyond = [{ from = \"3301\", to = \"3309\", basis = \"某省跨区域执法协作办法\" }]";
    assert_eq!(advised(&elsewhere.plan("[team]\n", &format!("[team]\n{beyond}\n"))), []);
    // nobody leads, nobody is qualified, a certificate ends too early: each alone is not enough, and is told with what is left
    let learn = of(&[
        "A1,yingji,,*,yes,9,0,2020-01-01,2030-01-01,,,",
        "A2,yingji,,*,,9,0,2020-01-01,2030-01-01,,,",
        "A3,yingji,weihua,*,,9,0,2020-01-01,2024-11-15,,,",
    ]);
    let qualified = "Qualification(Id(\"weihua\")): 0";
    assert_eq!(helps(&learn), ["8 of 16", "1 more with 9", qualified, "Validity: 0"]);
    let lead =
        of(&["A1,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,,", "A2,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,,"]);
    assert_eq!(helps(&lead), ["8 of 16", "1 more with 9", "Lead: 0"]);
    let recused = Small {
        recusals: "target,inspector,category\nF3,A1,kinship\n".to_owned(),
        ..of(&[
            "A1,yingji,weihua,*,yes,9,0,2020-01-01,2030-01-01,,,",
            "A2,yingji,weihua,*,,9,0,2020-01-01,2030-01-01,,,",
        ])
    };
    assert_eq!(helps(&recused), ["1 of 16", "1 more with 9", "Recusals: 0"]);
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
    // 22,518 seats are many: 20,918 of them stay empty, and nothing is tried
    let all = advised(&small);
    assert!(all.len() == 1 && all[0].coarse && all[0].filled.empty == 20_918, "{all:?}");
    let [Help::Least(least)] = all[0].helps.as_slice() else { panic!("{all:?}") };
    assert_eq!((least.count, least.capacity), (105, 200));
}

#[test]
fn places_that_meet_nothing_are_told() {
    let lines = "stations = [{ department = \"yingji\", column = \"class\", mode = \"cross\" }]\n\
                 beyond = [{ from = \"3399\", to = \"3398\", basis = \"某省跨区域执法协作办法\" }]\n";
    let rows = [
        "A1,yingji,weihua,3301,yes,8,0,2020-01-01,2030-01-01,,,B",
        "A2,yingji,weihua,3301;3397,,8,0,2020-01-01,2030-01-01,,,月球所",
    ];
    let small = Small { inspectors: people(&rows), ..base().plan("[team]\n", &format!("[team]\n{lines}\n")) };
    let targets = small.targets.replace("F8,A", "F8,B");
    let folder = tempfile::tempdir().unwrap();
    let (campaign, _) = Small { targets, ..small }.lay(folder.path());
    let frozen = campaign.look(&time("2024-10-14T08:00:00Z")).unwrap();
    let id = |text: &str| Id::parse(text).unwrap();
    let station = Stray::Station { department: id("yingji"), station: "月球所".to_owned() };
    let expected = [
        (station, 1),
        (Stray::Region(id("3397")), 1),
        (Stray::BeyondFrom(id("3399")), 0),
        (Stray::BeyondTo(id("3398")), 0),
    ];
    assert_eq!(strays(&frozen.announcement, &frozen).unwrap().into_iter().collect::<Vec<_>>(), expected);
}
