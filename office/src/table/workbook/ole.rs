//! Compound files, in which the old Office keeps everything, and Excel what it encrypts: a file system in a file.
//! See [MS-CFB].

use super::damaged;
use yaohao::fault::{Code, Fault, Result};

/// Marks the end of a chain of sectors.
const END: u32 = 0xffff_fffe;
/// Marks a sector that holds the table of sectors.
const TABLE: u32 = 0xffff_fffd;
/// Marks what is not there.
const NONE: u32 = 0xffff_ffff;
/// Streams shorter than this are in the small stream, in sectors of 64 bytes.
const SMALL: usize = 4096;
/// Where an entry of the directory keeps its kind, its first sector and its size; the name comes first.
const ENTRY: usize = 128;

/// The stream of a workbook in a compound file.
///
/// # Errors
/// [`Code::IntakeEncrypted`], [`Code::IntakeMacro`], [`Code::IntakeFormat`] with what it is instead,
/// [`Code::IntakeDamaged`].
pub(super) fn workbook_stream(bytes: &[u8]) -> Result<Vec<u8>> {
    let file = Compound::open(bytes)?;
    if file.find("EncryptedPackage").or(file.find("EncryptionInfo")).is_some() {
        return Err(Fault::new(Code::IntakeEncrypted));
    }
    let Some(entry) = file.find("Workbook").or(file.find("Book")) else {
        let found = match (file.find("WordDocument"), file.find("PowerPoint Document")) {
            (Some(_), _) => "a Word document",
            (_, Some(_)) => "a presentation",
            _ => "an OLE file without a table",
        };
        return Err(Fault::new(Code::IntakeFormat).fact("found", found));
    };
    if file.find("_VBA_PROJECT_CUR").is_some() {
        return Err(Fault::new(Code::IntakeMacro));
    }
    file.stream(entry).ok_or_else(cut)
}

/// A compound file with nothing but this stream as its workbook.
///
/// # Errors
/// [`Code::IntakeDamaged`] for a stream that is too large; none of a file that was read is.
pub(super) fn wrap(stream: &[u8]) -> Result<Vec<u8>> {
    const SECTOR: usize = 4096;
    let in_header = (512 - 76) / 4;
    let too_large = || damaged("the workbook is too large");
    // no stream of a small size: it would belong into the small stream
    let data = stream.len().max(SMALL).div_ceil(SECTOR);
    let tables = (data + 2).div_ceil(SECTOR / 4 - 1);
    let number = |number: usize| u32::try_from(number).map_err(|_| too_large());
    if tables > in_header {
        return Err(too_large());
    }
    let mut out = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    out.resize(24, 0);
    // version 4, little endian, sectors of 4096 and of 64 bytes
    out.extend([0x3e, 0, 4, 0, 0xfe, 0xff, 12, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    for word in [1, number(tables)?, number(tables)?, 0, number(SMALL)?, END, 0, END, 0] {
        out.extend(word.to_le_bytes());
    }
    for index in 0..in_header {
        out.extend(if index < tables { number(index)? } else { NONE }.to_le_bytes());
    }
    out.resize(SECTOR, 0);
    // sectors: the table itself, the directory, the stream
    for sector in 0..tables * SECTOR / 4 {
        let is_last = sector == tables || sector + 1 == tables + 1 + data;
        let next = match sector {
            _ if sector < tables => TABLE,
            _ if sector > tables + data => NONE,
            _ if is_last => END,
            _ => number(sector + 1)?,
        };
        out.extend(next.to_le_bytes());
    }
    // calamine asks that the root have a small stream, and never looks at it
    for (name, kind, child, start, size) in
        [("Root Entry", 5, 1, 0, 0), ("Workbook", 2, NONE, number(tables + 1)?, number(data * SECTOR)?)]
    {
        let at = out.len();
        out.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        out.resize(at + 64, 0);
        out.extend(u16::try_from(2 * (name.len() + 1)).unwrap_or(0).to_le_bytes());
        out.extend([kind, 1]);
        for word in [NONE, NONE, child] {
            out.extend(word.to_le_bytes());
        }
        out.resize(at + 116, 0);
        out.extend(start.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.resize(at + ENTRY, 0);
    }
    out.resize((tables + 2) * SECTOR, 0);
    out.extend(stream);
    out.resize((tables + 2 + data) * SECTOR, 0);
    Ok(out)
}

/// A compound file, its tables read.
struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    /// The sector that follows each.
    next: Vec<u32>,
    entries: Vec<Entry>,
    /// The small stream, and the small sector that follows each.
    small: Vec<u8>,
    small_next: Vec<u32>,
}

struct Entry {
    name: String,
    start: u32,
    size: usize,
}

impl<'a> Compound<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self> {
        let sector = match u16_at(bytes, 30) {
            Some(9) => 512,
            Some(12) => 4096,
            _ => return Err(damaged("the header is not that of an OLE file")),
        };
        let mut file =
            Self { bytes, sector, next: Vec::new(), entries: Vec::new(), small: Vec::new(), small_next: Vec::new() };
        file.read_tables().ok_or_else(cut)?;
        Ok(file)
    }

    fn read_tables(&mut self) -> Option<()> {
        let mut tables: Vec<u32> = words(self.bytes.get(76..512)?).collect();
        let (mut list, mut lists) = (u32_at(self.bytes, 68)?, 0);
        while list < TABLE {
            lists += 1;
            let sector = self.whole_sector(list).filter(|_| lists <= self.sectors())?;
            let (more, link) = sector.split_at_checked(self.sector - 4)?;
            tables.extend(words(more));
            list = u32_at(link, 0)?;
        }
        for table in tables.into_iter().filter(|table| *table < TABLE) {
            // one table more than there are sectors for, and the file is not what it says
            if self.next.len() > self.sectors() + self.sector {
                return None;
            }
            let sector = self.whole_sector(table)?;
            self.next.extend(words(sector));
        }
        let directory = self.chain(u32_at(self.bytes, 48)?, usize::MAX)?;
        self.entries = directory.chunks_exact(ENTRY).filter_map(Entry::read).collect();
        let root = self.entries.first()?;
        if u32_at(self.bytes, 64)? > 0 {
            self.small = self.chain(root.start, root.size)?;
            self.small_next = words(&self.chain(u32_at(self.bytes, 60)?, usize::MAX)?).collect();
        }
        Some(())
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    fn stream(&self, entry: &Entry) -> Option<Vec<u8>> {
        if entry.size >= SMALL {
            return self.chain(entry.start, entry.size);
        }
        let (mut out, mut at) = (Vec::new(), entry.start);
        while out.len() < entry.size {
            let start = usize::try_from(at).ok()?.checked_mul(64)?;
            out.extend_from_slice(self.small.get(start..start.checked_add(64)?.min(self.small.len()))?);
            at = *self.small_next.get(usize::try_from(at).ok()?)?;
            if at == END {
                break;
            }
        }
        out.truncate(entry.size);
        (out.len() == entry.size).then_some(out)
    }

    /// The bytes of a chain of sectors, so many of them as are wanted and there.
    fn chain(&self, start: u32, size: usize) -> Option<Vec<u8>> {
        let (mut out, mut at, mut steps) = (Vec::new(), start, 0);
        while at != END && out.len() < size {
            steps += 1;
            let sector = self.some_sector(at).filter(|_| steps <= self.sectors())?;
            out.extend_from_slice(sector);
            at = *self.next.get(usize::try_from(at).ok()?)?;
        }
        out.truncate(size);
        (size == usize::MAX || out.len() == size).then_some(out)
    }

    fn whole_sector(&self, index: u32) -> Option<&'a [u8]> {
        self.some_sector(index).filter(|sector| sector.len() == self.sector)
    }

    /// A sector; the last one of a file need not be whole.
    fn some_sector(&self, index: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(index).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(start..start.checked_add(self.sector)?.min(self.bytes.len()))
    }

    /// Number of sectors, of which no chain has more.
    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector + 1
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Option<Self> {
        let units = words16(bytes.get(..64)?).take_while(|unit| *unit != 0);
        let name = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        let is_there = matches!(bytes.get(66)?, 1 | 2 | 5);
        // no stream of a file that is read here needs the upper half of the size, and old writers leave rubbish in it
        let size = usize::try_from(u32_at(bytes, 120)?).ok()?;
        is_there.then_some(Self { name, start: u32_at(bytes, 116)?, size })
    }
}

