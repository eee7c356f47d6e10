//! Strata and their cells (SPEC §8).

use super::{attributes_only, malformed};
use crate::encoding::{Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name, Text};
use crate::rule::{Rule, rule_member};

/// Most cells of all strata.
pub(crate) const CELLS: usize = 10_000;

/// A part of the register that is drawn by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Its name.
    pub name: Id,
    /// Which rows it owns, if no stratum before it does.
    pub rule: Rule,
    /// How many are drawn.
    pub size: Size,
    /// How they are drawn.
    pub method: Method,
    /// How many reserves in each cell.
    pub reserves: u64,
    /// The column whose values make the cells.
    pub split: Option<Name>,
    /// Why targets of this stratum may have no chance; without it every target has one.
    pub never: Option<Text>,
    /// The cells in ascending order of part.
    pub cells: Vec<Cell>,
}

/// How a stratum is drawn (SPEC §9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// Every entry has the same chance.
    Equal,
    /// Chances in exact proportion to this column.
    Weighted(Name),
    /// All, in random order.
    Order,
}

/// How many are drawn (SPEC §8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Size {
    /// Everything.
    All,
    /// This many, shared over the cells by largest remainder.
    Count(u64),
    /// So many ten-thousandths of each cell.
    Rate {
        /// 1 to 10,000.
        rate: u64,
        /// What happens to the fraction.
        rounding: Rounding,
        /// At least so many, where there are so many.
        minimum: Option<u64>,
        /// At most so many.
        maximum: Option<u64>,
    },
}

/// What happens to the fraction of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the next greater integer.
    Up,
    /// To the next smaller one.
    Down,
    /// To the nearest, halves up.
    Nearest,
    /// By lottery, with exact expectation.
    Lottery,
}

/// One cell of a stratum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The value of the split column; `None` without a split.
    pub part: Option<String>,
    /// How many entries it has.
    pub population: u64,
    /// How many are drawn.
    pub size: CellSize,
}

/// The size of a cell as far as it is known before the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellSize {
    /// Exactly so many.
    Fixed(u64),
    /// `floor` + `fraction`/10000 expected.
    Lottery {
        /// Drawn for certain.
        floor: u64,
        /// Ten-thousandths of a chance of one more, below 10,000.
        fraction: u64,
    },
}

/// A place where chance decides nothing, or looks as if it did not (SPEC §8.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutChance {
    /// The stratum.
    pub stratum: Id,
    /// The cell's part.
    pub part: Option<String>,
    /// Why.
    pub why: Why,
    /// How many entries.
    pub count: u64,
}

/// Why there is no chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// All entries are drawn.
    AllDrawn,
    /// No entry can be drawn.
    Never,
    /// The cell has one entry only.
    OneEntry,
    /// Entries whose weight makes them certain.
    Certain,
}

impl Why {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AllDrawn => "all-drawn",
            Self::Never => "never",
            Self::OneEntry => "one-entry",
            Self::Certain => "certain",
        }
    }
}

impl Size {
    /// Reads a size, from an announcement or a plan.
    ///
    /// # Errors
    /// [`Code::JsonMember`], [`Code::AnnouncementForm`].
    pub fn parse(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let size = if let Some(all) = members.optional("all") {
            if all != Value::Bool(true) {
                return Err(malformed("size: all must be true"));
            }
            Self::All
        } else if let Some(count) = members.optional_int("count", 0, u64::from(u32::MAX))? {
            Self::Count(count)
        } else {
            Self::Rate {
                rate: members.int("rate", 1, 10_000)?,
                rounding: members.parsed("rounding", Rounding::parse)?,
                minimum: members.optional_int("minimum", 0, u64::from(u32::MAX))?,
                maximum: members.optional_int("maximum", 0, u64::from(u32::MAX))?,
            }
        };
        members.finish()?;
        Ok(size)
    }

