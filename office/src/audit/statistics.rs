//! A year in numbers: are drawn counts, repeats and pairs what chance would give?
//!
//! Each target's chance in each campaign is known exactly where the method is `equal`: drawn of population. Over several
//! campaigns, whose seeds have nothing to do with each other, the expected number of targets drawn at least k times is the sum
//! of exact probabilities. Its variance is at most that of independent targets: draws without replacement are negatively
//! associated (Joag-Dev and Proschan 1983), and being drawn at least k times grows with being drawn. So a deviation is never
//! overstated.

use super::{Audited, State};
use crate::files::{Folder, read_text};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use yaohao::announcement::{Announcement, Method};
use yaohao::draw::Binding;
use yaohao::fault::Result;
use yaohao::register::{Row, Visit, parse_row, scan};
use yaohao::statement::Statement;
use yaohao::verify::{Evidence as _, Verdict};

/// Observed against expected, for targets drawn so many times or more.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeats {
    /// How many times at least, from 1.
    pub times: usize,
    /// How many targets were.
    pub observed: u64,
    /// How many chance gives on average.
    pub expected: f64,
    /// The deviation in standard deviations; never overstated.
    pub deviation: f64,
}

/// What all drawn campaigns together show.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Statistics {
    /// Campaigns that were counted.
    pub campaigns: u64,
    /// Cells that were left out: weighted, ordered, or without chance.
    pub left_out: u64,
    /// Targets that could have been drawn at least once.
    pub targets: u64,
    /// How many times they were drawn.
    pub repeats: Vec<Repeats>,
    /// How often an inspector met a target of an earlier campaign again, and how often that would be if each inspector who
    /// was possible for a seat was as likely as the others.
    pub pairs: (u64, f64),
}

/// Counts over the campaigns that have a record and are not rejected.
pub(super) fn of(site: &Path, campaigns: &[Audited]) -> Statistics {
    let (mut all, mut seen) = (Counts::default(), BTreeSet::new());
    for campaign in campaigns {
        let Some(announcement) = campaign.announcement.as_ref().map(Statement::body) else { continue };
        // a copy of a campaign is no second draw
        let fresh = campaign.announcement.as_ref().is_some_and(|statement| seen.insert(statement.digest()));
        if !fresh || campaign.state != State::Drawn || campaign.report.verdict == Verdict::Rejected {
            continue;
        }
        // what is missing of a campaign is said by its report
        if count(&mut all, &site.join(&campaign.place), announcement).is_ok() {
            all.campaigns = all.campaigns.saturating_add(1);
        }
    }
    all.statistics()
}

#[derive(Default)]
struct Counts {
    campaigns: u64,
    left_out: u64,
    /// Each target's chances, as drawn of population, and how often it was drawn.
    targets: BTreeMap<String, (Vec<(u64, u64)>, usize)>,
    /// The visits of each target by each department: campaign, inspector, how many were possible.
    visits: BTreeMap<(String, String), Vec<Seat>>,
    /// Who must not visit which target in which campaign: by target, campaign and inspector.
    barred: BTreeMap<String, BTreeSet<(u64, String)>>,
}

/// Which campaign, which inspector, and how many were possible.
type Seat = (u64, String, u64);

fn count(all: &mut Counts, folder: &Path, announcement: &Announcement) -> Result<()> {
    let binding = Arc::new(Binding::announced(announcement, None)?);
    let evidence = Folder::new(folder);
    let mut blocks = evidence.open("targets.csv")?;
    let visitor = Members { binding, cells: Vec::new() };
    let (_, members) = scan(&announcement.targets_schema(), u64::MAX, blocks.as_mut(), visitor)?;
    let selected = read_text(&folder.join("selected.csv"))?;
    let mut rows = Vec::new();
    for line in selected.lines().skip(1) {
        let mut cells = Vec::new();
        parse_row(line, &mut cells)?;
        let [stratum, part, _, role, id, _] = cells.as_slice() else { continue };
        if role == "drawn" {
            rows.push((stratum.to_string(), part.to_string(), id.to_string()));
        }
    }
    let chances = chances(announcement, &members, &rows);
    all.left_out =
        chances.values().filter(|chance| chance.is_none()).fold(all.left_out, |sum, _| sum.saturating_add(1));
    for (id, stratum, part) in &members.cells {
        let name = announcement.strata.get(*stratum).map_or("", |stratum| stratum.name.as_str());
        if let Some(Some(chance)) = chances.get(&(name, part.as_str())) {
            all.targets.entry(id.clone()).or_default().0.push(*chance);
        }
    }
    for (stratum, part, id) in &rows {
        if chances.get(&(stratum.as_str(), part.as_str())).is_some_and(Option::is_some) {
            let target = all.targets.entry(id.clone()).or_default();
            target.1 = target.1.saturating_add(1);
        }
    }
    let recusals = read_text(&folder.join("recusals.csv"))?;
    for line in recusals.lines().skip(1) {
        let mut cells = Vec::new();
        parse_row(line, &mut cells)?;
        let [target, inspector, _] = cells.as_slice() else { continue };
        all.barred.entry(target.to_string()).or_default().insert((all.campaigns, inspector.to_string()));
    }
    let assignments = read_text(&folder.join("assignments.csv"))?;
    let mut cells = Vec::new();
    for line in assignments.lines().skip(1) {
        parse_row(line, &mut cells)?;
        let [target, department, _, inspector, possible] = cells.as_slice() else { continue };
        let visits = all.visits.entry((target.to_string(), department.to_string())).or_default();
        visits.push((all.campaigns, inspector.to_string(), possible.parse().unwrap_or(1)));
    }
    Ok(())
}

