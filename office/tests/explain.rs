//! What an explanation tells of a draw: whose turn it was and why, against lists that the test makes itself with SHA-256.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use support::{Small, read_folder, time};
use yaohao::announcement::StationMode;
use yaohao::assign::{Group, Obstacle, Spot, may_sit, obstacles};
use yaohao::encoding::Digest;
use yaohao::fault::Code;
use yaohao::ident::{Id, Name, Text};
use yaohao::later::Change;
use yaohao::register::scan;
use yaohao::verify::Evidence as _;
use yaohao_office::campaign::Campaign;
use yaohao_office::explain::{Explanation, Nothing, OfficerStory, Summary, TargetStory, Turn, Why, explain, summary};
use yaohao_office::later::{Asked, Why as Because, replace_inspector, replace_target};
use yaohao_office::loads::Spread;
use yaohao_office::names::names;
use yaohao_office::simulate::{Trials, simulate};
use yaohao_office::watch::Silent;

/// Eight firms are drawn, each with a leader and another, qualified one, of yingji.
fn eight() -> Small {
    let strata =
        "[[strata]]\nname = \"all\"\nrule = { and = [] }\nmethod = \"order\"\nsize = { all = true }\nreserves = 0";
    let targets = "id,class,items,region,staff,status\n".to_owned() + &(1..=8).map(row).collect::<String>();
    let small = Small { targets, recusals: "target,inspector,category\n".to_owned(), ..Small::default() };
    small.plan("basis = \"random\"", "basis = \"full-coverage\"").strata(strata)
}

fn row(n: u32) -> String {
    format!("F{n},A,guandao,3301,10,\n")
}

const HEAD: &str = "id,department,qualifications,regions,lead,capacity,carried,from,to,status,crew,station\n";

/// Three who may sit everywhere, but one never at F3 and F5, and one not often; three who may not, each in its own way.
const PEOPLE: &str = "A1,yingji,weihua,*,yes,8,5,2020-01-01,2030-01-01,,,
A2,yingji,weihua,*,yes,3,0,2020-01-01,2030-01-01,,,
A3,yingji,,3302,,8,0,2020-01-01,2030-01-01,,,
A4,yingji,weihua,*,yes,8,0,2020-01-01,2024-11-15,,,
A5,yingji,weihua,*,yes,0,0,2020-01-01,2030-01-01,,,
A6,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,,,
A7,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,retired,,
B1,gongan,,*,,8,0,2020-01-01,2030-01-01,,,
";

fn people() -> Small {
    Small {
        inspectors: HEAD.to_owned() + PEOPLE,
        recusals: "target,inspector,category\nF3,A6,kinship\nF5,A6,kinship\n".to_owned(),
        ..eight()
    }
}

fn firm(campaign: &Campaign, id: &str) -> TargetStory {
    match explain(campaign, id).unwrap() {
        Explanation::Target(story) => *story,
        Explanation::Inspector(_) => panic!("{id} is a firm"),
    }
}

fn officer(campaign: &Campaign, id: &str) -> OfficerStory {
    match explain(campaign, id).unwrap() {
        Explanation::Inspector(story) => *story,
        Explanation::Target(_) => panic!("{id} is an officer"),
    }
}

/// The ids in the order of the tickets under a sub-seed, by SPEC §5 and §10.3 alone.
fn listed<'a>(seed: &Digest, purpose: &str, before: &str, ids: &[&'a str]) -> Vec<&'a str> {
    let sub_seed = Digest::of(format!("yaohao/1 {purpose}\n{seed}\n").as_bytes());
    let mut ids = ids.to_vec();
    ids.sort_by_key(|id| (Digest::of(format!("{sub_seed}{before}{id}").as_bytes()), *id));
    ids
}

#[test]
fn nothing_is_told_before_the_draw_nor_of_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = people().until_closed(folder.path());
    assert_eq!(explain(&campaign, "F1").unwrap_err().code(), Code::CampaignState);
    assert_eq!(summary(&campaign).unwrap_err().code(), Code::CampaignState);
    campaign.draw(Some(support::said(&campaign)), &time("2024-10-14T17:15:00Z")).unwrap();
    assert_eq!(explain(&campaign, "F9").unwrap_err().code(), Code::IdUnknown);
    assert_eq!(explain(&campaign, "A9").unwrap_err().code(), Code::IdUnknown);
}

