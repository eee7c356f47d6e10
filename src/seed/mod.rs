//! The seed: contributions, closing, beacon, and the text that anybody can digest again (SPEC §7).

mod beacon;
mod contributions;
mod lots;
mod reveal;
mod values;

pub use beacon::{Beacon, Round};
pub use contributions::{Closing, Contribution, check_contributions};
pub use lots::{KeyStream, Lots, Tickets, TrialLots};
pub use reveal::{Reveal, check_secret};
pub use values::Values;

use crate::announcement::Announcement;
use crate::encoding::Digest;
use std::fmt::Write as _;

/// The seed with the text that it is the digest of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    text: String,
}

impl Seed {
    /// Builds the seed text of SPEC §7.4. `values` are the contributors' values in announced order, `None` for an absent
    /// one; `secret` is the custodian's of a sealed campaign; `beacon` is the verified beacon, or `None` where none was
    /// announced.
    ///
    /// The caller has checked all against the announcement: see [`check_contributions`], [`check_secret`] and
    /// [`Beacon::check`].
    #[must_use]
    pub fn new(
        announcement: &Announcement,
        digest: &Digest,
        values: &[Option<[u8; 32]>],
        secret: Option<&[u8; 32]>,
        beacon: Option<&Beacon>,
    ) -> Self {
        let mut text = format!("yaohao/1 seed\ndraw: {}\nannouncement: {digest}\n", announcement.number);
        for (contributor, value) in announcement.seed.contributors.iter().zip(values) {
            let value = value.map_or_else(|| "absent".to_owned(), hex::encode);
            // writing to a String cannot fail
            let _ = writeln!(text, "contribution: {} {value}", contributor.id);
        }
        if let (Some(sealed), Some(secret)) = (&announcement.seed.sealed, secret) {
            let _ = writeln!(text, "custodian: {} {}", sealed.custodian, hex::encode(secret));
        }
        let _ = match beacon {
            Some(beacon) => writeln!(text, "beacon: {}", beacon.seed_line()),
            None => writeln!(text, "beacon: none"),
        };
        Self { text }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its digest: the seed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }

    /// The lots that fall from this seed.
    #[must_use]
    pub fn lots(&self) -> Lots {
        Lots::of(self.digest())
    }
}
