//! Announcing: what was agreed to, in time, once, and everything of it or nothing.

use dispatch_core::announcement::commitment;
use dispatch_core::digest::Digest;
use dispatch_service::access::Role;
use dispatch_service::campaign::proposal;
use dispatch_service::context::Context;
use dispatch_service::settings::Settings;
use dispatch_service::store::{Limits, Store};
use serde_json::{Value, json};

use crate::support::bureau::{Bureau, DRAW_TIME, IN_TIME, plan};
use crate::support::cluster::backends;

#[test]
fn a_draft_becomes_a_draw_with_all_its_files() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let desk = &bureau.desk;
        let draft = bureau.filled(false, &plan("D-1", 1));
        let checked: Value = desk
            .ask(http::Method::POST, &format!("/api/v1/drafts/{draft}/check"))
            .by(&bureau.operator)
            .send()
            .expect(200)
            .json();
        assert_eq!(checked["ready"], true, "{checked}");
        assert_eq!(checked["subjects"], 240);
        assert_eq!(checked["officers"], 110);
        assert_eq!(checked["trials"], 16);
        assert!(checked["selected"].as_u64().unwrap() > 0);
        let digest = &checked["digest"];
        let new = json!({"kind": "announce", "target": draft, "digest": digest});
        let proposal: Value = desk
            .post_json("/api/v1/proposals", &bureau.operator, &new)
            .expect(201)
            .json();
        assert_eq!(&proposal["digest"], digest);
        let id = proposal["id"].as_str().unwrap();
        let done: Value = bureau
            .decide(id, "approve", &bureau.approver)
            .expect(200)
            .json();
        assert_eq!(done["proposal"]["state"], "approved");
        assert_eq!(done["proposal"]["decider"], "li");
        assert_eq!(done["index"], 0);
        let holder = done["commitment"].as_str().unwrap().to_owned();
        assert_eq!(bureau.logged(), ["announcement"]);
        let seen: Value = desk
            .get_as(&format!("/api/v1/drafts/{draft}"), &bureau.operator)
            .expect(200)
            .json();
        assert_eq!(seen["state"], "announced");
        assert_eq!(seen["commitment"], holder.as_str());
        let held = holder.clone();
        let envelope = desk.context.envelope.clone();
        desk.context
            .store
            .read_blocking(move |sql| {
                let files = dispatch_service::campaign::files::list(sql, &held)?;
                let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                assert_eq!(
                    names,
                    [
                        "announcement.json",
                        "officers.jsonl",
                        "recusals.jsonl",
                        "secret/audit.json",
                        "secret/cells.jsonl",
                        "secret/recusals.jsonl",
                        "secret/secret.json",
                        "slip.html",
                        "slip.txt",
                        "subjects.jsonl",
                    ]
                );
                for file in &files {
                    assert_eq!(
                        file.sealed,
                        file.name.starts_with("secret/"),
                        "{}",
                        file.name
                    );
                }
                let read = |sql: &mut dyn dispatch_service::store::Sql, name| {
                    dispatch_service::campaign::files::read(sql, &envelope, &held, name)
                };
                let bytes = read(sql, "announcement.json")?.unwrap();
                assert_eq!(commitment(&bytes).to_string(), held);
                let slip = read(sql, "slip.txt")?.unwrap();
                assert!(String::from_utf8_lossy(&slip).contains(&held));
                let rows =
                    sql.query("SELECT kind, records, root FROM roster ORDER BY kind", &[])?;
                let told: Value = serde_json::from_slice(&bytes).unwrap();
                for (row, (kind, count)) in rows.iter().zip([("officers", 110), ("subjects", 240)])
                {
                    assert_eq!((row.text(0)?, row.count(1)?), (kind, count));
                    assert_eq!(row.digest(2)?.to_string(), told[kind]["root"]);
                }
                let work = sql.query("SELECT due, department, region, owner FROM work", &[])?;
                assert_eq!(work.len(), 1);
                assert_eq!(work[0].count(0)?, DRAW_TIME);
                assert_eq!(work[0].text(2)?, "440100");
                let public = sql.query("SELECT digest FROM document", &[])?;
                assert_eq!(public.len(), 1);
                assert_eq!(public[0].digest(0)?, Digest::of(&bytes));
                Ok(())
            })
            .unwrap();
        // Nothing of it changes any more, and nobody agrees twice.
        bureau.put(&draft, "plan", "plan.toml", b"x").expect(409);
        bureau.decide(id, "approve", &bureau.approver).expect(409);
        bureau.decide(id, "reject", &bureau.approver).expect(409);
        bureau.propose("announce", &draft, "", "").expect(409);
    }
}

