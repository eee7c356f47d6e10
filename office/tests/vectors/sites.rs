//! Sites that an audit must see through: each campaign by itself verifies, or nearly so, and the whole does not.

use super::support::site::{Office, copy};
use super::support::{self, Small, key, log_key, repository, time};
use std::fs;
use std::path::{Path, PathBuf};
use yaohao::ident::{Id, Name, Text};
use yaohao::notice::{Revocation, Rotation};
use yaohao::statement::{Body, Statement};
use yaohao::suite::SecretKey;
use yaohao_office::later::{Why, replace_target};
use yaohao_office::ledger::Log;

/// A site, and what an audit must find in it.
pub struct Scenario {
    pub name: &'static str,
    pub en: &'static str,
    pub zh: &'static str,
    /// When the audit is made.
    pub now: &'static str,
    pub exit: u8,
    /// Codes of findings; steps of campaigns that are rejected; `log`, `plans` for what cannot be read or is refused.
    pub findings: &'static [&'static str],
    /// Whose keys the reader knows.
    pub policy: fn() -> String,
    /// Makes `site`, and `mirror` beside it where it takes one.
    pub make: fn(&Office),
}

pub const NOW: &str = "2024-12-01T00:00:00Z";

pub fn mirror(office: &Office) -> PathBuf {
    office.root.path().join("mirror")
}

pub fn work(office: &Office, folder: &str) -> PathBuf {
    office.root.path().join("work").join(folder)
}

