//! One pass over a register of any size: form, order, commitment, and whatever a visitor takes from the rows.
//!
//! The register comes as blocks of bytes that are cut anywhere. They are cut again at line ends and handled in
//! parallel; what a visitor took is merged in the order of the file, so the result does not depend on cuts or threads.

use super::row::{CELL_BYTES, CELLS, parse_row};
use super::{Commitment, Schema};
use crate::encoding::{Digest, count};
use crate::fault::{Code, Fault, Result};
use crate::{ident, join, merkle};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;

/// Where the bytes of a file come from. Blocks may be cut anywhere and have any size.
pub trait Blocks {
    /// The next bytes, or `None` at the end.
    ///
    /// # Errors
    /// [`Code::FileRead`] and whatever the source refuses.
    fn next_block(&mut self) -> Result<Option<Vec<u8>>>;
}

/// A whole file in memory as one block.
impl Blocks for Option<Vec<u8>> {
    fn next_block(&mut self) -> Result<Option<Vec<u8>>> {
        Ok(self.take())
    }
}

/// Bytes that somebody else keeps, a batch at a time.
impl Blocks for &[u8] {
    fn next_block(&mut self) -> Result<Option<Vec<u8>>> {
        let (block, rest) = self.split_at(self.len().min(BATCH));
        *self = rest;
        Ok((!block.is_empty()).then(|| block.to_vec()))
    }
}

/// One row as a visitor sees it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r, 'a> {
    /// Its number in the register, from 1.
    pub number: u64,
    /// Its bytes, without LF.
    pub line: &'a str,
    /// Its cells, in the order of the header.
    pub cells: &'r [Cow<'a, str>],
}

impl<'r, 'a> Row<'r, 'a> {
    /// A cell; the empty text where the header has no such column.
    #[must_use]
    pub fn cell(&self, column: usize) -> &'r str {
        self.cells.get(column).map_or("", |cell| cell.as_ref())
    }
}

/// Takes what it needs from the rows of one part of a register, and joins with what was taken from the next part.
pub trait Visit: Send + Sync + Sized {
    /// An empty visitor for another part. It may take over from this one what saves it work, but nothing that is counted.
    #[must_use]
    fn fork(&self) -> Self;

    /// One row.
    ///
    /// # Errors
    /// What this visitor refuses; file and row are added by [`scan`].
    fn row(&mut self, row: &Row<'_, '_>) -> Result<()>;

    /// Takes over what `later`, the visitor of the part behind, has taken.
    ///
    /// # Errors
    /// What only both together show.
    fn merge(&mut self, later: Self) -> Result<()>;
}

/// Takes nothing: for a look at form and commitment alone.
impl Visit for () {
    fn fork(&self) -> Self {}

    fn row(&mut self, _: &Row<'_, '_>) -> Result<()> {
        Ok(())
    }

    fn merge(&mut self, (): Self) -> Result<()> {
        Ok(())
    }
}

/// Reads a register once: checks its form and order, commits to it, and shows every row to a visitor.
///
/// ```
/// use yaohao::register::{scan, Schema};
/// let schema = Schema::new("targets.csv", &["id", "class", "excluded"]);
/// let mut file = Some(b"id,class,excluded\nA1,B,\nA2,C,\n".to_vec());
/// let (commitment, ()) = scan(&schema, 1000, &mut file, ()).unwrap();
/// assert_eq!(commitment.rows, 2);
/// ```
///
/// # Errors
/// The `register.*` codes with file, row and column; what the visitor refuses; [`Code::RegisterLimit`].
pub fn scan<V: Visit>(schema: &Schema, limit: u64, blocks: &mut dyn Blocks, visitor: V) -> Result<(Commitment, V)> {
    scan_batches(schema, limit, blocks, visitor).map_err(|fault| fault.file(&schema.file))
}

/// Bytes handled together: enough for the threads, little enough for the memory.
const BATCH: usize = 8 << 20;
const PART: usize = 512 << 10;
/// No line of a register is longer: every cell at its limit, every byte a doubled quote.
const LINE: usize = (2 * CELL_BYTES + 3) * CELLS;

