//! Who steps in, against a slow and plain version of the rule (SPEC §10.6) that reads the published files as text.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use support::{Files, Small, json, read_folder, time};
use yaohao::encoding::{Digest, Value};
use yaohao::fault::Code;
use yaohao::ident::{Name, Text};
use yaohao::later::{Change, Substitution};
use yaohao::seed::Lots;
use yaohao::statement::Statement;
use yaohao_office::campaign::Campaign;
use yaohao_office::later::{Asked, Why, replace_inspector, replace_target, substitutes};

/// Target, department, seat number, who sits there.
type Seat = (String, String, u64, Option<String>);

/// The present state, kept by hand.
struct Plain {
    files: BTreeMap<&'static str, Vec<BTreeMap<String, String>>>,
    seed: String,
    seats: Vec<Seat>,
    taken_out: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Plain {
    fn new(files: &Files) -> Self {
        let table = |name: &'static str| {
            let text = String::from_utf8(files[name].clone()).unwrap();
            let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
            let header = lines.next().unwrap();
            (name, lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect::<Vec<_>>())
        };
        let names = ["targets.csv", "inspectors.csv", "recusals.csv", "selected.csv", "assignments.csv"];
        let tables: BTreeMap<_, Vec<BTreeMap<String, String>>> = names.into_iter().map(table).collect();
        let Value::Text(seed) = support::at(&mut json(files, "record.json"), "body.seed").clone() else { panic!() };
        let seat = |row: &BTreeMap<String, String>| {
            let number = row["seat"].parse().unwrap();
            (row["target"].clone(), row["department"].clone(), number, Some(row["inspector"].clone()))
        };
        let seats = tables["assignments.csv"].iter().map(seat).collect();
        Self { files: tables, seed, seats, taken_out: BTreeSet::new(), used: BTreeSet::new() }
    }

    fn row(&self, file: &str, id: &str) -> &BTreeMap<String, String> {
        self.files[file].iter().find(|row| row["id"] == id).unwrap()
    }

    /// The department's list of a target: whoever may sit in the seat and has room, and was not taken out.
    fn chain(&self, target: &str, department: &str, number: u64, seats: &[Seat]) -> Vec<String> {
        let sub = Digest::of(format!("yaohao/1 assign/{department}\n{}\n", self.seed).as_bytes());
        let region = &self.row("targets.csv", target)["region"];
        let recused =
            |id: &str| self.files["recusals.csv"].iter().any(|row| row["target"] == target && row["inspector"] == id);
        let fits = |row: &BTreeMap<String, String>| match (department, number) {
            ("yingji", 1) => row["lead"] == "yes",
            ("yingji", _) => row["qualifications"].split(';').any(|one| one == "weihua"),
            _ => true,
        };
        let here = |row: &BTreeMap<String, String>| {
            row["regions"] == "*" || row["regions"].split(';').any(|part| !part.is_empty() && region.starts_with(part))
        };
        let load = |id: &str| seats.iter().filter(|seat| seat.3.as_deref() == Some(id)).count();
        let mut list: Vec<(String, String)> = self.files["inspectors.csv"]
            .iter()
            .filter(|row| row["department"] == department && row["excluded"].is_empty())
            .filter(|row| fits(row) && here(row) && !recused(&row["id"]))
            .filter(|row| load(&row["id"]) < row["capacity"].parse().unwrap() && !self.taken_out.contains(&row["id"]))
            .map(|row| (Digest::of(format!("{sub}{target}/{}", row["id"]).as_bytes()).to_string(), row["id"].clone()))
            .collect();
        list.sort();
        list.into_iter().map(|(_, id)| id).collect()
    }

    fn inspector(&self, target: &str, department: &str, number: u64) -> Vec<String> {
        let of_target = |seat: &&Seat| seat.0 == target;
        let sit: Vec<_> = self.seats.iter().filter(of_target).filter_map(|seat| seat.3.clone()).collect();
        self.chain(target, department, number, &self.seats).into_iter().filter(|id| !sit.contains(id)).collect()
    }

    /// The reserve and its team; `None` for the team when there is none.
    fn target(&self, target: &str) -> Option<(String, Option<Vec<Seat>>)> {
        let stratum = &self.files["selected.csv"].iter().find(|row| row["id"] == target).unwrap()["stratum"];
        let free = |row: &&BTreeMap<String, String>| {
            row["stratum"] == *stratum && row["role"] == "reserve" && !self.used.contains(&row["id"])
        };
        let id = self.files["selected.csv"].iter().find(free)?["id"].clone();
        let others: Vec<Seat> = self.seats.iter().filter(|seat| seat.0 != target).cloned().collect();
        let items = &self.row("targets.csv", &id)["items"];
        let has = |item: &str| items.split(';').any(|one| one == item);
        let yingji: &[u64] = if has("guandao") { &[1, 2] } else { &[1] };
        let gongan: &[u64] = if has("yanhua") { &[1] } else { &[] };
        let mut team = Vec::new();
        for (department, numbers) in [("yingji", yingji), ("gongan", gongan)] {
            let lists: Vec<_> = numbers.iter().map(|number| self.chain(&id, department, *number, &others)).collect();
            let Some(first) = first_of_all(&lists, &mut Vec::new()) else { return Some((id, None)) };
            team.extend(
                numbers.iter().zip(first).map(|(number, who)| (id.clone(), department.to_owned(), *number, Some(who))),
            );
        }
        Some((id, Some(team)))
    }
}

