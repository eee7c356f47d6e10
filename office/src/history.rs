//! Earlier campaigns that count in this one, read from their published files (SPEC §6.2).

use crate::files::{Folder, read_bytes};
use crate::keys::RegisterKey;
use crate::plan::{EarlierCampaign, HistoryPlan, IdForm, Plan};
use crate::visits::{Known, Until, Visited, Visits, read_visits};
use crate::watch::{Watch, Work};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use yaohao::announcement::{Announcement, Earlier, History, Level, months_before};
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Date, Time};
use yaohao::record::Record;
use yaohao::register::parse_row;
use yaohao::statement::Statement;
use yaohao::verify::verify;

/// What the earlier campaigns of a plan say.
#[derive(Debug, Default)]
pub struct Past {
    /// What the announcement says of them.
    pub announced: Option<History>,
    /// Who takes no part, and why.
    pub reasons: BTreeMap<String, &'static str>,
    /// Who visited whom in them, where that counts.
    pub visits: Vec<Visits>,
    /// Each campaign's number, record, and how many it drew.
    pub campaigns: Vec<(Earlier, usize)>,
    /// What is worth a look.
    pub notes: Vec<Fault>,
}

/// Reads the earlier campaigns that a plan names.
///
/// # Errors
/// [`Code::HistoryNumber`]; [`Code::HistoryRecord`] when files are missing or do not belong together, [`Code::HistoryPseudonym`].
pub fn read_history(base: &Path, plan: &Plan, now: &Time, watch: &dyn Watch) -> Result<Past> {
    let Some(history) = &plan.history else { return Ok(Past::default()) };
    if plan.targets.id_form == IdForm::Pseudonym {
        return Err(Fault::new(Code::HistoryPseudonym).file("plan.toml"));
    }
    watch.begin(Work::Scan, "history", u64::try_from(history.campaigns.len()).ok());
    let read = history.campaigns.iter().map(|campaign| {
        let read = must_verify(base, campaign).and_then(|()| drawn(base, campaign, history.counts_visits()));
        watch.advance(1);
        read.map_err(|fault| Fault::new(Code::HistoryRecord).fact("campaign", &campaign.public).because(fault))
    });
    let read: Result<Vec<Drawn>> = read.collect();
    watch.end();
    let mut read = read?;
    if let Some(same) = read.iter().find(|drawn| drawn.earlier.number == plan.number) {
        return Err(Fault::new(Code::HistoryNumber).file("plan.toml").fact("number", &same.earlier.number));
    }
    read.sort_by(|a, b| (&a.earlier.number, &a.earlier.record).cmp(&(&b.earlier.number, &b.earlier.record)));
    let announced = History {
        campaigns: read.iter().map(|drawn| drawn.earlier.clone()).collect(),
        drawn_within_months: history.drawn_within_months,
        yearly_cap: history.yearly_cap,
        level: history.level,
        other_levels: history.other_levels,
        last_visitors: history.last_visitors,
        met_within_months: history.met_within_months,
        loads: history.loads,
    };
    announced.check().map_err(|fault| fault.file("plan.toml"))?;
    Ok(Past {
        reasons: reasons(&read, &announced, plan.window.0, now),
        notes: read.iter().filter_map(|drawn| out_of_turn(drawn, history, plan)).collect(),
        visits: read.iter_mut().filter_map(|drawn| visits(drawn, plan, history)).collect(),
        campaigns: read.into_iter().map(|drawn| (drawn.earlier, drawn.ids.len())).collect(),
        announced: Some(announced),
    })
}

impl Past {
    /// Campaigns whose inspectors are all strangers here: probably it is their pseudonyms that are.
    #[must_use]
    pub fn strangers(&self, known: &[Known]) -> Vec<Fault> {
        let met: BTreeSet<usize> = known.iter().map(|known| known.campaign).collect();
        let campaigns = self.visits.iter().zip(&self.campaigns).enumerate();
        let strange = campaigns.filter(|(index, (visits, _))| !visits.of.is_empty() && !met.contains(index));
        strange
            .map(|(_, (_, (earlier, _)))| Fault::new(Code::HistoryStrangers).fact("campaign", &earlier.number))
            .collect()
    }
}

/// Who visited whom in the campaigns that a plan names, each with the digest of its record; whatever its rules ask.
pub(crate) fn visits_of(base: &Path, plan: &Plan, history: &HistoryPlan) -> Result<Vec<(Digest, Visits)>> {
    let read = history.campaigns.iter().map(|campaign| {
        let mut drawn = drawn(base, campaign, true)
            .map_err(|fault| Fault::new(Code::HistoryRecord).fact("campaign", &campaign.public).because(fault))?;
        let record = drawn.earlier.record;
        Ok(visits(&mut drawn, plan, history).map(|visits| (record, visits)))
    });
    read.filter_map(Result::transpose).collect()
}

fn visits(drawn: &mut Drawn, plan: &Plan, history: &HistoryPlan) -> Option<Visits> {
    Some(Visits {
        key: drawn.key.take(),
        drawn_at: drawn.drawn_at.clone(),
        count: history.loads && drawn.window_from.year() == plan.window.0.year(),
        of: drawn.visits.take()?,
    })
}

