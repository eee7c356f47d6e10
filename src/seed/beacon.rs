//! The beacon's evidence (SPEC §7.3).

use crate::announcement::{BeaconPlan, QUICKNET, check_chain};
use crate::encoding::{Digest, Members, hex_array, object, parse_canonical};
use crate::fault::{Code, Fault, Result};
use drand_verify::{G2PubkeyRfc, Pubkey as _};

/// A round of drand's quicknet: the round and the group's signature of it.
///
/// ```
/// use yaohao::{announcement::BeaconPlan, seed::Beacon};
/// let beacon = Beacon::new(1000, "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39").unwrap();
/// assert!(beacon.check(&BeaconPlan::Drand { round: 1000 }).is_ok());
/// assert!(beacon.check(&BeaconPlan::Drand { round: 1001 }).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beacon {
    round: u64,
    signature: [u8; 48],
}

impl Beacon {
    /// A round and its signature in hexadecimal. Nothing is verified yet.
    ///
    /// # Errors
    /// [`Code::HexForm`].
    pub fn new(round: u64, signature: &str) -> Result<Self> {
        Ok(Self { round, signature: hex_array(signature).map_err(|fault| fault.column("signature"))? })
    }

    /// Reads beacon.json.
    ///
    /// # Errors
    /// The codes of form; [`Code::BeaconChain`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut members = Members::of(parse_canonical(bytes)?, "")?;
        for (key, value) in [("spec", "yaohao/1"), ("type", "beacon"), ("kind", "drand")] {
            if members.text(key)? != value {
                return Err(Fault::new(Code::JsonMember)
                    .fact("member", key)
                    .fact("detail", format_args!("must be {value}")));
            }
        }
        check_chain(&members.text("chain")?)?;
        let beacon =
            Self { round: members.int("round", 1, u64::MAX)?, signature: members.parsed("signature", hex_array)? };
        members.finish()?;
        Ok(beacon)
    }

    /// The bytes of beacon.json.
    #[must_use]
    pub fn to_file(&self) -> String {
        object([
            ("chain", QUICKNET.hash.into()),
            ("kind", "drand".into()),
            ("round", self.round.into()),
            ("signature", self.signature_hex().into()),
            ("spec", "yaohao/1".into()),
            ("type", "beacon".into()),
        ])
        .to_file()
    }

    /// The SHA-256 of beacon.json.
    #[must_use]
    pub fn file_digest(&self) -> Digest {
        Digest::of(self.to_file().as_bytes())
    }

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

    /// Whether this is the announced round, signed by the pinned key of the chain.
    ///
    /// # Errors
    /// [`Code::BeaconRound`], [`Code::BeaconSignature`].
    pub fn check(&self, plan: &BeaconPlan) -> Result<()> {
        let expected = match plan {
            BeaconPlan::Drand { round } => *round,
            BeaconPlan::None => 0,
        };
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
