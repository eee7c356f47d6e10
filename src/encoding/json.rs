//! Canonical JSON: RFC 8785 without floats, null and minus (SPEC §2.1).

use crate::encoding::count;
use crate::fault::{Code, Fault, Result};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// Deepest nesting of a value.
const DEPTH: usize = 64;
/// 2^53 − 1: what every JSON reader keeps exactly.
const GREATEST: u64 = 9_007_199_254_740_991;

/// A JSON value of the kinds that this project allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// 0 to 2^53 − 1.
    Int(u64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// An object; members are unique.
    Object(BTreeMap<String, Value>),
}

impl Value {
    /// The canonical bytes, without a line end.
    ///
    /// ```
    /// use yaohao::encoding::{object, Value};
    /// let value = object([("b", 2.into()), ("a", "é\n".into())]);
    /// assert_eq!(value.to_canonical(), r#"{"a":"é\n","b":2}"#);
    /// ```
    #[must_use]
    pub fn to_canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The bytes of a file: canonical form and one LF.
    #[must_use]
    pub fn to_file(&self) -> String {
        let mut out = self.to_canonical();
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Text(text) => write_string(text, out),
            Self::Array(items) => write_list(out, '[', ']', items, |item, out| item.write(out)),
            Self::Object(members) => {
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
                write_list(out, '{', '}', sorted, |(key, value), out| {
                    write_string(key, out);
                    out.push(':');
                    value.write(out);
                });
            }
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => 1 + members.values().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }
}

/// An object from its members.
#[must_use]
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Reads one canonical JSON value that ends in LF, and refuses every other spelling of it.
///
/// ```
/// use yaohao::encoding::parse_canonical;
/// assert!(parse_canonical(b"{\"a\":1}\n").is_ok());
/// assert!(parse_canonical(b"{\"a\": 1}\n").is_err());
/// assert!(parse_canonical(b"{\"a\":1,\"a\":1}\n").is_err());
/// ```
///
/// # Errors
/// [`Code::JsonSyntax`], [`Code::JsonCanonical`].
pub fn parse_canonical(bytes: &[u8]) -> Result<Value> {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| Fault::new(Code::JsonSyntax).fact("detail", error))?;
    if value.depth() > DEPTH {
        return Err(Fault::new(Code::JsonSyntax).fact("detail", "nested deeper than 64"));
    }
    let canonical = value.to_file();
    if canonical.as_bytes() != bytes {
        let same = canonical.bytes().zip(bytes.iter().copied()).take_while(|(a, b)| a == b).count();
        return Err(Fault::new(Code::JsonCanonical).fact("byte", count(same).saturating_add(1)));
    }
    Ok(value)
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(value.min(GREATEST))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(u64::from(value))
    }
}

// An integer literal in `object([("b", 2.into())])` is an i32 to the compiler; negative ones have no form here.
impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(u64::try_from(value).unwrap_or(0))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

fn write_list<T>(
    out: &mut String,
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    each: impl Fn(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(close);
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Strict)
    }
}

/// Takes what the form allows and lets serde's defaults refuse the rest (null, floats).
struct Strict;

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, array, string, boolean or integer from 0 to 2^53-1")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value > GREATEST { Err(E::custom("integer over 2^53-1")) } else { Ok(Value::Int(value)) }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        // TOML gives every integer as i64; in JSON only negative ones come here
        u64::try_from(value).map_err(|_| E::custom("negative integer")).and_then(|value| self.visit_u64(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom(format_args!("member {key:?} stands twice")));
            }
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            (0..=GREATEST).prop_map(Value::Int),
            any::<String>().prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(Value::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in value()) {
            prop_assert_eq!(parse_canonical(value.to_file().as_bytes()).unwrap(), value);
        }

        /// The canonical form is that of an implementation which others wrote.
        #[test]
        fn equals_another_implementation_of_rfc_8785(value in value()) {
            let loose: serde_json::Value = serde_json::from_str(&value.to_canonical()).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_string(&loose).unwrap(), value.to_canonical());
        }

        #[test]
        fn any_bytes_are_refused_or_canonical(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = parse_canonical(&bytes) {
                prop_assert_eq!(value.to_file().into_bytes(), bytes);
            }
        }
    }

    #[test]
    fn rfc_8785_example_of_section_3_2_3_sorts_by_utf_16() {
        let text = "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\
            \"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";
        let value: Value = serde_json::from_str(text).unwrap();
        let Value::Object(_) = &value else { unreachable!() };
        let canonical = value.to_canonical();
        let order: Vec<usize> =
            ["Carriage Return", "One", "Control", "Latin Small", "Euro Sign", "Grinning Face", "Hebrew Letter"]
                .iter()
                .map(|name| canonical.find(name).unwrap())
                .collect();
        assert!(order.is_sorted(), "{canonical}");
    }

    #[test]
    fn refusals() {
        for bad in [
            "null\n",
            "1.0\n",
            "1e3\n",
            "-1\n",
            "-0\n",
            "9007199254740992\n",
            "\"\\ud800\"\n",
            "{\"a\":1,\"a\":2}\n",
            "[1,]\n",
            "[1] \n",
            "[1]",
            "[1]\n\n",
            "{\"b\":1,\"a\":2}\n",
            "\"\\u0041\"\n",
            "\"\\/\"\n",
            "",
            "\u{feff}1\n",
            "[1]\r\n",
            "NaN\n",
            "01\n",
        ] {
            assert!(parse_canonical(bad.as_bytes()).is_err(), "{bad:?}");
        }
        let deep = format!("{}{}\n", "[".repeat(65), "]".repeat(65));
        assert!(parse_canonical(deep.as_bytes()).is_err());
        let deeper = format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse_canonical(deeper.as_bytes()).is_err());
    }
}
