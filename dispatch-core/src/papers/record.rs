//! 抽取记录: how the draw was made, for the file and for whoever supervised it.
//!
//! Invariant: without [`Campaign::opened`] neither secret nor seed is printed, and on the public form
//! no figure that follows from who was drawn.

use super::sheet::{
    boxes, commitment, facts, hash, heading, known, page, replay_banner, section, signatures, table,
};
use super::{Campaign, Reader, moment};
use crate::beacon;
use crate::markup::shown;
use crate::plan::{Matter, MatterKind, SeedSource};
use crate::seed::SourceValue;

pub(super) fn html(campaign: &Campaign<'_>, reader: Reader) -> String {
    let plan = &campaign.announcement().plan;
    let mut html = heading(&plan.authority, "随机抽取记录", &plan.draw);
    html.push_str(replay_banner(campaign));
    if reader == Reader::Sealed && campaign.opened.is_none() {
        html.push_str(&super::sheet::seal_banner(campaign));
    }
    html.push_str(&section("一、抽查任务"));
    html.push_str(&task(campaign));
    html.push_str(&matters(plan.matters.iter()));
    html.push_str(&section("二、公告与承诺"));
    html.push_str(&frozen(campaign));
    html.push_str(&section("三、检查对象范围"));
    html.push_str(&scope(campaign));
    html.push_str(&section("四、随机源"));
    html.push_str(&sources(campaign));
    html.push_str(&section("五、执法检查人员"));
    html.push_str(&officers(campaign, reader));
    html.push_str(&section("六、结果"));
    html.push_str(&result(campaign));
    html.push_str(&section("七、补抽"));
    html.push_str(&stages(campaign));
    html.push_str(&section("八、核验办法"));
    html.push_str(&check(campaign));
    let labels = ["操作人", "复核人（第二人）", "监督人", "见证人"].map(str::to_owned);
    html.push_str(&signatures(&labels));
    html.push_str("<p class=\"note\">抽取方式：□ 公开抽取　□ 单位内部抽取　　见证单位：<span class=\"blank\" style=\"width:16em\"></span></p>\n");
    let title = format!("随机抽取记录 {}", plan.draw);
    page(
        campaign,
        &title,
        false,
        core::iter::once((title.clone(), html)),
    )
}

fn task(campaign: &Campaign<'_>) -> String {
    let plan = &campaign.announcement().plan;
    let source = if plan.annual_plan.is_empty() {
        format!("计划外临时任务，理由：{}", shown(&plan.temporary_reason))
    } else {
        format!("年度抽查工作计划：{}", shown(&plan.annual_plan))
    };
    let (start, end) = (&plan.schedule.window_start, &plan.schedule.window_end);
    let mut rows = vec![
        ("任务名称", shown(&plan.title)),
        ("抽查机关", shown(&plan.authority)),
        (
            "编号、序号",
            format!("{}，本机关第{}号", shown(&plan.draw), plan.sequence),
        ),
        ("任务来源", source),
        (
            "检查期限",
            format!("{}至{}", moment::day(start), moment::day(end)),
        ),
        ("抽取时间", moment::time(&plan.schedule.draw_time)),
        ("公开时间", moment::time(&plan.schedule.disclosure_time)),
    ];
    if !plan.repeats.is_empty() {
        rows.push(("重抽的原承诺", hash(&plan.repeats)));
    }
    facts(&rows)
}

/// The matters with kind and basis.
pub(super) fn matters<'m>(matters: impl Iterator<Item = &'m Matter>) -> String {
    table(
        &[
            ("序号", 8),
            ("编码", 16),
            ("抽查事项", 28),
            ("类别", 12),
            ("检查依据", 36),
        ],
        matters.enumerate().map(|(at, matter)| {
            let kind = match matter.kind {
                MatterKind::General => "一般",
                MatterKind::Key => "重点",
            };
            vec![
                at.saturating_add(1).to_string(),
                shown(&matter.code),
                shown(&matter.name),
                kind.to_owned(),
                shown(&matter.basis),
            ]
        }),
        "无",
    )
}

