//! Who is equal to whom: inspectors of one department who differ in nothing that the lottery looks at, and likewise crews
//! that the register names, which the lottery draws as it draws inspectors.

use std::collections::BTreeMap;
use yaohao::announcement::{Announcement, CrewKind, SeatEntry};
use yaohao::assign::{lasts, pool_of};
use yaohao::ident::Id;
use yaohao::outcome::Trials;
use yaohao::register::Inspector;

/// A department's inspectors by class; people are positions among its inspectors, as in an outcome. The crews that its
/// register names have the positions after them.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Classes of two or more. Capacity is not among the facts of a class: it is looked at draw by draw.
    pub(super) classes: Vec<Vec<usize>>,
    /// What each can take.
    capacities: Vec<u64>,
    /// Whom recusals keep from a target.
    recused: BTreeMap<Id, Vec<usize>>,
    /// The crews of the register, by their names.
    pub(super) crews: Vec<Crew>,
}

/// A crew of the register.
#[derive(Debug)]
pub(super) struct Crew {
    pub(super) name: String,
    /// At least one.
    pub(super) members: Vec<usize>,
}

impl Crew {
    /// One who stands for all: they go together.
    pub(super) fn first(&self) -> usize {
        self.members.first().copied().unwrap_or(usize::MAX)
    }
}

impl Classes {
    /// The classes of all departments, in announced order.
    pub(super) fn all(announcement: &Announcement, trials: &Trials<'_>) -> Vec<Self> {
        let departments = announcement.departments.iter();
        departments.map(|department| Self::of(announcement, trials, &department.id)).collect()
    }

    fn of(announcement: &Announcement, trials: &Trials<'_>, department: &Id) -> Self {
        let seats = announcement.items.iter().flat_map(|item| &item.seats);
        let seats: Vec<&SeatEntry> = seats.filter(|entry| entry.department == *department).collect();
        let pool = pool_of(trials.inspectors(), department);
        let given = announcement.team.crews_of(department) == Some(CrewKind::Given);
        let crews = if given { crews(&pool) } else { Vec::new() };
        let mut classes: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
        for (inspector, position) in pool.iter().zip(0..) {
            classes.entry((false, facts(announcement, &seats, inspector))).or_default().push(position);
        }
        let mut capacities: Vec<u64> = pool.iter().map(|inspector| u64::from(inspector.capacity)).collect();
        for (crew, position) in crews.iter().zip(pool.len()..) {
            let members: Vec<&Inspector> =
                crew.members.iter().filter_map(|member| pool.get(*member).copied()).collect();
            classes.entry((true, crew_facts(announcement, &seats, &members))).or_default().push(position);
            capacities.push(members.iter().map(|member| u64::from(member.capacity)).min().unwrap_or(0));
        }
        let recusals = trials.recusals();
        let barred = recusals.targets().filter_map(|target| {
            let barred = recusals.of(target.as_str())?.iter();
            let here = barred.filter_map(|id| pool.binary_search_by(|inspector| inspector.id.cmp(id)).ok());
            let mut here: Vec<usize> = here.collect();
            // who keeps one member away keeps the crew away
            let crews = crews.iter().zip(pool.len()..);
            let kept = crews.filter(|(crew, _)| crew.members.iter().any(|member| here.contains(member)));
            let kept: Vec<usize> = kept.map(|(_, position)| position).collect();
            here.extend(kept);
            Some((target.clone(), here)).filter(|(_, here)| !here.is_empty())
        });
        Self {
            classes: classes.into_values().filter(|class| class.len() > 1).collect(),
            capacities,
            recused: barred.collect(),
            crews,
        }
    }

    /// How many positions there are: inspectors, then crews.
    pub(super) fn positions(&self) -> usize {
        self.capacities.len()
    }

