//! Issues of a plan in their files.

use crate::files::{read_bytes, shown};
use std::path::{Path, PathBuf};
use yaohao::fault::{Code, Fault, Result};
use yaohao::statement::Statement;
use yaohao::year::{YearPlan, check_chain};

/// One issue, with the name of its file.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The file as messages show it.
    pub file: String,
    /// The issue.
    pub statement: Statement<YearPlan>,
}

/// Reads one issue; its signatures are not checked yet.
///
/// # Errors
/// [`Code::FileMissing`], [`Code::FileRead`], the codes of form.
pub fn read_issue(path: &Path) -> Result<Issue> {
    let statement = Statement::parse(&read_bytes(path)?).map_err(|fault| fault.file(shown(path)))?;
    Ok(Issue { file: shown(path), statement })
}

/// Reads the issues of one plan, in any order, and checks them from the first on.
///
/// # Errors
/// Those of [`read_issue`] and [`check_chain`].
pub fn read_issues(paths: &[PathBuf]) -> Result<Vec<Issue>> {
    in_order(paths.iter().map(|path| read_issue(path)).collect::<Result<_>>()?)
}

/// The newest issue of a plan, with all before it, which lie in the same folder.
///
/// # Errors
/// Those of [`read_issues`]; [`Code::YearSuperseded`] when a newer one lies there.
pub fn issues_beside(path: &Path) -> Result<Vec<Issue>> {
    let named = read_issue(path)?;
    let mut issues = Vec::new();
    for beside in plan_files(path.parent().unwrap_or(Path::new(""))) {
        let issue = read_issue(&beside)?;
        // a folder has the plans of other years too
        if issue.statement.body().number == named.statement.body().number {
            issues.push(issue);
        }
    }
    if issues.iter().all(|issue| issue.statement.digest() != named.statement.digest()) {
        issues.push(named.clone());
    }
    let issues = in_order(issues)?;
    match issues.last() {
        Some(latest) if latest.statement.digest() != named.statement.digest() => {
            let fault = Fault::new(Code::YearSuperseded).fact("file", &named.file);
            Err(fault.fact("issue", latest.statement.body().issue()).fact("latest", &latest.file))
        }
        _ => Ok(issues),
    }
}

/// The files `plan-<digits>.json` of a folder. A folder that cannot be listed has none: the named file is read all the same.
pub(crate) fn plan_files(folder: &Path) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok());
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| is_plan(&name.to_string_lossy()));
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(named).collect();
    found.sort();
    found
}

/// Whether a file is named as an issue of a plan is (SPEC §17).
pub(crate) fn is_plan(name: &str) -> bool {
    let digits = name.strip_prefix("plan-").and_then(|rest| rest.strip_suffix(".json"));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn in_order(mut issues: Vec<Issue>) -> Result<Vec<Issue>> {
    issues.sort_by(|a, b| {
        let key = |issue: &Issue| (issue.statement.body().issue(), issue.file.clone());
        key(a).cmp(&key(b))
    });
    check_chain(issues.iter().map(|issue| (issue.file.as_str(), &issue.statement)))?;
    Ok(issues)
}
