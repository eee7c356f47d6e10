//! Proofs that an id is in a published register, or is not (SPEC §4.5).

use crate::campaign::Campaign;
use crate::files::read_bytes;
use crate::freeze::Kinds;
use crate::intake::{Context, open_row, typed_id};
use crate::keys::RegisterKey;
use crate::plan::IdForm;
use std::collections::BTreeMap;
use std::path::PathBuf;
use yaohao::encoding::Digest;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::Id;
use yaohao::merkle::{inclusion_path, leaf_hash};
use yaohao::register::{Entry, Opening, Proof, ProofKind};

/// An id as somebody gave it, in the form that a register has it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// As the register has it.
    pub id: Id,
    /// What was given, where the register has its pseudonym.
    pub true_id: Option<String>,
}

/// Puts an id into a register's form, as intake does: what can be no id of this register is refused, since a proof that
/// it is absent would be true and misleading.
///
/// # Errors
/// [`Code::IdWithheld`] where only the register key could tell the pseudonym; the codes of ids;
/// [`Code::CampaignState`] before the announcement.
pub fn asked(campaign: &Campaign, register: &str, text: &str) -> Result<Asked> {
    Ids::of(campaign, register)?.asked(text)
}

/// What ids of a register look like, looked up once for many of them.
#[derive(Debug)]
pub(crate) struct Ids {
    /// Whether the register has pseudonyms.
    withheld: bool,
    planned: Option<IdForm>,
    private: PathBuf,
}

impl Ids {
    pub(crate) fn of(campaign: &Campaign, register: &str) -> Result<Self> {
        let statement = campaign.announcement()?;
        // the ids of recusals begin with those of targets
        let owner = if register == "inspectors" { &statement.body().inspectors } else { &statement.body().targets };
        Ok(Self {
            withheld: owner.withheld.iter().any(|column| column.as_str() == "true_id"),
            planned: campaign.plan().ok().map(|plan| match register {
                "inspectors" => plan.inspectors.id_form,
                _ => plan.targets.id_form,
            }),
            private: campaign.private(),
        })
    }

    /// See [`asked`].
    pub(crate) fn asked(&self, text: &str) -> Result<Asked> {
        if !self.withheld {
            let (_, id) = typed_id(text, self.form(text), &RegisterKey::for_a_look())?;
            return Ok(Asked { id, true_id: None });
        }
        if let Some(id) = pseudonym(text) {
            return Ok(Asked { id, true_id: None });
        }
        if !RegisterKey::exists(&self.private) {
            return Err(Fault::new(Code::IdWithheld).fact("id", text));
        }
        let (true_id, id) = typed_id(text, IdForm::Pseudonym, &RegisterKey::load(&self.private)?)?;
        Ok(Asked { id, true_id: Some(true_id) })
    }

    /// What the plan says of the ids; without a plan, what can be a credit code is one.
    pub(crate) fn form(&self, text: &str) -> IdForm {
        let guessed = || match typed_id(text, IdForm::CreditCode, &RegisterKey::for_a_look()) {
            Ok(_) => IdForm::CreditCode,
            Err(_) => IdForm::Id,
        };
        match self.planned {
            _ if self.withheld => IdForm::Pseudonym,
            // a plan that was changed to pseudonyms after the announcement does not describe what is frozen
            Some(form) if form != IdForm::Pseudonym => form,
            _ => guessed(),
        }
    }
}

/// Makes a proof about an id of a register (`targets`, `inspectors` or `recusals`). With `open` the row's withheld
/// columns are disclosed, which takes the office's own tables and register key.
///
/// # Errors
/// [`Code::CampaignState`], the codes of the register, those of opening.
pub fn prove(campaign: &Campaign, register: &str, id: &Id, open: bool) -> Result<Proof> {
    let statement = campaign.announcement()?;
    let announced = statement.body().register(register);
    let announced = announced.ok_or_else(|| Fault::new(Code::IdUnknown).fact("id", register))?;
    let file = format!("{register}.csv");
    let bytes = read_bytes(&campaign.public().join(&file))?;
    // proving needs every leaf; this is a file that was announced, so its lines are its rows
    if Digest::of(&bytes) != announced.commitment.sha256 {
        let found = Digest::of(&bytes);
        return Err(Fault::new(Code::RegisterDigest)
            .file(file)
            .fact("found", found)
            .fact("expected", announced.commitment.sha256));
    }
    let text = String::from_utf8(bytes).map_err(|_| Fault::new(Code::RegisterUtf8).file(&file))?;
    let rows: Vec<&str> = text.split_terminator('\n').skip(1).collect();
    let leaves: Vec<Digest> = rows.iter().map(|row| leaf_hash(row.as_bytes())).collect();
    let entry = |index: usize| {
        let (row, path) = (rows.get(index)?, inclusion_path(&leaves, index)?);
        Some(Entry { index: u64::try_from(index).ok()?, row: (*row).to_owned(), path })
    };
    let after = rows.partition_point(|row| first_cell(row) < id.as_str());
    let present = rows.get(after).is_some_and(|row| first_cell(row) == id.as_str());
    let (kind, entries) = if present {
        (ProofKind::Present, entry(after).into_iter().collect())
    } else {
        (ProofKind::Absent, after.checked_sub(1).into_iter().chain([after]).filter_map(entry).collect())
    };
    let opening = if open && present { Some(opening(campaign, register, id)?) } else { None };
    let proof = Proof {
        number: statement.body().number.clone(),
        announcement: statement.digest(),
        register: register.to_owned(),
        rows: announced.commitment.rows,
        root: announced.commitment.root,
        id: id.clone(),
        kind,
        entries,
        opening,
    };
    // tables that changed since the announcement do not open what was sealed then
    proof.check()?;
    Ok(proof)
}

/// A text that is a pseudonym already: P and 20 hexadecimal digits.
fn pseudonym(text: &str) -> Option<Id> {
    let (text, _) = typed_id(text, IdForm::Id, &RegisterKey::for_a_look()).ok()?;
    let digits = text.strip_prefix(['P', 'p'])?;
    let is_one = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then(|| Id::parse(&format!("P{}", digits.to_ascii_lowercase())).ok()).flatten()
}

/// An id is never quoted, so the first comma ends it.
fn first_cell(row: &str) -> &str {
    row.split_once(',').map_or(row, |(id, _)| id)
}

fn opening(campaign: &Campaign, register: &str, id: &Id) -> Result<Opening> {
    let plan = campaign.plan()?;
    let key = RegisterKey::load(&campaign.private())?;
    let kinds = Kinds::of(&plan)?;
    let (source, attributes) = match register {
        "inspectors" => (&plan.inspectors, &kinds.inspectors),
        _ => (&plan.targets, &kinds.targets),
    };
    let history = BTreeMap::new();
    let context =
        Context { base: campaign.folder(), key: &key, watch: campaign.watch(), history: &history, visits: &[] };
    // one fault is enough to say why a row cannot be opened
    let values = open_row(context, source, attributes, id)
        .map_err(|faults| faults.into_iter().next().unwrap_or_else(|| Fault::new(Code::IdUnknown).fact("id", id)))?;
    Ok(Opening { salt: key.salt(register, id), values })
}
