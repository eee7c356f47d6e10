//! Ids as offices write them.

use super::cell::{At, half_width, readable, visible};
use crate::keys::RegisterKey;
use crate::plan::IdForm;
use crate::table::{Cell, Form};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::credit::CreditCodeError;
use yaohao::ident::{Id, credit};

/// The text of an id: full-width characters, blanks and lower case of codes are put right; what a spreadsheet has
/// spoilt is refused and explained.
///
/// # Errors
/// [`Code::IntakeCut`], [`Code::IntakeNumberId`], [`Code::IntakeInvisible`], [`Code::IntakeUncached`],
/// [`Code::IntakeErrorCell`].
pub(super) fn id_text(cell: Cell<'_>, form: IdForm, at: At) -> Result<String> {
    readable(cell, at)?;
    visible(cell.text)?;
    let mut text = half_width(cell.text);
    if form == IdForm::CreditCode {
        text.retain(|c| !c.is_whitespace());
        text.make_ascii_uppercase();
    } else {
        text = text.trim().to_owned();
    }
    if is_scientific(&text) || (form == IdForm::CreditCode && is_cut(&text)) {
        return Err(Fault::new(Code::IntakeCut).fact("value", cell.text.trim()));
    }
    match cell.form {
        Form::Number if digits(&text) > 15 => Err(Fault::new(Code::IntakeCut).fact("value", text)),
        // a registration number has 15 digits, begins with none that is 0, and carries its own check
        Form::Number if form == IdForm::CreditCode && credit::is_registration_number(&text).is_ok() => Ok(text),
        Form::Number | Form::Date | Form::Flag => {
            Err(Fault::new(Code::IntakeNumberId).fact("cell", at).fact("value", text))
        }
        _ => Ok(text),
    }
}

/// Forms an id as a register's plan says, from a text that intake has put right or from the command line.
///
/// # Errors
/// [`Code::IntakeCode`], [`Code::IntakeCodeLength`], [`Code::IntakeCodeCharacter`], [`Code::IdForm`].
pub fn form_id(text: &str, form: IdForm, key: &RegisterKey) -> Result<Id> {
    match form {
        IdForm::Id => Id::parse(text),
        IdForm::Pseudonym if text.is_empty() => Err(Fault::new(Code::IdForm).fact("value", text)),
        IdForm::Pseudonym => key.pseudonym(text),
        IdForm::CreditCode => {
            let checked =
                if text.len() == 15 { credit::is_registration_number(text) } else { credit::is_credit_code(text) };
            match checked {
                Ok(()) => Id::parse(text),
                Err(error) => Err(wrong_code(text, error)),
            }
        }
    }
}

fn wrong_code(text: &str, error: CreditCodeError) -> Fault {
    let (code, facts) = match error {
        CreditCodeError::CheckCharacter { found, expected } => {
            (Code::IntakeCode, [("found", found.to_string()), ("expected", expected.to_string())])
        }
        CreditCodeError::Character { position, found } => {
            (Code::IntakeCodeCharacter, [("position", position.to_string()), ("found", found.to_string())])
        }
        CreditCodeError::FirstCharacter { found } => {
            (Code::IntakeCodeCharacter, [("position", "1".to_owned()), ("found", found.to_string())])
        }
        CreditCodeError::Length { found, expected } => {
            (Code::IntakeCodeLength, [("found", found.to_string()), ("expected", expected.to_string())])
        }
        // the core may learn to say more; until then the whole text is the detail
        other => (Code::IntakeCodeCharacter, [("position", "-".to_owned()), ("found", other.to_string())]),
    };
    facts.into_iter().fold(Fault::new(code).fact("value", text), |fault, (key, value)| fault.fact(key, value))
}

/// Whether a text is far from being such an id: for telling hints from rows.
pub(super) fn cannot_be(text: &str, form: IdForm) -> bool {
    let text = text.trim();
    match form {
        IdForm::CreditCode => !text.chars().any(|c| c.is_ascii_alphanumeric()) || text.chars().count() > 30,
        IdForm::Id | IdForm::Pseudonym => text.chars().count() > 30,
    }
}

/// A number that was shown with an exponent: 9.13301E+17.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    // `1E23` may be an honest id; a code cut by Excel has a decimal point or an exponent with its sign
    is_digits(whole) && is_digits(part) && is_digits(exponent) && (mantissa.contains('.') || text.contains('+'))
}

/// A credit code of digits only whose last three became zeros: Excel keeps 15 digits of a number.
fn is_cut(text: &str) -> bool {
    text.len() == 18
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.ends_with("000")
        && credit::is_credit_code(text).is_err()
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}
