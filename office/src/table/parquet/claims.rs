//! What a Parquet file claims of itself, held against the file before anybody reserves memory for it.
//!
//! The crate that reads the file believes its numbers: how many children a node of the schema has, how large a page will
//! be, how many values a dictionary or a run of deltas holds. It reserves memory for as many, and memory that cannot be had
//! ends the process, which no guard catches. So the numbers are read here first; what they describe, the crate reads.

use super::{damaged, limit};
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use yaohao::fault::{Code, Fault, Result};

/// Most bytes of the footer: a hundred columns in a hundred row groups have about 3 MB.
pub(crate) const FOOTER_BYTES: u64 = 16 << 20;
/// Most bytes of a page, unpacked: writers aim at 1 MB; one that knows no limit puts a row group into it.
pub(crate) const PAGE_BYTES: u64 = 256 << 20;
/// Most bytes of the pages that are open at once: a dictionary and a page of values of each column.
pub(crate) const OPEN_BYTES: u64 = 2 << 30;
/// Most times that a page becomes smaller: deflate reaches 1032, others less, and zstd knows no limit.
const RATIO: u64 = 1100;
/// Most elements of lists that are read at once, for a thousand rows or less.
const ELEMENTS: u64 = 16 << 20;
/// Most levels of a schema: what is deeper than a list of texts is refused anyway, but by name.
const DEPTH: usize = 64;
/// Bytes of a page's header that are read at first, and if they did not suffice: it may hold the longest value.
const HEADER_BYTES: [u64; 2] = [8 << 10, 4 << 20];

/// Looks at the footer: its size, and whether its schema is a tree.
pub(super) fn footer(file: &mut File, length: u64) -> Result<()> {
    let Some(behind) = length.checked_sub(8) else { return Err(damaged("the file has no footer")) };
    let tail = bytes(file, behind, 8)?;
    let size = tail.first_chunk().map_or(0, |size| u64::from(u32::from_le_bytes(*size)));
    let Some(start) = behind.checked_sub(size) else { return Err(damaged("the footer is longer than the file")) };
    if size > FOOTER_BYTES {
        return Err(limit("bytes of the footer", size, FOOTER_BYTES));
    }
    let footer = bytes(file, start, size)?;
    schema(&footer).ok_or_else(|| damaged("the schema in the footer contradicts itself"))
}

/// A piece of the file that is claimed to hold the values of one column in one row group.
pub(super) struct Chunk {
    pub(super) start: u64,
    pub(super) length: u64,
    /// How many values it must have, if that is one for each row.
    pub(super) values: Option<u64>,
    /// Whether its pages can have become any number of times smaller.
    pub(super) is_zstd: bool,
}

/// Looks at the headers of the pages of a row group.
pub(super) fn pages(file: &mut File, chunks: &[Chunk]) -> Result<()> {
    let mut open = 0;
    for chunk in chunks {
        open += chunk_bytes(file, chunk)?;
        if open > OPEN_BYTES {
            return Err(limit("bytes of pages to be held at once", open, OPEN_BYTES));
        }
    }
    Ok(())
}

/// A reader of pages that looks at what they claim inside.
pub(super) struct Checked {
    pub(super) pages: Box<dyn PageReader>,
    /// Whether a row has a list of values.
    pub(super) has_lists: bool,
    /// Whether a value may be missing.
    pub(super) has_gaps: bool,
    /// Elements of lists in the pages that were handed out; who reads them sets it back.
    pub(super) elements: Arc<AtomicU64>,
}

impl Checked {
    fn check(&self, page: Page) -> ParquetResult<Page> {
        let values = u64::from(page.num_values());
        if self.has_lists && page.is_data_page() {
            let elements = self.elements.fetch_add(values, Ordering::Relaxed);
            if elements.saturating_add(values) > ELEMENTS {
                return Err(ParquetError::General(format!("more than {ELEMENTS} elements of lists at once")));
            }
        }
        let is_sound = match page.encoding() {
            // each value of a dictionary has a byte at least
            _ if page.is_dictionary_page() => values <= size(page.buffer()),
            Encoding::DELTA_BINARY_PACKED | Encoding::DELTA_LENGTH_BYTE_ARRAY => {
                self.values(&page).and_then(|bytes| delta(bytes, values)).is_some()
            }
            Encoding::DELTA_BYTE_ARRAY => {
                let prefixes = self.values(&page).and_then(|bytes| delta(bytes, values));
                prefixes.and_then(|suffixes| delta(suffixes, values)).is_some()
            }
            Encoding::ALP => return Err(ParquetError::NYI("the encoding ALP".to_owned())),
            _ => true,
        };
        if is_sound { Ok(page) } else { Err(ParquetError::General("a page claims more values than it has".to_owned())) }
    }

