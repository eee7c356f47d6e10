//! Good tables, damaged in every way that is cheap to make: cut off anywhere, and with single bytes changed. Each is
//! refused or announced; neither takes long, ends in a panic, or leaves half of anything.

use crate::campaign::{Office, fixture, is_readable, skipped};
use yaohao::encoding::Digest;
use yaohao::ident::credit::is_credit_code;
use yaohao_office::freeze::Frozen;

const SAMPLES: [&str; 4] = ["plain-gb18030.csv", "plain.xlsx", "plain.xls", "plain.parquet"];

/// Most lengths to which a file is cut: a step of one byte where the file is small.
const CUTS: usize = 600;
const CHANGES: u64 = 2_000;
/// Of so many changed tables that can be read one is announced.
const WRITTEN: u64 = 50;

/// The samples that this build reads.
fn samples() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    SAMPLES.into_iter().map(|name| (name, fixture(&format!("good/{name}")))).filter(|(name, bytes)| {
        let is_read = is_readable(bytes);
        if !is_read {
            skipped(&format!("{name} was not damaged: this build reads no Parquet"));
        }
        is_read
    })
}

/// Looks at a damaged table; what would be frozen, if anything. What is refused must not be announced either, nor leave
/// anything; of what is not refused, some are announced, since writing takes long and does not depend on the table.
fn outcome(office: &Office, name: &str, bytes: &[u8], is_written: bool, what: &dyn Fn() -> String) -> Option<String> {
    office.put(name, bytes);
    let looked = office.look(what).ok();
    if looked.is_none() || is_written {
        let announced = office.announce(what).ok();
        assert_eq!(announced.is_some(), looked.is_some(), "{}", what());
        if announced.is_some() {
            office.take_back();
        }
    }
    let frozen = looked?;
    check(&frozen, bytes, name.ends_with(".csv"), what);
    Some(frozen.intakes[0].csv().to_owned())
}

/// Whatever came through the damage is a register of codes that hold, of as many rows as were read; a text of which no
/// cell has lines of its own loses none of them.
fn check(frozen: &Frozen, bytes: &[u8], is_text: bool, what: &dyn Fn() -> String) {
    let [targets, ..] = frozen.intakes.as_ref();
    assert_eq!(usize::try_from(targets.read).unwrap(), targets.len(), "{}", what());
    for line in targets.csv().lines().skip(1) {
        let id = line.split(',').next().unwrap();
        assert_eq!(is_credit_code(id), Ok(()), "{}: {line}", what());
    }
    if is_text {
        let lines = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.is_empty());
        assert_eq!(lines.count(), targets.len() + 1, "{}", what());
    }
}

#[test]
fn files_that_were_cut_off_anywhere() {
    for (name, bytes) in samples() {
        let office = Office::with("targets", name, "", &bytes);
        let whole = outcome(&office, name, &bytes, true, &|| name.to_owned());
        assert!(whole.is_some(), "{name} is not good");
        let mut read = 0;
        for length in (0..bytes.len()).step_by(bytes.len().div_ceil(CUTS)) {
            let what = || format!("{name} cut to {length} bytes");
            if outcome(&office, name, &bytes[..length], true, &what).is_some() {
                read += 1;
                // a text that ends early may be a shorter text; what has a directory or a footer has it no longer
                assert!(name.ends_with(".csv"), "{}", what());
            }
        }
        // some of a text's ends are ends of rows
        assert_eq!(read > 0, name.ends_with(".csv"), "{name}: {read} of its beginnings were read");
    }
}

#[test]
fn files_in_which_a_byte_was_changed() {
    for (name, bytes) in samples() {
        let office = Office::with("targets", name, "", &bytes);
        let whole = outcome(&office, name, &bytes, true, &|| name.to_owned());
        let mut read = 0;
        for round in 0..CHANGES {
            // anybody can compute which bytes these are
            let random = Digest::of(format!("{name} {round}").as_bytes()).0;
            let number = u64::from_le_bytes(random[..8].try_into().unwrap());
            let at = usize::try_from(number % u64::try_from(bytes.len()).unwrap()).unwrap();
            let mask = random[8].max(1);
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            let what = || format!("{name} with byte {at} changed by {mask:#x}");
            if let Some(frozen) = outcome(&office, name, &changed, round % WRITTEN == 0, &what) {
                read += 1;
                // an archive has sums of all that it holds: what can be read is what was written
                assert!(!name.ends_with(".xlsx") || Some(&frozen) == whole.as_ref(), "{}", what());
            }
        }
        // were all refused, or none, nothing would have been tried
        assert!((1..CHANGES).contains(&read), "{name}: {read} of {CHANGES} were read");
    }
}
