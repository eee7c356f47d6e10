//! Workbooks of Excel and WPS.
//!
//! calamine reads them. It trusts what a file says of itself, keeps whole sheets of the old form in memory, and panics on
//! some damage; so a workbook is measured before calamine sees it, an old one is also rebuilt from the few records that
//! matter, and no panic gets out.

mod biff;
mod ole;
mod package;
mod rows;
mod scan;
mod texts;
mod value;
mod xml;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod xls_tests;

use super::guard::{damaged, guarded};
use super::{Format, Merged, Sink, WORKBOOK_BYTES};
use crate::files::read_fault;
use crate::watch::{Watch, Work};
use calamine::{
    Data, DataRef, Dimensions, Range, Reader as _, Sheet, SheetType, SheetVisible, Xls, XlsOptions, Xlsx, XlsxError,
};
use package::Package;
use rows::{Found, Rows};
use std::fs::File;
use std::io::{BufReader, Cursor, Read as _};
use std::ops::ControlFlow;
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};

/// Most bytes of a workbook of the old form, which is read into memory: a full sheet of it has about 30 MB.
const OLD_BYTES: u64 = 128 << 20;

/// A workbook, opened.
pub struct Workbook {
    book: Book,
    /// The visible sheets in order.
    sheets: Vec<String>,
}

/// What calamine makes of a workbook.
enum Book {
    /// Of Excel 2007 and later. Sheets are read from the file again each time.
    New(Box<Xlsx<BufReader<File>>>, Package),
    /// Of older Excels, and whether it counts days from 1904. It is in memory.
    Old(Box<Xls<Cursor<Vec<u8>>>>, bool),
}

impl Workbook {
    pub(super) fn open(path: &Path, format: Format) -> Result<Self> {
        let unread = |error| read_fault(path, &error);
        let mut file = File::open(path).map_err(unread)?;
        let bytes = file.metadata().map_err(unread)?.len();
        let most = if format == Format::Xls { OLD_BYTES } else { WORKBOOK_BYTES };
        if bytes > most {
            return Err(limit("bytes of the file", bytes, most));
        }
        let book = if format == Format::Xls {
            let mut all = Vec::new();
            file.read_to_end(&mut all).map_err(unread)?;
            open_old(&all)?
        } else {
            open_new(file)?
        };
        let sheets = visible(match &book {
            Book::New(book, _) => book.sheets_metadata(),
            Book::Old(book, _) => book.sheets_metadata(),
        })?;
        Ok(Self { book, sheets })
    }

    pub(super) fn format(&self) -> Format {
        match self.book {
            Book::New(..) => Format::Xlsx,
            Book::Old(..) => Format::Xls,
        }
    }

    /// The visible sheets in order.
    pub(super) fn sheets(&self) -> Vec<String> {
        self.sheets.clone()
    }

    pub(super) fn read(&mut self, sheet: &str, batch: usize, watch: &dyn Watch, sink: &mut Sink<'_>) -> Result<()> {
        self.find(sheet)?;
        match &mut self.book {
            Book::New(book, package) => read_new(book, package, sheet, batch, watch, sink),
            Book::Old(book, _) => read_old(book, sheet, batch, watch, sink),
        }
    }

    /// Whether day numbers are counted from 1904.
    pub(super) fn days_from_1904(&self) -> bool {
        match &self.book {
            Book::New(book, _) => book.has_1904_epoch(),
            Book::Old(_, from_1904) => *from_1904,
        }
    }

    /// Merged cells of a sheet.
    pub(super) fn merged(&mut self, sheet: &str) -> Result<Vec<Merged>> {
        self.find(sheet)?;
        let ranges = match &mut self.book {
            Book::New(book, package) => match package.merged(sheet) {
                Some(known) => return Ok(known),
                // which part the sheet is was not found out: calamine knows, but has to read all of it
                None => guarded(|| book.merge_cells_by_sheet_name(sheet))?.map_err(|error| refused(&error))?,
            },
            Book::Old(book, _) => book.merge_cells_by_sheet_name(sheet).map_err(damaged)?,
        };
        Ok(ranges.iter().map(merged).collect())
    }

    fn find(&self, sheet: &str) -> Result<()> {
        if self.sheets.iter().any(|name| name == sheet) {
            return Ok(());
        }
        Err(Fault::new(Code::IntakeSheet).fact("sheet", sheet).fact("found", self.sheets.join(", ")))
    }
}

fn open_new(file: File) -> Result<Book> {
    let package = Package::measure(BufReader::new(&file))?;
    let book = guarded(|| Xlsx::new(BufReader::new(file)))?.map_err(|error| refused(&error))?;
    Ok(Book::New(Box::new(book), package))
}

fn open_old(bytes: &[u8]) -> Result<Book> {
    let (stream, code_page, from_1904) = biff::distil(&ole::workbook_stream(bytes)?)?;
    let file = Cursor::new(ole::wrap(&stream)?);
    let mut options = XlsOptions::default();
    options.force_codepage = code_page;
    let book = guarded(|| Xls::new_with_options(file, options))?.map_err(damaged)?;
    Ok(Book::Old(Box::new(book), from_1904))
}

/// Names of the sheets that an office sees as tables.
fn visible(sheets: &[Sheet]) -> Result<Vec<String>> {
    let is_table = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let names: Vec<String> = sheets.iter().filter(is_table).map(|sheet| sheet.name.clone()).collect();
    if names.is_empty() {
        return Err(Fault::new(Code::IntakeEmpty));
    }
    // a sheet is found by its name, so a hidden twin would be read in its place
    match names.iter().find(|name| sheets.iter().filter(|sheet| sheet.name == **name).count() > 1) {
        Some(twice) => Err(damaged(format_args!("two sheets have the name {twice}"))),
        None => Ok(names),
    }
}