#[test]
fn everybody_before_the_holder_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = people().draw_in(folder.path());
    let seed = firm(&campaign, "F1").seed;
    let firms = ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8"];
    let stories: BTreeMap<&str, TargetStory> = firms.iter().map(|id| (*id, firm(&campaign, id))).collect();
    let mut gone = BTreeMap::<String, u32>::new();
    let mut seen = BTreeSet::new();
    for id in listed(&seed, "tasks", "", &firms) {
        let story = &stories[id];
        let list = listed(&seed, "assign/yingji", &format!("{id}/"), &["A1", "A2", "A3", "A4", "A5", "A6"]);
        let holders: Vec<&str> = story.team.iter().map(|seat| seat.inspector.as_str()).collect();
        assert_eq!((holders.len(), story.turns.len()), (2, 2));
        for (turn, seat) in story.turns.iter().zip(0..) {
            assert_eq!(
                (turn.seat, turn.holder.as_str(), turn.of),
                (Some(seat + 1), holders[usize::try_from(seat).unwrap()], 6)
            );
            let before: Vec<&str> = turn.before.iter().map(|before| before.who.as_str()).collect();
            let rank = list.iter().position(|who| *who == turn.holder).unwrap();
            assert_eq!((before.as_slice(), turn.rank), (&list[..rank], u64::try_from(rank).unwrap() + 1), "{id}");
            for before in &turn.before {
                let unable = |obstacles: &[Obstacle]| Why::Unable(obstacles.iter().copied().collect());
                let expected = match before.who.as_str() {
                    "A3" if seat == 0 => unable(&[Obstacle::Elsewhere, Obstacle::NoLead]),
                    "A3" => unable(&[Obstacle::Elsewhere, Obstacle::Unqualified]),
                    "A4" => unable(&[Obstacle::Expired]),
                    "A5" => unable(&[Obstacle::Spent]),
                    "A6" if ["F3", "F5"].contains(&id) => unable(&[Obstacle::Recused]),
                    who if seat == 1 && who == holders[0] => Why::InTeam,
                    "A2" if gone.get("A2") == Some(&3) => Why::Full,
                    _ => Why::Passed,
                };
                assert_eq!(before.why, expected, "{id} {seat} {}", before.who);
                seen.insert(format!("{:?}", before.why));
            }
            assert_eq!(turn.unable(), turn.before.iter().filter(|one| matches!(one.why, Why::Unable(_))).count());
        }
        holders.into_iter().for_each(|who| *gone.entry(who.to_owned()).or_default() += 1);
        let after = story.after.as_ref().unwrap();
        assert!(after.changes.is_empty() && after.seats.len() == 2 && after.happened.substitutions == 0);
    }
    assert_eq!(seen.len(), 8, "what is not seen is not tested: {seen:?}");
}

