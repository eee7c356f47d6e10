//! Looks at the bytes of a part while they pass.

use super::xml::{Tag, root};
use super::{damaged, limit};
use crate::table::Merged;
use yaohao::fault::Result;

/// Bytes of the part with the shared strings that are looked at: it begins with their number.
const HEAD: usize = 64 << 10;
/// Most bytes of a part that is kept for a closer look.
const KEPT: usize = 4 << 20;
/// A tag longer than this merges no cells.
const LONGEST_TAG: usize = 1 << 10;
/// Most merged ranges that are noted.
const MOST_MERGED: usize = 1 << 20;
/// Every shared string takes at least this many bytes: `<si><t/></si>`.
const SHARED_STRING_BYTES: u64 = 12;
/// Most bytes that calamine may spend on styles; it keeps fonts anew for each. A swollen workbook needs a tenth of it.
const STYLE_BYTES: u64 = 4 << 30;
/// About what it spends on a style without a name in it.
const STYLE: u64 = 512;

/// What to look for in a part.
#[derive(Debug)]
pub(super) enum Scan {
    /// The bytes themselves, if they are few.
    Keep(Vec<u8>),
    /// How many shared strings it claims to have: calamine makes room for them.
    Strings(Vec<u8>),
    /// How many tags there are, and the longest way from one to the next, with the one that is going on.
    Styles { tags: u64, longest: u64, current: u64 },
    /// Cells that are merged in a sheet.
    Merged(Vec<Merged>),
}

impl Scan {
    /// What to look for, by the name of the part in lower case.
    pub(super) fn of(part: &str) -> Self {
        if part.ends_with("sharedstrings.xml") {
            Self::Strings(Vec::new())
        } else if part.ends_with("styles.xml") {
            Self::Styles { tags: 0, longest: 0, current: 0 }
        } else if part.ends_with("workbook.xml") || part.ends_with("workbook.xml.rels") || part == "_rels/.rels" {
            Self::Keep(Vec::new())
        } else {
            Self::Merged(Vec::new())
        }
    }

    /// Takes bytes, of which the first `again` were at the end of those before. Gives the number of bytes at the end
    /// that it must have again.
    pub(super) fn take(&mut self, bytes: &[u8], again: usize) -> usize {
        let new = bytes.get(again..).unwrap_or_default();
        match self {
            Self::Keep(kept) => keep(kept, new, KEPT),
            Self::Strings(head) => keep(head, new, HEAD),
            Self::Styles { tags, longest, current } => {
                for byte in new {
                    if *byte == b'<' {
                        *tags += 1;
                        *current = 0;
                    }
                    *current += 1;
                    *longest = (*longest).max(*current);
                }
            }
            Self::Merged(found) => {
                merged_cells(bytes, found);
                let tail = bytes.len().saturating_sub(LONGEST_TAG);
                let last = bytes.iter().skip(tail).rposition(|byte| matches!(byte, b'<' | b'>'));
                // a tag that has begun and not ended
                return last
                    .map(|at| tail + at)
                    .filter(|at| bytes.get(*at) == Some(&b'<'))
                    .map_or(0, |at| bytes.len() - at);
            }
        }
        0
    }

    /// Judges a part when all its bytes have passed.
    pub(super) fn end(&self, part: &str, bytes: u64) -> Result<()> {
        match self {
            Self::Strings(head) if bytes > 0 => claimed_strings(head, bytes, part),
            Self::Styles { tags, longest, .. } => {
                let room = (longest + STYLE).saturating_mul(*tags);
                let is_sane = room <= STYLE_BYTES;
                if is_sane { Ok(()) } else { Err(limit(format_args!("bytes of styles in {part}"), room, STYLE_BYTES)) }
            }
            _ => Ok(()),
        }
    }
}

fn keep(kept: &mut Vec<u8>, new: &[u8], most: usize) {
    let room = most.saturating_sub(kept.len()).min(new.len());
    kept.extend_from_slice(new.get(..room).unwrap_or_default());
}

/// Refuses a number of strings for which the part is too small.
fn claimed_strings(head: &[u8], bytes: u64, part: &str) -> Result<()> {
    let unclear = || damaged(format_args!("{part} does not begin as shared strings do"));
    // UTF-16, which spreadsheets do not write, has zeros; a character may be cut at the end
    if head.contains(&0) {
        return Err(unclear());
    }
    let text = String::from_utf8_lossy(head);
    let tag = root(&text).filter(|tag| tag.name() == "sst").ok_or_else(unclear)?;
    let Some(claim) = tag.attribute("uniqueCount") else { return Ok(()) };
    match claim.parse::<u64>() {
        Ok(claim) if claim <= bytes / SHARED_STRING_BYTES => Ok(()),
        _ => Err(damaged(format_args!("{part} claims to hold {claim} texts in {bytes} bytes"))),
    }
}

