//! The algorithms that a stamp may use, and the check of a signature. Everything else is refused by its name.

use super::fields::{Fields, form};
use crate::fault::{Code, Fault, Result};
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use x509_cert::der::Tag;
use x509_cert::der::asn1::{ObjectIdentifier, OctetStringRef, UintRef};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = oid("1.3.132.0.34");

/// Bits of an RSA modulus: fewer can be factored, more are only slow.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A digest that may stand under a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// SHA-256, -384 or -512, with parameters NULL or none (RFC 5754 §2).
    pub(super) fn of(algorithm: &AlgorithmIdentifierRef<'_>, place: &str) -> Result<Self> {
        plain(algorithm, place)?;
        match algorithm.oid {
            _ if algorithm.oid == oid("2.16.840.1.101.3.4.2.1") => Ok(Self::Sha256),
            _ if algorithm.oid == oid("2.16.840.1.101.3.4.2.2") => Ok(Self::Sha384),
            _ if algorithm.oid == oid("2.16.840.1.101.3.4.2.3") => Ok(Self::Sha512),
            other => Err(refused(place, &named(other))),
        }
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    Rsa(Hash),
    /// ECDSA; the curve is the key's.
    Ecdsa(Hash),
}

impl Scheme {
    /// The scheme of a signature; `digest` is the signer's where CMS names it apart.
    pub(super) fn of(algorithm: &AlgorithmIdentifierRef<'_>, digest: Option<Hash>, place: &str) -> Result<Self> {
        let found = match algorithm.oid {
            // CMS lets a signer name the bare key algorithm, and the digest stands beside it (RFC 5754 §3.2)
            RSA => Self::Rsa(digest.ok_or_else(|| refused(place, "RSA without a digest"))?),
            _ if algorithm.oid == oid("1.2.840.113549.1.1.11") => Self::Rsa(Hash::Sha256),
            _ if algorithm.oid == oid("1.2.840.113549.1.1.12") => Self::Rsa(Hash::Sha384),
            _ if algorithm.oid == oid("1.2.840.113549.1.1.13") => Self::Rsa(Hash::Sha512),
            _ if algorithm.oid == oid("1.2.840.10045.4.3.2") => Self::Ecdsa(Hash::Sha256),
            _ if algorithm.oid == oid("1.2.840.10045.4.3.3") => Self::Ecdsa(Hash::Sha384),
            other => return Err(refused(place, &named(other))),
        };
        plain(algorithm, place)?;
        match (found, digest) {
            (Self::Rsa(own) | Self::Ecdsa(own), Some(beside)) if own != beside => {
                Err(refused(place, "a signature whose digest is not the one beside it"))
            }
            _ => Ok(found),
        }
    }

    /// Whether the signature is this key's over these bytes.
    pub(super) fn verify(
        self,
        key: &SubjectPublicKeyInfoRef<'_>,
        message: &[u8],
        signature: &[u8],
        place: &str,
    ) -> Result<bool> {
        let bits = key.subject_public_key.as_bytes().ok_or_else(|| form("a public key of odd bits"))?;
        match self {
            Self::Rsa(hash) if key.algorithm.oid == RSA => {
                plain(&key.algorithm, place)?;
                let key = rsa_key(bits, place)?;
                let digest = hash.digest(message);
                let checked = match hash {
                    Hash::Sha256 => key.pkcs1v15_verify_prehash::<Sha256>(&digest, signature),
                    Hash::Sha384 => key.pkcs1v15_verify_prehash::<Sha384>(&digest, signature),
                    Hash::Sha512 => key.pkcs1v15_verify_prehash::<Sha512>(&digest, signature),
                };
                Ok(checked.is_ok())
            }
            Self::Ecdsa(hash) if key.algorithm.oid == EC => {
                let curve = key.algorithm.parameters_oid().map_err(|_| refused(place, "a curve without a name"))?;
                let digest = hash.digest(message);
                match curve {
                    P256 => {
                        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(bits).map_err(|_| no_point())?;
                        let signature = p256::ecdsa::Signature::from_der(signature);
                        Ok(signature.is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()))
                    }
                    P384 => {
                        let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(bits).map_err(|_| no_point())?;
                        let signature = p384::ecdsa::Signature::from_der(signature);
                        Ok(signature.is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()))
                    }
                    other => Err(refused(place, &named(other))),
                }
            }
            _ => Err(refused(
                place,
                &format!("a signature that is not of its key's kind ({})", named(key.algorithm.oid)),
            )),
        }
    }
}

