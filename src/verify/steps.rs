//! The steps V3 to V16, each a function named after it (SPEC §12).

use super::evidence::{Documents, contributor_of, read_up_to};
use super::order::{Order, order};
use super::{Evidence, Limits, Policy, Status, Step, Tally};
use crate::announcement::{Announced, BeaconPlan, PublicValues, check_categories};
use crate::draw::{Binding, Pool, Selection, check_strata};
use crate::encoding::{Digest, Value, count};
use crate::fault::{Code, Fault, Result};
use crate::later::{Facts, Happened, Later, follow};
use crate::outcome::{Outcome, draw_inspectors, draw_targets};
use crate::record::{FileMark, Record, cells_of, departments_of};
use crate::register::{Commitment, Inspectors, Reasons, Recusals, scan};
use crate::seed::{Beacon, Seed, Values, check_contributions};
use crate::statement::{Envelope, Statement, Type};

/// A step that did not fail.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) status: Status,
    pub(super) tallies: Vec<Tally>,
}

impl Done {
    pub(super) fn passed<const N: usize>(tallies: [Tally; N]) -> Self {
        Self { status: Status::Passed, tallies: tallies.to_vec() }
    }

    pub(super) fn skipped(files: Vec<String>) -> Self {
        Self { status: Status::Skipped(files), tallies: Vec::new() }
    }
}

impl Documents {
    /// What V2 counted.
    pub(super) fn form(&self) -> Done {
        let others = [
            self.closing.is_some(),
            self.beacon.is_some(),
            self.record.is_some(),
            self.void.is_some(),
            self.sealing.is_some(),
            self.reveal.is_some(),
        ];
        let documents =
            count(self.contributions.len()).saturating_add(count(others.into_iter().filter(|there| *there).count()));
        Done::passed([("documents", documents.saturating_add(1))])
    }
}

/// A campaign under verification, with what earlier steps found for later ones.
pub(super) struct Campaign<'a> {
    evidence: &'a dyn Evidence,
    pub(super) documents: &'a Documents,
    policy: Option<&'a Policy>,
    limits: &'a Limits,
    missing: &'a [String],
    /// What V5 found.
    pub(super) order: Option<Order>,
    seed: Option<Seed>,
    /// The result of the pass over the targets: the pool must outlive its binding, so the selection is derived at once.
    targets: Option<TargetsPass>,
    inspectors: Option<Inspectors>,
    pub(super) outcome: Option<Result<Outcome>>,
    /// What followed the record, derived with the outcome.
    later: Option<Result<Happened>>,
}

struct TargetsPass {
    binding: Binding,
    strata: Result<Option<Selection>>,
    cells: u64,
}

impl<'a> Campaign<'a> {
    pub(super) fn new(
        evidence: &'a dyn Evidence,
        documents: &'a Documents,
        policy: Option<&'a Policy>,
        limits: &'a Limits,
        missing: &'a [String],
    ) -> Self {
        let seed = derive_seed(documents);
        let (order, targets, inspectors, outcome, later) = (None, None, None, None, None);
        Self { evidence, documents, policy, limits, missing, order, seed, targets, inspectors, outcome, later }
    }

    pub(super) fn run(&mut self, step: Step) -> Result<Done> {
        if step == Step::Later {
            self.nothing_beside_a_void()?;
        }
        let lacking = self.lacking(step);
        if !lacking.is_empty() {
            return Ok(Done::skipped(lacking));
        }
        if let Some(done) = self.ended(step) {
            return done;
        }
        let tells = [Step::Seed, Step::Selection, Step::Assignments, Step::Later];
        if self.documents.untold && tells.contains(&step) {
            return Ok(Done { status: Status::Sealed, tallies: Vec::new() });
        }
        match step {
            Step::Files | Step::Form => Ok(Done::passed([])),
            Step::Signatures => self.v3_signatures(),
            Step::Policy => self.v4_policy(),
            Step::Order => {
                let order = order(self.documents, self.policy)?;
                let done = Done { status: order.status(self.policy), tallies: Vec::new() };
                self.order = Some(order);
                Ok(done)
            }
            Step::Targets => self.v6_targets(),
            Step::Inspectors => self.v7_inspectors(),
            Step::Recusals => self.v8_recusals(),
            Step::Strata => self.v9_strata(),
            Step::Contributions => self.v10_contributions(),
            Step::Beacon => self.v11_beacon(),
            Step::Seed => self.v12_seed(),
            Step::Selection => self.v13_selection(),
            Step::Assignments => self.v14_assignments(),
            Step::Record => self.v15_record(),
            Step::Later => self.v16_later(),
        }
    }

