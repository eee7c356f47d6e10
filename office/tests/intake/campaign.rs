//! A small campaign whose tables are good, but for the one that a test puts into it.

use crate::support::{ROUND, time};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use yaohao::ident::Id;
use yaohao_office::campaign::Campaign;
use yaohao_office::freeze::{Frozen, Refused};
use yaohao_office::keys::Rehearsal;

/// No table of this size may take longer, however bad it is: whoever waits for it believes that the program hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// When everything is announced.
const ANNOUNCED: &str = "2024-10-14T08:00:00Z";

const HEAD: &str = r#"
spec = "yaohao/1"
number = "INTAKE-2024-1"
title = "名录样本（虚构）"
authority = "某市应急管理局（虚构）"
basis = "random"
window = { from = "2024-11-01", to = "2024-11-30" }

[[departments]]
id = "yingji"
title = "应急管理"
[[departments]]
id = "gongan"
title = "公安"
"#;

/// Nobody is drawn, so that no table of a few officers can be too short of them.
const TAIL: &str = r#"
[[items]]
id = "yanhua"
title = "烟花爆竹经营单位"
rule = { has-any = ["items", ["yanhua"]] }
penalises = []
seats = [
  { department = "yingji", count = 1, leader = true, qualifications = [] },
  { department = "gongan", count = 1, leader = false, qualifications = [] },
]
[[items]]
id = "guandao"
title = "石油天然气长输管道企业"
rule = { has-any = ["items", ["guandao"]] }
penalises = []
seats = [{ department = "yingji", count = 1, leader = true, qualifications = [] }]

[[strata]]
name = "high"
rule = { in = ["class", ["C", "D"]] }
method = "equal"
size = { count = 0 }
never = "名录样本，不派人"
reserves = 0
[[strata]]
name = "rest"
rule = { and = [] }
method = "equal"
size = { count = 0 }
never = "名录样本，不派人"
reserves = 0

[team]
region = "region"
carried = false

[seed]
beacon = { kind = "drand", round = ROUND }

[signers]
holders = ["yingji"]
threshold = 1
"#;

/// What the plan says of each register.
const REGISTERS: [(&str, &[(&str, &str)]); 3] = [
    (
        "targets",
        &[
            ("id_form", "\"credit-code\""),
            ("withheld", "[\"name\"]"),
            ("exclude", "[{ column = \"状态\", values = [\"注销\"], reason = \"deregistered\" }]"),
        ],
    ),
    (
        "inspectors",
        &[
            ("id_form", "\"id\""),
            ("withheld", "[\"name\"]"),
            ("exclude", "[{ column = \"状态\", values = [\"失效\"], reason = \"inactive\" }]"),
        ],
    ),
    ("recusals", &[("values", "{ category = { \"亲属\" = \"kinship\", \"轮换\" = \"rotation\" } }")]),
];

/// The plan with a table in the place of a good one. `lines` go into the register; where they name a key, the plan's own
/// line goes, and where they name sources, the table is read as they say. As a `list` the table is one of exemptions.
pub fn plan(register: &str, table: &str, lines: &str) -> String {
    let says = |key: &str| lines.lines().any(|line| line.starts_with(&format!("{key} =")));
    let mut text = HEAD.to_owned();
    for (role, keys) in REGISTERS {
        let is_meant = role == register;
        text.push_str(&format!("\n[registers.{role}]\n"));
        if !is_meant {
            text.push_str(&format!("file = \"private/{role}.csv\"\n"));
        } else if !lines.contains(".sources]]") {
            text.push_str(&format!("file = \"private/{table}\"\n"));
        }
        for (key, value) in keys.iter().filter(|(key, _)| !is_meant || !says(key)) {
            text.push_str(&format!("{key} = {value}\n"));
        }
        if is_meant {
            text.push_str(lines);
        } else if (role, register) == ("targets", "list") {
            let list = "[[registers.targets.lists]]\nreason = \"exempt\"\n";
            text.push_str(&format!("{list}file = \"private/{table}\"\n{lines}"));
        }
    }
    text + &TAIL.replace("ROUND", &ROUND.to_string())
}

