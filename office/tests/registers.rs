//! Registers put together from several tables, lists beside them, and earlier campaigns: what comes out, and what is
//! refused side by side.
#![allow(missing_docs, reason = "a test is no library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::path::Path;
use support::{Small, time};
use yaohao::fault::{Code, Fault};
use yaohao_office::freeze::{Frozen, Refused};

const ONE: &str = "file = \"private/targets.csv\"\nid_form = \"id\"";
const TWO: &str = r#"id_form = "id"
sources = [{ file = "private/yingji.csv" }, { file = "private/gongan.csv" }]"#;

const YINGJI: &str = "id,class,items,region,status\nF1,A,yanhua,3301,\nF2,D,yanhua,3301,\nF3,B,yanhua,3302,\n";
const GONGAN: &str = "id,class,items,region,status\nF2,D,guandao,3301,\nF4,C,guandao;yanhua,3302,\n";

/// Lays files into a campaign and looks at it.
fn look(small: &Small, files: &[(&str, &str)]) -> Result<Frozen, Refused> {
    let folder = tempfile::tempdir().unwrap();
    look_in(folder.path(), small, files)
}

fn look_in(folder: &Path, small: &Small, files: &[(&str, &str)]) -> Result<Frozen, Refused> {
    let (campaign, _) = small.lay(folder);
    for (name, text) in files {
        std::fs::write(folder.join("private").join(name), text).unwrap();
    }
    campaign.look(&time("2024-10-14T08:00:00Z"))
}

/// The small campaign with two tables of targets and other lines in its register.
fn two(extra: &str) -> Small {
    let mut small = Small::default().plan(ONE, &format!("{TWO}\n{extra}"));
    small.recusals = "target,inspector,category\n".to_owned();
    small
}

fn both() -> [(&'static str, &'static str); 2] {
    [("yingji.csv", YINGJI), ("gongan.csv", GONGAN)]
}

fn targets(frozen: &Frozen) -> Vec<&str> {
    frozen.files()[0].1.lines().collect()
}

type Where = (Code, Option<String>, Option<u64>);

fn faults(refused: &Refused) -> Vec<Where> {
    let place = |fault: &Fault| (fault.code(), fault.place().0.map(str::to_owned), fault.place().1);
    refused.faults.iter().map(place).collect()
}

fn at(code: Code, file: &str, row: u64) -> Where {
    (code, Some(file.to_owned()), Some(row))
}

#[test]
fn the_same_firm_in_two_tables_is_one_target_with_the_items_of_both() {
    let frozen = look(&two(""), &both()).unwrap();
    let expected = [
        "id,class,items,region,excluded",
        "F1,A,yanhua,3301,",
        "F2,D,guandao;yanhua,3301,",
        "F3,B,yanhua,3302,",
        "F4,C,guandao;yanhua,3302,",
    ];
    assert_eq!(targets(&frozen), expected);
    let [targets, ..] = frozen.intakes.as_ref();
    assert_eq!((targets.read, targets.joined, targets.len()), (5, 1, 4));
    // the order of tables in the plan changes nothing
    let other = two("")
        .plan(TWO, &TWO.replace("yingji.csv", "x").replace("gongan.csv", "yingji.csv").replace('x', "gongan.csv"));
    assert_eq!(self::targets(&look(&other, &both()).unwrap()), expected);
}

#[test]
fn a_contradiction_is_shown_side_by_side_and_refused() {
    let gongan = GONGAN.replace("F2,D", "F2,A");
    let refused = look(&two(""), &[("yingji.csv", YINGJI), ("gongan.csv", &gongan)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeConflict, "private/gongan.csv", 2)]);
    let text = refused.faults[0].to_string();
    for part in ["F2", "D in private/yingji.csv:3", "A in private/gongan.csv:2", "class"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(refused.intakes.is_some(), "what was read is told all the same");
}

