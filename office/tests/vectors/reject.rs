//! Campaigns that must be refused, one fault each, with the step that must see it.

use super::accept::{history, plan_line, replaces};
use super::support::{
    BALLS, Files, OTHER_SIGNATURE, Small, at, close_again, edit, insert, key, reannounce, record_again, replace, resign,
};
use super::{Expect, Vector};
use yaohao::announcement::History;
use yaohao::encoding::{Digest, Value};

pub fn vectors() -> Vec<Vector> {
    let small = Small::default();
    let policy = small.policy();
    let base = small.drawn();
    let mut vectors = Vec::new();
    let mut add = |name: &'static str, step: &'static str, code: &'static str, bend: &dyn Fn(&mut Files)| {
        let mut files = base.clone();
        bend(&mut files);
        vectors.push(Vector { name, files, policy: Some(policy.clone()), expect: Expect::Reject { step, code } });
    };

    // V2: form
    add("json-spaces", "V2", "json.canonical", &|files| replace(files, "record.json", "\":\"", "\": \""));
    add("json-repeated-member", "V2", "json.syntax", &|files| {
        replace(files, "closing.json", "{\"body\"", "{\"body\":{},\"body\"")
    });
    add("json-unknown-member", "V2", "json.member", &|files| {
        edit(files, "record.json", |value| insert(value, "note", "hello"))
    });
    add("json-missing-member", "V2", "json.member", &|files| {
        resign(files, "record.json", |body| remove(body, "drawn_at"))
    });
    add("json-float", "V2", "json.syntax", &|files| {
        replace(files, "announcement.json", "\"threshold\":1", "\"threshold\":1.0")
    });
    add("json-lone-surrogate", "V2", "json.syntax", &|files| {
        replace(files, "announcement.json", "\"authority\":\"", "\"authority\":\"\\ud800")
    });
    add("json-no-final-line-feed", "V2", "json.canonical", &|files| cut(files, "beacon.json"));
    add("statement-of-another-type", "V2", "statement.type", &|files| {
        let closing = files["closing.json"].clone();
        files.insert("record.json".to_owned(), closing);
    });
    add("suite-unknown", "V2", "suite.unknown", &|files| {
        replace(files, "record.json", "ed25519-sha256", "ed25519-md5")
    });
    add("version-unknown", "V2", "statement.spec", &|files| {
        edit(files, "record.json", |value| *at(value, "spec") = "yaohao/2".into())
    });
    add("column-no-rule-names", "V2", "column.unused", &|files| {
        reannounce(files, |body| {
            *at(body, "registers.targets.columns") = vec!["id", "class", "items", "name", "region", "excluded"].into()
        });
    });
    add("rule-names-no-column", "V2", "column.unknown", &|files| {
        reannounce(files, |body| {
            *at(body, "registers.targets.columns") = vec!["id", "class", "region", "excluded"].into()
        });
    });
    add("withheld-column-is-public", "V2", "announcement.form", &|files| {
        reannounce(files, |body| {
            *at(body, "registers.targets.columns") = vec!["id", "class", "items", "region", "excluded", "seal"].into();
            *at(body, "registers.targets.withheld") = vec!["class"].into();
        });
    });
    add("weight-is-the-id", "V2", "announcement.form", &|files| {
        reannounce(files, |body| {
            *at(body, "strata.1.method") = "weighted".into();
            insert(at(body, "strata.1"), "weight", "id");
        });
    });
    add("too-many-seats", "V2", "announcement.form", &|files| {
        reannounce(files, |body| {
            let seat = at(body, "items.0.seats.1").clone();
            *at(body, "items.0.seats") = vec![at(body, "items.0.seats.0").clone()]
                .into_iter()
                .chain((0..11).map(|_| seat.clone()))
                .collect::<Vec<_>>()
                .into();
            (1..12).for_each(|index| *at(body, &format!("items.0.seats.{index}.count")) = 100.into());
        });
    });
    add("year-zero", "V2", "time.form", &|files| {
        reannounce(files, |body| *at(body, "announced_at") = "0000-06-01T00:00:00Z".into())
    });
    add("closing-unsorted", "V2", "json.member", &|files| {
        resign(files, "closing.json", |body| {
            let Value::Array(list) = at(body, "contributions") else { panic!("no list") };
            list.reverse();
        });
        record_again(files);
    });
    add("two-leaders", "V2", "announcement.form", &|files| {
        reannounce(files, |body| *at(body, "items.0.seats.1.leader") = true.into())
    });
    add("random-basis-changed", "V2", "announcement.form", &|files| {
        reannounce(files, |body| *at(body, "basis") = "targeted".into())
    });
    add("beacon-of-another-chain", "V2", "beacon.chain", &|files| {
        edit(files, "beacon.json", |value| {
            *at(value, "chain") = "dbd506d6ef76e5f386f41c651dcb808c5bcbd75471cc4eafa3f4df7ad4e4c493".into()
        });
    });
    // §6.1, §17.3: where a campaign comes from
    let mut origin = |name: &'static str, code: &'static str, bend: &dyn Fn(&mut Value)| {
        add(name, "V2", code, &|files| {
            reannounce(files, |body| {
                insert(body, "plan", plan_line());
                insert(body, "replaces", replaces());
                bend(body);
            })
        });
    };
    origin("plan-batch-zero", "json.member", &|body| *at(body, "plan.batch") = 0.into());
    origin("plan-batch-too-high", "json.member", &|body| *at(body, "plan.batch") = 1001.into());
    origin("plan-without-line", "json.member", &|body| remove(at(body, "plan"), "line"));
    origin("plan-digest-in-capitals", "hex.form", &|body| {
        *at(body, "plan.plan") = Digest::of(b"plan").to_string().to_uppercase().into();
    });
    origin("plan-unknown-member", "json.member", &|body| insert(at(body, "plan"), "serial", 1));
    origin("plan-number-without-serial", "announcement.form", &|body| *at(body, "number") = "SMALL".into());
    origin("plan-number-with-leading-zero", "announcement.form", &|body| *at(body, "number") = "SMALL-2024-01".into());
    origin("plan-number-zero", "announcement.form", &|body| *at(body, "number") = "SMALL-2024-0".into());
    origin("plan-number-too-great", "announcement.form", &|body| {
        *at(body, "number") = "SMALL-9007199254740992".into();
    });
    origin("replaces-itself", "announcement.form", &|body| {
        *at(body, "replaces.number") = at(body, "number").clone();
    });
    origin("replaces-without-void", "json.member", &|body| remove(at(body, "replaces"), "void"));
    origin("replaces-no-id", "id.form", &|body| *at(body, "replaces.number") = "第一次".into());
    add("contribution-under-another-name", "V2", "json.member", &|files| {
        let contribution = files.remove("contribution-gongan.json").unwrap();
        files.insert("contribution-zonghe.json".to_owned(), contribution);
    });

    // V3, V4: signatures
    add("body-changed-after-signing", "V3", "signature.invalid", &|files| {
        edit(files, "record.json", |value| *at(value, "body.drawn_at") = "2024-10-14T17:16:00Z".into());
    });
    add("signature-of-another-type", "V3", "signature.invalid", &|files| {
        // a valid signature by the right key, over the same digest as another type of statement
        edit(files, "record.json", |value| {
            let digest = Digest::of(at(value, "body").to_canonical().as_bytes());
            let text = format!("yaohao/1 closing\n{digest}\n");
            *at(value, "signatures.0.value") = hex::encode(key("yingji").sign(text.as_bytes())).into();
        });
    });
    add("signer-not-announced", "V3", "signature.key", &|files| sign_with(files, "record.json", "gongan"));
    add("contribution-signed-by-another", "V3", "signature.key", &|files| {
        sign_with(files, "contribution-gongan.json", "yingji")
    });

    // V5: order
    add("record-of-another-announcement", "V5", "campaign.mixed", &|files| {
        resign(files, "record.json", |body| *at(body, "announcement") = Digest([7; 32]).to_string().into());
    });
    add("contribution-of-another-number", "V5", "campaign.mixed", &|files| {
        resign(files, "contribution-gongan.json", |body| *at(body, "number") = "SMALL-2024-2".into());
        close_again(files);
        record_again(files);
    });
    add("announced-too-late", "V5", "order.time", &|files| {
        reannounce(files, |body| *at(body, "announced_at") = "2024-10-14T17:05:00Z".into());
        for name in ["contribution-gongan.json", "contribution-yingji.json"] {
            resign(files, name, |body| *at(body, "contributed_at") = "2024-10-14T17:06:00Z".into());
        }
        close_again(files);
        resign(files, "closing.json", |body| *at(body, "closed_at") = "2024-10-14T17:07:00Z".into());
        record_again(files);
    });
    add("closed-after-the-beacon", "V5", "order.time", &|files| {
        resign(files, "closing.json", |body| *at(body, "closed_at") = "2024-10-14T17:13:33Z".into());
        record_again(files);
    });
    add("drawn-before-the-beacon", "V5", "order.time", &|files| {
        resign(files, "record.json", |body| *at(body, "drawn_at") = "2024-10-14T17:13:32Z".into());
    });
    add("contributed-before-the-announcement", "V5", "order.time", &|files| {
        resign(files, "contribution-gongan.json", |body| *at(body, "contributed_at") = "2024-10-14T07:59:59Z".into());
        close_again(files);
        record_again(files);
    });

    // V6 to V8: registers
    add("target-removed", "V6", "register.rows", &|files| replace(files, "targets.csv", "F3,B,guandao,3302,\n", ""));
    add("target-changed", "V6", "register.digest", &|files| replace(files, "targets.csv", "F3,B,", "F3,A,"));
    add("targets-with-bom", "V6", "register.bom", &|files| prefix(files, "targets.csv", b"\xef\xbb\xbf"));
    add("targets-with-crlf", "V6", "register.crlf", &|files| replace(files, "targets.csv", "3301,\n", "3301,\r\n"));
    add("targets-unsorted", "V6", "register.order", &|files| replace(files, "targets.csv", "F2,D,", "F9,D,"));
    add("targets-repeated", "V6", "register.order", &|files| replace(files, "targets.csv", "F2,D,", "F1,D,"));
    add("targets-unneeded-quotes", "V6", "register.quotes", &|files| {
        replace(files, "targets.csv", "F3,B,", "F3,\"B\",")
    });
    add("targets-nul", "V6", "register.control", &|files| replace(files, "targets.csv", "F3,B,", "F3,B\0,"));
    add("targets-surrogate", "V6", "register.utf8", &|files| {
        let bytes = files.get_mut("targets.csv").unwrap();
        let place = bytes.windows(3).position(|window| window == b"F3,").unwrap() + 3;
        bytes.splice(place..place, *b"\xed\xa0\x80");
    });
    add("targets-long-cell", "V6", "register.cell", &|files| {
        replace(files, "targets.csv", "F3,B,", &format!("F3,{},", "B".repeat(4097)))
    });
    add("targets-cut-off", "V6", "register.end", &|files| cut(files, "targets.csv"));
    add("targets-other-header", "V6", "register.header", &|files| {
        replace(files, "targets.csv", "id,class", "id,klass")
    });
    add("root-of-another-tree", "V6", "register.root", &|files| {
        reannounce(files, |body| *at(body, "registers.targets.root") = Digest([3; 32]).to_string().into());
    });
    add("excluded-hidden", "V7", "register.excluded", &|files| {
        reannounce(files, |body| *at(body, "registers.inspectors.excluded") = Value::Array(Vec::new()));
    });
    add("inspector-without-department", "V7", "inspector.department", &|files| {
        replace(files, "inspectors.csv", ",gongan,", ",gonggan,")
    });
    add("inspector-date-impossible", "V7", "date.form", &|files| {
        replace(files, "inspectors.csv", "2030-01-01", "2030-02-30")
    });
    add("inspector-set-unsorted", "V7", "set.form", &|files| {
        replace(files, "inspectors.csv", "3301;3302", "3302;3301")
    });
    add("recusal-added", "V8", "register.rows", &|files| {
        replace(files, "recusals.csv", "F2,B1,kinship\n", "F2,B1,kinship\nF3,A1,kinship\n")
    });
    add("recusal-of-nobody", "V8", "recusal.inspector", &|files| replace(files, "recusals.csv", "F2,B1,", "F2,B9,"));

    // V9: strata
    add("population-claimed-smaller", "V9", "stratum.cells", &|files| {
        reannounce(files, |body| *at(body, "strata.1.cells.0.population") = 4.into());
    });
    add("size-claimed-larger", "V9", "stratum.cells", &|files| {
        reannounce(files, |body| *at(body, "strata.0.cells.0.size") = 3.into())
    });
    add("unowned-hidden", "V9", "stratum.unowned", &|files| {
        reannounce(files, |body| *at(body, "strata.1.rule") = rule("eq", "class", "A"));
    });
    add("chance-missing-hidden", "V9", "stratum.without-chance", &|files| {
        reannounce(files, |body| {
            *at(body, "strata.0.size") = Value::Object([("all".to_owned(), true.into())].into());
            *at(body, "strata.0.cells.0.size") = 3.into();
        });
    });
    add("target-without-item", "V9", "stratum.item", &|files| {
        reannounce(files, |body| *at(body, "items.1.rule") = rule("eq", "items", "guandao;yanhua"));
    });

    // V10 to V12: seed
    add("contribution-not-listed", "V10", "contribution.set", &|files| {
        resign(files, "contribution-gongan.json", |body| *at(body, "value") = Digest([9; 32]).to_string().into());
    });
    add("contribution-declared-absent", "V10", "contribution.set", &|files| {
        resign(files, "closing.json", |body| {
            let item = at(body, "contributions.0");
            remove(item, "digest");
            insert(item, "absent", true);
        });
        record_again(files);
    });
    add("contribution-of-a-stranger", "V10", "contribution.set", &|files| {
        let stranger = files["contribution-gongan.json"].clone();
        files.insert("contribution-zonghe.json".to_owned(), stranger);
        resign(files, "contribution-zonghe.json", |body| *at(body, "contributor") = "zonghe".into());
    });
    add("beacon-of-another-round", "V11", "beacon.round", &|files| {
        edit(files, "beacon.json", |value| {
            *at(value, "round") = 1000.into();
            *at(value, "signature") = OTHER_SIGNATURE.into();
        });
    });
    add("beacon-signature-of-another-round", "V11", "beacon.signature", &|files| {
        edit(files, "beacon.json", |value| *at(value, "signature") = OTHER_SIGNATURE.into());
    });
    add("seed-text-changed", "V12", "seed.text", &|files| {
        resign(files, "record.json", |body| {
            let Value::Text(text) = at(body, "seed_text").clone() else { panic!("no text") };
            *at(body, "seed_text") = text.replace("draw:", "Draw:").into();
        });
    });
    add("seed-of-another-text", "V12", "seed.text", &|files| {
        resign(files, "record.json", |body| *at(body, "seed") = Digest([1; 32]).to_string().into())
    });

    // V13 to V15: outcome
    add("target-swapped", "V13", "outcome.differs", &|files| swap_first_target(files));
    add("reserve-promoted", "V13", "outcome.differs", &|files| replace(files, "selected.csv", ",reserve,", ",drawn,"));
    add("selection-cut-short", "V13", "outcome.differs", &|files| cut_last_line(files, "selected.csv"));
    add("cutoff-changed", "V13", "record.differs", &|files| {
        resign(files, "record.json", |body| *at(body, "cells.0.cutoff") = Digest([1; 32]).to_string().into());
    });
    add("selected-digest-changed", "V13", "record.differs", &|files| {
        resign(files, "record.json", |body| *at(body, "selected.sha256") = Digest([1; 32]).to_string().into());
    });
    add("inspector-swapped", "V14", "outcome.differs", &|files| {
        let text = String::from_utf8(files["assignments.csv"].clone()).unwrap();
        let (from, to) = if text.contains(",A1,") { (",A1,", ",A2,") } else { (",A2,", ",A1,") };
        replace(files, "assignments.csv", from, to);
    });
    add("possible-overstated", "V14", "outcome.differs", &|files| {
        let text = String::from_utf8(files["assignments.csv"].clone()).unwrap();
        let line = text.lines().nth(1).unwrap();
        let (start, _) = line.rsplit_once(',').unwrap();
        replace(files, "assignments.csv", line, &format!("{start},9"));
    });
    add("loads-changed", "V14", "record.differs", &|files| {
        resign(files, "record.json", |body| *at(body, "departments.0.most") = 1.into())
    });
    add("closing-not-the-one-recorded", "V15", "record.differs", &|files| {
        resign(files, "record.json", |body| *at(body, "closing") = Digest([1; 32]).to_string().into());
    });
    add("beacon-not-the-one-recorded", "V15", "record.differs", &|files| {
        resign(files, "record.json", |body| *at(body, "beacon") = Digest([1; 32]).to_string().into());
    });

    vectors.extend(without_a_published_line(&small, &base));
    vectors.extend(with_another_policy(&small, &base));
    vectors.extend(without_beacon());
    vectors.extend(with_public_values());
    vectors.extend(waited_too_long());
    vectors
}

