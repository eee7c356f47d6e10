//! Campaigns that must verify, one scenario each.

use super::support::{BALLS, DICE, Files, Small, TARGETS, at, insert, register_again, replace, resign};
use super::{Expect, Vector};
use yaohao::announcement::{Earlier, History, Level};
use yaohao::encoding::{Digest, Value, object};
use yaohao::ident::Id;

pub fn vectors() -> Vec<Vector> {
    let full = |name, small: Small| Vector {
        name,
        files: small.drawn(),
        policy: Some(small.policy()),
        expect: Expect::Exit(0),
    };
    let small = Small::default;
    let stratum = |size: &str, more: &str| {
        format!(
            "[[strata]]\nname = \"all\"\nrule = {{ and = [] }}\nmethod = \"equal\"\nsize = {size}\nreserves = 1\n{more}"
        )
    };
    let split = "split = \"region\"";
    vec![
        full("small", small()),
        full("no-contributors", small().plan("[\"gongan\", \"yingji\"]\n\n[signers]", "[]\n\n[signers]")),
        full("absent-contributor", Small { absent: vec!["gongan"], ..small() }),
        full("without-beacon", small().without_beacon()),
        full("public-values", small().public_values(BALLS)),
        full("public-values-alone", small().public_values(DICE).plan("[\"gongan\", \"yingji\"]\n\n[signers]", "[]\n\n[signers]")),
        full("wait-days", small().plan("\n[signers]", "wait_days = 1\n\n[signers]")),
        full("weighted", small().strata(&weighted("{ count = 3 }"))),
        full("weighted-certain", Small { targets: TARGETS.replace("70,", "7000,").replace("30,", "500,"), ..small().strata(&weighted("{ count = 4 }")) }),
        full("weighted-split", small().strata(&format!("{}\n{split}", weighted("{ rate = 5000, rounding = \"up\" }")))),
        full("split-count", small().strata(&stratum("{ count = 3 }", split))),
        full("round-nearest", small().strata(&stratum("{ rate = 3125, rounding = \"nearest\", minimum = 1, maximum = 2 }", split))),
        full("round-down-to-never", small().strata(&format!(
            "[[strata]]\nname = \"high\"\nrule = {{ eq = [\"class\", \"C\"] }}\nmethod = \"equal\"\nsize = {{ rate = 500, rounding = \"down\" }}\nreserves = 0\nnever = \"今年已由省级检查\"\n{}",
            stratum("{ count = 2 }", "")
        ))),
        full("count-of-none", small().strata(&format!(
            "[[strata]]\nname = \"high\"\nrule = {{ in = [\"class\", [\"C\", \"D\"]] }}\nmethod = \"equal\"\nsize = {{ count = 0 }}\nreserves = 1\nsplit = \"region\"\nnever = \"今年已由省级检查\"\n[[strata]]\nname = \"nobody\"\nrule = {{ eq = [\"class\", \"E\"] }}\nmethod = \"equal\"\nsize = {{ count = 0 }}\nreserves = 0\nnever = \"没有这一等级的企业\"\n{}",
            stratum("{ count = 2 }", "")
        ))),
        full("round-lottery", small().strata(&stratum("{ rate = 3300, rounding = \"lottery\" }", split))),
        full("full-coverage", small().plan("basis = \"random\"", "basis = \"full-coverage\"").strata(ORDER)),
        full("targeted", Small { targets: "id,class,items,region,staff,status\nF9,A,guandao,3302,1,\n".to_owned(), recusals: "target,inspector,category\n".to_owned(), ..small().plan("basis = \"random\"", "basis = \"targeted\"").strata(ORDER) }),
        full("quotes-and-hanzi", Small {
            targets: TARGETS.replace("F1,A,", "F1,\"A, or \"\"摇号\"\"\",").replace("F5,A,", "F5,甲类,"),
            ..small()
        }),
        full("unowned-left-out", small().plan("rule = { and = [] }", "rule = { eq = [\"class\", \"A\"] }").plan("[team]", "[team]\n").plan("basis =", "unowned = \"leave-out\"\nbasis =")),
        full("excluded-and-sealed", Small {
            targets: TARGETS.replace("F3,B,guandao,3302,30,", "F3,B,guandao,3302,30,closed"),
            ..small()
                .plan("region = \"region\" }\n[registers.inspectors]", "region = \"region\" }\nwithheld = { staff = \"staff\" }\n[[registers.targets.exclude]]\ncolumn = \"status\"\nvalues = [\"closed\"]\nreason = \"closed\"\n[registers.inspectors]")
                .plan("[registers.inspectors]\nfile = \"private/inspectors.csv\"\nid_form = \"id\"", "[registers.inspectors]\nfile = \"private/inspectors.csv\"\nid_form = \"pseudonym\"")
        }),
        full("history", Small {
            targets: TARGETS.replace("10,\n", "10,d\n").replace("20,\n", "20,o\n").replace("50,\n", "50,y\n"),
            announced: Some(with_history),
            ..small().plan("[registers.inspectors]\nfile", &format!("{}[registers.inspectors]\nfile", ["d", "o", "y"].map(|reason| format!(
                "[[registers.targets.exclude]]\ncolumn = \"status\"\nvalues = [\"{reason}\"]\nreason = \"{reason}\"\n"
            )).concat()))
        }),
        full("of-a-plan-and-a-redraw", Small { announced: Some(with_origin), ..small() }),
        full("a-redraw", Small { announced: Some(with_predecessor), ..small() }),
        full("carried-load", small().plan("carried = false", "carried = true")),
        full("two-signers", small().plan("holders = [\"yingji\"]\nthreshold = 1", "holders = [\"yingji\", \"gongan\"]\nthreshold = 2")),
        full("no-recusals", Small { recusals: "target,inspector,category\n".to_owned(), ..small() }),
        Vector { name: "order-on-trust", files: small().drawn(), policy: Some(Small { order_accepted: false, ..small() }.policy()), expect: Expect::Exit(3) },
        Vector { name: "public-values-on-trust", files: small().public_values(BALLS).drawn(), policy: Some(small().public_values(BALLS).policy().replace("public_values = ", "# ")), expect: Expect::Exit(3) },
        Vector { name: "no-policy", files: small().drawn(), policy: None, expect: Expect::Exit(3) },
        Vector { name: "before-the-draw", files: small().closed(), policy: Some(small().policy()), expect: Expect::Exit(3) },
        Vector { name: "register-missing", files: without(small().drawn(), "targets.csv"), policy: Some(small().policy()), expect: Expect::Exit(3) },
        Vector { name: "contribution-missing", files: without(small().drawn(), "contribution-gongan.json"), policy: Some(small().policy()), expect: Expect::Exit(3) },
        Vector { name: "no-announcement", files: without(small().drawn(), "announcement.json"), policy: Some(small().policy()), expect: Expect::Exit(2) },
    ]
}

