//! The log's folder: what is in it, what is added twice, what is left over, what others read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

use std::path::{Path, PathBuf};
use yaohao::encoding::Digest;
use yaohao::fault::Code;
use yaohao::ident::{Id, Name};
use yaohao::ledger::{KeyName, Leaf, Note, Verifier};
use yaohao::suite::SecretKey;
use yaohao_office::ledger::{Log, LogKey, Watcher};

fn key() -> LogKey {
    LogKey { origin: KeyName::parse("log.example/yaohao").unwrap(), key: SecretKey::from_bytes(&[7; 32]) }
}

fn leaf(index: usize) -> Leaf {
    let kinds = ["announcement", "contribution", "closing", "record"];
    Leaf {
        kind: Name::parse(kinds[index % 4]).unwrap(),
        number: Id::parse(&format!("FIXTURE-2026-{}", index / 4)).unwrap(),
        statement: Digest::of(format!("statement {index}").as_bytes()),
    }
}

fn entries(range: std::ops::Range<usize>) -> Vec<Vec<u8>> {
    range.map(|index| leaf(index).to_text().into_bytes()).collect()
}

/// Files below a folder with their bytes, hidden ones left out.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
                found.push((path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// `fixtures/log` is what `reference/log.py` reads; here it is made again. YAOHAO_WRITE=1 writes it.
#[test]
fn the_fixture_is_what_this_program_writes() {
    let made = tempfile::tempdir().unwrap();
    Log::create(made.path(), &key()).unwrap();
    Log::append(made.path(), &key(), &entries(0..200)).unwrap();
    let (log, _) = Log::append(made.path(), &key(), &entries(200..300)).unwrap();
    let name = KeyName::parse("witness.example/w1").unwrap();
    let line = log.signed().note().cosignature(&name, &SecretKey::from_bytes(&[8; 32]), 1_790_000_000);
    log.cosigned(&key(), vec![line]).unwrap();
    std::fs::write(made.path().join("key.txt"), format!("{}\n", key().verifier())).unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fixtures/log");
    if std::env::var_os("YAOHAO_WRITE").is_some() {
        for (path, bytes) in files(made.path()) {
            std::fs::create_dir_all(fixture.join(&path).parent().unwrap()).unwrap();
            std::fs::write(fixture.join(path), bytes).unwrap();
        }
    }
    // partial tiles of the first 200 are gone, since the full tile is there
    assert_eq!(files(made.path()), files(&fixture));
}

#[test]
fn what_is_there_is_not_added_again() {
    let folder = tempfile::tempdir().unwrap();
    Log::create(folder.path(), &key()).unwrap();
    assert_eq!(Log::create(folder.path(), &key()).unwrap_err().code(), Code::LogExists);
    Log::append(folder.path(), &key(), &entries(0..300)).unwrap();
    let before = files(folder.path());
    let twice = [entries(10..12), entries(299..300)].concat();
    let (_, appended) = Log::append(folder.path(), &key(), &twice).unwrap();
    assert_eq!(
        appended.iter().map(|appended| (appended.index, appended.fresh)).collect::<Vec<_>>(),
        [(10, false), (11, false), (299, false)]
    );
    assert_eq!(files(folder.path()), before, "nothing was written");
    let mixed = [entries(300..301), entries(5..6), entries(300..301)].concat();
    let (log, appended) = Log::append(folder.path(), &key(), &mixed).unwrap();
    assert_eq!(appended.iter().map(|appended| appended.index).collect::<Vec<_>>(), [300, 5, 300]);
    assert_eq!(log.signed().checkpoint().size, 301);
    let receipt = log.receipt(&leaf(300)).unwrap();
    assert_eq!(receipt.index(), 300);
    assert_eq!(log.receipt(&leaf(999)).unwrap_err().code(), Code::LogLeafAbsent);
}

#[test]
fn leftovers_beyond_the_checkpoint_are_ignored_and_written_over() {
    let folder = tempfile::tempdir().unwrap();
    Log::create(folder.path(), &key()).unwrap();
    Log::append(folder.path(), &key(), &entries(0..5)).unwrap();
    std::fs::write(folder.path().join("tile/0/000.p/6"), "half").unwrap();
    std::fs::write(folder.path().join("tile/entries/000.p/6"), "half").unwrap();
    std::fs::write(folder.path().join("..next.tmp"), "half").unwrap();
    let (log, _) = Log::append(folder.path(), &key(), &entries(5..6)).unwrap();
    assert_eq!(log.check(None).unwrap().leaves.len(), 6);
}

#[test]
fn a_reader_of_an_older_checkpoint_finds_its_partial_tiles_in_the_full_ones() {
    let folder = tempfile::tempdir().unwrap();
    Log::create(folder.path(), &key()).unwrap();
    let (old, _) = Log::append(folder.path(), &key(), &entries(0..200)).unwrap();
    Log::append(folder.path(), &key(), &entries(200..256)).unwrap();
    assert!(!folder.path().join("tile/0/000.p").exists());
    assert_eq!(old.receipt(&leaf(199)).unwrap().index(), 199);
}

#[test]
fn a_second_writer_is_refused_after_a_while_and_another_key_at_once() {
    let folder = tempfile::tempdir().unwrap();
    Log::create(folder.path(), &key()).unwrap();
    let other = LogKey { key: SecretKey::from_bytes(&[1; 32]), ..key() };
    assert_eq!(Log::append(folder.path(), &other, &entries(0..1)).unwrap_err().code(), Code::NoteUnsigned);
    let held = std::fs::File::options().write(true).open(folder.path().join(".lock")).unwrap();
    held.try_lock().unwrap();
    assert_eq!(Log::append(folder.path(), &key(), &entries(0..1)).unwrap_err().code(), Code::CampaignLocked);
    drop(held);
    Log::append(folder.path(), &key(), &entries(0..1)).unwrap();
}

#[test]
fn a_witness_does_not_forget() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    Log::create(&at.join("log"), &key()).unwrap();
    let (log, _) = Log::append(&at.join("log"), &key(), &entries(0..5)).unwrap();
    let name = KeyName::parse("w.example").unwrap();
    let watcher = || Watcher::new(&at.join("w"), name.clone(), SecretKey::from_bytes(&[3; 32]));
    std::fs::create_dir(at.join("w")).unwrap();
    let body = format!("old 0\n\n{}", log.signed().note().to_file());
    assert_eq!(watcher().answer(body.as_bytes(), 1).unwrap().status, 404);
    watcher().watch(&key().verifier()).unwrap();
    let foreign = Verifier::of_log(key().origin, &SecretKey::from_bytes(&[9; 32]));
    assert_eq!(watcher().watch(&foreign).unwrap_err().code(), Code::LogExists);
    let answer = watcher().answer(body.as_bytes(), 1_790_000_000).unwrap();
    assert_eq!(answer.status, 200);
    let mut note = Note::parse(log.signed().note().to_file().as_bytes()).unwrap();
    yaohao::ledger::NoteSignature::parse_lines(&answer.body).unwrap().into_iter().for_each(|line| note.add(line));
    assert_eq!(note.check(&watcher().verifier()).unwrap(), Some(1_790_000_000));
    let again = watcher().answer(body.as_bytes(), 1_790_000_001).unwrap();
    assert_eq!((again.status, again.body.as_str(), again.kind), (409, "5\n", "text/x.tlog.size"));
    assert_eq!(watcher().watched().unwrap()[0].seen, Some(5));
    // a damaged memory must not become an empty one
    for entry in std::fs::read_dir(at.join("w/seen")).unwrap() {
        std::fs::write(entry.unwrap().path(), "").unwrap();
    }
    assert!(watcher().answer(body.as_bytes(), 1_790_000_002).is_err());
}
