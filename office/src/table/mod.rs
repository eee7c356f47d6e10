//! Tables as offices keep them, read row by row. What is inside a file decides what it is, never its name.
//!
//! Readers hand over batches of rows, so that a register of a million rows is never held as cells. They know nothing of
//! registers: a title, a header and a hint are rows like others.

mod batch;
#[cfg(feature = "postgres")]
mod database;
mod detect;
mod encoding;
#[cfg(any(feature = "excel", feature = "parquet"))]
mod guard;
#[cfg(feature = "parquet")]
mod parquet;
mod text;
#[cfg(feature = "excel")]
mod workbook;

pub use batch::{Batch, Cell, Form, Row};
pub use detect::Format;
pub use encoding::Encoding;

use crate::watch::Watch;
use detect::detect;
use std::ops::ControlFlow;
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};

/// Most bytes of a text file: two million rows of a thousand bytes each.
pub const TEXT_BYTES: u64 = 2 << 30;
/// Most bytes of a workbook as it lies on the disk.
pub const WORKBOOK_BYTES: u64 = 512 << 20;
/// Most bytes of all parts of a workbook together, unpacked: a full sheet of twenty columns has about 1.3 GB.
pub const UNPACKED_BYTES: u64 = 2 << 30;
/// A part of a workbook over this size must not have shrunk more than [`UNPACKED_RATIO`] times; sheets shrink 5 to 60 times.
pub const SMALL_PART_BYTES: u64 = 32 << 20;
/// See [`SMALL_PART_BYTES`].
pub const UNPACKED_RATIO: u64 = 500;
/// Most characters of a cell: what a spreadsheet can hold.
pub const CELL_CHARACTERS: usize = 32_767;
/// Most columns of a table: what a spreadsheet can hold.
pub const COLUMNS: usize = 16_384;
/// Most rows of one table.
pub const ROWS: u64 = 20_000_000;

/// What a reader calls with each batch; it may stop the reading.
pub type Sink<'a> = dyn FnMut(&Batch) -> Result<ControlFlow<()>> + 'a;

/// A table that was opened and recognised.
pub enum Table {
    /// CSV.
    Text(text::Text),
    /// xlsx or xls.
    #[cfg(feature = "excel")]
    Workbook(workbook::Workbook),
    /// Parquet.
    #[cfg(feature = "parquet")]
    Parquet(parquet::Parquet),
    /// The answer to a query.
    #[cfg(feature = "postgres")]
    Query(database::Query),
}

/// What a table turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The form of the file.
    pub format: Format,
    /// The encoding of a text.
    pub encoding: Option<Encoding>,
    /// The sheets of a workbook that are visible, in order.
    pub sheets: Vec<String>,
    /// Whether a workbook counts days from 1904, so that a bare day number means another day than usual.
    pub days_from_1904: bool,
}

impl Table {
    /// Opens a file. Faults name no file: the caller knows what the office calls it.
    ///
    /// # Errors
    /// [`Code::FileMissing`], [`Code::FileRead`], [`Code::IntakeFormat`], [`Code::IntakeDamaged`], [`Code::IntakeLimit`],
    /// [`Code::IntakeMacro`], [`Code::IntakeEncrypted`], [`Code::IntakeEncoding`], [`Code::SourceFeature`].
    pub fn open(path: &Path) -> Result<Self> {
        match detect(path)? {
            Format::Csv => text::Text::open(path).map(Self::Text),
            #[cfg(feature = "excel")]
            format @ (Format::Xlsx | Format::Xls) => workbook::Workbook::open(path, format).map(Self::Workbook),
            #[cfg(feature = "parquet")]
            Format::Parquet => parquet::Parquet::open(path).map(Self::Parquet),
            #[expect(clippy::allow_attributes, reason = "with all features there is nothing left")]
            #[allow(unreachable_patterns)]
            other => Err(Fault::new(Code::SourceFeature).fact("feature", other.name())),
        }
    }

    /// Asks a database. The connection is made here, the rows come when they are read.
    ///
    /// # Errors
    /// [`Code::SourceDatabase`], [`Code::SourceFeature`].
    pub fn query(database: &str, sql: &str) -> Result<Self> {
        #[cfg(feature = "postgres")]
        return database::Query::open(database, sql).map(Self::Query);
        #[cfg(not(feature = "postgres"))]
        Err(Fault::new(Code::SourceFeature).fact("feature", format_args!("PostgreSQL ({database}, {sql})")))
    }

    /// What it is.
    #[must_use]
    pub fn about(&self) -> About {
        let plain = |format| About { format, encoding: None, sheets: Vec::new(), days_from_1904: false };
        match self {
            Self::Text(text) => About { encoding: Some(text.encoding()), ..plain(Format::Csv) },
            #[cfg(feature = "excel")]
            Self::Workbook(workbook) => About {
                sheets: workbook.sheets(),
                days_from_1904: workbook.days_from_1904(),
                ..plain(workbook.format())
            },
            #[cfg(feature = "parquet")]
            Self::Parquet(_) => plain(Format::Parquet),
            #[cfg(feature = "postgres")]
            Self::Query(_) => plain(Format::Query),
        }
    }

    /// Whether every row must have as many cells as the header: in a text a row that has not was torn.
    #[must_use]
    pub fn has_fixed_width(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// Reads all rows, in batches of at most `batch`. `sheet` names a sheet of a workbook; other tables have none.
    ///
    /// # Errors
    /// What makes the table unreadable, with the row where it is known; and what the sink says.
    pub fn read(&mut self, sheet: Option<&str>, batch: usize, watch: &dyn Watch, sink: &mut Sink<'_>) -> Result<()> {
        match self {
            Self::Text(text) => text.read(batch, watch, sink),
            #[cfg(feature = "excel")]
            Self::Workbook(workbook) => workbook.read(sheet.unwrap_or_default(), batch, watch, sink),
            #[cfg(feature = "parquet")]
            Self::Parquet(parquet) => parquet.read(batch, watch, sink),
            #[cfg(feature = "postgres")]
            Self::Query(query) => query.read(batch, watch, sink),
        }
        .inspect(|()| debug_assert!(sheet.is_none() || !self.about().sheets.is_empty()))
    }

    /// Cells of the first rows of a sheet that are merged, as `B2:C2`; none outside workbooks.
    ///
    /// # Errors
    /// [`Code::IntakeDamaged`].
    pub fn merged(&mut self, sheet: Option<&str>) -> Result<Vec<Merged>> {
        // without workbooks nothing has sheets
        #[cfg(not(feature = "excel"))]
        let _ = sheet;
        match self {
            #[cfg(feature = "excel")]
            Self::Workbook(workbook) => workbook.merged(sheet.unwrap_or_default()),
            _ => Ok(Vec::new()),
        }
    }
}

/// A range of merged cells, rows and columns counted from 1, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// First and last row.
    pub rows: (u64, u64),
    /// First and last column.
    pub columns: (usize, usize),
}

/// The name that a spreadsheet shows for a column, from 0: A, B, …, Z, AA.
#[must_use]
pub fn column_letters(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        let digit = u8::try_from(index % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        match (index / 26).checked_sub(1) {
            Some(next) => index = next,
            None => break,
        }
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::column_letters;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        let names: Vec<String> = [0, 1, 25, 26, 51, 52, 701, 702, 16_383].into_iter().map(column_letters).collect();
        assert_eq!(names, ["A", "B", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }
}