    /// The part of a page behind the levels, which say where there is a value.
    fn values<'a>(&self, page: &'a Page) -> Option<&'a [u8]> {
        match page {
            Page::DataPage { buf, def_level_encoding, rep_level_encoding, .. } => {
                let mut rest: &[u8] = buf;
                for (has_levels, encoding) in
                    [(self.has_lists, rep_level_encoding), (self.has_gaps, def_level_encoding)]
                {
                    if has_levels {
                        (*encoding == Encoding::RLE).then_some(())?;
                        let (size, behind) = rest.split_first_chunk()?;
                        rest = behind.get(usize::try_from(u32::from_le_bytes(*size)).ok()?..)?;
                    }
                }
                Some(rest)
            }
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
                buf.get(usize::try_from(def_levels_byte_len.checked_add(*rep_levels_byte_len)?).ok()?..)
            }
            Page::DictionaryPage { .. } => None,
        }
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        self.pages.get_next_page()?.map(|page| self.check(page)).transpose()
    }

    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> ParquetResult<bool> {
        self.pages.at_record_boundary()
    }
}

impl Iterator for Checked {
    type Item = ParquetResult<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Bytes of a file, as many as there are.
fn bytes(file: &mut File, start: u64, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| Fault::new(Code::FileRead).fact("detail", error))?;
    Ok(bytes)
}

/// Looks at the headers of the pages of a chunk; gives the bytes of its largest page, and of its dictionary.
fn chunk_bytes(file: &mut File, chunk: &Chunk) -> Result<u64> {
    let (mut start, mut left) = (chunk.start, chunk.length);
    let (mut dictionary, mut largest, mut values) = (0, 0, 0_u64);
    while left > 0 {
        let header = header(file, start, left)?;
        if header.unpacked > PAGE_BYTES {
            return Err(limit("bytes of a page", header.unpacked, PAGE_BYTES));
        }
        if !chunk.is_zstd && header.unpacked / RATIO > header.packed {
            return Err(damaged("a page claims to be larger than it can be"));
        }
        let length = header.length.saturating_add(header.packed);
        left = left.checked_sub(length).ok_or_else(|| damaged("a page goes on behind its column"))?;
        start = start.saturating_add(length);
        match header.dictionary {
            Some(entries) if entries > header.unpacked => {
                return Err(damaged("a dictionary claims more values than it has bytes"));
            }
            Some(_) => dictionary = header.unpacked,
            None => largest = header.unpacked.max(largest),
        }
        values = values.saturating_add(header.values);
    }
    match chunk.values {
        Some(expected) if expected != values => {
            Err(damaged(format_args!("a column has {values} values for {expected} rows")))
        }
        _ => Ok(dictionary + largest),
    }
}

/// What matters of a page's header.
#[derive(Default)]
struct Header {
    /// Bytes of the header itself.
    length: u64,
    packed: u64,
    unpacked: u64,
    /// Values, if it is a page of values.
    values: u64,
    /// Values, if it is a dictionary.
    dictionary: Option<u64>,
}

fn header(file: &mut File, start: u64, left: u64) -> Result<Header> {
    for most in HEADER_BYTES {
        let bytes = bytes(file, start, left.min(most))?;
        let mut thrift = Thrift(&bytes);
        if let Some(header) = page_header(&mut thrift) {
            return Ok(Header { length: size(&bytes) - size(thrift.0), ..header });
        }
        if size(&bytes) < most {
            break;
        }
    }
    Err(damaged("the header of a page cannot be read"))
}

fn page_header(thrift: &mut Thrift<'_>) -> Option<Header> {
    let mut header = Header::default();
    let (mut unpacked, mut packed) = (None, None);
    let mut id = 0;
    while let Some(kind) = thrift.field(&mut id)? {
        match (id, kind) {
            (2, I32) => unpacked = Some(u64::try_from(thrift.integer()?).ok()?),
            (3, I32) => packed = Some(u64::try_from(thrift.integer()?).ok()?),
            (5 | 8, STRUCT) => header.values = values(thrift)?,
            (7, STRUCT) => header.dictionary = Some(values(thrift)?),
            _ => thrift.skip(kind, DEPTH)?,
        }
    }
    Some(Header { packed: packed?, unpacked: unpacked?, ..header })
}

/// The first member of the part of a page's header that depends on what page it is: the number of its values.
fn values(thrift: &mut Thrift<'_>) -> Option<u64> {
    let (mut id, mut values) = (0, None);
    while let Some(kind) = thrift.field(&mut id)? {
        match (id, kind) {
            (1, I32) => values = Some(u64::try_from(thrift.integer()?).ok()?),
            _ => thrift.skip(kind, DEPTH)?,
        }
    }
    values
}

