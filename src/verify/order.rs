//! V5: the order of events as claimed, and what proves it from outside (SPEC §7.2, §7.5).

use super::ending::check_void;
use super::evidence::{Documents, RECEIPT, STAMP, dated};
use super::period::check_periods;
use super::sealed::check_times;
use super::{Policy, Status};
use crate::announcement::same_campaign;
use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name, Time};
use crate::ledger::{Leaf, Receipt, Verifier};
use crate::stamp::{Authority, Stamp};

/// Somebody whom the policy names vouches that a statement existed at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existence {
    /// The statement's file.
    pub statement: String,
    /// Who says so: witnesses of a log, or an authority that stamps.
    pub by: Vec<String>,
    /// At the latest.
    pub time: Time,
}

/// What V5 found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What must be older than [`Order::before`]: the closing, or without contributors the announcement; or the void that
    /// claims to be older.
    pub statement: &'static str,
    /// T2, when nobody can move anything any more; `None` without a beacon.
    pub before: Option<Time>,
    /// The latest times at which statements existed, as far as anybody proves it.
    pub existences: Vec<Existence>,
    /// Receipts and stamps of logs and authorities that the policy does not name: they prove nothing to this reader.
    pub uncounted: Vec<String>,
}

impl Order {
    /// What proves that the statement existed before T2; the earliest, if several do.
    #[must_use]
    pub fn proof(&self) -> Option<&Existence> {
        let before = self.before.as_ref()?;
        self.of_statement().filter(|existence| existence.time < *before).min_by_key(|existence| &existence.time)
    }

    /// What is said of the statement, and comes too late to prove anything.
    #[must_use]
    pub fn late(&self) -> Option<&Existence> {
        let before = self.before.as_ref()?;
        self.of_statement().filter(|existence| existence.time >= *before).min_by_key(|existence| &existence.time)
    }

    fn of_statement(&self) -> impl Iterator<Item = &Existence> {
        self.existences.iter().filter(|existence| existence.statement == self.statement)
    }

    pub(super) fn status(&self, policy: Option<&Policy>) -> Status {
        let accepted = policy.is_some_and(|policy| policy.accept_publisher_order);
        if accepted || self.proof().is_some() { Status::Passed } else { Status::Trust }
    }
}

/// V5.
pub(super) fn order(documents: &Documents, policy: Option<&Policy>) -> Result<Order> {
    claimed(documents)?;
    let announcement = documents.announcement.body();
    // T2; V2 has refused rounds beyond all years
    let before = announcement.seed.beacon.time();
    check_void(documents, before.as_ref())?;
    let mut order = Order {
        statement: match announcement.seed.contributors.is_empty() {
            _ if documents.voided_early(before.as_ref()) => "void.json",
            true => "announcement.json",
            false => "closing.json",
        },
        before,
        existences: Vec::new(),
        uncounted: Vec::new(),
    };
    let Some(policy) = policy else { return Ok(order) };
    for (name, envelope) in documents.statements() {
        if !dated(&name) {
            continue;
        }
        let (file, digest) = (name, envelope.digest());
        if let Some(receipt) = documents.receipts.get(&file) {
            let name = format!("{file}{RECEIPT}");
            let leaf = Leaf {
                kind: Name::parse(envelope.kind().name())?,
                number: announcement.number.clone(),
                statement: digest,
            };
            match policy.logs.iter().find(|log| log.name().as_str() == receipt.origin()) {
                None => order.uncounted.push(name),
                Some(log) => {
                    let witnessed = witnessed(policy, receipt, log, &leaf).map_err(|fault| fault.file(name))?;
                    let statement = file.clone();
                    order.existences.extend(witnessed.map(|(time, by)| Existence { statement, by, time }));
                }
            }
        }
        if let Some(stamp) = documents.stamps.get(&file) {
            let name = format!("{file}{STAMP}");
            match stamped(policy, stamp.as_ref(), &digest).map_err(|fault| fault.file(&name))? {
                None => order.uncounted.push(name),
                Some((time, by)) => order.existences.push(Existence { statement: file, by: vec![by], time }),
            }
        }
    }
    check_periods(documents, &order, policy)?;
    Ok(order)
}

