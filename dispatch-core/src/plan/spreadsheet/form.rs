//! The sheets of a plan workbook: which cell becomes which key of the plan text.
//!
//! Source: docs/plan.md, whose tables give the Chinese names. To add a field of the plan, add one line
//! here; reading, writing, templates and messages follow. Invariant: no header stands for two keys of
//! one sheet.

/// One cell that a person fills in.
#[derive(Debug)]
pub struct Field {
    /// The name on the sheet.
    pub header: &'static str,
    /// The key of the plan text, with its section: `schedule.lead`, or `where.field` for a part that
    /// may be repeated in further rows.
    pub key: &'static str,
    /// How the cell is read.
    pub kind: Kind,
    /// Whether it must be filled.
    pub required: bool,
    /// What it means.
    pub note: &'static str,
    /// What somebody might write.
    pub example: &'static str,
}

/// How a cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// A part such as 3%, or a whole number.
    Part,
    /// 是 or 否.
    Flag,
    /// Texts with ； or line ends between them.
    List,
    /// A time; without an offset it is Beijing time.
    Time,
    /// Several of them.
    Times,
    /// A date.
    Day,
    /// One of these words, each with what it is in the plan text.
    Words(&'static [(&'static str, &'static str)]),
    /// A column of the subject roster, by header or field name.
    SubjectColumn,
    /// Several of them.
    SubjectColumns,
    /// A column of the officer roster, by header or field name.
    OfficerColumn,
    /// Several of them.
    OfficerColumns,
    /// The test of a condition, which becomes the key of its values.
    Test,
    /// The values of a condition.
    Values,
}

/// A sheet with one row for every item.
#[derive(Debug)]
pub struct Table {
    /// Name of the sheet.
    pub sheet: &'static str,
    /// Path of the list in the plan text.
    pub path: &'static str,
    /// Its columns.
    pub fields: &'static [Field],
}

const fn must(
    header: &'static str,
    key: &'static str,
    kind: Kind,
    example: &'static str,
    note: &'static str,
) -> Field {
    Field {
        header,
        key,
        kind,
        required: true,
        note,
        example,
    }
}

const fn may(
    header: &'static str,
    key: &'static str,
    kind: Kind,
    example: &'static str,
    note: &'static str,
) -> Field {
    Field {
        header,
        key,
        kind,
        required: false,
        note,
        example,
    }
}

use Kind::{
    Day, Flag, List, Number, OfficerColumn, OfficerColumns, Part, SubjectColumn, SubjectColumns,
    Test, Text, Time, Times, Values, Words,
};

/// Name of the sheet with one row for every key.
pub const TASK_SHEET: &str = "任务";

/// The rows of that sheet.
pub static TASK: &[Field] = &[
    must(
        "任务编号",
        "draw",
        Text,
        "440106-2026-0007",
        "本机关内不得重复",
    ),
    must(
        "序号",
        "sequence",
        Number,
        "7",
        "本机关抽查的序号，从1起逐次加一，不得跳号",
    ),
    must(
        "任务名称",
        "title",
        Text,
        "2026年度天河区公示信息抽查",
        "抽查任务的名称",
    ),
    must(
        "抽查机关",
        "authority",
        Text,
        "广州市天河区市场监督管理局",
        "组织抽查的机关",
    ),
    may(
        "年度计划出处",
        "annual_plan",
        Text,
        "穗市监〔2026〕12号 附件1 第7项",
        "年度抽查工作计划中的出处；与“临时任务理由”须且只须填写一项",
    ),
    may(
        "临时任务理由",
        "temporary_reason",
        Text,
        "",
        "计划外的临时抽查须写明理由",
    ),
    may(
        "重抽的原承诺值",
        "repeats",
        Text,
        "",
        "如为重抽，填写原抽查的承诺值（64位十六进制）",
    ),
    may(
        "对象编号类型",
        "subjects.ids",
        Words(SUBJECT_IDS),
        "统一社会信用代码",
        "不填为统一社会信用代码（核对校验码）",
    ),
    may(
        "对象封存列",
        "subjects.sealed",
        SubjectColumns,
        "",
        "只公布承诺、不公布内容的列，多列用分号隔开；不得封存编号",
    ),
    may(
        "对象保留列",
        "subjects.columns",
        List,
        "",
        "名录中需要保留的其他列，写表头，多列用分号隔开",
    ),
    may(
        "人员封存列",
        "officers.sealed",
        OfficerColumns,
        "",
        "人员名录中只公布承诺、不公布内容的列",
    ),
    must(
        "抽取时间",
        "schedule.draw_time",
        Time,
        "2026-07-23 15:38:30",
        "北京时间；使用此刻起公布的第一个公共随机数",
    ),
    may(
        "提前公告时长",
        "schedule.lead",
        Text,
        "24h",
        "如 24h、90m、2d；不填为24h。最迟在此之前冻结并公告",
    ),
    must(
        "检查期限首日",
        "schedule.window_start",
        Day,
        "2026-08-01",
        "检查的第一天",
    ),
    must(
        "检查期限末日",
        "schedule.window_end",
        Day,
        "2026-08-31",
        "检查的最后一天",
    ),
    must(
        "公开时间",
        "schedule.disclosure_time",
        Time,
        "2026-09-01 09:00:00",
        "北京时间；不早于检查期限末日次日08:00",
    ),
    may(
        "补抽时间",
        "schedule.stages",
        Times,
        "",
        "北京时间，多个用分号隔开，由早到晚",
    ),
    may(
        "同区域派员",
        "team.group_by",
        SubjectColumns,
        "地区",
        "人员与对象该列相同才派员，多列用分号隔开；列名不同的填“派员分组”表",
    ),
    may(
        "任务量余量",
        "team.slack",
        Number,
        "1",
        "每人任务量最多比最低可行值多几户；不填为1",
    ),
    may(
        "最少可用天数",
        "team.min_days",
        Number,
        "1",
        "检查期限内至少有几天不在请假；不填为1",
    ),
];

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

/// The tests of a condition.
pub const TESTS: &[(&str, &str)] = &[
    ("属于", "in"),
    ("不属于", "not_in"),
    ("开头为", "prefix"),
    ("不小于", "at_least"),
    ("不大于", "at_most"),
    ("包含任一", "has_any"),
];
/// 是 and 否.
pub const FLAGS: &[(&str, &str)] = &[("是", "true"), ("否", "false")];
const SUBJECT_IDS: &[(&str, &str)] = &[("统一社会信用代码", "credit-code"), ("其他编号", "other")];
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
