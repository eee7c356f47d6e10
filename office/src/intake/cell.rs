//! Cells as offices write them, put into the one form of a frozen register. Whatever is changed is counted by the caller.

use crate::table::{Cell, Form, column_letters};
use std::borrow::Cow;
use std::fmt;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Date;

/// What a column of the frozen register holds, and so how its cells are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text: blanks at its ends go, line breaks become blanks, letters and digits become half-width.
    Text,
    /// A text as above that no target may lack: the region that decides who may go there.
    Place,
    /// A set: elements separated by `;` `；` `,` `，` `、`, put in order.
    Set,
    /// 是, yes or empty.
    Flag,
    /// A date: hyphens, slashes, dots or 年月日, Excel's day numbers, 长期有效.
    Date,
    /// A whole number.
    Number,
    /// Whether somebody is an expert: 是, or 外聘 for one who is no officer.
    Expert,
    /// A number that earlier campaigns give: no table has it.
    Earlier,
    /// Days of leave within the window: their number, or the days themselves.
    Leave(Date, Date),
}

/// Where a cell is, for messages: `C7`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub(crate) row: u64,
    pub(crate) column: usize,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_letters(self.column), self.row)
    }
}

/// What a spreadsheet shows in place of a value, as it comes out in a CSV.
const ERRORS: [&str; 10] =
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"];

/// Whether a text is what a spreadsheet shows in place of a value: an error, one of LibreOffice, or a column too narrow.
fn is_error(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.as_bytes().first() {
        Some(b'#') => ERRORS.contains(&text) || (text.len() > 2 && text.bytes().all(|byte| byte == b'#')),
        Some(b'E') => text.strip_prefix("Err:").is_some_and(is_digits),
        _ => false,
    }
}

/// Refuses a cell that holds no value although it should.
pub(super) fn readable(cell: Cell<'_>, at: At) -> Result<()> {
    if cell.text.contains(char::REPLACEMENT_CHARACTER) {
        // what another program has put in place of bytes that it could not read
        return Err(Fault::new(Code::IntakeEncoding));
    }
    match cell.form {
        Form::Text if is_error(cell.text.trim()) => {
            Err(Fault::new(Code::IntakeErrorCell).fact("cell", at).fact("value", cell.text.trim()))
        }
        Form::Error => Err(Fault::new(Code::IntakeErrorCell).fact("cell", at).fact("value", cell.text)),
        Form::Uncached => Err(Fault::new(Code::IntakeUncached).fact("cell", at)),
        _ => Ok(()),
    }
}

/// The frozen form of a cell.
///
/// # Errors
/// [`Code::IntakeErrorCell`], [`Code::IntakeUncached`], [`Code::IntakeInvisible`], [`Code::IntakeDate`],
/// [`Code::IntakeInteger`], [`Code::IntakeFlag`], [`Code::RegisterControl`].
pub(crate) fn normal<'a>(cell: Cell<'a>, kind: Kind, at: At) -> Result<Cow<'a, str>> {
    readable(cell, at)?;
    let text = text(cell.text);
    visible(&text)?;
    if text.chars().any(char::is_control) {
        return Err(Fault::new(Code::RegisterControl));
    }
    match kind {
        Kind::Text | Kind::Place | Kind::Earlier => Ok(text),
        Kind::Set => Ok(set(&text).into()),
        Kind::Flag => flag(&text).map(Cow::Borrowed),
        Kind::Date => date(&text).map(Cow::Owned),
        Kind::Number => number(text),
        Kind::Expert => expert(&text).map(Cow::Borrowed),
        Kind::Leave(from, to) => leave(text, from, to),
    }
}

/// A cell as a plain text, for comparing it with words of the plan.
pub(super) fn plain_text<'a>(cell: Cell<'a>, at: At) -> Result<Cow<'a, str>> {
    readable(cell, at)?;
    let text = text(cell.text);
    visible(&text)?;
    Ok(text)
}

