//! A site as a whole: what one campaign by itself can hide, and all of them together cannot.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::fs;
use support::site::{Office, copy};
use support::{Small, log_key, time};
use yaohao::ident::{Name, Text};
use yaohao_office::audit::{Audit, State};
use yaohao_office::later::{Why, replace_target};
use yaohao_office::ledger::Log;

/// Code, place and weight of every finding.
fn found(audit: &Audit) -> Vec<(&'static str, String, bool)> {
    let one = |finding: &yaohao_office::audit::Finding| {
        let place = finding.fault.place().0.unwrap_or("").to_owned();
        (finding.fault.code().name(), place, finding.wrong)
    };
    audit.findings.iter().map(one).collect()
}

fn codes(audit: &Audit) -> Vec<&'static str> {
    let mut codes: Vec<_> = audit.findings.iter().map(|finding| finding.fault.code().name()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn a_whole_site_is_clean() {
    let office = Office::new();
    office.drawn("A-1");
    office.voided("A-2", "2024-10-14T11:00:00Z", false);
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), found(&audit)), (0, vec![]));
    assert_eq!(audit.campaigns.iter().map(|one| one.state).collect::<Vec<_>>(), [State::Drawn, State::VoidEarly]);
    // two announcements, four contributions, two closings, a record, a void
    assert_eq!(audit.log, Some(10));
    // a mirror that is as good changes nothing
    let mirror = office.root.path().join("mirror");
    copy(&office.site(), &mirror);
    assert_eq!(office.audit(&[mirror]).exit_code(), 0);
    // neither does a copy of a campaign, which is no second draw
    copy(&office.site().join("A-1"), &office.site().join("A-1-copy"));
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), audit.statistics.campaigns), (0, 1));
}

#[test]
fn an_empty_site_is_no_clean_site() {
    let office = Office::new();
    fs::create_dir_all(office.site()).unwrap();
    assert_eq!(office.audit(&[]).exit_code(), 2);
}

#[test]
fn a_campaign_that_was_taken_away_is_missed() {
    let office = Office::new();
    office.drawn("A-1");
    office.drawn("A-2");
    fs::remove_dir_all(office.site().join("A-1")).unwrap();
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), codes(&audit)), (1, vec!["audit.dropped"]));
    assert_eq!(audit.findings.len(), 5, "announcement, two contributions, closing, record");
}

#[test]
fn a_second_try_of_a_number_is_seen_in_the_log() {
    let office = Office::new();
    office.drawn("A-1");
    // the office draws the number once more, with other registers, and shows only the second
    let again = Office::small("A-1");
    let again = Small { targets: again.targets.replace("F8,A,yanhua", "F8,D,yanhua"), ..again };
    let campaign = again.draw_in(&office.root.path().join("work/again"));
    office.publish("A-1", &campaign);
    let audit = office.audit(&[]);
    assert_eq!(audit.exit_code(), 1);
    assert_eq!(codes(&audit), ["audit.dropped", "audit.twin"], "the contributions have no twins, the rest has");
    // both shown: still two tries of one number
    copy(&office.root.path().join("work/A-1/public"), &office.site().join("A-1-first"));
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), codes(&audit)), (1, vec!["audit.twice"]));
}

#[test]
fn a_statement_that_is_not_logged_is_told() {
    let office = Office::new();
    let campaign = office.drawn("A-1");
    let small = Office::small("A-2");
    let second = small.draw_in(&office.root.path().join("work/A-2"));
    copy(&second.public(), &office.site().join("A-2"));
    drop(campaign);
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), codes(&audit)), (3, vec!["audit.unlogged"]));
}

#[test]
fn what_never_ended_is_due_and_then_overdue() {
    let office = Office::new();
    let due = Office::small("A-1").until_closed(&office.root.path().join("work/A-1"));
    office.publish("A-1", &due);
    let over = Office::small("A-2").plan("\n[signers]", "wait_days = 7\n\n[signers]");
    let over = over.until_closed(&office.root.path().join("work/A-2"));
    office.publish("A-2", &over);
    office.voided("A-3", "2024-10-14T17:20:00Z", true);
    let audit = office.audit(&[]);
    assert_eq!(audit.exit_code(), 1);
    assert_eq!(
        found(&audit),
        [
            ("audit.due", "A-1".to_owned(), false),
            ("audit.overdue", "A-2".to_owned(), true),
            ("audit.void-late", "A-3".to_owned(), false)
        ]
    );
}