    /// The files that a step needs and that are missing.
    fn lacking(&self, step: Step) -> Vec<String> {
        let closed = |name: &str| name == "closing.json" || contributor_of(name).is_some();
        let seed = |name: &str| closed(name) || name == "reveal.json";
        let needs = |name: &str| match step {
            Step::Targets | Step::Strata => name == "targets.csv",
            Step::Inspectors => name == "inspectors.csv",
            // a recusal names an inspector of the register
            Step::Recusals => name == "recusals.csv" || name == "inspectors.csv",
            Step::Contributions => closed(name),
            Step::Beacon => name == "beacon.json",
            Step::Seed => seed(name) || name == "beacon.json" || name == "record.json",
            Step::Selection => {
                seed(name) || ["beacon.json", "record.json", "targets.csv", "selected.csv"].contains(&name)
            }
            Step::Assignments => !["selected.csv", "sealing.json"].contains(&name),
            Step::Record => ["record.json", "sealing.json", "closing.json", "beacon.json"].contains(&name),
            // who steps in follows from the whole draw
            Step::Later => true,
            Step::Files | Step::Form | Step::Signatures | Step::Policy | Step::Order => false,
        };
        self.missing.iter().filter(|name| needs(name)).cloned().collect()
    }

    fn v3_signatures(&self) -> Result<Done> {
        let announcement = self.documents.announcement.body();
        let signers: Vec<_> = announcement.signers.iter().map(|signer| signer.key).collect();
        let mut signatures = 0_u64;
        for (file, envelope) in self.documents.statements() {
            let keys: Vec<_> = envelope.keys().collect();
            let (allowed, threshold) = match contributor_of(&file) {
                // a reveal of a campaign that names no custodian is for V5 to refuse
                None if envelope.kind() == Type::Reveal => match &announcement.seed.sealed {
                    Some(sealed) => (vec![sealed.key], 1),
                    None => (keys.clone(), 1),
                },
                None => (signers.clone(), announcement.threshold),
                // a stranger's key is nowhere announced: V10 refuses its contribution
                Some(id) => match announcement.seed.contributors.iter().find(|contributor| contributor.id == id) {
                    Some(contributor) => (vec![contributor.key], 1),
                    None => (keys.clone(), 1),
                },
            };
            envelope.check_signatures().map_err(|fault| fault.file(&file))?;
            if let Some(key) = keys.iter().find(|key| !allowed.contains(key)) {
                return Err(Fault::new(Code::SignatureKey).file(file).fact("key", key));
            }
            if count(keys.len()) < threshold {
                let fault = Fault::new(Code::SignatureThreshold).file(file);
                return Err(fault.fact("found", keys.len()).fact("expected", threshold));
            }
            signatures = signatures.saturating_add(count(keys.len()));
        }
        Ok(Done::passed([("signatures", signatures)]))
    }

