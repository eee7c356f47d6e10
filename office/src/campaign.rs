//! The campaign's folder and the events of a campaign, in their order (design: plan, announce, contribute, close, draw).

use crate::files::{Folder, Stage, make_folder, read_bytes, read_text, shown, write_fault, write_whole};
use crate::freeze::{AnnouncedKeys, Frozen, Refused, freeze};
use crate::keys::{CustodianSecret, Entropy, KeyFolder, RegisterKey, write_secret};
use crate::plan::Plan;
use crate::simulate;
use crate::watch::{Silent, Watch};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use yaohao::announcement::{Announcement, BeaconPlan, commitment};
use yaohao::draw::{Binding, Pool, Selection};
use yaohao::encoding::{Digest, hex_array};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, Text, Time};
use yaohao::outcome::{Outcome, draw_inspectors, draw_targets};
use yaohao::record::{Record, Void};
use yaohao::register::{Inspector, Inspectors, Recusals, scan};
use yaohao::seed::{Beacon, Closing, Contribution, Lots, Reveal, Seed, check_contributions};
use yaohao::statement::{Body, Statement};
use yaohao::suite::SecretKey;
use yaohao::verify::{Evidence, Report, Verdict, verify};

/// A campaign's folder.
#[derive(Debug, Clone)]
pub struct Campaign {
    folder: PathBuf,
    watch: Arc<dyn Watch>,
    /// The custodian's secret, where it is not in the folder.
    pub(crate) told: Option<[u8; 32]>,
}

/// Values of contributors, `None` for one that is absent.
type Values = Vec<Option<[u8; 32]>>;

