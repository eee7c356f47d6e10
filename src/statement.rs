//! Signed statements: the envelope around every body (SPEC §6).

use crate::encoding::{Digest, Members, Value, hex_array, object, parse_canonical};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Time};
use crate::suite::{PublicKey, SecretKey, Suite};

/// Most signatures of one statement.
const SIGNATURES: usize = 64;

/// The types of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// What will be drawn from what, and how.
    Announcement,
    /// One contributor's value.
    Contribution,
    /// The list of contributions.
    Closing,
    /// The outcome.
    Record,
    /// The end of a campaign that has no outcome.
    Void,
    /// A key follows another.
    Rotation,
    /// A key is no longer to be believed.
    Revocation,
    /// Another inspector, or another target, for one that cannot be had.
    Substitution,
    /// What was found.
    Results,
    /// What was wrong in an earlier statement.
    Amendment,
    /// The digest of an outcome that is told later.
    Sealing,
    /// A custodian's secret.
    Reveal,
    /// What an authority means to inspect in a year.
    Plan,
}

impl Type {
    /// Every type.
    pub const ALL: [Self; 13] = [
        Self::Announcement,
        Self::Contribution,
        Self::Closing,
        Self::Record,
        Self::Void,
        Self::Sealing,
        Self::Reveal,
        Self::Rotation,
        Self::Revocation,
        Self::Substitution,
        Self::Results,
        Self::Amendment,
        Self::Plan,
    ];

    /// Its name in statements and policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::Contribution => "contribution",
            Self::Closing => "closing",
            Self::Record => "record",
            Self::Void => "void",
            Self::Plan => "plan",
            Self::Sealing => "sealing",
            Self::Reveal => "reveal",
            Self::Substitution => "substitution",
            Self::Results => "results",
            Self::Amendment => "amendment",
            Self::Rotation => "rotation",
            Self::Revocation => "revocation",
        }
    }

    /// The member of its body that says when it was made, as claimed.
    #[must_use]
    pub fn time_member(self) -> &'static str {
        match self {
            Self::Announcement => "announced_at",
            Self::Contribution => "contributed_at",
            Self::Closing => "closed_at",
            Self::Record => "drawn_at",
            Self::Void => "voided_at",
            Self::Sealing => "sealed_at",
            Self::Reveal => "revealed_at",
            Self::Substitution => "substituted_at",
            Self::Results | Self::Plan => "published_at",
            Self::Amendment => "amended_at",
            Self::Rotation | Self::Revocation => "noticed_at",
        }
    }

    /// The type of a name.
    ///
    /// # Errors
    /// [`Code::StatementType`].
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            Fault::new(Code::StatementType).fact("found", name).fact("expected", Self::ALL.map(Self::name).join(", "))
        })
    }
}

/// A statement: a body that was read and checked as `B`, in its envelope.
#[derive(Debug, Clone)]
pub struct Statement<B> {
    body: B,
    envelope: Envelope,
}

/// What is around the body of every statement, whatever it says: its digest, and signatures that were not checked yet.
#[derive(Debug, Clone)]
pub struct Envelope {
    kind: Type,
    suite: Suite,
    value: Value,
    digest: Digest,
    signatures: Vec<(PublicKey, [u8; 64])>,
}

/// What can be the body of a statement.
pub trait Body: Sized {
    /// The statement's type.
    const TYPE: Type;

    /// Writes the body.
    fn to_value(&self) -> Value;

    /// Reads and checks the body.
    ///
    /// # Errors
    /// What is wrong with it.
    fn from_value(value: Value) -> Result<Self>;
}

impl<B: Body> Statement<B> {
    /// A statement without signatures.
    #[must_use]
    pub fn new(body: B) -> Self {
        let value = body.to_value();
        let digest = Digest::of(value.to_canonical().as_bytes());
        let envelope = Envelope { kind: B::TYPE, suite: Suite::Ed25519Sha256, value, digest, signatures: Vec::new() };
        Self { body, envelope }
    }

    /// Reads a statement's file: canonical form, members, body. Signatures are checked by
    /// [`Envelope::check_signatures`].
    ///
    /// # Errors
    /// The codes of form, [`Code::StatementType`], [`Code::StatementSpec`], [`Code::SuiteUnknown`], those of the body.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let envelope = Envelope::parse(bytes)?;
        if envelope.kind != B::TYPE {
            let fault = Fault::new(Code::StatementType).fact("found", envelope.kind.name());
            return Err(fault.fact("expected", B::TYPE.name()));
        }
        let body = B::from_value(envelope.value.clone())?;
        Ok(Self { body, envelope })
    }

    /// Adds a signature; a key signs once.
    pub fn sign(&mut self, key: &SecretKey) {
        let Envelope { kind, digest, signatures, .. } = &mut self.envelope;
        let signature = key.sign(signed_text(*kind, digest).as_bytes());
        signatures.retain(|(other, _)| *other != key.public());
        signatures.push((key.public(), signature));
        signatures.sort();
    }
}

