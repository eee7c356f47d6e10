//! Signed notes: a text, an empty line, signature lines (C2SP signed-note, tlog-cosignature).

use super::key::{Algorithm, KeyName, Verifier};
use super::{from_base64, to_base64};
use crate::fault::{Code, Fault, Result};
use crate::suite::SecretKey;

/// Most bytes of a note: C2SP asks readers to take at least 16 signatures, of up to 5 kB each.
const NOTE_BYTES: usize = 1 << 20;

/// Most signature lines.
const SIGNATURES: usize = 64;

/// What begins a signature line: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// A text and its signature lines, of which none was checked.
///
/// ```
/// use yaohao::{ledger::{KeyName, Note, Verifier}, suite::SecretKey};
/// let (name, key) = (KeyName::parse("log.example").unwrap(), SecretKey::from_bytes(&[7; 32]));
/// let mut note = Note::new("a text\n").unwrap();
/// note.sign(&name, &key);
/// let read = Note::parse(note.to_file().as_bytes()).unwrap();
/// read.check(&Verifier::of_log(name, &key)).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line. Lines of unknown keys or algorithms are kept as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl Note {
    /// A note without signatures. The text ends with LF.
    ///
    /// # Errors
    /// [`Code::NoteForm`].
    pub fn new(text: &str) -> Result<Self> {
        if !text.ends_with('\n') || text.chars().any(|c| c != '\n' && c < ' ') {
            return Err(malformed("the text does not end with a line break, or holds a control character"));
        }
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a note.
    ///
    /// # Errors
    /// [`Code::NoteForm`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > NOTE_BYTES {
            return Err(malformed("it is larger than 1 MiB"));
        }
        let note = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        // the last empty line parts text and signatures
        let (text, lines) = note.rsplit_once("\n\n").ok_or_else(|| malformed("it has no empty line"))?;
        let mut found = Self::new(&format!("{text}\n"))?;
        found.signatures = NoteSignature::parse_lines(lines)?;
        Ok(found)
    }

    /// The text. Whether anybody signed it is for [`Note::check`] to say.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first line: of a checkpoint, which log it says to be from, whose key must be looked up.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.split('\n').next().unwrap_or_default()
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_file(&self) -> String {
        let lines: String = self.signatures.iter().map(NoteSignature::to_line).collect();
        format!("{}\n{lines}", self.text)
    }

    /// The signature lines.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a log's signature.
    pub fn sign(&mut self, name: &KeyName, key: &SecretKey) {
        let id = Verifier::of_log(name.clone(), key).id();
        self.add(NoteSignature { name: name.clone(), id, bytes: key.sign(self.text.as_bytes()).to_vec() });
    }

    /// A witness's cosignature of this text at a time (seconds since 1970), not added yet.
    #[must_use]
    pub fn cosignature(&self, name: &KeyName, key: &SecretKey, time: u64) -> NoteSignature {
        let id = Verifier::of_witness(name.clone(), key).id();
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend(key.sign(cosigned(&self.text, time).as_bytes()));
        NoteSignature { name: name.clone(), id, bytes }
    }

    /// Adds a signature line in place of one by the same key.
    pub fn add(&mut self, signature: NoteSignature) {
        self.signatures.retain(|other| (&other.name, other.id) != (&signature.name, signature.id));
        self.signatures.push(signature);
    }

    /// Checks the signature of one key, and gives the time that a witness put to it. A line that names the key and does
    /// not fit makes the note worthless, even beside one that does.
    ///
    /// # Errors
    /// [`Code::NoteUnsigned`] when this key has not signed, [`Code::NoteSignature`].
    pub fn check(&self, key: &Verifier) -> Result<Option<u64>> {
        let mut lines = self.signatures.iter().filter(|line| line.is_of(key)).peekable();
        if lines.peek().is_none() {
            return Err(Fault::new(Code::NoteUnsigned).fact("name", key.name()));
        }
        let mut latest = None;
        for line in lines {
            let fits = line.time_if_fitting(&self.text, key);
            latest = latest.max(fits.ok_or_else(|| Fault::new(Code::NoteSignature).fact("name", key.name()))?);
        }
        Ok(latest)
    }
}

impl NoteSignature {
    /// Reads lines of signatures, each ended by LF: at least one.
    ///
    /// # Errors
    /// [`Code::NoteForm`].
    pub fn parse_lines(lines: &str) -> Result<Vec<Self>> {
        let lines = lines.strip_suffix('\n').ok_or_else(|| malformed("a signature line is not ended"))?;
        let signatures = lines.split('\n').take(SIGNATURES + 1).map(Self::parse).collect::<Result<Vec<_>>>()?;
        if signatures.len() > SIGNATURES {
            return Err(malformed("it has more than 64 signatures"));
        }
        Ok(signatures)
    }

    fn parse(line: &str) -> Result<Self> {
        let wrong = || malformed("a signature line is not a dash, a name and base64");
        let (name, value) = line.strip_prefix(DASH).and_then(|line| line.split_once(' ')).ok_or_else(wrong)?;
        let bytes = from_base64(value).ok_or_else(wrong)?;
        let (id, bytes) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
        Ok(Self { name: KeyName::parse(name).map_err(|_| wrong())?, id: *id, bytes: bytes.to_vec() })
    }