pub const SITES: &[Scenario] = &[
    Scenario {
        name: "site-clean",
        en: "Nothing was done: a campaign that was drawn and one that was given up in time",
        zh: "什么也没有做：一次抽签，一次及时作废",
        now: NOW,
        exit: 0,
        findings: &[],
        policy,
        make: |office| {
            office.drawn("A-1");
            office.voided("A-2", "2024-10-14T11:00:00Z", false);
        },
    },
    Scenario {
        name: "site-campaign-taken-away",
        en: "A campaign is taken off the site; the log remembers it",
        zh: "从网站上撤下一次抽查；日志还记得",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped"],
        policy,
        make: |office| {
            office.drawn("A-1");
            office.drawn("A-2");
            fs::remove_dir_all(office.site().join("A-1")).unwrap();
        },
    },
    Scenario {
        name: "site-second-try",
        en: "A number is drawn twice with other registers, and only the second is shown",
        zh: "同一编号换名录抽了两次，只公布第二次",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped", "audit.twin"],
        policy,
        make: |office| {
            office.drawn("A-1");
            again(office);
        },
    },
    Scenario {
        name: "site-number-announced-twice",
        en: "Two announcements of one number stand on the site",
        zh: "网站上同一编号有两份公告",
        now: NOW,
        exit: 1,
        findings: &["audit.twice"],
        policy,
        make: |office| {
            office.drawn("A-1");
            again(office);
            copy(&work(office, "A-1/public"), &office.site().join("A-1-first"));
        },
    },
    Scenario {
        name: "site-not-logged",
        en: "A campaign is kept out of the log, so that it can be taken away later",
        zh: "一次抽查没有写入日志，以便日后撤下",
        now: NOW,
        exit: 3,
        findings: &["audit.unlogged"],
        policy,
        make: |office| {
            office.drawn("A-1");
            let second = Office::small("A-2").draw_in(&work(office, "A-2"));
            copy(&second.public(), &office.site().join("A-2"));
        },
    },
    Scenario {
        name: "site-stale-checkpoint",
        en: "The site goes back to an older log than its receipts have seen",
        zh: "网站退回到比回执还旧的日志",
        now: NOW,
        exit: 1,
        findings: &["audit.stale", "audit.unlogged"],
        policy,
        make: |office| {
            office.drawn("A-1");
            let older = office.root.path().join("older");
            copy(&office.site().join("log"), &older);
            office.drawn("A-2");
            copy(&older, &office.site().join("log"));
        },
    },
    Scenario {
        name: "site-log-of-another-past",
        en: "The log is rewritten: same key, longer, with another past",
        zh: "重写日志：同一密钥，更长，过去却不同",
        now: NOW,
        exit: 1,
        findings: &["audit.fork", "audit.unlogged"],
        policy,
        make: |office| {
            office.drawn("A-1");
            let forked = office.root.path().join("forked");
            another_past(&forked, office);
            copy(&forked, &office.site().join("log"));
        },
    },
    Scenario {
        name: "site-equivocation",
        en: "Two readers are shown two logs of one key",
        zh: "同一密钥，给两处读者看两本日志",
        now: NOW,
        exit: 1,
        findings: &["audit.fork"],
        policy,
        make: |office| {
            office.drawn("A-1");
            copy(&office.site(), &mirror(office));
            another_past(&mirror(office).join("log"), office);
        },
    },
    Scenario {
        name: "site-truncated-bundle",
        en: "An entry bundle of the log is cut short",
        zh: "日志的一个条目包被截短",
        now: NOW,
        exit: 1,
        findings: &["log"],
        policy,
        make: |office| {
            office.drawn("A-1");
            bend(&office.site().join("log/tile/entries/000.p/5"), |bytes| bytes.truncate(bytes.len() - 1));
        },
    },
    Scenario {
        name: "site-changed-entry",
        en: "One letter of an entry in the log is changed",
        zh: "日志中一个条目改了一个字母",
        now: NOW,
        exit: 1,
        findings: &["log"],
        policy,
        make: |office| {
            office.drawn("A-1");
            bend(&office.site().join("log/tile/entries/000.p/5"), |bytes| bytes[20] ^= 1);
        },
    },
    Scenario {
        name: "site-tile-missing",
        en: "A tile of hashes is missing",
        zh: "日志缺一块散列",
        now: NOW,
        exit: 1,
        findings: &["log"],
        policy,
        make: |office| {
            office.drawn("A-1");
            fs::remove_file(office.site().join("log/tile/0/000.p/5")).unwrap();
        },
    },
    Scenario {
        name: "site-log-of-another-key",
        en: "The log is signed by another key than the reader knows",
        zh: "日志由读者不认识的密钥签名",
        now: NOW,
        exit: 1,
        findings: &["log"],
        policy,
        make: |office| {
            office.drawn("A-1");
            bend(&office.site().join("log/checkpoint"), |bytes| {
                let at = bytes.len() - 10;
                bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            });
        },
    },
    Scenario {
        name: "site-never-ended",
        en: "The beacon has spoken, and there is neither record nor void after the days announced",
        zh: "信标早已公布，过了公告的天数，既无记录也无作废",
        now: NOW,
        exit: 1,
        findings: &["audit.overdue"],
        policy,
        make: |office| {
            let small = Office::small("A-1").plan("\n[signers]", "wait_days = 7\n\n[signers]");
            let campaign = small.until_closed(&work(office, "A-1"));
            office.publish("A-1", &campaign);
        },
    },
    Scenario {
        name: "site-waiting-for-a-better-day",
        en: "The beacon has spoken, no days were announced, and the draw does not come",
        zh: "信标已公布，公告没有写天数，抽签迟迟不来",
        now: NOW,
        exit: 3,
        findings: &["audit.due"],
        policy,
        make: |office| {
            let campaign = Office::small("A-1").until_closed(&work(office, "A-1"));
            office.publish("A-1", &campaign);
        },
    },
    Scenario {
        name: "site-given-up-late",
        en: "A campaign is given up when the outcome could be known: lawful, and told",
        zh: "能知道结果之后才作废：合规，但要指出",
        now: NOW,
        exit: 3,
        findings: &["audit.void-late"],
        policy,
        make: |office| office.voided("A-1", "2024-10-14T17:20:00Z", true),
    },
    Scenario {
        name: "site-secret-not-told",
        en: "A sealed outcome is not opened by the day announced",
        zh: "封存的结果到期没有开封",
        now: NOW,
        exit: 1,
        findings: &["audit.reveal-overdue"],
        policy,
        make: |office| {
            let sealed = "[seed.sealed]\ncustodian = \"jijian\"\nreveal_by = \"2024-11-20T00:00:00Z\"\n\n[signers]";
            let campaign = Office::small("A-1").plan("\n[signers]", sealed).draw_in(&work(office, "A-1"));
            office.publish("A-1", &campaign);
        },
    },
    Scenario {
        name: "site-results-missing",
        en: "Results are not complete 35 days after the window",
        zh: "检查期满三十五天，结果还不齐",
        now: "2025-01-05T00:00:00Z",
        exit: 3,
        findings: &["audit.results"],
        policy,
        make: |office| drop(office.drawn("A-1")),
    },
    Scenario {
        name: "site-list-changed",
        en: "The list of a drawn campaign is changed on the site",
        zh: "网站上已抽签的名单被改",
        now: NOW,
        exit: 1,
        findings: &["V13"],
        policy,
        make: |office| {
            office.drawn("A-1");
            let path = office.site().join("A-1/selected.csv");
            let text = fs::read_to_string(&path).unwrap().replacen("drawn", "reserve", 1);
            fs::write(&path, text).unwrap();
        },
    },
    Scenario {
        name: "site-last-substitution-dropped",
        en: "The last substitution of a campaign is taken away: its files alone do not show it",
        zh: "撤下最后一份顶替声明：单看文件看不出来",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped"],
        policy,
        make: |office| {
            two_substitutions(office);
            for file in ["substitution-2.json", "substitution-2.json.tlog-proof"] {
                fs::remove_file(office.site().join("A-1").join(file)).unwrap();
            }
        },
    },
    Scenario {
        name: "site-redraw-of-nothing",
        en: "A redraw names a void that is not there",
        zh: "重抽所称的作废声明并不存在",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped", "audit.replaces"],
        policy,
        make: |office| {
            office.voided("A-1", "2024-10-14T11:00:00Z", false);
            redraw(office, "A-2");
            fs::remove_dir_all(office.site().join("A-1")).unwrap();
        },
    },
    Scenario {
        name: "site-redrawn-twice",
        en: "Two redraws take the place of one campaign: the office chooses between them",
        zh: "一次抽查重抽了两次，任由挑选",
        now: NOW,
        exit: 1,
        findings: &["audit.replaced-twice"],
        policy,
        make: |office| {
            office.voided("A-1", "2024-10-14T11:00:00Z", false);
            redraw(office, "A-2");
            redraw(office, "A-3");
        },
    },
    Scenario {
        name: "site-numbers-with-a-gap",
        en: "Numbers of the year's plan are skipped",
        zh: "年度计划的编号跳过几个",
        now: NOW,
        exit: 1,
        findings: &["audit.gap"],
        policy,
        make: |office| {
            plans(office);
            office.drawn("DH-2018-1");
            office.drawn("DH-2018-4");
        },
    },
    Scenario {
        name: "site-plan-issue-taken-away",
        en: "The first issue of the year's plan is taken away once it was amended",
        zh: "年度计划调整之后，撤下原先一期",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped", "plans"],
        policy,
        make: |office| {
            plans(office);
            office.drawn("DH-2018-1");
            fs::remove_file(office.site().join("plans/plan-1.json")).unwrap();
        },
    },
    Scenario {
        name: "site-mirror-has-another",
        en: "A mirror has another record under the same name",
        zh: "镜像中同名的记录与网站不同",
        now: NOW,
        exit: 1,
        findings: &["audit.mirror"],
        policy,
        make: |office| {
            office.drawn("A-1");
            copy(&office.site(), &mirror(office));
            let other = Office::small("A-1").plan("烟花爆竹、油气管道联合抽查", "联合抽查");
            let other = other.draw_in(&work(office, "other"));
            for file in ["announcement.json", "closing.json", "record.json"] {
                fs::copy(other.public().join(file), mirror(office).join("A-1").join(file)).unwrap();
            }
        },
    },
    Scenario {
        name: "site-mirror-keeps-more",
        en: "A mirror keeps a campaign that was never logged and is gone from the site",
        zh: "网站撤下、又从未写入日志的一次抽查，镜像还留着",
        now: NOW,
        exit: 1,
        findings: &["audit.mirror-keeps"],
        policy,
        make: |office| {
            office.drawn("A-1");
            copy(&office.site(), &mirror(office));
            copy(&Office::small("A-9").draw_in(&work(office, "A-9")).public(), &mirror(office).join("A-9"));
        },
    },
    Scenario {
        name: "site-key-rotated",
        en: "Nothing was done: a key was followed by another, in time and in public",
        zh: "什么也没有做：密钥按时公开轮换",
        now: NOW,
        exit: 0,
        findings: &[],
        policy: older,
        make: |office| {
            notices(office, &[("rotation-1.json", rotation(&[9; 32]))]);
            office.drawn("A-1");
        },
    },
    Scenario {
        name: "site-key-nobody-announced",
        en: "A campaign is signed by another key than the reader knows, and no notice says why",
        zh: "换了读者不认识的密钥签名，却没有轮换公告",
        now: NOW,
        exit: 1,
        findings: &["V4"],
        policy: older,
        make: |office| drop(office.drawn("A-1")),
    },
    Scenario {
        name: "site-rotation-by-a-stolen-key",
        en: "Whoever stole a key hands it on to one of its own, after it was revoked",
        zh: "盗用者在密钥撤销之后把它转给自己的密钥",
        now: NOW,
        exit: 1,
        findings: &["V4"],
        policy: older,
        make: |office| {
            let stolen = revocation("2024-09-01T00:00:00Z", &SecretKey::from_bytes(&[9; 32]), &[&key("gongan")]);
            notices(office, &[("revocation-1.json", stolen), ("rotation-1.json", rotation(&[9; 32]))]);
            office.drawn("A-1");
        },
    },
    Scenario {
        name: "site-signed-after-the-revocation",
        en: "A campaign is signed by a key that was revoked before",
        zh: "密钥撤销之后仍用它签名",
        now: NOW,
        exit: 1,
        findings: &["V5"],
        policy,
        make: |office| {
            let lost = revocation("2024-10-14T09:30:00Z", &key("yingji"), &[&key("gongan")]);
            notices(office, &[("revocation-1.json", lost)]);
            office.drawn("A-1");
        },
    },
    Scenario {
        name: "site-revocation-that-unsays-the-past",
        en: "Whoever stole a key revokes it for the time before the theft, to unsay a draw: it counts from its own time only",
        zh: "盗用者把密钥倒填日期撤销，想推翻一次抽签：只从作出之时起算",
        now: NOW,
        exit: 0,
        findings: &[],
        policy,
        make: |office| {
            let own = key("yingji");
            let unsaid = revocation_at("2024-10-14T09:30:00Z", "2024-11-20T00:00:00Z", &own, &[&own]);
            notices(office, &[("revocation-1.json", unsaid)]);
            office.drawn("A-1");
        },
    },
];

