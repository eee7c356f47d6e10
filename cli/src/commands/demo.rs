//! A whole made-up campaign, from registers to a verified publication.

use super::show::{announcement, drawn};
use super::{Outcome, Screen, one};
use crate::args::Demo;
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Id, Time};
use yaohao::seed::Beacon;
use yaohao::verify::{Policy, verify};
use yaohao_office::campaign::Campaign;
use yaohao_office::files::{Folder, make_folder, read_text, write_whole};
use yaohao_office::keys::Rehearsal;

const PLAN: &str = include_str!("../../../fixtures/demo/plan.toml");
const TABLES: [(&str, &str); 3] = [
    ("targets.csv", include_str!("../../../fixtures/demo/targets.csv")),
    ("inspectors.csv", include_str!("../../../fixtures/demo/inspectors.csv")),
    ("recusals.csv", include_str!("../../../fixtures/demo/recusals.csv")),
];

/// A real round of drand's quicknet, long past: it makes the demonstration the same everywhere, and proves no order.
/// Seen in the tests of drand/tlock; its BLS signature is verified here like any other.
const ROUND: u64 = 12_040_883;
const SIGNATURE: &str =
    "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394";

/// Marks a folder that a demonstration made, and that the next may replace.
const MARK: &str = ".yaohao-demo";

pub(super) fn run(screen: &Screen, arguments: &Demo) -> Outcome {
    let campaign = Campaign::new(&arguments.dir);
    prepare(&campaign).map_err(one)?;
    let time = |text: &str| Time::parse(text).map_err(one);
    let mut entropy = Rehearsal::new("yaohao demo");
    let plan = campaign.plan().map_err(one)?;
    let mut holders: Vec<&Id> = plan.signers.iter().chain(&plan.contributors).collect();
    holders.sort();
    holders.dedup();
    for holder in holders {
        campaign.keys().make(holder, &mut entropy).map_err(one)?;
    }
    screen.say("demo-intro", &[("folder", &arguments.dir.display())]);

    let frozen = campaign.announce(&time("2024-10-14T08:00:00Z")?, &mut entropy)?;
    screen.say(
        "demo-announced",
        &[
            ("targets", &frozen.announcement.targets.commitment.rows),
            ("inspectors", &frozen.announcement.inspectors.commitment.rows),
            ("recusals", &frozen.announcement.recusals.commitment.rows),
        ],
    );
    announcement(screen, &frozen.announcement);
    for contributor in &plan.contributors {
        campaign.contribute(contributor, None, None, &time("2024-10-14T09:00:00Z")?, &mut entropy).map_err(one)?;
    }
    campaign.close(&time("2024-10-14T10:00:00Z")?).map_err(one)?;
    screen.say("demo-closed", &[("count", &plan.contributors.len()), ("round", &ROUND)]);

    let beacon = Beacon::new(ROUND, SIGNATURE).map_err(one)?;
    let (record, outcome, _) = campaign.draw(Some(beacon), &time("2024-10-14T17:15:00Z")?).map_err(one)?;
    drawn(screen, record.body(), &outcome);

    let trust = arguments.dir.join("trust.toml");
    let policy = super::keys::policy_text(screen, &campaign, true).map_err(one)?;
    write_whole(&trust, policy.as_bytes()).map_err(one)?;
    let policy = Policy::parse(&read_text(&trust).map_err(one)?).map_err(one)?;
    let report = verify(&Folder::new(&campaign.public()), Some(&policy));
    super::verify::steps(screen, &report);
    let code = super::verify::verdict(screen, &report, true);
    let example = outcome.selection.drawn().next().map(|entry| entry.id.clone()).unwrap_or_default();
    // as it was called: a fresh checkout has no `yaohao` on its path
    let program = std::env::args().next().unwrap_or_else(|| "yaohao".to_owned());
    screen.line(
        &screen
            .language
            .say("demo-next", &[("program", &program), ("folder", &arguments.dir.display()), ("id", &example)]),
    );
    Ok(code)
}

/// Lays plan and tables into the folder; a folder that is not a demonstration's own is left alone.
fn prepare(campaign: &Campaign) -> Result<()> {
    let folder = campaign.folder();
    let exists = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if exists && !folder.join(MARK).exists() {
        return Err(Fault::new(Code::CampaignExists).file(folder.display().to_string()).fact("file", "plan.toml"));
    }
    if exists {
        let wrong = |error: std::io::Error| {
            Fault::new(Code::FileWrite).file(folder.display().to_string()).fact("detail", error)
        };
        std::fs::remove_dir_all(folder).map_err(wrong)?;
    }
    make_folder(&campaign.private())?;
    write_whole(&folder.join(MARK), b"")?;
    write_whole(&folder.join("plan.toml"), PLAN.as_bytes())?;
    TABLES.iter().try_for_each(|(name, text)| write_whole(&campaign.private().join(Path::new(name)), text.as_bytes()))
}
