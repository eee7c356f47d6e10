//! plan.toml: what the officer writes.

mod history;
mod names;
mod origin;
mod registers;

pub(crate) use names::check_names;

pub use history::{EarlierCampaign, HistoryPlan};
pub use origin::LineOfYear;
pub use registers::{Conflict, Effect, Exclusion, IdForm, List, MARKS, Place, Register, Role, Source};

use crate::files::read_text;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use yaohao::announcement::{
    Basis, BeaconPlan, Department, Item, Method, PublicValues, QUICKNET, Sealed, Source as NumberSource, Stratum, Team,
    WAIT_DAYS,
};
use yaohao::encoding::{Members, Value};
use yaohao::fault::{Code, Fault, Result, toml_fault};
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
    /// The line of the year's plan.
    pub year_plan: Option<LineOfYear>,
    /// The folder of the campaign that this one takes the place of, relative to this campaign's.
    pub replaces: Option<String>,
    /// The beacon.
    pub beacon: BeaconPlan,
    /// For how many days after T2 the beacon is waited for.
    pub wait_days: Option<u64>,
    /// The contributors, ascending.
    pub contributors: BTreeSet<Id>,
    /// Who keeps the outcome's secret, and until when, if the campaign is sealed.
    pub sealed: Option<SealedPlan>,
    /// The signers.
    pub signers: Vec<Id>,
    /// How many of them must sign.
    pub threshold: u64,
}

/// What the plan of a sealed campaign says (SPEC §7.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPlan {
    /// Who keeps the secret.
    pub custodian: Id,
    /// Until when it is to be told.
    pub reveal_by: Time,
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
    year_plan: Option<origin::FileYearPlan>,
    replaces: Option<origin::FileReplaces>,
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
    wait_days: Option<u64>,
    sealed: Option<FileSealed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSealed {
    custodian: String,
    reveal_by: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileBeacon {
    kind: String,
    round: Option<u64>,
    at: Option<String>,
    event_at: Option<String>,
    next_sitting: Option<String>,
    sources: Option<Vec<Value>>,
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
        let file: File = toml::from_str(text).map_err(|error| toml_fault(text, &error, &registers::KEYS))?;
        if file.spec != "yaohao/1" {
            return Err(Fault::new(Code::PlanSpec).fact("found", file.spec));
        }
        // before anything else: who has only begun shall not be told of ids and dates
        let texts = [
            ("the number", "this campaign's number", &file.number),
            ("the title", "this campaign's title", &file.title),
            ("the authority", "the authority that draws", &file.authority),
        ];
        for (member, own, text) in texts {
            if text.contains("【请改】") || text.contains("CHANGE") || text.starts_with("XX-") {
                let fault = Fault::new(Code::PlanTemplate).fact("member", member).fact("own", own);
                return Err(fault.fact("value", text));
            }
        }
        let day = |text: &str, column: &str| Date::parse(text).map_err(|fault| fault.column(column));
        let window = (day(&file.window.from, "window.from")?, day(&file.window.to, "window.to")?);
        if window.0 > window.1 {
            return Err(Fault::new(Code::PlanWindow).fact("from", file.window.from).fact("to", file.window.to));
        }
        let [targets, inspectors, recusals] = registers::registers(file.registers)?;
        let mut plan = Self {
            number: Id::parse(&file.number).map_err(|fault| fault.column("number"))?,
            title: Text::parse(&file.title).map_err(|fault| fault.column("title"))?,
            authority: Text::parse(&file.authority).map_err(|fault| fault.column("authority"))?,
            basis: Basis::parse(&file.basis).map_err(|fault| in_plan(fault, ""))?,
            window,
            departments: numbered(file.departments, "department", "id", Department::from_value)?,
            items: numbered(file.items, "item", "id", item)?,
            team: Team::from_value(file.team, "").map_err(|fault| in_plan(fault, "team"))?,
            strata: numbered(file.strata, "stratum", "name", stratum)?,
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
            year_plan: file.year_plan.map(origin::line).transpose()?,
            replaces: file.replaces.map(|replaces| replaces.campaign),
            wait_days: file.seed.wait_days,
            beacon: beacon(file.seed.beacon)?,
            contributors: ids(&file.seed.contributors, "seed.contributors").collect::<Result<_>>()?,
            sealed: file.seed.sealed.map(sealed).transpose()?,
            signers: ids(&file.signers.holders, "signers.holders").collect::<Result<_>>()?,
            threshold: file.signers.threshold,
        };
        plan.team.sort();
        for item in &mut plan.items {
            item.penalises.sort();
            item.fewer.sort_by(|a, b| a.department.cmp(&b.department));
        }
        plan.check().map_err(|fault| in_plan(fault, ""))?;
        Ok(plan)
    }

    /// Number of days of the window, first and last included.
    #[must_use]
    pub fn window_days(&self) -> u64 {
        self.window.0.days_until(self.window.1).saturating_add(1)
    }

    /// What its parts say together, as far as it can be told without the registers.
    fn check(&self) -> Result<()> {
        let departments: BTreeSet<Id> = self.departments.iter().map(|department| department.id.clone()).collect();
        for item in &self.items {
            // who may penalise is none of the announcement's rules, but a slip there asks for officers that nobody has
            let mut named = item.seats.iter().map(|seat| &seat.department).chain(&item.penalises);
            if let Some(department) = named.find(|department| !departments.contains(*department)) {
                let known: Vec<&str> = departments.iter().map(Id::as_str).collect();
                return Err(Fault::new(Code::PlanDepartment)
                    .fact("item", &item.id)
                    .fact("department", department)
                    .fact("known", known.join(", ")));
            }
            let leaders =
                item.seats.iter().filter(|seat| seat.leader).fold(0_u64, |sum, seat| sum.saturating_add(seat.count));
            if leaders != 1 {
                return Err(Fault::new(Code::PlanLeader).fact("item", &item.id).fact("found", leaders));
            }
            item.check(&departments)?;
        }
        self.team.check(&departments, &self.items)?;
        if self.history.as_ref().is_some_and(|history| history.loads) && !self.team.carried {
            return Err(plan_fault("history.loads needs team.carried = true"));
        }
        self.strata.iter().try_for_each(Stratum::check)?;
        distinct("departments", self.departments.iter().map(|department| &department.id))?;
        distinct("items", self.items.iter().map(|item| &item.id))?;
        distinct("strata", self.strata.iter().map(|stratum| &stratum.name))?;
        distinct("signers", self.signers.iter())?;
        let holders = u64::try_from(self.signers.len()).unwrap_or(u64::MAX);
        if !(1..=holders).contains(&self.threshold) {
            return Err(Fault::new(Code::PlanThreshold).fact("threshold", self.threshold).fact("holders", holders));
        }
        if self.departments.is_empty() || self.items.is_empty() || self.strata.is_empty() {
            return Err(plan_fault("departments, items, strata and signers must not be empty"));
        }
        if self.wait_days.is_some_and(|days| !(1..=WAIT_DAYS).contains(&days)) {
            return Err(plan_fault(&format!("seed.wait_days must be from 1 to {WAIT_DAYS}")));
        }
        if self.wait_days.is_some() && self.beacon == BeaconPlan::None {
            return Err(plan_fault("without a beacon there is nothing to wait for"));
        }
        if let BeaconPlan::PublicValues(values) = &self.beacon {
            values.check()?;
        }
        if let Some(sealed) = &self.sealed {
            Sealed::check(&sealed.custodian, &sealed.reveal_by, &self.beacon, self.contributors.iter())?;
        }
        if self.basis != Basis::Random && self.strata.iter().any(|stratum| stratum.method != Method::Order) {
            return Err(plan_fault("a campaign of full coverage, or a targeted one, has only strata of method order"));
        }
        Ok(())
    }
}

