//! What people read off: public values, dice, cards; and a beacon that does not come.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use support::{BALLS, BALLS_TEXT, ROUND, SIGNATURE, Small, time};
use yaohao::announcement::{BeaconPlan, PublicValues};
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::seed::Beacon;
use yaohao_office::chance::{ByHand, cards, dice};
use yaohao_office::looked_up::values;
use yaohao_office::plan::Plan;

fn balls() -> PublicValues {
    let BeaconPlan::PublicValues(plan) = Plan::parse(&Small::default().public_values(BALLS).plan).unwrap().beacon
    else {
        panic!("another beacon")
    };
    plan
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T>, code: Code, says: &str) -> Fault {
    let fault = result.unwrap_err();
    assert_eq!(fault.code(), code, "{fault}");
    assert!(fault.to_string().contains(says), "{fault}");
    fault
}

#[test]
fn values_are_read_as_they_are_printed() {
    let read = |given: &[&str]| values(&balls(), &given.iter().map(ToString::to_string).collect::<Vec<_>>());
    let good = ["close=567", "red=09 31，02、06,04 05", "blue=０16"];
    assert_eq!(read(&good).unwrap().canonical(), BALLS_TEXT);
    assert_eq!(read(&[BALLS_TEXT]).unwrap().canonical(), BALLS_TEXT);
    for (given, says) in [
        (vec![], "red: is missing"),
        (vec!["red 1"], "write SOURCE=NUMBERS"),
        (vec!["red=1,2,3,4,5,34", good[0], good[2]], "red: 34 is not from 1 to 33"),
        (vec!["red=1,2,3,4,5,x", good[0], good[2]], "red: x is no plain number"),
        (vec!["red=1,2,3,4,5,-6", good[0], good[2]], "red: -6 is no plain number"),
        (vec!["close=5.67", good[1], good[2]], "close: 5.67 has a point"),
        (vec!["close=", good[1], good[2]], "close: 0 numbers are given, 1 are needed"),
        (
            vec!["green=1", good[0], good[1], good[2]],
            "green: is no source of this campaign; there are red, blue, close",
        ),
        (vec![good[0], good[0], good[1], good[2]], "close: stands twice"),
        (vec!["close=99999999999999999999999", good[1], good[2]], "is no plain number"),
        (vec!["2.4.5.6.31.9./16./567./"], "red: the numbers do not ascend"),
    ] {
        refused(read(&given), Code::BeaconValues, says);
    }
}

#[test]
fn a_campaign_of_public_values_waits_for_its_event_and_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = Small::default().public_values(BALLS).until_closed(folder.path());
    let drawn = |beacon, now: &str| campaign.draw(beacon, &time(now)).map(|_| ());
    let beacon = || Some(Beacon::PublicValues(values(&balls(), &[BALLS_TEXT.to_owned()]).unwrap()));
    refused(drawn(beacon(), "2024-10-14T13:14:59Z"), Code::BeaconEarly, "public-values");
    refused(drawn(None, "2024-10-14T13:15:00Z"), Code::ValuesMissing, "red, blue, close");
    let round = Beacon::new(ROUND, SIGNATURE).unwrap();
    refused(drawn(Some(round), "2024-10-14T18:00:00Z"), Code::BeaconKind, "announced is public-values");
    assert!(!campaign.public().join("beacon.json").exists());
    drawn(beacon(), "2024-10-14T13:15:00Z").unwrap();
}

#[test]
fn one_contributor_is_too_few_for_weak_values() {
    let folder = tempfile::tempdir().unwrap();
    let small = Small::default()
        .public_values(BALLS)
        .plan("[\"gongan\", \"yingji\"]\n\n[signers]", "[\"gongan\"]\n\n[signers]");
    let (campaign, mut entropy) = small.lay(folder.path());
    let faults = campaign.announce(&time("2024-10-14T08:00:00Z"), &mut entropy).unwrap_err().faults;
    assert_eq!(faults[0].code(), Code::SeedBits);
    assert!(faults[0].to_string().contains("33 bits"), "{}", faults[0]);
}

#[test]
fn a_beacon_that_is_out_of_days_is_no_beacon() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = Small::default().plan("\n[signers]", "wait_days = 1\n\n[signers]").until_closed(folder.path());
    let beacon = || Some(Beacon::new(ROUND, SIGNATURE).unwrap());
    let late = time("2024-10-15T17:13:34Z");
    refused(campaign.draw(beacon(), &late).map(|_| ()), Code::BeaconOver, "until 2024-10-15T17:13:33Z");
    refused(campaign.must_be_ready(&late), Code::BeaconOver, "only a void");
    campaign.must_be_ready(&time("2024-10-15T17:13:33Z")).unwrap();
    campaign.draw(beacon(), &time("2024-10-15T17:13:33Z")).unwrap();
}