#[test]
fn nobody_agrees_to_what_they_proposed() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.filled(true, &plan("D-1", 1));
        let mut both = bureau.operator.clone();
        both.roles.push(Role::Approver);
        let proposal = bureau.proposed("announce", &draft, "");
        let (kind, _) = bureau
            .decide(&proposal, "approve", &both)
            .expect(403)
            .problem();
        assert_eq!(kind, "second-person");
        bureau.decide(&proposal, "reject", &both).expect(403);
        // An operator is no approver, and a supervisor changes nothing.
        bureau
            .decide(&proposal, "approve", &bureau.supervisor)
            .expect(403);
        // Only whoever proposed it withdraws it.
        bureau
            .decide(&proposal, "withdraw", &bureau.approver)
            .expect(403);
        bureau.propose("announce", &draft, "", "").expect(409);
        bureau.decide(&proposal, "withdraw", &both).expect(200);
        bureau
            .decide(&proposal, "approve", &bureau.approver)
            .expect(409);
        assert!(bureau.logged().is_empty());
    }
}

#[test]
fn what_changed_after_it_was_proposed_cannot_be_agreed_to() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let plan = plan("D-1", 1);
        let draft = bureau.filled(true, &plan);
        let changes: [&dyn Fn(); 4] = [
            // The same bytes again are another upload.
            &|| {
                drop(
                    bureau
                        .put(&draft, "plan", "plan.toml", plan.as_bytes())
                        .expect(200),
                )
            },
            &|| {
                let path = format!("/api/v1/drafts/{draft}/settings");
                let ask = bureau
                    .desk
                    .ask(http::Method::PUT, &path)
                    .by(&bureau.operator);
                ask.json(&json!({"timelock": true})).send().expect(200);
            },
            &|| {
                let path = format!("/api/v1/drafts/{draft}/files/recusals");
                let ask = bureau.desk.ask(http::Method::DELETE, &path);
                ask.by(&bureau.operator).send().expect(200);
            },
            &|| {
                drop(
                    bureau
                        .put(&draft, "reasons", "r.csv", b"id,reason\n")
                        .expect(200),
                )
            },
        ];
        for change in changes {
            let proposal = bureau.proposed("announce", &draft, "");
            change();
            let (kind, _) = bureau
                .decide(&proposal, "approve", &bureau.approver)
                .expect(409)
                .problem();
            assert_eq!(kind, "changed");
            bureau
                .decide(&proposal, "reject", &bureau.approver)
                .expect(200);
        }
        // What was looked at must be what is proposed.
        let new = json!({"kind": "announce", "target": draft, "digest": "0".repeat(64)});
        bureau
            .desk
            .post_json("/api/v1/proposals", &bureau.operator, &new)
            .expect(409);
        assert!(bureau.logged().is_empty());
        bureau.announce(&draft);
        assert_eq!(bureau.logged(), ["announcement"]);
    }
}

