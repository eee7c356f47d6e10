//! The issues of a plan, each signed by whom it and the one before name (SPEC §17.2).

use super::YearPlan;
use crate::announcement::Signer;
use crate::encoding::count;
use crate::fault::{Code, Fault, Result};
use crate::statement::Statement;
use crate::suite::PublicKey;

/// Checks the issues of one plan from the first on, each by [`check_issue`]; each comes with the name of its file.
///
/// # Errors
/// Those of [`check_issue`], with the file.
pub fn check_chain<'a>(issues: impl IntoIterator<Item = (&'a str, &'a Statement<YearPlan>)>) -> Result<()> {
    let mut before = None;
    issues
        .into_iter()
        .try_for_each(|(file, issue)| check_issue(issue, before.replace(issue)).map_err(|fault| fault.file(file)))
}

/// Checks the signatures of one issue, and that it continues the one before; `None` before the first.
///
/// # Errors
/// [`Code::YearChain`], [`Code::SignatureInvalid`], [`Code::SignatureKey`], [`Code::SignatureThreshold`].
pub fn check_issue(issue: &Statement<YearPlan>, before: Option<&Statement<YearPlan>>) -> Result<()> {
    issue.envelope().check_signatures()?;
    let plan = issue.body();
    let keys: Vec<PublicKey> = issue.envelope().keys().collect();
    let older = before.map(Statement::body);
    let is_signer = |key: &PublicKey, plan: &YearPlan| plan.signers.iter().any(|signer| signer.key == *key);
    if let Some(stranger) =
        keys.iter().find(|key| !is_signer(key, plan) && !older.is_some_and(|older| is_signer(key, older)))
    {
        return Err(Fault::new(Code::SignatureKey).fact("key", stranger));
    }
    enough(&keys, &plan.signers, plan.threshold)?;
    // who signed the plan so far must agree, or anybody could put an issue behind another's
    older.map_or(Ok(()), |older| enough(&keys, &older.signers, older.threshold))?;
    match (&plan.amendment, before) {
        (None, None) => Ok(()),
        (Some(amendment), Some(before)) => {
            let old = before.body();
            let wrong = |detail: &str| Err(broken(plan, detail));
            match () {
                () if plan.number != old.number => wrong("it is of another plan"),
                () if plan.year != old.year => wrong("it is of another year"),
                () if plan.prefix != old.prefix => wrong("its campaigns are numbered otherwise"),
                () if Some(amendment.issue) != old.issue().checked_add(1) => wrong("it is not the next issue"),
                () if amendment.supersedes != before.digest() => wrong("it supersedes another issue than this one"),
                () if plan.published_at < old.published_at => wrong("it is older than the issue before"),
                () => Ok(()),
            }
        }
        (None, Some(_)) => Err(broken(plan, "it is not the next issue")),
        (Some(_), None) => Err(broken(plan, "the issues before it are missing")),
    }
}

fn enough(keys: &[PublicKey], signers: &[Signer], threshold: u64) -> Result<()> {
    let found = count(signers.iter().filter(|signer| keys.contains(&signer.key)).count());
    if found >= threshold {
        return Ok(());
    }
    Err(Fault::new(Code::SignatureThreshold).fact("found", found).fact("expected", threshold))
}

fn broken(plan: &YearPlan, detail: &str) -> Fault {
    Fault::new(Code::YearChain).fact("issue", plan.issue()).fact("detail", detail)
}
