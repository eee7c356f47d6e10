//! One pass over the targets: who is in which cell, and who has the smallest tickets there.

use crate::announcement::{Announcement, CellSize, Item, Method, Stratum};
use crate::encoding::{Digest, decimal};
use crate::fault::{Code, Fault, Result};
use crate::register::{Reasons, Row, Schema, Visit, check_seal, parse_row};
use crate::rule::Rule;
use crate::seed::Tickets;
use std::borrow::Cow;
use std::collections::BTreeMap;

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
    kept: Vec<Candidate>,
    /// When enough are kept: no ticket over this one can still be among the smallest.
    bound: Option<Digest>,
}

/// A row that may be drawn. Its cells are parsed again when it is: a million rows come and go before.
#[derive(Debug, Clone)]
struct Candidate {
    ticket: Digest,
    weight: u64,
    line: Box<str>,
}

impl Candidate {
    /// Lottery order. An id is never quoted, so the first comma ends it.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let id = |candidate: &Self| candidate.line.split(',').next().map(str::to_owned);
        self.ticket.cmp(&other.ticket).then_with(|| id(self).cmp(&id(other)))
    }
}

impl CellPool {
    /// The kept entries in lottery order; at least the smallest that the announced size and reserves ask for.
    #[must_use]
    pub fn into_lottery_order(mut self) -> Vec<Entry> {
        self.kept.sort_unstable_by(Candidate::compare);
        let mut parsed = Vec::new();
        let entries = self.kept.iter().filter_map(|candidate| {
            // the line was parsed before, so it parses again
            parse_row(&candidate.line, &mut parsed).ok()?;
            let cells: Vec<String> = parsed.drain(..).map(Cow::into_owned).collect();
            Some(Entry { ticket: candidate.ticket, id: cells.first()?.clone(), weight: candidate.weight, cells })
        });
        entries.collect()
    }

    /// Keeps a candidate. Beyond twice as many as are wanted, the greater half is dropped: cheaper than a heap.
    fn keep(&mut self, candidate: Candidate, most: u64) {
        self.kept.push(candidate);
        let Ok(most) = usize::try_from(most) else { return };
        if self.kept.len() >= most.saturating_mul(2).max(64) {
            let Some(last) = most.checked_sub(1) else { return };
            let (_, pivot, _) = self.kept.select_nth_unstable_by(last, Candidate::compare);
            self.bound = Some(pivot.ticket);
            self.kept.truncate(most);
        }
    }

    /// Whether an entry with this ticket could be among the `most` smallest.
    fn wants(&self, ticket: &Digest, most: u64) -> bool {
        most > 0 && self.bound.is_none_or(|bound| *ticket <= bound)
    }

    /// An empty cell that knows what is too great already.
    fn fork(&self) -> Self {
        Self { bound: self.bound, ..Self::default() }
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

    fn take(&mut self, row: &Row<'_, '_>, index: usize, part: &str) -> Result<()> {
        let (cells, id) = (row.cells, row.cell(0));
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
                pool.keep(Candidate { ticket, weight: weight.unwrap_or(1), line: row.line.into() }, most);
            }
        }
        Ok(())
    }
}

impl Visit for Pool<'_> {
    fn fork(&self) -> Self {
        let cells = |cells: &BTreeMap<String, CellPool>| {
            // the cells that bound something; all others arise when a row falls into them
            let bounded = cells.iter().filter(|(_, cell)| cell.bound.is_some());
            bounded.map(|(part, cell)| (part.clone(), cell.fork())).collect()
        };
        let strata = self.strata.iter().map(cells).collect();
        Self { strata, ..Self::new(self.binding) }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        let cells = row.cells;
        check_seal(self.binding.seal.map(|column| row.cell(column)))?;
        if self.excluded.count(row.cell(self.binding.excluded))? {
            return Ok(());
        }
        match self.binding.owner(cells) {
            Some((index, part)) => {
                // the register's own form is judged before what its rows mean: keep the first such fault for later
                if let Err(fault) = self.take(row, index, part) {
                    self.fault.get_or_insert_with(|| fault.row(row.number));
                }
                Ok(())
            }
            None => {
                self.unowned = self.unowned.saturating_add(1);
                if self.first_unowned.is_none() {
                    self.first_unowned = Some(row.cell(0).to_owned());
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
                for candidate in other.kept {
                    if pool.wants(&candidate.ticket, most) {
                        pool.keep(candidate, most);
                    }
                }
            }
        }
        Ok(())
    }
}
