//! The examples in SPEC.md, made from the small campaign and compared. `YAOHAO_BLESS=1` writes them again.
#![allow(missing_docs, reason = "a test is no library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use support::{Files, Small, body_digest, repository};
use yaohao::announcement::Announcement;
use yaohao::encoding::{Digest, Value};
use yaohao::ledger::{Leaf, Receipt, Verifier};
use yaohao::merkle::{inclusion_path, leaf_hash};
use yaohao::record::Record;
use yaohao::seed::Lots;
use yaohao::statement::{Statement, Type, signed_text};

#[test]
fn examples_are_those_of_the_small_campaign() {
    let path = repository().join("SPEC.md");
    let spec = std::fs::read_to_string(&path).unwrap();
    let files = Small::default().drawn();
    let mut made = spec.clone();
    let made_of = [
        ("glance", glance(&files)),
        ("ticket", ticket(&files)),
        ("ledger", ledger(&files)),
        ("values", values(&files)),
    ];
    for (name, text) in made_of {
        let (before, rest) = made.split_once(&format!("<!-- generated: {name} -->\n")).unwrap();
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        made = format!("{before}<!-- generated: {name} -->\n{text}<!-- end -->{after}");
    }
    if std::env::var_os("YAOHAO_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    assert!(
        made == spec,
        "the examples in SPEC.md are not those of the small campaign: bless them and look at the change"
    );
}

fn text(files: &Files, name: &str) -> String {
    String::from_utf8(files[name].clone()).unwrap()
}

fn fence(content: &str) -> String {
    format!("```\n{}\n```\n\n", content.trim_end())
}

fn glance(files: &Files) -> String {
    let mut out = String::new();
    for (name, what) in [
        ("targets.csv", "the frozen register of targets"),
        ("inspectors.csv", "of inspectors"),
        ("recusals.csv", "and of recusals"),
    ] {
        let _ = write!(out, "`{name}`, {what}:\n\n{}", fence(&text(files, name)));
    }
    let announcement = pretty(&support::json(files, "announcement.json"), 0);
    let _ =
        write!(out, "`announcement.json` (here with line breaks; the file is one line):\n\n{}", fence(&announcement));
    let record: Statement<Record> = Statement::parse(&files["record.json"]).unwrap();
    let _ = write!(
        out,
        "The seed text, as `record.json` carries it; its SHA-256 is the seed\n`{}`:\n\n{}",
        record.body().seed,
        fence(&record.body().seed_text)
    );
    let _ = write!(out, "`selected.csv`, the first random:\n\n{}", fence(&text(files, "selected.csv")));
    let _ = write!(out, "`assignments.csv`, the second:\n\n{}", fence(&text(files, "assignments.csv")));
    out
}

/// JSON for reading: short values stay on a line.
fn pretty(value: &Value, depth: usize) -> String {
    let line = value.to_canonical();
    if line.len() + 2 * depth <= 100 {
        return line;
    }
    let indent = "  ".repeat(depth + 1);
    let close = "  ".repeat(depth);
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| format!("{indent}{}", pretty(item, depth + 1))).collect();
            format!("[\n{}\n{close}]", items.join(",\n"))
        }
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{indent}\"{key}\": {}", pretty(value, depth + 1))).collect();
            format!("{{\n{}\n{close}}}", members.join(",\n"))
        }
        _ => line,
    }
}

fn lots(files: &Files) -> Lots {
    let record: Statement<Record> = Statement::parse(&files["record.json"]).unwrap();
    Lots::of(record.body().seed)
}

fn ticket(files: &Files) -> String {
    let lots = lots(files);
    let (sub_seed, ticket) = (lots.sub_seed("targets"), lots.tickets("targets").ticket("F1"));
    let commands = format!(
        "$ printf 'yaohao/1 targets\\n%s\\n' {} | sha256sum\n{sub_seed}  -\n$ printf '%s' {sub_seed}F1 | sha256sum\n{ticket}  -",
        lots.seed()
    );
    fence(&commands)
}

/// The announcement in a log of six entries: its leaf, the receipt, and the way from the one to the other.
fn ledger(files: &Files) -> String {
    let mut files = files.clone();
    support::with_receipts(&mut files, &["announcement.json"], &[("witness.example", "2024-10-14T08:05:00Z")]);
    let entry = Leaf::of_statement(&files["announcement.json"]).unwrap().to_text();
    let receipt = Receipt::parse(&files["announcement.json.tlog-proof"]).unwrap();
    let hash = leaf_hash(entry.as_bytes());
    let others = (0..5).map(|n| leaf_hash(format!("something else {n}\n").as_bytes()));
    let leaves: Vec<Digest> = others.chain([hash]).collect();
    let mut steps = format!("{:<18} {hash}\n", "leaf");
    let mut node = hash;
    // the sixth of six entries: every step is to the left
    for sibling in inclusion_path(&leaves, 5).unwrap() {
        node = Digest::of(&[&[1], &sibling.0[..], &node.0[..]].concat());
        let _ = writeln!(steps, "with, on its left, {sibling}\n{:<18} {node}", "");
    }
    let signed = receipt.check(&hash, &support::log_key().verifier()).unwrap();
    assert_eq!(node, signed.checkpoint().root, "the way leads to the root");
    let verifiers = format!("{}\n{}\n", support::log_key().verifier(), {
        let (name, key) = support::witness("witness.example");
        Verifier::of_witness(name, &key)
    });
    let mut out =
        format!("The entry of the announcement of §1 in a log of six entries, the last of them:\n\n{}", fence(&entry));
    let _ = write!(out, "From its leaf hash to the root, node by node (RFC 9162 §2.1.3):\n\n{}", fence(&steps));
    let _ = write!(
        out,
        "The receipt: index, path, and the checkpoint with the log's line and a witness's cosignature:\n\n{}",
        fence(&text(&files, "announcement.json.tlog-proof"))
    );
    let _ = write!(out, "The keys of the log and of the witness, as a policy has them:\n\n{}", fence(&verifiers));
    out
}

