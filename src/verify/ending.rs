//! How a campaign ended: one announcement ends in one record or one void (SPEC §11.1).

use super::evidence::Documents;
use super::steps::{Campaign, Done};
use super::{Status, Step};
use crate::announcement::BeaconPlan;
use crate::encoding::count;
use crate::fault::{Code, Fault, Result};
use crate::ident::Time;
use crate::record::{Record, Void};

impl Documents {
    /// The outcome that is claimed, and the file that claims it: the record's, or what a void says would have been drawn.
    pub(super) fn outcome(&self) -> Option<(&'static str, &Record)> {
        let void = || Some(("void.json", self.void.as_ref()?.body().would_be.as_ref()?));
        self.record.as_ref().map(|record| ("record.json", record.body())).or_else(void)
    }

    /// A void without an outcome: nobody could know one, or there was none.
    pub(super) fn ended_without_outcome(&self) -> Option<&Void> {
        self.void.as_ref().map(crate::statement::Statement::body).filter(|void| void.would_be.is_none())
    }

    /// Whether the void claims to have been there before anybody could know what it gives up. That it was is what a
    /// reader wants proven, as of a closing.
    pub(super) fn voided_early(&self, published: Option<&Time>) -> bool {
        self.ended_without_outcome().is_some_and(|void| !void.nothing_to_draw()) && !self.outcome_known(published)
    }

    /// Whether the outcome could be known at the time of the void, as claimed.
    fn outcome_known(&self, published: Option<&Time>) -> bool {
        let at = self.void.as_ref().map(|void| &void.body().voided_at);
        let spoken = match published {
            Some(published) => at.is_some_and(|at| at >= published),
            // without a beacon all is known when the contributors have spoken
            None => self.closing.is_some(),
        };
        spoken || self.beacon.is_some()
    }
}

impl Campaign<'_> {
    /// What a step has to say of a campaign that was given up without an outcome, where that is not what it says of others.
    pub(super) fn ended(&self, step: Step) -> Option<Result<Done>> {
        let reason = self.documents.ended_without_outcome()?.reason.as_str();
        let infeasible = reason == Void::INFEASIBLE;
        Some(match step {
            Step::Assignments if infeasible => self.v14_infeasible(),
            // that the beacon is silent, or a closing was never signed, nobody can prove
            Step::Record if [Void::NO_BEACON, Void::NOT_CLOSED].contains(&reason) => {
                Ok(Done { status: Status::Trust, tallies: Vec::new() })
            }
            Step::Contributions if !infeasible && self.documents.closing.is_none() => self.v10_not_closed(),
            Step::Beacon if !infeasible && self.documents.beacon.is_none() => Ok(Done::passed([])),
            // nothing was drawn
            Step::Seed | Step::Selection | Step::Assignments | Step::Record | Step::Later => Ok(Done::passed([])),
            _ => return None,
        })
    }

    /// A campaign that was given up has no substitutions, results or amendments (part of V16).
    pub(super) fn nothing_beside_a_void(&self) -> Result<()> {
        match (&self.documents.void, self.documents.later.first()) {
            (Some(_), Some(later)) => Err(Fault::new(Code::LaterVoid).file("void.json").fact("file", later.file())),
            _ => Ok(()),
        }
    }

    /// A void that says that no assignment exists is right when there is none.
    fn v14_infeasible(&self) -> Result<Done> {
        match &self.outcome {
            None => Ok(Done::skipped(Vec::new())),
            Some(Err(fault)) if fault.code().is_infeasible() => Ok(Done::passed([])),
            Some(_) => Err(Fault::new(Code::VoidReason)
                .file("void.json")
                .fact("reason", Void::INFEASIBLE)
                .fact("detail", "all seats can be filled")),
        }
    }

    /// Contributions of a campaign that was given up before they were closed: they are of whom the announcement names.
    fn v10_not_closed(&self) -> Result<Done> {
        self.v10_reveal()?;
        let announced = &self.documents.announcement.body().seed.contributors;
        let stranger = self.documents.contributions.keys().find(|id| announced.iter().all(|known| known.id != **id));
        match stranger {
            Some(id) => Err(Fault::new(Code::ContributionSet).fact("contributor", id)),
            None => Ok(Done::passed([("contributions", count(self.documents.contributions.len()))])),
        }
    }
}

/// What a void must carry, and what it may be for (part of V5).
pub(super) fn check_void(documents: &Documents, published: Option<&Time>) -> Result<()> {
    let Some(void) = documents.void.as_ref().map(crate::statement::Statement::body) else { return Ok(()) };
    // what is sealed is a record: it is fixed, and only not told yet
    if documents.record.is_some() || documents.sealing.is_some() {
        return Err(Fault::new(Code::VoidRecord).file("void.json"));
    }
    let known = documents.outcome_known(published);
    let refused = |detail: &str| {
        Err(Fault::new(Code::VoidReason).file("void.json").fact("reason", &void.reason).fact("detail", detail))
    };
    match void.reason.as_str() {
        Void::NO_BEACON | Void::INFEASIBLE | Void::NOT_CLOSED if !known => refused("the beacon has not spoken yet"),
        Void::NO_BEACON if documents.beacon.is_some() => refused("beacon.json is there"),
        Void::NO_BEACON if documents.announcement.body().seed.beacon == BeaconPlan::None => {
            refused("no beacon is announced")
        }
        Void::NO_BEACON if documents.announcement.body().seed.last_day().is_some_and(|last| void.voided_at <= last) => {
            refused("the announcement waits longer for its beacon")
        }
        Void::NOT_CLOSED if documents.closing.is_some() => refused("closing.json is there"),
        Void::NOT_CLOSED if documents.announcement.body().seed.contributors.is_empty() => {
            refused("no contributors are announced")
        }
        Void::NO_BEACON | Void::INFEASIBLE | Void::NOT_CLOSED => Ok(()),
        _ if known != void.would_be.is_some() => {
            let missing =
                if known { "it must say what would have been drawn" } else { "nobody could know what would be drawn" };
            Err(Fault::new(Code::VoidOutcome).file("void.json").fact("detail", missing))
        }
        _ => Ok(()),
    }
}
