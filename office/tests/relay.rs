//! Relays, each bad in its own way, run by the tests themselves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::cell::{Cell, RefCell};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use support::{OTHER_SIGNATURE, ROUND, SIGNATURE, time};
use yaohao::announcement::QUICKNET;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Time;
use yaohao::seed::Beacon;
use yaohao_office::relay::{Clock, Fetched, RELAYS, Relays, parse_answer};
use yaohao_office::watch::{Silent, Watch, Work};

const SOON: Duration = Duration::from_millis(400);

/// A relay that answers each request with the next of these, and with the last for ever.
fn relay(answers: Vec<(u16, String)>) -> String {
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.server_addr());
    std::thread::spawn(move || {
        for (count, request) in server.incoming_requests().enumerate() {
            let (status, body) = answers.get(count).or(answers.last()).unwrap();
            let known = request.url() == format!("/{}/public/{ROUND}", QUICKNET.hash);
            let status = if known { *status } else { 400 };
            let away = tiny_http::Header::from_bytes("Location", "http://127.0.0.1:1/portal").unwrap();
            let answer = tiny_http::Response::from_string(body.as_str()).with_status_code(status).with_header(away);
            let _ = request.respond(answer);
        }
    });
    address
}

/// A relay that does with each connection what it likes.
fn rude(each: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            each(stream);
        }
    });
    address
}

fn answer(round: u64, signature: &str) -> String {
    format!("{{\"round\":{round},\"randomness\":\"{}\",\"signature\":\"{signature}\"}}", "0".repeat(64))
}

fn good() -> String {
    relay(vec![(200, answer(ROUND, SIGNATURE))])
}

fn closed_port() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

fn ask(relays: &[&String]) -> Result<Fetched, Vec<Fault>> {
    let relays: Vec<String> = relays.iter().map(ToString::to_string).collect();
    Relays::new(&relays, SOON).unwrap().ask(ROUND)
}

/// A bad relay is named with its code, alone and before a good one, which is asked all the same.
#[track_caller]
fn passed_over(bad: &String, code: Code, detail: &str) {
    let begun = Instant::now();
    let alone = ask(&[bad]).unwrap_err();
    assert_eq!(alone.iter().map(Fault::code).collect::<Vec<_>>(), [code], "{alone:?}");
    assert!(alone[0].to_string().contains(detail), "{}", alone[0]);
    assert_eq!(alone[0].place().0, Some(bad.as_str()));
    let fetched = ask(&[bad, &good()]).unwrap();
    assert_eq!((fetched.failed.len(), fetched.failed[0].code()), (1, code));
    assert!(fetched.beacon.seed_line().ends_with(SIGNATURE));
    assert_ne!(fetched.relay, *bad);
    assert!(begun.elapsed() < Duration::from_secs(8), "the time that a relay may take is not kept");
}

#[test]
fn a_good_relay_suffices() {
    let fetched = ask(&[&good()]).unwrap();
    assert_eq!(fetched.beacon, Beacon::new(ROUND, SIGNATURE).unwrap());
    assert!(fetched.failed.is_empty());
}

#[test]
fn a_relay_that_lies_is_named() {
    passed_over(&relay(vec![(200, answer(ROUND, OTHER_SIGNATURE))]), Code::BeaconSignature, "");
    passed_over(&relay(vec![(200, answer(ROUND, &"0".repeat(96)))]), Code::BeaconSignature, "");
}

#[test]
fn a_relay_with_another_round_is_named() {
    // rightly signed, and not what was announced
    passed_over(&relay(vec![(200, answer(1000, OTHER_SIGNATURE))]), Code::BeaconRound, "1000");
}

#[test]
fn what_is_no_answer_is_named() {
    for (body, code, detail) in [
        ("<html>please log in</html>".to_owned(), Code::RelayAnswer, "no JSON"),
        (String::new(), Code::RelayAnswer, "no JSON"),
        ("[]".to_owned(), Code::RelayAnswer, "no round"),
        ("{\"round\":\"1\"}".to_owned(), Code::RelayAnswer, "no round"),
        (format!("{{\"round\":{ROUND}}}"), Code::RelayAnswer, "no signature"),
        (answer(ROUND, &SIGNATURE.to_uppercase()), Code::HexForm, ""),
        (answer(ROUND, &SIGNATURE[2..]), Code::HexForm, ""),
        (format!("{}{}", answer(ROUND, SIGNATURE), " ".repeat(5000)), Code::RelayAnswer, "more than"),
        ("[".repeat(4000), Code::RelayAnswer, "no JSON"),
    ] {
        passed_over(&relay(vec![(200, body)]), code, detail);
    }
}

#[test]
fn a_status_that_is_not_200_is_named() {
    for status in [204, 302, 404, 425, 500] {
        passed_over(&relay(vec![(status, answer(ROUND, SIGNATURE))]), Code::RelayAnswer, &status.to_string());
    }
}

#[test]
fn a_relay_that_is_not_there_or_hangs_is_named() {
    passed_over(&closed_port(), Code::RelayUnreachable, "");
    passed_over(&rude(drop), Code::RelayUnreachable, "");
    passed_over(&rude(|_| std::thread::sleep(Duration::from_secs(20))), Code::RelayUnreachable, "");
    // a byte now and then, so that no single read takes long
    passed_over(
        &rude(|mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n");
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }),
        Code::RelayUnreachable,
        "",
    );
    // and one that never ends
    passed_over(
        &rude(|mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            while stream.write_all(&[b' '; 1024]).is_ok() {}
        }),
        Code::RelayAnswer,
        "more than",
    );
}

