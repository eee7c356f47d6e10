//! What an insider with all keys of the office does: spliced and twice-told statements, keys and signatures of forms that a
//! sloppy check lets through, and whole campaigns made anew once the beacon has spoken, which only the log contradicts.

use super::receipts::{NOON, STATEMENTS, policy as witnessed_policy, strict, with};
use super::support::{
    BEACON_TIME, Files, Small, at, close_again, edit, insert, json, key, log_key, reannounce, record_again, replace,
    resign, time, with_receipts, witness,
};
use super::{Expect, Vector};
use yaohao::encoding::{Digest, Value, object};
use yaohao::ledger::{KeyName, Leaf};
use yaohao::merkle::leaf_hash;
use yaohao::suite::SecretKey;
use yaohao_office::ledger::{Log, LogKey};

pub fn reject() -> Vec<Vector> {
    [forms(), made_anew(), outcomes()].concat()
}

/// What nobody can refuse, and what shows nothing: the reader is told so (exit code 3).
pub fn unproven() -> Vec<Vector> {
    let policy = witnessed_policy(&strict(), 1);
    let seen = |statements: &[&str], by: &str, when: &str| {
        let mut files = strict().drawn();
        with_receipts(&mut files, statements, &[(by, when)]);
        files
    };
    let mut elsewhere = with(&strict(), &STATEMENTS);
    receipts_of(&mut elsewhere, "other.example");
    let mut late = super::voids::early(&strict());
    with_receipts(&mut late, &["void.json"], &[("w1.example", BEACON_TIME)]);
    [
        ("closing-logged-late", seen(&["closing.json"], "w1.example", BEACON_TIME)),
        ("cosigned-by-a-friend", seen(&STATEMENTS, "w3.example", NOON)),
        ("logged-elsewhere", elsewhere),
        ("void-logged-late", late),
    ]
    .map(|(name, files)| Vector { name, files, policy: Some(policy.clone()), expect: Expect::Exit(3) })
    .to_vec()
}

fn forms() -> Vec<Vector> {
    let small = Small::default();
    let base = small.drawn();
    let mut vectors = Vec::new();
    let mut add = |name, step, code, bend: &dyn Fn(&mut Files)| {
        let mut files = base.clone();
        bend(&mut files);
        vectors.push(Vector { name, files, policy: Some(small.policy()), expect: Expect::Reject { step, code } });
    };
    add("closing-with-a-second-list", "V2", "json.syntax", &|files| {
        // which of the two is read depends on the program
        let mut none = json(files, "closing.json");
        *at(&mut none, "body.contributions") = Value::Array(Vec::new());
        let body = at(&mut none, "body").to_canonical();
        replace(files, "closing.json", "{\"body\"", &format!("{{\"body\":{body},\"body\""));
    });
    add("chain-of-ones-own", "V2", "beacon.chain", &|files| {
        let chain = "dbd506d6ef76e5f386f41c651dcb808c5bcbd75471cc4eafa3f4df7ad4e4c493";
        reannounce(files, |body| *at(body, "seed.beacon.chain") = chain.into());
    });
    add("key-of-small-order", "V3", "signature.invalid", &|files| {
        let neutral = format!("01{}", "0".repeat(62));
        reannounce(files, |body| {
            let signer = object([("holder", "zonghe".into()), ("key", neutral.as_str().into())]);
            let honest = at(body, "signers.0").clone();
            insert(body, "signers", vec![signer, honest]);
        });
        edit(files, "record.json", |value| {
            let forged = object([("key", neutral.as_str().into()), ("value", format!("01{}", "0".repeat(126)).into())]);
            let honest = at(value, "signatures.0").clone();
            insert(value, "signatures", vec![forged, honest]);
        });
    });
    add("signature-with-the-order-added", "V3", "signature.invalid", &|files| {
        edit(files, "record.json", |value| {
            let Value::Text(text) = at(value, "signatures.0.value").clone() else { panic!("no signature") };
            *at(value, "signatures.0.value") = add_order(&text).into();
        })
    });
    add("closing-of-another-campaign", "V5", "campaign.mixed", &|files| {
        let other = Small::default().plan("SMALL-2024-1", "SMALL-2024-2").drawn();
        files.insert("closing.json".to_owned(), other["closing.json"].clone());
    });
    add("void-backdated-beside-its-beacon", "V5", "void.outcome", &|files| {
        *files = super::voids::late(&Small::default());
        resign(files, "void.json", |body| {
            super::voids::remove(body, "would_be");
            *at(body, "voided_at") = "2024-10-14T11:00:00Z".into();
        });
        ["selected.csv", "assignments.csv"].iter().for_each(|name| assert!(files.remove(*name).is_some()));
    });
    add("targets-last-doubled", "V6", "register.order", &|files| {
        replace(files, "targets.csv", "F8,A,yanhua,3302,\n", "F8,A,yanhua,3302,\nF8,A,yanhua,3302,\n")
    });
    add("root-with-odd-nodes-doubled", "V7", "register.root", &odd_nodes_doubled);
    add("seed-of-a-value-nobody-gave", "V12", "seed.text", &|files| {
        resign(files, "record.json", |body| {
            let Value::Text(text) = at(body, "seed_text").clone() else { panic!("no text") };
            let line = text.lines().find(|line| line.starts_with("contribution: gongan")).unwrap();
            let other = text.replace(line, &format!("contribution: gongan {}", Digest([9; 32])));
            *at(body, "seed") = Digest::of(other.as_bytes()).to_string().into();
            *at(body, "seed_text") = other.into();
        })
    });
    vectors.push(two_keys_of_one_hand());
    vectors
}

