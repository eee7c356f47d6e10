//! Registers as the office keeps them, turned into rows of the frozen form. What was changed, joined, excluded, set aside
//! or refused is counted; nothing is dropped silently.

pub(crate) mod aliases;
pub(crate) mod cell;
mod draft;
pub(crate) mod header;
mod ids;
mod join;
mod lists;
mod recusals;
mod results;
mod shape;
mod source;

pub use cell::Kind;
pub use draft::Origin;
pub use ids::form_id;
pub use recusals::read_recusals;
pub(crate) use results::{ResultRow, read_results};
pub use source::SourceReport;

use crate::keys::RegisterKey;
use crate::plan::{IdForm, MARKS, Register, Role};
use crate::table::{Cell, Form};
use crate::visits::{Known, Visits};
use crate::watch::{Watch, Work};
use draft::{Draft, Drafts};
use join::Joined;
use lists::{Effects, read_lists};
use rayon::prelude::*;
use shape::Shape;
use source::{Read, Reader};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use yaohao::announcement::register_columns;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name};
use yaohao::register::{Reasons, format_row, seal};

/// Rows that one thread finishes at a time.
const CHUNK: usize = 4_096;
/// More faults than this are not kept.
const EXPLAINED: usize = 1_000;

/// A register as it will be frozen, and what was done to get there.
#[derive(Debug)]
pub struct Intake {
    /// Which register it is.
    pub role: Role,
    /// The tables that it was read from, in the plan's order.
    pub sources: Vec<SourceReport>,
    /// The lists that excluded or marked.
    pub lists: Vec<SourceReport>,
    /// Rows that were read.
    pub read: u64,
    /// Rows that became part of another, since their ids are the same.
    pub joined: u64,
    /// Cells that were changed, by frozen column.
    pub changed: BTreeMap<String, u64>,
    /// Excluded rows by reason.
    pub excluded: Reasons,
    /// Rows that were left out because the plan says so, by reason.
    pub set_aside: Reasons,
    /// Rows that were refused.
    pub refused: u64,
    /// Why; nothing is frozen while there is any.
    pub faults: Vec<Fault>,
    /// What is worth a look and refused by nobody.
    pub notes: Vec<Fault>,
    /// Inspectors who made visits in earlier campaigns.
    pub known: Vec<Known>,
    /// Pairs that earlier visits keep apart, by category.
    pub rotated: Reasons,
    rows: Frozen,
}

/// A frozen file, where each row begins, and where it came from.
#[derive(Debug, Default)]
struct Frozen {
    text: String,
    starts: Vec<usize>,
    origins: Vec<Origin>,
}

/// What a register needs besides its tables.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The campaign's folder.
    pub base: &'a Path,
    /// Salts and pseudonyms.
    pub key: &'a RegisterKey,
    /// Who watches.
    pub watch: &'a dyn Watch,
    /// Ids that earlier campaigns exclude, with reasons.
    pub history: &'a BTreeMap<String, &'static str>,
    /// Who visited whom in earlier campaigns, where that counts.
    pub visits: &'a [Visits],
}

/// Reads a register. `attributes` are the frozen columns between `id` and `excluded`, in order.
///
/// # Errors
/// What makes a whole table unreadable; faults of single rows are in [`Intake::faults`].
pub fn read_register(
    context: Context<'_>,
    register: &Register,
    attributes: &[(Name, Kind)],
) -> Result<Intake, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let shape = Shape::new(register, attributes, context.key).map_err(one)?;
    let (mut intake, drafts) = read_tables(context, &shape)?;
    let (effects, list_reports, mut notes) = read_lists(context, register)?;
    intake.lists = list_reports;
    let sources = std::mem::take(&mut intake.sources);
    let joined = Joined::new(&shape, &sources, drafts);
    let (doubles, twins) = joined.look_for_doubles();
    intake.refuse(doubles);
    intake.notes.extend(twins);
    finish(&mut intake, &joined, &effects, context).map_err(one)?;
    notes.extend(effects.unknown(|id| intake.rows.find(id).is_some()));
    intake.notes.extend(notes);
    drop(joined);
    intake.sources = sources;
    if intake.rows.origins.is_empty() && intake.faults.is_empty() {
        let name = register.sources.first().map(crate::plan::Source::name).unwrap_or_default();
        return Err(vec![Fault::new(Code::IntakeEmpty).file(name)]);
    }
    Ok(intake)
}

