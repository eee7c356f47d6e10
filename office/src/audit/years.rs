//! What was planned, and what became of it: numbers without gaps, lines carried out, redraws that name what they replace.

use super::lines::lines;
use super::{Audited, Finding, State, remark, wrong};
use crate::year::{Issue, plan_files, read_issue, read_issues};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use yaohao::announcement::Replaces;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault};
use yaohao::ident::Id;
use yaohao::verify::Policy;
use yaohao::year::{YearPlan, serial};

/// A plan of a year, in its newest issue, and what was carried out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanAudit {
    /// The plan's number.
    pub number: Id,
    /// Its newest issue.
    pub issue: u64,
    /// Every line, in the plan's order.
    pub lines: Vec<LineAudit>,
}

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineAudit {
    /// The line.
    pub id: Id,
    /// What it is about.
    pub title: String,
    /// How many campaigns were planned.
    pub planned: u64,
    /// How many of them were drawn.
    pub drawn: u64,
}

/// Reads the plans of a site and compares its campaigns with them.
pub(super) fn plans(
    site: &Path,
    policy: Option<&Policy>,
    campaigns: &[Audited],
    findings: &mut Vec<Finding>,
) -> Vec<PlanAudit> {
    let mut by_number: BTreeMap<Id, Vec<PathBuf>> = BTreeMap::new();
    for path in plan_files(&site.join("plans")) {
        match read_issue(&path) {
            Ok(issue) => by_number.entry(issue.statement.body().number.clone()).or_default().push(path),
            Err(fault) => findings.push(wrong(fault)),
        }
    }
    let mut known: BTreeMap<Digest, YearPlan> = BTreeMap::new();
    let mut audited = Vec::new();
    for paths in by_number.values() {
        let issues = match read_issues(paths) {
            Ok(issues) => issues,
            Err(fault) => {
                findings.push(wrong(fault));
                continue;
            }
        };
        known.extend(issues.iter().map(|issue| (issue.statement.digest(), issue.statement.body().clone())));
        if let Some(policy) = policy {
            let taken = issues.iter().map(|issue| policy.takes_year(&issue.file, &issue.statement));
            findings.extend(taken.filter_map(Result::err).map(wrong));
        }
        let Some(latest) = issues.last().map(|issue| issue.statement.body()) else { continue };
        findings.extend(gaps(latest, campaigns));
        audited.push(carried_out(latest, &issues, campaigns));
    }
    findings.extend(lines(&known, campaigns));
    audited
}

/// Numbers of the plan that no campaign has, below the highest that one has.
fn gaps(plan: &YearPlan, campaigns: &[Audited]) -> Vec<Finding> {
    let announced = campaigns.iter().filter_map(|campaign| campaign.announcement.as_ref());
    let found: BTreeSet<u64> =
        announced.filter_map(|statement| serial(&plan.prefix, &statement.body().number)).collect();
    let mut next = 1_u64;
    let mut gaps = Vec::new();
    for serial in found {
        if serial > next {
            let missing = if serial.saturating_sub(1) == next {
                format!("{}-{next}", plan.prefix)
            } else {
                format!("{}-{next} … {}-{}", plan.prefix, plan.prefix, serial.saturating_sub(1))
            };
            gaps.push(wrong(Fault::new(Code::AuditGap).file("plans").fact("missing", missing)));
        }
        next = serial.saturating_add(1);
    }
    gaps
}

fn carried_out(plan: &YearPlan, issues: &[Issue], campaigns: &[Audited]) -> PlanAudit {
    let digests: BTreeSet<Digest> = issues.iter().map(|issue| issue.statement.digest()).collect();
    let batches = |line: &Id| {
        let of_line = campaigns.iter().filter(|campaign| campaign.state == State::Drawn).filter_map(|campaign| {
            let named = campaign.announcement.as_ref()?.body().plan.as_ref()?;
            (named.line == *line && digests.contains(&named.plan)).then_some(named.batch)
        });
        u64::try_from(of_line.collect::<BTreeSet<u64>>().len()).unwrap_or(u64::MAX)
    };
    let line = |line: &yaohao::year::Line| LineAudit {
        id: line.id.clone(),
        title: line.items.first().map_or("", |item| item.title.as_str()).to_owned(),
        planned: line.batches,
        drawn: batches(&line.id),
    };
    PlanAudit { number: plan.number.clone(), issue: plan.issue(), lines: plan.lines.iter().map(line).collect() }
}

/// A redraw names a campaign of this site that was given up, and no other redraw names it too.
pub(super) fn replaced(campaigns: &[Audited]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut first: BTreeMap<&Id, &str> = BTreeMap::new();
    for campaign in campaigns {
        let named = campaign.announcement.as_ref().and_then(|statement| statement.body().replaces.as_ref());
        let Some(Replaces { number, void }) = named else { continue };
        let fault = |code: Code| Fault::new(code).file(&campaign.place).fact("number", number);
        let there = campaigns.iter().any(|other| {
            other.leaves.get("void.json").is_some_and(|leaf| leaf.number == *number && leaf.statement == *void)
        });
        if !there {
            findings.push(wrong(fault(Code::AuditReplaces)));
        }
        if let Some(other) = first.get(number) {
            findings.push(wrong(fault(Code::AuditReplacedTwice).fact("other", other)));
        }
        first.insert(number, &campaign.number);
    }
    findings
}

/// Campaigns that drew from the register of one that was given up, and do not say that they take its place.
pub(super) fn again(campaigns: &[Audited]) -> Vec<Finding> {
    let bodies = || campaigns.iter().filter_map(|one| Some((one, one.announcement.as_ref()?.body())));
    let replaces: BTreeMap<&Id, &Id> =
        bodies().filter_map(|(_, body)| Some((&body.number, &body.replaces.as_ref()?.number))).collect();
    // a redraw of a redraw takes the place of both
    let follows = |number: &Id, void: &Id| {
        let mut next = Some(number);
        let steps = (0..=replaces.len()).map_while(|_| {
            next = next.and_then(|number| replaces.get(number).copied());
            next
        });
        steps.into_iter().any(|found| found == void)
    };
    let mut findings = Vec::new();
    for (void, given_up) in bodies() {
        let Some(told) = &void.report.void else { continue };
        let root = given_up.targets.commitment.root;
        for (other, body) in bodies().filter(|(other, _)| matches!(other.state, State::Drawn | State::Sealed)) {
            // beside one that was given up early others may be drawn; not beside one whose outcome could be known
            let later = void.state == State::VoidLate || body.announced_at >= told.voided_at;
            let same = body.targets.commitment.root == root && body.number != given_up.number;
            if later && same && !follows(&body.number, &given_up.number) {
                let fault = Fault::new(Code::AuditAgain).file(&other.place).fact("number", &body.number);
                findings.push(remark(fault.fact("other", &given_up.number)));
            }
        }
    }
    findings
}