#[test]
fn an_officers_load_beside_the_others_and_why_it_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = people().draw_in(folder.path());
    let seed = firm(&campaign, "F1").seed;
    // sixteen seats; A2 takes three, the other two the rest, and A6 not more than six
    let spread = Spread { least: 0, most: 7, total: 16, people: 6 };
    for (id, nothing) in [
        ("A1", None),
        ("A2", None),
        (
            "A3",
            Some(Nothing::Nowhere(
                16,
                [(Obstacle::Elsewhere, 16), (Obstacle::Unqualified, 8), (Obstacle::NoLead, 8)].into(),
            )),
        ),
        ("A4", Some(Nothing::Expired)),
        ("A5", Some(Nothing::Spent)),
        ("A6", None),
    ] {
        let story = officer(&campaign, id);
        assert_eq!(story.nothing, nothing, "{id}");
        let load = story.load.unwrap();
        assert_eq!((load.own, load.department), (u64::try_from(story.seats.len()).unwrap(), spread), "{id}");
        assert!(load.carried.is_none() && story.crew.is_none());
        for seat in &story.seats {
            let target = seat.target.as_str();
            let list = listed(&seed, "assign/yingji", &format!("{target}/"), &["A1", "A2", "A3", "A4", "A5", "A6"]);
            assert_eq!((list[usize::try_from(seat.rank).unwrap() - 1], seat.of), (id, 6));
            assert_eq!(seat.leader, seat.number == 1);
        }
    }
    assert_eq!(officer(&campaign, "A2").seats.len(), 3);
    assert_eq!(officer(&campaign, "B1").nothing, Some(Nothing::NoSeats));
    let retired = officer(&campaign, "A7");
    assert!(retired.department.is_none() && retired.load.is_none() && retired.nothing.is_none());

    let Summary { drawn, departments, meetings, happened } = summary(&campaign).unwrap();
    assert_eq!((drawn, departments.len(), meetings.is_none()), (8, 2, true));
    assert_eq!(happened.unwrap().substitutions, 0);
    let yingji = &departments[0];
    assert_eq!((yingji.targets, yingji.seats, yingji.loads), (8, 16, spread));
    let idle: Vec<(&str, Option<Obstacle>)> = yingji.idle.iter().map(|(id, why)| (id.as_str(), *why)).collect();
    assert_eq!(idle, [("A3", None), ("A4", Some(Obstacle::Expired)), ("A5", Some(Obstacle::Spent))]);
    assert_eq!(yingji.by_load, [(0, 3), (3, 1), (6, 1), (7, 1)].into());
    // F3 and F5 are A1's and A2's; nobody else could go, but either may lead
    let lone = |story: &TargetStory| story.team.iter().filter(|seat| seat.possible == 1).count();
    let one_possible: usize = (1..=8).map(|n| lone(&firm(&campaign, &format!("F{n}")))).sum();
    assert_eq!(yingji.one_possible, u64::try_from(one_possible).unwrap());
    assert!(yingji.with_carried.is_none() && yingji.crews.is_none());
    assert_eq!((departments[1].seats, departments[1].loads.most), (0, 0));
}

#[test]
fn what_was_carried_before_is_told_where_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = people().plan("carried = false", "carried = true").draw_in(folder.path());
    let load = officer(&campaign, "A1").load.unwrap();
    let (carried, with) = load.carried.unwrap();
    // 5 before and 16 now; A2 can take three, A1 and A6 share the others as evenly as A6's six firms allow
    assert_eq!((carried, with.total, with.people), (5, 21, 6));
    assert_eq!((with.most, load.own), (12, 7));
    assert_eq!(summary(&campaign).unwrap().departments[0].with_carried, Some(with));
}

#[test]
fn one_firm_and_three_who_could() {
    let folder = tempfile::tempdir().unwrap();
    let small = people();
    let campaign = Small { targets: format!("id,class,items,region,staff,status\n{}", row(1)), ..small }
        .plan("number = \"SMALL-2024-1\"", "number = \"SMALL-2024-7\"");
    let campaign = Small { recusals: "target,inspector,category\n".to_owned(), ..campaign }.draw_in(folder.path());
    let idle: Vec<&str> = ["A1", "A2", "A6"].into_iter().filter(|id| officer(&campaign, id).seats.is_empty()).collect();
    assert_eq!(idle.len(), 1);
    assert_eq!(officer(&campaign, idle[0]).nothing, Some(Nothing::Lots(1, 1)));
}

/// Eight firms that gongan visits in crews of two.
fn crews(kind: &str) -> Small {
    let team = format!("[team]\ncrews = [{{ department = \"gongan\", kind = \"{kind}\" }}]\n");
    let inspectors = "A1,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,,,
A2,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,,,
B1,gongan,,*,,8,0,2020-01-01,2030-01-01,,甲组,
B2,gongan,,*,,8,0,2020-01-01,2030-01-01,,甲组,
B3,gongan,,*,,2,0,2020-01-01,2030-01-01,,乙组,
B4,gongan,,*,,8,0,2020-01-01,2030-01-01,,乙组,
B5,gongan,,*,,8,0,2020-01-01,2024-11-15,,丙组,
B6,gongan,,3302,,8,0,2020-01-01,2030-01-01,,丙组,
B8,gongan,,*,,8,0,2020-01-01,2030-01-01,,丁组,
B9,gongan,,*,,8,0,2020-01-01,2030-01-01,,,
";
    let small = Small { inspectors: HEAD.to_owned() + inspectors, ..eight() };
    let small = small.plan("[team]\n", &team);
    let small = small.plan("{ department = \"gongan\", count = 1,", "{ department = \"gongan\", count = 2,");
    Small { targets: small.targets.replace("guandao", "yanhua"), ..small }
}

