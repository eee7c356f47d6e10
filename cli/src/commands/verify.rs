//! verify: a campaign or a proof file, for people or as JSON.

use super::{Outcome, Screen, one};
use crate::args::Verify;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use yaohao::announcement::Announcement;
use yaohao::fault::{Code, Fault};
use yaohao::register::{Proof, ProofKind};
use yaohao::statement::Statement;
use yaohao::verify::{Existence, Order, Policy, Report, Seal, Status, Step, StepReport, Verdict, heed, verify};
use yaohao_office::files::{Folder, read_bytes, read_text};

pub(super) fn run(screen: &Screen, arguments: &Verify) -> Outcome {
    let policy = arguments.trust.as_deref().map(read_policy).transpose()?;
    let (policy, notices) = match (policy, &arguments.notices) {
        (Some(policy), Some(folder)) => {
            let (policy, notices) = heed(&policy, &Folder::new(folder)).map_err(one)?;
            (Some(policy), notices)
        }
        (policy, _) => (policy, Vec::new()),
    };
    if arguments.path.is_file() {
        return proof(screen, arguments, policy.as_ref());
    }
    let folder = public_of(&arguments.path);
    let report = verify(&Folder::new(&folder), policy.as_ref());
    if !arguments.json {
        screen.say("verify-folder", &[("folder", &folder.display())]);
        notices.iter().for_each(|notice| super::audit::heeded(screen, notice));
    }
    if arguments.json {
        let mut value = to_json(screen, &report);
        if let Some(members) = value.as_object_mut().filter(|_| !notices.is_empty()) {
            members.insert("notices".to_owned(), notices.iter().map(super::audit::notice_json).collect());
        }
        screen.line(&value.to_string());
        return Ok(report.verdict.exit_code());
    }
    steps(screen, &report);
    Ok(verdict(screen, &report, policy.is_some_and(|policy| policy.accept_publisher_order)))
}

/// A campaign's folder, or its public folder alone. Where both hold an announcement, the folder that was named counts.
fn public_of(path: &Path) -> PathBuf {
    let public = path.join("public");
    if public.is_dir() && !path.join("announcement.json").exists() { public } else { path.to_owned() }
}

pub(super) fn read_policy(path: &Path) -> Result<Policy, Vec<Fault>> {
    let parsed = read_text(path).and_then(|text| Policy::parse(&text));
    parsed.map_err(|fault| one(fault.file(path.display().to_string())))
}

/// A line a step.
pub(super) fn steps(screen: &Screen, report: &Report) {
    let rows: Vec<Vec<String>> = report
        .steps
        .iter()
        .map(|step| {
            let name = screen.language.text(&format!("step-{}", step.step.name()));
            let mut detail = tallies(screen, step);
            if let Status::Skipped(files) = &step.status {
                detail = files.join(", ");
            }
            vec![
                step.step.number().to_owned(),
                name,
                screen.language.text(&format!("status-{}", status_name(&step.status))),
                detail,
            ]
        })
        .collect();
    screen.table(&rows);
}

fn tallies(screen: &Screen, step: &StepReport) -> String {
    let all: Vec<String> = step
        .tallies
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| screen.language.say(&format!("tally-{name}"), &[("count", count)]))
        .collect();
    all.join(", ")
}

fn status_name(status: &Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed(_) => "failed",
        Status::Skipped(_) => "skipped",
        Status::Trust => "trust",
        Status::Sealed => "sealed",
        Status::NotReached => "not-reached",
    }
}