    /// Writes it as it was read.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::All => object([("all", true.into())]),
            Self::Count(count) => object([("count", (*count).into())]),
            Self::Rate { rate, rounding, minimum, maximum } => {
                let mut members =
                    vec![("rate".to_owned(), (*rate).into()), ("rounding".to_owned(), rounding.name().into())];
                members.extend(minimum.map(|minimum| ("minimum".to_owned(), minimum.into())));
                members.extend(maximum.map(|maximum| ("maximum".to_owned(), maximum.into())));
                Value::Object(members.into_iter().collect())
            }
        }
    }
}

impl Rounding {
    /// Reads the name of a rounding.
    ///
    /// # Errors
    /// [`Code::AnnouncementForm`].
    pub fn parse(name: &str) -> Result<Self> {
        [Self::Up, Self::Down, Self::Nearest, Self::Lottery]
            .into_iter()
            .find(|rounding| rounding.name() == name)
            .ok_or_else(|| malformed(&format!("rounding {name} is none of up, down, nearest, lottery")))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Nearest => "nearest",
            Self::Lottery => "lottery",
        }
    }
}

impl Method {
    /// Reads a method and, if it is weighted, its column.
    ///
    /// # Errors
    /// [`Code::AnnouncementForm`], [`Code::JsonMember`].
    pub fn parse(members: &mut Members) -> Result<Self> {
        match members.text("method")?.as_str() {
            "equal" => Ok(Self::Equal),
            "order" => Ok(Self::Order),
            "weighted" => Ok(Self::Weighted(members.parsed("weight", Name::parse)?)),
            other => Err(malformed(&format!("method {other} is none of equal, weighted, order"))),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Weighted(_) => "weighted",
            Self::Order => "order",
        }
    }
}

impl Stratum {
    /// Reads the part of a stratum that a plan has too: all but the cells.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn parse_plan(members: &mut Members) -> Result<Self> {
        let path = members.path("size");
        Ok(Self {
            name: members.parsed("name", Id::parse)?,
            rule: rule_member(members, "rule")?,
            size: Size::parse(members.value("size")?, &path)?,
            method: Method::parse(members)?,
            reserves: members.int("reserves", 0, 65_535)?,
            split: members.optional_parsed("split", Name::parse)?,
            never: members.optional_parsed("never", Text::parse)?,
            cells: Vec::new(),
        })
    }

    /// Checks what its members say together.
    ///
    /// # Errors
    /// [`Code::AnnouncementForm`]; [`Code::StratumNever`] when a cell, where there are cells already, has no chance and
    /// nothing says why.
    pub fn check(&self) -> Result<()> {
        let fault = |detail: &str| Err(malformed(&format!("stratum {}: {detail}", self.name)));
        match (&self.method, &self.size) {
            (Method::Order, Size::All) if self.reserves == 0 => {}
            (Method::Order, _) => return fault("method order takes all, without reserves"),
            (Method::Weighted(_), Size::Rate { rounding: Rounding::Lottery, .. }) => {
                return fault("rounding by lottery does not go with weights");
            }
            (_, Size::Rate { rounding: Rounding::Lottery, minimum, maximum, .. })
                if minimum.is_some() || maximum.is_some() =>
            {
                return fault("rounding by lottery has no minimum or maximum: the expectation would not be exact");
            }
            (_, Size::Rate { minimum: Some(minimum), maximum: Some(maximum), .. }) if minimum > maximum => {
                return fault("minimum is over maximum");
            }
            (_, Size::Count(0)) if self.never.is_none() => {
                return fault("a count of 0 needs never, the reason to be published");
            }
            _ => {}
        }
        let mut columns = std::collections::BTreeSet::new();
        self.rule.columns(&mut columns);
        columns.extend(self.split.clone());
        if let Method::Weighted(weight) = &self.method {
            columns.insert(weight.clone());
        }
        attributes_only(&format!("stratum {}", self.name), &columns)?;
        match self.cells.iter().find(|cell| cell.population > 0 && cell.size.is_never()) {
            Some(cell) if self.never.is_none() => Err(Fault::new(Code::StratumNever)
                .fact("stratum", &self.name)
                .fact("part", cell.part.as_deref().unwrap_or("-"))
                .fact("population", cell.population)),
            _ => Ok(()),
        }
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = vec![
            ("cells", Value::Array(self.cells.iter().map(Cell::to_value).collect())),
            ("method", self.method.name().into()),
            ("name", (&self.name).into()),
            ("reserves", self.reserves.into()),
            ("rule", self.rule.to_value()),
            ("size", self.size.to_value()),
        ];
        members.extend(self.split.as_ref().map(|split| ("split", split.into())));
        members.extend(self.never.as_ref().map(|never| ("never", never.into())));
        if let Method::Weighted(weight) = &self.method {
            members.push(("weight", weight.into()));
        }
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Reads it.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let mut stratum = Self::parse_plan(&mut members)?;
        stratum.cells = members.array("cells", CELLS, Cell::from_value)?;
        members.finish()?;
        let split = stratum.split.is_some();
        let lottery = matches!(stratum.size, Size::Rate { rounding: Rounding::Lottery, .. });
        let fits =
            |cell: &Cell| cell.part.is_some() == split && matches!(cell.size, CellSize::Lottery { .. }) == lottery;
        let ordered = stratum.cells.is_sorted_by(|a, b| a.part < b.part);
        if !ordered || !stratum.cells.iter().all(fits) || (!split && stratum.cells.len() != 1) {
            return Err(malformed(&format!("{path}: cells do not fit split and size")));
        }
        Ok(stratum)
    }
}