#[test]
fn addresses_are_checked_before_anybody_is_asked() {
    for bad in [
        "",
        "api.drand.sh",
        "ftp://api.drand.sh",
        "https://",
        "https://a b",
        "https://x?y",
        "https://me@x",
        "file:///etc",
    ] {
        assert_eq!(Relays::new(&[bad.to_owned()], SOON).unwrap_err().code(), Code::RelayForm, "{bad}");
    }
    let known = RELAYS.map(str::to_owned);
    assert!(Relays::new(&known, SOON).is_ok() && Relays::new(&[], SOON).is_ok());
    assert!(Relays::new(&["https://relay.example/drand/".to_owned()], SOON).is_ok());
}

#[test]
fn an_answer_in_a_file_is_read_in_the_same_way() {
    assert!(parse_answer(answer(ROUND, SIGNATURE).as_bytes()).is_ok());
    assert_eq!(parse_answer(b"\xff").unwrap_err().code(), Code::RelayAnswer);
}

/// A clock on which sleeping takes no time, and which somebody may set while the sleeper sleeps.
struct Dial {
    now: Cell<i64>,
    elapsed: Cell<Duration>,
    set: RefCell<Vec<i64>>,
    sleeps: RefCell<Vec<Duration>>,
}

impl Dial {
    fn at(now: &str) -> Self {
        Self {
            now: Cell::new(time(now).seconds()),
            elapsed: Cell::default(),
            set: RefCell::default(),
            sleeps: RefCell::default(),
        }
    }
}

impl Clock for Dial {
    fn now(&self) -> Result<Time> {
        Time::from_seconds(self.now.get()).ok_or_else(|| Fault::new(Code::TimeForm).fact("value", self.now.get()))
    }

    fn elapsed(&self) -> Duration {
        self.elapsed.get()
    }

    fn sleep(&self, duration: Duration) {
        self.sleeps.borrow_mut().push(duration);
        self.elapsed.set(self.elapsed.get() + duration);
        let by = self.set.borrow_mut().pop().unwrap_or(0);
        self.now.set(self.now.get() + by + i64::try_from(duration.as_secs()).unwrap());
    }
}

#[derive(Debug, Default)]
struct Told(Mutex<Vec<String>>);

impl Watch for Told {
    fn begin(&self, work: Work, _: &str, total: Option<u64>) {
        self.0.lock().unwrap().push(format!("{work:?} {}", total.unwrap()));
    }
    fn advance(&self, units: u64) {
        self.0.lock().unwrap().push(format!("+{units}"));
    }
    fn end(&self) {
        self.0.lock().unwrap().push("end".to_owned());
    }
}

#[test]
fn it_waits_for_the_round_and_notices_a_clock_that_is_set() {
    let relays = Relays::new(&[good()], SOON).unwrap();
    let dial = Dial::at("2024-10-14T17:13:23Z");
    // the last of these comes first: an hour ahead would be too late to notice, so back by 5 s, then ahead by 8 s
    *dial.set.borrow_mut() = vec![8, 0, -5, 0];
    let told = Told::default();
    let fetched = relays.wait_and_ask(ROUND, Duration::ZERO, &dial, &told).unwrap();
    assert_eq!(fetched.beacon, Beacon::new(ROUND, SIGNATURE).unwrap());
    let told = told.0.into_inner().unwrap();
    assert_eq!(told[..6], ["Wait 10", "+1", "end", "Wait 13", "+1", "+9"].map(str::to_owned));
    assert_eq!(told.last().unwrap(), "end");
    assert_eq!(dial.now().unwrap().to_string(), "2024-10-14T17:13:33Z");
    assert!(dial.sleeps.borrow().iter().all(|nap| *nap <= Duration::from_secs(1)));
    // a round that is long out is asked for at once
    let dial = Dial::at("2025-01-01T00:00:00Z");
    let told = Told::default();
    relays.wait_and_ask(ROUND, Duration::ZERO, &dial, &told).unwrap();
    assert!(dial.sleeps.borrow().is_empty() && told.0.into_inner().unwrap().is_empty());
}

#[test]
fn a_late_relay_is_asked_again_until_patience_is_over() {
    let late = || relay(vec![(404, String::new()), (425, String::new()), (200, answer(ROUND, SIGNATURE))]);
    let dial = Dial::at("2025-01-01T00:00:00Z");
    let asked = |patience, relays: &[String]| {
        Relays::new(relays, SOON).unwrap().wait_and_ask(ROUND, Duration::from_secs(patience), &dial, &Silent)
    };
    assert!(asked(60, &[late()]).unwrap().failed.is_empty());
    assert_eq!(dial.sleeps.borrow().len(), 2);
    let faults = asked(0, &[late(), closed_port()]).unwrap_err();
    let codes: Vec<Code> = faults.iter().map(Fault::code).collect();
    assert_eq!(codes, [Code::RelayNone, Code::RelayAnswer, Code::RelayUnreachable]);
    let begun = dial.elapsed();
    asked(7, &[closed_port()]).unwrap_err();
    assert_eq!(dial.elapsed() - begun, Duration::from_secs(7), "no longer than allowed");
}
