//! A draw as a whole: what each department sent, how even that is, and who meets again.

use super::officer::carried;
use super::{Desk, Meetings, after, drawn_again, meetings};
use crate::campaign::Campaign;
use crate::loads::{CrewsMade, Spread, unfit};
use std::collections::{BTreeMap, BTreeSet};
use yaohao::assign::{DepartmentOutcome, Obstacle, pool_of};
use yaohao::fault::{Fault, Result};
use yaohao::ident::Id;
use yaohao::later::Happened;

/// The summary of a draw.
#[derive(Debug)]
pub struct Summary {
    /// Targets that were drawn.
    pub drawn: u64,
    /// Department by department in announced order.
    pub departments: Vec<DepartmentSummary>,
    /// Who meets a target again that was visited in an earlier campaign, where the plan names earlier campaigns.
    pub meetings: Option<Result<Meetings, Vec<Fault>>>,
    /// What followed the record.
    pub happened: Result<Happened>,
}

/// What a department sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentSummary {
    /// The department.
    pub id: Id,
    /// Targets at which it has seats.
    pub targets: u64,
    /// Its seats.
    pub seats: u64,
    /// Seats for which one inspector, or one crew, was possible.
    pub one_possible: u64,
    /// The loads of its inspectors.
    pub loads: Spread,
    /// How many inspectors have each load.
    pub by_load: BTreeMap<u64, u64>,
    /// Who got none, ascending, and what keeps them from any target at all.
    pub idle: Vec<(Id, Option<Obstacle>)>,
    /// The loads with what was carried before, where that counts.
    pub with_carried: Option<Spread>,
    /// Its crews, if it sends crews.
    pub crews: Option<CrewsMade>,
}

/// Sums up a campaign that was drawn.
///
/// # Errors
/// [`yaohao::fault::Code::CampaignState`] before the draw; the codes of the registers.
pub fn summary(campaign: &Campaign) -> Result<Summary> {
    drawn_again(campaign, |desk| {
        let departments = desk.outcome.departments.iter();
        Ok(Summary {
            drawn: u64::try_from(desk.outcome.selection.drawn().count()).unwrap_or(u64::MAX),
            departments: departments.map(|department| of(desk, department)).collect(),
            meetings: meetings::again(campaign, desk),
            happened: after::happened(campaign, desk),
        })
    })
}

fn of(desk: &Desk<'_>, department: &DepartmentOutcome) -> DepartmentSummary {
    let targets: BTreeSet<&Id> = department.seats.iter().map(|seat| &seat.target).collect();
    let mut by_load: BTreeMap<u64, u64> = BTreeMap::new();
    for (_, load) in &department.loads {
        let people = by_load.entry(*load).or_default();
        *people = people.saturating_add(1);
    }
    let loads: BTreeMap<&Id, u64> = department.loads.iter().map(|(id, load)| (id, *load)).collect();
    let pool = pool_of(desk.registers.inspectors, &department.id).into_iter();
    let idle = pool.filter(|one| loads.get(&one.id).is_none_or(|load| *load == 0));
    let team = &desk.announcement.team;
    let before = carried(desk, &department.id);
    let with = department.loads.iter().map(|(id, load)| load.saturating_add(before.get(id).copied().unwrap_or(0)));
    DepartmentSummary {
        id: department.id.clone(),
        targets: u64::try_from(targets.len()).unwrap_or(u64::MAX),
        seats: u64::try_from(department.seats.len()).unwrap_or(u64::MAX),
        one_possible: department.one_possible(),
        loads: Spread::of(department.loads.iter().map(|(_, load)| *load)),
        by_load,
        idle: idle.map(|one| (one.id.clone(), unfit(desk.announcement, one))).collect(),
        with_carried: team.carried.then(|| Spread::of(with)),
        crews: team.crews_of(&department.id).map(|_| CrewsMade::of(department)),
    }
}