    fn v4_policy(&self) -> Result<Done> {
        let Some(policy) = self.policy else { return Ok(Done::skipped(vec!["policy".to_owned()])) };
        let documents = self.documents;
        let beacon = documents.announcement.body().seed.beacon.policy_name();
        if !policy.beacons.iter().any(|accepted| accepted == beacon) {
            return Err(Fault::new(Code::PolicyBeacon).fact("beacon", beacon));
        }
        documents.statements().into_iter().try_for_each(|(file, envelope)| trusted(policy, &file, envelope))?;
        for (holder, key) in super::announced_keys(documents.announcement.body()) {
            if !policy.knows_rightly(&holder, &key) {
                return Err(Fault::new(Code::PolicyHolder).file("announcement.json").fact("holder", holder));
            }
        }
        for contributor in &documents.announcement.body().seed.contributors {
            if !policy.holders(Type::Contribution, std::iter::once(contributor.key)).contains(&&contributor.id) {
                return Err(Fault::new(Code::PolicyContributor)
                    .file("announcement.json")
                    .fact("contributor", &contributor.id));
            }
        }
        if let Some(sealed) = &documents.announcement.body().seed.sealed
            && !policy.holders(Type::Reveal, std::iter::once(sealed.key)).contains(&&sealed.custodian)
        {
            let fault = Fault::new(Code::PolicyCustodian).file("announcement.json");
            return Err(fault.fact("custodian", &sealed.custodian));
        }
        Ok(Done::passed([("keys", count(policy.keys.len()))]))
    }

    fn v6_targets(&mut self) -> Result<Done> {
        let announcement = self.documents.announcement.body();
        let lots = self.seed.as_ref().map(Seed::lots);
        let binding = Binding::announced(announcement, lots.as_ref().map(|lots| lots.tickets("targets")))?;
        let mut blocks = self.evidence.open("targets.csv")?;
        let (commitment, pool) =
            scan(&announcement.targets_schema(), self.limits.rows, blocks.as_mut(), Pool::new(&binding))?;
        as_announced("targets.csv", &announcement.targets, &commitment, &pool.excluded)?;
        let cells = pool.strata.iter().map(|cells| count(cells.len())).sum();
        let strata = match &lots {
            Some(lots) => draw_targets(announcement, pool, lots).map(Some),
            None => check_strata(announcement, &pool).map(|()| None),
        };
        self.targets = Some(TargetsPass { binding, strata, cells });
        Ok(Done::passed([("rows", commitment.rows)]))
    }

    fn v7_inspectors(&mut self) -> Result<Done> {
        let announcement = self.documents.announcement.body();
        let schema = announcement.inspectors_schema();
        let visitor = announcement.inspectors_visitor()?;
        let mut blocks = self.evidence.open("inspectors.csv")?;
        let (commitment, inspectors) = scan(&schema, self.limits.rows, blocks.as_mut(), visitor)?;
        as_announced("inspectors.csv", &announcement.inspectors, &commitment, &inspectors.excluded)?;
        self.inspectors = Some(inspectors);
        Ok(Done::passed([("rows", commitment.rows)]))
    }

    fn v8_recusals(&mut self) -> Result<Done> {
        let announcement = self.documents.announcement.body();
        let Some(inspectors) = &self.inspectors else { return Ok(Done::skipped(Vec::new())) };
        let mut blocks = self.evidence.open("recusals.csv")?;
        let visitor = Recusals::new(&inspectors.ids);
        let (commitment, recusals) = scan(&announcement.recusals_schema(), self.limits.rows, blocks.as_mut(), visitor)?;
        as_announced("recusals.csv", &announcement.recusals, &commitment, &Reasons::default())?;
        check_categories(announcement.history.as_ref(), &recusals)?;
        // all facts are at hand: derive the outcome, before any look at what was published
        if let (Some(targets), Some(lots)) = (&mut self.targets, self.seed.as_ref().map(Seed::lots))
            && let Ok(Some(selection)) = &targets.strata
        {
            let selection = selection.clone();
            let outcome =
                draw_inspectors(announcement, &targets.binding, selection, &inspectors.present, &recusals, &lots);
            if let (Ok(outcome), Some(record)) = (&outcome, &self.documents.record) {
                let facts = Facts {
                    announcement,
                    binding: &targets.binding,
                    inspectors: &inspectors.present,
                    recusals: &recusals,
                    lots: &lots,
                    outcome,
                };
                self.later = Some(happened(facts, record, &self.documents.later));
            }
            self.outcome = Some(outcome);
        }
        Ok(Done::passed([("rows", commitment.rows)]))
    }

