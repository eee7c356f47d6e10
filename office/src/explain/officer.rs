//! Why an inspector goes where it goes, or nowhere.

use super::lists::{crew_list, groups_at};
use super::{After, Desk, after};
use crate::campaign::Campaign;
use crate::loads::{Spread, crew_of, unfit};
use crate::prove::Asked;
use std::collections::{BTreeMap, BTreeSet};
use yaohao::assign::{DepartmentOutcome, Obstacle, obstacles, obstacles_to_crew, pool_of};
use yaohao::fault::Result;
use yaohao::ident::Id;
use yaohao::register::Inspector;

/// The story of an inspector.
#[derive(Debug)]
pub struct OfficerStory {
    /// The id in the register: mostly a pseudonym.
    pub id: Id,
    /// What was asked for, where the register has its pseudonym.
    pub true_id: Option<String>,
    /// The department, if the inspector takes part.
    pub department: Option<Id>,
    /// The crew that the inspector is in, where the department sends crews.
    pub crew: Option<String>,
    /// The seats that the draw gave.
    pub seats: Vec<OfficerSeat>,
    /// What that is beside the others of the department.
    pub load: Option<OfficerLoad>,
    /// Why it gave none.
    pub nothing: Option<Nothing>,
    /// What followed the record here.
    pub after: Result<After>,
}

/// A seat that the draw gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerSeat {
    /// The target.
    pub target: Id,
    /// The seat's number.
    pub number: u64,
    /// Whether its holder leads.
    pub leader: bool,
    /// How many were possible.
    pub possible: u64,
    /// The place on the target's own list, from 1: the inspector's, or its crew's.
    pub rank: u64,
    /// How many are on that list.
    pub of: u64,
}

/// A load beside those of the department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerLoad {
    /// Targets in this draw.
    pub own: u64,
    /// The same of everybody in the department.
    pub department: Spread,
    /// Where earlier load counts: what the inspector carried before, and everybody's loads with that.
    pub carried: Option<(u64, Spread)>,
}

/// Why a draw gave an inspector nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nothing {
    /// The certificate does not last through the window.
    Expired,
    /// No capacity.
    Spent,
    /// The department has no seat at any target that was drawn.
    NoSeats,
    /// In no crew of a department that sends crews.
    NoCrew,
    /// May sit nowhere among so many seats, or the crew serve none of so many targets; how many each obstacle keeps from.
    Nowhere(u64, BTreeMap<Obstacle, u64>),
    /// Could have gone to some of the targets, of so many; lots and even loads gave all of these to others.
    Lots(u64, u64),
}

/// The story of an inspector of the register; `None` if there is none.
pub(super) fn story(campaign: &Campaign, desk: &Desk<'_>, asked: Asked) -> Result<Option<OfficerStory>> {
    let Asked { id, true_id } = asked;
    if desk.registers.ids.binary_search(&id).is_err() {
        return Ok(None);
    }
    let present = desk.registers.inspectors.iter().find(|inspector| inspector.id == id);
    let department =
        present.and_then(|one| desk.outcome.departments.iter().find(|department| department.id == one.department));
    let seats = department.map(|department| seats(desk, department, &id)).unwrap_or_default();
    let story = OfficerStory {
        department: present.map(|one| one.department.clone()),
        crew: department.and_then(|department| crew_of(department, &id)).map(|crew| crew.name.clone()),
        load: department.map(|department| load(desk, department, &id)),
        nothing: match (present, department) {
            (Some(one), Some(department)) if seats.is_empty() => Some(nothing(desk, department, one)),
            _ => None,
        },
        after: after::of_inspector(campaign, desk, &id, seats.iter().map(|seat| seat.target.clone()).collect()),
        seats,
        true_id,
        id,
    };
    Ok(Some(story))
}

