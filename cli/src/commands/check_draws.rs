//! What trial draws say of a campaign's departments: seats, loads, who alone can sit where, crews. For `check` and
//! `simulate`.

use super::Screen;
use super::explain_summary::{because, crews_shown, named};
use super::show::per_cent;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use yaohao::assign::{Group, Obstacle};
use yaohao::ident::Id;
use yaohao_office::campaign::Campaign;
use yaohao_office::names::names;
use yaohao_office::simulate::{DepartmentTrials, LoneSeat, Trials};

/// Inspectors named who alone can have a seat.
const ALONE: usize = 5;
/// Seats named that one officer alone can have.
const SEATS: usize = 10;

/// Who is behind an id, in the office: a pseudonym of the register alone tells an officer nothing.
type Names = BTreeMap<Id, (String, String)>;

/// Seats against officers, department by department.
pub(super) fn departments(screen: &Screen, campaign: &Campaign, trials: &Trials, unfit: &BTreeMap<Id, Obstacle>) {
    let text = |key: &str| screen.language.text(key);
    let head = ["department", "officers", "seats", "one", "least-load", "load", "most-load", "never"];
    let mut rows = vec![head.map(|key| text(&format!("col-{key}"))).to_vec()];
    rows.extend(trials.departments.iter().map(|department| row(department, trials)));
    screen.table(&rows);
    let names = known(campaign, trials);
    // whom the whole department hangs on
    for department in trials.departments.iter().filter(|department| department.one_possible > 0) {
        let mut alone: Vec<_> = department.alone.iter().collect();
        alone.sort_by_key(|(id, seats)| (Reverse(**seats), *id));
        let shown = alone.iter().take(ALONE).map(|(id, seats)| {
            let who = person(&names, id.as_str());
            screen.language.say("check-alone-one", &[("who", &who), ("seats", *seats)])
        });
        let shown = shown.collect::<Vec<_>>().join(&screen.language.text("name-separator"));
        let more = if alone.len() > ALONE { ", …" } else { "" };
        screen.say(
            "check-alone",
            &[
                ("department", &department.id),
                ("seats", &department.one_possible),
                ("total", &department.loads.values().sum::<u64>()),
                ("officers", &alone.len()),
                ("named", &format!("{shown}{more}")),
            ],
        );
    }
    lone(screen, trials, &names);
    for department in &trials.departments {
        let mut never: Vec<_> = department.never().map(|id| (unfit.get(id).copied(), id)).collect();
        // those first whom nothing keeps off everywhere: that is the surprise
        never.sort();
        let never: Vec<String> =
            never.into_iter().map(|(why, id)| because(screen, person(&names, id.as_str()), why)).collect();
        if !never.is_empty() && trials.infeasible < trials.draws {
            let facts: [(&str, &dyn Display); 3] =
                [("department", &department.id), ("count", &never.len()), ("named", &named(screen, &never))];
            screen.say("check-never", &facts);
        }
        crews(screen, department, trials, &names);
    }
}

fn row(department: &DepartmentTrials, trials: &Trials) -> Vec<String> {
    let feasible = u128::from(trials.draws - trials.infeasible);
    let total: u64 = department.loads.values().sum();
    let range = |(least, most): (u64, u64)| match () {
        () if least > most => "-".to_owned(),
        () if least == most => most.to_string(),
        () => format!("{least}-{most}"),
    };
    let officers = u128::try_from(department.loads.len()).unwrap_or(1);
    let mean = per_cent(u128::from(total), feasible.saturating_mul(officers).saturating_mul(100))
        .trim_end_matches('%')
        .to_owned();
    vec![
        department.id.to_string(),
        department.loads.len().to_string(),
        range(department.seats),
        per_cent(u128::from(department.one_possible), u128::from(total)),
        // before any draw that filled all seats there is no least
        if department.least > department.most { "-".to_owned() } else { department.least.to_string() },
        mean,
        department.most.to_string(),
        department.never().count().to_string(),
    ]
}

