//! One pass over the targets: who is in which cell, and who has the smallest tickets there.

use crate::announcement::{Announcement, CellSize, Item, Method, Stratum};
use crate::encoding::{Digest, decimal};
use crate::fault::{Code, Fault, Result};
use crate::register::{Reasons, Row, Schema, Visit, check_seal, parse_row};
use crate::rule::Rule;
use crate::seed::Tickets;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The rules of a campaign bound to the columns of its register of targets.
#[derive(Debug)]
pub struct Binding {
    strata: Vec<BoundStratum>,
    items: Vec<Rule<usize>>,
    excluded: usize,
    seal: Option<usize>,
    keep: Keep,
}

/// Which entries a pass keeps.
#[derive(Debug)]
enum Keep {
    /// None: it counts only.
    Nothing,
    /// Those who can be drawn or be reserves by these tickets.
    Smallest(Tickets),
    /// All that some tickets could draw: for many draws from one pass.
    All,
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
            keep: tickets.map_or(Keep::Nothing, Keep::Smallest),
        })
    }

    /// As announced, with the tickets of `lots`.
    ///
    /// # Errors
    /// As [`Binding::new`].
    pub fn announced(announcement: &Announcement, tickets: Option<Tickets>) -> Result<Self> {
        Self::new(&announcement.targets_schema(), &announcement.strata, &announcement.items, tickets)
    }

    /// As announced; a pass keeps all entries that any tickets could draw.
    ///
    /// # Errors
    /// As [`Binding::new`].
    pub fn for_trials(announcement: &Announcement) -> Result<Self> {
        Ok(Self { keep: Keep::All, ..Self::announced(announcement, None)? })
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

    /// How many entries of a cell to keep.
    fn most(&self, stratum: &BoundStratum, part: &str) -> u64 {
        match (stratum.keep.get(part).copied().unwrap_or(0), &self.keep) {
            (0, _) => 0,
            (_, Keep::All) => u64::MAX,
            (most, _) => most,
        }
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
    /// shared by all draws that are made from one pass
    line: Arc<str>,
}

impl Candidate {
    /// An id is never quoted, so the first comma ends it.
    fn id(&self) -> &str {
        self.line.split(',').next().unwrap_or_default()
    }

    /// Lottery order.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        self.ticket.cmp(&other.ticket).then_with(|| self.id().cmp(other.id()))
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

    /// What a pass with these tickets would have kept, of a pass that has kept all.
    #[must_use]
    pub(crate) fn with_tickets(&self, tickets: &Tickets) -> Self {
        let mut pool = Self::new(self.binding);
        for ((cells, all), stratum) in pool.strata.iter_mut().zip(&self.strata).zip(&self.binding.strata) {
            for (part, cell) in all {
                let most = stratum.keep.get(part).copied().unwrap_or(0);
                let mut own = CellPool::default();
                for candidate in &cell.kept {
                    let ticket = tickets.ticket(candidate.id());
                    if own.wants(&ticket, most) {
                        own.keep(Candidate { ticket, ..candidate.clone() }, most);
                    }
                }
                cells.insert(part.clone(), own);
            }
        }
        pool
    }

    /// The entries of a cell that were kept: ids and weights.
    pub(crate) fn kept(&self, stratum: usize, part: &str) -> impl Iterator<Item = (&str, u64)> {
        let cell = self.strata.get(stratum).and_then(|cells| cells.get(part));
        cell.into_iter().flat_map(|cell| &cell.kept).map(|candidate| (candidate.id(), candidate.weight))
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
        let most = self.binding.most(stratum, part);
        let ticket = match &self.binding.keep {
            Keep::Nothing => return Ok(()),
            Keep::Smallest(tickets) => tickets.ticket(id),
            Keep::All => Digest([0; 32]),
        };
        if pool.wants(&ticket, most) {
            pool.keep(Candidate { ticket, weight: weight.unwrap_or(1), line: row.line.into() }, most);
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
                let most = self.binding.most(stratum, &part);
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