/// Lays notices about keys onto the site, and logs them.
pub fn notices(office: &Office, notices: &[(&str, Vec<u8>)]) {
    let keys = office.site().join("keys");
    fs::create_dir_all(&keys).unwrap();
    notices.iter().for_each(|(name, bytes)| fs::write(keys.join(name), bytes).unwrap());
    office.publish_folder("keys");
}

/// An older key of yingji is followed by today's.
pub fn rotation(older: &[u8; 32]) -> Vec<u8> {
    let (old, new) = (SecretKey::from_bytes(older), key("yingji"));
    let body = Rotation {
        number: Id::parse("KEYS-1").unwrap(),
        holder: Id::parse("yingji").unwrap(),
        old: old.public(),
        new: new.public(),
        from: time("2024-10-10T00:00:00Z"),
        noticed_at: time("2024-10-01T00:00:00Z"),
    };
    signed(body, &[&old, &new])
}

pub fn revocation(since: &str, revoked: &SecretKey, by: &[&SecretKey]) -> Vec<u8> {
    revocation_at(since, "2024-10-01T00:00:00Z", revoked, by)
}

fn revocation_at(since: &str, noticed_at: &str, revoked: &SecretKey, by: &[&SecretKey]) -> Vec<u8> {
    let body = Revocation {
        number: Id::parse("KEYS-2").unwrap(),
        holder: Id::parse("yingji").unwrap(),
        key: revoked.public(),
        since: time(since),
        reason: Name::parse("lost").unwrap(),
        text: Text::parse("密钥盘遗失").unwrap(),
        noticed_at: time(noticed_at),
    };
    signed(body, by)
}