/// The values behind a row's seal, read from the office's tables again: what opening it takes.
///
/// # Errors
/// [`Code::IdUnknown`], and as [`read_register`].
pub fn open_row(
    context: Context<'_>,
    register: &Register,
    attributes: &[(Name, Kind)],
    id: &Id,
) -> Result<BTreeMap<Name, String>, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let shape = Shape::new(register, attributes, context.key).map_err(one)?;
    let (intake, drafts) = read_tables(context, &shape)?;
    let joined = Joined::new(&shape, &intake.sources, drafts);
    let group = joined.group(id.as_str());
    if group.is_empty() {
        return Err(one(Fault::new(Code::IdUnknown).fact("id", id)));
    }
    let kept = if register.set_aside { without_doubles(register.role, group) } else { group.to_vec() };
    let cells = joined.merge(&kept).map_err(one)?;
    Ok(withheld_values(&shape, &cells))
}

/// The withheld values of several ids, from the tables read once. An id that no table has any more, or whose rows no
/// longer make one, is left out; whether the values are those that were sealed is for the caller to check.
///
/// # Errors
/// As [`read_register`], for whole tables only.
pub fn open_rows(
    context: Context<'_>,
    register: &Register,
    attributes: &[(Name, Kind)],
    ids: &BTreeSet<Id>,
) -> Result<BTreeMap<Id, BTreeMap<Name, String>>, Vec<Fault>> {
    let shape = Shape::new(register, attributes, context.key).map_err(|fault| vec![fault])?;
    let (intake, drafts) = read_tables(context, &shape)?;
    let joined = Joined::new(&shape, &intake.sources, drafts);
    let opened = ids.iter().filter_map(|id| {
        let group = joined.group(id.as_str());
        let kept = if register.set_aside { without_doubles(register.role, group) } else { group.to_vec() };
        let cells = joined.merge(&kept).ok().filter(|_| !kept.is_empty())?;
        Some((id.clone(), withheld_values(&shape, &cells)))
    });
    Ok(opened.collect())
}

/// An id that somebody typed: as intake would have read it from a cell, and as the register has it.
///
/// # Errors
/// As [`form_id`], and what intake refuses in a cell.
pub fn typed_id(text: &str, form: IdForm, key: &RegisterKey) -> Result<(String, Id)> {
    let cell = Cell { form: Form::Text, text };
    let text = ids::id_text(cell, form, cell::At { row: 0, column: 0 })?;
    let id = form_id(&text, form, key)?;
    Ok((text, id))
}

/// The columns behind the seal of a register, ascending: those of the plan, and what a pseudonym stands for.
#[must_use]
pub fn sealed_columns(register: &Register) -> Vec<Name> {
    let mut columns: BTreeSet<Name> = register.withheld.keys().cloned().collect();
    if register.id_form == IdForm::Pseudonym {
        columns.extend(true_id_column());
    }
    columns.into_iter().collect()
}

impl Intake {
    /// An intake of nothing but a header.
    fn of<S: AsRef<str>>(role: Role, columns: &[S]) -> Self {
        let header = format_row(columns.iter().map(AsRef::as_ref));
        Self {
            role,
            sources: Vec::new(),
            lists: Vec::new(),
            read: 0,
            joined: 0,
            changed: BTreeMap::new(),
            excluded: Reasons::default(),
            set_aside: Reasons::default(),
            refused: 0,
            faults: Vec::new(),
            notes: Vec::new(),
            known: Vec::new(),
            rotated: Reasons::default(),
            rows: Frozen { text: header + "\n", ..Frozen::default() },
        }
    }

