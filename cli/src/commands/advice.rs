//! What would help where seats stay empty, in words.

use super::Screen;
use std::fmt::Display;
use yaohao_office::advice::{Advice, Help, Lift, MANY};

/// All that would help, department by department.
pub(super) fn tell(screen: &Screen, all: &[Advice]) {
    for advice in all {
        let head = if advice.crews { "advice-head-crews" } else { "advice-head" };
        let (seats, empty) = (&advice.filled.seats, &advice.filled.empty);
        screen.say(head, &[("department", &advice.department), ("seats", seats), ("empty", empty)]);
        advice.helps.iter().for_each(|one| help(screen, one, advice));
        if advice.coarse {
            screen.say("advice-coarse", &[("seats", &MANY)]);
        }
    }
}

fn help(screen: &Screen, help: &Help, advice: &Advice) {
    let crews = advice.crews;
    let say = |key: &str, facts: &[(&str, &dyn Display)]| screen.indented(&screen.language.say(key, facts));
    let left = |left: &u64| match left {
        0 => screen.language.text("advice-enough"),
        _ if crews => screen.language.say("advice-left-crews", &[("left", left)]),
        _ => screen.language.say("advice-left", &[("left", left)]),
    };
    match help {
        Help::More(more) => {
            let key = match (advice.drawn, crews) {
                (Some(_), _) => "advice-more-drawn",
                (None, true) => "advice-more-crews",
                (None, false) => "advice-more",
            };
            let people = u64::from(more.count).saturating_mul(advice.drawn.unwrap_or(1));
            say(key, &[("people", &people), ("count", &more.count), ("capacity", &more.capacity)]);
        }
        Help::Least(more) => say("advice-least", &[("count", &more.count), ("capacity", &more.capacity)]),
        Help::Capacity(more) => say("advice-capacity", &[("more", more)]),
        Help::Beyond { from, to, left: seats } => {
            say("advice-beyond", &[("from", from), ("to", to), ("left", &left(seats))]);
        }
        Help::Lift { lift, left: seats } => {
            let left = left(seats);
            match lift {
                Lift::Qualification(id) => say("advice-qualification", &[("qualification", id), ("left", &left)]),
                other => say(key_of(other), &[("left", &left)]),
            }
        }
    }
}

fn key_of(lift: &Lift) -> &'static str {
    match lift {
        Lift::Regions => "advice-regions",
        Lift::Stations => "advice-stations",
        Lift::Qualification(_) => "advice-qualification",
        Lift::Lead => "advice-lead",
        Lift::Validity => "advice-validity",
        Lift::Rotation => "advice-rotation",
        Lift::Recusals => "advice-recusals",
    }
}
