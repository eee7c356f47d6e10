//! Sealed campaigns: an outcome that is fixed before it is told (SPEC §7.7, §11.6).

use super::Status;
use super::evidence::Documents;
use super::order::{before, broken};
use super::steps::{Campaign, Done};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Time};
use crate::seed::check_secret;
use crate::statement::Statement;

/// What a report says of a sealed campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Who keeps the secret.
    pub custodian: Id,
    /// Until when it is to be told, as announced.
    pub reveal_by: Time,
    /// When the outcome was fixed, as claimed; `None` before the draw.
    pub sealed_at: Option<Time>,
    /// When the secret was told, as claimed; `None` before.
    pub revealed_at: Option<Time>,
}

impl Seal {
    /// Whether the outcome is fixed and not told yet.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.sealed_at.is_some() && self.revealed_at.is_none()
    }

    /// When the secret was told, if that was later than announced.
    #[must_use]
    pub fn revealed_late(&self) -> Option<&Time> {
        self.revealed_at.as_ref().filter(|revealed| **revealed > self.reveal_by)
    }
}

impl Documents {
    /// What there is to say of a sealed campaign; `None` of one that is not sealed.
    pub(super) fn seal(&self) -> Option<Seal> {
        let sealed = self.announcement.body().seed.sealed.as_ref()?;
        Some(Seal {
            custodian: sealed.custodian.clone(),
            reveal_by: sealed.reveal_by.clone(),
            sealed_at: self.sealing.as_ref().map(|sealing| sealing.body().sealed_at.clone()),
            revealed_at: self.reveal.as_ref().map(|reveal| reveal.body().revealed_at.clone()),
        })
    }

    /// The custodian's secret, if it was told and is the one committed to.
    pub(super) fn secret(&self) -> Option<&[u8; 32]> {
        let secret = self.reveal.as_ref().map(|reveal| &reveal.body().secret)?;
        check_secret(self.announcement.body(), secret).ok().map(|()| secret)
    }
}

impl Campaign<'_> {
    /// A reveal that is there tells the committed secret (part of V10).
    pub(super) fn v10_reveal(&self) -> Result<()> {
        let Some(reveal) = &self.documents.reveal else { return Ok(()) };
        check_secret(self.documents.announcement.body(), &reveal.body().secret)
            .map_err(|fault| fault.file("reveal.json"))
    }

    /// The sealing names closing, beacon and record as they are (part of V15). Before the reveal there is no record to
    /// compare it with.
    pub(super) fn v15_sealing(&self) -> Result<Done> {
        let documents = self.documents;
        let Some(sealing) = documents.sealing.as_ref().map(Statement::body) else { return Ok(Done::passed([])) };
        self.same_evidence("sealing.json", sealing.closing, Some(sealing.beacon))?;
        match documents.record.as_ref().map(Statement::digest) {
            None => Ok(Done { status: Status::Sealed, tallies: Vec::new() }),
            Some(found) if found != sealing.record => {
                let fault = Fault::new(Code::SealedRecord).file("record.json");
                Err(fault.fact("found", sealing.record).fact("expected", found))
            }
            Some(_) => Ok(Done::passed([])),
        }
    }
}

/// Where sealing and reveal stand among the claimed times (part of V5): T2 ≤ sealed_at = drawn_at ≤ revealed_at.
pub(super) fn check_times(documents: &Documents, last: (&str, &Time)) -> Result<()> {
    let seed = &documents.announcement.body().seed;
    let sealing = documents.sealing.as_ref().map(|sealing| &sealing.body().sealed_at);
    let reveal = documents.reveal.as_ref().map(|reveal| &reveal.body().revealed_at);
    let drawn = documents.record.as_ref().map(|record| &record.body().drawn_at);
    for (file, there) in [("sealing.json", sealing.is_some()), ("reveal.json", reveal.is_some())] {
        if there && seed.sealed.is_none() {
            return Err(Fault::new(Code::SealedOpen).file(file));
        }
    }
    if let Some(sealed) = sealing {
        before(last, ("sealed_at", sealed))?;
        if let Some(last_day) = seed.last_day() {
            before(("sealed_at", sealed), ("beacon + wait_days", &last_day))?;
        }
        match drawn {
            Some(drawn) if drawn < sealed => return Err(broken("sealed_at", "drawn_at")),
            Some(drawn) if drawn > sealed => return Err(broken("drawn_at", "sealed_at")),
            _ => {}
        }
    }
    if let Some(revealed) = reveal {
        before(last, ("revealed_at", revealed))?;
        for (name, time) in [("sealed_at", sealing), ("drawn_at", drawn)] {
            time.map_or(Ok(()), |time| before((name, time), ("revealed_at", revealed)))?;
        }
    }
    Ok(())
}
