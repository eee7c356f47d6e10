//! One row of a frozen register: RFC 4180 cells with quotes only where needed (SPEC §4).

use crate::encoding::count;
use crate::fault::{Code, Fault, Result};
use std::borrow::Cow;

/// Most bytes of one cell's content.
pub const CELL_BYTES: usize = 4096;
/// Most cells of a row.
pub const CELLS: usize = 64;

/// Reads the cells of a line (without its LF) into `cells`, which is emptied first: one buffer serves a whole block.
///
/// ```
/// let mut cells = Vec::new();
/// yaohao::register::parse_row("A1,\"x,\"\"y\"\"\",", &mut cells).unwrap();
/// assert_eq!(cells, ["A1", "x,\"y\"", ""]);
/// assert!(yaohao::register::parse_row("A1,\"plain\"", &mut cells).is_err());
/// ```
///
/// # Errors
/// [`Code::RegisterCrlf`], [`Code::RegisterControl`], [`Code::RegisterQuotes`], [`Code::RegisterCell`].
pub fn parse_row<'a>(line: &'a str, cells: &mut Vec<Cow<'a, str>>) -> Result<()> {
    cells.clear();
    if plain_row(line, cells)? {
        return Ok(());
    }
    cells.clear();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let (cell, after) = next_cell(text).map_err(|fault| fault.column(column_number(cells.len())))?;
        push(cells, cell)?;
        rest = after;
    }
    Ok(())
}

/// Writes a row in its one form, without LF. Whether the cells are allowed is for [`parse_row`] to say.
///
/// ```
/// assert_eq!(yaohao::register::format_row(["A1", "x,y", ""]), "A1,\"x,y\",");
/// ```
pub fn format_row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        if cell.contains([',', '"']) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(cell);
        }
    }
    line
}

fn push<'a>(cells: &mut Vec<Cow<'a, str>>, cell: Cow<'a, str>) -> Result<()> {
    if cell.len() > CELL_BYTES {
        return Err(Fault::new(Code::RegisterCell).column(column_number(cells.len())).fact("bytes", cell.len()));
    }
    if cells.len() >= CELLS {
        return Err(Fault::new(Code::RegisterCells)
            .fact("found", format_args!("over {CELLS}"))
            .fact("expected", "fewer"));
    }
    cells.push(cell);
    Ok(())
}

/// A cell at the start of `text`, and what follows its comma (`None` at the end of the line).
fn next_cell(text: &str) -> Result<(Cow<'_, str>, Option<&str>)> {
    let quotes = || Fault::new(Code::RegisterQuotes);
    let Some(mut rest) = text.strip_prefix('"') else {
        let (cell, after) = text.split_once(',').map_or((text, None), |(cell, after)| (cell, Some(after)));
        return if cell.contains('"') { Err(quotes()) } else { Ok((Cow::Borrowed(cell), after)) };
    };
    let mut content = String::new();
    let after = loop {
        let (part, after) = rest.split_once('"').ok_or_else(quotes)?;
        content.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                content.push('"');
                rest = more;
            }
            None => break after,
        }
    };
    if !content.contains([',', '"']) {
        return Err(quotes());
    }
    match after.strip_prefix(',') {
        Some(after) => Ok((Cow::Owned(content), Some(after))),
        None if after.is_empty() => Ok((Cow::Owned(content), None)),
        None => Err(quotes()),
    }
}

/// One look at every byte: refuses control characters, and takes the cells if no quote is there. `false` if one is.
fn plain_row<'a>(line: &'a str, cells: &mut Vec<Cow<'a, str>>) -> Result<bool> {
    let (mut previous, mut start, mut plain) = (0_u8, 0, true);
    for (at, byte) in line.bytes().enumerate() {
        // U+0080 to U+009F are C2 80 to C2 9F
        if byte < 0x20 || byte == 0x7f || (previous == 0xc2 && (0x80..0xa0).contains(&byte)) {
            return Err(Fault::new(if byte == b'\r' { Code::RegisterCrlf } else { Code::RegisterControl }));
        }
        previous = byte;
        if byte == b'"' {
            plain = false;
        } else if byte == b',' && plain {
            push(cells, Cow::Borrowed(line.get(start..at).unwrap_or_default()))?;
            start = at.saturating_add(1);
        }
    }
    if plain {
        push(cells, Cow::Borrowed(line.get(start..).unwrap_or_default()))?;
    }
    Ok(plain)
}

/// Before the header is at hand a column is known by its number, from 1.
fn column_number(index: usize) -> String {
    count(index).saturating_add(1).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_have_one_form(cells in prop::collection::vec("[a-z,\"é摇 ]{0,6}", 1..6)) {
            let line = format_row(cells.iter().map(String::as_str));
            let mut parsed = Vec::new();
            parse_row(&line, &mut parsed).unwrap();
            prop_assert_eq!(&parsed, &cells);
        }

        #[test]
        fn what_parses_is_what_would_be_written(line in "[a,\"]{0,12}") {
            let mut parsed = Vec::new();
            if parse_row(&line, &mut parsed).is_ok() {
                prop_assert_eq!(format_row(parsed.iter().map(AsRef::as_ref)), line);
            }
        }
    }

    #[test]
    fn refusals() {
        let mut cells = Vec::new();
        for (line, code) in [
            ("a\rb", Code::RegisterCrlf),
            ("a\0", Code::RegisterControl),
            ("a\u{85}", Code::RegisterControl),
            ("a\u{7f}", Code::RegisterControl),
            ("\"a\"", Code::RegisterQuotes),
            ("a\"", Code::RegisterQuotes),
            ("\"a,b", Code::RegisterQuotes),
            ("\"a,\"b", Code::RegisterQuotes),
        ] {
            assert_eq!(parse_row(line, &mut cells).unwrap_err().code(), code, "{line:?}");
        }
        let (long, most, over) = ("x".repeat(4097), ",".repeat(63), ",".repeat(64));
        assert_eq!(parse_row(&long, &mut cells).unwrap_err().code(), Code::RegisterCell);
        assert!(parse_row(&most, &mut cells).is_ok());
        assert_eq!(parse_row(&over, &mut cells).unwrap_err().code(), Code::RegisterCells);
    }
}
