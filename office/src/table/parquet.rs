//! Parquet, as platforms hand over large registers.
//!
//! Columns are read side by side, a thousand rows at a time, and handed over as rows. The first row holds the names of the
//! columns and has the number 1, so that messages count as in any other table.
//!
//! Times that the file calls instants (adjusted to UTC, which all are that have no newer mark, and those of 96 bits) are
//! shown as clocks in China showed them: Spark writes midnight in Beijing as 16:00 of the day before. Where a writer meant
//! a clock all the same, midnight becomes 08:00 and the date stays right.

mod claims;

use super::guard::{damaged, guarded};
use super::{Batch, CELL_CHARACTERS, COLUMNS, Form, ROWS, Sink};
use crate::files::read_fault;
use crate::watch::{Watch, Work};
use claims::{Checked, Chunk};
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::page::PageReader;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type,
    Int96, Int96Type,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor, SchemaDescriptor, Type};
use std::fmt::{self, Write as _};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use yaohao::fault::{Code, Fault, Result};

/// Most bytes of a Parquet file: twenty million rows of two hundred bytes each.
const FILE_BYTES: u64 = 4 << 30;
/// Most rows that are taken from each column at once.
const PIECE: usize = 1024;
/// Most cells that are held at once: a file with very many columns is read in smaller pieces.
const PIECE_CELLS: usize = 1 << 20;

/// A Parquet file, opened.
pub struct Parquet {
    reader: SerializedFileReader<File>,
    /// The same file, for a look ahead of the reader.
    file: File,
    columns: Vec<Column>,
    rows: u64,
}

impl Parquet {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = |error| read_fault(path, &error);
        let mut file = File::open(path).map_err(open)?;
        let bytes = file.metadata().map_err(open)?.len();
        if bytes > FILE_BYTES {
            return Err(limit("bytes of the file", bytes, FILE_BYTES));
        }
        claims::footer(&mut file, bytes)?;
        let second = file.try_clone().map_err(open)?;
        let reader = parquet(|| SerializedFileReader::new(second))?;
        let metadata = reader.metadata();
        let columns = parquet(|| Ok(Column::all(metadata.file_metadata().schema_descr())))??;
        let count = |rows: i64| u64::try_from(rows).ok();
        let rows = metadata.row_groups().iter().try_fold(0_u64, |sum, group| sum.checked_add(count(group.num_rows())?));
        let rows = rows.filter(|rows| count(metadata.file_metadata().num_rows()) == Some(*rows));
        let rows = rows.ok_or_else(|| damaged("the footer contradicts itself about the number of rows"))?;
        // the header is a row too
        if rows >= ROWS {
            return Err(limit("rows", rows.saturating_add(1), ROWS));
        }
        for group in metadata.row_groups() {
            for chunk in group.columns() {
                if let Compression::BROTLI(_) | Compression::LZO = chunk.compression() {
                    let name = chunk.compression().to_string();
                    let name = name.split('(').next().unwrap_or_default();
                    return Err(unreadable(format_args!("a Parquet file packed with {name}")));
                }
            }
        }
        Ok(Self { reader, file, columns, rows })
    }

    pub(super) fn read(&mut self, rows: usize, watch: &dyn Watch, sink: &mut Sink<'_>) -> Result<()> {
        watch.begin(Work::Read, "", Some(self.rows + 1));
        let read = self.read_rows(rows, watch, sink);
        watch.end();
        read
    }

    fn read_rows(&mut self, rows: usize, watch: &dyn Watch, sink: &mut Sink<'_>) -> Result<()> {
        let mut batch = Batch::default();
        let mut deliver = |batch: &mut Batch| {
            let flow = if batch.is_empty() { ControlFlow::Continue(()) } else { sink(batch)? };
            watch.advance(u64::try_from(batch.len()).unwrap_or(0));
            batch.clear();
            Ok(flow)
        };
        for column in &self.columns {
            put(&mut batch, Form::Text, &column.name).map_err(|fault| fault.row(1))?;
        }
        batch.end_row(1);
        let mut row = 1;
        let most = (PIECE_CELLS / self.columns.len().max(1)).clamp(1, PIECE);
        for group in 0..self.reader.num_row_groups() {
            let mut leaves = self.leaves(group)?;
            let mut left = usize::try_from(self.reader.metadata().row_group(group).num_rows()).unwrap_or(0);
            while left > 0 {
                let piece = left.min(most);
                parquet(|| leaves.iter_mut().try_for_each(|leaf| leaf.fill(piece)))?;
                for _ in 0..piece {
                    row += 1;
                    for (column, leaf) in self.columns.iter().zip(&mut leaves) {
                        leaf.push(column, &mut batch).map_err(|fault| fault.row(row).column(&column.name))?;
                    }
                    batch.end_row(row);
                    if batch.is_full(rows) && deliver(&mut batch)?.is_break() {
                        return Ok(());
                    }
                }
                left -= piece;
            }
            parquet(|| leaves.iter_mut().try_for_each(Leaf::end))?;
        }
        deliver(&mut batch).map(drop)
    }

    /// The columns of a row group, whose claims were looked at.
    fn leaves(&mut self, group: usize) -> Result<Vec<Leaf>> {
        let group = parquet(|| self.reader.get_row_group(group))?;
        let chunks: Vec<Chunk> = parquet(|| {
            let chunk = |(index, column): (usize, &Column)| {
                let chunk = group.metadata().column(index);
                let (start, length) = chunk.byte_range();
                let rows = u64::try_from(group.metadata().num_rows()).unwrap_or(0);
                let is_zstd = matches!(chunk.compression(), Compression::ZSTD(_));
                Chunk { start, length, values: (!column.has_lists()).then_some(rows), is_zstd }
            };
            Ok(self.columns.iter().enumerate().map(chunk).collect())
        })?;
        claims::pages(&mut self.file, &chunks)?;
        parquet(|| {
            let leaf = |(index, column): (usize, &Column)| Ok(Leaf::new(column, group.get_column_page_reader(index)?));
            self.columns.iter().enumerate().map(leaf).collect()
        })
    }
}

