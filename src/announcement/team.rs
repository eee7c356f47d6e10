//! How inspectors are matched: where they go, in crews or one by one, and what they can take on (SPEC §6.1, §10).

use super::{Item, ascending, attributes_only, malformed, only_true, some_array};
use crate::encoding::{Members, Value, object};
use crate::fault::Result;
use crate::ident::{Id, Name, Text};
use crate::register::InspectorColumns;
use std::collections::BTreeSet;

/// How inspectors are matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    /// The column of targets that inspectors' regions must cover.
    pub region: Option<Name>,
    /// Whether earlier load counts in evenness.
    pub carried: bool,
    /// Where inspectors may work beyond their own regions, and by what law; ascending.
    pub beyond: Vec<Beyond>,
    /// Departments in which the inspector's station and the target's decide; ascending.
    pub stations: Vec<Stations>,
    /// Departments that send crews instead of single inspectors; ascending.
    pub crews: Vec<Crews>,
    /// Whether capacities are by the week.
    pub weekly: bool,
}

/// Inspectors of one region may work in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// Inspectors one of whose regions begins with this,
    pub from: Id,
    /// may go where the target's region begins with this,
    pub to: Id,
    /// by this law.
    pub basis: Text,
}

/// What stations decide in one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stations {
    /// The department.
    pub department: Id,
    /// The column of targets with their stations.
    pub column: Name,
    /// Who goes.
    pub mode: StationMode,
}

/// Who goes to the targets of a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StationMode {
    /// Only inspectors of other stations (所所交叉).
    Cross,
    /// Only its own inspectors.
    Own,
}

/// A department that sends crews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crews {
    /// The department.
    pub department: Id,
    /// Who makes them.
    pub kind: CrewKind,
}

/// Who makes the crews of a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrewKind {
    /// The register says who is in which.
    Given,
    /// The lottery makes them.
    Drawn,
}

impl Team {
    /// Reads it.
    ///
    /// # Errors
    /// The codes of its members.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let team = Self {
            carried: members.bool("carried")?,
            region: members.optional_parsed("region", Name::parse)?,
            beyond: some_array(&mut members, "beyond", 1_000, Beyond::from_value)?,
            stations: some_array(&mut members, "stations", 64, Stations::from_value)?,
            crews: some_array(&mut members, "crews", 64, Crews::from_value)?,
            weekly: only_true(&mut members, "weekly")?,
        };
        members.finish()?;
        attributes_only("team.region", &team.region)?;
        attributes_only("team.stations", team.stations.iter().map(|stations| &stations.column))?;
        Ok(team)
    }

    /// Puts its arrays in the order that they have in an announcement.
    pub fn sort(&mut self) {
        self.beyond.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        self.stations.sort_by(|a, b| a.department.cmp(&b.department));
        self.crews.sort_by(|a, b| a.department.cmp(&b.department));
    }

    /// Writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = vec![("carried".to_owned(), self.carried.into())];
        members.extend(self.region.as_ref().map(|region| ("region".to_owned(), region.into())));
        let arrays = [
            ("beyond", self.beyond.iter().map(Beyond::to_value).collect::<Vec<_>>()),
            ("stations", self.stations.iter().map(Stations::to_value).collect()),
            ("crews", self.crews.iter().map(Crews::to_value).collect()),
        ];
        let arrays = arrays.into_iter().filter(|(_, array)| !array.is_empty());
        members.extend(arrays.map(|(member, array)| (member.to_owned(), Value::Array(array))));
        members.extend(self.weekly.then(|| ("weekly".to_owned(), true.into())));
        Value::Object(members.into_iter().collect())
    }

    /// Checks it against the departments and items.
    ///
    /// # Errors
    /// [`crate::fault::Code::AnnouncementForm`].
    pub fn check(&self, departments: &BTreeSet<Id>, items: &[Item]) -> Result<()> {
        let pairs = self.beyond.iter().map(|beyond| (&beyond.from, &beyond.to));
        let arrow = |(from, to): &(&Id, &Id)| format!("{from}→{to}");
        ascending("team.beyond must ascend by from and to", "team.beyond", pairs, arrow)?;
        if !self.beyond.is_empty() && self.region.is_none() {
            return Err(malformed("team.beyond: without team.region everybody goes everywhere"));
        }
        let departments_of = self.stations.iter().map(|stations| &stations.department);
        let plain = |id: &&Id| id.to_string();
        ascending("team.stations must ascend by department", "team.stations", departments_of, plain)?;
        let departments_of = self.crews.iter().map(|crews| &crews.department);
        ascending("team.crews must ascend by department", "team.crews", departments_of, plain)?;
        let named = self.stations.iter().map(|stations| ("stations", &stations.department));
        let named = named.chain(self.crews.iter().map(|crews| ("crews", &crews.department)));
        for (member, department) in named {
            if !departments.contains(department) {
                return Err(malformed(&format!("team.{member}: {department} is not a department")));
            }
        }
        for crews in self.crews.iter().filter(|crews| crews.kind == CrewKind::Drawn) {
            let mut layouts =
                items.iter().map(|item| item.seats_of(&crews.department)).filter(|seats| !seats.is_empty());
            let first = layouts.next();
            if layouts.any(|layout| Some(&layout) != first.as_ref()) {
                let detail = "has drawn crews, so its seats must be the same in every item where it has any";
                return Err(malformed(&format!("team.crews: {} {detail}", crews.department)));
            }
        }
        Ok(())
    }

    /// Which columns the register of inspectors has for it.
    #[must_use]
    pub fn inspector_columns(&self, items: &[Item]) -> InspectorColumns {
        InspectorColumns {
            carried: self.carried,
            crew: self.crews.iter().any(|crews| crews.kind == CrewKind::Given),
            expert: items.iter().flat_map(|item| &item.seats).any(|seat| seat.expert),
            regions: self.region.is_some(),
            station: !self.stations.is_empty(),
            weekly: self.weekly,
        }
    }

    /// The crews of a department, if it sends crews.
    #[must_use]
    pub fn crews_of(&self, department: &Id) -> Option<CrewKind> {
        self.crews.iter().find(|crews| crews.department == *department).map(|crews| crews.kind)
    }

    /// What stations decide in a department, if they do.
    #[must_use]
    pub fn stations_of(&self, department: &Id) -> Option<&Stations> {
        self.stations.iter().find(|stations| stations.department == *department)
    }

    /// The columns of targets that it names.
    pub fn target_columns(&self) -> impl Iterator<Item = &Name> {
        self.region.iter().chain(self.stations.iter().map(|stations| &stations.column))
    }
}

