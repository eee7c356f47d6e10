//! new: a plan with comments and empty tables with the right headers.

use super::{Outcome, Screen, one};
use crate::language::Language;
use std::path::Path;
use yaohao::fault::{Code, Fault};
use yaohao_office::files::{make_folder, write_whole};

const PLAN_ZH: &str = include_str!("../../templates/plan.zh.toml");
const PLAN_EN: &str = include_str!("../../templates/plan.en.toml");

/// The headers that the plan's mapping names, with a mark that spreadsheets take as "this is UTF-8".
const TABLES: [(&str, &str); 3] = [
    ("targets.csv", "企业名称,统一社会信用代码,所在地区,风险等级,检查事项,状态\n"),
    ("inspectors.csv", "姓名,执法证号,所在部门,资质,执法区域,可任组长,任务上限,证件有效期起,证件有效期止,状态\n"),
    ("recusals.csv", "统一社会信用代码,执法证号,事由\n"),
];

pub(super) fn run(screen: &Screen, dir: &Path) -> Outcome {
    if dir.join("plan.toml").exists() {
        return Err(one(Fault::new(Code::CampaignExists).file(dir.display().to_string()).fact("file", "plan.toml")));
    }
    let private = dir.join("private");
    make_folder(&private).map_err(one)?;
    for (name, header) in TABLES {
        let path = private.join(name);
        if !path.exists() {
            write_whole(&path, format!("\u{feff}{header}").as_bytes()).map_err(one)?;
        }
    }
    let plan = if screen.language == Language::Chinese { PLAN_ZH } else { PLAN_EN };
    write_whole(&dir.join("plan.toml"), plan.as_bytes()).map_err(one)?;
    screen.say("new-made", &[("folder", &dir.display())]);
    Ok(0)
}
