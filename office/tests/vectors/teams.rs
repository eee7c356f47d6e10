//! Teams as offices form them (SPEC §6.3, §10.7): officers, experts, stations, other regions, weeks, crews, rotation.

use super::later::{Do, after, policy as policy_of_later};
use super::support::{Files, Small, at, insert, read_folder, reannounce, register_again, replace, resign};
use super::{Expect, Vector};
use yaohao::encoding::{Digest, Value, object};

const INSPECTORS: &str =
    "id,department,qualifications,regions,lead,capacity,carried,from,to,status,crew,station,expert,weekly,away
A1,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,,,东所,,1,
A2,yingji,weihua,3302,yes,8,0,2020-01-01,2030-01-01,,,西所,,3,2024-11-04至2024-11-08
A3,yingji,,3302;3309,,8,0,2020-01-01,2030-01-01,,,西所,是,2,
A4,yingji,,*,yes,8,0,2020-01-01,2030-01-01,,,东所,,1,28
A5,yingji,weihua,*,,8,0,2020-01-01,2030-01-01,,,北所,,2,0
E1,yingji,weihua,*,,8,0,2020-01-01,2030-01-01,,,局机关,外聘,2,
B1,gongan,,*,,8,0,2020-01-01,2030-01-01,,甲组,东所,,1,
B2,gongan,,*,,8,0,2020-01-01,2030-01-01,,甲组,东所,,1,
B3,gongan,,*,,8,0,2020-01-01,2030-01-01,,乙组,西所,,1,
B4,gongan,,*,,8,0,2020-01-01,2030-01-01,,乙组,西所,,1,
B5,gongan,,*,,8,0,2020-01-01,2030-01-01,,丙组,东所,,1,
B6,gongan,,*,,8,0,2020-01-01,2030-01-01,,丙组,西所,,1,
B7,gongan,,*,,8,0,2020-01-01,2030-01-01,,丙组,西所,,1,
B8,gongan,,*,,8,0,2020-01-01,2030-01-01,,丁组,西所,,1,
";

const TARGETS: &str = "id,class,items,region,station,staff,status
F1,A,yanhua,3301,东所,10,
F2,D,yanhua,3301,东所,20,
F3,B,guandao,3302,西所,30,
F4,C,yanhua;guandao,3302,西所,40,
F5,A,yanhua,3301,东所,50,
F6,D,guandao,3301,东所,60,
F7,B,yanhua,3302,西所,70,
F8,A,yanhua,3302,西所,80,
";

/// The small campaign with more people, and with lines in `[team]`.
pub fn team(lines: &str) -> Small {
    let small = Small { inspectors: INSPECTORS.to_owned(), targets: TARGETS.to_owned(), ..Small::default() };
    small.plan("[team]\n", &format!("[team]\n{lines}\n"))
}

/// The same with two officers of gongan, who go in crews.
fn crews(kind: &str) -> Small {
    team(&format!("crews = [{{ department = \"gongan\", kind = \"{kind}\" }}]"))
        .plan("{ department = \"gongan\", count = 1,", "{ department = \"gongan\", count = 2,")
}

fn stations(mode: &str) -> Small {
    team(&format!("stations = [{{ department = \"gongan\", column = \"station\", mode = \"{mode}\" }}]"))
        .plan("region = \"region\" }", "region = \"region\", station = \"station\" }")
}

fn drawn_with_stations_of(department: &str) -> Small {
    let both = format!("stations = [{{ department = \"{department}\", column = \"station\", mode = \"cross\" }}]");
    crews("drawn")
        .plan("[team]\n", &format!("[team]\n{both}\n"))
        .plan("region = \"region\" }", "region = \"region\", station = \"station\" }")
}

