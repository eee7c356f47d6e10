//! What follows a record: substitutions, results, amendments, by the rules and against them.

use super::support::{
    Files, Small, at, body_digest, edit, insert, key, read_folder, replace, resign, time, trusting_log, with_receipts,
};
use super::{Expect, Vector};
use std::path::Path;
use yaohao::encoding::{Digest, Value, object};
use yaohao::ident::{Name, Text};
use yaohao_office::campaign::Campaign;
use yaohao_office::later::{
    Amends, Asked, Why, amend, publish_results, replace_inspector, replace_target, substitutes,
};

/// What an office does, one after the other.
#[derive(Clone, Copy)]
pub enum Do {
    /// Whoever sits there goes.
    Inspector(&'static str, &'static str, u64),
    /// The same in the first seat of a department.
    Any(&'static str),
    Target(&'static str),
    /// The target of the first seat of a department.
    AnyTarget(&'static str),
    Results(&'static str),
    Amend(Amends, Option<&'static str>),
}
use Do::{Amend, Any, Inspector, Results, Target};

const FOUND: &str = "统一社会信用代码,检查完成日期,检查结果\n\
    F7,2024-11-05,未发现问题\nF3,2024年12月2日,发现问题待后续处理；查无下落\n";
const CORRECTED: &str = "id,finished,found\nF3,2024-12-02,corrected;not-found\n";
const OF_F3: &str = "id,finished,found\nF3,2024-11-05,none\n";
const OF_F6: &str = "id,finished,found\nF6,2024-11-05,none\n";

/// A seat of the wide campaign that a whole department can fill.
const SEAT: Do = Inspector("F8", "gongan", 1);
/// The leader's seat there, where another of the department sits beside it.
const LEADER: Do = Inspector("F6", "yingji", 1);
/// A seat of the small campaign.
const SMALL_SEAT: Do = Inspector("F7", "gongan", 1);

pub fn accept() -> Vec<Vector> {
    let plain = |name, small: &Small, steps: &[Do]| Vector {
        name,
        files: after(small, steps),
        policy: Some(policy(small)),
        expect: Expect::Exit(0),
    };
    let small = Small::default();
    let chain = [
        SEAT,
        Target("F8"),
        LEADER,
        LEADER,
        Target("F4"),
        Results(OF_F6),
        Amend(Amends::Serial(2), None),
        Amend(Amends::Serial(6), Some(OF_F6)),
    ];
    let both = small.clone().plan("holders = [\"yingji\"]\nthreshold = 1", BOTH);
    vec![
        plain("later-inspector", &wide(), &[SEAT]),
        plain("later-inspector-again", &wide(), &[SEAT, SEAT, LEADER, Inspector("F6", "yingji", 2)]),
        // the first of the list has no capacity left
        plain("later-inspector-full", &narrow(), &[Any("gongan")]),
        // nobody else may lead there
        plain("later-vacant", &small, &[Inspector("F7", "yingji", 1)]),
        plain("later-target", &wide(), &[Target("F8")]),
        plain("later-target-with-two-seats-of-a-department", &wide(), &[Target("F8"), Target("F6")]),
        plain("later-target-of-a-part", &wide_with(SPLIT), &[Target("F7")]),
        plain("later-target-that-came-in", &wide(), &[Target("F8"), Target("F3")]),
        plain("later-no-reserve-left", &small, &[Target("F7"), Target("F8")]),
        plain("later-results", &small, &[Results(FOUND)]),
        plain("later-amendment", &small, &[Results(FOUND), Amend(Amends::Serial(1), Some(CORRECTED))]),
        plain("later-amendment-of-the-record", &small, &[Amend(Amends::Record, None)]),
        plain("later-chain", &wide(), &chain),
        plain("later-two-signers", &both, &[Any("gongan")]),
        Vector {
            name: "later-witnessed",
            files: {
                let mut files = after(&small, &[SMALL_SEAT]);
                with_receipts(&mut files, &["substitution-1.json"], &[("w1.example", "2024-10-20T12:00:00Z")]);
                files
            },
            policy: Some(trusting_log(&policy(&small), &["w1.example"], 1)),
            expect: Expect::Exit(0),
        },
        Vector {
            name: "later-register-missing",
            files: {
                let mut files = after(&small, &[SMALL_SEAT]);
                files.remove("recusals.csv");
                files
            },
            policy: Some(policy(&small)),
            expect: Expect::Exit(3),
        },
    ]
}

pub fn reject() -> Vec<Vector> {
    let mut vectors = Vec::new();
    let mut add = |name, step, code, small: &Small, steps: &[Do], bend: &dyn Fn(&mut Files)| {
        let mut files = after(small, steps);
        bend(&mut files);
        vectors.push(Vector { name, files, policy: Some(policy(small)), expect: Expect::Reject { step, code } });
    };
    let (small, wide) = (Small::default(), wide());
    let one = "substitution-1.json";
    let two = "substitution-2.json";

    // the chain
    add("later-serial-skipped", "V16", "later.serial", &wide, &[SEAT, LEADER], &|files| {
        renamed(files, two, "substitution-3.json", 3)
    });
    add("later-first-missing", "V16", "later.serial", &wide, &[SEAT, LEADER], &|files| {
        files.remove(one);
    });
    add("later-serial-twice", "V16", "later.serial", &small, &[SMALL_SEAT, Results(FOUND)], &|files| {
        resign(files, "results-2.json", |body| remove(body, "previous"));
        renamed(files, "results-2.json", "results-1.json", 1);
    });
    add("later-previous-wrong", "V16", "later.previous", &wide, &[SEAT, LEADER], &|files| {
        resign(files, two, |body| *at(body, "previous") = Digest([7; 32]).to_string().into())
    });
    add("later-previous-changed", "V16", "later.previous", &wide, &[SEAT, LEADER], &|files| {
        resign(files, one, |body| *at(body, "text") = "另一个说法".into())
    });
    add("later-previous-missing", "V2", "json.member", &wide, &[SEAT, LEADER], &|files| {
        resign(files, two, |body| remove(body, "previous"))
    });
    add("later-previous-of-the-first", "V2", "json.member", &wide, &[SEAT], &|files| {
        resign(files, one, |body| insert(body, "previous", Digest([7; 32]).to_string()))
    });
    add("later-under-another-name", "V2", "json.member", &wide, &[SEAT], &|files| {
        let bytes = files.remove(one).unwrap();
        files.insert(two.to_owned(), bytes);
    });
    add("later-under-another-type", "V2", "statement.type", &wide, &[SEAT], &|files| {
        let bytes = files.remove(one).unwrap();
        files.insert("results-1.json".to_owned(), bytes);
    });
    add("later-of-another-record", "V16", "campaign.mixed", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "record") = Digest([7; 32]).to_string().into())
    });
    add("later-of-another-number", "V16", "campaign.mixed", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "number") = "SMALL-2024-2".into())
    });
    add("later-before-the-record", "V16", "order.time", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "substituted_at") = "2024-10-14T17:14:59Z".into())
    });
    add("later-before-the-one-before", "V16", "order.time", &wide, &[SEAT, LEADER], &|files| {
        resign(files, two, |body| *at(body, "substituted_at") = "2024-10-14T17:16:00Z".into())
    });
    add("later-beside-a-void", "V16", "later.void", &small, &[SMALL_SEAT], &|files| {
        files.remove("record.json");
        let voided = super::voids::late(&Small::default());
        files.insert("void.json".to_owned(), voided["void.json"].clone());
    });
    add("later-beside-an-early-void", "V16", "later.void", &small, &[SMALL_SEAT], &|files| {
        let later = files[one].clone();
        *files = super::voids::early(&Small::default());
        files.insert(one.to_owned(), later);
    });
    let both = small.clone().plan("holders = [\"yingji\"]\nthreshold = 1", BOTH);
    add("later-signed-by-too-few", "V3", "signature.threshold", &both, &[Any("gongan")], &|files| {
        edit(files, one, |value| {
            let Value::Array(signatures) = at(value, "signatures") else { panic!("no signatures") };
            signatures.pop();
        })
    });
    add("later-signed-by-a-stranger", "V3", "signature.key", &small, &[SMALL_SEAT], &|files| {
        let digest = body_digest(files, one);
        let text = format!("yaohao/1 substitution\n{digest}\n");
        edit(files, one, |value| {
            *at(value, "signatures.0.key") = key("gongan").public().to_string().into();
            *at(value, "signatures.0.value") = hex::encode(key("gongan").sign(text.as_bytes())).into();
        })
    });
    add("later-changed-after-signing", "V3", "signature.invalid", &small, &[SMALL_SEAT], &|files| {
        replace(files, one, "\"reason\":\"", "\"reason\":\"x")
    });

    // inspectors
    let chain = listed(&wide, "F8", "gongan", 1);
    add("substitution-of-a-friend-further-down", "V16", "substitute.differs", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "in") = chain[2].as_str().into())
    });
    add("substitution-left-vacant", "V16", "substitute.differs", &wide, &[SEAT], &|files| {
        resign(files, one, |body| remove(body, "in"))
    });
    add(
        "substitution-by-who-may-not-sit",
        "V16",
        "substitute.differs",
        &small,
        &[Inspector("F7", "yingji", 1)],
        &|files| resign(files, one, |body| insert(body, "in", "A3")),
    );
    add("substitution-by-who-is-in-the-visit", "V16", "substitute.differs", &wide, &[LEADER], &|files| {
        let other = holder(files, "F6", "yingji", 2);
        resign(files, one, |body| *at(body, "in") = other.as_str().into())
    });
    add("substitution-by-who-has-no-capacity", "V16", "substitute.differs", &narrow(), &[Any("gongan")], &|files| {
        let full = any(files, "gongan", 1).1;
        resign(files, one, |body| *at(body, "in") = full.as_str().into())
    });
    add("substitution-by-who-was-taken-out", "V16", "substitute.differs", &wide, &[SEAT, SEAT], &|files| {
        let first = holder(files, "F8", "gongan", 1);
        resign(files, two, |body| *at(body, "in") = first.as_str().into())
    });
    add(
        "substitution-by-who-was-taken-out-elsewhere",
        "V16",
        "substitute.differs",
        &wide,
        &[SEAT, Inspector("F4", "gongan", 1)],
        &|files| {
            let first = holder(files, "F8", "gongan", 1);
            resign(files, two, |body| *at(body, "in") = first.as_str().into())
        },
    );
    add("substitution-of-who-does-not-sit-there", "V16", "substitute.out", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "out") = chain[1].as_str().into())
    });
    add("substitution-in-no-seat", "V16", "substitute.seat", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "seat") = 2.into())
    });
    add("substitution-in-a-vacant-seat", "V16", "substitute.seat", &small, &[Inspector("F7", "yingji", 1)], &|files| {
        again(files, one, two);
    });
    add("substitution-of-an-undrawn-target", "V16", "substitute.target", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "target") = "F7".into())
    });
    add("substitution-of-an-unknown-kind", "V2", "json.member", &wide, &[SEAT], &|files| {
        resign(files, one, |body| *at(body, "kind") = "department".into())
    });
    add("substitution-after-the-result", "V16", "substitute.finished", &wide, &[Results(OF_F6), SEAT], &|files| {
        let (out, own) = (holder(files, "F6", "yingji", 1), listed(&wide, "F6", "yingji", 1));
        resign(files, two, |body| {
            *at(body, "target") = "F6".into();
            *at(body, "department") = "yingji".into();
            *at(body, "out") = out.as_str().into();
            *at(body, "in") = own[0].as_str().into();
        });
    });
    add("other-seat-changed-silently", "V14", "outcome.differs", &wide, &[SEAT], &|files| {
        let (out, substitute) = (holder(files, "F8", "gongan", 1), chain[0].clone());
        replace(files, "assignments.csv", &format!("F8,gongan,1,{out},"), &format!("F8,gongan,1,{substitute},"))
    });

    // targets
    add("reserve-skipped", "V16", "substitute.differs", &wide, &[Target("F8"), Target("F1")], &|files| {
        // the second reserve comes in first
        let second = body_of(files, two);
        resign(files, one, |body| {
            *at(body, "in") = at(&mut second.clone(), "in").clone();
            *at(body, "seats") = at(&mut second.clone(), "seats").clone();
        });
        files.remove(two);
    });
    add("reserve-left-out", "V16", "substitute.differs", &wide, &[Target("F8")], &|files| {
        resign(files, one, |body| {
            remove(body, "in");
            remove(body, "seats");
        })
    });
    add("reserve-without-seats", "V2", "json.member", &wide, &[Target("F8")], &|files| {
        resign(files, one, |body| remove(body, "seats"))
    });
    add("reserve-with-a-chosen-team", "V16", "substitute.differs", &wide, &[Target("F8")], &|files| {
        resign(files, one, |body| {
            let Value::Text(sits) = at(body, "seats.0.inspector").clone() else { panic!("nobody") };
            let other = if sits == "A4" { "A5" } else { "A4" };
            *at(body, "seats.0.inspector") = other.into();
        })
    });
    add("reserve-with-half-a-team", "V16", "substitute.differs", &wide, &[Target("F8")], &|files| {
        resign(files, one, |body| {
            let Value::Array(seats) = at(body, "seats") else { panic!("no seats") };
            seats.pop();
        })
    });
    let exhausted = [Inspector("F4", "gongan", 1), SMALL_SEAT];
    add("reserve-that-nobody-can-visit", "V16", "substitute.infeasible", &small, &exhausted, &|files| {
        // both of the department were taken out
        let three = "substitution-3.json";
        let previous = body_digest(files, two).to_string();
        files.insert(three.to_owned(), files[two].clone());
        resign(files, three, |body| {
            ["department", "seat", "out"].into_iter().for_each(|member| remove(body, member));
            *at(body, "kind") = "target".into();
            *at(body, "serial") = 3.into();
            *at(body, "previous") = previous.as_str().into();
            insert(body, "in", "F8");
            let seat = object([("department", "yingji".into()), ("inspector", "A1".into()), ("seat", 1.into())]);
            insert(body, "seats", vec![seat]);
        });
    });
    add("target-that-went-out-goes-again", "V16", "substitute.target", &wide, &[Target("F8")], &|files| {
        again(files, one, two);
    });

    // results and amendments
    let results = "results-1.json";
    let amendment = "amendment-2.json";
    add("result-of-an-undrawn-target", "V16", "result.target", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits.1.target") = "F8".into())
    });
    add(
        "result-of-a-target-that-went-out",
        "V16",
        "result.target",
        &small,
        &[Target("F7"), Results(OF_F3)],
        &|files| resign(files, "results-2.json", |body| *at(body, "visits.0.target") = "F7".into()),
    );
    add("result-twice", "V16", "result.twice", &small, &[Results(FOUND)], &|files| {
        again(files, results, "results-2.json")
    });
    add("result-none-with-others", "V2", "json.member", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits.1.found") = vec!["none", "pending"].into())
    });
    add("result-not-of-the-list", "V2", "json.member", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits.1.found") = vec!["fine"].into())
    });
    add("result-found-unsorted", "V2", "json.member", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits.0.found") = vec!["pending", "not-found"].into())
    });
    add("result-found-nothing-said", "V2", "json.member", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits.0.found") = Value::Array(Vec::new()))
    });
    add("result-of-a-target-twice-in-one", "V2", "json.member", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits.1.target") = "F3".into())
    });
    add("results-of-nothing", "V2", "json.member", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits") = Value::Array(Vec::new()))
    });
    add("result-before-the-window", "V16", "result.finished", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "visits.1.finished") = "2024-10-31".into())
    });
    add("result-of-tomorrow", "V16", "result.finished", &small, &[Results(FOUND)], &|files| {
        resign(files, results, |body| *at(body, "published_at") = "2024-11-30T23:59:59Z".into())
    });
    add("amendment-of-nothing", "V16", "amend.unknown", &small, &[Amend(Amends::Record, None)], &|files| {
        resign(files, "amendment-1.json", |body| *at(body, "amends") = Digest([7; 32]).to_string().into())
    });
    add("amendment-of-the-announcement", "V16", "amend.unknown", &small, &[Amend(Amends::Record, None)], &|files| {
        let announcement = body_digest(files, "announcement.json").to_string();
        resign(files, "amendment-1.json", |body| *at(body, "amends") = announcement.into())
    });
    add(
        "amendment-of-a-result-that-is-not",
        "V16",
        "result.none",
        &small,
        &[Results(OF_F3), Amend(Amends::Serial(1), Some(OF_F3))],
        &|files| resign(files, amendment, |body| *at(body, "visits.0.target") = "F7".into()),
    );
    add(
        "amendment-with-no-row",
        "V2",
        "json.member",
        &small,
        &[Results(OF_F3), Amend(Amends::Serial(1), Some(OF_F3))],
        &|files| resign(files, amendment, |body| *at(body, "visits") = Value::Array(Vec::new())),
    );
    add(
        "amendment-before-the-window",
        "V16",
        "result.finished",
        &small,
        &[Results(OF_F3), Amend(Amends::Serial(1), Some(OF_F3))],
        &|files| resign(files, amendment, |body| *at(body, "visits.0.finished") = "2024-10-31".into()),
    );
    vectors.push(Vector {
        name: "later-type-not-in-the-policy",
        files: after(&small, &[SMALL_SEAT]),
        policy: Some(policy(&small).replace("\"substitution\", ", "")),
        expect: Expect::Reject { step: "V4", code: "policy.keys" },
    });
    vectors
}

