//! Words in the register of targets that no rule names: classes that fall to the last stratum, and slips of the pen.

use std::collections::{BTreeMap, BTreeSet};
use yaohao::announcement::Announcement;
use yaohao::fault::Result;
use yaohao::ident::{Name, set_elements};
use yaohao::register::{Row, Visit, scan};
use yaohao::rule::Rule;
use yaohao::verify::Evidence;

/// A column with more different words than this is no list of words.
const MOST: usize = 64;

/// For each column that rules compare with words: the words in rows that take part which no rule names, with the number
/// of these rows. A rule for a prefix names no words.
///
/// # Errors
/// The codes of the register.
pub fn unnamed_words(
    announcement: &Announcement,
    evidence: &dyn Evidence,
) -> Result<Vec<(Name, BTreeMap<String, u64>)>> {
    let mut named = BTreeMap::new();
    announcement.items.iter().for_each(|item| collect(&item.rule, &mut named));
    announcement.strata.iter().for_each(|stratum| collect(&stratum.rule, &mut named));
    let schema = announcement.targets_schema();
    let excluded = schema.column("excluded")?;
    let columns = named
        .into_iter()
        .map(|(name, words)| Ok(Column { index: schema.column(name.as_str())?, name, words, found: BTreeMap::new() }))
        .collect::<Result<Vec<_>>>()?;
    let visitor = Words { excluded, columns };
    let (_, words) = scan(&schema, u64::MAX, evidence.open("targets.csv")?.as_mut(), visitor)?;
    let few = words.columns.into_iter().filter(|column| !column.found.is_empty() && column.found.len() < MOST);
    Ok(few.map(|column| (column.name, column.found)).collect())
}

fn collect(rule: &Rule, named: &mut BTreeMap<Name, BTreeSet<String>>) {
    let mut add = |column: &Name, words: &[String]| {
        named.entry(column.clone()).or_default().extend(words.iter().cloned());
    };
    match rule {
        Rule::Eq(column, word) => add(column, std::slice::from_ref(word)),
        Rule::In(column, words) | Rule::HasAny(column, words) => add(column, words),
        Rule::And(rules) | Rule::Or(rules) => rules.iter().for_each(|rule| collect(rule, named)),
        Rule::Not(rule) => collect(rule, named),
        Rule::Prefix(..) => {}
    }
}

#[derive(Clone)]
struct Column {
    name: Name,
    index: usize,
    words: BTreeSet<String>,
    found: BTreeMap<String, u64>,
}

struct Words {
    excluded: usize,
    columns: Vec<Column>,
}

impl Column {
    fn note(&mut self, word: &str, count: u64) {
        if self.words.contains(word) {
            return;
        }
        if let Some(sum) = self.found.get_mut(word) {
            *sum += count;
        } else if self.found.len() < MOST {
            self.found.insert(word.to_owned(), count);
        }
    }
}

impl Visit for Words {
    fn fork(&self) -> Self {
        let fresh = |column: &Column| Column { found: BTreeMap::new(), ..column.clone() };
        Self { excluded: self.excluded, columns: self.columns.iter().map(fresh).collect() }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if !row.cell(self.excluded).is_empty() {
            return Ok(());
        }
        for column in &mut self.columns {
            let cell = row.cell(column.index);
            if cell.is_empty() {
                column.note("", 1);
            }
            set_elements(cell).for_each(|word| column.note(word, 1));
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for (column, other) in self.columns.iter_mut().zip(later.columns) {
            other.found.iter().for_each(|(word, count)| column.note(word, *count));
        }
        Ok(())
    }
}
