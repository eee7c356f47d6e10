//! The frozen form of a row of targets or inspectors: key, attributes, reason of exclusion, withheld cells.

use super::cell::{At, Kind, normal, plain_text, withheld};
use super::draft::ABSENT;
use super::header::{Found, Layout, Wanted, WantedColumn};
use super::ids::{form_id, id_text};
use super::source::Formed;
use crate::keys::RegisterKey;
use crate::plan::{IdForm, MARKS, Register};
use crate::table::{Cell, Form, Row};
use std::borrow::Cow;
use std::collections::BTreeMap;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Name;
use yaohao::register::CELL_BYTES;

/// The columns of a register, in the order of a draft's cells: `id`, attributes, `excluded`, withheld columns, and what
/// a pseudonym stands for.
pub(super) struct Shape<'a> {
    pub(super) register: &'a Register,
    pub(super) key: &'a RegisterKey,
    pub(super) attributes: &'a [(Name, Kind)],
    id: Name,
    withheld: Vec<(Name, Option<&'a str>)>,
}

impl<'a> Shape<'a> {
    pub(super) fn new(register: &'a Register, attributes: &'a [(Name, Kind)], key: &'a RegisterKey) -> Result<Self> {
        let withheld = register.withheld.iter().map(|(name, header)| (name.clone(), header.as_deref())).collect();
        Ok(Self { register, key, attributes, id: Name::parse("id")?, withheld })
    }

    /// What the register needs of a table.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        let column =
            |name, header, key| WantedColumn { name, header, key, from_lists: self.comes_from_elsewhere(name) };
        let attributes = self.attributes.iter().map(|(name, _)| column(name, None, false));
        let withheld = self.withheld.iter().map(|(name, header)| column(name, *header, false));
        Wanted {
            register: self.register,
            columns: [column(&self.id, None, true)].into_iter().chain(attributes).chain(withheld).collect(),
            exclude: &self.register.exclude,
        }
    }

    /// Whether lists of the plan put their marks into a column, which no table has then.
    fn is_marks(&self, name: &Name) -> bool {
        name.as_str() == MARKS && self.register.has_marks()
    }

    /// Whether no table has a column: lists fill it, or earlier campaigns.
    fn comes_from_elsewhere(&self, name: &Name) -> bool {
        let kind = self.attributes.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind);
        self.is_marks(name) || kind == Some(Kind::Earlier)
    }

    /// The place of a withheld column among the withheld ones.
    pub(super) fn withheld_index(&self, name: &Name) -> Option<usize> {
        self.withheld.iter().position(|(other, _)| other == name)
    }

    /// Forms a row. Cells are pushed in the order of [`Shape`].
    pub(super) fn form(&self, layout: &Layout, row: &Row<'_>, out: &mut Formed) -> Result<()> {
        let mut origins = layout.columns.iter().enumerate();
        let id_column = match origins.next() {
            Some((_, Found::Column(index))) => *index,
            _ => return Err(Fault::new(Code::ColumnNotMapped).fact("column", "id").fact("register", "-")),
        };
        let cell = row.cell(id_column);
        let at = At { row: row.number, column: id_column };
        let named = |fault: Fault| fault.column(layout.headers.get(id_column).map_or("id", String::as_str));
        let true_id = id_text(cell, self.register.id_form, at).map_err(named)?;
        let id = form_id(&true_id, self.register.id_form, self.key).map_err(named)?;
        let mut changes = 0_u64;
        let mut note = |column: usize, before: &str, after: &str| {
            if before != after {
                changes |= 1_u64.checked_shl(u32::try_from(column).unwrap_or(63)).unwrap_or(0);
            }
        };
        no_formula(id.as_str()).map_err(named)?;
        note(0, cell.text, &true_id);
        out.drafts.push(id.as_str());
        for ((name, kind), (column, origin)) in self.attributes.iter().zip(&mut origins) {
            let words = self.register.values.get(name);
            let value = self.attribute(origin, (name, *kind), row, words, layout)?;
            if let Found::Column(index) = origin {
                note(column, row.cell(*index).text, &value);
            }
            out.drafts.push(&value);
        }
        let reason = self.reason(layout, row, out)?;
        out.drafts.push(reason);
        for ((name, _), (column, origin)) in self.withheld.iter().zip(origins) {
            let Found::Column(index) = origin else {
                match origin {
                    // a plan's value keeps to the rules of cells like any other
                    Found::Default(value) => {
                        let cell = Cell { form: Form::Text, text: value };
                        let value = withheld(cell, At { row: row.number, column: 0 })
                            .and_then(|value| check_length(&value).map(|()| value))
                            .map_err(|fault| fault.column(name.as_str()))?;
                        out.drafts.push(&value);
                    }
                    _ => out.drafts.push(ABSENT),
                }
                continue;
            };
            let cell = row.cell(*index);
            let named = |fault: Fault| fault.column(header(layout, *index, name));
            let value = withheld(cell, At { row: row.number, column: *index }).map_err(named)?;
            check_length(&value).map_err(named)?;
            note(column, cell.text, &value);
            out.drafts.push(&value);
        }
        if self.register.id_form == IdForm::Pseudonym {
            out.drafts.push(&true_id);
        }
        (0..64).filter(|column| changes >> column & 1 == 1).for_each(|column| out.note_change(column));
        Ok(())
    }

    fn attribute<'r>(
        &self,
        origin: &'r Found,
        (name, kind): (&Name, Kind),
        row: &Row<'r>,
        words: Option<&BTreeMap<String, String>>,
        layout: &Layout,
    ) -> Result<Cow<'r, str>> {
        let (cell, index) = match origin {
            Found::Absent => return Ok(Cow::Borrowed(ABSENT)),
            Found::Default(value) => (Cell { form: Form::Text, text: value }, None),
            Found::Column(index) => (row.cell(*index), Some(*index)),
        };
        let named = |fault: Fault| match index {
            Some(index) => fault.column(header(layout, index, name)),
            None => fault.column(name.as_str()),
        };
        if kind == Kind::Date && layout.days_from_1904 && cell.form == Form::Number && cell.text.len() == 5 {
            return Err(named(Fault::new(Code::IntakeDate).fact("value", cell.text)));
        }
        let at = At { row: row.number, column: index.unwrap_or(0) };
        let value = translated(normal(cell, kind, at).map_err(named)?, kind, words);
        check_length(&value).map_err(named)?;
        no_formula(&value).map_err(named)?;
        Ok(value)
    }

    /// The reason why a row takes no part, or the empty text.
    fn reason(&self, layout: &Layout, row: &Row<'_>, out: &mut Formed) -> Result<&str> {
        for (exclusion, column) in self.register.exclude.iter().zip(&layout.exclude) {
            let Some(index) = column else { continue };
            let cell = row.cell(*index);
            let at = At { row: row.number, column: *index };
            let text = plain_text(cell, at)
                .map_err(|fault| fault.column(layout.headers.get(*index).cloned().unwrap_or_default()))?;
            if exclusion.values.iter().any(|value| *value == text) {
                return Ok(&exclusion.reason);
            }
            out.note_word(*index, &text, 1);
        }
        Ok("")
    }
}

