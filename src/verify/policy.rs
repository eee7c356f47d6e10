//! What the reader brings: whom to trust, what to accept, how much to read (SPEC §12).

use crate::fault::{Code, Fault, Result, toml_fault};
use crate::ident::{Id, Time};
use crate::ledger::{Algorithm, Verifier};
use crate::seed::Values;
use crate::stamp::Authority;
use crate::statement::{Statement, Type};
use crate::suite::{PublicKey, Suite};
use crate::year::YearPlan;
use serde::Deserialize;

/// A reader's policy.
///
/// ```
/// use yaohao::verify::Policy;
/// let policy = Policy::parse("spec = \"yaohao/1\"\nthreshold = 1\nsuites = [\"ed25519-sha256\"]\nbeacons = [\"drand-quicknet\"]\n\
///     [[keys]]\nholder = \"yingji\"\nkey = \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"\nsigns = [\"record\"]\n").unwrap();
/// assert_eq!(policy.keys.len(), 1);
/// assert!(!policy.accept_publisher_order);
/// assert!(Policy::parse("spec = \"yaohao/1\"\nunknown = 1").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct Policy {
    /// How many distinct holders must have signed announcement, closing and record.
    pub threshold: usize,
    /// Accepted suites.
    pub suites: Vec<Suite>,
    /// Accepted beacons by name.
    pub beacons: Vec<String>,
    /// The text of public values as the reader has looked them up.
    pub public_values: Option<String>,
    /// Whether the publisher's word is taken for the order of events.
    pub accept_publisher_order: bool,
    /// The keys.
    pub keys: Vec<TrustedKey>,
    /// Logs whose receipts count.
    pub logs: Vec<Verifier>,
    /// Witnesses whose clocks count.
    pub witnesses: Vec<Verifier>,
    /// How many of them must have seen a statement for it to have existed: one more than may lie.
    pub witness_threshold: usize,
    /// Whose time stamps count (SPEC §16); none unless the policy names some.
    pub authorities: Vec<TrustedAuthority>,
    /// How much to read.
    pub limits: Limits,
}

/// A key that the reader trusts for some types of statement.
#[derive(Debug, Clone)]
pub struct TrustedKey {
    /// Who holds it.
    pub holder: Id,
    /// The key.
    pub key: PublicKey,
    /// From when it counts: statements that claim to be older are not its.
    pub from: Option<Time>,
    /// Until when: statements that are not proven to be older are not its.
    pub until: Option<Time>,
    /// What it may sign.
    pub signs: Vec<Type>,
}

/// An authority whose time stamps the reader believes.
#[derive(Debug, Clone)]
pub struct TrustedAuthority {
    /// What the reader calls it.
    pub name: Id,
    /// Its certificate, or that of its issuer.
    pub authority: Authority,
}