/// The reader knows two keys of one department, and asks for two holders.
fn two_keys_of_one_hand() -> Vector {
    let small = Small::default()
        .plan("holders = [\"yingji\"]\nthreshold = 1", "holders = [\"gongan\", \"yingji\"]\nthreshold = 2");
    let (other, second) = (key("gongan").public().to_string(), key("jijian").public().to_string());
    let policy = small.policy().replace("threshold = 1", "threshold = 2");
    let signs = "signs = [\"announcement\", \"closing\", \"record\"]";
    let policy = format!("{policy}\n[[keys]]\nholder = \"yingji\"\nkey = \"{second}\"\n{signs}\n");
    let exchange = |list: &mut Value| {
        let Value::Array(list) = list else { panic!("no list") };
        for one in list.iter_mut().filter_map(|one| (*at(one, "key") == Value::from(other.as_str())).then_some(one)) {
            *at(one, "key") = second.as_str().into();
            if let Value::Object(members) = one
                && members.contains_key("holder")
            {
                members.insert("holder".to_owned(), "lianban".into());
            }
        }
        list.sort_by_key(|one| at(&mut one.clone(), "key").to_canonical());
    };
    let mut files = small.drawn();
    reannounce(&mut files, |body| exchange(at(body, "signers")));
    for name in STATEMENTS {
        edit(&mut files, name, |value| exchange(at(value, "signatures")));
        resign(&mut files, name, |_| {});
    }
    close_again(&mut files);
    record_again(&mut files);
    let expect = Expect::Reject { step: "V4", code: "policy.keys" };
    Vector { name: "two-keys-of-one-hand", files, policy: Some(policy), expect }
}

/// Everything is made anew, and consistent: only what was seen from outside contradicts it.
fn made_anew() -> Vec<Vector> {
    let policy = witnessed_policy(&strict(), 1);
    let base = with(&strict(), &STATEMENTS);
    let closing = "closing.json.tlog-proof";
    let mut vectors = Vec::new();
    let mut add = |name, code, bend: &dyn Fn(&mut Files)| {
        let mut files = base.clone();
        bend(&mut files);
        let expect = Expect::Reject { step: "V5", code };
        vectors.push(Vector { name, files, policy: Some(policy.clone()), expect });
    };
    // the old receipts stay beside the new statements
    let kept = |files: &mut Files, anew: Files| files.extend(anew);
    add("strata-moved-after-the-beacon", "log.inclusion", &|files| {
        kept(files, strict().plan("[\"class\", [\"C\", \"D\"]]", "[\"class\", [\"D\"]]").drawn())
    });
    add("announcement-backdated", "log.inclusion", &|files| {
        reannounce(files, |body| *at(body, "announced_at") = "2024-10-13T08:00:00Z".into())
    });
    add("contribution-dropped-after-the-beacon", "log.inclusion", &|files| {
        files.remove("contribution-gongan.json").unwrap();
        kept(files, Small { absent: vec!["gongan"], ..strict() }.drawn());
    });
    add("log-impersonated", "note.unsigned", &|files| receipts_of(files, "log.example"));
    add("node-taken-for-a-leaf", "log.inclusion", &|files| {
        let text = String::from_utf8(files[closing].clone()).unwrap();
        let mut lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines[1], "index 6");
        lines[1] = "index 3";
        lines.remove(2);
        files.insert(closing.to_owned(), lines.join("\n").into_bytes());
    });
    vectors
}

