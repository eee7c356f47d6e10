//! Why crews cannot serve all targets (SPEC §10.7): what keeps each of them off, and who is in no crew.

use super::crews::{Crew, seated};
use super::deficit::Deficit;
use super::facts::{Visit, each_seat, may_go, pooled};
use crate::announcement::Announcement;
use crate::fault::Fault;
use crate::register::{Inspector, Recusals};
use std::collections::{BTreeMap, BTreeSet};

/// What keeps a crew off a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CrewObstacle {
    /// It has fewer members than the target has seats.
    Small,
    /// A member may not go there: region, station, or a certificate that does not last.
    Away,
    /// Its members cannot fill all seats: no leader, or a qualification that nobody has.
    Unfit,
    /// A member never visits this target.
    Recused,
    /// A member can take no target at all.
    Spent,
}

/// Targets that are looked at for what keeps a crew off them all.
const LOOKED: usize = 200;

/// What is known of a department whose crews are too few.
pub(super) struct CrewShortage<'a> {
    pub(super) announcement: &'a Announcement,
    pub(super) visits: &'a [Visit<'a>],
    pub(super) crews: &'a [Crew],
    pub(super) pool: &'a [&'a Inspector],
    pub(super) recusals: &'a Recusals<'a>,
}

impl CrewShortage<'_> {
    /// Adds how many crews there are, what keeps how many of them off all targets in question, and who is in none.
    pub(super) fn tell(&self, fault: Fault, deficit: &Deficit) -> Fault {
        let of_index = |index: &u32| self.visits.get(usize::try_from(*index).ok()?);
        let targets: Vec<&Visit<'_>> = deficit.tasks.iter().filter_map(of_index).take(LOOKED).collect();
        let (mut off, mut all) = (BTreeMap::<CrewObstacle, usize>::new(), 0_usize);
        for crew in self.crews {
            let found = targets.iter().map(|visit| self.obstacles(crew, visit));
            let always = found.reduce(|before, found| before.intersection(&found).copied().collect());
            let always = always.unwrap_or_default();
            all = all.saturating_add(usize::from(!always.is_empty()));
            always.into_iter().for_each(|obstacle| *off.entry(obstacle).or_default() += 1);
        }
        let count = |obstacle: CrewObstacle| off.get(&obstacle).copied().unwrap_or(0);
        let seats = |visit: &&Visit<'_>| each_seat(&visit.seats.groups).count();
        let members: usize = self.crews.iter().map(|crew| crew.members.len()).sum();
        fault
            .fact("short", deficit.seats.saturating_sub(deficit.places))
            .fact("members", targets.iter().map(seats).max().unwrap_or(0))
            .fact("pool", self.crews.len())
            .fact("left", self.pool.len().saturating_sub(members))
            .fact("off", all)
            .fact("small", count(CrewObstacle::Small))
            .fact("away", count(CrewObstacle::Away))
            .fact("unfit", count(CrewObstacle::Unfit))
            .fact("recused", count(CrewObstacle::Recused))
            .fact("spent", count(CrewObstacle::Spent))
    }

    fn obstacles(&self, crew: &Crew, visit: &Visit<'_>) -> BTreeSet<CrewObstacle> {
        crew_obstacles(self.announcement, crew, visit, self.pool, self.recusals)
    }
}

/// All that keeps a crew off a target; nothing if it may go there.
pub(super) fn crew_obstacles(
    announcement: &Announcement,
    crew: &Crew,
    visit: &Visit<'_>,
    pool: &[&Inspector],
    recusals: &Recusals<'_>,
) -> BTreeSet<CrewObstacle> {
    let members = || crew.members.iter().filter_map(|index| pooled(pool, *index));
    let small = crew.members.len() < each_seat(&visit.seats.groups).count();
    let away = !members().all(|one| may_go(announcement, one, &visit.spot));
    let checks = [
        (CrewObstacle::Small, small),
        (CrewObstacle::Away, away),
        (CrewObstacle::Unfit, !small && !away && seated(announcement, crew, visit, pool, |_| ()).is_none()),
        (CrewObstacle::Recused, members().any(|one| recusals.bar(visit.seats.id.as_str(), one.id.as_str()))),
        (CrewObstacle::Spent, members().any(|one| one.capacity == 0)),
    ];
    checks.into_iter().filter(|(_, holds)| *holds).map(|(obstacle, _)| obstacle).collect()
}
