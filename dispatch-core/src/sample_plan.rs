//! A plan text to start from: a commented Guangzhou campaign for the synthetic sample rosters.
//!
//! Source: docs/plan.md. Rates by credit-risk class (A 3%, B 4%, C 5%, D 6%) follow published
//! municipal plans; the team follows 国发〔2019〕5号 (at least two officers). Invariant: with
//! well-formed options the text reads without faults.

use jiff::{Timestamp, ToSpan, tz::Offset};

use crate::syntax::time_text;

/// What differs from one sample plan to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamplePlan {
    /// Id of the draw.
    pub draw: String,
    /// Number of the draw in the authority's sequence.
    pub sequence: u64,
    /// When the draw takes place, with an offset from UTC (RFC 3339).
    pub draw_time: String,
    /// How long before the draw everything is announced, like "24h" or "10m".
    pub lead: String,
    /// First day of the visits, YYYY-MM-DD.
    pub window_start: String,
    /// Last day of the visits, YYYY-MM-DD.
    pub window_end: String,
    /// When everything is opened, with an offset from UTC (RFC 3339).
    pub disclosure_time: String,
    /// Subjects visited on this day or later are left out, YYYY-MM-DD.
    pub visited_since: String,
}

impl SamplePlan {
    /// Options for a draw at a time in seconds since 1970: visits from the next day (Beijing) on for
    /// 30 days, disclosure at 09:00 (Beijing) after them, no subject visited in the 12 months before.
    ///
    /// `None` outside the years 2001 to 9998.
    #[must_use]
    pub fn around(draw_unix: u64) -> Option<Self> {
        time_text(draw_unix)?;
        let time = Timestamp::from_second(i64::try_from(draw_unix).ok()?).ok()?;
        let local = Offset::constant(8).to_datetime(time);
        let today = local.date();
        let start = today.checked_add(1.day()).ok()?;
        let end = start.checked_add(29.days()).ok()?;
        let opened = end.checked_add(1.day()).ok()?;
        let since = today.checked_sub(1.year()).ok()?;
        let year = today.year();
        (2001..=9998).contains(&year).then(|| Self {
            draw: format!("440100-{year}-0001"),
            sequence: 1,
            draw_time: local.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string(),
            lead: "24h".to_owned(),
            window_start: start.to_string(),
            window_end: end.to_string(),
            disclosure_time: format!("{opened}T09:00:00+08:00"),
            visited_since: since.to_string(),
        })
    }
}

/// The text of a plan for a roster of about `subjects` synthetic subjects.
///
/// Options that are malformed come out in the text, where [`crate::plan::source::read`] refuses them.
#[must_use]
pub fn sample_plan(subjects: u64, options: &SamplePlan) -> String {
    let year: String = options.draw_time.chars().take(4).collect();
    let mut text = TEMPLATE.to_owned();
    for (mark, value) in [
        ("@SUBJECTS@", subjects.to_string()),
        ("@SEQUENCE@", options.sequence.to_string()),
        ("@DRAW@", quoted(&options.draw)),
        (
            "@TITLE@",
            quoted(&format!(
                "{year}年度广州市企业信用风险分类“双随机、一公开”抽查"
            )),
        ),
        (
            "@ANNUAL@",
            quoted(&format!(
                "广州市{year}年度“双随机、一公开”抽查工作计划 第1项"
            )),
        ),
        ("@DRAW_TIME@", quoted(&options.draw_time)),
        ("@LEAD@", quoted(&options.lead)),
        ("@START@", quoted(&options.window_start)),
        ("@END@", quoted(&options.window_end)),
        ("@DISCLOSURE@", quoted(&options.disclosure_time)),
        ("@SINCE@", quoted(&options.visited_since)),
    ] {
        text = text.replace(mark, &value);
    }
    text
}

