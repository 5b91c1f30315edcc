//! 检查通知书: one for every visit, with its receipt 送达回证.
//!
//! Source: the Ministry of Justice's templates ask for legal basis, body, source of the task,
//! frequency, rights including statement and recusal, and the rules officers must keep (国办发〔2024〕54号).
//! Invariant: the stratum, and anything sealed, is not on it; what is not known is a blank line.

use super::record::matters;
use super::sheet::{
    DATE, blank, boxes, commitment, facts, heading, known, page, paragraph, replay_banner, seals,
    section, table,
};
use super::{Campaign, Supplement, moment, slot_name};
use crate::markup::shown;
use crate::plan::Role;
use crate::visit::{Member, Visit};

pub(super) fn html<'v>(
    campaign: &'v Campaign<'_>,
    supplement: &Supplement,
    visits: impl Iterator<Item = (u64, &'v Visit<'v>)>,
) -> String {
    let parts = visits.map(|(number, visit)| {
        let number = campaign.visit_number(number);
        let html = notice(campaign, supplement, &number, visit);
        (format!("检查通知书 {number}"), html)
    });
    let title = format!("检查通知书 {}", campaign.announcement().plan.draw);
    page(campaign, &title, false, parts)
}

fn notice(
    campaign: &Campaign<'_>,
    supplement: &Supplement,
    number: &str,
    visit: &Visit<'_>,
) -> String {
    let plan = &campaign.announcement().plan;
    let authorities = campaign.authorities(visit);
    let mut html = heading(&authorities.join("　"), "检查通知书", number);
    html.push_str(replay_banner(campaign));
    html.push_str(&format!(
        "<p class=\"addressee\">{}（{}）：</p>\n",
        known(visit.subject.value("name"), 14),
        known(visit.subject.value("id"), 10)
    ));
    let joint = if authorities.len() > 1 {
        "由上列机关联合"
    } else {
        ""
    };
    html.push_str(&paragraph(&format!(
        "按照“双随机、一公开”监管要求，你单位在“{}”（任务编号{}）中被随机抽取为检查对象，现{joint}依法实施检查。有关事项通知如下：",
        plan.title, plan.draw
    )));
    html.push_str(&section("一、检查事项和依据"));
    html.push_str(&matters(campaign.matters(visit).into_iter()));
    html.push_str(&section("二、任务来源、期限和方式"));
    html.push_str(&task(campaign, visit));
    html.push_str(&section("三、检查人员"));
    html.push_str(&team(visit));
    html.push_str(&section("四、检查频次"));
    html.push_str(&frequency(supplement, visit));
    html.push_str(&section("五、你单位的权利和义务"));
    for line in RIGHTS {
        html.push_str(&paragraph(line));
    }
    html.push_str(&section("六、检查人员须遵守的规定"));
    html.push_str(&rules(supplement));
    html.push_str(&commitment(
        campaign,
        &format!(
            "<p class=\"note\">抽取结果可以核验：{}起，凭公开的证据包和本承诺值，任何人都可以重算本次抽取，查询“为什么抽到我”。承诺值：</p>",
            moment::time(&plan.schedule.disclosure_time)
        ),
    ));
    html.push_str(&format!(
        "<p>联系人：{}　联系电话：{}</p>\n",
        blank(8),
        blank(10)
    ));
    html.push_str(&seals(&authorities));
    html.push_str(&receipt(number, visit));
    html
}

fn task(campaign: &Campaign<'_>, visit: &Visit<'_>) -> String {
    let plan = &campaign.announcement().plan;
    let source = if plan.annual_plan.is_empty() {
        format!("计划外临时任务：{}", shown(&plan.temporary_reason))
    } else {
        shown(&plan.annual_plan)
    };
    let (start, end) = (&plan.schedule.window_start, &plan.schedule.window_end);
    facts(&[
        ("任务来源", format!("{}，{source}", shown(&plan.authority))),
        ("检查地点", known(visit.subject.value("address"), 20)),
        (
            "检查期限",
            format!(
                "{}至{}；到场日期：{DATE}",
                moment::day(start),
                moment::day(end)
            ),
        ),
        ("检查方式", boxes(&METHODS)),
    ])
}