/// Public values: sources that are too weak, numbers that no source can give, and those that it did not give.
fn with_public_values() -> Vec<Vector> {
    let small = Small::default().public_values(BALLS);
    let (base, policy) = (small.drawn(), small.policy());
    let with = |name, step, code, change: &dyn Fn(&mut Files)| {
        let mut files = base.clone();
        change(&mut files);
        Vector { name, files, policy: Some(policy.clone()), expect: Expect::Reject { step, code } }
    };
    let numbers = |name, change: &dyn Fn(&mut Value)| {
        with(name, "V11", "beacon.values", &|files| edit(files, "beacon.json", |value| change(at(value, "sources"))))
    };
    let announced = |name, step, code, change: &dyn Fn(&mut Value)| {
        with(name, step, code, &|files| reannounce(files, |body| change(at(body, "seed"))))
    };
    vec![
        numbers("public-value-out-of-range", &|sources| *at(sources, "0.values.5") = 34.into()),
        numbers("public-value-below-range", &|sources| *at(sources, "1.values.0") = 0.into()),
        numbers("public-values-not-ascending", &|sources| {
            *at(sources, "0.values.0") = 4.into();
            *at(sources, "0.values.1") = 2.into();
        }),
        numbers("public-value-twice", &|sources| *at(sources, "0.values.1") = 2.into()),
        numbers("public-values-too-few", &|sources| *at(sources, "1.values") = Value::Array(Vec::new())),
        numbers("public-values-of-another-source", &|sources| *at(sources, "0.id") = "green".into()),
        numbers("public-values-of-fewer-sources", &|sources| {
            let Value::Array(sources) = sources else { panic!("no list") };
            sources.pop().unwrap();
        }),
        with("public-values-not-those-looked-up", "V11", "policy.values", &|files| {
            edit(files, "beacon.json", |value| *at(value, "sources.2.values.0") = 568.into());
        }),
        with("round-where-values-were-announced", "V11", "beacon.kind", &|files| {
            files.insert("beacon.json".to_owned(), Small::default().drawn()["beacon.json"].clone());
        }),
        announced("public-values-before-the-closing", "V5", "order.time", &|seed| {
            *at(seed, "beacon.event_at") = "2024-10-14T09:30:00Z".into();
        }),
        announced("public-values-of-few-bits", "V2", "seed.bits", &|seed| {
            let Value::Array(contributors) = at(seed, "contributors") else { panic!("no list") };
            contributors.pop().unwrap();
        }),
        announced("public-values-of-very-few-bits", "V2", "seed.bits", &|seed| {
            *at(seed, "beacon.sources.2.greatest") = 127.into();
        }),
        announced("public-values-repeated-without-order", "V2", "announcement.form", &|seed| {
            *at(seed, "beacon.sources.0.distinct") = false.into();
        }),
        announced("public-values-of-no-range", "V2", "announcement.form", &|seed| {
            *at(seed, "beacon.sources.0.least") = 34.into();
        }),
        with("public-values-with-one-contributor-absent", "V10", "seed.bits", &|files| {
            files.remove("contribution-yingji.json").unwrap();
            resign(files, "closing.json", |body| {
                let item = at(body, "contributions.1");
                remove(item, "digest");
                insert(item, "absent", true);
            });
            record_again(files);
        }),
    ]
}

