//! new: a plan with comments and empty tables with the right headers.

use super::{Outcome, Screen, one};
use crate::language::Language;
use std::path::Path;
use yaohao::fault::{Code, Fault};
use yaohao_office::files::{make_folder, write_whole};
use yaohao_office::template::{TEMPLATES, Tongue};

const PLAN_ZH: &str = include_str!("../../templates/plan.zh.toml");
const PLAN_EN: &str = include_str!("../../templates/plan.en.toml");

pub(super) fn run(screen: &Screen, dir: &Path) -> Outcome {
    if dir.join("plan.toml").exists() {
        return Err(one(Fault::new(Code::CampaignExists).file(dir.display().to_string()).fact("file", "plan.toml")));
    }
    let private = dir.join("private");
    make_folder(&private).map_err(one)?;
    let (tongue, plan) = match screen.language {
        Language::Chinese => (Tongue::Chinese, PLAN_ZH),
        Language::English => (Tongue::English, PLAN_EN),
    };
    for template in &TEMPLATES {
        let path = private.join(template.file);
        if !path.exists() {
            write_whole(&path, &template.workbook(tongue).map_err(one)?).map_err(one)?;
        }
    }
    write_whole(&dir.join("plan.toml"), plan.as_bytes()).map_err(one)?;
    screen.say("new-made", &[("folder", &dir.display())]);
    Ok(0)
}
