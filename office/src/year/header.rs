//! Where a plan's table has its columns: the header somewhere near the top, found by names, and rows of hints below it.

use crate::intake::header::{HINT_WORDS, cells, merged_header, plain};
use crate::table::{Cell, Form, Merged};
use yaohao::fault::{Code, Fault, Result};

/// So many rows that hold anything may stand above the header and with it.
const LOOK: usize = 30;
/// So many rows right below the header may be hints.
const HINTS: usize = 3;

/// What a column of the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The line's id.
    Number,
    /// An item's name.
    Item,
    /// An item's id; without it, the line's id and a serial.
    ItemId,
    /// The legal basis.
    LegalBasis,
    /// The department that leads.
    Lead,
    /// The departments that join.
    Joining,
    /// How many campaigns.
    Batches,
    /// The months.
    Months,
    /// The least share.
    Rate,
    /// How many targets there are.
    Population,
    /// Random, full coverage or targeted.
    Way,
}

/// The names of each column in tables, best first, and whether a table must have it. They are compared as intake does:
/// without blanks, in half width and lower case.
pub const ALIASES: [(Column, bool, &[&str]); 11] = [
    (Column::Number, true, &["序号", "编号", "计划编号", "no.", "no", "line", "number"]),
    (
        Column::Item,
        true,
        &["抽查事项", "检查事项", "抽查事项名称", "事项名称", "检查内容", "抽查内容", "事项", "item", "items"],
    ),
    (Column::ItemId, false, &["事项编号", "事项编码", "事项代码", "item id", "item code"]),
    (
        Column::LegalBasis,
        true,
        &["依据", "抽查依据", "检查依据", "执法依据", "法律依据", "法定依据", "legal basis", "basis"],
    ),
    (Column::Lead, true, &["牵头部门", "牵头单位", "牵头机关", "发起部门", "lead department", "lead"]),
    (
        Column::Joining,
        false,
        &[
            "联合部门",
            "配合部门",
            "参与部门",
            "参加部门",
            "协同部门",
            "配合单位",
            "参与单位",
            "joining departments",
            "joining",
        ],
    ),
    (Column::Batches, true, &["批次", "频次", "抽查频次", "抽查批次", "检查频次", "次数", "campaigns", "batches"]),
    (
        Column::Months,
        true,
        &["月份", "时间", "抽查时间", "检查时间", "计划开展时间", "开展时间", "实施时间", "抽查月份", "months"],
    ),
    (Column::Rate, false, &["比例", "比例(%)", "抽查比例", "抽查比例(%)", "检查比例", "检查比例(%)", "rate"]),
    (
        Column::Population,
        false,
        &["对象数量", "对象总数", "检查对象数量", "抽查对象总数", "检查对象基数", "population", "targets"],
    ),
    (Column::Way, false, &["抽查类型", "抽查方式", "检查方式", "way"]),
];

/// A row as it was read.
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) cells: Vec<(Form, String)>,
}

impl Row {
    pub(super) fn cell(&self, index: usize) -> Cell<'_> {
        self.cells.get(index).map_or(Cell { form: Form::Text, text: "" }, |(form, text)| Cell { form: *form, text })
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|(form, text)| *form == Form::Text && text.trim().is_empty())
    }
}

/// Where the columns are.
pub(super) struct Header {
    pub(super) row: u64,
    titles: Vec<String>,
    columns: Vec<(Column, usize)>,
    pub(super) hints: Vec<u64>,
}

impl Header {
    pub(super) fn find(rows: &[Row], merged: &[Merged]) -> Result<Self> {
        let written: Vec<&Row> = rows.iter().filter(|row| !row.is_blank()).take(LOOK).collect();
        // of rows that serve equally well the first is the header: below it are data
        let mut best: Option<Self> = None;
        for row in &written {
            let header = Self::of(row);
            if best.as_ref().is_none_or(|best| header.rank() > best.rank()) {
                best = Some(header);
            }
        }
        let mut header = best.ok_or_else(|| Fault::new(Code::IntakeEmpty))?;
        if let Some((column, _, aliases)) = header.missing() {
            let fault = Fault::new(Code::YearHeader).row(header.row);
            return Err(fault.fact("missing", column.name()).fact("aliases", aliases.join("、")));
        }
        let plain: Vec<String> = header.titles.iter().map(|title| self::plain(title)).collect();
        for (_, index) in &header.columns {
            let title = plain.get(*index);
            if plain.iter().filter(|other| Some(*other) == title).count() > 1 {
                let column = header.title(*index);
                return Err(Fault::new(Code::IntakeHeaderTwice).row(header.row).fact("column", column));
            }
        }
        if let Some(cells) = merged_header(merged, header.row) {
            return Err(Fault::new(Code::IntakeHeaderMerged).row(header.row).fact("cells", cells));
        }
        let below = written.iter().filter(|row| row.number > header.row).take(HINTS);
        header.hints = below.take_while(|row| header.is_hint(row)).map(|row| row.number).collect();
        Ok(header)
    }

    fn of(row: &Row) -> Self {
        let titles: Vec<String> = row.cells.iter().map(|(_, text)| text.trim().to_owned()).collect();
        let plain: Vec<String> = titles.iter().map(|title| self::plain(title)).collect();
        let position = |aliases: &[&str]| {
            aliases.iter().find_map(|alias| plain.iter().position(|title| *title == self::plain(alias)))
        };
        let columns = ALIASES.iter().filter_map(|(column, _, aliases)| Some((*column, position(aliases)?))).collect();
        Self { row: row.number, titles, columns, hints: Vec::new() }
    }

    fn rank(&self) -> (bool, usize) {
        (self.missing().is_none(), self.columns.len())
    }

    fn missing(&self) -> Option<&'static (Column, bool, &'static [&'static str])> {
        ALIASES.iter().find(|(column, needed, _)| *needed && self.place(*column).is_none())
    }

    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().find(|(known, _)| *known == column).map(|(_, index)| *index)
    }

    pub(super) fn title(&self, index: usize) -> &str {
        self.titles.get(index).map_or("", String::as_str)
    }

    /// A hint stands where a number must, in words.
    fn is_hint(&self, row: &Row) -> bool {
        let number = self.place(Column::Number).map(|index| row.cell(index).text.to_lowercase()).unwrap_or_default();
        HINT_WORDS.iter().any(|word| number.contains(word))
    }

    /// Cells that are merged over rows of several lines: only the first row has their value.
    pub(super) fn merged_rows(&self, rows: &[Row], merged: &[Merged]) -> Vec<Fault> {
        let begins_line = |number: u64| {
            let row = rows.get(rows.binary_search_by_key(&number, |row| row.number).ok()?)?;
            self.place(Column::Number).filter(|index| !row.cell(*index).text.trim().is_empty())
        };
        let fault = |range: &Merged| {
            let (_, index) = self
                .columns
                .iter()
                .find(|(_, index)| (range.columns.0..=range.columns.1).contains(&index.saturating_add(1)))?;
            let row = (range.rows.0.saturating_add(1)..=range.rows.1).find(|row| begins_line(*row).is_some())?;
            let fault = Fault::new(Code::IntakeMerged).row(row).column(self.title(*index));
            (range.rows.0 > self.row).then(|| fault.fact("cells", cells(range)))
        };
        merged.iter().filter_map(fault).collect()
    }
}

impl Column {
    /// The name that messages give it.
    pub(super) fn name(self) -> &'static str {
        ALIASES
            .iter()
            .find(|(column, _, _)| *column == self)
            .and_then(|(_, _, names)| names.first())
            .map_or("", |name| name)
    }
}