/// Whom an earlier campaign drew, and when.
pub(crate) struct Drawn {
    earlier: Earlier,
    drawn_at: Time,
    window_from: Date,
    ids: Vec<String>,
    visits: Option<Visited>,
    key: Option<RegisterKey>,
}

/// What is made up, or signed by nobody who may, keeps nobody out. What is missing is no fault: not all offices show all.
fn must_verify(base: &Path, campaign: &EarlierCampaign) -> Result<()> {
    let report = verify(&Folder::new(&base.join(&campaign.public)), None);
    report.failure().map_or(Ok(()), |(_, fault)| Err(fault.clone()))
}

/// Reads one campaign. Announcement, record and list must belong together by their digests; whether the draw was right
/// is for `verify` to say.
pub(crate) fn drawn(base: &Path, campaign: &EarlierCampaign, with_visits: bool) -> Result<Drawn> {
    let folder = base.join(&campaign.public);
    let read = |name: &str| read_bytes(&folder.join(name));
    let announcement = Statement::<Announcement>::parse(&read("announcement.json")?)
        .map_err(|fault| fault.file("announcement.json"))?;
    let record = Statement::<Record>::parse(&read("record.json")?).map_err(|fault| fault.file("record.json"))?;
    let differs = |found: Digest, expected: Digest| {
        Fault::new(Code::CampaignMixed).fact("found", found).fact("expected", expected)
    };
    if let Some(expected) = campaign.record.filter(|expected| *expected != record.digest()) {
        return Err(differs(record.digest(), expected).file("record.json"));
    }
    if record.body().announcement != announcement.digest() {
        return Err(differs(record.body().announcement, announcement.digest()).file("record.json"));
    }
    let selected = read("selected.csv")?;
    let digest = Digest::of(&selected);
    if digest != record.body().selected.sha256 {
        return Err(differs(digest, record.body().selected.sha256).file("selected.csv"));
    }
    let text = std::str::from_utf8(&selected).map_err(|_| Fault::new(Code::RegisterUtf8).file("selected.csv"))?;
    let (mut cells, mut ids) = (Vec::new(), Vec::new());
    for (line, row) in text.lines().skip(1).zip(1..) {
        parse_row(line, &mut cells).map_err(|fault| fault.file("selected.csv").row(row))?;
        if let [_, _, _, role, id, _] = cells.as_slice()
            && role == "drawn"
        {
            ids.push(id.to_string());
        }
    }
    let (number, record_digest) = (announcement.body().number.clone(), record.digest());
    let (visits, last) = match with_visits {
        true => read_visits(&folder, &record, Until::Now).map(|(visits, last)| (Some(visits), last))?,
        false => (None, None),
    };
    let key = campaign.register_key.as_ref().map(|path| RegisterKey::read(&base.join(path))).transpose()?;
    Ok(Drawn {
        earlier: Earlier { level: campaign.level, number, record: record_digest, last },
        visits,
        key,
        drawn_at: record.body().drawn_at.clone(),
        window_from: announcement.body().window_from,
        ids,
    })
}

/// The first reason that applies to each target, in the order of SPEC §6.2, for a window that begins on a day and an
/// announcement of a time.
pub(crate) fn reasons(read: &[Drawn], history: &History, from: Date, now: &Time) -> BTreeMap<String, &'static str> {
    let same_year = |drawn: &&Drawn| drawn.window_from.year() == from.year();
    let mut reasons = BTreeMap::new();
    let mut add = |ids: &mut dyn Iterator<Item = &String>, reason: &'static str| {
        ids.for_each(|id| {
            reasons.entry(id.clone()).or_insert(reason);
        });
    };
    if history.other_levels {
        let other = |drawn: &&Drawn| drawn.earlier.level != history.level;
        add(&mut read.iter().filter(same_year).filter(other).flat_map(|drawn| &drawn.ids), History::OTHER_LEVEL);
    }
    if let Some(cap) = history.yearly_cap {
        let mut times: BTreeMap<&String, u64> = BTreeMap::new();
        for id in read.iter().filter(same_year).flat_map(|drawn| &drawn.ids) {
            *times.entry(id).or_default() += 1;
        }
        add(&mut times.into_iter().filter(|(_, times)| *times >= cap).map(|(id, _)| id), History::YEARLY_CAP);
    }
    if let Some(since) = history.drawn_within_months.and_then(|months| months_before(now, months)) {
        let recent = |drawn: &&Drawn| drawn.drawn_at > since;
        add(&mut read.iter().filter(recent).flat_map(|drawn| &drawn.ids), History::DRAWN_RECENTLY);
    }
    reasons
}

/// Levels draw from above: a province that draws after its counties finds their firms taken, and they keep the better part.
fn out_of_turn(drawn: &Drawn, history: &HistoryPlan, plan: &Plan) -> Option<Fault> {
    let (own, other) = (history.level?, drawn.earlier.level?);
    let late = history.other_levels && own < other && drawn.window_from.year() == plan.window.0.year();
    late.then(|| {
        let fault = Fault::new(Code::HistoryOrder).fact("campaign", &drawn.earlier.number);
        fault.fact("level", Level::name(other)).fact("own", Level::name(own))
    })
}
