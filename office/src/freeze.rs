//! From plan and tables to the announcement's body and the three frozen registers, in memory.

use crate::history::{Past, read_history};
use crate::intake::{Context, Intake, Kind, read_recusals, read_register, sealed_columns};
use crate::keys::{KeyFolder, RegisterKey};
use crate::plan::{Effect, MARKS, Plan, Register, check_names};
use crate::visits::{Met, met};
use crate::watch::Watch;
use crate::year::{Origin, read_origin};
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::announcement::{
    Announced, Announcement, BeaconPlan, Contributor, Method, Sealed, SeedPlan, Signer, check_categories,
    named_attributes, register_columns,
};
use yaohao::draw::{Binding, Pool, fill_strata};
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, Time};
use yaohao::register::{Blocks, Commitment, Inspectors, RECUSAL_COLUMNS, Reasons, Recusals, Schema, Visit, scan};
use yaohao::verify::Evidence;

/// Everything that an announcement fixes.
#[derive(Debug)]
pub struct Frozen {
    /// The body of the announcement.
    pub announcement: Announcement,
    /// What the intake of each register did: targets, inspectors, recusals.
    pub intakes: Box<[Intake; 3]>,
    /// What earlier campaigns say.
    pub past: Past,
    /// Where the campaign comes from.
    pub origin: Origin,
}

impl Frozen {
    /// The frozen files by name.
    #[must_use]
    pub fn files(&self) -> [(&'static str, &str); 3] {
        let [targets, inspectors, recusals] = self.intakes.as_ref();
        [("targets.csv", targets.csv()), ("inspectors.csv", inspectors.csv()), ("recusals.csv", recusals.csv())]
    }
}

/// For trial draws: the registers as they would be published.
impl Evidence for Frozen {
    fn files(&self) -> Result<BTreeMap<String, u64>> {
        let size = |text: &str| u64::try_from(text.len()).unwrap_or(u64::MAX);
        Ok(self.files().into_iter().map(|(name, text)| (name.to_owned(), size(text))).collect())
    }

    fn open(&self, name: &str) -> Result<Box<dyn Blocks + '_>> {
        let found = self.files().into_iter().find(|(file, _)| *file == name);
        let (_, text) = found.ok_or_else(|| Fault::new(Code::FileMissing).file(name))?;
        Ok(Box::new(text.as_bytes()))
    }
}

/// The keys that an announcement names.
#[derive(Debug, Clone, Default)]
pub struct AnnouncedKeys {
    /// Signers, ascending by key.
    pub signers: Vec<Signer>,
    /// Contributors, ascending by id.
    pub contributors: Vec<Contributor>,
    /// Who keeps the secret, if the campaign is sealed.
    pub sealed: Option<Sealed>,
}

impl AnnouncedKeys {
    /// Finds the keys of the plan's signers, contributors and custodian, and the commitments where there is no beacon.
    /// `secret` is the custodian's, if the campaign is sealed.
    ///
    /// # Errors
    /// [`Code::KeyMissing`], [`Code::CommitmentMissing`].
    pub fn load(plan: &Plan, private: &Path, secret: Option<&[u8; 32]>) -> Result<Self> {
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
        let sealed = plan.sealed.as_ref().zip(secret).map(|(sealed, secret)| {
            let custodian = sealed.custodian.clone();
            Ok(Sealed {
                key: keys.public(&custodian)?,
                commitment: Sealed::commitment_to(&plan.number, &custodian, secret),
                reveal_by: sealed.reveal_by.clone(),
                custodian,
            })
        });
        Ok(Self { signers, contributors: contributors.collect::<Result<_>>()?, sealed: sealed.transpose()? })
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
        let sealed = plan.sealed.as_ref().map(|sealed| Sealed {
            custodian: sealed.custodian.clone(),
            key: key(&sealed.custodian),
            commitment: Digest([0; 32]),
            reveal_by: sealed.reveal_by.clone(),
        });
        Self { signers, contributors, sealed }
    }
}

fn read_commitment(private: &Path, contributor: &Id) -> Result<Digest> {
    let path = private.join("contributions").join(format!("{contributor}.commitment"));
    match crate::files::read_text(&path) {
        Ok(text) => Digest::parse(text.trim()),
        Err(_) => Err(Fault::new(Code::CommitmentMissing).fact("contributor", contributor)),
    }
}

