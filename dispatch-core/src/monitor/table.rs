//! The table of findings: stable numbers and titles, as docs/log.md lists them.

use crate::language::Message;

/// A numbered kind of finding.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Stable number.
    pub id: &'static str,
    english: &'static str,
    chinese: &'static str,
}

impl Kind {
    /// What it is about.
    #[must_use]
    pub fn title(&self) -> Message {
        Message::new(self.english, self.chinese)
    }
}

const fn row(id: &'static str, english: &'static str, chinese: &'static str) -> Kind {
    Kind {
        id,
        english,
        chinese,
    }
}

/// All kinds of findings, in order.
#[rustfmt::skip]
pub const KINDS: [Kind; 23] = [
    row("M01", "checkpoint without the log's signature or the quorum", "检查点缺少日志签名或未达法定数"),
    row("M02", "rolled back", "日志回退"),
    row("M03", "forked", "日志分叉"),
    row("M04", "entries are not those of the signed tree", "条目与已签名的根值不符"),
    row("M05", "malformed entry", "条目格式不符"),
    row("M06", "entry number missing or used twice", "条目编号缺失或重复"),
    row("M07", "announced late", "公告逾期"),
    row("M08", "out of plan", "计划外抽取"),
    row("M09", "announced or numbered twice", "抽取重复公告或序号重复"),
    row("M10", "sequence number missing", "抽取序号缺失"),
    row("M11", "result missing, late or changed", "结果缺失、逾期或前后不同"),
    row("M12", "stage late or unfinished", "补抽逾期或未完成"),
    row("M13", "no custodian acknowledged in time", "密钥保管方未按期确认"),
    row("M14", "disclosure missing, late or of another secret", "公开缺失、逾期或密钥不符"),
    row("M15", "voided", "抽取作废"),
    row("M16", "planned draw not held", "计划抽取未按期进行"),
    row("M17", "plan changed", "年度计划变更"),
    row("M18", "published document missing or different", "公布文件缺失或不符"),
    row("M19", "pulse or contribution does not hold", "随机信标或各方数值不成立"),
    row("M20", "time-stamp token does not hold", "时间戳不成立"),
    row("M21", "key changed or compromised", "密钥更换或泄露"),
    row("M22", "times disagree, or the log is silent", "时间异常或日志停更"),
    row("M23", "repeats a draw that was not disclosed", "重抽的原抽取未公开"),
];
