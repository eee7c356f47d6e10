//! Small campaigns for tests: made in a throw-away folder by the office itself, then bent as a test likes.
#![allow(missing_docs, unreachable_pub, reason = "a test is no library")]
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

pub mod site;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use yaohao::announcement::BeaconPlan;
use yaohao::encoding::{Digest, Value, parse_canonical};
use yaohao::ident::{Id, Time};
use yaohao::ledger::{KeyName, Leaf, Verifier};
use yaohao::merkle::{Range, leaf_hash};
use yaohao::seed::Beacon;
use yaohao::statement::{Type, signed_text};
use yaohao::suite::SecretKey;
use yaohao_office::campaign::Campaign;
use yaohao_office::keys::Rehearsal;
use yaohao_office::ledger::{Log, LogKey};
use yaohao_office::looked_up::values;

/// The published files of a campaign.
pub type Files = BTreeMap<String, Vec<u8>>;

pub const ROUND: u64 = 12_040_883;
pub const SIGNATURE: &str =
    "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394";
/// When that round is published.
pub const BEACON_TIME: &str = "2024-10-14T17:13:33Z";
/// Round 1000: valid, and not the announced one.
pub const OTHER_SIGNATURE: &str =
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

/// Sources of 20, 4 and 9 bits.
pub const BALLS: &str = r#"
  { id = "red", title = "双色球红球", rule = "2024119 期，公告于 cwl.gov.cn", count = 6, least = 1, greatest = 33, distinct = true, ordered = false },
  { id = "blue", title = "双色球蓝球", rule = "2024119 期", count = 1, least = 1, greatest = 16, distinct = true, ordered = true },
  { id = "close", title = "上证指数收盘", rule = "当日收盘指数百分之一位及其前两位", count = 1, least = 0, greatest = 999, distinct = false, ordered = true },
"#;

/// One source of 129 bits.
pub const DICE: &str = r#"{ id = "dice", title = "骰子五十次", rule = "当众掷，依次读数", count = 50, least = 1, greatest = 6, distinct = false, ordered = true }"#;

pub const BALLS_TEXT: &str = "2.4.5.6.9.31./16./567./";

/// The numbers of all these sources, as somebody reads them off.
pub const NUMBERS: [&str; 4] = [
    "dice=3 1 4 1 5 6 2 6 5 3 5 1 2 3 2 3 6 4 6 2 6 4 3 3 5 3 2 1 2 5 4 4 1 6 1 3 5 2 6 1 4 2 5 6 3 4 1 2 6 5",
    "red=31 02 09 04，05、06",
    "blue=16",
    "close=567",
];

pub fn dice_text() -> String {
    NUMBERS[0].replace("dice=", "").replace(' ', ".") + "./"
}

/// What makes a campaign; [`Small::default`] is the one of SPEC §1.
#[derive(Clone)]
pub struct Small {
    pub plan: String,
    pub targets: String,
    pub inspectors: String,
    pub recusals: String,
    /// Contributors who do not contribute.
    pub absent: Vec<&'static str>,
    /// What becomes of the published files once they are announced, before anybody contributes.
    pub announced: Option<fn(&mut Files)>,
    pub order_accepted: bool,
}

pub const PLAN: &str = r#"
spec = "yaohao/1"
number = "SMALL-2024-1"
title = "烟花爆竹、油气管道联合抽查（示例）"
authority = "某县应急管理局（示例）"
basis = "random"
window = { from = "2024-11-01", to = "2024-11-30" }

[[departments]]
id = "yingji"
title = "应急管理"
[[departments]]
id = "gongan"
title = "公安"

[registers.targets]
file = "private/targets.csv"
id_form = "id"
columns = { id = "id", class = "class", items = "items", region = "region", staff = "staff" }
[registers.inspectors]
file = "private/inspectors.csv"
id_form = "id"
columns = { id = "id", department = "department", qualifications = "qualifications", regions = "regions", lead = "lead", capacity = "capacity", carried = "carried", valid_from = "from", valid_to = "to" }
[[registers.inspectors.exclude]]
column = "status"
values = ["retired"]
reason = "retired"
[registers.recusals]
file = "private/recusals.csv"
columns = { target = "target", inspector = "inspector", category = "category" }

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
seats = [
  { department = "yingji", count = 1, leader = true, qualifications = [] },
  { department = "yingji", count = 1, leader = false, qualifications = ["weihua"] },
]

