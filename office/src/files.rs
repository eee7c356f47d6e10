//! Files and folders: whole reads, and writes that are there completely or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use yaohao::fault::{Code, Fault, Result};
use yaohao::register::Blocks;
use yaohao::verify::Evidence;

/// Bytes read at once.
const BLOCK: usize = 1 << 20;

/// Reads a text file.
///
/// # Errors
/// [`Code::FileMissing`], [`Code::FileRead`], [`Code::FileUtf8`].
pub fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read_bytes(path)?).map_err(|_| Fault::new(Code::FileUtf8).file(shown(path)))
}

/// Reads a file.
///
/// # Errors
/// [`Code::FileMissing`], [`Code::FileRead`].
pub fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| read_fault(path, &error))
}

/// A path as messages show it.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Writes a file so that it is whole or not there: to a neighbour first, flushed, then renamed.
///
/// # Errors
/// [`Code::FileWrite`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    let written = flush_to(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        // the temporary file is of no use to anybody
        let _ = fs::remove_file(&temporary);
        write_fault(path, &error)
    })?;
    sync_folder(path.parent())
}

/// Makes a folder and those above it.
///
/// # Errors
/// [`Code::FileWrite`].
pub fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| write_fault(path, &error))
}

pub(crate) fn write_fault(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(Code::FileWrite).file(shown(path)).fact("detail", error)
}

pub(crate) fn read_fault(path: &Path, error: &std::io::Error) -> Fault {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Fault::new(Code::FileMissing).file(shown(path));
    }
    Fault::new(Code::FileRead).file(shown(path)).fact("detail", error)
}

fn flush_to(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(folder: Option<&Path>) -> Result<()> {
    // a rename is durable only when the folder is; where folders cannot be opened (Windows) the system sees to it
    if let Some(file) = folder.and_then(|folder| File::open(folder).ok()) {
        let _ = file.sync_all();
    }
    Ok(())
}

/// Files that will be published together: written into a folder beside their places, looked at there, then renamed one
/// after the other, the last one last. Until that last rename the campaign is what it was.
#[derive(Debug)]
pub struct Stage {
    target: PathBuf,
    folder: PathBuf,
    names: Vec<String>,
}

impl Stage {
    /// An empty stage for a folder; what an interrupted command left there is removed.
    ///
    /// # Errors
    /// [`Code::FileWrite`].
    pub fn new(target: &Path) -> Result<Self> {
        let folder = target.join(".staging");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| write_fault(&folder, &error))?;
        }
        make_folder(&folder)?;
        Ok(Self { target: target.to_owned(), folder, names: Vec::new() })
    }

    /// Writes a file to the stage.
    ///
    /// # Errors
    /// [`Code::FileWrite`].
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        flush_to(&path, bytes).map_err(|error| write_fault(&path, &error))?;
        self.names.push(name.to_owned());
        Ok(())
    }

    /// The files as they would be after [`Stage::publish`].
    #[must_use]
    pub fn preview(&self) -> Folder {
        Folder { layers: vec![self.folder.clone(), self.target.clone()] }
    }

    /// Moves the files to their places, in the order in which they were put.
    ///
    /// # Errors
    /// [`Code::FileWrite`].
    pub fn publish(self) -> Result<()> {
        for name in &self.names {
            let path = self.target.join(name);
            fs::rename(self.folder.join(name), &path).map_err(|error| write_fault(&path, &error))?;
        }
        sync_folder(Some(&self.target))
        // dropping removes the empty folder
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // a leftover is removed by the next command too
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Published files in a folder, or in several laid over each other.
#[derive(Debug, Clone)]
pub struct Folder {
    layers: Vec<PathBuf>,
}

impl Folder {
    /// The files of one folder.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { layers: vec![path.to_owned()] }
    }

    /// The same with the files of another folder behind them.
    #[must_use]
    pub(crate) fn before(mut self, other: Self) -> Self {
        self.layers.extend(other.layers);
        self
    }
}

impl Evidence for Folder {
    fn files(&self) -> Result<BTreeMap<String, u64>> {
        let mut files = BTreeMap::new();
        for layer in &self.layers {
            let entries = fs::read_dir(layer).map_err(|error| read_fault(layer, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| read_fault(layer, &error))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                // follow links, as reading will
                let Ok(data) = fs::metadata(entry.path()) else { continue };
                if data.is_file() {
                    files.entry(name).or_insert(data.len());
                }
            }
        }
        Ok(files)
    }

    fn open(&self, name: &str) -> Result<Box<dyn Blocks + '_>> {
        let path = self.layers.iter().map(|layer| layer.join(name)).find(|path| path.is_file());
        let path = path.ok_or_else(|| Fault::new(Code::FileMissing).file(name))?;
        let file = File::open(&path).map_err(|error| read_fault(&path, &error))?;
        Ok(Box::new(FileBlocks { path, file }))
    }
}

struct FileBlocks {
    path: PathBuf,
    file: File,
}

impl Blocks for FileBlocks {
    fn next_block(&mut self) -> Result<Option<Vec<u8>>> {
        let mut block = Vec::with_capacity(BLOCK);
        let limit = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        let read = (&mut self.file).take(limit).read_to_end(&mut block);
        match read.map_err(|error| read_fault(&self.path, &error))? {
            0 => Ok(None),
            _ => Ok(Some(block)),
        }
    }
}
