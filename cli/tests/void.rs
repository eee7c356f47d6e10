//! Giving a campaign up, as an officer does it and as a reader sees it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use support::{must, yaohao};

const SIGNATURE: &str =
    "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394";

fn flat(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_late_void_publishes_what_would_have_been_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["demo", "d"]);
    let public = at.join("d/public");
    let drawn = std::fs::read(public.join("selected.csv")).unwrap();
    let ends = |reason: &str, more: &[&str]| {
        let output =
            yaohao(at, &[&["void", "d", "--reason", reason, "--text", "the register was wrong"], more].concat());
        (output.status.code().unwrap(), flat(&output.stderr))
    };
    let (code, said) = ends("register-wrong", &["--signature", SIGNATURE]);
    assert!(code == 1 && said.contains("campaign.exists"), "a record is an end: {said}");
    for name in ["record.json", "selected.csv", "assignments.csv", "beacon.json"] {
        std::fs::remove_file(public.join(name)).unwrap();
    }
    let names = || std::fs::read_dir(&public).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    let before = names();
    for (reason, more, code) in [
        ("Register Wrong", &["--signature", SIGNATURE][..], "name.form"),
        // the beacon has spoken: without it nobody can say what would have been drawn
        ("register-wrong", &[], "beacon.missing"),
        ("infeasible", &["--signature", SIGNATURE], "json.member"),
        ("not-closed", &[], "void.reason"),
    ] {
        let (exit, said) = ends(reason, more);
        assert!(exit == 1 && said.contains(code), "{reason}: {exit} {said}");
    }
    assert_eq!(names(), before, "nothing is left of a void that is refused");

    let (code, said) = ends("register-wrong", &["--signature", SIGNATURE]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(std::fs::read(public.join("selected.csv")).unwrap(), drawn, "the same as would have been drawn");
    let output = yaohao(at, &["verify", "d", "--trust", "d/trust.toml"]);
    let said = flat(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("THIS CAMPAIGN IS VOID (register-wrong"), "{said}");
    assert!(said.contains("What would have been drawn is in selected.csv"), "{said}");
    for command in
        [&["draw", "d", "--signature", SIGNATURE][..], &["close", "d"], &["contribute", "d", "--as", "yingji"]]
    {
        let output = yaohao(at, command);
        assert!(output.status.code() == Some(1) && flat(&output.stderr).contains("campaign.exists"), "{command:?}");
    }
}
