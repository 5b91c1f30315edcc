//! `/log` is a log for whoever reads one by its files.

use dispatch_core::digest::Digest;
use dispatch_core::language::Message;
use dispatch_core::log::{KeyKind, LogFiles, LogPolicy, LogProof, SignerKey};
use dispatch_core::merkle::leaf_hash;
use dispatch_service::campaign::files;
use dispatch_service::store::blob;

use super::{append, desks};
use crate::support::desk::Desk;
use crate::support::log::verified;
use crate::support::steps;

/// The log as a client sees it.
struct ByHttp<'d>(&'d Desk);

impl LogFiles for ByHttp<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Message> {
        let told = self.0.get(&format!("/log/{path}"));
        match told.status {
            200 => Ok(Some(told.body)),
            404 => Ok(None),
            other => Err(Message::new(other.to_string(), other.to_string())),
        }
    }
}

fn key() -> SignerKey {
    SignerKey::new("log.example/test", KeyKind::Signature, [7; 32]).unwrap()
}

#[test]
fn the_log_verifies_from_its_files() {
    for desk in desks() {
        let changes = (0..300).map(|number| steps::plan(&["a"], &format!("change {number}")));
        append(&desk, changes.collect());
        let entries = verified(&ByHttp(&desk), &key());
        assert_eq!(entries.len(), 310);
        let policy = LogPolicy::read(desk.get("/log/log.policy").expect(200).body).unwrap();
        assert_eq!(policy.logs()[0].key.name, "log.example/test");
    }
}

#[test]
fn what_is_fixed_may_be_kept_and_nothing_else() {
    for desk in desks() {
        let changes = (0..300).map(|number| steps::plan(&["a"], &format!("change {number}")));
        append(&desk, changes.collect());
        let cache = |path: &str| {
            let told = desk.get(path).expect(200);
            told.header("cache-control").to_owned()
        };
        assert_eq!(cache("/log/checkpoint"), "public, max-age=2");
        assert_eq!(cache("/log/checkpoints/0"), "public, max-age=60");
        for fixed in [
            "/log/tile/0/000",
            "/log/tile/0/001.p/54",
            "/log/tile/1/000.p/1",
            "/log/tile/entries/000",
            "/log/tile/entries/001.p/3",
        ] {
            assert!(cache(fixed).ends_with("immutable"), "{fixed}");
            let tag = desk.get(fixed).header("etag").to_owned();
            let ask = desk.ask(http::Method::GET, fixed);
            ask.header("if-none-match", &tag).send().expect(304);
        }
        for none in [
            "/log/tile/0/001",
            "/log/tile/0/001.p/55",
            "/log/tile/0/1",
            "/log/tile/0/000.p/0",
            "/log/tile/0/000.p/256",
            "/log/tile/entries/../checkpoint",
            "/log/tile/entries/%2e%2e/checkpoint",
            "/log/tile/entries%2f000",
            "/log/checkpoints/01",
            "/log/checkpoints/9999",
            "/log/checkpoints/0.tsr",
            "/log/documents/00",
            "/log/entries/0",
        ] {
            let told = desk.get(none).expect(404);
            assert_eq!(told.header("cache-control"), "no-store", "{none}");
        }
    }
}

#[test]
fn documents_are_streamed_until_they_expire() {
    for desk in desks() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let digest = Digest::of(&bytes);
        let stored = bytes.clone();
        let path = format!("/log/documents/{digest}");
        let store = &desk.context.store;
        let put = store.write_blocking(move |change| Ok(blob::put(change.sql, &stored, 1)?));
        put.unwrap();
        desk.get(&path).expect(404);
        let put = store
            .write_blocking(move |change| files::publish(change.sql, &digest, "application/zip"));
        put.unwrap();
        let told = desk.get(&path).expect(200);
        assert!(told.body == bytes);
        assert_eq!(told.header("content-length"), "3000000");
        assert_eq!(told.header("content-type"), "application/zip");
        assert!(told.header("cache-control").ends_with("immutable"));
        let head = desk.ask(http::Method::HEAD, &path).send().expect(200);
        assert_eq!(head.header("content-length"), "3000000");
        assert!(head.body.is_empty());
        let expired = store.write_blocking(move |change| {
            blob::expire(change.sql, &digest, "保存期满", change.now)
        });
        expired.unwrap();
        let told = desk.get(&path).expect(410);
        let (kind, view) = told.problem();
        assert_eq!(kind, "expired");
        assert!(view.title.contains("保存期满"));
        assert_eq!(told.header("cache-control"), "no-store");
    }
}

#[test]
fn a_proof_holds_offline() {
    for desk in desks() {
        let entry = desk.get("/log/tile/entries/000.p/10").expect(200).body;
        for index in 0..10_usize {
            let path = format!("/api/v1/entries/{index}/proof");
            let proof = LogProof::read(&desk.get(&path).expect(200).body).unwrap();
            let bundle = dispatch_core::log::tile::read_bundle(&entry, 10).unwrap();
            assert!(proof.checkpoint.verify(&key().verifier()).unwrap());
            proof.verify(&leaf_hash(bundle[index])).unwrap();
        }
        desk.get("/api/v1/entries/10/proof").expect(404);
        desk.get("/api/v1/entries/-1/proof").expect(404);
        desk.get("/api/v1/entries/00").expect(404);
        desk.get("/api/v1/entries/9223372036854775808").expect(404);
    }
}