/// With an expert beside the officers, and departments that may penalise.
fn experts() -> Small {
    team("").plan(
        "  { department = \"yingji\", count = 1, leader = false, qualifications = [\"weihua\"] },\n",
        "  { department = \"yingji\", count = 1, leader = false, qualifications = [] },
  { department = \"yingji\", count = 1, leader = false, qualifications = [], expert = true },\n",
    )
}

fn officers() -> Small {
    let yanhua = "rule = { has-any = [\"items\", [\"yanhua\"]] }\npenalises = []";
    let guandao = "rule = { has-any = [\"items\", [\"guandao\"]] }\npenalises = []";
    experts()
        .plan(
            yanhua,
            &yanhua.replace("[]", "[\"yingji\"]\nfewer = [{ department = \"yingji\", why = \"依示例规定第三条\" }]"),
        )
        .plan(guandao, &guandao.replace("[]", "[\"yingji\"]"))
}

const BEYOND: &str = "beyond = [
  { from = \"3309\", to = \"3301\", basis = \"省异地检查协调规则第三条\" },
  { from = \"3302\", to = \"3305\", basis = \"同上\" },
]";

pub fn accept() -> Vec<Vector> {
    let full = |name, small: Small| Vector {
        name,
        files: small.drawn(),
        policy: Some(small.policy()),
        expect: Expect::Exit(0),
    };
    let followed = |name, small: Small, steps: &[Do]| Vector {
        name,
        files: after(&small, steps),
        policy: Some(policy_of_later(&small)),
        expect: Expect::Exit(0),
    };
    // all eight are drawn, so that each crew has work
    let busy = || crews("given").plan("size = { count = 2 }", "size = { count = 4 }");
    let first = [Do::Any("gongan"), Do::Any("gongan")];
    let target = [Do::AnyTarget("gongan")];
    vec![
        full("team-officers", officers()),
        full("team-experts", experts()),
        full("team-stations-cross", stations("cross")),
        full("team-stations-own", stations("own")),
        full("team-beyond", team(BEYOND)),
        full("team-weekly", team("weekly = true")),
        full("team-crews-given", crews("given")),
        full("team-crews-given-busy", busy()),
        full("team-crews-drawn", crews("drawn")),
        full("team-crews-drawn-by-station", drawn_with_stations_of("gongan")),
        // the stations of another department part nobody
        full("team-crews-drawn-beside-stations", {
            let small = drawn_with_stations_of("yingji");
            let north = |line: &str| match line.starts_with(['A', 'E']) {
                true => line.replace("东所", "北所").replace("西所", "北所").replace("局机关", "北所") + "\n",
                false => line.to_owned() + "\n",
            };
            Small { inspectors: small.inspectors.lines().map(north).collect(), ..small }
        }),
        full(
            "team-crews-with-carried-load",
            Small {
                inspectors: INSPECTORS.replace("B1,gongan,,*,,8,0", "B1,gongan,,*,,8,5"),
                ..busy().plan("carried = false", "carried = true")
            },
        ),
        followed("team-crew-member-out", crews("given"), &first),
        followed("team-crew-target-out", crews("given"), &target),
        followed("team-drawn-crew-target-out", crews("drawn"), &target),
        Vector {
            name: "team-rotation",
            files: rotated(),
            policy: Some(Small::default().policy()),
            expect: Expect::Exit(0),
        },
    ]
}

/// A second campaign in the same year, which rotates the people of the first.
pub fn rotated() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let first = team("").plan("number = \"SMALL-2024-1\"", "number = \"SMALL-2024-0\"");
    first.draw_in(&folder.path().join("first"));
    let history = "[history]\nlast_visitors = true\nmet_within_months = 12\nloads = true\n[[history.campaigns]]\npublic = \"../first/public\"\n";
    let second = team("").plan("carried = false", "carried = true").plan("[seed]\n", &format!("{history}\n[seed]\n"));
    read_folder(&second.draw_in(&folder.path().join("second")).public())
}

pub fn reject() -> Vec<Vector> {
    let mut vectors = Vec::new();
    let mut add =
        |name: &'static str, small: Small, step: &'static str, code: &'static str, bend: &dyn Fn(&mut Files)| {
            let mut files = small.drawn();
            bend(&mut files);
            vectors.push(Vector { name, files, policy: Some(small.policy()), expect: Expect::Reject { step, code } });
        };
    let form = "announcement.form";
    add("team-one-officer-and-no-reason", officers(), "V2", "item.officers", &|files| {
        reannounce(files, |body| remove(at(body, "items.0"), "fewer"));
    });
    add("team-two-officers-and-a-reason", officers(), "V2", "item.officers", &|files| {
        reannounce(files, |body| {
            let why = at(body, "items.0.fewer").clone();
            insert(at(body, "items.1"), "fewer", why);
        });
    });
    add("team-expert-counted-as-officer", officers(), "V2", "item.officers", &|files| {
        // the second officer becomes an expert too
        reannounce(files, |body| insert(at(body, "items.1.seats.1"), "expert", Value::Bool(true)));
    });
    add("team-expert-leads", experts(), "V2", form, &|files| {
        reannounce(files, |body| insert(at(body, "items.1.seats.0"), "expert", Value::Bool(true)));
    });
    add("team-expert-false", experts(), "V2", form, &|files| {
        reannounce(files, |body| insert(at(body, "items.1.seats.1"), "expert", Value::Bool(false)));
    });
    add("team-fewer-of-who-does-not-penalise", officers(), "V2", form, &|files| {
        reannounce(files, |body| *at(body, "items.0.fewer.0.department") = "gongan".into());
    });
    add("team-penalises-empty", team(""), "V2", form, &|files| {
        reannounce(files, |body| insert(at(body, "items.0"), "penalises", Value::Array(Vec::new())));
    });
    add("team-stations-of-no-department", stations("own"), "V2", form, &|files| {
        reannounce(files, |body| *at(body, "team.stations.0.department") = "nobody".into());
    });
    add("team-stations-mode-unknown", stations("own"), "V2", form, &|files| {
        reannounce(files, |body| *at(body, "team.stations.0.mode") = "near".into());
    });
    add("team-beyond-unsorted", team(BEYOND), "V2", form, &|files| {
        reannounce(files, |body| {
            let Value::Array(list) = at(body, "team.beyond") else { panic!("no list") };
            list.reverse();
        });
    });
    add("team-beyond-with-a-blank-for-a-law", team(BEYOND), "V2", "text.form", &|files| {
        reannounce(files, |body| *at(body, "team.beyond.0.basis") = " \u{3000}".into());
    });
    add("team-beyond-without-a-law", team(BEYOND), "V2", "json.member", &|files| {
        reannounce(files, |body| remove(at(body, "team.beyond.0"), "basis"));
    });
    add("team-crews-drawn-of-two-layouts", crews("drawn"), "V2", form, &|files| {
        reannounce(files, |body| {
            let mut seat = at(body, "items.0.seats.1").clone();
            *at(&mut seat, "count") = 3.into();
            let Value::Array(seats) = at(body, "items.1.seats") else { panic!("no seats") };
            seats.push(seat);
        });
    });
    add("team-crew-column-without-crews", crews("given"), "V2", "column.unused", &|files| {
        reannounce(files, |body| remove(at(body, "team"), "crews"));
    });
    add("team-seat-given-to-another", team(BEYOND), "V14", "outcome.differs", &|files| {
        let text = String::from_utf8(files["assignments.csv"].clone()).unwrap();
        let line = text.lines().find(|line| line.contains(",gongan,1,")).unwrap().to_owned();
        let other = if line.contains(",B1,") { "B2" } else { "B1" };
        let cells: Vec<&str> = line.split(',').collect();
        replace(files, "assignments.csv", &line, &[cells[0], cells[1], cells[2], other, cells[4]].join(","));
    });
    add("team-expert-unknown-word", experts(), "V7", "inspector.expert", &|files| {
        again(files, "inspectors", ",only,", ",yes,");
    });
    add("team-away-longer-than-the-window", team("weekly = true"), "V7", "number.form", &|files| {
        again(files, "inspectors", "A4,28,", "A4,31,");
    });
    add("team-rotation-without-its-rule", team(""), "V8", "recusal.reserved", &|files| {
        again(files, "recusals", "kinship", "last-visitor");
    });
    add("team-loads-without-carried", team(""), "V2", form, &|files| {
        reannounce(files, |body| insert(body, "history", history(&[("loads", Value::Bool(true))], false)));
    });
    add("team-last-without-a-rule-of-visits", team(""), "V2", form, &|files| {
        reannounce(files, |body| insert(body, "history", history(&[("yearly_cap", 2.into())], true)));
    });
    add("team-crew-without-one-member", crews("given"), "V14", "outcome.differs", &|files| drop_seat(files));
    add("team-crews-in-the-record", crews("given"), "V14", "record.differs", &|files| {
        resign(files, "record.json", |body| *at(body, "departments.1.crews") = 9.into());
    });
    vectors
}

