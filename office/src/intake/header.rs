//! Which row is the header, and which column is which: by the plan's mapping, else by alias.

use super::aliases::{aliases, alike};
use super::cell::half_width;
use crate::plan::{Exclusion, Register, Role, Source};
use crate::table::{Batch, Merged, Row, column_letters};
use yaohao::fault::{Code, Fault, printable};
use yaohao::ident::Name;

/// So many rows that hold anything may stand above the header and with it.
const LOOK: usize = 30;

/// So many rows right below the header may be hints.
const HINTS: usize = 3;

/// More merged cells than this are not explained one by one.
const MERGED: usize = 100;

/// Words by which a row under the header is known as a hint how to fill the table in.
pub(crate) const HINT_WORDS: [&str; 12] =
    ["填写", "必填", "选填", "例如", "示例", "格式", "说明", "如：", "如:", "fill in", "required", "example"];

/// What a register needs of a table.
pub(super) struct Wanted<'a> {
    pub(super) register: &'a Register,
    /// Columns in the order in which [`Layout::columns`] will have them.
    pub(super) columns: Vec<WantedColumn<'a>>,
    /// Rows that take no part, in the plan's order.
    pub(super) exclude: &'a [Exclusion],
}

pub(super) struct WantedColumn<'a> {
    pub(super) name: &'a Name,
    /// The plan's header for every source, where it has one (withheld columns).
    pub(super) header: Option<&'a str>,
    /// Whether a table without it is useless even if another source has it.
    pub(super) key: bool,
    /// Whether lists of the plan fill it, so that it is looked for in no table.
    pub(super) from_lists: bool,
}

/// Where a column's values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A column of the table, from 0.
    Column(usize),
    /// The plan's default: the table has no such column.
    Default(String),
    /// Nowhere: another source has it.
    Absent,
}

/// How a table is read.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The header's row, as a spreadsheet counts.
    pub(super) row: u64,
    /// The header's cells.
    pub(super) headers: Vec<String>,
    /// The wanted columns, in their order.
    pub(super) columns: Vec<Found>,
    /// The column of each exclusion; none where another source has it.
    pub(super) exclude: Vec<Option<usize>>,
    /// Rows right below the header that are hints.
    pub(super) hints: Vec<u64>,
    /// Whether day numbers mean other days than usual.
    pub(super) days_from_1904: bool,
}

impl Layout {
    /// Finds the header among a table's first rows. With `only` false other sources may have what this one lacks.
    pub(super) fn find(rows: &Batch, wanted: &Wanted<'_>, source: &Source, only: bool) -> Result<Self, Vec<Fault>> {
        let candidates = rows.rows().filter(|row| !row.is_blank()).take(LOOK);
        let attempts = candidates.map(|row| Attempt::new(row, wanted, source, only));
        // of rows that serve equally well the first is the header: below it are data
        let mut best: Option<Attempt> = None;
        for attempt in attempts {
            if best.as_ref().is_none_or(|best| attempt.rank() > best.rank()) {
                best = Some(attempt);
            }
        }
        let best = best.ok_or_else(|| vec![Fault::new(Code::IntakeEmpty)])?;
        let mut layout = best.finish(wanted, source)?;
        layout.hints = hints(rows, &layout, wanted.register);
        Ok(layout)
    }

    /// The header of a column that comes from the table.
    pub(super) fn header(&self, origin: &Found) -> Option<&str> {
        match origin {
            Found::Column(index) => self.headers.get(*index).map(String::as_str),
            _ => None,
        }
    }

    /// Headers that nothing uses.
    pub(super) fn unused(&self) -> Vec<String> {
        let used = |index: usize| self.columns.contains(&Found::Column(index)) || self.exclude.contains(&Some(index));
        let headers = self.headers.iter().enumerate();
        headers
            .filter(|(index, header)| !header.is_empty() && !used(*index))
            .map(|(_, header)| header.clone())
            .collect()
    }

    /// Refuses a header whose cells are merged: the columns behind the first have no name.
    pub(super) fn check_merged(&self, merged: &[Merged]) -> Result<(), Fault> {
        match merged_header(merged, self.row) {
            Some(cells) => Err(Fault::new(Code::IntakeHeaderMerged).row(self.row).fact("cells", cells)),
            None => Ok(()),
        }
    }
}