/// How much to read before refusing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a JSON file. 10,000 cells of 1,000 strata are about 2 MB; eight times that.
    pub statement_bytes: u64,
    /// Bytes of a CSV file. 200 million rows of 80 bytes are 16 GB.
    pub csv_bytes: u64,
    /// Rows of a register. China has about 190 million market entities; five times that.
    pub rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { statement_bytes: 16 << 20, csv_bytes: 16 << 30, rows: 1_000_000_000 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    spec: String,
    threshold: usize,
    suites: Vec<String>,
    beacons: Vec<String>,
    public_values: Option<String>,
    order: Option<String>,
    keys: Vec<FileKey>,
    #[serde(default)]
    logs: Vec<String>,
    #[serde(default)]
    witnesses: Vec<String>,
    witness_threshold: Option<usize>,
    #[serde(default)]
    authorities: Vec<FileAuthority>,
    limits: Option<FileLimits>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKey {
    holder: String,
    key: String,
    signs: Vec<String>,
    from: Option<String>,
    until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileAuthority {
    name: String,
    certificate: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct FileLimits {
    statement_bytes: Option<u64>,
    csv_bytes: Option<u64>,
    rows: Option<u64>,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`Code::PolicyForm`].
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| {
            // one code for all that is wrong with a policy: scripts wait for it
            let fault = toml_fault(text, &error, &[]);
            let said = malformed(&fault.fill(fault.code().what()));
            fault.place().1.map_or(said.clone(), |line| said.row(line))
        })?;
        if file.spec != "yaohao/1" {
            return Err(malformed("spec must be \"yaohao/1\""));
        }
        if file.threshold == 0 || file.keys.is_empty() {
            return Err(malformed("a policy needs a threshold of at least 1 and at least one key"));
        }
        let order = match file.order.as_deref() {
            None => false,
            Some("publisher") => true,
            Some(other) => return Err(malformed(&format!("order must be \"publisher\", not {other:?}"))),
        };
        let mut keys: Vec<&str> = file.keys.iter().map(|key| key.key.as_str()).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(malformed("a key stands twice; one signature must not count for two holders"));
        }
        let logs = verifiers(&file.logs, Algorithm::Ed25519, "logs")?;
        let witnesses = verifiers(&file.witnesses, Algorithm::Cosignature, "witnesses")?;
        if witnesses.iter().any(|witness| logs.iter().any(|log| log.key() == witness.key())) {
            return Err(malformed("a witness has the key of a log; nobody is his own witness"));
        }
        let witness_threshold = file.witness_threshold.unwrap_or(1);
        if witness_threshold == 0 || (file.witness_threshold.is_some() && witness_threshold > witnesses.len()) {
            return Err(malformed("witness_threshold must be at least 1 and at most the number of witnesses"));
        }
        let limits = file.limits.unwrap_or_default();
        let default = Limits::default();
        Ok(Self {
            threshold: file.threshold,
            suites: file
                .suites
                .iter()
                .map(|name| Suite::parse(name))
                .collect::<Result<_>>()
                .map_err(|fault| malformed(&fault.to_string()))?,
            beacons: file.beacons.into_iter().map(beacon).collect::<Result<_>>()?,
            public_values: file.public_values.map(public_values).transpose()?,
            accept_publisher_order: order,
            keys: file.keys.into_iter().map(trusted).collect::<Result<_>>()?,
            logs,
            witnesses,
            witness_threshold,
            authorities: authorities(file.authorities)?,
            limits: Limits {
                statement_bytes: limits.statement_bytes.unwrap_or(default.statement_bytes),
                csv_bytes: limits.csv_bytes.unwrap_or(default.csv_bytes),
                rows: limits.rows.unwrap_or(default.rows),
            },
        })
    }

    /// Whether an announced pair of holder and key contradicts nothing that the reader knows: a known holder has one of
    /// its known keys, and a known key its known holder.
    #[must_use]
    pub fn knows_rightly(&self, holder: &Id, key: &PublicKey) -> bool {
        let of_holder = self.keys.iter().any(|known| known.holder == *holder);
        let right = self.keys.iter().any(|known| known.holder == *holder && known.key == *key);
        let of_another = self.keys.iter().any(|known| known.key == *key && known.holder != *holder);
        !of_another && (right || !of_holder)
    }

    /// Whether this policy takes an issue of a year's plan: suite, signatures of enough holders, and signers that
    /// contradict nothing that the reader knows (SPEC §17.2). Form, signatures and chain are for [`crate::year`].
    ///
    /// # Errors
    /// [`Code::PolicySuite`], [`Code::PolicyKeys`], [`Code::PolicyHolder`].
    pub fn takes_year(&self, file: &str, issue: &Statement<YearPlan>) -> Result<()> {
        super::steps::trusted(self, file, issue.envelope())?;
        match issue.body().signers.iter().find(|signer| !self.knows_rightly(&signer.holder, &signer.key)) {
            Some(signer) => Err(Fault::new(Code::PolicyHolder).file(file).fact("holder", &signer.holder)),
            None => Ok(()),
        }
    }

    /// The distinct holders whose keys for this type are among `keys`.
    #[must_use]
    pub fn holders(&self, kind: Type, keys: impl Iterator<Item = PublicKey>) -> Vec<&Id> {
        let signed: Vec<PublicKey> = keys.collect();
        let mut holders: Vec<&Id> = self
            .keys
            .iter()
            .filter(|key| key.signs.contains(&kind) && signed.contains(&key.key))
            .map(|key| &key.holder)
            .collect();
        holders.sort();
        holders.dedup();
        holders
    }
}

fn beacon(name: String) -> Result<String> {
    match name.as_str() {
        "drand-quicknet" | "public-values" | "none" => Ok(name),
        _ => Err(malformed(&format!("beacon {name:?} is none of drand-quicknet, public-values, none"))),
    }
}

