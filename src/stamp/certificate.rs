//! Certificates: who may stamp, and who vouches for them (RFC 3161 §2.3, RFC 5280 §4).

use super::algorithm::Scheme;
use super::fields::{Fields, form};
use super::token::{Binding, SignerId};
use crate::fault::{Code, Fault, Result};
use crate::ident::Time;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::referenced::OwnedToRef as _;
use x509_cert::der::{Decode, DecodePem as _, Encode as _, Tag};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// Critical extensions whose meaning is heeded here, or restricts nothing here: alternative names, key usage, basic
/// constraints, certificate policies, extended key usage.
const UNDERSTOOD: [&str; 6] = ["2.5.29.17", "2.5.29.18", "2.5.29.15", "2.5.29.19", "2.5.29.32", "2.5.29.37"];

/// A certificate, read, and its bytes, over which digests and signatures go.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    der: Vec<u8>,
    read: x509_cert::Certificate,
}

impl Certificate {
    pub(super) fn parse(der: &[u8]) -> Result<Self> {
        let read = x509_cert::Certificate::from_der(der).map_err(|error| form(format_args!("certificate: {error}")))?;
        Ok(Self { der: der.to_vec(), read })
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn subject(&self) -> String {
        crate::fault::printable(&self.read.tbs_certificate().subject().to_string())
    }

    /// The public key's check of a signature.
    pub(super) fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8], place: &str) -> Result<bool> {
        let key = self.read.tbs_certificate().subject_public_key_info();
        scheme.verify(&key.owned_to_ref(), message, signature, place)
    }

    /// Whether the signature names this certificate, in every place where it does.
    pub(super) fn is_named(&self, id: &SignerId, bindings: &[Binding]) -> bool {
        let body = self.read.tbs_certificate();
        let is = |(issuer, serial): (&[u8], &[u8])| {
            body.serial_number().as_bytes() == serial && body.issuer().to_der().is_ok_and(|own| own == issuer)
        };
        let by_id = match id {
            SignerId::Serial(issuer, serial) => is((issuer, serial)),
            SignerId::Key(key) => match self.extension::<SubjectKeyIdentifier>() {
                Ok(Some((_, own))) => own.0.as_bytes() == key,
                _ => false,
            },
        };
        by_id && bindings.iter().all(|one| one.issuer.as_ref().is_none_or(|(issuer, serial)| is((issuer, serial))))
    }

    /// Whether the certificate counts at a time.
    pub(super) fn check_time(&self, time: &Time) -> Result<()> {
        let validity = self.read.tbs_certificate().validity();
        let seconds =
            |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        match (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&time.seconds()) {
            true => Ok(()),
            false => Err(self.fault(&format!(
                "it is valid from {} to {}, and the stamp is of {time}",
                validity.not_before, validity.not_after
            ))),
        }
    }

    /// Whether it is for time stamps and for nothing else (RFC 3161 §2.3).
    pub(super) fn check_stamps(&self) -> Result<()> {
        self.check_understood()?;
        match self.extension::<ExtendedKeyUsage>()? {
            None => return Err(self.fault("it has no extended key usage")),
            Some((false, _)) => return Err(self.fault("its extended key usage is not critical")),
            Some((true, usage)) if usage.0 != [TIME_STAMPING] => {
                return Err(self.fault("its extended key usage is not timeStamping alone"));
            }
            Some(_) => {}
        }
        match self.extension::<KeyUsage>()? {
            Some((_, usage)) if !usage.digital_signature() && !usage.non_repudiation() => {
                Err(self.fault("its key usage allows no signatures"))
            }
            _ => Ok(()),
        }
    }

    /// Whether it may issue certificates for time stamps (RFC 5280 §4.2.1.3, §4.2.1.9, §4.2.1.12).
    fn check_issues(&self) -> Result<()> {
        self.check_understood()?;
        if !self.extension::<BasicConstraints>()?.is_some_and(|(_, constraints)| constraints.ca) {
            return Err(self.fault("it is not a certification authority's"));
        }
        if self.extension::<KeyUsage>()?.is_some_and(|(_, usage)| !usage.key_cert_sign()) {
            return Err(self.fault("its key usage allows no certificates"));
        }
        let narrow = |usage: &ExtendedKeyUsage| !usage.0.iter().any(|one| [TIME_STAMPING, ANY_USAGE].contains(one));
        if self.extension::<ExtendedKeyUsage>()?.is_some_and(|(_, usage)| narrow(&usage)) {
            return Err(self.fault("it issues no certificates for time stamps"));
        }
        Ok(())
    }

    /// Whether `issuer` has issued this certificate: `false` when it has another name or key.
    pub(super) fn issued_by(&self, issuer: &Self, time: &Time) -> Result<bool> {
        let body = self.read.tbs_certificate();
        // names are compared byte by byte: an issuer copies its own
        if body.issuer() != issuer.read.tbs_certificate().subject() {
            return Ok(false);
        }
        if body.signature() != self.read.signature_algorithm() {
            return Err(self.fault("it names two algorithms of its signature"));
        }
        let scheme = Scheme::of(&self.read.signature_algorithm().owned_to_ref(), None, "the certificate")?;
        let mut fields = Fields::only(&self.der, Tag::Sequence, "certificate")?;
        let signed = fields.whole("certificate")?;
        let signature =
            self.read.signature().as_bytes().ok_or_else(|| form("a certificate's signature of odd bits"))?;
        if !issuer.verifies(scheme, signed, signature, "the certificate")? {
            return Ok(false);
        }
        issuer.check_issues()?;
        issuer.check_time(time)?;
        Ok(true)
    }

    pub(super) fn issuer(&self) -> String {
        crate::fault::printable(&self.read.tbs_certificate().issuer().to_string())
    }

    /// An extension and whether it is critical. Twice the same is refused (RFC 5280 §4.2).
    fn extension<T: AssociatedOid + for<'a> Decode<'a, Error = x509_cert::der::Error>>(
        &self,
    ) -> Result<Option<(bool, T)>> {
        let all = self.read.tbs_certificate().extensions().into_iter().flatten();
        let mut found = all.filter(|extension| extension.extn_id == T::OID);
        let Some(first) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(self.fault(&format!("extension {} stands twice", T::OID)));
        }
        let read = T::from_der(first.extn_value.as_bytes());
        let read = read.map_err(|error| self.fault(&format!("extension {}: {error}", T::OID)))?;
        Ok(Some((first.critical, read)))
    }

    fn check_understood(&self) -> Result<()> {
        let known = |id: ObjectIdentifier| UNDERSTOOD.contains(&id.to_string().as_str());
        let mut all = self.read.tbs_certificate().extensions().into_iter().flatten();
        match all.find(|extension| extension.critical && !known(extension.extn_id)) {
            None => Ok(()),
            Some(extension) => Err(self.fault(&format!("critical extension {} is not understood", extension.extn_id))),
        }
    }

    fn fault(&self, detail: &str) -> Fault {
        Fault::new(Code::StampCertificate).fact("subject", self.subject()).fact("detail", detail)
    }
}

