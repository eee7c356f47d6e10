//! Sealed campaigns in the office: an outcome is fixed in public on the day of the draw, and kept until its secret is told
//! (SPEC §7.7, §11.6).

use crate::campaign::{Campaign, must_hold};
use crate::files::{Folder, Stage, make_folder, read_bytes, shown};
use crate::keys::CustodianSecret;
use std::path::PathBuf;
use yaohao::announcement::Announcement;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Time;
use yaohao::outcome::Outcome;
use yaohao::record::{Record, Sealing};
use yaohao::seed::{Beacon, Reveal, check_secret};
use yaohao::statement::Statement;
use yaohao::suite::SecretKey;
use yaohao::verify::Report;

/// The files that are kept until the reveal, in the order in which they are published: the record ends the campaign.
const KEPT: [&str; 3] = ["selected.csv", "assignments.csv", "record.json"];

impl Campaign {
    /// Where the outcome of a sealed campaign is kept.
    #[must_use]
    pub fn kept(&self) -> PathBuf {
        self.private().join("sealed")
    }

    /// The record: published, or, before the reveal, the one that the sealing names.
    ///
    /// # Errors
    /// [`Code::CampaignState`] when there is none, [`Code::SealedRecord`] when another one is kept; the codes of form.
    pub fn record(&self) -> Result<Statement<Record>> {
        let kept = self.kept().join("record.json");
        let there = |name: &str| self.public().join(name).exists();
        match there("sealing.json") && !there("record.json") {
            false => self.statement("record.json", "draw"),
            // who has only what was published waits for the reveal
            true if !kept.exists() => self.statement("record.json", "reveal"),
            true => {
                let sealing: Statement<Sealing> = self.statement("sealing.json", "draw")?;
                let named = |fault: Fault| fault.file(shown(&kept));
                let record = Statement::parse(&read_bytes(&kept)?).map_err(named)?;
                if record.digest() != sealing.body().record {
                    let fault = Fault::new(Code::SealedRecord).fact("found", sealing.body().record);
                    return Err(named(fault.fact("expected", record.digest())));
                }
                Ok(record)
            }
        }
    }

    /// The custodian's secret: the one that was published, the one that the caller brought, or the one in
    /// `private/custodian.secret`; `None` for a campaign that is not sealed.
    pub(crate) fn secret(&self, announcement: &Announcement) -> Result<Option<[u8; 32]>> {
        if announcement.seed.sealed.is_none() {
            return Ok(None);
        }
        let kept = CustodianSecret::of(&self.private());
        if self.public().join("reveal.json").exists() {
            let secret = self.statement::<Reveal>("reveal.json", "reveal")?.body().secret;
            check_secret(announcement, &secret).map_err(|fault| fault.file("reveal.json"))?;
            return Ok(Some(secret));
        }
        if let Some(secret) = self.told {
            check_secret(announcement, &secret)?;
            return Ok(Some(secret));
        }
        let secret = kept.load()?;
        check_secret(announcement, &secret).map_err(|fault| fault.file(shown(kept.path())))?;
        Ok(Some(secret))
    }

    /// Publishes the digest of a record and keeps the record. What is kept is complete before anything is published: a
    /// sealing without its record would be the end of the campaign.
    pub(crate) fn seal(
        &self,
        statement: &Statement<Announcement>,
        beacon: &Beacon,
        outcome: &Outcome,
        record: &Statement<Record>,
    ) -> Result<Report> {
        let body = record.body();
        let mut sealing = Statement::new(Sealing {
            number: body.number.clone(),
            announcement: body.announcement,
            closing: body.closing,
            beacon: beacon.file_digest(),
            record: record.digest(),
            sealed_at: body.drawn_at.clone(),
        });
        self.sign_by_signers(&mut sealing, statement.body())?;
        let mut public = Stage::new(&self.public())?;
        public.put("beacon.json", beacon.to_file().as_bytes())?;
        public.put("sealing.json", sealing.to_file().as_bytes())?;
        let report = must_hold(&public.preview())?;
        make_folder(&self.kept())?;
        let mut kept = Stage::new(&self.kept())?;
        let texts = [outcome.selected_csv.clone(), outcome.assignments_csv.clone(), record.to_file()];
        KEPT.iter().zip(&texts).try_for_each(|(name, text)| kept.put(name, text.as_bytes()))?;
        self.must_hold_once_told(statement, public.preview().before(kept.preview()), &body.drawn_at)?;
        kept.publish()?;
        public.publish()?;
        Ok(report)
    }

