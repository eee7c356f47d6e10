//! What several commands show: an announcement in short, and who was drawn with their teams.

use super::Screen;
use crate::table::short;
use std::collections::BTreeMap;
use yaohao::announcement::{Announcement, CellSize, History, Stratum, WithoutChance};
use yaohao::outcome::Outcome;
use yaohao::record::Record;

/// Places without chance that are shown one by one; the announcement has all of them.
const NAMED: usize = 8;
/// Teams that are shown; assignments.csv has all of them.
const TEAMS: usize = 4;

/// Strata with sizes and odds, and where there is no chance.
pub(super) fn announcement(screen: &Screen, announcement: &Announcement) {
    let text = |key: &str| screen.language.text(key);
    let mut rows = vec![
        ["stratum", "method", "population", "drawn", "odds", "cells"].map(|key| text(&format!("col-{key}"))).to_vec(),
    ];
    rows.extend(announcement.strata.iter().map(|stratum| stratum_row(screen, stratum)));
    screen.table(&rows);
    without_chance(screen, &announcement.without_chance);
    for stratum in &announcement.strata {
        if let Some(reason) = stratum.never.as_ref().filter(|_| stratum.cells.iter().any(|cell| cell.size.is_never())) {
            screen.say("never", &[("stratum", &stratum.name), ("reason", reason)]);
        }
    }
    if let Some(history) = &announcement.history {
        let excluded = |reason: &str| announcement.targets.excluded.0.get(reason).copied().unwrap_or(0);
        // only what the plan asks: a rule that it does not have excludes nobody, and to say so misleads
        let rules = [
            ("history-level", history.other_levels, History::OTHER_LEVEL),
            ("history-cap", history.yearly_cap.is_some(), History::YEARLY_CAP),
            ("history-recently", history.drawn_within_months.is_some(), History::DRAWN_RECENTLY),
        ];
        let asked = rules.iter().filter(|(_, is_asked, _)| *is_asked);
        let said = |(key, _, reason): &(&str, bool, &str)| screen.language.say(key, &[("count", &excluded(reason))]);
        let said: Vec<String> = asked.map(said).collect();
        if !said.is_empty() {
            let list = said.join(&screen.language.text("list-separator"));
            screen.say("history", &[("campaigns", &history.campaigns.len()), ("list", &list)]);
        }
    }
    if announcement.unowned > 0 {
        screen.say("unowned", &[("count", &announcement.unowned)]);
    }
}

fn stratum_row(screen: &Screen, stratum: &Stratum) -> Vec<String> {
    let population: u64 = stratum.cells.iter().map(|cell| cell.population).sum();
    let expected: u128 = stratum.cells.iter().map(|cell| expected(cell.size)).sum();
    let odds = match population {
        0 => "-".to_owned(),
        population => per_cent(expected, u128::from(population) * 10_000),
    };
    let method = screen.language.text(&format!("method-{}", stratum.method.name()));
    vec![
        stratum.name.to_string(),
        method,
        population.to_string(),
        ten_thousandths(expected),
        odds,
        stratum.cells.len().to_string(),
    ]
}

/// The expected size of a cell in ten-thousandths.
fn expected(size: CellSize) -> u128 {
    match size {
        CellSize::Fixed(size) => u128::from(size) * 10_000,
        CellSize::Lottery { floor, fraction } => u128::from(floor) * 10_000 + u128::from(fraction),
    }
}

/// 12345 ten-thousandths as 1.2345, without trailing zeros.
pub(super) fn ten_thousandths(value: u128) -> String {
    let text = format!("{}.{:04}", value / 10_000, value % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A fraction in per cent with two digits, rounded down; only for people to read.
pub(super) fn per_cent(numerator: u128, denominator: u128) -> String {
    match numerator.checked_mul(10_000).and_then(|scaled| scaled.checked_div(denominator)) {
        Some(0) if numerator > 0 => "<0.01%".to_owned(),
        Some(scaled) => format!("{}.{:02}%", scaled / 100, scaled % 100),
        None => "-".to_owned(),
    }
}

/// Where there is no chance, said aloud.
pub(super) fn without_chance(screen: &Screen, list: &[WithoutChance]) {
    if list.is_empty() {
        return;
    }
    screen.say("without-chance", &[("count", &list.len())]);
    for entry in list.iter().take(NAMED) {
        let place = match &entry.part {
            Some(part) => format!("{} / {part}", entry.stratum),
            None => entry.stratum.to_string(),
        };
        let why = screen.language.say(&format!("why-{}", entry.why.name()), &[("count", &entry.count)]);
        screen.line(&format!("  {place}: {why}"));
    }
    if list.len() > NAMED {
        screen.say("without-chance-more", &[("more", &(list.len() - NAMED))]);
    }
}

/// The seed, the drawn, and the first teams.
pub(super) fn drawn(screen: &Screen, record: &Record, outcome: &Outcome) {
    screen.say("seed", &[("seed", &record.seed)]);
    let drawn = outcome.selection.drawn().count();
    screen.say(
        "drawn",
        &[("drawn", &drawn), ("reserves", &(usize::try_from(outcome.selection.rows()).unwrap_or(drawn) - drawn))],
    );
    let mut by_stratum: BTreeMap<usize, (String, Vec<&str>)> = BTreeMap::new();
    for cell in &outcome.selection.cells {
        let index =
            by_stratum.values().position(|(name, _)| *name == cell.stratum.as_str()).unwrap_or(by_stratum.len());
        let entry = by_stratum.entry(index).or_insert_with(|| (cell.stratum.to_string(), Vec::new()));
        entry.1.extend(cell.drawn.iter().map(|entry| entry.id.as_str()));
    }
    for (name, ids) in by_stratum.values() {
        screen.line(&format!("  {name} ({})", ids.len()));
        for chunk in ids.chunks(3).take(40) {
            screen.line(&format!("    {}", chunk.join("  ")));
        }
        if ids.len() > 120 {
            screen.say("drawn-more", &[("more", &(ids.len() - 120))]);
        }
    }
    teams(screen, outcome);
}

fn teams(screen: &Screen, outcome: &Outcome) {
    let seats: u64 = outcome.seats();
    let one: u64 = outcome.departments.iter().map(yaohao::assign::DepartmentOutcome::one_possible).sum();
    screen.say("teams", &[("seats", &seats), ("one", &one)]);
    let mut targets: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for department in &outcome.departments {
        for seat in &department.seats {
            let mark = if seat.leader { screen.language.text("leads") } else { String::new() };
            targets.entry(seat.target.as_str()).or_default().push(format!(
                "{} {}{mark}",
                department.id,
                head(seat.inspector.as_str())
            ));
        }
    }
    for (target, team) in targets.iter().take(TEAMS) {
        screen.line(&format!("  {target}"));
        for chunk in team.chunks(3) {
            screen.line(&format!("    {}", chunk.join(", ")));
        }
    }
    if targets.len() > TEAMS {
        screen.say("teams-more", &[("more", &(targets.len() - TEAMS))]);
    }
}

/// A pseudonym by its first digits, with a sign that it is cut.
pub(super) fn head(id: &str) -> String {
    match id.get(..9) {
        Some(start) if id.len() > 12 => format!("{start}…"),
        _ => short(id),
    }
}
