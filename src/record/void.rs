//! The void: the other end that a campaign can have (SPEC §11.1).

use super::Record;
use crate::encoding::{Digest, Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name, Text, Time};
use crate::statement::{Body, Type};

/// The body of a void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    /// The campaign.
    pub number: Id,
    /// Its announcement.
    pub announcement: Digest,
    /// When, as claimed.
    pub voided_at: Time,
    /// Why, in a word that can be counted.
    pub reason: Name,
    /// Why, for people.
    pub text: Text,
    /// What the record would have said, if anybody could know it when the campaign was given up.
    pub would_be: Option<Record>,
}

impl Void {
    /// Some seats could be filled in no way: nothing would have been drawn.
    pub const INFEASIBLE: &'static str = "infeasible";
    /// The beacon never spoke.
    pub const NO_BEACON: &'static str = "no-beacon";
    /// The contributors were not closed before the beacon spoke.
    pub const NOT_CLOSED: &'static str = "not-closed";

    /// Whether the reason is one of those for which nothing can have been drawn, whenever the campaign was given up.
    #[must_use]
    pub fn nothing_to_draw(&self) -> bool {
        [Self::INFEASIBLE, Self::NO_BEACON, Self::NOT_CLOSED].contains(&self.reason.as_str())
    }
}

impl Body for Void {
    const TYPE: Type = Type::Void;

    fn to_value(&self) -> Value {
        let mut value = object([
            ("announcement", self.announcement.to_string().into()),
            ("number", (&self.number).into()),
            ("reason", self.reason.as_str().into()),
            ("text", self.text.as_str().into()),
            ("voided_at", (&self.voided_at).into()),
        ]);
        if let Value::Object(members) = &mut value {
            members.extend(self.would_be.as_ref().map(|record| ("would_be".to_owned(), record.to_value())));
        }
        value
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let void = Self {
            number: members.parsed("number", Id::parse)?,
            announcement: members.digest("announcement")?,
            voided_at: members.parsed("voided_at", Time::parse)?,
            reason: members.parsed("reason", Name::parse)?,
            text: members.parsed("text", Text::parse)?,
            would_be: members.optional("would_be").map(Record::from_value).transpose()?,
        };
        members.finish()?;
        let wrong = |detail: &str| Err(Fault::new(Code::JsonMember).fact("member", "would_be").fact("detail", detail));
        match &void.would_be {
            Some(_) if void.nothing_to_draw() => wrong("nothing can have been drawn for this reason"),
            Some(record) if (&record.number, record.announcement) != (&void.number, void.announcement) => {
                wrong("is of another campaign")
            }
            Some(record) if record.drawn_at != void.voided_at => wrong("has another time than the void"),
            _ => Ok(void),
        }
    }
}