#[test]
fn or_settled_as_the_plan_says() {
    let gongan = GONGAN.replace("F2,D", "F2,A");
    let files = [("yingji.csv", YINGJI), ("gongan.csv", gongan.as_str())];
    for (rule, class) in [("\"first\"", "D"), ("[\"D\", \"C\", \"B\", \"A\"]", "D"), ("[\"A\", \"D\"]", "A")] {
        let frozen = look(&two(&format!("conflicts = {{ class = {rule} }}")), &files).unwrap();
        assert!(targets(&frozen)[2].starts_with(&format!("F2,{class},")), "{rule}");
    }
    for rule in ["\"refuse\"", "[\"X\"]", "\"largest\""] {
        let refused = look(&two(&format!("conflicts = {{ class = {rule} }}")), &files).unwrap_err();
        assert_eq!(faults(&refused), [at(Code::IntakeConflict, "private/gongan.csv", 2)], "{rule}");
    }
    // numbers, where they are numbers
    let small = two("conflicts = { region = \"largest\" }");
    let gongan = GONGAN.replace("3301", "3309");
    let frozen = look(&small, &[("yingji.csv", YINGJI), ("gongan.csv", &gongan)]).unwrap();
    assert_eq!(targets(&frozen)[2], "F2,D,guandao;yanhua,3309,");
    let small = two("conflicts = { region = \"smallest\" }");
    let frozen = look(&small, &[("yingji.csv", YINGJI), ("gongan.csv", &gongan)]).unwrap();
    assert_eq!(targets(&frozen)[2], "F2,D,guandao;yanhua,3301,");
}

#[test]
fn one_table_excludes_and_the_other_does_not() {
    let exclude = "exclude = [{ column = \"status\", values = [\"gone\"], reason = \"gone\" }]\n";
    let gongan = GONGAN.replace("F2,D,guandao,3301,", "F2,D,guandao,3301,gone");
    let files = [("yingji.csv", YINGJI), ("gongan.csv", gongan.as_str())];
    let refused = look(&two(exclude), &files).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeConflict, "private/yingji.csv", 3)]);
    let any = format!("conflicts = {{ excluded = \"any\" }}\n{exclude}");
    let frozen = look(&two(&any), &files).unwrap();
    assert_eq!(targets(&frozen)[2], "F2,D,guandao;yanhua,3301,gone");
    assert_eq!(frozen.announcement.targets.excluded.0.get("gone"), Some(&1));
}

#[test]
fn what_one_table_lacks_another_has_or_the_plan() {
    // a column that only one table has: enough for the firms of that table
    let gongan = "id,class,items\nF2,D,guandao\n";
    let frozen = look(&two(""), &[("yingji.csv", YINGJI), ("gongan.csv", gongan)]).unwrap();
    assert_eq!(targets(&frozen)[2], "F2,D,guandao;yanhua,3301,");
    let gongan = "id,class,items\nF2,D,guandao\nF9,C,guandao\n";
    let refused = look(&two(""), &[("yingji.csv", YINGJI), ("gongan.csv", gongan)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeAbsent, "private/gongan.csv", 3)]);
    let defaults = TWO.replace("\"private/gongan.csv\"", "\"private/gongan.csv\", defaults = { region = \"3309\" }");
    let small = two("").plan(TWO, &defaults);
    // a value for the whole table counts like a cell: it may contradict
    let refused = look(&small, &[("yingji.csv", YINGJI), ("gongan.csv", gongan)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeConflict, "private/gongan.csv", 2)]);
    let frozen = look(&small, &[("yingji.csv", YINGJI), ("gongan.csv", "id,class,items\nF9,C,guandao\n")]).unwrap();
    assert_eq!(targets(&frozen)[4], "F9,C,guandao,3309,");
    // a column that no table has is named with its names
    let none = "id,class,items\nF1,A,yanhua\n";
    let refused = look(&two(""), &[("yingji.csv", none), ("gongan.csv", none)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeHeader, "private/yingji.csv", 1)]);
}

#[test]
fn twice_in_one_table_is_no_joining() {
    let yingji = format!("{YINGJI}F1,A,yanhua,3301,\n");
    let refused = look(&two(""), &[("yingji.csv", &yingji), ("gongan.csv", GONGAN)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeDuplicate, "private/yingji.csv", 5)]);
    assert!(refused.faults[0].to_string().contains("private/yingji.csv, row 2"), "{}", refused.faults[0]);
    let frozen = look(&two("on_bad_row = \"set-aside\""), &[("yingji.csv", &yingji), ("gongan.csv", GONGAN)]).unwrap();
    assert_eq!(frozen.announcement.targets.set_aside.0.get("duplicate"), Some(&1));
    assert_eq!(targets(&frozen).len(), 5);
}