/// An item. Who may penalise has to be said, be it that nobody may: silence shall not decide how many officers come.
fn item(mut value: Value, path: &str) -> Result<Item> {
    if let Value::Object(members) = &mut value {
        let says = members.get("penalises");
        if says.is_none() {
            let id = if let Some(Value::Text(id)) = members.get("id") { id.clone() } else { String::new() };
            return Err(Fault::new(Code::PlanPenalises).fact("item", id));
        }
        if says == Some(&Value::Array(Vec::new())) {
            members.remove("penalises");
        }
    }
    Item::from_value(value, path)
}

fn distinct<'a>(what: &str, ids: impl Iterator<Item = &'a Id>) -> Result<()> {
    let mut seen = BTreeSet::new();
    ids.into_iter().try_for_each(|id| match seen.insert(id) {
        true => Ok(()),
        false => Err(plan_fault(&format!("{what}: {id} stands twice"))),
    })
}

fn ids<'a>(texts: &'a [String], place: &'a str) -> impl Iterator<Item = Result<Id>> + 'a {
    texts.iter().map(move |id| Id::parse(id).map_err(|fault| fault.column(place)))
}

/// Parts that people count from 1 and know by their names.
fn numbered<T>(values: Vec<Value>, what: &str, key: &str, each: impl Fn(Value, &str) -> Result<T>) -> Result<Vec<T>> {
    let read = |(index, value): (usize, Value)| {
        let name = match &value {
            Value::Object(members) => members.get(key),
            _ => None,
        };
        let name = match name {
            Some(Value::Text(name)) => name.clone(),
            _ => "?".to_owned(),
        };
        each(value, "").map_err(|fault| in_plan(fault, &format!("{what} {} ({name})", index.saturating_add(1))))
    };
    values.into_iter().enumerate().map(read).collect()
}

