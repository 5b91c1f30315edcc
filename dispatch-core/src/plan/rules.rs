//! What a plan must obey: everything that is wrong, with its place, in both languages.
//!
//! Source: docs/spec.md sections 1, 3 and 5.1. Invariant: a plan without faults can be drawn from
//! any rosters; only its quotas can still fail, against the pools.

use std::collections::HashSet;

use jiff::civil::Date;

use super::{Condition, Matter, NumberShape, Op, Plan, Quota, Role, SeedSource, Slot, Team};
use crate::beacon::QUICKNET;
use crate::language::Message;
use crate::syntax::{TEXT_LIMIT, date, is_field_name, is_hex32, is_id, is_text, unix_time};

/// One thing that is against the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a path like `strata[2].quota`.
    pub path: String,
    /// What is wrong.
    pub message: Message,
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Reports every name that stands more than once.
pub fn names_once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| !seen.insert(*name)).collect()
}

/// The values that are not ids.
pub fn check_ids<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    values.filter(|value| !is_id(value)).collect()
}

pub(super) fn plan_faults(plan: &Plan) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    heading(plan, &mut faults);
    faults.length("matters", plan.matters.len(), 1, 100);
    faults.once("matters", plan.matters.iter().map(|m| m.code.as_str()));
    for (index, matter) in plan.matters.iter().enumerate() {
        matter_faults(&format!("matters[{index}]"), matter, &mut faults);
    }
    sealed("subjects.sealed", &plan.subjects.sealed, &mut faults);
    sealed("officers.sealed", &plan.officers.sealed, &mut faults);
    faults.length("exclusions", plan.exclusions.len(), 0, 100);
    faults.once(
        "exclusions",
        plan.exclusions.iter().map(|e| e.code.as_str()),
    );
    for (index, exclusion) in plan.exclusions.iter().enumerate() {
        let path = format!("exclusions[{index}]");
        faults.id(&format!("{path}.code"), &exclusion.code);
        faults.text(&format!("{path}.label"), &exclusion.label);
        faults.text(&format!("{path}.basis"), &exclusion.basis);
        if !exclusion.reference.is_empty() {
            faults.field(&format!("{path}.reference"), &exclusion.reference);
        }
        conditions(&path, &exclusion.conditions, &mut faults);
    }
    faults.length("strata", plan.strata.len(), 1, 1000);
    faults.once("strata", plan.strata.iter().map(|s| s.name.as_str()));
    for (index, stratum) in plan.strata.iter().enumerate() {
        let path = format!("strata[{index}]");
        faults.text(&format!("{path}.name"), &stratum.name);
        conditions(&path, &stratum.conditions, &mut faults);
        quota(&format!("{path}.quota"), &stratum.quota, &mut faults);
    }
    plan.schedule.faults(&mut faults);
    team(&plan.team, &mut faults);
    let (first, last) = plan.schedule.window();
    if u64::try_from(last - first + 1).unwrap_or(0) < plan.team.min_days {
        faults.add(
            "team.min_days",
            "is more than the window has days",
            "超过检查期限的天数",
        );
    }
    seed(plan, &mut faults);
    faults.0
}

pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, path: &str, english: &str, chinese: &str) {
        self.0.push(Fault {
            path: path.to_owned(),
            message: Message::new(english, chinese),
        });
    }

    pub(super) fn time(&mut self, path: &str, text: &str) -> Option<u64> {
        let time = unix_time(text);
        if time.is_none() {
            self.add(
                path,
                "is not a time like 2026-07-01T01:00:00Z",
                "不是形如 2026-07-01T01:00:00Z 的时间",
            );
        }
        time
    }

    pub(super) fn date(&mut self, path: &str, text: &str) -> Option<Date> {
        let date = date(text);
        if date.is_none() {
            self.add(
                path,
                "is not a date like 2026-07-01",
                "不是形如 2026-07-01 的日期",
            );
        }
        date
    }

    fn id(&mut self, path: &str, value: &str) {
        if !is_id(value) {
            self.add(
                path,
                "is not an id: 1 to 64 characters without spaces and quotes",
                "不是编号:1到64个字符,不含空格和引号",
            );
        }
    }

    fn text(&mut self, path: &str, value: &str) {
        if !is_text(value) {
            self.add(
                path,
                "must be 1 to 2000 characters without control characters",
                "须为1到2000个字符,不含控制字符",
            );
        }
    }

    fn field(&mut self, path: &str, value: &str) {
        if !is_field_name(value) {
            self.add(
                path,
                "is not a field name: 1 to 64 characters",
                "不是列名:1到64个字符",
            );
        }
    }

    fn length(&mut self, path: &str, length: usize, least: usize, most: usize) {
        if !(least..=most).contains(&length) {
            self.add(
                path,
                &format!("has {length} entries; {least} to {most} are allowed"),
                &format!("有{length}项;允许{least}到{most}项"),
            );
        }
    }

    fn range(&mut self, path: &str, value: u64, least: u64, most: u64) {
        if !(least..=most).contains(&value) {
            self.add(
                path,
                &format!("is {value}; {least} to {most} is allowed"),
                &format!("为{value};允许{least}到{most}"),
            );
        }
    }

    fn once<'a>(&mut self, path: &str, names: impl Iterator<Item = &'a str>) {
        for name in names_once(names) {
            self.add(
                path,
                &format!("names {name} more than once"),
                &format!("重复出现“{name}”"),
            );
        }
    }
}

