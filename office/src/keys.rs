//! Secrets of the office: signing keys, the register key, and where randomness comes from.

use crate::files::{make_folder, read_text, shown, write_fault, write_whole};
use crate::locked::{Passphrase, Work, is_locked, open, seal};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use yaohao::encoding::{Digest, hex_array};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::suite::{PublicKey, SecretKey};
use zeroize::Zeroizing;

/// Where a passphrase comes from: given the key's file, it asks whoever runs the program.
pub type Ask = dyn Fn(&Path) -> Result<Passphrase> + Send + Sync;

/// How this process asks, and what has opened a key already. One process has one terminal: that is why it is not handed
/// through every function that may read a key.
struct Asked {
    ask: Box<Ask>,
    known: Mutex<Option<Passphrase>>,
}

static ASKED: OnceLock<Asked> = OnceLock::new();

/// Says once how keys under a passphrase are opened; without it they are refused. What has opened one key is tried for the
/// next before anybody is asked again.
pub fn ask_with(ask: Box<Ask>) {
    let _ = ASKED.set(Asked { ask, known: Mutex::new(None) });
}

/// The passphrase that has opened a key of this run.
fn known() -> Option<Passphrase> {
    ASKED.get().and_then(|asked| asked.known.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

fn unlocked(path: &Path, text: &str) -> Result<Zeroizing<Vec<u8>>> {
    let needed = || Fault::new(Code::KeyPassphraseNeeded).fact("file", shown(path));
    let asked = ASKED.get().ok_or_else(needed)?;
    if let Some(passphrase) = known()
        && let Ok(secret) = open(text, &passphrase)
    {
        return Ok(secret);
    }
    let passphrase = (asked.ask)(path)?;
    let secret = open(text, &passphrase)?;
    *asked.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(passphrase);
    Ok(secret)
}

/// Where secrets come from.
pub trait Entropy {
    /// 32 bytes that nobody can foresee.
    ///
    /// # Errors
    /// [`Code::FileRead`] when the system has none.
    fn secret(&mut self) -> Result<[u8; 32]>;
}

/// The operating system's randomness.
#[derive(Debug, Default)]
pub struct System;

impl Entropy for System {
    fn secret(&mut self) -> Result<[u8; 32]> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Fault::new(Code::FileRead).file("system randomness").fact("detail", error))?;
        Ok(bytes)
    }
}

/// Secrets that everybody can compute: for demonstrations and tests, whose output must be the same each time.
#[derive(Debug)]
pub struct Rehearsal {
    seed: String,
    count: u64,
}

impl Rehearsal {
    /// Secrets from a text.
    #[must_use]
    pub fn new(seed: &str) -> Self {
        Self { seed: seed.to_owned(), count: 0 }
    }
}

impl Entropy for Rehearsal {
    fn secret(&mut self) -> Result<[u8; 32]> {
        self.count += 1;
        Ok(Digest::of(format!("{} secret {}", self.seed, self.count).as_bytes()).0)
    }
}

/// The key under which a campaign's salts and pseudonyms are derived (SPEC §4.4).
#[derive(Clone)]
pub struct RegisterKey {
    secret: [u8; 32],
    /// Keyed once: a million rows ask for a salt.
    mac: Option<Hmac<Sha256>>,
}

impl RegisterKey {
    /// A new key, which is nowhere yet.
    ///
    /// # Errors
    /// [`Code::FileRead`] when there is no randomness.
    pub fn fresh(entropy: &mut dyn Entropy) -> Result<Self> {
        entropy.secret().map(Self::of)
    }

    fn of(secret: [u8; 32]) -> Self {
        // HMAC takes keys of any length, so there is one
        Self { secret, mac: Hmac::<Sha256>::new_from_slice(&secret).ok() }
    }

    /// Whether a campaign has a key.
    #[must_use]
    pub fn exists(private: &Path) -> bool {
        private.join("register.key").exists()
    }

    /// Keeps the key in a campaign that has none; one that is there stays. It lies under the passphrase that has opened a
    /// signing key of this run, if one was needed: whoever protects the one wants the other protected.
    ///
    /// # Errors
    /// [`Code::FileWrite`].
    pub fn keep(&self, private: &Path) -> Result<()> {
        if Self::exists(private) {
            return Ok(());
        }
        let path = private.join("register.key");
        match known() {
            None => write_secret(&path, &self.secret),
            Some(passphrase) => write_locked(&path, &self.secret, &passphrase, Work::USUAL),
        }
    }

    /// Reads the register key of a campaign.
    ///
    /// # Errors
    /// [`Code::KeyForm`], [`Code::FileMissing`], [`Code::FileRead`].
    pub fn load(private: &Path) -> Result<Self> {
        Self::read(&private.join("register.key"))
    }

