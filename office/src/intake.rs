//! From a table as the office keeps it to the rows of a frozen register: mapping, normalising (counted), refusing.

use crate::files::read_bytes;
use crate::keys::RegisterKey;
use crate::plan::{IdForm, RecusalSource, Source};
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, credit};
use yaohao::register::{CELL_BYTES, Reasons, format_row, seal};

/// What an intake did and found.
#[derive(Debug, Default)]
pub struct Intake {
    /// Frozen rows by their key, without line ends.
    pub rows: BTreeMap<String, String>,
    /// The source's row of each key.
    pub origins: BTreeMap<String, u64>,
    /// The source's file, as the plan names it.
    pub file: String,
    /// Rows read.
    pub read: u64,
    /// Rows that cannot be taken.
    pub faults: Vec<Fault>,
    /// Rows that were left out because the plan says so, by reason.
    pub set_aside: Reasons,
    /// Cells that were changed, by column.
    pub changed: BTreeMap<String, u64>,
    /// Excluded rows by reason.
    pub excluded: Reasons,
}

/// What a column of the frozen register holds, and so how its cells are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text, taken as it is but for blanks at its ends.
    Text,
    /// A set: elements separated by `;` `,` `，` `、`, put in order.
    Set,
    /// 是, yes or empty.
    Flag,
    /// A date: hyphens, slashes or 年月日.
    Date,
}

/// Reads a register. `attributes` are the frozen columns between `id` and `excluded`, in order.
///
/// # Errors
/// What makes the whole table unreadable; faults of single rows are in [`Intake::faults`].
pub fn read_register(
    base: &Path,
    register: &str,
    source: &Source,
    attributes: &[(Name, Kind)],
    key: &RegisterKey,
) -> Result<Intake> {
    let path = base.join(&source.file);
    let table = Table::read(&path, &source.file)?;
    let needed = |column: &str| {
        let header = Name::parse(column).ok().and_then(|name| source.columns.get(&name).cloned());
        header.ok_or_else(|| {
            Fault::new(Code::ColumnNotMapped).file("plan.toml").fact("column", column).fact("register", register)
        })
    };
    let id_column = table.column(&needed("id")?)?;
    let attributes: Vec<(usize, &Name, Kind)> = attributes
        .iter()
        .map(|(name, kind)| Ok((table.column(&needed(name.as_str())?)?, name, *kind)))
        .collect::<Result<_>>()?;
    let withheld: Vec<(usize, &Name)> =
        source.withheld.iter().map(|(name, header)| Ok((table.column(header)?, name))).collect::<Result<_>>()?;
    let exclude: Vec<(usize, &crate::plan::Exclusion)> = source
        .exclude
        .iter()
        .map(|exclusion| Ok((table.column(&exclusion.column)?, exclusion)))
        .collect::<Result<_>>()?;
    let shape = Shape { register, source, id_column, attributes, withheld, exclude, key };
    let mut intake = Intake { file: source.file.clone(), ..Intake::default() };
    for (row, cells) in &table.rows {
        intake.read += 1;
        let taken = shape.row(cells, &mut intake.changed).and_then(|frozen| intake.take(*row, frozen));
        if let Err(fault) = taken {
            let fault = fault.file(&source.file).row(*row);
            if source.set_aside {
                intake.set_aside.count(set_aside_reason(fault.code()))?;
            } else {
                intake.faults.push(fault);
            }
        }
    }
    if intake.rows.is_empty() && intake.faults.is_empty() {
        return Err(Fault::new(Code::IntakeEmpty).file(&source.file));
    }
    Ok(intake)
}

/// Reads the recusals. Their ids are formed as in the registers they point to.
///
/// # Errors
/// As [`read_register`].
pub fn read_recusals(
    base: &Path,
    source: &RecusalSource,
    targets: (&Source, &Intake),
    inspectors: (&Source, &Intake),
    key: &RegisterKey,
) -> Result<Intake> {
    let mut intake = Intake::default();
    let Some(file) = &source.file else { return Ok(intake) };
    intake.file.clone_from(file);
    let table = Table::read(&base.join(file), file)?;
    let column = |name: &str| {
        let header = source.columns.get(name);
        let fault =
            || Fault::new(Code::ColumnNotMapped).file("plan.toml").fact("column", name).fact("register", "recusals");
        table.column(header.ok_or_else(fault)?)
    };
    let columns = (column("target")?, column("inspector")?, column("category")?);
    for (row, cells) in &table.rows {
        intake.read += 1;
        let cell = |index: usize| cells.get(index).map_or("", |cell| cell.trim());
        let one = || -> Result<(String, String)> {
            let target = form_id(cell(columns.0), targets.0.id_form, key)?;
            let inspector = form_id(cell(columns.1), inspectors.0.id_form, key)?;
            let category = Name::parse(cell(columns.2)).map_err(|fault| fault.column("category"))?;
            if !targets.1.rows.contains_key(target.as_str()) {
                return Err(Fault::new(Code::RecusalTarget).fact("target", cell(columns.0)));
            }
            if !inspectors.1.rows.contains_key(inspector.as_str()) {
                return Err(Fault::new(Code::RecusalInspector).fact("inspector", cell(columns.1)));
            }
            let line = format_row([target.as_str(), inspector.as_str(), category.as_str()]);
            Ok((format!("{target},{inspector}"), line))
        };
        if let Err(fault) = one().and_then(|(key, line)| intake.take(*row, (key, line, None))) {
            intake.faults.push(fault.file(file).row(*row));
        }
    }
    Ok(intake)
}

