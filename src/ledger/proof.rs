//! Inclusion and consistency (RFC 9162 §2.1.3, §2.1.4), out of tiles.

use super::tile::Tile;
use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::merkle::{Range, node_hash};

/// Who has a log's files.
pub trait Tiles {
    /// The file of a tile.
    ///
    /// # Errors
    /// What kept it from being read.
    fn tile(&self, tile: Tile) -> Result<Vec<u8>>;

    /// The file of the entries under a tile of level 0.
    ///
    /// # Errors
    /// As [`Tiles::tile`].
    fn bundle(&self, tile: Tile) -> Result<Vec<u8>>;
}

/// The root of the first `size` leaves.
///
/// # Errors
/// [`Code::TileForm`], or what [`Tiles`] says.
pub fn root(tiles: &dyn Tiles, size: u64) -> Result<Digest> {
    hash_of(tiles, size, 0, size)
}

/// The path of leaf `index` in the tree of the first `size` leaves, from its sibling up.
///
/// # Errors
/// As [`root`]; [`Code::LogLeafAbsent`] when there is no such leaf.
pub fn inclusion_proof(tiles: &dyn Tiles, size: u64, index: u64) -> Result<Vec<Digest>> {
    if index >= size {
        return Err(Fault::new(Code::LogLeafAbsent).fact("leaf", index));
    }
    let (mut start, mut end, mut path) = (0, size, Vec::new());
    while let Some(middle) = split(start, end) {
        if index < middle {
            path.push(hash_of(tiles, size, middle, end)?);
            end = middle;
        } else {
            path.push(hash_of(tiles, size, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the first `old` leaves of a tree of `size` are a tree of their own, whose root was once published.
/// It is empty for `old` of 0 or of `size`.
///
/// # Errors
/// As [`root`]; [`Code::LogShrunk`] when `old` is larger than `size`.
pub fn consistency_proof(tiles: &dyn Tiles, old: u64, size: u64) -> Result<Vec<Digest>> {
    if old > size {
        return Err(Fault::new(Code::LogShrunk).fact("found", size).fact("expected", old));
    }
    let (mut start, mut end, mut path) = (0, size, Vec::new());
    if old == 0 {
        return Ok(path);
    }
    while old != end
        && let Some(middle) = split(start, end)
    {
        if old <= middle {
            path.push(hash_of(tiles, size, middle, end)?);
            end = middle;
        } else {
            path.push(hash_of(tiles, size, start, middle)?);
            start = middle;
        }
    }
    // where the old tree ends in a subtree of its own, which no reader can have
    if start > 0 {
        path.push(hash_of(tiles, size, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether a tree of `size` leaves begins with that of `old` leaves (RFC 9162 §2.1.4.2).
#[must_use]
pub fn extends(old: (u64, &Digest), new: (u64, &Digest), proof: &[Digest]) -> bool {
    let ((old_size, old_root), (size, root)) = (old, new);
    if old_size == 0 || old_size == size {
        return proof.is_empty() && (old_size == 0 || old_root == root);
    }
    if old_size > size {
        return false;
    }
    // a whole old tree is a subtree of the new one, and stands in no proof
    let mut rest = proof.iter();
    let first = if old_size.is_power_of_two() { Some(old_root) } else { rest.next() };
    let Some(first) = first else { return false };
    let (mut node, mut last) = (old_size - 1, size - 1);
    while node % 2 == 1 {
        (node, last) = (node / 2, last / 2);
    }
    let (mut left, mut right) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            (left, right) = (node_hash(sibling, &left), node_hash(sibling, &right));
            while node % 2 == 0 && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            right = node_hash(&right, sibling);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && left == *old_root && right == *root
}

/// The same, as a fault.
///
/// # Errors
/// [`Code::LogShrunk`], [`Code::LogForked`].
pub fn check_consistency(old: (u64, &Digest), new: (u64, &Digest), proof: &[Digest]) -> Result<()> {
    if old.0 > new.0 {
        return Err(Fault::new(Code::LogShrunk).fact("found", new.0).fact("expected", old.0));
    }
    let forked = || Fault::new(Code::LogForked).fact("old", old.0).fact("size", new.0);
    if extends(old, new, proof) { Ok(()) } else { Err(forked()) }
}

/// Where RFC 9162 splits the leaves from `start` to `end`: behind the largest power of two smaller than their number.
fn split(start: u64, end: u64) -> Option<u64> {
    let leaves = end.checked_sub(start)?;
    if leaves < 2 { None } else { start.checked_add((leaves - 1).checked_ilog2().map(|bits| 1 << bits)?) }
}

/// The hash of the leaves from `start` to `end`, where `start` is a multiple of a power of two that holds them all.
fn hash_of(tiles: &dyn Tiles, size: u64, start: u64, end: u64) -> Result<Digest> {
    let (mut range, mut at) = (Range::new(start), start);
    while at < end {
        let leaves = end - at;
        let largest = 1_u64 << leaves.checked_ilog2().unwrap_or(0);
        let aligned = if at == 0 { largest } else { 1 << at.trailing_zeros() };
        let leaves = largest.min(aligned);
        range.push_perfect(leaves, perfect(tiles, size, at, leaves)?);
        at = at.saturating_add(leaves);
    }
    Ok(range.root())
}

/// The hash of a perfect subtree: a hash of a tile, or up to 128 of them together.
fn perfect(tiles: &dyn Tiles, size: u64, start: u64, leaves: u64) -> Result<Digest> {
    let level = u8::try_from(leaves.trailing_zeros() / 8).unwrap_or(0);
    let (first, hashes) = (Tile::hashes(level, start), Tile::hashes(level, leaves));
    let tile = Tile::with(level, first, size);
    let mut range = Range::new(0);
    let skipped = usize::try_from(first % super::WIDTH).unwrap_or(usize::MAX);
    let taken = usize::try_from(hashes).unwrap_or(usize::MAX);
    tile.read(&tiles.tile(tile)?)?.into_iter().skip(skipped).take(taken).for_each(|hash| range.push(hash));
    Ok(range.root())
}
