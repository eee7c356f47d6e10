//! plan: the year's plan from a table, its amendments, and what a reader makes of them.

use super::{Outcome, Screen, now, one};
use crate::args::{PlanAmend, PlanMake, PlanNew, PlanShow, PlanTable, PlanVerify};
use crate::table::short;
use std::path::Path;
use yaohao::announcement::Department;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, Text};
use yaohao::statement::Statement;
use yaohao::verify::Policy;
use yaohao::year::{Difference, Line, Months, YearPlan, difference};
use yaohao_office::files::{read_text, write_whole};
use yaohao_office::keys::KeyFolder;
use yaohao_office::year::{Draft, Issue, per_cent, read_issue, read_issues, read_lines};

pub(super) fn new(screen: &Screen, arguments: &PlanNew) -> Outcome {
    use crate::language::Language;
    use yaohao_office::template::{PLAN_TEMPLATE, Tongue};
    must_be_free(&arguments.file)?;
    let tongue = if screen.language == Language::Chinese { Tongue::Chinese } else { Tongue::English };
    write_whole(&arguments.file, &PLAN_TEMPLATE.workbook(tongue).map_err(one)?).map_err(one)?;
    screen.say("plan-table", &[("file", &arguments.file.display())]);
    Ok(0)
}

pub(super) fn make(screen: &Screen, arguments: &PlanMake) -> Outcome {
    must_be_free(&arguments.of.out)?;
    let id = |option: &'static str, text: &str| Id::parse(text).map_err(|fault| one(fault.column(option)));
    let departments = departments(&arguments.of.departments).map_err(one)?;
    let draft = Draft {
        number: id("--number", &arguments.number)?,
        year: arguments.year,
        authority: Text::parse(&arguments.authority).map_err(|fault| one(fault.column("--authority")))?,
        prefix: id("--prefix", &arguments.prefix)?,
        departments,
        signers: arguments.signers.iter().map(|signer| id("--signer", signer)).collect::<Result<_, _>>()?,
        threshold: arguments.threshold,
    };
    let lines = lines(&arguments.of, &arguments.table, &draft.departments, draft.year)?;
    let keys = KeyFolder::new(&arguments.of.keys);
    let plan = yaohao_office::year::make(draft, lines, &keys, &now()?).map_err(one)?;
    published(screen, &arguments.of.out, &plan)?;
    content(screen, plan.body());
    Ok(0)
}

pub(super) fn amend(screen: &Screen, arguments: &PlanAmend) -> Outcome {
    must_be_free(&arguments.of.out)?;
    let reason = Name::parse(&arguments.reason).map_err(|fault| one(fault.column("--reason")))?;
    let text = Text::parse(&arguments.text).map_err(|fault| one(fault.column("--text")))?;
    let old = read_issue(&arguments.old).map_err(one)?;
    let before = old.statement.body();
    let departments = added(&before.departments, departments(&arguments.of.departments).map_err(one)?);
    let lines = lines(&arguments.of, &arguments.table, &departments, before.year)?;
    let keys = KeyFolder::new(&arguments.of.keys);
    let plan = yaohao_office::year::amend(&old, departments, lines, (reason, text), &keys, &now()?).map_err(one)?;
    published(screen, &arguments.of.out, &plan)?;
    changes(screen, before, plan.body());
    Ok(0)
}

pub(super) fn show(screen: &Screen, arguments: &PlanShow) -> Outcome {
    let issue = read_issue(&arguments.file).map_err(one)?;
    head(screen, &issue);
    content(screen, issue.statement.body());
    Ok(0)
}

/// Signatures, the chain of issues, and the reader's policy; then what the newest says, and what each changed.
pub(super) fn verify(screen: &Screen, arguments: &PlanVerify) -> Outcome {
    let policy = match &arguments.trust {
        Some(path) => {
            let text = read_text(path).map_err(one)?;
            Some(Policy::parse(&text).map_err(|fault| one(fault.file(path.display().to_string())))?)
        }
        None => None,
    };
    let issues = read_issues(&arguments.files).map_err(one)?;
    if let Some(policy) = &policy {
        issues.iter().try_for_each(|issue| policy.takes_year(&issue.file, &issue.statement)).map_err(one)?;
    }
    for (index, issue) in issues.iter().enumerate() {
        head(screen, issue);
        if let Some(before) = index.checked_sub(1).and_then(|before| issues.get(before)) {
            changes(screen, before.statement.body(), issue.statement.body());
        }
    }
    if let Some(latest) = issues.last() {
        content(screen, latest.statement.body());
    }
    screen.say("plan-chain", &[("count", &issues.len())]);
    if policy.is_some() {
        screen.say("plan-trusted", &[]);
        return Ok(0);
    }
    let latest = issues.last().map(|issue| issue.statement.body());
    screen.say("plan-not-trusted", &[]);
    for signer in latest.iter().flat_map(|plan| &plan.signers) {
        screen.say("plan-signer", &[("holder", &signer.holder), ("fingerprint", &signer.key.fingerprint())]);
    }
    Ok(3)
}

fn must_be_free(path: &Path) -> Result<(), Vec<Fault>> {
    match path.exists() {
        true => Err(one(Fault::new(Code::YearExists).fact("file", path.display()))),
        false => Ok(()),
    }
}

