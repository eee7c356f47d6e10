//! A contributor's value made by hand, with dice or cards that everybody in the room can see (SPEC §7.5).

use std::collections::BTreeMap;
use yaohao::announcement::bits_of_product;
use yaohao::encoding::{Digest, count};
use yaohao::fault::{Code, Fault, Result};

/// Less than this is refused, as in a seed (SPEC §7.1).
const LEAST_BITS: u64 = 128;

/// What a contribution can hold; more is not needed.
pub const FULL_BITS: u64 = 256;

/// More rolls than this are a mistake.
const MOST_ROLLS: usize = 10_000;

/// Chi-square of five degrees of freedom: fair dice exceed it once in more than six million series.
const CHI_SQUARE: u64 = 40;

/// The longest run of one face: 21 in a row come once in more than 10^13 series of a thousand rolls.
const RUN: usize = 20;

/// So many neighbours of a new deck that are still side by side come once in some eight million shuffles.
const NEIGHBOURS: usize = 13;

const SUITS: [(char, &[&str]); 4] = [
    ('S', &["S", "♠", "♤", "黑桃"]),
    ('H', &["H", "♥", "♡", "红桃", "红心"]),
    ('D', &["D", "♦", "♢", "方块", "方片"]),
    ('C', &["C", "♣", "♧", "梅花", "草花"]),
];
const RANKS: [&str; 13] = ["A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K"];

/// A value and what it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// The value: the SHA-256 of the text.
    pub value: [u8; 32],
    /// The text that anybody can digest again.
    pub text: String,
    /// The bits of entropy in it, if dice or deck were fair.
    pub bits: u64,
}

impl ByHand {
    fn of(text: String, bits: u64) -> Self {
        Self { value: Digest::of(text.as_bytes()).0, text, bits }
    }
}

/// A value from rolls of a six-sided die, in the order in which they fell: digits, with or without spaces and commas.
///
/// ```
/// use yaohao_office::chance::dice;
/// assert_eq!(dice("1 2 7").unwrap_err().code().name(), "chance.form");
/// assert_eq!(dice("1 2 3").unwrap_err().code().name(), "chance.few");
/// ```
///
/// # Errors
/// [`Code::ChanceForm`], [`Code::ChanceFew`], [`Code::ChanceOdd`].
pub fn dice(text: &str) -> Result<ByHand> {
    let mut faces: Vec<u64> = Vec::new();
    for c in text.chars().map(narrow).filter(|c| !separates(*c)) {
        match c.to_digit(7) {
            Some(face @ 1..=6) if faces.len() < MOST_ROLLS => faces.push(face.into()),
            Some(1..=6) => return Err(odd(&format!("there are more than {MOST_ROLLS} rolls"))),
            _ => return Err(no_face(faces.len(), &c.to_string(), "a face from 1 to 6")),
        }
    }
    let bits = bits_of_product(faces.iter().map(|_| (6, 1)));
    if bits < LEAST_BITS {
        return Err(few(&format!("{} rolls", faces.len()), bits, "50 rolls"));
    }
    let all_one = |run: &[u64]| run.first().copied().filter(|first| run.iter().all(|face| face == first));
    if let Some(face) = faces.windows(RUN + 1).find_map(all_one) {
        return Err(odd(&format!("{face} stands more than {RUN} times in a row")));
    }
    let repeats = |period: &usize| faces.iter().zip(faces.iter().skip(*period)).all(|(a, b)| a == b);
    if let Some(period) = (1..=faces.len() / 2).find(repeats) {
        return Err(odd(&format!("the same {period} rolls come again and again")));
    }
    let rolls = count(faces.len());
    let of = |face: u64| count(faces.iter().filter(|found| **found == face).count());
    let squares: u64 = (1..=6).map(of).map(|often| often * often).sum();
    // the sum over the faces of (often − rolls/6)² · 6/rolls, times rolls
    if (6 * squares).saturating_sub(rolls * rolls) > CHI_SQUARE * rolls {
        return Err(odd("some faces came far too often"));
    }
    let digits: String = faces.iter().map(ToString::to_string).collect();
    Ok(ByHand::of(format!("yaohao/1 dice\n{digits}\n"), bits))
}

