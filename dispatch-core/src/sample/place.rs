//! The districts of Guangzhou and streets in them.
//!
//! Source: administrative division codes (GB/T 2260). The weights are about each district's share
//! of the city's enterprises; streets are real, house numbers are made up.
//!
//! Invariant: every district has at least four streets, each with an office of the bureau.

/// A district.
#[derive(Debug)]
pub(super) struct District {
    /// Six digits.
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    /// Share of the enterprises, in percent.
    pub(super) weight: u64,
    /// Streets and towns, which name the bureau's offices.
    pub(super) streets: &'static [&'static str],
}

const fn district(
    code: &'static str,
    name: &'static str,
    weight: u64,
    streets: &'static [&'static str],
) -> District {
    District {
        code,
        name,
        weight,
        streets,
    }
}

/// All districts; the weights add up to 100.
pub(super) static DISTRICTS: [District; 11] = [
    district(
        "440103",
        "荔湾区",
        6,
        &["沙面", "逢源", "西村", "南源", "昌华", "石围塘"],
    ),
    district(
        "440104",
        "越秀区",
        9,
        &["北京", "六榕", "流花", "光塔", "东山", "农林"],
    ),
    district(
        "440105",
        "海珠区",
        10,
        &["赤岗", "新港", "昌岗", "江南中", "滨江", "琶洲"],
    ),
    district(
        "440106",
        "天河区",
        21,
        &["石牌", "五山", "林和", "猎德", "冼村", "车陂", "棠下"],
    ),
    district(
        "440111",
        "白云区",
        17,
        &["三元里", "松洲", "景泰", "同德", "黄石", "永平", "江高"],
    ),
    district(
        "440112",
        "黄埔区",
        9,
        &["黄埔", "红山", "鱼珠", "大沙", "文冲", "联和"],
    ),
    district(
        "440113",
        "番禺区",
        12,
        &["市桥", "沙头", "东环", "桥南", "小谷围", "大石"],
    ),
    district(
        "440114",
        "花都区",
        5,
        &["新华", "新雅", "秀全", "花城", "狮岭"],
    ),
    district(
        "440115",
        "南沙区",
        5,
        &["南沙", "珠江", "龙穴", "黄阁", "横沥"],
    ),
    district("440117", "从化区", 2, &["街口", "江埔", "城郊", "温泉"]),
    district(
        "440118",
        "增城区",
        4,
        &["荔城", "增江", "朱村", "永宁", "荔湖"],
    ),
];
