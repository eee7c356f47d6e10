//! The bodies of the statements after the record, in form (SPEC §11.2 to §11.5).

use super::chain::MOST_SERIAL;
use crate::encoding::{Digest, Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Date, Id, Name, Text, Time};
use crate::statement::{Body, Type};

/// Most visits of one statement.
const VISITS: usize = 10_000;
/// Most seats of one target: the counts of all items together are no more.
const SEATS: u64 = 1_000;
/// Most findings of one visit.
const FINDINGS: usize = 16;

/// What all statements after the record begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The campaign.
    pub number: Id,
    /// Digest of its record.
    pub record: Digest,
    /// Its place in the chain, from 1.
    pub serial: u64,
    /// Digest of the one before it; none at 1.
    pub previous: Option<Digest>,
    /// When, as claimed.
    pub at: Time,
}

/// The body of a substitution: one inspector, or one target, for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    /// Place in the chain.
    pub head: Head,
    /// Who goes, and who comes.
    pub change: Change,
    /// Why, in a word that can be counted.
    pub reason: Name,
    /// Why, for people.
    pub text: Text,
}

/// Who goes and who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Another inspector in one seat.
    Inspector {
        /// The target.
        target: Id,
        /// The seat's department.
        department: Id,
        /// Its number in the department.
        seat: u64,
        /// Who sat there.
        out: Id,
        /// Who steps in; nobody, if nobody qualifies.
        replacement: Option<Id>,
    },
    /// Another target.
    Target {
        /// Which one is not visited.
        target: Id,
        /// The reserve, and its team; nothing, if no reserve is left.
        replacement: Option<(Id, Vec<NewSeat>)>,
    },
}

/// A seat of a target that comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSeat {
    /// The department.
    pub department: Id,
    /// The seat's number in the department, from 1.
    pub seat: u64,
    /// Who sits there.
    pub inspector: Id,
}

/// The body of results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Results {
    /// Place in the chain.
    pub head: Head,
    /// Visits, ascending by target.
    pub visits: Vec<Visited>,
}

/// The body of an amendment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Place in the chain.
    pub head: Head,
    /// Digest of the earlier statement, or of the record.
    pub amends: Digest,
    /// Why, in a word that can be counted.
    pub reason: Name,
    /// Why, for people.
    pub text: Text,
    /// Results that take the place of others, ascending by target; mostly none.
    pub visits: Vec<Visited>,
}

/// A visit that took place, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// The target.
    pub target: Id,
    /// The day on which the visit ended.
    pub finished: Date,
    /// What was found, ascending; at least one.
    pub found: Vec<Finding>,
}

/// What a visit can find: the closed list of the field (SPEC §11.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding(&'static str);

impl Finding {
    /// Every finding, ascending.
    pub const ALL: [Self; 11] = [
        Self("closed"),
        Self("corrected"),
        Self("ended"),
        Self("false-information"),
        Self("no-activity"),
        Self::NONE,
        Self("not-found"),
        Self("not-published"),
        Self("obstructed"),
        Self("pending"),
        Self("violation"),
    ];

    /// Nothing was found; excludes all others.
    pub const NONE: Self = Self("none");

