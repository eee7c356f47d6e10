//! fixtures/tamper: each story as files, made here and compared with what lies there, then run from there.

use super::hidden::HIDDEN;
use super::notices::NOTICES;
use super::rotated::ROTATED;
use super::sites::{SITES, Scenario};
use super::support::site::Office;
use super::support::{repository, time};
use super::tamper::CAMPAIGNS;
use super::{Expect, Vector, settle, walk};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use yaohao::encoding::{Value, object, parse_canonical};
use yaohao::verify::{Policy, verify};
use yaohao_office::audit::{Audit, Site, audit};
use yaohao_office::files::Folder;
use yaohao_office::watch::Silent;

/// Whether a vector is told in the catalogue, and so lies there.
pub fn told(vector: &Vector) -> bool {
    CAMPAIGNS.iter().any(|(name, _, _)| *name == vector.name)
}

/// A site, and those who keep copies of it.
const FOLDERS: [&str; 3] = ["site", "mirror", "mirror-2"];

fn sites() -> impl Iterator<Item = &'static Scenario> {
    SITES.iter().chain(HIDDEN).chain(NOTICES).chain(ROTATED)
}

/// Compares the catalogue with what is made, or writes it.
pub fn settle_all(vectors: &[Vector]) {
    let mut expected: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    let mut table = String::from(HEAD);
    for (name, en, zh) in CAMPAIGNS {
        let vector = vectors.iter().find(|vector| vector.name == *name).unwrap_or_else(|| panic!("no vector {name}"));
        let seen = match vector.expect {
            Expect::Reject { step, code } => format!("{step} `{code}`"),
            Expect::Exit(exit) => format!("not proven, exit {exit}"),
        };
        expected.extend(vector.layout().into_iter().map(|(path, bytes)| (Path::new(name).join(path), bytes)));
        expected.insert(Path::new(name).join("story.json"), story(en, zh));
        let _ = writeln!(table, "| [{name}]({name}) | {en}<br>{zh} | {seen} |");
    }
    for scenario in sites() {
        let office = Office::new();
        (scenario.make)(&office);
        let mut add = |path: &str, bytes: Vec<u8>| expected.insert(Path::new(scenario.name).join(path), bytes);
        add("story.json", story(scenario.en, scenario.zh));
        add("expect.json", expectation(scenario));
        add("trust.toml", (scenario.policy)().into_bytes());
        for folder in FOLDERS.into_iter().filter(|folder| office.root.path().join(folder).is_dir()) {
            let files = walk(&office.root.path().join(folder), &office.root.path().join(folder));
            // what begins with a dot is the writer's own
            let published = files.into_iter().filter(|(path, _)| !path.components().any(is_hidden));
            for (path, bytes) in published {
                add(&Path::new(folder).join(path).to_string_lossy(), bytes);
            }
        }
        let found = if scenario.findings.is_empty() { "nothing".to_owned() } else { scenario.findings.join(" ") };
        let _ = writeln!(
            table,
            "| [{name}]({name}) | {en}<br>{zh} | audit: {found}, exit {exit} |",
            name = scenario.name,
            en = scenario.en,
            zh = scenario.zh,
            exit = scenario.exit
        );
    }
    expected.insert("README.md".into(), table.into_bytes());
    let count = CAMPAIGNS.len() + sites().count();
    assert!(count >= 80, "the catalogue shrinks");
    let names: BTreeSet<_> = CAMPAIGNS.iter().map(|(name, _, _)| *name).chain(sites().map(|site| site.name)).collect();
    assert_eq!(names.len(), count, "a name stands twice");
    settle(&repository().join("fixtures/tamper"), &expected);
}

const HEAD: &str = "# Tamper catalogue

What somebody with every key of the office would try, as files: `public/` is a campaign as published, `site/` a whole site
with its log (and `mirror/`, `mirror-2/` copies that somebody keeps). `trust.toml` is the reader's policy, `expect.json` what must be
found. `yaohao verify`, `yaohao audit` and the programs in `reference/` are run over all of them by the tests. This page and the files are
made by `office/tests/vectors/catalogue.rs`.