#[test]
fn crews_before_the_one_that_goes() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = crews("given").draw_in(folder.path());
    let seed = firm(&campaign, "F1").seed;
    let names = ["丁组", "丙组", "乙组", "甲组"];
    let firms = ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8"];
    let (mut gone, mut seen) = (BTreeMap::<String, u32>::new(), BTreeSet::new());
    for id in listed(&seed, "tasks", "", &firms) {
        let turns = firm(&campaign, id).turns;
        let turns: Vec<&Turn> = turns.iter().filter(|turn| turn.department.as_str() == "gongan").collect();
        let [turn] = turns.as_slice() else { panic!("one turn a crew: {turns:?}") };
        let list = listed(&seed, "assign/gongan", &format!("{id}/"), &names);
        let rank = list.iter().position(|name| *name == turn.holder).unwrap();
        assert_eq!((turn.seat, turn.rank, turn.of), (None, u64::try_from(rank).unwrap() + 1, 4));
        assert_eq!(turn.before.iter().map(|before| before.who.as_str()).collect::<Vec<_>>(), list[..rank]);
        for before in &turn.before {
            let expected = match before.who.as_str() {
                "丁组" => Why::Unable([Obstacle::Seats].into()),
                "丙组" => Why::Unable([Obstacle::Expired, Obstacle::Elsewhere].into()),
                // a crew goes as often as the one of its people who can least often
                "乙组" if gone.get("乙组") == Some(&2) => Why::Full,
                _ => Why::Passed,
            };
            assert_eq!(before.why, expected, "{id} {}", before.who);
            seen.insert(before.who.clone());
        }
        *gone.entry(turn.holder.clone()).or_default() += 1;
    }
    assert!(seen.len() >= 3, "{seen:?}");
    let gongan = summary(&campaign).unwrap().departments.remove(1);
    let made = gongan.crews.unwrap();
    assert_eq!((made.count(), made.sizes), (4, [(1, 1), (2, 3)].into()));
    assert_eq!(made.left_over.iter().map(Id::as_str).collect::<Vec<_>>(), ["B9"]);
    assert_eq!(officer(&campaign, "B9").nothing, Some(Nothing::NoCrew));
    assert_eq!(officer(&campaign, "B8").nothing, Some(Nothing::Nowhere(8, [(Obstacle::Seats, 8)].into())));
    let both = [(Obstacle::Expired, 8), (Obstacle::Elsewhere, 8)];
    assert_eq!(officer(&campaign, "B6").nothing, Some(Nothing::Nowhere(8, both.into())));
    let story = officer(&campaign, "B1");
    assert_eq!((story.crew.as_deref(), story.seats.len()), (Some("甲组"), 6));
    for seat in &story.seats {
        let list = listed(&seed, "assign/gongan", &format!("{}/", seat.target), &names);
        assert_eq!((list[usize::try_from(seat.rank).unwrap() - 1], seat.of), ("甲组", 4));
    }
}

#[test]
fn crews_that_the_lots_make_leave_somebody_over() {
    let folder = tempfile::tempdir().unwrap();
    let campaign = crews("drawn").draw_in(folder.path());
    let made = summary(&campaign).unwrap().departments.remove(1).crews.unwrap();
    // B5's certificate ends, B6 works elsewhere: six of one part, three pairs of two; B6 alone makes none
    assert_eq!(made.sizes, [(2, 3)].into());
    assert_eq!(made.left_over.iter().map(Id::as_str).collect::<Vec<_>>(), ["B5", "B6"]);
    assert_eq!(officer(&campaign, "B6").nothing, Some(Nothing::NoCrew));
    assert_eq!(officer(&campaign, "B5").nothing, Some(Nothing::Expired));
}

fn because(text: &str) -> Because {
    Because { reason: Name::parse("illness").unwrap(), text: Text::parse(text).unwrap() }
}

