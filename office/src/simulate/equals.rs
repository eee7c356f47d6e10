//! Whether equals are treated equally: inspectors with the same facts carry the same, firms of one cell are drawn as often.
//! Judged over trial draws, which are independent of each other; a deviation counts beyond five standard deviations.

use super::Trials;
use std::collections::{BTreeMap, BTreeSet};
use yaohao::announcement::Announcement;
use yaohao::fault::Result;
use yaohao::ident::Id;
use yaohao::register::{Inspector, Recusals, Row, Visit, scan};
use yaohao::verify::Evidence;

/// The square of the number of standard deviations beyond which chance is no explanation: one in two million.
const LIMIT: u128 = 25;

/// What the comparison of equals gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Equals {
    /// Classes of two inspectors or more with the same facts.
    pub classes: usize,
    /// Inspectors who are like nobody else.
    pub alone: usize,
    /// Cells whose firms have one chance.
    pub cells: usize,
    /// Inspectors who carry more or less than their equals.
    pub inspectors: Vec<Id>,
    /// Firms that are drawn more or less often than their equals.
    pub firms: Vec<String>,
}

/// Compares what equals got in trial draws.
///
/// # Errors
/// The codes of the registers.
pub fn equals(announcement: &Announcement, evidence: &dyn Evidence, trials: &Trials) -> Result<Equals> {
    let mut equals = Equals::default();
    let draws = u128::from(trials.draws - trials.infeasible);
    for class in classes(announcement, evidence)? {
        let [_, _, ..] = class.as_slice() else {
            equals.alone += 1;
            continue;
        };
        equals.classes += 1;
        let of = |id: &Id| {
            let departments = trials.departments.iter();
            let found =
                departments.filter_map(|department| Some((department.loads.get(id)?, department.squares.get(id)?)));
            found.map(|(load, squares)| (u128::from(*load), u128::from(*squares))).next().unwrap_or((0, 0))
        };
        let loads: Vec<(u128, u128)> = class.iter().map(of).collect();
        let unequal = class.iter().zip(&loads).filter(|(_, (load, _))| !usual(*load, &loads, draws));
        equals.inspectors.extend(unequal.map(|(id, _)| id.clone()));
    }
    for cell in trials.cells.iter().filter(|cell| !cell.weighted && cell.population > 0) {
        equals.cells += 1;
        let whole = u128::from(cell.population) * 10_000;
        // hits are binomial with the cell's chance
        let fair = |hits: u64| {
            let (found, expected) = (u128::from(hits) * whole, draws * cell.expected);
            found.abs_diff(expected).pow(2) <= LIMIT * draws * cell.expected * (whole - cell.expected.min(whole))
        };
        let unfair = cell.hits.iter().filter(|(_, hits)| !fair(**hits));
        equals.firms.extend(unfair.map(|(id, _)| id.clone()));
        let never = u128::from(cell.population) - u128::try_from(cell.hits.len()).unwrap_or(0);
        if never > 0 && !fair(0) {
            let part = cell.part.as_ref().map(|part| format!("/{part}")).unwrap_or_default();
            equals.firms.push(format!("{}{part}: {never} × 0", cell.stratum));
        }
    }
    Ok(equals)
}

/// Whether a sum of loads is what those of equals let expect: the mean of the class, with the variance that the loads of
/// single draws show.
fn usual(load: u128, class: &[(u128, u128)], draws: u128) -> bool {
    let members = u128::try_from(class.len()).unwrap_or(1);
    let sum: u128 = class.iter().map(|(load, _)| load).sum();
    let squares: u128 = class.iter().map(|(_, squares)| squares).sum();
    let squared_sums: u128 = class.iter().map(|(load, _)| load * load).sum();
    let spread = (draws * squares).saturating_sub(squared_sums);
    (members * load).abs_diff(sum).pow(2) * draws <= LIMIT * spread * (members - 1)
}

/// Inspectors who differ in nothing that the lottery looks at, class by class. Who is named in a recusal is like nobody.
fn classes(announcement: &Announcement, evidence: &dyn Evidence) -> Result<Vec<Vec<Id>>> {
    let visitor = announcement.inspectors_visitor()?;
    let schema = announcement.inspectors_schema();
    let (_, inspectors) = scan(&schema, u64::MAX, evidence.open("inspectors.csv")?.as_mut(), visitor)?;
    let recused = Recused { inner: Recusals::new(&inspectors.ids), named: BTreeSet::new() };
    let mut blocks = evidence.open("recusals.csv")?;
    let (_, recused) = scan(&announcement.recusals_schema(), u64::MAX, blocks.as_mut(), recused)?;
    let mut classes: BTreeMap<String, Vec<Id>> = BTreeMap::new();
    for inspector in &inspectors.present {
        let own = if recused.named.contains(inspector.id.as_str()) { inspector.id.as_str() } else { "" };
        classes.entry(format!("{}\n{own}", facts(announcement, inspector))).or_default().push(inspector.id.clone());
    }
    Ok(classes.into_values().collect())
}

fn facts(announcement: &Announcement, inspector: &Inspector) -> String {
    let valid = inspector.valid_from <= announcement.window_from && inspector.valid_to >= announcement.window_to;
    let Inspector { capacity, carried, department, lead, qualifications, regions, station, crew, expert, .. } =
        inspector;
    let carried = if announcement.team.carried { *carried } else { 0 };
    format!(
        "{department}\n{capacity}\n{carried}\n{lead}\n{qualifications:?}\n{regions}\n{station}\n{crew}\n{expert:?}\n{valid}"
    )
}

/// Whom the register of recusals names.
struct Recused<'a> {
    inner: Recusals<'a>,
    named: BTreeSet<String>,
}

impl Visit for Recused<'_> {
    fn fork(&self) -> Self {
        Self { inner: self.inner.fork(), named: BTreeSet::new() }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        self.named.insert(row.cell(1).to_owned());
        self.inner.row(row)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.named.extend(later.named);
        self.inner.merge(later.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_standard_deviations_are_the_limit() {
        // loads of 0 or 1 in a hundred draws, each with one half: a standard deviation of the sum is 5, less for the mean
        let fair = |loads: [u128; 4]| {
            let class: Vec<(u128, u128)> = loads.iter().map(|load| (*load, *load)).collect();
            loads.iter().all(|load| usual(*load, &class, 100))
        };
        assert!(fair([50, 50, 50, 50]) && fair([40, 60, 45, 55]));
        assert!(!fair([80, 40, 40, 40]) && !fair([10, 63, 63, 64]));
        // no spread at all: equals must be equal to the last one
        let class = [(100, 100), (100, 100)];
        assert!(usual(100, &class, 100) && !usual(200, &[(200, 400), (100, 100)], 100));
    }
}