/// Tries everything, in the order of the lists.
fn first_of_all(lists: &[Vec<String>], taken: &mut Vec<String>) -> Option<Vec<String>> {
    let Some((list, rest)) = lists.split_first() else { return Some(taken.clone()) };
    for id in list {
        if !taken.contains(id) {
            taken.push(id.clone());
            if let Some(found) = first_of_all(rest, taken) {
                return Some(found);
            }
            taken.pop();
        }
    }
    None
}

#[test]
fn the_rule_is_the_plain_one() {
    let (mut inspectors, mut targets, mut vacant, mut empty, mut infeasible) = (0, 0, 0, 0, 0);
    for trial in 0..24 {
        let mut lots = Lots::trial(trial).stream("later");
        let mut up_to = |n: u64| lots.uniform(n);
        let mut small = Small::default();
        let mut recusals = support::RECUSALS.to_owned();
        for n in 4..8 {
            let (lead, skill) =
                (["yes", ""][usize::try_from(up_to(2)).unwrap()], ["weihua", ""][usize::try_from(up_to(2)).unwrap()]);
            let place = ["*", "3301", "3302"][usize::try_from(up_to(3)).unwrap()];
            small
                .inspectors
                .push_str(&format!("A{n},yingji,{skill},{place},{lead},{},0,2020-01-01,2030-01-01,\n", up_to(4)));
            small.inspectors.push_str(&format!("B{n},gongan,,{place},,{},0,2020-01-01,2030-01-01,\n", up_to(3)));
            recusals.push_str(&format!(
                "F{},{}{n},kinship\n",
                1 + up_to(8),
                ["A", "B"][usize::try_from(up_to(2)).unwrap()]
            ));
        }
        small.recusals = recusals;
        let small = small.plan("reserves = 1", "reserves = 2");
        let folder = tempfile::tempdir().unwrap();
        let campaign = small.draw_in(folder.path());
        let mut plain = Plain::new(&read_folder(&campaign.public()));
        for hour in 0..8 {
            let seat = plain.seats[usize::try_from(up_to(u64::try_from(plain.seats.len()).unwrap())).unwrap()].clone();
            let at = format!("2024-10-20T{hour:02}:00:00Z");
            if up_to(2) == 0 {
                match substitute(&campaign, &mut plain, &seat, &at) {
                    Some(true) => inspectors += 1,
                    Some(false) => vacant += 1,
                    None => {}
                }
            } else {
                match replace(&campaign, &mut plain, &seat.0, &at) {
                    Some(true) => targets += 1,
                    Some(false) => empty += 1,
                    None => infeasible += 1,
                }
            }
            if plain.seats.is_empty() {
                break;
            }
        }
    }
    let seen = (inspectors, targets, vacant, empty, infeasible);
    assert!(inspectors > 30 && targets > 15 && vacant > 0 && empty > 0, "{seen:?}: the instances show little");
}