#[test]
fn what_followed_is_told_beside_the_draw() {
    let folder = tempfile::tempdir().unwrap();
    let small = Small {
        inspectors: format!("{}B4,gongan,,*,,8,0,2020-01-01,2030-01-01,\n", support::INSPECTORS),
        ..Small::default()
    };
    let campaign = small.draw_in(folder.path());
    let files = read_folder(&campaign.public());
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    let (assignments, selected) = (text("assignments.csv"), text("selected.csv"));
    let seat: Vec<&str> =
        assignments.lines().map(|line| line.split(',').collect::<Vec<_>>()).find(|row| row[1] == "gongan").unwrap();
    let (target, out) = (seat[0], seat[3]);
    let asked = Asked { target, department: "gongan", seat: 1 };
    replace_inspector(&campaign, asked, out, because("因病"), &time("2024-10-15T08:00:00Z")).unwrap();
    let told = firm(&campaign, target);
    // the draw stays what it was
    assert!(told.team.iter().any(|seat| seat.inspector.as_str() == out));
    let after = told.after.unwrap();
    let [since] = after.changes.as_slice() else { panic!("{:?}", after.changes) };
    assert_eq!((since.serial, since.at.to_string().as_str()), (1, "2024-10-15T08:00:00Z"));
    assert_eq!((since.reason.as_str(), since.text.as_str()), ("illness", "因病"));
    let Change::Inspector { replacement: Some(comes), .. } = since.change.clone() else { panic!("{:?}", since.change) };
    let holder = after.seats.iter().find(|(_, seat)| seat.department.as_str() == "gongan").unwrap();
    assert_eq!((holder.1.inspector.as_ref(), holder.1.number), (Some(&comes), 1));
    for (id, goes_there) in [(out, false), (comes.as_str(), true)] {
        let after = officer(&campaign, id).after.unwrap();
        assert_eq!(after.changes.len(), 1, "{id}");
        assert_eq!(after.seats.iter().any(|(at, _)| at.as_str() == target), goes_there, "{id}");
    }
    // another firm, and another officer, have nothing to do with it
    let elsewhere = selected.lines().skip(1).map(|line| line.split(',').nth(4).unwrap()).find(|id| *id != target);
    assert!(firm(&campaign, elsewhere.unwrap()).after.unwrap().changes.is_empty());

    replace_target(&campaign, target, because("停业"), &time("2024-10-16T08:00:00Z")).unwrap();
    let after = firm(&campaign, target).after.unwrap();
    assert_eq!((after.changes.len(), after.seats.len(), after.happened.substitutions), (2, 0, 2));
    let Change::Target { replacement: Some((reserve, team)), .. } = &after.changes[1].change else { panic!("none") };
    let told = firm(&campaign, reserve.as_str());
    assert!(told.team.is_empty() && told.turns.is_empty(), "it was not drawn");
    let came = told.after.unwrap();
    assert_eq!((came.changes.len(), came.seats.len()), (1, team.len()));
    // who stepped in before is out of it again
    assert_eq!(officer(&campaign, comes.as_str()).after.unwrap().changes.len(), 2);
    assert_eq!(summary(&campaign).unwrap().happened.unwrap().substitutions, 2);

    // a chain with a hole is no news of the draw, which is told all the same
    std::fs::remove_file(campaign.public().join("substitution-1.json")).unwrap();
    let told = firm(&campaign, target);
    assert!(!told.team.is_empty());
    assert_eq!(told.after.unwrap_err().code(), Code::LaterSerial);
    assert!(summary(&campaign).unwrap().happened.is_err());
}

/// Two campaigns under two register keys, of the same people.
fn second(folder: &Path, key: &str) -> (Campaign, Campaign) {
    let id = "[registers.inspectors]\nfile = \"private/inspectors.csv\"\nid_form = \"id\"";
    let pseudonymous = || Small::default().plan(id, &id.replace("\"id\"", "\"pseudonym\""));
    let first = pseudonymous().plan("SMALL-2024-1", "SMALL-2024-0").draw_in(&folder.join("first"));
    let history = "[history]\nloads = true\n[[history.campaigns]]\npublic = \"../first/public\"\n";
    let small = pseudonymous().plan("carried = false", "carried = true");
    let small = small.plan("[seed]\n", &format!("{history}{key}\n[seed]\n"));
    // the tests' entropy would make the first campaign's key again
    let private = folder.join("second/private");
    std::fs::create_dir_all(&private).unwrap();
    std::fs::write(private.join("register.key"), format!("{}\n", "5a".repeat(32))).unwrap();
    (first, small.draw_in(&folder.join("second")))
}

