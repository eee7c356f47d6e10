//! substitute, result, amend: what happens after the draw.

use super::{Outcome, Screen, now, one};
use crate::args::{Amend, ResultTable, Substitute};
use yaohao::encoding::decimal;
use yaohao::fault::{Code, Fault};
use yaohao::ident::{Id, Name, Text};
use yaohao::later::{Change, MOST_SERIAL};
use yaohao_office::campaign::Campaign;
use yaohao_office::later::{
    Amends, Asked, Why, amend as amended, counted, publish_results, replace_inspector, replace_target, substitutes,
    teams_now,
};
use yaohao_office::teams;

/// Lists who steps in at a seat, or lets the first of them, or the next reserve, step in.
pub(super) fn substitute(screen: &Screen, arguments: &Substitute) -> Outcome {
    let campaign = screen.campaign(&arguments.dir);
    let asked = match (&arguments.department, arguments.seat) {
        (Some(department), Some(seat)) => Some(Asked { target: &arguments.target, department, seat }),
        _ => None,
    };
    // a seat of which nobody says who goes is only looked at
    if let (Some(asked), None) = (asked, &arguments.out) {
        return list(screen, &campaign, asked);
    }
    let why = why(arguments.reason.as_deref(), arguments.text.as_deref())?;
    let statement = match (asked, &arguments.out) {
        (Some(asked), Some(out)) => replace_inspector(&campaign, asked, out, why, &now()?),
        _ => replace_target(&campaign, &arguments.target, why, &now()?),
    };
    let statement = statement.map_err(one)?;
    match &statement.body().change {
        Change::Inspector { target, department, seat, out, replacement: Some(id) } => screen.say(
            "substituted",
            &[("target", target), ("department", department), ("seat", seat), ("out", out), ("in", id)],
        ),
        Change::Inspector { target, department, seat, out, replacement: None } => screen
            .say("substituted-vacant", &[("target", target), ("department", department), ("seat", seat), ("out", out)]),
        Change::Target { target, replacement: Some((id, team)) } => {
            screen.say("substituted-target", &[("target", target), ("in", id)]);
            let row = |seat: &yaohao::later::NewSeat| {
                vec![seat.department.to_string(), seat.seat.to_string(), seat.inspector.to_string()]
            };
            screen.table(&team.iter().map(row).collect::<Vec<_>>());
        }
        Change::Target { target, replacement: None } => screen.say("substituted-nothing", &[("target", target)]),
    }
    if let Change::Inspector { target, department, .. } = &statement.body().change {
        short_of(screen, &campaign, target, department);
    }
    published(screen, &campaign, &statement.digest());
    so_far(screen, &campaign);
    // whatever becomes of the list, the substitution is done
    super::explain::listed(screen, &campaign, teams::write_again(&campaign, super::explain::tongue(screen)));
    Ok(0)
}

/// Publishes results from a table.
pub(super) fn result(screen: &Screen, arguments: &ResultTable) -> Outcome {
    let campaign = screen.campaign(&arguments.dir);
    let statement = publish_results(&campaign, &arguments.table, &now()?)?;
    screen.say("results-published", &[("visits", &statement.body().visits.len())]);
    published(screen, &campaign, &statement.digest());
    Ok(0)
}

/// Says what was wrong in an earlier statement.
pub(super) fn amend(screen: &Screen, arguments: &Amend) -> Outcome {
    let campaign = screen.campaign(&arguments.dir);
    let amends = match arguments.amends.as_str() {
        "record" => Amends::Record,
        serial => Amends::Serial(decimal(serial, 1, MOST_SERIAL).map_err(|fault| one(fault.column("--amends")))?),
    };
    let why = why(Some(&arguments.reason), Some(&arguments.text))?;
    let statement = amended(&campaign, amends, why, arguments.table.as_deref(), &now()?)?;
    screen.say("amended", &[("amends", &arguments.amends), ("visits", &statement.body().visits.len())]);
    published(screen, &campaign, &statement.digest());
    Ok(0)
}

