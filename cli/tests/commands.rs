//! The program as people meet it: commands, messages, exit codes, and what is left on the disk.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn yaohao(folder: &Path, arguments: &[&str]) -> Run {
    run(folder, arguments, "en_US.UTF-8")
}

fn run(folder: &Path, arguments: &[&str], locale: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yaohao"));
    command
        .current_dir(folder)
        .args(arguments)
        .env_remove("YAOHAO_PASSPHRASE_FILE")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", locale);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}

impl Run {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        // lines break where the terminal ends
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        let said = plain(&self.out) + &plain(&self.err);
        assert!(said.contains(&plain(text)), "no {text:?} in:\n{}\n{}", self.out, self.err);
        self
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    yaohao(folder.path(), &["demo", "d"]).exits(0).says("VERIFIED");
    folder
}

/// All files below a folder with their bytes, locks left out.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.ends_with(".lock") => {}
                false => found.push((path.clone(), std::fs::read(&path).unwrap())),
            }
        }
    }
    found.sort();
    found
}

fn first_drawn(folder: &Path) -> String {
    let selected = std::fs::read_to_string(folder.join("d/public/selected.csv")).unwrap();
    selected.lines().nth(1).unwrap().split(',').nth(4).unwrap().to_owned()
}

#[test]
fn the_demonstration_is_the_same_each_time_and_verifies() {
    let (a, b) = (demo(), demo());
    let files = |folder: &tempfile::TempDir| {
        snapshot(folder.path())
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(folder.path()).unwrap().to_owned(), bytes))
            .collect::<Vec<_>>()
    };
    assert!(files(&a) == files(&b), "two demonstrations differ");
    // the folder is a demonstration's own, so the next may replace it
    yaohao(a.path(), &["demo", "d"]).exits(0);
    yaohao(a.path(), &["verify", "d", "--trust", "d/trust.toml"])
        .exits(0)
        .says("VERIFIED")
        .says("You must still trust");
    yaohao(a.path(), &["verify", "d/public"]).exits(3).says("Compare these fingerprints").says("Not proven");
    let json = yaohao(a.path(), &["verify", "d", "--trust", "d/trust.toml", "--json"]).exits(0).out;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((report["verdict"].as_str(), report["steps"].as_array().unwrap().len()), (Some("verified"), 16));
    run(a.path(), &["verify", "d"], "zh_CN.UTF-8").exits(3).says("请用您自己的渠道核对这些指纹").says("您仍须相信");
    yaohao(a.path(), &["--lang", "zh", "verify", "d"]).exits(3).says("凭信任");
}

#[test]
fn a_changed_byte_is_named_with_its_step() {
    let folder = demo();
    let path = folder.path().join("d/public/assignments.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text.lines().nth(1).unwrap();
    let other = text.lines().nth(3).unwrap().split(',').nth(3).unwrap();
    std::fs::write(&path, text.replace(line.split(',').nth(3).unwrap(), other)).unwrap();
    let json = yaohao(folder.path(), &["verify", "d", "--json"]).exits(1).out;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let failed: Vec<_> = report["steps"].as_array().unwrap().iter().filter(|step| step["status"] == "failed").collect();
    assert_eq!(
        (failed.len(), failed[0]["step"].as_str(), failed[0]["fault"]["code"].as_str()),
        (1, Some("V14"), Some("outcome.differs"))
    );
    yaohao(folder.path(), &["verify", "d", "--trust", "d/trust.toml"]).exits(1).says("line 2 is").says("REJECTED");
}

#[test]
fn missing_and_unreadable() {
    let folder = demo();
    std::fs::remove_file(folder.path().join("d/public/targets.csv")).unwrap();
    yaohao(folder.path(), &["verify", "d", "--trust", "d/trust.toml"]).exits(3).says("Missing: targets.csv");
    std::fs::remove_file(folder.path().join("d/public/announcement.json")).unwrap();
    yaohao(folder.path(), &["verify", "d"]).exits(2);
    yaohao(folder.path(), &["verify", "nowhere"]).exits(2);
    yaohao(folder.path(), &["verify", "d", "--trust", "nowhere.toml"]).exits(2);
    std::fs::write(folder.path().join("bad.toml"), "spec = \"yaohao/1\"\n").unwrap();
    yaohao(folder.path(), &["verify", "d", "--trust", "bad.toml"]).exits(2).says("policy.form");
    yaohao(folder.path(), &["nonsense"]).exits(2);
}

/// The line that `explain` prints gives the ticket that is published, by a program that is not ours.
#[test]
fn the_printed_command_gives_the_ticket() {
    let folder = demo();
    let id = first_drawn(folder.path());
    let told = yaohao(folder.path(), &["explain", "d", &id]).exits(0).says("It was drawn").says("8/8");
    let selected = std::fs::read_to_string(folder.path().join("d/public/selected.csv")).unwrap();
    let ticket = selected.lines().nth(1).unwrap().rsplit(',').next().unwrap();
    let commands: Vec<&str> = told.out.lines().map(str::trim).filter(|line| line.starts_with("printf")).collect();
    assert_eq!(commands.len(), 3);
    let shell = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
    };
    let sub_seed = shell(commands[0]);
    assert!(commands[1].contains(&sub_seed), "the sub-seed of the first line is in the second");
    assert_eq!(shell(commands[1]), ticket);
    yaohao(folder.path(), &["explain", "d", "nobody"]).exits(1).says("id.unknown");
    let assignments = std::fs::read_to_string(folder.path().join("d/public/assignments.csv")).unwrap();
    let inspector = assignments.lines().nth(1).unwrap().split(',').nth(3).unwrap();
    yaohao(folder.path(), &["explain", "d", inspector]).exits(0).says("seats");
}

