//! The log's folder.
//!
//! An append writes the files that the longer log has more than the shorter one, makes them durable, and only then its
//! checkpoint: first under the name `.next`, made durable, then renamed to `checkpoint`. Killed before `.next` is there,
//! the log is what it was; killed after, opening it finishes the rename. So a checkpoint that anybody could have seen
//! survives a loss of power, and no other of its size is ever signed. Files of an append that never came to its
//! checkpoint are written over by the next one.

use crate::files::{make_folder, read_bytes, read_fault, shown, write_fault, write_whole};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::{
    Checkpoint, Edge, KeyName, Leaf, NoteSignature, Receipt, Signed, Tile, Tiles, Verifier, WIDTH, bundle_entries,
    check_consistency, consistency_proof, root,
};
use yaohao::suite::SecretKey;

/// How long a writer waits for another one: appends take milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Largest checkpoint that is read.
const CHECKPOINT_BYTES: u64 = 1 << 20;

/// Under whose name and key a log signs.
#[derive(Debug)]
pub struct LogKey {
    /// The log's name; its origin.
    pub origin: KeyName,
    /// The key.
    pub key: SecretKey,
}

impl LogKey {
    /// What readers check with.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of_log(self.origin.clone(), &self.key)
    }
}

/// A log whose checkpoint and right edge were read and agree.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    verifier: Verifier,
    signed: Signed,
    edge: Edge,
}

/// Where an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The leaf's index.
    pub index: u64,
    /// Whether it was added now; otherwise it was there.
    pub fresh: bool,
}

/// What reading a whole log has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The leaves, in their order; `None` where an entry is no leaf of this project.
    pub leaves: Vec<Option<Leaf>>,
    /// The root over them.
    pub root: Digest,
}

