//! The table of checks: stable ids, sections, needs and titles.
//!
//! Source: docs/spec.md sections 11 and 13. The ids are the same in every implementation.

use crate::language::Message;

/// A numbered check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Stable id.
    pub id: &'static str,
    /// Section of docs/spec.md.
    pub section: &'static str,
    /// Checks that must have passed.
    pub needs: &'static [&'static str],
    /// When the public cannot see it.
    pub mark: Mark,
    english: &'static str,
    chinese: &'static str,
}

impl Check {
    /// What the check is about.
    #[must_use]
    pub fn title(&self) -> Message {
        Message::new(self.english, self.chinese)
    }
}

/// When the public form hides a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Never.
    None,
    /// Always.
    Auditor,
    /// When strata depend on sealed columns.
    Strata,
    /// When teams depend on sealed columns.
    Team,
}

/// What a child's check needs of its own report, beside its row, and of the parent's.
pub(super) const CHILD_NEEDS: (&[&str], &[&str]) = (&["A03", "H01"], &["A07", "A10"]);

/// Checks that have these needs in a child draw.
pub(super) const OF_CHILDREN: &[&str] = &["D02", "G05", "G06", "G07", "G08", "G09", "H03"];

/// The check with this id.
#[must_use]
pub fn check(id: &str) -> &'static Check {
    // Ids come from this crate; the first row stands in for one that does not exist.
    CHECKS
        .iter()
        .find(|check| check.id == id)
        .unwrap_or(&CHECKS[0])
}

const fn row(
    id: &'static str,
    section: &'static str,
    needs: &'static [&'static str],
    mark: Mark,
    english: &'static str,
    chinese: &'static str,
) -> Check {
    Check {
        id,
        section,
        needs,
        mark,
        english,
        chinese,
    }
}

