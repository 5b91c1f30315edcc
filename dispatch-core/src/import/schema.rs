//! The columns of each kind of file: field names, accepted headers, how cells are read.
//!
//! Sources: the officer template of 22 columns, the object template of 12, and the minimal list of
//! the provincial platforms, with the variants seen in bureaus' own lists.
//!
//! Invariant: no header stands for two fields of one schema, nor for a field and personal data.

mod drop;
mod visit;

use super::cell::CellKind;

pub(super) use drop::DROP;
pub(super) use visit::VISIT;

/// What a file may and must hold.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) fields: &'static [Field],
    /// Fields every row must fill.
    pub(super) required: &'static [&'static str],
    /// Fields that together name a row only once.
    pub(super) key: &'static [&'static str],
    /// Whether a repeated key is merely left out, with a note.
    pub(super) repeats_allowed: bool,
}

/// One field and the headers accepted for it, besides its own name.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: CellKind,
    pub(super) headers: &'static [&'static str],
}

impl Schema {
    /// The field of this name, but for the certificates of the template.
    pub(super) fn named(&self, name: &str) -> Option<&'static Field> {
        let named = |field: &&Field| field.name == name && !name.contains(':');
        self.fields.iter().find(named)
    }

    /// The field a header in folded form stands for.
    pub(super) fn field(&self, header: &str) -> Option<&'static Field> {
        let named = |field: &&Field| field.name == header || field.headers.contains(&header);
        self.fields.iter().find(named)
    }
}