/// The withheld form of a cell: as a text, but invisible characters just go, since nothing is decided by it.
pub(super) fn withheld<'a>(cell: Cell<'a>, at: At) -> Result<Cow<'a, str>> {
    readable(cell, at)?;
    let mut text = text(cell.text);
    if text.chars().any(invisible) {
        text.to_mut().retain(|c| !invisible(c));
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::new(Code::RegisterControl));
    }
    Ok(text)
}

/// Refuses a text that holds more than can be seen.
pub(super) fn visible(text: &str) -> Result<()> {
    match text.chars().find(|c| invisible(*c)) {
        Some(c) => {
            let character = format!("U+{:04X}", u32::from(c));
            Err(Fault::new(Code::IntakeInvisible).fact("value", text).fact("character", character))
        }
        None => Ok(()),
    }
}

/// Characters that take no room and change what a text is: zero-width and direction marks, soft hyphens, byte order marks.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e007f}')
}

/// Full-width forms of ASCII in half width, and every kind of blank as a blank.
pub(crate) fn half_width(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    text.chars().map(half).collect()
}

fn half(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// A text without blanks at its ends; runs of line breaks and tabs are one blank; letters and digits in half width.
/// Full-width punctuation stays: in names it is the usual form.
fn text(cell: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ' || ('\u{3001}'..='\u{feff}').contains(&c);
    if cell.chars().all(is_plain) {
        return Cow::Borrowed(cell.trim_matches(' '));
    }
    let mut out = String::with_capacity(cell.len());
    let mut broken = false;
    for c in cell.trim().chars() {
        match c {
            '\n' | '\r' | '\t' => broken = true,
            c => {
                if broken && !out.ends_with(' ') && c != ' ' {
                    out.push(' ');
                }
                broken = false;
                let narrow = half(c);
                out.push(if narrow.is_ascii_alphanumeric() || narrow == ' ' { narrow } else { c });
            }
        }
    }
    Cow::Owned(out)
}

/// The elements of a set as an office separates them.
pub(crate) fn elements(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；', ',', '，', '、']).map(str::trim).filter(|element| !element.is_empty())
}

fn set(text: &str) -> String {
    let mut elements: Vec<&str> = elements(text).collect();
    elements.sort_unstable();
    elements.dedup();
    elements.join(";")
}

fn flag(text: &str) -> Result<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "是" | "yes" | "y" | "true" | "1" | "√" | "✓" => Ok("yes"),
        "" | "否" | "no" | "n" | "false" | "0" | "×" | "-" => Ok(""),
        _ => Err(Fault::new(Code::IntakeFlag).fact("value", text)),
    }
}

fn expert(text: &str) -> Result<&'static str> {
    match text {
        "also" | "兼任" | "兼任专家" => Ok("also"),
        "only" | "外聘" | "外聘专家" | "仅专家" => Ok("only"),
        // the remedy names the third word too
        other => match flag(other) {
            Ok(yes) => Ok(if yes.is_empty() { "" } else { "also" }),
            Err(fault) => Err(fault.fact("expert", 1)),
        },
    }
}

/// The number of days of leave between two dates, both included: `5`, `2024-11-04`, `2024-11-04至2024-11-08；2024-11-20`.
fn leave(text: Cow<'_, str>, from: Date, to: Date) -> Result<Cow<'_, str>> {
    if text.is_empty() {
        return Ok(Cow::Borrowed("0"));
    }
    // eight digits are a day, and so are five
    if text.len() < 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(text);
    }
    let wrong = || Fault::new(Code::IntakeLeave).fact("value", &text);
    let day = |text: &str| -> Result<Date> { Date::parse(&date(text.trim()).map_err(|_| wrong())?) };
    let mut spans = Vec::new();
    for element in elements(&text) {
        let mut ends = element.split(['至', '~', '～', '—', '－']).filter(|end| !end.trim().is_empty());
        let first = ends.next().ok_or_else(wrong).and_then(day)?;
        let last = ends.next().map_or(Ok(first), day)?;
        if ends.next().is_some() || last < first {
            return Err(wrong());
        }
        spans.push((first.max(from), last.min(to)));
    }
    spans.sort_unstable();
    let (mut days, mut next) = (0, Some(from));
    for (first, last) in spans {
        // days that an earlier span has counted are not counted again
        let Some(first) = next.map(|next| first.max(next)).filter(|first| *first <= last) else { continue };
        days += first.days_until(last) + 1;
        next = last.tomorrow();
    }
    Ok(Cow::Owned(days.to_string()))
}

