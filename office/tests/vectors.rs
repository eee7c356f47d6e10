//! The vectors under `fixtures/vectors`: made here, compared with what lies there, and verified from there.
//!
//! `YAOHAO_BLESS=1 cargo test -p yaohao-office --test vectors` writes them again.
#![allow(missing_docs, unreachable_pub, reason = "a test is no library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

#[path = "vectors/accept.rs"]
mod accept;
#[path = "vectors/catalogue.rs"]
mod catalogue;
#[path = "vectors/hidden.rs"]
mod hidden;
#[path = "vectors/insider.rs"]
mod insider;
#[path = "vectors/later.rs"]
mod later;
#[path = "vectors/notices.rs"]
mod notices;
#[path = "vectors/receipts.rs"]
mod receipts;
#[path = "vectors/reject.rs"]
mod reject;
#[path = "vectors/rotated.rs"]
mod rotated;
#[path = "vectors/sealed.rs"]
mod sealed;
#[path = "vectors/sites.rs"]
mod sites;
#[path = "vectors/stamps.rs"]
mod stamps;
#[path = "vectors/tamper.rs"]
mod tamper;
#[path = "vectors/teams.rs"]
mod teams;
#[path = "vectors/voids.rs"]
mod voids;
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use support::{Files, repository};
use yaohao::encoding::{Value, object};
use yaohao::verify::{Policy, Verdict, verify};
use yaohao_office::files::Folder;

#[derive(Clone)]
/// One vector: the published files, the reader's policy, and what must come of it.
pub struct Vector {
    pub name: &'static str,
    pub files: Files,
    pub policy: Option<String>,
    pub expect: Expect,
}

#[derive(Clone)]
/// What a verifier must say.
pub enum Expect {
    Exit(u64),
    Reject { step: &'static str, code: &'static str },
}

impl Vector {
    fn expectation(&self) -> Value {
        match self.expect {
            Expect::Exit(exit) => object([("exit", exit.into())]),
            Expect::Reject { step, code } => object([("code", code.into()), ("exit", 1.into()), ("step", step.into())]),
        }
    }

    /// The vector as files below its folder.
    fn layout(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut layout: BTreeMap<PathBuf, Vec<u8>> =
            self.files.iter().map(|(name, bytes)| (Path::new("public").join(name), bytes.clone())).collect();
        layout.insert("expect.json".into(), self.expectation().to_file().into_bytes());
        layout.extend(self.policy.as_ref().map(|policy| ("trust.toml".into(), policy.clone().into_bytes())));
        layout
    }
}

#[test]
fn vectors_are_fresh() {
    let root = repository().join("fixtures/vectors");
    let accept = [
        accept::vectors(),
        receipts::accept(),
        voids::accept(),
        later::accept(),
        sealed::accept(),
        teams::accept(),
        stamps::accept(),
    ];
    let reject = [
        reject::vectors(),
        receipts::reject(),
        voids::reject(),
        later::reject(),
        sealed::reject(),
        teams::reject(),
        stamps::reject(),
    ];
    // what nobody can refuse, and does not show what it should, is told in the catalogue only
    let insider = [insider::reject(), insider::unproven()].concat();
    let (accept, reject) = (accept.concat(), [reject.concat(), insider].concat());
    catalogue::settle_all(&reject);
    // what the catalogue tells lies there
    let reject: Vec<Vector> = reject.into_iter().filter(|vector| !catalogue::told(vector)).collect();
    for (kind, vectors) in [("accept", &accept), ("reject", &reject)] {
        let mut expected: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
        for vector in vectors {
            let before = expected.len();
            expected
                .extend(vector.layout().into_iter().map(|(path, bytes)| (Path::new(vector.name).join(path), bytes)));
            assert!(expected.len() >= before + vector.files.len(), "{} stands twice", vector.name);
        }
        settle(&root.join(kind), &expected);
    }
    assert!(accept.len() >= 12 && reject.len() >= 30);
}