fn waited_too_long() -> Vec<Vector> {
    let small = Small::default().plan("\n[signers]", "wait_days = 1\n\n[signers]");
    let reject = |name, step, code, files, small: &Small| Vector {
        name,
        files,
        policy: Some(small.policy()),
        expect: Expect::Reject { step, code },
    };
    let mut late = small.drawn();
    resign(&mut late, "record.json", |body| *at(body, "drawn_at") = "2024-10-15T17:13:34Z".into());
    let mut never = Small::default().without_beacon().drawn();
    reannounce(&mut never, |body| insert(at(body, "seed"), "wait_days", 1));
    let mut long = small.drawn();
    reannounce(&mut long, |body| *at(body, "seed.wait_days") = 366.into());
    vec![
        reject("drawn-after-the-wait", "V5", "order.time", late, &small),
        reject("wait-without-a-beacon", "V2", "announcement.form", never, &Small::default().without_beacon()),
        reject("wait-of-too-many-days", "V2", "json.member", long, &small),
    ]
}

/// Strata without a chance that do not say why, and histories that do not hold together: all seen in V2.
fn without_a_published_line(small: &Small, base: &Files) -> Vec<Vector> {
    let with = |name, code, change: &dyn Fn(&mut Value)| {
        let mut files = base.clone();
        reannounce(&mut files, change);
        Vector { name, files, policy: Some(small.policy()), expect: Expect::Reject { step: "V2", code } }
    };
    let history = |name, code, change: &dyn Fn(&mut Value)| {
        with(name, code, &|body| {
            insert(body, "history", history().to_value());
            change(at(body, "history"));
        })
    };
    let number = |members: &[(&str, u64)]| {
        Value::Object(members.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect())
    };
    let excluded = |body: &mut Value, reason: &str| {
        let entry = Value::Object([("count".to_owned(), 1.into()), ("reason".to_owned(), reason.into())].into());
        *at(body, "registers.targets.excluded") = Value::Array(vec![entry]);
    };
    vec![
        with("never-without-a-reason", "stratum.never", &|body| {
            *at(body, "strata.0.size.rounding") = "down".into();
            *at(body, "strata.0.cells.0.size") = 0.into();
        }),
        with("never-by-lottery-without-a-reason", "stratum.never", &|body| {
            *at(body, "strata.0.size.rounding") = "lottery".into();
            *at(body, "strata.0.cells") =
                Value::Array(vec![number(&[("floor", 0), ("fraction", 0), ("population", 3)])]);
        }),
        with("never-with-an-empty-reason", "text.form", &|body| {
            *at(body, "strata.0.size.rounding") = "down".into();
            *at(body, "strata.0.cells.0.size") = 0.into();
            insert(at(body, "strata.0"), "never", "");
        }),
        with("count-of-none-without-a-reason", "announcement.form", &|body| {
            *at(body, "strata.0.size") = number(&[("count", 0)]);
            *at(body, "strata.0.cells.0") = number(&[("population", 0), ("size", 0)]);
        }),
        history("history-of-no-campaign", "announcement.form", &|history| {
            *at(history, "campaigns") = Value::Array(Vec::new());
        }),
        history("history-descending", "announcement.form", &|history| {
            let Value::Array(campaigns) = at(history, "campaigns") else { panic!("no list") };
            campaigns.reverse();
        }),
        history("history-record-twice", "announcement.form", &|history| {
            *at(history, "campaigns.1.record") = at(history, "campaigns.0.record").clone();
        }),
        history("history-level-unknown", "announcement.form", &|history| *at(history, "level") = "town".into()),
        history("history-without-own-level", "announcement.form", &|history| remove(history, "level")),
        history("history-without-a-level", "announcement.form", &|history| remove(at(history, "campaigns.2"), "level")),
        history("history-of-too-many-months", "json.member", &|history| {
            *at(history, "drawn_within_months") = 121.into();
        }),
        history("history-without-a-rule", "announcement.form", &|history| {
            remove(history, "drawn_within_months");
            remove(history, "yearly_cap");
            *at(history, "other_levels") = false.into();
        }),
        with("reason-without-history", "announcement.form", &|body| excluded(body, History::DRAWN_RECENTLY)),
        with("reason-without-its-rule", "announcement.form", &|body| {
            excluded(body, History::YEARLY_CAP);
            insert(body, "history", history_of_months());
        }),
        with("reason-of-other-levels-without-its-rule", "announcement.form", &|body| {
            excluded(body, History::OTHER_LEVEL);
            insert(body, "history", history_of_months());
        }),
    ]
}

