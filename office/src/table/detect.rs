//! What a file is, by what is inside.

use crate::files::{read_fault, shown};
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text with separators.
    Csv,
    /// A workbook of Excel 2007 and later, or of WPS.
    Xlsx,
    /// A workbook of older Excels.
    Xls,
    /// Parquet.
    Parquet,
    /// The answer of a database.
    Query,
}

impl Format {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Parquet => "Parquet",
            Self::Query => "PostgreSQL",
        }
    }
}

/// How a file begins, and what it is then; what cannot be read is named all the same.
const BEGINNINGS: [(&[u8], Result<Format, &str>); 12] = [
    (b"PK\x03\x04", Ok(Format::Xlsx)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Ok(Format::Xls)),
    (b"PAR1", Ok(Format::Parquet)),
    (b"%PDF", Err("a PDF document")),
    (b"\x89PNG", Err("a picture")),
    (b"\xff\xd8\xff", Err("a picture")),
    (b"Rar!", Err("a RAR archive")),
    (b"7z\xbc\xaf", Err("a 7z archive")),
    (b"\x1f\x8b", Err("a gzip archive")),
    (b"\xff\xfe", Err("a UTF-16 text (\"Unicode text\" of Excel)")),
    (b"\xfe\xff", Err("a UTF-16 text (\"Unicode text\" of Excel)")),
    (b"\x09\x08\x10\x00", Err("a workbook of a very old Excel")),
];

/// Looks at the beginning of a file.
///
/// # Errors
/// [`Code::FileMissing`], [`Code::FileRead`], [`Code::IntakeFormat`], [`Code::IntakeEmpty`].
pub(super) fn detect(path: &Path) -> Result<Format> {
    let mut file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Fault::new(Code::FileMissing).file(shown(path)),
        _ => read_fault(path, &error),
    })?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(|error| read_fault(path, &error))?;
    let format = by_beginning(&head)?;
    if format == Format::Parquet && !ends_as_parquet(&mut file) {
        return Err(Fault::new(Code::IntakeDamaged).fact("detail", "the end of the Parquet file is missing"));
    }
    Ok(format)
}

fn by_beginning(head: &[u8]) -> Result<Format> {
    if head.is_empty() {
        return Err(Fault::new(Code::IntakeEmpty));
    }
    let unreadable = |found: &str| Err(Fault::new(Code::IntakeFormat).fact("found", found));
    if let Some((_, found)) = BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning)) {
        return found.or_else(unreadable);
    }
    // platforms like to call a page of HTML or the XML of Excel 2003 an .xls
    let text: String = head.iter().take(1024).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let start = text.trim_start_matches(|c: char| !c.is_ascii() || c.is_ascii_whitespace());
    if ["<html", "<!doctype", "<table", "<meta", "<head", "<style"].iter().any(|tag| start.starts_with(tag)) {
        return unreadable("an HTML page, as some platforms export it under the name .xls");
    }
    if start.starts_with("<?xml") {
        return unreadable("an XML document, as Excel 2003 saved it");
    }
    if head.contains(&0) {
        return unreadable("a binary file");
    }
    Ok(Format::Csv)
}

fn ends_as_parquet(file: &mut File) -> bool {
    let mut tail = [0; 4];
    file.seek(SeekFrom::End(-4)).is_ok() && file.read_exact(&mut tail).is_ok() && tail == *b"PAR1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(by_beginning(b"PK\x03\x04...."), Ok(Format::Xlsx));
        assert_eq!(by_beginning("\u{feff}企业名称,代码\n".as_bytes()), Ok(Format::Csv));
        assert_eq!(by_beginning(b"<a,b\n"), Ok(Format::Csv));
        for bad in [&b"%PDF-1.7"[..], b"\n <HTML><body>", "\u{feff}<?xml version".as_bytes(), b"a,b\0c", b"\xff\xfea\0"]
        {
            assert_eq!(by_beginning(bad).map_err(|fault| fault.code()), Err(Code::IntakeFormat), "{bad:?}");
        }
        assert_eq!(by_beginning(b"").map_err(|fault| fault.code()), Err(Code::IntakeEmpty));
    }
}
