//! Campaigns with receipts of a log, judged by readers who take nobody's word for the order of events.

use super::support::{BEACON_TIME, Files, Small, edit, insert, replace, resign, trusting_log, with_receipts};
use super::{Expect, Vector};

pub const STATEMENTS: [&str; 3] = ["announcement.json", "closing.json", "record.json"];
pub const NOON: &str = "2024-10-14T12:00:00Z";
/// Round 12040883 is published one second later.
const LAST_SECOND: &str = "2024-10-14T17:13:32Z";

pub fn accept() -> Vec<Vector> {
    let (one, two) = ("w1.example", "w2.example");
    vec![
        proven("order-witnessed", &[(one, NOON)], 1, 0),
        proven("order-two-witnesses", &[(one, NOON), (two, LAST_SECOND)], 2, 0),
        // one of two may lie: the later word counts
        proven("order-one-of-two-late", &[(one, NOON), (two, BEACON_TIME)], 2, 3),
        // one that is believed is enough, and the earlier word counts
        proven("order-one-of-two-early", &[(one, NOON), (two, BEACON_TIME)], 1, 0),
        proven("order-witnessed-late", &[(one, BEACON_TIME)], 1, 3),
        proven("order-too-few-witnesses", &[(one, NOON)], 2, 3),
        proven("order-log-without-witness", &[], 1, 3),
        proven("order-stranger-witness", &[("w3.example", NOON)], 1, 3),
        Vector {
            name: "order-log-unknown",
            files: with(&strict(), &["closing.json"]),
            policy: Some(strict().policy()),
            expect: Expect::Exit(3),
        },
        Vector {
            // an old announcement says nothing of when the contributions were chosen
            name: "order-only-announcement-witnessed",
            files: with(&strict(), &["announcement.json"]),
            policy: Some(policy(&strict(), 1)),
            expect: Expect::Exit(3),
        },
        Vector {
            name: "order-announcement-is-enough-without-contributors",
            files: with(&lonely(), &["announcement.json"]),
            policy: Some(policy(&lonely(), 1)),
            expect: Expect::Exit(0),
        },
        Vector {
            // witnessed at noon: before the key ended
            policy: Some(ending(&policy(&strict(), 1), "2024-10-14T12:00:01Z")),
            ..proven("key-ended-after-it-was-proven", &[(one, NOON)], 1, 0)
        },
        Vector {
            name: "key-ended-on-the-publishers-word",
            files: Small::default().drawn(),
            policy: Some(ending(&Small::default().policy(), "2024-10-14T17:15:01Z")),
            expect: Expect::Exit(0),
        },
        Vector {
            name: "key-begun-with-the-announcement",
            files: Small::default().drawn(),
            policy: Some(beginning(&Small::default().policy(), "2024-10-14T08:00:00Z")),
            expect: Expect::Exit(0),
        },
        Vector {
            name: "order-no-beacon-no-proof",
            files: with(&strict().without_beacon(), &["announcement.json", "closing.json"]),
            policy: Some(policy(&strict().without_beacon(), 1)),
            expect: Expect::Exit(3),
        },
    ]
}

