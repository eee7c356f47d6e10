//! A real register: the firms that Zhejiang registered in 2018. The rows lie outside the repository.
#![allow(missing_docs, reason = "a test is no library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use support::{ROUND, SIGNATURE, repository, time};
use yaohao::fault::{Code, Fault};
use yaohao::ident::Id;
use yaohao::seed::Beacon;
use yaohao::verify::{Policy, Verdict, verify};
use yaohao_office::campaign::Campaign;
use yaohao_office::files::Folder;
use yaohao_office::generate;
use yaohao_office::keys::Rehearsal;

const PLAN: &str = r#"
spec = "yaohao/1"
number = "ZJ-2018-5"
title = "2018年新设企业双随机抽查（按设区市5%）"
authority = "浙江省（试算）"
basis = "random"
window = { from = "2024-11-01", to = "2024-12-20" }

[[departments]]
id = "yingji"
title = "应急管理"
[[departments]]
id = "shichang"
title = "市场监督管理"

[registers.targets]
file = "private/targets.csv"
on_bad_row = "refuse"
id_form = "credit-code"
columns = { id = "统一社会信用代码", region = "地区", class = "企业类型" }
withheld = { name = "企业名称" }
[registers.inspectors]
file = "private/inspectors.csv"
id_form = "pseudonym"
columns = { id = "执法证号", department = "所在部门", qualifications = "资质", lead = "可任组长", capacity = "任务上限", valid_from = "证件有效期起", valid_to = "证件有效期止" }
withheld = { name = "姓名" }
[registers.recusals]

[[items]]
id = "gongshi"
title = "即时公示信息检查"
rule = { and = [] }
penalises = []
seats = [
  { department = "shichang", count = 2, leader = false, qualifications = [] },
  { department = "yingji", count = 1, leader = true, qualifications = [] },
]

[[strata]]
name = "typed"
rule = { not = { eq = ["class", "N/A"] } }
method = "equal"
size = { rate = 500, rounding = "up" }
split = "region"
reserves = 2
[[strata]]
name = "untyped"
rule = { and = [] }
method = "equal"
size = { rate = 500, rounding = "up" }
split = "region"
reserves = 0

[team]
carried = false
[seed]
beacon = { kind = "drand", round = 12040883 }
[signers]
holders = ["shengting"]
threshold = 1
"#;

/// The register as it is, or nothing, said aloud.
fn register() -> Option<String> {
    let path = repository().join("../shared/data/enterprises-zhejiang-2018.csv");
    let found = std::fs::read_to_string(&path).ok();
    if found.is_none() {
        // straight to the terminal: the test runner keeps what passing tests print
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("\nSKIPPED: {} is not there; the real register was not drawn from\n", path.display()),
        );
    }
    found
}

fn lay(folder: &Path, targets: &str, plan: &str) -> (Campaign, Rehearsal) {
    let campaign = Campaign::new(folder);
    std::fs::create_dir_all(campaign.private()).unwrap();
    std::fs::write(folder.join("plan.toml"), plan).unwrap();
    std::fs::write(campaign.private().join("targets.csv"), targets).unwrap();
    let mut inspectors = Vec::new();
    generate::inspectors("zhejiang 2018", 200, &["yingji", "shichang"], &mut inspectors).unwrap();
    std::fs::write(campaign.private().join("inspectors.csv"), inspectors).unwrap();
    let mut entropy = Rehearsal::new("zhejiang 2018");
    campaign.keys().make(&Id::parse("shengting").unwrap(), &mut entropy).unwrap();
    (campaign, entropy)
}

fn announce(targets: &str, plan: &str) -> Result<BTreeMap<String, u64>, Vec<Fault>> {
    let folder = tempfile::tempdir().unwrap();
    let (campaign, mut entropy) = lay(folder.path(), targets, plan);
    let frozen = campaign.announce(&time("2024-10-14T08:00:00Z"), &mut entropy);
    assert_eq!(campaign.public().join("announcement.json").exists(), frozen.is_ok(), "all or nothing");
    Ok(frozen?.announcement.targets.set_aside.0)
}

#[test]
fn five_percent_of_each_city() {
    let Some(targets) = register() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (campaign, mut entropy) = lay(folder.path(), &targets, PLAN);
    let frozen = campaign
        .announce(&time("2024-10-14T08:00:00Z"), &mut entropy)
        .unwrap_or_else(|faults| panic!("{}", faults.faults[0]));
    let beacon = Beacon::new(ROUND, SIGNATURE).unwrap();
    let (_, outcome, _) = campaign.draw(Some(beacon), &time("2024-10-14T17:15:00Z")).unwrap();
    // every city has its five per cent, rounded up, in each stratum
    let mut cities = std::collections::BTreeSet::new();
    for cell in &outcome.selection.cells {
        let expected = cell.population.div_ceil(20);
        assert_eq!(u64::try_from(cell.drawn.len()).unwrap(), expected, "{:?}", cell.part);
        assert!(
            cell.drawn.iter().all(|entry| Some(entry.cells[2].as_str()) == cell.part.as_deref()),
            "{:?}",
            cell.drawn[0].cells
        );
        cities.extend(cell.part.clone());
    }
    assert_eq!(cities.len(), 11, "Zhejiang has eleven cities");
    let key = frozen.announcement.signers[0].key;
    let policy = format!(
        "spec = \"yaohao/1\"\nthreshold = 1\nsuites = [\"ed25519-sha256\"]\nbeacons = [\"drand-quicknet\"]\norder = \"publisher\"\n\
         [[keys]]\nholder = \"shengting\"\nkey = \"{key}\"\nsigns = [\"announcement\", \"record\"]\n"
    );
    let report = verify(&Folder::new(&campaign.public()), Some(&Policy::parse(&policy).unwrap()));
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.failure());
}

/// Row 101 of the file, as a spreadsheet counts it, with a wrong check character; row 102 repeated at the end.
fn spoilt(targets: &str) -> String {
    let mut lines: Vec<String> = targets.lines().map(str::to_owned).collect();
    let cells: Vec<&str> = lines[100].split(',').collect();
    let code = cells[1].to_owned();
    let last = code.chars().last().unwrap();
    let wrong = format!("{}{}", &code[..17], if last == '0' { '1' } else { '0' });
    lines[100] = lines[100].replace(&code, &wrong);
    let repeated = lines[101].clone();
    lines.push(repeated);
    lines.join("\n") + "\n"
}

#[test]
fn a_bad_row_is_refused_with_its_number() {
    let Some(targets) = register() else { return };
    let rows = u64::try_from(targets.lines().count()).unwrap();
    let faults = announce(&spoilt(&targets), PLAN).unwrap_err();
    let found: Vec<(Code, Option<u64>)> = faults.iter().map(|fault| (fault.code(), fault.place().1)).collect();
    assert_eq!(found, [(Code::IntakeCode, Some(101)), (Code::IntakeDuplicate, Some(rows + 1))]);
    assert_eq!(faults[0].place().0, Some("private/targets.csv"));
    assert_eq!(faults[0].place().2, Some("统一社会信用代码"));
}

#[test]
fn or_set_aside_and_counted_when_the_plan_says_so() {
    let Some(targets) = register() else { return };
    let plan = PLAN.replace("on_bad_row = \"refuse\"", "on_bad_row = \"set-aside\"");
    let set_aside = announce(&spoilt(&targets), &plan).unwrap();
    assert_eq!(set_aside, BTreeMap::from([("bad-code".to_owned(), 1), ("duplicate".to_owned(), 1)]));
}
