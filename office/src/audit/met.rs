//! Inspectors who visited before, against what a campaign says of rotation and loads (SPEC §6.2). It is seen only of those
//! whose ids are the same then and now: where pseudonyms change from campaign to campaign, only openings show it.

use super::past::on_site;
use super::{Audited, Finding, wrong};
use crate::files::{Folder, read_bytes};
use crate::visits::{Known, Until, Visits, met, read_visits};
use std::collections::BTreeSet;
use std::path::Path;
use yaohao::announcement::{Announcement, Earlier, History};
use yaohao::fault::{Code, Fault, Result};
use yaohao::record::Record;
use yaohao::register::{Recusals, Row, Visit, scan};
use yaohao::statement::Statement;
use yaohao::verify::{Evidence as _, Verdict};

/// Campaigns whose recusals leave out pairs that rotation keeps apart, or whose inspectors are said to have carried less than
/// they did. Where campaigns of the history are not on this site, only what the others show is looked at, and nobody is
/// known to have been a target's last visitor.
pub(super) fn visits(site: &Path, campaigns: &[Audited]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for campaign in campaigns.iter().filter(|campaign| campaign.report.verdict != Verdict::Rejected) {
        let Some(body) = campaign.announcement.as_ref().map(Statement::body) else { continue };
        let Some(history) = &body.history else { continue };
        if !history.last_visitors && history.met_within_months.is_none() && !history.loads {
            continue;
        }
        let listed = history.campaigns.iter().map(|earlier| visits_of(site, campaigns, earlier, body));
        let listed: Vec<Option<Visits>> = listed.collect();
        let whole = listed.iter().all(Option::is_some);
        let shown: Vec<Visits> = listed.into_iter().flatten().collect();
        // a register that cannot be read is for the campaign's own steps to name
        let folder = Folder::new(&site.join(&campaign.place));
        let Ok((apart, loads)) = left_out(&folder, body, history, &shown, whole) else { continue };
        let at = |code| Fault::new(code).file(&campaign.place).fact("number", &campaign.number);
        if let Some((target, inspector)) = apart.first() {
            let fault = at(Code::AuditRotation).fact("count", apart.len());
            findings.push(wrong(fault.fact("target", target).fact("inspector", inspector)));
        }
        if let Some(inspector) = loads.first() {
            findings.push(wrong(at(Code::AuditLoads).fact("count", loads.len()).fact("inspector", inspector)));
        }
    }
    findings
}

/// The visits of an earlier campaign that the site shows, up to the statement that counts.
fn visits_of(site: &Path, campaigns: &[Audited], earlier: &Earlier, body: &Announcement) -> Option<Visits> {
    let campaign = on_site(campaigns, earlier)?;
    let window = campaign.announcement.as_ref()?.body().window_from;
    let folder = site.join(&campaign.place);
    let record = Statement::<Record>::parse(&read_bytes(&folder.join("record.json")).ok()?).ok()?;
    let (of, last) = read_visits(&folder, &record, Until::Last(earlier.last)).ok()?;
    let drawn_at = record.body().drawn_at.clone();
    let count = window.year() == body.window_from.year();
    (last == earlier.last).then_some(Visits { key: None, drawn_at, count, of })
}

/// Pairs that should be recused and are not, and inspectors who carried more than is said.
type LeftOut = (Vec<(String, String)>, Vec<String>);

fn left_out(folder: &Folder, body: &Announcement, history: &History, shown: &[Visits], whole: bool) -> Result<LeftOut> {
    let visitor = body.inspectors_visitor()?;
    let schema = body.inspectors_schema();
    let (_, inspectors) = scan(&schema, u64::MAX, folder.open("inspectors.csv")?.as_mut(), visitor)?;
    let make = Recusals::new(&inspectors.ids);
    let (_, recusals) = scan(&body.recusals_schema(), u64::MAX, folder.open("recusals.csv")?.as_mut(), make)?;
    let schema = body.targets_schema();
    let make = Present { excluded: schema.column("excluded").ok(), ids: BTreeSet::new() };
    let (_, targets) = scan(&schema, u64::MAX, folder.open("targets.csv")?.as_mut(), make)?;
    let known = |id: &str| {
        let campaigns = shown.iter().enumerate().filter(|(_, visits)| visits.of.contains_key(id));
        let known = |campaign| Known { campaign, earlier: id.to_owned(), now: id.to_owned() };
        campaigns.map(|(campaign, _)| known(campaign)).collect::<Vec<_>>()
    };
    let known: Vec<Known> = inspectors.present.iter().flat_map(|inspector| known(inspector.id.as_str())).collect();
    let due = met(shown, &known, whole && history.last_visitors, history.met_within_months, &body.announced_at);
    let free = due.into_keys().filter(|(target, inspector)| {
        targets.ids.contains(target) && !recusals.bar(target.as_str(), inspector.as_str())
    });
    let carried = |id: &str| -> usize {
        let counting = shown.iter().filter(|visits| visits.count && history.loads);
        counting.filter_map(|visits| visits.of.get(id)).map(BTreeSet::len).sum()
    };
    let less = inspectors.present.iter().filter(|inspector| {
        u64::from(inspector.carried) < u64::try_from(carried(inspector.id.as_str())).unwrap_or(u64::MAX)
    });
    Ok((free.collect(), less.map(|inspector| inspector.id.to_string()).collect()))
}

/// The targets that are not excluded.
struct Present {
    excluded: Option<usize>,
    ids: BTreeSet<String>,
}

impl Visit for Present {
    fn fork(&self) -> Self {
        Self { excluded: self.excluded, ids: BTreeSet::new() }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if self.excluded.is_none_or(|column| row.cell(column).is_empty()) {
            self.ids.insert(row.cell(0).to_owned());
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.ids.extend(later.ids);
        Ok(())
    }
}
