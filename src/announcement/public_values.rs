//! A beacon of public numbers: balls of a lottery, the close of an index, dice before a camera (SPEC §7.1).

use super::malformed;
use crate::encoding::{Members, Value, object};
use crate::fault::Result;
use crate::ident::{Id, Text, Time};

/// Most sources of one beacon.
pub(crate) const SOURCES: usize = 16;

/// Most values of one source.
pub(crate) const VALUES: u8 = 64;

/// The greatest value there is: the greatest integer of SPEC §2.1.
pub(crate) const GREATEST: u64 = (1 << 53) - 1;

/// Public numbers that an event fixes after the closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicValues {
    /// Where the numbers come from, in the order in which they enter the seed.
    pub sources: Vec<Source>,
    /// T2: before this time nobody knows any of the numbers.
    pub event_at: Time,
    /// What counts when the event does not take place.
    pub next_sitting: Text,
}

/// One source of public numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name here.
    pub id: Id,
    /// Its name to people.
    pub title: Text,
    /// Which of its numbers count, and where they are published.
    pub rule: Text,
    /// How many.
    pub count: u64,
    /// The least that each can be.
    pub least: u64,
    /// The greatest.
    pub greatest: u64,
    /// Whether no number comes twice.
    pub distinct: bool,
    /// Whether their order counts.
    pub ordered: bool,
}

impl PublicValues {
    /// Reads the members that a beacon of this kind has besides its kind.
    ///
    /// # Errors
    /// The codes of form.
    pub fn from_members(members: &mut Members) -> Result<Self> {
        Ok(Self {
            sources: members.array("sources", SOURCES, Source::from_value)?,
            event_at: members.parsed("event_at", Time::parse)?,
            next_sitting: members.parsed("next_sitting", Text::parse)?,
        })
    }

    pub(super) fn to_value(&self) -> Value {
        let sources = self.sources.iter().map(|source| {
            object([
                ("count", source.count.into()),
                ("distinct", source.distinct.into()),
                ("greatest", source.greatest.into()),
                ("id", (&source.id).into()),
                ("least", source.least.into()),
                ("ordered", source.ordered.into()),
                ("rule", source.rule.as_str().into()),
                ("title", source.title.as_str().into()),
            ])
        });
        object([
            ("event_at", (&self.event_at).into()),
            ("kind", "public-values".into()),
            ("next_sitting", self.next_sitting.as_str().into()),
            ("sources", Value::Array(sources.collect())),
        ])
    }

    /// What the parts say together.
    ///
    /// # Errors
    /// [`crate::fault::Code::AnnouncementForm`].
    pub fn check(&self) -> Result<()> {
        if self.sources.is_empty() {
            return Err(malformed("public values need a source"));
        }
        for (index, source) in self.sources.iter().enumerate() {
            let wrong = |what: &str| Err(malformed(&format!("source {}: {what}", source.id)));
            if self.sources.iter().take(index).any(|earlier| earlier.id == source.id) {
                return wrong("stands twice");
            }
            let Some(range) = source.range() else { return wrong("least is over greatest") };
            if source.distinct && source.count > range {
                return wrong("there are fewer numbers than it has to give without repetition");
            }
            // how likely a set of repeated numbers is depends on the set: no count of outcomes would bound it
            if !source.distinct && !source.ordered {
                return wrong("numbers that may repeat are ordered");
            }
        }
        Ok(())
    }

    /// The bits that all sources have together, at most (SPEC §7.1).
    #[must_use]
    pub fn bits(&self) -> u64 {
        self.sources.iter().map(Source::bits).fold(0, u64::saturating_add)
    }
}

