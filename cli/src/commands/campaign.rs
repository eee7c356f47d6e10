//! announce, contribute, close, draw, reveal, void.

use super::show::{announcement, drawn};
use super::{Outcome, Screen, now, one};
use crate::args::{BeaconSource, Contribute, Draw, Reveal, Void};
use std::fmt::Display;
use std::path::Path;
use std::time::Duration;
use yaohao::announcement::BeaconPlan;
use yaohao::encoding::hex_array;
use yaohao::fault::{Code, Fault};
use yaohao::ident::{Id, Name, Text};
use yaohao::seed::Beacon;
use yaohao_office::campaign::Campaign;
use yaohao_office::chance::{ByHand, FULL_BITS, cards, dice};
use yaohao_office::files::read_bytes;
use yaohao_office::keys::{CustodianSecret, Entropy as _, System, read_key, read_secret};
use yaohao_office::looked_up;
use yaohao_office::relay::{PATIENCE, Relays, SystemClock, parse_answer};
use yaohao_office::teams;

/// How long relays are asked after the round's time, unless told otherwise.
const WAIT_SECONDS: u64 = 300;

pub(super) fn announce(screen: &Screen, dir: &Path) -> Outcome {
    let campaign = screen.campaign(dir);
    let frozen = campaign.announce(&now()?, &mut System)?;
    let digest = campaign.announcement().map_err(one)?.digest();
    screen.say("announced", &[("number", &frozen.announcement.number), ("digest", &digest)]);
    announcement(screen, &frozen.announcement);
    if let Some(sealed) = &frozen.announcement.seed.sealed {
        let secret = CustodianSecret::of(&campaign.private());
        let facts: [(&str, &dyn Display); 3] =
            [("custodian", &sealed.custodian), ("time", &sealed.reveal_by), ("file", &secret.path().display())];
        screen.say("announced-sealed", &facts);
    }
    next_step(screen, &frozen.announcement.seed.beacon, !frozen.announcement.seed.contributors.is_empty());
    Ok(0)
}

fn next_step(screen: &Screen, beacon: &BeaconPlan, contributors: bool) {
    if contributors {
        screen.say("next-contribute", &[]);
    }
    let time = beacon.time().map(|time| time.to_string()).unwrap_or_default();
    match beacon {
        BeaconPlan::Drand { round } => screen.say("next-beacon", &[("round", round), ("time", &time)]),
        BeaconPlan::PublicValues(values) => {
            let names: Vec<&str> = values.sources.iter().map(|source| source.id.as_str()).collect();
            let sources = names.join(", ");
            screen.say("next-values", &[("bits", &values.bits()), ("time", &time), ("sources", &sources)]);
        }
        _ => {}
    }
}

pub(super) fn contribute(screen: &Screen, arguments: Contribute) -> Outcome {
    let campaign = Campaign::new(&arguments.dir);
    let contributor = Id::parse(&arguments.contributor).map_err(one)?;
    let given = arguments.value.map(|value| hex_array::<32>(&value)).transpose().map_err(one)?;
    let dice = arguments.dice.map(|rolls| dice(&rolls)).transpose().map_err(one)?;
    let cards = arguments.cards.map(|deck| cards(&deck)).transpose().map_err(one)?;
    let by_hand = dice.or(cards);
    let value = by_hand.as_ref().map(|by_hand| by_hand.value).or(given);
    if arguments.commit {
        let value = value.map_or_else(|| System.secret(), Ok).map_err(one)?;
        let digest = campaign.commit(&contributor, value).map_err(one)?;
        screen.say("committed", &[("contributor", &contributor), ("digest", &digest)]);
        made_by_hand(screen, by_hand.as_ref());
        return Ok(0);
    }
    let key = arguments.key.map(|path| read_key(&path)).transpose().map_err(one)?;
    let statement = campaign.contribute(&contributor, value, key, &now()?, &mut System).map_err(one)?;
    screen.say("contributed", &[("contributor", &contributor), ("digest", &statement.digest())]);
    made_by_hand(screen, by_hand.as_ref());
    Ok(0)
}

/// What a value was made of, for whoever stood at the table to digest it again.
fn made_by_hand(screen: &Screen, by_hand: Option<&ByHand>) {
    let Some(by_hand) = by_hand else { return };
    screen.say("by-hand", &[("bits", &by_hand.bits)]);
    // as it is: whoever copies it must find every blank
    by_hand.text.lines().for_each(|line| screen.line(line));
    if by_hand.bits < FULL_BITS {
        screen.say("by-hand-few", &[]);
    }
}

pub(super) fn close(screen: &Screen, dir: &Path) -> Outcome {
    let closing = Campaign::new(dir).close(&now()?).map_err(one)?;
    let given = closing.body().contributions.iter().filter(|(_, digest)| digest.is_some()).count();
    let absent: Vec<&str> =
        closing.body().contributions.iter().filter(|(_, digest)| digest.is_none()).map(|(id, _)| id.as_str()).collect();
    screen.say("closed", &[("given", &given), ("digest", &closing.digest())]);
    if !absent.is_empty() {
        screen.say("closed-absent", &[("absent", &absent.join(", "))]);
    }
    Ok(0)
}