type Chances<'a> = BTreeMap<(&'a str, &'a str), Option<(u64, u64)>>;

/// How many of how many each cell drew; nothing where something else than equal chance decided.
fn chances<'a>(
    announcement: &'a Announcement,
    members: &'a Members,
    drawn: &'a [(String, String, String)],
) -> Chances<'a> {
    let mut counts: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for (_, stratum, part) in &members.cells {
        let name = announcement.strata.get(*stratum).map_or("", |stratum| stratum.name.as_str());
        let cell = counts.entry((name, part)).or_default();
        cell.1 = cell.1.saturating_add(1);
    }
    for (stratum, part, _) in drawn {
        let cell = counts.entry((stratum, part)).or_default();
        cell.0 = cell.0.saturating_add(1);
    }
    let equal = |name: &str| {
        let stratum = announcement.strata.iter().find(|stratum| stratum.name.as_str() == name);
        stratum.is_some_and(|stratum| stratum.method == Method::Equal)
    };
    let chance = |((name, _), (drawn, population)): (&(&str, &str), &(u64, u64))| {
        (equal(name) && *drawn > 0 && drawn < population).then_some((*drawn, *population))
    };
    counts.iter().map(|cell| (*cell.0, chance(cell))).collect()
}

/// Which cell each target is in.
struct Members {
    binding: Arc<Binding>,
    cells: Vec<(String, usize, String)>,
}

