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
    /// The first row of each reserved category.
    reserved: BTreeMap<&'static str, Reserved>,
    /// Pairs that a rule of rotation has put in.
    rotated: BTreeSet<(Id, Id)>,
}

/// A row whose category is kept for rules of rotation.
#[derive(Debug, Clone)]
pub struct Reserved {
    /// Its number, from 1.
    pub row: u64,
    /// Its target.
    pub target: Id,
    /// Its inspector.
    pub inspector: Id,
}

impl<'a> Recusals<'a> {
    /// An empty visitor; `inspectors` are the ids of their register, ascending.
    #[must_use]
    pub fn new(inspectors: &'a [Id]) -> Self {
        Self { inspectors, by_target: BTreeMap::new(), reserved: BTreeMap::new(), rotated: BTreeSet::new() }
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

    /// Whether that is so by rotation, not because the two have to do with each other.
    #[must_use]
    pub fn rotates(&self, target: &Id, inspector: &Id) -> bool {
        !self.rotated.is_empty() && self.rotated.contains(&(target.clone(), inspector.clone()))
    }

    /// Whether any pair is there by rotation.
    #[must_use]
    pub fn has_rotation(&self) -> bool {
        !self.rotated.is_empty()
    }

    /// The same without the pairs of rotation.
    #[must_use]
    pub fn without_rotation(&self) -> Self {
        let mut all = Self { rotated: BTreeSet::new(), ..self.clone() };
        for (target, inspector) in &self.rotated {
            if let Some(barred) = all.by_target.get_mut(target) {
                barred.remove(inspector);
            }
        }
        all.by_target.retain(|_, barred| !barred.is_empty());
        all
    }

    /// Which of the reserved categories stand in it, each with its first row.
    pub fn reserved(&self) -> impl Iterator<Item = (&'static str, &Reserved)> {
        self.reserved.iter().map(|(category, first)| (*category, first))
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
        if self.inspectors.binary_search(&inspector).is_err() {
            return Err(Fault::new(Code::RecusalInspector).column("inspector").fact("inspector", inspector));
        }
        if let Some(reserved) = [LAST_VISITOR, MET_RECENTLY].into_iter().find(|one| *one == category.as_str()) {
            let first = || Reserved { row: row.number, target: target.clone(), inspector: inspector.clone() };
            self.reserved.entry(reserved).or_insert_with(first);
            self.rotated.insert((target.clone(), inspector.clone()));
        }
        self.by_target.entry(target).or_default().insert(inspector);
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (category, first) in later.reserved {
            self.reserved.entry(category).or_insert(first);
        }
        self.rotated.extend(later.rotated);
        for (target, inspectors) in later.by_target {
            self.by_target.entry(target).or_default().extend(inspectors);
        }
        Ok(())
    }
}
