//! Words that meet nothing: places of inspectors in which there is no target, and rules for places that nobody has. Each may
//! be right; mostly it is a slip, and a slip decides who goes where.

use std::collections::{BTreeMap, BTreeSet};
use yaohao::announcement::{Announcement, Beyond};
use yaohao::assign::Spots;
use yaohao::fault::Result;
use yaohao::ident::Id;
use yaohao::register::{Inspector, Regions, Row, Visit, scan};
use yaohao::verify::Evidence;

/// Something that meets nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stray {
    /// The station of some inspectors of a department where stations decide: no target is of it.
    Station {
        /// The department.
        department: Id,
        /// The station.
        station: String,
    },
    /// A region of some inspectors in which there is no target.
    Region(Id),
    /// `beyond` from a region that no inspector has.
    BeyondFrom(Id),
    /// `beyond` to a region in which there is no target.
    BeyondTo(Id),
}

/// All that meets nothing, with the number of inspectors whom it concerns. Targets that are excluded do not count.
///
/// # Errors
/// The codes of the registers.
pub fn strays(announcement: &Announcement, evidence: &dyn Evidence) -> Result<BTreeMap<Stray, u64>> {
    let team = &announcement.team;
    if team.region.is_none() && team.stations.is_empty() {
        return Ok(BTreeMap::new());
    }
    let schema = announcement.targets_schema();
    let make = Places {
        spots: &Spots::of(announcement)?,
        departments: announcement.departments.iter().map(|department| &department.id).collect(),
        excluded: schema.column("excluded")?,
        regions: BTreeSet::new(),
        stations: BTreeSet::new(),
    };
    let (_, places) = scan(&schema, u64::MAX, evidence.open("targets.csv")?.as_mut(), make)?;
    let schema = announcement.inspectors_schema();
    let visitor = announcement.inspectors_visitor()?;
    let (_, inspectors) = scan(&schema, u64::MAX, evidence.open("inspectors.csv")?.as_mut(), visitor)?;
    let mut found = BTreeMap::new();
    for inspector in &inspectors.present {
        for stray in of_inspector(announcement, inspector, &places) {
            *found.entry(stray).or_default() += 1;
        }
    }
    for Beyond { from, to, .. } in &team.beyond {
        if !inspectors.present.iter().any(|inspector| inspector.regions.begin_with(from)) {
            found.insert(Stray::BeyondFrom(from.clone()), 0);
        }
        if !places.has(to) {
            found.insert(Stray::BeyondTo(to.clone()), 0);
        }
    }
    Ok(found)
}

fn of_inspector(announcement: &Announcement, inspector: &Inspector, places: &Places<'_>) -> Vec<Stray> {
    let team = &announcement.team;
    let department = &inspector.department;
    let mut found = Vec::new();
    let decides = team.stations.iter().any(|stations| stations.department == *department);
    let station = &inspector.station;
    if decides && !station.is_empty() && !places.stations.contains(&(department.clone(), station.clone())) {
        found.push(Stray::Station { department: department.clone(), station: station.clone() });
    }
    if let (Regions::Prefixes(prefixes), true) = (&inspector.regions, team.region.is_some()) {
        // whoever is sent from one region to another need not have targets at home
        let beyond = |prefix: &Id| team.beyond.iter().any(|beyond| prefix.as_str().starts_with(beyond.from.as_str()));
        let strays = prefixes.iter().filter(|prefix| !places.has(prefix) && !beyond(prefix));
        found.extend(strays.map(|prefix| Stray::Region(prefix.clone())));
    }
    found
}

/// Where targets are.
struct Places<'a> {
    spots: &'a Spots,
    departments: Vec<&'a Id>,
    excluded: usize,
    regions: BTreeSet<String>,
    stations: BTreeSet<(Id, String)>,
}

impl Places<'_> {
    /// Whether a target's region begins with this.
    fn has(&self, prefix: &Id) -> bool {
        let first = self.regions.range(prefix.to_string()..).next();
        first.is_some_and(|region| region.starts_with(prefix.as_str()))
    }
}

impl Visit for Places<'_> {
    fn fork(&self) -> Self {
        let Self { spots, excluded, .. } = *self;
        let departments = self.departments.clone();
        Self { spots, departments, excluded, regions: BTreeSet::new(), stations: BTreeSet::new() }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if !row.cell(self.excluded).is_empty() {
            return Ok(());
        }
        for department in &self.departments {
            let spot = self.spots.spot(department, row.cells);
            if let Some(region) = spot.region.filter(|region| !self.regions.contains(*region)) {
                self.regions.insert(region.to_owned());
            }
            if let Some((station, _)) = spot.station {
                self.stations.insert(((*department).clone(), station.to_owned()));
            }
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.regions.extend(later.regions);
        self.stations.extend(later.stations);
        Ok(())
    }
}
