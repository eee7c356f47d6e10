//! What a verification found, step by step (SPEC §12).

use super::order::Order;
use super::sealed::Seal;
use crate::fault::Fault;
use crate::ident::Id;
use crate::record::Void;
use crate::suite::PublicKey;

/// The steps of a verification, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// V1
    Files,
    /// V2
    Form,
    /// V3
    Signatures,
    /// V4
    Policy,
    /// V5
    Order,
    /// V6
    Targets,
    /// V7
    Inspectors,
    /// V8
    Recusals,
    /// V9
    Strata,
    /// V10
    Contributions,
    /// V11
    Beacon,
    /// V12
    Seed,
    /// V13
    Selection,
    /// V14
    Assignments,
    /// V15
    Record,
    /// V16
    Later,
}

impl Step {
    /// All steps with number and name.
    pub const ALL: [(Self, &'static str, &'static str); 16] = [
        (Self::Files, "V1", "files"),
        (Self::Form, "V2", "form"),
        (Self::Signatures, "V3", "signatures"),
        (Self::Policy, "V4", "policy"),
        (Self::Order, "V5", "order"),
        (Self::Targets, "V6", "targets"),
        (Self::Inspectors, "V7", "inspectors"),
        (Self::Recusals, "V8", "recusals"),
        (Self::Strata, "V9", "strata"),
        (Self::Contributions, "V10", "contributions"),
        (Self::Beacon, "V11", "beacon"),
        (Self::Seed, "V12", "seed"),
        (Self::Selection, "V13", "selection"),
        (Self::Assignments, "V14", "assignments"),
        (Self::Record, "V15", "record"),
        (Self::Later, "V16", "later"),
    ];

    /// Its number: `V1` to `V16`.
    #[must_use]
    pub fn number(self) -> &'static str {
        Self::ALL.into_iter().find(|(step, _, _)| *step == self).map_or("", |(_, number, _)| number)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(step, _, _)| *step == self).map_or("", |(_, _, name)| name)
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// All of it was checked and is right.
    Passed,
    /// It is wrong.
    Failed(Fault),
    /// It could not be checked, because these files are missing or no policy was given.
    Skipped(Vec<String>),
    /// Nothing contradicts it, but it rests on the publisher's word.
    Trust,
    /// It cannot be checked before the custodian tells the secret, and nothing says otherwise.
    Sealed,
    /// A step before it failed.
    NotReached,
}

/// A number that a step counted.
pub type Tally = (&'static str, u64);

/// One step's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// The step.
    pub step: Step,
    /// How it ended.
    pub status: Status,
    /// What it counted.
    pub tallies: Vec<Tally>,
}

/// What a reader must still believe after a verification, in the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assumption {
    /// Nobody compared the keys with a source of their own.
    Keys,
    /// The claimed times are true: nothing from outside proves them.
    PublisherOrder,
    /// Those who prove the order of events have right clocks, and did not lie together.
    Clocks,
    /// The contributors did not together know all values beforehand, and nobody let an unwelcome campaign die.
    LastRevealer,
    /// The operators of the beacon did not together know the round early.
    BeaconOperators,
    /// The public values are those of their sources, and nobody knew or arranged them beforehand.
    PublicValues,
    /// What was sealed is the outcome of this draw, and will be told.
    Untold,
}

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every step passed, under the reader's policy.
    Verified,
    /// Nothing is wrong, but something is missing or rests on trust.
    AsFarAsItGoes,
    /// A step failed.
    Rejected,
    /// There is nothing to verify.
    Unreadable,
}

impl Verdict {
    /// The exit code of SPEC §12.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Verified => 0,
            Self::Rejected => 1,
            Self::Unreadable => 2,
            Self::AsFarAsItGoes => 3,
        }
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::AsFarAsItGoes => "as-far-as-it-goes",
            Self::Rejected => "rejected",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A campaign that was verified in full under a policy. Only [`super::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    number: Id,
    _made_here_only: (),
}

impl Verified {
    pub(super) fn new(number: Id) -> Self {
        Self { number, _made_here_only: () }
    }

    /// The number of the campaign.
    #[must_use]
    pub fn number(&self) -> &Id {
        &self.number
    }
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// All steps, in order.
    pub steps: Vec<StepReport>,
    /// The verdict.
    pub verdict: Verdict,
    /// There, if and only if the verdict is [`Verdict::Verified`].
    pub verified: Option<Verified>,
    /// Files of the campaign that are not there.
    pub missing: Vec<String>,
    /// Files that prove nothing.
    pub uncovered: Vec<String>,
    /// The announced signers and contributors, whose keys a reader should compare.
    pub keys: Vec<(Id, PublicKey)>,
    /// Announced signers whose keys the policy does not know: their signatures count for nothing.
    pub strangers: Vec<Id>,
    /// What proves the order of events, or does not; `None` when V5 was not reached or failed.
    pub order: Option<Order>,
    /// The void, if the campaign was given up. What it says was checked as far as the steps say.
    pub void: Option<Void>,
    /// Who keeps the secret of a sealed campaign, and until when; `None` of one that is not sealed.
    pub sealed: Option<Seal>,
    /// What must still be believed.
    pub assumptions: Vec<Assumption>,
}

impl Report {
    /// The failed step, if one failed.
    #[must_use]
    pub fn failure(&self) -> Option<(Step, &Fault)> {
        self.steps.iter().find_map(|report| match &report.status {
            Status::Failed(fault) => Some((report.step, fault)),
            _ => None,
        })
    }

    /// How a step ended.
    #[must_use]
    pub fn status(&self, step: Step) -> Option<&Status> {
        self.steps.iter().find(|report| report.step == step).map(|report| &report.status)
    }
}
