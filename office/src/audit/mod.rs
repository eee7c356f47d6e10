//! Looks over everything that an office publishes: one site, its log, its mirrors, and all its campaigns (SPEC §18).
//!
//! A campaign that verifies says nothing of the campaigns beside it. Whether one was dropped, tried twice, or let die when
//! its outcome displeased, only all of them together show.

mod after;
mod lines;
mod log;
mod met;
mod mirror;
mod past;
mod shelf;
mod statistics;
mod years;

pub use after::{RESULT_DAYS, Substitutions};
pub use statistics::{Repeats, Statistics};
pub use years::{LineAudit, PlanAudit};

use crate::files::{Folder, read_bytes, read_fault, shown};
use crate::watch::{Watch, Work};
use shelf::{Shelf, leaves};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use yaohao::announcement::Announcement;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Time;
use yaohao::ledger::Leaf;
use yaohao::statement::Statement;
use yaohao::verify::{Heeded, Policy, Report, Verdict, heed, verify};

/// Folders below the site in which a campaign is looked for.
const DEPTH: usize = 4;

/// What an audit is given.
#[derive(Debug)]
pub struct Site<'a> {
    /// The published folder: campaigns anywhere below it, the log in `log/`, notices about keys in `keys/`, plans of years in
    /// `plans/`.
    pub folder: &'a Path,
    /// Copies of it that others keep.
    pub mirrors: &'a [PathBuf],
    /// Whose keys, logs and witnesses count.
    pub policy: Option<&'a Policy>,
    /// When the audit is made: what is overdue, is overdue then.
    pub now: &'a Time,
}

/// How far a campaign has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Announced, and the beacon has not spoken.
    Announced,
    /// Contributions are closed, and the beacon has not spoken.
    Closed,
    /// The beacon has spoken, and there is no end yet.
    Due,
    /// The record is fixed, and not told yet.
    Sealed,
    /// There is a record.
    Drawn,
    /// Given up before anybody could know what it gives up.
    VoidEarly,
    /// Given up afterwards, with what would have been drawn.
    VoidLate,
    /// Given up because there was nothing to draw.
    VoidNothing,
    /// Its statements cannot be read.
    Unreadable,
}

impl State {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Closed => "closed",
            Self::Due => "due",
            Self::Sealed => "sealed",
            Self::Drawn => "drawn",
            Self::VoidEarly => "void-early",
            Self::VoidLate => "void-late",
            Self::VoidNothing => "void-nothing",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One campaign of the site.
#[derive(Debug)]
pub struct Audited {
    /// Its folder below the site.
    pub place: String,
    /// Its number; that of the folder, if the announcement cannot be read.
    pub number: String,
    /// How far it has come.
    pub state: State,
    /// What `verify` says of it.
    pub report: Report,
    announcement: Option<Statement<Announcement>>,
    leaves: BTreeMap<String, Leaf>,
}

/// Something that a reader of the whole should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What, where and what to do.
    pub fault: Fault,
    /// Whether it must not be; otherwise it is only to be looked at.
    pub wrong: bool,
}

/// What an audit found.
#[derive(Debug)]
pub struct Audit {
    /// Every campaign, by place.
    pub campaigns: Vec<Audited>,
    /// What is wrong, or to be looked at.
    pub findings: Vec<Finding>,
    /// The notices about keys, and what came of them.
    pub notices: Vec<Heeded>,
    /// The log's size, if there is a log.
    pub log: Option<u64>,
    /// The plans of the years, and what was carried out.
    pub plans: Vec<PlanAudit>,
    /// Who was taken out after a draw, and why.
    pub substitutions: Substitutions,
    /// The year in numbers, over what was drawn.
    pub statistics: Statistics,
}

impl Audit {
    /// As `verify`: 1 if something is wrong, 3 if something is unfinished, rests on trust, or is to be looked at.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.campaigns.is_empty() {
            return 2;
        }
        if self.findings.iter().any(|finding| finding.wrong) {
            return 1;
        }
        let complete = self.campaigns.iter().all(|campaign| campaign.report.verdict == Verdict::Verified);
        if complete && self.findings.is_empty() { 0 } else { 3 }
    }
}