pub fn reject() -> Vec<Vector> {
    let closing = "closing.json.tlog-proof";
    let mut vectors = Vec::new();
    let mut add = |name, step, code, bend: &dyn Fn(&mut Files)| {
        let mut files = with(&strict(), &STATEMENTS);
        bend(&mut files);
        vectors.push(Vector { name, files, policy: Some(policy(&strict(), 1)), expect: Expect::Reject { step, code } });
    };
    add("receipt-malformed", "V2", "receipt.form", &|files| replace(files, closing, "index 6", "index 06"));
    add("receipt-of-another-statement", "V5", "log.inclusion", &|files| {
        let other = files["record.json.tlog-proof"].clone();
        files.insert(closing.to_owned(), other);
    });
    add("receipt-of-another-index", "V5", "log.inclusion", &|files| replace(files, closing, "index 6", "index 5"));
    add("receipt-of-a-closing-that-was-replaced", "V5", "log.inclusion", &|files| {
        // what an insider does who has seen the beacon: the old receipt stays, the closing is another
        resign(files, "closing.json", |body| insert(body, "closed_at", "2024-10-14T10:00:01Z"));
        super::support::record_again(files);
    });
    add("receipt-log-signature", "V5", "note.signature", &|files| replace(files, closing, "\n8\n", "\n9\n"));
    add("receipt-not-signed-by-the-log", "V5", "note.unsigned", &|files| drop_line(files, closing, "log.example"));
    add("receipt-witness-signature", "V5", "note.signature", &|files| {
        // the witness's line of another checkpoint of the same log
        let mut others = with(&strict(), &["closing.json"]);
        let line = signature_line(&others.remove(closing).unwrap(), "w1.example");
        drop_line(files, closing, "w1.example");
        files.get_mut(closing).unwrap().extend(format!("{line}\n").bytes());
    });
    add("receipt-beside-a-changed-signature", "V3", "signature.invalid", &|files| {
        edit(files, "closing.json", |value| insert(super::support::at(value, "signatures.0"), "value", "0".repeat(128)))
    });
    let mut period = |name, files: Files, policy: String| {
        let expect = Expect::Reject { step: "V5", code: "policy.period" };
        vectors.push(Vector { name, files, policy: Some(policy), expect });
    };
    let ended = ending(&policy(&strict(), 1), NOON);
    period("key-ended-before-it-was-proven", with(&strict(), &STATEMENTS), ended);
    let last = ending(&policy(&strict(), 1), "2024-10-14T12:00:01Z");
    // the closing is old enough, and the record may have been signed by whoever found the key
    period("key-ended-and-the-record-is-unproven", with(&strict(), &["closing.json"]), last.clone());
    period("key-ended-and-nothing-is-proven", strict().drawn(), last);
    let small = Small::default();
    period("key-ended-before-the-record", small.drawn(), ending(&small.policy(), "2024-10-14T17:15:00Z"));
    period("key-not-begun", small.drawn(), beginning(&small.policy(), "2024-10-14T08:00:01Z"));
    vectors
}

/// The policy's keys count until a time.
fn ending(policy: &str, until: &str) -> String {
    policy.replace("\nholder = ", &format!("\nuntil = \"{until}\"\nholder = "))
}

/// The policy's keys count from a time.
fn beginning(policy: &str, from: &str) -> String {
    policy.replace("\nholder = ", &format!("\nfrom = \"{from}\"\nholder = "))
}

pub fn strict() -> Small {
    Small { order_accepted: false, ..Small::default() }
}

fn lonely() -> Small {
    strict().plan("contributors = [\"gongan\", \"yingji\"]", "contributors = []")
}

/// A campaign whose statements are in a log of five other entries, seen by witnesses at times.
fn proven(name: &'static str, witnesses: &[(&str, &str)], threshold: usize, exit: u64) -> Vector {
    let mut files = strict().drawn();
    with_receipts(&mut files, &STATEMENTS, witnesses);
    Vector { name, files, policy: Some(policy(&strict(), threshold)), expect: Expect::Exit(exit) }
}

pub fn with(small: &Small, statements: &[&str]) -> Files {
    let mut files = small.drawn();
    with_receipts(&mut files, statements, &[("w1.example", NOON)]);
    files
}

pub fn policy(small: &Small, threshold: usize) -> String {
    trusting_log(&small.policy(), &["w1.example", "w2.example"], threshold)
}

fn signature_line(receipt: &[u8], name: &str) -> String {
    let text = String::from_utf8(receipt.to_vec()).unwrap();
    text.lines().find(|line| line.starts_with(&format!("\u{2014} {name} "))).unwrap().to_owned()
}

fn drop_line(files: &mut Files, file: &str, name: &str) {
    let line = signature_line(&files[file], name);
    replace(files, file, &format!("{line}\n"), "");
}