/// Notes the `<mergeCell ref="A1:F1"/>` that are whole.
fn merged_cells(bytes: &[u8], found: &mut Vec<Merged>) {
    const NAME: &[u8] = b"mergeCell";
    // the one letter of the name that hardly stands in a sheet otherwise
    for at in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'g').map(|(at, _)| at) {
        let Some((before, name)) = at.checked_sub(3).and_then(|start| bytes.split_at_checked(start)) else { continue };
        let Some(inside) = name.strip_prefix(NAME).filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
        else {
            continue;
        };
        let begins = before.iter().rev().take(LONGEST_TAG).find(|byte| !byte.is_ascii_alphanumeric() && **byte != b':');
        let Some(end) = inside.iter().take(LONGEST_TAG).position(|byte| *byte == b'>') else { continue };
        let inside = inside.get(..end).and_then(|inside| std::str::from_utf8(inside).ok()).unwrap_or_default();
        if begins != Some(&b'<') || found.len() >= MOST_MERGED {
            continue;
        }
        let range = Tag::new(inside).attribute("ref").and_then(|range| parse_range(&range));
        found.extend(range);
    }
}

/// `B2:C2`.
fn parse_range(text: &str) -> Option<Merged> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let ((first_column, first_row), (last_column, last_row)) = (parse_cell(first)?, parse_cell(last)?);
    Some(Merged { rows: (first_row, last_row), columns: (first_column, last_column) })
}

fn parse_cell(text: &str) -> Option<(usize, u64)> {
    let (letters, digits) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    let column = letters.bytes().try_fold(0_usize, |column, letter| {
        let digit = letter.is_ascii_alphabetic().then(|| usize::from(letter.to_ascii_uppercase() - b'A') + 1)?;
        column.checked_mul(26)?.checked_add(digit)
    })?;
    Some((column, digits.parse().ok().filter(|_| column > 0)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(part: &str, bytes: &[u8], block: usize) -> Scan {
        let mut scan = Scan::of(part);
        let mut window: Vec<u8> = Vec::new();
        for new in bytes.chunks(block) {
            let again = window.len();
            window.extend_from_slice(new);
            let kept = scan.take(&window, again);
            window.drain(..window.len() - kept);
        }
        scan
    }

    #[test]
    fn merged_cells_are_seen_however_the_bytes_come() {
        let xml = b"<worksheet><sheetData><c r=\"G1\" t=\"inlineStr\"><is><t>mergeCell ref=\"A1:B9\"</t></is></c>\
                    </sheetData><x:mergeCells count=\"3\"><x:mergeCell ref=\"A1:F1\"/><mergeCell  ref='AA2:AB3' ></mergeCell>\
                    <mergeCell ref=\"A2000:B2000\"/><mergeCell ref=\"1\"/></x:mergeCells></worksheet>";
        let range = |rows, columns| Merged { rows, columns };
        let expected = [range((1, 1), (1, 6)), range((2, 3), (27, 28)), range((2000, 2000), (1, 2))];
        for block in [1, 2, 7, 64, 1000] {
            match passed("xl/worksheets/sheet1.xml", xml, block) {
                Scan::Merged(found) => assert_eq!(found, expected, "{block}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn more_strings_than_bytes_are_refused() {
        let judge =
            |text: &str| passed("xl/sharedstrings.xml", text.as_bytes(), 50).end("xl/sharedstrings.xml", 1000).is_ok();
        assert!(judge("<?xml version=\"1.0\"?>\n<sst count=\"9000\" uniqueCount=\"80\"><si>"));
        assert!(judge("<x:sst>"));
        for bad in [
            "<sst uniqueCount=\"99999999999\">",
            "<sst uniqueCount=\"-1\">",
            "<sst uniqueCount=\"80\"",
            "<!-- <sst uniqueCount=\"1\"> --><sst uniqueCount=\"99999999999\">",
            "<a><sst uniqueCount=\"99999999999\">",
            "<\0s\0s\0t\0>\0",
        ] {
            assert!(!judge(bad), "{bad}");
        }
    }

    #[test]
    fn styles_that_would_fill_the_memory_are_refused() {
        let judge = |xml: &str| passed("xl/styles.xml", xml.as_bytes(), 4096).end("xl/styles.xml", 1).is_ok();
        let swollen = format!("<styleSheet xmlns=\"{}\">{}", "a".repeat(1000), "<xf fontId=\"0\"/>".repeat(500_000));
        assert!(judge(&swollen));
        assert!(!judge(&format!("<name val=\"{}\"/>{}", "a".repeat(1 << 20), "<xf fontId=\"0\"/>".repeat(5000))));
    }
}
