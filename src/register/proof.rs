//! Proofs that an id is in a register, or is not (SPEC §4.5).

use super::{CELL_BYTES, Commitment, parse_row, seal};
use crate::encoding::{Digest, Members, Value, hex_array, object, parse_canonical};
use crate::fault::{Code, Fault, Result};
use crate::ident::{Id, Name};
use crate::merkle;
use std::collections::BTreeMap;

/// A proof file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The campaign's number.
    pub number: Id,
    /// Digest of its announcement.
    pub announcement: Digest,
    /// `targets`, `inspectors` or `recusals`.
    pub register: String,
    /// Number of rows of the register.
    pub rows: u64,
    /// Merkle root of the register.
    pub root: Digest,
    /// Whom it is about.
    pub id: Id,
    /// What it shows.
    pub kind: ProofKind,
    /// The rows that show it.
    pub entries: Vec<Entry>,
    /// The row's withheld columns, if the office opened them.
    pub opening: Option<Opening>,
}

/// What a proof shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// The id is a row.
    Present,
    /// The id is not.
    Absent,
}

/// A row, where it stands, and the path from it to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Index from 0.
    pub index: u64,
    /// The row as it stands in the file, without LF.
    pub row: String,
    /// Inclusion path, from the leaf's sibling up.
    pub path: Vec<Digest>,
}

/// Salt and values behind a row's seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The row's salt.
    pub salt: [u8; 32],
    /// Values by column.
    pub values: BTreeMap<Name, String>,
}

impl Proof {
    /// The bytes of the file.
    #[must_use]
    pub fn to_file(&self) -> String {
        let entries: Vec<Value> = self
            .entries
            .iter()
            .map(|entry| {
                let path: Vec<String> = entry.path.iter().map(Digest::to_string).collect();
                object([("index", entry.index.into()), ("path", path.into()), ("row", entry.row.as_str().into())])
            })
            .collect();
        let kind = match self.kind {
            ProofKind::Present => "present",
            ProofKind::Absent => "absent",
        };
        let mut value = object([
            ("announcement", self.announcement.to_string().into()),
            ("entries", Value::Array(entries)),
            ("id", (&self.id).into()),
            ("kind", kind.into()),
            ("number", (&self.number).into()),
            ("register", self.register.as_str().into()),
            ("root", self.root.to_string().into()),
            ("rows", self.rows.into()),
            ("spec", "yaohao/1".into()),
            ("type", "proof".into()),
        ]);
        if let (Some(opening), Value::Object(members)) = (&self.opening, &mut value) {
            let values =
                opening.values.iter().map(|(column, value)| (column.to_string(), value.as_str().into())).collect();
            members.insert(
                "opening".to_owned(),
                object([("salt", hex::encode(opening.salt).into()), ("values", Value::Object(values))]),
            );
        }
        value.to_file()
    }

