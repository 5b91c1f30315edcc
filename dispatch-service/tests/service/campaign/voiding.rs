//! Voiding: before the draw time, with a reason, by two people; and the annual plan.

use dispatch_core::digest::Digest;
use http::Method;
use serde_json::{Value, json};

use crate::support::bureau::{BODY, Bureau, DRAW_TIME};
use crate::support::cluster::backends;

#[test]
fn a_draw_is_voided_before_its_draw_time_only() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let first = bureau.announced(false, "D-1", 1);
        let second = bureau.announced(false, "D-2", 2);
        bureau.propose("void", &first, "", "").expect(422);
        let unknown = "0".repeat(64);
        bureau.propose("void", &unknown, "名录有误", "").expect(404);
        bureau.propose("void", "D-1", "名录有误", "").expect(404);
        let early = bureau.proposed("void", &first, "名录有误");
        let late = bureau.proposed("void", &second, "名录有误");
        bureau
            .decide(&early, "approve", &bureau.operator)
            .expect(403);
        bureau
            .decide(&early, "approve", &bureau.stranger)
            .expect(404);
        bureau.desk.set_time(DRAW_TIME - 1);
        let done: Value = bureau
            .decide(&early, "approve", &bureau.approver)
            .expect(200)
            .json();
        assert_eq!(done["commitment"], first.as_str());
        bureau.desk.set_time(DRAW_TIME);
        let (kind, _) = bureau
            .decide(&late, "approve", &bureau.approver)
            .expect(409)
            .problem();
        assert_eq!(kind, "too-late");
        bureau.propose("void", &second, "再试", "").expect(409);
        bureau.propose("void", &first, "再试", "").expect(409);
        assert_eq!(bureau.logged(), ["announcement", "announcement", "void"]);
        // Of a voided draw nothing is due, and its id is not used again.
        let due = bureau.desk.context.store.read_blocking(|sql| {
            let rows = sql.query(
                "SELECT due FROM work w JOIN register_draw d ON d.commitment = w.commitment WHERE d.state = 'voided'",
                &[],
            )?;
            Ok(rows[0].optional_count(0)?)
        });
        assert_eq!(due.unwrap(), None);
        let draft = bureau.filled(true, &crate::support::bureau::plan("D-1", 3));
        let id = bureau.proposed("announce", &draft, "");
        bureau.decide(&id, "approve", &bureau.approver).expect(409);
    }
}

#[test]
fn a_year_is_planned_and_a_planned_draw_voided() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let desk = &bureau.desk;
        let draws = json!([
            {"draw": "P-2", "latest": "2026-11-30", "title": "二"},
            {"draw": "P-1", "latest": "2026-09-30", "title": "一 <b>'; --"},
        ]);
        let plan = |document: &str, reason: &str, draws: &Value| json!({"body": BODY, "year": 2026, "document": document, "reason": reason, "draws": draws});
        let post = |who, value: &Value| desk.post_json("/api/v1/plans", who, value);
        let document = Digest::of(b"the plan").to_string();
        // Not for a department, and not without its document.
        post(&bureau.operator, &plan(&document, "", &draws)).expect(403);
        post(&bureau.planner, &plan(&document, "", &draws)).expect(422);
        let upload = |who| {
            let ask = desk.ask(Method::POST, "/api/v1/plans/documents").by(who);
            let ask = ask.header("content-type", "application/octet-stream");
            ask.body(b"the plan").send()
        };
        upload(&bureau.operator).expect(403);
        let stored: Value = upload(&bureau.planner).expect(201).json();
        assert_eq!(stored["document"], document.as_str());
        let twice = json!([draws[0], draws[0]]);
        post(&bureau.planner, &plan(&document, "", &twice)).expect(422);
        let bad = json!([{"draw": "P 3", "latest": "soon", "title": ""}]);
        post(&bureau.planner, &plan(&document, "", &bad)).expect(422);
        assert!(bureau.logged().is_empty());
        post(&bureau.planner, &plan(&document, "", &draws)).expect(201);
        // A second one needs a reason.
        let more = json!([{"draw": "P-3", "latest": "2026-12-31", "title": "三"}]);
        post(&bureau.planner, &plan(&document, "", &more)).expect(409);
        post(&bureau.planner, &plan(&document, "增加一次", &more)).expect(201);
        // A planned draw is the whole bureau's to void.
        bureau.propose("void", "P-1", "不再需要", BODY).expect(404);
        let new = json!({"kind": "void", "target": "P-1", "reason": "不再需要", "detail": BODY});
        let made: Value = desk
            .post_json("/api/v1/proposals", &bureau.planner, &new)
            .expect(201)
            .json();
        let id = made["id"].as_str().unwrap();
        bureau.decide(id, "approve", &bureau.planner).expect(403);
        let mut second = bureau.planner.clone();
        "wu".clone_into(&mut second.name);
        bureau.decide(id, "approve", &second).expect(200);
        desk.post_json("/api/v1/proposals", &bureau.planner, &new)
            .expect(404);
        assert_eq!(bureau.logged(), ["plan", "plan", "void"]);
    }
}
