//! What `check` and `explain` tell an officer, in both languages: the words, and that the facts in them are those published.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::path::Path;
use std::process::Command;
use support::{must, program, yaohao};

/// What a command says, in Chinese, with the blanks of broken lines taken out.
fn chinese(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program()).current_dir(folder).args(["--lang", "zh"]).args(arguments).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{arguments:?}\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for line in said.lines().filter(|line| !line.contains("printf")) {
        let width: usize = line.chars().map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum();
        assert!(width <= 80, "{arguments:?}: {width} columns: {line}");
    }
    assert!(!said.contains('<'), "a text is missing: {said}");
    said.split_whitespace().collect()
}

/// The same in English, every run of blanks one blank.
fn english(folder: &Path, arguments: &[&str]) -> String {
    let said = must(folder, arguments);
    for line in said.lines().filter(|line| !line.contains("printf")) {
        assert!(line.chars().count() <= 80, "{arguments:?}: {line}");
    }
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(said: &str, all: &[&str]) {
    for text in all {
        assert!(said.contains(text), "no {text:?} in: {said}");
    }
}

fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    must(folder.path(), &["demo", "d"]);
    folder
}

/// Target, department, number, inspector, possible of every seat.
fn seats(folder: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder.join("d/public/assignments.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn check_names_the_seats_that_hang_on_one_officer() {
    let folder = demo();
    let at = folder.path();
    let path = at.join("d/private/inspectors.csv");
    let table = std::fs::read_to_string(&path).unwrap();
    let said = english(at, &["check", "d"]);
    says(
        &said,
        &[
            "department officers seats no choice least mean load most never",
            "Seats with one possible officer in fagai: ",
            "Seats that one officer alone could fill, the most frequent in 20 trial draws:",
            ", fagai, seat ",
            " alone, in ",
            "yingji: 3 officers whom no trial draw sent anywhere: ",
            " (certificate not valid through the window), ",
        ],
    );
    // the office's own names, not pseudonyms of a look
    let listed = said.split(" alone, in ").next().unwrap().rsplit(": ").next().unwrap();
    let (certificate, name) = listed.split_once(' ').unwrap();
    assert!(table.contains(&format!("{name},{certificate},")), "{listed}");
    says(
        &chinese(at, &["check", "d"]),
        &[
            "部门人员席位无选择最少人均任务最多从未派到",
            "只有一人可选的席位（20次试抽中出现最多的）：",
            "，fagai第2席：只有",
            "yingji部门试抽中一次也没有派到的3人：",
            "（证件期限不足）、",
        ],
    );
}

#[test]
fn check_tells_of_crews() {
    let folder = demo();
    let at = folder.path();
    // everybody of gongan works everywhere, so that they make one part
    let path = at.join("d/private/inspectors.csv");
    let table = std::fs::read_to_string(&path).unwrap();
    let column = table.lines().next().unwrap().split(',').position(|header| header == "执法区域").unwrap();
    let row = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells.contains(&"gongan") {
            *cells.get_mut(column).unwrap() = "*";
        }
        cells.join(",") + "\n"
    };
    std::fs::write(&path, table.lines().map(row).collect::<String>()).unwrap();
    let plan = at.join("d/plan.toml");
    let text = std::fs::read_to_string(&plan).unwrap();
    let crews = "[team]\ncrews = [{ department = \"gongan\", kind = \"drawn\" }]\n";
    assert!(text.contains("[team]\n"));
    std::fs::write(&plan, text.replacen("[team]\n", crews, 1)).unwrap();
    // fourteen people
    says(&english(at, &["check", "d"]), &["gongan: 7 crews (7 of 2 people)"]);
    says(&chinese(at, &["check", "d"]), &["gongan部门编成检查小组7个（2人的7个）"]);
    // one less, and somebody is left over in every draw, by lot
    let table = std::fs::read_to_string(&path).unwrap();
    let one = table.lines().find(|line| line.contains(",gongan,")).unwrap();
    std::fs::write(&path, table.replacen(&format!("{one}\n"), "", 1)).unwrap();
    std::fs::write(at.join("d/private/recusals.csv"), "统一社会信用代码,执法证号,事由\n").unwrap();
    says(&english(at, &["check", "d"]), &["gongan: 6 crews (6 of 2 people)", "In no crew: ", " (in "]);
    says(&chinese(at, &["check", "d"]), &["检查小组6个（2人的6个）", "未编入小组的"]);
}

#[test]
fn a_draw_as_a_whole() {
    let folder = demo();
    let at = folder.path();
    let said = english(at, &["explain", "d"]);
    says(
        &said,
        &[
            "Drawn: 42 firms.",
            "department firms seats no choice officers least mean load most",
            "Officers by the number of their firms:",
            " Without any: P",
            " (certificate not valid through the window)",
            "No lawful assignment is more even (SPEC §10.2).",
        ],
    );
    // the seats of every department are those of the published file
    for department in ["yingji", "gongan", "fagai"] {
        let of: Vec<_> = seats(at).into_iter().filter(|seat| seat[1] == department).collect();
        let mut firms: Vec<&String> = of.iter().map(|seat| &seat[0]).collect();
        firms.dedup();
        says(&said, &[&format!("{department} {} {} ", firms.len(), of.len())]);
    }
    assert!(!said.contains("After the draw"));
    says(&chinese(at, &["explain", "d"]), &["抽中42户。", "各人任务户数：", "合规的派法中没有更均衡的（SPEC§10.2）。"]);
    // before the draw there is nothing to sum up
    std::fs::remove_file(at.join("d/public/record.json")).unwrap();
    assert_eq!(yaohao(at, &["explain", "d"]).status.code(), Some(2));
}