/// The verdict, what must still be trusted, and what is not proven.
pub(super) fn verdict(screen: &Screen, report: &Report, order_accepted: bool) -> u8 {
    if let Some((step, fault)) = report.failure() {
        screen.line(step.number());
        screen.fault(fault);
    }
    if !report.missing.is_empty() {
        screen.say("missing", &[("files", &report.missing.join(", "))]);
    }
    if !report.uncovered.is_empty() {
        screen.say("uncovered", &[("files", &report.uncovered.join(", "))]);
    }
    if !report.strangers.is_empty() {
        let names: Vec<&str> = report.strangers.iter().map(yaohao::ident::Id::as_str).collect();
        screen.say("strangers", &[("names", &names.join(", "))]);
    }
    let by_trust = report.missing.is_empty()
        && report.steps.iter().all(|step| matches!(step.status, Status::Passed | Status::Trust));
    if report.verdict == Verdict::AsFarAsItGoes && by_trust {
        screen.say("verdict-by-trust", &[]);
    } else {
        screen.say(&format!("verdict-{}", report.verdict.name()), &[]);
    }
    if let Some(void) = report.void.as_ref().filter(|_| report.verdict != Verdict::Rejected) {
        screen.say("is-void", &[("reason", &void.reason), ("time", &void.voided_at), ("text", &void.text.as_str())]);
        screen.say(
            match (&void.would_be, void.nothing_to_draw()) {
                (Some(_), _) => "is-void-late",
                (None, true) => "is-void-nothing",
                (None, false) => "is-void-early",
            },
            &[],
        );
    }
    if let Some(seal) = report.sealed.as_ref().filter(|_| report.verdict != Verdict::Rejected) {
        sealed(screen, seal);
    }
    let unknown_keys = report.assumptions.contains(&yaohao::verify::Assumption::Keys);
    if unknown_keys && matches!(report.verdict, Verdict::AsFarAsItGoes) {
        screen.say("compare-keys", &[]);
        let rows: Vec<Vec<String>> =
            report.keys.iter().map(|(holder, key)| vec![holder.to_string(), key.fingerprint()]).collect();
        screen.table(&rows);
    }
    if !matches!(report.verdict, Verdict::Rejected | Verdict::Unreadable) {
        let trusted: Vec<String> = report
            .assumptions
            .iter()
            .map(|assumption| screen.language.text(&format!("assume-{}", assumption_name(*assumption))))
            .collect();
        let joined = trusted.join(&screen.language.text("list-separator"));
        if let Some(order) = &report.order {
            order_proof(screen, order);
        }
        screen.say("must-trust", &[("list", &joined)]);
        let order_only =
            !unknown_keys && report.steps.iter().all(|step| matches!(step.status, Status::Passed | Status::Trust));
        let public = report.steps.iter().flat_map(|step| &step.tallies).find(|(name, _)| *name == "bits");
        if let Some((_, bits)) = public {
            screen.say("public-bits", &[("bits", bits)]);
        }
        if order_only && report.verdict == Verdict::AsFarAsItGoes {
            for (step, hint) in [(Step::Order, "hint-order"), (Step::Beacon, "hint-values")] {
                if report.status(step) == Some(&Status::Trust) {
                    screen.say(hint, &[]);
                }
            }
        }
        if order_accepted && report.order.as_ref().is_none_or(|order| order.proof().is_none()) {
            screen.say("order-accepted", &[]);
        }
        screen.say("not-proven", &[]);
    }
    report.verdict.exit_code()
}

/// Whether the outcome is told yet, and whether that came too late.
fn sealed(screen: &Screen, seal: &Seal) {
    let by: (&str, &dyn std::fmt::Display) = ("time", &seal.reveal_by);
    let who: (&str, &dyn std::fmt::Display) = ("custodian", &seal.custodian);
    match (&seal.sealed_at, &seal.revealed_at) {
        (Some(sealed), None) => screen.say("is-sealed", &[by, who, ("sealed", sealed)]),
        (Some(sealed), Some(revealed)) => screen.say("was-sealed", &[who, ("sealed", sealed), ("revealed", revealed)]),
        (None, _) => {}
    }
    if let Some(revealed) = seal.revealed_late() {
        screen.say("revealed-late", &[by, who, ("revealed", revealed)]);
    }
}

/// What proves that closing or announcement came before the beacon, or that nothing does.
fn order_proof(screen: &Screen, order: &Order) {
    let by = |existence: &Existence| existence.by.join(&screen.language.text("list-separator"));
    match (&order.before, order.proof(), order.late()) {
        (Some(before), Some(proof), _) => {
            let facts: [(&str, &dyn std::fmt::Display); 4] =
                [("file", &proof.statement), ("time", &proof.time), ("by", &by(proof)), ("before", before)];
            screen.say("order-proven", &facts);
        }
        (Some(before), None, Some(late)) => {
            let facts: [(&str, &dyn std::fmt::Display); 4] =
                [("file", &late.statement), ("time", &late.time), ("by", &by(late)), ("before", before)];
            screen.say("order-late", &facts);
        }
        (Some(before), None, None) => {
            screen.say("order-unproven", &[("file", &order.statement), ("before", before)]);
        }
        (None, _, _) => screen.say("order-unprovable", &[]),
    }
    if !order.uncounted.is_empty() {
        screen.say("uncounted", &[("files", &order.uncounted.join(", "))]);
    }
}

fn order_json(order: &Order) -> Value {
    let existence = |existence: &Existence| json!({"statement": existence.statement, "time": existence.time.to_string(), "by": existence.by});
    json!({
        "statement": order.statement,
        "before": order.before.as_ref().map(ToString::to_string),
        "proof": order.proof().map(existence),
        "existences": order.existences.iter().map(existence).collect::<Vec<_>>(),
        "uncounted": order.uncounted,
    })
}

fn assumption_name(assumption: yaohao::verify::Assumption) -> &'static str {
    use yaohao::verify::Assumption;
    match assumption {
        Assumption::Keys => "keys",
        Assumption::PublisherOrder => "publisher-order",
        Assumption::Clocks => "clocks",
        Assumption::LastRevealer => "last-revealer",
        Assumption::BeaconOperators => "beacon-operators",
        Assumption::PublicValues => "public-values",
        Assumption::Untold => "untold",
    }
}

