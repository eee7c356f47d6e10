//! The number of threads, and where a file is cut into blocks, change no byte.
#![cfg(feature = "parallel")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use yaohao::announcement::{Cell, CellSize, Item, Method, Rounding, Size, Stratum};
use yaohao::draw::{Binding, Pool};
use yaohao::encoding::Digest;
use yaohao::fault::Result;
use yaohao::ident::{Id, Name, Text};
use yaohao::register::{Blocks, Commitment, Schema, scan};
use yaohao::rule::Rule;
use yaohao::seed::Lots;

struct Cut(Vec<u8>, usize);

impl Blocks for Cut {
    fn next_block(&mut self) -> Result<Option<Vec<u8>>> {
        let rest = self.0.split_off(self.1.min(self.0.len()));
        let block = std::mem::replace(&mut self.0, rest);
        Ok(Some(block).filter(|block| !block.is_empty()))
    }
}

/// Several batches of the scan, so that later parts know the bounds of earlier ones.
const ROWS: u64 = 1_200_000;

fn file() -> Vec<u8> {
    let row = |i: u64| format!("T{i:07},{},{},\n", ["A", "B", "C"][usize::try_from(i % 3).unwrap()], i % 7);
    (0..ROWS).fold(String::from("id,class,part,excluded\n"), |file, i| file + &row(i)).into_bytes()
}

fn strata() -> Vec<Stratum> {
    let eq = |class: &str| Rule::Eq(Name::parse("class").unwrap(), class.to_owned());
    let cell = |part: u64, population| Cell { part: Some(part.to_string()), population, size: CellSize::Fixed(200) };
    let stratum = |class: &str, split: Option<&str>, cells| Stratum {
        name: Id::parse(class).unwrap(),
        rule: eq(class),
        size: Size::Rate { rate: 350, rounding: Rounding::Up, minimum: None, maximum: None },
        method: Method::Equal,
        reserves: 3,
        split: split.map(|split| Name::parse(split).unwrap()),
        never: None,
        cells,
    };
    let whole = Cell { part: None, population: ROWS / 3, size: CellSize::Fixed(1400) };
    vec![stratum("A", None, vec![whole]), stratum("B", Some("part"), (0..7).map(|part| cell(part, 57_142)).collect())]
}

/// Commitment, and who would be drawn, of one pass with so many threads over blocks of so many bytes.
fn pass(threads: usize, block: usize) -> (Commitment, Digest, u64) {
    let schema = Schema::new("targets.csv", &["id", "class", "part", "excluded"]);
    let id = Id::parse("all").unwrap();
    let items = [Item {
        id,
        title: Text::parse("all").unwrap(),
        rule: Rule::And(Vec::new()),
        seats: Vec::new(),
        penalises: Vec::new(),
        fewer: Vec::new(),
    }];
    let strata = strata();
    let binding = Binding::new(&schema, &strata, &items, Some(Lots::trial(1).tickets("targets"))).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut blocks = Cut(file(), block);
    let (commitment, pool) = pool.install(|| scan(&schema, u64::MAX, &mut blocks, Pool::new(&binding)).unwrap());
    let mut text = String::new();
    for (cells, size) in pool.strata.into_iter().zip([1403, 203]) {
        for (part, cell) in cells {
            let entries = cell.into_lottery_order();
            assert!(entries.len() >= size);
            entries
                .iter()
                .take(size)
                .for_each(|entry| text.push_str(&format!("{part} {} {}\n", entry.id, entry.ticket)));
        }
    }
    (commitment, Digest::of(text.as_bytes()), pool.unowned)
}

/// The same without any pass: all tickets sorted.
fn by_definition() -> Digest {
    let tickets = Lots::trial(1).tickets("targets");
    let mut text = String::new();
    let file = String::from_utf8(file()).unwrap();
    let rows: Vec<Vec<&str>> = file.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut list = |class: &str, part: Option<&str>, size: usize| {
        let mine = rows.iter().filter(|row| row[1] == class && part.is_none_or(|part| row[2] == part));
        let mut order: Vec<(Digest, &str)> = mine.map(|row| (tickets.ticket(row[0]), row[0])).collect();
        order.sort();
        order
            .iter()
            .take(size)
            .for_each(|(ticket, id)| text.push_str(&format!("{} {id} {ticket}\n", part.unwrap_or(""))));
    };
    list("A", None, 1403);
    (0..7).for_each(|part| list("B", Some(&part.to_string()), 203));
    Digest::of(text.as_bytes())
}

#[test]
fn one_thread_or_many_large_blocks_or_small() {
    let one = pass(1, 1 << 20);
    assert_eq!(one.2, ROWS / 3, "class C belongs to no stratum here");
    assert_eq!(one.1, by_definition(), "the smallest tickets are drawn");
    for (threads, block) in [(2, 1 << 20), (7, 300_007), (3, 1 << 26)] {
        assert!(pass(threads, block) == one, "{threads} threads, blocks of {block} bytes");
    }
}
