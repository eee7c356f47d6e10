//! A sealed campaign, from plan to reveal, as an officer goes it and as a reader sees it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use support::{copy, must, yaohao};
use yaohao::ident::{Id, Time};
use yaohao_office::campaign::Campaign;
use yaohao_office::keys::System;

/// One test at a time: the lock of a campaign that this process works in would pass to a program that another test starts
/// in that moment.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const SIGNATURE: &str =
    "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394";

fn flat(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Exit code, and what was said on both channels.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = yaohao(folder, arguments);
    (output.status.code().unwrap(), flat(&output.stdout) + " " + &flat(&output.stderr))
}

/// The same in Chinese, where lines break anywhere.
fn in_chinese(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = std::process::Command::new(support::program());
    let output = command.current_dir(folder).args(["--lang", "zh"]).args(arguments).output().unwrap();
    (output.status.code().unwrap(), (flat(&output.stdout) + &flat(&output.stderr)).replace(' ', ""))
}

#[track_caller]
fn refuses(folder: &Path, arguments: &[&str], code: &str) {
    let before = names(&folder.join("d/public"));
    let (exit, said) = run(folder, arguments);
    assert!(exit != 0 && said.contains(code), "{arguments:?}: {exit} {said}");
    assert_eq!(names(&folder.join("d/public")), before, "{arguments:?} left something behind");
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The demonstration's plan and tables in `d`, sealed, not announced yet.
fn planned(at: &Path, beacon: &str, reveal_by: &str) -> PathBuf {
    must(at, &["demo", "d"]);
    must(at, &["key", "new", "jijian", "d", "--plain"]);
    let path = at.join("d/plan.toml");
    let plan = std::fs::read_to_string(&path).unwrap();
    let of_demo = "{ kind = \"drand\", round = 12040883 }";
    assert!(plan.contains(of_demo));
    let sealed = format!("[seed.sealed]\ncustodian = \"jijian\"\nreveal_by = \"{reveal_by}\"\n\n[signers]");
    std::fs::write(&path, plan.replace(of_demo, beacon).replace("[signers]", &sealed)).unwrap();
    std::fs::remove_dir_all(at.join("d/public")).unwrap();
    at.join("d")
}

/// The same, announced and closed before a round that is long past: the program itself announces nothing of that age.
fn closed(at: &Path, reveal_by: &str) -> PathBuf {
    let folder = planned(at, "{ kind = \"drand\", round = 12040883 }", reveal_by);
    let campaign = Campaign::new(&folder);
    let time = |text: &str| Time::parse(text).unwrap();
    campaign.announce(&time("2024-10-14T08:00:00Z"), &mut System).unwrap();
    for contributor in ["gongan", "shichang", "yingji"] {
        let contributor = Id::parse(contributor).unwrap();
        campaign.contribute(&contributor, None, None, &time("2024-10-14T09:00:00Z"), &mut System).unwrap();
    }
    campaign.close(&time("2024-10-14T10:00:00Z")).unwrap();
    let trust = must(at, &["key", "trust", "d"]).replace("# order =", "order =");
    assert!(trust.contains("\"sealing\"") && trust.contains("signs = [\"reveal\"]"), "{trust}");
    std::fs::write(at.join("trust.toml"), trust).unwrap();
    folder
}

const VERIFY: [&str; 4] = ["verify", "d", "--trust", "trust.toml"];

#[test]
fn the_whole_way() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let d = closed(at, "9000-01-01T00:00:00Z");
    let before = names(&d.join("public"));
    refuses(at, &["reveal", "d"], "campaign.state");

    // the custodian keeps the secret away from the office until the day
    let (kept, away) = (d.join("private/custodian.secret"), at.join("away"));
    std::fs::rename(&kept, &away).unwrap();
    refuses(at, &["draw", "d", "--signature", SIGNATURE], "file.missing");
    std::fs::write(at.join("wrong"), "ab".repeat(32)).unwrap();
    refuses(at, &["draw", "d", "--signature", SIGNATURE, "--secret-file", "wrong"], "sealed.secret");
    let (code, said) = run(at, &["draw", "d", "--signature", SIGNATURE, "--secret-file", "away"]);
    std::fs::rename(&away, &kept).unwrap();
    assert!(code == 0 && said.contains("Sealed: ") && said.contains("yaohao reveal d"), "{code} {said}");
    let fresh: Vec<String> = names(&d.join("public")).into_iter().filter(|name| !before.contains(name)).collect();
    assert_eq!(fresh, ["beacon.json", "sealing.json"], "nothing else is published on the day");
    assert_eq!(names(&d.join("private/sealed")), ["assignments.csv", "record.json", "selected.csv"]);
    refuses(at, &["draw", "d", "--signature", SIGNATURE], "campaign.exists");
    refuses(at, &["void", "d", "--reason", "budget", "--text", "too late"], "campaign.exists");

    let (code, said) = run(at, &VERIFY);
    assert!(code == 3 && said.contains("SEALED until 9000-01-01T00:00:00Z"), "{code} {said}");
    assert!(said.contains("V13 selection sealed") && !said.contains("Missing"), "{said}");
    let (code, said) = in_chinese(at, &VERIFY);
    assert!(code == 3 && said.contains("封存至9000-01-01T00:00:00Z") && said.contains("封存中"), "{code} {said}");
    let (code, said) = run(at, &["verify", "d", "--json"]);
    assert!(code == 3 && said.contains("\"custodian\":\"jijian\"") && said.contains("\"revealed_at\":null"), "{said}");

    // the office knows what it drew; who has only what was published does not
    let selected = std::fs::read_to_string(d.join("private/sealed/selected.csv")).unwrap();
    let id = selected.lines().nth(1).unwrap().split(',').nth(4).unwrap();
    let (code, said) = run(at, &["explain", "d", id]);
    assert!(code == 0 && said.contains("It was drawn"), "{code} {said}");
    std::fs::remove_file(d.join("private/teams.xlsx")).unwrap();
    must(at, &["explain", "d", "--teams"]);
    assert!(d.join("private/teams.xlsx").exists());
    // who would step in is for the office to know, and not to publish before the secret is told
    let assigned = std::fs::read_to_string(d.join("private/sealed/assignments.csv")).unwrap();
    let seat: Vec<&str> = assigned.lines().nth(1).unwrap().split(',').collect();
    let of_seat = ["substitute", "d", "--target", seat[0], "--department", seat[1], "--seat", seat[2]];
    must(at, &[&of_seat[..], &["--list"]].concat());
    let goes = [&of_seat[..], &["--out", seat[3], "--reason", "illness", "--text", "ill"]].concat();
    refuses(at, &goes, "campaign.state");
    copy(&d.join("public"), &at.join("p"));
    let (code, said) = run(at, &["explain", "p", id]);
    assert!(code == 2 && said.contains("campaign.state"), "{code} {said}");
    for name in names(&d.join("public")) {
        let text = std::fs::read(d.join("public").join(&name)).unwrap();
        let secret = std::fs::read_to_string(d.join("private/custodian.secret")).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains(secret.trim()), "{name} tells the secret");
    }

    must(at, &["log", "init", "ledger", "--origin", "log.example"]);
    let said = must(at, &["publish", "d", "--log", "ledger"]);
    assert!(said.contains("sealing.json: leaf") && said.contains("Receipt written: sealing.json.tlog-proof"), "{said}");

    std::fs::write(at.join("other"), "0".repeat(64) + "\n").unwrap();
    refuses(at, &["reveal", "d", "--secret-file", "other"], "sealed.secret");
    refuses(at, &["reveal", "d", "--key", "d/private/keys/yingji.key"], "signature.key");
    let (code, said) = in_chinese(at, &["reveal", "d", "--secret-file", "other"]);
    assert!(code == 1 && said.contains("这不是jijian承诺的秘密值"), "{code} {said}");
    // the custodian has the secret, and the office no longer
    std::fs::rename(d.join("private/custodian.secret"), at.join("custodian")).unwrap();
    refuses(at, &["reveal", "d"], "file.missing");
    std::fs::rename(d.join("private/sealed/selected.csv"), at.join("kept")).unwrap();
    refuses(at, &["reveal", "d", "--secret-file", "custodian"], "file.missing");
    std::fs::write(d.join("private/sealed/selected.csv"), selected.replace(",drawn,", ",reserve,")).unwrap();
    refuses(at, &["reveal", "d", "--secret-file", "custodian"], "outcome.differs");
    std::fs::rename(at.join("kept"), d.join("private/sealed/selected.csv")).unwrap();
    let said = must(at, &["reveal", "d", "--secret-file", "custodian"]);
    assert!(flat(said.as_bytes()).contains("jijian told the secret at") && !said.contains("TOLD LATE"), "{said}");

    let (code, said) = run(at, &VERIFY);
    assert!(code == 0 && said.contains("VERIFIED") && said.contains("The outcome was sealed at"), "{code} {said}");
    refuses(at, &["reveal", "d"], "campaign.exists");
    let said = must(at, &["publish", "d", "--log", "ledger"]);
    assert!(said.contains("reveal.json: leaf"), "{said}");
    assert_eq!(run(at, &VERIFY).0, 0);
}

