//! Tables of one register put together: the same firm in several departments' tables is one target.

use super::cell::Kind;
use super::draft::{ABSENT, Draft, Drafts, Origin};
use super::shape::Shape;
use super::source::SourceReport;
use crate::plan::{Conflict, IdForm, Role};
use std::borrow::Cow;
use std::collections::BTreeMap;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Name;

/// All rows of a register in order of id, those of one id side by side, in the plan's order of tables.
pub(super) struct Joined<'a> {
    pub(super) shape: &'a Shape<'a>,
    pub(super) sources: &'a [SourceReport],
    drafts: Drafts,
}

/// The row that several became.
pub(super) type Cells<'a> = Vec<Cow<'a, str>>;

impl<'a> Joined<'a> {
    pub(super) fn new(shape: &'a Shape<'a>, sources: &'a [SourceReport], mut drafts: Drafts) -> Self {
        drafts.sort();
        Self { shape, sources, drafts }
    }

    /// The rows of each id.
    pub(super) fn groups(&self) -> Vec<&[Draft]> {
        self.drafts.rows.chunk_by(|a, b| self.drafts.key(a) == self.drafts.key(b)).collect()
    }

    /// The rows of one id.
    pub(super) fn group(&self, id: &str) -> &[Draft] {
        let rows = &self.drafts.rows;
        let start = rows.partition_point(|row| self.drafts.key(row) < id);
        let length = rows.iter().skip(start).take_while(|row| self.drafts.key(row) == id).count();
        rows.get(start..start + length).unwrap_or_default()
    }

    pub(super) fn key(&self, group: &[Draft]) -> &str {
        group.first().map_or("", |row| self.drafts.key(row))
    }

    /// Where a row stands, for people.
    pub(super) fn place(&self, origin: Origin) -> (String, u64) {
        let name = self.sources.get(usize::from(origin.source)).map_or("", |source| source.name.as_str());
        (name.to_owned(), origin.row.into())
    }

    /// A fault with the place of a row, its column under the name that the table has for it.
    pub(super) fn at(&self, fault: Fault, origin: Origin) -> Fault {
        let (file, row) = self.place(origin);
        let source = self.sources.get(usize::from(origin.source));
        let header = fault.place().2.and_then(|column| {
            let found = source?.columns.iter().find(|(name, _)| name == column)?;
            found.1.clone()
        });
        match header {
            Some(header) => fault.rename_column(&header).file(file).row(row),
            None => fault.file(file).row(row),
        }
    }

