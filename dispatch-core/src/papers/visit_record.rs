//! 检查情况记录表: what was found at one visit, to be filled in by hand and signed.
//!
//! Source: the sheet of a provincial platform of 2017 and the national codes of results.
//! Invariant: nothing is ticked or filled in beforehand except what the draw fixed.

use super::sheet::{
    DATE, blank, boxes, facts, heading, known, page, replay_banner, section, signatures, table,
};
use super::{Campaign, notice, slot_name};
use crate::markup::shown;
use crate::visit::Visit;

pub(super) fn html<'v>(
    campaign: &'v Campaign<'_>,
    visits: impl Iterator<Item = (u64, &'v Visit<'v>)>,
) -> String {
    let parts = visits.map(|(number, visit)| {
        let number = campaign.visit_number(number);
        let html = sheet(campaign, &number, visit);
        (format!("检查情况记录表 {number}"), html)
    });
    let title = format!("检查情况记录表 {}", campaign.announcement().plan.draw);
    page(campaign, &title, false, parts)
}

fn sheet(campaign: &Campaign<'_>, number: &str, visit: &Visit<'_>) -> String {
    let plan = &campaign.announcement().plan;
    let subject = &visit.subject;
    let authorities = campaign.authorities(visit).join("　");
    let mut html = heading(&authorities, "检查情况记录表", number);
    html.push_str(replay_banner(campaign));
    html.push_str(&facts(&[
        ("任务名称", shown(&plan.title)),
        ("检查对象", known(subject.value("name"), 16)),
        ("统一社会信用代码", known(subject.value("id"), 12)),
        ("住所（地址）", known(subject.value("address"), 20)),
        (
            "现场负责人",
            format!("{}　职务：{}　电话：{}", blank(6), blank(5), blank(8)),
        ),
        ("检查时间", format!("{DATE}　　时　　分至　　时　　分")),
        ("核查方式", boxes(&notice::METHODS)),
    ]));
    html.push_str(&section("一、事项检查情况"));
    let matters = campaign.matters(visit).into_iter();
    let rows = matters.enumerate().map(|(at, matter)| {
        vec![
            at.saturating_add(1).to_string(),
            format!("{}<br>{}", shown(&matter.code), shown(&matter.name)),
            "□ 是<br>□ 否".to_owned(),
            "<br><br>".to_owned(),
            String::new(),
        ]
    });
    html.push_str(&table(
        &[
            ("序号", 8),
            ("抽查事项", 28),
            ("是否检查", 12),
            ("发现的问题", 30),
            ("处置", 22),
        ],
        rows,
        "无",
    ));
    html.push_str(&section("二、检查结果（可多选，选1的不得再选其他）"));
    let results: String = RESULTS
        .iter()
        .enumerate()
        .map(|(at, result)| format!("□ {}. {result}<br>", at.saturating_add(1)))
        .collect();
    html.push_str(&facts(&[
        ("检查结果", results),
        ("情况说明", "<br><br><br>".to_owned()),
        (
            "后续处置",
            format!(
                "{}<br>是否完结：□ 是　□ 否　完结日期：{DATE}",
                boxes(&FOLLOW_UPS)
            ),
        ),
        (
            "检查对象意见",
            format!(
                "□ 无异议　□ 有异议：<br><br><br>负责人签名：{}　（印章）　{DATE}",
                blank(7)
            ),
        ),
        (
            "审核和公示意见",
            format!(
                "<br>□ 同意公示　□ 不予公示，理由：<br>审核人：{}　{DATE}",
                blank(7)
            ),
        ),
    ]));
    html.push_str(&section("三、签名"));
    let mut labels: Vec<String> = visit
        .team
        .iter()
        .map(|member| {
            let slot = shown(&slot_name(member));
            match &member.officer {
                Some(officer) => format!("{slot}：{}", known(officer.value("name"), 4)),
                None => format!("{slot}：空缺"),
            }
        })
        .collect();
    labels.push("见证人".to_owned());
    html.push_str(&signatures(&labels));
    html
}

/// The eight national codes of results.
const RESULTS: [&str; 8] = [
    "未发现问题",
    "未按规定公示应当公示的信息",
    "公示信息隐瞒真实情况、弄虚作假",
    "通过登记的住所（经营场所）无法联系",
    "发现问题已责令改正",
    "不配合检查情节严重",
    "未发现开展本次抽查涉及的经营活动",
    "发现问题待后续处理",
];

const FOLLOW_UPS: [&str; 6] = [
    "无需后续处置",
    "停止检查，反馈日常监管",
    "责令改正并跟踪",
    "案件线索移送办案机构",
    "抄告相关部门",
    "其他",
];
