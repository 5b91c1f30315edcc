//! The drawn list and the teams for spreadsheet programs: as CSV, and all lists as one workbook.
//! Sealed until disclosure.

use std::path::Path;

use dispatch_core::draw::Prepared;
use dispatch_core::export::csv_for_excel;
use dispatch_core::listing::{Listing, ListingError};
use dispatch_core::result::{Record, ResultDocument};
use dispatch_core::visit::{Source, Visit, visits};

use crate::failure::{Done, Failure};
use crate::folder;

/// The list after a draw or a stage.
pub(crate) struct List<'d> {
    pub(crate) prepared: &'d Prepared,
    pub(crate) records: &'d [Record],
    pub(crate) result: &'d ResultDocument,
}

/// Writes the list as `drawn.csv`, `teams.csv` and `lists.xlsx`, names beginning with `prefix`.
pub(crate) fn write(secret: &Path, prefix: &str, list: &List<'_>) -> Done {
    let path = |name: &str| secret.join(format!("{prefix}{name}"));
    let visits = of(list.prepared, list.records, &[]);
    folder::write(&path("drawn.csv"), &drawn(&visits), true)?;
    folder::write(&path("teams.csv"), &teams(&visits), true)?;
    folder::write(&path("lists.xlsx"), &workbook(list, &visits)?, true)
}

/// One line for every drawn subject, in order of ticket.
fn drawn(visits: &[Visit<'_>]) -> Vec<u8> {
    let headers = [
        "序号",
        "统一社会信用代码",
        "名称",
        "地区",
        "地址",
        "分层",
        "摇号号码",
    ];
    let rows = visits.iter().enumerate().map(|(index, visit)| {
        let field = |name| visit.subject.value(name).to_owned();
        vec![
            (index + 1).to_string(),
            field("id"),
            field("name"),
            field("region"),
            field("address"),
            visit.stratum.unwrap_or_default().to_owned(),
            visit.ticket.to_string(),
        ]
    });
    csv_for_excel(&headers, rows)
}

/// One line for every place in a team.
fn teams(visits: &[Visit<'_>]) -> Vec<u8> {
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
    let rows = visits.iter().enumerate().flat_map(|(index, visit)| {
        let subject = &visit.subject;
        visit.team.iter().map(move |member| {
            let officer = |name| {
                let officer = member.officer.as_ref();
                officer.map_or_else(String::new, |officer| officer.value(name).to_owned())
            };
            let mut row = vec![
                (index + 1).to_string(),
                subject.value("id").to_owned(),
                subject.value("name").to_owned(),
                member.slot.to_owned(),
            ];
            row.extend(["id", "name", "department", "unit", "region"].map(officer));
            row
        })
    });
    csv_for_excel(&headers, rows)
}

/// All lists as one XLSX workbook.
fn workbook(list: &List<'_>, visits: &[Visit<'_>]) -> Done<Vec<u8>> {
    let announced = &list.prepared.announced;
    let listing = Listing {
        announcement: &announced.document,
        commitment: announced.commitment,
        result: list.result.root,
        officers: &list.prepared.officers,
        visits,
        sealed: true,
    };
    listing.xlsx().map_err(|error| no_workbook(&error))
}

/// The visits of a list.
/// `joint`: officers of other draws for the same subjects.
pub(crate) fn of<'d>(
    prepared: &'d Prepared,
    records: &'d [Record],
    joint: &[Source<'d>],
) -> Vec<Visit<'d>> {
    let source = Source {
        plan: &prepared.announced.document.plan,
        officers: &prepared.officers,
        records,
    };
    visits(&prepared.subjects, Some(prepared.strata()), source, joint)
}

/// Why there is no workbook.
pub(crate) fn no_workbook(error: &ListingError) -> Failure {
    Failure::new(
        format!("{error}; use the CSV files instead"),
        format!("无法生成工作簿（{error}），请改用CSV文件"),
    )
}
