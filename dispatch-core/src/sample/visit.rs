//! Made-up visits for the frequency ledger: most settled, some of draws that are still sealed, some
//! planned, a few subjects at their cap and a few officers who never find anything.
//!
//! Invariant: every visit names rows of the same sample's rosters, and no number comes twice.

use jiff::ToSpan;
use jiff::civil::Date;

use super::SampleOptions;
use super::dice::Dice;
use super::officer;
use super::place::DISTRICTS;
use super::subject;

pub(super) const HEADERS: &[&str] = &[
    "检查编号",
    "统一社会信用代码",
    "检查日期",
    "检查类型",
    "检查事由",
    "检查部门",
    "检查人员执法证号",
    "检查状态",
    "检查结果",
    "检查地址",
    "任务编号",
    "公开日期",
];

/// The rows; none where there are no subjects or no officers.
pub(super) fn rows(options: &SampleOptions, on: Date) -> impl Iterator<Item = Vec<String>> {
    let options = *options;
    let wanted = if options.subjects == 0 || options.officers == 0 {
        0
    } else {
        (options.subjects / 100).max(1)
    };
    let mut serial = 0_u64;
    (0..wanted).flat_map(move |index| {
        let visits = of_subject(&options, index, on);
        let rows: Vec<Vec<String>> = { visits.into_iter() }
            .map(|mut cells| {
                serial = serial.saturating_add(1);
                cells.insert(0, format!("检{}-{serial:06}", on.year()));
                cells
            })
            .collect();
        rows
    })
}

/// All visits of one subject, without their numbers.
fn of_subject(options: &SampleOptions, index: u64, on: Date) -> Vec<Vec<String>> {
    let mut dice = Dice::new(options.seed, "visits", index);
    let chosen = dice.below(options.subjects);
    let home = subject::district_of(options.seed, chosen).code;
    let row = subject::row(options.seed, chosen);
    let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
    let code = subject::code_of(options.seed, chosen);
    let team = [(); 2].map(|()| officer_of(options, home, &mut dice));
    // One in ten is always found in order by the same officers; one in ten is visited again and again.
    let (count, is_streak) = match index % 10 {
        0 => (3, true),
        1 => (5, false),
        _ => (dice.between(1, 2), false),
    };
    let mut visits = Vec::new();
    for turn in 0..count {
        let back = match index % 10 {
            0 => 90 * (count - turn),
            1 => dice.below(12),
            _ => dice.below(300),
        };
        let Ok(day) = on.checked_sub(i64::try_from(back).unwrap_or(0).days()) else {
            continue;
        };
        let (kind, cause) = if is_streak {
            ("日常", "")
        } else {
            match dice.below(10) {
                0 => ("个案", "投诉举报"),
                1 => ("专项", "上级部署"),
                2 => ("专项", ""),
                _ => ("日常", ""),
            }
        };
        let draw = if kind == "日常" {
            format!("440100-{}-{:04}", day.year(), dice.between(1, 60))
        } else {
            String::new()
        };
        let sealed = !is_streak && dice.chance(150);
        let planned = sealed && dice.chance(500);
        let disclosed = day.checked_add(30.days()).unwrap_or(day).min(on);
        let found = if is_streak || dice.chance(800) {
            "未发现问题"
        } else {
            "发现问题已责令改正"
        };
        let again = [(); 2].map(|()| officer_of(options, home, &mut dice));
        let mut officers = if is_streak { team.clone() } else { again };
        officers.sort();
        let officers = if officers[0] == officers[1] {
            officers[0].clone()
        } else {
            officers.join("、")
        };
        visits.push(vec![
            code.clone(),
            day.to_string(),
            kind.to_owned(),
            cause.to_owned(),
            "市场监管局".to_owned(),
            officers,
            if planned { "计划" } else { "已完成" }.to_owned(),
            if planned { "" } else { found }.to_owned(),
            cell(3),
            draw,
            if sealed {
                String::new()
            } else {
                disclosed.to_string()
            },
        ]);
    }
    visits
}

/// The certificate of an officer of the district, or of anyone where it has none.
fn officer_of(options: &SampleOptions, district: &str, dice: &mut Dice) -> String {
    let districts = u64::try_from(DISTRICTS.len()).unwrap_or(1);
    let place = DISTRICTS.iter().position(|d| d.code == district);
    let place = place
        .and_then(|place| u64::try_from(place).ok())
        .unwrap_or(0);
    let here = options.officers.saturating_sub(place).div_ceil(districts);
    let index = if here == 0 {
        dice.below(options.officers)
    } else {
        place.saturating_add(districts.saturating_mul(dice.below(here)))
    };
    officer::id_of(options.seed, index)
}
