//! How fast a log takes leaves, and how fast a large one is opened again. Nothing is asserted about time.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on must stop")]

use std::time::Instant;
use yaohao::encoding::Digest;
use yaohao::ident::{Id, Name};
use yaohao::ledger::{KeyName, Leaf};
use yaohao::suite::SecretKey;
use yaohao_office::ledger::{Log, LogKey};

fn entry(index: u64) -> Vec<u8> {
    let leaf = Leaf {
        kind: Name::parse("record").unwrap(),
        number: Id::parse(&format!("BENCH-2026-{index}")).unwrap(),
        statement: Digest::of(&index.to_be_bytes()),
    };
    leaf.to_text().into_bytes()
}

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let key = LogKey { origin: KeyName::parse("bench.example").unwrap(), key: SecretKey::from_bytes(&[7; 32]) };
    Log::create(folder.path(), &key).unwrap();
    let mut next = 0;
    let mut append = |batch: u64, batches: u64| {
        let began = Instant::now();
        for _ in 0..batches {
            let entries: Vec<Vec<u8>> = (next..next + batch).map(entry).collect();
            Log::append(folder.path(), &key, &entries).unwrap();
            next += batch;
        }
        let leaves = u32::try_from(batch * batches).unwrap();
        println!(
            "{batches} batches of {batch}: {:.0} leaves a second",
            f64::from(leaves) / began.elapsed().as_secs_f64()
        );
    };
    append(1, 200);
    append(100, 28);
    append(1000, 97);
    append(1, 100);
    append(100, 20);
    println!("now {next} leaves");
    let began = Instant::now();
    let log = Log::open(folder.path(), &key.verifier()).unwrap();
    println!("opened in {:?}", began.elapsed());
    let began = Instant::now();
    Log::append(folder.path(), &key, &[entry(5)]).unwrap();
    println!("opened to write, one leaf looked for in all, in {:?}", began.elapsed());
    let began = Instant::now();
    log.receipt(&Leaf::parse(&entry(77_777)).unwrap()).unwrap();
    println!("a receipt in {:?}", began.elapsed());
    let began = Instant::now();
    println!("{} leaves read back, root {}, in {:?}", next, log.check(None).unwrap().root, began.elapsed());
}