#[test]
fn an_officer_belongs_to_one_department() {
    let header = "id,department,qualifications,regions,lead,capacity,carried,from,to,status\n";
    let a = format!("{header}X1,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,\n");
    let b = format!("{header}X2,gongan,,*,,8,0,2020-01-01,2030-01-01,\nX1,gongan,,*,,8,0,2020-01-01,2030-01-01,\n");
    let mut small = Small::default().plan(
        "file = \"private/inspectors.csv\"\n",
        "sources = [{ file = \"private/a.csv\" }, { file = \"private/b.csv\" }]\n",
    );
    small.recusals = "target,inspector,category\n".to_owned();
    let refused = look(&small, &[("a.csv", &a), ("b.csv", &b)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeOfficerTwice, "private/b.csv", 3)]);
    let text = refused.faults[0].to_string();
    for part in ["X1", "gongan", "private/a.csv, row 2", "yingji"] {
        assert!(text.contains(part), "{text}");
    }
    let same = b.replace("X1,gongan", "X1,yingji");
    let refused = look(&small, &[("a.csv", &a), ("b.csv", &same)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeDuplicate, "private/b.csv", 3)]);
}

#[test]
fn one_firm_under_two_codes_is_reported_or_refused() {
    let targets = "id,name,class,items,region\n\
        469028600033763,琼海某某烟花有限公司,A,yanhua,3301\n\
        91330106YH0000018H,琼海某某烟花有限公司,A,yanhua,3301\n\
        92330481YH7Q2KXA32,另一家有限公司,B,yanhua,3301\n";
    let mut small =
        Small::default().plan(ONE, "file = \"private/targets.csv\"\nid_form = \"credit-code\"\nwithheld = [\"name\"]");
    small.recusals = "target,inspector,category\n".to_owned();
    let frozen = look(&small, &[("targets.csv", targets)]).unwrap();
    let notes: Vec<&Fault> = frozen.intakes[0].notes.iter().collect();
    assert_eq!(notes.len(), 1);
    assert_eq!((notes[0].code(), notes[0].place().1), (Code::IntakeTwin, Some(3)));
    let text = notes[0].to_string();
    assert!(text.contains("469028600033763") && text.contains("row 2"), "{text}");
    let strict = small.plan("withheld = [\"name\"]", "withheld = [\"name\"]\nunique = [\"name\"]");
    let refused = look(&strict, &[("targets.csv", targets)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeUnique, "private/targets.csv", 3)]);
}

#[test]
fn lists_exempt_and_mark() {
    let lists = r#"
[[registers.targets.lists]]
file = "private/exempt.csv"
reason = "exempt"
[[registers.targets.lists]]
file = "private/black.csv"
mark = "black"
[[registers.targets.lists]]
file = "private/red.csv"
mark = "red"
"#;
    let strata = r#"[[strata]]
name = "black"
rule = { has-any = ["lists", ["black"]] }
method = "order"
size = { all = true }
reserves = 0
[[strata]]
name = "rest"
rule = { and = [] }
method = "equal"
size = { rate = 5000, rounding = "up" }
reserves = 0
"#;
    let files = [
        ("yingji.csv", YINGJI),
        ("gongan.csv", GONGAN),
        ("exempt.csv", "id\nF3\n"),
        ("black.csv", "说明,编号\n\nid,备注\nF1,\nF4,\nF9,外地\n"),
        ("red.csv", "id\nF1\n"),
    ];
    let frozen = look(&two(lists).strata(strata), &files).unwrap();
    let found = targets(&frozen);
    assert_eq!(found[0], "id,items,lists,region,excluded");
    assert_eq!(found[1], "F1,yanhua,black;red,3301,");
    assert_eq!(found[2], "F2,guandao;yanhua,,3301,");
    assert_eq!(found[3], "F3,yanhua,,3302,exempt");
    assert_eq!(found[4], "F4,guandao;yanhua,black,3302,");
    assert_eq!(frozen.announcement.targets.excluded.0.get("exempt"), Some(&1));
    let sizes: Vec<u64> = frozen.announcement.strata.iter().map(|stratum| stratum.cells[0].population).collect();
    assert_eq!(sizes, [2, 1]);
    // an id that is nowhere is no silence
    let notes = &frozen.intakes[0].notes;
    assert_eq!((notes.len(), notes[0].code()), (1, Code::IntakeListUnknown));
    assert!(notes[0].to_string().contains("F9"), "{}", notes[0]);
    // a mark that nothing looks at, and a list that is no list
    let refused = look(&two(lists), &files).unwrap_err();
    assert_eq!(refused.faults[0].code(), Code::PlanMark);
    let mut broken = files;
    broken[2] = ("exempt.csv", "id\nF3\n企业三\n");
    let refused = look(&two(lists).strata(strata), &broken).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IdForm, "private/exempt.csv", 3)]);
}

