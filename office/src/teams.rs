//! Who goes where, with names: the office's own list of the teams. What is published has pseudonyms only; this file
//! joins them to the office's tables, and stays in `private/`.

use crate::campaign::Campaign;
use crate::files::{Folder, write_whole};
use crate::freeze::Kinds;
use crate::intake::{Context, Kind, open_rows};
use crate::keys::RegisterKey;
use crate::later::teams_now;
use crate::plan::{IdForm, Plan, Register};
use crate::template::Tongue;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, XlsxError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use yaohao::announcement::{Announced, Announcement};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name};
use yaohao::outcome::Outcome;
use yaohao::register::{Row, Schema, Visit, scan, seal};
use yaohao::verify::Evidence as _;

/// A list of teams that was written.
#[derive(Debug)]
pub struct Teams {
    /// Where it is.
    pub file: PathBuf,
    /// Its rows.
    pub seats: u64,
    /// Firms whose names are left empty, since their rows in the tables are not what was sealed.
    pub changed_targets: u64,
    /// Inspectors likewise.
    pub changed_inspectors: u64,
}

/// Writes `private/teams.xlsx` for an outcome, from the office's own tables and register key. A row that is no longer
/// what was sealed gives no name: it might be another's.
///
/// # Errors
/// What is missing: plan, register key, tables; [`Code::RegisterDigest`], [`Code::FileWrite`]. Nothing is written then.
pub fn write(campaign: &Campaign, outcome: &Outcome, tongue: Tongue) -> Result<Teams, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let statement = campaign.announcement().map_err(one)?;
    let departments = outcome.departments.iter();
    let seats = departments.flat_map(|department| department.seats.iter().map(move |seat| (&department.id, seat)));
    let seats = seats.map(|(department, seat)| SeatNow {
        target: seat.target.clone(),
        department: department.clone(),
        number: seat.number,
        leader: seat.leader,
        inspector: Some(seat.inspector.clone()),
    });
    write_announced(campaign, statement.body(), seats.collect(), tongue)
}

/// The same for a campaign that was drawn earlier, as the teams are now: the outcome is computed again from its record, and
/// all substitutions are followed.
///
/// # Errors
/// As [`write()`]; [`Code::CampaignState`] before the draw.
pub fn write_again(campaign: &Campaign, tongue: Tongue) -> Result<Teams, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let statement = campaign.announcement().map_err(one)?;
    let seats = teams_now(campaign).map_err(one)?.into_iter().map(|(target, seat)| SeatNow {
        target,
        department: seat.department,
        number: seat.number,
        leader: seat.group.leader,
        inspector: seat.inspector,
    });
    write_announced(campaign, statement.body(), seats.collect(), tongue)
}

/// Certificate numbers and names of some inspectors, from the office's own table.
///
/// # Errors
/// What is missing, as for [`write()`].
pub fn inspector_names(campaign: &Campaign, ids: &BTreeSet<Id>) -> Result<BTreeMap<Id, (String, String)>, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let statement = campaign.announcement().map_err(one)?;
    let announcement = statement.body();
    let plan = campaign.plan().map_err(one)?;
    let key = RegisterKey::load(&campaign.private()).map_err(one)?;
    let kinds = Kinds::of(&plan).map_err(one)?;
    let office = Office { campaign, key: &key };
    let opened = office.open(
        (&plan.inspectors, &kinds.inspectors),
        (&announcement.inspectors, &announcement.inspectors_schema()),
        ids,
    )?;
    let named = |id: &Id| (id.clone(), (opened.value(id, "true_id"), opened.value(id, "name")));
    Ok(ids.iter().map(named).collect())
}

/// A seat, and who sits there; nobody, if it became vacant.
struct SeatNow {
    target: Id,
    department: Id,
    number: u64,
    leader: bool,
    inspector: Option<Id>,
}