    /// Number of rows that will be frozen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.origins.len()
    }

    /// Whether nothing will be frozen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.origins.is_empty()
    }

    /// Whether a row has this key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.rows.find(key).is_some()
    }

    /// The frozen file.
    #[must_use]
    pub fn csv(&self) -> &str {
        &self.rows.text
    }

    /// A fault of a frozen row (from 1), told of the row and the column in the office's own table.
    #[must_use]
    pub fn at_source(&self, fault: Fault) -> Fault {
        let row = fault.place().1.and_then(|row| usize::try_from(row).ok()).and_then(|row| row.checked_sub(1));
        match row.and_then(|row| self.rows.origins.get(row)) {
            Some(origin) => self.moved(fault, *origin),
            None => fault,
        }
    }

    /// A fault that concerns an id, told of its row.
    #[must_use]
    pub fn locate(&self, fault: Fault, id: &str) -> Fault {
        match self.rows.find(id).and_then(|row| self.rows.origins.get(row)) {
            Some(origin) => self.moved(fault, *origin),
            None => fault,
        }
    }

    fn moved(&self, fault: Fault, origin: Origin) -> Fault {
        let Some(source) = self.sources.get(usize::from(origin.source)) else { return fault };
        let header = fault.place().2.and_then(|column| {
            let found = source.columns.iter().find(|(name, _)| name == column)?;
            found.1.clone()
        });
        let fault = fault.moved_to(&source.name, origin.row.into());
        match header {
            Some(header) => fault.rename_column(&header),
            None => fault,
        }
    }

    fn refuse(&mut self, faults: Vec<Fault>) {
        self.refused += u64::try_from(faults.len()).unwrap_or(u64::MAX);
        let room = EXPLAINED.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }

    /// Takes over what reading a table gave, all but the rows; bad rows are refused, or left out where the plan says so.
    fn take_table(&mut self, read: &mut Read, columns: &[&Name], set_aside: bool) -> Result<()> {
        self.read += read.report.read;
        for (column, count) in columns.iter().zip(&read.changed).filter(|(_, count)| **count > 0) {
            *self.changed.entry(column.to_string()).or_default() += count;
        }
        let faults = std::mem::take(&mut read.faults);
        if set_aside {
            // more rows than were explained are counted under the most general reason
            let explained = u64::try_from(faults.len()).unwrap_or(u64::MAX);
            for fault in &faults {
                self.set_aside.count(set_aside_reason(fault.code()))?;
            }
            for _ in explained..read.report.refused {
                self.set_aside.count("bad-row")?;
            }
        } else {
            self.refused += read.report.refused;
            let room = EXPLAINED.saturating_sub(self.faults.len());
            self.faults.extend(faults.into_iter().take(room));
        }
        self.sources.push(read.report.clone());
        Ok(())
    }
}

impl Frozen {
    /// The row with this key.
    fn find(&self, key: &str) -> Option<usize> {
        let key_at = |start: usize| {
            let line = self.text.get(start..).unwrap_or_default();
            // an id is never quoted, so it ends at the first comma
            line.split([',', '\n']).next().unwrap_or_default()
        };
        let at = self.starts.partition_point(|start| key_at(*start) < key);
        self.starts.get(at).filter(|start| key_at(**start) == key).map(|_| at)
    }
}

