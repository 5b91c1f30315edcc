//! What the three departments have on their desks: lists, plans, pulses.

use rust_xlsxwriter::{Format, Workbook};

use crate::desk::Desk;

/// The desk of all three: the sample's lists as workbooks, plans, rosters, pulses.
pub(crate) fn desk() -> Desk {
    let desk = Desk::new();
    workbook(&desk, "in/subjects");
    workbook(&desk, "in/officers");
    desk.write("parent.toml", PARENT);
    for (name, department, letter) in [
        ("fire", "消防救援大队", "XF"),
        ("health", "卫生健康局", "WJ"),
    ] {
        let mut list = "执法证号,姓名,部门,有效期\n".to_owned();
        for number in 0..14 {
            list.push_str(&format!(
                "{letter}{number:08},张{number},{department},2030-12-31\n"
            ));
        }
        desk.write(&format!("{name}.csv"), &list);
    }
    let pulses = include_str!("../../../../tests/vectors/drand-quicknet.tsv");
    for round in ["1000", "1001", "1002", "65535", "65536", "657413"] {
        let line = pulses
            .lines()
            .find(|line| line.split('\t').next() == Some(round))
            .unwrap();
        let signature = line.split('\t').nth(1).unwrap();
        desk.write(
            &format!("{round}.json"),
            &format!("{{\"round\":{round},\"signature\":\"{signature}\"}}"),
        );
    }
    desk
}

/// A CSV of the sample as a workbook with every cell as text, as people save it.
fn workbook(desk: &Desk, name: &str) {
    let bytes = std::fs::read(desk.path(&format!("{name}.csv"))).unwrap();
    let text = match String::from_utf8(bytes.clone()) {
        Ok(text) => text,
        Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new().set_num_format("@");
    for (row, record) in reader.records().enumerate() {
        for (column, cell) in record.unwrap().iter().enumerate() {
            let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            sheet
                .write_string_with_format(row, column, cell, &plain)
                .unwrap();
        }
    }
    book.save(desk.path(&format!("{name}.xlsx"))).unwrap();
}

pub(crate) fn child_plan(
    desk: &Desk,
    draw: &str,
    department: &str,
    count: u64,
    parent: &str,
    times: (&str, &str),
) {
    let (draw_time, stage) = times;
    let text = format!(
        r#"draw = "JOINT-1-{draw}"
sequence = 1
title = "联合抽查派员"
authority = "{department}"
temporary_reason = "联合抽查"
parent = {{ child = "{department}", commitment = "{parent}" }}
[schedule]
draw_time = "{draw_time}"
window_start = 2023-08-24
window_end = 2023-09-20
disclosure_time = "2023-09-21T00:00:00Z"
stages = ["{stage}"]
[[matters]]
code = "M-1"
name = "联合检查"
basis = "部门规章"
kind = "key"
[team]
[[team.slots]]
name = "检查人员"
department = "{department}"
count = {count}
[[seed]]
kind = "drand"
"#
    );
    desk.write(&format!("{draw}.toml"), &text);
}

const PARENT: &str = r#"draw = "JOINT-1"
sequence = 1
title = "2023年度跨部门联合抽查"
authority = "广州市市场监督管理局"
temporary_reason = "联合抽查"
[schedule]
draw_time = "2023-08-23T15:59:24Z"
window_start = 2023-08-24
window_end = 2023-09-20
disclosure_time = "2023-09-21T00:00:00Z"
stages = ["2023-08-25T21:46:09Z"]
[[matters]]
code = "GS-01"
name = "登记事项检查"
basis = "《中华人民共和国市场主体登记管理条例》"
kind = "general"
[[strata]]
name = "高风险"
quota = "10%"
rounding = "up"
where = [{ field = "risk", in = ["C", "D"] }]
[[strata]]
name = "其余"
quota = 9
[[children]]
name = "消防救援大队"
draw = "JOINT-1-fire"
officers = 2
[[children]]
name = "卫生健康局"
draw = "JOINT-1-health"
officers = 1
where = [{ field = "region", in = ["天河区", "越秀区", "荔湾区", "白云区", "番禺区"] }]
[team]
[[team.slots]]
name = "检查人员"
department = "市场监管局"
count = 2
[[seed]]
kind = "drand"
"#;
