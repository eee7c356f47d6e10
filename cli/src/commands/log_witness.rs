//! log cosign and log witness: the two sides of C2SP tlog-witness over HTTP.

use super::log::clock;
use super::{Outcome, Screen, one};
use crate::args::{LogCosign, LogWitness};
use std::io::Read as _;
use std::time::Duration;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ledger::{KeyName, Verifier};
use yaohao_office::files::make_folder;
use yaohao_office::keys::System;
use yaohao_office::ledger::{Answer, Home, Transport, Watcher, ask, secret_or_new};

/// Most bytes of a request or an answer: a checkpoint with many lines and a proof.
const BODY_BYTES: u64 = 1 << 20;

/// How long a witness may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn cosign(screen: &Screen, arguments: &LogCosign) -> Outcome {
    let witness = Verifier::parse(&arguments.witness_key).map_err(one)?;
    let home = Home::new(&arguments.log);
    let key = home.key().map_err(one)?;
    let log = home.open(Some(&key.verifier())).map_err(one)?;
    let http = Http::of(&arguments.witness);
    let (lines, time) = ask(&log, &witness, &http).map_err(|fault| one(fault.file(&arguments.witness)))?;
    let log = log.cosigned(&key, lines).map_err(one)?;
    let size = log.signed().checkpoint().size;
    screen.say("log-cosigned", &[("name", witness.name()), ("time", &clock(time)), ("size", &size)]);
    Ok(0)
}

/// A witness behind HTTP.
pub(super) struct Http {
    address: String,
}

impl Http {
    /// The witness at an address, to which the protocol adds its path.
    pub(super) fn of(address: &str) -> Self {
        Self { address: format!("{}/add-checkpoint", address.trim_end_matches('/')) }
    }
}

impl Transport for Http {
    fn post(&self, body: &str) -> Result<(u16, String)> {
        let unreachable = |error: ureq::Error| Fault::new(Code::WitnessUnreachable).fact("detail", error);
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let agent: ureq::Agent = config.max_redirects(0).build().into();
        let mut answer = agent.post(&self.address).content_type("text/plain").send(body).map_err(unreachable)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(BODY_BYTES).read_to_string().map_err(unreachable)?;
        Ok((status, text))
    }
}

pub(super) fn run(screen: &Screen, arguments: &LogWitness) -> Outcome {
    let name = KeyName::parse(&arguments.name).map_err(one)?;
    make_folder(&arguments.dir).map_err(one)?;
    let key = secret_or_new(&arguments.dir, "witness", &mut System).map_err(one)?;
    let watcher = Watcher::new(&arguments.dir, name.clone(), key);
    for log in &arguments.watch {
        Verifier::parse(log).and_then(|log| watcher.watch(&log)).map_err(one)?;
    }
    screen.say("witness-is", &[("name", &name), ("key", &watcher.verifier())]);
    for watched in watcher.watched().map_err(one)? {
        match watched.seen {
            Some(seen) => screen.say("witness-watches", &[("name", watched.log.name()), ("seen", &seen)]),
            None => screen.say("witness-watches-new", &[("name", watched.log.name())]),
        }
    }
    match &arguments.listen {
        None => Ok(0),
        Some(address) => serve(screen, &watcher, address).map_err(one),
    }
}

/// Answers until the process is ended.
fn serve(screen: &Screen, watcher: &Watcher, address: &str) -> Result<u8> {
    let cannot = |detail: String| Fault::new(Code::WitnessUnreachable).file(address).fact("detail", detail);
    let server = tiny_http::Server::http(address).map_err(|error| cannot(error.to_string()))?;
    screen.say("witness-listens", &[("address", &server.server_addr())]);
    for mut request in server.incoming_requests() {
        let time = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0);
        let answer = answer(watcher, &mut request, time);
        let name = yaohao::fault::printable(answer.origin.as_deref().unwrap_or("-"));
        screen.say("witness-answered", &[("time", &clock(time)), ("status", &answer.status), ("name", &name)]);
        let kind = tiny_http::Header::from_bytes("Content-Type", answer.kind);
        let mut response = tiny_http::Response::from_string(answer.body).with_status_code(answer.status);
        kind.into_iter().for_each(|kind| response.add_header(kind));
        // who has gone away asks again, and gets the same
        let _ = request.respond(response);
    }
    Ok(0)
}

fn answer(watcher: &Watcher, request: &mut tiny_http::Request, time: u64) -> Answer {
    let plain = |status, body: String| Answer { status, kind: "text/plain; charset=utf-8", body, origin: None };
    if request.url() != "/add-checkpoint" || *request.method() != tiny_http::Method::Post {
        return plain(404, "POST /add-checkpoint\n".to_owned());
    }
    let mut body = Vec::new();
    let read = request.as_reader().take(BODY_BYTES + 1).read_to_end(&mut body);
    if read.is_err() || u64::try_from(body.len()).unwrap_or(u64::MAX) > BODY_BYTES {
        return plain(400, "too large\n".to_owned());
    }
    watcher.answer(&body, time).unwrap_or_else(|fault| {
        eprintln!("{fault}");
        plain(500, "the witness cannot answer\n".to_owned())
    })
}
