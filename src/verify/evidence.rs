//! The files of a campaign, wherever they are kept, and reading them into statements (SPEC §3, V1, V2).

use super::Limits;
use crate::announcement::{Announcement, BeaconPlan};
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use crate::later::{Later, serial_of};
use crate::ledger::Receipt;
use crate::record::{Record, Sealing, Void};
use crate::register::Blocks;
use crate::seed::{Beacon, Closing, Contribution, Reveal};
use crate::stamp::Stamp;
use crate::statement::{Body, Envelope, Statement};
use std::collections::BTreeMap;

/// The published files: a folder, an archive, or bytes in memory.
pub trait Evidence {
    /// The names of all files, with their sizes.
    ///
    /// # Errors
    /// [`Code::FileRead`].
    fn files(&self) -> Result<BTreeMap<String, u64>>;

    /// Opens a file that [`Evidence::files`] listed.
    ///
    /// # Errors
    /// [`Code::FileRead`].
    fn open(&self, name: &str) -> Result<Box<dyn Blocks + '_>>;
}

/// Files in memory.
impl Evidence for BTreeMap<String, Vec<u8>> {
    fn files(&self) -> Result<BTreeMap<String, u64>> {
        Ok(self.iter().map(|(name, bytes)| (name.clone(), crate::encoding::count(bytes.len()))).collect())
    }

    fn open(&self, name: &str) -> Result<Box<dyn Blocks + '_>> {
        match self.get(name) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Err(Fault::new(Code::FileMissing).file(name)),
        }
    }
}

/// Reads a whole file, up to a limit: the size that was listed may have grown since.
pub(super) fn read(evidence: &dyn Evidence, name: &str, limit: u64) -> Result<Vec<u8>> {
    let mut blocks = evidence.open(name)?;
    let mut bytes = Vec::new();
    while let Some(block) = blocks.next_block().map_err(|fault| fault.file(name))? {
        bytes.extend_from_slice(&block);
        let found = crate::encoding::count(bytes.len());
        if found > limit {
            return Err(Fault::new(Code::SizeLimit).file(name).fact("bytes", found).fact("limit", limit));
        }
    }
    Ok(bytes)
}

/// Reads the first bytes of a file: more than these cannot equal what is expected, and may be very many.
pub(super) fn read_up_to(evidence: &dyn Evidence, name: &str, most: u64) -> Result<Vec<u8>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut blocks = evidence.open(name)?;
    let mut bytes = Vec::new();
    while bytes.len() < most
        && let Some(block) = blocks.next_block().map_err(|fault| fault.file(name))?
    {
        bytes.extend_from_slice(&block);
    }
    bytes.truncate(most);
    Ok(bytes)
}

/// The CSV files of a campaign.
pub(super) const TABLES: [&str; 5] =
    ["targets.csv", "inspectors.csv", "recusals.csv", "selected.csv", "assignments.csv"];
/// The JSON files that are not contributions.
const DOCUMENTS: [&str; 7] =
    ["announcement.json", "closing.json", "beacon.json", "record.json", "void.json", "sealing.json", "reveal.json"];

/// What tells the outcome of a sealed campaign, or takes the sealing's place.
const TOLD: [&str; 5] = ["selected.csv", "assignments.csv", "reveal.json", "record.json", "void.json"];

/// Whether a file is a statement whose age a receipt beside it can prove (SPEC §7.5).
///
/// ```
/// use yaohao::verify::dated;
/// assert!(dated("closing.json") && dated("results-2.json"));
/// assert!(!dated("contribution-gongan.json") && !dated("beacon.json"));
/// ```
#[must_use]
pub fn dated(name: &str) -> bool {
    ["announcement.json", "closing.json", "record.json", "void.json", "sealing.json", "reveal.json"].contains(&name)
        || serial_of(name).is_some()
}

/// The statement that a receipt or a time stamp is of, by the file's name and what the name ends in.
pub(super) fn statement_of<'a>(name: &'a str, end: &str) -> Option<&'a str> {
    name.strip_suffix(end).filter(|statement| dated(statement))
}

/// What the name of a receipt ends in.
pub(super) const RECEIPT: &str = ".tlog-proof";
/// What the name of a time stamp ends in.
pub(super) const STAMP: &str = ".tsr";

