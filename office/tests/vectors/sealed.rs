//! Sealed campaigns: before the reveal, after it, given up, and against the rules.

use super::support::{
    BALLS, Files, Small, at, body_digest, edit, insert, key, read_folder, reannounce, replace, resign, time,
    trusting_log, with_receipts,
};
use super::voids::{LATE, early, infeasible, late, remove, voided};
use super::{Expect, Vector};
use yaohao::announcement::commitment;
use yaohao::encoding::{Digest, Value, hex_array, object};
use yaohao::ident::Id;
use yaohao::seed::Reveal;
use yaohao::statement::Statement;

pub const REVEALED: &str = "2024-12-01T09:00:00Z";

pub fn accept() -> Vec<Vector> {
    let small = || Small::default().sealed();
    let open = revealed(&small(), REVEALED);
    let vector = |name, small: &Small, files, exit| Vector {
        name,
        files,
        policy: Some(small.policy()),
        expect: Expect::Exit(exit),
    };
    let without = |names: &[&str], files: &Files| {
        let mut files = files.clone();
        names.iter().for_each(|name| assert!(files.remove(*name).is_some(), "{name}"));
        files
    };
    let no_contributors = small().plan("[\"gongan\", \"yingji\"]", "[]");
    let waiting = small().plan("[seed.sealed]", "wait_days = 1\n[seed.sealed]");
    let infeasible = infeasible().sealed();
    vec![
        vector("sealed", &small(), sealed(&small()), 3),
        vector("sealed-before-the-draw", &small(), small().closed(), 3),
        vector("sealed-revealed", &small(), open.clone(), 0),
        vector("sealed-revealed-at-once", &small(), revealed(&small(), LATE), 0),
        vector("sealed-revealed-late", &small(), revealed(&small(), "2024-12-20T00:00:01Z"), 0),
        vector("sealed-no-contributors", &no_contributors, revealed(&no_contributors, REVEALED), 0),
        vector(
            "sealed-public-values",
            &small().public_values(BALLS),
            revealed(&small().public_values(BALLS), REVEALED),
            0,
        ),
        vector("sealed-wait-days", &waiting, revealed(&waiting, REVEALED), 0),
        Vector { name: "sealed-no-policy", files: open.clone(), policy: None, expect: Expect::Exit(3) },
        vector("sealed-record-without-sealing", &small(), without(&["sealing.json"], &open), 3),
        vector("sealed-record-without-reveal", &small(), without(&["reveal.json"], &open), 3),
        vector("sealed-reveal-without-record", &small(), without(&["record.json"], &open), 3),
        vector("sealed-list-without-reveal", &small(), without(&["reveal.json", "record.json"], &open), 3),
        vector("sealed-void-early", &small(), early(&small()), 0),
        vector("sealed-void-late", &small(), late(&small()), 0),
        vector("sealed-void-late-without-reveal", &small(), without(&["reveal.json"], &late(&small())), 3),
        vector("sealed-void-infeasible", &infeasible, voided(&infeasible, "infeasible", LATE, true), 0),
        vector("sealed-void-no-beacon", &small(), voided(&small(), "no-beacon", LATE, false), 3),
        {
            let strict = Small { order_accepted: false, ..small() };
            let mut files = open.clone();
            with_receipts(
                &mut files,
                &["closing.json", "sealing.json", "reveal.json"],
                &[("w1.example", "2024-10-14T12:00:00Z")],
            );
            let policy = Some(trusting_log(&strict.policy(), &["w1.example"], 1));
            Vector { name: "sealed-witnessed", files, policy, expect: Expect::Exit(0) }
        },
    ]
}

