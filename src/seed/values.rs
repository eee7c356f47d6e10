//! Public numbers as evidence, and their one text (SPEC §7.3).

use crate::announcement::{GREATEST, PublicValues, SOURCES, Source, VALUES};
use crate::encoding::{Members, Value, count, decimal, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::Id;
use std::fmt::Write as _;

/// The numbers of each source, in announced order.
///
/// ```
/// use yaohao::seed::Values;
/// let text = "9319./2.5.8.10.12./9.18.26.34.41.45./";
/// assert_eq!(Values::parse_lists(text).unwrap(), [vec![9319], vec![2, 5, 8, 10, 12], vec![9, 18, 26, 34, 41, 45]]);
/// assert!(Values::parse_lists("9319./2.05./").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    sources: Vec<(Id, Vec<u64>)>,
}

impl Values {
    /// Numbers as somebody read them off: those of an unordered source in any order. Form, range and number are checked.
    ///
    /// # Errors
    /// [`Code::BeaconValues`], with the source.
    pub fn collect(plan: &PublicValues, given: impl IntoIterator<Item = (Id, Vec<u64>)>) -> Result<Self> {
        let mut given: Vec<(Id, Vec<u64>)> = given.into_iter().collect();
        let known = |id: &Id| plan.sources.iter().any(|source| source.id == *id);
        if let Some((stranger, _)) = given.iter().find(|(id, _)| !known(id)) {
            let names: Vec<&str> = plan.sources.iter().map(|source| source.id.as_str()).collect();
            return Err(wrong(stranger, &format!("is no source of this campaign; there are {}", names.join(", "))));
        }
        let take = |source: &Source| {
            let at = given.iter().position(|(id, _)| *id == source.id);
            let (id, mut values) = given.swap_remove(at.ok_or_else(|| wrong(&source.id, "is missing"))?);
            if !source.ordered {
                values.sort_unstable();
            }
            Ok((id, values))
        };
        let values = Self { sources: plan.sources.iter().map(take).collect::<Result<_>>()? };
        if let Some((twice, _)) = given.first() {
            return Err(wrong(twice, "stands twice"));
        }
        values.check(plan)?;
        Ok(values)
    }

    /// Reads the text of [`Values::canonical`] for a plan.
    ///
    /// # Errors
    /// [`Code::BeaconValues`].
    pub fn parse(plan: &PublicValues, text: &str) -> Result<Self> {
        let lists = Self::parse_lists(text)?;
        if let Some(source) = plan.sources.get(lists.len()) {
            return Err(wrong(&source.id, "is missing"));
        }
        if lists.len() > plan.sources.len() {
            let detail = format!("{} sources are given, {} are announced", lists.len(), plan.sources.len());
            return Err(wrong("/", &detail));
        }
        let values = Self { sources: plan.sources.iter().map(|source| source.id.clone()).zip(lists).collect() };
        values.check(plan)?;
        Ok(values)
    }

    /// Reads a text of values without knowing what they are of.
    ///
    /// # Errors
    /// [`Code::BeaconValues`].
    pub fn parse_lists(text: &str) -> Result<Vec<Vec<u64>>> {
        let whole = text.strip_suffix('/').ok_or_else(|| wrong("/", "each source ends with /"))?;
        let list = |part: &str| {
            let numbers = part.strip_suffix('.').ok_or_else(|| wrong(part, "each number ends with a full stop"))?;
            let number = |number: &str| {
                decimal(number, 0, GREATEST).map_err(|_| wrong(part, &format!("{number} is no plain number")))
            };
            numbers.split('.').map(number).collect()
        };
        whole.split('/').map(list).collect()
    }

    pub(super) fn from_members(members: &mut Members) -> Result<Self> {
        let source = |value: Value, path: &str| {
            let mut members = Members::of(value, path)?;
            let number = |value: Value, path: &str| match value {
                Value::Int(number) => Ok(number),
                _ => Err(Fault::new(Code::JsonMember).fact("member", path).fact("detail", "must be an integer")),
            };
            let source = (members.parsed("id", Id::parse)?, members.array("values", VALUES.into(), number)?);
            members.finish()?;
            Ok(source)
        };
        Ok(Self { sources: members.array("sources", SOURCES, source)? })
    }

    pub(super) fn to_value(&self) -> Value {
        let source = |(id, values): &(Id, Vec<u64>)| {
            let values = values.iter().map(|value| Value::from(*value));
            object([("id", id.into()), ("values", Value::Array(values.collect()))])
        };
        Value::Array(self.sources.iter().map(source).collect())
    }

    /// The numbers of each source.
    #[must_use]
    pub fn sources(&self) -> &[(Id, Vec<u64>)] {
        &self.sources
    }

    /// The text that enters the seed: each number followed by a full stop, each source ended by a slash.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        for (_, values) in &self.sources {
            for value in values {
                // writing to a String cannot fail
                let _ = write!(text, "{value}.");
            }
            text.push('/');
        }
        text
    }

    /// Whether these are numbers that the announced sources can give. Whether they gave them, nobody can compute.
    ///
    /// # Errors
    /// [`Code::BeaconValues`], with the source.
    pub fn check(&self, plan: &PublicValues) -> Result<()> {
        for (index, source) in plan.sources.iter().enumerate() {
            match self.sources.get(index) {
                Some((id, values)) if *id == source.id => check_source(source, values)?,
                Some((id, _)) => return Err(wrong(id, &format!("stands where {} was announced", source.id))),
                None => return Err(wrong(&source.id, "is missing")),
            }
        }
        match self.sources.get(plan.sources.len()) {
            Some((id, _)) => Err(wrong(id, "was not announced")),
            None => Ok(()),
        }
    }
}

fn check_source(source: &Source, values: &[u64]) -> Result<()> {
    let wrong = |detail: &str| Err(wrong(&source.id, detail));
    if count(values.len()) != source.count {
        return wrong(&format!("{} numbers are given, {} are needed", values.len(), source.count));
    }
    if let Some(value) = values.iter().find(|value| !(source.least..=source.greatest).contains(*value)) {
        return wrong(&format!("{value} is not from {} to {}", source.least, source.greatest));
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let twice = sorted.windows(2).find(|pair| matches!(pair, [a, b] if a == b)).and_then(<[u64]>::first);
    if let Some(twice) = twice.filter(|_| source.distinct) {
        return wrong(&format!("{twice} stands twice"));
    }
    if !source.ordered && sorted != values {
        return wrong("the numbers do not ascend");
    }
    Ok(())
}

fn wrong(source: impl std::fmt::Display, detail: &str) -> Fault {
    Fault::new(Code::BeaconValues).fact("source", source).fact("detail", detail)
}