/// The contributor in a contribution's file name.
pub(super) fn contributor_of(name: &str) -> Option<Id> {
    Id::parse(name.strip_prefix("contribution-")?.strip_suffix(".json")?).ok()
}

/// Whether a file is one of SPEC §3.
pub(super) fn covered(name: &str) -> bool {
    TABLES.contains(&name)
        || DOCUMENTS.contains(&name)
        || contributor_of(name).is_some()
        || serial_of(name).is_some()
        || [RECEIPT, STAMP].iter().any(|end| statement_of(name, end).is_some())
}

/// V1: every covered file is within its limit.
pub(super) fn check_sizes(files: &BTreeMap<String, u64>, limits: &Limits) -> Result<()> {
    for (name, bytes) in files.iter().filter(|(name, _)| covered(name)) {
        let limit = if TABLES.contains(&name.as_str()) { limits.csv_bytes } else { limits.statement_bytes };
        if *bytes > limit {
            return Err(Fault::new(Code::SizeLimit).file(name).fact("bytes", bytes).fact("limit", limit));
        }
    }
    Ok(())
}

/// All JSON files, receipts and time stamps of a campaign, read and checked in form.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) announcement: Statement<Announcement>,
    pub(super) contributions: BTreeMap<Id, Statement<Contribution>>,
    pub(super) closing: Option<Statement<Closing>>,
    pub(super) beacon: Option<Beacon>,
    pub(super) record: Option<Statement<Record>>,
    pub(super) void: Option<Statement<Void>>,
    /// What followed the record, ascending by serial, then type.
    pub(super) later: Vec<Later>,
    pub(super) sealing: Option<Statement<Sealing>>,
    pub(super) reveal: Option<Statement<Reveal>>,
    /// Whether the outcome is sealed, and nothing of it is told yet.
    pub(super) untold: bool,
    /// By the file of the statement that each is of.
    pub(super) receipts: BTreeMap<String, Receipt>,
    /// Likewise; `None` for one in an algorithm that is not accepted.
    pub(super) stamps: BTreeMap<String, Option<Stamp>>,
}

impl Documents {
    /// V2: reads every JSON file, receipt and time stamp that is there.
    pub(super) fn read(evidence: &dyn Evidence, files: &BTreeMap<String, u64>, limits: &Limits) -> Result<Self> {
        let bytes = |name: &str| read(evidence, name, limits.statement_bytes);
        let there = |name: &str| files.contains_key(name);
        let announcement = statement("announcement.json", &bytes("announcement.json")?)?;
        let mut contributions = BTreeMap::new();
        for (name, contributor) in files.keys().filter_map(|name| Some((name, contributor_of(name)?))) {
            let contribution: Statement<Contribution> = statement(name, &bytes(name)?)?;
            if contribution.body().contributor != contributor {
                let fault = Fault::new(Code::JsonMember).file(name).fact("member", "contributor");
                return Err(fault.fact("detail", "is not the one in the file's name"));
            }
            contributions.insert(contributor, contribution);
        }
        let closing =
            if there("closing.json") { Some(statement("closing.json", &bytes("closing.json")?)?) } else { None };
        let beacon = if there("beacon.json") {
            Some(Beacon::parse(&bytes("beacon.json")?).map_err(|fault| fault.file("beacon.json"))?)
        } else {
            None
        };
        let record = if there("record.json") { Some(statement("record.json", &bytes("record.json")?)?) } else { None };
        let void = if there("void.json") { Some(statement("void.json", &bytes("void.json")?)?) } else { None };
        let mut later = Vec::new();
        for (name, (kind, serial)) in files.keys().filter_map(|name| Some((name, serial_of(name)?))) {
            later.push(Later::parse(kind, serial, &bytes(name)?).map_err(|fault| fault.file(name))?);
        }
        later.sort_by_key(|later| (later.head().serial, later.envelope().kind()));
        let sealing =
            if there("sealing.json") { Some(statement("sealing.json", &bytes("sealing.json")?)?) } else { None };
        let reveal = if there("reveal.json") { Some(statement("reveal.json", &bytes("reveal.json")?)?) } else { None };
        let untold = sealing.is_some() && !TOLD.iter().any(|name| there(name));
        let mut receipts = BTreeMap::new();
        let mut stamps = BTreeMap::new();
        for name in files.keys() {
            if let Some(statement) = statement_of(name, RECEIPT) {
                receipts.insert(statement.to_owned(), Receipt::parse(&bytes(name)?).map_err(|fault| fault.file(name))?);
            }
            if let Some(statement) = statement_of(name, STAMP) {
                match Stamp::parse(&bytes(name)?) {
                    // it may be a good one of somebody else's: it proves nothing here, and spoils nothing
                    Err(fault) if fault.code() == Code::StampAlgorithm => stamps.insert(statement.to_owned(), None),
                    stamp => stamps.insert(statement.to_owned(), Some(stamp.map_err(|fault| fault.file(name))?)),
                };
            }
        }
        Ok(Self {
            announcement,
            contributions,
            closing,
            beacon,
            record,
            void,
            later,
            sealing,
            reveal,
            untold,
            receipts,
            stamps,
        })
    }

