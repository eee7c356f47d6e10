//! explain, of an inspector: where it goes, from which places on the lists, how much that is, or why it is nothing.

use super::Screen;
use super::explain::{followed, hundredths, known};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use yaohao::assign::Obstacle;
use yaohao_office::explain::{Nothing, OfficerLoad, OfficerStory};

/// Tells it; gives the exit code.
pub(super) fn officer(screen: &Screen, story: &OfficerStory) -> u8 {
    let id = known(screen, &story.id, story.true_id.as_ref());
    match &story.department {
        Some(department) => {
            screen.say("explain-inspector", &[("id", &id), ("department", department), ("seats", &story.seats.len())])
        }
        None => screen.say("explain-inspector-excluded", &[("id", &id)]),
    }
    if let Some(crew) = &story.crew {
        screen.say("explain-crew", &[("crew", crew)]);
    }
    if !story.seats.is_empty() {
        let text = |key: &str| screen.language.text(key);
        let head = ["firm", "seat", "place", "possible"];
        let mut rows = vec![head.map(|key| text(&format!("col-{key}"))).to_vec()];
        rows.extend(story.seats.iter().map(|seat| {
            vec![
                seat.target.to_string(),
                seat.number.to_string(),
                format!("{}/{}", seat.rank, seat.of),
                seat.possible.to_string(),
                if seat.leader { text("leads") } else { String::new() },
            ]
        }));
        screen.table(&rows);
    }
    if let Some(nothing) = &story.nothing {
        self::nothing(screen, nothing, story.crew.is_some());
    }
    if let Some(load) = &story.load {
        self::load(screen, load);
    }
    followed(screen, &story.after, |after| {
        let targets: BTreeSet<&str> = after.seats.iter().map(|(target, _)| target.as_str()).collect();
        if targets.is_empty() {
            screen.say("explain-now-nowhere", &[]);
        } else {
            let targets = targets.into_iter().collect::<Vec<_>>().join(&screen.language.text("name-separator"));
            screen.say("explain-now-officer", &[("targets", &targets)]);
        }
    })
}

fn load(screen: &Screen, load: &OfficerLoad) {
    let facts = |own: &u64, spread: &yaohao_office::loads::Spread| {
        [own.to_string(), spread.least.to_string(), hundredths(spread.mean()), spread.most.to_string()]
    };
    let [own, least, mean, most] = facts(&load.own, &load.department);
    screen.say("explain-load", &[("own", &own), ("least", &least), ("mean", &mean), ("most", &most)]);
    if let Some((carried, spread)) = &load.carried {
        let [own, least, mean, most] = facts(&load.own.saturating_add(*carried), spread);
        let facts: [(&str, &dyn Display); 5] =
            [("carried", carried), ("own", &own), ("least", &least), ("mean", &mean), ("most", &most)];
        screen.say("explain-load-carried", &facts);
    }
}

fn nothing(screen: &Screen, nothing: &Nothing, crew: bool) {
    match nothing {
        Nothing::Expired => screen.say("nothing-expired", &[]),
        Nothing::Spent => screen.say("nothing-spent", &[]),
        Nothing::NoSeats => screen.say("nothing-no-seats", &[]),
        Nothing::NoCrew => screen.say("nothing-no-crew", &[]),
        Nothing::Nowhere(seats, kept_off) => {
            let key = if crew { "nothing-nowhere-crew" } else { "nothing-nowhere" };
            screen.say(key, &[("seats", seats), ("obstacles", &counted(screen, kept_off))]);
        }
        Nothing::Lots(able, targets) => screen.say("nothing-lots", &[("able", able), ("targets", targets)]),
    }
}

fn counted(screen: &Screen, kept_off: &BTreeMap<Obstacle, u64>) -> String {
    let one = |(obstacle, count): (&Obstacle, &u64)| {
        let obstacle = screen.language.text(&format!("obstacle-{}", obstacle.name()));
        screen.language.say("obstacle-count", &[("obstacle", &obstacle), ("count", count)])
    };
    kept_off.iter().map(one).collect::<Vec<_>>().join(&screen.language.text("list-separator"))
}
