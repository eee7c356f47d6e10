//! Seats for which one inspector only was possible, by name: no lot can change who sits there.

use crate::loads::crew_of;
use std::collections::BTreeMap;
use yaohao::announcement::Announcement;
use yaohao::assign::{DepartmentOutcome, Group, Spots, each_seat, groups_of};
use yaohao::draw::{Binding, Entry};
use yaohao::fault::Result;
use yaohao::ident::Id;
use yaohao::outcome::Trial;

/// A seat of a target, and who alone could sit there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoneSeat {
    /// The target.
    pub target: Id,
    /// Its region, if the team asks for one.
    pub region: Option<String>,
    /// The seat's number; none where a crew goes, to all of them.
    pub number: Option<u64>,
    /// What the seat asks for; of a crew, its first seat.
    pub group: Group,
    /// The inspector, or the name of the crew.
    pub who: String,
}

/// What finding them takes.
pub(super) struct Finder<'a> {
    announcement: &'a Announcement,
    binding: Binding,
    spots: Spots,
}

/// The rows of targets that were drawn.
type Rows<'o> = BTreeMap<&'o str, &'o Entry>;

impl<'a> Finder<'a> {
    pub(super) fn of(announcement: &'a Announcement) -> Result<Self> {
        let binding = Binding::announced(announcement, None)?;
        Ok(Self { announcement, binding, spots: Spots::of(announcement)? })
    }

    /// The rows of the targets that have such a seat; mostly there are none.
    pub(super) fn rows<'o>(&self, trial: &'o Trial) -> Rows<'o> {
        match trial.departments.iter().all(|department| department.one_possible() == 0) {
            true => Rows::new(),
            false => trial.selection.drawn().map(|entry| (entry.id.as_str(), entry)).collect(),
        }
    }

    /// The seats of a department; of a crew one stands for all.
    pub(super) fn lone(&self, department: &DepartmentOutcome, rows: &Rows<'_>) -> Vec<LoneSeat> {
        let crews = self.announcement.team.crews_of(&department.id).is_some();
        let mut groups: (&str, Vec<Group>) = ("", Vec::new());
        let mut found = Vec::new();
        for seat in department.seats.iter().filter(|seat| seat.possible == 1 && !(crews && seat.number > 1)) {
            let Some(entry) = rows.get(seat.target.as_str()) else { continue };
            if groups.0 != entry.id {
                let counted = groups_of(self.announcement, &self.binding, &department.id, entry);
                groups = (&entry.id, each_seat(&counted).collect());
            }
            let index = usize::try_from(seat.number.saturating_sub(1)).unwrap_or(usize::MAX);
            let crew = if crews { crew_of(department, &seat.inspector).map(|crew| crew.name.clone()) } else { None };
            found.push(LoneSeat {
                target: seat.target.clone(),
                region: self.spots.spot(&department.id, &entry.cells).region.map(ToOwned::to_owned),
                number: (!crews).then_some(seat.number),
                group: groups.1.get(index).cloned().unwrap_or_else(Group::any),
                who: crew.unwrap_or_else(|| seat.inspector.to_string()),
            });
        }
        found
    }
}
