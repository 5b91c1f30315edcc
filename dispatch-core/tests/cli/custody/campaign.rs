//! Stages and child draws open without their bureaus.

use super::announced;
use crate::joint::campaign::{child_plan, desk as joint_desk};

#[test]
fn stages_open_with_a_custodian() {
    let desk = announced("\"2023-08-25T21:46:09Z\"", "[]");
    desk.run(&["draw", "draw", "--pulse", "1000.json"]).done();
    let drawn = desk.read("draw/secret/drawn.csv");
    let subject = drawn.lines().nth(1).unwrap().split(',').nth(1).unwrap();
    let drops = format!(
        "统一社会信用代码,执法证号,退出事由,证据,批准人\n{subject},,已注销,{},张局长\n",
        "ab".repeat(32)
    );
    desk.write("drops.csv", &drops);
    desk.run(&["stage", "draw", "--drops", "drops.csv"]).done();
    desk.run(&["draw", "draw", "--stage", "1", "--pulse", "65535.json"])
        .done();
    let disclose = ["disclose", "draw", "--timelock", "657413.json", "--out"];
    desk.run(&[&disclose[..], &["theirs.zip"]].concat()).done();
    desk.publish("draw", "public");
    let open = [
        "open",
        "public",
        "--custodian",
        "notary",
        "--timelock",
        "657413.json",
    ];
    let without = [&open[..], &["--pulse", "1000.json", "--out", "opened.zip"]].concat();
    desk.run(&without)
        .refused(&["stage 1 needs drand quicknet round 65535"]);
    desk.run(&[&without[..], &["--pulse", "65535.json"]].concat())
        .done();
    let bytes = |name| std::fs::read(desk.path(name)).unwrap();
    assert!(bytes("opened.zip") == bytes("theirs.zip"));
    let anybody = [
        "open",
        "public",
        "--timelock",
        "657413.json",
        "--pulse",
        "1000.json",
    ];
    desk.run(&[&anybody[..], &["--out", "part.zip"]].concat())
        .refused(&["stage 1 was held", "is not the whole"]);
    assert!(desk.path("part.zip").exists());
}

#[test]
fn a_child_opens_with_the_bundle_of_its_parent() {
    let desk = joint_desk();
    desk.run(&["custodian", "new", "--name", "市财政局", "--out", "keys"])
        .done();
    let held = ["--replay", "--custodian", "keys/custodian.json"];
    let parent = [
        "announce",
        "--plan",
        "parent.toml",
        "--subjects",
        "in/subjects.xlsx",
        "--officers",
        "in/officers.xlsx",
        "--out",
        "parent",
    ];
    let commitment = desk.run(&[&parent[..], &held].concat()).done().commitment();
    let times = ("2023-08-23T15:59:27Z", "2023-08-25T21:46:12Z");
    child_plan(&desk, "fire", "消防救援大队", 2, &commitment, times);
    let child = [
        "announce",
        "--plan",
        "fire.toml",
        "--parent",
        "parent",
        "--officers",
        "fire.csv",
        "--out",
        "fire",
    ];
    desk.run(&[&child[..], &held].concat()).done();
    desk.acknowledge("fire").done();
    desk.run(&["draw", "parent", "--pulse", "1000.json"]).done();
    let hand = [
        "handover",
        "parent",
        "--to",
        "fire/announcement.json",
        "--pulse",
        "1001.json",
    ];
    desk.run(&[&hand[..], &["--out", "fire.json"]].concat())
        .done();
    desk.run(&[
        "draw",
        "fire",
        "--pulse",
        "1001.json",
        "--handover",
        "fire.json",
    ])
    .done();
    desk.run(&["disclose", "fire", "--out", "fire.zip"]).done();
    let whole = [
        "disclose",
        "parent",
        "--child",
        "fire.zip",
        "--out",
        "parent.zip",
    ];
    desk.run(&whole).done();
    for name in ["parent", "fire"] {
        std::fs::remove_dir_all(desk.path(&format!("{name}/secret"))).unwrap();
    }

    let opened = [
        "open",
        "parent",
        "--custodian",
        "keys",
        "--pulse",
        "1000.json",
    ];
    desk.run(&[&opened[..], &["--out", "first.zip"]].concat())
        .done()
        .says(&["without the draws of 消防救援大队"]);
    let child = [
        "open",
        "fire",
        "--custodian",
        "keys",
        "--pulse",
        "1001.json",
    ];
    desk.run(&[&child[..], &["--out", "child.zip"]].concat())
        .refused(&["give its bundle with --parent"]);
    desk.run(&[&child[..], &["--parent", "first.zip", "--out", "child.zip"]].concat())
        .done();
    let again = ["--child", "child.zip", "--out", "second.zip"];
    desk.run(&[&opened[..], &again].concat()).done();
    let bytes = |name| std::fs::read(desk.path(name)).unwrap();
    assert!(bytes("child.zip") == bytes("fire.zip"));
    assert!(bytes("second.zip") == bytes("parent.zip"));
}
