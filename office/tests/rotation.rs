//! Earlier campaigns that keep inspectors from targets, and count in their loads (SPEC §6.2).
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use support::{Small, read_folder, time};
use yaohao::fault::Code;
use yaohao_office::campaign::Campaign;
use yaohao_office::freeze::{AnnouncedKeys, Frozen, freeze};
use yaohao_office::keys::RegisterKey;
use yaohao_office::later::{Asked, Why, replace_inspector, substitutes};
use yaohao_office::watch::Silent;

const RULES: &str =
    "[history]\nlast_visitors = true\nloads = true\n[[history.campaigns]]\npublic = \"../first/public\"\n";

fn first(folder: &Path) -> Campaign {
    pseudonymous(Small::default()).plan("SMALL-2024-1", "SMALL-2024-0").draw_in(&folder.join("first"))
}

fn pseudonymous(small: Small) -> Small {
    let id = "[registers.inspectors]\nfile = \"private/inspectors.csv\"\nid_form = \"id\"";
    small.plan(id, &id.replace("\"id\"", "\"pseudonym\""))
}

/// A look at a second campaign under a register key of its own.
fn second(folder: &Path, more: &str) -> Frozen {
    let small = pseudonymous(Small::default())
        .plan("carried = false", "carried = true")
        .plan("[seed]\n", &format!("{RULES}{more}\n[seed]\n"));
    let folder = folder.join(format!("second{}", more.len()));
    let (campaign, _) = small.lay(&folder);
    let plan = campaign.plan().unwrap();
    let keys = AnnouncedKeys::for_a_look(&plan, &folder);
    match freeze(&folder, &plan, keys, &RegisterKey::for_a_look(), &time("2024-10-20T08:00:00Z"), &Silent) {
        Ok(frozen) => frozen,
        Err(refused) => panic!("{:?}", refused.faults),
    }
}

/// What each officer carried, by certificate.
fn carried(frozen: &Frozen) -> BTreeMap<String, String> {
    let names = ["A1", "A2", "A3", "B1", "B2", "B3"];
    let csv = frozen.intakes[1].csv();
    let of = |name: &&str| {
        let pseudonym = RegisterKey::for_a_look().pseudonym(name).unwrap().to_string();
        let line = csv.lines().find(|line| line.starts_with(&pseudonym)).unwrap();
        ((*name).to_owned(), line.split(',').nth(2).unwrap().to_owned())
    };
    names.iter().map(of).collect()
}

#[test]
fn pseudonyms_of_another_key_are_strangers_until_the_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = first(folder.path());
    let frozen = second(folder.path(), "");
    assert!(frozen.past.notes.iter().any(|note| note.code() == Code::HistoryStrangers), "{:?}", frozen.past.notes);
    assert!(carried(&frozen).values().all(|carried| carried == "0"));
    assert!(frozen.intakes[2].rotated.0.is_empty());

    let frozen = second(folder.path(), "register_key = \"../first/private/register.key\"\n");
    assert!(frozen.past.notes.is_empty(), "{:?}", frozen.past.notes);
    // the first campaign's own files say who sat where
    let files = read_folder(&drawn.public());
    let assignments = String::from_utf8(files["assignments.csv"].clone()).unwrap();
    let key = RegisterKey::load(&drawn.private()).unwrap();
    let mut pairs = 0;
    for (name, carried) in carried(&frozen) {
        let then = key.pseudonym(&name).unwrap().to_string();
        let now = RegisterKey::for_a_look().pseudonym(&name).unwrap();
        let targets: Vec<&str> = assignments
            .lines()
            .filter(|line| line.split(',').nth(3) == Some(then.as_str()))
            .map(|line| line.split(',').next().unwrap())
            .collect();
        assert_eq!(carried, targets.len().to_string(), "{name}");
        for target in targets {
            let kept = |category: &str| frozen.intakes[2].csv().contains(&format!("{target},{now},{category}\n"));
            // a pair that the office keeps apart itself bears its own reason
            assert!(kept("last-visitor") || kept("kinship") || kept("rotation"), "{target} {name}");
            pairs += 1;
        }
    }
    assert!(pairs >= 5, "only {pairs} visits: the test shows nothing");
    assert!(frozen.intakes[2].rotated.0.values().sum::<u64>() > 3);
    let history = frozen.announcement.history.unwrap();
    assert!(history.campaigns[0].last.is_none());
}