/// What a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flag,
    /// A whole number, and whether it is to be read without a sign.
    Whole {
        unsigned: bool,
    },
    /// A number with so many digits behind the point.
    Decimal {
        scale: usize,
    },
    Float,
    /// A day, counted from 1970-01-01.
    Day,
    /// A point in time, in parts of a second from the beginning of 1970.
    Time {
        parts: i64,
        zone: Zone,
    },
    /// A time of day, in parts of a second.
    Clock {
        parts: i64,
    },
    Text,
    Uuid,
}

/// What a point in time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// What a clock showed, wherever it was.
    Local,
    /// An instant.
    Utc,
}

struct Column {
    name: String,
    kind: Kind,
    leaf: ColumnDescPtr,
}

impl Column {
    /// The columns of a schema, if each of them is one that can be shown as cells.
    fn all(schema: &SchemaDescriptor) -> Result<Vec<Self>> {
        let roots = schema.root_schema().get_fields();
        if roots.len() > COLUMNS {
            let (found, most) = (u64::try_from(roots.len()), u64::try_from(COLUMNS));
            return Err(limit("columns", found.unwrap_or(u64::MAX), most.unwrap_or(u64::MAX)));
        }
        let mut leaves = schema.columns().iter().enumerate().peekable();
        let mut columns = Vec::with_capacity(roots.len());
        for (index, root) in roots.iter().enumerate() {
            let mut own = Vec::new();
            while let Some((_, leaf)) = leaves.next_if(|(leaf, _)| schema.get_column_root_idx(*leaf) == index) {
                own.push(leaf);
            }
            let refuse = |kind: &dyn fmt::Display| {
                unreadable(format_args!("a Parquet file with a column {} of {kind}", root.name())).column(root.name())
            };
            let [leaf] = own.as_slice() else { return Err(refuse(&nested(root))) };
            let is_list = leaf.max_rep_level() > 0;
            if !(if is_list { is_list_of_values(root) } else { root.is_primitive() }) {
                return Err(refuse(&nested(root)));
            }
            let kind = kind(leaf).ok_or_else(|| refuse(&primitive(leaf)))?;
            if is_list && kind != Kind::Text {
                return Err(refuse(&format_args!("lists of {}", primitive(leaf))));
            }
            columns.push(Self { name: root.name().to_owned(), kind, leaf: Arc::clone(leaf) });
        }
        Ok(columns)
    }

    fn has_lists(&self) -> bool {
        self.leaf.max_rep_level() > 0
    }
}

/// What a type that is no single value is called.
fn nested(root: &Type) -> &'static str {
    match root.get_basic_info().converted_type() {
        ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => "maps",
        ConvertedType::LIST => "nested lists",
        _ => "structures",
    }
}

