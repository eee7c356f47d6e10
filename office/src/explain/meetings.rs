//! Who meets a target again that the same inspector visited in an earlier campaign. What the lottery was told to keep apart
//! is in the recusals; this looks at everybody, where the office knows the campaigns.

use super::Desk;
use crate::campaign::Campaign;
use crate::history::visits_of;
use crate::names::names;
use std::collections::BTreeSet;
use yaohao::fault::Fault;
use yaohao::ident::Id;

/// Pairs of a target and an inspector that met before and meet again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meetings {
    /// Earlier campaigns that were read.
    pub campaigns: u64,
    /// Pairs of this draw.
    pub pairs: u64,
    /// Those of them that met in one of the earlier campaigns, ascending.
    pub again: Vec<(Id, Id)>,
}

/// Looks through the campaigns that the plan and the announcement name; `None` where there are none, or no plan.
pub(super) fn again(campaign: &Campaign, desk: &Desk<'_>) -> Option<Result<Meetings, Vec<Fault>>> {
    let announced = desk.announcement.history.as_ref()?;
    let plan = campaign.plan().ok()?;
    let history = plan.history.as_ref()?;
    let one = |fault: Fault| vec![fault];
    let find = || {
        let mut visits = visits_of(campaign.folder(), &plan, history).map_err(one)?;
        // the plan may have been changed since
        visits.retain(|(record, _)| announced.campaigns.iter().any(|earlier| earlier.record == *record));
        let seats = desk.outcome.departments.iter().flat_map(|department| &department.seats);
        let pairs: BTreeSet<(&Id, &Id)> = seats.map(|seat| (&seat.target, &seat.inspector)).collect();
        // under another key only what a pseudonym stands for tells who it was
        let true_ids = match visits.iter().any(|(_, visits)| visits.key.is_some()) {
            false => std::collections::BTreeMap::new(),
            true => names(campaign, &plan, &pairs.iter().map(|(_, inspector)| (*inspector).clone()).collect())?,
        };
        let mut again = BTreeSet::new();
        for (_, visits) in &visits {
            for (target, inspector) in &pairs {
                let earlier = match &visits.key {
                    None => inspector.to_string(),
                    Some(key) => {
                        let true_id = true_ids.get(*inspector).map_or(inspector.as_str(), |(true_id, _)| true_id);
                        key.pseudonym(true_id).map_err(one)?.to_string()
                    }
                };
                if visits.of.get(&earlier).is_some_and(|targets| targets.contains(target.as_str())) {
                    again.insert(((*target).clone(), (*inspector).clone()));
                }
            }
        }
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        Ok(Meetings { campaigns: count(visits.len()), pairs: count(pairs.len()), again: again.into_iter().collect() })
    };
    Some(find())
}
