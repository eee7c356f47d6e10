//! The year's plan, as an office makes it of its table, and the campaigns that carry it out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::path::Path;
use support::{copy, must, program, yaohao};

const TABLE: &str = "某县2098年度双随机抽查计划,,,,,,,\n\
    序号,抽查事项,牵头部门,联合部门,批次,月份,比例,依据\n\
    10,非煤矿山,公安,,1,10月,,矿山安全法\n\
    9,烟花爆竹经营单位,应急管理,公安,2,3-5月,50%,烟花爆竹安全管理条例\n\
    ,烟花爆竹仓库,,,,,,同上\n";

const CAMPAIGN: &str = r#"
spec = "yaohao/1"
number = "ZJ-2098-1"
title = "烟花爆竹抽查"
authority = "某县应急管理局"
basis = "random"
window = { from = "2098-03-01", to = "2098-04-30" }
[year_plan]
file = "../plans/plan-1.json"
line = "9"
batch = 1
[[departments]]
id = "yingji"
title = "应急管理"
[[departments]]
id = "gongan"
title = "公安"
[registers.targets]
file = "private/targets.csv"
id_form = "id"
[registers.inspectors]
file = "private/inspectors.csv"
id_form = "id"
[registers.recusals]
file = "private/recusals.csv"
[[items]]
id = "9-1"
title = "烟花爆竹经营单位"
rule = { has-any = ["items", ["yanhua"]] }
penalises = []
seats = [
  { department = "yingji", count = 1, leader = true, qualifications = [] },
  { department = "gongan", count = 1, leader = false, qualifications = [] },
]
[[strata]]
name = "all"
rule = { and = [] }
method = "equal"
size = { count = 2 }
reserves = 0
[team]
carried = false
[seed]
beacon = { kind = "drand", at = "2098-01-01T00:00:00Z" }
[signers]
holders = ["yingji"]
threshold = 1
"#;

/// A campaign's folder beside the plans, with the office's keys.
fn campaign(at: &Path, name: &str, changes: &[(&str, &str)]) {
    let folder = at.join("site").join(name);
    std::fs::create_dir_all(folder.join("private")).unwrap();
    copy(&at.join("office/private/keys"), &folder.join("private/keys"));
    let mut plan = CAMPAIGN.to_owned();
    for (from, to) in changes {
        assert!(plan.contains(from), "no {from}");
        plan = plan.replace(from, to);
    }
    std::fs::write(folder.join("plan.toml"), plan).unwrap();
    for (name, text) in [
        ("targets", "id,items\nF1,yanhua\nF2,yanhua\nF3,yanhua\n"),
        (
            "inspectors",
            "id,department,qualifications,lead,capacity,valid_from,valid_to\n\
             A1,yingji,,yes,9,2020-01-01,9999-09-09\nB1,gongan,,,9,2020-01-01,9999-09-09\n",
        ),
        ("recusals", "target,inspector,category\n"),
    ] {
        std::fs::write(folder.join(format!("private/{name}.csv")), text).unwrap();
    }
}

#[track_caller]
fn refuses(at: &Path, arguments: &[&str], exit: i32, code: &str) -> String {
    let output = yaohao(at, arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(exit) && said.contains(&format!("[{code}]")), "{arguments:?}\n{said}");
    said
}

/// Every line fits a plain terminal; a Chinese character is two columns wide.
#[track_caller]
fn narrow(text: &str) {
    for line in text.lines() {
        let width: usize = line.chars().map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum();
        assert!(width <= 80, "{width} columns: {line}");
    }
}

const MAKE: [&str; 18] = [
    "--number",
    "ZJ-2098",
    "--year",
    "2098",
    "--authority",
    "某县",
    "--prefix",
    "ZJ-2098",
    "--signer",
    "yingji",
    "--keys",
    "office/private/keys",
    "--department",
    "yingji=应急管理",
    "--department",
    "gongan=公安",
    "--out",
    "site/plans/plan-1.json",
];

