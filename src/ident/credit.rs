//! Identifiers of Chinese firms: unified social credit codes and the registration numbers before them.
//!
//! Only the form of an identifier is checked, never whether a firm bears it. An identifier is taken as it is: lower
//! case, full-width characters and blanks around it are errors, and whoever reads an office's file may repair them
//! before asking here.
//!
//! ```
//! use yaohao::ident::credit::{CreditCodeError, credit_check, is_credit_code, is_registration_number};
//!
//! assert_eq!(is_credit_code("91330106YH0000018H"), Ok(()));
//! assert_eq!(credit_check("91330106YH0000018"), Some('H'));
//! assert_eq!(
//!     is_credit_code("91330106YH0000018J"),
//!     Err(CreditCodeError::CheckCharacter { found: 'J', expected: 'H' })
//! );
//! assert_eq!(is_registration_number("469028600033763"), Ok(()));
//! ```

use core::fmt;

/// The characters of a credit code in the order of their values: no I, O, S, V, Z.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Weights of the first 17 characters: the powers of 3 modulo 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Why a text is not a credit code or a registration number. Positions count characters from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreditCodeError {
    /// The text has `found` characters and not `expected`.
    Length {
        /// Number of characters of the text.
        found: usize,
        /// 18 for credit codes, 15 for registration numbers.
        expected: usize,
    },
    /// The character at this position can not stand there.
    Character {
        /// Position, from 1.
        position: usize,
        /// The character there.
        found: char,
    },
    /// The first character names no registering authority: it is not one of 1–9, A, N, Y.
    FirstCharacter {
        /// The first character.
        found: char,
    },
    /// The last character does not follow from the others; at least one character is mistyped.
    CheckCharacter {
        /// The last character.
        found: char,
        /// What it would have to be, were all others right.
        expected: char,
    },
}

impl fmt::Display for CreditCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found, expected } => write!(f, "{found} characters instead of {expected}"),
            Self::Character { position, found } => {
                write!(f, "character {position} ({found:?}) can not stand there")
            }
            Self::FirstCharacter { found } => write!(f, "no code begins with {found:?}"),
            Self::CheckCharacter { found, expected } => {
                write!(f, "check character is {found:?}, the others give {expected:?}")
            }
        }
    }
}

impl core::error::Error for CreditCodeError {}

/// Checks an 18-character unified social credit code (GB 32100-2015).
///
/// The first character is 1–9, A, N or Y, and any second one of the alphabet may follow (N2 is in use). Characters 3 to
/// 8, the region of the registering authority, are digits; they are compared with no list, because regions are
/// abolished and codes keep them.
///
/// # Errors
///
/// The first fault, in this order: length; from the left, a character that can not stand where it does; the last
/// character.
pub fn is_credit_code(code: &str) -> Result<(), CreditCodeError> {
    let found = code.chars().count();
    if found != 18 {
        return Err(CreditCodeError::Length { found, expected: 18 });
    }
    let mut last = None;
    for (position, c) in (1..).zip(code.chars()) {
        if value(c).is_none() || ((3..=8).contains(&position) && !c.is_ascii_digit()) {
            return Err(CreditCodeError::Character { position, found: c });
        }
        if position == 1 && !matches!(c, '1'..='9' | 'A' | 'N' | 'Y') {
            return Err(CreditCodeError::FirstCharacter { found: c });
        }
        last = Some(c);
    }
    compare(last, check_character(code))
}

/// The check character which makes these 17 characters a credit code.
///
/// `None` if they are not 17, or one is not of the alphabet. Nothing else is checked: not the first character, not the
/// region.
#[must_use]
pub fn credit_check(first17: &str) -> Option<char> {
    if first17.chars().count() == WEIGHTS.len() { check_character(first17) } else { None }
}

/// Checks a 15-digit registration number, which firms had before credit codes (ISO 7064, MOD 11,10).
///
/// # Errors
///
/// The first fault, in this order: length; from the left, a character that is not a digit; the last digit.
pub fn is_registration_number(number: &str) -> Result<(), CreditCodeError> {
    let found = number.chars().count();
    if found != 15 {
        return Err(CreditCodeError::Length { found, expected: 15 });
    }
    let mut product: u32 = 10;
    let mut last = None;
    for (position, c) in (1..).zip(number.chars()) {
        let digit = c.to_digit(10).ok_or(CreditCodeError::Character { position, found: c })?;
        if position < 15 {
            let sum = match (product + digit) % 10 {
                0 => 10,
                sum => sum,
            };
            product = sum * 2 % 11;
        }
        last = Some(c);
    }
    compare(last, char::from_digit((11 - product) % 10, 10))
}

/// The check character of the first 17 characters.
fn check_character(code: &str) -> Option<char> {
    let mut sum = 0;
    for (c, weight) in code.chars().zip(WEIGHTS) {
        sum += value(c)? * weight;
    }
    ALPHABET.chars().nth((31 - sum % 31) % 31)
}

/// The value of a character of a credit code.
fn value(c: char) -> Option<usize> {
    ALPHABET.chars().position(|a| a == c)
}

