//! plan.toml: what the officer writes.

mod history;
mod registers;

pub use history::{EarlierCampaign, HistoryPlan};
pub use registers::{Conflict, Effect, Exclusion, IdForm, List, MARKS, Place, Register, Role, Source};

use crate::files::read_text;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use yaohao::announcement::{Basis, BeaconPlan, Department, Item, QUICKNET, Stratum, Team};
use yaohao::encoding::{Members, Value};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Date, Id, Text, Time};

/// A plan, checked.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The campaign's number.
    pub number: Id,
    /// What it is.
    pub title: Text,
    /// Who draws.
    pub authority: Text,
    /// Why.
    pub basis: Basis,
    /// First and last day of the inspections.
    pub window: (Date, Date),
    /// Departments in order.
    pub departments: Vec<Department>,
    /// Items in order.
    pub items: Vec<Item>,
    /// How inspectors are matched.
    pub team: Team,
    /// Strata without cells.
    pub strata: Vec<Stratum>,
    /// Whether rows without a stratum are left out (and counted in public) instead of refused.
    pub leave_out_unowned: bool,
    /// The register of targets.
    pub targets: Register,
    /// The register of inspectors.
    pub inspectors: Register,
    /// The register of recusals.
    pub recusals: Register,
    /// Earlier campaigns that count.
    pub history: Option<HistoryPlan>,
    /// The beacon.
    pub beacon: BeaconPlan,
    /// The contributors, ascending.
    pub contributors: BTreeSet<Id>,
    /// The signers.
    pub signers: Vec<Id>,
    /// How many of them must sign.
    pub threshold: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    spec: String,
    number: String,
    title: String,
    authority: String,
    basis: String,
    window: FileWindow,
    departments: Vec<Value>,
    registers: registers::FileRegisters,
    history: Option<history::FileHistory>,
    items: Vec<Value>,
    strata: Vec<Value>,
    #[serde(default)]
    unowned: Option<String>,
    team: Value,
    seed: FileSeed,
    signers: FileSigners,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileWindow {
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSeed {
    beacon: FileBeacon,
    #[serde(default)]
    contributors: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileBeacon {
    kind: String,
    round: Option<u64>,
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSigners {
    holders: Vec<String>,
    threshold: u64,
}

impl Plan {
    /// Reads a plan file.
    ///
    /// # Errors
    /// [`Code::PlanForm`] and the codes of its parts, with the file named.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&read_text(path)?).map_err(|fault| fault.file("plan.toml"))
    }

    /// Reads a plan's text.
    ///
    /// # Errors
    /// As [`Plan::read`].
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| plan_fault(error.to_string().trim()))?;
        if file.spec != "yaohao/1" {
            return Err(plan_fault("spec must be \"yaohao/1\""));
        }
        let window = (Date::parse(&file.window.from)?, Date::parse(&file.window.to)?);
        if window.0 > window.1 {
            return Err(plan_fault("the window ends before it begins"));
        }
        let [targets, inspectors, recusals] = registers::registers(file.registers)?;
        let plan = Self {
            number: Id::parse(&file.number).map_err(|fault| fault.column("number"))?,
            title: Text::parse(&file.title).map_err(|fault| fault.column("title"))?,
            authority: Text::parse(&file.authority).map_err(|fault| fault.column("authority"))?,
            basis: Basis::parse(&file.basis)?,
            window,
            departments: numbered(file.departments, "departments", Department::from_value)?,
            items: numbered(file.items, "items", Item::from_value)?,
            team: Team::from_value(file.team, "team")?,
            strata: numbered(file.strata, "strata", stratum)?,
            leave_out_unowned: match file.unowned.as_deref() {
                None | Some("refuse") => false,
                Some("leave-out") => true,
                Some(other) => {
                    return Err(plan_fault(&format!("unowned must be \"refuse\" or \"leave-out\", not {other:?}")));
                }
            },
            targets,
            inspectors,
            recusals,
            history: file.history.map(history::history).transpose()?,
            beacon: beacon(&file.seed.beacon)?,
            contributors: file.seed.contributors.iter().map(|id| Id::parse(id)).collect::<Result<_>>()?,
            signers: file.signers.holders.iter().map(|id| Id::parse(id)).collect::<Result<_>>()?,
            threshold: file.signers.threshold,
        };
        for (name, text) in
            [("number", plan.number.as_str()), ("title", plan.title.as_str()), ("authority", plan.authority.as_str())]
        {
            if text.contains("【请改】") || text.contains("CHANGE") || text.starts_with("XX-") {
                return Err(plan_fault(&format!("{name} is still the template's: {text}")));
            }
        }
        let departments = plan.departments.iter().map(|department| department.id.clone()).collect();
        plan.items.iter().try_for_each(|item| item.check(&departments))?;
        plan.strata.iter().try_for_each(Stratum::check)?;
        Ok(plan)
    }
}

fn numbered<T>(values: Vec<Value>, name: &str, each: impl Fn(Value, &str) -> Result<T>) -> Result<Vec<T>> {
    values.into_iter().enumerate().map(|(index, value)| each(value, &format!("{name}[{index}]"))).collect()
}

fn stratum(value: Value, path: &str) -> Result<Stratum> {
    let mut members = Members::of(value, path)?;
    let stratum = Stratum::parse_plan(&mut members)?;
    members.finish()?;
    Ok(stratum)
}

/// A beacon by round, or by the time from which on its round is wanted.
fn beacon(file: &FileBeacon) -> Result<BeaconPlan> {
    match (file.kind.as_str(), file.round, &file.at) {
        ("drand", Some(round), None) => Ok(BeaconPlan::Drand { round }),
        ("drand", None, Some(at)) => Ok(BeaconPlan::Drand { round: QUICKNET.round_at(&Time::parse(at)?) }),
        ("drand", _, _) => Err(plan_fault("seed.beacon: a drand beacon needs either round or at (a time in UTC)")),
        ("none", None, None) => Ok(BeaconPlan::None),
        ("none", _, _) => Err(plan_fault("seed.beacon: kind none has neither round nor time")),
        (other, _, _) => Err(plan_fault(&format!("seed.beacon: kind {other:?} is neither \"drand\" nor \"none\""))),
    }
}

fn plan_fault(detail: &str) -> Fault {
    Fault::new(Code::PlanForm).fact("detail", detail)
}
