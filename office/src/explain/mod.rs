//! Why a firm was drawn or not, and why an inspector goes where: from the published files alone.

mod after;
mod cell;
mod lists;
mod meetings;
mod officer;
mod summary;

pub use after::{After, Since};
pub use lists::{Before, Turn, Why};
pub use meetings::Meetings;
pub use officer::{Nothing, OfficerLoad, OfficerSeat, OfficerStory};
pub use summary::{DepartmentSummary, Summary, summary};

use crate::campaign::{Campaign, Registers, recorded_lots, with_registers};
use crate::files::Folder;
use crate::prove::{Asked, asked};
use cell::{Find, cell_story};
use yaohao::announcement::Announcement;
use yaohao::assign::Spots;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::outcome::{Outcome, draw_inspectors};
use yaohao::register::scan;
use yaohao::seed::Lots;
use yaohao::verify::Evidence as _;

/// What there is to say about an id.
#[derive(Debug)]
pub enum Explanation {
    /// A target.
    Target(Box<TargetStory>),
    /// An inspector.
    Inspector(Box<OfficerStory>),
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
    /// Whose turn it was at each seat, or in each department that sends crews, and who stood before.
    pub turns: Vec<Turn>,
    /// What followed the record here.
    pub after: Result<After>,
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
    /// The ticket of the pair.
    pub ticket: Digest,
    /// The sub-seed of the pair's ticket.
    pub sub_seed: Digest,
}

/// Explains an id of a campaign that was drawn: a target's, then an inspector's. In the office a certificate number
/// finds its pseudonym.
///
/// # Errors
/// [`Code::CampaignState`] before the draw, [`Code::IdUnknown`], [`Code::IdWithheld`], the codes of the registers.
pub fn explain(campaign: &Campaign, text: &str) -> Result<Explanation> {
    drawn_again(campaign, |desk| {
        if let Ok(Asked { id, .. }) = asked(campaign, "targets", text) {
            let find = Find::new(&id);
            let mut blocks = desk.files.open("targets.csv")?;
            let (_, found) = scan(&desk.announcement.targets_schema(), u64::MAX, blocks.as_mut(), find)?;
            if let Some(cells) = found.cells {
                return Ok(Explanation::Target(Box::new(tell(campaign, desk, &id, &cells)?)));
            }
        }
        let unknown = || Fault::new(Code::IdUnknown).fact("id", text);
        match asked(campaign, "inspectors", text) {
            Ok(asked) => {
                let story = officer::story(campaign, desk, asked)?.ok_or_else(unknown)?;
                Ok(Explanation::Inspector(Box::new(story)))
            }
            Err(fault) if fault.code() == Code::IdWithheld => Err(fault),
            // what is no id at all is in no register
            Err(_) => Err(unknown()),
        }
    })
}

/// What explanations look at: a campaign that was drawn, and its outcome, computed again from the record's seed.
struct Desk<'a> {
    announcement: &'a Announcement,
    files: &'a Folder,
    lots: &'a Lots,
    registers: &'a Registers<'a>,
    outcome: &'a Outcome,
    spots: &'a Spots,
}

fn drawn_again<T>(campaign: &Campaign, look: impl FnOnce(&Desk<'_>) -> Result<T>) -> Result<T> {
    let statement = campaign.announcement()?;
    let announcement = statement.body();
    let record = campaign.record()?;
    let lots = recorded_lots(record.body())?;
    let files = Folder::new(&campaign.public());
    let spots = Spots::of(announcement)?;
    with_registers(announcement, &files, &lots, |registers, selection| {
        let (binding, inspectors, recusals) = (registers.binding, registers.inspectors, registers.recusals);
        let outcome = draw_inspectors(announcement, binding, selection, inspectors, recusals, &lots)?;
        look(&Desk { announcement, files: &files, lots: &lots, registers, outcome: &outcome, spots: &spots })
    })
}

fn tell(campaign: &Campaign, desk: &Desk<'_>, id: &Id, cells: &[String]) -> Result<TargetStory> {
    let Desk { announcement, lots, outcome, .. } = *desk;
    let excluded = announcement.targets_schema().column("excluded").ok().and_then(|column| cells.get(column));
    let excluded = excluded.filter(|reason| !reason.is_empty());
    let team = outcome.departments.iter().flat_map(|department| {
        let sub_seed = lots.sub_seed(&format!("assign/{}", department.id));
        let tickets = lots.tickets(&format!("assign/{}", department.id));
        department.seats.iter().filter(|seat| seat.target == *id).map(move |seat| TeamSeat {
            department: department.id.clone(),
            number: seat.number,
            leader: seat.leader,
            inspector: seat.inspector.clone(),
            possible: seat.possible,
            ticket: tickets.pair(id, &seat.inspector),
            sub_seed,
        })
    });
    Ok(TargetStory {
        id: id.clone(),
        excluded: excluded.cloned(),
        cell: if excluded.is_none() { cell_story(desk, id, cells)? } else { None },
        sub_seed: lots.sub_seed("targets"),
        seed: lots.seed(),
        ticket: lots.tickets("targets").ticket(id.as_str()),
        team: team.collect(),
        turns: lists::turns(desk, id, cells),
        after: after::of_target(campaign, desk, id),
    })
}
