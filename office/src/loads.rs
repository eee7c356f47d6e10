//! What a draw gave a department's people, in numbers: how even the loads are, and what crews there were.

use std::collections::{BTreeMap, BTreeSet};
use yaohao::announcement::Announcement;
use yaohao::assign::{Crew, DepartmentOutcome, Obstacle, lasts};
use yaohao::ident::Id;
use yaohao::register::Inspector;

/// What keeps an inspector from any target at all, whatever is drawn.
#[must_use]
pub fn unfit(announcement: &Announcement, inspector: &Inspector) -> Option<Obstacle> {
    match () {
        () if !lasts(announcement, inspector) => Some(Obstacle::Expired),
        () if inspector.capacity == 0 => Some(Obstacle::Spent),
        () => None,
    }
}

/// The spread of some loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spread {
    /// The least.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// All together.
    pub total: u64,
    /// Of how many people.
    pub people: u64,
}

impl Spread {
    /// The spread of these loads; of nobody's all is nought.
    #[must_use]
    pub fn of(loads: impl IntoIterator<Item = u64>) -> Self {
        loads.into_iter().fold(Self::default(), |spread, load| Self {
            least: if spread.people == 0 { load } else { spread.least.min(load) },
            most: spread.most.max(load),
            total: spread.total.saturating_add(load),
            people: spread.people.saturating_add(1),
        })
    }

    /// The mean in hundredths, rounded down: for people to read.
    #[must_use]
    pub fn mean(&self) -> u64 {
        self.total.saturating_mul(100).checked_div(self.people).unwrap_or(0)
    }
}

/// The crews of a department in one draw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CrewsMade {
    /// How many crews have so many people.
    pub sizes: BTreeMap<usize, u64>,
    /// Who is in no crew, ascending.
    pub left_over: Vec<Id>,
}

impl CrewsMade {
    /// The crews of a department that sends crews.
    #[must_use]
    pub fn of(department: &DepartmentOutcome) -> Self {
        let mut made = Self::default();
        for crew in &department.crews {
            let of_size = made.sizes.entry(crew.members.len()).or_default();
            *of_size = of_size.saturating_add(1);
        }
        let within: BTreeSet<u32> = department.crews.iter().flat_map(|crew| crew.members.iter().copied()).collect();
        let people = department.loads.iter().zip(0_u32..);
        made.left_over = people.filter(|(_, index)| !within.contains(index)).map(|((id, _), _)| id.clone()).collect();
        made
    }

    /// How many crews there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.sizes.values().sum()
    }
}

/// The crew that an inspector is in.
pub(crate) fn crew_of<'a>(department: &'a DepartmentOutcome, inspector: &Id) -> Option<&'a Crew> {
    let at = department.loads.binary_search_by(|(id, _)| id.cmp(inspector)).ok()?;
    let at = u32::try_from(at).ok()?;
    department.crews.iter().find(|crew| crew.members.contains(&at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_nobody_and_of_some() {
        assert_eq!(Spread::of([]), Spread::default());
        assert_eq!(Spread::of([]).mean(), 0);
        let spread = Spread::of([3, 1, 1]);
        assert_eq!((spread.least, spread.most, spread.total, spread.people, spread.mean()), (1, 3, 5, 3, 166));
    }
}
