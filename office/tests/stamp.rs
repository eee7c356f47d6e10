//! `openssl ts` plays an authority, if it is there: a query, a reply, and our check of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use yaohao::encoding::Digest;
use yaohao::ident::{Name, Text};
use yaohao::stamp::{Authority, Stamp};
use yaohao::verify::{Policy, Report, verify};

mod support;
use support::{Files, ROUND, Small};

const CONFIG: &str = "[req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = Live TSA\n[own]\nbasicConstraints = critical, CA:FALSE\n\
    keyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping\n[tsa]\ndefault_tsa = one\n[one]\n\
    serial = serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:2\n\
    ess_cert_id_alg = sha256\n";

fn openssl(folder: &Path, arguments: &str) {
    let ran = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output().unwrap();
    assert!(ran.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&ran.stderr));
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn authority(name: &str, kind: &str) -> Option<tempfile::TempDir> {
    if !Command::new("openssl").arg("version").output().is_ok_and(|ran| ran.status.success()) {
        // past the harness, which keeps what passing tests say to itself
        let _ = writeln!(std::io::stderr(), "SKIPPED: no openssl, so nothing was stamped");
        return None;
    }
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    std::fs::write(folder.join("config"), CONFIG.replace("Live TSA", name)).unwrap();
    std::fs::write(folder.join("serial"), "01\n").unwrap();
    openssl(
        folder,
        &format!("req -x509 {kind} -nodes -keyout key -out certificate -days 1 -config config -extensions own"),
    );
    Some(temporary)
}

const RSA: &str = "-newkey rsa:2048";
const CURVE: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256";

fn stamp(authority: &Path, digest: &Digest) -> Vec<u8> {
    openssl(authority, &format!("ts -query -digest {digest} -sha256 -cert -out query"));
    openssl(authority, "ts -reply -config config -queryfile query -signer certificate -inkey key -out reply");
    std::fs::read(authority.join("reply")).unwrap()
}

fn certificate(authority: &Path) -> String {
    std::fs::read_to_string(authority.join("certificate")).unwrap()
}

fn trust(small: &Small, authority: &Path) -> Policy {
    let text = certificate(authority);
    let more = format!("\n[[authorities]]\nname = \"tsa\"\ncertificate = '''\n{text}'''\n");
    Policy::parse(&(small.policy() + &more)).unwrap()
}

/// One test at a time: the lock of a campaign that this process works in would pass to a program that another test starts
/// in that moment.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn strict() -> Small {
    Small { order_accepted: false, ..Small::default() }
}

#[test]
fn what_openssl_stamps_now_is_checked() {
    let _alone = alone();
    let digest = Digest::of(b"the body of a statement");
    for kind in [RSA, CURVE] {
        let Some(folder) = authority("Live TSA", kind) else { return };
        let before = now();
        let reply = stamp(folder.path(), &digest);
        let authority = Authority::parse(&certificate(folder.path())).unwrap();
        let stamped = Stamp::parse(&reply).unwrap().check(&digest, &[authority]).unwrap();
        assert_eq!(stamped.by, "CN=Live TSA");
        let range = before + 2..=now() + 2;
        assert!(range.contains(&stamped.time.seconds()), "{} of {range:?}", stamped.time);
    }
}

/// Stamped today, before a beacon of the year 2090: the order is proven. By another authority, of another statement, or
/// after a beacon of 2024: it is not.
#[test]
fn a_stamp_of_the_closing_proves_the_order() {
    let _alone = alone();
    let (Some(known), Some(stranger)) = (authority("Live TSA", CURVE), authority("Another TSA", RSA)) else { return };
    let proven = |report: &Report| report.order.as_ref().unwrap().proof().is_some();
    let with = |files: &Files, of: &str, by: &Path| {
        let mut files = files.clone();
        let digest = support::body_digest(&files, of);
        files.insert("closing.json.tsr".to_owned(), stamp(by, &digest));
        files
    };
    let far = strict().plan(&ROUND.to_string(), "700000000");
    let closed = far.closed();
    let policy = trust(&far, known.path());
    let report = verify(&closed, Some(&policy));
    assert_eq!((report.verdict.exit_code(), proven(&report)), (3, false));
    let report = verify(&with(&closed, "closing.json", known.path()), Some(&policy));
    assert_eq!((report.verdict.exit_code(), proven(&report)), (3, true), "the record is missing");
    let report = verify(&with(&closed, "closing.json", stranger.path()), Some(&policy));
    assert!(!proven(&report) && report.order.unwrap().uncounted == ["closing.json.tsr"]);
    let report = verify(&with(&closed, "announcement.json", known.path()), Some(&policy));
    let (step, fault) = report.failure().unwrap();
    assert_eq!((step.number(), fault.code().name()), ("V5", "stamp.imprint"));

    let late = with(&strict().drawn(), "closing.json", known.path());
    let report = verify(&late, Some(&trust(&strict(), known.path())));
    assert_eq!((report.verdict.exit_code(), proven(&report)), (3, false), "stamped two years after the beacon");
    let existence = &report.order.unwrap().existences[0];
    assert_eq!((existence.statement.as_str(), &existence.by[..]), ("closing.json", &["CN=Live TSA".to_owned()][..]));
}

/// A campaign given up before its beacon is complete, and a stamp proves that it was given up in time.
#[test]
fn a_stamp_of_an_early_void_completes_it() {
    let _alone = alone();
    let Some(known) = authority("Live TSA", RSA) else { return };
    let far = strict().plan(&ROUND.to_string(), "700000000");
    let folder = tempfile::tempdir().unwrap();
    let campaign = far.until_closed(folder.path());
    let (reason, text) = (Name::parse("budget").unwrap(), Text::parse("经费未到位").unwrap());
    campaign.void(reason, text, None, &support::time("2024-10-14T11:00:00Z")).unwrap();
    let mut files = support::read_folder(&campaign.public());
    let policy = trust(&far, known.path());
    assert_eq!(verify(&files, Some(&policy)).verdict.exit_code(), 3);
    let digest = support::body_digest(&files, "void.json");
    files.insert("void.json.tsr".to_owned(), stamp(known.path(), &digest));
    assert_eq!(verify(&files, Some(&policy)).verdict.exit_code(), 0);
}

#[test]
fn a_broken_stamp_is_malformed_and_one_in_unknown_algorithms_is_uncounted() {
    let _alone = alone();
    let fixture = |name: &str| std::fs::read(support::repository().join("fixtures/stamp").join(name)).unwrap();
    let with = |bytes: Vec<u8>| {
        let mut files = strict().drawn();
        files.insert("closing.json.tsr".to_owned(), bytes);
        files
    };
    let policy = Policy::parse(&strict().policy()).unwrap();
    let mut cut = fixture("rsa-with-cert.tsr");
    cut.pop();
    for (bytes, code) in [(cut, "stamp.form"), (fixture("refused.tsr"), "stamp.refused")] {
        let report = verify(&with(bytes), Some(&policy));
        let (step, fault) = report.failure().unwrap();
        assert_eq!((step.number(), fault.code().name()), ("V2", code));
    }
    for name in ["curve.tsr", "sha1-imprint.tsr", "rsa-with-cert.tsr"] {
        let report = verify(&with(fixture(name)), Some(&policy));
        assert_eq!(report.verdict.exit_code(), 3, "{name}: {:?}", report.failure().map(|(_, fault)| fault.to_string()));
        assert_eq!(report.order.unwrap().uncounted, ["closing.json.tsr"], "{name}");
    }
}
