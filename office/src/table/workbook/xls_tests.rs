use super::hostile_tests::torture;
use super::tests::{opened, read_all, row, rows};
use super::{Format, Merged, biff, ole};
use crate::table::Form::{Date, Error, Flag, Number, Text};
use yaohao::fault::Code;

const SMALL: &[u8] = include_bytes!("../../../../fixtures/intake/good/small.xls");

#[test]
fn an_old_workbook_is_read_as_a_new_one() {
    let mut table = opened(SMALL).unwrap();
    assert_eq!(table.about().format, Format::Xls);
    assert_eq!(table.about().sheets, ["检查对象", "空表"]);
    let header = ["统一社会信用代码", "企业名称", "成立日期", "从业人数", "在营", "备注"].map(|name| (Text, name));
    let expected = vec![
        row(1, &[(Text, "检查对象名录（虚构）")]),
        row(2, &header),
        row(
            3,
            &[
                (Text, "91330106YH0000018H"),
                (Text, "杭州虚构贸易有限公司"),
                (Date, "2019-03-01"),
                (Number, "12"),
                (Flag, "TRUE"),
                (Text, "无"),
            ],
        ),
        row(
            4,
            &[
                (Text, "92330481YH7Q2KXA32"),
                (Text, "海宁市假想便利店"),
                (Date, "2021-12-31"),
                (Number, "3"),
                (Flag, "FALSE"),
                (Text, "𬭼字在名"),
            ],
        ),
        row(
            5,
            &[
                (Text, "N2330203YHM4RT9W9N"),
                (Text, "不存在的合作社"),
                (Date, "2020-02-29 13:30:00"),
                (Number, "0.5"),
                (Flag, "TRUE"),
            ],
        ),
        row(
            7,
            &[(Number, "330106199001011260"), (Error, "#N/A"), (Text, ""), (Text, ""), (Text, ""), (Text, "两种字体")],
        ),
    ];
    assert_eq!(rows(&mut table, "检查对象"), Ok(expected));
    assert_eq!(rows(&mut table, "空表"), Ok(Vec::new()));
    assert_eq!(table.merged(Some("检查对象")), Ok(vec![Merged { rows: (1, 1), columns: (1, 6) }]));
    assert_eq!(rows(&mut table, "代码表").map_err(|fault| fault.code()), Err(Code::IntakeSheet));
}

#[test]
fn damage_is_a_fault_and_never_a_panic() {
    assert!(read_all(SMALL).is_ok());
    torture(SMALL, 200, SMALL.len() / 3);
}

/// The records of the small workbook, one after the other.
fn records() -> Vec<(u16, Vec<u8>)> {
    let stream = ole::workbook_stream(SMALL).unwrap();
    let (mut rest, mut records) = (stream.as_slice(), Vec::new());
    while let (Some(kind), Some(length)) = (ole::u16_at(rest, 0), ole::u16_at(rest, 2)) {
        let end = 4 + usize::from(length);
        records.push((kind, rest[4..end].to_vec()));
        rest = &rest[end..];
    }
    records
}