    /// Every statement by its file: the announcement, the contributions, what signers and custodian say afterwards.
    pub(super) fn statements(&self) -> Vec<(String, &Envelope)> {
        let contributions = self.contributions.iter();
        let contributions =
            contributions.map(|(id, statement)| (format!("contribution-{id}.json"), statement.envelope()));
        let ends = [
            self.closing.as_ref().map(Statement::envelope),
            self.sealing.as_ref().map(Statement::envelope),
            self.reveal.as_ref().map(Statement::envelope),
            self.record.as_ref().map(Statement::envelope),
            self.void.as_ref().map(Statement::envelope),
        ];
        let named = |envelope: &Envelope| format!("{}.json", envelope.kind().name());
        std::iter::once(("announcement.json".to_owned(), self.announcement.envelope()))
            .chain(contributions)
            .chain(ends.into_iter().flatten().map(|envelope| (named(envelope), envelope)))
            .chain(self.later.iter().map(|later| (later.file(), later.envelope())))
            .collect()
    }

    /// The files of SPEC §3 that are not there.
    pub(super) fn missing(&self, files: &BTreeMap<String, u64>) -> Vec<String> {
        let plan = &self.announcement.body().seed;
        let mut wanted: Vec<String> = TABLES.iter().map(ToString::to_string).collect();
        wanted.push("record.json".to_owned());
        if !plan.contributors.is_empty() {
            wanted.push("closing.json".to_owned());
        }
        if plan.beacon != BeaconPlan::None {
            wanted.push("beacon.json".to_owned());
        }
        if plan.sealed.is_some() {
            wanted.extend(["sealing.json", "reveal.json"].map(str::to_owned));
        }
        let listed = self.closing.iter().flat_map(|closing| &closing.body().contributions);
        // what names nobody announced is no missing file but a wrong closing (V10)
        let announced = |id: &Id| plan.contributors.iter().any(|contributor| contributor.id == *id);
        let listed = listed.filter(|(id, digest)| digest.is_some() && announced(id));
        wanted.extend(listed.map(|(id, _)| format!("contribution-{id}.json")));
        if let Some(void) = &self.void {
            // the void stands in the record's place, told or sealed; of a campaign that has no outcome nothing else is there
            let none = void.body().would_be.is_none();
            let drawn = ["selected.csv", "assignments.csv"];
            let ends = ["record.json", "sealing.json"];
            wanted.retain(|name| !(ends.contains(&name.as_str()) || none && drawn.contains(&name.as_str())));
            if none && void.body().reason.as_str() != Void::INFEASIBLE {
                wanted.retain(|name| !["closing.json", "beacon.json", "reveal.json"].contains(&name.as_str()));
            }
        }
        if self.untold {
            wanted.retain(|name| !TOLD.contains(&name.as_str()));
        }
        wanted.retain(|name| !files.contains_key(name));
        wanted.sort();
        wanted
    }
}

fn statement<B: Body>(name: &str, bytes: &[u8]) -> Result<Statement<B>> {
    Statement::parse(bytes).map_err(|fault| fault.file(name))
}
