//! CSV: what Excel, WPS and platforms save under this name.

use super::{Batch, CELL_CHARACTERS, COLUMNS, Encoding, Form, ROWS, Sink, TEXT_BYTES, encoding};
use crate::files::read_fault;
use crate::watch::{Watch, Work};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};

/// A text, decoded.
pub struct Text {
    text: String,
    encoding: Encoding,
}

impl Text {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let bytes = std::fs::metadata(path).map_err(|error| read_fault(path, &error))?.len();
        if bytes > TEXT_BYTES {
            let fault = Fault::new(Code::IntakeLimit).fact("what", "bytes of the file");
            return Err(fault.fact("found", bytes).fact("limit", TEXT_BYTES));
        }
        Self::decode(std::fs::read(path).map_err(|error| read_fault(path, &error))?)
    }

    /// A text from its bytes.
    pub(super) fn decode(bytes: Vec<u8>) -> Result<Self> {
        let (mut text, encoding) = encoding::decode(bytes)?;
        // one line end for all, also at the end of the last row: then lines can be counted
        if text.contains('\r') {
            text = text.replace("\r\n", "\n").replace('\r', "\n");
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        if let Some(row) = open_quote(&text) {
            return Err(Fault::new(Code::IntakeQuote).row(row));
        }
        Ok(Self { text, encoding })
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) fn read(&self, batch: usize, watch: &dyn Watch, sink: &mut Sink<'_>) -> Result<()> {
        watch.begin(Work::Read, "", u64::try_from(self.text.len()).ok());
        let read = read_csv(self.text.as_bytes(), delimiter(&self.text), batch, watch, sink);
        watch.end();
        read
    }
}

/// Reads rows from a stream of CSV in UTF-8 whose lines all end in LF.
pub(super) fn read_csv(
    stream: impl Read,
    delimiter: u8,
    rows: usize,
    watch: &dyn Watch,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).delimiter(delimiter).from_reader(stream);
    let mut record = csv::StringRecord::new();
    let mut batch = Batch::default();
    let (mut inner_lines, mut reported, mut count) = (0, 0, 0);
    loop {
        let more = reader.read_record(&mut record).map_err(|error| unread(&error))?;
        if more {
            // the line behind the record, less its own: a spreadsheet counts a row once, however many lines its cells have
            inner_lines += breaks(&record);
            let row = reader.position().line().saturating_sub(1 + inner_lines);
            count += 1;
            take(&record, row, count, &mut batch)?;
        }
        if !more || batch.is_full(rows) {
            let bytes = reader.position().byte();
            let flow = if batch.is_empty() { ControlFlow::Break(()) } else { sink(&batch)? };
            watch.advance(bytes - reported);
            reported = bytes;
            batch.clear();
            if !more || flow.is_break() {
                return Ok(());
            }
        }
    }
}

fn take(record: &csv::StringRecord, row: u64, count: u64, batch: &mut Batch) -> Result<()> {
    let limit = |what: &str, found: u64, limit: u64| {
        Fault::new(Code::IntakeLimit).row(row).fact("what", what).fact("found", found).fact("limit", limit)
    };
    if count > ROWS {
        return Err(limit("rows", count, ROWS));
    }
    if record.len() > COLUMNS {
        let (found, most) = (u64::try_from(record.len()).unwrap_or(u64::MAX), u64::try_from(COLUMNS).unwrap_or(0));
        return Err(limit("columns", found, most));
    }
    for cell in record {
        if cell.len() > CELL_CHARACTERS && cell.chars().count() > CELL_CHARACTERS {
            let fault = Fault::new(Code::IntakeLong).row(row).fact("characters", cell.chars().count());
            return Err(fault.fact("limit", CELL_CHARACTERS));
        }
        batch.push(Form::Text, cell);
    }
    batch.end_row(row);
    Ok(())
}

/// Line breaks inside the cells of a record.
fn breaks(record: &csv::StringRecord) -> u64 {
    let bytes = record.as_slice().as_bytes();
    u64::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0)
}

fn unread(error: &csv::Error) -> Fault {
    let fault = Fault::new(Code::IntakeCsv).fact("detail", error);
    match error.position() {
        Some(position) => fault.row(position.line()),
        None => fault,
    }
}

