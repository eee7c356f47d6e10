//! The announcement: everything that is fixed before anybody can know the seed (SPEC §6.1).

mod body;
mod history;
mod items;
mod origin;
mod public_values;
mod sealed;
mod seed_plan;
mod signers;
mod strata;
mod team;

pub use history::{Earlier, History, Level, check_categories, months_before};
pub use items::{Department, Fewer, Item, SeatEntry};
pub(crate) use origin::BATCHES;
pub use origin::{PlanLine, Replaces, numbered};
pub(crate) use public_values::{GREATEST, SOURCES, VALUES};
pub use public_values::{PublicValues, Source, bits_of_product};
pub use sealed::Sealed;
pub(crate) use seed_plan::check_chain;
pub use seed_plan::{BeaconPlan, Chain, Contributor, QUICKNET, SeedPlan, WAIT_DAYS, commitment};
pub use signers::Signer;
pub(crate) use signers::{SIGNERS, check_signers};
pub(crate) use strata::CELLS;
pub use strata::{Cell, CellSize, Method, Rounding, Size, Stratum, Why, WithoutChance};
pub use team::{Beyond, CrewKind, Crews, StationMode, Stations, Team};

use crate::encoding::{Digest, Members, Value};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Date, Id, Name, Text, Time};
use crate::register::{Commitment, Inspectors, RECUSAL_COLUMNS, Reasons, Schema};
use std::collections::BTreeSet;

/// Most seats of all items together: what a single target can ask for.
const SEATS: u64 = 1_000;

/// Why a campaign is held (SPEC §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Targets are drawn at random.
    Random,
    /// Every target is inspected, in random order.
    FullCoverage,
    /// The register is the named targets; only inspectors are drawn.
    Targeted,
}

impl Basis {
    /// Reads the name of a basis.
    ///
    /// # Errors
    /// [`Code::AnnouncementForm`].
    pub fn parse(name: &str) -> Result<Self> {
        [Self::Random, Self::FullCoverage, Self::Targeted]
            .into_iter()
            .find(|basis| basis.name() == name)
            .ok_or_else(|| malformed(&format!("basis {name} is none of random, full-coverage, targeted")))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::FullCoverage => "full-coverage",
            Self::Targeted => "targeted",
        }
    }
}

/// A register as announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The header.
    pub columns: Vec<String>,
    /// Rows, digest, root.
    pub commitment: Commitment,
    /// Rows that bear a reason in `excluded`.
    pub excluded: Reasons,
    /// Source rows left out before the freeze.
    pub set_aside: Reasons,
    /// Columns behind `seal`.
    pub withheld: Vec<Name>,
}

/// The body of an announcement. Its fields are public for those who build one; whatever comes out of
/// [`crate::statement::Statement::parse`] has passed [`Announcement::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The campaign's number.
    pub number: Id,
    /// What it is.
    pub title: Text,
    /// Who draws.
    pub authority: Text,
    /// Why.
    pub basis: Basis,
    /// T0 as claimed.
    pub announced_at: Time,
    /// First day of the inspections.
    pub window_from: Date,
    /// Last day.
    pub window_to: Date,
    /// Departments in announced order.
    pub departments: Vec<Department>,
    /// Items in announced order.
    pub items: Vec<Item>,
    /// How inspectors are matched.
    pub team: Team,
    /// Strata in order.
    pub strata: Vec<Stratum>,
    /// Rows that no stratum owns.
    pub unowned: u64,
    /// Where there is no chance.
    pub without_chance: Vec<WithoutChance>,
    /// Earlier campaigns that keep targets out.
    pub history: Option<History>,
    /// The line of the year's plan that it carries out.
    pub plan: Option<PlanLine>,
    /// The campaign that it takes the place of.
    pub replaces: Option<Replaces>,
    /// targets.csv.
    pub targets: Announced,
    /// inspectors.csv.
    pub inspectors: Announced,
    /// recusals.csv.
    pub recusals: Announced,
    /// What makes the seed.
    pub seed: SeedPlan,
    /// Who may sign, ascending by key.
    pub signers: Vec<Signer>,
    /// How many of them must.
    pub threshold: u64,
}

impl Announcement {
    /// The attributes of targets that rules, splits, weights and regions name: exactly the columns to be published.
    #[must_use]
    pub fn target_attributes(&self) -> BTreeSet<Name> {
        named_attributes(&self.strata, &self.items, &self.team)
    }

