//! The register of inspectors, with types in place of cells (SPEC §4.2).

use super::{Reasons, Row, Schema, Visit};
use crate::encoding::{decimal, is_digest};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Date, Id, parse_set};
use std::collections::BTreeSet;

/// Which columns the register of inspectors has beyond those that it always has: what the announcement asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column that is there or not")]
pub struct InspectorColumns {
    /// `carried`: earlier load counts.
    pub carried: bool,
    /// `crew`: crews are given.
    pub crew: bool,
    /// `expert`: there are experts' seats.
    pub expert: bool,
    /// `regions`: regions decide.
    pub regions: bool,
    /// `station`: stations decide.
    pub station: bool,
    /// `away` and `weekly`: capacities are by the week.
    pub weekly: bool,
}

impl InspectorColumns {
    /// The attributes in the order of columns.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let all = [
            ("away", self.weekly),
            ("capacity", true),
            ("carried", self.carried),
            ("crew", self.crew),
            ("department", true),
            ("expert", self.expert),
            ("lead", true),
            ("qualifications", true),
            ("regions", self.regions),
            ("station", self.station),
            ("valid_from", true),
            ("valid_to", true),
            ("weekly", self.weekly),
        ];
        all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
    }
}

/// One inspector who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspector {
    /// The pseudonym.
    pub id: Id,
    /// Most targets in this campaign: of the column, and of the weeks that are worked (SPEC §10.1).
    pub capacity: u32,
    /// Targets carried this year before, counted where the team says so.
    pub carried: u32,
    /// The one department whose pool this inspector is in.
    pub department: Id,
    /// Whether a leader's seat may be held.
    pub lead: bool,
    /// Qualifications, ascending.
    pub qualifications: Vec<Id>,
    /// Where this inspector works.
    pub regions: Regions,
    /// The station; empty without one, or where no stations decide.
    pub station: String,
    /// The crew; empty without one, or where no crews are given.
    pub crew: String,
    /// Which seats besides or instead of officers' ones.
    pub expert: Expert,
    /// First day of the certificate.
    pub valid_from: Date,
    /// Last day of the certificate.
    pub valid_to: Date,
}

/// Whether an inspector sits in officers' seats, in experts', or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expert {
    /// An officer and no expert.
    No,
    /// An expert who is no officer.
    Only,
    /// Both.
    Also,
}

/// Where an inspector works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regions {
    /// `*`: everywhere; also when the team asks for no region.
    Everywhere,
    /// Where the target's region begins with one of these; nowhere if there are none.
    Prefixes(Vec<Id>),
}

impl Regions {
    /// Whether a target of this region is within.
    #[must_use]
    pub fn cover(&self, region: &str) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Prefixes(prefixes) => prefixes.iter().any(|prefix| region.starts_with(prefix.as_str())),
        }
    }

    /// Whether one of them begins with this.
    #[must_use]
    pub fn begin_with(&self, from: &Id) -> bool {
        match self {
            Self::Everywhere => false,
            Self::Prefixes(prefixes) => prefixes.iter().any(|prefix| prefix.as_str().starts_with(from.as_str())),
        }
    }
}

impl std::fmt::Display for Regions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everywhere => f.write_str("*"),
            Self::Prefixes(prefixes) => f.write_str(&prefixes.iter().map(Id::as_str).collect::<Vec<_>>().join(";")),
        }
    }
}

/// What a pass over the register of inspectors gives: those who take part, in order of id, and the others by reason.
#[derive(Debug, Clone)]
pub struct Inspectors {
    columns: Columns,
    departments: BTreeSet<Id>,
    window_days: u64,
    /// Inspectors who are not excluded, ascending by id.
    pub present: Vec<Inspector>,
    /// All ids, of excluded rows too, ascending.
    pub ids: Vec<Id>,
    /// Excluded rows by reason.
    pub excluded: Reasons,
}

#[derive(Debug, Clone)]
struct Columns {
    away: Option<usize>,
    capacity: usize,
    carried: Option<usize>,
    crew: Option<usize>,
    department: usize,
    expert: Option<usize>,
    lead: usize,
    qualifications: usize,
    regions: Option<usize>,
    station: Option<usize>,
    valid_from: usize,
    valid_to: usize,
    weekly: Option<usize>,
    excluded: usize,
    seal: Option<usize>,
}

