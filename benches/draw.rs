//! A million targets in four strata, five per cent drawn: tickets and selection, and with them the commitment.
//!
//! `cargo bench --bench draw`; `--features`-less runs (`--no-default-features`) show one core. Benches report, tests
//! never time.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_types, reason = "a bench needs a clock")]

use std::time::{Duration, Instant};
use yaohao::announcement::{BeaconPlan, Item, Method, Rounding, Size, Stratum};
use yaohao::draw::{Binding, Pool, fill_strata};
use yaohao::encoding::{Digest, Value};
use yaohao::ident::Id;
use yaohao::register::{Row, Schema, Visit, parse_row, scan};
use yaohao::rule::Rule;
use yaohao::seed::{Beacon, Lots};

const ROWS: u64 = 1_000_000;

/// Round 12,040,883 of quicknet.
const SIGNATURE: &str =
    "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394";

fn beacon() {
    let beacon = Beacon::new(12_040_883, SIGNATURE).unwrap();
    let (whole, ()) = timed(|| (0..100).for_each(|_| beacon.check(&BeaconPlan::Drand { round: 12_040_883 }).unwrap()));
    println!("a drand round checked (BLS12-381)          {:>10.2?}", whole / 100);
}

fn main() {
    beacon();
    let schema = Schema::new("targets.csv", &["id", "class", "items", "region", "excluded"]);
    let file = register();
    println!("{ROWS} rows, {} bytes; feature parallel: {}", file.len(), cfg!(feature = "parallel"));
    let (strata, items) = (strata(), items());
    let counting = Binding::new(&schema, &strata, &items, None).unwrap();
    let (whole, (mark, pool)) =
        timed(|| scan(&schema, u64::MAX, &mut Some(file.clone()), Pool::new(&counting)).unwrap());
    println!("freeze: form, digest, root, strata         {whole:>10.2?}");
    let (strata, _) = fill_strata(&strata, &pool).unwrap();
    let lots = Lots::trial(1);
    let drawing = Binding::new(&schema, &strata, &items, Some(lots.tickets("targets"))).unwrap();
    let (whole, (again, pool)) =
        timed(|| scan(&schema, u64::MAX, &mut Some(file.clone()), Pool::new(&drawing)).unwrap());
    println!("draw: form, digest, root, tickets, select  {whole:>10.2?}");
    assert_eq!(mark, again);
    let selected = digest(pool);
    println!("digest of the selected                     {selected}");

    let rows: Vec<&str> = std::str::from_utf8(&file).unwrap().lines().skip(1).collect();
    let mut parsed = Vec::new();
    let mut pool = Pool::new(&drawing);
    let (alone, ()) = timed(|| {
        for (line, number) in rows.iter().zip(1..) {
            parse_row(line, &mut parsed).unwrap();
            pool.row(&Row { number, line, cells: &parsed }).unwrap();
        }
    });
    println!("one core: parse, rules, tickets, selection {alone:>10.2?}");
    assert_eq!(digest(pool), selected, "one core and all cores must select the same");
    let tickets = lots.tickets("targets");
    let (hashing, sum) =
        timed(|| rows.iter().map(|row| u64::from(tickets.ticket(row.get(..18).unwrap()).0[0])).sum::<u64>());
    println!("one core: tickets alone                    {hashing:>10.2?}  ({sum})");
    println!("tickets and selection / all in one pass    {:>9}%", alone.as_micros() * 100 / whole.as_micros().max(1));
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn register() -> Vec<u8> {
    let mut file = String::from("id,class,items,region,excluded\n");
    for row in 0..ROWS {
        let class = ["A", "A", "A", "B", "B", "C", "A", "B", "D", "A"][usize::try_from(row % 10).unwrap()];
        file.push_str(&format!("9133{:02}06MA{row:08},{class},yanhua;guandao,33{:02}06,\n", row % 90, row % 90));
    }
    let (header, rows) = file.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    format!("{header}\n{}\n", rows.join("\n")).into_bytes()
}

fn strata() -> Vec<Stratum> {
    let stratum = |class: &str| {
        let rule: Value = Value::Object([("eq".to_owned(), vec!["class", class].into())].into());
        Stratum {
            name: Id::parse(class).unwrap(),
            rule: Rule::parse(rule).unwrap(),
            size: Size::Rate { rate: 500, rounding: Rounding::Up, minimum: None, maximum: None },
            method: Method::Equal,
            reserves: 100,
            split: None,
            never: None,
            cells: Vec::new(),
        }
    };
    ["A", "B", "C", "D"].map(stratum).to_vec()
}

fn items() -> Vec<Item> {
    let id = Id::parse("all").unwrap();
    vec![Item {
        title: yaohao::ident::Text::parse("all").unwrap(),
        id,
        rule: Rule::And(Vec::new()),
        seats: Vec::new(),
        penalises: Vec::new(),
        fewer: Vec::new(),
    }]
}

fn digest(pool: Pool<'_>) -> Digest {
    let mut text = String::new();
    for cells in pool.strata {
        for (_, cell) in cells {
            // a pass may keep more than are drawn: five per cent, and the reserves
            let drawn = usize::try_from(cell.population.div_ceil(20)).unwrap() + 100;
            let entries = cell.into_lottery_order();
            entries.iter().take(drawn).for_each(|entry| text.push_str(&format!("{} {}\n", entry.id, entry.ticket)));
        }
    }
    Digest::of(text.as_bytes())
}