fn write_announced(
    campaign: &Campaign,
    announcement: &Announcement,
    mut seats: Vec<SeatNow>,
    tongue: Tongue,
) -> Result<Teams, Vec<Fault>> {
    seats.sort_by(|a, b| (&a.target, &a.department, a.number).cmp(&(&b.target, &b.department, b.number)));
    let one = |fault: Fault| vec![fault];
    let plan = campaign.plan().map_err(one)?;
    let key = RegisterKey::load(&campaign.private()).map_err(one)?;
    let kinds = Kinds::of(&plan).map_err(one)?;
    let _lock = campaign.lock().map_err(one)?;
    let office = Office { campaign, key: &key };
    let targets = office.open(
        (&plan.targets, &kinds.targets),
        (&announcement.targets, &announcement.targets_schema()),
        &seats.iter().map(|seat| seat.target.clone()).collect(),
    );
    let inspectors = office.open(
        (&plan.inspectors, &kinds.inspectors),
        (&announcement.inspectors, &announcement.inspectors_schema()),
        &seats.iter().filter_map(|seat| seat.inspector.clone()).collect(),
    );
    // both are read before anything is refused, so that an officer sees at once all that is missing
    let (targets, inspectors) = match (targets, inspectors) {
        (Ok(targets), Ok(inspectors)) => (targets, inspectors),
        (targets, inspectors) => {
            return Err([targets.err(), inspectors.err()].into_iter().flatten().flatten().collect());
        }
    };
    let rows = rows(announcement, &plan, &seats, (&targets, &inspectors), tongue);
    let file = campaign.private().join("teams.xlsx");
    let wrong = |error: XlsxError| one(Fault::new(Code::FileWrite).file("teams.xlsx").fact("detail", error));
    write_whole(&file, &workbook(&rows, tongue).map_err(wrong)?).map_err(one)?;
    let count = u64::try_from(seats.len()).unwrap_or(u64::MAX);
    Ok(Teams { file, seats: count, changed_targets: targets.changed, changed_inspectors: inspectors.changed })
}

/// What the tables still say of some ids.
struct Opened {
    values: BTreeMap<Id, BTreeMap<Name, String>>,
    changed: u64,
}

impl Opened {
    fn value(&self, id: &Id, column: &str) -> String {
        let found = self.values.get(id).and_then(|values| values.iter().find(|(name, _)| name.as_str() == column));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// The office's side: where the tables are, and what seals them.
struct Office<'a> {
    campaign: &'a Campaign,
    key: &'a RegisterKey,
}

impl Office<'_> {
    fn open(
        &self,
        (register, attributes): (&Register, &[(Name, Kind)]),
        (announced, schema): (&Announced, &Schema),
        ids: &BTreeSet<Id>,
    ) -> Result<Opened, Vec<Fault>> {
        // where nothing is sealed there is no name to find
        if announced.withheld.is_empty() {
            return Ok(Opened { values: BTreeMap::new(), changed: 0 });
        }
        let role = register.role.name();
        let seals = self.seals(announced, schema, role, ids).map_err(|fault| vec![fault])?;
        let history = BTreeMap::new();
        let watch = self.campaign.watch();
        let context = Context { base: self.campaign.folder(), key: self.key, watch, history: &history, visits: &[] };
        let mut values = open_rows(context, register, attributes, ids)?;
        let mut changed = 0;
        for id in ids {
            let sealed = values.get(id).map(|values| seal(&self.key.salt(role, id), id.as_str(), values).to_string());
            if sealed.is_none() || sealed.as_ref() != seals.get(id.as_str()) {
                changed += 1;
                // the true id stays: its pseudonym is under this very key, so it is nobody else's
                let pseudonymous = register.id_form == IdForm::Pseudonym;
                if let Some(values) = values.get_mut(id) {
                    values.retain(|column, _| pseudonymous && column.as_str() == "true_id");
                }
            }
        }
        Ok(Opened { values, changed })
    }

    /// The seals in the frozen register, which must be the announced one.
    fn seals(
        &self,
        announced: &Announced,
        schema: &Schema,
        role: &str,
        ids: &BTreeSet<Id>,
    ) -> Result<BTreeMap<String, String>> {
        let file = format!("{role}.csv");
        let files = Folder::new(&self.campaign.public());
        let visitor = Seals { ids, found: BTreeMap::new() };
        let (commitment, seals) = scan(schema, u64::MAX, files.open(&file)?.as_mut(), visitor)?;
        if commitment.sha256 != announced.commitment.sha256 {
            let fault = Fault::new(Code::RegisterDigest).file(file).fact("found", commitment.sha256);
            return Err(fault.fact("expected", announced.commitment.sha256));
        }
        Ok(seals.found)
    }
}