/// A holder's key is revoked by the other department.
pub fn revocation_of(holder: &str, since: &str) -> Vec<u8> {
    revocation(since, &key(holder), &[&key("gongan")])
}

pub fn signed<B: Body>(body: B, keys: &[&SecretKey]) -> Vec<u8> {
    let mut statement = Statement::new(body);
    keys.iter().for_each(|key| statement.sign(key));
    statement.to_file().into_bytes()
}

/// The policy of a reader who knows yingji by an older key.
pub fn older() -> String {
    let older = SecretKey::from_bytes(&[9; 32]).public().to_string();
    policy().replace(&key("yingji").public().to_string(), &older)
}

/// A campaign of which two targets were replaced.
pub fn two_substitutions(office: &Office) {
    let campaign = office.drawn("A-1");
    let selected = fs::read_to_string(campaign.public().join("selected.csv")).unwrap();
    let drawn: Vec<&str> =
        selected.lines().filter(|line| line.contains(",drawn,")).map(|line| line.split(',').nth(4).unwrap()).collect();
    for (target, at) in drawn.iter().zip(["2024-11-02T08:00:00Z", "2024-11-03T08:00:00Z"]) {
        let (reason, text) = (Name::parse("closed-down").unwrap(), Text::parse("已停业").unwrap());
        replace_target(&campaign, target, Why { reason, text }, &time(at)).unwrap();
    }
    office.publish("A-1", &campaign);
}

