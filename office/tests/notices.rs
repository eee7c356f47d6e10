//! Notices about keys: what a reader's policy becomes, and which campaigns it then takes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use support::{Files, Small, key, time, trusting_log, with_receipts};
use yaohao::fault::Code;
use yaohao::ident::{Id, Name, Text};
use yaohao::notice::{Revocation, Rotation};
use yaohao::statement::{Body, Statement};
use yaohao::suite::SecretKey;
use yaohao::verify::{Heeded, Policy, heed, verify};

fn old() -> SecretKey {
    SecretKey::from_bytes(&[9; 32])
}

fn thief() -> SecretKey {
    SecretKey::from_bytes(&[66; 32])
}

/// A reader who knows yingji by an older key, and the log of the tests.
fn reader(order: bool, more: &str) -> Policy {
    let small = Small { order_accepted: order, ..Small::default() };
    let text = small.policy().replace(&key("yingji").public().to_string(), &old().public().to_string());
    let text = text.replace("\nholder = \"yingji\"", &format!("\n{more}\nholder = \"yingji\""));
    Policy::parse(&trusting_log(&text, &["w1.example"], 1)).unwrap()
}

fn signed<B: Body>(body: B, keys: &[SecretKey]) -> Vec<u8> {
    let mut statement = Statement::new(body);
    keys.iter().for_each(|key| statement.sign(key));
    statement.to_file().into_bytes()
}

fn rotation(from: &str, old: SecretKey, new: SecretKey) -> Vec<u8> {
    let body = Rotation {
        number: Id::parse("KEYS-1").unwrap(),
        holder: Id::parse("yingji").unwrap(),
        old: old.public(),
        new: new.public(),
        from: time(from),
        noticed_at: time("2024-10-01T00:00:00Z"),
    };
    signed(body, &[old, new])
}

fn revocation(since: &str, revoked: &SecretKey, by: &[SecretKey]) -> Vec<u8> {
    let body = Revocation {
        number: Id::parse("KEYS-2").unwrap(),
        holder: Id::parse("yingji").unwrap(),
        key: revoked.public(),
        since: time(since),
        reason: Name::parse("lost").unwrap(),
        text: Text::parse("密钥盘遗失").unwrap(),
        noticed_at: time("2024-10-01T00:00:00Z"),
    };
    signed(body, by)
}

/// Notices, of which some are in a log that a witness saw at a time.
fn notices(files: &[(&str, Vec<u8>)], seen: &[(&str, &str)]) -> Files {
    let mut notices: Files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
    for (name, at) in seen {
        with_receipts(&mut notices, &[name], &[("w1.example", at)]);
    }
    notices
}

fn why(heeded: &[Heeded]) -> Vec<&'static str> {
    heeded.iter().map(|notice| notice.why).collect()
}

const ROTATION: &str = "rotation-1.json";
const REVOCATION: &str = "revocation-1.json";
const EARLY: &str = "2024-10-02T00:00:00Z";

#[test]
fn a_rotation_that_is_proven_brings_the_new_key() {
    let campaign = Small::default().drawn();
    let policy = reader(true, "");
    assert_eq!(verify(&campaign, Some(&policy)).verdict.exit_code(), 1, "the reader knows another key of yingji");
    let files = notices(&[(ROTATION, rotation("2024-10-14T00:00:00Z", old(), key("yingji")))], &[(ROTATION, EARLY)]);
    let (after, heeded) = heed(&policy, &files).unwrap();
    assert_eq!(why(&heeded), ["rotated"]);
    assert_eq!(verify(&campaign, Some(&after)).verdict.exit_code(), 0);
    // from a day later on, the campaign is too old for the new key
    let files = notices(&[(ROTATION, rotation("2024-10-15T00:00:00Z", old(), key("yingji")))], &[(ROTATION, EARLY)]);
    let report = verify(&campaign, Some(&heed(&policy, &files).unwrap().0));
    assert_eq!(report.failure().unwrap().1.code(), Code::KeyPeriod);
}