fn read_new(
    book: &mut Xlsx<BufReader<File>>,
    package: &Package,
    sheet: &str,
    batch: usize,
    watch: &dyn Watch,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let mut cells = guarded(|| book.worksheet_cells_reader(sheet))?.map_err(|error| refused(&error))?;
    // writers that stream rows do not know the end, and say A1; others say the last row there can be
    let last = u64::from(cells.dimensions().end.0) + 1;
    let total = (2..rows::LAST_ROW).contains(&last).then_some(last);
    let recalculates = package.recalculates();
    let next = || {
        let cell = cells.next_cell_with_formula_metadata().map_err(|error| refused(&error))?;
        Ok(cell.map(|cell| {
            // a formula's 0 may be what a program put there that cannot compute, if it asks for all to be computed
            let is_unknown = recalculates && cell.formula.is_some() && cell.value == DataRef::Float(0.0);
            let value = if is_unknown { DataRef::Empty } else { cell.value };
            Found { row: cell.pos.0, column: cell.pos.1, value, is_formula: cell.formula.is_some() }
        }))
    };
    hand_over(next, total, batch, watch, sink)
}

fn read_old(
    book: &mut Xls<Cursor<Vec<u8>>>,
    sheet: &str,
    batch: usize,
    watch: &dyn Watch,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let values = book.worksheet_range(sheet).map_err(damaged)?;
    let formulas = book.worksheet_formula(sheet).map_err(damaged)?;
    let (rows, columns) = (spread(&values, &formulas, |at| at.0), spread(&values, &formulas, |at| at.1));
    let total = (!rows.is_empty()).then_some(u64::from(rows.end));
    let mut places = rows.flat_map(|row| columns.clone().map(move |column| (row, column)));
    let next = || {
        Ok(places.find_map(|(row, column)| {
            let value = borrowed(values.get_value((row, column)));
            let is_formula = formulas.get_value((row, column)).is_some_and(|text| !text.is_empty());
            (is_formula || value != DataRef::Empty).then_some(Found { row, column, value, is_formula })
        }))
    };
    hand_over(next, total, batch, watch, sink)
}

/// Rows or columns that hold a value or a formula.
fn spread(values: &Range<Data>, formulas: &Range<String>, of: fn((u32, u32)) -> u32) -> std::ops::Range<u32> {
    let starts = [values.start(), formulas.start()].into_iter().flatten().map(of);
    let ends = [values.end(), formulas.end()].into_iter().flatten().map(of);
    starts.min().unwrap_or(0)..ends.max().map_or(0, |end| end + 1)
}

fn borrowed(value: Option<&Data>) -> DataRef<'_> {
    match value {
        Some(Data::String(text)) => DataRef::SharedString(text),
        Some(Data::Int(number)) => DataRef::Int(*number),
        Some(Data::Float(number)) => DataRef::Float(*number),
        Some(Data::Bool(flag)) => DataRef::Bool(*flag),
        Some(Data::DateTime(time)) => DataRef::DateTime(*time),
        Some(Data::DateTimeIso(text)) => DataRef::DateTimeIso(text.clone()),
        Some(Data::DurationIso(text)) => DataRef::DurationIso(text.clone()),
        Some(Data::Error(error)) => DataRef::Error(error.clone()),
        Some(Data::Empty) | None => DataRef::Empty,
    }
}

/// Puts cells into rows, rows into batches, and tells how far it has come.
fn hand_over<'a>(
    mut next: impl FnMut() -> Result<Option<Found<'a>>>,
    total: Option<u64>,
    batch: usize,
    watch: &dyn Watch,
    sink: &mut Sink<'_>,
) -> Result<()> {
    watch.begin(Work::Read, "", total);
    let mut rows = Rows::new(batch);
    let read = loop {
        // the sink stays outside: a panic of the caller's is not the file's
        match guarded(|| rows.fill(&mut next)).flatten() {
            Err(fault) => break Err(fault),
            Ok(_) if rows.batch().is_empty() => break Ok(()),
            Ok(more) => {
                let flow = sink(rows.batch());
                watch.advance(rows.clear());
                match flow {
                    Ok(ControlFlow::Continue(())) if more => {}
                    Ok(_) => break Ok(()),
                    Err(fault) => break Err(fault),
                }
            }
        }
    };
    watch.end();
    read
}

fn merged(range: &Dimensions) -> Merged {
    let column = |column: u32| usize::try_from(column).map_or(usize::MAX, |column| column.saturating_add(1));
    Merged {
        rows: (u64::from(range.start.0) + 1, u64::from(range.end.0) + 1),
        columns: (column(range.start.1), column(range.end.1)),
    }
}

/// What calamine could not read.
fn refused(error: &XlsxError) -> Fault {
    match error {
        XlsxError::Password => Fault::new(Code::IntakeEncrypted),
        // an error of a spreadsheet that calamine does not know; it does not say of which cell
        XlsxError::CellError(value) => Fault::new(Code::IntakeErrorCell).fact("cell", "?").fact("value", value),
        other => damaged(other),
    }
}

fn limit(what: impl std::fmt::Display, found: impl std::fmt::Display, limit: impl std::fmt::Display) -> Fault {
    Fault::new(Code::IntakeLimit).fact("what", what).fact("found", found).fact("limit", limit)
}
