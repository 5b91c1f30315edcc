//! Whole lives: by themselves on time, as rehearsals, with stages, in batches, with a child.

use dispatch_core::digest::Digest;
use dispatch_core::entry::Step;
use dispatch_core::verify::{Grade, Status};
use serde_json::Value;

use super::town::{DISCLOSURE, DRAW, Manner, PULSE, Relay, Town, pulse};
use crate::support::cluster::backends;

#[test]
fn a_draw_happens_by_itself_and_is_disclosed_on_time() {
    for place in backends() {
        let relay = Relay::new(Manner::Honest);
        let town = Town::new(place, vec![relay.url.clone()]);
        let draw = town.announced(false);
        assert_eq!(town.tick(DRAW - 1), 0, "not a second early");
        assert_eq!(town.kinds(&draw), ["announcement"]);
        town.run(DRAW);
        assert_eq!(town.kinds(&draw), ["announcement", "pulse", "result"]);
        assert_eq!(town.state(&draw), "drawn");
        assert_eq!(town.tick(DISCLOSURE - 1), 0, "sealed to the last second");
        assert!(town.held(&draw, "evidence.zip").is_none());
        town.run(DISCLOSURE);
        let kinds = ["announcement", "pulse", "result", "disclosure"];
        assert_eq!(town.kinds(&draw), kinds);
        assert_eq!(town.work(&draw)["next"], "");

        let slip = [("440100-2026-0001", 0, draw.as_str(), "2026-07-21T00:00:00Z")];
        let report = town.judged("evidence.zip", &slip);
        assert!(report.holds(), "{report:#?}");
        assert_eq!(report.grade, Grade::FrozenFirst);
        assert_eq!(report.status("K02"), Some(Status::Pass), "the time lock");
        // The slip of somebody who got it too late shows nothing.
        let late = [("440100-2026-0001", 0, draw.as_str(), "2026-07-24T00:00:00Z")];
        assert_ne!(town.judged("evidence.zip", &late).grade, Grade::FrozenFirst);

        let bundle = Digest::of(&town.held(&draw, "evidence.zip").unwrap());
        let told = town
            .entries()
            .into_iter()
            .find_map(|entry| match entry.step {
                Step::Disclosure(step) => Some(step.bundle),
                _ => None,
            });
        assert_eq!(told, Some(bundle.to_string()), "the log names the bundle");
        let public = town.desk.get(&format!("/log/documents/{bundle}"));
        assert!([200, 404].contains(&public.status), "{}", public.status);
        assert!(relay.asked.load(std::sync::atomic::Ordering::SeqCst) >= 2);
    }
}

#[test]
fn a_rehearsal_is_drawn_when_its_pulse_is_brought() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let draw = town.announced(true);
        let first = town.bring(&draw, PULSE).expect(200).text();
        assert_eq!(town.kinds(&draw), ["announcement", "pulse", "result"]);
        let result = town.held(&draw, "result.json").unwrap();
        assert_eq!(town.bring(&draw, PULSE).expect(200).text(), first);
        assert_eq!(town.kinds(&draw), ["announcement", "pulse", "result"]);
        assert_eq!(town.held(&draw, "result.json").unwrap(), result);

        let path = format!("/api/v1/draws/{draw}/disclosure");
        town.desk
            .ask(http::Method::POST, &path)
            .by(&town.approver)
            .send()
            .expect(403);
        town.desk
            .ask(http::Method::POST, &path)
            .by(&town.operator)
            .send()
            .expect(200);
        let kinds = ["announcement", "pulse", "result", "disclosure"];
        assert_eq!(town.kinds(&draw), kinds);
        let slip = [("440100-2026-0001", 0, draw.as_str(), "2026-07-21T00:00:00Z")];
        let report = town.judged("evidence.zip", &slip);
        assert!(report.holds(), "{report:#?}");
        assert_eq!(report.grade, Grade::Replay);
    }
}