fn heading(plan: &Plan, faults: &mut Faults) {
    if plan.format != Plan::FORMAT {
        faults.add(
            "format",
            "is not dispatch/plan/1; this version reads no other",
            "不是 dispatch/plan/1,本版本不识别",
        );
    }
    if plan.mode != Plan::MODE {
        faults.add("mode", "is not \"sample\"", "不是 \"sample\"");
    }
    faults.id("draw", &plan.draw);
    faults.text("title", &plan.title);
    faults.text("authority", &plan.authority);
    faults.range("sequence", plan.sequence, 1, crate::json::INTEGER_LIMIT);
    if !plan.repeats.is_empty() && !is_hex32(&plan.repeats) {
        faults.add(
            "repeats",
            "is not a commitment (64 hexadecimal characters)",
            "不是承诺值(64位十六进制)",
        );
    }
    if plan.annual_plan.is_empty() == plan.temporary_reason.is_empty() {
        faults.add(
            "annual_plan",
            "either annual_plan or temporary_reason must be given, not both",
            "年度计划出处与临时任务理由须且只须填写一项",
        );
    }
    for (path, value) in [
        ("annual_plan", &plan.annual_plan),
        ("temporary_reason", &plan.temporary_reason),
    ] {
        if !value.is_empty() {
            faults.text(path, value);
        }
    }
}

fn matter_faults(path: &str, matter: &Matter, faults: &mut Faults) {
    faults.id(&format!("{path}.code"), &matter.code);
    faults.text(&format!("{path}.name"), &matter.name);
    faults.text(&format!("{path}.basis"), &matter.basis);
    faults.length(&format!("{path}.ceiling"), matter.ceiling.len(), 0, 1);
    for ceiling in &matter.ceiling {
        faults.range(
            &format!("{path}.ceiling.denominator"),
            ceiling.denominator,
            1,
            BILLION,
        );
        faults.range(
            &format!("{path}.ceiling.numerator"),
            ceiling.numerator,
            1,
            ceiling.denominator,
        );
    }
}

fn sealed(path: &str, columns: &[String], faults: &mut Faults) {
    for column in columns {
        faults.field(path, column);
    }
    if !columns.is_sorted_by(|a, b| a < b) {
        faults.add(path, "is not sorted, or repeats a column", "未排序或有重复");
    }
    if columns.iter().any(|column| column == "id") {
        faults.add(path, "the id cannot be sealed", "编号列不能封存");
    }
}

fn conditions(path: &str, conditions: &[Condition], faults: &mut Faults) {
    let path = format!("{path}.where");
    faults.length(&path, conditions.len(), 0, 20);
    for (index, condition) in conditions.iter().enumerate() {
        let path = format!("{path}[{index}]");
        faults.field(&path, &condition.field);
        let most = if matches!(condition.op, Op::AtLeast | Op::AtMost) {
            1
        } else {
            1000
        };
        faults.length(&path, condition.values.len(), 1, most);
        for value in &condition.values {
            let empty = value.is_empty() && !matches!(condition.op, Op::In | Op::NotIn);
            let list = condition.op == Op::HasAny && value.contains(';');
            if empty || list || value.chars().count() > TEXT_LIMIT {
                faults.add(&path, "has an empty or too long value", "有空值或过长的值");
            }
        }
    }
}

fn quota(path: &str, quota: &Quota, faults: &mut Faults) {
    match *quota {
        Quota::Count { count } => faults.range(path, count, 1, BILLION),
        Quota::Ratio {
            denominator,
            minimum,
            numerator,
            rounding: _,
        } => {
            faults.range(&format!("{path}.denominator"), denominator, 1, BILLION);
            faults.range(&format!("{path}.numerator"), numerator, 1, denominator);
            faults.range(&format!("{path}.minimum"), minimum, 0, BILLION);
        }
    }
}

