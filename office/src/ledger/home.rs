//! Where a log or a witness lives in the office: what may be published beside what may not.

use super::store::{Log, LogKey};
use crate::files::{make_folder, read_text, shown, write_whole};
use crate::keys::{Entropy, KeyFolder};
use std::path::{Path, PathBuf};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::ledger::{KeyName, Verifier};
use yaohao::suite::SecretKey;

/// A log's folder: `public/` with the log and its key's text `key.txt`, `private/keys/log.key`.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

impl Home {
    /// The log in a folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// What any web host may serve.
    #[must_use]
    pub fn public(&self) -> PathBuf {
        let public = self.0.join("public");
        // who has only what was published has it without the office's folder around it
        if !public.is_dir() && self.0.join("checkpoint").exists() { self.0.clone() } else { public }
    }

    /// Makes an empty log and, unless there is one, its key.
    ///
    /// # Errors
    /// [`Code::LogExists`], [`Code::FileWrite`].
    pub fn make(&self, origin: KeyName, entropy: &mut dyn Entropy) -> Result<Verifier> {
        let path = self.public().join("key.txt");
        if path.exists() {
            return Err(Fault::new(Code::LogExists).file(shown(&self.0)));
        }
        let key = LogKey { origin, key: secret_or_new(&self.0, "log", entropy)? };
        Log::create(&self.public(), &key)?;
        write_whole(&path, format!("{}\n", key.verifier()).as_bytes())?;
        Ok(key.verifier())
    }

    /// The key as the folder itself says it.
    ///
    /// # Errors
    /// [`Code::FileMissing`], [`Code::VerifierForm`].
    pub fn verifier(&self) -> Result<Verifier> {
        let path = self.public().join("key.txt");
        Verifier::parse(read_text(&path)?.trim()).map_err(|fault| fault.file(shown(&path)))
    }

    /// The key to sign with.
    ///
    /// # Errors
    /// [`Code::KeyMissing`], [`Code::KeyForm`]; as [`Home::verifier`].
    pub fn key(&self) -> Result<LogKey> {
        let key = secret(&self.0, "log")?;
        Ok(LogKey { origin: self.verifier()?.name().clone(), key })
    }

    /// The log, under a key that the reader brings or the folder's own.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn open(&self, verifier: Option<&Verifier>) -> Result<Log> {
        match verifier {
            Some(verifier) => Log::open(&self.public(), verifier),
            None => Log::open(&self.public(), &self.verifier()?),
        }
    }
}

fn secret(folder: &Path, holder: &str) -> Result<SecretKey> {
    KeyFolder::new(&folder.join("private").join("keys")).secret(&Id::parse(holder)?)
}

/// The key of a log or witness, which is made when it is not there yet.
///
/// # Errors
/// [`Code::KeyForm`], [`Code::FileWrite`].
pub fn secret_or_new(folder: &Path, holder: &str, entropy: &mut dyn Entropy) -> Result<SecretKey> {
    let keys = folder.join("private").join("keys");
    make_folder(&keys)?;
    match secret(folder, holder) {
        Err(fault) if fault.code() == Code::KeyMissing => {
            KeyFolder::new(&keys).make(&Id::parse(holder)?, entropy)?;
            secret(folder, holder)
        }
        other => other,
    }
}