    /// The one row that the rows of an id make.
    ///
    /// # Errors
    /// [`Code::IntakeDuplicate`], [`Code::IntakeOfficerTwice`], [`Code::IntakeConflict`], [`Code::IntakeAbsent`].
    pub(super) fn merge(&self, group: &[Draft]) -> Result<Cells<'_>> {
        if let [row] = group {
            return self.alone(row);
        }
        self.check_twice(group)?;
        let rows: Vec<Vec<&str>> = group.iter().map(|row| self.drafts.cells(row).collect()).collect();
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let attributes = self.shape.attributes.len();
        let mut merged = Vec::with_capacity(first.len());
        for column in 0..first.len() {
            let said = || rows.iter().zip(group).filter_map(|(cells, row)| Some((*cells.get(column)?, row.origin)));
            let value = match column.checked_sub(1) {
                None => Cow::Borrowed(*first.first().unwrap_or(&"")),
                Some(index) if index < attributes => self.attribute(index, &said().collect::<Vec<_>>())?,
                Some(index) if index == attributes => Cow::Borrowed(self.reason(&said().collect::<Vec<_>>())?),
                // nothing is decided by what is withheld: the first table that says anything is believed
                Some(_) => Cow::Borrowed(
                    said().map(|(value, _)| value).find(|value| !value.is_empty() && *value != ABSENT).unwrap_or(""),
                ),
            };
            merged.push(value);
        }
        Ok(merged)
    }

    /// The row of an id that has no other.
    fn alone(&self, row: &Draft) -> Result<Cells<'_>> {
        let attributes = self.shape.attributes.len();
        let cells = self.drafts.cells(row).enumerate().map(|(column, value)| match value {
            ABSENT if column <= attributes => {
                let name = column.checked_sub(1).and_then(|index| self.shape.attributes.get(index));
                Err(self.absent(name.map_or("", |(name, _)| name.as_str()), row.origin))
            }
            ABSENT => Ok(Cow::Borrowed("")),
            value => Ok(Cow::Borrowed(value)),
        });
        cells.collect()
    }

    fn absent(&self, column: &str, origin: Origin) -> Fault {
        self.at(Fault::new(Code::IntakeAbsent).column(column).fact("column", column), origin)
    }

    /// A table that has an id twice, and an officer of two departments.
    fn check_twice(&self, group: &[Draft]) -> Result<()> {
        let is_targets = self.shape.register.role == Role::Targets;
        let pairs = group.iter().zip(group.iter().skip(1));
        for (first, second) in pairs {
            if is_targets && first.origin.source != second.origin.source {
                continue;
            }
            let (file, row) = self.place(first.origin);
            let departments = [first, second].map(|row| self.cell(row, "department"));
            // a pseudonym tells nobody who it is; the withheld identifier is the office's own
            let known = self.drafts.cells(second).last().filter(|_| self.shape.register.id_form == IdForm::Pseudonym);
            let id = known.unwrap_or_else(|| self.drafts.key(second));
            let fault = match departments {
                [Some(other), Some(department)] if other != department => {
                    Fault::new(Code::IntakeOfficerTwice).fact("department", department).fact("other", other)
                }
                _ => Fault::new(Code::IntakeDuplicate),
            };
            return Err(self.at(fault.fact("id", id).fact("file", file).fact("first", row), second.origin));
        }
        Ok(())
    }

    fn cell(&self, row: &Draft, attribute: &str) -> Option<&str> {
        let index = self.shape.attributes.iter().position(|(name, _)| name.as_str() == attribute)?;
        self.drafts.cells(row).nth(index + 1)
    }

    fn attribute<'v>(&self, index: usize, said: &[(&'v str, Origin)]) -> Result<Cow<'v, str>> {
        let Some((name, kind)) = self.shape.attributes.get(index) else { return Ok(Cow::Borrowed("")) };
        let present: Vec<(&str, Origin)> = said.iter().filter(|(value, _)| *value != ABSENT).copied().collect();
        let Some((first, _)) = present.first().copied() else {
            let origin = said.first().map_or(Origin { source: 0, row: 0 }, |(_, origin)| *origin);
            return Err(self.absent(name.as_str(), origin));
        };
        // an empty cell says nothing that another table could contradict
        let mut values: Vec<(&str, Origin)> = present.into_iter().filter(|(value, _)| !value.is_empty()).collect();
        values.dedup_by_key(|(value, _)| *value);
        let (left, right) = match values.as_slice() {
            [] => return Ok(Cow::Borrowed(first)),
            [(value, _)] => return Ok(Cow::Borrowed(value)),
            [left, .., right] => (*left, *values.iter().find(|(value, _)| *value != left.0).unwrap_or(right)),
        };
        let conflict = || {
            let at = |(_, origin): (&str, Origin)| {
                let (file, row) = self.place(origin);
                format!("{file}:{row}")
            };
            let fault = Fault::new(Code::IntakeConflict).column(name.as_str()).fact("column", name);
            let id = self.drafts.rows.iter().find(|row| row.origin == right.1).map_or("", |row| self.drafts.key(row));
            let fault = fault.fact("id", id).fact("left", left.0).fact("left_at", at(left));
            self.at(fault.fact("right", right.0).fact("right_at", at(right)), right.1)
        };
        let texts = || values.iter().map(|(value, _)| *value);
        let numbers = || texts().map(|value| value.parse::<u64>().ok().map(|number| (number, value)));
        let settled = match self.shape.register.conflicts.get(name) {
            None if *kind == Kind::Set => return Ok(Cow::Owned(union(texts()))),
            Some(Conflict::Union) => return Ok(Cow::Owned(union(texts()))),
            Some(Conflict::First) => Some(left.0),
            Some(Conflict::Largest) => {
                numbers().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max()).map(|(_, value)| value)
            }
            Some(Conflict::Smallest) => {
                numbers().collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min()).map(|(_, value)| value)
            }
            Some(Conflict::Order(order)) => order.iter().find_map(|wanted| texts().find(|value| value == wanted)),
            Some(Conflict::Refuse | Conflict::Any) | None => None,
        };
        settled.map(Cow::Borrowed).ok_or_else(conflict)
    }

    /// Excluded by all tables, by none, or settled by the plan.
    fn reason<'v>(&self, said: &[(&'v str, Origin)]) -> Result<&'v str> {
        let excluding = said.iter().find(|(reason, _)| !reason.is_empty());
        let taking = said.iter().find(|(reason, _)| reason.is_empty());
        let (Some(excluding), Some(taking)) = (excluding, taking) else {
            return Ok(excluding.map_or("", |(reason, _)| reason));
        };
        let any = Name::parse("excluded").ok().and_then(|name| self.shape.register.conflicts.get(&name));
        if any == Some(&Conflict::Any) {
            return Ok(excluding.0);
        }
        let at = |origin: Origin| {
            let (file, row) = self.place(origin);
            format!("{file}:{row}")
        };
        let id = self.drafts.rows.iter().find(|row| row.origin == taking.1).map_or("", |row| self.drafts.key(row));
        let fault = Fault::new(Code::IntakeConflict).column("excluded").fact("column", "excluded").fact("id", id);
        let fault = fault.fact("left", excluding.0).fact("left_at", at(excluding.1));
        Err(self.at(fault.fact("right", "-").fact("right_at", at(taking.1)), taking.1))
    }

    /// What stands twice under different ids: values that the plan calls unique are refused, a firm's name under a
    /// registration number and a credit code is reported.
    ///
    /// # Errors
    /// None; both lists hold faults, the first those to refuse.
    pub(super) fn look_for_doubles(&self) -> (Vec<Fault>, Vec<Fault>) {
        let mut refused = Vec::new();
        for name in &self.shape.register.unique {
            let Some(column) = self.column(name) else {
                refused.push(
                    Fault::new(Code::ColumnNotMapped)
                        .file("plan.toml")
                        .fact("column", name)
                        .fact("register", self.shape.register.role.name()),
                );
                continue;
            };
            for (value, first, second) in self.same(column, |_| true) {
                let (file, row) = self.place(first);
                let fault = Fault::new(Code::IntakeUnique).column(name.as_str()).fact("value", value);
                refused.push(self.at(fault.fact("file", file).fact("first", row), second));
            }
        }
        let mut reported = Vec::new();
        let name = Name::parse("name").ok().filter(|name| !self.shape.register.unique.contains(name));
        if self.shape.register.id_form == IdForm::CreditCode
            && let Some(column) = name.and_then(|name| self.column(&name))
        {
            // names of firms under a registration number are few: only these are looked for among the others
            let is_old = |row: &Draft| self.drafts.key(row).len() == 15;
            let mut old: BTreeMap<&str, &Draft> = BTreeMap::new();
            for row in self.drafts.rows.iter().filter(|row| is_old(row)) {
                let name = self.drafts.cells(row).nth(column).unwrap_or_default();
                if !name.is_empty() && name != ABSENT {
                    old.insert(name, row);
                }
            }
            let found = |row: &&Draft| !old.is_empty() && !is_old(row);
            for row in self.drafts.rows.iter().filter(found) {
                let name = self.drafts.cells(row).nth(column).unwrap_or_default();
                if let Some(other) = old.get(name) {
                    let (file, first) = self.place(other.origin);
                    let fault = Fault::new(Code::IntakeTwin).fact("name", name).fact("id", self.drafts.key(row));
                    let fault = fault.fact("other", self.drafts.key(other)).fact("file", file).fact("first", first);
                    reported.push(self.at(fault, row.origin));
                }
            }
        }
        (refused, reported)
    }

    /// Rows of different ids with the same value in a column.
    fn same(&self, column: usize, which: impl Fn(&Draft) -> bool) -> Vec<(&str, Origin, Origin)> {
        let value = |row: &Draft| self.drafts.cells(row).nth(column).unwrap_or_default();
        let mut rows: Vec<(&str, &Draft)> = self
            .drafts
            .rows
            .iter()
            .filter(|row| which(row))
            .map(|row| (value(row), row))
            .filter(|(value, _)| !value.is_empty() && *value != ABSENT)
            .collect();
        rows.sort_by(|a, b| a.0.cmp(b.0).then(a.1.origin.cmp(&b.1.origin)));
        let pairs = rows.iter().zip(rows.iter().skip(1));
        let doubles = pairs.filter(|(a, b)| a.0 == b.0 && self.drafts.key(a.1) != self.drafts.key(b.1));
        doubles.map(|(a, b)| (a.0, a.1.origin, b.1.origin)).collect()
    }

    /// The place of a column among a draft's cells.
    fn column(&self, name: &Name) -> Option<usize> {
        let attributes = self.shape.attributes.iter().position(|(other, _)| other == name).map(|index| index + 1);
        let behind = self.shape.attributes.len() + 2;
        attributes.or_else(|| self.shape.withheld_index(name).map(|index| index + behind))
    }
}

fn union<'v>(sets: impl Iterator<Item = &'v str>) -> String {
    let mut elements: Vec<&str> = sets.flat_map(|set| set.split(';')).filter(|element| !element.is_empty()).collect();
    elements.sort_unstable();
    elements.dedup();
    elements.join(";")
}