/// The office draws A-1 once more, with another register.
pub fn again(office: &Office) {
    let again = Office::small("A-1");
    let again = Small { targets: again.targets.replace("F8,A,yanhua", "F8,D,yanhua"), ..again };
    let campaign = again.draw_in(&work(office, "again"));
    office.publish("A-1", &campaign);
}

fn redraw(office: &Office, number: &str) {
    let small = Office::small(number);
    let plan = format!("{}\n[replaces]\ncampaign = \"../A-1\"\n", small.plan);
    let campaign = Small { plan, ..small }.draw_in(&work(office, number));
    office.publish(number, &campaign);
}

/// A log of the office's key that never had the office's statements.
fn another_past(folder: &Path, office: &Office) {
    let _ = fs::remove_dir_all(folder);
    Log::create(folder, &log_key()).unwrap();
    let entries: Vec<Vec<u8>> = (0..7).map(|n| format!("something else {n}\n").into_bytes()).collect();
    Log::append(folder, &log_key(), &entries).unwrap();
    fs::copy(office.log_home().join("public/key.txt"), folder.join("key.txt")).unwrap();
}

/// Two mirrors with continuations of the site's log that part after it.
pub fn fork(office: &Office) {
    for (name, entry) in [("mirror", "one"), ("mirror-2", "another")] {
        let folder = office.root.path().join(name).join("log");
        copy(&office.site().join("log"), &folder);
        Log::append(&folder, &log_key(), &[format!("{entry} future\n").into_bytes()]).unwrap();
    }
}

/// The year's plan with its amendment, logged.
pub fn plans(office: &Office) {
    let plans = office.site().join("plans");
    copy(&repository().join("fixtures/plans/accept/amended-without-policy"), &plans);
    fs::remove_file(plans.join("expect.json")).unwrap();
    office.publish_folder("plans");
}

fn bend(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Whose keys the reader of these sites knows: the office's, for plans too, and the custodian's.
pub fn policy() -> String {
    let custodian =
        format!("\n[[keys]]\nholder = \"jijian\"\nkey = \"{}\"\nsigns = [\"reveal\"]\n", key("jijian").public());
    support::site::policy().replace("\"contribution\"", "\"contribution\", \"sealing\", \"plan\"") + &custodian
}
