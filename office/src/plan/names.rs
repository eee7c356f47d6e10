//! Names of columns in a plan that no column has: a slip of the pen that would change the draw silently.

use super::{Plan, Register, Role};
use yaohao::fault::{Code, Fault, Result, by_likeness};
use yaohao::ident::Name;
use yaohao::register::RECUSAL_COLUMNS;

/// Refuses names in `values`, `defaults` and `conflicts` that are no column of their register. In `columns` they are
/// harmless: such a column is not read.
///
/// # Errors
/// [`Code::PlanUnusedName`].
pub(crate) fn check_names(plan: &Plan, targets: &[Name], inspectors: &[Name]) -> Result<()> {
    register(&plan.targets, targets.iter().map(Name::as_str).collect())?;
    register(&plan.inspectors, inspectors.iter().map(Name::as_str).collect())?;
    register(&plan.recusals, RECUSAL_COLUMNS.to_vec())
}

fn register<'a>(register: &'a Register, mut known: Vec<&'a str>) -> Result<()> {
    if register.role != Role::Recusals {
        known.insert(0, "id");
    }
    known.extend(register.withheld.keys().map(Name::as_str));
    let look = |table: &str, name: &Name, known: &[&str]| {
        if known.contains(&name.as_str()) {
            return Ok(());
        }
        let near = by_likeness(name.as_str(), known);
        Err(Fault::new(Code::PlanUnusedName)
            .file("plan.toml")
            .fact("place", format_args!("registers.{}.{table}", register.role.name()))
            .fact("name", name)
            .fact("near", near.first().copied().unwrap_or_default())
            .fact("known", near.join(", ")))
    };
    register.values.keys().try_for_each(|name| look("values", name, &known))?;
    let defaults = register.sources.iter().flat_map(|source| source.defaults.keys());
    defaults.into_iter().try_for_each(|name| look("defaults", name, &known))?;
    known.push("excluded");
    register.conflicts.keys().try_for_each(|name| look("conflicts", name, &known))
}
