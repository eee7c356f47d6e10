//! Real codes and a real register. They lie outside the repository.

use crate::campaign::{Office, plan, real};
use crate::support::{ROUND, SIGNATURE, time};
use yaohao::ident::credit::is_credit_code;
use yaohao::seed::Beacon;
use yaohao_office::table::{Encoding, Format};

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

fn codes() -> Option<Vec<String>> {
    let text = String::from_utf8(real("uscc-valid.txt")?).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

#[test]
fn codes_seen_in_public_are_a_register() {
    let Some(codes) = codes() else { return };
    assert!(codes.len() > 200);
    let lines = "withheld = []\nexclude = []\ndefaults = { class = \"A\", items = \"yanhua\", region = \"33\" }\n";
    let office = Office::new(&plan("targets", "codes.csv", lines));
    office.put("recusals.csv", &crate::campaign::fixture("good/recusals-none.csv"));
    office.put("codes.csv", format!("统一社会信用代码\n{}\n", codes.join("\n")).as_bytes());
    let frozen = office.announce(&|| "real codes".to_owned()).unwrap_or_else(|refused| panic!("{}", refused.faults[0]));
    let targets = &frozen.intakes[0];
    assert_eq!(targets.len(), codes.len());
    assert!(targets.changed.is_empty(), "{:?}", targets.changed);
    assert!(codes.iter().all(|code| targets.contains(code)));
}

#[test]
fn one_wrong_character_or_two_exchanged_ones_are_always_found() {
    let Some(codes) = codes() else { return };
    let mut tried = 0;
    for code in &codes {
        assert_eq!(is_credit_code(code), Ok(()));
        let characters: Vec<char> = code.chars().collect();
        for at in 0..characters.len() {
            for other in ALPHABET.chars().filter(|other| *other != characters[at]) {
                let mut wrong = characters.clone();
                wrong[at] = other;
                let wrong: String = wrong.into_iter().collect();
                assert!(is_credit_code(&wrong).is_err(), "{wrong} for {code}");
                tried += 1;
            }
        }
        for at in (1..characters.len()).filter(|at| characters[at - 1] != characters[*at]) {
            let mut wrong = characters.clone();
            wrong.swap(at - 1, at);
            let wrong: String = wrong.into_iter().collect();
            assert!(is_credit_code(&wrong).is_err(), "{wrong} for {code}");
        }
    }
    assert_eq!(tried, codes.len() * 18 * 30);
}

#[test]
fn a_register_as_excel_saved_it_is_drawn_from() {
    let Some(bytes) = real("enterprises-zhejiang-2003.gb18030.csv") else { return };
    assert!(std::str::from_utf8(&bytes).is_err(), "it is not UTF-8");
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(bytes.windows(2).filter(|pair| pair == b"\r\n").count(), lines, "all lines end in CR LF");
    let lines_of_plan =
        "exclude = []\ncolumns = { region = \"地区\", class = \"企业类型\" }\ndefaults = { items = \"yanhua\" }\n";
    // one in a hundred, for a hundred officers who go everywhere
    let plan =
        plan("targets", "zhejiang.csv", lines_of_plan).replace("{ count = 0 }", "{ rate = 100, rounding = \"up\" }");
    let office = Office::new(&plan);
    office.put("zhejiang.csv", &bytes);
    let officer = |number: u32| {
        let department = if number.is_multiple_of(2) { "yingji" } else { "gongan" };
        format!("某人,33YH{number:08},{department},,*,是,8,2020-01-01,2030-01-01,\n")
    };
    let header = "姓名,执法证号,所在部门,资质,执法区域,可任组长,任务上限,证件有效期起,证件有效期止,状态\n";
    office.put("inspectors.csv", (header.to_owned() + &(0..100).map(officer).collect::<String>()).as_bytes());
    office.put("recusals.csv", &crate::campaign::fixture("good/recusals-none.csv"));
    let frozen = office.announce(&|| "zhejiang".to_owned()).unwrap_or_else(|refused| panic!("{}", refused.faults[0]));
    let targets = &frozen.intakes[0];
    let source = &targets.sources[0];
    assert_eq!((source.about.format, source.about.encoding), (Format::Csv, Some(Encoding::Gb18030)));
    assert_eq!((source.header_row, source.read), (1, u64::try_from(lines - 1).unwrap()));
    assert_eq!(targets.len(), lines - 1);
    assert_eq!(frozen.announcement.targets.commitment.rows, u64::try_from(lines - 1).unwrap());
    let beacon = Beacon::new(ROUND, SIGNATURE).unwrap();
    let (_, outcome, _) = office.campaign.draw(Some(beacon), &time("2024-10-14T17:15:00Z")).unwrap();
    let drawn: usize = outcome.selection.cells.iter().map(|cell| cell.drawn.len()).sum();
    assert!((lines - 1).div_ceil(100) <= drawn, "one in a hundred is drawn, rounded up: {drawn} of {}", lines - 1);
}
