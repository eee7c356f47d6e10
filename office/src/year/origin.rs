//! Where a campaign comes from: its line of the year's plan, the numbers that are taken, the campaign that it replaces.

use super::{Issue, issues_beside};
use crate::campaign::Campaign;
use crate::files::read_bytes;
use crate::plan::{LineOfYear, Plan};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use yaohao::announcement::{Announcement, Basis, CellSize, PlanLine, Replaces};
use yaohao::fault::{Code, Fault, Result};
use yaohao::record::Void;
use yaohao::statement::Statement;
use yaohao::year::{Line, YearPlan, serial};

/// What is known of where a campaign comes from.
#[derive(Debug, Default)]
pub struct Origin {
    /// What the announcement says of the year's plan.
    pub plan: Option<PlanLine>,
    /// What it says of a predecessor.
    pub replaces: Option<Replaces>,
    /// The line, and the plan that it is of.
    pub line: Option<(YearPlan, Line)>,
    /// What is worth a look.
    pub notes: Vec<Fault>,
    /// That the number is not the next one.
    gap: Option<Fault>,
}

impl Origin {
    /// Refuses a number that is not the next one.
    ///
    /// # Errors
    /// [`Code::YearGap`].
    pub fn leaves_no_gap(&self) -> Result<()> {
        self.gap.clone().map_or(Ok(()), Err)
    }

    /// Notes what only the announcement shows: how much is drawn of how many.
    pub(crate) fn look_at(&mut self, announcement: &Announcement) {
        let Some((_, line)) = &self.line else { return };
        let Some(rate) = line.rate.filter(|_| announcement.basis == Basis::Random) else { return };
        let (drawn, population) = share(announcement);
        if drawn < u128::from(rate).saturating_mul(population) {
            let fault = Fault::new(Code::YearRate).fact("drawn", drawn / 10_000).fact("population", population);
            self.notes.push(fault.fact("line", &line.id).fact("planned", per_cent(rate)));
        }
    }
}

/// How many targets a campaign is expected to draw, in ten-thousandths of a target, and of how many (SPEC §17.3).
pub(crate) fn share(announcement: &Announcement) -> (u128, u128) {
    let cells = || announcement.strata.iter().flat_map(|stratum| &stratum.cells);
    let drawn = cells().map(|cell| match cell.size {
        CellSize::Fixed(size) => u128::from(size).saturating_mul(10_000),
        CellSize::Lottery { floor, fraction } => {
            u128::from(floor).saturating_mul(10_000).saturating_add(u128::from(fraction))
        }
    });
    (drawn.sum(), cells().map(|cell| u128::from(cell.population)).sum())
}

/// A rate in ten-thousandths for people: `5%`, `0.25%`.
#[must_use]
pub fn per_cent(rate: u64) -> String {
    let text = format!("{}.{:02}", rate / 100, rate % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Reads what `[year_plan]` and `[replaces]` of a plan name, and compares the plan with its line.
///
/// # Errors
/// All faults that were found: those of [`issues_beside`]; [`Code::YearLine`], [`Code::YearNumber`], [`Code::YearBatch`],
/// [`Code::YearBasis`], [`Code::YearMonths`], [`Code::YearLead`], [`Code::YearDepartment`]; [`Code::CampaignState`] when the
/// campaign to be replaced has no void, [`Code::HistoryNumber`] when it has this one's number.
pub fn read_origin(base: &Path, plan: &Plan) -> Result<Origin, Vec<Fault>> {
    let mut origin = Origin { replaces: replaced(base, plan).map_err(|fault| vec![fault])?, ..Origin::default() };
    let Some(named) = &plan.year_plan else { return Ok(origin) };
    let path = base.join(&named.file);
    let issues = issues_beside(&path).map_err(|fault| vec![fault])?;
    let Some(issue) = issues.last() else { return Ok(origin) };
    let year = issue.statement.body();
    let line = line_of(year, named).map_err(|fault| vec![fault.file("plan.toml")])?;
    let faults = compare(plan, named, year, line);
    if !faults.is_empty() {
        return Err(faults.into_iter().map(|fault| fault.file("plan.toml")).collect());
    }
    origin.notes = strange_items(plan, line);
    origin.gap = gap(base, &path, plan, year).map_err(|fault| vec![fault])?;
    origin.notes.extend(origin.gap.clone());
    origin.plan = Some(announced(issue, named));
    origin.line = Some((year.clone(), line.clone()));
    Ok(origin)
}

fn announced(issue: &Issue, named: &LineOfYear) -> PlanLine {
    PlanLine { plan: issue.statement.digest(), line: named.line.clone(), batch: named.batch }
}

fn line_of<'a>(year: &'a YearPlan, named: &LineOfYear) -> Result<&'a Line> {
    year.line(&named.line).ok_or_else(|| {
        let known: Vec<&str> = year.lines.iter().map(|line| line.id.as_str()).collect();
        Fault::new(Code::YearLine).fact("line", &named.line).fact("known", known.join(", "))
    })
}