impl CellSize {
    /// Whether no entry of such a cell can be drawn.
    #[must_use]
    pub fn is_never(self) -> bool {
        matches!(self, Self::Fixed(0) | Self::Lottery { floor: 0, fraction: 0 })
    }
}

impl Cell {
    fn to_value(&self) -> Value {
        let mut members = vec![("population".to_owned(), self.population.into())];
        members.extend(self.part.as_ref().map(|part| ("part".to_owned(), part.as_str().into())));
        match self.size {
            CellSize::Fixed(size) => members.push(("size".to_owned(), size.into())),
            CellSize::Lottery { floor, fraction } => {
                members.push(("floor".to_owned(), floor.into()));
                members.push(("fraction".to_owned(), fraction.into()));
            }
        }
        Value::Object(members.into_iter().collect())
    }

    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let population = members.int("population", 0, u64::MAX)?;
        let part = members.optional_parsed("part", part)?;
        let size = match members.optional_int("size", 0, population)? {
            Some(size) => CellSize::Fixed(size),
            None => CellSize::Lottery {
                floor: members.int("floor", 0, population)?,
                fraction: members.int("fraction", 0, 9_999)?,
            },
        };
        members.finish()?;
        Ok(Self { part, population, size })
    }
}

/// The value of a split column: what a cell of a register can hold.
fn part(text: &str) -> Result<String> {
    if text.len() > crate::register::CELL_BYTES || text.chars().any(char::is_control) {
        return Err(Fault::new(Code::JsonMember)
            .fact("member", "part")
            .fact("detail", "cannot be a cell of a register"));
    }
    Ok(text.to_owned())
}

impl WithoutChance {
    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members =
            vec![("count", self.count.into()), ("stratum", (&self.stratum).into()), ("why", self.why.name().into())];
        members.extend(self.part.as_ref().map(|part| ("part", part.as_str().into())));
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let name = members.text("why")?;
        let why = [Why::AllDrawn, Why::Never, Why::OneEntry, Why::Certain]
            .into_iter()
            .find(|why| why.name() == name)
            .ok_or_else(|| {
            Fault::new(Code::JsonMember).fact("member", path).fact("detail", format_args!("{name} is not a reason"))
        })?;
        let entry = Self {
            stratum: members.parsed("stratum", Id::parse)?,
            part: members.optional_text("part")?,
            why,
            count: members.int("count", 1, u64::MAX)?,
        };
        members.finish()?;
        Ok(entry)
    }
}