/// Held while a command works in a folder.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Campaign {
    /// The campaign in a folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), watch: Arc::new(Silent), told: None }
    }

    /// The same campaign, with somebody who watches long work.
    #[must_use]
    pub fn watched_by(self, watch: Arc<dyn Watch>) -> Self {
        Self { watch, ..self }
    }

    /// The same campaign, with the custodian's secret from elsewhere than `private/`.
    #[must_use]
    pub fn told(self, secret: Option<[u8; 32]>) -> Self {
        Self { told: secret, ..self }
    }

    /// Who watches.
    #[must_use]
    pub fn watch(&self) -> &dyn Watch {
        self.watch.as_ref()
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What may be published.
    #[must_use]
    pub fn public(&self) -> PathBuf {
        let public = self.folder.join("public");
        // who has only what was published has it without the office's folder around it
        if !public.is_dir() && self.folder.join("announcement.json").exists() { self.folder.clone() } else { public }
    }

    /// What stays in the office.
    #[must_use]
    pub fn private(&self) -> PathBuf {
        self.folder.join("private")
    }

    /// The keys of the campaign.
    #[must_use]
    pub fn keys(&self) -> KeyFolder {
        KeyFolder::new(&self.private().join("keys"))
    }

    /// The plan.
    ///
    /// # Errors
    /// Those of [`Plan::read`].
    pub fn plan(&self) -> Result<Plan> {
        let path = self.folder.join("plan.toml");
        Plan::read(&path).map_err(|fault| fault.file(shown(&path)))
    }

    /// Takes the folder for one command.
    ///
    /// # Errors
    /// [`Code::CampaignLocked`], [`Code::FileWrite`].
    pub fn lock(&self) -> Result<Lock> {
        make_folder(&self.private())?;
        let path = self.private().join(".lock");
        let file = File::create(&path).map_err(|error| write_fault(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(_) => Err(Fault::new(Code::CampaignLocked).file(shown(&self.folder))),
        }
    }

    /// The announcement.
    ///
    /// # Errors
    /// [`Code::CampaignState`] when there is none; the codes of form.
    pub fn announcement(&self) -> Result<Statement<Announcement>> {
        self.statement("announcement.json", "announce")
    }

    /// A published statement; `command` is the one that makes it.
    ///
    /// # Errors
    /// As [`Campaign::announcement`].
    pub fn statement<B: Body>(&self, name: &str, command: &str) -> Result<Statement<B>> {
        let path = self.public().join(name);
        if !path.exists() {
            return Err(Fault::new(Code::CampaignState)
                .file(shown(&self.folder))
                .fact("file", name)
                .fact("command", command));
        }
        Statement::parse(&read_bytes(&path)?).map_err(|fault| fault.file(name))
    }

    pub(crate) fn must_not_exist(&self, name: &str) -> Result<()> {
        if self.public().join(name).exists() {
            return Err(Fault::new(Code::CampaignExists).file(shown(&self.folder)).fact("file", name));
        }
        Ok(())
    }

    /// Freezes as the plan stands, in memory: for a look. Keys that are not there yet are left out.
    ///
    /// # Errors
    /// All faults that were found.
    pub fn look(&self, now: &Time) -> Result<Frozen, Refused> {
        let plan = self.plan()?;
        let key = RegisterKey::load(&self.private()).unwrap_or_else(|_| RegisterKey::for_a_look());
        let keys = AnnouncedKeys::for_a_look(&plan, &self.private());
        freeze(&self.folder, &plan, keys, &key, now, self.watch())
    }

    /// Freezes the registers and signs the announcement (T0).
    ///
    /// # Errors
    /// All faults that were found; nothing is written then.
    pub fn announce(&self, now: &Time, entropy: &mut dyn Entropy) -> Result<Frozen, Refused> {
        let _lock = self.lock()?;
        self.must_not_exist("announcement.json")?;
        let plan = self.plan()?;
        let custodian = CustodianSecret::of(&self.private());
        let secret = match plan.sealed.is_some() {
            true => Some(custodian.existing_or_fresh(entropy)?),
            false => None,
        };
        let keys = AnnouncedKeys::load(&plan, &self.private(), secret.as_ref())?;
        let key = match RegisterKey::exists(&self.private()) {
            true => RegisterKey::load(&self.private())?,
            false => RegisterKey::fresh(entropy)?,
        };
        let frozen = freeze(&self.folder, &plan, keys, &key, now, self.watch())?;
        check_lead_time(&frozen.announcement)?;
        frozen.origin.leaves_no_gap()?;
        check_seats(&frozen, self.watch())?;
        let mut statement = Statement::new(frozen.announcement.clone());
        self.sign_by_signers(&mut statement, &frozen.announcement)?;
        // from here on the key is needed: without it nobody can open what is published
        key.keep(&self.private())?;
        // and so is the secret: without it nobody can ever tell what was drawn
        secret.map_or(Ok(()), |secret| custodian.keep(&secret))?;
        make_folder(&self.public())?;
        let mut stage = Stage::new(&self.public())?;
        frozen.files().into_iter().try_for_each(|(name, text)| stage.put(name, text.as_bytes()))?;
        stage.put("announcement.json", statement.to_file().as_bytes())?;
        must_hold(&stage.preview())?;
        stage.publish()?;
        Ok(frozen)
    }

    /// Signs by every announced signer whose key is in the folder, and by as many as the threshold asks at least.
    pub(crate) fn sign_by_signers<B: Body>(
        &self,
        statement: &mut Statement<B>,
        announcement: &Announcement,
    ) -> Result<()> {
        let mut missing = None;
        for signer in &announcement.signers {
            match self.keys().secret(&signer.holder) {
                Ok(key) => statement.sign(&key),
                // a key that is here and was not opened is not a key of another office
                Err(fault) if is_locked(&fault) => return Err(fault),
                Err(fault) => missing = missing.or(Some(fault)),
            }
        }
        match missing {
            Some(fault) if u64::try_from(statement.envelope().keys().count()).unwrap_or(0) < announcement.threshold => {
                Err(fault)
            }
            _ => Ok(()),
        }
    }

    /// Makes a contributor commit to a value before the announcement; only without a beacon.
    ///
    /// # Errors
    /// [`Code::CampaignExists`] when it has committed, [`Code::FileWrite`].
    pub fn commit(&self, contributor: &Id, value: [u8; 32]) -> Result<Digest> {
        let _lock = self.lock()?;
        self.must_not_exist("announcement.json")?;
        let plan = self.plan()?;
        if !plan.contributors.contains(contributor) {
            return Err(Fault::new(Code::ContributorUnknown).fact("contributor", contributor));
        }
        let folder = self.private().join("contributions");
        make_folder(&folder)?;
        let path = folder.join(format!("{contributor}.value"));
        if path.exists() {
            return Err(Fault::new(Code::CommitmentExists).fact("contributor", contributor));
        }
        write_secret(&path, &value)?;
        let digest = commitment(&plan.number, contributor, &value);
        write_whole(&folder.join(format!("{contributor}.commitment")), format!("{digest}\n").as_bytes())?;
        Ok(digest)
    }

    /// Publishes a contributor's value: the given one, the one it committed to, or a fresh one.
    ///
    /// # Errors
    /// [`Code::ContributorUnknown`], [`Code::ContributionLate`], [`Code::CampaignExists`], [`Code::ContributionCommitment`].
    pub fn contribute(
        &self,
        contributor: &Id,
        value: Option<[u8; 32]>,
        key: Option<SecretKey>,
        now: &Time,
        entropy: &mut dyn Entropy,
    ) -> Result<Statement<Contribution>> {
        let _lock = self.lock()?;
        let statement = self.announcement()?;
        let announcement = statement.body();
        let announced = announcement.seed.contributors.iter().find(|announced| announced.id == *contributor);
        let announced =
            announced.ok_or_else(|| Fault::new(Code::ContributorUnknown).fact("contributor", contributor))?;
        self.must_not_exist("void.json")?;
        if self.public().join("closing.json").exists() {
            return Err(Fault::new(Code::ContributionLate));
        }
        let name = format!("contribution-{contributor}.json");
        self.must_not_exist(&name)?;
        let kept = self.private().join("contributions").join(format!("{contributor}.value"));
        let value = match value {
            Some(value) => value,
            None if kept.exists() => hex_array(read_text(&kept)?.trim())?,
            None => entropy.secret()?,
        };
        if announced
            .commitment
            .is_some_and(|committed| committed != commitment(&announcement.number, contributor, &value))
        {
            return Err(Fault::new(Code::ContributionCommitment).fact("contributor", contributor));
        }
        let key = key.map_or_else(|| self.keys().secret(contributor), Ok)?;
        if key.public() != announced.key {
            return Err(Fault::new(Code::SignatureKey).fact("key", key.public()));
        }
        let mut contribution = Statement::new(Contribution {
            number: announcement.number.clone(),
            announcement: statement.digest(),
            contributor: contributor.clone(),
            contributed_at: now.clone(),
            value,
        });
        contribution.sign(&key);
        self.publish_one(&name, &contribution)?;
        Ok(contribution)
    }

    /// Signs the list of contributions (T1).
    ///
    /// # Errors
    /// [`Code::CampaignState`], [`Code::CampaignExists`], [`Code::OrderTime`].
    pub fn close(&self, now: &Time) -> Result<Statement<Closing>> {
        let _lock = self.lock()?;
        let statement = self.announcement()?;
        let announcement = statement.body();
        self.must_not_exist("void.json")?;
        self.must_not_exist("closing.json")?;
        let contributions = announcement.seed.contributors.iter().map(|contributor| {
            let name = format!("contribution-{}.json", contributor.id);
            let digest = match self.public().join(&name).exists() {
                true => Some(self.statement::<Contribution>(&name, "contribute")?.digest()),
                false => None,
            };
            Ok((contributor.id.clone(), digest))
        });
        let mut closing = Statement::new(Closing {
            number: announcement.number.clone(),
            announcement: statement.digest(),
            closed_at: now.clone(),
            contributions: contributions.collect::<Result<_>>()?,
        });
        self.sign_by_signers(&mut closing, announcement)?;
        self.publish_one("closing.json", &closing)?;
        Ok(closing)
    }

    /// Whether nothing is missing for a draw but the beacon: told before anybody waits for hours.
    ///
    /// # Errors
    /// [`Code::CampaignExists`], [`Code::CampaignState`], [`Code::BeaconOver`], the codes of contributions.
    pub fn must_be_ready(&self, now: &Time) -> Result<Statement<Announcement>> {
        let statement = self.not_ended()?;
        must_be_waited_for(statement.body(), now)?;
        self.contributed(statement.body())?;
        self.secret(statement.body())?;
        Ok(statement)
    }

    /// The announcement of a campaign that has neither record nor void, nor a sealing, which is a record not told yet.
    fn not_ended(&self) -> Result<Statement<Announcement>> {
        let statement = self.announcement()?;
        ["void.json", "record.json", "sealing.json"].iter().try_for_each(|name| self.must_not_exist(name))?;
        Ok(statement)
    }

    /// Draws, signs the record, and verifies the bytes as they lie on the disk before they are published. Of a sealed
    /// campaign beacon and sealing are published, and the outcome is kept for [`Campaign::reveal`].
    ///
    /// # Errors
    /// What is missing or not in order; [`Code::DrawInfeasible`], [`Code::DrawCrews`]. Nothing is published then.
    pub fn draw(&self, beacon: Option<Beacon>, now: &Time) -> Result<(Statement<Record>, Outcome, Report)> {
        let _lock = self.lock()?;
        let statement = self.not_ended()?;
        must_be_waited_for(statement.body(), now)?;
        let beacon = check_beacon(statement.body(), beacon, now)?;
        let (record, outcome) = self.recorded(&statement, beacon.as_ref(), now)?;
        let mut record = Statement::new(record);
        self.sign_by_signers(&mut record, statement.body())?;
        let report = match (&beacon, &statement.body().seed.sealed) {
            (Some(beacon), Some(_)) => self.seal(&statement, beacon, &outcome, &record)?,
            _ => self.publish_end(beacon.as_ref(), Some(&outcome), None, ("record.json", &record))?,
        };
        Ok((record, outcome, report))
    }

    /// Gives the campaign up. Before the beacon has spoken that is all; after it the void says what would have been drawn,
    /// and `beacon` is needed (and the custodian's secret, which it reveals), unless the reason is one of those for which nothing can have been drawn (SPEC §11.1).
    ///
    /// # Errors
    /// What is missing or not in order; [`Code::VoidReason`], [`Code::VoidOutcome`]. Nothing is published then.
    pub fn void(&self, reason: Name, text: Text, beacon: Option<Beacon>, now: &Time) -> Result<Statement<Void>> {
        let _lock = self.lock()?;
        let statement = self.not_ended()?;
        let announcement = statement.body();
        let spoken = match announcement.seed.beacon.time() {
            Some(time) => time <= *now,
            None => self.public().join("closing.json").exists(),
        };
        let silent = [Void::NO_BEACON, Void::NOT_CLOSED].contains(&reason.as_str());
        let (beacon, drawn) = match spoken && !silent {
            false => (None, None),
            true => {
                let beacon = check_beacon(announcement, beacon, now)?;
                match self.recorded(&statement, beacon.as_ref(), now) {
                    Err(fault)
                        if matches!(fault.code(), Code::DrawInfeasible | Code::DrawCrews)
                            && reason.as_str() == Void::INFEASIBLE =>
                    {
                        (beacon, None)
                    }
                    other => (beacon, Some(other?)),
                }
            }
        };
        let reveal = match beacon.is_some() && announcement.seed.sealed.is_some() {
            true => Some(self.revealing(&statement, None, now)?),
            false => None,
        };
        let (would_be, outcome) = drawn.unzip();
        let mut void = Statement::new(Void {
            number: announcement.number.clone(),
            announcement: statement.digest(),
            voided_at: now.clone(),
            reason,
            text,
            would_be,
        });
        self.sign_by_signers(&mut void, announcement)?;
        self.publish_end(beacon.as_ref(), outcome.as_ref(), reveal.as_ref(), ("void.json", &void))?;
        Ok(void)
    }

    /// What the record says of the draw that contributions, closing and beacon give.
    fn recorded(
        &self,
        statement: &Statement<Announcement>,
        beacon: Option<&Beacon>,
        now: &Time,
    ) -> Result<(Record, Outcome)> {
        let announcement = statement.body();
        let (closing, values) = self.contributed(announcement)?;
        let secret = self.secret(announcement)?;
        let seed = Seed::new(announcement, &statement.digest(), &values, secret.as_ref(), beacon);
        let outcome = derive(announcement, &Folder::new(&self.public()), &seed.lots()).map_err(|fault| {
            // nothing of what is announced can be mended any more
            let code = fault.code().at_the_draw();
            fault.recoded(code)
        })?;
        let closing = closing.map(|closing| closing.digest());
        let record = Record::new(announcement, statement.digest(), closing, beacon, &seed, &outcome, now.clone())?;
        Ok((record, outcome))
    }

    /// The closing, if contributors were announced, and their values in announced order.
    fn contributed(&self, announcement: &Announcement) -> Result<(Option<Statement<Closing>>, Values)> {
        let closing = match announcement.seed.contributors.is_empty() {
            true => None,
            false => Some(self.statement::<Closing>("closing.json", "close")?),
        };
        let contributions = announcement.seed.contributors.iter().filter_map(|contributor| {
            let name = format!("contribution-{}.json", contributor.id);
            let there = self.public().join(&name).exists();
            there.then(|| Ok((contributor.id.clone(), self.statement(&name, "contribute")?)))
        });
        let contributions = contributions.collect::<Result<_>>()?;
        let values = check_contributions(announcement, &contributions, closing.as_ref())?;
        Ok((closing, values))
    }

    /// Publishes the end of a campaign, with what it rests on, when all of it verifies.
    fn publish_end<B: Body>(
        &self,
        beacon: Option<&Beacon>,
        outcome: Option<&Outcome>,
        reveal: Option<&Statement<Reveal>>,
        (name, end): (&str, &Statement<B>),
    ) -> Result<Report> {
        let mut stage = Stage::new(&self.public())?;
        if let Some(beacon) = beacon {
            stage.put("beacon.json", beacon.to_file().as_bytes())?;
        }
        if let Some(reveal) = reveal {
            stage.put("reveal.json", reveal.to_file().as_bytes())?;
        }
        if let Some(outcome) = outcome {
            stage.put("selected.csv", outcome.selected_csv.as_bytes())?;
            stage.put("assignments.csv", outcome.assignments_csv.as_bytes())?;
        }
        stage.put(name, end.to_file().as_bytes())?;
        let report = must_hold(&stage.preview())?;
        stage.publish()?;
        Ok(report)
    }

    pub(crate) fn publish_one<B: Body>(&self, name: &str, statement: &Statement<B>) -> Result<()> {
        let mut stage = Stage::new(&self.public())?;
        stage.put(name, statement.to_file().as_bytes())?;
        must_hold(&stage.preview())?;
        stage.publish()
    }
}

/// Derives an outcome from the registers of a campaign, published or frozen in memory.
///
/// # Errors
/// The codes of the registers, the strata and the assignment.
pub fn derive(announcement: &Announcement, evidence: &dyn Evidence, lots: &Lots) -> Result<Outcome> {
    with_registers(announcement, evidence, lots, |registers, selection| {
        draw_inspectors(announcement, registers.binding, selection, registers.inspectors, registers.recusals, lots)
    })
}

/// The registers of a campaign, read for a draw.
pub(crate) struct Registers<'a> {
    pub(crate) binding: &'a Binding,
    /// Those who take part, ascending by id.
    pub(crate) inspectors: &'a [Inspector],
    /// All ids of that register, of excluded rows too, ascending.
    pub(crate) ids: &'a [Id],
    pub(crate) recusals: &'a Recusals<'a>,
}

