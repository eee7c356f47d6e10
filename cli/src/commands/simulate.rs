//! simulate: many trial draws, to look at odds and loads.

use super::check::look;
use super::check_draws::departments;
use super::show::{per_cent, ten_thousandths};
use super::{Outcome, SHOWN, Screen, one};
use crate::args::Simulate;
use std::path::Path;
use yaohao::announcement::Announcement;
use yaohao::fault::{Code, Fault};
use yaohao::verify::Evidence;
use yaohao_office::files::{Folder, write_whole};
use yaohao_office::simulate::{CellTrials, Trials, Words, heat_map, pairs_csv, shown, simulate};
use yaohao_office::staffing::unfit;

/// Cells shown; a campaign that is split by county has many.
const CELLS: usize = 40;

pub(super) fn run(screen: &Screen, arguments: &Simulate) -> Outcome {
    let campaign = screen.campaign(&arguments.dir);
    let files = arguments.pairs.iter().chain(&arguments.heat_map);
    files.into_iter().try_for_each(|path| must_lie_elsewhere(path, &campaign.public())).map_err(one)?;
    let pairs = arguments.pairs.is_some() || arguments.heat_map.is_some();
    let run = |announcement: &Announcement, evidence: &dyn Evidence| {
        let trials = simulate(announcement, evidence, arguments.draws, pairs, campaign.watch()).map_err(one)?;
        let unfit = unfit(announcement, evidence).map_err(one)?;
        Ok::<_, Vec<Fault>>((trials, unfit))
    };
    let (trials, unfit) = match campaign.announcement() {
        Ok(statement) => run(statement.body(), &Folder::new(&campaign.public()))?,
        // before the announcement the plan as it stands is tried
        Err(_) => {
            let frozen = look(&campaign)?;
            run(&frozen.announcement, &frozen)?
        }
    };
    cells(screen, &trials);
    departments(screen, &campaign, &trials, &unfit);
    if let Some((_, fault)) = &trials.first_infeasible {
        screen.say("check-infeasible", &[("infeasible", &trials.infeasible), ("trials", &trials.draws)]);
        screen.fault(fault);
    }
    treated(screen, &trials);
    if let Some(path) = &arguments.pairs {
        write_whole(path, pairs_csv(&trials).as_bytes()).map_err(one)?;
        screen.say("simulate-written", &[("file", &path.display())]);
    }
    if let Some(path) = &arguments.heat_map {
        let text = |key: &str| screen.language.say(key, &[("draws", &trials.draws)]);
        let (shown, all) = shown(&trials);
        let words = Words {
            title: text("heat-title"),
            description: text("heat-description"),
            legend: text("heat-legend"),
            cut: screen.language.say("heat-cut", &[("shown", &shown), ("all", &all)]),
        };
        write_whole(path, heat_map(&trials, &words).as_bytes()).map_err(one)?;
        screen.say("simulate-written", &[("file", &path.display())]);
    }
    screen.say("simulate-end", &[("draws", &trials.draws)]);
    Ok(u8::from(trials.infeasible > 0))
}

/// Refuses to write where the campaign is published from, by whatever way the path leads there.
fn must_lie_elsewhere(path: &Path, public: &Path) -> Result<(), Fault> {
    // a bare name is in the folder where the program runs
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), public.canonicalize()) {
        (Ok(folder), Ok(public)) if folder.starts_with(&public) => {
            Err(Fault::new(Code::SimulatePublic).fact("path", path.display()))
        }
        // before the announcement there may be no such folder, and into one that is not there nothing can be written
        _ => Ok(()),
    }
}

/// Whether equals are treated equally, and what was compared.
fn treated(screen: &Screen, trials: &Trials) {
    let equals = &trials.equals;
    if trials.infeasible == trials.draws {
        screen.say("equals-nothing", &[]);
        return;
    }
    let facts: [(&str, &dyn std::fmt::Display); 4] = [
        ("compared", &equals.compared),
        ("classes", &equals.classes),
        ("cells", &equals.cells),
        ("comparisons", &equals.comparisons),
    ];
    screen.say("equals-looked", &facts);
    if equals.compared > 0 {
        screen.say(if equals.met { "equals-what" } else { "equals-what-less" }, &[]);
    }
    match equals.crews {
        (0, _) => {}
        (_, 0) => screen.say("equals-crews-none", &[]),
        (_, compared) => screen.say("equals-crews", &[("crews", &compared)]),
    }
    if equals.alone > 0 {
        screen.say("equals-alone", &[("alone", &equals.alone)]);
    }
    let people = equals.inspectors.iter().map(ToString::to_string);
    let pairs = equals.pairs.iter().map(|(firm, inspector)| format!("{firm} × {inspector}"));
    let crews = equals.unusual_crews.iter().cloned();
    let unusual: Vec<String> = people.chain(crews).chain(equals.firms.iter().cloned()).chain(pairs).collect();
    if unusual.is_empty() {
        screen.say(if equals.comparisons > 0 { "equals-fair" } else { "equals-none" }, &[]);
    }
    for id in unusual.iter().take(SHOWN) {
        screen.say("equals-unfair", &[("id", id)]);
    }
    if unusual.len() > SHOWN {
        screen.say("equals-more", &[("more", &(unusual.len() - SHOWN))]);
    }
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
