//! Earlier campaigns that keep targets out of this one, and by which rules (SPEC §6.2).

use super::{ascending, malformed, only_true};
use crate::encoding::{Digest, Members, Value};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Time};
use crate::register::{LAST_VISITOR, Reasons, Recusals};
use std::collections::BTreeSet;

/// What earlier campaigns do to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The earlier campaigns, ascending by number and record.
    pub campaigns: Vec<Earlier>,
    /// Who was drawn in so many months before the announcement is excluded.
    pub drawn_within_months: Option<u64>,
    /// Who was drawn so many times in the year of this window is excluded.
    pub yearly_cap: Option<u64>,
    /// The level of this campaign.
    pub level: Option<Level>,
    /// Whether whoever another level drew in the year of this window is excluded.
    pub other_levels: bool,
    /// Whether who visited a target last does not visit it now.
    pub last_visitors: bool,
    /// Who visited a target in so many months before the announcement does not visit it now.
    pub met_within_months: Option<u64>,
    /// Whether the visits of the year of this window count in evenness.
    pub loads: bool,
}

/// An earlier campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its level.
    pub level: Option<Level>,
    /// Its number.
    pub number: Id,
    /// The digest of its record's body, which fixes all its files.
    pub record: Digest,
    /// The digest of the body of the last statement after it, where visits count and there is one.
    pub last: Option<Digest>,
}

/// A level of government that holds campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A province.
    Province,
    /// A city.
    City,
    /// A county.
    County,
}

/// The time so many calendar months earlier: the same day and time of day in UTC, or the last day of that month where it
/// has no such day. `None` before the year 1.
///
/// ```
/// use yaohao::{announcement::months_before, ident::Time};
/// let before = |time: &str, months| months_before(&Time::parse(time).unwrap(), months).map(|time| time.to_string());
/// assert_eq!(before("2024-10-14T08:00:00Z", 6).unwrap(), "2024-04-14T08:00:00Z");
/// assert_eq!(before("2024-03-31T23:59:59Z", 1).unwrap(), "2024-02-29T23:59:59Z");
/// assert_eq!(before("2024-10-31T08:00:00Z", 1).unwrap(), "2024-09-30T08:00:00Z");
/// assert_eq!(before("2024-02-29T08:00:00Z", 12).unwrap(), "2023-02-28T08:00:00Z");
/// assert_eq!(before("2024-02-29T08:00:00Z", 48).unwrap(), "2020-02-29T08:00:00Z");
/// assert_eq!(before("0001-03-01T00:00:00Z", 3), None);
/// ```
#[must_use]
pub fn months_before(time: &Time, months: u64) -> Option<Time> {
    time.less_months(months)
}

impl Level {
    /// Reads the name of a level.
    ///
    /// # Errors
    /// [`crate::fault::Code::AnnouncementForm`].
    pub fn parse(name: &str) -> Result<Self> {
        [Self::Province, Self::City, Self::County]
            .into_iter()
            .find(|level| level.name() == name)
            .ok_or_else(|| malformed(&format!("level {name} is none of province, city, county")))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
        }
    }
}

impl History {
    /// Why a target is excluded that another level drew. Of several reasons of a history the first in this order counts.
    pub const OTHER_LEVEL: &str = "other-level";
    /// Why one is that was drawn often enough this year.
    pub const YEARLY_CAP: &str = "yearly-cap";
    /// Why one is whose last draw is too near.
    pub const DRAWN_RECENTLY: &str = "drawn-recently";