impl Layout {
    /// Rows whose cells are merged with others in a column that is used: all but the first of such cells are empty.
    pub(super) fn merged_rows(&self, merged: &[Merged]) -> Vec<Fault> {
        let used = |range: &Merged| {
            let columns = self.columns.iter().filter_map(|found| match found {
                Found::Column(index) => Some(*index),
                _ => None,
            });
            let mut columns = columns.chain(self.exclude.iter().copied().flatten());
            columns.find(|index| (range.columns.0..=range.columns.1).contains(&(index + 1)))
        };
        let fault = |range: &Merged| {
            let several = range.rows.0 < range.rows.1 || range.columns.0 < range.columns.1;
            let below = range.rows.1 > self.row && !self.hints.contains(&range.rows.0);
            let column = used(range).filter(|_| several && below)?;
            let row = if range.rows.0 < range.rows.1 { range.rows.0 + 1 } else { range.rows.0 };
            let header = self.headers.get(column).cloned().unwrap_or_default();
            Some(Fault::new(Code::IntakeMerged).row(row).column(header).fact("cells", cells(range)))
        };
        merged.iter().filter_map(fault).take(MERGED).collect()
    }
}

/// Columns and exclusions that none of a register's tables has.
pub(super) fn nowhere(layouts: &[Layout], wanted: &Wanted<'_>, sources: &[Source]) -> Vec<Fault> {
    let (Some(layout), Some(source)) = (layouts.first(), sources.first()) else { return Vec::new() };
    let at = |fault: Fault| fault.file(source.name()).row(layout.row);
    let columns = wanted.columns.iter().enumerate();
    let absent = columns
        .filter(|(index, _)| layouts.iter().all(|layout| layout.columns.get(*index) == Some(&Found::Absent)))
        .map(|(_, column)| {
            at(missing(
                wanted.register.role,
                column.name.as_str(),
                names(column, wanted.register, source),
                &layout.headers,
            ))
        });
    let exclude = wanted.exclude.iter().enumerate();
    let unfound = exclude
        .filter(|(index, _)| layouts.iter().all(|layout| layout.exclude.get(*index) == Some(&None)))
        .map(|(_, exclusion)| {
            let found: Vec<&str> =
                layout.headers.iter().map(String::as_str).filter(|header| !header.is_empty()).collect();
            let fault = Fault::new(Code::IntakeExcludeColumn).fact("column", &exclusion.column);
            at(fault.fact("found", printable(&found.join("、"))).fact("register", wanted.register.role.name()))
        });
    absent.chain(unfound).collect()
}

/// The merged cells of a header row, as `B2:C2`.
pub(crate) fn merged_header(merged: &[Merged], row: u64) -> Option<String> {
    let spans = |range: &&Merged| {
        let (top, bottom) = range.rows;
        (top..=bottom).contains(&row) && (range.columns.0 < range.columns.1 || bottom > row)
    };
    merged.iter().find(spans).map(cells)
}

pub(crate) fn cells(range: &Merged) -> String {
    let corner = |row: u64, column: usize| format!("{}{row}", column_letters(column.saturating_sub(1)));
    format!("{}:{}", corner(range.rows.0, range.columns.0), corner(range.rows.1, range.columns.1))
}

/// A header's text as it is compared: half width, lower case, without blanks, marks of duty and hints in brackets.
pub(crate) fn plain(header: &str) -> String {
    let mut text: String = half_width(header).to_lowercase();
    text.retain(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '*' | '\u{feff}' | '\u{200b}'));
    for note in ["(必填)", "(选填)", "(可选)", "[必填]", "[选填]", "【必填】", "【选填】"] {
        text = text.replace(note, "");
    }
    text
}

/// One row taken for the header.
struct Attempt {
    row: u64,
    headers: Vec<String>,
    columns: Vec<Option<Found>>,
    found: usize,
    missing: usize,
}

impl Attempt {
    fn new(row: Row<'_>, wanted: &Wanted<'_>, source: &Source, only: bool) -> Self {
        let headers: Vec<String> = row.cells().map(|cell| cell.text.trim().to_owned()).collect();
        let plain: Vec<String> = headers.iter().map(|header| self::plain(header)).collect();
        let columns: Vec<Option<Found>> = wanted
            .columns
            .iter()
            .map(|column| {
                if column.from_lists {
                    return Some(Found::Default(String::new()));
                }
                let default = || source.defaults.get(column.name).cloned().map(Found::Default);
                let absent = || (!only && !column.key).then_some(Found::Absent);
                find_column(&plain, wanted.register, source, column).map(Found::Column).or_else(default).or_else(absent)
            })
            .collect();
        let found = columns.iter().filter(|column| matches!(column, Some(Found::Column(_)))).count();
        let missing = columns.iter().filter(|column| column.is_none()).count();
        Self { row: row.number, headers, columns, found, missing }
    }