/// The list of a seat, read once, is who then comes, one after the other until nobody is left: in persons' seats and in
/// those of a crew.
#[test]
fn the_list_read_in_advance_is_what_happens() {
    let more: String = (4..9)
        .map(|n| {
            format!("A{n},yingji,weihua,*,yes,4,0,2020-01-01,2030-01-01,\nB{n},gongan,,*,,4,0,2020-01-01,2030-01-01,\n")
        })
        .collect();
    let persons = Small { inspectors: format!("{}{more}", support::INSPECTORS), ..Small::default() };
    let crew = |line: &str| match line.split(',').next() {
        Some("id") => format!("{line},crew\n"),
        Some("B1" | "B2") => format!("{line},甲组\n"),
        Some("B4" | "B5" | "B6") => format!("{line},乙组\n"),
        _ => format!("{line},\n"),
    };
    let crews = Small { inspectors: persons.inspectors.lines().map(crew).collect(), ..persons.clone() }
        .plan("[team]\n", "[team]\ncrews = [{ department = \"gongan\", kind = \"given\" }]\n");
    let (mut seats, mut steps) = (0, 0);
    for small in [persons, crews] {
        let folder = tempfile::tempdir().unwrap();
        let drawn = read_folder(&small.draw_in(folder.path()).public());
        for (target, department, number, _) in Plain::new(&drawn).seats {
            // each seat in a campaign of its own: nothing else happens meanwhile
            let folder = tempfile::tempdir().unwrap();
            let campaign = small.draw_in(folder.path());
            let asked = Asked { target: &target, department: &department, seat: number };
            let listed = substitutes(&campaign, asked).unwrap();
            let mut sits = listed.out;
            for (expected, minute) in listed.chain.iter().map(Some).chain([None]).zip(0..) {
                let at = format!("2024-10-20T08:{minute:02}:00Z");
                let done = replace_inspector(&campaign, asked, sits.as_str(), why(), &time(&at)).unwrap();
                let Change::Inspector { replacement, .. } = &done.body().change else { panic!("another change") };
                assert_eq!(replacement.as_ref(), expected, "{target} {department} {number}");
                let Some(next) = replacement else { break };
                sits = next.clone();
                steps += 1;
            }
            seats += 1;
        }
    }
    assert!(seats > 10 && steps > 30, "{seats} {steps}: that shows little");
}

/// A firm that goes out, and for which nobody comes, is counted like any other.
#[test]
fn a_dropped_target_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = Small::default().draw_in(folder.path());
    let tallies = || {
        let report = yaohao::verify::verify(&yaohao_office::files::Folder::new(&campaign.public()), None);
        let step = report.steps.iter().find(|step| step.step.number() == "V16").unwrap();
        let of = |name: &str| step.tallies.iter().find(|(found, _)| *found == name).map_or(0, |(_, count)| *count);
        (of("substitutions"), of("dropped"))
    };
    assert_eq!(tallies(), (0, 0));
    let done = ["F7", "F8"].map(|target| {
        let day = if target == "F7" { "20" } else { "21" };
        replace_target(&campaign, target, why(), &time(&format!("2024-10-{day}T08:00:00Z"))).unwrap()
    });
    let out = |statement: &Statement<Substitution>| {
        matches!(statement.body().change, Change::Target { replacement: None, .. })
    };
    let dropped = u64::try_from(done.iter().filter(|statement| out(statement)).count()).unwrap();
    assert!(dropped > 0, "somebody came in each time");
    assert_eq!(tallies(), (2, dropped));
}

fn why() -> Why {
    Why { reason: Name::parse("illness").unwrap(), text: Text::parse("因病").unwrap() }
}

/// Whether somebody came in; `None` where nobody sat.
fn substitute(campaign: &Campaign, plain: &mut Plain, seat: &Seat, at: &str) -> Option<bool> {
    let (target, department, number, sits) = seat;
    let asked = Asked { target, department, seat: *number };
    let Some(sits) = sits else {
        assert_eq!(substitutes(campaign, asked).unwrap_err().code(), Code::SubstituteSeat);
        return None;
    };
    let expected = plain.inspector(target, department, *number);
    let listed: Vec<String> = substitutes(campaign, asked).unwrap().chain.iter().map(ToString::to_string).collect();
    assert_eq!(listed, expected);
    let done = replace_inspector(campaign, asked, sits, why(), &time(at)).unwrap();
    let Change::Inspector { replacement, .. } = &done.body().change else { panic!("another change") };
    assert_eq!(replacement.as_ref().map(ToString::to_string).as_ref(), expected.first());
    plain.taken_out.insert(sits.clone());
    plain.seats.iter_mut().filter(|other| *other == seat).for_each(|seat| seat.3 = expected.first().cloned());
    Some(!expected.is_empty())
}

/// Whether a reserve came in; `None` when it would have had no team.
fn replace(campaign: &Campaign, plain: &mut Plain, target: &str, at: &str) -> Option<bool> {
    let expected = plain.target(target);
    let done = replace_target(campaign, target, why(), &time(at));
    if let Some((_, None)) = expected {
        assert_eq!(done.unwrap_err().code(), Code::SubstituteInfeasible);
        return None;
    }
    let done = done.unwrap();
    let Change::Target { replacement, .. } = &done.body().change else { panic!("another change") };
    let found = replacement.as_ref().map(|(id, team)| {
        let seat = |seat: &yaohao::later::NewSeat| {
            (id.to_string(), seat.department.to_string(), seat.seat, Some(seat.inspector.to_string()))
        };
        (id.to_string(), Some(team.iter().map(seat).collect::<Vec<_>>()))
    });
    assert_eq!(found, expected);
    plain.seats.retain(|seat| seat.0 != target);
    let Some((id, team)) = expected else { return Some(false) };
    plain.used.insert(id);
    plain.seats.extend(team.unwrap_or_default());
    Some(true)
}
