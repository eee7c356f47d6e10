//! Where a campaign comes from: a line of the year's plan, and a campaign that it takes the place of (SPEC §6.1, §17).

use super::malformed;
use crate::encoding::{Digest, Members, Value, decimal, object};
use crate::fault::Result;
use crate::ident::Id;

/// Most campaigns of one line of a plan.
pub(crate) const BATCHES: u64 = 1_000;

/// Greatest serial of a number: the greatest integer of the format.
const SERIALS: u64 = (1 << 53) - 1;

/// The line of a year's plan that a campaign carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// The digest of the plan's body, which fixes the issue too.
    pub plan: Digest,
    /// The id of the line.
    pub line: Id,
    /// Which of the line's campaigns this is, from 1.
    pub batch: u64,
}

/// The campaign that was given up and that this one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaces {
    /// Its number.
    pub number: Id,
    /// The digest of its void's body.
    pub void: Digest,
}

/// The prefix and the serial of a number of the form `<prefix>-<serial>`: the serial is what is behind the last `-`, a
/// decimal number from 1 to 2^53−1 without leading zeros.
///
/// ```
/// use yaohao::{announcement::numbered, ident::Id};
/// let number = |text: &str| Id::parse(text).unwrap();
/// assert_eq!(numbered(&number("ZJ-2026-12")), Some(("ZJ-2026", 12)));
/// for other in ["ZJ-2026-012", "ZJ-2026-0", "12", "-12", "ZJ2026", "ZJ-2026-"] {
///     assert_eq!(numbered(&number(other)), None, "{other}");
/// }
/// ```
#[must_use]
pub fn numbered(number: &Id) -> Option<(&str, u64)> {
    let (prefix, serial) = number.as_str().rsplit_once('-')?;
    let serial = decimal(serial, 1, SERIALS).ok()?;
    (!prefix.is_empty()).then_some((prefix, serial))
}

/// What is wrong with line, predecessor and number together.
pub(super) fn check_origin(number: &Id, plan: Option<&PlanLine>, replaces: Option<&Replaces>) -> Result<()> {
    if plan.is_some() && numbered(number).is_none() {
        return Err(malformed(&format!("number {number} of a campaign of the year's plan must be <prefix>-<serial>")));
    }
    match replaces {
        Some(replaces) if replaces.number == *number => Err(malformed("a campaign cannot replace itself")),
        _ => Ok(()),
    }
}

impl PlanLine {
    pub(super) fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let line = Self {
            plan: members.digest("plan")?,
            line: members.parsed("line", Id::parse)?,
            batch: members.int("batch", 1, BATCHES)?,
        };
        members.finish()?;
        Ok(line)
    }

    pub(super) fn to_value(&self) -> Value {
        object([("batch", self.batch.into()), ("line", (&self.line).into()), ("plan", self.plan.to_string().into())])
    }
}

impl Replaces {
    pub(super) fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let replaces = Self { number: members.parsed("number", Id::parse)?, void: members.digest("void")? };
        members.finish()?;
        Ok(replaces)
    }

    pub(super) fn to_value(&self) -> Value {
        object([("number", (&self.number).into()), ("void", self.void.to_string().into())])
    }
}