/// All checks, in order: a row each.
#[rustfmt::skip]
pub const CHECKS: [Check; 58] = [
    row("A01", "10", &[], Mark::None, "container", "证据包完整可读"),
    row("A02", "4", &[], Mark::None, "announcement is well formed", "公告格式与规则"),
    row("A03", "2.1", &["A02"], Mark::None, "subject roster is well formed", "检查对象名录格式"),
    row("A04", "2.1", &["A02"], Mark::None, "officer roster is well formed", "执法检查人员名录格式"),
    row("A05", "10", &["A02"], Mark::None, "recusals are well formed", "回避记录格式"),
    row("A06", "8", &[], Mark::None, "result is well formed", "结果文件格式"),
    row("A07", "8", &["A02"], Mark::None, "assignments are well formed", "派员记录格式"),
    row("A08", "9", &[], Mark::None, "disclosure is well formed", "公开文件格式"),
    row("A09", "10", &["A02"], Mark::Auditor, "auditor's files are well formed", "审计文件格式"),
    row("A10", "15.1", &["A02"], Mark::None, "files of the stages are well formed", "补抽文件格式"),
    row("A11", "17.7", &[], Mark::None, "files of log and time lock are well formed", "日志与时间锁文件格式"),
    row("B01", "4", &["A02", "A06", "A08"], Mark::None, "all documents are of one announcement", "各文件属于同一公告"),
    row("B02", "2.2", &["A02"], Mark::None, "subject roster is the frozen one", "检查对象名录与冻结时一致"),
    row("B03", "2.2", &["A02"], Mark::None, "officer roster is the frozen one", "执法检查人员名录与冻结时一致"),
    row("B04", "2.4", &["A02", "A05"], Mark::None, "recusals are the frozen ones", "回避记录与冻结时一致"),
    row("B05", "2.5", &["A02", "A03"], Mark::None, "changes of the subject roster", "检查对象名录的变动"),
    row("B06", "2.5", &["A02", "A04"], Mark::None, "changes of the officer roster", "执法检查人员名录的变动"),
    row("B07", "3.2", &["A02", "A03"], Mark::Strata, "exclusions, pools and quotas", "排除、分层与抽取数量"),
    row("B08", "4", &["A02", "A08"], Mark::None, "the secret is the frozen one", "密钥与冻结时一致"),
    row("B09", "3", &["A02"], Mark::None, "announced in time, by its own account", "按公告自述，提前公告"),
    row("C01", "9", &["A02", "A08"], Mark::None, "seed sources are the announced ones", "随机源与公告一致"),
    row("C02", "5.2", &["A02"], Mark::None, "the round follows from the draw time", "信标轮次由抽取时间确定"),
    row("C03", "5.3", &["A02", "C01"], Mark::None, "the pulse is genuine", "随机信标真实"),
    row("C04", "5.1", &["A02", "C01"], Mark::None, "public numbers fit", "公开号码符合规定"),
    row("C05", "5.1", &["A02", "C01"], Mark::None, "contributions open", "各方承诺已打开"),
    row("C06", "5.3", &["A02"], Mark::None, "the recent pulse is genuine", "公告所附信标真实"),
    row("D01", "6", &["A02", "A03", "A07", "C01"], Mark::None, "tickets", "摇号号码"),
    row("D02", "6", &["A02", "A03", "A07", "C01"], Mark::Strata, "selection", "抽中对象"),
    row("D03", "6", &["A02", "A07"], Mark::None, "number drawn", "抽取总数"),
    row("D04", "7.2", &["A02", "A03", "A04", "A05", "A07"], Mark::Team, "every officer may fill the slot", "派员均符合条件"),
    row("D05", "7.4", &["A02", "A03", "A04", "A05", "A07", "C01"], Mark::Team, "teams follow from the seed", "派员由种子确定"),
    row("D06", "8", &["A02", "A06", "A07", "C01"], Mark::None, "result root", "结果根值"),
    row("E01", "2.3", &["A02", "A03", "A04", "A09"], Mark::Auditor, "sealed cells open", "封存列"),
    row("E02", "2.4", &["A02", "A05", "A09"], Mark::Auditor, "recusals open", "回避事由"),
    row("F01", "12", &["A02"], Mark::None, "the commitment you hold", "您持有的承诺"),
    row("F02", "12", &["A02"], Mark::None, "the slips in your policy", "信任策略中的承诺单"),
    row("F03", "12", &["A02", "A10"], Mark::None, "the slips of later stages in your policy", "信任策略中的补抽承诺单"),
    row("G01", "15.1", &["A02", "A06", "A10"], Mark::None, "stages are the announced ones, each behind the one before", "补抽与公告一致、前后衔接"),
    row("G02", "3", &["A02", "A10"], Mark::None, "stages were published in time, by their own account", "按补抽文件自述，提前公布"),
    row("G03", "15.2", &["A02", "A08", "A10"], Mark::None, "what fell out is what was frozen", "退出名单与冻结时一致"),
    row("G04", "5.3", &["A02", "A10"], Mark::None, "the pulses of the stages are genuine", "补抽的随机信标真实"),
    row("G05", "15.2", &["A02", "A04", "A07", "A10"], Mark::None, "what fell out may fall out", "退出事项符合规定"),
    row("G06", "15.3", &["A02", "A03", "A07", "A08", "A10"], Mark::None, "tickets of the stages", "补抽号码"),
    row("G07", "15.3", &["A02", "A03", "A07", "A08", "A10"], Mark::Strata, "new subjects follow from the stage's seed", "补抽对象由种子确定"),
    row("G08", "15.4", &["A02", "A03", "A04", "A05", "A07", "A08", "A10"], Mark::Team, "teams of the stages follow from the stage's seed", "补抽派员由种子确定"),
    row("G09", "15.5", &["A02", "A07", "A08", "A10"], Mark::None, "results of the stages", "补抽结果根值"),
    row("H01", "16.1", &["A02"], Mark::None, "the bundle is that of its parent's child", "属于发起方抽取的分级抽取"),
    row("H02", "16.1", &["A02", "H01"], Mark::None, "roster, window and times fit the parent's", "名录、期限和时间与发起方衔接"),
    row("H03", "16.2", &["A02", "A07", "A10", "H01"], Mark::None, "lists follow the parent's", "名单与发起方一致"),
    row("H04", "16.3", &["A02"], Mark::None, "every child is disclosed", "各分级抽取均已公开"),
    row("H05", "16.1", &["A02", "A04", "H01"], Mark::None, "nobody stands in two officer rosters", "人员未重复列入名录"),
    row("L01", "17.5", &["A11"], Mark::None, "the log's proofs hold under your log policy", "日志证明符合您的日志策略"),
    row("L02", "17.4", &["A02", "L01"], Mark::None, "the announcement was logged in time, once", "公告按期入日志且仅此一份"),
    row("L03", "17.4", &["A02", "A06", "A10", "L01"], Mark::None, "the results are the logged ones", "结果与日志一致"),
    row("L04", "17.4", &["A02", "A10", "L01"], Mark::None, "the stages were logged in time", "补抽按期入日志"),
    row("L05", "17.6", &["A11", "L01"], Mark::None, "time-stamp tokens", "时间戳"),
    row("K01", "18.2", &["A02", "L01"], Mark::None, "a custodian acknowledged in time", "密钥保管方已按期确认"),
    row("K02", "18.3", &["A02", "A11"], Mark::None, "the time lock holds the secret", "时间锁内为冻结的密钥"),
];