#[test]
fn who_meets_again_is_counted_under_another_key_too() {
    use yaohao_office::keys::RegisterKey;
    let folder = tempfile::tempdir().unwrap();
    let (first, campaign) = second(folder.path(), "register_key = \"../first/private/register.key\"");
    let pairs = |campaign: &Campaign| -> BTreeSet<(String, String)> {
        let key = RegisterKey::load(&campaign.private()).unwrap();
        let names: BTreeMap<String, &str> = ["A1", "A2", "A3", "B1", "B2", "B3"]
            .into_iter()
            .map(|name| (key.pseudonym(name).unwrap().to_string(), name))
            .collect();
        let text = String::from_utf8(read_folder(&campaign.public())["assignments.csv"].clone()).unwrap();
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[0].to_owned(), names[cells[3]].to_owned())
        };
        text.lines().skip(1).map(row).collect()
    };
    let (earlier, now) = (pairs(&first), pairs(&campaign));
    let again: BTreeSet<_> = earlier.intersection(&now).collect();
    assert!(!again.is_empty() && again.len() < now.len(), "{again:?} of {now:?}");
    let meetings = summary(&campaign).unwrap().meetings.unwrap().unwrap();
    assert_eq!((meetings.campaigns, meetings.pairs), (1, u64::try_from(now.len()).unwrap()));
    let key = RegisterKey::load(&campaign.private()).unwrap();
    let expected: BTreeSet<(String, String)> =
        again.into_iter().map(|(target, name)| (target.clone(), key.pseudonym(name).unwrap().to_string())).collect();
    let found: BTreeSet<(String, String)> =
        meetings.again.iter().map(|(target, inspector)| (target.to_string(), inspector.to_string())).collect();
    assert_eq!(found, expected);

    // what cannot be read is said, and the rest is told
    std::fs::remove_file(first.public().join("assignments.csv")).unwrap();
    let told = summary(&campaign).unwrap();
    assert_eq!(told.meetings.unwrap().unwrap_err()[0].code(), Code::HistoryRecord);
    assert!(!told.departments.is_empty());
}

/// The lottery asks whether somebody may sit; people ask why not. Both must say the same of everybody and every seat.
#[test]
fn no_obstacle_is_what_the_lottery_calls_able() {
    let (campaign, _folder, _) = tried(&people(), 1);
    let frozen = campaign.look(&time("2024-10-14T08:00:00Z")).unwrap_or_else(|refused| panic!("{:?}", refused.faults));
    let announcement = &frozen.announcement;
    let visitor = announcement.inspectors_visitor().unwrap();
    let mut blocks = frozen.open("inspectors.csv").unwrap();
    let (_, inspectors) = scan(&announcement.inspectors_schema(), u64::MAX, blocks.as_mut(), visitor).unwrap();
    let group = |leader, qualifications: &[&str], expert| Group {
        leader,
        qualifications: qualifications.iter().map(|id| Id::parse(id).unwrap()).collect(),
        expert,
    };
    let groups = [
        Group::any(),
        group(true, &[], false),
        group(false, &["weihua"], false),
        group(true, &["weihua"], false),
        group(false, &[], true),
    ];
    let regions = [None, Some("3301"), Some("3302")];
    let stations = [None, Some(("", StationMode::Own)), Some(("X", StationMode::Cross))];
    let (mut able, mut kept_off) = (0, 0);
    for one in inspectors.present.iter().filter(|one| one.capacity > 0) {
        for group in &groups {
            for (region, station) in regions.iter().flat_map(|region| stations.map(|station| (*region, station))) {
                let spot = Spot { region, station };
                let found = obstacles(announcement, one, group, &spot, false);
                assert_eq!(found.is_empty(), may_sit(announcement, one, group, &spot), "{} {found:?}", one.id);
                assert_eq!(obstacles(announcement, one, group, &spot, true).len(), found.len() + 1);
                if found.is_empty() { able += 1 } else { kept_off += 1 }
            }
        }
    }
    assert!(able > 20 && kept_off > 20, "{able} {kept_off}");
}

/// A look before anything is announced, and trial draws of it.
fn tried(small: &Small, draws: u64) -> (Campaign, tempfile::TempDir, Trials) {
    let folder = tempfile::tempdir().unwrap();
    let (campaign, _) = small.lay(folder.path());
    let frozen = campaign.look(&time("2024-10-14T08:00:00Z")).unwrap_or_else(|refused| panic!("{:?}", refused.faults));
    let trials = simulate(&frozen.announcement, &frozen, draws, false, &Silent).unwrap();
    assert_eq!((trials.draws, trials.infeasible), (draws, 0));
    (campaign, folder, trials)
}

