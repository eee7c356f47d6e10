//! Why a firm was drawn or not, and why an inspector goes where: from the published files alone.

use crate::campaign::{Campaign, derive};
use crate::files::Folder;
use crate::prove::{Asked, asked};
use std::borrow::Cow;
use std::collections::BTreeMap;
use yaohao::announcement::{Announcement, CellSize, Method};
use yaohao::assign::{Group, Spots, groups_of, may_sit};
use yaohao::draw::{Binding, Entry};
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::outcome::Outcome;
use yaohao::register::{Inspector, Recusals, Row, Visit, scan};
use yaohao::sampling::certain;
use yaohao::seed::Lots;
use yaohao::verify::Evidence as _;

/// What there is to say about an id.
#[derive(Debug)]
pub enum Explanation {
    /// A target.
    Target(Box<TargetStory>),
    /// An inspector, with the targets and seats that the draw gave.
    Inspector {
        /// The id in the register: mostly a pseudonym.
        id: Id,
        /// What was asked for, where the register has its pseudonym.
        true_id: Option<String>,
        /// The department, if the inspector takes part.
        department: Option<Id>,
        /// Target, seat number, whether it leads, how many were possible.
        seats: Vec<(Id, u64, bool, u64)>,
    },
}

/// The story of a target.
#[derive(Debug)]
pub struct TargetStory {
    /// Its id.
    pub id: Id,
    /// Why it takes no part, if it does not.
    pub excluded: Option<String>,
    /// Where it stands, if a stratum owns it.
    pub cell: Option<CellStory>,
    /// The sub-seed of tickets.
    pub sub_seed: Digest,
    /// The seed.
    pub seed: Digest,
    /// Its ticket.
    pub ticket: Digest,
    /// The team, if it was drawn.
    pub team: Vec<TeamSeat>,
}

/// A target in its cell.
#[derive(Debug)]
pub struct CellStory {
    /// The stratum.
    pub stratum: Id,
    /// The part.
    pub part: Option<String>,
    /// How many there are.
    pub population: u64,
    /// How many were drawn.
    pub drawn: u64,
    /// The chance before the seed was known.
    pub odds: Odds,
    /// Its rank in lottery order.
    pub rank: u64,
    /// The last drawn's ticket, where lottery order alone decides.
    pub cutoff: Option<Digest>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Drawn.
    Drawn,
    /// The n-th reserve.
    Reserve(u64),
    /// Neither.
    NotDrawn,
}

/// An exact chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odds {
    /// So many…
    pub numerator: u128,
    /// …out of so many.
    pub denominator: u128,
}

/// One seat of a team.
#[derive(Debug)]
pub struct TeamSeat {
    /// The department.
    pub department: Id,
    /// The seat's number.
    pub number: u64,
    /// Whether its holder leads.
    pub leader: bool,
    /// Who sits there.
    pub inspector: Id,
    /// How many were possible.
    pub possible: u64,
    /// Where its holder stands on the target's own list, if the department sends single inspectors.
    pub place: Option<Place>,
    /// The ticket of the pair.
    pub ticket: Digest,
    /// The sub-seed of the pair's ticket.
    pub sub_seed: Digest,
}

/// Why this inspector, and none before on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The place on the target's own list of the whole department, from 1.
    pub rank: u64,
    /// Of those before, how many may not sit there at all.
    pub unable: u64,
    /// How many may, but sit in the team already, or would have left other seats unfilled or loads less even.
    pub passed: u64,
}

