//! Who signs, as announcements and plans of a year say it (SPEC §6.1).

use super::{distinct, malformed};
use crate::encoding::{Members, Value, count, object};
use crate::fault::Result;
use crate::ident::Id;
use crate::suite::PublicKey;

/// Most signers.
pub(crate) const SIGNERS: usize = 64;

/// Who signs for the campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Who holds the key.
    pub holder: Id,
    /// The key.
    pub key: PublicKey,
}

impl Signer {
    /// Reads it.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let signer =
            Self { holder: members.parsed("holder", Id::parse)?, key: members.parsed("key", PublicKey::parse)? };
        members.finish()?;
        Ok(signer)
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object([("holder", (&self.holder).into()), ("key", (&self.key).into())])
    }
}

/// Signers ascend by key, nobody holds two keys, and a threshold can be reached.
///
/// # Errors
/// [`crate::fault::Code::AnnouncementForm`].
pub(crate) fn check_signers(signers: &[Signer], threshold: u64) -> Result<()> {
    distinct("signers", signers.iter().map(|signer| &signer.holder))?;
    if signers.is_empty()
        || !signers.is_sorted_by(|a, b| a.key < b.key)
        || !(1..=count(signers.len())).contains(&threshold)
    {
        return Err(malformed("signers must ascend by key, and the threshold be from 1 to their number"));
    }
    Ok(())
}
