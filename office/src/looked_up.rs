//! Public values as an officer types them: read off a screen, with the zeros and commas that stand there.

use crate::chance::{narrow, separates};
use yaohao::announcement::PublicValues;
use yaohao::encoding::decimal;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::seed::Values;

/// Public values from `SOURCE=NUMBERS`, once a source, or from their whole text (SPEC §7.4) as others have published it.
///
/// # Errors
/// [`Code::BeaconValues`] with source and number, [`Code::IdForm`].
pub fn values(plan: &PublicValues, given: &[String]) -> Result<Values> {
    if let [text] = given
        && !text.contains('=')
        && text.contains('/')
    {
        return Values::parse(plan, text.trim());
    }
    Values::collect(plan, given.iter().map(|text| source(text)).collect::<Result<Vec<_>>>()?)
}

fn source(text: &str) -> Result<(Id, Vec<u64>)> {
    let text: String = text.chars().map(narrow).collect();
    let (id, numbers) = text.split_once('=').ok_or_else(|| wrong(&text, "write SOURCE=NUMBERS"))?;
    let id = Id::parse(id.trim())?;
    let numbers = numbers.split(separates).filter(|number| !number.is_empty());
    let numbers = numbers.map(|number| plain(&id, number)).collect::<Result<_>>()?;
    Ok((id, numbers))
}

/// A number as it is printed on a ball: 05 is 5. A point is never left out silently.
fn plain(id: &Id, text: &str) -> Result<u64> {
    if text.contains('.') {
        return Err(wrong(id.as_str(), &format!("{text} has a point: write hundredths as one whole number")));
    }
    let digits = text.trim_start_matches('0');
    let digits = if digits.is_empty() && !text.is_empty() { "0" } else { digits };
    decimal(digits, 0, u64::MAX).map_err(|_| wrong(id.as_str(), &format!("{text} is no plain number")))
}

fn wrong(source: &str, detail: &str) -> Fault {
    Fault::new(Code::BeaconValues).fact("source", source).fact("detail", detail)
}