    /// The schema of targets.csv.
    #[must_use]
    pub fn targets_schema(&self) -> Schema {
        Schema::new("targets.csv", &self.targets.columns)
    }

    /// The schema of inspectors.csv.
    #[must_use]
    pub fn inspectors_schema(&self) -> Schema {
        Schema::new("inspectors.csv", &self.inspectors.columns)
    }

    /// The schema of recusals.csv.
    #[must_use]
    pub fn recusals_schema(&self) -> Schema {
        Schema::new("recusals.csv", &self.recusals.columns)
    }

    /// The ids of the departments.
    #[must_use]
    pub fn department_ids(&self) -> BTreeSet<Id> {
        self.departments.iter().map(|department| department.id.clone()).collect()
    }

    /// An empty visitor for inspectors.csv.
    ///
    /// # Errors
    /// [`Code::ColumnUnknown`].
    pub fn inspectors_visitor(&self) -> Result<Inspectors> {
        Inspectors::new(&self.inspectors_schema(), self.department_ids(), self.window_days())
    }

    /// Number of days of the window, first and last included.
    #[must_use]
    pub fn window_days(&self) -> u64 {
        self.window_from.days_until(self.window_to).saturating_add(1)
    }

    /// A register by the name that proofs give it.
    #[must_use]
    pub fn register(&self, name: &str) -> Option<&Announced> {
        match name {
            "targets" => Some(&self.targets),
            "inspectors" => Some(&self.inspectors),
            "recusals" => Some(&self.recusals),
            _ => None,
        }
    }

    /// Checks what only the whole shows: cross-references, distinct ids, columns, sums.
    ///
    /// # Errors
    /// [`Code::AnnouncementForm`] and the codes of the parts.
    pub fn check(&self) -> Result<()> {
        if self.window_from > self.window_to {
            return Err(malformed("the window ends before it begins"));
        }
        distinct("departments", self.departments.iter().map(|department| &department.id))?;
        distinct("items", self.items.iter().map(|item| &item.id))?;
        distinct("strata", self.strata.iter().map(|stratum| &stratum.name))?;
        if self.departments.is_empty() || self.items.is_empty() || self.strata.is_empty() {
            return Err(malformed("departments, items, strata and signers must not be empty"));
        }
        check_signers(&self.signers, self.threshold)?;
        origin::check_origin(&self.number, self.plan.as_ref(), self.replaces.as_ref())?;
        let departments = self.department_ids();
        self.items.iter().try_for_each(|item| item.check(&departments))?;
        self.team.check(&departments, &self.items)?;
        self.strata.iter().try_for_each(Stratum::check)?;
        if self.basis != Basis::Random && self.strata.iter().any(|stratum| stratum.method != Method::Order) {
            return Err(malformed("a campaign of full coverage, or a targeted one, has only strata of method order"));
        }
        if self.basis != Basis::Random && self.unowned > 0 {
            return Err(malformed("a campaign of full coverage, or a targeted one, leaves no row out"));
        }
        let seats =
            self.items.iter().flat_map(|item| &item.seats).fold(0_u64, |sum, entry| sum.saturating_add(entry.count));
        let cells: usize = self.strata.iter().map(|stratum| stratum.cells.len()).sum();
        if seats > SEATS || cells > CELLS {
            return Err(malformed("at most 1,000 seats in all items together, and 10,000 cells in all strata"));
        }
        self.seed.check()?;
        self.history.as_ref().map_or(Ok(()), History::check)?;
        if self.history.as_ref().is_some_and(|history| history.loads) && !self.team.carried {
            return Err(malformed("history.loads needs team.carried"));
        }
        history::check_reasons(self.history.as_ref(), &self.targets.excluded)?;
        self.check_columns()
    }

    fn check_columns(&self) -> Result<()> {
        let targets = self.target_attributes();
        let inspectors = self.team.inspector_columns(&self.items).names();
        columns_of(&self.targets, "targets", targets.iter().map(Name::as_str))?;
        columns_of(&self.inspectors, "inspectors", inspectors)?;
        if self.recusals.columns != RECUSAL_COLUMNS
            || !self.recusals.withheld.is_empty()
            || !self.recusals.excluded.0.is_empty()
            || !self.recusals.set_aside.0.is_empty()
        {
            return Err(malformed("the recusals have three columns, and nothing excluded, set aside or withheld"));
        }
        Ok(())
    }
}

