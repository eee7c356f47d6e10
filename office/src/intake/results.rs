//! A table of results: which firm, when the visit ended, what was found.

use super::cell::{At, Kind, normal, plain_text};
use super::header::{Found, Layout, Wanted, WantedColumn, plain};
use super::ids::id_text;
use super::source::{Formed, Reader};
use crate::plan::{IdForm, Place, Register, Role, Source};
use crate::prove::Ids;
use crate::table::Row;
use crate::watch::Watch;
use std::collections::BTreeMap;
use std::path::Path;
use yaohao::fault::{Code, Fault, Result};
use yaohao::ident::{Date, Id, Name};
use yaohao::later::{Finding, Visited};

/// A row of a table of results.
#[derive(Debug)]
pub(crate) struct ResultRow {
    /// What it says.
    pub(crate) visited: Visited,
    /// Where it stands.
    pub(crate) row: u64,
}

/// The field's own words for what can be found, besides its names in statements; older ones too.
const WORDS: [(&str, &[&str]); 11] = [
    ("none", &["未发现问题", "正常", "未见异常"]),
    ("not-published", &["未按规定公示应当公示的信息"]),
    ("false-information", &["公示信息隐瞒真实情况弄虚作假", "公示信息隐瞒真实情况、弄虚作假"]),
    ("not-found", &["通过登记的住所（经营场所）无法联系", "通过登记的住所或经营场所无法联系", "查无下落"]),
    ("corrected", &["发现问题经责令已改正", "发现问题已责令改正", "已责令改正"]),
    ("pending", &["发现问题待后续处理", "待后续处理"]),
    ("no-activity", &["未发现开展本次抽查涉及的经营活动"]),
    ("obstructed", &["不配合检查情节严重", "不予配合情节严重"]),
    ("closed", &["已关闭停业或正在组织清算", "已关闭停业", "正在组织清算"]),
    ("ended", &["注销/被吊销/被撤销/迁出", "注销", "被吊销", "被撤销", "迁出"]),
    ("violation", &["违反相关规定"]),
];

/// Reads a table of results. `ids` says how the campaign's register writes the ids of its targets.
///
/// # Errors
/// All faults that were found, with rows and columns; the codes of tables, of ids, [`Code::IntakeDate`],
/// [`Code::IntakeFinding`], [`Code::IntakeFindingNone`], [`Code::IntakeDuplicate`].
pub(crate) fn read_results(path: &Path, ids: &Ids, watch: &dyn Watch) -> Result<Vec<ResultRow>, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let names = ["id", "finished", "found"].map(Name::parse);
    let names: Vec<Name> = names.into_iter().collect::<Result<_>>().map_err(one)?;
    let register = register(path, ids.form(""));
    let columns = names.iter().map(|name| WantedColumn { name, header: None, key: true, from_lists: false }).collect();
    let wanted = Wanted { register: &register, columns, exclude: &[] };
    let form = |layout: &Layout, row: &Row<'_>, out: &mut Formed| form_row(ids, layout, row, out);
    // the path is where the office stands, not where the campaign is
    let reader = Reader { base: Path::new(""), watch, only: true };
    let mut faults = Vec::new();
    let mut rows: Vec<ResultRow> = Vec::new();
    let mut first: BTreeMap<Id, u64> = BTreeMap::new();
    for source in register.sources.iter().enumerate() {
        let read = reader.read(source, &wanted, &form)?;
        faults.extend(read.faults);
        for draft in &read.drafts.rows {
            let visited = visited(read.drafts.cells(draft)).map_err(one)?;
            let row = u64::from(draft.origin.row);
            match first.insert(visited.target.clone(), row) {
                None => rows.push(ResultRow { visited, row }),
                Some(earlier) => {
                    let fault = Fault::new(Code::IntakeDuplicate).fact("id", &visited.target).fact("first", earlier);
                    faults.push(fault.fact("file", source.1.name()).file(source.1.name()).row(row));
                }
            }
        }
    }
    match () {
        () if !faults.is_empty() => Err(faults),
        () if rows.is_empty() => Err(one(Fault::new(Code::IntakeEmpty).file(path.display().to_string()))),
        () => {
            rows.sort_by(|a, b| a.visited.target.cmp(&b.visited.target));
            Ok(rows)
        }
    }
}

/// The table as a register with one source, of which nothing is said but where it is.
fn register(path: &Path, id_form: IdForm) -> Register {
    let source = Source {
        place: Place::File(path.display().to_string()),
        sheet: None,
        columns: BTreeMap::new(),
        defaults: BTreeMap::new(),
    };
    Register {
        role: Role::Results,
        sources: vec![source],
        set_aside: false,
        id_form,
        withheld: BTreeMap::new(),
        values: BTreeMap::new(),
        unique: Vec::new(),
        exclude: Vec::new(),
        lists: Vec::new(),
        conflicts: BTreeMap::new(),
    }
}

