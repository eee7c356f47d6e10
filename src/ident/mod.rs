//! Identifiers, texts, times and dates: strings that were checked once and carry it in their type (SPEC §2).

pub mod credit;

use crate::fault::{Code, Fault, Result};
use std::borrow::Borrow;
use std::fmt;

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $code:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks and keeps a text.
            ///
            /// # Errors
            #[doc = concat!("[`Code::", stringify!($code), "`].")]
            pub fn parse(text: &str) -> Result<Self> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(Fault::new(Code::$code).fact("value", text)) }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&$name> for crate::encoding::Value {
            fn from(text: &$name) -> Self {
                Self::Text(text.0.clone())
            }
        }
    };
}

checked_text! {
    /// An identifier: 1 to 64 bytes of `0-9 A-Z a-z . _ -`.
    ///
    /// ```
    /// use yaohao::ident::Id;
    /// assert!(Id::parse("91330381MA29AB791M").is_ok());
    /// assert!(Id::parse("").is_err() && Id::parse("é").is_err() && Id::parse(&"x".repeat(65)).is_err());
    /// ```
    Id, IdForm, is_id
}

checked_text! {
    /// A name of a column, reason or category: 1 to 32 bytes of `a-z 0-9 _ -`, beginning with a letter.
    Name, NameForm, |text| {
        text.len() <= 32
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
    }
}

checked_text! {
    /// A text for people: 1 to 1,024 bytes without control characters, not all of them white space.
    Text, TextForm, |text| text.len() <= 1024 && !text.chars().any(char::is_control) && !text.trim().is_empty()
}

/// Whether a text is an id; the rows of a register ask it a million times.
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// A time in UTC to the second, `2026-03-01T08:00:00Z`.
///
/// ```
/// use yaohao::ident::Time;
/// let time = Time::parse("2024-10-14T17:13:33Z").unwrap();
/// assert_eq!(time.seconds(), 1_728_926_013);
/// assert_eq!(Time::from_seconds(1_728_926_013).unwrap(), time);
/// assert!(Time::parse("2024-10-14T17:13:33+08:00").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(jiff::Timestamp);

impl Time {
    /// Reads the one form.
    ///
    /// # Errors
    /// [`Code::TimeForm`].
    pub fn parse(text: &str) -> Result<Self> {
        let fault = || Fault::new(Code::TimeForm).fact("value", text);
        let time = Self(text.parse().map_err(|_| fault())?);
        // the library reads many spellings; only the one that we write is ours
        if time.to_string() == text && ("0001".."9999").contains(&text) { Ok(time) } else { Err(fault()) }
    }

    /// From Unix seconds; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let time = Self(jiff::Timestamp::from_second(seconds).ok()?);
        Self::parse(&time.to_string()).ok()
    }

    /// Unix seconds.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        self.0.as_second()
    }

    /// This time and some seconds more.
    #[must_use]
    pub fn plus(&self, seconds: i64) -> Option<Self> {
        Self::from_seconds(self.seconds().checked_add(seconds)?)
    }

    /// The day, in UTC.
    #[must_use]
    pub fn date(&self) -> Date {
        Date(jiff::tz::TimeZone::UTC.to_datetime(self.0).date())
    }

    /// So many calendar months earlier; [`crate::announcement::months_before`] says it to the day.
    pub(crate) fn less_months(&self, months: u64) -> Option<Self> {
        let months = jiff::Span::new().try_months(i64::try_from(months).ok()?).ok()?;
        // a month that is too short for the day ends on its last one
        let earlier = jiff::tz::TimeZone::UTC.to_datetime(self.0).checked_sub(months).ok()?;
        Self::from_seconds(jiff::tz::TimeZone::UTC.to_timestamp(earlier).ok()?.as_second())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl From<&Time> for crate::encoding::Value {
    fn from(time: &Time) -> Self {
        Self::Text(time.to_string())
    }
}

/// A day of the calendar, `2026-03-01`.
///
/// ```
/// use yaohao::ident::Date;
/// assert!(Date::parse("2024-02-29").unwrap() < Date::parse("2024-03-01").unwrap());
/// assert!(Date::parse("2023-02-29").is_err() && Date::parse("2024-2-9").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Reads the one form.
    ///
    /// # Errors
    /// [`Code::DateForm`].
    pub fn parse(text: &str) -> Result<Self> {
        let fault = || Fault::new(Code::DateForm).fact("value", text);
        let date = Self(text.parse().map_err(|_| fault())?);
        if date.to_string() == text && date.0.year() >= 1 { Ok(date) } else { Err(fault()) }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Number of days from this one to a later one; 0 if it is not later.
    #[must_use]
    pub fn days_until(self, later: Self) -> u64 {
        let days = self.0.duration_until(later.0).as_hours() / 24;
        u64::try_from(days).unwrap_or(0)
    }

    /// The day after it, if there is one in the years of this document.
    #[must_use]
    pub fn tomorrow(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }

    /// The month, from 1 to 12.
    #[must_use]
    pub fn month(self) -> u64 {
        u64::from(self.0.month().unsigned_abs())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%d"))
    }
}

/// The elements of a set in a cell; the empty cell is the empty set.
pub fn set_elements(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').filter(|element| !element.is_empty())
}

/// A set of ids in its one form: ascending, none empty, none twice.
///
/// # Errors
/// [`Code::SetForm`], [`Code::IdForm`].
pub fn parse_set(cell: &str) -> Result<Vec<Id>> {
    if cell.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id> = cell.split(';').map(Id::parse).collect::<Result<_>>()?;
    if ids.is_sorted_by(|a, b| a < b) { Ok(ids) } else { Err(Fault::new(Code::SetForm).fact("value", cell)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_have_one_spelling() {
        for bad in [
            "2024-10-14t17:13:33z",
            "2024-10-14 17:13:33Z",
            "2024-10-14T17:13:33.0Z",
            "2024-10-14T17:13Z",
            "2024-10-14T24:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-10-14T17:13:60Z",
            "",
            "-000001-01-01T00:00:00Z",
            "0000-06-01T00:00:00Z",
            "9999-01-01T00:00:00Z",
            "+002024-10-14T17:13:33Z",
        ] {
            assert!(Time::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Time::parse("0001-01-01T00:00:00Z").unwrap().to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(
            Time::parse("1970-01-01T00:00:00Z").unwrap().plus(86_400).unwrap().to_string(),
            "1970-01-02T00:00:00Z"
        );
    }

    #[test]
    fn sets_have_one_spelling() {
        assert_eq!(parse_set("").unwrap(), []);
        assert_eq!(parse_set("a;b").unwrap().len(), 2);
        for bad in ["b;a", "a;a", ";a", "a;", "a,b", ";"] {
            assert!(parse_set(bad).is_err(), "{bad}");
        }
    }
}
