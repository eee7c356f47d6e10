//! Public values: draws of others, made again from our canonical text (RFC 3797 and a Nominating Committee of the IETF).
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test reads the files of others")]

use md5::{Digest as _, Md5};
use std::path::Path;
use yaohao::announcement::{PublicValues, Source};
use yaohao::fault::Code;
use yaohao::ident::{Id, Text, Time};
use yaohao::seed::Values;

fn source(id: &str, count: u64, greatest: u64) -> Source {
    let text = Text::parse(id).unwrap();
    let (distinct, ordered) = (count > 1, count == 1);
    Source { id: Id::parse(id).unwrap(), title: text.clone(), rule: text, count, least: 0, greatest, distinct, ordered }
}

fn plan(sources: Vec<Source>) -> PublicValues {
    let plan = PublicValues {
        sources,
        event_at: Time::parse("2004-06-01T00:00:00Z").unwrap(),
        next_sitting: Text::parse("the next drawing").unwrap(),
    };
    plan.check().unwrap();
    plan
}

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

/// Whom the algorithm of RFC 3797 §4 chooses under a key.
fn rfc_3797(key: &str, pool: u128, draws: u16) -> Vec<u128> {
    let mut left: Vec<u128> = (1..=pool).collect();
    let draw = |index: u16| {
        let hash = Md5::new().chain_update(index.to_be_bytes()).chain_update(key).chain_update(index.to_be_bytes());
        let hash = u128::from_be_bytes(hash.finalize().into());
        left.remove(usize::try_from(hash % u128::try_from(left.len()).unwrap()).unwrap())
    };
    (0..draws).map(draw).collect()
}

/// The example in RFC 3797, its numbers as they were drawn.
#[test]
fn the_key_of_rfc_3797_is_our_text() {
    let plan = plan(vec![source("numbers", 1, 9999), source("evening", 5, 99), source("winning", 6, 99)]);
    let given = [
        (id("winning"), vec![9, 18, 26, 34, 41, 45]),
        (id("numbers"), vec![9319]),
        (id("evening"), vec![2, 5, 12, 8, 10]),
    ];
    let values = Values::collect(&plan, given).unwrap();
    assert_eq!(values.canonical(), "9319./2.5.8.10.12./9.18.26.34.41.45./");
    assert_eq!(rfc_3797(&values.canonical(), 25, 10), [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]);
}

/// The known draws under ../shared, key by key and draw by draw.
#[test]
fn draws_of_others_come_out_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors");
    for name in ["rfc3797.json", "nomcom2022.json"] {
        let Ok(bytes) = std::fs::read(folder.join(name)) else {
            println!("SKIPPED: {name} is not under {}", folder.display());
            continue;
        };
        let known: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let key = known["key"].as_str().unwrap();
        let lists = Values::parse_lists(key).unwrap();
        let names: Vec<String> = (0..lists.len()).map(|index| format!("source-{index}")).collect();
        let sources =
            names.iter().zip(&lists).map(|(name, list)| source(name, u64::try_from(list.len()).unwrap(), 9999));
        let plan = plan(sources.collect());
        // backwards, sources and numbers: neither order is the officer's to know
        let given = names.iter().zip(&lists).rev().map(|(name, list)| {
            let numbers: Vec<u64> = list.iter().rev().copied().collect();
            (id(name), numbers)
        });
        let text = Values::collect(&plan, given).unwrap().canonical();
        assert_eq!(text, key);
        let draws = known["draws"].as_array().unwrap();
        let expected: Vec<u128> = draws.iter().map(|draw| draw["selected"].as_u64().unwrap().into()).collect();
        let pool = known["pool"].as_u64().unwrap().into();
        assert!(expected.len() >= 10);
        assert_eq!(rfc_3797(&text, pool, u16::try_from(expected.len()).unwrap()), expected, "{name}");
    }
}

#[test]
fn what_a_source_cannot_give_is_refused_with_its_name() {
    let red = Source { least: 1, ..source("red", 6, 33) };
    let close = Source { least: 100, ..source("close", 1, 999_999) };
    let plan = plan(vec![red, close]);
    let of = |red: &[u64], close: &[u64]| vec![(id("red"), red.to_vec()), (id("close"), close.to_vec())];
    let good = of(&[31, 2, 9, 4, 5, 6], &[324_567]);
    assert_eq!(Values::collect(&plan, good.clone()).unwrap().canonical(), "2.4.5.6.9.31./324567./");
    let stranger = [good.clone(), vec![(id("blue"), vec![1])]].concat();
    let twice = [good.clone(), good.clone()].concat();
    for (given, says) in [
        (of(&[0, 2, 3, 4, 5, 6], &[324_567]), "red: 0 is not from 1 to 33"),
        (of(&[34, 2, 3, 4, 5, 6], &[324_567]), "red: 34 is not from 1 to 33"),
        (of(&[1, 2, 3, 4, 5], &[324_567]), "red: 5 numbers are given, 6 are needed"),
        (of(&[1, 2, 3, 4, 5, 5], &[324_567]), "red: 5 stands twice"),
        (of(&[1, 2, 3, 4, 5, 6], &[3245, 67]), "close: 2 numbers are given, 1 are needed"),
        (of(&[1, 2, 3, 4, 5, 6], &[]), "close: 0 numbers are given"),
        (good[..1].to_vec(), "close: is missing"),
        (stranger, "blue: is no source of this campaign; there are red, close"),
        (twice, "stands twice"),
    ] {
        let fault = Values::collect(&plan, given).unwrap_err();
        assert_eq!(fault.code(), Code::BeaconValues);
        assert!(fault.to_string().contains(says), "{fault}");
    }
    // the text leaves nothing to put right
    assert!(Values::parse(&plan, "2.4.5.6.9.31./324567./").is_ok());
    for text in [
        "",
        "/",
        "2.4.5.6.9.31./324567.",
        "2.4.5.6.9.31/324567./",
        "2.4.5.6.31.9./324567./",
        "2.4.5.6.9.31./",
        "324567./2.4.5.6.9.31./",
        "2.4.5.6.9.31./324567./1./",
        "02.4.5.6.9.31./324567./",
        "2.4.5.6.9.+31./324567./",
        "2.4.5.6.9.31./324567./ ",
        "2.4.5.6.9.31.//324567./",
        "2.4.5.6.9.31./9007199254740992./",
    ] {
        assert_eq!(Values::parse(&plan, text).unwrap_err().code(), Code::BeaconValues, "{text}");
    }
}
