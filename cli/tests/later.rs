//! What happens after the draw, as an officer does it and as a reader sees it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use support::{must, yaohao};

fn flat(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The seats as they were drawn: target, department, number, inspector.
fn seats(public: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(public.join("assignments.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn with<'a>(place: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [place, more].concat()
}

/// The pseudonyms in a list of substitutes, in order: first who sits there now.
fn listed(said: &str) -> Vec<String> {
    let is_pseudonym = |word: &&str| word.len() == 21 && word.starts_with('P');
    said.split_whitespace().filter(is_pseudonym).map(str::to_owned).collect()
}

fn files(public: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(public).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

const WHY: [&str; 4] = ["--reason", "illness", "--text", "in hospital"];

#[test]
fn the_list_says_who_steps_in() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["demo", "d"]);
    let public = at.join("d/public");
    let seat = seats(&public).remove(0);
    let [target, department, number, sits] = [&seat[0], &seat[1], &seat[2], &seat[3]].map(String::as_str);
    let place = ["substitute", "d", "--target", target, "--department", department, "--seat", number];
    let before = files(&public);
    let said = must(at, &with(&place, &["--list"]));
    let list = listed(&said);
    assert!(list.len() > 3 && list[0] == sits, "{said}");
    assert_eq!(said, must(at, &with(&place, &["--dry-run"])));
    // what nobody may do
    for (command, code) in [
        (with(&place, &[&["--out", list[1].as_str()], &WHY[..]].concat()), "substitute.out"),
        (with(&place, &[&["--out", "P00"], &WHY[..]].concat()), "substitute.out"),
        (with(&place, &["--out", sits, "--reason", "Illness", "--text", "x"]), "name.form"),
        (with(&place, &["--out", sits, "--reason", "illness", "--text", ""]), "text.form"),
        (
            [
                &["substitute", "d", "--target", target, "--department", department, "--seat", "99", "--out", sits],
                &WHY[..],
            ]
            .concat(),
            "substitute.seat",
        ),
        ([&["substitute", "d", "--target", "91330101MA00000000"], &WHY[..]].concat(), "intake.code"),
    ] {
        let output = yaohao(at, &command);
        let said = flat(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(code), "{command:?}: {said}");
    }
    for command in [
        // without --out it would be unclear who goes, and without --seat where
        with(&place, &WHY),
        [&["substitute", "d", "--target", target, "--department", department, "--out", sits], &WHY[..]].concat(),
        with(&place, &["--out", sits]),
    ] {
        assert_eq!(yaohao(at, &command).status.code(), Some(2), "{command:?}");
    }
    assert!(files(&public) == before, "nothing is written of what is refused");

    let teams = at.join("d/private/teams.xlsx");
    must(at, &["explain", "d", "--teams"]);
    let mut names = std::fs::read(&teams).unwrap();
    for (out, next) in list.iter().zip(list.iter().skip(1)).take(3) {
        let said = must(at, &with(&place, &[&["--out", out.as_str()], &WHY[..]].concat()));
        assert!(flat(said.as_bytes()).contains(&format!("{out} goes out, {next} steps in")), "{said}");
        let now = std::fs::read(&teams).unwrap();
        assert!(now != names, "the list with names follows");
        names = now;
    }
    assert_eq!(listed(&must(at, &with(&place, &["--list"]))), list[3..], "as the list said before anything happened");
    let reasons = flat(must(at, &[&["substitute", "d", "--target", target], &WHY[..]].concat()).as_bytes());
    assert!(reasons.contains("so far: 4") && reasons.contains("illness 4 times"), "{reasons}");
    assert!(must(at, &["explain", "d", target]).contains("Since then there were 4 substitutions"));
    let output = yaohao(at, &["verify", "d", "--trust", "d/trust.toml"]);
    let said = flat(&output.stdout);
    assert!(output.status.code() == Some(0) && said.contains("V16 after the draw passed 4 substitutions"), "{said}");
    // what was published stays as it was, and the demonstration's own files are those of the draw
    assert!(before.iter().all(|(name, bytes)| files(&public)[name] == *bytes));
}

/// When nobody of the list is left, the officer hears what the team can no longer do.
#[test]
fn a_team_that_becomes_too_small_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["demo", "d"]);
    let seat = seats(&at.join("d/public")).into_iter().find(|seat| seat[1] == "gongan").unwrap();
    let place = ["substitute", "d", "--target", &seat[0], "--department", "gongan", "--seat", &seat[2]];
    let mut rounds = 0;
    let said = loop {
        let list = listed(&must(at, &with(&place, &["--list"])));
        let said = must(at, &with(&place, &[&["--out", list[0].as_str()], &WHY[..]].concat()));
        rounds += 1;
        if list.len() == 1 {
            break said;
        }
        assert!(!said.contains("art. 42"), "{said}");
    };
    assert!(rounds > 3 && said.contains("The seat is vacant") && said.contains("1 officers are left"), "{said}");
}

