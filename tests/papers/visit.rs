//! The papers of a visit: everything the rules ask for, one sheet for each, nothing invented.

use std::collections::HashMap;

use dispatch_core::papers::{Supplement, VisitCounts};
use dispatch_tests::campaign::{officer_id, row};

use crate::desk::{Desk, campaign};

/// The parts of a page that begin on a sheet of their own.
fn parts(page: &str) -> Vec<&str> {
    page.split("<main ").skip(1).collect()
}

#[test]
fn every_visit_has_its_notice_and_its_record_sheet() {
    let desk = Desk::new(&campaign());
    let papers = desk.papers(desk.visits(), false);
    let supplement = Supplement::default();
    let notices = papers.notices(&supplement, 0, 1000);
    let sheets = papers.visit_records(0, 1000);
    // In order of ticket, as the selection gives them.
    let mut records = desk.draw.records.clone();
    records.sort_by_key(|record| record.ticket);
    assert_eq!(parts(&notices).len(), records.len());
    assert_eq!(parts(&sheets).len(), records.len());
    for (at, record) in records.iter().enumerate() {
        let number: usize = record.subject[1..].parse().unwrap();
        for part in [parts(&notices)[at], parts(&sheets)[at]] {
            let paper = format!("440100-2026-0001-{:04}", at + 1);
            let name = format!("第{number}号企业");
            let address = format!("某路{number}号");
            for text in [&record.subject, &name, &address, &paper] {
                assert!(part.contains(text.as_str()), "{text}");
            }
            for id in &record.officers {
                let name = format!("检查员{}", id[1..].parse::<usize>().unwrap());
                assert!(part.contains(&name), "{name}");
            }
            assert!(part.contains("公示信息检查"));
        }
        let notice = parts(&notices)[at];
        for id in &record.officers {
            assert!(notice.contains(id.as_str()), "certificate {id}");
        }
        for text in [
            "《企业信息公示暂行条例》",
            "陈述、申辩",
            "申请回避",
            "国办发〔2024〕54号",
            "未载明不得送达",
            "送达回证",
            "2026年7月24日至2026年8月22日",
            "（印章）",
        ] {
            assert!(notice.contains(text), "{text}");
        }
    }
    // Files of three hold the same parts, in the same order.
    let files: Vec<String> = (0..records.len())
        .step_by(3)
        .map(|first| papers.notices(&supplement, first, 3))
        .collect();
    assert_eq!(files.len(), 4);
    let bare = |part: &str| {
        part.split_once('>')
            .unwrap()
            .1
            .replace("</body>\n</html>\n", "")
    };
    let pieces: Vec<String> = files
        .iter()
        .flat_map(|file| parts(file))
        .map(bare)
        .collect();
    let whole: Vec<String> = parts(&notices).into_iter().map(bare).collect();
    assert_eq!(pieces, whole);
}

#[test]
fn the_record_sheet_has_the_eight_national_results() {
    let desk = Desk::new(&campaign());
    let sheet = desk.papers(desk.visits(), false).visit_records(0, 1);
    for text in [
        "□ 1. 未发现问题<br>",
        "□ 2. 未按规定公示应当公示的信息<br>",
        "□ 3. 公示信息隐瞒真实情况、弄虚作假<br>",
        "□ 4. 通过登记的住所（经营场所）无法联系<br>",
        "□ 5. 发现问题已责令改正<br>",
        "□ 6. 不配合检查情节严重<br>",
        "□ 7. 未发现开展本次抽查涉及的经营活动<br>",
        "□ 8. 发现问题待后续处理<br>",
        "检查对象意见",
        "见证人",
        ">核查方式<",
        ">后续处置<",
    ] {
        assert_eq!(sheet.matches(text).count(), 1, "{text}");
    }
}

