//! Inspectors who visited before, against what a campaign says of rotation and loads (SPEC §6.2). It is seen only of those
//! whose ids are the same then and now: where pseudonyms change from campaign to campaign, only openings show it.

use super::past::on_site;
use super::{Audited, Finding, wrong};
use crate::files::{Folder, read_bytes};
use crate::visits::{Known, Until, Visits, met, read_visits};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use yaohao::announcement::{Announcement, Earlier, History};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::record::Record;
use yaohao::register::{Inspector, LAST_VISITOR, MET_RECENTLY, Row, Visit, scan};
use yaohao::statement::Statement;
use yaohao::verify::{Evidence as _, Verdict};

/// Campaigns whose recusals or loads do not follow from what earlier campaigns gave. Where campaigns of the history are not on
/// this site, only what the others show is looked at, and nobody is known to have been a target's last visitor. What is
/// said too much is seen only where all are shown and have kept their ids.
pub(super) fn visits(site: &Path, campaigns: &[Audited]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for campaign in campaigns.iter().filter(|campaign| campaign.report.verdict != Verdict::Rejected) {
        let Some(body) = campaign.announcement.as_ref().map(Statement::body) else { continue };
        let Some(history) = &body.history else { continue };
        if !history.last_visitors && history.met_within_months.is_none() && !history.loads {
            continue;
        }
        let listed = history.campaigns.iter().map(|earlier| before(site, campaigns, earlier, body));
        let listed: Vec<Option<Before>> = listed.collect();
        let whole = listed.iter().all(Option::is_some);
        let shown: Vec<Before> = listed.into_iter().flatten().collect();
        // a register that cannot be read is for the campaign's own steps to name
        let folder = Folder::new(&site.join(&campaign.place));
        let Ok((pairs, loads)) = differences(&folder, body, history, shown, whole) else { continue };
        let at = |code| Fault::new(code).file(&campaign.place).fact("number", &campaign.number);
        if let Some((target, inspector)) = pairs.first() {
            let fault = at(Code::AuditRotation).fact("count", pairs.len());
            findings.push(wrong(fault.fact("target", target).fact("inspector", inspector)));
        }
        if let Some(inspector) = loads.first() {
            findings.push(wrong(at(Code::AuditLoads).fact("count", loads.len()).fact("inspector", inspector)));
        }
    }
    findings
}

/// An earlier campaign that the site shows: its visits up to the statement that counts, and the ids of its inspectors.
struct Before {
    visits: Visits,
    inspectors: Vec<Id>,
}

fn before(site: &Path, campaigns: &[Audited], earlier: &Earlier, now: &Announcement) -> Option<Before> {
    let campaign = on_site(campaigns, earlier)?;
    let body = campaign.announcement.as_ref()?.body();
    let place = site.join(&campaign.place);
    let record = Statement::<Record>::parse(&read_bytes(&place.join("record.json")).ok()?).ok()?;
    let (of, last) = read_visits(&place, &record, Until::Last(earlier.last)).ok()?;
    if last != earlier.last {
        return None;
    }
    let visitor = body.inspectors_visitor().ok()?;
    let folder = Folder::new(&place);
    let mut blocks = folder.open("inspectors.csv").ok()?;
    let (_, inspectors) = scan(&body.inspectors_schema(), u64::MAX, blocks.as_mut(), visitor).ok()?;
    let count = body.window_from.year() == now.window_from.year();
    let visits = Visits { key: None, drawn_at: record.body().drawn_at.clone(), count, of };
    Some(Before { visits, inspectors: inspectors.ids })
}

/// Pairs that should be recused and are not, or should not be and are; and inspectors who carried something else.
type Differences = (Vec<(String, String)>, Vec<String>);

fn differences(
    folder: &Folder,
    body: &Announcement,
    history: &History,
    before: Vec<Before>,
    whole: bool,
) -> Result<Differences> {
    let visitor = body.inspectors_visitor()?;
    let schema = body.inspectors_schema();
    let (_, inspectors) = scan(&schema, u64::MAX, folder.open("inspectors.csv")?.as_mut(), visitor)?;
    let make = Apart::default();
    let (_, apart) = scan(&body.recusals_schema(), u64::MAX, folder.open("recusals.csv")?.as_mut(), make)?;
    let schema = body.targets_schema();
    let make = Present { excluded: schema.column("excluded").ok(), ids: BTreeSet::new() };
    let (_, targets) = scan(&schema, u64::MAX, folder.open("targets.csv")?.as_mut(), make)?;
    // one id that is the same shows that all of a register's are made under the same key
    let kept = |before: &Before| before.inspectors.iter().any(|id| inspectors.ids.binary_search(id).is_ok());
    let exact = whole && before.iter().all(kept);
    let shown: Vec<Visits> = before.into_iter().map(|before| before.visits).collect();
    let known = |id: &Id| {
        let campaigns = shown.iter().enumerate().filter(|(_, visits)| visits.of.contains_key(id.as_str()));
        let known = |campaign| Known { campaign, earlier: id.to_string(), now: id.to_string() };
        campaigns.map(|(campaign, _)| known(campaign)).collect::<Vec<_>>()
    };
    let known: Vec<Known> = inspectors.ids.iter().flat_map(known).collect();
    let due = met(&shown, &known, whole && history.last_visitors, history.met_within_months, &body.announced_at);
    let present = |id: &str| inspectors.present.iter().any(|inspector| inspector.id.as_str() == id);
    let left_out =
        due.keys().filter(|pair| !apart.pairs.contains_key(*pair) && targets.ids.contains(&pair.0) && present(&pair.1));
    let invented = apart.pairs.iter().filter(|(pair, category)| {
        let reserved = [LAST_VISITOR, MET_RECENTLY].contains(&category.as_str());
        exact && reserved && due.get(*pair).is_none_or(|right| right != category)
    });
    let pairs: BTreeSet<(String, String)> = left_out.chain(invented.map(|(pair, _)| pair)).cloned().collect();
    let carried = |id: &str| -> u64 {
        let counting = shown.iter().filter(|visits| visits.count);
        let visited: usize = counting.filter_map(|visits| visits.of.get(id)).map(BTreeSet::len).sum();
        u64::try_from(visited).unwrap_or(u64::MAX)
    };
    let differs = |inspector: &&Inspector| {
        let (said, shown) = (u64::from(inspector.carried), carried(inspector.id.as_str()));
        history.loads && (said < shown || exact && said != shown)
    };
    let loads = inspectors.present.iter().filter(differs).map(|inspector| inspector.id.to_string());
    Ok((pairs.into_iter().collect(), loads.collect()))
}

/// The pairs of recusals.csv with their categories.
#[derive(Default)]
struct Apart {
    pairs: BTreeMap<(String, String), String>,
}

impl Visit for Apart {
    fn fork(&self) -> Self {
        Self::default()
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        self.pairs.insert((row.cell(0).to_owned(), row.cell(1).to_owned()), row.cell(2).to_owned());
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.pairs.extend(later.pairs);
        Ok(())
    }
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
