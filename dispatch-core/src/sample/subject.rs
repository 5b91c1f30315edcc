//! One made-up subject: an enterprise or a one-person business of Guangzhou.
//!
//! Invariant: a row's code differs from every other row's of the same sample, and its own check
//! characters (GB 32100-2015 and, inside it, GB 11714) are right.

use super::dice::Dice;
use super::mess::Untidy;
use super::place::DISTRICTS;
use super::place::District;
use super::words;
use super::words::Trade;
use crate::credit_code::ALPHABET;
use crate::credit_code::check_character;

pub(super) const HEADERS: &[&str] = &[
    "统一社会信用代码",
    "企业名称",
    "地区",
    "住所",
    "行业",
    "企业类型",
    "登记状态",
    "登记机关",
    "管辖单位",
    "信用风险等级",
    "成立日期",
    "专业资质资格",
    "上次检查日期",
    "上次检查编号",
];

pub(super) const UNTIDY: [Untidy; 4] = [
    Untidy::Id(0),
    Untidy::Text(1),
    Untidy::Text(3),
    Untidy::Date(10),
];

/// The cells of one row.
pub(super) fn row(seed: u64, index: u64) -> Vec<String> {
    let mut dice = Dice::new(seed, PURPOSE, index);
    let district = district(&mut dice);
    let trade = dice
        .weighted(&words::TRADES, |trade| trade.weight)
        .unwrap_or(&words::TRADES[0]);
    let single = dice.chance(350);
    let street = dice.pick(district.streets);
    let bureau = format!("{}市场监管局", district.name);
    let office = format!("{bureau}{street}所");
    let kind = match (single, dice.below(100)) {
        (true, _) => "个体工商户",
        (_, 0..70) => "有限责任公司(自然人投资或控股)",
        (_, 70..92) => "有限责任公司(自然人独资)",
        (_, 92..97) => "股份有限公司(非上市、自然人投资或控股)",
        _ => "有限责任公司(外商投资、非独资)",
    };
    let risk = match dice.below(100) {
        0..60 => "A",
        60..88 => "B",
        88..98 => "C",
        _ => "D",
    };
    let skill = if dice.chance(trade.skilled) {
        trade.skill
    } else {
        ""
    };
    let mut cells = vec![
        code(seed, index, district, single),
        name(&mut dice, district, street, trade, single),
        district.name.to_owned(),
        address(&mut dice, district, street),
        trade.industry.to_owned(),
        kind.to_owned(),
        "存续".to_owned(),
        bureau,
        office,
        risk.to_owned(),
        dice.day(2001, 2024),
        skill.to_owned(),
    ];
    cells.extend(last_visit(&mut dice, district));
    cells
}

/// The code of a row, without the rest of it.
pub(super) fn code_of(seed: u64, index: u64) -> String {
    row(seed, index).swap_remove(0)
}

/// The district of a row, without the rest of it.
pub(super) fn district_of(seed: u64, index: u64) -> &'static District {
    district(&mut Dice::new(seed, PURPOSE, index))
}

fn district(dice: &mut Dice) -> &'static District {
    dice.weighted(&DISTRICTS, |district| district.weight)
        .unwrap_or(&DISTRICTS[0])
}

/// Registration body and kind, district, organisation code, check character.
fn code(seed: u64, index: u64, district: &District, single: bool) -> String {
    // Multiplying by a number coprime to 31 visits every organisation code once.
    let space = u128::from(super::MOST_SUBJECTS);
    let mut place =
        (u128::from(index) * 402_653_189 + u128::from(seed % super::MOST_SUBJECTS)) % space;
    let mut organisation = *b"MA000000";
    for slot in organisation.iter_mut().skip(2).rev() {
        *slot = ALPHABET[usize::try_from(place % 31).unwrap_or(0)];
        place /= 31;
    }
    let kind = if single { "92" } else { "91" };
    let mut code = format!("{kind}{}", district.code);
    code.extend(organisation.map(char::from));
    code.push(organisation_check(&organisation));
    // The body is made of the alphabet, so there always is a check character.
    let check = check_character(&code).unwrap_or('0');
    code.push(check);
    code
}

/// The check character of an organisation code (GB 11714): weights mod 11, letters from 10.
fn organisation_check(code: &[u8; 8]) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |byte: u8| char::from(byte).to_digit(36).unwrap_or(0);
    let sum: u32 = code
        .iter()
        .zip(WEIGHTS)
        .map(|(byte, weight)| value(*byte) * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

fn name(dice: &mut Dice, district: &District, street: &str, trade: &Trade, single: bool) -> String {
    let first = dice.pick(words::FIRST);
    let middle = dice.pick(words::MIDDLE);
    let last = if dice.chance(4) {
        dice.pick(words::RARE)
    } else {
        dice.pick(words::LAST)
    };
    if single {
        return format!(
            "广州市{}{street}{first}{middle}{last}{}",
            district.name, trade.shop
        );
    }
    let word = dice.pick(trade.words);
    let form = dice.pick(words::COMPANY_FORMS);
    if form.starts_with('（') {
        return format!("{first}{middle}{last}{word}{form}");
    }
    let place = dice.pick(&["广州市", "广州", "广东"]);
    format!("{place}{first}{middle}{last}{word}{form}")
}

fn address(dice: &mut Dice, district: &District, street: &str) -> String {
    let road = dice.pick(words::ROADS);
    let house = dice.between(1, 398);
    let room = dice.between(1, 28) * 100 + dice.between(1, 16);
    let kind = if street == "江高" { "镇" } else { "街道" };
    format!(
        "广州市{}{street}{kind}{road}{house}号{room}房",
        district.name
    )
}

/// Date and reference of the last visit; both empty for most.
fn last_visit(dice: &mut Dice, district: &District) -> [String; 2] {
    if !dice.chance(30) {
        return [String::new(), String::new()];
    }
    let day = dice.day(2024, 2025);
    let reference = format!(
        "{}-{}-{:06}",
        day.get(..4).unwrap_or("2025"),
        district.code,
        dice.below(1_000_000)
    );
    [day, reference]
}

const PURPOSE: &str = "subjects";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_codes_have_the_check_character_of_the_standard() {
        // Bodies inside public credit codes: 192203821-6, 71526726-X, 71610585-2.
        assert_eq!(organisation_check(b"19220382"), '1');
        assert_eq!(organisation_check(b"71526726"), 'X');
        assert_eq!(organisation_check(b"71610585"), '2');
    }
}