/// A history that names one campaign.
fn history(rules: &[(&str, Value)], last: bool) -> Value {
    let digest = Digest::of(b"earlier").to_string();
    let mut campaign = object([("number", "SMALL-2023-1".into()), ("record", digest.as_str().into())]);
    if last {
        insert(&mut campaign, "last", digest.as_str());
    }
    let mut history = object([("campaigns", Value::Array(vec![campaign])), ("other_levels", Value::Bool(false))]);
    rules.iter().for_each(|(rule, value)| insert(&mut history, rule, value.clone()));
    history
}

/// A register with a word in the place of another, announced and signed again.
fn again(files: &mut Files, register: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[&format!("{register}.csv")].clone()).unwrap();
    assert!(text.contains(from), "no {from} in {text}");
    register_again(files, register, &text.replacen(from, to, 1));
    reannounce(files, |_| ());
}

/// Leaves out the last seat of gongan in some target.
fn drop_seat(files: &mut Files) {
    let text = String::from_utf8(files["assignments.csv"].clone()).unwrap();
    let line = text.lines().rfind(|line| line.contains(",gongan,2,")).unwrap();
    replace(files, "assignments.csv", &format!("{line}\n"), "");
}

fn remove(value: &mut Value, member: &str) {
    let Value::Object(members) = value else { panic!("no object") };
    members.remove(member).unwrap();
}