/// Comma, unless the first line that says anything has tabs or semicolons only.
fn delimiter(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    match (line.contains(','), line.contains('\t'), line.contains(';')) {
        (false, true, _) => b'\t',
        (false, false, true) => b';',
        _ => b',',
    }
}

/// The row in which a quote opens that never closes, or closes where no cell ends although lines lie between: then it is
/// the quote of another cell. Counting quotes does not find these: a bare cell may hold one, as inches do.
fn open_quote(text: &str) -> Option<u64> {
    #[derive(PartialEq)]
    enum At {
        Begin,
        Bare,
        Quoted,
        Closed,
    }
    if !text.contains('"') {
        return None;
    }
    let delimiter = delimiter(text);
    let (mut at, mut row, mut opened, mut has_lines) = (At::Begin, 1, 1, false);
    for byte in text.bytes() {
        at = match (at, byte) {
            (At::Begin, b'"') => {
                (opened, has_lines) = (row, false);
                At::Quoted
            }
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, byte) => {
                has_lines |= byte == b'\n';
                At::Quoted
            }
            // doubled: a quote within the cell
            (At::Closed, b'"') => At::Quoted,
            (_, b'\n') => {
                row += 1;
                At::Begin
            }
            (_, byte) if byte == delimiter => At::Begin,
            (At::Closed, _) if has_lines => return Some(opened),
            _ => At::Bare,
        };
    }
    (at == At::Quoted).then_some(opened)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Silent;

    fn rows(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>> {
        let mut rows = Vec::new();
        Text::decode(bytes.to_vec())?.read(2, &Silent, &mut |batch| {
            let cells = |row: super::super::Row<'_>| row.cells().map(|cell| cell.text.to_owned()).collect();
            rows.extend(batch.rows().map(|row| (row.number, cells(row))));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    fn row(number: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn rows_have_the_numbers_of_a_spreadsheet() {
        let expected = vec![row(1, &["a", "b"]), row(2, &["x\ny", "1"]), row(4, &["z", "2"]), row(5, &["w", "3"])];
        assert_eq!(rows(b"a,b\n\"x\ny\",1\n\nz,2\nw,3\n").unwrap(), expected);
        assert_eq!(rows(b"a,b\r\n\"x\r\ny\",1\r\n\r\nz,2\r\nw,3").unwrap(), expected);
    }

    #[test]
    fn tabs_and_semicolons_separate_where_there_is_no_comma() {
        assert_eq!(rows(b"a\tb\nx\t1,5\n").unwrap(), [row(1, &["a", "b"]), row(2, &["x", "1,5"])]);
        assert_eq!(rows(b"a;b\nx;1\n").unwrap(), [row(1, &["a", "b"]), row(2, &["x", "1"])]);
    }

    #[test]
    fn a_quote_that_never_ends_is_found_where_it_begins() {
        let quote = |text: &[u8]| rows(text).map_err(|fault| (fault.code(), fault.place().1));
        assert_eq!(quote(b"a,b\nx,\"1\ny,2\n"), Err((Code::IntakeQuote, Some(2))));
        assert_eq!(quote(b"a,b\n\"x\n1\",2\ny,\"3"), Err((Code::IntakeQuote, Some(3))));
        // an even number of quotes is no sign that they close: inches count too, and two open ones would make a pair
        assert_eq!(quote(b"a,b\n5\" x,1\n\"y,2\nz,3\n"), Err((Code::IntakeQuote, Some(3))));
        assert_eq!(quote(b"a,b\n\"x,1\ny,2\n\"z,3\n"), Err((Code::IntakeQuote, Some(2))));
        // inches and the like are no quotes
        assert_eq!(rows(b"a,b\nx 5\" y,2\n").unwrap(), [row(1, &["a", "b"]), row(2, &["x 5\" y", "2"])]);
    }

    #[test]
    fn a_cell_beyond_all_measure_is_refused() {
        let text = format!("a,b\nx,{}\n", "长".repeat(CELL_CHARACTERS + 1));
        let fault = rows(text.as_bytes()).unwrap_err();
        assert_eq!((fault.code(), fault.place().1), (Code::IntakeLong, Some(2)));
    }
}
