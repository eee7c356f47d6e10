//! Time stamps of authorities (RFC 3161): a token says that a digest existed at a time, and somebody who is no party to
//! the draw has signed it (SPEC §16).
//!
//! Only what a published stamp needs is read, and read strictly: DER, one signer, signed attributes, a certificate that
//! is bound to the signature and issued by an [`Authority`] of the reader's. Revocation is not looked up: the core has no
//! network, and a list of today says little about the day of the stamp.

mod algorithm;
mod certificate;
mod fields;
mod info;
#[cfg(test)]
mod tests;
mod token;

pub use certificate::Authority;

use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::ident::Time;
use certificate::Certificate;
use fields::form;
use token::Token;

/// Bytes of a reply. Real ones have 1 to 8 thousand.
const LIMIT: usize = 64 << 10;

/// A time-stamp token, read but not trusted yet.
///
/// ```
/// # fn main() -> Result<(), yaohao::fault::Fault> {
/// use yaohao::encoding::Digest;
/// use yaohao::stamp::{Authority, Stamp};
/// let stamp = Stamp::parse(include_bytes!("../../fixtures/stamp/p256-with-cert.tsr"))?;
/// let authority = Authority::parse(include_str!("../../fixtures/stamp/p256-ca.pem"))?;
/// let stamped = stamp.check(&Digest::of(b"yaohao fixture"), &[authority])?;
/// assert_eq!(stamped.by, "CN=Fixture EC CA,O=Fixture EC,C=CN");
/// assert!(stamp.check(&Digest::of(b"yaohao fixture"), &[]).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Stamp(Token);

/// What a checked stamp shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// The digest existed at this time at the latest: genTime and its accuracy, up to the next whole second
    /// (RFC 3161 §2.4.2). Where the token says no accuracy it counts as none.
    pub time: Time,
    /// The subject of the trusted certificate (RFC 4514).
    pub by: String,
}

impl Stamp {
    /// Reads the DER of a TimeStampResp that grants, or of a bare TimeStampToken (RFC 3161 §2.4.2), of 64 KiB at most.
    ///
    /// What the token says of itself is checked here: the type of its content, one signer, the signed attributes with
    /// content type, the content's digest and the certificate's (RFC 5652 §5.3, §11; RFC 5816 §2.2.1), algorithms.
    ///
    /// # Errors
    /// [`Code::StampForm`], [`Code::StampRefused`], [`Code::StampAlgorithm`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > LIMIT {
            return Err(form(format_args!("{} bytes, at most {LIMIT} are read", bytes.len())));
        }
        Token::parse(bytes).map(Self)
    }

    /// The digest that was stamped, as the token says.
    #[must_use]
    pub fn imprint(&self) -> Digest {
        self.0.info.imprint
    }

    /// Checks that one of the authorities has stamped this digest, and says when.
    ///
    /// The certificate that signed is in the token or is itself trusted; the signed attributes hold its digest. It must
    /// be trusted or issued by a trusted one, valid at genTime, and for time stamps alone (RFC 3161 §2.3); then its key
    /// must have signed the attributes (RFC 5652 §5.6).
    ///
    /// # Errors
    /// [`Code::StampImprint`], [`Code::StampAuthority`], [`Code::StampCertificate`], [`Code::StampAlgorithm`],
    /// [`Code::StampSignature`]; [`Code::StampForm`] for a certificate that cannot be read.
    pub fn check(&self, imprint: &Digest, authorities: &[Authority]) -> Result<Stamped> {
        let Token { info, signer, .. } = &self.0;
        let certificate = self.certificate(authorities)?;
        // first who vouches: a stamp of anybody else's proves nothing, and is not wrong either
        let authority = self.authority(&certificate, authorities)?;
        if info.imprint != *imprint {
            return Err(Fault::new(Code::StampImprint).fact("found", info.imprint).fact("expected", imprint));
        }
        if !certificate.is_named(&signer.id, &signer.bindings) {
            return Err(form("the signature names two certificates"));
        }
        certificate.check_time(&info.generated)?;
        certificate.check_stamps()?;
        if !certificate.verifies(signer.scheme, &signer.attributes, &signer.signature, "the signature")? {
            return Err(Fault::new(Code::StampSignature).fact("subject", certificate.subject()));
        }
        Ok(Stamped { time: info.latest.clone(), by: authority.subject() })
    }

    /// The certificate whose digest is signed: its bytes decide, so nothing else of the token's needs to be read.
    fn certificate(&self, authorities: &[Authority]) -> Result<Certificate> {
        let bound = |der: &[u8]| {
            let bindings = &self.0.signer.bindings;
            bindings.iter().all(|binding| binding.binder.digest(der) == binding.digest)
        };
        let trusted = authorities.iter().map(|authority| authority.0.der());
        let mut all = trusted.chain(self.0.certificates.iter().map(Vec::as_slice));
        match all.find(|der| bound(der)) {
            Some(der) => Certificate::parse(der),
            None => Err(untrusted("the certificate that signed is neither in the token nor trusted")),
        }
    }

    /// Who vouches for the certificate.
    fn authority<'a>(&self, certificate: &Certificate, authorities: &'a [Authority]) -> Result<&'a Authority> {
        if let Some(own) = authorities.iter().find(|authority| authority.0.der() == certificate.der()) {
            return Ok(own);
        }
        let mut fault = None;
        for authority in authorities {
            // two may bear one name, an old key and a new one: any may have issued it
            match certificate.issued_by(&authority.0, &self.0.info.generated) {
                Ok(true) => return Ok(authority),
                Ok(false) => {}
                Err(found) => fault = Some(found),
            }
        }
        let detail = || format!("{} is issued by {}", certificate.subject(), certificate.issuer());
        Err(fault.unwrap_or_else(|| untrusted(&detail())))
    }
}

fn untrusted(detail: &str) -> Fault {
    Fault::new(Code::StampAuthority).fact("detail", detail)
}
