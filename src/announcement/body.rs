//! The announcement's body in JSON (SPEC §6.1).

use super::{
    Announced, Announcement, Basis, Department, History, Item, PlanLine, Replaces, SIGNERS, SeedPlan, Signer, Stratum,
    Team, WithoutChance, malformed,
};
use crate::encoding::{Members, Value, object};
use crate::fault::Result;
use crate::ident::{Date, Id, Name, Text, Time};
use crate::register::{Commitment, Reasons};
use crate::statement::{Body, Type};

impl Body for Announcement {
    const TYPE: Type = Type::Announcement;

    fn to_value(&self) -> Value {
        let mut body = object([
            ("announced_at", (&self.announced_at).into()),
            ("authority", (&self.authority).into()),
            ("basis", self.basis.name().into()),
            ("departments", Value::Array(self.departments.iter().map(Department::to_value).collect())),
            ("items", Value::Array(self.items.iter().map(Item::to_value).collect())),
            ("number", (&self.number).into()),
            (
                "registers",
                object([
                    ("inspectors", announced_value(&self.inspectors)),
                    ("recusals", announced_value(&self.recusals)),
                    ("targets", announced_value(&self.targets)),
                ]),
            ),
            ("seed", self.seed.to_value()),
            ("signers", Value::Array(self.signers.iter().map(Signer::to_value).collect())),
            ("strata", Value::Array(self.strata.iter().map(Stratum::to_value).collect())),
            ("team", self.team.to_value()),
            ("threshold", self.threshold.into()),
            ("title", (&self.title).into()),
            ("unowned", self.unowned.into()),
            (
                "window",
                object([("from", self.window_from.to_string().into()), ("to", self.window_to.to_string().into())]),
            ),
            ("without_chance", Value::Array(self.without_chance.iter().map(WithoutChance::to_value).collect())),
        ]);
        let optional = [
            ("history", self.history.as_ref().map(History::to_value)),
            ("plan", self.plan.as_ref().map(PlanLine::to_value)),
            ("replaces", self.replaces.as_ref().map(Replaces::to_value)),
        ];
        if let Value::Object(members) = &mut body {
            members.extend(optional.into_iter().filter_map(|(member, value)| Some((member.to_owned(), value?))));
        }
        body
    }

    fn from_value(value: Value) -> Result<Self> {
        let mut members = Members::of(value, "")?;
        let mut window = members.object("window")?;
        let mut registers = members.object("registers")?;
        let announcement = Self {
            number: members.parsed("number", Id::parse)?,
            title: members.parsed("title", Text::parse)?,
            authority: members.parsed("authority", Text::parse)?,
            basis: members.parsed("basis", Basis::parse)?,
            announced_at: members.parsed("announced_at", Time::parse)?,
            window_from: window.parsed("from", Date::parse)?,
            window_to: window.parsed("to", Date::parse)?,
            departments: members.array("departments", 64, Department::from_value)?,
            items: members.array("items", 256, Item::from_value)?,
            team: Team::from_value(members.value("team")?, "team")?,
            strata: members.array("strata", 1000, Stratum::from_value)?,
            unowned: members.int("unowned", 0, u64::MAX)?,
            without_chance: members.array("without_chance", 2 * super::CELLS, WithoutChance::from_value)?,
            history: members.optional("history").map(|value| History::from_value(value, "history")).transpose()?,
            plan: members.optional("plan").map(|value| PlanLine::from_value(value, "plan")).transpose()?,
            replaces: members.optional("replaces").map(|value| Replaces::from_value(value, "replaces")).transpose()?,
            targets: announced(registers.value("targets")?, "registers.targets")?,
            inspectors: announced(registers.value("inspectors")?, "registers.inspectors")?,
            recusals: announced(registers.value("recusals")?, "registers.recusals")?,
            seed: SeedPlan::from_value(members.value("seed")?, "seed")?,
            signers: members.array("signers", SIGNERS, Signer::from_value)?,
            threshold: members.int("threshold", 1, 64)?,
        };
        window.finish()?;
        registers.finish()?;
        members.finish()?;
        announcement.check()?;
        Ok(announcement)
    }
}

fn announced_value(register: &Announced) -> Value {
    let withheld: Vec<Value> = register.withheld.iter().map(Into::into).collect();
    object([
        ("columns", register.columns.clone().into()),
        ("excluded", reasons_value(&register.excluded)),
        ("root", register.commitment.root.to_string().into()),
        ("rows", register.commitment.rows.into()),
        ("set_aside", reasons_value(&register.set_aside)),
        ("sha256", register.commitment.sha256.to_string().into()),
        ("withheld", Value::Array(withheld)),
    ])
}

fn announced(value: Value, path: &str) -> Result<Announced> {
    let mut members = Members::of(value, path)?;
    let register = Announced {
        columns: members.texts("columns", 64, |text| Name::parse(text).map(|name| name.to_string()))?,
        commitment: Commitment {
            rows: members.int("rows", 0, u64::MAX)?,
            sha256: members.digest("sha256")?,
            root: members.digest("root")?,
        },
        excluded: reasons(&mut members, "excluded")?,
        set_aside: reasons(&mut members, "set_aside")?,
        withheld: members.texts("withheld", 64, Name::parse)?,
    };
    members.finish()?;
    let public = |name: &Name| name.as_str() == "seal" || register.columns.iter().any(|column| column == name.as_str());
    if register.withheld.iter().any(public) {
        return Err(malformed(&format!("{path}: a withheld column is a public one too")));
    }
    if !register.withheld.is_sorted_by(|a, b| a < b) {
        return Err(malformed(&format!("{path}: withheld columns must ascend")));
    }
    Ok(register)
}

fn reasons_value(reasons: &Reasons) -> Value {
    Value::Array(
        reasons
            .0
            .iter()
            .map(|(reason, count)| object([("count", (*count).into()), ("reason", reason.as_str().into())]))
            .collect(),
    )
}

fn reasons(members: &mut Members, key: &str) -> Result<Reasons> {
    let path = members.path(key);
    let pairs = members.array(key, 1000, |value, path| {
        let mut members = Members::of(value, path)?;
        let pair = (members.parsed("reason", Name::parse)?.to_string(), members.int("count", 1, u64::MAX)?);
        members.finish()?;
        Ok(pair)
    })?;
    if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(malformed(&format!("{path}: reasons must ascend")));
    }
    Ok(Reasons(pairs.into_iter().collect()))
}
