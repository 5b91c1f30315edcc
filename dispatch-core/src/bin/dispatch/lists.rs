//! The drawn list and the teams as CSV for a spreadsheet. Sealed until disclosure.

use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::export::csv_for_excel;
use dispatch_core::row::value;

/// One line for every drawn subject, in order of ticket.
pub(crate) fn drawn(prepared: &Prepared, draw: &Draw) -> Vec<u8> {
    let headers = [
        "序号",
        "统一社会信用代码",
        "名称",
        "地区",
        "地址",
        "分层",
        "摇号号码",
    ];
    let rows = draw.selected.iter().enumerate().map(|(index, subject)| {
        let fields = prepared.subjects.fields(subject.row);
        let field = |name| value(&fields, name).to_owned();
        let stratum = prepared.strata().strata.get(subject.stratum);
        vec![
            (index + 1).to_string(),
            field("id"),
            field("name"),
            field("region"),
            field("address"),
            stratum.map_or_else(String::new, |stratum| stratum.name.clone()),
            subject.ticket.to_string(),
        ]
    });
    csv_for_excel(&headers, rows)
}

/// One line for every place in a team.
pub(crate) fn teams(prepared: &Prepared, draw: &Draw) -> Vec<u8> {
    let headers = [
        "序号",
        "统一社会信用代码",
        "名称",
        "席位",
        "执法证号",
        "姓名",
        "部门",
        "工作单位",
        "地区",
    ];
    let slots: Vec<&str> = prepared
        .announced
        .document
        .plan
        .team
        .expanded()
        .map(|slot| slot.slot.name.as_str())
        .collect();
    let visits = draw.selected.iter().zip(&draw.teams.members).enumerate();
    let rows = visits.flat_map(|(index, (subject, members))| {
        let fields = prepared.subjects.fields(subject.row);
        let (id, name) = (
            value(&fields, "id").to_owned(),
            value(&fields, "name").to_owned(),
        );
        let rows: Vec<Vec<String>> = slots
            .iter()
            .zip(members)
            .map(|(slot, member)| {
                let officer = member
                    .map(|row| prepared.officers.fields(row))
                    .unwrap_or_default();
                let mut row = vec![
                    (index + 1).to_string(),
                    id.clone(),
                    name.clone(),
                    (*slot).to_owned(),
                ];
                row.extend(
                    ["id", "name", "department", "unit", "region"]
                        .map(|field| value(&officer, field).to_owned()),
                );
                row
            })
            .collect();
        rows
    });
    csv_for_excel(&headers, rows)
}