impl<B> Statement<B> {
    /// The body.
    #[must_use]
    pub fn body(&self) -> &B {
        &self.body
    }

    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The digest of the canonical body: what other statements name, and what is signed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.envelope.digest
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_file(&self) -> String {
        self.envelope.to_file()
    }
}

impl Envelope {
    /// Reads the envelope of a statement's file; of the body nothing but its canonical form is checked.
    ///
    /// # Errors
    /// The codes of form, [`Code::StatementType`], [`Code::StatementSpec`], [`Code::SuiteUnknown`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut members = Members::of(parse_canonical(bytes)?, "")?;
        let spec = members.text("spec")?;
        if spec != "yaohao/1" {
            return Err(Fault::new(Code::StatementSpec).fact("found", spec));
        }
        let suite = members.parsed("suite", Suite::parse)?;
        let kind = members.parsed("type", Type::parse)?;
        let signatures = members.array("signatures", SIGNATURES, |value, path| {
            let mut members = Members::of(value, path)?;
            let signature = (members.parsed("key", PublicKey::parse)?, members.parsed("value", hex_array)?);
            members.finish()?;
            Ok(signature)
        })?;
        if signatures.is_empty() || !signatures.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Fault::new(Code::SignatureForm)
                .fact("detail", "signatures must be at least one, ascending by key, each key once"));
        }
        let value = members.value("body")?;
        members.finish()?;
        Ok(Self { kind, suite, digest: Digest::of(value.to_canonical().as_bytes()), value, signatures })
    }

    /// The statement's type.
    #[must_use]
    pub fn kind(&self) -> Type {
        self.kind
    }

    /// The digest of the canonical body.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// When it was made, as it claims.
    #[must_use]
    pub fn claimed_time(&self) -> Option<Time> {
        let Value::Object(members) = &self.value else { return None };
        match members.get(self.kind.time_member()) {
            Some(Value::Text(text)) => Time::parse(text).ok(),
            _ => None,
        }
    }

    /// The suite.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The keys that signed, ascending.
    pub fn keys(&self) -> impl Iterator<Item = PublicKey> {
        self.signatures.iter().map(|(key, _)| *key)
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_file(&self) -> String {
        let signatures: Vec<Value> = self
            .signatures
            .iter()
            .map(|(key, value)| object([("key", key.into()), ("value", hex::encode(value).into())]))
            .collect();
        object([
            ("body", self.value.clone()),
            ("signatures", Value::Array(signatures)),
            ("spec", "yaohao/1".into()),
            ("suite", self.suite.name().into()),
            ("type", self.kind.name().into()),
        ])
        .to_file()
    }

    /// Checks every signature under its own stated key. Whether the keys mean anything is for a policy to say.
    ///
    /// # Errors
    /// [`Code::SignatureInvalid`].
    pub fn check_signatures(&self) -> Result<()> {
        let text = signed_text(self.kind, &self.digest);
        match self.signatures.iter().find(|(key, value)| !key.has_signed(text.as_bytes(), value)) {
            None => Ok(()),
            Some((key, _)) => Err(Fault::new(Code::SignatureInvalid).fact("key", key)),
        }
    }
}

/// The text that is signed.
///
/// ```
/// use yaohao::{encoding::Digest, statement::{signed_text, Type}};
/// assert!(signed_text(Type::Record, &Digest([0; 32])).starts_with("yaohao/1 record\n0000"));
/// ```
#[must_use]
pub fn signed_text(kind: Type, digest: &Digest) -> String {
    format!("yaohao/1 {}\n{digest}\n", kind.name())
}

/// What a statement of any type shows before its body is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Its type.
    pub kind: Type,
    /// Its campaign's number.
    pub number: Id,
    /// Its digest.
    pub digest: Digest,
}

/// Reads the envelope of a statement's file, checks its signatures, and takes nothing but the number from its body.
///
/// # Errors
/// The codes of form, [`Code::StatementType`], [`Code::StatementSpec`], [`Code::SuiteUnknown`],
/// [`Code::SignatureInvalid`].
pub fn outline(bytes: &[u8]) -> Result<Outline> {
    let envelope = Envelope::parse(bytes)?;
    let number = Members::of(envelope.value.clone(), "body")?.parsed("number", Id::parse)?;
    envelope.check_signatures()?;
    Ok(Outline { kind: envelope.kind, number, digest: envelope.digest })
}
