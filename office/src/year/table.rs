//! The lines of a plan, from a table as offices keep it: a header somewhere near the top, perhaps a row of hints, and a row
//! an item. A row whose number is empty, or that of the row above, adds an item to the line above.

use super::cells::{basis, batches, cell, months, rate};
use super::header::{Column, Header, Row};
use crate::intake::cell::{At, Kind, elements, normal};
use crate::intake::header::plain;
use crate::table::{Form, Merged, Table};
use crate::watch::Silent;
use std::ops::ControlFlow;
use std::path::Path;
use yaohao::announcement::{Basis, Department};
use yaohao::encoding::decimal;
use yaohao::fault::{Code, Fault, Result, printable};
use yaohao::ident::{Id, Text};
use yaohao::year::{LINES, Line, Months, PlannedItem};

/// Most rows that are read.
const ROWS: usize = 100_000;

/// Reads the lines of a plan for this year. Departments are found by name or id. `sheet` names one of several sheets.
///
/// # Errors
/// All faults that were found, each with row and column: the codes of tables, [`Code::YearHeader`], [`Code::YearCell`],
/// [`Code::YearUnknown`], [`Code::YearDiffers`].
pub fn read_lines(
    path: &Path,
    sheet: Option<&str>,
    departments: &[Department],
    year: u64,
) -> Result<Vec<Line>, Vec<Fault>> {
    let file = crate::files::shown(path);
    let at_file = |fault: Fault| fault.file(&file);
    let (rows, merged) = rows(path, sheet).map_err(|fault| vec![at_file(fault)])?;
    let header = Header::find(&rows, &merged).map_err(|fault| vec![at_file(fault)])?;
    let reader = Reader { header: &header, departments, year };
    let mut faults = header.merged_rows(&rows, &merged);
    let mut lines: Vec<Line> = Vec::new();
    let mut refused = false;
    for row in rows.iter().filter(|row| row.number > header.row && !row.is_blank()) {
        let continues = header.place(Column::Number).is_none_or(|index| row.cell(index).text.trim().is_empty());
        // what adds to a line that was refused has nothing to be added to, for that reason alone
        if header.hints.contains(&row.number) || (refused && continues) {
            continue;
        }
        let taken = reader.take(row, &mut lines);
        refused = taken.is_err() && !continues;
        faults.extend(taken.err().map(|fault| fault.row(row.number)));
    }
    if faults.is_empty() && lines.is_empty() {
        faults.push(Fault::new(Code::IntakeEmpty));
    }
    if !faults.is_empty() {
        return Err(faults.into_iter().map(at_file).collect());
    }
    lines.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(lines)
}

