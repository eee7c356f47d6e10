//! `[registers]` of a plan: where the registers lie, what their columns are called, who takes no part.

use super::plan_fault;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use yaohao::announcement::History;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Name;

/// A register as the plan describes it.
#[derive(Debug, Clone)]
pub struct Register {
    /// What it is.
    pub role: Role,
    /// The tables it is put together from, in the plan's order.
    pub sources: Vec<Source>,
    /// Whether bad rows are left out (and counted in public) instead of refused.
    pub set_aside: bool,
    /// What the ids are.
    pub id_form: IdForm,
    /// Withheld names, each with the header where it is not found by its alias.
    pub withheld: BTreeMap<Name, Option<String>>,
    /// The office's words and the frozen ones, by column.
    pub values: BTreeMap<Name, BTreeMap<String, String>>,
    /// Columns whose values must not repeat.
    pub unique: Vec<Name>,
    /// Which rows are excluded, with reasons.
    pub exclude: Vec<Exclusion>,
    /// Lists of ids that exclude or mark.
    pub lists: Vec<List>,
    /// What holds where sources differ, by column; `excluded` for exclusions.
    pub conflicts: BTreeMap<Name, Conflict>,
}

impl Register {
    /// Whether lists put marks that rules can name.
    #[must_use]
    pub fn has_marks(&self) -> bool {
        self.lists.iter().any(|list| matches!(list.effect, Effect::Mark(_)))
    }
}

/// Which register it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Inspection targets.
    Targets,
    /// Inspectors.
    Inspectors,
    /// Pairs that must not meet.
    Recusals,
    /// What was found: no register, but read like one.
    Results,
}

impl Role {
    /// Its name in plans and salts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Targets => "targets",
            Self::Inspectors => "inspectors",
            Self::Recusals => "recusals",
            Self::Results => "results",
        }
    }
}

/// One table.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where it is.
    pub place: Place,
    /// The sheet of a workbook, if the plan says which.
    pub sheet: Option<String>,
    /// Frozen name to the table's header, where the plan says so.
    pub columns: BTreeMap<Name, String>,
    /// What a column holds that the table has not.
    pub defaults: BTreeMap<Name, String>,
}

impl Source {
    /// What the office calls it: its place, and the sheet if the plan names one.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.sheet {
            Some(sheet) => format!("{} [{sheet}]", self.place.name()),
            None => self.place.name(),
        }
    }
}

/// Where a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, relative to the campaign's folder.
    File(String),
    /// A query to a database.
    Query {
        /// `postgres://…`
        database: String,
        /// SQL.
        query: String,
    },
}

impl Place {
    /// What the office calls it: the file, or the database without a password.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(file) => file.clone(),
            Self::Query { database, .. } => {
                let behind = database.rsplit_once('@').map_or(database.as_str(), |(_, behind)| behind);
                let name = behind.rsplit_once("://").map_or(behind, |(_, name)| name);
                format!("postgres://{}", name.split(['?', ' ']).next().unwrap_or_default())
            }
        }
    }
}

/// What the ids of a register are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdForm {
    /// Unified social credit codes or registration numbers, checked.
    CreditCode,
    /// Any id.
    Id,
    /// Pseudonyms of what the column holds.
    Pseudonym,
}

/// Rows with one of these values in a column take no part.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// The source's header, or the alias `status`.
    pub column: String,
    /// The values.
    pub values: Vec<String>,
    /// The reason, a name.
    pub reason: String,
}

/// A table of ids: who is on it is excluded, or marked.
#[derive(Debug, Clone)]
pub struct List {
    /// The table.
    pub source: Source,
    /// What being on it does.
    pub effect: Effect,
}

/// What being on a list does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Excludes, with this reason.
    Exclude(Name),
    /// Puts this mark into the set column `lists`.
    Mark(Name),
}

/// The column into which lists put their marks.
pub const MARKS: &str = "lists";

