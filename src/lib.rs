#![doc = include_str!("lib.md")]
#![forbid(unsafe_code)]
// tests may index and convert: a test that panics has failed, which is what it is for
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::as_conversions, clippy::float_arithmetic))]

// in the order in which data flows: each module knows only those before it (tests/modules.rs holds this)
pub mod fault;
mod join;
pub mod encoding;
pub mod suite;
pub mod ident;
pub mod merkle;
pub mod stamp;
pub mod register;
pub mod rule;
pub mod statement;
pub mod announcement;
pub mod year;
pub mod seed;
pub mod sampling;
pub mod draw;
pub mod assign;
pub mod outcome;
pub mod record;
pub mod notice;
pub mod later;
pub mod ledger;
pub mod verify;
