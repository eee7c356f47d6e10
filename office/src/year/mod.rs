//! The year's plan: made from a table, amended, read back, and compared with the campaigns that carry it out (SPEC §17).

mod cells;
mod header;
mod issues;
mod make;
mod origin;
mod table;

pub use header::{ALIASES, Column};
pub use issues::{Issue, issues_beside, read_issue, read_issues};
pub(crate) use issues::{is_plan, plan_files};
pub use make::{Draft, amend, make};
pub(crate) use origin::share;
pub use origin::{Origin, per_cent, read_origin};
pub use table::read_lines;
