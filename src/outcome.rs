//! From the registers and the lots to the outcome: the one function that officer and verifier both call. It has no
//! parameter for a claimed result.

use crate::announcement::Announcement;
use crate::assign::{DepartmentOutcome, Side, assign_all, to_csv};
use crate::draw::{Binding, Entry, Pool, Selection, check_strata, select};
use crate::encoding::{Digest, count};
use crate::fault::Result;
use crate::ident::Id;
use crate::register::{Inspector, Recusals};
use crate::seed::{Lots, TrialLots};

/// The outcome of a draw, with the bytes of its two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    seed: Digest,
    /// The targets.
    pub selection: Selection,
    /// The inspectors, department by department in announced order.
    pub departments: Vec<DepartmentOutcome>,
    /// selected.csv.
    pub selected_csv: String,
    /// assignments.csv.
    pub assignments_csv: String,
}

impl Outcome {
    /// The digest of the seed from which this outcome was drawn.
    #[must_use]
    pub fn seed(&self) -> Digest {
        self.seed
    }

    /// Rows of assignments.csv.
    #[must_use]
    pub fn seats(&self) -> u64 {
        self.departments.iter().map(|department| count(department.seats.len())).sum()
    }
}

/// Draws the targets of a campaign from a pool that was made with the tickets of the same lots.
///
/// # Errors
/// The `stratum.*` codes when the pool is not the announced one.
pub fn draw_targets(announcement: &Announcement, pool: Pool<'_>, lots: &Lots) -> Result<Selection> {
    check_strata(announcement, &pool)?;
    Ok(select(announcement, pool, lots))
}

/// Draws the inspectors for targets that were drawn.
///
/// # Errors
/// [`crate::fault::Code::AssignInfeasible`].
pub fn draw_inspectors(
    announcement: &Announcement,
    binding: &Binding,
    selection: Selection,
    inspectors: &[Inspector],
    recusals: &Recusals<'_>,
    lots: &Lots,
) -> Result<Outcome> {
    let drawn: Vec<_> = selection.drawn().collect();
    let departments = assign_all(announcement, binding, &drawn, inspectors, recusals, lots)?;
    let (selected_csv, assignments_csv) = (selection.to_csv(), to_csv(&departments));
    Ok(Outcome { seed: lots.seed(), selection, departments, selected_csv, assignments_csv })
}

/// What a trial draw gave. It is no [`Outcome`]: it has neither seed nor files, and [`crate::record::Record::new`] does not
/// take it.
///
/// ```compile_fail,E0308
/// use yaohao::{announcement::Announcement, encoding::Digest, ident::Time, outcome::Trial, record::Record, seed::Seed};
/// fn record(announcement: &Announcement, seed: &Seed, trial: &Trial, now: Time) {
///     let _ = Record::new(announcement, Digest([0; 32]), None, None, seed, trial, now);
/// }
/// ```
///
/// The same with an outcome is what an office does:
///
/// ```
/// use yaohao::{announcement::Announcement, encoding::Digest, ident::Time, outcome::Outcome, record::Record, seed::Seed};
/// fn record(announcement: &Announcement, seed: &Seed, outcome: &Outcome, now: Time) {
///     let _ = Record::new(announcement, Digest([0; 32]), None, None, seed, outcome, now);
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The targets.
    pub selection: Selection,
    /// The inspectors, department by department in announced order.
    pub departments: Vec<DepartmentOutcome>,
}

/// The registers of a campaign made ready for trial draws: read and checked once, however many draws are made.
#[derive(Debug)]
pub struct Trials<'a> {
    announcement: &'a Announcement,
    binding: &'a Binding,
    pool: Pool<'a>,
    inspectors: &'a [Inspector],
    recusals: &'a Recusals<'a>,
}

impl<'a> Trials<'a> {
    /// Registers as a pass has read them; the binding is one [`Binding::for_trials`].
    ///
    /// # Errors
    /// The `stratum.*` codes when the pool is not the announced one.
    pub fn new(
        announcement: &'a Announcement,
        binding: &'a Binding,
        pool: Pool<'a>,
        inspectors: &'a [Inspector],
        recusals: &'a Recusals<'a>,
    ) -> Result<Self> {
        check_strata(announcement, &pool)?;
        Ok(Self { announcement, binding, pool, inspectors, recusals })
    }

    /// The ids of all targets that can be drawn, with their weights, 1 where none are announced: cell by cell, in the order
    /// of the announcement.
    pub fn targets(&self) -> impl Iterator<Item = Vec<(&str, u64)>> {
        let strata = self.announcement.strata.iter().zip(0..);
        let cells = strata.flat_map(|(stratum, index)| stratum.cells.iter().map(move |cell| (index, cell)));
        cells.map(|(index, cell)| self.pool.kept(index, cell.part.as_deref().unwrap_or_default()).collect())
    }

    /// The inspectors who take part, ascending by id.
    #[must_use]
    pub fn inspectors(&self) -> &'a [Inspector] {
        self.inspectors
    }

    /// Who never visits whom.
    #[must_use]
    pub fn recusals(&self) -> &'a Recusals<'a> {
        self.recusals
    }

    /// Draws the targets alone.
    #[must_use]
    pub fn select(&self, lots: &TrialLots) -> Selection {
        let lots = lots.lots();
        select(self.announcement, self.pool.with_tickets(&lots.tickets("targets")), lots)
    }

    /// A department's side of a draw of these targets.
    #[must_use]
    pub fn side<'b>(&'b self, department: &'b Id, drawn: &'b [&'b Entry], lots: &'b TrialLots) -> Side<'b> {
        let Self { announcement, binding, inspectors, recusals, .. } = self;
        Side { announcement, binding, department, drawn, inspectors, recusals, lots }
    }

    /// Draws once.
    ///
    /// # Errors
    /// [`crate::fault::Code::AssignInfeasible`], [`crate::fault::Code::AssignCrews`],
    /// [`crate::fault::Code::LimitInspectors`].
    pub fn draw(&self, lots: &TrialLots) -> Result<Trial> {
        let selection = self.select(lots);
        let lots = lots.lots();
        let drawn: Vec<_> = selection.drawn().collect();
        let departments = assign_all(self.announcement, self.binding, &drawn, self.inspectors, self.recusals, lots)?;
        Ok(Trial { selection, departments })
    }
}
