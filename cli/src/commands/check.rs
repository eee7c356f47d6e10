//! check: everything that can be known before the draw.

use super::show::{announcement, per_cent};
use super::{Outcome, Screen, now};
use std::path::Path;
use yaohao::fault::Fault;
use yaohao_office::campaign::{Campaign, check_lead_time};
use yaohao_office::freeze::Frozen;
use yaohao_office::intake::Intake;
use yaohao_office::simulate::{Trials, frozen_files, simulate};

/// Trial draws that look whether all seats can be filled.
const TRIALS: u64 = 20;

pub(super) fn run(screen: &Screen, dir: &Path) -> Outcome {
    let campaign = Campaign::new(dir);
    let frozen = campaign.look(&now()?)?;
    if !campaign.public().join("announcement.json").exists() {
        check_lead_time(&frozen.announcement).map_err(|fault| vec![fault])?;
    }
    intakes(screen, &frozen);
    announcement(screen, &frozen.announcement);
    let trials = simulate(&frozen.announcement, &frozen_files(&frozen), TRIALS).map_err(|fault| vec![fault])?;
    departments(screen, &trials);
    match &trials.first_infeasible {
        None => {
            screen.say("check-feasible", &[("trials", &trials.draws)]);
            Ok(0)
        }
        Some(fault) => {
            screen.say("check-infeasible", &[("infeasible", &trials.infeasible), ("trials", &trials.draws)]);
            screen.fault(fault);
            Ok(1)
        }
    }
}

fn intakes(screen: &Screen, frozen: &Frozen) {
    let text = |key: &str| screen.language.text(key);
    let mut rows = vec![
        ["register", "read", "frozen", "changed", "excluded", "set-aside"]
            .map(|key| text(&format!("col-{key}")))
            .to_vec(),
    ];
    for (name, intake) in ["targets", "inspectors", "recusals"].into_iter().zip(&frozen.intakes) {
        rows.push(intake_row(text(&format!("register-{name}")), intake));
    }
    screen.table(&rows);
    for (register, column) in &frozen.unused {
        screen.say("check-unused", &[("register", &text(&format!("register-{register}"))), ("column", column)]);
    }
}

fn intake_row(name: String, intake: &Intake) -> Vec<String> {
    let changed: u64 = intake.changed.values().sum();
    vec![
        name,
        intake.read.to_string(),
        intake.rows.len().to_string(),
        changed.to_string(),
        reasons(&intake.excluded),
        reasons(&intake.set_aside),
    ]
}

fn reasons(reasons: &yaohao::register::Reasons) -> String {
    if reasons.0.is_empty() { "0".to_owned() } else { reasons.to_string() }
}

/// Seats against officers, department by department, as trial draws show them.
pub(super) fn departments(screen: &Screen, trials: &Trials) {
    let text = |key: &str| screen.language.text(key);
    let mut rows =
        vec![["department", "officers", "seats", "one", "load"].map(|key| text(&format!("col-{key}"))).to_vec()];
    for department in &trials.departments {
        let feasible = u128::from(trials.draws - trials.infeasible);
        let total: u64 = department.loads.values().sum();
        let seats = match department.seats {
            (least, most) if least > most => "-".to_owned(),
            (least, most) if least == most => most.to_string(),
            (least, most) => format!("{least}-{most}"),
        };
        let officers = u128::try_from(department.loads.len()).unwrap_or(1);
        let mean = per_cent(u128::from(total), feasible.saturating_mul(officers).saturating_mul(100))
            .trim_end_matches('%')
            .to_owned();
        rows.push(vec![
            department.id.to_string(),
            department.loads.len().to_string(),
            seats,
            per_cent(u128::from(department.one_possible), u128::from(total)),
            mean,
        ]);
    }
    screen.table(&rows);
}

/// For other commands that freeze in memory.
pub(super) fn look(dir: &Path) -> Result<Frozen, Vec<Fault>> {
    Campaign::new(dir).look(&now()?)
}