/// A history whose only rule is that of months.
fn history_of_months() -> Value {
    History { yearly_cap: None, other_levels: false, ..history() }.to_value()
}

/// Faults that lie between the evidence and the reader's policy.
fn with_another_policy(small: &Small, base: &Files) -> Vec<Vector> {
    let with = |name, step, code, policy: String| Vector {
        name,
        files: base.clone(),
        policy: Some(policy),
        expect: Expect::Reject { step, code },
    };
    let policy = small.policy();
    let stranger = yaohao::suite::SecretKey::from_bytes(&[9; 32]).public().to_string();
    vec![
        with(
            "keys-not-trusted",
            "V4",
            "policy.keys",
            policy
                .replace(&key("yingji").public().to_string(), &stranger)
                .replace("holder = \"yingji\"", "holder = \"somebody\""),
        ),
        with("key-not-for-records", "V4", "policy.keys", policy.replace("\"closing\", \"record\", ", "\"closing\", ")),
        with("threshold-not-reached", "V4", "policy.keys", policy.replace("threshold = 1", "threshold = 2")),
        with(
            "contributor-not-trusted",
            "V4",
            "policy.contributor",
            policy
                .replace(&key("gongan").public().to_string(), &stranger)
                .replace("holder = \"gongan\"", "holder = \"somebody\""),
        ),
        with(
            "holder-of-another-key",
            "V4",
            "policy.holder",
            format!("{policy}\n[[keys]]\nholder = \"stranger\"\nkey = \"{stranger}\"\nsigns = []\n")
                .replace("holder = \"yingji\"", "holder = \"shengting\""),
        ),
        with("beacon-not-accepted", "V4", "policy.beacon", policy.replace("\"drand-quicknet\"", "\"none\"")),
        with("statement-over-the-limit", "V1", "limit.bytes", format!("{policy}\n[limits]\nstatement_bytes = 500\n")),
        with("rows-over-the-limit", "V6", "register.limit", format!("{policy}\n[limits]\nrows = 7\n")),
    ]
}

