//! A witness: which logs it watches, what it saw of each last, and its answers.
//!
//! Its folder has `logs/HASH`, the key text of a watched log each, and `seen/HASH`, the last cosigned checkpoint of
//! an origin. A checkpoint is durable there before its cosignature is given away, and requests are judged one by one
//! under a lock, also between processes.

use super::store::sync;
use crate::files::{make_folder, read_bytes, read_fault, read_text, shown, write_fault, write_whole};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::{Algorithm, Checkpoint, KeyName, Note, Refusal, Request, Verifier, judge};
use yaohao::suite::SecretKey;

/// A witness in its folder.
#[derive(Debug)]
pub struct Watcher {
    folder: PathBuf,
    name: KeyName,
    key: SecretKey,
}

/// A log that a witness watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its key.
    pub log: Verifier,
    /// How many leaves the witness has seen, if any.
    pub seen: Option<u64>,
}

/// An answer of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The content type.
    pub kind: &'static str,
    /// The body.
    pub body: String,
    /// Which log asked, if it could be read.
    pub origin: Option<String>,
}

impl Watcher {
    /// A witness of this name and key.
    #[must_use]
    pub fn new(folder: &Path, name: KeyName, key: SecretKey) -> Self {
        Self { folder: folder.to_owned(), name, key }
    }

    /// What others check its cosignatures with.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of_witness(self.name.clone(), &self.key)
    }

    /// Watches a log from now on; one that it watches already may come again under the same key only.
    ///
    /// # Errors
    /// [`Code::VerifierForm`] when the key is not of a log, [`Code::LogExists`], [`Code::FileWrite`].
    pub fn watch(&self, log: &Verifier) -> Result<()> {
        if log.algorithm() != Algorithm::Ed25519 {
            return Err(Fault::new(Code::VerifierForm).fact("value", log));
        }
        let path = self.path("logs", log.name().as_str());
        make_folder(&self.folder.join("logs"))?;
        make_folder(&self.folder.join("seen"))?;
        // the names of these folders must last as long as what will stand in them
        sync(&self.folder)?;
        if path.exists() && read_text(&path)?.trim() != log.to_string() {
            return Err(Fault::new(Code::LogExists).file(shown(&path)));
        }
        write_whole(&path, format!("{log}\n").as_bytes())
    }

    /// The logs it watches.
    ///
    /// # Errors
    /// [`Code::FileRead`], [`Code::VerifierForm`].
    pub fn watched(&self) -> Result<Vec<Watched>> {
        let folder = self.folder.join("logs");
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut watched = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|error| read_fault(&folder, &error))? {
            let path = entry.map_err(|error| read_fault(&folder, &error))?.path();
            let log = Verifier::parse(read_text(&path)?.trim()).map_err(|fault| fault.file(shown(&path)))?;
            watched.push(Watched { seen: self.last(log.name().as_str())?.map(|last| last.size), log });
        }
        watched.sort_by(|a, b| a.log.name().cmp(b.log.name()));
        Ok(watched)
    }

    /// Answers one request at a time (seconds since 1970).
    ///
    /// # Errors
    /// [`Code::FileRead`], [`Code::FileWrite`], and what is damaged in the folder: the witness then says nothing.
    pub fn answer(&self, body: &[u8], time: u64) -> Result<Answer> {
        let Ok(request) = Request::parse(body) else { return Ok(refusal(Refusal::Malformed, None)) };
        let origin = request.origin().to_owned();
        let lock = self.folder.join(".lock");
        let held = File::options().create(true).truncate(false).write(true).open(&lock);
        // until this returns, another request waits
        let held = held.map_err(|error| write_fault(&lock, &error))?;
        held.lock().map_err(|error| write_fault(&lock, &error))?;
        let log = self.log(&origin)?;
        let last = self.last(&origin)?;
        match judge(&request, log.as_ref(), last.as_ref()) {
            Err(refused) => Ok(refusal(refused, Some(origin))),
            Ok(signed) => {
                // the lines of others are of no use here
                let mut note = Note::new(signed.note().text())?;
                let line = note.cosignature(&self.name, &self.key, time);
                note.add(line.clone());
                write_whole(&self.path("seen", &origin), note.to_file().as_bytes())?;
                Ok(Answer {
                    status: 200,
                    kind: "text/plain; charset=utf-8",
                    body: line.to_line(),
                    origin: Some(origin),
                })
            }
        }
    }

    fn log(&self, origin: &str) -> Result<Option<Verifier>> {
        let path = self.path("logs", origin);
        if !path.exists() {
            return Ok(None);
        }
        let log = Verifier::parse(read_text(&path)?.trim()).map_err(|fault| fault.file(shown(&path)))?;
        Ok(Some(log).filter(|log| log.name().as_str() == origin))
    }

    /// The last checkpoint that it cosigned of an origin. What it signed itself it checks too: a damaged file must not
    /// make it forget.
    fn last(&self, origin: &str) -> Result<Option<Checkpoint>> {
        let path = self.path("seen", origin);
        if !path.exists() {
            return Ok(None);
        }
        let read = || {
            let note = Note::parse(&read_bytes(&path)?)?;
            note.check(&self.verifier())?;
            Checkpoint::parse_text(note.text())
        };
        read().map(Some).map_err(|fault| fault.file(shown(&path)))
    }

    /// Origins may hold slashes: the file is named by a digest.
    fn path(&self, folder: &str, origin: &str) -> PathBuf {
        self.folder.join(folder).join(Digest::of(origin.as_bytes()).to_string())
    }
}

fn refusal(refusal: Refusal, origin: Option<String>) -> Answer {
    let (kind, body) = match refusal {
        Refusal::Conflict(size) => ("text/x.tlog.size", format!("{size}\n")),
        Refusal::Malformed => ("text/plain; charset=utf-8", "not a request of tlog-witness\n".to_owned()),
        Refusal::UnknownLog => ("text/plain; charset=utf-8", "this log is not watched here\n".to_owned()),
        Refusal::Unsigned => ("text/plain; charset=utf-8", "the log's key has not signed this\n".to_owned()),
        Refusal::Inconsistent => ("text/plain; charset=utf-8", "the log does not continue what was seen\n".to_owned()),
    };
    Answer { status: refusal.status(), kind, body, origin }
}
