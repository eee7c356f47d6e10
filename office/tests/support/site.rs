//! A site as an office publishes it: campaigns, their log, and what an audit says of them.

use super::{Small, log_key, said, time};
use std::fs;
use std::path::{Path, PathBuf};
use yaohao::ident::{Name, Text};
use yaohao::verify::Policy;
use yaohao_office::audit::{Audit, Site, audit};
use yaohao_office::campaign::Campaign;
use yaohao_office::files::write_whole;
use yaohao_office::ledger::{Home, Log, publish};
use yaohao_office::watch::Silent;

/// An office: where it works, and what it shows.
pub struct Office {
    pub root: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Self {
        let office = Self { root: tempfile::tempdir().unwrap() };
        let home = office.log_home();
        fs::create_dir_all(home.join("private/keys")).unwrap();
        fs::write(home.join("private/keys/log.key"), format!("{}\n", hex::encode([11; 32]))).unwrap();
        Log::create(&home.join("public"), &log_key()).unwrap();
        write_whole(&home.join("public/key.txt"), format!("{}\n", log_key().verifier()).as_bytes()).unwrap();
        office
    }

    pub fn log_home(&self) -> PathBuf {
        self.root.path().join("ledger")
    }

    pub fn site(&self) -> PathBuf {
        self.root.path().join("site")
    }

    pub fn small(number: &str) -> Small {
        Small::default().plan("SMALL-2024-1", number)
    }

    /// Publishes what a campaign has: into the log, and onto the site.
    pub fn publish(&self, number: &str, campaign: &Campaign) {
        publish(&campaign.public(), &Home::new(&self.log_home()), &[]).unwrap();
        copy(&campaign.public(), &self.site().join(number));
        self.publish_log();
    }

    fn publish_log(&self) {
        copy(&self.log_home().join("public"), &self.site().join("log"));
    }

    /// Publishes a folder of statements that belong to no campaign, such as plans of years.
    pub fn publish_folder(&self, name: &str) {
        publish(&self.site().join(name), &Home::new(&self.log_home()), &[]).unwrap();
        self.publish_log();
    }

    pub fn drawn(&self, number: &str) -> Campaign {
        let campaign = Self::small(number).draw_in(&self.root.path().join("work").join(number));
        self.publish(number, &campaign);
        campaign
    }

    pub fn voided(&self, number: &str, at: &str, late: bool) {
        self.give_up(number, Self::small(number), at, late);
    }

    /// A campaign that is given up once it is closed, or when its beacon has spoken.
    pub fn give_up(&self, number: &str, small: Small, at: &str, late: bool) {
        let campaign = small.until_closed(&self.root.path().join("work").join(number));
        let beacon = late.then(|| said(&campaign));
        let (reason, text) = (Name::parse("budget").unwrap(), Text::parse("经费未到位").unwrap());
        campaign.void(reason, text, beacon, &time(at)).unwrap();
        self.publish(number, &campaign);
    }

    pub fn audit(&self, mirrors: &[PathBuf]) -> Audit {
        self.audit_at("2024-12-01T00:00:00Z", mirrors)
    }

    pub fn audit_at(&self, now: &str, mirrors: &[PathBuf]) -> Audit {
        let policy = Policy::parse(&policy()).unwrap();
        let now = time(now);
        audit(&Site { folder: &self.site(), mirrors, policy: Some(&policy), now: &now }, &Silent).unwrap()
    }
}

pub fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(|_| ()).unwrap()
        }
    }
}

/// A policy that trusts the test keys and their log.
pub fn policy() -> String {
    let text = Small::default().policy().replacen(
        "\n[[keys]]",
        &format!("logs = [\"{}\"]\n\n[[keys]]", log_key().verifier()),
        1,
    );
    text.replace("\"void\"", "\"void\", \"substitution\"")
}
