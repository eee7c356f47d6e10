//! Recusals: pairs of a target and an inspector whose ids are formed as in the registers that they point to.

use super::cell::{At, plain_text};
use super::draft::Drafts;
use super::header::{Found, Layout, Wanted, WantedColumn};
use super::ids::{form_id, id_text};
use super::source::{Formed, Reader};
use super::{Context, Intake, Origin};
use crate::plan::{IdForm, Register};
use crate::table::Row;
use crate::visits::Met;
use std::collections::BTreeMap;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Name;
use yaohao::register::{RECUSAL_COLUMNS, format_row};

/// Reads the recusals. `pairs` are the plan's registers and their intakes: of targets, and of inspectors; `met` are the
/// pairs that earlier visits keep apart.
///
/// # Errors
/// What makes a whole table unreadable; faults of single rows are in [`Intake::faults`].
pub fn read_recusals(
    context: Context<'_>,
    register: &Register,
    pairs: [(&Register, &Intake); 2],
    met: &Met,
) -> Result<Intake, Vec<Fault>> {
    let names: Vec<Name> = ["target", "inspector", "category"]
        .into_iter()
        .map(Name::parse)
        .collect::<Result<_>>()
        .map_err(|fault| vec![fault])?;
    let columns = names.iter().map(|name| WantedColumn { name, header: None, key: true, from_lists: false }).collect();
    let wanted = Wanted { register, columns, exclude: &[] };
    let mut intake = Intake::of(register.role, &RECUSAL_COLUMNS);
    let (mut drafts, mut faults) = (Drafts::default(), Vec::new());
    let reader = Reader { base: context.base, watch: context.watch, only: true };
    let form =
        |layout: &Layout, row: &Row<'_>, out: &mut Formed| Pair { context, register, pairs }.form(layout, row, out);
    for source in register.sources.iter().enumerate() {
        match reader.read(source, &wanted, &form) {
            Err(found) => faults.extend(found),
            Ok(mut read) => {
                let columns: Vec<&Name> = names.iter().collect();
                intake.take_table(&mut read, &columns, false).map_err(|fault| vec![fault])?;
                drafts.append(read.drafts);
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    freeze(&mut intake, &drafts, pairs, met).map_err(|fault| vec![fault])?;
    Ok(intake)
}

/// Puts the pairs in order. The same pair twice in one table is refused; from two departments it is one. Pairs of earlier
/// visits are added where both stand in today's registers and the office has not kept them apart itself.
fn freeze(intake: &mut Intake, drafts: &Drafts, pairs: [(&Register, &Intake); 2], met: &Met) -> Result<()> {
    let mut rows = drafts.rows.clone();
    // a comma is less than every character of an id, so the joined text has the order of the pair
    rows.sort_by(|a, b| drafts.key(a).cmp(drafts.key(b)).then(a.origin.cmp(&b.origin)));
    let mut frozen: BTreeMap<&str, (&str, Origin)> = BTreeMap::new();
    for row in &rows {
        let mut cells = drafts.cells(row);
        let (key, category) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let Some((_, first)) = frozen.get(key) else {
            frozen.insert(key, (category, row.origin));
            continue;
        };
        if first.source == row.origin.source {
            let place = |origin: Origin| {
                let name = intake.sources.get(usize::from(origin.source)).map_or("", |source| source.name.as_str());
                (name.to_owned(), u64::from(origin.row))
            };
            let (file, first_row) = place(*first);
            let fault = Fault::new(Code::IntakeDuplicate).fact("id", key).fact("first", first_row);
            let (here, row) = place(row.origin);
            intake.refuse(vec![fault.fact("file", file).file(here).row(row)]);
        } else {
            intake.joined += 1;
        }
    }
    let [(_, targets), _] = pairs;
    let met: Vec<(String, &str)> = met
        .iter()
        .filter(|((target, _), _)| targets.contains(target))
        .map(|((target, inspector), category)| (format!("{target},{inspector}"), *category))
        .collect();
    for (key, category) in &met {
        if !frozen.contains_key(key.as_str()) {
            intake.rotated.count(category)?;
            // no table has it
            frozen.insert(key, (category, Origin { source: u16::MAX, row: 0 }));
        }
    }
    for (key, (category, origin)) in frozen {
        let (target, inspector) = key.split_once(',').unwrap_or_default();
        let line = format_row([target, inspector, category]);
        intake.rows.starts.push(intake.rows.text.len());
        intake.rows.text.push_str(&line);
        intake.rows.text.push('\n');
        intake.rows.origins.push(origin);
    }
    Ok(())
}

struct Pair<'a> {
    context: Context<'a>,
    register: &'a Register,
    pairs: [(&'a Register, &'a Intake); 2],
}

impl Pair<'_> {
    fn form(&self, layout: &Layout, row: &Row<'_>, out: &mut Formed) -> Result<()> {
        let [targets, inspectors] = self.pairs;
        let target = self.id(layout, row, 0, targets, Code::RecusalTarget, "target", out)?;
        let inspector = self.id(layout, row, 1, inspectors, Code::RecusalInspector, "inspector", out)?;
        let category = self.category(layout, row, out)?;
        out.drafts.push(&format!("{target},{inspector}"));
        out.drafts.push(&category);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "both sides of the pair are read alike")]
    fn id(
        &self,
        layout: &Layout,
        row: &Row<'_>,
        side: usize,
        (register, intake): (&Register, &Intake),
        unknown: Code,
        fact: &'static str,
        out: &mut Formed,
    ) -> Result<String> {
        let Some(Found::Column(index)) = layout.columns.get(side) else { return Ok(String::new()) };
        let named = |fault: Fault| fault.column(layout.headers.get(*index).map_or(fact, String::as_str));
        let cell = row.cell(*index);
        let form: IdForm = register.id_form;
        let text = id_text(cell, form, At { row: row.number, column: *index }).map_err(named)?;
        if text != cell.text {
            out.note_change(side);
        }
        let id = form_id(&text, form, self.context.key).map_err(named)?;
        if !intake.contains(id.as_str()) {
            return Err(named(Fault::new(unknown).fact(fact, text)));
        }
        Ok(id.to_string())
    }

    fn category(&self, layout: &Layout, row: &Row<'_>, out: &mut Formed) -> Result<String> {
        let (text, header) = match layout.columns.get(2) {
            Some(Found::Column(index)) => {
                let cell = row.cell(*index);
                let header = layout.headers.get(*index).map_or("category", String::as_str);
                let text =
                    plain_text(cell, At { row: row.number, column: *index }).map_err(|fault| fault.column(header))?;
                (text.into_owned(), header)
            }
            Some(Found::Default(value)) => (value.clone(), "category"),
            _ => (String::new(), "category"),
        };
        let words = Name::parse("category").ok().and_then(|name| self.register.values.get(&name));
        let text = words.and_then(|words| words.get(&text)).cloned().unwrap_or(text);
        let before = match layout.columns.get(2) {
            Some(Found::Column(index)) => row.cell(*index).text,
            _ => text.as_str(),
        };
        if text != before {
            out.note_change(2);
        }
        Name::parse(&text).map(|name| name.to_string()).map_err(|fault| fault.column(header))
    }
}
