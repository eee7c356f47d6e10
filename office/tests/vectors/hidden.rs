//! Sites whose tampering lies between their files: every campaign verifies, and what is wrong stands where no campaign is
//! read, in two folders at once, or only at a mirror.

use super::sites::{NOW, Scenario, again, fork, mirror, plans, policy, work};
use super::support::site::{Office, copy};
use super::support::{Files, Small, insert, key, register_again, resign, time};
use std::fs;
use yaohao::announcement::{Basis, Department, Signer};
use yaohao::encoding::{Value, object};
use yaohao::ident::{Id, Name, Text};
use yaohao::statement::Statement;
use yaohao::year::{Amendment, Line, Months, PlannedItem, YearPlan};

pub const HIDDEN: &[Scenario] = &[
    Scenario {
        name: "site-first-try-under-other-names",
        en: "A number is drawn twice; the first try lies beside the second under names that nobody reads",
        zh: "同一编号抽了两次，第一次的声明改了文件名放在一旁，没有人读",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped", "audit.twin"],
        policy,
        make: |office| {
            office.drawn("A-1");
            again(office);
            for file in STATEMENTS {
                fs::copy(work(office, "A-1/public").join(file), office.site().join("A-1").join(format!("old-{file}")))
                    .unwrap();
            }
        },
    },
    Scenario {
        name: "site-statement-laid-among-keys",
        en: "A campaign is taken away; its statements lie in the folder of notices about keys",
        zh: "撤下一次抽查，把它的声明塞进密钥通告的文件夹",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped"],
        policy,
        make: |office| {
            office.drawn("A-1");
            office.drawn("A-2");
            fs::create_dir_all(office.site().join("keys")).unwrap();
            for file in STATEMENTS {
                let hidden = office.site().join("keys").join(format!("notice-{file}"));
                fs::rename(office.site().join("A-2").join(file), hidden).unwrap();
            }
            fs::remove_dir_all(office.site().join("A-2")).unwrap();
        },
    },
    Scenario {
        name: "site-two-draws-of-one-announcement",
        en: "One announcement is drawn twice, once without a contributor; each draw verifies in a folder of its own",
        zh: "同一公告抽了两次，其中一次少一方出数；两个文件夹各自都能通过",
        now: NOW,
        exit: 1,
        findings: &["audit.twice"],
        policy,
        make: |office| {
            office.drawn("A-1");
            let fewer = Small { absent: vec!["gongan"], ..Office::small("A-1") };
            office.publish("A-1-late", &fewer.draw_in(&work(office, "fewer")));
        },
    },
    Scenario {
        name: "site-record-and-void-apart",
        en: "A record in one folder, and a void of the same announcement in another",
        zh: "一个文件夹里是抽签记录，另一个文件夹里是同一公告的作废声明",
        now: NOW,
        exit: 1,
        findings: &["audit.twice"],
        policy,
        make: |office| {
            office.voided("A-1", "2024-10-14T11:00:00Z", false);
            fs::rename(office.site().join("A-1"), office.site().join("A-1-void")).unwrap();
            fs::rename(work(office, "A-1"), work(office, "A-1-void")).unwrap();
            office.drawn("A-1");
        },
    },
    Scenario {
        name: "site-older-than-its-mirror",
        en: "A campaign and the newest leaves of the log are taken away together; somebody keeps the longer log",
        zh: "撤下一次抽查，日志也一并退回；有人留着更长的日志",
        now: NOW,
        exit: 1,
        findings: &["audit.mirror-lacks", "audit.stale"],
        policy,
        make: |office| {
            office.drawn("A-1");
            let older = office.root.path().join("older");
            copy(&office.site(), &older);
            office.drawn("A-2");
            copy(&office.site().join("log"), &mirror(office).join("log"));
            copy(&older, &office.site());
        },
    },
    Scenario {
        name: "site-two-mirrors-differ",
        en: "Two readers are shown two continuations of the log that the site shows",
        zh: "给两处读者看同一日志的两种后续，网站只显示分岔之前",
        now: NOW,
        exit: 1,
        findings: &["audit.fork", "audit.mirror-lacks", "audit.stale"],
        policy,
        make: |office| {
            office.drawn("A-1");
            fork(office);
        },
    },
    Scenario {
        name: "site-mirror-has-both-tries",
        en: "The mirror keeps a first try, never logged, beside the one that the site shows",
        zh: "镜像里除了网站所示的一次，还留着从未写入日志的第一次",
        now: NOW,
        exit: 1,
        findings: &["audit.mirror"],
        policy,
        make: |office| {
            office.drawn("A-1");
            copy(&office.site(), &mirror(office));
            let first = Office::small("A-1").plan("烟花爆竹、油气管道联合抽查", "联合抽查");
            copy(&first.draw_in(&work(office, "first")).public(), &mirror(office).join("A-0"));
        },
    },
    Scenario {
        name: "site-drawn-again-without-a-word",
        en: "An unwelcome outcome is given up, and the same register is drawn under a new number that names nothing",
        zh: "结果不合意而作废，又用同一名录以新编号再抽，不说明取代哪一次",
        now: NOW,
        exit: 3,
        findings: &["audit.again", "audit.void-late"],
        policy,
        make: |office| {
            office.voided("A-1", "2024-10-14T17:20:00Z", true);
            office.drawn("A-2");
        },
    },
    Scenario {
        name: "site-batch-drawn-twice",
        en: "One batch of a line of the year's plan is drawn under two numbers",
        zh: "年度计划同一项同一批次用两个编号各抽一次",
        now: NOW,
        exit: 1,
        findings: &["audit.batch-twice"],
        policy,
        make: |office| {
            year(office);
            ["Y-1", "Y-2"].into_iter().for_each(|number| of_the_year(office, number, first_batch));
        },
    },
    Scenario {
        name: "site-batch-drawn-again",
        en: "Nothing was done: a batch was given up in time, and drawn again under a number that says so",
        zh: "什么也没有做：一批次及时作废，重抽时写明取代哪一次",
        now: NOW,
        exit: 0,
        findings: &[],
        policy,
        make: |office| {
            year(office);
            let small = Small { announced: Some(first_batch), ..Office::small("Y-1") };
            office.give_up("Y-1", small, "2024-10-14T11:00:00Z", false);
            let small = Office::small("Y-2");
            let plan = format!("{}\n[replaces]\ncampaign = \"../Y-1\"\n", small.plan);
            let small = Small { plan, announced: Some(first_batch), ..small };
            office.publish("Y-2", &small.draw_in(&work(office, "Y-2")));
        },
    },
    Scenario {
        name: "site-less-than-planned",
        en: "A campaign draws fewer targets than the line of the plan that it names promises",
        zh: "抽取比例低于所指年度计划项目的规定",
        now: NOW,
        exit: 3,
        findings: &["audit.line"],
        policy,
        make: |office| {
            year(office);
            of_the_year(office, "Y-1", second_line);
        },
    },
    Scenario {
        name: "site-under-another-line",
        en: "A campaign names a line of the plan that other departments are to carry out, in other months",
        zh: "抽查挂靠在由其他部门、在其他月份实施的计划项目之下",
        now: NOW,
        exit: 1,
        findings: &["audit.line"],
        policy,
        make: |office| {
            year(office);
            of_the_year(office, "Y-1", third_line);
        },
    },
    Scenario {
        name: "site-log-older-than-the-plan",
        en: "The log goes back to before the year's plan was published, whose receipts are of the longer one",
        zh: "日志退回到年度计划公布之前，而计划的回执出自更长的日志",
        now: NOW,
        exit: 1,
        findings: &["audit.stale", "audit.unlogged"],
        policy,
        make: |office| {
            office.drawn("DH-2018-1");
            let older = office.root.path().join("older");
            copy(&office.site().join("log"), &older);
            plans(office);
            copy(&older, &office.site().join("log"));
        },
    },
    Scenario {
        name: "site-mirror-keeps-a-revocation",
        en: "A revocation is taken away before it was logged; a mirror keeps it",
        zh: "撤销密钥的通告未写入日志就被撤下，镜像还留着",
        now: NOW,
        exit: 1,
        findings: &["audit.mirror-keeps"],
        policy,
        make: |office| {
            office.drawn("A-1");
            copy(&office.site(), &mirror(office));
            let lost = super::sites::revocation_of("yingji", "2024-10-14T09:30:00Z");
            fs::create_dir_all(mirror(office).join("keys")).unwrap();
            fs::write(mirror(office).join("keys/revocation-1.json"), lost).unwrap();
        },
    },
    Scenario {
        name: "site-substitution-under-another-serial",
        en: "The last substitution is kept as substitution-02.json, which no reader takes for one",
        zh: "最后一份顶替声明改名为 substitution-02.json，没有读者会当作声明",
        now: NOW,
        exit: 1,
        findings: &["audit.dropped"],
        policy,
        make: |office| {
            super::sites::two_substitutions(office);
            let folder = office.site().join("A-1");
            fs::rename(folder.join("substitution-2.json"), folder.join("substitution-02.json")).unwrap();
            fs::remove_file(folder.join("substitution-2.json.tlog-proof")).unwrap();
        },
    },
    Scenario {
        name: "site-sealed-and-void-apart",
        en: "A sealed outcome in one folder, and a void of the same announcement in another",
        zh: "一个文件夹里是封存的结果，另一个文件夹里是同一公告的作废声明",
        now: NOW,
        exit: 1,
        findings: &["audit.twice"],
        policy,
        make: |office| {
            let sealed = "[seed.sealed]\ncustodian = \"jijian\"\nreveal_by = \"2024-12-20T00:00:00Z\"\n\n[signers]";
            let small = || Office::small("A-1").plan("\n[signers]", sealed);
            office.give_up("A-1", small(), "2024-10-14T11:00:00Z", false);
            fs::rename(office.site().join("A-1"), office.site().join("A-1-void")).unwrap();
            fs::rename(work(office, "A-1"), work(office, "A-1-void")).unwrap();
            office.publish("A-1", &small().draw_in(&work(office, "A-1")));
        },
    },
    Scenario {
        name: "site-plan-that-was-amended",
        en: "A campaign names an issue of the plan that was amended before, since the new one asks for more",
        zh: "计划已经调整、要求更高，抽查仍挂靠在旧的一期上",
        now: NOW,
        exit: 3,
        findings: &["audit.line"],
        policy,
        make: |office| {
            year(office);
            let mut second = year_plan();
            second.amendment = Some(Amendment {
                issue: 2,
                supersedes: Statement::new(year_plan()).digest(),
                reason: Name::parse("new-task").unwrap(),
                text: Text::parse("提高抽取比例").unwrap(),
            });
            second.published_at = time("2024-09-01T08:00:00Z");
            second.lines[0].rate = Some(9000);
            publish_plan(office, "plan-2.json", second);
            of_the_year(office, "Y-1", first_batch);
        },
    },
    Scenario {
        name: "site-friend-drawn-recently",
        en: "A firm is kept out as drawn recently, which it was not; one that was drawn recently is drawn from again",
        zh: "把没有抽过的企业说成近期抽过而排除，真正近期抽过的反而再参加抽取",
        now: NOW,
        exit: 1,
        findings: &["audit.history"],
        policy,
        make: |office| {
            office.drawn("A-1");
            let small = after_the_first();
            office.publish("A-2", &Small { announced: Some(exchanged), ..small }.draw_in(&work(office, "A-2")));
        },
    },
    Scenario {
        name: "site-history-kept",
        en: "Nothing was done: whom an earlier campaign drew is kept out of the next",
        zh: "什么也没有做：前一次抽中的企业不参加下一次抽取",
        now: NOW,
        exit: 0,
        findings: &[],
        policy,
        make: |office| {
            office.drawn("A-1");
            office.publish("A-2", &after_the_first().draw_in(&work(office, "A-2")));
        },
    },
];

