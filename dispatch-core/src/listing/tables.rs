//! The tables of a listing: their columns, and their rows one after the other.
//!
//! Invariant: rows are made while they are written, so a long list is never held twice.

use std::collections::HashMap;

use super::{Cell, Listing};
use crate::plan::Role;
use crate::visit::{Member, Party, Visit};

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    /// Head.
    pub(super) head: &'static str,
    /// Width in characters.
    pub(super) width: u8,
    /// What stands in it, for the table 说明.
    pub(super) meaning: &'static str,
}

/// A table.
pub(super) struct Table<'l> {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
    pub(super) rows: Box<dyn Iterator<Item = Vec<Cell>> + 'l>,
}

/// All tables, in order.
pub(super) fn all<'l>(listing: &'l Listing<'_>) -> Vec<Table<'l>> {
    let table = |name, columns, rows| Table {
        name,
        columns,
        rows,
    };
    vec![
        table(DRAWN_NAME, DRAWN, drawn(listing)),
        table(TEAMS_NAME, TEAMS, teams(listing)),
        table(LOADS_NAME, LOADS, loads(listing)),
        table(STRATA_NAME, STRATA, strata(listing)),
        table("说明", NOTES, notes(listing)),
    ]
}

type Rows<'l> = Box<dyn Iterator<Item = Vec<Cell>> + 'l>;

fn drawn<'l>(listing: &'l Listing<'_>) -> Rows<'l> {
    Box::new(numbered(listing).map(|(number, visit)| {
        let mut cells = vec![Cell::Number(number)];
        cells.extend(fields(
            &visit.subject,
            &["id", "name", "region", "address", "office"],
        ));
        cells.push(text(visit.stratum.unwrap_or_default()));
        cells.push(Cell::Text(visit.ticket.to_string()));
        cells
    }))
}

fn teams<'l>(listing: &'l Listing<'_>) -> Rows<'l> {
    Box::new(numbered(listing).flat_map(|(number, visit)| {
        visit.team.iter().map(move |member| {
            let mut cells = vec![Cell::Number(number)];
            cells.extend(fields(&visit.subject, &["id", "name"]));
            cells.extend([
                text(member.authority),
                text(member.slot),
                text(role(member)),
            ]);
            match &member.officer {
                Some(officer) => {
                    cells.extend(fields(
                        officer,
                        &["id", "name", "department", "unit", "region"],
                    ));
                }
                None => {
                    cells.extend([
                        text(""),
                        text(VACANT),
                        text(member.department),
                        text(""),
                        text(""),
                    ]);
                }
            }
            cells
        })
    }))
}

/// Officers of the draw's own roster, all of them, then those of other authorities as they come.
fn loads<'l>(listing: &'l Listing<'_>) -> Rows<'l> {
    let authority = listing.announcement.plan.authority.as_str();
    let mut others: Vec<(&Member<'_>, u64)> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut own: HashMap<&str, u64> = HashMap::new();
    for member in listing.visits.iter().flat_map(|visit| &visit.team) {
        let Some(officer) = &member.officer else {
            continue;
        };
        let id = officer.value("id");
        if member.authority == authority {
            let count = own.entry(id).or_default();
            *count = count.saturating_add(1);
        } else {
            let at = *places.entry((member.authority, id)).or_insert_with(|| {
                others.push((member, 0));
                others.len() - 1
            });
            if let Some((_, count)) = others.get_mut(at) {
                *count = count.saturating_add(1);
            }
        }
    }
    let sealed = &listing.announcement.plan.officers.sealed;
    let row = move |authority: &str, officer: &Party<'_>, count: u64| {
        let mut cells = vec![text(authority)];
        cells.extend(fields(
            officer,
            &["id", "name", "department", "unit", "region"],
        ));
        cells.push(Cell::Number(count));
        cells
    };
    let first = (0..listing.officers.len()).map(move |at| {
        let officer = Party::new(listing.officers, sealed, at);
        let count = own.get(officer.value("id")).copied().unwrap_or_default();
        row(authority, &officer, count)
    });
    let rest = others.into_iter().filter_map(move |(member, count)| {
        Some(row(member.authority, member.officer.as_deref()?, count))
    });
    Box::new(first.chain(rest))
}

fn strata<'l>(listing: &'l Listing<'_>) -> Rows<'l> {
    let mut drawn: HashMap<&str, u64> = HashMap::new();
    for stratum in listing.visits.iter().filter_map(|visit| visit.stratum) {
        let count = drawn.entry(stratum).or_default();
        *count = count.saturating_add(1);
    }
    // Without the stratum of every visit there is nothing to count.
    let known = listing.visits.iter().all(|visit| visit.stratum.is_some());
    let announcement = listing.announcement;
    let strata = announcement.strata.iter().map(move |stratum| {
        let count = drawn
            .get(stratum.name.as_str())
            .copied()
            .unwrap_or_default();
        vec![
            text("分层"),
            text(&stratum.name),
            Cell::Number(stratum.pool),
            Cell::Number(stratum.quota),
            if known { Cell::Number(count) } else { text("") },
        ]
    });
    let labels = announcement.plan.exclusions.iter();
    let excluded = labels.zip(&announcement.excluded).map(|(rule, count)| {
        vec![
            text("排除"),
            Cell::Text(format!("{} {}", rule.code, rule.label)),
            Cell::Number(count.count),
            Cell::Number(0),
            Cell::Number(0),
        ]
    });
    let outside = core::iter::once_with(move || {
        vec![
            text("分层之外"),
            text(""),
            Cell::Number(announcement.outside_strata),
            Cell::Number(0),
            Cell::Number(0),
        ]
    });
    Box::new(strata.chain(excluded).chain(outside))
}