const BOTH: &str = "holders = [\"yingji\", \"gongan\"]\nthreshold = 2";

const SPLIT: &str = "[[strata]]\nname = \"all\"\nrule = { and = [] }\nmethod = \"equal\"\n\
    size = { rate = 5000, rounding = \"up\" }\nreserves = 2\nsplit = \"region\"";

/// The small campaign with more inspectors and more reserves, so that there is something to choose.
pub fn wide() -> Small {
    wide_with(
        &super::support::STRATA.replace("size = { count = 2 }\nreserves = 1", "size = { count = 2 }\nreserves = 2"),
    )
}

fn wide_with(strata: &str) -> Small {
    let small = Small::default();
    let mut inspectors = small.inspectors.clone();
    for id in ["A4", "A5", "A6"] {
        inspectors.push_str(&format!("{id},yingji,weihua,*,yes,4,0,2020-01-01,2030-01-01,\n"));
    }
    for id in ["B4", "B5", "B6"] {
        inspectors.push_str(&format!("{id},gongan,,*,,2,0,2020-01-01,2030-01-01,\n"));
    }
    Small { inspectors, ..small.strata(strata) }
}

/// The wide campaign where one visit is all that anybody of one department can do.
fn narrow() -> Small {
    let mut small = wide();
    for id in ["B1", "B2", "B4", "B5", "B6"] {
        let line = small.inspectors.lines().find(|line| line.starts_with(id)).unwrap().to_owned();
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[5] = "1";
        small.inspectors = small.inspectors.replace(&line, &cells.join(","));
    }
    small
}

