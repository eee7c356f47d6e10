//! Signature suites. The name of the suite is in every statement; a verifier never guesses it (SPEC §6).

use crate::encoding::{Digest, hex_array};
use crate::fault::{Code, Fault, Result};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use std::fmt;

/// How statements are digested and signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Suite {
    /// SHA-256 and Ed25519 (RFC 8032), checked strictly.
    Ed25519Sha256,
}

impl Suite {
    /// The suite of a name.
    ///
    /// # Errors
    /// [`Code::SuiteUnknown`].
    pub fn parse(name: &str) -> Result<Self> {
        match name {
            "ed25519-sha256" => Ok(Self::Ed25519Sha256),
            _ => Err(Fault::new(Code::SuiteUnknown).fact("suite", name)),
        }
    }

    /// Its name in statements.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ed25519Sha256 => "ed25519-sha256",
        }
    }
}

/// A public key: 32 bytes, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads 64 hexadecimal digits. Whether they are a point of the curve shows when a signature is checked.
    ///
    /// # Errors
    /// [`Code::HexForm`].
    pub fn parse(text: &str) -> Result<Self> {
        hex_array(text).map(Self)
    }

    /// The key of its 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What people compare aloud: the first 32 hexadecimal digits of SHA-256 of the key, in groups of four.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Digest::of(&self.0).to_string();
        let groups: Vec<&str> = (0..8).filter_map(|group| digest.get(group * 4..group * 4 + 4)).collect();
        groups.join(" ")
    }

    /// Whether `signature` is this key's signature of `message`: canonical encodings only, no small-order keys.
    #[must_use]
    pub fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<&PublicKey> for crate::encoding::Value {
    fn from(key: &PublicKey) -> Self {
        Self::Text(key.to_string())
    }
}

/// A signing key. It is made from 32 secret bytes that the caller has; this crate has no randomness of its own.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of a 32-byte secret.
    ///
    /// ```
    /// use yaohao::suite::SecretKey;
    /// let key = SecretKey::from_bytes(&[7; 32]);
    /// let signature = key.sign(b"text");
    /// assert!(key.public().has_signed(b"text", &signature));
    /// assert!(!key.public().has_signed(b"test", &signature));
    /// ```
    #[must_use]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a message; the same message always gives the same signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey of {}", self.public())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// RFC 8032 §7.1, tests 1 to 3.
    #[test]
    fn rfc_8032() {
        let cases = [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ];
        for (secret, public, message, signature) in cases {
            let key = SecretKey::from_bytes(&hex_array(secret).unwrap());
            let message = hex::decode(message).unwrap();
            assert_eq!(key.public().to_string(), public);
            assert_eq!(hex::encode(key.sign(&message)), signature);
            assert!(key.public().has_signed(&message, &hex_array(signature).unwrap()));
        }
    }

    /// The identity point as key and as R: every message would verify without the strict check.
    #[test]
    fn small_order_keys_sign_nothing() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!PublicKey(identity).has_signed(b"anything", &signature));
    }
}
