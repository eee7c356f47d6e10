//! First random: which targets are drawn (SPEC §8, §9).

mod pool;
mod selection;
mod strata;

pub use pool::{Binding, CellPool, Entry, Pool};
pub use selection::{CellOutcome, Selection, select};
pub use strata::{check_strata, fill_strata};
