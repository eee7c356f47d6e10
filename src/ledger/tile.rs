//! Tiles and entry bundles: which there are, where they stand, what is in them (C2SP tlog-tiles).

use crate::encoding::{Digest, count};
use crate::fault::{Code, Fault, Result};

/// Hashes of a full tile; entries of a full bundle.
pub const WIDTH: u64 = 256;

/// Most bytes of an entry: its length is written in two bytes.
pub const ENTRY_BYTES: usize = 65_535;

/// A tile: `width` hashes, each of 256^`level` leaves. The tile of level 0 has a bundle of entries beside it.
///
/// ```
/// use yaohao::ledger::Tile;
/// assert_eq!(Tile { level: 0, index: 1_234_067, width: 256 }.path(), "tile/0/x001/x234/067");
/// assert_eq!(Tile { level: 0, index: 273, width: 112 }.bundle_path(), "tile/entries/273.p/112");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// How many times 256 its hashes stand above the leaves.
    pub level: u8,
    /// Its place in the level.
    pub index: u64,
    /// How many hashes it has: 1 to 256.
    pub width: u64,
}

impl Tile {
    /// How many hashes a level has in a tree of `size` leaves.
    pub(super) fn hashes(level: u8, size: u64) -> u64 {
        size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0)
    }

    /// The tile that has a hash of a level, as wide as it is in a tree of `size` leaves.
    pub(super) fn with(level: u8, hash: u64, size: u64) -> Self {
        let index = hash / WIDTH;
        let width = Self::hashes(level, size).saturating_sub(index.saturating_mul(WIDTH)).min(WIDTH);
        Self { level, index, width }
    }

    /// Every tile of a tree of `size` leaves, level by level.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        (0..8).flat_map(move |level| {
            let tiles = Self::hashes(level, size).div_ceil(WIDTH);
            (0..tiles).map(move |index| Self::with(level, index.saturating_mul(WIDTH), size))
        })
    }

    /// Its file in the log's folder.
    #[must_use]
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, self.place())
    }

    /// The file of the entries under it, if it is of level 0.
    #[must_use]
    pub fn bundle_path(&self) -> String {
        format!("tile/entries/{}", self.place())
    }

    fn place(&self) -> String {
        let (mut rest, mut place) = (self.index / 1000, format!("{:03}", self.index % 1000));
        while rest > 0 {
            place = format!("x{:03}/{place}", rest % 1000);
            rest /= 1000;
        }
        if self.width < WIDTH { format!("{place}.p/{}", self.width) } else { place }
    }

    /// Reads the hashes of its file.
    ///
    /// # Errors
    /// [`Code::TileForm`].
    pub fn read(&self, file: &[u8]) -> Result<Vec<Digest>> {
        let (hashes, rest) = file.as_chunks::<32>();
        if !rest.is_empty() || count(hashes.len()) != self.width {
            let wrong = Fault::new(Code::TileForm).file(self.path()).fact("bytes", file.len());
            return Err(wrong.fact("expected", self.width.saturating_mul(32)));
        }
        Ok(hashes.iter().map(|hash| Digest(*hash)).collect())
    }
}

/// Reads a bundle of `width` entries.
///
/// ```
/// assert_eq!(yaohao::ledger::bundle_entries(b"\0\x02hi\0\0", 2).unwrap(), [&b"hi"[..], b""]);
/// assert!(yaohao::ledger::bundle_entries(b"\0\x02h", 1).is_err());
/// ```
///
/// # Errors
/// [`Code::BundleForm`].
pub fn bundle_entries(file: &[u8], width: u64) -> Result<Vec<&[u8]>> {
    let wrong = || Fault::new(Code::BundleForm).fact("expected", width);
    let (mut rest, mut entries) = (file, Vec::new());
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let (entry, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into()).ok_or_else(wrong)?;
        entries.push(entry);
        rest = behind;
    }
    if rest.is_empty() && count(entries.len()) == width { Ok(entries) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let place = |level, index, width| Tile { level, index, width }.path();
        assert_eq!(place(0, 0, 256), "tile/0/000");
        assert_eq!(place(0, 999, 256), "tile/0/999");
        assert_eq!(place(2, 1000, 1), "tile/2/x001/000.p/1");
        assert_eq!(place(0, 1_000_000, 255), "tile/0/x001/x000/000.p/255");
        assert_eq!(place(0, u64::MAX, 256), "tile/0/x018/x446/x744/x073/x709/x551/615");
    }

    /// The example of tlog-tiles: a tree of 70,000.
    #[test]
    fn tiles_of_a_tree() {
        let tiles: Vec<Tile> = Tile::all(70_000).collect();
        let of = |level: u8| tiles.iter().filter(move |tile| tile.level == level);
        assert_eq!(of(0).filter(|tile| tile.width == 256).count(), 273);
        assert_eq!(of(0).next_back().map(|tile| tile.width), Some(112));
        assert_eq!(of(1).map(|tile| tile.width).collect::<Vec<_>>(), [256, 17]);
        assert_eq!(of(2).map(|tile| tile.width).collect::<Vec<_>>(), [1]);
        assert_eq!(tiles.len(), 273 + 1 + 2 + 1);
        assert_eq!(Tile::all(256).map(|tile| tile.path()).collect::<Vec<_>>(), ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(Tile::all(0).count(), 0);
    }

    #[test]
    fn files_of_other_lengths_are_refused() {
        let tile = Tile { level: 0, index: 0, width: 2 };
        assert!(tile.read(&[0; 64]).is_ok());
        assert!([63, 65, 32, 96, 0].iter().all(|length| tile.read(&vec![0; *length]).is_err()));
        assert!(bundle_entries(b"\0\0", 2).is_err() && bundle_entries(b"\0\0\0", 1).is_err());
    }
}
