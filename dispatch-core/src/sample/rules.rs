//! Rules of a ledger to start from.
//!
//! Source: docs/ledger.md shows this text word for word. The thresholds are those of published local
//! rules and are meant to be changed. Invariant: the text reads without faults.

/// A commented `ledger.toml`.
pub const SAMPLE_RULES: &str = r##"# 频次台账规则（示例）。所有数字都由本机关按公布的标准填写，程序没有内置的上限。
# 每一项的含义见 docs/ledger.md。以 # 开头的是注释，不起作用。

# 年度上限：本年度（1月1日至12月31日）检查满 at_most 次的，不再抽取
[[caps]]
code = "cap-year"
label = "本年度检查次数已达公布的上限"
basis = "国办发〔2024〕54号；本机关公布的年度检查频次上限"
at_most = 4
# 检查事由为下列之一的不计入
exempt_causes = ["上级部署"]

# 同一场所的日常检查，每年不超过1次；投诉举报、转办交办的不计入
[[caps]]
code = "cap-premises"
label = "同一场所本年度已接受日常检查"
basis = "本机关年度行政检查计划"
at_most = 1
per = "premises"
kinds = ["日常"]
exempt_causes = ["投诉举报", "转办交办"]

# 不重复检查期：months 个月内检查过的，不再抽取
[[pauses]]
code = "visited-6m"
label = "6个月内已接受检查"
basis = "国办发〔2024〕54号"
months = 6
kinds = ["日常", "专项"]
exempt_causes = ["上级部署"]

# 频次预警：超过 more_than 次即预警。window 可为 day（日）、week（周一至周日）、month（自然月）；
# 也可用 days = 7 表示任意连续7日
[[warnings]]
code = "day"
window = "day"
more_than = 1

[[warnings]]
code = "week"
window = "week"
more_than = 2

[[warnings]]
code = "month"
window = "month"
more_than = 3

# 同一人员检查同一对象，months 个月内连续 checks 次结果均在 clean 之列的，说明前不得再派
[streak]
checks = 3
months = 12
clean = ["未发现问题"]
reason = "一年内连续3次检查同一对象均未发现问题，说明前不得派员"

# 已作说明的：该日及以前的检查不再计入。去掉以下各行的 # 后填写
# [[explanations]]
# subject = "91440101MA5XXXXXXX"
# officer = "YA4401000001"
# date = 2026-11-20
# reason = "该对象为重点企业，由专业科室负责；已经负责人审批"
"##;