#[test]
fn a_campaign_that_does_not_verify_is_wrong() {
    let office = Office::new();
    office.drawn("A-1");
    let path = office.site().join("A-1/selected.csv");
    let text = fs::read_to_string(&path).unwrap().replacen("drawn", "reserve", 1);
    fs::write(&path, text).unwrap();
    let audit = office.audit(&[]);
    assert_eq!(audit.exit_code(), 1);
    assert_eq!(found(&audit), [("outcome.differs", "A-1/selected.csv".to_owned(), true)]);
}

#[test]
fn an_older_log_and_another_past_are_told_by_receipts_and_mirrors() {
    let office = Office::new();
    office.drawn("A-1");
    let older = office.root.path().join("older");
    copy(&office.site().join("log"), &older);
    office.drawn("A-2");
    let mirror = office.root.path().join("mirror");
    copy(&office.site(), &mirror);
    // the site goes back to the log of yesterday: its receipts know more
    copy(&older, &office.site().join("log"));
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), codes(&audit)), (1, vec!["audit.stale", "audit.unlogged"]));
    // another log of the same key, longer than any, with another past
    let forked = office.root.path().join("forked");
    Log::create(&forked, &log_key()).unwrap();
    let entries: Vec<Vec<u8>> = (0..40).map(|n| format!("something else {n}\n").into_bytes()).collect();
    Log::append(&forked, &log_key(), &entries).unwrap();
    fs::copy(older.join("key.txt"), forked.join("key.txt")).unwrap();
    copy(&forked, &office.site().join("log"));
    let audit = office.audit(&[mirror]);
    assert_eq!(audit.exit_code(), 1);
    assert_eq!(codes(&audit), ["audit.fork", "audit.unlogged"]);
    assert!(found(&audit).iter().any(|(code, place, _)| *code == "audit.fork" && place.ends_with("mirror/log")));
    // a tile that was cut off
    copy(&older, &office.site().join("log"));
    let tile = office.site().join("log/tile/entries/000.p/5");
    let bytes = fs::read(&tile).unwrap();
    fs::write(&tile, &bytes[..bytes.len() - 1]).unwrap();
    let audit = office.audit(&[]);
    assert!(found(&audit).iter().any(|(_, place, wrong)| place.starts_with("log") && *wrong), "{:?}", found(&audit));
}

#[test]
fn mirrors_show_the_same() {
    let office = Office::new();
    office.drawn("A-1");
    let mirror = office.root.path().join("mirror");
    copy(&office.site(), &mirror);
    // the mirror has another statement of the same name, and one that the site no longer has
    let other = Office::small("A-1").plan("烟花爆竹、油气管道联合抽查", "联合抽查");
    copy(&other.draw_in(&office.root.path().join("work/other")).public(), &mirror.join("A-1"));
    copy(&Office::small("A-9").draw_in(&office.root.path().join("work/A-9")).public(), &mirror.join("A-9"));
    let audit = office.audit(std::slice::from_ref(&mirror));
    assert_eq!((audit.exit_code(), codes(&audit)), (1, vec!["audit.mirror", "audit.mirror-keeps"]));
    fs::remove_dir_all(&mirror).unwrap();
    fs::create_dir_all(&mirror).unwrap();
    let audit = office.audit(&[mirror]);
    assert_eq!((audit.exit_code(), codes(&audit)), (3, vec!["audit.mirror-lacks"]));
}

#[test]
fn results_are_due_after_the_window() {
    let office = Office::new();
    office.drawn("A-1");
    assert_eq!(office.audit_at("2025-01-04T23:59:59Z", &[]).exit_code(), 0);
    let audit = office.audit_at("2025-01-05T00:00:00Z", &[]);
    assert_eq!((audit.exit_code(), found(&audit)), (3, vec![("audit.results", "A-1".to_owned(), false)]));
}