    /// Reads a register key, be it another campaign's.
    ///
    /// # Errors
    /// As [`RegisterKey::load`].
    pub fn read(path: &Path) -> Result<Self> {
        read_secret(path).map(|secret| Self::of(*secret))
    }

    /// A key for a look before any is made: what comes out of it is thrown away.
    #[must_use]
    pub fn for_a_look() -> Self {
        Self::of([0; 32])
    }

    /// The salt of one row.
    #[must_use]
    pub fn salt(&self, register: &str, id: &Id) -> [u8; 32] {
        self.mac(&format!("yaohao/1 salt\n{register}\n{id}\n"))
    }

    /// The pseudonym of a true identifier.
    ///
    /// # Errors
    /// [`Code::IdForm`], never in practice.
    pub fn pseudonym(&self, true_id: &str) -> Result<Id> {
        let mac = hex::encode(self.mac(&format!("yaohao/1 pseudonym\n{true_id}\n")));
        Id::parse(&format!("P{}", mac.get(..20).unwrap_or_default()))
    }

    fn mac(&self, text: &str) -> [u8; 32] {
        let Some(mut mac) = self.mac.clone() else { return [0; 32] };
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for RegisterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RegisterKey")
    }
}

/// The secret of a sealed campaign's custodian, `private/custodian.secret`: whoever has it knows the outcome as soon as the
/// beacon has spoken, and without it nobody ever can (SPEC §7.7).
#[derive(Debug)]
pub struct CustodianSecret(PathBuf);

