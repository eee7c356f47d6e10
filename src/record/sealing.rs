//! The sealing: a record is fixed by its digest before anybody is visited, and told only afterwards (SPEC §11.6).

use crate::encoding::{Digest, Members, Value, object};
use crate::fault::Result;
use crate::ident::{Id, Time};
use crate::statement::{Body, Type};

/// The body of a sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// The campaign.
    pub number: Id,
    /// Its announcement.
    pub announcement: Digest,
    /// Its closing, if there is one.
    pub closing: Option<Digest>,
    /// SHA-256 of beacon.json.
    pub beacon: Digest,
    /// The digest of the record's body.
    pub record: Digest,
    /// When the draw took place, as claimed; the record's `drawn_at`.
    pub sealed_at: Time,
}

impl Body for Sealing {
    const TYPE: Type = Type::Sealing;

    fn to_value(&self) -> Value {
        let mut value = object([
            ("announcement", self.announcement.to_string().into()),
            ("beacon", self.beacon.to_string().into()),
            ("number", (&self.number).into()),
            ("record", self.record.to_string().into()),
            ("sealed_at", (&self.sealed_at).into()),
        ]);
        if let Value::Object(members) = &mut value {
            members.extend(self.closing.map(|digest| ("closing".to_owned(), digest.to_string().into())));
        }
        value
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let sealing = Self {
            number: members.parsed("number", Id::parse)?,
            announcement: members.digest("announcement")?,
            closing: members.optional_parsed("closing", Digest::parse)?,
            beacon: members.digest("beacon")?,
            record: members.digest("record")?,
            sealed_at: members.parsed("sealed_at", Time::parse)?,
        };
        members.finish()?;
        Ok(sealing)
    }
}