/// What a freeze refused, and how far the tables were read.
#[derive(Debug)]
pub struct Refused {
    /// All faults that were found, at least one.
    pub faults: Vec<Fault>,
    /// What the intake of each register did, where all tables could be read.
    pub intakes: Option<Box<[Intake; 3]>>,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault], intakes: None }
    }
}

impl From<Vec<Fault>> for Refused {
    fn from(faults: Vec<Fault>) -> Self {
        Self { faults, intakes: None }
    }
}

impl From<Refused> for Vec<Fault> {
    fn from(refused: Refused) -> Self {
        refused.faults
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
    watch: &dyn Watch,
) -> Result<Frozen, Refused> {
    let kinds = Kinds::of(plan)?;
    let mut past = read_history(base, plan, now, watch)?;
    let origin = read_origin(base, plan)?;
    let nothing = BTreeMap::new();
    let context = |history, visits| Context { base, key, watch, history, visits };
    let targets = read_register(context(&past.reasons, &[]), &plan.targets, &kinds.targets);
    let inspectors = read_register(context(&nothing, &past.visits), &plan.inspectors, &kinds.inspectors);
    // both tables are read before anything is refused, so that an officer sees all that is wrong at once
    let (targets, inspectors) = match (targets, inspectors) {
        (Ok(targets), Ok(inspectors)) => (targets, inspectors),
        (targets, inspectors) => {
            let faults = [targets.err(), inspectors.err()];
            return Err(faults.into_iter().flatten().flatten().collect::<Vec<_>>().into());
        }
    };
    let pairs = [(&plan.targets, &targets), (&plan.inspectors, &inspectors)];
    let met = plan.history.as_ref().map_or_else(Met::new, |history| {
        met(&past.visits, &inspectors.known, history.last_visitors, history.met_within_months, now)
    });
    past.notes.extend(past.strangers(&inspectors.known));
    let recusals = read_recusals(context(&nothing, &[]), &plan.recusals, pairs, &met)?;
    let intakes = Box::new([targets, inspectors, recusals]);
    let [targets, inspectors, _] = intakes.as_ref();
    // whoever stands in a row that was refused is missing for that reason alone
    let follows = |fault: &Fault| match fault.code() {
        Code::RecusalTarget => targets.refused > 0,
        Code::RecusalInspector => inspectors.refused > 0,
        _ => false,
    };
    let all = intakes.iter().flat_map(|intake| &intake.faults);
    let faults: Vec<Fault> = all.filter(|fault| !follows(fault)).cloned().collect();
    if !faults.is_empty() {
        return Err(Refused { faults, intakes: Some(intakes) });
    }
    build(plan, keys, now, intakes, &kinds, (past, origin))
}

/// Attributes in order, and what each holds.
#[derive(Debug)]
pub struct Kinds {
    /// Of targets.
    pub targets: Vec<(Name, Kind)>,
    /// Of inspectors.
    pub inspectors: Vec<(Name, Kind)>,
}

impl Kinds {
    /// What a plan's rules make of the columns.
    ///
    /// # Errors
    /// [`Code::PlanMark`] when a list marks targets and no rule looks at the marks, [`Code::PlanUnusedName`].
    pub fn of(plan: &Plan) -> Result<Self> {
        let names = named_attributes(&plan.strata, &plan.items, &plan.team);
        let targets: Vec<(Name, Kind)> = names.iter().map(|name| (name.clone(), target_kind(plan, name))).collect();
        if plan.targets.has_marks() && !names.iter().any(|name| name.as_str() == MARKS) {
            let mark = plan.targets.lists.iter().find_map(|list| match &list.effect {
                Effect::Mark(mark) => Some(mark.as_str()),
                Effect::Exclude(_) => None,
            });
            return Err(Fault::new(Code::PlanMark).file("plan.toml").fact("mark", mark.unwrap_or_default()));
        }
        let kinds = Self { targets, inspectors: inspector_kinds(plan)? };
        let names = |kinds: &'_ [(Name, Kind)]| kinds.iter().map(|(name, _)| name.clone()).collect::<Vec<Name>>();
        check_names(plan, &names(&kinds.targets), &names(&kinds.inspectors))?;
        Ok(kinds)
    }
}

fn build(
    plan: &Plan,
    keys: AnnouncedKeys,
    now: &Time,
    intakes: Box<[Intake; 3]>,
    kinds: &Kinds,
    (past, mut origin): (Past, Origin),
) -> Result<Frozen, Refused> {
    match announce(plan, keys, now, &intakes, kinds, (&past, &origin)) {
        Ok(announcement) => {
            origin.look_at(&announcement);
            Ok(Frozen { announcement, intakes, past, origin })
        }
        Err(fault) => Err(Refused { faults: vec![fault], intakes: Some(intakes) }),
    }
}

/// The announcement of three frozen files: the core reads them like everybody will.
fn announce(
    plan: &Plan,
    keys: AnnouncedKeys,
    now: &Time,
    intakes: &[Intake; 3],
    kinds: &Kinds,
    (past, origin): (&Past, &Origin),
) -> Result<Announcement> {
    let [targets, inspectors, recusals] = intakes;
    let schema = |file: &str, kinds: &[(Name, Kind)], register: &Register| {
        let columns =
            register_columns(kinds.iter().map(|(name, _)| name.as_str()), !sealed_columns(register).is_empty());
        Schema::new(file, &columns)
    };
    let target_schema = &schema("targets.csv", &kinds.targets, &plan.targets);
    let inspector_schema = &schema("inspectors.csv", &kinds.inspectors, &plan.inspectors);
    let recusal_schema = &Schema::new("recusals.csv", &RECUSAL_COLUMNS);
    let binding = Binding::new(target_schema, &plan.strata, &plan.items, None)?;
    let (target_mark, pool) = pass(target_schema, targets, Pool::new(&binding))?;
    if pool.unowned > 0 && !plan.leave_out_unowned {
        let first = pool.first_unowned.as_deref().unwrap_or_default();
        let fault = Fault::new(Code::StratumUnowned).fact("count", pool.unowned).fact("expected", 0);
        return Err(targets.locate(fault.fact("id", first), first));
    }
    let (strata, without_chance) = fill_strata(&plan.strata, &pool).map_err(|fault| targets.at_source(fault))?;
    let departments = plan.departments.iter().map(|department| department.id.clone()).collect();
    let visitor = Inspectors::new(inspector_schema, departments, plan.window_days())?;
    let (inspector_mark, found) = pass(inspector_schema, inspectors, visitor)?;
    let (recusal_mark, pairs) = pass(recusal_schema, recusals, Recusals::new(&found.ids))?;
    check_categories(past.announced.as_ref(), &pairs).map_err(|fault| recusals.at_source(fault))?;

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
        history: past.announced.clone(),
        plan: origin.plan.clone(),
        replaces: origin.replaces.clone(),
        targets: announced(target_schema, target_mark, targets, sealed_columns(&plan.targets)),
        inspectors: announced(inspector_schema, inspector_mark, inspectors, sealed_columns(&plan.inspectors)),
        recusals: Announced {
            excluded: Reasons::default(),
            ..announced(recusal_schema, recusal_mark, recusals, Vec::new())
        },
        seed: SeedPlan {
            beacon: plan.beacon.clone(),
            contributors: keys.contributors,
            wait_days: plan.wait_days,
            sealed: keys.sealed,
        },
        signers: keys.signers,
        threshold: plan.threshold,
    };
    announcement.check()?;
    Ok(announcement)
}

/// One pass of the core over a frozen file; faults are led back to the source's row.
fn pass<V: Visit>(schema: &Schema, intake: &Intake, visitor: V) -> Result<(Commitment, V)> {
    scan(schema, u64::MAX, &mut intake.csv().as_bytes(), visitor).map_err(|fault| intake.at_source(fault))
}

/// Columns that a has-any rule names are sets, weights are numbers; all others are taken as they are.
fn target_kind(plan: &Plan, name: &Name) -> Kind {
    if plan.team.target_columns().any(|column| column == name) {
        return Kind::Place;
    }
    if plan.strata.iter().any(|stratum| matches!(&stratum.method, Method::Weighted(weight) if weight == name)) {
        return Kind::Number;
    }
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
        "carried" if plan.history.as_ref().is_some_and(|history| history.loads) => Kind::Earlier,
        "capacity" | "carried" | "weekly" => Kind::Number,
        "away" => Kind::Leave(plan.window.0, plan.window.1),
        "expert" => Kind::Expert,
        "valid_from" | "valid_to" => Kind::Date,
        _ => Kind::Text,
    };
    let names = plan.team.inspector_columns(&plan.items).names();
    names.into_iter().map(|name| Ok((Name::parse(name)?, kind(name)))).collect()
}