/// `ID=NAME`, one an option.
fn departments(options: &[String]) -> Result<Vec<Department>> {
    let department = |option: &String| {
        let wrong = || Fault::new(Code::YearDepartmentOption).fact("value", option);
        let (id, title) = option.split_once('=').ok_or_else(wrong)?;
        Ok(Department { id: Id::parse(id).map_err(|_| wrong())?, title: Text::parse(title).map_err(|_| wrong())? })
    };
    options.iter().map(department).collect()
}

/// The departments so far, with those that are new, or bear another name.
fn added(before: &[Department], more: Vec<Department>) -> Vec<Department> {
    let mut departments = before.to_vec();
    for department in more {
        match departments.iter_mut().find(|known| known.id == department.id) {
            Some(known) => *known = department,
            None => departments.push(department),
        }
    }
    departments
}

fn lines(of: &PlanTable, table: &Path, departments: &[Department], year: u64) -> Result<Vec<Line>, Vec<Fault>> {
    read_lines(table, of.sheet.as_deref(), departments, year)
}

fn published(screen: &Screen, path: &Path, plan: &Statement<YearPlan>) -> Result<(), Vec<Fault>> {
    write_whole(path, plan.to_file().as_bytes()).map_err(one)?;
    let file = path.display();
    screen.say("plan-signed", &[("file", &file), ("digest", &plan.digest()), ("issue", &plan.body().issue())]);
    Ok(())
}

fn head(screen: &Screen, issue: &Issue) {
    let plan = issue.statement.body();
    let digest = short(&issue.statement.digest().to_string());
    let facts: [(&str, &dyn std::fmt::Display); 4] =
        [("file", &issue.file), ("issue", &plan.issue()), ("time", &plan.published_at), ("digest", &digest)];
    screen.say("plan-issue", &facts);
    if let Some(amendment) = &plan.amendment {
        screen.say("plan-amended", &[("reason", &amendment.reason), ("text", &amendment.text)]);
    }
}

fn content(screen: &Screen, plan: &YearPlan) {
    let facts: [(&str, &dyn std::fmt::Display); 5] = [
        ("number", &plan.number),
        ("year", &plan.year),
        ("authority", &plan.authority),
        ("prefix", &plan.prefix),
        ("lines", &plan.lines.len()),
    ];
    screen.say("plan-head", &facts);
    let mut lines: Vec<&Line> = plan.lines.iter().collect();
    // 10 after 9, where lines are numbered
    lines.sort_by_key(|line| line.id.as_str().parse::<u64>().unwrap_or(u64::MAX));
    lines.into_iter().for_each(|line| self::line(screen, plan, line));
}

fn line(screen: &Screen, plan: &YearPlan, line: &Line) {
    let text = |key: &str| screen.language.text(key);
    let basis = text(&format!("plan-basis-{}", line.basis.name()));
    let rate = line.rate.map(|rate| screen.language.say("plan-rate", &[("rate", &per_cent(rate))]));
    let targets = line.population.map(|count| screen.language.say("plan-population", &[("count", &count)]));
    let Months { from, to } = line.months;
    let months = if from == to { "plan-month" } else { "plan-months" };
    let months = screen.language.say(months, &[("from", &from), ("to", &to)]);
    let batches = screen.language.say("plan-batches", &[("count", &line.batches)]);
    let lead = screen.language.say("plan-lead", &[("lead", &plan.department(&line.lead))]);
    let joining: Vec<&str> = line.joining.iter().map(|id| plan.department(id)).collect();
    let joining = (!joining.is_empty())
        .then(|| screen.language.say("plan-joining", &[("joining", &joining.join(&text("plan-comma")))]));
    let parts = [Some(months), Some(batches), Some(basis), rate, targets, Some(lead), joining];
    let said = parts.into_iter().flatten().collect::<Vec<_>>().join(&text("list-separator"));
    screen.say("plan-line", &[("line", &line.id), ("said", &said)]);
    for item in &line.items {
        screen.indented(&format!("  {} {} ({})", item.id, item.title, item.basis));
    }
}

fn changes(screen: &Screen, old: &YearPlan, new: &YearPlan) {
    let Difference { members, added, changed, withdrawn } = difference(old, new);
    let listed = |names: &[&'static str]| {
        let names: Vec<String> =
            names.iter().map(|name| screen.language.text(&format!("plan-member-{name}"))).collect();
        names.join(&screen.language.text("list-separator"))
    };
    let whole = |key: &str, plan: &YearPlan, ids: &[Id]| {
        for found in ids.iter().filter_map(|id| plan.line(id)) {
            screen.say(key, &[("line", &found.id)]);
            line(screen, plan, found);
        }
    };
    if !members.is_empty() {
        screen.say("plan-changed-members", &[("members", &listed(&members))]);
    }
    whole("plan-added", new, &added);
    for (id, members) in &changed {
        screen.say("plan-changed", &[("line", id), ("members", &listed(members))]);
        for plan in [old, new] {
            screen.say(if plan.issue() == old.issue() { "plan-was" } else { "plan-is" }, &[]);
            plan.line(id).into_iter().for_each(|found| line(screen, plan, found));
        }
    }
    whole("plan-withdrawn", old, &withdrawn);
}