/// Whom all this names.
fn known(campaign: &Campaign, trials: &Trials) -> Names {
    let mut ids: BTreeSet<Id> = BTreeSet::new();
    for department in &trials.departments {
        ids.extend(department.alone.keys().cloned());
        ids.extend(department.never().cloned());
        ids.extend(department.crews.iter().flat_map(|crews| crews.left_over.keys().cloned()));
    }
    if ids.is_empty() {
        return Names::new();
    }
    // whoever has only what was published has no names
    campaign.plan().ok().and_then(|plan| names(campaign, &plan, &ids).ok()).unwrap_or_default()
}

/// Somebody as the office knows it.
fn person(names: &Names, id: &str) -> String {
    let named = Id::parse(id).ok().and_then(|id| names.get(&id));
    match named.map(|(true_id, name)| (true_id.as_str(), name.as_str())) {
        Some((true_id, name)) if !true_id.is_empty() => format!("{true_id} {name}").trim_end().to_owned(),
        _ => id.to_owned(),
    }
}

/// Seats whose holder no lot can change: where, of what kind, and who; those first that come most often.
fn lone(screen: &Screen, trials: &Trials, names: &Names) {
    let seats = trials.departments.iter();
    let mut seats: Vec<(&Id, &LoneSeat, u64)> = seats
        .flat_map(|department| department.lone.iter().map(|(seat, times)| (&department.id, seat, *times)))
        .collect();
    if seats.is_empty() {
        return;
    }
    seats.sort_by_key(|(department, seat, times)| (Reverse(*times), *seat, *department));
    screen.say("check-lone", &[("draws", &(trials.draws - trials.infeasible))]);
    for (department, seat, times) in seats.iter().take(SEATS) {
        let brackets = |text: &str| match text {
            "" => String::new(),
            text => screen.language.say("in-brackets", &[("text", &text)]),
        };
        let region = brackets(seat.region.as_deref().unwrap_or_default());
        let kind = brackets(&kind(screen, &seat.group));
        let number = seat.number.map(|number| number.to_string()).unwrap_or_default();
        let who = if seat.number.is_some() { person(names, &seat.who) } else { seat.who.clone() };
        let facts: [(&str, &dyn Display); 7] = [
            ("target", &seat.target),
            ("region", &region),
            ("department", department),
            ("number", &number),
            ("kind", &kind),
            ("who", &who),
            ("times", times),
        ];
        let key = if seat.number.is_some() { "check-lone-seat" } else { "check-lone-crew" };
        screen.indented(&screen.language.say(key, &facts));
    }
    if seats.len() > SEATS {
        screen.say("check-lone-more", &[("more", &(seats.len() - SEATS))]);
    }
}

/// What a seat asks for, in words.
pub(super) fn kind(screen: &Screen, Group { leader, qualifications, expert }: &Group) -> String {
    let ids: Vec<&str> = qualifications.iter().map(Id::as_str).collect();
    let leads = if *leader { screen.language.text("short-leader") } else { String::new() };
    let expert = if *expert { screen.language.text("short-expert") } else { String::new() };
    let ids = if ids.is_empty() {
        String::new()
    } else {
        screen.language.say("short-qualified", &[("qualifications", &ids.join("+"))])
    };
    let parts = [leads, expert, ids].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

fn crews(screen: &Screen, department: &DepartmentTrials, trials: &Trials, names: &Names) {
    let Some(crews) = &department.crews else { return };
    let draws = trials.draws - trials.infeasible;
    if draws == 0 {
        return;
    }
    let left = crews.left_over.iter().map(|(id, times)| {
        let who = person(names, id.as_str());
        // who is left over now and then is so by lot
        if *times == draws { who } else { screen.language.say("check-crews-times", &[("who", &who), ("times", times)]) }
    });
    crews_shown(screen, department.id.as_str(), &crews.sizes, &left.collect::<Vec<_>>());
}
