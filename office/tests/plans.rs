//! The plans under `fixtures/plans`: made here, compared with what lies there, and read from there.
//!
//! `YAOHAO_BLESS=1 cargo test -p yaohao-office --test plans` writes them again.
#![allow(missing_docs, unreachable_pub, reason = "a test is no library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use support::{Files, at, body_digest, edit, insert, key, replace, repository, resign, time};
use yaohao::announcement::{Basis, Department, Signer};
use yaohao::encoding::{Digest, Value, object};
use yaohao::fault::{Code, Fault};
use yaohao::ident::{Id, Name, Text};
use yaohao::statement::Statement;
use yaohao::verify::Policy;
use yaohao::year::{Amendment, Line, Months, PlannedItem, YearPlan, check_chain};

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn line(number: &str, title: &str, lead: &str, joining: &[&str], months: (u64, u64)) -> Line {
    Line {
        id: id(number),
        items: vec![PlannedItem { id: id(&format!("{number}-1")), title: text(title), basis: text("安全生产法") }],
        lead: id(lead),
        joining: joining.iter().map(|department| id(department)).collect(),
        basis: Basis::Random,
        batches: 3,
        months: Months { from: months.0, to: months.1 },
        rate: Some(500),
        population: None,
    }
}

/// The first issue, after the plan of a district of 2018, and one that amends it.
fn chain() -> Files {
    let departments = [("anjian", "安监"), ("fagai", "发改"), ("gongan", "公安"), ("shichang", "市场监管")];
    let first = YearPlan {
        number: id("DH-2018"),
        amendment: None,
        year: 2018,
        authority: text("某区安全生产委员会办公室（示例）"),
        published_at: time("2018-03-05T08:00:00Z"),
        prefix: id("DH-2018"),
        departments: departments.map(|(name, title)| Department { id: id(name), title: text(title) }).to_vec(),
        signers: vec![Signer { holder: id("yingji"), key: key("yingji").public() }],
        threshold: 1,
        lines: vec![
            line("1", "烟花爆竹经营单位", "anjian", &["gongan", "shichang"], (3, 11)),
            line("2", "石油天然气长输管道企业", "fagai", &["anjian"], (4, 6)),
            Line {
                rate: None,
                basis: Basis::FullCoverage,
                population: Some(12),
                ..line("3", "非煤矿山", "anjian", &[], (10, 10))
            },
        ],
    };
    let sign = |plan: YearPlan| {
        let mut statement = Statement::new(plan);
        statement.sign(&key("yingji"));
        statement
    };
    let one = sign(first.clone());
    let mut lines = first.lines.clone();
    lines.remove(2);
    lines[1].batches = 4;
    lines.push(line("4", "民用爆炸物品生产、销售单位", "gongan", &["anjian"], (9, 12)));
    let two = sign(YearPlan {
        amendment: Some(Amendment {
            issue: 2,
            supersedes: one.digest(),
            reason: Name::parse("new-task").unwrap(),
            text: text("按省安委办通知增加一项，非煤矿山已停产"),
        }),
        published_at: time("2018-07-02T08:00:00Z"),
        lines,
        ..first
    });
    [("plan-1.json", one), ("plan-2.json", two)]
        .map(|(name, statement)| (name.to_owned(), statement.to_file().into_bytes()))
        .into()
}

fn policy(signs: &str) -> String {
    format!(
        "spec = \"yaohao/1\"\nthreshold = 1\nsuites = [\"ed25519-sha256\"]\nbeacons = [\"none\"]\n\n\
         [[keys]]\nholder = \"yingji\"\nkey = \"{}\"\nsigns = [\"{signs}\"]\n",
        key("yingji").public()
    )
}

/// A chain with its reader's policy, and the step and code that must refuse it; none in those that hold.
struct Plans {
    name: &'static str,
    files: Files,
    policy: Option<String>,
    refused: Option<(&'static str, &'static str)>,
}

fn signer(holder: &str) -> Value {
    object([("holder", holder.into()), ("key", key(holder).public().to_string().into())])
}

/// The second issue signed by these alone.
fn sign_second(files: &mut Files, holders: &[&str]) {
    let mut statement = Statement::<YearPlan>::parse(&files["plan-2.json"]).unwrap();
    let mut keys: Vec<_> = holders.iter().map(|holder| key(holder)).collect();
    keys.sort_by_key(|key| key.public());
    keys.iter().for_each(|key| statement.sign(key));
    let only: Vec<String> = keys.iter().map(|key| key.public().to_string()).collect();
    files.insert("plan-2.json".to_owned(), statement.to_file().into_bytes());
    edit(files, "plan-2.json", |value| {
        let Value::Array(signatures) = at(value, "signatures") else { panic!("no signatures") };
        signatures.retain_mut(|signature| matches!(at(signature, "key"), Value::Text(key) if only.contains(key)));
    });
}