const fn field(name: &'static str, kind: CellKind, headers: &'static [&'static str]) -> Field {
    Field {
        name,
        kind,
        headers,
    }
}

use CellKind::{Code, Date, Expert, Expiry, Leave, Limit, List, OfficerId, SubjectId, Text, YesNo};

/// Subjects: sorted by field name.
pub(super) static SUBJECT: Schema = Schema {
    fields: &[
        field(
            "address",
            Text,
            &[
                "住所",
                "地址",
                "经营场所",
                "住所(经营场所)",
                "注册地址",
                "企业地址",
                "经营地址",
            ],
        ),
        field("authority", Text, &["登记机关", "注册机关"]),
        field("established", Date, &["成立日期", "注册日期", "成立时间"]),
        field(
            "exclusion",
            List,
            &["频次排除代码", "排除事由代码", "频次排除事由"],
        ),
        field(
            "exclusion_ref",
            Text,
            &["频次排除凭据", "排除凭据", "排除检查编号"],
        ),
        field("expert", Expert, &["配备专家(组长)", "配备专家"]),
        field("id", SubjectId, SUBJECT_ID),
        field(
            "industry",
            Text,
            &["行业", "所属行业", "行业门类", "行业类别", "国民经济行业"],
        ),
        field(
            "last_visit",
            Date,
            &["上次检查日期", "最近检查日期", "上次抽查日期"],
        ),
        field(
            "last_visit_ref",
            Code,
            &["上次检查编号", "最近检查编号", "上次检查文号"],
        ),
        field("library", Text, &["专项库名称", "专项库", "检查对象库"]),
        field(
            "licence_from",
            Date,
            &["批准日期", "许可日期", "发证日期", "许可证批准日期"],
        ),
        field("licence_issuer", Text, &["发证机关", "许可机关"]),
        field("licence_name", Text, &["许可证名称", "许可名称"]),
        field("licence_number", Code, &["编号", "许可证编号", "许可证号"]),
        field(
            "licence_to",
            Date,
            &[
                "有效期至",
                "有效期",
                "有效期止",
                "许可证有效期至",
                "有效期至(长期=9999-09-09)",
            ],
        ),
        field(
            "name",
            Text,
            &[
                "企业名称",
                "名称",
                "单位名称",
                "主体名称",
                "检查对象",
                "检查对象名称",
                "市场主体名称",
                "经营主体名称",
            ],
        ),
        field(
            "office",
            Text,
            &["管辖单位", "管辖机关", "监管所", "所属监管所", "辖区监管所"],
        ),
        field(
            "region",
            Text,
            &[
                "地区",
                "区域",
                "行政区",
                "行政区划",
                "所属区域",
                "所在区",
                "辖区",
                "区县",
            ],
        ),
        field(
            "risk",
            Code,
            &[
                "信用风险等级",
                "风险等级",
                "信用风险分类",
                "信用等级",
                "风险类别",
                "信用风险类别",
            ],
        ),
        field(
            "skills",
            List,
            &["专业资质资格", "资质资格要求", "所需资质", "所需专业资质"],
        ),
        field(
            "status",
            Text,
            &["状态", "登记状态", "经营状态", "企业状态"],
        ),
        field("supervision", Text, &["专业监管", "专业监管类别"]),
        field(
            "type",
            Text,
            &[
                "类型",
                "企业类型",
                "主体类型",
                "市场主体类型",
                "经营主体类型",
            ],
        ),
        field(
            "visits_this_year",
            Limit,
            &["本年检查次数", "本年度检查次数"],
        ),
    ],
    required: &["id", "name"],
    key: &["id"],
    repeats_allowed: false,
};

/// Officers: sorted by field name; the certificates of the template have names with a colon.
pub(super) static OFFICER: Schema = Schema {
    fields: &[
        field("area", Text, &["岗位管辖片区", "管辖片区", "片区"]),
        field(
            "department",
            Text,
            &[
                "部门/机构",
                "部门",
                "机构",
                "所属部门",
                "执法部门",
                "执法主体",
            ],
        ),
        field(
            "expert",
            Expert,
            &["是否专家", "专家类别", "专家", "专家类型"],
        ),
        field(
            "expires",
            Expiry,
            &[
                "有效期",
                "有效期至",
                "证件有效期",
                "执法证有效期",
                "执法证有效期至",
                "证件有效期至",
                "有效期止",
            ],
        ),
        field(
            "id",
            OfficerId,
            &[
                "执法证号",
                "执法证编号",
                "执法证件号",
                "执法证件编号",
                "行政执法证号",
                "执法证",
                "证件编号",
            ],
        ),
        field(
            BUREAU_ID,
            OfficerId,
            &[
                "工商执法证",
                "工商执法证号",
                "市场监管执法证",
                "市场监管执法证号",
            ],
        ),
        field(
            PROVINCIAL_ID,
            OfficerId,
            &["省政府执法证", "省政府执法证号"],
        ),
        field(
            "lead",
            YesNo,
            &["可任组长", "组长", "是否可任组长", "能否任组长"],
        ),
        field("leave", Leave, &["请假", "请假时段", "休假", "请假时间"]),
        field("level", Text, &["层级", "单位层级"]),
        field("limit", Limit, &["任务上限", "任务数上限", "检查任务上限"]),
        field("matters", List, &["执法事项范围", "执法事项", "事项范围"]),
        field(
            "name",
            Text,
            &["姓名", "执法人员", "人员姓名", "执法人员姓名"],
        ),
        field("post", Text, &["岗位大类", "岗位"]),
        field(
            "region",
            Text,
            &["地区", "区域", "行政区", "行政区划", "所属区域", "区县"],
        ),
        field("since", Date, &["从事本岗起始日期", "从事本岗起始时间"]),
        field(
            "skills",
            List,
            &[
                "岗位资质资格",
                "资质资格",
                "专业资质资格",
                "专业资质",
                "资质",
            ],
        ),
        field("staff_number", Code, &["单位工号", "工号"]),
        field("title", Text, &["担任职务", "职务"]),
        field("unit", Text, &["工作单位", "单位"]),
    ],
    required: &["id", "name", "expires", "department"],
    key: &["id"],
    repeats_allowed: false,
};

/// Recusals.
pub(super) static RECUSAL: Schema = Schema {
    fields: &[
        field(
            "officer",
            OfficerId,
            &["执法证号", "执法证编号", "执法人员证号", "执法证"],
        ),
        field(
            "reason",
            Text,
            &["回避原因", "回避事由", "回避理由", "原因", "事由"],
        ),
        field(
            "subject",
            SubjectId,
            &[
                "统一社会信用代码",
                "检查对象",
                "社会信用代码",
                "信用代码",
                "检查对象代码",
            ],
        ),
    ],
    required: &["officer", "reason", "subject"],
    key: &["subject", "officer"],
    repeats_allowed: true,
};

/// The certificate of the former industry-and-commerce system.
pub(super) const BUREAU_ID: &str = "id:bureau";
/// The certificate of the provincial government.
pub(super) const PROVINCIAL_ID: &str = "id:provincial";

const SUBJECT_ID: &[&str] = &[
    "统一社会信用代码",
    "统一社会信用代码/注册号",
    "社会信用代码",
    "统一信用代码",
    "信用代码",
    "统一代码",
    "代码",
    "检查对象代码",
    "注册号",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::import::personal::PERSONAL;
    use crate::import::personal::SERIAL;

    #[test]
    fn no_header_has_two_meanings() {
        for schema in [&SUBJECT, &OFFICER, &RECUSAL, &VISIT, &DROP] {
            let mut seen: HashSet<&str> = HashSet::new();
            for field in schema.fields {
                assert!(seen.insert(field.name), "{}", field.name);
                for header in field.headers {
                    assert!(seen.insert(header), "{header}");
                }
            }
            for header in PERSONAL.iter().chain(SERIAL) {
                assert!(seen.insert(header), "{header}");
            }
        }
    }
}
