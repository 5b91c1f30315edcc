//! The audit trail: its chain, and that whatever was done to it shows.

use dispatch_service::access::Role;
use dispatch_service::audit::{self, ChainReport, Filter};
use dispatch_service::store::Sql;
use http::Method;
use serde_json::Value;

use crate::support::cluster::{Place, backends};
use crate::support::desk::{Desk, START, person};

/// Chains of the two records below, computed by Python's hashlib from the words of this crate's
/// documentation: SHA-256 of the label, a NUL, and of each part its length in 8 bytes and the part.
const FIRST: &str = "9e7f34f4799ec5dfa145f17541b3f2693ddc5d8a33f77b623772951ec0815f6e";
const SECOND: &str = "666924ad081b151f9c26942408c0f5947acbb18fdf95a699a0cac4f13cc33fff";

fn recorded(place: Place) -> Desk {
    let desk = Desk::new(place);
    let done = desk.context.store.write_blocking(|change| {
        audit::record(
            change,
            "li",
            "look",
            "c0ffee",
            "sealed list 名单",
            "request-1",
        )?;
        audit::record(change, "wang", "person-add", "zhao", "", "request-2")
    });
    done.unwrap();
    desk
}

fn check(desk: &Desk) -> ChainReport {
    let checked = desk
        .context
        .store
        .read_blocking(|sql| Ok(audit::check_chain(sql)?));
    checked.unwrap()
}

#[test]
fn the_chain_is_what_another_program_computes() {
    for place in backends() {
        let desk = recorded(place);
        let list = desk
            .context
            .store
            .read_blocking(|sql| Ok(audit::list(sql, &Filter::default(), 10)?));
        let list = list.unwrap();
        let chains: Vec<String> = list.iter().map(|one| one.chain.to_string()).collect();
        assert_eq!(chains, [SECOND, FIRST]);
        assert_eq!((list[1].number, list[1].time), (1, START));
        assert_eq!(list[1].detail, "sealed list 名单");
        let report = check(&desk);
        assert_eq!((report.records, report.fault), (2, None));
        assert_eq!(report.chain.to_string(), SECOND);
    }
}

#[test]
fn tampering_is_noticed_at_its_place() {
    /// What is done to the trail, and how many records are in order before it.
    type Tamper = (fn(&mut dyn Sql), u64);
    const TAMPERS: &[Tamper] = &[
        (
            |sql| run(sql, "UPDATE audit SET person = 'wang' WHERE number = 3"),
            2,
        ),
        (
            |sql| run(sql, "UPDATE audit SET time = time + 1 WHERE number = 3"),
            2,
        ),
        (
            |sql| run(sql, "UPDATE audit SET action = 'login' WHERE number = 3"),
            2,
        ),
        (
            |sql| run(sql, "UPDATE audit SET target = '' WHERE number = 3"),
            2,
        ),
        (
            |sql| {
                run(
                    sql,
                    "UPDATE audit SET detail = detail || ' ' WHERE number = 3",
                )
            },
            2,
        ),
        (
            |sql| run(sql, "UPDATE audit SET request = '' WHERE number = 1"),
            0,
        ),
        (|sql| run(sql, "DELETE FROM audit WHERE number = 3"), 2),
        (|sql| run(sql, "DELETE FROM audit WHERE number = 1"), 0),
        // A record that moved: text from one column to the next.
        (
            |sql| {
                run(
                    sql,
                    "UPDATE audit SET target = target || detail, detail = '' WHERE number = 4",
                )
            },
            3,
        ),
        // A gap that was closed by numbering anew.
        (
            |sql| {
                run(sql, "DELETE FROM audit WHERE number = 3");
                run(sql, "UPDATE audit SET number = number - 1 WHERE number = 4");
            },
            2,
        ),
        (
            |sql| {
                run(sql, "UPDATE audit SET number = 99 WHERE number = 3");
                run(sql, "UPDATE audit SET number = 3 WHERE number = 4");
                run(sql, "UPDATE audit SET number = 4 WHERE number = 99");
            },
            2,
        ),
    ];
    for (tamper, before) in TAMPERS {
        for place in backends() {
            let desk = Desk::new(place);
            let done = desk.context.store.write_blocking(|change| {
                for number in 1..=4 {
                    let detail = format!("look {number}");
                    audit::record(change, "li", "look", "c0ffee", &detail, "request-1")?;
                }
                Ok(())
            });
            done.unwrap();
            assert_eq!(check(&desk).fault, None);
            let done = desk.context.store.write_blocking(move |change| {
                tamper(&mut *change.sql);
                Ok(())
            });
            done.unwrap();
            let report = check(&desk);
            assert_eq!(report.records, *before);
            let fault = report.fault.unwrap();
            assert!(
                fault.english.contains(&format!("record {}", before + 1)),
                "{fault:?}"
            );
        }
    }
}

