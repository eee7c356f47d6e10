//! What happens after the record: substitutions, results, amendments, and who goes where after them (SPEC §11.2).
//!
//! Who steps in is derived from the lists of the draw, never taken from a statement: office and verifier both ask
//! [`State`], and a statement that says something else is refused.

mod bodies;
mod chain;
mod state;
mod substitute;

pub use bodies::{Amendment, Change, Finding, Head, NewSeat, Results, Substitution, Visited};
pub use chain::{Later, MOST_SERIAL, file_name, follow, serial_of};
pub use state::{Facts, Happened, State, TeamSeat};
pub use substitute::Substitutes;
