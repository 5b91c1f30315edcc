//! The drawn list and the teams for spreadsheet programs: as CSV, and all lists as one workbook.
//! Sealed until disclosure.

use dispatch_core::draw::{Draw, Prepared};
use dispatch_core::export::csv_for_excel;
use dispatch_core::listing::{Listing, ListingError};
use dispatch_core::row::value;
use dispatch_core::visit::{Source, Visit, visits};

use crate::failure::{Done, Failure};

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

/// All lists as one XLSX workbook.
pub(crate) fn workbook(prepared: &Prepared, draw: &Draw) -> Done<Vec<u8>> {
    let listing = Listing {
        announcement: &prepared.announced.document,
        commitment: prepared.announced.commitment,
        result: draw.result.root,
        officers: &prepared.officers,
        visits: &of(prepared, draw),
        sealed: true,
    };
    listing.xlsx().map_err(|error| no_workbook(&error))
}

/// The visits of a draw.
pub(crate) fn of<'d>(prepared: &'d Prepared, draw: &'d Draw) -> Vec<Visit<'d>> {
    let source = Source {
        plan: &prepared.announced.document.plan,
        officers: &prepared.officers,
        records: &draw.records,
    };
    visits(&prepared.subjects, Some(prepared.strata()), source, &[])
}

/// Why there is no workbook.
pub(crate) fn no_workbook(error: &ListingError) -> Failure {
    Failure::new(
        format!("{error}; use the CSV files instead"),
        format!("无法生成工作簿（{error}），请改用CSV文件"),
    )
}
