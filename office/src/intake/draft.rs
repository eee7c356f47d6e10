//! Rows between a table and a frozen register: cells in their frozen form, before tables are joined. A million of them
//! lie in one piece of memory.

use rayon::prelude::*;

/// Stands where a table has no such column. No cell can hold it: control characters are refused.
pub(super) const ABSENT: &str = "\u{1a}";

const SEPARATOR: char = '\u{1f}';

/// Where a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The table, counted from 0 in the plan's order.
    pub source: u16,
    /// The row, as a spreadsheet counts.
    pub row: u32,
}

/// One row; its cells are in the [`Drafts`] that it belongs to. The first cell is the key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft {
    start: usize,
    length: u32,
    /// Bytes of the first cell: at most 129, two ids and a comma.
    key: u16,
    pub(super) origin: Origin,
}

/// Rows and their cells.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    text: String,
    pub(super) rows: Vec<Draft>,
}

impl Drafts {
    /// Adds a cell to the row that is being built.
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.text.push(SEPARATOR);
    }

    /// Where the row that is being built begins.
    pub(super) fn mark(&self) -> usize {
        self.text.len()
    }

    /// Gives up the row that was being built from `mark` on.
    pub(super) fn give_up(&mut self, mark: usize) {
        self.text.truncate(mark);
    }

    /// Ends the row that was being built from `mark` on.
    pub(super) fn end_row(&mut self, mark: usize, origin: Origin) {
        // a row is at most a few cells of at most 32,767 characters
        let length = u32::try_from(self.text.len() - mark).unwrap_or(u32::MAX);
        let line = self.text.get(mark..).unwrap_or_default();
        let key = line.find(SEPARATOR).and_then(|end| u16::try_from(end).ok()).unwrap_or(0);
        self.rows.push(Draft { start: mark, length, key, origin });
    }

    /// Takes over the rows of another piece, behind its own.
    pub(super) fn append(&mut self, other: Self) {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        self.rows.extend(other.rows.into_iter().map(|row| Draft { start: row.start + shift, ..row }));
    }

    /// The cells of a row.
    pub(super) fn cells(&self, row: &Draft) -> impl Iterator<Item = &str> {
        self.line(row).split_terminator(SEPARATOR)
    }

    /// The first cell of a row.
    pub(super) fn key(&self, row: &Draft) -> &str {
        self.text.get(row.start..row.start + usize::from(row.key)).unwrap_or_default()
    }

    /// Puts the rows in order of key, then origin.
    pub(super) fn sort(&mut self) {
        // sixteen bytes decide almost always, and are compared without a look at the text
        let head = |key: &str| {
            let mut bytes = [0; 16];
            bytes.iter_mut().zip(key.bytes()).for_each(|(to, from)| *to = from);
            u128::from_be_bytes(bytes)
        };
        let mut order: Vec<(u128, Draft)> = self.rows.par_iter().map(|row| (head(self.key(row)), *row)).collect();
        order.par_sort_unstable_by(|(a, left), (b, right)| {
            a.cmp(b).then_with(|| self.key(left).cmp(self.key(right))).then(left.origin.cmp(&right.origin))
        });
        self.rows.clear();
        self.rows.extend(order.into_iter().map(|(_, row)| row));
    }

    fn line(&self, row: &Draft) -> &str {
        let end = row.start + usize::try_from(row.length).unwrap_or(0);
        self.text.get(row.start..end).unwrap_or_default()
    }
}
