//! One made-up officer, in the officer template with three columns more.
//!
//! Officers are dealt to the districts in turn. In each district the first eight have no leave, no
//! limit and a valid certificate, and six or more of them may lead for the market regulator.
//!
//! Invariant: a row's certificate number differs from every other row's of the same sample.

use super::dice::Dice;
use super::mess::Untidy;
use super::place::DISTRICTS;
use super::place::District;
use super::words;

pub(super) const HEADERS: &[&str] = &[
    "序号",
    "单位工号",
    "姓名",
    "身份证号",
    "手机号",
    "学历",
    "岗位大类",
    "岗位管辖片区",
    "从事本岗起始日期",
    "岗位资质资格",
    "是否专家",
    "执法事项范围",
    "地区",
    "层级",
    "部门/机构",
    "担任职务",
    "工作单位",
    "工商执法证",
    "有效期",
    "省政府执法证",
    "有效期",
    "可任组长",
    "任务上限",
    "请假",
];

pub(super) const UNTIDY: [Untidy; 4] = [
    Untidy::Text(2),
    Untidy::Id(19),
    Untidy::Date(18),
    Untidy::Date(20),
];

/// The cells of one row.
pub(super) fn row(seed: u64, index: u64) -> Vec<String> {
    let mut dice = Dice::new(seed, PURPOSE, index);
    let certificates = certificates(&mut dice, index);
    let district = district_of(index);
    let rank = index / DISTRICT_COUNT;
    let fire = rank % 7 == 6;
    let street = dice.pick(district.streets);
    let (unit, department) = if fire {
        (format!("{}消防救援大队", district.name), "消防救援局")
    } else {
        (
            format!("{}市场监管局{street}所", district.name),
            "市场监管局",
        )
    };
    let post = if fire {
        "消防监督"
    } else {
        dice.pick(&["综合监管", "食品监管", "设备监管", "信用监管"])
    };
    let matters = if fire {
        "消防安全"
    } else {
        dice.pick(&["登记事项;公示信息", "食品经营;广告", "公示信息;特种设备"])
    };
    let settled = rank < SETTLED;
    let expires = if !settled && dice.chance(25) {
        dice.day(2025, 2025)
    } else if dice.chance(120) {
        dice.day(2027, 2027)
    } else {
        dice.day(2028, 2031)
    };
    let [bureau, provincial] = certificates;
    let dated = |certificate: &str| {
        if certificate.is_empty() {
            String::new()
        } else {
            expires.clone()
        }
    };
    let lead = if settled || dice.chance(400) {
        "是"
    } else {
        "否"
    };
    let limit = if !settled && dice.chance(50) {
        dice.between(2, 8).to_string()
    } else {
        String::new()
    };
    let leave = if !settled && dice.chance(40) {
        leave(&mut dice)
    } else {
        String::new()
    };
    vec![
        index.saturating_add(1).to_string(),
        format!("GZ{index:06}"),
        format!("{}{}", dice.pick(words::SURNAMES), dice.pick(words::GIVEN)),
        format!("{}************", district.code),
        "138********".to_owned(),
        dice.pick(&["本科", "大专", "硕士"]).to_owned(),
        post.to_owned(),
        street.to_owned(),
        dice.day(2008, 2023),
        skills(&mut dice, rank, fire).to_owned(),
        if dice.chance(60) { "是" } else { "否" }.to_owned(),
        matters.to_owned(),
        district.name.to_owned(),
        if fire { "区" } else { "所" }.to_owned(),
        department.to_owned(),
        dice.pick(&[
            "一级科员",
            "二级科员",
            "四级主任科员",
            "三级主任科员",
            "副所长",
        ])
        .to_owned(),
        unit,
        bureau.clone(),
        dated(&bureau),
        provincial.clone(),
        dated(&provincial),
        lead.to_owned(),
        limit,
        leave,
    ]
}

/// The certificate number that counts, without the rest of the row.
pub(super) fn id_of(seed: u64, index: u64) -> String {
    let [bureau, provincial] = certificates(&mut Dice::new(seed, PURPOSE, index), index);
    if provincial.is_empty() {
        bureau
    } else {
        provincial
    }
}

/// The district of a row.
pub(super) fn district_of(index: u64) -> &'static District {
    let turn = usize::try_from(index % DISTRICT_COUNT).unwrap_or(0);
    DISTRICTS.get(turn).unwrap_or(&DISTRICTS[0])
}

/// Numbers of the two certificates; most officers have the provincial one only.
fn certificates(dice: &mut Dice, index: u64) -> [String; 2] {
    let bureau = format!("GS4401{index:06}");
    let provincial = format!("YA4401{index:06}");
    match dice.below(10) {
        0 => [bureau, String::new()],
        1 | 2 => [bureau, provincial],
        _ => [String::new(), provincial],
    }
}

/// Every special skill comes up among the first five of a district.
fn skills(dice: &mut Dice, rank: u64, fire: bool) -> &'static str {
    if fire {
        return "消防安全";
    }
    match rank % 8 {
        0 => "特种设备",
        1 => "药品、医疗器械",
        2 => "特种设备；计量",
        3 => "药品",
        4 => "医疗器械、计量",
        _ => dice.pick(&["", "", "", "食品安全"]),
    }
}

/// A leave of some days in the second half of 2026.
fn leave(dice: &mut Dice) -> String {
    let month = dice.between(7, 12);
    let start = dice.between(1, 14);
    let end = start + dice.between(2, 14);
    format!("2026-{month:02}-{start:02}/2026-{month:02}-{end:02}")
}

const PURPOSE: &str = "officers";
const DISTRICT_COUNT: u64 = 11;
/// So many of each district are always available.
const SETTLED: u64 = 8;
