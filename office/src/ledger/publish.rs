//! Puts a campaign's statements into a log and lays receipts beside them.

use super::ask::{Transport, ask};
use super::home::Home;
use super::store::{Appended, Log};
use crate::campaign::must_hold;
use crate::files::{Folder, read_bytes, write_whole};
use std::path::Path;
use yaohao::fault::{Fault, Result};
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

/// Appends every statement of the campaign in `public` that the log has not, has the checkpoint cosigned, and writes
/// receipts (SPEC §7.5). May be repeated: after each event, or when a witness was not to be reached.
///
/// # Errors
/// What `verify` finds wrong with the campaign: nothing is appended then. The codes of the log and of files.
pub fn publish(public: &Path, home: &Home, witnesses: &[(Verifier, &dyn Transport)]) -> Result<Published> {
    let folder = Folder::new(public);
    must_hold(&folder)?;
    let names: Vec<String> = folder.files()?.into_keys().filter(|name| is_statement(name)).collect();
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
    for (name, leaf) in names.iter().zip(&leaves).filter(|(name, _)| dated(name)) {
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
    let contribution = name.starts_with("contribution-") && Path::new(name).extension().is_some_and(|e| e == "json");
    dated(name) || contribution
}

/// Whether a receipt is worth more than the one that lies there: it is of another log, or more have signed it.
fn better(receipt: &Receipt, path: &Path) -> bool {
    let Ok(old) = read_bytes(path).and_then(|bytes| Receipt::parse(&bytes)) else { return true };
    old.origin() != receipt.origin() || old.signatures() < receipt.signatures()
}
