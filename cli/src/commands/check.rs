//! check: everything that can be known before the draw.

use super::check_draws::{departments, kind};
use super::show::{announcement, ten_thousandths};
use super::{Outcome, Screen, advice, now, one};
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::announcement::Announcement;
use yaohao::assign::Group;
use yaohao::fault::Fault;
use yaohao::ident::Id;
use yaohao_office::advice::advice;
use yaohao_office::campaign::{Campaign, check_lead_time};
use yaohao_office::freeze::{Frozen, Refused};
use yaohao_office::history::Past;
use yaohao_office::intake::{Intake, SourceReport};
use yaohao_office::simulate::{self, Trials};
use yaohao_office::staffing::{Shortage, Staffing, staffing, unfit};
use yaohao_office::strays::{Stray, strays};
use yaohao_office::visits::earlier_pairs;
use yaohao_office::words::unnamed_words;
use yaohao_office::year::Origin;

/// Regions that are shown when nothing is short there.
const REGIONS: usize = 12;
/// Places that are short are shown up to here.
const SHORT: usize = 20;
/// Words and columns that are shown.
const NAMED: usize = 20;
/// Notes that are shown.
const NOTES: usize = 10;

pub(super) fn run(screen: &Screen, dir: &Path) -> Outcome {
    let campaign = screen.campaign(dir);
    let frozen = match campaign.look(&now()?) {
        Ok(frozen) => frozen,
        Err(Refused { faults, intakes }) => {
            if let Some(read) = intakes {
                intakes_read(screen, read.as_ref(), true);
            }
            return Err(faults);
        }
    };
    if campaign.public().join("announcement.json").exists() {
        screen.say("check-announced", &[]);
    } else {
        check_lead_time(&frozen.announcement).map_err(one)?;
    }
    intakes_read(screen, frozen.intakes.as_ref(), false);
    past(screen, &frozen.past);
    origin(screen, &frozen.origin);
    unnamed(screen, &frozen).map_err(one)?;
    stray(screen, &frozen).map_err(one)?;
    announcement(screen, &frozen.announcement);
    let short = staff(screen, &frozen).map_err(one)?;
    let met = !frozen.past.visits.is_empty();
    let trials = simulate::look(&frozen.announcement, &frozen, met, campaign.watch()).map_err(one)?;
    if trials.infeasible < trials.draws {
        let unfit = unfit(&frozen.announcement, &frozen).map_err(one)?;
        departments(screen, &campaign, &trials, &unfit);
        repeated(screen, &frozen, &trials);
    }
    match &trials.first_infeasible {
        None => {
            screen.say("check-feasible", &[("trials", &trials.draws)]);
            if short > 0 {
                screen.say("check-short", &[("count", &short)]);
            }
            Ok(0)
        }
        Some((trial, fault)) => {
            screen.say("check-infeasible", &[("infeasible", &trials.infeasible), ("trials", &trials.draws)]);
            screen.fault(fault);
            advice::tell(screen, &advice(&frozen.announcement, &frozen, *trial).map_err(one)?);
            Ok(1)
        }
    }
}

/// What was read, and what was done with it.
fn intakes_read(screen: &Screen, intakes: &[Intake; 3], refused: bool) {
    let text = |key: &str| screen.language.text(key);
    let name = |intake: &Intake| text(&format!("register-{}", intake.role.name()));
    for intake in intakes {
        for report in &intake.sources {
            source(screen, &name(intake), report, intake);
        }
        for report in &intake.lists {
            screen.say("check-list", &[("file", &report.name), ("rows", &report.read)]);
        }
    }
    let head = ["register", "read", "joined", "excluded", "set-aside", "refused", "frozen"];
    let mut rows = vec![head.map(|key| text(&format!("col-{key}"))).to_vec()];
    for intake in intakes {
        let sum = |reasons: &yaohao::register::Reasons| reasons.0.values().sum::<u64>().to_string();
        let frozen = if refused { "-".to_owned() } else { intake.len().to_string() };
        let counts = [intake.read.to_string(), intake.joined.to_string()];
        let reasons = [sum(&intake.excluded), sum(&intake.set_aside), intake.refused.to_string(), frozen];
        rows.push([name(intake)].into_iter().chain(counts).chain(reasons).collect());
    }
    screen.table(&rows);
    for intake in intakes {
        let changed: Vec<String> = intake.changed.iter().map(|(column, count)| format!("{column} {count}")).collect();
        if !changed.is_empty() {
            screen.say("check-changed", &[("register", &name(intake)), ("columns", &changed.join(", "))]);
        }
        if !intake.excluded.0.is_empty() {
            screen.say("check-excluded", &[("register", &name(intake)), ("reasons", &intake.excluded)]);
        }
        if !intake.rotated.0.is_empty() {
            let count: u64 = intake.rotated.0.values().sum();
            screen.say("check-rotated", &[("count", &count), ("reasons", &intake.rotated)]);
        }
        if !intake.set_aside.0.is_empty() {
            screen.say("check-set-aside", &[("register", &name(intake)), ("reasons", &intake.set_aside)]);
        }
    }
    let notes: Vec<&Fault> = intakes.iter().flat_map(|intake| &intake.notes).collect();
    self::notes(screen, &notes);
}