impl Visit for Members {
    fn fork(&self) -> Self {
        Self { binding: Arc::clone(&self.binding), cells: Vec::new() }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if !self.binding.is_excluded(row.cells)
            && let Some((stratum, part)) = self.binding.owner(row.cells)
        {
            self.cells.push((row.cell(0).to_owned(), stratum, part.to_owned()));
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.cells.extend(later.cells);
        Ok(())
    }
}

impl Counts {
    fn statistics(&self) -> Statistics {
        let most = self.targets.values().map(|(chances, _)| chances.len()).max().unwrap_or(0);
        let mut rows = vec![(0_u64, 0.0_f64, 0.0_f64); most];
        // many targets have the same chances
        let mut known: BTreeMap<&[(u64, u64)], Vec<f64>> = BTreeMap::new();
        for (chances, times) in self.targets.values() {
            let odds = known.entry(chances).or_insert_with(|| at_least(&times_drawn(chances)));
            for (row, odd) in rows.iter_mut().zip(odds.iter()) {
                row.1 += odd;
                row.2 += odd * (1.0 - odd);
            }
            rows.iter_mut().take(*times).for_each(|row| row.0 = row.0.saturating_add(1));
        }
        let row = |(times, (observed, expected, variance)): (usize, (u64, f64, f64))| {
            #[expect(clippy::cast_precision_loss, reason = "a count of targets is far below 2^52")]
            let difference = observed as f64 - expected;
            let deviation = if variance > 0.0 { difference / variance.sqrt() } else { 0.0 };
            Repeats { times: times.saturating_add(1), observed, expected, deviation }
        };
        Statistics {
            campaigns: self.campaigns,
            left_out: self.left_out,
            targets: u64::try_from(self.targets.len()).unwrap_or(u64::MAX),
            repeats: rows.into_iter().enumerate().map(row).collect(),
            pairs: self.visits.iter().fold((0, 0.0), |sum, ((target, _), visits)| {
                let (met, expected) = meetings(visits, self.barred.get(target).unwrap_or(&BTreeSet::new()));
                (sum.0 + met, sum.1 + expected)
            }),
        }
    }
}

/// The chance of being drawn 0, 1, 2, … times.
fn times_drawn(chances: &[(u64, u64)]) -> Vec<f64> {
    let mut odds = vec![1.0_f64];
    for (drawn, population) in chances {
        #[expect(clippy::cast_precision_loss, reason = "a register has fewer than 2^52 rows")]
        let chance = *drawn as f64 / *population as f64;
        let mut next = vec![0.0; odds.len().saturating_add(1)];
        for (times, odd) in odds.iter().enumerate() {
            if let [.., not, yes] = next.get_mut(..=times.saturating_add(1)).unwrap_or_default() {
                *not += odd * (1.0 - chance);
                *yes += odd * chance;
            }
        }
        odds = next;
    }
    odds
}

/// The chance of being drawn at least once, twice, … of those of being drawn 0, 1, 2, … times.
fn at_least(odds: &[f64]) -> Vec<f64> {
    let mut tails: Vec<f64> = odds.iter().skip(1).copied().collect();
    let mut sum = 0.0;
    for tail in tails.iter_mut().rev() {
        sum += *tail;
        *tail = sum;
    }
    tails
}

/// How often two visits of different campaigns had the same inspector, and how often that is to be expected: never of those
/// whom a recusal, or rotation, keeps from the other visit.
fn meetings(visits: &[Seat], barred: &BTreeSet<(u64, String)>) -> (u64, f64) {
    let (mut met, mut expected) = (0_u64, 0.0);
    for (index, (campaign, inspector, possible)) in visits.iter().enumerate() {
        let later = visits.iter().skip(index.saturating_add(1)).filter(|(other, _, _)| other != campaign);
        for (of, other, among) in later {
            met = met.saturating_add(u64::from(inspector == other));
            if barred.contains(&(*of, inspector.clone())) || barred.contains(&(*campaign, other.clone())) {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "a count of inspectors is far below 2^52")]
            let most = (*possible).max(*among).max(1) as f64;
            expected += 1.0 / most;
        }
    }
    (met, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_add_up_and_are_those_of_coins() {
        let odds = times_drawn(&[(1, 2), (1, 2), (1, 2)]);
        assert!(odds.iter().zip([0.125, 0.375, 0.375, 0.125]).all(|(a, b)| (a - b).abs() < 1e-12), "{odds:?}");
        let odds = times_drawn(&[(1, 20), (3, 10)]);
        assert!((odds.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((odds.get(2).copied().unwrap_or(0.0) - 0.015).abs() < 1e-12);
        let tails = at_least(&times_drawn(&[(1, 2), (1, 2), (1, 2)]));
        assert!(tails.iter().zip([0.875, 0.5, 0.125]).all(|(a, b)| (a - b).abs() < 1e-12), "{tails:?}");
    }

    /// Ten campaigns of 5 among 100 by a fair lottery show nothing; the same five every time show at once.
    #[test]
    fn the_same_five_every_time_are_seen() {
        let counts = |drawn: fn(usize, usize) -> bool| {
            let mut all = Counts::default();
            for id in 0..100 {
                let times = (0..10).filter(|campaign| drawn(*campaign, id)).count();
                all.targets.insert(format!("T{id}"), (vec![(5, 100); 10], times));
            }
            all.statistics()
        };
        // spread as evenly as chance does: 5 in each campaign, others each time
        let fair = counts(|campaign, id| (id + 100 - campaign * 37 % 100) % 100 < 5);
        let bent = counts(|_, id| id < 5);
        let worst =
            |statistics: &Statistics| statistics.repeats.iter().map(|row| row.deviation.abs()).fold(0.0, f64::max);
        assert!(worst(&fair) < 4.0, "{fair:?}");
        assert!(worst(&bent) > 10.0, "{bent:?}");
        // five draws in ten campaigns, however they fall
        assert_eq!(fair.repeats.iter().map(|row| row.observed).sum::<u64>(), 50);
    }

    #[test]
    fn meetings_are_counted_between_campaigns_only() {
        let visit = |campaign, inspector: &str, possible| (campaign, inspector.to_owned(), possible);
        let visits = [visit(1, "A", 4), visit(1, "B", 4), visit(2, "A", 2), visit(3, "A", 4)];
        let (met, expected) = meetings(&visits, &BTreeSet::new());
        assert_eq!(met, 3);
        // A-A, B-A, A-A, B-A, A-A: one in four each time
        assert!((expected - 1.25).abs() < 1e-12, "{expected}");
        // rotation keeps the first B from the second visit
        let (_, expected) = meetings(&visits, &BTreeSet::from([(2, "B".to_owned())]));
        assert!((expected - 1.0).abs() < 1e-12, "{expected}");
    }
}