pub(super) fn draw(screen: &Screen, arguments: &Draw) -> Outcome {
    let campaign = screen.campaign(&arguments.dir).told(secret(arguments.secret_file.as_deref())?);
    if arguments.beacon.fetch {
        campaign.must_be_ready(&now()?).map_err(one)?;
    }
    let beacon = beacon(screen, &arguments.beacon, &campaign)?;
    let (record, outcome, report) = campaign.draw(beacon, &now()?).map_err(one)?;
    drawn(screen, record.body(), &outcome);
    super::verify::verdict(screen, &report, false);
    match &report.sealed {
        None => screen.say("published", &[("folder", &campaign.public().display())]),
        Some(seal) => screen.say(
            "drawn-sealed",
            &[
                ("folder", &campaign.public().display()),
                ("kept", &campaign.kept().display()),
                ("time", &seal.reveal_by),
                ("dir", &arguments.dir.display()),
            ],
        ),
    }
    // whatever becomes of the list, the draw is done
    super::explain::listed(screen, &campaign, teams::write(&campaign, &outcome, super::explain::tongue(screen)));
    Ok(0)
}

/// Tells the secret of a sealed campaign, and with it what was drawn.
pub(super) fn reveal(screen: &Screen, arguments: &Reveal) -> Outcome {
    let campaign = screen.campaign(&arguments.dir).told(secret(arguments.secret_file.as_deref())?);
    let key = arguments.key.as_deref().map(read_key).transpose().map_err(one)?;
    let (reveal, report) = campaign.reveal(key, &now()?).map_err(one)?;
    screen.say("revealed", &[("number", &reveal.body().number), ("digest", &reveal.digest())]);
    super::verify::verdict(screen, &report, false);
    screen.say("published", &[("folder", &campaign.public().display())]);
    Ok(0)
}

/// The custodian's secret, where it comes from a file of its own.
fn secret(file: Option<&Path>) -> Result<Option<[u8; 32]>, Vec<Fault>> {
    file.map(|file| read_secret(file).map(|secret| *secret)).transpose().map_err(one)
}

/// Gives a campaign up, for everybody to see.
pub(super) fn void(screen: &Screen, arguments: &Void) -> Outcome {
    let campaign = screen.campaign(&arguments.dir).told(secret(arguments.secret_file.as_deref())?);
    let reason = Name::parse(&arguments.reason).map_err(|fault| one(fault.column("--reason")))?;
    let text = Text::parse(&arguments.text).map_err(|fault| one(fault.column("--text")))?;
    let beacon = beacon(screen, &arguments.beacon, &campaign)?;
    let void = campaign.void(reason, text, beacon, &now()?).map_err(one)?;
    let body = void.body();
    screen.say("voided", &[("number", &body.number), ("digest", &void.digest())]);
    screen.say(if body.would_be.is_some() { "voided-late" } else { "voided-nothing" }, &[]);
    screen.say("published", &[("folder", &campaign.public().display())]);
    Ok(0)
}

/// The beacon: fetched, from its signature, or from a relay's answer in a file.
fn beacon(screen: &Screen, arguments: &BeaconSource, campaign: &Campaign) -> Result<Option<Beacon>, Vec<Fault>> {
    let plan = campaign.announcement().map_err(one)?.body().seed.beacon.clone();
    let of_round = [
        ("--fetch", arguments.fetch),
        ("--signature", arguments.signature.is_some()),
        ("--beacon", arguments.beacon.is_some()),
    ];
    let of_values = [("--values", !arguments.values.is_empty())];
    let astray = |options: &[(&str, bool)]| match options.iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            let fault = Fault::new(Code::BeaconOption).fact("option", option);
            Err(one(fault.fact("beacon", plan.policy_name())))
        }
        None => Ok(()),
    };
    let round = match &plan {
        BeaconPlan::Drand { round } => {
            astray(&of_values)?;
            *round
        }
        BeaconPlan::PublicValues(plan) => {
            astray(&of_round)?;
            if arguments.values.is_empty() {
                return Ok(None);
            }
            let values = looked_up::values(plan, &arguments.values).map_err(one)?;
            screen.say("values-taken", &[("values", &values.canonical())]);
            return Ok(Some(Beacon::PublicValues(values)));
        }
        _ => {
            astray(&of_round)?;
            astray(&of_values)?;
            return Ok(None);
        }
    };
    if arguments.fetch {
        return fetched(screen, arguments, campaign, round).map(Some);
    }
    if let Some(signature) = &arguments.signature {
        return Beacon::new(round, signature.trim()).map(Some).map_err(one);
    }
    let Some(path) = &arguments.beacon else { return Ok(None) };
    let answer = read_bytes(path).and_then(|bytes| parse_answer(&bytes));
    answer.map(Some).map_err(|fault| one(fault.file(path.display().to_string())))
}

/// Nothing is written while this waits: whoever ends the program begins again.
fn fetched(screen: &Screen, arguments: &BeaconSource, campaign: &Campaign, round: u64) -> Result<Beacon, Vec<Fault>> {
    let relays = Relays::new(&arguments.relays, PATIENCE).map_err(one)?;
    let wait = Duration::from_secs(arguments.wait.unwrap_or(WAIT_SECONDS));
    let fetched = relays.wait_and_ask(round, wait, &SystemClock::default(), campaign.watch())?;
    fetched.failed.iter().for_each(|fault| screen.fault(fault));
    screen.say("fetched", &[("round", &round), ("relay", &fetched.relay)]);
    Ok(fetched.beacon)
}
