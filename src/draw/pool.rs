//! One pass over the targets: who is in which cell, and who has the smallest tickets there.

use crate::announcement::{Announcement, CellSize, Item, Method, Stratum};
use crate::encoding::{Digest, count, decimal};
use crate::fault::{Code, Fault, Result};
use crate::register::{Reasons, Schema, Visit, check_seal};
use crate::rule::Rule;
use crate::seed::Tickets;
use std::borrow::Cow;
use std::collections::{BTreeMap, BinaryHeap};

/// The rules of a campaign bound to the columns of its register of targets.
#[derive(Debug)]
pub struct Binding {
    strata: Vec<BoundStratum>,
    items: Vec<Rule<usize>>,
    excluded: usize,
    seal: Option<usize>,
    tickets: Option<Tickets>,
}

#[derive(Debug)]
struct BoundStratum {
    rule: Rule<usize>,
    split: Option<usize>,
    weight: Option<usize>,
    /// how many entries of each announced cell to keep
    keep: BTreeMap<String, u64>,
}

impl Binding {
    /// Binds strata and items to a register. With `tickets`, a pass keeps the entries that can be drawn or be reserves;
    /// without, it counts only.
    ///
    /// # Errors
    /// [`Code::ColumnUnknown`].
    pub fn new(schema: &Schema, strata: &[Stratum], items: &[Item], tickets: Option<Tickets>) -> Result<Self> {
        Ok(Self {
            strata: strata.iter().map(|stratum| bind(schema, stratum)).collect::<Result<_>>()?,
            items: items.iter().map(|item| item.rule.bind(schema)).collect::<Result<_>>()?,
            excluded: schema.column("excluded")?,
            seal: schema.column("seal").ok(),
            tickets,
        })
    }

    /// As announced, with the tickets of `lots`.
    ///
    /// # Errors
    /// As [`Binding::new`].
    pub fn announced(announcement: &Announcement, tickets: Option<Tickets>) -> Result<Self> {
        Self::new(&announcement.targets_schema(), &announcement.strata, &announcement.items, tickets)
    }

    /// The stratum that owns a row, and the row's part; `None` if none does. Excluded rows are not asked.
    #[must_use]
    pub fn owner<'a>(&self, cells: &'a [Cow<'_, str>]) -> Option<(usize, &'a str)> {
        let index = self.strata.iter().position(|stratum| stratum.rule.holds(cells))?;
        let split = self.strata.get(index).and_then(|stratum| stratum.split);
        Some((index, split.and_then(|column| cells.get(column)).map_or("", |cell| cell.as_ref())))
    }

    /// Whether a row bears a reason not to take part.
    #[must_use]
    pub fn is_excluded(&self, cells: &[Cow<'_, str>]) -> bool {
        cells.get(self.excluded).is_some_and(|reason| !reason.is_empty())
    }

    /// The indexes of the items that apply to a row.
    pub fn items_of<'a>(&'a self, cells: &'a [Cow<'_, str>]) -> impl Iterator<Item = usize> + 'a {
        self.items.iter().enumerate().filter(|(_, rule)| rule.holds(cells)).map(|(index, _)| index)
    }
}

fn bind(schema: &Schema, stratum: &Stratum) -> Result<BoundStratum> {
    let weight = match &stratum.method {
        Method::Weighted(column) => Some(schema.column(column.as_str())?),
        Method::Equal | Method::Order => None,
    };
    let keep = stratum.cells.iter().map(|cell| {
        let drawn = match cell.size {
            CellSize::Fixed(size) => size,
            CellSize::Lottery { floor, .. } => floor.saturating_add(1),
        };
        // who is drawn by weight depends on the whole cell
        let keep = if weight.is_some() { u64::MAX } else { drawn.saturating_add(stratum.reserves) };
        (cell.part.clone().unwrap_or_default(), keep)
    });
    Ok(BoundStratum {
        rule: stratum.rule.bind(schema)?,
        split: stratum.split.as_ref().map(|column| schema.column(column.as_str())).transpose()?,
        weight,
        keep: keep.collect(),
    })
}

/// An entry that was kept: ordered by ticket, then id, which is lottery order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The ticket.
    pub ticket: Digest,
    /// The id.
    pub id: String,
    /// The weight; 1 without weights.
    pub weight: u64,
    /// All cells of the row.
    pub cells: Vec<String>,
}

/// What a pass found in one cell.
#[derive(Debug, Clone, Default)]
pub struct CellPool {
    /// Number of entries.
    pub population: u64,
    /// Weights of all entries, in order of rows; empty without weights.
    pub weights: Vec<u64>,
    kept: BinaryHeap<Entry>,
}

