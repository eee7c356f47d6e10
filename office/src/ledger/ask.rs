//! A log asks a witness.

use super::store::Log;
use yaohao::encoding::decimal;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::{NoteSignature, Request, Verifier, cosignatures};

/// Sends the body of a request to a witness, gives status and body of the answer.
pub trait Transport {
    /// One POST to `add-checkpoint`.
    ///
    /// # Errors
    /// [`Code::WitnessUnreachable`].
    fn post(&self, body: &str) -> Result<(u16, String)>;
}

/// Has the log's checkpoint cosigned: the lines of this witness, and its time. Nothing is kept yet.
///
/// # Errors
/// [`Code::LogShrunk`] when the witness has seen more leaves than there are, [`Code::LogForked`] when it has seen others,
/// [`Code::WitnessRefused`], [`Code::WitnessUnreachable`], the codes of notes and tiles.
pub fn ask(log: &Log, witness: &Verifier, transport: &dyn Transport) -> Result<(Vec<NoteSignature>, u64)> {
    let size = log.signed().checkpoint().size;
    // without a note of our own of what the witness has seen: it says so itself, and the second question is the right one
    let mut old = 0;
    let (mut status, mut answer) = transport.post(&question(log, old)?)?;
    if status == 409 {
        let seen = answer.strip_suffix('\n').and_then(|text| decimal(text, 0, u64::MAX).ok());
        old = seen.ok_or_else(|| refused(status, &answer))?;
        if old > size {
            return Err(Fault::new(Code::LogShrunk).fact("found", size).fact("expected", old));
        }
        (status, answer) = transport.post(&question(log, old)?)?;
    }
    match status {
        200 => cosignatures(&answer, log.signed(), witness),
        // the witness has this size, or the one before, with another root
        409 | 422 => Err(Fault::new(Code::LogForked).fact("old", old).fact("size", size)),
        _ => Err(refused(status, &answer)),
    }
}

fn question(log: &Log, old: u64) -> Result<String> {
    Ok(Request { old, proof: log.consistency(old)?, note: log.signed().note().clone() }.to_body())
}

fn refused(status: u16, answer: &str) -> Fault {
    Fault::new(Code::WitnessRefused).fact("status", status).fact("detail", answer.trim())
}
