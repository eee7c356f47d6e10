//! What will make the seed, as announced (SPEC §7.1).

use super::{PublicValues, Sealed, ascending, malformed};
use crate::encoding::{Digest, Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Time};
use crate::suite::PublicKey;

/// A chain of public beacons that this version knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// Its name in policies.
    pub policy_name: &'static str,
    /// Its hash, 64 hexadecimal digits.
    pub hash: &'static str,
    /// Its public key, a compressed point of G2.
    pub key: &'static str,
    /// Unix seconds of round 1.
    pub genesis: i64,
    /// Seconds from round to round.
    pub period: i64,
}

/// drand's quicknet. Source: drand documentation, `52db9ba7…/info`, scheme bls-unchained-g1-rfc9380.
pub const QUICKNET: Chain = Chain {
    policy_name: "drand-quicknet",
    hash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    key: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    genesis: 1_692_803_367,
    period: 3,
};

impl Chain {
    /// When a round is published: T2.
    ///
    /// ```
    /// use yaohao::announcement::QUICKNET;
    /// assert_eq!(QUICKNET.time(12_040_883).unwrap().to_string(), "2024-10-14T17:13:33Z");
    /// ```
    #[must_use]
    pub fn time(&self, round: u64) -> Option<Time> {
        let after = i64::try_from(round).ok()?.checked_sub(1)?.checked_mul(self.period)?;
        Time::from_seconds(self.genesis.checked_add(after)?)
    }

    /// The first round at or after a time.
    #[must_use]
    pub fn round_at(&self, time: &Time) -> u64 {
        let after = time.seconds().saturating_sub(self.genesis).max(0);
        let rounds = after.saturating_add(self.period - 1).checked_div(self.period).unwrap_or(0);
        u64::try_from(rounds).unwrap_or(0).saturating_add(1)
    }
}

/// The public number that speaks last.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BeaconPlan {
    /// A future round of drand's quicknet.
    Drand {
        /// The round.
        round: u64,
    },
    /// Public numbers that an event fixes.
    PublicValues(PublicValues),
    /// None: the contributors alone make the seed.
    None,
}

/// Somebody who adds a value to the seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    /// Who.
    pub id: Id,
    /// The key that signs the contribution.
    pub key: PublicKey,
    /// Digest of the value, fixed beforehand; only without a beacon.
    pub commitment: Option<Digest>,
}

/// What makes the seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedPlan {
    /// The beacon.
    pub beacon: BeaconPlan,
    /// The contributors, ascending by id.
    pub contributors: Vec<Contributor>,
    /// For how many days after T2 the beacon is waited for; then only a void is possible.
    pub wait_days: Option<u64>,
    /// Whose secret enters the seed too, if the outcome is to stay unknown for a while.
    pub sealed: Option<Sealed>,
}

/// The digest by which a contributor commits to a value (SPEC §7.1).
#[must_use]
pub fn commitment(number: &Id, contributor: &Id, value: &[u8; 32]) -> Digest {
    Digest::of(format!("yaohao/1 commitment\n{number}\n{contributor}\n{}\n", hex::encode(value)).as_bytes())
}

impl BeaconPlan {
    /// Its name in policies.
    #[must_use]
    pub fn policy_name(&self) -> &'static str {
        match self {
            Self::Drand { .. } => QUICKNET.policy_name,
            Self::PublicValues(_) => "public-values",
            Self::None => "none",
        }
    }

    /// When it speaks: T2. Nothing for a beacon that is none, and for a round beyond all years.
    #[must_use]
    pub fn time(&self) -> Option<Time> {
        match self {
            Self::Drand { round } => QUICKNET.time(*round),
            Self::PublicValues(values) => Some(values.event_at.clone()),
            Self::None => None,
        }
    }
}

