//! The sections about people: loads, partners, forced pairs.
//!
//! Invariant: every section says in words how its numbers are to be read.

use std::collections::BTreeMap;

use super::chart::{BLUE, Bars, GREY, RED, bar};
use super::section::{both, heading, text};
use super::table::Table;
use crate::markup::escaped;
use crate::simulation::{FEW, HIGH_PERCENT, Simulation, Who, percent, ratio};

/// Loads of officers.
pub(super) fn loads(simulation: &Simulation) -> String {
    let mut html = heading("执法检查人员任务量", "Officers' loads");
    let mut table = Table::new(&[
        ("派员组", "Group"),
        ("人数（可派）", "Officers (able)"),
        ("每次席位", "Slots a draw"),
        ("人均户数", "Mean load"),
        ("最闲至最忙者平均", "Means of the least and most loaded"),
        ("单次最少至最多", "Least–most in a run"),
        ("任务上限", "Cap"),
        ("达上限", "At cap"),
        ("每次都派到／从未派到", "Always / never drawn"),
        ("每人搭档数", "Partners a run"),
    ]);
    let runs = u64::from(simulation.runs);
    for group in &simulation.groups {
        let turns = group.able as u64 * u64::from(group.runs);
        let own = simulation.loads.iter().filter(|o| o.group == group.name);
        let (drawn, partners) = own.fold((0, 0), |(drawn, partners), officer| {
            (
                drawn + u64::from(officer.drawn),
                partners + officer.partners,
            )
        });
        let ends = |map: &BTreeMap<u32, u32>| {
            span(
                map.keys().next().unwrap_or(&0),
                map.keys().next_back().unwrap_or(&0),
            )
        };
        table.row(
            group.open > 0,
            &[
                escaped(&group.name.join(" ")),
                format!("{}（{}）", group.officers, group.able),
                span(group.fewest_slots, group.most_slots),
                ratio(group.slots - group.open, turns),
                format!(
                    "{}–{}",
                    ratio(group.fewest_places, runs),
                    ratio(group.most_places, runs)
                ),
                span(
                    group.loads.keys().next().unwrap_or(&0),
                    group.loads.keys().next_back().unwrap_or(&0),
                ),
                format!(
                    "{}<small>基数 base {}</small>",
                    ends(&group.caps),
                    ends(&group.bases)
                ),
                percent(group.at_cap, turns),
                format!("{}／{}", group.always, group.never),
                ratio(partners, drawn),
            ],
        );
    }
    html.push_str(&table.html());
    html.push_str(&text(
        "任务上限＝能够配齐的最小上限（基数）＋余量。条件相同的人员机会相同；平均值有高低，是因为可任组长、资质等条件不同。",
        "Cap = the smallest cap that is enough (base) + slack. Interchangeable officers have equal chances; means differ where skills do.",
    ));
    let mut largest: Vec<_> = simulation.groups.iter().collect();
    largest.sort_by_key(|group| core::cmp::Reverse(group.slots));
    html.push_str(&format!(
        "<p class=\"key\"><i style=\"background:{BLUE}\"></i>每人每次户数 load of an officer in a run <i style=\"background:{GREY}\"></i>任务上限 cap of a run</p>\n<div class=\"plots\">\n"
    ));
    for group in largest.iter().take(PLOTS) {
        let loads = wide(&group.loads);
        let caps = group.caps.iter();
        let caps = caps.map(|(cap, runs)| (u64::from(*cap), u64::from(*runs)));
        let caps: BTreeMap<u64, u64> = caps.collect();
        let name = group.name.join(" ");
        let chart = Bars {
            title: format!("{name}：任务量与任务上限的分布"),
            panels: vec![("户数", BLUE, &loads), ("上限", GREY, &caps)],
        };
        html.push_str(&format!(
            "<figure><figcaption>{}</figcaption>{}</figure>\n",
            escaped(&name),
            chart.svg()
        ));
    }
    html.push_str("</div>\n");
    html.push_str(&never(simulation));
    html
}

/// Officers who were never drawn, with the reason.
fn never(simulation: &Simulation) -> String {
    let idle: Vec<_> = { simulation.loads.iter() }
        .filter(|officer| officer.drawn == 0)
        .collect();
    let mut reasons: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for officer in &idle {
        let why = officer.unable.as_ref();
        let why = why.map_or(("有条件但未派到", "able, but never drawn"), |why| {
            (why.chinese.as_str(), why.english.as_str())
        });
        let who = format!("{}（{}）", officer.who.name, officer.who.id);
        reasons.entry(why).or_default().push(who);
    }
    if reasons.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[("原因", "Why"), ("人数", "Officers"), ("人员", "Who")]);
    for ((chinese, english), who) in reasons {
        let more = who.len().saturating_sub(NAMED);
        let names: Vec<&str> = who.iter().take(NAMED).map(String::as_str).collect();
        let mut names = escaped(&names.join("、"));
        if more > 0 {
            names.push_str(&format!("，另{more}人见JSON文件"));
        }
        let why = format!(
            "{}<small lang=\"en\">{}</small>",
            escaped(chinese),
            escaped(english)
        );
        table.row(false, &[why, who.len().to_string(), names]);
    }
    format!(
        "<h3>从未派到的人员<small lang=\"en\">Officers never drawn</small></h3>\n{}",
        table.html()
    )
}