pub fn policy(small: &Small) -> String {
    let more = "\"void\", \"substitution\", \"results\", \"amendment\", ";
    small.policy().replace("\"void\", ", more)
}

/// The published files of a campaign after what the office did.
pub fn after(small: &Small, steps: &[Do]) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let campaign = small.draw_in(folder.path());
    let times = [
        "2024-10-20",
        "2024-10-21",
        "2024-12-03",
        "2024-12-04",
        "2024-12-05",
        "2024-12-06",
        "2024-12-07",
        "2024-12-08",
    ];
    // results come when the visits are over
    let mut earliest = "";
    for (step, day) in steps.iter().zip(times) {
        if matches!(step, Results(_) | Amend(..)) {
            earliest = "2024-12-03";
        }
        let day = day.max(earliest);
        work(&campaign, folder.path(), *step, &format!("{day}T08:00:00Z"));
    }
    read_folder(&campaign.public())
}

/// Does one thing after a record.
pub fn work(campaign: &Campaign, folder: &Path, step: Do, at: &str) {
    let why = Why { reason: Name::parse("illness").unwrap(), text: Text::parse("因病不能参加").unwrap() };
    let table = |text: &str| {
        let path = folder.join("results.csv");
        std::fs::write(&path, text).unwrap();
        path
    };
    let replaced = |target: &str, department: &str, seat: u64| {
        let asked = Asked { target, department, seat };
        let out = substitutes(campaign, asked).unwrap().out;
        replace_inspector(campaign, asked, out.as_str(), why.clone(), &time(at))
            .map(|_| ())
            .map_err(|fault| vec![fault])
    };
    let done = match step {
        Inspector(target, department, seat) => replaced(target, department, seat),
        Do::AnyTarget(department) => {
            let target = any(&read_folder(&campaign.public()), department, 0).0;
            replace_target(campaign, &target, why.clone(), &time(at)).map(|_| ()).map_err(|fault| vec![fault])
        }
        Any(department) => replaced(&any(&read_folder(&campaign.public()), department, 0).0, department, 1),
        Target(target) => {
            replace_target(campaign, target, why.clone(), &time(at)).map(|_| ()).map_err(|fault| vec![fault])
        }
        Results(text) => publish_results(campaign, &table(text), &time(at)).map(|_| ()),
        Amend(amends, text) => amend(campaign, amends, why.clone(), text.map(table).as_deref(), &time(at)).map(|_| ()),
    };
    if let Err(faults) = done {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
}

/// Who steps in at a seat, in order.
fn listed(small: &Small, target: &str, department: &str, seat: u64) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let campaign = small.draw_in(folder.path());
    let chain = substitutes(&campaign, Asked { target, department, seat }).unwrap().chain;
    chain.iter().map(ToString::to_string).collect()
}

