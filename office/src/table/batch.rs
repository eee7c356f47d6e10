//! Rows in one piece of memory, refilled again and again.

/// What kind of cell a source had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text, or nothing.
    Text,
    /// A number of a spreadsheet or a numeric column, in its shortest decimal form (`12`, `0.5`);
    /// a long whole number has all its digits.
    Number,
    /// A date, as `2026-01-05`, with the time behind a blank if it has one.
    Date,
    /// `TRUE` or `FALSE`.
    Flag,
    /// An error that a formula gave, such as `#N/A`.
    Error,
    /// A formula whose result was never saved; the text is empty.
    Uncached,
}

/// A cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its kind.
    pub form: Form,
    /// Its text.
    pub text: &'a str,
}

/// Some rows.
#[derive(Debug, Default)]
pub struct Batch {
    text: String,
    /// End of each cell in `text`, and its form.
    cells: Vec<(usize, Form)>,
    /// Number of each row in its source, and its end in `cells`.
    rows: Vec<(u64, usize)>,
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The number that a spreadsheet shows beside it: 1 is the first row of the file.
    pub number: u64,
    text: &'a str,
    start: usize,
    cells: &'a [(usize, Form)],
}

impl Batch {
    /// Adds a cell to the row that is being built.
    pub fn push(&mut self, form: Form, text: &str) {
        self.text.push_str(text);
        self.cells.push((self.text.len(), form));
    }

    /// Adds empty cells until the row that is being built has so many.
    pub fn pad(&mut self, cells: usize) {
        let begin = self.rows.last().map_or(0, |(_, end)| *end);
        while self.cells.len() - begin < cells {
            self.push(Form::Text, "");
        }
    }

    /// Ends the row that is being built.
    pub fn end_row(&mut self, number: u64) {
        self.rows.push((number, self.cells.len()));
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether it should be handed over: it has so many rows, or as many bytes as are good for a cache.
    #[must_use]
    pub fn is_full(&self, rows: usize) -> bool {
        self.rows.len() >= rows || self.text.len() >= 8 << 20 || self.cells.len() >= 1 << 20
    }

    /// Empties it, and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.rows.clear();
    }

    /// A row, counted from 0 in this batch.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        let (number, end) = *self.rows.get(index)?;
        let begin = index.checked_sub(1).and_then(|before| self.rows.get(before)).map_or(0, |(_, end)| *end);
        let start = begin.checked_sub(1).and_then(|before| self.cells.get(before)).map_or(0, |(end, _)| *end);
        Some(Row { number, text: &self.text, start, cells: self.cells.get(begin..end)? })
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).filter_map(|index| self.row(index))
    }
}

impl<'a> Row<'a> {
    /// A cell from 0; what is missing at the end of a row is empty.
    #[must_use]
    pub fn cell(&self, index: usize) -> Cell<'a> {
        let empty = Cell { form: Form::Text, text: "" };
        let Some((end, form)) = self.cells.get(index).copied() else { return empty };
        let start = index.checked_sub(1).and_then(|before| self.cells.get(before)).map_or(self.start, |(end, _)| *end);
        Cell { form, text: self.text.get(start..end).unwrap_or_default() }
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'a>> + '_ {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// Whether nothing is written in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells().all(|cell| cell.form == Form::Text && cell.text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut batch = Batch::default();
        batch.push(Form::Text, "a");
        batch.push(Form::Number, "12");
        batch.end_row(3);
        batch.end_row(4);
        batch.push(Form::Text, "");
        batch.pad(3);
        batch.push(Form::Error, "#N/A");
        batch.end_row(7);
        let rows: Vec<(u64, Vec<(Form, &str)>)> =
            batch.rows().map(|row| (row.number, row.cells().map(|cell| (cell.form, cell.text)).collect())).collect();
        use Form::{Error, Number, Text};
        let expected = vec![
            (3, vec![(Text, "a"), (Number, "12")]),
            (4, vec![]),
            (7, vec![(Text, ""), (Text, ""), (Text, ""), (Error, "#N/A")]),
        ];
        assert_eq!(rows, expected);
        assert!(batch.row(1).unwrap().is_blank());
        assert_eq!(batch.row(0).unwrap().cell(9), Cell { form: Text, text: "" });
        batch.clear();
        assert!(batch.is_empty());
    }
}
