//! log: make, append, show, prove, check.

use super::{Outcome, Screen, one};
use crate::args::{LogAppend, LogCheck, LogInit, LogProve, LogVerify};
use std::path::{Path, PathBuf};
use yaohao::encoding::count;
use yaohao::fault::{Fault, Result};
use yaohao::ident::Time;
use yaohao::ledger::{KeyName, Leaf, Note, Receipt, Signed, Verifier};
use yaohao_office::files::{read_bytes, shown, write_whole};
use yaohao_office::keys::System;
use yaohao_office::ledger::{Home, Log};

pub(super) fn init(screen: &Screen, arguments: &LogInit) -> Outcome {
    let origin = KeyName::parse(&arguments.origin).map_err(one)?;
    let key = Home::new(&arguments.log).make(origin, &mut System).map_err(one)?;
    screen.say("log-made", &[("folder", &arguments.log.display()), ("key", &key)]);
    screen.say("log-keep", &[("folder", &arguments.log.display())]);
    Ok(0)
}

pub(super) fn append(screen: &Screen, arguments: &LogAppend) -> Outcome {
    // every file is looked at before anything is written
    let leaves: Vec<Result<Leaf>> = arguments.statements.iter().map(|path| leaf(path)).collect();
    let faults: Vec<Fault> = leaves.iter().filter_map(|leaf| leaf.as_ref().err().cloned()).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let entries: Vec<Vec<u8>> = leaves.into_iter().flatten().map(|leaf| leaf.to_text().into_bytes()).collect();
    let home = Home::new(&arguments.log);
    let key = home.key().map_err(one)?;
    let (log, appended) = Log::append(&home.public(), &key, &entries).map_err(one)?;
    for (path, appended) in arguments.statements.iter().zip(appended) {
        let text = if appended.fresh { "log-appended" } else { "log-there" };
        screen.say(text, &[("file", &path.display()), ("index", &appended.index)]);
    }
    size(screen, log.signed());
    Ok(0)
}

pub(super) fn checkpoint(screen: &Screen, folder: &Path) -> Outcome {
    let log = Home::new(folder).open(None).map_err(one)?;
    screen.line(&yaohao::fault::printable(log.signed().note().to_file().trim_end()).replace("\\u{a}", "\n"));
    Ok(0)
}

pub(super) fn prove(screen: &Screen, arguments: &LogProve) -> Outcome {
    let leaf = leaf(&arguments.statement).map_err(one)?;
    let receipt = Home::new(&arguments.log).open(None).and_then(|log| log.receipt(&leaf)).map_err(one)?;
    let path = arguments.out.clone().unwrap_or_else(|| {
        let name = arguments.statement.file_name().map(|name| name.to_string_lossy().into_owned());
        PathBuf::from(format!("{}.tlog-proof", name.unwrap_or_default()))
    });
    let text = receipt.to_file();
    write_whole(&path, text.as_bytes()).map_err(one)?;
    let facts: [(&str, &dyn std::fmt::Display); 3] =
        [("index", &receipt.index()), ("file", &path.display()), ("bytes", &text.len())];
    screen.say("log-receipt", &facts);
    Ok(0)
}

pub(super) fn verify(screen: &Screen, arguments: &LogVerify) -> Outcome {
    let log = Verifier::parse(&arguments.log_key).map_err(one)?;
    let leaf = leaf(&arguments.statement).map_err(one)?;
    let read = || Receipt::parse(&read_bytes(&arguments.receipt)?);
    let in_file = |fault: Fault| one(fault.file(shown(&arguments.receipt)));
    let receipt = read().map_err(in_file)?;
    let signed = receipt.check(&leaf.hash(), &log).map_err(in_file)?;
    let times = witnessed(signed.note(), &arguments.witness_keys).map_err(in_file)?;
    screen.say(
        "log-included",
        &[
            ("file", &arguments.statement.display()),
            ("index", &receipt.index()),
            ("origin", log.name()),
            ("size", &signed.checkpoint().size),
        ],
    );
    Ok(show_witnesses(screen, &times))
}

pub(super) fn check(screen: &Screen, arguments: &LogCheck) -> Outcome {
    let home = Home::new(&arguments.log);
    let given = arguments.log_key.as_deref().map(Verifier::parse).transpose().map_err(one)?;
    // the office that has the secret needs nobody to tell it the key
    let own = home.key().ok().map(|key| key.verifier());
    let known = given.or(own);
    let key = known.clone().map_or_else(|| home.verifier(), Ok).map_err(one)?;
    let log = home.open(Some(&key)).map_err(one)?;
    let older = arguments.older.as_ref().map(|path| {
        let read = || Signed::open(&read_bytes(path)?, &key);
        read().map_err(|fault| fault.file(shown(path)))
    });
    let older = older.transpose().map_err(one)?;
    let checked = log.check(older.as_ref().map(Signed::checkpoint)).map_err(one)?;
    let times = witnessed(log.signed().note(), &arguments.witness_keys).map_err(one)?;
    let others = checked.leaves.iter().filter(|leaf| leaf.is_none()).count();
    screen.say("log-checked", &[("size", &count(checked.leaves.len())), ("others", &others), ("root", &checked.root)]);
    if let Some(older) = older {
        screen.say("log-continues", &[("size", &older.checkpoint().size)]);
    }
    let code = show_witnesses(screen, &times);
    if known.is_none() {
        screen.say("log-key-from-folder", &[("key", &key)]);
        return Ok(3);
    }
    // a log's own office checks its disk; whether others see the same is a question that it did not ask
    Ok(if arguments.log_key.is_some() { code } else { 0 })
}

/// The leaf of a statement's file.
fn leaf(path: &Path) -> Result<Leaf> {
    read_bytes(path).and_then(|bytes| Leaf::of_statement(&bytes)).map_err(|fault| fault.file(shown(path)))
}

pub(super) fn size(screen: &Screen, signed: &Signed) {
    let checkpoint = signed.checkpoint();
    screen.say("log-size", &[("size", &checkpoint.size), ("root", &checkpoint.root)]);
}

/// The witnesses that a reader names, each of which must have cosigned, and when it did.
fn witnessed(note: &Note, keys: &[String]) -> Result<Vec<(KeyName, u64)>> {
    let keys = keys.iter().map(|key| Verifier::parse(key)).collect::<Result<Vec<_>>>()?;
    keys.iter().map(|key| Ok((key.name().clone(), note.check(key)?.unwrap_or(0)))).collect()
}

fn show_witnesses(screen: &Screen, times: &[(KeyName, u64)]) -> u8 {
    for (name, time) in times {
        screen.say("log-witnessed", &[("name", name), ("time", &clock(*time))]);
    }
    if times.is_empty() {
        screen.say("log-not-witnessed", &[]);
        return 3;
    }
    0
}

/// Seconds since 1970 as people read them.
pub(super) fn clock(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(Time::from_seconds);
    time.map_or_else(|| seconds.to_string(), |time| time.to_string())
}
