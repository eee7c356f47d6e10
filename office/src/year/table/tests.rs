//! Tables as offices write them, and what they must not say.
#![allow(clippy::unwrap_used)]

use super::*;

fn departments() -> Vec<Department> {
    [("yingji", "应急管理"), ("gongan", "公安"), ("shichang", "市场监管")]
        .map(|(id, title)| Department { id: Id::parse(id).unwrap(), title: Text::parse(title).unwrap() })
        .to_vec()
}

fn read(table: &str) -> Result<Vec<Line>, Vec<Fault>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.csv");
    std::fs::write(&path, table).unwrap();
    read_lines(&path, None, &departments(), 2026)
}

const TABLE: &str = "某县2026年度双随机抽查计划,,,,,,,\n\
    序号,抽查事项,牵头部门,配合部门,频次,计划开展时间,抽查比例,法律依据\n\
    必填,填写事项,,,,例如 3-5月,,\n\
    2,非煤矿山,应急管理,公安,1次,10月,,安全生产法\n\
    1,烟花爆竹经营单位,应急管理,公安、市场监管,3,3-5月,5%,烟花爆竹安全管理条例\n\
    ,烟花爆竹仓库,应急管理,,,,5%,同上\n";

#[test]
fn a_table_becomes_lines() {
    let lines = read(TABLE).unwrap();
    let ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["1", "2"], "ascending, whatever the table's order");
    let first = &lines[0];
    assert_eq!((first.batches, first.months, first.rate), (3, Months { from: 3, to: 5 }, Some(500)));
    assert_eq!(first.lead.as_str(), "yingji");
    assert_eq!(first.joining.iter().map(Id::as_str).collect::<Vec<_>>(), ["gongan", "shichang"]);
    let items: Vec<(&str, &str)> = first.items.iter().map(|item| (item.id.as_str(), item.title.as_str())).collect();
    assert_eq!(items, [("1-1", "烟花爆竹经营单位"), ("1-2", "烟花爆竹仓库")]);
    assert_eq!(lines[1].rate, None);
}

#[test]
fn what_a_table_must_not_say() {
    for (from, to, code, row, column) in [
        ("5%,烟花", "0.05,烟花", Code::YearCell, 5, "抽查比例"),
        ("3-5月,5%", "5-3月,5%", Code::YearCell, 5, "计划开展时间"),
        (",3,3-5月", ",≥3,3-5月", Code::YearCell, 5, "频次"),
        (",3,3-5月", ",,3-5月", Code::YearCell, 5, "频次"),
        ("公安、市场监管", "公安、税务", Code::YearUnknown, 5, "配合部门"),
        ("公安、市场监管", "公安、公安", Code::YearCell, 5, "配合部门"),
        ("公安、市场监管", "公安、应急管理", Code::YearCell, 5, "配合部门"),
        ("2,非煤矿山,应急管理", "2,非煤矿山,", Code::YearCell, 4, "牵头部门"),
        ("10月,,安全生产法", "10月,,", Code::YearCell, 4, "法律依据"),
        ("2,非煤", "二,非煤", Code::YearCell, 4, "序号"),
        ("\n,烟花爆竹仓库", "\n2,烟花爆竹仓库", Code::YearCell, 6, "序号"),
        ("仓库,应急管理,,,,5%", "仓库,应急管理,,,,6%", Code::YearDiffers, 6, "抽查比例"),
    ] {
        let table = TABLE.replace(from, to);
        assert_ne!(table, TABLE, "{from}");
        let faults = read(&table).unwrap_err();
        let fault = &faults[0];
        assert_eq!((fault.code(), fault.place().1, fault.place().2), (code, Some(row), Some(column)), "{to}: {fault}");
        assert!(fault.place().0.is_some_and(|file| file.ends_with("plan.csv")));
    }
    let headless = read(&TABLE.replace("牵头部门", "部门")).unwrap_err();
    assert_eq!((headless[0].code(), headless[0].place().1), (Code::YearHeader, Some(2)));
    let twice = read(&TABLE.replace("抽查比例", "频次")).unwrap_err();
    assert_eq!(twice[0].code(), Code::IntakeHeaderTwice);
    let (head, _) = TABLE.split_once("2,非煤").unwrap();
    assert_eq!(read(head).unwrap_err()[0].code(), Code::IntakeEmpty);
    // every row's fault is told at once
    let both = TABLE.replace("5%,烟花", "5,烟花").replace("10月", "十月");
    assert_eq!(read(&both).unwrap_err().len(), 2, "and not the row that adds to one of them");
}

#[test]
fn full_coverage_has_no_rate() {
    let table = "序号,事项,牵头部门,频次,月份,比例,依据,抽查方式\n1,甲,应急管理,1,全年,100%,法,全覆盖\n";
    let lines = read(table).unwrap();
    assert_eq!((lines[0].basis, lines[0].rate), (Basis::FullCoverage, None));
    assert_eq!(read(&table.replace("100%", "50%")).unwrap_err()[0].code(), Code::YearCell);
}