#[test]
fn proofs() {
    let folder = demo();
    let id = first_drawn(folder.path());
    yaohao(folder.path(), &["prove", "d", &id, "--out", "in.json", "--open"]).exits(0);
    yaohao(folder.path(), &["verify", "in.json"]).exits(3).says("Compare the root").says("有限公司");
    yaohao(folder.path(), &["verify", "in.json", "--campaign", "d"]).exits(3);
    yaohao(folder.path(), &["verify", "in.json", "--campaign", "d", "--trust", "d/trust.toml"])
        .exits(0)
        .says("VERIFIED");
    yaohao(folder.path(), &["prove", "d", "91330106YH0000018H", "--out", "out.json"])
        .exits(0)
        .says("not in the register");
    yaohao(folder.path(), &["verify", "out.json", "--campaign", "d", "--trust", "d/trust.toml"])
        .exits(0)
        .says("VERIFIED");
    let proof = std::fs::read_to_string(folder.path().join("in.json")).unwrap();
    for (from, to) in [("\"index\":", "\"index\":1"), (",D,", ",A,"), ("有限公司", "有限公私")] {
        assert!(proof.contains(from), "{from}");
        std::fs::write(folder.path().join("bent.json"), proof.replacen(from, to, 1)).unwrap();
        yaohao(folder.path(), &["verify", "bent.json", "--campaign", "d", "--trust", "d/trust.toml"]).exits(1);
    }
    // a proof of another campaign's register
    std::fs::write(folder.path().join("other.json"), proof.replace("ZJ-AQ-2024-001", "ZJ-AQ-2024-002")).unwrap();
    yaohao(folder.path(), &["verify", "other.json", "--campaign", "d"]).exits(1).says("proof.root");
    yaohao(folder.path(), &["prove", "d", "91330106YH0000018J", "--out", "p.json"]).exits(1).says("intake.code");
    // who has the published files only can explain and prove too, and an officer's certificate number finds its pseudonym
    std::fs::rename(folder.path().join("d/public"), folder.path().join("pub")).unwrap();
    yaohao(folder.path(), &["prove", "pub", &id, "--out", "p.json"]).exits(0).says("is in the register");
    yaohao(folder.path(), &["explain", "pub", &id]).exits(0).says("It was drawn");
    std::fs::rename(folder.path().join("pub"), folder.path().join("d/public")).unwrap();
    let table = std::fs::read_to_string(folder.path().join("d/private/inspectors.csv")).unwrap();
    let certificate = table.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    yaohao(folder.path(), &["prove", "d", certificate, "--register", "inspectors", "--out", "p.json"])
        .exits(0)
        .says("is in the register");
    yaohao(folder.path(), &["prove", "d", "P0", "--register", "inspectors", "--out", "p.json"]).exits(0);
}

