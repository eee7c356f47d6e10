//! DER, element by element: the reader takes what it names, in order, and nothing may be left over.

use crate::fault::{Code, Fault, Result};
use std::fmt;
use x509_cert::der::{self, Decode, Reader as _, SliceReader, Tag, TagNumber, Tagged as _, asn1::AnyRef};

/// The elements of a SEQUENCE or SET that are still to be read.
pub(super) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The elements in some bytes.
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self> {
        SliceReader::new(bytes).map(Self).map_err(form)
    }

    /// The elements of the one element that the bytes hold.
    pub(super) fn only(bytes: &'a [u8], tag: Tag, what: &str) -> Result<Self> {
        let mut outer = Self::of(bytes)?;
        let inner = outer.inner(tag, what)?;
        outer.end(what)?;
        Ok(inner)
    }

    /// The next element, read as one type.
    pub(super) fn take<T: Decode<'a, Error = der::Error>>(&mut self, what: &str) -> Result<T> {
        self.0.decode().map_err(|error| form(format_args!("{what}: {error}")))
    }

    /// The next element's value, which has this tag.
    pub(super) fn value(&mut self, tag: Tag, what: &str) -> Result<&'a [u8]> {
        let any: AnyRef<'a> = self.take(what)?;
        if any.tag() == tag { Ok(any.value()) } else { Err(form(format_args!("{what}: {} is {}", tag, any.tag()))) }
    }

    /// The elements of the next element, which has this tag.
    pub(super) fn inner(&mut self, tag: Tag, what: &str) -> Result<Self> {
        self.value(tag, what).and_then(Self::of)
    }

    /// The next element with its tag and length, as it stands.
    pub(super) fn whole(&mut self, what: &str) -> Result<&'a [u8]> {
        self.0.tlv_bytes().map_err(|error| form(format_args!("{what}: {error}")))
    }

    /// Whether the next element has this tag.
    pub(super) fn next_is(&self, tag: Tag) -> bool {
        !self.done() && Tag::peek(&self.0).is_ok_and(|next| next == tag)
    }

    /// Whether nothing is left.
    pub(super) fn done(&self) -> bool {
        self.0.is_finished()
    }

    /// Refuses what is left.
    pub(super) fn end(self, what: &str) -> Result<()> {
        if self.done() { Ok(()) } else { Err(form(format_args!("{what}: something stands behind its end"))) }
    }
}

/// The tag `[number]` of something that has parts.
pub(super) fn numbered(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// The tag `[number]` of something without parts.
pub(super) fn numbered_primitive(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber(number) }
}

/// What a stamp that cannot be read is answered with.
pub(super) fn form(detail: impl fmt::Display) -> Fault {
    Fault::new(Code::StampForm).fact("detail", detail)
}
