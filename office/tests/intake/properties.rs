//! What was frozen has the one form there is: read as a table again, nothing of it is changed.

use crate::campaign::{Office, fixture, plan};
use proptest::prelude::*;
use yaohao::ident::credit::credit_check;
use yaohao_office::freeze::Frozen;
use yaohao_office::intake::Intake;

/// Columns as they are called in the frozen files; nothing is withheld, so that all of a row comes back.
const LINES: &str = "withheld = []\nexclude = []\n";

/// Pieces of which offices make cells, and people who try what goes through.
const PIECES: [&str; 39] = [
    " ", "  ", "\t", "\n", "\r\n", "\u{a0}", "\u{3000}", "\u{2009}", "a", "Ｂ", "ｃ", "0", "７", "甲", "乙级", "（",
    "）", "(", "·", "—", "é", "𠮷", "\"", "\"\"", "'", "a=", "1", "b-", "c@", "|", "/", "\\", "%", "．", "：", "＊",
    "e", "E+17", "TRUE",
];
const COMMAS: [&str; 6] = [";", "；", ",", "，", "、", " 、 "];
const DATES: [&str; 8] = [
    "2020-01-05",
    "2020/1/5",
    "2020.1.5",
    "2020年1月5日",
    "20200105",
    "43835",
    "２０２０-1-5",
    " 2020-01-05 10:30:00 ",
];
const ENDS: [&str; 5] = ["2031-12-31", "长期有效", "永久", "9999-09-09", "2031/12/31"];
const NUMBERS: [&str; 7] = ["0", "12", "007", "1,200", "３", "8.00", " 5 "];
const FLAGS: [&str; 8] = ["是", "否", "", "√", "ＹＥＳ", "no", "1", "×"];

fn text(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..6).prop_map(|pieces| pieces.concat())
}

fn set(elements: &'static [&'static str]) -> impl Strategy<Value = String> {
    let element = (prop::sample::select(elements), prop::sample::select(&COMMAS[..]));
    prop::collection::vec(element, 0..5).prop_map(|elements| elements.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

fn one(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(of).prop_map(str::to_owned)
}

/// A cell of a CSV.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn table(header: &str, rows: &[Vec<String>]) -> String {
    let line = |cells: &Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n";
    format!("{header}\n{}", rows.iter().map(line).collect::<String>())
}

/// An invented code, written as people write it.
fn code(number: usize, style: usize) -> String {
    let first17 = format!("91330106YH{number:06}8");
    let code = format!("{first17}{}", credit_check(&first17).unwrap());
    match style {
        0 => code,
        1 => code.to_ascii_lowercase(),
        2 => format!("\u{3000}{} {}\n", &code[..9], &code[9..]),
        _ => code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect(),
    }
}

/// Freezes a table, and what was frozen from it; the second time nothing may be changed.
fn twice(register: &str, table: &str, pick: fn(&Frozen) -> &Intake) -> Result<(), TestCaseError> {
    // the rule names the items and is always true: a firm without any is a firm
    let rule = "rule = { or = [{ has-any = [\"items\", [\"yanhua\"]] }, { and = [] }] }";
    let plan = plan(register, "table.csv", LINES).replace("rule = { has-any = [\"items\", [\"yanhua\"]] }", rule);
    let office = Office::new(&plan);
    // the recusals of base/ name firms and people who are not in these tables
    office.put("recusals.csv", &fixture("good/recusals-none.csv"));
    let freeze = |table: &str| {
        office.put("table.csv", table.as_bytes());
        office
            .look(&|| table.to_owned())
            .map_err(|refused| TestCaseError::fail(format!("{}\n{table}", refused.faults[0])))
    };
    let first = freeze(table)?;
    let first = pick(&first);
    let second = freeze(first.csv())?;
    let second = pick(&second);
    prop_assert_eq!(second.csv(), first.csv());
    prop_assert_eq!(&second.changed, &std::collections::BTreeMap::new());
    prop_assert!(!first.csv().chars().any(|c| c.is_control() && c != '\n'));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn targets(
        rows in prop::collection::vec((0_usize..4, text(&PIECES), set(&PIECES), text(&PIECES)), 1..6)
    ) {
        let rows = rows.into_iter().enumerate();
        let rows: Vec<Vec<String>> =
            rows.map(|(number, (style, class, items, region))| vec![code(number, style), class, items, format!("3{region}")]).collect();
        twice("targets", &table("id,class,items,region", &rows), |frozen| &frozen.intakes[0])?;
    }

    #[test]
    fn inspectors(
        rows in prop::collection::vec(
            (one(&NUMBERS), one(&FLAGS), set(&["weihua", "dianqi", " Ａ"]), set(&["3301", "330106", "３３０１０９"]), one(&DATES), one(&ENDS)),
            1..6,
        )
    ) {
        let rows = rows.into_iter().enumerate();
        let rows: Vec<Vec<String>> = rows
            .map(|(number, (capacity, lead, qualifications, regions, from, to))| {
                vec![format!(" ３３YH{number}"), capacity, "yingji".to_owned(), lead, qualifications, regions, from, to]
            })
            .collect();
        let header = "id,capacity,department,lead,qualifications,regions,valid_from,valid_to";
        twice("inspectors", &table(header, &rows), |frozen| &frozen.intakes[1])?;
    }
}
