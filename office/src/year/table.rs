//! The lines of a plan, from a table as offices keep it: a header somewhere near the top, perhaps a row of hints, and a row
//! an item. A row whose number is empty, or that of the row above, adds an item to the line above.

use super::cells::{basis, batches, cell, months, rate};
use crate::intake::cell::{At, Kind, elements, normal};
use crate::intake::header::{HINT_WORDS, cells, merged_header, plain};
use crate::table::{Cell, Form, Merged, Table};
use crate::watch::Silent;
use std::ops::ControlFlow;
use std::path::Path;
use yaohao::announcement::{Basis, Department};
use yaohao::encoding::decimal;
use yaohao::fault::{Code, Fault, Result, printable};
use yaohao::ident::{Id, Text};
use yaohao::year::{LINES, Line, Months, PlannedItem};

/// So many rows that hold anything may stand above the header and with it.
const LOOK: usize = 30;
/// So many rows right below the header may be hints.
const HINTS: usize = 3;
/// Most rows that are read.
const ROWS: usize = 100_000;

/// What a column of the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The line's id.
    Number,
    /// An item's name.
    Item,
    /// An item's id; without it, the line's id and a serial.
    ItemId,
    /// The legal basis.
    LegalBasis,
    /// The department that leads.
    Lead,
    /// The departments that join.
    Joining,
    /// How many campaigns.
    Batches,
    /// The months.
    Months,
    /// The least share.
    Rate,
    /// How many targets there are.
    Population,
    /// Random, full coverage or targeted.
    Way,
}

/// The names of each column in tables, best first, and whether a table must have it. They are compared as intake does:
/// without blanks, in half width and lower case.
pub const ALIASES: [(Column, bool, &[&str]); 11] = [
    (Column::Number, true, &["序号", "编号", "计划编号", "no.", "no", "line", "number"]),
    (
        Column::Item,
        true,
        &["抽查事项", "检查事项", "抽查事项名称", "事项名称", "检查内容", "抽查内容", "事项", "item", "items"],
    ),
    (Column::ItemId, false, &["事项编号", "事项编码", "事项代码", "item id", "item code"]),
    (
        Column::LegalBasis,
        true,
        &["依据", "抽查依据", "检查依据", "执法依据", "法律依据", "法定依据", "legal basis", "basis"],
    ),
    (Column::Lead, true, &["牵头部门", "牵头单位", "牵头机关", "发起部门", "lead department", "lead"]),
    (
        Column::Joining,
        false,
        &[
            "联合部门",
            "配合部门",
            "参与部门",
            "参加部门",
            "协同部门",
            "配合单位",
            "参与单位",
            "joining departments",
            "joining",
        ],
    ),
    (Column::Batches, true, &["批次", "频次", "抽查频次", "抽查批次", "检查频次", "次数", "campaigns", "batches"]),
    (
        Column::Months,
        true,
        &["月份", "时间", "抽查时间", "检查时间", "计划开展时间", "开展时间", "实施时间", "抽查月份", "months"],
    ),
    (Column::Rate, false, &["比例", "比例(%)", "抽查比例", "抽查比例(%)", "检查比例", "检查比例(%)", "rate"]),
    (
        Column::Population,
        false,
        &["对象数量", "对象总数", "检查对象数量", "抽查对象总数", "检查对象基数", "population", "targets"],
    ),
    (Column::Way, false, &["抽查类型", "抽查方式", "检查方式", "way"]),
];

/// A row as it was read.
struct Row {
    number: u64,
    cells: Vec<(Form, String)>,
}

impl Row {
    fn cell(&self, index: usize) -> Cell<'_> {
        self.cells.get(index).map_or(Cell { form: Form::Text, text: "" }, |(form, text)| Cell { form: *form, text })
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(|(form, text)| *form == Form::Text && text.trim().is_empty())
    }
}

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

/// Where the columns are.
struct Header {
    row: u64,
    titles: Vec<String>,
    columns: Vec<(Column, usize)>,
    hints: Vec<u64>,
}

