//! What a site shows: statements in the files that readers look for, and in no others (SPEC §3, §12.1, §17).

use super::{Audited, Finding, wrong};
use crate::files::{Folder, read_bytes};
use crate::year::is_plan;
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::fault::{Code, Fault};
use yaohao::ident::Id;
use yaohao::later::serial_of;
use yaohao::ledger::Leaf;
use yaohao::statement::Type;
use yaohao::verify::Evidence as _;

/// What a folder of a site holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shelf {
    /// A campaign.
    Campaign,
    /// Plans of years.
    Plans,
    /// Notices about keys.
    Keys,
}

impl Shelf {
    /// The folders of a site beside its campaigns and its log.
    pub(super) const BESIDE: [(&'static str, Self); 2] = [("plans", Self::Plans), ("keys", Self::Keys)];

    /// The type of the statement that a file of this name is; `None` if nobody looks for one there.
    fn kind(self, name: &str) -> Option<Type> {
        match self {
            Self::Campaign => match name {
                "announcement.json" => Some(Type::Announcement),
                "closing.json" => Some(Type::Closing),
                "record.json" => Some(Type::Record),
                "void.json" => Some(Type::Void),
                "sealing.json" => Some(Type::Sealing),
                "reveal.json" => Some(Type::Reveal),
                _ if between(name, "contribution-").is_some_and(|id| Id::parse(id).is_ok()) => Some(Type::Contribution),
                _ => serial_of(name).map(|(kind, _)| kind),
            },
            Self::Plans => is_plan(name).then_some(Type::Plan),
            Self::Keys => match () {
                () if between(name, "rotation-").is_some() => Some(Type::Rotation),
                () if between(name, "revocation-").is_some() => Some(Type::Revocation),
                () => None,
            },
        }
    }
}

/// What stands in a name between its beginning and `.json`.
fn between<'a>(name: &'a str, begin: &str) -> Option<&'a str> {
    name.strip_prefix(begin)?.strip_suffix(".json")
}

/// The leaf of every statement in a folder, by file. A statement under a name that nobody looks for is not shown: whoever
/// could lay what must not be missed beside what is read could hide it there.
pub(super) fn leaves(folder: &Path, shelf: Shelf) -> BTreeMap<String, Leaf> {
    let files = Folder::new(folder).files().unwrap_or_default().into_keys();
    let leaf = |name: String| {
        let kind = shelf.kind(&name)?;
        let leaf = Leaf::of_statement(&read_bytes(&folder.join(&name)).ok()?).ok()?;
        (leaf.kind.as_str() == kind.name()).then_some((name, leaf))
    };
    files.filter_map(leaf).collect()
}

/// Numbers that were announced more than once, and announcements that go on in two ways: in two folders each may verify.
pub(super) fn twice(campaigns: &[Audited]) -> Vec<Finding> {
    let mut first: BTreeMap<&Id, Vec<&Audited>> = BTreeMap::new();
    let mut findings = Vec::new();
    for campaign in campaigns {
        let Some(announcement) = &campaign.announcement else { continue };
        let others = first.entry(&announcement.body().number).or_default();
        if let Some(other) = others.iter().find(|other| differs(campaign, other)) {
            let fault = Fault::new(Code::AuditTwice).file(&campaign.place);
            findings.push(wrong(fault.fact("number", &campaign.number).fact("other", &other.place)));
        }
        others.push(campaign);
    }
    findings
}

/// Whether two campaigns of one number cannot be copies of one: a file that both have differs, or each has an end, or a
/// serial after it, that the other has not.
fn differs(one: &Audited, other: &Audited) -> bool {
    let place = |name: &str| match name {
        "record.json" | "void.json" => "end".to_owned(),
        _ => serial_of(name).map_or_else(|| name.to_owned(), |(_, serial)| serial.to_string()),
    };
    let by_place = |campaign: &Audited| -> BTreeMap<String, Leaf> {
        campaign.leaves.iter().map(|(name, leaf)| (place(name), leaf.clone())).collect()
    };
    let (one, other) = (by_place(one), by_place(other));
    let has = |campaign: &BTreeMap<String, Leaf>, kind: &str| campaign.values().any(|leaf| leaf.kind.as_str() == kind);
    // what is sealed is a record
    let apart = has(&one, "void") && has(&other, "sealing") || has(&one, "sealing") && has(&other, "void");
    apart || one.iter().any(|(place, leaf)| other.get(place).is_some_and(|theirs| theirs != leaf))
}
