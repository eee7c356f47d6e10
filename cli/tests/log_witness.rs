//! Witnesses: ours, and one that others wrote (litewitness of the Go project torchwood), which must cosign our log and
//! refuse its fork.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use support::{append, copy, must, program, statements, yaohao};

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A log that is cosigned twice, a copy of it that goes another way, and what a witness makes of both.
fn cosigns_and_refuses(at: &Path, url: &str, key: &str) {
    let pool = statements(at, 320);
    let cosign = |log: &str| yaohao(at, &["log", "cosign", log, "--witness", url, "--witness-key", key]);
    let cosigned = |log: &str| {
        let output = cosign(log);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        must(at, &["log", "check", log, "--witness-key", key]);
    };
    cosigned("log");
    must(at, &append("log", &pool[..3]));
    cosigned("log");
    // the same again: a witness says it twice
    cosigned("log");
    must(at, &append("log", &pool[3..300]));
    copy(&at.join("log"), &at.join("fork"));
    must(at, &append("log", &pool[300..301]));
    cosigned("log");
    let log_key = std::fs::read_to_string(at.join("log/public/key.txt")).unwrap();
    must(at, &["log", "prove", "log", &pool[7].0, "--out", "receipt"]);
    let verify = |statement: &str| {
        yaohao(at, &["log", "verify", "receipt", statement, "--log-key", log_key.trim(), "--witness-key", key])
    };
    assert_eq!(verify(&pool[7].0).status.code(), Some(0));
    assert_eq!(verify(&pool[8].0).status.code(), Some(1), "a receipt for another statement");

    let refused = |log: &str, code: &str| {
        let before = std::fs::read(at.join(log).join("public/checkpoint")).unwrap();
        let output = cosign(log);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(code), "{said}");
        assert_eq!(std::fs::read(at.join(log).join("public/checkpoint")).unwrap(), before);
    };
    refused("fork", "log.shrunk");
    must(at, &append("fork", &pool[310..311]));
    refused("fork", "log.forked");
    must(at, &append("fork", &pool[311..315]));
    refused("fork", "log.forked");
    cosigned("log");
    must(at, &["log", "init", "unknown", "--origin", "unknown.example"]);
    refused("unknown", "witness.refused");
}

/// A witness of ours that watches the log in `log`: the process, what it says, its address and its key.
fn our_witness(at: &Path) -> (Running, impl Iterator<Item = String> + Send + use<>, String, String) {
    let log_key = std::fs::read_to_string(at.join("log/public/key.txt")).unwrap();
    let witness = ["log", "witness", "w", "--name", "w.example"];
    let said = must(at, &[&witness[..], &["--watch", log_key.trim()]].concat());
    let key = said.lines().nth(1).unwrap().trim().to_owned();
    let address = free_address();
    let mut command = Command::new(program());
    command.current_dir(at).args(["--lang", "en"]).args(witness).args(["--listen", &address]);
    let mut running = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    (running, lines, address, key)
}

/// A closing that a witness saw before the beacon: `verify` says who proves it, and asks nobody to take a word for it.
#[test]
fn a_witnessed_closing_proves_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["demo", "d"]);
    let plan = std::fs::read_to_string(at.join("d/plan.toml")).unwrap();
    assert!(plan.contains("round = 12040883"));
    for file in std::fs::read_dir(at.join("d/public")).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    // in the year 2100 or so
    std::fs::write(at.join("d/plan.toml"), plan.replace("round = 12040883", "round = 800000000")).unwrap();
    must(at, &["announce", "d"]);
    for holder in ["gongan", "shichang", "yingji"] {
        must(at, &["contribute", "d", "--as", holder]);
    }
    must(at, &["log", "init", "log", "--origin", "log.example"]);
    let (running, mut lines, address, key) = our_witness(at);
    assert!(lines.any(|line| line.contains("Listening")));
    let url = format!("http://{address}");
    let publish = ["publish", "d", "--log", "log", "--witness", &url, "--witness-key", &key];
    must(at, &publish);
    must(at, &["close", "d"]);
    let receipt = |name: &str| at.join(format!("d/public/{name}.json.tlog-proof"));
    let first = std::fs::read(receipt("announcement")).unwrap();
    let said = must(at, &publish);
    assert!(said.contains("closing.json.tlog-proof"), "{said}");
    assert_eq!(std::fs::read(receipt("announcement")).unwrap(), first, "the older receipt proves more");

    let log_key = std::fs::read_to_string(at.join("log/public/key.txt")).unwrap();
    let policy = must(at, &["key", "trust", "d"]);
    let counted = format!("\nlogs = [\"{}\"]\nwitnesses = [\"{key}\"]\n\n[[keys]]", log_key.trim());
    std::fs::write(at.join("t.toml"), policy.replacen("\n[[keys]]", &counted, 1)).unwrap();
    let verify = || {
        let output = yaohao(at, &["verify", "d", "--trust", "t.toml"]);
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        // lines are broken where the terminal ends
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = verify();
    assert!(said.contains("Proven from outside: closing.json existed at"), "{said}");
    assert!(said.contains("(so say w.example)") && said.contains("right clocks"), "{said}");
    std::fs::remove_file(receipt("closing")).unwrap();
    let said = verify();
    assert!(said.contains("Nothing from outside proves that closing.json existed before"), "{said}");

    // the witness is gone: the statements are in the log, and the command says what is lacking
    drop(running);
    let output = yaohao(at, &publish);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(receipt("closing").exists());
    let pairs = [&publish[..], &["--witness", &url]].concat();
    assert!(String::from_utf8_lossy(&yaohao(at, &pairs).stderr).contains("witness.pairs"));
    std::fs::write(at.join("d/public/targets.csv"), "id\n").unwrap();
    let broken = yaohao(at, &["publish", "d", "--log", "log"]);
    assert_eq!(broken.status.code(), Some(1), "what does not verify is not published");
}

