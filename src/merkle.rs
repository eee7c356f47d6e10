//! Merkle tree hashes of RFC 9162 §2.1, by compact ranges that merge (SPEC §4, §4.5).

use crate::encoding::Digest;
use sha2::{Digest as _, Sha256};

/// The hash of a leaf: H(0x00 ‖ bytes).
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(bytes);
    Digest::from_hasher(hasher)
}

pub(crate) fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.0);
    hasher.update(right.0);
    Digest::from_hasher(hasher)
}

/// The leaves from `start` up to `end`, kept as the hashes of the fewest perfect subtrees of the whole tree that cover
/// them. Two ranges that touch merge into one, so parts can be hashed anywhere and in any order of time.
///
/// ```
/// use yaohao::merkle::{leaf_hash, Range};
/// let mut whole = Range::new(0);
/// let (mut left, mut right) = (Range::new(0), Range::new(3));
/// for (i, row) in ["a", "b", "c", "d", "e"].iter().enumerate() {
///     whole.push(leaf_hash(row.as_bytes()));
///     if i < 3 { left.push(leaf_hash(row.as_bytes())) } else { right.push(leaf_hash(row.as_bytes())) }
/// }
/// assert_eq!(left.merge(right).unwrap().root(), whole.root());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    start: u64,
    end: u64,
    /// (first leaf, number of leaves, hash), from left to right
    nodes: Vec<(u64, u64, Digest)>,
}

impl Range {
    /// An empty range before leaf `start`.
    #[must_use]
    pub fn new(start: u64) -> Self {
        Self { start, end: start, nodes: Vec::new() }
    }

    /// Number of leaves.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the hash of the next leaf.
    pub fn push(&mut self, leaf: Digest) {
        self.add((self.end, 1, leaf));
    }

    /// Adds the hash of the next perfect subtree of `leaves` leaves, a power of two; it must begin at a multiple of that.
    pub(crate) fn push_perfect(&mut self, leaves: u64, hash: Digest) {
        self.add((self.end, leaves, hash));
    }

    /// Both ranges as one; `None` unless `right` begins where this one ends.
    #[must_use]
    pub fn merge(mut self, right: Self) -> Option<Self> {
        if self.end != right.start {
            return None;
        }
        for node in right.nodes {
            self.add(node);
        }
        Some(self)
    }

    /// The tree's root if the range begins at leaf 0 (the hash of nothing if it is empty).
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut nodes = self.nodes.iter().rev().map(|(_, _, hash)| *hash);
        let Some(last) = nodes.next() else { return Digest::of(b"") };
        nodes.fold(last, |right, left| node_hash(&left, &right))
    }

    fn add(&mut self, node: (u64, u64, Digest)) {
        self.end = node.0.saturating_add(node.1);
        self.nodes.push(node);
        // two neighbours of one size are one subtree when the left one begins at a multiple of twice that size
        while let [.., (first, size, left), (_, right_size, right)] = self.nodes.as_slice() {
            if size != right_size || first.checked_rem(size.saturating_mul(2)) != Some(0) {
                break;
            }
            let joined = (*first, size.saturating_mul(2), node_hash(left, right));
            self.nodes.truncate(self.nodes.len().saturating_sub(2));
            self.nodes.push(joined);
        }
    }
}

/// The inclusion path of leaf `index` (RFC 9162 §2.1.3.1), from the leaf's sibling up to the root; `None` if there is no
/// such leaf.
///
/// ```
/// use yaohao::merkle::{inclusion_path, leads_to, leaf_hash, Range};
/// let leaves: Vec<_> = ["a", "b", "c"].iter().map(|row| leaf_hash(row.as_bytes())).collect();
/// let mut range = Range::new(0);
/// leaves.iter().for_each(|leaf| range.push(*leaf));
/// let path = inclusion_path(&leaves, 2).unwrap();
/// assert!(leads_to(&range.root(), 3, 2, &leaves[2], &path));
/// assert!(!leads_to(&range.root(), 3, 1, &leaves[2], &path));
/// ```
#[must_use]
pub fn inclusion_path(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut rest, mut index, mut path) = (leaves, index, Vec::new());
    while rest.len() > 1 {
        let (left, right) = rest.split_at(rest.len().next_power_of_two() / 2);
        let other;
        (rest, other) = if index < left.len() { (left, right) } else { (right, left) };
        if index >= left.len() {
            index -= left.len();
        }
        path.push(root_of(other));
    }
    path.reverse();
    Some(path)
}

/// Whether the path of leaf `index` in a tree of `size` leaves ends in `root` (RFC 9162 §2.1.3.2).
#[must_use]
pub fn leads_to(root: &Digest, size: u64, index: u64, leaf: &Digest, path: &[Digest]) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node % 2 == 0 && node != 0 {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && hash == *root
}

fn root_of(leaves: &[Digest]) -> Digest {
    let mut range = Range::new(0);
    leaves.iter().for_each(|leaf| range.push(*leaf));
    range.root()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    /// The tree hash by its recursive definition in RFC 9162 §2.1.1.
    fn by_definition(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [one] => *one,
            _ => {
                let mut split = 1;
                while split * 2 < leaves.len() {
                    split *= 2;
                }
                node_hash(&by_definition(&leaves[..split]), &by_definition(&leaves[split..]))
            }
        }
    }

    /// Inputs and roots that certificate transparency implementations share.
    #[test]
    fn known_roots() {
        let inputs: Vec<Vec<u8>> =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
                .iter()
                .map(|text| hex::decode(text).unwrap())
                .collect();
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut range = Range::new(0);
        for (input, root) in inputs.iter().zip(roots) {
            range.push(leaf_hash(input));
            assert_eq!(range.root().to_string(), root);
        }
    }

    proptest! {
        #[test]
        fn parts_merge_to_the_whole(sizes in prop::collection::vec(0_usize..20, 1..8)) {
            let total: usize = sizes.iter().sum();
            let leaves: Vec<Digest> = (0..total).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            let mut merged = Range::new(0);
            let mut next = 0;
            for size in sizes {
                let mut part = Range::new(next as u64);
                leaves[next..next + size].iter().for_each(|leaf| part.push(*leaf));
                next += size;
                merged = merged.merge(part).unwrap();
            }
            prop_assert_eq!(merged.root(), by_definition(&leaves));
            prop_assert_eq!(merged.len(), total as u64);
        }

        #[test]
        fn each_leaf_has_one_path(total in 1_usize..70, pick in any::<prop::sample::Index>()) {
            let leaves: Vec<Digest> = (0..total).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            let root = by_definition(&leaves);
            let index = pick.index(total);
            let path = inclusion_path(&leaves, index).unwrap();
            for other in 0..total {
                prop_assert_eq!(leads_to(&root, total as u64, other as u64, &leaves[index], &path), other == index);
            }
            let mut longer = path.clone();
            longer.push(root);
            prop_assert!(!leads_to(&root, total as u64, index as u64, &leaves[index], &longer));
        }
    }

    #[test]
    fn ranges_that_do_not_touch_do_not_merge() {
        assert!(Range::new(0).merge(Range::new(1)).is_none());
        assert!(inclusion_path(&[], 0).is_none());
    }
}
