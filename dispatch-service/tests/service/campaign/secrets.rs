//! A dump of the database opens nothing: no secret, no reason of a recusal, no sealed cell.

use dispatch_core::digest::Digest;
use dispatch_service::campaign::files;
use dispatch_service::store::Value;
use http::Method;

use crate::support::bureau::{Bureau, plan};
use crate::support::cluster::backends;

/// Every value of every table.
fn dump(bureau: &Bureau) -> Vec<(String, Vec<u8>)> {
    let tables = include_str!("../../../migrations/postgres/V1__first.sql");
    let names: Vec<String> = tables
        .lines()
        .filter_map(|line| line.strip_prefix("CREATE TABLE ")?.strip_suffix(" ("))
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 15, "{names:?}");
    let values = bureau.desk.context.store.read_blocking(move |sql| {
        let mut values = Vec::new();
        for name in names {
            // Of a test; statements of the service are constants.
            let statement: &'static str = Box::leak(format!("SELECT * FROM {name}").into());
            for row in sql.query(statement, &[])? {
                for value in row.0 {
                    let bytes = match value {
                        Value::Null | Value::Integer(_) => continue,
                        Value::Text(text) => text.into_bytes(),
                        Value::Bytes(bytes) => bytes,
                    };
                    values.push((name.clone(), bytes));
                }
            }
        }
        Ok(values)
    });
    values.unwrap()
}

fn finds(dump: &[(String, Vec<u8>)], needle: &[u8]) -> Option<String> {
    let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
    let found = dump.iter().find(|(_, bytes)| holds(bytes));
    found.map(|(table, _)| table.clone())
}

#[test]
fn nothing_sealed_stands_in_the_tables_in_clear() {
    const REASON: &str = "与该户负责人系近亲属";
    for place in backends() {
        let bureau = Bureau::new(place);
        let text = plan("D-1", 1).replace("# sealed = [\"risk\"]", "sealed = [\"address\"]");
        assert!(text.contains("\nsealed = [\"address\"]"));
        let recusals = String::from_utf8(bureau.lists().recusals.clone()).unwrap();
        let lines: Vec<String> = recusals
            .lines()
            .enumerate()
            .map(|(at, line)| match line.rsplit_once(',') {
                Some((pair, _)) if at > 0 => format!("{pair},{REASON}"),
                _ => line.to_owned(),
            })
            .collect();
        let draft = bureau.filled(false, &text);
        let list = lines.join("\n");
        bureau
            .put(&draft, "recusals", "回避.csv", list.as_bytes())
            .expect(200);
        // A check and its findings leave nothing behind either.
        bureau
            .desk
            .ask(Method::POST, &format!("/api/v1/drafts/{draft}/check"))
            .by(&bureau.operator)
            .send()
            .expect(200);
        let commitment = bureau.announce(&draft);
        let dump = dump(&bureau);
        let (held, envelope) = (commitment.clone(), bureau.desk.context.envelope.clone());
        let read = bureau.desk.context.store.read_blocking(move |sql| {
            let secret = files::read(sql, &envelope, &held, "secret/secret.json")?.unwrap();
            let cells = files::read(sql, &envelope, &held, "secret/cells.jsonl")?.unwrap();
            Ok((secret, cells))
        });
        let (secret, cells) = read.unwrap();
        // What is looked for is there once it is opened.
        let cells = String::from_utf8(cells.to_vec()).unwrap();
        assert!(cells.contains(REASON) && cells.contains("广州市"));
        let secret: serde_json::Value = serde_json::from_slice(&secret).unwrap();
        let mut needles: Vec<Vec<u8>> =
            vec![REASON.as_bytes().to_vec(), "街道".as_bytes().to_vec()];
        for key in ["secret", "roster_key"] {
            let hex = secret[key].as_str().unwrap();
            needles.push(hex.as_bytes().to_vec());
            needles.push(Digest::from_hex(hex).unwrap().as_bytes().to_vec());
        }
        // GB18030, as the list was uploaded.
        needles.push(vec![0xbd, 0xd6, 0xb5, 0xc0]);
        for needle in needles {
            let shown = String::from_utf8_lossy(&needle).into_owned();
            assert_eq!(finds(&dump, &needle), None, "{shown}");
        }
        // The search finds what is public.
        assert!(finds(&dump, commitment.as_bytes()).is_some());
        assert!(finds(&dump, "天河区".as_bytes()).is_some());
    }
}

#[test]
fn every_look_at_an_uploaded_list_is_recorded() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draft = bureau.filled(true, &plan("D-1", 1));
        let path = format!("/api/v1/drafts/{draft}/files/recusals");
        let bytes = bureau.desk.get_as(&path, &bureau.approver).expect(200).body;
        assert_eq!(bytes, bureau.lists().recusals);
        bureau.desk.get_as(&path, &bureau.supervisor).expect(200);
        let wanted = format!("/api/v1/drafts/{draft}/files/columns");
        bureau.desk.get_as(&wanted, &bureau.approver).expect(404);
        let looks = bureau.desk.context.store.read_blocking(move |sql| {
            let rows = sql.query(
                "SELECT person, detail FROM audit WHERE action = 'look' AND target = ?1 ORDER BY number",
                &[draft.as_str().into()],
            )?;
            let told = rows.iter().map(|row| format!("{} {}", row.text(0).unwrap(), row.text(1).unwrap()));
            Ok(told.collect::<Vec<_>>())
        });
        assert_eq!(looks.unwrap(), ["li recusals", "sun recusals"]);
    }
}
