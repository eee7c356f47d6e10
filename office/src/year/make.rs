//! Signing a plan of a year, and the issues that amend it.

use super::Issue;
use crate::keys::KeyFolder;
use yaohao::announcement::{Department, Signer};
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Name, Text, Time};
use yaohao::statement::Statement;
use yaohao::year::{Amendment, Line, YearPlan, check_issue, difference};

/// What a first issue says besides its lines.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The plan's number.
    pub number: Id,
    /// The year.
    pub year: u64,
    /// Who plans.
    pub authority: Text,
    /// What the numbers of campaigns begin with.
    pub prefix: Id,
    /// The departments.
    pub departments: Vec<Department>,
    /// Who signs.
    pub signers: Vec<Id>,
    /// How many of them must.
    pub threshold: u64,
}

/// Makes and signs the first issue.
///
/// # Errors
/// [`Code::YearForm`] when the whole does not hold; [`Code::KeyMissing`], [`Code::SignatureThreshold`].
pub fn make(draft: Draft, lines: Vec<Line>, keys: &KeyFolder, now: &Time) -> Result<Statement<YearPlan>> {
    let plan = YearPlan {
        number: draft.number,
        amendment: None,
        year: draft.year,
        authority: draft.authority,
        published_at: now.clone(),
        prefix: draft.prefix,
        departments: draft.departments,
        signers: signers(&draft.signers, keys)?,
        threshold: draft.threshold,
        lines,
    };
    signed(plan, None, keys)
}

/// Makes and signs the issue after this one. Only departments and lines can differ; who signs stays as it is.
///
/// # Errors
/// As [`make`]; [`Code::YearUnchanged`], [`Code::YearChain`].
pub fn amend(
    old: &Issue,
    departments: Vec<Department>,
    lines: Vec<Line>,
    (reason, text): (Name, Text),
    keys: &KeyFolder,
    now: &Time,
) -> Result<Statement<YearPlan>> {
    let before = old.statement.body();
    let issue = before.issue().saturating_add(1);
    let plan = YearPlan {
        amendment: Some(Amendment { issue, supersedes: old.statement.digest(), reason, text }),
        published_at: now.clone(),
        departments,
        lines,
        ..before.clone()
    };
    if difference(before, &plan).is_empty() {
        return Err(Fault::new(Code::YearUnchanged).fact("issue", before.issue()));
    }
    signed(plan, Some(&old.statement), keys)
}

fn signers(holders: &[Id], keys: &KeyFolder) -> Result<Vec<Signer>> {
    let signer = |holder: &Id| Ok(Signer { holder: holder.clone(), key: keys.public(holder)? });
    let mut signers: Vec<Signer> = holders.iter().map(signer).collect::<Result<_>>()?;
    signers.sort_by_key(|signer| signer.key);
    Ok(signers)
}

/// Signs by everybody whose key is in the folder, and reads the whole as a stranger would.
fn signed(plan: YearPlan, before: Option<&Statement<YearPlan>>, keys: &KeyFolder) -> Result<Statement<YearPlan>> {
    plan.check()?;
    let mut statement = Statement::new(plan);
    let mut missing = None;
    for signer in statement.body().signers.clone() {
        match keys.secret(&signer.holder) {
            Ok(key) if key.public() == signer.key => statement.sign(&key),
            Ok(_) => missing = missing.or(Some(Fault::new(Code::KeyMissing).fact("holder", &signer.holder))),
            Err(fault) => missing = missing.or(Some(fault)),
        }
    }
    let read = Statement::parse(statement.to_file().as_bytes()).map_err(|fault| match missing.clone() {
        // without any signature there is no statement
        Some(missing) if fault.code() == Code::SignatureForm => missing,
        _ => fault,
    })?;
    match check_issue(&read, before) {
        Err(fault) if fault.code() == Code::SignatureThreshold => Err(missing.unwrap_or(fault)),
        checked => checked.map(|()| read),
    }
}