#[test]
fn slips_in_a_plan_are_named() {
    let plan = |from: &str, to: &str| Plan::parse(&Small::default().public_values(BALLS).plan(from, to).plan);
    refused(plan("least = 1, greatest = 33", "least = 1"), Code::PlanMember, "source 1 (red), greatest");
    refused(plan("count = 6", "count = 65"), Code::PlanMember, "source 1 (red), count");
    refused(plan("next_sitting = \"顺延至下一期\", ", ""), Code::PlanForm, "needs event_at, next_sitting and sources");
    refused(plan("T13:15:00Z", "T13:15:00"), Code::TimeForm, "seed.beacon.event_at");
    refused(
        plan("distinct = true, ordered = false", "distinct = false, ordered = false"),
        Code::PlanForm,
        "are ordered",
    );
    refused(plan("\n[signers]", "wait_days = 0\n\n[signers]"), Code::PlanForm, "from 1 to 365");
    let none = Small::default().without_beacon().plan("\n[signers]", "wait_days = 3\n\n[signers]");
    refused(Plan::parse(&none.plan), Code::PlanForm, "nothing to wait for");
    let both = Small::default().plan("kind = \"drand\"", "event_at = \"2024-10-14T13:15:00Z\", kind = \"drand\"");
    refused(Plan::parse(&both.plan), Code::PlanForm, "are for kind public-values");
}

/// Rolls of a die that no program threw: digits of SHA-256 that are faces.
fn rolls(count: usize) -> String {
    let digits = (0_u32..).flat_map(|block| hex::encode(Digest::of(&block.to_be_bytes()).0).into_bytes());
    let faces = digits.filter(|digit| (b'1'..=b'6').contains(digit)).map(char::from);
    faces.take(count).map(|face| format!("{face} ")).collect()
}

#[test]
fn throws() {
    refused(dice(""), Code::ChanceFew, "0 rolls are worth 0 bits");
    refused(dice(&rolls(49)), Code::ChanceFew, "49 rolls are worth 126 bits");
    refused(dice(&rolls(20_000)), Code::ChanceOdd, "more than 10000");
    refused(dice("1 2 3 0"), Code::ChanceForm, "number 4 is 0");
    refused(dice("1 2 7"), Code::ChanceForm, "number 3 is 7");
    refused(dice("one"), Code::ChanceForm, "number 1 is o");
    refused(dice(&"6".repeat(100)), Code::ChanceOdd, "6 stands more than 20 times in a row");
    refused(dice(&"123456".repeat(20)), Code::ChanceOdd, "the same 6 rolls come again and again");
    refused(dice(&rolls(200).replace(['5', '4'], "6")), Code::ChanceOdd, "some faces came far too often");
    assert_eq!(dice(&rolls(50)).unwrap().bits, 129);
    let ByHand { value, text, bits } = dice(&rolls(100)).unwrap();
    assert_eq!((bits, value), (258, Digest::of(text.as_bytes()).0));
    assert!(text.starts_with("yaohao/1 dice\n") && text.len() == 14 + 101);
    let digits = rolls(100).replace(' ', "");
    for same in
        [digits.clone(), rolls(100).replace(' ', "，"), digits.replace('1', "１"), rolls(100).replace(' ', ",\n")]
    {
        assert_eq!(dice(&same).unwrap().value, value);
    }
}

/// A deck shuffled by tickets.
fn deck() -> Vec<String> {
    let ranks = ["A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K"];
    let mut deck: Vec<String> =
        ["S", "H", "D", "C"].iter().flat_map(|suit| ranks.map(|rank| format!("{rank}{suit}"))).collect();
    deck.sort_by_key(|card| Digest::of(card.as_bytes()));
    deck
}

#[test]
fn decks() {
    let whole = deck().join(" ");
    let ByHand { value, text, bits } = cards(&whole).unwrap();
    assert_eq!((text.as_str(), bits), (format!("yaohao/1 cards\n{whole}\n").as_str(), 225));
    for same in [
        whole.to_lowercase().replace("10", "t"),
        deck().iter().map(|card| card.replace('S', "♠").replace('H', "♥") + "、").collect(),
        deck().iter().map(|card| format!("{}{},", &card[card.len() - 1..], &card[..card.len() - 1])).collect(),
        whole.replace('S', "黑桃").replace('H', "红心").replace('D', "方块").replace('C', "梅花"),
    ] {
        assert_eq!(cards(&same).unwrap().value, value, "{same}");
    }
    let few = deck()[..51].join(" ");
    refused(cards(&few), Code::ChanceFew, "51 cards are worth 225 bits");
    refused(cards(&deck()[..20].join(" ")), Code::ChanceFew, "20 cards are worth");
    refused(cards(""), Code::ChanceFew, "0 cards");
    let first = &deck()[0];
    refused(cards(&format!("{few} {first}")), Code::ChanceTwice, &format!("{first} is card 1 and card 52"));
    refused(cards("AS 11H"), Code::ChanceForm, "number 2 is 11H");
    refused(cards("AS Joker"), Code::ChanceForm, "number 2 is Joker");
    refused(cards("S A"), Code::ChanceForm, "number 1 is S");
    let mut new = deck();
    new.sort_by_key(|card| {
        let rank = card[..card.len() - 1].to_owned();
        (
            card[card.len() - 1..].to_owned(),
            ["A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K"].iter().position(|known| *known == rank),
        )
    });
    refused(cards(&new.join(" ")), Code::ChanceOdd, "48 pairs of cards still lie as in a new deck");
    assert!(dice(&whole).is_err());
}
