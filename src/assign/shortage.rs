//! Why seats cannot be filled, in facts that an officer can act on (SPEC §10.1): which seats, where, who is kept off and by
//! what.

use super::deficit::Deficit;
use super::facts::{Group, Spot, Visit, each_seat, may_sit, pooled};
use super::obstacles::{Obstacle, obstacles};
use crate::announcement::Announcement;
use crate::fault::Fault;
use crate::register::{Inspector, Recusals};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds of seats named; of a great shortage there are many.
const KINDS: usize = 4;

/// Targets with recusals looked at for what keeps somebody off them all; more would take long and hardly change it.
const RECUSED: usize = 100;

/// The place of some seats, and what they ask.
type Kind = (String, String);

/// The seats in question of one kind in one place: how many targets, how many seats.
type Kinds = BTreeMap<Kind, (u64, u64)>;

/// Seats that ask the same at the same place: the targets that have them.
type Asked<'a> = BTreeMap<(Spot<'a>, Group), Vec<&'a Visit<'a>>>;

/// What keeps people off one seat or another can be mended for these.
const MENDED: [Obstacle; 5] =
    [Obstacle::Elsewhere, Obstacle::Station, Obstacle::Unqualified, Obstacle::NoLead, Obstacle::Expired];

/// How many are kept off, by what.
#[derive(Default)]
struct Kept {
    /// Off every seat in question.
    off: BTreeMap<Obstacle, u64>,
    /// Off some seat by nothing else.
    lone: BTreeMap<Obstacle, u64>,
    /// Off every seat by anything.
    all: u64,
    /// Of the recused those who are so by rotation alone.
    rotated: u64,
}

/// What is known of a department whose seats cannot be filled.
pub(super) struct Shortage<'a> {
    pub(super) announcement: &'a Announcement,
    pub(super) visits: &'a [Visit<'a>],
    pub(super) pool: &'a [&'a Inspector],
    pub(super) recusals: &'a Recusals<'a>,
    pub(super) deficit: &'a Deficit,
}