fn notes<'l>(listing: &'l Listing<'_>) -> Rows<'l> {
    let plan = &listing.announcement.plan;
    let mut rows: Vec<[String; 3]> = Vec::new();
    let mut about =
        |name: &str, value: String| rows.push(["本表".to_owned(), name.to_owned(), value]);
    about("任务名称", plan.title.clone());
    about("抽查机关", plan.authority.clone());
    about("任务编号", plan.draw.clone());
    about("序号", plan.sequence.to_string());
    about("抽取时间（UTC）", plan.schedule.draw_time.clone());
    about("公开时间（UTC）", plan.schedule.disclosure_time.clone());
    about("承诺值", listing.commitment.to_string());
    about("结果默克尔根", listing.result.to_string());
    if listing.sealed {
        about("封存", "公开时间前不得公开，不得向检查对象泄露".to_owned());
    }
    if listing.announcement.replay {
        about("演练", "使用过去已公布的随机数，不能作为证据".to_owned());
    }
    about(
        "核验",
        format!(
            "以证据包为准：dispatch verify evidence.zip --expect {}",
            listing.commitment
        ),
    );
    about(
        "封存列",
        "不列示封存列的内容；分层涉及封存列的，也不列示分层".to_owned(),
    );
    about(
        "单元格",
        "编号一律为文本；XML不允许的字符显示为“�”".to_owned(),
    );
    for (name, columns) in [
        (DRAWN_NAME, DRAWN),
        (TEAMS_NAME, TEAMS),
        (LOADS_NAME, LOADS),
        (STRATA_NAME, STRATA),
    ] {
        for column in columns {
            rows.push([name, column.head, column.meaning].map(str::to_owned));
        }
    }
    Box::new(rows.into_iter().map(|cells| cells.map(Cell::Text).to_vec()))
}

fn numbered<'l>(listing: &'l Listing<'_>) -> impl Iterator<Item = (u64, &'l Visit<'l>)> + 'l {
    (1..).zip(listing.visits)
}

fn fields(party: &Party<'_>, names: &[&str]) -> Vec<Cell> {
    names.iter().map(|name| text(party.value(name))).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

const fn role(member: &Member<'_>) -> &'static str {
    match member.role {
        Role::Officer => "执法检查人员",
        Role::Expert => "专家",
    }
}

const fn column(head: &'static str, width: u8, meaning: &'static str) -> Column {
    Column {
        head,
        width,
        meaning,
    }
}

/// What an open slot shows instead of a name.
const VACANT: &str = "空缺";
const DRAWN_NAME: &str = "抽查名单";
const TEAMS_NAME: &str = "派员表";
const LOADS_NAME: &str = "人员任务量";
const STRATA_NAME: &str = "分层统计";

const NUMBER: Column = column("序号", 8, "检查任务的序号，按摇号号码从小到大，各表一致");
const CODE: Column = column(
    "统一社会信用代码",
    22,
    "检查对象的统一社会信用代码或编号（名录字段 id）",
);
const NAME: Column = column("名称", 36, "检查对象名称（name）");

const DRAWN: &[Column] = &[
    NUMBER,
    CODE,
    NAME,
    column("地区", 14, "检查对象所在地区（region）"),
    column("地址", 40, "住所、地址（address）"),
    column("管辖单位", 20, "管辖单位（office）"),
    column("分层", 18, "所属分层的名称；空白表示涉及封存列"),
    column(
        "摇号号码",
        24,
        "SHA-256，64位十六进制；各分层中最小的若干个入选",
    ),
];

const TEAMS: &[Column] = &[
    NUMBER,
    CODE,
    NAME,
    column(
        "抽查机关",
        26,
        "抽取该人员的机关；联合检查时各机关各抽各的人员",
    ),
    column("席位", 14, "检查组中的席位"),
    column("身份", 14, "执法检查人员，或协助检查的专家"),
    column(
        "执法证号",
        20,
        "执法检查人员的执法证号（id）；空缺席位为空白",
    ),
    column(
        "姓名",
        12,
        "姓名（name）；“空缺”表示无人可派，只能通过补抽填补",
    ),
    column("部门", 20, "部门（department）；空缺席位为应派部门"),
    column("工作单位", 24, "工作单位（unit）"),
    column("人员地区", 14, "人员所在地区（region）"),
];

const LOADS: &[Column] = &[
    column("抽查机关", 26, "抽取该人员的机关"),
    column("执法证号", 20, "执法证号（id）"),
    column("姓名", 12, "姓名（name）"),
    column("部门", 20, "部门（department）"),
    column("工作单位", 24, "工作单位（unit）"),
    column("人员地区", 14, "人员所在地区（region）"),
    column("任务数", 10, "被派的检查任务数；未被派的人员为0"),
];

const STRATA: &[Column] = &[
    column("类别", 12, "分层、排除，或分层之外"),
    column("名称", 36, "分层名称，或排除的代码和原因"),
    column("户数", 12, "名录中属于该类的户数（公告数）"),
    column("应抽户数", 12, "按规则应抽取的户数（公告数）"),
    column("实抽户数", 12, "抽查名单中的户数；空白表示分层涉及封存列"),
];

const NOTES: &[Column] = &[
    column("表", 14, ""),
    column("列或项目", 22, ""),
    column("含义或内容", 90, ""),
];
