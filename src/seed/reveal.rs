//! The reveal: the custodian of a sealed campaign tells the secret (SPEC §7.7).

use crate::announcement::Announcement;
use crate::encoding::{Digest, Members, Value, hex_array, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Time};
use crate::statement::{Body, Type};

/// The body of a reveal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    /// The campaign.
    pub number: Id,
    /// Its announcement.
    pub announcement: Digest,
    /// 256 bits, committed to in the announcement.
    pub secret: [u8; 32],
    /// When, as claimed.
    pub revealed_at: Time,
}

impl Body for Reveal {
    const TYPE: Type = Type::Reveal;

    fn to_value(&self) -> Value {
        object([
            ("announcement", self.announcement.to_string().into()),
            ("number", (&self.number).into()),
            ("revealed_at", (&self.revealed_at).into()),
            ("secret", hex::encode(self.secret).into()),
        ])
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let reveal = Self {
            number: members.parsed("number", Id::parse)?,
            announcement: members.digest("announcement")?,
            secret: members.parsed("secret", hex_array)?,
            revealed_at: members.parsed("revealed_at", Time::parse)?,
        };
        members.finish()?;
        Ok(reveal)
    }
}

/// Checks a secret against the commitment of a sealed campaign (SPEC §12, V10).
///
/// # Errors
/// [`Code::SealedOpen`] when the campaign is not sealed, [`Code::SealedSecret`] when it is another secret.
pub fn check_secret(announcement: &Announcement, secret: &[u8; 32]) -> Result<()> {
    match &announcement.seed.sealed {
        None => Err(Fault::new(Code::SealedOpen)),
        Some(sealed) if !sealed.is_of(&announcement.number, secret) => {
            Err(Fault::new(Code::SealedSecret).fact("custodian", &sealed.custodian))
        }
        Some(_) => Ok(()),
    }
}