fn seats(desk: &Desk<'_>, department: &DepartmentOutcome, id: &Id) -> Vec<OfficerSeat> {
    let tickets = desk.lots.tickets(&format!("assign/{}", department.id));
    let crew = crew_of(department, id);
    let place = |target: &Id| match crew {
        Some(crew) => {
            let list = crew_list(department, target, &tickets);
            (list.iter().take_while(|other| other.name != crew.name).count(), list.len())
        }
        None => {
            let mine = (tickets.pair(target, id), id);
            let before = department.loads.iter().filter(|(other, _)| (tickets.pair(target, other), other) < mine);
            (before.count(), department.loads.len())
        }
    };
    let mine = department.seats.iter().filter(|seat| seat.inspector == *id);
    let seats = mine.map(|seat| {
        let (before, of) = place(&seat.target);
        OfficerSeat {
            target: seat.target.clone(),
            number: seat.number,
            leader: seat.leader,
            possible: seat.possible,
            rank: count(before).saturating_add(1),
            of: count(of),
        }
    });
    seats.collect()
}

fn load(desk: &Desk<'_>, department: &DepartmentOutcome, id: &Id) -> OfficerLoad {
    let own = department.loads.iter().find(|(other, _)| other == id).map_or(0, |(_, load)| *load);
    let before = carried(desk, &department.id);
    let of = |id: &Id| before.get(id).copied().unwrap_or(0);
    let with = department.loads.iter().map(|(id, load)| load.saturating_add(of(id)));
    OfficerLoad {
        own,
        department: Spread::of(department.loads.iter().map(|(_, load)| *load)),
        carried: desk.announcement.team.carried.then(|| (of(id), Spread::of(with))),
    }
}

/// What everybody in a department carried before.
pub(super) fn carried<'a>(desk: &Desk<'a>, department: &Id) -> BTreeMap<&'a Id, u64> {
    pool_of(desk.registers.inspectors, department).into_iter().map(|one| (&one.id, u64::from(one.carried))).collect()
}

fn nothing(desk: &Desk<'_>, department: &DepartmentOutcome, one: &Inspector) -> Nothing {
    let announcement = desk.announcement;
    match unfit(announcement, one) {
        Some(Obstacle::Expired) => return Nothing::Expired,
        Some(_) => return Nothing::Spent,
        None => {}
    }
    let crew = crew_of(department, &one.id);
    if announcement.team.crews_of(&department.id).is_some() && crew.is_none() {
        return Nothing::NoCrew;
    }
    let pool = pool_of(desk.registers.inspectors, &department.id);
    let (mut kept_off, mut able, mut targets, mut seats) = (BTreeMap::<Obstacle, u64>::new(), 0_u64, 0_u64, 0_u64);
    for entry in desk.outcome.selection.drawn() {
        let groups = groups_at(desk, &department.id, &entry.cells);
        if groups.is_empty() {
            continue;
        }
        let spot = desk.spots.spot(&department.id, &entry.cells);
        let recused = |who: &Inspector| desk.registers.recusals.bar(&entry.id, who.id.as_str());
        // a crew serves a target or does not; a person may sit at some of its seats
        let found: Vec<(BTreeSet<Obstacle>, u64)> = match crew {
            Some(crew) => vec![(obstacles_to_crew(announcement, crew, &pool, &groups, &spot, recused), 1)],
            None => groups
                .iter()
                .map(|(group, seats)| (obstacles(announcement, one, group, &spot, recused(one)), *seats))
                .collect(),
        };
        targets = targets.saturating_add(1);
        able = able.saturating_add(u64::from(found.iter().any(|(obstacles, _)| obstacles.is_empty())));
        for (obstacles, of) in found {
            seats = seats.saturating_add(of);
            for obstacle in obstacles {
                let kept = kept_off.entry(obstacle).or_default();
                *kept = kept.saturating_add(of);
            }
        }
    }
    match () {
        () if targets == 0 => Nothing::NoSeats,
        () if able == 0 => Nothing::Nowhere(seats, kept_off),
        () => Nothing::Lots(able, targets),
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