/// `new` to `verify` under the real clock, without a beacon: the whole way that an officer goes.
#[test]
fn a_campaign_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for locale in ["zh_CN.UTF-8", "en_US.UTF-8"] {
        run(here, &["new", locale], locale).exits(0);
        run(here, &["new", locale], locale).exits(1).says("campaign.exists");
        run(here, &["check", locale], locale).exits(2).says("plan.template");
    }
    let dir = here.join("en_US.UTF-8");
    let plan = std::fs::read_to_string(dir.join("plan.toml")).unwrap();
    let at = plan.lines().find(|line| line.starts_with("beacon = ")).unwrap();
    // what the template asks to be changed
    let filled: Vec<String> = plan
        .lines()
        .map(|line| match line.split(" = ").next() {
            Some("number") => "number = \"BH-2026-1\"".to_owned(),
            Some(name @ ("title" | "authority")) => format!("{name} = \"by hand\""),
            _ => line.to_owned(),
        })
        .collect();
    std::fs::write(dir.join("plan.toml"), filled.join("\n").replace(at, "beacon = { kind = \"none\" }")).unwrap();
    // the templates' rows that say how to fill them in are no rows
    yaohao(here, &["check", "en_US.UTF-8"]).exits(2).says("intake.empty");
    let plan = std::fs::read_to_string(dir.join("plan.toml")).unwrap();
    std::fs::write(dir.join("plan.toml"), plan.replace(".xlsx\"", ".csv\"")).unwrap();
    // tables as Excel saves them: a byte order mark and CR LF
    for (table, rows) in [("targets", "60"), ("inspectors", "40"), ("recusals", "5")] {
        let extra = ["--targets", "60", "--inspectors", "40", "--departments", "yingji,gongan,shichang"];
        let mut arguments = vec!["generate", table, "--rows", rows, "--seed", "by hand"];
        arguments.extend(extra);
        let text = yaohao(here, &arguments).exits(0).out;
        std::fs::write(dir.join(format!("private/{table}.csv")), format!("\u{feff}{}", text.replace('\n', "\r\n")))
            .unwrap();
    }
    // the template draws one item; the made-up firms have three
    let targets = dir.join("private/targets.csv");
    let text = std::fs::read_to_string(&targets).unwrap().replace("guandao", "yanhua").replace("minbao", "yanhua");
    std::fs::write(&targets, text).unwrap();
    let dir = "en_US.UTF-8";
    yaohao(here, &["check", dir]).exits(0).says("All seats could be filled");
    yaohao(here, &["announce", dir]).exits(2).says("key.missing");
    for holder in ["yingji", "gongan", "shichang"] {
        yaohao(here, &["key", "new", holder, dir, "--plain"]).exits(0).says("Fingerprint");
        yaohao(here, &["key", "new", holder, dir, "--plain"]).exits(1);
    }
    yaohao(here, &["announce", dir]).exits(1).says("commitment.missing");
    for contributor in ["gongan", "shichang"] {
        yaohao(here, &["contribute", dir, "--as", contributor, "--commit"]).exits(0);
    }
    yaohao(here, &["contribute", dir, "--as", "gongan"]).exits(2).says("campaign.state");
    yaohao(here, &["announce", dir]).exits(0).says("Announced");
    let announced = snapshot(here);
    yaohao(here, &["announce", dir]).exits(1).says("campaign.exists");
    yaohao(here, &["contribute", dir, "--as", "zonghe"]).exits(1).says("contributor.unknown");
    yaohao(here, &["contribute", dir, "--as", "gongan", "--value", &"0".repeat(64)])
        .exits(1)
        .says("contribution.commitment");
    yaohao(here, &["draw", dir]).exits(2).says("campaign.state");
    assert!(snapshot(here) == announced, "a refused command changed something");
    yaohao(here, &["contribute", dir, "--as", "gongan"]).exits(0);
    yaohao(here, &["contribute", dir, "--as", "gongan"]).exits(1).says("campaign.exists");
    yaohao(here, &["close", dir]).exits(1).says("contribution.absent").says("shichang");
    yaohao(here, &["contribute", dir, "--as", "shichang"]).exits(0);
    yaohao(here, &["close", dir]).exits(0);
    yaohao(here, &["close", dir]).exits(1);
    yaohao(here, &["contribute", dir, "--as", "shichang"]).exits(1).says("contribution.late");
    yaohao(here, &["draw", dir]).exits(0).says("Seed ").says("Drawn: ");
    let drawn = snapshot(here);
    yaohao(here, &["draw", dir]).exits(1).says("campaign.exists");
    yaohao(here, &["simulate", dir, "--draws", "20"]).exits(0).says("nothing of them can be published");
    let aside = tempfile::tempdir().unwrap();
    let (svg, csv) = (aside.path().join("heat.svg"), aside.path().join("pairs.csv"));
    let (svg_name, csv_name) = (svg.display().to_string(), csv.display().to_string());
    let pictures = ["simulate", dir, "--draws", "20", "--heat-map", &svg_name, "--pairs", &csv_name];
    yaohao(here, &pictures).exits(0).says("All equals are treated equally");
    let heat = std::fs::read_to_string(&svg).unwrap();
    assert!(heat.starts_with("<svg ") && heat.trim_end().ends_with("</svg>") && heat.contains("<desc>"));
    // the same draws again, on one thread: the same bytes
    let table = std::fs::read(&csv).unwrap();
    let mut alone = std::process::Command::new(env!("CARGO_BIN_EXE_yaohao"));
    let alone = alone.current_dir(here).env("RAYON_NUM_THREADS", "1").args(pictures).output().unwrap();
    assert!(alone.status.success());
    assert!(std::fs::read(&csv).unwrap() == table && table.len() > 10_000);
    assert_eq!(std::fs::read_to_string(&svg).unwrap(), heat);
    assert!(snapshot(here) == drawn, "a second draw or a trial changed something");
    let policy = yaohao(here, &["key", "trust", dir]).exits(0).out;
    std::fs::write(here.join("trust.toml"), &policy).unwrap();
    yaohao(here, &["verify", dir, "--trust", "trust.toml"]).exits(3).says("together know all their values");
    std::fs::write(here.join("trust.toml"), policy.replace("# order", "order")).unwrap();
    yaohao(here, &["verify", dir, "--trust", "trust.toml"]).exits(0).says("VERIFIED");
    // a co-signer signs later: nothing that was drawn depends on it
    let key = format!("{dir}/private/keys/gongan.key");
    yaohao(here, &["key", "sign", &format!("{dir}/public/record.json"), "--key", &key]).exits(0);
    yaohao(here, &["key", "show", &key]).exits(0).says("Fingerprint");
    yaohao(here, &["verify", dir, "--trust", "trust.toml"]).exits(0);
}

