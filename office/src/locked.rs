//! Secrets under a passphrase, in the form of age (C2SP: age, the scrypt recipient), armoured: `age -d` and `rage -d` open
//! what is written here, and what they write with `-a -p` is read.
//!
//! One secret of a few bytes needs little of age: one stanza and one chunk. Everything else is refused.

use crate::keys::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use yaohao::encoding::decimal;
use yaohao::fault::{Code, Fault, Result};
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";
const VERSION: &str = "age-encryption.org/v1";
const LABEL: &str = "age-encryption.org/v1/scrypt";

/// Characters of a line of armour.
const COLUMNS: usize = 64;

/// Bytes of a file; one secret has 500.
const LIMIT: usize = 4096;

/// What opens a key: some text, not empty.
///
/// ```
/// use yaohao_office::locked::Passphrase;
/// assert!(Passphrase::parse("correct horse").is_ok());
/// assert!(Passphrase::parse("").is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes any text but none.
    ///
    /// # Errors
    /// [`Code::KeyPassphraseEmpty`].
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Fault::new(Code::KeyPassphraseEmpty));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase")
    }
}

/// How much work a guess costs: scrypt with N = 2^n, r = 8, p = 1, which also takes 2^n KiB of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Work(u8);

impl Work {
    /// What keys are written with: about a second and 256 MiB.
    pub const USUAL: Self = Self(18);
    /// For tests, which must not wait.
    pub const LEAST: Self = Self(1);
    /// More is refused and not tried: a file must not be able to stop the machine that reads it.
    const MOST: u8 = 20;

    fn key(self, salt: &[u8], passphrase: &Passphrase) -> Result<Zeroizing<[u8; 32]>> {
        let mut key = Zeroizing::new([0; 32]);
        let salt = [LABEL.as_bytes(), salt].concat();
        let parameters = scrypt::Params::new(self.0, 8, 1).map_err(|error| form(&error.to_string()))?;
        scrypt::scrypt(passphrase.0.as_bytes(), &salt, &parameters, key.as_mut_slice())
            .map_err(|error| form(&error.to_string()))?;
        Ok(key)
    }
}

/// Whether a key file's text is one of these.
#[must_use]
pub fn is_locked(text: &str) -> bool {
    text.starts_with(BEGIN)
}

/// A few bytes under a passphrase, as text.
///
/// ```
/// use yaohao_office::keys::Rehearsal;
/// use yaohao_office::locked::{Passphrase, Work, is_locked, open, seal};
/// let passphrase = Passphrase::parse("correct horse").unwrap();
/// let text = seal(b"secret", &passphrase, Work::LEAST, &mut Rehearsal::new("doc")).unwrap();
/// assert!(is_locked(&text));
/// assert_eq!(open(&text, &passphrase).unwrap().as_slice(), b"secret");
/// assert!(open(&text, &Passphrase::parse("battery staple").unwrap()).is_err());
/// ```
///
/// # Errors
/// [`Code::FileRead`] when there is no randomness.
pub fn seal(secret: &[u8], passphrase: &Passphrase, work: Work, entropy: &mut dyn Entropy) -> Result<String> {
    let [file_key, salt, nonce] = [sixteen(entropy)?, sixteen(entropy)?, sixteen(entropy)?];
    let wrapped = encrypt(&work.key(salt.as_slice(), passphrase)?, 0, file_key.as_slice())?;
    let mut header = format!(
        "{VERSION}\n-> scrypt {} {}\n{}\n---",
        STANDARD_NO_PAD.encode(salt.as_slice()),
        work.0,
        STANDARD_NO_PAD.encode(wrapped)
    );
    let tag = header_mac(file_key.as_slice(), header.as_bytes())?.finalize().into_bytes();
    header.push_str(&format!(" {}\n", STANDARD_NO_PAD.encode(tag)));
    let mut bytes = header.into_bytes();
    bytes.extend_from_slice(nonce.as_slice());
    bytes.extend(encrypt(&derived(file_key.as_slice(), nonce.as_slice(), b"payload")?, 1, secret)?);
    let armour = STANDARD.encode(bytes);
    let mut text = format!("{BEGIN}\n");
    let mut rest = armour.as_str();
    while let Some((line, behind)) = rest.split_at_checked(COLUMNS) {
        text.push_str(line);
        text.push('\n');
        rest = behind;
    }
    if !rest.is_empty() {
        text.push_str(rest);
        text.push('\n');
    }
    text.push_str(END);
    text.push('\n');
    Ok(text)
}