fn scan_batches<V: Visit>(schema: &Schema, limit: u64, blocks: &mut dyn Blocks, visitor: V) -> Result<(Commitment, V)> {
    let mut hasher = Sha256::new();
    let mut whole = Part::empty(0, visitor);
    let mut batch = Vec::new();
    let mut header_seen = false;
    loop {
        let more = fill(&mut batch, blocks)?;
        if !header_seen {
            let header = take_line(&mut batch, schema)?;
            hasher.update(&header);
            header_seen = true;
        }
        let rest = match batch.iter().rposition(|b| *b == b'\n') {
            Some(last) => batch.split_off(last.saturating_add(1)),
            None => std::mem::take(&mut batch),
        };
        let ((), done) = join::both(|| hasher.update(&batch), || scan_lines(schema, &batch, &whole));
        whole.merge(done?, schema)?;
        if whole.range.len() > limit {
            return Err(Fault::new(Code::RegisterLimit).fact("limit", limit));
        }
        batch = rest;
        if !more {
            break;
        }
        if batch.len() > LINE {
            return Err(Fault::new(Code::RegisterCell)
                .row(whole.range.len().saturating_add(1))
                .fact("bytes", batch.len()));
        }
    }
    if !batch.is_empty() {
        return Err(Fault::new(Code::RegisterEnd).row(whole.range.len().saturating_add(1)));
    }
    let commitment =
        Commitment { rows: whole.range.len(), sha256: Digest::from_hasher(hasher), root: whole.range.root() };
    Ok((commitment, whole.taken))
}