/// Reads all tables of a register; columns and exclusions that no table has are faults.
fn read_tables(context: Context<'_>, shape: &Shape<'_>) -> Result<(Intake, Drafts), Vec<Fault>> {
    let register = shape.register;
    let wanted = shape.wanted();
    let only = register.sources.len() == 1 || register.role != Role::Targets;
    let reader = Reader { base: context.base, watch: context.watch, only };
    let attributes = shape.attributes.iter().map(|(name, _)| name.as_str());
    let mut intake = Intake::of(register.role, &register_columns(attributes, !sealed_columns(register).is_empty()));
    let (mut drafts, mut faults) = (Drafts::default(), Vec::new());
    let mut layouts = Vec::new();
    let columns: Vec<&Name> = wanted.columns.iter().map(|column| column.name).collect();
    for source in register.sources.iter().enumerate() {
        match reader.read(source, &wanted, &|layout, row, out| shape.form(layout, row, out)) {
            Ok(mut read) => {
                intake.take_table(&mut read, &columns, register.set_aside).map_err(|fault| vec![fault])?;
                drafts.append(read.drafts);
                layouts.push(read.layout);
            }
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() {
        faults = header::nowhere(&layouts, &wanted, &register.sources);
    }
    if faults.is_empty() { Ok((intake, drafts)) } else { Err(faults) }
}

/// What finishing some ids gave.
#[derive(Default)]
struct Piece {
    frozen: Frozen,
    excluded: Reasons,
    joined: u64,
    refused: Vec<Fault>,
    set_aside: Vec<(&'static str, u64)>,
    known: Vec<Known>,
}

/// Joins the rows of each id, applies lists and history, and writes the frozen rows.
fn finish(intake: &mut Intake, joined: &Joined<'_>, effects: &Effects, context: Context<'_>) -> Result<()> {
    let groups = joined.groups();
    context.watch.begin(Work::Freeze, intake.role.name(), u64::try_from(groups.len()).ok());
    let pieces = groups.par_chunks(CHUNK).map(|groups| {
        let piece = finish_piece(groups, joined, effects, context);
        context.watch.advance(u64::try_from(groups.len()).unwrap_or(0));
        piece
    });
    let pieces: Vec<Piece> = pieces.collect::<Result<_>>()?;
    context.watch.end();
    let bytes: usize = pieces.iter().map(|piece| piece.frozen.text.len()).sum();
    intake.rows.text.reserve(bytes);
    for piece in pieces {
        let shift = intake.rows.text.len();
        intake.rows.text.push_str(&piece.frozen.text);
        intake.rows.starts.extend(piece.frozen.starts.into_iter().map(|start| start + shift));
        intake.rows.origins.extend(piece.frozen.origins);
        intake.excluded.merge(piece.excluded);
        intake.joined += piece.joined;
        intake.refuse(piece.refused);
        intake.known.extend(piece.known);
        for (reason, rows) in piece.set_aside {
            for _ in 0..rows {
                intake.set_aside.count(reason)?;
            }
        }
    }
    Ok(())
}

fn finish_piece(groups: &[&[Draft]], joined: &Joined<'_>, effects: &Effects, context: Context<'_>) -> Result<Piece> {
    let shape = joined.shape;
    let mut piece = Piece::default();
    for group in groups {
        let mut kept: Cow<'_, [Draft]> = Cow::Borrowed(group);
        let mut merged = joined.merge(&kept);
        if merged.is_err() && shape.register.set_aside {
            kept = Cow::Owned(without_doubles(shape.register.role, group));
            merged = joined.merge(&kept);
            piece.set_aside.push(("duplicate", u64::try_from(group.len() - kept.len()).unwrap_or(0)));
        }
        let mut cells = match merged {
            Ok(cells) => cells,
            Err(fault) if shape.register.set_aside => {
                let rows = u64::try_from(kept.len()).unwrap_or(0);
                piece.set_aside.push((set_aside_reason(fault.code()), rows));
                continue;
            }
            Err(fault) => {
                piece.refused.push(fault);
                continue;
            }
        };
        piece.joined += u64::try_from(kept.len().saturating_sub(1)).unwrap_or(0);
        apply(&mut cells, joined.key(group), shape, effects, context.history);
        if shape.register.role == Role::Inspectors {
            piece.known.extend(recognise(&mut cells, shape, context.visits)?);
        }
        let behind = shape.attributes.len() + 2;
        if let Some(fault) = lacking(&cells, shape) {
            let origin = kept.first().map_or(Origin { source: 0, row: 0 }, |row| row.origin);
            match shape.register.set_aside {
                true => piece.set_aside.push(("bad-row", u64::try_from(kept.len()).unwrap_or(0))),
                false => piece.refused.push(joined.at(fault, origin)),
            }
            continue;
        }
        let seal = row_seal(&cells, shape, context.key)?;
        piece.excluded.count(cells.get(behind - 1).map_or("", Cow::as_ref))?;
        let line = cells.iter().take(behind).map(Cow::as_ref).chain(seal.as_deref());
        piece.frozen.starts.push(piece.frozen.text.len());
        piece.frozen.text.push_str(&format_row(line));
        piece.frozen.text.push('\n');
        piece.frozen.origins.extend(kept.first().map(|row| row.origin));
    }
    Ok(piece)
}

/// A cell that must not be empty, in a row that takes part.
fn lacking(cells: &[Cow<'_, str>], shape: &Shape<'_>) -> Option<Fault> {
    let takes_part = cells.get(shape.attributes.len() + 1).is_some_and(|reason| reason.is_empty());
    let mut attributes = shape.attributes.iter().zip(cells.iter().skip(1));
    let (name, _) = attributes.find(|((_, kind), cell)| *kind == Kind::Place && cell.is_empty())?.0;
    takes_part.then(|| Fault::new(Code::IntakeEmptyCell).column(name.as_str()).fact("column", name))
}

/// Marks of lists, and reasons of lists and history; what the office's own columns say comes first.
fn apply(
    cells: &mut join::Cells<'_>,
    id: &str,
    shape: &Shape<'_>,
    effects: &Effects,
    history: &BTreeMap<String, &'static str>,
) {
    if let Some(marks) = effects.marks(id)
        && let Some(index) = shape.attributes.iter().position(|(name, _)| name.as_str() == MARKS)
        && let Some(cell) = cells.get_mut(index + 1)
    {
        *cell = Cow::Owned(marks);
    }
    if let Some(reason) = cells.get_mut(shape.attributes.len() + 1)
        && reason.is_empty()
        && let Some(found) = effects.reason(id).or_else(|| history.get(id).copied())
    {
        *reason = Cow::Owned(found.to_owned());
    }
}

/// Looks an inspector up in earlier campaigns, and fills in what it carried there.
fn recognise(cells: &mut join::Cells<'_>, shape: &Shape<'_>, visits: &[Visits]) -> Result<Vec<Known>> {
    let now = cells.first().map_or("", Cow::as_ref).to_owned();
    // behind a pseudonym the last cell is what it stands for
    let true_id = if shape.register.id_form == IdForm::Pseudonym { cells.last() } else { cells.first() };
    let true_id = true_id.map_or("", Cow::as_ref);
    let (mut known, mut carried) = (Vec::new(), 0);
    for (campaign, past) in visits.iter().enumerate() {
        let earlier = match &past.key {
            Some(key) => key.pseudonym(true_id)?.to_string(),
            None => now.clone(),
        };
        if let Some(targets) = past.of.get(&earlier) {
            carried += if past.count { targets.len() } else { 0 };
            known.push(Known { campaign, earlier, now: now.clone() });
        }
    }
    if let Some(index) = shape.attributes.iter().position(|(_, kind)| *kind == Kind::Earlier)
        && let Some(cell) = cells.get_mut(index + 1)
    {
        *cell = Cow::Owned(carried.to_string());
    }
    Ok(known)
}

fn row_seal(cells: &[Cow<'_, str>], shape: &Shape<'_>, key: &RegisterKey) -> Result<Option<String>> {
    if shape.register.withheld.is_empty() && shape.register.id_form != IdForm::Pseudonym {
        return Ok(None);
    }
    let id = Id::parse(cells.first().map_or("", Cow::as_ref))?;
    let salt = key.salt(shape.register.role.name(), &id);
    let sealed: Digest = seal(&salt, id.as_str(), &withheld_values(shape, cells));
    Ok(Some(sealed.to_string()))
}

fn withheld_values(shape: &Shape<'_>, cells: &[Cow<'_, str>]) -> BTreeMap<Name, String> {
    let names = shape.register.withheld.keys().cloned().chain(true_id_column());
    let values = cells.iter().skip(shape.attributes.len() + 2);
    names.zip(values).map(|(name, value)| (name, value.to_string())).collect()
}

/// The column that holds what a pseudonym stands for.
fn true_id_column() -> Option<Name> {
    Name::parse("true_id").ok()
}

/// The rows of an id without those that the same table has again; of officers there is one row in all tables together.
fn without_doubles(role: Role, group: &[Draft]) -> Vec<Draft> {
    let mut kept: Vec<Draft> = Vec::new();
    for row in group {
        let twice = kept.iter().any(|other| role != Role::Targets || other.origin.source == row.origin.source);
        if !twice {
            kept.push(*row);
        }
    }
    kept
}

fn set_aside_reason(code: Code) -> &'static str {
    match code {
        Code::IntakeDuplicate | Code::IntakeOfficerTwice => "duplicate",
        Code::IntakeCode
        | Code::IntakeCodeLength
        | Code::IntakeCodeCharacter
        | Code::IdForm
        | Code::IntakeCut
        | Code::IntakeNumberId => "bad-code",
        Code::IntakeConflict => "conflict",
        _ => "bad-row",
    }
}