#[test]
fn who_stepped_in_is_the_visitor() {
    let folder = tempfile::tempdir().unwrap();
    let small = Small {
        inspectors: format!("{}B4,gongan,,*,,8,0,2020-01-01,2030-01-01,\n", support::INSPECTORS),
        ..Small::default()
    };
    let drawn = small.plan("SMALL-2024-1", "SMALL-2024-0").draw_in(&folder.path().join("first"));
    let assignments = String::from_utf8(read_folder(&drawn.public())["assignments.csv"].clone()).unwrap();
    let row: Vec<&str> =
        assignments.lines().map(|line| line.split(',').collect::<Vec<_>>()).find(|row| row[1] == "gongan").unwrap();
    let asked = Asked { target: row[0], department: "gongan", seat: 1 };
    let chain = substitutes(&drawn, asked).unwrap().chain;
    let why = Why {
        reason: yaohao::ident::Name::parse("illness").unwrap(),
        text: yaohao::ident::Text::parse("因病").unwrap(),
    };
    replace_inspector(&drawn, asked, row[3], why, &time("2024-10-15T08:00:00Z")).unwrap();
    let next =
        Small::default().plan("carried = false", "carried = true").plan("[seed]\n", &format!("{RULES}\n[seed]\n"));
    let next = Small {
        recusals: "target,inspector,category\n".to_owned(),
        inspectors: format!("{}B4,gongan,,*,,8,0,2020-01-01,2030-01-01,\n", support::INSPECTORS),
        ..next
    };
    let folder = folder.path().join("second");
    let (campaign, _) = next.lay(&folder);
    let plan = campaign.plan().unwrap();
    let keys = AnnouncedKeys::for_a_look(&plan, &folder);
    let frozen = freeze(&folder, &plan, keys, &RegisterKey::for_a_look(), &time("2024-10-20T08:00:00Z"), &Silent);
    let frozen = frozen.unwrap_or_else(|refused| panic!("{:?}", refused.faults));
    let kept = |who: &str| frozen.intakes[2].csv().contains(&format!("{},{who},last-visitor\n", row[0]));
    assert!(kept(chain[0].as_str()) && !kept(row[3]), "{}", frozen.intakes[2].csv());
    assert!(frozen.announcement.history.unwrap().campaigns[0].last.is_some());
}

/// What nobody may have signed keeps nobody out.
#[test]
fn a_record_that_does_not_verify_is_no_history() {
    let folder = tempfile::tempdir().unwrap();
    let record = first(folder.path()).public().join("record.json");
    let text = std::fs::read_to_string(&record).unwrap();
    let small = pseudonymous(Small::default()).plan("[seed]\n", &format!("{RULES}\n[seed]\n"));
    let (campaign, mut entropy) = small.plan("carried = false", "carried = true").lay(&folder.path().join("second"));
    let at = text.find("\"value\":\"").unwrap() + 9;
    let forged = format!("{}{}{}", &text[..at], "0".repeat(128), &text[at + 128..]);
    std::fs::write(&record, forged).unwrap();
    let refused = campaign.announce(&time("2024-10-20T08:00:00Z"), &mut entropy).unwrap_err();
    let fault = &refused.faults[0];
    assert_eq!(fault.code(), Code::HistoryRecord);
    assert!(fault.fill("{campaign}: {detail}").contains("signature"), "{fault:?}");
    assert!(!campaign.public().join("announcement.json").exists());
    std::fs::write(&record, text).unwrap();
    campaign.look(&time("2024-10-20T08:00:00Z")).unwrap();
}