fn run(sql: &mut dyn Sql, statement: &'static str) {
    assert_eq!(sql.execute(statement, &[]).unwrap(), 1);
}

#[test]
fn what_was_cut_off_at_the_end_shows_to_who_noted_the_number() {
    for place in backends() {
        let desk = recorded(place);
        let noted = check(&desk);
        let cut = desk.context.store.write_blocking(|change| {
            run(&mut *change.sql, "DELETE FROM audit WHERE number = 2");
            Ok(())
        });
        cut.unwrap();
        let report = check(&desk);
        assert_eq!(report.fault, None);
        assert!(report.records < noted.records);
    }
}

#[test]
fn a_change_that_is_refused_leaves_no_record() {
    for place in backends() {
        let desk = recorded(place);
        let refused = desk.context.store.write_blocking(|change| {
            audit::record(change, "li", "look", "c0ffee", "", "request-3")?;
            Err::<(), _>(dispatch_service::problem::Problem::not_found())
        });
        assert_eq!(refused.unwrap_err().status, 404);
        assert_eq!(check(&desk).records, 2);
    }
}

#[test]
fn supervisors_read_it_page_by_page_and_filtered() {
    for place in backends() {
        let desk = Desk::new(place);
        let done = desk.context.store.write_blocking(|change| {
            for number in 1..=7 {
                let (who, what) = if number % 2 == 0 {
                    ("li", "a")
                } else {
                    ("wang", "b")
                };
                audit::record(change, who, "look", what, &number.to_string(), "request-1")?;
            }
            Ok(())
        });
        done.unwrap();
        let supervisor = person("super", &[Role::Supervisor]);
        let page = |query: &str| -> (Vec<u64>, Option<u64>) {
            let path = format!("/api/v1/audit?{query}");
            let view: Value = desk.get_as(&path, &supervisor).expect(200).json();
            let records = view["records"].as_array().unwrap().iter();
            let numbers = records.map(|one| one["number"].as_u64().unwrap());
            (numbers.collect(), view["next"].as_u64())
        };
        assert_eq!(page("limit=3"), (vec![7, 6, 5], Some(5)));
        assert_eq!(page("limit=3&before=5"), (vec![4, 3, 2], Some(2)));
        assert_eq!(page("limit=3&before=2"), (vec![1], None));
        assert_eq!(page("person=li"), (vec![6, 4, 2], None));
        assert_eq!(page("target=b&before=7"), (vec![5, 3, 1], None));
        assert_eq!(page("target=b&person=li"), (vec![], None));
        assert_eq!(page("target=%27%20OR%201%3D1%20--"), (vec![], None));
        for role in [
            Role::Operator,
            Role::Approver,
            Role::Dispatcher,
            Role::Officer,
        ] {
            let who = person("other", &[role]);
            desk.get_as("/api/v1/audit", &who).expect(403);
        }
        desk.ask(Method::GET, "/api/v1/audit")
            .shown()
            .send()
            .expect(401);
    }
}
