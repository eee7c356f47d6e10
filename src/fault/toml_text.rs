//! Faults of TOML files that people write by hand: where, what stands there, and the commonest causes by name.

use super::{Code, Fault};

/// So much of a line is shown.
const SHOWN: usize = 60;

/// What is wrong with a TOML text, with its line as row: [`Code::PlanSyntax`], [`Code::PlanUnknownKey`],
/// [`Code::PlanMissingKey`], [`Code::PlanType`]. `known` are the keys to name where the reader does not know them.
///
/// ```
/// let text = "a = 1\nb = [1，2]\n";
/// let error = toml::from_str::<toml::Table>(text).unwrap_err();
/// let fault = yaohao::fault::toml_fault(text, &error, &[]);
/// assert_eq!((fault.code().name(), fault.place().1), ("plan.syntax", Some(2)));
/// assert!(fault.to_string().contains("Chinese comma"));
/// ```
#[must_use]
pub fn toml_fault(text: &str, error: &toml::de::Error, known: &[&str]) -> Fault {
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let first = quoted.first().copied().unwrap_or_default();
    if message.starts_with("unknown field") {
        let place = key_line(text, first, error);
        let rest = quoted.get(1..).unwrap_or_default();
        let names = by_likeness(first, if rest.is_empty() { known } else { rest });
        return place.fault(Code::PlanUnknownKey).fact("key", first).fact("known", names.join(", "));
    }
    let place = Place::of(text, error.span().map_or(0, |span| span.start));
    if message.starts_with("missing field") {
        // the span is the table's: its first line may be the first of the file, which would mislead
        let fault = if place.line > 1 { place.fault(Code::PlanMissingKey) } else { Fault::new(Code::PlanMissingKey) };
        return fault.fact("key", first);
    }
    let about_values = ["invalid type", "unknown variant", "invalid value", "data did not match", "invalid length"];
    if about_values.iter().any(|beginning| message.starts_with(beginning)) {
        let fault = if error.span().is_some() { place.fault(Code::PlanType) } else { Fault::new(Code::PlanType) };
        return fault.fact("detail", message.replace('`', "")).fact("text", place.shown);
    }
    let found = Sign::first(place.text);
    let (column, detail) = match found {
        Some(Sign { column, detail }) => (column, detail),
        None => (place.column, message.lines().next().unwrap_or_default().to_owned()),
    };
    place.fault(Code::PlanSyntax).fact("column", column).fact("detail", detail).fact("text", place.shown)
}

/// Names in order of likeness to one that is not among them: the first is probably what was meant.
///
/// ```
/// assert_eq!(yaohao::fault::by_likeness("clas", &["region", "class"]), ["class", "region"]);
/// ```
#[must_use]
pub fn by_likeness<'a>(name: &str, names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_by_key(|other| distance(name, other));
    names
}

/// How many characters must be added, removed or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, left) in a.chars().enumerate() {
        let mut next = vec![index + 1];
        for (right, pair) in b.iter().zip(row.windows(2)) {
            let (changed, removed) = (pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0));
            let added = next.last().copied().unwrap_or(0);
            next.push((changed + usize::from(left != *right)).min(removed + 1).min(added + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// A place in a text, with its line.
struct Place<'a> {
    line: u64,
    column: usize,
    text: &'a str,
    shown: String,
}

impl<'a> Place<'a> {
    fn of(text: &'a str, at: usize) -> Self {
        // what ends too early is found wanting behind the last line break: the line before is where to look
        let end = text.trim_end().len();
        let at = (0..=at.min(end)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (before, _) = text.split_at(at);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let mut shown: String = line.trim().chars().take(SHOWN).collect();
        if line.trim().chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        Self {
            line: u64::try_from(before.matches('\n').count()).unwrap_or(u64::MAX).saturating_add(1),
            column: before.get(start..).map_or(0, |part| part.chars().count()) + 1,
            text: line,
            shown,
        }
    }

    fn fault(&self, code: Code) -> Fault {
        Fault::new(code).row(self.line)
    }
}

/// The line of an unknown key: the reader may know only the table's place.
fn key_line<'a>(text: &'a str, key: &str, error: &toml::de::Error) -> Place<'a> {
    let start = error.span().map_or(0, |span| span.start);
    let after = text.get(start..).unwrap_or_default();
    let mut at = start;
    for line in after.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        let is_key = |(index, _): (usize, &str)| {
            let left = code.get(..index).unwrap_or_default().trim_end();
            let right = code.get(index + key.len()..).unwrap_or_default().trim_start();
            (left.is_empty() || left.ends_with(['{', ',', '[', '.'])) && right.starts_with(['=', '.', ']'])
        };
        if let Some((index, _)) = code.match_indices(key).find(|found| is_key(*found)) {
            return Place::of(text, at + index);
        }
        at += line.len();
    }
    Place::of(text, start)
}

/// A sign of a Chinese keyboard where TOML wants an English one, or a quote that never closes.
struct Sign {
    column: usize,
    detail: String,
}

impl Sign {
    fn first(line: &str) -> Option<Self> {
        let mut open: Option<(usize, char)> = None;
        let mut escaped = false;
        let mut closing = None;
        for (index, c) in line.chars().enumerate() {
            match open {
                Some((_, quote)) => {
                    if c == quote && !escaped {
                        open = None;
                    }
                    if "“”‘’＂＇".contains(c) {
                        closing = Some((index + 1, c));
                    }
                    escaped = c == '\\' && !escaped && quote == '"';
                }
                None if c == '#' => return None,
                None if c == '"' || c == '\'' => (open, closing) = (Some((index + 1, c)), None),
                None => {
                    if let Some(detail) = chinese(c) {
                        return Some(Self { column: index + 1, detail });
                    }
                }
            }
        }
        // a string that a Chinese quote was meant to close
        match (open, closing) {
            (Some(_), Some((column, c))) => chinese(c).map(|detail| Self { column, detail }),
            (Some((column, _)), None) => Some(Self { column, detail: "this quote is never closed".to_owned() }),
            (None, _) => None,
        }
    }
}

fn chinese(c: char) -> Option<String> {
    let (kind, english) = match c {
        '“' | '”' | '＂' => ("quotation mark", '"'),
        '‘' | '’' | '＇' => ("quotation mark", '\''),
        '，' | '、' => ("comma", ','),
        '＝' => ("equals-sign", '='),
        '：' => ("colon", '='),
        '。' | '．' => ("full-stop", '.'),
        '【' | '［' => ("bracket", '['),
        '】' | '］' => ("bracket", ']'),
        '｛' => ("bracket", '{'),
        '｝' => ("bracket", '}'),
        '＃' => ("number-sign", '#'),
        '\u{3000}' => return Some("a wide Chinese blank stands where an English one must".to_owned()),
        _ => return None,
    };
    Some(format!("the Chinese {kind} {c} stands where the English {english} must"))
}
