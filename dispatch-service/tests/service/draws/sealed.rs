//! Sealed lists: seen by those whom they concern, every look recorded, and nothing to be told outside.

use dispatch_service::access::{Actor, Role, Scope};
use serde_json::{Value, json};

use super::town::{PULSE, Town};
use crate::support::cluster::backends;
use crate::support::desk::person;

#[test]
fn everybody_sees_what_is_theirs_and_every_look_is_recorded() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let draw = town.announced(true);
        let path = format!("/api/v1/draws/{draw}/list");
        town.desk.get_as(&path, &town.supervisor).expect(409);
        town.bring(&draw, PULSE).expect(200);

        let all: Value = town.desk.get_as(&path, &town.supervisor).expect(200).json();
        let all = all["visits"].as_array().unwrap();
        assert!(all.len() > 5, "{}", all.len());
        let region = all[0]["region"].as_str().unwrap();
        let dispatcher = |department: &str, region: &str| Actor {
            scope: Scope {
                department: department.to_owned(),
                region: region.to_owned(),
            },
            ..person("pai", &[Role::Dispatcher])
        };
        let own = dispatcher("市场监管局", region);
        let own: Value = town.desk.get_as(&path, &own).expect(200).json();
        let own = own["visits"].as_array().unwrap();
        let expected = all.iter().filter(|visit| visit["region"] == region);
        assert_eq!(own.len(), expected.count());
        assert!(own.len() < all.len());
        let fire = dispatcher("消防救援局", "");
        let none: Value = town.desk.get_as(&path, &fire).expect(200).json();
        assert_eq!(none["visits"], json!([]), "another department's");

        let id = all[0]["team"][0]["officer"].as_str().unwrap();
        let officer = Actor {
            officer: id.to_owned(),
            ..person("yuan", &[Role::Officer])
        };
        let own: Value = town.desk.get_as(&path, &officer).expect(200).json();
        let own = own["visits"].as_array().unwrap();
        let goes = |visit: &Value| {
            let team = visit["team"].as_array().unwrap();
            team.iter().any(|member| member["officer"] == id)
        };
        assert!(own.iter().all(goes));
        assert_eq!(own.len(), all.iter().filter(|visit| goes(visit)).count());

        // Others see nothing, or are told how to ask for it.
        town.desk.get(&path).expect(401);
        let administrator = person("guan", &[Role::Administrator]);
        town.desk.get_as(&path, &administrator).expect(404);
        town.desk.get_as(&path, &town.operator).expect(403);
        town.desk.get_as(&path, &town.approver).expect(403);
        let auditors = format!("/api/v1/draws/{draw}/auditor.zip");
        town.desk.get_as(&auditors, &town.operator).expect(403);
        town.agree("opening", &draw, "");
        town.desk.get_as(&path, &town.operator).expect(200);
        town.desk.get_as(&path, &town.approver).expect(403);
        let book = town.desk.get_as(&format!("{path}.xlsx"), &town.operator);
        assert!(book.expect(200).body.starts_with(b"PK"));
        town.desk.get_as(&auditors, &town.supervisor).expect(200);

        let target = draw.clone();
        let looks = town.desk.context.store.read_blocking(move |sql| {
            let rows = sql.query(
                "SELECT person, detail FROM audit WHERE action = 'look' AND target = ?1 ORDER BY number",
                &[target.into()],
            )?;
            let told = rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())));
            told.collect::<Result<Vec<_>, dispatch_service::problem::Problem>>()
        });
        let looks = looks.unwrap();
        let by: Vec<&str> = looks.iter().map(|(person, _)| person.as_str()).collect();
        assert_eq!(by, ["jian", "pai", "pai", "yuan", "jing", "jing", "jian"]);
        // No number: administrators read the trail too.
        assert_eq!(looks[2].1, "list");
        assert_eq!(looks[6].1, "auditor.zip");
    }
}

#[test]
fn nothing_that_everybody_reads_depends_on_the_sealed_list() {
    for place in backends() {
        let town = Town::new(place, Vec::new());
        let draw = town.announced(true);
        town.bring(&draw, PULSE).expect(200);
        let all: Value = town
            .desk
            .get_as(&format!("/api/v1/draws/{draw}/list"), &town.supervisor)
            .expect(200)
            .json();
        let mut secrets = Vec::new();
        for visit in all["visits"].as_array().unwrap() {
            secrets.push(visit["subject"].as_str().unwrap().to_owned());
            for member in visit["team"].as_array().unwrap() {
                secrets.push(member["officer"].as_str().unwrap().to_owned());
            }
        }
        for path in [
            "/metrics".to_owned(),
            "/log/checkpoint".to_owned(),
            "/feed.atom".to_owned(),
            format!("/api/v1/draws/{draw}"),
            "/api/v1/draws".to_owned(),
        ] {
            let text = town.desk.get(&path).text();
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "{path} tells {secret}");
            }
        }
        // In the database nothing of it stands in clear.
        for name in ["secret/assignments.jsonl", "secret/sources.json"] {
            let (holder, name) = (draw.clone(), name.to_owned());
            let sealed = town.desk.context.store.read_blocking(move |sql| {
                let file = dispatch_service::campaign::files::find(sql, &holder, &name)?.unwrap();
                Ok(dispatch_service::store::blob::read(sql, &file.digest)?.unwrap())
            });
            let sealed = sealed.unwrap();
            let text = String::from_utf8_lossy(&sealed);
            assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())));
        }
    }
}
