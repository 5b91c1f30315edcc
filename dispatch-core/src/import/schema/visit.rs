//! The columns of a list of visits.
//!
//! Source: docs/ledger.md. Invariant: as for the other lists.

use super::super::cell::CellKind::{Choice, Code, Date, List, OfficerIds, SubjectId, Text};
use super::super::cell::Choice as Words;
use super::{SUBJECT_ID, Schema, field};

/// Visits, for the frequency ledger.
pub(in crate::import) static VISIT: Schema = Schema {
    fields: &[
        field("cause", Text, &["检查事由", "事由", "任务来源", "案由"]),
        field(
            "date",
            Date,
            &["检查日期", "检查时间", "检查完成日期", "计划检查日期"],
        ),
        field(
            "department",
            Text,
            &["检查部门", "部门", "检查机关", "检查主体"],
        ),
        field("disclosed", Date, &["公开日期", "公示日期", "公开时间"]),
        field("draw", Code, &["任务编号", "抽查任务编号", "抽取编号"]),
        field(
            "kind",
            Choice(VISIT_KINDS),
            &["检查类型", "检查类别", "类型", "类别"],
        ),
        field(
            "officers",
            OfficerIds,
            &["检查人员执法证号", "执法证号", "检查人员", "执法人员证号"],
        ),
        field(
            "premises",
            Text,
            &["检查地址", "检查场所", "检查地点", "经营场所"],
        ),
        field(
            "reference",
            Text,
            &["检查编号", "检查文号", "检查任务单号", "编号"],
        ),
        field("result", List, &["检查结果", "结果", "检查结果代码"]),
        field(
            "state",
            Choice(VISIT_STATES),
            &["检查状态", "状态", "完成情况"],
        ),
        field("subject", SubjectId, SUBJECT_ID),
    ],
    required: &["date", "kind", "reference", "state", "subject"],
    key: &["subject", "reference", "date"],
    repeats_allowed: false,
};

/// 司法部, April 2025: the three kinds of inspection.
const VISIT_KINDS: Words = &[
    ("routine", &["日常", "日常检查"]),
    ("case", &["个案", "个案检查"]),
    ("campaign", &["专项", "专项检查"]),
];
const VISIT_STATES: Words = &[
    ("planned", &["计划", "已计划", "待检查", "未完成"]),
    ("completed", &["完成", "已完成", "已检查"]),
];
