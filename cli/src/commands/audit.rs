//! audit: everything that an office publishes, looked over as a whole.

use super::{Outcome, Screen, now, one};
use crate::args::Audit as Arguments;
use serde_json::{Value, json};
use yaohao::ident::Time;
use yaohao::verify::{Heeded, Policy};
use yaohao_office::audit::{Audit, Finding, LineAudit, PlanAudit, Site, Statistics, Substitutions, audit};

pub(super) fn run(screen: &Screen, arguments: &Arguments) -> Outcome {
    let policy = arguments.trust.as_deref().map(super::verify::read_policy).transpose()?;
    let now = match &arguments.at {
        Some(text) => Time::parse(text).map_err(|fault| one(fault.column("--at")))?,
        None => now()?,
    };
    let site = Site { folder: &arguments.site, mirrors: &arguments.mirrors, policy: policy.as_ref(), now: &now };
    let found = audit(&site, crate::progress::watch(screen.language).as_ref()).map_err(one)?;
    if arguments.json {
        screen.line(&to_json(screen, &found, &now).to_string());
        return Ok(found.exit_code());
    }
    let exit = found.exit_code();
    shown(screen, &found, policy.as_ref(), &now);
    Ok(exit)
}

fn shown(screen: &Screen, found: &Audit, policy: Option<&Policy>, now: &Time) {
    screen.say("audit-of", &[("campaigns", &found.campaigns.len()), ("time", now)]);
    let header = ["number", "state", "verdict"].map(|name| screen.language.text(&format!("audit-{name}"))).to_vec();
    let row = |campaign: &yaohao_office::audit::Audited| {
        vec![
            campaign.number.clone(),
            screen.language.text(&format!("state-{}", campaign.state.name())),
            screen.language.text(&format!("short-{}", campaign.report.verdict.name())),
        ]
    };
    screen.table(&std::iter::once(header).chain(found.campaigns.iter().map(row)).collect::<Vec<_>>());
    if let Some(size) = found.log {
        screen.say("audit-log", &[("size", &size)]);
    }
    found.notices.iter().for_each(|notice| heeded(screen, notice));
    found.plans.iter().for_each(|plan| carried_out(screen, plan));
    substitutions(screen, &found.substitutions);
    statistics(screen, &found.statistics);
    for wrong in [true, false] {
        let some: Vec<&Finding> = found.findings.iter().filter(|finding| finding.wrong == wrong).collect();
        if !some.is_empty() {
            screen.say(if wrong { "audit-wrong" } else { "audit-remarks" }, &[("count", &some.len())]);
            some.iter().for_each(|finding| screen.fault(&finding.fault));
        }
    }
    if policy.is_none() {
        screen.say("audit-no-policy", &[]);
    }
    let end = match found.exit_code() {
        0 => "audit-clean",
        1 => "audit-not-clean",
        2 => "audit-empty",
        _ => "audit-open",
    };
    screen.say(end, &[]);
}

/// What came of a notice about a key.
pub(super) fn heeded(screen: &Screen, notice: &Heeded) {
    let why = screen.language.text(&format!("notice-{}", notice.why));
    match &notice.from {
        Some(time) => screen
            .say("notice-heeded", &[("file", &notice.file), ("holder", &notice.holder), ("time", time), ("why", &why)]),
        None => screen.say("notice-ignored", &[("file", &notice.file), ("holder", &notice.holder), ("why", &why)]),
    }
}

fn carried_out(screen: &Screen, plan: &PlanAudit) {
    screen.say("audit-plan", &[("number", &plan.number), ("issue", &plan.issue)]);
    let header = ["line", "item", "planned", "drawn"].map(|name| screen.language.text(&format!("audit-{name}")));
    let row = |line: &LineAudit| {
        vec![line.id.to_string(), line.title.clone(), line.planned.to_string(), line.drawn.to_string()]
    };
    screen.table(&std::iter::once(header.to_vec()).chain(plan.lines.iter().map(row)).collect::<Vec<_>>());
}