    /// Rows that lack nothing first, then those that have most.
    fn rank(&self) -> (bool, usize) {
        (self.missing == 0 && self.found > 0, self.found)
    }

    fn finish(self, wanted: &Wanted<'_>, source: &Source) -> Result<Layout, Vec<Fault>> {
        let faults: Vec<Fault> = wanted
            .columns
            .iter()
            .zip(&self.columns)
            .filter(|(_, found)| found.is_none())
            .map(|(column, _)| {
                missing(
                    wanted.register.role,
                    column.name.as_str(),
                    names(column, wanted.register, source),
                    &self.headers,
                )
                .row(self.row)
            })
            .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let columns: Vec<Found> = self.columns.into_iter().flatten().collect();
        let plain: Vec<String> = self.headers.iter().map(|header| self::plain(header)).collect();
        let exclude: Vec<Option<usize>> = wanted
            .exclude
            .iter()
            .map(|exclusion| by_any_name(&plain, &exclusion.column, wanted.register.role))
            .collect();
        let used = columns.iter().filter_map(|origin| match origin {
            Found::Column(index) => Some(*index),
            _ => None,
        });
        for index in used.chain(exclude.iter().copied().flatten()) {
            let header = plain.get(index);
            if plain.iter().filter(|other| Some(*other) == header).count() > 1 {
                let column = self.headers.get(index).map_or("", String::as_str);
                return Err(vec![Fault::new(Code::IntakeHeaderTwice).row(self.row).fact("column", column)]);
            }
        }
        Ok(Layout { row: self.row, headers: self.headers, columns, exclude, hints: Vec::new(), days_from_1904: false })
    }
}

/// The headers that would serve a column.
fn names(column: &WantedColumn<'_>, register: &Register, source: &Source) -> String {
    match source.columns.get(column.name).map(String::as_str).or(column.header) {
        Some(header) => header.to_owned(),
        None => aliases(register.role, column.name.as_str()).join("、"),
    }
}

fn missing(role: Role, column: &str, served: String, headers: &[String]) -> Fault {
    if served.is_empty() {
        return Fault::new(Code::ColumnNotMapped).fact("column", column).fact("register", role.name());
    }
    let found: Vec<&str> = headers.iter().map(String::as_str).filter(|header| !header.is_empty()).collect();
    Fault::new(Code::IntakeHeader)
        .fact("missing", column)
        .fact("aliases", served)
        .fact("found", printable(&found.join("、")))
}

fn find_column(plain: &[String], register: &Register, source: &Source, column: &WantedColumn<'_>) -> Option<usize> {
    match source.columns.get(column.name).map(String::as_str).or(column.header) {
        // what the plan says wins, also where it names a column that is not there
        Some(header) => by_name(plain, header, &[]),
        None => by_name(plain, column.name.as_str(), aliases(register.role, column.name.as_str())),
    }
}

fn by_name(headers: &[String], name: &str, aliases: &[&str]) -> Option<usize> {
    let position = |name: &str| {
        let name = plain(name);
        headers.iter().position(|header| *header == name)
    };
    aliases.iter().find_map(|alias| position(alias)).or_else(|| position(name))
}

/// A column by the header that the plan names, or by another that means the same.
fn by_any_name(headers: &[String], name: &str, role: Role) -> Option<usize> {
    by_name(headers, name, &[]).or_else(|| by_name(headers, name, alike(role, name)))
}

/// Rows right below the header that say how to fill the table in.
fn hints(rows: &Batch, layout: &Layout, register: &Register) -> Vec<u64> {
    let below = rows.rows().filter(|row| row.number > layout.row && !row.is_blank()).take(HINTS);
    below.take_while(|row| is_hint(row, layout, register)).map(|row| row.number).collect()
}

/// A hint has a word of hints, and where the key stands no key: the key's cell is empty, has such a word itself, or
/// could not be a key because the row begins with one.
fn is_hint(row: &Row<'_>, layout: &Layout, register: &Register) -> bool {
    let has_word = |text: &str| {
        let text = text.to_lowercase();
        HINT_WORDS.iter().any(|word| text.contains(word))
    };
    let key = match layout.columns.first() {
        Some(Found::Column(index)) => row.cell(*index).text,
        _ => "",
    };
    let first = row.cells().map(|cell| cell.text.trim()).find(|text| !text.is_empty()).unwrap_or_default();
    let no_key = key.trim().is_empty() || has_word(key) || super::ids::cannot_be(key, register.id_form);
    row.cells().any(|cell| has_word(cell.text)) && no_key && (has_word(key) || has_word(first))
}