/// What an authority of the policy has stamped, and when; `None` for a stamp of anybody else's.
pub(super) fn stamped(policy: &Policy, stamp: Option<&Stamp>, digest: &Digest) -> Result<Option<(Time, String)>> {
    let Some(stamp) = stamp.filter(|_| !policy.authorities.is_empty()) else { return Ok(None) };
    let authorities: Vec<Authority> = policy.authorities.iter().map(|known| known.authority.clone()).collect();
    match stamp.check(digest, &authorities) {
        Ok(stamped) => Ok(Some((stamped.time, stamped.by))),
        // of somebody else, or in algorithms that are not accepted: it proves nothing, and spoils nothing
        Err(fault) if matches!(fault.code(), Code::StampAuthority | Code::StampAlgorithm) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The inequalities of §7.2 among the claimed times, and that all statements are of one campaign.
fn claimed(documents: &Documents) -> Result<()> {
    let announcement = documents.announcement.body();
    let digest = documents.announcement.digest();
    let same = |file: &str, number: &Id, named: &Digest| {
        same_campaign(&announcement.number, &digest, number, named).map_err(|fault| fault.file(file))
    };
    let mut last = ("announced_at", announcement.announced_at.clone());
    for (id, statement) in &documents.contributions {
        let body = statement.body();
        same(&format!("contribution-{id}.json"), &body.number, &body.announcement)?;
        before(("announced_at", &announcement.announced_at), ("contributed_at", &body.contributed_at))?;
        if body.contributed_at > last.1 {
            last = ("contributed_at", body.contributed_at.clone());
        }
    }
    if let Some(closing) = &documents.closing {
        same("closing.json", &closing.body().number, &closing.body().announcement)?;
        before((last.0, &last.1), ("closed_at", &closing.body().closed_at))?;
        last = ("closed_at", closing.body().closed_at.clone());
    }
    if let Some(published) = announcement.seed.beacon.time() {
        // T2 is at least ten minutes after T0, and strictly after T1
        let earliest = announcement.announced_at.plus(600).unwrap_or_else(|| announcement.announced_at.clone());
        before(("announced_at + 600 s", &earliest), ("beacon", &published))?;
        if documents.closing.is_some() && last.1 >= published {
            return Err(broken("closed_at", "beacon"));
        }
        last = ("beacon", published);
    }
    if let Some(sealing) = &documents.sealing {
        same("sealing.json", &sealing.body().number, &sealing.body().announcement)?;
    }
    if let Some(reveal) = &documents.reveal {
        same("reveal.json", &reveal.body().number, &reveal.body().announcement)?;
    }
    if let Some(record) = &documents.record {
        same("record.json", &record.body().number, &record.body().announcement)?;
        before((last.0, &last.1), ("drawn_at", &record.body().drawn_at))?;
        if let Some(last_day) = announcement.seed.last_day() {
            before(("drawn_at", &record.body().drawn_at), ("beacon + wait_days", &last_day))?;
        }
    }
    check_times(documents, (last.0, &last.1))?;
    if let Some(void) = documents.void.as_ref().map(crate::statement::Statement::body) {
        same("void.json", &void.number, &void.announcement)?;
        // a campaign may be given up at any time; what would have been drawn is known after everything else
        let last = if void.would_be.is_some() { last } else { ("announced_at", announcement.announced_at.clone()) };
        before((last.0, &last.1), ("voided_at", &void.voided_at))?;
    }
    Ok(())
}

pub(super) fn before(earlier: (&str, &Time), later: (&str, &Time)) -> Result<()> {
    if earlier.1 <= later.1 { Ok(()) } else { Err(broken(earlier.0, later.0)) }
}

pub(super) fn broken(earlier: &str, later: &str) -> Fault {
    Fault::new(Code::OrderTime).fact("earlier", earlier).fact("later", later)
}

/// What the policy's witnesses say of a leaf in a log that the policy names. With a threshold of k the k-th earliest
/// time counts: if fewer than k of them lie, one who does not has seen the leaf by then.
pub(super) fn witnessed(
    policy: &Policy,
    receipt: &Receipt,
    log: &Verifier,
    leaf: &Leaf,
) -> Result<Option<(Time, Vec<String>)>> {
    let signed = receipt.check(&leaf.hash(), log)?;
    let mut seen = Vec::new();
    for witness in &policy.witnesses {
        match signed.note().check(witness) {
            Ok(time) => seen.extend(time.map(|time| (time, witness.name().to_string()))),
            Err(fault) if fault.code() == Code::NoteUnsigned => {}
            Err(fault) => return Err(fault),
        }
    }
    seen.sort();
    seen.truncate(policy.witness_threshold);
    let Some((time, _)) = seen.last().filter(|_| seen.len() == policy.witness_threshold) else { return Ok(None) };
    let time = i64::try_from(*time).ok().and_then(Time::from_seconds);
    Ok(time.map(|time| (time, seen.into_iter().map(|(_, name)| name).collect())))
}
