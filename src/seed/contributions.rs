//! Contributions and the closing that lists them (SPEC §7.2).

use crate::announcement::{Announcement, commitment};
use crate::encoding::{Digest, Members, Value, hex_array, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Time};
use crate::statement::{Body, Statement, Type};
use std::collections::BTreeMap;

/// The body of a contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// The campaign.
    pub number: Id,
    /// Its announcement.
    pub announcement: Digest,
    /// Who contributes.
    pub contributor: Id,
    /// When, as claimed.
    pub contributed_at: Time,
    /// 256 bits.
    pub value: [u8; 32],
}

/// The body of a closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The campaign.
    pub number: Id,
    /// Its announcement.
    pub announcement: Digest,
    /// T1 as claimed.
    pub closed_at: Time,
    /// Each contributor with the digest of its contribution, or `None` if it is absent; ascending.
    pub contributions: Vec<(Id, Option<Digest>)>,
}

impl Body for Contribution {
    const TYPE: Type = Type::Contribution;

    fn to_value(&self) -> Value {
        object([
            ("announcement", self.announcement.to_string().into()),
            ("contributed_at", (&self.contributed_at).into()),
            ("contributor", (&self.contributor).into()),
            ("number", (&self.number).into()),
            ("value", hex::encode(self.value).into()),
        ])
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let contribution = Self {
            number: members.parsed("number", Id::parse)?,
            announcement: members.digest("announcement")?,
            contributor: members.parsed("contributor", Id::parse)?,
            contributed_at: members.parsed("contributed_at", Time::parse)?,
            value: members.parsed("value", hex_array)?,
        };
        members.finish()?;
        Ok(contribution)
    }
}

impl Body for Closing {
    const TYPE: Type = Type::Closing;

    fn to_value(&self) -> Value {
        let contributions = self.contributions.iter().map(|(contributor, digest)| match digest {
            Some(digest) => object([("contributor", contributor.into()), ("digest", digest.to_string().into())]),
            None => object([("absent", true.into()), ("contributor", contributor.into())]),
        });
        object([
            ("announcement", self.announcement.to_string().into()),
            ("closed_at", (&self.closed_at).into()),
            ("contributions", Value::Array(contributions.collect())),
            ("number", (&self.number).into()),
        ])
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let closing = Self {
            number: members.parsed("number", Id::parse)?,
            announcement: members.digest("announcement")?,
            closed_at: members.parsed("closed_at", Time::parse)?,
            contributions: members.array("contributions", 64, listed)?,
        };
        members.finish()?;
        if !closing.contributions.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Fault::new(Code::JsonMember).fact("member", "contributions").fact("detail", "must ascend"));
        }
        Ok(closing)
    }
}

fn listed(value: Value, path: &str) -> Result<(Id, Option<Digest>)> {
    let mut members = Members::of(value, path)?;
    let contributor = members.parsed("contributor", Id::parse)?;
    let digest = match members.optional("absent") {
        Some(Value::Bool(true)) => None,
        Some(_) => return Err(Fault::new(Code::JsonMember).fact("member", path).fact("detail", "absent must be true")),
        None => Some(members.digest("digest")?),
    };
    members.finish()?;
    Ok((contributor, digest))
}

/// Checks that contributions, closing and announcement agree, and gives the values in announced order (SPEC §12, V10).
///
/// # Errors
/// [`Code::ContributionSet`], [`Code::ContributionAbsent`], [`Code::ContributionCommitment`], [`Code::SeedBits`].
pub fn check_contributions(
    announcement: &Announcement,
    contributions: &BTreeMap<Id, Statement<Contribution>>,
    closing: Option<&Statement<Closing>>,
) -> Result<Vec<Option<[u8; 32]>>> {
    let fault = |id: &Id| Fault::new(Code::ContributionSet).fact("contributor", id);
    let announced = &announcement.seed.contributors;
    if let Some(stranger) = contributions.keys().find(|id| announced.iter().all(|contributor| contributor.id != **id)) {
        return Err(fault(stranger));
    }
    if let (Some(closing), []) = (closing, announced.as_slice()) {
        let nobody = Id::parse("nobody")?;
        return Err(fault(closing.body().contributions.first().map_or(&nobody, |(id, _)| id)));
    }
    let Some(closing) = closing else {
        return match announced.first() {
            Some(contributor) => Err(fault(&contributor.id)),
            None => Ok(Vec::new()),
        };
    };
    let listed = &closing.body().contributions;
    if let Some((extra, _)) = listed.get(announced.len()) {
        return Err(fault(extra));
    }
    let mut values = Vec::new();
    for (index, contributor) in announced.iter().enumerate() {
        let found = contributions.get(&contributor.id);
        let digest = match listed.get(index) {
            Some((id, digest)) if *id == contributor.id => digest,
            _ => return Err(fault(&contributor.id)),
        };
        if found.map(Statement::digest) != *digest {
            return Err(fault(&contributor.id));
        }
        let value = found.map(|statement| statement.body().value);
        if value.is_none() && contributor.commitment.is_some() {
            // without a beacon each absence that somebody can choose doubles the seeds to choose from
            return Err(Fault::new(Code::ContributionAbsent).fact("contributor", &contributor.id));
        }
        if let (Some(committed), Some(value)) = (contributor.commitment, value)
            && committed != commitment(&announcement.number, &contributor.id, &value)
        {
            return Err(Fault::new(Code::ContributionCommitment).fact("contributor", &contributor.id));
        }
        values.push(value);
    }
    // who is absent adds nothing: weak public values need two that are there
    announcement.seed.enough_bits(values.iter().flatten().count())?;
    Ok(values)
}