/// Whether the nodes of a schema, each with the number of its children, are one tree that is not too deep.
fn schema(footer: &[u8]) -> Option<()> {
    let mut thrift = Thrift(footer);
    let mut id = 0;
    while let Some(kind) = thrift.field(&mut id)? {
        if id != 2 {
            thrift.skip(kind, DEPTH)?;
            continue;
        }
        let (STRUCT, nodes) = thrift.list(kind)? else { return None };
        // for each node above: how many of its children are still to come
        let mut above: Vec<u64> = Vec::new();
        for node in 0..nodes {
            match above.last_mut() {
                Some(left) => *left -= 1,
                None => (node == 0).then_some(())?,
            }
            let children = children(&mut thrift)?;
            if children >= nodes || above.len() >= DEPTH {
                return None;
            }
            above.push(children);
            while above.last() == Some(&0) {
                above.pop();
            }
        }
        return above.is_empty().then_some(());
    }
    None
}

fn children(thrift: &mut Thrift<'_>) -> Option<u64> {
    let (mut id, mut children) = (0, 0);
    while let Some(kind) = thrift.field(&mut id)? {
        match (id, kind) {
            (5, I32) => children = u64::try_from(thrift.integer()?).ok()?,
            _ => thrift.skip(kind, DEPTH)?,
        }
    }
    Some(children)
}

/// What lies behind a run of deltas, if it holds no more values than it may.
fn delta(bytes: &[u8], most: u64) -> Option<&[u8]> {
    let mut rest = Thrift(bytes);
    let (block, parts, values) = (rest.varint()?, rest.varint()?, rest.varint()?);
    rest.varint()?;
    if values > most {
        return None;
    }
    let per_part = block.checked_div(parts).filter(|per_part| *per_part > 0)?;
    // the first value stands before the blocks
    let mut left = values.saturating_sub(1);
    while left > 0 {
        rest.varint()?;
        let widths = rest.take(parts)?;
        for width in widths {
            if left > 0 {
                rest.take(per_part.checked_mul(u64::from(*width))? / 8)?;
                left = left.saturating_sub(per_part);
            }
        }
    }
    Some(rest.0)
}

/// Kinds of Thrift's compact form.
const I32: u8 = 5;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Thrift's compact form, as much of it as is needed to walk through; nothing means that it is none, or was cut off.
struct Thrift<'a>(&'a [u8]);

