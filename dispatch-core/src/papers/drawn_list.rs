//! 抽查名单: every drawn subject with its stratum and team, in order of number.
//!
//! Invariant: marked as sealed until the disclosure time; the stratum is left out where it would give
//! away a sealed column.

use super::sheet::{facts, heading, page, replay_banner, seal_banner, signatures, table};
use super::{Campaign, moment, slot_name};
use crate::markup::shown;
use crate::visit::Visit;

pub(super) fn html(campaign: &Campaign<'_>) -> String {
    let plan = &campaign.announcement().plan;
    let mut html = heading(&plan.authority, "随机抽查名单", &plan.draw);
    html.push_str(replay_banner(campaign));
    html.push_str(&seal_banner(campaign));
    html.push_str(&facts(&[
        ("任务名称", shown(&plan.title)),
        ("抽取时间", moment::time(&plan.schedule.draw_time)),
        ("公开时间", moment::time(&plan.schedule.disclosure_time)),
        ("户数", campaign.visits.len().to_string()),
    ]));
    let rows = campaign.visits.iter().map(|visit| {
        vec![
            visit.number.to_string(),
            shown(visit.subject.value("id")),
            shown(visit.subject.value("name")),
            place(visit),
            visit.stratum.map_or_else(|| "—".to_owned(), shown),
            team(visit),
        ]
    });
    html.push_str(&table(
        &[
            ("编号", 5),
            ("统一社会信用代码", 19),
            ("名称", 21),
            ("地址", 25),
            ("分层", 10),
            ("检查组", 20),
        ],
        rows,
        "无",
    ));
    if campaign.announcement().plan.strata_are_sealed() {
        html.push_str("<p class=\"note\">分层涉及封存列，不在本名单列示。</p>\n");
    }
    let labels = ["操作人", "复核人（第二人）", "监督人"].map(str::to_owned);
    html.push_str(&signatures(&labels));
    let title = format!("随机抽查名单 {}", plan.draw);
    page(
        campaign,
        &title,
        true,
        core::iter::once((title.clone(), html)),
    )
}

/// Region, address and office, as far as the roster has them.
fn place(visit: &Visit<'_>) -> String {
    let parts: Vec<String> = ["region", "address", "office"]
        .into_iter()
        .map(|field| visit.subject.value(field))
        .filter(|value| !value.is_empty())
        .map(shown)
        .collect();
    parts.join("<br>")
}

fn team(visit: &Visit<'_>) -> String {
    let members: Vec<String> = visit
        .team
        .iter()
        .map(|member| {
            let slot = shown(&slot_name(member));
            match &member.officer {
                Some(officer) => {
                    let name = officer.value("name");
                    format!(
                        "{slot}：{}",
                        shown(if name.is_empty() {
                            officer.value("id")
                        } else {
                            name
                        })
                    )
                }
                None => format!("{slot}：<span class=\"vacant\">空缺</span>"),
            }
        })
        .collect();
    members.join("<br>")
}