#[test]
fn a_change_between_the_heavy_part_and_the_commit_is_seen() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let ctx = bureau.desk.context.clone();
        let draft = bureau.filled(true, &plan("D-1", 1));
        let id = bureau.proposed("announce", &draft, "");
        let ready = proposal::prepare(&ctx, &bureau.approver, &id).unwrap();
        let before = pieces(&ctx);
        bureau
            .put(&draft, "recusals", "none.csv", &bureau.lists().recusals)
            .expect(200);
        let approver = bureau.approver.clone();
        let ready = std::sync::Arc::new(ready);
        let held = std::sync::Arc::clone(&ready);
        let done = ctx
            .store
            .write_blocking(move |change| proposal::commit(change, &approver, &held));
        assert_eq!(done.unwrap_err().kind, "changed");
        // The secret of what was not announced is deleted.
        proposal::forget(&ctx, &ready);
        assert!(pieces(&ctx) < before);
        assert!(bureau.logged().is_empty());
    }
}

fn pieces(ctx: &Context) -> u64 {
    let count = ctx.store.read_blocking(|sql| {
        let row = sql.query_one("SELECT CAST(COUNT(*) AS BIGINT) FROM blob_piece", &[])?;
        Ok(row.unwrap().count(0)?)
    });
    count.unwrap()
}

#[test]
fn of_two_approvals_at_once_in_two_processes_one_wins() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let ctx = bureau.desk.context.clone();
        // Another process has its own threads on the same database.
        let store = Store::start(
            ctx.store.backend().clone(),
            ctx.clock.clone(),
            ctx.signer.clone(),
            Limits::default(),
        );
        let other = Context::new(
            store.unwrap(),
            ctx.envelope.clone(),
            ctx.signer.clone(),
            ctx.clock.clone(),
            Settings::default(),
        );
        let draft = bureau.filled(true, &plan("D-1", 1));
        let same = bureau.proposed("announce", &draft, "");
        let ids = [("D-1", 2, "D-1"), ("D-2", 1, "sequence 1")];
        // One proposal approved twice; the same draw id from two drafts; the same number from two.
        let mut pairs = vec![[same.clone(), same]];
        for (draw, sequence, _) in ids {
            let draft = bureau.filled(true, &plan(draw, sequence));
            let once = bureau.proposed("announce", &draft, "");
            let draft = bureau.filled(true, &plan(draw, sequence));
            pairs.push([once, bureau.proposed("announce", &draft, "")]);
        }
        let mut won = 0;
        for (turn, pair) in pairs.into_iter().enumerate() {
            let tasks: Vec<_> = [ctx.clone(), other.clone()]
                .into_iter()
                .zip(pair)
                .map(|(ctx, id)| {
                    let approver = bureau.approver.clone();
                    std::thread::spawn(move || {
                        let ready = proposal::prepare(&ctx, &approver, &id)?;
                        ctx.store.write_blocking(move |change| {
                            proposal::commit(change, &approver, &ready)
                        })
                    })
                })
                .collect();
            let done: Vec<_> = tasks.into_iter().map(|task| task.join().unwrap()).collect();
            let wins = done.iter().filter(|one| one.is_ok()).count();
            // After the first pair the id D-1 and the number 1 are used.
            assert_eq!(wins, usize::from(turn == 0), "pair {turn}: {done:?}");
            for refused in done.iter().filter_map(|one| one.as_ref().err()) {
                assert_eq!(refused.status, 409, "{refused:?}");
            }
            won += wins;
        }
        assert_eq!(bureau.logged().len(), won);
        // Two drafts with one id, neither of them announced yet.
        let drafts = [3, 4].map(|sequence| bureau.filled(true, &plan("D-9", sequence)));
        let proposals = drafts.map(|draft| bureau.proposed("announce", &draft, ""));
        let tasks: Vec<_> = [ctx.clone(), other.clone()]
            .into_iter()
            .zip(proposals)
            .map(|(ctx, id)| {
                let approver = bureau.approver.clone();
                std::thread::spawn(move || {
                    let ready = proposal::prepare(&ctx, &approver, &id)?;
                    ctx.store
                        .write_blocking(move |change| proposal::commit(change, &approver, &ready))
                })
            })
            .collect();
        let done: Vec<_> = tasks.into_iter().map(|task| task.join().unwrap()).collect();
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
        assert_eq!(bureau.logged(), ["announcement", "announcement"]);
        other.store.stop();
    }
}

