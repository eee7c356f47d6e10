//! Copies of the site that others keep: whether all show the same.

use super::shelf::{Shelf, leaves};
use super::{Audited, Finding, campaigns as places, remark, wrong};
use crate::files::shown;
use crate::ledger::{Home, Log};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::{check_consistency, consistency_proof};

/// All logs, the site's first, are beginnings of one history, and nobody has seen a longer one than the site shows.
pub(super) fn logs(here: Log, mirrors: &[PathBuf]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (size, verifier) = (here.signed().checkpoint().size, here.verifier().clone());
    let mut logs = vec![here];
    for folder in mirrors {
        let path = folder.join("log");
        if !path.exists() {
            findings.push(remark(Fault::new(Code::AuditMirrorLacks).file(shown(folder)).fact("what", "log")));
            continue;
        }
        // the key with which this one was opened: another one would be another log
        let there = match Home::new(&path).open(Some(&verifier)) {
            Ok(log) => log,
            Err(fault) => {
                findings.push(wrong(fault.below(&shown(&path))));
                continue;
            }
        };
        let theirs = there.signed().checkpoint().size;
        if let Some(size) = logs.iter().find_map(|log| parting(log, &there)) {
            findings.push(wrong(Fault::new(Code::AuditFork).file(shown(&path)).fact("size", size)));
        } else if theirs > size {
            let fault = Fault::new(Code::AuditStale).file(shown(&path)).fact("found", theirs);
            findings.push(wrong(fault.fact("expected", size)));
        }
        logs.push(there);
    }
    findings
}

/// The size of the smaller of two logs, if it is no beginning of the larger.
fn parting(one: &Log, other: &Log) -> Option<u64> {
    let (small, large) =
        if one.signed().checkpoint().size <= other.signed().checkpoint().size { (one, other) } else { (other, one) };
    let (old, new) = (small.signed().checkpoint(), large.signed().checkpoint());
    let proof = consistency_proof(large, old.size, new.size);
    let proven = proof.and_then(|proof| check_consistency((old.size, &old.root), (new.size, &new.root), &proof));
    proven.is_err().then_some(old.size)
}

/// What a folder shows of one number: the statements of each file's name. A number may lie in more than one folder.
type Files = BTreeMap<String, BTreeSet<String>>;

/// The same number has the same statements wherever it is published, and so have plans and notices.
pub(super) fn campaigns(site: &Path, here: &[Audited], folder: &Path) -> Result<Vec<Finding>> {
    let mut there: BTreeMap<String, Files> = BTreeMap::new();
    for place in places(folder)? {
        for (file, leaf) in leaves(&folder.join(&place), Shelf::Campaign) {
            there.entry(leaf.number.to_string()).or_default().entry(file).or_default().insert(leaf.to_text());
        }
    }
    let mut known: BTreeMap<&str, (&str, Files)> = BTreeMap::new();
    for campaign in here.iter().filter(|campaign| campaign.announcement.is_some()) {
        let (_, files) = known.entry(&campaign.number).or_insert_with(|| (&campaign.place, Files::new()));
        for (file, leaf) in &campaign.leaves {
            files.entry(file.clone()).or_default().insert(leaf.to_text());
        }
    }
    let mut findings = Vec::new();
    for (number, (place, files)) in &known {
        match there.get(*number) {
            Some(theirs) => findings.extend(compare(place, files, theirs, folder)),
            None => {
                let fault = Fault::new(Code::AuditMirrorLacks).file(shown(folder)).fact("what", number);
                findings.push(remark(fault));
            }
        }
    }
    for number in there.keys().filter(|number| !known.contains_key(number.as_str())) {
        findings.push(keeps(number, folder));
    }
    for (name, shelf) in Shelf::BESIDE {
        let of = |root: &Path| -> Files {
            let texts = leaves(&root.join(name), shelf).into_iter();
            texts.map(|(file, leaf)| (file, BTreeSet::from([leaf.to_text()]))).collect()
        };
        findings.extend(compare(name, &of(site), &of(folder), folder));
    }
    Ok(findings)
}

/// What a mirror has otherwise, or keeps and the site has no longer.
fn compare(place: &str, here: &Files, there: &Files, mirror: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, texts) in there {
        let path = shown(&Path::new(place).join(file));
        match here.get(file) {
            Some(ours) if texts.is_subset(ours) => {}
            Some(_) => {
                findings.push(wrong(Fault::new(Code::AuditMirror).file(path).fact("mirror", mirror.display())));
            }
            None => findings.push(keeps(&path, mirror)),
        }
    }
    findings
}

fn keeps(what: &str, mirror: &Path) -> Finding {
    wrong(Fault::new(Code::AuditMirrorKeeps).file(what).fact("mirror", mirror.display()))
}
