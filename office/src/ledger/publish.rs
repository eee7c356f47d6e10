//! Puts statements into a log and lays receipts beside them: a campaign's, plans of years, notices about keys.

use super::ask::{Transport, ask};
use super::home::Home;
use super::store::{Appended, Log};
use crate::campaign::must_hold;
use crate::files::{Folder, read_bytes, shown, write_whole};
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::{KeyName, Leaf, Receipt, Verifier};
use yaohao::verify::{Evidence as _, dated};

/// What publishing did.
#[derive(Debug)]
pub struct Published {
    /// Every statement's file, and where it is in the log.
    pub statements: Vec<(String, Appended)>,
    /// The witnesses that cosigned, and when.
    pub witnessed: Vec<(KeyName, u64)>,
    /// The witnesses that did not, and why: the log has the statements all the same.
    pub unwitnessed: Vec<Fault>,
    /// The receipts that were written; one that is as good already stays, since the older one proves more.
    pub receipts: Vec<String>,
}

/// Appends every statement in `public` that the log has not, has the checkpoint cosigned, and writes receipts (SPEC §7.5).
/// The folder is a campaign's, or one of plans of years or of notices about keys. May be repeated: after each event, or
/// when a witness was not to be reached.
///
/// # Errors
/// What `verify` finds wrong with the campaign: nothing is appended then. [`Code::PublishNothing`]; the codes of the log
/// and of files.
pub fn publish(public: &Path, home: &Home, witnesses: &[(Verifier, &dyn Transport)]) -> Result<Published> {
    let folder = Folder::new(public);
    let names: Vec<String> = folder.files()?.into_keys().collect();
    let names: Vec<String> = if names.iter().any(|name| name == "announcement.json") {
        must_hold(&folder)?;
        names.into_iter().filter(|name| is_statement(name)).collect()
    } else {
        names.into_iter().filter(|name| stands_alone(name)).collect()
    };
    if names.is_empty() {
        return Err(Fault::new(Code::PublishNothing).file(shown(public)));
    }
    let leaf = |name: &String| {
        let bytes = read_bytes(&public.join(name))?;
        Leaf::of_statement(&bytes).map_err(|fault| fault.file(name))
    };
    let leaves = names.iter().map(leaf).collect::<Result<Vec<_>>>()?;
    let entries: Vec<Vec<u8>> = leaves.iter().map(|leaf| leaf.to_text().into_bytes()).collect();
    let key = home.key()?;
    let (mut log, appended) = Log::append(&home.public(), &key, &entries)?;
    let (mut witnessed, mut unwitnessed) = (Vec::new(), Vec::new());
    for (witness, transport) in witnesses {
        match ask(&log, witness, *transport) {
            Ok((lines, time)) => {
                log = log.cosigned(&key, lines)?;
                witnessed.push((witness.name().clone(), time));
            }
            Err(fault) => unwitnessed.push(fault.file(witness.name().to_string())),
        }
    }
    let mut receipts = Vec::new();
    for (name, leaf) in names.iter().zip(&leaves).filter(|(name, _)| dated(name) || stands_alone(name)) {
        let receipt = log.receipt(leaf)?;
        let file = format!("{name}.tlog-proof");
        if better(&receipt, &public.join(&file)) {
            write_whole(&public.join(&file), receipt.to_file().as_bytes())?;
            receipts.push(file);
        }
    }
    Ok(Published { statements: names.into_iter().zip(appended).collect(), witnessed, unwitnessed, receipts })
}

fn is_statement(name: &str) -> bool {
    dated(name) || is_json(name) && name.starts_with("contribution-")
}

/// Whether a name is that of a statement which belongs to no campaign: a plan's issue, or a notice about keys.
fn stands_alone(name: &str) -> bool {
    is_json(name) && ["plan-", "rotation-", "revocation-"].iter().any(|kind| name.starts_with(kind))
}

fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "json")
}

/// Whether a receipt is worth more than the one that lies there: it is of another log, or more have signed it.
fn better(receipt: &Receipt, path: &Path) -> bool {
    let Ok(old) = read_bytes(path).and_then(|bytes| Receipt::parse(&bytes)) else { return true };
    old.origin() != receipt.origin() || old.signatures() < receipt.signatures()
}
