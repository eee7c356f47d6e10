//! explain: why this firm, why this inspector, what the draw gave as a whole, and the list of who goes.

use super::explain_firm::firm;
use super::explain_officer::officer;
use super::explain_summary::summary;
use super::{Outcome, SHOWN, Screen, one};
use crate::args::Explain;
use crate::language::Language;
use std::fmt::Display;
use yaohao::fault::{Fault, Result};
use yaohao::ident::Id;
use yaohao::later::Change;
use yaohao_office::campaign::Campaign;
use yaohao_office::explain::{After, Explanation, Since, explain};
use yaohao_office::teams::{self, Teams};
use yaohao_office::template::Tongue;

pub(super) fn run(screen: &Screen, arguments: &Explain) -> Outcome {
    let campaign = screen.campaign(&arguments.dir);
    if arguments.teams {
        let teams = teams::write_again(&campaign, tongue(screen))?;
        written(screen, &campaign, &teams);
    }
    match &arguments.id {
        Some(id) => match explain(&campaign, id).map_err(one)? {
            Explanation::Target(story) => Ok(firm(screen, &story, arguments.all)),
            Explanation::Inspector(story) => Ok(officer(screen, &story)),
        },
        None if arguments.teams => Ok(0),
        None => summary(screen, &campaign),
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

/// What followed the record: the substitutions that touch this, then what `now` shows of how it stands. Statements that do
/// not hold are a fault, and the exit code says so; the story of the draw is true all the same.
pub(super) fn followed(screen: &Screen, after: &Result<After>, now: impl FnOnce(&After)) -> u8 {
    let after = match after {
        Ok(after) => after,
        Err(fault) => {
            screen.fault(fault);
            return 1;
        }
    };
    if after.happened.substitutions > 0 {
        screen.say("explain-since", &[("count", &after.happened.substitutions)]);
    }
    after.changes.iter().for_each(|since| changed(screen, since));
    if !after.changes.is_empty() {
        now(after);
    }
    0
}

fn changed(screen: &Screen, since: &Since) {
    let say = |key: &str, facts: &[(&str, &dyn Display)]| screen.language.say(key, facts);
    let what = match &since.change {
        Change::Inspector { target, department, seat, out, replacement } => {
            let (key, comes) = match replacement {
                Some(id) => ("substituted", id.as_str()),
                None => ("substituted-vacant", ""),
            };
            say(key, &[("target", target), ("department", department), ("seat", seat), ("out", out), ("in", &comes)])
        }
        Change::Target { target, replacement: Some((id, _)) } => {
            say("explain-target-out", &[("target", target), ("in", id)])
        }
        Change::Target { target, replacement: None } => say("substituted-nothing", &[("target", target)]),
    };
    let facts: [(&str, &dyn Display); 4] =
        [("date", &since.at.date()), ("reason", &since.reason), ("text", &since.text), ("what", &what)];
    screen.say("explain-changed", &facts);
}

/// The mean of some loads in hundredths, as people write it.
pub(super) fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}
