//! The order of the core's modules: each knows only those before it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test reads the sources")]

use std::path::Path;

/// In the order in which data flows; `verify` comes after them all.
const ORDER: [&str; 21] = [
    "fault",
    "join",
    "encoding",
    "suite",
    "ident",
    "merkle",
    "stamp",
    "register",
    "rule",
    "statement",
    "announcement",
    "year",
    "seed",
    "sampling",
    "draw",
    "assign",
    "outcome",
    "record",
    "notice",
    "later",
    "ledger",
];

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn core_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 30);
    found
}

/// The module that a source file belongs to: the first name below `src/`.
fn module_of(path: &str) -> &str {
    let (_, below) = path.split_once("/src/").unwrap();
    below.split(['/', '.']).next().unwrap()
}

/// Every `crate::name` in code; comments may point anywhere.
fn named_modules(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut names = Vec::new();
    for part in code.split("crate::").skip(1) {
        let listed = match part.strip_prefix('{') {
            // use crate::{a::b, c}: the names at depth one
            Some(list) => {
                let list = list.split_once("};").map_or(list, |(list, _)| list);
                list.split(',').map(str::trim).collect::<Vec<_>>()
            }
            None => vec![part],
        };
        let name = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        names.extend(listed.into_iter().map(name).filter(|name| !name.is_empty()));
    }
    names
}

#[test]
fn each_module_knows_only_those_before_it() {
    let place = |name: &str| ORDER.iter().position(|module| *module == name);
    let mut imports = 0;
    for (path, text) in core_sources() {
        let own = module_of(&path).to_owned();
        if own == "lib" {
            continue;
        }
        let limit = if own == "verify" {
            ORDER.len()
        } else {
            place(&own).unwrap_or_else(|| panic!("{own} is not in the order"))
        };
        for name in named_modules(&text) {
            if name == own {
                continue;
            }
            let at = place(&name).unwrap_or_else(|| {
                panic!("{path} imports {name}: nothing imports verify, and all else is in the order")
            });
            assert!(at < limit, "{path} imports {name}, which comes after {own}");
            imports += 1;
        }
    }
    assert!(imports > 50, "only {imports} imports were seen");
}

#[test]
fn lib_declares_them_in_that_order() {
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let expected: Vec<&str> = ORDER.into_iter().chain(["verify"]).collect();
    assert_eq!(declared, expected);
}

#[test]
fn no_file_is_too_long_and_no_float_decides() {
    for (path, text) in core_sources() {
        assert!(text.lines().count() <= 800, "{path} has over 800 lines");
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        assert!(!words.any(|word| word == "f64" || word == "f32"), "{path} names a float");
    }
}
