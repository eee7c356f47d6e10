//! The right edge of a log: all that must be known to make it longer.

use super::proof::Tiles;
use super::tile::{ENTRY_BYTES, Tile, WIDTH, bundle_entries};
use crate::encoding::{Digest, count};
use crate::fault::{Code, Fault, Result};
use crate::merkle::{Range, leaf_hash};

/// Levels of a tree of 2^64 leaves.
const LEVELS: u8 = 8;

/// The tiles and the bundle that are not full yet.
///
/// ```
/// use yaohao::ledger::Edge;
/// let mut edge = Edge::empty();
/// let files = edge.append(&[b"one", b"two"]).unwrap();
/// assert_eq!(files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["tile/entries/000.p/2", "tile/0/000.p/2"]);
/// assert_eq!(edge.size(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// the hashes of the last tile of each level, fewer than 256
    levels: Vec<Vec<Digest>>,
    bundle: Vec<u8>,
}

impl Edge {
    /// Of a log without leaves.
    #[must_use]
    pub fn empty() -> Self {
        Self { size: 0, levels: vec![Vec::new(); usize::from(LEVELS)], bundle: Vec::new() }
    }

    /// Reads the edge of a log of `size` leaves, and checks that its last entries are those of its last hashes. Whether
    /// it is the right edge shows [`Edge::root`].
    ///
    /// # Errors
    /// [`Code::TileForm`], [`Code::BundleForm`], [`Code::LogEntry`], or what [`Tiles`] says.
    pub fn load(tiles: &dyn Tiles, size: u64) -> Result<Self> {
        let mut edge = Self { size, ..Self::empty() };
        for (level, hashes) in (0..LEVELS).zip(&mut edge.levels) {
            let tile = Tile::with(level, Tile::hashes(level, size), size);
            if tile.width > 0 {
                *hashes = tile.read(&tiles.tile(tile)?)?;
                if level == 0 {
                    edge.bundle = tiles.bundle(tile)?;
                    check_bundle(tile, &edge.bundle, hashes)?;
                }
            }
        }
        Ok(edge)
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut range = Range::new(0);
        for (level, hashes) in (0..LEVELS).zip(&self.levels).rev() {
            let leaves = 1_u64.checked_shl(u32::from(level).saturating_mul(8)).unwrap_or(0);
            hashes.iter().for_each(|hash| range.push_perfect(leaves, *hash));
        }
        range.root()
    }

    /// Adds entries and gives the files that the longer log has and the shorter one had not, each whole. They contradict
    /// none of the old ones, so that the log is what it was until somebody signs the new root.
    ///
    /// # Errors
    /// [`Code::LogEntryLong`]; nothing is added then.
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<Vec<(String, Vec<u8>)>> {
        if let Some(entry) = entries.iter().find(|entry| entry.as_ref().len() > ENTRY_BYTES) {
            return Err(Fault::new(Code::LogEntryLong).fact("bytes", entry.as_ref().len()));
        }
        let before = self.size;
        let mut files = Vec::new();
        for entry in entries.iter().map(AsRef::as_ref) {
            let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
            self.bundle.extend(length.to_be_bytes());
            self.bundle.extend(entry);
            self.size = self.size.saturating_add(1);
            if self.size.is_multiple_of(WIDTH) {
                let tile = Tile::with(0, self.size - 1, self.size);
                files.push((tile.bundle_path(), std::mem::take(&mut self.bundle)));
            }
            self.push(leaf_hash(entry), &mut files);
        }
        let tile = Tile::with(0, self.size, self.size);
        if !entries.is_empty() && tile.width > 0 {
            files.push((tile.bundle_path(), self.bundle.clone()));
        }
        for (level, hashes) in (0..LEVELS).zip(&self.levels) {
            let grown = Tile::hashes(level, before) != Tile::hashes(level, self.size);
            if grown && !hashes.is_empty() {
                files.push((Tile::with(level, Tile::hashes(level, self.size), self.size).path(), bytes(hashes)));
            }
        }
        Ok(files)
    }

    /// Adds a leaf's hash; a tile that becomes full is one hash of the level above.
    fn push(&mut self, leaf: Digest, files: &mut Vec<(String, Vec<u8>)>) {
        let mut hash = leaf;
        for (level, hashes) in (0..LEVELS).zip(&mut self.levels) {
            hashes.push(hash);
            if count(hashes.len()) < WIDTH {
                return;
            }
            let full = std::mem::take(hashes);
            let last = Tile::hashes(level, self.size).saturating_sub(1);
            files.push((Tile::with(level, last, self.size).path(), bytes(&full)));
            let mut range = Range::new(0);
            full.into_iter().for_each(|hash| range.push(hash));
            hash = range.root();
        }
    }
}

/// Whether a bundle's entries are those of a tile's hashes.
fn check_bundle(tile: Tile, bundle: &[u8], hashes: &[Digest]) -> Result<()> {
    let entries = bundle_entries(bundle, tile.width).map_err(|fault| fault.file(tile.bundle_path()))?;
    let first = tile.index.saturating_mul(WIDTH);
    match entries.iter().zip(hashes).position(|(entry, hash)| leaf_hash(entry) != *hash) {
        None => Ok(()),
        Some(at) => {
            let leaf = first.saturating_add(count(at));
            Err(Fault::new(Code::LogEntry).file(tile.bundle_path()).fact("leaf", leaf))
        }
    }
}

fn bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}
