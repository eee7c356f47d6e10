//! The shared texts of an old workbook. See [MS-XLS], SST.

use super::ole::{u16_at, u32_at};

/// The number of characters of each shared text, and the pieces in which they stand. Texts go on from piece to piece, and
/// may change between one and two bytes for a character where they do.
///
/// Some writers cut there between the two halves of a rare character, as names have them. calamine takes each half for
/// itself, so that they are brought together in the later piece.
pub(super) fn shared_texts(pieces: &[&[u8]]) -> Option<(Vec<u16>, Vec<Vec<u8>>)> {
    let mut mended: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let mut lengths = Vec::new();
    let (mut index, mut rest) = (0, pieces.first()?.get(8..)?);
    let next = |index: &mut usize| {
        *index += 1;
        pieces.get(*index).copied()
    };
    loop {
        if rest.is_empty() {
            match next(&mut index) {
                Some(piece) => rest = piece,
                None => return Some((lengths, mended)),
            }
            if rest.is_empty() {
                // calamine takes an empty piece for an empty text, and counts it
                lengths.push(0);
            }
            continue;
        }
        let (length, mut flags) = (u16_at(rest, 0)?, *rest.get(2)?);
        let (mut at, mut behind) = (3, 0);
        if flags & 8 != 0 {
            behind += 4 * usize::from(u16_at(rest, at)?);
            at += 2;
        }
        if flags & 4 != 0 {
            behind += usize::try_from(u32_at(rest, at)?).ok()?;
            at += 4;
        }
        rest = rest.get(at..)?;
        let mut missing = usize::from(length);
        while missing > 0 {
            let width = if flags & 1 == 1 { 2 } else { 1 };
            let here = missing.min(rest.len() / width);
            let (text, after) = rest.split_at_checked(here * width)?;
            rest = after;
            missing -= here;
            if missing > 0 {
                let is_cut = width == 2 && rest.is_empty() && ends_in_half(text);
                (flags, rest) = next(&mut index)?.split_first().map(|(flags, rest)| (*flags, rest))?;
                if is_cut && flags & 1 == 1 {
                    bring_together(&mut mended, index)?;
                }
            }
        }
        while behind > 0 {
            if rest.is_empty() {
                rest = next(&mut index)?;
            }
            let here = behind.min(rest.len());
            rest = rest.get(here..)?;
            behind -= here;
        }
        lengths.push(length);
    }
}

/// Whether UTF-16 ends with the first half of a character of two.
fn ends_in_half(text: &[u8]) -> bool {
    let last = text.len().checked_sub(2).and_then(|at| u16_at(text, at));
    last.is_some_and(|unit| (0xd800..0xdc00).contains(&unit))
}

/// Moves the last two bytes of the piece before to this one, behind the byte that tells the width.
fn bring_together(pieces: &mut [Vec<u8>], index: usize) -> Option<()> {
    let (before, [piece, ..]) = pieces.split_at_mut_checked(index)? else { return None };
    let before = before.last_mut()?;
    if piece.len() + 2 <= usize::from(u16::MAX) {
        let half = before.split_off(before.len().checked_sub(2)?);
        piece.splice(1..1, half);
    }
    Some(())
}
