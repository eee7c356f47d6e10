//! Where there is nobody, or too much is asked: a clear word in both languages, and nothing written anywhere.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PLAN: &str = r#"
spec = "yaohao/1"
number = "LIMIT-2030-1"
title = "上限（示例）"
authority = "某县应急管理局（示例）"
basis = "full-coverage"
window = { from = "2030-02-01", to = "2030-03-01" }

[[departments]]
id = "yingji"
title = "应急管理"
[[departments]]
id = "gongan"
title = "公安"

[registers.targets]
file = "private/targets.csv"
id_form = "id"
columns = { id = "id", class = "class", region = "region" }
[registers.inspectors]
file = "private/inspectors.csv"
id_form = "id"
columns = { id = "id", department = "department", qualifications = "qualifications", regions = "regions", lead = "lead", capacity = "capacity", valid_from = "from", valid_to = "to" }
[registers.recusals]
file = "private/recusals.csv"
columns = { target = "target", inspector = "inspector", category = "category" }

[[items]]
id = "yanhua"
title = "烟花爆竹经营单位"
rule = { and = [] }
penalises = []
seats = [
  { department = "yingji", count = 1, leader = true, qualifications = [] },
  { department = "yingji", count = 1, leader = false, qualifications = [] },
]

[[strata]]
name = "all"
rule = { and = [] }
method = "order"
size = { all = true }
reserves = 0

[team]
region = "region"
carried = false

[seed]
beacon = { kind = "drand", round = 66900000 }
contributors = []

[signers]
holders = ["yingji"]
threshold = 1
"#;

fn run(folder: &Path, language: &str, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yaohao"));
    let Output { status, stdout, stderr } =
        command.current_dir(folder).args(["--lang", language]).args(arguments).output().unwrap();
    let said: String = [stdout, stderr].iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    assert!(!said.contains("panicked"), "{said}");
    // lines break where the terminal ends
    (status.code().unwrap_or(-1), said.split_whitespace().collect())
}