/// A text as a TOML basic string.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\0'..='\u{1f}' | '\u{7f}' => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(character)));
            }
            // Keeps a value from being taken for a mark.
            '@' => quoted.push_str("\\u0040"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

const TEMPLATE: &str = r##"# 抽查任务（示例）：适用于约 @SUBJECTS@ 户的模拟检查对象名录库
# 每一项的含义、默认值与限制见 docs/plan.md。以 # 开头的是注释，不起作用。
# 标点请用半角：引号 "、等号 =、逗号 ,、方括号 [ ]。

# 任务编号（本机关内不得重复）与序号（逐次加一，不得跳号）
draw = @DRAW@
sequence = @SEQUENCE@
title = @TITLE@
authority = "广州市市场监督管理局"
# 年度抽查工作计划中的出处。计划外的临时抽查删去此行，改写 temporary_reason = "理由"
annual_plan = @ANNUAL@
# 若为重抽，写明被重抽任务的承诺值（64位十六进制）
# repeats = ""

[subjects]
# 检查对象编号：credit-code 为统一社会信用代码（核对校验位），other 为其他编号
ids = "credit-code"
# 封存列：只公布承诺、不公布内容。风险等级按规定不得公开时，去掉下一行的 #；
# 但分层用到封存列后，公众无法核验分层，只有审计方可以。
# sealed = ["risk"]

[schedule]
# 抽取时间：使用此刻起公布的第一个公共随机数。须写明时区，北京时间为 +08:00
draw_time = @DRAW_TIME@
# 提前公告的时长：名录库、规则与回避名单最迟在此之前冻结并公告
lead = @LEAD@
# 检查期限（首日与末日）
window_start = @START@
window_end = @END@
# 公开时间：不早于检查期限结束（末日次日北京时间 08:00）
disclosure_time = @DISCLOSURE@

# 抽查事项。kind：general 一般检查事项，key 重点检查事项；ceiling：抽查比例上限
[[matters]]
code = "GS-01"
name = "登记事项检查"
basis = "《中华人民共和国市场主体登记管理条例》"
kind = "general"
ceiling = "20%"

[[matters]]
code = "GS-02"
name = "公示信息检查"
basis = "《企业信息公示暂行条例》《企业公示信息抽查办法》"
kind = "general"
ceiling = "20%"

# 排除：12个月内已检查的不再抽取，避免重复检查。reference 列须填写该次检查的编号，否则不得排除
[[exclusions]]
code = "visited-12m"
label = "12个月内已接受检查"
basis = "国务院办公厅《关于严格规范涉企行政检查的意见》（国办发〔2024〕54号）"
reference = "last_visit_ref"
where = [{ field = "last_visit", at_least = @SINCE@ }]

# 名录经 dispatch ledger 处理后，还可按频次台账的规则排除：去掉以下各行的 #，或粘贴其生成的 exclusions.toml
# [[exclusions]]
# code = "cap-year"
# label = "本年度检查次数已达公布的上限"
# basis = "国办发〔2024〕54号；本机关公布的年度检查频次上限"
# reference = "exclusion_ref"
# where = [{ field = "exclusion", has_any = ["cap-year"] }]

# 分层：按信用风险等级分别确定抽查比例。自上而下，每户归入第一个符合的分层。
# rounding = "up" 为有余数即进一，保证不低于所定比例
[[strata]]
name = "A类（信用风险低）"
quota = "3%"
rounding = "up"
where = [{ field = "risk", in = ["A"] }]

[[strata]]
name = "B类（信用风险一般）"
quota = "4%"
rounding = "up"
where = [{ field = "risk", in = ["B"] }]

[[strata]]
name = "C类（信用风险较高）"
quota = "5%"
rounding = "up"
where = [{ field = "risk", in = ["C"] }]

[[strata]]
name = "D类（信用风险高）"
quota = "6%"
rounding = "up"
where = [{ field = "risk", in = ["D"] }]

# 检查组：只在同一区域内派员；每人任务量最多比最低可行值多 slack 户；
# 检查期限内至少有 min_days 天不在请假
[team]
group_by = "region"
slack = 1
min_days = 5

[[team.slots]]
name = "组长"
department = "市场监管局"
lead = true

[[team.slots]]
name = "检查人员"
department = "市场监管局"

# 跨部门联合检查：去掉以下各行的 #，即增加一名消防救援局人员
# [[team.slots]]
# name = "消防检查人员"
# department = "消防救援局"

# 随机源：drand 公共随机信标（quicknet 链），任何人可离线核验
[[seed]]
kind = "drand"
"##;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;
    use crate::plan::source::read;
    use crate::plan::steering::warnings;
    use crate::plan::{Plan, Quota, SubjectIds};
    use crate::roster::{Roster, RosterBuilder, RosterKind, RowRules};
    use crate::selection::Stratification;

    /// 2026-07-23T15:38:30+08:00, from `date -u -d … +%s`.
    const DRAW: u64 = 1_784_792_310;

    fn plan() -> Plan {
        let text = sample_plan(1000, &SamplePlan::around(DRAW).unwrap());
        read(&text).unwrap().plan
    }

    #[test]
    fn the_days_follow_from_the_draw_time() {
        let options = SamplePlan::around(DRAW).unwrap();
        assert_eq!(options.draw, "440100-2026-0001");
        assert_eq!(options.draw_time, "2026-07-23T15:38:30+08:00");
        assert_eq!(options.window_start, "2026-07-24");
        assert_eq!(options.window_end, "2026-08-22");
        assert_eq!(options.disclosure_time, "2026-08-23T09:00:00+08:00");
        assert_eq!(options.visited_since, "2025-07-23");
        // The Beijing day counts: 2024-02-29T00:30+08:00 is still the 28th in UTC.
        let leap = SamplePlan::around(1_709_137_800).unwrap();
        assert_eq!(
            (&*leap.window_start, &*leap.visited_since),
            ("2024-03-01", "2023-02-28")
        );
        assert!(SamplePlan::around(0).is_none() && SamplePlan::around(u64::MAX).is_none());
    }

    #[test]
    fn the_sample_reads_as_it_says() {
        let plan = plan();
        assert_eq!(plan.schedule.draw_time, "2026-07-23T07:38:30Z");
        assert_eq!((plan.team.size(), plan.team.slack), (2, 1));
        assert!(plan.subjects.sealed.is_empty() && plan.uses_drand());
        let rates = plan.strata.iter().map(|stratum| match stratum.quota {
            Quota::Ratio {
                denominator,
                numerator,
                ..
            } => 100 * numerator / denominator,
            Quota::Count { .. } => 0,
        });
        assert_eq!(rates.collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!(warnings(&plan, None, 0), []);
    }

    #[test]
    fn what_is_commented_out_reads_too() {
        let text = sample_plan(1000, &SamplePlan::around(DRAW).unwrap());
        let open: String = { text.split_inclusive('\n') }
            .map(|line| match line.strip_prefix("# ") {
                // Not prose: it begins like a key or a section, and ends like one.
                Some(rest)
                    if rest.starts_with(|c: char| c == '[' || c.is_ascii_lowercase())
                        && rest.trim_end().ends_with(['"', ']']) =>
                {
                    rest
                }
                _ => line,
            })
            .collect();
        let plan = read(&open).unwrap().plan;
        assert_eq!(plan.subjects.sealed, ["risk"]);
        assert_eq!(plan.exclusions[1].reference, "exclusion_ref");
        assert_eq!(plan.team.slots[2].department, "消防救援局");
    }

    #[test]
    fn hostile_options_stay_inside_their_quotes() {
        let mut options = SamplePlan::around(DRAW).unwrap();
        options.draw = "a\"\nsequence = 9 \\ @SEQUENCE@".to_owned();
        let faults = read(&sample_plan(1, &options)).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert_eq!(faults[0].path, "draw");
    }

    #[test]
    fn a_thousand_subjects_are_drawn_without_a_warning() {
        let plan = plan();
        let strata = Stratification::new(&plan, &roster(1000), None);
        // Every tenth was visited lately; of the 225 left in every class 3%, 4%, 5% and 6% are
        // 6.75, 9, 11.25 and 13.5.
        assert_eq!(strata.excluded[0].count, 100);
        let quotas: Vec<_> = strata.strata.iter().map(|s| (s.pool, s.quota)).collect();
        assert_eq!(quotas, [(225, 7), (225, 9), (225, 12), (225, 14)]);
        assert_eq!(warnings(&plan, Some(&strata), 1000), []);
    }

    fn roster(count: usize) -> Roster {
        let mut builder = RosterBuilder::new(RowRules {
            kind: RosterKind::Subjects(SubjectIds::Other),
            sealed: &[],
        });
        for index in 0..count {
            let (id, risk) = (format!("S{index:05}"), ["A", "B", "C", "D"][index / 10 % 4]);
            let mut row = vec![("id", &*id), ("name", "某店"), ("risk", risk)];
            if index % 10 == 0 {
                row.extend([("last_visit", "2026-01-05"), ("last_visit_ref", "J-1")]);
            }
            builder.push(&row).unwrap();
        }
        builder.finish().unwrap()
    }
}