/// What [`seal`] was given.
///
/// # Errors
/// [`Code::KeyForm`] when the text is no such file or was changed; [`Code::KeyWork`]; [`Code::KeyPassphrase`].
pub fn open(text: &str, passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = unarmoured(text)?;
    let (version, rest) = line(&bytes)?;
    let (stanza, rest) = line(rest)?;
    let (body, rest) = line(rest)?;
    let (end, payload) = line(rest)?;
    if version != VERSION {
        return Err(form("not of age's version 1"));
    }
    let parts: Vec<&str> = stanza.split(' ').collect();
    let ["->", "scrypt", salt, factor] = parts.as_slice() else { return Err(form("not under one passphrase")) };
    let salt: [u8; 16] = exact(salt)?;
    let work = decimal(factor, 1, 63).map_err(|_| form("no work factor"))?;
    let work = match u8::try_from(work) {
        Ok(work) if work <= Work::MOST => Work(work),
        _ => return Err(Fault::new(Code::KeyWork).fact("factor", work).fact("limit", Work::MOST)),
    };
    let wrapped: [u8; 32] = exact(body)?;
    let tag: [u8; 32] = exact(end.strip_prefix("--- ").ok_or_else(|| form("no end of the header"))?)?;
    let file_key =
        decrypt(&work.key(&salt, passphrase)?, 0, &wrapped).ok_or_else(|| Fault::new(Code::KeyPassphrase))?;
    let header = format!("{version}\n{stanza}\n{body}\n---");
    let changed = || form("it was changed after it was written");
    header_mac(&file_key, header.as_bytes())?.verify_slice(&tag).map_err(|_| changed())?;
    let (nonce, chunk) = payload.split_at_checked(16).ok_or_else(changed)?;
    decrypt(&derived(&file_key, nonce, b"payload")?, 1, chunk).ok_or_else(changed)
}

fn sixteen(entropy: &mut dyn Entropy) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = Zeroizing::new(entropy.secret()?);
    Ok(Zeroizing::new(bytes.iter().take(16).copied().collect()))
}

/// HKDF-SHA-256 to 32 bytes.
fn derived(secret: &[u8], salt: &[u8], info: &[u8]) -> Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(info, key.as_mut_slice())
        .map_err(|error| form(&error.to_string()))?;
    Ok(key)
}

fn header_mac(file_key: &[u8], header: &[u8]) -> Result<Hmac<Sha256>> {
    let key = derived(file_key, &[], b"header")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).map_err(|error| form(&error.to_string()))?;
    mac.update(header);
    Ok(mac)
}

/// The first chunk's nonce; `last` is 1 for a payload's last chunk, and 0 where age wraps a key.
fn nonce(last: u8) -> Nonce {
    let mut nonce = [0; 12];
    if let Some(end) = nonce.last_mut() {
        *end = last;
    }
    Nonce::from(nonce)
}

fn encrypt(key: &Zeroizing<[u8; 32]>, last: u8, bytes: &[u8]) -> Result<Vec<u8>> {
    let cipher = ChaCha20Poly1305::new(&Key::from(**key));
    cipher.encrypt(&nonce(last), bytes).map_err(|error| form(&error.to_string()))
}

fn decrypt(key: &Zeroizing<[u8; 32]>, last: u8, bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = ChaCha20Poly1305::new(&Key::from(**key));
    cipher.decrypt(&nonce(last), bytes).ok().map(Zeroizing::new)
}

