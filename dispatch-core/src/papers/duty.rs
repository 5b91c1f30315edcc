//! 派员单: for every officer who was drawn, whom to inspect and with whom.
//!
//! Invariant: one sheet for every officer, with every visit the officer was drawn for and no other.

use std::collections::BTreeMap;

use super::sheet::{
    blank, facts, heading, known, page, replay_banner, seal_banner, signatures, table,
};
use super::{Campaign, moment, slot_name};
use crate::markup::shown;
use crate::visit::{Member, Visit};

/// A visit as one officer has it: its number, the visit, the officer's own place.
type Duty<'v> = (u64, &'v Visit<'v>, &'v Member<'v>);

/// Who was drawn, and for what: by authority and certificate number, since the numbers of two
/// authorities may be alike.
#[derive(Debug)]
pub struct Duties<'v>(Vec<Officer<'v>>);

/// Authority, certificate number, duties.
type Officer<'v> = ((&'v str, &'v str), Vec<Duty<'v>>);

impl<'v> Duties<'v> {
    pub(super) fn new(campaign: &'v Campaign<'_>) -> Self {
        let mut officers: BTreeMap<_, Vec<Duty<'v>>> = BTreeMap::new();
        for (number, visit) in campaign.numbered(0, usize::MAX) {
            for member in &visit.team {
                if let Some(officer) = &member.officer {
                    let key = (member.authority, officer.value("id"));
                    let duties = officers.entry(key).or_default();
                    duties.push((number, visit, member));
                }
            }
        }
        Self(officers.into_iter().collect())
    }

    /// Number of officers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody was drawn.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sheets of `count` officers from the one with index `first` on.
    #[must_use]
    pub fn html(&self, campaign: &Campaign<'_>, first: usize, count: usize) -> String {
        let draw = &campaign.announcement().plan.draw;
        let officers = self.0.iter().skip(first).take(count);
        let parts = officers.map(|((authority, id), duties)| {
            let html = sheet(campaign, authority, id, duties);
            (format!("派员单 {draw} {id}"), html)
        });
        page(campaign, &format!("派员单 {draw}"), false, parts)
    }
}

fn sheet(campaign: &Campaign<'_>, authority: &str, id: &str, duties: &[Duty<'_>]) -> String {
    let plan = &campaign.announcement().plan;
    let mut html = heading(authority, "派员单", &format!("{}-{id}", plan.draw));
    html.push_str(replay_banner(campaign));
    html.push_str(&seal_banner(campaign));
    let own = duties
        .first()
        .and_then(|(_, _, member)| member.officer.as_ref());
    let field = |name| own.map_or("", |officer| officer.value(name));
    let (start, end) = (&plan.schedule.window_start, &plan.schedule.window_end);
    html.push_str(&facts(&[
        (
            "执法检查人员",
            format!("{}（执法证号{}）", known(field("name"), 5), shown(id)),
        ),
        (
            "所属部门、单位",
            [field("department"), field("unit")].map(shown).join("　"),
        ),
        ("任务名称", shown(&plan.title)),
        (
            "检查期限",
            format!("{}至{}", moment::day(start), moment::day(end)),
        ),
        ("任务数", duties.len().to_string()),
    ]));
    let rows = duties.iter().map(|(number, visit, member)| {
        let others: Vec<String> = visit
            .team
            .iter()
            .filter(|other| !core::ptr::eq(*other, *member))
            .map(|other| {
                let slot = shown(&slot_name(other));
                match &other.officer {
                    Some(officer) => format!("{slot}：{}", known(officer.value("name"), 4)),
                    None => format!("{slot}：空缺"),
                }
            })
            .collect();
        vec![
            shown(&format!("{number:04}")),
            format!(
                "{}<br>{}",
                shown(visit.subject.value("name")),
                shown(visit.subject.value("id"))
            ),
            shown(visit.subject.value("address")),
            shown(&slot_name(member)),
            others.join("<br>"),
            String::new(),
        ]
    });
    html.push_str(&table(
        &[
            ("任务号", 10),
            ("检查对象", 28),
            ("地址", 20),
            ("本人席位", 12),
            ("同组人员", 18),
            ("完成日期", 12),
        ],
        rows,
        "无",
    ));
    html.push_str(&format!(
        "<p class=\"note\">派员由随机抽取产生，不得自行调换。本人与检查对象有直接利害关系的，应当立即申请回避：□ 无应回避情形　□ 申请回避，任务号：{}</p>\n",
        blank(8)
    ));
    let labels = ["签发人", "本人签收"].map(str::to_owned);
    html.push_str(&signatures(&labels));
    html
}
