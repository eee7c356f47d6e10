//! Values of cells as text.

use crate::table::Form;
use calamine::{CellErrorType, DataRef, ExcelDateTime};
use std::fmt::Write as _;

/// The first day number behind the last day that a spreadsheet has, the end of 9999.
const DAYS: f64 = 2_958_466.0;

/// The kind and the text of a value, or nothing. `scratch` holds texts that must be made first.
pub(super) fn shown<'a>(value: &'a DataRef<'_>, is_formula: bool, scratch: &'a mut String) -> Option<(Form, &'a str)> {
    scratch.clear();
    let form = match value {
        DataRef::Empty if is_formula => return Some((Form::Uncached, "")),
        DataRef::Empty => return None,
        DataRef::SharedString("") => return None,
        DataRef::SharedString(text) => return Some((Form::Text, text)),
        DataRef::String(text) => return (!text.is_empty()).then_some((Form::Text, text)),
        DataRef::DurationIso(text) => return Some((Form::Text, text)),
        DataRef::Bool(true) => return Some((Form::Flag, "TRUE")),
        DataRef::Bool(false) => return Some((Form::Flag, "FALSE")),
        DataRef::Error(CellErrorType::GettingData) => return Some((Form::Error, "#GETTING_DATA")),
        DataRef::Error(error) => {
            put(scratch, format_args!("{error}"));
            Form::Error
        }
        DataRef::Int(number) => {
            put(scratch, format_args!("{number}"));
            Form::Number
        }
        DataRef::Float(number) => put_number(*number, scratch),
        DataRef::DateTime(time) => put_time(time, scratch),
        DataRef::DateTimeIso(text) => put_iso(text, scratch),
    };
    Some((form, scratch))
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // writing to memory does not fail
    let _ = out.write_fmt(text);
}

/// The shortest decimal that is this number and no other. All digits of the whole part are there, up to what no code
/// has: a reader sees that there are more than the fifteen that a spreadsheet keeps.
fn put_number(number: f64, out: &mut String) -> Form {
    let size = number.abs();
    if !number.is_finite() {
        out.push_str("#NUM!");
        return Form::Error;
    }
    match size {
        0.0 => out.push('0'),
        1e-6..1e21 => put(out, format_args!("{number}")),
        _ => put(out, format_args!("{number:e}")),
    }
    Form::Number
}

fn put_time(time: &ExcelDateTime, out: &mut String) -> Form {
    let serial = time.as_f64();
    if !(0.0..DAYS).contains(&serial) {
        return put_number(serial, out);
    }
    if time.is_duration() {
        let seconds = (serial * 86_400.0).round();
        let (hours, minutes) = ((seconds / 3600.0).floor(), (seconds / 60.0).floor() % 60.0);
        put(out, format_args!("{hours:02}:{minutes:02}:{:02}", seconds % 60.0));
        return Form::Text;
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    if serial < 1.0 {
        // no day, whatever the epoch
        put(out, format_args!("{hour:02}:{minute:02}:{second:02}"));
        return Form::Text;
    }
    if (year, month, day) == (1900, 2, 29) {
        // a day that spreadsheets have and nobody else
        return put_number(serial, out);
    }
    put(out, format_args!("{year:04}-{month:02}-{day:02}"));
    if (hour, minute, second) != (0, 0, 0) {
        put(out, format_args!(" {hour:02}:{minute:02}:{second:02}"));
    }
    Form::Date
}

/// A time that was written as such: `2026-01-05T13:30:00Z`.
fn put_iso(text: &str, out: &mut String) -> Form {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let is_date = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_date {
        out.push_str(text);
        return Form::Text;
    }
    out.push_str(date);
    let time = time.trim_end_matches('Z');
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    if !matches!(time, "" | "00:00" | "00:00:00") {
        put(out, format_args!(" {time}"));
    }
    Form::Date
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    fn of(value: DataRef<'_>) -> (Form, String) {
        let mut scratch = String::from("old");
        shown(&value, false, &mut scratch).map(|(form, text)| (form, text.to_owned())).unwrap()
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        for (number, text) in [
            (12.0, "12"),
            (-0.5, "-0.5"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (330_481.0, "330481"),
            (110_105_199_001_011_230.0, "110105199001011230"),
            (913_301_060_000_000_000.0, "913301060000000000"),
            (1e20, "100000000000000000000"),
            (1e21, "1e21"),
            (1.5e300, "1.5e300"),
            (0.000_000_5, "5e-7"),
        ] {
            assert_eq!(of(DataRef::Float(number)), (Form::Number, text.to_owned()));
        }
        assert_eq!(of(DataRef::Int(-3)), (Form::Number, "-3".to_owned()));
        assert_eq!(of(DataRef::Float(f64::NAN)).0, Form::Error);
    }

    #[test]
    fn days_are_counted_from_either_epoch() {
        for (serial, is_1904, form, text) in [
            (46_027.0, false, Form::Date, "2026-01-05"),
            (46_027.562_5, false, Form::Date, "2026-01-05 13:30:00"),
            (46_027.0 - 1462.0, true, Form::Date, "2026-01-05"),
            // the last instant of a day is the next one
            (46_026.999_999_999_9, false, Form::Date, "2026-01-05"),
            (1.0, false, Form::Date, "1900-01-01"),
            (59.0, false, Form::Date, "1900-02-28"),
            (60.0, false, Form::Number, "60"),
            (61.0, false, Form::Date, "1900-03-01"),
            (0.562_5, false, Form::Text, "13:30:00"),
            (0.0, true, Form::Text, "00:00:00"),
            (-1.0, false, Form::Number, "-1"),
            (2_958_465.0, false, Form::Date, "9999-12-31"),
            (20_260_105.0, false, Form::Number, "20260105"),
        ] {
            let time = ExcelDateTime::new(serial, DateTime, is_1904);
            assert_eq!(of(DataRef::DateTime(time)), (form, text.to_owned()), "{serial}");
        }
        let hours = ExcelDateTime::new(1.25, TimeDelta, false);
        assert_eq!(of(DataRef::DateTime(hours)), (Form::Text, "30:00:00".to_owned()));
    }

    #[test]
    fn written_times_keep_what_they_say() {
        for (iso, form, text) in [
            ("2026-01-05", Form::Date, "2026-01-05"),
            ("2026-01-05T00:00:00", Form::Date, "2026-01-05"),
            ("2026-01-05T13:30:00.000Z", Form::Date, "2026-01-05 13:30:00"),
            ("13:30:00", Form::Text, "13:30:00"),
        ] {
            assert_eq!(of(DataRef::DateTimeIso(iso.to_owned())), (form, text.to_owned()));
        }
    }

    #[test]
    fn nothing_is_nothing_and_an_uncomputed_formula_is_not() {
        let mut scratch = String::new();
        for empty in [DataRef::Empty, DataRef::SharedString(""), DataRef::String(String::new())] {
            assert_eq!(shown(&empty, false, &mut scratch), None);
        }
        assert_eq!(shown(&DataRef::String(String::new()), true, &mut scratch), None);
        assert_eq!(shown(&DataRef::Empty, true, &mut scratch), Some((Form::Uncached, "")));
    }
}