#[test]
fn our_witness_cosigns_and_refuses_a_fork() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    must(at, &["log", "init", "log", "--origin", "log.example"]);
    let (running, mut lines, address, key) = our_witness(at);
    assert!(lines.any(|line| line.contains("Listening")));
    let reading = std::thread::spawn(move || lines.collect::<Vec<String>>());
    cosigns_and_refuses(at, &format!("http://{address}/"), &key);
    drop(running);
    let lines = reading.join().unwrap().join("\n");
    assert!(
        ["200 log.example", "409 log.example", "422 log.example", "404 unknown.example"]
            .iter()
            .all(|line| lines.contains(line)),
        "{lines}"
    );
    let gone = yaohao(at, &["log", "cosign", "log", "--witness", &format!("http://{address}"), "--witness-key", &key]);
    assert_eq!(gone.status.code(), Some(2));
    must(at, &["log", "check", "log"]);
}

#[test]
fn litewitness_cosigns_and_refuses_a_fork() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let Some(tools) = torchwood() else { return };
    must(at, &["log", "init", "log", "--origin", "log.example"]);
    let log_key = std::fs::read_to_string(at.join("log/public/key.txt")).unwrap();
    let run = |program: &Path, arguments: &[&str]| {
        let output =
            Command::new(program).current_dir(at).args(arguments).env("SSH_AUTH_SOCK", "agent").output().unwrap();
        assert!(output.status.success(), "{program:?} {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&tools.join("witnessctl"), &["add-log", "-db", "w.db", "-origin", "log.example"]);
    run(&tools.join("witnessctl"), &["add-key", "-db", "w.db", "-origin", "log.example", "-key", log_key.trim()]);
    run(Path::new("ssh-keygen"), &["-q", "-t", "ed25519", "-N", "", "-f", "key"]);
    let fingerprint = run(Path::new("ssh-keygen"), &["-lf", "key.pub"]).split(' ').nth(1).unwrap().to_owned();
    let mut agent = Command::new("ssh-agent");
    let agent = agent.current_dir(at).args(["-D", "-a", "agent"]).stdout(Stdio::null());
    let _agent = Running(agent.spawn().unwrap());
    wait(|| at.join("agent").exists());
    run(Path::new("ssh-add"), &["-q", "key"]);
    let address = free_address();
    let mut command = Command::new(tools.join("litewitness"));
    command.current_dir(at).args([
        "-db",
        "w.db",
        "-name",
        "lite.example/w",
        "-ssh-agent",
        "agent",
        "-key",
        &fingerprint,
    ]);
    command.args(["-listen", &address]).stderr(std::fs::File::create(at.join("said")).unwrap()).stdout(Stdio::null());
    let _witness = Running(command.spawn().unwrap());
    let said = || {
        let mut said = String::new();
        std::fs::File::open(at.join("said")).unwrap().read_to_string(&mut said).unwrap();
        said
    };
    wait(|| std::net::TcpStream::connect(&address).is_ok());
    let key = said().split("vkey=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    cosigns_and_refuses(at, &format!("http://{address}"), &key);
}

fn wait(mut until: impl FnMut() -> bool) {
    for _ in 0..200 {
        if until() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it never came");
}

/// The folder of litewitness, fetched once, or `None`, said loudly.
fn torchwood() -> Option<PathBuf> {
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("torchwood");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("scripts/get-torchwood");
    let fetched = Command::new("bash").arg(script).arg(&into).output();
    let ssh = ["ssh-agent", "ssh-add", "ssh-keygen"].iter().all(|tool| {
        let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).stdout(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    });
    match fetched {
        Ok(output) if output.status.success() && ssh => Some(into),
        other => {
            eprintln!(
                "SKIPPED: no litewitness here, so no witness of others has looked at our log (ssh tools: {ssh}): {other:?}"
            );
            None
        }
    }
}