fn header<'h>(layout: &'h Layout, index: usize, name: &'h Name) -> &'h str {
    layout.headers.get(index).map_or(name.as_str(), String::as_str)
}

/// The office's words in place of which the plan has others, in a set element by element.
fn translated<'v>(value: Cow<'v, str>, kind: Kind, words: Option<&BTreeMap<String, String>>) -> Cow<'v, str> {
    let Some(words) = words else { return value };
    if kind != Kind::Set {
        return match words.get(value.as_ref()) {
            Some(word) => Cow::Owned(word.clone()),
            None => value,
        };
    }
    let mut elements: Vec<&str> =
        value.split(';').map(|element| words.get(element).map_or(element, String::as_str)).collect();
    elements.sort_unstable();
    elements.dedup();
    Cow::Owned(elements.join(";"))
}

/// Frozen registers are opened in Excel, which runs what begins like a formula. A sign before a number, and a dash that
/// stands for nothing, do no harm.
fn no_formula(value: &str) -> Result<()> {
    let Some(rest) = value.strip_prefix(['=', '+', '-', '@', '＝', '＋', '－', '＠']) else { return Ok(()) };
    if rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && !value.starts_with(['=', '@', '＝', '＠']) {
        return Ok(());
    }
    Err(Fault::new(Code::IntakeFormula).fact("value", value))
}

fn check_length(value: &str) -> Result<()> {
    if value.len() > CELL_BYTES {
        return Err(Fault::new(Code::RegisterCell).fact("bytes", value.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::no_formula;

    #[test]
    fn what_excel_would_run_is_not_published() {
        for harmless in ["", "A1", "330106", "-", "-5", "+86", "-0.5", "烟花", "a=b", "(甲)"] {
            assert!(no_formula(harmless).is_ok(), "{harmless}");
        }
        for formula in ["=1+1", "=cmd|' /C calc'!A0", "+A1", "-A1", "@SUM(A1)", "=", "@", "＝1", "-1+cmd", "--1"] {
            assert!(no_formula(formula).is_err(), "{formula}");
        }
    }
}