impl Intake {
    /// Takes a frozen row; each key once.
    fn take(&mut self, row: u64, (key, line, excluded): Frozen) -> Result<()> {
        if let Some(first) = self.origins.get(&key) {
            return Err(Fault::new(Code::IntakeDuplicate).fact("id", &key).fact("first", first));
        }
        if let Some(reason) = excluded {
            self.excluded.count(&reason)?;
        }
        self.origins.insert(key.clone(), row);
        self.rows.insert(key, line);
        Ok(())
    }

    /// The frozen file with this header.
    #[must_use]
    pub fn to_csv(&self, header: &str) -> String {
        let mut out = String::with_capacity(64 * self.rows.len() + 64);
        out.push_str(header);
        out.push('\n');
        for line in self.rows.values() {
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

/// Key, line, and the reason of exclusion.
type Frozen = (String, String, Option<String>);

struct Shape<'a> {
    register: &'a str,
    source: &'a Source,
    id_column: usize,
    attributes: Vec<(usize, &'a Name, Kind)>,
    withheld: Vec<(usize, &'a Name)>,
    exclude: Vec<(usize, &'a crate::plan::Exclusion)>,
    key: &'a RegisterKey,
}

impl Shape<'_> {
    fn row(&self, cells: &[String], changed: &mut BTreeMap<String, u64>) -> Result<Frozen> {
        let cell = |index: usize| cells.get(index).map_or("", String::as_str);
        let mut note = |column: &str, before: &str, after: &str| {
            if before != after {
                *changed.entry(column.to_owned()).or_default() += 1;
            }
        };
        let true_id = cell(self.id_column).trim();
        note("id", cell(self.id_column), true_id);
        let id = form_id(true_id, self.source.id_form, self.key).map_err(|fault| fault.column("id"))?;
        let mut frozen = vec![id.to_string()];
        for (index, name, kind) in &self.attributes {
            let value = normal(cell(*index), *kind).map_err(|fault| fault.column(name.as_str()))?;
            check_cell(&value).map_err(|fault| fault.column(name.as_str()))?;
            note(name.as_str(), cell(*index), &value);
            frozen.push(value);
        }
        let excluded = self
            .exclude
            .iter()
            .find(|(index, exclusion)| exclusion.values.iter().any(|value| value == cell(*index).trim()));
        let reason = excluded.map(|(_, exclusion)| exclusion.reason.clone());
        frozen.push(reason.clone().unwrap_or_default());
        if !sealed_columns(self.source).is_empty() {
            frozen.push(self.seal(&id, true_id, cells)?.to_string());
        }
        let line = format_row(frozen.iter().map(String::as_str));
        Ok((id.to_string(), line, reason))
    }

    fn seal(&self, id: &Id, true_id: &str, cells: &[String]) -> Result<Digest> {
        let mut values = BTreeMap::new();
        for (index, name) in &self.withheld {
            let value = cells.get(*index).map_or("", |cell| cell.trim());
            check_cell(value).map_err(|fault| fault.column(name.as_str()))?;
            values.insert((*name).clone(), value.to_owned());
        }
        if self.source.id_form == IdForm::Pseudonym {
            values.insert(true_id_column()?, true_id.to_owned());
        }
        Ok(seal(&self.key.salt(self.register, id), id.as_str(), &values))
    }
}

/// The columns behind the seal of a register, ascending: those of the plan, and what a pseudonym stands for.
#[must_use]
pub fn sealed_columns(source: &Source) -> Vec<Name> {
    let mut columns: std::collections::BTreeSet<Name> = source.withheld.keys().cloned().collect();
    if source.id_form == IdForm::Pseudonym {
        columns.extend(true_id_column());
    }
    columns.into_iter().collect()
}

/// Salt and values of one row, read from the source again: what opening its seal takes.
///
/// # Errors
/// [`Code::IdUnknown`], and as [`read_register`].
pub fn open_row(base: &Path, source: &Source, key: &RegisterKey, id: &Id) -> Result<BTreeMap<Name, String>> {
    let table = Table::read(&base.join(&source.file), &source.file)?;
    let header = |name: &Name| source.columns.get(name).or_else(|| source.withheld.get(name));
    let id_header = Name::parse("id").ok().as_ref().and_then(header).cloned().unwrap_or_default();
    let id_column = table.column(&id_header)?;
    let found = table.rows.iter().find(|(_, cells)| {
        let true_id = cells.get(id_column).map_or("", |cell| cell.trim());
        form_id(true_id, source.id_form, key).is_ok_and(|formed| formed == *id)
    });
    let (_, cells) = found.ok_or_else(|| Fault::new(Code::IdUnknown).fact("id", id))?;
    let mut values = BTreeMap::new();
    for (name, header) in &source.withheld {
        values.insert(name.clone(), cells.get(table.column(header)?).map_or("", |cell| cell.trim()).to_owned());
    }
    if source.id_form == IdForm::Pseudonym {
        values.insert(true_id_column()?, cells.get(id_column).map_or("", |cell| cell.trim()).to_owned());
    }
    Ok(values)
}

/// The column that holds what a pseudonym stands for.
fn true_id_column() -> Result<Name> {
    Name::parse("true_id")
}

/// Forms an id as a register's plan says.
///
/// # Errors
/// [`Code::IntakeCode`], [`Code::IdForm`].
pub fn form_id(text: &str, form: IdForm, key: &RegisterKey) -> Result<Id> {
    match form {
        IdForm::Id => Id::parse(text),
        IdForm::Pseudonym if text.is_empty() => Err(Fault::new(Code::IdForm).fact("value", text)),
        IdForm::Pseudonym => key.pseudonym(text),
        IdForm::CreditCode => {
            let checked =
                if text.len() == 15 { credit::is_registration_number(text) } else { credit::is_credit_code(text) };
            match checked {
                Ok(()) => Id::parse(text),
                Err(error) => Err(Fault::new(Code::IntakeCode).fact("value", text).fact("detail", error)),
            }
        }
    }
}

fn set_aside_reason(code: Code) -> &'static str {
    match code {
        Code::IntakeDuplicate => "duplicate",
        Code::IntakeCode | Code::IdForm => "bad-code",
        _ => "bad-row",
    }
}

fn normal(cell: &str, kind: Kind) -> Result<String> {
    let cell = cell.trim();
    match kind {
        Kind::Text => Ok(cell.to_owned()),
        Kind::Set => {
            let mut elements: Vec<&str> =
                cell.split([';', ',', '，', '、', '；']).map(str::trim).filter(|element| !element.is_empty()).collect();
            elements.sort_unstable();
            elements.dedup();
            Ok(elements.join(";"))
        }
        Kind::Flag => match cell {
            "是" | "yes" | "Y" | "1" => Ok("yes".to_owned()),
            "" | "否" | "no" | "N" | "0" => Ok(String::new()),
            _ => Err(Fault::new(Code::IntakeReason).fact("value", cell)),
        },
        Kind::Date => Ok(normal_date(cell)),
    }
}

/// 2026/1/5 and 2026年1月5日 become 2026-01-05; what is no date is left for the register to refuse.
fn normal_date(cell: &str) -> String {
    if cell == "长期有效" || cell == "长期" {
        return "9999-09-09".to_owned();
    }
    let parts: Vec<&str> = cell.split(['-', '/', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => cell.to_owned(),
    }
}

fn check_cell(value: &str) -> Result<()> {
    if value.len() > CELL_BYTES {
        return Err(Fault::new(Code::RegisterCell).fact("bytes", value.len()));
    }
    if value.chars().any(char::is_control) {
        return Err(Fault::new(Code::RegisterControl));
    }
    Ok(())
}

/// A table in memory: header, and rows with the number that a spreadsheet shows for them.
struct Table {
    file: String,
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

impl Table {
    fn read(path: &Path, file: &str) -> Result<Self> {
        let bytes = read_bytes(path).map_err(|fault| fault.file(file))?;
        // zip, and the old binary format: the two faces of Excel
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(Fault::new(Code::IntakeExcel).file(file));
        }
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = bytes.iter().take(error.valid_up_to()).filter(|b| **b == b'\n').count();
            Fault::new(Code::IntakeEncoding).file(file).row(u64::try_from(line).unwrap_or(0) + 1)
        })?;
        // one line end for all, so that rows count as a spreadsheet counts them
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let wrong = |error: csv::Error| {
            let row = error.position().map_or(1, csv::Position::line);
            Fault::new(Code::IntakeCsv).file(file).row(row).fact("detail", error)
        };
        let header: Vec<String> = reader.headers().map_err(wrong)?.iter().map(|cell| cell.trim().to_owned()).collect();
        for (index, column) in header.iter().enumerate() {
            if !column.is_empty() && header.iter().take(index).any(|other| other == column) {
                return Err(Fault::new(Code::IntakeHeaderTwice).file(file).row(1).fact("column", column));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(wrong)?;
            let row = record.position().map_or(0, csv::Position::line);
            if record.len() != header.len() {
                let detail = format!("{} cells, the header has {}", record.len(), header.len());
                return Err(Fault::new(Code::IntakeCsv).file(file).row(row).fact("detail", detail));
            }
            rows.push((row, record.iter().map(str::to_owned).collect()));
        }
        Ok(Self { file: file.to_owned(), header, rows })
    }

    fn column(&self, header: &str) -> Result<usize> {
        self.header.iter().position(|column| column == header).ok_or_else(|| {
            Fault::new(Code::IntakeHeader)
                .file(&self.file)
                .row(1)
                .fact("missing", header)
                .fact("found", self.header.join(", "))
        })
    }
}
