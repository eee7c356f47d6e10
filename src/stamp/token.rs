//! From the bytes of a reply to what was signed, by whom and how (RFC 3161 §2.4.2, RFC 5652 §5).

use super::algorithm::{Binder, Hash, Scheme};
use super::fields::{Fields, form, numbered, numbered_primitive};
use super::info::Info;
use crate::fault::{Code, Fault, Result};
use x509_cert::der::Tag;
use x509_cert::der::asn1::{IntRef, ObjectIdentifier, OctetStringRef};
use x509_cert::spki::AlgorithmIdentifierRef;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// A token whose parts belong together; whether the signature is right, and whose it is, needs a certificate.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) info: Info,
    /// As they stand in the token; only the one that signed is ever read.
    pub(super) certificates: Vec<Vec<u8>>,
    pub(super) signer: Signer,
}

/// The one signature.
#[derive(Debug, Clone)]
pub(super) struct Signer {
    pub(super) id: SignerId,
    pub(super) scheme: Scheme,
    /// The signed attributes under the tag of a SET, over which the signature is made (RFC 5652 §5.4).
    pub(super) attributes: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// At least one.
    pub(super) bindings: Vec<Binding>,
}

/// How the signature names its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SignerId {
    /// The issuer's name in DER, and the serial number's bytes.
    Serial(Vec<u8>, Vec<u8>),
    /// The key's identifier.
    Key(Vec<u8>),
}

/// The certificate's digest among the signed attributes (RFC 2634 §5.4, RFC 5035 §4).
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) binder: Binder,
    pub(super) digest: Vec<u8>,
    /// Issuer in DER and serial number, where they are said again.
    pub(super) issuer: Option<(Vec<u8>, Vec<u8>)>,
}

impl Token {
    /// A reply that grants, or the bare token.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut outer = Fields::only(bytes, Tag::Sequence, "reply or token")?;
        if !outer.next_is(Tag::Sequence) {
            return Self::content_info(outer);
        }
        status(outer.inner(Tag::Sequence, "status")?)?;
        let token = outer.inner(Tag::Sequence, "token")?;
        outer.end("reply")?;
        Self::content_info(token)
    }

    fn content_info(mut fields: Fields<'_>) -> Result<Self> {
        expect(&mut fields, SIGNED_DATA, "content type")?;
        let mut content = fields.inner(numbered(0), "content")?;
        fields.end("token")?;
        let signed = content.inner(Tag::Sequence, "SignedData")?;
        content.end("content")?;
        Self::signed_data(signed)
    }

    fn signed_data(mut fields: Fields<'_>) -> Result<Self> {
        // content that is not plain data makes it 3 (RFC 5652 §5.1)
        let version: u8 = fields.take("version of SignedData")?;
        if version != 3 {
            return Err(form(format_args!("SignedData of version {version}")));
        }
        fields.value(Tag::Set, "digest algorithms")?;
        let mut encapsulated = fields.inner(Tag::Sequence, "content")?;
        expect(&mut encapsulated, TST_INFO, "type of what is signed")?;
        let mut inside = encapsulated.inner(numbered(0), "what is signed")?;
        encapsulated.end("content")?;
        let content = inside.take::<&OctetStringRef>("what is signed")?.as_bytes();
        inside.end("what is signed")?;
        let mut certificates = Vec::new();
        if fields.next_is(numbered(0)) {
            let mut set = fields.inner(numbered(0), "certificates")?;
            while !set.done() {
                certificates.push(set.whole("certificate")?.to_vec());
            }
        }
        if fields.next_is(numbered(1)) {
            fields.value(numbered(1), "revocation lists")?;
        }
        let mut signers = fields.inner(Tag::Set, "signers")?;
        fields.end("SignedData")?;
        let signer = Signer::parse(signers.inner(Tag::Sequence, "signer")?, content)?;
        if !signers.done() {
            return Err(form("more than one signer"));
        }
        Ok(Self { info: Info::parse(content)?, certificates, signer })
    }
}

/// PKIStatusInfo: 0 grants, 1 grants something like it; all else refuses (RFC 3161 §2.4.2).
fn status(mut fields: Fields<'_>) -> Result<()> {
    let status: IntRef<'_> = fields.take("status")?;
    if matches!(status.as_bytes(), [0 | 1]) {
        return Ok(());
    }
    let mut said = Vec::new();
    if fields.next_is(Tag::Sequence) {
        let mut texts = fields.inner(Tag::Sequence, "status text")?;
        while !texts.done() {
            said.push(String::from_utf8_lossy(texts.value(Tag::Utf8String, "status text")?).into_owned());
        }
    }
    Err(Fault::new(Code::StampRefused).fact("status", hex::encode(status.as_bytes())).fact("detail", said.join("; ")))
}

