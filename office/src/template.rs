//! Empty registers as workbooks: the right headers, a row that says how to fill them in, drop-downs, and text columns,
//! so that Excel cannot take a code for a number.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, XlsxError,
};
use yaohao::fault::{Code, Fault, Result};

/// The language of headers and hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// Chinese.
    Chinese,
    /// English.
    English,
}

/// An empty register.
#[derive(Debug)]
pub struct Template {
    /// The name of its file.
    pub file: &'static str,
    sheet: [&'static str; 2],
    columns: &'static [Column],
}

/// A column: texts are Chinese, then English.
#[derive(Debug)]
struct Column {
    /// The frozen column that intake makes of it.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds headers and aliases together"))]
    frozen: &'static str,
    header: [&'static str; 2],
    hint: [&'static str; 2],
    choices: [&'static [&'static str]; 2],
    width: u16,
}

/// Rows for which drop-downs are there: all that a sheet has.
const LAST_ROW: u32 = 1_048_575;

const FREE: [&[&str]; 2] = [&[], &[]];

/// The three registers of a campaign.
pub const TEMPLATES: [Template; 3] = [
    Template {
        file: "targets.xlsx",
        sheet: ["检查对象", "targets"],
        columns: &[
            column(
                "name",
                ["企业名称", "Company name"],
                ["填写营业执照上的全称", "Fill in the full name on the licence"],
                FREE,
                34,
            ),
            column(
                "id",
                ["统一社会信用代码", "Unified social credit code"],
                [
                    "必填，18 位（或 15 位注册号），每家一行",
                    "Required: 18 characters (or a 15-digit registration number), one row a firm",
                ],
                FREE,
                24,
            ),
            column(
                "region",
                ["所在地区", "Region"],
                ["行政区划代码，例如 330106", "Region code, for example 330106"],
                FREE,
                14,
            ),
            column(
                "class",
                ["风险等级", "Risk class"],
                ["选 A、B、C、D", "A, B, C or D"],
                [&["A", "B", "C", "D"]; 2],
                10,
            ),
            column(
                "items",
                ["检查事项", "Items"],
                ["方案中的事项，多个用顿号隔开", "Items of the plan, several separated by ;"],
                FREE,
                24,
            ),
            column(
                "status",
                ["状态", "Status"],
                ["存续，或不参加的原因", "active, or why it takes no part"],
                [
                    &["存续", "注销", "吊销", "迁出", "停业"],
                    &["active", "deregistered", "revoked", "moved away", "closed"],
                ],
                14,
            ),
        ],
    },
    Template {
        file: "inspectors.xlsx",
        sheet: ["检查人员", "inspectors"],
        columns: &[
            column("name", ["姓名", "Name"], ["填写姓名，不公开", "Fill in the name; it is not published"], FREE, 14),
            column(
                "id",
                ["执法证号", "Certificate"],
                ["必填，每人一行，不公开", "Required: certificate number, one row a person; not published"],
                FREE,
                20,
            ),
            column(
                "department",
                ["所在部门", "Department"],
                ["方案中的部门", "A department of the plan"],
                [&["应急管理", "公安", "市场监督管理"], &["yingji", "gongan", "shichang"]],
                16,
            ),
            column(
                "qualifications",
                ["资质", "Qualifications"],
                ["代号，多个用顿号隔开", "Codes, several separated by ;"],
                FREE,
                18,
            ),
            column(
                "regions",
                ["执法区域", "Regions"],
                [
                    "区划代码前几位，例如 3301；* 是不限",
                    "First digits of region codes, for example 3301; * is everywhere",
                ],
                FREE,
                18,
            ),
            column("lead", ["可任组长", "Lead"], ["是或留空", "yes, or empty"], [&["是", "否"], &["yes", "no"]], 10),
            column("capacity", ["任务上限", "Capacity"], ["本次最多查几家", "Most targets in this campaign"], FREE, 10),
            column(
                "valid_from",
                ["证件有效期起", "Valid from"],
                ["例如 2026-01-05", "For example 2026-01-05"],
                FREE,
                16,
            ),
            column(
                "valid_to",
                ["证件有效期止", "Valid to"],
                ["或填“长期有效”", "Or 9999-09-09 where there is no end"],
                FREE,
                16,
            ),
            column(
                "status",
                ["状态", "Status"],
                ["在岗，或不参加的原因", "on duty, or why not"],
                [&["在岗", "失效", "调离"], &["on duty", "expired", "moved"]],
                12,
            ),
        ],
    },
    Template {
        file: "recusals.xlsx",
        sheet: ["回避", "recusals"],
        columns: &[
            column(
                "target",
                ["统一社会信用代码", "Target"],
                ["必填，检查对象名录中的代码", "Required: a code of the register of targets"],
                FREE,
                26,
            ),
            column(
                "inspector",
                ["执法证号", "Inspector"],
                ["必填，检查人员名录中的证号", "Required: a certificate number of the register of inspectors"],
                FREE,
                26,
            ),
            column(
                "category",
                ["事由", "Category"],
                ["只选类别，会公开", "The kind only; it is published"],
                [&["亲属", "持股", "曾任职", "轮换"], &["kinship", "shareholding", "former-employee", "rotation"]],
                18,
            ),
        ],
    },
];

/// The table of a year's plan.
pub const PLAN_TEMPLATE: Template = Template {
    file: "plan.xlsx",
    sheet: ["年度计划", "plan"],
    columns: &[
        column(
            "number",
            ["序号", "Line"],
            ["必填；留空的行，是上一行的又一个事项", "Required; a row without it adds an item to the row above"],
            FREE,
            10,
        ),
        column("item", ["抽查事项", "Item"], ["事项名称，例如 烟花爆竹经营单位", "Its name"], FREE, 30),
        column("basis", ["依据", "Legal basis"], ["法律、法规或文件", "The law or rule"], FREE, 34),
        column("lead", ["牵头部门", "Lead department"], ["只写一个", "One only"], FREE, 16),
        column(
            "joining",
            ["联合部门", "Joining departments"],
            ["多个用顿号隔开；没有的留空", "Several separated by ;"],
            FREE,
            26,
        ),
        column("batches", ["批次", "Campaigns"], ["一年抽几次，例如 3", "How many in the year, as 3"], FREE, 12),
        column("months", ["月份", "Months"], ["例如 3-5月、10月、全年", "As 3-5"], FREE, 14),
        column(
            "rate",
            ["比例", "Rate"],
            ["每次至少抽多少，例如 5%；没有的留空", "The least share of each campaign, as 5%; may be empty"],
            FREE,
            12,
        ),
        column(
            "population",
            ["对象数量", "Targets"],
            ["大约多少家；可留空", "How many there are; may be empty"],
            FREE,
            12,
        ),
        column(
            "way",
            ["抽查方式", "Way"],
            ["随机、全覆盖或指定对象；留空为随机", "random, full-coverage or targeted; random if empty"],
            [&["随机", "全覆盖", "指定对象"], &["random", "full-coverage", "targeted"]],
            14,
        ),
    ],
};

const fn column(
    frozen: &'static str,
    header: [&'static str; 2],
    hint: [&'static str; 2],
    choices: [&'static [&'static str]; 2],
    width: u16,
) -> Column {
    Column { frozen, header, hint, choices, width }
}

impl Template {
    /// The bytes of the workbook; the same each time.
    ///
    /// # Errors
    /// [`Code::FileWrite`].
    ///
    /// ```
    /// use yaohao_office::template::{TEMPLATES, Tongue};
    /// let bytes = TEMPLATES[0].workbook(Tongue::Chinese).unwrap();
    /// assert!(bytes.starts_with(b"PK"));
    /// ```
    pub fn workbook(&self, tongue: Tongue) -> Result<Vec<u8>> {
        self.write(tongue).map_err(|error| Fault::new(Code::FileWrite).file(self.file).fact("detail", error))
    }

    fn write(&self, tongue: Tongue) -> Result<Vec<u8>, XlsxError> {
        let of = |texts: [&'static str; 2]| texts[usize::from(tongue == Tongue::English)];
        let mut workbook = Workbook::new();
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
        let text = Format::new().set_num_format("@");
        let header = text.clone().set_bold().set_border_bottom(FormatBorder::Thin).set_background_color(0x00DD_EBF7);
        let hint = text.clone().set_font_color(0x0080_8080).set_italic().set_text_wrap();
        let sheet = workbook.add_worksheet();
        sheet.set_name(of(self.sheet))?;
        for (column, index) in self.columns.iter().zip(0_u16..) {
            sheet.set_column_width(index, column.width)?;
            sheet.set_column_format(index, &text)?;
            sheet.write_string_with_format(0, index, of(column.header), &header)?;
            sheet.write_string_with_format(1, index, of(column.hint), &hint)?;
            let choices = column.choices[usize::from(tongue == Tongue::English)];
            if !choices.is_empty() {
                // other words are allowed: the plan may name its own
                let list = DataValidation::new()
                    .allow_list_strings(choices)?
                    .set_error_style(DataValidationErrorStyle::Information)
                    .set_input_message(of(column.hint))?;
                sheet.add_data_validation(2, index, LAST_ROW, index, &list)?;
            }
        }
        sheet.set_row_height(1, 30)?;
        sheet.set_freeze_panes(1, 0)?;
        workbook.save_to_buffer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::aliases::aliases;
    use crate::intake::header::plain;
    use crate::plan::Role;

    #[test]
    fn headers_are_known_to_intake() {
        for (template, role) in TEMPLATES.iter().zip([Role::Targets, Role::Inspectors, Role::Recusals]) {
            for column in template.columns {
                for header in column.header {
                    let known = aliases(role, column.frozen).iter().any(|alias| plain(alias) == plain(header));
                    assert!(known, "{header} is no alias of {}", column.frozen);
                }
            }
        }
    }

    #[test]
    fn the_headers_of_a_plan_are_known_to_its_reader() {
        let known = |header: &str| {
            crate::year::ALIASES.iter().any(|(_, _, names)| names.iter().any(|name| plain(name) == plain(header)))
        };
        for column in PLAN_TEMPLATE.columns {
            assert!(column.header.into_iter().all(known), "{:?}", column.header);
        }
    }

    #[test]
    fn workbooks_are_the_same_each_time() {
        for template in TEMPLATES.iter().chain([&PLAN_TEMPLATE]) {
            for tongue in [Tongue::Chinese, Tongue::English] {
                assert!(template.workbook(tongue).unwrap() == template.workbook(tongue).unwrap());
            }
        }
    }
}