impl CellPool {
    /// The kept entries in lottery order.
    #[must_use]
    pub fn into_lottery_order(self) -> Vec<Entry> {
        self.kept.into_sorted_vec()
    }

    fn keep(&mut self, entry: Entry, most: u64) {
        self.kept.push(entry);
        if count(self.kept.len()) > most {
            self.kept.pop();
        }
    }

    /// Whether an entry with this ticket could be among the `most` smallest.
    fn wants(&self, ticket: &Digest, most: u64) -> bool {
        most > 0 && (count(self.kept.len()) < most || self.kept.peek().is_none_or(|last| *ticket <= last.ticket))
    }
}

/// What a pass over the targets gives.
#[derive(Debug)]
pub struct Pool<'a> {
    binding: &'a Binding,
    /// For each stratum its cells by part (the empty text without a split).
    pub strata: Vec<BTreeMap<String, CellPool>>,
    /// Rows that no stratum owns, and the first of them.
    pub unowned: u64,
    /// The first such row's id.
    pub first_unowned: Option<String>,
    /// Excluded rows by reason.
    pub excluded: Reasons,
    /// The first row that a stratum owns but cannot take.
    pub fault: Option<Fault>,
}

impl<'a> Pool<'a> {
    /// An empty visitor.
    #[must_use]
    pub fn new(binding: &'a Binding) -> Self {
        let strata = vec![BTreeMap::new(); binding.strata.len()];
        Self { binding, strata, unowned: 0, first_unowned: None, excluded: Reasons::default(), fault: None }
    }

    fn take(&mut self, cells: &[Cow<'_, str>], index: usize, part: &str) -> Result<()> {
        let id = cells.first().map_or("", |cell| cell.as_ref());
        if self.binding.items_of(cells).next().is_none() {
            return Err(Fault::new(Code::StratumItem).fact("id", id));
        }
        let (Some(stratum), Some(pools)) = (self.binding.strata.get(index), self.strata.get_mut(index)) else {
            return Ok(());
        };
        let weight = match stratum.weight.and_then(|column| cells.get(column)) {
            Some(cell) => Some(
                decimal(cell, 1, u64::from(u32::MAX))
                    .map_err(|_| Fault::new(Code::StratumWeight).fact("value", cell))?,
            ),
            None => None,
        };
        if !pools.contains_key(part) {
            pools.insert(part.to_owned(), CellPool::default());
        }
        let Some(pool) = pools.get_mut(part) else { return Ok(()) };
        pool.population = pool.population.saturating_add(1);
        pool.weights.extend(weight);
        if let Some(tickets) = &self.binding.tickets {
            let most = stratum.keep.get(part).copied().unwrap_or(0);
            let ticket = tickets.ticket(id);
            if pool.wants(&ticket, most) {
                let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
                pool.keep(Entry { ticket, id: id.to_owned(), weight: weight.unwrap_or(1), cells }, most);
            }
        }
        Ok(())
    }
}

impl Visit for Pool<'_> {
    fn row(&mut self, number: u64, cells: &[Cow<'_, str>]) -> Result<()> {
        check_seal(self.binding.seal.and_then(|column| cells.get(column)).map(AsRef::as_ref))?;
        let reason = cells.get(self.binding.excluded).map_or("", |cell| cell.as_ref());
        if self.excluded.count(reason)? {
            return Ok(());
        }
        match self.binding.owner(cells) {
            Some((index, part)) => {
                // the register's own form is judged before what its rows mean: keep the first such fault for later
                if let Err(fault) = self.take(cells, index, part) {
                    self.fault.get_or_insert_with(|| fault.row(number));
                }
                Ok(())
            }
            None => {
                self.unowned = self.unowned.saturating_add(1);
                if self.first_unowned.is_none() {
                    self.first_unowned = cells.first().map(ToString::to_string);
                }
                Ok(())
            }
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.unowned = self.unowned.saturating_add(later.unowned);
        self.first_unowned = self.first_unowned.take().or(later.first_unowned);
        self.excluded.merge(later.excluded);
        self.fault = self.fault.take().or(later.fault);
        for ((pools, others), stratum) in self.strata.iter_mut().zip(later.strata).zip(&self.binding.strata) {
            for (part, other) in others {
                let most = stratum.keep.get(&part).copied().unwrap_or(0);
                let pool = pools.entry(part).or_default();
                pool.population = pool.population.saturating_add(other.population);
                pool.weights.extend(other.weights);
                for entry in other.kept {
                    if pool.wants(&entry.ticket, most) {
                        pool.keep(entry, most);
                    }
                }
            }
        }
        Ok(())
    }
}