    fn v9_strata(&mut self) -> Result<Done> {
        match &self.targets {
            None => Ok(Done::skipped(vec!["targets.csv".to_owned()])),
            Some(TargetsPass { strata: Err(fault), .. }) => Err(fault.clone()),
            Some(TargetsPass { cells, .. }) => Ok(Done::passed([("cells", *cells)])),
        }
    }

    fn v10_contributions(&self) -> Result<Done> {
        self.v10_reveal()?;
        let documents = self.documents;
        let values =
            check_contributions(documents.announcement.body(), &documents.contributions, documents.closing.as_ref())?;
        let given = values.iter().filter(|value| value.is_some()).count();
        Ok(Done::passed([("contributions", count(given)), ("absent", count(values.len().saturating_sub(given)))]))
    }

    fn v11_beacon(&self) -> Result<Done> {
        let plan = &self.documents.announcement.body().seed.beacon;
        match (&self.documents.beacon, plan) {
            (None, BeaconPlan::None) => return Ok(Done::passed([("round", 0)])),
            (None, _) => return Ok(Done::skipped(vec!["beacon.json".to_owned()])),
            (Some(beacon), plan) => beacon.check(plan).map_err(|fault| fault.file("beacon.json"))?,
        }
        match (&self.documents.beacon, plan) {
            (Some(Beacon::PublicValues(values)), BeaconPlan::PublicValues(plan)) => self.looked_up(values, plan),
            (_, BeaconPlan::Drand { round }) => Ok(Done::passed([("round", *round)])),
            _ => Ok(Done::passed([])),
        }
    }

    /// Public values are right if the reader's policy has the same; without it, that rests on trust.
    fn looked_up(&self, values: &Values, plan: &PublicValues) -> Result<Done> {
        let text = values.canonical();
        let status = match self.policy.and_then(|policy| policy.public_values.as_ref()) {
            None => Status::Trust,
            Some(known) if *known == text => Status::Passed,
            Some(known) => {
                let fault = Fault::new(Code::PolicyValues).file("beacon.json");
                return Err(fault.fact("found", text).fact("expected", known));
            }
        };
        Ok(Done { status, tallies: vec![("bits", plan.bits())] })
    }

    fn v12_seed(&self) -> Result<Done> {
        let (Some(seed), Some((file, record))) = (&self.seed, self.documents.outcome()) else {
            return Ok(Done::skipped(Vec::new()));
        };
        let fault = |found: &str, expected: &str| {
            let (found, expected) = where_apart(found, expected);
            Err(Fault::new(Code::SeedText).file(file).fact("found", found).fact("expected", expected))
        };
        if record.seed_text != seed.text() {
            return fault(&record.seed_text, seed.text());
        }
        if record.seed != seed.digest() {
            return fault(&record.seed.to_string(), &seed.digest().to_string());
        }
        Ok(Done::passed([]))
    }

    fn v13_selection(&self) -> Result<Done> {
        let (Some(TargetsPass { strata: Ok(Some(selection)), .. }), Some((file, record))) =
            (&self.targets, self.documents.outcome())
        else {
            return Ok(Done::skipped(Vec::new()));
        };
        let csv = selection.to_csv();
        self.compare_file("selected.csv", &csv, selection.rows(), &record.selected, file)?;
        same_member(file, "cells", &record.cells, &cells_of(selection))?;
        let drawn = selection.drawn().count();
        Ok(Done::passed([("drawn", count(drawn)), ("reserves", selection.rows().saturating_sub(count(drawn)))]))
    }

    fn v14_assignments(&self) -> Result<Done> {
        let (Some(outcome), Some((file, record))) = (&self.outcome, self.documents.outcome()) else {
            return Ok(Done::skipped(Vec::new()));
        };
        let outcome = outcome.as_ref().map_err(Clone::clone)?;
        self.compare_file("assignments.csv", &outcome.assignments_csv, outcome.seats(), &record.assignments, file)?;
        same_member(file, "departments", &record.departments, &departments_of(&outcome.departments))?;
        let one = outcome.departments.iter().map(crate::assign::DepartmentOutcome::one_possible).sum();
        Ok(Done::passed([("seats", outcome.seats()), ("one-possible", one)]))
    }

