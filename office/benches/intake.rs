//! A million rows as an office has them, read, checked and frozen: from CSV (UTF-8 and GB18030) and from a workbook.
//!
//! `cargo bench -p yaohao-office`. Each form runs in a process of its own, so that its peak of memory is its own too.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that cannot go on must stop")]

use rust_xlsxwriter::Workbook;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use yaohao::encoding::Digest;
use yaohao::ident::Time;
use yaohao_office::freeze::{AnnouncedKeys, freeze};
use yaohao_office::generate;
use yaohao_office::keys::RegisterKey;
use yaohao_office::plan::Plan;
use yaohao_office::watch::Silent;

const ROWS: u64 = 1_000_000;
const FORMS: [&str; 3] = ["csv", "gb18030.csv", "xlsx"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, folder, form] = arguments.as_slice()
        && FORMS.contains(&form.as_str())
    {
        return one(Path::new(folder), form);
    }
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path());
    let size = std::fs::metadata(folder.path().join("private/targets.csv")).unwrap().len();
    println!(
        "{ROWS} rows, {size} bytes of CSV; read, checked, joined, sealed, committed to; two files are the same rows"
    );
    for form in FORMS {
        let status = Command::new(&arguments[0]).args([folder.path().to_str().unwrap(), form]).status().unwrap();
        assert!(status.success(), "{form}");
    }
}

fn one(folder: &Path, form: &str) {
    let text = std::fs::read_to_string(folder.join("plan.toml")).unwrap();
    let plan = Plan::parse(&text.replace("targets.csv", &format!("targets.{form}"))).unwrap();
    let keys = AnnouncedKeys::for_a_look(&plan, &folder.join("private"));
    let now = Time::parse("2024-10-14T08:00:00Z").unwrap();
    let bytes = std::fs::read(folder.join("private/targets.csv")).unwrap();
    let (hash, _) = timed(|| Digest::of(&bytes));
    drop(bytes);
    let (whole, frozen) =
        timed(|| freeze(folder, &plan, keys, &RegisterKey::for_a_look(), &now, &Silent).map_err(|r| r.faults).unwrap());
    let sha256 = frozen.announcement.targets.commitment.sha256;
    println!(
        "{form:<12} {whole:>8.2?}  {:>5} x SHA-256 of the CSV  peak {:>4} MB  targets.csv {}",
        whole.as_micros() / hash.as_micros().max(1),
        peak_megabytes(),
        &sha256.to_string()[..16]
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// The most memory that this process ever had, where the system tells.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// The demonstration's plan with a million made-up firms, in three forms.
fn lay(folder: &Path) {
    let private = folder.join("private");
    std::fs::create_dir(&private).unwrap();
    std::fs::write(folder.join("plan.toml"), include_str!("../../fixtures/demo/plan.toml")).unwrap();
    let departments = ["yingji", "gongan", "shichang", "fagai", "jingxin", "zonghe"];
    let mut inspectors = Vec::new();
    generate::inspectors("bench", 3_000, &departments, &mut inspectors).unwrap();
    std::fs::write(private.join("inspectors.csv"), inspectors).unwrap();
    std::fs::write(private.join("recusals.csv"), "统一社会信用代码,执法证号,事由\n").unwrap();
    let mut targets = Vec::new();
    generate::targets("bench", ROWS, &mut targets).unwrap();
    let text = String::from_utf8(targets).unwrap();
    std::fs::write(private.join("targets.gb18030.csv"), encoding_rs::GB18030.encode(&text.replace('\n', "\r\n")).0)
        .unwrap();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (line, row) in text.lines().zip(0..) {
        for (cell, column) in line.split(',').zip(0..) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    workbook.save(private.join("targets.xlsx")).unwrap();
    std::fs::write(private.join("targets.csv"), text).unwrap();
}
