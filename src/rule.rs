//! Rules over rows: a tiny, total language in JSON (SPEC §5).

use crate::encoding::{Members, Value, object};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Name, set_elements};
use crate::register::Schema;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Deepest nesting of a rule.
const DEPTH: usize = 16;
/// Most nodes of a rule.
const NODES: usize = 1000;
/// Most values in all lists of a rule together.
const VALUES: usize = 10_000;

/// A rule; `C` is how it names a column: by [`Name`] as announced, by index once bound to a register.
///
/// ```
/// use yaohao::{encoding::parse_canonical, register::Schema, rule::Rule};
/// let json = parse_canonical(b"{\"and\":[{\"eq\":[\"class\",\"D\"]},{\"prefix\":[\"region\",\"33\"]}]}\n").unwrap();
/// let rule = Rule::parse(json).unwrap();
/// let bound = rule.bind(&Schema::new("targets.csv", &["id", "class", "region", "excluded"])).unwrap();
/// assert!(bound.holds(&["A1".into(), "D".into(), "330106".into(), "".into()]));
/// assert!(!bound.holds(&["A2".into(), "C".into(), "330106".into(), "".into()]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule<C = Name> {
    /// The cell is this value.
    Eq(C, String),
    /// The cell is one of these values.
    In(C, Vec<String>),
    /// The cell begins with this text.
    Prefix(C, String),
    /// The cell, as a set, holds one of these values.
    HasAny(C, Vec<String>),
    /// All hold.
    And(Vec<Rule<C>>),
    /// One holds at least.
    Or(Vec<Rule<C>>),
    /// It does not hold.
    Not(Box<Rule<C>>),
}

impl Rule<Name> {
    /// Reads a rule.
    ///
    /// # Errors
    /// [`Code::RuleForm`], [`Code::RuleLimit`].
    pub fn parse(value: Value) -> Result<Self> {
        let rule = parse(value, DEPTH, &mut NODES.clone())?;
        if rule.values() > VALUES {
            return Err(Fault::new(Code::RuleLimit));
        }
        Ok(rule)
    }

    fn values(&self) -> usize {
        match self {
            Self::Eq(..) | Self::Prefix(..) => 1,
            Self::In(_, values) | Self::HasAny(_, values) => values.len(),
            Self::And(rules) | Self::Or(rules) => rules.iter().map(Self::values).sum(),
            Self::Not(rule) => rule.values(),
        }
    }

    /// Writes it as it was read.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let leaf = |name, column: &Name, value: Value| object([(name, Value::Array(vec![column.into(), value]))]);
        let all = |rules: &[Self]| Value::Array(rules.iter().map(Self::to_value).collect());
        match self {
            Self::Eq(column, value) => leaf("eq", column, value.as_str().into()),
            Self::In(column, values) => leaf("in", column, values.clone().into()),
            Self::Prefix(column, value) => leaf("prefix", column, value.as_str().into()),
            Self::HasAny(column, values) => leaf("has-any", column, values.clone().into()),
            Self::And(rules) => object([("and", all(rules))]),
            Self::Or(rules) => object([("or", all(rules))]),
            Self::Not(rule) => object([("not", rule.to_value())]),
        }
    }

    /// Adds the columns that it names.
    pub fn columns(&self, into: &mut BTreeSet<Name>) {
        match self {
            Self::Eq(column, _) | Self::In(column, _) | Self::Prefix(column, _) | Self::HasAny(column, _) => {
                into.insert(column.clone());
            }
            Self::And(rules) | Self::Or(rules) => rules.iter().for_each(|rule| rule.columns(into)),
            Self::Not(rule) => rule.columns(into),
        }
    }

    /// Finds its columns in a register.
    ///
    /// # Errors
    /// [`Code::ColumnUnknown`].
    pub fn bind(&self, schema: &Schema) -> Result<Rule<usize>> {
        let at = |column: &Name| schema.column(column.as_str());
        let all = |rules: &[Self]| rules.iter().map(|rule| rule.bind(schema)).collect::<Result<_>>();
        Ok(match self {
            Self::Eq(column, value) => Rule::Eq(at(column)?, value.clone()),
            Self::In(column, values) => Rule::In(at(column)?, sorted(values)),
            Self::Prefix(column, value) => Rule::Prefix(at(column)?, value.clone()),
            Self::HasAny(column, values) => Rule::HasAny(at(column)?, sorted(values)),
            Self::And(rules) => Rule::And(all(rules)?),
            Self::Or(rules) => Rule::Or(all(rules)?),
            Self::Not(rule) => Rule::Not(Box::new(rule.bind(schema)?)),
        })
    }
}

impl Rule<usize> {
    /// Whether the rule holds for a row.
    #[must_use]
    pub fn holds(&self, cells: &[Cow<'_, str>]) -> bool {
        let cell = |index: &usize| cells.get(*index).map_or("", |cell| cell.as_ref());
        match self {
            Self::Eq(column, value) => cell(column) == value,
            Self::In(column, values) => among(values, cell(column)),
            Self::Prefix(column, value) => cell(column).starts_with(value.as_str()),
            Self::HasAny(column, values) => set_elements(cell(column)).any(|element| among(values, element)),
            Self::And(rules) => rules.iter().all(|rule| rule.holds(cells)),
            Self::Or(rules) => rules.iter().any(|rule| rule.holds(cells)),
            Self::Not(rule) => !rule.holds(cells),
        }
    }
}

/// A bound rule looks its values up, so they are sorted once.
fn sorted(values: &[String]) -> Vec<String> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values
}