/// The whole team; an open slot is said to be open.
pub(super) fn team(visit: &Visit<'_>) -> String {
    let first = visit.team.first().map(|member| member.authority);
    let joint = { visit.team.iter() }.any(|member| Some(member.authority) != first);
    let rows = visit.team.iter().enumerate().map(|(at, member)| {
        let (name, id) = member.officer.as_ref().map_or_else(
            || {
                (
                    "<span class=\"vacant\">空缺</span>".to_owned(),
                    "—".to_owned(),
                )
            },
            |officer| {
                (
                    known(officer.value("name"), 5),
                    known(officer.value("id"), 6),
                )
            },
        );
        vec![
            at.saturating_add(1).to_string(),
            shown(&slot_name(member)),
            name,
            id,
            unit(member, joint),
        ]
    });
    let list = table(
        &[
            ("序号", 8),
            ("席位", 20),
            ("姓名", 18),
            ("执法证号", 22),
            ("所属机关、部门", 32),
        ],
        rows,
        "无",
    );
    let open = visit.team.iter().any(|member| member.officer.is_none());
    let note = if open {
        "<p class=\"note\">空缺席位只能通过补抽产生，不得指定；到场的执法检查人员不足两人的，不得开始检查。</p>\n"
    } else {
        ""
    };
    let experts = { visit.team.iter() }
        .filter(|member| member.role == Role::Expert)
        .count();
    let experts = if experts == 0 {
        String::new()
    } else {
        format!("<p class=\"note\">协助检查的专家{experts}名，不计入执法检查人员人数。</p>\n")
    };
    list + note + &experts
}

/// Where an officer belongs; in a joint team with the body in front.
fn unit(member: &Member<'_>, joint: bool) -> String {
    let own = member
        .officer
        .as_ref()
        .map_or("", |officer| match officer.value("unit") {
            "" => officer.value("department"),
            unit => unit,
        });
    let own = if own.is_empty() {
        member.department
    } else {
        own
    };
    if !joint || own == member.authority {
        shown(own)
    } else {
        format!("{}<br>{}", shown(member.authority), shown(own))
    }
}

fn frequency(supplement: &Supplement, visit: &Visit<'_>) -> String {
    let visits = supplement.visits(&visit.subject);
    let visits = visits.map_or_else(|| blank(4), |count| count.to_string());
    let cap = supplement
        .cap
        .map_or_else(|| blank(4), |cap| cap.to_string());
    format!(
        "<p>本年度你单位已接受检查{visits}次（不含本次）；公布的年度检查频次上限为{cap}次。</p>\n"
    )
}

fn rules(supplement: &Supplement) -> String {
    let citation = "<p>检查人员须遵守国办发〔2024〕54号规定的“五个严禁”“八个不得”：</p>\n";
    match &supplement.rules {
        Some(rules) => {
            let lines: String = rules
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(paragraph)
                .collect();
            format!("{citation}{lines}")
        }
        None => format!(
            "{citation}<p class=\"missing\">【此处须载明“五个严禁”“八个不得”原文：请用 --rules 提供文本后重新生成，未载明不得送达】</p>\n"
        ),
    }
}

fn receipt(number: &str, visit: &Visit<'_>) -> String {
    let rows = facts(&[
        ("送达文书", format!("检查通知书（编号：{}）", shown(number))),
        ("受送达人", known(visit.subject.value("name"), 14)),
        (
            "送达方式",
            boxes(&["直接送达", "留置送达", "邮寄送达", "电子送达"]),
        ),
        (
            "送达地点、时间",
            format!("{}　{DATE}　　时　　分", blank(10)),
        ),
        (
            "受送达人签收",
            format!(
                "{}　{DATE}<br>代收人与受送达人的关系：{}",
                blank(10),
                blank(8)
            ),
        ),
        ("送达人（两人）", format!("{}　{}", blank(8), blank(8))),
        ("备注", "<br>".to_owned()),
    ]);
    format!("<section class=\"receipt\">\n<h2>送达回证</h2>\n{rows}</section>\n")
}

/// How a check is made (the columns of the national platform).
pub(super) const METHODS: [&str; 6] = [
    "实地检查",
    "书面检查",
    "行政部门检查结果或专业意见",
    "检验检测",
    "网络监测",
    "委托专业机构辅助",
];

const RIGHTS: [&str; 4] = [
    "（一）陈述、申辩：对检查事项、检查过程和检查结果，有权陈述意见、进行申辩。",
    "（二）申请回避：认为检查人员与你单位或者检查事项有直接利害关系的，有权申请其回避。",
    "（三）查验身份：执法检查人员不少于两人，应当出示执法证件；姓名、证号与本通知书不一致的，可以向本机关核实。",
    "（四）请你单位配合检查，如实提供有关资料。",
];