impl<'a> Thrift<'a> {
    fn take(&mut self, bytes: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(bytes).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<i64> {
        let value = self.varint()?;
        let half = i64::try_from(value >> 1).ok()?;
        Some(if value & 1 == 0 { half } else { !half })
    }

    /// The kind of the next member of a struct, or that it is over; its number is put into `id`.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head & 0x0f == 0 {
            return Some(None);
        }
        *id = match head >> 4 {
            0 => self.integer()?,
            step => id.checked_add(i64::from(step))?,
        };
        Some(Some(head & 0x0f))
    }

    /// Kind and number of the elements of a list that begins here, if it is one.
    fn list(&mut self, kind: u8) -> Option<(u8, u64)> {
        if kind != LIST {
            return None;
        }
        let head = self.byte()?;
        let elements = match head >> 4 {
            15 => self.varint()?,
            elements => u64::from(elements),
        };
        // an element has a byte at least
        (elements <= size(self.0)).then_some((head & 0x0f, elements))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // flags of a struct are in its head
            1 | 2 => {}
            3 => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            7 => drop(self.take(8)?),
            8 => {
                let length = self.varint()?;
                self.take(length)?;
            }
            LIST | 10 => {
                let (kind, elements) = self.list(LIST)?;
                for _ in 0..elements {
                    self.element(kind, depth)?;
                }
            }
            11 => {
                let entries = self.varint()?;
                let kinds = if entries > 0 { self.byte()? } else { 0 };
                for _ in 0..entries {
                    self.element(kinds >> 4, depth)?;
                    self.element(kinds & 0x0f, depth)?;
                }
            }
            STRUCT => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth)?;
                }
            }
            13 => drop(self.take(16)?),
            _ => return None,
        }
        Some(())
    }

    fn element(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            // flags in a list or a map have a byte each
            1 | 2 => self.byte().map(drop),
            kind => self.skip(kind, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn varint(mut value: u64, out: &mut Vec<u8>) {
        while value >= 0x80 {
            out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    /// The header of a page: of values, or of a dictionary.
    fn header(unpacked: u64, packed: u64, values: u64, is_dictionary: bool) -> Vec<u8> {
        let mut header = vec![0x15, if is_dictionary { 4 } else { 0 }, 0x15];
        varint(unpacked * 2, &mut header);
        header.push(0x15);
        varint(packed * 2, &mut header);
        header.extend([if is_dictionary { 0x4c } else { 0x2c }, 0x15]);
        varint(values * 2, &mut header);
        header.extend([0x15, 0, 0, 0]);
        header
    }

    fn look(bytes: &[u8], chunks: &[Chunk]) -> Result<(), Code> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        pages(&mut file, chunks).map_err(|fault| fault.code())
    }

    fn whole(bytes: &[u8], values: u64) -> Chunk {
        Chunk { start: 0, length: size(bytes), values: Some(values), is_zstd: true }
    }

    #[test]
    fn pages_are_what_they_claim() {
        let check = |headers: &[Vec<u8>], values| {
            let bytes = headers.concat();
            look(&bytes, &[whole(&bytes, values)])
        };
        assert_eq!(check(&[header(9, 0, 9, true), header(100, 0, 7, false), header(100, 0, 3, false)], 10), Ok(()));
        assert_eq!(check(&[header(100, 0, 7, false)], 8), Err(Code::IntakeDamaged));
        assert_eq!(check(&[header(PAGE_BYTES + 1, 0, 1, false)], 1), Err(Code::IntakeLimit));
        assert_eq!(check(&[header(100, 1, 1, false)], 1), Err(Code::IntakeDamaged));
        assert_eq!(check(&[header(9, 0, 10, true)], 0), Err(Code::IntakeDamaged));
        assert_eq!(check(&[vec![0x15]], 1), Err(Code::IntakeDamaged));
        let bytes = [header(5000, 1, 1, false), vec![0]].concat();
        assert_eq!(look(&bytes, &[whole(&bytes, 1)]), Ok(()));
        assert_eq!(look(&bytes, &[Chunk { is_zstd: false, ..whole(&bytes, 1) }]), Err(Code::IntakeDamaged));
        // each page by itself is small enough, all columns together are not
        let bytes = header(PAGE_BYTES, 0, 1, false);
        let columns = |count| (0..count).map(|_| whole(&bytes, 1)).collect::<Vec<_>>();
        assert_eq!(look(&bytes, &columns(8)), Ok(()));
        assert_eq!(look(&bytes, &columns(9)), Err(Code::IntakeLimit));
    }

    #[test]
    fn a_long_header_is_read_to_its_end() {
        let mut bytes = header(100, 0, 7, false);
        // a greatest value of so many bytes, in a member that comes last
        bytes.truncate(bytes.len() - 2);
        bytes.extend([0x3c, 0x18]);
        varint(100_000, &mut bytes);
        bytes.extend(vec![0; 100_000]);
        bytes.extend([0, 0, 0]);
        assert_eq!(look(&bytes, &[whole(&bytes, 7)]), Ok(()));
    }

    struct One(Option<Page>);

    impl PageReader for One {
        fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
            Ok(self.0.take())
        }
        fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
            Ok(None)
        }
        fn skip_next_page(&mut self) -> ParquetResult<()> {
            Ok(())
        }
    }

    impl Iterator for One {
        type Item = ParquetResult<Page>;
        fn next(&mut self) -> Option<Self::Item> {
            None
        }
    }

    fn is_sound(page: Page, has_lists: bool) -> bool {
        let elements = Arc::new(AtomicU64::new(0));
        Checked { pages: Box::new(One(Some(page))), has_lists, has_gaps: false, elements }.get_next_page().is_ok()
    }

    #[test]
    fn pages_hold_what_they_claim() {
        let dictionary = |values| Page::DictionaryPage {
            buf: vec![0; 40].into(),
            num_values: values,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        assert!(is_sound(dictionary(10), false) && !is_sound(dictionary(u32::MAX), false));
        let page = |bytes: Vec<u8>, values, encoding| Page::DataPage {
            buf: bytes.into(),
            num_values: values,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let run = |values| {
            let mut bytes = Vec::new();
            varint(128, &mut bytes);
            varint(4, &mut bytes);
            varint(values, &mut bytes);
            // the first value, the least step, and the widths of four parts
            bytes.extend([2, 0, 3, 0, 0, 0]);
            bytes.extend([0; 12]);
            bytes
        };
        for encoding in [Encoding::DELTA_BINARY_PACKED, Encoding::DELTA_LENGTH_BYTE_ARRAY] {
            assert!(is_sound(page(run(30), 30, encoding), false));
            assert!(!is_sound(page(run(31), 30, encoding), false));
            assert!(!is_sound(page(run(1 << 40), 30, encoding), false));
        }
        let two = |first, second| page([run(first), run(second)].concat(), 30, Encoding::DELTA_BYTE_ARRAY);
        assert!(is_sound(two(30, 30), false));
        assert!(!is_sound(two(1 << 40, 30), false) && !is_sound(two(30, 1 << 40), false));
        assert!(is_sound(page(Vec::new(), 1 << 20, Encoding::PLAIN), true));
        assert!(!is_sound(page(Vec::new(), 1 << 30, Encoding::PLAIN), true));
    }
}