/// The line of a year's plan, as announced.
pub fn plan_line() -> Value {
    object([("batch", 2.into()), ("line", "7".into()), ("plan", Digest::of(b"plan").to_string().into())])
}

/// A predecessor, as announced.
pub fn replaces() -> Value {
    object([("number", "SMALL-2024-0".into()), ("void", Digest::of(b"void").to_string().into())])
}

fn with_predecessor(files: &mut Files) {
    resign(files, "announcement.json", |body| insert(body, "replaces", replaces()));
}

fn with_origin(files: &mut Files) {
    resign(files, "announcement.json", |body| {
        insert(body, "plan", plan_line());
        insert(body, "replaces", replaces());
    });
}

/// A history with every member there is.
pub fn history() -> History {
    let earlier = |level, number: &str| Earlier {
        level: Some(level),
        number: Id::parse(number).unwrap(),
        record: Digest::of(number.as_bytes()),
        last: None,
    };
    History {
        campaigns: vec![
            earlier(Level::City, "CITY-2024-7"),
            earlier(Level::Province, "PROVINCE-2024-3"),
            earlier(Level::County, "SMALL-2023-2"),
        ],
        drawn_within_months: Some(24),
        yearly_cap: Some(2),
        level: Some(Level::County),
        other_levels: true,
        last_visitors: false,
        met_within_months: None,
        loads: false,
    }
}

/// Gives an announcement a history, and three targets its reasons in place of their first letters.
fn with_history(files: &mut Files) {
    let reasons = [("d", History::DRAWN_RECENTLY), ("o", History::OTHER_LEVEL), ("y", History::YEARLY_CAP)];
    for (letter, reason) in reasons {
        replace(files, "targets.csv", &format!(",{letter}\n"), &format!(",{reason}\n"));
    }
    let targets = String::from_utf8(files["targets.csv"].clone()).unwrap();
    register_again(files, "targets", &targets);
    resign(files, "announcement.json", |body| {
        for (index, (_, reason)) in reasons.into_iter().enumerate() {
            *at(body, &format!("registers.targets.excluded.{index}.reason")) = reason.into();
        }
        insert(body, "history", history().to_value());
    });
}

const ORDER: &str =
    "[[strata]]\nname = \"all\"\nrule = { and = [] }\nmethod = \"order\"\nsize = { all = true }\nreserves = 0";

fn weighted(size: &str) -> String {
    format!(
        "[[strata]]\nname = \"all\"\nrule = {{ and = [] }}\nmethod = \"weighted\"\nweight = \"staff\"\nsize = {size}\nreserves = 2"
    )
}

fn without(mut files: Files, name: &str) -> Files {
    files.remove(name).unwrap();
    files
}
