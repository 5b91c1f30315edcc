//! The sheets with one row for every item of a list.
//!
//! Source: docs/plan.md. Invariant: the parts of an item that may be repeated share one prefix.

use super::Kind::{
    Flag, List, Number, OfficerColumn, Part, SubjectColumn, Test, Text, Time, Values, Words,
};
use super::{Table, may, must};

/// The sheets with lists.
pub static TABLES: &[Table] = &[
    Table {
        sheet: "抽查事项",
        path: "matters",
        fields: &[
            must(
                "事项编码",
                "code",
                Text,
                "GS-02",
                "随机抽查事项清单中的编码",
            ),
            must("事项名称", "name", Text, "公示信息检查", "清单中的名称"),
            must(
                "检查依据",
                "basis",
                Text,
                "《企业信息公示暂行条例》",
                "法律、条款、文号",
            ),
            must(
                "事项类别",
                "kind",
                Words(MATTER_KINDS),
                "一般检查事项",
                "一般检查事项或重点检查事项",
            ),
            may(
                "比例上限",
                "ceiling",
                Part,
                "20%",
                "抽查比例上限；对一般检查事项有约束力",
            ),
        ],
    },
    Table {
        sheet: "排除",
        path: "exclusions",
        fields: &[
            must("排除代码", "code", Text, "visited-12m", "本任务内不得重复"),
            must(
                "排除原因",
                "label",
                Text,
                "12个月内已接受检查",
                "用文字说明",
            ),
            must("排除依据", "basis", Text, "国办发〔2024〕54号", "法律依据"),
            may(
                "凭据列",
                "reference",
                SubjectColumn,
                "上次检查编号",
                "名录中填写已完成且已公开的检查编号的列",
            ),
            must(
                "条件列",
                "where.field",
                SubjectColumn,
                "上次检查日期",
                "名录的列；同一项的更多条件写在下面的行，左边留空",
            ),
            must(
                "判断",
                "where.test",
                Test,
                "不小于",
                "属于、不属于、开头为、不小于、不大于、包含任一",
            ),
            must(
                "条件值",
                "where.values",
                Values,
                "2025-07-23",
                "多个值用分号隔开；空值写（空）",
            ),
        ],
    },
    Table {
        sheet: "分层",
        path: "strata",
        fields: &[
            must(
                "分层名称",
                "name",
                Text,
                "高风险",
                "自上而下，每户归入第一个符合的分层",
            ),
            must(
                "抽取比例或数量",
                "quota",
                Part,
                "6%",
                "比例如 6%、1/30；固定数量填整数",
            ),
            may(
                "舍入方式",
                "rounding",
                Words(ROUNDINGS),
                "进一",
                "比例有余数时：四舍五入（默认）、进一、舍去",
            ),
            may("最少数量", "minimum", Number, "", "按比例抽取时至少抽几户"),
            may(
                "条件列",
                "where.field",
                SubjectColumn,
                "信用风险等级",
                "名录的列；不填为其余全部。更多条件写在下面的行，左边留空",
            ),
            may(
                "判断",
                "where.test",
                Test,
                "属于",
                "属于、不属于、开头为、不小于、不大于、包含任一",
            ),
            may(
                "条件值",
                "where.values",
                Values,
                "C；D",
                "多个值用分号隔开；空值写（空）",
            ),
        ],
    },
    Table {
        sheet: "参与部门",
        path: "children",
        fields: &[
            must(
                "参与部门",
                "name",
                Text,
                "消防救援大队",
                "联合检查的其他部门或层级，各自抽取派员",
            ),
            must(
                "分级抽取编号",
                "draw",
                Text,
                "440106-2026-0007-XF",
                "该部门抽取任务的编号",
            ),
            may("派员人数", "officers", Number, "1", "每户派几人；不填为1"),
            may(
                "条件列",
                "where.field",
                SubjectColumn,
                "",
                "只检查部分对象时填写；不得用封存列。更多条件写在下面的行，左边留空",
            ),
            may(
                "判断",
                "where.test",
                Test,
                "",
                "属于、不属于、开头为、不小于、不大于、包含任一",
            ),
            may(
                "条件值",
                "where.values",
                Values,
                "",
                "多个值用分号隔开；空值写（空）",
            ),
        ],
    },
    Table {
        sheet: "席位",
        path: "team.slots",
        fields: &[
            must("席位名称", "name", Text, "组长", "检查组中的席位"),
            must(
                "部门",
                "department",
                Text,
                "市场监管局",
                "人员所在部门，须与人员名录一致",
            ),
            may(
                "人数",
                "count",
                Number,
                "1",
                "不填为1；执法检查人员合计不少于2人",
            ),
            may(
                "身份",
                "role",
                Words(ROLES),
                "执法检查人员",
                "执法检查人员（默认）或专家；专家不计入2人",
            ),
            may("专家类别", "expert", Text, "", "身份为专家时必填"),
            may("任组长", "lead", Flag, "是", "是否须可任组长"),
            may("技能", "skills", List, "", "须具备的资质，多项用分号隔开"),
            may(
                "可检查事项",
                "matters",
                List,
                "",
                "须能检查的事项，多项用分号隔开",
            ),
            may(
                "人员列",
                "match.officer",
                OfficerColumn,
                "",
                "对象与人员的关系：人员名录的列。更多关系写在下面的行，左边留空",
            ),
            may(
                "关系",
                "match.rule",
                Words(MATCH_KINDS),
                "",
                "相同、不同或涵盖",
            ),
            may("对象列", "match.subject", SubjectColumn, "", "对象名录的列"),
        ],
    },
    Table {
        sheet: "派员分组",
        path: "team.group",
        fields: &[
            must(
                "人员列",
                "officer",
                OfficerColumn,
                "地区",
                "人员名录的列；与“同区域派员”只填一处",
            ),
            must("对象列", "subject", SubjectColumn, "地区", "对象名录的列"),
        ],
    },
    Table {
        sheet: "随机源",
        path: "seed",
        fields: &[
            must(
                "随机源类别",
                "kind",
                Words(SEED_KINDS),
                "公共随机信标",
                "公共随机信标（drand）、公开号码或外部单位承诺",
            ),
            may("信标链", "chain", Text, "", "可不填"),
            may(
                "事件名称",
                "name",
                Text,
                "",
                "公开号码：如 福彩双色球2026084期",
            ),
            may("公布处", "published", Text, "", "公开号码：在何处公布"),
            may(
                "开奖时间",
                "time",
                Time,
                "",
                "公开号码：北京时间，不早于抽取时间",
            ),
            may(
                "号码顺序",
                "shape",
                Words(SHAPES),
                "",
                "公开号码：不计顺序或按顺序",
            ),
            may("最小号码", "from", Number, "", "公开号码"),
            may("最大号码", "to", Number, "", "公开号码"),
            may("号码个数", "count", Number, "", "公开号码"),
            may("最小熵", "bits", Number, "", "公开号码：比特数"),
            may("承诺单位", "body", Text, "", "外部单位承诺：单位名称"),
            may("承诺哈希", "hash", Text, "", "外部单位承诺：64位十六进制"),
            may(
                "外部单位",
                "outside",
                Flag,
                "",
                "外部单位承诺：是否在抽查机关之外",
            ),
        ],
    },
];

const MATTER_KINDS: &[(&str, &str)] = &[("一般检查事项", "general"), ("重点检查事项", "key")];
const ROUNDINGS: &[(&str, &str)] = &[("四舍五入", "nearest"), ("进一", "up"), ("舍去", "down")];
const ROLES: &[(&str, &str)] = &[("执法检查人员", "officer"), ("专家", "expert")];
const MATCH_KINDS: &[(&str, &str)] = &[("相同", "same"), ("不同", "differ"), ("涵盖", "covers")];
const SEED_KINDS: &[(&str, &str)] = &[
    ("公共随机信标", "drand"),
    ("公开号码", "public-numbers"),
    ("外部单位承诺", "contribution"),
];
const SHAPES: &[(&str, &str)] = &[("不计顺序", "set"), ("按顺序", "sequence")];