/// Held while a writer works. The lock lives as long as the file is open, and dies with its process.
#[derive(Debug)]
struct Writer(#[expect(dead_code, reason = "dropping it frees the lock")] File);

impl Log {
    /// Makes an empty log.
    ///
    /// # Errors
    /// [`Code::LogExists`], [`Code::FileWrite`], [`Code::CampaignLocked`].
    pub fn create(folder: &Path, key: &LogKey) -> Result<Self> {
        make_folder(folder)?;
        let _writer = lock(folder)?;
        if folder.join("checkpoint").exists() || folder.join(".next").exists() {
            return Err(Fault::new(Code::LogExists).file(shown(folder)));
        }
        // the folder's own name must last, too
        if let Some(parent) = folder.parent().filter(|parent| parent.is_dir()) {
            sync(parent)?;
        }
        let edge = Edge::empty();
        let signed = Signed::make(&key.origin, 0, edge.root(), &key.key)?;
        publish(folder, &signed)?;
        Ok(Self { folder: folder.to_owned(), verifier: key.verifier(), signed, edge })
    }

    /// Opens a log to read: its checkpoint must be signed by `verifier` and be that of its right edge.
    ///
    /// # Errors
    /// [`Code::FileMissing`], [`Code::LogRoot`], [`Code::LogEntry`], the codes of notes, checkpoints and tiles.
    pub fn open(folder: &Path, verifier: &Verifier) -> Result<Self> {
        let path = folder.join("checkpoint");
        let signed = Signed::open(&read_small(&path)?, verifier).map_err(|fault| fault.file(shown(&path)))?;
        let checkpoint = signed.checkpoint();
        let edge = Edge::load(&Folder(folder), checkpoint.size)?;
        must_be_root(checkpoint, edge.root()).map_err(|fault| fault.file(shown(folder)))?;
        Ok(Self { folder: folder.to_owned(), verifier: verifier.clone(), signed, edge })
    }

    /// Opens a log to write, after finishing what another writer was killed in.
    ///
    /// # Errors
    /// As [`Log::open`]; [`Code::CampaignLocked`] when another writer stays for ten seconds.
    fn open_locked(folder: &Path, key: &LogKey) -> Result<(Self, Writer)> {
        if !folder.is_dir() {
            return Err(Fault::new(Code::FileMissing).file(shown(folder)));
        }
        let writer = lock(folder)?;
        if folder.join(".next").exists() {
            finish(folder)?;
        }
        Ok((Self::open(folder, &key.verifier())?, writer))
    }

    /// Adds entries in one batch, each once: an entry that the log has, or that stands twice, is not added again. When
    /// this returns they are on the disk.
    ///
    /// # Errors
    /// As [`Log::open`]; [`Code::FileWrite`], [`Code::LogEntryLong`], [`Code::CampaignLocked`]. The log is then what it was,
    /// or, if the last rename could not be made durable, has all of them.
    pub fn append(folder: &Path, key: &LogKey, entries: &[Vec<u8>]) -> Result<(Self, Vec<Appended>)> {
        let (mut log, _writer) = Self::open_locked(folder, key)?;
        let (fresh, appended) = log.place(entries)?;
        if !fresh.is_empty() {
            let files = log.edge.append(&fresh)?;
            write_files(folder, &files)?;
            let signed = Signed::make(&key.origin, log.edge.size(), log.edge.root(), &key.key)?;
            publish(folder, &signed)?;
            log.signed = signed;
            remove_passed(folder, &files);
        }
        Ok((log, appended))
    }

    /// Which entries are new, and where each of them is or will be.
    fn place<'a>(&self, entries: &'a [Vec<u8>]) -> Result<(Vec<&'a [u8]>, Vec<Appended>)> {
        let wanted: BTreeSet<Digest> = entries.iter().map(|entry| yaohao::merkle::leaf_hash(entry)).collect();
        let mut known = self.find(&wanted)?;
        let (mut fresh, mut next) = (Vec::new(), self.edge.size());
        let mut appended = Vec::with_capacity(entries.len());
        for entry in entries {
            let hash = yaohao::merkle::leaf_hash(entry);
            let found = known.get(&hash).copied();
            appended.push(Appended { index: found.unwrap_or(next), fresh: found.is_none() });
            if found.is_none() {
                fresh.push(entry.as_slice());
                known.insert(hash, next);
                next += 1;
            }
        }
        Ok((fresh, appended))
    }

    /// The first index of each leaf hash that the log has.
    fn find(&self, wanted: &BTreeSet<Digest>) -> Result<BTreeMap<Digest, u64>> {
        let (mut found, mut index) = (BTreeMap::new(), 0);
        for tile in Tile::all(self.edge.size()).take_while(|tile| tile.level == 0) {
            for hash in tile.read(&self.tile(tile)?)? {
                if wanted.contains(&hash) {
                    found.entry(hash).or_insert(index);
                }
                index += 1;
            }
        }
        Ok(found)
    }

    /// The checkpoint with its lines.
    #[must_use]
    pub fn signed(&self) -> &Signed {
        &self.signed
    }

    /// The key with which it was opened.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The receipt of a leaf, checked as its reader will.
    ///
    /// # Errors
    /// [`Code::LogLeafAbsent`], [`Code::LogInclusion`], the codes of tiles.
    pub fn receipt(&self, leaf: &Leaf) -> Result<Receipt> {
        let hash = leaf.hash();
        let found = self.find(&BTreeSet::from([hash]))?;
        let index = found.get(&hash).ok_or_else(|| Fault::new(Code::LogLeafAbsent).fact("leaf", leaf.statement))?;
        let receipt = Receipt::make(self, &self.signed, *index)?;
        receipt.check(&hash, &self.verifier)?;
        Ok(receipt)
    }

    /// The proof from an older size of this log.
    ///
    /// # Errors
    /// [`Code::LogShrunk`], the codes of tiles.
    pub fn consistency(&self, old: u64) -> Result<Vec<Digest>> {
        consistency_proof(self, old, self.signed.checkpoint().size)
    }

    /// Reads everything back: every entry, every tile, the root; and, if there is an older checkpoint, that the log
    /// continues it.
    ///
    /// # Errors
    /// [`Code::LogEntry`], [`Code::LogRoot`], [`Code::LogForked`], [`Code::LogShrunk`], the codes of tiles.
    pub fn check(&self, older: Option<&Checkpoint>) -> Result<Checked> {
        let checkpoint = self.signed.checkpoint();
        let (mut edge, mut leaves) = (Edge::empty(), Vec::new());
        for tile in Tile::all(checkpoint.size).take_while(|tile| tile.level == 0) {
            let bundle = self.bundle(tile)?;
            let entries = bundle_entries(&bundle, tile.width).map_err(|fault| fault.file(tile.bundle_path()))?;
            leaves.extend(entries.iter().map(|entry| Leaf::parse(entry).ok()));
            // the tiles that these entries give must be the files that are there; partial ones of higher levels only at
            // the log's end, since the folder need not keep those of earlier sizes
            for (path, bytes) in edge.append(&entries)? {
                let passing = path.contains(".p/") && edge.size() < checkpoint.size;
                if !passing && read_bytes(&self.folder.join(&path))? != bytes {
                    return Err(Fault::new(Code::LogEntry).file(path).fact("leaf", edge.size().saturating_sub(1)));
                }
            }
        }
        let found = edge.root();
        must_be_root(checkpoint, found)?;
        if let Some(older) = older {
            if older.origin != checkpoint.origin {
                let fault = Fault::new(Code::CheckpointOrigin).fact("found", &older.origin);
                return Err(fault.fact("expected", &checkpoint.origin));
            }
            let proof = self.consistency(older.size)?;
            check_consistency((older.size, &older.root), (checkpoint.size, &found), &proof)?;
        }
        Ok(Checked { leaves, root: root(self, checkpoint.size)? })
    }

    /// Adds the lines of witnesses to the checkpoint that they are of.
    ///
    /// # Errors
    /// [`Code::LogGrown`] when the log has another checkpoint by now; [`Code::FileWrite`], [`Code::CampaignLocked`].
    pub fn cosigned(&self, key: &LogKey, lines: Vec<NoteSignature>) -> Result<Self> {
        let (mut log, _writer) = Self::open_locked(&self.folder, key)?;
        if log.signed.note().text() != self.signed.note().text() {
            return Err(Fault::new(Code::LogGrown).file(shown(&self.folder)));
        }
        lines.into_iter().for_each(|line| log.signed.add(line));
        publish(&self.folder, &log.signed)?;
        Ok(log)
    }
}