fn list(screen: &Screen, campaign: &Campaign, asked: Asked<'_>) -> Outcome {
    let found = substitutes(campaign, asked).map_err(one)?;
    let ids = std::iter::once(&found.out).chain(&found.chain).cloned().collect();
    // whoever has only what was published has no names
    let names = teams::inspector_names(campaign, &ids).unwrap_or_default();
    let row = |number: String, id: &yaohao::ident::Id| {
        let (true_id, name) = names.get(id).cloned().unwrap_or_default();
        vec![number, id.to_string(), true_id, name]
    };
    screen.say("substitutes-now", &[]);
    screen.table(&[row("-".to_owned(), &found.out)]);
    if found.chain.is_empty() {
        screen.say("substitutes-none", &[]);
        return Ok(0);
    }
    screen.say("substitutes", &[("count", &found.chain.len())]);
    let rows: Vec<Vec<String>> =
        found.chain.iter().zip(1_u64..).map(|(id, number)| row(number.to_string(), id)).collect();
    screen.table(&rows);
    Ok(0)
}

fn published(screen: &Screen, campaign: &Campaign, digest: &yaohao::encoding::Digest) {
    screen.say("later-digest", &[("digest", digest)]);
    screen.say("published", &[("folder", &campaign.public().display())]);
}

/// A team that has lost its leader, or one of the two officers without whom nobody may penalise (SPEC §6.3).
fn short_of(screen: &Screen, campaign: &Campaign, target: &Id, department: &Id) {
    let (Ok(statement), Ok(teams)) = (campaign.announcement(), teams_now(campaign)) else { return };
    let seats =
        || teams.iter().filter(|(of, seat)| of == target && seat.department == *department).map(|(_, seat)| seat);
    let facts: [(&str, &dyn std::fmt::Display); 2] = [("target", target), ("department", department)];
    if seats().any(|seat| seat.group.leader && seat.inspector.is_none()) {
        screen.say("substituted-no-leader", &facts);
    }
    let officers = seats().filter(|seat| !seat.group.expert && seat.inspector.is_some()).count();
    let penalises = statement.body().items.iter().any(|item| item.penalises.contains(department));
    if penalises && officers < 2 {
        let officers: (&str, &dyn std::fmt::Display) = ("officers", &officers);
        screen.say("substituted-few", &[facts.as_slice(), &[officers]].concat());
    }
}

/// How often there were substitutions, for which reasons, and who was taken out.
fn so_far(screen: &Screen, campaign: &Campaign) {
    let Ok(counted) = counted(campaign) else { return };
    screen.say("substitutions-so-far", &[("count", &counted.reasons.values().sum::<u64>())]);
    let times = |key: &str, what: String, count: &u64| {
        vec![screen.language.text(key), what, screen.language.say("substitutions-times", &[("count", count)])]
    };
    let reasons =
        counted.reasons.iter().map(|(reason, count)| times("substitutions-reason", reason.to_string(), count));
    let out = counted.inspectors.iter().map(|(id, count)| times("substitutions-inspector", id.to_string(), count));
    let targets = counted.targets.iter().map(|(id, count)| times("substitutions-target", id.to_string(), count));
    screen.table(&reasons.chain(out).chain(targets).collect::<Vec<_>>());
}

/// Only listing needs no reason; clap has seen to it that both are there otherwise.
fn why(reason: Option<&str>, text: Option<&str>) -> Result<Why, Vec<Fault>> {
    let missing = |option: &str| one(Fault::new(Code::NameForm).column(option.to_owned()).fact("value", ""));
    let reason = reason.ok_or_else(|| missing("--reason"))?;
    let text = text.ok_or_else(|| missing("--text"))?;
    Ok(Why {
        reason: Name::parse(reason).map_err(|fault| one(fault.column("--reason")))?,
        text: Text::parse(text).map_err(|fault| one(fault.column("--text")))?,
    })
}