STRATA

[team]
region = "region"
carried = false

[seed]
BEACON
contributors = ["gongan", "yingji"]

[signers]
holders = ["yingji"]
threshold = 1
"#;

pub const STRATA: &str = r#"[[strata]]
name = "high"
rule = { in = ["class", ["C", "D"]] }
method = "equal"
size = { rate = 5000, rounding = "up" }
reserves = 1
[[strata]]
name = "rest"
rule = { and = [] }
method = "equal"
size = { count = 2 }
reserves = 1"#;

pub const TARGETS: &str = "id,class,items,region,staff,status
F1,A,yanhua,3301,10,
F2,D,yanhua,3301,20,
F3,B,guandao,3302,30,
F4,C,yanhua;guandao,3302,40,
F5,A,yanhua,3301,50,
F6,D,guandao,3301,60,
F7,B,yanhua,3302,70,
F8,A,yanhua,3302,80,
";

pub const INSPECTORS: &str = "id,department,qualifications,regions,lead,capacity,carried,from,to,status
A1,yingji,weihua,*,yes,8,0,2020-01-01,2030-01-01,
A2,yingji,weihua,*,yes,8,3,2020-01-01,2030-01-01,
A3,yingji,,3302,,8,0,2020-01-01,2030-01-01,
B1,gongan,,*,,8,1,2020-01-01,2030-01-01,
B2,gongan,,3301;3302,,8,0,2020-01-01,2030-01-01,
B3,gongan,,*,,8,0,2020-01-01,2030-01-01,retired
";

pub const RECUSALS: &str = "target,inspector,category\nF2,B1,kinship\nF7,A1,rotation\n";

impl Default for Small {
    fn default() -> Self {
        let beacon = format!("beacon = {{ kind = \"drand\", round = {ROUND} }}");
        Self {
            plan: PLAN.replace("STRATA", STRATA).replace("BEACON", &beacon).replace(", staff = \"staff\"", ""),
            targets: TARGETS.to_owned(),
            inspectors: INSPECTORS.to_owned(),
            recusals: RECUSALS.to_owned(),
            absent: Vec::new(),
            announced: None,
            order_accepted: true,
        }
    }
}

impl Small {
    /// Replaces a piece of the plan that must be there.
    pub fn plan(mut self, from: &str, to: &str) -> Self {
        assert!(self.plan.contains(from), "the plan has no {from:?}");
        self.plan = self.plan.replace(from, to);
        self
    }

    /// Other strata; `staff` is mapped when a weight names it.
    pub fn strata(self, strata: &str) -> Self {
        let with = self.plan(STRATA, strata);
        if strata.contains("weight") {
            with.plan("region = \"region\" }", "region = \"region\", staff = \"staff\" }")
        } else {
            with
        }
    }

    pub fn without_beacon(self) -> Self {
        let beacon = format!("beacon = {{ kind = \"drand\", round = {ROUND} }}");
        self.plan(&beacon, "beacon = { kind = \"none\" }")
    }

    /// Public values of 33 bits instead of drand; with two contributors that is enough.
    pub fn public_values(self, sources: &str) -> Self {
        let drand = format!("beacon = {{ kind = \"drand\", round = {ROUND} }}");
        let event = "event_at = \"2024-10-14T13:15:00Z\", next_sitting = \"顺延至下一期\"";
        self.plan(&drand, &format!("beacon = {{ kind = \"public-values\", {event}, sources = [{sources}] }}"))
    }

    /// With a custodian whose secret is told later.
    pub fn sealed(self) -> Self {
        let sealed = "[seed.sealed]\ncustodian = \"jijian\"\nreveal_by = \"2024-12-20T00:00:00Z\"\n\n[signers]";
        self.plan("[signers]", sealed)
    }

    fn is_sealed(&self) -> bool {
        self.plan.contains("[seed.sealed]")
    }