/// The n-th first seat of a department in assignments.csv: its target, and who was drawn for it.
fn any(files: &Files, department: &str, n: usize) -> (String, String) {
    let text = String::from_utf8(files["assignments.csv"].clone()).unwrap();
    let rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let row = rows.filter(|row| row[1] == department && row[2] == "1").nth(n).unwrap();
    (row[0].to_owned(), row[3].to_owned())
}

/// Who was drawn for a seat.
fn holder(files: &Files, target: &str, department: &str, seat: u64) -> String {
    let text = String::from_utf8(files["assignments.csv"].clone()).unwrap();
    let start = format!("{target},{department},{seat},");
    let line = text.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
    line.split(',').next().unwrap().to_owned()
}

fn body_of(files: &Files, name: &str) -> Value {
    at(&mut super::support::json(files, name), "body").clone()
}

/// The statement with another serial, under the name that says so.
fn renamed(files: &mut Files, from: &str, to: &str, serial: u64) {
    resign(files, from, |body| *at(body, "serial") = serial.into());
    let bytes = files.remove(from).unwrap();
    files.insert(to.to_owned(), bytes);
}

/// The first statement once more, as the second of its chain.
fn again(files: &mut Files, first: &str, second: &str) {
    let previous = body_digest(files, first).to_string();
    files.insert(second.to_owned(), files[first].clone());
    resign(files, second, |body| {
        *at(body, "serial") = 2.into();
        insert(body, "previous", previous.as_str());
    });
}

fn remove(value: &mut Value, member: &str) {
    let Value::Object(members) = value else { panic!("no object") };
    members.remove(member).unwrap();
}
