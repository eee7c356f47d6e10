//! `[year_plan]` and `[replaces]` of a plan: where the campaign comes from.

use super::plan_fault;
use serde::Deserialize;
use yaohao::fault::Result;
use yaohao::ident::Id;

/// The line of a year's plan that the campaign carries out.
#[derive(Debug, Clone)]
pub struct LineOfYear {
    /// The file of the plan's newest issue, relative to this campaign's folder.
    pub file: String,
    /// The line.
    pub line: Id,
    /// Which of the line's campaigns this is.
    pub batch: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileYearPlan {
    file: String,
    line: String,
    batch: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileReplaces {
    pub(super) campaign: String,
}

pub(super) fn line(file: FileYearPlan) -> Result<LineOfYear> {
    if file.batch == 0 {
        return Err(plan_fault("year_plan: batch counts from 1"));
    }
    let line = Id::parse(&file.line).map_err(|fault| fault.column("year_plan.line"))?;
    Ok(LineOfYear { file: file.file, line, batch: file.batch })
}