/// Keys under a passphrase: made, used, refused, and the register key beside them.
#[test]
fn keys_lie_under_a_passphrase() {
    use yaohao_office::keys::{KeyFolder, Rehearsal};
    use yaohao_office::locked::{Passphrase, Work};
    let folder = demo();
    let here = folder.path();
    let keys = here.join("d/private/keys");
    for (file, text) in [("right", "correct horse\n"), ("wrong", "battery staple"), ("empty", "\n")] {
        std::fs::write(here.join(file), text).unwrap();
    }
    // nobody to ask, nothing to read, nothing in it: nothing is made
    let before = snapshot(here);
    yaohao(here, &["key", "new", "new", "d"]).exits(2).says("key.passphrase-needed").says("--plain");
    yaohao(here, &["key", "new", "new", "d", "--passphrase-file", "empty"]).exits(1).says("key.passphrase-empty");
    yaohao(here, &["key", "new", "new", "d", "--passphrase-file", "nowhere"]).exits(2).says("file.missing");
    assert!(snapshot(here) == before, "a refused command left something");
    yaohao(here, &["key", "new", "new", "d", "--passphrase-file", "right"]).exits(0).says("under the passphrase");
    assert!(std::fs::read_to_string(keys.join("new.key")).unwrap().starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(keys.join("new.key")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    // the demonstration's keys again, under a passphrase that costs little
    let names: Vec<String> = std::fs::read_dir(&keys)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".key")?.to_owned()))
        .filter(|name| name != "new")
        .collect();
    let passphrase = Passphrase::parse("correct horse").unwrap();
    for name in &names {
        std::fs::remove_file(keys.join(format!("{name}.key"))).unwrap();
        let holder = yaohao::ident::Id::parse(name).unwrap();
        KeyFolder::new(&keys).make_under(&holder, Some((&passphrase, Work::LEAST)), &mut Rehearsal::new(name)).unwrap();
    }
    std::fs::remove_dir_all(here.join("d/public")).unwrap();
    std::fs::remove_file(here.join("d/private/register.key")).unwrap();
    let plan = std::fs::read_to_string(here.join("d/plan.toml")).unwrap();
    let beacon = plan.lines().find(|line| line.starts_with("beacon = ")).unwrap();
    let later = plan.replace(beacon, "beacon = { kind = \"drand\", at = \"2199-01-01T00:00:00Z\" }");
    std::fs::write(here.join("d/plan.toml"), later).unwrap();
    let before = snapshot(here);
    yaohao(here, &["check", "d"]).exits(0);
    yaohao(here, &["announce", "d"]).exits(2).says("key.passphrase-needed");
    yaohao(here, &["announce", "d", "--passphrase-file", "wrong"]).exits(1).says("key.passphrase");
    assert!(snapshot(here) == before, "a refused command left something");
    yaohao(here, &["announce", "d", "--passphrase-file", "right"]).exits(0).says("Announced");
    let register = here.join("d/private/register.key");
    assert!(std::fs::read_to_string(&register).unwrap().starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    let contributor = names.first().unwrap();
    yaohao(here, &["contribute", "d", "--as", contributor]).exits(2).says("key.passphrase-needed");
    let mut command = Command::new(env!("CARGO_BIN_EXE_yaohao"));
    command.current_dir(here).args(["contribute", "d", "--as", contributor]).env("YAOHAO_PASSPHRASE_FILE", "right");
    assert!(command.output().unwrap().status.success());

    // off and on again
    let key = format!("d/private/keys/{contributor}.key");
    yaohao(here, &["key", "unlock", &key, "--passphrase-file", "wrong"]).exits(1).says("key.passphrase");
    yaohao(here, &["key", "unlock", &key, "--passphrase-file", "right"]).exits(0).says("lies open");
    let shown = yaohao(here, &["key", "show", &key]).exits(0).out;
    yaohao(here, &["key", "unlock", &key]).exits(1).says("key.lock");
    yaohao(here, &["key", "lock", &key, "--passphrase-file", "right"]).exits(0);
    yaohao(here, &["key", "lock", &key, "--passphrase-file", "right"]).exits(1).says("key.lock");
    assert_eq!(yaohao(here, &["key", "show", &key, "--passphrase-file", "right"]).exits(0).out, shown);
    let statement = "d/public/announcement.json";
    yaohao(here, &["key", "sign", statement, "--key", &key]).exits(2).says("key.passphrase-needed");
    yaohao(here, &["key", "sign", statement, "--key", &key, "--passphrase-file", "right"]).exits(0);
}

/// Too few officers: the set that shows it, exit 1, and nothing written.
#[test]
fn what_cannot_be_filled_is_not_drawn() {
    let folder = demo();
    let here = folder.path();
    let inspectors = here.join("d/private/inspectors.csv");
    let text = std::fs::read_to_string(&inspectors).unwrap();
    let fewer: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(row, line)| *row == 0 || !line.contains(",gongan,") || *row < 8)
        .map(|(_, line)| line)
        .collect();
    std::fs::write(&inspectors, fewer.join("\n") + "\n").unwrap();
    std::fs::write(here.join("d/private/recusals.csv"), "统一社会信用代码,执法证号,事由\n").unwrap();
    let english = yaohao(here, &["check", "d"]).exits(1).says("department gongan").says("assign.infeasible");
    // five with twelve targets each fill the 52 seats that the one officer leaves empty
    english.says("gongan: of 64 seats 52 stay empty at best").says("5 more officers who may sit at every one");
    let chinese = run(here, &["check", "d"], "zh_CN.UTF-8").exits(1).says("gongan 部门人手不足");
    let chinese = chinese.says("64 个席位，怎样安排也要空 52 个").says("增派 5 人");
    // what keeps nobody off is not listed
    assert!(!chinese.out.contains("回避 0 人") && !chinese.out.contains("站所"), "{}", chinese.out);
}

