//! The sections about the plan: what cannot be staffed, and odds.
//!
//! Invariant: every section says in words how its numbers are to be read.

use super::chart::{BAND, BLUE, RED, range};
use super::table::Table;
use crate::language::Message;
use crate::markup::escaped;
use crate::simulation::{Simulation, percent};

/// What cannot be staffed, and what would mend it.
pub(super) fn gaps(simulation: &Simulation) -> String {
    let (runs, gaps) = (simulation.runs, &simulation.gaps);
    let mut html = heading(
        "配不齐的席位与补救办法",
        "What cannot be staffed, and what mends it",
    );
    if simulation.is_staffed() {
        html.push_str(&text(
            &format!("{runs}次模拟抽取中，每个席位都有人；逐户核算，没有无法配齐的对象。"),
            "In every run every slot was filled, and no subject is out of reach.",
        ));
        return html;
    }
    for kind in gaps.impossible.iter().take(TOLD) {
        html.push_str(&format!("<p class=\"alarm\">{}</p>\n", both(&kind.message)));
    }
    if let Some(more) = gaps.impossible.len().checked_sub(TOLD).filter(|n| *n > 0) {
        html.push_str(&text(
            &format!("另有{more}类这样的对象，见JSON文件。"),
            &format!("{more} more kinds of such subjects are in the JSON file."),
        ));
    }
    for gap in &gaps.groups {
        let (group, times) = (escaped(&gap.group.join(" ")), gap.runs);
        let share = percent(u64::from(times), u64::from(runs));
        html.push_str(&format!(
            "<div class=\"gap\">\n<h3>{group}：{runs}次中有{times}次（{share}）出现空缺<small lang=\"en\">open slots in {times} of {runs} runs ({share})</small></h3>\n"
        ));
        for slot in &gap.slots {
            let (name, places, most) = (escaped(&slot.slot), slot.places, slot.most);
            let times = slot.runs;
            html.push_str(&text(
                &format!("席位“{name}”：{times}次空缺，共{places}个，一次最多{most}个。"),
                &format!("slot {name}: open in {times} runs, {places} places in all, at most {most} in one run"),
            ));
        }
        html.push_str(&format!("<p>{}</p>\n", both(&gap.bottleneck)));
        if gap.remedies.is_empty() {
            html.push_str(&text(
                "未找到单独可行的办法。",
                "No single remedy was found.",
            ));
        } else {
            html.push_str("<p><b>任选其一即可补齐（均已重新试算）</b><small lang=\"en\">Any one of these closes the gap; each was tried</small></p>\n<ol>\n");
            for remedy in &gap.remedies {
                html.push_str(&format!("<li>{}</li>\n", both(&remedy.message)));
            }
            html.push_str("</ol>\n");
        }
        html.push_str("</div>\n");
    }
    if gaps.tried > 0 {
        let (tried, left) = (gaps.tried, gaps.still_short);
        html.push_str(&text(
            &format!("各组均采用第1种办法后，对{tried}次不足的模拟抽取重新派员，仍有{left}次空缺。"),
            &format!("With the first remedy of every group together, {left} of {tried} failing runs still have open slots."),
        ));
    }
    html
}

/// Odds and frequencies.
pub(super) fn coverage(simulation: &Simulation) -> String {
    let mut html = heading("抽取概率", "Coverage");
    let runs = u64::from(simulation.runs);
    let mut table = Table::new(&[
        ("分层", "Stratum"),
        ("户数", "Pool"),
        ("抽取", "Quota"),
        ("每户应有概率", "Exact odds of each"),
        ("实际频率", "Observed, least–most"),
        ("正常波动范围", "What chance explains"),
        ("图示", "Chart"),
    ]);
    let strata = simulation.strata.iter();
    let widest = strata.map(|s| s.expected_high.max(s.most)).max();
    let scale = u64::from(widest.unwrap_or(1));
    for stratum in &simulation.strata {
        let part = |times: u32| percent(u64::from(times), runs);
        let (odds, name) = (percent(stratum.quota, stratum.pool), escaped(&stratum.name));
        let exact = u128::from(runs) * u128::from(stratum.quota) / u128::from(stratum.pool.max(1));
        let (fewest, most) = (part(stratum.fewest), part(stratum.most));
        let expected = format!(
            "{}–{}",
            part(stratum.expected_low),
            part(stratum.expected_high)
        );
        table.row(
            stratum.outside > 0,
            &[
                name.clone(),
                stratum.pool.to_string(),
                stratum.quota.to_string(),
                format!("{}/{} = {odds}", stratum.numerator, stratum.denominator),
                format!("{fewest}–{most}"),
                expected.clone(),
                range(
                    (u64::from(stratum.fewest), u64::from(stratum.most)),
                    (
                        u64::from(stratum.expected_low),
                        u64::from(stratum.expected_high),
                    ),
                    u64::try_from(exact).unwrap_or(0),
                    scale,
                    &format!(
                        "{}：应有{odds}，实际{fewest}–{most}，正常{expected}",
                        stratum.name
                    ),
                ),
            ],
        );
    }
    html.push_str(&table.html());
    html.push_str(&format!(
        "<p class=\"key\"><i style=\"background:{BAND}\"></i>正常波动 chance <i style=\"background:{BLUE}\"></i>实际 observed <i style=\"background:{RED}\"></i>应有概率 exact odds</p>\n"
    ));
    let (excluded, outside) = (simulation.excluded, simulation.outside);
    html.push_str(&text(
        &format!("同一分层内每户概率相同，就是“抽取/户数”。模拟次数有限，各户的实际频率必有高低；99%的模拟中，所有对象都落在正常波动范围内，超出才值得追查。排除{excluded}户，不在任何分层{outside}户，概率为0。"),
        &format!("All subjects of a stratum have the same odds, quota over pool. Observed frequencies differ by chance: in 99 of 100 simulations no subject lies outside the range. {excluded} subjects are excluded and {outside} in no stratum: they cannot be drawn."),
    ));
    html
}

pub(super) fn heading(chinese: &str, english: &str) -> String {
    format!("<h2>{chinese}<small lang=\"en\">{english}</small></h2>\n")
}

/// A paragraph of markup in both languages.
pub(super) fn text(chinese: &str, english: &str) -> String {
    format!("<p>{chinese}<small lang=\"en\">{english}</small></p>\n")
}

/// A message in both languages, as markup.
pub(super) fn both(message: &Message) -> String {
    let (chinese, english) = (escaped(&message.chinese), escaped(&message.english));
    format!("{chinese}<small lang=\"en\">{english}</small>")
}

/// So many kinds of subjects out of reach are told.
const TOLD: usize = 20;
