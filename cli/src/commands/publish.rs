//! publish: a campaign's statements into a log, with receipts beside them.

use super::log::{clock, size};
use super::log_witness::Http;
use super::{Outcome, Screen, one};
use crate::args::Publish;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::Verifier;
use yaohao_office::campaign::Campaign;
use yaohao_office::ledger::{Home, Transport, publish};

pub(super) fn run(screen: &Screen, arguments: &Publish) -> Outcome {
    let keys = arguments.witness_keys.iter().map(|key| Verifier::parse(key)).collect::<Result<Vec<_>>>();
    let keys = keys.map_err(one)?;
    if keys.len() != arguments.witnesses.len() {
        let fault = Fault::new(Code::WitnessPairs).fact("addresses", arguments.witnesses.len());
        return Err(one(fault.fact("keys", keys.len())));
    }
    let transports: Vec<Http> = arguments.witnesses.iter().map(|address| Http::of(address)).collect();
    let witnesses: Vec<(Verifier, &dyn Transport)> =
        keys.into_iter().zip(transports.iter().map(|transport| -> &dyn Transport { transport })).collect();
    let home = Home::new(&arguments.log);
    // a campaign's statements are in its public folder; plans and notices lie in the folder itself
    let public = Campaign::new(&arguments.dir).public();
    let folder = if public.is_dir() { &public } else { &arguments.dir };
    let published = publish(folder, &home, &witnesses).map_err(one)?;
    for (file, appended) in &published.statements {
        screen.say(
            if appended.fresh { "publish-leaf" } else { "log-there" },
            &[("file", file), ("index", &appended.index)],
        );
    }
    size(screen, home.open(None).map_err(one)?.signed());
    for (name, time) in &published.witnessed {
        screen.say("log-witnessed", &[("name", name), ("time", &clock(*time))]);
    }
    for file in &published.receipts {
        screen.say("publish-receipt", &[("file", file)]);
    }
    if published.unwitnessed.is_empty() {
        return Ok(0);
    }
    screen.say("publish-unwitnessed", &[]);
    Err(published.unwitnessed)
}
