//! Campaigns with time stamps of `fixtures/stamp/campaign`, judged by readers who take nobody's word for the order of events.

use super::receipts::strict;
use super::support::{Files, repository};
use super::{Expect, Vector};

const CLOSING: &str = "closing.json.tsr";

pub fn accept() -> Vec<Vector> {
    vec![
        vector("order-stamped", "campaign/closing.der", OURS, Expect::Exit(0)),
        vector("order-stamped-late", "campaign/closing-late.der", OURS, Expect::Exit(3)),
        // of an authority that the reader does not name: whatever it is of, it proves nothing and spoils nothing
        vector("order-stamped-by-a-stranger", "campaign/announcement.der", "p256-ca.pem", Expect::Exit(3)),
        Vector {
            // an old announcement says nothing of when the contributions were chosen
            files: with("announcement.json.tsr", "campaign/announcement.der"),
            ..vector("order-only-announcement-stamped", "campaign/closing.der", OURS, Expect::Exit(3))
        },
    ]
}

pub fn reject() -> Vec<Vector> {
    let reject = |step, code| Expect::Reject { step, code };
    let mut earlier = with(CLOSING, "campaign/closing-late.der");
    let stamp = earlier.get_mut(CLOSING).unwrap();
    let time = b"20241014171333Z";
    let place = stamp.windows(time.len()).position(|window| window == time).unwrap();
    stamp.splice(place..place + time.len(), *b"20241014120000Z");
    vec![
        vector("stamp-of-another-statement", "campaign/announcement.der", OURS, reject("V5", "stamp.imprint")),
        Vector {
            files: earlier,
            ..vector("stamp-with-an-earlier-time", "campaign/closing.der", OURS, reject("V2", "stamp.form"))
        },
    ]
}

const OURS: &str = "campaign/authority.pem";

/// The small campaign with a stamp beside its closing, and a reader who names an authority.
fn vector(name: &'static str, stamp: &str, authority: &str, expect: Expect) -> Vector {
    let certificate = String::from_utf8(fixture(authority)).unwrap();
    let policy = strict().policy();
    let policy = format!("{policy}\n[[authorities]]\nname = \"tsa\"\ncertificate = '''\n{certificate}'''\n");
    Vector { name, files: with(CLOSING, stamp), policy: Some(policy), expect }
}

fn with(file: &str, stamp: &str) -> Files {
    let mut files = strict().drawn();
    files.insert(file.to_owned(), fixture(stamp));
    files
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(repository().join("fixtures/stamp").join(name)).unwrap()
}
