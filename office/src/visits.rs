//! Who visited whom in earlier campaigns: what rotates inspectors, and what they carried already (SPEC §6.2).

use crate::files::{read_bytes, read_fault};
use crate::keys::RegisterKey;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use yaohao::announcement::months_before;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Time;
use yaohao::later::{Change, Later, serial_of};
use yaohao::record::Record;
use yaohao::register::{LAST_VISITOR, MET_RECENTLY, parse_row};
use yaohao::statement::Statement;

/// The visits of one earlier campaign, after all that followed its record.
#[derive(Debug)]
pub struct Visits {
    /// How to find today's inspectors among its pseudonyms, where its key is not today's.
    pub key: Option<RegisterKey>,
    /// When it was drawn.
    pub drawn_at: Time,
    /// Whether they count in the loads of this year.
    pub count: bool,
    /// The targets of every inspector, both as its files have them.
    pub of: Visited,
}

/// An inspector of an earlier campaign who is in today's register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The campaign, as the visits are counted.
    pub campaign: usize,
    /// The id there.
    pub earlier: String,
    /// The id here.
    pub now: String,
}

/// What earlier visits forbid: pairs of target and inspector, each with the reason.
pub type Met = BTreeMap<(String, String), &'static str>;

/// The targets of every inspector.
pub type Visited = BTreeMap<String, BTreeSet<String>>;

/// How many of the statements after a record count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// All that are there.
    Now,
    /// Those up to the one with this digest; without one, none.
    Last(Option<Digest>),
}

/// Reads the visits of a campaign, and the digest of the last statement after its record that counts, if there is one.
pub(crate) fn read_visits(
    folder: &Path,
    record: &Statement<Record>,
    until: Until,
) -> Result<(Visited, Option<Digest>)> {
    let assignments = read_bytes(&folder.join("assignments.csv"))?;
    let (found, expected) = (Digest::of(&assignments), record.body().assignments.sha256);
    if found != expected {
        let fault = Fault::new(Code::CampaignMixed).fact("found", found).fact("expected", expected);
        return Err(fault.file("assignments.csv"));
    }
    let mut seats = seats(&assignments).map_err(|fault| fault.file("assignments.csv"))?;
    let last = follow(folder, record, until, &mut seats)?;
    let mut of = Visited::new();
    for ((target, _, _), inspector) in seats {
        of.entry(inspector).or_default().insert(target);
    }
    Ok((of, last))
}

/// Who sits where: target, department, number of the seat.
type Seats = BTreeMap<(String, String, String), String>;

fn seats(assignments: &[u8]) -> Result<Seats> {
    let text = std::str::from_utf8(assignments).map_err(|_| Fault::new(Code::RegisterUtf8))?;
    let (mut cells, mut seats) = (Vec::new(), Seats::new());
    for (line, row) in text.lines().skip(1).zip(1..) {
        parse_row(line, &mut cells).map_err(|fault| fault.row(row))?;
        if let [target, department, seat, inspector, _] = cells.as_slice() {
            seats.insert((target.to_string(), department.to_string(), seat.to_string()), inspector.to_string());
        }
    }
    Ok(seats)
}

/// Makes the substitutions that followed a record; gives the last statement's digest. Whether each was right is for
/// `verify` to say; that none is missing in between is seen here.
fn follow(folder: &Path, record: &Statement<Record>, until: Until, seats: &mut Seats) -> Result<Option<Digest>> {
    let mut names = BTreeMap::new();
    let entries = std::fs::read_dir(folder).map_err(|error| read_fault(folder, &error))?;
    for entry in entries {
        let name = entry.map_err(|error| read_fault(folder, &error))?.file_name();
        let Some(name) = name.to_str() else { continue };
        if let Some((kind, serial)) = serial_of(name) {
            names.insert(serial, (kind, name.to_owned()));
        }
    }
    let mut last = None;
    for ((serial, (kind, name)), next) in names.into_iter().zip(1..) {
        if until == Until::Last(last) {
            break;
        }
        let later = read_bytes(&folder.join(&name)).and_then(|bytes| Later::parse(kind, serial, &bytes));
        let later = later.map_err(|fault| fault.file(&name))?;
        let head = later.head();
        if serial != next || head.record != record.digest() || head.previous != last {
            let expected = last.unwrap_or_else(|| record.digest());
            let found = head.previous.map_or_else(String::new, |digest| digest.to_string());
            return Err(Fault::new(Code::LaterPrevious).fact("found", found).fact("expected", expected).file(&name));
        }
        if let Later::Substitution(statement) = &later {
            make(&statement.body().change, seats);
        }
        last = Some(later.envelope().digest());
    }
    Ok(last)
}