fn values(files: &Files) -> String {
    let mut out = String::new();
    let announcement: Statement<Announcement> = Statement::parse(&files["announcement.json"]).unwrap();
    let body = announcement.body();
    out.push_str("Leaf hashes of `targets.csv` and its root (§4):\n\n");
    let mut lines = String::new();
    for row in text(files, "targets.csv").lines().skip(1) {
        let _ = writeln!(lines, "{:<28} {}", row, leaf_hash(row.as_bytes()));
    }
    let _ = writeln!(lines, "{:<28} {}", "root", body.targets.commitment.root);
    out.push_str(&fence(&lines));

    out.push_str("Digests of statements (§6), and the text that the signer of the record signs:\n\n");
    let mut lines = String::new();
    for name in files.keys().filter(|name| name.ends_with(".json") && *name != "beacon.json") {
        let _ = writeln!(lines, "{name:<28} {}", body_digest(files, name));
    }
    let _ = write!(lines, "\n{}", signed_text(Type::Record, &body_digest(files, "record.json")));
    out.push_str(&fence(&lines));

    out.push_str("Sub-seeds, and the first words of the key stream of `sizes` with its first uniform integer below 10,000 (§7.4; this campaign\ndoes not use them):\n\n");
    let lots = lots(files);
    let mut lines = String::new();
    for purpose in ["targets", "sizes", "tasks", "assign/yingji", "assign/gongan"] {
        let _ = writeln!(lines, "{purpose:<28} {}", lots.sub_seed(purpose));
    }
    let mut stream = lots.stream("sizes");
    let words: Vec<String> = (0..3).map(|_| stream.word().to_string()).collect();
    let _ = writeln!(lines, "words                        {}", words.join(" "));
    let _ = writeln!(lines, "uniform below 10000          {}", lots.stream("sizes").uniform(10_000));
    out.push_str(&fence(&lines));

    out.push_str("Tickets of all targets in lottery order (§8.3):\n\n");
    let tickets = lots.tickets("targets");
    let mut order: Vec<(Digest, String)> = text(files, "targets.csv")
        .lines()
        .skip(1)
        .map(|row| row.split(',').next().unwrap().to_owned())
        .map(|id| (tickets.ticket(&id), id))
        .collect();
    order.sort();
    let list = |order: &[(Digest, String)]| {
        order.iter().fold(String::new(), |out, (ticket, id)| format!("{out}{id:<28} {ticket}\n"))
    };
    out.push_str(&fence(&list(&order)));

    out.push_str(&lists(files, &lots));
    out
}

/// Tasks in order, and for each the list of inspectors of every department.
fn lists(files: &Files, lots: &Lots) -> String {
    let mut out = String::from("Tasks in the order in which they choose (§10.3):\n\n");
    let drawn: Vec<String> = text(files, "selected.csv")
        .lines()
        .filter(|line| line.contains(",drawn,"))
        .map(|line| line.split(',').nth(4).unwrap().to_owned())
        .collect();
    let tickets = lots.tickets("tasks");
    let mut tasks: Vec<(Digest, String)> = drawn.into_iter().map(|id| (tickets.ticket(&id), id)).collect();
    tasks.sort();
    out.push_str(&fence(&tasks.iter().fold(String::new(), |out, (ticket, id)| format!("{out}{id:<28} {ticket}\n"))));
    out.push_str("The lists of these tasks (§10.3), with the first 16 digits of each pair's ticket; who may not sit there is not struck out:\n\n");
    let mut pools: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let register = text(files, "inspectors.csv");
    let (header, rows) = register.split_once('\n').unwrap();
    let column = |name: &str| header.split(',').position(|column| column == name).unwrap();
    let (id, department, excluded) = (column("id"), column("department"), column("excluded"));
    for row in rows.lines() {
        let cells: Vec<&str> = row.split(',').collect();
        if cells[excluded].is_empty() {
            pools.entry(cells[department].to_owned()).or_default().push(cells[id].to_owned());
        }
    }
    assert!(!pools.is_empty(), "nobody takes part");
    let mut lines = String::new();
    for (_, task) in &tasks {
        for (department, pool) in &pools {
            let tickets = lots.tickets(&format!("assign/{department}"));
            let id = |text: &str| yaohao::ident::Id::parse(text).unwrap();
            let mut list: Vec<(Digest, &String)> =
                pool.iter().map(|inspector| (tickets.pair(&id(task), &id(inspector)), inspector)).collect();
            list.sort();
            let shown: Vec<String> =
                list.iter().map(|(ticket, inspector)| format!("{inspector} {}", &ticket.to_string()[..16])).collect();
            let _ = writeln!(lines, "{task:<4} {department:<8} {}", shown.join("  "));
        }
    }
    out.push_str(&fence(&lines));
    out
}
