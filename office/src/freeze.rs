//! From plan and tables to the announcement's body and the three frozen registers, in memory.

use crate::intake::{Intake, Kind, read_recusals, read_register, sealed_columns};
use crate::keys::{KeyFolder, RegisterKey};
use crate::plan::{Plan, Source};
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::announcement::{
    Announced, Announcement, BeaconPlan, Contributor, SeedPlan, Signer, named_attributes, register_columns,
};
use yaohao::draw::{Binding, Pool, fill_strata};
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, Time};
use yaohao::register::{
    Commitment, Inspectors, RECUSAL_COLUMNS, Reasons, Recusals, Schema, Visit, inspector_attributes, scan,
};

/// Everything that an announcement fixes.
#[derive(Debug)]
pub struct Frozen {
    /// The body of the announcement.
    pub announcement: Announcement,
    /// targets.csv
    pub targets_csv: String,
    /// inspectors.csv
    pub inspectors_csv: String,
    /// recusals.csv
    pub recusals_csv: String,
    /// What the intake of each register did: targets, inspectors, recusals.
    pub intakes: [Intake; 3],
    /// Columns that the plan maps and nothing names, by register.
    pub unused: Vec<(&'static str, Name)>,
}

/// The keys that an announcement names.
#[derive(Debug, Clone, Default)]
pub struct AnnouncedKeys {
    /// Signers, ascending by key.
    pub signers: Vec<Signer>,
    /// Contributors, ascending by id.
    pub contributors: Vec<Contributor>,
}

impl AnnouncedKeys {
    /// Finds the keys of the plan's signers and contributors, and the commitments where there is no beacon.
    ///
    /// # Errors
    /// [`Code::KeyMissing`], [`Code::CommitmentMissing`].
    pub fn load(plan: &Plan, private: &Path) -> Result<Self> {
        let keys = KeyFolder::new(&private.join("keys"));
        let mut signers: Vec<Signer> = plan
            .signers
            .iter()
            .map(|holder| Ok(Signer { holder: holder.clone(), key: keys.public(holder)? }))
            .collect::<Result<_>>()?;
        signers.sort_by_key(|signer| signer.key);
        let contributors = plan.contributors.iter().map(|id| {
            let commitment = match plan.beacon {
                BeaconPlan::None => Some(read_commitment(private, id)?),
                _ => None,
            };
            Ok(Contributor { id: id.clone(), key: keys.public(id)?, commitment })
        });
        Ok(Self { signers, contributors: contributors.collect::<Result<_>>()? })
    }
}

impl AnnouncedKeys {
    /// For a look before keys are made: whoever has none yet gets a stand-in.
    #[must_use]
    pub fn for_a_look(plan: &Plan, private: &Path) -> Self {
        let keys = KeyFolder::new(&private.join("keys"));
        let key = |holder: &Id| {
            let stand_in = yaohao::suite::SecretKey::from_bytes(&Digest::of(holder.as_str().as_bytes()).0);
            keys.public(holder).unwrap_or_else(|_| stand_in.public())
        };
        let mut signers: Vec<Signer> =
            plan.signers.iter().map(|holder| Signer { holder: holder.clone(), key: key(holder) }).collect();
        signers.sort_by_key(|signer| signer.key);
        let commitment = (plan.beacon == BeaconPlan::None).then_some(Digest([0; 32]));
        let contributors =
            plan.contributors.iter().map(|id| Contributor { id: id.clone(), key: key(id), commitment }).collect();
        Self { signers, contributors }
    }
}

fn read_commitment(private: &Path, contributor: &Id) -> Result<Digest> {
    let path = private.join("contributions").join(format!("{contributor}.commitment"));
    match crate::files::read_text(&path) {
        Ok(text) => Digest::parse(text.trim()),
        Err(_) => Err(Fault::new(Code::CommitmentMissing).fact("contributor", contributor)),
    }
}

/// Reads the tables and fixes everything. With faults in rows nothing is frozen: they come back as `Err` with all of them.
///
/// # Errors
/// All faults that were found, at least one.
pub fn freeze(
    base: &Path,
    plan: &Plan,
    keys: AnnouncedKeys,
    key: &RegisterKey,
    now: &Time,
) -> Result<Frozen, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let target_names = named_attributes(&plan.strata, &plan.items, &plan.team);
    let target_kinds: Vec<(Name, Kind)> =
        target_names.iter().map(|name| (name.clone(), target_kind(plan, name))).collect();
    let inspector_kinds = inspector_kinds(plan).map_err(one)?;
    let targets = read_register(base, "targets", &plan.targets, &target_kinds, key);
    let inspectors = read_register(base, "inspectors", &plan.inspectors, &inspector_kinds, key);
    // both tables are read before anything is refused, so that an officer sees all that is wrong at once
    let (targets, inspectors) = match (targets, inspectors) {
        (Ok(targets), Ok(inspectors)) => (targets, inspectors),
        (targets, inspectors) => return Err([targets.err(), inspectors.err()].into_iter().flatten().collect()),
    };
    let recusals = read_recusals(base, &plan.recusals, (&plan.targets, &targets), (&plan.inspectors, &inspectors), key)
        .map_err(one)?;
    let faults: Vec<Fault> =
        [&targets, &inspectors, &recusals].iter().flat_map(|intake| intake.faults.iter().cloned()).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let unused = unused_columns(plan, &target_kinds, &inspector_kinds);
    build(plan, keys, now, [targets, inspectors, recusals], (&target_kinds, &inspector_kinds), unused).map_err(one)
}

