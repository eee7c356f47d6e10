//! The register of recusals: who never visits whom (SPEC §4.3).

use super::{Row, Visit};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of the register of recusals.
pub const RECUSAL_COLUMNS: [&str; 3] = ["target", "inspector", "category"];

/// Why an inspector does not visit a target that it visited last (SPEC §6.2).
pub const LAST_VISITOR: &str = "last-visitor";
/// Why one does not that visited it lately.
pub const MET_RECENTLY: &str = "met-recently";

/// What a pass over the register of recusals gives: for each target the inspectors who never visit it.
#[derive(Debug, Clone)]
pub struct Recusals<'a> {
    inspectors: &'a [Id],
    by_target: BTreeMap<Id, BTreeSet<Id>>,
    reserved: BTreeSet<&'static str>,
}

impl<'a> Recusals<'a> {
    /// An empty visitor; `inspectors` are the ids of their register, ascending.
    #[must_use]
    pub fn new(inspectors: &'a [Id]) -> Self {
        Self { inspectors, by_target: BTreeMap::new(), reserved: BTreeSet::new() }
    }

    /// Whether this inspector must not visit this target.
    #[must_use]
    pub fn bar(&self, target: &str, inspector: &str) -> bool {
        self.of(target).is_some_and(|barred| barred.contains(inspector))
    }

    /// The inspectors who must not visit this target, if there are any.
    #[must_use]
    pub fn of(&self, target: &str) -> Option<&BTreeSet<Id>> {
        self.by_target.get(target)
    }

    /// Which of the reserved categories stand in it.
    pub fn reserved(&self) -> impl Iterator<Item = &'static str> {
        self.reserved.iter().copied()
    }

    /// The targets that are named, ascending.
    pub fn targets(&self) -> impl Iterator<Item = &Id> {
        self.by_target.keys()
    }
}

impl Visit for Recusals<'_> {
    fn fork(&self) -> Self {
        Self::new(self.inspectors)
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        let (target, inspector) = (Id::parse(row.cell(0))?, Id::parse(row.cell(1))?);
        let category = Name::parse(row.cell(2)).map_err(|fault| fault.column("category"))?;
        self.reserved.extend([LAST_VISITOR, MET_RECENTLY].into_iter().find(|reserved| *reserved == category.as_str()));
        if self.inspectors.binary_search(&inspector).is_err() {
            return Err(Fault::new(Code::RecusalInspector).column("inspector").fact("inspector", inspector));
        }
        self.by_target.entry(target).or_default().insert(inspector);
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.reserved.extend(later.reserved);
        for (target, inspectors) in later.by_target {
            self.by_target.entry(target).or_default().extend(inspectors);
        }
        Ok(())
    }
}