impl SeedPlan {
    pub(super) fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let mut beacon = members.object("beacon")?;
        let kind = beacon.text("kind")?;
        let plan = Self {
            beacon: match kind.as_str() {
                "drand" => {
                    check_chain(&beacon.text("chain")?)?;
                    BeaconPlan::Drand { round: beacon.int("round", 1, u64::MAX)? }
                }
                "public-values" => BeaconPlan::PublicValues(PublicValues::from_members(&mut beacon)?),
                "none" => BeaconPlan::None,
                _ => return Err(malformed(&format!("beacon {kind} is none of drand, public-values, none"))),
            },
            contributors: members.array("contributors", 64, contributor)?,
            wait_days: members.optional_int("wait_days", 1, WAIT_DAYS)?,
            sealed: members
                .optional("sealed")
                .map(|value| Sealed::from_value(value, &members.path("sealed")))
                .transpose()?,
        };
        beacon.finish()?;
        members.finish()?;
        Ok(plan)
    }

    pub(super) fn to_value(&self) -> Value {
        let beacon = match &self.beacon {
            BeaconPlan::Drand { round } => {
                object([("chain", QUICKNET.hash.into()), ("kind", "drand".into()), ("round", (*round).into())])
            }
            BeaconPlan::PublicValues(values) => values.to_value(),
            BeaconPlan::None => object([("kind", "none".into())]),
        };
        let contributors = self.contributors.iter().map(|contributor| {
            let mut members =
                vec![("id".to_owned(), (&contributor.id).into()), ("key".to_owned(), (&contributor.key).into())];
            members.extend(contributor.commitment.map(|digest| ("commitment".to_owned(), digest.to_string().into())));
            Value::Object(members.into_iter().collect())
        });
        let mut members =
            vec![("beacon".to_owned(), beacon), ("contributors".to_owned(), Value::Array(contributors.collect()))];
        members.extend(self.wait_days.map(|days| ("wait_days".to_owned(), days.into())));
        members.extend(self.sealed.as_ref().map(|sealed| ("sealed".to_owned(), sealed.to_value())));
        Value::Object(members.into_iter().collect())
    }

    pub(super) fn check(&self) -> Result<()> {
        let ids = self.contributors.iter().map(|contributor| &contributor.id);
        ascending("contributors must ascend by id", "contributors", ids, |id| id.to_string())?;
        let without_beacon = self.beacon == BeaconPlan::None;
        if self.contributors.iter().any(|contributor| contributor.commitment.is_some() != without_beacon) {
            return Err(malformed("contributors commit beforehand exactly when there is no beacon"));
        }
        // a contribution is 256 bits, a drand signature too: either alone is enough
        let mut keys: Vec<PublicKey> = self.contributors.iter().map(|contributor| contributor.key).collect();
        keys.sort();
        keys.dedup();
        if keys.len() < self.contributors.len() {
            return Err(malformed("two contributors have one key"));
        }
        // without a beacon one contributor alone would know the seed when it commits
        if without_beacon && self.contributors.len() < 2 {
            return Err(Fault::new(Code::SeedEntropy));
        }
        if self.wait_days.is_some() && without_beacon {
            return Err(malformed("without a beacon there is nothing to wait for"));
        }
        if self.wait_days.is_some() && self.beacon.time().is_some() && self.last_day().is_none() {
            return Err(malformed("the wait for the beacon ends beyond the year 9998"));
        }
        if let Some(sealed) = &self.sealed {
            let contributors = self.contributors.iter().map(|contributor| &contributor.id);
            Sealed::check(&sealed.custodian, &sealed.reveal_by, &self.beacon, contributors)?;
        }
        match &self.beacon {
            BeaconPlan::Drand { round } if QUICKNET.time(*round).is_none() => {
                Err(malformed("the beacon's round is beyond the year 9999"))
            }
            BeaconPlan::PublicValues(values) => {
                values.check()?;
                self.enough_bits(self.contributors.len())
            }
            _ => Ok(()),
        }
    }

    /// Until when a draw is possible: T2 and the days that the announcement waits. Without such days, always.
    #[must_use]
    pub fn last_day(&self) -> Option<Time> {
        let seconds = i64::try_from(self.wait_days?).ok()?.checked_mul(86_400)?;
        self.beacon.time()?.plus(seconds)
    }

    /// Whether public values are worth enough with so many contributors (SPEC §7.1).
    ///
    /// # Errors
    /// [`Code::SeedBits`].
    pub(crate) fn enough_bits(&self, contributors: usize) -> Result<()> {
        let BeaconPlan::PublicValues(values) = &self.beacon else { return Ok(()) };
        let (bits, expected) = (values.bits(), if contributors < 2 { BITS } else { BITS_WITH_CONTRIBUTORS });
        if bits >= expected {
            return Ok(());
        }
        let fault = Fault::new(Code::SeedBits).fact("bits", bits).fact("expected", expected);
        Err(fault.fact("contributors", contributors))
    }
}

/// Most days to wait for a beacon.
pub const WAIT_DAYS: u64 = 365;

/// What public values must be worth.
const BITS: u64 = 128;

/// The same, when two contributors of 256 bits each are there too.
const BITS_WITH_CONTRIBUTORS: u64 = 32;

/// Refuses every chain but the known one.
pub(crate) fn check_chain(hash: &str) -> Result<()> {
    if hash == QUICKNET.hash { Ok(()) } else { Err(Fault::new(Code::BeaconChain).fact("chain", hash)) }
}

fn contributor(value: Value, path: &str) -> Result<Contributor> {
    let mut members = Members::of(value, path)?;
    let contributor = Contributor {
        id: members.parsed("id", Id::parse)?,
        key: members.parsed("key", PublicKey::parse)?,
        commitment: members.optional_parsed("commitment", Digest::parse)?,
    };
    members.finish()?;
    Ok(contributor)
}
