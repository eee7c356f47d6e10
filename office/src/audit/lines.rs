//! Campaigns against the lines of the year's plan that they name (SPEC §17.3).

use super::{Audited, Finding, remark, wrong};
use crate::year::share;
use std::collections::{BTreeMap, BTreeSet};
use yaohao::announcement::Announcement;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault};
use yaohao::ident::Id;
use yaohao::statement::Statement;
use yaohao::year::{Line, YearPlan, serial};

/// Campaigns that do not do what their line says, and batches that more than one campaign carries out. `plans` are the
/// issues that the site shows, by digest.
pub(super) fn lines(plans: &BTreeMap<Digest, YearPlan>, campaigns: &[Audited]) -> Vec<Finding> {
    let mut batches: BTreeMap<(&Id, &Id, u64), BTreeMap<&str, Option<&Id>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for campaign in campaigns {
        let Some(body) = campaign.announcement.as_ref().map(Statement::body) else { continue };
        let Some(named) = &body.plan else { continue };
        let Some(plan) = plans.get(&named.plan) else {
            let fault = Fault::new(Code::AuditPlan).file(&campaign.place).fact("number", &campaign.number);
            findings.push(wrong(fault.fact("digest", named.plan)));
            continue;
        };
        let at = |member: &str| {
            let fault = Fault::new(Code::AuditLine).file(&campaign.place).fact("number", &campaign.number);
            fault.fact("line", &named.line).fact("member", member)
        };
        match plan.line(&named.line) {
            None => findings.push(wrong(at("line"))),
            Some(line) => {
                findings.extend(departures(plan, line, body).into_iter().map(|member| wrong(at(member))));
                let (drawn, population) = share(body);
                // a plan may turn out too large; the office says why
                if line.rate.is_some_and(|rate| drawn < u128::from(rate).saturating_mul(population)) {
                    findings.push(remark(at("rate")));
                }
            }
        }
        // an issue that was amended before the announcement is no longer the plan
        let newer = |other: &&YearPlan| {
            other.number == plan.number && other.issue() > plan.issue() && other.published_at <= body.announced_at
        };
        if plans.values().any(|other| newer(&other)) {
            findings.push(remark(at("issue")));
        }
        let replaces = body.replaces.as_ref().map(|replaces| &replaces.number);
        batches.entry((&plan.number, &named.line, named.batch)).or_default().insert(&campaign.number, replaces);
    }
    findings.extend(batches.into_iter().filter_map(|((plan, line, batch), numbers)| {
        let replaced: BTreeSet<&str> = numbers.values().flatten().map(|number| number.as_str()).collect();
        let left: Vec<&str> = numbers.keys().filter(|number| !replaced.contains(*number)).copied().collect();
        let fault = Fault::new(Code::AuditBatchTwice).file("plans").fact("plan", plan).fact("line", line);
        (left.len() > 1).then(|| wrong(fault.fact("batch", batch).fact("numbers", left.join(", "))))
    }));
    findings
}

/// The members in which a campaign is not what its line says.
fn departures(plan: &YearPlan, line: &Line, body: &Announcement) -> Vec<&'static str> {
    let named = body.plan.as_ref();
    let takes_part: BTreeSet<&Id> = line.departments().collect();
    let seats = || body.items.iter().flat_map(|item| &item.seats);
    let within = |day| line.months.contain(plan.year, day);
    let checks = [
        ("number", serial(&plan.prefix, &body.number).is_some()),
        ("batch", named.is_none_or(|named| named.batch <= line.batches)),
        ("basis", body.basis == line.basis),
        ("window", within(body.window_from) && within(body.window_to)),
        ("lead", seats().filter(|seat| seat.leader).all(|seat| seat.department == line.lead)),
        ("departments", seats().all(|seat| takes_part.contains(&seat.department))),
    ];
    checks.into_iter().filter(|(_, holds)| !holds).map(|(member, _)| member).collect()
}
