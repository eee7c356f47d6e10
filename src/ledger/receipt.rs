//! Receipts: what shows, without the log, that a leaf is in it (C2SP tlog-proof).

use super::checkpoint::Signed;
use super::key::Verifier;
use super::note::Note;
use super::proof::{Tiles, inclusion_proof};
use super::{decimal, from_base64, hash_from_base64, to_base64};
use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::merkle::leads_to;

/// Longest path of a tree of 2^64 leaves.
const PATH: usize = 64;

/// Index, path, checkpoint, and bytes that nobody has signed. None of it was checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    extra: Option<Vec<u8>>,
    index: u64,
    path: Vec<Digest>,
    note: Note,
}

impl Receipt {
    /// The receipt of leaf `index` under a checkpoint with all its lines.
    ///
    /// # Errors
    /// As [`inclusion_proof`].
    pub fn make(tiles: &dyn Tiles, signed: &Signed, index: u64) -> Result<Self> {
        let path = inclusion_proof(tiles, signed.checkpoint().size, index)?;
        Ok(Self { extra: None, index, path, note: signed.note().clone() })
    }

    /// Reads a receipt's file.
    ///
    /// # Errors
    /// [`Code::ReceiptForm`], [`Code::NoteForm`].
    pub fn parse(file: &[u8]) -> Result<Self> {
        let wrong = |detail: &str| Fault::new(Code::ReceiptForm).fact("detail", detail);
        let text = std::str::from_utf8(file).map_err(|_| wrong("it is not UTF-8"))?;
        let (head, note) = text.split_once("\n\n").ok_or_else(|| wrong("it has no empty line"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some("c2sp.org/tlog-proof@v1") {
            return Err(wrong("the first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            None => None,
            Some(line) => Some(line.get(6..).and_then(from_base64).ok_or_else(|| wrong("extra is not base64"))?),
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or_else(|| wrong("there is no index"))?;
        let path: Option<Vec<Digest>> = lines.take(PATH + 1).map(hash_from_base64).collect();
        let path = path.filter(|path| path.len() <= PATH).ok_or_else(|| wrong("the path is no hashes, or too long"))?;
        Ok(Self { extra, index, path, note: Note::parse(note.as_bytes())? })
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_file(&self) -> String {
        let extra = self.extra.as_ref().map(|extra| format!("extra {}\n", to_base64(extra))).unwrap_or_default();
        let path: String = self.path.iter().map(|hash| format!("{}\n", to_base64(&hash.0))).collect();
        format!("c2sp.org/tlog-proof@v1\n{extra}index {}\n{path}\n{}", self.index, self.note.to_file())
    }

    /// Which leaf it is about.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Which log it says to be from: the one whose key must be looked up.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.note.origin()
    }

    /// How many lines of signatures it has; nothing says yet that they hold.
    #[must_use]
    pub fn signatures(&self) -> usize {
        self.note.signatures().len()
    }

    /// Checks the log's signature and that the leaf is under it. The checkpoint's note then says, to
    /// [`Note::check`], which witnesses have seen it and when.
    ///
    /// # Errors
    /// As [`Signed::open`]; [`Code::LogInclusion`].
    pub fn check(&self, leaf: &Digest, log: &Verifier) -> Result<Signed> {
        let signed = Signed::of_note(self.note.clone(), log)?;
        let checkpoint = signed.checkpoint();
        if !leads_to(&checkpoint.root, checkpoint.size, self.index, leaf, &self.path) {
            return Err(Fault::new(Code::LogInclusion).fact("leaf", self.index));
        }
        Ok(signed)
    }
}