/// What a campaign must not say otherwise than its line.
fn compare(plan: &Plan, named: &LineOfYear, year: &YearPlan, line: &Line) -> Vec<Fault> {
    let mut faults = Vec::new();
    if serial(&year.prefix, &plan.number).is_none() {
        faults.push(Fault::new(Code::YearNumber).fact("number", &plan.number).fact("prefix", &year.prefix));
    }
    if named.batch > line.batches {
        let fault = Fault::new(Code::YearBatch).fact("line", &line.id);
        faults.push(fault.fact("batches", line.batches).fact("batch", named.batch));
    }
    if plan.basis != line.basis {
        let fault = Fault::new(Code::YearBasis).fact("line", &line.id);
        faults.push(fault.fact("planned", line.basis.name()).fact("found", plan.basis.name()));
    }
    let (from, to) = plan.window;
    if !line.months.contain(year.year, from) || !line.months.contain(year.year, to) {
        let fault = Fault::new(Code::YearMonths).fact("from", from).fact("to", to).fact("line", &line.id);
        let fault = fault.fact("first", line.months.from).fact("last", line.months.to);
        faults.push(fault.fact("year", year.year));
    }
    let planned: BTreeSet<&str> = line.departments().map(yaohao::ident::Id::as_str).collect();
    for item in &plan.items {
        for seat in &item.seats {
            if seat.leader && seat.department != line.lead {
                let fault = Fault::new(Code::YearLead).fact("item", &item.id).fact("department", &seat.department);
                faults.push(fault.fact("line", &line.id).fact("planned", &line.lead));
            } else if !planned.contains(seat.department.as_str()) {
                let fault = Fault::new(Code::YearDepartment).fact("item", &item.id);
                let planned: Vec<&str> = planned.iter().copied().collect();
                let fault = fault.fact("department", &seat.department).fact("line", &line.id);
                faults.push(fault.fact("planned", planned.join(", ")));
            }
        }
    }
    faults
}

/// Items that the line has neither by id nor by name.
fn strange_items(plan: &Plan, line: &Line) -> Vec<Fault> {
    let planned: Vec<&str> = line.items.iter().map(|item| item.title.as_str()).collect();
    let strange = plan.items.iter().filter(|item| {
        line.items.iter().all(|planned| planned.id != item.id && planned.title.as_str() != item.title.as_str())
    });
    strange
        .map(|item| {
            let fault = Fault::new(Code::YearItem).fact("item", &item.id).fact("title", &item.title);
            fault.fact("line", &line.id).fact("planned", planned.join("、"))
        })
        .collect()
}

/// Whether the number is the next one of its prefix. The site is the folder that has the folder `plans`; its campaigns are
/// the folders beside that one. Elsewhere nobody can tell.
fn gap(base: &Path, plan_file: &Path, plan: &Plan, year: &YearPlan) -> Result<Option<Fault>> {
    let Some(own) = serial(&year.prefix, &plan.number) else { return Ok(None) };
    let Some(site) = site(plan_file) else { return Ok(None) };
    let mut taken = BTreeSet::new();
    for campaign in folders(&site) {
        if same(&campaign, base) {
            continue;
        }
        let path = Campaign::new(&campaign).public().join("announcement.json");
        if path.exists() {
            let read = Statement::<Announcement>::parse(&read_bytes(&path)?);
            let number = read.map_err(|fault| fault.file(crate::files::shown(&path)))?.body().number.clone();
            taken.extend(serial(&year.prefix, &number));
        }
    }
    let mut next = 1_u64;
    while taken.contains(&next) {
        next = next.saturating_add(1);
    }
    let fault = || {
        let fault = Fault::new(Code::YearGap).file("plan.toml").fact("number", &plan.number);
        fault.fact("prefix", &year.prefix).fact("next", format_args!("{}-{next}", year.prefix))
    };
    Ok((own != next).then(fault))
}

/// The folder that has the folder `plans` in which a plan lies.
fn site(plan_file: &Path) -> Option<PathBuf> {
    let plans = plan_file.canonicalize().ok()?.parent()?.to_owned();
    (plans.file_name()? == "plans").then(|| plans.parent().map(Path::to_owned))?
}

fn folders(site: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(site).into_iter().flatten().filter_map(|entry| entry.ok());
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The predecessor, by its void.
fn replaced(base: &Path, plan: &Plan) -> Result<Option<Replaces>> {
    let Some(folder) = &plan.replaces else { return Ok(None) };
    let void: Statement<Void> = Campaign::new(&base.join(folder)).statement("void.json", "void")?;
    let number = void.body().number.clone();
    if number == plan.number {
        return Err(Fault::new(Code::HistoryNumber).file("plan.toml").fact("number", number));
    }
    Ok(Some(Replaces { number, void: void.digest() }))
}