#[test]
fn bad_tables_are_refused_with_row_and_column() {
    let folder = demo();
    let here = folder.path();
    let path = here.join("d/private/targets.csv");
    let good = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let code = lines[5].split(',').nth(1).unwrap();
    let wrong = format!("{}{}", &code[..17], if code.ends_with('0') { '1' } else { '0' });
    let with = |text: String, code: i32, says: &str| {
        std::fs::write(&path, text).unwrap();
        yaohao(here, &["check", "d"]).exits(code).says(says);
    };
    with(good.replace(code, &wrong), 1, "row 6, column 统一社会信用代码: ");
    with(
        format!("\u{feff}{}", good.replace(code, &wrong).replace('\n', "\r\n")),
        1,
        "private/targets.csv, row 6, column 统一社会信用代码: ",
    );
    with(format!("PK\u{3}\u{4}{good}"), 2, "intake.damaged");
    with(format!("{good}{}\n", lines[5]), 1, "stands already in private/targets.csv, row 6");
    with(good.replacen("风险等级", "风险", 1), 2, "intake.header");
    with(good.replacen("状态", "风险等级", 1), 2, "intake.header-twice");
    with(lines[0].to_owned() + "\n", 2, "intake.empty");
    with(good.replacen(code, &format!("{code},"), 1), 1, "row 6: the row has");
    with(good.replacen(code, &format!("{code}\u{200b}"), 1), 1, "U+200B");
    with(good.replacen(lines[5].split(',').next().unwrap(), &"长".repeat(2000), 1), 1, "register.cell");
    std::fs::write(&path, [b'a', 0xff, 0xfe, b'\n']).unwrap();
    yaohao(here, &["check", "d"]).exits(2).says("intake.encoding");
    std::fs::remove_file(&path).unwrap();
    yaohao(here, &["check", "d"]).exits(2).says("file.missing");
}

#[test]
fn bad_plans_say_what_is_wrong() {
    let folder = demo();
    let path = folder.path().join("d/plan.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    for (from, to, code, says) in [
        ("basis = \"random\"", "basis = \"rigged\"", 2, "none of random"),
        ("basis = \"random\"", "basis = \"random\"\nsurprise = 1", 2, "surprise"),
        ("eq = [\"class\", \"D\"]", "like = [\"class\", \"D\"]", 2, "rule.form"),
        ("eq = [\"class\", \"D\"]", "eq = [\"klass\", \"D\"]", 1, "column.not-mapped"),
        ("spec = \"yaohao/1\"", "spec = \"yaohao/2\"", 2, "plan.spec"),
        ("threshold = 2", "threshold = 3", 2, "plan.threshold"),
        ("rate = 3000", "rate = 30000", 2, "stratum 2 (class-C), size.rate must be an integer from 1 to 10000"),
        ("{ rate = 300, rounding = \"lottery\" }", "{ count = 0 }", 2, "a count of 0 needs never"),
        ("{ rate = 300, rounding = \"lottery\" }", "{ rate = 1, rounding = \"down\" }", 1, "stratum.never"),
        ("{ rate = 300, rounding = \"lottery\" }", "{ count = 0 }\nnever = \"low risk\"", 0, "can be drawn"),
        ("reason = \"deregistered\"", "reason = \"drawn-recently\"", 2, "kept for the section"),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        yaohao(folder.path(), &["check", "d"]).exits(code).says(says);
    }
}

/// Lines of at most 80 columns, so that nothing breaks on a plain terminal; commands to paste may be longer.
#[test]
fn lines_fit_a_plain_terminal() {
    let folder = demo();
    let id = first_drawn(folder.path());
    for locale in ["en_US.UTF-8", "zh_CN.UTF-8"] {
        for arguments in [
            &["demo", "d"][..],
            &["check", "d"],
            &["verify", "d"],
            &["explain", "d"],
            &["explain", "d", &id],
            &["simulate", "d", "--draws", "5"],
        ] {
            for line in run(folder.path(), arguments, locale).out.lines() {
                let pasted = line.contains("printf") || line.contains(env!("CARGO_BIN_EXE_yaohao"));
                let width: usize =
                    line.chars().map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum();
                assert!(width <= 80 || pasted, "{arguments:?}: {width} columns: {line}");
            }
        }
    }
}