impl Header {
    fn find(rows: &[Row], merged: &[Merged]) -> Result<Self> {
        let written: Vec<&Row> = rows.iter().filter(|row| !row.is_blank()).take(LOOK).collect();
        // of rows that serve equally well the first is the header: below it are data
        let mut best: Option<Self> = None;
        for row in &written {
            let header = Self::of(row);
            if best.as_ref().is_none_or(|best| header.rank() > best.rank()) {
                best = Some(header);
            }
        }
        let mut header = best.ok_or_else(|| Fault::new(Code::IntakeEmpty))?;
        if let Some((column, _, aliases)) = header.missing() {
            let fault = Fault::new(Code::YearHeader).row(header.row);
            return Err(fault.fact("missing", column.name()).fact("aliases", aliases.join("、")));
        }
        let plain: Vec<String> = header.titles.iter().map(|title| self::plain(title)).collect();
        for (_, index) in &header.columns {
            let title = plain.get(*index);
            if plain.iter().filter(|other| Some(*other) == title).count() > 1 {
                let column = header.title(*index);
                return Err(Fault::new(Code::IntakeHeaderTwice).row(header.row).fact("column", column));
            }
        }
        if let Some(cells) = merged_header(merged, header.row) {
            return Err(Fault::new(Code::IntakeHeaderMerged).row(header.row).fact("cells", cells));
        }
        let below = written.iter().filter(|row| row.number > header.row).take(HINTS);
        header.hints = below.take_while(|row| header.is_hint(row)).map(|row| row.number).collect();
        Ok(header)
    }

    fn of(row: &Row) -> Self {
        let titles: Vec<String> = row.cells.iter().map(|(_, text)| text.trim().to_owned()).collect();
        let plain: Vec<String> = titles.iter().map(|title| self::plain(title)).collect();
        let position = |aliases: &[&str]| {
            aliases.iter().find_map(|alias| plain.iter().position(|title| *title == self::plain(alias)))
        };
        let columns = ALIASES.iter().filter_map(|(column, _, aliases)| Some((*column, position(aliases)?))).collect();
        Self { row: row.number, titles, columns, hints: Vec::new() }
    }

    fn rank(&self) -> (bool, usize) {
        (self.missing().is_none(), self.columns.len())
    }

    fn missing(&self) -> Option<&'static (Column, bool, &'static [&'static str])> {
        ALIASES.iter().find(|(column, needed, _)| *needed && self.place(*column).is_none())
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().find(|(known, _)| *known == column).map(|(_, index)| *index)
    }

    fn title(&self, index: usize) -> &str {
        self.titles.get(index).map_or("", String::as_str)
    }

    /// A hint stands where a number must, in words.
    fn is_hint(&self, row: &Row) -> bool {
        let number = self.place(Column::Number).map(|index| row.cell(index).text.to_lowercase()).unwrap_or_default();
        HINT_WORDS.iter().any(|word| number.contains(word))
    }

    /// Cells that are merged over rows of several lines: only the first row has their value.
    fn merged_rows(&self, rows: &[Row], merged: &[Merged]) -> Vec<Fault> {
        let begins_line = |number: u64| {
            let row = rows.get(rows.binary_search_by_key(&number, |row| row.number).ok()?)?;
            self.place(Column::Number).filter(|index| !row.cell(*index).text.trim().is_empty())
        };
        let fault = |range: &Merged| {
            let (_, index) = self
                .columns
                .iter()
                .find(|(_, index)| (range.columns.0..=range.columns.1).contains(&index.saturating_add(1)))?;
            let row = (range.rows.0.saturating_add(1)..=range.rows.1).find(|row| begins_line(*row).is_some())?;
            let fault = Fault::new(Code::IntakeMerged).row(row).column(self.title(*index));
            (range.rows.0 > self.row).then(|| fault.fact("cells", cells(range)))
        };
        merged.iter().filter_map(fault).collect()
    }
}

impl Column {
    /// The name that messages give it.
    fn name(self) -> &'static str {
        ALIASES
            .iter()
            .find(|(column, _, _)| *column == self)
            .and_then(|(_, _, names)| names.first())
            .map_or("", |name| name)
    }
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