/// One table: what it is, and which of its columns became what.
fn source(screen: &Screen, register: &str, report: &SourceReport, intake: &Intake) {
    let encoding = report.about.encoding.map(|encoding| format!(" {}", encoding.name())).unwrap_or_default();
    let form = format!("{}{encoding}", report.about.format.name());
    // the plan may have named the sheet already
    let sheet = report.sheet.as_ref().filter(|sheet| !report.name.contains(sheet.as_str()));
    let file = match sheet {
        Some(sheet) => format!("{} [{sheet}]", report.name),
        None => report.name.clone(),
    };
    let facts: [(&str, &dyn std::fmt::Display); 4] =
        [("register", &register), ("file", &file), ("form", &form), ("row", &report.header_row)];
    screen.say("check-source", &facts);
    let columns: Vec<String> = report
        .columns
        .iter()
        .map(|(name, header)| match header {
            Some(header) => format!("{name} ← {header}"),
            None => format!("{name} ← {}", screen.language.text("check-default")),
        })
        .collect();
    screen.indented(&columns.join(&screen.language.text("list-separator")));
    // rows that go on in another sheet would be missed without a word
    let read = report.sheet.as_deref();
    let others: Vec<String> =
        report.about.sheets.iter().filter(|sheet| Some(sheet.as_str()) != read).cloned().collect();
    if !others.is_empty() {
        screen.say("check-sheets", &[("sheets", &listed(screen, &others))]);
    }
    if !report.absent.is_empty() {
        screen.say("check-absent", &[("columns", &report.absent.join("、"))]);
    }
    if !report.unused.is_empty() {
        screen.say("check-unused", &[("columns", &listed(screen, &report.unused))]);
    }
    for (column, words) in &report.words {
        screen.say("check-words", &[("column", column), ("words", &counted(screen, words))]);
    }
    for row in &report.hints {
        screen.say("check-hint", &[("row", row)]);
    }
    if report.refused > 0 && intake.sources.len() > 1 {
        screen.say("check-source-refused", &[("count", &report.refused)]);
    }
}

/// Some words, and how many more there are.
fn listed(screen: &Screen, words: &[String]) -> String {
    let mut shown = words.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
    if words.len() > NAMED {
        shown += &screen.language.say("check-more", &[("more", &(words.len() - NAMED))]);
    }
    shown
}

/// Words with their numbers of rows.
fn counted(screen: &Screen, words: &BTreeMap<String, u64>) -> String {
    let empty = screen.language.text("check-empty-word");
    let word = |(word, count): (&String, &u64)| format!("{} {count}", if word.is_empty() { &empty } else { word });
    listed(screen, &words.iter().map(word).collect::<Vec<_>>())
}

/// What stands in columns that rules compare with words, and is none of these words: another class, or a slip.
fn unnamed(screen: &Screen, frozen: &Frozen) -> Result<(), Fault> {
    for (column, words) in unnamed_words(&frozen.announcement, frozen)? {
        screen.say("check-unnamed", &[("column", &column), ("words", &counted(screen, &words))]);
    }
    Ok(())
}

/// Places in which there is nobody, or nothing to inspect.
fn stray(screen: &Screen, frozen: &Frozen) -> Result<(), Fault> {
    let strays = strays(&frozen.announcement, frozen)?;
    for (stray, people) in strays.iter().take(NAMED) {
        match stray {
            Stray::Station { department, station } => {
                let facts: [(&str, &dyn std::fmt::Display); 3] =
                    [("department", department), ("station", station), ("people", people)];
                screen.say("stray-station", &facts);
            }
            Stray::Region(region) => screen.say("stray-region", &[("region", region), ("people", people)]),
            Stray::BeyondFrom(region) => screen.say("stray-beyond-from", &[("region", region)]),
            Stray::BeyondTo(region) => screen.say("stray-beyond-to", &[("region", region)]),
        }
    }
    if strays.len() > NAMED {
        screen.say("check-lone-more", &[("more", &(strays.len() - NAMED))]);
    }
    Ok(())
}

