//! A whole intake: the input is the table of firms of a small campaign, then of inspectors, and is frozen in memory.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use yaohao::ident::Time;
use yaohao_office::campaign::Campaign;

const PLAN: &str = r#"
spec = "yaohao/1"
number = "FUZZ-1"
title = "名录"
authority = "某局"
basis = "random"
window = { from = "2024-11-01", to = "2024-11-30" }
departments = [{ id = "yingji", title = "应急管理" }, { id = "gongan", title = "公安" }]
unowned = "leave-out"
items = [{ id = "yanhua", title = "烟花爆竹", rule = { or = [{ has-any = ["items", ["yanhua"]] }, { and = [] }] }, seats = [
  { department = "yingji", count = 1, leader = true, qualifications = [] },
] }]
strata = [
  { name = "high", rule = { in = ["class", ["C", "D"]] }, method = "equal", size = { rate = 5000, rounding = "up" }, reserves = 0 },
  { name = "rest", rule = { and = [] }, method = "equal", size = { rate = 5000, rounding = "up" }, reserves = 0 },
]
team = { region = "region", carried = false }
seed = { beacon = { kind = "drand", round = 12040883 } }
signers = { holders = ["yingji"], threshold = 1 }
[registers.targets]
file = "TARGETS"
id_form = "credit-code"
withheld = ["name"]
exclude = [{ column = "状态", values = ["注销"], reason = "deregistered" }]
SET_ASIDE
[registers.inspectors]
file = "INSPECTORS"
id_form = "id"
withheld = ["name"]
exclude = [{ column = "状态", values = ["失效"], reason = "inactive" }]
[registers.recusals]
"#;

/// A folder of this process for each way in which the table can be put in.
static CAMPAIGNS: LazyLock<Vec<(PathBuf, Campaign)>> = LazyLock::new(|| {
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/intake/base");
    let memory = PathBuf::from("/dev/shm");
    let parent = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let set_aside = "on_bad_row = \"set-aside\"";
    [("table", "inspectors.csv", ""), ("table", "inspectors.csv", set_aside), ("targets.csv", "table", "")]
        .into_iter()
        .enumerate()
        .map(|(number, (targets, inspectors, set_aside))| {
            let folder = parent.join(format!("yaohao-fuzz-{}-{number}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            for name in ["targets.csv", "inspectors.csv"] {
                std::fs::copy(format!("{base}/{name}"), folder.join(name)).expect("a good table");
            }
            let plan = PLAN.replace("TARGETS", targets).replace("INSPECTORS", inspectors);
            std::fs::write(folder.join("plan.toml"), plan.replace("SET_ASIDE", set_aside)).expect("the plan");
            let campaign = Campaign::new(&folder);
            (folder, campaign)
        })
        .collect()
});
static NOW: LazyLock<Time> = LazyLock::new(|| Time::parse("2024-10-14T08:00:00Z").expect("a time"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for (folder, campaign) in CAMPAIGNS.iter() {
        std::fs::write(folder.join("table"), bytes).expect("a place for the table");
        match campaign.look(&NOW) {
            Ok(frozen) => {
                for (name, text) in frozen.files() {
                    assert!(text.ends_with('\n') && !text.contains('\r'), "{name} is not of the frozen form");
                }
            }
            Err(refused) => {
                assert!(!refused.faults.is_empty(), "refused without a reason");
                for fault in refused.faults {
                    // a plan that was good until the table came is still good
                    assert!(!fault.to_string().chars().any(char::is_control), "{fault:?}");
                }
            }
        }
    }
});
