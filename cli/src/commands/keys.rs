//! key: make, show, sign, and a policy to start from.

use super::{Outcome, Screen, one, passphrase};
use crate::args::{KeyFiles, KeyNew, KeyShow, KeySign};
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::announcement::Announcement;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::notice::{Revocation, Rotation};
use yaohao::record::{Record, Sealing, Void};
use yaohao::seed::{Closing, Contribution};
use yaohao::statement::{Body, Statement};
use yaohao::suite::{PublicKey, SecretKey};
use yaohao::year::YearPlan;
use yaohao_office::campaign::Campaign;
use yaohao_office::files::{read_bytes, read_text, write_whole};
use yaohao_office::keys::{self, System, read_key};
use yaohao_office::locked::Work;

pub(super) fn new(screen: &Screen, arguments: &KeyNew, file: Option<&Path>) -> Outcome {
    let holder = Id::parse(&arguments.holder).map_err(one)?;
    let keys = Campaign::new(&arguments.dir).keys();
    // nobody is asked for a passphrase that then opens nothing
    keys.must_not_exist(&holder).map_err(one)?;
    let name = format!("{holder}.key");
    let phrase = match arguments.plain {
        true => None,
        false => Some(passphrase::new(file, screen.language, &name).map_err(one)?),
    };
    let lock = phrase.as_ref().map(|phrase| (phrase, Work::USUAL));
    let public = keys.make_under(&holder, lock, &mut System).map_err(one)?;
    screen.say("key-made", &[("holder", &holder), ("key", &public), ("fingerprint", &public.fingerprint())]);
    screen.say(if arguments.plain { "key-keep" } else { "key-keep-locked" }, &[]);
    Ok(0)
}

/// Puts key files under one passphrase.
pub(super) fn lock(screen: &Screen, arguments: &KeyFiles, file: Option<&Path>) -> Outcome {
    let names: Vec<String> = arguments.files.iter().map(|file| file.display().to_string()).collect();
    let phrase = passphrase::new(file, screen.language, &names.join(", ")).map_err(one)?;
    for file in &arguments.files {
        keys::lock(file, &phrase, Work::USUAL).map_err(one)?;
        screen.say("key-locked", &[("file", &file.display())]);
    }
    Ok(0)
}

/// Takes the passphrase from key files.
pub(super) fn unlock(screen: &Screen, arguments: &KeyFiles) -> Outcome {
    for file in &arguments.files {
        keys::unlock(file).map_err(one)?;
        screen.say("key-unlocked", &[("file", &file.display())]);
    }
    Ok(0)
}

pub(super) fn show(screen: &Screen, arguments: &KeyShow) -> Outcome {
    let text = read_text(&arguments.file).map_err(one)?;
    let is_public = arguments.file.extension().is_some_and(|extension| extension == "pub");
    let public =
        if is_public { PublicKey::parse(text.trim()) } else { read_key(&arguments.file).map(|key| key.public()) };
    let public = public.map_err(one)?;
    screen.line(&public.to_string());
    screen.say("fingerprint", &[("fingerprint", &public.fingerprint())]);
    Ok(0)
}

/// Adds a signature to a statement whose body stays as it is.
pub(super) fn sign(screen: &Screen, arguments: &KeySign) -> Outcome {
    let key = read_key(&arguments.key).map_err(one)?;
    let bytes = read_bytes(&arguments.file).map_err(one)?;
    let signed = signed::<Announcement>(&bytes, &key)
        .or_else(|fault| other_type(fault, || signed::<Record>(&bytes, &key)))
        .or_else(|fault| other_type(fault, || signed::<Void>(&bytes, &key)))
        .or_else(|fault| other_type(fault, || signed::<Rotation>(&bytes, &key)))
        .or_else(|fault| other_type(fault, || signed::<Revocation>(&bytes, &key)))
        .or_else(|fault| other_type(fault, || signed::<Sealing>(&bytes, &key)))
        .or_else(|fault| other_type(fault, || signed::<Closing>(&bytes, &key)))
        .or_else(|fault| other_type(fault, || signed::<Contribution>(&bytes, &key)))
        .or_else(|fault| other_type(fault, || signed::<YearPlan>(&bytes, &key)));
    let text = signed.map_err(|fault| one(fault.file(arguments.file.display().to_string())))?;
    write_whole(&arguments.file, text.as_bytes()).map_err(one)?;
    screen.say("signed", &[("file", &arguments.file.display()), ("key", &key.public())]);
    Ok(0)
}

fn signed<B: Body>(bytes: &[u8], key: &SecretKey) -> Result<String> {
    let mut statement = Statement::<B>::parse(bytes)?;
    statement.envelope().check_signatures()?;
    statement.sign(key);
    Ok(statement.to_file())
}

fn other_type(fault: Fault, next: impl FnOnce() -> Result<String>) -> Result<String> {
    if fault.code() == Code::StatementType { next() } else { Err(fault) }
}

/// A policy with the keys of an announcement, to be compared before it is used.
pub(super) fn trust(screen: &Screen, dir: &Path) -> Outcome {
    let policy = policy_text(screen, &Campaign::new(dir), false).map_err(one)?;
    screen.line(policy.trim_end());
    Ok(0)
}

/// The text of a policy. `rehearsal` accepts the publisher's word for the order of events.
pub(super) fn policy_text(screen: &Screen, campaign: &Campaign, rehearsal: bool) -> Result<String> {
    let statement = campaign.announcement()?;
    let announcement = statement.body();
    let mut signs: BTreeMap<(&Id, PublicKey), Vec<&str>> = BTreeMap::new();
    for signer in &announcement.signers {
        signs.entry((&signer.holder, signer.key)).or_default().extend([
            "announcement",
            "closing",
            "record",
            "void",
            "substitution",
            "results",
            "amendment",
        ]);
    }
    if announcement.plan.is_some() {
        // the campaign carries out a line of the year's plan, which mostly the same holders have signed
        for signer in &announcement.signers {
            signs.entry((&signer.holder, signer.key)).or_default().push("plan");
        }
    }
    if let Some(sealed) = &announcement.seed.sealed {
        for signer in &announcement.signers {
            signs.entry((&signer.holder, signer.key)).or_default().push("sealing");
        }
        signs.entry((&sealed.custodian, sealed.key)).or_default().push("reveal");
    }
    for contributor in &announcement.seed.contributors {
        signs.entry((&contributor.id, contributor.key)).or_default().push("contribution");
    }
    let comment = screen.language.text(if rehearsal { "policy-demo" } else { "policy-compare" });
    let order = if rehearsal { "order = \"publisher\"\n" } else { "# order = \"publisher\"\n" };
    let mut text = format!(
        "# {comment}\nspec = \"yaohao/1\"\nthreshold = {}\nsuites = [\"ed25519-sha256\"]\nbeacons = [\"{}\"]\n{order}",
        announcement.threshold,
        announcement.seed.beacon.policy_name(),
    );
    for ((holder, key), signs) in signs {
        let signs: Vec<String> = signs.iter().map(|kind| format!("\"{kind}\"")).collect();
        text.push_str(&format!(
            "\n[[keys]]\nholder = \"{holder}\"\nkey = \"{key}\"  # {}\nsigns = [{}]\n",
            key.fingerprint(),
            signs.join(", ")
        ));
    }
    Ok(text)
}