    /// Lays plan, tables and keys into a folder.
    pub fn lay(&self, folder: &Path) -> (Campaign, Rehearsal) {
        let campaign = Campaign::new(folder);
        std::fs::create_dir_all(campaign.private()).unwrap();
        std::fs::write(folder.join("plan.toml"), &self.plan).unwrap();
        for (name, text) in [("targets", &self.targets), ("inspectors", &self.inspectors), ("recusals", &self.recusals)]
        {
            std::fs::write(campaign.private().join(format!("{name}.csv")), text).unwrap();
        }
        let mut entropy = Rehearsal::new("yaohao test");
        let custodian = if self.is_sealed() { Some("jijian") } else { None };
        for holder in ["gongan", "yingji"].into_iter().chain(custodian) {
            campaign.keys().make(&Id::parse(holder).unwrap(), &mut entropy).unwrap();
        }
        (campaign, entropy)
    }

    /// Announces, contributes and closes.
    pub fn until_closed(&self, folder: &Path) -> Campaign {
        let (campaign, mut entropy) = self.lay(folder);
        let plan = campaign.plan().unwrap();
        let none = plan.beacon == BeaconPlan::None;
        for (contributor, value) in plan.contributors.iter().zip(1_u8..).filter(|_| none) {
            campaign.commit(contributor, [value; 32]).unwrap();
        }
        if let Err(faults) = campaign.announce(&time("2024-10-14T08:00:00Z"), &mut entropy) {
            panic!("{}", faults.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
        if let Some(change) = self.announced {
            let mut files = read_folder(&campaign.public());
            change(&mut files);
            files.iter().for_each(|(name, bytes)| std::fs::write(campaign.public().join(name), bytes).unwrap());
        }
        for contributor in plan.contributors.iter().filter(|id| !self.absent.contains(&id.as_str())) {
            campaign.contribute(contributor, None, None, &time("2024-10-14T09:00:00Z"), &mut entropy).unwrap();
        }
        if !plan.contributors.is_empty() {
            campaign.close(&time("2024-10-14T10:00:00Z")).unwrap();
        }
        campaign
    }

    /// The whole campaign, in a folder.
    pub fn draw_in(&self, folder: &Path) -> Campaign {
        let campaign = self.until_closed(folder);
        if let Err(fault) = campaign.draw(Some(said(&campaign)), &time("2024-10-14T17:15:00Z")) {
            panic!("{fault}");
        }
        campaign
    }

    /// The published files of the whole campaign.
    pub fn drawn(&self) -> Files {
        let folder = tempfile::tempdir().unwrap();
        read_folder(&self.draw_in(folder.path()).public())
    }

    /// The published files before the draw.
    pub fn closed(&self) -> Files {
        let folder = tempfile::tempdir().unwrap();
        read_folder(&self.until_closed(folder.path()).public())
    }

    /// A policy that trusts the test keys.
    pub fn policy(&self) -> String {
        let has = |kind: &str| self.plan.contains(&format!("kind = \"{kind}\""));
        let beacon = match () {
            () if has("none") => "none",
            () if has("public-values") => "public-values",
            () => "drand-quicknet",
        };
        let order = if self.order_accepted { "order = \"publisher\"\n" } else { "" };
        let mut text = format!(
            "spec = \"yaohao/1\"\nthreshold = 1\nsuites = [\"ed25519-sha256\"]\nbeacons = [\"{beacon}\"]\n{order}"
        );
        if has("public-values") {
            let known = if self.plan.contains("\"dice\"") { dice_text() } else { BALLS_TEXT.to_owned() };
            text.push_str(&format!("public_values = \"{known}\"\n"));
        }
        for holder in ["gongan", "yingji"] {
            let sealing = if self.is_sealed() { ", \"sealing\"" } else { "" };
            let signs =
                format!("signs = [\"announcement\", \"closing\", \"record\", \"void\", \"contribution\"{sealing}]");
            text.push_str(&format!("\n[[keys]]\nholder = \"{holder}\"\nkey = \"{}\"\n{signs}\n", key(holder).public()));
        }
        if self.is_sealed() {
            let key = key("jijian").public();
            text.push_str(&format!("\n[[keys]]\nholder = \"jijian\"\nkey = \"{key}\"\nsigns = [\"reveal\"]\n"));
        }
        text
    }
}

/// What the announced beacon says.
pub fn said(campaign: &Campaign) -> Beacon {
    let BeaconPlan::PublicValues(plan) = campaign.plan().unwrap().beacon else {
        return Beacon::new(ROUND, SIGNATURE).unwrap();
    };
    let of_plan = |text: &&&str| plan.sources.iter().any(|source| text.starts_with(source.id.as_str()));
    let known: Vec<String> = NUMBERS.iter().filter(of_plan).map(ToString::to_string).collect();
    Beacon::PublicValues(values(&plan, &known).unwrap())
}

/// The key that [`Rehearsal`] gives a holder of the small campaign.
pub fn key(holder: &str) -> SecretKey {
    let count = match holder {
        "gongan" => 1,
        "yingji" => 2,
        _ => 3,
    };
    SecretKey::from_bytes(&Digest::of(format!("yaohao test secret {count}").as_bytes()).0)
}

pub fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

pub fn read_folder(folder: &Path) -> Files {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The log of the tests and a witness of it, with keys that everybody knows.
pub fn log_key() -> LogKey {
    LogKey { origin: KeyName::parse("log.example").unwrap(), key: SecretKey::from_bytes(&[11; 32]) }
}

pub fn witness(name: &str) -> (KeyName, SecretKey) {
    (KeyName::parse(name).unwrap(), SecretKey::from_bytes(&Digest::of(name.as_bytes()).0))
}

/// Puts some statements into a fresh log, among others, and gives each a receipt that the witnesses cosigned at times.
pub fn with_receipts(files: &mut Files, statements: &[&str], witnesses: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::create(folder.path(), &log_key()).map(|_| ()).and_then(|()| {
        let mut entries: Vec<Vec<u8>> = (0..5).map(|n| format!("something else {n}\n").into_bytes()).collect();
        entries.extend(statements.iter().map(|name| Leaf::of_statement(&files[*name]).unwrap().to_text().into_bytes()));
        Log::append(folder.path(), &log_key(), &entries)
    });
    let (mut log, _) = log.unwrap();
    let lines = witnesses.iter().map(|(name, at)| {
        let (name, key) = witness(name);
        log.signed().note().cosignature(&name, &key, u64::try_from(time(at).seconds()).unwrap())
    });
    let lines = lines.collect();
    log = log.cosigned(&log_key(), lines).unwrap();
    for name in statements {
        let receipt = log.receipt(&Leaf::of_statement(&files[*name]).unwrap()).unwrap();
        files.insert(format!("{name}.tlog-proof"), receipt.to_file().into_bytes());
    }
}

/// The lines that make a policy count this log and these witnesses.
pub fn trusting_log(policy: &str, witnesses: &[&str], threshold: usize) -> String {
    let keys: Vec<String> = witnesses
        .iter()
        .map(|name| witness(name))
        .map(|(name, key)| format!("\"{}\"", Verifier::of_witness(name, &key)))
        .collect();
    let more = format!(
        "logs = [\"{}\"]\nwitnesses = [{}]\nwitness_threshold = {threshold}\n\n[[keys]]",
        log_key().verifier(),
        keys.join(", ")
    );
    policy.replacen("\n[[keys]]", &more, 1)
}

/// Puts another register in the place of a frozen one, and announces it.
pub fn register_again(files: &mut Files, register: &str, text: &str) {
    let mut rows = Range::new(0);
    let lines: Vec<&str> = text.lines().skip(1).collect();
    lines.iter().for_each(|row| rows.push(leaf_hash(row.as_bytes())));
    files.insert(format!("{register}.csv"), text.as_bytes().to_vec());
    resign(files, "announcement.json", |body| {
        let register = at(body, &format!("registers.{register}"));
        *at(register, "rows") = u64::try_from(lines.len()).unwrap().into();
        *at(register, "sha256") = Digest::of(text.as_bytes()).to_string().into();
        *at(register, "root") = rows.root().to_string().into();
    });
}

/// A JSON file as a value.
pub fn json(files: &Files, name: &str) -> Value {
    parse_canonical(&files[name]).unwrap()
}

/// A member of a value by path; numbers are indexes.
pub fn at<'a>(value: &'a mut Value, path: &str) -> &'a mut Value {
    path.split('.').fold(value, |value, step| match value {
        Value::Object(members) => members.get_mut(step).unwrap_or_else(|| panic!("no member {step} of {path}")),
        Value::Array(items) => {
            items.get_mut(step.parse::<usize>().unwrap()).unwrap_or_else(|| panic!("no element {step} of {path}"))
        }
        _ => panic!("nothing under {step} of {path}"),
    })
}

/// Adds a member, or replaces it.
pub fn insert(value: &mut Value, member: &str, content: impl Into<Value>) {
    let Value::Object(members) = value else { panic!("no object") };
    members.insert(member.to_owned(), content.into());
}

/// Changes a file's JSON and writes it canonically, signatures untouched.
pub fn edit(files: &mut Files, name: &str, change: impl FnOnce(&mut Value)) {
    let mut value = json(files, name);
    change(&mut value);
    files.insert(name.to_owned(), value.to_file().into_bytes());
}

/// Changes a statement's body and signs it again with the keys that had signed it.
pub fn resign(files: &mut Files, name: &str, change: impl FnOnce(&mut Value)) {
    edit(files, name, |value| {
        change(at(value, "body"));
        sign_again(value);
    });
}

fn sign_again(value: &mut Value) {
    let digest = Digest::of(at(value, "body").to_canonical().as_bytes());
    let Value::Text(kind) = at(value, "type").clone() else { panic!("no type") };
    let kind = Type::ALL.into_iter().find(|known| known.name() == kind).unwrap();
    let Value::Array(signatures) = at(value, "signatures") else { panic!("no signatures") };
    for signature in signatures {
        let Value::Text(public) = at(signature, "key").clone() else { panic!("no key") };
        let signer =
            ["gongan", "yingji", "jijian"].map(key).into_iter().find(|key| key.public().to_string() == public).unwrap();
        *at(signature, "value") = hex::encode(signer.sign(signed_text(kind, &digest).as_bytes())).into();
    }
}

/// Changes the announcement and makes every other statement follow it: what an insider with all keys would do.
pub fn reannounce(files: &mut Files, change: impl FnOnce(&mut Value)) {
    resign(files, "announcement.json", change);
    let digest = body_digest(files, "announcement.json");
    let contributions: Vec<String> = files.keys().filter(|name| name.starts_with("contribution-")).cloned().collect();
    for name in contributions {
        resign(files, &name, |body| *at(body, "announcement") = digest.to_string().into());
    }
    close_again(files);
    if files.contains_key("record.json") {
        let closing = files.contains_key("closing.json").then(|| body_digest(files, "closing.json"));
        resign(files, "record.json", |body| {
            *at(body, "announcement") = digest.to_string().into();
            if let Some(closing) = closing {
                *at(body, "closing") = closing.to_string().into();
            }
        });
    }
}

/// Makes the closing list the announcement's digest and the contributions as they are.
pub fn close_again(files: &mut Files) {
    if !files.contains_key("closing.json") {
        return;
    }
    let announcement = body_digest(files, "announcement.json");
    let found: Vec<(String, String)> = files
        .keys()
        .filter_map(|name| {
            Some((
                name.strip_prefix("contribution-")?.strip_suffix(".json")?.to_owned(),
                body_digest(files, name).to_string(),
            ))
        })
        .collect();
    resign(files, "closing.json", |body| {
        *at(body, "announcement") = announcement.to_string().into();
        let Value::Array(list) = at(body, "contributions") else { panic!("no list") };
        for item in list {
            let Value::Text(id) = at(item, "contributor").clone() else { panic!("no contributor") };
            if let (Value::Object(members), Some((_, digest))) = (item, found.iter().find(|(found, _)| *found == id))
                && members.contains_key("digest")
            {
                members.insert("digest".to_owned(), digest.as_str().into());
            }
        }
    });
}

/// Makes the record name the closing as it is.
pub fn record_again(files: &mut Files) {
    let closing = body_digest(files, "closing.json");
    resign(files, "record.json", |body| *at(body, "closing") = closing.to_string().into());
}

pub fn body_digest(files: &Files, name: &str) -> Digest {
    let mut value = json(files, name);
    Digest::of(at(&mut value, "body").to_canonical().as_bytes())
}

/// Changes a text file.
pub fn replace(files: &mut Files, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[name].clone()).unwrap();
    assert!(text.contains(from), "{name} has no {from:?}");
    files.insert(name.to_owned(), text.replacen(from, to, 1).into_bytes());
}
