//! What notices about keys make of a reader's policy (SPEC §12.1).

use super::evidence::{RECEIPT, STAMP, read};
use super::order::{stamped, witnessed};
use super::{Evidence, Policy, TrustedKey};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name, Time};
use crate::ledger::{Leaf, Receipt};
use crate::notice::{Revocation, Rotation};
use crate::stamp::Stamp;
use crate::statement::{Body, Envelope, Statement};
use crate::suite::PublicKey;
use std::collections::BTreeSet;

/// A notice, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heeded {
    /// Its file.
    pub file: String,
    /// Whose key it is about.
    pub holder: Id,
    /// From when it changes something; `None` for a notice that counts for nothing.
    pub from: Option<Time>,
    /// Why it counts for nothing, or how it counts.
    pub why: &'static str,
}

/// The policy that follows from a reader's own and the notices `rotation-*.json` and `revocation-*.json` among some files.
/// Revocations come first: who has stolen a key cannot hand it on after the time from which it is revoked.
///
/// # Errors
/// The codes of form, signatures, receipts and stamps, with the file; [`Code::NoticeTwins`] for two successors of one key.
pub fn heed(policy: &Policy, evidence: &dyn Evidence) -> Result<(Policy, Vec<Heeded>)> {
    let (rotations, revocations) = read_notices(policy, evidence)?;
    let mut policy = policy.clone();
    let mut heeded = Vec::new();
    let mut open: BTreeSet<usize> = (0..revocations.len()).collect();
    for rotation in &rotations {
        revoke(&mut policy, &revocations, &mut open, &mut heeded);
        heeded.push(rotate(&mut policy, rotation));
    }
    revoke(&mut policy, &revocations, &mut open, &mut heeded);
    for notice in open.iter().filter_map(|index| revocations.get(*index)) {
        let why = if policy.keys.iter().any(|known| notice.body.of(known)) { "signers" } else { "unknown-key" };
        heeded.push(notice.heeded(&notice.body.holder, None, why));
    }
    heeded.sort_by(|a, b| a.file.cmp(&b.file));
    Ok((policy, heeded))
}

/// A notice whose signatures hold, and when it existed at the latest, if anything proves it.
struct Notice<B> {
    file: String,
    body: B,
    keys: Vec<PublicKey>,
    time: Option<Time>,
}

impl<B> Notice<B> {
    fn heeded(&self, holder: &Id, from: Option<Time>, why: &'static str) -> Heeded {
        Heeded { file: self.file.clone(), holder: holder.clone(), from, why }
    }
}

impl Revocation {
    fn of(&self, known: &TrustedKey) -> bool {
        known.holder == self.holder && known.key == self.key
    }
}

type Notices = (Vec<Notice<Rotation>>, Vec<Notice<Revocation>>);

fn read_notices(policy: &Policy, evidence: &dyn Evidence) -> Result<Notices> {
    let files = evidence.files()?;
    let of = |start: &'static str| {
        files
            .keys()
            .filter(move |name| name.strip_prefix(start).is_some_and(|rest| rest.strip_suffix(".json").is_some()))
    };
    let mut rotations: Vec<Notice<Rotation>> = of("rotation-")
        .map(|name| {
            let notice: Notice<Rotation> = read_notice(policy, evidence, name, |body: &Rotation| &body.number)?;
            let mut both = [notice.body.old, notice.body.new];
            both.sort();
            if notice.keys != both {
                return Err(Fault::new(Code::NoticeSigners).file(name));
            }
            Ok(notice)
        })
        .collect::<Result<_>>()?;
    rotations.sort_by(|a, b| (&a.body.from, &a.file).cmp(&(&b.body.from, &b.file)));
    for (index, one) in rotations.iter().enumerate() {
        let twin = rotations.iter().skip(index.saturating_add(1)).find(|other| other.body.old == one.body.old);
        if let Some(twin) = twin.filter(|twin| twin.body != one.body) {
            return Err(Fault::new(Code::NoticeTwins).file(&twin.file).fact("other", &one.file));
        }
    }
    let revocations = of("revocation-")
        .map(|name| read_notice(policy, evidence, name, |body: &Revocation| &body.number))
        .collect::<Result<_>>()?;
    Ok((rotations, revocations))
}