fn public_values(text: String) -> Result<String> {
    // a text that no values can have would refuse every campaign, and not say that it is mistyped
    Values::parse_lists(&text).map_err(|fault| malformed(&format!("public_values: {}", fault.fill("{detail}"))))?;
    Ok(text)
}

fn trusted(key: FileKey) -> Result<TrustedKey> {
    let wrap = |fault: Fault| malformed(&fault.to_string());
    let signs = key.signs.iter().map(|name| {
        let kind = Type::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or_else(|| malformed(&format!("{name:?} is not a type of statement")))
    });
    let time = |text: Option<String>| text.map(|text| Time::parse(&text)).transpose().map_err(wrap);
    let (from, until) = (time(key.from)?, time(key.until)?);
    if from.as_ref().zip(until.as_ref()).is_some_and(|(from, until)| from >= until) {
        return Err(malformed(&format!("the key of {} ends before it begins", key.holder)));
    }
    Ok(TrustedKey {
        holder: Id::parse(&key.holder).map_err(wrap)?,
        key: PublicKey::parse(&key.key).map_err(wrap)?,
        signs: signs.collect::<Result<_>>()?,
        from,
        until,
    })
}

/// The texts of keys, all of one sort; no name and no key stands twice, so that nobody counts for two.
fn verifiers(texts: &[String], algorithm: Algorithm, member: &str) -> Result<Vec<Verifier>> {
    let mut found: Vec<Verifier> = Vec::new();
    for text in texts {
        let verifier = Verifier::parse(text).map_err(|fault| malformed(&fault.to_string()))?;
        if verifier.algorithm() != algorithm {
            return Err(malformed(&format!("{member}: {text} is a key of the other sort")));
        }
        if found.iter().any(|other| other.name() == verifier.name() || other.key() == verifier.key()) {
            return Err(malformed(&format!("{member}: {} stands twice", verifier.name())));
        }
        found.push(verifier);
    }
    Ok(found)
}

fn authorities(listed: Vec<FileAuthority>) -> Result<Vec<TrustedAuthority>> {
    let mut found: Vec<TrustedAuthority> = Vec::new();
    for one in listed {
        let name = Id::parse(&one.name).map_err(|fault| malformed(&fault.to_string()))?;
        let authority = Authority::parse(&one.certificate)
            .map_err(|fault| malformed(&format!("authority {name}: {}", fault.fill(fault.code().what()))))?;
        if found.iter().any(|known| known.name == name || known.authority == authority) {
            return Err(malformed(&format!("authority {name} stands twice")));
        }
        found.push(TrustedAuthority { name, authority });
    }
    Ok(found)
}

fn malformed(detail: &str) -> Fault {
    Fault::new(Code::PolicyForm).fact("detail", detail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const POLICY: &str = "spec = \"yaohao/1\"\nthreshold = 1\nsuites = [\"ed25519-sha256\"]\nbeacons = [\"none\"]\n\
        [[keys]]\nholder = \"yingji\"\nkey = \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"\n\
        signs = [\"record\"]\n";

    fn table(name: &str, pem: &str) -> String {
        format!("[[authorities]]\nname = \"{name}\"\ncertificate = \"\"\"\n{pem}\"\"\"\n")
    }

    #[test]
    fn authorities_are_optional_and_stand_once() {
        let (rsa, ec) =
            (include_str!("../../fixtures/stamp/rsa-ca.pem"), include_str!("../../fixtures/stamp/p256-ca.pem"));
        assert!(Policy::parse(POLICY).unwrap().authorities.is_empty());
        let two = Policy::parse(&format!("{POLICY}{}{}", table("rsa", rsa), table("ec", ec))).unwrap();
        assert_eq!(two.authorities.len(), 2);
        assert!(
            two.authorities
                .iter()
                .any(|one| one.name.as_str() == "ec" && one.authority == Authority::parse(ec).unwrap())
        );
        for bad in [
            table("rsa", rsa) + &table("rsa", ec),
            table("rsa", rsa) + &table("again", rsa),
            table("rsa", "no certificate"),
            table("rsa", &format!("{rsa}{ec}")),
            table("no id", rsa),
            table("rsa", rsa) + "more = 1\n",
        ] {
            assert_eq!(Policy::parse(&format!("{POLICY}{bad}")).unwrap_err().code(), Code::PolicyForm, "{bad}");
        }
    }
}