/// A campaign that keeps out whom A-1 drew.
fn after_the_first() -> Small {
    let history = "[history]\ndrawn_within_months = 12\n[[history.campaigns]]\npublic = \"../A-1/public\"\n\n[team]";
    Office::small("A-2").plan("[team]", history)
}

/// The exclusions of two firms of one stratum change places.
fn exchanged(files: &mut Files) {
    let text = String::from_utf8(files["targets.csv"].clone()).unwrap();
    let of = |excluded: bool| {
        let fits = |line: &&str| {
            line.ends_with(",drawn-recently") == excluded && [",A,", ",B,"].iter().any(|class| line.contains(class))
        };
        text.lines().find(fits).unwrap()
    };
    let (kept_out, free) = (of(true), of(false));
    let bent = text
        .replace(free, &format!("{free}drawn-recently"))
        .replace(kept_out, kept_out.strip_suffix("drawn-recently").unwrap());
    register_again(files, "targets", &bent);
}

const STATEMENTS: [&str; 5] =
    ["announcement.json", "closing.json", "contribution-gongan.json", "contribution-yingji.json", "record.json"];

/// A plan of the year with three lines, published and logged.
fn year(office: &Office) {
    publish_plan(office, "plan-1.json", year_plan());
}

fn publish_plan(office: &Office, name: &str, plan: YearPlan) {
    let folder = office.site().join("plans");
    fs::create_dir_all(&folder).unwrap();
    let mut statement = Statement::new(plan);
    statement.sign(&key("yingji"));
    fs::write(folder.join(name), statement.to_file()).unwrap();
    office.publish_folder("plans");
}

