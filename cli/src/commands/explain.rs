//! explain: why this firm, why this inspector, and the list of who goes.

use super::show::per_cent;
use super::{Outcome, SHOWN, Screen, one};
use crate::args::Explain;
use crate::language::Language;
use yaohao::fault::Fault;
use yaohao::ident::Id;
use yaohao_office::campaign::Campaign;
use yaohao_office::explain::{Explanation, Fate, TargetStory, explain};
use yaohao_office::later::counted;
use yaohao_office::teams::{self, Teams};
use yaohao_office::template::Tongue;

pub(super) fn run(screen: &Screen, arguments: &Explain) -> Outcome {
    let campaign = screen.campaign(&arguments.dir);
    if arguments.teams {
        let teams = teams::write_again(&campaign, tongue(screen))?;
        written(screen, &campaign, &teams);
    }
    match &arguments.id {
        Some(id) => explained(screen, &campaign, id),
        None => Ok(0),
    }
}

/// The list of teams after what cannot be undone: when it cannot be written, that is said, and how to do it later.
pub(super) fn listed(screen: &Screen, campaign: &Campaign, teams: Result<Teams, Vec<Fault>>) {
    match teams {
        Ok(teams) => written(screen, campaign, &teams),
        Err(faults) => {
            screen.say("teams-not-written", &[]);
            faults.iter().take(SHOWN).for_each(|fault| screen.fault(fault));
            screen.say("teams-later", &[("folder", &campaign.folder().display())]);
        }
    }
}

/// Where the list with names is, and what it could not say.
pub(super) fn written(screen: &Screen, campaign: &Campaign, teams: &Teams) {
    screen.say("teams-written", &[("file", &teams.file.display()), ("seats", &teams.seats)]);
    if teams.changed_targets + teams.changed_inspectors > 0 {
        screen.say(
            "teams-changed",
            &[
                ("firms", &teams.changed_targets),
                ("inspectors", &teams.changed_inspectors),
                ("folder", &campaign.folder().display()),
            ],
        );
    }
}

/// The language of the list.
pub(super) fn tongue(screen: &Screen) -> Tongue {
    match screen.language {
        Language::Chinese => Tongue::Chinese,
        Language::English => Tongue::English,
    }
}

/// An id as people know it: with what it is a pseudonym of, if that was asked for.
pub(super) fn known(screen: &Screen, id: &Id, true_id: Option<&String>) -> String {
    match true_id {
        Some(true_id) => screen.language.say("pseudonym-of", &[("true_id", true_id), ("id", id)]),
        None => id.to_string(),
    }
}

fn explained(screen: &Screen, campaign: &Campaign, id: &str) -> Outcome {
    match explain(campaign, id).map_err(one)? {
        Explanation::Target(story) => target(screen, &story),
        Explanation::Inspector { id, true_id, department, seats } => {
            let id = known(screen, &id, true_id.as_ref());
            match department {
                Some(department) => screen
                    .say("explain-inspector", &[("id", &id), ("department", &department), ("seats", &seats.len())]),
                None => screen.say("explain-inspector-excluded", &[("id", &id)]),
            }
            let rows: Vec<Vec<String>> = seats
                .iter()
                .map(|(target, number, leader, possible)| {
                    let leads = if *leader { screen.language.text("leads") } else { String::new() };
                    vec![
                        target.to_string(),
                        screen.language.say("explain-seat", &[("number", number), ("possible", possible)]),
                        leads,
                    ]
                })
                .collect();
            screen.table(&rows);
        }
    }
    // the story is the draw's; what came after it is told apart
    let since: u64 = counted(campaign).map(|counted| counted.reasons.values().sum()).unwrap_or_default();
    if since > 0 {
        screen.say("explain-since", &[("count", &since)]);
    }
    Ok(0)
}

fn target(screen: &Screen, story: &TargetStory) {
    screen.line(&screen.language.say("explain-target", &[("id", &story.id)]));
    if let Some(reason) = &story.excluded {
        screen.say("explain-excluded", &[("reason", reason)]);
    } else if story.cell.is_none() {
        screen.say("explain-unowned", &[]);
    }
    if let Some(cell) = &story.cell {
        let place = match &cell.part {
            Some(part) => format!("{} / {part}", cell.stratum),
            None => cell.stratum.to_string(),
        };
        screen.say("explain-stratum", &[("place", &place), ("population", &cell.population), ("drawn", &cell.drawn)]);
        let odds = format!("{}/{}", cell.odds.numerator, cell.odds.denominator);
        screen.say(
            "explain-odds",
            &[("odds", &odds), ("percent", &per_cent(cell.odds.numerator, cell.odds.denominator))],
        );
        screen.say("explain-rank", &[("rank", &cell.rank), ("population", &cell.population)]);
        if let Some(cutoff) = &cell.cutoff {
            screen.say("explain-cutoff", &[("cutoff", cutoff)]);
        }
        match cell.fate {
            Fate::Drawn => screen.say("explain-drawn", &[]),
            Fate::Reserve(number) => screen.say("explain-reserve", &[("number", &number)]),
            Fate::NotDrawn => screen.say("explain-not-drawn", &[]),
        }
    }
    screen.say("explain-ticket", &[("ticket", &story.ticket)]);
    screen.say("explain-recompute", &[]);
    screen.line(&format!("  printf 'yaohao/1 targets\\n%s\\n' {} | sha256sum", story.seed));
    screen.line(&format!("  printf '%s' {}{} | sha256sum", story.sub_seed, story.id));
    if !story.team.is_empty() {
        screen.say("explain-team", &[]);
        let rows: Vec<Vec<String>> = story
            .team
            .iter()
            .map(|seat| {
                let leads = if seat.leader { screen.language.text("leads") } else { String::new() };
                let possible = screen.language.say("explain-possible", &[("possible", &seat.possible)]);
                vec![seat.department.to_string(), seat.number.to_string(), seat.inspector.to_string(), possible, leads]
            })
            .collect();
        screen.table(&rows);
        for (seat, place) in story.team.iter().filter_map(|seat| Some((seat, seat.place?))) {
            screen.say(
                "explain-place",
                &[
                    ("department", &seat.department),
                    ("number", &seat.number),
                    ("inspector", &seat.inspector),
                    ("rank", &place.rank),
                    ("unable", &place.unable),
                    ("passed", &place.passed),
                ],
            );
        }
        if let Some(seat) = story.team.first() {
            screen.say("explain-pair", &[]);
            screen.line(&format!("  printf '%s' {}{}/{} | sha256sum", seat.sub_seed, story.id, seat.inspector));
        }
    }
}
