//! Departments, items and their seats (SPEC §6.1, §10).

use super::{attributes_only, malformed};
use crate::encoding::{Members, Value, object};
use crate::fault::Result;
use crate::ident::{Id, Name, Text};
use crate::rule::{Rule, rule_member};
use std::collections::BTreeSet;

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
}

/// How inspectors are matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    /// The column of targets that inspectors' regions must cover.
    pub region: Option<Name>,
    /// Whether earlier load counts in evenness.
    pub carried: bool,
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
        };
        members.finish()?;
        Ok(item)
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let seats = self.seats.iter().map(SeatEntry::to_value).collect();
        object([
            ("id", (&self.id).into()),
            ("rule", self.rule.to_value()),
            ("seats", Value::Array(seats)),
            ("title", (&self.title).into()),
        ])
    }

    /// Checks its seats: known departments, one leader.
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
        let mut columns = BTreeSet::new();
        self.rule.columns(&mut columns);
        attributes_only(&format!("item {}", self.id), &columns)
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
        };
        members.finish()?;
        if !seat.qualifications.is_sorted_by(|a, b| a < b) {
            return Err(malformed(&format!("{path}: qualifications must ascend")));
        }
        Ok(seat)
    }

    fn to_value(&self) -> Value {
        let qualifications: Vec<Value> = self.qualifications.iter().map(Into::into).collect();
        object([
            ("count", self.count.into()),
            ("department", (&self.department).into()),
            ("leader", self.leader.into()),
            ("qualifications", Value::Array(qualifications)),
        ])
    }
}

impl Team {
    /// Reads it.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let team = Self { carried: members.bool("carried")?, region: members.optional_parsed("region", Name::parse)? };
        members.finish()?;
        attributes_only("team.region", &team.region)?;
        Ok(team)
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = vec![("carried".to_owned(), self.carried.into())];
        members.extend(self.region.as_ref().map(|region| ("region".to_owned(), region.into())));
        Value::Object(members.into_iter().collect())
    }
}
