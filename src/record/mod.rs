//! The record: the signed publication of an outcome; the void, its other end; and the sealing, by which a record is fixed
//! before it is told (SPEC §11).

mod sealing;
mod void;

pub use sealing::Sealing;
pub use void::Void;

use crate::announcement::Announcement;
use crate::assign::DepartmentOutcome;
use crate::draw::{CellOutcome, Selection};
use crate::encoding::{Digest, Members, Value, count, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Time};
use crate::outcome::Outcome;
use crate::seed::{Beacon, Seed};
use crate::statement::{Body, Type};

/// A file by its rows and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMark {
    /// Rows without header.
    pub rows: u64,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// The body of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The campaign.
    pub number: Id,
    /// Its announcement.
    pub announcement: Digest,
    /// Its closing, if there is one.
    pub closing: Option<Digest>,
    /// SHA-256 of beacon.json, if there is one.
    pub beacon: Option<Digest>,
    /// The seed text.
    pub seed_text: String,
    /// Its digest.
    pub seed: Digest,
    /// When the draw took place, as claimed.
    pub drawn_at: Time,
    /// The cells' outcomes in short, in order.
    pub cells: Vec<Value>,
    /// The departments' in short, in announced order.
    pub departments: Vec<Value>,
    /// selected.csv.
    pub selected: FileMark,
    /// assignments.csv.
    pub assignments: FileMark,
}

impl Record {
    /// The record of an outcome.
    ///
    /// # Errors
    /// [`Code::SeedText`] when the outcome was not drawn from this seed: a trial cannot be recorded.
    pub fn new(
        announcement: &Announcement,
        announcement_digest: Digest,
        closing: Option<Digest>,
        beacon: Option<&Beacon>,
        seed: &Seed,
        outcome: &Outcome,
        drawn_at: Time,
    ) -> Result<Self> {
        if outcome.seed() != seed.digest() {
            return Err(Fault::new(Code::SeedText).fact("found", outcome.seed()).fact("expected", seed.digest()));
        }
        Ok(Self {
            number: announcement.number.clone(),
            announcement: announcement_digest,
            closing,
            beacon: beacon.map(Beacon::file_digest),
            seed_text: seed.text().to_owned(),
            seed: seed.digest(),
            drawn_at,
            cells: cells_of(&outcome.selection),
            departments: departments_of(&outcome.departments),
            selected: FileMark { rows: outcome.selection.rows(), sha256: Digest::of(outcome.selected_csv.as_bytes()) },
            assignments: FileMark { rows: outcome.seats(), sha256: Digest::of(outcome.assignments_csv.as_bytes()) },
        })
    }
}

/// The member `cells` of a record.
#[must_use]
pub fn cells_of(selection: &Selection) -> Vec<Value> {
    selection.cells.iter().map(cell_value).collect()
}

/// The member `departments` of a record.
#[must_use]
pub fn departments_of(departments: &[DepartmentOutcome]) -> Vec<Value> {
    let of = |department: &DepartmentOutcome| {
        let loads = || department.loads.iter().map(|(_, load)| *load);
        let crews = department.crews.len();
        let mut value = object([
            ("id", (&department.id).into()),
            ("inspectors", count(department.loads.len()).into()),
            ("least", loads().min().unwrap_or(0).into()),
            ("most", loads().max().unwrap_or(0).into()),
            ("one_possible", department.one_possible().into()),
            ("seats", count(department.seats.len()).into()),
        ]);
        if let Value::Object(members) = &mut value {
            members.extend((crews > 0).then(|| ("crews".to_owned(), count(crews).into())));
        }
        value
    };
    departments.iter().map(of).collect()
}

fn cell_value(cell: &CellOutcome) -> Value {
    let mut members = vec![
        ("drawn", count(cell.drawn.len()).into()),
        ("population", cell.population.into()),
        ("reserves", count(cell.reserves.len()).into()),
        ("stratum", (&cell.stratum).into()),
    ];
    members.extend(cell.part.as_ref().map(|part| ("part", part.as_str().into())));
    members.extend(cell.cutoff.map(|cutoff| ("cutoff", cutoff.to_string().into())));
    if let Some((certain, offset)) = cell.weights {
        members.push(("certain", certain.into()));
        members.extend(offset.map(|offset| ("offset", offset.to_string().into())));
    }
    Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl Body for Record {
    const TYPE: Type = Type::Record;

    fn to_value(&self) -> Value {
        let mark = |mark: &FileMark| object([("rows", mark.rows.into()), ("sha256", mark.sha256.to_string().into())]);
        let mut value = object([
            ("announcement", self.announcement.to_string().into()),
            ("assignments", mark(&self.assignments)),
            ("cells", self.cells.clone().into()),
            ("departments", self.departments.clone().into()),
            ("drawn_at", (&self.drawn_at).into()),
            ("number", (&self.number).into()),
            ("seed", self.seed.to_string().into()),
            ("seed_text", self.seed_text.as_str().into()),
            ("selected", mark(&self.selected)),
        ]);
        if let Value::Object(members) = &mut value {
            members.extend(self.closing.map(|digest| ("closing".to_owned(), digest.to_string().into())));
            members.extend(self.beacon.map(|digest| ("beacon".to_owned(), digest.to_string().into())));
        }
        value
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let record = Self {
            number: members.parsed("number", Id::parse)?,
            announcement: members.digest("announcement")?,
            closing: members.optional_parsed("closing", Digest::parse)?,
            beacon: members.optional_parsed("beacon", Digest::parse)?,
            seed_text: members.text("seed_text")?,
            seed: members.digest("seed")?,
            drawn_at: members.parsed("drawn_at", Time::parse)?,
            cells: members.array("cells", 10_000, cell)?,
            departments: members.array("departments", 64, department)?,
            selected: file_mark(members.object("selected")?)?,
            assignments: file_mark(members.object("assignments")?)?,
        };
        members.finish()?;
        Ok(record)
    }
}

fn file_mark(mut members: Members) -> Result<FileMark> {
    let mark = FileMark { rows: members.int("rows", 0, u64::MAX)?, sha256: members.digest("sha256")? };
    members.finish()?;
    Ok(mark)
}

/// Checks a cell's form and keeps it as it is: the verifier compares it with what it computes.
fn cell(value: Value, path: &str) -> Result<Value> {
    let mut members = Members::of(value.clone(), path)?;
    members.parsed("stratum", Id::parse)?;
    members.optional_text("part")?;
    for key in ["drawn", "population", "reserves"] {
        members.int(key, 0, u64::MAX)?;
    }
    members.optional_int("certain", 0, u64::MAX)?;
    members.optional_parsed("cutoff", Digest::parse)?;
    members.optional_parsed("offset", |text| crate::encoding::decimal(text, 0, u64::MAX))?;
    members.finish()?;
    Ok(value)
}

fn department(value: Value, path: &str) -> Result<Value> {
    let mut members = Members::of(value.clone(), path)?;
    members.parsed("id", Id::parse)?;
    for key in ["inspectors", "least", "most", "one_possible", "seats"] {
        members.int(key, 0, u64::MAX)?;
    }
    members.optional_int("crews", 1, u64::MAX)?;
    members.finish()?;
    Ok(value)
}