/// Each rename of the reveal is the last that a kill allowed: a reader sees what is missing, and the next attempt ends it.
#[test]
fn a_reveal_that_was_killed_is_done_again() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let d = closed(at, "2024-12-20T00:00:00Z");
    must(at, &["draw", "d", "--signature", SIGNATURE]);
    copy(&d, &at.join("sealed"));
    must(at, &["reveal", "d"]);
    let told = ["reveal.json", "selected.csv", "assignments.csv", "record.json"];
    for count in 1..told.len() {
        let again = at.join(format!("again{count}"));
        copy(&at.join("sealed"), &again);
        for name in &told[..count] {
            std::fs::copy(d.join("public").join(name), again.join("public").join(name)).unwrap();
        }
        let name = format!("again{count}");
        let (code, said) = run(at, &["verify", &name, "--trust", "trust.toml"]);
        assert!(code == 3 && said.contains("Missing: "), "{count}: {code} {said}");
        must(at, &["reveal", &name]);
        let (code, said) = run(at, &["verify", &name, "--trust", "trust.toml"]);
        assert!(code == 0 && said.contains("THE SECRET WAS TOLD LATE"), "{count}: {code} {said}");
        let (_, said) = in_chinese(at, &["verify", &name, "--trust", "trust.toml"]);
        assert!(said.contains("秘密值公开迟了"), "{said}");
    }
}