fn without_beacon() -> Vec<Vector> {
    let small = Small::default().without_beacon();
    let mut files = small.drawn();
    resign(&mut files, "contribution-gongan.json", |body| *at(body, "value") = Digest([9; 32]).to_string().into());
    close_again(&mut files);
    record_again(&mut files);
    let mut extra = small.drawn();
    extra.insert("beacon.json".to_owned(), Small::default().drawn()["beacon.json"].clone());
    let mut absent = small.drawn();
    absent.remove("contribution-yingji.json").unwrap();
    resign(&mut absent, "closing.json", |body| {
        let item = at(body, "contributions.1");
        remove(item, "digest");
        insert(item, "absent", true);
    });
    record_again(&mut absent);
    let reject = |name, step, code, files| Vector {
        name,
        files,
        policy: Some(small.policy()),
        expect: Expect::Reject { step, code },
    };
    vec![
        reject("absent-without-beacon", "V10", "contribution.absent", absent),
        reject("value-not-the-committed-one", "V10", "contribution.commitment", files),
        reject("beacon-where-none-was-announced", "V11", "beacon.kind", extra),
    ]
}

fn remove(value: &mut Value, member: &str) {
    let Value::Object(members) = value else { panic!("no object") };
    members.remove(member).unwrap();
}

fn rule(kind: &str, column: &str, value: &str) -> Value {
    Value::Object([(kind.to_owned(), vec![column, value].into())].into())
}