/// Who was taken out and why: an officer who is replaced again and again is worth a question.
fn substitutions(screen: &Screen, found: &Substitutions) {
    let officers: u64 = found.officers.values().sum();
    if officers + found.targets == 0 {
        return;
    }
    screen.say("audit-substitutions", &[("officers", &officers), ("targets", &found.targets)]);
    let table = |name: &str, rows: Vec<(String, u64)>| {
        let header = [name, "count"].map(|name| screen.language.text(&format!("audit-{name}"))).to_vec();
        let rows = rows.into_iter().map(|(name, count)| vec![name, count.to_string()]);
        screen.table(&std::iter::once(header).chain(rows).collect::<Vec<_>>());
    };
    table("reason", found.reasons.iter().map(|(reason, count)| (reason.to_string(), *count)).collect());
    if officers > 0 {
        table("officer", found.officers.iter().map(|(officer, count)| (officer.to_string(), *count)).collect());
    }
}

fn statistics(screen: &Screen, found: &Statistics) {
    if found.campaigns < 2 || found.targets == 0 {
        return;
    }
    screen.say("audit-statistics", &[("campaigns", &found.campaigns), ("targets", &found.targets)]);
    let header = ["times", "observed", "expected", "deviation"];
    let header = header.map(|name| screen.language.text(&format!("audit-{name}"))).to_vec();
    let rows = found.repeats.iter().map(|row| {
        vec![
            row.times.to_string(),
            row.observed.to_string(),
            format!("{:.1}", row.expected),
            format!("{:+.1}", row.deviation),
        ]
    });
    screen.table(&std::iter::once(header).chain(rows).collect::<Vec<_>>());
    let expected = format!("{:.1}", found.pairs.1);
    screen.say("audit-pairs", &[("observed", &found.pairs.0), ("expected", &expected)]);
    if found.left_out > 0 {
        screen.say("audit-left-out", &[("cells", &found.left_out)]);
    }
}

fn to_json(screen: &Screen, found: &Audit, now: &Time) -> Value {
    let finding = |finding: &Finding| {
        let (file, row, column) = finding.fault.place();
        let (what, remedy) = screen.language.fault_parts(&finding.fault);
        json!({
            "code": finding.fault.code().name(), "wrong": finding.wrong, "what": what, "remedy": remedy,
            "file": file, "row": row, "column": column,
        })
    };
    let repeats = found.statistics.repeats.iter().map(|row| {
        json!({"times": row.times, "observed": row.observed, "expected": row.expected, "deviation": row.deviation})
    });
    json!({
        "spec": "yaohao/1",
        "at": now.to_string(),
        "exit": found.exit_code(),
        "campaigns": found.campaigns.iter().map(|campaign| json!({
            "place": campaign.place, "number": campaign.number, "state": campaign.state.name(),
            "verdict": campaign.report.verdict.name(),
        })).collect::<Vec<_>>(),
        "log": found.log,
        "plans": found.plans.iter().map(|plan| json!({
            "number": plan.number.as_str(),
            "issue": plan.issue,
            "lines": plan.lines.iter().map(|line| json!({
                "id": line.id.as_str(), "title": line.title, "planned": line.planned, "drawn": line.drawn,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "substitutions": {
            "reasons": found.substitutions.reasons.iter()
                .map(|(reason, count)| (reason.to_string(), json!(count))).collect::<serde_json::Map<_, _>>(),
            "officers": found.substitutions.officers.iter()
                .map(|(officer, count)| (officer.to_string(), json!(count))).collect::<serde_json::Map<_, _>>(),
            "targets": found.substitutions.targets,
        },
        "notices": found.notices.iter().map(notice_json).collect::<Vec<_>>(),
        "findings": found.findings.iter().map(finding).collect::<Vec<_>>(),
        "statistics": {
            "campaigns": found.statistics.campaigns,
            "targets": found.statistics.targets,
            "cells_left_out": found.statistics.left_out,
            "repeats": repeats.collect::<Vec<_>>(),
            "pairs": {"observed": found.statistics.pairs.0, "expected": found.statistics.pairs.1},
        },
    })
}

/// A notice in a report for machines.
pub(super) fn notice_json(notice: &Heeded) -> Value {
    json!({
        "file": notice.file, "holder": notice.holder.as_str(), "why": notice.why,
        "from": notice.from.as_ref().map(ToString::to_string),
    })
}