/// Attributes in order, and what each holds.
type Kinds<'a> = &'a [(Name, Kind)];

fn build(
    plan: &Plan,
    keys: AnnouncedKeys,
    now: &Time,
    intakes: [Intake; 3],
    kinds: (Kinds<'_>, Kinds<'_>),
    unused: Vec<(&'static str, Name)>,
) -> Result<Frozen> {
    let [targets, inspectors, recusals] = &intakes;
    let columns = |kinds: &[(Name, Kind)], source: &Source| {
        register_columns(kinds.iter().map(|(name, _)| name.as_str()), !sealed_columns(source).is_empty())
    };
    let target_schema = Schema::new("targets.csv", &columns(kinds.0, &plan.targets));
    let inspector_schema = Schema::new("inspectors.csv", &columns(kinds.1, &plan.inspectors));
    let recusal_schema = Schema::new("recusals.csv", &RECUSAL_COLUMNS);
    let (targets_csv, inspectors_csv, recusals_csv) = (
        targets.to_csv(&target_schema.header()),
        inspectors.to_csv(&inspector_schema.header()),
        recusals.to_csv(&recusal_schema.header()),
    );

    let binding = Binding::new(&target_schema, &plan.strata, &plan.items, None)?;
    let (target_mark, pool) = pass(&target_schema, &targets_csv, targets, Pool::new(&binding))?;
    if pool.unowned > 0 && !plan.leave_out_unowned {
        let first = pool.first_unowned.as_deref().unwrap_or_default();
        return Err(locate(
            Fault::new(Code::StratumUnowned).fact("count", pool.unowned).fact("expected", 0).fact("id", first),
            targets,
            first,
        ));
    }
    let (strata, without_chance) = fill_strata(&plan.strata, &pool).map_err(|fault| source_row(fault, targets))?;
    let departments = plan.departments.iter().map(|department| department.id.clone()).collect();
    let visitor = Inspectors::new(&inspector_schema, departments)?;
    let (inspector_mark, found) = pass(&inspector_schema, &inspectors_csv, inspectors, visitor)?;
    let (recusal_mark, _) = pass(&recusal_schema, &recusals_csv, recusals, Recusals::new(&found.ids))?;

    let announced = |schema: &Schema, mark: Commitment, intake: &Intake, withheld: Vec<Name>| Announced {
        columns: schema.columns().to_vec(),
        commitment: mark,
        excluded: intake.excluded.clone(),
        set_aside: intake.set_aside.clone(),
        withheld,
    };
    let announcement = Announcement {
        number: plan.number.clone(),
        title: plan.title.clone(),
        authority: plan.authority.clone(),
        basis: plan.basis,
        announced_at: now.clone(),
        window_from: plan.window.0,
        window_to: plan.window.1,
        departments: plan.departments.clone(),
        items: plan.items.clone(),
        team: plan.team.clone(),
        strata,
        unowned: pool.unowned,
        without_chance,
        history: None,
        targets: announced(&target_schema, target_mark, targets, sealed_columns(&plan.targets)),
        inspectors: announced(&inspector_schema, inspector_mark, inspectors, sealed_columns(&plan.inspectors)),
        recusals: Announced {
            excluded: Reasons::default(),
            ..announced(&recusal_schema, recusal_mark, recusals, Vec::new())
        },
        seed: SeedPlan { beacon: plan.beacon.clone(), contributors: keys.contributors },
        signers: keys.signers,
        threshold: plan.threshold,
    };
    announcement.check()?;
    Ok(Frozen { announcement, targets_csv, inspectors_csv, recusals_csv, intakes, unused })
}

/// One pass of the core over a frozen file; faults are led back to the source's row.
fn pass<V: Visit>(schema: &Schema, csv: &str, intake: &Intake, visitor: V) -> Result<(Commitment, V)> {
    scan(schema, u64::MAX, &mut Some(csv.as_bytes().to_vec()), visitor).map_err(|fault| source_row(fault, intake))
}

/// A fault of a frozen row, told of the row in the office's own table.
fn source_row(fault: Fault, intake: &Intake) -> Fault {
    let row = fault.place().1.and_then(|row| usize::try_from(row).ok()).and_then(|row| row.checked_sub(1));
    match row.and_then(|index| intake.rows.keys().nth(index)).and_then(|key| intake.origins.get(key)) {
        Some(origin) => fault.moved_to(&intake.file, *origin),
        None => fault,
    }
}

fn locate(fault: Fault, intake: &Intake, id: &str) -> Fault {
    match intake.origins.get(id) {
        Some(row) => fault.moved_to(&intake.file, *row),
        None => fault,
    }
}

/// Columns that a has-any rule names are sets; all others are taken as they are.
fn target_kind(plan: &Plan, name: &Name) -> Kind {
    let rules = plan.items.iter().map(|item| &item.rule).chain(plan.strata.iter().map(|stratum| &stratum.rule));
    if rules.into_iter().any(|rule| names_set(rule, name)) { Kind::Set } else { Kind::Text }
}

fn names_set(rule: &yaohao::rule::Rule, name: &Name) -> bool {
    use yaohao::rule::Rule;
    match rule {
        Rule::HasAny(column, _) => column == name,
        Rule::And(rules) | Rule::Or(rules) => rules.iter().any(|rule| names_set(rule, name)),
        Rule::Not(rule) => names_set(rule, name),
        Rule::Eq(..) | Rule::In(..) | Rule::Prefix(..) => false,
    }
}

fn inspector_kinds(plan: &Plan) -> Result<Vec<(Name, Kind)>> {
    let kind = |name: &str| match name {
        "qualifications" | "regions" => Kind::Set,
        "lead" => Kind::Flag,
        "valid_from" | "valid_to" => Kind::Date,
        _ => Kind::Text,
    };
    let names = inspector_attributes(plan.team.region.is_some(), plan.team.carried);
    names.into_iter().map(|name| Ok((Name::parse(name)?, kind(name)))).collect()
}

fn unused_columns(plan: &Plan, targets: &[(Name, Kind)], inspectors: &[(Name, Kind)]) -> Vec<(&'static str, Name)> {
    let of = |register, columns: &BTreeMap<Name, String>, used: &[(Name, Kind)]| {
        let unused: Vec<_> = columns
            .keys()
            .filter(|name| name.as_str() != "id" && used.iter().all(|(other, _)| other != *name))
            .map(|name| (register, name.clone()))
            .collect();
        unused
    };
    let mut unused = of("targets", &plan.targets.columns, targets);
    unused.extend(of("inspectors", &plan.inspectors.columns, inspectors));
    unused
}
