//! Why crews cannot serve all targets (SPEC §10.7): what keeps each of them off, and who is in no crew.

use super::crews::Crew;
use super::deficit::Deficit;
use super::facts::{Visit, each_seat};
use super::obstacles::{Obstacle, obstacles_to_crew};
use crate::announcement::{Announcement, CrewKind};
use crate::fault::Fault;
use crate::register::{Inspector, Recusals};
use std::collections::BTreeSet;

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
        let wanted = |visit: &&Visit<'_>| each_seat(&visit.seats.groups).count();
        let least = targets.iter().map(wanted).min().unwrap_or(0);
        let (mut small, mut away, mut unfit, mut recused, mut spent, mut off) =
            (0_u64, 0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
        for crew in self.crews {
            let found = targets.iter().map(|visit| self.obstacles(crew, visit));
            let always =
                found.reduce(|before, found| before.intersection(&found).copied().collect()).unwrap_or_default();
            let has = |obstacle: Obstacle| always.contains(&obstacle);
            let is_small = crew.members.len() < least;
            let is_away = [Obstacle::Expired, Obstacle::Elsewhere, Obstacle::Station].into_iter().any(has);
            small += u64::from(is_small);
            away += u64::from(is_away);
            unfit += u64::from(has(Obstacle::Seats) && !is_small);
            recused += u64::from(has(Obstacle::Recused));
            spent += u64::from(has(Obstacle::Spent));
            off += u64::from(is_small || !always.is_empty());
        }
        let members: usize = self.crews.iter().map(|crew| crew.members.len()).sum();
        // where lots form the crews, the office has people to add, not crews
        let kind = self.pool.first().and_then(|one| self.announcement.team.crews_of(&one.department));
        let kind = if kind == Some(CrewKind::Drawn) { "formed" } else { "given" };
        fault
            .fact(kind, 1)
            .fact("short", deficit.seats.saturating_sub(deficit.places))
            .fact("members", targets.iter().map(wanted).max().unwrap_or(0))
            .fact("pool", self.crews.len())
            .fact("left", self.pool.len().saturating_sub(members))
            .fact("off", off)
            .fact("small", small)
            .fact("away", away)
            .fact("unfit", unfit)
            .fact("recused", recused)
            .fact("spent", spent)
    }

    fn obstacles(&self, crew: &Crew, visit: &Visit<'_>) -> BTreeSet<Obstacle> {
        let recused = |one: &Inspector| self.recusals.bar(visit.seats.id.as_str(), one.id.as_str());
        obstacles_to_crew(self.announcement, crew, self.pool, &visit.seats.groups, &visit.spot, recused)
    }
}