    /// Reads a proof file. That it is well formed says nothing yet: see [`Proof::check`].
    ///
    /// # Errors
    /// The `json.*` codes and those of the identifiers within.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut members = Members::of(parse_canonical(bytes)?, "")?;
        expect(&mut members, "spec", &["yaohao/1"])?;
        expect(&mut members, "type", &["proof"])?;
        let kind = match expect(&mut members, "kind", &["present", "absent"])?.as_str() {
            "present" => ProofKind::Present,
            _ => ProofKind::Absent,
        };
        let proof = Self {
            number: members.parsed("number", Id::parse)?,
            announcement: members.digest("announcement")?,
            register: expect(&mut members, "register", &["targets", "inspectors", "recusals"])?,
            rows: members.int("rows", 0, u64::MAX)?,
            root: members.digest("root")?,
            id: members.parsed("id", Id::parse)?,
            kind,
            entries: members.array("entries", 2, entry)?,
            opening: members.optional("opening").map(opening).transpose()?,
        };
        members.finish()?;
        Ok(proof)
    }

    /// Checks that the rows are in the tree of `root` and show what the proof claims. Whether `root` is the one that was
    /// announced, the caller must compare.
    ///
    /// # Errors
    /// [`Code::ProofPath`], [`Code::ProofRow`], [`Code::ProofOpening`].
    pub fn check(&self) -> Result<()> {
        for entry in &self.entries {
            if !merkle::leads_to(
                &self.root,
                self.rows,
                entry.index,
                &merkle::leaf_hash(entry.row.as_bytes()),
                &entry.path,
            ) {
                return Err(Fault::new(Code::ProofPath));
            }
        }
        let ids: Vec<String> = self.entries.iter().map(|entry| first_cell(&entry.row)).collect::<Result<_>>()?;
        let indexes: Vec<u64> = self.entries.iter().map(|entry| entry.index).collect();
        let id = self.id.as_str();
        let shown = match (self.kind, ids.as_slice(), indexes.as_slice()) {
            (ProofKind::Present, [found], _) => found == id,
            (ProofKind::Absent, [], []) => self.rows == 0 && self.root == Digest::of(b""),
            (ProofKind::Absent, [before], [index])
                if index.checked_add(1) == Some(self.rows) && before.as_str() < id =>
            {
                true
            }
            (ProofKind::Absent, [after], [0]) => id < after.as_str(),
            (ProofKind::Absent, [before, after], [a, b]) => {
                a.checked_add(1) == Some(*b) && before.as_str() < id && id < after.as_str()
            }
            _ => false,
        };
        if !shown {
            return Err(Fault::new(Code::ProofRow).fact("id", id));
        }
        self.check_opening()
    }

    /// Checks that this proof belongs to a register as it was announced.
    ///
    /// # Errors
    /// [`Code::ProofRoot`].
    pub fn check_against(
        &self,
        number: &Id,
        announcement: &Digest,
        register: &Commitment,
        withheld: &[Name],
    ) -> Result<()> {
        let fault = |detail| Err(Fault::new(Code::ProofRoot).fact("detail", detail));
        match () {
            () if self.number != *number => fault("number"),
            () if self.announcement != *announcement => fault("announcement"),
            () if self.rows != register.rows => fault("rows"),
            () if self.root != register.root => fault("root"),
            () if self.opening.as_ref().is_some_and(|opening| !opening.values.keys().eq(withheld)) => fault("withheld"),
            () => Ok(()),
        }
    }

    fn check_opening(&self) -> Result<()> {
        let (Some(opening), fault) = (&self.opening, || Fault::new(Code::ProofOpening)) else { return Ok(()) };
        let (ProofKind::Present, [entry]) = (self.kind, self.entries.as_slice()) else { return Err(fault()) };
        // a line break in a value could pass for another column
        if opening.values.values().any(|value| value.len() > CELL_BYTES || value.chars().any(char::is_control)) {
            return Err(fault());
        }
        let mut cells = Vec::new();
        parse_row(&entry.row, &mut cells)?;
        let found = seal(&opening.salt, self.id.as_str(), &opening.values).to_string();
        if cells.last().is_some_and(|cell| *cell == found) { Ok(()) } else { Err(fault()) }
    }
}

fn entry(value: Value, path: &str) -> Result<Entry> {
    let mut members = Members::of(value, path)?;
    let entry = Entry {
        index: members.int("index", 0, u64::MAX)?,
        row: members.text("row")?,
        path: members.texts("path", 64, Digest::parse)?,
    };
    members.finish()?;
    Ok(entry)
}

fn opening(value: Value) -> Result<Opening> {
    let mut members = Members::of(value, "opening")?;
    let salt = members.parsed("salt", hex_array)?;
    let Value::Object(values) = members.value("values")? else {
        return Err(Fault::new(Code::JsonMember).fact("member", "opening.values").fact("detail", "must be an object"));
    };
    members.finish()?;
    let values = values
        .into_iter()
        .map(|(column, value)| match value {
            Value::Text(text) => Ok((Name::parse(&column)?, text)),
            _ => Err(Fault::new(Code::JsonMember).fact("member", column).fact("detail", "must be a string")),
        })
        .collect::<Result<_>>()?;
    Ok(Opening { salt, values })
}

fn expect(members: &mut Members, key: &str, allowed: &[&str]) -> Result<String> {
    let path = members.path(key);
    let text = members.text(key)?;
    if allowed.contains(&text.as_str()) {
        return Ok(text);
    }
    Err(Fault::new(Code::JsonMember)
        .fact("member", path)
        .fact("detail", format_args!("must be {}", allowed.join(" or "))))
}

fn first_cell(row: &str) -> Result<String> {
    let mut cells = Vec::new();
    parse_row(row, &mut cells)?;
    Ok(cells.first().map(ToString::to_string).unwrap_or_default())
}
