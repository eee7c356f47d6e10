//! The log against the site: what one of them has and the other has not.

use super::shelf::{Shelf, leaves as leaves_of};
use super::{Audited, Finding, below, remark, wrong};
use crate::files::read_bytes;
use crate::ledger::{Checked, Home, Log};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use yaohao::fault::{Code, Fault};
use yaohao::ledger::{Leaf, Receipt, check_consistency, consistency_proof};
use yaohao::verify::Policy;

/// The site's log, read back whole; what is wrong with it is a finding.
pub(super) fn of_site(site: &Path, policy: Option<&Policy>, findings: &mut Vec<Finding>) -> Option<(Log, Checked)> {
    let folder = site.join("log");
    if !folder.exists() {
        return None;
    }
    let home = Home::new(&folder);
    // the reader's own key of the log counts before the one that lies beside it
    let said = home.verifier().ok();
    let known = policy.and_then(|policy| {
        policy.logs.iter().find(|log| said.as_ref().is_none_or(|said| said.name() == log.name())).cloned()
    });
    if known.is_none() {
        findings.push(remark(Fault::new(Code::AuditLogKey).file("log")));
    }
    let open = home.open(known.as_ref()).and_then(|log| {
        let checked = log.check(None)?;
        Ok((log, checked))
    });
    open.map_err(|fault| findings.push(wrong(fault.below("log")))).ok()
}

/// Statements that only the log knows, or only the site; receipts of another history.
pub(super) fn against(site: &Path, log: &Log, leaves: &[Option<Leaf>], campaigns: &[Audited]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let logged: BTreeSet<String> = leaves.iter().flatten().map(Leaf::to_text).collect();
    let mut published: BTreeMap<String, &str> = BTreeMap::new();
    for campaign in campaigns {
        for (file, leaf) in &campaign.leaves {
            published.insert(leaf.to_text(), &campaign.place);
            if !logged.contains(&leaf.to_text()) {
                findings.push(remark(Fault::new(Code::AuditUnlogged).file(below(&campaign.place, file))));
            }
        }
    }
    let beside = Shelf::BESIDE.map(|(folder, shelf)| (folder, leaves_of(&site.join(folder), shelf)));
    for (folder, leaves) in &beside {
        for (file, leaf) in leaves {
            if !logged.contains(&leaf.to_text()) {
                findings.push(remark(Fault::new(Code::AuditUnlogged).file(below(folder, file))));
            }
            published.insert(leaf.to_text(), folder);
        }
    }
    for leaf in leaves.iter().flatten() {
        if published.contains_key(&leaf.to_text()) {
            continue;
        }
        // a second one of what a number has once is another try; anything else was taken away
        let same = |other: &Leaf| other.number == leaf.number && other.kind == leaf.kind;
        let twin = campaigns.iter().find(|campaign| campaign.leaves.values().any(same));
        let twin = twin.filter(|_| ONCE.contains(&leaf.kind.as_str()));
        findings.push(wrong(match twin {
            Some(campaign) => Fault::new(Code::AuditTwin)
                .file(&campaign.place)
                .fact("kind", &leaf.kind)
                .fact("number", &leaf.number)
                .fact("digest", leaf.statement),
            None => Fault::new(Code::AuditDropped)
                .file("log")
                .fact("kind", &leaf.kind)
                .fact("number", &leaf.number)
                .fact("digest", leaf.statement),
        }));
    }
    let campaigns = campaigns.iter().map(|campaign| (campaign.place.as_str(), &campaign.leaves));
    let places = campaigns.chain(beside.iter().map(|(folder, leaves)| (*folder, leaves)));
    findings.extend(places.flat_map(|(place, leaves)| receipts(site, log, place, leaves)));
    findings
}

/// What a number has once.
const ONCE: [&str; 6] = ["announcement", "closing", "sealing", "reveal", "record", "void"];

/// Every receipt is of this log's own past: a log that showed somebody else another one forks.
fn receipts(site: &Path, log: &Log, folder: &str, leaves: &BTreeMap<String, Leaf>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, leaf) in leaves {
        let place = below(folder, &format!("{file}.tlog-proof"));
        let Ok(receipt) = read_bytes(&site.join(&place)).and_then(|bytes| Receipt::parse(&bytes)) else { continue };
        let here = log.signed().checkpoint();
        if receipt.origin() != here.origin.as_str() {
            continue;
        }
        let checked = receipt.check(&leaf.hash(), log.verifier());
        let signed = match checked {
            Ok(signed) => signed,
            Err(fault) => {
                findings.push(wrong(fault.file(place)));
                continue;
            }
        };
        let theirs = signed.checkpoint();
        if theirs.size > here.size {
            let fault = Fault::new(Code::AuditStale).file(place).fact("found", theirs.size);
            findings.push(wrong(fault.fact("expected", here.size)));
            continue;
        }
        let proof = consistency_proof(log, theirs.size, here.size);
        let proven =
            proof.and_then(|proof| check_consistency((theirs.size, &theirs.root), (here.size, &here.root), &proof));
        if proven.is_err() {
            findings.push(wrong(Fault::new(Code::AuditFork).file(place).fact("size", theirs.size)));
        }
    }
    findings
}
