//! The year's plan: made from a table, amended, read back, and compared with the campaigns that carry it out (SPEC §17).

mod cells;
mod issues;
mod make;
mod origin;
mod table;

pub use issues::{Issue, issues_beside, read_issue, read_issues};
pub use make::{Draft, amend, make};
pub use origin::{Origin, read_origin};
pub use table::{ALIASES, Column, read_lines};