/// Explains an id of a campaign that was drawn: a target's, then an inspector's. In the office a certificate number
/// finds its pseudonym.
///
/// # Errors
/// [`Code::CampaignState`] before the draw, [`Code::IdUnknown`], [`Code::IdWithheld`], the codes of the registers.
pub fn explain(campaign: &Campaign, text: &str) -> Result<Explanation> {
    let statement = campaign.announcement()?;
    let announcement = statement.body();
    let files = Folder::new(&campaign.public());
    let (lots, outcome) = drawn_again(campaign, announcement)?;
    if let Ok(Asked { id, .. }) = asked(campaign, "targets", text) {
        let find = Find { id: id.as_str().to_owned(), cells: None };
        let (_, found) = scan(&announcement.targets_schema(), u64::MAX, files.open("targets.csv")?.as_mut(), find)?;
        if let Some(cells) = found.cells {
            let story = tell(announcement, &files, &lots, &outcome, &id, &cells)?;
            return Ok(Explanation::Target(Box::new(story)));
        }
    }
    let unknown = || Fault::new(Code::IdUnknown).fact("id", text);
    match asked(campaign, "inspectors", text) {
        Ok(asked) => inspector(announcement, &files, &outcome, asked)?.ok_or_else(unknown),
        Err(fault) if fault.code() == Code::IdWithheld => Err(fault),
        // what is no id at all is in no register
        Err(_) => Err(unknown()),
    }
}

/// The outcome of a campaign that was drawn, computed again from its record's seed.
pub(crate) fn drawn_again(campaign: &Campaign, announcement: &Announcement) -> Result<(Lots, Outcome)> {
    let record = campaign.record()?;
    let lots = crate::campaign::recorded_lots(record.body())?;
    let outcome = derive(announcement, &Folder::new(&campaign.public()), &lots)?;
    Ok((lots, outcome))
}

fn tell(
    announcement: &Announcement,
    files: &Folder,
    lots: &Lots,
    outcome: &Outcome,
    id: &Id,
    cells: &[String],
) -> Result<TargetStory> {
    let binding = Binding::announced(announcement, None)?;
    let row: Vec<Cow<'_, str>> = cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect();
    let excluded = announcement
        .targets_schema()
        .column("excluded")
        .ok()
        .and_then(|column| cells.get(column))
        .filter(|reason| !reason.is_empty());
    let owner = if excluded.is_none() { binding.owner(&row) } else { None };
    let cell = owner
        .map(|(index, part)| cell_story(announcement, files, lots, outcome, &binding, (index, part), id))
        .transpose()?;
    let places = places(announcement, files, lots, outcome, &binding, (id, cells))?;
    let places = &places;
    let team = outcome.departments.iter().flat_map(|department| {
        let sub_seed = lots.sub_seed(&format!("assign/{}", department.id));
        let tickets = lots.tickets(&format!("assign/{}", department.id));
        department.seats.iter().filter(|seat| seat.target == *id).map(move |seat| TeamSeat {
            department: department.id.clone(),
            number: seat.number,
            leader: seat.leader,
            inspector: seat.inspector.clone(),
            possible: seat.possible,
            place: places.get(&(department.id.clone(), seat.number)).copied(),
            ticket: tickets.pair(id, &seat.inspector),
            sub_seed,
        })
    });
    Ok(TargetStory {
        id: id.clone(),
        excluded: excluded.cloned(),
        cell,
        sub_seed: lots.sub_seed("targets"),
        seed: lots.seed(),
        ticket: lots.tickets("targets").ticket(id.as_str()),
        team: team.collect(),
    })
}

