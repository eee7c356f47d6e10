//! TSTInfo: what the authority says (RFC 3161 §2.4.2).

use super::algorithm::sha256_imprint;
use super::fields::{Fields, form, numbered, numbered_primitive};
use crate::encoding::Digest;
use crate::fault::Result;
use crate::ident::Time;
use x509_cert::der::Tag;
use x509_cert::der::asn1::{AnyRef, IntRef, ObjectIdentifier};
use x509_cert::ext::Extension;

/// What is signed.
#[derive(Debug, Clone)]
pub(super) struct Info {
    pub(super) imprint: Digest,
    /// genTime without its fraction: certificates must hold at it.
    pub(super) generated: Time,
    /// The latest instant that genTime and accuracy allow, in whole seconds.
    pub(super) latest: Time,
}

impl Info {
    pub(super) fn parse(content: &[u8]) -> Result<Self> {
        let mut fields = Fields::only(content, Tag::Sequence, "TSTInfo")?;
        let version: u8 = fields.take("version of TSTInfo")?;
        if version != 1 {
            return Err(form(format_args!("TSTInfo of version {version}")));
        }
        fields.take::<ObjectIdentifier>("policy")?;
        let mut imprint = fields.inner(Tag::Sequence, "imprint")?;
        let digest = Digest(sha256_imprint(&mut imprint)?);
        imprint.end("imprint")?;
        fields.take::<IntRef<'_>>("serial number")?;
        let (generated, nanoseconds) = general_time(fields.value(Tag::GeneralizedTime, "genTime")?)?;
        let (seconds, below) = match fields.next_is(Tag::Sequence) {
            true => accuracy(fields.inner(Tag::Sequence, "accuracy")?)?,
            false => (0, 0),
        };
        // up to the second: a time that is rounded down would be earlier than what was signed
        let over = (nanoseconds + below).div_ceil(1_000_000_000);
        let latest = generated.plus(i64::from(seconds)).and_then(|time| time.plus(i64::from(over)));
        let latest = latest.ok_or_else(|| form("genTime and accuracy lead out of the calendar"))?;
        if fields.next_is(Tag::Boolean) {
            fields.take::<bool>("ordering")?;
        }
        if fields.next_is(Tag::Integer) {
            fields.take::<IntRef<'_>>("nonce")?;
        }
        // the authority's name: its certificate says it, signed
        if fields.next_is(numbered(0)) {
            fields.take::<AnyRef<'_>>("tsa")?;
        }
        if fields.next_is(numbered(1)) {
            extensions(fields.inner(numbered(1), "extensions")?)?;
        }
        fields.end("TSTInfo")?;
        Ok(Self { imprint: digest, generated, latest })
    }
}

/// An extension that must be understood is not.
fn extensions(mut fields: Fields<'_>) -> Result<()> {
    while !fields.done() {
        let extension: Extension = fields.take("extension")?;
        if extension.critical {
            return Err(form(format_args!("critical extension {}", extension.extn_id)));
        }
    }
    Ok(())
}

/// Whole seconds, and nanoseconds of the thousandths and millionths.
fn accuracy(mut fields: Fields<'_>) -> Result<(u32, u32)> {
    let seconds = if fields.next_is(Tag::Integer) { fields.take::<u32>("accuracy")? } else { 0 };
    let mut below = 0;
    for (number, unit) in [(0, 1_000_000), (1, 1_000)] {
        if fields.next_is(numbered_primitive(number)) {
            let value = match *fields.value(numbered_primitive(number), "accuracy")? {
                [low] if low < 128 => u32::from(low),
                [high, low] if (1..4).contains(&high) || (high == 0 && low >= 128) => {
                    u32::from(u16::from_be_bytes([high, low]))
                }
                _ => 0,
            };
            if !(1..=999).contains(&value) {
                return Err(form("accuracy: thousandths are from 1 to 999"));
            }
            below += value * unit;
        }
    }
    fields.end("accuracy")?;
    Ok((seconds, below))
}

/// `20260301080000Z` or `20260301080000.5Z`: whole seconds and nanoseconds. A fraction does not end with 0 (RFC 3161
/// §2.4.2); more than nine digits are refused, since no clock has them.
fn general_time(bytes: &[u8]) -> Result<(Time, u32)> {
    let text = std::str::from_utf8(bytes).map_err(|_| form("genTime is no text"))?;
    let fault = || form(format_args!("genTime {text}"));
    let digits = text.strip_suffix('Z').ok_or_else(fault)?;
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |from: usize, to: usize| whole.get(from..to).unwrap_or_default();
    if whole.len() != 14 || !all_digits(whole) {
        return Err(fault());
    }
    let written =
        format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14));
    let time = Time::parse(&written).map_err(|_| fault())?;
    let nanoseconds = match fraction {
        None => 0,
        Some(fraction) if (1..=9).contains(&fraction.len()) && all_digits(fraction) && !fraction.ends_with('0') => {
            format!("{fraction:0<9}").parse().map_err(|_| fault())?
        }
        Some(_) => return Err(fault()),
    };
    Ok((time, nanoseconds))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_and_fractions_have_one_spelling() {
        assert_eq!(general_time(b"20260301080000Z").unwrap().0.to_string(), "2026-03-01T08:00:00Z");
        assert_eq!(general_time(b"20260301080000.05Z").unwrap().1, 50_000_000);
        for bad in [
            "20260301080000",
            "20260301080000.Z",
            "20260301080000.0Z",
            "20260301080000.50Z",
            "20260301080000,5Z",
            "20260301080000.1234567891Z",
            "20260301080060Z",
            "20260230080000Z",
            "202603010800Z",
            "20260301080000+0800",
            "2026030108000\u{661}Z",
            "+0260301080000Z",
            "",
            "Z",
        ] {
            assert!(general_time(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    fn parts(bytes: &[u8]) -> Result<(u32, u32)> {
        accuracy(Fields::of(bytes).unwrap())
    }

    #[test]
    fn accuracies_are_read_whole_or_refused() {
        assert_eq!(parts(&[]).unwrap(), (0, 0));
        assert_eq!(parts(&[2, 1, 5]).unwrap(), (5, 0));
        assert_eq!(parts(&[0x80, 2, 0x03, 0xe7]).unwrap(), (0, 999_000_000));
        assert_eq!(parts(&[0x80, 2, 0x00, 0x80, 0x81, 1, 1]).unwrap(), (0, 128_001_000));
        for bad in [
            &[0x80, 1, 0][..],
            &[0x80, 2, 0x03, 0xe8],
            &[0x80, 2, 0, 1],
            &[0x80, 0],
            &[0x81, 1, 1, 0x80, 1, 1],
            &[2, 1, 0xff],
            &[2, 5, 1, 0, 0, 0, 0],
            &[4, 0],
        ] {
            assert!(parts(bad).is_err(), "{bad:?}");
        }
    }
}