#[test]
fn too_late_is_refused_before_and_after_the_heavy_part() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let ctx = bureau.desk.context.clone();
        let draft = bureau.filled(false, &plan("D-1", 1));
        let id = bureau.proposed("announce", &draft, "");
        // The last second of the lead time counts, the next one does not.
        let latest = DRAW_TIME - 24 * 3600;
        bureau.desk.set_time(latest + 1);
        let (kind, _) = bureau
            .decide(&id, "approve", &bureau.approver)
            .expect(409)
            .problem();
        assert_eq!(kind, "too-late");
        let checked: Value = bureau
            .desk
            .ask(http::Method::POST, &format!("/api/v1/drafts/{draft}/check"))
            .by(&bureau.operator)
            .send()
            .expect(200)
            .json();
        assert_eq!(
            (&checked["late"], &checked["ready"]),
            (&json!(true), &json!(false))
        );
        bureau.desk.set_time(latest);
        let ready = proposal::prepare(&ctx, &bureau.approver, &id).unwrap();
        bureau.desk.set_time(latest + 1);
        let approver = bureau.approver.clone();
        let done = ctx
            .store
            .write_blocking(move |change| proposal::commit(change, &approver, &ready));
        assert_eq!(done.unwrap_err().kind, "too-late");
        assert!(bureau.logged().is_empty());
    }
}

#[test]
fn a_clock_that_was_set_back_announces_nothing() {
    for place in backends() {
        let bureau = Bureau::new(place);
        bureau.announced(false, "D-1", 1);
        let draft = bureau.filled(false, &plan("D-2", 2));
        let id = bureau.proposed("announce", &draft, "");
        // Late, but for a clock that was set back far enough to look in time.
        bureau.desk.set_time(IN_TIME - 3600);
        let (kind, _) = bureau
            .decide(&id, "approve", &bureau.approver)
            .expect(503)
            .problem();
        assert_eq!(kind, "clock");
        assert_eq!(bureau.logged(), ["announcement"]);
        bureau.desk.set_time(IN_TIME);
        bureau.decide(&id, "approve", &bureau.approver).expect(200);
        assert_eq!(bureau.logged(), ["announcement", "announcement"]);
    }
}

#[test]
fn a_later_draw_publishes_what_changed_since_the_one_before() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let before = bureau.announced(true, "D-1", 1);
        let draft = bureau.filled(true, &plan("D-2", 2));
        let path = format!("/api/v1/drafts/{draft}/settings");
        let set = |settings: Value| {
            let ask = bureau
                .desk
                .ask(http::Method::PUT, &path)
                .by(&bureau.operator);
            ask.json(&settings).send()
        };
        set(json!({"previous": "0".repeat(64)})).expect(422);
        set(json!({"previous": "nothing"})).expect(422);
        set(json!({"recent_pulse": {"round": 1, "signature": "00"}})).expect(422);
        set(json!({"custodians": [{"format": "dispatch/custodian/1", "key": "x", "name": "y", "recipient": "z"}]}))
            .expect(422);
        set(json!({"previous": before})).expect(200);
        let commitment = bureau.announce(&draft);
        let held = commitment.clone();
        let diff = bureau.desk.context.store.read_blocking(move |sql| {
            let found = dispatch_service::campaign::files::find(sql, &held, "subjects-diff.jsonl")?;
            Ok(found.map(|file| file.length))
        });
        // The same lists: nothing changed, and that is said.
        assert_eq!(diff.unwrap(), Some(0));
    }
}
