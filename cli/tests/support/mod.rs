//! Statements in any number, and the program at work on a log of them.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use yaohao::encoding::Digest;
use yaohao::ident::{Id, Time};
use yaohao::ledger::Leaf;
use yaohao::seed::Contribution;
use yaohao::statement::Statement;
use yaohao::suite::SecretKey;

pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_yaohao")
}

/// Runs the program in English.
pub(crate) fn yaohao(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program()).current_dir(folder).args(["--lang", "en"]).args(arguments).output().unwrap()
}

#[track_caller]
pub(crate) fn must(folder: &Path, arguments: &[&str]) -> String {
    let output = yaohao(folder, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{arguments:?}\n{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// `count` signed statements in `folder/s/`, and their leaves.
pub(crate) fn statements(folder: &Path, count: usize) -> Vec<(String, Leaf)> {
    std::fs::create_dir_all(folder.join("s")).unwrap();
    let key = SecretKey::from_bytes(&[5; 32]);
    let one = |index: usize| {
        let mut statement = Statement::new(Contribution {
            number: Id::parse(&format!("LOG-2026-{index}")).unwrap(),
            announcement: Digest::of(b"announcement"),
            contributor: Id::parse("yingji").unwrap(),
            contributed_at: Time::parse("2026-11-25T08:00:00Z").unwrap(),
            value: Digest::of(&index.to_be_bytes()).0,
        });
        statement.sign(&key);
        let name = format!("s/{index}.json");
        std::fs::write(folder.join(&name), statement.to_file()).unwrap();
        (name, Leaf::of_statement(statement.to_file().as_bytes()).unwrap())
    };
    (0..count).map(one).collect()
}

pub(crate) fn append<'a>(log: &'a str, statements: &'a [(String, Leaf)]) -> Vec<&'a str> {
    ["log", "append", log].into_iter().chain(statements.iter().map(|(name, _)| name.as_str())).collect()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// The compiled shim, or `None`, said loudly, where there is no C compiler or another system.
pub(crate) fn shim(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kill.c");
    let library = folder.join("kill.so");
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    match built {
        Ok(status) if status.success() && cfg!(target_os = "linux") => Some(library),
        other => {
            eprintln!("SKIPPED: no C compiler, or not Linux, so nothing was killed ({other:?})");
            None
        }
    }
}