#[test]
fn earlier_visits_are_told_only_where_they_are_known() {
    let mut campaign = campaign();
    for (at, row) in campaign.subjects.iter_mut().enumerate() {
        row.push(("seen".to_owned(), (70 + at).to_string()));
    }
    let desk = Desk::new(&campaign);
    let papers = desk.papers(desk.visits(), false);
    let first = papers.visits[0].subject.value("id").to_owned();
    let told = |supplement: &Supplement| papers.notices(supplement, 0, 1);
    let blank = "已接受检查<span class=\"blank\"";
    let unknown = Supplement::default();
    assert!(told(&unknown).contains(blank) && told(&unknown).contains("上限为<span"));
    assert_eq!(unknown.unknown(&papers), 10);

    let list = |text: &str| Supplement {
        visits: Some(VisitCounts::read(text.as_bytes(), "v.csv").unwrap()),
        cap: Some(2),
        ..Supplement::default()
    };
    let known = list(&format!("id,visits\n{first},1\n"));
    assert!(told(&known).contains("已接受检查1次（不含本次）；公布的年度检查频次上限为2次"));
    assert_eq!(known.unknown(&papers), 9);
    // Not on the list is not the same as never visited.
    assert!(told(&list("id,visits\nS999999,1\n")).contains(blank));

    let column = |name: &str| Supplement {
        visits_column: Some(name.to_owned()),
        ..Supplement::default()
    };
    let due = 70 + first[1..].parse::<usize>().unwrap();
    assert!(told(&column("seen")).contains(&format!("已接受检查{due}次")));
    assert!(column("seen").faults(&papers).is_empty());
    assert_eq!(column("seem").faults(&papers).len(), 1);
    assert_eq!(column("name").faults(&papers).len(), 10);
}

#[test]
fn the_wording_of_the_rules_replaces_the_placeholder() {
    let desk = Desk::new(&campaign());
    let papers = desk.papers(desk.visits(), false);
    let rules = Supplement::read_rules("甲条<b>\r\n\r\n乙条".as_bytes(), "r.txt").unwrap();
    let supplement = Supplement {
        rules: Some(rules),
        ..Supplement::default()
    };
    let page = papers.notices(&supplement, 0, 1);
    assert!(page.contains("<p>甲条&lt;b&gt;</p>\n<p>乙条</p>") && !page.contains("未载明"));
    assert!(Supplement::read_rules(b" \n", "r.txt").is_err());
    assert!(Supplement::read_rules(b"\xff\xff", "r.txt").is_err());
}

#[test]
fn duties_are_the_records_seen_from_the_other_side() {
    let desk = Desk::new(&campaign());
    let papers = desk.papers(desk.visits(), false);
    let mut due: HashMap<&str, Vec<&str>> = HashMap::new();
    for record in &desk.draw.records {
        for id in &record.officers {
            due.entry(id).or_default().push(&record.subject);
        }
    }
    let duties = papers.duties();
    assert_eq!(duties.len(), due.len());
    let page = duties.html(&papers, 0, 1000);
    let sheets = parts(&page);
    let mut found = 0;
    for at in 0..8 {
        let id = officer_id(at);
        let Some(subjects) = due.get(id.as_str()) else {
            continue;
        };
        let mine = sheets
            .iter()
            .find(|sheet| sheet.contains(&format!("执法证号{id}）")));
        let mine = mine.unwrap();
        for subject in 0..40 {
            let subject = dispatch_tests::campaign::subject_id(subject);
            let drawn = subjects.contains(&subject.as_str());
            assert_eq!(mine.contains(&subject), drawn, "{id} {subject}");
        }
        found += 1;
    }
    assert_eq!(found, sheets.len());
}

#[test]
fn a_sealed_name_is_a_blank_line() {
    let mut campaign = campaign();
    campaign.plan.officers.sealed = vec!["name".to_owned()];
    campaign.officers.push(row(&[
        ("id", "E900"),
        ("name", "某人"),
        ("department", "市场监管局"),
        ("expires", "2030-12-31"),
    ]));
    let desk = Desk::new(&campaign);
    let page = desk
        .papers(desk.visits(), false)
        .notices(&Supplement::default(), 0, 9);
    assert!(!page.contains("检查员") && !page.contains("某人"));
    assert!(page.contains("<td data-head=\"姓名\"><span class=\"blank\""));
}