/// What holds where two sources say different things about one firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Nothing: the departments must agree.
    Refuse,
    /// The source that the plan names first.
    First,
    /// Both: sets are put together.
    Union,
    /// The greatest number.
    Largest,
    /// The smallest number.
    Smallest,
    /// The first of these values that one of the sources has.
    Order(Vec<String>),
    /// Excluded when any source says so.
    Any,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRegisters {
    targets: FileRegister,
    inspectors: FileRegister,
    #[serde(default)]
    recusals: FileRegister,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct FileRegister {
    #[serde(flatten)]
    own: FileSource,
    #[serde(default)]
    sources: Vec<FileOneSource>,
    #[serde(default)]
    on_bad_row: OnBadRow,
    id_form: Option<IdForm>,
    #[serde(default)]
    withheld: Withheld,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    unique: Vec<String>,
    #[serde(default)]
    exclude: Vec<Exclusion>,
    #[serde(default)]
    lists: Vec<FileList>,
    #[serde(default)]
    conflicts: BTreeMap<String, FileConflict>,
}

/// One of several tables: nothing but a source.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileOneSource {
    #[serde(flatten)]
    source: FileSource,
}

#[derive(Deserialize, Default)]
struct FileSource {
    file: Option<String>,
    database: Option<String>,
    query: Option<String>,
    sheet: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    defaults: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileList {
    #[serde(flatten)]
    source: FileSource,
    reason: Option<String>,
    mark: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Withheld {
    Names(Vec<String>),
    Headers(BTreeMap<String, String>),
}

impl Default for Withheld {
    fn default() -> Self {
        Self::Names(Vec::new())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FileConflict {
    Word(String),
    Order(Vec<String>),
}

#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum OnBadRow {
    #[default]
    Refuse,
    SetAside,
}

/// The keys of a register: where tables are flattened into another the reader does not tell which keys it knows.
pub(super) const KEYS: [&str; 15] = [
    "file",
    "sheet",
    "columns",
    "defaults",
    "sources",
    "on_bad_row",
    "id_form",
    "withheld",
    "values",
    "unique",
    "exclude",
    "lists",
    "conflicts",
    "database",
    "query",
];

/// The three registers of a plan.
pub(super) fn registers(file: FileRegisters) -> Result<[Register; 3]> {
    Ok([
        register(Role::Targets, file.targets)?,
        register(Role::Inspectors, file.inspectors)?,
        register(Role::Recusals, file.recusals)?,
    ])
}

fn register(role: Role, file: FileRegister) -> Result<Register> {
    let path = format!("registers.{}", role.name());
    let wrong = |detail: &str| plan_fault(&format!("{path}: {detail}"));
    let id_form = match (role, file.id_form) {
        (Role::Recusals, None) => IdForm::Id,
        (Role::Recusals, Some(_)) => return Err(wrong("the ids of recusals are those of the other registers")),
        (_, Some(form)) => form,
        (_, None) => return Err(wrong("id_form is missing: credit-code, id or pseudonym")),
    };
    if role != Role::Targets && !(file.lists.is_empty() && file.conflicts.is_empty()) {
        return Err(wrong("lists and conflicts are for targets only"));
    }
    let register = Register {
        role,
        sources: sources(&path, role, file.own, file.sources)?,
        set_aside: file.on_bad_row == OnBadRow::SetAside,
        id_form,
        withheld: match file.withheld {
            Withheld::Names(names) => names.iter().map(|name| Ok((Name::parse(name)?, None))).collect::<Result<_>>()?,
            Withheld::Headers(headers) => headers
                .into_iter()
                .map(|(name, header)| Ok((Name::parse(&name)?, Some(header))))
                .collect::<Result<_>>()?,
        },
        values: file.values.into_iter().map(|(name, words)| Ok((Name::parse(&name)?, words))).collect::<Result<_>>()?,
        unique: file.unique.iter().map(|name| Name::parse(name)).collect::<Result<_>>()?,
        exclude: file.exclude,
        lists: file.lists.into_iter().map(|list| self::list(&path, list)).collect::<Result<_>>()?,
        conflicts: file
            .conflicts
            .into_iter()
            .map(|(name, conflict)| Ok((Name::parse(&name)?, self::conflict(&path, &name, conflict)?)))
            .collect::<Result<_>>()?,
    };
    for exclusion in &register.exclude {
        reason(&path, &exclusion.reason)?;
    }
    Ok(register)
}

fn sources(path: &str, role: Role, own: FileSource, others: Vec<FileOneSource>) -> Result<Vec<Source>> {
    let wrong = |detail: &str| Fault::new(Code::PlanSource).fact("place", path).fact("detail", detail);
    let common = (own.columns.clone(), own.defaults.clone());
    let has_own = own.file.is_some() || own.database.is_some() || own.query.is_some();
    let sources = match (has_own, others.is_empty()) {
        (true, true) => vec![source(path, own)?],
        (true, false) => return Err(wrong("write either file (or database) or sources, not both")),
        (false, true) if role == Role::Recusals => Vec::new(),
        (false, true) => return Err(wrong("file is missing")),
        (false, false) => {
            // what stands at the register holds for each of its sources unless the source says otherwise
            let with_common = |FileOneSource { source: mut file }| {
                common.0.iter().for_each(|(name, header)| {
                    file.columns.entry(name.clone()).or_insert_with(|| header.clone());
                });
                common.1.iter().for_each(|(name, value)| {
                    file.defaults.entry(name.clone()).or_insert_with(|| value.clone());
                });
                source(&format!("{path}.sources"), file)
            };
            others.into_iter().map(with_common).collect::<Result<_>>()?
        }
    };
    let mut seen = BTreeSet::new();
    match sources.iter().find(|source| !seen.insert((source.place.name(), source.sheet.clone()))) {
        Some(twice) if matches!(twice.place, Place::File(_)) => {
            Err(wrong(&format!("{} stands twice", twice.place.name())))
        }
        _ => Ok(sources),
    }
}

fn source(path: &str, file: FileSource) -> Result<Source> {
    let wrong = |detail: &str| Fault::new(Code::PlanSource).fact("place", path).fact("detail", detail);
    let named = |columns: BTreeMap<String, String>| -> Result<BTreeMap<Name, String>> {
        columns.into_iter().map(|(name, header)| Ok((Name::parse(&name)?, header))).collect()
    };
    let place = match (file.file, file.database, file.query) {
        (Some(file), None, None) => Place::File(file),
        (None, Some(database), Some(query)) => Place::Query { database, query },
        (None, None, None) => return Err(wrong("file is missing")),
        _ => return Err(wrong("a source is either file, or database and query")),
    };
    Ok(Source { place, sheet: file.sheet, columns: named(file.columns)?, defaults: named(file.defaults)? })
}

fn list(path: &str, file: FileList) -> Result<List> {
    let path = format!("{path}.lists");
    let effect = match (file.reason, file.mark) {
        (Some(reason), None) => Effect::Exclude(self::reason(&path, &reason)?),
        (None, Some(mark)) => Effect::Mark(Name::parse(&mark).map_err(|fault| fault.column("lists.mark"))?),
        _ => return Err(Fault::new(Code::PlanListEffect).fact("place", path)),
    };
    Ok(List { source: source(&path, file.source)?, effect })
}

/// A reason of the office's own: those of a history say that earlier campaigns are why.
fn reason(path: &str, reason: &str) -> Result<Name> {
    if [History::OTHER_LEVEL, History::YEARLY_CAP, History::DRAWN_RECENTLY].contains(&reason) {
        return Err(Fault::new(Code::PlanReason).fact("place", path).fact("reason", reason));
    }
    Name::parse(reason).map_err(|fault| fault.column("reason"))
}

fn conflict(path: &str, name: &str, conflict: FileConflict) -> Result<Conflict> {
    let word = match conflict {
        FileConflict::Order(values) => return Ok(Conflict::Order(values)),
        FileConflict::Word(word) => word,
    };
    match (name, word.as_str()) {
        (_, "refuse") => Ok(Conflict::Refuse),
        ("excluded", "any") => Ok(Conflict::Any),
        ("excluded", _) => Err(unknown_word(path, name, &word, "any, refuse")),
        (_, "first") => Ok(Conflict::First),
        (_, "union") => Ok(Conflict::Union),
        (_, "largest") => Ok(Conflict::Largest),
        (_, "smallest") => Ok(Conflict::Smallest),
        _ => Err(unknown_word(path, name, &word, "refuse, first, union, largest, smallest, or a list of values")),
    }
}

fn unknown_word(path: &str, name: &str, word: &str, known: &str) -> Fault {
    let place = format!("{path}.conflicts.{name}");
    Fault::new(Code::PlanConflict).fact("place", place).fact("word", word).fact("known", known)
}