impl Beyond {
    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let beyond = Self {
            from: members.parsed("from", Id::parse)?,
            to: members.parsed("to", Id::parse)?,
            basis: members.parsed("basis", Text::parse)?,
        };
        members.finish()?;
        Ok(beyond)
    }

    fn to_value(&self) -> Value {
        object([("basis", (&self.basis).into()), ("from", (&self.from).into()), ("to", (&self.to).into())])
    }
}

impl Stations {
    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let stations = Self {
            department: members.parsed("department", Id::parse)?,
            column: members.parsed("column", Name::parse)?,
            mode: members.parsed("mode", StationMode::parse)?,
        };
        members.finish()?;
        Ok(stations)
    }

    fn to_value(&self) -> Value {
        object([
            ("column", (&self.column).into()),
            ("department", (&self.department).into()),
            ("mode", self.mode.name().into()),
        ])
    }
}

impl StationMode {
    fn parse(name: &str) -> Result<Self> {
        match name {
            "cross" => Ok(Self::Cross),
            "own" => Ok(Self::Own),
            _ => Err(malformed(&format!("station mode {name} is neither cross nor own"))),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cross => "cross",
            Self::Own => "own",
        }
    }
}

impl Crews {
    fn from_value(value: Value, path: &str) -> Result<Self> {
        let mut members = Members::of(value, path)?;
        let crews = Self {
            department: members.parsed("department", Id::parse)?,
            kind: members.parsed("kind", CrewKind::parse)?,
        };
        members.finish()?;
        Ok(crews)
    }

    fn to_value(&self) -> Value {
        object([("department", (&self.department).into()), ("kind", self.kind.name().into())])
    }
}

impl CrewKind {
    fn parse(name: &str) -> Result<Self> {
        match name {
            "given" => Ok(Self::Given),
            "drawn" => Ok(Self::Drawn),
            _ => Err(malformed(&format!("crews {name} are neither given nor drawn"))),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Drawn => "drawn",
        }
    }
}