/// Pairs that met in an earlier campaign, and how often they would meet again.
fn repeated(screen: &Screen, frozen: &Frozen, trials: &Trials) {
    let [_, inspectors, _] = frozen.intakes.as_ref();
    let met = earlier_pairs(&frozen.past.visits, &inspectors.known);
    if met.is_empty() {
        return;
    }
    let again = |(pair, _): &(&(String, Id), &u64)| met.contains(&(pair.0.clone(), pair.1.to_string()));
    let times: u64 = trials.pairs.iter().filter(again).map(|(_, times)| times).sum();
    let draws = u128::from(trials.draws - trials.infeasible);
    let mean = ten_thousandths((u128::from(times) * 10_000).checked_div(draws).unwrap_or(0));
    screen.say("check-repeated", &[("pairs", &met.len()), ("mean", &mean)]);
}

/// Earlier campaigns that count in this one.
fn past(screen: &Screen, past: &Past) {
    for (earlier, drawn) in &past.campaigns {
        screen.say("check-earlier", &[("number", &earlier.number), ("drawn", drawn), ("record", &earlier.record)]);
    }
    notes(screen, &past.notes.iter().collect::<Vec<_>>());
}

/// The line of the year's plan, and a campaign that this one takes the place of.
fn origin(screen: &Screen, origin: &Origin) {
    if let (Some((year, line)), Some(plan)) = (&origin.line, &origin.plan) {
        let facts: [(&str, &dyn std::fmt::Display); 5] = [
            ("plan", &year.number),
            ("issue", &year.issue()),
            ("line", &line.id),
            ("batch", &plan.batch),
            ("batches", &line.batches),
        ];
        screen.say("check-year", &facts);
    }
    if let Some(replaces) = &origin.replaces {
        screen.say("check-replaces", &[("number", &replaces.number)]);
    }
    notes(screen, &origin.notes.iter().collect::<Vec<_>>());
}

fn notes(screen: &Screen, notes: &[&Fault]) {
    if notes.is_empty() {
        return;
    }
    screen.say("check-notes", &[("count", &notes.len())]);
    notes.iter().take(NOTES).for_each(|note| screen.fault(note));
    if notes.len() > NOTES {
        screen.say("more-faults", &[("more", &(notes.len() - NOTES))]);
    }
}

/// Seats against officers by department and region; gives the number of places that are short.
fn staff(screen: &Screen, frozen: &Frozen) -> Result<usize, Fault> {
    let all = staffing(&frozen.announcement, frozen)?;
    let short = all.iter().filter(|staffing| !staffing.shortages.is_empty()).count();
    let shown: Vec<&Staffing> = if all.len() <= REGIONS {
        all.iter().collect()
    } else {
        all.iter().filter(|staffing| !staffing.shortages.is_empty()).take(SHORT).collect()
    };
    if !shown.is_empty() {
        let head = ["department", "region", "seats", "officers", "places", "short"];
        let mut rows = vec![head.map(|key| screen.language.text(&format!("col-{key}"))).to_vec()];
        rows.extend(shown.iter().map(|staffing| staff_row(screen, &frozen.announcement, staffing)));
        screen.table_with_text(&rows);
    }
    if shown.len() < short {
        screen.say("check-short-more", &[("more", &(short - shown.len()))]);
    }
    if all.len() > REGIONS {
        screen.say("check-enough", &[("count", &(all.len() - short)), ("of", &all.len())]);
    }
    Ok(short)
}

fn staff_row(screen: &Screen, _: &Announcement, staffing: &Staffing) -> Vec<String> {
    // a tenth of a seat is as much as anybody wants to know
    let seats = ten_thousandths(staffing.seats.div_ceil(1_000) * 1_000);
    let shortages: Vec<String> = staffing.shortages.iter().map(|shortage| self::shortage(screen, shortage)).collect();
    vec![
        staffing.department.to_string(),
        staffing.region.clone().unwrap_or_else(|| "-".to_owned()),
        seats,
        staffing.officers.to_string(),
        staffing.places.to_string(),
        shortages.join(&screen.language.text("list-separator")),
    ]
}

fn shortage(screen: &Screen, shortage: &Shortage) -> String {
    match shortage {
        Shortage::Team { seats } => screen.language.say("short-team", &[("seats", seats)]),
        Shortage::Kind { leader, expert, qualifications, seats, officers } => {
            let group = Group { leader: *leader, qualifications: qualifications.clone(), expert: *expert };
            let kind = kind(screen, &group);
            screen.language.say("short-kind", &[("kind", &kind), ("seats", seats), ("officers", officers)])
        }
        Shortage::Places => screen.language.text("short-places"),
    }
}

/// For other commands that freeze in memory.
pub(super) fn look(campaign: &Campaign) -> Result<Frozen, Vec<Fault>> {
    Ok(campaign.look(&now()?)?)
}
