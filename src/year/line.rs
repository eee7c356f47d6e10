//! A line of the year's plan: what is inspected, by whom, how often and when (SPEC §17.1).

use super::{as_year, malformed};
use crate::announcement::{BATCHES, Basis, distinct};
use crate::encoding::{Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Date, Id, Text};
use std::collections::BTreeSet;

/// Most items of a line, as in an announcement.
const ITEMS: usize = 256;
/// Most departments that join the leading one.
const JOINING: usize = 63;

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id, the same in every issue that has it.
    pub id: Id,
    /// What is inspected, in the plan's order.
    pub items: Vec<PlannedItem>,
    /// The department that leads.
    pub lead: Id,
    /// The departments that join it, ascending.
    pub joining: Vec<Id>,
    /// How targets are found.
    pub basis: Basis,
    /// How many campaigns carry the line out.
    pub batches: u64,
    /// In which months of the year targets are inspected.
    pub months: Months,
    /// What share of its targets each campaign draws at least, in ten-thousandths.
    pub rate: Option<u64>,
    /// How many targets there are, as far as the plan knows.
    pub population: Option<u64>,
}

/// An item of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedItem {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub title: Text,
    /// By which law or rule it is inspected.
    pub basis: Text,
}

/// Months of one year, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Months {
    /// The first, from 1.
    pub from: u64,
    /// The last, to 12.
    pub to: u64,
}

impl Months {
    /// Whether a day lies in these months of this year.
    #[must_use]
    pub fn contain(self, year: u64, day: Date) -> bool {
        u64::try_from(day.year()) == Ok(year) && (self.from..=self.to).contains(&day.month())
    }
}

impl Line {
    /// The departments that take part, the leading one first.
    pub fn departments(&self) -> impl Iterator<Item = &Id> {
        std::iter::once(&self.lead).chain(&self.joining)
    }

    /// Checks the line as a whole.
    pub(super) fn check(&self, departments: &BTreeSet<&Id>) -> Result<()> {
        let wrong = |detail: &str| Err(malformed(&format!("line {}: {detail}", self.id)));
        if self.items.is_empty() {
            return wrong("it has no items");
        }
        distinct(&format!("line {}", self.id), self.items.iter().map(|item| &item.id)).map_err(as_year)?;
        if let Some(unknown) = self.departments().find(|department| !departments.contains(department)) {
            return wrong(&format!("{unknown} is not a department of the plan"));
        }
        if !self.joining.is_sorted_by(|a, b| a < b) || self.joining.contains(&self.lead) {
            return wrong("the joining departments must ascend, and the leading one is none of them");
        }
        if self.months.from > self.months.to {
            return wrong("the months end before they begin");
        }
        if self.rate.is_some() && self.basis != Basis::Random {
            return wrong("a rate is for basis random: otherwise all targets are inspected");
        }
        Ok(())
    }

    pub(super) fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let mut months = members.object("months")?;
        let line = Self {
            id: members.parsed("id", Id::parse)?,
            items: members.array("items", ITEMS, PlannedItem::from_value)?,
            lead: members.parsed("lead", Id::parse)?,
            joining: members.texts("joining", JOINING, Id::parse)?,
            basis: members.parsed("basis", Basis::parse).map_err(of_basis)?,
            batches: members.int("batches", 1, BATCHES)?,
            months: Months { from: months.int("from", 1, 12)?, to: months.int("to", 1, 12)? },
            rate: members.optional_int("rate", 1, 10_000)?,
            population: members.optional_int("population", 0, u64::MAX)?,
        };
        months.finish()?;
        members.finish()?;
        Ok(line)
    }

    pub(super) fn to_value(&self) -> Value {
        let mut line = object([
            ("basis", self.basis.name().into()),
            ("batches", self.batches.into()),
            ("id", (&self.id).into()),
            ("items", Value::Array(self.items.iter().map(PlannedItem::to_value).collect())),
            ("joining", Value::Array(self.joining.iter().map(Into::into).collect())),
            ("lead", (&self.lead).into()),
            ("months", object([("from", self.months.from.into()), ("to", self.months.to.into())])),
        ]);
        let optional = [("rate", self.rate), ("population", self.population)];
        if let Value::Object(members) = &mut line {
            members.extend(optional.into_iter().filter_map(|(member, value)| Some((member.to_owned(), value?.into()))));
        }
        line
    }
}

/// The one code of the announcement that a line can bring in.
fn of_basis(fault: Fault) -> Fault {
    if fault.code() == Code::AnnouncementForm { as_year(fault) } else { fault }
}

impl PlannedItem {
    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let item = Self {
            id: members.parsed("id", Id::parse)?,
            title: members.parsed("title", Text::parse)?,
            basis: members.parsed("basis", Text::parse)?,
        };
        members.finish()?;
        Ok(item)
    }

    fn to_value(&self) -> Value {
        object([("basis", (&self.basis).into()), ("id", (&self.id).into()), ("title", (&self.title).into())])
    }
}
