//! Word lists for names of enterprises, persons and trades.
//!
//! A name takes one syllable of each of three lists, so that the two-syllable brands of well-known
//! firms cannot come out. A few last syllables need four bytes in GB18030, as real names do.
//!
//! Invariant: no list is empty.

/// A trade: industry by GB/T 4754, share in percent, words in names, and the skill some need.
#[derive(Debug)]
pub(super) struct Trade {
    pub(super) industry: &'static str,
    pub(super) weight: u64,
    pub(super) words: &'static [&'static str],
    /// What a one-person business of this trade calls itself.
    pub(super) shop: &'static str,
    pub(super) skill: &'static str,
    /// How many of a thousand need the skill.
    pub(super) skilled: u64,
}

const fn trade(
    industry: &'static str,
    weight: u64,
    words: &'static [&'static str],
    shop: &'static str,
    skill: &'static str,
    skilled: u64,
) -> Trade {
    Trade {
        industry,
        weight,
        words,
        shop,
        skill,
        skilled,
    }
}

/// All trades; the weights add up to 100.
pub(super) static TRADES: [Trade; 10] = [
    trade(
        "批发和零售业",
        31,
        &["贸易", "商贸", "百货", "服装", "建材", "食品", "医药"],
        "商行",
        "药品",
        35,
    ),
    trade(
        "住宿和餐饮业",
        14,
        &["餐饮管理", "酒店管理", "饮食", "餐饮服务"],
        "餐饮店",
        "",
        0,
    ),
    trade(
        "制造业",
        12,
        &["机械制造", "电子", "塑料制品", "家具", "化妆品", "包装材料"],
        "加工店",
        "特种设备",
        140,
    ),
    trade(
        "租赁和商务服务业",
        13,
        &["企业管理", "商务咨询", "广告", "会展服务", "人力资源"],
        "服务部",
        "",
        0,
    ),
    trade(
        "科学研究和技术服务业",
        9,
        &["科技", "检测技术", "工程设计", "生物科技"],
        "工作室",
        "计量",
        10,
    ),
    trade(
        "信息传输、软件和信息技术服务业",
        8,
        &["信息科技", "软件", "网络科技", "数据技术"],
        "电脑店",
        "",
        0,
    ),
    trade(
        "居民服务、修理和其他服务业",
        6,
        &["汽车服务", "家政服务", "美容", "物业服务"],
        "美发店",
        "特种设备",
        30,
    ),
    trade(
        "交通运输、仓储和邮政业",
        4,
        &["物流", "货运代理", "仓储", "供应链"],
        "货运部",
        "特种设备",
        100,
    ),
    trade(
        "文化、体育和娱乐业",
        2,
        &["文化传播", "体育发展", "影视", "游乐"],
        "文具店",
        "特种设备",
        60,
    ),
    trade(
        "卫生和社会工作",
        1,
        &["医疗", "口腔门诊", "健康管理", "康复护理"],
        "诊所",
        "医疗器械",
        450,
    ),
];

pub(super) const FIRST: &[&str] = &[
    "顺", "雅", "诚", "瑞", "祥", "鑫", "恩", "沐", "泓", "悦", "启", "晟", "睿", "铭", "岭", "穗",
    "云", "禾", "墨", "朗", "臻", "翊", "隽", "凌", "澜", "煜", "芸", "笙", "栩", "弘",
];
pub(super) const MIDDLE: &[&str] = &[
    "意", "安", "和", "德", "泽", "业", "同", "丰", "谷", "林", "溪", "辰", "舟", "雨", "田", "庭",
    "原", "石", "川", "木", "河", "远", "知", "行", "言", "文", "光", "景", "思", "嘉",
];
pub(super) const LAST: &[&str] = &[
    "隆", "达", "盛", "源", "兴", "成", "来", "优", "捷", "创", "泰", "佳", "宜", "堂", "坊", "记",
    "轩", "居", "园", "品", "汇", "诺", "科", "信", "晖", "韵", "杉", "岚", "屿", "遥",
];
/// Four bytes each in GB18030.
pub(super) const RARE: &[&str] = &["㛃", "㙍", "𬭚", "𫖯", "𡐓"];

pub(super) const COMPANY_FORMS: &[&str] = &[
    "有限公司",
    "有限公司",
    "有限公司",
    "有限责任公司",
    "（广州）有限公司",
    "（集团）有限公司",
];

pub(super) const SURNAMES: &[&str] = &[
    "陈", "李", "黄", "张", "梁", "林", "王", "吴", "刘", "何", "罗", "郑", "杨", "谢", "冯", "邓",
    "叶", "曾", "苏", "欧阳", "麦", "区", "冼", "关", "潘", "卢", "钟", "莫", "简", "温",
];
pub(super) const GIVEN: &[&str] = &[
    "伟", "敏", "静", "志强", "嘉欣", "俊杰", "晓彤", "建华", "淑仪", "文辉", "子健", "咏诗",
    "国栋", "丽华", "永康", "诗韵", "浩然", "美玲", "家豪", "倩", "泽宇", "雪梅", "振业", "思敏",
    "启明", "少芬", "耀文", "秋霞", "锦荣", "㛃",
];

pub(super) const ROADS: &[&str] = &[
    "建设路",
    "人民路",
    "解放路",
    "文明路",
    "和平街",
    "工业大道",
    "康乐街",
    "新村路",
    "东华街",
    "迎宾路",
    "科技路",
    "沿江路",
];
