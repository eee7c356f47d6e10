//! Proofs and tiles against the definitions of RFC 9162.

use super::*;
use crate::fault::{Code, Fault, Result};
use crate::merkle::{leads_to, leaf_hash, node_hash};
use crate::suite::SecretKey;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A log's files in memory.
#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    fn file(&self, path: &str) -> Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| Fault::new(Code::FileMissing).file(path))
    }
}

impl Tiles for Memory {
    fn tile(&self, tile: Tile) -> Result<Vec<u8>> {
        self.file(&tile.path())
    }
    fn bundle(&self, tile: Tile) -> Result<Vec<u8>> {
        self.file(&tile.bundle_path())
    }
}

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// A log of `size` leaves that grew in steps, its edge read again before each.
fn grown(steps: &[u64]) -> (Memory, Edge) {
    let (mut files, mut edge) = (Memory::default(), Edge::empty());
    for step in steps {
        edge = Edge::load(&files, edge.size()).unwrap();
        let entries: Vec<Vec<u8>> = (edge.size()..edge.size() + step).map(entry).collect();
        for (path, bytes) in edge.append(&entries).unwrap() {
            assert!(!path.contains(".p/") || !files.0.contains_key(&path), "{path} was written before");
            assert!(files.0.insert(path.clone(), bytes).is_none(), "{path} was written before");
        }
    }
    (files, edge)
}

fn mth(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [one] => *one,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            node_hash(&mth(&leaves[..split]), &mth(&leaves[split..]))
        }
    }
}

/// SUBPROOF of RFC 9162 §2.1.4.1, by its definition.
fn subproof(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let split = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(split);
    if old <= split {
        let mut path = subproof(old, left, whole);
        path.push(mth(right));
        path
    } else {
        let mut path = subproof(old - split, right, false);
        path.push(mth(left));
        path
    }
}

fn leaves(size: u64) -> Vec<Digest> {
    (0..size).map(|index| leaf_hash(&entry(index))).collect()
}

#[test]
fn tiles_are_those_of_the_definition() {
    let (files, edge) = grown(&[1, 254, 1, 0, 300, 65_000, 4_444]);
    let all = leaves(70_000);
    assert_eq!((edge.size(), edge.root()), (70_000, mth(&all)));
    for tile in Tile::all(70_000) {
        let hashes = tile.read(&files.tile(tile).unwrap()).unwrap();
        let span = 256_usize.pow(tile.level.into());
        for (i, hash) in hashes.iter().enumerate() {
            let first = (usize::try_from(tile.index).unwrap() * 256 + i) * span;
            assert_eq!(*hash, mth(&all[first..first + span]), "{}", tile.path());
        }
        if tile.level == 0 {
            let bundle = files.bundle(tile).unwrap();
            for (i, found) in bundle_entries(&bundle, tile.width).unwrap().into_iter().enumerate() {
                assert_eq!(found, entry(tile.index * 256 + i as u64));
            }
        }
    }
    assert_eq!(root(&files, 70_000).unwrap(), edge.root());
    let path = inclusion_proof(&files, 70_000, 69_999).unwrap();
    assert!(leads_to(&edge.root(), 70_000, 69_999, &all[69_999], &path));
    let proof = consistency_proof(&files, 65_536, 70_000).unwrap();
    assert_eq!(proof, subproof(65_536, &all, true));
    // any earlier size can be proven, also one whose tiles were never written
    for old in [1, 255, 257, 4_097, 69_888, 69_999] {
        let proof = consistency_proof(&files, old, 70_000).unwrap();
        let old_root = mth(&all[..usize::try_from(old).unwrap()]);
        assert!(extends((old, &old_root), (70_000, &edge.root()), &proof), "{old}");
    }
}