fn make(change: &Change, seats: &mut Seats) {
    match change {
        Change::Inspector { target, department, seat, replacement, .. } => {
            let key = (target.to_string(), department.to_string(), seat.to_string());
            match replacement {
                Some(inspector) => seats.insert(key, inspector.to_string()),
                None => seats.remove(&key),
            };
        }
        Change::Target { target, replacement } => {
            seats.retain(|(of, _, _), _| of != target.as_str());
            for (id, seat) in replacement.iter().flat_map(|(id, team)| team.iter().map(move |seat| (id, seat))) {
                let key = (id.to_string(), seat.department.to_string(), seat.seat.to_string());
                seats.insert(key, seat.inspector.to_string());
            }
        }
    }
}

/// Pairs of target and inspector, as today's registers have them, that met in an earlier campaign.
#[must_use]
pub fn earlier_pairs(visits: &[Visits], known: &[Known]) -> BTreeSet<(String, String)> {
    let of = |known: &Known| {
        let targets = visits.get(known.campaign).and_then(|campaign| campaign.of.get(&known.earlier));
        let now = known.now.clone();
        targets.into_iter().flatten().map(move |target| (target.clone(), now.clone())).collect::<Vec<_>>()
    };
    known.iter().flat_map(of).collect()
}

/// Which pairs do not meet now: who visited a target last, and who visited it within so many months before `now`.
pub(crate) fn met(visits: &[Visits], known: &[Known], last_visitors: bool, within: Option<u64>, now: &Time) -> Met {
    // when each target was visited last, by whomever
    let mut newest: BTreeMap<&String, &Time> = BTreeMap::new();
    for campaign in visits {
        for target in campaign.of.values().flatten() {
            let at = newest.entry(target).or_insert(&campaign.drawn_at);
            *at = (*at).max(&campaign.drawn_at);
        }
    }
    // before the year 1 every time is later
    let since = within.map(|months| months_before(now, months));
    let mut met = Met::new();
    for known in known {
        let Some(campaign) = visits.get(known.campaign) else { continue };
        for target in campaign.of.get(&known.earlier).into_iter().flatten() {
            let is_last = last_visitors && newest.get(target) == Some(&&campaign.drawn_at);
            let is_recent =
                since.as_ref().is_some_and(|since| since.as_ref().is_none_or(|since| campaign.drawn_at > *since));
            let pair = (target.clone(), known.now.clone());
            if is_last {
                met.insert(pair, LAST_VISITOR);
            } else if is_recent {
                met.entry(pair).or_insert(MET_RECENTLY);
            }
        }
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(drawn_at: &str, of: &[(&str, &[&str])]) -> Visits {
        let targets = |targets: &[&str]| targets.iter().map(ToString::to_string).collect();
        Visits {
            key: None,
            drawn_at: Time::parse(drawn_at).unwrap(),
            count: true,
            of: of.iter().map(|(inspector, of)| ((*inspector).to_owned(), targets(of))).collect(),
        }
    }

    #[test]
    fn the_last_visitors_and_those_of_the_year_stay_away() {
        let visits = [
            campaign("2023-10-14T08:00:00Z", &[("A1", &["F1", "F2"]), ("A2", &["F1"])]),
            campaign("2024-03-01T08:00:00Z", &[("B1", &["F1"]), ("A1", &["F3"])]),
        ];
        let known = |campaign, earlier: &str, now: &str| Known { campaign, earlier: earlier.into(), now: now.into() };
        // A2 has left; B1 is the pseudonym that A1 had in the second campaign
        let known = [known(0, "A1", "P1"), known(1, "B1", "P2"), known(1, "A1", "P1")];
        let now = Time::parse("2024-10-14T08:00:00Z").unwrap();
        let pairs = |last, within| -> Vec<(String, String, &'static str)> {
            met(&visits, &known, last, within, &now).into_iter().map(|((f, p), why)| (f, p, why)).collect()
        };
        let pair = |f: &str, p: &str, why| (f.to_owned(), p.to_owned(), why);
        let last = [pair("F1", "P2", LAST_VISITOR), pair("F2", "P1", LAST_VISITOR), pair("F3", "P1", LAST_VISITOR)];
        assert_eq!(pairs(true, None), last);
        // twelve months back is the very moment of the first draw, which is not later than itself
        assert_eq!(pairs(false, Some(12)), [pair("F1", "P2", MET_RECENTLY), pair("F3", "P1", MET_RECENTLY)]);
        let met = earlier_pairs(&visits, &known);
        assert!(met.len() == 4 && met.contains(&("F1".to_owned(), "P2".to_owned())));
        let all = pairs(true, Some(13));
        assert_eq!(all.len(), 4);
        assert!(all.contains(&pair("F1", "P1", MET_RECENTLY)) && all.contains(&last[1]));
    }
}