#[test]
fn help_speaks_the_readers_language_and_fits() {
    let folder = tempfile::tempdir().unwrap();
    let commands = [
        "demo",
        "new",
        "check",
        "announce",
        "contribute",
        "close",
        "draw",
        "verify",
        "explain",
        "prove",
        "simulate",
        "generate",
        "key",
    ];
    for command in commands {
        let english = yaohao(folder.path(), &[command, "--help"]).exits(0);
        let chinese = run(folder.path(), &[command, "--help"], "zh_CN.UTF-8").exits(0);
        for missing in ["<help", "<arg-"] {
            assert!(!chinese.out.contains(missing) && !english.out.contains(missing), "{command}: {}", english.out);
        }
        assert!(chinese.out.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)));
    }
}

/// Every command in both READMEs' "use it" is one of the program's, with the arguments that it knows.
#[test]
fn commands_in_the_readmes_exist() {
    let mut seen = 0;
    for name in ["README.md", "README.zh-CN.md"] {
        let text = std::fs::read_to_string(repository().join(name)).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("$ yaohao ")) {
            let mut arguments: Vec<&str> = line.split('#').next().unwrap().split_whitespace().collect();
            arguments.push("--help");
            let folder = tempfile::tempdir().unwrap();
            yaohao(folder.path(), &arguments).exits(0);
            seen += 1;
        }
        assert!(text.contains("cargo run --release -- demo") && text.contains("bash scripts/test"));
    }
    assert!(seen >= 14);
}

/// The output that the READMEs show is what the demonstration prints. `YAOHAO_BLESS=1` writes it again.
#[test]
fn the_readmes_show_the_real_output() {
    let folder = tempfile::tempdir().unwrap();
    for (name, locale) in [("README.md", "en_US.UTF-8"), ("README.zh-CN.md", "zh_CN.UTF-8")] {
        let out = run(folder.path(), &["demo"], locale)
            .exits(0)
            .out
            .replace(env!("CARGO_BIN_EXE_yaohao"), "target/release/yaohao");
        let path = repository().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once("<!-- generated: demo -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        let made =
            format!("{before}<!-- generated: demo -->\n```\n{}\n```\n<!-- end -->{after}", shortened(out.trim_end()));
        if std::env::var_os("YAOHAO_BLESS").is_some() {
            std::fs::write(&path, &made).unwrap();
        } else {
            assert!(
                made == text,
                "{name} does not show what the demonstration prints: bless it and look at the change"
            );
        }
    }
}

/// The list of drawn firms is long: its middle is left out, marked.
fn shortened(out: &str) -> String {
    let lines: Vec<&str> = out.lines().collect();
    let start = lines.iter().position(|line| line.trim_start().starts_with("class-C (")).unwrap();
    let end = lines.iter().position(|line| line.trim_start().starts_with("class-A (")).unwrap();
    [&lines[..=start + 1], &["    …"], &lines[end..]].concat().join("\n")
}

/// What an officer with a Chinese keyboard does to a plan, and what the program answers.
#[test]
fn slips_in_a_plan_are_named_with_line_and_remedy() {
    let folder = demo();
    let path = folder.path().join("d/plan.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    let line = |text: &str| good.lines().position(|line| line.contains(text)).unwrap() + 1;
    let (basis, class) = (line("basis = "), line("eq = [\"class\", \"D\"]"));
    let on = |line: usize, says: &str| format!("plan.toml 第 {line} 行：{says}");
    let register = "[registers.targets]";
    for (from, to, says) in [
        ("basis = \"random\"", "basis = “random”", on(basis, "这里应是英文引号 \"，却是中文引号 “")),
        ("basis = \"random\"", "basis = \"random”", on(basis, "这里应是英文引号 \"，却是中文引号 ”")),
        ("basis = \"random\"", "basis = \"random", on(basis, "这里的引号没有配对，缺少右引号")),
        ("basis = \"random\"", "basis ＝ \"random\"", on(basis, "这里应是英文的“=”，却是中文的“＝”")),
        ("basis = \"random\"", "base = \"random\"", on(basis, "不认得 base；这里可写的有：basis, ")),
        ("basis = \"random\"", "basis = 3", on(basis, "这里是数字 3，应是加英文双引号的文字")),
        ("basis = \"random\"", "", "plan.toml：缺少 basis".to_owned()),
        ("\"class\", \"D\"", "\"class\"， \"D\"", on(class, "这里应是英文逗号“,”，却是中文的“，”")),
        ("on_bad_row = \"refuse\"", "on_bad_row = \"x\"", "不认得 x，只能写 refuse 或 set-aside".to_owned()),
        (register, "[registers.targets]\nfiel = \"x\"", "不认得 fiel；这里可写的有：file, ".to_owned()),
        (register, "[registers.targets]\ndefaults = { itmes = \"x\" }", "没有 itmes 这一列，可能是 items".to_owned()),
        (register, "[registers.targets]\nconflicts.clas = \"first\"", "没有 clas 这一列，可能是 class".to_owned()),
        (register, "[registers.targets]\nvalues.clas = { a = \"b\" }", "没有 clas 这一列，可能是 class".to_owned()),
        (
            "rate = 3000",
            "rate = \"30%\"",
            "第 2 个分层（class-C）的 size.rate 应是 1 至 10000 的整数（万分之一）".to_owned(),
        ),
        ("method = \"equal\"", "method = \"equl\"", "（class-B）：method 不能写 equl，只能写 equal".to_owned()),
        ("number = \"ZJ", "number = \"XX-ZJ", "plan.toml：number（抽查编号）还是样本中的 XX-ZJ".to_owned()),
        ("from = \"2024", "from = \"2026", "结束日期 2024-12-20 早于开始日期 2026-11-01".to_owned()),
        ("{ department = \"yingji\"", "{ department = \"yinji\"", "没有 yinji 这个部门；现有：".to_owned()),
        ("column = \"状态\"", "column = \"状况\"", "没有“状况”列，无法按它排除".to_owned()),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        run(folder.path(), &["check", "d"], "zh_CN.UTF-8").exits(2).says(&says);
    }
    std::fs::write(folder.path().join("bad.toml"), "spec = \"yaohao/1\"\nthreshold = “2”\n").unwrap();
    let trust = ["verify", "d", "--trust", "bad.toml"];
    run(folder.path(), &trust, "zh_CN.UTF-8").exits(2).says("第 2 行：信任策略有误：这里应是英文引号");
    yaohao(folder.path(), &trust).exits(2).says("the Chinese quotation mark “ stands where the English \" must");
}

#[test]
fn wrong_usage_begins_in_the_readers_language() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["nonsense"], "zh_CN.UTF-8").exits(2).says("用法有误；加 --help 查看说明");
    let chinese = |arguments: &[&str]| run(folder.path(), arguments, "zh_CN.UTF-8").exits(2);
    let said = [
        (&["nonsense"][..], "没有 nonsense 这个命令"),
        (&["verfy", "d"], "没有 verfy 这个命令；是不是 verify？"),
        (&["check", "d", "--nope"], "不认得 --nope"),
        (&["check"], "缺少：<DIR>"),
        (&["generate", "nothing"], "不能写 nothing，只能写"),
        (&["simulate", "d", "--draws", "x"], "不能写 x"),
        (&["simulate", "d", "--draws"], "后面缺少值"),
        (&["check", "d", "--lang", "zh", "--lang", "zh"], "只能写一次"),
    ];
    for (arguments, expected) in said {
        chinese(arguments).says(expected);
    }
    chinese(&["check"]).says("用法：yaohao check");
    // whoever reads English has clap's words
    yaohao(folder.path(), &["check", "d", "--nope"]).exits(2).says("unexpected argument '--nope'");
}