    fn v15_record(&self) -> Result<Done> {
        if self.documents.untold {
            return self.v15_sealing();
        }
        let Some((file, record)) = self.documents.outcome() else { return Ok(Done::skipped(Vec::new())) };
        self.same_evidence(file, record.closing, record.beacon)?;
        self.v15_sealing()
    }

    /// Whether a statement names closing and beacon as they are.
    pub(super) fn same_evidence(&self, file: &str, closing: Option<Digest>, beacon: Option<Digest>) -> Result<()> {
        let text = |digest: Option<Digest>| digest.map_or_else(|| "nothing".to_owned(), |digest| digest.to_string());
        let right_closing = self.documents.closing.as_ref().map(Statement::digest);
        let right_beacon = self.documents.beacon.as_ref().map(Beacon::file_digest);
        for (member, found, expected) in [("closing", closing, right_closing), ("beacon", beacon, right_beacon)] {
            if found != expected {
                return Err(differs(file, member, &text(found), &text(expected)));
            }
        }
        Ok(())
    }

    fn v16_later(&self) -> Result<Done> {
        if self.documents.void.is_some() {
            return Ok(Done::passed([]));
        }
        let Some(later) = &self.later else { return Ok(Done::skipped(Vec::new())) };
        let Happened { substitutions, results, late, amendments, vacant, dropped } = later.clone()?;
        Ok(Done::passed([
            ("substitutions", substitutions),
            ("vacant", vacant),
            ("dropped", dropped),
            ("results", results),
            ("late", late),
            ("amendments", amendments),
        ]))
    }

    /// Compares a published file with what was derived, then the record's mark of it.
    fn compare_file(&self, name: &str, expected: &str, rows: u64, mark: &FileMark, claimed: &str) -> Result<()> {
        let found = read_up_to(self.evidence, name, count(expected.len()).saturating_add(1))?;
        if found != expected.as_bytes() {
            return Err(first_difference(name, &found, expected));
        }
        let right = FileMark { rows, sha256: Digest::of(expected.as_bytes()) };
        if *mark != right {
            let text = |mark: &FileMark| format!("{} rows, {}", mark.rows, mark.sha256);
            return Err(differs(claimed, name, &text(mark), &text(&right)));
        }
        Ok(())
    }
}

/// Follows what came after the record. Without any statement there is nothing to derive.
fn happened(facts: Facts<'_>, record: &Statement<Record>, later: &[Later]) -> Result<Happened> {
    if later.is_empty() { Ok(Happened::default()) } else { Ok(follow(facts, record, later)?.happened()) }
}

/// The seed, if all that it is made of is there and right; the steps that check it report what is not.
fn derive_seed(documents: &Documents) -> Option<Seed> {
    let announcement = documents.announcement.body();
    let values = check_contributions(announcement, &documents.contributions, documents.closing.as_ref()).ok()?;
    match (&documents.beacon, &announcement.seed.beacon) {
        (Some(beacon), plan) => beacon.check(plan).ok()?,
        (None, BeaconPlan::None) => {}
        (None, _) => return None,
    }
    if announcement.seed.sealed.is_some() != documents.secret().is_some() {
        return None;
    }
    let digest = documents.announcement.digest();
    Some(Seed::new(announcement, &digest, &values, documents.secret(), documents.beacon.as_ref()))
}

/// Whether the policy takes the suite, and signatures of enough holders. The keys of contributions are the announced ones
/// and the reveal's are the announced ones
/// (V3), and those are looked at with the announcement.
pub(super) fn trusted(policy: &Policy, file: &str, envelope: &Envelope) -> Result<()> {
    if !policy.suites.contains(&envelope.suite()) {
        return Err(Fault::new(Code::PolicySuite).file(file).fact("suite", envelope.suite().name()));
    }
    let holders = policy.holders(envelope.kind(), envelope.keys());
    if ![Type::Contribution, Type::Reveal].contains(&envelope.kind()) && holders.len() < policy.threshold {
        let fault = Fault::new(Code::PolicyKeys).file(file);
        return Err(fault.fact("found", holders.len()).fact("expected", policy.threshold));
    }
    Ok(())
}

