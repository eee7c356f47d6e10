//! Plans of a year, bent one by one.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::announcement::Basis;
use crate::statement::Statement;
use crate::suite::SecretKey;

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_bytes(&[byte; 32])
}

fn line(name: &str) -> Line {
    Line {
        id: id(name),
        items: vec![PlannedItem { id: id("yanhua"), title: text("烟花爆竹"), basis: text("安全生产法") }],
        lead: id("yingji"),
        joining: vec![id("gongan"), id("shichang")],
        basis: Basis::Random,
        batches: 3,
        months: Months { from: 3, to: 5 },
        rate: Some(500),
        population: None,
    }
}

fn first() -> YearPlan {
    let department = |name: &str| Department { id: id(name), title: text(name) };
    YearPlan {
        number: id("ZJ-2026"),
        amendment: None,
        year: 2026,
        authority: text("某县"),
        published_at: Time::parse("2026-01-05T08:00:00Z").unwrap(),
        prefix: id("ZJ-2026"),
        departments: ["yingji", "gongan", "shichang"].map(department).to_vec(),
        signers: vec![Signer { holder: id("yingji"), key: secret(1).public() }],
        threshold: 1,
        lines: vec![line("1"), line("2")],
    }
}

fn second(before: &Statement<YearPlan>) -> YearPlan {
    let amendment =
        Amendment { issue: 2, supersedes: before.digest(), reason: id_name("new-task"), text: text("新增一项") };
    YearPlan {
        amendment: Some(amendment),
        published_at: Time::parse("2026-03-05T08:00:00Z").unwrap(),
        lines: vec![line("1"), Line { batches: 4, rate: None, ..line("2") }, line("3")],
        ..first()
    }
}

fn id_name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

fn signed(plan: YearPlan, keys: &[u8]) -> Statement<YearPlan> {
    let mut statement = Statement::new(plan);
    keys.iter().for_each(|key| statement.sign(&secret(*key)));
    statement
}

fn code(plan: &YearPlan) -> Option<Code> {
    plan.check().err().map(|fault| fault.code())
}

#[test]
fn what_a_plan_cannot_say() {
    let bent = |bend: &dyn Fn(&mut YearPlan)| {
        let mut plan = first();
        bend(&mut plan);
        plan
    };
    assert_eq!(code(&first()), None);
    for (index, plan) in [
        bent(&|plan| plan.lines.reverse()),
        bent(&|plan| plan.lines[1].id = id("1")),
        bent(&|plan| plan.lines.clear()),
        bent(&|plan| plan.lines[0].items.clear()),
        bent(&|plan| plan.lines[0].items = vec![plan.lines[0].items[0].clone(); 2]),
        bent(&|plan| plan.lines[0].lead = id("zonghe")),
        bent(&|plan| plan.lines[0].joining = vec![id("zonghe")]),
        bent(&|plan| plan.lines[0].joining.reverse()),
        bent(&|plan| plan.lines[0].joining = vec![id("yingji")]),
        bent(&|plan| plan.lines[0].months = Months { from: 5, to: 3 }),
        bent(&|plan| plan.lines[0].basis = Basis::FullCoverage),
        bent(&|plan| plan.threshold = 2),
        bent(&|plan| plan.signers.clear()),
        bent(&|plan| plan.departments = vec![plan.departments[0].clone(); 2]),
        bent(&|plan| plan.prefix = id(&"x".repeat(48))),
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(code(plan), Some(Code::YearForm), "plan {index}");
    }
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let before = signed(first(), &[1]);
    for statement in [before.clone(), signed(second(&before), &[1])] {
        let read = Statement::<YearPlan>::parse(statement.to_file().as_bytes()).unwrap();
        assert_eq!(read.body(), statement.body());
    }
    // a first issue has nothing to say of one before it
    let file = before.to_file().replace("\"prefix\"", "\"reason\":\"more\",\"prefix\"");
    assert!(Statement::<YearPlan>::parse(file.as_bytes()).is_err());
}

#[test]
fn issues_follow_one_another() {
    let before = signed(first(), &[1]);
    let chain = |bend: &dyn Fn(&mut YearPlan), keys: &[u8]| {
        let mut plan = second(&before);
        bend(&mut plan);
        check_chain([("plan-1.json", &before), ("plan-2.json", &signed(plan, keys))]).err().map(|fault| fault.code())
    };
    assert_eq!(chain(&|_| {}, &[1]), None);
    let other = |key: u8| move |plan: &mut YearPlan| plan.signers[0].key = secret(key).public();
    assert_eq!(chain(&other(2), &[1, 2]), None, "the key changes, and both have signed");
    assert_eq!(chain(&other(2), &[2]), Some(Code::SignatureThreshold), "the old one has not agreed");
    assert_eq!(chain(&other(2), &[1]), Some(Code::SignatureThreshold), "the new one has not agreed");
    assert_eq!(chain(&|_| {}, &[1, 3]), Some(Code::SignatureKey));
    for bend in [
        &|plan: &mut YearPlan| plan.number = id("ZJ-2027") as _,
        &|plan: &mut YearPlan| plan.year = 2027,
        &|plan: &mut YearPlan| plan.prefix = id("ZJ"),
        &|plan: &mut YearPlan| plan.amendment = None,
        &|plan: &mut YearPlan| plan.amendment.as_mut().unwrap().issue = 3,
        &|plan: &mut YearPlan| plan.amendment.as_mut().unwrap().supersedes = Digest([0; 32]),
        &|plan: &mut YearPlan| plan.published_at = Time::parse("2026-01-05T07:59:59Z").unwrap(),
    ] as [&dyn Fn(&mut YearPlan); 7]
    {
        assert_eq!(chain(bend, &[1]), Some(Code::YearChain));
    }
    let alone = check_chain([("plan-2.json", &signed(second(&before), &[1]))]).unwrap_err();
    assert_eq!((alone.code(), alone.place().0), (Code::YearChain, Some("plan-2.json")));
}

#[test]
fn nothing_goes_without_a_word() {
    let before = signed(first(), &[1]);
    let mut plan = second(&before);
    plan.lines.remove(0);
    plan.threshold = 1;
    plan.authority = text("另一个县");
    let difference = difference(&first(), &plan);
    assert_eq!(difference.members, ["authority"]);
    assert_eq!(difference.added, [id("3")]);
    assert_eq!(difference.changed, [(id("2"), vec!["batches", "rate"])]);
    assert_eq!(difference.withdrawn, [id("1")]);
    assert!(super::difference(&first(), &first()).is_empty());
}

#[test]
fn months_are_of_their_year() {
    let months = Months { from: 3, to: 5 };
    let day = |text: &str| crate::ident::Date::parse(text).unwrap();
    assert!(months.contain(2026, day("2026-03-01")) && months.contain(2026, day("2026-05-31")));
    for other in ["2026-02-28", "2026-06-01", "2025-04-01", "2027-04-01"] {
        assert!(!months.contain(2026, day(other)), "{other}");
    }
}