fn team(team: &Team, faults: &mut Faults) {
    faults.length("team.group", team.group.len(), 0, 4);
    for pair in &team.group {
        faults.field("team.group.officer", &pair.officer);
        faults.field("team.group.subject", &pair.subject);
    }
    faults.range("team.min_days", team.min_days, 1, 366);
    faults.range("team.slack", team.slack, 0, 1000);
    faults.length("team.slots", team.slots.len(), 1, 20);
    for (index, slot) in team.slots.iter().enumerate() {
        slot_faults(&format!("team.slots[{index}]"), slot, faults);
    }
    let proper = team.slots.iter().filter(|slot| slot.role == Role::Officer);
    if proper.map(|slot| slot.count.min(100)).sum::<u64>() < 2 {
        faults.add(
            "team.slots",
            "needs at least two officers; experts come on top of them",
            "至少需要两名执法检查人员,专家不计在内",
        );
    }
}

fn slot_faults(path: &str, slot: &Slot, faults: &mut Faults) {
    faults.range(&format!("{path}.count"), slot.count, 1, 20);
    faults.text(&format!("{path}.name"), &slot.name);
    faults.text(&format!("{path}.department"), &slot.department);
    match slot.role {
        Role::Expert => {
            faults.text(&format!("{path}.expert"), &slot.expert);
            if slot.expert.contains(';') {
                faults.add(&format!("{path}.expert"), "has a semicolon", "含有分号");
            }
        }
        Role::Officer if slot.expert.is_empty() => {}
        Role::Officer => faults.add(
            &format!("{path}.expert"),
            "only an expert slot names an expert kind",
            "只有专家席位才填写专家类别",
        ),
    }
    for (name, list) in [("skills", &slot.skills), ("matters", &slot.matters)] {
        let path = format!("{path}.{name}");
        faults.length(&path, list.len(), 0, 100);
        if list.iter().any(|item| !is_text(item) || item.contains(';')) {
            faults.add(
                &path,
                "has an empty item, or one with a semicolon",
                "有空项或含分号的项",
            );
        }
        if !list.is_sorted_by(|a, b| a < b) {
            faults.add(&path, "is not sorted, or repeats an item", "未排序或有重复");
        }
    }
    faults.length(&format!("{path}.match"), slot.matching.len(), 0, 10);
    for rule in &slot.matching {
        faults.field(&format!("{path}.match.officer"), &rule.officer);
        faults.field(&format!("{path}.match.subject"), &rule.subject);
    }
}

fn seed(plan: &Plan, faults: &mut Faults) {
    faults.length("seed", plan.seed.len(), 1, 100);
    let draw = unix_time(&plan.schedule.draw_time);
    let (mut bits, mut outside, mut chains) = (0u64, 0u64, 0);
    for (index, source) in plan.seed.iter().enumerate() {
        let path = format!("seed[{index}]");
        match source {
            SeedSource::Drand { chain } => {
                chains += 1;
                bits = bits.saturating_add(128);
                if *chain != QUICKNET.hash.to_string() {
                    faults.add(
                        &format!("{path}.chain"),
                        "is not the quicknet chain",
                        "不是 quicknet 链",
                    );
                }
            }
            SeedSource::PublicNumbers {
                bits: declared,
                count,
                from,
                name,
                published,
                shape,
                time,
                to,
            } => {
                bits = bits.saturating_add(*declared);
                faults.text(&format!("{path}.name"), name);
                faults.text(&format!("{path}.published"), published);
                if let (Some(time), Some(draw)) = (faults.time(&format!("{path}.time"), time), draw)
                    && time < draw
                {
                    faults.add(
                        &format!("{path}.time"),
                        "lies before the draw time",
                        "早于抽取时间",
                    );
                }
                faults.range(&format!("{path}.count"), *count, 1, 100);
                faults.range(&format!("{path}.to"), *to, *from, BILLION);
                if *count <= 100
                    && from <= to
                    && *to <= BILLION
                    && !has_entropy(*shape, to - from + 1, *count, *declared)
                {
                    faults.add(
                        &format!("{path}.bits"),
                        "is 0 or more than the event can have",
                        "为0或超过该事件可能的熵",
                    );
                }
            }
            SeedSource::Contribution {
                body,
                hash,
                outside: is_outside,
            } => {
                outside += u64::from(*is_outside);
                faults.text(&format!("{path}.body"), body);
                if !is_hex32(hash) {
                    faults.add(
                        &format!("{path}.hash"),
                        "is not a hash (64 hexadecimal characters)",
                        "不是哈希值(64位十六进制)",
                    );
                }
            }
        }
    }
    if chains > 1 {
        faults.add("seed", "names drand more than once", "重复指定 drand");
    }
    faults.once(
        "seed",
        plan.seed.iter().filter_map(|s| match s {
            SeedSource::PublicNumbers { name, .. } => Some(name.as_str()),
            _ => None,
        }),
    );
    faults.once(
        "seed",
        plan.seed.iter().filter_map(|s| match s {
            SeedSource::Contribution { body, .. } => Some(body.as_str()),
            _ => None,
        }),
    );
    if outside >= 2 {
        bits = bits.saturating_add(256);
    }
    if bits < OUTSIDE_BITS {
        faults.add(
            "seed",
            &format!("brings {bits} bits from outside; 128 are needed: add drand, more public numbers, or a second outside contribution"),
            &format!("外部随机性只有{bits}比特,至少需要128比特:请加入 drand、更多公开号码,或第二个外部单位的承诺"),
        );
    }
}

