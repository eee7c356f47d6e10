//! Bytes and texts in their one form: digests, hexadecimal, canonical JSON (SPEC §2).

mod json;
mod members;

pub use json::{Value, object, parse_canonical};
pub use members::Members;

use crate::fault::{Code, Fault, Result};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// 32 bytes, shown and read as 64 lower-case hexadecimal digits.
///
/// ```
/// use yaohao::encoding::Digest;
/// let empty = Digest::of(b"");
/// assert_eq!(empty.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// assert_eq!(Digest::parse(&empty.to_string()).unwrap(), empty);
/// assert!(Digest::parse("E3B0").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

/// All 32 bytes are compared; the first eight as one word, which decides almost always and spares a call.
impl Ord for Digest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let word = |digest: &Self| digest.0.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        word(self).cmp(&word(other)).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Digest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Digest {
    /// SHA-256 of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// SHA-256 of what a hasher has taken in.
    #[must_use]
    pub fn from_hasher(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// Reads 64 lower-case hexadecimal digits and nothing else.
    ///
    /// # Errors
    /// [`Code::HexForm`].
    pub fn parse(text: &str) -> Result<Self> {
        hex_array(text).map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Reads exactly `N` bytes from `2·N` lower-case hexadecimal digits.
///
/// # Errors
/// [`Code::HexForm`].
pub fn hex_array<const N: usize>(text: &str) -> Result<[u8; N]> {
    let fault = || Fault::new(Code::HexForm).fact("value", text).fact("digits", 2 * N);
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(fault());
    }
    let mut out = [0; N];
    hex::decode_to_slice(text, &mut out).map_err(|_| fault())?;
    Ok(out)
}

/// Whether a text is a digest as [`Digest::parse`] takes it; a million rows ask.
pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Plain digits without sign or leading zeros, within bounds: the only form of a number in a cell.
///
/// ```
/// use yaohao::encoding::decimal;
/// assert_eq!(decimal("12", 0, 99).unwrap(), 12);
/// assert!(decimal("012", 0, 99).is_err() && decimal("+1", 0, 99).is_err() && decimal("100", 0, 99).is_err());
/// ```
///
/// # Errors
/// [`Code::NumberForm`].
pub fn decimal(text: &str, least: u64, most: u64) -> Result<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    match text.parse::<u64>() {
        Ok(number) if plain && (least..=most).contains(&number) => Ok(number),
        _ => Err(Fault::new(Code::NumberForm).fact("value", text).fact("least", least).fact("most", most)),
    }
}

/// A count as `u64`; `usize` is never wider on any machine that Rust knows.
#[must_use]
pub fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
