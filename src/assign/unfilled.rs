//! How many seats stay empty, as things are or as they might be: for saying what would help (SPEC §10.1).

use super::deficit::most_filled;
use super::flow::{Inspector as Place, Problem};
use super::{Table, crews, facts, pool_of};
use crate::announcement::Announcement;
use crate::draw::{Binding, Entry};
use crate::encoding::count;
use crate::fault::Result;
use crate::ident::Id;
use crate::register::{Inspector, Recusals};
use crate::seed::TrialLots;

/// One department's side of a draw. Nothing of it needs to be what was announced: whoever asks what would help changes one
/// thing and asks again.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The rules.
    pub announcement: &'a Announcement,
    /// The announcement's rules, bound to the columns of targets.
    pub binding: &'a Binding,
    /// The department.
    pub department: &'a Id,
    /// The drawn targets.
    pub drawn: &'a [&'a Entry],
    /// The inspectors who take part; those of other departments are passed over.
    pub inspectors: &'a [Inspector],
    /// Who must not visit what.
    pub recusals: &'a Recusals<'a>,
    /// The lots, by which crews are made where the lottery makes them.
    pub lots: &'a TrialLots,
}

/// Inspectors (or crews) who are not there, and could sit at every seat of the department.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct More {
    /// How many.
    pub count: u32,
    /// The most targets for each.
    pub capacity: u32,
}

/// Seats of a department: persons' seats, or targets where crews go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// All seats.
    pub seats: u64,
    /// Those that stay empty when as many are filled as can be.
    pub empty: u64,
}

impl Side<'_> {
    /// Fills as many seats as can be filled lawfully, evenness apart, with `more` besides who is there.
    ///
    /// # Errors
    /// Columns that the announcement's team names and the register of targets does not have.
    pub fn fill(&self, more: More) -> Result<Filled> {
        let Self { announcement, department, recusals, lots, .. } = *self;
        let lots = lots.lots();
        let spots = facts::Spots::of(announcement)?;
        let visits = facts::visits(announcement, self.binding, &spots, department, self.drawn)?;
        let pool = pool_of(self.inspectors, department);
        let table = Table { announcement, department, visits: &visits, pool: &pool, recusals, lots };
        table.must_fit()?;
        let mut problem = match announcement.team.crews_of(department) {
            None => facts::problem(announcement, &visits, &pool, recusals),
            Some(kind) => {
                let crews = crews::crews(announcement, kind, department, &pool, lots)?;
                crews::problem(announcement, &visits, &crews, &pool, recusals)
            }
        };
        join(&mut problem, more);
        let seats = count(problem.tasks.iter().map(|task| task.seats.len()).sum());
        Ok(Filled { seats, empty: seats.saturating_sub(most_filled(&problem)) })
    }
}

/// Adds people who may sit everywhere.
fn join(problem: &mut Problem, more: More) {
    let first = super::flow::index(problem.inspectors.len());
    let new = first..first.saturating_add(more.count);
    problem.inspectors.extend(new.clone().map(|_| Place { capacity: more.capacity, carried: 0 }));
    problem.tasks.iter_mut().flat_map(|task| &mut task.groups).for_each(|group| group.extend(new.clone()));
}
