//! Keys count within their periods, judged by proven time and not by a statement's own date (SPEC §12.1).

use super::evidence::{Documents, contributor_of};
use super::order::Order;
use super::{Policy, TrustedKey};
use crate::fault::{Code, Fault, Result};
use crate::ident::Time;
use crate::later::serial_of;
use crate::statement::{Envelope, Type};

impl TrustedKey {
    /// Whether a statement counts that claims a time, and was proven to exist at another, or was not.
    ///
    /// Nobody can prove that a statement is not older than it claims, and nobody gains by making one look older before
    /// the key begins: there the claim decides. After its end a key may be anybody's, and only a proof from outside shows
    /// that the statement was there before.
    #[must_use]
    pub fn counts(&self, claimed: &Time, proven: Option<&Time>) -> bool {
        let begun = self.from.as_ref().is_none_or(|from| from <= claimed);
        begun && self.until.as_ref().is_none_or(|until| proven.is_some_and(|time| time < until))
    }
}

/// Part of V5: of each statement enough keys signed within their periods.
pub(super) fn check_periods(documents: &Documents, order: &Order, policy: &Policy) -> Result<()> {
    if policy.keys.iter().all(|key| key.from.is_none() && key.until.is_none()) {
        return Ok(());
    }
    for (file, envelope) in documents.statements() {
        let Some(claimed) = envelope.claimed_time() else { continue };
        let proven = proven(order, &file);
        // the reader who takes the publisher's word takes it for this too
        let known = proven.or(Some(&claimed).filter(|_| policy.accept_publisher_order));
        let needed = match envelope.kind() {
            // signed by one alone
            Type::Contribution | Type::Reveal => 1,
            _ => policy.threshold,
        };
        enough(policy, &file, envelope, needed, &claimed, known)?;
    }
    Ok(())
}

fn enough(
    policy: &Policy,
    file: &str,
    envelope: &Envelope,
    needed: usize,
    claimed: &Time,
    known: Option<&Time>,
) -> Result<()> {
    let signed: Vec<_> = envelope.keys().collect();
    let signers = policy.keys.iter().filter(|key| key.signs.contains(&envelope.kind()) && signed.contains(&key.key));
    let (counted, others): (Vec<&TrustedKey>, Vec<&TrustedKey>) = signers.partition(|key| key.counts(claimed, known));
    let mut holders: Vec<_> = counted.iter().map(|key| &key.holder).collect();
    holders.sort();
    holders.dedup();
    match others.first() {
        Some(key) if holders.len() < needed => {
            let shown = |time: Option<&Time>| time.map_or_else(|| "-".to_owned(), ToString::to_string);
            let fault = Fault::new(Code::KeyPeriod).file(file).fact("holder", &key.holder);
            let fault = fault.fact("from", shown(key.from.as_ref())).fact("until", shown(key.until.as_ref()));
            Err(fault.fact("claimed", claimed).fact("proven", shown(known)))
        }
        _ => Ok(()),
    }
}

/// The earliest time at which anybody proves that a statement existed: it, or one that names it by digest.
fn proven<'a>(order: &'a Order, file: &str) -> Option<&'a Time> {
    let vouching = order.existences.iter().filter(|existence| names(&existence.statement, file));
    vouching.map(|existence| &existence.time).min()
}

/// Whether a statement could not have been written before another, whose digest it names, directly or by others between.
fn names(later: &str, file: &str) -> bool {
    let older = match (place(later), place(file)) {
        (Some(later), Some(file)) => file < later,
        _ => false,
    };
    later == file || file == "announcement.json" || older
}

/// Where a statement is in the chain of those that name each other. A void is not: of these it names the announcement alone.
fn place(file: &str) -> Option<u64> {
    match file {
        _ if contributor_of(file).is_some() => Some(1),
        "closing.json" => Some(2),
        "record.json" => Some(3),
        "sealing.json" => Some(4),
        _ => serial_of(file).map(|(_, serial)| serial.saturating_add(5)),
    }
}
