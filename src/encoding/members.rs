//! Strict reading of an object: each member is taken once, and what is left over is an error.

use super::{Digest, Value};
use crate::fault::{Code, Fault, Result};
use std::collections::BTreeMap;

/// The members of one object, to be taken one by one. `path` tells a reader where the object stands.
#[derive(Debug)]
pub struct Members {
    path: String,
    members: BTreeMap<String, Value>,
}

impl Members {
    /// The members of `value`, which must be an object.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn of(value: Value, path: &str) -> Result<Self> {
        match value {
            Value::Object(members) => Ok(Self { path: path.to_owned(), members }),
            _ => Err(fault(path, "must be an object")),
        }
    }

    /// Where a member stands, for faults.
    #[must_use]
    pub fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Whether there is such a member.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    /// A member, if there is one.
    pub fn optional(&mut self, key: &str) -> Option<Value> {
        self.members.remove(key)
    }

    /// A member that must be there.
    ///
    /// # Errors
    /// [`Code::JsonMember`], as for all that follow.
    pub fn value(&mut self, key: &str) -> Result<Value> {
        self.optional(key).ok_or_else(|| fault(&self.path(key), "is missing"))
    }

    /// A string.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn text(&mut self, key: &str) -> Result<String> {
        match self.value(key)? {
            Value::Text(text) => Ok(text),
            _ => Err(fault(&self.path(key), "must be a string")),
        }
    }

    /// A string, or nothing.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn optional_text(&mut self, key: &str) -> Result<Option<String>> {
        if self.members.contains_key(key) { self.text(key).map(Some) } else { Ok(None) }
    }

    /// An integer within bounds.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn int(&mut self, key: &str, least: u64, most: u64) -> Result<u64> {
        match self.value(key)? {
            Value::Int(value) if (least..=most).contains(&value) => Ok(value),
            _ => Err(fault(&self.path(key), &format!("must be an integer from {least} to {most}"))),
        }
    }

    /// An integer within bounds, or nothing.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn optional_int(&mut self, key: &str, least: u64, most: u64) -> Result<Option<u64>> {
        if self.members.contains_key(key) { self.int(key, least, most).map(Some) } else { Ok(None) }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn bool(&mut self, key: &str) -> Result<bool> {
        match self.value(key)? {
            Value::Bool(value) => Ok(value),
            _ => Err(fault(&self.path(key), "must be true or false")),
        }
    }

    /// A string that `parse` understands: ids, names, times, digests.
    ///
    /// # Errors
    /// [`Code::JsonMember`], or what `parse` says, with the member as column.
    pub fn parsed<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        let text = self.text(key)?;
        parse(&text).map_err(|fault| fault.column(self.path(key)))
    }

    /// As [`Members::parsed`], or nothing.
    ///
    /// # Errors
    /// As there.
    pub fn optional_parsed<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T>) -> Result<Option<T>> {
        if self.members.contains_key(key) { self.parsed(key, parse).map(Some) } else { Ok(None) }
    }

    /// 64 hexadecimal digits.
    ///
    /// # Errors
    /// As [`Members::parsed`].
    pub fn digest(&mut self, key: &str) -> Result<Digest> {
        self.parsed(key, Digest::parse)
    }

    /// An object.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn object(&mut self, key: &str) -> Result<Members> {
        let value = self.value(key)?;
        Members::of(value, &self.path(key))
    }

    /// An array, each element read by `each`, which gets the element's path too.
    ///
    /// # Errors
    /// [`Code::JsonMember`] when it is none or too long, or what `each` says.
    pub fn array<T>(&mut self, key: &str, most: usize, each: impl Fn(Value, &str) -> Result<T>) -> Result<Vec<T>> {
        let path = self.path(key);
        let Value::Array(items) = self.value(key)? else { return Err(fault(&path, "must be an array")) };
        if items.len() > most {
            return Err(fault(&path, &format!("has {} elements, at most {most} are allowed", items.len())));
        }
        items.into_iter().enumerate().map(|(index, item)| each(item, &format!("{path}[{index}]"))).collect()
    }

    /// An array of strings, each read by `parse`.
    ///
    /// # Errors
    /// As [`Members::array`].
    pub fn texts<T>(&mut self, key: &str, most: usize, parse: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
        self.array(key, most, |item, path| match item {
            Value::Text(text) => parse(&text).map_err(|fault| fault.column(path)),
            _ => Err(fault(path, "must be a string")),
        })
    }

    /// Ends the reading: nothing may be left.
    ///
    /// # Errors
    /// [`Code::JsonMember`].
    pub fn finish(self) -> Result<()> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(key) => Err(fault(&self.path(key), "is not known here")),
        }
    }
}

fn fault(path: &str, detail: &str) -> Fault {
    Fault::new(Code::JsonMember).fact("member", path).fact("detail", detail)
}