/// Who goes with whom.
pub(super) fn partners(simulation: &Simulation) -> String {
    let (runs, partners) = (u64::from(simulation.runs), &simulation.partners);
    let mut html = heading("搭档重复", "Partners");
    let again = percent(partners.together - partners.distinct, partners.together);
    let pairs = partners.pairs;
    html.push_str(&text(
        &format!("一次抽取中，{again}的搭档是同一次已经搭过的；{runs}次合计出现过{pairs}对不同的搭档。下图：一次抽取中最常见的一对搭了几次。"),
        &format!("In a draw {again} of the teammates are a pair that went together already; {pairs} different pairs came up. The chart: how often the most frequent pair of a run went together."),
    ));
    let most = partners.most_together.iter();
    let most: BTreeMap<u64, u64> = most
        .map(|(times, runs)| (u64::from(*times), u64::from(*runs)))
        .collect();
    let chart = Bars {
        title: "一次抽取中最常见的一对搭档的次数".to_owned(),
        panels: vec![("模拟次数 runs", BLUE, &most)],
    };
    html.push_str(&format!("<figure class=\"one\">{}</figure>\n", chart.svg()));
    let mut table = Table::new(&[
        ("人员", "Officer"),
        ("人员", "Officer"),
        ("派员组", "Group"),
        ("每次次数", "Times a draw"),
        ("平均份额", "Even share"),
        ("倍数", "Ratio"),
    ]);
    for pair in &partners.top {
        let even = pair.possible.saturating_mul(runs);
        let group = if pair.groups[0] == pair.groups[1] {
            pair.groups[0].join(" ")
        } else {
            format!("{}／{}", pair.groups[0].join(" "), pair.groups[1].join(" "))
        };
        table.row(
            false,
            &[
                named(&pair.first),
                named(&pair.second),
                escaped(&group),
                ratio(pair.times, runs),
                ratio(pair.together, even),
                ratio(pair.times.saturating_mul(pair.possible), pair.together),
            ],
        );
    }
    html.push_str("<h3>最常见的搭档<small lang=\"en\">The most frequent pairs</small></h3>\n");
    html.push_str(&table.html());
    html.push_str(&text(
        "平均份额：两组中能够同组的每一对人员次数相等时的次数。能任组长者与不能任者搭档机会本来较多，倍数略大于1属正常；可搭档的人太少时才会明显偏高。",
        "Even share: if all pairs of these groups that can make a team went together equally often. Somewhat above 1 is normal where only some can lead.",
    ));
    html
}

/// Pairs of officer and subject that the draw hardly chooses.
pub(super) fn forced(simulation: &Simulation) -> String {
    let mut html = heading("可能被指定的派员", "Forced pairs");
    let few = simulation.reach.few;
    html.push_str(&text(
        &format!("某户被抽中时，某人被派去的概率。可派人员不足{FEW}名，或概率达到{HIGH_PERCENT}%，即标红：不得以修改资质、请假或回避的办法变相指定人员。共有{few}户的某个席位可派人员不足{FEW}名。"),
        &format!("How probable it is that an officer goes to a subject if it is drawn. Fewer than {FEW} officers, or {HIGH_PERCENT}% and more, is marked: editing skills, leave or recusals must not force an officer onto a subject. {few} subjects have a slot that fewer than {FEW} officers can fill."),
    ));
    let reach = simulation.reach.subjects.iter();
    let reach: BTreeMap<u64, u64> = reach
        .map(|(reach, count)| (*reach as u64, *count))
        .collect();
    let chart = Bars {
        title: "最难配的席位可派几人：对象户数的分布".to_owned(),
        panels: vec![("户数 subjects", BLUE, &reach)],
    };
    html.push_str(&format!(
        "<figure class=\"one\"><figcaption>每户最难配的席位有几人可派<small lang=\"en\">Officers who can fill the narrowest slot of a subject</small></figcaption>{}</figure>\n",
        chart.svg()
    ));
    let mut table = Table::new(&[
        ("检查对象", "Subject"),
        ("执法检查人员", "Officer"),
        ("概率", "Odds"),
        ("席位与可派人数", "Slot, who can reach"),
        ("为什么这样少", "What narrows it"),
    ]);
    for pair in &simulation.forced {
        let (id, name) = (escaped(&pair.subject), escaped(&pair.subject_name));
        let subject = if pair.subjects > 1 {
            let (kind, count) = (escaped(&pair.kind), pair.subjects);
            format!("{kind} 的{count}户<small>如 {name} {id}</small>")
        } else {
            format!("{name}<small>{id}</small>")
        };
        let margin = pair.margin;
        let colour = if pair.warned { RED } else { BLUE };
        table.row(
            pair.warned,
            &[
                subject,
                named(&pair.officer),
                format!(
                    "{} ±{}.{}<small>{}/{}</small>{}",
                    percent(pair.times, pair.of),
                    margin / 10,
                    margin % 10,
                    pair.times,
                    pair.of,
                    bar(pair.times, pair.of, colour)
                ),
                format!("{}：{}人", escaped(&pair.slot), pair.reach),
                both(&pair.why),
            ],
        );
    }
    html.push_str(&table.html());
    html
}

/// An officer's name with the certificate number.
fn named(who: &Who) -> String {
    let (name, id) = (escaped(&who.name), escaped(&who.id));
    format!("{name} <span class=\"id\">{id}</span>")
}

fn wide(map: &BTreeMap<u32, u64>) -> BTreeMap<u64, u64> {
    map.iter()
        .map(|(at, count)| (u64::from(*at), *count))
        .collect()
}

fn span<T: PartialEq + core::fmt::Display>(least: T, most: T) -> String {
    if least == most {
        return least.to_string();
    }
    format!("{least}–{most}")
}

/// Charts are drawn for so many load groups, the largest.
const PLOTS: usize = 24;
/// So many persons are named for one reason.
const NAMED: usize = 40;