impl Signer {
    fn parse(mut fields: Fields<'_>, content: &[u8]) -> Result<Self> {
        let version: u8 = fields.take("version of the signer")?;
        let id = match version {
            1 => {
                let (issuer, serial) = issuer_and_serial(fields.inner(Tag::Sequence, "signer's certificate")?)?;
                SignerId::Serial(issuer, serial)
            }
            3 => SignerId::Key(fields.value(numbered_primitive(0), "signer's key")?.to_vec()),
            _ => return Err(form(format_args!("signer of version {version}"))),
        };
        let digest: AlgorithmIdentifierRef<'_> = fields.take("signer's digest")?;
        let digest = Hash::of(&digest, "the signer's digest")?;
        if !fields.next_is(numbered(0)) {
            return Err(form("no signed attributes"));
        }
        let whole = fields.whole("signed attributes")?;
        let mut attributes = vec![0x31];
        attributes.extend_from_slice(whole.get(1..).unwrap_or_default());
        let algorithm: AlgorithmIdentifierRef<'_> = fields.take("signature's algorithm")?;
        let scheme = Scheme::of(&algorithm, Some(digest), "the signature")?;
        let signature = fields.take::<&OctetStringRef>("signature")?.as_bytes().to_vec();
        if fields.next_is(numbered(1)) {
            fields.value(numbered(1), "unsigned attributes")?;
        }
        fields.end("signer")?;
        let bindings = signed_attributes(Fields::only(&attributes, Tag::Set, "signed attributes")?, digest, content)?;
        Ok(Self { id, scheme, attributes, signature, bindings })
    }
}

/// Checks content type and message digest, and gives the bindings of the certificate.
fn signed_attributes(mut set: Fields<'_>, digest: Hash, content: &[u8]) -> Result<Vec<Binding>> {
    let mut seen: Vec<ObjectIdentifier> = Vec::new();
    let mut bindings = Vec::new();
    while !set.done() {
        let mut attribute = set.inner(Tag::Sequence, "signed attribute")?;
        let kind: ObjectIdentifier = attribute.take("signed attribute")?;
        let mut values = attribute.inner(Tag::Set, "signed attribute")?;
        attribute.end("signed attribute")?;
        if seen.contains(&kind) {
            return Err(form(format_args!("signed attribute {kind} stands twice")));
        }
        seen.push(kind);
        match kind {
            CONTENT_TYPE => expect(&mut values, TST_INFO, "signed content type")?,
            MESSAGE_DIGEST => {
                let found: &OctetStringRef = values.take("message digest")?;
                if found.as_bytes() != digest.digest(content) {
                    return Err(form("the signed digest is not that of the content"));
                }
            }
            SIGNING_CERTIFICATE => bindings.push(binding(values.inner(Tag::Sequence, "signing certificate")?, false)?),
            SIGNING_CERTIFICATE_V2 => {
                bindings.push(binding(values.inner(Tag::Sequence, "signing certificate")?, true)?);
            }
            // signing time and the like say nothing that counts here
            _ => continue,
        }
        values.end("signed attribute")?;
    }
    if !seen.contains(&CONTENT_TYPE) || !seen.contains(&MESSAGE_DIGEST) {
        return Err(form("content type or message digest is not signed"));
    }
    if bindings.is_empty() {
        return Err(form("the signature is bound to no certificate"));
    }
    Ok(bindings)
}

/// The first entry is the signer's certificate; others and policies may follow.
fn binding(mut fields: Fields<'_>, second: bool) -> Result<Binding> {
    let mut entries = fields.inner(Tag::Sequence, "signing certificate")?;
    let mut entry = entries.inner(Tag::Sequence, "signing certificate")?;
    let binder = match (second, entry.next_is(Tag::Sequence)) {
        (false, _) => Binder::Sha1,
        (true, false) => Binder::Hash(Hash::Sha256),
        (true, true) => Binder::Hash(Hash::of(&entry.take("signing certificate")?, "the signing certificate")?),
    };
    let digest = entry.take::<&OctetStringRef>("signing certificate")?.as_bytes().to_vec();
    let issuer = match entry.done() {
        true => None,
        false => {
            let mut said = entry.inner(Tag::Sequence, "signing certificate")?;
            let mut names = said.inner(Tag::Sequence, "issuer")?;
            // a general name, of which only a distinguished name can be an issuer's
            let mut name = names.inner(numbered(4), "issuer")?;
            let issuer = name.whole("issuer")?.to_vec();
            name.end("issuer")?;
            names.end("issuer")?;
            let serial = said.take::<IntRef<'_>>("serial number")?.as_bytes().to_vec();
            said.end("signing certificate")?;
            Some((issuer, serial))
        }
    };
    entry.end("signing certificate")?;
    Ok(Binding { binder, digest, issuer })
}

fn issuer_and_serial(mut fields: Fields<'_>) -> Result<(Vec<u8>, Vec<u8>)> {
    let issuer = fields.whole("issuer")?.to_vec();
    let serial = fields.take::<IntRef<'_>>("serial number")?.as_bytes().to_vec();
    fields.end("signer's certificate")?;
    Ok((issuer, serial))
}

fn expect(fields: &mut Fields<'_>, expected: ObjectIdentifier, what: &str) -> Result<()> {
    let found: ObjectIdentifier = fields.take(what)?;
    if found == expected { Ok(()) } else { Err(form(format_args!("{what} {found}"))) }
}