| scenario | what was done | what must see it |
| --- | --- | --- |
";

fn is_hidden(part: std::path::Component<'_>) -> bool {
    part.as_os_str().as_encoded_bytes().starts_with(b".")
}

fn story(en: &str, zh: &str) -> Vec<u8> {
    object([("en", en.into()), ("zh", zh.into())]).to_file().into_bytes()
}

fn expectation(scenario: &Scenario) -> Vec<u8> {
    let findings = scenario.findings.iter().map(|finding| Value::from(*finding)).collect();
    let exit = u64::from(scenario.exit);
    object([("exit", exit.into()), ("findings", Value::Array(findings)), ("now", scenario.now.into())])
        .to_file()
        .into_bytes()
}

/// Runs a scenario of the catalogue from its files: a campaign's step and code, or what the audit found.
pub fn run_all() -> usize {
    let root = repository().join("fixtures/tamper");
    let (mut seen, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(&root).unwrap() {
        let folder = entry.unwrap().path();
        if folder.is_dir() {
            let policy = Policy::parse(&fs::read_to_string(folder.join("trust.toml")).unwrap()).unwrap();
            let expected = parse_canonical(&fs::read(folder.join("expect.json")).unwrap()).unwrap();
            let found =
                if folder.join("site").is_dir() { of_site(&folder, &policy) } else { of_campaign(&folder, &policy) };
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let expected = without(expected, "now");
            if found.to_canonical() != expected.to_canonical() {
                wrong.push(format!("{name}: {} instead of {}", found.to_canonical(), expected.to_canonical()));
            }
            seen += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    seen
}

fn of_campaign(folder: &Path, policy: &Policy) -> Value {
    let report = verify(&Folder::new(&folder.join("public")), Some(policy));
    let exit = u64::from(report.verdict.exit_code());
    let Some((step, fault)) = report.failure() else { return object([("exit", exit.into())]) };
    object([("code", fault.code().name().into()), ("exit", exit.into()), ("step", step.number().into())])
}

fn of_site(folder: &Path, policy: &Policy) -> Value {
    let Value::Object(expected) = parse_canonical(&fs::read(folder.join("expect.json")).unwrap()).unwrap() else {
        panic!("no object")
    };
    let Some(Value::Text(now)) = expected.get("now") else { panic!("no time") };
    let mirrors: Vec<PathBuf> =
        FOLDERS[1..].iter().map(|name| folder.join(name)).filter(|mirror| mirror.is_dir()).collect();
    let now = time(now);
    let site = Site { folder: &folder.join("site"), mirrors: &mirrors, policy: Some(policy), now: &now };
    // notices that contradict each other, or are not signed as they must be, end the audit
    let Ok(audit) = audit(&site, &Silent) else {
        return object([("exit", 1.into()), ("findings", Value::Array(vec!["keys".into()]))]);
    };
    let findings = findings(&audit).into_iter().map(Value::from).collect();
    object([("exit", u64::from(audit.exit_code()).into()), ("findings", Value::Array(findings))])
}

/// What was found, in words that another implementation can find too: codes of the audit, steps of campaigns that are
/// rejected, and whether log or plans are refused.
fn findings(audit: &Audit) -> BTreeSet<String> {
    let failed = audit.campaigns.iter().filter_map(|campaign| campaign.report.failure());
    let codes: BTreeSet<&str> = failed.clone().map(|(_, fault)| fault.code().name()).collect();
    let mut found: BTreeSet<String> = failed.map(|(step, _)| step.number().to_owned()).collect();
    for finding in &audit.findings {
        let (code, place) = (finding.fault.code().name(), finding.fault.place().0.unwrap_or("").to_owned());
        found.insert(match () {
            () if code.starts_with("audit.") => code.to_owned(),
            () if codes.contains(code) => continue,
            () if place.starts_with("log") => "log".to_owned(),
            () => "plans".to_owned(),
        });
    }
    found
}

fn without(value: Value, member: &str) -> Value {
    let Value::Object(mut members) = value else { panic!("no object") };
    members.remove(member);
    Value::Object(members)
}
