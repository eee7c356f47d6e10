//! The stream of an old workbook, rebuilt from the records that hold values. See [MS-XLS].
//!
//! calamine reads all sheets at once, makes room for as many cells as a sheet claims to span, and puts every sheet into
//! a full grid. Here the claims go, with all that is not needed, and what remains is counted.

use super::ole::{u16_at, u32_at};
use super::texts::shared_texts;
use super::{damaged, limit};
use yaohao::fault::{Code, Fault, Result};

/// Most cells of the grids of all sheets together: two full sheets. A cell takes 24 to 32 bytes.
const GRID: u64 = 2 * 65_536 * 256;
/// Most bytes of all texts of all cells together.
const TEXTS: u64 = 1 << 30;
/// Most pieces of one record: those of the shared strings of the largest file.
const PIECES: usize = 32_768;
/// The code page of Chinese texts, where a workbook of before Excel 97 does not say.
const CHINESE: u16 = 936;
/// The code page of all texts since Excel 97, whatever the workbook says.
const UTF_16: u16 = 1200;

// kinds of records
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
const PASSWORD: u16 = 0x002f;
const CODE_PAGE: u16 = 0x0042;
const DATE_MODE: u16 = 0x0022;
const FORMAT: u16 = 0x041e;
const CELL_FORMAT: u16 = 0x00e0;
const SHEET: u16 = 0x0085;
const STRINGS: u16 = 0x00fc;
const FORMULA: u16 = 0x0006;
const RESULT: u16 = 0x0207;
const SHARED_TEXT: u16 = 0x00fd;
const TEXT: u16 = 0x0204;
const RICH_TEXT: u16 = 0x00d6;
const NUMBER: u16 = 0x0203;
const SHORT_NUMBER: u16 = 0x027e;
const SHORT_NUMBERS: u16 = 0x00bd;
const FLAG_OR_ERROR: u16 = 0x0205;
const MERGED: u16 = 0x00e5;

/// The stream without what is not needed, the code page of its texts if it must be set, and
/// whether it counts days from 1904.
///
/// # Errors
/// [`Code::IntakeEncrypted`], [`Code::IntakeMacro`], [`Code::IntakeFormat`], [`Code::IntakeLimit`],
/// [`Code::IntakeLong`], [`Code::IntakeDamaged`].
pub(super) fn distil(stream: &[u8]) -> Result<(Vec<u8>, Option<u16>, bool)> {
    let mut out = Vec::new();
    let globals = globals(stream, &mut out)?;
    let mut counts = Counts { grid: 0, texts: 0 };
    for sheet in &globals.sheets {
        let place = u32::try_from(out.len()).map_err(|_| cut())?;
        if let Some(at) = out.get_mut(sheet.place..sheet.place + 4) {
            at.copy_from_slice(&place.to_le_bytes());
        }
        let records = usize::try_from(sheet.start).ok().and_then(|start| stream.get(start..)).ok_or_else(cut)?;
        distil_sheet(records, &globals.lengths, &mut counts, &mut out)?;
    }
    Ok((out, globals.code_page, globals.from_1904))
}

struct Globals {
    sheets: Vec<SheetPlace>,
    /// Length of each shared string.
    lengths: Vec<u16>,
    code_page: Option<u16>,
    from_1904: bool,
}

struct SheetPlace {
    /// Where it starts in the stream.
    start: u32,
    /// Where the new stream must be told where it starts there.
    place: usize,
}

/// What all sheets together have.
struct Counts {
    grid: u64,
    texts: u64,
}

fn globals(stream: &[u8], out: &mut Vec<u8>) -> Result<Globals> {
    let mut records = Records(stream);
    let first = records.next().ok_or_else(cut)??;
    let is_new = match (first.kind, u16_at(first.data(), 0)) {
        (BEGIN, Some(0x0600)) => true,
        (BEGIN, Some(0x0500)) => false,
        _ => return Err(Fault::new(Code::IntakeFormat).fact("found", "a workbook of a very old Excel")),
    };
    put(out, &first);
    let mut globals = Globals { sheets: Vec::new(), lengths: Vec::new(), code_page: Some(CHINESE), from_1904: false };
    for record in records {
        let record = record?;
        match record.kind {
            PASSWORD => return Err(Fault::new(Code::IntakeEncrypted)),
            SHEET => match (u32_at(record.data(), 0), record.data().get(4), record.data().get(5)) {
                (Some(start), Some(state), Some(0)) => {
                    if state & 3 == 0 {
                        globals.sheets.push(SheetPlace { start, place: out.len() + 4 });
                        put(out, &record);
                    }
                }
                (_, _, Some(1 | 6)) => return Err(Fault::new(Code::IntakeMacro)),
                (Some(_), Some(_), Some(_)) => {}
                _ => return Err(cut()),
            },
            STRINGS => {
                let (lengths, pieces) =
                    shared_texts(&record.pieces).ok_or_else(|| damaged("its shared texts are cut off"))?;
                globals.lengths = lengths;
                put(out, &Record { kind: STRINGS, pieces: pieces.iter().map(Vec::as_slice).collect() });
            }
            CODE_PAGE => {
                globals.code_page = None;
                put(out, &record);
            }
            DATE_MODE => {
                globals.from_1904 = record.pieces.first().and_then(|data| data.first()) == Some(&1);
                put(out, &record);
            }
            FORMAT | CELL_FORMAT => put(out, &record),
            END => {
                put(out, &record);
                if is_new {
                    globals.code_page = Some(UTF_16);
                }
                return Ok(globals);
            }
            _ => {}
        }
    }
    Err(cut())
}