pub fn reject() -> Vec<Vector> {
    let small = Small::default().sealed();
    let policy = small.policy();
    let (closed, open) = (sealed(&small), revealed(&small, REVEALED));
    let mut vectors = Vec::new();
    let mut add = |name, step, code, files: &Files, bend: &dyn Fn(&mut Files)| {
        let mut files = files.clone();
        bend(&mut files);
        vectors.push(Vector { name, files, policy: Some(policy.clone()), expect: Expect::Reject { step, code } });
    };
    let set = |name: &'static str, member: &'static str, to: &'static str| {
        move |files: &mut Files| resign(files, name, |body| *at(body, member) = to.into())
    };

    // V2
    add("sealed-without-beacon", "V2", "announcement.form", &closed, &|files| {
        reannounce(files, |body| {
            *at(body, "seed.beacon") = object([("kind", "none".into())]);
            (0..2).for_each(|index| {
                insert(at(body, &format!("seed.contributors.{index}")), "commitment", "0".repeat(64));
            });
        });
    });
    add("sealed-reveal-due-at-the-beacon", "V2", "announcement.form", &closed, &|files| {
        reannounce(files, |body| *at(body, "seed.sealed.reveal_by") = super::support::BEACON_TIME.into())
    });
    add("sealed-by-a-contributor", "V2", "announcement.form", &closed, &|files| {
        reannounce(files, |body| *at(body, "seed.sealed.custodian") = "gongan".into())
    });
    add("sealed-without-commitment", "V2", "json.member", &closed, &|files| {
        reannounce(files, |body| remove(at(body, "seed.sealed"), "commitment"))
    });
    add("sealing-unknown-member", "V2", "json.member", &closed, &|files| {
        edit(files, "sealing.json", |value| insert(at(value, "body"), "note", "hello"))
    });
    add("sealing-without-beacon", "V2", "json.member", &closed, &|files| {
        resign(files, "sealing.json", |body| remove(body, "beacon"))
    });
    add("reveal-of-half-a-secret", "V2", "hex.form", &open, &|files| {
        resign(files, "reveal.json", |body| *at(body, "secret") = "0".repeat(32).into())
    });

    // V3, V4
    add("reveal-signed-by-another", "V3", "signature.key", &open, &|files| {
        let mut reveal = Statement::<Reveal>::parse(&files["reveal.json"]).unwrap();
        reveal.sign(&key("yingji"));
        files.insert("reveal.json".to_owned(), reveal.to_file().into_bytes());
    });
    add("sealing-signed-by-the-custodian", "V3", "signature.key", &closed, &|files| {
        edit(files, "sealing.json", |value| {
            let text = format!("yaohao/1 sealing\n{}\n", Digest::of(at(value, "body").to_canonical().as_bytes()));
            *at(value, "signatures.0.key") = key("jijian").public().to_string().into();
            *at(value, "signatures.0.value") = hex::encode(key("jijian").sign(text.as_bytes())).into();
        });
    });
    add("sealing-changed-after-signing", "V3", "signature.invalid", &closed, &|files| {
        edit(files, "sealing.json", |value| *at(value, "body.record") = "0".repeat(64).into())
    });

    // V5
    add("sealing-of-another-announcement", "V5", "campaign.mixed", &closed, &|files| {
        resign(files, "sealing.json", |body| *at(body, "announcement") = "0".repeat(64).into())
    });
    add("reveal-of-another-number", "V5", "campaign.mixed", &open, &set("reveal.json", "number", "SMALL-2024-2"));
    add(
        "sealing-before-the-beacon",
        "V5",
        "order.time",
        &closed,
        &set("sealing.json", "sealed_at", "2024-10-14T17:13:32Z"),
    );
    add(
        "reveal-before-the-sealing",
        "V5",
        "order.time",
        &open,
        &set("reveal.json", "revealed_at", "2024-10-14T17:14:59Z"),
    );
    add(
        "sealed-record-drawn-later",
        "V5",
        "order.time",
        &open,
        &set("record.json", "drawn_at", "2024-10-14T17:15:01Z"),
    );
    add(
        "sealed-record-drawn-earlier",
        "V5",
        "order.time",
        &open,
        &set("record.json", "drawn_at", "2024-10-14T17:14:59Z"),
    );
    add(
        "reveal-before-the-beacon",
        "V5",
        "order.time",
        &late(&small),
        &set("reveal.json", "revealed_at", "2024-10-14T17:13:32Z"),
    );
    let early_void = early(&small);
    add("void-beside-a-sealing", "V5", "void.record", &closed, &|files| {
        files.insert("void.json".to_owned(), early_void["void.json"].clone());
    });
    add(
        "sealing-after-waiting",
        "V5",
        "order.time",
        &sealed(&small.clone().plan("[seed.sealed]", "wait_days = 1\n[seed.sealed]")),
        &set("sealing.json", "sealed_at", "2024-10-15T17:13:34Z"),
    );

    // V10 to V15
    add("reveal-of-another-secret", "V10", "sealed.secret", &open, &|files| {
        resign(files, "reveal.json", |body| *at(body, "secret") = "0".repeat(64).into())
    });
    add("void-late-with-another-secret", "V10", "sealed.secret", &late(&small), &|files| {
        resign(files, "reveal.json", |body| *at(body, "secret") = "0".repeat(64).into())
    });
    // the same value, committed to as a contributor would
    add("sealed-as-a-contributor-commits", "V10", "sealed.secret", &open, &|files| {
        let secret: [u8; 32] = hex_array(&text(files, "reveal.json", "body.secret")).unwrap();
        let id = |text: &str| Id::parse(text).unwrap();
        let digest = commitment(&id("SMALL-2024-1"), &id("jijian"), &secret).to_string();
        reannounce(files, |body| *at(body, "seed.sealed.commitment") = digest.into());
        follow(files);
    });
    add("sealed-seed-without-the-secret", "V12", "seed.text", &open, &|files| {
        resign(files, "record.json", |body| {
            let Value::Text(seed) = at(body, "seed_text").clone() else { panic!("no text") };
            let lines = seed.split_inclusive('\n').filter(|line| !line.starts_with("custodian: "));
            let seed: String = lines.collect();
            *at(body, "seed") = Digest::of(seed.as_bytes()).to_string().into();
            *at(body, "seed_text") = seed.into();
        });
        let record = body_digest(files, "record.json");
        resign(files, "sealing.json", |body| *at(body, "record") = record.to_string().into());
    });
    add("sealed-selected-differs", "V13", "outcome.differs", &open, &|files| super::reject::swap_first_target(files));
    add("sealed-assignments-differ", "V14", "outcome.differs", &open, &|files| {
        replace(files, "assignments.csv", "\nF", "\nG")
    });
    add("sealed-record-is-another", "V15", "sealed.record", &open, &|files| {
        resign(files, "sealing.json", |body| *at(body, "record") = "0".repeat(64).into())
    });
    add("sealing-of-another-closing", "V15", "record.differs", &closed, &|files| {
        resign(files, "sealing.json", |body| *at(body, "closing") = "0".repeat(64).into())
    });
    add("sealing-of-no-closing", "V15", "record.differs", &closed, &|files| {
        resign(files, "sealing.json", |body| remove(body, "closing"))
    });
    add("sealing-of-another-beacon", "V15", "record.differs", &open, &|files| {
        resign(files, "sealing.json", |body| *at(body, "beacon") = "0".repeat(64).into())
    });
    vectors.extend(other_policies(&small, &closed, &open));
    vectors.extend(open_campaigns(&open));
    vectors
}