/// The date that stands for "no end".
const NO_END: &str = "9999-09-09";

fn date(text: &str) -> Result<String> {
    let wrong = || Fault::new(Code::IntakeDate).fact("value", text);
    if text.is_empty() {
        return Err(wrong());
    }
    if matches!(text, "长期有效" | "长期" | "永久" | "永久有效") {
        return Ok(NO_END.to_owned());
    }
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let found = match text.len() {
        // a day number of Excel, 20000 (1954) to 73050 (2099): what a date becomes when its format is lost
        5 if all_digits => from_serial(text),
        8 if all_digits => parts(&[text.get(..4), text.get(4..6), text.get(6..)]),
        // the time of day says nothing about a certificate
        _ => written(text.split([' ', 'T']).next().unwrap_or_default()),
    };
    match found {
        Some(date) if Date::parse(&date).is_ok() => Ok(date),
        _ => Err(wrong()),
    }
}

fn written(text: &str) -> Option<String> {
    let has_separator = text.contains(['-', '/', '.', '年']);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [year, month, day] if has_separator => self::parts(&[Some(year), Some(month), Some(day)]),
        _ => None,
    }
}

fn parts(parts: &[Option<&str>; 3]) -> Option<String> {
    let [Some(year), Some(month), Some(day)] = *parts else { return None };
    (year.len() == 4 && month.len() <= 2 && day.len() <= 2).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// The date of a day number in Excel's count from 1900.
fn from_serial(text: &str) -> Option<String> {
    let days: i64 = text.parse().ok()?;
    if !(20_000..=73_050).contains(&days) {
        return None;
    }
    // day 25,569 is 1970-01-01; Excel's false leap day of 1900 lies before all of these
    let date = jiff::Timestamp::from_second((days - 25_569) * 86_400).ok()?;
    Some(date.to_string().get(..10)?.to_owned())
}

fn number(text: Cow<'_, str>) -> Result<Cow<'_, str>> {
    let wrong = |text: &str| {
        let fault = Fault::new(Code::IntakeInteger).fact("value", text);
        if text.is_empty() { fault.fact("blank", 1) } else { fault }
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(&text) && (text.len() == 1 || !text.starts_with('0')) {
        return Ok(text);
    }
    // 1,200 and 12.00 and 007 are numbers all the same
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return Err(wrong(&text)),
        None => &text,
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.len() > 3 {
            return Err(wrong(&text));
        }
        digits.push_str(group);
    }
    if !is_digits(&digits) {
        return Err(wrong(&text));
    }
    let digits = digits.trim_start_matches('0');
    Ok(Cow::Owned(if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: At = At { row: 7, column: 2 };

    fn of(kind: Kind, text: &str) -> Result<String> {
        normal(Cell { form: Form::Text, text }, kind, AT).map(Cow::into_owned)
    }

    #[test]
    fn texts_lose_blanks_and_full_width_letters_only() {
        let same = ["D", "（甲）级", "330106", "a b", "杭州·西湖", "𠮷"];
        same.iter().for_each(|text| assert_eq!(of(Kind::Text, text).unwrap(), *text));
        assert_eq!(of(Kind::Text, "\u{3000}Ｄ１ \u{a0}").unwrap(), "D1");
        assert_eq!(of(Kind::Text, " 第一行\r\n第二行\t").unwrap(), "第一行 第二行");
        assert_eq!(of(Kind::Text, "a\u{200b}").unwrap_err().code(), Code::IntakeInvisible);
        assert_eq!(of(Kind::Text, "a\u{7}b").unwrap_err().code(), Code::RegisterControl);
    }

    #[test]
    fn sets_are_put_in_order() {
        assert_eq!(of(Kind::Set, "yanhua，guandao、 baopo;yanhua；").unwrap(), "baopo;guandao;yanhua");
        assert_eq!(of(Kind::Set, " ， ").unwrap(), "");
    }

    #[test]
    fn dates_have_many_forms() {
        for text in [
            "2026-01-05",
            "2026/1/5",
            "2026.1.5",
            "2026年1月5日",
            "20260105",
            "46027",
            "２０２６年１月５日",
            "2026-01-05 00:00:00",
        ] {
            assert_eq!(of(Kind::Date, text).unwrap(), "2026-01-05", "{text}");
        }
        assert_eq!(of(Kind::Date, "长期有效").unwrap(), "9999-09-09");
        assert_eq!(of(Kind::Date, "9999-09-09").unwrap(), "9999-09-09");
        for text in ["", "明年", "2026-02-30", "2026-13-01", "5/1/2026", "26-1-5", "2026年", "46027.5", "202601"] {
            assert_eq!(of(Kind::Date, text).map_err(|fault| fault.code()), Err(Code::IntakeDate), "{text}");
        }
    }

    #[test]
    fn numbers_are_whole() {
        for (text, number) in
            [("12", "12"), ("１２", "12"), ("007", "7"), ("0", "0"), ("00", "0"), ("1,200", "1200"), ("12.00", "12")]
        {
            assert_eq!(of(Kind::Number, text).unwrap(), number, "{text}");
        }
        for text in ["", "若干", "-1", "3.5", "1e3", "1,20", "1234,567", ",5"] {
            assert_eq!(of(Kind::Number, text).map_err(|fault| fault.code()), Err(Code::IntakeInteger), "{text}");
        }
    }

    #[test]
    fn flags_are_said_in_several_ways() {
        assert_eq!(of(Kind::Flag, "是").unwrap(), "yes");
        assert_eq!(of(Kind::Flag, "ＹＥＳ").unwrap(), "yes");
        assert_eq!(of(Kind::Flag, "否").unwrap(), "");
        assert_eq!(of(Kind::Flag, "也许").unwrap_err().code(), Code::IntakeFlag);
    }

    #[test]
    fn leave_is_counted_within_the_window() {
        let day = |text| Date::parse(text).unwrap();
        let kind = Kind::Leave(day("2024-11-01"), day("2024-11-30"));
        for (text, days) in [
            ("", "0"),
            ("5", "5"),
            ("2024-11-04", "1"),
            ("2024年11月4日至2024年11月8日", "5"),
            ("2024-11-04～2024-11-08；2024-11-06~2024-11-10、2024-11-30", "8"),
            ("2024-10-20至2024-11-02；2024-11-29至2025-01-10", "4"),
            ("2024-12-01", "0"),
        ] {
            assert_eq!(of(kind, text).unwrap(), days, "{text}");
        }
        for text in ["两天", "2024-11-08至2024-11-04", "2024-11-31", "2024-11-04至5日"] {
            assert_eq!(of(kind, text).unwrap_err().code(), Code::IntakeLeave, "{text}");
        }
    }

    #[test]
    fn experts_are_officers_or_not() {
        for (text, frozen) in [("是", "also"), ("", ""), ("否", ""), ("外聘", "only"), ("only", "only")] {
            assert_eq!(of(Kind::Expert, text).unwrap(), frozen, "{text}");
        }
        assert_eq!(of(Kind::Expert, "大概").unwrap_err().code(), Code::IntakeFlag);
    }

    #[test]
    fn cells_without_a_value_are_refused_by_their_address() {
        let fault = normal(Cell { form: Form::Uncached, text: "" }, Kind::Text, AT).unwrap_err();
        assert_eq!(fault.code(), Code::IntakeUncached);
        assert_eq!(fault.fill("{cell}"), "C7");
        assert!(normal(Cell { form: Form::Error, text: "#N/A" }, Kind::Set, AT).is_err());
    }
}
