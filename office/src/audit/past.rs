//! Who was kept out because of earlier campaigns, and who was not, against what these drew (SPEC §6.2).

use super::{Audited, Finding, remark, wrong};
use crate::files::{read_bytes, shown};
use crate::history::{drawn, reasons};
use crate::plan::EarlierCampaign;
use std::path::Path;
use yaohao::announcement::{Announcement, Earlier, History};
use yaohao::fault::{Code, Fault, Result};
use yaohao::register::parse_row;
use yaohao::statement::Statement;
use yaohao::verify::Verdict;

/// Campaigns that exclude targets otherwise than their history says. Where campaigns of the history are not on this site, only
/// those targets are looked at that the others should have excluded.
pub(super) fn history(site: &Path, campaigns: &[Audited]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for campaign in campaigns.iter().filter(|campaign| campaign.report.verdict != Verdict::Rejected) {
        let Some(body) = campaign.announcement.as_ref().map(Statement::body) else { continue };
        let Some(history) = &body.history else { continue };
        let earlier: Vec<_> = history.campaigns.iter().map(|earlier| (earlier, on_site(campaigns, earlier))).collect();
        findings.extend(earlier.iter().filter_map(|(earlier, place)| named(campaign, earlier, *place, campaigns)));
        let known = earlier.iter().filter_map(|(earlier, place)| {
            let public = shown(Path::new(&(*place)?.place));
            let named =
                EarlierCampaign { public, record: Some(earlier.record), level: earlier.level, register_key: None };
            drawn(site, &named, false).ok()
        });
        let known: Vec<_> = known.collect();
        let whole = known.len() == earlier.len();
        let due = reasons(&known, history, body.window_from, &body.announced_at);
        let differs = |id: &str, excluded: &str| match due.get(id) {
            None => whole && RESERVED.contains(&excluded),
            Some(reason) => excluded.is_empty() || whole && RESERVED.contains(&excluded) && excluded != *reason,
        };
        // a register that cannot be read is for the campaign's own steps to name
        let found = different(&site.join(&campaign.place), body, &differs).unwrap_or_default();
        if let Some(first) = found.first() {
            let fault = Fault::new(Code::AuditHistory).file(&campaign.place).fact("number", &campaign.number);
            findings.push(wrong(fault.fact("count", found.len()).fact("id", first)));
        }
    }
    findings
}

/// An earlier campaign that is not shown as it is named: whoever names another record than the one that everybody sees has drawn
/// twice, or made one up.
fn named(campaign: &Audited, earlier: &Earlier, place: Option<&Audited>, campaigns: &[Audited]) -> Option<Finding> {
    let ended = |other: &&Audited| other.number == earlier.number.as_str() && other.leaves.contains_key("record.json");
    let fault = Fault::new(Code::AuditEarlier).file(&campaign.place).fact("number", &campaign.number);
    let fault = fault.fact("earlier", &earlier.number).fact("record", earlier.record);
    match place {
        Some(shown) => {
            let last = |digest| shown.leaves.values().any(|leaf| leaf.statement == digest);
            earlier.last.is_some_and(|digest| !last(digest)).then(|| wrong(fault))
        }
        None if campaigns.iter().any(|other| ended(&other)) => Some(wrong(fault)),
        None => Some(remark(fault)),
    }
}

/// The reasons that only a history gives.
const RESERVED: [&str; 3] = [History::OTHER_LEVEL, History::YEARLY_CAP, History::DRAWN_RECENTLY];

/// An earlier campaign, if its record lies on the site.
pub(super) fn on_site<'a>(campaigns: &'a [Audited], earlier: &Earlier) -> Option<&'a Audited> {
    let has =
        |campaign: &&Audited| campaign.leaves.get("record.json").is_some_and(|leaf| leaf.statement == earlier.record);
    campaigns.iter().find(has)
}

/// The ids of the targets' register whose exclusion is not what it should be.
fn different(folder: &Path, body: &Announcement, differs: &dyn Fn(&str, &str) -> bool) -> Result<Vec<String>> {
    let column = body.targets.columns.iter().position(|column| column == "excluded").unwrap_or(usize::MAX);
    let bytes = read_bytes(&folder.join("targets.csv"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Fault::new(Code::RegisterUtf8).file("targets.csv"))?;
    let (mut cells, mut found) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        parse_row(line, &mut cells)?;
        if let (Some(id), Some(excluded)) = (cells.first(), cells.get(column))
            && differs(id, excluded)
        {
            found.push(id.to_string());
        }
    }
    Ok(found)
}
