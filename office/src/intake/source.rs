//! One table of a register, read: which sheet, which row is the header, what each row says.

use super::draft::{Drafts, Origin};
use super::header::{Found, Layout, Wanted, WantedColumn, merged_header};
use crate::plan::{Place, Source};
use crate::table::{About, Batch, Merged, Row, Table};
use crate::watch::{Watch, Work};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};

/// Rows that a reader hands over at once; the header is among the first of them.
const BATCH: usize = 16_384;
/// Rows that one thread forms at a time.
const CHUNK: usize = 1_024;
/// More different words than this are no words of a list.
const WORDS: usize = 64;
/// More bad rows than this are counted, not explained.
const EXPLAINED: usize = 1_000;

/// What was found in a table, and done with it.
#[derive(Debug, Clone)]
pub struct SourceReport {
    /// What the office calls it.
    pub name: String,
    /// What it is.
    pub about: About,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// The header's row.
    pub header_row: u64,
    /// Frozen columns and the headers that they come from; what the plan gave a value for has none.
    pub columns: Vec<(String, Option<String>)>,
    /// Frozen columns that this table has not and another must have.
    pub absent: Vec<String>,
    /// Headers that nothing uses.
    pub unused: Vec<String>,
    /// Columns by which rows are excluded, and the words there that exclude nobody, each with its number of rows.
    pub words: Vec<(String, BTreeMap<String, u64>)>,
    /// Rows below the header that were taken for hints how to fill the table in.
    pub hints: Vec<u64>,
    /// Rows that hold anything, without header and hints.
    pub read: u64,
    /// Rows that were refused.
    pub refused: u64,
}

/// Rows that one thread formed.
#[derive(Debug, Default)]
pub(super) struct Formed {
    pub(super) drafts: Drafts,
    /// Cells that were changed, by wanted column.
    pub(super) changed: Vec<u64>,
    faults: Vec<Fault>,
    /// Words in columns of exclusions that exclude nobody, by column of the table.
    words: BTreeMap<usize, BTreeMap<String, u64>>,
    read: u64,
    refused: u64,
}

impl Formed {
    /// Counts a changed cell of a wanted column.
    pub(super) fn note_change(&mut self, column: usize) {
        if self.changed.len() <= column {
            self.changed.resize(column + 1, 0);
        }
        if let Some(count) = self.changed.get_mut(column) {
            *count += 1;
        }
    }

    /// Notes a word that excludes nobody, as long as they are few: a column of free text has no words.
    pub(super) fn note_word(&mut self, column: usize, word: &str, count: u64) {
        let words = self.words.entry(column).or_default();
        if let Some(sum) = words.get_mut(word) {
            *sum += count;
        } else if words.len() < WORDS {
            words.insert(word.to_owned(), count);
        }
    }

    fn append(&mut self, other: Self) {
        for (column, words) in &other.words {
            words.iter().for_each(|(word, count)| self.note_word(*column, word, *count));
        }
        self.drafts.append(other.drafts);
        for (column, count) in other.changed.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            self.note_change(column);
            if let Some(sum) = self.changed.get_mut(column) {
                *sum += count - 1;
            }
        }
        self.read += other.read;
        self.refused += other.refused;
        let room = EXPLAINED.saturating_sub(self.faults.len());
        self.faults.extend(other.faults.into_iter().take(room));
    }
}

/// A table that was read: its rows, the faults of single rows, what was found.
pub(super) struct Read {
    pub(super) drafts: Drafts,
    pub(super) changed: Vec<u64>,
    pub(super) faults: Vec<Fault>,
    pub(super) report: SourceReport,
    pub(super) layout: Layout,
}

/// Where and how tables are read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The campaign's folder.
    pub(super) base: &'a Path,
    /// Who watches.
    pub(super) watch: &'a dyn Watch,
    /// Whether this table is the register's only one, so that what it lacks is nowhere.
    pub(super) only: bool,
}

