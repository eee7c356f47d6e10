//! The witness protocol without its transport: requests, answers, and the judgement (C2SP tlog-witness).

use super::checkpoint::{Checkpoint, Signed};
use super::key::Verifier;
use super::note::{Note, NoteSignature};
use super::proof::extends;
use super::{decimal, hash_from_base64, to_base64};
use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};

/// Most hashes of a proof, by the protocol.
const PROOF: usize = 63;

/// A log asks to have a checkpoint cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Size of the checkpoint that the witness cosigned last.
    pub old: u64,
    /// From there to the new one.
    pub proof: Vec<Digest>,
    /// The new checkpoint.
    pub note: Note,
}

impl Request {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Code::RequestForm`], [`Code::NoteForm`].
    pub fn parse(body: &[u8]) -> Result<Self> {
        let wrong = || Fault::new(Code::RequestForm);
        let text = std::str::from_utf8(body).map_err(|_| wrong())?;
        let (head, note) = text.split_once("\n\n").ok_or_else(wrong)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal).ok_or_else(wrong)?;
        let proof: Option<Vec<Digest>> = lines.take(PROOF + 1).map(hash_from_base64).collect();
        let proof = proof.filter(|proof| proof.len() <= PROOF).ok_or_else(wrong)?;
        Ok(Self { old, proof, note: Note::parse(note.as_bytes())? })
    }

    /// The body of a request.
    #[must_use]
    pub fn to_body(&self) -> String {
        let proof: String = self.proof.iter().map(|hash| format!("{}\n", to_base64(&hash.0))).collect();
        format!("old {}\n{proof}\n{}", self.old, self.note.to_file())
    }

    /// Which log it says to be from: the one whose key must be looked up.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.note.origin()
    }
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The request has not the form.
    Malformed,
    /// The witness does not watch this log.
    UnknownLog,
    /// The log has not signed.
    Unsigned,
    /// The witness has cosigned last at this size, or has seen another root of it.
    Conflict(u64),
    /// The new checkpoint does not continue the old one: the log may be forked.
    Inconsistent,
}

impl Refusal {
    /// The status of HTTP.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::Conflict(_) => 409,
            Self::Inconsistent => 422,
        }
    }
}

/// Whether a witness that knows this log by `log`, and saw it last at `last`, may cosign. Whoever calls must keep the new
/// checkpoint before the cosignature leaves the house, and judge one request at a time.
///
/// # Errors
/// The refusal.
pub fn judge(request: &Request, log: Option<&Verifier>, last: Option<&Checkpoint>) -> Result<Signed, Refusal> {
    let log = log.ok_or(Refusal::UnknownLog)?;
    request.note.check(log).map_err(|_| Refusal::Unsigned)?;
    let signed = Signed::of_note(request.note.clone(), log).map_err(|_| Refusal::Malformed)?;
    let new = signed.checkpoint();
    if request.old > new.size {
        return Err(Refusal::Malformed);
    }
    let nothing = Digest::of(b"");
    let (size, root) = last.map_or((0, &nothing), |last| (last.size, &last.root));
    if request.old != size || (size == new.size && *root != new.root) {
        return Err(Refusal::Conflict(size));
    }
    if extends((size, root), (new.size, &new.root), &request.proof) { Ok(signed) } else { Err(Refusal::Inconsistent) }
}

/// The lines of a witness's answer that are of this witness and hold, with their latest time.
///
/// # Errors
/// [`Code::NoteForm`]; [`Code::NoteUnsigned`], [`Code::NoteSignature`] when the witness's own key has not signed this text.
pub fn cosignatures(answer: &str, signed: &Signed, witness: &Verifier) -> Result<(Vec<NoteSignature>, u64)> {
    let mut note = Note::new(signed.note().text())?;
    for line in NoteSignature::parse_lines(answer)? {
        // lines of other keys mean nothing here
        if line.is_of(witness) {
            note.add(line);
        }
    }
    let time = note.check(witness)?.unwrap_or(0);
    Ok((note.signatures().to_vec(), time))
}
