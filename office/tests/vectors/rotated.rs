//! Sites whose later campaign rotates the people of an earlier one, and says otherwise than that gave.

use super::later::{self, Do};
use super::sites::{NOW, Scenario, policy, work};
use super::support::site::Office;
use super::support::{Files, Small, register_again};
use super::teams::team;
use yaohao_office::campaign::Campaign;

pub const ROTATED: &[Scenario] = &[
    Scenario {
        name: "site-rotation-kept",
        en: "Nothing was done: who visited before, substitutes among them, stays away, and carries what the others count",
        zh: "什么也没有做：前一次去过的人（包括替补）都回避，已承担的户数都计入",
        now: NOW,
        exit: 0,
        findings: &[],
        policy,
        make: |office| second(office, |_| ()),
    },
    Scenario {
        name: "site-pair-that-meets-again",
        en: "The pair of the office's friend and the firm of last time is left out of the recusals",
        zh: "把某人与上次所查企业这一对从回避名单里漏掉，让他再去",
        now: NOW,
        exit: 1,
        findings: &["audit.rotation"],
        policy,
        make: |office| second(office, |files| one_line_less(files, "recusals", ",last-visitor")),
    },
    Scenario {
        name: "site-substitute-that-meets-again",
        en: "Who stepped in for another last time is not said to have been there",
        zh: "上次临时替补去过的人，被当作没有去过",
        now: NOW,
        exit: 1,
        findings: &["audit.rotation"],
        policy,
        // B8 went to F2 in the place of B2
        make: |office| second(office, |files| one_line_less(files, "recusals", "F2,B8,last-visitor")),
    },
    Scenario {
        name: "site-load-forgotten",
        en: "What an inspector carried already is said to be less, so that the lot falls on him more often",
        zh: "少报某人本年已承担的户数，使签更常落到他头上",
        now: NOW,
        exit: 1,
        findings: &["audit.loads"],
        policy,
        make: |office| second(office, |files| carried(files, |carried| carried - 1)),
    },
    Scenario {
        name: "site-pair-made-up",
        en: "Somebody is kept off a firm as its visitor of last time, which he was not",
        zh: "借轮换之名，把上次没有去过的人挡在某企业之外",
        now: NOW,
        exit: 1,
        findings: &["audit.rotation"],
        policy,
        // A2 was not at F2
        make: |office| {
            second(office, |files| {
                let text = String::from_utf8(files["recusals.csv"].clone()).unwrap();
                let bent = text.replace("F2,A1,last-visitor\n", "F2,A1,last-visitor\nF2,A2,last-visitor\n");
                assert_ne!(bent, text);
                register_again(files, "recusals", &bent);
            })
        },
    },
    Scenario {
        name: "site-load-made-up",
        en: "A friend is said to have carried more than he did, so that the lot spares him",
        zh: "多报某人本年已承担的户数，使签绕开他",
        now: NOW,
        exit: 1,
        findings: &["audit.loads"],
        policy,
        make: |office| second(office, |files| carried(files, |carried| carried + 5)),
    },
    Scenario {
        name: "site-history-of-another-record",
        en: "The history names another record of the same number than the one that everybody sees",
        zh: "依据的往次抽查与公示的编号相同，记录却不是同一份",
        now: NOW,
        exit: 1,
        findings: &["audit.earlier"],
        policy,
        make: |office| {
            office.publish("A-1", &first(office));
            // what was published is put aside, and another draw of the same number lies there while A-2 is announced
            let folder = work(office, "A-1");
            std::fs::rename(&folder, work(office, "published")).unwrap();
            let small = team("").plan("SMALL-2024-1", "A-1");
            Small { targets: small.targets.replace("F8,A,", "F8,D,"), ..small }.draw_in(&folder);
            office.publish("A-2", &after_the_first(|_| ()).draw_in(&work(office, "A-2")));
        },
    },
    Scenario {
        name: "site-history-that-nobody-sees",
        en: "The history names a campaign that is shown nowhere",
        zh: "依据的往次抽查没有在任何地方公示",
        now: NOW,
        exit: 3,
        findings: &["audit.earlier"],
        policy,
        make: |office| {
            first(office);
            office.publish("A-2", &after_the_first(|_| ()).draw_in(&work(office, "A-2")));
        },
    },
];

/// The first campaign, in which somebody stepped in before the second was announced.
fn first(office: &Office) -> Campaign {
    let folder = work(office, "A-1");
    let campaign = team("").plan("SMALL-2024-1", "A-1").draw_in(&folder);
    later::work(&campaign, &folder, Do::Any("gongan"), "2024-10-15T08:00:00Z");
    campaign
}

/// Both campaigns; the second is bent before it is announced.
fn second(office: &Office, bend: fn(&mut Files)) {
    office.publish("A-1", &first(office));
    office.publish("A-2", &after_the_first(bend).draw_in(&work(office, "A-2")));
}

fn after_the_first(bend: fn(&mut Files)) -> Small {
    let history = "[history]\nlast_visitors = true\nmet_within_months = 12\nloads = true\n\
                   [[history.campaigns]]\npublic = \"../A-1/public\"\n\n[team]\n";
    let small =
        team("").plan("SMALL-2024-1", "A-2").plan("carried = false", "carried = true").plan("[team]\n", history);
    Small { announced: Some(bend), ..small }
}

/// A register without the first line that ends so.
fn one_line_less(files: &mut Files, register: &str, end: &str) {
    let text = String::from_utf8(files[&format!("{register}.csv")].clone()).unwrap();
    let line = text.lines().find(|line| line.ends_with(end)).unwrap();
    register_again(files, register, &text.replace(&format!("{line}\n"), ""));
}

/// The first inspector who carried anything is said to have carried something else.
fn carried(files: &mut Files, bent: fn(u64) -> u64) {
    let text = String::from_utf8(files["inspectors.csv"].clone()).unwrap();
    let column = text.lines().next().unwrap().split(',').position(|name| name == "carried").unwrap();
    let of = |line: &str| line.split(',').nth(column).and_then(|cell| cell.parse::<u64>().ok()).unwrap_or(0);
    let line = text.lines().find(|line| of(line) > 0).unwrap();
    let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
    cells[column] = bent(of(line)).to_string();
    register_again(files, "inspectors", &text.replace(line, &cells.join(",")));
}
