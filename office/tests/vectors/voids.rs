//! Campaigns that were given up: before the beacon, after it, because no seats could be filled, and against the rules.

use super::support::{
    BALLS, BEACON_TIME, Files, Small, at, edit, insert, replace, resign, time, trusting_log, with_receipts,
};
use super::{Expect, Vector};
use yaohao::encoding::Value;
use yaohao::ident::{Name, Text};

pub fn accept() -> Vec<Vector> {
    let strict = || Small { order_accepted: false, ..Small::default() };
    let witnessed = |at: &str, exit| {
        let mut files = early(&strict());
        with_receipts(&mut files, &["void.json"], &[("w1.example", at)]);
        let policy = trusting_log(&strict().policy(), &["w1.example"], 1);
        (files, policy, Expect::Exit(exit))
    };
    let vector = |name, (files, policy, expect)| Vector { name, files, policy: Some(policy), expect };
    let plain = |small: &Small, files, exit| (files, small.policy(), Expect::Exit(exit));
    vec![
        vector("void-early", plain(&Small::default(), early(&Small::default()), 0)),
        vector("void-early-on-trust", plain(&strict(), early(&strict()), 3)),
        vector("void-early-witnessed", witnessed("2024-10-14T11:00:00Z", 0)),
        vector("void-early-witnessed-late", witnessed(BEACON_TIME, 3)),
        vector("void-late", plain(&Small::default(), late(&Small::default()), 0)),
        vector("void-public-values", {
            let balls = Small::default().public_values(BALLS);
            plain(&balls, late(&balls), 0)
        }),
        vector(
            "void-without-beacon",
            plain(&Small::default().without_beacon(), late(&Small::default().without_beacon()), 0),
        ),
        vector("void-infeasible", plain(&infeasible(), voided(&infeasible(), "infeasible", LATE, true), 0)),
        vector("void-no-beacon", plain(&Small::default(), voided(&Small::default(), "no-beacon", LATE, false), 3)),
        vector("void-no-beacon-after-waiting", plain(&waiting(), voided(&waiting(), "no-beacon", WAITED, false), 3)),
        vector("void-late-after-waiting", plain(&waiting(), voided(&waiting(), "register-wrong", WAITED, true), 0)),
        vector("void-not-closed", {
            let mut files = voided(&Small::default(), "no-beacon", LATE, false);
            files.remove("closing.json");
            files.remove("contribution-gongan.json");
            resign(&mut files, "void.json", |body| *at(body, "reason") = "not-closed".into());
            plain(&Small::default(), files, 3)
        }),
    ]
}

