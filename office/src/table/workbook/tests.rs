use super::*;
use crate::table::Form::{self, Date, Error, Flag, Number, Text, Uncached};
use crate::table::Table;
use crate::watch::Silent;
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Formula, Workbook as Writer};
use std::io::{Read as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use zip::write::SimpleFileOptions;

type Cells = Vec<(u64, Vec<(Form, String)>)>;

/// A workbook opened from its bytes, by what is in them.
pub(super) fn opened(bytes: &[u8]) -> Result<Table> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    Table::open(file.path())
}

pub(super) fn rows(table: &mut Table, sheet: &str) -> Result<Cells> {
    let mut rows = Vec::new();
    table.read(Some(sheet), 2, &Silent, &mut |batch| {
        assert!(batch.len() <= 2);
        let cells = |row: crate::table::Row<'_>| row.cells().map(|cell| (cell.form, cell.text.to_owned())).collect();
        rows.extend(batch.rows().map(|row| (row.number, cells(row))));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rows)
}

/// Opens a workbook and reads all that can be read of it; gives the number of rows and of merged ranges.
pub(super) fn read_all(bytes: &[u8]) -> Result<usize> {
    read_whole(opened(bytes)?)
}

pub(super) fn read_whole(mut table: Table) -> Result<usize> {
    let mut count = 0;
    for sheet in table.about().sheets {
        count += rows(&mut table, &sheet)?.len() + table.merged(Some(&sheet))?.len();
    }
    Ok(count)
}

pub(super) fn row(number: u64, cells: &[(Form, &str)]) -> (u64, Vec<(Form, String)>) {
    (number, cells.iter().map(|(form, text)| (*form, (*text).to_owned())).collect())
}

pub(super) fn refusal(bytes: &[u8]) -> (Code, String) {
    let fault = read_all(bytes).unwrap_err();
    let template = fault.code().what();
    assert!(!fault.fill(template).contains('?'), "{fault}");
    (fault.code(), fault.fill(template))
}

fn written(fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::new();
    fill(&mut writer);
    writer.save_to_buffer().unwrap()
}

/// A workbook of one sheet, with a title over the header.
pub(super) fn small() -> Vec<u8> {
    written(|writer| {
        let sheet = writer.add_worksheet().set_name("检查对象").unwrap();
        sheet.merge_range(0, 0, 0, 2, "名录（虚构）", &Look::new()).unwrap();
        sheet.write_row(1, 0, ["统一社会信用代码", "企业名称", "备注"]).unwrap();
        sheet.write_row(2, 0, ["91330106YH0000018H", "杭州虚构贸易有限公司", "无"]).unwrap();
        sheet.write_row(4, 0, ["92330481YH7Q2KXA32", "海宁市假想便利店", ""]).unwrap();
    })
}

pub(super) fn zipped<N: AsRef<str>, B: AsRef<[u8]>>(parts: &[(N, B)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name.as_ref(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for index in 0..zip.len() {
        let (mut file, mut bytes) = (zip.by_index(index).unwrap(), Vec::new());
        file.read_to_end(&mut bytes).unwrap();
        parts.push((file.name().unwrap().into_owned(), bytes));
    }
    parts
}

/// The same workbook with one part changed.
pub(super) fn changed(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut parts = parts(bytes);
    let (_, bytes) = parts.iter_mut().find(|(name, _)| name == part).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    *bytes = change(text.clone()).into_bytes();
    assert_ne!(*bytes, text.into_bytes(), "nothing changed");
    zipped(&parts)
}

pub(super) const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn sheets_that_are_visible_are_read() {
    let bytes = written(|writer| {
        writer.add_worksheet().set_name("代码 & \"表\"").unwrap().set_hidden(true).write(0, 0, "不可见").unwrap();
        let second = writer.add_worksheet().set_name("检查对象").unwrap();
        second.write_row(0, 0, ["代码", "名称"]).unwrap().write_row(3, 1, ["甲"]).unwrap();
        second.set_active(true);
        writer.add_worksheet().set_name("空").unwrap();
        let third = writer.add_worksheet().set_name("执法人员 <2>").unwrap();
        third.merge_range(1, 1, 2, 3, "并", &Look::new()).unwrap();
    });
    let mut table = opened(&bytes).unwrap();
    assert_eq!(table.about().format, Format::Xlsx);
    assert_eq!(table.about().sheets, ["检查对象", "空", "执法人员 <2>"]);
    let expected = vec![row(1, &[(Text, "代码"), (Text, "名称")]), row(4, &[(Text, ""), (Text, "甲")])];
    assert_eq!(rows(&mut table, "检查对象"), Ok(expected));
    assert_eq!(rows(&mut table, "空"), Ok(Vec::new()));
    assert_eq!(table.merged(Some("检查对象")), Ok(Vec::new()));
    assert_eq!(table.merged(Some("执法人员 <2>")), Ok(vec![Merged { rows: (2, 3), columns: (2, 4) }]));
    for unknown in ["代码 & \"表\"", "Sheet1", ""] {
        let fault = rows(&mut table, unknown).unwrap_err();
        assert_eq!(fault.code(), Code::IntakeSheet);
        assert!(fault.to_string().contains("检查对象, 空, 执法人员 <2>"), "{fault}");
    }
    let hidden = changed(&bytes, "xl/workbook.xml", |xml| xml.replace("sheetId=", "state=\"veryHidden\" sheetId="));
    assert_eq!(
        refusal(&changed(&hidden, "xl/workbook.xml", |xml| xml.replace(" state=\"hidden\"", ""))).0,
        Code::IntakeEmpty
    );
}

#[test]
fn merged_cells_are_known_even_where_the_part_is_not() {
    let expected = Ok(vec![Merged { rows: (1, 1), columns: (1, 3) }]);
    assert_eq!(opened(&small()).unwrap().merged(Some("检查对象")), expected);
    let odd = changed(&small(), "xl/workbook.xml", |xml| xml.replace("检查对象", "检查&#23545;象"));
    let mut table = opened(&odd).unwrap();
    assert_eq!(table.about().sheets, ["检查对象"]);
    assert_eq!(table.merged(Some("检查对象")), expected);
}

#[test]
fn cells_keep_their_kind() {
    let bytes = written(|writer| {
        let sheet = writer.add_worksheet();
        let (day, moment) =
            (Look::new().set_num_format("yyyy\"年\"m\"月\"d\"日\""), Look::new().set_num_format("yyyy/m/d h:mm"));
        let (clock, hours) = (Look::new().set_num_format("h:mm:ss"), Look::new().set_num_format("[h]:mm"));
        let date = ExcelDateTime::from_ymd(2026, 1, 5).unwrap();
        sheet.write(0, 0, 12).unwrap().write(0, 1, 0.5).unwrap().write(0, 2, 110_105_199_001_011_234_f64).unwrap();
        sheet.write_with_format(1, 0, &date, &day).unwrap();
        sheet.write_with_format(1, 1, date.and_hms(13, 30, 5).unwrap(), &moment).unwrap();
        sheet.write_with_format(1, 2, 0.5, &clock).unwrap().write_with_format(1, 3, 1.5, &hours).unwrap();
        sheet.write(2, 0, true).unwrap().write(2, 1, false).unwrap();
        sheet.write(2, 2, Formula::new("=NA()").set_result("#N/A")).unwrap();
        sheet.write(3, 0, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write(3, 1, Formula::new("=\"a\"&\"b\"").set_result("ab")).unwrap();
        sheet.write(3, 2, Formula::new("=\"\"").set_result("x")).unwrap();
        sheet.write(3, 3, Formula::new("=TRUE").set_result("TRUE")).unwrap();
        sheet.write(4, 0, " 两端 ").unwrap().write(4, 1, "第一行\n第二行").unwrap().write(4, 2, "𬭼 & <b>").unwrap();
        sheet.write_blank(5, 9, &day).unwrap();
    });
    let bytes = changed(&bytes, SHEET, |xml| xml.replace("<v>x</v>", "<v></v>"));
    let expected = vec![
        row(1, &[(Number, "12"), (Number, "0.5"), (Number, "110105199001011230")]),
        row(2, &[(Date, "2026-01-05"), (Date, "2026-01-05 13:30:05"), (Text, "12:00:00"), (Text, "36:00:00")]),
        row(3, &[(Flag, "TRUE"), (Flag, "FALSE"), (Error, "#N/A")]),
        row(4, &[(Number, "2"), (Text, "ab"), (Text, ""), (Flag, "TRUE")]),
        row(5, &[(Text, " 两端 "), (Text, "第一行\n第二行"), (Text, "𬭼 & <b>")]),
    ];
    assert_eq!(rows(&mut opened(&bytes).unwrap(), "Sheet1"), Ok(expected));
    let other_epoch =
        changed(&bytes, "xl/workbook.xml", |xml| xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" "));
    let found = rows(&mut opened(&other_epoch).unwrap(), "Sheet1").unwrap();
    assert_eq!(found[1].1[0], (Date, "2030-01-06".to_owned()));
}

#[test]
fn a_formula_without_a_result_is_not_a_value() {
    let bytes = written(|writer| {
        let sheet = writer.add_worksheet();
        sheet.write(0, 0, Formula::new("=A2")).unwrap().write(0, 1, 0).unwrap().write(0, 2, "甲").unwrap();
    });
    // a program that does not compute writes 0, and asks that all be computed when it is opened
    let expected = Ok(vec![row(1, &[(Uncached, ""), (Number, "0"), (Text, "甲")])]);
    assert_eq!(rows(&mut opened(&bytes).unwrap(), "Sheet1"), expected);
    for empty in ["", "<v/>", "<v></v>"] {
        let bytes = changed(&bytes, SHEET, |xml| xml.replace("</f><v>0</v>", &format!("</f>{empty}")));
        assert_eq!(rows(&mut opened(&bytes).unwrap(), "Sheet1"), expected, "{empty}");
    }
    let computed = changed(&bytes, "xl/workbook.xml", |xml| xml.replace(" fullCalcOnLoad=\"1\"", ""));
    assert_eq!(rows(&mut opened(&computed).unwrap(), "Sheet1").unwrap()[0].1[0], (Number, "0".to_owned()));
}

#[test]
fn texts_are_read_however_they_are_written() {
    let sheet = |data: &str| {
        changed(&small(), SHEET, |xml| {
            let (before, behind) =
                (xml.split("<sheetData>").next().unwrap(), xml.split("</sheetData>").nth(1).unwrap());
            format!("{before}<sheetData>{data}</sheetData>{behind}")
        })
    };
    let of = |data: &str| rows(&mut opened(&sheet(data)).unwrap(), "检查对象");
    // in the cell itself, in pieces, with a reading, without references
    let inline = "<row><c t=\"inlineStr\"><is><t>甲</t></is></c><c t=\"inlineStr\"><is><r><t>乙</t></r><r><rPr><b/></rPr><t>丙</t></r>\
                  <rPh sb=\"0\" eb=\"1\"><t>おつ</t></rPh></is></c></row><row/><row><c/><c t=\"str\"><v>丁</v></c></row>\
                  <row r=\"9\"><c r=\"C9\" t=\"d\"><v>2026-01-05T00:00:00</v></c><c><v>7</v></c></row>";
    let expected = vec![
        row(1, &[(Text, "甲"), (Text, "乙丙")]),
        row(3, &[(Text, ""), (Text, "丁")]),
        row(9, &[(Text, ""), (Text, ""), (Date, "2026-01-05"), (Number, "7")]),
    ];
    assert_eq!(of(inline), Ok(expected));
    let fault = |data: &str| of(data).map_err(|fault| (fault.code(), fault.place().1)).unwrap_err();
    let (one, two) = ("<c r=\"A1\"><v>1</v></c>", "<c r=\"A2\"><v>1</v></c>");
    assert_eq!(fault(&format!("<row>{two}</row><row>{one}</row>")), (Code::IntakeDamaged, Some(1)));
    assert_eq!(fault(&format!("<row>{one}{one}</row>")), (Code::IntakeDamaged, Some(1)));
    assert_eq!(fault("<row><c r=\"A1048577\"><v>1</v></c></row>"), (Code::IntakeLimit, None));
    assert_eq!(fault("<row><c r=\"XFE3\"><v>1</v></c></row>"), (Code::IntakeLimit, Some(3)));
    assert_eq!(fault("<row><c r=\"A99999999999\"><v>1</v></c></row>").0, Code::IntakeDamaged);
    assert_eq!(fault("<row><c r=\"A1\" t=\"s\"><v>99</v></c></row>").0, Code::IntakeDamaged);
    let long = format!("<row><c r=\"B2\" t=\"str\"><v>{}</v></c></row>", "长".repeat(32_768));
    assert_eq!(fault(&long), (Code::IntakeLong, Some(2)));
    let unknown = format!("<row>{one}<c r=\"B1\" t=\"e\"><v>#SPILL!</v></c></row>");
    assert!(of(&unknown).unwrap_err().to_string().contains("cell behind A1 shows the error #SPILL!"));
}

#[test]
fn a_sheet_that_claims_to_be_huge_costs_what_it_has() {
    let begun = Instant::now();
    let bytes = changed(&small(), SHEET, |xml| {
        let start = xml.find("<dimension").unwrap();
        let end = start + xml[start..].find("/>").unwrap();
        format!("{}<dimension ref=\"A1:XFD1048576\"{}", &xml[..start], &xml[end..])
            .replace("</sheetData>", "<row r=\"1048576\"><c r=\"XFD1048576\"><v>7</v></c></row></sheetData>")
    });
    let found = rows(&mut opened(&bytes).unwrap(), "检查对象").unwrap();
    let (number, cells) = found.last().unwrap();
    assert_eq!((*number, cells.len(), found.len()), (1 << 20, 16_384, 5));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn the_watcher_hears_of_all_rows_and_of_the_end() {
    #[derive(Debug, Default)]
    struct Heard(Mutex<Vec<String>>);
    impl Watch for Heard {
        fn begin(&self, work: Work, what: &str, total: Option<u64>) {
            self.0.lock().unwrap().push(format!("{work:?} {what} {total:?}"));
        }
        fn advance(&self, units: u64) {
            self.0.lock().unwrap().push(units.to_string());
        }
        fn end(&self) {
            self.0.lock().unwrap().push("end".to_owned());
        }
    }
    let heard = |sheet: &str, flow: Result<ControlFlow<()>>| {
        let heard = Heard::default();
        let read = opened(&small()).unwrap().read(Some(sheet), 2, &heard, &mut |_| flow.clone());
        (heard.0.into_inner().unwrap().join(", "), read.is_ok())
    };
    assert_eq!(heard("检查对象", Ok(ControlFlow::Continue(()))), ("Read  Some(5), 2, 3, end".to_owned(), true));
    assert_eq!(heard("检查对象", Ok(ControlFlow::Break(()))), ("Read  Some(5), 2, end".to_owned(), true));
    assert_eq!(heard("检查对象", Err(Fault::new(Code::IntakeDate))), ("Read  Some(5), 2, end".to_owned(), false));
    assert_eq!(heard("无", Ok(ControlFlow::Break(()))), (String::new(), false));
}
