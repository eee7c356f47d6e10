//! The files of `fixtures/intake/bad` and `good`, and what `bad.toml` and `good.toml` say of them.

use crate::campaign::{Office, fixture, fixtures, is_readable, skipped};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use yaohao::fault::Code;
use yaohao_office::freeze::Frozen;
use yaohao_office::intake::Intake;

/// What must be said of a bad file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    name: String,
    /// `targets`, `inspectors`, `recusals` or `list`.
    register: String,
    /// Code, row and column of the first fault.
    code: String,
    row: Option<u64>,
    column: Option<String>,
    /// More lines for the register in the plan.
    #[serde(default)]
    plan: String,
    #[expect(dead_code, reason = "said for people")]
    why: String,
    /// What has to be mended in the program before this holds.
    pending: Option<String>,
}

/// What must come of a good file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Good {
    name: String,
    register: String,
    #[serde(default)]
    plan: String,
    #[expect(dead_code, reason = "said for people")]
    why: String,
    pending: Option<String>,
    /// Whether the good recusals are left out, since they name firms that this table has not.
    #[serde(default)]
    alone: bool,
    /// Rows that were frozen.
    rows: usize,
    header_row: u64,
    format: String,
    encoding: Option<String>,
    sheet: Option<String>,
    #[serde(default)]
    hints: Vec<u64>,
    /// Cells that were changed, by frozen column.
    #[serde(default)]
    changed: BTreeMap<String, u64>,
    /// Rows by reason.
    #[serde(default)]
    excluded: BTreeMap<String, u64>,
    #[serde(default)]
    set_aside: BTreeMap<String, u64>,
    #[serde(default)]
    joined: u64,
    /// Codes of notes.
    #[serde(default)]
    notes: Vec<String>,
    /// How lines of the frozen file begin.
    #[serde(default)]
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct Entries<T> {
    file: Vec<T>,
}

/// The entries, of which each has a file, and each file of the folder one.
fn entries<T: for<'de> Deserialize<'de>>(folder: &str, least: usize, name: fn(&T) -> &str) -> Vec<T> {
    let text = String::from_utf8(fixture(&format!("{folder}.toml"))).unwrap();
    let entries: Entries<T> = toml::from_str(&text).unwrap_or_else(|error| panic!("{folder}.toml: {error}"));
    let files: BTreeSet<String> = std::fs::read_dir(fixtures().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut listed = BTreeSet::new();
    for entry in &entries.file {
        assert!(listed.insert(name(entry).to_owned()), "{folder}.toml has {} twice", name(entry));
    }
    assert_eq!(listed, files, "the files of {folder}/ and the entries of {folder}.toml");
    assert!(files.len() >= least, "{folder}/ has only {} files", files.len());
    entries.file
}

/// Fails with all that does not hold, and with all that holds although it was said to be pending.
fn judge(results: impl Iterator<Item = (String, Option<String>, Result<(), String>)>) {
    let mut wrong = Vec::new();
    for (name, pending, result) in results {
        match (pending, result) {
            (None, Err(why)) => wrong.push(format!("{name}: {why}")),
            (Some(_), Ok(())) => wrong.push(format!("{name}: holds now; remove pending from its entry")),
            (Some(pending), Err(why)) => skipped(&format!("{name} is pending ({pending}): {why}")),
            (None, Ok(())) => {}
        }
    }
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found:?}, expected {expected:?}")) }
}

#[test]
fn bad_files_are_refused_where_they_are_bad() {
    let entries = entries("bad", 55, |bad: &Bad| &bad.name);
    judge(entries.into_iter().map(|bad| {
        let result = refuse(&bad);
        (bad.name, bad.pending, result)
    }));
}

fn refuse(bad: &Bad) -> Result<(), String> {
    let bytes = fixture(&format!("bad/{}", bad.name));
    let mut office = Office::with(&bad.register, &bad.name, &bad.plan, &bytes);
    if bad.pending.is_some() {
        // that it takes long may be what has to be mended
        office.patience *= 10;
    }
    let refused = match office.announce(&|| bad.name.clone()) {
        Ok(frozen) => return Err(format!("was announced with {} rows", intake(&frozen, &bad.register).len())),
        Err(refused) => refused,
    };
    let first = refused.faults.first().ok_or("was refused without a fault")?;
    let looked = office.look(&|| bad.name.clone()).err().and_then(|refused| refused.faults.first().cloned());
    same("what a look says", looked.as_ref(), Some(first))?;
    let (file, row, column) = first.place();
    if !is_readable(&bytes) {
        // what has to be mended is in what this build has not
        return match bad.pending {
            Some(_) => Err("this build reads no Parquet".to_owned()),
            None => same("the code", first.code(), Code::SourceFeature),
        };
    }
    let say = |why: String| format!("{why} ({first})");
    same("the code", first.code().name(), bad.code.as_str()).map_err(say)?;
    same("the row", row, bad.row).map_err(say)?;
    same("the column", column, bad.column.as_deref()).map_err(say)?;
    let is_named = file.is_some_and(|file| file.starts_with(&format!("private/{}", bad.name)));
    if is_named { Ok(()) } else { Err(format!("the fault is in {file:?}")) }
}

