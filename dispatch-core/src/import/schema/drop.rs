//! The columns of a list of what fell out before a stage.
//!
//! Source: docs/spec.md 15.2. Invariant: as for the other lists.

use super::super::cell::CellKind::{Choice, OfficerId, SubjectId, Text};
use super::super::cell::Choice as Words;
use super::{SUBJECT_ID, Schema, field};

/// What fell out, for a stage.
pub(in crate::import) static DROP: Schema = Schema {
    fields: &[
        field("approver", Text, &["批准人", "审批人", "批准领导"]),
        field(
            "evidence",
            Text,
            &["证据", "证明材料", "证据文件", "证据哈希"],
        ),
        field(
            "officer",
            OfficerId,
            &["执法证号", "执法证编号", "执法人员证号", "执法证"],
        ),
        field(
            "reason",
            Choice(DROP_REASONS),
            &["退出事由", "事由", "原因", "退出原因"],
        ),
        field("subject", SubjectId, SUBJECT_ID),
    ],
    required: &["approver", "evidence", "reason"],
    key: &["subject", "officer"],
    repeats_allowed: false,
};

/// docs/spec.md 15.2. "Nobody was met" is none of them: that is a result of the visit.
const DROP_REASONS: Words = &[
    ("deregistered", &["已注销", "注销"]),
    ("revoked", &["被吊销", "吊销"]),
    ("cancelled", &["被撤销", "撤销"]),
    ("moved-out", &["已迁出", "迁出"]),
    ("out-of-scope", &["不属于抽查范围", "超出抽查范围"]),
    ("under-investigation", &["正在立案调查", "立案调查"]),
    ("force-majeure", &["不可抗力"]),
    ("recusal", &["应当回避", "回避"]),
    ("recusal-requested", &["申请回避", "对象申请回避"]),
    ("unavailable", &["无法参加", "请假"]),
    ("transferred", &["调离岗位", "调离"]),
    ("certificate-invalid", &["证件失效"]),
    ("other-duty", &["另有任务"]),
];