fn as_announced(file: &str, announced: &Announced, found: &Commitment, excluded: &Reasons) -> Result<()> {
    let differs = |code, found: String, expected: String| {
        Err(Fault::new(code).file(file).fact("found", found).fact("expected", expected))
    };
    let expected = &announced.commitment;
    match () {
        () if found.rows != expected.rows => {
            differs(Code::RegisterRows, found.rows.to_string(), expected.rows.to_string())
        }
        () if found.sha256 != expected.sha256 => {
            differs(Code::RegisterDigest, found.sha256.to_string(), expected.sha256.to_string())
        }
        () if found.root != expected.root => {
            differs(Code::RegisterRoot, found.root.to_string(), expected.root.to_string())
        }
        () if *excluded != announced.excluded => {
            differs(Code::RegisterExcluded, excluded.to_string(), announced.excluded.to_string())
        }
        () => Ok(()),
    }
}

fn same_member(file: &str, member: &str, found: &[Value], expected: &[Value]) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let pair = found.iter().zip(expected).find(|(found, expected)| found != expected);
    match pair {
        Some((found, expected)) => Err(differs(file, member, &found.to_canonical(), &expected.to_canonical())),
        None => {
            Err(differs(file, member, &format!("{} elements", found.len()), &format!("{} elements", expected.len())))
        }
    }
}

pub(super) fn differs(file: &str, member: &str, found: &str, expected: &str) -> Fault {
    Fault::new(Code::RecordDiffers).file(file).fact("member", member).fact("found", found).fact("expected", expected)
}

/// Names the first line that is not what the lottery gives.
fn first_difference(name: &str, found: &[u8], expected: &str) -> Fault {
    let found_lines: Vec<&[u8]> = found.split_inclusive(|b| *b == b'\n').collect();
    let expected_lines: Vec<&[u8]> = expected.as_bytes().split_inclusive(|b| *b == b'\n').collect();
    let same = found_lines.iter().zip(&expected_lines).take_while(|(a, b)| a == b).count();
    let show = |lines: &[&[u8]]| match lines.get(same) {
        Some(line) => String::from_utf8_lossy(line).trim_end_matches('\n').to_owned(),
        None => "(end of file)".to_owned(),
    };
    Fault::new(Code::OutcomeDiffers)
        .file(name)
        .fact("line", count(same).saturating_add(1))
        .fact("found", show(&found_lines))
        .fact("expected", show(&expected_lines))
}

/// Two long texts around the first character in which they differ: a message has no room for both, and what they share
/// says nothing. Lines end in ⏎.
fn where_apart(one: &str, other: &str) -> (String, String) {
    const BEFORE: usize = 20;
    const SHOWN: usize = 80;
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(BEFORE);
    let part = |text: &str| {
        let mut rest = text.chars().skip(from).map(|c| if c == '\n' { '⏎' } else { c });
        let shown: String = rest.by_ref().take(SHOWN).collect();
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        format!("{}{shown}{}", cut(from > 0), cut(rest.next().is_some()))
    };
    (part(one), part(other))
}

#[cfg(test)]
mod tests {
    use super::where_apart;

    #[test]
    fn long_texts_are_shown_where_they_differ() {
        let long = "x".repeat(300);
        let (found, expected) = where_apart(&format!("{long}\none {long}"), &format!("{long}\ntwo"));
        assert!(found.starts_with("…xxx") && found.contains("⏎one x") && found.ends_with('…'), "{found}");
        assert!(expected.starts_with("…xxx") && expected.ends_with("⏎two"), "{expected}");
        assert!(found.chars().count() <= 82);
        assert_eq!(where_apart("ab", "a"), ("ab".to_owned(), "a".to_owned()));
    }
}
