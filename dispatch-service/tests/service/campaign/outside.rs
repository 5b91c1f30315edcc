//! Acknowledgements before the draw time, contributions after it; from anybody, once.

use dispatch_core::custody::Custody;
use dispatch_core::digest::Digest;
use dispatch_core::log::{KeyKind, SignerKey};
use dispatch_core::seed::contribution_hash;
use http::Method;
use serde_json::{Value, json};

use crate::support::bureau::{Bureau, DRAW_TIME, IN_TIME, plan};
use crate::support::cluster::backends;
use crate::support::custodian::{card, note};
use crate::support::desk::Told;

fn acknowledge(bureau: &Bureau, commitment: &str, note: &str) -> Told {
    let path = format!("/api/v1/draws/{commitment}/acknowledgements");
    let ask = bureau.desk.ask(Method::POST, &path);
    let ask = ask.header("content-type", "text/plain; charset=utf-8");
    ask.body(note.as_bytes()).send()
}

#[test]
fn a_custodian_acknowledges_before_the_draw_time_once() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let key = SignerKey::new("custodian-a", KeyKind::Signature, [3; 32]).unwrap();
        let stranger = SignerKey::new("custodian-a", KeyKind::Signature, [4; 32]).unwrap();
        let draft = bureau.filled(false, &plan("D-1", 1));
        let card = card(&key);
        bureau
            .desk
            .ask(Method::PUT, &format!("/api/v1/drafts/{draft}/settings"))
            .by(&bureau.operator)
            .json(&json!({"custodians": [card], "timelock": false}))
            .send()
            .expect(200);
        let commitment = bureau.announce(&draft);
        let other = bureau.announced(false, "D-2", 2);
        let held = commitment.clone();
        let file = bureau.desk.context.store.read_blocking(move |sql| {
            let file = dispatch_service::campaign::files::find(sql, &held, Custody::FILE)?.unwrap();
            // What custodians open is public, encrypted to them.
            let public = sql.query("SELECT digest FROM document", &[])?;
            assert!(
                public
                    .iter()
                    .any(|row| row.digest(0).unwrap() == file.digest)
            );
            Ok(file.digest.to_string())
        });
        let file = file.unwrap();
        let good = note(&key, &commitment, &file, IN_TIME);
        for wrong in [
            String::new(),
            "not a note".to_owned(),
            note(&stranger, &commitment, &file, IN_TIME),
            note(&key, &other, &file, IN_TIME),
            note(&key, &commitment, &"0".repeat(64), IN_TIME),
            good.replace("2026", "2025"),
            format!("{good}\n"),
        ] {
            let told = acknowledge(&bureau, &commitment, &wrong);
            assert!([400, 422].contains(&told.status), "{}", told.text());
        }
        acknowledge(&bureau, &"0".repeat(64), &good).expect(404);
        acknowledge(&bureau, "nothing", &good).expect(404);
        acknowledge(&bureau, &other, &good).expect(422);
        let first: Value = acknowledge(&bureau, &commitment, &good).expect(201).json();
        let again: Value = acknowledge(&bureau, &commitment, &good).expect(200).json();
        assert_eq!(first, again);
        // Another note of the same custodian adds nothing.
        let later = note(&key, &commitment, &file, IN_TIME + 60);
        let again: Value = acknowledge(&bureau, &commitment, &later).expect(200).json();
        assert_eq!(first, again);
        assert_eq!(
            bureau.logged(),
            ["announcement", "announcement", "acknowledgement"]
        );
        bureau.desk.set_time(DRAW_TIME);
        acknowledge(&bureau, &commitment, &good).expect(200);
    }
}

#[test]
fn an_acknowledgement_at_the_draw_time_is_too_late() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let key = SignerKey::new("custodian-a", KeyKind::Signature, [3; 32]).unwrap();
        let draft = bureau.filled(false, &plan("D-1", 1));
        let card = card(&key);
        bureau
            .desk
            .ask(Method::PUT, &format!("/api/v1/drafts/{draft}/settings"))
            .by(&bureau.operator)
            .json(&json!({"custodians": [card]}))
            .send()
            .expect(200);
        let commitment = bureau.announce(&draft);
        let held = commitment.clone();
        let file = bureau.desk.context.store.read_blocking(move |sql| {
            let file = dispatch_service::campaign::files::find(sql, &held, Custody::FILE)?;
            Ok(file.unwrap().digest.to_string())
        });
        let good = note(&key, &commitment, &file.unwrap(), IN_TIME);
        bureau.desk.set_time(DRAW_TIME);
        let (kind, _) = acknowledge(&bureau, &commitment, &good)
            .expect(409)
            .problem();
        assert_eq!(kind, "too-late");
        assert_eq!(bureau.logged(), ["announcement"]);
    }
}

#[test]
fn contributions_open_their_hashes_after_the_draw_time() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let values = [("司法局", [1; 32]), ("消委会", [2; 32])];
        let mut text = plan("D-1", 1);
        for (body, value) in values {
            let hash = contribution_hash("D-1", body, &Digest::new(value));
            text += &format!(
                "\n[[seed]]\nkind = \"contribution\"\nbody = \"{body}\"\nhash = \"{hash}\"\noutside = true\n"
            );
        }
        let commitment = bureau.announce(&bureau.filled(false, &text));
        let path = format!("/api/v1/draws/{commitment}/contributions");
        let give = |body: &str, value: &str| {
            let ask = bureau.desk.ask(Method::POST, &path);
            ask.json(&json!({"contributor": body, "value": value}))
                .send()
        };
        let hex = |byte: u8| Digest::new([byte; 32]).to_string();
        let (kind, _) = give("司法局", &hex(1)).expect(409).problem();
        assert_eq!(kind, "too-early");
        bureau.desk.set_time(DRAW_TIME);
        give("司法局", &hex(2)).expect(422);
        give("公证处", &hex(1)).expect(422);
        give("司法局", "01").expect(422);
        let first: Value = give("司法局", &hex(1)).expect(201).json();
        let again: Value = give("司法局", &hex(1)).expect(200).json();
        assert_eq!(first, again);
        give("消委会", &hex(2)).expect(201);
        assert_eq!(
            bureau.logged(),
            ["announcement", "contribution", "contribution"]
        );
    }
}