fn cut(files: &mut Files, name: &str) {
    files.get_mut(name).unwrap().pop().unwrap();
}

fn prefix(files: &mut Files, name: &str, bytes: &[u8]) {
    files.get_mut(name).unwrap().splice(0..0, bytes.iter().copied());
}

/// Signs a statement with another holder's key instead of the right one.
fn sign_with(files: &mut Files, name: &str, holder: &str) {
    edit(files, name, |value| *at(value, "signatures.0.key") = key(holder).public().to_string().into());
    resign(files, name, |_| {});
}

/// Exchanges the first drawn target of the last stratum with its reserve, tickets and all.
pub fn swap_first_target(files: &mut Files) {
    let text = String::from_utf8(files["selected.csv"].clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let of = |role: &str| lines.iter().find(|line| line.starts_with("rest,") && line.contains(role)).copied().unwrap();
    let (drawn, reserve) = (of(",drawn,"), of(",reserve,"));
    let id_and_ticket = |line: &str| line.splitn(5, ',').nth(4).unwrap().to_owned();
    let (a, b) = (id_and_ticket(drawn), id_and_ticket(reserve));
    let swapped = text.replace(&a, "#").replace(&b, &a).replace('#', &b);
    files.insert("selected.csv".to_owned(), swapped.into_bytes());
}

fn cut_last_line(files: &mut Files, name: &str) {
    let text = String::from_utf8(files[name].clone()).unwrap();
    let end = text.trim_end().rfind('\n').unwrap() + 1;
    files.insert(name.to_owned(), text.into_bytes()[..end].to_vec());
}