/// Fills the batch; `false` at the end of the source.
fn fill(batch: &mut Vec<u8>, blocks: &mut dyn Blocks) -> Result<bool> {
    // the header's line must be whole in the first batch, whatever the blocks are
    while batch.len() < BATCH {
        match blocks.next_block()? {
            Some(block) if batch.is_empty() => *batch = block,
            Some(block) => batch.extend_from_slice(&block),
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Takes the header's line off the batch, checked.
fn take_line(batch: &mut Vec<u8>, schema: &Schema) -> Result<Vec<u8>> {
    if batch.starts_with(b"\xef\xbb\xbf") {
        return Err(Fault::new(Code::RegisterBom));
    }
    let end = batch.iter().position(|b| *b == b'\n').ok_or_else(|| Fault::new(Code::RegisterEnd))?;
    let rest = batch.split_off(end.saturating_add(1));
    let line = std::mem::replace(batch, rest);
    let found = String::from_utf8_lossy(&line);
    let found = found.trim_end_matches('\n');
    if found.ends_with('\r') {
        return Err(Fault::new(Code::RegisterCrlf));
    }
    let expected = schema.header();
    if found != expected {
        return Err(Fault::new(Code::RegisterHeader).fact("found", found).fact("expected", expected));
    }
    Ok(line)
}

/// What one run of whole lines gave.
struct Part<V> {
    range: merkle::Range,
    first: Option<String>,
    last: Option<String>,
    taken: V,
}

impl<V: Visit> Part<V> {
    fn empty(start: u64, taken: V) -> Self {
        Self { range: merkle::Range::new(start), first: None, last: None, taken }
    }

    fn merge(&mut self, later: Self, schema: &Schema) -> Result<()> {
        if let (Some(last), Some(first)) = (&self.last, &later.first)
            && first <= last
        {
            return Err(schema.order_fault(first).row(self.range.len().saturating_add(1)));
        }
        let start = self.range.len();
        let range = std::mem::replace(&mut self.range, merkle::Range::new(0));
        self.range = range
            .merge(later.range)
            .ok_or_else(|| Fault::new(Code::RegisterRows).fact("found", start).fact("expected", "a following part"))?;
        self.first = self.first.take().or(later.first);
        self.last = later.last.or_else(|| self.last.take());
        self.taken.merge(later.taken)
    }
}

/// The lines that follow `whole`, in parts.
fn scan_lines<V: Visit>(schema: &Schema, lines: &[u8], whole: &Part<V>) -> Result<Part<V>> {
    let start = whole.range.len();
    let mut parts = Vec::new();
    let (mut rest, mut next) = (lines, start);
    while !rest.is_empty() {
        let near = rest
            .get(PART..)
            .and_then(|tail| tail.iter().position(|b| *b == b'\n'))
            .map_or(rest.len(), |at| PART.saturating_add(at).saturating_add(1));
        let (part, after) = rest.split_at(near);
        parts.push((part, next));
        next = next.saturating_add(count(part.iter().filter(|b| **b == b'\n').count()));
        rest = after;
    }
    let scan_one = |(part, first)| scan_part(schema, part, first, whole.taken.fork());
    let mut all = Part::empty(start, whole.taken.fork());
    for part in join::map(parts, scan_one) {
        all.merge(part?, schema)?;
    }
    Ok(all)
}

fn scan_part<V: Visit>(schema: &Schema, lines: &[u8], start: u64, visitor: V) -> Result<Part<V>> {
    let text = std::str::from_utf8(lines).map_err(|error| {
        let before = lines.iter().take(error.valid_up_to()).filter(|b| **b == b'\n').count();
        Fault::new(Code::RegisterUtf8).row(start.saturating_add(count(before)).saturating_add(1))
    })?;
    let mut part = Part::empty(start, visitor);
    let mut cells = Vec::with_capacity(schema.columns.len());
    let mut last: Option<Key<'_>> = None;
    for line in text.split_terminator('\n') {
        let number = start.saturating_add(part.range.len()).saturating_add(1);
        let checked = check_row(schema, line, &mut cells, last.as_ref());
        let key = checked.and_then(|key| part.taken.row(&Row { number, line, cells: &cells }).map(|()| key));
        let key = key.map_err(|fault| fault.row(number))?;
        part.range.push(merkle::leaf_hash(line.as_bytes()));
        if part.first.is_none() {
            part.first = Some(key.joined());
        }
        last = Some(key);
    }
    part.last = last.map(|key| key.joined());
    Ok(part)
}

/// A row's key: one id, or two; ids have no comma, so that `joined` sorts as the pair does (comma is below every byte
/// of an id).
struct Key<'a>(Cow<'a, str>, Option<Cow<'a, str>>);

impl Key<'_> {
    fn joined(&self) -> String {
        match &self.1 {
            None => self.0.to_string(),
            Some(second) => format!("{},{second}", self.0),
        }
    }

    fn pair(&self) -> (&str, Option<&str>) {
        (&self.0, self.1.as_deref())
    }
}

fn check_row<'a>(
    schema: &Schema,
    line: &'a str,
    cells: &mut Vec<Cow<'a, str>>,
    last: Option<&Key<'_>>,
) -> Result<Key<'a>> {
    parse_row(line, cells).map_err(|fault| schema.name_column(fault))?;
    if cells.len() != schema.columns.len() {
        return Err(Fault::new(Code::RegisterCells).fact("found", cells.len()).fact("expected", schema.columns.len()));
    }
    let mut ids = cells.iter().take(schema.key_cells());
    for (cell, column) in ids.clone().zip(&schema.columns) {
        if !ident::is_id(cell) {
            return Err(Fault::new(Code::IdForm).column(column).fact("value", cell));
        }
    }
    let key = Key(ids.next().cloned().unwrap_or_default(), ids.next().cloned());
    match last {
        Some(last) if key.pair() <= last.pair() => Err(schema.order_fault(&key.joined())),
        _ => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    struct Ids(Vec<String>);

    impl Visit for Ids {
        fn fork(&self) -> Self {
            Ids(Vec::new())
        }
        fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
            self.0.push(row.cell(0).to_owned());
            Ok(())
        }
        fn merge(&mut self, later: Self) -> Result<()> {
            self.0.extend(later.0);
            Ok(())
        }
    }

    struct Cut(Vec<Vec<u8>>);

    impl Blocks for Cut {
        fn next_block(&mut self) -> Result<Option<Vec<u8>>> {
            Ok(if self.0.is_empty() { None } else { Some(self.0.remove(0)) })
        }
    }

    fn schema() -> Schema {
        Schema::new("targets.csv", &["id", "a", "excluded"])
    }

    fn code_and_row(bytes: &[u8]) -> (Code, Option<u64>) {
        let fault = scan(&schema(), 100, &mut Some(bytes.to_vec()), ()).unwrap_err();
        (fault.code(), fault.place().1)
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(rows in prop::collection::btree_set("[A-Z]{1,4}", 0..30), cuts in prop::collection::vec(1_usize..40, 1..20)) {
            let mut file = b"id,a,excluded\n".to_vec();
            for row in &rows {
                file.extend_from_slice(format!("{row},x,\n").as_bytes());
            }
            let mut blocks = Vec::new();
            let (mut rest, mut cut) = (&file[..], cuts.iter().cycle());
            while !rest.is_empty() {
                let (block, after) = rest.split_at(rest.len().min(*cut.next().unwrap()));
                blocks.push(block.to_vec());
                rest = after;
            }
            let (commitment, ids) = scan(&schema(), 100, &mut Cut(blocks), Ids(Vec::new())).unwrap();
            prop_assert_eq!(ids.0, rows.iter().cloned().collect::<Vec<_>>());
            prop_assert_eq!(commitment.sha256, Digest::of(&file));
            prop_assert_eq!(commitment.rows, rows.len() as u64);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut file = b"id,a,excluded\n".to_vec();
            file.extend_from_slice(&bytes);
            let _ = scan(&schema(), 100, &mut Some(file), ());
            let _ = scan(&schema(), 100, &mut Some(bytes), ());
        }
    }

    #[test]
    fn refusals_name_the_row() {
        let head = "id,a,excluded\n";
        for (rows, code, row) in [
            ("A,x,\nA,x,\n", Code::RegisterOrder, 2),
            ("B,x,\nA,x,\n", Code::RegisterOrder, 2),
            ("A,x,\r\n", Code::RegisterCrlf, 1),
            ("A,x\n", Code::RegisterCells, 1),
            ("A,x,,\n", Code::RegisterCells, 1),
            ("A,x,\nB,x,", Code::RegisterEnd, 2),
            ("é,x,\n", Code::IdForm, 1),
            ("A,\0,\n", Code::RegisterControl, 1),
            ("A,\"x\",\n", Code::RegisterQuotes, 1),
            (",x,\n", Code::IdForm, 1),
            ("A,x,\n\n", Code::RegisterCells, 2),
        ] {
            assert_eq!(code_and_row(format!("{head}{rows}").as_bytes()), (code, Some(row)), "{rows:?}");
        }
        assert_eq!(code_and_row(b"id,a,excluded\nA,x,\nB,\xed\xa0\x80,\n"), (Code::RegisterUtf8, Some(2)));
        assert_eq!(code_and_row(b"\xef\xbb\xbfid,a,excluded\n").0, Code::RegisterBom);
        assert_eq!(code_and_row(b"id,a\n").0, Code::RegisterHeader);
        assert_eq!(code_and_row(b"id,a,excluded\r\n").0, Code::RegisterCrlf);
        assert_eq!(code_and_row(b"").0, Code::RegisterEnd);
        assert_eq!(
            scan(&schema(), 1, &mut Some(b"id,a,excluded\nA,,\nB,,\n".to_vec()), ()).unwrap_err().code(),
            Code::RegisterLimit
        );
    }

    /// Parts of 512 KiB meet inside this file; the order is checked across them too.
    #[test]
    fn order_is_checked_across_parts() {
        let rows = 200_000;
        let row = |i: usize| format!("T{i:07},x,\n");
        let mut file = String::from("id,a,excluded\n");
        (0..rows).for_each(|i| file.push_str(&row(i)));
        let (commitment, ()) = scan(&schema(), 1 << 40, &mut Some(file.clone().into_bytes()), ()).unwrap();
        let mut range = merkle::Range::new(0);
        (0..rows).for_each(|i| range.push(merkle::leaf_hash(row(i).trim_end().as_bytes())));
        assert_eq!(commitment.root, range.root());
        file.push_str(&row(3));
        let fault = scan(&schema(), 1 << 40, &mut Some(file.into_bytes()), ()).unwrap_err();
        assert_eq!((fault.code(), fault.place().1), (Code::RegisterOrder, Some(200_001)));
    }
}
