//! A site looked over on the command line, and keys that change.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use support::{must, program, yaohao};

fn flat(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_site_is_audited_in_both_languages_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["demo", "d"]);
    std::fs::create_dir(at.join("site")).unwrap();
    std::fs::rename(at.join("d/public"), at.join("site/2024-1")).unwrap();
    let at_time = |time: &str, language: &str, arguments: &[&str]| {
        let fixed = ["--lang", language, "audit", "site", "--at", time];
        let output =
            std::process::Command::new(program()).current_dir(at).args(fixed).args(arguments).output().unwrap();
        (output.status.code().unwrap(), flat(&output.stdout), flat(&output.stderr))
    };
    let run = |language: &str, arguments: &[&str]| at_time("2024-12-01T00:00:00Z", language, arguments);
    let (code, said, _) = run("en", &["--trust", "d/trust.toml"]);
    assert!(code == 3 && said.contains("verified in full") && said.contains("audit.no-log"), "{code}: {said}");
    let (code, said, _) = run("zh", &[]);
    assert!(code == 3 && said.contains("就现有材料通过") && said.contains("没有给出信任策略"), "{code}: {said}");
    let (code, said, _) = run("en", &["--json"]);
    let value: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, value["exit"].as_u64(), value["campaigns"][0]["state"].as_str()), (3, Some(3), Some("drawn")));
    let (code, _, said) = at_time("yesterday", "en", &[]);
    assert!(code == 1 && said.contains("time.form"), "{code}: {said}");
    let path = at.join("site/2024-1/selected.csv");
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap().replacen("drawn", "reserve", 1)).unwrap();
    let (code, said, _) = run("en", &[]);
    assert!(code == 1 && said.contains("outcome.differs") && said.contains("2024-1/selected.csv"), "{code}: {said}");
    std::fs::remove_dir_all(at.join("site/2024-1")).unwrap();
    assert_eq!(run("en", &[]).0, 2, "no campaign");
    assert_eq!(yaohao(at, &["audit", "nowhere"]).status.code(), Some(2));
}

#[test]
fn a_key_is_followed_by_another_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["demo", "d"]);
    let policy = std::fs::read_to_string(at.join("d/trust.toml")).unwrap();
    let holder = "yingji";
    // the reader has an older key of the leading department
    must(at, &["key", "new", "--plain", holder, "old"]);
    let old_key = must(at, &["key", "show", "old/private/keys/yingji.key"]);
    let old_key = old_key.lines().next().unwrap();
    let block = policy.split("[[keys]]").find(|block| block.contains("\"yingji\"")).unwrap();
    let new_key = block.lines().find_map(|line| line.strip_prefix("key = \"")).unwrap();
    let new_key = new_key.split('"').next().unwrap();
    std::fs::write(at.join("trust.toml"), policy.replace(new_key, old_key)).unwrap();
    let verify = |more: &[&str]| {
        let output = yaohao(at, &[&["verify", "d", "--trust", "trust.toml"], more].concat());
        (output.status.code().unwrap(), flat(&output.stdout))
    };
    let (code, said) = verify(&[]);
    assert!(code == 1 && said.contains("policy."), "{code}: {said}");
    std::fs::create_dir(at.join("keys")).unwrap();
    let rotate = |out: &str| {
        let output = yaohao(
            at,
            &[
                "key",
                "rotate",
                "--holder",
                holder,
                "--old",
                "old/private/keys/yingji.key",
                "--new",
                "d/private/keys/yingji.key",
                "--from",
                "2020-01-01T00:00:00Z",
                "--number",
                "KEYS-1",
                "--out",
                out,
            ],
        );
        (output.status.code().unwrap(), flat(&output.stderr))
    };
    let (code, said) = rotate("keys/new.json");
    assert!(code == 1 && said.contains("notice.name"), "{code}: {said}");
    assert_eq!(rotate("keys/rotation-1.json").0, 0);
    let (code, said) = rotate("keys/rotation-1.json");
    assert!(code == 1 && said.contains("campaign.exists"), "nothing is overwritten: {said}");
    let (code, said) = verify(&["--notices", "keys"]);
    assert!(code == 0 && said.contains("followed by another"), "{code}: {said}");
    must(
        at,
        &[
            "key",
            "revoke",
            "--holder",
            holder,
            "--revoked",
            new_key,
            "--since",
            "2020-01-01T00:00:00Z",
            "--reason",
            "lost",
            "--text",
            "lost on a train",
            "--with",
            "d/private/keys/yingji.key",
            "--number",
            "KEYS-2",
            "--out",
            "keys/revocation-1.json",
        ],
    );
    // the key itself cannot unsay the past: it ends when the notice was made
    let (code, said) = verify(&["--notices", "keys"]);
    assert!(code == 0 && said.contains("no longer believed"), "{code}: {said}");
}

/// Every scenario of the tamper catalogue, by the program itself: the exit code, and the step or finding that is named.
#[test]
fn the_tamper_catalogue_is_seen_through_on_the_command_line() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/tamper");
    let mut seen = 0;
    for entry in std::fs::read_dir(root).unwrap() {
        let at = entry.unwrap().path();
        if !at.is_dir() {
            continue;
        }
        let text = std::fs::read(at.join("expect.json")).unwrap();
        let expected: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let output = match expected["now"].as_str() {
            None => yaohao(&at, &["verify", "public", "--trust", "trust.toml"]),
            Some(now) => {
                let mirrors = ["mirror", "mirror-2"].into_iter().filter(|mirror| at.join(mirror).is_dir());
                let mirrors: Vec<&str> = mirrors.flat_map(|mirror| ["--mirror", mirror]).collect();
                yaohao(&at, &[&["audit", "site", "--trust", "trust.toml", "--at", now], &mirrors[..]].concat())
            }
        };
        let said = flat(&output.stdout) + &flat(&output.stderr);
        let name = at.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(output.status.code().map(i64::from), expected["exit"].as_i64(), "{name}: {said}");
        let findings = expected["findings"].as_array().cloned().unwrap_or_default();
        let named = findings.iter().chain(expected.get("code")).filter_map(serde_json::Value::as_str);
        // a step or a register of another's words says what was found; a code is printed as it is
        for code in named.filter(|code| code.contains('.')) {
            assert!(said.contains(code), "{name} does not say {code}: {said}");
        }
        seen += 1;
    }
    assert!(seen >= 80, "only {seen} scenarios");
}