    /// The line, ended by LF.
    #[must_use]
    pub fn to_line(&self) -> String {
        let bytes: Vec<u8> = self.id.iter().chain(&self.bytes).copied().collect();
        format!("{DASH}{} {}\n", self.name, to_base64(&bytes))
    }

    /// Who is said to have signed.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Whether the line names this key. Whether it fits is for [`Note::check`] to say.
    #[must_use]
    pub fn is_of(&self, key: &Verifier) -> bool {
        self.id == key.id() && self.name == *key.name()
    }

    fn time_if_fitting(&self, text: &str, key: &Verifier) -> Option<Option<u64>> {
        match key.algorithm() {
            Algorithm::Ed25519 => {
                let signature = self.bytes.as_slice().try_into().ok()?;
                key.key().has_signed(text.as_bytes(), signature).then_some(None)
            }
            Algorithm::Cosignature => {
                let (time, signature) = self.bytes.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                let signature = signature.try_into().ok()?;
                let fits = key.key().has_signed(cosigned(text, time).as_bytes(), signature);
                // larger times are not allowed: they would be negative elsewhere
                (fits && i64::try_from(time).is_ok()).then_some(Some(time))
            }
        }
    }
}

/// What a witness signs.
fn cosigned(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

fn malformed(detail: &str) -> Fault {
    Fault::new(Code::NoteForm).fact("detail", detail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A note of Go's checksum database, made by a program of others.
    const SUMDB: &str = "go.sum database tree\n63096908\n8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n\n\
        \u{2014} sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n";
    const SUMDB_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

    #[test]
    fn a_note_of_others_is_read_and_holds() {
        let note = Note::parse(SUMDB.as_bytes()).unwrap();
        let key = Verifier::parse(SUMDB_KEY).unwrap();
        assert_eq!(note.check(&key).unwrap(), None);
        assert_eq!(note.to_file(), SUMDB);
        let changed = Note::parse(SUMDB.replace("63096908", "63096909").as_bytes()).unwrap();
        assert_eq!(changed.check(&key).unwrap_err().code(), Code::NoteSignature);
    }

    #[test]
    fn unknown_lines_are_kept_and_count_for_nothing() {
        let (name, secret) = (KeyName::parse("witness.example/w1").unwrap(), SecretKey::from_bytes(&[3; 32]));
        let key = Verifier::of_witness(name.clone(), &secret);
        let mut note = Note::parse(SUMDB.as_bytes()).unwrap();
        assert_eq!(note.check(&key).unwrap_err().code(), Code::NoteUnsigned);
        note.add(note.cosignature(&name, &secret, 1_679_315_147));
        note.add(note.cosignature(&name, &secret, 1_679_315_148));
        assert_eq!(note.signatures().len(), 2, "a second cosignature takes the place of the first");
        // a line of a type that nobody here knows
        let strange = NoteSignature { name, id: [9; 4], bytes: vec![1; 2_428] };
        note.add(strange.clone());
        let read = Note::parse(note.to_file().as_bytes()).unwrap();
        assert_eq!(read, note);
        assert!(read.signatures().contains(&strange));
        assert_eq!(read.check(&key).unwrap(), Some(1_679_315_148));
        read.check(&Verifier::parse(SUMDB_KEY).unwrap()).unwrap();
        // the same key's plain signature is another line
        assert!(read.check(&Verifier::of_log(key.name().clone(), &secret)).is_err());
    }

    #[test]
    fn one_false_line_of_a_known_key_spoils_the_note() {
        let key = Verifier::parse(SUMDB_KEY).unwrap();
        let twice = format!("{SUMDB}{}", SUMDB.lines().last().unwrap().replace("gri/o", "gri/p") + "\n");
        assert_eq!(Note::parse(twice.as_bytes()).unwrap().check(&key).unwrap_err().code(), Code::NoteSignature);
    }

    #[test]
    fn other_forms_are_refused() {
        let line = SUMDB.lines().last().unwrap();
        for (from, to) in [
            ("\n\n", "\n"),
            ("\u{2014} ", "- "),
            ("mAk=\n", "mAk=\r\n"),
            ("mAk=\n", "mAk="),
            ("mAk=", "mAk"),
            ("mAk=", "mAl="),
            ("sum.golang.org ", "sum golang.org "),
            ("sum.golang.org ", "sum+golang.org "),
            ("tree", "tree\t"),
            ("\n\n", "\n\n\n\n"),
        ] {
            let bad = SUMDB.replacen(from, to, 1);
            let refused = Note::parse(bad.as_bytes()).is_err() || to == "\n\n\n\n";
            assert!(refused, "{bad:?}");
        }
        assert!(Note::parse(b"").is_err());
        assert!(Note::parse(format!("a\n\n{}", format!("{line}\n").repeat(65)).as_bytes()).is_err());
        assert!(Note::parse(b"\xff\n\n").is_err());
        assert!(Note::new("no end").is_err());
    }
}
