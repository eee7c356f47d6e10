//! A published file of a small campaign, replaced: verification reads what anybody may have put there.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;
use yaohao::announcement::Announcement;
use yaohao::later::{Amendment, Results, Substitution};
use yaohao::ledger::Receipt;
use yaohao::notice::{Revocation, Rotation};
use yaohao::record::{Record, Sealing, Void};
use yaohao::seed::{Closing, Contribution, Reveal};
use yaohao::statement::{Body, Statement};
use yaohao::verify::{Policy, Verdict, verify};
use yaohao::year::YearPlan;

macro_rules! published {
    ($($name:literal)*) => {
        BTreeMap::from([$((
            $name.to_owned(),
            include_bytes!(concat!("../../fixtures/vectors/accept/small/public/", $name)).to_vec(),
        )),*])
    };
}

static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    published!("announcement.json" "assignments.csv" "beacon.json" "closing.json" "contribution-gongan.json"
        "contribution-yingji.json" "inspectors.csv" "record.json" "recusals.csv" "selected.csv" "targets.csv")
});
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    Policy::parse(include_str!("../../fixtures/vectors/accept/small/trust.toml")).expect("the policy of a vector")
});

/// What a file most likely is, by how it says so itself.
const SIGNS: [(&str, &str); 10] = [
    ("stratum,part", "selected.csv"),
    ("target,department", "assignments.csv"),
    ("target,inspector", "recusals.csv"),
    ("id,capacity", "inspectors.csv"),
    ("id,", "targets.csv"),
    ("\"type\":\"closing\"", "closing.json"),
    ("\"type\":\"contribution\"", "contribution-yingji.json"),
    ("\"type\":\"record\"", "record.json"),
    ("\"signature\":", "beacon.json"),
    ("", "announcement.json"),
];

/// What is read as a statement is written back as the same bytes, but for the order of signatures.
fn parse<B: Body>(bytes: &[u8]) {
    if let Ok(statement) = Statement::<B>::parse(bytes) {
        assert_eq!(statement.to_file().len(), bytes.len());
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    parse::<Announcement>(bytes);
    parse::<Contribution>(bytes);
    parse::<Closing>(bytes);
    parse::<Record>(bytes);
    parse::<Void>(bytes);
    parse::<Sealing>(bytes);
    parse::<Reveal>(bytes);
    parse::<Substitution>(bytes);
    parse::<Results>(bytes);
    parse::<Amendment>(bytes);
    parse::<YearPlan>(bytes);
    parse::<Rotation>(bytes);
    parse::<Revocation>(bytes);
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(receipt.to_file().as_bytes(), bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let Some((_, name)) = SIGNS.iter().find(|(sign, _)| text.contains(sign)) else { return };
    let mut files = FILES.clone();
    let before = files.insert((*name).to_owned(), bytes.to_vec());
    let report = verify(&files, Some(&POLICY));
    // nothing but the very bytes may pass for what was signed
    assert!(report.verdict != Verdict::Verified || before.as_deref() == Some(bytes), "{name} was replaced");
});
