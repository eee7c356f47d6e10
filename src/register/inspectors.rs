//! The register of inspectors, with types in place of cells (SPEC §4.2).

use super::{Reasons, Row, Schema, Visit};
use crate::encoding::{decimal, is_digest};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Date, Id, parse_set};
use std::collections::BTreeSet;

/// The attributes of inspectors in the order of columns. `regions` and `carried` are there only when the announcement's
/// team asks for them.
#[must_use]
pub fn inspector_attributes(regions: bool, carried: bool) -> Vec<&'static str> {
    let all = [
        ("capacity", true),
        ("carried", carried),
        ("department", true),
        ("lead", true),
        ("qualifications", true),
        ("regions", regions),
        ("valid_from", true),
        ("valid_to", true),
    ];
    all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

/// One inspector who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspector {
    /// The pseudonym.
    pub id: Id,
    /// Most targets in this campaign.
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
    /// First day of the certificate.
    pub valid_from: Date,
    /// Last day of the certificate.
    pub valid_to: Date,
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
}

/// What a pass over the register of inspectors gives: those who take part, in order of id, and the others by reason.
#[derive(Debug, Clone)]
pub struct Inspectors {
    columns: Columns,
    departments: BTreeSet<Id>,
    /// Inspectors who are not excluded, ascending by id.
    pub present: Vec<Inspector>,
    /// All ids, of excluded rows too, ascending.
    pub ids: Vec<Id>,
    /// Excluded rows by reason.
    pub excluded: Reasons,
}

#[derive(Debug, Clone)]
struct Columns {
    capacity: usize,
    carried: Option<usize>,
    department: usize,
    lead: usize,
    qualifications: usize,
    regions: Option<usize>,
    valid_from: usize,
    valid_to: usize,
    excluded: usize,
    seal: Option<usize>,
}

impl Inspectors {
    /// An empty visitor for a register with these columns.
    ///
    /// # Errors
    /// [`Code::ColumnUnknown`].
    pub fn new(schema: &Schema, departments: BTreeSet<Id>) -> Result<Self> {
        let columns = Columns {
            capacity: schema.column("capacity")?,
            carried: schema.column("carried").ok(),
            department: schema.column("department")?,
            lead: schema.column("lead")?,
            qualifications: schema.column("qualifications")?,
            regions: schema.column("regions").ok(),
            valid_from: schema.column("valid_from")?,
            valid_to: schema.column("valid_to")?,
            excluded: schema.column("excluded")?,
            seal: schema.column("seal").ok(),
        };
        Ok(Self { columns, departments, present: Vec::new(), ids: Vec::new(), excluded: Reasons::default() })
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
        Ok(Inspector {
            id: Id::parse(cell(0)).map_err(|fault| fault.column("id"))?,
            capacity: number(self.columns.capacity, "capacity")?,
            carried: self.columns.carried.map_or(Ok(0), |index| number(index, "carried"))?,
            department,
            lead,
            qualifications: parse_set(cell(self.columns.qualifications))
                .map_err(|fault| fault.column("qualifications"))?,
            regions,
            valid_from,
            valid_to,
        })
    }
}

impl Visit for Inspectors {
    fn fork(&self) -> Self {
        Self {
            columns: self.columns.clone(),
            departments: self.departments.clone(),
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