    /// Reads it.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let history = Self {
            campaigns: members.array("campaigns", 1000, Earlier::from_value)?,
            drawn_within_months: members.optional_int("drawn_within_months", 1, 120)?,
            yearly_cap: members.optional_int("yearly_cap", 1, 1000)?,
            level: members.optional_parsed("level", Level::parse)?,
            other_levels: members.bool("other_levels")?,
            last_visitors: only_true(&mut members, "last_visitors")?,
            met_within_months: members.optional_int("met_within_months", 1, 120)?,
            loads: only_true(&mut members, "loads")?,
        };
        members.finish()?;
        Ok(history)
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = vec![
            ("campaigns", Value::Array(self.campaigns.iter().map(Earlier::to_value).collect())),
            ("other_levels", self.other_levels.into()),
        ];
        members.extend(self.drawn_within_months.map(|months| ("drawn_within_months", months.into())));
        members.extend(self.yearly_cap.map(|cap| ("yearly_cap", cap.into())));
        members.extend(self.level.map(|level| ("level", level.name().into())));
        members.extend(self.last_visitors.then(|| ("last_visitors", true.into())));
        members.extend(self.met_within_months.map(|months| ("met_within_months", months.into())));
        members.extend(self.loads.then(|| ("loads", true.into())));
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Whether who visited whom counts.
    #[must_use]
    pub fn counts_visits(&self) -> bool {
        self.last_visitors || self.met_within_months.is_some() || self.loads
    }

    /// Checks what its members say together.
    ///
    /// # Errors
    /// [`crate::fault::Code::AnnouncementForm`].
    pub fn check(&self) -> Result<()> {
        let fault = |detail: &str| Err(malformed(&format!("history: {detail}")));
        if self.campaigns.is_empty() {
            return fault("it must list a campaign");
        }
        let keys = self.campaigns.iter().map(|campaign| (&campaign.number, campaign.record));
        let wrong = "history: campaigns must ascend by number and record";
        ascending(wrong, "history: campaigns", keys, |(number, _)| number.to_string())?;
        if self.campaigns.iter().map(|campaign| campaign.record).collect::<BTreeSet<_>>().len() < self.campaigns.len() {
            return fault("two campaigns have one record");
        }
        let of_targets = self.drawn_within_months.is_some() || self.yearly_cap.is_some() || self.other_levels;
        if !of_targets && !self.counts_visits() {
            return fault("it has no rule");
        }
        if !self.counts_visits() && self.campaigns.iter().any(|campaign| campaign.last.is_some()) {
            return fault("no rule asks what followed the records");
        }
        if self.other_levels && (self.level.is_none() || self.campaigns.iter().any(|campaign| campaign.level.is_none()))
        {
            return fault("other_levels needs the level of this campaign and of every campaign listed");
        }
        Ok(())
    }
}

/// Refuses reserved reasons that no announced rule can have given.
pub(super) fn check_reasons(history: Option<&History>, excluded: &Reasons) -> Result<()> {
    let has_rule = |reason: &str| match reason {
        History::OTHER_LEVEL => history.is_some_and(|history| history.other_levels),
        History::YEARLY_CAP => history.is_some_and(|history| history.yearly_cap.is_some()),
        History::DRAWN_RECENTLY => history.is_some_and(|history| history.drawn_within_months.is_some()),
        // the office's own reasons are its own affair
        _ => true,
    };
    match excluded.0.keys().find(|reason| !has_rule(reason)) {
        Some(reason) => Err(malformed(&format!("targets are excluded as {reason}, but history has no such rule"))),
        None => Ok(()),
    }
}

/// Refuses reserved categories of recusals that no announced rule can have given (SPEC §6.2).
///
/// # Errors
/// [`Code::RecusalReserved`].
pub fn check_categories(history: Option<&History>, recusals: &Recusals<'_>) -> Result<()> {
    let has_rule = |category: &str| match category {
        LAST_VISITOR => history.is_some_and(|history| history.last_visitors),
        _ => history.is_some_and(|history| history.met_within_months.is_some()),
    };
    match recusals.reserved().find(|(category, _)| !has_rule(category)) {
        Some((category, first)) => Err(Fault::new(Code::RecusalReserved)
            .file("recusals.csv")
            .row(first.row)
            .column("category")
            .fact("category", category)
            .fact("target", &first.target)
            .fact("inspector", &first.inspector)),
        None => Ok(()),
    }
}

impl Earlier {
    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let campaign = Self {
            level: members.optional_parsed("level", Level::parse)?,
            number: members.parsed("number", Id::parse)?,
            record: members.digest("record")?,
            last: members.optional_parsed("last", Digest::parse)?,
        };
        members.finish()?;
        Ok(campaign)
    }

    fn to_value(&self) -> Value {
        let mut members = vec![("number", (&self.number).into()), ("record", self.record.to_string().into())];
        members.extend(self.level.map(|level| ("level", level.name().into())));
        members.extend(self.last.map(|last| ("last", last.to_string().into())));
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}
