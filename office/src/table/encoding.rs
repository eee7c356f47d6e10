//! UTF-8 or GB18030: which one a text is, and where it is neither.

use encoding_rs::GB18030;
use yaohao::fault::{Code, Fault, Result};

/// The encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 behind a byte order mark.
    Utf8Bom,
    /// GB18030, of which GBK and GB 2312 are parts, as encoding_rs decodes it (the WHATWG table).
    Gb18030,
}

impl Encoding {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 (BOM)",
            Self::Gb18030 => "GB18030/GBK",
        }
    }
}

/// A line of so many bytes outside ASCII that is UTF-8 throughout is no GB18030: six Chinese characters read as four
/// others by chance about once in 10^9 lines.
const SURELY: usize = 12;

/// Decodes a whole text. Nothing is replaced: a byte that means nothing is a fault, and so is a file that was put
/// together from two encodings, whose one half would silently turn into other characters.
///
/// # Errors
/// [`Code::IntakeEncoding`] with the row.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, Encoding)> {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if !text.starts_with('\u{feff}') {
                return Ok((text, Encoding::Utf8));
            }
            text.drain(..'\u{feff}'.len_utf8());
            Ok((text, Encoding::Utf8Bom))
        }
        Err(error) => {
            let bytes = error.into_bytes();
            one_encoding(&bytes)?;
            let text = GB18030.decode_without_bom_handling_and_without_replacement(&bytes);
            let text = text.ok_or_else(|| Fault::new(Code::IntakeEncoding))?.into_owned();
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Ok((text, Encoding::Gb18030))
        }
    }
}

/// Looks at a text that is not UTF-8 as a whole line by line: lines that surely are, and lines that are not, must not
/// both be there.
fn one_encoding(bytes: &[u8]) -> Result<()> {
    let mut first: Option<bool> = None;
    for (row, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.is_ascii() {
            continue;
        }
        let utf8 = std::str::from_utf8(line).is_ok();
        if utf8 && line.iter().filter(|byte| !byte.is_ascii()).count() < SURELY {
            continue;
        }
        let readable = utf8 || GB18030.decode_without_bom_handling_and_without_replacement(line).is_some();
        if !readable || *first.get_or_insert(utf8) != utf8 {
            return Err(Fault::new(Code::IntakeEncoding).row(row));
        }
    }
    // a text in which every line is sure to be UTF-8 would be UTF-8 as a whole
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn both_encodings_are_told_apart() {
        let text = "企业名称,代码\n杭州某某烟花爆竹有限公司,1\n联通,2\n𠮷野家€,3\n";
        assert_eq!(decode(text.as_bytes().to_vec()).unwrap(), (text.to_owned(), Encoding::Utf8));
        let marked = format!("\u{feff}{text}");
        assert_eq!(decode(marked.into_bytes()).unwrap(), (text.to_owned(), Encoding::Utf8Bom));
        assert_eq!(decode(gb(text)).unwrap(), (text.to_owned(), Encoding::Gb18030));
    }

    #[test]
    fn a_mixed_file_is_refused_where_it_changes() {
        let row = |parts: [&[u8]; 3]| decode(parts.concat()).map_err(|fault| (fault.code(), fault.place().1));
        let (name, code) = ("杭州某某有限公司,1\n", "企业名称全称,代码\n");
        assert_eq!(row([code.as_bytes(), &gb(name), b""]), Err((Code::IntakeEncoding, Some(2))));
        assert_eq!(row([&gb(code), b"x,1\n", name.as_bytes()]), Err((Code::IntakeEncoding, Some(3))));
        assert_eq!(row([b"a\n", b"b\xff\xff\n", b"c\n"]), Err((Code::IntakeEncoding, Some(2))));
        assert_eq!(row([b"a\n", b"b\n", b"c\x81"]), Err((Code::IntakeEncoding, Some(3))));
    }
}
