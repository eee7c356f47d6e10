//! Seats against officers, by department and region: where officers will be short, before any lot is cast.
//!
//! Expected numbers are for people to read; nothing is decided by them.

use std::collections::BTreeMap;
use yaohao::announcement::{Announcement, CellSize};
use yaohao::assign::{Group, Obstacle, Spot, fits, may_go, seats_of};
use yaohao::draw::Binding;
use yaohao::fault::Result;
use yaohao::ident::Id;
use yaohao::register::{Inspector, Row, Visit, scan};
use yaohao::verify::Evidence;

/// What one department needs and has in one region.
#[derive(Debug, Clone)]
pub struct Staffing {
    /// The department.
    pub department: Id,
    /// The region as the register of targets has it; `None` where the team asks for none.
    pub region: Option<String>,
    /// Expected seats, in ten-thousandths of a seat.
    pub seats: u128,
    /// Officers who may work there through the whole window.
    pub officers: u64,
    /// How many targets they can take together; elsewhere they take some of them too.
    pub places: u64,
    /// Where that is too little.
    pub shortages: Vec<Shortage>,
}

/// What is short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shortage {
    /// A team has more seats than there are officers.
    Team {
        /// Seats of the department in one team.
        seats: u64,
    },
    /// Seats of one kind have too few officers who may sit there.
    Kind {
        /// Whether it is the leader's seat.
        leader: bool,
        /// Whether it is an expert's.
        expert: bool,
        /// What the holder must be qualified for.
        qualifications: Vec<Id>,
        /// How many seats a team has of it.
        seats: u64,
        /// How many officers may sit there.
        officers: u64,
    },
    /// All together can take fewer targets than are expected.
    Places,
}

/// Looks at every department and region in which a target may be drawn; ascending by department in announced order, then
/// region.
///
/// # Errors
/// The codes of the registers.
pub fn staffing(announcement: &Announcement, evidence: &dyn Evidence) -> Result<Vec<Staffing>> {
    let schema = announcement.targets_schema();
    let binding = Binding::announced(announcement, None)?;
    let region = announcement.team.region.as_ref().map(|column| schema.column(column.as_str())).transpose()?;
    let visitor = Demand { binding: &binding, region, found: BTreeMap::new() };
    let (_, demand) = scan(&schema, u64::MAX, evidence.open("targets.csv")?.as_mut(), visitor)?;
    let schema = announcement.inspectors_schema();
    let visitor = announcement.inspectors_visitor()?;
    let (_, inspectors) = scan(&schema, u64::MAX, evidence.open("inspectors.csv")?.as_mut(), visitor)?;
    let by_region = expected_by_region(announcement, &demand.found);
    let mut out = Vec::new();
    for department in &announcement.departments {
        let of_department = |inspector: &&Inspector| inspector.department == department.id;
        let pool: Vec<&Inspector> = inspectors.present.iter().filter(of_department).collect();
        for (place, kinds) in &by_region {
            if let Some(staffing) = one(announcement, &department.id, place, kinds, &pool, region.is_some()) {
                out.push(staffing);
            }
        }
    }
    Ok(out)
}

/// Who can go to no target at all, whatever is drawn, and why.
///
/// # Errors
/// The codes of the register.
pub fn unfit(announcement: &Announcement, evidence: &dyn Evidence) -> Result<BTreeMap<Id, Obstacle>> {
    let visitor = announcement.inspectors_visitor()?;
    let mut blocks = evidence.open("inspectors.csv")?;
    let (_, inspectors) = scan(&announcement.inspectors_schema(), u64::MAX, blocks.as_mut(), visitor)?;
    let unfit = |one: &Inspector| Some((one.id.clone(), crate::loads::unfit(announcement, one)?));
    Ok(inspectors.present.iter().filter_map(unfit).collect())
}

/// Targets of one kind: the stratum, the part, the region, the items.
type Kind = (usize, String, String, Vec<usize>);

/// Counts targets by kind.
struct Demand<'a> {
    binding: &'a Binding,
    region: Option<usize>,
    found: BTreeMap<Kind, u64>,
}

impl Visit for Demand<'_> {
    fn fork(&self) -> Self {
        Self { binding: self.binding, region: self.region, found: BTreeMap::new() }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if self.binding.is_excluded(row.cells) {
            return Ok(());
        }
        if let Some((stratum, part)) = self.binding.owner(row.cells) {
            let region = self.region.map_or("", |column| row.cell(column));
            let items = self.binding.items_of(row.cells).collect();
            *self.found.entry((stratum, part.to_owned(), region.to_owned(), items)).or_default() += 1;
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (kind, count) in later.found {
            *self.found.entry(kind).or_default() += count;
        }
        Ok(())
    }
}