impl Inspectors {
    /// An empty visitor for a register with these columns, in a campaign whose window has so many days.
    ///
    /// # Errors
    /// [`Code::ColumnUnknown`].
    pub fn new(schema: &Schema, departments: BTreeSet<Id>, window_days: u64) -> Result<Self> {
        let optional = |name| schema.column(name).ok();
        let columns = Columns {
            away: optional("away"),
            capacity: schema.column("capacity")?,
            carried: optional("carried"),
            crew: optional("crew"),
            department: schema.column("department")?,
            expert: optional("expert"),
            lead: schema.column("lead")?,
            qualifications: schema.column("qualifications")?,
            regions: optional("regions"),
            station: optional("station"),
            valid_from: schema.column("valid_from")?,
            valid_to: schema.column("valid_to")?,
            weekly: optional("weekly"),
            excluded: schema.column("excluded")?,
            seal: optional("seal"),
        };
        Ok(Self {
            columns,
            departments,
            window_days,
            present: Vec::new(),
            ids: Vec::new(),
            excluded: Reasons::default(),
        })
    }

    fn inspector(&self, row: &Row<'_, '_>) -> Result<Inspector> {
        let cell = |index: usize| row.cell(index);
        let number = |index, column| {
            let value = decimal(cell(index), 0, 65_535).map_err(|fault| fault.column(column))?;
            Ok(u32::try_from(value).unwrap_or(u32::MAX))
        };
        let date = |index, column| Date::parse(cell(index)).map_err(|fault| fault.column(column));
        let department = cell(self.columns.department);
        let department = self
            .departments
            .get(department)
            .cloned()
            .ok_or_else(|| Fault::new(Code::InspectorDepartment).column("department").fact("value", department))?;
        let lead = match cell(self.columns.lead) {
            "yes" => true,
            "" => false,
            other => return Err(Fault::new(Code::InspectorLead).column("lead").fact("value", other)),
        };
        let (valid_from, valid_to) =
            (date(self.columns.valid_from, "valid_from")?, date(self.columns.valid_to, "valid_to")?);
        if valid_from > valid_to {
            return Err(Fault::new(Code::InspectorValidity)
                .column("valid_to")
                .fact("from", valid_from)
                .fact("to", valid_to));
        }
        let regions = match self.columns.regions.map(cell) {
            None | Some("*") => Regions::Everywhere,
            Some(set) => Regions::Prefixes(parse_set(set).map_err(|fault| fault.column("regions"))?),
        };
        let expert = match self.columns.expert.map(cell) {
            None | Some("") => Expert::No,
            Some("only") => Expert::Only,
            Some("also") => Expert::Also,
            Some(other) => return Err(Fault::new(Code::InspectorExpert).column("expert").fact("value", other)),
        };
        Ok(Inspector {
            id: Id::parse(cell(0)).map_err(|fault| fault.column("id"))?,
            capacity: self.weeks(row)?.min(number(self.columns.capacity, "capacity")?),
            carried: self.columns.carried.map_or(Ok(0), |index| number(index, "carried"))?,
            department,
            lead,
            qualifications: parse_set(cell(self.columns.qualifications))
                .map_err(|fault| fault.column("qualifications"))?,
            regions,
            station: self.columns.station.map(cell).unwrap_or_default().to_owned(),
            crew: self.columns.crew.map(cell).unwrap_or_default().to_owned(),
            expert,
            valid_from,
            valid_to,
        })
    }

    /// How many targets the weeks of the window leave room for: ⌊weekly · (days − away) / 7⌋.
    fn weeks(&self, row: &Row<'_, '_>) -> Result<u32> {
        let (Some(weekly), Some(away)) = (self.columns.weekly, self.columns.away) else { return Ok(u32::MAX) };
        let weekly = decimal(row.cell(weekly), 0, 1_000).map_err(|fault| fault.column("weekly"))?;
        let away = decimal(row.cell(away), 0, self.window_days).map_err(|fault| fault.column("away"))?;
        let places = weekly.saturating_mul(self.window_days.saturating_sub(away)) / 7;
        Ok(u32::try_from(places).unwrap_or(u32::MAX))
    }
}

impl Visit for Inspectors {
    fn fork(&self) -> Self {
        Self {
            columns: self.columns.clone(),
            departments: self.departments.clone(),
            window_days: self.window_days,
            present: Vec::new(),
            ids: Vec::new(),
            excluded: Reasons::default(),
        }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        check_seal(self.columns.seal.map(|column| row.cell(column)))?;
        // an excluded row has the same form as any other: a reason is no licence for rubbish
        let inspector = self.inspector(row)?;
        self.ids.push(inspector.id.clone());
        if !self.excluded.count(row.cell(self.columns.excluded))? {
            self.present.push(inspector);
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.present.extend(later.present);
        self.ids.extend(later.ids);
        self.excluded.merge(later.excluded);
        Ok(())
    }
}

/// A seal's cell, where there is one, must be a digest.
pub(crate) fn check_seal(cell: Option<&str>) -> Result<()> {
    match cell {
        Some(cell) if !is_digest(cell) => Err(Fault::new(Code::SealForm).column("seal").fact("value", cell)),
        _ => Ok(()),
    }
}