/// Audits a site.
///
/// # Errors
/// [`Code::FileMissing`], [`Code::FileRead`] for folders that cannot be read at all; the codes of notices about keys.
/// Everything else that is wrong is a finding.
pub fn audit(site: &Site<'_>, watch: &dyn Watch) -> Result<Audit> {
    let keys = site.folder.join("keys");
    let (policy, notices) = match site.policy {
        Some(policy) if keys.is_dir() => {
            let (policy, notices) = heed(policy, &Folder::new(&keys))?;
            (Some(policy), notices)
        }
        policy => (policy.cloned(), Vec::new()),
    };
    let places = campaigns(site.folder)?;
    watch.begin(Work::Scan, "audit", u64::try_from(places.len()).ok());
    let mut audited = Vec::new();
    for place in places {
        audited.push(look(site.folder, place, policy.as_ref(), site.now));
        watch.advance(1);
    }
    watch.end();
    let mut findings: Vec<Finding> = audited.iter().flat_map(|campaign| of_campaign(campaign, site.now)).collect();
    findings.extend(audited.iter().flat_map(|campaign| after::due(campaign, site.now)));
    findings.extend(shelf::twice(&audited));
    findings.extend(years::replaced(&audited));
    findings.extend(years::again(&audited));
    findings.extend(past::history(site.folder, &audited));
    findings.extend(met::visits(site.folder, &audited));
    let plans = years::plans(site.folder, policy.as_ref(), &audited, &mut findings);
    let substitutions = after::substitutions(site.folder, &audited);
    let mut size = None;
    if let Some((found, checked)) = log::of_site(site.folder, policy.as_ref(), &mut findings) {
        findings.extend(log::against(site.folder, &found, &checked.leaves, &audited));
        findings.extend(mirror::logs(found, site.mirrors));
        size = u64::try_from(checked.leaves.len()).ok();
    } else if !site.folder.join("log").exists() {
        findings.push(remark(Fault::new(Code::AuditNoLog).file("log")));
    }
    for folder in site.mirrors {
        findings.extend(mirror::campaigns(site.folder, &audited, folder)?);
    }
    let statistics = statistics::of(site.folder, &audited);
    Ok(Audit { campaigns: audited, findings, notices, log: size, plans, substitutions, statistics })
}

pub(crate) fn wrong(fault: Fault) -> Finding {
    Finding { fault, wrong: true }
}

pub(crate) fn remark(fault: Fault) -> Finding {
    Finding { fault, wrong: false }
}

/// Every folder with an announcement, as a path below the site, ascending.
fn campaigns(site: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![(site.to_owned(), String::new(), 0_usize)];
    while let Some((folder, place, depth)) = open.pop() {
        if folder.join("announcement.json").is_file() {
            found.push(if place.is_empty() { ".".to_owned() } else { place });
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(|error| read_fault(&folder, &error))? {
            let entry = entry.map_err(|error| read_fault(&folder, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            // what the office keeps is not published, and a log has thousands of folders
            if is_folder && depth < DEPTH && !name.starts_with('.') && !["private", "tile"].contains(&name.as_str()) {
                let below = if place.is_empty() { name } else { format!("{place}/{name}") };
                open.push((entry.path(), below, depth.saturating_add(1)));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn look(site: &Path, place: String, policy: Option<&Policy>, now: &Time) -> Audited {
    let folder = site.join(&place);
    let report = verify(&Folder::new(&folder), policy);
    let announcement =
        read_bytes(&folder.join("announcement.json")).and_then(|bytes| Statement::<Announcement>::parse(&bytes)).ok();
    let leaves = leaves(&folder, Shelf::Campaign);
    let number = match &announcement {
        Some(announcement) => announcement.body().number.to_string(),
        None => place.clone(),
    };
    let state = announcement.as_ref().map_or(State::Unreadable, |announcement| {
        let there = |name: &str| folder.join(name).is_file();
        let spoken = announcement.body().seed.beacon.time().map_or(there("closing.json"), |time| time <= *now);
        match &report.void {
            Some(void) if void.would_be.is_some() => State::VoidLate,
            Some(void) if void.nothing_to_draw() => State::VoidNothing,
            Some(_) => State::VoidEarly,
            None if there("record.json") => State::Drawn,
            None if there("sealing.json") => State::Sealed,
            None if spoken => State::Due,
            None if there("closing.json") => State::Closed,
            None => State::Announced,
        }
    });
    Audited { place, number, state, report, announcement, leaves }
}

/// What one campaign shows by itself.
fn of_campaign(campaign: &Audited, now: &Time) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some((_, fault)) = campaign.report.failure() {
        findings.push(wrong(fault.clone().below(&campaign.place)));
    }
    let at = |code: Code| Fault::new(code).file(&campaign.place).fact("number", &campaign.number);
    let Some(announcement) = campaign.announcement.as_ref().map(Statement::body) else { return findings };
    if campaign.state == State::Due {
        let spoke = announcement.seed.beacon.time().map_or_else(|| "-".to_owned(), |time| time.to_string());
        let over = announcement.seed.last_day().filter(|last| last < now);
        findings.push(match over {
            Some(last) => wrong(at(Code::AuditOverdue).fact("time", last)),
            None => remark(at(Code::AuditDue).fact("time", spoke)),
        });
    }
    if let (State::VoidLate, Some(void)) = (campaign.state, &campaign.report.void) {
        findings.push(remark(at(Code::AuditVoidLate).fact("reason", &void.reason).fact("time", &void.voided_at)));
    }
    findings
}

/// A path below a site, as findings show it.
fn below(place: &str, file: &str) -> String {
    if place == "." { file.to_owned() } else { shown(&Path::new(place).join(file)) }
}