#[test]
fn seats_that_one_officer_alone_can_fill_are_named() {
    let inspectors = "A1,yingji,weihua,3301,yes,8,0,2020-01-01,2030-01-01,,,
A2,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,,,
A3,yingji,weihua,*,,8,0,2020-01-01,2030-01-01,,,
A9,yingji,weihua,*,,0,0,2020-01-01,2030-01-01,,,
B1,gongan,,*,,8,0,2020-01-01,2030-01-01,,,
";
    let pseudonyms = "[registers.inspectors]\nfile = \"private/inspectors.csv\"\nid_form = \"id\"";
    let small = Small { inspectors: HEAD.to_owned() + inspectors, ..eight() };
    let small = Small { targets: small.targets.replace("F8,A,guandao,3301", "F8,A,guandao,3309"), ..small }
        .plan(pseudonyms, &pseudonyms.replace("\"id\"", "\"pseudonym\""));
    let (campaign, _folder, trials) = tried(&small, 40);
    let yingji = &trials.departments[0];
    let plan = campaign.plan().unwrap();
    let of = names(&campaign, &plan, &yingji.loads.keys().cloned().collect()).unwrap();
    let name = |id: &str| of[&Id::parse(id).unwrap()].0.clone();
    // at F8 A2 alone may lead, and beside that A3 alone may sit: whatever the lots
    let found: Vec<_> = yingji
        .lone
        .iter()
        .map(|(seat, times)| {
            let Group { leader, qualifications, expert } = &seat.group;
            let kind = (*leader, qualifications.len(), *expert);
            (seat.target.to_string(), seat.region.clone(), seat.number, kind, name(&seat.who), *times)
        })
        .collect();
    let at_f8 =
        |number, kind, who: &str| ("F8".to_owned(), Some("3309".to_owned()), Some(number), kind, who.to_owned(), 40);
    assert_eq!(found, [at_f8(1, (true, 0, false), "A2"), at_f8(2, (false, 1, false), "A3")]);
    assert_eq!(yingji.one_possible, 80);
    assert_eq!(yingji.never().map(|id| name(id.as_str())).collect::<Vec<_>>(), ["A9"]);
    // sixteen seats on three
    assert_eq!((yingji.least, yingji.most, yingji.widest), (0, 6, 6));
    assert!(yingji.crews.is_none() && trials.departments[1].lone.is_empty());
}

#[test]
fn crews_of_trial_draws() {
    let (_campaign, _folder, trials) = tried(&crews("given"), 20);
    let of = |trials: &Trials| {
        let crews = trials.departments[1].crews.as_ref().unwrap();
        let left: Vec<(String, u64)> = crews.left_over.iter().map(|(id, times)| (id.to_string(), *times)).collect();
        (crews.sizes.clone(), left)
    };
    assert_eq!(of(&trials), ([(1, 1), (2, 3)].into(), vec![("B9".to_owned(), 20)]));
    // of five who can be paired one is left over, by lot
    let drawn = crews("drawn");
    let drawn = Small { inspectors: drawn.inspectors.replace("B9,gongan,,*,,8", "B9,gongan,,*,,0"), ..drawn };
    let (_campaign, _folder, trials) = tried(&drawn, 40);
    let (sizes, left) = of(&trials);
    assert_eq!(sizes, [(2, 2)].into());
    let always: Vec<&str> = left.iter().filter(|(_, times)| *times == 40).map(|(id, _)| id.as_str()).collect();
    assert_eq!(always, ["B5", "B6", "B9"]);
    let by_lot: Vec<&(String, u64)> = left.iter().filter(|(_, times)| *times < 40).collect();
    assert_eq!(by_lot.iter().map(|(_, times)| times).sum::<u64>(), 40);
    assert!(by_lot.len() >= 4, "{by_lot:?}");
    // a seat of a crew is nobody's own
    let (_campaign, _folder, trials) = tried(&crews("given"), 5);
    assert!(trials.departments[1].lone.keys().all(|seat| seat.number.is_none()));
}