/// Everything below a folder, folders too; the lock is no content.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
                found.insert(path, None);
            } else if !path.ends_with(".lock") {
                found.insert(path.clone(), Some(std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}

/// Firms, and officers as `lead,regions,capacity`; somebody of another department, so that the register is never empty.
fn lay(folder: &Path, plan: &str, firms: u32, officers: &[&str], recusals: &str) {
    std::fs::create_dir_all(folder.join("d/private")).unwrap();
    let mut targets = "id,class,region\n".to_owned();
    (1..=firms).for_each(|n| writeln!(targets, "F{n:05},A,3301").unwrap());
    let mut people = "id,department,qualifications,regions,lead,capacity,from,to\n".to_owned();
    people += "B1,gongan,,*,,8,2020-01-01,2040-01-01\n";
    for (officer, n) in officers.iter().zip(1..) {
        let [lead, regions, capacity] = officer.split(',').collect::<Vec<_>>()[..] else { panic!("{officer}") };
        writeln!(people, "A{n},yingji,,{regions},{lead},{capacity},2020-01-01,2040-01-01").unwrap();
    }
    let private = folder.join("d/private");
    std::fs::write(folder.join("d/plan.toml"), plan).unwrap();
    std::fs::write(private.join("targets.csv"), targets).unwrap();
    std::fs::write(private.join("inspectors.csv"), people).unwrap();
    std::fs::write(private.join("recusals.csv"), format!("target,inspector,category\n{recusals}")).unwrap();
    assert_eq!(run(folder, "en", &["key", "new", "yingji", "d", "--plain"]).0, 0);
}

/// All commands refuse, say so in both languages, and leave everything as it was.
fn refused(plan: &str, firms: u32, officers: &[&str], recusals: &str, english: &[&str], chinese: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    lay(at, plan, firms, officers, recusals);
    let before = everything(at);
    let plain = |text: &&str| text.split_whitespace().collect::<String>();
    for (language, words) in [("en", english), ("zh", chinese)] {
        for (command, code) in [("check", 1), ("announce", 1), ("simulate", 1), ("draw", 2)] {
            let (found, said) = run(at, language, &[command, "d"]);
            assert_eq!(found, code, "{command}: {said}");
            let missing = words.iter().map(plain).find(|word| command != "draw" && !said.contains(word));
            assert_eq!(missing, None, "{command}: {said}");
        }
    }
    assert!(everything(at) == before, "a refused command changed something");
}

#[test]
fn a_department_without_anybody() {
    refused(PLAN, 3, &[], "", &["assign.infeasible", "the 0 officers who may go there"], &["人手不足", "F00001"]);
}

/// Where no trial draw could be made, nobody is said to be treated as others are.
#[test]
fn draws_that_all_fail_compare_nobody() {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path(), PLAN, 3, &["yes,*,0", ",*,0", ",*,0"], "");
    let said = |language, words: &str, never: &str| {
        let (code, said) = run(folder.path(), language, &["simulate", "d", "--draws", "4"]);
        let [words, never] = [words, never].map(|text| text.split_whitespace().collect::<String>());
        assert!(code == 1 && said.contains(&words) && !said.contains(&never), "{code} {said}");
    };
    said("en", "Nothing could be compared", "treated equally");
    said("zh", "无从比较", "同等对待");
}

#[test]
fn a_department_without_capacity() {
    let spent = ["yes,*,0", ",*,0", ",*,0"];
    refused(PLAN, 3, &spent, "", &["1 of them with a capacity of 0"], &["人手不足", "其中 1 人任务上限为零"]);
}

#[test]
fn one_officer_for_teams_of_two() {
    refused(PLAN, 3, &["yes,*,9"], "", &["can fill only 1 places", "1 are missing"], &["人手不足", "F00001"]);
}

#[test]
fn everybody_recused() {
    let recusals = "F00002,A1,kinship\nF00002,A2,kinship\nF00002,A3,rotation\n";
    let officers = ["yes,*,9", "yes,*,9", ",*,9"];
    refused(PLAN, 3, &officers, recusals, &["F00002", "3 by recusal"], &["人手不足", "F00002"]);
}

#[test]
fn a_leader_who_may_go_nowhere() {
    let officers = ["yes,3302,9", ",*,9", ",*,9"];
    refused(PLAN, 3, &officers, "", &["[lead]", "2 may not lead", "1 by region"], &["人手不足", "F00001"]);
}

#[test]
fn eight_officers_for_eleven_thousand_firms() {
    let english = ["801 targets", "need 1602 officers", "can fill only 1600 places", "2 are missing"];
    refused(PLAN, 11_259, &["yes,*,200"; 8], "", &english, &["801 户检查对象", "1602 个席位", "1600 个，缺 2 个"]);
}

/// A seat entry is for no more than a hundred: said at once, with the limit.
#[test]
fn absurd_teams() {
    for count in ["101", "1000000", "1000000000000", "9223372036854775807"] {
        let plan = PLAN.replace("count = 1, leader = false", &format!("count = {count}, leader = false"));
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &plan, 3, &["yes,*,9"; 4], "");
        let before = everything(folder.path());
        for language in ["en", "zh"] {
            for command in ["check", "announce", "simulate"] {
                let (code, said) = run(folder.path(), language, &[command, "d"]);
                let limit = said.contains("100") || said.contains("2^53");
                assert!([1, 2].contains(&code) && limit, "{command} {count}: {code} {said}");
                assert!(!said.contains("assign.infeasible"), "{said}");
            }
        }
        assert!(everything(folder.path()) == before, "a refused command changed something");
    }
}

/// Trial draws leave a campaign as it is, before the announcement and after it, and are not published with it.
#[test]
fn trial_draws_write_nothing_into_the_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    lay(at, PLAN, 30, &["yes,*,20", "yes,*,20", ",*,20", ",*,20"], "F00002,A1,kinship\n");
    std::fs::create_dir(at.join("d/public")).unwrap();
    for announced in [false, true] {
        if announced {
            assert_eq!(run(at, "en", &["announce", "d"]).0, 0);
        }
        let before = everything(at);
        assert_eq!(run(at, "en", &["simulate", "d", "--draws", "30"]).0, 0);
        for path in ["d/public/pairs.csv", "d/private/../public/pairs.csv", "d/public/../public/./heat.svg"] {
            for option in ["--pairs", "--heat-map"] {
                let (code, said) = run(at, "en", &["simulate", "d", "--draws", "3", option, path]);
                assert!(code == 1 && said.contains("simulate.public"), "{code} {said}");
                let (_, said) = run(at, "zh", &["simulate", "d", "--draws", "3", option, path]);
                assert!(said.contains("公示"), "{said}");
            }
        }
        let (code, said) = run(&at.join("d/public"), "en", &["simulate", "..", "--draws", "3", "--pairs", "pairs.csv"]);
        assert!(code == 1 && said.contains("simulate.public"), "{code} {said}");
        assert!(everything(at) == before, "trial draws changed the campaign");
        let aside = ["simulate", "d", "--draws", "3", "--pairs", "pairs.csv"];
        assert_eq!(run(at, "en", &aside).0, 0);
        std::fs::remove_file(at.join("pairs.csv")).unwrap();
        assert!(everything(at) == before, "trial draws changed the campaign");
    }
}
