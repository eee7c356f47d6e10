//! Salted seals over withheld columns (SPEC §4.4).

use crate::encoding::Digest;
use crate::ident::Name;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The seal of one row: a digest of its salt, its id and the values that are withheld. It can be opened row by row.
///
/// ```
/// use std::collections::BTreeMap;
/// use yaohao::ident::Name;
/// let values = BTreeMap::from([(Name::parse("name").unwrap(), "王五".to_owned())]);
/// let seal = yaohao::register::seal(&[1; 32], "P1", &values);
/// assert_ne!(seal, yaohao::register::seal(&[2; 32], "P1", &values));
/// ```
#[must_use]
pub fn seal(salt: &[u8; 32], id: &str, values: &BTreeMap<Name, String>) -> Digest {
    let mut text = format!("yaohao/1 seal\n{}\n{id}\n", Digest(*salt));
    for (column, value) in values {
        // writing to a String cannot fail
        let _ = writeln!(text, "{column}={value}");
    }
    Digest::of(text.as_bytes())
}