impl Source {
    /// Reads a source.
    ///
    /// # Errors
    /// The codes of form.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let source = Self {
            id: members.parsed("id", Id::parse)?,
            title: members.parsed("title", Text::parse)?,
            rule: members.parsed("rule", Text::parse)?,
            count: members.int("count", 1, VALUES.into())?,
            least: members.int("least", 0, GREATEST)?,
            greatest: members.int("greatest", 0, GREATEST)?,
            distinct: members.bool("distinct")?,
            ordered: members.bool("ordered")?,
        };
        members.finish()?;
        Ok(source)
    }

    /// How many numbers each value is one of.
    fn range(&self) -> Option<u64> {
        self.greatest.checked_sub(self.least)?.checked_add(1)
    }

    /// The binary logarithm of the number of outcomes, rounded down (SPEC §7.1): as if all were equally likely.
    ///
    /// ```
    /// use yaohao::announcement::Source;
    /// use yaohao::ident::{Id, Text};
    /// let (title, rule) = (Text::parse("双色球红球").unwrap(), Text::parse("第 2026130 期").unwrap());
    /// let red = Source { id: Id::parse("red").unwrap(), title, rule, count: 6, least: 1, greatest: 33, distinct: true, ordered: false };
    /// assert_eq!(red.bits(), 20); // 1,107,568 outcomes
    /// ```
    #[must_use]
    pub fn bits(&self) -> u64 {
        let range = self.range().unwrap_or(1);
        let factors = (0..self.count).map(|index| match (self.distinct, self.ordered) {
            (false, _) => (range, 1),
            (true, true) => (range.saturating_sub(index), 1),
            // C(m, i + 1) from C(m − 1, i): whole as long as nothing is cut
            (true, false) => (range.saturating_sub(self.count).saturating_add(index).saturating_add(1), index + 1),
        });
        bits_of_product(factors)
    }
}

/// The binary logarithm of a product of fractions, rounded down: exact below 2^64, and never too much above, where the
/// product's last bits are cut off.
///
/// ```
/// use yaohao::announcement::bits_of_product;
/// assert_eq!(bits_of_product((0..100).map(|_| (6, 1))), 258); // a hundred dice
/// assert_eq!(bits_of_product((1..=52).map(|card| (card, 1))), 225); // a shuffled deck
/// assert_eq!(bits_of_product(std::iter::empty()), 0);
/// ```
pub fn bits_of_product(factors: impl IntoIterator<Item = (u64, u64)>) -> u64 {
    let (mut product, mut cut) = (1_u128, 0_u64);
    for (factor, divisor) in factors {
        product = (product * u128::from(factor)).checked_div(u128::from(divisor)).unwrap_or(0);
        let excess = (128 - product.leading_zeros()).saturating_sub(64);
        product >>= excess;
        cut = cut.saturating_add(u64::from(excess));
    }
    cut.saturating_add(u64::from(product.checked_ilog2().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn source(count: u64, least: u64, greatest: u64, distinct: bool, ordered: bool) -> Source {
        let text = Text::parse("x").unwrap();
        Source {
            id: Id::parse("x").unwrap(),
            title: text.clone(),
            rule: text,
            count,
            least,
            greatest,
            distinct,
            ordered,
        }
    }

    /// Against plain counting, for everything small enough to count.
    #[test]
    fn bits_are_those_of_the_number_of_outcomes() {
        let binomial = |n: u128, k: u128| (0..k).fold(1, |product, i| product * (n - i) / (i + 1));
        for n in 1..=40_u64 {
            for k in 1..=n.min(12) {
                let falling: u128 = (0..k).map(|i| u128::from(n - i)).product();
                let power = u128::from(n).pow(u32::try_from(k).unwrap());
                let cases = [
                    (source(k, 1, n, false, true), power),
                    (source(k, 7, n + 6, true, true), falling),
                    (source(k, 0, n - 1, true, false), binomial(n.into(), k.into())),
                ];
                for (source, outcomes) in cases {
                    assert_eq!(source.bits(), u64::from(outcomes.ilog2()), "{source:?}");
                }
            }
        }
        assert_eq!(source(64, 0, (1 << 53) - 1, false, true).bits(), 53 * 64);
        assert_eq!(source(1, 5, 5, true, true).bits(), 0);
        // C(1000, 64) has 338.8 bits
        assert_eq!(source(64, 1, 1000, true, false).bits(), 338);
    }

    #[test]
    fn what_is_refused() {
        let values = |sources: Vec<Source>| PublicValues {
            sources,
            event_at: Time::parse("2026-01-01T00:00:00Z").unwrap(),
            next_sitting: Text::parse("x").unwrap(),
        };
        let dice = source(20, 1, 6, false, true);
        assert!(values(vec![dice.clone()]).check().is_ok());
        for bad in [
            vec![],
            vec![dice.clone(), dice],
            vec![source(1, 6, 1, true, true)],
            vec![source(7, 1, 6, true, true)],
            vec![source(2, 1, 6, false, false)],
        ] {
            assert!(values(bad).check().is_err());
        }
    }
}