/// Whether 1 ≤ bits and 2^bits ≤ number of outcomes (docs/spec.md 5.1).
fn has_entropy(shape: NumberShape, choices: u64, count: u64, bits: u64) -> bool {
    if bits == 0 || (shape == NumberShape::Set && count > choices) {
        return false;
    }
    // Outcomes and 2^bits can have thousands of bits, so both are kept as big numbers.
    let mut outcomes = Big::one();
    for index in 0..count {
        match shape {
            NumberShape::Sequence => outcomes.multiply(choices),
            NumberShape::Set => {
                outcomes.multiply(choices - index);
                outcomes.divide(index + 1);
            }
        }
    }
    outcomes.bit_length() > bits
}

/// Just enough of a natural number: at most 100 factors of 30 bits.
struct Big(Vec<u32>);

impl Big {
    fn one() -> Self {
        Self(vec![1])
    }

    fn multiply(&mut self, by: u64) {
        let mut carry = 0u64;
        for limb in &mut self.0 {
            let value = u64::from(*limb) * by + carry;
            *limb = u32::try_from(value & 0xffff_ffff).unwrap_or(0);
            carry = value >> 32;
        }
        if carry > 0 {
            self.0.push(u32::try_from(carry).unwrap_or(u32::MAX));
        }
    }

    fn divide(&mut self, by: u64) {
        let mut rest = 0u64;
        for limb in self.0.iter_mut().rev() {
            let value = (rest << 32) | u64::from(*limb);
            *limb = u32::try_from(value / by).unwrap_or(u32::MAX);
            rest = value % by;
        }
    }

    fn bit_length(&self) -> u64 {
        let zeros = self.0.iter().rev().take_while(|limb| **limb == 0).count();
        let limbs = &self.0[..self.0.len() - zeros];
        let top = limbs
            .last()
            .map_or(0, |limb| u64::from(32 - limb.leading_zeros()));
        32 * (limbs.len().max(1) as u64 - 1) + top
    }
}

const BILLION: u64 = 1_000_000_000;
/// Least entropy from outside the operator, in bits.
const OUTSIDE_BITS: u64 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_entropy_is_limited_by_the_outcomes() {
        // 双色球: C(33,6) = 1107568, 2^20 = 1048576; C(49,6) = 13983816 < 2^24.
        assert!(
            has_entropy(NumberShape::Set, 33, 6, 20) && !has_entropy(NumberShape::Set, 33, 6, 21)
        );
        assert!(
            has_entropy(NumberShape::Set, 49, 6, 23) && !has_entropy(NumberShape::Set, 49, 6, 24)
        );
        // Ten digits: 10^10, 2^33 = 8589934592.
        assert!(
            has_entropy(NumberShape::Sequence, 10, 10, 33)
                && !has_entropy(NumberShape::Sequence, 10, 10, 34)
        );
        assert!(
            has_entropy(NumberShape::Sequence, 2, 100, 100)
                && !has_entropy(NumberShape::Sequence, 2, 100, 101)
        );
        // Python: math.comb(10**9, 100).bit_length() == 2465.
        assert!(
            has_entropy(NumberShape::Set, 1_000_000_000, 100, 2464)
                && !has_entropy(NumberShape::Set, 1_000_000_000, 100, 2465)
        );
        assert!(!has_entropy(NumberShape::Set, 5, 6, 1) && !has_entropy(NumberShape::Set, 6, 6, 1));
    }
}