fn to_json(screen: &Screen, report: &Report) -> Value {
    let steps: Vec<Value> = report.steps.iter().map(|step| step_json(screen, step)).collect();
    let keys: Vec<Value> = report
        .keys
        .iter()
        .map(|(holder, key)| json!({"holder": holder.as_str(), "key": key.to_string(), "fingerprint": key.fingerprint()}))
        .collect();
    let assumptions: Vec<&str> = report.assumptions.iter().map(|assumption| assumption_name(*assumption)).collect();
    json!({
        "spec": "yaohao/1",
        "verdict": report.verdict.name(),
        "exit": report.verdict.exit_code(),
        "steps": steps,
        "missing": report.missing,
        "uncovered": report.uncovered,
        "strangers": report.strangers.iter().map(yaohao::ident::Id::as_str).collect::<Vec<_>>(),
        "keys": keys,
        "order": report.order.as_ref().map(order_json),
        "void": report.void.as_ref().map(|void| json!({
            "reason": void.reason.as_str(),
            "text": void.text.as_str(),
            "voided_at": void.voided_at.to_string(),
            "would_be": void.would_be.is_some(),
        })),
        "sealed": report.sealed.as_ref().map(|seal| json!({
            "custodian": seal.custodian.as_str(),
            "reveal_by": seal.reveal_by.to_string(),
            "sealed_at": seal.sealed_at.as_ref().map(ToString::to_string),
            "revealed_at": seal.revealed_at.as_ref().map(ToString::to_string),
            "late": seal.revealed_late().is_some(),
        })),
        "assumptions": assumptions,
    })
}

fn step_json(screen: &Screen, step: &StepReport) -> Value {
    let tallies: serde_json::Map<String, Value> =
        step.tallies.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
    let mut value = json!({
        "step": step.step.number(), "name": step.step.name(), "status": status_name(&step.status), "tallies": tallies,
    });
    let Some(members) = value.as_object_mut() else { return value };
    match &step.status {
        Status::Failed(fault) => {
            let (file, row, column) = fault.place();
            let (what, remedy) = screen.language.fault_parts(fault);
            members.insert("fault".to_owned(), json!({
                "code": fault.code().name(), "what": what, "remedy": remedy, "file": file, "row": row, "column": column,
            }));
        }
        Status::Skipped(files) => {
            members.insert("needs".to_owned(), json!(files));
        }
        Status::Passed | Status::Trust | Status::Sealed | Status::NotReached => {}
    }
    value
}

/// A proof file: with a campaign (or an announcement beside the proof) against the announced root, else for itself.
fn proof(screen: &Screen, arguments: &Verify, policy: Option<&Policy>) -> Outcome {
    let file = arguments.path.display().to_string();
    let named = |fault: Fault| one(fault.file(file.clone()));
    let proof = Proof::parse(&read_bytes(&arguments.path).map_err(named)?).map_err(named)?;
    proof.check().map_err(named)?;
    let Some(folder) = &arguments.campaign else {
        shown(screen, &proof);
        screen.say("proof-compare-root", &[("number", &proof.number), ("announcement", &proof.announcement)]);
        return Ok(3);
    };
    let path = public_of(folder).join("announcement.json");
    let statement: Statement<Announcement> = Statement::parse(&read_bytes(&path).map_err(one)?).map_err(one)?;
    statement.envelope().check_signatures().map_err(one)?;
    let body = statement.body();
    let announced =
        body.register(&proof.register).ok_or_else(|| one(Fault::new(Code::ProofRoot).fact("detail", "register")))?;
    proof
        .check_against(&body.number, &statement.digest(), &announced.commitment, &announced.withheld)
        .map_err(named)?;
    let found = policy
        .map_or(0, |policy| policy.holders(yaohao::statement::Type::Announcement, statement.envelope().keys()).len());
    match policy {
        Some(policy) if found < policy.threshold => {
            let fault = Fault::new(Code::PolicyKeys).file("announcement.json").fact("found", found);
            Err(one(fault.fact("expected", policy.threshold)))
        }
        Some(_) => {
            shown(screen, &proof);
            screen.say("proof-verified", &[("number", &body.number)]);
            Ok(0)
        }
        None => {
            shown(screen, &proof);
            screen.say("proof-no-policy", &[("number", &body.number)]);
            Ok(3)
        }
    }
}

/// What a proof says; only after everything that can be checked was.
fn shown(screen: &Screen, proof: &Proof) {
    let key = if proof.kind == ProofKind::Present { "proof-present" } else { "proof-absent" };
    let register = screen.language.text(&format!("register-{}", proof.register));
    screen.say(key, &[("id", &proof.id), ("register", &register), ("rows", &proof.rows), ("root", &proof.root)]);
    if let Some(opening) = &proof.opening {
        let rows: Vec<Vec<String>> =
            opening.values.iter().map(|(column, value)| vec![column.to_string(), value.clone()]).collect();
        screen.say("proof-opened", &[]);
        screen.table(&rows);
    }
    if let (ProofKind::Absent, Some(entry)) = (proof.kind, proof.entries.first()) {
        let example = entry.row.split(',').next().unwrap_or_default();
        screen.say("proof-absent-form", &[("example", &example)]);
    }
}