/// Outcomes that are changed, with a record that is signed over the change.
fn outcomes() -> Vec<Vector> {
    let small = Small::default();
    let base = small.drawn();
    let mut vectors = Vec::new();
    let mut add = |name, step, file: &str, bend: &dyn Fn(&str) -> String| {
        let mut files = base.clone();
        let text = String::from_utf8(files[&format!("{file}.csv")].clone()).unwrap();
        let bent = bend(&text);
        assert_ne!(text, bent, "{name}");
        let digest = Digest::of(bent.as_bytes()).to_string();
        files.insert(format!("{file}.csv"), bent.into_bytes());
        resign(&mut files, "record.json", |body| *at(body, &format!("{file}.sha256")) = digest.into());
        let expect = Expect::Reject { step, code: "outcome.differs" };
        vectors.push(Vector { name, files, policy: Some(small.policy()), expect });
    };
    add("ticket-of-a-friend", "V13", "selected", &|text| {
        let first = text.lines().nth(1).unwrap();
        let (start, _) = first.rsplit_once(',').unwrap();
        text.replace(first, &format!("{},{}", start.replace("drawn", "reserve"), "f".repeat(64)))
    });
    add("reserve-promoted-and-recorded", "V13", "selected", &|text| text.replacen(",reserve,", ",drawn,", 1));
    add("seats-exchanged-and-recorded", "V14", "assignments", &|text| {
        let swap = |line: &str| line.replace(",A1,", ",#,").replace(",A2,", ",A1,").replace(",#,", ",A2,") + "\n";
        text.lines().map(|line| if line.starts_with("F3,") { swap(line) } else { format!("{line}\n") }).collect()
    });
    add("possible-inflated-and-recorded", "V14", "assignments", &|text| {
        let line = text.lines().find(|line| line.ends_with(",1")).unwrap();
        text.replace(line, &format!("{},9", line.rsplit_once(',').unwrap().0))
    });
    vectors
}

/// Receipts of a log of one's own, cosigned by a witness whom it deceived.
fn receipts_of(files: &mut Files, origin: &str) {
    let own = LogKey { origin: KeyName::parse(origin).unwrap(), key: SecretKey::from_bytes(&[12; 32]) };
    assert_ne!(own.verifier(), log_key().verifier());
    let folder = tempfile::tempdir().unwrap();
    Log::create(folder.path(), &own).unwrap();
    let leaf = |files: &Files, name: &str| Leaf::of_statement(&files[name]).unwrap();
    let entries: Vec<Vec<u8>> = STATEMENTS.iter().map(|name| leaf(files, name).to_text().into_bytes()).collect();
    let (log, _) = Log::append(folder.path(), &own, &entries).unwrap();
    let (name, key) = witness("w1.example");
    let line = log.signed().note().cosignature(&name, &key, u64::try_from(time(NOON).seconds()).unwrap());
    let log = log.cosigned(&own, vec![line]).unwrap();
    for name in STATEMENTS {
        let receipt = log.receipt(&leaf(files, name)).unwrap();
        files.insert(format!("{name}.tlog-proof"), receipt.to_file().into_bytes());
    }
}

/// The root of a tree that takes the last node of an odd level twice (CVE-2012-2459): two registers would fit it.
fn odd_nodes_doubled(files: &mut Files) {
    let text = String::from_utf8(files["inspectors.csv"].clone()).unwrap();
    let mut level: Vec<Digest> = text.lines().skip(1).map(|row| leaf_hash(row.as_bytes())).collect();
    while level.len() > 1 {
        if level.len() % 2 == 1 {
            level.push(level[level.len() - 1]);
        }
        level = level.chunks(2).map(|pair| Digest::of(&[&[1], &pair[0].0[..], &pair[1].0[..]].concat())).collect();
    }
    reannounce(files, |body| *at(body, "registers.inspectors.root") = level[0].to_string().into());
}

/// A signature whose second half is greater by the order of the group: another one of the same text.
fn add_order(text: &str) -> String {
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let (mut bytes, order) = (hex::decode(text).unwrap(), hex::decode(ORDER).unwrap());
    let mut carry = 0_u16;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = u8::try_from(sum & 0xff).unwrap();
        carry = sum >> 8;
    }
    hex::encode(bytes)
}
