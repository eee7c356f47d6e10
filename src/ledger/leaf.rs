//! The leaf of a statement (SPEC §15.1).

use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name};
use crate::statement::outline;

/// What the log holds of a statement: its type, its campaign, its digest.
///
/// ```
/// use yaohao::ledger::Leaf;
/// let text = format!("yaohao/1 leaf\nrecord\nSMALL-2024-1\n{}\n", "ab".repeat(32));
/// let leaf = Leaf::parse(text.as_bytes()).unwrap();
/// assert_eq!(leaf.kind.as_str(), "record");
/// assert_eq!(leaf.to_text(), text);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The statement's type.
    pub kind: Name,
    /// The campaign's number.
    pub number: Id,
    /// The statement's digest.
    pub statement: Digest,
}

impl Leaf {
    /// The leaf of a statement's file: its form and signatures are checked, its body's meaning is not.
    ///
    /// # Errors
    /// The codes of form, [`Code::StatementType`], [`Code::StatementSpec`], [`Code::SuiteUnknown`],
    /// [`Code::SignatureInvalid`].
    pub fn of_statement(file: &[u8]) -> Result<Self> {
        let outline = outline(file)?;
        Ok(Self { kind: Name::parse(outline.kind.name())?, number: outline.number, statement: outline.digest })
    }

    /// The entry in the log.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("yaohao/1 leaf\n{}\n{}\n{}\n", self.kind, self.number, self.statement)
    }

    /// Its hash in the tree.
    #[must_use]
    pub fn hash(&self) -> Digest {
        crate::merkle::leaf_hash(self.to_text().as_bytes())
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// [`Code::LeafForm`].
    pub fn parse(entry: &[u8]) -> Result<Self> {
        let wrong = || Fault::new(Code::LeafForm);
        let text = std::str::from_utf8(entry).map_err(|_| wrong())?;
        let lines: Vec<&str> = text.split('\n').collect();
        let ["yaohao/1 leaf", kind, number, statement, ""] = lines.as_slice() else { return Err(wrong()) };
        Ok(Self {
            kind: Name::parse(kind).map_err(|_| wrong())?,
            number: Id::parse(number).map_err(|_| wrong())?,
            statement: Digest::parse(statement).map_err(|_| wrong())?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn other_texts_are_no_leaves() {
        let good = format!("yaohao/1 leaf\nrecord\nA-1\n{}\n", "0".repeat(64));
        Leaf::parse(good.as_bytes()).unwrap();
        for (from, to) in [
            ("leaf", "Leaf"),
            ("record", "Record"),
            ("A-1", "A 1"),
            ("00\n", "00"),
            ("00\n", "0\n"),
            ("00\n", "00\n\n"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_eq!(Leaf::parse(bad.as_bytes()).unwrap_err().code(), Code::LeafForm, "{bad:?}");
        }
    }
}
