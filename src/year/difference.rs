//! What an issue of the year's plan changes of the one before: nothing goes without a word (SPEC §17.2).

use super::{Line, YearPlan};
use crate::ident::Id;

/// What differs between two issues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Members of the plan itself that differ.
    pub members: Vec<&'static str>,
    /// Lines that only the newer one has.
    pub added: Vec<Id>,
    /// Lines that both have, and in which members they differ.
    pub changed: Vec<(Id, Vec<&'static str>)>,
    /// Lines that only the older one has.
    pub withdrawn: Vec<Id>,
}

impl Difference {
    /// Whether the two say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What differs between two issues, lines in the order of their ids. What every issue has of its own (`issue`,
/// `supersedes`, `published_at`, `reason`, `text`) is not compared.
#[must_use]
pub fn difference(old: &YearPlan, new: &YearPlan) -> Difference {
    let only_in = |one: &YearPlan, other: &YearPlan| {
        one.lines.iter().filter(|line| other.line(&line.id).is_none()).map(|line| line.id.clone()).collect()
    };
    let changed = new.lines.iter().filter_map(|line| {
        let members = line_members(old.line(&line.id)?, line);
        (!members.is_empty()).then(|| (line.id.clone(), members))
    });
    Difference {
        members: named([
            ("authority", old.authority != new.authority),
            ("departments", old.departments != new.departments),
            ("number", old.number != new.number),
            ("prefix", old.prefix != new.prefix),
            ("signers", old.signers != new.signers),
            ("threshold", old.threshold != new.threshold),
            ("year", old.year != new.year),
        ]),
        added: only_in(new, old),
        changed: changed.collect(),
        withdrawn: only_in(old, new),
    }
}

fn line_members(old: &Line, new: &Line) -> Vec<&'static str> {
    named([
        ("basis", old.basis != new.basis),
        ("batches", old.batches != new.batches),
        ("items", old.items != new.items),
        ("joining", old.joining != new.joining),
        ("lead", old.lead != new.lead),
        ("months", old.months != new.months),
        ("population", old.population != new.population),
        ("rate", old.rate != new.rate),
    ])
}

fn named<const N: usize>(members: [(&'static str, bool); N]) -> Vec<&'static str> {
    members.into_iter().filter_map(|(member, differs)| differs.then_some(member)).collect()
}
