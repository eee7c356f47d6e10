//! Who is behind the ids of a register of inspectors: certificate numbers and names, from the office's own tables.

use crate::campaign::Campaign;
use crate::freeze::Kinds;
use crate::intake::{Context, open_rows};
use crate::keys::RegisterKey;
use crate::plan::{IdForm, Plan};
use std::collections::{BTreeMap, BTreeSet};
use yaohao::fault::Fault;
use yaohao::ident::Id;

/// The certificate number and the name of some inspectors, as the tables have them now; what the plan keeps out is empty.
/// Without a register key pseudonyms are those of a look, as [`Campaign::look`] makes them.
///
/// # Errors
/// What makes a whole table unreadable.
pub fn names(
    campaign: &Campaign,
    plan: &Plan,
    ids: &BTreeSet<Id>,
) -> Result<BTreeMap<Id, (String, String)>, Vec<Fault>> {
    let is_plain = plan.inspectors.id_form != IdForm::Pseudonym;
    if is_plain && plan.inspectors.withheld.is_empty() {
        return Ok(ids.iter().map(|id| (id.clone(), (id.to_string(), String::new()))).collect());
    }
    let key = RegisterKey::load(&campaign.private()).unwrap_or_else(|_| RegisterKey::for_a_look());
    let kinds = Kinds::of(plan).map_err(|fault| vec![fault])?;
    let history = BTreeMap::new();
    let context =
        Context { base: campaign.folder(), key: &key, watch: campaign.watch(), history: &history, visits: &[] };
    let opened = open_rows(context, &plan.inspectors, &kinds.inspectors, ids)?;
    let named = opened.into_iter().map(|(id, values)| {
        let value = |name: &str| {
            let found = values.iter().find(|(column, _)| column.as_str() == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let true_id = if is_plain { id.to_string() } else { value("true_id") };
        (id, (true_id, value("name")))
    });
    Ok(named.collect())
}
