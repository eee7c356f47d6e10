//! key rotate, key revoke: notices about keys.

use super::{Outcome, Screen, now, one};
use crate::args::{KeyRevoke, KeyRotate};
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, Text, Time};
use yaohao::notice::{Revocation, Rotation};
use yaohao::statement::{Body, Statement};
use yaohao::suite::{PublicKey, SecretKey};
use yaohao_office::files::write_whole;
use yaohao_office::keys::read_key;

/// A holder's key is followed by another; both sign.
pub(super) fn rotate(screen: &Screen, arguments: &KeyRotate) -> Outcome {
    let (old, new) = (read_key(&arguments.old).map_err(one)?, read_key(&arguments.new).map_err(one)?);
    let rotation = Rotation {
        number: parsed(&arguments.number, "--number", Id::parse)?,
        holder: parsed(&arguments.holder, "--holder", Id::parse)?,
        old: old.public(),
        new: new.public(),
        from: parsed(&arguments.from, "--from", Time::parse)?,
        noticed_at: now()?,
    };
    write(screen, &arguments.out, rotation, &[old, new])
}

/// From some time on, a key may be in wrong hands.
pub(super) fn revoke(screen: &Screen, arguments: &KeyRevoke) -> Outcome {
    let keys = arguments.signers.iter().map(|path| read_key(path)).collect::<Result<Vec<_>>>().map_err(one)?;
    let revocation = Revocation {
        number: parsed(&arguments.number, "--number", Id::parse)?,
        holder: parsed(&arguments.holder, "--holder", Id::parse)?,
        key: parsed(&arguments.key, "--revoked", PublicKey::parse)?,
        since: parsed(&arguments.since, "--since", Time::parse)?,
        reason: parsed(&arguments.reason, "--reason", Name::parse)?,
        text: parsed(&arguments.text, "--text", Text::parse)?,
        noticed_at: now()?,
    };
    write(screen, &arguments.out, revocation, &keys)
}

fn parsed<T>(text: &str, option: &str, parse: fn(&str) -> Result<T>) -> std::result::Result<T, Vec<Fault>> {
    parse(text).map_err(|fault| one(fault.column(option)))
}

fn write<B: Body>(screen: &Screen, out: &Path, body: B, keys: &[SecretKey]) -> Outcome {
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let begins = format!("{}-", B::TYPE.name());
    // a site's audit finds notices by their names
    if !name.starts_with(&begins) || !name.to_ascii_lowercase().ends_with(".json") {
        return Err(one(Fault::new(Code::NoticeName).file(out.display().to_string()).fact("begins", begins)));
    }
    if out.exists() {
        return Err(one(Fault::new(Code::CampaignExists).file(out.display().to_string())));
    }
    let mut statement = Statement::new(body);
    keys.iter().for_each(|key| statement.sign(key));
    // what cannot be read again is not written
    Statement::<B>::parse(statement.to_file().as_bytes()).map_err(one)?;
    write_whole(out, statement.to_file().as_bytes()).map_err(one)?;
    screen.say("noticed", &[("file", &out.display()), ("digest", &statement.digest())]);
    Ok(0)
}
