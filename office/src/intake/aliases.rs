//! What offices call their columns. The first name of each list is the one that templates use.
//!
//! The names come from import templates and public registers of several platforms; a name that means different things
//! in different offices (such as 单位) is in no list: the plan has to say what it is.

use super::header::plain;
use crate::plan::Role;

/// The names under which a frozen column is found in a table, best first. They are compared as [`super::header::plain`]
/// makes them: without blanks, in half width and lower case.
pub(crate) fn aliases(role: Role, column: &str) -> &'static [&'static str] {
    table(role).iter().find(|(name, _)| *name == column).map_or(&[], |(_, aliases)| aliases)
}

/// The names that mean the same as this one, which may be a frozen column's or an office's.
pub(crate) fn alike(role: Role, name: &str) -> &'static [&'static str] {
    let means = |(column, aliases): &&(&str, &[&str])| {
        *column == name || aliases.iter().any(|alias| plain(alias) == plain(name))
    };
    table(role).iter().find(means).map_or(&[], |(_, aliases)| aliases)
}

fn table(role: Role) -> Aliases {
    match role {
        Role::Targets => TARGETS,
        Role::Inspectors => INSPECTORS,
        Role::Recusals => RECUSALS,
        Role::Results => RESULTS,
    }
}

type Aliases = &'static [(&'static str, &'static [&'static str])];

const RESULTS: Aliases = &[
    ("id", TARGET_IDS),
    ("finished", &["检查完成日期", "完成日期", "检查日期", "抽查完成日期", "finished"]),
    ("found", &["检查结果", "抽查检查结果", "抽查结果", "结果", "found", "result"]),
];

/// What the ids of firms are called.
const TARGET_IDS: &[&str] = &[
    "统一社会信用代码",
    "统一社会信用代码/注册号",
    "统一社会信用代码(注册号)",
    "社会信用代码",
    "统一信用代码",
    "信用代码",
    "注册号/统一社会信用代码",
    "uscc",
    "credit_code",
    "unified social credit code",
    "id",
];

const TARGETS: Aliases = &[
    ("id", TARGET_IDS),
    (
        "name",
        &[
            "企业名称",
            "单位名称",
            "市场主体名称",
            "抽查市场主体名称",
            "经营主体名称",
            "检查对象名称",
            "主体名称",
            "名称",
            "name",
            "company name",
        ],
    ),
    ("region", &["所在地区", "地区", "行政区划", "行政区划代码", "区划代码", "所属区域", "region"]),
    (
        "class",
        &["风险等级", "信用风险分类", "信用风险等级", "信用风险类别", "风险分类", "风险类别", "risk class", "class"],
    ),
    ("items", &["检查事项", "抽查事项", "事项", "专项库", "items"]),
    ("status", &["状态", "登记状态", "经营状态", "企业状态", "主体状态", "status"]),
    ("type", &["企业类型", "主体类型", "市场主体类型", "类型", "type"]),
    ("industry", &["行业", "行业代码", "国民经济行业", "所属行业", "industry"]),
    ("organ", &["登记机关", "registry"]),
    ("station", &["管辖单位", "所属监管所", "管辖所", "片区/责任区", "责任区", "片区", "station"]),
    ("staff", &["职工人数", "从业人数", "员工人数", "staff"]),
    ("capital", &["注册资金", "注册资本", "capital"]),
    ("registered", &["注册日期", "成立日期", "registered"]),
    ("scope", &["经营范围", "scope"]),
    ("address", &["住所", "注册地址", "经营场所", "地址", "address"]),
    ("representative", &["法定代表人", "法人代表", "representative"]),
    ("last_drawn", &["上次抽查日期", "last drawn"]),
];

const INSPECTORS: Aliases = &[
    (
        "id",
        &[
            "执法证号",
            "执法证编号",
            "行政执法证号",
            "行政执法证编号",
            "省执法证编号",
            "省政府执法证编号",
            "工商执法证编号",
            "证件编号",
            "单位工号",
            "工号",
            "certificate",
            "id",
        ],
    ),
    ("name", &["姓名", "人员姓名", "执法人员姓名", "name"]),
    ("department", &["所在部门", "所属部门", "执法部门", "所在业务部门(机构)", "部门", "department"]),
    ("qualifications", &["资质", "岗位资质资格", "执法事项范围", "业务专长", "专业资质", "qualifications"]),
    ("regions", &["执法区域", "地区", "所在地区", "区域", "regions"]),
    ("lead", &["可任组长", "是否组长", "组长", "lead"]),
    ("capacity", &["任务上限", "最多任务数", "capacity"]),
    ("carried", &["本年度已承担任务", "已承担任务数", "carried"]),
    ("crew", &["检查小组", "小组", "组别", "所在小组", "crew", "group"]),
    ("station", &["所在机构", "所在监管所", "监管所", "所在站所", "station"]),
    ("weekly", &["每周任务上限", "每周可检查户数", "weekly"]),
    ("away", &["请假天数", "请假日期", "请假", "away", "leave"]),
    ("valid_from", &["证件有效期起", "有效期起", "发证日期", "valid from", "valid_from"]),
    (
        "valid_to",
        &[
            "证件有效期止",
            "有效期止",
            "执法证有效期",
            "省执法证有效期",
            "工商执法证有效期",
            "证件有效期",
            "valid to",
            "valid_to",
        ],
    ),
    ("status", &["状态", "执法人员状态", "人员状态", "status"]),
    ("expert", &["是否专家", "专家", "expert"]),
    ("id_card", &["身份证号", "身份证号码", "公民身份号码", "id card"]),
    ("phone", &["手机号", "手机号码", "联系电话", "phone"]),
];

const RECUSALS: Aliases = &[
    ("target", &["统一社会信用代码", "统一社会信用代码/注册号", "社会信用代码", "检查对象", "target"]),
    ("inspector", &["执法证号", "执法证编号", "行政执法证号", "检查人员", "inspector"]),
    ("category", &["事由", "回避事由", "类别", "category"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_plain_and_lead_to_one_column() {
        for table in [TARGETS, INSPECTORS, RECUSALS] {
            let mut seen = std::collections::BTreeSet::new();
            for (column, aliases) in table {
                assert!(!aliases.is_empty(), "{column}");
                for alias in *aliases {
                    let once = seen.insert(plain(alias));
                    assert!(once, "{alias} is an alias twice");
                }
            }
        }
        assert_eq!(aliases(Role::Targets, "id").first(), Some(&"统一社会信用代码"));
        assert!(aliases(Role::Targets, "no-such-column").is_empty());
    }
}
