//! From the registers and the lots to the outcome: the one function that officer and verifier both call. It has no
//! parameter for a claimed result.

use crate::announcement::Announcement;
use crate::assign::{DepartmentOutcome, assign_all, to_csv};
use crate::draw::{Binding, Pool, Selection, check_strata, select};
use crate::encoding::{Digest, count};
use crate::fault::Result;
use crate::register::{Inspector, Recusals};
use crate::seed::Lots;

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