fn distil_sheet(stream: &[u8], lengths: &[u16], counts: &mut Counts, out: &mut Vec<u8>) -> Result<()> {
    // charts and the like stand within a sheet as sheets of their own
    let mut depth = 0_u32;
    let (mut values, mut formulas) = (Spread::default(), Spread::default());
    for record in Records(stream) {
        let record = record?;
        match (record.kind, depth) {
            (BEGIN, _) => {
                if depth == 0 {
                    put(out, &record);
                }
                depth += 1;
            }
            (END, 0..=1) => {
                put(out, &record);
                counts.grid += values.cells() + formulas.cells();
                return if counts.grid > GRID { Err(limit("cells of the sheets", counts.grid, GRID)) } else { Ok(()) };
            }
            (END, _) => depth -= 1,
            (_, 0) => return Err(damaged("a sheet does not begin as sheets do")),
            (_, 2..) => {}
            (FORMULA, _) => {
                values.add(&record).and_then(|()| formulas.add(&record)).ok_or_else(cut)?;
                // without the formula itself, of which only the result is wanted
                let result = record.data().get(..20).ok_or_else(cut)?;
                put_bytes(out, FORMULA, &[result, &[0, 0]].concat());
            }
            (RESULT, _) => {
                let (text, room) = (u16_at(record.data(), 0).unwrap_or(0), record.data().len().saturating_sub(3));
                let is_wide = record.data().get(2).is_some_and(|flags| flags & 1 == 1);
                let most = if is_wide { room / 2 } else { room };
                if record.pieces.len() > 1 && usize::from(text) > most {
                    return Err(Fault::new(Code::IntakeLong).fact("characters", text).fact("limit", most));
                }
                put(out, &record);
            }
            (SHARED_TEXT | TEXT | RICH_TEXT | NUMBER | SHORT_NUMBER | SHORT_NUMBERS | FLAG_OR_ERROR, _) => {
                values.add(&record).ok_or_else(cut)?;
                if record.kind == SHARED_TEXT {
                    let index = u32_at(record.data(), 6).and_then(|index| usize::try_from(index).ok());
                    let length =
                        index.and_then(|index| lengths.get(index)).ok_or_else(|| damaged("a text is missing"))?;
                    counts.texts += 3 * u64::from(*length);
                    if counts.texts > TEXTS {
                        return Err(limit("bytes of the texts of all cells", counts.texts, TEXTS));
                    }
                }
                put(out, &record);
            }
            (MERGED, _) => put(out, &record),
            _ => {}
        }
        if u64::try_from(out.len()).unwrap_or(u64::MAX) > super::OLD_BYTES {
            // several sheets that are one and the same
            return Err(damaged("its sheets are larger than the file"));
        }
    }
    Err(cut())
}

/// A record with the pieces in which it goes on.
struct Record<'a> {
    kind: u16,
    pieces: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    fn data(&self) -> &'a [u8] {
        self.pieces.first().copied().unwrap_or_default()
    }
}

/// The records of a stream.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let Some((kind, data)) = self.one() else { return Some(Err(cut())) };
        let mut pieces = vec![data];
        while u16_at(self.0, 0) == Some(CONTINUE) {
            match self.one() {
                Some((_, piece)) if pieces.len() < PIECES => pieces.push(piece),
                _ => return Some(Err(cut())),
            }
        }
        Some(Ok(Record { kind, pieces }))
    }
}

impl<'a> Records<'a> {
    fn one(&mut self) -> Option<(u16, &'a [u8])> {
        let (kind, length) = (u16_at(self.0, 0)?, usize::from(u16_at(self.0, 2)?));
        let (data, rest) = self.0.get(4..)?.split_at_checked(length)?;
        self.0 = rest;
        Some((kind, data))
    }
}

fn put(out: &mut Vec<u8>, record: &Record<'_>) {
    for (index, piece) in record.pieces.iter().enumerate() {
        put_bytes(out, if index == 0 { record.kind } else { CONTINUE }, piece);
    }
}

fn put_bytes(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    // never longer than what it was read from
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    out.extend(kind.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend_from_slice(data);
}

/// The rows and columns between which cells stand.
#[derive(Default)]
struct Spread(Option<((u16, u16), (u16, u16))>);

impl Spread {
    /// Takes the place of a cell, or of several in a row.
    fn add(&mut self, record: &Record<'_>) -> Option<()> {
        let data = record.data();
        let (row, first) = (u16_at(data, 0)?, u16_at(data, 2)?);
        let last = if record.kind == SHORT_NUMBERS { u16_at(data, data.len().checked_sub(2)?)? } else { first };
        let ((top, bottom), (left, right)) = self.0.unwrap_or(((row, row), (first, last)));
        self.0 = Some(((top.min(row), bottom.max(row)), (left.min(first), right.max(last))));
        (first <= last).then_some(())
    }

    fn cells(&self) -> u64 {
        self.0.map_or(0, |((top, bottom), (left, right))| {
            (u64::from(bottom - top) + 1) * (u64::from(right.saturating_sub(left)) + 1)
        })
    }
}

fn cut() -> Fault {
    damaged("its records are cut off, or lead nowhere")
}