fn form_row(ids: &Ids, layout: &Layout, row: &Row<'_>, out: &mut Formed) -> Result<()> {
    let [id, finished, found] = [0, 1, 2].map(|wanted| match layout.columns.get(wanted) {
        Some(Found::Column(index)) => *index,
        _ => 0,
    });
    let named = |index: usize| {
        let header = layout.headers.get(index).cloned().unwrap_or_default();
        move |fault: Fault| fault.column(header)
    };
    let at = |column| At { row: row.number, column };
    let cell = row.cell(id);
    let target = id_text(cell, ids.form(cell.text), at(id)).and_then(|text| ids.asked(&text)).map_err(named(id))?.id;
    let finished_on = normal(row.cell(finished), Kind::Date, at(finished)).map_err(named(finished))?;
    let text = plain_text(row.cell(found), at(found)).map_err(named(found))?;
    let all = findings(&text).map_err(named(found))?;
    out.drafts.push(target.as_str());
    out.drafts.push(&finished_on);
    out.drafts.push(&all.iter().map(|finding| finding.name()).collect::<Vec<_>>().join(";"));
    Ok(())
}

/// The findings of a cell, in order.
fn findings(text: &str) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for piece in text.split(['；', ';', '\n']).map(str::trim).filter(|piece| !piece.is_empty()) {
        // one of the field's own words has the mark in it by which others are listed: the longest that is known counts
        let parts: Vec<&str> = piece.split('、').map(str::trim).filter(|part| !part.is_empty()).collect();
        let mut rest = parts.as_slice();
        while let Some(first) = rest.first() {
            let known = (1..=rest.len()).rev().find_map(|parts| {
                let (word, behind) = rest.split_at_checked(parts)?;
                Some((finding(&word.join("、"))?, behind))
            });
            let (one, behind) = known.ok_or_else(|| unknown(first))?;
            found.push(one);
            rest = behind;
        }
    }
    found.sort_unstable();
    found.dedup();
    match () {
        () if found.is_empty() => Err(unknown(text)),
        () if found.contains(&Finding::NONE) && found.len() > 1 => {
            Err(Fault::new(Code::IntakeFindingNone).fact("value", text))
        }
        () => Ok(found),
    }
}

fn finding(word: &str) -> Option<Finding> {
    let word = plain(word);
    // 违反消防部门相关规定: each department has its own
    if word.starts_with("违反") && word.ends_with("规定") {
        return Finding::parse("violation").ok();
    }
    let means = |(_, words): &&(&str, &[&str])| words.iter().any(|known| plain(known) == word);
    let name = WORDS.iter().find(means).map_or(word.as_str(), |(name, _)| name);
    Finding::parse(name).ok()
}

fn unknown(word: &str) -> Fault {
    let known = Finding::ALL.map(Finding::name).join(", ");
    Fault::new(Code::IntakeFinding).fact("value", word).fact("known", known)
}

fn visited<'a>(mut cells: impl Iterator<Item = &'a str>) -> Result<Visited> {
    let mut next = || cells.next().unwrap_or_default();
    let (target, finished) = (Id::parse(next())?, Date::parse(next())?);
    Visited::new(target, finished, next().split(';').map(Finding::parse).collect::<Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_words_are_known() {
        for (name, words) in WORDS {
            for word in words.iter().chain([&name]) {
                assert_eq!(findings(word).unwrap(), [Finding::parse(name).unwrap()], "{word}");
            }
        }
        assert_eq!(WORDS.len(), Finding::ALL.len());
        let names = |text: &str| findings(text).unwrap().into_iter().map(Finding::name).collect::<Vec<_>>();
        assert_eq!(names("发现问题待后续处理；未按规定公示应当公示的信息"), ["not-published", "pending"]);
        assert_eq!(names("公示信息隐瞒真实情况、弄虚作假、发现问题待后续处理"), ["false-information", "pending"]);
        assert_eq!(names("违反消防部门相关规定;closed;"), ["closed", "violation"]);
        for (text, code) in [
            ("", Code::IntakeFinding),
            ("；", Code::IntakeFinding),
            ("一切都好", Code::IntakeFinding),
            ("未发现问题；closed", Code::IntakeFindingNone),
        ] {
            assert_eq!(findings(text).unwrap_err().code(), code, "{text}");
        }
    }
}