/// The signature of the demonstration's round.
const SIGNATURE: &str =
    "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394";

/// The cells of `private/teams.xlsx`.
fn team_list(folder: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut table = yaohao_office::table::Table::open(&folder.join("d/private/teams.xlsx")).unwrap();
    let mut rows = Vec::new();
    let mut sink = |batch: &yaohao_office::table::Batch| {
        rows.extend(batch.rows().map(|row| row.cells().map(|cell| cell.text.to_owned()).collect::<Vec<_>>()));
        Ok(std::ops::ControlFlow::Continue(()))
    };
    table.read(Some(sheet), 100, &yaohao_office::watch::Silent, &mut sink).unwrap();
    rows
}

/// A demonstration as it was before the draw.
fn undrawn() -> tempfile::TempDir {
    let folder = demo();
    for name in ["record.json", "selected.csv", "assignments.csv", "beacon.json"] {
        std::fs::remove_file(folder.path().join("d/public").join(name)).unwrap();
    }
    folder
}

/// After the draw the office has a list with names; tables that changed since the announcement name nobody.
#[test]
fn the_office_learns_who_goes() {
    let folder = undrawn();
    let here = folder.path();
    run(here, &["draw", "d", "--signature", SIGNATURE], "zh_CN.UTF-8").exits(0).says("派员名单").says("teams.xlsx");
    assert!(!here.join("d/public/teams.xlsx").exists());
    let rows = team_list(here, "检查组");
    let published = std::fs::read_to_string(here.join("d/public/assignments.csv")).unwrap();
    let published: Vec<Vec<&str>> = published.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][..4], ["统一社会信用代码", "企业名称", "部门", "席位"]);
    assert_eq!(rows.len(), published.len() + 1);
    let path = here.join("d/private/inspectors.csv");
    let table = std::fs::read_to_string(&path).unwrap();
    for (row, seat) in rows.iter().skip(1).zip(&published) {
        assert_eq!((row[0].as_str(), row[3].as_str(), row[5].as_str()), (seat[0], seat[2], seat[3]));
        assert!(row[1].contains("公司"), "{row:?}");
        assert!(table.contains(&format!("{},{},", row[7], row[6])), "{row:?}");
    }
    assert!(rows.iter().any(|row| row[2] == "应急管理" && row[4] == "是"));
    let first = std::fs::read(here.join("d/private/teams.xlsx")).unwrap();
    yaohao(here, &["--lang", "zh", "explain", "d", "--teams"]).exits(0);
    assert!(std::fs::read(here.join("d/private/teams.xlsx")).unwrap() == first, "the list is the same each time");
    yaohao(here, &["explain", "d"]).exits(0).says("Drawn: ");

    // another name under the certificate of one who goes
    let (name, certificate) = (rows[1][7].clone(), rows[1][6].clone());
    std::fs::write(&path, table.replace(&format!("{name},{certificate}"), &format!("别人,{certificate}"))).unwrap();
    yaohao(here, &["explain", "d", "--teams"]).exits(0).says("the rows of 0 firms and 1 inspectors");
    let changed = team_list(here, "teams");
    assert_eq!(changed[0][..2], ["Firm", "Company name"]);
    assert_eq!((changed[1][6].as_str(), changed[1].get(7).map_or("", String::as_str)), (certificate.as_str(), ""));
    assert!(changed.iter().flatten().all(|cell| cell != "别人"));
    run(here, &["explain", "d", "--teams"], "zh_CN.UTF-8").exits(0).says("企业0户、检查人员1名");
    std::fs::write(&path, &table).unwrap();
    yaohao(here, &["--lang", "zh", "explain", "d", "--teams"]).exits(0);
    assert!(std::fs::read(here.join("d/private/teams.xlsx")).unwrap() == first);
}

