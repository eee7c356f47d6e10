//! I/O around the core of `yaohao`: intake of registers, the campaign's folder, keys, made-up registers.
//!
//! Everything that decides an outcome is in the core; here files become its inputs and its outputs become files.

pub mod advice;
pub mod audit;
pub mod campaign;
pub mod chance;
pub mod explain;
pub mod files;
pub mod freeze;
pub mod generate;
pub mod history;
pub mod intake;
pub mod keys;
pub mod later;
pub mod ledger;
pub mod loads;
pub mod locked;
pub mod looked_up;
pub mod names;
pub mod plan;
pub mod prove;
pub mod relay;
mod sealed;
pub mod simulate;
pub mod staffing;
pub mod strays;
pub mod table;
#[cfg(feature = "excel")]
pub mod teams;
#[cfg(feature = "excel")]
pub mod template;
pub mod visits;
pub mod watch;
pub mod words;
pub mod year;