    /// Verifies what is sealed as it will be once its secret is told. Where the custodian's key is elsewhere, nobody can.
    fn must_hold_once_told(&self, statement: &Statement<Announcement>, files: Folder, now: &Time) -> Result<()> {
        let Ok(reveal) = self.revealing(statement, None, now) else { return Ok(()) };
        // never published: the stage removes it
        let mut trial = Stage::new(&self.private())?;
        trial.put("reveal.json", reveal.to_file().as_bytes())?;
        must_be_whole(&files.before(trial.preview())).map(|_| ())
    }

    /// Tells the secret of a sealed campaign, and with it the outcome. `key` stands in for the one in
    /// `private/`; a reveal that the custodian has published itself is taken as it is.
    ///
    /// # Errors
    /// [`Code::SealedOpen`], [`Code::SealedSecret`], [`Code::SealedRecord`], [`Code::SignatureKey`],
    /// [`Code::CampaignState`], [`Code::CampaignExists`]; what `verify` finds wrong. Nothing is published then.
    pub fn reveal(&self, key: Option<SecretKey>, now: &Time) -> Result<(Statement<Reveal>, Report)> {
        let _lock = self.lock()?;
        let statement = self.announcement()?;
        if statement.body().seed.sealed.is_none() {
            return Err(Fault::new(Code::SealedOpen));
        }
        self.must_not_exist("void.json")?;
        self.must_not_exist("record.json")?;
        self.statement::<Sealing>("sealing.json", "draw")?;
        self.record()?;
        let reveal = self.revealing(&statement, key, now)?;
        let mut stage = Stage::new(&self.public())?;
        stage.put("reveal.json", reveal.to_file().as_bytes())?;
        KEPT.iter().try_for_each(|name| stage.put(name, &read_bytes(&self.kept().join(name))?))?;
        let report = must_be_whole(&stage.preview())?;
        stage.publish()?;
        // everybody knows it now: a copy of this folder for the next campaign must not commit to it again
        let _ = std::fs::remove_file(CustodianSecret::of(&self.private()).path());
        Ok((reveal, report))
    }

    /// The reveal, signed by the custodian.
    pub(crate) fn revealing(
        &self,
        statement: &Statement<Announcement>,
        key: Option<SecretKey>,
        now: &Time,
    ) -> Result<Statement<Reveal>> {
        let announcement = statement.body();
        let Some(sealed) = &announcement.seed.sealed else { return Err(Fault::new(Code::SealedOpen)) };
        if self.public().join("reveal.json").exists() {
            return self.statement("reveal.json", "reveal");
        }
        let secret = self.secret(announcement)?.ok_or_else(|| Fault::new(Code::SealedOpen))?;
        let key = key.map_or_else(|| self.keys().secret(&sealed.custodian), Ok)?;
        if key.public() != sealed.key {
            return Err(Fault::new(Code::SignatureKey).fact("key", key.public()));
        }
        let mut reveal = Statement::new(Reveal {
            number: announcement.number.clone(),
            announcement: statement.digest(),
            secret,
            revealed_at: now.clone(),
        });
        reveal.sign(&key);
        Ok(reveal)
    }
}

/// Verifies files of a campaign that has come to its end: nothing is left to wait for.
fn must_be_whole(files: &Folder) -> Result<Report> {
    let report = must_hold(files)?;
    match report.missing.first() {
        Some(name) => Err(Fault::new(Code::FileMissing).file(name)),
        None => Ok(report),
    }
}