#[test]
fn stages_children_and_all_in_one_bundle() {
    for place in backends() {
        let relay = Relay::new(Manner::Honest);
        let town = Town::in_2023(place, vec![relay.url.clone()]);
        let lists = town.lists();
        let parent = town.draft_of(
            false,
            &[
                ("plan", PARENT.as_bytes()),
                ("subjects", &lists.0),
                ("officers", &lists.1),
            ],
        );
        let parent = town.announce(&parent);
        let mut firemen = "执法证号,姓名,部门,有效期\n".to_owned();
        for number in 0..14 {
            firemen.push_str(&format!(
                "XF{number:08},张{number},消防救援大队,2030-12-31\n"
            ));
        }
        let plan = CHILD.replace("@PARENT@", &parent);
        let child = town.draft_of(
            false,
            &[("plan", plan.as_bytes()), ("officers", firemen.as_bytes())],
        );
        let child = town.announce(&child);

        town.run(DRAW_2023 + 60);
        assert_eq!(town.kinds(&parent), ["announcement", "pulse", "result"]);
        assert_eq!(town.kinds(&child), ["announcement", "pulse", "result"]);

        // One subject closed down; what fell out is staged, agreed to, frozen.
        let list: Value = town
            .desk
            .get_as(&format!("/api/v1/draws/{parent}/list"), &town.supervisor)
            .expect(200)
            .json();
        let gone = list["visits"][0]["subject"].as_str().unwrap();
        let drops = format!(
            "统一社会信用代码,执法证号,退出事由,证据,批准人\n{gone},,已注销,zhu-xiao.pdf,王局\n"
        );
        let path = format!("/api/v1/draws/{parent}/stages/1");
        let refused = town
            .desk
            .put_file(&format!("{path}/drops"), &town.operator, drops.as_bytes())
            .expect(422);
        assert!(
            refused.text().contains("zhu-xiao.pdf"),
            "{}",
            refused.text()
        );
        town.desk
            .put_file(
                &format!("{path}/evidence/zhu-xiao.pdf"),
                &town.operator,
                b"%PDF",
            )
            .expect(200);
        town.desk
            .put_file(&format!("{path}/drops"), &town.operator, drops.as_bytes())
            .expect(200);
        town.agree("stage", &parent, "1");
        town.agree("stage", &child, "1");
        let stage: Value =
            serde_json::from_slice(&town.held(&parent, "stage-1.json").unwrap()).unwrap();
        assert_eq!(stage["drops"]["subjects"], 1);
        assert_eq!(town.tick(STAGE_2023 - 1), 0);
        town.run(STAGE_2023 + 60);
        let staged = [
            "announcement",
            "pulse",
            "result",
            "stage",
            "pulse",
            "result",
        ];
        assert_eq!(town.kinds(&parent), staged);
        assert_eq!(town.kinds(&child), staged);
        let after: Value = town
            .desk
            .get_as(&format!("/api/v1/draws/{parent}/list"), &town.supervisor)
            .expect(200)
            .json();
        let visits = after["visits"].as_array().unwrap();
        assert!(visits.iter().all(|visit| visit["subject"] != gone));
        assert_eq!(visits.len(), list["visits"].as_array().unwrap().len());

        town.run(DISCLOSURE_2023);
        assert_eq!(town.kinds(&child).last(), Some(&"disclosure"));
        assert_eq!(town.kinds(&parent).last(), Some(&"disclosure"));
        let slip_of = |draw: &str| {
            let document = town.held(draw, "stage-1.json").unwrap();
            dispatch_core::stage::stage_commitment(&document).to_string()
        };
        let (of_parent, of_child) = (slip_of(&parent), slip_of(&child));
        let slips = [
            ("JOINT-1", 0, parent.as_str(), "2023-08-20T01:00:00Z"),
            ("JOINT-1-fire", 0, &child, "2023-08-20T01:00:00Z"),
            ("JOINT-1", 1, &of_parent, "2023-08-24T01:00:00Z"),
            ("JOINT-1-fire", 1, &of_child, "2023-08-24T01:00:00Z"),
        ];
        let report = town.judged("evidence.zip", &slips);
        assert!(report.holds(), "{report:#?}");
        assert_eq!(report.grade, Grade::FrozenFirst, "{report:#?}");
        assert_eq!(report.children.len(), 1);
    }
}