/// Expected targets, in ten-thousandths, by region and set of items.
fn expected_by_region(
    announcement: &Announcement,
    found: &BTreeMap<Kind, u64>,
) -> BTreeMap<String, BTreeMap<Vec<usize>, u128>> {
    let mut regions: BTreeMap<String, BTreeMap<Vec<usize>, u128>> = BTreeMap::new();
    for ((stratum, part, region, items), count) in found {
        let cells = announcement.strata.get(*stratum).map_or(&[][..], |stratum| &stratum.cells);
        let Some(cell) = cells.iter().find(|cell| cell.part.as_deref().unwrap_or("") == part) else { continue };
        let expected = match cell.size {
            CellSize::Fixed(size) => u128::from(size) * 10_000,
            CellSize::Lottery { floor, fraction } => u128::from(floor) * 10_000 + u128::from(fraction),
        };
        let share = (expected * u128::from(*count)).checked_div(u128::from(cell.population)).unwrap_or(0);
        if share > 0 {
            *regions.entry(region.clone()).or_default().entry(items.clone()).or_default() += share;
        }
    }
    regions
}

fn one(
    announcement: &Announcement,
    department: &Id,
    region: &str,
    kinds: &BTreeMap<Vec<usize>, u128>,
    pool: &[&Inspector],
    by_region: bool,
) -> Option<Staffing> {
    // stations are left out: they differ from target to target
    let spot = Spot { region: by_region.then_some(region), station: None };
    let here: Vec<&Inspector> =
        pool.iter().filter(|inspector| may_go(announcement, inspector, &spot)).copied().collect();
    let officers = count(here.len());
    let places: u64 = here.iter().map(|inspector| u64::from(inspector.capacity)).sum();
    let (mut seats, mut team, mut groups) = (0_u128, 0_u64, BTreeMap::<Group, u64>::new());
    for (items, targets) in kinds {
        let wanted = seats_of(department, items.iter().filter_map(|index| announcement.items.get(*index)));
        let of_team: u64 = wanted.iter().map(|(_, seats)| seats).sum();
        seats += targets * u128::from(of_team);
        team = team.max(of_team);
        for (group, seats) in wanted {
            let most = groups.entry(group).or_default();
            *most = seats.max(*most);
        }
    }
    if team == 0 {
        return None;
    }
    let mut shortages = Vec::new();
    if officers < team {
        shortages.push(Shortage::Team { seats: team });
    }
    for (group, seats) in groups {
        let fitting = count(here.iter().filter(|inspector| fits(inspector, &group)).count());
        // what the team as a whole lacks is said already
        if fitting < seats && (fitting < officers || officers >= team) {
            let Group { leader, qualifications, expert } = group;
            shortages.push(Shortage::Kind { leader, expert, qualifications, seats, officers: fitting });
        }
    }
    if u128::from(places) * 10_000 < seats {
        shortages.push(Shortage::Places);
    }
    let region = by_region.then(|| region.to_owned());
    Some(Staffing { department: department.clone(), region, seats, officers, places, shortages })
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freeze::{AnnouncedKeys, freeze};
    use crate::keys::RegisterKey;
    use crate::plan::Plan;
    use crate::watch::Silent;
    use yaohao::ident::Time;

    /// The demonstration's registers with one place short of officers.
    #[test]
    fn shortages_are_found_where_they_are() {
        let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/demo");
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("private")).unwrap();
        for table in ["targets", "recusals"] {
            let name = format!("{table}.csv");
            std::fs::copy(fixtures.join(&name), folder.path().join("private").join(&name)).unwrap();
        }
        let plan = Plan::read(&fixtures.join("plan.toml")).unwrap();
        let all = std::fs::read_to_string(fixtures.join("inspectors.csv")).unwrap();
        let look = |inspectors: &str| {
            std::fs::write(folder.path().join("private/inspectors.csv"), inspectors).unwrap();
            std::fs::write(folder.path().join("private/recusals.csv"), "统一社会信用代码,执法证号,事由\n").unwrap();
            let now = Time::parse("2024-10-14T08:00:00Z").unwrap();
            let keys = AnnouncedKeys::for_a_look(&plan, folder.path());
            let frozen = freeze(folder.path(), &plan, keys, &RegisterKey::for_a_look(), &now, &Silent).unwrap();
            staffing(&frozen.announcement, &frozen).unwrap()
        };
        let enough = look(&all);
        assert!(enough.iter().all(|staffing| staffing.shortages.is_empty()), "{enough:?}");
        let seats: u128 = enough.iter().map(|staffing| staffing.seats).sum();
        // 42.08 expected targets with six seats, and some more where items meet
        assert!((252 * 10_000..300 * 10_000).contains(&seats), "{seats}");
        // nobody leads in fagai any more
        let led: String = all
            .lines()
            .map(|line| {
                let line = if line.contains(",fagai,") { line.replace(",是,", ",,") } else { line.to_owned() };
                line + "\n"
            })
            .collect();
        let short = look(&led);
        let leaders = |staffing: &&Staffing| {
            staffing
                .shortages
                .iter()
                .any(|shortage| matches!(shortage, Shortage::Kind { leader: true, officers: 0, .. }))
        };
        assert!(short.iter().any(|staffing| staffing.department.as_str() == "fagai" && leaders(&staffing)));
        assert!(short.iter().all(|staffing| staffing.department.as_str() == "fagai" || staffing.shortages.is_empty()));
    }
}
