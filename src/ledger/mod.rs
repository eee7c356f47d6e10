//! The ledger: statements in an append-only log that anyone can serve, read and witness (SPEC §15).
//!
//! The forms are those of C2SP: signed notes, checkpoints, tiles, cosignatures, the witness protocol, proofs. They are
//! read strictly. Nothing here touches a disk: an [`Edge`] says which files a longer log has, [`Tiles`] is whoever has
//! them.

mod checkpoint;
mod edge;
mod key;
mod leaf;
mod note;
mod proof;
mod receipt;
mod tile;
mod witness;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use checkpoint::{Checkpoint, Signed};
pub use edge::Edge;
pub use key::{Algorithm, KeyName, Verifier};
pub use leaf::Leaf;
pub use note::{Note, NoteSignature};
pub use proof::{Tiles, check_consistency, consistency_proof, extends, inclusion_proof, root};
pub use receipt::Receipt;
pub use tile::{ENTRY_BYTES, Tile, WIDTH, bundle_entries};
pub use witness::{Refusal, Request, cosignatures, judge};

use crate::encoding::Digest;
use base64::Engine as _;

/// Standard base64 with padding, as every C2SP form has it.
fn to_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Refuses what is not written in the one way: wrong padding, bits behind the end, line breaks.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

fn hash_from_base64(text: &str) -> Option<Digest> {
    from_base64(text)?.try_into().ok().map(Digest)
}

/// Decimal digits without sign and leading zeros.
fn decimal(text: &str) -> Option<u64> {
    crate::encoding::decimal(text, 0, u64::MAX).ok()
}
