//! Fetching an announced round from drand's relays: strangers, of whose answers nothing is believed but the signature.

use crate::watch::{Watch, Work};
use std::time::{Duration, Instant};
use yaohao::announcement::{BeaconPlan, QUICKNET};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Time;
use yaohao::seed::Beacon;

/// Relays of the League of Entropy and of Cloudflare, asked in this order.
pub const RELAYS: [&str; 4] =
    ["https://api.drand.sh", "https://api2.drand.sh", "https://api3.drand.sh", "https://drand.cloudflare.com"];

/// Most bytes of an answer: a round is about 300.
const ANSWER_BYTES: u64 = 4096;

/// How long one relay may take, from the name to the last byte.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The longest sleep: whoever sets the clock, or wakes the machine, is noticed after this.
const NAP: Duration = Duration::from_secs(1);

/// Between two turns of all relays.
const PAUSE: Duration = Duration::from_secs(5);

/// Clock and sleep. Tests have one that nobody must wait for.
pub trait Clock {
    /// The time of the day.
    ///
    /// # Errors
    /// [`Code::TimeForm`] when the clock is beyond all years.
    fn now(&self) -> Result<Time>;
    /// Time since some moment, which only grows, whatever becomes of the clock.
    fn elapsed(&self) -> Duration;
    /// Does nothing for a while.
    fn sleep(&self, duration: Duration);
}

/// The system's clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Result<Time> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let time = i64::try_from(since.as_secs()).ok().and_then(Time::from_seconds);
        time.ok_or_else(|| Fault::new(Code::TimeForm).fact("value", since.as_secs()))
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A round that was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// The round, its signature checked.
    pub beacon: Beacon,
    /// The relay that had it.
    pub relay: String,
    /// What was wrong with relays that were asked before it in the same turn, each named as the fault's file.
    pub failed: Vec<Fault>,
}

/// Relays to ask, in order.
#[derive(Debug)]
pub struct Relays {
    addresses: Vec<String>,
    agent: ureq::Agent,
}

impl Relays {
    /// These relays; without any, [`RELAYS`].
    ///
    /// # Errors
    /// [`Code::RelayForm`].
    pub fn new(addresses: &[String], patience: Duration) -> Result<Self> {
        let given = if addresses.is_empty() { RELAYS.map(str::to_owned).to_vec() } else { addresses.to_vec() };
        let addresses: Vec<String> = given.iter().map(|address| relay_address(address)).collect::<Result<_>>()?;
        // a redirect leads to a portal that wants a password sooner than to a round
        let config = ureq::Agent::config_builder().timeout_global(Some(patience)).http_status_as_error(false);
        Ok(Self { addresses, agent: config.max_redirects(0).build().into() })
    }

    /// Asks one relay after the other until one has the round.
    ///
    /// # Errors
    /// What is wrong with each of them.
    pub fn ask(&self, round: u64) -> Result<Fetched, Vec<Fault>> {
        let mut failed = Vec::new();
        for relay in &self.addresses {
            match self.ask_one(relay, round) {
                Ok(beacon) => return Ok(Fetched { beacon, relay: relay.clone(), failed }),
                Err(fault) => failed.push(fault.file(relay.as_str())),
            }
        }
        Err(failed)
    }

    fn ask_one(&self, relay: &str, round: u64) -> Result<Beacon> {
        let unreachable = |error: ureq::Error| Fault::new(Code::RelayUnreachable).fact("detail", error);
        let address = format!("{relay}/{}/public/{round}", QUICKNET.hash);
        let mut answer = self.agent.get(&address).call().map_err(unreachable)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(wrong(&format!("status {status}")));
        }
        let bytes = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => wrong(&format!("more than {ANSWER_BYTES} bytes")),
            error => unreachable(error),
        })?;
        let beacon = parse_answer(&bytes)?;
        beacon.check(&BeaconPlan::Drand { round })?;
        Ok(beacon)
    }

    /// Waits until the round is published, then asks in turns until a relay has it or `patience` is over.
    ///
    /// # Errors
    /// [`Code::RelayNone`], with what was last wrong with each relay.
    pub fn wait_and_ask(
        &self,
        round: u64,
        patience: Duration,
        clock: &dyn Clock,
        watch: &dyn Watch,
    ) -> Result<Fetched, Vec<Fault>> {
        wait_until_published(round, clock, watch).map_err(|fault| vec![fault])?;
        let begun = clock.elapsed();
        loop {
            let failed = match self.ask(round) {
                Ok(fetched) => return Ok(fetched),
                Err(failed) => failed,
            };
            let spent = clock.elapsed().saturating_sub(begun);
            if spent >= patience {
                let none = Fault::new(Code::RelayNone).fact("round", round).fact("relays", self.addresses.len());
                return Err(std::iter::once(none).chain(failed).collect());
            }
            clock.sleep(PAUSE.min(patience.saturating_sub(spent)));
        }
    }
}

/// Reads a relay's answer, of which nothing but round and signature counts. Neither is checked yet.
///
/// # Errors
/// [`Code::RelayAnswer`], [`Code::HexForm`].
pub fn parse_answer(bytes: &[u8]) -> Result<Beacon> {
    let answer: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| wrong("no JSON"))?;
    let round = answer.get("round").and_then(serde_json::Value::as_u64).ok_or_else(|| wrong("no round"))?;
    let signature = answer.get("signature").and_then(serde_json::Value::as_str).ok_or_else(|| wrong("no signature"))?;
    Beacon::new(round, signature)
}

fn wrong(detail: &str) -> Fault {
    Fault::new(Code::RelayAnswer).fact("detail", detail)
}

/// An address with scheme and host, without the path that every relay has.
fn relay_address(text: &str) -> Result<String> {
    let address = text.trim_end_matches('/');
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"?#@\"".contains(&b)) => {
            Ok(address.to_owned())
        }
        _ => Err(Fault::new(Code::RelayForm).fact("value", text)),
    }
}

/// Counts down to the round's time.
fn wait_until_published(round: u64, clock: &dyn Clock, watch: &dyn Watch) -> Result<()> {
    let out_of_range = || Fault::new(Code::BeaconRound).fact("found", round).fact("expected", "a year below 10000");
    let published = QUICKNET.time(round).ok_or_else(out_of_range)?;
    let left = |now: &Time| u64::try_from(published.seconds().saturating_sub(now.seconds())).unwrap_or(0);
    let mut shown = left(&clock.now()?);
    if shown == 0 {
        return Ok(());
    }
    let what = format!("{round} ({published})");
    watch.begin(Work::Wait, &what, Some(shown));
    let waited = loop {
        clock.sleep(NAP);
        let seconds = match clock.now() {
            Ok(now) => left(&now),
            Err(fault) => break Err(fault),
        };
        match shown.checked_sub(seconds) {
            Some(passed) => watch.advance(passed),
            // somebody has set the clock back
            None => {
                watch.end();
                watch.begin(Work::Wait, &what, Some(seconds));
            }
        }
        shown = seconds;
        if shown == 0 {
            break Ok(());
        }
    };
    watch.end();
    waited
}