/// For every seat of a target, where its holder stands on the target's list, department by department.
fn places(
    announcement: &Announcement,
    files: &Folder,
    lots: &Lots,
    outcome: &Outcome,
    binding: &Binding,
    (id, cells): (&Id, &[String]),
) -> Result<BTreeMap<(Id, u64), Place>> {
    let mut places = BTreeMap::new();
    if !outcome.departments.iter().any(|department| department.seats.iter().any(|seat| seat.target == *id)) {
        return Ok(places);
    }
    let visitor = announcement.inspectors_visitor()?;
    let schema = announcement.inspectors_schema();
    let (_, inspectors) = scan(&schema, u64::MAX, files.open("inspectors.csv")?.as_mut(), visitor)?;
    let visitor = Recusals::new(&inspectors.ids);
    let schema = announcement.recusals_schema();
    let (_, recusals) = scan(&schema, u64::MAX, files.open("recusals.csv")?.as_mut(), visitor)?;
    let spots = Spots::of(announcement)?;
    let ticket = lots.tickets("targets").ticket(id.as_str());
    let entry = Entry { id: id.to_string(), cells: cells.to_vec(), ticket, weight: 1 };
    for department in outcome.departments.iter().filter(|department| department.crews.is_empty()) {
        let tickets = lots.tickets(&format!("assign/{}", department.id));
        let mut list: Vec<&Inspector> =
            inspectors.present.iter().filter(|inspector| inspector.department == department.id).collect();
        list.sort_by_cached_key(|inspector| (tickets.pair(id, &inspector.id), &inspector.id));
        let groups = groups_of(announcement, binding, &department.id, &entry);
        let groups: Vec<&Group> = groups.iter().flat_map(|(group, seats)| (0..*seats).map(move |_| group)).collect();
        let spot = spots.spot(&department.id, cells);
        for (seat, group) in department.seats.iter().filter(|seat| seat.target == *id).zip(groups) {
            let before: Vec<&Inspector> =
                list.iter().copied().take_while(|inspector| inspector.id != seat.inspector).collect();
            let able = |inspector: &&Inspector| {
                may_sit(announcement, inspector, group, &spot) && !recusals.bar(id.as_str(), inspector.id.as_str())
            };
            let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
            let passed = count(before.iter().copied().filter(|inspector| able(inspector)).count());
            let rank = count(before.len()) + 1;
            let place = Place { rank, unable: rank - 1 - passed, passed };
            places.insert((department.id.clone(), seat.number), place);
        }
    }
    Ok(places)
}

fn cell_story(
    announcement: &Announcement,
    files: &Folder,
    lots: &Lots,
    outcome: &Outcome,
    binding: &Binding,
    (index, part): (usize, &str),
    id: &Id,
) -> Result<CellStory> {
    let unknown = || Fault::new(Code::IdUnknown).fact("id", id);
    let stratum = announcement.strata.get(index).ok_or_else(unknown)?;
    let here = |other: &Option<String>| other.as_deref().unwrap_or("") == part;
    let cell = stratum.cells.iter().find(|cell| here(&cell.part)).ok_or_else(unknown)?;
    let result = outcome
        .selection
        .cells
        .iter()
        .find(|found| found.stratum == stratum.name && here(&found.part))
        .ok_or_else(unknown)?;
    let ticket = lots.tickets("targets").ticket(id.as_str());
    let weight = match &stratum.method {
        Method::Weighted(column) => Some(announcement.targets_schema().column(column.as_str())?),
        _ => None,
    };
    let make = Rank {
        binding,
        tickets: lots.tickets("targets"),
        cell: (index, part.to_owned()),
        mine: (ticket, id.as_str().to_owned()),
        weight,
        before: 0,
        weights: Vec::new(),
        at: None,
    };
    let (_, rank) = scan(&announcement.targets_schema(), u64::MAX, files.open("targets.csv")?.as_mut(), make)?;
    let odds = match (weight, cell.size) {
        (Some(_), CellSize::Fixed(size)) => weighted_odds(&rank.weights, rank.at, size),
        (_, CellSize::Fixed(size)) => Odds { numerator: u128::from(size), denominator: u128::from(cell.population) },
        (_, CellSize::Lottery { floor, fraction }) => Odds {
            numerator: u128::from(floor) * 10_000 + u128::from(fraction),
            denominator: u128::from(cell.population) * 10_000,
        },
    };
    let reserve =
        result.reserves.iter().position(|entry| entry.id == id.as_str()).and_then(|at| u64::try_from(at).ok());
    let drawn = result.drawn.iter().any(|entry| entry.id == id.as_str());
    Ok(CellStory {
        stratum: stratum.name.clone(),
        part: cell.part.clone(),
        population: cell.population,
        drawn: u64::try_from(result.drawn.len()).unwrap_or(u64::MAX),
        odds,
        rank: rank.before + 1,
        cutoff: result.cutoff,
        fate: match reserve {
            _ if drawn => Fate::Drawn,
            Some(at) => Fate::Reserve(at + 1),
            None => Fate::NotDrawn,
        },
    })
}