/// Compares a folder with what it must hold, or writes it.
fn settle(folder: &Path, expected: &BTreeMap<PathBuf, Vec<u8>>) {
    if std::env::var_os("YAOHAO_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(folder);
        for (path, bytes) in expected {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let found = walk(folder, folder);
    let name = folder.display();
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "files of {name}");
    for (path, bytes) in expected {
        assert!(found[path] == *bytes, "{} differs: bless it and look at the change", path.display());
    }
}

#[test]
fn the_catalogue_is_seen_through() {
    assert!(catalogue::run_all() >= 80);
}

#[test]
fn every_vector_gives_what_it_says() {
    let mut seen = 0;
    for kind in ["accept", "reject"] {
        for entry in std::fs::read_dir(repository().join("fixtures/vectors").join(kind)).unwrap() {
            let folder = entry.unwrap().path();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let policy =
                std::fs::read_to_string(folder.join("trust.toml")).ok().map(|text| Policy::parse(&text).unwrap());
            let report = verify(&Folder::new(&folder.join("public")), policy.as_ref());
            let expected: serde_json::Value =
                serde_json::from_slice(&std::fs::read(folder.join("expect.json")).unwrap()).unwrap();
            let fault = report.failure().filter(|_| report.verdict == Verdict::Rejected);
            let found = (
                u64::from(report.verdict.exit_code()),
                fault.map(|(step, _)| step.number()),
                fault.map(|(_, fault)| fault.code().name()),
            );
            let text = |key: &str| expected.get(key).and_then(serde_json::Value::as_str);
            let wanted = (expected["exit"].as_u64().unwrap(), text("step"), text("code"));
            assert_eq!(found, wanted, "{kind}/{name}: {:?}", fault.map(|(_, fault)| fault.to_string()));
            assert_eq!(report.verified.is_some(), wanted.0 == 0, "{name}");
            seen += 1;
        }
    }
    assert!(seen >= 42, "only {seen} vectors were found");
}

fn walk(root: &Path, folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in
        std::fs::read_dir(folder).unwrap_or_else(|_| panic!("{} is missing: bless the vectors", folder.display()))
    {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(root, &path));
        } else {
            found.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// One byte changed anywhere in any published file: rejected, and a step is named. Every byte of the small campaign is
/// tried with one other value, by flipping a bit that its place chooses.
#[test]
fn no_byte_can_be_changed() {
    let small = support::Small::default();
    let files = small.drawn();
    let policy = Policy::parse(&small.policy()).unwrap();
    assert_eq!(verify(&files, Some(&policy)).verdict.exit_code(), 0);
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    for name in files.keys() {
        let step = if name.ends_with(".json") { 3 } else { 1 };
        for place in (0..files[name].len()).step_by(step) {
            let mut bent = files.clone();
            bent.get_mut(name).unwrap()[place] ^= 1 << (place % 8);
            // with a policy and without, by turns
            let report = verify(&bent, Some(&policy).filter(|_| place % 2 == 0));
            let Some((failed, _)) = report.failure() else { panic!("{name}: byte {place} can be changed") };
            assert_eq!(report.verdict.exit_code(), 1);
            *steps.entry(failed.number()).or_default() += 1;
        }
    }
    assert!(steps.len() >= 6, "faults were seen by few steps only: {steps:?}");
}

/// A file that is gone leaves the verdict at 3 (2 for the announcement), never at 0 and never at "rejected".
#[test]
fn a_missing_file_is_no_proof_and_no_lie() {
    let small = support::Small::default();
    let sealed = small.clone().sealed();
    for (small, files) in [(&small, small.drawn()), (&sealed, sealed::revealed(&sealed, sealed::REVEALED))] {
        fewer_files(&Policy::parse(&small.policy()).unwrap(), &files);
    }
}

fn fewer_files(policy: &Policy, files: &Files) {
    for name in files.keys() {
        let mut fewer = files.clone();
        fewer.remove(name);
        let report = verify(&fewer, Some(policy));
        let expected = if name == "announcement.json" { 2 } else { 3 };
        assert_eq!(report.verdict.exit_code(), expected, "{name}: {:?}", report.failure());
        assert!(report.missing.contains(name), "{name}");
    }
}
