//! What a sealed campaign announces: a custodian's secret, committed to and told only afterwards (SPEC §7.7).

use super::{BeaconPlan, malformed};
use crate::encoding::{Digest, Members, Value, object};
use crate::fault::Result;
use crate::ident::{Id, Time};
use crate::suite::PublicKey;

/// Whose secret enters the seed, and until when it is to be revealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Who keeps the secret.
    pub custodian: Id,
    /// The key that signs its reveal.
    pub key: PublicKey,
    /// The digest that the custodian is bound to: [`Sealed::commitment_to`].
    pub commitment: Digest,
    /// When the secret is to be told at the latest.
    pub reveal_by: Time,
}

impl Sealed {
    /// The digest by which a custodian commits to a secret. It has a domain of its own: no commitment of a contributor
    /// can be taken for it.
    ///
    /// ```
    /// use yaohao::{announcement::{Sealed, commitment}, ident::Id};
    /// let (number, who) = (Id::parse("A-1").unwrap(), Id::parse("jijian").unwrap());
    /// assert_ne!(Sealed::commitment_to(&number, &who, &[7; 32]), commitment(&number, &who, &[7; 32]));
    /// ```
    #[must_use]
    pub fn commitment_to(number: &Id, custodian: &Id, secret: &[u8; 32]) -> Digest {
        Digest::of(format!("yaohao/1 sealed\n{number}\n{custodian}\n{}\n", hex::encode(secret)).as_bytes())
    }

    /// Whether a campaign can be sealed so: what an announcement and a plan must both keep to.
    ///
    /// # Errors
    /// [`Code::AnnouncementForm`](crate::fault::Code::AnnouncementForm).
    pub fn check<'a>(
        custodian: &Id,
        reveal_by: &Time,
        beacon: &BeaconPlan,
        mut contributors: impl Iterator<Item = &'a Id>,
    ) -> Result<()> {
        // without a beacon the custodian would know the outcome when the last contributor speaks, before everybody else
        if *beacon == BeaconPlan::None {
            return Err(malformed("a sealed campaign needs a beacon"));
        }
        if contributors.any(|contributor| contributor == custodian) {
            return Err(malformed("the custodian is a contributor too"));
        }
        if beacon.time().is_some_and(|time| *reveal_by <= time) {
            return Err(malformed("reveal_by must be later than the beacon"));
        }
        Ok(())
    }

    /// Whether this is the secret that was committed to.
    #[must_use]
    pub fn is_of(&self, number: &Id, secret: &[u8; 32]) -> bool {
        self.commitment == Self::commitment_to(number, &self.custodian, secret)
    }

    pub(super) fn to_value(&self) -> Value {
        object([
            ("commitment", self.commitment.to_string().into()),
            ("custodian", (&self.custodian).into()),
            ("key", (&self.key).into()),
            ("reveal_by", (&self.reveal_by).into()),
        ])
    }

    pub(super) fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let sealed = Self {
            custodian: members.parsed("custodian", Id::parse)?,
            key: members.parsed("key", PublicKey::parse)?,
            commitment: members.digest("commitment")?,
            reveal_by: members.parsed("reveal_by", Time::parse)?,
        };
        members.finish()?;
        Ok(sealed)
    }
}
