//! Notices about keys: one follows another, or is no longer to be believed (SPEC §12.1).

use crate::encoding::{Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name, Text, Time};
use crate::statement::{Body, Type};
use crate::suite::PublicKey;

/// The body of a rotation: a holder's key is followed by another. Both keys sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The number under which a log keeps it; notices have numbers of their own.
    pub number: Id,
    /// Whose key it is.
    pub holder: Id,
    /// The key until now.
    pub old: PublicKey,
    /// The key from then on.
    pub new: PublicKey,
    /// The first moment of the new key, and the end of the old one.
    pub from: Time,
    /// When this was said, as claimed.
    pub noticed_at: Time,
}

/// The body of a revocation: from some time on, a key may be in wrong hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The number under which a log keeps it.
    pub number: Id,
    /// Whose key it is.
    pub holder: Id,
    /// The key.
    pub key: PublicKey,
    /// What was not proven to exist before this is not the holder's.
    pub since: Time,
    /// Why, in a word that can be counted.
    pub reason: Name,
    /// Why, for people.
    pub text: Text,
    /// When this was said, as claimed.
    pub noticed_at: Time,
}

impl Body for Rotation {
    const TYPE: Type = Type::Rotation;

    fn to_value(&self) -> Value {
        object([
            ("from", (&self.from).into()),
            ("holder", (&self.holder).into()),
            ("new", (&self.new).into()),
            ("noticed_at", (&self.noticed_at).into()),
            ("number", (&self.number).into()),
            ("old", (&self.old).into()),
        ])
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let rotation = Self {
            number: members.parsed("number", Id::parse)?,
            holder: members.parsed("holder", Id::parse)?,
            old: members.parsed("old", PublicKey::parse)?,
            new: members.parsed("new", PublicKey::parse)?,
            from: members.parsed("from", Time::parse)?,
            noticed_at: members.parsed("noticed_at", Time::parse)?,
        };
        members.finish()?;
        if rotation.old == rotation.new {
            return Err(Fault::new(Code::JsonMember).fact("member", "new").fact("detail", "is the old key"));
        }
        Ok(rotation)
    }
}

impl Body for Revocation {
    const TYPE: Type = Type::Revocation;

    fn to_value(&self) -> Value {
        object([
            ("holder", (&self.holder).into()),
            ("key", (&self.key).into()),
            ("noticed_at", (&self.noticed_at).into()),
            ("number", (&self.number).into()),
            ("reason", self.reason.as_str().into()),
            ("since", (&self.since).into()),
            ("text", self.text.as_str().into()),
        ])
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let revocation = Self {
            number: members.parsed("number", Id::parse)?,
            holder: members.parsed("holder", Id::parse)?,
            key: members.parsed("key", PublicKey::parse)?,
            since: members.parsed("since", Time::parse)?,
            reason: members.parsed("reason", Name::parse)?,
            text: members.parsed("text", Text::parse)?,
            noticed_at: members.parsed("noticed_at", Time::parse)?,
        };
        members.finish()?;
        Ok(revocation)
    }
}