#[test]
fn a_redraw_names_a_void_that_is_there() {
    let office = Office::new();
    office.voided("A-1", "2024-10-14T11:00:00Z", false);
    let work = office.root.path().join("work");
    let redraw = |number: &str| {
        let small = Office::small(number);
        let plan = format!("{}\n[replaces]\ncampaign = \"../A-1\"\n", small.plan);
        let campaign = Small { plan, ..small }.draw_in(&work.join(number));
        office.publish(number, &campaign);
    };
    redraw("A-2");
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), found(&audit)), (0, vec![]));
    redraw("A-3");
    assert_eq!(found(&office.audit(&[])), [("audit.replaced-twice", "A-3".to_owned(), true)]);
    fs::remove_dir_all(office.site().join("A-3")).unwrap();
    fs::remove_file(office.site().join("A-1/void.json")).unwrap();
    let audit = office.audit(&[]);
    assert_eq!((audit.exit_code(), codes(&audit)), (1, vec!["audit.dropped", "audit.due", "audit.replaces"]));
}

#[test]
fn numbers_of_a_plan_have_no_gaps_and_plans_are_not_taken_away() {
    let office = Office::new();
    office.drawn("DH-2018-1");
    office.drawn("DH-2018-4");
    let plans = office.site().join("plans");
    copy(&support::repository().join("fixtures/plans/accept/amended-without-policy"), &plans);
    let audit = office.audit(&[]);
    let missing: Vec<String> = audit
        .findings
        .iter()
        .filter(|finding| finding.fault.code().name() == "audit.gap")
        .map(|finding| finding.fault.to_string())
        .collect();
    assert!(missing.len() == 1 && missing[0].contains("DH-2018-2 … DH-2018-3"), "{missing:?}");
    assert_eq!(audit.plans.iter().map(|plan| (plan.number.as_str(), plan.issue)).collect::<Vec<_>>(), [("DH-2018", 2)]);
    assert!(codes(&audit).contains(&"audit.unlogged"), "the plans are not in the log");
    // an issue that is missing breaks the chain
    fs::remove_file(plans.join("plan-1.json")).unwrap();
    assert!(codes(&office.audit(&[])).contains(&"year.chain"));
}

#[test]
fn a_secret_that_is_not_told_is_missed() {
    let office = Office::new();
    let small = Office::small("A-1").plan(
        "\n[signers]",
        "[seed.sealed]\ncustodian = \"jijian\"\nreveal_by = \"2024-11-20T00:00:00Z\"\n\n[signers]",
    );
    let folder = office.root.path().join("work/A-1");
    let campaign = small.draw_in(&folder);
    office.publish("A-1", &campaign);
    let sealed = office.audit_at("2024-11-19T00:00:00Z", &[]);
    assert_eq!(sealed.campaigns[0].state, State::Sealed);
    assert!(!codes(&sealed).contains(&"audit.reveal-overdue"));
    let audit = office.audit_at("2024-11-20T00:00:01Z", &[]);
    assert!(codes(&audit).contains(&"audit.reveal-overdue"), "{:?}", found(&audit));
}

#[test]
fn a_substitution_that_was_taken_away_is_no_second_try() {
    let office = Office::new();
    let campaign = office.drawn("A-1");
    let selected = fs::read_to_string(campaign.public().join("selected.csv")).unwrap();
    let drawn: Vec<&str> =
        selected.lines().filter(|line| line.contains(",drawn,")).map(|line| line.split(',').nth(4).unwrap()).collect();
    for (target, at) in drawn.iter().zip(["2024-11-02T08:00:00Z", "2024-11-03T08:00:00Z"]) {
        let (reason, text) = (Name::parse("closed-down").unwrap(), Text::parse("已停业").unwrap());
        replace_target(&campaign, target, Why { reason, text }, &time(at)).unwrap();
    }
    office.publish("A-1", &campaign);
    fs::remove_file(office.site().join("A-1/substitution-2.json")).unwrap();
    let audit = office.audit(&[]);
    assert!(codes(&audit).contains(&"audit.dropped") && !codes(&audit).contains(&"audit.twin"), "{:?}", found(&audit));
    assert_eq!((audit.exit_code(), audit.substitutions.targets), (1, 1));
}