fn make(table: &'static str) -> Vec<&'static str> {
    ["plan", "make", table].into_iter().chain(MAKE).collect()
}

#[test]
fn from_a_table_to_announcements() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::create_dir_all(at.join("site/plans")).unwrap();
    std::fs::write(at.join("table.csv"), TABLE).unwrap();
    must(at, &["key", "new", "yingji", "office", "--plain"]);

    // refusals of a table come with their place, and nothing is written
    must(at, &["plan", "new", "empty.xlsx"]);
    refuses(at, &["plan", "new", "empty.xlsx"], 1, "year.exists");
    refuses(at, &make("empty.xlsx"), 2, "intake.empty");
    std::fs::write(at.join("bad.csv"), TABLE.replace("50%", "0.5").replace("公安,2", "税务,2")).unwrap();
    let said = refuses(at, &make("bad.csv"), 1, "year.unknown");
    assert!(said.contains("bad.csv, row 4, column 联合部门"), "{said}");
    let unsigned: Vec<&str> =
        make("table.csv").into_iter().map(|word| if word == "office/private/keys" { "site" } else { word }).collect();
    refuses(at, &unsigned, 2, "key.missing");
    assert!(!at.join("site/plans/plan-1.json").exists());

    narrow(&must(at, &make("table.csv")));
    refuses(at, &make("table.csv"), 1, "year.exists");
    for language in ["en", "zh"] {
        let show = ["--lang", language, "plan", "show", "site/plans/plan-1.json"];
        let output = std::process::Command::new(program()).current_dir(at).args(show).output().unwrap();
        assert!(output.status.success());
        narrow(&String::from_utf8_lossy(&output.stdout));
    }
    let shown = must(at, &["plan", "show", "site/plans/plan-1.json"]);
    assert!(shown.find("  9: ").unwrap() < shown.find("  10: ").unwrap(), "lines in their own order:\n{shown}");
    for text in ["9-2 烟花爆竹仓库", "months 3-5; campaigns: 2; random; at least 50%;", "10: month 10;"] {
        assert!(shown.contains(text), "{text}:\n{shown}");
    }

    // what a campaign must not say otherwise than its line
    for (from, to, code) in [
        ("line = \"9\"", "line = \"8\"", "year.line"),
        ("batch = 1", "batch = 3", "year.batch"),
        ("2098-04-30", "2098-06-01", "year.months"),
        ("number = \"ZJ-2098-1\"", "number = \"ZJ-2098-01\"", "year.number"),
        ("\"yingji\", count = 1", "\"gongan\", count = 1", "year.lead"),
        ("line = \"9\"", "line = \"10\"", "year.months"),
        ("plans/plan-1", "plans/plan-9", "file.missing"),
    ] {
        campaign(at, "2098-1", &[(from, to)]);
        refuses(at, &["check", "site/2098-1"], 2, code);
    }
    let stranger = "{ department = \"zonghe\", count = 1, leader = false, qualifications = [] },\n]";
    let zonghe = "[[departments]]\nid = \"zonghe\"\ntitle = \"综合执法\"\n[registers.targets]";
    campaign(at, "2098-1", &[("},\n]", &format!("}},\n{stranger}")), ("[registers.targets]", zonghe)]);
    refuses(at, &["check", "site/2098-1"], 2, "year.department");

    // what is only worth a look, and a gap, which is none in announce
    campaign(
        at,
        "2098-1",
        &[
            ("count = 2 }", "count = 1 }"),
            ("title = \"烟花爆竹经营单位\"", "title = \"加油站\""),
            ("\"9-1\"", "\"x\""),
            ("ZJ-2098-1", "ZJ-2098-2"),
        ],
    );
    let said = must(at, &["check", "site/2098-1"]);
    for code in ["[year.rate]", "[year.item]", "[year.gap]"] {
        assert!(said.contains(code), "{code}:\n{said}");
    }
    let said = refuses(at, &["announce", "site/2098-1"], 2, "year.gap");
    assert!(said.contains("\"ZJ-2098-1\""), "{said}");
    campaign(at, "2098-1", &[]);
    must(at, &["announce", "site/2098-1"]);
    let announced =
        |name: &str| std::fs::read_to_string(at.join("site").join(name).join("public/announcement.json")).unwrap();
    assert!(announced("2098-1").contains("\"plan\":{\"batch\":1,\"line\":\"9\",\"plan\":\""));
    must(at, &["check", "site/2098-1"]);

    // the plan is amended: the campaign after it names the new issue
    let amend = [
        "plan",
        "amend",
        "site/plans/plan-1.json",
        "table.csv",
        "--reason",
        "new-task",
        "--text",
        "增加一次",
        "--keys",
        "office/private/keys",
        "--out",
        "site/plans/plan-2.json",
    ];
    refuses(at, &amend, 1, "year.unchanged");
    std::fs::write(
        at.join("table.csv"),
        TABLE.replace("公安,2,", "公安,3,").replace("10,非煤矿山,公安", "11,加油站,公安"),
    )
    .unwrap();
    let said = must(at, &amend);
    for text in ["Added: line 11", "WITHDRAWN: line 10", "Changed: line 9 (campaigns)"] {
        assert!(said.contains(text), "{text}:\n{said}");
    }
    narrow(&said);
    campaign(at, "2098-2", &[("ZJ-2098-1", "ZJ-2098-2"), ("batch = 1", "batch = 2")]);
    refuses(at, &["announce", "site/2098-2"], 1, "year.superseded");

    // the first campaign is given up, and the next takes its place
    let second = [
        ("ZJ-2098-1", "ZJ-2098-2"),
        ("plan-1.json", "plan-2.json"),
        ("[seed]", "[replaces]\ncampaign = \"../2098-1\"\n[seed]"),
    ];
    campaign(at, "2098-2", &second);
    refuses(at, &["announce", "site/2098-2"], 2, "campaign.state");
    must(at, &["void", "site/2098-1", "--reason", "register-wrong", "--text", "名录有误"]);
    must(at, &["announce", "site/2098-2"]);
    assert!(announced("2098-2").contains("\"replaces\":{\"number\":\"ZJ-2098-1\",\"void\":\""));
    let verified = yaohao(at, &["verify", "site/2098-2"]);
    assert_eq!(verified.status.code(), Some(3), "{}", String::from_utf8_lossy(&verified.stdout));

    // what a reader makes of the plan
    let files = ["plan", "verify", "site/plans/plan-2.json", "site/plans/plan-1.json"];
    let output = yaohao(at, &files);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() == Some(3) && said.contains("WITHDRAWN: line 10"), "{said}");
    narrow(&said);
    refuses(at, &files[..3], 1, "year.chain");
    let trust = must(at, &["key", "trust", "site/2098-2"]);
    std::fs::write(at.join("trust.toml"), &trust).unwrap();
    let trusting = [&files[..], &["--trust", "trust.toml"]].concat();
    assert!(must(at, &trusting).contains("VERIFIED"));
    assert!(trust.contains(", \"plan\""), "{trust}");
    std::fs::write(at.join("trust.toml"), trust.replace(", \"plan\"", "")).unwrap();
    refuses(at, &trusting, 1, "policy.keys");

    // the plan in the log, with a receipt beside it
    must(at, &["log", "init", "log-home", "--origin", "log.example"]);
    let said = must(at, &["publish", "site/plans", "--log", "log-home"]);
    assert!(said.contains("plan-1.json: leaf 0") && said.contains("plan-2.json: leaf 1"), "{said}");
    assert!(at.join("site/plans/plan-2.json.tlog-proof").exists());
    refuses(at, &["publish", "log-home", "--log", "log-home"], 1, "publish.nothing");
    let path = at.join("site/plans/plan-2.json");
    let bent = std::fs::read_to_string(&path).unwrap().replace("\"batches\":3", "\"batches\":4");
    std::fs::write(&path, bent).unwrap();
    refuses(at, &files, 1, "signature.invalid");
}
