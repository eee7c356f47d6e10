//! Checkpoints: origin, number of leaves, root (C2SP tlog-checkpoint).

use super::key::{KeyName, Verifier};
use super::note::Note;
use super::{decimal, hash_from_base64, to_base64};
use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::suite::SecretKey;

/// What a log says of itself at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root of RFC 9162 over them.
    pub root: Digest,
    /// Lines of others' making; this project writes none.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The text of a note.
    #[must_use]
    pub fn to_text(&self) -> String {
        let extensions: String = self.extensions.iter().map(|line| format!("{line}\n")).collect();
        format!("{}\n{}\n{}\n{extensions}", self.origin, self.size, to_base64(&self.root.0))
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// [`Code::CheckpointForm`].
    pub fn parse_text(text: &str) -> Result<Self> {
        let wrong = |detail: &str| Fault::new(Code::CheckpointForm).fact("detail", detail);
        let mut lines = text.strip_suffix('\n').ok_or_else(|| wrong("the last line is not ended"))?.split('\n');
        let origin = lines.next().unwrap_or_default().to_owned();
        let size = lines.next().and_then(decimal).ok_or_else(|| wrong("the second line is no number of leaves"))?;
        let root = lines.next().and_then(hash_from_base64).ok_or_else(|| wrong("the third line is no root"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(wrong("a line is empty"));
        }
        if size == 0 && root != Digest::of(b"") {
            return Err(wrong("an empty log has the root of nothing"));
        }
        Ok(Self { origin, size, root, extensions })
    }
}

/// A checkpoint that its log has signed: only [`Signed::open`] and [`Signed::make`] give one.
///
/// ```
/// use yaohao::{encoding::Digest, suite::SecretKey, ledger::{Checkpoint, KeyName, Signed, Verifier}};
/// let (origin, key) = (KeyName::parse("log.example").unwrap(), SecretKey::from_bytes(&[7; 32]));
/// let signed = Signed::make(&origin, 0, Digest::of(b""), &key).unwrap();
/// let read = Signed::open(signed.note().to_file().as_bytes(), &Verifier::of_log(origin, &key)).unwrap();
/// assert_eq!(read.checkpoint().size, 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    checkpoint: Checkpoint,
    note: Note,
}

impl Signed {
    /// Signs a checkpoint.
    ///
    /// # Errors
    /// [`Code::NoteForm`], never for names that were read.
    pub fn make(origin: &KeyName, size: u64, root: Digest, key: &SecretKey) -> Result<Self> {
        let checkpoint = Checkpoint { origin: origin.to_string(), size, root, extensions: Vec::new() };
        let mut note = Note::new(&checkpoint.to_text())?;
        note.sign(origin, key);
        Ok(Self { checkpoint, note })
    }

    /// Reads a checkpoint and checks the log's signature and origin.
    ///
    /// # Errors
    /// [`Code::NoteForm`], [`Code::NoteUnsigned`], [`Code::NoteSignature`], [`Code::CheckpointForm`],
    /// [`Code::CheckpointOrigin`].
    pub fn open(bytes: &[u8], log: &Verifier) -> Result<Self> {
        Self::of_note(Note::parse(bytes)?, log)
    }

    pub(super) fn of_note(note: Note, log: &Verifier) -> Result<Self> {
        note.check(log)?;
        let checkpoint = Checkpoint::parse_text(note.text())?;
        if checkpoint.origin != log.name().as_str() {
            let fault = Fault::new(Code::CheckpointOrigin).fact("found", &checkpoint.origin);
            return Err(fault.fact("expected", log.name()));
        }
        Ok(Self { checkpoint, note })
    }

    /// What was signed.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note with all its lines.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds the line of a witness. The text stays as the log has signed it.
    pub fn add(&mut self, line: super::note::NoteSignature) {
        self.note.add(line);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_example_of_c2sp() {
        let read = Checkpoint::parse_text(TEXT).unwrap();
        assert_eq!((read.origin.as_str(), read.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(read.to_text(), TEXT);
        let extended = Checkpoint::parse_text(&format!("{TEXT}more\n")).unwrap();
        assert_eq!(extended.extensions, ["more"]);
    }

    #[test]
    fn other_forms_are_refused() {
        for (from, to) in [
            ("20852163", "020852163"),
            ("20852163", "-1"),
            ("20852163", "18446744073709551616"),
            ("20852163", "0"),
            ("example.com/behind-the-sofa", ""),
            ("q2I=\n", "q2I=\n\n"),
            ("q2I=\n", "q2I="),
            ("CsUY", "CsU"),
            ("20852163\n", ""),
        ] {
            assert!(Checkpoint::parse_text(&TEXT.replacen(from, to, 1)).is_err(), "{from} {to}");
        }
    }

    #[test]
    fn another_logs_checkpoint_is_not_ours() {
        let (name, key) = (KeyName::parse("b.example").unwrap(), SecretKey::from_bytes(&[7; 32]));
        let mut note = Note::new(TEXT).unwrap();
        note.sign(&name, &key);
        let refused = Signed::open(note.to_file().as_bytes(), &Verifier::of_log(name, &key)).unwrap_err();
        assert_eq!(refused.code(), Code::CheckpointOrigin);
    }
}
