//! Papers and exported lists: where they lie, who may read them, what is refused.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use crate::desk::Desk;

/// Drawn, with a disclosure time that has not come.
fn sealed() -> Desk {
    let desk = Desk::in_the_past();
    let plan = desk.read("in/plan.toml");
    let line = plan
        .lines()
        .find(|line| line.starts_with("disclosure_time"));
    desk.replace(
        "in/plan.toml",
        line.unwrap(),
        "disclosure_time = 9999-01-01T00:00:00Z",
    );
    desk.announce("draw", &["--replay"]).done();
    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    desk
}

/// Disclosed.
fn disclosed() -> Desk {
    let desk = Desk::announced();
    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    desk.run(&["disclose", "draw", "--out", "evidence.zip"])
        .done();
    desk
}

#[test]
fn papers_with_names_lie_on_the_sealed_side() {
    let desk = sealed();
    desk.run(&["papers", "draw"]).done().says(&[
        "record.html: the record of the draw",
        "keep them sealed",
        "--rules",
        "blank",
    ]);
    let names: Vec<String> = desk
        .snapshot("draw/secret/papers")
        .keys()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let drawn = desk.read("draw/secret/drawn.csv").lines().count() - 1;
    for name in [
        "record.html".to_owned(),
        "drawn-list.html".to_owned(),
        format!("notices-0001-{drawn:04}.html"),
        format!("visit-records-0001-{drawn:04}.html"),
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    // What lies outside names nobody, and no secret is printed anywhere.
    let record = desk.read("draw/record.html");
    let list = desk.read("draw/secret/drawn.csv");
    let secret: serde_json::Value =
        serde_json::from_str(&desk.read("draw/secret/secret.json")).unwrap();
    let secret = secret["secret"].as_str().unwrap();
    for line in list.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(!record.contains(cells[1].trim_matches(['"', '\t'])));
        assert!(
            desk.read("draw/secret/papers/drawn-list.html")
                .contains(cells[2])
        );
    }
    for (path, bytes) in desk.snapshot("draw/secret/papers") {
        assert!(
            !String::from_utf8(bytes).unwrap().contains(secret),
            "{path:?}"
        );
    }
    assert!(!record.contains(secret) && record.contains("公开时间前封存"));
    // Nothing is overwritten; a folder of one's own may be named.
    desk.run(&["papers", "draw"]).refused(&["exists already"]);
    desk.run(&["papers", "draw", "--out", "mine", "--per-file", "2"])
        .done();
    assert!(desk.path("mine/secret/notices-0003-0004.html").exists());
    assert!(desk.read("mine/record.html") == record);
}

#[cfg(unix)]
#[test]
fn papers_with_names_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = sealed();
    desk.run(&["papers", "draw"]).done();
    desk.run(&["papers", "draw", "--out", "mine"]).done();
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&desk.path("draw/secret")), 0o700);
    assert_eq!(mode(&desk.path("draw/secret/papers")), 0o700);
    assert_eq!(mode(&desk.path("mine/secret")), 0o700);
    for folder in ["draw/secret", "mine/secret"] {
        for path in desk.snapshot(folder).keys() {
            assert_eq!(mode(path), 0o600, "{path:?}");
        }
    }
}

#[test]
fn after_disclosure_the_record_opens_the_secret() {
    let desk = disclosed();
    desk.run(&["papers", "draw"]).done();
    let secret: serde_json::Value =
        serde_json::from_str(&desk.read("draw/secret/secret.json")).unwrap();
    let record = desk.read("draw/record.html");
    assert!(record.contains(secret["secret"].as_str().unwrap()));
    assert!(
        !desk
            .read("draw/secret/papers/drawn-list.html")
            .contains("封存：")
    );
}

#[test]
fn papers_need_a_draw_and_readable_additions() {
    let desk = Desk::announced();
    desk.run(&["papers", "draw"]).refused(&["not drawn yet"]);
    desk.run(&["draw", "draw", "--pulse", "pulse.json"]).done();
    desk.write("visits.csv", "id,visits\nA,many\n");
    desk.write("rules.txt", "");
    desk.run(&["papers", "draw", "--visits", "visits.csv"])
        .refused(&["visits.csv, row 2, column 本年度检查次数", "whole number"]);
    desk.run(&["papers", "draw", "--rules", "rules.txt"])
        .refused(&["rules.txt: empty"]);
    desk.run(&["papers", "draw", "--visits-column", "nothing"])
        .refused(&["no drawn subject has a column nothing"]);
    let result = desk.read("draw/result.json");
    desk.write(
        "draw/result.json",
        &result.replace("\"count\":", "\"count\":1"),
    );
    desk.run(&["papers", "draw"])
        .refused(&["draw/result.json", "restore it"]);
    assert!(!desk.path("draw/secret/papers").exists() && !desk.path("draw/record.html").exists());
}

#[test]
fn a_bundle_becomes_a_workbook_and_csv() {
    let desk = disclosed();
    desk.run(&[
        "export",
        "evidence.zip",
        "--out",
        "lists.xlsx",
        "--csv",
        "lists",
    ])
    .done()
    .says(&["nothing sealed is in it"]);
    let bytes = std::fs::read(desk.path("lists.xlsx")).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range("抽查名单").unwrap();
    // The operator's own list, written at the draw by other code.
    let list = desk.read("draw/secret/drawn.csv");
    assert_eq!(range.rows().count(), list.lines().count());
    for (row, line) in range.rows().zip(list.lines()).skip(1) {
        let cells: Vec<&str> = line
            .split(',')
            .map(|cell| cell.trim_matches(['"', '\t']))
            .collect();
        assert_eq!(row[1], Data::String(cells[1].to_owned()));
        assert_eq!(row[2], Data::String(cells[2].to_owned()));
        assert_eq!(row[7], Data::String(cells[6].to_owned()));
    }
    let names = ["人员任务量", "分层统计", "抽查名单", "派员表", "说明"];
    for name in names {
        assert!(desk.path(&format!("lists/{name}.csv")).exists(), "{name}");
    }
    let before = desk.snapshot(".");
    desk.run(&["export", "evidence.zip", "--out", "lists.xlsx"])
        .refused(&["exists already"]);
    desk.run(&[
        "export",
        "evidence.zip",
        "--out",
        "other.xlsx",
        "--csv",
        "lists",
    ])
    .refused(&["exists already"]);
    desk.write("noise.zip", "no zip");
    desk.run(&["export", "noise.zip", "--out", "other.xlsx"])
        .refused(&["fails A01", "nothing was exported"]);
    std::fs::remove_file(desk.path("noise.zip")).unwrap();
    assert!(desk.snapshot(".") == before);
}

#[test]
fn the_workbook_of_a_draw_is_sealed_and_says_so() {
    let desk = sealed();
    let bytes = std::fs::read(desk.path("draw/secret/lists.xlsx")).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let notes = book.worksheet_range("说明").unwrap();
    assert!(
        notes
            .rows()
            .any(|row| row[1] == Data::String("封存".to_owned()))
    );
    // The teams are those of the CSV beside it.
    let teams = book.worksheet_range("派员表").unwrap();
    let list = desk.read("draw/secret/teams.csv");
    assert_eq!(teams.rows().count(), list.lines().count());
    for (row, line) in teams.rows().zip(list.lines()).skip(1) {
        let cells: Vec<&str> = line
            .split(',')
            .map(|cell| cell.trim_matches(['"', '\t']))
            .collect();
        assert_eq!(row[6], Data::String(cells[4].to_owned()));
        assert_eq!(row[7], Data::String(cells[5].to_owned()));
    }
}
