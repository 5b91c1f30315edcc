//! Every refusal names its line and a remedy, in both languages.

use super::super::*;
use super::SHORT;

/// One change to the short plan and the only fault it makes: line (0 for none), path, wordings.
type Refusal = (
    &'static str,
    &'static str,
    u64,
    &'static str,
    &'static str,
    &'static str,
);

#[test]
fn every_wrong_value_is_refused_with_line_and_remedy() {
    for (from, to, line, path, english, chinese) in REFUSALS {
        assert_eq!(SHORT.matches(from).count(), 1, "{from}");
        let faults = read(&SHORT.replace(from, to)).unwrap_err();
        assert_eq!(faults.len(), 1, "{to}: {faults:#?}");
        let fault = &faults[0];
        assert_eq!(fault.path, *path, "{to}");
        assert_eq!(fault.line.unwrap_or(0), *line, "{to}: {fault}");
        assert!(fault.message.english.contains(english), "{to}: {fault}");
        assert!(
            fault.message.chinese.contains(chinese),
            "{to}: {}",
            fault.message.chinese
        );
    }
}

#[test]
fn all_faults_come_at_once_in_order_of_line() {
    let text = SHORT
        .replace("sequence = 7", "sequence = 0")
        .replace("window_end = 2026-08-31", "windw_end = 2026-08-31")
        .replace("\"3%\"", "0.03")
        .replace("count = 2", "count = 1");
    let faults = read(&text).unwrap_err();
    let found: Vec<_> = faults.iter().map(|f| (f.line, f.path.as_str())).collect();
    let expected = [
        (Some(2), "sequence"),
        (Some(6), "schedule.window_end"),
        (Some(9), "schedule.windw_end"),
        (Some(18), "strata[0].quota"),
        (Some(20), "team.slots"),
    ];
    assert_eq!(found, expected, "{faults:#?}");
    assert!(
        faults[2]
            .message
            .english
            .contains("did you mean window_end?")
    );
}

#[test]
fn an_empty_text_lacks_everything_that_has_no_default() {
    let faults = read("").unwrap_err();
    let mut paths: Vec<_> = faults.iter().map(|f| f.path.as_str()).collect();
    paths.sort_unstable();
    let expected = [
        "annual_plan",
        "authority",
        "draw",
        "matters",
        "schedule",
        "seed",
        "sequence",
        "strata",
        "team",
        "title",
    ];
    assert_eq!(paths, expected);
    assert!(faults.iter().all(|fault| fault.line.is_none()));
}

#[test]
fn syntax_errors_name_line_and_full_width_punctuation() {
    let text = SHORT.replace("title = \"抽查\"", "title = “抽查”");
    let faults = read(&text).unwrap_err();
    assert_eq!(faults[0].line, Some(3));
    assert!(
        faults[0].message.english.contains("half-width"),
        "{}",
        faults[0]
    );
    assert!(faults[0].message.chinese.contains("半角"));
    let unclosed = SHORT.replace("\"抽查\"", "\"抽查，其他");
    let faults = read(&unclosed).unwrap_err();
    assert_eq!(faults[0].line, Some(3));
    assert!(
        !faults[0].message.english.contains("half-width"),
        "{}",
        faults[0]
    );
    let twice = SHORT.replace("sequence = 7", "sequence = 7\nsequence = 8");
    let faults = read(&twice).unwrap_err();
    assert_eq!((faults.len(), faults[0].line), (1, Some(3)));
    assert!(
        faults[0].message.english.contains("keep one of them"),
        "{}",
        faults[0]
    );
    assert!(faults[0].message.chinese.contains("只保留一处"));
    // Two broken lines are both reported.
    let two = SHORT
        .replace("sequence = 7", "sequence = seven")
        .replace("kind = \"drand\"", "kind = drand");
    let lines: Vec<_> = read(&two).unwrap_err().iter().map(|f| f.line).collect();
    assert!(
        lines.contains(&Some(2)) && lines.contains(&Some(25)),
        "{lines:?}"
    );
}

#[test]
fn no_text_makes_the_reader_panic() {
    // Every prefix of the short plan, and every byte replaced by structure.
    for (at, _) in SHORT.char_indices() {
        let (before, after) = SHORT.split_at(at);
        let _ = read(before);
        for sign in ["[", "\"", "{", "=", "\u{0}", "９"] {
            let rest = after.chars().next().map_or(0, char::len_utf8);
            let _ = read(&format!("{before}{sign}{}", &after[rest..]));
        }
    }
    let _ = read(&"[".repeat(100_000));
    let _ = read(&format!("a = {}", "[".repeat(100_000)));
    let _ = read(&format!("{} = 1", "a.".repeat(10_000)));
}