fn rows(path: &Path, sheet: Option<&str>) -> Result<(Vec<Row>, Vec<Merged>)> {
    let mut table = Table::open(path)?;
    let sheets = table.about().sheets;
    let sheet = match (sheet, sheets.as_slice()) {
        (Some(sheet), _) => match sheets.iter().find(|known| known.trim() == sheet.trim()) {
            Some(known) => Some(known.clone()),
            None => {
                return Err(Fault::new(Code::IntakeSheet).fact("sheet", sheet).fact("found", sheets.join("、")));
            }
        },
        (None, []) => None,
        (None, [only]) => Some(only.clone()),
        (None, _) => return Err(Fault::new(Code::IntakeSheets).fact("found", sheets.join("、"))),
    };
    let merged = table.merged(sheet.as_deref())?;
    let mut rows = Vec::new();
    table.read(sheet.as_deref(), 1_000, &Silent, &mut |batch| {
        rows.extend(batch.rows().map(|row| Row {
            number: row.number,
            cells: row.cells().map(|cell| (cell.form, cell.text.to_owned())).collect(),
        }));
        Ok(if rows.len() > ROWS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if rows.len() > ROWS {
        let fault = Fault::new(Code::IntakeLimit).fact("what", "rows");
        return Err(fault.fact("found", rows.len()).fact("limit", ROWS));
    }
    Ok((rows, merged))
}

/// Makes lines of rows.
struct Reader<'a> {
    header: &'a Header,
    departments: &'a [Department],
    year: u64,
}

/// What a row says of its line; `None` where the row has nothing to say.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    lead: Option<Id>,
    joining: Option<Vec<Id>>,
    batches: Option<u64>,
    months: Option<Months>,
    rate: Option<u64>,
    population: Option<u64>,
    way: Option<Basis>,
}

impl Reader<'_> {
    fn take(&self, row: &Row, lines: &mut Vec<Line>) -> Result<()> {
        let number = self.text(row, Column::Number)?;
        let continues = lines.last().is_some_and(|line| number.is_empty() || line.id.as_str() == number);
        if continues && let Some(line) = lines.last_mut() {
            let item = self.item(row, &line.id, line.items.len().saturating_add(1))?;
            self.same(row, line)?;
            line.items.push(item);
            return Ok(());
        }
        let id = Id::parse(&number).map_err(|_| {
            self.wrong(Column::Number, &number, "a line's number has 1 to 64 letters, digits, dots and hyphens")
        })?;
        if lines.iter().any(|line| line.id == id) {
            return Err(self.wrong(Column::Number, &number, "the number stands already, and not right above"));
        }
        if lines.len() >= LINES {
            let fault = Fault::new(Code::IntakeLimit).fact("what", "rows");
            return Err(fault.fact("found", lines.len().saturating_add(1)).fact("limit", LINES));
        }
        let item = self.item(row, &id, 1)?;
        let said = self.said(row)?;
        let basis = said.way.unwrap_or(Basis::Random);
        let needed = |column: Column| self.wrong(column, "", "it must be filled in");
        let lead = said.lead.ok_or_else(|| needed(Column::Lead))?;
        let joining = said.joining.unwrap_or_default();
        if joining.contains(&lead) {
            return Err(self.wrong(Column::Joining, lead.as_str(), "the leading department does not join itself"));
        }
        lines.push(Line {
            id,
            items: vec![item],
            lead,
            joining,
            basis,
            batches: said.batches.ok_or_else(|| needed(Column::Batches))?,
            months: said.months.ok_or_else(|| needed(Column::Months))?,
            rate: match (said.rate, basis) {
                (rate, Basis::Random) => rate,
                // all are inspected, and the table says so twice
                (None | Some(10_000), _) => None,
                (Some(_), _) => {
                    let text = self.text(row, Column::Rate)?;
                    return Err(self.wrong(
                        Column::Rate,
                        &text,
                        "of full coverage, and of named targets, all are inspected",
                    ));
                }
            },
            population: said.population,
        });
        Ok(())
    }

    /// A cell's text in its frozen form; empty where there is no such column.
    fn text(&self, row: &Row, column: Column) -> Result<String> {
        let Some(index) = self.header.place(column) else { return Ok(String::new()) };
        let at = At { row: row.number, column: index };
        let text = normal(row.cell(index), Kind::Text, at);
        text.map(std::borrow::Cow::into_owned).map_err(|fault| fault.column(self.header.title(index)))
    }

    /// What a cell says, if it says anything.
    fn some<T>(&self, row: &Row, column: Column, read: impl FnOnce(&str, Form) -> Result<T>) -> Result<Option<T>> {
        let text = self.text(row, column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let index = self.header.place(column).unwrap_or_default();
        read(&text, row.cell(index).form).map(Some).map_err(|fault| fault.column(self.header.title(index)))
    }

    fn said(&self, row: &Row) -> Result<Said> {
        let sign = self.header.place(Column::Rate).is_some_and(|index| plain(self.header.title(index)).contains('%'));
        let joining = |text: &str, _: Form| {
            let mut ids = elements(text).map(|name| self.department(name)).collect::<Result<Vec<Id>>>()?;
            ids.sort();
            let all = ids.len();
            ids.dedup();
            if ids.len() == all { Ok(ids) } else { Err(cell(text, "a department stands twice")) }
        };
        Ok(Said {
            lead: self.some(row, Column::Lead, |text, _| self.department(text))?,
            joining: self.some(row, Column::Joining, joining)?,
            batches: self.some(row, Column::Batches, |text, _| batches(text))?,
            months: self.some(row, Column::Months, |text, form| months(text, form, self.year))?,
            rate: self.some(row, Column::Rate, |text, form| rate(text, form, sign))?,
            population: self.some(row, Column::Population, |text, _| {
                decimal(text, 0, 1 << 53).map_err(|_| cell(text, "how many targets there are is a whole number"))
            })?,
            way: self.some(row, Column::Way, |text, _| basis(text))?,
        })
    }

    /// A row that adds an item says nothing else than its line.
    fn same(&self, row: &Row, line: &Line) -> Result<()> {
        let said = self.said(row)?;
        let rate = said.rate.filter(|rate| line.basis == Basis::Random || *rate != 10_000);
        let differs = [
            (Column::Lead, said.lead.is_some_and(|lead| lead != line.lead)),
            (Column::Joining, said.joining.is_some_and(|joining| joining != line.joining)),
            (Column::Batches, said.batches.is_some_and(|batches| batches != line.batches)),
            (Column::Months, said.months.is_some_and(|months| months != line.months)),
            (Column::Rate, rate.is_some() && rate != line.rate),
            (Column::Population, said.population.is_some() && said.population != line.population),
            (Column::Way, said.way.is_some_and(|way| way != line.basis)),
        ];
        match differs.into_iter().find(|(_, differs)| *differs) {
            None => Ok(()),
            Some((column, _)) => {
                let value = self.text(row, column)?;
                let fault = Fault::new(Code::YearDiffers).column(self.title(column));
                Err(fault.fact("line", &line.id).fact("value", printable(&value)))
            }
        }
    }

    fn item(&self, row: &Row, line: &Id, serial: usize) -> Result<PlannedItem> {
        let words = |column: Column| {
            let text = self.text(row, column)?;
            Text::parse(&text).map_err(|_| self.wrong(column, &text, "it must be filled in, with at most 1,024 bytes"))
        };
        let id = self.some(row, Column::ItemId, |text, _| Id::parse(text))?;
        let made = || {
            let id = format!("{line}-{serial}");
            Id::parse(&id).map_err(|_| self.wrong(Column::Number, line.as_str(), "too long to number its items"))
        };
        Ok(PlannedItem {
            id: id.map_or_else(made, Ok)?,
            title: words(Column::Item)?,
            basis: words(Column::LegalBasis)?,
        })
    }

    fn department(&self, name: &str) -> Result<Id> {
        let is_it = |known: &&Department| known.id.as_str() == name || known.title.as_str() == name;
        let mut found = self.departments.iter().filter(is_it);
        let (first, second) = (found.next(), found.next());
        if second.is_some() {
            return Err(cell(name, "several departments are called so"));
        }
        first.map(|known| known.id.clone()).ok_or_else(|| {
            let known: Vec<String> =
                self.departments.iter().map(|known| format!("{}={}", known.id, known.title)).collect();
            let known = if known.is_empty() { "-".to_owned() } else { known.join(", ") };
            Fault::new(Code::YearUnknown).fact("value", name).fact("known", known)
        })
    }

    fn title(&self, column: Column) -> &str {
        self.header.place(column).map_or(column.name(), |index| self.header.title(index))
    }

    fn wrong(&self, column: Column, value: &str, detail: &str) -> Fault {
        cell(value, detail).column(self.title(column))
    }
}

#[cfg(test)]
mod tests;