fn no_point() -> Fault {
    form("a public key that is no point of its curve")
}

fn rsa_key(bytes: &[u8], place: &str) -> Result<rsa::PublicKey> {
    let mut fields = Fields::only(bytes, Tag::Sequence, "RSA key")?;
    let modulus: UintRef<'_> = fields.take("modulus")?;
    let exponent: UintRef<'_> = fields.take("exponent")?;
    fields.end("RSA key")?;
    let number = |number: UintRef<'_>| rsa::BoxedUint::from_be_slice_vartime(number.as_bytes());
    let bits = modulus.as_bytes().len().saturating_mul(8);
    // measured before the library computes with it: a key may be as long as the token
    if bits > *RSA_BITS.end() || exponent.as_bytes().len() > 8 {
        return Err(refused(place, &format!("RSA of {bits} bits")));
    }
    rsa::PublicKey::new_with_size_limits(number(modulus), number(exponent), RSA_BITS)
        .map_err(|_| refused(place, &format!("RSA of {bits} bits")))
}

/// The bytes of a message imprint of SHA-256 (RFC 3161 §2.4.2).
pub(super) fn sha256_imprint(imprint: &mut Fields<'_>) -> Result<[u8; 32]> {
    let algorithm: AlgorithmIdentifierRef<'_> = imprint.take("imprint's algorithm")?;
    let digest: &OctetStringRef = imprint.take("imprint")?;
    match Hash::of(&algorithm, "the imprint")? {
        Hash::Sha256 => digest.as_bytes().try_into().map_err(|_| form("imprint: SHA-256 has 32 bytes")),
        Hash::Sha384 | Hash::Sha512 => Err(refused("the imprint", &named(algorithm.oid))),
    }
}

/// Parameters must be NULL or absent: nothing of what is accepted has others.
fn plain(algorithm: &AlgorithmIdentifierRef<'_>, place: &str) -> Result<()> {
    match algorithm.parameters {
        Some(parameters) if !parameters.is_null() => {
            Err(refused(place, &format!("{} with parameters", named(algorithm.oid))))
        }
        _ => Ok(()),
    }
}

/// A refusal of an algorithm.
pub(super) fn refused(place: &str, algorithm: &str) -> Fault {
    Fault::new(Code::StampAlgorithm).fact("place", place).fact("algorithm", algorithm)
}

/// What people call an algorithm, and its number. SM2 and SM3 are named since authorities in China offer them.
fn named(number: ObjectIdentifier) -> String {
    let name = match number.to_string().as_str() {
        "1.3.14.3.2.26" => "SHA-1",
        "1.2.840.113549.2.5" => "MD5",
        "2.16.840.1.101.3.4.2.2" => "SHA-384",
        "2.16.840.1.101.3.4.2.3" => "SHA-512",
        "1.2.840.113549.1.1.1" => "RSA",
        "1.2.840.113549.1.1.5" => "RSA with SHA-1",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.10045.2.1" => "ECDSA",
        "1.2.840.10045.4.1" => "ECDSA with SHA-1",
        "1.2.840.10045.4.3.4" => "ECDSA with SHA-512",
        "1.3.132.0.10" => "curve secp256k1",
        "1.3.132.0.35" => "curve P-521",
        "1.3.101.112" => "Ed25519",
        "1.2.156.10197.1.301" => "SM2",
        "1.2.156.10197.1.401" => "SM3",
        "1.2.156.10197.1.501" => "SM2 with SM3",
        _ => return number.to_string(),
    };
    format!("{name} ({number})")
}

/// How the certificate is bound by its digest: ESS allows SHA-1 in its first form (RFC 2634 §5.4), which is no signature
/// but points at a certificate whose own signature is checked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Binder {
    Sha1,
    Hash(Hash),
}

impl Binder {
    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Hash(hash) => hash.digest(bytes),
        }
    }
}