/// A campaign in a throw-away folder.
pub struct Office {
    folder: tempfile::TempDir,
    pub campaign: Campaign,
    /// How long a table may take.
    pub patience: Duration,
}

impl Office {
    /// Lays the good tables, the signer's key and a plan.
    pub fn new(plan: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let campaign = Campaign::new(folder.path());
        std::fs::create_dir_all(campaign.private()).unwrap();
        std::fs::write(folder.path().join("plan.toml"), plan).unwrap();
        for (role, _) in REGISTERS {
            let name = format!("{role}.csv");
            std::fs::copy(fixtures().join("base").join(&name), campaign.private().join(&name)).unwrap();
        }
        campaign.keys().make(&Id::parse("yingji").unwrap(), &mut Rehearsal::new("intake")).unwrap();
        Self { folder, campaign, patience: PATIENCE }
    }

    /// A campaign with this table in the place of a good one.
    pub fn with(register: &str, table: &str, lines: &str, bytes: &[u8]) -> Self {
        let office = Self::new(&plan(register, table, lines));
        office.put(table, bytes);
        office
    }

    /// Lays a table into the private folder.
    pub fn put(&self, table: &str, bytes: &[u8]) {
        std::fs::write(self.campaign.private().join(table), bytes).unwrap();
    }

    /// Freezes in memory, in time.
    pub fn look(&self, what: &dyn Fn() -> String) -> Result<Frozen, Refused> {
        let begin = Instant::now();
        let looked = self.campaign.look(&time(ANNOUNCED));
        assert!(begin.elapsed() < self.patience, "{} took {:?}", what(), begin.elapsed());
        looked
    }

    /// Announces, in time; either everything is there afterwards, or nothing that was not there before.
    pub fn announce(&self, what: &dyn Fn() -> String) -> Result<Frozen, Refused> {
        let before = self.files();
        let begin = Instant::now();
        let announced = self.campaign.announce(&time(ANNOUNCED), &mut Rehearsal::new("intake announces"));
        assert!(begin.elapsed() < self.patience, "{} took {:?}", what(), begin.elapsed());
        let after = self.files();
        let kept = before.iter().all(|(path, bytes)| after.get(path) == Some(bytes));
        assert!(kept, "{}: what the office had was changed", what());
        let new: Vec<&str> = after.keys().filter(|path| !before.contains_key(*path)).map(String::as_str).collect();
        let expected: &[&str] = match &announced {
            Err(_) => &[],
            Ok(_) => &[
                "private/register.key",
                "public/announcement.json",
                "public/inspectors.csv",
                "public/recusals.csv",
                "public/targets.csv",
            ],
        };
        assert_eq!(new, expected, "{}: all or nothing", what());
        announced
    }

    /// Takes an announcement back, for the next one in the same folder.
    pub fn take_back(&self) {
        std::fs::remove_dir_all(self.campaign.public()).unwrap();
        std::fs::remove_file(self.campaign.private().join("register.key")).unwrap();
    }

    /// All files below the folder, but for the lock.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().unwrap() != ".lock" {
                    let name = path.strip_prefix(self.folder.path()).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, std::fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

/// `fixtures/intake`.
pub fn fixtures() -> PathBuf {
    crate::support::repository().join("fixtures/intake")
}

/// A fixture.
pub fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(path)).unwrap()
}

/// Whether this build can read such a file; the feature for Parquet is off by default.
pub fn is_readable(bytes: &[u8]) -> bool {
    cfg!(feature = "parquet") || !(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"))
}

/// Says aloud what was not tested: the test runner keeps what passing tests print.
pub fn skipped(what: &str) {
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("\nSKIPPED: {what}\n"));
}

/// A file of real rows beside the repository, if it is there.
pub fn real(name: &str) -> Option<Vec<u8>> {
    let path: &Path = &crate::support::repository().join("../shared/data").join(name);
    let found = std::fs::read(path).ok();
    if found.is_none() {
        skipped(&format!("{} is not there", path.display()));
    }
    found
}