#[test]
fn an_edge_that_was_touched_does_not_load_or_has_another_root() {
    let (mut files, edge) = grown(&[300]);
    files.0.get_mut("tile/entries/001.p/44").unwrap()[5] ^= 1;
    assert_eq!(Edge::load(&files, 300).unwrap_err().code(), Code::LogEntry);
    files.0.get_mut("tile/entries/001.p/44").unwrap()[5] ^= 1;
    files.0.get_mut("tile/1/000.p/1").unwrap()[5] ^= 1;
    assert_ne!(Edge::load(&files, 300).unwrap().root(), edge.root());
    files.0.remove("tile/1/000.p/1");
    assert_eq!(Edge::load(&files, 300).unwrap_err().code(), Code::FileMissing);
    assert!(Edge::empty().append(&[vec![0; 65_536]]).is_err());
    assert_eq!(Edge::empty().append(&[vec![0; 65_535]]).unwrap().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_proof_is_the_one_of_the_definition(size in 1_u64..600, parts in 1_u64..40) {
        let steps: Vec<u64> = (0..size.div_ceil(parts)).map(|i| parts.min(size - i * parts)).collect();
        let (files, edge) = grown(&steps);
        let all = leaves(size);
        prop_assert_eq!(edge.root(), mth(&all));
        for old in (0..=size).step_by(7).chain([size]) {
            let count = usize::try_from(old).unwrap();
            let proof = consistency_proof(&files, old, size).unwrap();
            let expected = if old == 0 { Vec::new() } else { subproof(count, &all, true) };
            prop_assert_eq!(&proof, &expected);
            let old_root = mth(&all[..count]);
            let new = (size, &edge.root());
            prop_assert!(extends((old, &old_root), new, &proof));
            let mut false_root = old_root;
            false_root.0[0] ^= 1;
            prop_assert!(old == 0 || !extends((old, &false_root), new, &proof));
            let mut false_proof = proof.clone();
            false_proof.push(old_root);
            prop_assert!(!extends((old, &old_root), new, &false_proof));
            if let Some(last) = proof.last() {
                prop_assert!(!extends((old, &old_root), (size, last), &proof));
                prop_assert!(!extends((old, &old_root), new, &proof[1..]));
                prop_assert!(!extends((old, &old_root), new, &proof[..proof.len() - 1]));
            }
        }
        for index in (0..size).step_by(5) {
            let path = inclusion_proof(&files, size, index).unwrap();
            prop_assert!(leads_to(&edge.root(), size, index, &all[usize::try_from(index).unwrap()], &path));
        }
        prop_assert!(inclusion_proof(&files, size, size).is_err());
        prop_assert!(consistency_proof(&files, size + 1, size).is_err());
    }
}

fn log_of(size: u64, salt: u64) -> (Memory, Signed, Verifier) {
    let (name, key) = (KeyName::parse("log.example").unwrap(), SecretKey::from_bytes(&[7; 32]));
    let (mut files, mut edge) = (Memory::default(), Edge::empty());
    let entries: Vec<Vec<u8>> = (0..size).map(|i| entry(if i == 0 { salt } else { i })).collect();
    files.0.extend(edge.append(&entries).unwrap());
    (files, Signed::make(&name, size, edge.root(), &key).unwrap(), Verifier::of_log(name, &key))
}

#[test]
fn a_receipt_holds_for_its_leaf_only() {
    let (files, signed, log) = log_of(300, 0);
    let receipt = Receipt::make(&files, &signed, 42).unwrap();
    let read = Receipt::parse(receipt.to_file().as_bytes()).unwrap();
    assert_eq!(read, receipt);
    assert_eq!(read.check(&leaf_hash(&entry(42)), &log).unwrap(), signed);
    assert_eq!(read.check(&leaf_hash(&entry(41)), &log).unwrap_err().code(), Code::LogInclusion);
    let text = receipt.to_file();
    let extra = text.replacen("index", "extra AAEC\nindex", 1);
    assert_eq!(Receipt::parse(extra.as_bytes()).unwrap().to_file(), extra);
    for (from, to) in [("@v1", "@v2"), ("index 42", "index 042"), ("index 42\n", ""), ("=\n", "\n"), ("\n\n", "\n")] {
        assert!(Receipt::parse(text.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
    }
    // a single leaf has an empty path
    let (files, signed, log) = log_of(1, 0);
    let receipt = Receipt::make(&files, &signed, 0).unwrap();
    assert!(Receipt::parse(receipt.to_file().as_bytes()).unwrap().check(&leaf_hash(&entry(0)), &log).is_ok());
}

#[test]
fn a_witness_cosigns_what_continues_and_nothing_else() {
    let (files, small, log) = log_of(5, 0);
    let first = Request { old: 0, proof: Vec::new(), note: small.note().clone() };
    assert_eq!(Request::parse(first.to_body().as_bytes()).unwrap(), first);
    assert_eq!(judge(&first, Some(&log), None).unwrap(), small);
    assert_eq!(judge(&first, None, None), Err(Refusal::UnknownLog));
    let stranger = Verifier::of_log(log.name().clone(), &SecretKey::from_bytes(&[8; 32]));
    assert_eq!(judge(&first, Some(&stranger), None), Err(Refusal::Unsigned));
    drop(files);

    let (files, large, _) = log_of(300, 0);
    let proof = consistency_proof(&files, 5, 300).unwrap();
    let second = Request { old: 5, proof: proof.clone(), note: large.note().clone() };
    let last = small.checkpoint();
    assert_eq!(judge(&second, Some(&log), Some(last)).unwrap(), large);
    assert_eq!(judge(&second, Some(&log), None), Err(Refusal::Conflict(0)));
    assert_eq!(judge(&first, Some(&log), Some(last)), Err(Refusal::Conflict(5)));
    let stale = Request { old: 6, ..first.clone() };
    assert_eq!(judge(&stale, Some(&log), Some(last)), Err(Refusal::Malformed));
    let again = Request { old: 5, ..first };
    assert_eq!(judge(&again, Some(&log), Some(last)).unwrap(), small);

    // forks: other leaves under the same signature
    let (_, forked, _) = log_of(5, 99);
    let same = Request { old: 5, proof: Vec::new(), note: forked.note().clone() };
    assert_eq!(judge(&same, Some(&log), Some(last)), Err(Refusal::Conflict(5)));
    let (files, forked, _) = log_of(300, 99);
    let proof = consistency_proof(&files, 5, 300).unwrap();
    let longer = Request { old: 5, proof, note: forked.note().clone() };
    assert_eq!(judge(&longer, Some(&log), Some(last)), Err(Refusal::Inconsistent));

    for bad in ["", "old 1", "old 01\n\n", "old 0\nAA==\n\nx\n1\n", "new 0\n\n"] {
        assert!(Request::parse(bad.as_bytes()).is_err());
    }
    let body = second.to_body();
    let long = body.replacen("old 5\n", &format!("old 5\n{}", format!("{}\n", to_base64(&[0; 32])).repeat(64)), 1);
    assert!(Request::parse(long.as_bytes()).is_err());
}

#[test]
fn of_an_answer_only_the_witness_s_own_lines_count() {
    let (_, mut signed, _) = log_of(5, 0);
    let (name, key) = (KeyName::parse("w.example").unwrap(), SecretKey::from_bytes(&[9; 32]));
    let witness = Verifier::of_witness(name.clone(), &key);
    let own = signed.note().cosignature(&name, &key, 1_800_000_000).to_line();
    let other = signed.note().cosignature(&name, &SecretKey::from_bytes(&[1; 32]), 1).to_line();
    let (lines, time) = cosignatures(&format!("{other}{own}"), &signed, &witness).unwrap();
    assert_eq!((lines.len(), time), (1, 1_800_000_000));
    assert_eq!(cosignatures(&other, &signed, &witness).unwrap_err().code(), Code::NoteUnsigned);
    lines.into_iter().for_each(|line| signed.add(line));
    assert_eq!(signed.note().check(&witness).unwrap(), Some(1_800_000_000));
    let negative = signed.note().cosignature(&name, &key, 1 << 63).to_line();
    assert!(cosignatures(&negative, &signed, &witness).is_err());
}
