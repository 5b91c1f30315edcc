//! The sheet 任务: one row for every key that a plan has once.
//!
//! Source: docs/plan.md. Invariant: no label comes twice.

use super::Kind::{Day, List, Number, OfficerColumns, SubjectColumns, Text, Time, Times, Words};
use super::{Field, may, must};

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
        "抽取方式",
        "mode",
        Words(MODES),
        "一次抽取",
        "一次抽取（默认）；分批抽取：抽取时间一批、每个补抽时间各一批",
    ),
    may(
        "发起方参与部门名",
        "parent.child",
        Text,
        "",
        "分级抽取：发起方抽查任务中本部门的名称",
    ),
    may(
        "发起方承诺值",
        "parent.commitment",
        Text,
        "",
        "分级抽取：发起方公告的承诺值（64位十六进制）",
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
        "补抽提前公布时长",
        "schedule.stage_lead",
        Text,
        "24h",
        "如 24h、90m、2d；不填为24h。补抽文件最迟在此之前公布",
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
    may(
        "停派人数上限",
        "team.max_drops",
        Number,
        "5",
        "各次补抽合计最多停派人员或同一户再次换人的次数；不填为5",
    ),
    may(
        "固定检查组",
        "team.standing",
        Number,
        "0",
        "0（默认）为每户单独派员；其他数为每个固定检查组约检查几户",
    ),
];

const MODES: &[(&str, &str)] = &[("一次抽取", "sample"), ("分批抽取", "order")];
const SUBJECT_IDS: &[(&str, &str)] = &[("统一社会信用代码", "credit-code"), ("其他编号", "other")];