fn read_notice<B: Body + Clone>(
    policy: &Policy,
    evidence: &dyn Evidence,
    name: &str,
    number: fn(&B) -> &Id,
) -> Result<Notice<B>> {
    let bytes = |name: &str| read(evidence, name, policy.limits.statement_bytes);
    let notice: Statement<B> = Statement::parse(&bytes(name)?).map_err(|fault| fault.file(name))?;
    let envelope = notice.envelope();
    envelope.check_signatures().map_err(|fault| fault.file(name))?;
    if !policy.suites.contains(&envelope.suite()) {
        return Err(Fault::new(Code::PolicySuite).file(name).fact("suite", envelope.suite().name()));
    }
    let beside = |end: &str| -> Result<Option<(String, Vec<u8>)>> {
        let name = format!("{name}{end}");
        let there = evidence.files()?.contains_key(&name);
        there.then(|| bytes(&name).map(|bytes| (name, bytes))).transpose()
    };
    let mut times = Vec::new();
    if let Some((file, bytes)) = beside(RECEIPT)? {
        times.extend(receipt_time(policy, envelope, number(notice.body()), &bytes).map_err(|fault| fault.file(file))?);
    }
    if let Some((file, bytes)) = beside(STAMP)? {
        let stamp = Stamp::parse(&bytes).map_err(|fault| fault.file(&file))?;
        let time = stamped(policy, Some(&stamp), &envelope.digest()).map_err(|fault| fault.file(file))?;
        times.extend(time.map(|(time, _)| time));
    }
    // the reader who takes the publisher's word takes it for this too
    times.extend(envelope.claimed_time().filter(|_| policy.accept_publisher_order));
    let keys = envelope.keys().collect();
    Ok(Notice { file: name.to_owned(), body: notice.body().clone(), keys, time: times.into_iter().min() })
}

fn receipt_time(policy: &Policy, envelope: &Envelope, number: &Id, bytes: &[u8]) -> Result<Option<Time>> {
    let receipt = Receipt::parse(bytes)?;
    let kind = Name::parse(envelope.kind().name())?;
    let leaf = Leaf { kind, number: number.clone(), statement: envelope.digest() };
    let Some(log) = policy.logs.iter().find(|log| log.name().as_str() == receipt.origin()) else { return Ok(None) };
    Ok(witnessed(policy, &receipt, log, &leaf)?.map(|(time, _)| time))
}

/// A new key takes the place of an old one that is still its holder's at the time of the notice.
fn rotate(policy: &mut Policy, notice: &Notice<Rotation>) -> Heeded {
    let Rotation { holder, old, new, from, .. } = &notice.body;
    let none = |why| notice.heeded(holder, None, why);
    if policy.keys.iter().any(|known| known.key == *new) {
        return none("known-key");
    }
    let Some(known) = policy.keys.iter_mut().find(|known| known.holder == *holder && known.key == *old) else {
        return none("unknown-key");
    };
    // what nobody proves may have been written by whoever has the key today
    let Some(time) = &notice.time else { return none("unproven") };
    if !known.counts(time, Some(time)) {
        return none("period");
    }
    let next = TrustedKey { key: *new, from: Some(from.clone()), until: None, ..known.clone() };
    known.end(from);
    policy.keys.push(next);
    notice.heeded(holder, Some(from.clone()), "rotated")
}

/// Every revocation that counts under the keys as they are now: of another key of the holder, or of as many other holders
/// as the policy's threshold; the key alone can revoke itself, and not for the time before that is proven.
fn revoke(policy: &mut Policy, notices: &[Notice<Revocation>], open: &mut BTreeSet<usize>, heeded: &mut Vec<Heeded>) {
    for (index, notice) in notices.iter().enumerate() {
        if !open.contains(&index) || policy.keys.iter().all(|known| !notice.body.of(known)) {
            continue;
        }
        let Revocation { holder, key, since, .. } = &notice.body;
        let signed = |known: &&TrustedKey| known.key != *key && notice.keys.contains(&known.key);
        let sibling = policy.keys.iter().filter(signed).any(|known| known.holder == *holder);
        let others: BTreeSet<&Id> = policy
            .keys
            .iter()
            .filter(signed)
            .filter(|known| known.holder != *holder)
            .map(|known| &known.holder)
            .collect();
        let from = match &notice.time {
            _ if sibling || others.len() >= policy.threshold => since,
            Some(time) if notice.keys.contains(key) => since.max(time),
            _ => continue,
        };
        let from = from.clone();
        policy.keys.iter_mut().filter(|known| notice.body.of(known)).for_each(|known| known.end(&from));
        open.remove(&index);
        heeded.push(notice.heeded(holder, Some(from), "revoked"));
    }
}

impl TrustedKey {
    /// The earlier end counts.
    fn end(&mut self, time: &Time) {
        self.until = Some(self.until.as_ref().map_or(time, |until| until.min(time)).clone());
    }
}