impl Shortage<'_> {
    /// Adds what is short, where, and how many of the department are kept off by what. Somebody may be counted under
    /// several obstacles: each is what it is by itself.
    pub(super) fn tell(&self, fault: Fault) -> Fault {
        let (kinds, asked) = self.seats();
        let mut named: Vec<String> = kinds
            .iter()
            .take(KINDS)
            .map(|((place, kind), (targets, seats))| {
                let place = if place.is_empty() { String::new() } else { format!("{place} ") };
                let kind = if kind.is_empty() { String::new() } else { format!(" [{kind}]") };
                format!("{place}{targets}→{seats}{kind}")
            })
            .collect();
        if kinds.len() > KINDS {
            named.push("…".to_owned());
        }
        let Kept { off, lone, all, rotated } = self.kept_off(&asked);
        let alone = |obstacle: Obstacle| lone.get(&obstacle).copied().unwrap_or(0);
        let count = |obstacle: Obstacle| off.get(&obstacle).copied().unwrap_or(0);
        let short = self.deficit.seats.saturating_sub(self.deficit.places);
        let able = self.deficit.inspectors.iter().filter_map(|index| pooled(self.pool, *index));
        fault
            .fact("short", short)
            .fact("kinds", named.join(", "))
            .fact("pool", self.pool.len())
            .fact("off", all)
            // only what somebody could mend: nobody is made an expert, or not recused, for one campaign
            .fact("lone", MENDED.iter().map(|obstacle| alone(*obstacle)).sum::<u64>())
            .fact("elsewhere", count(Obstacle::Elsewhere))
            .fact("stations", count(Obstacle::Station))
            .fact("unqualified", count(Obstacle::Unqualified))
            .fact("no_lead", count(Obstacle::NoLead))
            .fact("experts", count(Obstacle::Expert))
            .fact("expired", count(Obstacle::Expired))
            .fact("recused", count(Obstacle::Recused).saturating_sub(rotated))
            .fact("rotated", rotated)
            .fact("spent", count(Obstacle::Spent))
            .fact("idle", able.filter(|inspector| inspector.capacity == 0).count())
            .fact("lone_region", alone(Obstacle::Elsewhere))
            .fact("lone_station", alone(Obstacle::Station))
            .fact("lone_qualification", alone(Obstacle::Unqualified))
            .fact("lone_lead", alone(Obstacle::NoLead))
            .fact("lone_validity", alone(Obstacle::Expired))
    }

    /// The seats in question, counted by place and kind, and told apart by what they ask of whom.
    fn seats(&self) -> (Kinds, Asked<'_>) {
        let within: BTreeSet<u32> = self.deficit.inspectors.iter().copied().collect();
        let (mut kinds, mut asked) = (Kinds::new(), Asked::new());
        let mut able: BTreeMap<(Spot<'_>, Group), Vec<u32>> = BTreeMap::new();
        let tasks = self.deficit.tasks.iter().filter_map(|index| self.visits.get(usize::try_from(*index).ok()?));
        for visit in tasks {
            let mut here: BTreeMap<Kind, u64> = BTreeMap::new();
            let barred = self.recusals.of(visit.seats.id.as_str());
            for group in each_seat(&visit.seats.groups) {
                let able = able.entry((visit.spot, group.clone())).or_insert_with(|| self.able(&visit.spot, &group));
                let is_barred = |index: &u32| {
                    barred.is_some_and(|barred| pooled(self.pool, *index).is_some_and(|one| barred.contains(&one.id)))
                };
                // the seats that nobody else could fill
                if able.iter().all(|index| within.contains(index) || is_barred(index)) {
                    *here.entry((place(&visit.spot), kind(&group))).or_default() += 1;
                    let targets = asked.entry((visit.spot, group)).or_default();
                    if targets.last().is_none_or(|last| last.seats.id != visit.seats.id) {
                        targets.push(visit);
                    }
                }
            }
            for (kind, seats) in here {
                let of_kind = kinds.entry(kind).or_default();
                *of_kind = (of_kind.0.saturating_add(1), of_kind.1.saturating_add(seats));
            }
        }
        (kinds, asked)
    }

    /// Who may sit at such a seat there, recusals apart.
    fn able(&self, spot: &Spot<'_>, group: &Group) -> Vec<u32> {
        let people = self.pool.iter().zip(0_u32..);
        let able = people.filter(|(inspector, _)| may_sit(self.announcement, inspector, group, spot));
        able.map(|(_, index)| index).collect()
    }

    /// How many of the department each obstacle keeps off every seat in question, how many could take some of them if that
    /// one obstacle were away, and how many are kept off by anything.
    fn kept_off(&self, asked: &Asked<'_>) -> Kept {
        let mut kept = Kept::default();
        for inspector in self.pool {
            let mut always: Option<BTreeSet<Obstacle>> = None;
            let mut single: BTreeSet<Obstacle> = BTreeSet::new();
            for ((_, group), visits) in asked {
                // equal seats in one place are kept from the same people, but for recusals
                let others = visits.iter().skip(1).filter(|visit| self.has_recusals(visit)).take(RECUSED);
                for visit in visits.iter().take(1).chain(others) {
                    let found = self.obstacles(inspector, visit, group);
                    if let (1, Some(only)) = (found.len(), found.first()) {
                        single.insert(*only);
                    }
                    always = Some(match always {
                        None => found,
                        Some(before) => before.intersection(&found).copied().collect(),
                    });
                }
            }
            let always = always.unwrap_or_default();
            // who has no capacity is told among those who might go
            kept.all += u64::from(always.iter().any(|obstacle| *obstacle != Obstacle::Spent));
            let by_rotation = always.contains(&Obstacle::Recused)
                && asked.values().flatten().all(|visit| self.recusals.rotates(&visit.seats.id, &inspector.id));
            kept.rotated += u64::from(by_rotation);
            for obstacle in always {
                *kept.off.entry(obstacle).or_default() += 1;
            }
            for obstacle in single {
                *kept.lone.entry(obstacle).or_default() += 1;
            }
        }
        kept
    }

    fn has_recusals(&self, visit: &Visit<'_>) -> bool {
        self.recusals.of(visit.seats.id.as_str()).is_some()
    }

    fn obstacles(&self, inspector: &Inspector, visit: &Visit<'_>, group: &Group) -> BTreeSet<Obstacle> {
        let recused = self.recusals.bar(visit.seats.id.as_str(), inspector.id.as_str());
        obstacles(self.announcement, inspector, group, &visit.spot, recused)
    }
}

fn place(spot: &Spot<'_>) -> String {
    let station = spot.station.map(|(station, _)| station);
    [spot.region, station].into_iter().flatten().collect::<Vec<_>>().join("/")
}

fn kind(group: &Group) -> String {
    let words = [(group.leader, "lead"), (group.expert, "expert")];
    let words = words.into_iter().filter(|(there, _)| *there).map(|(_, word)| word);
    words.chain(group.qualifications.iter().map(crate::ident::Id::as_str)).collect::<Vec<_>>().join("+")
}
