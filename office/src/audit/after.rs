//! What happened after the draws: who was taken out and why, results that are due, secrets that are not told.

use super::{Audited, Finding, State, remark, wrong};
use crate::files::read_bytes;
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::fault::{Code, Fault};
use yaohao::ident::{Id, Name, Time};
use yaohao::later::{Change, Later, serial_of};
use yaohao::statement::Statement;
use yaohao::verify::{Step, Verdict};

/// Days after the end of a campaign's window until its results are due: twenty working days with the longest holidays.
pub const RESULT_DAYS: i64 = 35;

/// Substitutions over all campaigns that are not rejected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Substitutions {
    /// By reason.
    pub reasons: BTreeMap<Name, u64>,
    /// By the inspector who was taken out.
    pub officers: BTreeMap<Id, u64>,
    /// Drawn targets that were not visited.
    pub targets: u64,
}

/// Counts substitutions by reason and by officer.
pub(super) fn substitutions(site: &Path, campaigns: &[Audited]) -> Substitutions {
    let mut counted = Substitutions::default();
    for campaign in campaigns.iter().filter(|campaign| campaign.report.verdict != Verdict::Rejected) {
        for file in campaign.leaves.keys() {
            let Some((kind, serial)) = serial_of(file) else { continue };
            let path = site.join(&campaign.place).join(file);
            let Ok(Later::Substitution(statement)) =
                read_bytes(&path).and_then(|bytes| Later::parse(kind, serial, &bytes))
            else {
                continue;
            };
            let add = |count: &mut u64| *count = count.saturating_add(1);
            add(counted.reasons.entry(statement.body().reason.clone()).or_default());
            match &statement.body().change {
                Change::Inspector { out, .. } => add(counted.officers.entry(out.clone()).or_default()),
                Change::Target { .. } => add(&mut counted.targets),
            }
        }
    }
    counted
}

/// Results and secrets that are due.
pub(super) fn due(campaign: &Audited, now: &Time) -> Vec<Finding> {
    let mut findings = Vec::new();
    let at = |code: Code| Fault::new(code).file(&campaign.place).fact("number", &campaign.number);
    if let Some(seal) = &campaign.report.sealed {
        if campaign.state == State::Sealed && seal.reveal_by < *now {
            let fault = at(Code::AuditRevealOverdue).fact("custodian", &seal.custodian);
            findings.push(wrong(fault.fact("time", &seal.reveal_by)));
        }
        if let Some(revealed) = seal.revealed_late() {
            let fault = at(Code::AuditRevealLate).fact("custodian", &seal.custodian).fact("time", &seal.reveal_by);
            findings.push(remark(fault.fact("revealed", revealed)));
        }
    }
    let Some(announcement) = campaign.announcement.as_ref().map(Statement::body) else { return findings };
    let due = Time::parse(&format!("{}T00:00:00Z", announcement.window_to)).ok();
    let due = due.and_then(|end| end.plus((RESULT_DAYS + 1) * 86_400));
    let tally = |step: Step, name: &str| {
        let report = campaign.report.steps.iter().find(|report| report.step == step)?;
        report.tallies.iter().find(|(found, _)| *found == name).map(|(_, count)| *count)
    };
    if let (State::Drawn, Some(due), Some(drawn)) = (campaign.state, due, tally(Step::Selection, "drawn")) {
        let results = tally(Step::Later, "results").unwrap_or(0);
        if due <= *now && results < drawn {
            let fault = at(Code::AuditResults).fact("found", results).fact("expected", drawn);
            findings.push(remark(fault.fact("time", due)));
        }
    }
    findings
}