/// The stream of these records. Sheets are found where they begin.
fn stream(mut records: Vec<(u16, Vec<u8>)>) -> Vec<u8> {
    let (mut starts, mut at) = (Vec::new(), 0);
    for (kind, data) in &records {
        if *kind == 0x0809 {
            starts.push(u32::try_from(at).unwrap());
        }
        at += 4 + data.len();
    }
    for ((_, data), start) in records.iter_mut().filter(|(kind, _)| *kind == 0x0085).zip(&starts[1..]) {
        data[..4].copy_from_slice(&start.to_le_bytes());
    }
    let bytes = |(kind, data): &(u16, Vec<u8>)| {
        [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    records.iter().flat_map(bytes).collect()
}

/// How many rows and merged ranges a workbook of these records has.
fn outcome(records: Vec<(u16, Vec<u8>)>) -> Result<usize, Code> {
    read_all(&ole::wrap(&stream(records)).unwrap()).map_err(|fault| fault.code())
}

/// Puts a record before the end of the second sheet.
fn with(kind: u16, data: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut records = records();
    let last = records.iter().rposition(|(kind, _)| *kind == 0x000a).unwrap();
    let second = records[..last].iter().rposition(|(kind, _)| *kind == 0x000a).unwrap();
    records.insert(second, (kind, data.to_vec()));
    records
}

fn number(row: u16, column: u16) -> Vec<u8> {
    [row.to_le_bytes(), column.to_le_bytes(), [0; 2]].concat().into_iter().chain(7_f64.to_le_bytes()).collect()
}

#[test]
fn claims_of_an_old_workbook_are_not_believed() {
    let plain = outcome(records());
    assert!(plain.is_ok());
    // it says that it spans everything there can be
    let mut wide = records();
    for (kind, data) in &mut wide {
        if *kind == 0x0200 {
            data[..12].copy_from_slice(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        }
    }
    assert_eq!(outcome(wide), plain);
    // a cell far away is one cell, but calamine has a grid: the columns that only this form could have are too many
    assert_eq!(outcome(with(0x0203, &number(65_535, 255))), plain.map(|rows| rows + 1));
    assert_eq!(outcome(with(0x0203, &number(65_535, 65_535))), Err(Code::IntakeLimit));
    // a short text, and what is said of its result, is cut
    assert_eq!(outcome(with(0x0203, &[0; 9])), Err(Code::IntakeDamaged));
    assert_eq!(outcome(with(0x00fd, &[9, 0, 0, 0, 0, 0, 0xff, 0, 0, 0])), Err(Code::IntakeDamaged));
}

#[test]
fn one_long_text_in_all_cells_is_refused_before_it_unfolds() {
    let mut records = records();
    let strings = records.iter_mut().find(|(kind, _)| *kind == 0x00fc).unwrap();
    // one text of 8,000 characters in 8,003 bytes
    strings.1 = [&[0; 8][..], &8000_u16.to_le_bytes(), &[0], &[b'a'; 8000]].concat();
    records.retain(|(kind, _)| *kind != 0x00fd);
    let end = records.iter().rposition(|(kind, _)| *kind == 0x000a).unwrap();
    let cells = (0..50_000_u16).map(|row| (0x00fd, [&row.to_le_bytes()[..], &[0; 8]].concat()));
    records.splice(end..end, cells);
    assert_eq!(outcome(records), Err(Code::IntakeLimit));
}

#[test]
fn a_rare_character_that_was_cut_in_two_is_whole_again() {
    let mut records = records();
    let at = records.iter().position(|(kind, _)| *kind == 0x00fc).unwrap();
    let first = "𬭼字在名".encode_utf16().next().unwrap().to_le_bytes();
    let cut = records[at].1.windows(2).position(|window| window == first).unwrap() + 2;
    // a piece begins with a byte that says that two bytes are a character
    let later = [&[1], &records[at].1[cut..]].concat();
    records[at].1.truncate(cut);
    records.insert(at + 1, (0x003c, later));
    let mut table = opened(&ole::wrap(&stream(records)).unwrap()).unwrap();
    let rows = rows(&mut table, "检查对象").unwrap();
    assert_eq!(rows[3].1[5], (Text, "𬭼字在名".to_owned()));
    assert_eq!(rows[5].1[5], (Text, "两种字体".to_owned()));
}

#[test]
fn formulas_of_an_old_workbook_give_their_results() {
    let formula = |result: [u8; 8]| {
        // the formula itself is nonsense: it is not looked at
        [&[8, 0, 0, 0, 0, 0][..], &result, &[0; 6], &[3, 0, 0xff, 0xff, 0xff]].concat()
    };
    let last = |result: [u8; 8], text: Option<&[u8]>| {
        let mut records = with(0x0006, &formula(result));
        let at = records.iter().position(|(kind, _)| *kind == 0x0006).unwrap();
        if let Some(text) = text {
            records.insert(at + 1, (0x0207, text.to_vec()));
        }
        let mut table = opened(&ole::wrap(&stream(records)).unwrap()).unwrap();
        rows(&mut table, "检查对象").unwrap().pop().unwrap()
    };
    let text = |result: [u8; 8], text: Option<&[u8]>| last(result, text).1.remove(0);
    let special = |kind: u8, value: u8| [kind, 0, value, 0, 0, 0, 0xff, 0xff];
    assert_eq!(text(2.5_f64.to_le_bytes(), None), (Number, "2.5".to_owned()));
    assert_eq!(text(special(0, 0), Some(&[1, 0, 0, b'a'])), (Text, "a".to_owned()));
    assert_eq!(text(special(0, 0), None), (crate::table::Form::Uncached, String::new()));
    assert_eq!(text(special(1, 1), None), (Flag, "TRUE".to_owned()));
    assert_eq!(text(special(2, 0x2a), None), (Error, "#N/A".to_owned()));
    // an empty text is nothing: the row is the one before
    assert_eq!(last(special(3, 0), None).0, 7);
}

#[test]
fn passwords_and_macros_of_old_workbooks_are_named() {
    let mut locked = records();
    locked.insert(1, (0x002f, vec![1, 0, 1, 0, 1, 0]));
    assert_eq!(outcome(locked), Err(Code::IntakeEncrypted));
    let mut macros = records();
    macros.iter_mut().find(|(kind, _)| *kind == 0x0085).unwrap().1[5] = 1;
    assert_eq!(outcome(macros), Err(Code::IntakeMacro));
    let mut hidden = records();
    hidden.iter_mut().filter(|(kind, _)| *kind == 0x0085).for_each(|(_, data)| data[4] = 2);
    assert_eq!(outcome(hidden), Err(Code::IntakeEmpty));
    let mut old = records();
    old[0].1[..2].copy_from_slice(&[0, 4]);
    assert_eq!(outcome(old), Err(Code::IntakeFormat));
}

#[test]
fn another_code_page_changes_nothing_since_excel_97() {
    // as JExcelApi writes it
    let mut records = records();
    records.iter_mut().filter(|(kind, _)| *kind == 0x0042).for_each(|(_, data)| data.copy_from_slice(&[0xe4, 0x04]));
    let expected = outcome(self::records());
    assert_eq!(outcome(records.clone()), expected);
    let stream = stream(records);
    let mut table = opened(&ole::wrap(&stream).unwrap()).unwrap();
    assert_eq!(rows(&mut table, "检查对象").unwrap()[0].1[0].1, "检查对象名录（虚构）");
    assert_eq!(biff::distil(&stream).unwrap().1, Some(1200));
}
