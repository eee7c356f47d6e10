//! What keeps somebody off a seat, obstacle by obstacle (SPEC §10.1, §10.7). The lottery asks only whether there is one;
//! people ask which.

use super::crews::{Crew, fills};
use super::facts::{Group, Spot, fits, lasts, pooled, serves, works_in};
use crate::announcement::Announcement;
use crate::register::Inspector;
use std::collections::BTreeSet;

/// What keeps somebody off a seat, or a crew off a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The certificate does not last through the window.
    Expired,
    /// Works in other regions.
    Elsewhere,
    /// The station decides otherwise.
    Station,
    /// The seat is an expert's, or is not.
    Expert,
    /// Lacks a qualification.
    Unqualified,
    /// May not lead.
    NoLead,
    /// Never visits this target.
    Recused,
    /// Can take no target at all.
    Spent,
    /// The people of a crew do not fill the seats, whoever sits where.
    Seats,
}

impl Obstacle {
    /// Every obstacle, in order.
    pub const ALL: [Self; 9] = [
        Self::Expired,
        Self::Elsewhere,
        Self::Station,
        Self::Expert,
        Self::Unqualified,
        Self::NoLead,
        Self::Recused,
        Self::Spent,
        Self::Seats,
    ];

    /// A word for it, by which programs find their own.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Elsewhere => "elsewhere",
            Self::Station => "station",
            Self::Expert => "expert",
            Self::Unqualified => "unqualified",
            Self::NoLead => "no-lead",
            Self::Recused => "recused",
            Self::Spent => "spent",
            Self::Seats => "seats",
        }
    }
}

/// What keeps an inspector of the right department off a seat of this kind at this place; `recused` if a recusal names the
/// inspector and the target. Each obstacle is what it is by itself: there may be several. None means that the lottery may
/// put the inspector there.
#[must_use]
pub fn obstacles(
    announcement: &Announcement,
    inspector: &Inspector,
    group: &Group,
    spot: &Spot<'_>,
    recused: bool,
) -> BTreeSet<Obstacle> {
    let plain = Group { leader: false, qualifications: Vec::new(), expert: group.expert };
    let unqualified = Group { leader: false, ..group.clone() };
    let checks = [
        (Obstacle::Expert, !fits(inspector, &plain)),
        (Obstacle::Unqualified, fits(inspector, &plain) && !fits(inspector, &unqualified)),
        (Obstacle::NoLead, group.leader && !inspector.lead),
    ];
    let mut found = on_the_way(announcement, inspector, spot, recused);
    found.extend(checks.into_iter().filter(|(_, holds)| *holds).map(|(obstacle, _)| obstacle));
    found
}

/// What keeps a crew off a task: what keeps any of its people from going there, and that they do not fill the seats.
/// Members are positions in `pool`; `recused` tells whether a recusal names the target and an inspector.
#[must_use]
pub fn obstacles_to_crew(
    announcement: &Announcement,
    crew: &Crew,
    pool: &[&Inspector],
    groups: &[(Group, u64)],
    spot: &Spot<'_>,
    recused: impl Fn(&Inspector) -> bool,
) -> BTreeSet<Obstacle> {
    let members = crew.members.iter().filter_map(|index| pooled(pool, *index));
    let mut found: BTreeSet<Obstacle> =
        members.flat_map(|one| on_the_way(announcement, one, spot, recused(one))).collect();
    if fills(&crew.members, groups, pool).is_none() {
        found.insert(Obstacle::Seats);
    }
    found
}

/// What keeps an inspector from a target, whatever the seat.
fn on_the_way(
    announcement: &Announcement,
    inspector: &Inspector,
    spot: &Spot<'_>,
    recused: bool,
) -> BTreeSet<Obstacle> {
    let checks = [
        (Obstacle::Expired, !lasts(announcement, inspector)),
        (Obstacle::Elsewhere, spot.region.is_some_and(|region| !works_in(&announcement.team, inspector, region))),
        (Obstacle::Station, spot.station.is_some_and(|station| !serves(inspector, station))),
        (Obstacle::Recused, recused),
        (Obstacle::Spent, inspector.capacity == 0),
    ];
    checks.into_iter().filter(|(_, holds)| *holds).map(|(obstacle, _)| obstacle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let names: BTreeSet<&str> = Obstacle::ALL.into_iter().map(Obstacle::name).collect();
        assert_eq!(names.len(), Obstacle::ALL.len());
        assert!(Obstacle::ALL.is_sorted());
    }
}