impl Reader<'_> {
    /// Reads one table; `form` puts a row's cells into the piece's drafts.
    pub(super) fn read(
        &self,
        (index, source): (usize, &Source),
        wanted: &Wanted<'_>,
        form: &(dyn Fn(&Layout, &Row<'_>, &mut Formed) -> Result<()> + Sync),
    ) -> Result<Read, Vec<Fault>> {
        let name = source.name();
        let in_file = |fault: Fault| vec![fault.file(&name)];
        let mut table = match &source.place {
            Place::File(file) => Table::open(&self.base.join(file)),
            Place::Query { database, query } => Table::query(database, query),
        }
        .map_err(in_file)?;
        let sheet = self.choose_sheet(&mut table, source, wanted).map_err(|faults| located(faults, &name))?;
        let merged = table.merged(sheet.as_deref()).map_err(in_file)?;
        let (fixed_width, days_from_1904) = (table.has_fixed_width(), table.about().days_from_1904);
        let number = u16::try_from(index).unwrap_or(u16::MAX);
        let mut found: Option<Result<Layout, Vec<Fault>>> = None;
        let mut formed = Formed::default();
        let watch = Named { watch: self.watch, name: &name };
        let mut sink = |batch: &Batch| {
            if found.is_none() {
                found = Some(self.layout(batch, wanted, source, &merged).and_then(|layout| {
                    let faults = layout.merged_rows(&merged);
                    if faults.is_empty() { Ok(Layout { days_from_1904, ..layout }) } else { Err(faults) }
                }));
            }
            let Some(Ok(layout)) = &found else { return Ok(ControlFlow::Break(())) };
            let rows: Vec<Row<'_>> = batch
                .rows()
                .filter(|row| row.number > layout.row && !layout.hints.contains(&row.number) && !row.is_blank())
                .collect();
            let width = fixed_width.then_some(layout.headers.len());
            let pieces: Vec<Formed> =
                rows.par_chunks(CHUNK).map(|rows| form_rows(rows, layout, width, number, form)).collect();
            pieces.into_iter().for_each(|piece| formed.append(piece));
            Ok(ControlFlow::Continue(()))
        };
        table.read(sheet.as_deref(), BATCH, &watch, &mut sink).map_err(in_file)?;
        let layout = match found {
            None => return Err(in_file(Fault::new(Code::IntakeEmpty))),
            Some(layout) => layout.map_err(|faults| located(faults, &name))?,
        };
        let columns = |which: fn(&WantedColumn<'_>, &Found) -> bool| {
            wanted.columns.iter().zip(&layout.columns).filter(move |(column, found)| which(column, found))
        };
        let report = SourceReport {
            about: table.about(),
            sheet,
            header_row: layout.row,
            columns: columns(|column, found| *found != Found::Absent && !column.from_lists)
                .map(|(column, found)| (column.name.to_string(), layout.header(found).map(str::to_owned)))
                .collect(),
            absent: columns(|_, found| *found == Found::Absent).map(|(column, _)| column.name.to_string()).collect(),
            unused: layout.unused(),
            words: formed
                .words
                .iter()
                .filter(|(_, words)| words.len() < WORDS)
                .map(|(column, words)| (layout.headers.get(*column).cloned().unwrap_or_default(), words.clone()))
                .collect(),
            hints: layout.hints.clone(),
            read: formed.read,
            refused: formed.refused,
            name: name.clone(),
        };
        Ok(Read {
            drafts: formed.drafts,
            changed: formed.changed,
            faults: located(formed.faults, &name),
            report,
            layout,
        })
    }

    fn layout(
        &self,
        rows: &Batch,
        wanted: &Wanted<'_>,
        source: &Source,
        merged: &[Merged],
    ) -> Result<Layout, Vec<Fault>> {
        match Layout::find(rows, wanted, source, self.only) {
            Ok(layout) => layout.check_merged(merged).map(|()| layout).map_err(|fault| vec![fault]),
            // a name may be missing because its cell was merged away
            Err(faults) => {
                let row = faults.first().and_then(|fault| fault.place().1);
                match row.and_then(|row| Some((row, merged_header(merged, row)?))) {
                    Some((row, cells)) => Err(vec![Fault::new(Code::IntakeHeaderMerged).row(row).fact("cells", cells)]),
                    None => Err(faults),
                }
            }
        }
    }

    /// The sheet that the plan names, or the only one that holds such a table.
    fn choose_sheet(
        &self,
        table: &mut Table,
        source: &Source,
        wanted: &Wanted<'_>,
    ) -> Result<Option<String>, Vec<Fault>> {
        let sheets = table.about().sheets;
        let listed = |sheets: &[String]| if sheets.is_empty() { "-".to_owned() } else { sheets.join("、") };
        if let Some(wanted) = &source.sheet {
            return match sheets.iter().find(|sheet| sheet.trim() == wanted.trim()) {
                Some(sheet) => Ok(Some(sheet.clone())),
                None => Err(vec![Fault::new(Code::IntakeSheet).fact("sheet", wanted).fact("found", listed(&sheets))]),
            };
        }
        if sheets.len() < 2 {
            return Ok(sheets.into_iter().next());
        }
        let mut fitting = Vec::new();
        let mut faults: Vec<Fault> = Vec::new();
        for sheet in sheets {
            let merged = table.merged(Some(&sheet)).map_err(|fault| vec![fault])?;
            let mut looked = None;
            let mut sink = |batch: &Batch| {
                looked = Some(self.layout(batch, wanted, source, &merged));
                Ok(ControlFlow::Break(()))
            };
            table.read(Some(&sheet), BATCH, &crate::watch::Silent, &mut sink).map_err(|fault| vec![fault])?;
            match looked {
                Some(Ok(_)) => fitting.push(sheet),
                Some(Err(found)) if faults.is_empty() => faults = found,
                _ => {}
            }
        }
        match fitting.len() {
            0 if faults.is_empty() => Err(vec![Fault::new(Code::IntakeEmpty)]),
            0 => Err(faults),
            1 => Ok(fitting.into_iter().next()),
            _ => Err(vec![Fault::new(Code::IntakeSheets).fact("found", listed(&fitting))]),
        }
    }
}

fn form_rows(
    rows: &[Row<'_>],
    layout: &Layout,
    width: Option<usize>,
    source: u16,
    form: &(dyn Fn(&Layout, &Row<'_>, &mut Formed) -> Result<()> + Sync),
) -> Formed {
    let mut piece = Formed::default();
    for row in rows {
        piece.read += 1;
        let mark = piece.drafts.mark();
        match check_width(row, width).and_then(|()| form(layout, row, &mut piece)) {
            Ok(()) => {
                let row = u32::try_from(row.number).unwrap_or(u32::MAX);
                piece.drafts.end_row(mark, Origin { source, row });
            }
            Err(fault) => {
                piece.drafts.give_up(mark);
                piece.refused += 1;
                if piece.faults.len() < EXPLAINED {
                    piece.faults.push(fault.row(row.number));
                }
            }
        }
    }
    piece
}

/// In a text a row that is not as wide as its header was torn; empty cells behind it do no harm.
fn check_width(row: &Row<'_>, width: Option<usize>) -> Result<()> {
    let Some(width) = width else { return Ok(()) };
    let behind = (width..row.len()).all(|index| row.cell(index).text.is_empty());
    if row.len() >= width && behind {
        return Ok(());
    }
    Err(Fault::new(Code::IntakeWidth).fact("found", row.len()).fact("expected", width))
}

fn located(faults: Vec<Fault>, name: &str) -> Vec<Fault> {
    faults.into_iter().map(|fault| fault.file(name)).collect()
}

/// Readers do not know what the office calls their table.
#[derive(Debug)]
struct Named<'a> {
    watch: &'a dyn Watch,
    name: &'a str,
}

impl Watch for Named<'_> {
    fn begin(&self, work: Work, _: &str, total: Option<u64>) {
        self.watch.begin(work, self.name, total);
    }

    fn advance(&self, units: u64) {
        self.watch.advance(units);
    }

    fn end(&self) {
        self.watch.end();
    }
}