/// The chance of the entry at `at`: one if it is certain, n'·w/W if not (SPEC §9.2).
fn weighted_odds(weights: &[u64], at: Option<usize>, size: u64) -> Odds {
    let sure = certain(weights, size);
    let is_sure = at.and_then(|at| sure.get(at)).copied().unwrap_or(false);
    if is_sure {
        return Odds { numerator: 1, denominator: 1 };
    }
    let taken = sure.iter().filter(|sure| **sure).count();
    let left = size.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
    let total: u128 =
        weights.iter().zip(&sure).filter(|(_, sure)| !**sure).map(|(weight, _)| u128::from(*weight)).sum();
    let weight = at.and_then(|at| weights.get(at)).copied().unwrap_or(0);
    Odds { numerator: u128::from(left) * u128::from(weight), denominator: total }
}

fn inspector(
    announcement: &Announcement,
    files: &Folder,
    outcome: &Outcome,
    asked: Asked,
) -> Result<Option<Explanation>> {
    let schema = announcement.inspectors_schema();
    let visitor = announcement.inspectors_visitor()?;
    let (_, inspectors) = scan(&schema, u64::MAX, files.open("inspectors.csv")?.as_mut(), visitor)?;
    let Asked { id, true_id } = asked;
    if inspectors.ids.binary_search(&id).is_err() {
        return Ok(None);
    }
    let seats = outcome.departments.iter().flat_map(|department| &department.seats).filter(|seat| seat.inspector == id);
    let seats = seats.map(|seat| (seat.target.clone(), seat.number, seat.leader, seat.possible)).collect();
    let present = inspectors.present.iter().find(|inspector| inspector.id == id);
    let department = present.map(|inspector| inspector.department.clone());
    Ok(Some(Explanation::Inspector { id, true_id, department, seats }))
}

/// The cells of one row.
struct Find {
    id: String,
    cells: Option<Vec<String>>,
}

impl Visit for Find {
    fn fork(&self) -> Self {
        Self { id: self.id.clone(), cells: None }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        if row.cell(0) == self.id {
            self.cells = Some(row.cells.iter().map(ToString::to_string).collect());
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.cells = self.cells.take().or(later.cells);
        Ok(())
    }
}

/// Counts the entries of one cell that come before mine in lottery order, and keeps the cell's weights.
struct Rank<'a> {
    binding: &'a Binding,
    tickets: yaohao::seed::Tickets,
    cell: (usize, String),
    mine: (Digest, String),
    weight: Option<usize>,
    before: u64,
    weights: Vec<u64>,
    at: Option<usize>,
}

impl Visit for Rank<'_> {
    fn fork(&self) -> Self {
        let (cell, mine) = (self.cell.clone(), self.mine.clone());
        Self { cell, mine, tickets: self.tickets.clone(), before: 0, weights: Vec::new(), at: None, ..*self }
    }

    fn row(&mut self, row: &Row<'_, '_>) -> Result<()> {
        let cells = row.cells;
        let excluded = self.binding.is_excluded(cells);
        let Some((index, part)) = self.binding.owner(cells).filter(|_| !excluded) else { return Ok(()) };
        if index != self.cell.0 || part != self.cell.1 {
            return Ok(());
        }
        let id = row.cell(0);
        if id == self.mine.1 {
            self.at = Some(self.weights.len());
        } else if (self.tickets.ticket(id), id) < (self.mine.0, self.mine.1.as_str()) {
            self.before += 1;
        }
        self.weights
            .push(self.weight.and_then(|column| cells.get(column)).and_then(|cell| cell.parse().ok()).unwrap_or(1));
        Ok(())
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.at = self.at.or(later.at.map(|at| at + self.weights.len()));
        self.before += later.before;
        self.weights.extend(later.weights);
        Ok(())
    }
}
