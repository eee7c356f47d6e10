//! The log under kills, losses of power and several writers: nothing acknowledged is lost, nothing forks.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{append, copy, must, program, shim, statements, yaohao};
use yaohao::ledger::{Checkpoint, Leaf, Note};
use yaohao_office::ledger::Home;

/// Opens a log, reads all of it, and gives its checkpoint and leaves, each of which it must have once.
#[track_caller]
fn read_back(log: &Path, older: Option<&Checkpoint>) -> (Checkpoint, Vec<Leaf>) {
    let log = Home::new(log).open(None).unwrap();
    let leaves: Vec<Leaf> = log.check(older).unwrap().leaves.into_iter().map(Option::unwrap).collect();
    let distinct: BTreeSet<String> = leaves.iter().map(Leaf::to_text).collect();
    assert_eq!(distinct.len(), leaves.len(), "a leaf stands twice");
    (log.signed().checkpoint().clone(), leaves)
}

fn killed_at(shim: &Path, folder: &Path, arguments: &[&str], operation: u64) -> Child {
    let mut command = Command::new(program());
    command.current_dir(folder).args(["--lang", "en"]).args(arguments);
    command.env("LD_PRELOAD", shim).env("YAOHAO_KILL_AT", operation.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_kill_at_each_operation_of_an_append_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let Some(shim) = shim(at) else { return };
    let pool = statements(at, 259);
    must(at, &["log", "init", "base", "--origin", "crash.example"]);
    must(at, &append("base", &pool[..250]));
    must(at, &append("base", &pool[250..254]));
    let (base, _) = read_back(&at.join("base"), None);
    let (mut before, mut after) = (0, 0);
    for operation in 1.. {
        let name = format!("log{operation}");
        let log = at.join(&name);
        copy(&at.join("base"), &log);
        // over the end of a tile
        let output = killed_at(&shim, at, &append(&name, &pool[254..258]), operation).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let (seen, leaves) = read_back(&log, Some(&base));
        assert!([254, 258].contains(&leaves.len()), "operation {operation}: {} leaves", leaves.len());
        assert!(!said.contains("leaf 25") || leaves.len() == 258, "operation {operation}: said, and lost");
        if output.status.success() {
            assert!(before > 20 && after > 3, "killed {before} times before the checkpoint, {after} times after");
            println!("{before} kills before the checkpoint, {after} after");
            return;
        }
        if leaves.len() == 254 {
            before += 1
        } else {
            after += 1
        }
        let intent = std::fs::read(log.join("public/.next")).ok().and_then(|bytes| Note::parse(&bytes).ok());
        // another statement alone: what was intended for all to see must come with it
        must(at, &append(&name, &pool[258..]));
        let (next, leaves) = read_back(&log, Some(&seen));
        if let Some(intent) = intent {
            let intent = Checkpoint::parse_text(intent.text()).unwrap();
            assert_eq!((intent.size, next.size), (258, 259), "operation {operation}: a fork");
            read_back(&log, Some(&intent));
        }
        must(at, &append(&name, &pool[254..]));
        let (_, all) = read_back(&log, Some(&next));
        assert_eq!(all.len(), 259, "operation {operation}, before it {}", leaves.len());
        std::fs::remove_dir_all(&log).unwrap();
    }
}

#[test]
fn five_hundred_kills_at_random_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let Some(shim) = shim(at) else { return };
    let pool = statements(at, 700);
    must(at, &["log", "init", "log", "--origin", "crash.example"]);
    let (mut last, _) = read_back(&at.join("log"), None);
    let mut acknowledged = BTreeSet::new();
    // a fixed stream of numbers: a failure can be had again, as far as the clock allows
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut kills = 0;
    let mut round = 0;
    while kills < 500 {
        round += 1;
        assert!(round < 3000, "only {kills} kills");
        let first = usize::try_from(random(690)).unwrap();
        let batch = &pool[first..first + 1 + usize::try_from(random(9)).unwrap()];
        // at a random operation, or at a random moment
        let by_time = round % 2 == 0;
        let operation = if by_time { 0 } else { 1 + random(110) };
        let mut child = killed_at(&shim, at, &append("log", batch), operation);
        if by_time {
            std::thread::sleep(Duration::from_micros(random(25_000)));
            let _ = child.kill();
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        acknowledged
            .extend(batch.iter().filter(|(name, _)| said.contains(&format!("{name}: leaf"))).map(|(name, _)| name));
        if !output.status.success() {
            kills += 1;
        }
        let (now, leaves) = read_back(&at.join("log"), Some(&last));
        let there: BTreeSet<String> = leaves.iter().map(Leaf::to_text).collect();
        for (name, leaf) in &pool {
            assert!(!acknowledged.contains(name) || there.contains(&leaf.to_text()), "round {round}: {name} is lost");
        }
        last = now;
    }
    must(at, &append("log", &pool));
    assert_eq!(read_back(&at.join("log"), Some(&last)).1.len(), pool.len());
    println!("{kills} kills in {round} rounds; {} leaves were acknowledged before the end", acknowledged.len());
}

/// What is on the disk after a loss of power at the worst moment: names that their folder was synced with, contents that
/// were synced. Rebuilt for every point of an append, opened, and continued.
#[test]
fn a_loss_of_power_loses_nothing_that_could_have_been_seen() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let Some(shim) = shim(at) else { return };
    let pool = statements(at, 259);
    must(at, &["log", "init", "base", "--origin", "crash.example"]);
    must(at, &append("base", &pool[..254]));
    let (base, _) = read_back(&at.join("base"), None);
    copy(&at.join("base"), &at.join("log"));
    let traced = Command::new(program())
        .current_dir(at)
        .args(append("log", &pool[254..258]))
        .env("LD_PRELOAD", &shim)
        .env("YAOHAO_TRACE", at.join("trace"))
        .output()
        .unwrap();
    assert!(traced.status.success());
    let trace = std::fs::read_to_string(at.join("trace")).unwrap();
    let steps: Vec<Vec<&str>> = trace.lines().map(|line| line.split('\t').collect()).collect();
    // each file is written once under a temporary name, so what it held is what its last name holds now
    let mut outcomes = [0, 0];
    for end in 0..=steps.len() {
        let disk = durable(&at.join("log"), &steps[..end]);
        let published = disk.contains_key(Path::new("public/checkpoint"));
        let name = format!("power{end}");
        copy(&at.join("base"), &at.join(&name));
        for (path, content) in &disk {
            let target = at.join(&name).join(path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            match content {
                Some(from) => std::fs::copy(at.join("log").join(from), target).map(|_| ()).unwrap(),
                None => std::fs::write(target, "").unwrap(),
            }
        }
        let (seen, leaves) = read_back(&at.join(&name), Some(&base));
        assert_eq!(leaves.len(), if published { 258 } else { 254 }, "step {end}");
        // what others saw before the power went: the volatile checkpoint
        let visible = steps[..end].iter().any(|step| step[0] == "rename" && step[2].ends_with("public/checkpoint"));
        outcomes[usize::from(visible)] += 1;
        must(at, &append(&name, &pool[258..]));
        let (next, _) = read_back(&at.join(&name), Some(&seen));
        assert_eq!(visible, visible && next.size == 259, "step {end}: what was seen is gone, and another signed");
        std::fs::remove_dir_all(at.join(&name)).unwrap();
    }
    assert!(outcomes[0] > 10 && outcomes[1] > 0, "{outcomes:?}");
}

/// Durable names (relative to the log) after some steps, and the file, as it lies there at the end, whose content each
/// has; `None` for a content that was never synced.
fn durable(log: &Path, steps: &[Vec<&str>]) -> BTreeMap<PathBuf, Option<PathBuf>> {
    let path = |text: &str| {
        let path = Path::new(text);
        let path = if path.is_absolute() { path.to_owned() } else { log.parent().unwrap().join(path) };
        path.strip_prefix(log).ok().map(Path::to_owned)
    };
    // names now and names on the disk → (number of the file, its last name); files that were synced
    let mut names: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut disk: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let (mut synced, mut last_name, mut files) = (BTreeSet::new(), BTreeMap::new(), 0);
    for step in steps {
        let Some(one) = path(step[1]) else { continue };
        match step[0] {
            "create" => {
                files += 1;
                names.insert(one.clone(), files);
                last_name.insert(files, one);
            }
            "rename" => {
                let (to, file) = (path(step[2]).unwrap(), names.remove(&one).unwrap());
                names.insert(to.clone(), file);
                last_name.insert(file, to);
            }
            "sync" => match names.get(&one) {
                Some(file) => {
                    synced.insert(*file);
                }
                // a folder: its names are what they are now
                None => {
                    disk.retain(|name, _| name.parent() != Some(&one));
                    disk.extend(
                        names.iter().filter(|(name, _)| name.parent() == Some(&one)).map(|(n, f)| (n.clone(), *f)),
                    );
                }
            },
            _ => {}
        }
    }
    let content = |file: &usize| synced.contains(file).then(|| last_name.get(file).cloned()).flatten();
    // the intent's content lies under the name that it has in the end
    let at_end = |name: PathBuf| if name == Path::new("public/.next") { "public/checkpoint".into() } else { name };
    disk.iter()
        .filter(|(name, _)| !name.to_string_lossy().ends_with(".tmp"))
        .map(|(name, file)| (name.clone(), content(file).map(at_end)))
        .collect()
}

#[test]
fn several_writers_at_once_never_fork_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let pool = statements(at, 80);
    must(at, &["log", "init", "log", "--origin", "crash.example"]);
    let mut seen = BTreeSet::new();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let own = &pool[writer * 20..(writer + 1) * 20];
                scope.spawn(move || own.chunks(2).for_each(|batch| drop(must(at, &append("log", batch)))))
            })
            .collect();
        while writers.iter().any(|writer| !writer.is_finished()) {
            seen.insert(std::fs::read_to_string(at.join("log/public/checkpoint")).unwrap());
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let mut sizes = BTreeSet::new();
    for text in &seen {
        let checkpoint = Checkpoint::parse_text(Note::parse(text.as_bytes()).unwrap().text()).unwrap();
        assert!(sizes.insert(checkpoint.size), "two checkpoints of {} leaves", checkpoint.size);
        assert_eq!(read_back(&at.join("log"), Some(&checkpoint)).1.len(), 80);
    }
    assert!(seen.len() > 5, "only {} checkpoints were seen", seen.len());
}