/// The last cells of some rows.
struct Seals<'a> {
    ids: &'a BTreeSet<Id>,
    found: BTreeMap<String, String>,
}

impl Visit for Seals<'_> {
    fn fork(&self) -> Self {
        Self { ids: self.ids, found: BTreeMap::new() }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if self.ids.contains(&Id::parse(row.cell(0))?) {
            let seal = row.cells.last().map(ToString::to_string).unwrap_or_default();
            self.found.insert(row.cell(0).to_owned(), seal);
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.found.extend(later.found);
        Ok(())
    }
}

/// Header and width of a column: Chinese, then English.
const COLUMNS: [([&str; 2], u16); 9] = [
    (["统一社会信用代码", "Firm"], 24),
    (["企业名称", "Company name"], 34),
    (["部门", "Department"], 18),
    (["席位", "Seat"], 8),
    (["组长", "Leader"], 8),
    (["化名", "Pseudonym"], 26),
    (["执法证号", "Certificate"], 20),
    (["姓名", "Name"], 14),
    (["联系电话", "Phone"], 18),
];

/// Header and rows, one a seat, in the order of assignments.csv.
fn rows(
    announcement: &Announcement,
    plan: &Plan,
    seats: &[SeatNow],
    (targets, inspectors): (&Opened, &Opened),
    tongue: Tongue,
) -> Vec<Vec<String>> {
    let language = usize::from(tongue == Tongue::English);
    let has_phone = plan.inspectors.withheld.keys().any(|name| name.as_str() == "phone");
    let columns = if has_phone { COLUMNS.len() } else { COLUMNS.len() - 1 };
    let is_pseudonym = announcement.inspectors.withheld.iter().any(|name| name.as_str() == "true_id");
    let titles: BTreeMap<&Id, &str> =
        announcement.departments.iter().map(|department| (&department.id, department.title.as_str())).collect();
    let header = COLUMNS.iter().map(|(header, _)| header[language].to_owned());
    let mut rows = vec![header.take(columns).collect()];
    rows.extend(seats.iter().map(|seat| {
        let SeatNow { target, department, .. } = seat;
        let of = |value: &dyn Fn(&Id) -> String| seat.inspector.as_ref().map(value).unwrap_or_default();
        let row = [
            target.to_string(),
            targets.value(target, "name"),
            titles.get(department).map_or_else(|| department.to_string(), ToString::to_string),
            seat.number.to_string(),
            if seat.leader { ["是", "yes"][language].to_owned() } else { String::new() },
            if is_pseudonym { of(&Id::to_string) } else { String::new() },
            of(&|id| if is_pseudonym { inspectors.value(id, "true_id") } else { id.to_string() }),
            of(&|id| inspectors.value(id, "name")),
            of(&|id| inspectors.value(id, "phone")),
        ];
        row.into_iter().take(columns).collect()
    }));
    rows
}

/// Every cell is a string: a name that begins like a formula stays a name.
fn workbook(rows: &[Vec<String>], tongue: Tongue) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
    let text = Format::new().set_num_format("@");
    let header = text.clone().set_bold().set_border_bottom(FormatBorder::Thin).set_background_color(0x00DD_EBF7);
    let sheet = workbook.add_worksheet();
    sheet.set_name(["检查组", "teams"][usize::from(tongue == Tongue::English)])?;
    for ((_, width), index) in COLUMNS.iter().zip(0_u16..) {
        sheet.set_column_width(index, *width)?;
    }
    for (row, number) in rows.iter().zip(0_u32..) {
        let format = if number == 0 { &header } else { &text };
        for (cell, index) in row.iter().zip(0_u16..) {
            sheet.write_string_with_format(number, index, cell, format)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_the_same_each_time() {
        let rows = vec![vec!["=1+1".to_owned(), "王五".to_owned()]];
        assert!(workbook(&rows, Tongue::Chinese).unwrap() == workbook(&rows, Tongue::Chinese).unwrap());
    }
}
