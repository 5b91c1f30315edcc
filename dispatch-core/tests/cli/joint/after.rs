//! What a joint campaign with a stage tells people: its papers, and the answer to "why me?"

use serde_json::Value;

use crate::desk::Desk;

/// One notice for a visit, with the officers of every department that takes part.
pub(super) fn papers(desk: &Desk) {
    for child in ["fire", "health"] {
        std::fs::create_dir(desk.path(&format!("from-{child}"))).unwrap();
        for (from, to) in [
            ("announcement.json", "announcement.json"),
            ("officers.jsonl", "officers.jsonl"),
            ("secret/stage-1-assignments.jsonl", "assignments.jsonl"),
        ] {
            desk.write(
                &format!("from-{child}/{to}"),
                &desk.read(&format!("{child}/{from}")),
            );
        }
    }
    desk.run(&["papers", "parent", "--joint", "parent", "--out", "papers"])
        .refused(&["assignments.jsonl"]);
    let joint = ["--joint", "from-fire", "--joint", "from-health"];
    desk.run(&[&["papers", "parent", "--out", "papers"], &joint[..]].concat())
        .done();
    assert!(desk.read("papers/record.html").contains("退出对象1户"));
    let drawn = desk.read("parent/secret/stage-1-drawn.csv");
    let visits = drawn.lines().count() - 1;
    // The first of the draw fell out and leaves a gap; who came instead has the next number.
    let last = visits + 1;
    let notices = desk.read(&format!("papers/secret/notices-0002-{last:04}.html"));
    let drawn = desk.read("parent/secret/drawn.csv");
    let old: Vec<&str> = { drawn.lines().skip(1) }
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    let parts: Vec<&str> = notices.split("<main ").skip(1).collect();
    assert_eq!(parts.len(), visits);
    for (part, number) in parts.iter().zip(2..) {
        assert!(part.contains(&format!("JOINT-1-{number:04}")), "{number}");
        let same = old.get(number - 1).is_some_and(|id| part.contains(id));
        assert_eq!(same, number < last, "{number}");
    }
    let record = desk.read("papers/record.html");
    assert!(record.contains("名单此后只能因事先公告的补抽而改变"));
    // Without --out they go beside those that were made before the stage.
    let before = desk.snapshot("parent/secret/papers");
    desk.run(&["papers", "parent"])
        .done()
        .says(&["stage-1-papers"]);
    assert!(desk.snapshot("parent/secret/papers") == before);
    let list = desk.read("parent/secret/stage-1-papers/drawn-list.html");
    assert!(list.contains(&format!("<td data-head=\"编号\">{last}</td>")));
    assert!(desk.read("parent/record.html").contains("退出对象1户"));
    desk.run(&["papers", "parent"]).refused(&["exists already"]);
    let teams = desk.read("fire/secret/stage-1-teams.csv");
    let fire = teams.lines().nth(1).unwrap().split(',').nth(4).unwrap();
    assert!(
        notices.contains(fire) && notices.contains("卫生健康局"),
        "{fire}"
    );
}

/// Who fell out, who came instead, and whose team changed are told so, with every department's team.
pub(super) fn why_me(desk: &Desk) {
    let ids = |name: &str| -> Vec<String> {
        let text = desk.read(name);
        let rows = text.lines().skip(1);
        rows.map(|line| line.split(',').nth(1).unwrap().to_owned())
            .collect()
    };
    let (before, after) = (
        ids("parent/secret/drawn.csv"),
        ids("parent/secret/stage-1-drawn.csv"),
    );
    let explain = |id: &str| desk.run(&["explain", "evidence.zip", id]).done();
    explain(&before[0]).says(&[
        "stage 1   fell out: deregistered",
        "result    drawn, then fell out in stage 1",
    ]);
    let json = |id: &str| -> Value {
        let said = desk.run(&["explain", "evidence.zip", id, "--json"]);
        serde_json::from_str(&said.done().out).unwrap()
    };
    let told = json(&before[0]);
    assert_eq!(
        (told["drawn"].as_bool(), told["drawn_in"].as_u64()),
        (Some(false), Some(0))
    );
    assert_eq!(told["fell_out"], 1);
    let new = after.iter().find(|id| !before.contains(id)).unwrap();
    let told = explain(new).says(&[
        "stage 1   drawn with ticket",
        "are those of the draw itself",
        "result    drawn",
        "joint     消防救援大队",
    ]);
    assert_eq!(
        (
            json(new)["drawn_in"].as_u64(),
            json(new)["fell_out"].as_u64()
        ),
        (Some(1), None)
    );
    assert!(told.out.matches("| sha256sum").count() == 2, "{}", told.out);
    explain(&before[1]).says(&["stage 1   its team was changed", "result    drawn"]);
}