fn frozen(campaign: &Campaign<'_>) -> String {
    let announcement = campaign.announcement();
    let intro = format!(
        "<p>公告于{}作出（操作方时钟），规定须比抽取时间提前{}分钟。承诺值（SHA-256）：</p>",
        moment::time(&announcement.created),
        announcement.plan.schedule.lead_minutes
    );
    let list = |what: &str, count: u64, unit: &str, root: String| {
        vec![what.to_owned(), format!("{count}{unit}"), root]
    };
    let rows = [
        list(
            "检查对象名录库",
            announcement.subjects.count,
            "个",
            hash(&announcement.subjects.root.to_string()),
        ),
        list(
            "执法检查人员名录库",
            announcement.officers.count,
            "名",
            hash(&announcement.officers.root.to_string()),
        ),
        list(
            "回避名单",
            announcement.recusals.count,
            "条",
            hash(&announcement.recusals.root.to_string()),
        ),
    ];
    commitment(campaign, &intro)
        + &table(
            &[("冻结的名录", 26), ("数量", 16), ("默克尔根", 58)],
            rows.into_iter(),
            "",
        )
}

fn scope(campaign: &Campaign<'_>) -> String {
    let announcement = campaign.announcement();
    let rules = announcement.plan.exclusions.iter();
    let excluded = rules.zip(&announcement.excluded).map(|(rule, count)| {
        vec![
            shown(&rule.code),
            shown(&rule.label),
            shown(&rule.basis),
            count.count.to_string(),
        ]
    });
    let outside = announcement.outside_strata;
    let excluded = table(
        &[("排除代码", 18), ("原因", 34), ("依据", 34), ("户数", 14)],
        excluded,
        "未排除任何检查对象",
    );
    let strata = announcement.strata.iter().map(|stratum| {
        vec![
            shown(&stratum.name),
            stratum.pool.to_string(),
            stratum.quota.to_string(),
            // A draw takes exactly the quota; check D03 holds the records against it.
            stratum.quota.to_string(),
        ]
    });
    let strata = table(
        &[
            ("分层", 46),
            ("分层户数", 18),
            ("应抽户数", 18),
            ("抽取户数", 18),
        ],
        strata,
        "无",
    );
    let total = announcement.selected();
    format!(
        "{excluded}<p class=\"note\">不属于任何分层、不参加抽取：{outside}户。</p>\n{strata}<p class=\"note\">合计抽取{total}户。</p>\n"
    )
}

fn sources(campaign: &Campaign<'_>) -> String {
    let plan = &campaign.announcement().plan;
    let mut rows = Vec::new();
    for (at, source) in plan.seed.iter().enumerate() {
        let value = campaign.values.get(at);
        let value_text = |text: Option<String>| text.unwrap_or_else(|| known("", 12));
        match source {
            SeedSource::Drand { .. } => {
                let round = campaign.announcement().round;
                let time = beacon::time_of_round(round).and_then(crate::syntax::time_text);
                let signature = match value {
                    Some(SourceValue::Drand { signature, .. }) => Some(hash(signature)),
                    _ => None,
                };
                rows.push((
                    "公共随机信标",
                    format!(
                        "drand quicknet 第{round}轮，公布于{}<br>签名：{}",
                        time.map_or_else(String::new, |time| moment::time(&time)),
                        value_text(signature)
                    ),
                ));
            }
            SeedSource::PublicNumbers {
                name,
                published,
                time,
                ..
            } => {
                let numbers = match value {
                    Some(SourceValue::PublicNumbers { values }) => {
                        let list: Vec<String> = values.iter().map(u64::to_string).collect();
                        Some(list.join("、"))
                    }
                    _ => None,
                };
                rows.push((
                    "公开号码",
                    format!(
                        "{}，{}，公布处：{}<br>号码：{}",
                        shown(name),
                        moment::time(time),
                        shown(published),
                        value_text(numbers)
                    ),
                ));
            }
            SeedSource::Contribution {
                body, hash: due, ..
            } => {
                let text = match value {
                    Some(SourceValue::Contribution { value }) => Some(hash(&value.to_string())),
                    _ => None,
                };
                rows.push((
                    "外部单位数值",
                    format!(
                        "{}<br>承诺：{}<br>数值：{}",
                        shown(body),
                        hash(due),
                        value_text(text)
                    ),
                ));
            }
        }
    }
    rows.push((
        "操作方密钥",
        match &campaign.opened {
            Some(opened) => hash(&opened.secret.to_string()),
            None => "公开时间前封存；其哈希值已在公告中承诺".to_owned(),
        },
    ));
    rows.push((
        "随机种子",
        match &campaign.opened {
            Some(opened) => hash(&opened.seed.to_string()),
            None => "公开时间前封存".to_owned(),
        },
    ));
    facts(&rows)
}

