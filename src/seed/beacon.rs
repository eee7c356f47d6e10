//! The beacon's evidence (SPEC §7.3).

use super::Values;
use crate::announcement::{BeaconPlan, QUICKNET, check_chain};
use crate::encoding::{Digest, Members, Value, hex_array, object, parse_canonical};
use crate::fault::{Code, Fault, Result};
use drand_verify::{G2PubkeyRfc, Pubkey as _};

/// What a beacon said: a round of drand's quicknet with the group's signature of it, or public numbers.
///
/// ```
/// use yaohao::{announcement::BeaconPlan, seed::Beacon};
/// let beacon = Beacon::new(1000, "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39").unwrap();
/// assert!(beacon.check(&BeaconPlan::Drand { round: 1000 }).is_ok());
/// assert!(beacon.check(&BeaconPlan::Drand { round: 1001 }).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beacon {
    /// A round of drand's quicknet.
    Drand(Round),
    /// Public numbers.
    PublicValues(Values),
}

/// A round and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    round: u64,
    signature: [u8; 48],
}

impl Beacon {
    /// A round and its signature in hexadecimal. Nothing is verified yet.
    ///
    /// # Errors
    /// [`Code::HexForm`].
    pub fn new(round: u64, signature: &str) -> Result<Self> {
        let signature = hex_array(signature).map_err(|fault| fault.column("signature"))?;
        Ok(Self::Drand(Round { round, signature }))
    }

    /// Reads beacon.json.
    ///
    /// # Errors
    /// The codes of form; [`Code::BeaconChain`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut members = Members::of(parse_canonical(bytes)?, "")?;
        for (key, value) in [("spec", "yaohao/1"), ("type", "beacon")] {
            if members.text(key)? != value {
                return Err(wrong_member(key, &format!("must be {value}")));
            }
        }
        let beacon = match members.text("kind")?.as_str() {
            "drand" => {
                check_chain(&members.text("chain")?)?;
                let round = members.int("round", 1, u64::MAX)?;
                Self::Drand(Round { round, signature: members.parsed("signature", hex_array)? })
            }
            "public-values" => Self::PublicValues(Values::from_members(&mut members)?),
            _ => return Err(wrong_member("kind", "must be drand or public-values")),
        };
        members.finish()?;
        Ok(beacon)
    }

    /// The bytes of beacon.json.
    #[must_use]
    pub fn to_file(&self) -> String {
        let (spec, kind): (Value, Value) = ("yaohao/1".into(), "beacon".into());
        let value = match self {
            Self::Drand(round) => object([
                ("chain", QUICKNET.hash.into()),
                ("kind", "drand".into()),
                ("round", round.round.into()),
                ("signature", round.signature_hex().into()),
                ("spec", spec),
                ("type", kind),
            ]),
            Self::PublicValues(values) => object([
                ("kind", "public-values".into()),
                ("sources", values.to_value()),
                ("spec", spec),
                ("type", kind),
            ]),
        };
        value.to_file()
    }

    /// The SHA-256 of beacon.json.
    #[must_use]
    pub fn file_digest(&self) -> Digest {
        Digest::of(self.to_file().as_bytes())
    }

    /// What the seed text says of it (SPEC §7.4).
    #[must_use]
    pub fn seed_line(&self) -> String {
        match self {
            Self::Drand(round) => format!("drand {} {} {}", QUICKNET.hash, round.round, round.signature_hex()),
            Self::PublicValues(values) => format!("public-values {}", values.canonical()),
        }
    }

    /// Its name in policies.
    #[must_use]
    pub fn policy_name(&self) -> &'static str {
        match self {
            Self::Drand(_) => QUICKNET.policy_name,
            Self::PublicValues(_) => "public-values",
        }
    }

    /// Whether this is what was announced: the round, signed by the pinned key of the chain; or numbers that the announced
    /// sources can give, of which nobody can compute whether they gave them.
    ///
    /// # Errors
    /// [`Code::BeaconKind`], [`Code::BeaconRound`], [`Code::BeaconSignature`], [`Code::BeaconValues`].
    pub fn check(&self, plan: &BeaconPlan) -> Result<()> {
        match (self, plan) {
            (Self::Drand(found), BeaconPlan::Drand { round }) => found.check(*round),
            (Self::PublicValues(values), BeaconPlan::PublicValues(plan)) => values.check(plan),
            _ => {
                let fault = Fault::new(Code::BeaconKind).fact("found", self.policy_name());
                Err(fault.fact("expected", plan.policy_name()))
            }
        }
    }
}

impl Round {
    /// The round.
    #[must_use]
    pub fn round(&self) -> u64 {
        self.round
    }

    /// The signature in hexadecimal: the value that enters the seed.
    #[must_use]
    pub fn signature_hex(&self) -> String {
        hex::encode(self.signature)
    }

    fn check(&self, expected: u64) -> Result<()> {
        if self.round != expected {
            return Err(Fault::new(Code::BeaconRound).fact("found", self.round).fact("expected", expected));
        }
        let invalid = || Fault::new(Code::BeaconSignature).fact("round", self.round);
        let key: [u8; 96] = hex_array(QUICKNET.key)?;
        let key = G2PubkeyRfc::from_fixed(key).map_err(|_| invalid())?;
        // unchained: the message is the round alone
        match key.verify(self.round, b"", &self.signature) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(invalid()),
        }
    }
}

fn wrong_member(member: &str, detail: &str) -> Fault {
    Fault::new(Code::JsonMember).fact("member", member).fact("detail", detail)
}