/// A certificate that the reader trusts for time stamps: that of a time-stamp authority itself, or that of the
/// certification authority which issued it directly.
///
/// A chain is never followed: who trusts a root far above names here the authority below it that issues the stamping
/// certificates (RFC 5280 §6 with a path of one certificate).
///
/// ```
/// # fn main() -> Result<(), yaohao::fault::Fault> {
/// use yaohao::stamp::Authority;
/// let authority = Authority::parse(include_str!("../../fixtures/stamp/p256-ca.pem"))?;
/// assert_eq!(authority.subject(), "CN=Fixture EC CA,O=Fixture EC,C=CN");
/// assert!(Authority::parse("no certificate").is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Authority(pub(super) Certificate);

impl Authority {
    /// Reads one certificate in PEM (RFC 7468 §5).
    ///
    /// # Errors
    /// [`Code::AuthorityForm`].
    pub fn parse(pem: &str) -> Result<Self> {
        let fault = |detail: &str| Fault::new(Code::AuthorityForm).fact("detail", detail);
        let pem = pem.trim();
        if pem.matches("-----BEGIN ").count() > 1 {
            return Err(fault("there is more than one"));
        }
        let read = x509_cert::Certificate::from_pem(pem).map_err(|error| fault(&error.to_string()))?;
        // DER has one spelling, so these are the bytes that were read
        let der = read.to_der().map_err(|error| fault(&error.to_string()))?;
        Ok(Self(Certificate { der, read }))
    }

    /// Whose certificate it is (RFC 4514).
    #[must_use]
    pub fn subject(&self) -> String {
        self.0.subject()
    }
}

/// One certificate is one authority.
impl PartialEq for Authority {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Authority {}