fn plans() -> Vec<Plans> {
    let accept = |name, files, policy| Plans { name, files, policy, refused: None };
    let only = |name: &str| chain().into_iter().filter(|(file, _)| file == name).collect::<Files>();
    let mut other_key = chain();
    resign(&mut other_key, "plan-2.json", |body| *at(body, "signers.0") = signer("gongan"));
    sign_second(&mut other_key, &["gongan", "yingji"]);
    let mut all = vec![
        accept("one-issue", only("plan-1.json"), Some(policy("plan"))),
        accept("amended", chain(), Some(policy("plan"))),
        accept("amended-without-policy", chain(), None),
        accept("signer-replaced", other_key.clone(), None),
    ];
    let mut refuse = |name, step, code, bend: &dyn Fn(&mut Files)| {
        let mut files = chain();
        bend(&mut files);
        all.push(Plans { name, files, policy: Some(policy("plan")), refused: Some((step, code)) });
    };
    let first = |bend: &'static dyn Fn(&mut Value)| move |files: &mut Files| resign(files, "plan-1.json", bend);
    let second = |bend: &'static dyn Fn(&mut Value)| move |files: &mut Files| resign(files, "plan-2.json", bend);
    let form = "year.form";
    refuse(
        "lines-not-ascending",
        "P1",
        form,
        &first(&|body| {
            let Value::Array(lines) = at(body, "lines") else { panic!("no lines") };
            lines.reverse();
        }),
    );
    refuse("line-twice", "P1", form, &first(&|body| *at(body, "lines.1.id") = "1".into()));
    refuse("no-lines", "P1", form, &first(&|body| *at(body, "lines") = Value::Array(Vec::new())));
    refuse(
        "item-twice",
        "P1",
        form,
        &first(&|body| {
            let item = at(body, "lines.0.items.0").clone();
            *at(body, "lines.0.items") = Value::Array(vec![item.clone(), item]);
        }),
    );
    refuse("lead-not-listed", "P1", form, &first(&|body| *at(body, "lines.0.lead") = "jingxin".into()));
    refuse("lead-joins-itself", "P1", form, &first(&|body| *at(body, "lines.1.joining.0") = "fagai".into()));
    refuse("months-backwards", "P1", form, &first(&|body| *at(body, "lines.1.months.from") = 7.into()));
    refuse("month-thirteen", "P1", "json.member", &first(&|body| *at(body, "lines.0.months.to") = 13.into()));
    refuse("rate-of-full-coverage", "P1", form, &first(&|body| insert(at(body, "lines.2"), "rate", 10_000)));
    refuse("rate-over-all", "P1", "json.member", &first(&|body| *at(body, "lines.0.rate") = 10_001.into()));
    refuse("basis-unknown", "P1", form, &first(&|body| *at(body, "lines.0.basis") = "by-chance".into()));
    refuse("prefix-too-long", "P1", form, &first(&|body| *at(body, "prefix") = "x".repeat(48).into()));
    refuse("threshold-over-signers", "P1", form, &first(&|body| *at(body, "threshold") = 2.into()));
    refuse("year-1999", "P1", "json.member", &first(&|body| *at(body, "year") = 1999.into()));
    refuse("first-issue-with-a-reason", "P1", "json.member", &first(&|body| insert(body, "reason", "new-task")));
    refuse(
        "amended-without-text",
        "P1",
        "json.member",
        &second(&|body| {
            let Value::Object(members) = body else { panic!("no body") };
            members.remove("text").unwrap();
        }),
    );
    refuse("another-type", "P1", "statement.type", &|files| {
        replace(files, "plan-1.json", "\"type\":\"plan\"", "\"type\":\"record\"")
    });
    refuse("line-changed-after-signing", "P2", "signature.invalid", &|files| {
        edit(files, "plan-1.json", |value| *at(value, "body.lines.0.batches") = 2.into());
    });
    refuse("signed-by-a-stranger-too", "P2", "signature.key", &|files| sign_second(files, &["gongan", "yingji"]));
    refuse("taken-over", "P2", "signature.threshold", &|files| {
        resign(files, "plan-2.json", |body| *at(body, "signers.0") = signer("gongan"));
        sign_second(files, &["gongan"]);
    });
    refuse(
        "new-signer-has-not-signed",
        "P2",
        "signature.threshold",
        &second(&|body| *at(body, "signers.0") = signer("gongan")),
    );
    refuse("first-issue-missing", "P3", "year.chain", &|files| {
        files.remove("plan-1.json").unwrap();
    });
    refuse("issue-left-out", "P3", "year.chain", &second(&|body| *at(body, "issue") = 3.into()));
    refuse("two-second-issues", "P3", "year.chain", &|files| {
        files.insert("plan-3.json".to_owned(), files["plan-2.json"].clone());
        resign(files, "plan-3.json", |body| *at(body, "published_at") = "2018-08-01T08:00:00Z".into());
    });
    refuse("supersedes-another", "P3", "year.chain", &|files| {
        // the first issue is changed and signed again, the second still names the old one
        let before = body_digest(files, "plan-1.json");
        resign(files, "plan-1.json", |body| *at(body, "lines.0.batches") = 1.into());
        assert_ne!(body_digest(files, "plan-1.json"), before);
    });
    refuse("of-another-plan", "P3", "year.chain", &second(&|body| *at(body, "number") = "DH-2019".into()));
    refuse("of-another-year", "P3", "year.chain", &second(&|body| *at(body, "year") = 2019.into()));
    refuse("numbered-otherwise", "P3", "year.chain", &second(&|body| *at(body, "prefix") = "DH".into()));
    refuse(
        "older-than-the-first",
        "P3",
        "year.chain",
        &second(&|body| *at(body, "published_at") = "2018-03-05T07:59:59Z".into()),
    );
    let untrusted =
        |name, code, files, policy| Plans { name, files, policy: Some(policy), refused: Some(("P4", code)) };
    all.push(untrusted("policy-trusts-for-records-only", "policy.keys", chain(), policy("record")));
    all.push(untrusted(
        "policy-knows-another-holder",
        "policy.holder",
        chain(),
        policy("plan").replace("holder = \"yingji\"", "holder = \"gongan\""),
    ));
    let mut suite = policy("plan");
    suite = suite.replace("[\"ed25519-sha256\"]", "[]");
    all.push(untrusted("policy-takes-no-suite", "policy.suite", chain(), suite));
    all
}