impl CustodianSecret {
    /// The secret of a campaign, by its private folder.
    #[must_use]
    pub fn of(private: &Path) -> Self {
        Self(private.join("custodian.secret"))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The secret that is there (the custodian may have made it itself), or a fresh one, which is nowhere yet.
    ///
    /// # Errors
    /// [`Code::KeyForm`], [`Code::FileRead`].
    pub fn existing_or_fresh(&self, entropy: &mut dyn Entropy) -> Result<[u8; 32]> {
        if self.0.exists() { self.load() } else { entropy.secret() }
    }

    /// Keeps a secret in a campaign that has none; one that is there stays.
    ///
    /// # Errors
    /// [`Code::FileWrite`].
    pub fn keep(&self, secret: &[u8; 32]) -> Result<()> {
        if self.0.exists() { Ok(()) } else { write_secret(&self.0, secret) }
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Code::KeyForm`], [`Code::FileMissing`], [`Code::FileRead`].
    pub fn load(&self) -> Result<[u8; 32]> {
        read_secret(&self.0).map(|secret| *secret)
    }
}

/// The signing keys of a campaign, by holder, in `private/keys/`.
#[derive(Debug, Clone)]
pub struct KeyFolder(PathBuf);

impl KeyFolder {
    /// The keys in a folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Makes a key for a holder, which lies open: for rehearsals, and where the folder itself is protected.
    ///
    /// # Errors
    /// [`Code::CampaignExists`] when there is one, [`Code::FileWrite`].
    pub fn make(&self, holder: &Id, entropy: &mut dyn Entropy) -> Result<PublicKey> {
        self.make_under(holder, None, entropy)
    }

    /// Makes a key for a holder, under a passphrase if there is one. The public key then lies beside it, so that whoever
    /// only needs that is asked for nothing.
    ///
    /// # Errors
    /// [`Code::CampaignExists`] when there is one, [`Code::FileWrite`].
    pub fn make_under(
        &self,
        holder: &Id,
        lock: Option<(&Passphrase, Work)>,
        entropy: &mut dyn Entropy,
    ) -> Result<PublicKey> {
        make_folder(&self.0)?;
        self.must_not_exist(holder)?;
        let path = self.path(holder);
        let secret = Zeroizing::new(entropy.secret()?);
        let public = SecretKey::from_bytes(&secret).public();
        let beside = self.0.join(format!("{holder}.pub"));
        match lock {
            None => write_secret(&path, &secret)?,
            Some(_) if beside.exists() => {
                return Err(Fault::new(Code::CampaignExists).fact("file", shown(&beside)));
            }
            Some((passphrase, work)) => {
                write_locked(&path, &secret, passphrase, work)?;
                write_whole(&beside, format!("{public}\n").as_bytes())?;
            }
        }
        Ok(public)
    }

    /// Refuses a holder that has a key.
    ///
    /// # Errors
    /// [`Code::CampaignExists`].
    pub fn must_not_exist(&self, holder: &Id) -> Result<()> {
        let path = self.path(holder);
        if path.exists() { Err(Fault::new(Code::CampaignExists).fact("file", shown(&path))) } else { Ok(()) }
    }

    /// A holder's secret key.
    ///
    /// # Errors
    /// [`Code::KeyMissing`]; as [`read_key`].
    pub fn secret(&self, holder: &Id) -> Result<SecretKey> {
        let path = self.path(holder);
        if !path.exists() {
            return Err(Fault::new(Code::KeyMissing).file(shown(&path)).fact("holder", holder));
        }
        read_key(&path)
    }

    /// A holder's public key: from its secret key, or from a file `HOLDER.pub` that the holder sent.
    ///
    /// # Errors
    /// As [`KeyFolder::secret`].
    pub fn public(&self, holder: &Id) -> Result<PublicKey> {
        let path = self.0.join(format!("{holder}.pub"));
        if !path.exists() {
            return Ok(self.secret(holder)?.public());
        }
        let text = read_text(&path)?;
        PublicKey::parse(text.trim()).map_err(|fault| Fault::new(Code::KeyForm).file(shown(&path)).because(fault))
    }

    fn path(&self, holder: &Id) -> PathBuf {
        self.0.join(format!("{holder}.key"))
    }
}

/// Reads a secret key file, and asks for its passphrase if it is under one.
///
/// # Errors
/// [`Code::KeyForm`], [`Code::FileMissing`], [`Code::FileRead`]; [`Code::KeyPassphraseNeeded`], [`Code::KeyPassphrase`],
/// [`Code::KeyWork`].
pub fn read_key(path: &Path) -> Result<SecretKey> {
    read_secret(path).map(|secret| SecretKey::from_bytes(&secret))
}

/// Puts an open key file under a passphrase.
///
/// # Errors
/// [`Code::KeyLock`] when it is under one; [`Code::KeyForm`], [`Code::FileMissing`], [`Code::FileWrite`].
pub fn lock(path: &Path, passphrase: &Passphrase, work: Work) -> Result<()> {
    let text = Zeroizing::new(read_text(path)?);
    if is_locked(&text) {
        return Err(Fault::new(Code::KeyLock).file(shown(path)).fact("state", "under a passphrase"));
    }
    let text = seal_secret(&*hex_secret(path, &text)?, passphrase, work)?;
    replace_private(path, &text)
}

/// Takes the passphrase from a key file.
///
/// # Errors
/// [`Code::KeyLock`] when it lies open; as [`read_key`]; [`Code::FileWrite`].
pub fn unlock(path: &Path) -> Result<()> {
    let text = read_text(path)?;
    if !is_locked(&text) {
        return Err(Fault::new(Code::KeyLock).file(shown(path)).fact("state", "without a passphrase"));
    }
    let secret = read_secret(path)?;
    replace_private(path, &hex_line(&secret))
}

/// Reads 64 hexadecimal digits, and asks for their passphrase if they are under one.
///
/// # Errors
/// As [`read_key`].
pub fn read_secret(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let text = Zeroizing::new(read_text(path)?);
    if !is_locked(&text) {
        return hex_secret(path, &text);
    }
    let secret = unlocked(path, &text).map_err(|fault| fault.file(shown(path)))?;
    hex_secret(path, std::str::from_utf8(&secret).unwrap_or_default())
}

fn hex_secret(path: &Path, text: &str) -> Result<Zeroizing<[u8; 32]>> {
    hex_array(text.trim())
        .map(Zeroizing::new)
        .map_err(|_| Fault::new(Code::KeyForm).file(shown(path)).fact("detail", "no 64 hexadecimal digits"))
}

fn hex_line(secret: &[u8; 32]) -> Zeroizing<String> {
    let mut digits = Zeroizing::new(hex::encode(secret));
    digits.push('\n');
    digits
}

/// What is locked is the whole text of an open key file, so that `age -d` gives one.
fn seal_secret(secret: &[u8; 32], passphrase: &Passphrase, work: Work) -> Result<String> {
    seal(hex_line(secret).as_bytes(), passphrase, work, &mut System)
}

fn write_locked(path: &Path, secret: &[u8; 32], passphrase: &Passphrase, work: Work) -> Result<()> {
    write_private(path, &seal_secret(secret, passphrase, work)?)
}

/// Writes 64 hexadecimal digits to a new file that only its owner can read.
pub(crate) fn write_secret(path: &Path, secret: &[u8; 32]) -> Result<()> {
    write_private(path, &hex_line(secret))
}

/// A new file that only its owner can read, whole or not there.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let temporary = beside(path);
    let placed = put(&temporary, text).and_then(|()| match std::fs::hard_link(&temporary, path) {
        // a link never takes the place of another file; where there are no links, the look before must do
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && !path.exists() => {
            std::fs::rename(&temporary, path)
        }
        other => other,
    });
    let _ = std::fs::remove_file(&temporary);
    placed.map_err(|error| write_fault(path, &error))
}

/// The same in the place of another.
fn replace_private(path: &Path, text: &str) -> Result<()> {
    let temporary = beside(path);
    put(&temporary, text).and_then(|()| std::fs::rename(&temporary, path)).map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        write_fault(path, &error)
    })
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.tmp"))
}

fn put(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    // what an interrupted command left
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