/// The core speaks of members of published files; in a plan a person wrote them, and only a person can correct them.
fn in_plan(fault: Fault, part: &str) -> Fault {
    let place = |member: &str| {
        // arrays are counted from 0 in published files, from 1 by people
        let member = match member.strip_prefix("seats[").and_then(|rest| rest.split_once(']')) {
            Some((index, rest)) => {
                let number = index.parse::<u64>().unwrap_or(0).saturating_add(1);
                format!("seat {number}{}", rest.strip_prefix('.').map(|key| format!(", {key}")).unwrap_or_default())
            }
            None => member.to_owned(),
        };
        match (part.is_empty(), member.is_empty()) {
            (true, _) => member,
            (false, true) => part.to_owned(),
            (false, false) => format!("{part}, {member}"),
        }
    };
    match fault.code() {
        Code::JsonMember => {
            let (member, detail) = (fault.fill("{member}"), fault.fill("{detail}"));
            let more = if member == "size.rate" && detail.starts_with("must be") {
                ": so many ten-thousandths, 30% is 3000"
            } else {
                ""
            };
            let place = if member.is_empty() && part.is_empty() { "plan".to_owned() } else { place(&member) };
            Fault::new(Code::PlanMember).fact("place", place).fact("detail", format_args!("{detail}{more}"))
        }
        Code::AnnouncementForm => {
            let detail = fault.fill("{detail}");
            plan_fault(&if part.is_empty() { detail } else { format!("{part}: {detail}") })
        }
        _ if part.is_empty() => fault,
        _ => {
            let column = place(fault.place().2.unwrap_or_default());
            fault.rename_column(&column)
        }
    }
}

fn stratum(value: Value, path: &str) -> Result<Stratum> {
    let mut members = Members::of(value, path)?;
    let stratum = Stratum::parse_plan(&mut members)?;
    members.finish()?;
    Ok(stratum)
}

fn sealed(file: FileSealed) -> Result<SealedPlan> {
    Ok(SealedPlan {
        custodian: Id::parse(&file.custodian).map_err(|fault| fault.column("seed.sealed.custodian"))?,
        reveal_by: Time::parse(&file.reveal_by).map_err(|fault| fault.column("seed.sealed.reveal_by"))?,
    })
}

/// A beacon by round, or by the time from which on its round is wanted.
fn beacon(file: FileBeacon) -> Result<BeaconPlan> {
    let public = (file.event_at, file.next_sitting, file.sources);
    if file.kind == "public-values" {
        return match (file.round, file.at, public) {
            (None, None, (Some(event_at), Some(next_sitting), Some(sources))) => {
                public_values(&event_at, &next_sitting, sources)
            }
            _ => Err(plan_fault(
                "seed.beacon: kind public-values needs event_at, next_sitting and sources, and nothing else",
            )),
        };
    }
    if !matches!(public, (None, None, None)) {
        return Err(plan_fault("seed.beacon: event_at, next_sitting and sources are for kind public-values"));
    }
    match (file.kind.as_str(), file.round, &file.at) {
        ("drand", Some(round), None) => Ok(BeaconPlan::Drand { round }),
        ("drand", None, Some(at)) => Ok(BeaconPlan::Drand {
            round: QUICKNET.round_at(&Time::parse(at).map_err(|fault| fault.column("seed.beacon.at"))?),
        }),
        ("drand", _, _) => Err(plan_fault("seed.beacon: a drand beacon needs either round or at (a time in UTC)")),
        ("none", None, None) => Ok(BeaconPlan::None),
        ("none", _, _) => Err(plan_fault("seed.beacon: kind none has neither round nor time")),
        (other, _, _) => Err(plan_fault(&format!("seed.beacon: kind {other:?} is none of drand, public-values, none"))),
    }
}

fn public_values(event_at: &str, next_sitting: &str, sources: Vec<Value>) -> Result<BeaconPlan> {
    Ok(BeaconPlan::PublicValues(PublicValues {
        sources: numbered(sources, "source", "id", NumberSource::from_value)?,
        event_at: Time::parse(event_at).map_err(|fault| fault.column("seed.beacon.event_at"))?,
        next_sitting: Text::parse(next_sitting).map_err(|fault| fault.column("seed.beacon.next_sitting"))?,
    }))
}

fn plan_fault(detail: &str) -> Fault {
    Fault::new(Code::PlanForm).fact("detail", detail)
}