/// Compares the last character with the one that the others give. Where this is called neither is `None`, and if one
/// were, it would not pass.
fn compare(last: Option<char>, expected: Option<char>) -> Result<(), CreditCodeError> {
    match (last, expected) {
        (Some(last), Some(expected)) if last == expected => Ok(()),
        _ => Err(CreditCodeError::CheckCharacter {
            found: last.unwrap_or_default(),
            expected: expected.unwrap_or_default(),
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "a test reads known codes")]
    use super::*;

    /// Invented codes.
    const INVENTED: [&str; 5] =
        ["91330106YH0000018H", "92330481YH7Q2KXA32", "N2330203YHM4RT9W9N", "12330000YHYYYYY079", "A9330902YH36AB1CX8"];

    const NUMBER: &str = "469028600033763";

    fn join(characters: &[char]) -> String {
        characters.iter().collect()
    }

    /// Every text that differs from this one in one character.
    fn substitutions<'a>(code: &'a str, with: &'a str) -> impl Iterator<Item = String> + 'a {
        code.chars().enumerate().flat_map(move |(at, old)| {
            with.chars()
                .filter(move |new| *new != old)
                .map(move |new| code.chars().enumerate().map(|(i, c)| if i == at { new } else { c }).collect())
        })
    }

    /// Every text in which two unequal neighbours have changed places.
    fn transpositions(code: &str) -> impl Iterator<Item = String> {
        let characters: Vec<char> = code.chars().collect();
        (1..characters.len()).filter_map(move |at| {
            let mut swapped = characters.clone();
            swapped.swap(at - 1, at);
            (swapped != characters).then(|| join(&swapped))
        })
    }

    #[test]
    fn codes_seen_in_public_are_valid() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/uscc-valid.txt");
        let Ok(text) = std::fs::read_to_string(path) else {
            // straight to the terminal: the test runner keeps what passing tests print
            let _ = std::io::Write::write_fmt(
                &mut std::io::stderr(),
                format_args!("\nSKIPPED: codes_seen_in_public_are_valid: ../shared/data/uscc-valid.txt is absent\n"),
            );
            return;
        };
        let wrong: Vec<_> = text.lines().filter_map(|l| is_credit_code(l).err().map(|e| (l, e))).collect();
        assert_eq!(wrong, []);
        assert!(text.lines().count() > 200);
    }

    #[test]
    fn one_wrong_character_is_found() {
        for code in INVENTED {
            assert_eq!(is_credit_code(code), Ok(()), "{code}");
            for wrong in substitutions(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabyz-_ ０Ａ张\u{0}") {
                assert!(is_credit_code(&wrong).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn exchanged_neighbours_are_found() {
        for code in INVENTED {
            for wrong in transpositions(code) {
                assert!(is_credit_code(&wrong).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn errors_say_which() {
        use CreditCodeError::{Character, CheckCharacter, FirstCharacter, Length};
        for (code, error) in [
            ("", Length { found: 0, expected: 18 }),
            ("91330106YH0000018", Length { found: 17, expected: 18 }),
            ("91330106YH0000018H ", Length { found: 19, expected: 18 }),
            (NUMBER, Length { found: 15, expected: 18 }),
            ("91330106yH0000018H", Character { position: 9, found: 'y' }),
            ("91330106YH000001８H", Character { position: 17, found: '８' }),
            ("9133010AYH0000018H", Character { position: 8, found: 'A' }),
            ("S1330106YH0000018H", Character { position: 1, found: 'S' }),
            ("B1330106YH0000018H", FirstCharacter { found: 'B' }),
            ("01330106YH0000018H", FirstCharacter { found: '0' }),
            ("91330106YH0000018Z", Character { position: 18, found: 'Z' }),
            ("91330106YH00000180", CheckCharacter { found: '0', expected: 'H' }),
        ] {
            assert_eq!(is_credit_code(code), Err(error), "{code}");
            assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn check_characters() {
        for code in INVENTED {
            let first17: String = code.chars().take(17).collect();
            assert_eq!(credit_check(&first17), code.chars().last());
            assert_eq!(credit_check(code), None);
        }
        assert_eq!(credit_check(""), None);
        assert_eq!(credit_check("91330106YI0000018"), None);
        assert_eq!(credit_check("00000000000000000"), Some('0'));
    }

    #[test]
    fn registration_numbers() {
        use CreditCodeError::{Character, CheckCharacter, Length};
        assert_eq!(is_registration_number(NUMBER), Ok(()));
        for wrong in substitutions(NUMBER, "0123456789AX ３") {
            assert!(is_registration_number(&wrong).is_err(), "{wrong}");
        }
        for (number, error) in [
            ("91330106YH0000018H", Length { found: 18, expected: 15 }),
            ("46902860003376X", Character { position: 15, found: 'X' }),
            ("469028600033764", CheckCharacter { found: '4', expected: '3' }),
        ] {
            assert_eq!(is_registration_number(number), Err(error), "{number}");
        }
    }
}