#[test]
fn results_come_from_tables_as_offices_keep_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["demo", "d"]);
    let public = at.join("d/public");
    let mut targets: Vec<String> = seats(&public).into_iter().map(|seat| seat[0].clone()).collect();
    targets.dedup();
    let (a, b) = (targets[0].clone(), targets[1].clone());
    let spoilt = format!("{} {}", a[..9].to_lowercase(), &a[9..]);
    let table = |name: &str, text: String| std::fs::write(at.join(name), text).unwrap();
    let header = "抽查检查结果表,,\n统一社会信用代码/注册号,检查完成日期,检查结果\n";
    let good = format!("{header}{b},2024年11月20日,未发现问题\n{spoilt},2025/1/3,发现问题待后续处理；查无下落\n");
    table("good.csv", good);
    let before = files(&public);
    let undrawn = std::fs::read_to_string(public.join("selected.csv")).unwrap();
    let undrawn =
        undrawn.lines().find(|line| line.contains(",reserve,")).unwrap().split(',').nth(4).unwrap().to_owned();
    for (rows, code, place) in [
        (format!("{a},2024-11-20,一切都好\n"), "intake.finding", "row 3, column 检查结果"),
        (format!("{a},2024-11-20,未发现问题、查无下落\n"), "intake.finding-none", "row 3"),
        (format!("{a},明天,未发现问题\n"), "intake.date", "row 3, column 检查完成日期"),
        (format!("{a},2024-11-20,未发现问题\n{a},2024-11-21,未发现问题\n"), "intake.duplicate", "row 4"),
        (format!("{b},2024-11-20,未发现问题\n{a},2024-10-20,未发现问题\n"), "result.finished", "row 4"),
        (format!("{undrawn},2024-11-20,未发现问题\n"), "result.target", "row 3"),
        (format!("{a},2099-11-20,未发现问题\n"), "result.finished", "row 3"),
        (format!("{}0,2024-11-20,未发现问题\n", &a[..17]), "intake.code", "row 3"),
        (format!("{a},2024-11-20\n"), "intake.width", "row 3"),
    ] {
        table("bad.csv", format!("{header}{rows}"));
        let output = yaohao(at, &["result", "d", "--table", "bad.csv"]);
        let said = flat(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(code) && said.contains(place), "{rows}: {said}");
    }
    table("bad.csv", format!("代码,日期\n{a},2024-11-20\n"));
    for (command, code) in [
        (&["result", "d", "--table", "bad.csv"][..], "intake.header"),
        (&["result", "d", "--table", "nothing.csv"], "file.missing"),
    ] {
        let output = yaohao(at, command);
        assert!(output.status.code() == Some(2) && flat(&output.stderr).contains(code), "{}", flat(&output.stderr));
    }
    assert!(files(&public) == before, "nothing is written of what is refused");

    must(at, &["result", "d", "--table", "good.csv"]);
    let amend = |amends: &str, more: &[&str]| {
        let output = yaohao(at, &[&["amend", "d", "--amends", amends], &WHY[..], more].concat());
        (output.status.code().unwrap(), flat(&output.stderr))
    };
    let again = yaohao(at, &["result", "d", "--table", "good.csv"]);
    assert!(flat(&again.stderr).contains("result.twice"), "{}", flat(&again.stderr));
    for (amends, code) in [("7", "amend.unknown"), ("0", "number.form"), ("closing", "number.form")] {
        let (exit, said) = amend(amends, &[]);
        assert!(exit == 1 && said.contains(code), "{amends}: {said}");
    }
    table("wrong.csv", format!("id,finished,found\n{},2024-11-20,none\n", targets[2]));
    let (exit, said) = amend("1", &["--table", "wrong.csv"]);
    assert!(exit == 1 && said.contains("result.none"), "{said}");
    table("right.csv", format!("id,finished,found\n{b},2024-11-20,corrected\n"));
    assert_eq!(amend("1", &["--table", "right.csv"]).0, 0);
    assert_eq!(amend("record", &[]).0, 0);
    let (exit, said) = {
        let output = yaohao(at, &["verify", "d", "--trust", "d/trust.toml"]);
        (output.status.code(), flat(&output.stdout))
    };
    assert!(exit == Some(0) && said.contains("2 results, 1 after the window, 2 amendments"), "{said}");
    // a policy that does not say who may publish results believes nobody's
    let trust = std::fs::read_to_string(at.join("d/trust.toml")).unwrap();
    table("old.toml", trust.replace(", \"results\"", ""));
    let output = yaohao(at, &["verify", "d", "--trust", "old.toml"]);
    assert!(
        output.status.code() == Some(1) && flat(&output.stdout).contains("policy.keys"),
        "{}",
        flat(&output.stdout)
    );
}
