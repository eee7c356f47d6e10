//! How far long work has come, told to whoever watches.

/// Work that can take more than a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Reading a table of the office; the unit is bytes where its size is known, else rows.
    Read,
    /// Sorting, joining and writing a register; the unit is rows.
    Freeze,
    /// Reading published files; the unit is bytes.
    Scan,
    /// Trial draws.
    Trials,
    /// Matching inspectors; there is no unit.
    Match,
    /// Waiting for a round of the beacon; the unit is seconds.
    Wait,
}

/// Someone who watches. Nothing that is told here may reach an output.
pub trait Watch: Send + Sync + std::fmt::Debug {
    /// Work begins on something; `total` units, if that is known.
    fn begin(&self, work: Work, what: &str, total: Option<u64>);
    /// So many units more are done.
    fn advance(&self, units: u64);
    /// The work is done, or was given up.
    fn end(&self);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn begin(&self, _: Work, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}
