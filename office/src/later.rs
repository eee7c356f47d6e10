//! What the office does after the draw: substitutions, results, amendments (SPEC §11.2 to §11.5). Nobody chooses who
//! steps in, so there is no parameter for it.

use crate::campaign::{Campaign, recorded_lots, with_registers};
use crate::files::{Folder, read_bytes, shown};
use crate::intake::{ResultRow, read_results};
use crate::prove::{Ids, asked};
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, Text, Time};
use yaohao::later::{
    Amendment, Change, Facts, Head, Later, Results, State, Substitutes, Substitution, TeamSeat, Visited, file_name,
    follow, serial_of,
};
use yaohao::outcome::draw_inspectors;
use yaohao::record::Record;
use yaohao::statement::{Body, Statement};
use yaohao::verify::Evidence as _;

/// A seat as somebody asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The target, as people write it.
    pub target: &'a str,
    /// The department's id.
    pub department: &'a str,
    /// The seat's number.
    pub seat: u64,
}

/// Why something was changed.
#[derive(Debug, Clone)]
pub struct Why {
    /// In a word that can be counted.
    pub reason: Name,
    /// For people.
    pub text: Text,
}

/// How often something was the reason, or somebody was taken out.
#[derive(Debug, Default)]
pub struct Counted {
    /// By reason.
    pub reasons: BTreeMap<Name, u64>,
    /// By the inspector who was taken out.
    pub inspectors: BTreeMap<Id, u64>,
    /// By the target that went out.
    pub targets: BTreeMap<Id, u64>,
}

/// Who steps in at a seat, in order.
///
/// # Errors
/// The codes of ids; [`Code::CampaignState`] before the draw; those of [`State::substitutes`].
pub fn substitutes(campaign: &Campaign, asked_for: Asked<'_>) -> Result<Substitutes> {
    let (target, department) = seat_of(campaign, asked_for)?;
    now_with(campaign, |now| now.state.substitutes(&target, &department, asked_for.seat))?
}

/// Puts the next inspector of the target's own list into a seat; `out` is who sits there, as people write it.
///
/// # Errors
/// As [`substitutes`]; [`Code::SubstituteOut`]; what [`Campaign`] says of keys and files. Nothing is published then.
pub fn replace_inspector(
    campaign: &Campaign,
    asked_for: Asked<'_>,
    out: &str,
    why: Why,
    at: &Time,
) -> Result<Statement<Substitution>> {
    let _lock = campaign.lock()?;
    let (target, department) = seat_of(campaign, asked_for)?;
    let named = asked(campaign, "inspectors", out).map_err(|fault| fault.column("--out"))?.id;
    let (head, change) = now_with(campaign, |now| {
        let change = now.state.replace_inspector(&target, &department, asked_for.seat)?;
        match &change {
            Change::Inspector { out, .. } if *out != named => {
                Err(Fault::new(Code::SubstituteOut).fact("found", &named).fact("expected", out))
            }
            _ => Ok((now.head(at), change)),
        }
    })??;
    publish(campaign, Substitution { head, change, reason: why.reason, text: why.text })
}

/// Puts the next reserve into the place of a target, with a team of its own.
///
/// # Errors
/// As [`State::replace_target`], and what [`Campaign`] says of keys and files. Nothing is published then.
pub fn replace_target(campaign: &Campaign, target: &str, why: Why, at: &Time) -> Result<Statement<Substitution>> {
    let _lock = campaign.lock()?;
    let target = asked(campaign, "targets", target).map_err(|fault| fault.column("--target"))?.id;
    let (head, change) = now_with(campaign, |now| {
        let change = now.state.replace_target(&target)?;
        Ok::<_, Fault>((now.head(at), change))
    })??;
    publish(campaign, Substitution { head, change, reason: why.reason, text: why.text })
}