/// Reads the registers, draws the targets, and lets somebody work with both: registers borrow from each other.
pub(crate) fn with_registers<T>(
    announcement: &Announcement,
    evidence: &dyn Evidence,
    lots: &Lots,
    work: impl FnOnce(&Registers<'_>, Selection) -> Result<T>,
) -> Result<T> {
    let binding = Binding::announced(announcement, Some(lots.tickets("targets")))?;
    let (_, pool) =
        scan(&announcement.targets_schema(), u64::MAX, evidence.open("targets.csv")?.as_mut(), Pool::new(&binding))?;
    let schema = announcement.inspectors_schema();
    let visitor = announcement.inspectors_visitor()?;
    let (_, inspectors) = scan(&schema, u64::MAX, evidence.open("inspectors.csv")?.as_mut(), visitor)?;
    let make = Recusals::new(&inspectors.ids);
    let (_, recusals) = scan(&announcement.recusals_schema(), u64::MAX, evidence.open("recusals.csv")?.as_mut(), make)?;
    let selection = draw_targets(announcement, pool, lots)?;
    let Inspectors { present, ids, .. } = &inspectors;
    work(&Registers { binding: &binding, inspectors: present, ids, recusals: &recusals }, selection)
}

/// The lots of a record's own seed text, for explanations. Whether the text is right is for `verify` to say.
///
/// # Errors
/// [`Code::SeedText`].
pub fn recorded_lots(record: &Record) -> Result<Lots> {
    let found = Digest::of(record.seed_text.as_bytes());
    if found != record.seed {
        return Err(Fault::new(Code::SeedText).file("record.json").fact("found", record.seed).fact("expected", found));
    }
    Ok(Lots::of(found))
}

fn is_locked(fault: &Fault) -> bool {
    matches!(
        fault.code(),
        Code::KeyPassphrase
            | Code::KeyPassphraseNeeded
            | Code::KeyPassphraseEmpty
            | Code::KeyPassphraseDiffers
            | Code::KeyWork
    )
}

/// Verifies files as they lie on the disk; any failure is a fault.
pub(crate) fn must_hold(files: &Folder) -> Result<Report> {
    let report = verify(files, None);
    match (report.failure(), report.verdict) {
        (Some((_, fault)), _) => Err(fault.clone()),
        (None, Verdict::Unreadable) => Err(Fault::new(Code::FileMissing).file("announcement.json")),
        (None, _) => Ok(report),
    }
}

/// T2 is at least ten minutes after T0.
///
/// # Errors
/// [`Code::BeaconPast`].
pub fn check_lead_time(announcement: &Announcement) -> Result<()> {
    let beacon = &announcement.seed.beacon;
    match (beacon.time(), announcement.announced_at.plus(600)) {
        (Some(time), Some(earliest)) if time < earliest => {
            let fault = Fault::new(Code::BeaconPast).fact("beacon", beacon.policy_name());
            Err(fault.fact("time", time).fact("earliest", earliest))
        }
        _ => Ok(()),
    }
}

/// What is announced cannot be changed: if seats stay empty whatever the lot says, the campaign could never be drawn.
fn check_seats(frozen: &Frozen, watch: &dyn Watch) -> Result<(), Refused> {
    let trials = simulate::look(&frozen.announcement, frozen, false, watch)?;
    let Some((_, first)) = trials.first_infeasible else { return Ok(()) };
    let seats = Fault::new(Code::AnnounceSeats).fact("infeasible", trials.infeasible).fact("trials", trials.draws);
    Err(Refused::from(vec![seats, first]))
}

fn check_beacon(announcement: &Announcement, beacon: Option<Beacon>, now: &Time) -> Result<Option<Beacon>> {
    let plan = &announcement.seed.beacon;
    let Some(time) = plan.time() else { return Ok(None) };
    if time > *now {
        return Err(Fault::new(Code::BeaconEarly).fact("beacon", plan.policy_name()).fact("time", time));
    }
    let beacon = beacon.ok_or_else(|| match plan {
        BeaconPlan::PublicValues(values) => {
            let names: Vec<&str> = values.sources.iter().map(|source| source.id.as_str()).collect();
            Fault::new(Code::ValuesMissing).fact("sources", names.join(", "))
        }
        BeaconPlan::Drand { round } => Fault::new(Code::BeaconMissing).fact("round", round),
        _ => Fault::new(Code::BeaconMissing).fact("round", 0),
    })?;
    beacon.check(plan)?;
    Ok(Some(beacon))
}

/// After the days that the announcement waits for its beacon, no beacon counts any more, however right it is.
fn must_be_waited_for(announcement: &Announcement, now: &Time) -> Result<()> {
    match announcement.seed.last_day() {
        Some(last) if last < *now => {
            let fault = Fault::new(Code::BeaconOver).fact("beacon", announcement.seed.beacon.policy_name());
            Err(fault.fact("time", last))
        }
        _ => Ok(()),
    }
}
