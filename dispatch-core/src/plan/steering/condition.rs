//! Warnings about conditions that point at single subjects.
//!
//! Source: docs/plan.md; docs/spec.md 3.1. A condition on a name, or a list of hundreds of values,
//! can pick subjects by hand; so can an exclusion that needs no proof.

use super::Warnings;
use crate::credit_code::CreditCode;
use crate::plan::{Condition, Exclusion, Op, Plan};

pub(super) fn warn(plan: &Plan, warnings: &mut Warnings) {
    for (index, exclusion) in plan.exclusions.iter().enumerate() {
        let path = format!("exclusions[{index}]");
        conditions(&path, &exclusion.conditions, warnings);
        if exclusion.reference.is_empty() && is_about_visits(exclusion) {
            let code = &exclusion.code;
            warnings.add(
                "steering.no-reference",
                path,
                format!("exclusion {code} is about earlier visits but asks for no proof of them, so anybody could be left out by filling in a date; name the column that holds the visit's number: reference = \"last_visit_ref\""),
                format!("排除条件“{code}”涉及以往检查，却不要求填写检查编号，任意填个日期即可免检：请用 reference = \"last_visit_ref\" 指明填写检查编号的列"),
            );
        }
    }
    for (index, stratum) in plan.strata.iter().enumerate() {
        conditions(&format!("strata[{index}]"), &stratum.conditions, warnings);
    }
    for (index, child) in plan.children.iter().enumerate() {
        conditions(&format!("children[{index}]"), &child.conditions, warnings);
    }
}

fn conditions(path: &str, conditions: &[Condition], warnings: &mut Warnings) {
    for (index, condition) in conditions.iter().enumerate() {
        let path = format!("{path}.where[{index}]");
        let field = &condition.field;
        if is_identifying(condition) {
            warnings.add(
                "steering.identifying",
                &path,
                format!("the condition on {field} can point at single subjects, in or out; use columns that many subjects share, such as region, industry or risk class"),
                format!("以“{field}”为条件可以指向个别检查对象：请改用区域、行业、风险等级等多个对象共有的列"),
            );
        }
        let count = condition.values.len();
        let is_list = !matches!(condition.op, Op::AtLeast | Op::AtMost);
        if is_list && count > MANY_VALUES {
            warnings.add(
                "steering.many-values",
                &path,
                format!("the condition on {field} lists {count} values, which can be a list of subjects in disguise; put the property into a column of the roster and use that"),
                format!("以“{field}”为条件列出了{count}个值，可能变相点名：请在名录库中设置一列表示该属性，并以该列为条件"),
            );
        }
    }
}

/// Whether a condition is on a column that tells subjects apart, or compares with whole ids.
fn is_identifying(condition: &Condition) -> bool {
    let field = condition.field.to_lowercase();
    let by_name = IDENTIFYING_NAMES.contains(&field.as_str())
        || IDENTIFYING_PARTS.iter().any(|part| field.contains(part));
    by_name
        || condition
            .values
            .iter()
            .any(|value| value.parse::<CreditCode>().is_ok())
}

/// Whether an exclusion seems to be about earlier visits, by its code, label or columns.
fn is_about_visits(exclusion: &Exclusion) -> bool {
    let fields = exclusion.conditions.iter().map(|c| c.field.as_str());
    let mut texts = fields.chain([exclusion.code.as_str(), exclusion.label.as_str()]);
    texts.any(|text| {
        let text = text.to_lowercase();
        VISIT_WORDS.iter().any(|word| text.contains(word))
    })
}

/// More values than this are a list, not a rule.
const MANY_VALUES: usize = 50;
/// Columns that identify by their whole name.
const IDENTIFYING_NAMES: &[&str] = &["id", "name", "tel", "email", "uscc", "编号", "名称", "字号"];
/// Columns that identify by a part of their name.
const IDENTIFYING_PARTS: &[&str] = &[
    "address",
    "credit_code",
    "licence",
    "license",
    "phone",
    "mobile",
    "contact",
    "legal_person",
    "representative",
    "信用代码",
    "注册号",
    "企业名称",
    "主体名称",
    "许可证",
    "地址",
    "住所",
    "电话",
    "手机",
    "联系",
    "法定代表",
    "法人",
    "负责人",
    "经营者",
    "身份证",
    "邮箱",
];
/// What words about earlier visits contain.
const VISIT_WORDS: &[&str] = &["visit", "inspect", "已查", "已检", "检查", "抽查", "频次"];
