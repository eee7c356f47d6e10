//! explain, of no id: the draw as a whole, department by department.

use super::explain::hundredths;
use super::{Outcome, SHOWN, Screen, one};
use std::fmt::Display;
use yaohao::assign::Obstacle;
use yaohao_office::campaign::Campaign;
use yaohao_office::explain::{DepartmentSummary, Meetings, Summary};
use yaohao_office::loads::CrewsMade;

/// People and pairs that are named.
const NAMED: usize = 5;

/// Tells it; gives the exit code.
pub(super) fn summary(screen: &Screen, campaign: &Campaign) -> Outcome {
    let Summary { drawn, departments, meetings, happened } = yaohao_office::explain::summary(campaign).map_err(one)?;
    screen.say("summary-drawn", &[("drawn", &drawn)]);
    let head = ["department", "population", "seats", "one", "officers", "least-load", "load", "most-load"];
    let mut rows = vec![head.map(|key| screen.language.text(&format!("col-{key}"))).to_vec()];
    rows.extend(departments.iter().map(row));
    screen.table(&rows);
    screen.say("summary-loads-head", &[]);
    departments.iter().for_each(|department| loads(screen, department));
    screen.say("summary-even", &[]);
    for department in &departments {
        if let Some(crews) = &department.crews {
            crews_made(screen, department.id.as_str(), crews);
        }
    }
    match &meetings {
        None => {}
        Some(Ok(meetings)) => met(screen, meetings),
        Some(Err(faults)) => {
            screen.say("summary-met-unknown", &[]);
            faults.iter().take(SHOWN).for_each(|fault| screen.fault(fault));
        }
    }
    match &happened {
        Err(fault) => {
            screen.fault(fault);
            return Ok(1);
        }
        Ok(happened) if happened.substitutions + happened.results + happened.amendments > 0 => {
            let facts: [(&str, &dyn Display); 4] = [
                ("substitutions", &happened.substitutions),
                ("results", &happened.results),
                ("amendments", &happened.amendments),
                ("vacant", &happened.vacant),
            ];
            screen.say("summary-after", &facts);
        }
        Ok(_) => {}
    }
    Ok(0)
}

fn row(department: &DepartmentSummary) -> Vec<String> {
    vec![
        department.id.to_string(),
        department.targets.to_string(),
        department.seats.to_string(),
        department.one_possible.to_string(),
        department.loads.people.to_string(),
        department.loads.least.to_string(),
        hundredths(department.loads.mean()),
        department.loads.most.to_string(),
    ]
}

/// How many officers have how many firms.
fn loads(screen: &Screen, department: &DepartmentSummary) {
    let load =
        |(load, people): (&u64, &u64)| screen.language.say("summary-load", &[("load", load), ("people", people)]);
    let list: Vec<String> = department.by_load.iter().map(load).collect();
    let list = list.join(&screen.language.text("list-separator"));
    screen.say("summary-loads", &[("department", &department.id), ("list", &list)]);
    if !department.idle.is_empty() {
        let idle: Vec<String> = department.idle.iter().map(|(id, why)| because(screen, id.to_string(), *why)).collect();
        screen.say("summary-idle", &[("named", &named(screen, &idle))]);
    }
    if let Some(spread) = &department.with_carried {
        let facts: [(&str, &dyn Display); 4] = [
            ("department", &department.id),
            ("least", &spread.least),
            ("mean", &hundredths(spread.mean())),
            ("most", &spread.most),
        ];
        screen.say("summary-carried", &facts);
    }
}

/// The crews of a department, and who is in none.
pub(super) fn crews_made(screen: &Screen, department: &str, crews: &CrewsMade) {
    let left: Vec<String> = crews.left_over.iter().map(ToString::to_string).collect();
    crews_shown(screen, department, &crews.sizes, &left);
}

/// The same, where whoever is left over is already in words.
pub(super) fn crews_shown(
    screen: &Screen,
    department: &str,
    sizes: &std::collections::BTreeMap<usize, u64>,
    left: &[String],
) {
    let size =
        |(size, count): (&usize, &u64)| screen.language.say("check-crews-size", &[("size", size), ("count", count)]);
    let separator = screen.language.text("list-separator");
    let crews: u64 = sizes.values().sum();
    if crews == 0 {
        screen.say("check-crews-none", &[("department", &department)]);
    } else {
        let sizes = sizes.iter().map(size).collect::<Vec<_>>().join(&separator);
        screen.say("check-crews", &[("department", &department), ("crews", &crews), ("sizes", &sizes)]);
    }
    if !left.is_empty() {
        screen.say("check-crews-left", &[("count", &left.len()), ("named", &named(screen, left))]);
    }
}

/// Somebody who goes nowhere, with what keeps off everywhere, if something does.
pub(super) fn because(screen: &Screen, who: String, why: Option<Obstacle>) -> String {
    let Some(why) = why else { return who };
    let text = screen.language.text(&format!("obstacle-{}", why.name()));
    format!("{who}{}", screen.language.say("in-brackets", &[("text", &text)]))
}

/// The first few, and how many more.
pub(super) fn named(screen: &Screen, all: &[String]) -> String {
    let mut named = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(&screen.language.text("name-separator"));
    if all.len() > NAMED {
        named += &screen.language.say("check-more", &[("more", &(all.len() - NAMED))]);
    }
    named
}

fn met(screen: &Screen, meetings: &Meetings) {
    let facts: [(&str, &dyn Display); 3] =
        [("campaigns", &meetings.campaigns), ("pairs", &meetings.pairs), ("again", &meetings.again.len())];
    screen.say("summary-met", &facts);
    let rows = meetings.again.iter().take(NAMED);
    screen.table(&rows.map(|(target, inspector)| vec![target.to_string(), inspector.to_string()]).collect::<Vec<_>>());
    if meetings.again.len() > NAMED {
        screen.say("check-lone-more", &[("more", &(meetings.again.len() - NAMED))]);
    }
}
