//! A child draw 分级抽取 with a pulse of its own, two weeks after its parent's: until then its people
//! see nothing of what was drawn.

use std::collections::BTreeSet;

use dispatch_core::verify::Grade;
use dispatch_service::access::{Actor, Role, Scope};
use serde_json::{Value, json};

use super::life::{CHILD, PARENT};
use super::town::{DISCLOSURE as CHILD_DRAW, DRAW, LOCK, PULSE, Town};
use crate::support::cluster::backends;
use crate::support::desk::person;

const FIREMEN: &str = "消防救援大队";
/// 2026-08-21T00:00:00Z.
const END: u64 = 1_787_270_400;

#[test]
fn a_childs_people_see_no_subjects_before_its_own_pulse() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let (parent, child) = announced(&town);
        let at = |role: Role| Actor {
            scope: Scope {
                department: FIREMEN.to_owned(),
                region: String::new(),
            },
            officer: match role {
                Role::Officer => "XF00000003".to_owned(),
                _ => String::new(),
            },
            ..person("xiao", &[role])
        };
        let list = |draw: &str, who: &Actor| {
            let path = format!("/api/v1/draws/{draw}/list");
            town.desk.get_as(&path, who)
        };
        let subjects = |draw: &str, who: &Actor| -> BTreeSet<String> {
            let list: Value = list(draw, who).expect(200).json();
            let visits = list["visits"].as_array().unwrap().iter();
            visits
                .map(|visit| visit["subject"].as_str().unwrap().to_owned())
                .collect()
        };
        let sees_nothing = || {
            for role in [Role::Dispatcher, Role::Officer] {
                list(&child, &at(role)).expect(409);
                assert_eq!(subjects(&parent, &at(role)), BTreeSet::new());
            }
            for role in [Role::Operator, Role::Approver] {
                list(&child, &at(role)).expect(403);
                list(&parent, &at(role)).expect(404);
            }
            list(&child, &town.supervisor).expect(409);
            for name in ["secret/handover.json", "secret/assignments.jsonl"] {
                assert!(town.held(&child, name).is_none(), "{name}");
            }
        };

        town.desk.set_time(DRAW);
        town.bring(&child, PULSE).expect(422);
        town.bring(&parent, PULSE).expect(200);
        town.run(DRAW);
        let drawn = ["announcement", "pulse", "result"];
        assert_eq!(town.kinds(&parent), drawn);
        let all = subjects(&parent, &town.supervisor);
        assert!(all.len() > 10, "{}", all.len());
        sees_nothing();
        town.run(CHILD_DRAW - 1);
        town.bring(&child, LOCK).expect(409);
        sees_nothing();
        // Its time has come, and its pulse has not.
        town.tick(CHILD_DRAW);
        assert_eq!(town.kinds(&child), ["announcement"]);
        sees_nothing();
        town.bring(&child, LOCK).expect(200);
        assert_eq!(town.kinds(&child), drawn);
        assert_eq!(town.kinds(&parent), drawn, "the parent's stays as it is");
        assert_eq!(subjects(&child, &at(Role::Dispatcher)), all);
        let visits: Value = list(&child, &at(Role::Dispatcher)).expect(200).json();
        for visit in visits["visits"].as_array().unwrap() {
            let team = visit["team"].as_array().unwrap();
            assert_eq!(team.len(), 2, "{visit}");
            let own = |member: &Value| member["officer"].as_str().unwrap().starts_with("XF");
            assert!(team.iter().all(own), "{visit}");
        }
        assert!(subjects(&child, &at(Role::Officer)).is_subset(&all));
        // Of the parent's own teams they still see nobody.
        assert_eq!(subjects(&parent, &at(Role::Dispatcher)), BTreeSet::new());

        assert_eq!(town.tick(END - 1), 0);
        town.run(END);
        for draw in [&parent, &child] {
            assert_eq!(town.kinds(draw).last(), Some(&"disclosure"));
        }
        let slips = [
            ("JOINT-1", 0, parent.as_str(), "2026-07-21T00:00:00Z"),
            ("JOINT-1-fire", 0, &child, "2026-07-21T00:00:00Z"),
        ];
        let report = town.judged("evidence.zip", &slips);
        assert!(report.holds(), "{report:#?}");
        assert_eq!(report.grade, Grade::FrozenFirst, "{report:#?}");
        assert_eq!(report.children.len(), 1);
        // And the child's for itself.
        let report = town.judged("evidence.zip", &[slips[1], slips[0]]);
        assert!(report.holds(), "{report:#?}");
    }
}

/// Parent and child, announced before the parent's draw time.
fn announced(town: &Town) -> (String, String) {
    let moved = |plan: &str, draw: &str| {
        let stages = plan.lines().filter(|line| !line.starts_with("stages"));
        let lines: Vec<&str> = stages.collect();
        (lines.join("\n") + "\n")
            .replace("2023-08-23T15:59:24Z", draw)
            .replace("2023-08-23T15:59:27Z", draw)
            .replace("2023-08-24", "2026-08-08")
            .replace("2023-09-14", "2026-08-20")
            .replace("2023-09-15T11:00:03Z", "2026-08-21T00:00:00Z")
    };
    // Of the end no pulse is known here: no time lock.
    let unlocked = json!({"timelock": false});
    let (subjects, officers, _) = town.lists();
    let plan = moved(PARENT, "2026-07-23T07:38:30Z");
    let files: [(&str, &[u8]); 3] = [
        ("plan", plan.as_bytes()),
        ("subjects", &subjects),
        ("officers", &officers),
    ];
    let draft = town.draft_of(false, &files);
    town.set(&draft, &unlocked);
    let parent = town.announce(&draft);
    let mut firemen = "执法证号,姓名,部门,有效期\n".to_owned();
    for number in 0..14 {
        firemen.push_str(&format!("XF{number:08},张{number},{FIREMEN},2030-12-31\n"));
    }
    let plan = moved(CHILD, "2026-08-07T02:39:48Z").replace("@PARENT@", &parent);
    let files: [(&str, &[u8]); 2] = [("plan", plan.as_bytes()), ("officers", firemen.as_bytes())];
    let draft = town.draft_in(FIREMEN, false, &files);
    town.set(&draft, &unlocked);
    (parent, town.announce(&draft))
}