/// Publishes the results of a table.
///
/// # Errors
/// All faults of the table, with rows and columns; `result.*` of rows. Nothing is published then.
pub fn publish_results(campaign: &Campaign, table: &Path, at: &Time) -> Result<Statement<Results>, Vec<Fault>> {
    let _lock = campaign.lock().map_err(one)?;
    let rows = read(campaign, table)?;
    let (head, faults) = now_with(campaign, |now| {
        let check = |row: &ResultRow| now.state.check_result(&row.visited, at).err();
        (now.head(at), at_rows(&rows, table, check))
    })
    .map_err(one)?;
    if !faults.is_empty() {
        return Err(faults);
    }
    publish(campaign, Results { head, visits: visits(rows) }).map_err(one)
}

/// Which statement is amended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amends {
    /// The record.
    Record,
    /// The statement after it with this serial.
    Serial(u64),
}

/// Says what was wrong in an earlier statement; with a table, these results take the place of others.
///
/// # Errors
/// As [`publish_results`]; [`Code::AmendUnknown`].
pub fn amend(
    campaign: &Campaign,
    amends: Amends,
    why: Why,
    table: Option<&Path>,
    at: &Time,
) -> Result<Statement<Amendment>, Vec<Fault>> {
    let _lock = campaign.lock().map_err(one)?;
    let rows = table.map_or_else(|| Ok(Vec::new()), |table| read(campaign, table))?;
    let found = now_with(campaign, |now| {
        let digest = match amends {
            Amends::Record => Some(now.record),
            Amends::Serial(serial) => now.digest(serial),
        };
        let check = |row: &ResultRow| now.state.check_amended(&row.visited, at).err();
        let faults = table.map(|table| at_rows(&rows, table, check)).unwrap_or_default();
        match digest {
            None => Err(vec![Fault::new(Code::AmendUnknown).column("--amends").fact("found", number_of(amends))]),
            Some(_) if !faults.is_empty() => Err(faults),
            Some(digest) => Ok((now.head(at), digest)),
        }
    });
    let (head, amends) = found.map_err(one)??;
    let body = Amendment { head, amends, reason: why.reason, text: why.text, visits: visits(rows) };
    publish(campaign, body).map_err(one)
}

/// The teams as they are now: targets ascending, departments in announced order, seats by number.
///
/// # Errors
/// [`Code::CampaignState`] before the draw; what is wrong with the statements after the record.
pub fn teams_now(campaign: &Campaign) -> Result<Vec<(Id, TeamSeat)>> {
    now_with(campaign, |now| {
        let seats =
            now.state.visits().flat_map(|(target, seats)| seats.iter().map(|seat| (target.clone(), seat.clone())));
        seats.collect()
    })
}

/// Why there were substitutions, and who was taken out how often.
///
/// # Errors
/// As [`teams_now`].
pub fn counted(campaign: &Campaign) -> Result<Counted> {
    let mut counted = Counted::default();
    for later in statements(campaign)? {
        let Later::Substitution(statement) = later else { continue };
        let Substitution { change, reason, .. } = statement.body();
        *counted.reasons.entry(reason.clone()).or_default() += 1;
        match change {
            Change::Inspector { out, .. } => *counted.inspectors.entry(out.clone()).or_default() += 1,
            Change::Target { target, .. } => *counted.targets.entry(target.clone()).or_default() += 1,
        }
    }
    Ok(counted)
}

/// Where a campaign stands.
struct Now<'a> {
    state: &'a State<'a>,
    number: &'a Id,
    record: Digest,
    later: &'a [Later],
}

impl Now<'_> {
    /// What the next statement begins with.
    fn head(&self, at: &Time) -> Head {
        let (serial, previous) = self.state.next_link();
        Head { number: self.number.clone(), record: self.record, serial, previous, at: at.clone() }
    }

    /// The digest of a statement after the record.
    fn digest(&self, serial: u64) -> Option<Digest> {
        self.later.iter().find(|later| later.head().serial == serial).map(|later| later.envelope().digest())
    }
}