/// A value from a shuffled deck of 52 cards, from the top: rank and suit in either order, such as `AS`, `10H`, `♠A`,
/// `黑桃A`, separated by spaces or commas.
///
/// ```
/// use yaohao_office::chance::cards;
/// assert_eq!(cards("AS 1H").unwrap_err().code().name(), "chance.form");
/// assert_eq!(cards("AS 黑桃A").unwrap_err().code().name(), "chance.twice");
/// assert_eq!(cards("AS 10H").unwrap_err().code().name(), "chance.few");
/// ```
///
/// # Errors
/// [`Code::ChanceForm`], [`Code::ChanceTwice`], [`Code::ChanceFew`], [`Code::ChanceOdd`].
pub fn cards(text: &str) -> Result<ByHand> {
    let text: String = text.chars().map(narrow).collect();
    let mut deck: Vec<(char, usize)> = Vec::new();
    let mut seen: BTreeMap<(char, usize), usize> = BTreeMap::new();
    for word in text.split(separates).filter(|word| !word.is_empty()) {
        let card = card(word).ok_or_else(|| no_face(deck.len(), word, "a card such as AS, 10H, 黑桃A"))?;
        deck.push(card);
        if let Some(first) = seen.insert(card, deck.len()) {
            let fault = Fault::new(Code::ChanceTwice).fact("card", name(card)).fact("first", first);
            return Err(fault.fact("second", deck.len()));
        }
    }
    // a deck is whole or it is none: who leaves out cards may leave out some on purpose
    if deck.len() != 52 {
        let drawn = (0..count(deck.len())).map(|index| (52_u64.saturating_sub(index), 1));
        return Err(few(&format!("{} cards", deck.len()), bits_of_product(drawn), "a whole deck of 52"));
    }
    let beside = |pair: &[(char, usize)]| match pair {
        [(a, low), (b, high)] => a == b && low.abs_diff(*high) == 1,
        _ => false,
    };
    let neighbours = deck.windows(2).filter(|pair| beside(pair)).count();
    if neighbours >= NEIGHBOURS {
        return Err(odd(&format!("{neighbours} pairs of cards still lie as in a new deck")));
    }
    let names: Vec<String> = deck.iter().map(|card| name(*card)).collect();
    let bits = bits_of_product((1..=52).map(|left| (left, 1)));
    Ok(ByHand::of(format!("yaohao/1 cards\n{}\n", names.join(" ")), bits))
}

/// Suit and rank of a card, whichever comes first.
fn card(word: &str) -> Option<(char, usize)> {
    let word = word.to_uppercase();
    SUITS.iter().find_map(|(suit, names)| {
        let rank = names.iter().find_map(|name| word.strip_suffix(name).or_else(|| word.strip_prefix(name)))?;
        let rank = if rank == "T" { "10" } else { rank };
        RANKS.iter().position(|known| *known == rank).map(|rank| (*suit, rank))
    })
}

fn name((suit, rank): (char, usize)) -> String {
    format!("{}{suit}", RANKS.get(rank).unwrap_or(&""))
}

/// Full-width characters as they are on a Chinese keyboard, in their narrow form.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    }
}

pub(crate) fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '、')
}

fn no_face(before: usize, found: &str, expected: &str) -> Fault {
    let fault = Fault::new(Code::ChanceForm).fact("position", before.saturating_add(1));
    fault.fact("found", found).fact("expected", expected)
}

fn few(found: &str, bits: u64, expected: &str) -> Fault {
    Fault::new(Code::ChanceFew).fact("found", found).fact("bits", bits).fact("expected", expected)
}

fn odd(detail: &str) -> Fault {
    Fault::new(Code::ChanceOdd).fact("detail", detail)
}