fn among(sorted: &[String], text: &str) -> bool {
    sorted.binary_search_by(|value| value.as_str().cmp(text)).is_ok()
}

fn parse(value: Value, depth: usize, nodes: &mut usize) -> Result<Rule> {
    let (Some(depth), Some(left)) = (depth.checked_sub(1), nodes.checked_sub(1)) else {
        return Err(Fault::new(Code::RuleLimit));
    };
    *nodes = left;
    let Value::Object(members) = value else { return Err(malformed("must be an object")) };
    let mut members = members.into_iter();
    let (Some((kind, value)), None) = (members.next(), members.next()) else {
        return Err(malformed("must have exactly one member"));
    };
    match kind.as_str() {
        "eq" => leaf(value, text).map(|(column, value)| Rule::Eq(column, value)),
        "prefix" => leaf(value, text).map(|(column, value)| Rule::Prefix(column, value)),
        "in" => leaf(value, texts).map(|(column, values)| Rule::In(column, values)),
        "has-any" => leaf(value, texts).map(|(column, values)| Rule::HasAny(column, values)),
        "and" => all(value, depth, nodes).map(Rule::And),
        "or" => all(value, depth, nodes).map(Rule::Or),
        "not" => parse(value, depth, nodes).map(|rule| Rule::Not(Box::new(rule))),
        other => Err(malformed(&format!("{other} is not a kind of rule"))),
    }
}

fn all(value: Value, depth: usize, nodes: &mut usize) -> Result<Vec<Rule>> {
    let Value::Array(rules) = value else { return Err(malformed("and, or take an array of rules")) };
    rules.into_iter().map(|rule| parse(rule, depth, nodes)).collect()
}

fn leaf<T>(value: Value, second: impl Fn(Value) -> Result<T>) -> Result<(Name, T)> {
    let Value::Array(pair) = value else { return Err(malformed("takes an array of column and value")) };
    let mut pair = pair.into_iter();
    match (pair.next(), pair.next(), pair.next()) {
        (Some(Value::Text(column)), Some(value), None) => Ok((Name::parse(&column)?, second(value)?)),
        _ => Err(malformed("takes an array of column and value")),
    }
}

fn text(value: Value) -> Result<String> {
    match value {
        Value::Text(text) if text.len() <= 1024 && !text.chars().any(char::is_control) => Ok(text),
        _ => Err(malformed("a value must be a string of at most 1,024 bytes without control characters")),
    }
}

fn texts(value: Value) -> Result<Vec<String>> {
    match value {
        Value::Array(values) => values.into_iter().map(text).collect(),
        _ => Err(malformed("values must be an array")),
    }
}

fn malformed(detail: &str) -> Fault {
    Fault::new(Code::RuleForm).fact("detail", detail)
}

/// A rule as a member of an object, with the member's place in the fault.
///
/// # Errors
/// As [`Rule::parse`].
pub(crate) fn rule_member(members: &mut Members, key: &str) -> Result<Rule> {
    let path = members.path(key);
    Rule::parse(members.value(key)?).map_err(|fault| fault.column(path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn holds(rule: &str, row: [&str; 2]) -> bool {
        let value: Value = serde_json::from_str(rule).unwrap();
        let rule = Rule::parse(value.clone()).unwrap();
        assert_eq!(rule.to_value(), value);
        rule.bind(&Schema::new("t", &["a", "b"])).unwrap().holds(&row.map(Cow::Borrowed))
    }

    #[test]
    fn every_kind() {
        assert!(holds(r#"{"eq":["a","x"]}"#, ["x", ""]) && !holds(r#"{"eq":["a","x"]}"#, ["xy", ""]));
        assert!(holds(r#"{"in":["b",["1","2"]]}"#, ["", "2"]) && !holds(r#"{"in":["b",[]]}"#, ["", ""]));
        assert!(holds(r#"{"prefix":["a","33"]}"#, ["3301", ""]) && !holds(r#"{"prefix":["a","33"]}"#, ["3", ""]));
        assert!(
            holds(r#"{"has-any":["a",["q","z"]]}"#, ["x;q", ""])
                && !holds(r#"{"has-any":["a",["q",""]]}"#, ["xq;", ""])
        );
        assert!(holds(r#"{"and":[]}"#, ["", ""]) && !holds(r#"{"or":[]}"#, ["", ""]));
        assert!(holds(r#"{"not":{"or":[{"eq":["a","x"]},{"eq":["b","y"]}]}}"#, ["z", "z"]));
    }

    #[test]
    fn refusals() {
        let code = |text: &str| Rule::parse(serde_json::from_str(text).unwrap()).unwrap_err().code();
        for bad in [
            "[]",
            "{}",
            r#"{"eq":["a","x"],"in":["a",[]]}"#,
            r#"{"like":["a","x"]}"#,
            r#"{"eq":["a"]}"#,
            r#"{"eq":["a",1]}"#,
            r#"{"in":["a","x"]}"#,
            r#"{"eq":["a","x","y"]}"#,
            r#"{"and":{}}"#,
            r#"{"eq":["a","\n"]}"#,
        ] {
            assert_eq!(code(bad), Code::RuleForm, "{bad}");
        }
        assert_eq!(code(r#"{"eq":["A","x"]}"#), Code::NameForm);
        assert_eq!(code(&format!("{}{}{}", r#"{"not":"#.repeat(16), r#"{"and":[]}"#, "}".repeat(16))), Code::RuleLimit);
        let many = vec![r#"{"and":[]}"#; 1000].join(",");
        assert_eq!(code(&format!("{{\"or\":[{many}]}}")), Code::RuleLimit);
    }
}