/// The step and code that refuse a chain.
fn read(files: &BTreeMap<String, Vec<u8>>, policy: Option<&Policy>) -> Option<(&'static str, Fault)> {
    let mut issues = Vec::new();
    for (name, bytes) in files {
        match Statement::<YearPlan>::parse(bytes) {
            Ok(statement) => issues.push((name.as_str(), statement)),
            Err(fault) => return Some(("P1", fault)),
        }
    }
    issues.sort_by_key(|(name, statement)| (statement.body().issue(), *name));
    if let Err(fault) = check_chain(issues.iter().map(|(name, statement)| (*name, statement))) {
        return Some((if fault.code() == Code::YearChain { "P3" } else { "P2" }, fault));
    }
    let policy = policy?;
    let taken = issues.iter().try_for_each(|(name, statement)| policy.takes_year(name, statement));
    taken.err().map(|fault| ("P4", fault))
}

#[test]
fn plans_are_fresh_and_give_what_they_say() {
    let root = repository().join("fixtures/plans");
    let bless = std::env::var_os("YAOHAO_BLESS").is_some();
    if bless {
        let _ = std::fs::remove_dir_all(&root);
    }
    let all = plans();
    assert!(all.iter().filter(|plans| plans.refused.is_some()).count() >= 12);
    let mut expected = BTreeMap::new();
    for plans in &all {
        let folder = Path::new(if plans.refused.is_none() { "accept" } else { "reject" }).join(plans.name);
        let (step, code) = plans.refused.unwrap_or(("", ""));
        let expect = object([("code", code.into()), ("step", step.into())]).to_file();
        let mut files: Vec<(String, Vec<u8>)> = plans.files.clone().into_iter().collect();
        files.push(("expect.json".to_owned(), expect.into_bytes()));
        files.extend(plans.policy.clone().map(|policy| ("trust.toml".to_owned(), policy.into_bytes())));
        for (name, bytes) in files {
            assert!(expected.insert(folder.join(name), bytes).is_none(), "{} stands twice", plans.name);
        }
        let policy = plans.policy.as_ref().map(|policy| Policy::parse(policy).unwrap());
        let found = read(&plans.files, policy.as_ref());
        let said = found.as_ref().map(|(step, fault)| (*step, fault.code().name()));
        assert_eq!(said, plans.refused, "{}: {:?}", plans.name, found.map(|(_, fault)| fault.to_string()));
    }
    for (path, bytes) in &expected {
        let path = root.join(path);
        if bless {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bytes).unwrap();
        }
        assert!(std::fs::read(&path).is_ok_and(|found| found == *bytes), "{} differs: bless it", path.display());
    }
    let lie = ["accept", "reject"].iter().flat_map(|kind| std::fs::read_dir(root.join(kind)).unwrap()).count();
    assert_eq!(lie, all.len(), "folders that nobody made");
    assert_ne!(Digest::of(b""), body_digest(&all[0].files, "plan-1.json"));
}