/// The bytes in armour: lines of 64 characters, the last of 64 or fewer.
fn unarmoured(text: &str) -> Result<Vec<u8>> {
    if text.len() > LIMIT {
        return Err(form("too long for one key"));
    }
    let inside = text.trim_end().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let inside = inside.and_then(|inside| inside.strip_prefix('\n')?.strip_suffix('\n'));
    let lines: Vec<&str> = inside.ok_or_else(|| form("it was cut off"))?.split('\n').collect();
    let whole = |(index, line): (usize, &&str)| line.len() == COLUMNS || index + 1 == lines.len();
    if !lines.iter().enumerate().all(whole) || lines.iter().any(|line| line.len() > COLUMNS) {
        return Err(form("its lines are not of 64 characters"));
    }
    STANDARD.decode(lines.concat()).map_err(|_| form("its armour is not base64"))
}

fn line(bytes: &[u8]) -> Result<(&str, &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| form("it was cut off"))?;
    let (line, rest) = bytes.split_at(at);
    let line = std::str::from_utf8(line).map_err(|_| form("its header is no text"))?;
    Ok((line, rest.get(1..).unwrap_or_default()))
}

fn exact<const N: usize>(text: &str) -> Result<[u8; N]> {
    let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| form("its header is not base64"))?;
    bytes.try_into().map_err(|_| form("its header is not of one passphrase"))
}

fn form(detail: &str) -> Fault {
    Fault::new(Code::KeyForm).fact("detail", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Rehearsal;

    /// Written by rage's library (pyrage 1.4.0, `passphrase.encrypt(…, armored=True)`), which chose 2^17.
    const RAGE: &str = include_str!("../../fixtures/keys/rage.key");

    fn phrase(text: &str) -> Passphrase {
        Passphrase::parse(text).unwrap()
    }

    #[test]
    fn what_rage_wrote_is_opened() {
        let secret = open(RAGE, &phrase("correct horse")).unwrap();
        assert_eq!(secret.as_slice(), b"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
        assert_eq!(open(RAGE, &phrase("correct horsf")).unwrap_err().code(), Code::KeyPassphrase);
    }

    /// Rage's library opens the same text (checked when it was written down).
    #[test]
    fn what_is_written_stays_the_same() {
        let text = seal(b"secret\n", &phrase("correct horse"), Work::LEAST, &mut Rehearsal::new("sealed")).unwrap();
        assert_eq!(text, include_str!("../../fixtures/keys/ours.key"));
    }

    #[test]
    fn lengths_around_a_line_come_back() {
        for length in 0..70 {
            let secret = vec![7; length];
            let text = seal(&secret, &phrase("x"), Work::LEAST, &mut Rehearsal::new("lengths")).unwrap();
            assert_eq!(open(&text, &phrase("x")).unwrap().as_slice(), secret);
        }
    }

    #[test]
    fn a_huge_work_factor_is_refused_and_not_run() {
        for (factor, code) in [
            ("21", Code::KeyWork),
            ("62", Code::KeyWork),
            ("0", Code::KeyForm),
            ("018", Code::KeyForm),
            ("+1", Code::KeyForm),
        ] {
            let text = seal(b"secret", &phrase("x"), Work::LEAST, &mut Rehearsal::new("work")).unwrap();
            let mut bytes = unarmoured(&text).unwrap();
            let at = bytes.windows(3).position(|three| three == b" 1\n").unwrap();
            bytes.splice(at + 1..at + 2, factor.bytes());
            let lines: Vec<String> = STANDARD
                .encode(bytes)
                .as_bytes()
                .chunks(COLUMNS)
                .map(|line| String::from_utf8(line.to_vec()).unwrap())
                .collect();
            let changed = format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"));
            assert_eq!(open(&changed, &phrase("x")).unwrap_err().code(), code, "{factor}");
        }
    }

    #[test]
    fn no_changed_file_opens() {
        let text = seal(b"secret", &phrase("x"), Work::LEAST, &mut Rehearsal::new("changed")).unwrap();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(changed) = String::from_utf8(bytes)
                && changed.trim_end() != text.trim_end()
            {
                assert!(open(&changed, &phrase("x")).is_err(), "byte {at}");
            }
            assert!(
                text[..at].trim_end() == text.trim_end() || open(&text[..at], &phrase("x")).is_err(),
                "cut at {at}"
            );
        }
        assert!(open(&text.repeat(20), &phrase("x")).is_err());
        assert!(open(&text.replace('\n', "\r\n"), &phrase("x")).is_err());
    }
}