/// Derives where a campaign stands from its published files, and lets somebody look.
fn now_with<T>(campaign: &Campaign, look: impl FnOnce(&Now<'_>) -> T) -> Result<T> {
    let statement = campaign.announcement()?;
    let announcement = statement.body();
    let record = campaign.record()?;
    let lots = recorded_lots(record.body())?;
    let later = statements(campaign)?;
    with_registers(announcement, &Folder::new(&campaign.public()), &lots, |registers, selection| {
        let (binding, inspectors, recusals) = (registers.binding, registers.inspectors, registers.recusals);
        let outcome = draw_inspectors(announcement, binding, selection, inspectors, recusals, &lots)?;
        let facts = Facts { announcement, binding, inspectors, recusals, lots: &lots, outcome: &outcome };
        let state = follow(facts, &record, &later)?;
        Ok(look(&Now { state: &state, number: &announcement.number, record: record.digest(), later: &later }))
    })
}

/// Where a campaign stands whose outcome was derived already, and the statements that led there.
pub(crate) fn now_from<T>(
    campaign: &Campaign,
    facts: Facts<'_>,
    look: impl FnOnce(&State<'_>, &[Later]) -> T,
) -> Result<T> {
    let record = campaign.record()?;
    let later = statements(campaign)?;
    let state = follow(facts, &record, &later)?;
    Ok(look(&state, &later))
}

/// The published statements after the record, ascending by serial.
fn statements(campaign: &Campaign) -> Result<Vec<Later>> {
    let public = campaign.public();
    let names = Folder::new(&public).files()?.into_keys();
    let mut later: Vec<Later> = names
        .filter_map(|name| serial_of(&name).map(|(kind, serial)| (name, kind, serial)))
        .map(|(name, kind, serial)| {
            Later::parse(kind, serial, &read_bytes(&public.join(&name))?).map_err(|fault| fault.file(&name))
        })
        .collect::<Result<_>>()?;
    later.sort_by_key(|later| later.head().serial);
    Ok(later)
}

/// What a statement after the record is called is in its body.
trait After: Body {
    fn head(&self) -> &Head;
}

impl After for Substitution {
    fn head(&self) -> &Head {
        &self.head
    }
}

impl After for Results {
    fn head(&self) -> &Head {
        &self.head
    }
}

impl After for Amendment {
    fn head(&self) -> &Head {
        &self.head
    }
}

/// Signs and publishes, when the whole campaign still verifies.
fn publish<B: After>(campaign: &Campaign, body: B) -> Result<Statement<B>> {
    // of a sealed campaign it would tell where the lot fell
    campaign.statement::<Record>("record.json", "reveal")?;
    let name = file_name(B::TYPE, body.head().serial);
    let mut statement = Statement::new(body);
    campaign.sign_by_signers(&mut statement, campaign.announcement()?.body())?;
    campaign.publish_one(&name, &statement)?;
    Ok(statement)
}

fn seat_of(campaign: &Campaign, asked_for: Asked<'_>) -> Result<(Id, Id)> {
    let target = asked(campaign, "targets", asked_for.target).map_err(|fault| fault.column("--target"))?.id;
    let department = Id::parse(asked_for.department).map_err(|fault| fault.column("--department"))?;
    Ok((target, department))
}

fn read(campaign: &Campaign, table: &Path) -> Result<Vec<ResultRow>, Vec<Fault>> {
    let ids = Ids::of(campaign, "targets").map_err(one)?;
    read_results(table, &ids, campaign.watch())
}

/// The faults of rows, each with its place.
fn at_rows(rows: &[ResultRow], table: &Path, check: impl Fn(&ResultRow) -> Option<Fault>) -> Vec<Fault> {
    rows.iter().filter_map(|row| Some(check(row)?.file(shown(table)).row(row.row))).collect()
}

fn visits(rows: Vec<ResultRow>) -> Vec<Visited> {
    rows.into_iter().map(|row| row.visited).collect()
}

fn number_of(amends: Amends) -> String {
    match amends {
        Amends::Record => "record".to_owned(),
        Amends::Serial(serial) => serial.to_string(),
    }
}

fn one(fault: Fault) -> Vec<Fault> {
    vec![fault]
}