#[test]
fn recusals_of_two_departments_say_a_pair_once() {
    let mut small = Small::default().plan(
        "file = \"private/recusals.csv\"\n",
        "sources = [{ file = \"private/a.csv\" }, { file = \"private/b.csv\" }]\nvalues = { category = { \"亲属\" = \"kinship\" } }\n",
    );
    small.recusals = String::new();
    let a = "target,inspector,category\nF2,B1,亲属\n";
    let b = "target,inspector,category\nF2,B1,kinship\nF7,A1,rotation\n";
    let frozen = look(&small, &[("a.csv", a), ("b.csv", b)]).unwrap();
    assert_eq!(frozen.files()[2].1, "target,inspector,category\nF2,B1,kinship\nF7,A1,rotation\n");
    assert_eq!((frozen.intakes[2].read, frozen.intakes[2].joined), (3, 1));
    let twice = "target,inspector,category\nF2,B1,kinship\nF2,B1,rotation\n";
    let refused = look(&small, &[("a.csv", twice), ("b.csv", b)]).unwrap_err();
    assert_eq!(faults(&refused), [at(Code::IntakeDuplicate, "private/a.csv", 3)]);
}

/// Earlier campaigns of the same registers: a draw of October 2024, as their published files tell it.
mod earlier {
    use super::*;
    use yaohao::record::Record;
    use yaohao::statement::Statement;

    const HISTORY: &str = r#"
[history]
RULES
[[history.campaigns]]
public = "before/public"
LEVEL

[team]"#;

    fn with(rules: &str, level: &str) -> Small {
        let history = HISTORY.replace("RULES", rules).replace("LEVEL", level);
        let small = Small::default().plan("[team]", &history).plan("SMALL-2024-1", "SMALL-2025-1");
        small
            .plan("2024-11-01", "2024-12-01")
            .plan("2024-11-30", "2024-12-31")
            .plan("round = 12040883", "round = 13040883")
    }

    /// Looks at a campaign beside the one of October 2024, at some later time.
    fn look_at(small: &Small, now: &str) -> (Result<Frozen, Refused>, Vec<String>, String) {
        let folder = tempfile::tempdir().unwrap();
        let before = folder.path().join("before");
        let campaign = Small::default().draw_in(&before);
        let public = support::read_folder(&campaign.public());
        let selected = String::from_utf8(public["selected.csv"].clone()).unwrap();
        let drawn = selected.lines().filter(|line| line.contains(",drawn,"));
        let mut drawn: Vec<String> = drawn.map(|line| line.split(',').nth(4).unwrap().to_owned()).collect();
        drawn.sort();
        let record = Statement::<Record>::parse(&public["record.json"]).unwrap().digest().to_string();
        let (campaign, _) = small.lay(folder.path());
        (campaign.look(&time(now)), drawn, record)
    }