/// A draw that was killed between what is kept and what is published is drawn again, and nobody has seen the first.
#[test]
fn a_seal_that_was_killed_is_made_again() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let d = closed(at, "9000-01-01T00:00:00Z");
    copy(&d, &at.join("closed"));
    must(at, &["draw", "d", "--signature", SIGNATURE]);
    copy(&d.join("private/sealed"), &at.join("closed/private/sealed"));
    std::fs::copy(d.join("public/beacon.json"), at.join("closed/public/beacon.json")).unwrap();
    let (code, said) = run(at, &["explain", "closed", "--teams"]);
    assert!(code == 2 && said.contains("campaign.state"), "what was not sealed was not drawn: {code} {said}");
    must(at, &["draw", "closed", "--signature", SIGNATURE]);
    must(at, &["reveal", "closed"]);
    assert_eq!(run(at, &["verify", "closed", "--trust", "trust.toml"]).0, 0);
}

#[test]
fn a_late_void_tells_the_secret() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let d = closed(at, "9000-01-01T00:00:00Z");
    let void =
        ["void", "d", "--reason", "register-wrong", "--text", "the register was wrong", "--signature", SIGNATURE];
    std::fs::rename(d.join("private/keys/jijian.key"), at.join("jijian.key")).unwrap();
    refuses(at, &void, "key.missing");
    std::fs::rename(at.join("jijian.key"), d.join("private/keys/jijian.key")).unwrap();
    must(at, &void);
    assert!(d.join("public/reveal.json").exists() && !d.join("public/sealing.json").exists());
    let (code, said) = run(at, &VERIFY);
    assert!(code == 0 && said.contains("THIS CAMPAIGN IS VOID"), "{code} {said}");
}

#[test]
fn announcing_makes_a_secret_that_only_the_office_can_read() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let later = "{ kind = \"drand\", at = \"8999-01-01T00:00:00Z\" }";
    let d = planned(at, later, "9000-01-01T00:00:00Z");
    let (code, said) = run(at, &["announce", "d"]);
    assert!(code == 0 && said.contains("This campaign is sealed: jijian"), "{code} {said}");
    let secret = d.join("private/custodian.secret");
    assert_eq!(std::fs::read_to_string(&secret).unwrap().trim().len(), 64);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&secret).unwrap().permissions()) & 0o777,
        0o600
    );
    for (from, to, what) in [
        (later, "{ kind = \"none\" }", "a sealed campaign needs a beacon"),
        ("\"jijian\"", "\"gongan\"", "the custodian is a contributor too"),
        ("reveal_by = \"9000", "reveal_by = \"8000", "reveal_by must be later than the beacon"),
    ] {
        let plan = std::fs::read_to_string(d.join("plan.toml")).unwrap();
        assert!(plan.contains(from), "{from}");
        std::fs::write(d.join("plan.toml"), plan.replace(from, to)).unwrap();
        let (code, said) = run(at, &["check", "d"]);
        assert!(code == 2 && said.contains(what), "{to}: {code} {said}");
        let (_, said) = in_chinese(at, &["check", "d"]);
        assert!(!said.contains(&what.replace(' ', "")) && said.contains("plan.form"), "{said}");
        std::fs::write(d.join("plan.toml"), plan).unwrap();
    }
}