impl Tiles for Log {
    fn tile(&self, tile: Tile) -> Result<Vec<u8>> {
        Folder(&self.folder).tile(tile)
    }

    fn bundle(&self, tile: Tile) -> Result<Vec<u8>> {
        Folder(&self.folder).bundle(tile)
    }
}

struct Folder<'a>(&'a Path);

impl Tiles for Folder<'_> {
    fn tile(&self, tile: Tile) -> Result<Vec<u8>> {
        self.read(&tile.path(), || {
            let mut bytes = self.tile(Tile { width: WIDTH, ..tile })?;
            bytes.truncate(usize::try_from(tile.width).unwrap_or(0) * 32);
            Ok(bytes)
        })
    }

    fn bundle(&self, tile: Tile) -> Result<Vec<u8>> {
        self.read(&tile.bundle_path(), || {
            let mut bytes = self.bundle(Tile { width: WIDTH, ..tile })?;
            let entries = bundle_entries(&bytes, WIDTH)?;
            let width = usize::try_from(tile.width).unwrap_or(0);
            let kept = entries.iter().take(width).map(|entry| entry.len() + 2).sum();
            bytes.truncate(kept);
            Ok(bytes)
        })
    }
}

impl Folder<'_> {
    /// A file; where a partial one is gone because the log went on, what it was is the beginning of the full one.
    fn read(&self, path: &str, full: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        match read_bytes(&self.0.join(path)) {
            Err(fault) if fault.code() == Code::FileMissing && path.contains(".p/") => full().map_err(|_| fault),
            other => other,
        }
    }
}

fn must_be_root(checkpoint: &Checkpoint, found: Digest) -> Result<()> {
    if found == checkpoint.root {
        return Ok(());
    }
    Err(Fault::new(Code::LogRoot).fact("found", found).fact("expected", checkpoint.root))
}

fn read_small(path: &Path) -> Result<Vec<u8>> {
    let length = fs::metadata(path).map_err(|error| read_fault(path, &error))?.len();
    if length > CHECKPOINT_BYTES {
        let fault = Fault::new(Code::SizeLimit).file(shown(path)).fact("bytes", length);
        return Err(fault.fact("limit", CHECKPOINT_BYTES));
    }
    read_bytes(path)
}

/// Waits a while for another writer.
fn lock(folder: &Path) -> Result<Writer> {
    let path = folder.join(".lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| write_fault(&path, &error))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Writer(file)),
            Err(TryLockError::Error(error)) => return Err(write_fault(&path, &error)),
            Err(TryLockError::WouldBlock) if began.elapsed() > PATIENCE => {
                return Err(Fault::new(Code::CampaignLocked).file(shown(folder)));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Writes files whole and durable, then their folders, from the deepest up to the log's own: a name that a crash takes
/// back would be a hole under a signed root.
fn write_files(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let mut folders = BTreeSet::from([folder.to_owned()]);
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        make_folder(parent)?;
        folders.extend(parent.ancestors().take_while(|above| above.starts_with(folder)).map(Path::to_owned));
        // a full tile of an append that was given up has this name too, so a name proves nothing: write again
        let temporary = parent.join(".tmp");
        flush(&temporary, bytes)?;
        fs::rename(&temporary, &path).map_err(|error| write_fault(&path, &error))?;
    }
    folders.iter().rev().try_for_each(|folder| sync(folder))
}

/// Removes the partial tiles of tiles that are full now. It saves space and nothing else, so it may fail.
fn remove_passed(folder: &Path, files: &[(String, Vec<u8>)]) {
    for (path, _) in files.iter().filter(|(path, _)| !path.contains(".p/")) {
        let _ = fs::remove_dir_all(folder.join(format!("{path}.p")));
    }
}

/// Makes a checkpoint the log's: durable as an intent first, then seen.
fn publish(folder: &Path, signed: &Signed) -> Result<()> {
    write_whole(&folder.join(".next"), signed.note().to_file().as_bytes())?;
    sync(folder)?;
    finish(folder)
}

fn finish(folder: &Path) -> Result<()> {
    // the intent may have been seen in the folder, but not reached the disk, when its writer was killed
    sync(folder)?;
    let path = folder.join("checkpoint");
    fs::rename(folder.join(".next"), &path).map_err(|error| write_fault(&path, &error))?;
    sync(folder)
}

fn flush(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| write_fault(path, &error))
}

/// Makes the names in a folder durable. Where folders cannot be opened (Windows) the system sees to it.
pub(super) fn sync(folder: &Path) -> Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder).and_then(|file| file.sync_all()).map_err(|error| write_fault(folder, &error))
}
