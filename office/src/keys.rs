//! Secrets of the office: signing keys, the register key, and where randomness comes from.

use crate::files::{make_folder, read_text, shown, write_fault};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::path::{Path, PathBuf};
use yaohao::encoding::{Digest, hex_array};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::suite::{PublicKey, SecretKey};

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

    /// Keeps the key in a campaign that has none; one that is there stays.
    ///
    /// # Errors
    /// [`Code::FileWrite`].
    pub fn keep(&self, private: &Path) -> Result<()> {
        if Self::exists(private) { Ok(()) } else { write_secret(&private.join("register.key"), &self.secret) }
    }

    /// Reads the register key of a campaign.
    ///
    /// # Errors
    /// [`Code::KeyForm`], [`Code::FileMissing`], [`Code::FileRead`].
    pub fn load(private: &Path) -> Result<Self> {
        read_secret(&private.join("register.key")).map(Self::of)
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
        read_secret(&self.0)
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

    /// Makes a key for a holder.
    ///
    /// # Errors
    /// [`Code::CampaignExists`] when there is one, [`Code::FileWrite`].
    pub fn make(&self, holder: &Id, entropy: &mut dyn Entropy) -> Result<PublicKey> {
        make_folder(&self.0)?;
        let path = self.path(holder);
        if path.exists() {
            return Err(Fault::new(Code::CampaignExists).fact("file", shown(&path)));
        }
        let secret = entropy.secret()?;
        write_secret(&path, &secret)?;
        Ok(SecretKey::from_bytes(&secret).public())
    }

    /// A holder's secret key.
    ///
    /// # Errors
    /// [`Code::KeyMissing`], [`Code::KeyForm`].
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
        PublicKey::parse(text.trim())
            .map_err(|fault| Fault::new(Code::KeyForm).file(shown(&path)).fact("detail", fault))
    }

    fn path(&self, holder: &Id) -> PathBuf {
        self.0.join(format!("{holder}.key"))
    }
}

/// Reads a secret key file.
///
/// # Errors
/// [`Code::KeyForm`], [`Code::FileMissing`], [`Code::FileRead`].
pub fn read_key(path: &Path) -> Result<SecretKey> {
    read_secret(path).map(|secret| SecretKey::from_bytes(&secret))
}

/// Reads 64 hexadecimal digits.
///
/// # Errors
/// [`Code::KeyForm`], [`Code::FileMissing`], [`Code::FileRead`].
pub fn read_secret(path: &Path) -> Result<[u8; 32]> {
    let text = read_text(path)?;
    hex_array(text.trim())
        .map_err(|_| Fault::new(Code::KeyForm).file(shown(path)).fact("detail", "no 64 hexadecimal digits"))
}

/// Writes 64 hexadecimal digits to a new file that only its owner can read.
pub(crate) fn write_secret(path: &Path, secret: &[u8; 32]) -> Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        writeln!(file, "{}", hex::encode(secret))?;
        file.sync_all()
    };
    write().map_err(|error| write_fault(path, &error))
}
