//! Departments, items and their seats (SPEC §6.1, §10).

use super::{ascending, attributes_only, malformed, only_true, some_array};
use crate::encoding::{Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Text};
use crate::rule::{Rule, rule_member};
use std::collections::BTreeSet;

/// The fewest officers of a department that may penalise (行政处罚法 art. 42).
const TWO: u64 = 2;

/// A department whose inspectors are one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Text,
}

/// A thing to be inspected, and who must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// To which targets it applies.
    pub rule: Rule,
    /// The seats, in order.
    pub seats: Vec<SeatEntry>,
    /// The departments that may penalise for it, ascending: each sends two officers at least (行政处罚法 art. 42).
    pub penalises: Vec<Id>,
    /// Those of them that send fewer, ascending, and why.
    pub fewer: Vec<Fewer>,
}

/// Why a department sends fewer than two officers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fewer {
    /// The department.
    pub department: Id,
    /// The reason, for everybody to read.
    pub why: Text,
}

/// Seats of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatEntry {
    /// Whose inspectors sit there.
    pub department: Id,
    /// How many.
    pub count: u64,
    /// Whether the holder leads; once an item.
    pub leader: bool,
    /// What the holder must be qualified for, ascending.
    pub qualifications: Vec<Id>,
    /// Whether it is an expert's, who comes with the officers and is none of them.
    pub expert: bool,
}

impl Department {
    /// Reads it.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let department = Self { id: members.parsed("id", Id::parse)?, title: members.parsed("title", Text::parse)? };
        members.finish()?;
        Ok(department)
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object([("id", (&self.id).into()), ("title", (&self.title).into())])
    }
}

impl Item {
    /// Reads it.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let item = Self {
            id: members.parsed("id", Id::parse)?,
            title: members.parsed("title", Text::parse)?,
            rule: rule_member(&mut members, "rule")?,
            seats: members.array("seats", 64, SeatEntry::from_value)?,
            penalises: some_array(&mut members, "penalises", 64, |value, path| match value {
                Value::Text(text) => Id::parse(&text).map_err(|fault| fault.column(path)),
                _ => Err(malformed(&format!("{path} must be a text"))),
            })?,
            fewer: some_array(&mut members, "fewer", 64, Fewer::from_value)?,
        };
        members.finish()?;
        Ok(item)
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let seats = self.seats.iter().map(SeatEntry::to_value).collect();
        let mut members = vec![
            ("id", (&self.id).into()),
            ("rule", self.rule.to_value()),
            ("seats", Value::Array(seats)),
            ("title", (&self.title).into()),
        ];
        if !self.penalises.is_empty() {
            members.push(("penalises", Value::Array(self.penalises.iter().map(Into::into).collect())));
        }
        if !self.fewer.is_empty() {
            members.push(("fewer", Value::Array(self.fewer.iter().map(Fewer::to_value).collect())));
        }
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// The seat entries of a department.
    #[must_use]
    pub fn seats_of(&self, department: &Id) -> Vec<&SeatEntry> {
        self.seats.iter().filter(|seat| seat.department == *department).collect()
    }

    /// The number of officers that a department sends: experts do not count.
    #[must_use]
    pub fn officers(&self, department: &Id) -> u64 {
        let officers = self.seats_of(department).into_iter().filter(|seat| !seat.expert);
        officers.fold(0, |sum, seat| sum.saturating_add(seat.count))
    }

    /// Checks its seats: known departments, one leader, two officers of each department that may penalise.
    ///
    /// # Errors
    /// [`crate::fault::Code::AnnouncementForm`].
    pub fn check(&self, departments: &BTreeSet<Id>) -> Result<()> {
        if let Some(seat) = self.seats.iter().find(|seat| !departments.contains(&seat.department)) {
            return Err(malformed(&format!("item {}: {} is not a department", self.id, seat.department)));
        }
        let leaders: Vec<u64> = self.seats.iter().filter(|seat| seat.leader).map(|seat| seat.count).collect();
        if leaders != [1] {
            return Err(malformed(&format!("item {}: exactly one seat must be the leader's", self.id)));
        }
        if self.seats.iter().any(|seat| seat.leader && seat.expert) {
            return Err(malformed(&format!("item {}: an expert cannot lead", self.id)));
        }
        self.check_officers()?;
        let mut columns = BTreeSet::new();
        self.rule.columns(&mut columns);
        attributes_only(&format!("item {}", self.id), &columns)
    }
}

impl Item {
    /// Who may penalise sends two officers at least, or everybody can read why not.
    fn check_officers(&self) -> Result<()> {
        let item = &self.id;
        let wrong = format!("item {item}: penalises and fewer must ascend by department");
        let plain = |id: &&Id| id.to_string();
        ascending(&wrong, &format!("item {item}: penalises"), self.penalises.iter(), plain)?;
        ascending(&wrong, &format!("item {item}: fewer"), self.fewer.iter().map(|fewer| &fewer.department), plain)?;
        let few: BTreeSet<&Id> = self.fewer.iter().map(|fewer| &fewer.department).collect();
        if let Some(department) = few.iter().find(|department| !self.penalises.contains(department)) {
            return Err(malformed(&format!("item {item}: fewer names {department}, which does not penalise")));
        }
        for department in &self.penalises {
            let officers = self.officers(department);
            if (officers < TWO) != few.contains(department) {
                let fault = Fault::new(Code::ItemOfficers).fact("item", item).fact("department", department);
                // one of the two, so that a message can say what to do
                let what = if officers < TWO { "wanting" } else { "needless" };
                return Err(fault.fact("officers", officers).fact(what, 1));
            }
        }
        Ok(())
    }
}

impl Fewer {
    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let fewer =
            Self { department: members.parsed("department", Id::parse)?, why: members.parsed("why", Text::parse)? };
        members.finish()?;
        Ok(fewer)
    }

    fn to_value(&self) -> Value {
        object([("department", (&self.department).into()), ("why", (&self.why).into())])
    }
}

impl SeatEntry {
    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let seat = Self {
            department: members.parsed("department", Id::parse)?,
            count: members.int("count", 1, 100)?,
            leader: members.bool("leader")?,
            qualifications: members.texts("qualifications", 64, Id::parse)?,
            expert: only_true(&mut members, "expert")?,
        };
        members.finish()?;
        let wrong = format!("{path}: qualifications must ascend");
        ascending(&wrong, &format!("{path}: qualifications"), seat.qualifications.iter(), |id| id.to_string())?;
        Ok(seat)
    }

    fn to_value(&self) -> Value {
        let qualifications: Vec<Value> = self.qualifications.iter().map(Into::into).collect();
        let mut members = vec![
            ("count", self.count.into()),
            ("department", (&self.department).into()),
            ("leader", self.leader.into()),
            ("qualifications", Value::Array(qualifications)),
        ];
        members.extend(self.expert.then(|| ("expert", true.into())));
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}
