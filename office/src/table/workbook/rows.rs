//! Cells one after the other, put into rows.

use super::value::shown;
use super::{damaged, limit};
use crate::table::{Batch, CELL_CHARACTERS, COLUMNS, column_letters};
use calamine::DataRef;
use yaohao::fault::{Code, Fault, Result};

/// The last row that a spreadsheet can hold.
pub(super) const LAST_ROW: u64 = 1 << 20;

/// A cell as calamine finds it: rows and columns counted from 0.
pub(super) struct Found<'a> {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) value: DataRef<'a>,
    pub(super) is_formula: bool,
}

/// A batch that is being filled. Rows in which nothing stands are left out.
pub(super) struct Rows<'a> {
    batch: Batch,
    size: usize,
    /// The row that is being built, as a spreadsheet numbers it, and its number of cells so far.
    row: u64,
    columns: usize,
    /// The first cell of the row behind a full batch.
    held: Option<Found<'a>>,
    /// The row up to which the watcher knows.
    told: u64,
    scratch: String,
}

impl<'a> Rows<'a> {
    pub(super) fn new(size: usize) -> Self {
        Self { batch: Batch::default(), size, row: 0, columns: 0, held: None, told: 0, scratch: String::new() }
    }

    pub(super) fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Empties the batch; gives the number of rows that it was further than the one before.
    pub(super) fn clear(&mut self) -> u64 {
        let last = self.batch.len().checked_sub(1).and_then(|last| self.batch.row(last)).map_or(0, |row| row.number);
        self.batch.clear();
        let further = last.saturating_sub(self.told);
        self.told = last;
        further
    }

    /// Takes cells until the batch is full, or there are no more: then it is `false`.
    pub(super) fn fill(&mut self, next: &mut impl FnMut() -> Result<Option<Found<'a>>>) -> Result<bool> {
        loop {
            let found = match self.held.take() {
                Some(held) => held,
                None => match next().map_err(|fault| self.behind(fault))? {
                    Some(found) => found,
                    None => {
                        self.end_row();
                        return Ok(false);
                    }
                },
            };
            let row = u64::from(found.row) + 1;
            if row != self.row && self.columns > 0 {
                self.end_row();
                if self.batch.is_full(self.size) {
                    self.held = Some(found);
                    return Ok(true);
                }
            }
            self.push(row, &found)?;
        }
    }

    fn push(&mut self, row: u64, found: &Found<'_>) -> Result<()> {
        let column = usize::try_from(found.column).unwrap_or(usize::MAX);
        if row < self.row || (row == self.row && column < self.columns) {
            return Err(damaged(format_args!("a cell of row {row} stands too late")).row(row));
        }
        if row > LAST_ROW {
            return Err(limit("rows", row, LAST_ROW));
        }
        self.row = row;
        let Some((form, text)) = shown(&found.value, found.is_formula, &mut self.scratch) else { return Ok(()) };
        if column >= COLUMNS {
            return Err(limit("columns", column.saturating_add(1), COLUMNS).row(row));
        }
        if text.len() > CELL_CHARACTERS && text.chars().count() > CELL_CHARACTERS {
            let fault = Fault::new(Code::IntakeLong).row(row).fact("characters", text.chars().count());
            return Err(fault.fact("limit", CELL_CHARACTERS));
        }
        self.batch.pad(column);
        self.batch.push(form, text);
        self.columns = column + 1;
        Ok(())
    }

    fn end_row(&mut self) {
        if self.columns > 0 {
            self.batch.end_row(self.row);
        }
        self.columns = 0;
    }

    /// A fault of the reader came behind the last cell that could be read.
    fn behind(&self, fault: Fault) -> Fault {
        match (fault.code(), self.columns.checked_sub(1)) {
            (Code::IntakeErrorCell, Some(column)) => {
                let value = fault.fill("{value}");
                let cell = format!("behind {}{}", column_letters(column), self.row);
                Fault::new(Code::IntakeErrorCell).row(self.row).fact("cell", cell).fact("value", value)
            }
            _ => fault,
        }
    }
}