    fn excluded(frozen: &Frozen, reason: &str) -> Vec<String> {
        let rows = targets(frozen);
        let rows = rows.iter().filter(|row| row.ends_with(&format!(",{reason}")));
        rows.map(|row| row.split(',').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn who_was_drawn_lately_is_left_in_peace() {
        let small = with("drawn_within_months = 6", "");
        let (frozen, drawn, record) = look_at(&small, "2025-04-14T17:14:59Z");
        let frozen = frozen.unwrap();
        assert_eq!(drawn, ["F3", "F4", "F6", "F7"]);
        assert_eq!(excluded(&frozen, "drawn-recently"), drawn);
        let history = frozen.announcement.history.as_ref().unwrap();
        assert_eq!((history.campaigns.len(), history.campaigns[0].record.to_string()), (1, record));
        assert_eq!(frozen.announcement.targets.excluded.0.get("drawn-recently"), Some(&4));
        // six months after 2024-10-14T17:15:00Z to the second it is over
        let (frozen, _, _) = look_at(&small, "2025-04-14T17:15:00Z");
        assert!(excluded(&frozen.unwrap(), "drawn-recently").is_empty());
    }

    #[test]
    fn a_year_has_its_cap_and_levels_do_not_repeat_each_other() {
        let (frozen, drawn, _) = look_at(&with("yearly_cap = 1", ""), "2024-11-14T08:00:00Z");
        assert_eq!(excluded(&frozen.unwrap(), "yearly-cap"), drawn);
        let (frozen, _, _) = look_at(&with("yearly_cap = 2", ""), "2024-11-14T08:00:00Z");
        assert!(excluded(&frozen.unwrap(), "yearly-cap").is_empty());
        let next_year = with("yearly_cap = 1", "").plan("2024-12-01", "2025-01-01").plan("2024-12-31", "2025-01-31");
        let (frozen, _, _) = look_at(&next_year, "2024-11-14T08:00:00Z");
        assert!(excluded(&frozen.unwrap(), "yearly-cap").is_empty());
        let city = with("level = \"city\"\nother_levels = true", "level = \"province\"");
        let (frozen, drawn, _) = look_at(&city, "2024-11-14T08:00:00Z");
        let frozen = frozen.unwrap();
        assert_eq!(excluded(&frozen, "other-level"), drawn);
        assert!(frozen.past.notes.is_empty());
        // its own level repeats nobody, and a province that comes after a county hears of it
        let same = with("level = \"city\"\nother_levels = true", "level = \"city\"");
        let (frozen, _, _) = look_at(&same, "2024-11-14T08:00:00Z");
        assert!(excluded(&frozen.unwrap(), "other-level").is_empty());
        let late = with("level = \"province\"\nother_levels = true", "level = \"county\"");
        let (frozen, _, _) = look_at(&late, "2024-11-14T08:00:00Z");
        assert_eq!(frozen.unwrap().past.notes[0].code(), Code::HistoryOrder);
    }

    #[test]
    fn the_first_reason_counts() {
        let rules = "yearly_cap = 1\ndrawn_within_months = 12\nlevel = \"city\"\nother_levels = true";
        let mut small = with(rules, "level = \"province\"");
        let exclude = "exclude = [{ column = \"status\", values = [\"gone\"], reason = \"empty\" }]";
        small = small.plan(ONE, &format!("{ONE}\n{exclude}"));
        small.targets = small.targets.replace("3302,30,", "3302,30,gone");
        let (frozen, drawn, _) = look_at(&small, "2024-11-14T08:00:00Z");
        let frozen = frozen.unwrap();
        assert_eq!(excluded(&frozen, "empty"), ["F3"], "{:?}", targets(&frozen));
        assert_eq!(
            excluded(&frozen, "other-level"),
            drawn.iter().filter(|id| *id != "F3").cloned().collect::<Vec<_>>()
        );
    }

    #[test]
    fn files_that_do_not_belong_together_are_refused() {
        let right = "0".repeat(64);
        let wrong = with("yearly_cap = 1", &format!("record = \"{right}\""));
        let (refused, _, record) = look_at(&wrong, "2024-11-14T08:00:00Z");
        assert_eq!(refused.unwrap_err().faults[0].code(), Code::HistoryRecord);
        let pinned = with("yearly_cap = 1", &format!("record = \"{record}\""));
        assert!(look_at(&pinned, "2024-11-14T08:00:00Z").0.is_ok());
        // an edited list of the drawn, to spare a friend or to burden an enemy
        let folder = tempfile::tempdir().unwrap();
        let before = Small::default().draw_in(&folder.path().join("before"));
        let (campaign, _) = with("yearly_cap = 1", "").lay(folder.path());
        let path = before.public().join("selected.csv");
        let text = std::fs::read_to_string(&path).unwrap();
        for bad in [text.replace("F6", "F1"), text.replace(",drawn,", ",reserve,"), String::new()] {
            std::fs::write(&path, bad).unwrap();
            let refused = campaign.look(&time("2024-11-14T08:00:00Z")).unwrap_err();
            assert_eq!(refused.faults[0].code(), Code::HistoryRecord);
        }
        std::fs::write(&path, &text).unwrap();
        assert!(campaign.look(&time("2024-11-14T08:00:00Z")).is_ok());
        std::fs::remove_file(before.public().join("record.json")).unwrap();
        let refused = campaign.look(&time("2024-11-14T08:00:00Z")).unwrap_err();
        assert_eq!(refused.faults[0].code(), Code::HistoryRecord);
        // pseudonyms are new each time
        let blind = with("yearly_cap = 1", "").plan(ONE, "file = \"private/targets.csv\"\nid_form = \"pseudonym\"");
        assert_eq!(look_at(&blind, "2024-11-14T08:00:00Z").0.unwrap_err().faults[0].code(), Code::HistoryPseudonym);
    }
}

/// Whatever is in a plan's registers, what does not make sense is said, with its place in the plan.
#[test]
fn plans_that_contradict_themselves() {
    for (from, to, says) in [
        (ONE, "id_form = \"id\"", "file is missing"),
        (ONE, "file = \"a\"\nid_form = \"id\"\nsources = [{ file = \"b\" }]", "not both"),
        (ONE, "file = \"a\"\ndatabase = \"postgres://x\"\nid_form = \"id\"", "either file, or database and query"),
        (ONE, "file = \"a\"\nid_form = \"id\"\nsurprise = 1", "surprise"),
        (ONE, "id_form = \"id\"\nsources = [{ file = \"b\", surprise = 1 }]", "surprise"),
        (ONE, "id_form = \"id\"\nsources = [{ file = \"b\" }, { file = \"b\" }]", "stands twice"),
        (ONE, "file = \"a\"\nid_form = \"id\"\nconflicts = { class = \"best\" }", "best"),
        (ONE, "file = \"a\"\nid_form = \"id\"\nlists = [{ file = \"b\" }]", "either reason"),
        (ONE, "file = \"a\"\nid_form = \"id\"\nlists = [{ file = \"b\", reason = \"x\", surprise = 1 }]", "surprise"),
        (ONE, "file = \"a\"\nid_form = \"id\"\nlists = [{ file = \"b\", reason = \"yearly-cap\" }]", "kept for"),
        (ONE, "file = \"a\"", "id_form is missing"),
        ("[team]", "[history]\ncampaigns = []\n[team]", "write drawn_within_months"),
        (
            "[team]",
            "[team]\ncrews = [{ department = \"yingji\", kind = \"given\" }, { department = \"yingji\", kind = \"drawn\" }]",
            "team.crews: yingji stands twice",
        ),
        ("penalises = [", "penalises = [\"shuiwu\", ", "shuiwu is not a department of this plan"),
        ("[team]", "[history]\nyearly_cap = 1\n[team]", "name the earlier campaigns"),
        ("[team]", "[history]\nother_levels = true\ncampaigns = [{ public = \"a\" }]\n[team]", "needs level"),
        ("[team]", "[history]\nlevel = \"town\"\nyearly_cap = 1\ncampaigns = [{ public = \"a\" }]\n[team]", "town"),
    ] {
        let small = Small::default().plan(from, to);
        let fault = yaohao_office::plan::Plan::parse(&small.plan).unwrap_err();
        assert!(fault.to_string().contains(says), "{to}: {fault}");
    }
}