/// A table that is gone takes nothing from a draw that is published.
#[test]
fn a_draw_without_its_tables_is_a_draw() {
    for (locale, says, later) in [
        ("zh_CN.UTF-8", "抽签已经完成并公示", "补齐之后运行：yaohaoexplaind--teams"),
        ("en_US.UTF-8", "The draw is done and published", "yaohao explain d --teams"),
    ] {
        let folder = undrawn();
        let here = folder.path();
        std::fs::rename(here.join("d/private/inspectors.csv"), here.join("kept.csv")).unwrap();
        run(here, &["draw", "d", "--signature", SIGNATURE], locale)
            .exits(0)
            .says(says)
            .says("private/inspectors.csv")
            .says("file.missing")
            .says(later);
        assert!(here.join("d/public/record.json").exists() && !here.join("d/private/teams.xlsx").exists());
        run(here, &["explain", "d", "--teams"], locale).exits(2).says("file.missing");
        std::fs::rename(here.join("kept.csv"), here.join("d/private/inspectors.csv")).unwrap();
        run(here, &["explain", "d", "--teams"], locale).exits(0).says("teams.xlsx");
    }
}

/// Ids as people type them; and where there are only pseudonyms, nobody is said to be absent.
#[test]
fn ids_are_put_into_the_registers_form() {
    let folder = demo();
    let here = folder.path();
    let id = first_drawn(here);
    let wide: String = id.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    let spaced = format!(" {} {} ", &id[..6], id[6..].to_lowercase());
    let table = std::fs::read_to_string(here.join("d/private/inspectors.csv")).unwrap();
    let certificate = table.lines().nth(2).unwrap().split(',').nth(1).unwrap();
    for text in [&wide, &spaced] {
        yaohao(here, &["explain", "d", text]).exits(0).says("It was drawn");
        yaohao(here, &["prove", "d", text]).exits(0).says("is in the register");
        assert!(here.join(format!("proof-{id}.json")).exists());
    }
    yaohao(here, &["explain", "d", certificate]).exits(0).says(&format!("{certificate} (pseudonym P")).says("seats");
    run(here, &["explain", "d", certificate], "zh_CN.UTF-8").exits(0).says(&format!("{certificate}（化名P"));
    let prove = |text: &str, out: &str, locale: &str| {
        run(here, &["prove", "d", text, "--register", "inspectors", "--out", out], locale)
    };
    prove(certificate, "p.json", "en_US.UTF-8").exits(0).says("(pseudonym P").says("is in the register");
    prove(certificate, "p.json", "zh_CN.UTF-8").exits(0).says("（化名P");
    assert!(!std::fs::read_to_string(here.join("p.json")).unwrap().contains(certificate));

    std::fs::remove_file(here.join("d/private/register.key")).unwrap();
    let english = "does not show that it is absent";
    let chinese = "没有 private/register.key，无法由执法证号查找，不能据此说他不在名录中";
    yaohao(here, &["explain", "d", certificate]).exits(1).says(english).says("id.withheld");
    run(here, &["explain", "d", certificate], "zh_CN.UTF-8").exits(1).says(chinese);
    prove(certificate, "q.json", "en_US.UTF-8").exits(1).says(english);
    prove(certificate, "q.json", "zh_CN.UTF-8").exits(1).says(chinese);
    assert!(!here.join("q.json").exists());
    std::fs::rename(here.join("d/public"), here.join("pub")).unwrap();
    yaohao(here, &["explain", "pub", certificate]).exits(1).says(english);
    yaohao(here, &["explain", "pub", &spaced]).exits(0).says("It was drawn");
    // a pseudonym needs no key
    let assignments = std::fs::read_to_string(here.join("pub/assignments.csv")).unwrap();
    let pseudonym = assignments.lines().nth(1).unwrap().split(',').nth(3).unwrap();
    yaohao(here, &["explain", "pub", pseudonym]).exits(0).says("seats");
    let nobody = "P0123456789abcdef0123";
    yaohao(here, &["explain", "pub", nobody]).exits(1).says("id.unknown");
    yaohao(here, &["prove", "pub", nobody, "--register", "inspectors", "--out", "q.json"]).exits(0).says("not in");
}
