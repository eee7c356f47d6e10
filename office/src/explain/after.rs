//! What followed the record for one target or inspector: who stepped in, when, and why (SPEC §10.6, §11.3).

use super::Desk;
use crate::campaign::Campaign;
use crate::later::now_from;
use std::collections::BTreeSet;
use yaohao::fault::Result;
use yaohao::ident::{Id, Name, Text, Time};
use yaohao::later::{Change, Facts, Happened, Later, State, Substitution, TeamSeat};

/// What followed the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// All that happened in the campaign, in numbers.
    pub happened: Happened,
    /// The substitutions that touch what was asked for, in their order.
    pub changes: Vec<Since>,
    /// The seats that it has now, with their targets.
    pub seats: Vec<(Id, TeamSeat)>,
}

/// A substitution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// Its place among the statements after the record.
    pub serial: u64,
    /// When, as claimed.
    pub at: Time,
    /// Who went, and who came.
    pub change: Change,
    /// Why, in a word that can be counted.
    pub reason: Name,
    /// Why, for people.
    pub text: Text,
}

/// What happened to a target: to its seats, or that it came in or went out.
pub(super) fn of_target(campaign: &Campaign, desk: &Desk<'_>, id: &Id) -> Result<After> {
    let touches = |change: &Change| match change {
        Change::Inspector { target, .. } => target == id,
        Change::Target { target, replacement } => {
            target == id || replacement.as_ref().is_some_and(|(comes, _)| comes == id)
        }
    };
    of(campaign, desk, touches, |target, _| target == id)
}

/// What happened to an inspector, who begins at these targets.
pub(super) fn of_inspector(campaign: &Campaign, desk: &Desk<'_>, id: &Id, drawn: BTreeSet<Id>) -> Result<After> {
    let mut targets = drawn;
    let touches = |change: &Change| match change {
        Change::Inspector { target, out, replacement, .. } => {
            let (goes, comes) = (out == id, replacement.as_ref() == Some(id));
            if goes {
                targets.remove(target);
            }
            if comes {
                targets.insert(target.clone());
            }
            goes || comes
        }
        Change::Target { target, replacement } => {
            let ends = targets.remove(target);
            let new = replacement.as_ref().filter(|(_, team)| team.iter().any(|seat| seat.inspector == *id));
            targets.extend(new.map(|(target, _)| target.clone()));
            ends || new.is_some()
        }
    };
    of(campaign, desk, touches, |_, seat| seat.inspector.as_ref() == Some(id))
}

/// All that happened, in numbers.
pub(super) fn happened(campaign: &Campaign, desk: &Desk<'_>) -> Result<Happened> {
    of(campaign, desk, |_| false, |_, _| false).map(|after| after.happened)
}

fn of(
    campaign: &Campaign,
    desk: &Desk<'_>,
    mut touches: impl FnMut(&Change) -> bool,
    has: impl Fn(&Id, &TeamSeat) -> bool,
) -> Result<After> {
    let facts = Facts {
        announcement: desk.announcement,
        binding: desk.registers.binding,
        inspectors: desk.registers.inspectors,
        recusals: desk.registers.recusals,
        lots: desk.lots,
        outcome: desk.outcome,
    };
    now_from(campaign, facts, |state: &State<'_>, later: &[Later]| {
        let substitutions = later.iter().filter_map(|later| match later {
            Later::Substitution(statement) => Some(statement.body()),
            Later::Results(_) | Later::Amendment(_) => None,
        });
        let changes = substitutions.filter(|body| touches(&body.change)).map(since).collect();
        let seats = state.visits().flat_map(|(target, seats)| seats.iter().map(move |seat| (target, seat)));
        let seats = seats.filter(|(target, seat)| has(target, seat));
        let seats = seats.map(|(target, seat)| (target.clone(), seat.clone())).collect();
        After { happened: state.happened(), changes, seats }
    })
}

fn since(body: &Substitution) -> Since {
    let Substitution { head, change, reason, text } = body;
    Since {
        serial: head.serial,
        at: head.at.clone(),
        change: change.clone(),
        reason: reason.clone(),
        text: text.clone(),
    }
}