fn officers(campaign: &Campaign<'_>, reader: Reader) -> String {
    let plan = &campaign.announcement().plan;
    let slots = plan.team.size();
    let intro = format!(
        "<p>每户派员{slots}个席位，任务上限余量{}。</p>\n",
        plan.team.slack
    );
    if reader == Reader::Public && campaign.opened.is_none() {
        return intro + "<p class=\"note\">各派员组的任务数与名单有关，公开时间前封存。</p>\n";
    }
    let rows = campaign.loads.iter().map(|load| {
        let mut cells = vec![shown(&load.authority), shown(&load.group)];
        cells.extend([load.officers, load.slots, load.cap, load.open].map(|n| n.to_string()));
        cells
    });
    intro
        + &table(
            &[
                ("抽查机关", 26),
                ("派员组", 30),
                ("人员", 11),
                ("席位", 11),
                ("每人上限", 11),
                ("空缺", 11),
            ],
            rows,
            "无",
        )
}

fn result(campaign: &Campaign<'_>) -> String {
    let later = if campaign.announcement().plan.schedule.stages.is_empty() {
        "本次未公告补抽，名单此后不能改变"
    } else {
        "名单此后只能因事先公告的补抽而改变（见第七项）"
    };
    facts(&[
        ("派员记录数", campaign.result.count.to_string()),
        ("结果默克尔根", hash(&campaign.result.root.to_string())),
        (
            "结果公布",
            format!("抽取后立即公布结果根（result.json）；{later}"),
        ),
    ])
}

fn stages(campaign: &Campaign<'_>) -> String {
    let planned: Vec<String> = campaign
        .announcement()
        .plan
        .schedule
        .stages
        .iter()
        .map(|time| moment::time(time))
        .collect();
    let note = if planned.is_empty() {
        String::new()
    } else {
        format!(
            "<p class=\"note\">公告的补抽时间：{}。</p>\n",
            planned.join("；")
        )
    };
    let rows = campaign.stages.iter().enumerate().map(|(at, stage)| {
        vec![
            at.saturating_add(1).to_string(),
            moment::time(&stage.time),
            shown(&stage.reason),
            stage.drawn.to_string(),
            hash(&stage.root.to_string()),
        ]
    });
    table(
        &[
            ("序号", 8),
            ("时间", 24),
            ("原因", 26),
            ("补抽户数", 12),
            ("默克尔根", 30),
        ],
        rows,
        "尚无补抽",
    ) + &note
}

fn check(campaign: &Campaign<'_>) -> String {
    let commitment = campaign.announced.commitment;
    let plan = &campaign.announcement().plan;
    format!(
        "<p>公开时间（{}）起，任何人都可以取得证据包并运行下列命令，从头重算本次抽取；核验须使用抽取时间之前取得的承诺单上的承诺值。</p>\n<p class=\"hash\">dispatch verify evidence.zip --expect {commitment}</p>\n<p class=\"note\">监督人、见证人收到承诺单的时间：{}　{}</p>\n",
        moment::time(&plan.schedule.disclosure_time),
        super::sheet::DATE,
        boxes(&["早于抽取时间"])
    )
}