#[rustfmt::skip]
const REFUSALS: &[Refusal] = &[
    // Keys.
    ("sequence = 7\n", "", 0, "sequence", "add a line like sequence = 1", "请增加一行"),
    ("window_end = 2026-08-31\n", "", 6, "schedule.window_end", "window_end = 2026-08-31", "缺少该项"),
    ("kind = \"general\"\n", "", 11, "matters[0].kind", "kind = \"general\"", "缺少该项"),
    ("sequence = 7", "sequence = 7\nTitel = 1", 3, "Titel", "did you mean title?", "是否应为 title"),
    ("window_start", "sequence = 7\nwindow_start", 8, "schedule.sequence", "before the first [section]", "第一个 [节] 之前"),
    ("code = \"GS-01\"", "code = \"GS-01\"\ncolour = 1", 13, "matters[0].colour", "known here: basis, ceiling, code, kind, name", "此处可用"),
    // Kinds of values.
    ("draw = \"440106-2026-0007\"", "draw = 4401", 1, "draw", "text in double quotes, like \"4401\"", "半角双引号"),
    ("sequence = 7", "sequence = \"7\"", 2, "sequence", "without quotes", "不带引号"),
    ("sequence = 7", "sequence = -7", 2, "sequence", "from 0 upwards", "非负整数"),
    ("sequence = 7", "sequence = 7.0", 2, "sequence", "whole number", "整数"),
    ("count = 2", "count = 2\nlead = \"yes\"", 24, "team.slots[0].lead", "true or false", "true 或 false"),
    ("count = 2", "count = 2\nskills = [1]", 24, "team.slots[0].skills[0]", "like \"1\"", "例如 \"1\""),
    ("[[strata]]", "[strata]", 16, "strata", "[[strata]] with double brackets", "双括号"),
    // Closed sets.
    ("kind = \"general\"", "kind = \"其他\"", 15, "matters[0].kind", "\"general\" or \"key\"", "\"一般\" 或 \"重点\""),
    ("kind = \"drand\"", "kind = \"dice\"", 25, "seed[0].kind", "\"drand\" or \"public-numbers\"", "\"contribution\""),
    ("kind = \"drand\"", "kind = \"drand\"\nbits = 128", 26, "seed[0].bits", "does not belong to this kind", "不属于这类随机源"),
    ("kind = \"drand\"", "kind = \"drand\"\nchain = \"fastnet\"", 26, "seed[0].chain", "quicknet", "quicknet"),
    ("quota = \"3%\"", "quota = \"3%\"\nrounding = \"ceil\"", 19, "strata[0].rounding", "\"up\"", "\"up\""),
    // Quotas.
    ("\"3%\"", "0.03", 18, "strata[0].quota", "like \"3%\"", "例如 \"3%\""),
    ("\"3%\"", "\"101%\"", 18, "strata[0].quota", "at most \"100%\"", "最多为 \"100%\""),
    ("\"3%\"", "\"三%\"", 18, "strata[0].quota", "ASCII digits", "半角数字"),
    ("\"3%\"", "\"1/0\"", 18, "strata[0].quota", "like \"1/30\"", "\"1/30\""),
    ("\"3%\"", "\"120\"", 18, "strata[0].quota", "write 120 for a fixed number, or \"120%\"", "固定数量请写 120"),
    ("\"3%\"", "0", 18, "strata[0].quota", "1 to 1000000000", "1到1000000000"),
    ("\"3%\"", "12\nminimum = 1", 19, "strata[0].minimum", "remove it", "请删除"),
    ("\"3%\"", "\"3%\"\nminimum = 1000000001", 19, "strata[0].quota.minimum", "0 to 1000000000", "0到1000000000"),
    ("kind = \"general\"", "kind = \"general\"\nceiling = 5", 16, "matters[0].ceiling", "in quotes, like \"3%\"", "带引号"),
    // Times and dates.
    ("2026-07-23T15:38:30+08:00", "2026-07-23T15:38:30", 7, "schedule.draw_time", "add +08:00 for Beijing time: 2026-07-23T15:38:30+08:00", "北京时间请加 +08:00"),
    ("2026-07-23T15:38:30+08:00", "\"2026-07-23 15:38\"", 7, "schedule.draw_time", "add +08:00", "时区"),
    ("2026-07-23T15:38:30+08:00", "2026-07-23", 7, "schedule.draw_time", "write it like 2026-07-23T15:38:30+08:00", "请写成"),
    ("2026-07-23T15:38:30+08:00", "\"明天下午\"", 7, "schedule.draw_time", "is not a time", "不是时间"),
    ("2026-07-23T15:38:30+08:00", "\"\"", 7, "schedule.draw_time", "is not a time", "不是时间"),
    ("2026-07-23T15:38:30+08:00", "2026-07-23T15:38:30.5+08:00", 7, "schedule.draw_time", "whole second", "整秒"),
    ("2026-07-23T15:38:30+08:00", "\"2026-07-23T15:38:60+08:00\"", 7, "schedule.draw_time", "whole second", "整秒"),
    ("2026-07-23T15:38:30+08:00", "1999-07-23T15:38:30+08:00", 7, "schedule.draw_time", "2000 to 9999", "2000年"),
    ("window_start = 2026-08-01", "window_start = 2026-08-01T09:00:00+08:00", 8, "schedule.window_start", "write year-month-day alone", "只写年-月-日"),
    ("window_start = 2026-08-01", "window_start = \"2026-8-1\"", 8, "schedule.window_start", "is not a date", "不是日期"),
    ("window_start = 2026-08-01", "window_start = 2026-09-01", 9, "schedule.window_end", "before window_start", "早于"),
    ("2026-09-01T09:00:00+08:00", "2026-09-01T00:00:00+08:00", 10, "schedule.disclosure_time", "before the window has ended", "早于检查期限结束"),
    ("window_start = ", "lead = \"1 week\"\nwindow_start = ", 8, "schedule.lead", "\"90m\", \"24h\" or \"2d\"", "\"24h\"（小时）"),
    ("window_start = ", "lead = \"600d\"\nwindow_start = ", 8, "schedule.lead_minutes", "525600", "525600"),
    ("window_start = ", "lead = \"24h\"\nlead_minutes = 1440\nwindow_start = ", 8, "schedule.lead", "keep one of them", "只保留其中一项"),
    ("window_start = ", "stages = [2026-07-01T00:00:00Z]\nwindow_start = ", 8, "schedule.stages[0]", "after the draw time", "晚于抽取时间"),
    // Conditions.
    ("\"3%\"", "\"3%\"\nwhere = [{ field = \"risk\" }]", 19, "strata[0].where[0]", "exactly one of in, not_in", "须且只须"),
    ("\"3%\"", "\"3%\"\nwhere = [{ field = \"risk\", in = \"A\", prefix = \"4\" }]", 19, "strata[0].where[0]", "has 2 tests", "有2个判断"),
    ("\"3%\"", "\"3%\"\nwhere = [{ in = \"A\" }]", 19, "strata[0].where[0].field", "field = \"risk\"", "缺少该项"),
    ("\"3%\"", "\"3%\"\nwhere = [{ field = \"risk\", at_least = [\"1\", \"2\"] }]", 19, "strata[0].where[0]", "1 to 1 are allowed", "允许1到1项"),
    ("\"3%\"", "\"3%\"\nwhere = [{ field = \"risk\", in = [1] }]", 19, "strata[0].where[0].in[0]", "like \"1\"", "例如 \"1\""),
    ("\"3%\"", "\"3%\"\nwhere = [\"risk\"]", 19, "strata[0].where[0]", "a table { key = value", "键 = 值"),
    ("[[strata]]", "[[exclusions]]\ncode = \"a\"\nlabel = \"b\"\nbasis = \"c\"\nwhere = []\n[[strata]]", 20, "exclusions[0].where", "exclude everybody", "排除所有"),
    // Rules of the canonical plan, with the lines of the text.
    ("annual_plan = \"附件1 第7项\"\n", "", 0, "annual_plan", "must be given", "须且只须"),
    ("annual_plan = ", "temporary_reason = \"急\"\nannual_plan = ", 6, "annual_plan", "not both", "须且只须"),
    ("sequence = 7", "sequence = 7\nrepeats = \"ABC\"", 3, "repeats", "64 hexadecimal", "64位十六进制"),
    ("count = 2", "count = 1", 20, "team.slots", "at least two officers", "至少需要两名"),
    ("count = 2", "count = 2\nexpert = \"电梯\"", 24, "team.slots[0].expert", "only an expert slot", "只有专家席位"),
    ("[[strata]]", "[subjects]\nsealed = [\"id\"]\n[[strata]]", 17, "subjects.sealed", "cannot be sealed", "不能封存"),
    ("[[strata]]", "[subjects]\ncolumns = [\"\"]\n[[strata]]", 17, "subjects.columns", "1 to 64 characters", "1到64个字符"),
    ("[team]", "[team]\ngroup_by = \"a\"\ngroup = [{ officer = \"a\", subject = \"a\" }]", 20, "team.group_by", "keep one of them", "只保留其中一项"),
];