/// Readers who do not know the custodian, or trust nobody to seal.
fn other_policies(small: &Small, closed: &Files, open: &Files) -> Vec<Vector> {
    let vector = |name, code, files: &Files, policy: String| Vector {
        name,
        files: files.clone(),
        policy: Some(policy),
        expect: Expect::Reject { step: "V4", code },
    };
    let unknown = small.policy();
    let (unknown, _) = unknown.split_once("\n[[keys]]\nholder = \"jijian\"").unwrap();
    vec![
        vector("sealed-custodian-not-in-policy", "policy.custodian", closed, unknown.to_owned()),
        vector(
            "sealed-custodian-may-not-reveal",
            "policy.custodian",
            open,
            small.policy().replace("[\"reveal\"]", "[\"record\"]"),
        ),
        vector("sealing-by-nobody-who-may", "policy.keys", closed, small.policy().replace(", \"sealing\"", "")),
    ]
}

/// What belongs to sealed campaigns, in one that is not.
fn open_campaigns(sealed: &Files) -> Vec<Vector> {
    let small = Small::default();
    let base = small.drawn();
    ["sealing", "reveal"]
        .into_iter()
        .map(|kind| {
            let name = format!("{kind}.json");
            let mut files = base.clone();
            files.insert(name.clone(), sealed[&name].clone());
            let announcement = body_digest(&files, "announcement.json").to_string();
            resign(&mut files, &name, |body| *at(body, "announcement") = announcement.into());
            Vector {
                name: if kind == "sealing" { "open-with-a-sealing" } else { "open-with-a-reveal" },
                files,
                policy: Some(Small::default().sealed().policy()),
                expect: Expect::Reject { step: "V5", code: "sealed.open" },
            }
        })
        .collect()
}

/// Makes sealing and reveal follow a changed announcement.
fn follow(files: &mut Files) {
    let [announcement, closing, record] =
        ["announcement.json", "closing.json", "record.json"].map(|name| body_digest(files, name).to_string());
    resign(files, "reveal.json", |body| *at(body, "announcement") = announcement.clone().into());
    resign(files, "sealing.json", |body| {
        *at(body, "announcement") = announcement.into();
        *at(body, "closing") = closing.into();
        *at(body, "record") = record.into();
    });
}

fn text(files: &Files, name: &str, path: &str) -> String {
    let mut value = super::support::json(files, name);
    match at(&mut value, path) {
        Value::Text(text) => text.clone(),
        _ => panic!("no text at {path}"),
    }
}

/// What is published on the day of the draw.
pub fn sealed(small: &Small) -> Files {
    let folder = tempfile::tempdir().unwrap();
    read_folder(&small.draw_in(folder.path()).public())
}

/// What is published when the secret is told.
pub fn revealed(small: &Small, at: &str) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let campaign = small.draw_in(folder.path());
    campaign.reveal(None, &time(at)).unwrap();
    read_folder(&campaign.public())
}
