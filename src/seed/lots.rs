//! What falls from a seed: sub-seeds, tickets, key streams, uniform integers (SPEC §7.4, §8.3).

use crate::encoding::Digest;
use crate::ident::Id;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};
use std::borrow::Borrow;

/// All chance of one draw. Two draws with the same lots and the same registers are the same draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lots {
    seed: Digest,
}

impl Lots {
    /// The lots of a seed.
    #[must_use]
    pub fn of(seed: Digest) -> Self {
        Self { seed }
    }

    /// Lots for a trial draw.
    #[must_use]
    pub fn trial(trial: u64) -> TrialLots {
        TrialLots { lots: Self { seed: Digest::of(format!("yaohao/1 trial\n{trial}\n").as_bytes()) } }
    }

    /// The seed's digest.
    #[must_use]
    pub fn seed(&self) -> Digest {
        self.seed
    }

    /// The sub-seed of a purpose.
    #[must_use]
    pub fn sub_seed(&self, purpose: &str) -> Digest {
        Digest::of(format!("yaohao/1 {purpose}\n{}\n", self.seed).as_bytes())
    }

    /// The tickets of a purpose.
    #[must_use]
    pub fn tickets(&self, purpose: &str) -> Tickets {
        Tickets::new(&self.sub_seed(purpose))
    }

    /// The key stream of a purpose.
    #[must_use]
    pub fn stream(&self, purpose: &str) -> KeyStream {
        KeyStream::new(&self.sub_seed(purpose))
    }
}

/// All chance of one trial draw. It falls from no seed text, and a type of its own keeps it from whatever asks for [`Lots`]:
/// no outcome, and so no record, can be made of it.
///
/// ```compile_fail,E0308
/// use yaohao::seed::Lots;
/// let lots: Lots = Lots::trial(1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLots {
    lots: Lots,
}

impl TrialLots {
    /// For what the core does with lots of either kind; outside it nobody gets at them.
    pub(crate) fn lots(&self) -> &Lots {
        &self.lots
    }

    /// The sub-seed of a purpose.
    #[must_use]
    pub fn sub_seed(&self, purpose: &str) -> Digest {
        self.lots.sub_seed(purpose)
    }

    /// The tickets of a purpose.
    #[must_use]
    pub fn tickets(&self, purpose: &str) -> Tickets {
        self.lots.tickets(purpose)
    }

    /// The key stream of a purpose.
    #[must_use]
    pub fn stream(&self, purpose: &str) -> KeyStream {
        self.lots.stream(purpose)
    }
}

/// Tickets under one sub-seed: SHA-256 of its 64 hexadecimal digits and the id. The digits fill one block of SHA-256
/// exactly, so that block is compressed once for all tickets.
#[derive(Debug, Clone)]
pub struct Tickets {
    first_block: Sha256,
}

impl Tickets {
    /// Tickets under a sub-seed.
    #[must_use]
    pub fn new(sub_seed: &Digest) -> Self {
        Self { first_block: Sha256::new_with_prefix(sub_seed.to_string()) }
    }

    /// The ticket of an id.
    ///
    /// ```
    /// use yaohao::{encoding::Digest, seed::Tickets};
    /// let sub_seed = Digest::of(b"any");
    /// assert_eq!(Tickets::new(&sub_seed).ticket("A1"), Digest::of(format!("{sub_seed}A1").as_bytes()));
    /// ```
    #[must_use]
    pub fn ticket(&self, id: &str) -> Digest {
        let mut hasher = self.first_block.clone();
        hasher.update(id);
        Digest::from_hasher(hasher)
    }

    /// The ticket of a pair of a task and an inspector or crew.
    #[must_use]
    pub fn pair(&self, task: &Id, comes: &(impl Borrow<str> + ?Sized)) -> Digest {
        let mut hasher = self.first_block.clone();
        hasher.update(task.as_str());
        hasher.update(b"/");
        hasher.update(comes.borrow());
        Digest::from_hasher(hasher)
    }
}

/// The ChaCha20 key stream of a sub-seed in little-endian 64-bit words.
#[derive(Debug)]
pub struct KeyStream {
    cipher: ChaCha20Rng,
}

impl KeyStream {
    /// The key stream with this key, nonce zero, from block 0.
    #[must_use]
    pub fn new(key: &Digest) -> Self {
        Self { cipher: ChaCha20Rng::from_seed(key.0) }
    }

    /// The next word.
    pub fn word(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.cipher.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A uniform integer in [0, n); 0 if n is 0.
    pub fn uniform(&mut self, n: u64) -> u64 {
        uniform_from(n, || self.word())
    }
}

/// Rejects the words of the biased tail: those from the greatest multiple of `n` up to 2^64.
fn uniform_from(n: u64, mut word: impl FnMut() -> u64) -> u64 {
    // 2^64 mod n without a wider integer
    let Some(tail) = (u64::MAX % n.max(1)).checked_add(1).and_then(|rest| rest.checked_rem(n)) else { return 0 };
    loop {
        let x = word();
        if x <= u64::MAX - tail {
            return x % n;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// RFC 8439 appendix A.1, test vector 1: key, nonce and counter zero.
    #[test]
    fn rfc_8439_key_stream() {
        let mut stream = KeyStream::new(&Digest([0; 32]));
        let bytes: Vec<u8> = (0..8).flat_map(|_| stream.word().to_le_bytes()).collect();
        assert_eq!(
            hex::encode(bytes),
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
        );
    }

    /// RFC 8439 appendix A.1, test vector 3: key ends in 01, block 1 of nonce zero.
    #[test]
    fn rfc_8439_second_block() {
        let mut key = [0; 32];
        *key.last_mut().unwrap() = 1;
        let mut stream = KeyStream::new(&Digest(key));
        (0..8).for_each(|_| {
            stream.word();
        });
        let bytes: Vec<u8> = (0..8).flat_map(|_| stream.word().to_le_bytes()).collect();
        assert!(hex::encode(bytes).starts_with("3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"));
    }

    /// Every residue has exactly as many accepted words as any other, and the tail is rejected.
    #[test]
    fn rejection_is_exact() {
        let accepted = |n: u64, x: u64| {
            let mut words = [x, 7].into_iter();
            let value = uniform_from(n, || words.next().unwrap());
            words.next().is_some().then_some(value)
        };
        for n in [1, 2, 3, 10, 10_000, u64::from(u32::MAX), (1 << 63) + 1, u64::MAX] {
            let tail = u64::try_from((1_u128 << 64) % u128::from(n)).unwrap();
            let greatest = u64::MAX - tail;
            assert_eq!(accepted(n, greatest), Some(greatest % n), "{n}");
            assert_eq!(accepted(n, greatest), Some(n - 1), "the accepted words end with a whole cycle: {n}");
            if tail > 0 {
                assert_eq!(accepted(n, greatest + 1), None, "{n}");
                assert_eq!(accepted(n, u64::MAX), None, "{n}");
            }
        }
        assert_eq!(uniform_from(0, || 5), 0);
    }
}
