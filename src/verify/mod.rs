//! Verification: evidence and policy in, report out (SPEC §12).
//!
//! The outcome is derived by [`crate::outcome`], the very function that drew it, from the registers and the seed alone;
//! only then is it compared with what was published.

mod ending;
mod evidence;
mod notices;
mod order;
mod period;
mod policy;
mod report;
mod sealed;
mod steps;

pub use evidence::{Evidence, dated};
pub use notices::{Heeded, heed};
pub use order::{Existence, Order};
pub use policy::{Limits, Policy, TrustedAuthority, TrustedKey};
pub use report::{Assumption, Report, Status, Step, StepReport, Tally, Verdict, Verified};
pub use sealed::Seal;

use crate::announcement::{Announcement, BeaconPlan};
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use crate::suite::PublicKey;
use evidence::{Documents, check_sizes, covered};
use std::collections::BTreeMap;
use steps::{Campaign, Done};

/// Verifies a campaign. Without a policy the verdict is never better than "as far as it goes": the files agree with each
/// other, and nobody has said whose keys count.
///
/// ```
/// use std::collections::BTreeMap;
/// use yaohao::verify::{verify, Verdict};
/// let nothing: BTreeMap<String, Vec<u8>> = BTreeMap::new();
/// assert_eq!(verify(&nothing, None).verdict, Verdict::Unreadable);
/// ```
#[must_use]
pub fn verify(evidence: &dyn Evidence, policy: Option<&Policy>) -> Report {
    let files = match evidence.files() {
        Ok(files) => files,
        Err(fault) => return unreadable(fault),
    };
    if !files.contains_key("announcement.json") {
        return unreadable(Fault::new(Code::FileMissing).file("announcement.json"));
    }
    let limits = policy.map(|policy| policy.limits).unwrap_or_default();
    let mut steps = Steps::default();
    steps.take(
        Step::Files,
        check_sizes(&files, &limits).map(|()| Done::passed([("files", crate::encoding::count(files.len()))])),
    );
    let mut documents = None;
    if steps.going() {
        let read = Documents::read(evidence, &files, &limits);
        steps.take(Step::Form, read.map(|read| documents.insert(read).form()));
    }
    let uncovered = files.keys().filter(|name| !covered(name)).cloned().collect();
    match documents {
        Some(documents) => judge(evidence, policy, &files, &limits, &documents, steps, uncovered),
        None => steps.into_report(None, policy, None, Vec::new(), uncovered),
    }
}

fn judge(
    evidence: &dyn Evidence,
    policy: Option<&Policy>,
    files: &BTreeMap<String, u64>,
    limits: &Limits,
    documents: &Documents,
    mut steps: Steps,
    uncovered: Vec<String>,
) -> Report {
    let missing = documents.missing(files);
    let mut campaign = Campaign::new(evidence, documents, policy, limits, &missing);
    for (step, _, _) in Step::ALL.into_iter().skip(2) {
        if steps.going() {
            steps.take(step, campaign.run(step));
        }
    }
    let order = campaign.order.take();
    drop(campaign);
    let void = documents.void.as_ref().map(|void| void.body().clone());
    let report = steps.into_report(Some(documents.announcement.body()), policy, order, missing, uncovered);
    let mut assumptions = report.assumptions.clone();
    assumptions.extend(documents.untold.then_some(Assumption::Untold));
    Report { void, sealed: documents.seal(), assumptions, ..report }
}

#[derive(Default)]
struct Steps(Vec<StepReport>);

impl Steps {
    fn take(&mut self, step: Step, result: Result<Done>) {
        let (status, tallies) = match result {
            Ok(Done { status, tallies }) => (status, tallies),
            Err(fault) => (Status::Failed(fault), Vec::new()),
        };
        self.0.push(StepReport { step, status, tallies });
    }

    /// Whether no step failed so far.
    fn going(&self) -> bool {
        !self.0.iter().any(|report| matches!(report.status, Status::Failed(_)))
    }

    fn into_report(
        mut self,
        announcement: Option<&Announcement>,
        policy: Option<&Policy>,
        order: Option<Order>,
        missing: Vec<String>,
        uncovered: Vec<String>,
    ) -> Report {
        let failed = !self.going();
        let reached = self.0.len();
        let rest = Step::ALL.into_iter().skip(reached);
        self.0.extend(rest.map(|(step, _, _)| StepReport { step, status: Status::NotReached, tallies: Vec::new() }));
        let all_passed = self.0.iter().all(|report| report.status == Status::Passed);
        let verified = match (announcement, policy) {
            (Some(announcement), Some(_)) if all_passed && missing.is_empty() => {
                Some(Verified::new(announcement.number.clone()))
            }
            _ => None,
        };
        let verdict = match verified {
            Some(_) => Verdict::Verified,
            None if failed => Verdict::Rejected,
            None => Verdict::AsFarAsItGoes,
        };
        Report {
            steps: self.0,
            verdict,
            verified,
            missing,
            uncovered,
            keys: announcement.map(announced_keys).unwrap_or_default(),
            strangers: match (announcement, policy) {
                (Some(announcement), Some(policy)) => strangers(announcement, policy),
                _ => Vec::new(),
            },
            assumptions: announcement
                .map(|announcement| assumptions(announcement, policy.is_some(), order.as_ref()))
                .unwrap_or_default(),
            order,
            void: None,
            sealed: None,
        }
    }
}

fn unreadable(fault: Fault) -> Report {
    let mut steps = Steps::default();
    steps.take(Step::Files, Err(fault));
    let report = steps.into_report(None, None, None, vec!["announcement.json".to_owned()], Vec::new());
    Report { verdict: Verdict::Unreadable, ..report }
}

fn strangers(announcement: &Announcement, policy: &Policy) -> Vec<Id> {
    let unknown = announcement.signers.iter().filter(|signer| policy.keys.iter().all(|known| known.key != signer.key));
    unknown.map(|signer| signer.holder.clone()).collect()
}

fn announced_keys(announcement: &Announcement) -> Vec<(Id, PublicKey)> {
    let signers = announcement.signers.iter().map(|signer| (signer.holder.clone(), signer.key));
    let contributors =
        announcement.seed.contributors.iter().map(|contributor| (contributor.id.clone(), contributor.key));
    let custodian = announcement.seed.sealed.iter().map(|sealed| (sealed.custodian.clone(), sealed.key));
    let mut keys: Vec<_> = signers.chain(contributors).chain(custodian).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn assumptions(announcement: &Announcement, policy: bool, order: Option<&Order>) -> Vec<Assumption> {
    let mut list = Vec::new();
    if !policy {
        list.push(Assumption::Keys);
    }
    list.push(match order.and_then(Order::proof) {
        Some(_) => Assumption::Clocks,
        None => Assumption::PublisherOrder,
    });
    list.push(match announcement.seed.beacon {
        BeaconPlan::None => Assumption::LastRevealer,
        BeaconPlan::Drand { .. } => Assumption::BeaconOperators,
        BeaconPlan::PublicValues(_) => Assumption::PublicValues,
    });
    list
}