#[test]
fn good_files_are_read_as_they_are_meant() {
    let entries = entries("good", 15, |good: &Good| &good.name);
    judge(entries.into_iter().map(|good| {
        let result = accept(&good);
        (good.name, good.pending, result)
    }));
}

fn accept(good: &Good) -> Result<(), String> {
    let bytes = fixture(&format!("good/{}", good.name));
    if !is_readable(&bytes) {
        skipped(&format!("{}: this build reads no Parquet", good.name));
        return Ok(());
    }
    let office = Office::with(&good.register, &good.name, &good.plan, &bytes);
    if good.alone {
        office.put("recusals.csv", &fixture("good/recusals-none.csv"));
    }
    let frozen = office.announce(&|| good.name.clone()).map_err(|refused| format!("{}", refused.faults[0]))?;
    let intake = intake(&frozen, &good.register);
    let sources = if good.register == "list" { &intake.lists } else { &intake.sources };
    let place = format!("private/{}", good.name);
    let source = sources.iter().find(|source| source.name.starts_with(&place)).ok_or("no source has its name")?;
    same("the format", source.about.format.name(), good.format.as_str())?;
    same("the encoding", source.about.encoding.map(|encoding| encoding.name()), good.encoding.as_deref())?;
    same("the sheet", source.sheet.as_deref(), good.sheet.as_deref())?;
    same("the header's row", source.header_row, good.header_row)?;
    same("the hints' rows", &source.hints, &good.hints)?;
    same("the number of rows", intake.len(), good.rows)?;
    same("what was changed", &intake.changed, &good.changed)?;
    same("what was excluded", &intake.excluded.0, &good.excluded)?;
    same("what was set aside", &intake.set_aside.0, &good.set_aside)?;
    same("what was joined", intake.joined, good.joined)?;
    let notes: Vec<&str> = intake.notes.iter().map(|note| note.code().name()).collect();
    same("the notes", notes, good.notes.iter().map(String::as_str).collect())?;
    for line in &good.lines {
        if !intake.csv().lines().any(|found| found.starts_with(line)) {
            return Err(format!("no line begins with {line}\n{}", intake.csv()));
        }
    }
    Ok(())
}

fn intake<'a>(frozen: &'a Frozen, register: &str) -> &'a Intake {
    let [targets, inspectors, recusals] = frozen.intakes.as_ref();
    match register {
        "inspectors" => inspectors,
        "recusals" => recusals,
        _ => targets,
    }
}

#[test]
fn one_register_is_frozen_to_the_same_bytes_from_every_form() {
    let frozen = |name: &str| {
        let bytes = fixture(&format!("good/{name}"));
        if !is_readable(&bytes) {
            skipped(&format!("{name}: this build reads no Parquet"));
            return None;
        }
        let office = Office::with("targets", name, "", &bytes);
        office.announce(&|| name.to_owned()).unwrap_or_else(|refused| panic!("{name}: {}", refused.faults[0]));
        Some(std::fs::read_to_string(office.campaign.public().join("targets.csv")).unwrap())
    };
    let first = frozen("plain.csv").unwrap();
    assert_eq!(first.lines().count(), 7);
    assert_eq!(first.lines().next(), Some("id,class,items,region,excluded,seal"));
    for name in ["plain-mark.csv", "plain-gb18030.csv", "plain.xlsx", "plain.xls", "plain.parquet"] {
        if let Some(other) = frozen(name) {
            assert_eq!(other, first, "{name}");
        }
    }
}

#[test]
fn a_cell_of_ten_megabytes_is_refused() {
    let text = String::from_utf8(fixture("base/targets.csv")).unwrap();
    for long in ["x".repeat(10 << 20), format!("\"{}\"", "甲,\n\"\"".repeat(2 << 20))] {
        let table = text.replace("西湖假想管道有限公司", &long);
        let office = Office::with("targets", "long.csv", "", table.as_bytes());
        let refused = office.announce(&|| "a long cell".to_owned()).err().unwrap();
        let first = &refused.faults[0];
        assert_eq!((first.code(), first.place().1), (Code::IntakeLong, Some(3)), "{first}");
    }
}
