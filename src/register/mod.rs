//! Frozen registers: canonical CSV, commitments, seals, proofs (SPEC §4).

mod inspectors;
mod proof;
mod recusals;
mod row;
mod scan;
mod seal;

pub(crate) use inspectors::check_seal;
pub use inspectors::{Expert, Inspector, InspectorColumns, Inspectors, Regions};
pub use proof::{Entry, Opening, Proof, ProofKind};
pub use recusals::{LAST_VISITOR, MET_RECENTLY, RECUSAL_COLUMNS, Recusals};
pub use row::{CELL_BYTES, CELLS, format_row, parse_row};
pub use scan::{Blocks, Row, Visit, scan};
pub use seal::seal;

use crate::encoding::Digest;
use crate::fault::{Code, Fault, Result};
use crate::ident::Name;
use std::collections::BTreeMap;

/// What a statement says of a register so that one file and no other fits it (SPEC §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// Number of rows, without the header.
    pub rows: u64,
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// Merkle tree hash of the rows.
    pub root: Digest,
}

/// The columns of a register, the name of its file, and which cells are its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    file: String,
    columns: Vec<String>,
}

impl Schema {
    /// A schema; a register that begins with `target,inspector` has both as its key, every other one its first cell.
    #[must_use]
    pub fn new<S: AsRef<str>>(file: &str, columns: &[S]) -> Self {
        Self { file: file.to_owned(), columns: columns.iter().map(|column| column.as_ref().to_owned()).collect() }
    }

    /// The columns in order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The index of a column.
    ///
    /// # Errors
    /// [`Code::ColumnUnknown`].
    pub fn column(&self, name: &str) -> Result<usize> {
        self.columns
            .iter()
            .position(|column| column == name)
            .ok_or_else(|| Fault::new(Code::ColumnUnknown).file(&self.file).fact("column", name))
    }

    /// The header's line, without LF.
    #[must_use]
    pub fn header(&self) -> String {
        format_row(self.columns.iter().map(String::as_str))
    }

    fn key_cells(&self) -> usize {
        if matches!(self.columns.as_slice(), [first, second, ..] if first == "target" && second == "inspector") {
            2
        } else {
            1
        }
    }

    fn order_fault(&self, key: &str) -> Fault {
        let column = self.columns.first().map_or("", String::as_str);
        Fault::new(Code::RegisterOrder).column(column).fact("id", key)
    }

    /// Rows are parsed before their columns have names: gives a fault's column number its name.
    fn name_column(&self, fault: Fault) -> Fault {
        let index =
            fault.place().2.and_then(|number| number.parse::<usize>().ok()).and_then(|number| number.checked_sub(1));
        match index.and_then(|index| self.columns.get(index)) {
            Some(name) => fault.rename_column(name),
            None => fault,
        }
    }
}

/// Rows counted by the reason in their column `excluded`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons(pub BTreeMap<String, u64>);

impl Reasons {
    /// Counts a row; `true` if it bears a reason, and so takes no part.
    ///
    /// # Errors
    /// [`Code::NameForm`] when the reason is not a name.
    pub fn count(&mut self, cell: &str) -> Result<bool> {
        if cell.is_empty() {
            return Ok(false);
        }
        match self.0.get_mut(cell) {
            Some(count) => *count = count.saturating_add(1),
            None => {
                Name::parse(cell).map_err(|fault| fault.column("excluded"))?;
                self.0.insert(cell.to_owned(), 1);
            }
        }
        Ok(true)
    }

    /// Adds the counts of another part.
    pub fn merge(&mut self, other: Self) {
        for (reason, count) in other.0 {
            let sum = self.0.entry(reason).or_default();
            *sum = sum.saturating_add(count);
        }
    }
}

impl std::fmt::Display for Reasons {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: Vec<String> = self.0.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        f.write_str(if counts.is_empty() { "none" } else { "" })?;
        f.write_str(&counts.join(", "))
    }
}