/// What the type of a value is called.
fn primitive(leaf: &ColumnDescriptor) -> String {
    match (leaf.logical_type_ref(), leaf.converted_type()) {
        (Some(logical), _) => format!("{} ({logical:?})", leaf.physical_type()),
        (None, ConvertedType::NONE) => leaf.physical_type().to_string(),
        (None, converted) => format!("{} ({converted})", leaf.physical_type()),
    }
}

/// Whether a column is a list of single values, in one of the three ways in which this has been written.
fn is_list_of_values(root: &Type) -> bool {
    let is_repeated = |node: &Type| node.get_basic_info().repetition() == Repetition::REPEATED;
    if root.is_primitive() {
        return is_repeated(root);
    }
    let [repeated] = root.get_fields() else { return false };
    if root.get_basic_info().converted_type() != ConvertedType::LIST || is_repeated(root) || !is_repeated(repeated) {
        return false;
    }
    repeated.is_primitive() || matches!(repeated.get_fields(), [value] if value.is_primitive() && !is_repeated(value))
}

/// What the values of a column are, unless nobody could read them as a cell.
fn kind(leaf: &ColumnDescriptor) -> Option<Kind> {
    let logical = leaf.logical_type_ref();
    let converted = leaf.converted_type();
    let whole = |unsigned| Some(Kind::Whole { unsigned });
    // more digits than that do not fit into sixteen bytes; no register has such numbers
    let decimal = || {
        let scale = usize::try_from(leaf.type_scale()).ok()?;
        (scale <= 38 && (1..=38).contains(&leaf.type_precision())).then_some(Kind::Decimal { scale })
    };
    match leaf.physical_type() {
        Physical::BOOLEAN => Some(Kind::Flag),
        Physical::FLOAT | Physical::DOUBLE => Some(Kind::Float),
        Physical::INT96 => Some(Kind::Time { parts: 1_000_000_000, zone: Zone::Utc }),
        Physical::INT32 => match converted {
            ConvertedType::NONE | ConvertedType::INT_8 | ConvertedType::INT_16 | ConvertedType::INT_32 => whole(false),
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 => whole(true),
            ConvertedType::DECIMAL => decimal(),
            ConvertedType::DATE => Some(Kind::Day),
            ConvertedType::TIME_MILLIS => Some(Kind::Clock { parts: 1_000 }),
            _ => None,
        },
        Physical::INT64 => match (logical, converted) {
            (Some(LogicalType::Timestamp(time)), _) => {
                let zone = if time.is_adjusted_to_u_t_c { Zone::Utc } else { Zone::Local };
                Some(Kind::Time { parts: parts(time.unit), zone })
            }
            (Some(LogicalType::Time(time)), _) => Some(Kind::Clock { parts: parts(time.unit) }),
            (_, ConvertedType::NONE | ConvertedType::INT_64) => whole(false),
            (_, ConvertedType::UINT_64) => whole(true),
            (_, ConvertedType::DECIMAL) => decimal(),
            (_, ConvertedType::TIMESTAMP_MILLIS) => Some(Kind::Time { parts: 1_000, zone: Zone::Utc }),
            (_, ConvertedType::TIMESTAMP_MICROS) => Some(Kind::Time { parts: 1_000_000, zone: Zone::Utc }),
            (_, ConvertedType::TIME_MICROS) => Some(Kind::Clock { parts: 1_000_000 }),
            _ => None,
        },
        Physical::BYTE_ARRAY => match converted {
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Some(Kind::Text),
            ConvertedType::DECIMAL => decimal(),
            _ => None,
        },
        Physical::FIXED_LEN_BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::Uuid), _) => (leaf.type_length() == 16).then_some(Kind::Uuid),
            (_, ConvertedType::DECIMAL) => decimal(),
            _ => None,
        },
    }
}

fn parts(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    }
}

/// One column of one row group, read piece by piece.
struct Leaf {
    source: Source,
    /// For each place of the piece: how much of what stands there is there; nothing if values cannot be missing.
    levels: Vec<i16>,
    /// The level at which the value itself is there.
    full: i16,
    /// For each place of the piece: 0 where a row begins; nothing if a row has one place.
    starts: Vec<i16>,
    has_lists: bool,
    elements: Arc<AtomicU64>,
    place: usize,
    value: usize,
    scratch: String,
}

/// A column's reader, with the values of the piece that was read last.
enum Source {
    Flag(Typed<BoolType>),
    Int32(Typed<Int32Type>),
    Int64(Typed<Int64Type>),
    Int96(Typed<Int96Type>),
    Float(Typed<FloatType>),
    Double(Typed<DoubleType>),
    Bytes(Typed<ByteArrayType>),
    Fixed(Typed<FixedLenByteArrayType>),
}

struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
}

impl<T: DataType> Typed<T> {
    fn new(reader: ColumnReaderImpl<T>) -> Self {
        Self { reader, values: Vec::new() }
    }

    /// Reads rows; gives their number.
    fn fill(&mut self, rows: usize, levels: &mut Vec<i16>, starts: &mut Vec<i16>) -> ParquetResult<usize> {
        self.values.clear();
        let mut filled = 0;
        while filled < rows {
            match self.reader.read_records(rows - filled, Some(levels), Some(starts), &mut self.values)? {
                (0, _, _) => break,
                (more, _, _) => filled += more,
            }
        }
        Ok(filled)
    }
}

impl Leaf {
    fn new(column: &Column, pages: Box<dyn PageReader>) -> Self {
        let elements = Arc::new(AtomicU64::new(0));
        let (has_lists, full) = (column.has_lists(), column.leaf.max_def_level());
        let checked = Checked { pages, has_lists, has_gaps: full > 0, elements: Arc::clone(&elements) };
        let source = match get_column_reader(Arc::clone(&column.leaf), Box::new(checked)) {
            ColumnReader::BoolColumnReader(reader) => Source::Flag(Typed::new(reader)),
            ColumnReader::Int32ColumnReader(reader) => Source::Int32(Typed::new(reader)),
            ColumnReader::Int64ColumnReader(reader) => Source::Int64(Typed::new(reader)),
            ColumnReader::Int96ColumnReader(reader) => Source::Int96(Typed::new(reader)),
            ColumnReader::FloatColumnReader(reader) => Source::Float(Typed::new(reader)),
            ColumnReader::DoubleColumnReader(reader) => Source::Double(Typed::new(reader)),
            ColumnReader::ByteArrayColumnReader(reader) => Source::Bytes(Typed::new(reader)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => Source::Fixed(Typed::new(reader)),
        };
        let (levels, starts, scratch) = (Vec::new(), Vec::new(), String::new());
        Self { source, levels, full, starts, has_lists, elements, place: 0, value: 0, scratch }
    }

    /// Reads the next rows of the column.
    fn fill(&mut self, rows: usize) -> ParquetResult<()> {
        match self.more(rows)? {
            filled if filled == rows => Ok(()),
            _ => Err(ParquetError::General("a column ends before the others".to_owned())),
        }
    }

    /// Makes sure that there are no more rows than the row group is said to have.
    fn end(&mut self) -> ParquetResult<()> {
        match self.more(1)? {
            0 => Ok(()),
            _ => Err(ParquetError::General("a column has more rows than the others".to_owned())),
        }
    }

    fn more(&mut self, rows: usize) -> ParquetResult<usize> {
        self.levels.clear();
        self.starts.clear();
        (self.place, self.value) = (0, 0);
        self.elements.store(0, Ordering::Relaxed);
        let (levels, starts) = (&mut self.levels, &mut self.starts);
        match &mut self.source {
            Source::Flag(typed) => typed.fill(rows, levels, starts),
            Source::Int32(typed) => typed.fill(rows, levels, starts),
            Source::Int64(typed) => typed.fill(rows, levels, starts),
            Source::Int96(typed) => typed.fill(rows, levels, starts),
            Source::Float(typed) => typed.fill(rows, levels, starts),
            Source::Double(typed) => typed.fill(rows, levels, starts),
            Source::Bytes(typed) => typed.fill(rows, levels, starts),
            Source::Fixed(typed) => typed.fill(rows, levels, starts),
        }
    }

    /// Puts the cell of the next row into a batch.
    fn push(&mut self, column: &Column, batch: &mut Batch) -> Result<()> {
        if self.has_lists {
            return self.push_list(batch);
        }
        let Some(value) = self.next() else {
            batch.push(Form::Text, "");
            return Ok(());
        };
        if let (Source::Bytes(typed), Kind::Text) = (&self.source, column.kind) {
            return put(batch, Form::Text, utf8(typed.values.get(value))?);
        }
        self.scratch.clear();
        let form = self.source.write(value, column.kind, &mut self.scratch)?;
        put(batch, form, &self.scratch)
    }

    /// Elements are joined as registers join them; one that is missing is left out.
    fn push_list(&mut self, batch: &mut Batch) -> Result<()> {
        self.scratch.clear();
        let mut is_first = true;
        loop {
            let value = self.next();
            if let (Source::Bytes(typed), Some(value)) = (&self.source, value) {
                if !is_first {
                    self.scratch.push(';');
                }
                is_first = false;
                self.scratch.push_str(utf8(typed.values.get(value))?);
            }
            if matches!(self.starts.get(self.place), None | Some(0)) {
                return put(batch, Form::Text, &self.scratch);
            }
        }
    }

    /// The value at the next place, if there is one.
    fn next(&mut self) -> Option<usize> {
        let is_there = self.full == 0 || self.levels.get(self.place) == Some(&self.full);
        self.place += 1;
        is_there.then(|| {
            self.value += 1;
            self.value - 1
        })
    }
}

impl Source {
    /// Writes a value that is no text.
    fn write(&self, index: usize, kind: Kind, out: &mut String) -> Result<Form> {
        let unknown = || damaged("a value is missing");
        match self {
            Self::Flag(typed) => {
                out.push_str(if *typed.values.get(index).ok_or_else(unknown)? { "TRUE" } else { "FALSE" });
                Ok(Form::Flag)
            }
            Self::Int32(typed) => {
                let value = *typed.values.get(index).ok_or_else(unknown)?;
                match kind {
                    Kind::Whole { unsigned: true } => Ok(number(value.cast_unsigned(), out)),
                    kind => integer(value.into(), kind, out),
                }
            }
            Self::Int64(typed) => {
                let value = *typed.values.get(index).ok_or_else(unknown)?;
                match kind {
                    Kind::Whole { unsigned: true } => Ok(number(value.cast_unsigned(), out)),
                    kind => integer(value, kind, out),
                }
            }
            Self::Int96(typed) => old_time(typed.values.get(index).ok_or_else(unknown)?, out),
            // adding nothing turns a negative zero into the usual one
            Self::Float(typed) => Ok(float(*typed.values.get(index).ok_or_else(unknown)? + 0.0, f32::is_finite, out)),
            Self::Double(typed) => Ok(float(*typed.values.get(index).ok_or_else(unknown)? + 0.0, f64::is_finite, out)),
            Self::Bytes(typed) => bytes(typed.values.get(index).ok_or_else(unknown)?.data(), kind, out),
            Self::Fixed(typed) => bytes(typed.values.get(index).ok_or_else(unknown)?.data(), kind, out),
        }
    }
}

/// Puts a cell into a batch, unless it is too long.
fn put(batch: &mut Batch, form: Form, text: &str) -> Result<()> {
    if text.len() > CELL_CHARACTERS && text.chars().count() > CELL_CHARACTERS {
        let fault = Fault::new(Code::IntakeLong).fact("characters", text.chars().count());
        return Err(fault.fact("limit", CELL_CHARACTERS));
    }
    batch.push(form, text);
    Ok(())
}

fn utf8(value: Option<&ByteArray>) -> Result<&str> {
    let bytes = value.ok_or_else(|| damaged("a value is missing"))?.data();
    std::str::from_utf8(bytes).map_err(|_| Fault::new(Code::IntakeEncoding))
}

fn number(value: impl fmt::Display, out: &mut String) -> Form {
    let _ = write!(out, "{value}");
    Form::Number
}

/// A number in as few digits as tell it from all others; what is no number is shown as the error that it is.
fn float<T: fmt::Display + Copy>(value: T, is_finite: impl Fn(T) -> bool, out: &mut String) -> Form {
    let _ = write!(out, "{value}");
    if is_finite(value) { Form::Number } else { Form::Error }
}

fn integer(value: i64, kind: Kind, out: &mut String) -> Result<Form> {
    match kind {
        Kind::Decimal { scale } => Ok(decimal(value.into(), scale, out)),
        Kind::Day => {
            let seconds = value.checked_mul(DAY).ok_or_else(|| no_date(value))?;
            date(seconds, out).ok_or_else(|| no_date(value))
        }
        Kind::Time { parts, zone } => {
            let (seconds, fraction) = (value.div_euclid(parts), value.rem_euclid(parts));
            time(seconds, fraction, parts, zone, out).ok_or_else(|| no_date(value))
        }
        Kind::Clock { parts } => {
            let seconds = value.div_euclid(parts);
            if !(0..DAY).contains(&seconds) {
                return Err(damaged(format_args!("{seconds} s are no time of day")));
            }
            clock(seconds, value.rem_euclid(parts), parts, out);
            Ok(Form::Text)
        }
        _ => Ok(number(value, out)),
    }
}

fn bytes(bytes: &[u8], kind: Kind, out: &mut String) -> Result<Form> {
    match kind {
        Kind::Decimal { scale } => {
            let value = signed(bytes).ok_or_else(|| damaged("a decimal has more digits than its column"))?;
            Ok(decimal(value, scale, out))
        }
        // the kinds of bytes are these two, and texts
        _ => {
            for (index, byte) in bytes.iter().enumerate() {
                let hyphen = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
                let _ = write!(out, "{hyphen}{byte:02x}");
            }
            Ok(Form::Text)
        }
    }
}

/// A number from its bytes in two's complement, the first the highest.
fn signed(bytes: &[u8]) -> Option<i128> {
    let is_negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let fill = if is_negative { 0xff } else { 0 };
    let (more, low) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut wide = [fill; 16];
    wide.get_mut(16 - low.len()..)?.copy_from_slice(low);
    let value = i128::from_be_bytes(wide);
    (more.iter().all(|byte| *byte == fill) && (value < 0) == is_negative).then_some(value)
}

/// A number with its point moved to the left, without zeros at the end.
fn decimal(value: i128, scale: usize, out: &mut String) -> Form {
    if value < 0 {
        out.push('-');
    }
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let part = part.trim_end_matches('0');
    out.push_str(whole);
    if !part.is_empty() {
        out.push('.');
        out.push_str(part);
    }
    Form::Number
}

/// Seconds of a day.
const DAY: i64 = 86_400;

fn no_date(value: i64) -> Fault {
    Fault::new(Code::IntakeDate).fact("value", value)
}

/// A date from seconds since 1970, if its year has four digits.
fn date(seconds: i64, out: &mut String) -> Option<Form> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    let date = jiff::tz::Offset::UTC.to_datetime(time).date();
    (date.year() > 0).then_some(())?;
    let _ = write!(out, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
    Some(Form::Date)
}

/// A point in time. The beginning of a day is shown as the day alone: a table that has no type for days keeps them so.
fn time(seconds: i64, fraction: i64, parts: i64, zone: Zone, out: &mut String) -> Option<Form> {
    let shown = match zone {
        Zone::Local => seconds,
        Zone::Utc => seconds.checked_add(ahead(seconds))?,
    };
    let form = date(shown, out)?;
    let of_day = shown.rem_euclid(DAY);
    if (of_day, fraction) != (0, 0) {
        out.push(' ');
        clock(of_day, fraction, parts, out);
    }
    Some(form)
}

/// A time of day.
fn clock(seconds: i64, fraction: i64, parts: i64, out: &mut String) {
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction > 0 {
        let width = parts.to_string().len() - 1;
        let digits = format!("{fraction:0width$}");
        let _ = write!(out, ".{}", digits.trim_end_matches('0'));
    }
}

/// A point in time of 96 bits: nanoseconds of a day, and the day in the count that began in 4713 BC.
fn old_time(value: &Int96, out: &mut String) -> Result<Form> {
    let nanoseconds = match value.data() {
        [low, high, _] => u64::from(*high) << 32 | u64::from(*low),
        _ => 0,
    };
    let fraction = i64::try_from(nanoseconds % 1_000_000_000).unwrap_or(0);
    let seconds = value.to_seconds();
    time(seconds, fraction, 1_000_000_000, Zone::Utc, out).ok_or_else(|| no_date(seconds))
}

/// Seconds by which clocks in China are ahead of UTC: eight hours, and nine in six summers, in which firms were founded
/// whose dates would else be shown as the day before.
fn ahead(seconds: i64) -> i64 {
    const SUMMERS: [(i64, i64); 6] = [
        (515_527_200, 527_014_800),
        (545_162_400, 558_464_400),
        (577_216_800, 589_914_000),
        (608_666_400, 621_968_400),
        (640_116_000, 653_418_000),
        (671_565_600, 684_867_600),
    ];
    let is_summer = SUMMERS.iter().any(|(begin, end)| (*begin..*end).contains(&seconds));
    if is_summer { 9 * 3600 } else { 8 * 3600 }
}

/// Calls the reader of the crate, which may fail and may panic.
fn parquet<T>(work: impl FnOnce() -> ParquetResult<T>) -> Result<T> {
    guarded(work)?.map_err(damaged)
}

fn unreadable(found: impl fmt::Display) -> Fault {
    Fault::new(Code::IntakeFormat).fact("found", found)
}

fn limit(what: &str, found: u64, limit: u64) -> Fault {
    Fault::new(Code::IntakeLimit).fact("what", what).fact("found", found).fact("limit", limit)
}

#[cfg(test)]
mod tests;
