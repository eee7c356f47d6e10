//! simulate: many trial draws, to look at odds and loads.

use super::check::{departments, look};
use super::show::{per_cent, ten_thousandths};
use super::{Outcome, Screen, one};
use crate::args::Simulate;
use yaohao_office::files::Folder;
use yaohao_office::simulate::{CellTrials, Trials, simulate};

/// Cells shown; a campaign that is split by county has many.
const CELLS: usize = 40;

pub(super) fn run(screen: &Screen, arguments: &Simulate) -> Outcome {
    let campaign = screen.campaign(&arguments.dir);
    let trials = match campaign.announcement() {
        Ok(statement) => {
            simulate(statement.body(), &Folder::new(&campaign.public()), arguments.draws, campaign.watch())
                .map_err(one)?
        }
        // before the announcement the plan as it stands is tried
        Err(_) => {
            let frozen = look(&campaign)?;
            simulate(&frozen.announcement, &frozen, arguments.draws, campaign.watch()).map_err(one)?
        }
    };
    cells(screen, &trials);
    departments(screen, &trials);
    if let Some(fault) = &trials.first_infeasible {
        screen.say("check-infeasible", &[("infeasible", &trials.infeasible), ("trials", &trials.draws)]);
        screen.fault(fault);
    }
    screen.say("simulate-end", &[("draws", &trials.draws)]);
    Ok(u8::from(trials.infeasible > 0))
}

fn cells(screen: &Screen, trials: &Trials) {
    let text = |key: &str| screen.language.text(key);
    let mut rows = vec![
        ["stratum", "population", "odds", "mean", "least", "most"].map(|key| text(&format!("col-{key}"))).to_vec(),
    ];
    let draws = u128::from(trials.draws - trials.infeasible);
    rows.extend(trials.cells.iter().take(CELLS).map(|cell| cell_row(cell, draws)));
    screen.table(&rows);
    if trials.cells.len() > CELLS {
        screen.say("cells-more", &[("more", &(trials.cells.len() - CELLS))]);
    }
}

fn cell_row(cell: &CellTrials, draws: u128) -> Vec<String> {
    let name = match &cell.part {
        Some(part) => format!("{} / {part}", cell.stratum),
        None => cell.stratum.to_string(),
    };
    let population = u128::from(cell.population);
    let hits: u64 = cell.hits.values().sum();
    let all_hit = u128::try_from(cell.hits.len()).is_ok_and(|count| count == population);
    let least = if all_hit { cell.hits.values().min().copied().unwrap_or(0) } else { 0 };
    let most = cell.hits.values().max().copied().unwrap_or(0);
    let odds = if cell.weighted {
        format!("~{}", ten_thousandths(cell.expected))
    } else {
        per_cent(cell.expected, population * 10_000)
    };
    vec![
        name,
        cell.population.to_string(),
        odds,
        per_cent(u128::from(hits), population.saturating_mul(draws)),
        per_cent(u128::from(least), draws),
        per_cent(u128::from(most), draws),
    ]
}