#[test]
fn a_folder_that_was_damaged_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let pool = statements(at, 12);
    must(at, &["log", "init", "log", "--origin", "crash.example"]);
    must(at, &append("log", &pool[..5]));
    copy(&at.join("log"), &at.join("old"));
    must(at, &append("log", &pool[5..10]));
    let refused = |log: &str, arguments: &[&str], code: i32, fault: &str| {
        let output = yaohao(at, &[&["log", "check", log], arguments].concat());
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(fault), "{text}");
    };
    // an older copy brought back, and one that went on elsewhere
    refused("old", &["--older", "log/public/checkpoint"], 1, "log.shrunk");
    must(at, &append("old", &pool[6..12]));
    refused("old", &["--older", "log/public/checkpoint"], 1, "log.forked");
    for (path, fault) in [("tile/entries/000.p/10", "log.entry"), ("tile/0/000.p/10", "log.entry")] {
        copy(&at.join("log"), &at.join("bad"));
        let file = at.join("bad/public").join(path);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        refused("bad", &[], 1, fault);
        let output = yaohao(at, &append("bad", &pool[10..]));
        assert_eq!(output.status.code(), Some(1), "appended to a damaged log");
        std::fs::remove_dir_all(at.join("bad")).unwrap();
    }
    std::fs::remove_file(at.join("log/public/tile/0/000.p/10")).unwrap();
    refused("log", &[], 2, "file.missing");
}
