//! Names and keys of logs and witnesses, and the text in which they are handed on.

use super::{from_base64, to_base64};
use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::suite::{PublicKey, SecretKey};
use std::fmt;

/// Most bytes of a name: an origin is a short address.
const NAME_BYTES: usize = 255;

/// Who signs: a name without spaces and without `+`, best an address without its scheme.
///
/// ```
/// use yaohao::ledger::KeyName;
/// assert!(KeyName::parse("yjj.example.gov.cn/yaohao").is_ok());
/// assert!(KeyName::parse("two words").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

impl KeyName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`Code::KeyName`].
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if text.is_empty() || text.len() > NAME_BYTES || text.contains(bad) {
            return Err(Fault::new(Code::KeyName).fact("value", text));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a signature line holds. Types that are not here are kept and ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// Ed25519 over the note's text: a log's own signature.
    Ed25519,
    /// Ed25519 over time and text: a witness's cosignature.
    Cosignature,
}

impl Algorithm {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Cosignature].into_iter().find(|algorithm| algorithm.byte() == byte)
    }
}

/// A key whose signatures a reader looks for: name, algorithm, public key. Its text, `name+id+base64`, is what people
/// hand on.
///
/// ```
/// use yaohao::ledger::Verifier;
/// let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
/// let key = Verifier::parse(text).unwrap();
/// assert_eq!(key.name().as_str(), "sum.golang.org");
/// assert_eq!(key.to_string(), text);
/// assert!(Verifier::parse(&text.replace("033de0ae", "033de0af")).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: KeyName,
    algorithm: Algorithm,
    key: PublicKey,
}

impl Verifier {
    /// The key of a log.
    #[must_use]
    pub fn of_log(name: KeyName, key: &SecretKey) -> Self {
        Self { name, algorithm: Algorithm::Ed25519, key: key.public() }
    }

    /// The key of a witness.
    #[must_use]
    pub fn of_witness(name: KeyName, key: &SecretKey) -> Self {
        Self { name, algorithm: Algorithm::Cosignature, key: key.public() }
    }

    /// Reads the text of a key.
    ///
    /// # Errors
    /// [`Code::VerifierForm`].
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || Fault::new(Code::VerifierForm).fact("value", text);
        let (name, rest) = text.split_once('+').ok_or_else(wrong)?;
        let (id, key) = rest.split_once('+').ok_or_else(wrong)?;
        let bytes = from_base64(key).ok_or_else(wrong)?;
        let (algorithm, key) = bytes.split_first().ok_or_else(wrong)?;
        let found = Self {
            name: KeyName::parse(name)?,
            algorithm: Algorithm::of_byte(*algorithm).ok_or_else(wrong)?,
            key: PublicKey::from_bytes(key.try_into().map_err(|_| wrong())?),
        };
        if hex::encode(found.id()) == id { Ok(found) } else { Err(wrong()) }
    }

    /// Whose key it is.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The first four bytes of SHA-256(name ‖ LF ‖ algorithm ‖ key): they select a line, and prove nothing.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let mut bytes = self.name.as_str().as_bytes().to_vec();
        bytes.extend([b'\n', self.algorithm.byte()]);
        bytes.extend(self.key.as_bytes());
        Digest::of(&bytes).0.first_chunk().copied().unwrap_or_default()
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.algorithm.byte()];
        bytes.extend(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), to_base64(&bytes))
    }
}
