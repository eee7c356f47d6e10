//! `openssl ts` plays an authority, if it is there: a query, a reply, and our check of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use yaohao::encoding::Digest;
use yaohao::ident::Time;
use yaohao::stamp::{Authority, Stamp};

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

#[test]
fn what_openssl_stamps_now_is_checked() {
    if !Command::new("openssl").arg("version").output().is_ok_and(|ran| ran.status.success()) {
        // past the harness, which keeps what passing tests say to itself
        let _ = writeln!(std::io::stderr(), "SKIPPED: no openssl, so nothing was stamped");
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    std::fs::write(folder.join("config"), CONFIG).unwrap();
    std::fs::write(folder.join("serial"), "01\n").unwrap();
    let digest = Digest::of(b"the body of a statement");
    openssl(folder, &format!("ts -query -digest {digest} -sha256 -cert -out query"));
    for kind in ["-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-256"] {
        openssl(
            folder,
            &format!("req -x509 {kind} -nodes -keyout key -out certificate -days 1 -config config -extensions own"),
        );
        let before = now();
        openssl(folder, "ts -reply -config config -queryfile query -signer certificate -inkey key -out reply");
        let authority = Authority::parse(&std::fs::read_to_string(folder.join("certificate")).unwrap()).unwrap();
        let stamp = Stamp::parse(&std::fs::read(folder.join("reply")).unwrap()).unwrap();
        let stamped = stamp.check(&digest, &[authority]).unwrap();
        assert_eq!(stamped.by, "CN=Live TSA");
        let range = before + 2..=now() + 2;
        assert!(range.contains(&stamped.time.seconds()), "{} of {range:?}", stamped.time);
        assert!(Time::parse(&stamped.time.to_string()).is_ok());
    }
}