#[test]
fn a_firms_lists() {
    let folder = demo();
    let at = folder.path();
    // a seat with many possible has many before its holder somewhere
    let most = seats(at).into_iter().max_by_key(|seat| seat[4].parse::<u64>().unwrap()).unwrap();
    let firms: Vec<String> = seats(at).into_iter().map(|seat| seat[0].clone()).collect();
    let long = firms.iter().find(|id| must(at, &["explain", "d", id]).contains("--all names them")).unwrap();
    let short = english(at, &["explain", "d", long]);
    says(&short, &[" on this firm's own list; of those before, ", " may not sit there, ", "… and "]);
    let whole = english(at, &["explain", "d", long, "--all"]);
    assert!(!whole.contains("--all names them") && whole.len() > short.len());
    let in_chinese = chinese(at, &["explain", "d", long]);
    says(&in_chinese, &["在这家企业自己的名单上排第", "人不能坐这一席，", "个从略，加--all全部列出"]);
    // every holder is said to be at its place
    let told = english(at, &["explain", "d", &most[0]]);
    for seat in seats(at).into_iter().filter(|seat| seat[0] == most[0]) {
        says(&told, &[&format!("{} {}: {} is ", seat[1], seat[2], seat[3])]);
    }
    let mut reasons = String::new();
    for id in firms.iter().step_by(20) {
        reasons += &english(at, &["explain", "d", id, "--all"]);
    }
    says(
        &reasons,
        &[
            "certificate not valid through the window",
            "works in other regions",
            "sits in this team already",
            "could, but",
        ],
    );
}

#[test]
fn an_officers_place_and_load() {
    let folder = demo();
    let at = folder.path();
    let busy = seats(at).remove(0);
    let count = seats(at).iter().filter(|seat| seat[3] == busy[3]).count();
    let said = english(at, &["explain", "d", &busy[3]]);
    says(
        &said,
        &[
            &format!("department {}: {count} seats", busy[1]),
            "firm seat on its list possible",
            &format!("Firms: {count}; in the department least "),
            &busy[0],
        ],
    );
    says(&chinese(at, &["explain", "d", &busy[3]]), &["企业席位名单名次可选", &format!("任务{count}户；本部门最少")]);
    // whoever got nothing is told why: the first of them whom `check` names has a certificate that ends too early
    let never = english(at, &["check", "d"]);
    let never = never.split("sent anywhere: ").nth(1).unwrap().split(' ').next().unwrap();
    says(
        &english(at, &["explain", "d", never]),
        &["Nothing was given: the certificate is not valid through the window."],
    );
    says(&chinese(at, &["explain", "d", never]), &["没有派到：证件有效期没有覆盖整个检查期间。"]);
}

#[test]
fn the_team_now_beside_the_one_that_was_drawn() {
    let folder = demo();
    let at = folder.path();
    let seat = seats(at).remove(0);
    let [target, department, number, out] = [0, 1, 2, 3].map(|index: usize| seat.get(index).unwrap().as_str());
    let place = ["substitute", "d", "--target", target, "--department", department, "--seat", number];
    let why = ["--out", out, "--reason", "illness", "--text", "住院"];
    must(at, &[&place[..], &why[..]].concat());
    let text = std::fs::read_to_string(at.join("d/public/substitution-1.json")).unwrap();
    let comes = text.split("\"in\":\"").nth(1).unwrap().split('"').next().unwrap();
    let date = text.split("\"substituted_at\":\"").nth(1).unwrap().get(..10).unwrap();
    let told =
        format!("{date}, because illness (住院): {target}, {department} {number}: {out} goes out, {comes} steps in");
    says(
        &english(at, &["explain", "d", target]),
        &[
            &told,
            "The team now department seat now drawn",
            &format!("{department} {number} {comes} {}…", out.get(..9).unwrap()),
        ],
    );
    says(&english(at, &["explain", "d", out]), &[&told]);
    says(&english(at, &["explain", "d", comes]), &[&told, "Where this officer goes now: ", target]);
    says(&english(at, &["explain", "d"]), &["After the draw: 1 substitutions, results of 0 firms, 0 amendments"]);
    let told = format!("{date}，原因illness（住院）：{target}，{department}第{number}席：{out}退出，由{comes}递补");
    says(&chinese(at, &["explain", "d", target]), &[&told, "现在的检查组", "部门席位现任抽签所派"]);
    says(&chinese(at, &["explain", "d"]), &["抽签之后：替换1次"]);
    must(at, &["substitute", "d", "--target", target, "--reason", "closed-down", "--text", "停业"]);
    says(&english(at, &["explain", "d", target]), &["It is not visited any more: there is no team now."]);
    says(&chinese(at, &["explain", "d", target]), &["此户不再检查，现无检查组。"]);
}