fn cut() -> Fault {
    damaged("its tables of sectors are cut off, or lead nowhere")
}

/// A number of two bytes, the lower one first.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// A number of four bytes, the lowest one first.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).filter_map(|word| u32_at(word, 0))
}

fn words16(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).filter_map(|word| u16_at(word, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_is_found_again() {
        for size in [0, 1, 4096, 5000, 4096 * 1020, 4096 * 1023, 4096 * 3000 + 7] {
            let stream: Vec<u8> = (0_u32..).flat_map(u32::to_le_bytes).take(size).collect();
            let mut found = workbook_stream(&wrap(&stream).unwrap()).unwrap();
            assert!(found.len() >= stream.len());
            found.truncate(size);
            assert!(found == stream, "{size}");
        }
    }

    #[test]
    fn chains_that_bite_their_tails_end() {
        let mut bytes = wrap(b"stream").unwrap();
        // the directory is sector 1: let it follow itself
        let link = 4096 + 4;
        bytes[link..link + 4].copy_from_slice(&1_u32.to_le_bytes());
        assert_eq!(workbook_stream(&bytes).map_err(|fault| fault.code()), Err(Code::IntakeDamaged));
    }

    #[test]
    fn what_is_no_workbook_is_named() {
        let renamed = |name: &str| {
            let mut bytes = wrap(b"stream").unwrap();
            let at = 2 * 4096 + ENTRY;
            bytes[at..at + 64].fill(0);
            for (index, unit) in name.encode_utf16().enumerate() {
                bytes[at + 2 * index..at + 2 * index + 2].copy_from_slice(&unit.to_le_bytes());
            }
            workbook_stream(&bytes).map_err(|fault| (fault.code(), fault.fill("{found}")))
        };
        let format = |found: &str| Err((Code::IntakeFormat, found.to_owned()));
        assert_eq!(renamed("WordDocument"), format("a Word document"));
        assert_eq!(renamed("PowerPoint Document"), format("a presentation"));
        assert_eq!(renamed("__properties_version1.0"), format("an OLE file without a table"));
        assert_eq!(renamed("EncryptedPackage"), Err((Code::IntakeEncrypted, "?".to_owned())));
        assert!(renamed("Book").is_ok());
    }
}