#[test]
fn batches_are_frozen_and_drawn_without_being_asked_for() {
    for place in backends() {
        let relay = Relay::new(Manner::Honest);
        let town = Town::in_2023(place, vec![relay.url.clone()]);
        let (children, team) = (
            PARENT.find("[[children]]").unwrap(),
            PARENT.find("[team]").unwrap(),
        );
        let plan = format!("{}{}", &PARENT[..children], &PARENT[team..]);
        let plan = plan.replacen("sequence = 1", "sequence = 1\nmode = \"order\"", 1);
        let lists = town.lists();
        let draft = town.draft_of(
            false,
            &[
                ("plan", plan.as_bytes()),
                ("subjects", &lists.0),
                ("officers", &lists.1),
            ],
        );
        let draw = town.announce(&draft);
        town.run(DRAW_2023);
        assert_eq!(town.kinds(&draw), ["announcement", "pulse", "result"]);
        // What an operator lays ready without a second person counts for nothing.
        let list: Value = town
            .desk
            .get_as(&format!("/api/v1/draws/{draw}/list"), &town.supervisor)
            .expect(200)
            .json();
        let drops = format!(
            "统一社会信用代码,执法证号,退出事由,证据,批准人\n{},,已注销,{},周敏\n",
            list["visits"][0]["subject"].as_str().unwrap(),
            "0".repeat(64)
        );
        let path = format!("/api/v1/draws/{draw}/stages/1/drops");
        town.desk
            .put_file(&path, &town.operator, drops.as_bytes())
            .expect(200);
        // An hour before it would be too late the next batch is frozen, whoever asks.
        town.tick(STAGE_2023 - 25 * 3600);
        assert_eq!(
            town.kinds(&draw),
            ["announcement", "pulse", "result", "stage"]
        );
        let document = town.held(&draw, "stage-1.json").unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        assert_eq!(document["drops"]["subjects"], 0);
        assert_eq!(town.tick(STAGE_2023 - 1), 0);
        town.desk.set_time(STAGE_2023);
        // Whoever brings it; the round says what it is for.
        let told: Value = town.bring(&draw, &pulse("65535")).expect(200).json();
        assert_eq!(told["purpose"], "stage");
        assert_eq!(told["stage"], 1);
        assert_eq!(town.kinds(&draw)[3..], ["stage", "pulse", "result"]);
        town.run(DISCLOSURE_2023);
        let document = town.held(&draw, "stage-1.json").unwrap();
        let stage = dispatch_core::stage::stage_commitment(&document).to_string();
        let slips = [
            ("JOINT-1", 0, draw.as_str(), "2023-08-20T01:00:00Z"),
            ("JOINT-1", 1, &stage, "2023-08-24T01:00:00Z"),
        ];
        let report = town.judged("evidence.zip", &slips);
        assert!(report.holds(), "{report:#?}");
        assert_eq!(report.grade, Grade::FrozenFirst);
        assert_eq!(report.status("G01"), Some(Status::Pass));
    }
}

pub(super) const DRAW_2023: u64 = 1_692_806_364;
pub(super) const STAGE_2023: u64 = 1_692_999_969;
pub(super) const DISCLOSURE_2023: u64 = 1_694_775_603;
pub(super) const PARENT: &str = r#"draw = "JOINT-1"
sequence = 1
title = "2023年度跨部门联合抽查"
authority = "广州市市场监督管理局"
temporary_reason = "联合抽查"
[schedule]
draw_time = "2023-08-23T15:59:24Z"
window_start = 2023-08-24
window_end = 2023-09-14
disclosure_time = "2023-09-15T11:00:03Z"
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
[team]
[[team.slots]]
name = "检查人员"
department = "市场监管局"
count = 2
[[seed]]
kind = "drand"
"#;
pub(super) const CHILD: &str = r#"draw = "JOINT-1-fire"
sequence = 1
title = "联合抽查派员"
authority = "消防救援大队"
temporary_reason = "联合抽查"
parent = { child = "消防救援大队", commitment = "@PARENT@" }
[schedule]
draw_time = "2023-08-23T15:59:27Z"
window_start = 2023-08-24
window_end = 2023-09-14
disclosure_time = "2023-09-15T11:00:03Z"
stages = ["2023-08-25T21:46:12Z"]
[[matters]]
code = "M-1"
name = "联合检查"
basis = "部门规章"
kind = "key"
[team]
[[team.slots]]
name = "检查人员"
department = "消防救援大队"
count = 2
[[seed]]
kind = "drand"
"#;