fn year_plan() -> YearPlan {
    let (id, text) = (|text: &str| Id::parse(text).unwrap(), |words: &str| Text::parse(words).unwrap());
    let line = |number: &str, joining: &str, rate: u64, month: u64| Line {
        id: id(number),
        items: vec![PlannedItem {
            id: id("yanhua"), title: text("烟花爆竹经营单位"), basis: text("安全生产法")
        }],
        lead: id("yingji"),
        joining: vec![id(joining)],
        basis: Basis::Random,
        batches: 2,
        months: Months { from: month, to: month },
        rate: Some(rate),
        population: None,
    };
    let departments = [("yingji", "应急管理"), ("gongan", "公安"), ("xiaofang", "消防救援")];
    YearPlan {
        number: id("YEAR-2024"),
        amendment: None,
        year: 2024,
        authority: text("某县应急管理局（示例）"),
        published_at: time("2024-03-05T08:00:00Z"),
        prefix: id("Y"),
        departments: departments.map(|(name, title)| Department { id: id(name), title: text(title) }).to_vec(),
        signers: vec![Signer { holder: id("yingji"), key: key("yingji").public() }],
        threshold: 1,
        lines: vec![line("1", "gongan", 3000, 11), line("2", "gongan", 9000, 11), line("3", "xiaofang", 3000, 5)],
    }
}

fn of_the_year(office: &Office, number: &str, announced: fn(&mut Files)) {
    let small = Small { announced: Some(announced), ..Office::small(number) };
    office.publish(number, &small.draw_in(&work(office, number)));
}

fn first_batch(files: &mut Files) {
    of_a_line(files, "1");
}

fn second_line(files: &mut Files) {
    of_a_line(files, "2");
}

fn third_line(files: &mut Files) {
    of_a_line(files, "3");
}

/// The announcement says that it carries out the first batch of a line.
fn of_a_line(files: &mut Files, line: &str) {
    let digest = Statement::new(year_plan()).digest().to_string();
    let line: Value = object([("batch", 1.into()), ("line", line.into()), ("plan", digest.into())]);
    resign(files, "announcement.json", |body| insert(body, "plan", line));
}
