//! `[history]` of a plan: earlier campaigns whose draws count in this one.

use super::plan_fault;
use serde::Deserialize;
use yaohao::announcement::Level;
use yaohao::encoding::Digest;
use yaohao::fault::Result;

/// What earlier campaigns do to this one.
#[derive(Debug, Clone)]
pub struct HistoryPlan {
    /// This campaign's own level.
    pub level: Option<Level>,
    /// Who was drawn in so many months before the announcement is excluded.
    pub drawn_within_months: Option<u64>,
    /// Who was drawn so many times in the window's year is excluded.
    pub yearly_cap: Option<u64>,
    /// Whom another level has drawn in the window's year is excluded.
    pub other_levels: bool,
    /// Whether who visited a target last does not visit it now.
    pub last_visitors: bool,
    /// Who visited a target in so many months before the announcement does not visit it now.
    pub met_within_months: Option<u64>,
    /// Whether the visits of the window's year count in evenness.
    pub loads: bool,
    /// The campaigns.
    pub campaigns: Vec<EarlierCampaign>,
}

impl HistoryPlan {
    /// Whether who visited whom counts.
    #[must_use]
    pub fn counts_visits(&self) -> bool {
        self.last_visitors || self.met_within_months.is_some() || self.loads
    }
}

/// An earlier campaign.
#[derive(Debug, Clone)]
pub struct EarlierCampaign {
    /// Its published files, relative to this campaign's folder.
    pub public: String,
    /// The digest that its record must have.
    pub record: Option<Digest>,
    /// Its level.
    pub level: Option<Level>,
    /// Its register key, relative to this campaign's folder: its pseudonyms are other ones than today's.
    pub register_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileHistory {
    level: Option<String>,
    drawn_within_months: Option<u64>,
    yearly_cap: Option<u64>,
    #[serde(default)]
    other_levels: bool,
    #[serde(default)]
    last_visitors: bool,
    met_within_months: Option<u64>,
    #[serde(default)]
    loads: bool,
    #[serde(default)]
    campaigns: Vec<FileCampaign>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCampaign {
    public: String,
    record: Option<String>,
    level: Option<String>,
    register_key: Option<String>,
}

pub(super) fn history(file: FileHistory) -> Result<HistoryPlan> {
    let wrong = |detail: &str| Err(plan_fault(&format!("history: {detail}")));
    let of_targets = file.drawn_within_months.is_some() || file.yearly_cap.is_some() || file.other_levels;
    let of_visits = file.last_visitors || file.met_within_months.is_some() || file.loads;
    if !of_targets && !of_visits {
        let rules = "drawn_within_months, yearly_cap, other_levels, last_visitors, met_within_months or loads";
        return wrong(&format!("write {rules}"));
    }
    if file.met_within_months.is_some_and(|months| !(1..=120).contains(&months)) {
        return wrong("met_within_months is 1 to 120");
    }
    if file.drawn_within_months.is_some_and(|months| !(1..=120).contains(&months)) {
        return wrong("drawn_within_months is 1 to 120");
    }
    if file.yearly_cap.is_some_and(|cap| !(1..=1000).contains(&cap)) {
        return wrong("yearly_cap is 1 to 1000");
    }
    if file.campaigns.is_empty() {
        return wrong("name the earlier campaigns: [[history.campaigns]] with public = \"…\"");
    }
    if file.other_levels && (file.level.is_none() || file.campaigns.iter().any(|campaign| campaign.level.is_none())) {
        return wrong("other_levels needs level = province, city or county here and for every campaign");
    }
    let level = |name: Option<String>| name.as_deref().map(Level::parse).transpose();
    let campaign = |file: FileCampaign| {
        let record = file.record.as_deref().map(Digest::parse).transpose()?;
        let register_key = file.register_key;
        Ok(EarlierCampaign { public: file.public, record, level: level(file.level)?, register_key })
    };
    Ok(HistoryPlan {
        level: level(file.level)?,
        drawn_within_months: file.drawn_within_months,
        yearly_cap: file.yearly_cap,
        other_levels: file.other_levels,
        last_visitors: file.last_visitors,
        met_within_months: file.met_within_months,
        loads: file.loads,
        campaigns: file.campaigns.into_iter().map(campaign).collect::<Result<_>>()?,
    })
}
