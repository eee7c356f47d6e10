//! Lists of ids beside a register: exemptions exclude with a reason, red and black lists put marks that rules name.

use super::Context;
use super::cell::At;
use super::header::{Found, Layout, Wanted, WantedColumn};
use super::ids::{form_id, id_text};
use super::source::{Formed, Reader, SourceReport};
use crate::plan::{Effect, Register};
use crate::table::Row;
use std::collections::{BTreeMap, BTreeSet};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Name;

/// What lists do, by id.
#[derive(Debug, Default)]
pub(super) struct Effects {
    reasons: BTreeMap<String, String>,
    marks: BTreeMap<String, BTreeSet<String>>,
    /// Each list with its ids.
    lists: Vec<(String, BTreeSet<String>)>,
}

impl Effects {
    /// The reason of the first list that excludes an id.
    pub(super) fn reason(&self, id: &str) -> Option<&str> {
        self.reasons.get(id).map(String::as_str)
    }

    /// The marks of an id, as a set in a cell.
    pub(super) fn marks(&self, id: &str) -> Option<String> {
        self.marks.get(id).map(|marks| marks.iter().map(String::as_str).collect::<Vec<_>>().join(";"))
    }

    /// Lists that have ids which the register has not: mistyped, or of another place.
    pub(super) fn unknown(&self, is_there: impl Fn(&str) -> bool) -> Vec<Fault> {
        let note = |(name, ids): &(String, BTreeSet<String>)| {
            let mut missing = ids.iter().filter(|id| !is_there(id));
            let first = missing.next()?;
            let fault = Fault::new(Code::IntakeListUnknown).file(name.as_str()).fact("count", missing.count() + 1);
            Some(fault.fact("of", ids.len()).fact("id", first))
        };
        self.lists.iter().filter_map(note).collect()
    }
}

/// Reads the lists of a register.
pub(super) fn read_lists(
    context: Context<'_>,
    register: &Register,
) -> Result<(Effects, Vec<SourceReport>, Vec<Fault>), Vec<Fault>> {
    let id = Name::parse("id").map_err(|fault| vec![fault])?;
    let (mut effects, mut reports, mut faults) = (Effects::default(), Vec::new(), Vec::new());
    for (index, list) in register.lists.iter().enumerate() {
        let wanted = Wanted {
            register,
            columns: vec![WantedColumn { name: &id, header: None, key: true, from_lists: false }],
            exclude: &[],
        };
        let reader = Reader { base: context.base, watch: context.watch, only: true };
        let form = |layout: &Layout, row: &Row<'_>, out: &mut Formed| form(layout, row, out, context, register);
        match reader.read((index, &list.source), &wanted, &form) {
            Err(found) => faults.extend(found),
            Ok(read) if !read.faults.is_empty() => faults.extend(read.faults),
            Ok(read) => {
                let ids: BTreeSet<String> =
                    read.drafts.rows.iter().map(|row| read.drafts.key(row).to_owned()).collect();
                for id in &ids {
                    match &list.effect {
                        Effect::Exclude(reason) => {
                            effects.reasons.entry(id.clone()).or_insert_with(|| reason.to_string());
                        }
                        Effect::Mark(mark) => {
                            effects.marks.entry(id.clone()).or_default().insert(mark.to_string());
                        }
                    }
                }
                effects.lists.push((read.report.name.clone(), ids));
                reports.push(read.report);
            }
        }
    }
    if faults.is_empty() { Ok((effects, reports, Vec::new())) } else { Err(faults) }
}

fn form(layout: &Layout, row: &Row<'_>, out: &mut Formed, context: Context<'_>, register: &Register) -> Result<()> {
    let Some(Found::Column(index)) = layout.columns.first() else { return Ok(()) };
    let at = At { row: row.number, column: *index };
    let id = id_text(row.cell(*index), register.id_form, at)
        .and_then(|text| form_id(&text, register.id_form, context.key))
        .map_err(|fault| fault.column(layout.headers.get(*index).map_or("id", String::as_str)))?;
    out.drafts.push(id.as_str());
    Ok(())
}