    /// Reads a finding's name.
    ///
    /// ```
    /// use yaohao::later::Finding;
    /// assert_eq!(Finding::parse("none").unwrap(), Finding::NONE);
    /// assert!(Finding::parse("all-well").is_err());
    /// ```
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|finding| finding.0 == name).ok_or_else(|| {
            let known = Self::ALL.map(|finding| finding.0).join(", ");
            Fault::new(Code::JsonMember).fact("member", "found").fact("detail", format!("{name} is none of {known}"))
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl Visited {
    /// A visit with its findings in order.
    ///
    /// # Errors
    /// [`Code::JsonMember`] when there is no finding, or more than 16, one twice, or [`Finding::NONE`] with others.
    pub fn new(target: Id, finished: Date, mut found: Vec<Finding>) -> Result<Self> {
        found.sort_unstable();
        let visited = Self { target, finished, found };
        visited.check("found")?;
        Ok(visited)
    }

    fn check(&self, path: &str) -> Result<()> {
        let found = &self.found;
        match () {
            () if found.is_empty() || found.len() > FINDINGS => Err(member(path, "must have 1 to 16 elements")),
            () if !found.is_sorted_by(|a, b| a < b) => Err(member(path, "must be ascending")),
            () if found.contains(&Finding::NONE) && found.len() > 1 => Err(member(path, "none excludes all others")),
            () => Ok(()),
        }
    }

    fn read(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let visited = Self {
            target: members.parsed("target", Id::parse)?,
            finished: members.parsed("finished", Date::parse)?,
            found: members.texts("found", FINDINGS, Finding::parse)?,
        };
        visited.check(&members.path("found"))?;
        members.finish()?;
        Ok(visited)
    }

    fn to_value(&self) -> Value {
        let found: Vec<Value> = self.found.iter().map(|finding| finding.0.into()).collect();
        object([
            ("finished", self.finished.to_string().into()),
            ("found", found.into()),
            ("target", (&self.target).into()),
        ])
    }
}

impl Head {
    fn read(members: &mut Members, time: &str) -> Result<Self> {
        let head = Self {
            number: members.parsed("number", Id::parse)?,
            record: members.digest("record")?,
            serial: members.int("serial", 1, MOST_SERIAL)?,
            previous: members.optional_parsed("previous", Digest::parse)?,
            at: members.parsed(time, Time::parse)?,
        };
        match (head.serial, head.previous) {
            (1, Some(_)) => Err(member("previous", "is there, and nothing is before the first")),
            (2.., None) => Err(member("previous", "is missing")),
            _ => Ok(head),
        }
    }

    fn to_members(&self, time: &'static str) -> Vec<(&'static str, Value)> {
        let mut members = vec![
            ("number", (&self.number).into()),
            ("record", self.record.to_string().into()),
            ("serial", self.serial.into()),
            (time, (&self.at).into()),
        ];
        members.extend(self.previous.map(|digest| ("previous", digest.to_string().into())));
        members
    }
}

impl Body for Substitution {
    const TYPE: Type = Type::Substitution;

    fn to_value(&self) -> Value {
        let mut members = self.head.to_members("substituted_at");
        members.extend([("reason", self.reason.as_str().into()), ("text", self.text.as_str().into())]);
        match &self.change {
            Change::Inspector { target, department, seat, out, replacement } => {
                members.extend([
                    ("kind", "inspector".into()),
                    ("target", target.into()),
                    ("department", department.into()),
                    ("seat", (*seat).into()),
                    ("out", out.into()),
                ]);
                members.extend(replacement.as_ref().map(|id| ("in", id.into())));
            }
            Change::Target { target, replacement } => {
                members.extend([("kind", "target".into()), ("target", target.into())]);
                if let Some((id, seats)) = replacement {
                    let seats: Vec<Value> = seats.iter().map(NewSeat::to_value).collect();
                    members.extend([("in", id.into()), ("seats", seats.into())]);
                }
            }
        }
        object_of(members)
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let head = Head::read(&mut members, "substituted_at")?;
        let (reason, text) = why(&mut members)?;
        let target = members.parsed("target", Id::parse)?;
        let replacement = members.optional_parsed("in", Id::parse)?;
        let change = match members.text("kind")?.as_str() {
            "inspector" => Change::Inspector {
                target,
                department: members.parsed("department", Id::parse)?,
                seat: members.int("seat", 1, SEATS)?,
                out: members.parsed("out", Id::parse)?,
                replacement,
            },
            "target" => {
                let seats = usize::try_from(SEATS).unwrap_or(usize::MAX);
                let replacement = match replacement {
                    None => None,
                    Some(id) => Some((id, members.array("seats", seats, NewSeat::read)?)),
                };
                Change::Target { target, replacement }
            }
            _ => return Err(member("kind", "must be inspector or target")),
        };
        members.finish()?;
        Ok(Self { head, change, reason, text })
    }
}

impl NewSeat {
    fn to_value(&self) -> Value {
        object([
            ("department", (&self.department).into()),
            ("inspector", (&self.inspector).into()),
            ("seat", self.seat.into()),
        ])
    }

    fn read(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let seat = Self {
            department: members.parsed("department", Id::parse)?,
            seat: members.int("seat", 1, SEATS)?,
            inspector: members.parsed("inspector", Id::parse)?,
        };
        members.finish()?;
        Ok(seat)
    }
}

impl Body for Results {
    const TYPE: Type = Type::Results;

    fn to_value(&self) -> Value {
        let mut members = self.head.to_members("published_at");
        members.push(("visits", visits_value(&self.visits)));
        object_of(members)
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let head = Head::read(&mut members, "published_at")?;
        let visits = visits(&mut members)?;
        members.finish()?;
        Ok(Self { head, visits })
    }
}

impl Body for Amendment {
    const TYPE: Type = Type::Amendment;

    fn to_value(&self) -> Value {
        let mut members = self.head.to_members("amended_at");
        members.extend([
            ("amends", self.amends.to_string().into()),
            ("reason", self.reason.as_str().into()),
            ("text", self.text.as_str().into()),
        ]);
        if !self.visits.is_empty() {
            members.push(("visits", visits_value(&self.visits)));
        }
        object_of(members)
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let head = Head::read(&mut members, "amended_at")?;
        let (reason, text) = why(&mut members)?;
        let amends = members.digest("amends")?;
        let visits = if members.has("visits") { visits(&mut members)? } else { Vec::new() };
        members.finish()?;
        Ok(Self { head, amends, reason, text, visits })
    }
}

fn why(members: &mut Members) -> Result<(Name, Text)> {
    Ok((members.parsed("reason", Name::parse)?, members.parsed("text", Text::parse)?))
}

fn visits(members: &mut Members) -> Result<Vec<Visited>> {
    let visits = members.array("visits", VISITS, Visited::read)?;
    match () {
        () if visits.is_empty() => Err(member("visits", "must have at least one element")),
        () if !visits.is_sorted_by(|a, b| a.target < b.target) => Err(member("visits", "must be ascending by target")),
        () => Ok(visits),
    }
}

fn visits_value(visits: &[Visited]) -> Value {
    visits.iter().map(Visited::to_value).collect::<Vec<_>>().into()
}

fn object_of(members: Vec<(&'static str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn member(path: &str, detail: &str) -> Fault {
    Fault::new(Code::JsonMember).fact("member", path).fact("detail", detail)
}