    /// The parts of all classes in a draw of these targets, in which loads are these. Within a part nothing tells one from
    /// another but the lot, once the targets are drawn:
    ///
    /// - who is recused from a target that was drawn is only like those who are recused from the same ones;
    /// - what somebody could have taken counts where one of the part took all of the least that any of it can. Elsewhere
    ///   no more room would have changed anything.
    pub(super) fn parts<'d>(&self, drawn: impl Iterator<Item = &'d str>, loads: &[u64]) -> Vec<Vec<usize>> {
        let mut bitten: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        if !self.recused.is_empty() {
            for target in drawn {
                for position in self.recused.get(target).into_iter().flatten() {
                    bitten.entry(*position).or_default().push(target);
                }
            }
        }
        bitten.values_mut().for_each(|targets| targets.sort_unstable());
        let mut parts = Vec::new();
        for class in &self.classes {
            let mut by_recusal: BTreeMap<&[&str], Vec<usize>> = BTreeMap::new();
            for position in class {
                let targets = bitten.get(position).map_or(&[][..], Vec::as_slice);
                by_recusal.entry(targets).or_default().push(*position);
            }
            for part in by_recusal.into_values() {
                self.by_capacity(part, loads, &mut parts);
            }
        }
        parts.retain(|part| part.len() > 1);
        parts
    }

    fn by_capacity(&self, part: Vec<usize>, loads: &[u64], parts: &mut Vec<Vec<usize>>) {
        let capacity = |position: &usize| self.capacities.get(*position).copied().unwrap_or(0);
        let least = part.iter().map(capacity).min().unwrap_or(0);
        if part.iter().all(|position| loads.get(*position).is_some_and(|load| *load < least)) {
            parts.push(part);
            return;
        }
        let mut equal: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        part.into_iter().for_each(|position| equal.entry(capacity(&position)).or_default().push(position));
        parts.extend(equal.into_values());
    }
}

/// The crews that the register names.
fn crews(pool: &[&Inspector]) -> Vec<Crew> {
    let mut crews: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (inspector, position) in pool.iter().zip(0..).filter(|(inspector, _)| !inspector.crew.is_empty()) {
        crews.entry(&inspector.crew).or_default().push(position);
    }
    crews.into_iter().map(|(name, members)| Crew { name: name.to_owned(), members }).collect()
}

/// What the lottery looks at, as text.
fn facts(announcement: &Announcement, seats: &[&SeatEntry], inspector: &Inspector) -> String {
    let crews = announcement.team.crews_of(&inspector.department);
    // elsewhere the cell may be there, and decides nothing
    let crew = if crews == Some(CrewKind::Given) { inspector.crew.as_str() } else { "" };
    let carried = if announcement.team.carried { inspector.carried } else { 0 };
    // a crew takes what the least of its members can, so there it tells people apart in every draw
    let capacity = crews.map(|_| inspector.capacity);
    format!("{}\n{crew}\n{carried}\n{capacity:?}", own_facts(announcement, seats, inspector))
}

/// The same of a crew: its people, whoever is who, and what it carries. As with inspectors, its capacity is none of them.
fn crew_facts(announcement: &Announcement, seats: &[&SeatEntry], members: &[&Inspector]) -> String {
    let carried = members.iter().map(|member| member.carried).max().filter(|_| announcement.team.carried).unwrap_or(0);
    let mut people: Vec<String> = members.iter().map(|member| own_facts(announcement, seats, member)).collect();
    people.sort_unstable();
    format!("{people:?}\n{carried}")
}

/// What somebody brings to a target; of qualifications only those that some seat of the department asks for, and
/// likewise the rest.
fn own_facts(announcement: &Announcement, seats: &[&SeatEntry], inspector: &Inspector) -> String {
    let team = &announcement.team;
    let valid = lasts(announcement, inspector);
    let lead = inspector.lead && seats.iter().any(|entry| entry.leader);
    let asked = |qualification: &&Id| seats.iter().any(|entry| entry.qualifications.contains(qualification));
    let qualifications: Vec<&str> = inspector.qualifications.iter().filter(asked).map(Id::as_str).collect();
    let regions = if team.region.is_some() { inspector.regions.to_string() } else { String::new() };
    let stations = team.stations.iter().any(|stations| stations.department == inspector.department);
    let station = if stations { inspector.station.as_str() } else { "" };
    let expert = inspector.expert;
    format!("{valid}\n{lead}\n{qualifications:?}\n{regions}\n{station}\n{expert:?}")
}
