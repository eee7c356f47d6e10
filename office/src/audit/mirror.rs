//! Copies of the site that others keep: whether all show the same.

use super::{Audited, Finding, campaigns as places, leaves, remark, wrong};
use crate::files::shown;
use crate::ledger::{Home, Log};
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::{check_consistency, consistency_proof};

/// The mirror's log is a part of this one, or this one a part of it.
pub(super) fn log(here: &Log, folder: &Path) -> Vec<Finding> {
    let path = folder.join("log");
    if !path.exists() {
        return vec![remark(Fault::new(Code::AuditMirrorLacks).file(shown(folder)).fact("what", "log"))];
    }
    // the key with which this one was opened: another one would be another log
    let there = match Home::new(&path).open(Some(here.verifier())) {
        Ok(log) => log,
        Err(fault) => return vec![wrong(fault.below(&shown(&path)))],
    };
    let (small, large) = match (here.signed().checkpoint(), there.signed().checkpoint()) {
        (a, b) if a.size <= b.size => ((a.size, a.root), (&there, b.size, b.root)),
        (a, b) => ((b.size, b.root), (here, a.size, a.root)),
    };
    let proof = consistency_proof(large.0, small.0, large.1);
    let proven = proof.and_then(|proof| check_consistency((small.0, &small.1), (large.1, &large.2), &proof));
    match proven {
        Ok(()) => Vec::new(),
        Err(_) => vec![wrong(Fault::new(Code::AuditFork).file(shown(&path)).fact("size", small.0))],
    }
}

/// The same number has the same statements wherever it is published.
pub(super) fn campaigns(here: &[Audited], folder: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut there: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for place in places(folder)? {
        for (file, leaf) in leaves(&folder.join(&place)) {
            there.entry(leaf.number.to_string()).or_default().insert(file, leaf.to_text());
        }
    }
    for campaign in here.iter().filter(|campaign| campaign.announcement.is_some()) {
        let Some(files) = there.get(&campaign.number) else {
            let fault = Fault::new(Code::AuditMirrorLacks).file(shown(folder)).fact("what", &campaign.number);
            findings.push(remark(fault));
            continue;
        };
        for (file, text) in files {
            match campaign.leaves.get(file) {
                Some(leaf) if leaf.to_text() == *text => {}
                Some(_) => findings.push(wrong(
                    Fault::new(Code::AuditMirror)
                        .file(shown(&Path::new(&campaign.place).join(file)))
                        .fact("mirror", folder.display()),
                )),
                // what a mirror keeps and the site has no longer
                None => findings.push(wrong(
                    Fault::new(Code::AuditMirrorKeeps)
                        .file(shown(&Path::new(&campaign.place).join(file)))
                        .fact("mirror", folder.display()),
                )),
            }
        }
    }
    let known = |number: &String| here.iter().any(|campaign| campaign.number == *number);
    for number in there.keys().filter(|number| !known(number)) {
        let fault = Fault::new(Code::AuditMirrorKeeps).file(number).fact("mirror", folder.display());
        findings.push(wrong(fault));
    }
    Ok(findings)
}