#[test]
fn a_rotation_needs_proof_both_keys_and_a_key_that_counts() {
    let good = rotation("2024-10-14T00:00:00Z", old(), key("yingji"));
    let (after, heeded) = heed(&reader(false, ""), &notices(&[(ROTATION, good.clone())], &[])).unwrap();
    assert_eq!((why(&heeded), after.keys.len()), (vec!["unproven"], 2));
    // the old key had ended before anybody saw the notice
    let ended = reader(false, "until = \"2024-10-01T00:00:00Z\"");
    let (_, heeded) = heed(&ended, &notices(&[(ROTATION, good.clone())], &[(ROTATION, EARLY)])).unwrap();
    assert_eq!(why(&heeded), ["period"]);
    let stranger = rotation("2024-10-14T00:00:00Z", thief(), key("yingji"));
    let (_, heeded) = heed(&reader(true, ""), &notices(&[(ROTATION, stranger)], &[])).unwrap();
    assert_eq!(why(&heeded), ["unknown-key"]);
    let alone = signed(Statement::<Rotation>::parse(&good).unwrap().body().clone(), &[old()]);
    let fault = heed(&reader(true, ""), &notices(&[(ROTATION, alone)], &[])).unwrap_err();
    assert_eq!(fault.code(), Code::NoticeSigners);
    let twin = rotation("2024-10-14T00:00:00Z", old(), thief());
    let fault =
        heed(&reader(true, ""), &notices(&[(ROTATION, good.clone()), ("rotation-2.json", twin)], &[])).unwrap_err();
    assert_eq!(fault.code(), Code::NoticeTwins);
    let mut bent = String::from_utf8(good).unwrap();
    bent = bent.replacen("\"value\":\"", "\"value\":\"0", 1);
    assert!(heed(&reader(true, ""), &notices(&[(ROTATION, bent.into_bytes())], &[])).is_err());
    let itself = rotation("2024-10-14T00:00:00Z", old(), old());
    assert_eq!(heed(&reader(true, ""), &notices(&[(ROTATION, itself)], &[])).unwrap_err().code(), Code::JsonMember);
}

#[test]
fn who_has_stolen_a_key_cannot_hand_it_on() {
    let stolen = rotation("2024-10-14T00:00:00Z", old(), thief());
    // the holder's other friends, gongan, revoke the key from the second of October on; the thief is seen on the third
    let revoked = revocation("2024-10-02T00:00:00Z", &old(), &[key("gongan")]);
    let files = notices(&[(ROTATION, stolen), (REVOCATION, revoked)], &[(ROTATION, "2024-10-03T00:00:00Z")]);
    let (after, heeded) = heed(&reader(false, ""), &files).unwrap();
    assert_eq!(why(&heeded), ["revoked", "period"]);
    assert!(after.keys.iter().all(|known| known.key != thief().public()));
}

#[test]
fn a_revocation_counts_by_who_says_it() {
    let policy = reader(false, "");
    let until = |files: &Files| {
        let (after, heeded) = heed(&policy, files).unwrap();
        let known = after.keys.iter().find(|known| known.key == old().public()).unwrap();
        (known.until.as_ref().map(ToString::to_string), heeded[0].why)
    };
    let since = "2024-09-01T00:00:00Z";
    // as many other holders as the policy's threshold: from the day that they say
    let friends = notices(&[(REVOCATION, revocation(since, &old(), &[key("gongan")]))], &[]);
    assert_eq!(until(&friends), (Some(since.to_owned()), "revoked"));
    // the key itself: never for the time before anybody saw it, or a thief could unsay the past
    let alone = |seen: &[(&str, &str)]| notices(&[(REVOCATION, revocation(since, &old(), &[old()]))], seen);
    assert_eq!(until(&alone(&[(REVOCATION, EARLY)])), (Some(EARLY.to_owned()), "revoked"));
    assert_eq!(until(&alone(&[])), (None, "signers"));
    // a stranger
    let stranger = notices(&[(REVOCATION, revocation(since, &old(), &[thief()]))], &[(REVOCATION, EARLY)]);
    assert_eq!(until(&stranger), (None, "signers"));
    let unknown = notices(&[(REVOCATION, revocation(since, &thief(), &[key("gongan")]))], &[]);
    assert_eq!(until(&unknown), (None, "unknown-key"));
}