/// The attributes that strata, items and team name.
#[must_use]
pub fn named_attributes(strata: &[Stratum], items: &[Item], team: &Team) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    for stratum in strata {
        stratum.rule.columns(&mut names);
        names.extend(stratum.split.clone());
        if let Method::Weighted(weight) = &stratum.method {
            names.insert(weight.clone());
        }
    }
    items.iter().for_each(|item| item.rule.columns(&mut names));
    names.extend(team.target_columns().cloned());
    names
}

/// The header of a register with these attributes (SPEC §4.1).
pub fn register_columns<'a>(attributes: impl IntoIterator<Item = &'a str>, sealed: bool) -> Vec<String> {
    let mut columns = vec!["id"];
    columns.extend(attributes);
    columns.push("excluded");
    columns.extend(sealed.then_some("seal"));
    columns.into_iter().map(str::to_owned).collect()
}

fn columns_of<'a>(register: &Announced, name: &str, attributes: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let expected = register_columns(attributes, !register.withheld.is_empty());
    if let Some(column) = expected.iter().find(|column| !register.columns.contains(column)) {
        return Err(Fault::new(Code::ColumnUnknown).column(format!("registers.{name}")).fact("column", column));
    }
    if let Some(column) = register.columns.iter().find(|column| !expected.contains(column)) {
        return Err(Fault::new(Code::ColumnUnused).column(format!("registers.{name}")).fact("column", column));
    }
    if register.columns == expected {
        Ok(())
    } else {
        Err(malformed(&format!("the columns of {name} are not in order")))
    }
}

pub(crate) fn distinct<'a>(what: &str, ids: impl Iterator<Item = &'a Id>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(malformed(&format!("{what}: {id} stands twice")));
        }
    }
    Ok(())
}

/// Refuses the columns that every register has as names of attributes.
fn attributes_only<'a>(what: &str, names: impl IntoIterator<Item = &'a Name>) -> Result<()> {
    match names.into_iter().find(|name| ["id", "excluded", "seal"].contains(&name.as_str())) {
        Some(name) => Err(malformed(&format!("{what}: {name} is no attribute"))),
        None => Ok(()),
    }
}

/// A member that is there only to say yes.
fn only_true(members: &mut Members, key: &str) -> Result<bool> {
    if !members.has(key) {
        return Ok(false);
    }
    if members.bool(key)? { Ok(true) } else { Err(malformed(&format!("{} is true, or left out", members.path(key)))) }
}

/// An optional array, which is not there when it is empty.
fn some_array<T>(
    members: &mut Members,
    key: &str,
    most: usize,
    each: impl Fn(Value, &str) -> Result<T>,
) -> Result<Vec<T>> {
    if !members.has(key) {
        return Ok(Vec::new());
    }
    let array = members.array(key, most, each)?;
    if array.is_empty() {
        return Err(malformed(&format!("{} is left out when it is empty", members.path(key))));
    }
    Ok(array)
}

/// Refuses keys that do not ascend. An office's plan is put in order by the program: what is wrong there is a double, so
/// that is told, with its name.
fn ascending<T: Ord>(
    wrong: &str,
    what: &str,
    keys: impl Iterator<Item = T>,
    name: impl Fn(&T) -> String,
) -> Result<()> {
    let mut before: Option<T> = None;
    for key in keys {
        match before.as_ref().map(|before| before.cmp(&key)) {
            Some(std::cmp::Ordering::Equal) => {
                let at = if what.is_empty() { String::new() } else { format!("{what}: ") };
                return Err(malformed(&format!("{at}{} stands twice", name(&key))));
            }
            Some(std::cmp::Ordering::Greater) => return Err(malformed(wrong)),
            _ => before = Some(key),
        }
    }
    Ok(())
}

fn malformed(detail: &str) -> Fault {
    Fault::new(Code::AnnouncementForm).fact("detail", detail)
}

/// Numbers and digests that must be the same in every statement of a campaign.
///
/// # Errors
/// [`Code::CampaignMixed`].
pub fn same_campaign(number: &Id, announcement: &Digest, found_number: &Id, found_announcement: &Digest) -> Result<()> {
    let mixed = |found: String, expected: String| {
        Err(Fault::new(Code::CampaignMixed).fact("found", found).fact("expected", expected))
    };
    if number != found_number {
        return mixed(found_number.to_string(), number.to_string());
    }
    if announcement != found_announcement {
        return mixed(found_announcement.to_string(), announcement.to_string());
    }
    Ok(())
}