pub fn reject() -> Vec<Vector> {
    let small = Small::default();
    let mut vectors = Vec::new();
    let mut add = |name, step, code, files: Files, bend: &dyn Fn(&mut Files)| {
        let mut files = files;
        bend(&mut files);
        let policy = Some(small.policy());
        vectors.push(Vector { name, files, policy, expect: Expect::Reject { step, code } });
    };
    let (late_files, early_files) = (late(&small), early(&small));
    let late = || late_files.clone();
    let early = || early_files.clone();
    add("void-beside-a-record", "V5", "void.record", small.drawn(), &|files| {
        files.insert("void.json".to_owned(), early_files["void.json"].clone());
    });
    add("void-late-without-outcome", "V5", "void.outcome", late(), &|files| {
        resign(files, "void.json", |body| remove(body, "would_be"))
    });
    add("void-late-without-outcome-or-beacon", "V5", "void.outcome", early(), &|files| {
        resign(files, "void.json", |body| *at(body, "voided_at") = BEACON_TIME.into())
    });
    add("void-early-beside-the-beacon", "V5", "void.outcome", early(), &|files| {
        files.insert("beacon.json".to_owned(), late_files["beacon.json"].clone());
    });
    add("void-early-with-outcome", "V5", "order.time", late(), &|files| {
        resign(files, "void.json", |body| {
            *at(body, "voided_at") = "2024-10-14T11:00:00Z".into();
            *at(body, "would_be.drawn_at") = "2024-10-14T11:00:00Z".into();
        });
    });
    add("void-before-the-announcement", "V5", "order.time", early(), &|files| {
        resign(files, "void.json", |body| *at(body, "voided_at") = "2024-10-14T07:59:59Z".into())
    });
    add("void-of-another-number", "V5", "campaign.mixed", early(), &|files| {
        resign(files, "void.json", |body| *at(body, "number") = "SMALL-2024-2".into())
    });
    add("void-outcome-of-another-number", "V2", "json.member", late(), &|files| {
        resign(files, "void.json", |body| *at(body, "would_be.number") = "SMALL-2024-2".into())
    });
    add("void-outcome-at-another-time", "V2", "json.member", late(), &|files| {
        resign(files, "void.json", |body| *at(body, "would_be.drawn_at") = "2024-10-14T17:15:01Z".into())
    });
    add("void-reserved-reason-with-outcome", "V2", "json.member", late(), &|files| {
        resign(files, "void.json", |body| *at(body, "reason") = "infeasible".into())
    });
    add("void-infeasible-and-it-is-not", "V14", "void.reason", late(), &|files| {
        resign(files, "void.json", |body| {
            *at(body, "reason") = "infeasible".into();
            remove(body, "would_be");
        });
    });
    add("void-no-beacon-beside-the-beacon", "V5", "void.reason", late(), &|files| {
        resign(files, "void.json", |body| {
            *at(body, "reason") = "no-beacon".into();
            remove(body, "would_be");
        });
    });
    add("void-not-closed-beside-the-closing", "V5", "void.reason", early(), &|files| {
        resign(files, "void.json", |body| {
            *at(body, "reason") = "not-closed".into();
            *at(body, "voided_at") = BEACON_TIME.into();
        });
    });
    add("void-no-beacon-before-it-could-speak", "V5", "void.reason", early(), &|files| {
        resign(files, "void.json", |body| *at(body, "reason") = "no-beacon".into())
    });
    let waited = voided(&waiting(), "no-beacon", WAITED, false);
    add("void-no-beacon-while-it-is-waited-for", "V5", "void.reason", waited, &|files| {
        resign(files, "void.json", |body| *at(body, "voided_at") = "2024-10-15T17:13:33Z".into())
    });
    add("void-would-have-drawn-others", "V13", "outcome.differs", late(), &|files| {
        super::reject::swap_first_target(files)
    });
    add("void-other-seed", "V12", "seed.text", late(), &|files| {
        resign(files, "void.json", |body| *at(body, "would_be.seed") = "0".repeat(64).into())
    });
    add("void-other-closing", "V15", "record.differs", late(), &|files| {
        resign(files, "void.json", |body| *at(body, "would_be.closing") = "0".repeat(64).into())
    });
    add("void-text-changed-after-signing", "V3", "signature.invalid", early(), &|files| {
        replace(files, "void.json", "\"text\":\"", "\"text\":\"不")
    });
    add("void-unknown-member", "V2", "json.member", early(), &|files| {
        edit(files, "void.json", |value| insert(at(value, "body"), "note", "hello"))
    });
    add("void-without-text", "V2", "text.form", early(), &|files| {
        resign(files, "void.json", |body| *at(body, "text") = "".into())
    });
    add("void-contribution-of-a-stranger", "V10", "contribution.set", early(), &|files| {
        files.remove("closing.json");
        resign(files, "contribution-gongan.json", |body| *at(body, "contributor") = "zonghe".into());
        let contribution = files.remove("contribution-gongan.json").unwrap();
        files.insert("contribution-zonghe.json".to_owned(), contribution);
    });
    vectors
}

pub const LATE: &str = "2024-10-14T17:15:00Z";

/// One second later than this campaign waits for its beacon.
const WAITED: &str = "2024-10-15T17:13:34Z";

fn waiting() -> Small {
    Small::default().plan("\n[signers]", "wait_days = 1\n\n[signers]")
}

/// Somebody in every seat's department, and nobody who may sit.
pub fn infeasible() -> Small {
    let small = Small { order_accepted: true, ..Small::default() };
    Small { announced: Some(nobody_left), ..small }
}

/// What the office refuses to announce: all inspectors of one department are recused from every target.
fn nobody_left(files: &mut Files) {
    let mut text = String::from("target,inspector,category\n");
    for target in 1..=8 {
        for inspector in ["B1", "B2"] {
            text.push_str(&format!("F{target},{inspector},kinship\n"));
        }
    }
    super::support::register_again(files, "recusals", &text);
}

pub fn early(small: &Small) -> Files {
    voided(small, "budget", "2024-10-14T11:00:00Z", false)
}

pub fn late(small: &Small) -> Files {
    voided(small, "register-wrong", LATE, true)
}

pub fn voided(small: &Small, reason: &str, at: &str, beacon: bool) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let campaign = small.until_closed(folder.path());
    let beacon = beacon.then(|| super::support::said(&campaign));
    let (reason, text) = (Name::parse(reason).unwrap(), Text::parse("名录有误，作废重来").unwrap());
    campaign.void(reason, text, beacon, &time(at)).unwrap();
    super::support::read_folder(&campaign.public())
}

pub fn remove(value: &mut Value, member: &str) {
    let Value::Object(members) = value else { panic!("no object") };
    members.remove(member).unwrap();
}
