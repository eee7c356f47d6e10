//! explain, of a firm: its draw, its team, who stood before on its lists, and who sits there now.

use super::Screen;
use super::explain::followed;
use super::show::{head, per_cent};
use std::collections::BTreeMap;
use std::fmt::Display;
use yaohao::ident::Id;
use yaohao_office::explain::{After, Before, CellStory, Fate, TargetStory, Turn, Why};

/// Named of those who stood before on a list, unless all are asked for.
const BEFORE: usize = 5;

/// Tells it; gives the exit code.
pub(super) fn firm(screen: &Screen, story: &TargetStory, all: bool) -> u8 {
    screen.line(&screen.language.say("explain-target", &[("id", &story.id)]));
    match &story.cell {
        _ if story.excluded.is_some() => {
            screen.say("explain-excluded", &[("reason", &story.excluded.as_deref().unwrap_or_default())]);
        }
        None => screen.say("explain-unowned", &[]),
        Some(cell) => drawn(screen, cell),
    }
    screen.say("explain-ticket", &[("ticket", &story.ticket)]);
    screen.say("explain-recompute", &[]);
    screen.line(&format!("  printf 'yaohao/1 targets\\n%s\\n' {} | sha256sum", story.seed));
    screen.line(&format!("  printf '%s' {}{} | sha256sum", story.sub_seed, story.id));
    if !story.team.is_empty() {
        team(screen, story, all);
    }
    followed(screen, &story.after, |after| team_now(screen, story, after))
}

/// Where it stood in the first random.
fn drawn(screen: &Screen, cell: &CellStory) {
    let place = match &cell.part {
        Some(part) => format!("{} / {part}", cell.stratum),
        None => cell.stratum.to_string(),
    };
    screen.say("explain-stratum", &[("place", &place), ("population", &cell.population), ("drawn", &cell.drawn)]);
    let odds = format!("{}/{}", cell.odds.numerator, cell.odds.denominator);
    screen.say("explain-odds", &[("odds", &odds), ("percent", &per_cent(cell.odds.numerator, cell.odds.denominator))]);
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

/// The team as it was drawn, and who stood before.
fn team(screen: &Screen, story: &TargetStory, all: bool) {
    screen.say("explain-team", &[]);
    // of a crew it is the crew that was drawn
    let crews = |department: &Id| story.turns.iter().any(|turn| turn.department == *department && turn.seat.is_none());
    let rows = story.team.iter().map(|seat| {
        let key = if crews(&seat.department) { "explain-possible-crews" } else { "explain-possible" };
        let leads = if seat.leader { screen.language.text("leads") } else { String::new() };
        let possible = screen.language.say(key, &[("possible", &seat.possible)]);
        vec![seat.department.to_string(), seat.number.to_string(), seat.inspector.to_string(), possible, leads]
    });
    screen.table(&rows.collect::<Vec<_>>());
    story.turns.iter().for_each(|turn| self::turn(screen, turn, all));
    if let (Some(seat), Some(turn)) = (story.team.first(), story.turns.first()) {
        screen.say(if turn.seat.is_none() { "explain-pair-crew" } else { "explain-pair" }, &[]);
        screen.line(&format!("  printf '%s' {}{}/{} | sha256sum", seat.sub_seed, story.id, turn.holder));
    }
}

fn turn(screen: &Screen, turn: &Turn, all: bool) {
    let unable = turn.unable();
    let number = turn.seat.map(|seat| seat.to_string()).unwrap_or_default();
    let facts: [(&str, &dyn Display); 7] = [
        ("department", &turn.department),
        ("number", &number),
        ("holder", &turn.holder),
        ("rank", &turn.rank),
        ("of", &turn.of),
        ("unable", &unable),
        ("passed", &(turn.before.len() - unable)),
    ];
    screen.say(
        match (turn.seat.is_some(), turn.before.is_empty()) {
            (true, false) => "explain-turn",
            (true, true) => "explain-turn-first",
            (false, false) => "explain-turn-crew",
            (false, true) => "explain-turn-crew-first",
        },
        &facts,
    );
    let named = if all { turn.before.len() } else { BEFORE };
    for before in turn.before.iter().take(named) {
        screen.say("explain-before", &[("who", &before.who), ("why", &why(screen, before))]);
    }
    if turn.before.len() > named {
        screen.say("explain-before-more", &[("more", &(turn.before.len() - named))]);
    }
}

fn why(screen: &Screen, before: &Before) -> String {
    let text = |key: &str| screen.language.text(key);
    match &before.why {
        Why::Unable(obstacles) => {
            let found: Vec<String> =
                obstacles.iter().map(|obstacle| text(&format!("obstacle-{}", obstacle.name()))).collect();
            found.join(&text("list-separator"))
        }
        Why::InTeam => text("before-in-team"),
        Why::Full => text("before-full"),
        Why::Passed => text("before-passed"),
    }
}

/// The team as it is now, each beside whom the draw had put there.
fn team_now(screen: &Screen, story: &TargetStory, after: &After) {
    if after.seats.is_empty() {
        screen.say("explain-now-none", &[]);
        return;
    }
    screen.say("explain-now", &[]);
    let of_draw: BTreeMap<_, _> =
        story.team.iter().map(|seat| ((&seat.department, seat.number), &seat.inspector)).collect();
    let head_row = ["department", "seat", "now", "drawn-officer"];
    let mut rows = vec![head_row.map(|key| screen.language.text(&format!("col-{key}"))).to_vec()];
    rows.extend(after.seats.iter().map(|(_, seat)| {
        let now = seat.inspector.as_ref();
        let of_draw = of_draw.get(&(&seat.department, seat.number)).copied();
        vec![
            seat.department.to_string(),
            seat.number.to_string(),
            now.map_or_else(|| "-".to_owned(), ToString::to_string),
            // who stayed needs no second look
            of_draw.filter(|id| now != Some(*id)).map(|id| head(id.as_str())).unwrap_or_default(),
        ]
    }));
    screen.table(&rows);
}
