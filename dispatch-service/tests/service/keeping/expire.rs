//! A document that goes by law.

use dispatch_core::digest::Digest;
use dispatch_service::audit::{self, Filter};
use dispatch_service::campaign::files;
use dispatch_service::store::blob;

use super::{backed_up, in_thread, run};
use crate::support::bureau::Bureau;
use crate::support::cluster::{Place, backends};
use crate::support::desk::Desk;

#[test]
fn what_expired_is_gone_for_everybody_and_its_trace_stays() {
    for place in backends() {
        let desk = Desk::new(place);
        let digest = Digest::of("某年度计划".as_bytes());
        let stored = desk.context.store.write_blocking(move |change| {
            let digest = blob::put(change.sql, "某年度计划".as_bytes(), change.now)?;
            files::publish(change.sql, &digest, "text/plain")?;
            Ok(digest)
        });
        assert_eq!(stored, Ok(digest));
        let (path, name) = (format!("/log/documents/{digest}"), digest.to_string());
        desk.get(&path).expect(200);
        let line = ["expire", &name, "--reason", "保存期限届满"];
        for reason in ["", " ", &"长".repeat(501)] {
            let refused = run(&desk.place, &["expire", &name, "--reason", reason]);
            assert!(refused.unwrap_err().contains("--reason"));
        }
        run(&desk.place, &line).unwrap();
        let (kind, view) = desk.get(&path).expect(410).problem();
        assert_eq!(kind, "expired");
        assert!(view.detail.contains("保存期限届满"), "{view:?}");
        let again = run(&desk.place, &line).unwrap_err();
        assert!(again.contains("expired already"), "{again}");
        let records = in_thread(&desk.place.backend, |sql| {
            audit::list(sql, &Filter::default(), 9).unwrap()
        });
        let told: Vec<_> = records
            .iter()
            .map(|one| {
                (
                    one.action.as_str(),
                    one.target.as_str(),
                    one.detail.as_str(),
                )
            })
            .collect();
        assert_eq!(told, [("expire", name.as_str(), "保存期限届满")]);
        kept_by_backups(&desk.place, &digest);
    }
}

/// The trace is in a backup, and the bytes are not.
fn kept_by_backups(from: &Place, digest: &Digest) {
    let file = backed_up(from);
    for to in backends() {
        run(&to, &["migrate"]).unwrap();
        let told = run(&to, &["restore", &file]).unwrap();
        assert!(told.contains("1 expired"), "{told}");
        let digest = *digest;
        let (info, bytes) = in_thread(&to.backend, move |sql| {
            (
                blob::info(sql, &digest).unwrap(),
                blob::read(sql, &digest).unwrap(),
            )
        });
        assert_eq!(info.unwrap().expired.unwrap().1, "保存期限届满");
        assert_eq!(bytes, None);
    }
}

#[test]
fn what_a_draw_still_needs_is_kept() {
    for place in backends() {
        let bureau = Bureau::new(place);
        let draw = bureau.announced(false, "D-1", 1);
        let place = &bureau.desk.place;
        let digest = in_thread(&place.backend, move |sql| {
            let found = files::find(sql, &draw, "subjects.jsonl").unwrap();
            found.unwrap().digest.to_string()
        });
        let refused = run(place, &["expire", &digest, "--reason", "x"]).unwrap_err();
        assert!(refused.contains("still needed"), "{refused}");
        let refused = run(place, &["expire", "abc", "--reason", "x"]).unwrap_err();
        assert!(refused.contains("SHA-256"), "{refused}");
    }
}
