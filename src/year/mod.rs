//! The year's plan: what an authority means to inspect, from whose lines campaigns are made (SPEC §17).

mod chain;
mod difference;
mod line;

pub use chain::{check_chain, check_issue};
pub use difference::{Difference, difference};
pub use line::{Line, Months, PlannedItem};

use crate::announcement::{Department, SIGNERS, Signer, check_signers, distinct, numbered};
use crate::encoding::{Digest, Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name, Text, Time};
use crate::statement::{Body, Type};
use std::collections::BTreeSet;

/// Most lines.
pub const LINES: usize = 10_000;
/// Most bytes of a prefix: with `-` and any serial a number is still an id.
pub const PREFIX_BYTES: usize = 47;
/// Most issues of one plan.
const ISSUES: u64 = 10_000;
/// Most departments, as in an announcement.
const DEPARTMENTS: usize = 64;

/// The body of a plan: one issue of it, whole. Its fields are public for those who build one; whatever comes out of
/// [`crate::statement::Statement::parse`] has passed [`YearPlan::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearPlan {
    /// The plan's own number, the same in every issue.
    pub number: Id,
    /// What an issue after the first says of the one before it.
    pub amendment: Option<Amendment>,
    /// The year of the inspections.
    pub year: u64,
    /// Who plans.
    pub authority: Text,
    /// When, as claimed.
    pub published_at: Time,
    /// What the numbers of its campaigns begin with: they are `<prefix>-<serial>`.
    pub prefix: Id,
    /// Departments with their names, in the plan's order.
    pub departments: Vec<Department>,
    /// Who may sign, ascending by key.
    pub signers: Vec<Signer>,
    /// How many of them must.
    pub threshold: u64,
    /// The lines, ascending by id.
    pub lines: Vec<Line>,
}

/// An issue that takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Which issue this is, from 2.
    pub issue: u64,
    /// The digest of the body of the issue before.
    pub supersedes: Digest,
    /// Why, in a word that can be counted.
    pub reason: Name,
    /// Why, for people.
    pub text: Text,
}

/// The serial of a campaign's number under a plan's prefix.
///
/// ```
/// use yaohao::{ident::Id, year::serial};
/// let id = |text: &str| Id::parse(text).unwrap();
/// assert_eq!(serial(&id("ZJ-2026"), &id("ZJ-2026-7")), Some(7));
/// assert_eq!(serial(&id("ZJ-2026"), &id("ZJ-2026-07")), None);
/// assert_eq!(serial(&id("ZJ"), &id("ZJ-2026-7")), None);
/// ```
#[must_use]
pub fn serial(prefix: &Id, number: &Id) -> Option<u64> {
    numbered(number).filter(|(found, _)| *found == prefix.as_str()).map(|(_, serial)| serial)
}

impl YearPlan {
    /// Which issue this is, from 1.
    #[must_use]
    pub fn issue(&self) -> u64 {
        self.amendment.as_ref().map_or(1, |amendment| amendment.issue)
    }

    /// A line by its id; lines ascend.
    #[must_use]
    pub fn line(&self, id: &Id) -> Option<&Line> {
        self.lines.get(self.lines.binary_search_by(|line| line.id.cmp(id)).ok()?)
    }

    /// The name of a department; its id if it is none of the plan's.
    #[must_use]
    pub fn department<'a>(&'a self, id: &'a Id) -> &'a str {
        self.departments.iter().find(|known| known.id == *id).map_or(id.as_str(), |known| known.title.as_str())
    }

    /// Checks what only the whole shows.
    ///
    /// # Errors
    /// [`Code::YearForm`].
    pub fn check(&self) -> Result<()> {
        check_signers(&self.signers, self.threshold).map_err(as_year)?;
        distinct("departments", self.departments.iter().map(|department| &department.id)).map_err(as_year)?;
        if self.departments.is_empty() || self.lines.is_empty() {
            return Err(malformed("departments and lines must not be empty"));
        }
        if !self.lines.is_sorted_by(|a, b| a.id < b.id) {
            return Err(malformed("lines must ascend by id, each once"));
        }
        if self.prefix.as_str().len() > PREFIX_BYTES {
            return Err(malformed(&format!("the prefix has over {PREFIX_BYTES} bytes")));
        }
        let departments: BTreeSet<&Id> = self.departments.iter().map(|department| &department.id).collect();
        self.lines.iter().try_for_each(|line| line.check(&departments))
    }
}

impl Body for YearPlan {
    const TYPE: Type = Type::Plan;

    fn to_value(&self) -> Value {
        let mut body = object([
            ("authority", (&self.authority).into()),
            ("departments", Value::Array(self.departments.iter().map(Department::to_value).collect())),
            ("issue", self.issue().into()),
            ("lines", Value::Array(self.lines.iter().map(Line::to_value).collect())),
            ("number", (&self.number).into()),
            ("prefix", (&self.prefix).into()),
            ("published_at", (&self.published_at).into()),
            ("signers", Value::Array(self.signers.iter().map(Signer::to_value).collect())),
            ("threshold", self.threshold.into()),
            ("year", self.year.into()),
        ]);
        if let (Value::Object(members), Some(amendment)) = (&mut body, &self.amendment) {
            members.insert("supersedes".to_owned(), amendment.supersedes.to_string().into());
            members.insert("reason".to_owned(), amendment.reason.as_str().into());
            members.insert("text".to_owned(), (&amendment.text).into());
        }
        body
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let amendment = match members.int("issue", 1, ISSUES)? {
            // what belongs to an amendment is not known here, and left over
            1 => None,
            issue => Some(Amendment {
                issue,
                supersedes: members.digest("supersedes")?,
                reason: members.parsed("reason", Name::parse)?,
                text: members.parsed("text", Text::parse)?,
            }),
        };
        let plan = Self {
            number: members.parsed("number", Id::parse)?,
            amendment,
            year: members.int("year", 2000, 9998)?,
            authority: members.parsed("authority", Text::parse)?,
            published_at: members.parsed("published_at", Time::parse)?,
            prefix: members.parsed("prefix", Id::parse)?,
            departments: members.array("departments", DEPARTMENTS, Department::from_value)?,
            signers: members.array("signers", SIGNERS, Signer::from_value)?,
            threshold: members.int("threshold", 1, 64)?,
            lines: members.array("lines", LINES, Line::from_value)?,
        };
        members.finish()?;
        plan.check()?;
        Ok(plan)
    }
}

fn malformed(detail: &str) -> Fault {
    Fault::new(Code::YearForm).fact("detail", detail)
}

/// What announcements and plans have in common is wrong in this plan.
fn as_year(fault: Fault) -> Fault {
    fault.recoded(Code::YearForm)
}

#[cfg(test)]
mod tests;
